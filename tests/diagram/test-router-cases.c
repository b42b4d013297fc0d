/* The router, one thing at a time: pictures of a few shapes in which one sees what is meant. */
#include <math.h>
#include <string.h>

#include "router-picture.h"

static void
put_card (TbRouter *router, guint key, double x, double y)
{
  TbRouterShape s = { TB_SHAPE_CARD, { x, y, 176, 68 }, { x + 88, y + 34 } };
  tb_router_set_shape (router, key, &s);
}

static void
put_container (TbRouter *router, guint key, double x, double y, double width, double height)
{
  TbRouterShape s = { TB_SHAPE_CONTAINER, { x, y, width, height }, { 0, 0 } };
  tb_router_set_shape (router, key, &s);
}

static TbRouterLink
plain_link (guint from, guint to)
{
  return (TbRouterLink){ .from = from, .to = to, .from_at = -1, .to_at = -1, .label_at = -1 };
}

static TbRouterRoute
get_route (TbRouter *router, guint link)
{
  TbRouterRoute r;
  tb_router_update (router, NULL, NULL, NULL);
  g_assert_true (tb_router_route (router, link, &r));
  return r;
}

static TbPoint
last_point (TbRouter *router, guint link)
{
  TbRouterRoute r = get_route (router, link);
  return r.points[r.n - 1];
}

static void
test_links_of_a_port_share_its_point (void)
{
  g_autoptr (TbRouter) router = tb_router_new ();
  g_autoptr (GArray) ports = g_array_new (FALSE, FALSE, sizeof (TbRouterPort));
  for (guint i = 0; i < 3; i++)
    put_card (router, i + 1, i * 240., 0);
  put_card (router, 4, 240, 260);
  for (guint i = 0; i < 3; i++)
    {
      TbRouterLink link = plain_link (i + 1, 4);
      link.to_port = i < 2 ? "web" : "admin";
      tb_router_set_link (router, i + 1, &link);
    }
  TbPoint a = last_point (router, 1), b = last_point (router, 2), c = last_point (router, 3);
  g_assert_cmpfloat (a.x, ==, b.x);
  g_assert_cmpfloat (fabs (a.x - c.x), >=, 6);
  tb_router_ports (router, 4, ports);
  g_assert_cmpuint (ports->len, ==, 2);
  g_assert_cmpstr (g_array_index (ports, TbRouterPort, 1).name, ==, "web");
  g_assert_cmpfloat (g_array_index (ports, TbRouterPort, 1).at.x, ==, a.x);
}

static void
test_a_glued_place_is_kept (void)
{
  g_autoptr (TbRouter) router = tb_router_new ();
  put_card (router, 1, 0, 0);
  put_card (router, 2, 400, 300);
  TbRouterLink link = plain_link (1, 2);
  link.from_side = TB_SIDE_RIGHT;
  link.from_at = 0.25;
  link.to_side = TB_SIDE_LEFT;
  link.to_at = 0.75;
  tb_router_set_link (router, 1, &link);
  TbRouterRoute r = get_route (router, 1);
  g_assert_cmpfloat (r.points[0].x, ==, 176);
  g_assert_cmpfloat (r.points[0].y, ==, 17);
  g_assert_cmpfloat (r.points[r.n - 1].x, ==, 400);
  g_assert_cmpfloat (r.points[r.n - 1].y, ==, 351);
}

/* Facing sides, and a place on one of them that the other card does not reach below. */
static void
test_a_line_from_a_glued_place_ends_at_its_card (void)
{
  for (int called = 0; called < 2; called++)
    {
      g_autoptr (TbRouter) router = tb_router_new ();
      put_card (router, 1, 300, 0);
      put_card (router, 2, 100, 260);
      TbRouterLink link = called ? plain_link (2, 1) : plain_link (1, 2);
      link.from_side = called ? TB_SIDE_TOP : TB_SIDE_BOTTOM;
      link.to_side = called ? TB_SIDE_BOTTOM : TB_SIDE_TOP;
      *(called ? &link.to_at : &link.from_at) = 0.25;
      tb_router_set_link (router, 1, &link);
      TbRouterRoute r = get_route (router, 1);
      TbPoint glued = r.points[called ? r.n - 1 : 0], free = r.points[called ? 0 : r.n - 1];
      g_assert_cmpfloat (glued.x, ==, 344);
      g_assert_cmpfloat (free.y, ==, 260);
      g_assert_true (free.x > 100 && free.x < 276);
    }
}

