/* Primary and backups: to all and async, with and without failover. */
#include "cluster.h"
#include "schedules.h"

static void
steady (TbSimOptions *o)
{
  o->config.failover = FALSE;
}

static void
steady_three (TbSimOptions *o)
{
  o->config.n = 3;
  o->config.failover = FALSE;
}

static void
failing_over (TbSimOptions *o)
{
  o->config.n = MAX (o->config.n, 3);
  o->config.failover = TRUE;
}

static void
holds (TbReplication replication, ScheduleFunc adjust, bool linearizable, guint n)
{
  ScheduleKind kind = { replication, TB_READS_LEADER, adjust, linearizable, true };
  schedules_test (&kind, n);
}

static void
is_found_out (TbReplication replication, TbReads reads, ScheduleFunc adjust, guint within)
{
  ScheduleKind kind = { replication, reads, adjust, true, false };
  Schedules s;
  schedules_run (&kind, (guint64) g_test_rand_int () << 20, within, &s);
  g_test_message ("found after %u schedules: %s", s.run, s.words);
  g_assert_true (g_str_has_prefix (s.words, "not linearizable"));
}

static void
test_sync_is_linearizable (void)
{
  holds (TB_REPLICATION_PRIMARY_SYNC, steady, true, 300);
}

static void
test_async_is_linearizable_at_the_primary (void)
{
  holds (TB_REPLICATION_PRIMARY_ASYNC, steady, true, 300);
}

static void
test_stale_reads_at_backups_are_found (void)
{
  is_found_out (TB_REPLICATION_PRIMARY_ASYNC, TB_READS_ANY, steady_three, 100);
}

/* To all does not help a reader who asks a backup that has it while another has not. */
static void
test_reads_anywhere_of_sync_are_found_out (void)
{
  is_found_out (TB_REPLICATION_PRIMARY_SYNC, TB_READS_ANY, steady_three, 1000);
}

static void
test_replicas_agree_after_failover (void)
{
  holds (TB_REPLICATION_PRIMARY_ASYNC, failing_over, false, 200);
  holds (TB_REPLICATION_PRIMARY_SYNC, failing_over, false, 200);
}

static void
test_split_brain_is_found (void)
{
  is_found_out (TB_REPLICATION_PRIMARY_ASYNC, TB_READS_LEADER, failing_over, 200);
  is_found_out (TB_REPLICATION_PRIMARY_SYNC, TB_READS_LEADER, failing_over, 500);
}

/* ---- Exactly ---- */

static Cluster *
cluster_of (TbReplication replication, guint n, bool failover)
{
  TbReplicaConfig config = { .replication = replication, .n = n, .failover = failover };
  Cluster *c = cluster_new (&config);
  g_assert_cmpstr (cluster_status (c, 0).role, ==, "primary");
  return c;
}

static void
test_sync_answers_no_write_in_a_cut (void)
{
  Cluster *c = cluster_of (TB_REPLICATION_PRIMARY_SYNC, 3, FALSE);
  g_assert_cmpstr (cluster_do (c, 0, TB_COMMAND_SET, "k", "old"), ==, "ok");
  cluster_isolate (c, 2);
  for (guint i = 0; i < 20; i++)
    {
      const char *said = cluster_do (c, 0, TB_COMMAND_SET, "k", "new");
      g_assert_true (g_str_equal (said, "") || g_str_equal (said, "refused"));
      g_assert_cmpstr (cluster_do (c, 0, TB_COMMAND_GET, "k", NULL), ==, "old");
      cluster_pass (c, 200 * TB_NS_PER_MS);
    }
  cluster_heal (c);
  cluster_pass (c, TB_NS_PER_S);
  g_assert_true (cluster_agrees (c));
  g_assert_cmpstr (cluster_do (c, 0, TB_COMMAND_SET, "k", "newer"), ==, "ok");
  cluster_free (c);
}

static void
test_hops (void)
{
  Cluster *sync = cluster_of (TB_REPLICATION_PRIMARY_SYNC, 5, FALSE);
  Cluster *async = cluster_of (TB_REPLICATION_PRIMARY_ASYNC, 5, FALSE);
  guint64 a = cluster_ask (sync, 0, TB_COMMAND_SET, "k", "v"), b = cluster_ask (async, 0, TB_COMMAND_SET, "k", "v");
  cluster_run (sync);
  g_assert_cmpuint (cluster_answer (sync, a)->hops, ==, 2);
  g_assert_cmpuint (cluster_answer (async, b)->hops, ==, 0);
  g_assert_true (cluster_answer (async, b)->given);
  cluster_free (sync);
  cluster_free (async);
}

