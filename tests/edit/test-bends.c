/* A link's way by hand: what each drag writes, and that it can all be taken back. */
#include <math.h>

#include "fixture.h"

static const char shop[]
    = "<architecture xmlns=\"urn:tierboard:1\" name=\"Shop\">"
      "<component id=\"browser\" kind=\"client\" name=\"Browser\"/>"
      "<component id=\"shop\" kind=\"server\" name=\"Shop\">"
      "<service name=\"web\" protocol=\"http\" port=\"8080\"/>"
      "<builtin><call link=\"save\"/></builtin></component>"
      "<component id=\"spare\" kind=\"server\" name=\"Spare\">"
      "<service name=\"web\" protocol=\"http\" port=\"8080\"/></component>"
      "<component id=\"orders\" kind=\"store\" name=\"Orders\">"
      "<service name=\"data\" protocol=\"resp\" port=\"6379\"/></component>"
      "<link id=\"browse\" from=\"browser\" to=\"shop\" name=\"Browse\"/>"
      "<link id=\"save\" from=\"shop\" to=\"orders\" service=\"data\"/>"
      "<view id=\"main\" frame=\"none\">"
      "<place of=\"browser\" x=\"0\" y=\"0\"/>"
      "<place of=\"shop\" x=\"600\" y=\"0\"/>"
      "<place of=\"spare\" x=\"600\" y=\"800\"/>"
      "<place of=\"orders\" x=\"1000\" y=\"400\"/>"
      "</view></architecture>";

static const TbElement *
route_of (Fixture *f, const char *link)
{
  const TbModel *model = tb_document_model (f->document);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_ROUTE); i++)
    {
      const TbElement *route = tb_model_nth (model, TB_KIND_ROUTE, i);
      if (g_str_equal (tb_element_get (route, TB_PROP_OF), link))
        return route;
    }
  return NULL;
}

static TbLinkPart
part_of (Fixture *f, const char *link, TbLinkPartKind kind, guint nth)
{
  g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (TbLinkPart));
  tb_editor_link_parts (f->editor, fixture_uid (f, link), 1, parts);
  for (guint i = 0; i < parts->len; i++)
    if (g_array_index (parts, TbLinkPart, i).kind == kind && nth-- == 0)
      return g_array_index (parts, TbLinkPart, i);
  g_assert_not_reached ();
}

static void
select_link (Fixture *f, const char *id)
{
  tb_editor_select_one (f->editor, fixture_uid (f, id));
}

static void
test_dragged_segment_leaves_bends (void)
{
  Fixture f;
  fixture_open (&f, shop);
  g_autofree char *before = fixture_xml (&f);
  select_link (&f, "browse");
  TbPoint at = part_of (&f, "browse", TB_LINK_SEGMENT, 0).at;
  fixture_drag_on (&f, at, (TbPoint){ at.x, at.y + 200 }, 0);
  TbGestureState g = tb_editor_gesture (f.editor);
  guint n;
  g_assert_cmpint (g.gesture, ==, TB_GESTURE_ROUTE);
  g_assert_nonnull (tb_editor_gesture_points (f.editor, &n));
  g_assert_cmpuint (n, ==, 6);
  tb_editor_release (f.editor, at.x, at.y + 200, 0, 1);
  const TbElement *route = route_of (&f, "browse");
  g_assert_nonnull (route);
  g_assert_cmpuint (tb_element_n_children (route), ==, 2);
  double y = tb_element_get_number (tb_element_child (route, 0), TB_PROP_Y);
  g_assert_cmpfloat (fabs (y - at.y - 200), <=, 10);
  g_assert_cmpstr (tb_document_undo_label (f.document), ==, "Bend Browse");
  g_assert_true (tb_document_undo (f.document));
  g_autofree char *after = fixture_xml (&f);
  g_assert_cmpstr (after, ==, before);
  fixture_close (&f);
}

static void
bend_browse (Fixture *f)
{
  fixture_open (f, shop);
  select_link (f, "browse");
  TbPoint at = part_of (f, "browse", TB_LINK_SEGMENT, 0).at;
  fixture_drag (f, at, (TbPoint){ at.x, at.y + 200 }, 0);
  g_assert_nonnull (route_of (f, "browse"));
}

