/* See datagram.h: where datagrams come in, and connect(), sendto() and sendmsg() of such sockets.
 *
 *   connect() to a link's address ─▶ bound to the instance's own ─▶ the kernel goes on, to the door
 *             to an instance, localhost ─▶ the caller is connected to a door of its own
 *   sendto(), sendmsg(), sendmmsg():
 *             to a link's address ─▶ as connect()
 *             to an instance, localhost ─▶ taken from the caller's memory, and sent on from here
 *   localhost, and the caller serves that port itself ─▶ to its own address */
#include "datagram.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- Sockets ----------------------------------------------------------------------------------- */

/* Bound there, or -1. */
static int
open_socket (uint32_t address, uint16_t port)
{
  TbAddress a;
  socklen_t size;
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  tb_address_set_v4 (&a, &size, address, port);
  if (fd >= 0 && bind (fd, &a.any, size) == 0)
    return fd;
  if (fd >= 0)
    close (fd);
  return -1;
}

static bool
connect_to (int fd, uint32_t address, uint16_t port)
{
  TbAddress a;
  socklen_t size;
  tb_address_set_v4 (&a, &size, address, port);
  return connect (fd, &a.any, size) == 0;
}

static bool
somebody_listens (uint32_t address, uint16_t port)
{
  int fd = open_socket (address, port);
  if (fd >= 0)
    close (fd);
  return fd < 0 && errno == EADDRINUSE;
}

static TbDoor *
find_door (const TbDatagrams *g, uint32_t address, uint16_t port)
{
  for (uint32_t i = 0; i < g->n_doors; i++)
    if (g->doors[i].address == address && g->doors[i].port == port)
      return &g->doors[i];
  return NULL;
}

/* A free one; NULL when memory is out. */
static TbDoor *
new_door (TbDatagrams *g)
{
  TbDoor *door = find_door (g, 0, 0);
  if (door != NULL)
    return door;
  TbDoor *doors = realloc (g->doors, (g->n_doors + 1) * sizeof *doors);
  if (doors == NULL)
    return NULL;
  g->doors = doors;
  g->doors[g->n_doors] = (TbDoor) { .fd = -1 };
  return &g->doors[g->n_doors++];
}

/* link TB_NOBODY: nothing is expected to come in there. */
static TbDoor *
open_door (TbTaps *t, uint32_t address, uint16_t port, uint32_t link)
{
  TbDatagrams *g = t->datagrams;
  TbDoor *door = find_door (g, address, port);
  if (door == NULL)
    door = new_door (g);
  else
    return door;
  int fd = door != NULL ? open_socket (address, port) : -1;
  if (fd < 0)
    return NULL;
  *door = (TbDoor) { fd, address, port, link };
  if (link != TB_NOBODY)
    tb_taps_watch (t, fd, EPOLLIN, TB_WATCH_DOOR, (uint32_t) (door - g->doors), 0, true);
  return door;
}

void
tb_door_close (TbTaps *t, uint32_t index)
{
  TbDoor *door = &t->datagrams->doors[index];
  close (door->fd);
  *door = (TbDoor) { .fd = -1 };
}

void
tb_doors_open (TbTaps *t)
{
  for (uint32_t i = 0; i < t->plan->n_links; i++)
    {
      const TbWireLink *link = &t->plan->links[i];
      if (link->proto == TB_PROTO_UDP && link->address != 0 && link->n_to > 0
          && open_door (t, link->address, link->port, i) == NULL)
        tb_tap_problem (t, 0, TB_NOBODY, "link %s has no tap: UDP port %u of its address: %s", link->id,
                        link->port, strerror (errno));
    }
}

/* ---- Paths ------------------------------------------------------------------------------------- */

