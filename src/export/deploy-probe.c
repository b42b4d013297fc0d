#include "deploy-private.h"

#include <string.h>

#include "tb-base.h"

gint64
tb_deploy_seconds (gint64 ns, gint64 otherwise)
{
  return ns > 0 ? MAX ((ns + TB_NS_PER_S / 2) / TB_NS_PER_S, 1) : otherwise;
}

guint
tb_deploy_probe_port (const TbDeployUnit *unit, const TbPlanAsk *ask)
{
  guint port = ask->argument != NULL ? (guint) g_ascii_strtoull (ask->argument, NULL, 10) : 0;
  if (port > 0 && port <= 65535 && ask->kind != TB_PLAN_PROBE_EXEC && ask->kind != TB_PLAN_PROBE_LOG)
    return port;
  return unit->instance->ports->len > 0 ? ((TbPlanPort *) unit->instance->ports->pdata[0])->port : 0;
}

char *
tb_deploy_probe_command (const TbDeployUnit *unit, const TbPlanAsk *ask)
{
  guint port = tb_deploy_probe_port (unit, ask);
  const char *path = ask->argument != NULL ? strchr (ask->argument, '/') : NULL;
  gboolean redis = unit->known != NULL && g_str_equal (unit->known->image, "redis:7");
  gboolean postgres = unit->known != NULL && g_str_equal (unit->known->template, "postgresql");
  if (postgres)
    return g_strdup_printf ("pg_isready -q -h 127.0.0.1 -p %u", port);
  if (ask->kind == TB_PLAN_PROBE_RESP && redis)
    return g_strdup_printf ("redis-cli -p %u ping", port);
  if (ask->kind == TB_PLAN_PROBE_EXEC && unit->argv != NULL)
    return g_strdup (ask->argument);
  if (port == TB_DEPLOY_UNKNOWN_PORT || ask->kind != TB_PLAN_PROBE_HTTP || unit->instance->builtin
      || (unit->known != NULL && !unit->known->shell))
    return NULL;
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u%s", port, path != NULL ? path : "/");
  g_autofree char *quoted = g_shell_quote (url);
  return g_strdup_printf ("wget -q -O /dev/null %s || curl -fsS -o /dev/null %s", quoted, quoted);
}

/* As the argument of printf %b: one line, whatever the file has. */
static char *
one_line (const char *text)
{
  GString *out = g_string_new (NULL);
  for (const char *p = text; *p != '\0'; p++)
    if (*p == '\n')
      g_string_append (out, "\\n");
    else if (*p == '\\')
      g_string_append (out, "\\\\");
    else
      g_string_append_c (out, *p);
  return g_string_free (out, FALSE);
}

/* One line, too. */
static void
append_quoted (GString *line, const char *word)
{
  g_autofree char *escaped = one_line (word);
  g_autofree char *quoted = g_shell_quote (strchr (word, '\n') != NULL ? escaped : word);
  g_string_append_printf (line, strchr (word, '\n') != NULL ? "\"$(printf %%b %s)\"" : "%s", quoted);
}

static void
append_word (GString *line, const char *word)
{
  gboolean plain = *word != '\0' && strspn (word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                                  "_./:,=+@%-") == strlen (word)
                   && strstr (word, TB_DEPLOY_RUN_DIR) == NULL;
  g_string_append (line, line->len > 0 ? " " : "");
  if (plain)
    g_string_append (line, word);
  else
    append_quoted (line, word);
}

static gboolean
needs_folder (const TbDeployUnit *unit)
{
  if (unit->known != NULL && unit->image != NULL) /* its image has it */
    return FALSE;
  for (guint i = 0; unit->argv != NULL && unit->argv[i] != NULL; i++)
    if (strstr (unit->argv[i], unit->dir) != NULL)
      return TRUE;
  return FALSE;
}

gboolean
tb_deploy_needs_shell (const TbDeployUnit *unit)
{
  return unit->argv != NULL && (unit->known == NULL || unit->known->shell) && !unit->instance->builtin
         && (unit->files->len > 0 || needs_folder (unit));
}

/* Every folder of the plan stands between quotes, which are left for the one that the shell knows. Takes line. */
static char *
at_home (const TbDeployUnit *unit, char *line)
{
  g_autofree char *owned = line;
  g_auto (GStrv) parts = g_strsplit (line, TB_DEPLOY_RUN_DIR, -1);
  g_autofree char *joined = g_strjoinv ("'\"$TB\"'", parts);
  return parts[1] == NULL ? g_steal_pointer (&owned) : g_strdup_printf ("TB=\"%s\" && %s", unit->home, joined);
}

char *
tb_deploy_shell_line (const TbDeployUnit *unit)
{
  g_autoptr (GHashTable) folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GString *line = g_string_new (NULL);
  g_autoptr (GString) words = g_string_new (NULL);
  for (guint i = 0; unit->argv[i] != NULL; i++)
    append_word (words, unit->argv[i]);
  gboolean needs_dir = needs_folder (unit);
  for (guint i = 0; i < unit->files->len + needs_dir; i++)
    {
      const TbPlanPair *file = i < unit->files->len ? unit->files->pdata[i] : NULL;
      char *folder = file != NULL ? g_path_get_dirname (file->name) : g_strdup (unit->dir);
      g_autofree char *quoted = g_shell_quote (folder);
      if (g_hash_table_add (folders, folder))
        g_string_append_printf (line, "mkdir -p %s && ", quoted);
      if (file == NULL)
        continue;
      g_autofree char *content = one_line (file->value);
      g_autofree char *text = g_shell_quote (content), *path = g_shell_quote (file->name);
      g_string_append_printf (line, "printf %%b %s >%s && ", text, path);
    }
  for (guint i = 0; unit->image == NULL && i < unit->env->len; i++)
    {
      const TbPlanPair *pair = g_ptr_array_index (unit->env, i);
      g_string_append_printf (line, "export %s=", pair->name);
      append_quoted (line, pair->value);
      g_string_append (line, " && ");
    }
  if (unit->image == NULL && unit->instance->work_dir != NULL && *unit->instance->work_dir != '\0')
    {
      g_autofree char *quoted = g_shell_quote (unit->instance->work_dir);
      g_string_append_printf (line, "cd %s && ", quoted);
    }
  g_string_append_printf (line, "exec %s", words->str);
  return unit->home == NULL ? g_string_free (line, FALSE) : at_home (unit, g_string_free (line, FALSE));
}
