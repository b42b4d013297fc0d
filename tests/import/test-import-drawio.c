/* What a stranger's draw.io page becomes, in whatever it is wrapped, and what is refused. */
#include <gio/gio.h>

#include "drawio-test.h"
#include "tb-diagram.h"

static void
test_boxes_and_lines (void)
{
  Result r = import_cells (TWO LINE ("e", "save", "endArrow=classic;html=1;", "a", "b"));
  g_assert_no_error (r.error);
  const TbElement *orders = titled (r.model, TB_KIND_COMPONENT, "Orders"), *save = titled (r.model, TB_KIND_LINK, "save");
  g_assert_cmpint (tb_component_role (orders), ==, TB_ROLE_STORE);
  g_assert_cmpint (tb_component_role (titled (r.model, TB_KIND_COMPONENT, "Shop")), ==, TB_ROLE_SERVER);
  g_assert_true (tb_element_get_ref (r.model, save, TB_PROP_TO) == orders);
  g_assert_cmpstr (tb_element_get (orders, TB_PROP_ORIGIN), ==, "drawio:p/b");
  g_assert_cmpstr (tb_element_title (tb_model_nth (r.model, TB_KIND_VIEW, 0)), ==, "First");
  g_assert_cmpuint (r.dropped->len, ==, 0);
  result_clear (&r);
}

static const TbElement *
place_of (const TbModel *model, const char *id)
{
  for (guint i = 0; i < tb_model_count (model, TB_KIND_PLACE); i++)
    if (g_strcmp0 (tb_element_get (tb_model_nth (model, TB_KIND_PLACE, i), TB_PROP_OF), id) == 0)
      return tb_model_nth (model, TB_KIND_PLACE, i);
  return NULL;
}

static void
test_containers_are_groups_and_places_absolute (void)
{
  Result r = import_cells (BOX ("g", "Cluster", "swimlane;container=1;", "1", 100, 100, 400, 300)
                           BOX ("h", "Rack", "rounded=0;container=1;", "g", 20, 40, 300, 200)
                           BOX ("a", "Shop", "rounded=1;", "h", 30, 50, 180, 70));
  g_assert_no_error (r.error);
  const TbElement *shop = titled (r.model, TB_KIND_COMPONENT, "Shop");
  const TbElement *rack = titled (r.model, TB_KIND_GROUP, "Rack");
  g_assert_true (tb_element_get_ref (r.model, shop, TB_PROP_GROUP) == rack);
  g_assert_true (tb_element_get_ref (r.model, rack, TB_PROP_PARENT) == titled (r.model, TB_KIND_GROUP, "Cluster"));
  const TbElement *place = place_of (r.model, tb_element_id (shop));
  g_assert_cmpfloat (tb_element_get_number (place, TB_PROP_X), ==, 150);
  g_assert_cmpfloat (tb_element_get_number (place, TB_PROP_Y), ==, 190);
  result_clear (&r);
}

static void
test_a_rectangle_behind_things_is_a_group (void)
{
  Result r = import_cells (BOX ("g", "", "rounded=0;", "1", 0, 0, 600, 500)
                           BOX ("t", "Data centre", "text;html=1;", "1", 20, 10, 100, 20) TWO);
  g_assert_no_error (r.error);
  const TbElement *group = titled (r.model, TB_KIND_GROUP, "Data centre");
  g_assert_true (tb_element_get_ref (r.model, titled (r.model, TB_KIND_COMPONENT, "Shop"), TB_PROP_GROUP) == group);
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_NOTE), ==, 0);
  result_clear (&r);
}

static void
test_labels_are_read_as_they_are_seen (void)
{
  Result r = import_cells (BOX ("a", "&lt;b&gt;Shop &amp;amp; Co&lt;/b&gt;&lt;br&gt;&lt;font color=&quot;#f00&quot;&gt;sells&amp;nbsp;things&lt;/font&gt;",
                                "html=1;", "1", 0, 0, 120, 60)
                           BOX ("b", "a &lt; b", "rounded=1;", "1", 300, 0, 120, 60));
  g_assert_no_error (r.error);
  const TbElement *shop = titled (r.model, TB_KIND_COMPONENT, "Shop & Co");
  g_assert_cmpstr (tb_element_get (shop, TB_PROP_DESCRIPTION), ==, "sells things");
  titled (r.model, TB_KIND_COMPONENT, "a < b");
  result_clear (&r);
}

