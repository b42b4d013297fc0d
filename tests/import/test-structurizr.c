/* What a stranger's Structurizr workspace becomes, that ours comes back as it went, and what is refused. */
#include <gio/gio.h>

#include "import-test.h"
#include "made-drawing.h"
#include "tb-export.h"

static Result
import_bytes (const char *bytes, gsize size)
{
  return import_named ("shop.json", bytes, size);
}

/* A workspace with ' for ". */
static Result
import_text (const char *text)
{
  g_autofree char *json = g_strdelimit (g_strdup (text), "'", '"');
  Result r = import_bytes (json, strlen (json));
  if (r.error != NULL)
    g_error ("%s", r.error->message);
  return r;
}

static const char shop[]
  = "{'name':'Shop','model':{\n"
    "'people':[{'id':'1','name':'Customer','tags':'Element,Person',\n"
    "  'relationships':[{'id':'20','sourceId':'1','destinationId':'2','description':'Buys in'},\n"
    "    {'id':'21','sourceId':'1','destinationId':'3','description':'Visits','technology':'HTTPS'}]}],\n"
    "'softwareSystems':[{'id':'2','name':'Shop','containers':[\n"
    "  {'id':'3','name':'Web','technology':'Java','tags':'Element,Container,Pci','url':'https://example.org',\n"
    "   'components':[{'id':'4','name':'Basket','relationships':[\n"
    "     {'id':'22','sourceId':'4','destinationId':'5','description':'Saves in','technology':'JDBC'}]}],\n"
    "   'perspectives':[{'name':'Security'}],\n"
    "   'relationships':[{'id':'23','sourceId':'3','destinationId':'6','interactionStyle':'Asynchronous'}]},\n"
    "  {'id':'5','name':'Orders','technology':'PostgreSQL','group':'Back/Data'}]},\n"
    " {'id':'6','name':'Payments','properties':{'owner':'Ann'}}],\n"
    "'deploymentNodes':[{'id':'7','name':'Rack','environment':'Live','children':[\n"
    "  {'id':'8','name':'host','instances':'2','environment':'Live','children':[{'id':'9','name':'Tomcat',\n"
    "   'environment':'Live','containerInstances':[{'id':'10','containerId':'3','instanceId':1,\n"
    "     'healthChecks':[{'name':'up','url':'http://localhost:8080/health','timeout':500}]}]}]}]},\n"
    " {'id':'11','name':'Laptop','environment':'Dev'}]},\n"
    "'views':{'containerViews':[{'key':'all','softwareSystemId':'2','elements':[{'id':'1','x':100,'y':200},\n"
    "   {'id':'3','x':1000,'y':200}],'relationships':[{'id':'21','vertices':[{'x':500,'y':250}]}],\n"
    "   'animations':[{'order':1}]}],\n"
    " 'dynamicViews':[{'key':'buy','description':'Buying','relationships':[\n"
    "   {'id':'22','order':'2','description':'insert'},{'id':'21','order':'1','description':'GET /'}]}],\n"
    " 'configuration':{'styles':{'elements':[{'tag':'Pci','background':'#ffeeee','shape':'RoundedBox'}]}}}}";

static const TbElement *
look_up (const Result *r, const char *id)
{
  const TbElement *element = tb_model_lookup (r->model, id);
  if (element == NULL)
    {
      g_autofree char *xml = tb_model_to_xml (r->model, NULL);
      g_error ("there is no %s in %s", id, xml);
    }
  return element;
}

static void
assert_value (const Result *r, const char *id, TbProp prop, const char *expected)
{
  g_assert_cmpstr (tb_element_get (look_up (r, id), prop), ==, expected);
}

static void
assert_told (const Result *r, guint line, const char *words)
{
  for (guint i = 0; i < r->dropped->len; i++)
    {
      const TbProblem *problem = r->dropped->pdata[i];
      if (strstr (problem->message, words) != NULL)
        {
          g_assert_cmpuint (problem->line, ==, line);
          return;
        }
    }
  g_error ("nothing is told of “%s”", words);
}

static void
test_people_systems_and_containers (void)
{
  Result r = import_text (shop);
  assert_value (&r, "customer", TB_PROP_KIND, "client");
  assert_value (&r, "customer", TB_PROP_TAGS, "person");
  assert_value (&r, "web", TB_PROP_KIND, "server");
  assert_value (&r, "web", TB_PROP_TAGS, "Pci");
  assert_value (&r, "web", TB_PROP_HREF, "https://example.org");
  assert_value (&r, "orders", TB_PROP_KIND, "store");
  assert_value (&r, "payments", TB_PROP_KIND, "external");
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_COMPONENT), ==, 4);
  const TbElement *group = tb_element_get_ref (r.model, look_up (&r, "orders"), TB_PROP_GROUP);
  g_assert_cmpstr (tb_element_title (group), ==, "Data");
  g_assert_cmpstr (tb_element_title (tb_element_get_ref (r.model, group, TB_PROP_PARENT)), ==, "Back");
  result_clear (&r);
}

