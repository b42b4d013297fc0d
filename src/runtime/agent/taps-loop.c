/* The loop of thread 1: epoll, timers, commands. */
#include "taps-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "direct.h"
#include "notify.h"
#include "turns.h"

#define EVENTS_MAX 256
#define SWEEP_NS (TB_NS_PER_S / 4)
#define COARSE_NS (10 * TB_NS_PER_MS)
#define BRIEF_FOR_NS TB_NS_PER_S /* after the last bytes that were delayed */
#define LATE_MAX_NS (200 * TB_NS_PER_US)

/* ---- What epoll watches ---------------------------------------------------------------------- */

static uint64_t
pack (TbWatch what, uint32_t index, uint16_t generation)
{
  return (uint64_t) index << 32 | (uint64_t) generation << 16 | what;
}

void
tb_taps_watch (TbTaps *t, int fd, uint32_t events, TbWatch what, uint32_t index,
               uint16_t generation, bool anew)
{
  struct epoll_event e = { .events = events, .data.u64 = pack (what, index, generation) };
  epoll_ctl (t->epoll, anew ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &e);
}

/* ---- Timers: a heap of directions in which bytes become due ----------------------------------- */

static void
heap_put (TbTaps *t, uint32_t at, TbWaiting *w)
{
  t->heap[at] = w;
  w->heap_at = at + 1;
}

static void
heap_up (TbTaps *t, uint32_t at)
{
  TbWaiting *w = t->heap[at];
  for (; at > 0 && t->heap[(at - 1) / 2]->due_ns > w->due_ns; at = (at - 1) / 2)
    heap_put (t, at, t->heap[(at - 1) / 2]);
  heap_put (t, at, w);
}

static void
heap_down (TbTaps *t, uint32_t at)
{
  TbWaiting *w = t->heap[at];
  for (;;)
    {
      uint32_t child = 2 * at + 1;
      if (child + 1 < t->n_heap && t->heap[child + 1]->due_ns < t->heap[child]->due_ns)
        child++;
      if (child >= t->n_heap || t->heap[child]->due_ns >= w->due_ns)
        break;
      heap_put (t, at, t->heap[child]);
      at = child;
    }
  heap_put (t, at, w);
}

void
tb_taps_unschedule (TbTaps *t, TbWaiting *w)
{
  if (w->heap_at == 0)
    return;
  uint32_t at = w->heap_at - 1;
  w->heap_at = 0;
  TbWaiting *last = t->heap[--t->n_heap];
  if (last == w)
    return;
  heap_put (t, at, last);
  heap_up (t, at);
  heap_down (t, last->heap_at - 1);
}

void
tb_taps_schedule (TbTaps *t, TbWaiting *w, int64_t due_ns)
{
  if (w->heap_at != 0 && w->due_ns == due_ns)
    return;
  tb_taps_unschedule (t, w);
  if (due_ns == INT64_MAX)
    return;
  if (t->n_heap == t->heap_capacity)
    {
      uint32_t capacity = TB_MAX (64u, 2 * t->heap_capacity);
      TbWaiting **heap = realloc (t->heap, capacity * sizeof (TbWaiting *));
      TB_CHECK (heap != NULL);
      t->heap = heap;
      t->heap_capacity = capacity;
    }
  w->due_ns = due_ns;
  t->heap[t->n_heap] = w;
  heap_up (t, t->n_heap++);
}

static void
run_timers (TbTaps *t)
{
  while (t->n_heap > 0 && t->heap[0]->due_ns <= t->now_ns)
    {
      TbWaiting *w = t->heap[0];
      tb_taps_unschedule (t, w);
      if (w->direction == TB_WAITING_TIMER)
        tb_affect_clock (t, w->conn);
      else
        tb_flow_deliver (t, w->conn, w->direction);
    }
}

void
tb_taps_tick_soon (TbTaps *t)
{
  if (t->tick_ns == INT64_MAX)
    t->tick_ns = t->now_ns + TB_TICK_NS;
}