static void
test_words_under_a_picture_are_its_name (void)
{
  Result r = import_cells (BOX ("a", "", "shape=image;image=img/lib/redis.svg;", "1", 0, 0, 48, 48)
                           BOX ("t", "Session&lt;br&gt;cache", "text;html=1;", "1", -10, 52, 70, 30));
  g_assert_no_error (r.error);
  const TbElement *cache = titled (r.model, TB_KIND_COMPONENT, "Session cache");
  g_assert_cmpint (tb_component_role (cache), !=, TB_ROLE_SERVER);
  result_clear (&r);
}

static void
test_bends_sides_and_direction (void)
{
  Result r = import_cells (TWO "<mxCell id='e' style='exitX=1;exitY=0.25;entryX=0.5;entryY=0;startArrow=block;endArrow=none;' edge='1' "
                           "parent='1' source='a' target='b'><mxGeometry relative='1' as='geometry'><Array as='points'>"
                           "<mxPoint x='300' y='70'/><mxPoint x='300' y='200'/></Array></mxGeometry></mxCell>"
                           "<mxCell id='l' value='asks' style='edgeLabel;' vertex='1' connectable='0' parent='e'>"
                           "<mxGeometry x='-0.2' relative='1' as='geometry'/></mxCell>");
  g_assert_no_error (r.error);
  const TbElement *link = titled (r.model, TB_KIND_LINK, "asks"), *route = tb_model_nth (r.model, TB_KIND_ROUTE, 0);
  g_assert_true (tb_element_get_ref (r.model, link, TB_PROP_FROM) == titled (r.model, TB_KIND_COMPONENT, "Orders"));
  g_assert_cmpstr (tb_element_get (route, TB_PROP_TO_SIDE), ==, "right");
  g_assert_cmpfloat (tb_element_get_number (route, TB_PROP_TO_AT), ==, 0.25);
  g_assert_cmpstr (tb_element_get (route, TB_PROP_FROM_SIDE), ==, "top");
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_BEND), ==, 2);
  g_assert_cmpfloat (tb_element_get_number (tb_model_nth (r.model, TB_KIND_BEND, 0), TB_PROP_Y), ==, 200);
  result_clear (&r);
}

static void
test_what_has_no_place_is_told_with_its_line (void)
{
  Result r = import_cells ("\n" TWO "\n<mxCell id='e' value='lost' edge='1' parent='1' source='a'><mxGeometry relative='1' as='geometry'/></mxCell>\n"
                           "<object id='o' label='Mailer' owner='me'><mxCell style='rounded=1' vertex='1' parent='1'>"
                           "<mxGeometry x='400' y='400' width='120' height='60' as='geometry'/></mxCell></object>"
                           BOX ("z", "", "ellipse;", "1", 800, 800, 10, 10));
  g_assert_no_error (r.error);
  g_assert_true (tells (&r, "“lost” leads to nothing"));
  g_assert_true (tells (&r, "“owner” of “Mailer”"));
  g_assert_true (tells (&r, "decoration"));
  g_assert_cmpuint (((TbProblem *) r.dropped->pdata[0])->line, >, 1);
  result_clear (&r);
}

static void
test_a_sentence_that_nothing_calls_is_a_note (void)
{
  Result r = import_cells (BOX ("a", "Objects API", "html=1;", "1", 40, 40, 120, 60)
                           BOX ("s", "Includes the data of a submission (form and authentication)", "html=1;", "1", 300, 40, 120, 60)
                           BOX ("u", "What is not linked and a whole sentence is a remark as well", "html=1;", "1", 500, 40, 120, 60)
                           BOX ("c", "Sends what was written down to whoever asked for it before", "html=1;", "1", 40, 200, 120, 60)
                           LINE ("1", "", "dashed=1;endArrow=none;", "s", "a") LINE ("2", "", "", "a", "c"));
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_NOTE), ==, 2);
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_COMPONENT), ==, 2);
  const TbElement *note = tb_model_nth (r.model, TB_KIND_NOTE, 0);
  g_assert_true (tb_element_get_ref (r.model, note, TB_PROP_OF) == titled (r.model, TB_KIND_COMPONENT, "Objects API"));
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_LINK), ==, 1);
  result_clear (&r);
}