/* The first candidate that is there; nobody tells a sender that none is, so then just the first. */
static uint32_t
choose (TbTaps *t, const TbRoute *route)
{
  for (uint32_t k = 0; k < route->n; k++)
    {
      uint32_t to = tb_route_candidate (t->routes, route, k);
      if (tb_wire_is_outside (&t->plan->instances[to])
          || somebody_listens (t->plan->instances[to].address, route->port))
        return to;
    }
  return tb_route_candidate (t->routes, route, 0);
}

/* One that only this caller uses hears, as the caller's own would, from what it is connected to alone. */
static bool
open_up (TbTaps *t, uint32_t from, TbPath *path)
{
  TbAddress own;
  socklen_t size = sizeof own;
  bool outside = tb_wire_is_outside (&t->plan->instances[path->tap->to]);
  path->up = open_socket (outside ? 0 : t->plan->instances[from].address, 0);
  if (path->up < 0)
    return false;
  tb_connect_mark (path->up);
  if ((path->own_down && !connect_to (path->up, path->to, path->to_port))
      || getsockname (path->up, &own.any, &size) != 0)
    {
      close (path->up);
      return false;
    }
  path->up_port = ntohs (own.v4.sin_port);
  return true;
}

/* path has caller, as, down; the rest is found. */
static TbPath *
make_path (TbTaps *t, uint32_t from, const TbRoute *route, TbPath *path)
{
  uint32_t to = choose (t, route);
  path->tap = tb_tap_get (t, from, to, route->port, route->link);
  path->to = tb_connect_target (t, to);
  path->to_port = route->port;
  if (path->tap != NULL && open_up (t, from, path))
    return tb_path_new (t, path);
  if (path->own_down)
    close (path->down);
  return NULL;
}

TbPath *
tb_path_beside (TbTaps *t, const TbPath *path, uint16_t port)
{
  TbDatagrams *g = t->datagrams;
  TbPath *known = tb_path_find (t, &path->caller, path->as, port);
  if (known != NULL || path->own_down)
    return known;
  const TbDoor *first = find_door (g, path->as, path->as_port);
  uint32_t at = path->spoofed ? tb_route_agent_address (t->plan->block) : path->as;
  bool there = find_door (g, at, port) != NULL;
  const TbDoor *door = open_door (t, at, port, path->spoofed || first == NULL ? TB_NOBODY : first->link);
  TbPath made = *path;
  made.up = door != NULL ? dup (path->up) : -1;
  if (made.up < 0)
    return NULL;
  made.down = door->fd;
  made.as_port = made.to_port = port;
  made.own_door = there ? 0 : (uint16_t) (door - g->doors + 1);
  made.free_ns[0] = made.free_ns[1] = 0;
  made.faulted = (TbFaulted) { 0 };
  return tb_path_new (t, &made);
}

/* Who is at no instance's address is taken for the link's first caller. */
static uint32_t
find_caller (const TbTaps *t, const TbWireLink *link, const TbAddress *caller)
{
  uint32_t from = tb_route_instance_at (t->routes, ntohl (caller->v4.sin_addr.s_addr));
  return from != TB_NOBODY || link->n_from == 0 ? from : link->from[0];
}

static void
come_in (TbTaps *t, const TbDoor *door, const TbAddress *caller, size_t n)
{
  TbPath *path = tb_path_find (t, caller, door->address, door->port);
  if (path == NULL)
    {
      uint32_t from = find_caller (t, &t->plan->links[door->link], caller);
      if (from == TB_NOBODY)
        return;
      TbRoute route = tb_route_connect (t->routes, from, door->address, door->port, t->open);
      TbPath made = { .down = door->fd, .caller = *caller, .as = door->address, .as_port = door->port };
      path = route.n > 0 ? make_path (t, from, &route, &made) : NULL;
    }
  if (path != NULL)
    tb_path_pass (t, path, TB_DIR_UP, t->buffer, n);
}

