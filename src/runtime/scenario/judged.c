/* Expectations about what clients saw of a store: from its verdict to an estimate. */
#include "scenario-private.h"

static void
judge_verdict (const TbScenarioExpect *expect, const TbStoreVerdict *store, TbFinding *f)
{
  const TbVerdict *v = &store->verdict;
  if (v->kind != TB_VERDICT_UNKNOWN)
    f->estimate = tb_estimate_exact (v->kind == TB_VERDICT_LINEARIZABLE, v->operations);
  f->why = g_strdup (v->sentence);
}

/* What is linearizable keeps every promise to a session. */
static void
judge_sessions (const TbScenarioExpect *expect, const TbStoreVerdict *store, TbFinding *f)
{
  const TbVerdict *v = &store->verdict;
  g_autoptr (GString) broken = g_string_new (NULL);
  for (int g = 0; g < TB_N_GUARANTEES; g++)
    if (v->guarantees >> g & 1)
      g_string_append_printf (broken, "%s%s", broken->len > 0 ? ", " : "broken: ", tb_guarantee_name ((TbGuarantee) g));
  if (broken->len > 0)
    f->why = g_strdup (broken->str);
  if (broken->len > 0 || v->kind != TB_VERDICT_UNKNOWN)
    f->estimate = tb_estimate_exact (broken->len == 0, v->operations);
  else
    f->why = g_strdup (v->sentence);
}

static void
judge_stale (const TbScenarioExpect *expect, const TbStoreVerdict *store, TbFinding *f)
{
  TbStaleness s;
  tb_history_staleness (store->history, f->from_ns, f->to_ns, 1, &s);
  f->estimate = tb_estimate_share (s.stale, s.reads);
  if (s.reads == 0)
    f->why = g_strdup ("nothing was read");
}

static void
judge_staleness (const TbScenarioExpect *expect, const TbStoreVerdict *store, TbFinding *f)
{
  TbStaleness s;
  tb_history_staleness (store->history, f->from_ns, f->to_ns, expect->quantile, &s);
  if (s.reads > 0)
    f->estimate = tb_estimate_exact ((double) s.age_ns / 1e9, s.stale > 0 ? s.stale : s.reads);
  else
    f->why = g_strdup ("nothing was read");
}

static void
judge_lost (const TbScenarioExpect *expect, const TbStoreVerdict *store, TbFinding *f)
{
  if (!store->has_final_reads)
    f->why = g_strdup ("nobody read once more at the end what there is");
  else if (store->missed > 0)
    f->why = g_strdup_printf ("%" G_GUINT64_FORMAT " operations were not recorded", store->missed);
  else
    f->estimate = tb_estimate_exact ((double) store->verdict.lost_writes, store->verdict.operations);
}

static const struct
{
  const char *that;
  void (*judge) (const TbScenarioExpect *expect, const TbStoreVerdict *store, TbFinding *f);
} judges[] = {
  { "linearizable", judge_verdict },   { "sequential", judge_sessions }, { "stale", judge_stale },
  { "staleness", judge_staleness }, { "lost-writes", judge_lost },
};

gboolean
tb_finding_judge (TbFinding *f, const TbStoreVerdict *store)
{
  for (guint i = 0; i < G_N_ELEMENTS (judges); i++)
    if (g_str_equal (judges[i].that, f->expect->row->that))
      {
        judges[i].judge (f->expect, store, f);
        return TRUE;
      }
  return FALSE;
}

void
tb_judge_history (const TbScenarioExpect *expect, TbVerdicts *verdicts, TbFinding *f)
{
  const TbStoreVerdict *store = verdicts != NULL ? tb_verdicts_of (verdicts, expect->of) : NULL;
  if (store == NULL)
    {
      f->why = g_strdup (verdicts != NULL ? "no operation of a client on it was recorded" : "the run is not recorded");
      return;
    }
  f->expect = expect;
  tb_finding_judge (f, store);
}