static void
wake_thread_2 (TbTaps *t)
{
  uint64_t one = 1;
  t->must_wake = false;
  if (write (t->told_event, &one, sizeof one) < 0)
    TB_CHECK (errno == EAGAIN); /* it is awake already */
}

static void
tick (TbTaps *t)
{
  if (t->tick_ns <= t->now_ns)
    {
      t->tick_ns = INT64_MAX;
      tb_tap_flush_unframed (t);
      t->tick_ns = INT64_MAX;
      tb_held_tick (t);
      t->must_wake = t->must_wake || (t->recording && tb_exchange_used (&t->recorded) > 0);
    }
  if (t->fault_ns <= t->now_ns)
    tb_taps_fault_time (t);
  if (t->dialling_ns <= t->now_ns)
    tb_dialling_due (t, t->now_ns);
  bool to_sweep = t->active != NULL || t->n_pending > 0;
  if (to_sweep && t->sweep_ns <= t->now_ns)
    {
      tb_reading_sweep (t);
      tb_connect_expire (t);
      t->sweep_ns = t->now_ns + SWEEP_NS;
    }
  else if (to_sweep && t->sweep_ns == INT64_MAX)
    t->sweep_ns = t->now_ns + SWEEP_NS;
  else if (!to_sweep)
    t->sweep_ns = INT64_MAX; /* an idle run does not wake up */
  if (t->must_wake)
    wake_thread_2 (t);
}

/* ---- Commands -------------------------------------------------------------------------------- */

static void
add_notifier (TbTaps *t, uint32_t instance, int fd)
{
  uint32_t i = 0;
  while (i < t->n_notifiers && t->notifiers[i].fd >= 0)
    i++;
  if (i == t->n_notifiers)
    {
      TbNotifier *more = realloc (t->notifiers, (i + 1) * sizeof *more);
      TB_CHECK (more != NULL);
      t->notifiers = more;
      t->notifiers[t->n_notifiers++].generation = 0;
    }
  uint16_t generation = (uint16_t) (t->notifiers[i].generation + 1);
  t->notifiers[i] = (TbNotifier) { fd, instance, generation };
  tb_notify_prepare (fd);
  tb_taps_watch (t, fd, EPOLLIN, TB_WATCH_NOTIFY, i, generation, true);
}

static void
remove_notifier (TbTaps *t, uint32_t i)
{
  tb_dialling_forget (t, t->notifiers[i].fd);
  epoll_ctl (t->epoll, EPOLL_CTL_DEL, t->notifiers[i].fd, NULL);
  close (t->notifiers[i].fd);
  t->notifiers[i].fd = -1;
}

static void
remove_instance (TbTaps *t, uint32_t instance)
{
  for (uint32_t i = 0; i < t->n_notifiers; i++)
    if (t->notifiers[i].fd >= 0 && t->notifiers[i].instance == instance)
      remove_notifier (t, i);
  tb_datagrams_gone (t, instance);
  tb_bind_forget (t, instance);
  t->blind[instance] &= (uint8_t) ~(1u << TB_BLIND_HIDDEN | 1u << TB_BLIND_LEADER);
}

/* Among the events of one turn may be the end of one whose place a command before it gave to another. */
static void
notified (TbTaps *t, uint32_t i, uint16_t generation, uint32_t events)
{
  if (i >= t->n_notifiers || t->notifiers[i].fd < 0 || t->notifiers[i].generation != generation)
    return;
  if (events & EPOLLIN)
    tb_notified (t, i);
  else if (events & (EPOLLHUP | EPOLLERR))
    {
      TbTold told = { .type = TB_TOLD_EMPTY,
                      .from = t->notifiers[i].instance,
                      .time_ns = t->now_ns };
      remove_notifier (t, i);
      tb_tap_tell (t, &told, NULL, 0);
    }
}

