/* Partitions: who is cut off from whom, over a plan of bare instances. */
#include <string.h>

#include "session-private.h"
#include "tb-session.h"

typedef struct
{
  TbPlan plan;
  TbPlanInstance instances[40];
  char *ids[40];
} Fixture;

/* n instances of "orders" on two devices, then one of "shop". */
static void
make (Fixture *f, guint n)
{
  f->plan.instances = g_ptr_array_new ();
  f->plan.links = g_ptr_array_new ();
  for (guint i = 0; i <= n; i++)
    {
      gboolean shop = i == n;
      f->ids[i] = shop ? g_strdup ("shop/1") : g_strdup_printf ("orders/%u", i + 1);
      f->instances[i] = (TbPlanInstance) { .id = f->ids[i],
                                           .component_id = (char *) (shop ? "shop" : "orders"),
                                           .device = (char *) (i % 2 ? "db-2" : "db-1") };
      g_ptr_array_add (f->plan.instances, &f->instances[i]);
    }
}

static void
clear (Fixture *f)
{
  for (guint i = 0; i < f->plan.instances->len; i++)
    g_free (f->ids[i]);
  g_ptr_array_unref (f->plan.instances);
  g_ptr_array_unref (f->plan.links);
}

/* The first of them leads. */
static const char *
role_of (guint instance, gpointer data)
{
  return instance == GPOINTER_TO_UINT (data) ? "leader" : instance < 2 ? "follower" : NULL;
}

static GArray *
pairs_of (Fixture *f, TbPartitionKind kind, const char *of, const char *from, guint64 seed)
{
  g_autoptr (GError) error = NULL;
  const TbPartition p = { kind, of, from, seed };
  GArray *pairs = tb_partition_pairs (&f->plan, &p, role_of, GUINT_TO_POINTER (0), NULL, &error);
  g_assert_no_error (error);
  return pairs;
}

static gboolean
is_cut (const GArray *pairs, guint from, guint to)
{
  for (guint i = 0; i < pairs->len; i++)
    {
      const TbWirePair *pair = &g_array_index (pairs, TbWirePair, i);
      if (pair->from == from && pair->to == to)
        return TRUE;
    }
  return FALSE;
}

static void
test_isolate_cuts_both_ways_from_everyone (void)
{
  Fixture f;
  make (&f, 3);
  g_autoptr (GArray) pairs = pairs_of (&f, TB_PARTITION_ISOLATE, "orders/2", NULL, 0);
  g_assert_cmpuint (pairs->len, ==, 6);
  g_assert_true (is_cut (pairs, 1, 3) && is_cut (pairs, 3, 1) && !is_cut (pairs, 0, 2));
  clear (&f);
}

static void
test_isolate_from_some_leaves_the_others (void)
{
  Fixture f;
  make (&f, 3);
  g_autoptr (GArray) pairs = pairs_of (&f, TB_PARTITION_ISOLATE, "orders/leader", "orders", 0);
  g_assert_cmpuint (pairs->len, ==, 4); /* not from itself */
  g_assert_true (is_cut (pairs, 0, 1) && !is_cut (pairs, 0, 3));
  const TbPartition partition = { TB_PARTITION_ISOLATE, "orders/2", "orders", 0 };
  g_autofree char *words = NULL;
  g_autoptr (GArray) again = tb_partition_pairs (&f.plan, &partition, role_of, GUINT_TO_POINTER (0), &words, NULL);
  g_assert_cmpuint (again->len, ==, 4);
  g_assert_cmpstr (words, ==, "orders/2 | orders/1 orders/3");
  clear (&f);
}

static void
test_one_way_is_not_heard_but_hears (void)
{
  Fixture f;
  make (&f, 2);
  g_autoptr (GArray) pairs = pairs_of (&f, TB_PARTITION_ONE_WAY, "orders/1", "orders/2", 0);
  g_assert_cmpuint (pairs->len, ==, 1);
  g_assert_true (is_cut (pairs, 0, 1));
  clear (&f);
}

static void
test_halves_put_the_smaller_first (void)
{
  Fixture f;
  make (&f, 5);
  g_autofree char *text = NULL;
  const TbPartition p = { TB_PARTITION_HALVES, "orders", NULL, 0 };
  g_autoptr (GArray) pairs = tb_partition_pairs (&f.plan, &p, NULL, NULL, &text, NULL);
  g_assert_cmpuint (pairs->len, ==, 2 * 2 * 3);
  g_assert_cmpstr (text, ==, "orders/1 orders/2 | orders/3 orders/4 orders/5");
  clear (&f);
}

