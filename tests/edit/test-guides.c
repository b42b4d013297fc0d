/* Guides: what they snap to, how far at most, and that what they say holds. */
#include <math.h>

#include "editor-private.h"
#include "fixture.h"
#include "tb-base.h"

static const TbGuideTarget row[] = {
  { { 0, 0, 100, 60 }, TRUE },
  { { 160, 0, 100, 60 }, TRUE },
};

static void
test_edges_snap (void)
{
  TbRect r = { 164, 200, 80, 40 };
  g_autoptr (GArray) guides = g_array_new (FALSE, FALSE, sizeof (TbGuide));
  g_assert_cmpuint (tb_guides_move (row, 2, 6, &r, guides), ==, TB_SNAPPED_X);
  g_assert_cmpfloat (r.x, ==, 160);
  g_assert_cmpfloat (r.y, ==, 200);
  g_assert_cmpuint (guides->len, ==, 1);
  TbGuide *guide = &g_array_index (guides, TbGuide, 0);
  g_assert_cmpint (guide->kind, ==, TB_GUIDE_EDGE);
  g_assert_cmpfloat (guide->from.x, ==, 160);
  g_assert_cmpfloat (guide->from.y, ==, 0);
  g_assert_cmpfloat (guide->to.y, ==, 240);
}

static void
test_centres_snap (void)
{
  TbRect r = { 172, 200, 80, 40 };
  g_autoptr (GArray) guides = g_array_new (FALSE, FALSE, sizeof (TbGuide));
  tb_guides_move (row, 2, 6, &r, guides);
  g_assert_cmpfloat (r.x, ==, 170);
  g_assert_cmpint (g_array_index (guides, TbGuide, 0).kind, ==, TB_GUIDE_CENTRE);
}

static void
test_equal_gaps_snap (void)
{
  /* The gap of the two is 60: the third one comes to stand 60 beyond. */
  TbRect r = { 323, 17, 90, 30 };
  g_autoptr (GArray) guides = g_array_new (FALSE, FALSE, sizeof (TbGuide));
  tb_guides_move (row, 2, 6, &r, guides);
  g_assert_cmpfloat (r.x, ==, 320);
  guint gaps = 0;
  for (guint i = 0; i < guides->len; i++)
    if (g_array_index (guides, TbGuide, i).kind == TB_GUIDE_GAP)
      {
        const TbGuide *g = &g_array_index (guides, TbGuide, i);
        g_assert_cmpfloat (g->to.x - g->from.x, ==, 60);
        gaps++;
      }
  g_assert_cmpuint (gaps, ==, 2);
}

static void
test_between_two_snaps_to_the_middle (void)
{
  static const TbGuideTarget far[] = { { { 0, 0, 100, 60 }, TRUE }, { { 300, 0, 100, 60 }, TRUE } };
  TbRect r = { 157, 12, 80, 20 };
  g_autoptr (GArray) guides = g_array_new (FALSE, FALSE, sizeof (TbGuide));
  tb_guides_move (far, 2, 6, &r, guides);
  g_assert_cmpfloat (r.x, ==, 160);
  guint gaps = 0;
  for (guint i = 0; i < guides->len; i++)
    gaps += g_array_index (guides, TbGuide, i).kind == TB_GUIDE_GAP;
  g_assert_cmpuint (gaps, ==, 2);
}

static void
test_equal_sizes_snap (void)
{
  TbRect r = { 500, 300, 97, 40 };
  g_autoptr (GArray) guides = g_array_new (FALSE, FALSE, sizeof (TbGuide));
  g_assert_cmpuint (tb_guides_resize (row, 2, 6, 1, 0.5, &r, guides), ==, TB_SNAPPED_X);
  g_assert_cmpfloat (r.width, ==, 100);
  guint sizes = 0;
  for (guint i = 0; i < guides->len; i++)
    sizes += g_array_index (guides, TbGuide, i).kind == TB_GUIDE_SIZE;
  g_assert_cmpuint (sizes, ==, 3);
}

static void
test_nothing_near_changes_nothing (void)
{
  TbRect r = { 1000, 1000, 50, 50 };
  g_autoptr (GArray) guides = g_array_new (FALSE, FALSE, sizeof (TbGuide));
  g_assert_cmpuint (tb_guides_move (row, 2, 6, &r, guides), ==, 0);
  g_assert_cmpfloat (r.x, ==, 1000);
  g_assert_cmpuint (guides->len, ==, 0);
}

/* ---- Properties ------------------------------------------------------------------------------ */

static double
below (TbRng *rng, guint n)
{
  return (double) tb_rng_below (rng, n) / 2;
}

