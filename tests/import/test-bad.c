/* What every reader owes to a file that is broken, mislabelled or something else: one sentence and no document, or a
 * whole document. DOT is read by a program of its own and has its own test. */
#include <string.h>
#include <time.h>

#include "tb-import.h"

typedef struct
{
  const char *format, *extension, *text;
} Good;

static const Good goods[] = {
  { "drawio", "drawio",
    "<mxfile><diagram name=\"Page-1\" id=\"p\"><mxGraphModel><root><mxCell id=\"0\"/><mxCell id=\"1\" parent=\"0\"/>"
    "<mxCell id=\"2\" value=\"W\xc3\xa9" "b\" vertex=\"1\" parent=\"1\"><mxGeometry x=\"1\" y=\"1\" width=\"80\" height=\"40\" "
    "as=\"geometry\"/></mxCell></root></mxGraphModel></diagram></mxfile>\n" },
  { "compose", "yaml",
    "services:\n  web:\n    image: nginx\n    environment: {DB_HOST: db}\n    labels: {name: W\xc3\xa9" "b}\n  db:\n    image: postgres:15\n" },
  { "structurizr", "json",
    "{\"name\":\"W\xc3\xa9" "b\",\"model\":{\"people\":[{\"id\":\"1\",\"name\":\"User\",\"relationships\":[{\"id\":\"9\",\"sourceId\":\"1\","
    "\"destinationId\":\"3\"}]}],\"softwareSystems\":[{\"id\":\"2\",\"name\":\"S\",\"containers\":[{\"id\":\"3\",\"name\":\"Web\"}]}]},"
    "\"views\":{}}\n" },
  { "mermaid", "mmd", "flowchart LR\n  subgraph app\n  A[W\xc3\xa9" "b] -->|calls| B[(DB)]\n  end\n  C --> A\n" },
  { "mermaid", "mmd",
    "architecture-beta\n  group api(cloud)[API]\n  service db(database)[W\xc3\xa9" "b] in api\n  service web(server)[Web] in api\n  "
    "web:R --> L:db\n" },
};

static TbDocument *
read_as (const char *extension, const char *format, const char *bytes, gsize size, GError **error)
{
  g_autofree char *name = g_strconcat ("it.", extension, NULL);
  g_autoptr (GPtrArray) told = tb_problems_new ();
  const TbImportSource source = { name, NULL, bytes, size };
  TbDocument *document = tb_import_bytes (&source, format, told, error);
  for (guint i = 0; i < told->len; i++)
    g_assert_null (strchr (((const TbProblem *) told->pdata[i])->message, '\n'));
  return document;
}

/* One line that a person reads, or a document that could be saved. */
static gboolean
comes_in (const char *extension, const char *format, const char *bytes, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) document = read_as (extension, format, bytes, size, &error);
  g_assert_true ((document == NULL) == (error != NULL));
  if (error != NULL)
    {
      g_assert_null (strchr (error->message, '\n'));
      g_assert_cmpuint (strlen (error->message), <=, 400);
      g_assert_true (g_str_has_prefix (error->message, "it.") || format != NULL);
    }
  else
    g_assert_cmpuint (tb_model_count (tb_document_model (document), TB_KIND_COMPONENT), >, 0);
  return document != NULL;
}

static void
assert_sentence (const char *extension, const char *bytes, gsize size, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) document = read_as (extension, NULL, bytes, size, &error);
  g_assert_null (document);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_any_extension (void)
{
  static const char *const extensions[] = { "drawio", "yaml", "json", "mmd", "dot", "txt", "png", "tierboard", "" };
  for (guint i = 0; i < G_N_ELEMENTS (goods); i++)
    for (guint e = 0; e < G_N_ELEMENTS (extensions); e++)
      g_assert_true (comes_in (extensions[e], NULL, goods[i].text, strlen (goods[i].text)));
}

static void
test_another_format_said (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (goods); i++)
    for (guint k = 0; k < G_N_ELEMENTS (goods); k++)
      if (!g_str_equal (goods[i].format, goods[k].format))
        comes_in (goods[i].extension, goods[k].format, goods[i].text, strlen (goods[i].text));
}

static void
test_cut_anywhere (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (goods); i++)
    for (gsize n = 0; n < strlen (goods[i].text); n++)
      comes_in (goods[i].extension, goods[i].format, goods[i].text, n);
}

