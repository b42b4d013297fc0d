/* See tb-history-picture.h. Time is not to scale: between two moments that matter lies as much as tells them apart, more where more
 * time passes; the moments are written below. */
#include "tb-history-picture.h"

#include <math.h>
#include <string.h>

#define MARGIN 16.0
#define HEAD 44.0
#define ROW 46.0
#define BAR 18.0
#define AXIS 30.0
#define NAMES 120.0
#define GAP_LEAST 56.0
#define GAP_MOST 150.0
#define OPEN_END 40.0 /* of what has no end */
#define MOMENTS_MAX (2 * TB_WITNESS_MAX)

typedef struct
{
  const TbHistory *h;
  const TbVerdict *v;
  TbThemeId theme;
  TbPlot *plot;
  TbRect page;
  gint64 moments[MOMENTS_MAX];
  double x[MOMENTS_MAX];
  guint n_moments;
  guint32 rows[TB_WITNESS_MAX]; /* processes */
  guint n_rows;
} Picture;

/* ---- Laying out ------------------------------------------------------------------------------------- */

static int
by_time (const void *a, const void *b)
{
  const gint64 *x = a, *y = b;
  return *x < *y ? -1 : *x > *y;
}

static void
find_moments (Picture *p)
{
  guint n = 0, kept = 0;
  for (guint i = 0; i < p->v->n_witness; i++)
    {
      const TbOp *op = &p->v->witness[i];
      p->moments[n++] = op->invoke_ns;
      if (op->return_ns != G_MAXINT64)
        p->moments[n++] = op->return_ns;
    }
  qsort (p->moments, n, sizeof *p->moments, by_time);
  for (guint i = 0; i < n; i++)
    if (kept == 0 || p->moments[kept - 1] != p->moments[i])
      p->moments[kept++] = p->moments[i];
  p->n_moments = kept;
}

static void
place_moments (Picture *p)
{
  gint64 least = G_MAXINT64;
  for (guint i = 1; i < p->n_moments; i++)
    least = MIN (least, p->moments[i] - p->moments[i - 1]);
  p->x[0] = NAMES + MARGIN;
  for (guint i = 1; i < p->n_moments; i++)
    {
      double gap = (double) (p->moments[i] - p->moments[i - 1]);
      p->x[i] = p->x[i - 1] + MIN (GAP_LEAST * (1 + 0.5 * log10 (gap / (double) least)), GAP_MOST);
    }
}

static void
find_rows (Picture *p)
{
  for (guint i = 0; i < p->v->n_witness; i++)
    {
      guint row = 0;
      while (row < p->n_rows && p->rows[row] != p->v->witness[i].process)
        row++;
      if (row == p->n_rows)
        p->rows[p->n_rows++] = p->v->witness[i].process;
    }
}

static void
lay_out (Picture *p, const TbVerdict *v)
{
  p->v = v;
  find_moments (p);
  place_moments (p);
  find_rows (p);
}

static double
x_of (const Picture *p, gint64 ns)
{
  for (guint i = 0; i < p->n_moments; i++)
    if (p->moments[i] == ns)
      return p->page.x + p->x[i];
  return p->page.x + p->x[p->n_moments - 1] + OPEN_END;
}

static double
y_of (const Picture *p, const TbOp *op)
{
  guint row = 0;
  while (row + 1 < p->n_rows && p->rows[row] != op->process)
    row++;
  return p->page.y + HEAD + ROW * row + ROW / 2;
}

void
tb_history_picture_size (const TbVerdict *v, double *width, double *height)
{
  Picture p = { 0 };
  lay_out (&p, v);
  double sentence = tb_plot_text_width (TB_PLOT_STRONG, v->sentence) + 2 * MARGIN;
  *width = MAX (p.x[p.n_moments - 1] + OPEN_END + 60 + MARGIN, MIN (sentence, 1400));
  *height = HEAD + ROW * p.n_rows + AXIS + MARGIN;
}

/* ---- Painting ---------------------------------------------------------------------------------------- */

static void
paint_rows (Picture *p)
{
  TbColour line = tb_theme_colour (p->theme, TB_COLOUR_LINE), text = tb_theme_colour (p->theme, TB_COLOUR_TEXT);
  const TbPlotStroke stroke = { line, 1, 0 };
  char name[128];
  for (guint row = 0; row < p->n_rows; row++)
    for (guint i = 0; i < p->v->n_witness; i++)
      {
        const TbOp *op = &p->v->witness[i];
        double y = y_of (p, op);
        TbPoint ends[] = { { p->page.x + NAMES, y }, { p->page.x + p->x[p->n_moments - 1] + OPEN_END + 20, y } };
        if (op->process != p->rows[row])
          continue;
        tb_history_client_name (p->h, op, name, sizeof name);
        g_autofree char *clean = tb_plot_clean (name, strlen (name));
        tb_plot_line (p->plot, ends, 2, &stroke);
        tb_plot_text (p->plot, TB_PLOT_PLAIN, &text, clean, p->page.x + MARGIN, y + 4, TB_PLOT_START, NAMES - MARGIN - 8);
        break;
      }
}

