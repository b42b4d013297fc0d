/* See tb-sequence.h. Columns are as wide as what is written between two lifelines needs; rows are as
 * tb_steps_unfold() has them. */
#include "tb-sequence.h"

#include <string.h>

#define MARGIN 16.0
#define HEAD_HEIGHT 34.0
#define HEAD_LEAST 84.0
#define CALL_HEIGHT 34.0
#define REPLY_HEIGHT 24.0
#define GAP_LEAST 110.0
#define BAR 8.0
#define AROUND 34.0 /* of a label on its arrow, with its number */
#define LOOP 26.0   /* how far a call to oneself goes out */

typedef struct
{
  char *id, *name;
  TbRole role;
  double x, width;
} Line;

typedef struct
{
  guint step;
  gboolean reply;
  guint from, to; /* lines */
  double y;       /* of the arrow */
} Row;

typedef struct
{
  guint line;
  double from, to;
} Bar;

struct _TbSequence
{
  const TbSteps *steps;
  GArray *lines, *rows, *bars;
  double width, height;
};

static const TbInteractionStep *
step_at (const TbSequence *s, guint i)
{
  return g_ptr_array_index (s->steps, i);
}

static Line *
line_at (const TbSequence *s, guint i)
{
  return &g_array_index (s->lines, Line, i);
}

/* ---- Making ---------------------------------------------------------------------------------- */

static guint
line_of (TbSequence *s, const TbModel *model, const char *id)
{
  for (guint i = 0; i < s->lines->len; i++)
    if (strcmp (line_at (s, i)->id, id) == 0)
      return i;
  const TbElement *component = model ? tb_model_lookup (model, id) : NULL;
  gboolean known = component && tb_element_kind (component) == TB_KIND_COMPONENT;
  Line line = { .id = g_strdup (id), .name = g_strdup (known ? tb_element_title (component) : *id ? id : "outside"),
                .role = known ? tb_component_role (component) : TB_ROLE_EXTERNAL };
  line.width = MAX (HEAD_LEAST, tb_plot_text_width (TB_PLOT_STRONG, line.name) + 24);
  g_array_append_val (s->lines, line);
  return s->lines->len - 1;
}

/* "2  PUT /cart", "+ SET x (not drawn)". (transfer full) */
static char *
call_text (const TbInteractionStep *step)
{
  static const char *const said[] = { [TB_STEP_ALIKE] = "", [TB_STEP_OTHERWISE] = " (other words)",
                                      [TB_STEP_MISSING] = " (missing)", [TB_STEP_EXTRA] = " (not drawn)",
                                      [TB_STEP_MOVED] = " (moved)" };
  g_autofree char *label = tb_plot_clean (step->label, strlen (step->label));
  return step->mark == TB_STEP_EXTRA ? g_strdup_printf ("+ %s%s", label, said[step->mark])
                                     : g_strdup_printf ("%u  %s%s", step->number, label, said[step->mark]);
}

static double
text_need (const TbSequence *s, const Row *row)
{
  const TbInteractionStep *step = step_at (s, row->step);
  g_autofree char *text = row->reply ? g_strdup (step->reply) : call_text (step);
  return tb_plot_text_width (TB_PLOT_PLAIN, text) + AROUND;
}

static void
add_rows (TbSequence *s, const TbModel *model)
{
  g_autoptr (GArray) events = tb_steps_unfold (s->steps);
  for (guint i = 0; i < events->len; i++)
    {
      guint event = g_array_index (events, guint, i);
      gboolean reply = event >= s->steps->len;
      const TbInteractionStep *step = step_at (s, reply ? ~event : event);
      /* One after the other: which line is further left depends on it. */
      guint from = line_of (s, model, step->from), to = line_of (s, model, step->to);
      Row row = { .step = reply ? ~event : event, .reply = reply, .from = reply ? to : from,
                  .to = reply ? from : to };
      g_array_append_val (s->rows, row);
    }
}

/* Each gap as wide as the arrows over it alone need; those over several take what is left from the last. */
static void
place_lines (TbSequence *s)
{
  double x = MARGIN;
  for (guint i = 0; i < s->lines->len; i++)
    {
      Line *line = line_at (s, i);
      double least = i > 0 ? line_at (s, i - 1)->x + MAX (GAP_LEAST, (line_at (s, i - 1)->width + line->width) / 2 + 16)
                           : MARGIN + line->width / 2;
      for (guint r = 0; i > 0 && r < s->rows->len; r++)
        {
          const Row *row = &g_array_index (s->rows, Row, r);
          guint left = MIN (row->from, row->to), right = MAX (row->from, row->to);
          if (right == i && left != right)
            least = MAX (least, line_at (s, left)->x + text_need (s, row));
          else if (left == right && left + 1 == i)
            least = MAX (least, line_at (s, left)->x + text_need (s, row) + LOOP);
        }
      line->x = least;
      x = MAX (x, line->x + line->width / 2);
    }
  for (guint r = 0; r < s->rows->len; r++)
    {
      const Row *row = &g_array_index (s->rows, Row, r);
      if (row->from == row->to)
        x = MAX (x, line_at (s, row->from)->x + text_need (s, row) + LOOP);
    }
  s->width = x + MARGIN;
}

