/* See datagram.h: paths, and what goes over them.
 *
 *   tb_path_new() ─▶ open ─ idle for a minute, its instance gone, pushed out: close_path() ─▶ free */
#include "datagram.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define LOOK_AT 16
#define QUIET_NS (1 * TB_NS_PER_S)
#define BATCH 64 /* datagrams of one socket before others have their turn */

/* ---- Paths ------------------------------------------------------------------------------------- */

static uint16_t *
bucket_of_caller (TbDatagrams *g, const TbAddress *caller)
{
  return &g->of_caller[ntohs (caller->v4.sin_port) % TB_PATH_BUCKETS];
}

static void
enter_buckets (TbDatagrams *g, TbPath *path)
{
  uint16_t *of_caller = bucket_of_caller (g, &path->caller);
  uint16_t *of_up = &g->of_up[path->up_port % TB_PATH_BUCKETS];
  path->next_of_caller = *of_caller;
  path->next_of_up = *of_up;
  *of_caller = *of_up = (uint16_t) (path - g->paths + 1);
}

static void
leave_buckets (TbDatagrams *g, const TbPath *path)
{
  uint16_t *at = bucket_of_caller (g, &path->caller), self = (uint16_t) (path - g->paths + 1);
  while (*at != self)
    at = &g->paths[*at - 1].next_of_caller;
  *at = path->next_of_caller;
  for (at = &g->of_up[path->up_port % TB_PATH_BUCKETS]; *at != self;)
    at = &g->paths[*at - 1].next_of_up;
  *at = path->next_of_up;
}

static void
close_path (TbTaps *t, TbPath *path)
{
  TbTapCounters *row = tb_tap_begin (path->tap);
  row->connections_open--;
  tb_tap_end (path->tap, t->now_ns);
  t->open[path->tap->to]--;
  tb_tap_event (t, path->tap, TB_EVENT_CLOSE, path->connection, 0);
  close (path->up);
  if (path->own_down)
    close (path->down);
  if (path->own_door != 0)
    tb_door_close (t, path->own_door - 1u);
  leave_buckets (t->datagrams, path);
  path->up = -1;
  path->generation++;
  path->next_of_caller = t->datagrams->free_path;
  t->datagrams->free_path = (uint16_t) (path - t->datagrams->paths + 1);
}

/* Of the next few, the one that was quiet for the longest makes room. It is found again when there is
 * more of it, but for one whose caller is connected to its door: that must have been quiet for long. */
static void
make_room (TbTaps *t)
{
  TbDatagrams *g = t->datagrams;
  TbPath *oldest = NULL;
  for (int i = 0; i < LOOK_AT; i++, g->hand = (g->hand + 1) % TB_PATHS_MAX)
    {
      TbPath *path = &g->paths[g->hand];
      bool may = path->up >= 0 && (!path->own_down || t->now_ns - path->last_ns >= QUIET_NS);
      if (may && (oldest == NULL || path->last_ns < oldest->last_ns))
        oldest = path;
    }
  if (oldest != NULL)
    close_path (t, oldest);
}

static TbPath *
take_path (TbTaps *t)
{
  TbDatagrams *g = t->datagrams;
  if (g->free_path == 0 && g->n_paths < TB_PATHS_MAX)
    return &g->paths[g->n_paths++];
  if (g->free_path == 0)
    make_room (t);
  if (g->free_path == 0)
    return NULL;
  TbPath *path = &g->paths[g->free_path - 1];
  g->free_path = path->next_of_caller;
  return path;
}

