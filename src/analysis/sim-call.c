/* Calls: which replica is asked, for how long, how often; and those that nobody waits for.
 *
 *   sim_call() ──▶ try_it() ──▶ a request ── answered ──▶ sim_attempt_end() ──▶ sim_request_called(), sim_client_called()
 *      │              ▲               └── the deadline: sim_call_fire() ──▶─┤
 *      │ async, all   └───── failed, and may be tried again ────────────────┘
 *      ▼ senders busy
 *   waits ──a sender is free──▶ try_it() */
#include "sim-private.h"

/* ---- Attempts ------------------------------------------------------------------------------------------ */

static guint32
attempt_new (Sim *s)
{
  guint32 attempt = s->free_attempt;
  if (attempt != SIM_NONE)
    s->free_attempt = s->attempts[attempt].next;
  else
    {
      if (s->n_attempts == s->attempts_size)
        {
          s->attempts_size = MAX (s->attempts_size * 2, 256);
          s->attempts = g_renew (SimAttempt, s->attempts, s->attempts_size);
        }
      attempt = s->n_attempts++;
      s->attempts[attempt].serial = 0;
    }
  guint32 serial = s->attempts[attempt].serial + 1;
  s->attempts[attempt] = (SimAttempt){
    .serial = serial, .frame = SIM_NONE, .replica = SIM_NONE, .avoid = SIM_NONE, .previous = SIM_NONE, .next = SIM_NONE
  };
  return attempt;
}

static void
attempt_free (Sim *s, guint32 attempt)
{
  SimAttempt *a = &s->attempts[attempt];
  g_assert (!a->listed);
  a->serial++;
  a->next = s->free_attempt;
  s->free_attempt = attempt;
}

/* ---- Deadlines ------------------------------------------------------------------------------------------ */

/* All tries of a call have the same time, so the list is in order, and one timer does: it is wound for the first
 * and left alone when that one is answered, as nearly all are. */
static void
list_deadline (Sim *s, guint32 attempt)
{
  SimAttempt *a = &s->attempts[attempt];
  SimCall *call = &s->calls[a->call];
  if (call->timeout_ns <= 0)
    return;
  a->deadline_ns = s->now_ns + (double) call->timeout_ns;
  a->listed = TRUE;
  a->next = SIM_NONE;
  a->previous = call->last;
  if (call->last == SIM_NONE)
    call->first = attempt;
  else
    s->attempts[call->last].next = attempt;
  call->last = attempt;
  if (!sim_agenda_is_set (&s->agenda, s->first_call_timer + a->call))
    sim_agenda_set (&s->agenda, s->first_call_timer + a->call, a->deadline_ns);
}

static void
unlist_deadline (Sim *s, guint32 attempt)
{
  SimAttempt *a = &s->attempts[attempt];
  SimCall *call = &s->calls[a->call];
  if (!a->listed)
    return;
  if (a->previous == SIM_NONE)
    call->first = a->next;
  else
    s->attempts[a->previous].next = a->next;
  if (a->next == SIM_NONE)
    call->last = a->previous;
  else
    s->attempts[a->next].previous = a->previous;
  a->listed = FALSE;
  a->previous = a->next = SIM_NONE;
}

void
sim_call_fire (Sim *s, guint at)
{
  while (s->calls[at].first != SIM_NONE && s->attempts[s->calls[at].first].deadline_ns <= s->now_ns)
    sim_attempt_end (s, s->calls[at].first, FALSE, FALSE);
  guint32 first = s->calls[at].first;
  if (first != SIM_NONE) /* also where a new try has wound it for its own */
    sim_agenda_set (&s->agenda, s->first_call_timer + at, s->attempts[first].deadline_ns);
}

/* ---- Which replica -------------------------------------------------------------------------------------- */

static guint
next_in_turn (SimTurn *turn, guint n, guint32 avoid)
{
  guint replica = turn->next++ % n;
  if (replica == avoid && n > 1)
    replica = turn->next++ % n;
  return replica;
}

static guint
by_chance (Sim *s, guint n, guint32 avoid)
{
  if (avoid == SIM_NONE || n == 1)
    return (guint) tb_rng_below (&s->rng, n);
  guint replica = (guint) tb_rng_below (&s->rng, n - 1);
  return replica + (replica >= avoid);
}

