/* The space-time diagram drawn: ground, lines, bars, names, axis. Arrows are in spacetime-arrows.c,
 * columns of counted ones in spacetime-columns.c. */
#include "spacetime-private.h"

#include <math.h>
#include <string.h>

#define NAMES 116.0
#define RIGHT 14.0
#define TOP 6.0
#define AXIS 20.0
#define TICK_GAP 92.0
#define ROW_MIN 16.0
#define ROW_MAX 44.0

/* ---- Places ---------------------------------------------------------------------------------- */

double
tb_spacetime_row_height (guint n_rows, double height)
{
  return CLAMP (floor ((height - TOP - AXIS) / MAX (n_rows, 1)), ROW_MIN, ROW_MAX);
}

double
tb_spacetime_height (guint n_rows, double row_height)
{
  return TOP + AXIS + n_rows * row_height;
}

TbRect
tb_spacetime_area (const TbRect *page)
{
  return (TbRect){ page->x + NAMES, page->y + TOP, MAX (page->width - NAMES - RIGHT, 1),
                   MAX (page->height - TOP - AXIS, 1) };
}

double
tb_spacetime_x (const TbSpacetime *s, const TbRect *page, gint64 time_ns)
{
  TbRect area = tb_spacetime_area (page);
  return area.x
         + (double) (time_ns - s->from_ns) / (double) MAX (s->to_ns - s->from_ns, 1) * area.width;
}

gint64
tb_spacetime_time (const TbSpacetime *s, const TbRect *page, double x)
{
  TbRect area = tb_spacetime_area (page);
  return s->from_ns + (gint64) ((x - area.x) / area.width * (double) (s->to_ns - s->from_ns));
}

double
tb_spacetime_y (const TbSpacetime *s, const TbRect *page, guint row)
{
  return tb_spacetime_area (page).y + (row + 0.5) * s->row_height - s->scroll;
}

guint
tb_spacetime_row_at (const TbSpacetime *s, const TbRect *page, double y)
{
  TbRect area = tb_spacetime_area (page);
  double row = floor ((y - area.y + s->scroll) / s->row_height);
  if (y < area.y || y > area.y + area.height || row < 0 || row >= tb_spacetime_n_rows (s->rows))
    return G_MAXUINT;
  return (guint) row;
}

/* ---- Ground ---------------------------------------------------------------------------------- */

static const TbPlotBand band_colours[] = {
  [TB_BAND_PARTITION] = TB_PLOT_BAND_PARTITION, [TB_BAND_PACKET] = TB_PLOT_BAND_PACKET,
  [TB_BAND_KILL] = TB_PLOT_BAND_KILL,           [TB_BAND_PAUSE] = TB_PLOT_BAND_PAUSE,
  [TB_BAND_CLOCK] = TB_PLOT_BAND_CLOCK,
};

TbPlotBand
tb_spacetime_band_colour (TbBandKind kind)
{
  g_assert ((guint) kind < G_N_ELEMENTS (band_colours));
  return band_colours[kind];
}

/* From where to where on the screen; FALSE: not in what is seen. */
static gboolean
span (const TbSpacetimePaint *p, gint64 from_ns, gint64 to_ns, TbRect *r)
{
  const TbSpacetime *s = p->s;
  if (from_ns >= s->to_ns || to_ns <= s->from_ns)
    return FALSE;
  double x = tb_spacetime_x (s, p->page, MAX (from_ns, s->from_ns));
  double x2 = tb_spacetime_x (s, p->page, MIN (to_ns, s->to_ns));
  *r = (TbRect){ x, p->area.y, MAX (x2 - x, 1.5), p->area.height };
  return TRUE;
}

/* What is done to one instance is on its line alone. */
static gboolean
place_band (const TbSpacetimePaint *p, const TbPastBand *band, TbRect *r)
{
  if (!span (p, band->from_ns, band->to_ns, r))
    return FALSE;
  if (band->instance == G_MAXUINT)
    return TRUE;
  guint row = tb_spacetime_row_of (p->s->rows, band->instance);
  if (row == G_MAXUINT)
    return FALSE;
  r->y = tb_spacetime_y (p->s, p->page, row) - p->s->row_height / 2 + 1;
  r->height = p->s->row_height - 2;
  return TRUE;
}

static char *
band_words (const TbPastBand *band)
{
  return g_strdup_printf ("%s%s%s", band->link != NULL ? band->link : "",
                          band->link != NULL ? ": " : "", band->text);
}

