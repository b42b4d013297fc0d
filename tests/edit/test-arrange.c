/* Aligning, distributing, one size, making room, containers in containers; each one undo step that
 * gives the bytes back. */
#include <math.h>

#include "fixture.h"
#include "tb-base.h"

static const char three[]
    = "<architecture xmlns=\"urn:tierboard:1\" name=\"Three\">"
      "<component id=\"a\" kind=\"server\" name=\"A\"/>"
      "<component id=\"b\" kind=\"server\" name=\"B\"/>"
      "<component id=\"c\" kind=\"server\" name=\"C\"/>"
      "<view id=\"main\" frame=\"none\">"
      "<place of=\"a\" x=\"0\" y=\"0\"/>"
      "<place of=\"b\" x=\"300\" y=\"130\"/>"
      "<place of=\"c\" x=\"900\" y=\"310\"/>"
      "</view></architecture>";

static void
select_ids (Fixture *f, const char *const *ids)
{
  TbUid uids[16];
  guint n = 0;
  for (; ids[n]; n++)
    uids[n] = fixture_uid (f, ids[n]);
  tb_editor_select (f->editor, uids, n);
}

#define IDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
check_one_undo_step (Fixture *f, const char *before)
{
  g_assert_true (tb_document_undo (f->document));
  g_autofree char *after = fixture_xml (f);
  g_assert_cmpstr (after, ==, before);
  g_assert_true (tb_document_redo (f->document));
}

static void
test_align_with_the_last_by_click (void)
{
  Fixture f;
  fixture_open (&f, three);
  g_autofree char *before = fixture_xml (&f);
  tb_editor_select_one (f.editor, fixture_uid (&f, "a"));
  tb_editor_toggle (f.editor, fixture_uid (&f, "c"));
  tb_editor_toggle (f.editor, fixture_uid (&f, "b"));
  g_assert_cmpuint (tb_editor_reference (f.editor), ==, fixture_uid (&f, "b"));
  g_assert_true (tb_editor_run (f.editor, "align-left"));
  g_assert_cmpfloat (fixture_rect (&f, "a").x, ==, 300);
  g_assert_cmpfloat (fixture_rect (&f, "b").x, ==, 300);
  g_assert_cmpfloat (fixture_rect (&f, "c").x, ==, 300);
  check_one_undo_step (&f, before);
  fixture_close (&f);
}

static void
test_align_of_a_band_is_with_the_outermost (void)
{
  static const struct
  {
    const char *command;
    double ax, ay, cx, cy;
  } rows[] = {
    { "align-left", 0, 0, 0, 310 },      { "align-right", 900, 0, 900, 310 },
    { "align-centre", 450, 0, 450, 310 }, { "align-top", 0, 0, 900, 0 },
    { "align-bottom", 0, 310, 900, 310 }, { "align-middle", 0, 155, 900, 155 },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Fixture f;
      fixture_open (&f, three);
      select_ids (&f, IDS ("a", "b", "c"));
      g_assert_cmpuint (tb_editor_reference (f.editor), ==, 0);
      g_assert_true (tb_editor_run (f.editor, rows[i].command));
      g_assert_cmpfloat (fixture_rect (&f, "a").x, ==, rows[i].ax);
      g_assert_cmpfloat (fixture_rect (&f, "a").y, ==, rows[i].ay);
      g_assert_cmpfloat (fixture_rect (&f, "c").x, ==, rows[i].cx);
      g_assert_cmpfloat (fixture_rect (&f, "c").y, ==, rows[i].cy);
      fixture_close (&f);
    }
}

static void
test_one_cannot_be_aligned (void)
{
  Fixture f;
  fixture_open (&f, three);
  select_ids (&f, IDS ("a"));
  g_assert_false (tb_editor_run (f.editor, "align-left"));
  select_ids (&f, IDS ("a", "b"));
  g_assert_false (tb_editor_run (f.editor, "distribute-across"));
  fixture_close (&f);
}

