/* A drawing goes to draw.io and comes back: unchanged where nothing was changed there, and with what was. */
#include <gio/gio.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <string.h>

#include "tb-export.h"
#include "tb-import.h"

/* ---- There and back ------------------------------------------------------------------------------------ */

static char *
export_drawio (TbDocument *document)
{
  gsize size;
  g_autoptr (GError) error = NULL;
  TbExportOptions options = { .scale = 1, .no_cache = TRUE };
  g_autoptr (GBytes) bytes = tb_export_bytes (tb_document_model (document), tb_export_format ("drawio"), &options, &error);
  g_assert_no_error (error);
  const char *data = g_bytes_get_data (bytes, &size);
  return g_strndup (data, size);
}

static TbDocument *
import_drawio (const char *file, TbProblems *dropped)
{
  const TbImportSource source = { "back.drawio", NULL, file, strlen (file) };
  g_autoptr (GError) error = NULL;
  TbDocument *document = tb_import_bytes (&source, NULL, dropped, &error);
  g_assert_no_error (error);
  return document;
}

static char *
xml_of (TbDocument *document)
{
  return tb_model_to_xml (tb_document_model (document), NULL);
}

/* ---- Random drawings ----------------------------------------------------------------------------------- */

typedef struct
{
  GRand *rand;
  TbDocument *document;
  TbUid root;
} Maker;

static guint
below (Maker *m, guint n)
{
  return (guint) g_rand_int_range (m->rand, 0, (gint32) n);
}

static const char *
some_words (Maker *m)
{
  static const char *const words[] = { "Shop", "a < b & c", "Übergröße “quoted”", "tab\tand  blanks", "100%", "%name%", "<b>bold</b>",
                                       "two\nlines", "x;y=z", "名前", "'single' \"double\"", "Trailing " };
  return words[below (m, G_N_ELEMENTS (words))];
}

static TbUid
make (Maker *m, TbKind kind, TbUid parent)
{
  TbUid uid = tb_document_insert (m->document, kind, NULL, parent != 0 ? parent : m->root, G_MAXUINT);
  if (below (m, 3) > 0 && tb_schema_prop (kind, TB_PROP_NAME) != NULL && tb_schema_kind (kind)->has_id)
    tb_document_set (m->document, uid, TB_PROP_NAME, some_words (m), NULL);
  if (below (m, 4) == 0 && tb_schema_prop (kind, TB_PROP_DESCRIPTION) != NULL)
    tb_document_set (m->document, uid, TB_PROP_DESCRIPTION, some_words (m), NULL);
  if (below (m, 5) == 0 && tb_schema_prop (kind, TB_PROP_TAGS) != NULL)
    tb_document_set (m->document, uid, TB_PROP_TAGS, "pci big", NULL);
  return uid;
}

/* Now and then: prop of uid is one of that kind. */
static void
refer (Maker *m, TbUid uid, TbProp prop, TbKind kind)
{
  const TbModel *model = tb_document_model (m->document);
  guint n = tb_model_count (model, kind);
  if (n > 0 && below (m, 3) > 0)
    tb_document_set (m->document, uid, prop, tb_element_id (tb_model_nth (model, kind, below (m, n))), NULL);
}

static void
set_number (Maker *m, TbUid uid, TbProp prop, guint from, guint to)
{
  g_autofree char *text = g_strdup_printf ("%u", from + below (m, to - from));
  tb_document_set (m->document, uid, prop, text, NULL);
}

static void
make_component (Maker *m)
{
  TbUid uid = make (m, TB_KIND_COMPONENT, 0);
  tb_document_set (m->document, uid, TB_PROP_KIND, tb_role_name ((TbRole) below (m, TB_N_ROLES)), NULL);
  refer (m, uid, TB_PROP_TIER, TB_KIND_TIER);
  refer (m, uid, TB_PROP_LAYER, TB_KIND_LAYER);
  refer (m, uid, TB_PROP_GROUP, TB_KIND_GROUP);
  if (below (m, 3) == 0)
    set_number (m, uid, TB_PROP_REPLICAS, 1, 5);
  if (below (m, 4) == 0)
    tb_document_set (m->document, uid, TB_PROP_COLOUR, "#336699", NULL);
}

