/* A request at a station: it waits for a thread, works, makes its calls as the built-in server does (src/node/steps.c),
 * lets the other copies know, and is answered. The thread is held from take() to finish(), whoever is waited for
 * meanwhile: that is nested possession, and why no closed form fits. */
#include "sim-private.h"

/* ---- A thread ------------------------------------------------------------------------------------------ */

static void
answer (Sim *s, guint32 frame)
{
  SimFrame *f = &s->frames[frame];
  SimStation *station = &s->stations[s->hosts[f->host].station];
  sim_mean (s, station->figure + SIM_STATION_TIME, s->now_ns - f->arrived_ns);
  sim_times_add (&station->residence, s->now_ns - f->arrived_ns);
  sim_frame_send (s, frame, SIM_ANSWERS, 1 + f->detour);
}

static void
take (Sim *s, guint32 frame)
{
  SimFrame *f = &s->frames[frame];
  SimHost *host = &s->hosts[f->host];
  host->n_held++;
  f->holds = TRUE;
  sim_level (s, &s->stations[host->station].held, 1);
  if (f->source != SIM_NONE)
    {
      sim_client_begin (s, frame);
      return;
    }
  f->stage = 0;
  sim_request_work (s, frame);
}

static gboolean
has_thread (const Sim *s, const SimHost *host)
{
  guint threads = s->net->stations[host->station].threads;
  return threads == 0 || host->n_held < threads;
}

/* Those who wait, in the order in which they came. What takes no time is through before the next begins, without
 * a stack as deep as the queue is long. */
static void
serve (Sim *s, guint32 at)
{
  if (s->hosts[at].serving)
    return;
  s->hosts[at].serving = TRUE;
  while (s->hosts[at].first != SIM_NONE && has_thread (s, &s->hosts[at]))
    {
      SimHost *host = &s->hosts[at];
      guint32 frame = host->first;
      host->first = s->frames[frame].next;
      host->n_waiting--;
      sim_level (s, &s->stations[host->station].waiting, -1);
      take (s, frame);
    }
  s->hosts[at].serving = FALSE;
}

void
sim_request_leave (Sim *s, guint32 frame)
{
  SimFrame *f = &s->frames[frame];
  if (!f->holds)
    return;
  f->holds = FALSE;
  s->hosts[f->host].n_held--;
  sim_level (s, &s->stations[s->hosts[f->host].station].held, -1);
  serve (s, f->host);
}

static void
refuse (Sim *s, guint32 frame)
{
  SimFrame *f = &s->frames[frame];
  sim_count (s, s->stations[s->hosts[f->host].station].figure + SIM_STATION_REFUSED, 1);
  f->failed = TRUE;
  answer (s, frame);
}

/* Circles of calls end here, or nothing would end them: the last is refused. */
void
sim_request_arrive (Sim *s, guint32 frame)
{
  SimFrame *f = &s->frames[frame];
  SimHost *host = &s->hosts[f->host];
  const TbStation *station = &s->net->stations[host->station];
  f->arrived_ns = s->now_ns;
  sim_count (s, s->stations[host->station].figure + SIM_STATION_RATE, 1);
  if (f->depth > SIM_DEPTH_MAX || (!has_thread (s, host) && host->n_waiting >= station->queue && f->source == SIM_NONE))
    {
      refuse (s, frame);
      return;
    }
  if (has_thread (s, host) && host->first == SIM_NONE)
    {
      take (s, frame);
      return;
    }
  f->state = SIM_WAITS;
  f->next = SIM_NONE;
  if (host->first == SIM_NONE)
    host->first = frame;
  else
    s->frames[host->last].next = frame;
  host->last = frame;
  host->n_waiting++;
  sim_level (s, &s->stations[host->station].waiting, 1);
}

/* The request's way, and back where another replica had to be asked first: a message more. */
void
sim_request (Sim *s, guint32 attempt, gboolean detour)
{
  SimAttempt *a = &s->attempts[attempt];
  const SimCall *call = &s->calls[a->call];
  const SimStation *target = &s->stations[call->target];
  guint32 frame = sim_frame_new (s);
  SimFrame *f = &s->frames[frame];
  f->caller = attempt;
  f->caller_serial = a->serial;
  f->user = a->user;
  f->depth = a->depth + 1;
  f->write = call->write || a->fill;
  f->host = target->first_host + a->replica;
  f->out = a->fill || call->delivers ? NULL : &s->net->stations[call->caller].calls[a->row];
  f->detour = detour ? target->detour[f->write] / 2 : 0;
  sim_frame_send (s, frame, SIM_TRAVELS, 1 + f->detour);
}

/* ---- Work and calls ------------------------------------------------------------------------------------ */

static void
finish (Sim *s, guint32 frame);

static void
go_on (Sim *s, guint32 frame);

