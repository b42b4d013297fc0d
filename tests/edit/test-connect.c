/* Which links may be drawn, new components on a link, clones. */
#include "fixture.h"

#include "tb-connect.h"

#define WITH_SHOP                                                                                  \
  Fixture f;                                                                                       \
  fixture_open (&f, fixture_shop)

static TbLinkTarget
target_of (GArray *targets, TbUid uid)
{
  for (guint i = 0; i < targets->len; i++)
    if (g_array_index (targets, TbLinkTarget, i).uid == uid)
      return g_array_index (targets, TbLinkTarget, i);
  g_assert_not_reached ();
}

static void
assert_undone (Fixture *f, const char *before)
{
  g_assert_true (tb_document_undo (f->document));
  g_autofree char *after = fixture_xml (f);
  g_assert_cmpstr (after, ==, before);
  g_assert_null (tb_document_undo_label (f->document));
}

static void
test_targets_name_all_others_and_say_why_not (void)
{
  WITH_SHOP;
  g_autoptr (GArray) targets = g_array_new (FALSE, FALSE, sizeof (TbLinkTarget));
  tb_editor_link_targets (f.editor, fixture_uid (&f, "shop"), targets);
  g_assert_cmpuint (targets->len, ==, 2);
  g_assert_cmpuint (g_array_index (targets, TbLinkTarget, 0).uid, ==, fixture_uid (&f, "orders"));
  g_assert_null (target_of (targets, fixture_uid (&f, "orders")).reason);
  g_assert_nonnull (target_of (targets, fixture_uid (&f, "browser")).reason);
  fixture_close (&f);
}

static void
test_two_clients_are_told_apart_from_any_client (void)
{
  WITH_SHOP;
  TbUid other = tb_editor_create (f.editor, tb_palette_find ("client"), 0, 0, 0);
  const char *of_clients = tb_editor_link_refusal (f.editor, other, fixture_uid (&f, "browser"));
  const char *of_server
      = tb_editor_link_refusal (f.editor, fixture_uid (&f, "shop"), fixture_uid (&f, "browser"));
  g_assert_cmpstr (of_clients, !=, of_server);
  g_assert_nonnull (strstr (of_clients, "Two clients"));
  fixture_close (&f);
}

static void
test_an_external_without_address_may_be_called (void)
{
  WITH_SHOP;
  TbUid shop = fixture_uid (&f, "shop");
  TbUid bank = tb_editor_create (f.editor, tb_palette_find ("external"), 0, 0, 0);
  g_assert_null (tb_editor_link_refusal (f.editor, shop, bank));
  g_assert_nonnull (tb_editor_link_caution (f.editor, shop, bank));
  tb_editor_set (f.editor, bank, TB_PROP_ADDRESS, "bank.example:443", NULL);
  g_assert_null (tb_editor_link_caution (f.editor, shop, bank));
  fixture_close (&f);
}

static void
test_doubtful_links_stay_legal (void)
{
  static const char layered[]
      = "<architecture xmlns=\"urn:tierboard:1\" name=\"L\">"
        "<layer id=\"top\" strict=\"yes\"/><layer id=\"middle\"/><layer id=\"bottom\"/>"
        "<component id=\"a\" kind=\"server\" layer=\"top\"/>"
        "<component id=\"b\" kind=\"server\" layer=\"middle\"/>"
        "<component id=\"c\" kind=\"store\" layer=\"bottom\"/>"
        "<component id=\"front\" kind=\"balancer\"/>"
        "<link id=\"l\" from=\"front\" to=\"b\"/>"
        "</architecture>";
  static const struct
  {
    const char *from, *to, *word;
  } rows[] = { { "a", "c", "strict" },  { "b", "a", "above" }, { "a", "b", "in front" },
               { "c", "front", "store" }, { "b", "front", "wait" }, { "b", "c", NULL } };
  Fixture f;
  fixture_open (&f, layered);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TbUid from = fixture_uid (&f, rows[i].from), to = fixture_uid (&f, rows[i].to);
      const char *caution = tb_editor_link_caution (f.editor, from, to);
      g_assert_null (tb_editor_link_refusal (f.editor, from, to));
      if (rows[i].word == NULL)
        g_assert_null (caution);
      else
        g_assert_nonnull (caution ? strstr (caution, rows[i].word) : NULL);
    }
  fixture_close (&f);
}