static void
test_distribute_makes_gaps_equal (void)
{
  Fixture f;
  fixture_open (&f, three);
  g_autofree char *before = fixture_xml (&f);
  select_ids (&f, IDS ("a", "b", "c"));
  g_assert_true (tb_editor_run (f.editor, "distribute-across"));
  g_assert_cmpfloat (fixture_rect (&f, "a").x, ==, 0);
  g_assert_cmpfloat (fixture_rect (&f, "b").x, ==, 450);
  g_assert_cmpfloat (fixture_rect (&f, "c").x, ==, 900);
  check_one_undo_step (&f, before);
  fixture_close (&f);
}

static void
test_same_size_follows_the_reference (void)
{
  Fixture f;
  fixture_open (&f, three);
  g_autofree char *before = fixture_xml (&f);
  tb_editor_select_one (f.editor, fixture_uid (&f, "b"));
  TbRect b = fixture_rect (&f, "b");
  fixture_drag (&f, (TbPoint){ b.x + b.width + 5, b.y + b.height + 5 },
                (TbPoint){ b.x + 240, b.y + 110 }, TB_MOD_CTRL);
  g_assert_cmpfloat (fixture_rect (&f, "b").width, ==, 240);
  tb_editor_select_one (f.editor, fixture_uid (&f, "a"));
  tb_editor_toggle (f.editor, fixture_uid (&f, "b"));
  g_assert_true (tb_editor_run (f.editor, "same-size"));
  g_assert_cmpfloat (fixture_rect (&f, "a").width, ==, 240);
  g_assert_cmpfloat (fixture_rect (&f, "a").height, ==, 110);
  /* Back to the usual size, the file says nothing of it. */
  tb_editor_select_one (f.editor, fixture_uid (&f, "a"));
  tb_editor_toggle (f.editor, fixture_uid (&f, "b"));
  tb_editor_toggle (f.editor, fixture_uid (&f, "c"));
  g_assert_true (tb_editor_run (f.editor, "same-size"));
  g_autofree char *after = fixture_xml (&f);
  g_assert_cmpstr (after, ==, before);
  fixture_close (&f);
}

static void
test_a_card_is_not_made_too_small (void)
{
  Fixture f;
  fixture_open (&f, three);
  tb_editor_select_one (f.editor, fixture_uid (&f, "b"));
  TbRect b = fixture_rect (&f, "b");
  fixture_drag (&f, (TbPoint){ b.x + b.width + 5, b.y + b.height + 5 }, (TbPoint){ b.x, b.y }, 0);
  TbRect now = fixture_rect (&f, "b");
  g_assert_cmpfloat (now.width, ==, 120);
  g_assert_cmpfloat (now.height, ==, 56);
  g_assert_cmpfloat (now.x, ==, b.x);
  fixture_close (&f);
}

/* ---- Room ------------------------------------------------------------------------------------ */

#define ROOM (TB_MOD_SHIFT | TB_MOD_CTRL | TB_MOD_ALT)

static void
test_room_pushes_what_is_beyond (void)
{
  Fixture f;
  fixture_open (&f, three);
  g_autofree char *before = fixture_xml (&f);
  fixture_drag (&f, (TbPoint){ 250, -100 }, (TbPoint){ 352, -90 }, ROOM);
  g_assert_cmpfloat (fixture_rect (&f, "a").x, ==, 0);
  g_assert_cmpfloat (fixture_rect (&f, "b").x, ==, 400);
  g_assert_cmpfloat (fixture_rect (&f, "b").y, ==, 130);
  g_assert_cmpfloat (fixture_rect (&f, "c").x, ==, 1000);
  g_assert_cmpstr (tb_document_undo_label (f.document), ==, "Make room");
  check_one_undo_step (&f, before);
  fixture_close (&f);
}

