/* Patterns on links: something comes between callers and called. One undo step each. Every row says
 * why it cannot be done, where it cannot. */
#include "patterns-private.h"

#include <string.h>

#define REPLICAS "3"

static GArray *
links_meant (TbEditor *editor)
{
  GArray *links = g_array_new (FALSE, FALSE, sizeof (TbUid));
  tb_pattern_links (editor, links);
  return links;
}

static gboolean
one_target (TbEditor *editor, const GArray *links)
{
  const TbElement *first = NULL;
  for (guint i = 0; i < links->len; i++)
    {
      const TbElement *to = tb_link_end (editor, g_array_index (links, TbUid, i), TB_PROP_TO);
      if (first != NULL && to != first)
        return FALSE;
      first = to;
    }
  return first != NULL;
}

static const TbElement *
target_of (TbEditor *editor, const GArray *links)
{
  return tb_link_end (editor, g_array_index (links, TbUid, 0), TB_PROP_TO);
}

/* Another of that role calls it already: two in a row pass on what one would. */
static gboolean
stands_behind (TbEditor *editor, const TbElement *target, TbRole role)
{
  const TbModel *model = tb_editor_model (editor);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (model, TB_KIND_LINK, i);
      const TbElement *from = tb_element_get_ref (model, link, TB_PROP_FROM);
      if (from != NULL && tb_element_get_ref (model, link, TB_PROP_TO) == target
          && tb_component_role (from) == role)
        return TRUE;
    }
  return FALSE;
}

/* ---- Between --------------------------------------------------------------------------------- */

static const char *
refuse_between (TbEditor *editor)
{
  g_autoptr (GArray) links = links_meant (editor);
  if (links->len == 0)
    return "It needs a link, or a component that is called";
  if (!one_target (editor, links))
    return "These links lead to several components: a mediator would stand between them";
  return tb_pattern_unspeakable (editor, links);
}

static const char *
refuse_proxy (TbEditor *editor)
{
  return refuse_between (editor);
}

static const char *
refuse_balancer (TbEditor *editor)
{
  g_autoptr (GArray) links = links_meant (editor);
  const char *reason = refuse_between (editor);
  if (reason != NULL)
    return reason;
  const TbElement *target = target_of (editor, links);
  if (tb_component_role (target) == TB_ROLE_BALANCER)
    return "It is a balancer itself";
  return stands_behind (editor, target, TB_ROLE_BALANCER) ? "It stands behind a balancer already"
                                                          : NULL;
}

static const char *
refuse_broker (TbEditor *editor)
{
  g_autoptr (GArray) links = links_meant (editor);
  const char *reason = refuse_between (editor);
  for (guint i = 0; reason == NULL && i < links->len; i++)
    {
      const TbElement *link = tb_editor_element (editor, g_array_index (links, TbUid, i));
      if (tb_component_role (tb_link_end (editor, tb_element_uid (link), TB_PROP_TO))
          == TB_ROLE_BROKER)
        reason = "It leads to a broker already";
      else if (g_strcmp0 (tb_element_get (link, TB_PROP_FLOW), "reply") == 0)
        reason = "Its data come with the reply, and a broker gives none";
    }
  return reason;
}

static void
run_hub (TbEditor *editor, const GArray *links, TbRole role, const char *what, gboolean async)
{
  const TbElement *to = target_of (editor, links);
  g_autofree char *label
      = one_target (editor, links)
            ? g_strdup_printf ("Put %s before %s", what, tb_element_title (to))
            : g_strdup_printf ("Put %s Between", what);
  TbHub hub = { .role = role, .links = links, .async = async };
  tb_document_begin (editor->document, label, NULL);
  TbUid uid = tb_hub_make (editor, &hub);
  tb_document_commit (editor->document);
  tb_editor_select_one (editor, uid);
}

static void
run_proxy (TbEditor *editor)
{
  g_autoptr (GArray) links = links_meant (editor);
  run_hub (editor, links, TB_ROLE_PROXY, "Proxy", FALSE);
}

static void
run_balancer (TbEditor *editor)
{
  g_autoptr (GArray) links = links_meant (editor);
  run_hub (editor, links, TB_ROLE_BALANCER, "Balancer", FALSE);
}

static void
say_broker (TbEditor *editor, TbUid broker)
{
  tb_editor_message (editor, "%s runs nothing by itself yet: choose a program for it before a run.",
                     tb_element_title (tb_editor_element (editor, broker)));
}

static void
run_broker (TbEditor *editor)
{
  g_autoptr (GArray) links = links_meant (editor);
  run_hub (editor, links, TB_ROLE_BROKER, "Broker", TRUE);
  say_broker (editor, tb_editor_selected_one (editor));
}

/* ---- Replicas -------------------------------------------------------------------------------- */

static const char *
refuse_replicate (TbEditor *editor)
{
  const TbElement *one = tb_editor_element (editor, tb_editor_selected_one (editor));
  if (one == NULL || tb_element_kind (one) != TB_KIND_COMPONENT)
    return "It needs one selected component";
  switch (tb_component_role (one))
    {
    case TB_ROLE_CLIENT:
      return "Nobody calls a client: its replicas need no balancer";
    case TB_ROLE_EXTERNAL:
      return "It lies outside: its replicas are not ours";
    case TB_ROLE_STORE:
    case TB_ROLE_CACHE:
      return "Its copies must agree: that is for its replication, not for a balancer";
    case TB_ROLE_SERVER:
    case TB_ROLE_BROKER:
    case TB_ROLE_BALANCER:
    case TB_ROLE_PROXY:
    case TB_ROLE_MEDIATOR:
    case TB_N_ROLES:
    default:
      return refuse_balancer (editor);
    }
}