static void
test_names_are_what_people_call_things (void)
{
  const char *page = HEAD TWO LINE ("x9_K", "", "", "a", "b") LINE ("x9_L", "refund", "", "b", "a") TAIL;
  const TbImportSource source = { "orders.drawio.xml", NULL, page, strlen (page) };
  g_autoptr (GPtrArray) dropped = tb_problems_new ();
  g_autoptr (TbDocument) document = tb_import_bytes (&source, NULL, dropped, NULL);
  const TbModel *model = tb_document_model (document);
  g_assert_cmpstr (tb_element_title (tb_model_root (model)), ==, "orders");
  g_assert_nonnull (tb_model_lookup (model, "shop-to-orders"));
  g_assert_nonnull (tb_model_lookup (model, "refund"));
}

static void
test_what_was_drawn_before_a_clear_frame_is_in_it (void)
{
  Result r = import_cells (TWO BOX ("c", "Mailer", "", "1", 300, 40, 120, 60) BOX ("g", "Backend", "fillColor=none;", "1", 0, 0, 600, 500)
                           LINE ("e", "", "", "a", "b"));
  const TbElement *group = titled (r.model, TB_KIND_GROUP, "Backend");
  g_assert_true (tb_element_get_ref (r.model, titled (r.model, TB_KIND_COMPONENT, "Shop"), TB_PROP_GROUP) == group);
  g_assert_true (tb_element_get_ref (r.model, titled (r.model, TB_KIND_COMPONENT, "Mailer"), TB_PROP_GROUP) == group);
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_COMPONENT), ==, 3);
  result_clear (&r);
}

static void
test_a_heading_is_words (void)
{
  Result r = import_cells (BOX ("t", "Architecture: Retail", "fillColor=#4DA1F5;", "1", 0, 0, 600, 40)
                           BOX ("a", "Shop", "", "1", 40, 80, 120, 60) BOX ("b", "Orders architecture", "", "1", 40, 240, 120, 60)
                           LINE ("e", "", "", "a", "b"));
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_COMPONENT), ==, 2);
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_NOTE), ==, 1);
  g_assert_cmpstr (tb_element_get (tb_model_nth (r.model, TB_KIND_NOTE, 0), TB_PROP_SHAPE), ==, "text");
  result_clear (&r);
}

static void
test_a_picture_with_its_frames_name_is_its_badge (void)
{
  Result r = import_cells (BOX ("g", "Big Cloud", "fillColor=none;", "1", 0, 0, 800, 600)
                           BOX ("l", "Big cloud", "shape=mxgraph.gcp.logo;", "1", 20, 40, 60, 40)
                           BOX ("a", "Shop", "", "1", 200, 100, 120, 60) BOX ("b", "Orders", "", "1", 400, 100, 120, 60)
                           LINE ("e", "", "", "a", "b"));
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_COMPONENT), ==, 2);
  titled (r.model, TB_KIND_GROUP, "Big Cloud");
  result_clear (&r);
}

static void
test_decoration_is_told_once (void)
{
  Result r = import_cells (TWO BOX ("x", "", "fillColor=#eeeeee;", "1", 400, 40, 20, 20) BOX ("y", "", "", "1", 440, 40, 20, 20)
                           BOX ("z", "", "", "1", 480, 40, 20, 20));
  guint n = 0;
  for (guint i = 0; i < r.dropped->len; i++)
    {
      const TbProblem *p = r.dropped->pdata[i];
      n += strcmp (p->message, "3 shapes without words or lines (x and so on) are decoration") == 0 && p->line > 0;
    }
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (r.dropped->len, ==, 1);
  result_clear (&r);
}

static void
test_a_line_to_a_frame_ends_at_a_component_in_it (void)
{
  Result r = import_cells (BOX ("g", "Backend", "container=1;", "1", 300, 0, 400, 300) BOX ("b", "Orders", "", "g", 20, 40, 180, 70)
                           BOX ("c", "Users", "", "g", 20, 160, 180, 70) BOX ("a", "Shop", "", "1", 0, 0, 180, 70) LINE ("e", "", "", "a", "g"));
  g_assert_no_error (r.error);
  const TbElement *to = tb_element_get_ref (r.model, tb_model_nth (r.model, TB_KIND_LINK, 0), TB_PROP_TO);
  g_assert_cmpstr (tb_element_title (to), ==, "Backend");
  g_assert_true (tb_element_get_ref (r.model, to, TB_PROP_GROUP) == titled (r.model, TB_KIND_GROUP, "Backend"));
  g_assert_true (tells (&r, "lines end at the frame “Backend”"));
  result_clear (&r);
}

