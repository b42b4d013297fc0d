/* D2: containers nest, so that a component is named by the whole way to it. */
#include "export-private.h"
#include "text-graph.h"

#include <string.h>

static const char *const reserved[] = { "label", "desc", "shape", "icon", "constraint", "tooltip", "link", "near", "width",
                                        "height", "direction", "top", "left", "style", "class", "classes", "vars",
                                        "layers", "scenarios", "steps", "null", "suspend", "unsuspend", "opacity",
                                        "stroke", "fill", "shadow", "filled", "animated", "bold", "italic", "underline",
                                        NULL };

static const char *const shapes[TB_N_ROLES] = {
  [TB_ROLE_CLIENT] = "person",   [TB_ROLE_SERVER] = "rectangle",  [TB_ROLE_STORE] = "cylinder",
  [TB_ROLE_CACHE] = "stored_data", [TB_ROLE_BROKER] = "queue",    [TB_ROLE_BALANCER] = "hexagon",
  [TB_ROLE_PROXY] = "parallelogram", [TB_ROLE_MEDIATOR] = "circle", [TB_ROLE_EXTERNAL] = "cloud",
};

/* "$" would name a variable. */
static char *
quote (const char *text)
{
  g_autofree char *quoted = tb_graph_quote (text);
  g_auto (GStrv) parts = g_strsplit (quoted, "$", -1);
  return g_strjoinv ("\\$", parts);
}

static void
open_container (GString *out, const TbElement *container, guint depth)
{
  g_autofree char *word = tb_graph_word (tb_element_id (container), reserved);
  g_autofree char *title = quote (tb_element_title (container));
  tb_graph_indent (out, depth);
  g_string_append_printf (out, "%s: %s {\n", word, title);
}

static void
close_container (GString *out, const TbElement *container, guint depth)
{
  tb_graph_indent (out, depth);
  g_string_append (out, "}\n");
}

static void
put_component (GString *out, const TbModel *model, const TbElement *component, guint depth)
{
  g_autofree char *word = tb_graph_word (tb_element_id (component), reserved);
  g_autofree char *title = quote (tb_element_title (component));
  const char *description = tb_element_get (component, TB_PROP_DESCRIPTION);
  const char *href = tb_element_get (component, TB_PROP_HREF);
  tb_graph_indent (out, depth);
  g_string_append_printf (out, "%s: %s { shape: %s", word, title, shapes[tb_component_role (component)]);
  if (tb_component_replicas (component) > 1)
    g_string_append (out, "; style.multiple: true");
  if (description != NULL)
    {
      g_autofree char *said = quote (description);
      g_string_append_printf (out, "; tooltip: %s", said);
    }
  if (href != NULL)
    {
      g_autofree char *said = quote (href);
      g_string_append_printf (out, "; link: %s", said);
    }
  g_string_append (out, " }\n");
}

/* "app.shop" */
static char *
path_of (const TbModel *model, const char *id)
{
  TbKind kind = tb_graph_container (model);
  const TbElement *element = tb_model_lookup (model, id);
  GString *path = g_string_new (NULL);
  for (guint depth = 0; element != NULL && depth < 100; depth++)
    {
      g_autofree char *word = tb_graph_word (tb_element_id (element), reserved);
      g_string_prepend (path, depth > 0 ? "." : "");
      g_string_prepend (path, word);
      TbProp prop = depth == 0 ? tb_graph_container_prop (kind) : kind == TB_KIND_GROUP ? TB_PROP_PARENT : TB_PROP_NONE;
      const char *ids = prop != TB_PROP_NONE ? tb_element_get (element, prop) : NULL;
      g_autofree char *first = ids != NULL ? g_strndup (ids, strcspn (ids, " ")) : NULL;
      element = first != NULL ? tb_model_lookup (model, first) : NULL;
    }
  return g_string_free (path, FALSE);
}

static void
put_link (GString *out, const TbModel *model, const TbElement *link)
{
  g_autofree char *from = path_of (model, tb_element_get (link, TB_PROP_FROM));
  g_autofree char *to = path_of (model, tb_element_get (link, TB_PROP_TO));
  const char *label = tb_graph_label (link);
  g_autofree char *said = label != NULL ? quote (label) : NULL;
  gboolean async = g_strcmp0 (tb_element_get (link, TB_PROP_CALL), "async") == 0;
  g_string_append_printf (out, "%s -> %s%s%s%s\n", from, to, said != NULL ? ": " : async ? ":" : "",
                          said != NULL ? said : "", async ? " { style.stroke-dash: 4 }" : "");
}

static void
tell_lost (const TbModel *model, const TbExportOptions *options, TbKind container)
{
#define BIT(kind) (G_GUINT64_CONSTANT (1) << TB_KIND_##kind)
  const TbProp component[] = { TB_PROP_KIND, TB_PROP_DESCRIPTION, TB_PROP_HREF, tb_graph_container_prop (container),
                               TB_PROP_NONE };
  const TbProp link[] = { TB_PROP_FROM, TB_PROP_TO, TB_PROP_CALL, TB_PROP_NONE };
  tb_lost_kinds (model, options, "D2",
                 BIT (ARCHITECTURE) | BIT (COMPONENT) | BIT (LINK) | (G_GUINT64_CONSTANT (1) << container));
  tb_lost_props (model, options, "D2", TB_KIND_COMPONENT, component);
  tb_lost_props (model, options, "D2", TB_KIND_LINK, link);
#undef BIT
}

GBytes *
tb_export_d2 (const TbModel *model, const TbExportOptions *options, GError **error)
{
  static const TbGraphWriter writer = { open_container, close_container, put_component };
  GString *out = g_string_new ("direction: right\n");
  tb_graph_write (out, model, &writer);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    put_link (out, model, tb_model_nth (model, TB_KIND_LINK, i));
  tell_lost (model, options, tb_graph_container (model));
  return g_string_free_to_bytes (out);
}
