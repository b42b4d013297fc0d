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
    if (strchr ("\"#<>&`\\;|\n", *p) != NULL)
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

static void
tell_lost (const TbModel *model, const TbExportOptions *options, TbKind container)
{
#define BIT(kind) (G_GUINT64_CONSTANT (1) << TB_KIND_##kind)
  const TbProp component[] = { TB_PROP_KIND, tb_graph_container_prop (container), TB_PROP_NONE };
  const TbProp link[] = { TB_PROP_FROM, TB_PROP_TO, TB_PROP_CALL, TB_PROP_NONE };
  const TbProp group[] = { TB_PROP_PARENT, TB_PROP_NONE };
  guint64 held = BIT (ARCHITECTURE) | BIT (COMPONENT) | BIT (LINK) | (G_GUINT64_CONSTANT (1) << container);
  tb_lost_kinds (model, options, "Mermaid", held);
  tb_lost_props (model, options, "Mermaid", TB_KIND_COMPONENT, component);
  tb_lost_props (model, options, "Mermaid", TB_KIND_LINK, link);
  if (container != TB_KIND_NONE)
    tb_lost_props (model, options, "Mermaid", container, group);
#undef BIT
}

GBytes *
tb_export_mermaid (const TbModel *model, const TbExportOptions *options, GError **error)
{
  static const TbGraphWriter writer = { open_container, close_container, put_component };
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
  g_string_append (out, "  classDef external stroke-dasharray: 4 4\n");
  tell_lost (model, options, tb_graph_container (model));
  return g_string_free_to_bytes (out);
}
