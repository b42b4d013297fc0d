/* The Cairo painter: canvas tiles, PNG, PDF. */
#include "pen-private.h"

#include <math.h>

#define LOOK_WIDTH 1.2 /* of an outline that only a look gives */

typedef struct
{
  TbPen pen;
  cairo_t *cr;
  double scale;
} CairoPen;

static void
set_colour (cairo_t *cr, const TbColour *c)
{
  cairo_set_source_rgba (cr, c->r, c->g, c->b, c->a);
}

static void
colours (TbPen *pen, TbStyle style, TbColour *fill, TbColour *outline)
{
  tb_style_colours (pen->theme, style, pen->role, fill, outline);
  tb_style_look (pen->theme, style, pen->look, fill, outline);
  if (pen->faint)
    {
      fill->a *= TB_FAINT;
      outline->a *= TB_FAINT;
    }
}

/* Fills and outlines the present path. */
static void
finish (TbPen *pen, TbStyle style)
{
  cairo_t *cr = ((CairoPen *) pen)->cr;
  const TbStyleSpec *spec = &tb_styles[style];
  TbColour fill, outline;
  colours (pen, style, &fill, &outline);
  if (fill.a > 0)
    {
      set_colour (cr, &fill);
      cairo_fill_preserve (cr);
    }
  double width = spec->width > 0 ? spec->width : pen->look != NULL ? LOOK_WIDTH : 0;
  if (outline.a > 0 && width > 0)
    {
      const double *dash = tb_style_dash (style, pen->look);
      set_colour (cr, &outline);
      cairo_set_line_width (cr, width);
      cairo_set_dash (cr, dash, dash != NULL ? 2 : 0, 0);
      cairo_stroke_preserve (cr);
    }
  cairo_new_path (cr);
}

static void
trace_rect (cairo_t *cr, const TbRect *r, double radius)
{
  double x1 = r->x + r->width, y1 = r->y + r->height;
  cairo_new_sub_path (cr);
  cairo_arc (cr, x1 - radius, r->y + radius, radius, -M_PI_2, 0);
  cairo_arc (cr, x1 - radius, y1 - radius, radius, 0, M_PI_2);
  cairo_arc (cr, r->x + radius, y1 - radius, radius, M_PI_2, M_PI);
  cairo_arc (cr, r->x + radius, r->y + radius, radius, M_PI, 1.5 * M_PI);
  cairo_close_path (cr);
}

/* Half an ellipse above the line, of two curves. */
static void
trace_jump (cairo_t *cr, const TbJump *jump, double way)
{
  double half = way * jump->half, h = TB_JUMP_HEIGHT, k = 0.5523, x = jump->at.x, y = jump->at.y;
  cairo_line_to (cr, x - half, y);
  cairo_curve_to (cr, x - half, y - k * h, x - k * half, y - h, x, y - h);
  cairo_curve_to (cr, x + k * half, y - h, x + half, y - k * h, x + half, y);
}

/* Those of the jumps that lie on the piece from a to b; returns the first that does not. */
static const TbJump *
trace_jumps (cairo_t *cr, TbPoint a, TbPoint b, const TbJump *jump, const TbJump *end)
{
  for (; jump < end && tb_jump_is_on (jump, a, b); jump++)
    trace_jump (cr, jump, b.x > a.x ? 1 : -1);
  return jump;
}

/* Corners are quadratic curves, as in the SVG; Cairo knows cubic ones. */
static void
trace_line (cairo_t *cr, const TbPoint *p, guint n, double radius, const TbJump *jump,
            guint n_jumps)
{
  const TbJump *last = n_jumps > 0 ? jump + n_jumps : jump;
  cairo_move_to (cr, p[0].x, p[0].y);
  for (guint i = 1; i + 1 < n; i++)
    {
      double before = tb_points_length (p + i - 1, 2), after = tb_points_length (p + i, 2);
      double r = MIN (radius, MIN (before, after) / 2);
      TbPoint a = tb_points_at (p + i - 1, 2, before - r), b = tb_points_at (p + i, 2, r);
      jump = trace_jumps (cr, p[i - 1], p[i], jump, last);
      cairo_line_to (cr, a.x, a.y);
      if (r > 0)
        cairo_curve_to (cr, a.x + (p[i].x - a.x) * 2 / 3, a.y + (p[i].y - a.y) * 2 / 3,
                        b.x + (p[i].x - b.x) * 2 / 3, b.y + (p[i].y - b.y) * 2 / 3, b.x, b.y);
    }
  trace_jumps (cr, p[n - 2], p[n - 1], jump, last);
  cairo_line_to (cr, p[n - 1].x, p[n - 1].y);
}