static void
test_a_short_slide_keeps_it_straight (void)
{
  Fixture f;
  fixture_open (&f, shop);
  select_link (&f, "browse");
  TbPoint at = part_of (&f, "browse", TB_LINK_SEGMENT, 0).at;
  fixture_drag (&f, at, (TbPoint){ at.x, at.y - 15 }, TB_MOD_CTRL);
  const TbElement *route = route_of (&f, "browse");
  g_assert_nonnull (route);
  g_assert_cmpuint (tb_element_n_children (route), ==, 0);
  g_assert_cmpstr (tb_element_get (route, TB_PROP_FROM_SIDE), ==, "right");
  g_assert_cmpstr (tb_element_get (route, TB_PROP_TO_SIDE), ==, "left");
  g_assert_cmpfloat (tb_element_get_number (route, TB_PROP_FROM_AT), <, 0.4);
  fixture_close (&f);
}

static void
test_dragged_bend_moves_it (void)
{
  Fixture f;
  bend_browse (&f);
  TbLinkPart bend = part_of (&f, "browse", TB_LINK_BEND, 1);
  fixture_drag (&f, bend.at, (TbPoint){ bend.at.x + 40, bend.at.y + 60 }, TB_MOD_CTRL);
  const TbElement *moved = tb_element_child (route_of (&f, "browse"), 1);
  g_assert_cmpfloat (tb_element_get_number (moved, TB_PROP_X), ==, round (bend.at.x * 2) / 2 + 40);
  g_assert_cmpfloat (tb_element_get_number (moved, TB_PROP_Y), ==, bend.at.y + 60);
  fixture_close (&f);
}

static void
test_double_press_takes_a_bend_away (void)
{
  Fixture f;
  bend_browse (&f);
  TbPoint at = part_of (&f, "browse", TB_LINK_BEND, 0).at;
  g_assert_true (tb_editor_double_press (f.editor, at.x, at.y, 1));
  g_assert_cmpuint (tb_element_n_children (route_of (&f, "browse")), ==, 1);
  g_assert_false (tb_editor_double_press (f.editor, -500, -500, 1));
  fixture_close (&f);
}

static void
test_straighten_takes_all_bends_away (void)
{
  Fixture f;
  bend_browse (&f);
  g_assert_true (tb_editor_run (f.editor, "straighten"));
  g_assert_null (route_of (&f, "browse"));
  g_assert_false (tb_editor_run (f.editor, "straighten"));
  fixture_close (&f);
}

static void
test_end_on_its_own_card_is_glued (void)
{
  Fixture f;
  fixture_open (&f, shop);
  select_link (&f, "browse");
  TbPoint at = part_of (&f, "browse", TB_LINK_END, 0).at;
  TbRect r = fixture_rect (&f, "shop");
  fixture_drag (&f, at, (TbPoint){ r.x + r.width / 4, r.y + r.height - 2 }, 0);
  const TbElement *route = route_of (&f, "browse");
  g_assert_cmpstr (tb_element_get (route, TB_PROP_TO_SIDE), ==, "bottom");
  g_assert_cmpfloat (tb_element_get_number (route, TB_PROP_TO_AT), ==, 0.25);
  g_assert_false (tb_element_is_set (route, TB_PROP_FROM_SIDE));
  g_assert_true (tb_editor_run (f.editor, "reset-link"));
  g_assert_null (route_of (&f, "browse"));
  fixture_close (&f);
}

static void
test_end_on_another_card_reconnects (void)
{
  Fixture f;
  bend_browse (&f);
  TbPoint at = part_of (&f, "browse", TB_LINK_END, 0).at, to = fixture_middle (&f, "spare");
  fixture_drag (&f, at, to, 0);
  g_assert_cmpstr (fixture_get (&f, "browse", TB_PROP_TO), ==, "spare");
  g_assert_null (route_of (&f, "browse"));
  g_assert_cmpstr (tb_document_undo_label (f.document), ==, "Reconnect Browse");
  fixture_close (&f);
}

static void
test_reconnected_caller_leaves_its_calls (void)
{
  Fixture f;
  fixture_open (&f, shop);
  select_link (&f, "save");
  TbPoint at = part_of (&f, "save", TB_LINK_START, 0).at, to = fixture_middle (&f, "spare");
  fixture_drag (&f, at, to, 0);
  g_assert_cmpstr (fixture_get (&f, "save", TB_PROP_FROM), ==, "spare");
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  tb_model_validate (tb_document_model (f.document), problems);
  g_assert_false (tb_problems_have_error (problems));
  fixture_close (&f);
}

