/* Creating, commands, walking and describing. */
#include "fixture.h"

#define WITH_SHOP                                                                                  \
  Fixture f;                                                                                       \
  fixture_open (&f, fixture_shop)

static void
test_palette_rows_can_all_be_created (void)
{
  Fixture f;
  guint n;
  const TbPaletteRow *rows = tb_palette (&n);
  fixture_open (&f, "<architecture xmlns=\"urn:tierboard:1\" name=\"Empty\"/>");
  for (guint i = 0; i < n; i++)
    {
      TbUid uid = tb_editor_create (f.editor, &rows[i], 100, 100, 0);
      g_assert_cmpuint (uid, !=, 0);
      g_assert_cmpuint (tb_editor_selected_one (f.editor), ==, uid);
    }
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  tb_model_validate (tb_document_model (f.document), problems);
  g_assert_false (tb_problems_have_error (problems));
  /* What was written can be read. */
  g_autofree char *xml = fixture_xml (&f);
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) again
      = tb_document_load_bytes ("again", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (again);
  for (guint i = 0; i < n; i++)
    g_assert_true (tb_document_undo (f.document));
  g_assert_null (tb_document_undo_label (f.document));
  fixture_close (&f);
}

static void
test_names_and_ids_count_up (void)
{
  WITH_SHOP;
  const TbPaletteRow *server = tb_palette_find ("server");
  TbUid a = tb_editor_create (f.editor, server, 0, 0, 0);
  TbUid b = tb_editor_create (f.editor, server, 0, 0, 0);
  const TbModel *model = tb_document_model (f.document);
  g_assert_cmpstr (tb_element_title (tb_model_get (model, a)), ==, "Server");
  g_assert_cmpstr (tb_element_title (tb_model_get (model, b)), ==, "Server 2");
  g_assert_cmpstr (tb_element_id (tb_model_get (model, a)), ==, "server");
  g_assert_cmpstr (tb_element_id (tb_model_get (model, b)), ==, "server-2");
  fixture_close (&f);
}

static void
test_new_cards_cover_nothing (void)
{
  WITH_SHOP;
  TbPoint at = fixture_middle (&f, "shop");
  tb_editor_create (f.editor, tb_palette_find ("cache"), at.x, at.y, 0);
  TbRect a = fixture_rect (&f, "shop"), b = fixture_rect (&f, "cache");
  g_assert_false (tb_rect_intersects (&a, &b));
  fixture_close (&f);
}

static void
test_created_in_a_tier_belongs_to_it (void)
{
  WITH_SHOP;
  TbRect r = fixture_rect (&f, "db");
  TbUid uid = tb_editor_create (f.editor, tb_palette_find ("cache"), r.x + r.width - 90,
                                r.y + r.height - 60, fixture_uid (&f, "shop"));
  TbRect card = fixture_rect (&f, "cache");
  TbPoint middle = { card.x + card.width / 2, card.y + card.height / 2 };
  const char *tier = fixture_get (&f, "cache", TB_PROP_TIER);
  g_assert_cmpint (tier != NULL, ==, tb_rect_contains (&r, middle.x, middle.y));
  g_assert_cmpuint (uid, ==, fixture_uid (&f, "cache"));
  g_assert_cmpuint (tb_model_count (tb_document_model (f.document), TB_KIND_LINK), ==, 2);
  g_assert_true (tb_document_undo (f.document));
  g_assert_cmpuint (fixture_uid (&f, "cache"), ==, 0);
  g_assert_null (tb_document_undo_label (f.document));
  fixture_close (&f);
}

static void
test_row_follows_the_pointer_until_put_down (void)
{
  WITH_SHOP;
  tb_editor_begin_create (f.editor, tb_palette_find ("proxy"));
  tb_editor_motion (f.editor, 800, 800, 0, 1);
  g_assert_cmpint (tb_editor_gesture (f.editor).gesture, ==, TB_GESTURE_CREATE);
  tb_editor_press (f.editor, 800, 800, 0, 1);
  tb_editor_release (f.editor, 800, 800, 0, 1);
  TbRect r = fixture_rect (&f, "proxy");
  g_assert_true (tb_rect_contains (&r, 800, 800));
  g_assert_cmpint (tb_editor_gesture (f.editor).gesture, ==, TB_GESTURE_NONE);
  tb_editor_begin_create (f.editor, tb_palette_find ("proxy"));
  tb_editor_cancel (f.editor);
  fixture_click (&f, -900, -900, 0);
  g_assert_cmpuint (fixture_uid (&f, "proxy-2"), ==, 0);
  fixture_close (&f);
}

