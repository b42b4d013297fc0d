/* Write to all, read any, in virtual time. */
#include "schedules.h"
static void
adjust (TbSimOptions *o)
{
  o->any_replica = true;
}
static void
test_all (void)
{
  ScheduleKind kind = { TB_REPLICATION_ALL, TB_READS_ANY, adjust, true, true };
  schedules_test (&kind, 400);
}
int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/replica/all/linearizable whatever happens", test_all);
  return g_test_run ();
}
