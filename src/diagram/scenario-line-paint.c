/* The picture of a scenario's time line. What is selected has a frame, what is wrong a mark and a red edge:
 * never a colour alone. */
#include <string.h>

#include "scenario-line-private.h"
#include "tb-base.h"

#define TICK_GAP 70.0

typedef struct
{
  const TbScenarioLine *line;
  TbPlot *plot;
  const TbScenarioLinePaint *how;
  double shift; /* of what is at 0 of the line */
} Painting;

static TbColour
colour (const Painting *p, TbColourId id)
{
  return tb_theme_colour (p->how->theme, id);
}

static TbColour
faded (TbColour c, double by)
{
  c.a *= by;
  return c;
}

static gboolean
is_wrong (const Painting *p, TbUid uid)
{
  for (guint i = 0; i < p->how->n_wrong; i++)
    if (p->how->wrong[i] == uid)
      return TRUE;
  return FALSE;
}

static TbRect
placed (const Painting *p, const TbRect *rect)
{
  return (TbRect){ rect->x + p->shift, rect->y, rect->width, rect->height };
}

static gboolean
is_seen (const Painting *p, const TbScenarioLineItem *item)
{
  double right = MAX (item->reach, item->rect.x + item->rect.width);
  return right >= p->how->from_x && item->rect.x <= p->how->from_x + p->how->width;
}

/* ---- Ground -------------------------------------------------------------------------------------------- */

/* Ticks stand in the time of phases; a wait has none. */
static void
paint_ruler (const Painting *p)
{
  TbColour dim = colour (p, TB_COLOUR_DIM), grid = colour (p, TB_COLOUR_GRID);
  TbPlotStroke mark = { grid, 1, 0 };
  double step_s = tb_axis_step (TICK_GAP / p->line->scale);
  for (guint i = 0; i < p->line->steps->len; i++)
    {
      const TbScenarioLineStep *s = &g_array_index (p->line->steps, TbScenarioLineStep, i);
      double from_s = (double) s->from_ns / 1e9, to_s = (double) (s->from_ns + s->ns) / 1e9;
      if (s->wait || s->x > p->how->from_x + p->how->width || s->x + s->width < p->how->from_x)
        continue;
      for (gint64 k = (gint64) (from_s / step_s); (double) k * step_s < to_s; k++)
        {
          char text[40];
          gint64 ns = (gint64) ((double) k * step_s * 1e9);
          if (ns < s->from_ns)
            continue;
          double x = p->shift + tb_scenario_line_x (p->line, i, ns - s->from_ns);
          TbPoint ends[2] = { { x, TB_LINE_STEPS_Y - 4 }, { x, p->line->height } };
          tb_plot_line (p->plot, ends, 2, &mark);
          g_snprintf (text, sizeof text, "%g s", (double) k * step_s);
          tb_plot_text (p->plot, TB_PLOT_SMALL, &dim, text, x + 3, TB_LINE_STEPS_Y - 6, TB_PLOT_START, 0);
        }
    }
}

/* Where phases begin, through all lanes; lanes are parted by a line. */
static void
paint_ground (const Painting *p)
{
  TbPlotStroke line = { colour (p, TB_COLOUR_LINE), 1, 0 };
  double left = p->how->gutter, right = left + p->how->width;
  for (guint i = 1; i < p->line->lanes->len; i++)
    {
      const TbScenarioLineLane *lane = &g_array_index (p->line->lanes, TbScenarioLineLane, i);
      TbPoint ends[2] = { { 0, lane->y }, { right, lane->y } };
      tb_plot_line (p->plot, ends, 2, &line);
    }
  for (guint i = 0; i < p->line->steps->len; i++)
    {
      const TbScenarioLineStep *s = &g_array_index (p->line->steps, TbScenarioLineStep, i);
      TbPoint ends[2] = { { p->shift + s->x + s->width, TB_LINE_STEPS_Y },
                          { p->shift + s->x + s->width, p->line->height } };
      TbPlotStroke edge = { colour (p, TB_COLOUR_TIER_LINE), 1, 3 };
      if (ends[0].x >= left && ends[0].x <= right)
        tb_plot_line (p->plot, ends, 2, &edge);
    }
}

/* ---- Items --------------------------------------------------------------------------------------------- */

