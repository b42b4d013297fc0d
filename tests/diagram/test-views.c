/* Kinds of views: what each shows, and where. */
#include <math.h>
#include <string.h>

#include "scene-private.h"

static const char shop[]
    = "<architecture xmlns='urn:tierboard:1' name='Shop'>"
      "<layer id='top' name='Presentation'/><layer id='middle' name='Application'/>"
      "<layer id='data' name='Data'/>"
      "<tier id='clients' name='Clients'/>"
      "<tier id='app' name='Application servers'><device id='app-1'/><device id='app-2'/></tier>"
      "<tier id='db' name='Data servers'><device id='db-1'/></tier>"
      "<group id='checkout' name='Checkout'/><group id='pay' name='Payment' parent='checkout'/>"
      "<component id='browser' kind='client' tier='clients' layer='top' replicas='2'/>"
      "<component id='shop' kind='server' tier='app' layer='middle' replicas='3' group='checkout'>"
      "<on replica='3' device='db-1'/></component>"
      "<component id='cart' kind='server' tier='app' layer='middle' group='pay'/>"
      "<component id='events' kind='broker' tier='app' layer='middle data'/>"
      "<component id='orders' kind='store' tier='db' layer='data'/>"
      "<component id='bank' kind='external'/>"
      "<link id='browse' from='browser' to='shop' carries='pages' flow='reply'/>"
      "<link id='fill' from='shop' to='cart' carries='basket' flow='both'/>"
      "<link id='pay-out' from='cart' to='bank'/>"
      "<link id='save' from='shop' to='orders' call='async' carries='order'/>"
      "<note id='here' of='shop'>on the drawing of main</note>"
      "<note id='frame' shape='frame'>Release</note><note id='bare' shape='text'>words</note>"
      "<view id='main'><place of='shop' x='0' y='0'/><place of='here' x='400' y='0'/></view>"
      "<view id='grid' kind='grid'><place of='shop' x='9000' y='9000'/></view>"
      "<view id='dep' kind='deployment'/>"
      "<view id='inside' kind='drill-down' of='checkout' frame='groups'/>"
      "<view id='flow' kind='data-flow'/>"
      "<view id='less'><place of='shop' hidden='yes'/></view></architecture>";

static TbDocument *
load (const char *xml)
{
  g_autoptr (GError) error = NULL;
  TbDocument *document = tb_document_load_bytes ("test", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
  return document;
}

static TbUid
uid_of (TbDocument *document, const char *id)
{
  const TbElement *element = tb_model_lookup (tb_document_model (document), id);
  g_assert_nonnull (element);
  return tb_element_uid (element);
}

static TbScene *
scene_of (TbDocument *document, const char *view)
{
  return tb_scene_new (tb_document_model (document), view);
}

static gboolean
shows (TbDocument *d, const TbScene *scene, const char *id)
{
  return tb_scene_item (scene, uid_of (d, id), NULL, NULL);
}

static TbRect
rect_of (TbDocument *document, const TbScene *scene, const char *id)
{
  TbRect r;
  g_assert_true (tb_scene_item (scene, uid_of (document, id), NULL, &r));
  return r;
}

static gboolean
holds (const TbRect *outer, const TbRect *inner)
{
  return inner->x >= outer->x && inner->y >= outer->y
         && inner->x + inner->width <= outer->x + outer->width
         && inner->y + inner->height <= outer->y + outer->height;
}

static gboolean
lies_in (TbDocument *d, const TbScene *scene, const char *inner, const char *outer)
{
  TbRect a = rect_of (d, scene, inner), b = rect_of (d, scene, outer);
  return holds (&b, &a);
}

static const TbItem *
item_of (TbDocument *d, const TbScene *scene, const char *id)
{
  guint i = tb_scene_find (scene, uid_of (d, id));
  g_assert_cmpuint (i, !=, TB_NO_ITEM);
  return TB_ITEM (scene, i);
}

/* ---- Hidden ---------------------------------------------------------------------------------- */

static void
test_a_hidden_component_and_its_links_are_not_shown (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = scene_of (d, "less");
  guint n;
  g_assert_false (shows (d, scene, "shop"));
  g_assert_true (shows (d, scene, "cart"));
  g_assert_null (tb_scene_route (scene, uid_of (d, "fill"), &n));
  g_assert_nonnull (tb_scene_route (scene, uid_of (d, "pay-out"), &n));
}

static void
test_a_note_is_on_the_drawings_it_was_put_on (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) main = scene_of (d, "main"), less = scene_of (d, "less");
  g_assert_true (shows (d, main, "here"));
  g_assert_false (shows (d, less, "here"));
  g_assert_true (shows (d, less, "bare")); /* put on none */
}