static void
test_a_line_to_a_frame_around_one_thing_ends_at_it (void)
{
  Result r = import_cells (BOX ("g", "Backend", "container=1;", "1", 300, 0, 400, 300) BOX ("b", "Orders", "", "g", 20, 40, 180, 70)
                           BOX ("a", "Shop", "", "1", 0, 0, 180, 70) LINE ("e", "", "", "a", "g"));
  g_assert_no_error (r.error);
  const TbElement *to = tb_element_get_ref (r.model, tb_model_nth (r.model, TB_KIND_LINK, 0), TB_PROP_TO);
  g_assert_cmpstr (tb_element_title (to), ==, "Orders");
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_COMPONENT), ==, 2);
  result_clear (&r);
}

static TbRect
placed (const Result *r, const TbElement *of)
{
  const TbElement *view = tb_model_nth (r->model, TB_KIND_VIEW, 0);
  for (guint i = 0; i < tb_element_n_children (view); i++)
    {
      const TbElement *place = tb_element_child (view, i);
      if (tb_element_get_ref (r->model, place, TB_PROP_OF) == of)
        return (TbRect){ tb_element_get_number (place, TB_PROP_X), tb_element_get_number (place, TB_PROP_Y),
                         tb_element_get_number (place, TB_PROP_WIDTH), tb_element_get_number (place, TB_PROP_HEIGHT) };
    }
  g_error ("“%s” has no place", tb_element_title (of));
}

static gboolean
touch (TbRect a, TbRect b)
{
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/* Icons stand nearer than cards can. */
static void
test_pictures_become_cards_that_do_not_touch (void)
{
#define ICON "shape=mxgraph.aws4.resourceIcon;resIcon=mxgraph.aws4.ec2;"
  Result r = import_cells (BOX ("f", "Zone", "", "1", 0, 0, 320, 90) BOX ("a", "Front door", ICON, "1", 10, 20, 48, 48)
                           BOX ("b", "Checkout service", ICON, "1", 110, 20, 48, 48) BOX ("c", "Orders", ICON, "1", 210, 20, 48, 48)
                           BOX ("d", "Outside", ICON, "1", 350, 20, 48, 48));
  g_assert_no_error (r.error);
  TbRect zone = placed (&r, titled (r.model, TB_KIND_GROUP, "Zone"));
  static const char *const names[] = { "Front door", "Checkout service", "Orders", "Outside" };
  for (guint i = 0; i < 4; i++)
    {
      TbRect a = placed (&r, titled (r.model, TB_KIND_COMPONENT, names[i]));
      g_assert_cmpfloat (a.y + a.height / 2, ==, placed (&r, titled (r.model, TB_KIND_COMPONENT, "Orders")).y + a.height / 2);
      g_assert_true (touch (a, zone) == (i < 3));
      if (i < 3)
        g_assert_true (a.x >= zone.x && a.y >= zone.y && a.x + a.width <= zone.x + zone.width && a.y + a.height <= zone.y + zone.height);
      for (guint k = 0; k < i; k++)
        g_assert_false (touch (a, placed (&r, titled (r.model, TB_KIND_COMPONENT, names[k]))));
    }
  result_clear (&r);
}

static void
test_words_beside_a_line_are_its_label (void)
{
  Result r = import_cells (BOX ("a", "Shop", "", "1", 0, 0, 180, 70) BOX ("b", "Orders", "", "1", 0, 300, 180, 70)
                           LINE ("e", "", "", "a", "b") BOX ("t", "places", "text;html=1;", "1", 96, 180, 60, 20)
                           BOX ("u", "far away", "text;html=1;", "1", 300, 180, 60, 20));
  g_assert_no_error (r.error);
  g_assert_cmpstr (tb_element_title (tb_model_nth (r.model, TB_KIND_LINK, 0)), ==, "places");
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_NOTE), ==, 1);
  result_clear (&r);
}

