/* A plan that follows another: of the same drawing after an edit, for a run that goes on.
 *
 *   before: a/1 b/1 c/1          the new drawing: c/1 a/1 a/2
 *   after:  a/1 b/1 c/1 a/2      b/1 is `removed`; who is in both keeps index and address
 *
 * Invariants: 1. an index of `before` means the same id in what follows it. 2. nothing depends on what
 * is removed, and no link leads from or to it. */
#include "plan-private.h"

#include <string.h>

/* Indices are never given twice, so a run that is changed for ever comes to an end of them. */
#define SEEN_MAX 10000u

/* ---- What is the same --------------------------------------------------------------------------- */

/* Conventions that say how many there are: a replica more is no reason to start the others again. */
static gboolean
is_hint (const TbPlanPair *pair)
{
  static const char *const names[] = { "TIERBOARD_REPLICAS", "TIERBOARD_PEERS", "TIERBOARD_DEVICE",
                                       "OTEL_RESOURCE_ATTRIBUTES", NULL };
  return !pair->drawn
         && (g_strv_contains (names, pair->name) || g_str_has_prefix (pair->name, "services__"));
}

static void
say_text (GString *out, const char *text)
{
  g_string_append (out, text != NULL ? text : "");
  g_string_append_c (out, '\x1f');
}

static void
say_number (GString *out, gint64 number)
{
  g_string_append_printf (out, "%" G_GINT64_FORMAT "\x1f", number);
}

static void
say_pairs (GString *out, const GPtrArray *pairs, gboolean hints)
{
  for (guint i = 0; i < pairs->len; i++)
    {
      const TbPlanPair *pair = g_ptr_array_index (pairs, i);
      if (is_hint (pair) != hints)
        continue;
      say_text (out, pair->name);
      say_text (out, pair->value);
      say_number (out, pair->drawn);
    }
  g_string_append_c (out, '\x1e');
}

static void
say_ask (GString *out, const TbPlanAsk *ask)
{
  const gint64 numbers[] = { (gint64) ask->kind, ask->delay_ns, ask->interval_ns, ask->within_ns,
                             ask->successes,     ask->failures, ask->status };
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    say_number (out, numbers[i]);
  say_text (out, ask->argument);
  say_text (out, ask->header);
}

/* What its process was started with: another one has to be, where that differs. (transfer full) */
static char *
way_of_starting (const TbPlanInstance *instance)
{
  GString *out = g_string_new (NULL);
  const char *const texts[] = { instance->work_dir, instance->user, instance->env_file,
                                instance->clock_path, instance->external_host };
  for (guint i = 0; instance->argv != NULL && instance->argv[i] != NULL; i++)
    say_text (out, instance->argv[i]);
  g_string_append_c (out, '\x1e');
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    say_text (out, texts[i]);
  say_number (out, instance->allow_io_uring << 1 | instance->terminal);
  say_pairs (out, instance->env, FALSE);
  say_pairs (out, instance->files, FALSE);
  say_ask (out, &instance->ready);
  say_ask (out, &instance->alive);
  return g_string_free (out, FALSE);
}

/* What holds without that. (transfer full) */
static char *
settings_of (const TbPlan *plan, const TbPlanInstance *instance)
{
  GString *out = g_string_new (NULL);
  const gint64 numbers[] = { (gint64) instance->restart,   instance->restart_delay_ns,
                             instance->restart_longest_ns, instance->restart_within_ns,
                             instance->restart_times,      instance->ready_timeout_ns,
                             instance->stop_grace_ns,      instance->stop_signal };
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    say_number (out, numbers[i]);
  say_text (out, instance->device);
  say_pairs (out, instance->env, TRUE);
  for (guint i = 0; i < instance->clean_exits->len; i++)
    say_number (out, g_array_index (instance->clean_exits, guint32, i));
  for (guint i = 0; i < instance->depends->len; i++)
    {
      guint on = g_array_index (instance->depends, guint, i);
      say_text (out, ((TbPlanInstance *) g_ptr_array_index (plan->instances, on))->id);
      say_number (out, g_array_index (instance->until, guint32, i));
    }
  return g_string_free (out, FALSE);
}

