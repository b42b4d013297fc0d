/* Charts of a report, and the space-time diagram: in the report, and as files of their own. */
#include "report-private.h"
#include "tb-chart.h"
#include "tb-spacetime.h"

#include <math.h>
#include <string.h>

#define CHART_WIDTH 460.0
#define CHART_HEIGHT 170.0

/* ---- Charts ----------------------------------------------------------------------------------------- */

typedef struct
{
  gint64 *times;
  double *rate, *errors, *p50, *p99;
  guint n;
  GArray *bands, *gaps; /* of TbChartBand, TbChartGap */
} Data;

static void
data_clear (Data *d)
{
  g_free (d->times);
  g_free (d->rate);
  g_free (d->errors);
  g_free (d->p50);
  g_free (d->p99);
  g_clear_pointer (&d->bands, g_array_unref);
  g_clear_pointer (&d->gaps, g_array_unref);
}

static TbPlotBand
band_of (TbBandKind kind)
{
  static const TbPlotBand bands[] = {
    [TB_BAND_PARTITION] = TB_PLOT_BAND_PARTITION, [TB_BAND_PACKET] = TB_PLOT_BAND_PACKET,
    [TB_BAND_KILL] = TB_PLOT_BAND_KILL,           [TB_BAND_PAUSE] = TB_PLOT_BAND_PAUSE,
    [TB_BAND_CLOCK] = TB_PLOT_BAND_CLOCK,
  };
  return bands[kind];
}

/* Those of other links say nothing about this one. */
static void
read_bands (TbPast *past, const char *link, Data *d)
{
  d->bands = g_array_new (FALSE, FALSE, sizeof (TbChartBand));
  d->gaps = g_array_new (FALSE, FALSE, sizeof (TbChartGap));
  for (guint i = 0; i < tb_past_n_bands (past); i++)
    {
      const TbPastBand *b = tb_past_band (past, i);
      const TbChartBand band = { band_of (b->kind), b->from_ns, b->to_ns, b->text };
      if (b->link == NULL || g_str_equal (b->link, link))
        g_array_append_val (d->bands, band);
    }
  for (guint i = 0; i < tb_past_n_gaps (past); i++)
    {
      const TbPastGap *g = tb_past_gap (past, i);
      const TbChartGap gap = { g->from_ns, g->to_ns };
      g_array_append_val (d->gaps, gap);
    }
}

static void
read_series (TbPast *past, guint link, Data *d)
{
  g_autoptr (GArray) series = tb_past_series (past, link);
  gint64 before_ns = tb_past_start_ns (past);
  d->n = series != NULL ? series->len : 0;
  d->times = g_new (gint64, d->n + 1);
  d->rate = g_new (double, d->n + 1);
  d->errors = g_new (double, d->n + 1);
  d->p50 = g_new (double, d->n + 1);
  d->p99 = g_new (double, d->n + 1);
  for (guint i = 0; i < d->n; i++)
    {
      const TbPastSample *s = &g_array_index (series, TbPastSample, i);
      double seconds = MAX ((double) (s->time_ns - before_ns) / 1e9, 1e-3);
      d->times[i] = before_ns = s->time_ns;
      d->rate[i] = s->gap ? NAN : (double) s->requests / seconds;
      d->errors[i] = s->gap ? NAN : (double) s->errors / seconds;
      d->p50[i] = s->p50_ns < 0 ? NAN : (double) s->p50_ns;
      d->p99[i] = s->p99_ns < 0 ? NAN : (double) s->p99_ns;
    }
}

static void
write_chart (const Report *r, const TbChart *chart)
{
  const TbRect page = { 0, 0, CHART_WIDTH, CHART_HEIGHT };
  TbThemeId theme = r->tour.options->picture.theme;
  TbColour ground = tb_theme_colour (theme, TB_COLOUR_CARD);
  g_autoptr (TbPlot) plot = tb_plot_new_svg (CHART_WIDTH, CHART_HEIGHT, &ground, FALSE);
  gsize size;
  tb_chart_paint (chart, plot, &page, theme);
  g_autofree char *svg = tb_plot_end_svg (plot, &size);
  fprintf (r->out, "<figure>%s</figure>\n", svg);
}

static TbChart
chart_of (const Report *r, const Data *d, const char *title, TbAxisUnit unit, const TbChartLine *lines, guint n)
{
  TbPast *past = r->tour.past;
  return (TbChart){ .title = title, .empty = "nothing", .unit = unit, .from_ns = tb_past_start_ns (past),
                    .to_ns = MAX (tb_past_end_ns (past), tb_past_start_ns (past) + 1),
                    .zero_ns = tb_past_start_ns (past), .times = d->times, .step_ns = 2 * TB_NS_PER_S, .n = d->n,
                    .lines = lines, .n_lines = n, .bands = (const TbChartBand *) (void *) d->bands->data,
                    .n_bands = d->bands->len, .gaps = (const TbChartGap *) (void *) d->gaps->data,
                    .n_gaps = d->gaps->len, .cursor_ns = G_MININT64, .hover_ns = G_MININT64 };
}

