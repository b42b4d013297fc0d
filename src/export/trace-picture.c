#include "tb-trace-picture.h"
#include "spacetime-private.h"

#include <math.h>
#include <string.h>

#define ROW 22.0
#define AXIS 20.0
#define FOOT 18.0
#define INDENT 12.0
#define NAMES_MAX 330.0
#define NAMES_PART 0.4
#define AFTER 76.0 /* for the figure behind a bar */
#define TICK_GAP 90.0

/* ---- Names ----------------------------------------------------------------------------------- */

static void
clear_row (gpointer data)
{
  TbTraceRow *row = data;
  g_free (row->name);
  g_free (row->label);
}

static TbRole
role_of (const TbSpacetimeSource *source, const TbModel *model, guint instance)
{
  if (model == NULL || instance >= source->n_instances (source->data))
    return TB_ROLE_SERVER;
  const char *component = source->instance (source->data, instance)->component;
  const TbElement *element = tb_model_lookup (model, component);
  return element != NULL && tb_element_kind (element) == TB_KIND_COMPONENT
             ? tb_component_role (element) : TB_ROLE_SERVER;
}

GArray *
tb_trace_rows_new (const TbSpacetimeSource *source, const TbModel *model, const GArray *spans)
{
  GArray *rows = g_array_new (FALSE, TRUE, sizeof (TbTraceRow));
  g_array_set_clear_func (rows, clear_row);
  for (guint i = 0; i < spans->len; i++)
    {
      const TbTraceSpan *span = &g_array_index (spans, TbTraceSpan, i);
      const TbPastTap *tap = source->tap (source->data, span->tap);
      TbTraceRow row = { .span = *span, .role = TB_ROLE_SERVER };
      TbEvent event;
      g_autofree char *from = tb_spacetime_name (source, tap != NULL ? tap->from : G_MAXUINT);
      g_autofree char *to = tb_spacetime_name (source, tap != NULL ? tap->to : G_MAXUINT);
      row.name = g_strdup_printf ("%s → %s", from, to);
      if (tap != NULL)
        row.role = role_of (source, model, tap->to);
      gboolean some = source->events (source->data, span->request, &event, 1) == 1;
      row.label = some ? tb_plot_clean (event.label, strnlen (event.label, sizeof event.label)) : g_strdup ("");
      if (span->reply != G_MAXUINT64 && source->events (source->data, span->reply, &event, 1) == 1)
        row.status = event.status;
      g_array_append_val (rows, row);
    }
  return rows;
}

static const TbTraceRow *
row_at (const GArray *rows, guint i)
{
  return &g_array_index (rows, TbTraceRow, i);
}

/* ---- Words ----------------------------------------------------------------------------------- */

static void
append_ns (GString *out, const char *before, gint64 ns)
{
  char text[32];
  tb_axis_format ((double) ns, TB_AXIS_DURATION, text, sizeof text);
  g_string_append_printf (out, "%s%s", before, text);
}

char *
tb_trace_row_words (const GArray *rows, guint i)
{
  const TbTraceRow *row = row_at (rows, i);
  const TbTraceSpan *root = &row_at (rows, 0)->span;
  GString *out = g_string_new (row->name);
  if (*row->label)
    g_string_append_printf (out, " %s", row->label);
  append_ns (out, " · ", row->span.to_ns - row->span.from_ns);
  append_ns (out, " of ", root->to_ns - root->from_ns);
  if (row->status != 0)
    g_string_append_printf (out, " · status %u", row->status);
  if (row->span.critical)
    g_string_append (out, " · on the critical path");
  if (row->span.reply == G_MAXUINT64)
    g_string_append (out, " · no reply");
  if (row->span.error)
    g_string_append (out, " · an error");
  if (row->span.inferred)
    g_string_append (out, " · cause inferred from time and place, not known");
  if (row->span.inferred && row->span.candidates > 1)
    g_string_append_printf (out, ": one of %u that were served then", row->span.candidates);
  else if (row->span.inferred)
    g_string_append (out, ": nothing else was served then");
  return g_string_free (out, FALSE);
}

char *
tb_trace_summary (const GArray *rows)
{
  guint inferred = 0, bad = 0;
  GString *out = g_string_new (NULL);
  if (rows->len == 0)
    return g_string_free (out, FALSE);
  for (guint i = 0; i < rows->len; i++)
    {
      inferred += row_at (rows, i)->span.inferred;
      bad += row_at (rows, i)->span.error || row_at (rows, i)->span.reply == G_MAXUINT64;
    }
  g_string_append_printf (out, rows->len == 1 ? "%u request" : "%u requests", rows->len);
  append_ns (out, " · ", row_at (rows, 0)->span.to_ns - row_at (rows, 0)->span.from_ns);
  if (bad > 0)
    g_string_append_printf (out, " · %u failed", bad);
  if (inferred > 0)
    g_string_append_printf (out, " · %u inferred (dotted): the program in between passes no trace on",
                            inferred);
  return g_string_free (out, FALSE);
}

