/* The words of the Consistency page, and what was measured of a side. */
#include "consistency.h"

#include <math.h>
#include <string.h>

#include "format.h"
#include "tb-base.h"

char *
tb_consistency_side_name (const char *component, const TbCapSide *side)
{
  guint n = (guint) __builtin_popcountll (side->members), said = 0;
  GString *out = g_string_new (NULL);
  if (n > 5)
    g_string_append_printf (out, "%u replicas of ", n);
  for (guint i = 0; n <= 5 && i < TB_CAP_REPLICAS_MAX; i++)
    if ((side->members >> i & 1) != 0)
      {
        g_autofree char *id = g_strdup_printf ("%s/%u", component, i + 1), *name = tb_format_instance (id);
        said++;
        g_string_append_printf (out, "%s%s", said == 1 ? "" : said == n ? " and " : ", ", name);
      }
  if (n > 5)
    g_string_append (out, component);
  return g_string_free (out, FALSE);
}

/* ---- Measuring ------------------------------------------------------------------------------------ */

static void
add (TbAvailability *sum, const TbAvailability *more)
{
  sum->attempted += more->attempted;
  sum->ok += more->ok;
  sum->failed += more->failed;
  sum->unknown += more->unknown;
  sum->timed_out += more->timed_out;
}

static int
by_size (gconstpointer a, gconstpointer b)
{
  const gint64 *x = a, *y = b;
  return *x < *y ? -1 : *x > *y;
}

static void
take_medians (const TbHistory *history, const guint8 *side_of, guint n_instances, TbSideMeasured *sides, guint n_sides,
              gint64 from_ns, gint64 to_ns)
{
  g_autoptr (GPtrArray) took = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  for (guint i = 0; i < 2 * n_sides; i++)
    g_ptr_array_add (took, g_array_new (FALSE, FALSE, sizeof (gint64)));
  for (gsize i = 0; i < tb_history_n (history); i++)
    {
      const TbOp *op = tb_history_op (history, i);
      gint64 ns = op->return_ns - op->invoke_ns;
      guint8 side = op->replica < n_instances ? side_of[op->replica] : 255;
      if (op->outcome == TB_OP_OK && side < n_sides && op->invoke_ns >= from_ns && op->invoke_ns < to_ns)
        g_array_append_val (((GArray *) took->pdata[2 * side + (op->kind != TB_OP_READ)]), ns);
    }
  for (guint i = 0; i < 2 * n_sides; i++)
    {
      GArray *all = took->pdata[i];
      g_array_sort (all, by_size);
      sides[i / 2].of[i % 2].median_ns = all->len > 0 ? g_array_index (all, gint64, all->len / 2) : -1;
    }
}

/* Which side each instance of the run is of; 255: none. (transfer full) */
static guint8 *
sides_of_instances (TbPast *past, const char *component, const TbSideMeasured *sides, guint n_sides)
{
  guint n = tb_past_n_instances (past);
  guint8 *side_of = g_new (guint8, n + 1);
  memset (side_of, 255, n + 1);
  for (guint i = 0; i < n; i++)
    {
      const TbPastInstance *instance = tb_past_instance (past, i);
      for (guint s = 0; s < n_sides && instance->replica <= TB_CAP_REPLICAS_MAX; s++)
        if (g_str_equal (instance->component, component) && (sides[s].side.members >> (instance->replica - 1) & 1) != 0)
          side_of[i] = (guint8) s;
    }
  return side_of;
}

void
tb_consistency_measure (TbVerdicts *verdicts, const char *component, TbPast *past, TbSideMeasured *sides, guint n_sides,
                        gint64 from_ns, gint64 to_ns)
{
  const TbStoreVerdict *store = tb_verdicts_of (verdicts, component);
  g_autofree TbAvailability (*counts)[TB_N_OPS] = g_malloc0_n (n_sides + 1, sizeof *counts);
  g_autofree guint8 *side_of = sides_of_instances (past, component, sides, n_sides);
  tb_verdicts_availability (verdicts, component, side_of, tb_past_n_instances (past), from_ns, to_ns, counts, n_sides);
  for (guint s = 0; s < n_sides; s++)
    {
      sides[s].of[0] = sides[s].of[1] = (TbSideFigures){ .median_ns = -1 };
      for (guint k = 0; k < TB_N_OPS; k++)
        add (&sides[s].of[k != TB_OP_READ].count, &counts[s][k]);
      for (guint w = 0; w < 2; w++)
        {
          TbAvailability *a = &sides[s].of[w].count;
          a->share = a->attempted > 0 ? (double) a->ok / (double) a->attempted : NAN;
          tb_wilson (a->ok, a->attempted, &a->low, &a->high);
        }
    }
  if (store != NULL)
    take_medians (store->history, side_of, tb_past_n_instances (past), sides, n_sides, from_ns, to_ns);
}

/* ---- Words -------------------------------------------------------------------------------------------- */

char *
tb_consistency_theory (const TbCapStore *store, const TbCapSide *side, gboolean write)
{
  TbCapSays says;
  tb_cap_says (store, side, write, &says);
  return g_strdup_printf ("%s: %s", tb_cap_answer_word (says.answer), says.why);
}

