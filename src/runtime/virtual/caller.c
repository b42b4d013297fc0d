/* The threads of callers. An operation is one try or several; what a caller cannot know is unknown:
 *
 *          begin_op()            send_try()              callers_reply() … taken()
 *   IDLE ─────────────▶ OPEN ─────────────────▶ ASKED ───────────────────────────▶ IDLE (ok, failed, unknown)
 *                         ▲                       │ refused, broken, no answer in time
 *                         └──── retries left ─────┴──── none left ───────────────▶ IDLE (failed, unknown)
 *
 * A replica passes on what only the leader can do, as the store program does: once, and gives up after a while. */
#include <string.h>

#include "virtual-private.h"

#define PAUSE_LEAST_NS (100 * TB_NS_PER_US)
#define AFTER_FAILURE_NS (10 * TB_NS_PER_MS)
#define FINAL_TIMEOUT_NS (2 * TB_NS_PER_S)
#define FINAL_TRIES 40

static gboolean
is_reader (const Thread *t)
{
  return t->caller == NOBODY;
}

static const Call *
call_of (const World *w, const Thread *t)
{
  return &g_array_index (CALLER_AT (w->v, t->caller)->calls, Call, t->call);
}

static guint
store_of (const World *w, const Thread *t)
{
  return is_reader (t) ? g_array_index (w->finals, PlannedOp, w->n_finals).caller : call_of (w, t)->store;
}

/* The final reads come from nowhere: from beside the replica. */
static guint
instance_of (const World *w, const Thread *t, guint store)
{
  return is_reader (t) ? STORE_AT (w->v, store)->instances[t->replica] : CALLER_AT (w->v, t->caller)->instance;
}

static guint
link_of (const World *w, const Thread *t)
{
  return is_reader (t) ? NOBODY : call_of (w, t)->link;
}

/* NULL: nobody counts. */
static TbTapCounters *
tap_of (const World *w, const Thread *t)
{
  if (w->taps == NULL || is_reader (t))
    return NULL;
  guint from = CALLER_AT (w->v, t->caller)->instance;
  guint to = STORE_AT (w->v, call_of (w, t)->store)->instances[t->replica];
  return w->taps[from * w->v->plan->instances->len + to];
}

/* ---- What is next ---------------------------------------------------------------------------------------------- */

static void
next_at (World *w, guint index, gint64 at_ns)
{
  world_push (w, MAX (at_ns, w->now_ns + 1), WORLD_NEXT, index, NOBODY, THREAD_AT (w, index)->serial);
}

/* Of the schedule; NULL: it has none left. */
static const PlannedOp *
planned (const World *w, Thread *t)
{
  for (; t->next_op < w->schedule->ops->len; t->next_op++)
    {
      const PlannedOp *op = OP_AT (w->schedule, t->next_op);
      if (op->caller == t->caller && op->thread == t->index)
        return op;
    }
  return NULL;
}

static gint64
pause_of (World *w, Thread *t)
{
  const Caller *caller = CALLER_AT (w->v, t->caller);
  const Load *load = &g_array_index (w->loads, Load, t->caller);
  double rate = load->said ? load->rate : caller->rate;
  if (load->said && load->thinks)
    return tb_dist_draw_ns (&load->think, &t->rng);
  if (load->said && rate <= 0)
    return G_MAXINT64;
  if (rate <= 0)
    return tb_dist_draw_ns (&caller->think, &t->rng);
  t->due_ns = MAX (t->due_ns + (gint64) (1e9 * caller->threads / rate), w->now_ns);
  return t->due_ns - w->now_ns;
}

static void
go_on (World *w, guint index, gboolean failed)
{
  Thread *t = THREAD_AT (w, index);
  if (is_reader (t))
    {
      if (w->n_finals < w->finals->len)
        next_at (w, index, w->now_ns + (failed ? 5 * AFTER_FAILURE_NS : 0));
      return;
    }
  const PlannedOp *op = w->schedule != NULL ? planned (w, t) : NULL;
  gint64 pause_ns = w->schedule == NULL ? pause_of (w, t) : PAUSE_LEAST_NS;
  if (failed)
    pause_ns = MAX (pause_ns, AFTER_FAILURE_NS);
  if (op != NULL)
    next_at (w, index, MAX (op->at_ns, w->now_ns + pause_ns));
  else if (w->schedule == NULL && pause_ns < G_MAXINT64)
    next_at (w, index, w->now_ns + pause_ns);
}

