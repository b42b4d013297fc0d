/* Gestures: what each leaves in the document, and that a dropped one leaves nothing. */
#include <math.h>

#include "fixture.h"

#define WITH_SHOP                                                                                  \
  Fixture f;                                                                                       \
  fixture_open (&f, fixture_shop)

static void
test_click_selects (void)
{
  WITH_SHOP;
  TbPoint at = fixture_middle (&f, "shop");
  fixture_click (&f, at.x, at.y, 0);
  g_assert_cmpuint (tb_editor_selected_one (f.editor), ==, fixture_uid (&f, "shop"));
  fixture_click (&f, -500, -500, 0);
  g_assert_cmpuint (fixture_selected (&f), ==, 0);
  g_assert_null (tb_document_undo_label (f.document));
  fixture_close (&f);
}

static void
test_shift_click_toggles (void)
{
  WITH_SHOP;
  TbPoint a = fixture_middle (&f, "shop"), b = fixture_middle (&f, "browser");
  fixture_click (&f, a.x, a.y, 0);
  fixture_click (&f, b.x, b.y, TB_MOD_SHIFT);
  g_assert_cmpuint (fixture_selected (&f), ==, 2);
  fixture_click (&f, a.x, a.y, TB_MOD_SHIFT);
  g_assert_cmpuint (tb_editor_selected_one (f.editor), ==, fixture_uid (&f, "browser"));
  fixture_close (&f);
}

static void
test_drag_moves_by_grid_steps (void)
{
  WITH_SHOP;
  TbPoint at = fixture_middle (&f, "browser");
  fixture_drag (&f, at, (TbPoint){ at.x + 33, at.y + 87 }, 0);
  TbRect r = fixture_rect (&f, "browser");
  g_assert_cmpfloat (r.x, ==, 80);
  g_assert_cmpfloat (r.y, ==, 200);
  g_assert_cmpstr (tb_document_undo_label (f.document), ==, "Move Browser");
  fixture_close (&f);
}

static void
test_alt_moves_freely (void)
{
  WITH_SHOP;
  TbPoint at = fixture_middle (&f, "browser");
  fixture_drag (&f, at, (TbPoint){ at.x + 33, at.y + 87 }, TB_MOD_ALT);
  TbRect r = fixture_rect (&f, "browser");
  g_assert_cmpfloat (r.x, ==, 73);
  g_assert_cmpfloat (r.y, ==, 207);
  fixture_close (&f);
}

static void
test_several_move_together (void)
{
  WITH_SHOP;
  TbUid both[] = { fixture_uid (&f, "browser"), fixture_uid (&f, "remark") };
  TbPoint at = fixture_middle (&f, "browser");
  tb_editor_select (f.editor, both, 2);
  fixture_drag (&f, at, (TbPoint){ at.x + 40, at.y }, 0);
  g_assert_cmpfloat (fixture_rect (&f, "browser").x, ==, 80);
  g_assert_cmpfloat (fixture_rect (&f, "remark").x, ==, 80);
  g_assert_true (tb_document_undo (f.document));
  g_assert_cmpfloat (fixture_rect (&f, "browser").x, ==, 40);
  g_assert_cmpfloat (fixture_rect (&f, "remark").x, ==, 40);
  g_assert_null (tb_document_undo_label (f.document));
  fixture_close (&f);
}

static void
test_drop_sets_the_tier_it_lands_in (void)
{
  WITH_SHOP;
  TbPoint at = fixture_middle (&f, "shop");
  fixture_drag (&f, at, (TbPoint){ at.x + 20, at.y + 240 }, 0);
  g_assert_cmpstr (fixture_get (&f, "shop", TB_PROP_TIER), ==, "db");
  at = fixture_middle (&f, "shop");
  fixture_drag (&f, at, (TbPoint){ at.x + 600, at.y }, 0);
  g_assert_null (fixture_get (&f, "shop", TB_PROP_TIER));
  fixture_close (&f);
}

static void
test_drop_target_is_shown_meanwhile (void)
{
  WITH_SHOP;
  TbPoint at = fixture_middle (&f, "browser"), to = fixture_middle (&f, "orders");
  fixture_drag_on (&f, at, (TbPoint){ to.x, to.y - 80 }, 0);
  TbGestureState g = tb_editor_gesture (f.editor);
  g_assert_cmpint (g.gesture, ==, TB_GESTURE_MOVE);
  g_assert_cmpuint (g.target, ==, fixture_uid (&f, "db"));
  g_assert_null (tb_document_undo_label (f.document));
  tb_editor_cancel (f.editor);
  fixture_close (&f);
}

