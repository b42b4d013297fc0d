/* Views and style rules as a person makes them: each one undo step, and the way between views. */
#include "fixture.h"

static const char shop[]
    = "<architecture xmlns='urn:tierboard:1'><layer id='top'/><layer id='low'/>"
      "<tier id='left' name='Left'/><tier id='right' name='Right'/><group id='g' name='Group'/>"
      "<component id='a' kind='client' tier='left' layer='top' tags='hot'/>"
      "<component id='b' kind='server' tier='right' layer='low' group='g'/>"
      "<link id='l' from='a' to='b'/><style kind='server' fill='#e0f3e6'/>"
      "<view id='main' name='Overview' frame='tiers'><place of='a' x='0' y='0'/>"
      "<place of='b' x='400' y='200'/><route of='l' from-side='right'><bend x='300' y='60'/></route>"
      "</view></architecture>";

static char *
bytes (Fixture *f)
{
  return tb_model_to_xml (tb_document_model (f->document), NULL);
}

static void
assert_one_step (Fixture *f, const char *before)
{
  g_assert_true (tb_document_undo (f->document));
  g_autofree char *now = bytes (f);
  g_assert_cmpstr (now, ==, before);
  g_assert_null (tb_document_undo_label (f->document));
  g_assert_true (tb_document_redo (f->document));
}

static const char *
shown (Fixture *f)
{
  return tb_scene_view_id (tb_editor_scene (f->editor));
}

static const TbElement *
view_of (Fixture *f)
{
  return tb_model_get (tb_document_model (f->document), tb_editor_view (f->editor));
}

/* ---- Making ---------------------------------------------------------------------------------- */

static void
test_a_data_flow_begins_with_the_places_there_are (void)
{
  Fixture f;
  fixture_open (&f, shop);
  g_autofree char *before = bytes (&f);
  TbRect a = fixture_rect (&f, "a");
  g_assert_cmpuint (tb_editor_add_view (f.editor, TB_VIEW_DATA_FLOW, NULL), !=, 0);
  TbRect again = fixture_rect (&f, "a");
  g_assert_cmpfloat (a.x, ==, again.x);
  g_assert_cmpstr (tb_element_get (view_of (&f), TB_PROP_FRAME), ==, "tiers");
  assert_one_step (&f, before);
  fixture_close (&f);
}

static void
test_a_grid_begins_without_places (void)
{
  Fixture f;
  fixture_open (&f, shop);
  tb_editor_add_view (f.editor, TB_VIEW_GRID, "Levels");
  g_assert_cmpstr (shown (&f), ==, "levels");
  g_assert_cmpuint (tb_element_n_children (view_of (&f)), ==, 0);
  fixture_close (&f);
}

static void
test_a_duplicate_has_places_and_bends (void)
{
  Fixture f;
  fixture_open (&f, shop);
  g_autofree char *before = bytes (&f);
  tb_editor_duplicate_view (f.editor, fixture_uid (&f, "main"));
  const TbElement *copy = view_of (&f);
  g_assert_cmpstr (tb_element_title (copy), ==, "Overview 2");
  g_assert_cmpuint (tb_element_n_children (copy), ==, 3);
  g_assert_cmpuint (tb_element_n_children (tb_element_child (copy, 2)), ==, 1);
  assert_one_step (&f, before);
  fixture_close (&f);
}

static void
test_the_last_view_stays (void)
{
  Fixture f;
  fixture_open (&f, shop);
  g_assert_false (tb_editor_delete_view (f.editor, fixture_uid (&f, "main")));
  TbUid grid = tb_editor_add_view (f.editor, TB_VIEW_GRID, NULL);
  g_assert_true (tb_editor_delete_view (f.editor, grid));
  g_assert_cmpstr (shown (&f), ==, "main");
  fixture_close (&f);
}

static void
test_undoing_the_view_shown_shows_another (void)
{
  Fixture f;
  fixture_open (&f, shop);
  tb_editor_add_view (f.editor, TB_VIEW_GRID, NULL);
  tb_document_undo (f.document);
  g_assert_cmpstr (shown (&f), ==, "main");
  g_assert_cmpuint (tb_editor_view (f.editor), ==, fixture_uid (&f, "main"));
  fixture_close (&f);
}

/* ---- Going ----------------------------------------------------------------------------------- */