guint64
sim_choose_calls (Sim *s, guint station)
{
  const TbStation *t = &s->net->stations[station];
  guint n = MIN (t->n_calls, SIM_CALLS_MAX);
  double u = t->exclusive ? tb_rng_uniform (&s->rng) : 0, below = 0;
  guint64 chosen = 0;
  for (guint i = 0; i < n; i++)
    {
      double share = t->calls[i].share;
      gboolean taken = share >= 1;
      if (!taken && t->exclusive)
        {
          taken = u >= below && u < below + share;
          below += share;
        }
      else if (!taken)
        taken = tb_rng_uniform (&s->rng) < share;
      chosen |= (guint64) taken << i;
    }
  return chosen;
}

/* On its replica's device. FALSE: it has none of ours. */
static gboolean
compute (Sim *s, guint32 frame, SimState state, double ns)
{
  SimFrame *f = &s->frames[frame];
  const SimStation *station = &s->stations[s->hosts[f->host].station];
  const TbStation *t = sim_station_of (s, f->host);
  guint device = t->outside || t->device == NULL ? TB_QUEUE_NONE : t->device[f->host - station->first_host];
  if (device == TB_QUEUE_NONE)
    return FALSE;
  sim_count (s, station->figure + SIM_STATION_CPU, ns);
  f->state = state;
  sim_device_add (s, device, frame, ns);
  return TRUE;
}

/* Its own work, in stages; then its calls. A stage that takes nothing is none. */
void
sim_request_work (Sim *s, guint32 frame)
{
  SimFrame *f = &s->frames[frame];
  SimHost *host = &s->hosts[f->host];
  const TbStation *station = &s->net->stations[host->station];
  while (f->stage <= G_N_ELEMENTS (station->work))
    {
      const TbDemand extra = { station->extra_ns, { .kind = TB_DIST_CONSTANT, .a_ns = station->extra_ns }, FALSE };
      const TbDemand *work = f->stage < G_N_ELEMENTS (station->work) ? &station->work[f->stage] : &extra;
      f->stage++;
      double ns = work->mean_ns > 0 ? sim_draw (s, &work->dist) : 0;
      if (ns <= 0)
        continue;
      if (!work->cpu || !compute (s, frame, SIM_COMPUTES, ns))
        sim_frame_wait (s, frame, SIM_WORKS, ns);
      return;
    }
  if (f->source != SIM_NONE)
    {
      sim_client_worked (s, frame);
      return;
    }
  f->chosen = station->n_calls > 0 ? sim_choose_calls (s, host->station) : 0;
  f->at = 0;
  f->state = SIM_CALLS;
  go_on (s, frame);
}

/* The next call, and those after it that are made beside it: a bit each. 0: none is left. */
static guint64
gather (Sim *s, SimFrame *f, guint *n)
{
  const TbStation *station = sim_station_of (s, f->host);
  guint n_calls = MIN (station->n_calls, SIM_CALLS_MAX);
  guint64 group = 0;
  gboolean later = FALSE; /* the one that is there already is not waited for */
  f->first = FALSE;
  for (*n = 0; f->at < n_calls; f->at++)
    {
      const TbCallOut *call = &station->calls[f->at];
      if (!(f->chosen >> f->at & 1))
        continue;
      if (*n > 0 && (call->order == TB_CALL_SEQUENCE || call->async || later || *n == SIM_FAN_MAX))
        break;
      if (call->miss && !(f->missed >> MIN (call->after, 63) & 1))
        continue;
      f->first |= call->order == TB_CALL_FIRST;
      f->row = f->at;
      later = call->async;
      group |= G_GUINT64_CONSTANT (1) << f->at;
      ++*n;
    }
  return group;
}

static void
begin_group (Sim *s, guint32 frame, guint64 group, guint n)
{
  s->frames[frame].open = n;
  s->frames[frame].good = 0;
  guint32 epoch = ++s->frames[frame].epoch;
  for (guint row = 0; row < SIM_CALLS_MAX && s->frames[frame].epoch == epoch; row++)
    if (group >> row & 1)
      {
        const TbStation *station = sim_station_of (s, s->frames[frame].host);
        sim_call (s, frame, row, station->calls[row].times, FALSE);
      }
}

/* One alone: again and again, so that each may miss and be filled. An async one is only put down to be sent. */
static gboolean
make_alone (Sim *s, guint32 frame)
{
  SimFrame *f = &s->frames[frame];
  const TbCallOut *out = &sim_station_of (s, f->host)->calls[f->row];
  while (out->async && f->left > 0)
    {
      s->frames[frame].left--;
      if (!sim_call (s, frame, s->frames[frame].row, 1, FALSE))
        {
          s->frames[frame].failed = TRUE;
          return TRUE;
        }
      f = &s->frames[frame];
    }
  if (out->async || f->left == 0)
    return TRUE;
  f->left--;
  f->epoch++;
  f->open = 1;
  f->good = 0;
  sim_call (s, frame, f->row, 1, FALSE);
  return FALSE;
}

/* Until something has to be waited for, or all is done. */
static void
go_on (Sim *s, guint32 frame)
{
  for (;;)
    {
      SimFrame *f = &s->frames[frame];
      guint n;
      if (f->failed)
        break;
      if (f->left > 0 && !make_alone (s, frame))
        return;
      f = &s->frames[frame];
      if (f->failed)
        break;
      guint64 group = gather (s, f, &n);
      if (n == 0)
        break;
      if (n > 1)
        {
          begin_group (s, frame, group, n);
          return;
        }
      f->left = sim_station_of (s, f->host)->calls[f->row].times;
    }
  finish (s, frame);
}