static void
say_ends (GString *out, const TbPlan *plan, const GArray *ends)
{
  for (guint i = 0; i < ends->len; i++)
    {
      guint at = g_array_index (ends, guint, i);
      say_text (out, ((TbPlanInstance *) g_ptr_array_index (plan->instances, at))->id);
    }
  g_string_append_c (out, '\x1e');
}

static char *
ways_of_link (const TbPlan *plan, const TbPlanLink *link)
{
  GString *out = g_string_new (NULL);
  say_ends (out, plan, link->from);
  say_ends (out, plan, link->to);
  say_number (out, link->port);
  say_text (out, link->protocol);
  say_text (out, link->balance);
  return g_string_free (out, FALSE);
}

static gboolean
take_same (char *one, char *other)
{
  gboolean same = g_str_equal (one, other);
  g_free (one);
  g_free (other);
  return same;
}

/* ---- Following ------------------------------------------------------------------------------------ */

/* As much of it as must be known to end it, and to say what it was. */
static TbPlanInstance *
copy_removed (const TbPlanInstance *from)
{
  TbPlanInstance *to = g_new0 (TbPlanInstance, 1);
  to->id = g_strdup (from->id);
  to->component = from->component;
  to->component_id = g_strdup (from->component_id);
  to->replica = from->replica;
  to->device = g_strdup (from->device);
  to->address = from->address;
  to->argv = g_strdupv (from->argv);
  to->ports = g_ptr_array_new_with_free_func (tb_plan_port_free);
  to->env = g_ptr_array_new_with_free_func (tb_plan_pair_free);
  to->files = g_ptr_array_new_with_free_func (tb_plan_pair_free);
  to->depends = g_array_new (FALSE, FALSE, sizeof (guint));
  to->until = g_array_new (FALSE, FALSE, sizeof (guint32));
  to->clean_exits = g_array_copy (from->clean_exits);
  to->stop_signal = from->stop_signal;
  to->stop_grace_ns = from->stop_grace_ns;
  to->builtin = from->builtin;
  to->external = from->external;
  to->external_host = g_strdup (from->external_host);
  to->removed = TRUE;
  to->probe = from->probe;
  return to;
}

static TbPlanLink *
copy_removed_link (const TbPlanLink *from)
{
  TbPlanLink *to = g_new0 (TbPlanLink, 1);
  to->id = g_strdup (from->id);
  to->link = from->link;
  to->from_component = g_strdup (from->from_component);
  to->to_component = g_strdup (from->to_component);
  to->from = g_array_new (FALSE, FALSE, sizeof (guint));
  to->to = g_array_new (FALSE, FALSE, sizeof (guint));
  to->port = from->port;
  to->address = from->address;
  to->protocol = g_strdup (from->protocol);
  to->removed = TRUE;
  to->probe = from->probe;
  return to;
}

static void
renumber (GArray *indices, const guint *to)
{
  for (guint i = 0; i < indices->len; i++)
    g_array_index (indices, guint, i) = to[g_array_index (indices, guint, i)];
}

/* Where each of `items` goes: to the place of its id among those before, or behind them. What has no
 * successor is copied. */
static void
take_places (GPtrArray *items, const GPtrArray *before, const char *(*id) (gconstpointer),
             gpointer (*copy) (gconstpointer), guint *to)
{
  g_autoptr (GHashTable) places = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree gpointer *all = g_new0 (gpointer, before->len + items->len + 1);
  guint n = before->len, count = items->len;
  for (guint i = 0; i < before->len; i++)
    g_hash_table_insert (places, (gpointer) id (g_ptr_array_index (before, i)), GUINT_TO_POINTER (i + 1));
  for (guint i = 0; i < count; i++)
    {
      guint place = GPOINTER_TO_UINT (g_hash_table_lookup (places, id (g_ptr_array_index (items, i))));
      to[i] = place > 0 ? place - 1 : n++;
      all[to[i]] = g_ptr_array_index (items, i);
    }
  for (guint i = 0; i < before->len; i++)
    if (all[i] == NULL)
      all[i] = copy (g_ptr_array_index (before, i));
  g_ptr_array_set_size (items, (gint) n);
  if (n > 0)
    memcpy (items->pdata, all, n * sizeof *all);
}