static void
paint_step (const Painting *p, const TbScenarioLineItem *item)
{
  const TbScenarioLineStep *s = &g_array_index (p->line->steps, TbScenarioLineStep, item->step);
  TbRect rect = placed (p, &item->rect);
  TbColour card = colour (p, TB_COLOUR_CARD), text = colour (p, TB_COLOUR_TEXT), dim = colour (p, TB_COLOUR_DIM);
  TbPlotStroke edge = { colour (p, s->wait ? TB_COLOUR_DIM : TB_COLOUR_TIER_LINE), s->wait ? 1 : 1.2, s->wait ? 3 : 0 };
  rect.x += 1;
  rect.width -= 2;
  tb_plot_rect (p->plot, &rect, 5, &card, &edge);
  char lasts[40];
  tb_duration_format (s->ns, lasts, sizeof lasts);
  double room = rect.width - 10, said = s->wait ? 0 : tb_plot_text_width (TB_PLOT_SMALL, lasts) + 8;
  gboolean both = room > said + 24;
  tb_plot_text (p->plot, s->wait ? TB_PLOT_SMALL : TB_PLOT_STRONG, s->wait ? &dim : &text, item->text, rect.x + 5,
                rect.y + 17, TB_PLOT_START, MAX (room - (both ? said : 0), 1));
  if (!s->wait && both)
    tb_plot_text (p->plot, TB_PLOT_SMALL, &dim, lasts, rect.x + rect.width - 5, rect.y + 17, TB_PLOT_END, 0);
}

static void
paint_mark (const Painting *p, const TbScenarioLineItem *item)
{
  TbRect r = placed (p, &item->rect);
  double x = r.x + r.width / 2, y = r.y + r.height / 2;
  TbColour good = colour (p, TB_COLOUR_GOOD), text = colour (p, TB_COLOUR_TEXT);
  TbPoint corners[4] = { { x, y - 6 }, { x + 6, y }, { x, y + 6 }, { x - 6, y } };
  tb_plot_polygon (p->plot, corners, 4, &good);
  tb_plot_text (p->plot, TB_PLOT_SMALL, &text, item->text, r.x + r.width + 3, y + 3.5, TB_PLOT_START, 0);
}

/* A load is a step as high as its rate; one without a rate is half as high, and dashed. */
static void
paint_load (const Painting *p, const TbScenarioLineItem *item)
{
  TbRect r = placed (p, &item->rect);
  TbColour accent = colour (p, TB_COLOUR_ACCENT), ground = faded (accent, 0.16), text = colour (p, TB_COLOUR_TEXT);
  double level = item->level < 0 ? 0.5 : item->level, top = r.y + r.height - level * (r.height - 2);
  TbRect fill = { r.x, top, r.width, r.y + r.height - top };
  TbPoint way[4] = { { r.x, r.y + r.height }, { r.x, top }, { r.x + r.width, top }, { r.x + r.width, r.y + r.height } };
  TbPlotStroke edge = { accent, 1.4, item->level < 0 ? 4 : 0 };
  tb_plot_rect (p->plot, &fill, 0, &ground, NULL);
  tb_plot_line (p->plot, way, 4, &edge);
  tb_plot_text (p->plot, TB_PLOT_SMALL, &text, item->text, r.x + 4, r.y + r.height - 5, TB_PLOT_START,
                MAX (item->reach - item->rect.x - 4, 1));
}

static void
paint_bar (const Painting *p, const TbScenarioLineItem *item)
{
  TbRect r = placed (p, &item->rect);
  TbColour fill = tb_plot_band_fill (p->how->theme, (TbPlotBand) item->band);
  TbColour ink = tb_plot_band_ink (p->how->theme, (TbPlotBand) item->band), text = colour (p, TB_COLOUR_TEXT);
  TbPlotStroke edge = { ink, 1.2, item->once ? 3 : 0 };
  double room = item->reach - item->rect.x - 8;
  tb_plot_rect (p->plot, &r, 4, &fill, &edge);
  tb_plot_text (p->plot, TB_PLOT_SMALL, r.width - 8 >= room - 1 ? &ink : &text, item->text, r.x + 5, r.y + 12.5,
                TB_PLOT_START, MAX (room, 1));
  if (!item->open)
    return;
  /* Goes on until it is healed: an arrow at its end. */
  TbPoint head[3] = { { r.x + r.width - 6, r.y + 5 }, { r.x + r.width - 1, r.y + r.height / 2 },
                      { r.x + r.width - 6, r.y + r.height - 5 } };
  tb_plot_line (p->plot, head, 3, &edge);
}