/* ---- Places ---------------------------------------------------------------------------------- */

typedef struct
{
  const TbTracePicture *s;
  TbPlot *plot;
  const TbRect *page;
  TbRect area; /* of the bars */
  gint64 from_ns, to_ns;
  TbColour text, dim, accent, bad;
} Paint;

double
tb_trace_picture_height (guint n_rows)
{
  return AXIS + n_rows * ROW + FOOT;
}

static double
names_width (const TbRect *page)
{
  return MIN (page->width * NAMES_PART, NAMES_MAX);
}

guint
tb_trace_picture_row_at (const TbTracePicture *s, const TbRect *page, double y)
{
  double row = floor ((y - page->y - AXIS + s->scroll) / ROW);
  return y >= page->y + AXIS && row >= 0 && row < s->rows->len ? (guint) row : G_MAXUINT;
}

static double
x_of (const Paint *p, gint64 time_ns)
{
  return p->area.x
         + (double) (time_ns - p->from_ns) / (double) MAX (p->to_ns - p->from_ns, 1) * p->area.width;
}

/* The middle of a line. */
static double
y_of (const Paint *p, guint row)
{
  return p->area.y + (row + 0.5) * ROW - p->s->scroll;
}

/* ---- Drawing --------------------------------------------------------------------------------- */

static void
paint_axis (Paint *p)
{
  g_autoptr (GArray) ticks = g_array_new (FALSE, FALSE, sizeof (TbAxisTick));
  TbPlotStroke line = { tb_theme_colour (p->s->theme, TB_COLOUR_LINE), 1, 0 };
  double step = tb_axis_step ((double) (p->to_ns - p->from_ns) * TICK_GAP / p->area.width);
  tb_axis_times (p->from_ns, p->to_ns, p->from_ns, p->area.width, TICK_GAP, ticks);
  for (guint i = 0; i < ticks->len; i++)
    {
      char text[32];
      double value = g_array_index (ticks, TbAxisTick, i).value;
      double x = round (x_of (p, p->from_ns + (gint64) value)) + 0.5;
      TbPoint mark[] = { { x, p->page->y + AXIS - 2 }, { x, p->page->y + p->page->height } };
      tb_axis_format (value, TB_AXIS_DURATION, text, sizeof text);
      tb_plot_line (p->plot, mark, 2, &line);
      tb_plot_text (p->plot, TB_PLOT_SMALL, &p->dim, i == 0 && step > 0 ? "0" : text, x + 3,
                    p->page->y + 12, TB_PLOT_START, 0);
    }
}

/* From the line above to this one, under its parent. */
static void
paint_branch (Paint *p, guint i)
{
  const TbTraceSpan *span = &row_at (p->s->rows, i)->span;
  if (span->parent >= p->s->rows->len)
    return;
  double x = p->page->x + 14 + (span->depth - 1) * INDENT, y = y_of (p, i);
  TbPoint branch[] = { { x, y_of (p, span->parent) + 8 }, { x, y }, { x + INDENT - 4, y } };
  TbPlotStroke stroke
      = { tb_theme_colour (p->s->theme, TB_COLOUR_FAINT), 1, span->inferred ? 2 : 0 };
  tb_plot_line (p->plot, branch, 3, &stroke);
}

static void
paint_name (Paint *p, guint i)
{
  const TbTraceRow *row = row_at (p->s->rows, i);
  double x = p->page->x + 12 + MIN (row->span.depth, 12) * INDENT, y = y_of (p, i) + 4;
  double right = p->page->x + names_width (p->page) - 8;
  g_autofree char *name = g_strdup_printf ("%s%s", row->span.inferred ? "≈ " : "", row->name);
  double wide = MIN (tb_plot_text_width (TB_PLOT_PLAIN, name), MAX (right - x, 10));
  tb_plot_text (p->plot, TB_PLOT_PLAIN, &p->text, name, x, y, TB_PLOT_START, MAX (right - x, 10));
  if (right - x - wide > 24)
    tb_plot_text (p->plot, TB_PLOT_SMALL, &p->dim, row->label, x + wide + 8, y, TB_PLOT_START,
                  right - x - wide - 8);
}

