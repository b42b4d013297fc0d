/* connect() of a stream socket of an instance, as its filter hands it over.
 *
 *   connect() ─▶ asked(): whose address is it? ─pass─▶ the kernel goes on
 *                   │ of the run
 *                   ▼
 *             own listener (localhost) ─up─▶ straight to it
 *                   │ refused
 *                   ▼
 *             each candidate: refuse fault ─▶ next
 *                             cut ──────────▶ the caller is sent where SYNs are dropped (park.c)
 *                             dial ─up──────▶ the caller is sent to our listener, and accepted
 *                                  ─pending─▶ the caller waits until that has come out (dialling.c)
 *                   │ none accepts
 *                   ▼
 *             the caller is sent to a port that does not listen
 *
 * The caller's socket is connected without blocking whatever its mode is; a caller that blocks is
 * then let go on with its own connect(), which joins the handshake in progress. The loop never
 * waits. */
#include "taps-private.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "address.h"
#include "notify.h"

#ifndef TCP_FASTOPEN_CONNECT
#define TCP_FASTOPEN_CONNECT 30
#endif

#define WAITS (-1) /* among errors of connect(): there is no answer yet */

/* Nothing is gained by waiting to send, nor by congestion control on loopback: one that paces, as
 * BBR does, costs a timer a message. Accepted sockets inherit both. */
void
tb_connect_send_at_once (int fd)
{
  const int one = 1;
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  setsockopt (fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
}

int
tb_listener_open (TbListener *listener, uint32_t address, uint16_t port, int backlog)
{
  TbAddress a;
  socklen_t size;
  const int one = 1;
  tb_address_set_v4 (&a, &size, address, port);
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -errno;
  tb_connect_send_at_once (fd);
  if (port != 0) /* what an earlier run left in TIME_WAIT is no obstacle */
    setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind (fd, &a.any, size) < 0 || (backlog >= 0 && listen (fd, backlog) < 0)
      || getsockname (fd, &a.any, &size) < 0)
    {
      int error = errno;
      close (fd);
      return -error;
    }
  listener->fd = fd;
  listener->address.v4 = a.v4;
  return 0;
}

