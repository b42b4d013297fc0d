/* The corpus, and the table against its RELAX NG: our reader and libxml2's validator (which is
 * xmllint's) give one verdict on every file and on every property with every kind of value. */
#include "model-test.h"

#include <libxml/parser.h>
#include <libxml/relaxng.h>

#include "schema-private.h"

static xmlRelaxNG *schema;

static void
be_silent (void *data, const char *format, ...)
{
}

static void
load_schema (void)
{
  g_autofree char *path = tb_data_path ("tierboard.rng");
  xmlRelaxNGParserCtxt *parser = xmlRelaxNGNewParserCtxt (path);
  schema = xmlRelaxNGParse (parser);
  xmlRelaxNGFreeParserCtxt (parser);
  g_assert_nonnull (schema);
}

static gboolean
schema_accepts (const char *bytes, gsize size)
{
  xmlDoc *doc = xmlReadMemory (bytes, (int) size, "x.xml", NULL,
                               XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  if (doc == NULL)
    return FALSE;
  xmlRelaxNGValidCtxt *validation = xmlRelaxNGNewValidCtxt (schema);
  xmlRelaxNGSetValidErrors (validation, be_silent, be_silent, NULL);
  gboolean good = xmlRelaxNGValidateDoc (validation, doc) == 0;
  xmlRelaxNGFreeValidCtxt (validation);
  xmlFreeDoc (doc);
  return good;
}

static gboolean
reader_accepts (const char *bytes, gsize size)
{
  g_autoptr (TbDocument) document = tb_document_load_bytes ("x.xml", bytes, size, NULL, NULL);
  return document != NULL;
}

/* ---- Files ----------------------------------------------------------------------------------- */

typedef struct
{
  const char *folder;
  gboolean reader, schema; /* the verdicts expected */
} Folder;

static const Folder folders[] = {
  { "good", TRUE, TRUE },
  { "bad", FALSE, FALSE },
  { "bad-beyond-rng", FALSE, TRUE }, /* a schema cannot say it; its verdict may be either */
};

static void
check_file (const Folder *folder, const char *path)
{
  g_autofree char *bytes = NULL;
  gsize size;
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  if (reader_accepts (bytes, size) != folder->reader)
    g_error ("%s: the reader %s it", path, folder->reader ? "refuses" : "accepts");
  if (folder->reader == folder->schema && schema_accepts (bytes, size) != folder->schema)
    g_error ("%s: the schema %s it", path, folder->schema ? "refuses" : "accepts");
}

static void
test_files_get_their_verdict (gconstpointer data)
{
  const Folder *folder = data;
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "corpus", folder->folder, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  g_assert_nonnull (dir);
  const char *name;
  guint n = 0;
  for (; (name = g_dir_read_name (dir)) != NULL; n++)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      check_file (folder, file);
    }
  g_assert_cmpuint (n, >=, 10);
}

static void
test_good_files_are_written_the_same_twice (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "corpus", "good", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      g_autoptr (TbDocument) document = tb_document_load (file, NULL, NULL);
      g_assert_nonnull (document);
      g_autofree char *first = xml_of (document);
      g_assert_true (schema_accepts (first, strlen (first)));
      g_autoptr (TbDocument) again = read_good (first);
      g_autofree char *second = xml_of (again);
      g_assert_cmpstr (second, ==, first);
    }
}

/* ---- Every property with every kind of value ------------------------------------------------- */

static const char *const texts[]
  = { "",        " ",         "a",        "A",          "a b",        " a ",       "-a",
      "0",       "1",         "-1",       "007",        "1.5",        "-0.5",      ".5",
      "5.",      "1e3",       "+1",       "0x1",        "65536",      "999999999999999999999",
      "yes",     "no",        "true",     "sync",       "server",     "5ms",       "5 ms",
      "1.5h",    "30d",       "10us",      "10µs",     "-5ms",       "5min",       "exponential 5ms",
      "exponential  5ms",     "exponential", "wait 5ms", "cpu exponential 5ms", "uniform 1ms 2ms",
      "uniform 1ms",          "normal 5ms 1ms", "pareto 5ms", "pareto 5ms 2.5", "pareto 5ms 0x2", "pareto 5ms 2e0", "pareto 5ms inf", "constant 5ms",
      "single",  "pool 8",    "pool",     "pool 0",     "pool 08",    "per-request",
      "#1f5fd0", "#fff",      "99.9%",    "%",          "a/1",        "a/0",       "a/leader",
      "a[1&gt;2]",  "a[1&gt;]",     "a.replicas", "a.replicas[1&gt;2]", "a.b", "naming",
      "a&#10;b", "naming  messaging", "TERM", "top", "free" };

