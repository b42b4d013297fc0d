/* Connects into a cut: they are sent to a listener whose accept queue is full, so that the kernel
 * drops their SYNs as a broken network would, retries, and gives up when the caller's time is over.
 *
 *              tb_park_get()                    heal: open_up()
 *   nothing ─────────────────▶ full: SYNs drop ────────────────▶ open: next SYN is admitted
 *                                     ▲                                   │
 *                                     └───────── cut again: fill() ───────┘
 *
 * Who is admitted is dialled for then. Nobody needs to be remembered: only callers of this tap were
 * ever told of the listener. */
#include "taps-private.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define OPEN_BACKLOG 1024

struct TbPark
{
  TbListener listener;
  int filler; /* the connection that fills the queue; -1: it is open */
};

static bool
fill (TbPark *park)
{
  listen (park->listener.fd, 0);
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return false;
  connect (fd, &park->listener.address.any, sizeof park->listener.address.v4);
  park->filler = fd;
  return true;
}

const TbListener *
tb_park_get (TbTaps *t, TbTap *tap)
{
  if (tap->park != NULL)
    return &tap->park->listener;
  TbPark *park = calloc (1, sizeof *park);
  if (park == NULL)
    return NULL;
  park->filler = -1;
  uint32_t address = tb_route_agent_address (t->plan->block);
  if (tb_listener_open (&park->listener, address, 0, 0) < 0)
    {
      free (park);
      return NULL;
    }
  tap->park = park;
  if (!fill (park))
    {
      tb_park_free (tap);
      return NULL;
    }
  return &park->listener;
}

/* Takes out whoever is in the queue, the filler first. */
static void
drain_filler (TbPark *park)
{
  int fd = accept4 (park->listener.fd, NULL, NULL, SOCK_CLOEXEC);
  if (fd >= 0)
    close (fd);
  close (park->filler);
  park->filler = -1;
}

void
tb_park_effects (TbTaps *t, TbTap *tap)
{
  TbPark *park = tap->park;
  if (park == NULL)
    return;
  bool cut = tap->effects.park, full = park->filler >= 0;
  uint32_t place = 0;
  while (t->taps[place] != tap)
    place++;
  if (full && !cut)
    {
      drain_filler (park);
      listen (park->listener.fd, OPEN_BACKLOG);
      tb_taps_watch (t, park->listener.fd, EPOLLIN, TB_WATCH_PARK, place, 0, true);
    }
  else if (!full && cut)
    {
      tb_park_accept (t, tap);
      epoll_ctl (t->epoll, EPOLL_CTL_DEL, park->listener.fd, NULL);
      fill (park);
    }
}

void
tb_park_accept (TbTaps *t, TbTap *tap)
{
  struct sockaddr_in peer;
  socklen_t size = sizeof peer;
  int caller;
  while ((caller = accept4 (tap->park->listener.fd, (struct sockaddr *) &peer, &size,
                            SOCK_NONBLOCK | SOCK_CLOEXEC))
         >= 0)
    {
      int called;
      TbDial dial = tb_connect_dial (t, tap->from, tap->to, tap->port, tap->by_localhost,
                                     &called);
      if (dial == TB_DIAL_REFUSED)
        {
          const struct linger now = { .l_onoff = 1, .l_linger = 0 };
          setsockopt (caller, SOL_SOCKET, SO_LINGER, &now, sizeof now);
          close (caller);
        }
      else
        tb_conn_start (t, tap, caller, called, dial == TB_DIAL_PENDING, ntohs (peer.sin_port));
      size = sizeof peer;
    }
}

void
tb_park_free (TbTap *tap)
{
  if (tap->park == NULL)
    return;
  close (tap->park->listener.fd);
  if (tap->park->filler >= 0)
    close (tap->park->filler);
  free (tap->park);
  tap->park = NULL;
}
