/* Arrows: where each lies, how it looks by what became of it, which one is pointed at, and what it is in
 * words. */
#include "spacetime-private.h"

#include <math.h>
#include <string.h>

#include "tb-base.h"

/* More than so many are drawn without heads: those would cover all else. */
#define HEADS_MAX 1500
#define HEAD 7.0
#define CROSS 4.0

typedef enum
{
  LOOK_MESSAGE,
  LOOK_BYTES,     /* of a link without framing: no message, only how much */
  LOOK_ERROR,     /* a reply that says so */
  LOOK_CORRUPTED,
  LOOK_LOST,      /* dropped, refused, timed out, reset */
  LOOK_WAITS,     /* in the tap */
  LOOK_FAINT,     /* not what is searched for */
  N_LOOKS
} Look;

static const struct
{
  const char *class;
  TbColourId colour;
  double width, dash, alpha;
  gboolean head;
} looks[N_LOOKS] = {
  [LOOK_MESSAGE] = { "message", TB_COLOUR_ACCENT, 1.3, 0, 1, TRUE },
  [LOOK_BYTES] = { "bytes", TB_COLOUR_LINK, 1, 2, 0.8, TRUE },
  [LOOK_ERROR] = { "error", TB_COLOUR_BAD, 1.5, 0, 1, TRUE },
  [LOOK_CORRUPTED] = { "corrupted", TB_COLOUR_WARN, 1.5, 0, 1, TRUE },
  [LOOK_LOST] = { "lost", TB_COLOUR_BAD, 1.3, 4, 1, FALSE },
  [LOOK_WAITS] = { "waits", TB_COLOUR_WARN, 1.3, 4, 1, FALSE },
  [LOOK_FAINT] = { "other", TB_COLOUR_FAINT, 1, 0, 0.3, FALSE },
};

static Look
look_of (const TbSpacetime *s, const TbSpacetimeArrow *arrow)
{
  if (s->searching && !arrow->matches)
    return LOOK_FAINT;
  if (arrow->fate == TB_FATE_ON_THE_WAY)
    return LOOK_WAITS;
  if (arrow->fate != TB_FATE_ARRIVED)
    return LOOK_LOST;
  if (arrow->corrupted)
    return LOOK_CORRUPTED;
  if (arrow->error)
    return LOOK_ERROR;
  return arrow->kind == TB_EVENT_BYTES ? LOOK_BYTES : LOOK_MESSAGE;
}

/* ---- Where it lies --------------------------------------------------------------------------- */

/* At most three pieces: within one line it is a bow over it. */
typedef struct
{
  TbPoint points[4];
  guint n; /* 0: nothing to see */
} Shape;

/* How far it came, as a part of its way down or up. */
static double
reach_of (const TbSpacetimeArrow *arrow)
{
  switch ((TbSpacetimeFate) arrow->fate)
    {
    case TB_FATE_ARRIVED:
      return 1;
    case TB_FATE_REFUSED:
      return 0.85;
    case TB_FATE_DROPPED:
    case TB_FATE_TIMEOUT:
      return 0.6;
    case TB_FATE_ON_THE_WAY:
    case TB_FATE_RESET:
    default:
      return 0.5;
    }
}

static Shape
shape_of (const TbSpacetime *s, const TbRect *page, const TbSpacetimeArrow *arrow)
{
  Shape shape = { .n = 0 };
  guint from = tb_spacetime_row_of (s->rows, arrow->from),
        to = tb_spacetime_row_of (s->rows, arrow->to);
  if (from == G_MAXUINT || to == G_MAXUINT)
    return shape;
  gint64 end = arrow->arrived_ns;
  if (end == G_MAXINT64)
    end = MAX (arrow->sent_ns, MIN (s->source->end_ns (s->source->data), s->to_ns));
  double x1 = tb_spacetime_x (s, page, arrow->sent_ns), x2 = tb_spacetime_x (s, page, end);
  double y1 = tb_spacetime_y (s, page, from), y2 = tb_spacetime_y (s, page, to);
  if (from == to)
    {
      double up = y1 - MIN (11, s->row_height / 2);
      shape = (Shape){
        { { x1, y1 }, { x1 + 1, up }, { MAX (x2, x1 + 6) - 1, up }, { MAX (x2, x1 + 6), y1 } }, 4
      };
      return shape;
    }
  shape = (Shape){ { { x1, y1 }, { x2, y1 + (y2 - y1) * reach_of (arrow) } }, 2 };
  return shape;
}