static void
make_link (Maker *m)
{
  const TbModel *model = tb_document_model (m->document);
  guint n = tb_model_count (model, TB_KIND_COMPONENT), from = below (m, n), to = below (m, n);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (model, TB_KIND_LINK, i);
      if (tb_element_get_ref (model, link, TB_PROP_FROM) == tb_model_nth (model, TB_KIND_COMPONENT, from)
          && tb_element_get_ref (model, link, TB_PROP_TO) == tb_model_nth (model, TB_KIND_COMPONENT, to))
        return;
    }
  TbUid uid = make (m, TB_KIND_LINK, 0);
  tb_document_set (m->document, uid, TB_PROP_FROM, tb_element_id (tb_model_nth (model, TB_KIND_COMPONENT, from)), NULL);
  tb_document_set (m->document, uid, TB_PROP_TO, tb_element_id (tb_model_nth (model, TB_KIND_COMPONENT, to)), NULL);
  if (below (m, 3) == 0)
    tb_document_set (m->document, uid, TB_PROP_CALL, "async", NULL);
}

static void
make_view (Maker *m)
{
  static const char *const kinds[] = { "free", "free", "grid", "deployment", "data-flow" };
  static const char *const frames[] = { "both", "tiers", "layers", "groups", "none" };
  const TbModel *model = tb_document_model (m->document);
  TbUid view = make (m, TB_KIND_VIEW, 0);
  tb_document_set (m->document, view, TB_PROP_KIND, kinds[below (m, G_N_ELEMENTS (kinds))], NULL);
  tb_document_set (m->document, view, TB_PROP_FRAME, frames[below (m, G_N_ELEMENTS (frames))], NULL);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_COMPONENT); i++)
    {
      if (below (m, 2) == 0)
        continue;
      TbUid place = tb_document_insert (m->document, TB_KIND_PLACE, NULL, view, G_MAXUINT);
      tb_document_set (m->document, place, TB_PROP_OF, tb_element_id (tb_model_nth (model, TB_KIND_COMPONENT, i)), NULL);
      set_number (m, place, TB_PROP_X, 0, 2000);
      set_number (m, place, TB_PROP_Y, 0, 2000);
      if (below (m, 6) == 0)
        tb_document_set (m->document, place, TB_PROP_HIDDEN, "yes", NULL);
    }
}

static TbDocument *
make_drawing (guint32 seed)
{
  Maker m = { .rand = g_rand_new_with_seed (seed), .document = tb_document_new ("Random") };
  static const TbKind containers[] = { TB_KIND_LAYER, TB_KIND_TIER, TB_KIND_MIDDLEWARE, TB_KIND_GROUP };
  m.root = tb_element_uid (tb_model_root (tb_document_model (m.document)));
  tb_document_begin (m.document, "Make", NULL);
  for (guint k = 0; k < G_N_ELEMENTS (containers); k++)
    for (guint n = below (&m, 4); n > 0; n--)
      make (&m, containers[k], 0);
  for (guint n = 1 + below (&m, 8); n > 0; n--)
    make_component (&m);
  for (guint n = below (&m, 10); n > 0; n--)
    make_link (&m);
  for (guint n = below (&m, 3); n > 0; n--)
    tb_document_set (m.document, make (&m, TB_KIND_NOTE, 0), TB_PROP_TEXT, some_words (&m), NULL);
  for (guint n = below (&m, 4); n > 0; n--)
    make_view (&m);
  tb_document_commit (m.document);
  g_rand_free (m.rand);
  return m.document;
}

