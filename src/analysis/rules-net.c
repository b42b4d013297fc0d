/* The drawing as arrays, read once for all rules. */
#include <string.h>

#include "rules-private.h"
#include "tb-base.h"
#include "tb-deployment.h"

static gboolean
is_word (const char *words, const char *word)
{
  gsize n = strlen (word);
  for (const char *p = words; p != NULL && (p = strstr (p, word)) != NULL; p += n)
    if ((p == words || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
      return TRUE;
  return FALSE;
}

static void
read_layers (const TbModel *model, TbRulePart *part)
{
  const char *layers = tb_element_get (part->e, TB_PROP_LAYER);
  part->top = part->bottom = -1;
  for (guint i = 0; layers != NULL && i < tb_model_count (model, TB_KIND_LAYER); i++)
    if (is_word (layers, tb_element_id (tb_model_nth (model, TB_KIND_LAYER, i))))
      {
        part->top = part->top < 0 ? (int) i : part->top;
        part->bottom = (int) i;
      }
}

static guint
threads_of (const TbElement *component)
{
  const char *text = tb_element_get (component, TB_PROP_THREADS);
  if (text == NULL || strcmp (text, "per-request") == 0)
    return 0;
  return strcmp (text, "single") == 0 ? 1 : (guint) g_ascii_strtoull (text + strlen ("pool "), NULL, 10);
}

static void
read_part (TbRuleRun *run, guint i, GHashTable *index)
{
  TbRulePart *part = &run->parts[i];
  const TbElement *e = tb_model_nth (run->model, TB_KIND_COMPONENT, i);
  *part = (TbRulePart){ .e = e,
                        .builtin = tb_element_child_of (e, TB_KIND_BUILTIN),
                        .tier = tb_element_get_ref (run->model, e, TB_PROP_TIER),
                        .middleware = tb_element_get_ref (run->model, e, TB_PROP_MIDDLEWARE),
                        .role = tb_component_role (e),
                        .replicas = tb_component_replicas (e),
                        .threads = threads_of (e),
                        .out = g_array_new (FALSE, FALSE, sizeof (guint)),
                        .in = g_array_new (FALSE, FALSE, sizeof (guint)) };
  read_layers (run->model, part);
  g_hash_table_insert (index, (gpointer) e, GUINT_TO_POINTER (i + 1));
}

static void
read_link (TbRuleRun *run, const TbElement *e)
{
  guint from = tb_rule_part_of (run, tb_element_get_ref (run->model, e, TB_PROP_FROM));
  guint to = tb_rule_part_of (run, tb_element_get_ref (run->model, e, TB_PROP_TO)), n = run->n_links;
  if (from == TB_NOBODY || to == TB_NOBODY)
    return;
  run->links[n] = (TbRuleLink){ .e = e,
                                .from = from,
                                .to = to,
                                .sync = g_strcmp0 (tb_element_get (e, TB_PROP_CALL), "async") != 0,
                                .timeout_ns = tb_element_get_ns (e, TB_PROP_TIMEOUT),
                                .retries = (guint) tb_element_get_integer (e, TB_PROP_RETRIES) };
  g_array_append_val (run->parts[from].out, n);
  g_array_append_val (run->parts[to].in, n);
  run->n_links++;
}

/* Calls by their links; a call over another's link is tb_model_validate()'s. */
static void
read_calls (TbRuleRun *run)
{
  for (guint i = 0; i < run->n_links; i++)
    {
      TbRuleLink *link = &run->links[i];
      const TbElement *builtin = run->parts[link->from].builtin;
      for (guint c = 0; builtin != NULL && c < tb_element_n_children (builtin); c++)
        {
          const TbElement *call = tb_element_child (builtin, c);
          if (tb_element_kind (call) != TB_KIND_CALL
              || g_strcmp0 (tb_element_get (call, TB_PROP_LINK), tb_element_id (link->e)) != 0)
            continue;
          if (link->calls == NULL)
            link->calls = g_ptr_array_new ();
          g_ptr_array_add (link->calls, (gpointer) call);
        }
    }
}

/* A sketch has boxes and arrows only. */
static gboolean
is_described (const TbRuleRun *run)
{
  for (guint i = 0; i < run->n_parts; i++)
    if (run->parts[i].builtin != NULL || tb_element_is_set (run->parts[i].e, TB_PROP_THREADS))
      return TRUE;
  for (guint i = 0; i < run->n_links; i++)
    if (run->links[i].timeout_ns > 0 || run->links[i].retries > 0)
      return TRUE;
  return FALSE;
}

void
tb_rule_net_read (TbRuleRun *run)
{
  guint n_links = tb_model_count (run->model, TB_KIND_LINK);
  run->n_parts = tb_model_count (run->model, TB_KIND_COMPONENT);
  run->parts = g_new0 (TbRulePart, MAX (run->n_parts, 1));
  run->links = g_new0 (TbRuleLink, MAX (n_links, 1));
  run->index = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < run->n_parts; i++)
    read_part (run, i, run->index);
  for (guint i = 0; i < n_links; i++)
    read_link (run, tb_model_nth (run->model, TB_KIND_LINK, i));
  read_calls (run);
  run->described = is_described (run);
}

void
tb_rule_net_clear (TbRuleRun *run)
{
  for (guint i = 0; i < run->n_parts; i++)
    {
      g_array_unref (run->parts[i].out);
      g_array_unref (run->parts[i].in);
    }
  for (guint i = 0; i < run->n_links; i++)
    g_clear_pointer (&run->links[i].calls, g_ptr_array_unref);
  g_clear_pointer (&run->parts, g_free);
  g_clear_pointer (&run->links, g_free);
  g_clear_pointer (&run->index, g_hash_table_unref);
  g_clear_pointer (&run->failure, tb_failure_free);
  g_clear_pointer (&run->load, tb_rule_load_free);
  g_clear_pointer (&run->on, g_hash_table_unref);
}

TbFailure *
tb_rule_failure (TbRuleRun *run)
{
  if (run->failure == NULL)
    run->failure = tb_failure_new (run->model);
  return run->failure;
}

static void
put_on (GHashTable *on, const TbElement *device, guint part)
{
  GArray *parts = g_hash_table_lookup (on, device);
  if (parts == NULL)
    g_hash_table_insert (on, (gpointer) device, parts = g_array_new (FALSE, FALSE, sizeof (guint)));
  if (parts->len == 0 || g_array_index (parts, guint, parts->len - 1) != part)
    g_array_append_val (parts, part);
}

const GArray *
tb_rule_on_device (TbRuleRun *run, const TbElement *device)
{
  if (run->on == NULL)
    {
      run->on = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_array_unref);
      for (guint i = 0; i < run->n_parts; i++)
        for (guint r = 1; run->parts[i].tier != NULL && r <= run->parts[i].replicas; r++)
          put_on (run->on, tb_replica_device (run->model, run->parts[i].e, r), i);
    }
  return device != NULL ? g_hash_table_lookup (run->on, device) : NULL;
}