static void
test_words_over_a_frame_are_its_title (void)
{
  Result r = import_cells (BOX ("g", "", "dashed=1;", "1", 0, 100, 400, 300) BOX ("t", "Backend", "text;html=1;", "1", 150, 75, 100, 20)
                           BOX ("a", "Shop", "", "1", 20, 150, 160, 60) BOX ("b", "Orders", "", "1", 200, 150, 160, 60)
                           BOX ("c", "Phone", "", "1", 500, 150, 160, 60));
  g_assert_no_error (r.error);
  g_assert_cmpstr (tb_element_title (tb_model_nth (r.model, TB_KIND_GROUP, 0)), ==, "Backend");
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_NOTE), ==, 0);
  result_clear (&r);
}

static void
test_a_box_without_a_name_around_one_thing_is_no_group (void)
{
  Result r = import_cells (BOX ("g", "", "shadow=1;", "1", 0, 0, 200, 100) BOX ("a", "Shop", "", "1", 20, 20, 160, 60)
                           BOX ("b", "Orders", "", "1", 400, 20, 160, 60) LINE ("e", "", "", "g", "b"));
  g_assert_no_error (r.error);
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_GROUP), ==, 0);
  const TbElement *from = tb_element_get_ref (r.model, tb_model_nth (r.model, TB_KIND_LINK, 0), TB_PROP_FROM);
  g_assert_cmpstr (tb_element_title (from), ==, "Shop");
  result_clear (&r);
}

static void
test_a_legend_is_told_and_left (void)
{
  Result r = import_cells (TWO BOX ("g", "Legend", "verticalAlign=top;", "1", 600, 0, 400, 300) BOX ("n", "a service", "", "1", 620, 50, 120, 60)
                           BOX ("m", "a store", "shape=cylinder3;", "1", 620, 150, 120, 60));
  g_assert_no_error (r.error);
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_COMPONENT), ==, 2);
  g_assert_true (tells (&r, "“Legend” explains signs"));
  result_clear (&r);
}

/* Once each view said of what other pages show that it does not: that was pages by things. */
static void
test_many_pages_of_many_boxes_are_all_kept (void)
{
  g_autoptr (GString) xml = g_string_new ("<mxfile>");
  for (guint page = 0; page < 60; page++)
    {
      g_string_append_printf (xml, "<diagram id='p%u' name='Page %u'>" HEAD, page, page);
      for (guint i = 0; i < 60; i++)
        g_string_append_printf (xml, BOX ("n%u", "Box %u of %u", "", "1", 0, 0, 120, 60), i, i, page);
      g_string_append (xml, TAIL "</diagram>");
    }
  g_string_append (xml, "</mxfile>");
  Result r = import_bytes (xml->str, xml->len);
  g_assert_no_error (r.error);
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_VIEW), ==, 60);
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_PLACE), ==, 60 * 60);
  result_clear (&r);
}

static void
test_numbers_of_steps_are_no_components (void)
{
  Result r = import_cells (TWO BOX ("s", "1", "rounded=1;fillColor=#0070c0;", "1", 400, 40, 26, 26)
                           BOX ("g", "Log Storage&#10;Cloud Storage", "", "1", 400, 240, 120, 60));
  g_assert_no_error (r.error);
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_COMPONENT), ==, 3);
  g_assert_cmpstr (tb_element_get (tb_model_nth (r.model, TB_KIND_NOTE, 0), TB_PROP_TEXT), ==, "1");
  g_assert_cmpint (tb_component_role (titled (r.model, TB_KIND_COMPONENT, "Log Storage Cloud Storage")), ==, TB_ROLE_STORE);
  result_clear (&r);
}

static void
test_a_line_without_a_direction_leads_to_the_store (void)
{
  Result r = import_cells (TWO LINE ("e", "", "endArrow=none;", "b", "a"));
  g_assert_no_error (r.error);
  const TbElement *to = tb_element_get_ref (r.model, tb_model_nth (r.model, TB_KIND_LINK, 0), TB_PROP_TO);
  g_assert_cmpstr (tb_element_title (to), ==, "Orders");
  result_clear (&r);
}

