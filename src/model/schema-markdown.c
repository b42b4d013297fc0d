/* The schema table as a page for people: docs/file-format.md. */
#include "schema-private.h"

static const char introduction[]
  = "# The file format\n\n"
    "<!-- Made from the schema table by “tierboard schema --markdown”: do not edit. -->\n\n"
    "An architecture is one XML file in UTF-8, in the namespace `" TB_XML_NAMESPACE "`. Ids match\n"
    "`[a-z][a-z0-9-]*`, are unique in the file (phases: in their scenario) and never change.\n"
    "`tierboard fmt` writes the canonical form: one element a line, elements and attributes in\n"
    "the order of this page. Comments are kept with the element that follows them, unknown names\n"
    "of other versions with a warning, those of other namespaces silently. Document types,\n"
    "entities and anything outside the file are never read; a file has at most 64 MiB,\n"
    "1 000 000 elements, a depth of 64, 256 attributes an element.\n\n"
    "Names in scenarios, filters and commands: `orders` (an element), `orders/1` (an instance),\n"
    "`orders/leader` (a role), `save[1>2]` (a link between two instances), `orders.replicas` (the\n"
    "links between its replicas).\n";

static void
append_values (GString *out, const TbPropSpec *prop)
{
  if (prop->type == TB_TYPE_REF || prop->type == TB_TYPE_REFS)
    {
      g_string_append (out, prop->type == TB_TYPE_REF ? "id of" : "ids of");
      for (guint kind = TB_KIND_NONE + 1; kind < TB_N_KINDS; kind++)
        if ((prop->ref_kinds & (G_GUINT64_CONSTANT (1) << kind)) != 0)
          g_string_append_printf (out, " %s", tb_schema_kind ((TbKind) kind)->name);
      return;
    }
  g_autofree char *expected = tb_schema_expected (prop);
  g_string_append (out, prop->type == TB_TYPE_STRING ? "text" : expected);
}

static void
append_prop (GString *out, const TbPropSpec *prop)
{
  if (prop->type == TB_TYPE_TEXT)
    g_string_append (out, "| *its text* | ");
  else
    g_string_append_printf (out, "| `%s`%s | ", prop->name, prop->required ? " (required)" : "");
  append_values (out, prop);
  if (prop->default_text != NULL && *prop->default_text != '\0')
    g_string_append_printf (out, "; `%s` where absent", prop->default_text);
  g_string_append_printf (out, " | %s |\n", prop->help);
}

static void
append_kind (GString *out, const TbKindSpec *spec)
{
  g_string_append_printf (out, "\n## `<%s>`\n\n%s", spec->name, spec->help);
  for (guint parent = TB_KIND_NONE + 1; parent < TB_N_KINDS; parent++)
    if (tb_schema_may_contain ((TbKind) parent, spec->kind))
      g_string_append_printf (out, " In `<%s>`%s.", tb_schema_kind ((TbKind) parent)->name,
                              spec->max_in_parent == 1 ? ", once" : "");
  g_string_append (out, "\n\n| attribute | value | says |\n| --- | --- | --- |\n");
  for (guint i = 0; i < spec->n_props; i++)
    append_prop (out, &spec->props[i]);
}

char *
tb_schema_to_markdown (void)
{
  GString *out = g_string_new (introduction);
  for (guint kind = TB_KIND_NONE + 1; kind < TB_N_KINDS; kind++)
    append_kind (out, tb_schema_kind ((TbKind) kind));
  return g_string_free (out, FALSE);
}
