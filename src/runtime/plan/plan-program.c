/* Commands and templates: what the agent is to execute for them. */
#include "plan-private.h"

#include <signal.h>
#include <string.h>

static void
add_pair (GPtrArray *pairs, const char *name, const char *value)
{
  TbPlanPair *pair = g_new0 (TbPlanPair, 1);
  pair->name = g_strdup (name);
  pair->value = g_strdup (value);
  g_ptr_array_add (pairs, pair);
}

/* ---- Conditions and lets of templates ------------------------------------------------------------ */

typedef struct
{
  const TbScope *scope;
  char text[24];
} Conditions;

static const char *
condition_value (const char *name, gpointer data)
{
  Conditions *c = data;
  const TbPart *part = c->scope->part;
  guint number = g_str_equal (name, "replica")    ? c->scope->instance->replica
                 : g_str_equal (name, "replicas") ? part->n
                 : g_str_equal (name, "links")    ? part->links->len
                                                  : G_MAXUINT;
  if (g_str_has_prefix (name, "param."))
    return g_hash_table_lookup (part->params, name + 6);
  if (number == G_MAXUINT)
    return NULL;
  g_snprintf (c->text, sizeof c->text, "%u", number);
  return c->text;
}

static gboolean
when (const TbScope *scope, const char *condition)
{
  Conditions c = { .scope = scope };
  return tb_template_when (condition, condition_value, &c);
}

static char *
expand_each_link (TbScope *scope, const char *text, GError **error)
{
  g_autoptr (GString) all = g_string_new (NULL);
  gboolean good = TRUE;
  for (guint i = 0; good && i < scope->part->links->len; i++)
    {
      scope->each = g_ptr_array_index (scope->part->links, i);
      g_autofree char *one = tb_scope_expand (scope, text, error);
      good = one != NULL;
      if (good)
        g_string_append (all, one);
    }
  scope->each = NULL;
  return good ? g_string_free (g_steal_pointer (&all), FALSE) : NULL;
}

/* The first of a name whose condition holds; one that never holds is empty. */
static gboolean
fill_lets (TbScope *scope, GError **error)
{
  const GPtrArray *lets = scope->part->template->lets;
  for (guint i = 0; i < lets->len; i++)
    {
      const TbTemplateText *let = g_ptr_array_index (lets, i);
      const char *before = g_hash_table_lookup (scope->lets, let->name);
      if (before != NULL && *before != '\0')
        continue;
      const char *text = let->text && when (scope, let->when) ? let->text : "";
      char *value = let->each_link ? expand_each_link (scope, text, error)
                                   : tb_scope_expand (scope, text, error);
      if (value == NULL)
        return FALSE;
      g_hash_table_insert (scope->lets, g_strdup (let->name), value);
    }
  return TRUE;
}

/* ---- Command line -------------------------------------------------------------------------------- */

/* Splits first and expands then: a value with a blank in it stays one word. */
static gboolean
add_words (const TbScope *scope, const char *text, GPtrArray *argv, GError **error)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) why = NULL;
  if (!g_shell_parse_argv (text ? text : "", NULL, &words, &why))
    {
      if (g_error_matches (why, G_SHELL_ERROR, G_SHELL_ERROR_EMPTY_STRING))
        g_set_error (error, TB_PLAN_ERROR, TB_PLAN_ERROR_VALUE, "the command is empty");
      else
        g_set_error (error, TB_PLAN_ERROR, TB_PLAN_ERROR_VALUE,
                     "the command has a quote that does not end");
      return FALSE;
    }
  for (char **word = words; *word != NULL; word++)
    {
      char *expanded = tb_scope_expand (scope, *word, error);
      if (expanded == NULL)
        return FALSE;
      g_ptr_array_add (argv, expanded);
    }
  return TRUE;
}