static void
test_a_floating_end_chooses_its_side_on_each_move (void)
{
  g_autoptr (TbRouter) router = tb_router_new ();
  put_card (router, 1, 0, 0);
  put_card (router, 2, 0, 300);
  TbRouterLink link = plain_link (1, 2);
  tb_router_set_link (router, 1, &link);
  g_assert_cmpint (get_route (router, 1).from_side, ==, TB_SIDE_BOTTOM);
  put_card (router, 2, 400, 0);
  g_assert_cmpint (get_route (router, 1).from_side, ==, TB_SIDE_RIGHT);
  put_card (router, 2, 0, -300);
  g_assert_cmpint (get_route (router, 1).from_side, ==, TB_SIDE_TOP);
}

/* Far from a shape in the way, near to which the bend stands. */
static void
test_ways_between_bends_avoid_shapes (void)
{
  g_autoptr (TbRouter) router = tb_router_new ();
  TbPoint bend = { 288, 500 };
  put_card (router, 1, 0, 0);
  put_card (router, 2, 600, 0);
  put_card (router, 3, 200, 200);
  TbRouterLink link = plain_link (1, 2);
  link.bends = &bend;
  link.n_bends = 1;
  tb_router_set_link (router, 1, &link);
  TbRouterRoute r = get_route (router, 1);
  TbRect middle = { 200, 200, 176, 68 };
  gboolean found = FALSE;
  for (guint i = 1; i < r.n; i++)
    {
      TbRect at = { bend.x, bend.y, 0, 0 };
      found |= picture_hits (&at, r.points[i - 1], r.points[i], 0.1);
      g_assert_false (picture_hits (&middle, r.points[i - 1], r.points[i], PICTURE_CLEAR));
    }
  g_assert_true (found);
  put_card (router, 3, 400, 460);
  r = get_route (router, 1);
  middle = (TbRect){ 400, 460, 176, 68 };
  for (guint i = 1; i < r.n; i++)
    g_assert_false (picture_hits (&middle, r.points[i - 1], r.points[i], PICTURE_CLEAR));
}

static void
test_a_crossing_gets_a_jump_unless_told_otherwise (void)
{
  g_autoptr (TbRouter) router = tb_router_new ();
  put_card (router, 1, 0, 200);
  put_card (router, 2, 600, 200);
  put_card (router, 3, 300, 0);
  put_card (router, 4, 300, 400);
  TbRouterLink level = plain_link (1, 2), upright = plain_link (3, 4);
  tb_router_set_link (router, 1, &level);
  tb_router_set_link (router, 2, &upright);
  TbRouterRoute r = get_route (router, 1);
  g_assert_cmpuint (r.n_jumps, ==, 1);
  g_assert_cmpfloat (r.jumps[0].at.x, ==, 388);
  g_assert_cmpfloat (r.jumps[0].at.y, ==, 234);
  g_assert_cmpuint (get_route (router, 2).n_jumps, ==, 0);
  tb_router_set_jumps (router, FALSE);
  g_assert_cmpuint (get_route (router, 1).n_jumps, ==, 0);
  tb_router_set_jumps (router, TRUE);
  tb_router_remove_link (router, 2);
  g_assert_cmpuint (get_route (router, 1).n_jumps, ==, 0);
}

static void
test_a_persons_label_keeps_its_offset (void)
{
  g_autoptr (TbRouter) router = tb_router_new ();
  put_card (router, 1, 0, 0);
  put_card (router, 2, 600, 0);
  TbRouterLink link = plain_link (1, 2);
  link.label_width = 40;
  link.label_height = 16;
  link.label_at = 0.25;
  link.label_offset = 30;
  tb_router_set_link (router, 1, &link);
  TbRect label = get_route (router, 1).label;
  g_assert_cmpfloat (label.x + 20, ==, 176 + 0.25 * 424);
  g_assert_cmpfloat (label.y + 8, ==, 34 + 30);
  put_card (router, 2, 800, 0);
  label = get_route (router, 1).label;
  g_assert_cmpfloat (label.x + 20, ==, 176 + 0.25 * 624);
}