static void
test_a_place_is_pinned_before_others_move (void)
{
  Fixture f;
  fixture_open (&f, "<architecture xmlns=\"urn:tierboard:1\" name=\"Loose\">"
                    "<component id=\"a\" kind=\"server\"/><component id=\"b\" kind=\"server\"/>"
                    "<component id=\"c\" kind=\"server\"/></architecture>");
  TbRect b = fixture_rect (&f, "b"), c = fixture_rect (&f, "c");
  TbPoint at = fixture_middle (&f, "a");
  fixture_drag (&f, at, (TbPoint){ at.x - 400, at.y - 400 }, 0);
  TbRect b2 = fixture_rect (&f, "b"), c2 = fixture_rect (&f, "c");
  g_assert_cmpfloat (b.x, ==, b2.x);
  g_assert_cmpfloat (c.y, ==, c2.y);
  g_assert_cmpuint (tb_scene_n_unplaced (tb_editor_scene (f.editor)), ==, 0);
  fixture_close (&f);
}

static void
test_delete_takes_links_along (void)
{
  WITH_SHOP;
  tb_editor_select_one (f.editor, fixture_uid (&f, "shop"));
  g_assert_true (tb_editor_run (f.editor, "delete"));
  g_assert_cmpuint (fixture_uid (&f, "shop"), ==, 0);
  g_assert_cmpuint (fixture_uid (&f, "browse"), ==, 0);
  g_assert_cmpuint (fixture_selected (&f), ==, 0);
  g_assert_false (tb_editor_run (f.editor, "delete"));
  g_assert_true (tb_editor_run (f.editor, "undo"));
  g_assert_cmpuint (fixture_uid (&f, "browse"), !=, 0);
  fixture_close (&f);
}

static void
test_nudges_join_in_one_step (void)
{
  WITH_SHOP;
  tb_editor_select_one (f.editor, fixture_uid (&f, "browser"));
  for (int i = 0; i < 3; i++)
    g_assert_true (tb_editor_run (f.editor, "nudge-right"));
  g_assert_true (tb_editor_run (f.editor, "nudge-down"));
  g_assert_cmpfloat (fixture_rect (&f, "browser").x, ==, 100);
  g_assert_cmpfloat (fixture_rect (&f, "browser").y, ==, 140);
  g_assert_true (tb_editor_run (f.editor, "undo"));
  g_assert_cmpfloat (fixture_rect (&f, "browser").x, ==, 40);
  g_assert_false (tb_editor_run (f.editor, "undo"));
  fixture_close (&f);
}

static void
test_duplicate_copies_links_among_copies (void)
{
  WITH_SHOP;
  TbUid both[] = { fixture_uid (&f, "browser"), fixture_uid (&f, "shop") };
  tb_editor_select (f.editor, both, 2);
  g_assert_true (tb_editor_run (f.editor, "duplicate"));
  const TbModel *model = tb_document_model (f.document);
  g_assert_cmpuint (tb_model_count (model, TB_KIND_COMPONENT), ==, 5);
  g_assert_cmpuint (tb_model_count (model, TB_KIND_LINK), ==, 2);
  const TbElement *copy = tb_model_nth (model, TB_KIND_LINK, 1);
  g_assert_cmpstr (tb_element_get (copy, TB_PROP_FROM), ==, "browser-2");
  g_assert_cmpstr (tb_element_get (copy, TB_PROP_TO), ==, "shop-2");
  g_assert_cmpstr (fixture_get (&f, "shop-2", TB_PROP_REPLICAS), ==, "3");
  g_assert_nonnull (tb_element_child_of (tb_model_lookup (model, "shop-2"), TB_KIND_SERVICE));
  g_assert_cmpuint (fixture_selected (&f), ==, 2);
  fixture_close (&f);
}

static void
test_set_says_what_was_expected (void)
{
  WITH_SHOP;
  g_autoptr (GError) error = NULL;
  TbUid shop = fixture_uid (&f, "shop");
  g_assert_true (tb_editor_set (f.editor, shop, TB_PROP_NAME, "Store front", &error));
  g_assert_cmpstr (tb_document_undo_label (f.document), ==, "Rename Shop");
  g_assert_false (tb_editor_set (f.editor, shop, TB_PROP_REPLICAS, "many", &error));
  g_assert_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_VALUE);
  g_clear_error (&error);
  g_assert_false (tb_editor_set (f.editor, shop, TB_PROP_THINK, "1s", &error));
  g_assert_nonnull (error);
  g_assert_cmpstr (fixture_get (&f, "shop", TB_PROP_REPLICAS), ==, "3");
  fixture_close (&f);
}

static void
test_commands_have_names_and_help (void)
{
  WITH_SHOP;
  guint n;
  const TbCommandRow *rows = tb_commands (&n);
  for (guint i = 0; i < n; i++)
    {
      g_assert_nonnull (rows[i].label);
      g_assert_true (g_str_has_suffix (rows[i].help, "."));
      for (guint j = 0; j < i; j++)
        {
          g_assert_cmpstr (rows[i].name, !=, rows[j].name);
          if (rows[i].accel != NULL)
            g_assert_cmpstr (rows[i].accel, !=, rows[j].accel);
        }
    }
  g_assert_false (tb_editor_run (f.editor, "no such command"));
  fixture_close (&f);
}