/* ---- The end of an operation --------------------------------------------------------------------------------------- */

static void
end_op (World *w, guint index, TbOpOutcome outcome)
{
  Thread *t = THREAD_AT (w, index);
  guint store = store_of (w, t);
  t->op.outcome = (guint8) outcome;
  t->op.return_ns = outcome == TB_OP_UNKNOWN ? INT64_MAX : w->now_ns;
  t->op.error = outcome == TB_OP_OK ? TB_OP_ERROR_NONE : t->op.error;
  t->open = FALSE;
  t->ticket = 0;
  t->serial++;
  g_array_append_val (w->histories[store], t->op);
  if (outcome == TB_OP_UNKNOWN)
    t->process = w->next_process++;
  if (is_reader (t) && (outcome == TB_OP_OK || t->tries++ >= FINAL_TRIES))
    {
      w->n_finals++;
      t->tries = 0;
    }
  go_on (w, index, outcome != TB_OP_OK);
}

static void send_try (World *w, guint index);

static void
try_failed (World *w, guint index, TbOpError error)
{
  Thread *t = THREAD_AT (w, index);
  TbTapCounters *tap = tap_of (w, t);
  gboolean certain = error == TB_OP_ERROR_REFUSED;
  TICKET_AT (w, t->ticket)->over = TRUE;
  t->ticket = 0;
  t->maybe |= !certain;
  t->op.error = error;
  if (tap != NULL)
    {
      tap->refused += certain;
      tap->unanswered += !certain;
      tap->errors += !certain;
    }
  guint n = STORE_AT (w->v, store_of (w, t))->n;
  if (!is_reader (t))
    t->replica = (t->replica + 1) % n; /* another connection */
  if (!is_reader (t) && t->tries <= call_of (w, t)->retries)
    send_try (w, index);
  else
    end_op (w, index, t->maybe ? TB_OP_UNKNOWN : TB_OP_FAIL);
}

static void
taken (World *w, guint index, const Ticket *ticket)
{
  Thread *t = THREAD_AT (w, index);
  TbTapCounters *tap = tap_of (w, t);
  gboolean good = ticket->answer == TB_ANSWER_OK || ticket->answer == TB_ANSWER_NIL;
  if (tap != NULL)
    {
      tap->replies++;
      tap->errors += !good;
      tap->down.seen++;
      tap->down.delivered++;
      tap->latency.bucket[tb_histogram_index ((guint64) (w->now_ns - ticket->sent_ns))]++;
    }
  if (good && t->op.kind == TB_OP_READ)
    t->op.value = ticket->has_value ? ticket->value : TB_VALUE_NIL;
  t->op.swapped = t->op.kind == TB_OP_CAS && ticket->answer == TB_ANSWER_OK;
  t->op.error = TB_OP_ERROR_ANSWER;
  end_op (w, index, good ? TB_OP_OK : t->maybe || ticket->answer == TB_ANSWER_UNKNOWN ? TB_OP_UNKNOWN : TB_OP_FAIL);
}

/* ---- A try ----------------------------------------------------------------------------------------------------------- */

