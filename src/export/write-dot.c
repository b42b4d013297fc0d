/* Graphviz DOT. What DOT has no word for goes along as attributes tb_NAME, which Graphviz leaves alone and our reader
 * takes; places as pos=, so that neato -n draws them where they are here. */
#include "export-private.h"
#include "text-graph.h"

#include <string.h>

static const char *const shapes[TB_N_ROLES] = {
  [TB_ROLE_CLIENT] = "ellipse",  [TB_ROLE_SERVER] = "box",       [TB_ROLE_STORE] = "cylinder",
  [TB_ROLE_CACHE] = "cylinder",  [TB_ROLE_BROKER] = "cds",       [TB_ROLE_BALANCER] = "hexagon",
  [TB_ROLE_PROXY] = "trapezium", [TB_ROLE_MEDIATOR] = "octagon", [TB_ROLE_EXTERNAL] = "box",
};

/* Backslashes mean something in a label (\n, \N), and so does &lt;. */
static void
put_label (GString *out, const char *value)
{
  g_string_append (out, "label=\"");
  for (const char *p = value; *p != '\0'; p++)
    {
      if (*p == '"' || *p == '\\')
        g_string_append_c (out, '\\');
      if (*p == '&' && (g_ascii_isalpha (p[1]) || p[1] == '#'))
        g_string_append (out, "&amp;");
      else if (*p == '\n')
        g_string_append (out, "\\n");
      else
        g_string_append_c (out, *p);
    }
  g_string_append_c (out, '"');
}

/* A value of ours: what quoting could change in any reader's hands is %XX. */
static void
put_own (GString *out, const char *name, const char *value)
{
  g_string_append_printf (out, "%s=\"", name);
  for (const char *p = value; *p != '\0'; p++)
    if (strchr ("\"\\%", *p) != NULL || (guchar) *p < 0x20 || *p == 0x7f)
      g_string_append_printf (out, "%%%02X", (guint) (guchar) *p);
    else
      g_string_append_c (out, *p);
  g_string_append_c (out, '"');
}

/* Every property that is set, but for the id and those DOT has a word for. blanks: "" for those that are not, since a
 * cluster has what the one around it says. */
static void
put_props (GString *out, const TbElement *element, gboolean blanks)
{
  const TbKindSpec *spec = tb_schema_kind (tb_element_kind (element));
  for (guint i = 0; i < spec->n_props; i++)
    {
      TbProp prop = spec->props[i].prop;
      gboolean is_set = tb_element_is_set (element, prop);
      if (prop == TB_PROP_ID || prop == TB_PROP_FROM || prop == TB_PROP_TO || (!is_set && !blanks))
        continue;
      g_autofree char *name = g_strdup_printf ("tb_%s", spec->props[i].name);
      g_strdelimit (name, "-", '_');
      g_string_append_c (out, ' ');
      put_own (out, name, is_set ? tb_element_get (element, prop) : "");
    }
}

static void
open_container (GString *out, const TbElement *container, guint depth)
{
  tb_graph_indent (out, depth);
  g_string_append_printf (out, "subgraph \"cluster_%s\" {\n", tb_element_id (container));
  tb_graph_indent (out, depth + 1);
  g_string_append (out, "graph [");
  put_label (out, tb_element_title (container));
  g_string_append_printf (out, " tb_element=%s", tb_schema_kind (tb_element_kind (container))->name);
  put_props (out, container, depth > 0);
  g_string_append (out, "];\n");
}

static void
close_container (GString *out, const TbElement *container, guint depth)
{
  tb_graph_indent (out, depth);
  g_string_append (out, "}\n");
}

/* Its place in the first view; points are our units, y goes up. */
static void
put_place (GString *out, const TbModel *model, const TbElement *component)
{
  const TbElement *view = tb_model_count (model, TB_KIND_VIEW) > 0 ? tb_model_nth (model, TB_KIND_VIEW, 0) : NULL;
  for (guint i = 0; view != NULL && i < tb_element_n_children (view); i++)
    {
      const TbElement *place = tb_element_child (view, i);
      if (tb_element_kind (place) != TB_KIND_PLACE
          || g_strcmp0 (tb_element_get (place, TB_PROP_OF), tb_element_id (component)) != 0
          || !tb_element_is_set (place, TB_PROP_X) || !tb_element_is_set (place, TB_PROP_Y))
        continue;
      char x[G_ASCII_DTOSTR_BUF_SIZE], y[G_ASCII_DTOSTR_BUF_SIZE];
      g_ascii_formatd (x, sizeof x, "%.10g", tb_element_get_number (place, TB_PROP_X));
      g_ascii_formatd (y, sizeof y, "%.10g", 0 - tb_element_get_number (place, TB_PROP_Y));
      g_string_append_printf (out, " pos=\"%s,%s!\"", x, y);
      return;
    }
}

