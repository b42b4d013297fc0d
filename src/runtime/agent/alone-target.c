/* See alone.h; sock_diag(7). */
#include "alone.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tb-base.h"

#define DIAL_MS 500
#define DIAL_EVERY_NS (250 * TB_NS_PER_MS)

/* ---- Addresses ------------------------------------------------------------------------------- */

/* HOST:PORT, [HOST]:PORT or PORT into its two parts. */
static bool
split (const char *text, char *host, size_t host_size, const char **port)
{
  const char *colon = strrchr (text, ':');
  size_t n = colon != NULL ? (size_t) (colon - text) : 0;
  *port = colon != NULL ? colon + 1 : text;
  if (n >= 2 && text[0] == '[' && text[n - 1] == ']')
    {
      text++;
      n -= 2;
    }
  else if (memchr (text, ':', n) != NULL)
    return false;
  if (n >= host_size)
    return false;
  snprintf (host, host_size, "%.*s", (int) n, text);
  if (n == 0)
    snprintf (host, host_size, "127.0.0.1");
  size_t digits = strspn (*port, "0123456789");
  return digits > 0 && digits < 6 && (*port)[digits] == '\0' && atoi (*port) < 65536;
}

bool
tb_endpoint_find (TbEndpoint *e, const char *text, char *why, size_t why_size)
{
  const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
  struct addrinfo *found = NULL;
  char host[256];
  const char *port;
  if (!split (text, host, sizeof host, &port))
    {
      snprintf (why, why_size, "“%s” is no address; expected PORT, HOST:PORT or [IPV6]:PORT", text);
      return false;
    }
  int error = getaddrinfo (host, port, &hints, &found);
  if (error != 0)
    {
      snprintf (why, why_size, "%s: %s", host, gai_strerror (error));
      return false;
    }
  memcpy (&e->any, found->ai_addr, found->ai_addrlen);
  e->size = found->ai_addrlen;
  freeaddrinfo (found);
  tb_endpoint_name (e);
  return true;
}

void
tb_endpoint_name (TbEndpoint *e)
{
  char host[64] = "?", port[8] = "?";
  getnameinfo ((const struct sockaddr *) &e->any, e->size, host, sizeof host, port, sizeof port,
               NI_NUMERICHOST | NI_NUMERICSERV);
  snprintf (e->text, sizeof e->text, e->any.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

static int
bind_once (TbEndpoint *e)
{
  const int one = 1;
  int fd = socket (e->any.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -errno;
  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind (fd, (const struct sockaddr *) &e->any, e->size) < 0
      || getsockname (fd, (struct sockaddr *) &e->any, &e->size) < 0)
    {
      int error = errno;
      close (fd);
      return -error;
    }
  return fd;
}

/* A port that the kernel chose is lost when the listener is closed, one that was asked for is not: so
 * it is bound again by its number. */
int
tb_endpoint_bind (TbEndpoint *e)
{
  int first = bind_once (e);
  if (first < 0)
    return first;
  int fd = bind_once (e);
  close (first);
  tb_endpoint_name (e);
  return fd;
}

/* ---- Does it accept? ------------------------------------------------------------------------- */

typedef struct
{
  struct nlmsghdr head;
  struct inet_diag_req_v2 ask;
} TbAsk;

static void
fill_ask (TbAsk *ask, const TbEndpoint *e)
{
  struct inet_diag_sockid *id = &ask->ask.id;
  *ask = (TbAsk) { .head = { .nlmsg_len = sizeof *ask,
                             .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                             .nlmsg_flags = NLM_F_REQUEST },
                   .ask = { .sdiag_family = (uint8_t) e->any.ss_family,
                            .sdiag_protocol = IPPROTO_TCP,
                            .idiag_states = 1u << TCP_LISTEN } };
  id->idiag_cookie[0] = id->idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  if (e->any.ss_family == AF_INET)
    {
      const struct sockaddr_in *v4 = (const void *) &e->any;
      id->idiag_sport = v4->sin_port;
      memcpy (id->idiag_src, &v4->sin_addr, sizeof v4->sin_addr);
    }
  else
    {
      const struct sockaddr_in6 *v6 = (const void *) &e->any;
      id->idiag_sport = v6->sin6_port;
      memcpy (id->idiag_src, &v6->sin6_addr, sizeof v6->sin6_addr);
    }
}

/* Whether the kernel of this machine has a listener there, wildcards included. */
static bool
is_listened_on (const TbTarget *target)
{
  TbAsk ask;
  _Alignas (struct nlmsghdr) char answer[1024];
  if (target->diag < 0)
    return false;
  fill_ask (&ask, &target->endpoint);
  if (send (target->diag, &ask, sizeof ask, 0) < 0)
    return false;
  ssize_t n = recv (target->diag, answer, sizeof answer, 0);
  struct nlmsghdr head;
  struct inet_diag_msg found;
  if (n < (ssize_t) (NLMSG_HDRLEN + sizeof found))
    return false;
  memcpy (&head, answer, sizeof head);
  memcpy (&found, answer + NLMSG_HDRLEN, sizeof found);
  return head.nlmsg_type == SOCK_DIAG_BY_FAMILY && found.idiag_state == TCP_LISTEN;
}

static bool
can_be_dialled (const TbEndpoint *e)
{
  int fd = socket (e->any.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error = 0;
  socklen_t size = sizeof error;
  if (fd < 0)
    return false;
  if (connect (fd, (const struct sockaddr *) &e->any, e->size) < 0)
    {
      struct pollfd p = { fd, POLLOUT, 0 };
      error = errno;
      if (error == EINPROGRESS && poll (&p, 1, DIAL_MS) == 1)
        getsockopt (fd, SOL_SOCKET, SO_ERROR, &error, &size);
    }
  close (fd);
  return error == 0;
}

void
tb_target_init (TbTarget *target)
{
  const struct timeval second = { 1, 0 };
  target->diag = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  setsockopt (target->diag, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
  target->known = false;
  target->dial_ns = 0;
}

void
tb_target_clear (TbTarget *target)
{
  if (target->diag >= 0)
    close (target->diag);
  target->diag = -1;
}

bool
tb_target_accepts (TbTarget *target, bool was_up)
{
  bool listened_on = is_listened_on (target);
  target->known = target->known || listened_on;
  if (listened_on || target->known)
    return listened_on;
  /* It is elsewhere, or behind something that is not a listener of this machine. */
  int64_t now = tb_now_ns ();
  if (was_up || now < target->dial_ns)
    return was_up;
  target->dial_ns = now + DIAL_EVERY_NS;
  return can_be_dialled (&target->endpoint);
}