static gboolean
add_template_words (const TbScope *scope, GPtrArray *argv, GError **error)
{
  const TbTemplate *template = scope->part->template;
  if (!add_words (scope, template->command, argv, error))
    return FALSE;
  for (guint i = 0; i < template->arguments->len; i++)
    {
      const TbTemplateText *argument = g_ptr_array_index (template->arguments, i);
      if (when (scope, argument->when) && !add_words (scope, argument->text, argv, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
add_command_words (const TbScope *scope, GPtrArray *argv, GError **error)
{
  const char *dir = tb_element_get (scope->part->by, TB_PROP_DIR);
  if (dir != NULL)
    {
      char *expanded = tb_scope_expand (scope, dir, error);
      if (expanded == NULL)
        return FALSE;
      g_ptr_array_add (argv, g_strdup ("env"));
      g_ptr_array_add (argv, g_strdup ("-C"));
      g_ptr_array_add (argv, expanded);
    }
  return add_words (scope, tb_element_get (scope->part->by, TB_PROP_TEXT), argv, error);
}

static GStrv
make_argv (const TbScope *scope, GError **error)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  if (!(scope->part->template ? add_template_words (scope, argv, error)
                              : add_command_words (scope, argv, error)))
    return NULL;
  g_ptr_array_add (argv, NULL);
  return (GStrv) g_ptr_array_steal (argv, NULL);
}

/* ---- Environment: the conventions programs already know -------------------------------------------- */

static char *
variable_name (const char *prefix, const char *id, const char *suffix)
{
  char *name = g_strconcat (prefix, id, suffix, NULL);
  for (char *p = name; *p != '\0'; p++)
    *p = *p == '-' ? '_' : g_ascii_toupper (*p);
  return name;
}

static void
set_variable (TbPlanInstance *instance, const char *name, const char *value, gboolean replace)
{
  for (guint i = 0; i < instance->env->len; i++)
    {
      TbPlanPair *pair = g_ptr_array_index (instance->env, i);
      if (!g_str_equal (pair->name, name))
        continue;
      if (replace)
        {
          g_free (pair->value);
          pair->value = g_strdup (value);
        }
      return;
    }
  add_pair (instance->env, name, value);
}

static void
set_number (TbPlanInstance *instance, const char *name, guint value)
{
  g_autofree char *text = g_strdup_printf ("%u", value);
  set_variable (instance, name, text, FALSE);
}

static void
set_own_variables (const TbScope *scope, TbPlanInstance *instance)
{
  g_autofree char *host = tb_plan_address_text (instance->address);
  g_autofree char *peers = tb_scope_expand (scope, "${peers}", NULL);
  const TbPlanPort *port = tb_part_port (scope->part, NULL);
  set_variable (instance, "HOST", host, FALSE);
  if (port != NULL)
    set_number (instance, "PORT", port->port);
  for (guint i = 0; i < scope->part->ports->len; i++)
    {
      const TbPlanPort *p = g_ptr_array_index (scope->part->ports, i);
      g_autofree char *name = variable_name ("PORT_", p->name ? p->name : "", "");
      set_number (instance, name, p->port);
    }
  set_variable (instance, "TIERBOARD_NODE", instance->id, FALSE);
  set_variable (instance, "TIERBOARD_COMPONENT", instance->component_id, FALSE);
  set_number (instance, "TIERBOARD_REPLICA", instance->replica);
  set_number (instance, "TIERBOARD_REPLICAS", scope->part->n);
  set_variable (instance, "TIERBOARD_DEVICE", instance->device, FALSE);
  set_variable (instance, "TIERBOARD_DIR", scope->dir, FALSE);
  set_variable (instance, "TIERBOARD_PEERS", peers, FALSE);
  set_variable (instance, "OTEL_SERVICE_NAME", instance->component_id, FALSE);
}

/* STORE_HOST, STORE_PORT, STORE_URL, STORE_URI, and what Kubernetes and Aspire set. */
static void
set_endpoint (TbPlanInstance *instance, const char *id, const char *host, const char *port,
              const char *url)
{
  const struct
  {
    const char *suffix, *value;
  } rows[] = { { "_HOST", host }, { "_PORT", port }, { "_URL", url }, { "_URI", url },
               { "_SERVICE_HOST", host }, { "_SERVICE_PORT", port } };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *name = variable_name ("", id, rows[i].suffix);
      set_variable (instance, name, rows[i].value, FALSE);
    }
}

static void
set_link_variables (const TbScope *scope, TbPlanInstance *instance, const TbPlanLink *link)
{
  g_autofree char *host = tb_planner_link_host (scope->planner, link);
  g_autofree char *url = tb_planner_link_url (scope->planner, link);
  g_autofree char *port = g_strdup_printf ("%u", link->port);
  g_autofree char *scheme = g_strndup (url, strcspn (url, ":"));
  g_autoptr (GPtrArray) targets = tb_planner_link_addresses (scope->planner, link);
  set_endpoint (instance, link->to_component, host, port, url);
  set_endpoint (instance, link->id, host, port, url);
  for (guint i = 0; i < targets->len; i++)
    {
      g_autofree char *name
        = g_strdup_printf ("services__%s__%s__%u", link->to_component, scheme, i);
      g_autofree char *value
        = g_strdup_printf ("%s://%s", scheme, (char *) g_ptr_array_index (targets, i));
      set_variable (instance, name, value, FALSE);
    }
}

static gboolean
set_drawn_variable (const TbScope *scope, TbPlanInstance *instance, const TbElement *env,
                    GError **error)
{
  const char *name = tb_element_get (env, TB_PROP_NAME);
  const char *text = tb_element_get (env, TB_PROP_VALUE);
  g_autofree char *value = tb_scope_expand (scope, text ? text : "", error);
  if (value == NULL)
    return FALSE;
  if (name == NULL || *name == '\0' || strchr (name, '='))
    {
      g_set_error (error, TB_PLAN_ERROR, TB_PLAN_ERROR_VALUE, "“%s” is no name of a variable",
                   name ? name : "");
      return FALSE;
    }
  set_variable (instance, name, value, TRUE);
  return TRUE;
}

/* ---- Files ---------------------------------------------------------------------------------------- */

static gboolean
add_file (const TbScope *scope, const char *path, const char *text, GPtrArray *files,
          GError **error)
{
  g_auto (GStrv) parts = g_strsplit (path ? path : "", "/", -1);
  if (path == NULL || *path == '\0' || *path == '/' || g_strv_contains ((const char *const *) parts, ".."))
    {
      g_set_error (error, TB_PLAN_ERROR, TB_PLAN_ERROR_VALUE,
                   "the file “%s” does not lie below ${dir}", path ? path : "");
      return FALSE;
    }
  g_autofree char *content = tb_scope_expand (scope, text ? text : "", error);
  if (content == NULL)
    return FALSE;
  add_pair (files, path, content);
  return TRUE;
}

static gboolean
add_files (const TbPlanner *planner, const TbScope *scope, GPtrArray *files,
           const TbElement **culprit, GError **error)
{
  const TbTemplate *template = scope->part->template;
  for (guint i = 0; template != NULL && i < template->files->len; i++)
    {
      const TbTemplateText *file = g_ptr_array_index (template->files, i);
      if (when (scope, file->when) && !add_file (scope, file->name, file->text, files, error))
        return FALSE;
    }
  for (guint i = 0; i < tb_element_n_children (scope->part->element); i++)
    {
      const TbElement *child = tb_element_child (scope->part->element, i);
      *culprit = child;
      if (tb_element_kind (child) == TB_KIND_FILE
          && !add_file (scope, tb_element_get (child, TB_PROP_NAME),
                        tb_element_get (child, TB_PROP_TEXT), files, error))
        return FALSE;
    }
  *culprit = NULL;
  return TRUE;
}

static gboolean
set_environment (const TbScope *scope, TbPlanInstance *instance, const TbElement **culprit,
                 GError **error)
{
  set_own_variables (scope, instance);
  for (guint i = 0; i < scope->part->links->len; i++)
    set_link_variables (scope, instance, g_ptr_array_index (scope->part->links, i));
  for (guint i = 0; i < tb_element_n_children (scope->part->element); i++)
    {
      const TbElement *child = tb_element_child (scope->part->element, i);
      *culprit = child;
      if (tb_element_kind (child) == TB_KIND_ENV
          && !set_drawn_variable (scope, instance, child, error))
        return FALSE;
    }
  *culprit = NULL;
  return TRUE;
}

/* ---- Readiness and stop ---------------------------------------------------------------------------- */

static TbPlanProbe
probe_from_name (const char *name)
{
  static const char *const names[] = { "none", "notify", "tcp", "http", "resp", "log", "exec" };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i], name))
      return (TbPlanProbe) i;
  return TB_PLAN_PROBE_TCP;
}