/* Two writes were answered by a primary that was cut off, while another took over: both are lost, and counted. */
static void
test_failover_loses_what_async_answered (void)
{
  Cluster *c = cluster_of (TB_REPLICATION_PRIMARY_ASYNC, 3, TRUE);
  g_assert_cmpstr (cluster_do (c, 0, TB_COMMAND_SET, "a", "1"), ==, "ok");
  cluster_pass (c, TB_NS_PER_S);
  cluster_isolate (c, 0);
  g_assert_cmpstr (cluster_do (c, 0, TB_COMMAND_SET, "a", "2"), ==, "ok");
  g_assert_cmpstr (cluster_do (c, 0, TB_COMMAND_SET, "b", "3"), ==, "ok");
  cluster_pass (c, 5 * TB_NS_PER_S);
  g_assert_cmpstr (cluster_status (c, 1).role, ==, "primary"); /* two primaries: split brain */
  g_assert_cmpstr (cluster_status (c, 0).role, ==, "primary");
  g_assert_cmpstr (cluster_do (c, 1, TB_COMMAND_SET, "c", "4"), ==, "ok");
  g_assert_cmpuint (cluster_status (c, 0).lost, ==, 0);
  cluster_heal (c);
  cluster_pass (c, 5 * TB_NS_PER_S);
  g_assert_true (cluster_agrees (c));
  g_assert_cmpstr (cluster_status (c, 0).role, ==, "backup");
  g_assert_cmpuint (cluster_status (c, 0).lost, ==, 2);
  g_assert_cmpstr (cluster_do (c, 1, TB_COMMAND_GET, "a", NULL), ==, "1");
  g_assert_cmpstr (cluster_do (c, 1, TB_COMMAND_GET, "b", NULL), ==, "nil");
  g_assert_cmpstr (cluster_do (c, 1, TB_COMMAND_GET, "c", NULL), ==, "4");
  cluster_free (c);
}

/* As long as silent means dead, a backup takes over with all that was answered; who comes back follows it. */
static void
test_sync_failover_keeps_what_was_answered (void)
{
  Cluster *c = cluster_of (TB_REPLICATION_PRIMARY_SYNC, 3, TRUE);
  for (guint round = 0; round < 6; round++)
    {
      guint primary = 0;
      while (!g_str_equal (cluster_status (c, primary).role, "primary"))
        primary++;
      g_autofree char *value = g_strdup_printf ("%u", round);
      g_assert_cmpstr (cluster_do (c, primary, TB_COMMAND_SET, "k", value), ==, "ok");
      cluster_crash (c, primary);
      cluster_pass (c, 10 * TB_NS_PER_S);
      guint next = (primary + 1) % 3;
      g_assert_cmpstr (cluster_status (c, next).role, ==, "primary"); /* the next in line */
      g_assert_cmpstr (cluster_do (c, next, TB_COMMAND_GET, "k", NULL), ==, value);
      g_assert_cmpstr (cluster_do (c, next, TB_COMMAND_SET, "other", value), ==, "ok"); /* the dead one is not waited for */
      cluster_restart (c, primary);
      cluster_pass (c, 5 * TB_NS_PER_S);
      g_assert_cmpstr (cluster_status (c, primary).role, ==, "backup");
      g_assert_true (cluster_agrees (c));
    }
  cluster_free (c);
}

static void
test_without_failover_nobody_takes_over (void)
{
  Cluster *c = cluster_of (TB_REPLICATION_PRIMARY_ASYNC, 3, FALSE);
  cluster_crash (c, 0);
  cluster_pass (c, 60 * TB_NS_PER_S);
  const Answer *a = cluster_answer (c, cluster_ask (c, 1, TB_COMMAND_SET, "k", "v"));
  g_assert_cmpint (a->answer, ==, TB_ANSWER_REFUSED);
  g_assert_cmpint (a->leader, ==, 0);
  g_assert_cmpstr (cluster_status (c, 1).role, ==, "backup");
  cluster_free (c);
}

/* A backup whose disk was lost is fed from the beginning, or gets the state where the beginning is gone. */
static void
test_a_new_backup_gets_all (void)
{
  for (guint writes = 10; writes <= 5000; writes += 4990)
    {
      TbReplicaConfig config = { .replication = TB_REPLICATION_PRIMARY_ASYNC, .n = 2 };
      Cluster *c = cluster_new (&config);
      cluster_crash (c, 1);
      for (guint i = 0; i < writes; i++)
        {
          g_autofree char *key = g_strdup_printf ("k%u", i % 5000);
          cluster_do (c, 0, TB_COMMAND_SET, key, "a value of some length, so that the state comes in several pieces");
        }
      cluster_restart (c, 1);
      cluster_pass (c, 30 * TB_NS_PER_S);
      g_assert_true (cluster_agrees (c));
      g_assert_cmpuint (g_hash_table_size (c->members[1].values), ==, MIN (writes, 5000));
      cluster_free (c);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/replica/primary/sync is linearizable at the primary", test_sync_is_linearizable);
  g_test_add_func ("/replica/primary/async is linearizable at a primary that stays", test_async_is_linearizable_at_the_primary);
  g_test_add_func ("/replica/primary/stale reads at backups are found", test_stale_reads_at_backups_are_found);
  g_test_add_func ("/replica/primary/reads anywhere of sync are found out", test_reads_anywhere_of_sync_are_found_out);
  g_test_add_func ("/replica/primary/replicas agree after failover", test_replicas_agree_after_failover);
  g_test_add_func ("/replica/primary/split brain is found", test_split_brain_is_found);
  g_test_add_func ("/replica/primary/sync answers no write in a cut", test_sync_answers_no_write_in_a_cut);
  g_test_add_func ("/replica/primary/sync takes two hops, async none", test_hops);
  g_test_add_func ("/replica/primary/failover loses what async answered, and counts it", test_failover_loses_what_async_answered);
  g_test_add_func ("/replica/primary/sync failover keeps what was answered", test_sync_failover_keeps_what_was_answered);
  g_test_add_func ("/replica/primary/without failover nobody takes over", test_without_failover_nobody_takes_over);
  g_test_add_func ("/replica/primary/a new backup gets all", test_a_new_backup_gets_all);
  return g_test_run ();
}