static void
paint_band (TbSpacetimePaint *p, const TbPastBand *band)
{
  TbRect r;
  if (!place_band (p, band, &r))
    return;
  TbPlotBand kind = tb_spacetime_band_colour (band->kind);
  TbColour fill = tb_plot_band_fill (p->s->theme, kind), ink = tb_plot_band_ink (p->s->theme, kind);
  g_autofree char *words = band_words (band);
  tb_plot_begin (p->plot, "band", words);
  tb_plot_rect (p->plot, &r, 0, &fill, NULL);
  if (band->from_ns > p->s->from_ns)
    {
      TbPoint edge[] = { { r.x, r.y }, { r.x, r.y + r.height } };
      TbPlotStroke stroke = { ink, 1, 0 };
      tb_plot_line (p->plot, edge, 2, &stroke);
    }
  tb_plot_end (p->plot);
}

/* Over the arrows, so that it can be read; a line of text higher for each that ends in sight of another's. */
static void
name_bands (TbSpacetimePaint *p)
{
  const TbSpacetimeSource *source = p->s->source;
  guint higher = 0;
  for (guint i = 0; i < source->n_bands (source->data); i++)
    {
      const TbPastBand *band = source->band (source->data, i);
      TbRect r;
      if (!place_band (p, band, &r) || r.width < 30)
        continue;
      TbPlotBand kind = tb_spacetime_band_colour (band->kind);
      TbColour fill = tb_plot_band_fill (p->s->theme, kind),
               ink = tb_plot_band_ink (p->s->theme, kind);
      g_autofree char *words = band_words (band);
      double wide = MIN (tb_plot_text_width (TB_PLOT_SMALL, words), r.width - 10);
      double foot = r.y + r.height - 4 - (band->instance == G_MAXUINT ? 15 * (higher++ % 3) : 0);
      TbRect ground = { r.x + r.width - wide - 8, foot - 10, wide + 6, 13 };
      fill.a = 0.88;
      tb_plot_rect (p->plot, &ground, 3, &fill, NULL);
      tb_plot_text (p->plot, TB_PLOT_SMALL, &ink, words, r.x + r.width - 5, foot, TB_PLOT_END,
                    wide + 1);
    }
}

static void
paint_gap (TbSpacetimePaint *p, const TbPastGap *gap)
{
  TbRect r;
  if (!span (p, gap->from_ns, gap->to_ns, &r))
    return;
  TbColour line = tb_theme_colour (p->s->theme, TB_COLOUR_FAINT);
  char count[32];
  tb_axis_format ((double) gap->events, TB_AXIS_COUNT, count, sizeof count);
  g_autofree char *words = g_strdup_printf ("%s not recorded%s%s", count,
                                            gap->why != NULL && *gap->why ? ": " : "",
                                            gap->why != NULL ? gap->why : "");
  line.a = 0.5;
  tb_plot_begin (p->plot, "gap", words);
  tb_plot_hatch (p->plot, &r, &line);
  if (r.width > 60)
    tb_plot_text (p->plot, TB_PLOT_SMALL, &p->dim, words, r.x + r.width / 2, r.y + 12,
                  TB_PLOT_MIDDLE, r.width - 8);
  tb_plot_end (p->plot);
}

static void
paint_ground (TbSpacetimePaint *p)
{
  const TbSpacetimeSource *source = p->s->source;
  for (guint i = 0; i < source->n_bands (source->data); i++)
    paint_band (p, source->band (source->data, i));
  for (guint i = 0; i < source->n_gaps (source->data); i++)
    paint_gap (p, source->gap (source->data, i));
  TbPlotStroke stroke = { tb_theme_colour (p->s->theme, TB_COLOUR_TIER_LINE), 1, 0 };
  for (guint row = 0; row < tb_spacetime_n_rows (p->s->rows); row++)
    {
      double y = round (tb_spacetime_y (p->s, p->page, row)) + 0.5;
      TbPoint line[] = { { p->area.x, y }, { p->area.x + p->area.width, y } };
      if (y > p->area.y - 1 && y < p->area.y + p->area.height + 1)
        tb_plot_line (p->plot, line, 2, &stroke);
    }
}

/* What is not known yet is not nothing; a live run is always a little ahead. */
static void
paint_uncounted (TbSpacetimePaint *p)
{
  TbRect r;
  gint64 end = MIN (p->s->to_ns, p->s->source->end_ns (p->s->source->data));
  if (p->s->cells == NULL || p->s->counted_to_ns >= p->s->to_ns
      || !span (p, MAX (p->s->counted_to_ns, p->s->from_ns), end, &r) || r.width < 30)
    return;
  TbColour ground = tb_theme_colour (p->s->theme, TB_COLOUR_SIDE);
  ground.a = 0.7;
  tb_plot_rect (p->plot, &r, 0, &ground, NULL);
  tb_plot_text (p->plot, TB_PLOT_PLAIN, &p->dim, "counting…", r.x + r.width / 2, r.y + r.height / 2,
                TB_PLOT_MIDDLE, r.width - 4);
}

/* ---- Bars ------------------------------------------------------------------------------------ */