static void
test_random_drawings_come_back_unchanged (void)
{
  for (guint32 seed = 1; seed <= 80; seed++)
    {
      g_autoptr (GPtrArray) dropped = tb_problems_new ();
      g_autoptr (TbDocument) out = make_drawing (seed);
      g_autofree char *file = export_drawio (out);
      g_autoptr (TbDocument) in = import_drawio (file, dropped);
      g_autofree char *before = xml_of (out), *after = xml_of (in);
      if (dropped->len > 0)
        g_test_message ("seed %u: %s", seed, ((TbProblem *) dropped->pdata[0])->message);
      g_assert_cmpstr (before, ==, after);
      g_assert_cmpuint (dropped->len, ==, 0);
    }
}

/* Where the drawing itself is taken out, what draw.io shows is still read: as from a stranger. */
static void
test_without_our_data_what_is_drawn_comes_back (void)
{
  static const char shop[] = "<architecture xmlns='urn:tierboard:1' name='S'><group id='g' name='Backend'/>"
                             "<component id='a' kind='client' name='Browser'/><component id='b' kind='store' name='Orders' group='g'/>"
                             "<link id='l' name='Save' from='a' to='b'/><view id='main' frame='groups'/></architecture>";
  g_autoptr (TbDocument) out = tb_document_load_bytes ("t", shop, strlen (shop), NULL, NULL);
  g_autoptr (GPtrArray) dropped = tb_problems_new ();
  g_autofree char *file = export_drawio (out);
  g_auto (GStrv) pieces = g_strsplit (file, "tierboard-document", -1);
  g_autofree char *stripped = g_strjoinv ("somebody", pieces);
  g_autoptr (TbDocument) in = import_drawio (stripped, dropped);
  const TbModel *model = tb_document_model (in);
  g_assert_cmpuint (tb_model_count (model, TB_KIND_COMPONENT), ==, 2);
  g_assert_cmpuint (tb_model_count (model, TB_KIND_LINK), ==, 1);
  const TbElement *orders = tb_element_get_ref (model, tb_model_nth (model, TB_KIND_LINK, 0), TB_PROP_TO);
  g_assert_cmpstr (tb_element_title (orders), ==, "Orders");
  g_assert_cmpstr (tb_element_title (tb_element_get_ref (model, orders, TB_PROP_GROUP)), ==, "Backend");
}

/* ---- Changed there ------------------------------------------------------------------------------------- */

static const char shop[] = "<architecture xmlns='urn:tierboard:1' name='Shop'>"
                           "<tier id='app' name='Servers'/><tier id='db' name='Data'/>"
                           "<middleware id='mw' name='HTTP' call='sync'/>"
                           "<component id='a' kind='client' name='Browser'/>"
                           "<component id='b' kind='server' name='Shop' tier='app' replicas='3'/>"
                           "<component id='c' kind='store' name='Orders' tier='db'/>"
                           "<link id='x' name='Buy' from='a' to='b'/>"
                           "<note id='n'>Mind this</note>"
                           "<scenario id='s' name='Nothing'><phase id='p' lasts='1s'/></scenario>"
                           "<view id='main' name='All' frame='tiers'><place of='a' x='0' y='0'/><place of='b' x='400' y='300'/>"
                           "<place of='c' x='800' y='300'/></view>"
                           "<view id='run' kind='deployment'/></architecture>";

typedef struct
{
  xmlDoc *doc;
  xmlXPathContext *context;
  TbDocument *back;
  const TbModel *model;
  TbProblems *dropped;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  (void) data;
  g_autoptr (TbDocument) out = tb_document_load_bytes ("t", shop, strlen (shop), NULL, NULL);
  g_autofree char *file = export_drawio (out);
  f->dropped = tb_problems_new ();
  f->doc = xmlReadMemory (file, (int) strlen (file), "t", NULL, XML_PARSE_NONET);
  f->context = xmlXPathNewContext (f->doc);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  (void) data;
  g_clear_object (&f->back);
  g_ptr_array_unref (f->dropped);
  xmlXPathFreeContext (f->context);
  xmlFreeDoc (f->doc);
}

