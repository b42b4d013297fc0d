/* The chain: linearizable at the tail, n hops to write, and who waits when one is lost. */
#include "cluster.h"
#include "schedules.h"

static void
test_linearizable (void)
{
  ScheduleKind kind = { TB_REPLICATION_CHAIN, TB_READS_LEADER, NULL, true, true };
  schedules_test (&kind, 300);
}

static void
three (TbSimOptions *o)
{
  o->config.n = 3;
}

static void
test_reads_anywhere_are_found_out (void)
{
  ScheduleKind kind = { TB_REPLICATION_CHAIN, TB_READS_ANY, three, true, false };
  Schedules s;
  schedules_run (&kind, (guint64) g_test_rand_int () << 20, 200, &s);
  g_test_message ("found after %u schedules: %s", s.run, s.words);
  g_assert_true (g_str_has_prefix (s.words, "not linearizable"));
}

static void
test_a_write_takes_n_hops (void)
{
  for (guint n = 2; n <= 8; n++)
    {
      TbReplicaConfig config = { .replication = TB_REPLICATION_CHAIN, .n = n };
      Cluster *c = cluster_new (&config);
      guint64 write = cluster_ask (c, 0, TB_COMMAND_SET, "k", "v");
      cluster_run (c);
      g_assert_cmpuint (cluster_answer (c, write)->hops, ==, n);
      guint64 read = cluster_ask (c, n - 1, TB_COMMAND_GET, "k", NULL);
      g_assert_cmpuint (cluster_answer (c, read)->hops, ==, 0);
      g_assert_cmpstr (cluster_answer (c, read)->text, ==, "v");
      cluster_free (c);
    }
}

static void
test_each_end_says_where_to_go (void)
{
  TbReplicaConfig config = { .replication = TB_REPLICATION_CHAIN, .n = 3 };
  Cluster *c = cluster_new (&config);
  guint64 read = cluster_ask (c, 0, TB_COMMAND_GET, "k", NULL), write = cluster_ask (c, 1, TB_COMMAND_SET, "k", "v");
  g_assert_cmpint (cluster_answer (c, read)->answer, ==, TB_ANSWER_REFUSED);
  g_assert_cmpint (cluster_answer (c, read)->leader, ==, 2);
  g_assert_cmpint (cluster_answer (c, write)->answer, ==, TB_ANSWER_REFUSED);
  g_assert_cmpint (cluster_answer (c, write)->leader, ==, 0);
  g_assert_cmpstr (cluster_status (c, 0).role, ==, "head");
  g_assert_cmpstr (cluster_status (c, 1).role, ==, "middle");
  g_assert_cmpstr (cluster_status (c, 2).role, ==, "tail");
  cluster_free (c);
}

/* Nobody decides to go on without the middle: no write is done, the tail still answers reads, and all is well when it is
 * back. */
static void
test_a_lost_member_stops_writes_alone (void)
{
  TbReplicaConfig config = { .replication = TB_REPLICATION_CHAIN, .n = 3 };
  Cluster *c = cluster_new (&config);
  cluster_do (c, 0, TB_COMMAND_SET, "k", "old");
  cluster_crash (c, 1);
  guint64 write = cluster_ask (c, 0, TB_COMMAND_SET, "k", "new");
  cluster_pass (c, 3 * TB_NS_PER_S);
  g_assert_cmpint (cluster_answer (c, write)->answer, ==, TB_ANSWER_UNKNOWN);
  g_assert_cmpstr (cluster_do (c, 0, TB_COMMAND_SET, "k", "newer"), ==, "refused"); /* at once: it would wait in vain */
  g_assert_cmpstr (cluster_do (c, 2, TB_COMMAND_GET, "k", NULL), ==, "old");
  cluster_restart (c, 1);
  cluster_pass (c, 3 * TB_NS_PER_S);
  g_assert_true (cluster_agrees (c));
  g_assert_cmpstr (cluster_do (c, 2, TB_COMMAND_GET, "k", NULL), ==, "new"); /* it came yet, as UNKNOWN says it may */
  cluster_free (c);
}

/* What the journals no longer hold comes as the whole state. */
static void
test_a_member_that_was_away_long_gets_the_state (void)
{
  TbReplicaConfig config = { .replication = TB_REPLICATION_CHAIN, .n = 3, .compact_records = 50 };
  Cluster *c = cluster_new (&config);
  g_ptr_array_set_size (c->members[2].journal, 0);
  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *value = g_strdup_printf ("%u", i);
      g_assert_cmpstr (cluster_do (c, 0, TB_COMMAND_SET, "k", value), ==, "ok");
    }
  cluster_crash (c, 2);
  g_ptr_array_set_size (c->members[2].journal, 0); /* and its disk with it */
  cluster_restart (c, 2);
  cluster_pass (c, 3 * TB_NS_PER_S);
  g_assert_true (cluster_agrees (c));
  g_assert_cmpstr (cluster_do (c, 2, TB_COMMAND_GET, "k", NULL), ==, "299");
  cluster_free (c);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/replica/chain/linearizable at the tail whatever happens", test_linearizable);
  g_test_add_func ("/replica/chain/reads anywhere are found out", test_reads_anywhere_are_found_out);
  g_test_add_func ("/replica/chain/a write takes n hops, a read none", test_a_write_takes_n_hops);
  g_test_add_func ("/replica/chain/each end says where to go", test_each_end_says_where_to_go);
  g_test_add_func ("/replica/chain/a lost member stops writes alone", test_a_lost_member_stops_writes_alone);
  g_test_add_func ("/replica/chain/a member away for long gets the state", test_a_member_that_was_away_long_gets_the_state);
  return g_test_run ();
}