/* ---- Placed ---------------------------------------------------------------------------------- */

static const char pages[]
    = "<architecture xmlns='urn:tierboard:1' name='Pages'>"
      "<group id='outer'/><group id='inner' parent='outer'/><group id='other'/><group id='empty'/>"
      "<component id='a' kind='server' group='inner'/><component id='b' kind='server'/>"
      "<component id='c' kind='store' group='other'/><component id='typed' kind='cache'/>"
      "<component id='gone' kind='client'/>"
      "<link id='ab' from='a' to='b'/><link id='bc' from='b' to='c'/>"
      "<view id='one' frame='groups' shows='placed'><place of='a' x='0' y='0'/><place of='b' x='300' y='0'/></view>"
      "<view id='two' frame='groups' shows='placed'><place of='b' hidden='no'/><place of='c' x='300' y='0'/>"
      "<place of='gone' x='0' y='300' hidden='yes'/></view>"
      "<view id='all' frame='groups'/></architecture>";

static void
test_a_view_of_what_is_placed_shows_nothing_of_others (void)
{
  g_autoptr (TbDocument) d = load (pages);
  g_autoptr (TbScene) one = scene_of (d, "one"), two = scene_of (d, "two"), all = scene_of (d, "all");
  guint n;
  g_assert_true (shows (d, one, "a") && shows (d, one, "b") && !shows (d, one, "c"));
  g_assert_true (!shows (d, two, "a") && shows (d, two, "b") && shows (d, two, "c"));
  g_assert_true (!shows (d, one, "gone") && !shows (d, two, "gone") && shows (d, all, "gone"));
  g_assert_nonnull (tb_scene_route (one, uid_of (d, "ab"), &n));
  g_assert_null (tb_scene_route (one, uid_of (d, "bc"), &n));
}

static void
test_groups_go_where_something_in_them_is (void)
{
  g_autoptr (TbDocument) d = load (pages);
  g_autoptr (TbScene) one = scene_of (d, "one"), two = scene_of (d, "two");
  g_assert_true (shows (d, one, "inner") && shows (d, one, "outer") && !shows (d, one, "other"));
  g_assert_true (!shows (d, two, "inner") && !shows (d, two, "outer") && shows (d, two, "other"));
  g_assert_true (shows (d, one, "empty") && shows (d, two, "empty"));
}

static void
test_what_is_placed_nowhere_is_everywhere (void)
{
  g_autoptr (TbDocument) d = load (pages);
  g_autoptr (TbScene) one = scene_of (d, "one"), two = scene_of (d, "two");
  g_assert_true (shows (d, one, "typed") && shows (d, two, "typed"));
}

static void
place_in (TbDocument *d, TbScene *scene, const char *view, const char *of)
{
  g_autoptr (GArray) dirty = g_array_new (FALSE, FALSE, sizeof (TbRect));
  tb_document_begin (d, "Place", NULL);
  TbUid place = tb_document_insert (d, TB_KIND_PLACE, NULL, uid_of (d, view), G_MAXUINT);
  tb_document_set (d, place, TB_PROP_OF, of, NULL);
  tb_document_set (d, place, TB_PROP_X, "600", NULL);
  tb_document_set (d, place, TB_PROP_Y, "0", NULL);
  tb_document_commit (d);
  TbEdit edits[] = { { .op = TB_EDIT_INSERT, .kind = TB_KIND_PLACE, .uid = place, .parent = uid_of (d, view) } };
  tb_scene_update (scene, tb_document_model (d), edits, 1, dirty);
}