/* One it may stand in. */
static TbKind
parent_of (TbKind kind)
{
  TbKind parent = TB_KIND_NONE + 1;
  while (parent < TB_N_KINDS && !tb_schema_may_contain (parent, kind))
    parent++;
  return parent;
}

/* Open tags down to an element of that kind, all with what they must have. */
static void
append_open (GString *xml, TbKind kind, const TbPropSpec *tested, const char *text)
{
  const TbKindSpec *spec = tb_schema_kind (kind);
  if (parent_of (kind) < TB_N_KINDS)
    append_open (xml, parent_of (kind), NULL, NULL);
  g_string_append_printf (xml, "<%s", spec->name);
  if (kind == TB_KIND_ARCHITECTURE)
    g_string_append (xml, " xmlns=\"" TB_XML_NAMESPACE "\"");
  for (guint i = 0; i < spec->n_props; i++)
    {
      const TbPropSpec *prop = &spec->props[i];
      const char *good = prop->type == TB_TYPE_INTEGER || prop->type == TB_TYPE_NUMBER ? "1"
                         : prop->type == TB_TYPE_DURATION                              ? "1s"
                                                                                       : "a";
      g_auto (GStrv) choices = g_strsplit (prop->choices != NULL ? prop->choices : good, " ", -1);
      g_autofree char *id = g_strdup_printf ("id%u", (guint) kind);
      if (prop == tested)
        g_string_append_printf (xml, " %s=\"%s\"", prop->name, text);
      else if (prop->required)
        g_string_append_printf (xml, " %s=\"%s\"", prop->name,
                                prop->type == TB_TYPE_ID ? id : choices[0]);
    }
  g_string_append_c (xml, '>');
}

static void
append_close (GString *xml, TbKind kind)
{
  g_string_append_printf (xml, "</%s>", tb_schema_kind (kind)->name);
  if (parent_of (kind) < TB_N_KINDS)
    append_close (xml, parent_of (kind));
}

static void
compare_verdicts (TbKind kind, const TbPropSpec *prop, const char *text)
{
  g_autoptr (GString) xml = g_string_new (NULL);
  append_open (xml, kind, prop, text);
  append_close (xml, kind);
  gboolean reader = reader_accepts (xml->str, xml->len);
  if (reader != schema_accepts (xml->str, xml->len))
    {
      g_test_message ("the reader %s, the schema does not: %s", reader ? "accepts" : "refuses",
                      xml->str);
      g_test_fail ();
    }
}

static void
test_reader_and_schema_agree_on_every_property (void)
{
  for (guint kind = TB_KIND_NONE + 1; kind < TB_N_KINDS; kind++)
    {
      const TbKindSpec *spec = tb_schema_kind ((TbKind) kind);
      for (guint i = 0; i < spec->n_props; i++)
        {
          const TbPropSpec *prop = &spec->props[i];
          gboolean common = prop->prop == TB_PROP_DESCRIPTION || prop->prop == TB_PROP_TAGS
                            || prop->prop == TB_PROP_HREF || prop->prop == TB_PROP_ORIGIN;
          if (prop->type == TB_TYPE_TEXT || (common && kind != TB_KIND_LAYER))
            continue;
          for (guint t = 0; t < G_N_ELEMENTS (texts); t++)
            compare_verdicts ((TbKind) kind, prop, texts[t]);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  load_schema ();
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *name = g_strconcat ("/model/corpus/", folders[i].folder, NULL);
      g_test_add_data_func (name, &folders[i], test_files_get_their_verdict);
    }
#define TEST(name) g_test_add_func ("/model/corpus/" #name, test_##name)
  TEST (good_files_are_written_the_same_twice);
  TEST (reader_and_schema_agree_on_every_property);
  int status = g_test_run ();
  xmlRelaxNGFree (schema);
  return status;
}
