/* One direction of a connection.
 *
 *   recv ──▶ send                        nothing in the way: the shared buffer, then framing
 *   recv ──▶ framing ──▶ queue ──▶ send  a fault holds or delays, or the receiver is slow
 *   splice ──▶ pipe ──▶ splice           bulk that nobody needs to look at
 *
 * Bytes go on before they are framed, so that what a tap adds is two system calls and the framing is
 * done while the receiver works already. */
#include "taps-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "direct.h"

#define SPLICE_BYTES (1u << 20)
#define SPLICE_LEAST (32u << 10)
#define IOV_MAX_SOME 16

enum
{
  WATCH_REGISTERED = 1,
  WATCH_MUTED = 2,
  WATCH_IN = 4,
  WATCH_OUT = 8,
  WATCH_EDGE = 16
};

/* Of what would come again with each read, that more than data is there. */
#define EVENTS_BEYOND (EPOLLRDHUP | EPOLLPRI | EPOLLHUP | EPOLLERR)

/* ---- What epoll is asked --------------------------------------------------------------------- */

/* Edges cost the kernel one look at a socket for each time something comes, levels two. With edges
 * nothing may be left behind unread: a read that did not fill the buffer left nothing, but for what
 * EVENTS_BEYOND announce, after which is read until there is no more (tb_conn_ready()). A side whose
 * read did fill the buffer is asked by levels from then on. Whenever epoll is asked anew it looks
 * anew, so that a side which was paused misses nothing. */

static uint8_t
wanted (const TbConn *c, unsigned side)
{
  const TbFlowing *from = &c->flow[side], *to = &c->flow[!side];
  uint8_t want = 0;
  if (!from->ended && !from->paused)
    want |= WATCH_IN;
  if (to->blocked || (c->connecting && side == TB_DIR_DOWN))
    want |= WATCH_OUT;
  if (!from->deep)
    want |= WATCH_EDGE;
  /* An edge of the end comes once: no need to be asked not to come again. */
  if (from->ended && (c->watched[side] & WATCH_EDGE))
    want |= c->watched[side] & WATCH_IN;
  return want;
}

static void
watch_side (TbTaps *t, TbConn *c, unsigned side)
{
  uint8_t want = wanted (c, side), has = c->watched[side];
  bool registered = (has & WATCH_REGISTERED) != 0, idle = (want & (WATCH_IN | WATCH_OUT)) == 0;
  if ((registered && (has & ~WATCH_REGISTERED) == want) || (idle && (has & WATCH_MUTED)))
    return;
  /* A side that has ended both ways would report it for ever. */
  if (idle && c->flow[side].ended && c->flow[!side].passed)
    {
      tb_flow_mute (t, c, side);
      return;
    }
  uint32_t events = (want & WATCH_IN ? (uint32_t) EPOLLIN : 0)
                    | (want & WATCH_OUT ? (uint32_t) EPOLLOUT : 0)
                    | (want & WATCH_EDGE ? (uint32_t) EPOLLET | EPOLLRDHUP | EPOLLPRI : 0);
  tb_taps_watch (t, c->fd[side], events, side == TB_DIR_UP ? TB_WATCH_CONN_UP : TB_WATCH_CONN_DOWN,
                 c->index, c->generation, !registered);
  c->watched[side] = WATCH_REGISTERED | want;
}

void
tb_flow_mute (TbTaps *t, TbConn *c, unsigned side)
{
  if (c->watched[side] & WATCH_REGISTERED)
    epoll_ctl (t->epoll, EPOLL_CTL_DEL, c->fd[side], NULL);
  c->watched[side] = WATCH_MUTED;
}

uint64_t
tb_flow_hold_limit (const TbTaps *t, const TbConn *c, unsigned d)
{
  if (c->connecting || (c->flow[d].blocked && !tb_effects_hold (tb_conn_effects_of (c), d)))
    return 1;
  uint64_t most = t->held_bytes < TB_HOLD_ALL_BYTES ? TB_HOLD_BYTES : TB_HOLD_LEAST_BYTES;
  return TB_MIN (most, tb_affect_room (c, d));
}