static void
test_illegal_end_says_why (void)
{
  Fixture f;
  fixture_open (&f, shop);
  g_autofree char *before = fixture_xml (&f);
  select_link (&f, "save");
  TbPoint at = part_of (&f, "save", TB_LINK_END, 0).at, to = fixture_middle (&f, "browser");
  fixture_drag_on (&f, at, to, 0);
  g_assert_nonnull (tb_editor_gesture (f.editor).reason);
  g_assert_cmpint (tb_editor_cursor (f.editor), ==, TB_CURSOR_FORBIDDEN);
  tb_editor_release (f.editor, to.x, to.y, 0, 1);
  g_autofree char *after = fixture_xml (&f);
  g_assert_cmpstr (after, ==, before);
  g_assert_cmpuint (f.messages, ==, 1);
  fixture_close (&f);
}

static void
test_end_over_nothing_changes_nothing (void)
{
  Fixture f;
  fixture_open (&f, shop);
  select_link (&f, "browse");
  TbPoint at = part_of (&f, "browse", TB_LINK_END, 0).at;
  fixture_drag (&f, at, (TbPoint){ -800, -800 }, 0);
  g_assert_null (tb_document_undo_label (f.document));
  fixture_close (&f);
}

static void
test_dragged_label_keeps_its_offset (void)
{
  Fixture f;
  TbRect label;
  fixture_open (&f, shop);
  g_assert_true (tb_scene_link_label (tb_editor_scene (f.editor), fixture_uid (&f, "browse"),
                                      &label));
  TbPoint at = { label.x + label.width / 2, label.y + label.height / 2 };
  guint n;
  const TbPoint *way = tb_scene_route (tb_editor_scene (f.editor), fixture_uid (&f, "browse"), &n);
  double y = way[0].y, left = way[0].x, right = way[n - 1].x;
  fixture_drag (&f, at, (TbPoint){ left + (right - left) / 4, y + 50 }, 0);
  const TbElement *route = route_of (&f, "browse");
  g_assert_cmpfloat_with_epsilon (tb_element_get_number (route, TB_PROP_LABEL_AT), 0.25, 0.01);
  g_assert_cmpfloat (tb_element_get_number (route, TB_PROP_LABEL_OFFSET), ==, 50);
  g_assert_cmpuint (tb_editor_selected_one (f.editor), ==, fixture_uid (&f, "browse"));
  fixture_close (&f);
}

static void
test_unselected_link_is_not_bent (void)
{
  Fixture f;
  fixture_open (&f, shop);
  TbPoint at = part_of (&f, "browse", TB_LINK_SEGMENT, 0).at;
  fixture_drag (&f, (TbPoint){ at.x + 90, at.y }, (TbPoint){ at.x, at.y + 200 }, 0);
  g_assert_null (route_of (&f, "browse"));
  fixture_close (&f);
}

static void
test_bends_go_along_with_both_ends (void)
{
  Fixture f;
  bend_browse (&f);
  TbLinkPart before = part_of (&f, "browse", TB_LINK_BEND, 0);
  TbUid both[] = { fixture_uid (&f, "browser"), fixture_uid (&f, "shop") };
  tb_editor_select (f.editor, both, 2);
  g_assert_true (tb_editor_run (f.editor, "nudge-down"));
  TbLinkPart after = part_of (&f, "browse", TB_LINK_BEND, 0);
  g_assert_cmpfloat (after.at.y, ==, before.at.y + 20);
  tb_editor_select_one (f.editor, both[0]);
  g_assert_true (tb_editor_run (f.editor, "nudge-down"));
  g_assert_cmpfloat (part_of (&f, "browse", TB_LINK_BEND, 0).at.y, ==, after.at.y);
  fixture_close (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/edit/bends/segment", test_dragged_segment_leaves_bends);
  g_test_add_func ("/edit/bends/short-slide", test_a_short_slide_keeps_it_straight);
  g_test_add_func ("/edit/bends/bend", test_dragged_bend_moves_it);
  g_test_add_func ("/edit/bends/double-press", test_double_press_takes_a_bend_away);
  g_test_add_func ("/edit/bends/straighten", test_straighten_takes_all_bends_away);
  g_test_add_func ("/edit/bends/go-along", test_bends_go_along_with_both_ends);
  g_test_add_func ("/edit/bends/unselected", test_unselected_link_is_not_bent);
  g_test_add_func ("/edit/ends/glued", test_end_on_its_own_card_is_glued);
  g_test_add_func ("/edit/ends/reconnected", test_end_on_another_card_reconnects);
  g_test_add_func ("/edit/ends/calls", test_reconnected_caller_leaves_its_calls);
  g_test_add_func ("/edit/ends/illegal", test_illegal_end_says_why);
  g_test_add_func ("/edit/ends/nothing", test_end_over_nothing_changes_nothing);
  g_test_add_func ("/edit/label/offset", test_dragged_label_keeps_its_offset);
  return g_test_run ();
}