static void
send_try (World *w, guint index)
{
  Thread *t = THREAD_AT (w, index);
  guint store = store_of (w, t), from = instance_of (w, t, store), to = STORE_AT (w->v, store)->instances[t->replica];
  Ticket ticket = { .thread = index, .store = store, .replica = t->replica, .leader = NOBODY, .sent_ns = w->now_ns,
                    .op = t->op };
  gboolean cut = paths_is_cut (w, from, to) || paths_is_cut (w, to, from);
  ticket.refused = w->down[to] && !cut;
  g_array_append_val (w->tickets, ticket);
  t->ticket = w->tickets->len;
  t->op.replica = (guint16) to;
  TbTapCounters *tap = tap_of (w, t);
  if (!is_reader (t))
    t->tries++;
  if (ticket.refused)
    {
      world_push (w, w->now_ns + TB_NS_PER_MS / 10, WORLD_TIMEOUT, index, NOBODY, t->ticket);
      return;
    }
  if (tap != NULL)
    {
      tap->requests++;
      tap->up.seen++;
      tap->up.delivered++;
    }
  paths_send (w, link_of (w, t), TRUE, from, to, WORLD_REQUEST, t->ticket);
  world_push (w, w->now_ns + (is_reader (t) ? FINAL_TIMEOUT_NS : call_of (w, t)->timeout_ns), WORLD_TIMEOUT, index, NOBODY,
              t->ticket);
}

static void
begin_op (World *w, guint index, TbOpKind kind, guint key)
{
  Thread *t = THREAD_AT (w, index);
  guint64 seen = t->op.key == key ? t->op.value : TB_VALUE_NIL;
  guint client = is_reader (t) ? virtual_last_reader (w->v) : CALLER_AT (w->v, t->caller)->instance;
  t->op = (TbOp) { .invoke_ns = w->now_ns, .return_ns = INT64_MAX, .kind = (guint8) kind, .key = key,
                   .client = (guint16) client, .process = t->process, .outcome = TB_OP_UNKNOWN };
  if (kind == TB_OP_ADD)
    t->op.value = 1;
  else if (kind != TB_OP_READ)
    t->op.value = ++w->next_value;
  if (kind == TB_OP_CAS)
    t->op.expected = seen;
  t->open = TRUE;
  t->maybe = FALSE;
  if (!is_reader (t))
    t->tries = 0;
  send_try (w, index);
}

static guint
choose_call (const Caller *caller, TbRng *rng)
{
  double u = tb_rng_uniform (rng), sum = 0;
  for (guint i = 0; i < caller->calls->len; i++)
    sum += g_array_index (caller->calls, Call, i).share;
  u *= MAX (sum, 1);
  for (guint i = 0; i < caller->calls->len; i++)
    if ((u -= g_array_index (caller->calls, Call, i).share) < 0)
      return i;
  return NOBODY; /* this request does without one */
}

static void
choose_replica (Thread *t, const Call *call, guint n, guint key)
{
  if (call->balance == BALANCE_ROUND_ROBIN)
    t->replica++;
  else if (call->balance == BALANCE_RANDOM)
    t->replica = (guint) tb_rng_below (&t->rng, n);
  else if (call->balance == BALANCE_KEY)
    t->replica = key;
  t->replica %= n;
}

static void
begin_drawn (World *w, guint index)
{
  Thread *t = THREAD_AT (w, index);
  guint call = choose_call (CALLER_AT (w->v, t->caller), &t->rng);
  if (call == NOBODY)
    {
      go_on (w, index, FALSE);
      return;
    }
  t->call = call;
  const Store *store = STORE_AT (w->v, call_of (w, t)->store);
  guint key = (guint) tb_rng_below (&t->rng, call_of (w, t)->keys);
  TbOpKind kind = call_of (w, t)->kind;
  choose_replica (t, call_of (w, t), store->n, key);
  begin_op (w, index, store->config.replication == TB_REPLICATION_CRDT && kind != TB_OP_READ ? TB_OP_ADD : kind, key);
}

static void
begin_next (World *w, guint index)
{
  Thread *t = THREAD_AT (w, index);
  if (is_reader (t))
    {
      const PlannedOp *final = &g_array_index (w->finals, PlannedOp, w->n_finals);
      t->replica = final->replica;
      begin_op (w, index, TB_OP_READ, final->key);
      return;
    }
  if (w->calm || w->down[CALLER_AT (w->v, t->caller)->instance])
    return;
  if (w->schedule == NULL)
    {
      begin_drawn (w, index);
      return;
    }
  const PlannedOp *op = planned (w, t);
  t->next_op++;
  t->call = op->call;
  t->replica = op->replica;
  begin_op (w, index, op->kind, op->key);
}

