/* When a program counts as ready and as working, when it is started again, and how it is asked to
 * end. */
#include "plan-private.h"

#include <signal.h>
#include <string.h>

static TbPlanProbe
probe_from_name (const char *name)
{
  static const char *const names[]
    = { "none", "notify", "tcp", "http", "resp", "log", "exec", "postgresql", "mqtt" };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (names[i], name) == 0)
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
  static const struct
  {
    const char *protocol;
    TbPlanProbe kind;
  } own[] = { { "resp", TB_PLAN_PROBE_RESP },
              { "postgresql", TB_PLAN_PROBE_POSTGRESQL },
              { "mqtt", TB_PLAN_PROBE_MQTT },
              { "udp", TB_PLAN_PROBE_NONE } };
  const TbPlanPort *port = tb_part_port (part, NULL);
  Ready ready = { .kind = port ? TB_PLAN_PROBE_TCP : TB_PLAN_PROBE_NONE,
                  .port = port ? port->port : 0,
                  .timeout_ns = 30 * TB_NS_PER_S };
  for (gsize i = 0; port != NULL && i < G_N_ELEMENTS (own); i++)
    if (g_strcmp0 (port->protocol, own[i].protocol) == 0)
      ready.kind = own[i].kind;
  return ready;
}

static void
take_place (Ready *ready, const TbElement *element)
{
  if (tb_element_is_set (element, TB_PROP_PORT))
    ready->port = (guint16) tb_element_get_integer (element, TB_PROP_PORT);
  ready->path = tb_element_get (element, TB_PROP_PATH);
  ready->pattern = tb_element_get (element, TB_PROP_PATTERN);
  ready->command = tb_element_get (element, TB_PROP_COMMAND);
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
  ready.timeout_ns = tb_element_get_ns (element, TB_PROP_TIMEOUT);
  take_place (&ready, element);
  return ready;
}

static gboolean
needs_port (TbPlanProbe kind)
{
  return kind == TB_PLAN_PROBE_TCP || kind == TB_PLAN_PROBE_HTTP || kind == TB_PLAN_PROBE_RESP
         || kind == TB_PLAN_PROBE_POSTGRESQL || kind == TB_PLAN_PROBE_MQTT;
}

static char *
probe_argument (const TbScope *scope, const Ready *ready, const char *what, GError **error)
{
  if (needs_port (ready->kind) && ready->port == 0)
    {
      g_set_error (error, TB_PLAN_ERROR, TB_PLAN_ERROR_VALUE,
                   "its %s is to be probed at a port, and it has none", what);
      return NULL;
    }
  if (ready->kind == TB_PLAN_PROBE_HTTP)
    return g_strdup_printf ("%u %s", ready->port, ready->path ? ready->path : "/");
  if (needs_port (ready->kind))
    return g_strdup_printf ("%u", ready->port);
  const char *text = ready->kind == TB_PLAN_PROBE_LOG    ? ready->pattern
                     : ready->kind == TB_PLAN_PROBE_EXEC ? ready->command
                                                         : "";
  return ready->kind == TB_PLAN_PROBE_EXEC ? tb_scope_expand (scope, text ? text : "", error)
                                           : g_strdup (text ? text : "");
}

static gint64
ns_or_0 (const TbElement *element, TbProp prop)
{
  return tb_element_get (element, prop) != NULL ? tb_element_get_ns (element, prop) : 0;
}

/* How often and how patiently; what the element does not say is left to whoever asks. */
static gboolean
set_tries (const TbScope *scope, TbPlanAsk *ask, const TbElement *element, GError **error)
{
  const char *header = tb_element_get (element, TB_PROP_HEADER);
  ask->delay_ns = ns_or_0 (element, TB_PROP_DELAY);
  ask->interval_ns = ns_or_0 (element, TB_PROP_INTERVAL);
  ask->within_ns = ns_or_0 (element, TB_PROP_WITHIN);
  ask->successes = (guint) tb_element_get_integer (element, TB_PROP_SUCCESSES);
  if (tb_element_is_set (element, TB_PROP_STATUS))
    ask->status = (guint16) tb_element_get_integer (element, TB_PROP_STATUS);
  ask->header = header != NULL ? tb_scope_expand (scope, header, error) : NULL;
  if (header == NULL || (ask->header != NULL && strpbrk (ask->header, "\r\n") == NULL))
    return TRUE;
  if (ask->header != NULL)
    g_set_error (error, TB_PLAN_ERROR, TB_PLAN_ERROR_VALUE, "a header is one line, as Name: value");
  return FALSE;
}

gboolean
tb_scope_set_ready (const TbScope *scope, TbPlanInstance *instance, GError **error)
{
  const Ready ready = find_ready (scope->part);
  const TbElement *element = tb_element_child_of (scope->part->element, TB_KIND_READY);
  instance->ready.kind = ready.kind;
  instance->ready.argument = probe_argument (scope, &ready, "readiness", error);
  instance->ready_timeout_ns = ready.timeout_ns;
  return instance->ready.argument != NULL
         && (element == NULL || set_tries (scope, &instance->ready, element, error));
}

gboolean
tb_scope_set_alive (const TbScope *scope, TbPlanInstance *instance, GError **error)
{
  const TbElement *element = tb_element_child_of (scope->part->element, TB_KIND_ALIVE);
  if (element == NULL)
    return TRUE;
  Ready alive = find_ready (scope->part);
  gboolean said = tb_element_is_set (element, TB_PROP_KIND);
  if (said)
    alive.kind = probe_from_name (tb_element_get (element, TB_PROP_KIND));
  else if (alive.kind == TB_PLAN_PROBE_NOTIFY || alive.kind == TB_PLAN_PROBE_LOG
           || alive.kind == TB_PLAN_PROBE_NONE)
    alive.kind = TB_PLAN_PROBE_TCP; /* a word said once cannot be asked for again */
  if (said || tb_element_is_set (element, TB_PROP_PORT) || tb_element_is_set (element, TB_PROP_PATH)
      || tb_element_is_set (element, TB_PROP_COMMAND))
    take_place (&alive, element);
  instance->alive.kind = alive.kind;
  instance->alive.argument = probe_argument (scope, &alive, "liveness", error);
  instance->alive.failures = (guint) tb_element_get_integer (element, TB_PROP_FAILURES);
  return instance->alive.argument != NULL && set_tries (scope, &instance->alive, element, error);
}

void
tb_part_set_restart (const TbPart *part, TbPlanInstance *instance)
{
  static const char *const names[] = { "no", "on-failure", "always", "unless-stopped" };
  const TbElement *element = tb_element_child_of (part->element, TB_KIND_RESTART);
  if (element == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (names[i], tb_element_get (element, TB_PROP_POLICY)) == 0)
      instance->restart = (TbPlanRestart) i;
  instance->restart_delay_ns = tb_element_get_ns (element, TB_PROP_DELAY);
  instance->restart_longest_ns = tb_element_get_ns (element, TB_PROP_LONGEST);
  instance->restart_within_ns = tb_element_get_ns (element, TB_PROP_WITHIN);
  instance->restart_times = (guint) tb_element_get_integer (element, TB_PROP_TIMES);
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