static void
test_escape_leaves_no_trace (void)
{
  WITH_SHOP;
  g_autofree char *before = fixture_xml (&f);
  TbPoint at = fixture_middle (&f, "shop");
  fixture_drag_on (&f, at, (TbPoint){ at.x + 300, at.y + 300 }, 0);
  tb_editor_cancel (f.editor);
  g_autofree char *after = fixture_xml (&f);
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpfloat (fixture_rect (&f, "shop").x, ==, 400);
  g_assert_null (tb_document_undo_label (f.document));
  fixture_close (&f);
}

static void
test_container_takes_its_members_along (void)
{
  WITH_SHOP;
  TbRect tier = fixture_rect (&f, "app");
  fixture_click (&f, tier.x + 4, tier.y + 4, 0);
  g_assert_cmpuint (tb_editor_selected_one (f.editor), ==, fixture_uid (&f, "app"));
  fixture_drag (&f, (TbPoint){ tier.x + 100, tier.y + 12 }, (TbPoint){ tier.x + 140, tier.y - 8 }, 0);
  g_assert_cmpfloat (fixture_rect (&f, "shop").x, ==, 440);
  g_assert_cmpfloat (fixture_rect (&f, "shop").y, ==, 100);
  g_assert_cmpstr (fixture_get (&f, "shop", TB_PROP_TIER), ==, "app");
  fixture_close (&f);
}

static void
test_drag_in_a_container_draws_a_band (void)
{
  WITH_SHOP;
  TbRect tier = fixture_rect (&f, "app");
  TbPoint from = { tier.x + 12, tier.y + tier.height - 14 };
  TbRect shop = fixture_rect (&f, "shop");
  fixture_drag_on (&f, from, (TbPoint){ shop.x + 20, shop.y + 40 }, 0);
  g_assert_cmpint (tb_editor_gesture (f.editor).gesture, ==, TB_GESTURE_BAND);
  g_assert_cmpuint (tb_editor_selected_one (f.editor), ==, fixture_uid (&f, "shop"));
  tb_editor_cancel (f.editor);
  g_assert_cmpuint (fixture_selected (&f), ==, 0);
  fixture_close (&f);
}

static void
test_band_selects_what_it_touches (void)
{
  WITH_SHOP;
  fixture_drag (&f, (TbPoint){ -60, 60 }, (TbPoint){ 100, 460 }, 0);
  g_assert_cmpuint (fixture_selected (&f), ==, 2);
  g_assert_true (tb_editor_is_selected (f.editor, fixture_uid (&f, "browser")));
  g_assert_true (tb_editor_is_selected (f.editor, fixture_uid (&f, "remark")));
  fixture_close (&f);
}

static void
test_resize_stores_the_size (void)
{
  WITH_SHOP;
  TbRect r = fixture_rect (&f, "app");
  tb_editor_select_one (f.editor, fixture_uid (&f, "app"));
  fixture_drag (&f, (TbPoint){ r.x + r.width, r.y + r.height },
                (TbPoint){ r.x + r.width + 55, r.y + r.height + 45 }, 0);
  TbRect now = fixture_rect (&f, "app");
  g_assert_cmpfloat (now.width, ==, 380);
  g_assert_cmpfloat (now.height, ==, 220);
  g_assert_cmpstr (tb_document_undo_label (f.document), ==, "Resize App");
  fixture_close (&f);
}

static TbPoint
handle (Fixture *f, const char *id, guint side)
{
  TbPoint points[4];
  TbPoint middle = fixture_middle (f, id);
  tb_editor_motion (f->editor, middle.x, middle.y, 0, 1);
  g_assert_cmpuint (tb_editor_hover (f->editor), ==, fixture_uid (f, id));
  g_assert_cmpuint (tb_editor_link_handles (f->editor, fixture_uid (f, id), points), ==, 4);
  return points[side];
}

static void
test_handle_draws_a_link (void)
{
  WITH_SHOP;
  TbPoint from = handle (&f, "shop", 2), to = fixture_middle (&f, "orders");
  fixture_drag (&f, from, to, 0);
  TbUid uid = tb_editor_selected_one (f.editor);
  const TbElement *link = tb_model_get (tb_document_model (f.document), uid);
  g_assert_cmpint (tb_element_kind (link), ==, TB_KIND_LINK);
  g_assert_cmpstr (tb_element_get (link, TB_PROP_FROM), ==, "shop");
  g_assert_cmpstr (tb_element_get (link, TB_PROP_TO), ==, "orders");
  g_assert_cmpstr (tb_document_undo_label (f.document), ==, "Link Shop to Orders");
  fixture_close (&f);
}

