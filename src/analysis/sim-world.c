/* Builds what a simulation runs on out of a net: a row a thing, all rooms made once, so that an event allocates nothing. */
#include "sim-private.h"

/* ---- Stations ------------------------------------------------------------------------------------------- */

/* So many of the others have to answer before a replica does. */
static guint
others_needed (const TbCapStore *store, gboolean write)
{
  switch (store->protocol)
    {
    case TB_CAP_PRIMARY:
      return write ? store->waits : 0;
    case TB_CAP_CHAIN:
      return write;
    case TB_CAP_QUORUM:
      return MAX (write ? store->w : store->r, 1) - 1;
    case TB_CAP_RAFT:
      return write || !store->reads_any ? store->replicas / 2 : 0;
    case TB_CAP_ALL:
      return write ? store->replicas - 1 : 0;
    case TB_CAP_SINGLE:
    case TB_CAP_APART:
    case TB_CAP_GOSSIP:
    case TB_CAP_CRDT:
    default:
      return 0;
    }
}

static guint
others_told (const TbCapStore *store, gboolean write)
{
  if (others_needed (store, write) == 0 && !(write && store->protocol == TB_CAP_PRIMARY))
    return 0;
  if (store->protocol == TB_CAP_CHAIN)
    return 1; /* they hand it on */
  return (store->protocol == TB_CAP_QUORUM ? MAX (store->copies, 1) : store->replicas) - 1;
}

static void
set_up_copies (SimStation *station, const TbStation *t)
{
  for (guint write = 0; write < 2 && t->keeps_data && t->replicas > 1; write++)
    {
      TbCapHops hops = tb_cap_hops (&t->store, write != 0);
      guint needed = others_needed (&t->store, write != 0);
      station->peers[write] = MIN (others_told (&t->store, write != 0), t->replicas - 1);
      station->needs[write] = MIN (needed, station->peers[write]);
      station->messages[write] = needed > 0 ? MAX (hops.least, 1) : 2;
      station->detour[write] = hops.most - hops.least;
    }
}

static void
set_up_stations (Sim *s)
{
  const TbQueueNet *net = s->net;
  s->stations = g_new0 (SimStation, MAX (net->n_stations, 1));
  for (guint i = 0; i < net->n_stations; i++)
    {
      s->stations[i].first_host = s->n_hosts;
      s->stations[i].first_call = s->n_calls;
      s->stations[i].n_calls = MIN (net->stations[i].n_calls, SIM_CALLS_MAX);
      s->n_hosts += net->stations[i].replicas;
      s->n_calls += s->stations[i].n_calls;
      set_up_copies (&s->stations[i], &net->stations[i]);
    }
  s->hosts = g_new0 (SimHost, MAX (s->n_hosts, 1));
  for (guint i = 0; i < net->n_stations; i++)
    for (guint k = 0; k < net->stations[i].replicas; k++)
      s->hosts[s->stations[i].first_host + k] = (SimHost){ .station = i, .first = SIM_NONE, .last = SIM_NONE };
}

/* ---- Calls ----------------------------------------------------------------------------------------------- */

static void
add_call (Sim *s, guint at, SimCall call, guint n_turns)
{
  call.first = call.last = SIM_NONE;
  call.first_turn = s->n_turns;
  call.first_flight = s->n_flights;
  s->n_turns += n_turns;
  if (call.balance == TB_CHOOSE_LEAST)
    s->n_flights += n_turns * s->net->stations[call.target].replicas;
  s->calls[at] = call;
}

/* Messages wait at the broker, in one queue for all replicas of a consumer, or in one for each. */
static void
add_delivery (Sim *s, guint broker, const TbDelivery *d)
{
  const TbStation *consumer = &s->net->stations[d->station];
  guint all = d->each ? 1 : consumer->replicas;
  if (s->deliveries[d->link] != SIM_NONE)
    return;
  s->deliveries[d->link] = s->n_calls;
  s->calls = g_renew (SimCall, s->calls, s->n_calls + 1);
  add_call (s, s->n_calls++,
            (SimCall){ .caller = broker,
                       .target = d->station,
                       .link = d->link,
                       .balance = d->each ? TB_CHOOSE_ROUND_ROBIN : TB_CHOOSE_LEAST,
                       .async = TRUE,
                       .delivers = TRUE,
                       .each = d->each,
                       .limit = consumer->threads > 0 ? consumer->threads * all : G_MAXUINT32,
                       .limit_waiting = s->net->stations[broker].queue },
            d->each ? consumer->replicas : 1);
}

static void
set_up_calls (Sim *s)
{
  const TbQueueNet *net = s->net;
  s->calls = g_new0 (SimCall, MAX (s->n_calls, 1));
  s->deliveries = g_new (guint, MAX (net->n_links, 1));
  for (guint i = 0; i < net->n_links; i++)
    s->deliveries[i] = SIM_NONE;
  for (guint i = 0; i < net->n_stations; i++)
    for (guint k = 0; k < s->stations[i].n_calls; k++)
      {
        const TbCallOut *out = &net->stations[i].calls[k];
        add_call (s, s->stations[i].first_call + k,
                  (SimCall){ .caller = i,
                             .target = out->station,
                             .link = out->link,
                             .timeout_ns = out->timeout_ns,
                             .retries = out->retries,
                             .balance = out->balance,
                             .async = out->async,
                             .write = out->write,
                             .limit = TB_QUEUE_SENDERS,
                             .limit_waiting = TB_QUEUE_LATER_MAX },
                  net->stations[i].replicas);
      }
  for (guint i = 0; i < net->n_stations; i++)
    for (guint k = 0; k < s->stations[i].n_calls; k++)
      for (guint d = 0; d < net->stations[i].calls[k].n_deliveries; d++)
        add_delivery (s, net->stations[i].calls[k].station, &net->stations[i].calls[k].deliveries[d]);
  s->turns = g_new0 (SimTurn, MAX (s->n_turns, 1));
  for (guint i = 0; i < s->n_turns; i++)
    s->turns[i].first = s->turns[i].last = SIM_NONE;
  s->flights = g_new0 (guint32, MAX (s->n_flights, 1));
}

