/* Two recordings side by side, made up. */
#include <string.h>

#include "recorded.h"
#include "tb-compare.h"

typedef struct
{
  Recorded *r[2];
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  for (int i = 0; i < 2; i++)
    f->r[i] = recorded_new ();
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  for (int i = 0; i < 2; i++)
    recorded_free (f->r[i]);
}

/* client → shop → orders/1, with a call to mail in the middle of it if so said. */
static void
write_tree (Recorded *r, guint n, gboolean mail)
{
  double ms = 10 * n;
  recorded_message (r, ms, TB_EVENT_REQUEST, BROWSE, 1, n, 1000 + n, 1);
  recorded_message (r, ms + 1, TB_EVENT_REQUEST, SAVE_1, 2, n, 1000 + n, 2);
  if (mail)
    {
      recorded_message (r, ms + 2, TB_EVENT_REQUEST, SEND, 3, n, 1000 + n, 3);
      recorded_message (r, ms + 3, TB_EVENT_REPLY, SEND, 3, n, 0, 0);
    }
  recorded_message (r, ms + 4, TB_EVENT_REPLY, SAVE_1, 2, n, 0, 0);
  recorded_message (r, ms + 5, TB_EVENT_REPLY, BROWSE, 1, n, 0, 0);
}

static TbComparison *
compare (Fixture *f)
{
  g_autoptr (TbPast) first = recorded_open (f->r[0]);
  g_autoptr (TbPast) second = recorded_open (f->r[1]);
  return tb_compare (first, second);
}

static const TbComparedLink *
link_of (const TbComparison *c, const char *id)
{
  for (guint i = 0; i < c->links->len; i++)
    {
      const TbComparedLink *link = g_ptr_array_index (c->links, i);
      if (g_str_equal (link->id, id))
        return link;
    }
  return NULL;
}

static void
test_what_did_the_same_does_not_differ (Fixture *f, gconstpointer data)
{
  for (guint i = 1; i <= 100; i++)
    write_tree (f->r[0], i, FALSE);
  for (guint i = 1; i <= 50; i++)
    write_tree (f->r[1], i, FALSE);
  g_autoptr (TbComparison) c = compare (f);
  const TbComparedLink *browse = link_of (c, "browse");
  g_assert_false (tb_comparison_differs (c));
  g_assert_true (c->same_drawing);
  g_assert_true (c->whole[0] && c->whole[1]);
  g_assert_cmpuint (c->links->len, ==, 3);
  g_assert_cmpuint (browse->figures[0].requests, ==, 100);
  g_assert_cmpuint (browse->figures[1].requests, ==, 50);
  g_assert_cmpuint (c->labels->len, ==, 2);
  g_assert_cmpuint (c->orders->len, ==, 1);
  const TbComparedOrder *order = g_ptr_array_index (c->orders, 0);
  g_assert_cmpstr (order->text, ==, "browse m# · save m#");
  g_assert_cmpuint (order->n[0], ==, 100);
  g_assert_cmpuint (order->n[1], ==, 50);
}

static void
test_what_one_alone_has_stands_first (Fixture *f, gconstpointer data)
{
  for (guint i = 1; i <= 100; i++)
    for (int side = 0; side < 2; side++)
      write_tree (f->r[side], i, side == 1 && i % 10 == 0);
  g_autoptr (TbComparison) c = compare (f);
  const TbComparedLabel *label = g_ptr_array_index (c->labels, 0);
  const TbComparedOrder *order = g_ptr_array_index (c->orders, 0);
  g_assert_true (tb_comparison_differs (c));
  g_assert_cmpstr (label->link, ==, "send");
  g_assert_cmpuint (label->n[0], ==, 0);
  g_assert_cmpuint (label->n[1], ==, 10);
  g_assert_cmpstr (order->text, ==, "browse m# · save m# · send m#");
  g_assert_cmpuint (order->n[0], ==, 0);
  g_assert_cmpuint (order->n[1], ==, 10);
}

static void
test_what_was_lost_in_one_alone_differs (Fixture *f, gconstpointer data)
{
  for (int side = 0; side < 2; side++)
    write_tree (f->r[side], 1, FALSE);
  recorded_message (f->r[0], 100, TB_EVENT_REFUSED, SEND, 0, 0, 0, 0);
  g_autoptr (TbComparison) c = compare (f);
  g_assert_true (tb_comparison_differs (c));
  g_assert_cmpuint (link_of (c, "send")->figures[0].refused, ==, 1);
}

/* Beyond the first million events, in slices; it may be called off half-way. */
static void
test_all_of_a_long_one_is_compared (Fixture *f, gconstpointer data)
{
  enum { N = 180000 };
  for (guint n = 1; n <= N; n++)
    for (int side = 0; side < 2; side++)
      write_tree (f->r[side], n, side == 1 && n == N);
  g_autoptr (TbPast) first = recorded_open (f->r[0]);
  g_autoptr (TbPast) second = recorded_open (f->r[1]);
  TbComparing *comparing = tb_comparing_new (first, second);
  double before = 0;
  guint slices = 0;
  for (; !tb_comparing_go_on (comparing, 0); slices++)
    {
      double share = tb_comparing_share (comparing);
      g_assert_cmpfloat (share, >=, before);
      g_assert_cmpfloat (share, <=, 1);
      before = share;
    }
  g_assert_cmpuint (slices, >, 1000);
  g_autoptr (TbComparison) c = tb_comparing_take (comparing);
  tb_comparing_free (comparing);
  g_assert_true (c->whole[0] && c->whole[1]);
  g_assert_true (tb_comparison_differs (c));
  g_assert_cmpuint (c->orders->len, ==, 2);
  const TbComparedOrder *rare = g_ptr_array_index (c->orders, 0), *usual = g_ptr_array_index (c->orders, 1);
  g_assert_cmpuint (rare->n[0] + rare->n[1], ==, 1);
  g_assert_cmpuint (usual->n[0], ==, N);
  g_assert_cmpuint (usual->n[1], ==, N - 1);
  comparing = tb_comparing_new (first, second);
  for (guint i = 0; i < slices / 2; i++)
    tb_comparing_go_on (comparing, 0);
  tb_comparing_free (comparing);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/compare/same", test_what_did_the_same_does_not_differ);
  ADD ("/compare/long", test_all_of_a_long_one_is_compared);
  ADD ("/compare/order", test_what_one_alone_has_stands_first);
  ADD ("/compare/lost", test_what_was_lost_in_one_alone_differs);
  return g_test_run ();
}