/* ---- Requests at a replica ------------------------------------------------------------------------------------------- */

static TbCommand
command_of (const TbOp *op, guint8 *key)
{
  static const TbCommandKind commands[] = { [TB_OP_READ] = TB_COMMAND_GET, [TB_OP_WRITE] = TB_COMMAND_SET,
                                            [TB_OP_CAS] = TB_COMMAND_CAS,  [TB_OP_APPEND] = TB_COMMAND_APPEND,
                                            [TB_OP_ADD] = TB_COMMAND_ADD,  [TB_OP_INSERT] = TB_COMMAND_INSERT };
  *key = (guint8) op->key;
  TbCommand command = { .kind = commands[op->kind], .key = { key, 1 }, .amount = (gint64) op->value };
  if (op->kind != TB_OP_READ)
    command.value = (TbBytes) { &op->value, sizeof op->value };
  if (op->kind == TB_OP_CAS && op->expected != TB_VALUE_NIL)
    command.expected = (TbBytes) { &op->expected, sizeof op->expected };
  return command;
}

static void
answer (World *w, guint64 number)
{
  const Ticket *ticket = TICKET_AT (w, number);
  const Thread *t = THREAD_AT (w, ticket->thread);
  if (!ticket->over)
    paths_send (w, link_of (w, t), FALSE, STORE_AT (w->v, ticket->store)->instances[ticket->replica],
                instance_of (w, t, ticket->store), WORLD_REPLY, number);
}

/* Its connection is there no more. What a cut lies between learns of it by its own patience. */
static void
broken (World *w, guint64 number)
{
  Ticket *ticket = TICKET_AT (w, number);
  guint replica = STORE_AT (w->v, ticket->store)->instances[ticket->replica];
  if (!ticket->over && !paths_is_cut (w, replica, instance_of (w, THREAD_AT (w, ticket->thread), ticket->store)))
    try_failed (w, ticket->thread, TB_OP_ERROR_RESET);
}

/* A command whose caller waits no longer is done all the same. */
static void
request (World *w, guint64 number, guint replica)
{
  const Ticket *ticket = TICKET_AT (w, number);
  guint8 key;
  TbCommand command = command_of (&ticket->op, &key);
  tb_sim_request (w->sims[ticket->store], w->now_ns, replica, number, &command);
}

static void
pass_on (World *w, guint64 number, guint from, guint leader)
{
  Ticket *ticket = TICKET_AT (w, number);
  const Store *store = STORE_AT (w->v, ticket->store);
  gint64 timeout_ns = w->schedule != NULL ? w->schedule->timeout_ns : store->config.timeout_ns;
  ticket->leader = leader;
  paths_send (w, store->link, TRUE, store->instances[from], store->instances[leader], WORLD_PASSED, number);
  world_push (w, w->now_ns + 2 * timeout_ns, WORLD_GIVES_UP, NOBODY, NOBODY, number);
}

/* The replica that passed it on says what it knows. */
static void
gives_up (World *w, guint64 number)
{
  Ticket *ticket = TICKET_AT (w, number);
  if (ticket->over || ticket->leader == NOBODY || ticket->returned)
    return;
  ticket->returned = TRUE;
  ticket->answer = ticket->op.kind == TB_OP_READ ? TB_ANSWER_REFUSED : TB_ANSWER_UNKNOWN;
  answer (w, number);
}

void
callers_reply (World *w, guint store_index, guint64 number, guint from, TbAnswer said, gboolean has_value, guint64 value,
               int leader)
{
  Ticket *ticket = TICKET_AT (w, number);
  const Store *store = STORE_AT (w->v, store_index);
  gboolean passed = ticket->leader != NOBODY;
  if (from != (passed ? ticket->leader : ticket->replica))
    return;
  if (said == TB_ANSWER_REFUSED && leader >= 0 && leader != (int) from && !passed)
    {
      pass_on (w, number, from, (guint) leader);
      return;
    }
  ticket->answer = said;
  ticket->has_value = has_value;
  ticket->value = value;
  if (passed)
    paths_send (w, store->link, FALSE, store->instances[from], store->instances[ticket->replica], WORLD_BACK, number);
  else
    answer (w, number);
}