/* What the drawing or the template says of readiness, before names are filled in. */
typedef struct
{
  TbPlanProbe kind;
  guint16 port;
  const char *path, *pattern, *command;
  gint64 timeout_ns;
} Ready;

static Ready
default_ready (const TbPart *part)
{
  const TbPlanPort *port = tb_part_port (part, NULL);
  Ready ready = { .kind = TB_PLAN_PROBE_NONE, .port = port ? port->port : 0,
                  .timeout_ns = 30 * TB_NS_PER_S };
  if (port != NULL && g_strcmp0 (port->protocol, "udp") != 0)
    ready.kind = g_strcmp0 (port->protocol, "resp") == 0 ? TB_PLAN_PROBE_RESP : TB_PLAN_PROBE_TCP;
  return ready;
}

static Ready
find_ready (const TbPart *part)
{
  Ready ready = default_ready (part);
  const TbElement *element = tb_element_child_of (part->element, TB_KIND_READY);
  if (part->template != NULL && part->template->probe != NULL)
    {
      ready.kind = probe_from_name (part->template->probe);
      ready.path = part->template->probe_path;
      ready.pattern = ready.command = part->template->probe_match;
      ready.timeout_ns = part->template->ready_timeout_ns;
    }
  if (element == NULL)
    return ready;
  ready.kind = probe_from_name (tb_element_get (element, TB_PROP_KIND));
  if (tb_element_is_set (element, TB_PROP_PORT))
    ready.port = (guint16) tb_element_get_integer (element, TB_PROP_PORT);
  ready.path = tb_element_get (element, TB_PROP_PATH);
  ready.pattern = tb_element_get (element, TB_PROP_PATTERN);
  ready.command = tb_element_get (element, TB_PROP_COMMAND);
  ready.timeout_ns = tb_element_get_ns (element, TB_PROP_TIMEOUT);
  return ready;
}