static xmlNode *
node (Fixture *f, const char *path)
{
  xmlXPathObject *found = xmlXPathEvalExpression ((const xmlChar *) path, f->context);
  g_assert_true (found != NULL && found->nodesetval != NULL && found->nodesetval->nodeNr == 1);
  xmlNode *n = found->nodesetval->nodeTab[0];
  xmlXPathFreeObject (found);
  return n;
}

#define CELL(id) "//object[@id='main." id "']"

static void
put (Fixture *f, const char *path, const char *attribute, const char *value)
{
  if (value != NULL)
    xmlSetProp (node (f, path), (const xmlChar *) attribute, (const xmlChar *) value);
  else
    xmlUnsetProp (node (f, path), (const xmlChar *) attribute);
}

static void
cut (Fixture *f, const char *path)
{
  xmlNode *n = node (f, path);
  xmlUnlinkNode (n);
  xmlFreeNode (n);
}

static void
add (Fixture *f, const char *xml)
{
  xmlNode *made = NULL;
  xmlParseInNodeContext (node (f, "//diagram[@id='main']//root"), xml, (int) strlen (xml), 0, &made);
  g_assert_nonnull (made);
  xmlAddChildList (node (f, "//diagram[@id='main']//root"), made);
}

static void
come_back (Fixture *f)
{
  xmlChar *text;
  int size;
  xmlDocDumpMemory (f->doc, &text, &size);
  f->back = import_drawio ((const char *) text, f->dropped);
  f->model = tb_document_model (f->back);
  xmlFree (text);
  g_assert_nonnull (tb_model_lookup (f->model, "s")); /* what was never drawn is there always */
}

static const TbElement *
element (Fixture *f, const char *id)
{
  const TbElement *e = tb_model_lookup (f->model, id);
  g_assert_nonnull (e);
  return e;
}

static const TbElement *
place_of (Fixture *f, const char *id)
{
  const TbElement *view = element (f, "main");
  for (guint i = 0; i < tb_element_n_children (view); i++)
    if (g_strcmp0 (tb_element_get (tb_element_child (view, i), TB_PROP_OF), id) == 0)
      return tb_element_child (view, i);
  return NULL;
}

static void
test_a_moved_card (Fixture *f, gconstpointer data)
{
  (void) data;
  put (f, CELL ("a") "/mxCell/mxGeometry", "x", "123");
  come_back (f);
  g_assert_cmpfloat (tb_element_get_number (place_of (f, "a"), TB_PROP_X), ==, 123);
  g_assert_false (tb_element_is_set (place_of (f, "a"), TB_PROP_WIDTH));
  g_assert_cmpfloat (tb_element_get_number (place_of (f, "b"), TB_PROP_X), ==, 400);
}

static void
test_a_moved_tier_moves_what_is_in_it (Fixture *f, gconstpointer data)
{
  (void) data;
  g_autofree xmlChar *x = xmlGetProp (node (f, CELL ("app") "/mxCell/mxGeometry"), (const xmlChar *) "x");
  g_autofree char *further = g_strdup_printf ("%g", g_ascii_strtod ((const char *) x, NULL) + 200);
  put (f, CELL ("app") "/mxCell/mxGeometry", "x", further);
  come_back (f);
  g_assert_cmpfloat (tb_element_get_number (place_of (f, "b"), TB_PROP_X), ==, 600);
  g_assert_null (place_of (f, "app"));
}

static void
test_a_new_name (Fixture *f, gconstpointer data)
{
  (void) data;
  put (f, CELL ("b"), "label", "Web &amp; Shop<br><font style=\"font-size:11px\">server</font>");
  put (f, CELL ("x"), "label", "<span>Order</span>");
  put (f, CELL ("n"), "label", "Mind<div>that</div>");
  come_back (f);
  g_assert_cmpstr (tb_element_title (element (f, "b")), ==, "Web & Shop");
  g_assert_cmpstr (tb_element_title (element (f, "x")), ==, "Order");
  g_assert_cmpstr (tb_element_get (element (f, "n"), TB_PROP_TEXT), ==, "Mind\nthat");
}