/* ---- Questions -------------------------------------------------------------------------------- */

guint
tb_rule_part_of (const TbRuleRun *run, const TbElement *component)
{
  guint found = component != NULL ? GPOINTER_TO_UINT (g_hash_table_lookup (run->index, component)) : 0;
  return found > 0 ? found - 1 : TB_NOBODY;
}

const TbRuleLink *
tb_rule_out (const TbRuleRun *run, guint part, guint nth)
{
  return &run->links[g_array_index (run->parts[part].out, guint, nth)];
}

const TbRuleLink *
tb_rule_in (const TbRuleRun *run, guint part, guint nth)
{
  return &run->links[g_array_index (run->parts[part].in, guint, nth)];
}

gboolean
tb_rule_link_does (const TbRuleLink *link, const char *op)
{
  for (guint i = 0; link->calls != NULL && i < link->calls->len; i++)
    if (g_strcmp0 (tb_element_get (link->calls->pdata[i], TB_PROP_OP), op) == 0)
      return TRUE;
  return FALSE;
}

double
tb_rule_times (const TbRuleLink *link)
{
  double times = 0;
  for (guint i = 0; link->calls != NULL && i < link->calls->len; i++)
    times += tb_element_get_number (link->calls->pdata[i], TB_PROP_SHARE)
             * tb_element_get_number (link->calls->pdata[i], TB_PROP_TIMES);
  return link->calls != NULL ? times : 1;
}

gboolean
tb_rule_is_ours (const TbRulePart *part)
{
  return part->role != TB_ROLE_EXTERNAL && tb_element_child_of (part->e, TB_KIND_COMMAND) == NULL
         && tb_element_child_of (part->e, TB_KIND_TEMPLATE) == NULL;
}

char *
tb_rule_duration (gint64 ns)
{
  char text[32];
  tb_duration_format (ns, text, sizeof text);
  return g_strdup (text);
}

/* ---- Circles ---------------------------------------------------------------------------------- */

/* Tarjan, SIAM J. Comput. 1(2) 1972; with a stack of its own, since a drawing may be a long chain. */
typedef struct
{
  const TbRuleRun *run;
  gboolean async_too;
  guint *order, *low, *next, *number; /* by part; order 0: not seen */
  GArray *path, *open;                /* of guint */
  guint seen, n;
} Circles;

static void
enter (Circles *c, guint part)
{
  c->order[part] = c->low[part] = ++c->seen;
  g_array_append_val (c->path, part);
  g_array_append_val (c->open, part);
}

static void
leave (Circles *c, guint part)
{
  g_array_set_size (c->path, c->path->len - 1);
  if (c->path->len > 0)
    {
      guint caller = g_array_index (c->path, guint, c->path->len - 1);
      c->low[caller] = MIN (c->low[caller], c->low[part]);
    }
  if (c->low[part] != c->order[part])
    return;
  guint member;
  do
    {
      member = g_array_index (c->open, guint, c->open->len - 1);
      g_array_set_size (c->open, c->open->len - 1);
      c->number[member] = c->n;
    }
  while (member != part);
  c->n++;
}

static void
visit (Circles *c, guint from)
{
  enter (c, from);
  while (c->path->len > 0)
    {
      guint part = g_array_index (c->path, guint, c->path->len - 1);
      if (c->next[part] == c->run->parts[part].out->len)
        {
          leave (c, part);
          continue;
        }
      const TbRuleLink *link = tb_rule_out (c->run, part, c->next[part]++);
      if (!link->sync && !c->async_too)
        continue;
      if (c->order[link->to] == 0)
        enter (c, link->to);
      else if (c->number[link->to] == TB_NOBODY)
        c->low[part] = MIN (c->low[part], c->order[link->to]);
    }
}

guint
tb_rule_circles (const TbRuleRun *run, gboolean async_too, guint *number)
{
  guint n = run->n_parts;
  Circles c = { run, async_too, g_new0 (guint, n + 1), g_new0 (guint, n + 1), g_new0 (guint, n + 1), number,
                g_array_new (FALSE, FALSE, sizeof (guint)), g_array_new (FALSE, FALSE, sizeof (guint)), 0, 0 };
  for (guint i = 0; i < n; i++)
    number[i] = TB_NOBODY;
  for (guint i = 0; i < n; i++)
    if (c.order[i] == 0)
      visit (&c, i);
  g_free (c.order);
  g_free (c.low);
  g_free (c.next);
  g_array_unref (c.path);
  g_array_unref (c.open);
  return c.n;
}