/* What a call that was made on a miss brought is put where it was missed. TRUE: that is being done. */
static gboolean
fill (Sim *s, guint32 frame, const SimAttempt *attempt)
{
  SimFrame *f = &s->frames[frame];
  const TbStation *station = sim_station_of (s, f->host);
  const TbCallOut *out = &station->calls[attempt->row];
  if (!out->miss || attempt->fill || out->after >= MIN (station->n_calls, SIM_CALLS_MAX))
    return FALSE;
  f->missed &= ~(G_GUINT64_CONSTANT (1) << out->after);
  f->epoch++;
  f->open = 1;
  sim_call (s, frame, out->after, 1, TRUE);
  return TRUE;
}

void
sim_request_called (Sim *s, guint32 frame, const SimAttempt *attempt, gboolean ok, gboolean missed)
{
  SimFrame *f = &s->frames[frame];
  f->open--;
  f->good += ok;
  if (ok && missed)
    f->missed |= G_GUINT64_CONSTANT (1) << attempt->row;
  if (!ok && !f->first && !attempt->fill)
    f->failed = TRUE;
  if (f->first && f->good == 0 && f->open == 0)
    f->failed = TRUE;
  if (f->open > 0 && !(f->first && f->good > 0))
    return;
  f->epoch++; /* what is still on its way is not waited for */
  if (!f->failed && fill (s, frame, attempt))
    return;
  go_on (s, frame);
}

/* ---- Copies and the answer ------------------------------------------------------------------------------ */

static void
copy_to (Sim *s, guint32 owner, guint peer, guint messages)
{
  guint32 frame = sim_frame_new (s);
  SimFrame *f = &s->frames[frame], *o = &s->frames[owner];
  guint first = s->stations[s->hosts[o->host].station].first_host, n = sim_station_of (s, o->host)->replicas;
  f->owner = owner;
  f->owner_epoch = o->epoch;
  f->host = first + (o->host - first + 1 + peer) % n;
  f->at = messages;
  sim_frame_send (s, frame, SIM_COPIES, 1);
}

/* The other copies are asked, and as many awaited as the protocol wants; the thread is free meanwhile. */
static gboolean
agree (Sim *s, guint32 frame)
{
  SimFrame *f = &s->frames[frame];
  const SimStation *station = &s->stations[s->hosts[f->host].station];
  guint peers = station->peers[f->write], messages = station->messages[f->write];
  f->left = station->needs[f->write];
  f->state = SIM_AGREES;
  f->epoch++;
  gboolean waits = f->left > 0 && peers > 0 && messages > 0;
  for (guint i = 0; i < peers && messages > 0; i++)
    copy_to (s, frame, i, messages);
  s->frames[frame].epoch += !waits;
  return waits;
}

static void
finish (Sim *s, guint32 frame)
{
  const TbCallOut *out = s->frames[frame].out;
  sim_request_leave (s, frame);
  if (!s->frames[frame].failed && out != NULL && out->n_deliveries > 0)
    sim_deliver (s, frame, out);
  if (!s->frames[frame].failed && agree (s, frame))
    return;
  answer (s, frame);
}

/* Each message costs the one that it comes to what any request costs its program; the last ends where it began. */
void
sim_request_copied (Sim *s, guint32 frame)
{
  SimFrame *f = &s->frames[frame], *owner = &s->frames[f->owner];
  const TbStation *station = sim_station_of (s, f->host);
  const TbDemand *own = &station->work[1];
  gboolean worked = f->stage > 0;
  f->stage = !worked;
  if (!worked && f->at > 1 && own->mean_ns > 0)
    {
      double ns = sim_draw (s, &own->dist);
      if (!own->cpu || !compute (s, frame, SIM_COPIES, ns))
        sim_frame_wait (s, frame, SIM_COPIES, ns);
      return;
    }
  f->stage = 0;
  if (--f->at > 0)
    {
      sim_frame_send (s, frame, SIM_COPIES, 1);
      return;
    }
  gboolean last = owner->epoch == f->owner_epoch && --owner->left == 0;
  guint32 waiting = f->owner;
  sim_frame_free (s, frame);
  if (last)
    answer (s, waiting);
}

void
sim_request_answered (Sim *s, guint32 frame)
{
  SimFrame f = s->frames[frame];
  guint station = s->hosts[f.host].station;
  const TbStation *t = &s->net->stations[station];
  gboolean missed = !f.failed && !f.write && t->hit_ratio < 1 && t->keeps_data && tb_rng_uniform (&s->rng) >= t->hit_ratio;
  gboolean heard = f.caller != SIM_NONE && s->attempts[f.caller].serial == f.caller_serial;
  sim_frame_free (s, frame);
  if (heard)
    sim_attempt_end (s, f.caller, !f.failed, missed);
}
