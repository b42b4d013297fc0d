/* Dials that have not come out yet: the caller's connect() stays unanswered until they have, so that a
 * refusal leads on to the next candidate, or is the caller's own, as it would be without a tap.
 *
 *                    tb_dialling_wait()           tb_dialling_ready(): connected
 *   tb_connect.c ─────────────────────▶ waiting ─────────────────────────────────▶ the caller has it
 *        ▲                                │  │     tb_dialling_due(): its time is over; the tap takes
 *        │ the next candidate             │  └───▶ the caller all the same, and holds its bytes
 *        └────────────────────────────────┘
 *            tb_dialling_ready(): refused       tb_dialling_forget(), drop_gone(): the caller is gone
 *
 * On loopback a handshake is over before connect() returns, but on a machine whose processors are all
 * taken, where the kernel leaves it to a thread of its own; and where the called one's queue is full.
 * A caller that blocks waits in its own connect(), as it would for the kernel. One that does not has
 * other things to do: it waits little, and where that was in vain it is not asked to for a while. */
#include "taps-private.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define DIALLING_MAX 256
#define BLOCKING_NS (5 * TB_NS_PER_S)
#define BRIEF_NS (50 * TB_NS_PER_MS)
#define IN_VAIN_NS TB_NS_PER_S

typedef struct
{
  TbAttempt attempt;
  int64_t due_ns; /* 0: the place is free */
  uint16_t generation;
} Waiter;

struct TbDialling
{
  uint32_t n;
  Waiter waiters[DIALLING_MAX];
};

bool
tb_dialling_new (TbTaps *t)
{
  t->dialling = calloc (1, sizeof *t->dialling);
  t->dialling_ns = INT64_MAX;
  return t->dialling != NULL;
}

static void
note_due (TbTaps *t)
{
  t->dialling_ns = INT64_MAX;
  for (uint32_t i = 0; i < DIALLING_MAX && t->dialling->n > 0; i++)
    if (t->dialling->waiters[i].due_ns != 0)
      t->dialling_ns = TB_MIN (t->dialling_ns, t->dialling->waiters[i].due_ns);
}

/* The place is free afterwards: whoever goes on may wait anew, for the next candidate. */
static TbAttempt
take_out (TbTaps *t, Waiter *w)
{
  TbAttempt attempt = w->attempt;
  epoll_ctl (t->epoll, EPOLL_CTL_DEL, attempt.up, NULL);
  w->due_ns = 0;
  w->generation++;
  t->dialling->n--;
  note_due (t);
  return attempt;
}

static void
drop (TbTaps *t, Waiter *w)
{
  TbAttempt attempt = take_out (t, w);
  close (attempt.up);
  close (attempt.caller.fd);
}

/* A signal ends the wait of a caller, which then may ask anew: what it asked before is nobody's. */
static void
drop_gone (TbTaps *t)
{
  for (uint32_t i = 0; i < DIALLING_MAX && t->dialling->n > 0; i++)
    if (t->dialling->waiters[i].due_ns != 0 && !tb_notify_valid (&t->dialling->waiters[i].attempt.call))
      drop (t, &t->dialling->waiters[i]);
}

/* How long it may be kept; 0: not at all. */
static int64_t
patience_ns (const TbTaps *t, const TbAttempt *attempt)
{
  struct timeval most = { 0 };
  socklen_t size = sizeof most;
  if (attempt->caller.flags & O_NONBLOCK)
    return t->now_ns < attempt->tap->in_vain_ns ? 0 : BRIEF_NS;
  getsockopt (attempt->caller.fd, SOL_SOCKET, SO_SNDTIMEO, &most, &size);
  int64_t most_ns = most.tv_sec * TB_NS_PER_S + most.tv_usec * TB_NS_PER_US;
  return most_ns > 0 ? TB_MIN (most_ns, BLOCKING_NS) : BLOCKING_NS;
}

bool
tb_dialling_wait (TbTaps *t, const TbAttempt *attempt)
{
  int64_t patience = patience_ns (t, attempt);
  uint32_t i = 0;
  if (patience == 0)
    return false;
  if (t->dialling->n > 0)
    drop_gone (t);
  while (i < DIALLING_MAX && t->dialling->waiters[i].due_ns != 0)
    i++;
  if (i == DIALLING_MAX)
    return false;
  Waiter *w = &t->dialling->waiters[i];
  w->attempt = *attempt;
  w->due_ns = t->now_ns + patience;
  t->dialling->n++;
  t->dialling_ns = TB_MIN (t->dialling_ns, w->due_ns);
  tb_taps_watch (t, attempt->up, EPOLLOUT, TB_WATCH_DIAL, i, w->generation, true);
  return true;
}

void
tb_dialling_ready (TbTaps *t, uint32_t index, uint16_t generation)
{
  Waiter *w = &t->dialling->waiters[index];
  int error = 0;
  socklen_t size = sizeof error;
  if (w->due_ns == 0 || w->generation != generation)
    return;
  getsockopt (w->attempt.up, SOL_SOCKET, SO_ERROR, &error, &size);
  TbAttempt attempt = take_out (t, w);
  tb_connect_go_on (t, &attempt, error == 0 ? TB_DIAL_UP : TB_DIAL_REFUSED);
}

static void
give_up_waiting (TbTaps *t, Waiter *w)
{
  if (w->due_ns <= t->now_ns)
    w->attempt.tap->in_vain_ns = t->now_ns + IN_VAIN_NS;
  TbAttempt attempt = take_out (t, w);
  tb_connect_go_on (t, &attempt, TB_DIAL_PENDING);
}

void
tb_dialling_due (TbTaps *t, int64_t until_ns)
{
  for (uint32_t i = 0; i < DIALLING_MAX && t->dialling->n > 0; i++)
    if (t->dialling->waiters[i].due_ns != 0 && t->dialling->waiters[i].due_ns <= until_ns)
      give_up_waiting (t, &t->dialling->waiters[i]);
}

void
tb_dialling_forget (TbTaps *t, int notify_fd)
{
  for (uint32_t i = 0; i < DIALLING_MAX && t->dialling->n > 0; i++)
    {
      Waiter *w = &t->dialling->waiters[i];
      if (w->due_ns != 0 && (notify_fd < 0 || w->attempt.call.notify_fd == notify_fd))
        drop (t, w);
    }
}

void
tb_dialling_free (TbTaps *t)
{
  if (t->dialling != NULL)
    tb_dialling_forget (t, -1);
  free (t->dialling);
  t->dialling = NULL;
}
