/* See tb-strip.h: how it is drawn. */
#include <math.h>

#include "strip-private.h"
#include "tb-base.h"

typedef struct
{
  const TbStrip *strip;
  TbPlot *plot;
  TbThemeId theme;
  const TbStripNow *now;
} Painting;

static TbColour
colour (const Painting *p, TbColourId id)
{
  return tb_theme_colour (p->theme, id);
}

/* ---- Steps ------------------------------------------------------------------------------------ */

static gboolean
is_in (const Painting *p, guint step)
{
  double place = p->now->place;
  return !isnan (place) && place >= step && place < step + 1.0;
}

/* A tick, a cross, a question mark: also without colour. */
static void
paint_mark (const Painting *p, TbStripMark mark, double x, double y)
{
  static const TbColourId inks[] = { TB_COLOUR_DIM, TB_COLOUR_GOOD, TB_COLOUR_BAD, TB_COLOUR_WARN };
  const TbPlotStroke stroke = { .colour = colour (p, inks[mark]), .width = 2 };
  const TbPoint tick[] = { { x - 4, y }, { x - 1, y + 3.5 }, { x + 4, y - 4 } };
  const TbPoint cross[] = { { x - 3.5, y - 3.5 }, { x + 3.5, y + 3.5 }, { x - 3.5, y + 3.5 }, { x + 3.5, y - 3.5 } };
  if (mark == TB_STRIP_HELD)
    tb_plot_line (p->plot, tick, G_N_ELEMENTS (tick), &stroke);
  else if (mark == TB_STRIP_VIOLATED)
    tb_plot_segments (p->plot, cross, G_N_ELEMENTS (cross), &stroke);
  else if (mark == TB_STRIP_UNKNOWN)
    tb_plot_text (p->plot, TB_PLOT_STRONG, &stroke.colour, "?", x, y + 4, TB_PLOT_MIDDLE, 0);
}

/* Two strokes that time stands before. */
static void
paint_wait (const Painting *p, const TbStripStep *step, gboolean now)
{
  const TbRect *r = &step->rect;
  double x = r->x + r->width / 2;
  const TbPlotStroke stroke = { .colour = colour (p, now ? TB_COLOUR_ACCENT : TB_COLOUR_DIM), .width = 1.5 };
  const TbPoint bars[] = { { x - 2.5, 3 }, { x - 2.5, r->height - 3 }, { x + 2.5, 3 }, { x + 2.5, r->height - 3 } };
  tb_plot_segments (p->plot, bars, G_N_ELEMENTS (bars), &stroke);
}

static void
paint_phase (const Painting *p, const TbStripStep *step, TbStripMark mark, gboolean now)
{
  char lasts[40];
  const TbRect r = { step->rect.x + 1, 1, MAX (step->rect.width - 2, 1), step->rect.height - 2 };
  const TbColour fill = colour (p, now ? TB_COLOUR_ACCENT_GROUND : TB_COLOUR_CARD), text = colour (p, TB_COLOUR_TEXT),
                 dim = colour (p, TB_COLOUR_DIM);
  gboolean chosen = p->now->chosen != 0 && p->now->chosen == step->uid;
  const TbPlotStroke line = { .colour = colour (p, now || chosen ? TB_COLOUR_ACCENT : TB_COLOUR_LINE),
                              .width = now || chosen ? 1.5 : 1 };
  tb_duration_format (step->ns, lasts, sizeof lasts);
  tb_plot_rect (p->plot, &r, 5, &fill, &line);
  double left = r.x + 7, right = r.x + r.width - 6;
  if (mark != TB_STRIP_OPEN && r.width > 30)
    {
      paint_mark (p, mark, right - 5, r.y + r.height / 2);
      right -= 15;
    }
  double name = tb_plot_text_width (TB_PLOT_STRONG, step->label), length = tb_plot_text_width (TB_PLOT_SMALL, lasts);
  if (right - left > 10)
    tb_plot_text (p->plot, TB_PLOT_STRONG, &text, step->label, left, r.y + 14, TB_PLOT_START, right - left);
  if (name + length + 8 < right - left)
    tb_plot_text (p->plot, TB_PLOT_SMALL, &dim, lasts, right, r.y + 14, TB_PLOT_END, 0);
}