/* ---- Marks ----------------------------------------------------------------------------------- */

static void
begin (TbPen *pen, const TbItem *item)
{
  (void) pen;
  (void) item;
}

static void
end (TbPen *pen)
{
  (void) pen;
}

/* Opaque outline and ground: the one filled, then the other inside it. Half the time of a stroke,
 * and the same to the eye. */
static gboolean
rect_by_fills (TbPen *pen, TbStyle style, const TbRect *r, double radius)
{
  cairo_t *cr = ((CairoPen *) pen)->cr;
  const TbStyleSpec *spec = &tb_styles[style];
  TbColour fill, outline;
  double half = spec->width / 2;
  colours (pen, style, &fill, &outline);
  if (fill.a < 1 || outline.a < 1 || spec->width <= 0
      || tb_style_dash (style, pen->look) != NULL || radius <= half)
    return FALSE;
  TbRect outer = { r->x - half, r->y - half, r->width + 2 * half, r->height + 2 * half };
  TbRect inner = { r->x + half, r->y + half, r->width - 2 * half, r->height - 2 * half };
  trace_rect (cr, &outer, radius + half);
  set_colour (cr, &outline);
  cairo_fill (cr);
  trace_rect (cr, &inner, radius - half);
  set_colour (cr, &fill);
  cairo_fill (cr);
  return TRUE;
}

static void
rect (TbPen *pen, TbStyle style, const TbRect *r, double radius)
{
  if (rect_by_fills (pen, style, r, MIN (radius, MIN (r->width, r->height) / 2)))
    return;
  trace_rect (((CairoPen *) pen)->cr, r, MIN (radius, MIN (r->width, r->height) / 2));
  finish (pen, style);
}

static void
line (TbPen *pen, TbStyle style, const TbPoint *points, guint n, double radius,
      const TbJump *jumps, guint n_jumps)
{
  trace_line (((CairoPen *) pen)->cr, points, n, radius, jumps, n_jumps);
  finish (pen, style);
}

static void
polygon (TbPen *pen, TbStyle style, const TbPoint *points, guint n, gboolean closed)
{
  cairo_t *cr = ((CairoPen *) pen)->cr;
  for (guint i = 0; i < n; i++)
    cairo_line_to (cr, points[i].x, points[i].y);
  if (closed)
    cairo_close_path (cr);
  finish (pen, style);
}

static void
text (TbPen *pen, TbFontId font, TbInk ink, const char *string, double x, double y,
      TbAnchor anchor, gboolean upright)
{
  cairo_t *cr = ((CairoPen *) pen)->cr;
  TbColour colour = tb_ink_colour (pen->theme, ink);
  tb_ink_look (pen->theme, ink, pen->look, &colour);
  double width = anchor == TB_ANCHOR_MIDDLE ? tb_text_width (font, string) : 0;
  set_colour (cr, &colour);
  if (!upright)
    {
      tb_text_show (cr, font, string, x - width / 2, y);
      return;
    }
  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_rotate (cr, -M_PI_2);
  tb_text_show (cr, font, string, -width / 2, 0);
  cairo_restore (cr);
}

static void
icon (TbPen *pen, TbRole role, double x, double y, double size)
{
  cairo_t *cr = ((CairoPen *) pen)->cr;
  TbColour fill, outline;
  tb_style_colours (pen->theme, TB_STYLE_ICON, role, &fill, &outline);
  tb_style_look (pen->theme, TB_STYLE_ICON, pen->look, &fill, &outline);
  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_set_dash (cr, NULL, 0, 0);
  tb_paint_role_icon (cr, role, size, &outline);
  cairo_restore (cr);
}

static void
picture (TbPen *pen, TbIcon *icon_, double x, double y, double size)
{
  cairo_t *cr = ((CairoPen *) pen)->cr;
  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_new_path (cr);
  tb_icon_paint (icon_, cr, size);
  cairo_restore (cr);
}

static const TbPenClass cairo_class
    = { begin, end, rect, line, polygon, text, icon, picture };

