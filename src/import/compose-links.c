/* Who calls whom. A Compose file does not say: depends_on is start order. What it says outright (links:) is drawn; what
 * a variable or a command line names as a host is drawn dashed, with the tag “offered”, and told: a person keeps it by
 * taking the tag away, or deletes it; the rule link.offered has a button for each. */
#include "compose-private.h"

#include <string.h>

#define OFFERED "offered"

static gboolean
is_name_char (char c)
{
  return g_ascii_isalnum (c) || c == '-' || c == '_' || c == '.';
}

/* DB_HOST and CACHE_URL hold hosts; NAME and MODE do not. */
static gboolean
names_a_host (const char *variable)
{
  static const char *const words[] = { "HOST", "SERVER", "ADDR", "URL", "URI", "ENDPOINT", "BROKER", "UPSTREAM",
                                       "BACKEND", "TARGET", "PEER", "SERVICE", "DSN" };
  g_autofree char *upper = g_ascii_strup (variable, -1);
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strstr (upper, words[i]) != NULL)
      return TRUE;
  return FALSE;
}

typedef struct
{
  const char *at; /* where it begins in the value */
  gsize length;
  guint port;     /* behind it, 0: none */
  gsize port_length; /* with the colon */
} Host;

/* The next host in text from *at on: behind // or @, or with a port behind it, or all there is, where the variable's
 * name says so. */
static TbComposeService *
next_host (const TbCompose *compose, const char *variable, const char *text, const char **at, Host *host)
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
      gboolean whole = from == text && from[length] == '\0' && variable != NULL && names_a_host (variable);
      if (service == NULL || !(marked || port || whole))
        continue;
      *host = (Host){ .at = from, .length = length };
      if (from[length] == ':' && g_ascii_isdigit (from[length + 1]))
        {
          host->port_length = 1 + strspn (from + length + 1, "0123456789");
          host->port = (guint) MIN (g_ascii_strtoull (from + length + 1, NULL, 10), 65535);
        }
      return service;
    }
  return NULL;
}

/* ---- Links ------------------------------------------------------------------------------------- */

/* NULL: there is none. */
static const TbElement *
link_between (const TbCompose *compose, TbUid from, TbUid to)
{
  char key[32];
  g_snprintf (key, sizeof key, "%u>%u", from, to);
  TbUid link = GPOINTER_TO_UINT (g_hash_table_lookup (compose->links, key));
  return link != 0 ? tb_model_get (tb_build_model (compose->build), link) : NULL;
}

/* 0: it is there already. */
static TbUid
add_link (TbCompose *compose, const TbComposeService *from, const TbComposeService *to, guint line)
{
  if (from == to || link_between (compose, from->uid, to->uid) != NULL)
    return 0;
  TbUid link = tb_build_link (compose->build, from->uid, to->uid, NULL, NULL, line);
  g_hash_table_insert (compose->links, g_strdup_printf ("%u>%u", from->uid, to->uid), GUINT_TO_POINTER (link));
  if (link != 0 && to->kind.role == TB_ROLE_BROKER)
    tb_build_set (compose->build, link, TB_PROP_CALL, "async", line);
  return link;
}

/* Links to what has several ports lead to the one that is named. */
static void
set_port (TbCompose *compose, TbUid link, const TbComposeService *to, guint port, guint line)
{
  const TbElement *component = tb_model_get (tb_build_model (compose->build), to->uid);
  for (guint i = 0; port > 0 && i < tb_element_n_children (component); i++)
    {
      const TbElement *child = tb_element_child (component, i);
      if (tb_element_kind (child) == TB_KIND_SERVICE && tb_element_get_integer (child, TB_PROP_PORT) == (gint64) port)
        {
          tb_build_set (compose->build, link, TB_PROP_SERVICE, tb_element_get (child, TB_PROP_NAME), line);
          return;
        }
    }
}

static void
offer (TbCompose *compose, const TbComposeService *service, const char *variable, const char *text, guint line)
{
  const char *at = text;
  Host host;
  TbComposeService *to;
  while (text != NULL && (to = next_host (compose, variable, text, &at, &host)) != NULL)
    {
      TbUid link = add_link (compose, service, to, line);
      if (link == 0)
        continue;
      set_port (compose, link, to, host.port, line);
      tb_build_tag (compose->build, link, OFFERED);
      tb_compose_say (compose, TB_SEVERITY_INFO, TB_IMPORT_OFFERED, service->file, line,
                      "%s seems to call %s, as %s says: the link is drawn with the tag “" OFFERED
                      "”; take the tag away to keep it", service->name, to->name,
                      variable != NULL ? variable : "its command");
    }
}

