/* A schedule, run and judged. First the load and the faults; then everything is healed and quiet until the copies agree, or
 * patience ends; then every key is read from every replica. */
#include <math.h>
#include <string.h>

#include "virtual-private.h"

#define LOOK_EVERY_NS (20 * TB_NS_PER_MS)
#define AGREE_MOST_NS (10 * TB_NS_PER_S)
#define READ_MOST_NS (20 * TB_NS_PER_S)

/* ---- The run ---------------------------------------------------------------------------------------------------- */

/* Looks until all that are asked for agree. */
static void
wait_until_agreed (World *w, gint64 *agreed_ns)
{
  const TbVirtual *v = w->v;
  gint64 healed_ns = w->now_ns;
  guint left = v->stores->len;
  for (guint s = 0; s < v->stores->len; s++)
    agreed_ns[s] = -1;
  while (left > 0 && w->now_ns < healed_ns + AGREE_MOST_NS)
    {
      world_run (w, w->now_ns + LOOK_EVERY_NS, NULL);
      left = 0;
      for (guint s = 0; s < v->stores->len; s++)
        {
          if (agreed_ns[s] < 0 && world_agrees (w, s))
            agreed_ns[s] = w->now_ns - healed_ns;
          /* Copies that know nothing of each other never will. */
          left += agreed_ns[s] < 0 && STORE_AT (v, s)->config.replication != TB_REPLICATION_NONE;
        }
    }
}

static void
run (World *w, const TbSchedule *schedule, gint64 *agreed_ns)
{
  world_begin (w, schedule, schedule->chance);
  world_run (w, schedule->load_ns, NULL);
  w->calm = TRUE;
  world_heal (w);
  wait_until_agreed (w, agreed_ns);
  callers_final (w);
  world_run (w, w->now_ns + READ_MOST_NS, callers_have_read);
  world_end (w);
}

/* ---- The judgement ------------------------------------------------------------------------------------------------- */

typedef struct
{
  const TbVirtual *v;
  const World *w;
  const gint64 *agreed_ns;
  TbHistory **histories; /* by store, made when they are needed */
  TbVerdict **verdicts;
} Judging;

static const TbVerdict *
verdict_of (Judging *j, guint s)
{
  if (j->verdicts[s] == NULL)
    {
      j->verdicts[s] = g_new0 (TbVerdict, 1);
      j->histories[s] = virtual_history (j->v, j->w, s, j->verdicts[s]);
    }
  return j->verdicts[s];
}

static char *
late_copies (const Judging *j, const Want *want)
{
  gint64 ns = j->agreed_ns[want->store];
  const char *id = STORE_AT (j->v, want->store)->component;
  if (ns < 0)
    return g_strdup_printf ("the copies of %s still differed %.0f s after the healing", id, AGREE_MOST_NS / 1e9);
  if ((double) ns / 1e9 <= want->most)
    return NULL;
  return g_strdup_printf ("the copies of %s agreed only %.2f s after the healing", id, (double) ns / 1e9);
}

/* NULL: it holds, or nothing is known. (transfer full) */
static char *
judge_one (Judging *j, const Want *want, gboolean *undecided)
{
  const char *that = want->row->that;
  if (g_str_equal (that, "converged"))
    return late_copies (j, want);
  const TbVerdict *verdict = verdict_of (j, want->store);
  *undecided |= verdict->kind == TB_VERDICT_UNKNOWN;
  if (g_str_equal (that, "linearizable"))
    return verdict->kind == TB_VERDICT_VIOLATED && want->least > 0 ? g_strdup (verdict->sentence) : NULL;
  if (g_str_equal (that, "sequential"))
    return verdict->guarantees != 0 && want->least > 0 ? virtual_guarantee_words (verdict) : NULL;
  if (g_str_equal (that, "lost-writes"))
    return (double) verdict->lost_writes > want->most
             ? g_strdup_printf ("%" G_GUINT64_FORMAT " acknowledged write%s lost", verdict->lost_writes,
                                verdict->lost_writes == 1 ? " is" : "s are") : NULL;
  if (g_str_equal (that, "stale"))
    {
      TbEstimate share = tb_estimate_share (verdict->stale_reads, verdict->reads);
      return tb_estimate_judge (&share, -INFINITY, want->most) == TB_VIOLATED
               ? g_strdup_printf ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " reads were stale", verdict->stale_reads,
                                  verdict->reads) : NULL;
    }
  if (g_str_equal (that, "staleness") && (double) verdict->staleness_worst_ns / 1e9 > want->most)
    return g_strdup_printf ("a read was %.1f ms stale", (double) verdict->staleness_worst_ns / 1e6);
  return NULL;
}

static void
take (Judging *j, const Want *want, char *sentence, TbVirtualResult *r)
{
  guint s = want->store;
  verdict_of (j, s);
  r->violated = TRUE;
  r->sentence = sentence;
  r->store = g_strdup (STORE_AT (j->v, s)->component);
  r->expected = g_strdup (want->row->that);
  r->history = g_steal_pointer (&j->histories[s]);
  r->verdict = g_steal_pointer (&j->verdicts[s]);
}

/* What the protocol itself must hold at every moment is no matter of expectations. */
static gboolean
take_broken (const Judging *j, TbVirtualResult *r)
{
  for (guint s = 0; s < j->v->stores->len; s++)
    if (j->w->results[s].broken[0] != '\0')
      {
        r->violated = TRUE;
        r->sentence = g_strdup (j->w->results[s].broken);
        r->store = g_strdup (STORE_AT (j->v, s)->component);
        r->expected = g_strdup ("linearizable");
        return TRUE;
      }
  return FALSE;
}

static void
judge (Judging *j, TbVirtualResult *r)
{
  if (take_broken (j, r))
    return;
  for (guint i = 0; i < j->v->wants->len && !r->violated; i++)
    {
      const Want *want = &g_array_index (j->v->wants, Want, i);
      char *sentence = judge_one (j, want, &r->undecided);
      if (sentence != NULL)
        take (j, want, sentence, r);
    }
}

static void
count (const World *w, TbVirtualResult *r)
{
  for (guint s = 0; s < w->v->stores->len; s++)
    {
      r->events += w->results[s].events;
      r->operations += w->histories[s]->len;
      for (guint i = 0; i < w->histories[s]->len; i++)
        r->ok += g_array_index (w->histories[s], TbOp, i).outcome == TB_OP_OK;
    }
  r->events += w->seq;
}

void
tb_virtual_try (TbVirtual *v, const TbSchedule *schedule, TbVirtualResult *result)
{
  guint n = v->stores->len;
  g_autofree gint64 *agreed_ns = g_new0 (gint64, n);
  g_autofree TbHistory **histories = g_new0 (TbHistory *, n);
  g_autofree TbVerdict **verdicts = g_new0 (TbVerdict *, n);
  if (v->world == NULL)
    v->world = world_new (v);
  *result = (TbVirtualResult) { 0 };
  run (v->world, schedule, agreed_ns);
  count (v->world, result);
  Judging j = { v, v->world, agreed_ns, histories, verdicts };
  judge (&j, result);
  for (guint s = 0; s < n; s++)
    {
      g_clear_pointer (&histories[s], tb_history_free);
      g_free (verdicts[s]);
    }
}

void
tb_virtual_result_clear (TbVirtualResult *r)
{
  g_clear_pointer (&r->sentence, g_free);
  g_clear_pointer (&r->store, g_free);
  g_clear_pointer (&r->expected, g_free);
  g_clear_pointer (&r->history, tb_history_free);
  g_clear_pointer (&r->verdict, g_free);
}
