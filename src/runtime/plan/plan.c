/* The plan, whole. */
#include "plan-private.h"

#include <string.h>

G_DEFINE_QUARK (tb-plan-error-quark, tb_plan_error)

gboolean
tb_planner_fail (const TbPlanner *planner, const TbElement *where, TbPlanError code, GError **error,
                 const char *format, ...)
{
  va_list ap;
  va_start (ap, format);
  g_autofree char *sentence = g_strdup_vprintf (format, ap);
  va_end (ap);
  guint line = where ? tb_element_line (where) : 0;
  const char *file = planner->options->file;
  if (file != NULL && line > 0)
    g_set_error (error, TB_PLAN_ERROR, (int) code, "%s:%u: %s", file, line, sentence);
  else if (file != NULL)
    g_set_error (error, TB_PLAN_ERROR, (int) code, "%s: %s", file, sentence);
  else if (line > 0)
    g_set_error (error, TB_PLAN_ERROR, (int) code, "line %u: %s", line, sentence);
  else
    g_set_error_literal (error, TB_PLAN_ERROR, (int) code, sentence);
  return FALSE;
}

TbPart *
tb_planner_part (const TbPlanner *planner, const char *component_id)
{
  for (guint i = 0; i < planner->parts->len; i++)
    {
      TbPart *part = g_ptr_array_index (planner->parts, i);
      if (g_str_equal (part->id, component_id))
        return part;
    }
  return NULL;
}

const TbPlanInstance *
tb_planner_instance (const TbPlanner *planner, guint index)
{
  return g_ptr_array_index (planner->plan->instances, index);
}

void
tb_plan_pair_free (gpointer data)
{
  TbPlanPair *p = data;
  g_free (p->name);
  g_free (p->value);
  g_free (p);
}

void
tb_plan_port_clear (TbPlanPort *p)
{
  char *texts[] = { p->name, p->protocol, p->scheme, p->user, p->password, p->database };
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (texts[i]);
}

void
tb_plan_port_free (gpointer data)
{
  tb_plan_port_clear (data);
  g_free (data);
}

TbPlanPort *
tb_plan_port_copy (const TbPlanPort *port)
{
  TbPlanPort *copy = g_new0 (TbPlanPort, 1);
  copy->name = g_strdup (port->name);
  copy->protocol = g_strdup (port->protocol);
  copy->port = port->port;
  copy->scheme = g_strdup (port->scheme);
  copy->user = g_strdup (port->user);
  copy->password = g_strdup (port->password);
  copy->database = g_strdup (port->database);
  return copy;
}

void
tb_plan_add_pair (GPtrArray *pairs, const char *name, const char *value)
{
  TbPlanPair *pair = g_new0 (TbPlanPair, 1);
  pair->name = g_strdup (name);
  pair->value = g_strdup (value);
  g_ptr_array_add (pairs, pair);
}

static void
instance_free (gpointer data)
{
  TbPlanInstance *i = data;
  char *texts[] = { i->id, i->component_id, i->device, i->ready.argument, i->ready.header,
                    i->alive.argument, i->alive.header, i->env_file, i->user,
                    i->external_host, i->trust_text, i->work_dir, i->package,
                    i->clock_path };
  for (gsize k = 0; k < G_N_ELEMENTS (texts); k++)
    g_free (texts[k]);
  g_strfreev (i->argv);
  g_ptr_array_unref (i->ports);
  g_ptr_array_unref (i->env);
  g_ptr_array_unref (i->files);
  g_array_unref (i->depends);
  g_array_unref (i->until);
  g_array_unref (i->clean_exits);
  g_free (i);
}

static void
link_free (gpointer data)
{
  TbPlanLink *l = data;
  char *texts[] = { l->id, l->from_component, l->to_component, l->protocol, l->balance };
  for (gsize k = 0; k < G_N_ELEMENTS (texts); k++)
    g_free (texts[k]);
  g_array_unref (l->from);
  g_array_unref (l->to);
  g_free (l);
}

void
tb_plan_free (TbPlan *plan)
{
  g_ptr_array_unref (plan->instances);
  g_ptr_array_unref (plan->links);
  g_free (plan);
}