static void
test_relationships_are_links_once (void)
{
  Result r = import_text (shop);
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_LINK), ==, 3);
  assert_value (&r, "visits", TB_PROP_PROTOCOL, "http");
  assert_value (&r, "saves-in", TB_PROP_FROM, "web"); /* of a component inside it */
  assert_value (&r, "saves-in", TB_PROP_DESCRIPTION, "JDBC");
  const TbElement *pay = tb_model_nth (r.model, TB_KIND_LINK, 1);
  g_assert_cmpstr (tb_element_get (pay, TB_PROP_TO), ==, "payments");
  g_assert_cmpstr (tb_element_get (pay, TB_PROP_CALL), ==, "async");
  result_clear (&r);
}

static void
test_deployment_becomes_tier_devices_and_replicas (void)
{
  Result r = import_text (shop);
  const TbElement *web = look_up (&r, "web"), *ready = tb_element_child_of (web, TB_KIND_READY);
  assert_value (&r, "web", TB_PROP_TIER, "rack");
  g_assert_cmpuint (tb_component_replicas (web), ==, 2);
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_DEVICE), ==, 2);
  g_assert_cmpstr (tb_element_get (tb_model_nth (r.model, TB_KIND_ON, 1), TB_PROP_DEVICE), ==,
                   tb_element_id (tb_model_nth (r.model, TB_KIND_DEVICE, 1)));
  g_assert_cmpstr (tb_element_get (ready, TB_PROP_PATH), ==, "/health");
  g_assert_cmpstr (tb_element_get (ready, TB_PROP_PORT), ==, "8080");
  g_assert_cmpstr (tb_element_get (ready, TB_PROP_WITHIN), ==, "500ms");
  result_clear (&r);
}

static void
test_views_places_bends_steps_and_styles (void)
{
  Result r = import_text (shop);
  const TbElement *view = tb_model_nth (r.model, TB_KIND_VIEW, 0), *place = tb_element_child (view, 0);
  g_assert_cmpstr (tb_element_get (place, TB_PROP_OF), ==, "customer");
  g_assert_cmpstr (tb_element_get (place, TB_PROP_X), ==, "40");
  g_assert_cmpstr (tb_element_get (place, TB_PROP_Y), ==, "80");
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_BEND), ==, 1);
  g_assert_cmpstr (tb_element_get (view, TB_PROP_SHOWS), ==, "placed");
  g_assert_cmpstr (tb_element_get (tb_model_nth (r.model, TB_KIND_STEP, 0), TB_PROP_LABEL), ==, "GET /");
  g_assert_cmpstr (tb_element_get (tb_model_nth (r.model, TB_KIND_STEP, 1), TB_PROP_LINK), ==, "saves-in");
  g_assert_cmpstr (tb_element_get (tb_model_nth (r.model, TB_KIND_STYLE, 0), TB_PROP_FILL), ==, "#ffeeee");
  result_clear (&r);
}

static void
test_the_largest_container_view_is_first_and_names_are_ones_own (void)
{
  Result r = import_text ("{'name':'Shop','model':{'softwareSystems':[{'id':'1','name':'Shop','containers':[{'id':'2','name':'Web'},"
                          "{'id':'3','name':'Api'}]}]},'views':{'containerViews':["
                          "{'key':'small','description':'Containers','elements':[{'id':'2'}]},"
                          "{'key':'large','description':'Containers','elements':[{'id':'2'},{'id':'3'}]}]}}");
  g_assert_cmpstr (tb_element_title (tb_model_nth (r.model, TB_KIND_VIEW, 0)), ==, "Containers");
  g_assert_cmpuint (tb_element_n_children (tb_model_nth (r.model, TB_KIND_VIEW, 0)), ==, 2);
  g_assert_cmpstr (tb_element_title (tb_model_nth (r.model, TB_KIND_VIEW, 1)), ==, "small");
  result_clear (&r);
}

