/* Who calls whom. A Compose file does not say. What it says outright (links:) is drawn; what only hints at it
 * (compose-offers.c) is drawn dashed, with the tag “offered”, and told: a person keeps it by taking the tag away, or
 * deletes it; the rule link.offered has a button for each. */
#include "compose-private.h"

#include <string.h>

#define OFFERED "offered"

/* ---- Links ------------------------------------------------------------------------------------- */

const TbElement *
tb_compose_link_between (const TbCompose *compose, const TbComposeService *from, const TbComposeService *to)
{
  char key[32];
  g_snprintf (key, sizeof key, "%u>%u", from->uid, to->uid);
  TbUid link = GPOINTER_TO_UINT (g_hash_table_lookup (compose->links, key));
  return link != 0 ? tb_model_get (tb_build_model (compose->build), link) : NULL;
}

/* 0: it is there already. */
static TbUid
add_link (TbCompose *compose, TbComposeService *from, TbComposeService *to, guint port, guint line)
{
  if (from == to || tb_compose_link_between (compose, from, to) != NULL)
    return 0;
  TbUid link = tb_build_link (compose->build, from->uid, to->uid, NULL, NULL, line);
  const TbComposeCall call = { .from = from, .to = to, .link = link, .port = port, .line = line };
  g_hash_table_insert (compose->links, g_strdup_printf ("%u>%u", from->uid, to->uid), GUINT_TO_POINTER (link));
  g_array_append_val (compose->calls, call);
  to->called = TRUE;
  if (link != 0 && to->kind.role == TB_ROLE_BROKER)
    tb_build_set (compose->build, link, TB_PROP_CALL, "async", line);
  return link;
}

void
tb_compose_offer (TbCompose *compose, TbComposeService *from, TbComposeService *to, guint port, guint line,
                  const char *why)
{
  gboolean pages = from->template && from->kind.role == TB_ROLE_BALANCER; /* nginx asks nobody but servers of pages */
  if (pages && tb_compose_keeps_data (to->kind.role))
    return;
  gboolean called = to->called, waits = g_str_equal (why, TB_COMPOSE_WAITS);
  TbUid link = add_link (compose, from, to, port, line);
  if (link == 0)
    return;
  to->awaited = waits && (!called || to->awaited);
  tb_build_tag (compose->build, link, OFFERED);
  tb_compose_say (compose, TB_SEVERITY_INFO, TB_IMPORT_OFFERED, from->file, line,
                  "%s seems to call %s, %s: drawn dashed, with the tag “" OFFERED "”", from->name, to->name, why);
}

static void
add_said (TbCompose *compose, TbComposeService *service)
{
  const TbYaml *list = tb_yaml_get (service->node, "links");
  for (guint i = 0; i < tb_yaml_n (list); i++)
    {
      const TbYaml *item = tb_yaml_nth (list, i);
      const char *text = tb_yaml_text (item);
      g_autofree char *name = text != NULL ? g_strndup (text, strcspn (text, ":")) : NULL;
      TbComposeService *to = name != NULL ? g_hash_table_lookup (compose->hosts, name) : NULL;
      if (to != NULL)
        add_link (compose, service, to, 0, item->line);
      else
        tb_compose_say (compose, TB_SEVERITY_WARNING, TB_IMPORT_DROPPED, service->file, item->line,
                        "%s: there is no service “%s” to link to", service->name, name != NULL ? name : "");
    }
}

/* What our own writer put there: links of a drawing that went out. */
static void
add_labelled (TbCompose *compose, TbComposeService *service)
{
  const char *calls = tb_compose_label (service, "tierboard.calls");
  g_auto (GStrv) names = g_strsplit (calls != NULL ? calls : "", " ", -1);
  for (guint i = 0; names[i] != NULL; i++)
    {
      TbComposeService *to = g_hash_table_lookup (compose->hosts, names[i]);
      if (to != NULL)
        add_link (compose, service, to, 0, service->node->line);
    }
}

/* ---- Whoever is outside -------------------------------------------------------------------------- */

