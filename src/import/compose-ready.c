/* A healthcheck of a container is a command in it. What the command asks is known for those that everybody writes; a
 * built-in part or a template answers for itself. */
#include "compose-private.h"

#include <string.h>

#include "tb-base.h"

typedef struct
{
  const char *kind; /* of <ready> */
  char *path, *command;
  guint port;
} Probe;

/* The command of test: [CMD, …], [CMD-SHELL, …] or a text; NULL: none, or NONE. */
static char *
test_command (const TbYaml *test)
{
  if (test == NULL || test->type != TB_YAML_SEQUENCE)
    return g_strdup (tb_yaml_text (test));
  const char *how = tb_yaml_text (tb_yaml_nth (test, 0));
  if (g_strcmp0 (how, "CMD-SHELL") == 0)
    return g_strdup (tb_yaml_text (tb_yaml_nth (test, 1)));
  if (g_strcmp0 (how, "CMD") != 0)
    return NULL;
  g_autofree char *all = tb_compose_command_line (test);
  return g_strdup (all + strlen ("CMD") + (all[strlen ("CMD")] == ' '));
}

/* http://localhost:8080/health */
static void
read_url (const char *url, Probe *probe)
{
  const char *host = strstr (url, "://") + 3;
  gsize length = strcspn (host, "/ \t\"'|;&)");
  g_autofree char *authority = g_strndup (host, length);
  const char *colon = strrchr (authority, ':');
  probe->kind = "http";
  probe->port = colon != NULL ? (guint) g_ascii_strtoull (colon + 1, NULL, 10) : 80;
  if (host[length] == '/')
    probe->path = g_strndup (host + length, strcspn (host + length, " \t\"'|;&)"));
}

/* nc -z localhost 5432 */
static guint
last_number (const char *text)
{
  guint port = 0;
  g_auto (GStrv) words = g_strsplit_set (text, " :\t|&;", -1);
  for (guint i = 0; words[i] != NULL; i++)
    {
      char *end;
      guint64 value = g_ascii_strtoull (words[i], &end, 10);
      if (end != words[i] && *end == '\0' && value > 0 && value <= 65535)
        port = (guint) value;
    }
  return port;
}

static Probe
read_probe (const char *command)
{
  Probe probe = { 0 };
  const char *url = strstr (command, "http://");
  if (url != NULL)
    read_url (url, &probe);
  else if (strstr (command, "pg_isready") != NULL)
    probe.kind = "postgresql";
  else if (strstr (command, "redis-cli") != NULL && strstr (command, "ping") != NULL)
    probe.kind = "resp";
  else if (g_str_has_prefix (command, "nc ") && (probe.port = last_number (command)) > 0)
    probe.kind = "tcp";
  else
    {
      probe.kind = "exec";
      probe.command = g_strdup (command);
    }
  return probe;
}

static void
set_ns (TbCompose *compose, TbUid uid, TbProp prop, gint64 ns, guint line)
{
  char text[32];
  if (ns <= 0)
    return;
  tb_duration_format (ns, text, sizeof text);
  tb_build_set (compose->build, uid, prop, text, line);
}

/* As long as Docker waits before it calls it unhealthy, and no shorter than we do. */
static gint64
patience (const TbYaml *check)
{
  gint64 interval = tb_compose_duration (tb_yaml_get_text (check, "interval"));
  gint64 start = tb_compose_duration (tb_yaml_get_text (check, "start_period"));
  const char *retries = tb_yaml_get_text (check, "retries");
  gint64 n = retries != NULL ? CLAMP (g_ascii_strtoll (retries, NULL, 10), 1, 1000) : 3;
  gint64 ns = start + n * (interval > 0 ? MIN (interval, 3600 * TB_NS_PER_S) : 30 * TB_NS_PER_S);
  return ns > 30 * TB_NS_PER_S ? ns : 0;
}

static void
add_ready (TbCompose *compose, const TbComposeService *service, const TbYaml *check, const Probe *probe)
{
  char number[16];
  guint line = check->line;
  TbUid uid = tb_build_child (compose->build, TB_KIND_READY, service->uid, line);
  g_snprintf (number, sizeof number, "%u", probe->port);
  tb_build_set (compose->build, uid, TB_PROP_KIND, probe->kind, line);
  if (probe->port > 0)
    tb_build_set (compose->build, uid, TB_PROP_PORT, number, line);
  tb_build_set (compose->build, uid, TB_PROP_PATH, probe->path, line);
  if (probe->command != NULL)
    {
      g_auto (GStrv) parts = g_strsplit (probe->command, "${", -1);
      g_autofree char *escaped = g_strjoinv ("$${", parts);
      tb_build_set (compose->build, uid, TB_PROP_COMMAND, escaped, line);
    }
  set_ns (compose, uid, TB_PROP_INTERVAL, tb_compose_duration (tb_yaml_get_text (check, "interval")), line);
  set_ns (compose, uid, TB_PROP_WITHIN, tb_compose_duration (tb_yaml_get_text (check, "timeout")), line);
  set_ns (compose, uid, TB_PROP_TIMEOUT, patience (check), line);
}

void
tb_compose_make_ready (TbCompose *compose, const TbComposeService *service)
{
  const TbYaml *check = tb_yaml_get (service->node, "healthcheck");
  g_autofree char *command = test_command (tb_yaml_get (check, "test"));
  if (command == NULL || tb_yaml_boolean (tb_yaml_get (check, "disable"), FALSE))
    return;
  const TbElement *component = tb_model_get (tb_build_model (compose->build), service->uid);
  const char *drop = NULL;
  Probe probe = read_probe (command);
  if (tb_element_child_of (component, TB_KIND_TEMPLATE) != NULL)
    drop = "its healthcheck is left out: the template knows by itself when it is ready";
  else if (!service->command && !g_str_equal (probe.kind, "http"))
    drop = "its healthcheck is left out: the part that stands in for it knows by itself when it is ready";
  if (drop == NULL)
    add_ready (compose, service, check, &probe);
  else
    tb_compose_gather (compose, TB_SEVERITY_INFO, TB_IMPORT_ASSUMED, service->file, check->line, service->name, drop);
  g_free (probe.path);
  g_free (probe.command);
}