static void
test_places_bring_and_take_away (void)
{
  g_autoptr (TbDocument) d = load (pages);
  g_autoptr (TbScene) one = scene_of (d, "one");
  place_in (d, one, "one", "c");
  g_assert_true (shows (d, one, "c"));
  place_in (d, one, "two", "typed");
  g_assert_false (shows (d, one, "typed"));
}

/* ---- Grid ------------------------------------------------------------------------------------ */

static void
test_a_grid_crosses_layers_and_tiers (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = scene_of (d, "grid");
  static const char *const cells[][3] = { { "browser", "clients", "top" },
                                          { "shop", "app", "middle" },
                                          { "cart", "app", "middle" },
                                          { "orders", "db", "data" } };
  for (guint i = 0; i < G_N_ELEMENTS (cells); i++)
    {
      g_assert_true (lies_in (d, scene, cells[i][0], cells[i][1]));
      g_assert_true (lies_in (d, scene, cells[i][0], cells[i][2]));
    }
  TbRect app = rect_of (d, scene, "app"), db = rect_of (d, scene, "db");
  g_assert_false (tb_rect_intersects (&app, &db));
}

static void
test_a_component_of_several_layers_spans_them (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = scene_of (d, "grid");
  TbRect events = rect_of (d, scene, "events"), middle = rect_of (d, scene, "middle");
  TbRect data = rect_of (d, scene, "data");
  g_assert_true (tb_rect_intersects (&events, &middle));
  g_assert_true (tb_rect_intersects (&events, &data));
}

static void
assert_cards_apart (const TbScene *scene)
{
  for (guint i = scene->first[TB_ITEM_COMPONENT]; i < scene->first[TB_ITEM_NOTE]; i++)
    for (guint k = i + 1; k < scene->first[TB_ITEM_NOTE]; k++)
      g_assert_false (tb_rect_intersects (&TB_ITEM (scene, i)->rect, &TB_ITEM (scene, k)->rect));
}

static void
test_a_grid_ignores_places (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = scene_of (d, "grid");
  TbRect card = rect_of (d, scene, "shop");
  g_assert_cmpfloat (card.x, <, 5000);
  assert_cards_apart (scene);
}

static void
test_a_grid_of_nothing_is_no_accident (void)
{
  g_autoptr (TbDocument) d
      = load ("<architecture xmlns='urn:tierboard:1'><view id='v' kind='grid'/></architecture>");
  g_autoptr (TbScene) scene = scene_of (d, "v");
  g_assert_cmpuint (scene->items->len, ==, 0);
}

static void
test_many_in_a_cell_make_it_grow (void)
{
  g_autoptr (GString) xml = g_string_new ("<architecture xmlns='urn:tierboard:1'><layer id='a'/>"
                                          "<layer id='b'/><tier id='t'/><tier id='u'/>");
  for (guint i = 0; i < 60; i++)
    g_string_append_printf (xml, "<component id='c%u' kind='server' tier='%s' layer='%s'/>", i,
                            i % 3 ? "t" : "u", i % 5 == 0 ? "a b" : i % 2 ? "a" : "b");
  g_string_append (xml, "<view id='v' kind='grid'/></architecture>");
  g_autoptr (TbDocument) d = load (xml->str);
  g_autoptr (TbScene) scene = scene_of (d, "v");
  assert_cards_apart (scene);
  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *id = g_strdup_printf ("c%u", i);
      g_assert_true (lies_in (d, scene, id, i % 3 ? "t" : "u"));
    }
}

/* ---- Deployment ------------------------------------------------------------------------------ */

