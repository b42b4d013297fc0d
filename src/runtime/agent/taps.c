/* taps.h: thread 2's side of the tap loop, and how it is made and ended. */
#include "taps-private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define TOLD_BYTES (1u << 20)
#define RECORDED_BYTES (8u << 20)
#define COMMANDS_BYTES (1u << 16)

/* ---- Making and ending it -------------------------------------------------------------------- */

static bool
make_shared (TbTaps *t)
{
  t->commands_event = eventfd (0, EFD_NONBLOCK | EFD_CLOEXEC);
  t->told_event = eventfd (0, EFD_NONBLOCK | EFD_CLOEXEC);
  t->drain_epoll = epoll_create1 (EPOLL_CLOEXEC);
  t->scan_timer = timerfd_create (CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  t->epoll = epoll_create1 (EPOLL_CLOEXEC);
  t->spare_fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  if (t->commands_event < 0 || t->told_event < 0 || t->drain_epoll < 0 || t->scan_timer < 0
      || t->epoll < 0)
    return false;
  struct epoll_event e = { .events = EPOLLIN };
  epoll_ctl (t->drain_epoll, EPOLL_CTL_ADD, t->told_event, &e);
  epoll_ctl (t->drain_epoll, EPOLL_CTL_ADD, t->scan_timer, &e);
  const struct itimerspec second = { { 1, 0 }, { 1, 0 } };
  timerfd_settime (t->scan_timer, 0, &second, NULL);
  tb_taps_watch (t, t->commands_event, EPOLLIN, TB_WATCH_COMMANDS, 0, 0, true);
  return tb_exchange_init (&t->told, TOLD_BYTES) && tb_exchange_init (&t->commands, COMMANDS_BYTES)
         && (!t->recording || tb_exchange_init (&t->recorded, RECORDED_BYTES));
}

static size_t
pool_size (size_t size)
{
  return (size + 15) & ~(size_t) 15;
}

/* Three quarters of what there can be, two descriptors each. */
static uint32_t
find_share (void)
{
  struct rlimit limit;
  if (getrlimit (RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > UINT32_MAX)
    return UINT32_MAX;
  return (uint32_t) limit.rlim_cur / 8 * 3;
}

static bool
make_memory (TbTaps *t)
{
  t->share = find_share ();
  t->routes = tb_routes_new (t->plan);
  t->spare = calloc (1, sizeof *t->spare);
  t->buffer = aligned_alloc (4096, TB_BUFFER_BYTES);
  t->cuts = malloc (TB_CUTS_MAX * sizeof *t->cuts);
  t->frame_cuts = malloc (TB_FRAME_CUTS_MAX * sizeof *t->frame_cuts);
  t->pending = malloc (TB_PENDING_MAX * sizeof *t->pending);
  t->open = calloc (t->plan->n_instances + 1, sizeof *t->open);
  t->blind = calloc (t->plan->n_instances + 1, sizeof *t->blind);
  t->bypasses = tb_bypasses_new (t->plan);
  t->called = tb_called_new ();
  t->waitings.size = pool_size (sizeof (TbWaiting));
  t->blocks.size = pool_size (sizeof (TbBlock));
  t->affecteds.size = pool_size (sizeof (TbAffected));
  t->parcels.size = pool_size (tb_gather_parcel_size ());
  t->readings.size = pool_size (sizeof (TbReading) + tb_framer_size ());
  t->stashes.size = pool_size (sizeof (TbStash));
  bool has_dialling = tb_dialling_new (t);
  tb_rng_seed (&t->rng, t->plan->seed + 1);
  return t->routes != NULL && t->spare != NULL && t->buffer != NULL && t->cuts != NULL
         && t->frame_cuts != NULL && has_dialling
         && t->pending != NULL && t->open != NULL && t->blind != NULL && t->bypasses != NULL;
}

TbTaps *
tb_taps_new (const TbWirePlan *plan, TbCounters *counters, TbRing *ring, int *error)
{
  int result = -ENOMEM;
  TbTaps *t = calloc (1, sizeof *t);
  if (t != NULL)
    {
      t->plan = plan;
      t->counters = counters;
      t->ring = ring;
      t->recording = plan->recording != NULL && plan->recording[0] != '\0';
      /* A mask must see more than is kept: it may match what goes on behind that. */
      t->payload_most = plan->record_payload == 0    ? 0
                        : plan->n_record_masks > 0 ? TB_TAPS_PAYLOAD_MAX
                                                   : TB_MIN (plan->record_payload, TB_TAPS_PAYLOAD_MAX);
      t->tick_ns = INT64_MAX;
      t->now_ns = tb_now_ns ();
      t->spare_fd = t->epoll = t->commands_event = t->told_event = t->drain_epoll = t->scan_timer = -1;
      for (int i = 0; i < 2; i++)
        t->listener[i].fd = t->dead[i].fd = -1;
      pthread_mutex_init (&t->commands_lock, NULL);
      if (make_shared (t) && make_memory (t))
        result = plan->no_seccomp ? 0 : tb_connect_listeners (t);
      if (result >= 0)
        result = tb_fallback_start (t);
      if (result >= 0)
        result = tb_datagrams_new (t);
      if (result < 0)
        {
          tb_taps_stop (t);
          t = NULL;
        }
    }
  if (error != NULL)
    *error = t != NULL ? 0 : result;
  return t;
}

int
tb_taps_start (TbTaps *t)
{
  sigset_t all, old;
  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &old);
  int error = pthread_create (&t->thread, NULL, tb_taps_run, t);
  pthread_sigmask (SIG_SETMASK, &old, NULL);
  t->started = error == 0;
  return -error;
}

static void
close_if_open (int fd)
{
  if (fd >= 0)
    close (fd);
}

static void
free_commands (TbTaps *t)
{
  const void *item;
  size_t n;
  while (t->commands.bytes != NULL && (item = tb_exchange_peek (&t->commands, &n)) != NULL)
    {
      const TbTapsCommand *command = item;
      if (command->type == TB_COMMAND_INSTANCE)
        close (command->fd);
      tb_taps_free_command (command);
      tb_exchange_next (&t->commands);
    }
}

static void
close_all (TbTaps *t)
{
  for (uint32_t i = 0; i < t->n_notifiers; i++)
    close_if_open (t->notifiers[i].fd);
  tb_notify_cache_clear (&t->callers);
  tb_dialling_free (t);
  for (uint32_t i = 0; i < t->n_pending; i++)
    close (t->pending[i].up);
  for (unsigned i = 0; i < t->n_pipes; i++)
    {
      close (t->pipes[i][0]);
      close (t->pipes[i][1]);
    }
  for (int i = 0; i < 2; i++)
    {
      close_if_open (t->listener[i].fd);
      close_if_open (t->dead[i].fd);
    }
  tb_fallback_stop (t);
  tb_lone_free (t);
  close_if_open (t->epoll);
  close_if_open (t->spare_fd);
  close_if_open (t->commands_event);
  close_if_open (t->told_event);
  close_if_open (t->drain_epoll);
  close_if_open (t->scan_timer);
}

static void
free_all (TbTaps *t)
{
  TbPool *pools[] = { &t->waitings, &t->blocks,    &t->readings,
                      &t->stashes,  &t->affecteds, &t->parcels };
  for (size_t i = 0; i < TB_ARRAY_LENGTH (pools); i++)
    tb_pool_clear (pools[i]);
  tb_taps_clear (t);
  tb_routes_free (t->routes);
  tb_bypasses_free (t->bypasses);
  tb_called_free (t->called);
  tb_exchange_clear (&t->told);
  tb_exchange_clear (&t->recorded);
  tb_exchange_clear (&t->commands);
  free (t->notifiers);
  free (t->pending);
  free (t->open);
  free (t->locals);
  free (t->blind);
  free (t->spare);
  free (t->buffer);
  free (t->cuts);
  free (t->frame_cuts);
  free (t->headers.bytes);
  free (t->heap);
  pthread_mutex_destroy (&t->commands_lock);
  free (t);
}

/* ---- Thread 2's side ------------------------------------------------------------------------- */

/* Thread 1 empties the ring in microseconds; before it is started there is room for hundreds. */
static void
send_command (TbTaps *t, const TbTapsCommand *command)
{
  uint64_t one = 1;
  pthread_mutex_lock (&t->commands_lock);
  while (!tb_exchange_put (&t->commands, command, sizeof *command, NULL, 0))
    usleep (100);
  pthread_mutex_unlock (&t->commands_lock);
  /* Thread 1 takes all there are at once: a second waking before it has looked is of no use. */
  if (atomic_exchange (&t->commands_told, true))
    return;
  if (write (t->commands_event, &one, sizeof one) < 0)
    TB_CHECK (errno == EAGAIN);
}

void
tb_taps_stop (TbTaps *t)
{
  if (t == NULL)
    return;
  if (t->started)
    {
      send_command (t, &(TbTapsCommand) { .type = TB_COMMAND_QUIT });
      pthread_join (t->thread, NULL);
    }
  tb_conns_clear (t);
  tb_datagrams_free (t);
  free_commands (t);
  close_all (t);
  free_all (t);
}

void
tb_taps_add_instance (TbTaps *t, uint32_t instance, int notify_fd)
{
  TB_CHECK (instance < t->plan->n_instances);
  send_command (t, &(TbTapsCommand) { .type = TB_COMMAND_INSTANCE,
                                         .instance = instance,
                                         .fd = notify_fd });
}

void
tb_taps_instance_pid (TbTaps *t, uint32_t instance, pid_t pid)
{
  TB_CHECK (instance < t->plan->n_instances);
  tb_bypasses_pid (t->bypasses, instance, pid);
}

void
tb_taps_instance_unfiltered (TbTaps *t, uint32_t instance)
{
  const char *sentence;
  unsigned severity;
  TB_CHECK (instance < t->plan->n_instances);
  tb_bypasses_blind (t->bypasses, instance, TB_BLIND_FILTER, &sentence, &severity);
}

void
tb_taps_instance_gone (TbTaps *t, uint32_t instance)
{
  send_command (t, &(TbTapsCommand) { .type = TB_COMMAND_GONE, .instance = instance });
}

static char *
copy_text (const char *text)
{
  char *copy = strdup (text != NULL ? text : "");
  TB_CHECK (copy != NULL);
  return copy;
}

void
tb_taps_add_fault (TbTaps *t, const TbWireFault *fault)
{
  TbWireFault *copy = malloc (sizeof *copy);
  TB_CHECK (copy != NULL);
  tb_wire_fault_copy (copy, fault);
  send_command (t, &(TbTapsCommand) { .type = TB_COMMAND_FAULT, .fault = copy });
}

void
tb_taps_remove_fault (TbTaps *t, const char *id)
{
  send_command (t, &(TbTapsCommand) { .type = TB_COMMAND_HEAL, .id = copy_text (id) });
}

void
tb_taps_step_fault (TbTaps *t, const char *id, uint32_t n)
{
  send_command (t, &(TbTapsCommand) { .type = TB_COMMAND_STEP, .instance = n, .id = copy_text (id) });
}

void
tb_taps_held (TbTaps *t, const TbWireHeldDo *what)
{
  send_command (t, &(TbTapsCommand) { .type = TB_COMMAND_HELD, .held = *what });
}

void
tb_taps_ask_follow (TbTaps *t)
{
  if (t->started)
    send_command (t, &(TbTapsCommand) { .type = TB_COMMAND_FOLLOW });
  else
    tb_taps_follow (t);
}

void
tb_taps_target (TbTaps *t, bool up)
{
  send_command (t, &(TbTapsCommand) { .type = TB_COMMAND_TARGET, .instance = up });
}

void
tb_taps_stopping (TbTaps *t)
{
  t->stopping = true;
}

uint32_t
tb_taps_probe_address (const TbTaps *t)
{
  return tb_route_agent_address (t->plan->block);
}

uint32_t
tb_taps_called (const TbTaps *t, uint32_t instance, uint16_t port)
{
  return t->called != NULL ? tb_called_find (t->called, instance, port) : UINT32_MAX;
}

uint64_t
tb_taps_cpu_ns (const TbTaps *t)
{
  clockid_t clock;
  struct timespec time;
  if (!t->started || pthread_getcpuclockid (t->thread, &clock) != 0
      || clock_gettime (clock, &time) != 0)
    return 0;
  return (uint64_t) time.tv_sec * TB_NS_PER_S + (uint64_t) time.tv_nsec;
}

void
tb_taps_take_lag (TbTaps *t, uint64_t *worst_ns, uint64_t *p99_ns)
{
  TbHistogram recent;
  for (unsigned i = 0; i < TB_HISTOGRAM_BUCKETS; i++)
    {
      uint32_t now = atomic_load_explicit (&t->lags[i], memory_order_relaxed);
      recent.bucket[i] = now - t->lags_told.bucket[i];
      t->lags_told.bucket[i] = now;
    }
  *worst_ns = atomic_exchange_explicit (&t->lag_ns, 0, memory_order_relaxed);
  int64_t p99 = tb_histogram_quantile (&recent, 0.99);
  *p99_ns = TB_MIN ((uint64_t) TB_MAX (p99, 0), *worst_ns); /* a bucket's middle may be above it */
}

int
tb_taps_event_fd (const TbTaps *t)
{
  return t->drain_epoll;
}

static void
hand_out (TbTaps *t, const TbTold *told, const char *text, size_t n, const TbTapsSink *sink,
          void *data)
{
  unsigned severity;
  switch (told->type)
    {
    case TB_TOLD_TAP:
      if (sink->tap_opened != NULL)
        sink->tap_opened (told->row, told->link, told->from, told->to, told->port, told->time_ns, data);
      break;
    case TB_TOLD_FAULT:
      if (sink->fault != NULL)
        sink->fault (text, (TbFaultState) told->flag, told->time_ns, text + told->reason_at, data);
      break;
    case TB_TOLD_PROBLEM:
      if (sink->problem != NULL)
        sink->problem (told->flag, told->from, text, data);
      break;
    case TB_TOLD_EMPTY:
      if (sink->instance_empty != NULL)
        sink->instance_empty (told->from, told->time_ns, data);
      break;
    case TB_TOLD_LISTENS:
      if (sink->listening != NULL)
        sink->listening ((TbListening) told->flag, told->time_ns, data);
      break;
    case TB_TOLD_UNIX:
      tb_bypasses_unix (t->bypasses, told->from, text, n);
      break;
    case TB_TOLD_HELD:
      if (sink->held != NULL)
        sink->held ((const TbWireHeld *) (const void *) text, told->row, told->link, data);
      break;
    case TB_TOLD_HELD_DONE:
      if (sink->held_done != NULL)
        sink->held_done (told->row, text, data);
      break;
    case TB_TOLD_BLIND:
      if (tb_bypasses_blind (t->bypasses, told->from, (TbBlind) told->flag, &text, &severity)
          && sink->problem != NULL)
        sink->problem (severity, told->from, text, data);
      break;
    }
}

static void
drain_told (TbTaps *t, const TbTapsSink *sink, void *data)
{
  const void *item;
  size_t n;
  while ((item = tb_exchange_peek (&t->told, &n)) != NULL)
    {
      const TbTold *told = item;
      hand_out (t, told, (const char *) (told + 1), n - sizeof *told, sink, data);
      tb_exchange_next (&t->told);
    }
}

static void
wake_again (TbTaps *t)
{
  uint64_t one = 1;
  if (write (t->told_event, &one, sizeof one) < 0)
    TB_CHECK (errno == EAGAIN); /* it is to be woken already */
}

/* Who fills it faster than this can empty it must not keep thread 2 from all else: then the rest comes
 * in its next round. */
static void
drain_recorded (TbTaps *t, const TbTapsSink *sink, void *data)
{
  const void *item;
  size_t n, taken = 0;
  while (t->recording && (item = tb_exchange_peek (&t->recorded, &n)) != NULL)
    {
      if (taken > RECORDED_BYTES / 2)
        {
          wake_again (t);
          return;
        }
      taken += n;
      const TbRecorded *recorded = item;
      if (recorded->gap_events > 0 && sink->gap != NULL)
        sink->gap (recorded->gap_events, recorded->gap_bytes, recorded->event.time_ns, data);
      if (sink->record != NULL)
        sink->record (&recorded->event, recorded + 1, n - sizeof *recorded, data);
      tb_exchange_next (&t->recorded);
    }
}

void
tb_taps_drain (TbTaps *t, const TbTapsSink *sink, void *data)
{
  uint64_t count;
  if (read (t->told_event, &count, sizeof count) < 0)
    TB_CHECK (errno == EAGAIN);
  drain_told (t, sink, data);
  drain_recorded (t, sink, data);
  if (read (t->scan_timer, &count, sizeof count) == sizeof count && t->lone == NULL)
    tb_bypasses_scan (t->bypasses, sink, data);
}
