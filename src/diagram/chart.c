/* Charts: what of a line is seen, and how it is drawn. */
#include "tb-chart.h"
#include "colour-private.h"

#include <math.h>

#define LEFT 52.0
#define RIGHT 10.0
#define TOP 22.0
#define BOTTOM 18.0
#define TICK_GAP 78.0
#define LINE_GAP 34.0

TbRect
tb_chart_area (const TbRect *page)
{
  return (TbRect){ page->x + LEFT, page->y + TOP, MAX (page->width - LEFT - RIGHT, 1),
                   MAX (page->height - TOP - BOTTOM, 1) };
}

/* ---- Values ---------------------------------------------------------------------------------- */

/* The first time at or after. */
static guint
lower_bound (const TbChart *c, gint64 time_ns)
{
  guint low = 0, high = c->n;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      if (c->times[middle] < time_ns)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

guint
tb_chart_at (const TbChart *c, gint64 time_ns)
{
  guint i = lower_bound (c, time_ns);
  if (i == c->n || (c->step_ns > 0 && c->times[i] - time_ns >= c->step_ns))
    return G_MAXUINT;
  return i;
}

/* Values one before and one after what is seen belong to lines that lead out of it. */
static void
seen (const TbChart *c, guint *first, guint *end)
{
  guint low = lower_bound (c, c->from_ns), high = lower_bound (c, c->to_ns);
  *first = low > 0 ? low - 1 : 0;
  *end = MIN (high + 1, c->n);
}

double
tb_chart_top (const TbChart *c)
{
  guint first, end;
  double top = 0;
  seen (c, &first, &end);
  for (guint l = 0; l < c->n_lines; l++)
    for (guint i = first; i < end; i++)
      if (c->lines[l].values[i] > top)
        top = c->lines[l].values[i];
  return top;
}

static double
x_of (const TbChart *c, gint64 time_ns, double width)
{
  return (double) (time_ns - c->from_ns) / (double) MAX (c->to_ns - c->from_ns, 1) * width;
}

typedef struct
{
  GArray *points;
  double column; /* NAN: none is open */
  guint n, low_at, high_at;
  TbPoint first, low, high, last;
} Tracing;

/* In the order in which they came. */
static void
close_column (Tracing *t)
{
  if (isnan (t->column))
    return;
  gboolean low_first = t->low_at < t->high_at;
  g_array_append_val (t->points, t->first);
  if (t->n > 2)
    {
      g_array_append_val (t->points, *(low_first ? &t->low : &t->high));
      g_array_append_val (t->points, *(low_first ? &t->high : &t->low));
    }
  if (t->n > 1)
    g_array_append_val (t->points, t->last);
  t->column = NAN;
}

static void
add_point (Tracing *t, TbPoint p)
{
  if (floor (p.x) != t->column)
    {
      close_column (t);
      t->column = floor (p.x);
      t->n = t->low_at = t->high_at = 0;
      t->first = t->low = t->high = p;
    }
  if (p.y < t->low.y)
    {
      t->low = p;
      t->low_at = t->n;
    }
  if (p.y > t->high.y)
    {
      t->high = p;
      t->high_at = t->n;
    }
  t->last = p;
  t->n++;
}

static void
add_break (Tracing *t)
{
  TbPoint none = { NAN, NAN };
  close_column (t);
  if (t->points->len > 0)
    g_array_append_val (t->points, none);
}

void
tb_chart_trace (const TbChart *c, const double *values, double width, GArray *points)
{
  Tracing t = { .points = points, .column = NAN };
  guint first, end;
  gint64 before = G_MININT64;
  seen (c, &first, &end);
  for (guint i = first; i < end; i++)
    {
      if (isnan (values[i]))
        continue;
      if (before != G_MININT64 && c->step_ns > 0 && c->times[i] - before > 3 * c->step_ns / 2)
        add_break (&t);
      before = c->times[i];
      add_point (&t, (TbPoint){ x_of (c, c->times[i], width), values[i] });
    }
  close_column (&t);
}

/* ---- Drawing --------------------------------------------------------------------------------- */

typedef struct
{
  const TbChart *chart;
  TbPlot *plot;
  TbThemeId theme;
  TbRect page, area;
  double end; /* value at the top */
} Paint;

static double
place (const Paint *p, gint64 time_ns)
{
  return p->area.x
         + x_of (p->chart, CLAMP (time_ns, p->chart->from_ns, p->chart->to_ns), p->area.width);
}

static double
height_of (const Paint *p, double value)
{
  return p->area.y + p->area.height * (1 - value / p->end);
}

static void
paint_bands (Paint *p)
{
  const TbChart *c = p->chart;
  for (guint i = 0; i < c->n_bands; i++)
    {
      const TbChartBand *band = &c->bands[i];
      if (band->from_ns >= c->to_ns || band->to_ns <= c->from_ns)
        continue;
      double x = place (p, band->from_ns), x2 = MAX (place (p, band->to_ns), x + 1.5);
      TbRect r = { x, p->area.y, x2 - x, p->area.height };
      TbColour fill = tb_plot_band_fill (p->theme, band->kind);
      TbColour ink = tb_plot_band_ink (p->theme, band->kind);
      TbPoint edge[] = { { x, r.y }, { x, r.y + r.height } };
      TbPlotStroke stroke = { ink, 1, 0 };
      tb_plot_begin (p->plot, "band", band->text);
      tb_plot_rect (p->plot, &r, 0, &fill, NULL);
      if (band->from_ns >= c->from_ns)
        tb_plot_line (p->plot, edge, 2, &stroke);
      if (r.width > 34)
        tb_plot_text (p->plot, TB_PLOT_SMALL, &ink, band->text, x + 4, r.y + 10, TB_PLOT_START,
                      r.width - 6);
      tb_plot_end (p->plot);
    }
}

static void
paint_gaps (Paint *p)
{
  const TbChart *c = p->chart;
  TbColour line = tb_theme_colour (p->theme, TB_COLOUR_LINE);
  for (guint i = 0; i < c->n_gaps; i++)
    {
      if (c->gaps[i].from_ns >= c->to_ns || c->gaps[i].to_ns <= c->from_ns)
        continue;
      double x = place (p, c->gaps[i].from_ns), x2 = MAX (place (p, c->gaps[i].to_ns), x + 1.5);
      TbRect r = { x, p->area.y, x2 - x, p->area.height };
      tb_plot_hatch (p->plot, &r, &line);
    }
}

static void
paint_axes (Paint *p, GArray *levels)
{
  const TbChart *c = p->chart;
  TbColour line = tb_theme_colour (p->theme, TB_COLOUR_LINE);
  TbColour dim = tb_theme_colour (p->theme, TB_COLOUR_DIM);
  TbPlotStroke stroke = { line, 1, 0 };
  for (guint i = 0; i < levels->len; i++)
    {
      const TbAxisTick *tick = &g_array_index (levels, TbAxisTick, i);
      double y = round (height_of (p, tick->value)) + 0.5;
      TbPoint at[] = { { p->area.x, y }, { p->area.x + p->area.width, y } };
      tb_plot_line (p->plot, at, 2, &stroke);
      tb_plot_text (p->plot, TB_PLOT_SMALL, &dim, tick->text, p->area.x - 6, y + 3.5, TB_PLOT_END,
                    0);
    }
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (TbAxisTick));
  tb_axis_times (c->from_ns, c->to_ns, c->zero_ns, p->area.width, TICK_GAP, times);
  for (guint i = 0; i < times->len; i++)
    {
      const TbAxisTick *tick = &g_array_index (times, TbAxisTick, i);
      double x = place (p, c->zero_ns + (gint64) tick->value);
      double half = tb_plot_text_width (TB_PLOT_SMALL, tick->text) / 2;
      if (x - half > p->page.x && x + half < p->page.x + p->page.width)
        tb_plot_text (p->plot, TB_PLOT_SMALL, &dim, tick->text, x,
                      p->area.y + p->area.height + 13, TB_PLOT_MIDDLE, 0);
    }
}

