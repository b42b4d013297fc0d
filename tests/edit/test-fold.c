/* Folding by command and by button: one undo step, the file as before, the box selected. */
#include "fixture.h"

#define WITH_SHOP                                                                                  \
  Fixture f;                                                                                       \
  fixture_open (&f, fixture_shop);                                                                 \
  G_GNUC_UNUSED g_autofree char *before = fixture_xml (&f)

static void
test_fold_and_unfold_leave_the_file_as_it_was (void)
{
  WITH_SHOP;
  tb_editor_select_one (f.editor, fixture_uid (&f, "app"));
  g_assert_true (tb_editor_run (f.editor, "fold"));
  g_assert_false (tb_editor_run (f.editor, "fold"));
  g_assert_cmpstr (tb_document_undo_label (f.document), ==, "Fold App");
  g_assert_true (tb_editor_run (f.editor, "unfold"));
  g_autofree char *after = fixture_xml (&f);
  g_assert_cmpstr (before, ==, after);
  fixture_close (&f);
}

static void
test_undo_takes_a_fold_back (void)
{
  WITH_SHOP;
  tb_editor_select_one (f.editor, fixture_uid (&f, "app"));
  tb_editor_run (f.editor, "fold");
  tb_document_undo (f.document);
  g_autofree char *after = fixture_xml (&f);
  g_assert_cmpstr (before, ==, after);
  g_assert_false (tb_scene_is_folded (tb_editor_scene (f.editor), fixture_uid (&f, "app")));
  fixture_close (&f);
}

static void
test_a_member_folds_its_container (void)
{
  WITH_SHOP;
  tb_editor_select_one (f.editor, fixture_uid (&f, "shop"));
  g_assert_true (tb_editor_run (f.editor, "fold"));
  g_assert_cmpuint (tb_editor_selected_one (f.editor), ==, fixture_uid (&f, "app"));
  fixture_close (&f);
}

static void
test_the_button_folds_and_unfolds (void)
{
  WITH_SHOP;
  TbUid app = fixture_uid (&f, "app");
  for (guint i = 0; i < 2; i++)
    {
      TbRect at;
      g_assert_true (tb_scene_fold_button (tb_editor_scene (f.editor), app, &at));
      fixture_click (&f, at.x + 9, at.y + 9, 0);
      g_assert_cmpint (tb_scene_is_folded (tb_editor_scene (f.editor), app), ==, i == 0);
    }
  g_autofree char *after = fixture_xml (&f);
  g_assert_cmpstr (before, ==, after);
  fixture_close (&f);
}

static void
test_a_container_without_a_place_gets_none_that_stays (void)
{
  Fixture f;
  g_autofree char *xml = g_strdup (fixture_shop);
  char *place = strstr (xml, "<place of=\"app\"");
  memset (place, ' ', strlen ("<place of=\"app\" x=\"360\" y=\"60\" width=\"320\" height=\"180\"/>"));
  fixture_open (&f, xml);
  g_autofree char *before = fixture_xml (&f);
  tb_editor_select_one (f.editor, fixture_uid (&f, "app"));
  tb_editor_run (f.editor, "fold");
  tb_editor_run (f.editor, "unfold");
  g_autofree char *after = fixture_xml (&f);
  g_assert_cmpstr (before, ==, after);
  fixture_close (&f);
}

static void
test_a_moved_box_takes_its_members_along (void)
{
  WITH_SHOP;
  tb_editor_select_one (f.editor, fixture_uid (&f, "app"));
  tb_editor_run (f.editor, "fold");
  TbPoint at = fixture_middle (&f, "app");
  fixture_drag (&f, at, (TbPoint){ at.x + 100, at.y + 40 }, 0);
  tb_editor_run (f.editor, "unfold");
  TbRect shop = fixture_rect (&f, "shop"), app = fixture_rect (&f, "app");
  g_assert_cmpfloat (shop.x, ==, 500);
  g_assert_cmpfloat (shop.y, ==, 160);
  g_assert_cmpfloat (app.x, ==, 460);
  g_assert_cmpfloat (app.width, ==, 320);
  fixture_close (&f);
}

static void
test_a_merged_line_selects_all_its_links (void)
{
  WITH_SHOP;
  g_autoptr (GError) error = NULL;
  tb_editor_link (f.editor, fixture_uid (&f, "shop"), fixture_uid (&f, "orders"), &error);
  g_assert_no_error (error);
  tb_editor_link (f.editor, fixture_uid (&f, "browser"), fixture_uid (&f, "orders"), &error);
  g_assert_no_error (error);
  tb_document_begin (f.document, "Move", NULL);
  tb_document_set (f.document, fixture_uid (&f, "orders"), TB_PROP_TIER, "app", NULL);
  tb_document_commit (f.document);
  tb_editor_select_one (f.editor, fixture_uid (&f, "app"));
  tb_editor_run (f.editor, "fold");
  guint n;
  const TbPoint *p = tb_scene_route (tb_editor_scene (f.editor), fixture_uid (&f, "browse"), &n);
  fixture_click (&f, (p[0].x + p[1].x) / 2, (p[0].y + p[1].y) / 2, 0);
  g_assert_cmpuint (fixture_selected (&f), ==, 2);
  fixture_close (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fold/file-as-before", test_fold_and_unfold_leave_the_file_as_it_was);
  g_test_add_func ("/fold/undo", test_undo_takes_a_fold_back);
  g_test_add_func ("/fold/member", test_a_member_folds_its_container);
  g_test_add_func ("/fold/button", test_the_button_folds_and_unfolds);
  g_test_add_func ("/fold/without-a-place", test_a_container_without_a_place_gets_none_that_stays);
  g_test_add_func ("/fold/move", test_a_moved_box_takes_its_members_along);
  g_test_add_func ("/fold/merged-line", test_a_merged_line_selects_all_its_links);
  return g_test_run ();
}