static void
test_a_drill_down_is_made_once_and_left_again (void)
{
  Fixture f;
  fixture_open (&f, shop);
  g_autofree char *before = bytes (&f);
  g_autoptr (GArray) trail = g_array_new (FALSE, FALSE, sizeof (TbUid));
  TbUid group = fixture_uid (&f, "g");
  g_assert_true (tb_editor_drill_down (f.editor, group));
  g_assert_cmpuint (tb_scene_view_of (tb_editor_scene (f.editor)), ==, group);
  assert_one_step (&f, before);
  fixture_close (&f);

  fixture_open (&f, shop);
  group = fixture_uid (&f, "g");
  tb_editor_drill_down (f.editor, group);
  TbUid inside = tb_editor_view (f.editor);
  tb_editor_trail (f.editor, trail);
  g_assert_cmpuint (trail->len, ==, 2);
  g_assert_true (tb_editor_drill_up (f.editor));
  g_assert_cmpstr (shown (&f), ==, "main");
  g_assert_false (tb_editor_drill_up (f.editor));
  tb_editor_drill_down (f.editor, group);
  g_assert_cmpuint (tb_editor_view (f.editor), ==, inside);
  fixture_close (&f);
}

static void
test_what_has_no_inside_is_not_looked_into (void)
{
  Fixture f;
  fixture_open (&f, shop);
  g_assert_false (tb_editor_drill_down (f.editor, fixture_uid (&f, "l")));
  g_assert_false (tb_editor_drill_down (f.editor, 0));
  g_assert_null (tb_document_undo_label (f.document));
  fixture_close (&f);
}