static TbPlan *
plan_empty (guint block)
{
  TbPlan *plan = g_new0 (TbPlan, 1);
  plan->instances = g_ptr_array_new_with_free_func (instance_free);
  plan->links = g_ptr_array_new_with_free_func (link_free);
  plan->block = block;
  return plan;
}

static gboolean
fill_instances (TbPlanner *planner, GError **error)
{
  for (guint i = 0; i < planner->parts->len; i++)
    {
      const TbPart *part = g_ptr_array_index (planner->parts, i);
      if (part->how == TB_PART_EXTERNAL)
        continue;
      for (guint k = 0; k < part->n; k++)
        {
          TbPlanInstance *instance
            = g_ptr_array_index (planner->plan->instances, part->first + k);
          if (!(part->how == TB_PART_BUILTIN ? tb_planner_fill_builtin
                                             : tb_planner_fill_program) (planner, part, instance, error))
            return FALSE;
        }
    }
  return TRUE;
}

/* Invariant 1: instances are those of the parts, in order. 2: no address twice. */
static void
check (const TbPlan *plan)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < plan->instances->len; i++)
    {
      const TbPlanInstance *instance = g_ptr_array_index (plan->instances, i);
      g_assert (instance->external || instance->removed || instance->argv != NULL);
      g_assert (g_hash_table_add (seen, GUINT_TO_POINTER (instance->address)));
    }
  for (guint i = 0; i < plan->links->len; i++)
    {
      const TbPlanLink *link = g_ptr_array_index (plan->links, i);
      g_assert (g_hash_table_add (seen, GUINT_TO_POINTER (link->address)));
    }
}

TbPlan *
tb_plan_new (const TbModel *model, const TbPlanOptions *options, GError **error)
{
  g_assert (options->block >= 64 && options->block <= 126);
  g_assert (options->run_dir != NULL && options->node_program != NULL);
  g_autoptr (TbPlan) plan = plan_empty (options->block);
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (tb_part_free);
  TbPlanner planner = { model, options, plan, parts };
  if (!tb_planner_make_parts (&planner, error) || !tb_planner_place (&planner, error)
      || !tb_planner_make_links (&planner, error) || !fill_instances (&planner, error))
    return NULL;
  tb_planner_fill_probes (&planner);
  tb_planner_order (&planner);
  if (!tb_planner_follow (&planner, error))
    return NULL;
  check (plan);
  return g_steal_pointer (&plan);
}

guint
tb_plan_preferred_block (const char *document_id)
{
  return 64 + (guint) (tb_hash_string (document_id) % 63);
}

int
tb_plan_find_instance (const TbPlan *plan, const char *id)
{
  for (guint i = 0; i < plan->instances->len; i++)
    if (g_str_equal (((TbPlanInstance *) g_ptr_array_index (plan->instances, i))->id, id))
      return (int) i;
  return -1;
}

int
tb_plan_find_link (const TbPlan *plan, const char *id)
{
  for (guint i = 0; i < plan->links->len; i++)
    {
      const TbPlanLink *link = g_ptr_array_index (plan->links, i);
      if (!link->removed && g_str_equal (link->id, id))
        return (int) i;
    }
  return -1;
}

gboolean
tb_plan_is_probe (const char *id)
{
  const char *dot = strstr (id, TB_PLAN_PROBE_SUFFIX);
  gsize n = strlen (TB_PLAN_PROBE_SUFFIX);
  return dot != NULL && (dot[n] == '\0' || dot[n] == '/');
}

/* Replicas of one command show one line; those of a primary and its followers two. */
char *
tb_plan_commands (const TbPlan *plan)
{
  g_autoptr (GHashTable) shown = g_hash_table_new (g_str_hash, g_str_equal);
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < plan->instances->len; i++)
    {
      const TbPlanInstance *instance = g_ptr_array_index (plan->instances, i);
      if (instance->trust_text != NULL && g_hash_table_add (shown, instance->trust_text))
        g_string_append_printf (out, "%s\n", instance->trust_text);
    }
  return g_string_free (out, FALSE);
}

char *
tb_plan_address_text (guint32 address)
{
  return g_strdup_printf ("%u.%u.%u.%u", address >> 24, address >> 16 & 255, address >> 8 & 255,
                          address & 255);
}