static void
test_room_is_taken_back_without_overlap (void)
{
  Fixture f;
  fixture_open (&f, three);
  select_ids (&f, IDS ("a", "b", "c"));
  tb_editor_run (f.editor, "align-top");
  g_assert_true (tb_editor_run (f.editor, "make-room"));
  fixture_drag (&f, (TbPoint){ 800, 400 }, (TbPoint){ -3000, 400 }, 0);
  g_assert_cmpfloat (fixture_rect (&f, "b").x, ==, 300);
  g_assert_cmpfloat (fixture_rect (&f, "c").x, ==, 300 + 176 + 20);
  fixture_close (&f);
}

static void
test_room_is_made_by_key (void)
{
  Fixture f;
  fixture_open (&f, three);
  g_autofree char *before = fixture_xml (&f);
  g_assert_false (tb_editor_run (f.editor, "room-right")); /* of nothing, nothing is right */
  tb_editor_select_one (f.editor, fixture_uid (&f, "a"));
  for (guint i = 0; i < 3; i++)
    g_assert_true (tb_editor_run (f.editor, "room-right"));
  g_assert_cmpfloat (fixture_rect (&f, "a").x, ==, 0);
  g_assert_cmpfloat (fixture_rect (&f, "b").x, ==, 360);
  g_assert_cmpfloat (fixture_rect (&f, "c").x, ==, 960);
  g_assert_cmpstr (tb_document_undo_label (f.document), ==, "Make room");
  check_one_undo_step (&f, before); /* one key held is one step */
  g_assert_true (tb_editor_run (f.editor, "room-down"));
  g_assert_cmpfloat (fixture_rect (&f, "b").y, ==, 150);
  fixture_close (&f);
}

static void
test_room_is_taken_back_by_key_while_there_is_some (void)
{
  Fixture f;
  fixture_open (&f, three);
  select_ids (&f, IDS ("a", "b", "c"));
  tb_editor_run (f.editor, "align-top");
  tb_editor_select_one (f.editor, fixture_uid (&f, "a"));
  for (guint i = 0; i < 30; i++)
    tb_editor_run (f.editor, "room-left");
  g_assert_cmpfloat (fixture_rect (&f, "b").x, ==, 176 + 20);
  g_assert_cmpfloat (fixture_rect (&f, "c").x, ==, 900 - 104);
  fixture_close (&f);
}

static void
test_room_stretches_what_the_line_goes_through (void)
{
  Fixture f;
  fixture_open (&f, fixture_shop);
  TbRect app = fixture_rect (&f, "app"), db = fixture_rect (&f, "db");
  fixture_drag_on (&f, (TbPoint){ 20, 140 }, (TbPoint){ 20, 200 }, ROOM);
  g_assert_cmpfloat (fixture_rect (&f, "app").height, >=, app.height);
  tb_editor_release (f.editor, 20, 200, ROOM, 1);
  g_assert_cmpfloat (fixture_rect (&f, "app").height, ==, app.height + 60);
  g_assert_cmpfloat (fixture_rect (&f, "db").y, ==, db.y + 60);
  g_assert_cmpfloat (fixture_rect (&f, "db").height, ==, db.height);
  g_assert_cmpstr (fixture_get (&f, "shop", TB_PROP_TIER), ==, "app");
  fixture_close (&f);
}

static void
test_room_cancelled_leaves_no_trace (void)
{
  Fixture f;
  fixture_open (&f, three);
  g_autofree char *before = fixture_xml (&f);
  fixture_drag_on (&f, (TbPoint){ 250, -100 }, (TbPoint){ 352, -90 }, ROOM);
  g_assert_cmpint (tb_editor_gesture (f.editor).gesture, ==, TB_GESTURE_ROOM);
  g_assert_cmpfloat (fixture_rect (&f, "b").x, ==, 400);
  tb_editor_cancel (f.editor);
  g_autofree char *after = fixture_xml (&f);
  g_assert_cmpstr (after, ==, before);
  g_assert_cmpfloat (fixture_rect (&f, "b").x, ==, 300);
  fixture_close (&f);
}

/* ---- Properties ------------------------------------------------------------------------------ */

#define CARDS 14