static const char *
id_of_instance (gconstpointer item)
{
  return ((const TbPlanInstance *) item)->id;
}

static const char *
id_of_link (gconstpointer item)
{
  return ((const TbPlanLink *) item)->id;
}

static gpointer
copy_instance (gconstpointer item)
{
  return copy_removed (item);
}

static gpointer
copy_link (gconstpointer item)
{
  return copy_removed_link (item);
}

static void
mark_changed (TbPlan *plan, const TbPlan *before)
{
  for (guint i = 0; i < before->instances->len; i++)
    {
      const TbPlanInstance *was = g_ptr_array_index (before->instances, i);
      TbPlanInstance *is = g_ptr_array_index (plan->instances, i);
      is->changed = !was->removed && !is->removed && !was->external && !is->external
                    && !take_same (way_of_starting (was), way_of_starting (is));
    }
}

/* What lies outside has taps of another kind, and nothing to start: an index is one or the other. */
static gboolean
check_sides (const TbPlanner *planner, GError **error)
{
  const TbPlan *before = planner->options->before, *plan = planner->plan;
  for (guint i = 0; i < before->instances->len; i++)
    {
      const TbPlanInstance *was = g_ptr_array_index (before->instances, i);
      const TbPlanInstance *is = g_ptr_array_index (plan->instances, i);
      if (was->external != is->external)
        return tb_planner_fail (planner, tb_model_get (planner->model, is->component),
                                TB_PLAN_ERROR_VALUE, error,
                                "%s %s in this run: stop it and run the drawing anew", is->component_id,
                                was->external ? "lay outside" : "was started");
    }
  return TRUE;
}

gboolean
tb_planner_follow (TbPlanner *planner, GError **error)
{
  const TbPlan *before = planner->options->before;
  TbPlan *plan = planner->plan;
  g_autofree guint *to = g_new0 (guint, MAX (plan->instances->len, plan->links->len) + 1);
  if (before == NULL)
    return TRUE;
  take_places (plan->instances, before->instances, id_of_instance, copy_instance, to);
  for (guint i = 0; i < plan->instances->len; i++)
    renumber (((TbPlanInstance *) g_ptr_array_index (plan->instances, i))->depends, to);
  for (guint i = 0; i < plan->links->len; i++)
    {
      renumber (((TbPlanLink *) g_ptr_array_index (plan->links, i))->from, to);
      renumber (((TbPlanLink *) g_ptr_array_index (plan->links, i))->to, to);
    }
  take_places (plan->links, before->links, id_of_link, copy_link, to);
  if (!check_sides (planner, error))
    return FALSE;
  mark_changed (plan, before);
  if (plan->instances->len <= SEEN_MAX)
    return TRUE;
  return tb_planner_fail (planner, NULL, TB_PLAN_ERROR_VALUE, error,
                          "this run has had %u instances in its time, which is all it can have: stop it "
                          "and run the drawing anew", plan->instances->len);
}

/* ---- What is different ------------------------------------------------------------------------------ */

static gboolean
is_run (const TbPlanInstance *instance)
{
  return !instance->removed && !instance->external;
}

static gboolean
same_links (const TbPlan *before, const TbPlan *after)
{
  if (before->links->len != after->links->len)
    return FALSE;
  for (guint i = 0; i < before->links->len; i++)
    {
      const TbPlanLink *was = g_ptr_array_index (before->links, i);
      const TbPlanLink *is = g_ptr_array_index (after->links, i);
      if (was->removed != is->removed
          || !take_same (ways_of_link (before, was), ways_of_link (after, is)))
        return FALSE;
    }
  return TRUE;
}