static void
write_link (const Report *r, guint link)
{
  TbThemeId theme = r->tour.options->picture.theme;
  const TbPastLink *of = tb_past_link (r->tour.past, link);
  Data d = { 0 };
  read_series (r->tour.past, link, &d);
  read_bands (r->tour.past, of->id, &d);
  const TbChartLine rates[] = {
    { "requests", d.rate, tb_theme_colour (theme, TB_COLOUR_ACCENT), TRUE, 0 },
    { "errors", d.errors, tb_theme_colour (theme, TB_COLOUR_BAD), FALSE, 3 },
  };
  const TbChartLine latencies[] = {
    { "p50", d.p50, tb_theme_colour (theme, TB_COLOUR_ACCENT), FALSE, 0 },
    { "p99", d.p99, tb_theme_colour (theme, TB_COLOUR_WARN), FALSE, 3 },
  };
  g_autofree char *rate_title = g_strdup_printf ("%s: %s → %s", of->id, of->from, of->to);
  g_autofree char *latency_title = g_strdup_printf ("%s: time to the reply", of->id);
  TbChart rate = chart_of (r, &d, rate_title, TB_AXIS_RATE, rates, G_N_ELEMENTS (rates));
  TbChart latency = chart_of (r, &d, latency_title, TB_AXIS_DURATION, latencies, G_N_ELEMENTS (latencies));
  if (tb_chart_top (&rate) > 0)
    {
      write_chart (r, &rate);
      write_chart (r, &latency);
    }
  data_clear (&d);
}

void
tb_report_charts (const Report *r)
{
  guint n = tb_past_n_links (r->tour.past);
  fputs ("<h2>Over time</h2>\n<div class=\"charts\">\n", r->out);
  for (guint i = 0; i < MIN (n, TB_REPORT_CHARTS); i++)
    if (!tb_plan_is_probe (tb_past_link (r->tour.past, i)->id))
      write_link (r, i);
  fputs ("</div>\n", r->out);
  if (n > TB_REPORT_CHARTS)
    fprintf (r->out, "<p>and %u links more</p>\n", n - TB_REPORT_CHARTS);
}

/* ---- Space-time --------------------------------------------------------------------------------------- */

static TbModel *
drawing_of (TbPast *past)
{
  const char *xml = tb_past_architecture (past, G_MAXINT64);
  g_autoptr (TbDocument) document
    = xml != NULL ? tb_document_load_bytes (tb_past_path (past), xml, strlen (xml), NULL, NULL) : NULL;
  return document != NULL ? tb_document_snapshot (document) : NULL;
}

static gboolean
is_matched (guint64 position, const TbEvent *event, gpointer data)
{
  return tb_tour_matches (data, position, event);
}

/* (transfer full) */
static GBytes *
make_spacetime (const TbTour *tour, gboolean pdf, gboolean standalone, GError **error)
{
  const TbProjectionOptions *o = tour->options;
  TbSpacetimeSource source = tb_spacetime_source (tour->past);
  g_autoptr (TbModel) model = drawing_of (tour->past);
  gboolean all = o->from_ns == 0 && o->to_ns == 0;
  const TbSpacetimeExport how = {
    .from_ns = all ? 0 : tour->from_ns, .to_ns = all ? 0 : MIN (tour->to_ns, tb_past_end_ns (tour->past)),
    .theme = o->picture.theme, .model = model, .match = o->filter != NULL ? is_matched : NULL,
    .match_data = (gpointer) tour, .standalone = standalone,
  };
  return pdf ? tb_spacetime_pdf (&source, &how, error) : tb_spacetime_svg (&source, &how);
}

void
tb_report_spacetime (const Report *r)
{
  g_autoptr (GBytes) svg = make_spacetime (&r->tour, FALSE, FALSE, NULL);
  if (svg == NULL)
    return;
  fputs ("<h2>Space-time</h2>\n<figure class=\"wide\">", r->out);
  fwrite (g_bytes_get_data (svg, NULL), 1, g_bytes_get_size (svg), r->out);
  fputs ("</figure>\n", r->out);
}

static gboolean
write_spacetime (TbPast *past, const TbProjectionOptions *options, gboolean pdf, FILE *out, GError **error)
{
  TbTour tour;
  tb_tour_init (&tour, past, options);
  g_autoptr (GBytes) bytes = make_spacetime (&tour, pdf, TRUE, error);
  if (bytes != NULL)
    fwrite (g_bytes_get_data (bytes, NULL), 1, g_bytes_get_size (bytes), out);
  tb_tour_clear (&tour);
  return bytes != NULL;
}

gboolean
tb_project_spacetime_svg (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error)
{
  return write_spacetime (past, options, FALSE, out, error);
}

gboolean
tb_project_spacetime_pdf (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error)
{
  return write_spacetime (past, options, TRUE, out, error);
}
