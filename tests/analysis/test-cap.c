/* The CAP table's input and words: from drawings, and from who reaches whom. */
#include <string.h>

#include "tb-cap.h"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<architecture xmlns=\"urn:tierboard:1\" name=\"Test\">\n"
#define TAIL "</architecture>\n"

/* How the component "s" of a drawing agrees. */
static gboolean
store_of (const char *body, TbCapStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *xml = g_strconcat (HEAD, body, TAIL, NULL);
  g_autoptr (TbDocument) document = tb_document_load_bytes ("test", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
  return tb_cap_store_of (tb_model_lookup (tb_document_model (document), "s"), store);
}

#define STORE(replicas, by) "<component id=\"s\" kind=\"store\" name=\"S\" replicas=\"" replicas "\">" by "</component>"

static void
test_says_how_a_drawn_store_agrees (void)
{
  static const struct
  {
    const char *body, *text;
  } rows[] = {
    { STORE ("3", "<builtin replication=\"raft\"/>"), "Raft, 3 replicas" },
    { STORE ("3", "<builtin replication=\"raft\" reads=\"any\"/>"), "Raft, any replica answers reads, 3 replicas" },
    { STORE ("3", "<builtin replication=\"primary-sync\"/>"), "Primary, synchronous, 3 replicas" },
    { STORE ("2", "<builtin replication=\"primary-async\"/>"), "Primary, asynchronous, 2 replicas" },
    { STORE ("5", "<builtin replication=\"quorum\" n=\"3\" r=\"1\" w=\"2\"/>"), "Quorum, N 3, R 1, W 2, 5 replicas" },
    { STORE ("5", "<builtin replication=\"quorum\"/>"), "Quorum, N 5, R 3, W 3, 5 replicas" },
    { STORE ("3", "<builtin replication=\"gossip\"/>"), "Gossip, the last writer wins, 3 replicas" },
    { STORE ("3", "<builtin/>"), "Copies that know nothing of each other, 3 replicas" },
    { STORE ("1", "<builtin replication=\"raft\"/>"), "One copy" },
    { STORE ("3", "<template name=\"etcd\"/>"), "Raft, by etcd, 3 replicas" },
    { STORE ("2", "<template name=\"redis\"><param name=\"replication\" value=\"primary-backup\"/></template>"),
      "Primary, asynchronous, any replica answers reads, by Redis, 2 replicas" },
    { STORE ("2", "<template name=\"redis\"/>"), "Copies that know nothing of each other, by Redis, 2 replicas" },
    { STORE ("3", "<template name=\"postgresql\"><param name=\"synchronous\" value=\"yes\"/></template>"),
      "Primary, synchronous with 1 of its backups, any replica answers reads, by PostgreSQL, 3 replicas" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TbCapStore store;
      g_assert_true (store_of (rows[i].body, &store));
      g_autofree char *text = tb_cap_store_text (&store);
      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

static void
test_says_nothing_of_what_it_does_not_know (void)
{
  TbCapStore store;
  g_assert_false (store_of ("<component id=\"s\" kind=\"server\" name=\"S\"/>", &store));
  g_assert_false (store_of (STORE ("3", "<command>./mine</command>"), &store));
}

static void
test_finds_the_sides_of_a_partition (void)
{
  TbCapSide sides[5];
  const guint64 halves[] = { 0x03, 0x03, 0x1c, 0x1c, 0x1c };
  g_assert_cmpuint (tb_cap_sides (halves, 5, sides), ==, 2);
  g_assert_cmphex (sides[0].members, ==, 0x03);
  g_assert_cmphex (sides[1].members, ==, 0x1c);
  g_assert_cmphex (sides[1].sees, ==, 0x1c);
  const guint64 whole[] = { 0x7, 0x7, 0x7 };
  g_assert_cmpuint (tb_cap_sides (whole, 3, sides), ==, 1);
  /* One that is heard by nobody hears them in vain. */
  const guint64 one_way[] = { 0x1, 0x7, 0x7 };
  g_assert_cmpuint (tb_cap_sides (one_way, 3, sides), ==, 2);
  g_assert_cmphex (sides[0].sees, ==, 0x1);
  g_assert_cmphex (sides[1].sees, ==, 0x6);
}

static void
test_a_bridge_is_a_side_that_sees_both_others (void)
{
  TbCapSide sides[5];
  const guint64 bridge[] = { 0x07, 0x07, 0x1f, 0x1c, 0x1c };
  g_assert_cmpuint (tb_cap_sides (bridge, 5, sides), ==, 3);
  g_assert_cmphex (sides[1].members, ==, 0x04);
  g_assert_cmphex (sides[1].sees, ==, 0x1f);
}

static void
test_gives_the_reason_with_the_answer (void)
{
  const TbCapStore raft = { .protocol = TB_CAP_RAFT, .replicas = 3, .passes_on = TRUE };
  const TbCapSide most = { .members = 6, .sees = 6 }, one = { .members = 1, .sees = 1 };
  TbCapSays says;
  tb_cap_says (&raft, &most, TRUE, &says);
  g_assert_cmpint (says.answer, ==, TB_CAP_SOON);
  g_assert_nonnull (strstr (says.why, "2 of 3 are a majority"));
  tb_cap_says (&raft, &one, TRUE, &says);
  g_assert_cmpint (says.answer, ==, TB_CAP_NO);
  g_assert_nonnull (strstr (says.why, "1 of 3 is no majority"));
}

static void
test_counts_only_replicas_that_take_it_where_none_passes_on (void)
{
  const TbCapStore redis = { .protocol = TB_CAP_PRIMARY, .replicas = 3, .reads_any = TRUE };
  const TbCapSide with = { .members = 3, .sees = 3 }, without = { .members = 4, .sees = 4 };
  TbCapSays says;
  tb_cap_says (&redis, &with, TRUE, &says);
  g_assert_cmpfloat (tb_cap_share (&with, &says), ==, 0.5);
  tb_cap_says (&redis, &with, FALSE, &says);
  g_assert_cmpfloat (tb_cap_share (&with, &says), ==, 1);
  tb_cap_says (&redis, &without, TRUE, &says);
  g_assert_cmpfloat (tb_cap_share (&without, &says), ==, 0);
}

static void
test_tells_a_quorum_that_is_consistent_from_one_that_is_not (void)
{
  TbCapStore store = { .protocol = TB_CAP_QUORUM, .replicas = 3, .copies = 3, .r = 2, .w = 2, .repairs = TRUE };
  char why[200];
  g_assert_true (tb_cap_linearizable (&store, NULL, 0, why));
  store.repairs = FALSE;
  g_assert_false (tb_cap_linearizable (&store, NULL, 0, why));
  store.repairs = TRUE;
  store.r = 1;
  g_assert_false (tb_cap_linearizable (&store, NULL, 0, why));
  g_assert_nonnull (strstr (why, "R + W = 3 is not more than N = 3"));
}

/* Every protocol, whole and cut: words for all of it, never an empty one, and never a badge alone. */
static void
test_has_words_for_everything (void)
{
  for (guint p = TB_CAP_SINGLE; p <= TB_CAP_ALL; p++)
    for (guint variant = 0; variant < 4; variant++)
      {
        const TbCapStore store = { .protocol = p, .replicas = p == TB_CAP_SINGLE ? 1 : 3, .waits = variant & 1 ? 2 : 0,
                                   .failover = variant > 1, .reads_any = variant == 1, .copies = 3, .r = 2, .w = 2,
                                   .repairs = TRUE, .passes_on = TRUE };
        const TbCapSide side = { .members = 1, .sees = 1 };
        TbCapSays says;
        char why[200];
        tb_cap_says (&store, &side, variant & 1, &says);
        g_assert_cmpuint (strlen (says.why), >, 10);
        tb_cap_linearizable (&store, &side, 1, why);
        g_assert_cmpuint (strlen (why), >, 10);
        g_autofree char *cut = tb_cap_partition_text (&store), *other = tb_cap_else_text (&store);
        g_assert_true (g_str_has_suffix (cut, ".") && g_str_has_suffix (other, "."));
        g_assert_nonnull (tb_cap_unknown (&store, 0));
        g_assert_null (tb_cap_unknown (&store, 20));
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cap/drawn", test_says_how_a_drawn_store_agrees);
  g_test_add_func ("/cap/not-known", test_says_nothing_of_what_it_does_not_know);
  g_test_add_func ("/cap/sides", test_finds_the_sides_of_a_partition);
  g_test_add_func ("/cap/bridge", test_a_bridge_is_a_side_that_sees_both_others);
  g_test_add_func ("/cap/reasons", test_gives_the_reason_with_the_answer);
  g_test_add_func ("/cap/takers", test_counts_only_replicas_that_take_it_where_none_passes_on);
  g_test_add_func ("/cap/quorum", test_tells_a_quorum_that_is_consistent_from_one_that_is_not);
  g_test_add_func ("/cap/words", test_has_words_for_everything);
  return g_test_run ();
}
