/* Gossip and CRDT in virtual time: always an answer, and agreement after the healing. */
#include "schedules.h"
static void
test_gossip (void)
{
  ScheduleKind kind = { TB_REPLICATION_GOSSIP, TB_READS_ANY, NULL, false, true };
  schedules_test (&kind, 400);
}
static void
test_crdt (void)
{
  ScheduleKind kind = { TB_REPLICATION_CRDT, TB_READS_ANY, NULL, false, true };
  schedules_test (&kind, 400);
}
int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/replica/gossip/replicas agree after healing", test_gossip);
  g_test_add_func ("/replica/crdt/replicas agree after healing", test_crdt);
  return g_test_run ();
}