static void
test_one_seed_one_partition (void)
{
  Fixture f;
  make (&f, 9);
  guint same = 0;
  for (guint64 seed = 1; seed <= 20; seed++)
    {
      g_autoptr (GArray) a = pairs_of (&f, TB_PARTITION_RANDOM_HALVES, "orders", NULL, seed);
      g_autoptr (GArray) b = pairs_of (&f, TB_PARTITION_RANDOM_HALVES, "orders", NULL, seed);
      g_autoptr (GArray) c = pairs_of (&f, TB_PARTITION_RANDOM_HALVES, "orders", NULL, seed + 100);
      gsize size = a->len * sizeof (TbWirePair);
      g_assert_cmpmem (a->data, size, b->data, b->len * sizeof (TbWirePair));
      same += a->len == c->len && memcmp (a->data, c->data, size) == 0;
    }
  g_assert_cmpuint (same, <, 5);
  clear (&f);
}

static void
test_minority_third_is_less_than_a_third_but_someone (void)
{
  const guint sizes[][2] = { { 2, 1 }, { 3, 1 }, { 4, 1 }, { 7, 2 }, { 10, 3 } };
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      Fixture f;
      guint n = sizes[i][0], few = sizes[i][1];
      make (&f, n);
      g_autoptr (GArray) pairs = pairs_of (&f, TB_PARTITION_MINORITY_THIRD, "orders", NULL, 3);
      g_assert_cmpuint (pairs->len, ==, 2 * few * (n - few));
      clear (&f);
    }
}

static void
test_bridge_hears_both_halves (void)
{
  Fixture f;
  make (&f, 5);
  g_autoptr (GArray) pairs = pairs_of (&f, TB_PARTITION_BRIDGE, "orders", NULL, 0);
  g_assert_cmpuint (pairs->len, ==, 2 * 2 * 2);
  for (guint i = 0; i < 5; i++)
    g_assert_true (!is_cut (pairs, 2, i) && !is_cut (pairs, i, 2));
  g_assert_true (is_cut (pairs, 0, 3) && is_cut (pairs, 4, 1));
  clear (&f);
}

static void
check_ring (guint n, guint64 seed)
{
  Fixture f;
  make (&f, n);
  g_autoptr (GArray) pairs = pairs_of (&f, TB_PARTITION_MAJORITIES_RING, "orders", NULL, seed);
  guint64 seen[40] = { 0 };
  gboolean differ = FALSE;
  for (guint i = 0; i < n; i++)
    {
      guint hears = 0;
      for (guint j = 0; j < n; j++)
        if (!is_cut (pairs, j, i))
          {
            seen[i] |= G_GUINT64_CONSTANT (1) << j;
            hears++;
          }
      g_assert_cmpuint (hears, >=, n / 2 + 1);
      for (guint j = 0; j < i; j++)
        {
          g_assert_true (n > 5 || seen[i] != seen[j]);
          differ |= seen[i] != seen[j];
        }
    }
  g_assert_true (differ);
  clear (&f);
}

static void
test_majorities_ring_lets_each_hear_another_majority (void)
{
  for (guint n = 3; n <= 12; n++)
    for (guint64 seed = 1; seed <= 10; seed++)
      check_ring (n, seed);
}

static void
test_names_are_devices_components_and_roles (void)
{
  static const struct
  {
    const char *names;
    guint n, first;
  } cases[] = { { "*", 5, 0 }, { "orders", 4, 0 }, { "orders/3", 1, 2 }, { "db-2", 2, 1 },
                { "orders/leader", 1, 1 }, { "orders/4, shop", 2, 3 }, { "shop  shop", 1, 4 } };
  Fixture f;
  make (&f, 4);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GArray) found = tb_names_to_instances (&f.plan, cases[i].names, role_of,
                                                        GUINT_TO_POINTER (1), NULL);
      g_assert_cmpuint (found->len, ==, cases[i].n);
      g_assert_cmpuint (g_array_index (found, guint, 0), ==, cases[i].first);
    }
  clear (&f);
}

static void
test_a_name_of_nobody_is_named (void)
{
  Fixture f;
  make (&f, 2);
  g_autoptr (GError) a = NULL, b = NULL;
  g_assert_null (tb_names_to_instances (&f.plan, "orders oders", NULL, NULL, &a));
  g_assert_cmpstr (a->message, ==, "there is no instance, component or device “oders”");
  g_assert_null (tb_names_to_instances (&f.plan, "orders/leader", NULL, NULL, &b));
  g_assert_cmpstr (b->message, ==, "no instance of “orders” is known to be its leader now");
  clear (&f);
}

