/* What hints that one service calls another: a variable or a command line that names it as a host, a file that it is given, labels by which a
 * proxy finds it, that one waits for the other, that they are called alike, or that nobody else is there to call it. A hint is a question: the link is drawn
 * dashed, and the Problems list asks whether it is kept. */
#include "compose-private.h"

#include <string.h>

static gboolean
is_name_char (char c)
{
  return g_ascii_isalnum (c) || c == '-' || c == '_' || c == '.';
}

/* DB_HOST and CACHE_URL hold hosts; DB_NAME and MODE do not. */
static gboolean
names_a_host (const char *variable)
{
  static const char *const words[] = { "HOST", "SERVER", "ADDR", "URL", "URI", "ENDPOINT", "BROKER", "UPSTREAM",
                                       "BACKEND", "TARGET", "PEER", "SERVICE", "DSN" };
  static const char *const others[] = { "_NAME", "_TYPE", "_USER", "_USERNAME", "_PASSWORD", "_DRIVER", "_DIALECT", "_DB",
                                        "_DATABASE", "_MODE" };
  g_autofree char *upper = g_ascii_strup (variable, -1);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (g_str_has_suffix (upper, others[i]) || strstr (upper, "IMAGE") != NULL)
      return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strstr (upper, words[i]) != NULL)
      return TRUE;
  return FALSE;
}

/* Of a command line: "-h db", "--host db", "--host=db". */
static gboolean
is_option_value (const char *text, const char *from, gsize length)
{
  const char *start = from - 1, *end = from + length;
  if (from == text || (*end != '\0' && *end != ' ') || (*start != ' ' && *start != '='))
    return FALSE;
  while (start > text && start[-1] != ' ')
    start--;
  g_autofree char *option = g_strndup (start, (gsize) (from - 1 - start));
  return *option == '-' && (g_str_equal (option, "-h") || names_a_host (option));
}

TbComposeService *
tb_compose_next_host (const TbCompose *compose, const char *variable, const char *text, const char **at,
                      TbComposeHost *host)
{
  while (**at != '\0')
    {
      const char *from = *at;
      gsize length = 0;
      while (is_name_char (from[length]))
        length++;
      *at = from + MAX (length, 1);
      if (length == 0)
        continue;
      g_autofree char *name = g_strndup (from, length);
      TbComposeService *service = g_hash_table_lookup (compose->hosts, name);
      gboolean marked = from > text && (from[-1] == '@' || (from[-1] == '/' && from - 1 > text && from[-2] == '/'));
      gboolean port = from[length] == ':' && g_ascii_isdigit (from[length + 1]) && (from == text || from[-1] != '/');
      gboolean whole = variable == NULL ? is_option_value (text, from, length)
                                        : from == text && from[length] == '\0' && names_a_host (variable);
      if (service == NULL || !(marked || port || whole))
        continue;
      *host = (TbComposeHost){ .at = from, .length = length };
      if (from[length] == ':' && g_ascii_isdigit (from[length + 1]))
        {
          host->port_length = 1 + strspn (from + length + 1, "0123456789");
          host->port = (guint) MIN (g_ascii_strtoull (from + length + 1, NULL, 10), 65535);
        }
      return service;
    }
  return NULL;
}

gboolean
tb_compose_would_call (const TbCompose *compose, const TbComposeService *from, const TbComposeService *to)
{
  gboolean data = tb_compose_keeps_data (from->kind.role);
  return to->kind.role != TB_ROLE_CLIENT && !tb_compose_is_job (to->name)
         && (!data || tb_compose_keeps_data (to->kind.role)) && tb_compose_link_between (compose, to, from) == NULL;
}

/* pair NULL: a command. A file of variables is often one for all: what keeps data does not call by it. */
static void
offer_hosts (TbCompose *compose, TbComposeService *service, const TbComposePair *pair, const char *text, guint line)
{
  const char *at = text;
  TbComposeHost host;
  TbComposeService *to;
  g_autofree char *why = g_strdup_printf ("as %s says", pair != NULL ? pair->name : "its command");
  while (text != NULL
         && (to = tb_compose_next_host (compose, pair != NULL ? pair->name : NULL, text, &at, &host)) != NULL)
    if (pair == NULL || !pair->from_file || tb_compose_would_call (compose, service, to))
      tb_compose_offer (compose, service, to, host.port, line, why);
}

/* ---- Labels, order and names ------------------------------------------------------------------- */

/* traefik and its like find what they lead to by its labels. */
static void
offer_labelled (TbCompose *compose, TbComposeService *proxy)
{
  const char *image = tb_yaml_get_text (proxy->node, "image");
  const char *prefix = image == NULL                          ? NULL
                       : strstr (image, "traefik") != NULL    ? "traefik."
                       : strstr (image, "caddy") != NULL      ? "caddy"
                                                              : NULL;
  for (guint i = 0; prefix != NULL && i < compose->services->len; i++)
    {
      TbComposeService *to = compose->services->pdata[i];
      const char *enabled = tb_compose_label (to, "traefik.enable");
      for (guint k = 0; k < to->labels->len && g_strcmp0 (enabled, "false") != 0; k++)
        {
          const TbComposePair *pair = to->labels->pdata[k];
          if (g_str_has_prefix (pair->name, prefix))
            tb_compose_offer (compose, proxy, to, 0, pair->line, "as the other's labels say");
        }
    }
}