static void
arm (TbTaps *t, int64_t due_ns)
{
  const struct itimerspec when
      = { .it_value = { due_ns / TB_NS_PER_S, due_ns % TB_NS_PER_S } };
  timerfd_settime (t->datagrams->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

TbPath *
tb_path_new (TbTaps *t, const TbPath *from)
{
  TbDatagrams *g = t->datagrams;
  TbPath *path = take_path (t);
  if (path == NULL)
    {
      close (from->up);
      if (from->own_down)
        close (from->down);
      return NULL;
    }
  uint16_t generation = path->generation;
  uint32_t index = (uint32_t) (path - g->paths);
  *path = *from;
  path->generation = generation;
  path->connection = ++t->connections;
  path->last_ns = t->now_ns;
  enter_buckets (g, path);
  const TbTap *tap = path->tap;
  path->faulted.key = tb_chance_key ((uint64_t) tap->from << 32 | tap->to, tap->port, ++path->tap->connections);
  path->faulted.began_ns = t->now_ns;
  TbTapCounters *row = tb_tap_begin (path->tap);
  row->connections_open++;
  row->connections_total++;
  tb_tap_end (path->tap, t->now_ns);
  t->open[path->tap->to]++;
  tb_tap_event (t, path->tap, TB_EVENT_OPEN, path->connection, ntohs (path->caller.v4.sin_port));
  tb_taps_watch (t, path->up, EPOLLIN, TB_WATCH_PATH_UP, index, generation, true);
  if (path->own_down)
    tb_taps_watch (t, path->down, EPOLLIN, TB_WATCH_PATH_DOWN, index, generation, true);
  if (g->first_late == 0)
    arm (t, t->now_ns + TB_PATH_IDLE_NS);
  return path;
}

TbPath *
tb_path_find (TbTaps *t, const TbAddress *caller, uint32_t as, uint16_t as_port)
{
  TbDatagrams *g = t->datagrams;
  for (uint16_t at = *bucket_of_caller (g, caller); at != 0; at = g->paths[at - 1].next_of_caller)
    {
      TbPath *path = &g->paths[at - 1];
      if (path->as == as && path->as_port == as_port
          && path->caller.v4.sin_port == caller->v4.sin_port
          && path->caller.v4.sin_addr.s_addr == caller->v4.sin_addr.s_addr)
        return path;
    }
  return NULL;
}

bool
tb_path_is_up (const TbTaps *t, uint32_t address, uint16_t port)
{
  const TbDatagrams *g = t->datagrams;
  for (uint16_t at = g->of_up[port % TB_PATH_BUCKETS]; at != 0; at = g->paths[at - 1].next_of_up)
    {
      const TbPath *path = &g->paths[at - 1];
      if (path->up_port == port && t->plan->instances[path->tap->from].address == address)
        return true;
    }
  return false;
}

/* ---- Sending on -------------------------------------------------------------------------------- */

/* From the address that the caller sent to, which is not this socket's. */
static ssize_t
send_as (const TbPath *path, const uint8_t *bytes, size_t n)
{
  union
  {
    char space[CMSG_SPACE (sizeof (struct in_pktinfo))];
    struct cmsghdr align;
  } control = { .space = { 0 } };
  struct iovec iov = { (void *) (uintptr_t) bytes, n };
  struct msghdr m = { .msg_name = (void *) (uintptr_t) &path->caller, .msg_namelen = sizeof path->caller.v4,
                      .msg_iov = &iov, .msg_iovlen = 1 };
  if (path->spoofed)
    {
      struct in_pktinfo info = { .ipi_spec_dst.s_addr = htonl (path->as) };
      m.msg_control = &control;
      m.msg_controllen = sizeof control;
      struct cmsghdr *c = CMSG_FIRSTHDR (&m);
      c->cmsg_level = IPPROTO_IP;
      c->cmsg_type = IP_PKTINFO;
      c->cmsg_len = CMSG_LEN (sizeof info);
      memcpy (CMSG_DATA (c), &info, sizeof info);
    }
  return sendmsg (path->down, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static ssize_t
send_up (const TbPath *path, const uint8_t *bytes, size_t n)
{
  TbAddress to;
  socklen_t size;
  tb_address_set_v4 (&to, &size, path->to, path->to_port);
  return sendto (path->up, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL, &to.any, size);
}

/* The first try after the called has refused one says so, and sends nothing. */
static bool
send_on (const TbPath *path, unsigned direction, const uint8_t *bytes, size_t n)
{
  if (direction == TB_DIR_DOWN && !path->own_down)
    return send_as (path, bytes, n) == (ssize_t) n;
  if (!path->own_down)
    return send_up (path, bytes, n) == (ssize_t) n;
  int fd = direction == TB_DIR_UP ? path->up : path->down;
  ssize_t sent = send (fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0 && errno == ECONNREFUSED)
    sent = send (fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);
  return sent == (ssize_t) n;
}

static TbEvent
event_of (const TbTaps *t, const TbTap *tap, unsigned direction, TbEventKind kind,
          uint32_t connection, uint32_t number, size_t n)
{
  return (TbEvent) { .time_ns = t->now_ns, .tap = tap->index, .connection = connection,
                     .number = number, .size = (uint32_t) n, .kind = (uint8_t) kind,
                     .direction = (uint8_t) direction, .label = "datagram" };
}

static TbFlow *
flow_of (TbTapCounters *row, unsigned direction)
{
  return direction == TB_DIR_UP ? &row->up : &row->down;
}

/* ---- What waits: a list by when it is due -------------------------------------------------------- */

static bool
have_slots (TbDatagrams *g)
{
  if (g->late != NULL)
    return true;
  void *memory = mmap (NULL, TB_LATE_MAX * sizeof *g->late, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED)
    return false;
  g->late = memory;
  for (uint16_t i = 0; i < TB_LATE_MAX; i++)
    g->late[i].next = i + 1 < TB_LATE_MAX ? (uint16_t) (i + 2) : 0;
  g->free_late = 1;
  return true;
}

/* False where too many wait already: as a router's full queue, it is lost. */
static bool
delay (TbTaps *t, const TbPath *path, unsigned direction, const uint8_t *bytes, size_t n, int64_t due_ns)
{
  TbDatagrams *g = t->datagrams;
  if (!have_slots (g) || g->free_late == 0)
    return false;
  uint16_t slot = g->free_late, *at = &g->first_late;
  TbLate *late = &g->late[slot - 1];
  g->free_late = late->next;
  late->due_ns = due_ns;
  late->path = (uint32_t) (path - g->paths);
  late->tap = path->tap;
  late->connection = path->connection;
  late->generation = path->generation;
  late->direction = (uint8_t) direction;
  late->number = path->number;
  late->n = (uint32_t) n;
  memcpy (late->bytes, bytes, n);
  while (*at != 0 && g->late[*at - 1].due_ns <= due_ns)
    at = &g->late[*at - 1].next;
  late->next = *at;
  *at = slot;
  if (g->first_late == slot)
    arm (t, due_ns);
  return true;
}

static void
deliver_late (TbTaps *t, TbLate *late)
{
  const TbPath *path = &t->datagrams->paths[late->path];
  bool good = path->up >= 0 && path->generation == late->generation
              && !late->tap->effects.cut[late->direction]
              && send_on (path, late->direction, late->bytes, late->n);
  TbTapCounters *row = tb_tap_begin (late->tap);
  TbFlow *flow = flow_of (row, late->direction);
  flow->held--;
  flow->bytes_held -= late->n;
  *(good ? &flow->delivered : &flow->dropped) += 1;
  *(good ? &flow->bytes_delivered : &flow->bytes_dropped) += late->n;
  tb_tap_end (late->tap, t->now_ns);
  TbEvent event = event_of (t, late->tap, late->direction, good ? TB_EVENT_DELIVERED : TB_EVENT_DROPPED,
                            late->connection, late->number, late->n);
  tb_tap_emit (t, &event, NULL, 0);
}

/* ---- Faults ------------------------------------------------------------------------------------ */

typedef struct
{
  bool drop;
  int64_t wait_ns;
  uint32_t copies;
} TbFate;

static void
flip (uint8_t *bytes, size_t n, TbVerdict *verdict)
{
  for (uint32_t i = 0; i < verdict->flips && n > 0; i++)
    {
      uint64_t bit = tb_rng_below (&verdict->rng, 8 * n);
      bytes[bit / 8] ^= (uint8_t) (1u << bit % 8);
    }
}

/* On a slow line each waits until those before it are through. */
static int64_t
pace (const TbTaps *t, TbPath *path, unsigned direction, int64_t rate, size_t n)
{
  int64_t *free_ns = &path->free_ns[direction];
  if (rate == 0)
    return 0;
  *free_ns = TB_MAX (*free_ns, t->now_ns) + (int64_t) ((double) n / (double) rate * TB_NS_PER_S);
  return *free_ns - t->now_ns;
}

/* What would hold, reset or refuse a connection loses datagrams. */
static TbFate
judge (TbTaps *t, TbPath *path, unsigned direction, uint8_t *bytes, size_t n)
{
  const TbTap *tap = path->tap;
  const TbFaultPlace place = { tap->link, tap->from, tap->to };
  const TbStruck struck = { .label = "datagram", .bytes = n, .begins = true, .proto = TB_PROTO_UDP };
  TbEffects effects;
  TbVerdict verdict;
  if (tap->effects.bits == 0)
    return (TbFate) { .drop = false };
  path->faulted.now_ns = t->now_ns;
  tb_effects_at (t->faults, &place, &path->faulted, &effects);
  tb_effects_judge (&effects, &path->faulted, direction, &struck, &verdict);
  flip (bytes, n, &verdict);
  path->faulted.passed[direction] += n;
  return (TbFate) {
    .drop = effects.cut[direction] || verdict.drop || verdict.hold || effects.reset_ns <= t->now_ns
            || effects.close_ns <= t->now_ns || path->faulted.passed[direction] > effects.limit[direction]
            || tb_effects_dial (&effects, path->faulted.key) != TB_DIALLED_PASS,
    .wait_ns = verdict.delay_ns + (verdict.distance > 0 ? verdict.overtake_ns : 0)
               + pace (t, path, direction, effects.rate[direction], n),
    .copies = verdict.copies
  };
}

/* ---- Passing ----------------------------------------------------------------------------------- */

typedef enum
{
  TB_SENT,
  TB_HELD,
  TB_LOST, /* the receiver has no room, or there are too many that wait */
  TB_DROPPED
} TbOutcome;

static TbOutcome
carry (TbTaps *t, const TbPath *path, unsigned direction, const uint8_t *bytes, size_t n,
       const TbFate *fate)
{
  if (fate->drop)
    return TB_DROPPED;
  if (fate->wait_ns > 0)
    return delay (t, path, direction, bytes, n, t->now_ns + fate->wait_ns) ? TB_HELD : TB_LOST;
  return send_on (path, direction, bytes, n) ? TB_SENT : TB_LOST;
}

static void
count (TbTaps *t, const TbPath *path, unsigned direction, TbOutcome outcome, size_t n, bool copy)
{
  TbTapCounters *row = tb_tap_begin (path->tap);
  TbFlow *flow = flow_of (row, direction);
  uint64_t *const counts[] = { [TB_SENT] = &flow->delivered, [TB_HELD] = &flow->held,
                               [TB_LOST] = &flow->lost, [TB_DROPPED] = &flow->dropped };
  uint64_t *const bytes[] = { [TB_SENT] = &flow->bytes_delivered, [TB_HELD] = &flow->bytes_held,
                              [TB_LOST] = &flow->bytes_lost, [TB_DROPPED] = &flow->bytes_dropped };
  row->proto = row->proto <= TB_PROTO_BYTES ? TB_PROTO_UDP : row->proto;
  *(copy ? &flow->duplicated : &flow->seen) += 1;
  *(copy ? &flow->bytes_duplicated : &flow->bytes_seen) += n;
  *counts[outcome] += 1;
  *bytes[outcome] += n;
  tb_tap_end (path->tap, t->now_ns);
}

void
tb_path_pass (TbTaps *t, TbPath *path, unsigned direction, uint8_t *bytes, size_t n)
{
  path->number++;
  path->last_ns = t->now_ns;
  TbEvent event = event_of (t, path->tap, direction, TB_EVENT_ONE_WAY, path->connection, path->number, n);
  TbFate fate = judge (t, path, direction, bytes, n);
  TbOutcome outcome = carry (t, path, direction, bytes, n, &fate);
  count (t, path, direction, outcome, n, false);
  event.held = outcome != TB_SENT;
  tb_tap_emit (t, &event, bytes, TB_MIN (n, (size_t) t->payload_most));
  event.kind = TB_EVENT_DROPPED;
  if (outcome >= TB_LOST)
    tb_tap_emit (t, &event, NULL, 0);
  for (uint32_t i = 0; i < fate.copies && outcome < TB_LOST; i++)
    count (t, path, direction, carry (t, path, direction, bytes, n, &fate), n, true);
}

/* Whose an answer is that came in by this path's socket, which hears everybody; NULL: nobody's. */
static TbPath *
path_of_answer (TbTaps *t, TbPath *path, const TbAddress *from)
{
  uint16_t port = ntohs (from->v4.sin_port);
  if (path->own_down)
    return path;
  if (ntohl (from->v4.sin_addr.s_addr) != path->to)
    return NULL;
  return port == path->to_port ? path : tb_path_beside (t, path, port);
}

static void
take_up (TbTaps *t, TbPath *path)
{
  for (int i = 0; i < BATCH; i++)
    {
      ssize_t n = recv (path->down, t->buffer, TB_BUFFER_BYTES, MSG_DONTWAIT);
      if (n >= 0)
        tb_path_pass (t, path, TB_DIR_UP, t->buffer, (size_t) n);
      else if (errno == EAGAIN)
        return;
    }
}

/* A path beside this one may need room, and take this one's. */
static void
take_down (TbTaps *t, TbPath *path)
{
  uint16_t generation = path->generation;
  for (int i = 0; i < BATCH && path->up >= 0 && path->generation == generation; i++)
    {
      TbAddress from = { .v4.sin_family = AF_UNSPEC };
      socklen_t size = sizeof from;
      ssize_t n = recvfrom (path->up, t->buffer, TB_BUFFER_BYTES, MSG_DONTWAIT, &from.any, &size);
      TbPath *of = n >= 0 ? path_of_answer (t, path, &from) : NULL;
      if (of != NULL)
        tb_path_pass (t, of, TB_DIR_DOWN, t->buffer, (size_t) n);
      else if (n < 0 && errno == EAGAIN)
        return;
    }
}

void
tb_datagrams_ready (TbTaps *t, uint32_t index, uint16_t generation, bool from_below)
{
  TbPath *path = &t->datagrams->paths[index];
  if (index < t->datagrams->n_paths && path->up >= 0 && path->generation == generation)
    (from_below ? take_down : take_up) (t, path);
}

/* What is due; then paths that were idle for too long. */
void
tb_datagrams_due (TbTaps *t)
{
  TbDatagrams *g = t->datagrams;
  uint64_t count;
  bool open = false;
  if (read (g->timer, &count, sizeof count) < 0)
    return;
  t->now_ns = tb_now_ns ();
  while (g->first_late != 0 && g->late[g->first_late - 1].due_ns <= t->now_ns)
    {
      uint16_t slot = g->first_late;
      TbLate *late = &g->late[slot - 1];
      g->first_late = late->next;
      deliver_late (t, late);
      late->next = g->free_late;
      g->free_late = slot;
    }
  for (uint32_t i = 0; i < g->n_paths && g->first_late == 0; i++)
    {
      if (g->paths[i].up >= 0 && t->now_ns - g->paths[i].last_ns >= TB_PATH_IDLE_NS)
        close_path (t, &g->paths[i]);
      open |= g->paths[i].up >= 0;
    }
  if (g->first_late != 0)
    arm (t, g->late[g->first_late - 1].due_ns);
  else if (open)
    arm (t, t->now_ns + TB_PATH_IDLE_NS / 2);
}

void
tb_datagrams_gone (TbTaps *t, uint32_t instance)
{
  for (uint32_t i = 0; i < t->datagrams->n_paths; i++)
    {
      TbPath *path = &t->datagrams->paths[i];
      if (path->up >= 0 && path->tap->from == instance)
        close_path (t, path);
    }
}

/* ---- Beginning and end --------------------------------------------------------------------------- */

int
tb_datagrams_new (TbTaps *t)
{
  TbDatagrams *g = t->datagrams = calloc (1, sizeof *g);
  if (g == NULL)
    return -ENOMEM;
  g->timer = timerfd_create (CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  g->paths = calloc (TB_PATHS_MAX, sizeof *g->paths);
  if (g->timer < 0 || g->paths == NULL)
    return -ENOMEM;
  tb_taps_watch (t, g->timer, EPOLLIN, TB_WATCH_LATE, 0, 0, true);
  tb_doors_open (t);
  return 0;
}

/* What still waits is lost with its path. */
void
tb_datagrams_free (TbTaps *t)
{
  TbDatagrams *g = t->datagrams;
  if (g == NULL)
    return;
  for (uint16_t slot = g->first_late; slot != 0; slot = g->late[slot - 1].next)
    {
      const TbLate *late = &g->late[slot - 1];
      TbFlow *flow = flow_of (tb_tap_begin (late->tap), late->direction);
      flow->held--;
      flow->lost++;
      flow->bytes_held -= late->n;
      flow->bytes_lost += late->n;
      tb_tap_end (late->tap, t->now_ns);
    }
  for (uint32_t i = 0; i < g->n_paths; i++)
    if (g->paths[i].up >= 0)
      close_path (t, &g->paths[i]);
  for (uint32_t i = 0; i < g->n_doors; i++)
    if (g->doors[i].fd >= 0)
      close (g->doors[i].fd);
  if (g->late != NULL)
    munmap (g->late, TB_LATE_MAX * sizeof *g->late);
  if (g->timer >= 0)
    close (g->timer);
  free (g->doors);
  free (g->paths);
  free (g);
  t->datagrams = NULL;
}