/* The one with the fewest of this caller's requests, looked for from the one whose turn it is. */
static guint
least_busy (Sim *s, const SimCall *call, guint32 turn, guint n, guint32 avoid)
{
  const guint32 *flights = &s->flights[call->first_flight + (gsize) (turn - call->first_turn) * n];
  guint from = s->turns[turn].next++ % n, best = SIM_NONE;
  for (guint i = 0; i < n; i++)
    {
      guint replica = (from + i) % n;
      if ((replica != avoid || n == 1) && (best == SIM_NONE || flights[replica] < flights[best]))
        best = replica;
    }
  return best;
}

/* A connection that is idle, else a new one, which goes to the next replica and stays there. */
static guint
by_connection (SimTurn *turn, guint n, guint32 avoid)
{
  while (turn->n_idle > 0)
    {
      guint replica = turn->idle[--turn->n_idle];
      if (replica != avoid)
        return replica;
    }
  return next_in_turn (turn, n, avoid);
}

static guint
choose (Sim *s, const SimAttempt *a)
{
  const SimCall *call = &s->calls[a->call];
  const TbStation *target = &s->net->stations[call->target];
  SimTurn *turn = &s->turns[a->turn];
  guint n = target->replicas;
  if (n == 1)
    return 0;
  switch (call->balance)
    {
    case TB_CHOOSE_RANDOM:
    case TB_CHOOSE_HASH:
      return by_chance (s, n, a->avoid);
    case TB_CHOOSE_LEAST:
      return least_busy (s, call, a->turn, n, a->avoid);
    case TB_CHOOSE_STICKY:
      return a->user % n != a->avoid ? a->user % n : (a->user + 1) % n;
    case TB_CHOOSE_CONNECTION:
      return by_connection (turn, n, a->avoid);
    case TB_CHOOSE_ROUND_ROBIN:
    default:
      return next_in_turn (turn, n, a->avoid);
    }
}

static void
count_flight (Sim *s, const SimAttempt *a, int by)
{
  const SimCall *call = &s->calls[a->call];
  guint n = s->net->stations[call->target].replicas;
  if (call->balance == TB_CHOOSE_LEAST && n > 1)
    s->flights[call->first_flight + (gsize) (a->turn - call->first_turn) * n + a->replica] += (guint32) by;
}

static void
keep_connection (Sim *s, const SimAttempt *a)
{
  const SimCall *call = &s->calls[a->call];
  SimTurn *turn = &s->turns[a->turn];
  if (call->balance != TB_CHOOSE_CONNECTION || a->fixed || s->net->stations[call->target].replicas == 1)
    return;
  if (turn->n_idle == turn->size)
    {
      turn->size = MAX (turn->size * 2, 8);
      turn->idle = g_renew (guint32, turn->idle, turn->size);
    }
  turn->idle[turn->n_idle++] = a->replica;
}

/* ---- Tries ----------------------------------------------------------------------------------------------- */

/* Where one replica answers for all, whoever is asked passes the request on to it. */
static void
try_it (Sim *s, guint32 attempt)
{
  SimAttempt *a = &s->attempts[attempt];
  const TbStation *target = &s->net->stations[s->calls[a->call].target];
  a->serial++;
  if (!a->fixed)
    a->replica = choose (s, a);
  count_flight (s, a, 1);
  list_deadline (s, attempt);
  gboolean one = s->calls[a->call].write || a->fill ? target->one_writes : target->one_reads;
  gboolean detour = one && a->replica != 0 && target->store.passes_on;
  guint32 chosen = a->replica;
  if (one)
    a->replica = 0;
  sim_request (s, attempt, detour);
  s->attempts[attempt].replica = chosen;
}

static void
begin (Sim *s, guint32 attempt)
{
  SimAttempt *a = &s->attempts[attempt];
  a->began_ns = s->now_ns;
  a->avoid = SIM_NONE;
  a->retries = s->calls[a->call].retries;
  try_it (s, attempt);
}

/* A sender is free: the next that waits is sent. */
static void
next_waiting (Sim *s, const SimCall *call, SimTurn *turn)
{
  turn->busy--;
  guint32 attempt = turn->first;
  if (attempt == SIM_NONE)
    return;
  turn->first = s->attempts[attempt].next;
  turn->n_waiting--;
  turn->busy++;
  sim_level (s, &s->links[call->link].waiting, -1);
  begin (s, attempt);
}

