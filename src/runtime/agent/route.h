/* Where a connect() or bind() of an instance leads: pure, from the plan, the caller and the address
 * that was asked for. No sockets here. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tb-wire.h"

#define TB_NOBODY UINT32_MAX /* no instance, no link */
#define TB_LOCALHOST UINT32_C (0x7f000001)

/* Of a block: the agent's listener and the source of its probes, parked callers, refused ones. */
uint32_t tb_route_agent_address (uint32_t block);

typedef struct TbRoutes TbRoutes;

/* The plan is borrowed. NULL when memory is out. */
TbRoutes *tb_routes_new (const TbWirePlan *plan);
void tb_routes_free (TbRoutes *routes);
/* Takes turns where the one before, of a shorter plan, stopped. */
void tb_routes_follow (TbRoutes *routes, const TbRoutes *before);

typedef enum
{
  TB_ROUTE_PASS,   /* not of this run: the kernel goes on */
  TB_ROUTE_REFUSE, /* an address of the agent itself */
  TB_ROUTE_TAP     /* to the first candidate that accepts */
} TbRouteKind;

typedef struct
{
  TbRouteKind kind;
  bool own_first; /* localhost: the caller's own listener goes first, untapped */
  uint16_t port;
  uint32_t link;  /* or TB_NOBODY */
  uint32_t to;    /* the one candidate, where the balance has no say */
  uint32_t n;     /* candidates */
  uint32_t first; /* of the link's targets, the first candidate */
} TbRoute;

/* address is in host order, TB_LOCALHOST for 127.0.0.1 and ::1. open (may be NULL) holds how many
 * connections lead to each instance, for balance by it; n is their number. */
TbRoute tb_route_connect (TbRoutes *routes, uint32_t caller, uint32_t address, uint16_t port,
                          const uint32_t *open);
/* How many links lead from a caller to a service at that port. */
uint32_t tb_route_count_links (const TbRoutes *routes, uint32_t caller, uint16_t port);
/* The k-th candidate, k < route->n. */
uint32_t tb_route_candidate (const TbRoutes *routes, const TbRoute *route, uint32_t k);
/* Whether a stream socket's bind() is to be done at the instance's own address instead. */
bool tb_route_bind_is_own (uint32_t address, uint16_t port);
/* The link that leads from a caller to a called instance's port; TB_NOBODY where none was drawn. */
uint32_t tb_route_link (const TbRoutes *routes, uint32_t from, uint32_t to, uint16_t port);
/* The instance at an address of the block, or TB_NOBODY. */
uint32_t tb_route_instance_at (const TbRoutes *routes, uint32_t address);