static void
test_what_the_next_view_does_not_show_is_not_selected (void)
{
  Fixture f;
  fixture_open (&f, shop);
  TbUid both[] = { fixture_uid (&f, "b"), fixture_uid (&f, "left") };
  guint n;
  tb_editor_select (f.editor, both, 2);
  tb_editor_drill_down (f.editor, fixture_uid (&f, "g"));
  const TbUid *left = tb_editor_selection (f.editor, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (left[0], ==, both[0]);
  fixture_close (&f);
}

static void
test_what_is_made_inside_a_group_is_in_it (void)
{
  Fixture f;
  fixture_open (&f, shop);
  tb_editor_drill_down (f.editor, fixture_uid (&f, "g"));
  TbUid made = tb_editor_create (f.editor, tb_palette_find ("server"), 900, 900, 0);
  const TbElement *element = tb_model_get (tb_document_model (f.document), made);
  g_assert_cmpstr (tb_element_get (element, TB_PROP_GROUP), ==, "g");
  fixture_close (&f);
}

static void
drag (Fixture *f, TbPoint from, TbPoint to)
{
  tb_editor_press (f->editor, from.x, from.y, 0, 1);
  for (int i = 1; i <= 4; i++)
    tb_editor_motion (f->editor, from.x + (to.x - from.x) * i / 4,
                      from.y + (to.y - from.y) * i / 4, TB_MOD_ALT, 1);
  tb_editor_release (f->editor, to.x, to.y, TB_MOD_ALT, 1);
}

static void
test_a_drag_into_a_cell_sets_layer_and_tier_and_no_place (void)
{
  Fixture f;
  fixture_open (&f, shop);
  TbUid grid = tb_editor_add_view (f.editor, TB_VIEW_GRID, NULL);
  TbRect top = fixture_rect (&f, "top"), right = fixture_rect (&f, "right");
  TbRect low = fixture_rect (&f, "low"), a = fixture_rect (&f, "a");
  TbPoint cell = { right.x + right.width / 2, top.y + top.height / 2 };
  TbPoint card = { a.x + 30, a.y + a.height / 2 };
  TbPoint to = { cell.x - a.width / 2 + 30, cell.y };
  drag (&f, card, to);
  g_assert_cmpstr (fixture_get (&f, "a", TB_PROP_TIER), ==, "right");
  g_assert_cmpstr (fixture_get (&f, "a", TB_PROP_LAYER), ==, "top");
  g_assert_cmpuint (tb_element_n_children (tb_model_get (tb_document_model (f.document), grid)), ==,
                    0);
  TbRect now = fixture_rect (&f, "a");
  g_assert_true (tb_rect_intersects (&now, &right));
  g_assert_false (tb_rect_intersects (&now, &low));
  fixture_close (&f);
}

/* ---- Style ----------------------------------------------------------------------------------- */

static void
test_a_rule_is_made_once_for_one_condition (void)
{
  Fixture f;
  fixture_open (&f, shop);
  g_autofree char *before = bytes (&f);
  TbUid a = fixture_uid (&f, "a"), b = fixture_uid (&f, "b");
  TbUid rule = tb_editor_style_like (f.editor, a, TB_PROP_TIER);
  const TbModel *model = tb_document_model (f.document);
  g_autofree char *title = tb_style_rule_title (model, tb_model_get (model, rule));
  g_assert_cmpstr (title, ==, "All in Left");
  g_assert_cmpuint (tb_editor_style_like (f.editor, a, TB_PROP_TIER), ==, rule);
  assert_one_step (&f, before);
  g_assert_cmpuint (tb_editor_style_like (f.editor, b, TB_PROP_KIND), ==,
                    tb_element_uid (tb_model_nth (model, TB_KIND_STYLE, 0)));
  g_assert_cmpuint (tb_editor_style_like (f.editor, b, TB_PROP_TAG), ==, 0);
  fixture_close (&f);
}

static void
test_rules_change_places (void)
{
  Fixture f;
  fixture_open (&f, shop);
  const TbModel *model = tb_document_model (f.document);
  TbUid first = tb_element_uid (tb_model_nth (model, TB_KIND_STYLE, 0));
  TbUid second = tb_editor_style_like (f.editor, fixture_uid (&f, "a"), TB_PROP_TAG);
  g_assert_false (tb_editor_move_rule (f.editor, first, -1));
  g_assert_false (tb_editor_move_rule (f.editor, second, 1));
  g_assert_true (tb_editor_move_rule (f.editor, second, -1));
  g_assert_cmpuint (tb_element_uid (tb_model_nth (model, TB_KIND_STYLE, 0)), ==, second);
  g_assert_true (tb_editor_move_rule (f.editor, second, 1));
  g_assert_cmpuint (tb_element_uid (tb_model_nth (model, TB_KIND_STYLE, 0)), ==, first);
  fixture_close (&f);
}

/* ---- Notes ----------------------------------------------------------------------------------- */

static void
test_the_palette_makes_every_shape_of_note (void)
{
  static const struct
  {
    const char *row, *shape;
    TbItemKind kind;
  } rows[] = { { "note", "note", TB_ITEM_NOTE },
               { "text", "text", TB_ITEM_NOTE },
               { "frame", "frame", TB_ITEM_FRAME } };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Fixture f;
      TbItemKind kind;
      TbPoint handles[8];
      fixture_open (&f, shop);
      TbUid uid = tb_editor_create (f.editor, tb_palette_find (rows[i].row), 900, 500, 0);
      const TbElement *note = tb_model_get (tb_document_model (f.document), uid);
      g_assert_cmpstr (tb_element_get (note, TB_PROP_SHAPE), ==, rows[i].shape);
      g_assert_true (tb_scene_item (tb_editor_scene (f.editor), uid, &kind, NULL));
      g_assert_cmpint (kind, ==, rows[i].kind);
      g_assert_cmpuint (tb_editor_resize_handles (f.editor, uid, handles), ==, 8);
      fixture_close (&f);
    }
}

#define ADD(name, func) g_test_add_func ("/edit/views/" name, func)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("make/data-flow", test_a_data_flow_begins_with_the_places_there_are);
  ADD ("make/grid", test_a_grid_begins_without_places);
  ADD ("make/duplicate", test_a_duplicate_has_places_and_bends);
  ADD ("make/last", test_the_last_view_stays);
  ADD ("make/undo", test_undoing_the_view_shown_shows_another);
  ADD ("go/drill-down", test_a_drill_down_is_made_once_and_left_again);
  ADD ("go/nothing-inside", test_what_has_no_inside_is_not_looked_into);
  ADD ("go/selection", test_what_the_next_view_does_not_show_is_not_selected);
  ADD ("go/made-inside", test_what_is_made_inside_a_group_is_in_it);
  ADD ("go/grid-cell", test_a_drag_into_a_cell_sets_layer_and_tier_and_no_place);
  ADD ("style/once", test_a_rule_is_made_once_for_one_condition);
  ADD ("style/order", test_rules_change_places);
  ADD ("note/shapes", test_the_palette_makes_every_shape_of_note);
  return g_test_run ();
}
