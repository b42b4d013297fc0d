/* Quorum in virtual time: what R + W > N with write-back promises, and what it does not without. */
#include "schedules.h"

static void
strict (TbSimOptions *o)
{
  TbReplicaConfig *c = &o->config;
  c->n = MAX (c->n, 2);
  c->copies = c->n;
  c->w = 1 + (unsigned) (o->seed % c->n);
  c->r = c->n - c->w + 1;
  o->any_replica = true;
}

static void
test_strict (void)
{
  ScheduleKind kind = { TB_REPLICATION_QUORUM, TB_READS_QUORUM, strict, true, true };
  schedules_test (&kind, 400);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/replica/quorum/R + W > N with write-back is linearizable", test_strict);
  return g_test_run ();
}
