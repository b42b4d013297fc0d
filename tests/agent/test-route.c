/* Where a connect() leads, without sockets. */
#include <glib.h>

#include "route.h"
#include "taps-private.h"
#include "tb-base.h"

enum
{
  SHOP,
  ORDERS_1,
  ORDERS_2,
  CACHE,
  INSTANCES
};
enum
{
  SAVE,
  LOOK_UP,
  REPLICAS,
  LINKS
};

#define BLOCK 77u
#define ADDRESS(c, d) (127u << 24 | BLOCK << 16 | (c) << 8 | (d))

static uint32_t shop[] = { SHOP }, orders[] = { ORDERS_1, ORDERS_2 }, cache[] = { CACHE };

typedef struct
{
  TbWireInstance instances[INSTANCES];
  TbWireLink links[LINKS];
  TbWirePlan plan;
  TbRoutes *routes;
} World;

static void
set_up (World *w, gconstpointer data)
{
  for (uint32_t i = 0; i < INSTANCES; i++)
    w->instances[i].address = ADDRESS (1, i + 1);
  w->links[SAVE] = (TbWireLink) { .from = shop, .n_from = 1, .to = orders, .n_to = 2, .port = 6379,
                                  .address = ADDRESS (224, 1) };
  w->links[LOOK_UP] = (TbWireLink) { .from = shop, .n_from = 1, .to = cache, .n_to = 1, .port = 11211,
                                     .address = ADDRESS (224, 2) };
  w->links[REPLICAS] = (TbWireLink) { .from = orders, .n_from = 2, .to = orders, .n_to = 2,
                                      .replicas = true };
  w->plan = (TbWirePlan) { .block = BLOCK, .seed = 1, .instances = w->instances,
                           .n_instances = INSTANCES, .links = w->links, .n_links = LINKS };
  w->routes = tb_routes_new (&w->plan);
}

static void
tear_down (World *w, gconstpointer data)
{
  tb_routes_free (w->routes);
}

static void
test_outside_passes (World *w, gconstpointer data)
{
  g_assert_cmpint (tb_route_connect (w->routes, SHOP, 0x08080808, 53, NULL).kind, ==, TB_ROUTE_PASS);
  g_assert_cmpint (tb_route_connect (w->routes, SHOP, ADDRESS (9, 9), 80, NULL).kind, ==,
                   TB_ROUTE_PASS);
}

static void
test_itself_passes (World *w, gconstpointer data)
{
  TbRoute route = tb_route_connect (w->routes, CACHE, ADDRESS (1, CACHE + 1), 11211, NULL);
  g_assert_cmpint (route.kind, ==, TB_ROUTE_PASS);
}

static void
test_instance_is_tapped (World *w, gconstpointer data)
{
  TbRoute route = tb_route_connect (w->routes, SHOP, ADDRESS (1, ORDERS_2 + 1), 6379, NULL);
  g_assert_cmpint (route.kind, ==, TB_ROUTE_TAP);
  g_assert_cmpuint (route.n, ==, 1);
  g_assert_cmpuint (route.link, ==, SAVE);
  g_assert_cmpuint (tb_route_candidate (w->routes, &route, 0), ==, ORDERS_2);
}

static void
test_pair_nobody_drew (World *w, gconstpointer data)
{
  TbRoute route = tb_route_connect (w->routes, CACHE, ADDRESS (1, SHOP + 1), 80, NULL);
  g_assert_cmpint (route.kind, ==, TB_ROUTE_TAP);
  g_assert_cmpuint (route.link, ==, TB_NOBODY);
}

static void
test_replicas_link_has_any_port (World *w, gconstpointer data)
{
  g_assert_cmpuint (tb_route_link (w->routes, ORDERS_2, ORDERS_1, 6379), ==, REPLICAS);
  g_assert_cmpuint (tb_route_link (w->routes, ORDERS_2, ORDERS_1, 16379), ==, REPLICAS);
  g_assert_cmpuint (tb_route_link (w->routes, SHOP, ORDERS_1, 16379), ==, TB_NOBODY);
}

static void
test_virtual_address_in_turn (World *w, gconstpointer data)
{
  w->links[SAVE].balance = TB_BALANCE_ROUND_ROBIN;
  for (uint32_t i = 0; i < 4; i++)
    {
      TbRoute route = tb_route_connect (w->routes, SHOP, ADDRESS (224, 1), 6379, NULL);
      g_assert_cmpuint (route.n, ==, 2);
      g_assert_cmpuint (tb_route_candidate (w->routes, &route, 0), ==, i % 2 ? ORDERS_2 : ORDERS_1);
      g_assert_cmpuint (tb_route_candidate (w->routes, &route, 1), ==, i % 2 ? ORDERS_1 : ORDERS_2);
    }
}

static void
test_virtual_address_with_another_links_port (World *w, gconstpointer data)
{
  w->links[LOOK_UP].to = orders;
  w->links[LOOK_UP].n_to = 2;
  g_assert_cmpuint (tb_route_connect (w->routes, SHOP, ADDRESS (224, 1), 11211, NULL).link, ==, LOOK_UP);
  g_assert_cmpuint (tb_route_connect (w->routes, SHOP, ADDRESS (224, 1), 9, NULL).link, ==, SAVE);
  w->links[LOOK_UP].to = cache;
  w->links[LOOK_UP].n_to = 1;
  g_assert_cmpuint (tb_route_connect (w->routes, SHOP, ADDRESS (224, 1), 11211, NULL).link, ==, SAVE);
}

