/* What is said of a store's history: as findings of a scenario. */
#include <math.h>

#include "virtual-private.h"

TbHistory *
virtual_history (const TbVirtual *v, const World *w, guint store, TbVerdict *verdict)
{
  TbHistory *h = tb_history_new ();
  const TbJudgeOptions options = { .final_reads = callers_have_read ((World *) w) };
  const GArray *ops = w->histories[store];
  g_autofree const char **names = g_new0 (const char *, v->plan->instances->len + 1);
  for (guint i = 0; i < v->plan->instances->len; i++)
    names[i] = INSTANCE_AT (v, i)->id;
  names[virtual_last_reader (v)] = "the last reader";
  tb_history_name_clients (h, names, v->plan->instances->len + 1);
  for (guint i = 0; i < ops->len; i++)
    tb_history_add (h, &g_array_index (ops, TbOp, i));
  tb_history_judge (h, &options, verdict);
  return h;
}

/* ---- Rows ----------------------------------------------------------------------------------------------------------- */

static void
find_linearizable (const TbVerdict *v, const TbHistory *h, TbFinding *f)
{
  if (v->kind != TB_VERDICT_LINEARIZABLE)
    f->why = g_strdup (v->sentence);
  if (v->kind != TB_VERDICT_UNKNOWN)
    f->estimate = tb_estimate_exact (v->kind == TB_VERDICT_LINEARIZABLE, MAX (v->operations, 1));
}

static void
find_sequential (const TbVerdict *v, const TbHistory *h, TbFinding *f)
{
  f->why = v->guarantees != 0 ? virtual_guarantee_words (v) : NULL;
  if (v->kind != TB_VERDICT_UNKNOWN || v->guarantees != 0)
    f->estimate = tb_estimate_exact (v->guarantees == 0, MAX (v->operations, 1));
}

static void
find_stale (const TbVerdict *v, const TbHistory *h, TbFinding *f)
{
  f->estimate = tb_estimate_share (v->stale_reads, v->reads);
}

static void
find_staleness (const TbVerdict *v, const TbHistory *h, TbFinding *f)
{
  gboolean worst = f->expect->quantile >= 1;
  f->estimate = tb_estimate_exact ((double) (worst ? v->staleness_worst_ns : v->stale_p95_ns) / 1e9, MAX (v->reads, 1));
}

static void
find_lost (const TbVerdict *v, const TbHistory *h, TbFinding *f)
{
  f->estimate = tb_estimate_exact ((double) v->lost_writes, MAX (v->operations, 1));
}

static const struct
{
  const char *that;
  void (*find) (const TbVerdict *v, const TbHistory *h, TbFinding *f);
} rows[] = {
  { "linearizable", find_linearizable }, { "sequential", find_sequential }, { "stale", find_stale },
  { "staleness", find_staleness },       { "lost-writes", find_lost },
};

void
virtual_find_verdict (const TbVirtual *v, World *w, TbFinding *f)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint s = 0; g_str_equal (rows[i].that, f->expect->row->that) && s < v->stores->len; s++)
      {
        TbVerdict verdict;
        if (g_strcmp0 (STORE_AT (v, s)->component, f->expect->of) != 0)
          continue;
        TbHistory *h = virtual_history (v, w, s, &verdict);
        g_clear_pointer (&f->why, g_free);
        rows[i].find (&verdict, h, f);
        f->outcome = tb_estimate_judge (&f->estimate, f->expect->least, f->expect->most);
        tb_history_free (h);
      }
}

char *
virtual_guarantee_words (const TbVerdict *verdict)
{
  GString *text = g_string_new ("broken:");
  const char *separator = " ";
  for (guint i = 0; i < TB_N_GUARANTEES; i++)
    if (verdict->guarantees >> i & 1)
      {
        g_string_append_printf (text, "%s%s", separator, tb_guarantee_name ((TbGuarantee) i));
        separator = ", ";
      }
  return g_string_free (text, FALSE);
}