char *
tb_consistency_measured (const TbSideFigures *f)
{
  const TbAvailability *a = &f->count;
  if (a->attempted == 0)
    return g_strdup ("nothing was asked");
  GString *out = g_string_new (NULL);
  g_autofree char *ok = tb_format_count (a->ok), *all = tb_format_count (a->attempted), *median = tb_format_ns (f->median_ns);
  g_string_append_printf (out, "%s of %s answered, %.0f\u202f%% (%.0f to %.0f\u202f%%)", ok, all, 100 * a->share, 100 * a->low,
                          100 * a->high);
  if (a->timed_out > 0)
    g_string_append_printf (out, ", %" G_GUINT64_FORMAT " timed out", a->timed_out);
  if (a->failed > 0)
    g_string_append_printf (out, ", %" G_GUINT64_FORMAT " refused", a->failed);
  if (f->median_ns >= 0)
    g_string_append_printf (out, ", median %s", median);
  return g_string_free (out, FALSE);
}

/* A few answers at the edges (under way when it began, or while a leader was looked for) are no contradiction. */
#define EDGE 0.1

char *
tb_consistency_difference (const TbCapStore *store, const TbSideMeasured *side, gboolean write)
{
  const TbAvailability *a = &side->of[write != 0].count;
  TbCapSays says;
  tb_cap_says (store, &side->side, write, &says);
  double expected = tb_cap_share (&side->side, &says);
  const char *what = write ? "writes" : "reads";
  if (a->attempted < 10 || says.answer == TB_CAP_SOME)
    return NULL;
  if (a->low > expected + EDGE)
    return g_strdup_printf ("More %s were answered than theory lets: what was done before the cut held, or the replicas reach each "
                            "other some other way.", what);
  if (a->high < expected - EDGE && says.answer == TB_CAP_SOON)
    return g_strdup_printf ("Fewer %s were answered than theory lets: without a leader this side answered nothing, and theory sets "
                            "no time for finding one.", what);
  if (a->high < expected - EDGE)
    return g_strdup_printf ("Fewer %s were answered than theory lets: something else fails, or the timeout is too short for it.", what);
  return NULL;
}

static void
say_staleness (GString *out, const TbVerdict *v)
{
  g_autofree char *worst = tb_format_ns (v->staleness_worst_ns), *p95 = tb_format_ns (v->stale_p95_ns);
  if (v->reads == 0)
    return;
  if (v->stale_reads == 0)
    g_string_append_printf (out, "No read of %" G_GUINT64_FORMAT " was stale.\n", v->reads);
  else
    g_string_append_printf (out, "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " reads were stale: 95\u202f%% of these by at most %s, "
                                 "the worst by %s and %u version%s.\n",
                            v->stale_reads, v->reads, p95, worst, v->staleness_worst_versions,
                            v->staleness_worst_versions == 1 ? "" : "s");
}

static void
say_guarantees (GString *out, const TbVerdict *v)
{
  gboolean any = FALSE;
  for (guint g = 0; g < TB_N_GUARANTEES; g++)
    if ((v->guarantees >> g & 1) != 0)
      {
        g_string_append_printf (out, "%s%s", any ? ", " : "Broken for a client by itself: ", tb_guarantee_name ((TbGuarantee) g));
        any = TRUE;
      }
  g_string_append (out, any ? ".\n" : "");
}

/* Reads tell only while nothing is written any more. */
static gboolean
was_written_since (const TbHistory *history, gint64 heal_ns)
{
  for (gsize i = 0; i < tb_history_n (history); i++)
    {
      const TbOp *op = tb_history_op (history, i);
      if (op->kind != TB_OP_READ && op->outcome != TB_OP_FAIL && op->return_ns > heal_ns)
        return TRUE;
    }
  return FALSE;
}

static void
say_convergence (GString *out, const TbHistory *history, gint64 heal_ns)
{
  gint64 took = tb_history_convergence (history, heal_ns);
  g_autofree char *time = tb_format_ns (MAX (took, 0));
  if (was_written_since (history, heal_ns))
    g_string_append (out, "How long it took until the replicas agreed after the healing is not seen while clients go on writing.\n");
  else if (took >= 0)
    g_string_append_printf (out, "By what was read, the replicas agreed %s after the healing.\n", time);
}

char *
tb_consistency_details (const TbStoreVerdict *store, gint64 heal_ns)
{
  const TbVerdict *v = &store->verdict;
  GString *out = g_string_new (NULL);
  say_staleness (out, v);
  say_guarantees (out, v);
  if (store->has_final_reads)
    g_string_append_printf (out, "Acknowledged writes that are lost: %" G_GUINT64_FORMAT ".\n", v->lost_writes);
  else
    g_string_append (out, "Whether acknowledged writes are lost is known when all is read once more at the end (a scenario does).\n");
  if (heal_ns > 0)
    say_convergence (out, store->history, heal_ns);
  if (store->missed > 0)
    g_string_append_printf (out, "%" G_GUINT64_FORMAT " operations were not recorded.\n", store->missed);
  g_strchomp (out->str);
  out->len = strlen (out->str);
  return g_string_free (out, FALSE);
}