static void
run_command (TbTaps *t, const TbTapsCommand *command)
{
  switch (command->type)
    {
    case TB_COMMAND_INSTANCE:
      add_notifier (t, command->instance, command->fd);
      break;
    case TB_COMMAND_GONE:
      remove_instance (t, command->instance);
      break;
    case TB_COMMAND_FAULT:
      tb_taps_fault (t, command->fault);
      break;
    case TB_COMMAND_HEAL:
      tb_taps_heal (t, command->id);
      break;
    case TB_COMMAND_STEP:
      tb_taps_step (t, command->id, command->instance);
      break;
    case TB_COMMAND_TARGET:
      tb_lone_target (t, command->instance);
      break;
    case TB_COMMAND_FOLLOW:
      tb_taps_follow (t);
      break;
    case TB_COMMAND_HELD:
      tb_held_do (t, &command->held);
      break;
    case TB_COMMAND_QUIT:
      t->quit = true;
      break;
    }
}

void
tb_taps_free_command (const TbTapsCommand *command)
{
  if (command->fault != NULL)
    tb_wire_fault_clear (command->fault);
  free (command->fault);
  free (command->id);
}

static void
run_commands (TbTaps *t)
{
  uint64_t count;
  const void *item;
  size_t n;
  if (read (t->commands_event, &count, sizeof count) < 0)
    TB_CHECK (errno == EAGAIN);
  /* Before it looks: what is put from now on is told again. An exchange, so that it sees what was put by
   * who found it told already. */
  atomic_exchange (&t->commands_told, false);
  while ((item = tb_exchange_peek (&t->commands, &n)) != NULL)
    {
      TbTapsCommand command;
      memcpy (&command, item, sizeof command);
      tb_exchange_next (&t->commands);
      run_command (t, &command);
      tb_taps_free_command (&command);
    }
}

/* ---- The loop -------------------------------------------------------------------------------- */

static void
dispatch (TbTaps *t, const struct epoll_event *e)
{
  TbWatch what = (TbWatch) (e->data.u64 & 0xffff);
  uint32_t index = (uint32_t) (e->data.u64 >> 32);
  TbConn *c;
  switch (what)
    {
    case TB_WATCH_COMMANDS:
      run_commands (t);
      break;
    case TB_WATCH_NOTIFY:
      notified (t, index, (uint16_t) (e->data.u64 >> 16), e->events);
      break;
    case TB_WATCH_LISTENER:
      tb_connect_accept (t, index);
      break;
    case TB_WATCH_PARK:
      tb_park_accept (t, t->taps[index]);
      break;
    case TB_WATCH_FALLBACK:
      tb_fallback_accept (t, index);
      break;
    case TB_WATCH_DOOR:
      tb_door_ready (t, index);
      break;
    case TB_WATCH_PATH_UP:
    case TB_WATCH_PATH_DOWN:
      tb_datagrams_ready (t, index, (uint16_t) (e->data.u64 >> 16), what == TB_WATCH_PATH_UP);
      break;
    case TB_WATCH_LATE:
      tb_datagrams_due (t);
      break;
    case TB_WATCH_DIAL:
      tb_dialling_ready (t, index, (uint16_t) (e->data.u64 >> 16));
      break;
    case TB_WATCH_LONE:
      tb_lone_accept (t);
      break;
    case TB_WATCH_CONN_UP:
    case TB_WATCH_CONN_DOWN:
      c = tb_conn_at (t, index, (uint16_t) (e->data.u64 >> 16));
      if (c != NULL)
        tb_conn_ready (t, c, what == TB_WATCH_CONN_UP ? TB_DIR_UP : TB_DIR_DOWN, e->events);
      break;
    }
}

/* The kernel may be late by a thousandth of what it is asked to wait (select_estimate_accuracy() in
 * fs/select.c), so a long wait for a timer is made of a coarse one and the rest. From that, what the
 * thread was late of late is taken off, and the little that is then left is spent asking. */