/* ---- Drawing --------------------------------------------------------------------------------- */

/* What is drawn alike is drawn at once. */
typedef struct
{
  GArray *lines, *heads, *crosses; /* of TbPoint: pairs, triples, pairs */
} Batch;

static void
batch_init (Batch *b)
{
  b->lines = g_array_new (FALSE, FALSE, sizeof (TbPoint));
  b->heads = g_array_new (FALSE, FALSE, sizeof (TbPoint));
  b->crosses = g_array_new (FALSE, FALSE, sizeof (TbPoint));
}

static void
batch_clear (Batch *b)
{
  g_array_unref (b->lines);
  g_array_unref (b->heads);
  g_array_unref (b->crosses);
}

static void
add_head (GArray *out, TbPoint from, TbPoint tip)
{
  double dx = tip.x - from.x, dy = tip.y - from.y, length = hypot (dx, dy);
  if (length < HEAD)
    return;
  dx *= HEAD / length;
  dy *= HEAD / length;
  TbPoint head[] = { tip, { tip.x - dx - dy * 0.42, tip.y - dy + dx * 0.42 },
                     { tip.x - dx + dy * 0.42, tip.y - dy - dx * 0.42 } };
  g_array_append_vals (out, head, 3);
}

static void
add_cross (GArray *out, TbPoint at)
{
  TbPoint cross[] = { { at.x - CROSS, at.y - CROSS }, { at.x + CROSS, at.y + CROSS },
                      { at.x - CROSS, at.y + CROSS }, { at.x + CROSS, at.y - CROSS } };
  g_array_append_vals (out, cross, 4);
}

static void
batch_add (Batch *b, const Shape *shape, Look look, gboolean heads)
{
  TbPoint tip = shape->points[shape->n - 1];
  for (guint i = 0; i + 1 < shape->n; i++)
    g_array_append_vals (b->lines, &shape->points[i], 2);
  if (looks[look].head && heads)
    add_head (b->heads, shape->points[shape->n - 2], tip);
  if (look == LOOK_LOST)
    add_cross (b->crosses, tip);
}

static TbPoint *
points_of (GArray *points)
{
  return (TbPoint *) (void *) points->data;
}

static void
batch_draw (Batch *b, TbSpacetimePaint *p, Look look, double wider)
{
  TbColour colour = tb_theme_colour (p->s->theme, looks[look].colour);
  colour.a = looks[look].alpha;
  TbPlotStroke stroke = { colour, looks[look].width + wider, looks[look].dash };
  TbPlotStroke solid = { colour, 1.8, 0 };
  tb_plot_segments (p->plot, points_of (b->lines), b->lines->len, &stroke);
  tb_plot_triangles (p->plot, points_of (b->heads), b->heads->len, &colour);
  tb_plot_segments (p->plot, points_of (b->crosses), b->crosses->len, &solid);
  g_array_set_size (b->lines, 0);
  g_array_set_size (b->heads, 0);
  g_array_set_size (b->crosses, 0);
}