static void
test_too_few_cut_nobody_off (void)
{
  Fixture f;
  make (&f, 2);
  for (int kind = 0; kind < TB_PARTITION_COUNT; kind++)
    {
      g_autoptr (GError) error = NULL;
      gboolean alone = kind == TB_PARTITION_ISOLATE || kind == TB_PARTITION_ONE_WAY;
      const TbPartition p = { (TbPartitionKind) kind, alone ? "*" : "orders/1", NULL, 0 };
      g_assert_null (tb_partition_pairs (&f.plan, &p, NULL, NULL, NULL, &error));
      g_assert_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME);
    }
  clear (&f);
}

static void
test_names_of_kinds_are_read_back (void)
{
  for (int i = 0; i < TB_PARTITION_COUNT; i++)
    {
      TbPartitionKind kind;
      g_assert_true (tb_partition_from_name (tb_partition_name ((TbPartitionKind) i), &kind));
      g_assert_cmpint (kind, ==, i);
    }
}

/* A link from three of "orders" to "shop". */
static char *
words_of (TbPartitionKind kind, const char *of, const char *from, TbCutOf how)
{
  Fixture f;
  make (&f, 3);
  const guint callers[] = { 0, 1, 2 }, called[] = { 3 };
  TbPlanLink link = { .from = g_array_new (FALSE, FALSE, sizeof (guint)),
                      .to = g_array_new (FALSE, FALSE, sizeof (guint)) };
  g_array_append_vals (link.from, callers, 3);
  g_array_append_vals (link.to, called, 1);
  g_ptr_array_add (f.plan.links, &link);
  g_autoptr (GArray) pairs = pairs_of (&f, kind, of, from, 0);
  g_autoptr (GArray) cuts = tb_cut_of_links (&f.plan, pairs);
  const TbLinkCut *cut = &g_array_index (cuts, TbLinkCut, 0);
  g_assert_cmpint (cut->of, ==, how);
  char *words = g_strdup (cut->words);
  g_array_unref (link.from);
  g_array_unref (link.to);
  clear (&f);
  return words;
}

static void
test_a_link_says_who_of_it_is_cut_and_which_way (void)
{
  g_autofree char *one = words_of (TB_PARTITION_ISOLATE, "orders/2", NULL, TB_CUT_PARTLY);
  g_autofree char *up = words_of (TB_PARTITION_ONE_WAY, "orders/2", NULL, TB_CUT_PARTLY);
  g_autofree char *down = words_of (TB_PARTITION_ONE_WAY, "shop", "orders/1 orders/3", TB_CUT_PARTLY);
  g_autofree char *all_up = words_of (TB_PARTITION_ONE_WAY, "orders", NULL, TB_CUT_WHOLLY);
  g_autofree char *all = words_of (TB_PARTITION_ISOLATE, "shop", NULL, TB_CUT_WHOLLY);
  g_assert_cmpstr (one, ==, "orders/2 ↔ shop");
  g_assert_cmpstr (up, ==, "orders/2 → shop");
  g_assert_cmpstr (down, ==, "orders/1, orders/3 ← shop");
  g_assert_cmpstr (all_up, ==, "orders → shop");
  g_assert_null (all);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add_func ("/partition/" name, test)
  ADD ("isolate/everyone", test_isolate_cuts_both_ways_from_everyone);
  ADD ("isolate/some", test_isolate_from_some_leaves_the_others);
  ADD ("one-way", test_one_way_is_not_heard_but_hears);
  ADD ("halves", test_halves_put_the_smaller_first);
  ADD ("random-halves/seed", test_one_seed_one_partition);
  ADD ("minority-third", test_minority_third_is_less_than_a_third_but_someone);
  ADD ("bridge", test_bridge_hears_both_halves);
  ADD ("majorities-ring", test_majorities_ring_lets_each_hear_another_majority);
  ADD ("names", test_names_are_devices_components_and_roles);
  ADD ("names/nobody", test_a_name_of_nobody_is_named);
  ADD ("too-few", test_too_few_cut_nobody_off);
  ADD ("link", test_a_link_says_who_of_it_is_cut_and_which_way);
  ADD ("kinds", test_names_of_kinds_are_read_back);
  return g_test_run ();
}
