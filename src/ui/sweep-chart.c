/* The chart of a sweep: latency of reads and writes over the delay that each message between replicas had. */
#include "sweep-chart.h"

#include "format.h"
#include "tb-plot.h"
#include "util.h"

#define CHART_LEFT 52.0
#define CHART_TOP 18.0
#define CHART_BOTTOM 24.0
#define CHART_RIGHT 60.0

typedef struct
{
  TbPlot *plot;
  TbThemeId theme;
  double width, height, most_x, most_y;
} SweepChart;

static TbPoint
at (const SweepChart *c, double x, double y)
{
  return (TbPoint){ CHART_LEFT + x / c->most_x * (c->width - CHART_LEFT - CHART_RIGHT),
                    c->height - CHART_BOTTOM - y / c->most_y * (c->height - CHART_TOP - CHART_BOTTOM) };
}

static void
paint_axes (const SweepChart *c, const TbSweepPoint *points, guint n)
{
  TbColour dim = tb_theme_colour (c->theme, TB_COLOUR_DIM), line = tb_theme_colour (c->theme, TB_COLOUR_LINE);
  const TbPlotStroke stroke = { line, 1, 0 };
  const TbPoint ends[] = { at (c, 0, c->most_y), at (c, 0, 0), at (c, c->most_x, 0) };
  g_autofree char *most = tb_format_ns ((gint64) c->most_y);
  tb_plot_line (c->plot, ends, 3, &stroke);
  tb_plot_text (c->plot, TB_PLOT_SMALL, &dim, most, CHART_LEFT - 6, ends[0].y + 4, TB_PLOT_END, 0);
  tb_plot_text (c->plot, TB_PLOT_SMALL, &dim, "0", CHART_LEFT - 6, ends[1].y + 4, TB_PLOT_END, 0);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = tb_format_ns (points[i].delay_ns);
      tb_plot_text (c->plot, TB_PLOT_SMALL, &dim, i == 0 ? "no delay" : text, at (c, (double) points[i].delay_ns, 0).x,
                    c->height - 8, TB_PLOT_MIDDLE, 0);
    }
}

static void
paint_kind (const SweepChart *c, const TbSweepPoint *points, guint n, gboolean write)
{
  TbColour colour = tb_theme_colour (c->theme, write ? TB_COLOUR_WARN : TB_COLOUR_ACCENT);
  const TbPlotStroke stroke = { colour, 1.8, write ? 0 : 4 };
  g_autofree TbPoint *line = g_new (TbPoint, n + 1);
  guint k = 0;
  for (guint i = 0; i < n; i++)
    if (points[i].median_ns[write] >= 0)
      line[k++] = at (c, (double) points[i].delay_ns, (double) points[i].median_ns[write]);
  if (k == 0)
    return;
  tb_plot_line (c->plot, line, k, &stroke);
  for (guint i = 0; i < k; i++)
    tb_plot_disc (c->plot, line[i], 3, &colour, NULL);
  tb_plot_text (c->plot, TB_PLOT_PLAIN, &colour, write ? "writes" : "reads", line[k - 1].x + 8, line[k - 1].y + (write ? -2 : 10),
                TB_PLOT_START, 0);
}

void
tb_sweep_chart_paint (cairo_t *cr, int width, int height, const TbSweepPoint *points, guint n)
{
  SweepChart c = { .theme = tb_ui_theme (), .width = width, .height = height, .most_x = 1, .most_y = 1 };
  for (guint i = 0; i < n; i++)
    {
      c.most_x = MAX (c.most_x, (double) points[i].delay_ns);
      for (guint w = 0; w < 2; w++)
        c.most_y = MAX (c.most_y, (double) points[i].median_ns[w]);
    }
  c.plot = tb_plot_new (cr);
  paint_axes (&c, points, n);
  paint_kind (&c, points, n, FALSE);
  paint_kind (&c, points, n, TRUE);
  tb_plot_free (c.plot);
}
