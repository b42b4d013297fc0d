/* See route.h. */
#include "route.h"

#include <stdlib.h>
#include <string.h>

#include "tb-base.h"

typedef struct
{
  uint32_t address; /* 0: free */
  uint32_t instance, link;
} TbPlace;

struct TbRoutes
{
  const TbWirePlan *plan;
  TbRng rng;
  uint32_t *turn; /* of each link, for round robin */
  TbPlace *places;
  uint32_t mask;
};

uint32_t
tb_route_agent_address (uint32_t block)
{
  return UINT32_C (127) << 24 | block << 16 | 255u << 8 | 254u;
}

static TbPlace *
find_place (const TbRoutes *routes, uint32_t address)
{
  uint32_t i = (uint32_t) tb_hash_bytes (&address, sizeof address) & routes->mask;
  while (routes->places[i].address != 0 && routes->places[i].address != address)
    i = (i + 1) & routes->mask;
  return &routes->places[i];
}

static void
add_place (TbRoutes *routes, uint32_t address, uint32_t instance, uint32_t link)
{
  TbPlace *place = find_place (routes, address);
  if (address != 0 && place->address == 0)
    *place = (TbPlace) { address, instance, link };
}

TbRoutes *
tb_routes_new (const TbWirePlan *plan)
{
  TbRoutes *routes = calloc (1, sizeof *routes);
  if (routes == NULL)
    return NULL;
  uint32_t size = 16;
  while (size < 2 * (2 * plan->n_instances + plan->n_links))
    size *= 2;
  routes->plan = plan;
  routes->mask = size - 1;
  routes->places = calloc (size, sizeof *routes->places);
  routes->turn = calloc (plan->n_links + 1, sizeof *routes->turn);
  tb_rng_seed (&routes->rng, plan->seed);
  if (routes->places == NULL || routes->turn == NULL)
    {
      tb_routes_free (routes);
      return NULL;
    }
  for (uint32_t i = 0; i < plan->n_instances; i++)
    add_place (routes, plan->instances[i].address, i, TB_NOBODY);
  for (uint32_t i = 0; i < plan->n_links; i++)
    add_place (routes, plan->links[i].address, TB_NOBODY, i);
  /* Who knows where it is calls it there. */
  for (uint32_t i = 0; i < plan->n_instances; i++)
    if (tb_wire_is_outside (&plan->instances[i]) && plan->instances[i].reach >> 24 != 127)
      add_place (routes, plan->instances[i].reach, i, TB_NOBODY);
  return routes;
}

void
tb_routes_free (TbRoutes *routes)
{
  if (routes == NULL)
    return;
  free (routes->places);
  free (routes->turn);
  free (routes);
}

void
tb_routes_follow (TbRoutes *routes, const TbRoutes *before)
{
  memcpy (routes->turn, before->turn, before->plan->n_links * sizeof *routes->turn);
  routes->rng = before->rng;
}

static bool
holds (const uint32_t *list, uint32_t n, uint32_t item)
{
  for (uint32_t i = 0; i < n; i++)
    if (list[i] == item)
      return true;
  return false;
}

uint32_t
tb_route_link (const TbRoutes *routes, uint32_t from, uint32_t to, uint16_t port)
{
  uint32_t between = TB_NOBODY;
  for (uint32_t i = 0; i < routes->plan->n_links; i++)
    {
      const TbWireLink *link = &routes->plan->links[i];
      if (!holds (link->from, link->n_from, from) || !holds (link->to, link->n_to, to))
        continue;
      if (!link->replicas && link->port == port)
        return i;
      if (link->replicas && between == TB_NOBODY)
        between = i;
    }
  return between;
}

uint32_t
tb_route_instance_at (const TbRoutes *routes, uint32_t address)
{
  TbPlace *place = find_place (routes, address);
  return place->address != 0 ? place->instance : TB_NOBODY;
}

static uint32_t
least_connections (const TbWireLink *link, const uint32_t *open)
{
  uint32_t best = 0;
  for (uint32_t i = 1; open != NULL && i < link->n_to; i++)
    if (open[link->to[i]] < open[link->to[best]])
      best = i;
  return best;
}

static uint32_t
choose_first (TbRoutes *routes, uint32_t index, uint32_t caller, const uint32_t *open)
{
  const TbWireLink *link = &routes->plan->links[index];
  switch (link->balance)
    {
    case TB_BALANCE_ROUND_ROBIN:
      return routes->turn[index]++ % link->n_to;
    case TB_BALANCE_RANDOM:
      return (uint32_t) tb_rng_below (&routes->rng, link->n_to);
    case TB_BALANCE_LEAST_CONNECTIONS:
      return least_connections (link, open);
    case TB_BALANCE_CALLER:
      return (uint32_t) (tb_hash_bytes (&caller, sizeof caller) % link->n_to);
    case TB_BALANCE_NONE:
    default:
      return 0;
    }
}

