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

void
virtual_find_verdict (const TbVirtual *v, World *w, TbFinding *f)
{
  for (guint s = 0; f->expect->row->of == TB_OF_STORE && s < v->stores->len; s++)
    {
      TbStoreVerdict store = { .component = STORE_AT (v, s)->component, .has_final_reads = callers_have_read (w),
                               .judged_ns = w->now_ns };
      if (g_strcmp0 (store.component, f->expect->of) != 0)
        continue;
      TbFinding found = { .expect = f->expect, .estimate = { NAN, -INFINITY, INFINITY, 0 }, .from_ns = f->from_ns,
                          .to_ns = f->to_ns };
      TbHistory *h = virtual_history (v, w, s, &store.verdict);
      store.history = h;
      if (f->to_ns != 0 && tb_finding_judge (&found, &store))
        {
          g_free (f->why);
          *f = found;
          f->outcome = tb_estimate_judge (&f->estimate, f->expect->least, f->expect->most);
        }
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
