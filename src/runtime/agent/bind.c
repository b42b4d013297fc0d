/* bind() of an instance: what is meant for every address, or for localhost, is done at its own one,
 * so that replicas can have one port and nothing is offered to other machines. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "address.h"
#include "taps-private.h"

/* The agent may be root where the program is not, and then may do more than the program may. */
static bool
may_bind (const TbNotify *call, uint16_t port)
{
  static long first_free = -1;
  if (geteuid () != 0)
    return true;
  if (first_free < 0)
    {
      FILE *file = fopen ("/proc/sys/net/ipv4/ip_unprivileged_port_start", "re");
      if (file == NULL || fscanf (file, "%ld", &first_free) != 1)
        first_free = 1024;
      if (file != NULL)
        fclose (file);
    }
  return port >= first_free || tb_notify_user (call) == 0;
}

/* An IPv6 socket that is to serve IPv6 alone gets ::1 and any port: its IPv4 sibling serves. */
static int
bind_own (TbTaps *t, uint32_t instance, int fd, sa_family_t family, uint16_t port)
{
  TbAddress a;
  socklen_t size;
  int v6only = 0;
  if (family == AF_INET6)
    {
      size = sizeof v6only;
      getsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, &size);
    }
  tb_address_set (&a, &size, family, t->plan->instances[instance].address, port);
  if (v6only)
    a.v6 = (struct sockaddr_in6) { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  return bind (fd, &a.any, size) < 0 ? -errno : 0;
}

/* A program that listens on localhost trusts its callers to be there: it is called from there, as it
 * would be without us. */
bool
tb_bind_is_local (const TbTaps *t, uint32_t instance, uint16_t port)
{
  for (uint32_t i = 0; i < t->n_locals; i++)
    if (t->locals[i].instance == instance && t->locals[i].port == port)
      return true;
  return false;
}

static void
remember_local (TbTaps *t, uint32_t instance, uint16_t port)
{
  if (tb_bind_is_local (t, instance, port))
    return;
  TbLocal *locals = realloc (t->locals, (t->n_locals + 1) * sizeof *locals);
  if (locals == NULL)
    return;
  t->locals = locals;
  t->locals[t->n_locals++] = (TbLocal) { instance, port };
}

void
tb_bind_forget (TbTaps *t, uint32_t instance)
{
  for (uint32_t i = t->n_locals; i-- > 0;)
    if (t->locals[i].instance == instance)
      t->locals[i] = t->locals[--t->n_locals];
}

void
tb_bind_answer (TbTaps *t, const TbNotify *call, uint32_t instance, const TbAsked *asked)
{
  bool own = tb_route_bind_is_own (asked->address, asked->port);
  int fd = own ? tb_notify_get_fd (call, &t->callers) : -1;
  int type = 0;
  socklen_t size = sizeof type;
  bool ours = fd >= 0 && getsockopt (fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0
              && (type == SOCK_STREAM || tb_door_is_for (fd)) && tb_notify_valid (call);
  if (own && fd < 0)
    tb_notified_no_socket (t, call, instance, fd);
  if (!ours)
    tb_notify_continue (call);
  else if (!may_bind (call, asked->port))
    tb_notify_answer (call, -EACCES);
  else
    {
      int error = bind_own (t, instance, fd, asked->family, asked->port);
      if (error == 0 && type == SOCK_STREAM && asked->address == TB_LOCALHOST)
        remember_local (t, instance, asked->port);
      tb_notify_answer (call, error);
    }
  if (fd >= 0)
    close (fd);
}