static guint
boxes_of (TbDocument *d, const TbScene *scene, const char *id, TbRect *out)
{
  g_autoptr (GArray) boxes = g_array_new (FALSE, FALSE, sizeof (TbRect));
  tb_scene_boxes (scene, uid_of (d, id), boxes);
  for (guint i = 0; i < boxes->len && out != NULL; i++)
    out[i] = g_array_index (boxes, TbRect, i);
  return boxes->len;
}

static void
test_instances_stand_on_the_devices_the_plan_gives_them (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = scene_of (d, "dep");
  g_assert_cmpuint (boxes_of (d, scene, "shop", NULL), ==, 3);
  static const char *const devices[] = { "app-1", "app-2", "db-1" }; /* the last one said by <on> */
  for (guint r = 1; r <= 3; r++)
    {
      TbPoint dot;
      TbRect device = rect_of (d, scene, devices[r - 1]);
      g_assert_true (tb_scene_replica_dot (scene, uid_of (d, "shop"), r, &dot));
      g_assert_true (tb_rect_contains (&device, dot.x, dot.y));
    }
  g_assert_true (lies_in (d, scene, "app-1", "app"));
  assert_cards_apart (scene);
}

static void
test_a_tier_without_devices_has_one_for_each_replica (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = scene_of (d, "dep");
  guint made_up = 0;
  for (guint i = scene->first[TB_ITEM_DEVICE]; i < scene->first[TB_ITEM_FRAME]; i++)
    made_up += TB_ITEM (scene, i)->element == uid_of (d, "clients");
  g_assert_cmpuint (made_up, ==, 2);
}

static void
test_each_pair_of_instances_has_its_line (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = scene_of (d, "dep");
  g_autoptr (GArray) lines = g_array_new (FALSE, FALSE, sizeof (TbUid));
  TbUid fill = uid_of (d, "fill");
  tb_scene_link_lines (scene, fill, lines);
  g_assert_cmpuint (lines->len, ==, 3);
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  for (guint r = 1; r <= 3; r++)
    {
      TbUid line = tb_scene_instance_link (scene, fill, r, 1);
      g_assert_true (g_hash_table_add (seen, GUINT_TO_POINTER (line)));
      g_assert_cmpfloat (tb_scene_route_length (scene, line), >, 0);
    }
}

static void
test_pointing_at_any_instance_finds_the_component (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = scene_of (d, "dep");
  TbRect boxes[3];
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (TbUid));
  g_assert_cmpuint (boxes_of (d, scene, "shop", boxes), ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (tb_scene_hit (scene, boxes[i].x + 20, boxes[i].y + 20, 2), ==,
                      uid_of (d, "shop"));
  TbRect all = tb_scene_bounds (scene);
  guint times = 0;
  tb_scene_query (scene, &all, FALSE, found);
  for (guint i = 0; i < found->len; i++)
    times += g_array_index (found, TbUid, i) == uid_of (d, "shop");
  g_assert_cmpuint (times, ==, 1);
}

static void
test_very_many_replicas_end_as_stacks (void)
{
  g_autoptr (GString) xml = g_string_new ("<architecture xmlns='urn:tierboard:1'><tier id='t'/>");
  for (guint i = 0; i < 12; i++)
    g_string_append_printf (xml, "<component id='c%u' kind='server' tier='t' replicas='1000'/>", i);
  g_string_append (xml, "<link id='l' from='c0' to='c1'/><view id='v' kind='deployment'/>"
                        "</architecture>");
  g_autoptr (TbDocument) d = load (xml->str);
  g_autoptr (TbScene) scene = scene_of (d, "v");
  g_assert_cmpuint (scene->first[TB_ITEM_NOTE] - scene->first[TB_ITEM_COMPONENT], <=, 3000 + 12);
  g_assert_cmpuint (item_of (d, scene, "c11")->replicas, ==, 1000);
  g_assert_cmpuint (scene->first[TB_ITEM_COMPONENT] - scene->first[TB_ITEM_LINK], ==, 1);
}

/* ---- Drill-down ------------------------------------------------------------------------------ */

