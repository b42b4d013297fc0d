/* The schema table as a dictionary for fuzzers. */
#include "schema-private.h"

static const char *const marks[]
  = { "xmlns=\\\"" TB_XML_NAMESPACE "\\\"", "<!--", "-->", "<![CDATA[", "]]>", "<!DOCTYPE",
      "<!ENTITY", "&amp;", "&#10;", "<?xml", "xmlns:x=\\\"urn:x\\\"", "/>", "</" };

static void
append_prop (GString *out, const TbPropSpec *prop, GHashTable *seen)
{
  g_auto (GStrv) words = g_strsplit (prop->choices != NULL ? prop->choices : "", " ", -1);
  if (prop->type != TB_TYPE_TEXT && g_hash_table_add (seen, g_strdup (prop->name)))
    g_string_append_printf (out, "\" %s=\\\"\"\n", prop->name);
  for (guint i = 0; words[i] != NULL && *words[i] != '\0'; i++)
    if (g_hash_table_add (seen, g_strdup (words[i])))
      g_string_append_printf (out, "\"%s\"\n", words[i]);
}

char *
tb_schema_to_dictionary (void)
{
  GString *out = g_string_new ("# Made from the schema table by “tierboard schema --dictionary”: "
                               "do not edit.\n");
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    g_string_append_printf (out, "\"%s\"\n", marks[i]);
  for (guint kind = TB_KIND_NONE + 1; kind < TB_N_KINDS; kind++)
    {
      const TbKindSpec *spec = tb_schema_kind ((TbKind) kind);
      g_string_append_printf (out, "\"<%s\"\n", spec->name);
      for (guint i = 0; i < spec->n_props; i++)
        append_prop (out, &spec->props[i], seen);
    }
  return g_string_free (out, FALSE);
}
