/* PlantUML with the macros of C4 out of its own standard library, which needs no network. */
#include "export-private.h"
#include "text-graph.h"

#include <string.h>

static const char *const reserved[] = { "end", "as", "note", "database", "queue", "cloud", "component", "node", "actor",
                                        "left", "right", "up", "down", "title", NULL };

/* Macro by role; the third argument is the technology. */
static const char *const macros[TB_N_ROLES] = {
  [TB_ROLE_CLIENT] = "Person",         [TB_ROLE_SERVER] = "Container",     [TB_ROLE_STORE] = "ContainerDb",
  [TB_ROLE_CACHE] = "ContainerDb",     [TB_ROLE_BROKER] = "ContainerQueue", [TB_ROLE_BALANCER] = "Container",
  [TB_ROLE_PROXY] = "Container",       [TB_ROLE_MEDIATOR] = "Container",   [TB_ROLE_EXTERNAL] = "System_Ext",
};

/* A macro's argument: quotes cannot be escaped in one, so they become typographic. */
static char *
argument (const char *text)
{
  GString *out = g_string_new ("\"");
  for (const char *p = text; *p != '\0'; p++)
    if (*p == '"')
      g_string_append (out, "”");
    else if (*p == '\n')
      g_string_append (out, "\\n");
    else
      g_string_append_c (out, *p);
  g_string_append_c (out, '"');
  return g_string_free (out, FALSE);
}

static void
open_container (GString *out, const TbElement *container, guint depth)
{
  g_autofree char *word = tb_graph_word (tb_element_id (container), reserved);
  g_autofree char *title = argument (tb_element_title (container));
  tb_graph_indent (out, depth);
  g_string_append_printf (out, "%s(%s, %s) {\n",
                          tb_element_kind (container) == TB_KIND_TIER ? "Deployment_Node" : "Boundary", word, title);
}

static void
close_container (GString *out, const TbElement *container, guint depth)
{
  tb_graph_indent (out, depth);
  g_string_append (out, "}\n");
}

/* "postgresql", or what part it plays. */
static const char *
technology_of (const TbElement *component)
{
  const TbElement *template = tb_element_child_of (component, TB_KIND_TEMPLATE);
  const char *name = template != NULL ? tb_element_get (template, TB_PROP_NAME) : NULL;
  return name != NULL ? name : tb_role_name (tb_component_role (component));
}

static void
put_component (GString *out, const TbModel *model, const TbElement *component, guint depth)
{
  TbRole role = tb_component_role (component);
  const char *description = tb_element_get (component, TB_PROP_DESCRIPTION);
  g_autofree char *word = tb_graph_word (tb_element_id (component), reserved);
  g_autofree char *title = argument (tb_element_title (component));
  g_autofree char *technology = argument (technology_of (component));
  g_autofree char *said = argument (description != NULL ? description : "");
  gboolean has_technology = role != TB_ROLE_CLIENT && role != TB_ROLE_EXTERNAL;
  tb_graph_indent (out, depth);
  g_string_append_printf (out, "%s(%s, %s%s%s", macros[role], word, title, has_technology ? ", " : "",
                          has_technology ? technology : "");
  g_string_append_printf (out, "%s%s)\n", description != NULL ? ", " : "", description != NULL ? said : "");
}

static void
put_link (GString *out, const TbModel *model, const TbElement *link)
{
  g_autofree char *from = tb_graph_word (tb_element_get (link, TB_PROP_FROM), reserved);
  g_autofree char *to = tb_graph_word (tb_element_get (link, TB_PROP_TO), reserved);
  const char *label = tb_graph_label (link), *protocol = tb_element_get (link, TB_PROP_PROTOCOL);
  gboolean async = g_strcmp0 (tb_element_get (link, TB_PROP_CALL), "async") == 0;
  g_autofree char *said = argument (label != NULL ? label : async ? "sends to" : "calls");
  g_autofree char *technology = argument (protocol != NULL ? protocol : async ? "async" : "");
  g_string_append_printf (out, "  Rel(%s, %s, %s", from, to, said);
  if (protocol != NULL || async)
    g_string_append_printf (out, ", %s", technology);
  g_string_append (out, ")\n");
}

static void
tell_lost (const TbModel *model, const TbExportOptions *options, TbKind container)
{
#define BIT(kind) (G_GUINT64_CONSTANT (1) << TB_KIND_##kind)
  const TbProp component[] = { TB_PROP_KIND, TB_PROP_DESCRIPTION, tb_graph_container_prop (container), TB_PROP_NONE };
  const TbProp link[] = { TB_PROP_FROM, TB_PROP_TO, TB_PROP_PROTOCOL, TB_PROP_CALL, TB_PROP_NONE };
  tb_lost_kinds (model, options, "PlantUML",
                 BIT (ARCHITECTURE) | BIT (COMPONENT) | BIT (LINK) | (G_GUINT64_CONSTANT (1) << container));
  tb_lost_props (model, options, "PlantUML", TB_KIND_COMPONENT, component);
  tb_lost_props (model, options, "PlantUML", TB_KIND_LINK, link);
#undef BIT
}

GBytes *
tb_export_plantuml (const TbModel *model, const TbExportOptions *options, GError **error)
{
  static const TbGraphWriter writer = { open_container, close_container, put_component };
  TbKind container = tb_graph_container (model);
  const char *name = tb_element_get (tb_model_root (model), TB_PROP_NAME);
  GString *out = g_string_new ("@startuml\n!include <C4/C4_Container>\n");
  if (container == TB_KIND_TIER)
    g_string_append (out, "!include <C4/C4_Deployment>\n");
  g_string_append (out, "LAYOUT_LEFT_RIGHT()\n");
  if (name != NULL)
    g_string_append_printf (out, "title %s\n", name);
  tb_graph_write (out, model, &writer);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    put_link (out, model, tb_model_nth (model, TB_KIND_LINK, i));
  g_string_append (out, "@enduml\n");
  tell_lost (model, options, container);
  return g_string_free_to_bytes (out);
}