static void
test_labels_cover_no_card_and_no_other_label (void)
{
  g_autoptr (TbRouter) router = tb_router_new ();
  TbRect labels[6];
  for (guint i = 0; i < 4; i++)
    put_card (router, i + 1, (i % 2) * 420., (i / 2) * 220.);
  for (guint i = 0; i < 6; i++)
    {
      static const guint ends[6][2]
          = { { 1, 2 }, { 1, 3 }, { 1, 4 }, { 2, 3 }, { 2, 4 }, { 3, 4 } };
      TbRouterLink link = plain_link (ends[i][0], ends[i][1]);
      link.label_width = 60;
      link.label_height = 16;
      tb_router_set_link (router, i + 1, &link);
    }
  for (guint i = 0; i < 6; i++)
    {
      labels[i] = get_route (router, i + 1).label;
      for (guint k = 0; k < 4; k++)
        {
          TbRect card = { (k % 2) * 420., (k / 2) * 220., 176, 68 };
          g_assert_false (tb_rect_intersects (&labels[i], &card));
        }
      for (guint k = 0; k < i; k++)
        g_assert_false (tb_rect_intersects (&labels[i], &labels[k]));
    }
}

/* A person's label comes first, and no more once it is nobody's: as if it had never been. */
static void
test_a_label_given_up_loses_its_turn (void)
{
  g_autoptr (TbRouter) router = tb_router_new (), anew = tb_router_new ();
  TbRouter *both[] = { router, anew };
  for (guint r = 0; r < 2; r++)
    for (guint i = 0; i < 2; i++)
      {
        put_card (both[r], 2 * i + 1, 0, i * 80.);
        put_card (both[r], 2 * i + 2, 600, i * 80.);
        TbRouterLink link = plain_link (2 * i + 1, 2 * i + 2);
        link.label_width = 60;
        link.label_height = 16;
        link.label_at = r == 0 && i == 1 ? 0.5 : -1;
        link.label_offset = r == 0 && i == 1 ? -67 : 0; /* onto the first link's place */
        tb_router_set_link (both[r], i + 1, &link);
      }
  get_route (router, 1);
  TbRouterLink free = plain_link (3, 4);
  free.label_width = 60;
  free.label_height = 16;
  tb_router_set_link (router, 2, &free);
  for (guint i = 1; i <= 2; i++)
    {
      TbRect is = get_route (router, i).label, wanted = get_route (anew, i).label;
      g_assert_cmpfloat (is.x, ==, wanted.x);
      g_assert_cmpfloat (is.y, ==, wanted.y);
    }
}

/* Round the container between; into it when an end stands in it. */
static void
test_a_border_is_crossed_only_to_enter (void)
{
  g_autoptr (TbRouter) router = tb_router_new ();
  TbRect home = { 250, -100, 250, 300 };
  put_card (router, 1, 0, 0);
  put_card (router, 2, 600, 0);
  put_container (router, 9, home.x, home.y, home.width, home.height);
  TbRouterLink link = plain_link (1, 2);
  tb_router_set_link (router, 1, &link);
  for (guint round = 0; round < 2; round++)
    {
      TbRouterRoute r = get_route (router, 1);
      guint n = 0;
      for (guint i = 1; i < r.n; i++)
        n += picture_crossings (&home, r.points[i - 1], r.points[i]);
      g_assert_cmpuint (n, ==, round);
      g_assert_false (r.over_border);
      put_card (router, 2, 290, 0);
    }
}

static void
test_no_way_but_over_a_border_is_said (void)
{
  g_autoptr (TbRouter) router = tb_router_new ();
  put_card (router, 1, 0, 0);
  put_card (router, 2, 600, 0);
  put_container (router, 8, -100, -100, 400, 300);
  put_container (router, 9, -50, -50, 300, 200);
  put_container (router, 10, 280, -400, 40, 900);
  put_container (router, 11, -200, -400, 500, 900);
  TbRouterLink link = plain_link (1, 2);
  tb_router_set_link (router, 1, &link);
  TbRouterRoute r = get_route (router, 1);
  picture_assert_orthogonal (&r, 1);
  g_assert_false (r.through_shape);
}