static void
test_a_drill_down_shows_members_and_neighbours_as_stubs (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = scene_of (d, "inside");
  static const char *const members[] = { "shop", "cart" }; /* one of them in the group inside */
  static const char *const stubs[] = { "browser", "bank", "orders" };
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    g_assert_false (tb_scene_is_stub (scene, uid_of (d, members[i])));
  for (guint i = 0; i < G_N_ELEMENTS (stubs); i++)
    {
      g_assert_true (tb_scene_is_stub (scene, uid_of (d, stubs[i])));
      g_assert_false (lies_in (d, scene, stubs[i], "checkout"));
    }
  g_assert_false (shows (d, scene, "events"));
  g_assert_true (lies_in (d, scene, "cart", "checkout"));
}

static void
test_callers_stand_above_and_the_called_below (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = scene_of (d, "inside");
  TbRect group = rect_of (d, scene, "checkout"), bank = rect_of (d, scene, "bank");
  TbRect browser = rect_of (d, scene, "browser");
  g_assert_cmpfloat (browser.y + browser.height, <, group.y);
  g_assert_cmpfloat (bank.y, >, group.y + group.height);
  assert_cards_apart (scene);
}

static void
test_a_badge_marks_what_has_a_drill_down (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = scene_of (d, "main"), inside = scene_of (d, "inside");
  TbRect at = item_of (d, scene, "checkout")->badge_at;
  g_assert_true (item_of (d, scene, "checkout")->badge);
  g_assert_false (item_of (d, scene, "pay")->badge);
  g_assert_false (item_of (d, inside, "checkout")->badge);
  scene->frame |= TB_FRAME_GROUPS;
  g_assert_cmpfloat (at.width, ==, TB_BADGE);
}

static void
test_a_drill_down_into_nothing_shows_everything (void)
{
  g_autoptr (TbDocument) d
      = load ("<architecture xmlns='urn:tierboard:1'><component id='a' kind='server'/>"
              "<view id='v' kind='drill-down' of='gone'/></architecture>");
  g_autoptr (TbScene) scene = scene_of (d, "v");
  g_assert_true (shows (d, scene, "a"));
}

/* ---- Data flow ------------------------------------------------------------------------------- */

static void
test_links_run_along_their_data (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = scene_of (d, "flow");
  g_assert_cmpuint (item_of (d, scene, "browse")->heads, ==, TB_HEAD_FROM);
  g_assert_cmpuint (item_of (d, scene, "fill")->heads, ==, TB_HEAD_FROM | TB_HEAD_TO);
  g_assert_cmpuint (item_of (d, scene, "save")->heads, ==, TB_HEAD_TO);
  g_assert_true (item_of (d, scene, "save")->async);
  g_assert_true (item_of (d, scene, "pay-out")->faint);
  g_assert_cmpstr (item_of (d, scene, "browse")->name, ==, "pages");
}

static void
test_a_free_view_has_heads_at_the_called (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = scene_of (d, "main");
  g_assert_cmpuint (item_of (d, scene, "browse")->heads, ==, TB_HEAD_TO);
  g_assert_false (item_of (d, scene, "pay-out")->faint);
}

/* ---- Between them ---------------------------------------------------------------------------- */

static guint64
print_of (const TbScene *scene)
{
  gsize size;
  g_autofree char *svg = tb_scene_to_svg (scene, TB_THEME_LIGHT, 1, &size);
  return g_str_hash (svg) | (guint64) size << 32;
}

static void
test_going_to_a_view_draws_what_a_new_scene_of_it_draws (void)
{
  static const char *const views[] = { "grid", "dep", "inside", "flow", "less", "main" };
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = scene_of (d, "main");
  for (guint i = 0; i < 3 * G_N_ELEMENTS (views); i++)
    {
      const char *view = views[i * 5 % G_N_ELEMENTS (views)];
      g_autoptr (TbScene) fresh = scene_of (d, view);
      g_autoptr (GArray) dirty = g_array_new (FALSE, FALSE, sizeof (TbRect));
      tb_scene_set_view (scene, tb_document_model (d), view, dirty);
      g_assert_cmpuint (print_of (scene), ==, print_of (fresh));
    }
}