/* One more or one less that an instance of a line has to do. */
typedef struct
{
  gint64 time_ns;
  guint row;
  int by;
  gboolean error;
} Edge;

static int
compare_edges (gconstpointer a, gconstpointer b)
{
  const Edge *p = a, *q = b;
  if (p->row != q->row)
    return p->row < q->row ? -1 : 1;
  if (p->time_ns != q->time_ns)
    return p->time_ns < q->time_ns ? -1 : 1;
  return q->by - p->by; /* nothing ends and begins in one moment with a hole between */
}

static guint
row_of_bar (const TbSpacetimePaint *p, const TbSpacetimeBar *bar)
{
  guint row = tb_spacetime_row_of (p->s->rows, bar->instance);
  if (row == G_MAXUINT)
    return row;
  return bar->waits && !tb_spacetime_row (p->s->rows, row)->caller ? G_MAXUINT : row;
}

/* The run's end, while a reply is still to come. */
static gint64
end_of_bar (const TbSpacetimePaint *p, const TbSpacetimeBar *bar)
{
  gint64 end = p->s->source->end_ns (p->s->source->data);
  return bar->to_ns == G_MAXINT64 ? MAX (bar->from_ns, MIN (end, p->s->to_ns)) : bar->to_ns;
}

static GArray *
edges_of_bars (TbSpacetimePaint *p)
{
  GArray *edges = g_array_new (FALSE, FALSE, sizeof (Edge));
  for (guint i = 0; i < p->s->reading->bars->len; i++)
    {
      const TbSpacetimeBar *bar = &g_array_index (p->s->reading->bars, TbSpacetimeBar, i);
      guint row = row_of_bar (p, bar);
      if (row == G_MAXUINT || (p->s->searching && !bar->matches))
        continue;
      Edge begin = { bar->from_ns, row, 1, bar->error },
           end = { end_of_bar (p, bar), row, -1, bar->error };
      g_array_append_val (edges, begin);
      g_array_append_val (edges, end);
    }
  g_array_sort (edges, compare_edges);
  return edges;
}

/* As thick as there are requests at once, up to five; red as far as they fail. */
static void
paint_work (TbSpacetimePaint *p, guint row, gint64 from_ns, gint64 to_ns, int n, int bad)
{
  double x = tb_spacetime_x (p->s, p->page, MAX (from_ns, p->s->from_ns));
  double x2 = tb_spacetime_x (p->s, p->page, MIN (to_ns, p->s->to_ns));
  double half = 2.5 + 0.75 * MIN (n, 5), y = tb_spacetime_y (p->s, p->page, row);
  TbRect r = { x, y - half, MAX (x2 - x, 0.6), 2 * half };
  TbColour fill = tb_theme_role (p->s->theme, tb_spacetime_row (p->s->rows, row)->role);
  TbColour failed = tb_theme_colour (p->s->theme, TB_COLOUR_BAD);
  fill.a = failed.a = 0.82;
  if (bad < n)
    tb_plot_rect (p->plot, &r, MIN (half, 3), &fill, NULL);
  if (bad == 0)
    return;
  r.height *= (double) bad / n;
  r.y = y + half - r.height;
  tb_plot_rect (p->plot, &r, MIN (half, 3), &failed, NULL);
}

static void
paint_bars (TbSpacetimePaint *p)
{
  g_autoptr (GArray) edges = edges_of_bars (p);
  int n = 0, bad = 0;
  for (guint i = 0; i < edges->len; i++)
    {
      const Edge *edge = &g_array_index (edges, Edge, i), *before = i > 0 ? edge - 1 : NULL;
      if (before != NULL && before->row != edge->row)
        n = bad = 0;
      else if (before != NULL && n > 0 && edge->time_ns > before->time_ns)
        paint_work (p, edge->row, before->time_ns, edge->time_ns, n, bad);
      n += edge->by;
      bad += edge->error ? edge->by : 0;
    }
}

/* What is asked for stands over its bar, where the one before leaves room for it. */
static void
paint_labels (TbSpacetimePaint *p)
{
  guint n_rows = tb_spacetime_n_rows (p->s->rows);
  g_autofree double *taken = g_new (double, MAX (n_rows, 1));
  for (guint row = 0; row < n_rows; row++)
    taken[row] = p->area.x - 1;
  if (p->s->row_height < 24)
    return;
  for (guint i = 0; i < p->s->reading->bars->len; i++)
    {
      const TbSpacetimeBar *bar = &g_array_index (p->s->reading->bars, TbSpacetimeBar, i);
      guint row = row_of_bar (p, bar);
      if (row == G_MAXUINT || bar->label[0] == '\0' || (p->s->searching && !bar->matches))
        continue;
      double x = MAX (tb_spacetime_x (p->s, p->page, bar->from_ns), p->area.x);
      double x2 = tb_spacetime_x (p->s, p->page, MIN (end_of_bar (p, bar), p->s->to_ns));
      if (x < taken[row] || x > p->area.x + p->area.width || x2 - x < 14)
        continue;
      g_autofree char *text = tb_plot_clean (bar->label, strlen (bar->label));
      double wide = MIN (tb_plot_text_width (TB_PLOT_SMALL, text), MAX (x2 - x, 40));
      tb_plot_text (p->plot, TB_PLOT_SMALL, &p->dim, text, x + 2,
                    tb_spacetime_y (p->s, p->page, row) - 7, TB_PLOT_START, wide + 1);
      taken[row] = x + wide + 6;
    }
}

