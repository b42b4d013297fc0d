/* What a scenario asks for, done in virtual time; names mean what they mean on real processes, by the same functions. */
#include <string.h>

#include "play-private.h"

static gboolean
refuse (GError **error, const char *format, const char *what)
{
  g_autofree char *sentence = g_strdup_printf ("“%s” %s", what, format);
  g_set_error_literal (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME, sentence);
  return FALSE;
}

/* (transfer full) of guint; NULL with error: somebody of them is not simulated, or there is nobody. */
static GArray *
instances_of (Play *p, const char *names, GError **error)
{
  g_autoptr (GArray) of = tb_names_to_instances (p->v->plan, names, play_role, p, error);
  for (guint i = 0; of != NULL && i < of->len; i++)
    {
      guint instance = g_array_index (of, guint, i);
      if (p->v->store_of[instance] != NOBODY || p->v->caller_of[instance] != NOBODY)
        continue;
      refuse (error, "does not run in virtual time", INSTANCE_AT (p->v, instance)->id);
      return NULL;
    }
  return g_steal_pointer (&of);
}

/* ---- Instances ---------------------------------------------------------------------------------------------------- */

static void
kill_one (World *w, guint i)
{
  world_kill (w, i);
}

static void
pause_one (World *w, guint i)
{
  world_pause (w, i, TRUE);
}

static void
resume_one (World *w, guint i)
{
  world_pause (w, i, FALSE);
}

static void
restart_one (World *w, guint i)
{
  world_kill (w, i);
  world_start (w, i);
}

static const struct
{
  TbProp prop;
  void (*act) (World *w, guint instance);
  void (*undo) (World *w, guint instance);
} on_instances[] = {
  { TB_PROP_KILL, kill_one, world_start },
  { TB_PROP_PAUSE, pause_one, resume_one },
  { TB_PROP_RESUME, resume_one, NULL },
  { TB_PROP_RESTART, restart_one, NULL },
};

/* ---- Faults -------------------------------------------------------------------------------------------------------- */

static gboolean
cut (Play *p, const TbScenarioAction *action, GError **error)
{
  TbPartition partition;
  if (!tb_partition_of_do (action->element, &partition, error))
    return FALSE;
  partition.seed = partition.seed != 0 ? partition.seed : tb_rng_next (&p->rng) | 1;
  GArray *pairs = tb_partition_pairs (p->v->plan, &partition, play_role, p, NULL, error);
  if (pairs == NULL)
    return FALSE;
  paths_cut (p->w, action->id, pairs);
  return TRUE;
}

static gboolean
begin_fault (Play *p, const TbScenarioAction *action, GError **error)
{
  TbWireFault fault = { 0 };
  if (!tb_fault_of_do (p->v->plan, action->element, action->id, &fault, error))
    return FALSE;
  const char *why = paths_refuse (&fault);
  if (why != NULL)
    {
      refuse (error, why, tb_fault_name (fault.kind));
      tb_wire_fault_clear (&fault);
      return FALSE;
    }
  paths_fault (p->w, action->id, &fault);
  return TRUE;
}

static gboolean
heal_named (Play *p, const char *name, GError **error)
{
  if (g_str_equal (name, "all"))
    paths_remove (p->w, NULL);
  else if (!paths_remove_named (p->w, name))
    return refuse (error, "has no fault on it", name);
  return TRUE;
}

/* ---- Load ------------------------------------------------------------------------------------------------------------ */

static gboolean
set_load (Play *p, const TbElement *element, gboolean own, GError **error)
{
  g_autoptr (GArray) of = instances_of (p, tb_element_get (element, TB_PROP_LOAD), error);
  const char *rate = tb_element_get (element, TB_PROP_RATE), *think = tb_element_get (element, TB_PROP_THINK);
  for (guint i = 0; of != NULL && i < of->len; i++)
    {
      guint caller = p->v->caller_of[g_array_index (of, guint, i)];
      Load load = { .said = !own };
      if (rate != NULL)
        tb_decimal_parse (rate, &load.rate);
      if (think != NULL)
        tb_dist_parse (think, &load.think);
      load.thinks = think != NULL;
      if (caller != NOBODY)
        callers_load (p->w, caller, &load);
    }
  return of != NULL;
}

/* ---- The host of the engine -------------------------------------------------------------------------------------------- */

static gboolean
act (const TbScenarioAction *action, gpointer host, GError **error)
{
  Play *p = host;
  const TbElement *element = action->element;
  for (guint i = 0; i < G_N_ELEMENTS (on_instances); i++)
    {
      if (!tb_element_is_set (element, on_instances[i].prop))
        continue;
      g_autoptr (GArray) of = instances_of (p, tb_element_get (element, on_instances[i].prop), error);
      for (guint k = 0; of != NULL && k < of->len; k++)
        on_instances[i].act (p->w, g_array_index (of, guint, k));
      if (of != NULL && on_instances[i].undo != NULL)
        g_hash_table_replace (p->struck, (gpointer) action, g_array_ref (of));
      return of != NULL;
    }
  if (tb_element_is_set (element, TB_PROP_HEAL))
    return heal_named (p, tb_element_get (element, TB_PROP_HEAL), error);
  if (tb_element_is_set (element, TB_PROP_LOAD))
    return set_load (p, element, FALSE, error);
  if (g_strcmp0 (tb_element_get (element, TB_PROP_PARTITION), "cut") == 0 || tb_element_is_set (element, TB_PROP_FAULT))
    return begin_fault (p, action, error);
  return cut (p, action, error);
}

static void
undo (const TbScenarioAction *action, gpointer host)
{
  Play *p = host;
  const GArray *of = g_hash_table_lookup (p->struck, action);
  for (guint i = 0; i < G_N_ELEMENTS (on_instances); i++)
    for (guint k = 0; of != NULL && tb_element_is_set (action->element, on_instances[i].prop) && k < of->len; k++)
      on_instances[i].undo (p->w, g_array_index (of, guint, k));
  if (tb_element_is_set (action->element, TB_PROP_LOAD))
    set_load (p, action->element, TRUE, NULL);
  else if (of == NULL)
    paths_remove (p->w, action->id);
}

static void
heal (gpointer host)
{
  Play *p = host;
  if (p->scenario->judged)
    world_heal (p->w);
  else
    paths_remove (p->w, NULL);
}

static void
quiet (gpointer host)
{
  ((Play *) host)->w->calm = TRUE;
}

static gboolean
final_reads (gpointer host)
{
  callers_final (((Play *) host)->w);
  return TRUE;
}

static gboolean
have_read (gpointer host)
{
  return callers_have_read (((Play *) host)->w);
}

const TbEngineHost play_host = { .act = act, .undo = undo, .heal = heal, .quiet = quiet, .final_reads = final_reads,
                                 .have_read = have_read };
