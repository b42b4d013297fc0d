/* Primary and backups in virtual time. */
#include "schedules.h"
static void
steady (TbSimOptions *o)
{
  o->config.failover = false;
}
static void
test_sync (void)
{
  ScheduleKind kind = { TB_REPLICATION_PRIMARY_SYNC, TB_READS_LEADER, steady, true, true };
  schedules_test (&kind, 300);
}
static void
test_async (void)
{
  ScheduleKind kind = { TB_REPLICATION_PRIMARY_ASYNC, TB_READS_LEADER, steady, true, true };
  schedules_test (&kind, 300);
}
static void
failing_over (TbSimOptions *o)
{
  o->config.failover = true;
}
static void
test_failover_converges (void)
{
  ScheduleKind kind = { TB_REPLICATION_PRIMARY_ASYNC, TB_READS_LEADER, failing_over, false, true };
  schedules_test (&kind, 300);
  kind.replication = TB_REPLICATION_PRIMARY_SYNC;
  schedules_test (&kind, 300);
}
int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/replica/primary/sync is linearizable at the primary", test_sync);
  g_test_add_func ("/replica/primary/async without failover is linearizable at the primary", test_async);
  g_test_add_func ("/replica/primary/with failover replicas agree after healing", test_failover_converges);
  return g_test_run ();
}