/* ---- Many items at once ---------------------------------------------------------------------- */

typedef struct
{
  CairoPen pen;
  const TbScene *scene;
  TbItemSet set;
  GHashTable *without; /* of uids, NULL */
} Job;

#define EACH_OF_KIND(job, kind_, i)                                                                \
  (guint i = tb_item_set_next (&(job)->set, (job)->scene->first[kind_]);                           \
   i < (job)->scene->first[(kind_) + 1]; i = tb_item_set_next (&(job)->set, i + 1))

#define BATCH 64
#define TINY 0.12 /* from here down edges are not smoothed: cards are a few pixels */

/* Lines without corners, one stroke for all of a style. Level and upright lines with square ends
 * are boxes to Cairo: a tenth of the time. */
static void
paint_link_lines (Job *job)
{
  cairo_t *cr = job->pen.cr;
  TbColour fill, outline;
  tb_style_colours (job->pen.pen.theme, TB_STYLE_LINK, TB_ROLE_SERVER, &fill, &outline);
  cairo_save (cr);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_MITER);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_BUTT);
  cairo_set_dash (cr, NULL, 0, 0);
  outline.a = MIN (1, 0.35 + job->pen.scale * 2);
  cairo_set_line_width (cr, MAX (tb_styles[TB_STYLE_LINK].width, 0.8 / job->pen.scale));
  set_colour (cr, &outline);
  cairo_set_antialias (cr, job->pen.scale < TINY ? CAIRO_ANTIALIAS_NONE : CAIRO_ANTIALIAS_DEFAULT);
  guint n = 0;
  for EACH_OF_KIND (job, TB_ITEM_LINK, i)
    {
      const TbItem *link = TB_ITEM (job->scene, i);
      for (guint k = 0; k < link->n_points; k++)
        if (k == 0)
          cairo_move_to (cr, link->points[0].x, link->points[0].y);
        else
          cairo_line_to (cr, link->points[k].x, link->points[k].y);
      if (++n % BATCH == 0)
        cairo_stroke (cr);
    }
  cairo_stroke (cr);
  cairo_restore (cr);
}

static void
set_block_colour (Job *job, const TbColour *own)
{
  TbColour card = tb_theme_colour (job->pen.pen.theme, TB_COLOUR_CARD);
  TbColour colour = tb_colour_over (own, 0.72, &card);
  set_colour (job->pen.cr, &colour);
}

static void
fill_blocks (Job *job, TbRole role, GArray *rects)
{
  TbColour colour = tb_theme_role (job->pen.pen.theme, role);
  set_block_colour (job, &colour);
  for (guint i = 0; i < rects->len; i++)
    {
      const TbRect *r = &g_array_index (rects, TbRect, i);
      cairo_rectangle (job->pen.cr, r->x, r->y, r->width, r->height);
    }
  cairo_fill (job->pen.cr);
  g_array_set_size (rects, 0);
}

/* Those with a colour of their own, over those of their kind. */
static void
paint_own_blocks (Job *job)
{
  for EACH_OF_KIND (job, TB_ITEM_COMPONENT, i)
    {
      const TbItem *item = TB_ITEM (job->scene, i);
      const TbColour *line = item->style ? &item->style->in[job->pen.pen.theme].line : NULL;
      if (line == NULL || line->a <= 0)
        continue;
      set_block_colour (job, line);
      cairo_rectangle (job->pen.cr, item->rect.x, item->rect.y, item->rect.width,
                       item->rect.height);
      cairo_fill (job->pen.cr);
    }
}

/* By kind, so that each has one source; in batches, since Cairo sorts what is filled at once. */
static void
paint_blocks (Job *job)
{
  GArray *rects[TB_N_ROLES];
  cairo_save (job->pen.cr);
  cairo_set_antialias (job->pen.cr, job->pen.scale < TINY ? CAIRO_ANTIALIAS_NONE
                                                          : CAIRO_ANTIALIAS_DEFAULT);
  for (guint role = 0; role < TB_N_ROLES; role++)
    rects[role] = g_array_new (FALSE, FALSE, sizeof (TbRect));
  for EACH_OF_KIND (job, TB_ITEM_COMPONENT, i)
    {
      const TbItem *item = TB_ITEM (job->scene, i);
      g_array_append_val (rects[item->role], item->rect);
      if (rects[item->role]->len == BATCH)
        fill_blocks (job, item->role, rects[item->role]);
    }
  for (guint role = 0; role < TB_N_ROLES; role++)
    {
      if (rects[role]->len > 0)
        fill_blocks (job, (TbRole) role, rects[role]);
      g_array_unref (rects[role]);
    }
  paint_own_blocks (job);
  cairo_restore (job->pen.cr);
}

