/* A scenario in virtual time, by the engine that carries it out on real processes: looked at every 20 ms, as there. */
#include <math.h>
#include <string.h>

#include "play-private.h"

#define LOOK_EVERY_NS (20 * TB_NS_PER_MS)

/* ---- What cannot be said -------------------------------------------------------------------------------------------- */

/* A wait for what is not simulated would be in vain. (transfer full); NULL: there is none. */
static char *
waits_in_vain (const TbVirtual *v, const TbCondition *condition, guint line)
{
  for (guint i = 0; condition != NULL && i < condition->clauses->len; i++)
    {
      const TbClause *clause = &g_array_index (condition->clauses, TbClause, i);
      if (clause->name != NULL && !play_is_simulated (v, clause->name))
        return g_strdup_printf ("line %u: “%s” is about what does not run in virtual time", line, condition->text);
    }
  return NULL;
}

static char *
why_not (const TbVirtual *v, const TbScenario *scenario)
{
  char *why = NULL;
  for (guint i = 0; i < scenario->steps->len && why == NULL; i++)
    {
      const TbScenarioStep *step = g_ptr_array_index (scenario->steps, i);
      why = waits_in_vain (v, step->until, step->line);
      for (guint k = 0; k < step->actions->len && why == NULL; k++)
        {
          const TbScenarioAction *action = g_ptr_array_index (step->actions, k);
          why = waits_in_vain (v, action->when, tb_element_line (action->element));
        }
    }
  return why;
}

/* Of an expectation that virtual time does not know; NULL. */
static const char *
why_unknown (const TbVirtual *v, const TbScenarioExpect *e)
{
  static const char *const never[] = { "cpu", "memory", "lost", "delivered", "duplicated" };
  for (guint i = 0; i < G_N_ELEMENTS (never); i++)
    if (g_str_equal (e->row->that, never[i]))
      return "in virtual time that is not measured";
  return play_is_simulated (v, e->of) ? NULL : "not all of that runs in virtual time";
}

/* ---- Findings --------------------------------------------------------------------------------------------------------- */

static void
free_finding (gpointer data)
{
  TbFinding *finding = data;
  g_free (finding->why);
  g_free (finding);
}

/* What the engine found, with what is known of the history of each store. (transfer full) of TbFinding */
static GPtrArray *
findings_of (Play *p)
{
  const GPtrArray *found = tb_engine_findings (p->engine);
  GPtrArray *findings = g_ptr_array_new_with_free_func (free_finding);
  for (guint i = 0; i < found->len; i++)
    {
      TbFinding *f = g_memdup2 (g_ptr_array_index (found, i), sizeof *f);
      const char *unknown = why_unknown (p->v, f->expect);
      f->why = g_strdup (f->why);
      g_ptr_array_add (findings, f);
      if (unknown != NULL)
        {
          g_free (f->why);
          f->why = g_strdup (unknown);
          f->estimate = (TbEstimate) { NAN, -INFINITY, INFINITY, 0 };
          f->outcome = TB_UNKNOWN;
        }
      else
        virtual_find_verdict (p->v, p->w, f);
    }
  return findings;
}

/* For the picture of it. */
static void
keep_violated (const Play *p, TbVirtualPlayed *played)
{
  for (guint i = 0; i < played->findings->len && played->history == NULL; i++)
    {
      const TbFinding *f = g_ptr_array_index (played->findings, i);
      for (guint s = 0; f->outcome == TB_VIOLATED && f->expect->row->of == TB_OF_STORE && s < p->v->stores->len; s++)
        if (g_strcmp0 (STORE_AT (p->v, s)->component, f->expect->of) == 0)
          {
            played->verdict = g_new0 (TbVerdict, 1);
            played->history = virtual_history (p->v, p->w, s, played->verdict);
          }
    }
}

/* ---- The run ------------------------------------------------------------------------------------------------------------ */

static void
run (Play *p)
{
  for (;;)
    {
      play_look (p);
      tb_engine_step (p->engine, &p->facts);
      if (tb_engine_state (p->engine) == TB_ENGINE_OVER)
        return;
      gint64 due_ns = tb_engine_deadline (p->engine), look_ns = p->w->now_ns + LOOK_EVERY_NS;
      /* What waits for a condition is due all the time. */
      world_run (p->w, due_ns > p->w->now_ns ? MIN (due_ns, look_ns) : look_ns, NULL);
    }
}

static void
begin (Play *p, guint64 seed)
{
  tb_rng_seed (&p->rng, seed ^ UINT64_C (0x91a7));
  p->struck = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_array_unref);
  play_facts_begin (p);
  world_begin (p->w, NULL, seed);
  p->engine = tb_engine_new (p->scenario, &play_host, p);
}

void
tb_virtual_play (TbVirtual *v, const TbScenario *scenario, guint64 seed, TbVirtualPlayed *played)
{
  if (v->world == NULL)
    v->world = world_new (v);
  Play p = { .v = v, .w = v->world, .scenario = scenario };
  *played = (TbVirtualPlayed) { 0 };
  begin (&p, seed);
  g_autofree char *why = why_not (v, scenario);
  if (why != NULL)
    tb_engine_break (p.engine, p.w->now_ns, why);
  else
    run (&p);
  world_end (p.w);
  played->findings = findings_of (&p);
  keep_violated (&p, played);
  played->seconds = (double) p.w->now_ns / 1e9;
  for (guint i = 0; i < v->stores->len; i++)
    played->operations += p.w->histories[i]->len;
  play_facts_clear (&p);
  g_hash_table_unref (p.struck);
  played->engine = p.engine;
}

void
tb_virtual_played_clear (TbVirtualPlayed *played)
{
  g_clear_pointer (&played->findings, g_ptr_array_unref);
  g_clear_pointer (&played->engine, tb_engine_free);
  g_clear_pointer (&played->history, tb_history_free);
  g_clear_pointer (&played->verdict, g_free);
}