/* ---- Edges of the page ----------------------------------------------------------------------- */

static void
paint_names (TbSpacetimePaint *p)
{
  TbColour text = tb_theme_colour (p->s->theme, TB_COLOUR_TEXT);
  TbColour focus = tb_theme_colour (p->s->theme, TB_COLOUR_ACCENT_GROUND);
  TbRect column = { p->page->x, p->area.y, NAMES, p->area.height };
  tb_plot_clip (p->plot, &column);
  for (guint i = 0; i < tb_spacetime_n_rows (p->s->rows); i++)
    {
      const TbSpacetimeRow *row = tb_spacetime_row (p->s->rows, i);
      double y = tb_spacetime_y (p->s, p->page, i), right = p->area.x - 12;
      TbRect r = { p->page->x + 4, y - 9, NAMES - 10, 18 };
      if (y < p->area.y - 10 || y > p->area.y + p->area.height + 10)
        continue;
      if (i == p->s->focus_row)
        tb_plot_rect (p->plot, &r, 4, &focus, NULL);
      tb_plot_text (p->plot, TB_PLOT_PLAIN, i == p->s->focus_row ? &text : &p->dim, row->name,
                    right, y + 4, TB_PLOT_END, NAMES - 20);
    }
  tb_plot_unclip (p->plot);
}

static void
paint_axis (TbSpacetimePaint *p)
{
  g_autoptr (GArray) ticks = g_array_new (FALSE, FALSE, sizeof (TbAxisTick));
  gint64 zero_ns = p->s->source->start_ns (p->s->source->data);
  double y = p->area.y + p->area.height;
  TbPlotStroke stroke = { tb_theme_colour (p->s->theme, TB_COLOUR_FAINT), 1, 0 };
  tb_axis_times (p->s->from_ns, p->s->to_ns, zero_ns, p->area.width, TICK_GAP, ticks);
  for (guint i = 0; i < ticks->len; i++)
    {
      const TbAxisTick *tick = &g_array_index (ticks, TbAxisTick, i);
      double x = tb_spacetime_x (p->s, p->page, zero_ns + (gint64) tick->value);
      double half = tb_plot_text_width (TB_PLOT_SMALL, tick->text) / 2;
      TbPoint mark[] = { { x, y }, { x, y + 4 } };
      tb_plot_line (p->plot, mark, 2, &stroke);
      if (x - half > p->area.x - 20 && x + half < p->page->x + p->page->width)
        tb_plot_text (p->plot, TB_PLOT_SMALL, &p->dim, tick->text, x, y + 15, TB_PLOT_MIDDLE, 0);
    }
}

static void
paint_cursor (TbSpacetimePaint *p)
{
  if (p->s->cursor_ns < p->s->from_ns || p->s->cursor_ns > p->s->to_ns)
    return;
  double x = tb_spacetime_x (p->s, p->page, p->s->cursor_ns);
  TbPoint line[] = { { x, p->area.y }, { x, p->area.y + p->area.height + 4 } };
  TbPlotStroke stroke = { tb_theme_colour (p->s->theme, TB_COLOUR_ACCENT), 1.5, 0 };
  tb_plot_line (p->plot, line, 2, &stroke);
}

void
tb_spacetime_paint (const TbSpacetime *s, TbPlot *plot, const TbRect *page)
{
  TbSpacetimePaint p = { .s = s, .plot = plot, .page = page, .area = tb_spacetime_area (page),
                         .dim = tb_theme_colour (s->theme, TB_COLOUR_DIM) };
  TbRect clip = p.area;
  clip.width += 6; /* heads at its edge */
  tb_plot_begin (plot, "space-time", NULL);
  tb_plot_clip (plot, &clip);
  paint_ground (&p);
  if (s->reading != NULL)
    {
      paint_bars (&p);
      tb_spacetime_paint_arrows (&p);
      paint_labels (&p);
    }
  else if (s->cells != NULL)
    tb_spacetime_paint_columns (&p);
  paint_uncounted (&p);
  name_bands (&p);
  tb_plot_unclip (plot);
  paint_cursor (&p);
  paint_names (&p);
  paint_axis (&p);
  tb_plot_end (plot);
}
