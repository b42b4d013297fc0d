/* The pen of figures, axes, and what of a chart's lines is seen. */
#include "tb-chart.h"

#include <math.h>
#include <string.h>

#define S G_GINT64_CONSTANT (1000000000)

static const TbColour black = { 0, 0, 0, 1 }, white = { 1, 1, 1, 1 };

/* ---- Axes ------------------------------------------------------------------------------------ */

static void
test_steps_are_one_two_or_five (void)
{
  g_assert_cmpfloat (tb_axis_step (1), ==, 1);
  g_assert_cmpfloat (tb_axis_step (1.1), ==, 2);
  g_assert_cmpfloat (tb_axis_step (3), ==, 5);
  g_assert_cmpfloat (tb_axis_step (6000), ==, 10000);
  g_assert_cmpfloat_with_epsilon (tb_axis_step (0.03), 0.05, 1e-12);
}

static void
test_ticks_of_time_are_told_apart (void)
{
  g_autoptr (GArray) ticks = g_array_new (FALSE, FALSE, sizeof (TbAxisTick));
  gint64 zero = 77 * S;
  for (gint64 span = 10; span < 200000 * S; span = span * 7 / 2)
    {
      g_array_set_size (ticks, 0);
      tb_axis_times (zero + 12 * S, zero + 12 * S + span, zero, 800, 80, ticks);
      g_assert_cmpuint (ticks->len, <=, 11);
      for (guint i = 1; i < ticks->len; i++)
        g_assert_cmpstr (g_array_index (ticks, TbAxisTick, i).text, !=,
                         g_array_index (ticks, TbAxisTick, i - 1).text);
    }
}

static void
test_a_moment_has_the_decimals_it_needs (void)
{
  char text[32];
  tb_axis_format_time (12402 * (S / 1000), 1e6, text, sizeof text);
  g_assert_cmpstr (text, ==, "12.402\u202fs");
  tb_axis_format_time (12 * S, 1e9, text, sizeof text);
  g_assert_cmpstr (text, ==, "12\u202fs");
  tb_axis_format_time (-S / 2, 1e8, text, sizeof text);
  g_assert_cmpstr (text, ==, "−0.5\u202fs");
}

static void
test_values_reach_the_top (void)
{
  g_autoptr (GArray) ticks = g_array_new (FALSE, FALSE, sizeof (TbAxisTick));
  double end;
  for (double top = 0; top < 1e12; top = top * 1.7 + 0.3)
    {
      g_array_set_size (ticks, 0);
      tb_axis_values (top, 5, TB_AXIS_RATE, ticks, &end);
      g_assert_cmpfloat (end, >=, top);
      g_assert_cmpuint (ticks->len, >=, 2);
      g_assert_cmpuint (ticks->len, <=, 6);
    }
}