static void
test_likeliest_kinds (void)
{
  static const struct
  {
    const char *from, *first;
  } rows[] = { { "browser", "server" }, { "shop", "store" }, { "orders", "broker" } };
  WITH_SHOP;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) kinds = g_ptr_array_new ();
      tb_editor_link_kinds (f.editor, fixture_uid (&f, rows[i].from), kinds);
      const TbPaletteRow *first = g_ptr_array_index (kinds, 0);
      g_assert_cmpstr (first->name, ==, rows[i].first);
      for (guint k = 0; k < kinds->len; k++)
        g_assert_cmpint (((const TbPaletteRow *) g_ptr_array_index (kinds, k))->role, !=,
                         TB_ROLE_CLIENT);
    }
  fixture_close (&f);
}

static void
test_click_on_a_handle_adds_what_it_calls (void)
{
  WITH_SHOP;
  g_autofree char *before = fixture_xml (&f);
  TbRect shop = fixture_rect (&f, "shop");
  tb_editor_motion (f.editor, shop.x + 20, shop.y + 20, 0, 1);
  fixture_click (&f, shop.x + shop.width, shop.y + shop.height / 2, 0);
  TbRect store = fixture_rect (&f, "store");
  g_assert_cmpfloat (store.x, >, shop.x + shop.width);
  g_assert_false (tb_rect_intersects (&shop, &store));
  g_assert_cmpuint (tb_editor_selected_one (f.editor), ==, fixture_uid (&f, "store"));
  g_assert_cmpstr (fixture_get (&f, "shop-to-store", TB_PROP_TO), ==, "store");
  assert_undone (&f, before);
  fixture_close (&f);
}

typedef struct
{
  TbUid from;
  TbPoint at;
} Dropped;

static void
on_dropped (TbEditor *editor, guint from, double x, double y, Dropped *d)
{
  *d = (Dropped){ from, { x, y } };
}

static void
test_a_link_let_go_over_nothing_asks_what_for (void)
{
  WITH_SHOP;
  Dropped d = { 0 };
  TbRect shop = fixture_rect (&f, "shop");
  TbPoint handle = { shop.x + shop.width, shop.y + shop.height / 2 }, at = { 900, 300 };
  tb_editor_motion (f.editor, shop.x + 20, shop.y + 20, 0, 1);
  g_signal_connect (f.editor, "link-dropped", G_CALLBACK (on_dropped), &d);
  fixture_drag (&f, handle, at, 0);
  g_assert_cmpuint (d.from, ==, fixture_uid (&f, "shop"));
  g_assert_cmpfloat (d.at.x, ==, 900);
  g_assert_null (tb_document_undo_label (f.document));
  TbUid made = tb_editor_connect_new_at (f.editor, d.from, tb_palette_find ("broker"), d.at.x,
                                         d.at.y);
  g_assert_cmpuint (made, ==, fixture_uid (&f, "broker"));
  g_assert_cmpstr (fixture_get (&f, "shop-to-broker", TB_PROP_CALL), ==, "async");
  fixture_close (&f);
}

static void
test_what_cannot_be_called_is_dimmed_meanwhile (void)
{
  WITH_SHOP;
  TbRect shop = fixture_rect (&f, "shop");
  TbPoint handle = { shop.x + shop.width, shop.y + shop.height / 2 }, at = { 900, 300 };
  tb_editor_motion (f.editor, shop.x + 20, shop.y + 20, 0, 1);
  fixture_drag_on (&f, handle, at, 0);
  g_assert_true (tb_editor_link_dimmed (f.editor, fixture_uid (&f, "browser")));
  g_assert_false (tb_editor_link_dimmed (f.editor, fixture_uid (&f, "orders")));
  tb_editor_cancel (f.editor);
  g_assert_false (tb_editor_link_dimmed (f.editor, fixture_uid (&f, "browser")));
  fixture_close (&f);
}

