/* See address.h. */
#include "address.h"

#include <string.h>

#include "route.h"

void
tb_address_set_v4 (TbAddress *a, socklen_t *size, uint32_t address, uint16_t port)
{
  a->v4 = (struct sockaddr_in) { .sin_family = AF_INET,
                                 .sin_port = htons (port),
                                 .sin_addr.s_addr = htonl (address) };
  *size = sizeof a->v4;
}

static void
set_mapped (TbAddress *a, socklen_t *size, uint32_t address, uint16_t port)
{
  uint32_t network = htonl (address);
  a->v6 = (struct sockaddr_in6) { .sin6_family = AF_INET6, .sin6_port = htons (port) };
  a->v6.sin6_addr.s6_addr[10] = a->v6.sin6_addr.s6_addr[11] = 0xff;
  memcpy (a->v6.sin6_addr.s6_addr + 12, &network, 4);
  *size = sizeof a->v6;
}

void
tb_address_set (TbAddress *a, socklen_t *size, sa_family_t family, uint32_t address, uint16_t port)
{
  (family == AF_INET6 ? set_mapped : tb_address_set_v4) (a, size, address, port);
}

bool
tb_address_get_v4 (const TbAddress *a, bool wildcard_is_zero, uint32_t *address, uint16_t *port)
{
  if (a->any.sa_family == AF_INET)
    {
      *address = ntohl (a->v4.sin_addr.s_addr);
      *port = ntohs (a->v4.sin_port);
      return true;
    }
  const struct in6_addr *in6 = &a->v6.sin6_addr;
  *port = ntohs (a->v6.sin6_port);
  if (IN6_IS_ADDR_V4MAPPED (in6))
    {
      memcpy (address, in6->s6_addr + 12, 4);
      *address = ntohl (*address);
      return true;
    }
  *address = IN6_IS_ADDR_LOOPBACK (in6) ? TB_LOCALHOST : 0;
  return IN6_IS_ADDR_LOOPBACK (in6) || (wildcard_is_zero && IN6_IS_ADDR_UNSPECIFIED (in6));
}