void
tb_door_ready (TbTaps *t, uint32_t index)
{
  const TbDoor door = t->datagrams->doors[index];
  for (int i = 0; i < 64 && door.fd >= 0; i++)
    {
      TbAddress caller;
      socklen_t size = sizeof caller;
      ssize_t n = recvfrom (door.fd, t->buffer, TB_BUFFER_BYTES, MSG_DONTWAIT, &caller.any, &size);
      if (n >= 0)
        come_in (t, &door, &caller, (size_t) n);
      else if (errno == EAGAIN)
        return;
    }
}

/* ---- The caller's socket ----------------------------------------------------------------------- */

typedef struct
{
  int fd;
  sa_family_t family;
  TbAddress own; /* where answers reach it: IPv4 */
} TbSender;

bool
tb_door_is_for (int fd)
{
  int type = 0, protocol = 0;
  socklen_t size = sizeof type;
  return getsockopt (fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_DGRAM
         && getsockopt (fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) == 0 && protocol == IPPROTO_UDP;
}

/* At the instance's own address, if it is at none yet. False where it cannot speak IPv4. */
static bool
settle_sender (TbTaps *t, TbSender *sender, uint32_t instance)
{
  TbAddress a;
  socklen_t size = sizeof a;
  uint32_t address, home = t->plan->instances[instance].address;
  uint16_t port;
  int v6only = 0;
  if (getsockname (sender->fd, &a.any, &size) < 0)
    return false;
  sender->family = a.any.sa_family;
  size = sizeof v6only;
  if (sender->family == AF_INET6)
    getsockopt (sender->fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, &size);
  if (v6only || !tb_address_get_v4 (&a, true, &address, &port) || IN6_IS_ADDR_LOOPBACK (&a.v6.sin6_addr))
    return false;
  if (port == 0)
    {
      tb_address_set (&a, &size, sender->family, home, 0);
      if (bind (sender->fd, &a.any, size) < 0)
        return false;
      size = sizeof a;
      getsockname (sender->fd, &a.any, &size);
      tb_address_get_v4 (&a, true, &address, &port);
    }
  tb_address_set_v4 (&sender->own, &size, address != 0 ? address : home, port);
  return true;
}

/* ---- connect() --------------------------------------------------------------------------------- */

static int
connect_sender (const TbSender *sender, uint32_t address, uint16_t port)
{
  TbAddress a;
  socklen_t size;
  tb_address_set (&a, &size, sender->family, address, port);
  return connect (sender->fd, &a.any, size) < 0 ? -errno : 0;
}

/* The caller is connected to a door that nobody else uses. */
static int
connect_to_door (TbTaps *t, TbSender *sender, uint32_t instance, const TbAsked *asked, const TbRoute *route)
{
  uint32_t agent = tb_route_agent_address (t->plan->block);
  TbAddress door, own;
  socklen_t size = sizeof door;
  uint32_t address;
  uint16_t port;
  TbPath path = { .down = open_socket (agent, 0), .own_down = true, .as = asked->address,
                  .as_port = asked->port };
  int error = path.down < 0 || getsockname (path.down, &door.any, &size) < 0 ? -ENOBUFS : 0;
  if (error == 0)
    error = connect_sender (sender, agent, ntohs (door.v4.sin_port));
  size = sizeof own;
  if (error == 0
      && (getsockname (sender->fd, &own.any, &size) < 0
          || !tb_address_get_v4 (&own, true, &address, &port) || !connect_to (path.down, address, port)))
    error = -ENETUNREACH;
  if (error != 0)
    {
      if (path.down >= 0)
        close (path.down);
      return error;
    }
  tb_address_set_v4 (&path.caller, &size, address, port);
  return make_path (t, instance, route, &path) != NULL ? 0 : -ENOBUFS;
}

/* Whether the link's own address was meant: what is sent there comes in by its door. */
static bool
has_door (TbTaps *t, const TbAsked *asked, const TbRoute *route)
{
  return route->link != TB_NOBODY && t->plan->links[route->link].address == asked->address
         && open_door (t, asked->address, asked->port, route->link) != NULL;
}

void
tb_door_connect (TbTaps *t, const TbNotify *call, uint32_t instance, const TbAsked *asked,
                 const TbRoute *route, int fd)
{
  TbSender sender = { .fd = fd };
  uint32_t home = t->plan->instances[instance].address;
  if (!tb_notify_valid (call) || !settle_sender (t, &sender, instance)
      || sender.family != asked->family || route->kind != TB_ROUTE_TAP || has_door (t, asked, route))
    tb_notify_continue (call);
  else if (route->own_first && (route->n == 0 || somebody_listens (home, asked->port)))
    tb_notify_answer (call, connect_sender (&sender, home, asked->port));
  else if (tb_path_is_up (t, asked->address, asked->port))
    tb_notify_continue (call);
  else
    tb_notify_answer (call, connect_to_door (t, &sender, instance, asked, route));
}

/* ---- sendto() ---------------------------------------------------------------------------------- */

static TbPath *
path_of_sender (TbTaps *t, const TbSender *sender, uint32_t instance, const TbAsked *asked,
                const TbRoute *route)
{
  TbPath *path = tb_path_find (t, &sender->own, asked->address, asked->port);
  TbDoor *door = path == NULL ? open_door (t, tb_route_agent_address (t->plan->block), asked->port,
                                           TB_NOBODY)
                              : NULL;
  if (path != NULL || door == NULL)
    return path;
  TbPath made = { .down = door->fd, .spoofed = true, .caller = sender->own, .as = asked->address,
                  .as_port = asked->port };
  return make_path (t, instance, route, &made);
}

static int64_t
send_own (const TbSender *sender, uint32_t home, uint16_t port, const uint8_t *bytes, size_t n)
{
  TbAddress a;
  socklen_t size;
  tb_address_set (&a, &size, sender->family, home, port);
  ssize_t sent = sendto (sender->fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL, &a.any, size);
  return sent < 0 ? -errno : sent;
}

static int64_t
send_for (TbTaps *t, const TbNotify *call, uint32_t instance, const TbAsked *asked, const TbRoute *route,
          TbSender *sender)
{
  uint32_t home = t->plan->instances[instance].address;
  if (call->n_bytes > TB_DATAGRAM_MAX)
    return -EMSGSIZE;
  if (call->segments) /* as where the kernel cannot either; programs then send one by one */
    return -EIO;
  if (!tb_notify_read_sent (call, t->buffer))
    return -EFAULT;
  if (route->own_first && (route->n == 0 || somebody_listens (home, asked->port)))
    return send_own (sender, home, asked->port, t->buffer, call->n_bytes);
  TbPath *path = path_of_sender (t, sender, instance, asked, route);
  if (path == NULL)
    return -ENOBUFS;
  tb_path_pass (t, path, TB_DIR_UP, t->buffer, call->n_bytes);
  return (int64_t) call->n_bytes;
}

void
tb_door_send (TbTaps *t, const TbNotify *call, uint32_t instance, const TbAsked *asked)
{
  TbRoute route = tb_route_connect (t->routes, instance, asked->address, asked->port, t->open);
  bool ours = route.kind == TB_ROUTE_TAP && !tb_path_is_up (t, asked->address, asked->port);
  TbSender sender = { .fd = ours ? tb_notify_get_fd (call, &t->callers) : -1 };
  if (ours && sender.fd < 0)
    tb_notified_no_socket (t, call, instance, sender.fd);
  if (sender.fd < 0 || !tb_door_is_for (sender.fd) || !tb_notify_valid (call)
      || !settle_sender (t, &sender, instance) || sender.family != asked->family
      || has_door (t, asked, &route))
    tb_notify_continue (call);
  else
    tb_notify_answer_sent (call, send_for (t, call, instance, asked, &route, &sender));
  if (sender.fd >= 0)
    close (sender.fd);
}