/* ---- Figures --------------------------------------------------------------------------------------------- */

/* The next n figures, all but one of which (n: none) are divided by time. */
static guint
number (Sim *s, guint *next, guint n, guint mean)
{
  guint first = *next;
  for (guint i = 0; s->meters.by_time != NULL && i < n; i++)
    s->meters.by_time[first + i] = i != mean;
  *next += n;
  return first;
}

static guint
number_all (Sim *s)
{
  const TbQueueNet *net = s->net;
  guint next = 0;
  for (guint i = 0; i < net->n_sources; i++)
    s->sources[i].figure = number (s, &next, SIM_SOURCE_FIGURES, SIM_SOURCE_TIME);
  for (guint i = 0; i < net->n_stations; i++)
    {
      s->stations[i].figure = number (s, &next, SIM_STATION_FIGURES, SIM_STATION_TIME);
      s->stations[i].held.figure = s->stations[i].figure + SIM_STATION_HELD;
      s->stations[i].waiting.figure = s->stations[i].figure + SIM_STATION_WAITING;
    }
  for (guint i = 0; i < net->n_links; i++)
    {
      s->links[i].figure = number (s, &next, SIM_LINK_FIGURES, SIM_LINK_TIME);
      s->links[i].waiting.figure = s->links[i].figure + SIM_LINK_WAITING;
    }
  for (guint i = 0; i < net->n_devices; i++)
    s->devices[i].busy.figure = number (s, &next, 1, 1);
  s->tap_busy.figure = number (s, &next, 1, 1);
  return next;
}

static void
settle (Sim *s, SimLevel *level)
{
  sim_level (s, level, 0);
}

void
sim_settle (Sim *s)
{
  for (guint i = 0; i < s->net->n_stations; i++)
    {
      settle (s, &s->stations[i].held);
      settle (s, &s->stations[i].waiting);
    }
  for (guint i = 0; i < s->net->n_links; i++)
    settle (s, &s->links[i].waiting);
  for (guint i = 0; i < s->net->n_devices; i++)
    settle (s, &s->devices[i].busy);
  settle (s, &s->tap_busy);
}

void
sim_forget (Sim *s, double batch_ns)
{
  sim_settle (s);
  for (guint i = 0; i < s->net->n_sources; i++)
    sim_times_forget (&s->sources[i].response);
  for (guint i = 0; i < s->net->n_stations; i++)
    sim_times_forget (&s->stations[i].residence);
  for (guint i = 0; i < s->net->n_links; i++)
    sim_times_forget (&s->links[i].latency);
  sim_meters_begin (&s->meters, s->now_ns, batch_ns);
}

/* ---- All of it ------------------------------------------------------------------------------------------- */

Sim *
sim_new (const TbQueueNet *net, guint64 seed, gboolean poisson)
{
  Sim *s = g_new0 (Sim, 1);
  s->net = net;
  s->poisson = poisson;
  s->free_frame = s->free_attempt = s->tap_first = s->tap_last = SIM_NONE;
  tb_rng_seed (&s->rng, seed);
  s->sources = g_new0 (SimSource, MAX (net->n_sources, 1));
  for (guint i = 0; i < net->n_sources; i++)
    s->sources[i].source = &net->sources[i];
  s->links = g_new0 (SimLink, MAX (net->n_links, 1));
  s->devices = g_new0 (SimDevice, MAX (net->n_devices, 1));
  for (guint i = 0; i < net->n_devices; i++)
    s->devices[i].cores = net->devices[i].cores > 0 ? net->devices[i].cores : G_MAXUINT32;
  set_up_stations (s);
  set_up_calls (s);
  sim_meters_init (&s->meters, number_all (s));
  number_all (s);
  s->first_call_timer = net->n_devices;
  s->first_frame_timer = s->first_call_timer + s->n_calls;
  sim_agenda_reserve (&s->agenda, s->first_frame_timer + 1);
  return s;
}

void
sim_free (Sim *s)
{
  sim_forget (s, 1);
  sim_meters_clear (&s->meters);
  sim_agenda_clear (&s->agenda);
  for (guint i = 0; i < s->n_turns; i++)
    g_free (s->turns[i].idle);
  for (guint i = 0; i < s->net->n_devices; i++)
    g_free (s->devices[i].heap);
  void *const rooms[] = { s->devices, s->hosts, s->stations, s->calls, s->turns, s->flights, s->links, s->deliveries,
                          s->sources, s->frames, s->attempts };
  for (guint i = 0; i < G_N_ELEMENTS (rooms); i++)
    g_free (rooms[i]);
  g_free (s);
}