/* Of a view that its own program is to lay out. */
static void
test_what_a_view_names_without_a_place_gets_one_there (void)
{
  Result r = import_text ("{'name':'Shop','model':{'softwareSystems':[{'id':'1','name':'Web','relationships':["
                          "{'id':'9','sourceId':'1','destinationId':'2'}]},{'id':'2','name':'Orders'},{'id':'3','name':'Mail'}]},"
                          "'views':{'systemLandscapeViews':[{'key':'part','elements':[{'id':'1'},{'id':'2'}]}]}}");
  const TbElement *view = tb_model_nth (r.model, TB_KIND_VIEW, 0);
  g_assert_cmpstr (tb_element_get (view, TB_PROP_SHOWS), ==, "placed");
  g_assert_cmpuint (tb_element_n_children (view), ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      const TbElement *place = tb_element_child (view, i);
      g_assert_true (tb_element_is_set (place, TB_PROP_X) && tb_element_is_set (place, TB_PROP_Y));
      g_assert_false (tb_element_is_set (place, TB_PROP_HIDDEN));
      g_assert_cmpstr (tb_element_get (place, TB_PROP_OF), !=, "mail");
    }
  result_clear (&r);
}

static void
test_what_has_no_place_is_told_with_its_line (void)
{
  Result r = import_text (shop);
  assert_told (&r, 6, "perspectives");
  assert_told (&r, 12, "owner");
  assert_told (&r, 7, "Basket");
  assert_told (&r, 17, "Dev");
  assert_told (&r, 18, "animations");
  for (guint i = 0; i < r.dropped->len; i++) /* nothing is told that was taken */
    g_assert_null (strstr (((TbProblem *) r.dropped->pdata[i])->message, "Buys in"));
  result_clear (&r);
}

/* ---- There and back ----------------------------------------------------------------------------------- */

static Result
there_and_back (const TbModel *model)
{
  g_autoptr (GError) error = NULL;
  const TbExportOptions options = { .scale = 1, .no_cache = TRUE };
  g_autoptr (GBytes) bytes = tb_export_bytes (model, tb_export_format ("structurizr"), &options, &error);
  g_assert_no_error (error);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  return import_bytes (data, size);
}

static int
by_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* A view without a place may come back with some. */
static char *
normal_line (const char *line)
{
  gsize length = strlen (line);
  gboolean empty = strstr (line, "<view ") != NULL && g_str_has_suffix (line, "/>");
  return empty ? g_strdup_printf ("%.*s>", (int) length - 2, line) : g_strdup (line);
}

static GPtrArray *
sorted_lines (const TbModel *model)
{
  g_autofree char *xml = tb_model_to_xml (model, NULL);
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) list = g_strsplit (xml, "\n", -1);
  for (guint i = 0; list[i] != NULL; i++)
    if (strstr (list[i], "</view>") == NULL)
      g_ptr_array_add (lines, normal_line (list[i]));
  g_ptr_array_sort (lines, by_text);
  return lines;
}

/* The same lines, in whatever order; what had no place may have one. */
static void
assert_same (const TbModel *before, const TbModel *after, const char *what)
{
  g_autoptr (GPtrArray) a = sorted_lines (before), b = sorted_lines (after);
  for (guint i = 0, k = 0; i < a->len || k < b->len; k++)
    {
      const char *was = i < a->len ? a->pdata[i] : NULL, *is = k < b->len ? b->pdata[k] : NULL;
      if (g_strcmp0 (was, is) == 0)
        i++;
      else if (is == NULL || strstr (is, "<place") == NULL)
        {
          g_autofree char *x = tb_model_to_xml (before, NULL), *y = tb_model_to_xml (after, NULL);
          g_error ("%s: %s became %s\n%s\n--->\n%s", what, was, is, x, y);
        }
    }
}

static void
test_examples_come_back_as_they_went (void)
{
  g_autofree char *folder = tb_data_path ("examples");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (TbDocument) document
        = g_str_has_suffix (name, ".tierboard") ? tb_document_load (path, NULL, NULL) : NULL;
      g_autofree char *text = document != NULL ? tb_model_to_xml (tb_document_model (document), NULL) : NULL;
      if (text == NULL || strstr (text, "<!--") != NULL)
        continue;
      Result r = there_and_back (tb_document_model (document));
      if (r.error != NULL)
        g_error ("%s: %s", name, r.error->message);
      assert_same (tb_document_model (document), r.model, name);
      result_clear (&r);
      n++;
    }
  g_assert_cmpuint (n, >, 3);
}

static void
test_any_drawing_comes_back_as_it_went (void)
{
  for (guint seed = 1; seed <= 60; seed++)
    {
      g_autoptr (TbDocument) document = made_drawing_new (seed);
      g_autofree char *what = g_strdup_printf ("seed %u", seed);
      Result r = there_and_back (tb_document_model (document));
      if (r.error != NULL)
        g_error ("%s: %s", what, r.error->message);
      assert_same (tb_document_model (document), r.model, what);
      result_clear (&r);
    }
}