static void
paint_steps (const Painting *p)
{
  for (guint i = 0; i < p->strip->steps->len; i++)
    {
      const TbStripStep *step = &g_array_index (p->strip->steps, TbStripStep, i);
      TbStripMark mark = p->now->marks != NULL ? p->now->marks[i] : TB_STRIP_OPEN;
      g_autofree char *title = tb_plot_is_written (p->plot) ? tb_strip_words (p->strip, step->uid) : NULL;
      tb_plot_begin (p->plot, step->wait ? "wait" : "phase", title);
      if (step->wait)
        paint_wait (p, step, is_in (p, i));
      else
        paint_phase (p, step, mark, is_in (p, i));
      tb_plot_end (p->plot);
    }
}

/* ---- Actions ---------------------------------------------------------------------------------- */

/* A wedge at its moment; what waits for a condition begins with a broken edge. */
static void
paint_action (const Painting *p, const TbStripAction *a)
{
  const TbRect *r = &a->rect, bar = { r->x, r->y, a->bar, r->height };
  gboolean fault = a->band != TB_PLOT_N_BANDS, chosen = p->now->chosen != 0 && p->now->chosen == a->uid;
  const TbColour fill = fault ? tb_plot_band_fill (p->theme, a->band) : colour (p, TB_COLOUR_ACCENT_GROUND);
  const TbColour edge = fault ? tb_plot_band_ink (p->theme, a->band) : colour (p, TB_COLOUR_ACCENT);
  const TbColour ink = colour (p, TB_COLOUR_TEXT);
  const TbPlotStroke outline = { .colour = edge, .width = chosen ? 2 : 1, .dash = a->once ? 3 : 0 };
  double y = r->y + r->height / 2, left = r->x + 6;
  const TbPoint wedge[] = { { r->x - 4, y - 5 }, { r->x + 4, y }, { r->x - 4, y + 5 } };
  if (a->moment)
    {
      tb_plot_polygon (p->plot, wedge, G_N_ELEMENTS (wedge), &outline.colour);
      left = r->x + 8;
    }
  else
    tb_plot_rect (p->plot, &bar, 3, &fill, &outline);
  tb_plot_text (p->plot, TB_PLOT_SMALL, &ink, a->label, left, r->y + r->height - 4, TB_PLOT_START,
                MAX (r->x + r->width - left - 2, 4));
}

static void
paint_actions (const Painting *p)
{
  for (guint i = 0; i < p->strip->actions->len; i++)
    {
      const TbStripAction *a = &g_array_index (p->strip->actions, TbStripAction, i);
      g_autofree char *title = tb_plot_is_written (p->plot) ? tb_strip_words (p->strip, a->uid) : NULL;
      tb_plot_begin (p->plot, "action", title);
      paint_action (p, a);
      tb_plot_end (p->plot);
    }
}

/* ---- The moment ------------------------------------------------------------------------------- */

static void
paint_now (const Painting *p)
{
  if (isnan (p->now->place))
    return;
  double x = tb_strip_x (p->strip, p->now->place), height = tb_strip_height (p->strip);
  const TbColour accent = colour (p, TB_COLOUR_ACCENT);
  const TbPlotStroke stroke = { .colour = accent, .width = 2, .dash = p->now->paused ? 3 : 0 };
  const TbPoint line[] = { { x, 0 }, { x, height } }, head[] = { { x - 5, 0 }, { x + 5, 0 }, { x, 6 } };
  tb_plot_line (p->plot, line, G_N_ELEMENTS (line), &stroke);
  tb_plot_polygon (p->plot, head, G_N_ELEMENTS (head), &accent);
}

void
tb_strip_paint (const TbStrip *strip, TbPlot *plot, TbThemeId theme, const TbStripNow *now)
{
  static const TbStripNow never = { .place = NAN };
  const Painting p = { strip, plot, theme, now != NULL ? now : &never };
  paint_steps (&p);
  paint_actions (&p);
  paint_now (&p);
}