int
tb_listener_open_v6 (TbListener *listener, int backlog)
{
  const int one = 1;
  struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  socklen_t size = sizeof a;
  int fd = socket (AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -errno;
  setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
  tb_connect_send_at_once (fd);
  if (bind (fd, (struct sockaddr *) &a, size) < 0 || (backlog >= 0 && listen (fd, backlog) < 0)
      || getsockname (fd, (struct sockaddr *) &a, &size) < 0)
    {
      int error = errno;
      close (fd);
      return -error;
    }
  listener->fd = fd;
  listener->address.v6 = a;
  return 0;
}

/* IPv6 may be switched off here; then nobody calls by it. */
int
tb_connect_listeners (TbTaps *t)
{
  uint32_t address = tb_route_agent_address (t->plan->block);
  int error = tb_listener_open (&t->listener[0], address, 0, SOMAXCONN);
  if (error == 0)
    error = tb_listener_open (&t->dead[0], address, 0, -1);
  if (error < 0)
    return error;
  if (tb_listener_open_v6 (&t->listener[1], SOMAXCONN) == 0)
    tb_listener_open_v6 (&t->dead[1], -1);
  for (uint32_t i = 0; i < 2; i++)
    if (t->listener[i].fd >= 0)
      tb_taps_watch (t, t->listener[i].fd, EPOLLIN, TB_WATCH_LISTENER, i, 0, true);
  return 0;
}

/* ---- Dialling -------------------------------------------------------------------------------- */

/* Marks a socket as ours for the check of what goes past the taps, which sees options but not
 * owners: see is_ours() in bypass.c. Neither has another effect on a TCP socket that connects. */
void
tb_connect_mark (int fd)
{
  const int one = 1, zero = 0;
  setsockopt (fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  setsockopt (fd, IPPROTO_IP, IP_MULTICAST_ALL, &zero, sizeof zero);
}

uint32_t
tb_connect_target (const TbTaps *t, uint32_t to)
{
  const TbWireInstance *instance = &t->plan->instances[to];
  return tb_wire_is_outside (instance) ? instance->reach : instance->address;
}

TbDial
tb_connect_dial (TbTaps *t, uint32_t from, uint32_t to, uint16_t port, bool localhost, int *fd)
{
  TbAddress source, target;
  socklen_t size;
  uint32_t address = tb_connect_target (t, to);
  *fd = address != 0 ? socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0) : -1;
  if (*fd < 0)
    return TB_DIAL_REFUSED;
  tb_connect_mark (*fd);
  tb_connect_send_at_once (*fd);
  localhost = localhost || tb_bind_is_local (t, to, port);
  tb_address_set_v4 (&source, &size, localhost ? TB_LOCALHOST : t->plan->instances[from].address, 0);
  /* Outside, its own address means nothing. */
  if (!tb_wire_is_outside (&t->plan->instances[to]))
    bind (*fd, &source.any, size);
  tb_address_set_v4 (&target, &size, address, port);
  int result = connect (*fd, &target.any, size);
  if (result < 0 && errno == EINPROGRESS) /* on loopback it has come out by now: ask again */
    result = connect (*fd, &target.any, size);
  if (result == 0)
    return TB_DIAL_UP;
  if (errno == EALREADY || errno == EINPROGRESS)
    return TB_DIAL_PENDING;
  close (*fd);
  *fd = -1;
  return TB_DIAL_REFUSED;
}

/* ---- Accepting ------------------------------------------------------------------------------- */

void
tb_connect_turn_away (int fd)
{
  const struct linger now = { .l_onoff = 1, .l_linger = 0 };
  setsockopt (fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close (fd);
}

void
tb_taps_tell_no_descriptors (TbTaps *t)
{
  if (t->spare_told_ns == 0 || t->now_ns - t->spare_told_ns > TB_NS_PER_S)
    tb_tap_problem (t, 0, TB_NOBODY,
                    "the agent has no descriptors left (%u connections are open): new ones fail",
                    t->n_live);
  t->spare_told_ns = t->now_ns;
}

/* No descriptors are left: whoever waits is turned away, since the listener would be ready for ever. */
bool
tb_connect_spare (TbTaps *t, int listener)
{
  if ((errno != EMFILE && errno != ENFILE) || t->spare_fd < 0)
    return false;
  close (t->spare_fd);
  int fd = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);
  if (fd >= 0)
    tb_connect_turn_away (fd);
  t->spare_fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  tb_taps_tell_no_descriptors (t);
  return fd >= 0;
}

/* Strangers are turned away: whoever is expected was connected by us, and is known by its address. */
static void
match_accepted (TbTaps *t, unsigned which, int fd, const TbAddress *peer)
{
  uint32_t address = which == 0 ? ntohl (peer->v4.sin_addr.s_addr) : 0, i = 0;
  uint16_t port = ntohs (which == 0 ? peer->v4.sin_port : peer->v6.sin6_port);
  while (i < t->n_pending && (t->pending[i].address != address || t->pending[i].port != port))
    i++;
  if (i == t->n_pending)
    {
      tb_connect_turn_away (fd);
      return;
    }
  TbPending p = t->pending[i];
  t->pending[i] = t->pending[--t->n_pending];
  tb_conn_start (t, p.tap, fd, p.up, p.connecting, p.port);
}

void
tb_connect_accept (TbTaps *t, unsigned which)
{
  for (;;)
    {
      TbAddress peer;
      socklen_t size = sizeof peer;
      int fd = accept4 (t->listener[which].fd, &peer.any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0)
        match_accepted (t, which, fd, &peer);
      else if (!tb_connect_spare (t, t->listener[which].fd))
        return;
      if (t->n_pending == 0) /* nobody else is expected: if a stranger comes, epoll says so */
        return;
    }
}

/* Callers that died between the answer and the handshake. */
void
tb_connect_expire (TbTaps *t)
{
  for (uint32_t i = t->n_pending; i-- > 0;)
    if (t->now_ns - t->pending[i].since_ns > TB_PENDING_NS)
      {
        tb_connect_turn_away (t->pending[i].up);
        t->pending[i] = t->pending[--t->n_pending];
      }
}

static bool
add_pending (TbTaps *t, const TbPending *p)
{
  if (t->n_pending == TB_PENDING_MAX)
    return false;
  t->pending[t->n_pending++] = *p;
  return true;
}

/* ---- The caller's socket --------------------------------------------------------------------- */

/* A stream socket that has not been connected yet? Then what it is. */
static bool
look_at_caller (TbCaller *caller)
{
  uint8_t state = 0; /* the first byte of struct tcp_info */
  socklen_t size = sizeof state;
  struct pollfd p = { .fd = caller->fd };
  TbAddress own;
  if (getsockopt (caller->fd, IPPROTO_TCP, TCP_INFO, &state, &size) < 0 || state != TCP_CLOSE)
    return false;
  if (poll (&p, 1, 0) > 0 && (p.revents & POLLERR)) /* it comes for the error of an earlier one */
    return false;
  size = sizeof own;
  caller->flags = fcntl (caller->fd, F_GETFL);
  if (caller->flags < 0 || getsockname (caller->fd, &own.any, &size) < 0)
    return false;
  caller->family = own.any.sa_family;
  uint32_t address;
  uint16_t port;
  if (caller->family == AF_INET)
    caller->bound = own.v4.sin_addr.s_addr != 0 || own.v4.sin_port != 0;
  else
    {
      int v6only = 0;
      size = sizeof v6only;
      getsockopt (caller->fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, &size);
      caller->bound = !IN6_IS_ADDR_UNSPECIFIED (&own.v6.sin6_addr) || own.v6.sin6_port != 0;
      caller->strict_v6 = v6only || !tb_address_get_v4 (&own, true, &address, &port)
                          || IN6_IS_ADDR_LOOPBACK (&own.v6.sin6_addr);
    }
  return true;
}

/* Connects it without blocking. 0 or the error. */
static int
connect_caller (const TbCaller *caller, const TbAddress *to, socklen_t size)
{
  bool blocks = (caller->flags & O_NONBLOCK) == 0;
  if (blocks)
    fcntl (caller->fd, F_SETFL, caller->flags | O_NONBLOCK);
  int error = connect (caller->fd, &to->any, size) < 0 ? errno : 0;
  if (blocks)
    fcntl (caller->fd, F_SETFL, caller->flags);
  return error;
}

static int
connect_to_listener (const TbCaller *caller, const TbListener *v4, const TbListener *v6)
{
  TbAddress a;
  socklen_t size = sizeof a.v6;
  if (!caller->strict_v6)
    tb_address_set (&a, &size, caller->family, ntohl (v4->address.v4.sin_addr.s_addr),
             ntohs (v4->address.v4.sin_port));
  else if (v6 != NULL && v6->fd >= 0)
    a.v6 = v6->address.v6;
  else
    return ENETUNREACH;
  return connect_caller (caller, &a, size);
}

/* The source that it would have, were there no tap. */
static void
bind_caller (TbTaps *t, const TbCaller *caller, uint32_t instance)
{
  const int one = 1, zero = 0;
  setsockopt (caller->fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &zero, sizeof zero);
  if (caller->bound || caller->strict_v6)
    return;
  TbAddress a;
  socklen_t size;
  tb_address_set (&a, &size, caller->family, t->plan->instances[instance].address, 0);
  setsockopt (caller->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  bind (caller->fd, &a.any, size);
}

/* ---- Where it goes --------------------------------------------------------------------------- */

static int
send_to_tap (TbTaps *t, const TbCaller *caller, TbTap *tap, int up, bool connecting)
{
  int error = connect_to_listener (caller, &t->listener[0], &t->listener[1]);
  TbAddress own;
  socklen_t size = sizeof own;
  TbPending p = { .up = up, .connecting = connecting, .tap = tap, .since_ns = t->now_ns };
  if ((error != 0 && error != EINPROGRESS) || getsockname (caller->fd, &own.any, &size) < 0)
    {
      tb_connect_turn_away (up);
      return error;
    }
  tb_address_get_v4 (&own, true, &p.address, &p.port);
  if (caller->strict_v6)
    p.address = 0;
  if (!add_pending (t, &p))
    tb_connect_turn_away (up);
  tb_connect_accept (t, caller->strict_v6 ? 1 : 0);
  return error;
}

static void
count_failure (TbTaps *t, TbTap *tap, TbEventKind kind)
{
  TbTapCounters *row = tb_tap_begin (tap);
  row->refused += kind == TB_EVENT_REFUSED;
  row->timed_out += kind == TB_EVENT_TIMEOUT;
  tb_tap_end (tap, t->now_ns);
  tb_tap_event (t, tap, kind, 0, 0);
}

static int
send_to_park (TbTaps *t, const TbCaller *caller, TbTap *tap)
{
  const TbListener *park = tb_park_get (t, tap);
  count_failure (t, tap, TB_EVENT_TIMEOUT);
  return park != NULL ? connect_to_listener (caller, park, NULL) : ETIMEDOUT;
}

static int
send_to_refusal (TbTaps *t, const TbCaller *caller, TbTap *tap)
{
  if (tap != NULL)
    count_failure (t, tap, TB_EVENT_REFUSED);
  return connect_to_listener (caller, &t->dead[0], &t->dead[1]);
}

/* The candidates in their order; the first that accepts, or that is cut off, has it. */
static int
send_to_candidates (TbTaps *t, TbAttempt *a)
{
  const TbRoute *route = &a->route;
  while (a->next < route->n)
    {
      uint32_t to = tb_route_candidate (t->routes, route, a->next++);
      TbTap *tap = a->tap = tb_tap_get (t, a->instance, to, route->port, route->link);
      if (tap == NULL)
        break;
      if (tb_tap_is_full (t, tap))
        return ENOBUFS;
      a->first = a->first != NULL ? a->first : tap;
      TbDialled dialled = tb_tap_dialled (tap);
      if (dialled == TB_DIALLED_REFUSED)
        continue;
      if (dialled == TB_DIALLED_PARKED)
        return send_to_park (t, &a->caller, tap);
      tap->by_localhost = route->own_first;
      TbDial dial = tb_connect_dial (t, a->instance, to, route->port, route->own_first, &a->up);
      if (dial == TB_DIAL_PENDING && tb_dialling_wait (t, a))
        return WAITS;
      if (dial != TB_DIAL_REFUSED)
        return send_to_tap (t, &a->caller, tap, a->up, dial == TB_DIAL_PENDING);
    }
  return send_to_refusal (t, &a->caller, a->first);
}

/* IPv6 alone cannot reach it but through a tap. */
static bool
send_strict_to_own (TbTaps *t, const TbCaller *caller, uint32_t instance, uint16_t port, int *error)
{
  int up;
  TbDial dial = tb_connect_dial (t, instance, instance, port, true, &up);
  if (dial == TB_DIAL_REFUSED)
    return false;
  TbTap *tap = tb_tap_get (t, instance, instance, port, TB_NOBODY);
  *error = tap != NULL ? send_to_tap (t, caller, tap, up, dial == TB_DIAL_PENDING) : ENOMEM;
  if (tap == NULL)
    close (up);
  return true;
}

/* The instance's own listener, with no tap between: true where it is there. */
static bool
send_to_own (TbTaps *t, const TbCaller *caller, uint32_t instance, uint16_t port, int *error)
{
  TbAddress a;
  socklen_t size;
  if (caller->strict_v6)
    return send_strict_to_own (t, caller, instance, port, error);
  tb_address_set (&a, &size, caller->family, t->plan->instances[instance].address, port);
  *error = connect_caller (caller, &a, size);
  if (*error != EINPROGRESS)
    return *error == 0;
  int again = connect_caller (caller, &a, size);
  if (again == 0 && (caller->flags & O_NONBLOCK) == 0)
    *error = 0;
  return again == 0 || again == EALREADY;
}

/* Of each such call once: a service that finds nobody is told apart from one that was not drawn. */
static bool
is_news (TbTaps *t, uint32_t instance, uint32_t address, uint16_t port)
{
  const uint32_t key[] = { instance, address, port };
  uint64_t hash = tb_hash_bytes (key, sizeof key);
  for (uint32_t i = 0; i < t->n_strays; i++)
    if (t->strays[i] == hash)
      return false;
  if (t->n_strays == TB_STRAYS_MAX)
    return false;
  t->strays[t->n_strays++] = hash;
  return true;
}

static void
tell_no_link (TbTaps *t, uint32_t instance, uint16_t port)
{
  if (!is_news (t, instance, TB_LOCALHOST, port))
    return;
  if (tb_route_count_links (t->routes, instance, port) > 1)
    tb_tap_problem (t, 1, instance,
                    "it calls localhost:%u, and several of its links lead to a port %u: by the name of "
                    "what is meant, or by its environment, it would reach it",
                    port, port);
  else
    tb_tap_problem (t, 1, instance,
                    "it calls localhost:%u, where nothing of the drawing listens for it: it has no link to "
                    "a service at port %u",
                    port, port);
}

/* Names are looked up at port 53, which is no call of the program's own. */
static void
tell_undrawn (TbTaps *t, uint32_t instance, const TbAsked *asked)
{
  uint32_t a = asked->address;
  if (a == 0 || asked->port == 0 || asked->port == 53 || !is_news (t, instance, a, asked->port))
    return;
  tb_tap_problem (t, 2, instance,
                  "it calls %u.%u.%u.%u:%u, which is not drawn, so no tap sees it: an external component "
                  "at that address would be",
                  a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255, asked->port);
}

/* 0, the error that the caller's connect() has come to for now, or WAITS. */
static int
carry_out (TbTaps *t, TbAttempt *a)
{
  const TbRoute *route = &a->route;
  int error;
  bind_caller (t, &a->caller, a->instance);
  if (route->kind == TB_ROUTE_REFUSE)
    return send_to_refusal (t, &a->caller, NULL);
  if (route->own_first && send_to_own (t, &a->caller, a->instance, route->port, &error))
    return error;
  if (route->own_first && route->n == 0)
    tell_no_link (t, a->instance, route->port);
  return send_to_candidates (t, a);
}

/* ---- The notification ------------------------------------------------------------------------ */

/* The caller's socket is no longer ours afterwards. */
static void
answer (const TbAttempt *a, int error)
{
  if (error == WAITS) /* dialling.c has it */
    return;
  /* A fast open, which is sendto(): what it sends follows once it is connected. */
  if (error == 0 && a->call.call == TB_CALL_SENDTO)
    error = EINPROGRESS;
  if (error == EINPROGRESS && (a->caller.flags & O_NONBLOCK) == 0)
    tb_notify_continue (&a->call);
  else
    tb_notify_answer (&a->call, -error);
  close (a->caller.fd);
}

void
tb_connect_answer (TbTaps *t, const TbNotify *call, uint32_t instance, const TbAsked *asked)
{
  TbRoute route = tb_route_connect (t->routes, instance, asked->address, asked->port, t->open);
  TbCaller caller = { .fd = route.kind != TB_ROUTE_PASS ? tb_notify_get_fd (call, &t->callers) : -1 };
  if (caller.fd == -EMFILE || caller.fd == -ENFILE)
    {
      tb_taps_tell_no_descriptors (t);
      tb_notify_answer (call, -ENOBUFS);
      return;
    }
  if (caller.fd < 0 && route.kind != TB_ROUTE_PASS)
    tb_notified_no_socket (t, call, instance, caller.fd);
  if (route.kind == TB_ROUTE_PASS)
    tell_undrawn (t, instance, asked);
  if (caller.fd >= 0 && tb_door_is_for (caller.fd))
    tb_door_connect (t, call, instance, asked, &route, caller.fd);
  else if (caller.fd < 0 || !look_at_caller (&caller) || caller.family != asked->family
      || !tb_notify_valid (call))
    tb_notify_continue (call);
  else
    {
      TbAttempt attempt = { .call = *call, .caller = caller, .instance = instance, .route = route };
      answer (&attempt, carry_out (t, &attempt));
      return;
    }
  if (caller.fd >= 0)
    close (caller.fd);
}

void
tb_connect_go_on (TbTaps *t, TbAttempt *a, TbDial dial)
{
  bool valid = tb_notify_valid (&a->call);
  if (!valid || dial == TB_DIAL_REFUSED)
    close (a->up);
  if (!valid)
    close (a->caller.fd);
  else if (dial == TB_DIAL_REFUSED)
    answer (a, send_to_candidates (t, a));
  else
    answer (a, send_to_tap (t, &a->caller, a->tap, a->up, dial == TB_DIAL_PENDING));
}