/* What is drawn alone, after those that look alike. */
static gboolean
is_special (const TbItem *link)
{
  return link->style != NULL || link->pending || link->faint || link->heads != TB_HEAD_TO;
}

/* Sync and async lines in one stroke each, then heads, then labels. */
static void
paint_links (Job *job)
{
  TbPen *pen = &job->pen.pen;
  cairo_t *cr = job->pen.cr;
  pen->look = NULL;
  for (guint async = 0; async < 2; async++)
    {
      gboolean any = FALSE;
      for EACH_OF_KIND (job, TB_ITEM_LINK, i)
        {
          const TbItem *link = TB_ITEM (job->scene, i);
          if (link->n_points < 2 || link->hidden || (guint) link->async != async
              || is_special (link))
            continue;
          g_autofree TbPoint *shaft = g_new (TbPoint, link->n_points);
          trace_line (cr, shaft, tb_link_shaft (link, shaft), TB_LINK_CORNER, link->jumps,
                      pen->detail >= TB_DETAIL_NAMES ? link->n_jumps : 0);
          any = TRUE;
        }
      if (any)
        finish (pen, async ? TB_STYLE_LINK_ASYNC : TB_STYLE_LINK);
    }
  for EACH_OF_KIND (job, TB_ITEM_LINK, i)
    {
      const TbItem *link = TB_ITEM (job->scene, i);
      TbPoint head[3];
      if (link->n_points < 2)
        continue;
      if (is_special (link))
        {
          tb_draw_item (pen, job->scene, link);
          pen->look = NULL;
          pen->faint = FALSE;
          continue;
        }
      tb_link_head (link, TB_HEAD_TO, head);
      polygon (pen, link->async ? TB_STYLE_HEAD_OPEN : TB_STYLE_HEAD, head, 3, !link->async);
      if (link->label_at.width > 0 && pen->detail == TB_DETAIL_ALL)
        text (pen, TB_FONT_LABEL, TB_INK_ON_GROUND, link->name,
              link->label_at.x + link->label_at.width / 2, link->label_at.y + 12,
              TB_ANCHOR_MIDDLE, FALSE);
    }
}

static void
paint_each (Job *job, TbItemKind kind)
{
  for EACH_OF_KIND (job, kind, i)
    tb_draw_item (&job->pen.pen, job->scene, TB_ITEM (job->scene, i));
}

static void
paint_set (Job *job)
{
  TbDetail detail = job->pen.pen.detail;
  for (guint kind = TB_ITEM_LAYER; kind <= TB_ITEM_MIDDLEWARE; kind++)
    paint_each (job, (TbItemKind) kind);
  if (detail > TB_DETAIL_BLOCKS)
    paint_links (job);
  else if (TB_CARD_HEIGHT * job->pen.scale >= 3)
    paint_link_lines (job);
  if (detail > TB_DETAIL_BLOCKS)
    paint_each (job, TB_ITEM_COMPONENT);
  else
    paint_blocks (job);
  for EACH_OF_KIND (job, TB_ITEM_LINK, i)
    tb_draw_ports (&job->pen.pen, job->scene, TB_ITEM (job->scene, i));
  paint_each (job, TB_ITEM_NOTE);
}

/* By size on screen: nothing is written smaller than 5 px, cards lower than 20 px are blocks. */
static TbDetail
detail_at (double scale)
{
  if (scale * TB_CARD_HEIGHT < 20)
    return TB_DETAIL_BLOCKS;
  if (scale * tb_fonts[TB_FONT_LINE].size >= 5)
    return TB_DETAIL_ALL;
  return scale * tb_fonts[TB_FONT_NAME].size >= 5 ? TB_DETAIL_NAMES : TB_DETAIL_SHAPES;
}

static void
job_init (Job *job, const TbScene *scene, cairo_t *cr, const TbPaintOptions *options)
{
  double scale = options->scale > 0 ? options->scale : 1;
  *job = (Job){ .pen = { .pen = { .class = &cairo_class,
                                  .theme = options->theme,
                                  .detail = detail_at (scale),
                                  .buttons = options->buttons },
                         .cr = cr,
                         .scale = scale },
                .scene = scene };
  cairo_save (cr);
  cairo_new_path (cr);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
}