static void
test_lines_of_a_label_stay_lines (void)
{
  Result r = import_cells (BOX ("a", "&lt;b&gt;Order&lt;br&gt;Service&lt;/b&gt;&lt;br&gt;[Go]", "html=1;", "1", 0, 0, 120, 60)
                           BOX ("b", "Memorystore&#10;Redis 7.0&#10;Queue: raw", "html=1;", "1", 0, 200, 120, 60));
  g_assert_no_error (r.error);
  g_assert_cmpstr (tb_element_get (titled (r.model, TB_KIND_COMPONENT, "Order Service"), TB_PROP_DESCRIPTION), ==, "[Go]");
  const TbElement *memory = titled (r.model, TB_KIND_COMPONENT, "Memorystore");
  g_assert_cmpint (tb_component_role (memory), ==, TB_ROLE_CACHE);
  result_clear (&r);
}

static void
test_pages_become_views (void)
{
  static const char file[] = "<mxfile><diagram id='p' name='One'>" HEAD TWO LINE ("e", "", "", "a", "b") TAIL "</diagram>"
                             "<diagram id='q' name='Two'>" HEAD BOX ("a", "Shop", "", "1", 0, 0, 180, 70)
                             BOX ("c", "Mailer", "", "1", 300, 0, 180, 70) LINE ("e", "", "", "a", "c") TAIL "</diagram></mxfile>";
  Result r = import_bytes (file, strlen (file));
  g_assert_no_error (r.error);
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_VIEW), ==, 2);
  g_assert_cmpuint (tb_model_count (r.model, TB_KIND_COMPONENT), ==, 3);
  const TbElement *two = titled (r.model, TB_KIND_VIEW, "Two");
  g_assert_true (tb_view_shows_placed (two));
  g_assert_cmpuint (tb_element_n_children (two), ==, 2); /* nothing is written of what the page has not */
  result_clear (&r);
}

/* ---- Wrappings ---------------------------------------------------------------------------------------- */

static char *
pack (const char *text)
{
  g_autofree char *escaped = g_uri_escape_string (text, NULL, FALSE);
  g_autoptr (GZlibCompressor) zip = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW, 9);
  gsize read, written, room = strlen (escaped) + 1000;
  g_autofree guchar *packed = g_malloc (room);
  GError *error = NULL;
  g_converter_convert (G_CONVERTER (zip), escaped, strlen (escaped), packed, room, G_CONVERTER_INPUT_AT_END, &read, &written, &error);
  g_assert_no_error (error);
  return g_base64_encode (packed, written);
}

static void
expect_two (const char *bytes, gsize size)
{
  Result r = import_bytes (bytes, size);
  g_assert_no_error (r.error);
  titled (r.model, TB_KIND_COMPONENT, "Shop");
  titled (r.model, TB_KIND_COMPONENT, "Orders");
  result_clear (&r);
}

static void
test_packed_pages (void)
{
  g_autofree char *packed = pack (HEAD TWO TAIL);
  g_autofree char *file = g_strconcat ("<mxfile>\n<diagram name='x'>\n", packed, "\n</diagram></mxfile>", NULL);
  expect_two (file, strlen (file));
  expect_two (HEAD TWO TAIL, strlen (HEAD TWO TAIL));
}

static void
test_svg_with_a_drawing_in_it (void)
{
  g_autofree char *packed = pack (HEAD TWO TAIL);
  g_autofree char *inner = g_strconcat ("<mxfile><diagram>", packed, "</diagram></mxfile>", NULL);
  g_autofree char *escaped = g_markup_escape_text (inner, -1);
  g_autofree char *svg = g_strconcat ("<?xml version=\"1.0\"?>\n<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" "
                                      "\"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">\n<svg xmlns=\"http://www.w3.org/2000/svg\" "
                                      "content=\"", escaped, "\"><rect/></svg>", NULL);
  expect_two (svg, strlen (svg));
}

static void
test_svg_whose_drawing_is_written_as_in_a_uri (void)
{
  g_autofree char *escaped = g_uri_escape_string (HEAD TWO TAIL, NULL, FALSE);
  g_autofree char *svg = g_strconcat ("<svg xmlns=\"http://www.w3.org/2000/svg\" content=\"", escaped, "\"><rect/></svg>", NULL);
  expect_two (svg, strlen (svg));
}

