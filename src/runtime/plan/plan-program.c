/* Commands and templates: what the agent is to execute for them. */
#include "plan-private.h"

#include <string.h>

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

/* The shell splits it, so names are filled in first: what they stand for has no blanks. */
static gboolean
add_shell_words (const TbScope *scope, const char *text, GPtrArray *argv, GError **error)
{
  char *expanded = tb_scope_expand (scope, text, error);
  if (expanded == NULL)
    return FALSE;
  g_ptr_array_add (argv, g_strdup ("/bin/sh"));
  g_ptr_array_add (argv, g_strdup ("-c"));
  g_ptr_array_add (argv, g_strstrip (expanded));
  return TRUE;
}

static gboolean
add_command_words (const TbScope *scope, GPtrArray *argv, GError **error)
{
  const char *text = tb_element_get (scope->part->by, TB_PROP_TEXT);
  if (tb_element_get_boolean (scope->part->by, TB_PROP_SHELL) && text != NULL)
    return add_shell_words (scope, text, argv, error);
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

/* (transfer full); empty: the instance's own directory. */
static char *
make_work_dir (const TbScope *scope, GError **error)
{
  const char *dir = scope->part->how == TB_PART_COMMAND
                      ? tb_element_get (scope->part->by, TB_PROP_DIR) : NULL;
  return tb_scope_expand (scope, dir ? dir : "", error);
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
  tb_plan_add_pair (files, path, content);
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

/* Appends text of the drawing as a person may be shown it: what would steer a terminal or turn the
 * writing round is spelled out, and a new line stays under its own entry. No two texts look alike. */
static void
append_shown (GString *out, const char *text)
{
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      GUnicodeType type = g_unichar_type (c);
      gboolean hidden = type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT
                        || type == G_UNICODE_LINE_SEPARATOR
                        || type == G_UNICODE_PARAGRAPH_SEPARATOR;
      if (c == '\n')
        g_string_append (out, "\n    ");
      else if ((hidden && c != '\t') || g_str_has_prefix (at, "\\u{"))
        g_string_append_printf (out, "\\u{%04X}", c);
      else
        g_string_append_unichar (out, c);
    }
}

static void
append_words (GString *out, const char *const *words)
{
  for (const char *const *word = words; *word != NULL; word++)
    {
      gboolean plain = **word != '\0' && strcspn (*word, " \t\n\"'\\;&|<>()*?[]#") == strlen (*word);
      g_autofree char *quoted = plain ? g_strdup (*word) : g_shell_quote (*word);
      g_string_append_c (out, ' ');
      append_shown (out, quoted);
    }
}

/* A line of its own: "  with NAME=VALUE". */
static void
append_entry (GString *out, const char *what, const char *first, const char *between,
              const char *second)
{
  g_string_append_printf (out, "\n  %s ", what);
  append_shown (out, first != NULL ? first : "");
  g_string_append (out, between);
  append_shown (out, second != NULL ? second : "");
}

/* Variables that the drawing sets and files that it writes can make a harmless command do anything,
 * so they are part of what is trusted. */
static void
append_inputs (GString *out, const TbScope *scope)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (tb_plan_pair_free);
  const TbElement *culprit = NULL;
  const TbElement *ready = tb_element_child_of (scope->part->element, TB_KIND_READY);
  const TbElement *alive = tb_element_child_of (scope->part->element, TB_KIND_ALIVE);
  for (guint i = 0; i < tb_element_n_children (scope->part->element); i++)
    {
      const TbElement *child = tb_element_child (scope->part->element, i);
      if (tb_element_kind (child) == TB_KIND_ENV)
        append_entry (out, "with", tb_element_get (child, TB_PROP_NAME), "=",
                      tb_element_get (child, TB_PROP_VALUE));
    }
  add_files (scope->planner, scope, files, &culprit, NULL);
  for (guint i = 0; i < files->len; i++)
    {
      const TbPlanPair *file = g_ptr_array_index (files, i);
      g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, file->value, -1);
      g_autofree char *content = g_strdup_printf (" (SHA-256 %s)", sum);
      append_entry (out, "file", file->name, content, NULL);
    }
  if (ready != NULL && g_strcmp0 (tb_element_get (ready, TB_PROP_KIND), "exec") == 0)
    append_entry (out, "probe:", tb_element_get (ready, TB_PROP_COMMAND), "", NULL);
  if (alive != NULL && scope->instance->alive.kind == TB_PLAN_PROBE_EXEC
      && tb_element_get (alive, TB_PROP_COMMAND) != NULL)
    append_entry (out, "probe:", tb_element_get (alive, TB_PROP_COMMAND), "", NULL);
  if (scope->part->how == TB_PART_COMMAND
      && tb_element_get (scope->part->by, TB_PROP_ENV_FILE) != NULL)
    append_entry (out, "with all of", tb_element_get (scope->part->by, TB_PROP_ENV_FILE), "", NULL);
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
  g_autofree char *work_dir = words != NULL ? make_work_dir (&shown, error) : NULL;
  if (work_dir == NULL)
    return FALSE;
  g_autoptr (GString) text = g_string_new (scope->part->id);
  g_string_append_c (text, ':');
  append_words (text, (const char *const *) words);
  if (*work_dir != '\0')
    {
      g_string_append (text, "\n  in");
      append_words (text, (const char *const[]) { work_dir, NULL });
    }
  if (*instance->user != '\0'
      && g_strcmp0 (instance->user, scope->planner->options->default_user) != 0)
    append_entry (text, "as user", instance->user, "", NULL);
  append_inputs (text, &shown);
  instance->trust_text = g_string_free (g_steal_pointer (&text), FALSE);
  return TRUE;
}

