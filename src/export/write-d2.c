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

/* A tooltip is Markdown there, where < would begin HTML. */
static char *
quote_tooltip (const char *text)
{
  g_autoptr (GString) plain = g_string_new (text);
  g_string_replace (plain, "&", "&amp;", 0);
  g_string_replace (plain, "<", "&lt;", 0);
  return quote (plain->str);
}

/* D2 refuses a link below words that look like an address: they could be another one. */
static gboolean
looks_like_address (const char *text)
{
  return text != NULL && strstr (text, "://") != NULL;
}

static gboolean
has_link (const TbElement *component)
{
  return tb_element_is_set (component, TB_PROP_HREF) && !looks_like_address (tb_element_title (component))
         && !looks_like_address (tb_element_get (component, TB_PROP_DESCRIPTION));
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
      g_autofree char *said = quote_tooltip (description);
      g_string_append_printf (out, "; tooltip: %s", said);
    }
  if (has_link (component))
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

static gboolean
can_be_seen (const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    if (g_unichar_isgraph (g_utf8_get_char (text)) && !g_unichar_isspace (g_utf8_get_char (text)))
      return TRUE;
  return FALSE;
}

/* D2 has no name for a drawing, but any text may stand above it; no component's word has a blank. */
static void
put_title (GString *out, const TbModel *model)
{
  const char *name = tb_element_get (tb_model_root (model), TB_PROP_NAME);
  g_autofree char *title = name != NULL && can_be_seen (name) ? quote (name) : NULL;
  if (title != NULL)
    g_string_append_printf (out, "\"drawing title\": %s { shape: text; near: top-center; style.font-size: 28 }\n", title);
}

static void
tell_links (const TbModel *model, const TbExportOptions *options)
{
  for (guint i = 0; options->lost != NULL && i < tb_model_count (model, TB_KIND_COMPONENT); i++)
    {
      const TbElement *component = tb_model_nth (model, TB_KIND_COMPONENT, i);
      if (tb_element_is_set (component, TB_PROP_HREF) && !has_link (component))
        tb_lost_add (options, tb_element_uid (component), "href= of %s: D2 takes none where the name or description has one",
                     tb_element_id (component));
    }
}

GBytes *
tb_export_d2 (const TbModel *model, const TbExportOptions *options, GError **error)
{
  static const TbGraphWriter writer = { open_container, close_container, put_component };
  static const TbProp component_held[] = { TB_PROP_KIND, TB_PROP_DESCRIPTION, TB_PROP_HREF, TB_PROP_NONE };
  static const TbProp link_held[] = { TB_PROP_FROM, TB_PROP_TO, TB_PROP_CALL, TB_PROP_NONE };
  GString *out = g_string_new ("direction: right\n");
  put_title (out, model);
  tb_graph_write (out, model, &writer);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    put_link (out, model, tb_model_nth (model, TB_KIND_LINK, i));
  tb_graph_tell_lost (model, options, "D2", component_held, link_held);
  tell_links (model, options);
  return g_string_free_to_bytes (out);
}