void
tb_flow_watch (TbTaps *t, TbConn *c)
{
  for (unsigned d = 0; d < 2; d++)
    {
      const TbWaiting *w = c->flow[d].waiting;
      uint64_t bytes = w != NULL ? w->queue.end - w->queue.at + tb_gather_bytes (w) : 0;
      c->flow[d].paused
        = w != NULL && (bytes >= tb_flow_hold_limit (t, c, d) || tb_gather_is_full (t, w));
    }
  watch_side (t, c, TB_DIR_UP);
  watch_side (t, c, TB_DIR_DOWN);
}

/* ---- Pipes ----------------------------------------------------------------------------------- */

static bool
take_pipe (TbTaps *t, int pipe[2])
{
  if (t->n_pipes > 0)
    {
      memcpy (pipe, t->pipes[--t->n_pipes], sizeof t->pipes[0]);
      return true;
    }
  if (pipe2 (pipe, O_NONBLOCK | O_CLOEXEC) < 0)
    return false;
  fcntl (pipe[0], F_SETPIPE_SZ, SPLICE_BYTES); /* less is fine too */
  return true;
}

static void
give_pipe (TbTaps *t, int pipe[2], bool empty)
{
  if (empty && t->n_pipes < TB_PIPES_MAX)
    memcpy (t->pipes[t->n_pipes++], pipe, sizeof t->pipes[0]);
  else
    {
      close (pipe[0]);
      close (pipe[1]);
    }
  pipe[0] = pipe[1] = -1;
}

/* ---- What waits ------------------------------------------------------------------------------ */

TbWaiting *
tb_flow_wait (TbTaps *t, TbConn *c, unsigned d)
{
  TbFlowing *flow = &c->flow[d];
  if (flow->waiting != NULL)
    return flow->waiting;
  TbWaiting *w = tb_pool_take (&t->waitings);
  if (w == NULL)
    return NULL;
  *w = (TbWaiting) { .conn = c, .direction = (uint8_t) d, .pipe = { -1, -1 } };
  tb_queue_init (&w->queue, flow->out);
  flow->waiting = w;
  return w;
}

/* What is left in it is lost. */
void
tb_flow_drop (TbTaps *t, TbConn *c, unsigned d)
{
  TbWaiting *w = c->flow[d].waiting;
  if (w == NULL)
    return;
  uint64_t bytes = w->queue.end - w->queue.at;
  uint32_t messages = tb_queue_marks (&w->queue);
  tb_gather_drop (t, w, &bytes, &messages);
  if (bytes > 0 || messages > 0)
    {
      TbTapCounters *row = tb_tap_begin (c->tap);
      TbFlow *flow = d == TB_DIR_UP ? &row->up : &row->down;
      flow->bytes_held -= bytes;
      flow->bytes_lost += bytes;
      flow->held -= messages;
      flow->lost += messages;
      tb_tap_end (c->tap, t->now_ns);
    }
  t->held_bytes -= bytes;
  if (w->pipe[0] >= 0)
    give_pipe (t, w->pipe, w->queue.aside == 0);
  tb_taps_unschedule (t, w);
  tb_queue_clear (&w->queue, &t->blocks);
  tb_pool_give (&t->waitings, w);
  c->flow[d].waiting = NULL;
  c->flow[d].blocked = false;
}

void
tb_flow_count (TbTaps *t, TbConn *c, unsigned d, uint64_t n, uint64_t sent)
{
  bool dead = c->flow[d].dead;
  TbTapCounters *row = tb_tap_begin (c->tap);
  TbFlow *flow = d == TB_DIR_UP ? &row->up : &row->down;
  flow->bytes_seen += n;
  flow->bytes_delivered += sent;
  *(dead ? &flow->bytes_lost : &flow->bytes_held) += n - sent;
  tb_tap_end (c->tap, t->now_ns);
  if (!dead)
    t->held_bytes += n - sent;
}