static void
test_a_new_name_before_words_on_the_same_line (Fixture *f, gconstpointer data)
{
  (void) data;
  g_autofree xmlChar *label = xmlGetProp (node (f, CELL ("mw")), (const xmlChar *) "label");
  g_auto (GStrv) pieces = g_strsplit ((const char *) label, "HTTP", 2);
  g_autofree char *changed = g_strjoinv ("gRPC", pieces);
  put (f, CELL ("mw"), "label", changed);
  come_back (f);
  g_assert_cmpstr (tb_element_title (element (f, "mw")), ==, "gRPC");
}

static void
test_changed_data (Fixture *f, gconstpointer data)
{
  (void) data;
  put (f, CELL ("b"), "replicas", "5");
  put (f, CELL ("c"), "durable", "yes");
  put (f, CELL ("a"), "kind", "wrong");
  put (f, CELL ("x"), "tooltip", "What is bought");
  come_back (f);
  g_assert_cmpstr (tb_element_get (element (f, "b"), TB_PROP_REPLICAS), ==, "5");
  g_assert_true (tb_element_get_boolean (element (f, "c"), TB_PROP_DURABLE));
  g_assert_cmpstr (tb_element_get (element (f, "a"), TB_PROP_KIND), ==, "client");
  g_assert_cmpstr (tb_element_get (element (f, "x"), TB_PROP_DESCRIPTION), ==, "What is bought");
  g_assert_cmpuint (f->dropped->len, ==, 1);
}

static void
test_a_card_put_into_another_tier (Fixture *f, gconstpointer data)
{
  (void) data;
  put (f, CELL ("b") "/mxCell", "parent", "main.db");
  put (f, CELL ("c") "/mxCell", "parent", "main.1");
  come_back (f);
  g_assert_cmpstr (tb_element_get (element (f, "b"), TB_PROP_TIER), ==, "db");
  g_assert_null (tb_element_get (element (f, "c"), TB_PROP_TIER));
}

static void
test_a_link_led_elsewhere (Fixture *f, gconstpointer data)
{
  (void) data;
  put (f, CELL ("x") "/mxCell", "target", "main.c");
  come_back (f);
  g_assert_cmpstr (tb_element_get (element (f, "x"), TB_PROP_TO), ==, "c");
  g_assert_cmpstr (tb_element_get (element (f, "x"), TB_PROP_FROM), ==, "a");
}

static void
test_new_bends (Fixture *f, gconstpointer data)
{
  (void) data;
  cut (f, CELL ("x") "/mxCell/mxGeometry");
  xmlNode *cell = node (f, CELL ("x") "/mxCell"), *made = NULL;
  static const char way[] = "<mxGeometry relative='1' as='geometry'><Array as='points'><mxPoint x='88' y='500'/></Array></mxGeometry>";
  xmlParseInNodeContext (cell, way, sizeof way - 1, 0, &made);
  xmlAddChildList (cell, made);
  come_back (f);
  const TbElement *bend = tb_model_nth (f->model, TB_KIND_BEND, 0);
  g_assert_cmpuint (tb_model_count (f->model, TB_KIND_BEND), ==, 1);
  g_assert_cmpfloat (tb_element_get_number (bend, TB_PROP_Y), ==, 500);
}

static void
test_what_was_added (Fixture *f, gconstpointer data)
{
  (void) data;
  add (f, "<mxCell id='new1' value='Mailer' style='rounded=1' vertex='1' parent='main.app'><mxGeometry x='20' y='200' width='120' "
          "height='60' as='geometry'/></mxCell><mxCell id='new2' value='tell' style='dashed=1' edge='1' parent='main.1' source='main.b' "
          "target='new1'><mxGeometry relative='1' as='geometry'/></mxCell>");
  come_back (f);
  const TbElement *mailer = element (f, "mailer"), *tell = element (f, "tell");
  g_assert_cmpstr (tb_element_get (mailer, TB_PROP_TIER), ==, "app");
  g_assert_nonnull (place_of (f, "mailer"));
  g_assert_cmpstr (tb_element_get (tell, TB_PROP_FROM), ==, "b");
  g_assert_cmpstr (tb_element_get (tell, TB_PROP_CALL), ==, "async");
}