static void
test_virtual_address_by_connections (World *w, gconstpointer data)
{
  const uint32_t open[INSTANCES] = { 0, 3, 1, 0 };
  w->links[SAVE].balance = TB_BALANCE_LEAST_CONNECTIONS;
  TbRoute route = tb_route_connect (w->routes, SHOP, ADDRESS (224, 1), 6379, open);
  g_assert_cmpuint (tb_route_candidate (w->routes, &route, 0), ==, ORDERS_2);
}

static void
test_virtual_address_by_chance (World *w, gconstpointer data)
{
  guint hits[INSTANCES] = { 0 };
  w->links[SAVE].balance = TB_BALANCE_RANDOM;
  for (int i = 0; i < 1000; i++)
    {
      TbRoute route = tb_route_connect (w->routes, SHOP, ADDRESS (224, 1), 6379, NULL);
      hits[tb_route_candidate (w->routes, &route, 0)]++;
    }
  g_assert_cmpuint (hits[ORDERS_1] + hits[ORDERS_2], ==, 1000);
  g_assert_cmpuint (hits[ORDERS_1], >, 400);
  g_assert_cmpuint (hits[ORDERS_2], >, 400);
}

static void
test_without_balance_in_order (World *w, gconstpointer data)
{
  for (int i = 0; i < 3; i++)
    {
      TbRoute route = tb_route_connect (w->routes, SHOP, ADDRESS (224, 1), 6379, NULL);
      g_assert_cmpuint (tb_route_candidate (w->routes, &route, 0), ==, ORDERS_1);
    }
}

static void
test_localhost (World *w, gconstpointer data)
{
  TbRoute route = tb_route_connect (w->routes, SHOP, TB_LOCALHOST, 11211, NULL);
  g_assert_cmpint (route.kind, ==, TB_ROUTE_TAP);
  g_assert_true (route.own_first);
  g_assert_cmpuint (route.link, ==, LOOK_UP);
  route = tb_route_connect (w->routes, SHOP, TB_LOCALHOST, 5432, NULL);
  g_assert_true (route.own_first);
  g_assert_cmpuint (route.n, ==, 0);
}

static void
test_localhost_is_no_guess (World *w, gconstpointer data)
{
  w->links[LOOK_UP].port = 6379;
  TbRoute route = tb_route_connect (w->routes, SHOP, TB_LOCALHOST, 6379, NULL);
  g_assert_cmpuint (route.n, ==, 0);
}

static void
test_agent_is_refused (World *w, gconstpointer data)
{
  TbRoute route = tb_route_connect (w->routes, SHOP, tb_route_agent_address (BLOCK), 80, NULL);
  g_assert_cmpint (route.kind, ==, TB_ROUTE_REFUSE);
}

static void
test_link_without_targets (World *w, gconstpointer data)
{
  w->links[SAVE].n_to = 0;
  TbRoute route = tb_route_connect (w->routes, SHOP, ADDRESS (224, 1), 6379, NULL);
  g_assert_cmpint (route.kind, ==, TB_ROUTE_REFUSE);
}

static void
test_bind (World *w, gconstpointer data)
{
  g_assert_true (tb_route_bind_is_own (0, 80));
  g_assert_true (tb_route_bind_is_own (TB_LOCALHOST, 80));
  g_assert_false (tb_route_bind_is_own (0, 0));
  g_assert_false (tb_route_bind_is_own (ADDRESS (1, 1), 80));
}

/* Right or none, however many there were. */
static void
test_called_is_found_by_port (World *w, gconstpointer data)
{
  TbCalled *called = tb_called_new ();
  guint found = 0;
  g_assert_nonnull (called);
  for (guint round = 1; round <= 2; round++)
    for (guint i = 0; i < 60000; i++)
      tb_called_note (called, i % 3, (uint16_t) i, (i + round) % 5);
  for (guint i = 0; i < 60000; i++)
    {
      uint32_t to = tb_called_find (called, i % 3, (uint16_t) i);
      g_assert_true (to == UINT32_MAX || to == (i + 2) % 5);
      found += to != UINT32_MAX;
    }
  g_assert_cmpuint (found, >, 45000);
  g_assert_cmpuint (tb_called_find (called, 3, 1), ==, UINT32_MAX);
  tb_called_note (called, 2, 59999, 4);
  g_assert_cmpuint (tb_called_find (called, 2, 59999), ==, 4);
  tb_called_free (called);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, test) g_test_add ("/route/" path, World, NULL, set_up, test, tear_down)
  ADD ("outside-passes", test_outside_passes);
  ADD ("itself-passes", test_itself_passes);
  ADD ("instance-is-tapped", test_instance_is_tapped);
  ADD ("pair-nobody-drew", test_pair_nobody_drew);
  ADD ("replicas-link-has-any-port", test_replicas_link_has_any_port);
  ADD ("virtual-address-in-turn", test_virtual_address_in_turn);
  ADD ("virtual-address-with-another-links-port", test_virtual_address_with_another_links_port);
  ADD ("virtual-address-by-connections", test_virtual_address_by_connections);
  ADD ("virtual-address-by-chance", test_virtual_address_by_chance);
  ADD ("without-balance-in-order", test_without_balance_in_order);
  ADD ("localhost", test_localhost);
  ADD ("localhost-is-no-guess", test_localhost_is_no_guess);
  ADD ("agent-is-refused", test_agent_is_refused);
  ADD ("link-without-targets", test_link_without_targets);
  ADD ("bind", test_bind);
  ADD ("called", test_called_is_found_by_port);
  return g_test_run ();
}