static void
test_other_encodings (void)
{
  static const char *const encodings[] = { "UTF-16LE", "UTF-16BE", "UTF-16", "ISO-8859-1", "UTF-32", "IBM037" };
  for (guint i = 0; i < G_N_ELEMENTS (goods); i++)
    for (guint e = 0; e < G_N_ELEMENTS (encodings); e++)
      {
        gsize size;
        g_autofree char *text = g_convert (goods[i].text, -1, encodings[e], "UTF-8", NULL, &size, NULL);
        gboolean in = text != NULL && comes_in (goods[i].extension, NULL, text, size);
        g_assert_true (in || e >= 3 || (e < 2 && g_str_equal (goods[i].format, "drawio")) || text == NULL);
      }
}

static void
test_nothing_in_it (void)
{
  static const char *const blanks[] = { "", "\n", " \t\r\n\n  " };
  for (guint i = 0; i < G_N_ELEMENTS (goods); i++)
    for (guint b = 0; b < G_N_ELEMENTS (blanks); b++)
      assert_sentence (goods[i].extension, blanks[b], strlen (blanks[b]), "it is empty");
}

/* Whatever it is called. */
static void
test_what_else_it_is (void)
{
  static const struct
  {
    const char *bytes;
    gsize size;
    const char *words;
  } others[] = {
#define OTHER(text, words) { text, sizeof text - 1, words }
    OTHER ("PK\x03\x04\x14\0\0\0\x08\0", "ZIP archive"),
    OTHER ("\x1f\x8b\x08\0\0\0", "gzip"),
    OTHER ("\x28\xb5\x2f\xfd\0\0", "zstd"),
    OTHER ("%PDF-1.7\n", "PDF"),
    OTHER ("\xff\xd8\xff\xe0\0\x10JFIF", "JPEG"),
    OTHER ("\x89PNG\r\n\x1a\n\0\0\0\0IEND\xae\x42\x60\x82", "the picture holds no drawing"),
    OTHER ("<?xml version=\"1.0\"?>\n<!-- made -->\n<svg xmlns=\"http://www.w3.org/2000/svg\"><g/></svg>", "the picture holds no drawing"),
    OTHER ("<!doctype html>\n<html></html>", "web page"),
    OTHER ("TBREC1\n\0\0\0\0", "recording"),
    OTHER ("workspace \"Shop\" {\n  model {\n  }\n}\n", "Structurizr's DSL"),
    OTHER ("@startuml\nA -> B\n@enduml\n", "PlantUML"),
    OTHER ("---\napiVersion: v1\nkind: Service\n", "Kubernetes"),
    OTHER ("{\n  \"type\": \"excalidraw\",\n  \"version\": 2}", "Excalidraw"),
#undef OTHER
  };
  static const char *const extensions[] = { "drawio", "yaml", "json", "mmd", "dot", "md", "bin" };
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    for (guint e = 0; e < G_N_ELEMENTS (extensions); e++)
      assert_sentence (extensions[e], others[i].bytes, others[i].size, others[i].words);
}

static void
test_sentences_stay_short (void)
{
  g_autofree char *name = g_strnfill (100000, 'x');
  g_autofree char *yaml = g_strdup_printf ("services:\n  web:\n    image: '%s/\xc3\xa9%s'\n", name, name);
  const TbImportSource source = { "it.yaml", NULL, yaml, strlen (yaml) };
  g_autoptr (GPtrArray) told = tb_problems_new ();
  g_autoptr (TbDocument) document = tb_import_bytes (&source, NULL, told, NULL);
  g_assert_nonnull (document);
  g_assert_cmpuint (told->len, >, 0);
  for (guint i = 0; i < told->len; i++)
    {
      const TbProblem *p = told->pdata[i];
      g_assert_cmpuint (strlen (p->message), <=, 402);
      g_assert_true (g_utf8_validate (p->message, -1, NULL));
    }
}

/* The checker of addresses reads each text to its end whenever its beginning is compared (strict_string_checks), which
 * takes the square of its length. */
#ifdef TB_SANITIZED
#define FEWER 10
#else
#define FEWER 1
#endif