static void
run_replicate (TbEditor *editor)
{
  g_autoptr (GArray) links = links_meant (editor);
  const TbElement *target = target_of (editor, links);
  g_autofree char *label = g_strdup_printf ("Replicate %s", tb_element_title (target));
  TbHub hub = { .role = TB_ROLE_BALANCER, .links = links };
  gboolean stateful = g_strcmp0 (tb_element_get (target, TB_PROP_STATE), "stateful") == 0;
  tb_document_begin (editor->document, label, NULL);
  if (tb_component_replicas (target) == 1)
    tb_editor_set_checked (editor, tb_element_uid (target), TB_PROP_REPLICAS, REPLICAS);
  TbUid uid = tb_hub_make (editor, &hub);
  tb_document_commit (editor->document);
  tb_editor_select_one (editor, uid);
  if (stateful)
    tb_editor_message (editor, "%s is stateful: a session lives in one replica only, and is lost "
                       "with it.", tb_element_title (target));
}

/* ---- Many to many ---------------------------------------------------------------------------- */

/* Links between the selected components, or the selected ones. */
static GArray *
links_among (TbEditor *editor)
{
  const TbModel *model = tb_editor_model (editor);
  GArray *links = g_array_new (FALSE, FALSE, sizeof (TbUid));
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (model, TB_KIND_LINK, i);
      const TbElement *from = tb_element_get_ref (model, link, TB_PROP_FROM);
      const TbElement *to = tb_element_get_ref (model, link, TB_PROP_TO);
      TbUid uid = tb_element_uid (link);
      if (from == NULL || to == NULL)
        continue;
      if (tb_editor_is_selected (editor, uid)
          || (tb_editor_is_selected (editor, tb_element_uid (from))
              && tb_editor_is_selected (editor, tb_element_uid (to))))
        g_array_append_val (links, uid);
    }
  return links;
}

static guint
count_ends (TbEditor *editor, const GArray *links)
{
  g_autoptr (GHashTable) ends = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < links->len; i++)
    {
      TbUid uid = g_array_index (links, TbUid, i);
      g_hash_table_add (ends, (gpointer) tb_link_end (editor, uid, TB_PROP_FROM));
      g_hash_table_add (ends, (gpointer) tb_link_end (editor, uid, TB_PROP_TO));
    }
  return g_hash_table_size (ends);
}

static const char *
refuse_many (TbEditor *editor)
{
  g_autoptr (GArray) links = links_among (editor);
  if (links->len < 2)
    return "It needs components with several links between them";
  if (one_target (editor, links))
    return "These links lead to one component: a proxy or a balancer would stand before it";
  if (count_ends (editor, links) < 3)
    return "It needs three components or more";
  return tb_pattern_unspeakable (editor, links);
}

static const char *
refuse_mediator (TbEditor *editor)
{
  return refuse_many (editor);
}

static const char *
refuse_many_broker (TbEditor *editor)
{
  return refuse_many (editor);
}

static void
run_mediator (TbEditor *editor)
{
  g_autoptr (GArray) links = links_among (editor);
  guint before = links->len;
  run_hub (editor, links, TB_ROLE_MEDIATOR, "Mediator", FALSE);
  tb_editor_message (editor, "%u links lead through %s now.", before,
                     tb_element_title (
                         tb_editor_element (editor, tb_editor_selected_one (editor))));
}

static void
run_many_broker (TbEditor *editor)
{
  g_autoptr (GArray) links = links_among (editor);
  run_hub (editor, links, TB_ROLE_BROKER, "Broker", TRUE);
  say_broker (editor, tb_editor_selected_one (editor));
}

/* ---- The table ------------------------------------------------------------------------------- */

TB_PATTERN (proxy)
TB_PATTERN (balancer)
TB_PATTERN (broker)
TB_PATTERN (replicate)
TB_PATTERN (mediator)
TB_PATTERN (many_broker)

static const TbCommandRow rows[] = {
  TB_PATTERN_ROW ("put-proxy", "Put a Proxy Between",
                  "A proxy takes the calls of these links and passes them on.", proxy),
  TB_PATTERN_ROW ("put-balancer", "Put a Balancer Between",
                  "A balancer takes the calls of these links and spreads them over the replicas.",
                  balancer),
  TB_PATTERN_ROW ("put-broker", "Put a Broker Between",
                  "A broker takes what is sent over these links; senders do not wait.", broker),
  TB_PATTERN_ROW ("replicate", "Replicate behind a Balancer",
                  "Run three of it, with a balancer that all its callers call.", replicate),
  TB_PATTERN_ROW ("mediate", "Many Links to a Mediator",
                  "A mediator stands between the selected components: each knows only it.",
                  mediator),
  TB_PATTERN_ROW ("broker-many", "Many Links to a Broker",
                  "A broker stands between the selected components, and nobody waits.",
                  many_broker),
};

const TbCommandSet tb_commands_patterns = { rows, G_N_ELEMENTS (rows) };