static void
place_rows (TbSequence *s)
{
  double y = MARGIN + HEAD_HEIGHT + 6;
  g_autofree double *called = g_new0 (double, s->steps->len + 1);
  for (guint i = 0; i < s->rows->len; i++)
    {
      Row *row = &g_array_index (s->rows, Row, i);
      y += row->reply ? REPLY_HEIGHT : CALL_HEIGHT;
      row->y = y;
      if (!row->reply)
        called[row->step] = y;
      else
        {
          Bar bar = { row->from, called[row->step], y };
          g_array_append_val (s->bars, bar);
        }
    }
  s->height = y + 22 + MARGIN;
}

static void
clear_line (gpointer data)
{
  g_free (((Line *) data)->id);
  g_free (((Line *) data)->name);
}

TbSequence *
tb_sequence_new (const TbModel *model, const TbSteps *steps)
{
  TbSequence *s = g_new0 (TbSequence, 1);
  s->steps = steps;
  s->lines = g_array_new (FALSE, FALSE, sizeof (Line));
  g_array_set_clear_func (s->lines, clear_line);
  s->rows = g_array_new (FALSE, FALSE, sizeof (Row));
  s->bars = g_array_new (FALSE, FALSE, sizeof (Bar));
  add_rows (s, model);
  place_lines (s);
  place_rows (s);
  return s;
}

void
tb_sequence_free (TbSequence *sequence)
{
  if (!sequence)
    return;
  g_array_unref (sequence->lines);
  g_array_unref (sequence->rows);
  g_array_unref (sequence->bars);
  g_free (sequence);
}

double
tb_sequence_width (const TbSequence *sequence)
{
  return sequence->width;
}

double
tb_sequence_height (const TbSequence *sequence)
{
  return sequence->height;
}

gboolean
tb_sequence_step_rect (const TbSequence *sequence, guint step, TbRect *rect)
{
  for (guint i = 0; i < sequence->rows->len; i++)
    {
      const Row *row = &g_array_index (sequence->rows, Row, i);
      if (row->step != step || row->reply)
        continue;
      *rect = (TbRect){ 4, row->y - CALL_HEIGHT + 10, sequence->width - 8, CALL_HEIGHT };
      return TRUE;
    }
  return FALSE;
}

guint
tb_sequence_step_at (const TbSequence *sequence, double y)
{
  for (guint i = 0; i < sequence->rows->len; i++)
    {
      const Row *row = &g_array_index (sequence->rows, Row, i);
      double height = row->reply ? REPLY_HEIGHT : CALL_HEIGHT;
      if (y > row->y - height + 10 && y <= row->y + 10)
        return row->step;
    }
  return G_MAXUINT;
}

/* ---- Painting -------------------------------------------------------------------------------- */

typedef struct
{
  const TbSequence *s;
  TbPlot *plot;
  TbThemeId theme;
} Painting;

static TbColour
colour (const Painting *p, TbColourId id)
{
  return tb_theme_colour (p->theme, id);
}

static TbColour
ink_of (const Painting *p, const TbInteractionStep *step, gboolean reply)
{
  static const TbColourId inks[] = { [TB_STEP_ALIKE] = TB_COLOUR_TEXT, [TB_STEP_OTHERWISE] = TB_COLOUR_TEXT,
                                     [TB_STEP_MISSING] = TB_COLOUR_BAD, [TB_STEP_EXTRA] = TB_COLOUR_ACCENT,
                                     [TB_STEP_MOVED] = TB_COLOUR_WARN };
  gboolean plain = step->mark <= TB_STEP_OTHERWISE;
  return colour (p, step->failed && plain ? TB_COLOUR_BAD : reply && plain ? TB_COLOUR_DIM : inks[step->mark]);
}

static void
paint_heads (const Painting *p)
{
  TbColour card = colour (p, TB_COLOUR_CARD), text = colour (p, TB_COLOUR_TEXT);
  for (guint i = 0; i < p->s->lines->len; i++)
    {
      const Line *line = line_at (p->s, i);
      TbPlotStroke life = { colour (p, TB_COLOUR_TIER_LINE), 1, 4 };
      TbPlotStroke edge = { tb_theme_role (p->theme, line->role), 1.5, 0 };
      TbRect head = { line->x - line->width / 2, MARGIN, line->width, HEAD_HEIGHT };
      TbPoint ends[2] = { { line->x, MARGIN + HEAD_HEIGHT }, { line->x, p->s->height - MARGIN } };
      tb_plot_begin (p->plot, "lifeline", line->name);
      tb_plot_line (p->plot, ends, 2, &life);
      tb_plot_rect (p->plot, &head, 7, &card, &edge);
      tb_plot_text (p->plot, TB_PLOT_STRONG, &text, line->name, line->x, MARGIN + HEAD_HEIGHT / 2 + 4,
                    TB_PLOT_MIDDLE, line->width - 10);
      tb_plot_end (p->plot);
    }
}

