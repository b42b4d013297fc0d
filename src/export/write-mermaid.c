/* Mermaid, as a flowchart: subgraphs, shapes by kind, and the kind as a class, which is how it comes back. */
#include "export-private.h"
#include "text-graph.h"

#include <string.h>

static const char *const reserved[] = { "end", "graph", "flowchart", "subgraph", "style", "class", "click", "default",
                                        "direction", "call", "href", "linkstyle", "classdef", "interpolate", "x", "o",
                                        NULL };

/* How the role's box opens and closes around a label in quotes. */
static const struct
{
  const char *open, *close;
} boxes[TB_N_ROLES] = {
  [TB_ROLE_CLIENT] = { "([", "])" },  [TB_ROLE_SERVER] = { "[", "]" },    [TB_ROLE_STORE] = { "[(", ")]" },
  [TB_ROLE_CACHE] = { "[(", ")]" },   [TB_ROLE_BROKER] = { "[[", "]]" },  [TB_ROLE_BALANCER] = { "{{", "}}" },
  [TB_ROLE_PROXY] = { "[/", "/]" },   [TB_ROLE_MEDIATOR] = { "((", "))" }, [TB_ROLE_EXTERNAL] = { "(", ")" },
};

/* In quotes; what its parser or HTML would take as something else becomes #NN;. */
static void
put_label (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (const char *p = text; *p != '\0'; p++)
    if (strchr ("\"#<>&`\\;|$\n", *p) != NULL)
      g_string_append_printf (out, "#%d;", *p);
    else
      g_string_append_c (out, *p);
  g_string_append_c (out, '"');
}

static void
open_container (GString *out, const TbElement *container, guint depth)
{
  g_autofree char *word = tb_graph_word (tb_element_id (container), reserved);
  tb_graph_indent (out, depth);
  g_string_append_printf (out, "subgraph %s[", word);
  put_label (out, tb_element_title (container));
  g_string_append (out, "]\n");
}

static void
close_container (GString *out, const TbElement *container, guint depth)
{
  tb_graph_indent (out, depth);
  g_string_append (out, "end\n");
}

static void
put_component (GString *out, const TbModel *model, const TbElement *component, guint depth)
{
  g_autofree char *word = tb_graph_word (tb_element_id (component), reserved);
  TbRole role = tb_component_role (component);
  tb_graph_indent (out, depth);
  g_string_append_printf (out, "%s%s", word, boxes[role].open);
  put_label (out, tb_element_title (component));
  g_string_append_printf (out, "%s:::%s\n", boxes[role].close, tb_role_name (role));
}

static void
put_link (GString *out, const TbElement *link)
{
  g_autofree char *from = tb_graph_word (tb_element_get (link, TB_PROP_FROM), reserved);
  g_autofree char *to = tb_graph_word (tb_element_get (link, TB_PROP_TO), reserved);
  const char *label = tb_graph_label (link);
  gboolean async = g_strcmp0 (tb_element_get (link, TB_PROP_CALL), "async") == 0;
  g_string_append_printf (out, "  %s %s", from, async ? "-.->" : "-->");
  if (label != NULL)
    {
      g_string_append_c (out, '|');
      put_label (out, label);
      g_string_append_c (out, '|');
    }
  g_string_append_printf (out, " %s\n", to);
}

/* Which subgraphs are tiers, which layers: a class each, as components have their kind. */
static void
put_levels (GString *out, const TbModel *model, TbKind container)
{
  for (guint i = 0; (container == TB_KIND_TIER || container == TB_KIND_LAYER) && i < tb_model_count (model, container); i++)
    {
      g_autofree char *word = tb_graph_word (tb_element_id (tb_model_nth (model, container, i)), reserved);
      g_string_append_printf (out, "  class %s %s\n", word, tb_schema_kind (container)->name);
    }
}

/* Of two arrows between the same ends the reader makes one where they say the same, else it tells them apart by a
 * service. said: what was seen before, owned. */
static void
tell_twin (const TbExportOptions *options, const TbElement *link, GHashTable *said)
{
  const char *label = tb_graph_label (link);
  g_autofree char *ends = g_strdup_printf ("%s>%s", tb_element_get (link, TB_PROP_FROM),
                                           tb_element_get (link, TB_PROP_TO));
  gboolean is_new = g_hash_table_add (said, g_strdup_printf ("%s>%s", ends, label != NULL ? label : ""));
  gboolean is_first = g_hash_table_add (said, g_steal_pointer (&ends));
  if (!is_new)
    tb_lost_add (options, tb_element_uid (link), "the link %s: another one says the same in Mermaid",
                 tb_element_id (link));
  else if (!is_first)
    tb_lost_add (options, tb_element_uid (link), "the link %s: another one has the same ends, so that it comes back with "
                 "a service named after its label", tb_element_id (link));
}

/* An arrow has no id of its own. */
static void
tell_lost_links (const TbModel *model, const TbExportOptions *options)
{
  guint n_renamed = 0;
  g_autoptr (GHashTable) said = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; options->lost != NULL && i < tb_model_count (model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (model, TB_KIND_LINK, i);
      const char *from = tb_element_get (link, TB_PROP_FROM), *to = tb_element_get (link, TB_PROP_TO);
      g_autofree char *id = g_strdup_printf ("%s-to-%s", from, to);
      n_renamed += g_strcmp0 (id, tb_element_id (link)) != 0;
      tell_twin (options, link, said);
    }
  if (n_renamed > 0)
    tb_lost_add (options, 0, "id= of %u link%s has no place in Mermaid", n_renamed, n_renamed == 1 ? "" : "s");
}

GBytes *
tb_export_mermaid (const TbModel *model, const TbExportOptions *options, GError **error)
{
  static const TbGraphWriter writer = { open_container, close_container, put_component };
  static const TbProp component_held[] = { TB_PROP_KIND, TB_PROP_NONE };
  static const TbProp link_held[] = { TB_PROP_FROM, TB_PROP_TO, TB_PROP_CALL, TB_PROP_NONE };
  GString *out = g_string_new (NULL);
  const char *name = tb_element_get (tb_model_root (model), TB_PROP_NAME);
  if (name != NULL)
    {
      g_autofree char *quoted = tb_graph_quote (name);
      g_string_append_printf (out, "---\ntitle: %s\n---\n", quoted);
    }
  g_string_append (out, "flowchart LR\n");
  tb_graph_write (out, model, &writer);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    put_link (out, tb_model_nth (model, TB_KIND_LINK, i));
  put_levels (out, model, tb_graph_container (model));
  g_string_append (out, "  classDef external stroke-dasharray: 4 4\n");
  tb_graph_tell_lost (model, options, "Mermaid", component_held, link_held);
  tell_lost_links (model, options);
  return g_string_free_to_bytes (out);
}