static void
test_a_copied_card (Fixture *f, gconstpointer data)
{
  (void) data;
  xmlNode *copy = xmlCopyNode (node (f, CELL ("b")), 1);
  xmlSetProp (copy, (const xmlChar *) "id", (const xmlChar *) "copy1");
  xmlAddChild (node (f, "//diagram[@id='main']//root"), copy);
  come_back (f);
  const TbElement *second = element (f, "shop");
  g_assert_cmpstr (tb_element_get (second, TB_PROP_REPLICAS), ==, "3");
  g_assert_cmpstr (tb_element_get (second, TB_PROP_KIND), ==, "server");
}

static void
test_what_was_taken_away_everywhere_is_gone (Fixture *f, gconstpointer data)
{
  (void) data;
  cut (f, CELL ("n"));
  cut (f, "//diagram[@id='run']//object[@tierboard='n']");
  come_back (f);
  g_assert_null (tb_model_lookup (f->model, "n"));
  g_assert_nonnull (tb_model_lookup (f->model, "a"));
}

static void
test_what_another_page_has_is_hidden (Fixture *f, gconstpointer data)
{
  (void) data;
  cut (f, CELL ("c"));
  come_back (f);
  g_assert_nonnull (element (f, "c"));
  g_assert_true (tb_element_get_boolean (place_of (f, "c"), TB_PROP_HIDDEN));
}

static void
test_a_page_taken_away (Fixture *f, gconstpointer data)
{
  (void) data;
  cut (f, "//diagram[@id='run']");
  put (f, "//diagram[@id='main']", "name", "Overview");
  come_back (f);
  g_assert_null (tb_model_lookup (f->model, "run"));
  g_assert_cmpstr (tb_element_title (element (f, "main")), ==, "Overview");
}

static void
test_a_damaged_drawing_is_read_as_a_strangers (Fixture *f, gconstpointer data)
{
  (void) data;
  xmlChar *text;
  int size;
  put (f, "//object[@id='main.0']", "tierboard-document", "<architecture");
  xmlDocDumpMemory (f->doc, &text, &size);
  f->back = import_drawio ((const char *) text, f->dropped);
  xmlFree (text);
  g_assert_cmpuint (tb_model_count (tb_document_model (f->back), TB_KIND_COMPONENT), >=, 3);
  g_assert_nonnull (strstr (((TbProblem *) f->dropped->pdata[0])->message, "damaged"));
}

#define BACK(path, test) g_test_add ("/import/drawio/back/" path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/import/drawio/random drawings come back unchanged", test_random_drawings_come_back_unchanged);
  g_test_add_func ("/import/drawio/without our data what is drawn comes back", test_without_our_data_what_is_drawn_comes_back);
  BACK ("a moved card", test_a_moved_card);
  BACK ("a moved tier moves what is in it", test_a_moved_tier_moves_what_is_in_it);
  BACK ("a new name", test_a_new_name);
  BACK ("a new name before words on the same line", test_a_new_name_before_words_on_the_same_line);
  BACK ("changed data", test_changed_data);
  BACK ("a card put into another tier", test_a_card_put_into_another_tier);
  BACK ("a link led elsewhere", test_a_link_led_elsewhere);
  BACK ("new bends", test_new_bends);
  BACK ("what was added", test_what_was_added);
  BACK ("a copied card", test_a_copied_card);
  BACK ("what was taken away everywhere is gone", test_what_was_taken_away_everywhere_is_gone);
  BACK ("what another page has is hidden", test_what_another_page_has_is_hidden);
  BACK ("a page taken away", test_a_page_taken_away);
  BACK ("a damaged drawing is read as a stranger's", test_a_damaged_drawing_is_read_as_a_strangers);
  return g_test_run ();
}
