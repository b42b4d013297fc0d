/* Addresses of sockets, IPv4 in whichever clothes. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

typedef union
{
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
  struct sockaddr_un un;
  struct sockaddr_storage storage;
} TbAddress;

/* What a call asked for, as far as it is known without the socket. */
typedef struct
{
  sa_family_t family;
  uint32_t address; /* TB_LOCALHOST for ::1 too */
  uint16_t port;
} TbAsked;

/* Host order. */
void tb_address_set_v4 (TbAddress *a, socklen_t *size, uint32_t address, uint16_t port);
/* For a socket of that family: IPv4 itself, or mapped into IPv6. */
void tb_address_set (TbAddress *a, socklen_t *size, sa_family_t family, uint32_t address,
                     uint16_t port);
/* False for an address that is no IPv4 one in any clothes; ::1 counts as TB_LOCALHOST, and :: as 0
 * if asked to. */
bool tb_address_get_v4 (const TbAddress *a, bool wildcard_is_zero, uint32_t *address, uint16_t *port);
