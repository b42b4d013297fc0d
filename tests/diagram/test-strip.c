/* A scenario as a strip: what is where, and what is said. */
#include <math.h>
#include <string.h>

#include "tb-strip.h"

typedef struct
{
  TbDocument *document;
  TbStrip *strip;
} Drawn;

static Drawn
drawn (const char *content)
{
  g_autoptr (GError) error = NULL;
  TbProblems *problems = tb_problems_new ();
  g_autofree char *xml = g_strdup_printf ("<architecture xmlns=\"urn:tierboard:1\" name=\"A\"><scenario id=\"s\">%s"
                                          "</scenario></architecture>", content);
  Drawn d = { tb_document_load_bytes ("test", xml, strlen (xml), problems, &error), NULL };
  g_assert_no_error (error);
  g_ptr_array_unref (problems);
  d.strip = tb_strip_new (tb_model_lookup (tb_document_model (d.document), "s"));
  return d;
}

static void
forget (Drawn *d)
{
  tb_strip_free (d->strip);
  g_object_unref (d->document);
}

#define CUT                                                                                        \
  "<wait until=\"orders has leader\"/><phase id=\"before\" lasts=\"3s\"/>"                         \
  "<phase id=\"cut\" lasts=\"6s\"><do partition=\"isolate\" of=\"orders/leader\"/>"                \
  "<do at=\"3s\" kill=\"web/1\" for=\"5s\"/></phase>"                                              \
  "<phase id=\"after\" lasts=\"4s\"><do heal=\"all\"/></phase>"

static void
test_wider_the_longer (void)
{
  Drawn d = drawn (CUT);
  tb_strip_set_width (d.strip, 800);
  g_assert_cmpuint (tb_strip_n_steps (d.strip), ==, 4);
  g_assert_true (tb_strip_step (d.strip, 0)->wait);
  g_assert_cmpint (tb_strip_length_ns (d.strip), ==, 13 * G_GINT64_CONSTANT (1000000000));
  double x = 0;
  for (guint i = 0; i < 4; i++)
    {
      const TbRect *r = &tb_strip_step (d.strip, i)->rect;
      g_assert_cmpfloat (r->x, >=, x);
      x = r->x + r->width;
    }
  g_assert_cmpfloat (x, <=, 800);
  g_assert_cmpfloat (tb_strip_step (d.strip, 2)->rect.width, >, tb_strip_step (d.strip, 1)->rect.width);
  forget (&d);
}

static void
test_places_and_back (void)
{
  Drawn d = drawn (CUT);
  for (double width = 20; width < 2000; width *= 1.7)
    {
      tb_strip_set_width (d.strip, width);
      for (double place = 0; place < 4; place += 0.125)
        g_assert_cmpfloat (fabs (tb_strip_place (d.strip, tb_strip_x (d.strip, place)) - place), <, 1e-6);
    }
  forget (&d);
}

static void
test_faults_end_where_they_are_healed (void)
{
  Drawn d = drawn (CUT);
  g_assert_cmpuint (tb_strip_n_actions (d.strip), ==, 3);
  g_assert_cmpstr (tb_strip_action (d.strip, 0)->label, ==, "isolate orders/leader");
  g_assert_cmpfloat (tb_strip_action (d.strip, 0)->to, ==, 3); /* heal, at the beginning of the last */
  g_assert_cmpfloat (tb_strip_action (d.strip, 1)->from, ==, 2.5);
  g_assert_cmpfloat (tb_strip_action (d.strip, 1)->to, ==, 3.5); /* 5 s later */
  g_assert_true (tb_strip_action (d.strip, 2)->moment);
  forget (&d);
}

static void
test_nothing_lies_over_another (void)
{
  Drawn d = drawn (CUT);
  for (double width = 60; width < 1500; width += 90)
    {
      tb_strip_set_width (d.strip, width);
      for (guint i = 0; i < 3; i++)
        for (guint k = 0; k < i; k++)
          {
            const TbRect *a = &tb_strip_action (d.strip, i)->rect, *b = &tb_strip_action (d.strip, k)->rect;
            g_assert_true (a->y != b->y || a->x >= b->x + b->width || b->x >= a->x + a->width);
          }
    }
  forget (&d);
}

static void
test_pointed_at (void)
{
  Drawn d = drawn (CUT);
  tb_strip_set_width (d.strip, 900);
  const TbStripAction *kill = tb_strip_action (d.strip, 1);
  TbUid uid = tb_strip_at (d.strip, kill->rect.x + 2, kill->rect.y + 2);
  g_autofree char *words = tb_strip_words (d.strip, uid);
  g_assert_cmpuint (uid, ==, kill->uid);
  g_assert_cmpstr (words, ==, "kill web/1, at 3s of cut, for 5s");
  g_autofree char *phase = tb_strip_words (d.strip, tb_strip_at (d.strip, tb_strip_x (d.strip, 1.5), 5));
  g_assert_cmpstr (phase, ==, "before, 3s");
  forget (&d);
}

static void
test_drawn_with_marks (void)
{
  static const TbStripMark marks[] = { TB_STRIP_OPEN, TB_STRIP_HELD, TB_STRIP_VIOLATED, TB_STRIP_UNKNOWN };
  Drawn d = drawn (CUT);
  const TbStripNow now = { .place = 2.5, .marks = marks };
  for (guint theme = 0; theme < TB_N_THEMES; theme++)
    {
      gsize size;
      TbColour page = tb_theme_colour ((TbThemeId) theme, TB_COLOUR_CANVAS);
      g_autoptr (TbPlot) plot = tb_plot_new_svg (800, tb_strip_height (d.strip), &page, TRUE);
      tb_strip_set_width (d.strip, 800);
      tb_strip_paint (d.strip, plot, (TbThemeId) theme, &now);
      g_autofree char *svg = tb_plot_end_svg (plot, &size);
      g_assert_nonnull (strstr (svg, "isolate orders/leader"));
      g_assert_nonnull (strstr (svg, ">?<"));
    }
  forget (&d);
}

static void
test_what_is_half_written (void)
{
  Drawn d = drawn ("<phase id=\"a\" lasts=\"0s\"><do/><do at=\"9s\" kill=\"x\"/></phase>");
  tb_strip_set_width (d.strip, 100);
  g_assert_cmpfloat (tb_strip_action (d.strip, 1)->from, ==, 0);
  g_assert_cmpstr (tb_strip_action (d.strip, 0)->label, ==, "nothing");
  forget (&d);
  d = drawn ("");
  g_assert_cmpuint (tb_strip_n_steps (d.strip), ==, 0);
  g_assert_cmpuint (tb_strip_at (d.strip, 50, 5), ==, 0);
  forget (&d);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/strip/a phase is the wider the longer it is", test_wider_the_longer);
  g_test_add_func ("/strip/places and back", test_places_and_back);
  g_test_add_func ("/strip/faults end where they are healed", test_faults_end_where_they_are_healed);
  g_test_add_func ("/strip/nothing lies over another", test_nothing_lies_over_another);
  g_test_add_func ("/strip/what is pointed at is said", test_pointed_at);
  g_test_add_func ("/strip/drawn in every theme, with signs", test_drawn_with_marks);
  g_test_add_func ("/strip/what is half written is drawn as far as it goes", test_what_is_half_written);
  return g_test_run ();
}