static char *
random_cards (TbRng *rng)
{
  GString *xml = g_string_new ("<architecture xmlns=\"urn:tierboard:1\" name=\"R\">");
  g_autoptr (GString) view = g_string_new ("<view id=\"main\" frame=\"none\">");
  gboolean taken[64] = { FALSE };
  for (guint i = 0; i < CARDS; i++)
    {
      guint cell = (guint) tb_rng_below (rng, 64);
      while (taken[cell])
        cell = (cell + 1) % 64;
      taken[cell] = TRUE;
      g_string_append_printf (xml, "<component id=\"c%u\" kind=\"server\"/>", i);
      g_string_append_printf (view, "<place of=\"c%u\" x=\"%u\" y=\"%u\" width=\"%u\"/>", i,
                              cell % 8 * 240 + (guint) tb_rng_below (rng, 30),
                              cell / 8 * 110 + (guint) tb_rng_below (rng, 30),
                              120 + (guint) tb_rng_below (rng, 80));
    }
  g_string_append_printf (xml, "%s</view></architecture>", view->str);
  return g_string_free (xml, FALSE);
}

static TbRect
card (Fixture *f, guint i)
{
  char id[8];
  g_snprintf (id, sizeof id, "c%u", i);
  return fixture_rect (f, id);
}

static void
check_no_overlap (Fixture *f)
{
  for (guint i = 0; i < CARDS; i++)
    for (guint k = i + 1; k < CARDS; k++)
      {
        TbRect a = card (f, i), b = card (f, k);
        g_assert_false (tb_rect_intersects (&a, &b));
      }
}

static void
random_room (Fixture *f, TbRng *rng)
{
  TbPoint at = { (double) tb_rng_below (rng, 2200), (double) tb_rng_below (rng, 1000) };
  double by = (double) tb_rng_below (rng, 1200) - 600;
  TbPoint to = tb_rng_below (rng, 2) ? (TbPoint){ at.x + by, at.y + 3 }
                                     : (TbPoint){ at.x + 3, at.y + by };
  fixture_drag (f, at, to, ROOM);
}

static void
test_room_never_makes_things_overlap (void)
{
  TbRng rng;
  guint64 seed = (guint64) g_test_rand_int ();
  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  tb_rng_seed (&rng, seed);
  for (guint run = 0; run < 40; run++)
    {
      Fixture f;
      g_autofree char *xml = random_cards (&rng);
      fixture_open (&f, xml);
      g_autofree char *before = fixture_xml (&f);
      for (guint i = 0; i < 6; i++)
        {
          random_room (&f, &rng);
          check_no_overlap (&f);
        }
      while (tb_document_undo (f.document))
        ;
      g_autofree char *after = fixture_xml (&f);
      g_assert_cmpstr (after, ==, before);
      fixture_close (&f);
    }
}

static void
test_distribute_never_overlaps (void)
{
  TbRng rng;
  guint64 seed = (guint64) g_test_rand_int ();
  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  tb_rng_seed (&rng, seed);
  for (guint run = 0; run < 60; run++)
    {
      Fixture f;
      g_autofree char *xml = random_cards (&rng);
      fixture_open (&f, xml);
      g_autofree char *before = fixture_xml (&f);
      tb_editor_run (f.editor, "select-all");
      g_assert_true (tb_editor_run (f.editor, run % 2 ? "distribute-across" : "distribute-down"));
      check_no_overlap (&f);
      check_one_undo_step (&f, before);
      fixture_close (&f);
    }
}

/* ---- Containers ------------------------------------------------------------------------------ */

static const char groups[]
    = "<architecture xmlns=\"urn:tierboard:1\" name=\"Groups\">"
      "<group id=\"outer\" name=\"Outer\"/>"
      "<group id=\"inner\" name=\"Inner\" parent=\"outer\"/>"
      "<group id=\"other\" name=\"Other\"/>"
      "<component id=\"a\" kind=\"server\" name=\"A\" group=\"inner\"/>"
      "<component id=\"b\" kind=\"server\" name=\"B\" group=\"outer\"/>"
      "<component id=\"c\" kind=\"server\" name=\"C\"/>"
      "<view id=\"main\" frame=\"groups\">"
      "<place of=\"other\" x=\"1000\" y=\"0\" width=\"600\" height=\"500\"/>"
      "<place of=\"a\" x=\"100\" y=\"100\"/>"
      "<place of=\"b\" x=\"100\" y=\"300\"/>"
      "<place of=\"c\" x=\"600\" y=\"300\"/>"
      "</view></architecture>";