/* A line between two breaks, and what is under it. A lone value shows as a dot. */
static void
paint_piece (Paint *p, const TbChartLine *line, TbPoint *points, guint n)
{
  TbPlotStroke stroke = { line->colour, 1.6, line->dash };
  for (guint i = 0; i < n; i++)
    points[i] = (TbPoint){ p->area.x + points[i].x, height_of (p, points[i].y) };
  if (n == 1)
    tb_plot_disc (p->plot, points[0], 1.8, &line->colour, NULL);
  if (line->filled && n > 1)
    {
      g_autoptr (GArray) under = g_array_new (FALSE, FALSE, sizeof (TbPoint));
      TbColour fill = line->colour;
      TbPoint end = { points[n - 1].x, p->area.y + p->area.height }, begin = { points[0].x, end.y };
      fill.a = 0.12;
      g_array_append_vals (under, points, n);
      g_array_append_val (under, end);
      g_array_append_val (under, begin);
      tb_plot_polygon (p->plot, (TbPoint *) (void *) under->data, under->len, &fill);
    }
  tb_plot_line (p->plot, points, n, &stroke);
}

static gboolean
paint_line (Paint *p, const TbChartLine *line)
{
  g_autoptr (GArray) traced = g_array_new (FALSE, FALSE, sizeof (TbPoint));
  tb_chart_trace (p->chart, line->values, p->area.width, traced);
  TbPoint *points = (TbPoint *) (void *) traced->data;
  guint from = 0;
  tb_plot_begin (p->plot, "line", line->name);
  for (guint i = 0; i <= traced->len; i++)
    if (i == traced->len || isnan (points[i].x))
      {
        if (i > from)
          paint_piece (p, line, points + from, i - from);
        from = i + 1;
      }
  tb_plot_end (p->plot);
  return traced->len > 0;
}