/* Of a copy two strokes; where a message waits, a ring. */
static void
paint_marks (TbSpacetimePaint *p, const TbSpacetimeArrow *arrow, const Shape *shape, Look look)
{
  TbColour colour = tb_theme_colour (p->s->theme, looks[look].colour);
  TbColour ground = tb_theme_colour (p->s->theme, TB_COLOUR_WINDOW);
  TbPoint tip = shape->points[shape->n - 1];
  TbPlotStroke ring = { colour, 1.3, 0 };
  if (arrow->fate == TB_FATE_ON_THE_WAY)
    tb_plot_disc (p->plot, tip, 3.5, &ground, &ring);
  if (arrow->copy && look != LOOK_FAINT)
    tb_plot_text (p->plot, TB_PLOT_SMALL, &colour, "×2", (shape->points[0].x + tip.x) / 2 + 4,
                  (shape->points[0].y + tip.y) / 2 + 3, TB_PLOT_START, 0);
}

/* In a picture that is written, each is a thing of its own that says what it is. */
static void
write_arrow (TbSpacetimePaint *p, Batch *b, const TbSpacetimeArrow *arrow, const Shape *shape)
{
  g_autofree char *words = tb_spacetime_arrow_words (p->s, arrow);
  Look look = look_of (p->s, arrow);
  tb_plot_begin (p->plot, looks[look].class, words);
  batch_add (b, shape, look, TRUE);
  batch_draw (b, p, look, 0);
  paint_marks (p, arrow, shape, look);
  tb_plot_end (p->plot);
}

static void
paint_chosen (TbSpacetimePaint *p, Batch *b, const TbSpacetimeArrow *arrow)
{
  gboolean selected = arrow->position == p->s->selected || arrow->end_position == p->s->selected;
  if (!selected && arrow->position != p->s->hovered)
    return;
  Shape shape = shape_of (p->s, p->page, arrow);
  if (shape.n == 0)
    return;
  Look look = look_of (p->s, arrow) == LOOK_FAINT ? LOOK_MESSAGE : look_of (p->s, arrow);
  TbColour halo = tb_theme_colour (p->s->theme, selected ? TB_COLOUR_ACCENT : TB_COLOUR_FAINT);
  TbPlotStroke stroke = { halo, 7, 0 };
  stroke.colour.a = 0.28;
  tb_plot_line (p->plot, shape.points, shape.n, &stroke);
  batch_add (b, &shape, look, TRUE);
  batch_draw (b, p, look, selected ? 0.9 : 0.4);
  paint_marks (p, arrow, &shape, look);
}

void
tb_spacetime_paint_arrows (TbSpacetimePaint *p)
{
  const GArray *arrows = p->s->reading->arrows;
  gboolean heads = arrows->len <= HEADS_MAX, written = tb_plot_is_written (p->plot);
  Batch batches[N_LOOKS];
  for (guint l = 0; l < N_LOOKS; l++)
    batch_init (&batches[l]);
  for (guint i = 0; i < arrows->len; i++)
    {
      const TbSpacetimeArrow *arrow = &g_array_index (arrows, TbSpacetimeArrow, i);
      Shape shape = shape_of (p->s, p->page, arrow);
      if (shape.n > 0 && written)
        write_arrow (p, &batches[0], arrow, &shape);
      else if (shape.n > 0)
        batch_add (&batches[look_of (p->s, arrow)], &shape, look_of (p->s, arrow), heads);
    }
  for (guint l = N_LOOKS; l-- > 0;)
    batch_draw (&batches[l], p, (Look) l, 0);
  for (guint i = 0; i < arrows->len; i++)
    {
      const TbSpacetimeArrow *arrow = &g_array_index (arrows, TbSpacetimeArrow, i);
      if (!written && (arrow->copy || arrow->fate == TB_FATE_ON_THE_WAY))
        {
          Shape shape = shape_of (p->s, p->page, arrow);
          if (shape.n > 0)
            paint_marks (p, arrow, &shape, look_of (p->s, arrow));
        }
      paint_chosen (p, &batches[0], arrow);
    }
  for (guint l = 0; l < N_LOOKS; l++)
    batch_clear (&batches[l]);
}

/* ---- Pointing -------------------------------------------------------------------------------- */

