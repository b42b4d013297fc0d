/* Write to all, read any: consistent and available until the cut, then consistent. */
#include "cluster.h"
#include "schedules.h"

/* The search through histories with CAS takes long where many are open at once. */
static void
few_at_once (TbSimOptions *o)
{
  if (o->share[TB_OP_CAS] == 0)
    return;
  o->keys = 4;
  o->clients = MIN (o->clients, 3);
}

static void
test_linearizable (void)
{
  ScheduleKind kind = { TB_REPLICATION_ALL, TB_READS_ANY, few_at_once, true, true };
  schedules_test (&kind, 400);
}

static Cluster *
three (void)
{
  TbReplicaConfig config = { .replication = TB_REPLICATION_ALL, .n = 3 };
  return cluster_new (&config);
}

static void
test_everybody_writes_and_reads (void)
{
  Cluster *c = three ();
  guint64 write = cluster_ask (c, 1, TB_COMMAND_SET, "k", "v");
  cluster_run (c);
  g_assert_cmpuint (cluster_answer (c, write)->hops, ==, 2);
  for (guint i = 0; i < 3; i++)
    {
      guint64 read = cluster_ask (c, i, TB_COMMAND_GET, "k", NULL);
      g_assert_cmpstr (cluster_answer (c, read)->text, ==, "v");
      g_assert_cmpuint (cluster_answer (c, read)->hops, ==, 0);
    }
  g_assert_cmpstr (cluster_do (c, 2, TB_COMMAND_APPEND, "k", "w"), ==, "2");
  g_assert_cmpstr (cluster_do (c, 0, TB_COMMAND_GET, "k", NULL), ==, "vw");
  g_assert_cmpstr (cluster_do (c, 0, TB_COMMAND_DELETE, "k", NULL), ==, "ok");
  g_assert_cmpstr (cluster_do (c, 1, TB_COMMAND_DELETE, "k", NULL), ==, "nil");
  cluster_free (c);
}

static void
test_counting_from_everywhere_loses_nothing (void)
{
  Cluster *c = three ();
  guint64 tickets[30];
  for (guint i = 0; i < 30; i++)
    tickets[i] = cluster_add (c, i % 3, "k", 1);
  cluster_pass (c, 30 * TB_NS_PER_S);
  guint done = 0;
  for (guint i = 0; i < 30; i++)
    {
      const Answer *a = cluster_answer (c, tickets[i]);
      g_assert_true (a->given);
      g_assert_true (a->answer == TB_ANSWER_OK || a->answer == TB_ANSWER_REFUSED);
      done += a->answer == TB_ANSWER_OK;
    }
  g_assert_cmpuint (done, >, 5);
  g_autofree char *sum = g_strdup_printf ("%u", done);
  g_assert_cmpstr (cluster_do (c, 2, TB_COMMAND_GET, "k", NULL), ==, sum);
  g_assert_true (cluster_agrees (c));
  cluster_free (c);
}

/* On no side of a cut a write is done, and all say so for certain; reads go on. */
static void
test_a_cut_stops_all_writes_and_no_reads (void)
{
  Cluster *c = three ();
  cluster_do (c, 0, TB_COMMAND_SET, "k", "old");
  cluster_isolate (c, 2);
  guint64 small = cluster_ask (c, 2, TB_COMMAND_SET, "k", "small"), large = cluster_ask (c, 0, TB_COMMAND_SET, "k", "large");
  cluster_pass (c, 5 * TB_NS_PER_S);
  g_assert_cmpint (cluster_answer (c, small)->answer, ==, TB_ANSWER_REFUSED);
  g_assert_cmpint (cluster_answer (c, large)->answer, ==, TB_ANSWER_REFUSED);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpstr (cluster_do (c, i, TB_COMMAND_GET, "k", NULL), ==, "old");
  cluster_heal (c);
  g_assert_cmpstr (cluster_do (c, 1, TB_COMMAND_SET, "k", "new"), ==, "ok");
  cluster_free (c);
}

/* Who holds a key for a coordinator that is gone cannot know what became of it: reads of it wait, others do not. */
static void
test_a_key_in_doubt_cannot_be_read_until_its_coordinator_is_back (void)
{
  Cluster *c = three ();
  cluster_do (c, 0, TB_COMMAND_SET, "k", "old");
  cluster_do (c, 0, TB_COMMAND_SET, "other", "x");
  cluster_ask (c, 0, TB_COMMAND_SET, "k", "new");
  cluster_crash (c, 0); /* its question is on its way */
  cluster_run (c);
  guint64 read = cluster_ask (c, 1, TB_COMMAND_GET, "k", NULL);
  g_assert_cmpstr (cluster_do (c, 1, TB_COMMAND_GET, "other", NULL), ==, "x");
  cluster_pass (c, 5 * TB_NS_PER_S);
  g_assert_cmpint (cluster_answer (c, read)->answer, ==, TB_ANSWER_REFUSED);
  cluster_restart (c, 0);
  cluster_pass (c, TB_NS_PER_S);
  g_assert_cmpstr (cluster_do (c, 1, TB_COMMAND_GET, "k", NULL), ==, "old"); /* it had decided nothing */
  g_assert_cmpstr (cluster_do (c, 1, TB_COMMAND_SET, "k", "newer"), ==, "ok");
  cluster_free (c);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/replica/all/linearizable whatever happens", test_linearizable);
  g_test_add_func ("/replica/all/everybody writes and reads", test_everybody_writes_and_reads);
  g_test_add_func ("/replica/all/counting from everywhere loses nothing", test_counting_from_everywhere_loses_nothing);
  g_test_add_func ("/replica/all/a cut stops all writes and no reads", test_a_cut_stops_all_writes_and_no_reads);
  g_test_add_func ("/replica/all/a key in doubt cannot be read until its coordinator is back",
                   test_a_key_in_doubt_cannot_be_read_until_its_coordinator_is_back);
  return g_test_run ();
}