static void
drag_title (Fixture *f, const char *id, double dx, double dy)
{
  TbRect r = fixture_rect (f, id);
  fixture_drag (f, (TbPoint){ r.x + r.width - 20, r.y + 3 },
                (TbPoint){ r.x + r.width - 20 + dx, r.y + 3 + dy }, TB_MOD_CTRL);
}

static void
test_group_takes_inner_groups_along (void)
{
  Fixture f;
  fixture_open (&f, groups);
  g_autofree char *before = fixture_xml (&f);
  drag_title (&f, "outer", 40, 40);
  g_assert_cmpfloat (fixture_rect (&f, "a").x, ==, 140);
  g_assert_cmpfloat (fixture_rect (&f, "b").y, ==, 340);
  g_assert_cmpfloat (fixture_rect (&f, "c").x, ==, 600);
  g_assert_cmpstr (fixture_get (&f, "a", TB_PROP_GROUP), ==, "inner");
  g_assert_cmpstr (fixture_get (&f, "inner", TB_PROP_PARENT), ==, "outer");
  g_assert_null (fixture_get (&f, "outer", TB_PROP_PARENT));
  check_one_undo_step (&f, before);
  fixture_close (&f);
}

static void
test_group_dropped_into_a_group_is_in_it (void)
{
  Fixture f;
  fixture_open (&f, groups);
  TbRect a = fixture_rect (&f, "a");
  drag_title (&f, "inner", 1000, 100);
  g_assert_cmpstr (fixture_get (&f, "inner", TB_PROP_PARENT), ==, "other");
  g_assert_cmpstr (fixture_get (&f, "a", TB_PROP_GROUP), ==, "inner");
  g_assert_cmpfloat (fixture_rect (&f, "a").x, ==, a.x + 1000);
  drag_title (&f, "inner", -500, 600);
  g_assert_null (fixture_get (&f, "inner", TB_PROP_PARENT));
  fixture_close (&f);
}

static void
test_outer_group_does_not_land_in_its_own_child (void)
{
  Fixture f;
  fixture_open (&f, groups);
  drag_title (&f, "outer", 0, 100);
  g_assert_null (fixture_get (&f, "outer", TB_PROP_PARENT));
  drag_title (&f, "inner", 0, 20);
  g_assert_cmpstr (fixture_get (&f, "inner", TB_PROP_PARENT), ==, "outer");
  fixture_close (&f);
}

static void
test_container_grows_and_nothing_in_it_moves (void)
{
  Fixture f;
  fixture_open (&f, groups);
  TbRect a = fixture_rect (&f, "a"), b = fixture_rect (&f, "b"), inner = fixture_rect (&f, "inner");
  TbPoint at = fixture_middle (&f, "c");
  TbPoint to = { inner.x + inner.width - 10, inner.y + inner.height - 20 };
  fixture_drag_on (&f, at, to, 0);
  g_assert_cmpuint (tb_editor_gesture (f.editor).target, ==, fixture_uid (&f, "inner"));
  tb_editor_release (f.editor, to.x, to.y, 0, 1);
  g_assert_cmpstr (fixture_get (&f, "c", TB_PROP_GROUP), ==, "inner");
  TbRect grown = fixture_rect (&f, "inner"), outer = fixture_rect (&f, "outer"),
         c = fixture_rect (&f, "c");
  g_assert_cmpfloat (grown.x + grown.width, >=, c.x + c.width);
  g_assert_cmpfloat (outer.x + outer.width, >=, grown.x + grown.width);
  g_assert_cmpfloat (fixture_rect (&f, "a").x, ==, a.x);
  g_assert_cmpfloat (fixture_rect (&f, "b").y, ==, b.y);
  fixture_close (&f);
}