static void
job_clear (Job *job)
{
  cairo_restore (job->pen.cr);
  g_free (job->set.words);
}

static void
unmark (TbItemSet *set, guint i)
{
  if (i < set->n)
    set->words[i / 64] &= ~(G_GUINT64_CONSTANT (1) << (i % 64));
}

/* ---- The page -------------------------------------------------------------------------------- */

/* Dots of the grid as squares: boxes are Cairo's fastest path. Fewer as they come closer. */
static void
paint_grid (cairo_t *cr, const TbRect *clip, const TbPaintOptions *options)
{
  double step = TB_GRID, size = MAX (1.6, 1 / options->scale);
  TbColour colour = tb_theme_colour (options->theme, TB_COLOUR_GRID);
  while (step * options->scale < 12)
    step *= 4;
  /* A dot on the edge belongs to both sides of it. */
  for (double y = floor (clip->y / step) * step; y < clip->y + clip->height + size; y += step)
    for (double x = floor (clip->x / step) * step; x < clip->x + clip->width + size; x += step)
      cairo_rectangle (cr, x - size / 2, y - size / 2, size, size);
  set_colour (cr, &colour);
  cairo_fill (cr);
}

static void
paint_page (cairo_t *cr, const TbRect *clip, const TbPaintOptions *options)
{
  if (options->background)
    {
      TbColour colour = tb_theme_colour (options->theme, TB_COLOUR_CANVAS);
      set_colour (cr, &colour);
      cairo_rectangle (cr, clip->x, clip->y, clip->width, clip->height);
      cairo_fill (cr);
    }
  if (options->grid && options->theme != TB_THEME_PRINT && options->scale > 0)
    paint_grid (cr, clip, options);
}

/* A cell of the index holds more than a tile shows of it. */
static void
leave_out_far (Job *job, const TbRect *clip)
{
  for (guint i = tb_item_set_next (&job->set, 0); i != TB_NO_ITEM;
       i = tb_item_set_next (&job->set, i + 1))
    if (!tb_rect_intersects (&TB_ITEM (job->scene, i)->bounds, clip))
      unmark (&job->set, i);
}

void
tb_scene_paint (const TbScene *scene, cairo_t *cr, const TbRect *clip,
                const TbPaintOptions *options)
{
  Job job;
  job_init (&job, scene, cr, options);
  paint_page (cr, clip, options);
  job.set = tb_scene_collect (scene, clip);
  leave_out_far (&job, clip);
  for (guint i = 0; i < options->n_without; i++)
    for (guint k = tb_scene_find (scene, options->without[i]); k != TB_NO_ITEM;
         k = TB_ITEM (scene, k)->next)
      unmark (&job.set, k);
  paint_set (&job);
  job_clear (&job);
}

void
tb_scene_paint_only (const TbScene *scene, cairo_t *cr, const TbUid *uids, guint n,
                     const TbPaintOptions *options)
{
  Job job;
  job_init (&job, scene, cr, options);
  job.set = (TbItemSet){ g_new0 (guint64, scene->items->len / 64 + 1), scene->items->len };
  for (guint k = 0; k < n; k++)
    {
      guint i = tb_scene_find (scene, uids[k]);
      if (i < job.set.n && tb_item_is_shown (scene, TB_ITEM (scene, i)))
        job.set.words[i / 64] |= G_GUINT64_CONSTANT (1) << (i % 64);
    }
  for (guint i = scene->first[TB_ITEM_LINK]; i < scene->first[TB_ITEM_COMPONENT]; i++)
    {
      const TbItem *link = TB_ITEM (scene, i);
      for (guint k = 0; k < 2; k++)
        {
          guint e = k ? link->to : link->from;
          if (e != TB_NO_ITEM && link->hidden == 0 && (job.set.words[e / 64] >> (e % 64) & 1))
            job.set.words[i / 64] |= G_GUINT64_CONSTANT (1) << (i % 64);
        }
    }
  for (guint i = 0; i < options->n_without; i++)
    unmark (&job.set, tb_scene_find (scene, options->without[i]));
  paint_set (&job);
  job_clear (&job);
}