/* ---- Events ---------------------------------------------------------------------------------------------------------- */

static gboolean
is_mine (const World *w, guint64 number)
{
  const Ticket *ticket = TICKET_AT (w, number);
  return !ticket->over && THREAD_AT (w, ticket->thread)->ticket == number;
}

static void
arrives (World *w, const WorldEvent *e)
{
  const Ticket *ticket = TICKET_AT (w, e->number);
  if (e->kind == WORLD_REQUEST && w->down[e->to])
    broken (w, e->number);
  else if (e->kind == WORLD_REQUEST)
    request (w, e->number, ticket->replica);
  else if (e->kind == WORLD_PASSED && w->down[e->to])
    gives_up (w, e->number);
  else if (e->kind == WORLD_PASSED)
    request (w, e->number, ticket->leader);
  else if (e->kind == WORLD_BACK && !ticket->returned)
    {
      TICKET_AT (w, e->number)->returned = TRUE;
      answer (w, e->number);
    }
  else if (e->kind == WORLD_REPLY && is_mine (w, e->number))
    {
      Ticket known = *ticket;
      TICKET_AT (w, e->number)->over = TRUE;
      taken (w, known.thread, &known);
    }
}

/* Standing still: it comes later. */
static gboolean
is_late (World *w, const WorldEvent *e)
{
  guint instance = e->kind == WORLD_REPLY ? e->to
                   : e->from < w->threads->len && !is_reader (THREAD_AT (w, e->from))
                     ? CALLER_AT (w->v, THREAD_AT (w, e->from)->caller)->instance : NOBODY;
  if (instance == NOBODY || !w->paused[instance])
    return FALSE;
  world_push (w, w->now_ns + 5 * TB_NS_PER_MS, (WorldEventKind) e->kind, e->from, e->to, e->number);
  return TRUE;
}

void
callers_event (World *w, const WorldEvent *e)
{
  switch ((WorldEventKind) e->kind)
    {
    case WORLD_NEXT:
      if (THREAD_AT (w, e->from)->serial == e->number && !THREAD_AT (w, e->from)->open && !is_late (w, e))
        begin_next (w, e->from);
      break;
    case WORLD_TIMEOUT:
      if (is_mine (w, e->number))
        try_failed (w, e->from, TICKET_AT (w, e->number)->refused ? TB_OP_ERROR_REFUSED : TB_OP_ERROR_TIMEOUT);
      break;
    case WORLD_GIVES_UP:
      gives_up (w, e->number);
      break;
    case WORLD_REQUEST:
    case WORLD_PASSED:
    case WORLD_BACK:
      arrives (w, e);
      break;
    case WORLD_REPLY:
      if (!is_late (w, e))
        arrives (w, e);
      break;
    case WORLD_ACT:
    case WORLD_ACT_OVER:
    default:
      break;
    }
}

static void
kill_thread (World *w, guint index)
{
  Thread *t = THREAD_AT (w, index);
  if (!t->open)
    return;
  if (t->ticket != 0)
    TICKET_AT (w, t->ticket)->over = TRUE;
  t->op.error = TB_OP_ERROR_CRASHED;
  end_op (w, index, TB_OP_UNKNOWN);
}

void
callers_killed (World *w, guint instance)
{
  for (guint i = 0; i < w->threads->len; i++)
    {
      const Thread *t = THREAD_AT (w, i);
      if (!is_reader (t) && CALLER_AT (w->v, t->caller)->instance == instance)
        kill_thread (w, i);
      else if (t->open && t->ticket != 0)
        {
          const Ticket *ticket = TICKET_AT (w, t->ticket);
          const Store *store = STORE_AT (w->v, ticket->store);
          if (store->instances[ticket->replica] == instance && !ticket->refused)
            broken (w, t->ticket);
          else if (ticket->leader != NOBODY && store->instances[ticket->leader] == instance)
            gives_up (w, t->ticket);
        }
    }
}