/* Removed ones have no text any more: a command that comes back is asked about again. */
static char *
new_commands (const TbPlan *before, const TbPlan *after)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  GString *out = g_string_new (NULL);
  const TbPlan *const plans[] = { before, after };
  for (guint p = 0; p < G_N_ELEMENTS (plans); p++)
    for (guint i = 0; i < plans[p]->instances->len; i++)
      {
        const char *text = ((TbPlanInstance *) g_ptr_array_index (plans[p]->instances, i))->trust_text;
        if (text != NULL && g_hash_table_add (known, (gpointer) text) && p == 1)
          g_string_append_printf (out, "%s\n", text);
      }
  return g_string_free (out, FALSE);
}

void
tb_plan_compare (const TbPlan *before, const TbPlan *after, TbPlanChange *change)
{
  *change = (TbPlanChange) { .started = g_ptr_array_new_with_free_func (g_free),
                             .restarted = g_ptr_array_new_with_free_func (g_free),
                             .stopped = g_ptr_array_new_with_free_func (g_free),
                             .links = !same_links (before, after),
                             .commands = new_commands (before, after) };
  for (guint i = 0; i < after->instances->len; i++)
    {
      const TbPlanInstance *is = g_ptr_array_index (after->instances, i);
      const TbPlanInstance *was
        = i < before->instances->len ? g_ptr_array_index (before->instances, i) : NULL;
      gboolean ran = was != NULL && is_run (was), runs = is_run (is);
      GPtrArray *list = ran && !runs ? change->stopped
                        : !ran && runs ? change->started
                        : ran && is->changed ? change->restarted : NULL;
      if (list != NULL)
        g_ptr_array_add (list, g_strdup (is->id));
      else if (!ran && is->external)
        change->links |= was == NULL || was->removed != is->removed
                         || g_strcmp0 (was->external_host, is->external_host) != 0;
      else if (ran)
        {
          change->n_untouched++;
          change->settings |= !take_same (settings_of (before, was), settings_of (after, is));
        }
    }
}

void
tb_plan_change_clear (TbPlanChange *change)
{
  g_clear_pointer (&change->started, g_ptr_array_unref);
  g_clear_pointer (&change->restarted, g_ptr_array_unref);
  g_clear_pointer (&change->stopped, g_ptr_array_unref);
  g_clear_pointer (&change->commands, g_free);
}

gboolean
tb_plan_change_is_empty (const TbPlanChange *change)
{
  return change->started->len + change->restarted->len + change->stopped->len == 0
         && !change->links && !change->settings;
}

/* "a/1", "a/1 and b/1", "a/1, b/1 and 7 others" */
static void
say_names (GString *out, const char *verb, const GPtrArray *all)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  for (guint i = 0; i < all->len; i++)
    if (!tb_plan_is_probe (g_ptr_array_index (all, i)))
      g_ptr_array_add (ids, g_ptr_array_index (all, i));
  guint n = ids->len, named = n > 3 ? 2 : n;
  if (n == 0)
    return;
  g_string_append_printf (out, "%s%s ", out->len > 0 ? ", " : "", verb);
  for (guint i = 0; i < named; i++)
    g_string_append_printf (out, "%s%s", i == 0 ? "" : i + 1 == n ? " and " : ", ",
                            (char *) g_ptr_array_index (ids, i));
  if (n > named)
    g_string_append_printf (out, " and %u others", n - named);
}

char *
tb_plan_change_text (const TbPlanChange *change)
{
  GString *out = g_string_new (NULL);
  say_names (out, "starts", change->started);
  say_names (out, "restarts", change->restarted);
  say_names (out, "stops", change->stopped);
  if (out->len == 0 && change->links)
    g_string_append (out, "other links, and nothing is restarted");
  else if (out->len == 0 && change->settings)
    g_string_append (out, "other settings, and nothing is restarted");
  return g_string_free (out, FALSE);
}
