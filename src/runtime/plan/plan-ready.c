/* When a program counts as ready, and how it is asked to end. */
#include "plan-private.h"

#include <signal.h>

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

gboolean
tb_scope_set_ready (const TbScope *scope, TbPlanInstance *instance, GError **error)
{
  const Ready ready = find_ready (scope->part);
  instance->probe = ready.kind;
  instance->probe_argument = probe_argument (scope, &ready, error);
  instance->ready_timeout_ns = ready.timeout_ns;
  return instance->probe_argument != NULL;
}

static gboolean
read_exits (const char *text, GArray *exits, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (text ? text : "", " \t\n", -1);
  for (char **word = words; *word != NULL; word++)
    {
      guint64 number;
      if (**word == '\0')
        continue;
      if (!g_ascii_string_to_unsigned (*word, 10, 0, 255, &number, NULL))
        {
          g_set_error (error, TB_PLAN_ERROR, TB_PLAN_ERROR_VALUE,
                       "the clean exit “%s” is no number from 0 to 255", *word);
          return FALSE;
        }
      guint32 status = (guint32) number;
      g_array_append_val (exits, status);
    }
  return TRUE;
}

gboolean
tb_part_set_stop (const TbPart *part, TbPlanInstance *instance, GError **error)
{
  const TbElement *stop = tb_element_child_of (part->element, TB_KIND_STOP);
  instance->stop_signal = part->template ? part->template->stop_signal : SIGTERM;
  instance->stop_grace_ns = part->template ? part->template->stop_grace_ns : 5 * TB_NS_PER_S;
  const char *exits = stop != NULL ? tb_element_get (stop, TB_PROP_EXITS) : NULL;
  if (exits == NULL && part->template != NULL)
    exits = part->template->stop_exits;
  if (!read_exits (exits, instance->clean_exits, error))
    return FALSE;
  if (stop == NULL)
    return TRUE;
  int number = tb_signal_from_name (tb_element_get (stop, TB_PROP_SIGNAL));
  instance->stop_signal = number != 0 ? number : SIGTERM;
  instance->stop_grace_ns = tb_element_get_ns (stop, TB_PROP_GRACE);
  return TRUE;
}