static gboolean
on_some_line (const TbGuide *g, const TbGuideTarget *others, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      const TbRect *r = &others[i].rect;
      gboolean upright = g->from.x == g->to.x;
      double at = upright ? g->from.x : g->from.y, lo = upright ? r->x : r->y;
      double size = upright ? r->width : r->height;
      double offs[] = { 0, size / 2, size };
      for (guint k = 0; k < 3; k++)
        if (fabs (lo + offs[k] - at) < 0.2)
          return TRUE;
    }
  return FALSE;
}

static void
check_random (TbRng *rng)
{
  TbGuideTarget others[40];
  guint n = (guint) tb_rng_below (rng, 40) + 1;
  for (guint i = 0; i < n; i++)
    others[i] = (TbGuideTarget){ { below (rng, 3000), below (rng, 3000), 20 + below (rng, 500),
                                   20 + below (rng, 300) }, tb_rng_below (rng, 4) > 0 };
  TbRect before = { below (rng, 3000), below (rng, 3000), 20 + below (rng, 500), 20 + below (rng, 300) };
  TbRect r = before;
  double reach = 0.5 + below (rng, 30);
  g_autoptr (GArray) guides = g_array_new (FALSE, FALSE, sizeof (TbGuide));
  tb_guides_move (others, n, reach, &r, guides);
  g_assert_cmpfloat (fabs (r.x - before.x), <=, reach);
  g_assert_cmpfloat (fabs (r.y - before.y), <=, reach);
  g_assert_cmpfloat (r.width, ==, before.width);
  g_assert_cmpfloat (r.height, ==, before.height);
  for (guint i = 0; i < guides->len; i++)
    {
      const TbGuide *g = &g_array_index (guides, TbGuide, i);
      g_assert_true (g->from.x == g->to.x || g->from.y == g->to.y);
      if (g->kind != TB_GUIDE_GAP)
        g_assert_true (on_some_line (g, others, n));
    }
  r = before;
  tb_guides_resize (others, n, reach, 1, 0, &r, guides);
  g_assert_cmpfloat (r.x, ==, before.x);
  g_assert_cmpfloat (fabs (r.width - before.width), <=, reach);
  g_assert_cmpfloat (fabs (r.y - before.y), <=, reach);
  g_assert_cmpfloat_with_epsilon (r.y + r.height, before.y + before.height, 1e-6);
  g_assert_cmpfloat (r.width, >, 0);
}

static void
test_never_farther_than_reach (void)
{
  TbRng rng;
  guint64 seed = (guint64) g_test_rand_int ();
  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  tb_rng_seed (&rng, seed);
  for (guint i = 0; i < 5000; i++)
    check_random (&rng);
}

/* ---- In a drag ------------------------------------------------------------------------------- */

static void
test_drag_comes_to_stand_in_line (void)
{
  Fixture f;
  guint n;
  fixture_open (&f, fixture_shop);
  tb_editor_set_grid (f.editor, FALSE);
  TbPoint at = fixture_middle (&f, "browser");
  fixture_drag_on (&f, at, (TbPoint){ at.x + 5, at.y + 2 }, 0);
  const TbGuide *guides = tb_editor_guides (f.editor, &n);
  g_assert_cmpuint (n, >, 0);
  g_assert_nonnull (guides);
  tb_editor_release (f.editor, at.x + 5, at.y + 2, 0, 1);
  g_assert_cmpfloat (fixture_rect (&f, "browser").y, ==, 120); /* as the shop */
  g_assert_cmpfloat (fixture_rect (&f, "browser").x, ==, 40);  /* as the note */
  g_assert_null (tb_editor_guides (f.editor, &n));
  fixture_close (&f);
}

static void
test_ctrl_or_alt_turns_them_off (void)
{
  static const TbModifiers mods[] = { TB_MOD_CTRL, TB_MOD_ALT };
  for (guint i = 0; i < G_N_ELEMENTS (mods); i++)
    {
      Fixture f;
      guint n;
      fixture_open (&f, fixture_shop);
      TbPoint at = fixture_middle (&f, "browser");
      fixture_drag_on (&f, at, (TbPoint){ at.x + 5, at.y - 4 }, mods[i]);
      g_assert_null (tb_editor_guides (f.editor, &n));
      tb_editor_release (f.editor, at.x + 5, at.y - 4, mods[i], 1);
      g_assert_cmpfloat (fixture_rect (&f, "browser").y, ==, 116);
      g_assert_cmpfloat (fixture_rect (&f, "browser").x, ==, 45);
      fixture_close (&f);
    }
}