/* depends_on is start order. Where nothing else says more, it hints at a call too, but not of what only has to end. */
static void
offer_waited_for (TbCompose *compose, TbComposeService *service)
{
  const TbYaml *list = tb_yaml_get (service->node, "depends_on");
  for (guint i = 0; i < tb_yaml_n (list); i++)
    {
      const TbYaml *item = tb_yaml_nth (list, i);
      const char *name = tb_yaml_key (list, i) != NULL ? tb_yaml_key (list, i) : tb_yaml_text (item);
      TbComposeService *to = name != NULL ? g_hash_table_lookup (compose->hosts, name) : NULL;
      const char *condition = tb_yaml_get_text (item, "condition");
      if (to != NULL && g_strcmp0 (condition, "service_completed_successfully") != 0 && tb_compose_would_call (compose, service, to))
        tb_compose_offer (compose, service, to, 0, item->line, TB_COMPOSE_WAITS);
    }
}

/* "orders" of orders-db, orders_mongodb and orders-cache. (transfer full), NULL: it is called otherwise */
static char *
stem (const char *name)
{
  const char *dash = strpbrk (name, "-_") != NULL ? name + strlen (name) : NULL;
  while (dash != NULL && dash > name && *dash != '-' && *dash != '_')
    dash--;
  return dash != NULL && dash > name ? g_strndup (name, (gsize) (dash - name)) : NULL;
}

/* orders-db that nobody is known to call is for orders, or orders-service. */
static void
offer_namesake (TbCompose *compose, TbComposeService *to)
{
  static const char *const behind[] = { "", "-service", "_service", "-server", "-app", "-api", "-web" };
  g_autofree char *of = tb_compose_keeps_data (to->kind.role) ? stem (to->name) : NULL;
  for (guint i = 0; of != NULL && !to->called && i < G_N_ELEMENTS (behind); i++)
    {
      g_autofree char *name = g_strconcat (of, behind[i], NULL);
      TbComposeService *from = g_hash_table_lookup (compose->hosts, name);
      if (from != NULL && from != to && tb_compose_would_call (compose, from, to))
        {
          tb_compose_offer (compose, from, to, 0, to->node->line, "as its name says");
          return;
        }
    }
}

/* A proxy that leads nowhere has its targets in a file of its own: a front that nobody else calls is one. */
static void
offer_front (TbCompose *compose, TbComposeService *proxy)
{
  if (proxy->kind.role != TB_ROLE_PROXY && proxy->kind.role != TB_ROLE_BALANCER)
    return;
  for (guint i = 0; i < compose->calls->len; i++)
    if (g_array_index (compose->calls, TbComposeCall, i).from == proxy)
      return;
  for (guint i = 0; i < compose->services->len; i++)
    {
      TbComposeService *to = compose->services->pdata[i];
      if (to->kind.role == TB_ROLE_SERVER && !to->called && tb_compose_is_front (to->name) && tb_compose_would_call (compose, proxy, to))
        tb_compose_offer (compose, proxy, to, 0, to->node->line, "as its name says");
    }
}

static gboolean
calls_data (const TbCompose *compose, const TbComposeService *from)
{
  for (guint i = 0; i < compose->calls->len; i++)
    {
      const TbComposeCall *call = &g_array_index (compose->calls, TbComposeCall, i);
      if (call->from == from && tb_compose_keeps_data (call->to->kind.role))
        return TRUE;
    }
  return FALSE;
}

#define MAX_ALONE 2 /* servers that could mean it; of more nobody can tell who does */

/* A database that nobody is known to call is for the servers that have no other. */
static void
offer_alone (TbCompose *compose, TbComposeService *to)
{
  TbComposeService *from[MAX_ALONE];
  guint n = 0;
  if (to->called || !tb_compose_keeps_data (to->kind.role))
    return;
  for (guint i = 0; i < compose->services->len; i++)
    {
      TbComposeService *service = compose->services->pdata[i];
      if (service->kind.role != TB_ROLE_SERVER || tb_compose_is_job (service->name) || calls_data (compose, service))
        continue;
      if (n == MAX_ALONE)
        return;
      from[n++] = service;
    }
  for (guint i = 0; i < n; i++)
    if (tb_compose_would_call (compose, from[i], to))
      tb_compose_offer (compose, from[i], to, 0, to->node->line, "as nothing else would");
}

void
tb_compose_offer_links (TbCompose *compose)
{
  for (guint i = 0; i < compose->services->len; i++)
    {
      TbComposeService *service = compose->services->pdata[i];
      g_autofree char *command = tb_compose_command_line (tb_yaml_get (service->node, "command"));
      for (guint p = 0; p < service->env->len; p++)
        {
          const TbComposePair *pair = g_ptr_array_index (service->env, p);
          offer_hosts (compose, service, pair, pair->value, pair->line);
        }
      if (command != NULL)
        offer_hosts (compose, service, NULL, command, tb_yaml_get (service->node, "command")->line);
      tb_compose_offer_mounted (compose, service);
      offer_labelled (compose, service);
    }
  for (guint i = 0; i < compose->services->len; i++)
    offer_waited_for (compose, compose->services->pdata[i]);
  for (guint i = 0; i < compose->services->len; i++)
    offer_namesake (compose, compose->services->pdata[i]);
  for (guint i = 0; i < compose->services->len; i++)
    offer_front (compose, compose->services->pdata[i]);
  for (guint i = 0; i < compose->services->len; i++)
    offer_alone (compose, compose->services->pdata[i]);
}