static void
append_chunk (GByteArray *png, const char *name, const char *data, gsize size)
{
  guint32 length = GUINT32_TO_BE ((guint32) size), sum = 0;
  g_byte_array_append (png, (const guint8 *) &length, 4);
  g_byte_array_append (png, (const guint8 *) name, 4);
  g_byte_array_append (png, (const guint8 *) data, (guint) size);
  g_byte_array_append (png, (const guint8 *) &sum, 4);
}

static void
test_png_with_a_drawing_in_it (void)
{
  g_autofree char *escaped = g_uri_escape_string ("<mxfile><diagram>" HEAD TWO TAIL "</diagram></mxfile>", NULL, FALSE);
  g_autoptr (GByteArray) text = g_byte_array_new (), png = g_byte_array_new ();
  g_byte_array_append (text, (const guint8 *) "mxfile", 7);
  g_byte_array_append (text, (const guint8 *) escaped, (guint) strlen (escaped));
  g_byte_array_append (png, (const guint8 *) "\x89PNG\r\n\x1a\n", 8);
  append_chunk (png, "IHDR", "0123456789abc", 13);
  append_chunk (png, "tEXt", (const char *) text->data, text->len);
  append_chunk (png, "IEND", "", 0);
  expect_two ((const char *) png->data, png->len);
}

static void
test_web_page_with_a_drawing_in_it (void)
{
  g_autofree char *json = g_strescape ("<mxfile><diagram>" HEAD TWO TAIL "</diagram></mxfile>", NULL);
  g_autofree char *whole = g_strconcat ("{\"highlight\":\"#00f\",\"xml\":\"", json, "\"}", NULL);
  g_autofree char *escaped = g_markup_escape_text (whole, -1);
  g_autofree char *page = g_strconcat ("<!DOCTYPE html><html><body><div class=\"mxgraph\" data-mxgraph=\"", escaped, "\"></div></body></html>", NULL);
  expect_two (page, strlen (page));
}

/* ---- Refused ------------------------------------------------------------------------------------------ */

static void
refuse (const char *bytes, gsize size, const char *words)
{
  Result r = import_bytes (bytes, size);
  g_assert_null (r.document);
  if (strstr (r.error->message, words) == NULL)
    g_error ("“%s” does not say “%s”", r.error->message, words);
  g_assert_null (strchr (r.error->message, '\n'));
  result_clear (&r);
}

static void
test_what_it_copies (void)
{
  g_autofree char *escaped = g_uri_escape_string (HEAD TWO TAIL, NULL, FALSE);
  Result r = import_bytes (escaped, strlen (escaped));
  g_assert_no_error (r.error);
  titled (r.model, TB_KIND_COMPONENT, "Shop");
  result_clear (&r);
}

