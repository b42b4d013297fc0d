/* The simulator itself, over the simplest protocol. */
#include <glib.h>
#include <string.h>

#include "schedules.h"

static void
alone (TbSimOptions *options)
{
  options->config.n = 1;
}

static void
apart (TbSimOptions *options)
{
  options->config.n = 3;
  options->any_replica = true;
  options->faults = 0;
}

static void
test_one_seed_gives_one_schedule (void)
{
  TbSim *a = tb_sim_new (), *b = tb_sim_new ();
  for (guint64 seed = 1; seed < 40; seed++)
    {
      TbSimOptions options;
      TbSimResult ra, rb;
      tb_sim_options_draw (&options, TB_REPLICATION_NONE, TB_READS_LEADER, seed);
      tb_sim_run (a, &options, &ra);
      tb_sim_run (b, &options, &rb);
      g_assert_cmpuint (ra.events, ==, rb.events);
      g_assert_cmpmem (ra.ops, ra.n_ops * sizeof *ra.ops, rb.ops, rb.n_ops * sizeof *rb.ops);
    }
  tb_sim_free (a);
  tb_sim_free (b);
}

static void
test_a_single_copy_is_linearizable (void)
{
  ScheduleKind kind = { TB_REPLICATION_NONE, TB_READS_LEADER, alone, true, true };
  schedules_test (&kind, 300);
}

/* The judge and the clients are awake: copies that know nothing of each other are soon found out. */
static void
test_copies_apart_are_not (void)
{
  ScheduleKind kind = { TB_REPLICATION_NONE, TB_READS_ANY, apart, true, false };
  Schedules s;
  schedules_run (&kind, 1, 50, &s);
  g_assert_true (g_str_has_prefix (s.words, "not linearizable"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/replica/sim/one seed gives one schedule", test_one_seed_gives_one_schedule);
  g_test_add_func ("/replica/sim/a single copy is linearizable", test_a_single_copy_is_linearizable);
  g_test_add_func ("/replica/sim/copies apart are not", test_copies_apart_are_not);
  return g_test_run ();
}
