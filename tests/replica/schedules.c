#include "schedules.h"

#include <stdlib.h>
#include <string.h>

static void
judge (const TbSimResult *result, Schedules *s)
{
  TbHistory *h = tb_history_new ();
  TbVerdict verdict;
  for (gsize i = 0; i < result->n_ops; i++)
    tb_history_add (h, &result->ops[i]);
  tb_history_judge (h, NULL, &verdict);
  if (verdict.kind == TB_VERDICT_VIOLATED)
    g_snprintf (s->words, sizeof s->words, "not linearizable: %s", verdict.sentence);
  s->unknown_verdicts += verdict.kind == TB_VERDICT_UNKNOWN;
  tb_history_free (h);
}

static void
run_one (TbSim *sim, const ScheduleKind *kind, guint64 seed, FILE *trace, Schedules *s)
{
  TbSimOptions options;
  TbSimResult result;
  tb_sim_options_draw (&options, kind->replication, kind->reads, seed);
  if (kind->adjust != NULL)
    kind->adjust (&options);
  options.trace = trace;
  tb_sim_run (sim, &options, &result);
  s->seed = seed;
  s->run++;
  s->ok += result.ok;
  s->leaders += result.leaders;
  s->crashes += result.crashes;
  s->snapshots += result.snapshots;
  s->events += result.events;
  s->unconverged += !result.converged;
  if (result.broken[0] != '\0')
    g_strlcpy (s->words, result.broken, sizeof s->words);
  else if (kind->linearizable)
    judge (&result, s);
  if (s->words[0] == '\0' && kind->converges && !result.converged)
    g_strlcpy (s->words, "the replicas never agreed after the healing", sizeof s->words);
  if (s->words[0] == '\0' && kind->converges && !result.final_reads_done)
    g_strlcpy (s->words, "the final reads did not end", sizeof s->words);
}

void
schedules_run (const ScheduleKind *kind, guint64 seed, guint n, Schedules *s)
{
  TbSim *sim = tb_sim_new ();
  memset (s, 0, sizeof *s);
  for (guint i = 0; i < n && s->words[0] == '\0'; i++)
    run_one (sim, kind, seed + i, NULL, s);
  tb_sim_free (sim);
}

static void
run_with_a_trace (const ScheduleKind *kind, guint64 seed)
{
  Schedules s = { 0 };
  TbSim *sim = tb_sim_new ();
  run_one (sim, kind, seed, stderr, &s);
  tb_sim_free (sim);
  g_test_message ("seed %" G_GUINT64_FORMAT ": %s", seed, s.words[0] ? s.words : "all held");
}

void
schedules_test (const ScheduleKind *kind, guint n)
{
  const char *asked = g_getenv ("TIERBOARD_SEED");
  if (asked != NULL)
    {
      run_with_a_trace (kind, g_ascii_strtoull (asked, NULL, 10));
      return;
    }
  /* Tests of one run get the same random numbers: other schedules for each. */
  guint64 seed = ((guint64) (guint32) g_test_rand_int () << 22) + ((guint64) kind->reads << 20);
  if (g_getenv ("TIERBOARD_SOAK") != NULL)
    n = MAX (n, 100000);
  gint64 start = g_get_monotonic_time ();
  Schedules s;
  schedules_run (kind, seed, n, &s);
  g_test_message ("%u schedules of %s from seed %" G_GUINT64_FORMAT " in %.2f s: %" G_GUINT64_FORMAT " operations, %"
                  G_GUINT64_FORMAT " leaders, %" G_GUINT64_FORMAT " crashes, %" G_GUINT64_FORMAT " journals anew, %"
                  G_GUINT64_FORMAT " events, %" G_GUINT64_FORMAT " undecided, %" G_GUINT64_FORMAT " not agreed", s.run,
                  tb_replication_name (kind->replication), seed, (double) (g_get_monotonic_time () - start) / 1e6, s.ok,
                  s.leaders, s.crashes, s.snapshots, s.events, s.unknown_verdicts, s.unconverged);
  if (s.words[0] != '\0')
    {
      g_test_message ("seed %" G_GUINT64_FORMAT " (see it: TIERBOARD_SEED=%" G_GUINT64_FORMAT " with this test): %s",
                      s.seed, s.seed, s.words);
      g_test_fail ();
    }
}