static TbRoute
route_link (TbRoutes *routes, uint32_t index, uint32_t caller, uint16_t port, const uint32_t *open)
{
  const TbWireLink *link = &routes->plan->links[index];
  if (link->n_to == 0)
    return (TbRoute) { .kind = TB_ROUTE_REFUSE, .port = port };
  return (TbRoute) { .kind = TB_ROUTE_TAP,
                     .port = port,
                     .link = index,
                     .to = TB_NOBODY,
                     .n = link->n_to,
                     .first = choose_first (routes, index, caller, open) };
}

/* Of links to the same instances, the one with that port: their names lead to the address of the first,
 * whichever port is meant. */
static uint32_t
link_with_port (const TbRoutes *routes, uint32_t index, uint32_t caller, uint16_t port)
{
  const TbWireLink *asked = &routes->plan->links[index];
  for (uint32_t i = 0; asked->port != port && asked->n_to > 0 && i < routes->plan->n_links; i++)
    {
      const TbWireLink *link = &routes->plan->links[i];
      if (!link->replicas && link->port == port && holds (link->from, link->n_from, caller)
          && holds (link->to, link->n_to, asked->to[0]))
        return i;
    }
  return index;
}

/* The only link of the caller whose target listens there; two of them would be a guess. */
static uint32_t
only_link (const TbRoutes *routes, uint32_t caller, uint16_t port)
{
  uint32_t found = TB_NOBODY;
  for (uint32_t i = 0; i < routes->plan->n_links; i++)
    {
      const TbWireLink *link = &routes->plan->links[i];
      if (link->replicas || link->port != port || !holds (link->from, link->n_from, caller))
        continue;
      if (found != TB_NOBODY)
        return TB_NOBODY;
      found = i;
    }
  return found;
}

uint32_t
tb_route_count_links (const TbRoutes *routes, uint32_t caller, uint16_t port)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < routes->plan->n_links; i++)
    {
      const TbWireLink *link = &routes->plan->links[i];
      n += !link->replicas && link->port == port && holds (link->from, link->n_from, caller);
    }
  return n;
}

/* Several may lie at one address outside, each with its port; what is not drawn there is passed by. */
static uint32_t
link_to_outside (const TbRoutes *routes, uint32_t caller, uint32_t address, uint16_t port)
{
  for (uint32_t i = 0; i < routes->plan->n_links; i++)
    {
      const TbWireLink *link = &routes->plan->links[i];
      const TbWireInstance *to = link->n_to > 0 ? &routes->plan->instances[link->to[0]] : NULL;
      if (to != NULL && tb_wire_is_outside (to) && to->reach == address && link->port == port
          && holds (link->from, link->n_from, caller))
        return i;
    }
  return TB_NOBODY;
}

static TbRoute
route_localhost (TbRoutes *routes, uint32_t caller, uint16_t port, const uint32_t *open)
{
  uint32_t link = only_link (routes, caller, port);
  TbRoute route = { .kind = TB_ROUTE_TAP, .port = port, .link = TB_NOBODY, .to = TB_NOBODY };
  if (link != TB_NOBODY)
    route = route_link (routes, link, caller, port, open);
  route.own_first = true;
  return route;
}

TbRoute
tb_route_connect (TbRoutes *routes, uint32_t caller, uint32_t address, uint16_t port,
                  const uint32_t *open)
{
  const TbRoute pass = { .kind = TB_ROUTE_PASS, .port = port, .link = TB_NOBODY };
  if (address == TB_LOCALHOST)
    return port == 0 ? pass : route_localhost (routes, caller, port, open);
  if (address == tb_route_agent_address (routes->plan->block))
    return (TbRoute) { .kind = TB_ROUTE_REFUSE, .port = port, .link = TB_NOBODY };
  TbPlace *place = find_place (routes, address);
  if (place->address == 0 || place->instance == caller)
    return pass;
  if (place->instance != TB_NOBODY && routes->plan->instances[place->instance].address != address)
    {
      uint32_t link = link_to_outside (routes, caller, address, port);
      return link != TB_NOBODY ? route_link (routes, link, caller, port, open) : pass;
    }
  if (place->instance == TB_NOBODY)
    return route_link (routes, link_with_port (routes, place->link, caller, port), caller, port, open);
  return (TbRoute) { .kind = TB_ROUTE_TAP,
                     .port = port,
                     .link = tb_route_link (routes, caller, place->instance, port),
                     .to = place->instance,
                     .n = 1 };
}

uint32_t
tb_route_candidate (const TbRoutes *routes, const TbRoute *route, uint32_t k)
{
  TB_CHECK (k < route->n);
  if (route->to != TB_NOBODY)
    return route->to;
  const TbWireLink *link = &routes->plan->links[route->link];
  return link->to[(route->first + k) % link->n_to];
}

bool
tb_route_bind_is_own (uint32_t address, uint16_t port)
{
  return port != 0 && (address == 0 || address == TB_LOCALHOST);
}