static void
paint_bars (const Painting *p)
{
  TbColour fill = colour (p, TB_COLOUR_CARD);
  for (guint i = 0; i < p->s->bars->len; i++)
    {
      const Bar *bar = &g_array_index (p->s->bars, Bar, i);
      const Line *line = line_at (p->s, bar->line);
      TbPlotStroke edge = { tb_theme_role (p->theme, line->role), 1, 0 };
      TbRect rect = { line->x - BAR / 2, bar->from, BAR, bar->to - bar->from };
      tb_plot_rect (p->plot, &rect, 2, &fill, &edge);
    }
}

static void
paint_head_of_arrow (const Painting *p, TbPoint tip, double way, gboolean open, const TbColour *ink)
{
  TbPoint corners[3] = { { tip.x - way * 8, tip.y - 4 }, tip, { tip.x - way * 8, tip.y + 4 } };
  TbPlotStroke stroke = { *ink, 1.5, 0 };
  if (open)
    tb_plot_line (p->plot, corners, 3, &stroke);
  else
    tb_plot_polygon (p->plot, corners, 3, ink);
}

/* A call to oneself goes out and comes back. */
static void
paint_loop (const Painting *p, const Row *row, const TbPlotStroke *stroke, gboolean open)
{
  double x = line_at (p->s, row->from)->x + BAR / 2;
  TbPoint way[4] = { { x, row->y - 12 }, { x + LOOP, row->y - 12 }, { x + LOOP, row->y }, { x, row->y } };
  tb_plot_line (p->plot, way, 4, stroke);
  paint_head_of_arrow (p, way[3], -1, open, &stroke->colour);
}

static void
paint_row (const Painting *p, const Row *row)
{
  const TbInteractionStep *step = step_at (p->s, row->step);
  TbColour ink = ink_of (p, step, row->reply);
  gboolean missing = step->mark == TB_STEP_MISSING, loop = row->from == row->to;
  TbPlotStroke stroke = { ink, row->reply ? 1.1 : 1.6, row->reply ? 5 : missing ? 3 : 0 };
  double a = line_at (p->s, row->from)->x, b = line_at (p->s, row->to)->x, way = b > a ? 1 : -1;
  TbPoint ends[2] = { { a + way * BAR / 2, row->y }, { b - way * BAR / 2, row->y } };
  g_autofree char *call = call_text (step), *reply = tb_plot_clean (step->reply, strlen (step->reply));
  g_autofree char *title = g_strdup_printf ("%s → %s: %s", line_at (p->s, row->from)->name,
                                            line_at (p->s, row->to)->name, row->reply ? reply : call);
  tb_plot_begin (p->plot, row->reply ? "reply" : "call", title);
  if (loop)
    paint_loop (p, row, &stroke, row->reply || step->async);
  else
    {
      tb_plot_line (p->plot, ends, 2, &stroke);
      paint_head_of_arrow (p, ends[1], way, row->reply || step->async, &ink);
    }
  double x = loop ? a + LOOP + 10 : (a + b) / 2;
  tb_plot_text (p->plot, TB_PLOT_PLAIN, &ink, row->reply ? reply : call, x, row->y - (loop ? 3 : 5),
                loop ? TB_PLOT_START : TB_PLOT_MIDDLE, 0);
  tb_plot_end (p->plot);
}

/* A frame round steps that stand beside each other. */
static void
paint_groups (const Painting *p)
{
  TbColour dim = colour (p, TB_COLOUR_DIM);
  TbPlotStroke edge = { colour (p, TB_COLOUR_TIER_LINE), 1, 0 };
  for (guint i = 0; i < p->s->steps->len; i++)
    {
      guint n = 1;
      TbRect first, last;
      while (i + n < p->s->steps->len && step_at (p->s, i + n)->parallel)
        n++;
      if (n == 1 || !tb_sequence_step_rect (p->s, i, &first)
          || !tb_sequence_step_rect (p->s, i + n - 1, &last))
        continue;
      TbRect frame = { MARGIN / 2, first.y + 2, p->s->width - MARGIN, last.y + last.height - first.y + 2 };
      tb_plot_rect (p->plot, &frame, 4, NULL, &edge);
      tb_plot_text (p->plot, TB_PLOT_SMALL, &dim, "beside each other", frame.x + 6, frame.y + 12, TB_PLOT_START, 0);
      i += n - 1;
    }
}

void
tb_sequence_paint (const TbSequence *sequence, TbPlot *plot, TbThemeId theme, guint current)
{
  const Painting p = { sequence, plot, theme };
  TbColour ground = colour (&p, TB_COLOUR_ACCENT_GROUND);
  TbRect rect;
  if (tb_sequence_step_rect (sequence, current, &rect))
    tb_plot_rect (plot, &rect, 5, &ground, NULL);
  paint_groups (&p);
  paint_heads (&p);
  paint_bars (&p);
  for (guint i = 0; i < sequence->rows->len; i++)
    paint_row (&p, &g_array_index (sequence->rows, Row, i));
}