static void
add_said (TbCompose *compose, const TbComposeService *service)
{
  const TbYaml *list = tb_yaml_get (service->node, "links");
  for (guint i = 0; i < tb_yaml_n (list); i++)
    {
      const TbYaml *item = tb_yaml_nth (list, i);
      const char *text = tb_yaml_text (item);
      g_autofree char *name = text != NULL ? g_strndup (text, strcspn (text, ":")) : NULL;
      TbComposeService *to = name != NULL ? g_hash_table_lookup (compose->hosts, name) : NULL;
      if (to != NULL)
        add_link (compose, service, to, item->line);
      else
        tb_compose_say (compose, TB_SEVERITY_WARNING, TB_IMPORT_DROPPED, service->file, item->line,
                        "%s: there is no service “%s” to link to", service->name, name != NULL ? name : "");
    }
}

/* ---- Whoever is outside -------------------------------------------------------------------------- */

static gboolean
speaks_http (const TbComposeService *service, const TbElement *component)
{
  const TbElement *first = tb_element_child_of (component, TB_KIND_SERVICE);
  if (first != NULL)
    return g_strcmp0 (tb_element_get (first, TB_PROP_PROTOCOL), "http") == 0;
  TbRole role = service->kind.role;
  return role == TB_ROLE_SERVER || role == TB_ROLE_BALANCER || role == TB_ROLE_PROXY;
}

/* Ports of the host are for somebody: a client, where they speak what a client of ours does. */
static void
add_client (TbCompose *compose)
{
  TbUid client = 0;
  for (guint i = 0; i < compose->services->len; i++)
    {
      const TbComposeService *service = g_ptr_array_index (compose->services, i);
      const TbYaml *ports = tb_yaml_get (service->node, "ports");
      const TbElement *component = tb_model_get (tb_build_model (compose->build), service->uid);
      if (tb_yaml_n (ports) == 0)
        continue;
      if (!speaks_http (service, component))
        {
          tb_compose_say (compose, TB_SEVERITY_INFO, TB_IMPORT_ASSUMED, service->file, ports->line,
                          "%s: nobody is drawn who calls its published port from outside", service->name);
          continue;
        }
      if (client == 0)
        {
          client = tb_build_component (compose->build, NULL, "Users", TB_ROLE_CLIENT, 0);
          tb_compose_say (compose, TB_SEVERITY_INFO, TB_IMPORT_ASSUMED, service->file, ports->line,
                          "whoever calls the published ports is drawn as one client, “Users”");
        }
      tb_build_link (compose->build, client, service->uid, NULL, NULL, ports->line);
    }
}

void
tb_compose_make_links (TbCompose *compose)
{
  guint drawn = 0;
  for (guint i = 0; i < compose->services->len; i++)
    {
      TbComposeService *service = g_ptr_array_index (compose->services, i);
      g_autofree char *command = tb_compose_command_line (tb_yaml_get (service->node, "command"));
      add_said (compose, service);
      for (guint p = 0; p < service->env->len; p++)
        {
          const TbComposePair *pair = g_ptr_array_index (service->env, p);
          offer (compose, service, pair->name, pair->value, pair->line);
        }
      if (command != NULL)
        offer (compose, service, NULL, command, tb_yaml_get (service->node, "command")->line);
    }
  const TbModel *model = tb_build_model (compose->build);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    drawn += tb_element_has_tag (tb_model_nth (model, TB_KIND_LINK, i), OFFERED);
  if (drawn > 0)
    {
      TbUid style = tb_build_child (compose->build, TB_KIND_STYLE, tb_build_root (compose->build), 0);
      tb_build_set (compose->build, style, TB_PROP_TAG, OFFERED, 0);
      tb_build_set (compose->build, style, TB_PROP_DASHED, "yes", 0);
    }
  add_client (compose);
}

/* ---- Values that name hosts -------------------------------------------------------------------- */

static void
append_escaped (GString *out, const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      if (text[i] == '$' && i + 1 < length && text[i + 1] == '{')
        g_string_append_c (out, '$');
      g_string_append_c (out, text[i]);
    }
}

/* A program of the person's own finds the drawn parts where they are, not where containers would be. */
char *
tb_compose_refer (TbCompose *compose, const TbComposeService *service, const char *value)
{
  GString *out = g_string_new (NULL);
  const char *at = value, *done = value;
  Host host;
  TbComposeService *to;
  while (service->command && (to = next_host (compose, "HOST", value, &at, &host)) != NULL)
    {
      const TbElement *link = link_between (compose, service->uid, to->uid);
      if (link == NULL)
        continue;
      append_escaped (out, done, (gsize) (host.at - done));
      g_string_append_printf (out, "${link.%s.host}", tb_element_id (link));
      done = host.at + host.length;
      if (host.port_length > 0)
        {
          g_string_append_printf (out, ":${link.%s.port}", tb_element_id (link));
          done += host.port_length;
        }
    }
  append_escaped (out, done, strlen (done));
  return g_string_free (out, FALSE);
}