static void
test_reach_is_in_screen_pixels (void)
{
  Fixture f;
  fixture_open (&f, fixture_shop);
  tb_editor_set_grid (f.editor, FALSE);
  TbPoint at = fixture_middle (&f, "browser");
  tb_editor_press (f.editor, at.x, at.y, 0, 4);
  tb_editor_motion (f.editor, at.x, at.y - 30, 0, 4);
  tb_editor_motion (f.editor, at.x + 2, at.y - 4, 0, 4); /* 16 pixels away from the line */
  tb_editor_release (f.editor, at.x + 2, at.y - 4, 0, 4);
  g_assert_cmpfloat (fixture_rect (&f, "browser").y, ==, 116);
  fixture_close (&f);
}

static void
test_a_container_does_not_hold_what_is_dragged_in_it (void)
{
  Fixture f;
  fixture_open (&f, fixture_shop);
  tb_editor_set_grid (f.editor, FALSE);
  TbPoint at = fixture_middle (&f, "orders");
  fixture_drag (&f, at, (TbPoint){ at.x + 51, at.y - 13 }, 0);
  g_assert_cmpfloat (fabs (fixture_rect (&f, "orders").x - 451), <=, 6);
  fixture_close (&f);
}

/* ---- Among ten thousand ---------------------------------------------------------------------- */

static char *
ten_thousand (void)
{
  GString *xml = g_string_new ("<architecture xmlns=\"urn:tierboard:1\" name=\"Many\">");
  g_autoptr (GString) view = g_string_new ("<view id=\"main\" frame=\"none\">");
  for (guint i = 0; i < 10000; i++)
    {
      g_string_append_printf (xml, "<component id=\"c%u\" kind=\"server\"/>", i);
      g_string_append_printf (view, "<place of=\"c%u\" x=\"%u\" y=\"%u\"/>", i, i % 100 * 240,
                              i / 100 * 120);
    }
  g_string_append_printf (xml, "%s</view></architecture>", view->str);
  return g_string_free (xml, FALSE);
}

static int
by_time (gconstpointer a, gconstpointer b)
{
  gint64 d = *(const gint64 *) a - *(const gint64 *) b;
  return d < 0 ? -1 : d > 0;
}

/* The guides alone: what the scene does for its preview has its own figure. */
static void
test_fast_among_ten_thousand (void)
{
  static const double scales[] = { 1, 0.25, 0.05 };
  Fixture f;
  g_autofree char *xml = ten_thousand ();
  fixture_open (&f, xml);
  for (guint s = 0; s < G_N_ELEMENTS (scales); s++)
    {
      gint64 times[101];
      f.editor->tool.scale = scales[s];
      for (guint i = 0; i < G_N_ELEMENTS (times); i++)
        {
          TbRect r = { 12000 + i * 3, 6000 + i, 176, 68 };
          g_autoptr (GArray) guides = g_array_new (FALSE, FALSE, sizeof (TbGuide));
          times[i] = tb_now_ns ();
          g_autoptr (GArray) near = tb_editor_guide_targets (f.editor, &r);
          tb_guides_move ((const TbGuideTarget *) (gpointer) near->data, near->len,
                          TB_GUIDE_PX / scales[s], &r, guides);
          times[i] = tb_now_ns () - times[i];
          g_assert_cmpuint (near->len, >, 20);
        }
      qsort (times, G_N_ELEMENTS (times), sizeof *times, by_time);
      g_test_message ("scale %g: median %.3f ms, worst %.3f ms", scales[s],
                      (double) times[50] / TB_NS_PER_MS, (double) times[100] / TB_NS_PER_MS);
      g_assert_cmpint (times[50], <, 2 * TB_NS_PER_MS);
    }
  fixture_close (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/edit/guides/edges", test_edges_snap);
  g_test_add_func ("/edit/guides/centres", test_centres_snap);
  g_test_add_func ("/edit/guides/equal-gaps", test_equal_gaps_snap);
  g_test_add_func ("/edit/guides/between-two", test_between_two_snaps_to_the_middle);
  g_test_add_func ("/edit/guides/equal-sizes", test_equal_sizes_snap);
  g_test_add_func ("/edit/guides/nothing-near", test_nothing_near_changes_nothing);
  g_test_add_func ("/edit/guides/never-farther-than-reach", test_never_farther_than_reach);
  g_test_add_func ("/edit/guides/drag-in-line", test_drag_comes_to_stand_in_line);
  g_test_add_func ("/edit/guides/off-with-a-key", test_ctrl_or_alt_turns_them_off);
  g_test_add_func ("/edit/guides/screen-pixels", test_reach_is_in_screen_pixels);
  g_test_add_func ("/edit/guides/own-container", test_a_container_does_not_hold_what_is_dragged_in_it);
  g_test_add_func ("/edit/guides/ten-thousand", test_fast_among_ten_thousand);
  return g_test_run ();
}