static char *
probe_argument (const TbScope *scope, const Ready *ready, GError **error)
{
  gboolean needs_port = ready->kind == TB_PLAN_PROBE_TCP || ready->kind == TB_PLAN_PROBE_HTTP
                        || ready->kind == TB_PLAN_PROBE_RESP;
  if (needs_port && ready->port == 0)
    {
      g_set_error (error, TB_PLAN_ERROR, TB_PLAN_ERROR_VALUE,
                   "its readiness is to be probed at a port, and it has none");
      return NULL;
    }
  if (ready->kind == TB_PLAN_PROBE_HTTP)
    return g_strdup_printf ("%u %s", ready->port, ready->path ? ready->path : "/");
  if (needs_port)
    return g_strdup_printf ("%u", ready->port);
  const char *text = ready->kind == TB_PLAN_PROBE_LOG    ? ready->pattern
                     : ready->kind == TB_PLAN_PROBE_EXEC ? ready->command
                                                         : "";
  return ready->kind == TB_PLAN_PROBE_EXEC ? tb_scope_expand (scope, text ? text : "", error)
                                           : g_strdup (text ? text : "");
}

static gboolean
set_ready (const TbScope *scope, TbPlanInstance *instance, GError **error)
{
  const Ready ready = find_ready (scope->part);
  instance->probe = ready.kind;
  instance->probe_argument = probe_argument (scope, &ready, error);
  instance->ready_timeout_ns = ready.timeout_ns;
  return instance->probe_argument != NULL;
}

static void
set_stop (const TbPart *part, TbPlanInstance *instance)
{
  const TbElement *stop = tb_element_child_of (part->element, TB_KIND_STOP);
  instance->stop_signal = part->template ? part->template->stop_signal : SIGTERM;
  instance->stop_grace_ns = part->template ? part->template->stop_grace_ns : 5 * TB_NS_PER_S;
  if (stop == NULL)
    return;
  int number = tb_signal_from_name (tb_element_get (stop, TB_PROP_SIGNAL));
  instance->stop_signal = number != 0 ? number : SIGTERM;
  instance->stop_grace_ns = tb_element_get_ns (stop, TB_PROP_GRACE);
}

static gboolean
set_user (const TbScope *scope, TbPlanInstance *instance, GError **error)
{
  const TbPart *part = scope->part;
  const char *text = part->template ? part->template->user : tb_element_get (part->by, TB_PROP_USER);
  const char *fallback = scope->planner->options->default_user;
  instance->user = tb_scope_expand (scope, text ? text : "", error);
  if (instance->user == NULL)
    return FALSE;
  if (*instance->user == '\0')
    {
      g_free (instance->user);
      instance->user = g_strdup (fallback ? fallback : "");
    }
  return TRUE;
}

/* ---- Trust ------------------------------------------------------------------------------------------ */