static void
paint_axis (Picture *p)
{
  TbColour dim = tb_theme_colour (p->theme, TB_COLOUR_DIM), line = tb_theme_colour (p->theme, TB_COLOUR_LINE);
  const TbPlotStroke stroke = { line, 1, 3 };
  double y = p->page.y + HEAD + ROW * p->n_rows;
  for (guint i = 0; i < p->n_moments; i++)
    {
      char text[48];
      double x = p->page.x + p->x[i];
      TbPoint ends[] = { { x, p->page.y + HEAD }, { x, y + 4 } };
      tb_plot_line (p->plot, ends, 2, &stroke);
      tb_history_time_text (p->h, p->moments[i] - p->moments[0], text, sizeof text);
      tb_plot_text (p->plot, TB_PLOT_SMALL, &dim, text, x, y + 16 + (i % 2) * 11, TB_PLOT_MIDDLE, 0);
    }
}

static void
paint_op (Picture *p, const TbOp *op, gboolean accused)
{
  TbColour fill = tb_theme_colour (p->theme, op->kind == TB_OP_READ ? TB_COLOUR_ACCENT_GROUND : TB_COLOUR_BAND_1);
  TbColour edge = tb_theme_colour (p->theme, accused ? TB_COLOUR_BAD : op->kind == TB_OP_READ ? TB_COLOUR_ACCENT : TB_COLOUR_GOOD);
  TbColour text = tb_theme_colour (p->theme, TB_COLOUR_TEXT);
  gboolean open = op->return_ns == G_MAXINT64;
  const TbPlotStroke outline = { edge, accused ? 2 : 1.2, open ? 4 : 0 };
  double from = x_of (p, op->invoke_ns), to = open ? x_of (p, G_MAXINT64) : x_of (p, op->return_ns), y = y_of (p, op);
  char label[160], title[400], client[128];
  TbRect bar = { from, y - BAR / 2, MAX (to - from, 4), BAR };
  tb_history_op_text (p->h, op, label, sizeof label);
  tb_history_client_name (p->h, op, client, sizeof client);
  g_snprintf (title, sizeof title, "%s: %s%s", client, label, open ? ", never answered" : "");
  g_autofree char *clean = tb_plot_clean (label, strlen (label));
  g_autofree char *clean_title = tb_plot_clean (title, strlen (title));
  tb_plot_begin (p->plot, "operation", clean_title);
  tb_plot_rect (p->plot, &bar, 4, &fill, &outline);
  tb_plot_text (p->plot, TB_PLOT_PLAIN, &text, clean, from + 1, y - BAR / 2 - 3, TB_PLOT_START, 0);
  tb_plot_end (p->plot);
}

/* From the end of what was done before to the beginning of what contradicts it. */
static void
paint_arrow (Picture *p)
{
  TbColour bad = tb_theme_colour (p->theme, TB_COLOUR_BAD);
  const TbPlotStroke stroke = { bad, 1.6, 0 };
  if (p->v->arrow_from >= p->v->n_witness || p->v->arrow_to >= p->v->n_witness)
    return;
  const TbOp *before = &p->v->witness[p->v->arrow_from], *after = &p->v->witness[p->v->arrow_to];
  TbPoint a = { x_of (p, before->return_ns), y_of (p, before) }, b = { x_of (p, after->invoke_ns), y_of (p, after) };
  double length = hypot (b.x - a.x, b.y - a.y);
  if (length < 1)
    return;
  double ux = (b.x - a.x) / length, uy = (b.y - a.y) / length;
  TbPoint line[] = { a, { b.x - 6 * ux, b.y - 6 * uy } };
  TbPoint head[] = { b, { b.x - 9 * ux - 4 * uy, b.y - 9 * uy + 4 * ux }, { b.x - 9 * ux + 4 * uy, b.y - 9 * uy - 4 * ux } };
  tb_plot_begin (p->plot, "contradiction", "It had ended before the other began");
  tb_plot_line (p->plot, line, 2, &stroke);
  tb_plot_polygon (p->plot, head, 3, &bad);
  tb_plot_end (p->plot);
}

void
tb_history_picture_paint (const TbHistory *h, const TbVerdict *v, TbThemeId theme, TbPlot *plot, const TbRect *page)
{
  Picture p = { .h = h, .theme = theme, .plot = plot, .page = *page };
  TbColour text = tb_theme_colour (theme, TB_COLOUR_TEXT);
  if (v->n_witness == 0)
    return;
  lay_out (&p, v);
  g_autofree char *sentence = tb_plot_clean (v->sentence, strlen (v->sentence));
  tb_plot_text (plot, TB_PLOT_STRONG, &text, sentence, page->x + MARGIN, page->y + 22, TB_PLOT_START, page->width - 2 * MARGIN);
  paint_axis (&p);
  paint_rows (&p);
  for (guint i = 0; i < v->n_witness; i++)
    paint_op (&p, &v->witness[i], i == v->arrow_to);
  paint_arrow (&p);
}

char *
tb_history_picture (const TbHistory *h, const TbVerdict *v, TbThemeId theme, gsize *size)
{
  TbRect page = { 0, 0, 0, 0 };
  TbColour ground = tb_theme_colour (theme, TB_COLOUR_WINDOW);
  tb_history_picture_size (v, &page.width, &page.height);
  g_autoptr (TbPlot) plot = tb_plot_new_svg (page.width, page.height, &ground, TRUE);
  tb_history_picture_paint (h, v, theme, plot, &page);
  return tb_plot_end_svg (plot, size);
}