static void
test_what_is_dragged_out_does_not_stretch_it (void)
{
  Fixture f;
  fixture_open (&f, groups);
  TbRect inner = fixture_rect (&f, "inner"), outer = fixture_rect (&f, "outer");
  TbPoint at = fixture_middle (&f, "a");
  fixture_drag_on (&f, at, (TbPoint){ 1200, 200 }, TB_MOD_CTRL);
  TbRect inner_now = fixture_rect (&f, "inner"), outer_now = fixture_rect (&f, "outer");
  g_assert_cmpmem (&inner_now, sizeof inner, &inner, sizeof inner);
  g_assert_cmpmem (&outer_now, sizeof outer, &outer, sizeof outer);
  g_assert_cmpfloat (fixture_middle (&f, "a").x, ==, 1200);
  tb_editor_release (f.editor, 1200, 200, TB_MOD_CTRL, 1);
  g_assert_cmpstr (fixture_get (&f, "a", TB_PROP_GROUP), ==, "other");
  fixture_close (&f);
}

static void
test_escape_keeps_the_parent (void)
{
  Fixture f;
  fixture_open (&f, groups);
  g_autofree char *before = fixture_xml (&f);
  TbPoint at = fixture_middle (&f, "a");
  fixture_drag_on (&f, at, (TbPoint){ 1200, 200 }, 0);
  g_assert_cmpuint (tb_editor_gesture (f.editor).target, ==, fixture_uid (&f, "other"));
  tb_editor_cancel (f.editor);
  tb_editor_release (f.editor, 1200, 200, 0, 1);
  g_autofree char *after = fixture_xml (&f);
  g_assert_cmpstr (after, ==, before);
  fixture_close (&f);
}

static const char both[]
    = "<architecture xmlns=\"urn:tierboard:1\" name=\"Both\">"
      "<layer id=\"up\"/><layer id=\"down\"/><tier id=\"left\"/><tier id=\"right\"/>"
      "<group id=\"g\"/>"
      "<component id=\"a\" kind=\"server\" tier=\"left\" layer=\"up\" group=\"g\"/>"
      "<component id=\"b\" kind=\"server\" tier=\"right\" layer=\"down\"/>"
      "<component id=\"c\" kind=\"server\" tier=\"right\" layer=\"up\"/>"
      "<view id=\"main\" frame=\"both\">"
      "<place of=\"a\" x=\"0\" y=\"0\"/><place of=\"b\" x=\"500\" y=\"300\"/>"
      "<place of=\"c\" x=\"500\" y=\"0\"/></view></architecture>";

static void
test_landing_sets_what_the_frame_says_and_no_more (void)
{
  Fixture f;
  fixture_open (&f, both);
  TbPoint at = fixture_middle (&f, "a");
  fixture_drag (&f, at, (TbPoint){ 600, 380 }, 0);
  g_assert_cmpstr (fixture_get (&f, "a", TB_PROP_TIER), ==, "right");
  g_assert_cmpstr (fixture_get (&f, "a", TB_PROP_LAYER), ==, "down");
  g_assert_cmpstr (fixture_get (&f, "a", TB_PROP_GROUP), ==, "g"); /* the frame shows no groups */
  g_assert_cmpstr (fixture_get (&f, "b", TB_PROP_TIER), ==, "right");
  fixture_close (&f);
}

static void
test_aligning_drops_nothing_into_a_container (void)
{
  Fixture f;
  fixture_open (&f, both);
  tb_editor_select_one (f.editor, fixture_uid (&f, "a"));
  tb_editor_toggle (f.editor, fixture_uid (&f, "b"));
  g_assert_true (tb_editor_run (f.editor, "align-left"));
  g_assert_cmpfloat (fixture_rect (&f, "a").x, ==, 500);
  g_assert_cmpstr (fixture_get (&f, "a", TB_PROP_TIER), ==, "left");
  fixture_close (&f);
}

