/* The chain in virtual time. */
#include "schedules.h"
static void
test_chain (void)
{
  ScheduleKind kind = { TB_REPLICATION_CHAIN, TB_READS_LEADER, NULL, true, true };
  schedules_test (&kind, 300);
}
int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/replica/chain/linearizable whatever happens", test_chain);
  return g_test_run ();
}