static void
put_component (GString *out, const TbModel *model, const TbElement *component, guint depth)
{
  TbRole role = tb_component_role (component);
  tb_graph_indent (out, depth);
  g_string_append_printf (out, "\"%s\" [", tb_element_id (component));
  put_label (out, tb_element_title (component));
  g_string_append_printf (out, " shape=%s%s", shapes[role], role == TB_ROLE_EXTERNAL ? " style=dashed" : "");
  put_props (out, component, FALSE);
  put_place (out, model, component);
  g_string_append (out, "];\n");
}

static void
put_link (GString *out, const TbElement *link)
{
  const char *label = tb_graph_label (link);
  gboolean async = g_strcmp0 (tb_element_get (link, TB_PROP_CALL), "async") == 0;
  g_string_append_printf (out, "  \"%s\" -> \"%s\" [id=\"%s\"", tb_element_get (link, TB_PROP_FROM),
                          tb_element_get (link, TB_PROP_TO), tb_element_id (link));
  if (label != NULL)
    {
      g_string_append_c (out, ' ');
      put_label (out, label);
    }
  g_string_append (out, async ? " style=dashed" : "");
  put_props (out, link, FALSE);
  g_string_append (out, "];\n");
}

static const TbKind levels[] = { TB_KIND_LAYER, TB_KIND_TIER, TB_KIND_MIDDLEWARE, TB_KIND_GROUP };

/* What is referred to and is no cluster: an attribute of the graph each, which nothing draws. */
static void
put_others (GString *out, const TbModel *model, TbKind container)
{
  for (guint k = 0; k < G_N_ELEMENTS (levels); k++)
    for (guint i = 0; levels[k] != container && i < tb_model_count (model, levels[k]); i++)
      {
        const TbElement *element = tb_model_nth (model, levels[k], i);
        g_autofree char *name = g_strdup_printf ("tb_%s_%03u", tb_schema_kind (levels[k])->name, i);
        g_autofree char *value = g_strdup_printf ("%s %s", tb_element_id (element), tb_element_title (element));
        g_string_append (out, "  ");
        put_own (out, name, value);
        g_string_append (out, ";\n");
      }
}

static void
tell_lost (const TbModel *model, const TbExportOptions *options, TbKind container)
{
  static const TbProp none[] = { TB_PROP_NONE };
  guint64 held = (G_GUINT64_CONSTANT (1) << TB_KIND_ARCHITECTURE) | (G_GUINT64_CONSTANT (1) << TB_KIND_COMPONENT)
                 | (G_GUINT64_CONSTANT (1) << TB_KIND_LINK);
  for (guint k = 0; k < G_N_ELEMENTS (levels); k++)
    {
      held |= G_GUINT64_CONSTANT (1) << levels[k];
      if (levels[k] != container)
        tb_lost_props (model, options, "DOT", levels[k], none);
    }
  tb_lost_props (model, options, "DOT", TB_KIND_ARCHITECTURE, none);
  tb_lost_kinds (model, options, "DOT", held);
}

GBytes *
tb_export_dot (const TbModel *model, const TbExportOptions *options, GError **error)
{
  static const TbGraphWriter writer = { open_container, close_container, put_component };
  TbKind container = tb_graph_container (model);
  GString *out = g_string_new ("digraph {\n  graph [rankdir=LR compound=true ");
  put_label (out, tb_element_title (tb_model_root (model)));
  g_string_append (out, " tb_version=1];\n  node [shape=box fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\"];\n");
  put_others (out, model, container);
  tb_graph_write (out, model, &writer);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    put_link (out, tb_model_nth (model, TB_KIND_LINK, i));
  g_string_append (out, "}\n");
  tell_lost (model, options, container);
  return g_string_free_to_bytes (out);
}