/* n bytes that waited have gone. */
static void
count_gone (TbTaps *t, TbConn *c, unsigned d, size_t n)
{
  TbFlowing *flowing = &c->flow[d];
  TbQueue *queue = &flowing->waiting->queue;
  TbMark mark;
  tb_queue_consume (queue, &t->blocks, n);
  flowing->out += n;
  t->held_bytes -= n;
  TbTapCounters *row = tb_tap_begin (c->tap);
  TbFlow *flow = d == TB_DIR_UP ? &row->up : &row->down;
  flow->bytes_held -= n;
  flow->bytes_delivered += n;
  tb_tap_end (c->tap, t->now_ns);
  while (tb_queue_pop_first_byte (queue, &mark))
    tb_reading_first_byte (t, c, &mark);
  while (tb_queue_pop_mark (queue, &mark))
    tb_reading_delivered (t, c, d, &mark);
}

/* ---- Ends ------------------------------------------------------------------------------------ */

/* A caller that closes while it waits for a reply ends like one that has only no more to ask (which is
 * legal and takes its reply). What tells them apart is that the kernel of the former refuses the reply:
 * over loopback its RST is here before the call that sent returns. */
static bool
is_refused (const TbConn *c, unsigned d)
{
  int error = 0;
  socklen_t size = sizeof error;
  return d == TB_DIR_DOWN && c->flow[TB_DIR_UP].ended
         && getsockopt (c->fd[TB_DIR_UP], SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error != 0;
}

/* The RST took longer than that: the reply has been counted as a good one. */
static void
count_late (TbTaps *t, TbConn *c)
{
  TbTapCounters *row = tb_tap_begin (c->tap);
  row->errors += !t->stopping;
  tb_tap_end (c->tap, t->now_ns);
  c->late = false;
}

/* Replies that waited for a caller that is gone. */
static void
lose_replies (TbTaps *t, TbConn *c)
{
  TbWaiting *w = c->flow[TB_DIR_DOWN].waiting;
  TbMark mark;
  while (w != NULL && !t->stopping && tb_queue_take_mark (&w->queue, &mark))
    {
      TbTapCounters *row = tb_tap_begin (c->tap);
      row->down.held--;
      row->down.dropped++;
      row->errors += mark.number != 0;
      tb_tap_end (c->tap, t->now_ns);
      TbEvent event = { .time_ns = t->now_ns,
                        .tap = c->tap->index,
                        .connection = c->number,
                        .number = mark.number,
                        .size = mark.size,
                        .kind = TB_EVENT_DROPPED,
                        .direction = TB_DIR_DOWN };
      tb_tap_emit (t, &event, NULL, 0);
    }
}

static bool
pass_fin (TbTaps *t, TbConn *c, unsigned d)
{
  c->flow[d].passed = true;
  if (c->flow[!d].passed)
    {
      tb_conn_finish (t, c); /* closing sends this FIN */
      return false;
    }
  shutdown (c->fd[!d], SHUT_WR);
  tb_flow_watch (t, c);
  return true;
}

/* The receiver is gone. What it had still sent is read first; its end is then a reset. */
static bool
receiver_gone (TbTaps *t, TbConn *c, unsigned d)
{
  c->flow[d].dead = true;
  if (d == TB_DIR_DOWN)
    lose_replies (t, c);
  tb_flow_drop (t, c, d);
  if (!c->flow[!d].ended)
    {
      tb_flow_watch (t, c);
      return true;
    }
  tb_conn_reset (t, c, (int) !d);
  return false;
}

bool
tb_flow_input_end (TbTaps *t, TbConn *c, unsigned d, TbEnd end)
{
  TbFlowing *flow = &c->flow[d];
  const TbEffects *effects = tb_conn_effects_of (c);
  bool hold = tb_effects_hold (effects, d);
  t->n_cuts = 0;
  if (end == TB_END_FIN && !flow->ended)
    tb_reading_end (t, c, d, effects->whole[d] ? TB_SPLIT_WHOLE : TB_SPLIT_NOT);
  flow->ended = true;
  if (end == TB_END_RST)
    tb_flow_mute (t, c, d);
  if (end == TB_END_RST && d == TB_DIR_UP && c->late)
    count_late (t, c);
  if (end == TB_END_RST && (!hold || flow->dead))
    {
      tb_conn_reset (t, c, (int) d);
      return false;
    }
  if (flow->dead)
    return true;
  if (flow->waiting == NULL && !hold && !c->connecting)
    return pass_fin (t, c, d);
  TbWaiting *w = tb_flow_wait (t, c, d);
  if (w == NULL)
    {
      tb_conn_reset (t, c, -1);
      return false;
    }
  int64_t delay = c->affected != NULL ? tb_effects_end_delay_ns (effects, &c->affected->faulted, d) : 0;
  if (!tb_gather_end (t, c, d, end))
    tb_queue_finish (&w->queue, end, t->now_ns + delay);
  return tb_flow_deliver (t, c, d);
}

/* ---- Out of the queue ------------------------------------------------------------------------ */

/* Shortens what is to be sent to so many bytes. */
static int
shorten (struct iovec *iov, int n, size_t *bytes, uint64_t most)
{
  if (*bytes <= most)
    return n;
  size_t left = *bytes = (size_t) most;
  for (n = 0; left > 0; left -= iov[n++].iov_len)
    iov[n].iov_len = TB_MIN (iov[n].iov_len, left);
  return n;
}

static ssize_t
send_some (TbTaps *t, TbConn *c, TbWaiting *w, size_t *wanted_bytes)
{
  struct iovec iov[IOV_MAX_SOME];
  uint64_t most = tb_affect_allows (t, c, w->direction);
  if (w->queue.aside > 0)
    {
      *wanted_bytes = (size_t) TB_MIN (w->queue.aside, most);
      return *wanted_bytes == 0 ? 0
                                : splice (w->pipe[0], NULL, c->fd[!w->direction], NULL, *wanted_bytes,
                                          SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    }
  int n = tb_queue_due (&w->queue, t->now_ns, iov, IOV_MAX_SOME, wanted_bytes);
  n = shorten (iov, n, wanted_bytes, most);
  if (n == 0)
    return 0;
  struct msghdr m = { .msg_iov = iov, .msg_iovlen = (size_t) n };
  return sendmsg (c->fd[!w->direction], &m, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* False when the receiver is gone. */
static bool
send_due (TbTaps *t, TbConn *c, unsigned d)
{
  TbFlowing *flow = &c->flow[d];
  while (!flow->blocked)
    {
      size_t want = 0;
      ssize_t sent = send_some (t, c, flow->waiting, &want);
      if (want == 0)
        return true;
      if ((sent < 0 && errno != EAGAIN && errno != EINTR) || (sent > 0 && is_refused (c, d)))
        return false;
      if (sent > 0)
        {
          count_gone (t, c, d, (size_t) sent);
          tb_affect_sent (t, c, d, (uint64_t) sent);
        }
      flow->blocked = sent < (ssize_t) want;
    }
  return true;
}

/* All that was due is sent, or the receiver takes no more: what next? */
static bool
settle (TbTaps *t, TbConn *c, unsigned d)
{
  TbFlowing *flow = &c->flow[d];
  TbWaiting *w = flow->waiting;
  if (w->pipe[0] >= 0 && w->queue.aside == 0)
    give_pipe (t, w->pipe, true);
  TbEnd end = flow->blocked ? TB_END_NONE : tb_queue_ended (&w->queue, t->now_ns);
  int64_t late_ns = tb_gather_next_ns (w), next_ns = tb_queue_next_ns (&w->queue);
  if (w->queue.end > w->queue.at)
    next_ns = tb_affect_next_ns (c, d, next_ns);
  if (end == TB_END_RST)
    {
      /* Not of the sender's making: a reset fault, which both sides are to see. */
      tb_conn_reset (t, c, flow->ended ? (int) d : -1);
      return false;
    }
  if (end == TB_END_FIN || (tb_queue_is_empty (&w->queue) && tb_gather_bytes (w) == 0))
    tb_flow_drop (t, c, d);
  else if (!flow->blocked)
    tb_taps_schedule (t, w, TB_MIN (next_ns, late_ns));
  if (end == TB_END_FIN)
    return pass_fin (t, c, d);
  tb_flow_watch (t, c);
  return true;
}

bool
tb_flow_deliver (TbTaps *t, TbConn *c, unsigned d)
{
  TbFlowing *flow = &c->flow[d];
  if (flow->waiting == NULL)
    return true;
  if (!tb_gather_due (t, c, d))
    return false;
  if (tb_conn_effects_of (c)->cut[d] || c->connecting || flow->blocked)
    {
      tb_taps_unschedule (t, flow->waiting);
      tb_flow_watch (t, c);
      return true;
    }
  if (!send_due (t, c, d))
    return receiver_gone (t, c, d);
  if (!tb_affect_is_spent (c, d))
    return settle (t, c, d);
  tb_conn_end (t, c);
  return false;
}

/* ---- Into the tap ---------------------------------------------------------------------------- */

/* As many pieces as there are messages, each due at its own time. */
static bool
push_delayed (TbTaps *t, TbConn *c, TbWaiting *w, const uint8_t *bytes, size_t n)
{
  uint64_t at = c->flow[w->direction].in - n, end = c->flow[w->direction].in;
  for (uint32_t i = 0; at < end; i++)
    {
      bool ends = i < t->n_cuts;
      uint64_t to = ends ? TB_CLAMP (t->cuts[i].end, at, end) : end;
      if (to == at)
        continue;
      int64_t due_ns = t->now_ns + tb_affect_delay_ns (c, w->direction, to - at, ends);
      if (!tb_queue_push (&w->queue, &t->blocks, bytes, to - at, due_ns))
        return false;
      bytes += to - at;
      at = to;
    }
  return true;
}

static bool
take_slow (TbTaps *t, TbConn *c, unsigned d, const uint8_t *bytes, size_t n)
{
  TbFlowing *flow = &c->flow[d];
  const TbEffects *effects = tb_conn_effects_of (c);
  bool delays = effects->n_strikes[d] > 0, whole = (effects->whole[d] || c->mux != NULL) && !flow->dead;
  TbWaiting *w = flow->dead ? NULL : tb_flow_wait (t, c, d);
  whole = whole || (w != NULL && tb_gather_bytes (w) > 0);
  tb_flow_count (t, c, d, n, 0);
  tb_reading_feed (t, c, d, bytes, n, whole ? TB_SPLIT_WHOLE : delays ? TB_SPLIT_ENDS : TB_SPLIT_NOT);
  if (flow->dead)
    return true;
  if (whole)
    return tb_gather_take (t, c, d, bytes, n);
  if (w == NULL
      || !(delays ? push_delayed (t, c, w, bytes, n)
                  : tb_queue_push (&w->queue, &t->blocks, bytes, n, t->now_ns)))
    {
      /* Out of memory: the invariant of counting needs the bytes that could not be kept. */
      tb_conn_reset (t, c, -1);
      return false;
    }
  return tb_flow_deliver (t, c, d);
}

/* The receiver took less than was there. */
static bool
wait_rest (TbTaps *t, TbConn *c, unsigned d, const uint8_t *rest, size_t n)
{
  TbWaiting *w = tb_flow_wait (t, c, d);
  c->flow[d].blocked = true;
  return w != NULL && tb_queue_push (&w->queue, &t->blocks, rest, n, t->now_ns);
}

static bool
take_fast (TbTaps *t, TbConn *c, unsigned d, const uint8_t *bytes, size_t n)
{
  TbFlowing *flow = &c->flow[d];
  ssize_t sent = tb_direct_send (c->fd[!d], bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);
  bool gone = (sent < 0 && errno != EAGAIN && errno != EINTR) || (sent > 0 && is_refused (c, d));
  size_t went = sent > 0 && !gone ? (size_t) sent : 0;
  flow->out += went;
  flow->dead = flow->dead || gone || (went < n && !wait_rest (t, c, d, bytes + went, n - went));
  tb_flow_count (t, c, d, n, went);
  tb_reading_feed (t, c, d, bytes, n, TB_SPLIT_NOT);
  if (flow->dead)
    return receiver_gone (t, c, d);
  if (went < n)
    tb_flow_watch (t, c);
  return true;
}

static bool
input_error (TbTaps *t, TbConn *c, unsigned d, ssize_t n)
{
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return true;
  t->now_ns = tb_now_ns ();
  return tb_flow_input_end (t, c, d, n < 0 || c->flow[!d].dead ? TB_END_RST : TB_END_FIN);
}

static bool
read_bulk (TbTaps *t, TbConn *c, unsigned d, uint64_t opaque)
{
  TbFlowing *flow = &c->flow[d];
  int pipe[2];
  if (!take_pipe (t, pipe))
    {
      flow->bulk = false;
      return true;
    }
  ssize_t n = splice (c->fd[d], NULL, pipe[1], NULL,
                      (size_t) TB_MIN (opaque, (uint64_t) SPLICE_BYTES),
                      SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  if (n <= 0)
    {
      int error = errno;
      give_pipe (t, pipe, true);
      errno = error;
      return input_error (t, c, d, n);
    }
  t->now_ns = tb_now_ns ();
  flow->bulk = n >= (ssize_t) SPLICE_LEAST;
  t->bytes_read += (uint64_t) n;
  flow->in += (uint64_t) n;
  ssize_t sent = splice (pipe[0], NULL, c->fd[!d], NULL, (size_t) n,
                         SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  flow->dead = sent < 0 && errno != EAGAIN && errno != EINTR;
  size_t went = sent > 0 ? (size_t) sent : 0;
  flow->out += went;
  TbWaiting *w = went < (size_t) n && !flow->dead ? tb_flow_wait (t, c, d) : NULL;
  if (w != NULL && tb_queue_push_aside (&w->queue, (size_t) n - went, t->now_ns))
    {
      memcpy (w->pipe, pipe, sizeof pipe);
      flow->blocked = true;
    }
  else
    {
      flow->dead = flow->dead || went < (size_t) n;
      give_pipe (t, pipe, went == (size_t) n);
    }
  tb_flow_count (t, c, d, (uint64_t) n, went);
  tb_reading_feed (t, c, d, NULL, (uint64_t) n, TB_SPLIT_NOT);
  if (flow->dead)
    return receiver_gone (t, c, d);
  if (flow->blocked)
    tb_flow_watch (t, c);
  return true;
}

/* What was read filled the buffer: there may be more, see watch_side(). */
static void
read_whole (TbTaps *t, TbConn *c, unsigned d)
{
  TbFlowing *flow = &c->flow[d];
  flow->bulk = true;
  if (flow->deep)
    return;
  flow->deep = true;
  watch_side (t, c, d);
}

static bool
is_slow (const TbConn *c, unsigned d)
{
  const TbFlowing *flow = &c->flow[d];
  return flow->waiting != NULL || flow->dead || c->connecting || c->mux != NULL
         || (c->affected != NULL && tb_effects_hold (&c->affected->effects, d));
}

bool
tb_flow_inject (TbTaps *t, TbConn *c, unsigned d, const void *bytes, size_t n)
{
  TbFlowing *flow = &c->flow[d];
  if (flow->ended || flow->passed)
    return true;
  flow->in += n;
  return (is_slow (c, d) ? take_slow : take_fast) (t, c, d, bytes, n);
}

/* Reads once. False when the connection is gone. */
static bool
read_some (TbTaps *t, TbConn *c, unsigned d)
{
  TbFlowing *flow = &c->flow[d];
  bool slow = is_slow (c, d);
  if (flow->bulk && !slow)
    {
      uint64_t opaque = tb_reading_opaque (t, c, d);
      if (opaque >= SPLICE_LEAST)
        return read_bulk (t, c, d, opaque);
    }
  ssize_t n = tb_direct_recv (c->fd[d], t->buffer, TB_BUFFER_BYTES, MSG_DONTWAIT);
  if (n <= 0)
    return input_error (t, c, d, n);
  t->now_ns = tb_now_ns ();
  t->bytes_read += (uint64_t) n;
  flow->bulk = false;
  flow->in += (uint64_t) n;
  if (n == TB_BUFFER_BYTES)
    read_whole (t, c, d);
  return (slow ? take_slow : take_fast) (t, c, d, t->buffer, (size_t) n);
}

void
tb_flow_read (TbTaps *t, TbConn *c, unsigned d, uint32_t events)
{
  const TbFlowing *flow = &c->flow[d];
  uint64_t before;
  do
    before = t->bytes_read;
  while (read_some (t, c, d) && (events & EVENTS_BEYOND) != 0 && !flow->deep && !flow->ended
         && !flow->paused && t->bytes_read != before);
}