static gboolean
send_later (Sim *s, guint32 attempt)
{
  SimAttempt *a = &s->attempts[attempt];
  const SimCall *call = &s->calls[a->call];
  SimTurn *turn = &s->turns[a->turn];
  if (turn->busy < call->limit)
    {
      turn->busy++;
      begin (s, attempt);
      return TRUE;
    }
  if (turn->n_waiting >= call->limit_waiting)
    {
      sim_count (s, s->links[call->link].figure + SIM_LINK_ERRORS, 1);
      attempt_free (s, attempt);
      return FALSE;
    }
  a->next = SIM_NONE;
  if (turn->first == SIM_NONE)
    turn->first = attempt;
  else
    s->attempts[turn->last].next = attempt;
  turn->last = attempt;
  turn->n_waiting++;
  sim_level (s, &s->links[call->link].waiting, 1);
  return TRUE;
}

gboolean
sim_call (Sim *s, guint32 frame, guint row, guint times, gboolean fill)
{
  guint32 attempt = attempt_new (s);
  const SimFrame *f = &s->frames[frame];
  SimAttempt *a = &s->attempts[attempt];
  const SimStation *station = &s->stations[s->hosts[f->host].station];
  a->call = station->first_call + row;
  const SimCall *call = &s->calls[a->call];
  a->turn = call->first_turn + f->host - station->first_host;
  a->row = row;
  a->user = f->user;
  a->depth = f->depth;
  a->times = times;
  a->fill = fill;
  if (call->async)
    return send_later (s, attempt);
  a->frame = frame;
  a->epoch = f->epoch;
  begin (s, attempt);
  return TRUE;
}

/* To one of the consumer's replicas, which has a thread for it, or to each; until then it waits at the broker. */
static void
deliver_to (Sim *s, guint32 frame, guint at, guint32 replica)
{
  guint32 attempt = attempt_new (s);
  const SimFrame *f = &s->frames[frame];
  const SimCall *call = &s->calls[at];
  SimAttempt *a = &s->attempts[attempt];
  a->call = at;
  a->fixed = call->each;
  a->replica = replica;
  a->turn = call->first_turn + (call->each ? replica : 0);
  a->user = f->user;
  a->depth = f->depth;
  a->times = 1;
  send_later (s, attempt);
}

void
sim_deliver (Sim *s, guint32 frame, const TbCallOut *out)
{
  for (guint i = 0; i < out->n_deliveries; i++)
    {
      const TbDelivery *d = &out->deliveries[i];
      guint n = d->each ? s->net->stations[d->station].replicas : 1;
      for (guint replica = 0; replica < n; replica++)
        deliver_to (s, frame, s->deliveries[d->link], replica);
    }
}

/* Latency is as the tap sees it, which stands in the middle of each message's way. */
static void
count_end (Sim *s, const SimAttempt *a, gboolean ok)
{
  SimLink *link = &s->links[s->calls[a->call].link];
  double ns = MAX (s->now_ns - a->began_ns - s->net->hop_ns - s->net->tap_ns, 0);
  sim_count (s, link->figure + SIM_LINK_RATE, 1);
  if (!ok)
    {
      sim_count (s, link->figure + SIM_LINK_ERRORS, 1);
      return;
    }
  sim_mean (s, link->figure + SIM_LINK_TIME, ns);
  sim_times_add (&link->latency, ns);
}

/* Whoever waits for it hears of it; it may be a client, or have gone on without. */
static void
tell (Sim *s, const SimAttempt *a, gboolean ok, gboolean missed)
{
  if (a->frame == SIM_NONE || s->frames[a->frame].epoch != a->epoch)
    return;
  if (s->frames[a->frame].source != SIM_NONE)
    sim_client_called (s, a->frame, a, ok);
  else
    sim_request_called (s, a->frame, a, ok, missed);
}

void
sim_attempt_end (Sim *s, guint32 attempt, gboolean ok, gboolean missed)
{
  SimAttempt *a = &s->attempts[attempt];
  const SimCall *call = &s->calls[a->call];
  unlist_deadline (s, attempt);
  count_flight (s, a, -1);
  if (ok)
    keep_connection (s, a);
  if (!ok && a->retries > 0)
    {
      a->retries--;
      a->avoid = a->replica;
      try_it (s, attempt);
      return;
    }
  count_end (s, a, ok);
  if (ok && --a->times > 0)
    {
      begin (s, attempt);
      return;
    }
  SimAttempt over = *a;
  attempt_free (s, attempt);
  if (call->async)
    next_waiting (s, call, &s->turns[over.turn]);
  tell (s, &over, ok, missed);
}