static void
paint_expect (const Painting *p, const TbScenarioLineItem *item)
{
  TbRect r = placed (p, &item->rect);
  TbColour accent = colour (p, TB_COLOUR_ACCENT), text = colour (p, TB_COLOUR_TEXT), ground = colour (p, TB_COLOUR_ACCENT_GROUND);
  TbPlotStroke stroke = { accent, 1.4, 0 };
  double y = r.y + r.height - 2;
  TbPoint span[4] = { { r.x + 1, y - 4 }, { r.x + 1, y }, { r.x + r.width - 1, y }, { r.x + r.width - 1, y - 4 } };
  TbRect back = { r.x, r.y, r.width, r.height };
  tb_plot_rect (p->plot, &back, 3, &ground, NULL);
  tb_plot_line (p->plot, span, 4, &stroke);
  /* What goes over all is written where one sees it. */
  double from = MAX (r.x + 5, MIN (p->how->gutter + 5, r.x + r.width - 40));
  tb_plot_text (p->plot, TB_PLOT_SMALL, &text, item->text, from, r.y + 11.5, TB_PLOT_START, 0);
}

static void
paint_item (const Painting *p, const TbScenarioLineItem *item)
{
  if (item->kind == TB_LINE_STEP)
    paint_step (p, item);
  else if (item->kind == TB_LINE_EXPECT)
    paint_expect (p, item);
  else if (item->moment)
    paint_mark (p, item);
  else if (item->band < 0)
    paint_load (p, item);
  else
    paint_bar (p, item);
}

static void
paint_wrong (const Painting *p, const TbScenarioLineItem *item)
{
  TbColour bad = colour (p, TB_COLOUR_BAD), page = colour (p, TB_COLOUR_WINDOW);
  TbPlotStroke edge = { bad, 1.6, 0 };
  TbRect r = placed (p, &item->rect);
  TbPoint at = { r.x + r.width - 1, r.y + 1 };
  tb_plot_rect (p->plot, &r, 4, NULL, &edge);
  tb_plot_disc (p->plot, at, 5.5, &bad, NULL);
  tb_plot_text (p->plot, TB_PLOT_STRONG, &page, "!", at.x, at.y + 4, TB_PLOT_MIDDLE, 0);
}

static void
paint_selected (const Painting *p, const TbScenarioLineItem *item)
{
  TbColour accent = colour (p, TB_COLOUR_ACCENT);
  TbPlotStroke edge = { accent, p->how->focused ? 2.4 : 1.4, 0 };
  TbRect r = placed (p, &item->rect);
  TbRect frame = { r.x - 1, r.y - 1, r.width + 2, r.height + 2 };
  tb_plot_rect (p->plot, &frame, 5, NULL, &edge);
  if (item->moment || item->kind == TB_LINE_EXPECT || (item->kind == TB_LINE_STEP && g_array_index (p->line->steps, TbScenarioLineStep, item->step).wait))
    return;
  TbRect grip = { r.x + r.width - 2, r.y + r.height / 2 - 5, 4, 10 };
  tb_plot_rect (p->plot, &grip, 2, &accent, NULL);
}

static void
paint_now (const Painting *p)
{
  TbPlotStroke line = { colour (p, TB_COLOUR_ACCENT), 2, 0 };
  double x = p->shift + p->how->now_x;
  TbPoint ends[2] = { { x, 2 }, { x, p->line->height } };
  if (p->how->now_x >= 0)
    tb_plot_line (p->plot, ends, 2, &line);
}

static void
paint_gutter (const Painting *p)
{
  TbColour dim = colour (p, TB_COLOUR_DIM);
  for (guint i = 0; i < p->line->lanes->len; i++)
    {
      const TbScenarioLineLane *lane = &g_array_index (p->line->lanes, TbScenarioLineLane, i);
      tb_plot_text (p->plot, TB_PLOT_SMALL, &dim, lane->title, 10, lane->y + MIN (lane->height / 2, 12) + 4,
                    TB_PLOT_START, MAX (p->how->gutter - 14, 1));
    }
}

void
tb_scenario_line_paint (const TbScenarioLine *line, TbPlot *plot, const TbScenarioLinePaint *paint)
{
  const Painting p = { line, plot, paint, paint->gutter - paint->from_x };
  TbRect clip = { paint->gutter, 0, paint->width, line->height + 8 };
  paint_ground (&p);
  if (paint->gutter > 0)
    paint_gutter (&p);
  tb_plot_clip (plot, &clip);
  paint_ruler (&p);
  for (guint i = 0; i < line->items->len; i++)
    {
      const TbScenarioLineItem *item = &g_array_index (line->items, TbScenarioLineItem, i);
      if (!is_seen (&p, item))
        continue;
      tb_plot_begin (plot, "item", item->text);
      paint_item (&p, item);
      if (is_wrong (&p, item->uid))
        paint_wrong (&p, item);
      tb_plot_end (plot);
    }
  guint selected = tb_scenario_line_find (line, paint->selected);
  if (selected != G_MAXUINT)
    paint_selected (&p, &g_array_index (line->items, TbScenarioLineItem, selected));
  paint_now (&p);
  tb_plot_unclip (plot);
}