/* ---- All of it --------------------------------------------------------------------------------------- */

static gboolean
set_command_ways (const TbScope *scope, TbPlanInstance *instance, GError **error)
{
  const TbElement *command = scope->part->by;
  const char *env_file = tb_element_get (command, TB_PROP_ENV_FILE);
  instance->allow_io_uring = tb_element_get_boolean (command, TB_PROP_IO_URING);
  instance->terminal = tb_element_get_boolean (command, TB_PROP_TERMINAL);
  instance->processes_max = (guint) tb_element_get_integer (command, TB_PROP_PROCESSES);
  instance->env_file = env_file != NULL ? tb_scope_expand (scope, env_file, error) : NULL;
  return env_file == NULL || instance->env_file != NULL;
}

static gboolean
fill (TbScope *scope, TbPlanInstance *instance, const TbElement **culprit, GError **error)
{
  *culprit = scope->part->by;
  if ((scope->part->template != NULL && !fill_lets (scope, error))
      || (instance->argv = make_argv (scope, error)) == NULL
      || (instance->work_dir = make_work_dir (scope, error)) == NULL || !set_user (scope, instance, error))
    return FALSE;
  if (!tb_scope_set_environment (scope, instance, culprit, error)
      || !add_files (scope->planner, scope, instance->files, culprit, error))
    return FALSE;
  *culprit = tb_element_child_of (scope->part->element, TB_KIND_READY);
  if (!tb_scope_set_ready (scope, instance, error))
    return FALSE;
  *culprit = tb_element_child_of (scope->part->element, TB_KIND_ALIVE);
  if (!tb_scope_set_alive (scope, instance, error))
    return FALSE;
  tb_part_set_restart (scope->part, instance);
  *culprit = tb_element_child_of (scope->part->element, TB_KIND_STOP);
  if (!tb_part_set_stop (scope->part, instance, error))
    return FALSE;
  *culprit = scope->part->by;
  if (scope->part->template != NULL)
    instance->package = g_strdup (scope->part->template->package);
  if (scope->part->how == TB_PART_COMMAND && !set_command_ways (scope, instance, error))
    return FALSE;
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