static void
test_rename_asks_for_the_field (void)
{
  WITH_SHOP;
  tb_editor_select_one (f.editor, fixture_uid (&f, "orders"));
  g_assert_true (tb_editor_run (f.editor, "rename"));
  g_assert_cmpuint (f.rename_uid, ==, fixture_uid (&f, "orders"));
  fixture_close (&f);
}

static void
test_neighbours_lie_in_their_direction (void)
{
  WITH_SHOP;
  TbUid browser = fixture_uid (&f, "browser"), shop = fixture_uid (&f, "shop");
  TbUid orders = fixture_uid (&f, "orders"), remark = fixture_uid (&f, "remark");
  g_assert_cmpuint (tb_editor_neighbour (f.editor, browser, 1, 0), ==, shop);
  g_assert_cmpuint (tb_editor_neighbour (f.editor, shop, -1, 0), ==, browser);
  g_assert_cmpuint (tb_editor_neighbour (f.editor, shop, 0, 1), ==, orders);
  g_assert_cmpuint (tb_editor_neighbour (f.editor, orders, -1, 0), ==, remark);
  g_assert_cmpuint (tb_editor_neighbour (f.editor, remark, 0, -1), ==, browser);
  g_assert_cmpuint (tb_editor_neighbour (f.editor, browser, -1, 0), ==, 0);
  fixture_close (&f);
}

static void
test_reading_order_visits_all_once (void)
{
  WITH_SHOP;
  guint n = 0;
  TbUid uid = 0, last = 0;
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  while ((uid = tb_editor_reading_step (f.editor, uid, 1)) != 0)
    {
      g_assert_true (g_hash_table_add (seen, GUINT_TO_POINTER (uid)));
      last = uid;
      n++;
    }
  g_assert_cmpuint (n, ==, 7); /* two tiers, three cards, a link, a note */
  g_assert_cmpuint (tb_editor_reading_step (f.editor, 0, -1), ==, last);
  g_assert_cmpuint (tb_editor_reading_step (f.editor, fixture_uid (&f, "browser"), 1), ==,
                    fixture_uid (&f, "browse"));
  fixture_close (&f);
}

static void
test_descriptions_are_sentences (void)
{
  WITH_SHOP;
  static const struct
  {
    const char *id, *words;
  } rows[] = {
    { "shop", "Shop, server, 3 replicas, App tier; called by Browser" },
    { "browser", "Browser, client; calls Shop" },
    { "browse", "Link from Browser to Shop, synchronous, http" },
    { "app", "Tier App, 1 component" },
    { "remark", "Note: Look here" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *words = tb_editor_describe (f.editor, fixture_uid (&f, rows[i].id));
      g_assert_cmpstr (words, ==, rows[i].words);
    }
  fixture_close (&f);
}

static void
test_middleware_says_what_goes_over_it (void)
{
  Fixture f;
  fixture_open (&f, "<architecture xmlns=\"urn:tierboard:1\" name=\"M\">"
                    "<middleware id=\"rpc\" name=\"RPC\"/>"
                    "<component id=\"a\" kind=\"client\"/><component id=\"b\" kind=\"server\"/>"
                    "<link id=\"l\" from=\"a\" to=\"b\" via=\"rpc\"/></architecture>");
  g_autofree char *words = tb_editor_describe (f.editor, fixture_uid (&f, "rpc"));
  g_assert_cmpstr (words, ==, "Middleware RPC, 1 link");
  fixture_close (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/edit/create/palette", test_palette_rows_can_all_be_created);
  g_test_add_func ("/edit/create/names-count-up", test_names_and_ids_count_up);
  g_test_add_func ("/edit/create/covers-nothing", test_new_cards_cover_nothing);
  g_test_add_func ("/edit/create/in-a-tier", test_created_in_a_tier_belongs_to_it);
  g_test_add_func ("/edit/create/follows-the-pointer", test_row_follows_the_pointer_until_put_down);
  g_test_add_func ("/edit/create/pins-places", test_a_place_is_pinned_before_others_move);
  g_test_add_func ("/edit/commands/delete", test_delete_takes_links_along);
  g_test_add_func ("/edit/commands/nudge", test_nudges_join_in_one_step);
  g_test_add_func ("/edit/commands/duplicate", test_duplicate_copies_links_among_copies);
  g_test_add_func ("/edit/commands/set", test_set_says_what_was_expected);
  g_test_add_func ("/edit/commands/table", test_commands_have_names_and_help);
  g_test_add_func ("/edit/commands/rename", test_rename_asks_for_the_field);
  g_test_add_func ("/edit/walk/neighbours", test_neighbours_lie_in_their_direction);
  g_test_add_func ("/edit/walk/reading-order", test_reading_order_visits_all_once);
  g_test_add_func ("/edit/walk/descriptions", test_descriptions_are_sentences);
  g_test_add_func ("/edit/walk/middleware", test_middleware_says_what_goes_over_it);
  return g_test_run ();
}