typedef enum
{
  SAY_BOTH, /* name and value of each line */
  SAY_VALUES,
  SAY_NAMES
} Say;

#define KEY 21.0

static char *
line_words (const TbChart *c, guint l, guint at, Say say)
{
  char value[32];
  tb_axis_format (at == G_MAXUINT ? NAN : c->lines[l].values[at], c->unit, value, sizeof value);
  return say == SAY_NAMES ? g_strdup (c->lines[l].name)
         : say == SAY_VALUES ? g_strdup (value)
                             : g_strdup_printf ("%s %s", c->lines[l].name, value);
}

/* The words of the first n lines. */
static gboolean
fits (const TbChart *c, guint n, guint at, Say say, double width)
{
  for (guint l = 0; l < n; l++)
    {
      g_autofree char *words = line_words (c, l, at, say);
      width -= tb_plot_text_width (TB_PLOT_SMALL, words) + KEY;
    }
  return width >= 0;
}

/* The title, and at the right each line's name with its value at the moment that is pointed at or
 * shown, or as much of that as there is room for. */
static void
paint_head (Paint *p)
{
  const TbChart *c = p->chart;
  TbColour text = tb_theme_colour (p->theme, TB_COLOUR_TEXT);
  gint64 when = c->hover_ns != G_MININT64 ? c->hover_ns : c->cursor_ns;
  guint at = when == G_MININT64 ? G_MAXUINT : tb_chart_at (c, when);
  double right = p->area.x + p->area.width, y = p->page.y + 14;
  double room = right - p->page.x - 16 - tb_plot_text_width (TB_PLOT_STRONG, c->title);
  guint n = c->n_lines;
  Say say = when == G_MININT64 ? SAY_NAMES : fits (c, n, at, SAY_BOTH, room) ? SAY_BOTH : SAY_VALUES;
  while (n > 1 && !fits (c, n, at, say, room))
    n--; /* the title comes first */
  for (guint l = n; l-- > 0;)
    {
      g_autofree char *words = line_words (c, l, at, say);
      TbPlotStroke stroke = { c->lines[l].colour, 2, c->lines[l].dash };
      right -= tb_plot_text_width (TB_PLOT_SMALL, words);
      tb_plot_text (p->plot, TB_PLOT_SMALL, &text, words, right, y, TB_PLOT_START, 0);
      TbPoint key[] = { { right - 13, y - 3.5 }, { right - 4, y - 3.5 } };
      tb_plot_line (p->plot, key, 2, &stroke);
      right -= KEY;
    }
  tb_plot_text (p->plot, TB_PLOT_STRONG, &text, c->title, p->page.x + 6, y, TB_PLOT_START,
                MAX (right - p->page.x - 10, 20));
}

static void
paint_cursor (Paint *p, gint64 time_ns, TbColour colour, double width)
{
  if (time_ns < p->chart->from_ns || time_ns > p->chart->to_ns)
    return;
  double x = round (place (p, time_ns)) + 0.5;
  TbPoint at[] = { { x, p->area.y }, { x, p->area.y + p->area.height } };
  TbPlotStroke stroke = { colour, width, 0 };
  tb_plot_line (p->plot, at, 2, &stroke);
}

void
tb_chart_paint (const TbChart *chart, TbPlot *plot, const TbRect *page, TbThemeId theme)
{
  Paint p = { .chart = chart, .plot = plot, .theme = theme, .page = *page,
              .area = tb_chart_area (page) };
  g_autoptr (GArray) levels = g_array_new (FALSE, FALSE, sizeof (TbAxisTick));
  guint most = CLAMP ((guint) (p.area.height / LINE_GAP) + 1, 2, 6);
  gboolean some = FALSE;
  tb_axis_values (tb_chart_top (chart) * 1.05, most, chart->unit, levels, &p.end);
  tb_plot_begin (plot, "chart", chart->title);
  paint_bands (&p);
  paint_gaps (&p);
  paint_axes (&p, levels);
  tb_plot_clip (plot, &p.area);
  for (guint l = 0; l < chart->n_lines; l++)
    some |= paint_line (&p, &chart->lines[l]);
  tb_plot_unclip (plot);
  if (!some && chart->empty != NULL)
    {
      TbColour dim = tb_theme_colour (theme, TB_COLOUR_DIM);
      tb_plot_text (plot, TB_PLOT_PLAIN, &dim, chart->empty, p.area.x + p.area.width / 2,
                    p.area.y + p.area.height / 2, TB_PLOT_MIDDLE, p.area.width);
    }
  paint_cursor (&p, chart->hover_ns, tb_theme_colour (theme, TB_COLOUR_FAINT), 1);
  paint_cursor (&p, chart->cursor_ns, tb_theme_colour (theme, TB_COLOUR_ACCENT), 1.5);
  paint_head (&p);
  tb_plot_end (plot);
}
