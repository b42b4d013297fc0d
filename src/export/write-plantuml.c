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

/* What marks up text, ends an argument or is a name to the preprocessor wherever it stands. */
static const char marks[] = "\"<>&~*#|=\\{}[](%$@^;!`";

static gboolean
is_word (gunichar c)
{
  return c == ' ' || g_unichar_isalnum (c) || g_unichar_ismark (c);
}

/* Of other punctuation two together are markup (//, --, __); one alone is not, unless there is nothing else. */
static gboolean
is_harmless (gunichar before, gunichar c, gunichar after)
{
  if (c >= 0x80)
    return g_unichar_isgraph (c) && !g_unichar_isspace (c);
  return is_word (c) || (strchr (marks, (int) c) == NULL && c > ' ' && is_word (before) && is_word (after));
}

/* Words as they are to be read: what PlantUML would take as markup becomes <U+NNNN>. (transfer full) */
static char *
plain (const char *text)
{
  GString *out = g_string_new (NULL);
  gunichar before = 0;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p), after = g_utf8_get_char (g_utf8_next_char (p));
      /* The end of a text is a word's end: “Who?” */
      gunichar next = after == 0 && is_word (before) ? ' ' : after;
      if (c == '\n')
        g_string_append (out, "\\n");
      else if (is_harmless (before, c, next))
        g_string_append_unichar (out, c);
      else
        g_string_append_printf (out, "<U+%04X>", c);
      before = c;
    }
  return g_string_free (out, FALSE);
}

/* A macro's argument. (transfer full) */
static char *
argument (const char *text)
{
  g_autofree char *words = plain (text);
  return g_strdup_printf ("\"%s\"", words);
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

GBytes *
tb_export_plantuml (const TbModel *model, const TbExportOptions *options, GError **error)
{
  static const TbGraphWriter writer = { open_container, close_container, put_component };
  static const TbProp component_held[] = { TB_PROP_KIND, TB_PROP_DESCRIPTION, TB_PROP_NONE };
  static const TbProp link_held[] = { TB_PROP_FROM, TB_PROP_TO, TB_PROP_PROTOCOL, TB_PROP_CALL, TB_PROP_NONE };
  TbKind container = tb_graph_container (model);
  const char *name = tb_element_get (tb_model_root (model), TB_PROP_NAME);
  GString *out = g_string_new ("@startuml\n' C4 is in PlantUML's own library; Debian's package of PlantUML leaves that library out.\n"
                               "!include <C4/C4_Container>\n");
  if (container == TB_KIND_TIER)
    g_string_append (out, "!include <C4/C4_Deployment>\n");
  g_string_append (out, "LAYOUT_LEFT_RIGHT()\n");
  if (name != NULL)
    {
      g_autofree char *title = plain (name);
      g_string_append_printf (out, "title %s\n", title);
    }
  tb_graph_write (out, model, &writer);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    put_link (out, model, tb_model_nth (model, TB_KIND_LINK, i));
  g_string_append (out, "@enduml\n");
  tb_graph_tell_lost (model, options, "PlantUML", component_held, link_held);
  return g_string_free_to_bytes (out);
}