static gboolean
stop_at_once (gpointer data)
{
  return --*(int *) data < 0;
}

static void
test_what_is_seen_is_routed_first (void)
{
  g_autoptr (TbRouter) router = tb_router_new ();
  g_autoptr (GArray) changed = g_array_new (FALSE, FALSE, sizeof (guint));
  TbRect seen = { 0, 0, 600, 200 };
  for (guint i = 0; i < 8; i++)
    put_card (router, i + 1, (i % 2) * 400., (i / 2) * 500.);
  for (guint i = 0; i < 4; i++)
    {
      TbRouterLink link = plain_link (2 * i + 1, 2 * i + 2);
      tb_router_set_link (router, i + 1, &link);
    }
  TbRouterRoute r;
  int most = 100;
  g_assert_false (tb_router_update (router, &seen, stop_at_once, &most));
  g_assert_true (tb_router_route (router, 1, &r) && !r.pending);
  g_assert_true (tb_router_route (router, 4, &r) && r.pending && r.n == 2);
  most = 1;
  g_assert_false (tb_router_update (router, NULL, stop_at_once, &most));
  g_assert_true (tb_router_update (router, NULL, NULL, NULL));
  g_assert_true (tb_router_route (router, 4, &r) && !r.pending);
  tb_router_take_changed (router, changed);
  g_assert_cmpuint (changed->len, ==, 4);
  g_array_set_size (changed, 0);
  put_card (router, 8, 400, 1520);
  g_assert_true (tb_router_update (router, NULL, NULL, NULL));
  tb_router_take_changed (router, changed);
  g_assert_cmpuint (changed->len, ==, 1);
  g_assert_cmpuint (g_array_index (changed, guint, 0), ==, 4);
}

static void
test_a_link_waits_for_its_ends (void)
{
  g_autoptr (TbRouter) router = tb_router_new ();
  TbRouterLink link = plain_link (1, 2);
  TbRouterRoute r;
  tb_router_set_link (router, 1, &link);
  put_card (router, 1, 0, 0);
  tb_router_update (router, NULL, NULL, NULL);
  g_assert_false (tb_router_route (router, 1, &r));
  put_card (router, 2, 400, 0);
  g_assert_cmpuint (get_route (router, 1).n, ==, 2);
  tb_router_remove_shape (router, 1);
  tb_router_update (router, NULL, NULL, NULL);
  g_assert_false (tb_router_route (router, 1, &r));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/router/" name, func)
  ADD ("links-of-a-port-share-its-point", test_links_of_a_port_share_its_point);
  ADD ("a-glued-place-is-kept", test_a_glued_place_is_kept);
  ADD ("a-line-from-a-glued-place-ends-at-its-card", test_a_line_from_a_glued_place_ends_at_its_card);
  ADD ("a-floating-end-chooses-its-side", test_a_floating_end_chooses_its_side_on_each_move);
  ADD ("ways-between-bends-avoid-shapes", test_ways_between_bends_avoid_shapes);
  ADD ("a-crossing-gets-a-jump", test_a_crossing_gets_a_jump_unless_told_otherwise);
  ADD ("a-persons-label-keeps-its-offset", test_a_persons_label_keeps_its_offset);
  ADD ("labels-cover-nothing", test_labels_cover_no_card_and_no_other_label);
  ADD ("a-border-is-crossed-only-to-enter", test_a_border_is_crossed_only_to_enter);
  ADD ("no-way-but-over-a-border", test_no_way_but_over_a_border_is_said);
  ADD ("what-is-seen-is-routed-first", test_what_is_seen_is_routed_first);
  ADD ("a-link-waits-for-its-ends", test_a_link_waits_for_its_ends);
  ADD ("a-label-given-up-loses-its-turn", test_a_label_given_up_loses_its_turn);
  return g_test_run ();
}