static void
test_clone_is_linked_and_stays_in_its_tier (void)
{
  WITH_SHOP;
  g_autofree char *before = fixture_xml (&f);
  TbUid clone = tb_editor_clone_connect (f.editor, fixture_uid (&f, "shop"), TB_SIDE_RIGHT);
  TbRect tier = fixture_rect (&f, "app"), other = fixture_rect (&f, "db");
  TbRect card = fixture_rect (&f, "shop-2");
  g_assert_cmpuint (clone, ==, fixture_uid (&f, "shop-2"));
  g_assert_cmpstr (fixture_get (&f, "shop-2", TB_PROP_TIER), ==, "app");
  g_assert_cmpstr (fixture_get (&f, "shop-2", TB_PROP_NAME), ==, "Shop 2");
  g_assert_true (tb_rect_contains (&tier, card.x, card.y));
  g_assert_false (tb_rect_intersects (&tier, &other));
  g_assert_cmpstr (fixture_get (&f, "shop-to-shop-2", TB_PROP_FROM), ==, "shop");
  assert_undone (&f, before);
  fixture_close (&f);
}

static void
test_cloned_client_calls_what_the_first_calls (void)
{
  WITH_SHOP;
  TbUid clone = tb_editor_clone_connect (f.editor, fixture_uid (&f, "browser"), TB_SIDE_BOTTOM);
  const TbModel *model = tb_document_model (f.document);
  g_assert_cmpuint (tb_model_count (model, TB_KIND_LINK), ==, 2);
  const TbElement *link = tb_model_nth (model, TB_KIND_LINK, 1);
  g_assert_cmpuint (tb_element_uid (tb_element_get_ref (model, link, TB_PROP_FROM)), ==, clone);
  g_assert_cmpstr (tb_element_get (link, TB_PROP_TO), ==, "shop");
  fixture_close (&f);
}

static void
test_every_side_gives_a_place_of_its_own (void)
{
  WITH_SHOP;
  for (TbSide side = TB_SIDE_TOP; side <= TB_SIDE_LEFT; side++)
    g_assert_cmpuint (tb_editor_clone_connect (f.editor, fixture_uid (&f, "orders"), side), !=, 0);
  const TbModel *model = tb_document_model (f.document);
  guint n = tb_model_count (model, TB_KIND_COMPONENT);
  for (guint i = 0; i < n; i++)
    for (guint k = i + 1; k < n; k++)
      {
        TbRect a = fixture_rect (&f, tb_element_id (tb_model_nth (model, TB_KIND_COMPONENT, i)));
        TbRect b = fixture_rect (&f, tb_element_id (tb_model_nth (model, TB_KIND_COMPONENT, k)));
        g_assert_false (tb_rect_intersects (&a, &b));
      }
  TbRect app = fixture_rect (&f, "app"), db = fixture_rect (&f, "db");
  g_assert_false (tb_rect_intersects (&app, &db));
  fixture_close (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add_func ("/edit/connect/" #name, test_##name)
  TEST (targets_name_all_others_and_say_why_not);
  TEST (two_clients_are_told_apart_from_any_client);
  TEST (an_external_without_address_may_be_called);
  TEST (doubtful_links_stay_legal);
  TEST (likeliest_kinds);
  TEST (click_on_a_handle_adds_what_it_calls);
  TEST (a_link_let_go_over_nothing_asks_what_for);
  TEST (what_cannot_be_called_is_dimmed_meanwhile);
  TEST (clone_is_linked_and_stays_in_its_tier);
  TEST (cloned_client_calls_what_the_first_calls);
  TEST (every_side_gives_a_place_of_its_own);
  return g_test_run ();
}