static void
test_refusals_are_one_sentence (void)
{
  static const struct
  {
    const char *text, *words;
  } files[] = {
    { "<mxfile></mxfile>", "no draw.io page" },
    { "<mxfile><diagram/></mxfile>", "could be a component" },
    { "<mxfile><diagram>" HEAD, "damaged" },
    { "<mxfile><diagram>no base64 at all!</diagram></mxfile>", "packed" },
    { "<mxfile><diagram>AAAA</diagram></mxfile>", "packed" },
    { "<mxlibrary>[]</mxlibrary>", "library of shapes" },
    { "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaaaaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
      "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'>"
      "<!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'>"
      "<!ENTITY e '&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;'>]><mxfile><diagram name='&e;'/></mxfile>", "" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    refuse (files[i].text, strlen (files[i].text), files[i].words);
}

/* 80 MiB of one letter in some 80 KiB. */
static void
test_a_bomb_is_refused (void)
{
  gsize size = 80u << 20, read, written;
  g_autofree char *letters = g_malloc (size);
  memset (letters, 'a', size);
  g_autoptr (GZlibCompressor) zip = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW, 1);
  g_autofree guchar *packed = g_malloc (2u << 20);
  g_converter_convert (G_CONVERTER (zip), letters, size, packed, 2u << 20, G_CONVERTER_INPUT_AT_END, &read, &written, NULL);
  g_autofree char *coded = g_base64_encode (packed, written);
  g_autofree char *file = g_strconcat ("<mxfile><diagram>", coded, "</diagram></mxfile>", NULL);
  g_assert_cmpuint (strlen (file), <, 1u << 20);
  refuse (file, strlen (file), "larger than 64 MiB");
}

static void
test_cells_inside_each_other_end (void)
{
  Result r = import_cells (TWO BOX ("c", "C", "container=1;", "d", 0, 0, 100, 100) BOX ("d", "D", "container=1;", "c", 0, 0, 100, 100)
                           BOX ("s", "Self", "", "s", 0, 0, 100, 100));
  g_assert_no_error (r.error);
  titled (r.model, TB_KIND_COMPONENT, "Shop");
  result_clear (&r);
}

static void
test_any_cut_is_a_sentence_or_a_drawing (void)
{
  g_autofree char *whole = g_strconcat ("<mxfile><diagram id='p' name='First'>" HEAD TWO LINE ("e", "save", "", "a", "b") TAIL "</diagram></mxfile>", NULL);
  for (gsize n = 0; n < strlen (whole); n += 3)
    {
      Result r = import_bytes (whole, n);
      g_assert_null (r.document);
      result_clear (&r);
    }
}

#define ADD(path, test) g_test_add_func ("/import/drawio/" path, test)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("boxes and lines", test_boxes_and_lines);
  ADD ("containers are groups and places absolute", test_containers_are_groups_and_places_absolute);
  ADD ("a rectangle behind things is a group", test_a_rectangle_behind_things_is_a_group);
  ADD ("labels are read as they are seen", test_labels_are_read_as_they_are_seen);
  ADD ("words under a picture are its name", test_words_under_a_picture_are_its_name);
  ADD ("bends, sides and direction", test_bends_sides_and_direction);
  ADD ("what has no place is told with its line", test_what_has_no_place_is_told_with_its_line);
  ADD ("a sentence that nothing calls is a note", test_a_sentence_that_nothing_calls_is_a_note);
  ADD ("a picture with its frame's name is its badge", test_a_picture_with_its_frames_name_is_its_badge);
  ADD ("names are what people call things", test_names_are_what_people_call_things);
  ADD ("what was drawn before a clear frame is in it", test_what_was_drawn_before_a_clear_frame_is_in_it);
  ADD ("a heading is words", test_a_heading_is_words);
  ADD ("decoration is told once", test_decoration_is_told_once);
  ADD ("a line to a frame ends at a component in it", test_a_line_to_a_frame_ends_at_a_component_in_it);
  ADD ("pages become views", test_pages_become_views);
  ADD ("packed pages", test_packed_pages);
  ADD ("SVG with a drawing in it", test_svg_with_a_drawing_in_it);
  ADD ("SVG whose drawing is written as in a URI", test_svg_whose_drawing_is_written_as_in_a_uri);
  ADD ("a line to a frame around one thing ends at it", test_a_line_to_a_frame_around_one_thing_ends_at_it);
  ADD ("pictures become cards that do not touch", test_pictures_become_cards_that_do_not_touch);
  ADD ("words beside a line are its label", test_words_beside_a_line_are_its_label);
  ADD ("words over a frame are its title", test_words_over_a_frame_are_its_title);
  ADD ("a box without a name around one thing is no group", test_a_box_without_a_name_around_one_thing_is_no_group);
  ADD ("a legend is told and left", test_a_legend_is_told_and_left);
  ADD ("many pages of many boxes are all kept", test_many_pages_of_many_boxes_are_all_kept);
  ADD ("numbers of steps are no components", test_numbers_of_steps_are_no_components);
  ADD ("a line without a direction leads to the store", test_a_line_without_a_direction_leads_to_the_store);
  ADD ("lines of a label stay lines", test_lines_of_a_label_stay_lines);
  ADD ("PNG with a drawing in it", test_png_with_a_drawing_in_it);
  ADD ("web page with a drawing in it", test_web_page_with_a_drawing_in_it);
  ADD ("what it copies", test_what_it_copies);
  ADD ("refusals are one sentence", test_refusals_are_one_sentence);
  ADD ("a bomb is refused", test_a_bomb_is_refused);
  ADD ("cells inside each other end", test_cells_inside_each_other_end);
  ADD ("any cut is a sentence or a drawing", test_any_cut_is_a_sentence_or_a_drawing);
  return g_test_run ();
}