static double
distance_to (TbPoint a, TbPoint b, double x, double y)
{
  double dx = b.x - a.x, dy = b.y - a.y, square = dx * dx + dy * dy;
  double t = square > 0 ? CLAMP (((x - a.x) * dx + (y - a.y) * dy) / square, 0, 1) : 0;
  return hypot (a.x + t * dx - x, a.y + t * dy - y);
}

const TbSpacetimeArrow *
tb_spacetime_arrow_at (const TbSpacetime *s, const TbRect *page, double x, double y, double reach)
{
  const TbSpacetimeArrow *nearest = NULL;
  if (s->reading == NULL)
    return NULL;
  for (guint i = 0; i < s->reading->arrows->len; i++)
    {
      const TbSpacetimeArrow *arrow = &g_array_index (s->reading->arrows, TbSpacetimeArrow, i);
      Shape shape = shape_of (s, page, arrow);
      for (guint j = 0; j + 1 < shape.n; j++)
        {
          double distance = distance_to (shape.points[j], shape.points[j + 1], x, y);
          if (distance > reach || (s->searching && !arrow->matches))
            continue;
          nearest = arrow;
          reach = distance;
        }
    }
  return nearest;
}

/* ---- Words ----------------------------------------------------------------------------------- */

static const char *const fates[] = {
  [TB_FATE_ARRIVED] = NULL,
  [TB_FATE_ON_THE_WAY] = "waits in the tap",
  [TB_FATE_DROPPED] = "dropped by a fault",
  [TB_FATE_REFUSED] = "connection refused",
  [TB_FATE_TIMEOUT] = "connection timed out",
  [TB_FATE_RESET] = "connection reset",
};

char *
tb_spacetime_name (const TbSpacetimeSource *source, guint instance)
{
  if (instance >= source->n_instances (source->data))
    return g_strdup ("outside");
  return g_strdelimit (g_strdup (source->instance (source->data, instance)->id), "/", '-');
}

static void
append_figure (GString *out, const char *before, double value, TbAxisUnit unit)
{
  char text[32];
  tb_axis_format (value, unit, text, sizeof text);
  g_string_append_printf (out, " · %s%s", before, text);
}

char *
tb_spacetime_arrow_words (const TbSpacetime *s, const TbSpacetimeArrow *arrow)
{
  g_autofree char *from = tb_spacetime_name (s->source, arrow->from);
  g_autofree char *to = tb_spacetime_name (s->source, arrow->to);
  g_autofree char *label = tb_plot_clean (arrow->label, strlen (arrow->label));
  char when[32];
  GString *out = g_string_new (NULL);
  tb_axis_format_time (arrow->sent_ns - s->source->start_ns (s->source->data), TB_NS_PER_US * 10,
                       when, sizeof when);
  g_string_append_printf (out, "%s → %s · %s%s%s%s", from, to, arrow->copy ? "copy of " : "",
                          arrow->copy ? "a message" : tb_event_kind_name (arrow->kind),
                          *label ? " " : "", label);
  if (arrow->status != 0)
    g_string_append_printf (out, " %u", arrow->status);
  g_string_append_printf (out, " · at %s", when);
  if (arrow->size > 0)
    append_figure (out, "", arrow->size, TB_AXIS_BYTES);
  if (arrow->arrived_ns != G_MAXINT64 && arrow->arrived_ns > arrow->sent_ns)
    append_figure (out, "under way for ", (double) (arrow->arrived_ns - arrow->sent_ns),
                   TB_AXIS_DURATION);
  if (arrow->latency_ns >= 0)
    append_figure (out, "after ", (double) arrow->latency_ns, TB_AXIS_DURATION);
  if (arrow->error)
    g_string_append (out, " · an error");
  if (arrow->corrupted)
    g_string_append (out, " · corrupted by a fault");
  if (fates[arrow->fate] != NULL)
    g_string_append_printf (out, " · %s", fates[arrow->fate]);
  return g_string_free (out, FALSE);
}