static int64_t
time_to_wait (const TbTaps *t)
{
  int64_t next = TB_MIN (TB_MIN (t->tick_ns, t->sweep_ns), TB_MIN (t->fault_ns, t->dialling_ns));
  int64_t left = TB_CLAMP (next - t->now_ns, 0, TB_NS_PER_S * 3600);
  if (t->n_heap == 0)
    return left;
  int64_t due = TB_MAX (t->heap[0]->due_ns - t->now_ns, 0);
  due -= t->late_ns + (due > COARSE_NS ? due / 64 : 0);
  return TB_MIN (left, TB_MAX (due, 0));
}

/* A sleep of `wait` ended without an event: how late was it? Sooner up than down, so that most sleeps
 * end early and not late: what is left then is spent asking. */
static void
learn_lateness (TbTaps *t, int64_t slept_at_ns, int64_t wait)
{
  int64_t late = t->now_ns - slept_at_ns - wait;
  if (wait > 0 && wait <= COARSE_NS)
    {
      int64_t more = late - t->late_ns;
      t->late_ns = TB_MIN (t->late_ns + more / (more > 0 ? 4 : 16), LATE_MAX_NS);
    }
}

/* The last event of this round waited for all the others. */
static void
note_lag (TbTaps *t, int64_t since_ns)
{
  uint64_t lag = (uint64_t) (tb_now_ns () - since_ns);
  _Atomic uint32_t *bucket = &t->lags[tb_histogram_index (lag)];
  /* One writer: no need of an addition that others cannot come between. */
  uint32_t n = atomic_load_explicit (bucket, memory_order_relaxed);
  atomic_store_explicit (bucket, n + 1, memory_order_relaxed);
  if (lag > atomic_load_explicit (&t->lag_ns, memory_order_relaxed))
    atomic_store_explicit (&t->lag_ns, lag, memory_order_relaxed);
}

static void
take_turns (TbTaps *t, bool brief)
{
  uint64_t before = 0;
  t->turns_are_brief = brief;
  if (tb_turns_set (brief ? TB_TURN_NS : t->turn_ns, &before) && brief)
    t->turn_ns = before;
}

/* Short turns come soon: what computes beside us, in longer ones, then makes delayed bytes less late.
 * The share of the processor stays what it was, but more of it goes by in changing over (5 % of round
 * trips), so they are taken only while bytes are delayed. Before Linux 6.12 it has no effect. */
static void
choose_turns (TbTaps *t)
{
  if (t->n_heap > 0)
    t->delayed_ns = t->now_ns;
  bool brief = t->now_ns - t->delayed_ns < BRIEF_FOR_NS;
  if (brief != t->turns_are_brief)
    take_turns (t, brief);
}

void *
tb_taps_run (void *data)
{
  TbTaps *t = data;
  struct epoll_event events[EVENTS_MAX];
  prctl (PR_SET_TIMERSLACK, 1, 0, 0, 0);
  pthread_setname_np (pthread_self (), "taps");
  t->now_ns = tb_now_ns ();
  t->began_ns = t->now_ns;
  t->delayed_ns = t->now_ns - BRIEF_FOR_NS;
  t->sweep_ns = t->fault_ns = INT64_MAX;
  while (!t->quit)
    {
      if (t->n_heap > 0)
        t->now_ns = tb_now_ns ();
      choose_turns (t);
      int64_t wait = time_to_wait (t);
      struct timespec timeout = { wait / TB_NS_PER_S, wait % TB_NS_PER_S };
      int n = tb_direct_wait (t->epoll, events, EVENTS_MAX, &timeout);
      int64_t slept_at_ns = t->now_ns;
      int64_t woke_ns = t->now_ns = tb_now_ns ();
      if (n == 0)
        learn_lateness (t, slept_at_ns, wait);
      if (t->n_heap > 0)
        run_timers (t);
      for (int i = 0; i < n; i++)
        dispatch (t, &events[i]);
      if (n > 0)
        note_lag (t, woke_ns);
      tick (t);
    }
  return NULL;
}
