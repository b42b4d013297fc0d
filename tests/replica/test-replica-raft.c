/* Raft over thousands of schedules: never a history that is not linearizable, and all agree after the healing. */
#include <glib.h>
#include <string.h>

#include "schedules.h"

static void
test_reads_of_the_leader (void)
{
  ScheduleKind kind = { TB_REPLICATION_RAFT, TB_READS_LEADER, NULL, true, true };
  schedules_test (&kind, 1600);
}

static void
test_reads_of_anybody_who_asks (void)
{
  ScheduleKind kind = { TB_REPLICATION_RAFT, TB_READS_QUORUM, NULL, true, true };
  schedules_test (&kind, 1600);
}

static void
calm (TbSimOptions *o)
{
  o->faults = 0;
  o->loss = o->duplicate = o->damage = 0;
  o->config.n = 3;
}

static void
test_a_calm_cluster_answers_everything (void)
{
  ScheduleKind kind = { TB_REPLICATION_RAFT, TB_READS_LEADER, calm, true, true };
  schedules_test (&kind, 100);
}

/* Local reads may be stale, and the judge sees it; the replicas agree all the same. */
static void
test_local_reads_may_be_stale (void)
{
  ScheduleKind kind = { TB_REPLICATION_RAFT, TB_READS_ANY, NULL, true, true };
  Schedules s;
  schedules_run (&kind, 1, 200, &s);
  g_assert_true (g_str_has_prefix (s.words, "not linearizable"));
  kind.linearizable = false;
  schedules_test (&kind, 400);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/replica/raft/reads of the leader", test_reads_of_the_leader);
  g_test_add_func ("/replica/raft/reads of anybody who asks", test_reads_of_anybody_who_asks);
  g_test_add_func ("/replica/raft/a calm cluster answers", test_a_calm_cluster_answers_everything);
  g_test_add_func ("/replica/raft/local reads may be stale", test_local_reads_may_be_stale);
  return g_test_run ();
}