static void
append_words (GString *out, char **words)
{
  for (char **word = words; *word != NULL; word++)
    {
      gboolean plain = **word != '\0' && strcspn (*word, " \t\n\"'\\;&|<>()*?[]#") == strlen (*word);
      g_autofree char *quoted = plain ? g_strdup (*word) : g_shell_quote (*word);
      g_string_append_printf (out, " %s", quoted);
    }
}

/* Variables that the drawing sets and files that it writes can make a harmless command do anything,
 * so they are part of what is trusted. */
static void
append_inputs (GString *out, const TbScope *scope)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (tb_plan_pair_free);
  const TbElement *culprit = NULL;
  const TbElement *ready = tb_element_child_of (scope->part->element, TB_KIND_READY);
  for (guint i = 0; i < tb_element_n_children (scope->part->element); i++)
    {
      const TbElement *child = tb_element_child (scope->part->element, i);
      if (tb_element_kind (child) == TB_KIND_ENV)
        g_string_append_printf (out, "\n  with %s=%s", tb_element_get (child, TB_PROP_NAME),
                                tb_element_get (child, TB_PROP_VALUE));
    }
  add_files (scope->planner, scope, files, &culprit, NULL);
  for (guint i = 0; i < files->len; i++)
    {
      const TbPlanPair *file = g_ptr_array_index (files, i);
      g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, file->value, -1);
      g_string_append_printf (out, "\n  file %s (SHA-256 %s)", file->name, sum);
    }
  if (ready != NULL && g_strcmp0 (tb_element_get (ready, TB_PROP_KIND), "exec") == 0)
    g_string_append_printf (out, "\n  probe: %s", tb_element_get (ready, TB_PROP_COMMAND));
}

static gboolean
set_trust_text (const TbScope *scope, TbPlanInstance *instance, GError **error)
{
  TbScope shown = *scope;
  g_autoptr (GHashTable) lets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  shown.for_trust = TRUE;
  shown.lets = lets;
  if (shown.part->template != NULL && !fill_lets (&shown, error))
    return FALSE;
  g_auto (GStrv) words = make_argv (&shown, error);
  if (words == NULL)
    return FALSE;
  g_autoptr (GString) text = g_string_new (scope->part->id);
  g_string_append_c (text, ':');
  append_words (text, words);
  if (*instance->user != '\0'
      && g_strcmp0 (instance->user, scope->planner->options->default_user) != 0)
    g_string_append_printf (text, "\n  as user %s", instance->user);
  append_inputs (text, &shown);
  instance->trust_text = g_string_free (g_steal_pointer (&text), FALSE);
  return TRUE;
}

/* ---- All of it --------------------------------------------------------------------------------------- */

static gboolean
fill (TbScope *scope, TbPlanInstance *instance, const TbElement **culprit, GError **error)
{
  *culprit = scope->part->by;
  if ((scope->part->template != NULL && !fill_lets (scope, error))
      || (instance->argv = make_argv (scope, error)) == NULL || !set_user (scope, instance, error))
    return FALSE;
  if (!set_environment (scope, instance, culprit, error)
      || !add_files (scope->planner, scope, instance->files, culprit, error))
    return FALSE;
  *culprit = tb_element_child_of (scope->part->element, TB_KIND_READY);
  if (!set_ready (scope, instance, error))
    return FALSE;
  *culprit = scope->part->by;
  set_stop (scope->part, instance);
  if (scope->part->how == TB_PART_COMMAND)
    instance->allow_io_uring = tb_element_get_boolean (scope->part->by, TB_PROP_IO_URING);
  return set_trust_text (scope, instance, error);
}

gboolean
tb_planner_fill_program (TbPlanner *planner, const TbPart *part, TbPlanInstance *instance,
                         GError **error)
{
  g_autofree char *dir = g_strdup_printf ("%s/%s-%u", planner->options->run_dir, part->id,
                                          instance->replica);
  g_autoptr (GHashTable) lets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  TbScope scope = { .planner = planner, .part = part, .instance = instance, .dir = dir,
                    .lets = lets };
  const TbElement *culprit = NULL;
  g_autoptr (GError) why = NULL;
  if (fill (&scope, instance, &culprit, &why))
    return TRUE;
  return tb_planner_fail (planner, culprit ? culprit : part->element, (TbPlanError) why->code, error,
                          "%s: %s", part->title, why->message);
}