static void
test_illegal_link_says_why (void)
{
  WITH_SHOP;
  TbPoint from = handle (&f, "shop", 3), to = fixture_middle (&f, "browser");
  fixture_drag_on (&f, from, to, 0);
  TbGestureState g = tb_editor_gesture (f.editor);
  g_assert_cmpint (g.gesture, ==, TB_GESTURE_LINK);
  g_assert_cmpuint (g.target, ==, fixture_uid (&f, "browser"));
  g_assert_nonnull (strstr (g.reason, "client"));
  g_assert_cmpint (tb_editor_cursor (f.editor), ==, TB_CURSOR_FORBIDDEN);
  tb_editor_release (f.editor, to.x, to.y, 0, 1);
  g_assert_null (tb_document_undo_label (f.document));
  g_assert_cmpuint (f.messages, ==, 1);
  fixture_close (&f);
}

static void
test_second_link_to_a_service_is_refused (void)
{
  WITH_SHOP;
  g_autoptr (GError) error = NULL;
  g_assert_cmpuint (tb_editor_link (f.editor, fixture_uid (&f, "browser"), fixture_uid (&f, "shop"),
                                    &error), ==, 0);
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_cmpuint (tb_editor_link (f.editor, fixture_uid (&f, "shop"), fixture_uid (&f, "shop"),
                                    &error), ==, 0);
  g_assert_nonnull (error);
  fixture_close (&f);
}

static void
test_handles_only_where_there_is_room (void)
{
  WITH_SHOP;
  TbPoint at = handle (&f, "shop", 2);
  tb_editor_motion (f.editor, at.x, at.y, 0, 0.2);
  g_assert_cmpint (tb_editor_cursor (f.editor), ==, TB_CURSOR_DEFAULT);
  fixture_close (&f);
}

static void
test_scale_decides_the_threshold (void)
{
  WITH_SHOP;
  TbPoint at = fixture_middle (&f, "browser");
  tb_editor_press (f.editor, at.x, at.y, 0, 0.1);
  tb_editor_motion (f.editor, at.x + 30, at.y, 0, 0.1); /* three pixels: still a click */
  tb_editor_release (f.editor, at.x + 30, at.y, 0, 0.1);
  g_assert_cmpfloat (fixture_rect (&f, "browser").x, ==, 40);
  fixture_close (&f);
}

static void
test_undo_in_a_drag_drops_the_drag (void)
{
  WITH_SHOP;
  TbPoint at = fixture_middle (&f, "browser");
  fixture_drag (&f, at, (TbPoint){ at.x + 40, at.y }, 0);
  at = fixture_middle (&f, "browser");
  fixture_drag_on (&f, at, (TbPoint){ at.x + 100, at.y + 100 }, 0);
  g_assert_true (tb_document_undo (f.document));
  g_assert_cmpint (tb_editor_gesture (f.editor).gesture, ==, TB_GESTURE_NONE);
  g_assert_cmpfloat (fixture_rect (&f, "browser").x, ==, 40);
  fixture_close (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/edit/tools/click-selects", test_click_selects);
  g_test_add_func ("/edit/tools/shift-click-toggles", test_shift_click_toggles);
  g_test_add_func ("/edit/tools/drag-moves-by-grid-steps", test_drag_moves_by_grid_steps);
  g_test_add_func ("/edit/tools/alt-moves-freely", test_alt_moves_freely);
  g_test_add_func ("/edit/tools/several-move-together", test_several_move_together);
  g_test_add_func ("/edit/tools/drop-sets-the-tier", test_drop_sets_the_tier_it_lands_in);
  g_test_add_func ("/edit/tools/drop-target-is-shown", test_drop_target_is_shown_meanwhile);
  g_test_add_func ("/edit/tools/escape-leaves-no-trace", test_escape_leaves_no_trace);
  g_test_add_func ("/edit/tools/container-takes-members", test_container_takes_its_members_along);
  g_test_add_func ("/edit/tools/drag-in-container-is-a-band", test_drag_in_a_container_draws_a_band);
  g_test_add_func ("/edit/tools/band-selects", test_band_selects_what_it_touches);
  g_test_add_func ("/edit/tools/resize-stores-size", test_resize_stores_the_size);
  g_test_add_func ("/edit/tools/handle-draws-a-link", test_handle_draws_a_link);
  g_test_add_func ("/edit/tools/illegal-link-says-why", test_illegal_link_says_why);
  g_test_add_func ("/edit/tools/second-link-refused", test_second_link_to_a_service_is_refused);
  g_test_add_func ("/edit/tools/handles-need-room", test_handles_only_where_there_is_room);
  g_test_add_func ("/edit/tools/scale-decides-threshold", test_scale_decides_the_threshold);
  g_test_add_func ("/edit/tools/undo-drops-the-drag", test_undo_in_a_drag_drops_the_drag);
  return g_test_run ();
}