static void
paint_bar (Paint *p, guint i)
{
  const TbTraceRow *row = row_at (p->s->rows, i);
  double x = x_of (p, row->span.from_ns), x2 = MAX (x_of (p, row->span.to_ns), x + 2),
         y = y_of (p, i);
  gboolean bad = row->span.error || row->span.reply == G_MAXUINT64;
  TbRect r = { x, y - 5, x2 - x, 10 };
  TbColour colour = bad ? p->bad : tb_theme_role (p->s->theme, row->role), fill = colour;
  TbPlotStroke outline = { colour, 1.2, row->span.inferred ? 2 : 0 };
  fill.a = row->span.inferred ? 0.14 : 0.82;
  tb_plot_rect (p->plot, &r, 3, &fill, row->span.inferred ? &outline : NULL);
  if (row->span.critical)
    {
      TbPoint path[] = { { x, y + 8 }, { x2, y + 8 } };
      TbPlotStroke stroke = { p->accent, 2.4, 0 };
      tb_plot_line (p->plot, path, 2, &stroke);
    }
  char text[40];
  tb_axis_format ((double) (row->span.to_ns - row->span.from_ns), TB_AXIS_DURATION, text,
                  sizeof text);
  g_autofree char *said = row->span.reply == G_MAXUINT64 ? g_strdup ("no reply") : g_strdup (text);
  tb_plot_text (p->plot, TB_PLOT_SMALL, bad ? &p->bad : &p->dim, said, x2 + 5, y + 3.5,
                TB_PLOT_START, 0);
}

static void
paint_row (Paint *p, guint i)
{
  g_autofree char *words = tb_plot_is_written (p->plot) ? tb_trace_row_words (p->s->rows, i) : NULL;
  const TbTraceSpan *span = &row_at (p->s->rows, i)->span;
  TbRect all = { p->page->x + 2, y_of (p, i) - ROW / 2, p->page->width - 4, ROW };
  TbColour chosen = tb_theme_colour (p->s->theme, TB_COLOUR_ACCENT_GROUND);
  if (all.y + ROW < p->page->y + AXIS || all.y > p->page->y + p->page->height)
    return;
  tb_plot_begin (p->plot, span->inferred ? "span inferred" : span->critical ? "span critical" : "span",
                 words);
  if (i == p->s->chosen)
    tb_plot_rect (p->plot, &all, 4, &chosen, NULL);
  paint_branch (p, i);
  paint_name (p, i);
  paint_bar (p, i);
  tb_plot_end (p->plot);
}

static void
paint_legend (Paint *p)
{
  double y = p->page->y + p->page->height - 6, x = p->page->x + 12;
  TbPoint path[] = { { x, y - 3.5 }, { x + 22, y - 3.5 } };
  TbPlotStroke critical = { p->accent, 2.4, 0 };
  TbRect dotted = { x + 120, y - 8, 20, 8 };
  TbPlotStroke outline = { p->dim, 1.2, 2 };
  tb_plot_line (p->plot, path, 2, &critical);
  tb_plot_text (p->plot, TB_PLOT_SMALL, &p->dim, "critical path", x + 28, y, TB_PLOT_START, 0);
  tb_plot_rect (p->plot, &dotted, 2, NULL, &outline);
  tb_plot_text (p->plot, TB_PLOT_SMALL, &p->dim, "inferred from time and place: the cause is not known",
                x + 146, y, TB_PLOT_START, MAX (p->page->width - 170, 40));
}

static void
find_span (Paint *p)
{
  p->from_ns = G_MAXINT64;
  p->to_ns = G_MININT64;
  for (guint i = 0; i < p->s->rows->len; i++)
    {
      p->from_ns = MIN (p->from_ns, row_at (p->s->rows, i)->span.from_ns);
      p->to_ns = MAX (p->to_ns, row_at (p->s->rows, i)->span.to_ns);
    }
  p->to_ns = MAX (p->to_ns, p->from_ns + 1);
}

void
tb_trace_picture_paint (const TbTracePicture *s, TbPlot *plot, const TbRect *page)
{
  double left = names_width (page);
  Paint p = { .s = s, .plot = plot, .page = page,
              .area = { page->x + left, page->y + AXIS, MAX (page->width - left - AFTER, 1),
                        page->height - AXIS - FOOT },
              .text = tb_theme_colour (s->theme, TB_COLOUR_TEXT),
              .dim = tb_theme_colour (s->theme, TB_COLOUR_DIM),
              .accent = tb_theme_colour (s->theme, TB_COLOUR_ACCENT),
              .bad = tb_theme_colour (s->theme, TB_COLOUR_BAD) };
  if (s->rows->len == 0)
    return;
  find_span (&p);
  TbRect clip = { page->x, page->y + AXIS, page->width, page->height - AXIS - FOOT };
  tb_plot_begin (plot, "trace", NULL);
  paint_axis (&p);
  tb_plot_clip (plot, &clip);
  for (guint i = 0; i < s->rows->len; i++)
    paint_row (&p, i);
  if (s->cursor_ns >= p.from_ns && s->cursor_ns <= p.to_ns)
    {
      TbPoint line[] = { { x_of (&p, s->cursor_ns), clip.y },
                         { x_of (&p, s->cursor_ns), clip.y + clip.height } };
      TbPlotStroke stroke = { p.accent, 1.5, 0 };
      tb_plot_line (plot, line, 2, &stroke);
    }
  tb_plot_unclip (plot);
  paint_legend (&p);
  tb_plot_end (plot);
}