/* "head", many times "piece", "tail". */
static const struct
{
  const char *extension, *head, *piece;
  guint n;
  const char *tail;
} longest[] = {
  { "mmd", "flowchart TD\n", "a1-->a2-->a3-->", 100000, "b\n" },
  { "mmd", "flowchart TD\na", "[", 200000, "\n" },
  { "mmd", "flowchart TD\n", "a -- x ", 100000, "\n" },
  { "yaml", "services:\n  a: {image: \"", "${", 300000, "\"}\n" },
  { "yaml", "services:\n  a: {image: \"", "${A:-", 3000, "\"}\n" },
  { "yaml", "services:\n  b: {image: y}\n  a: {image: x, command: \"", "-h a ", 200000, "\"}\n" },
  { "drawio", "<mxfile><diagram><mxGraphModel><root><mxCell id='0'/><mxCell id='1' parent='0'/><object id='o' placeholders='1' a='zzzzzzzzzzzzzzz"
              "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz' label='", "%a%", 3300,
    "'><mxCell vertex='1' parent='1'><mxGeometry width='90' height='90' as='geometry'/></mxCell></object></root></mxGraphModel></diagram></mxfile>" },
  { "drawio", "<mxfile><diagram><mxGraphModel><root><mxCell id='0'/><mxCell id='1' parent='0'/>",
    "<mxCell id='l' edge='1' parent='1'><mxGeometry as='geometry'><mxPoint x='0' y='9' as='sourcePoint'/><mxPoint x='9' y='9' as='targetPoint'/>"
    "</mxGeometry></mxCell>", 20000, "<mxCell id='a' value='A' vertex='1' parent='1'><mxGeometry width='9' height='9' as='geometry'/></mxCell>"
    "</root></mxGraphModel></diagram></mxfile>" },
};

/* Time of the processor: the machine may be busy. What grows with the square of these takes far longer than that. */
static void
test_the_same_again_and_again_takes_no_time (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (longest); i++)
    {
      GString *text = g_string_new (longest[i].head);
      for (guint k = 0; k < longest[i].n / FEWER; k++)
        g_string_append (text, longest[i].piece);
      g_string_append (text, longest[i].tail);
      clock_t before = clock ();
      comes_in (longest[i].extension, NULL, text->str, text->len);
      double took = (double) (clock () - before) / CLOCKS_PER_SEC;
      if (took > 4)
        g_error ("%.20s…, %u times %.20s takes %.1f s", longest[i].head, longest[i].n, longest[i].piece, took);
      g_string_free (text, TRUE);
    }
}

static void
test_groups_in_groups_without_end (void)
{
  GString *text = g_string_new ("architecture-beta\ngroup g0(cloud)[G]\n");
  for (guint i = 1; i < 3000; i++)
    g_string_append_printf (text, "group g%u(cloud)[G] in g%u\n", i, i - 1);
  g_string_append (text, "service a(server)[A] in g2999\n");
  g_assert_true (comes_in ("mmd", NULL, text->str, text->len));
  g_string_free (text, TRUE);
}

/* 35 KB, and nine million edges: refused by what it takes of the processor, long before the memory is full. */
static void
test_a_short_graph_of_too_many_edges (void)
{
  GString *text = g_string_new ("digraph { {");
  for (guint i = 0; i < 6000; i++)
    g_string_append_printf (text, "%s%u", i == 3000 ? "} -> {" : " ", i);
  g_string_append (text, "} }");
  gint64 before_us = g_get_monotonic_time ();
  assert_sentence ("dot", text->str, text->len, "too large or too deep");
  g_test_message ("%.1f s", (double) (g_get_monotonic_time () - before_us) / 1e6);
  g_string_free (text, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/import/bad/any-extension", test_any_extension);
  g_test_add_func ("/import/bad/another-format-said", test_another_format_said);
  g_test_add_func ("/import/bad/cut-anywhere", test_cut_anywhere);
  g_test_add_func ("/import/bad/other-encodings", test_other_encodings);
  g_test_add_func ("/import/bad/nothing-in-it", test_nothing_in_it);
  g_test_add_func ("/import/bad/what-else-it-is", test_what_else_it_is);
  g_test_add_func ("/import/bad/sentences-stay-short", test_sentences_stay_short);
  g_test_add_func ("/import/bad/the-same-again-and-again-takes-no-time", test_the_same_again_and_again_takes_no_time);
  g_test_add_func ("/import/bad/groups-in-groups-without-end", test_groups_in_groups_without_end);
  g_test_add_func ("/import/bad/a-short-graph-of-too-many-edges", test_a_short_graph_of_too_many_edges);
  return g_test_run ();
}