void
callers_started (World *w, guint instance)
{
  for (guint i = 0; i < w->threads->len; i++)
    {
      Thread *t = THREAD_AT (w, i);
      if (is_reader (t) || CALLER_AT (w->v, t->caller)->instance != instance)
        continue;
      t->process = w->next_process++;
      t->serial++;
      go_on (w, i, FALSE);
    }
}

/* ---- Beginning and end ------------------------------------------------------------------------------------------------ */

static void
add_thread (World *w, guint caller, guint index)
{
  Thread t = { .caller = caller, .index = index, .process = w->next_process++ };
  if (caller != NOBODY)
    t.replica = caller + index;
  tb_rng_seed (&t.rng, w->rng.s[1] ^ (guint64) w->threads->len);
  g_array_append_val (w->threads, t);
}

static gboolean
is_known (const World *w, const PlannedOp *op)
{
  for (guint i = 0; i < w->threads->len; i++)
    if (THREAD_AT (w, i)->caller == op->caller && THREAD_AT (w, i)->index == op->thread)
      return TRUE;
  return FALSE;
}

void
callers_begin (World *w)
{
  g_array_set_size (w->loads, 0);
  g_array_set_size (w->loads, w->v->callers->len);
  g_array_set_size (w->threads, 0);
  for (guint i = 0; w->schedule != NULL && i < w->schedule->ops->len; i++)
    if (!is_known (w, OP_AT (w->schedule, i)))
      add_thread (w, OP_AT (w->schedule, i)->caller, OP_AT (w->schedule, i)->thread);
  for (guint i = 0; w->schedule == NULL && i < w->v->callers->len; i++)
    for (guint k = 0; k < CALLER_AT (w->v, i)->threads; k++)
      add_thread (w, i, k);
  for (guint i = 0; i < w->threads->len; i++)
    go_on (w, i, FALSE);
}

/* Who waits for its next request waits for another one. */
void
callers_load (World *w, guint caller, const Load *load)
{
  g_array_index (w->loads, Load, caller) = *load;
  for (guint i = 0; i < w->threads->len; i++)
    {
      Thread *t = THREAD_AT (w, i);
      if (t->caller != caller || t->open)
        continue;
      t->serial++;
      t->due_ns = w->now_ns;
      go_on (w, i, FALSE);
    }
}

static void
add_final (World *w, guint store, guint key)
{
  for (guint i = 0; i < STORE_AT (w->v, store)->n; i++)
    {
      PlannedOp op = { .caller = store, .key = key, .replica = i };
      g_array_append_val (w->finals, op);
    }
}

void
callers_final (World *w)
{
  for (guint s = 0; s < w->v->stores->len; s++)
    {
      gboolean used[KEYS_MOST] = { FALSE };
      for (guint i = 0; i < w->histories[s]->len; i++)
        used[g_array_index (w->histories[s], TbOp, i).key] = TRUE;
      for (guint key = 0; key < KEYS_MOST; key++)
        if (used[key])
          add_final (w, s, key);
    }
  if (w->finals->len == 0)
    return;
  add_thread (w, NOBODY, 0);
  next_at (w, w->threads->len - 1, w->now_ns);
}

gboolean
callers_have_read (World *w)
{
  return w->n_finals >= w->finals->len;
}

void
callers_end (World *w)
{
  for (guint i = 0; i < w->threads->len; i++)
    {
      Thread *t = THREAD_AT (w, i);
      if (!t->open || (is_reader (t) && callers_have_read (w)))
        continue;
      t->open = FALSE;
      t->op.outcome = TB_OP_UNKNOWN;
      t->op.return_ns = INT64_MAX;
      t->op.error = TB_OP_ERROR_TIMEOUT;
      g_array_append_val (w->histories[store_of (w, t)], t->op);
    }
}