/* Somebody else renames, adds and takes away; what referred to that is left out and told. */
static void
test_what_was_changed_there_is_taken (void)
{
  static const char drawing[]
    = "<architecture xmlns='urn:tierboard:1' name='Shop'><layer id='top'/><component id='a' kind='client' name='Alpha'>"
      "<builtin><call link='ab'/></builtin></component><component id='b' kind='server' layer='top'/>"
      "<link id='ab' from='a' to='b' timeout='2s'/><view id='main'><place of='a' x='10' y='20'/></view></architecture>";
  g_autoptr (TbDocument) document = tb_document_load_bytes ("t", drawing, strlen (drawing), NULL, NULL);
  const TbExportOptions options = { .scale = 1 };
  g_autoptr (GBytes) bytes = tb_export_bytes (tb_document_model (document), tb_export_format ("structurizr"), &options, NULL);
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_auto (GStrv) parts = g_strsplit (text, "\"Alpha\"", -1);
  g_autofree char *renamed = g_strjoinv ("\"Beta\"", parts);
  Result r = import_bytes (renamed, strlen (renamed));
  assert_value (&r, "a", TB_PROP_NAME, "Beta");
  assert_value (&r, "ab", TB_PROP_TIMEOUT, "2s");
  result_clear (&r);
  /* The link is gone: so is the call that was made over it. */
  char *id = strstr (text, "\"destinationId\"");
  memcpy (id, "\"destinationIX\"", strlen ("\"destinationIX\""));
  r = import_bytes (text, strlen (text));
  g_assert_no_error (r.error);
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_LINK), ==, 0);
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_CALL), ==, 0);
  g_assert_cmpuint (r.dropped->len, >=, 2);
  result_clear (&r);
}

/* ---- Refused ------------------------------------------------------------------------------------------ */

static void
assert_refused (const char *bytes, gsize size, const char *words)
{
  const TbImportSource source = { "bad.json", NULL, bytes, size };
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) document = tb_import_bytes (&source, "structurizr", NULL, &error);
  g_assert_null (document);
  if (strstr (error->message, words) == NULL)
    g_error ("“%s” is not about “%s”", error->message, words);
}

static void
test_what_is_no_workspace_is_refused_in_a_sentence (void)
{
  assert_refused ("", 0, "bad.json");
  assert_refused ("{", 1, "JSON");
  assert_refused ("[1]", 3, "workspace");
  assert_refused ("{\"model\":7}", 11, "model");
  assert_refused ("{\"model\":{}}", 12, "nothing");
  assert_refused ("{\"model\":{\"people\":[{\"name\":\"a\"", 30, "JSON");
}

static void
test_depth_and_number_are_bounded (void)
{
  g_autoptr (GString) deep = g_string_new ("{\"model\":");
  for (guint i = 0; i < 100000; i++)
    g_string_append_c (deep, '[');
  assert_refused (deep->str, deep->len, "deep");
  g_autoptr (GString) many = g_string_new ("{\"model\":[");
  for (guint i = 0; i < 1000002; i++)
    g_string_append (many, "0,");
  assert_refused (many->str, many->len, "values");
}

/* A workspace cut anywhere is refused or read; it never crashes. */
static void
test_cut_anywhere_it_is_a_sentence_or_a_drawing (void)
{
  g_autofree char *json = g_strdelimit (g_strdup (shop), "'", '"');
  for (gsize size = 0; size < strlen (json); size += 7)
    {
      const TbImportSource source = { "cut.json", NULL, json, size };
      g_autoptr (GError) error = NULL;
      g_autoptr (TbDocument) document = tb_import_bytes (&source, "structurizr", NULL, &error);
      g_assert_true ((document == NULL) == (error != NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add_func ("/structurizr/" #name, test_##name)
  TEST (people_systems_and_containers);
  TEST (relationships_are_links_once);
  TEST (deployment_becomes_tier_devices_and_replicas);
  TEST (views_places_bends_steps_and_styles);
  TEST (the_largest_container_view_is_first_and_names_are_ones_own);
  TEST (what_a_view_names_without_a_place_gets_one_there);
  TEST (what_has_no_place_is_told_with_its_line);
  TEST (examples_come_back_as_they_went);
  TEST (any_drawing_comes_back_as_it_went);
  TEST (what_was_changed_there_is_taken);
  TEST (what_is_no_workspace_is_refused_in_a_sentence);
  TEST (depth_and_number_are_bounded);
  TEST (cut_anywhere_it_is_a_sentence_or_a_drawing);
  return g_test_run ();
}