/* ---- The band -------------------------------------------------------------------------------- */

static void
test_band_adds_with_shift_and_takes_away_with_ctrl (void)
{
  Fixture f;
  fixture_open (&f, three);
  select_ids (&f, IDS ("a", "b"));
  fixture_drag (&f, (TbPoint){ 800, 250 }, (TbPoint){ 1000, 400 }, TB_MOD_SHIFT);
  g_assert_cmpuint (fixture_selected (&f), ==, 3);
  fixture_drag (&f, (TbPoint){ -50, -50 }, (TbPoint){ 400, 180 }, TB_MOD_CTRL);
  g_assert_cmpuint (tb_editor_selected_one (f.editor), ==, fixture_uid (&f, "c"));
  fixture_close (&f);
}

static void
test_grid_is_optional (void)
{
  Fixture f;
  fixture_open (&f, three);
  g_assert_true (tb_editor_grid (f.editor));
  g_assert_true (tb_editor_run (f.editor, "grid"));
  g_assert_false (tb_editor_grid (f.editor));
  TbPoint at = fixture_middle (&f, "a");
  fixture_drag (&f, at, (TbPoint){ at.x + 33, at.y + 47 }, 0);
  g_assert_cmpfloat (fixture_rect (&f, "a").x, ==, 33);
  g_assert_cmpfloat (fixture_rect (&f, "a").y, ==, 47);
  fixture_close (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/edit/arrange/align-reference", test_align_with_the_last_by_click);
  g_test_add_func ("/edit/arrange/align-outermost", test_align_of_a_band_is_with_the_outermost);
  g_test_add_func ("/edit/arrange/needs-several", test_one_cannot_be_aligned);
  g_test_add_func ("/edit/arrange/distribute", test_distribute_makes_gaps_equal);
  g_test_add_func ("/edit/arrange/same-size", test_same_size_follows_the_reference);
  g_test_add_func ("/edit/arrange/least-size", test_a_card_is_not_made_too_small);
  g_test_add_func ("/edit/arrange/distribute-never-overlaps", test_distribute_never_overlaps);
  g_test_add_func ("/edit/room/pushes", test_room_pushes_what_is_beyond);
  g_test_add_func ("/edit/room/taken-back", test_room_is_taken_back_without_overlap);
  g_test_add_func ("/edit/room/by-key", test_room_is_made_by_key);
  g_test_add_func ("/edit/room/back-by-key", test_room_is_taken_back_by_key_while_there_is_some);
  g_test_add_func ("/edit/room/stretches", test_room_stretches_what_the_line_goes_through);
  g_test_add_func ("/edit/room/cancelled", test_room_cancelled_leaves_no_trace);
  g_test_add_func ("/edit/room/never-overlaps", test_room_never_makes_things_overlap);
  g_test_add_func ("/edit/containers/inner-groups-move-along", test_group_takes_inner_groups_along);
  g_test_add_func ("/edit/containers/group-into-group", test_group_dropped_into_a_group_is_in_it);
  g_test_add_func ("/edit/containers/not-into-its-child",
                   test_outer_group_does_not_land_in_its_own_child);
  g_test_add_func ("/edit/containers/grows", test_container_grows_and_nothing_in_it_moves);
  g_test_add_func ("/edit/containers/not-stretched",
                   test_what_is_dragged_out_does_not_stretch_it);
  g_test_add_func ("/edit/containers/escape", test_escape_keeps_the_parent);
  g_test_add_func ("/edit/containers/exactly-the-frame",
                   test_landing_sets_what_the_frame_says_and_no_more);
  g_test_add_func ("/edit/containers/align-drops-nothing",
                   test_aligning_drops_nothing_into_a_container);
  g_test_add_func ("/edit/band/add-and-remove", test_band_adds_with_shift_and_takes_away_with_ctrl);
  g_test_add_func ("/edit/grid/optional", test_grid_is_optional);
  return g_test_run ();
}