static void
test_figures_have_their_unit (void)
{
  static const struct
  {
    double value;
    TbAxisUnit unit;
    const char *text;
  } rows[] = {
    { 1240, TB_AXIS_RATE, "1240/s" },          { 12400, TB_AXIS_RATE, "12\u202f400/s" },
    { 2500000, TB_AXIS_DURATION, "2.5\u202fms" }, { 999.9, TB_AXIS_DURATION, "1\u202fµs" },
    { 64e6, TB_AXIS_BYTES, "64\u202fMB" },     { 0.25, TB_AXIS_CORES, "0.25" },
    { NAN, TB_AXIS_COUNT, "–" },               { 7, TB_AXIS_COUNT, "7" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      char text[32];
      tb_axis_format (rows[i].value, rows[i].unit, text, sizeof text);
      g_assert_cmpstr (text, ==, rows[i].text);
    }
}

/* ---- Pen ------------------------------------------------------------------------------------- */

static void
test_bytes_from_anywhere_become_one_line_of_text (void)
{
  static const char nasty[] = "GET \x1b[31m/\xff\n\x07<&>";
  g_autofree char *clean = tb_plot_clean (nasty, sizeof nasty - 1);
  g_assert_true (g_utf8_validate (clean, -1, NULL));
  g_assert_null (strpbrk (clean, "\x1b\n\x07"));
  g_assert_nonnull (strstr (clean, "<&>"));
}

static void
test_svg_is_well_formed_and_keeps_text (void)
{
  g_autoptr (TbPlot) plot = tb_plot_new_svg (200, 100, &white, TRUE);
  TbPoint line[] = { { 0, 0 }, { 10.125, 20 } };
  TbPlotStroke stroke = { { 1, 0, 0, 0.5 }, 2, 3 };
  TbRect clip = { 10, 10, 50, 50 };
  gsize size;
  tb_plot_begin (plot, "message", "a < b & \x01");
  tb_plot_line (plot, line, 2, &stroke);
  tb_plot_end (plot);
  tb_plot_clip (plot, &clip);
  tb_plot_text (plot, TB_PLOT_PLAIN, &black, "PUT /cart?a<b", 5, 5, TB_PLOT_START, 0);
  tb_plot_hatch (plot, &clip, &black);
  tb_plot_unclip (plot);
  g_autofree char *svg = tb_plot_end_svg (plot, &size);
  g_autoptr (GError) error = NULL;
  GMarkupParser none = { 0 };
  g_autoptr (GMarkupParseContext) parser = g_markup_parse_context_new (&none, 0, NULL, NULL);
  g_assert_cmpuint (size, ==, strlen (svg));
  g_assert_true (g_markup_parse_context_parse (parser, svg, (gssize) size, &error));
  g_assert_true (g_markup_parse_context_end_parse (parser, &error));
  g_assert_no_error (error);
  g_assert_nonnull (strstr (svg, "PUT /cart?a&lt;b</text>"));
  g_assert_nonnull (strstr (svg, "M0 0L10.13 20"));
  g_assert_nonnull (strstr (svg, "<title>a &lt; b &amp; ·</title>"));
}

/* A screen and a file are drawn by the same calls: what one clips the other clips. */
static void
test_cairo_clips_and_fills (void)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 40, 40);
  cairo_t *cr = cairo_create (surface);
  TbPlot *plot = tb_plot_new (cr);
  TbRect all = { 0, 0, 40, 40 }, half = { 0, 0, 20, 40 };
  TbColour red = { 1, 0, 0, 1 };
  tb_plot_rect (plot, &all, 0, &white, NULL);
  tb_plot_clip (plot, &half);
  tb_plot_rect (plot, &all, 0, &red, NULL);
  tb_plot_unclip (plot);
  tb_plot_free (plot);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  const guint32 *row = (const guint32 *) (const void *) cairo_image_surface_get_data (surface);
  g_assert_cmphex (row[10] & 0xffffff, ==, 0xff0000);
  g_assert_cmphex (row[30] & 0xffffff, ==, 0xffffff);
  cairo_surface_destroy (surface);
}

/* Each differs from the ground and from the others, and its name can be read, in every theme. */
static void
test_bands_are_told_apart_in_every_theme (void)
{
  for (guint theme = 0; theme < TB_N_THEMES; theme++)
    for (guint a = 0; a < TB_PLOT_N_BANDS; a++)
      {
        TbColour fill = tb_plot_band_fill ((TbThemeId) theme, (TbPlotBand) a);
        TbColour ground = tb_theme_colour ((TbThemeId) theme, TB_COLOUR_WINDOW);
        g_assert_cmpfloat (fabs (fill.r - ground.r) + fabs (fill.g - ground.g)
                               + fabs (fill.b - ground.b), >, 0.15);
        for (guint b = 0; b < a; b++)
          {
            TbColour other = tb_plot_band_fill ((TbThemeId) theme, (TbPlotBand) b);
            g_assert_cmpfloat (fabs (fill.r - other.r) + fabs (fill.g - other.g)
                                   + fabs (fill.b - other.b), >, 0.02);
          }
      }
}

/* ---- Charts ---------------------------------------------------------------------------------- */

#define N 5000

static TbChart
new_chart (gint64 *times, double *values, TbChartLine *line, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      times[i] = (gint64) (i + 1) * S;
      values[i] = 10;
    }
  *line = (TbChartLine){ .name = "p50", .values = values, .colour = black };
  return (TbChart){ .title = "Latency", .unit = TB_AXIS_DURATION, .from_ns = 0,
                    .to_ns = (gint64) n * S, .times = times, .step_ns = S, .n = n, .lines = line,
                    .n_lines = 1, .cursor_ns = G_MININT64, .hover_ns = G_MININT64 };
}

static void
test_a_spike_among_many_values_stays_seen (void)
{
  static gint64 times[N];
  static double values[N];
  TbChartLine line;
  TbChart chart = new_chart (times, values, &line, N);
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (TbPoint));
  double top = 0, low = 1000;
  values[2503] = 900;
  values[2504] = 1;
  tb_chart_trace (&chart, values, 200, points);
  g_assert_cmpuint (points->len, <=, 4 * 202);
  for (guint i = 0; i < points->len; i++)
    {
      top = MAX (top, g_array_index (points, TbPoint, i).y);
      low = MIN (low, g_array_index (points, TbPoint, i).y);
    }
  g_assert_cmpfloat (top, ==, 900);
  g_assert_cmpfloat (low, ==, 1);
  g_assert_cmpfloat (tb_chart_top (&chart), ==, 900);
}

