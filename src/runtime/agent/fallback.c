/* Where callers are under no filter, for want of seccomp or because they lie outside (a browser, curl in
 * a terminal): a listener at each such link's virtual address, which the programs' settings
 * lead to. Who calls is known by its source address where it bound one, else the link's only or first
 * caller is taken for it. A target that is down is seen as a reset, not as a refusal, since the
 * connection was accepted before. */
#include "taps-private.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Its first caller stands for all: links lead from one component. */
static bool
needs_listener (const TbTaps *t, const TbWireLink *link)
{
  return link->address != 0 && link->port != 0 && link->n_to > 0 && link->n_from > 0
         && link->proto != TB_PROTO_UDP
         && (t->plan->no_seccomp || tb_wire_is_outside (&t->plan->instances[link->from[0]]));
}

static void
open_link (TbTaps *t, uint32_t i)
{
  const TbWireLink *link = &t->plan->links[i];
  TbListener listener = { .fd = -1 };
  int error = 0;
  if (needs_listener (t, link))
    error = tb_listener_open (&listener, link->address, link->port, SOMAXCONN);
  t->fallback[i] = listener.fd;
  if (error < 0)
    tb_tap_problem (t, 0, TB_NOBODY, "link %s has no tap: port %u of its address: %s", link->id,
                    link->port, strerror (-error));
  else if (listener.fd >= 0)
    tb_taps_watch (t, listener.fd, EPOLLIN, TB_WATCH_FALLBACK, i, 0, true);
  if (listener.fd >= 0 && link->n_from > 1 && t->plan->no_seccomp)
    tb_tap_problem (t, 2, TB_NOBODY,
                    "without interception, calls over %s that come from no instance's address "
                    "are taken for those of %s",
                    link->id, t->plan->instances[link->from[0]].id);
}

int
tb_fallback_start (TbTaps *t)
{
  t->fallback = malloc ((t->plan->n_links + 1) * sizeof *t->fallback);
  if (t->fallback == NULL)
    return -1;
  for (uint32_t i = 0; i < t->plan->n_links; i++)
    open_link (t, i);
  return 0;
}

/* A link's port may be another one now, or it leads nowhere; what was accepted goes on. */
void
tb_fallback_follow (TbTaps *t, uint32_t before)
{
  int *fallback = realloc (t->fallback, (t->plan->n_links + 1) * sizeof *fallback);
  TB_CHECK (fallback != NULL);
  t->fallback = fallback;
  for (uint32_t i = 0; i < t->plan->n_links; i++)
    {
      if (i < before && fallback[i] >= 0)
        close (fallback[i]);
      open_link (t, i);
    }
}

static uint32_t
find_caller (const TbTaps *t, const TbWireLink *link, uint32_t address)
{
  uint32_t instance = tb_route_instance_at (t->routes, address);
  if (instance != TB_NOBODY || link->n_from == 0)
    return instance;
  return link->from[0];
}

static void
turn_away (TbTaps *t, int fd, TbTap *tap)
{
  const struct linger now = { .l_onoff = 1, .l_linger = 0 };
  setsockopt (fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close (fd);
  if (tap == NULL)
    return;
  tb_tap_begin (tap)->refused++;
  tb_tap_end (tap, t->now_ns);
  tb_tap_event (t, tap, TB_EVENT_REFUSED, 0, 0);
}

/* A cut does not keep it from being accepted here; its bytes are held. */
static void
connect_through (TbTaps *t, uint32_t link, uint32_t from, int fd, uint16_t caller_port)
{
  uint32_t address = t->plan->links[link].address;
  TbRoute route = tb_route_connect (t->routes, from, address, t->plan->links[link].port, t->open);
  TbTap *first = NULL;
  for (uint32_t k = 0; k < route.n; k++)
    {
      uint32_t to = tb_route_candidate (t->routes, &route, k);
      TbTap *tap = tb_tap_get (t, from, to, route.port, link);
      if (tap == NULL)
        break;
      first = first != NULL ? first : tap;
      int up;
      TbDial dial = tb_tap_dialled (tap) == TB_DIALLED_REFUSED ? TB_DIAL_REFUSED
                                        : tb_connect_dial (t, from, to, route.port, false, &up);
      if (dial == TB_DIAL_REFUSED)
        continue;
      tb_conn_start (t, tap, fd, up, dial == TB_DIAL_PENDING, caller_port);
      return;
    }
  turn_away (t, fd, first);
}

void
tb_fallback_accept (TbTaps *t, uint32_t link)
{
  struct sockaddr_in peer;
  socklen_t size = sizeof peer;
  int fd;
  while ((fd = accept4 (t->fallback[link], (struct sockaddr *) &peer, &size,
                        SOCK_NONBLOCK | SOCK_CLOEXEC))
         >= 0)
    {
      uint32_t from = find_caller (t, &t->plan->links[link], ntohl (peer.sin_addr.s_addr));
      if (from == TB_NOBODY)
        turn_away (t, fd, NULL);
      else
        connect_through (t, link, from, fd, ntohs (peer.sin_port));
      size = sizeof peer;
    }
}

void
tb_fallback_stop (TbTaps *t)
{
  for (uint32_t i = 0; t->fallback != NULL && i < t->plan->n_links; i++)
    if (t->fallback[i] >= 0)
      close (t->fallback[i]);
  free (t->fallback);
  t->fallback = NULL;
}