static gboolean
speaks_http (const TbCompose *compose, const TbComposeService *service)
{
  const TbElement *component = tb_model_get (tb_build_model (compose->build), service->uid);
  const TbElement *first = tb_element_child_of (component, TB_KIND_SERVICE);
  if (first != NULL)
    return g_strcmp0 (tb_element_get (first, TB_PROP_PROTOCOL), "http") == 0;
  TbRole role = service->kind.role;
  return role == TB_ROLE_SERVER || role == TB_ROLE_BALANCER || role == TB_ROLE_PROXY;
}

/* How a client is looked for: the first way that finds anybody to call. */
typedef enum
{
  PUBLISHED_UNCALLED, /* at a port of the host that is said; called by nobody else, or there for people */
  PUBLISHED,
  HALF_PUBLISHED,     /* at one that Docker chooses, or by the labels of a proxy elsewhere */
} Way;

static gboolean
is_published (const TbComposeService *service, Way way)
{
  guint n = tb_yaml_n (tb_yaml_get (service->node, "ports"));
  for (guint i = 0; i < service->ports->len; i++)
    if (g_array_index (service->ports, TbComposePort, i).outside)
      return TRUE;
  return way == HALF_PUBLISHED
         && (n > 0 || g_strcmp0 (tb_compose_label (service, "traefik.enable"), "true") == 0);
}

static gboolean
is_entry (const TbCompose *compose, const TbComposeService *service, Way way)
{
  TbRole role = service->kind.role;
  return is_published (service, way) && speaks_http (compose, service) && role != TB_ROLE_CLIENT
         && (way != PUBLISHED_UNCALLED || role == TB_ROLE_BALANCER || role == TB_ROLE_PROXY || !service->called
             || (service->awaited && tb_compose_is_front (service->name)));
}

static Way
find_way (const TbCompose *compose)
{
  for (Way way = PUBLISHED_UNCALLED; way < HALF_PUBLISHED; way++)
    for (guint i = 0; i < compose->services->len; i++)
      if (is_entry (compose, compose->services->pdata[i], way))
        return way;
  return HALF_PUBLISHED;
}

/* Ports of the host are for somebody: a client, where they speak what a client of ours does. */
static void
add_client (TbCompose *compose)
{
  TbUid client = 0;
  Way way = find_way (compose);
  for (guint i = 0; i < compose->services->len; i++)
    {
      const TbComposeService *service = g_ptr_array_index (compose->services, i);
      const TbYaml *ports = tb_yaml_get (service->node, "ports");
      guint line = ports != NULL ? ports->line : service->node->line;
      const char *what = "a client, “Users”, is drawn that calls the published port";
      if (is_entry (compose, service, way))
        {
          if (client == 0)
            client = tb_build_component (compose->build, NULL, "Users", TB_ROLE_CLIENT, 0);
          tb_build_link (compose->build, client, service->uid, NULL, NULL, line);
        }
      else if (!is_published (service, PUBLISHED))
        continue;
      else
        what = service->called ? "its port is published, but nobody outside is drawn: others call it"
                               : "nobody is drawn who calls its published port from outside";
      tb_compose_gather (compose, TB_SEVERITY_INFO, TB_IMPORT_ASSUMED, service->file, line, service->name, what);
    }
}

static void
add_style (TbCompose *compose)
{
  const TbModel *model = tb_build_model (compose->build);
  gboolean any = FALSE;
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    any |= tb_element_has_tag (tb_model_nth (model, TB_KIND_LINK, i), OFFERED);
  if (!any)
    return;
  TbUid style = tb_build_child (compose->build, TB_KIND_STYLE, tb_build_root (compose->build), 0);
  tb_build_set (compose->build, style, TB_PROP_TAG, OFFERED, 0);
  tb_build_set (compose->build, style, TB_PROP_DASHED, "yes", 0);
}

void
tb_compose_make_links (TbCompose *compose)
{
  for (guint i = 0; i < compose->services->len; i++)
    {
      add_said (compose, compose->services->pdata[i]);
      add_labelled (compose, compose->services->pdata[i]);
    }
  tb_compose_offer_links (compose);
  add_style (compose);
  tb_compose_settle (compose);
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
  TbComposeHost host;
  TbComposeService *to;
  while (service->command && (to = tb_compose_next_host (compose, "HOST", value, &at, &host)) != NULL)
    {
      const TbElement *link = tb_compose_link_between (compose, service, to);
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