static void
test_the_frame_of_notes_lies_below_and_can_be_seen_through (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = scene_of (d, "less");
  TbRect frame = rect_of (d, scene, "frame");
  TbItemKind kind;
  g_assert_true (tb_scene_item (scene, uid_of (d, "frame"), &kind, NULL));
  g_assert_cmpint (kind, ==, TB_ITEM_FRAME);
  g_assert_cmpuint (tb_scene_hit (scene, frame.x + 1, frame.y + 60, 2), ==, uid_of (d, "frame"));
  g_assert_cmpuint (tb_scene_hit (scene, frame.x + 60, frame.y + 90, 2), !=, uid_of (d, "frame"));
}

#define ADD(name, func) g_test_add_func ("/views/" name, func)

/* A drawing is shown and sent round; what its services are logged in to with is not. */
static void
test_lines_show_no_password (void)
{
  g_autoptr (TbDocument) d = load (
    "<architecture xmlns='urn:tierboard:1'>"
    "<component id='a' kind='external' address='postgres://app:s3cret@db.example.org:5432/shop'/>"
    "<component id='b' kind='external' address='db.example.org:5432'/>"
    "<component id='c' kind='client'><command shell='yes'>while :; do curl x; done</command></component>"
    "</architecture>");
  static const char *const lines[][2] = { { "a", "db.example.org:5432" }, { "b", "db.example.org:5432" },
                                          { "c", "shell · client" } };
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *line
        = tb_component_line (tb_model_lookup (tb_document_model (d), lines[i][0]), NULL);
      g_assert_cmpstr (line, ==, lines[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("lines/no-password", test_lines_show_no_password);
  ADD ("hidden/component", test_a_hidden_component_and_its_links_are_not_shown);
  ADD ("hidden/notes-of-others", test_a_note_is_on_the_drawings_it_was_put_on);
  ADD ("placed/nothing-of-others", test_a_view_of_what_is_placed_shows_nothing_of_others);
  ADD ("placed/groups", test_groups_go_where_something_in_them_is);
  ADD ("placed/nowhere", test_what_is_placed_nowhere_is_everywhere);
  ADD ("placed/edits", test_places_bring_and_take_away);
  ADD ("grid/crosses", test_a_grid_crosses_layers_and_tiers);
  ADD ("grid/spans", test_a_component_of_several_layers_spans_them);
  ADD ("grid/ignores-places", test_a_grid_ignores_places);
  ADD ("grid/nothing", test_a_grid_of_nothing_is_no_accident);
  ADD ("grid/many", test_many_in_a_cell_make_it_grow);
  ADD ("deployment/devices", test_instances_stand_on_the_devices_the_plan_gives_them);
  ADD ("deployment/made-up", test_a_tier_without_devices_has_one_for_each_replica);
  ADD ("deployment/lines", test_each_pair_of_instances_has_its_line);
  ADD ("deployment/hit", test_pointing_at_any_instance_finds_the_component);
  ADD ("deployment/very-many", test_very_many_replicas_end_as_stacks);
  ADD ("drill-down/stubs", test_a_drill_down_shows_members_and_neighbours_as_stubs);
  ADD ("drill-down/above-below", test_callers_stand_above_and_the_called_below);
  ADD ("drill-down/badge", test_a_badge_marks_what_has_a_drill_down);
  ADD ("drill-down/of-nothing", test_a_drill_down_into_nothing_shows_everything);
  ADD ("data-flow/along", test_links_run_along_their_data);
  ADD ("data-flow/free", test_a_free_view_has_heads_at_the_called);
  ADD ("switch", test_going_to_a_view_draws_what_a_new_scene_of_it_draws);
  ADD ("frame", test_the_frame_of_notes_lies_below_and_can_be_seen_through);
  return g_test_run ();
}
