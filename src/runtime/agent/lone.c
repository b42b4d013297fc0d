/* A tap alone, in front of one server that somebody else runs: a listener and a target, no plan, no
 * interception. While the target refuses, the listener is closed, but keeps its port, so that who
 * connects is refused as well. Thread 2 (alone.c) finds out when the target accepts again.
 *
 *                   tb_lone_target (up)
 *          closed ───────────────────────────────▶ listening
 *             ▲                                        │
 *             └── tb_lone_refused(), a refuse fault, ──┘
 *                 tb_lone_target (down)                                                          */
#include "taps-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "address.h"

/* Who was accepted, and meets silence until a fault is over. */
typedef struct
{
  int fd;
  uint16_t port;
} TbSilenced;

#define ACCEPTS_MAX 64 /* in one go; then others have their turn */

struct TbLone
{
  int listener; /* bound */
  bool up, listens;
  TbTap *tap;
  TbAddress target;
  socklen_t size;
  TbSilenced *silenced;
  uint32_t n_silenced, capacity;
};

int
tb_taps_alone (TbTaps *t, int listener, const struct sockaddr *target, socklen_t size)
{
  TbLone *lone = calloc (1, sizeof *lone);
  if (lone == NULL || size > sizeof lone->target)
    {
      free (lone);
      return -ENOMEM;
    }
  lone->listener = listener;
  lone->size = size;
  memcpy (&lone->target, target, size);
  tb_connect_send_at_once (listener);
  lone->tap = tb_tap_get (t, 0, 1, t->plan->links[0].port, 0);
  t->lone = lone;
  return lone->tap != NULL ? 0 : -ENOMEM;
}

void
tb_lone_free (TbTaps *t)
{
  if (t->lone == NULL)
    return;
  for (uint32_t i = 0; i < t->lone->n_silenced; i++)
    close (t->lone->silenced[i].fd);
  free (t->lone->silenced);
  close (t->lone->listener);
  free (t->lone);
  t->lone = NULL;
}

/* ---- Dialling -------------------------------------------------------------------------------- */

static TbDial
dial (const TbLone *lone, int *fd)
{
  *fd = socket (lone->target.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (*fd < 0)
    return TB_DIAL_REFUSED;
  tb_connect_send_at_once (*fd);
  int result = connect (*fd, &lone->target.any, lone->size);
  if (result < 0 && errno == EINPROGRESS) /* on loopback it has come out by now: ask again */
    result = connect (*fd, &lone->target.any, lone->size);
  if (result == 0)
    return TB_DIAL_UP;
  return errno == EALREADY || errno == EINPROGRESS ? TB_DIAL_PENDING : TB_DIAL_REFUSED;
}

/* The caller is gone if it returns false. */
static bool
silence (TbLone *lone, int caller, uint16_t caller_port)
{
  if (lone->n_silenced == lone->capacity)
    {
      uint32_t capacity = TB_MAX (16u, 2 * lone->capacity);
      TbSilenced *more = realloc (lone->silenced, capacity * sizeof *more);
      if (more == NULL)
        return false;
      lone->silenced = more;
      lone->capacity = capacity;
    }
  lone->silenced[lone->n_silenced++] = (TbSilenced) { caller, caller_port };
  return true;
}

static void
lead_on (TbTaps *t, int caller, uint16_t caller_port)
{
  TbLone *lone = t->lone;
  int called;
  TbDial result = dial (lone, &called);
  if (result != TB_DIAL_REFUSED)
    {
      tb_conn_start (t, lone->tap, caller, called, result == TB_DIAL_PENDING, caller_port);
      return;
    }
  tb_connect_turn_away (caller);
  if (called < 0)
    {
      tb_taps_tell_no_descriptors (t);
      return;
    }
  close (called);
  tb_tap_begin (lone->tap)->refused++;
  tb_tap_end (lone->tap, t->now_ns);
  tb_lone_refused (t);
}

static void
accepted (TbTaps *t, int caller, uint16_t caller_port)
{
  TbTap *tap = t->lone->tap;
  TbDialled met = tb_tap_dialled (tap);
  if (met == TB_DIALLED_PASS)
    lead_on (t, caller, caller_port);
  else if (met == TB_DIALLED_REFUSED || !silence (t->lone, caller, caller_port))
    {
      tb_connect_turn_away (caller);
      tb_tap_begin (tap)->refused++;
      tb_tap_end (tap, t->now_ns);
      tb_tap_event (t, tap, TB_EVENT_REFUSED, 0, 0);
    }
}

/* Those of a fault that is over. The list is taken off first: what follows from a refusal comes here
 * again. */
static void
end_silence (TbTaps *t)
{
  TbLone *lone = t->lone;
  TbSilenced *all = lone->silenced;
  uint32_t n = lone->n_silenced;
  if (n == 0 || lone->tap->effects.park)
    return;
  lone->silenced = NULL;
  lone->n_silenced = lone->capacity = 0;
  for (uint32_t i = 0; i < n; i++)
    lead_on (t, all[i].fd, all[i].port);
  free (all);
}

/* ---- Listening ------------------------------------------------------------------------------- */

static void
tell (TbTaps *t)
{
  TbListening now = t->lone->listens ? TB_LISTENS
                    : t->lone->up    ? TB_REFUSES_BY_FAULT
                                     : TB_REFUSES_AS_TARGET;
  TbTold told = { .type = TB_TOLD_LISTENS, .flag = (uint8_t) now, .time_ns = t->now_ns };
  tb_tap_tell (t, &told, NULL, 0);
}

/* To stop listening is, on Linux, to shut a listener down: it stays bound, and can listen again. Who
 * was connected and not accepted is reset. */
void
tb_lone_update (TbTaps *t)
{
  TbLone *lone = t->lone;
  end_silence (t);
  bool listens = lone->up && !tb_effects_refuse_all (&lone->tap->effects);
  if (listens == lone->listens)
    return;
  lone->listens = listens;
  if (listens && listen (lone->listener, SOMAXCONN) == 0)
    tb_taps_watch (t, lone->listener, EPOLLIN, TB_WATCH_LONE, 0, 0, true);
  else
    {
      lone->listens = false;
      epoll_ctl (t->epoll, EPOLL_CTL_DEL, lone->listener, NULL);
      shutdown (lone->listener, SHUT_RDWR);
    }
  tell (t);
}

void
tb_lone_target (TbTaps *t, bool up)
{
  bool before = t->lone->listens;
  t->lone->up = up;
  tb_lone_update (t);
  if (t->lone->listens == before)
    tell (t);
}

void
tb_lone_refused (TbTaps *t)
{
  tb_tap_event (t, t->lone->tap, TB_EVENT_REFUSED, 0, 0);
  if (t->lone->up)
    tb_lone_target (t, false);
}

/* ---- Accepting ------------------------------------------------------------------------------- */

void
tb_lone_accept (TbTaps *t)
{
  TbLone *lone = t->lone;
  for (int i = 0; i < ACCEPTS_MAX && lone->listens; i++)
    {
      TbAddress peer;
      socklen_t size = sizeof peer;
      int fd = accept4 (lone->listener, &peer.any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
      uint16_t port = peer.any.sa_family == AF_INET6 ? peer.v6.sin6_port : peer.v4.sin_port;
      if (fd >= 0)
        accepted (t, fd, ntohs (port));
      else if (!tb_connect_spare (t, lone->listener))
        return;
    }
}