static void
test_a_gap_breaks_the_line (void)
{
  gint64 times[20];
  double values[20];
  TbChartLine line;
  TbChart chart = new_chart (times, values, &line, 20);
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (TbPoint));
  guint breaks = 0;
  values[7] = values[8] = NAN;
  tb_chart_trace (&chart, values, 400, points);
  for (guint i = 0; i < points->len; i++)
    breaks += isnan (g_array_index (points, TbPoint, i).x) != 0;
  g_assert_cmpuint (breaks, ==, 1);
  g_assert_cmpuint (points->len, ==, 19);
}

static void
test_a_value_holds_for_the_step_that_it_ends (void)
{
  gint64 times[5];
  double values[5];
  TbChartLine line;
  TbChart chart = new_chart (times, values, &line, 5);
  g_assert_cmpuint (tb_chart_at (&chart, S / 2), ==, 0);
  g_assert_cmpuint (tb_chart_at (&chart, S), ==, 0);
  g_assert_cmpuint (tb_chart_at (&chart, S + 1), ==, 1);
  g_assert_cmpuint (tb_chart_at (&chart, 5 * S + 1), ==, G_MAXUINT);
  times[4] = 60 * S;
  g_assert_cmpuint (tb_chart_at (&chart, 30 * S), ==, G_MAXUINT);
}

static void
test_a_chart_says_title_band_and_value (void)
{
  gint64 times[20];
  double values[20];
  TbChartLine line;
  TbChart chart = new_chart (times, values, &line, 20);
  TbChartBand band = { TB_PLOT_BAND_PARTITION, 5 * S, G_MAXINT64, "orders/2 | orders/1" };
  TbRect page = { 0, 0, 400, 160 };
  for (guint i = 0; i < 20; i++)
    values[i] = 2500000;
  chart.bands = &band;
  chart.n_bands = 1;
  chart.cursor_ns = 3 * S;
  g_autoptr (TbPlot) plot = tb_plot_new_svg (400, 160, &white, FALSE);
  tb_chart_paint (&chart, plot, &page, TB_THEME_LIGHT);
  g_autofree char *svg = tb_plot_end_svg (plot, NULL);
  g_assert_nonnull (strstr (svg, ">Latency</text>"));
  g_assert_nonnull (strstr (svg, ">orders/2 | orders/1</text>"));
  g_assert_nonnull (strstr (svg, ">p50 2.5\u202fms</text>"));
}

static void
test_a_chart_without_values_says_so (void)
{
  TbChart chart = { .title = "CPU", .empty = "no figures", .to_ns = 10 * S,
                    .cursor_ns = G_MININT64, .hover_ns = G_MININT64 };
  TbRect page = { 0, 0, 400, 160 };
  g_autoptr (TbPlot) plot = tb_plot_new_svg (400, 160, &white, FALSE);
  tb_chart_paint (&chart, plot, &page, TB_THEME_DARK);
  g_autofree char *svg = tb_plot_end_svg (plot, NULL);
  g_assert_nonnull (strstr (svg, ">no figures</text>"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plot/steps-are-one-two-or-five", test_steps_are_one_two_or_five);
  g_test_add_func ("/plot/ticks-of-time-are-told-apart", test_ticks_of_time_are_told_apart);
  g_test_add_func ("/plot/a-moment-has-the-decimals-it-needs",
                   test_a_moment_has_the_decimals_it_needs);
  g_test_add_func ("/plot/values-reach-the-top", test_values_reach_the_top);
  g_test_add_func ("/plot/figures-have-their-unit", test_figures_have_their_unit);
  g_test_add_func ("/plot/bytes-from-anywhere", test_bytes_from_anywhere_become_one_line_of_text);
  g_test_add_func ("/plot/svg-is-well-formed", test_svg_is_well_formed_and_keeps_text);
  g_test_add_func ("/plot/cairo-clips-and-fills", test_cairo_clips_and_fills);
  g_test_add_func ("/plot/bands-are-told-apart", test_bands_are_told_apart_in_every_theme);
  g_test_add_func ("/chart/a-spike-stays-seen", test_a_spike_among_many_values_stays_seen);
  g_test_add_func ("/chart/a-gap-breaks-the-line", test_a_gap_breaks_the_line);
  g_test_add_func ("/chart/a-value-holds-for-its-step",
                   test_a_value_holds_for_the_step_that_it_ends);
  g_test_add_func ("/chart/title-band-and-value", test_a_chart_says_title_band_and_value);
  g_test_add_func ("/chart/without-values", test_a_chart_without_values_says_so);
  return g_test_run ();
}
