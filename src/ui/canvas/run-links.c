/* Links of a run: the figure beside each, and those that are cut or not tapped. */
#include "run-private.h"

#include <math.h>

#define PILL_STEP 12.0 /* widths in steps: a figure of one digit more does not shift its pill */

typedef struct
{
  TbCanvas *canvas;
  TbUid uid;
  const TbLinkShow *show;
  const TbPoint *points;
  guint n;
} LinkDraw;

static void
arrow_head (cairo_t *cr, const LinkDraw *d)
{
  TbPoint b = d->points[d->n - 1], a = d->points[d->n - 2];
  double angle = atan2 (b.y - a.y, b.x - a.x);
  cairo_save (cr);
  cairo_translate (cr, b.x, b.y);
  cairo_rotate (cr, angle);
  cairo_move_to (cr, 0, 0);
  cairo_line_to (cr, -9, -4);
  cairo_line_to (cr, -9, 4);
  cairo_close_path (cr);
  cairo_fill (cr);
  cairo_restore (cr);
}

static void
leave_gap (cairo_t *cr, TbPoint at)
{
  cairo_rectangle (cr, -1e5, -1e5, 2e5, 2e5);
  cairo_new_sub_path (cr);
  cairo_arc_negative (cr, at.x, at.y, 10, 2 * G_PI, 0);
  cairo_set_fill_rule (cr, CAIRO_FILL_RULE_EVEN_ODD);
  cairo_clip (cr);
}

static void
draw_link (cairo_t *cr, gpointer data)
{
  const LinkDraw *d = data;
  const TbCamera *camera = &d->canvas->camera;
  const TbScene *scene = tb_canvas_scene (d->canvas);
  TbColour colour
      = tb_theme_colour (d->canvas->theme, d->show->cut ? TB_COLOUR_BAD : TB_COLOUR_DIM);
  TbPoint middle = tb_scene_route_point (scene, d->uid, tb_scene_route_length (scene, d->uid) / 2);

  cairo_translate (cr, camera->ox, camera->oy);
  cairo_scale (cr, camera->zoom, camera->zoom);
  tb_draw_colour (cr, &colour, 1);
  cairo_set_line_width (cr, 1.8);
  cairo_save (cr);
  if (d->show->cut)
    leave_gap (cr, middle);
  cairo_set_line_cap (cr, d->show->cut ? CAIRO_LINE_CAP_BUTT : CAIRO_LINE_CAP_ROUND);
  cairo_set_dash (cr, d->show->cut ? (double[]){ 6, 4 } : (double[]){ 0.1, 4.5 }, 2, 0);
  tb_draw_route (cr, d->points, d->n, 9);
  cairo_stroke (cr);
  cairo_restore (cr);
  arrow_head (cr, d);
  if (d->show->cut)
    {
      cairo_translate (cr, middle.x, middle.y);
      cairo_set_line_width (cr, 3);
      tb_draw_cross (cr, 5);
    }
}

static void
broken_line (TbCanvas *canvas, GtkSnapshot *snapshot, TbUid uid, const TbLinkShow *show)
{
  TbItemKind kind;
  TbRect r, widget = { 0, 0, canvas->camera.width, canvas->camera.height };
  LinkDraw d = { canvas, uid, show, NULL, 0 };
  d.points = tb_scene_route (tb_canvas_scene (canvas), uid, &d.n);
  if (d.n < 2 || !tb_scene_item (tb_canvas_scene (canvas), uid, &kind, &r))
    return;
  r = tb_camera_rect (&canvas->camera, &r);
  if (!tb_rect_intersects (&r, &widget))
    return;
  double grow = 12 * MAX (canvas->camera.zoom, 1);
  r = (TbRect){ r.x - grow, r.y - grow, r.width + 2 * grow, r.height + 2 * grow };
  GskRenderNode *node = tb_draw_node (&r, draw_link, &d);
  gtk_snapshot_append_node (snapshot, node);
  gsk_render_node_unref (node);
}

void
tb_run_broken_snapshot (TbCanvas *canvas, GtkSnapshot *snapshot, TbUid uid, const TbLinkShow *show)
{
  g_autoptr (GArray) lines = g_array_new (FALSE, FALSE, sizeof (TbUid));
  tb_scene_link_lines (tb_canvas_scene (canvas), uid, lines);
  for (guint i = 0; i < lines->len; i++)
    broken_line (canvas, snapshot, g_array_index (lines, TbUid, i), show);
}

static gboolean
covers_something (TbCanvas *canvas, TbUid link, const TbRect *r)
{
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  tb_scene_query (tb_canvas_scene (canvas), r, FALSE, uids);
  for (guint i = 0; i < uids->len; i++)
    {
      TbUid uid = g_array_index (uids, TbUid, i);
      TbItemKind kind;
      TbRect unused;
      if (uid != link && tb_scene_item (tb_canvas_scene (canvas), uid, &kind, &unused)
          && (kind == TB_ITEM_COMPONENT || kind == TB_ITEM_LINK || kind == TB_ITEM_NOTE))
        return TRUE;
    }
  return FALSE;
}

static gboolean
meets_pill (TbCanvas *canvas, TbUid link, const TbRect *r)
{
  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_iter_init (&iter, canvas->run->links);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const TbLinkShow *other = value;
      if (GPOINTER_TO_UINT (key) != link && other->text != NULL && other->place.width > 0
          && other->generation == canvas->run->generation && tb_rect_intersects (&other->place, r))
        return TRUE;
    }
  return FALSE;
}

/* Farther off than that, nobody sees which link it speaks of. */
static gboolean
is_beside (TbCanvas *canvas, TbUid link, const TbRect *r)
{
  guint n;
  const TbPoint *p = tb_scene_route (tb_canvas_scene (canvas), link, &n);
  TbRect near = { r->x - 16, r->y - 16, r->width + 32, r->height + 32 };
  for (guint i = 1; i < n; i++)
    {
      TbRect way = { MIN (p[i - 1].x, p[i].x) - 1, MIN (p[i - 1].y, p[i].y) - 1,
                     fabs (p[i].x - p[i - 1].x) + 2, fabs (p[i].y - p[i - 1].y) + 2 };
      if (tb_rect_intersects (&way, &near))
        return TRUE;
    }
  return FALSE;
}

static gboolean
stands_well (TbCanvas *canvas, TbUid link, const TbRect *r)
{
  return is_beside (canvas, link, r) && !meets_pill (canvas, link, r)
         && !covers_something (canvas, link, r);
}

/* Where there is no room at all: close to the link's middle, on the side without a pill. */
static TbRect
at_the_middle (TbCanvas *canvas, TbUid link, double width, double height)
{
  const TbScene *scene = tb_canvas_scene (canvas);
  TbPoint middle = tb_scene_route_point (scene, link, tb_scene_route_length (scene, link) / 2);
  TbRect r = { middle.x - width / 2, middle.y - height - 9, width, height };
  if (meets_pill (canvas, link, &r))
    r.y = middle.y + 9;
  return r;
}

/* Room for a digit more, so that a growing figure stays where it is. */
static TbRect
ask_place (TbCanvas *canvas, TbUid uid, double width, double height)
{
  TbRect r = tb_scene_link_pill (tb_canvas_scene (canvas), uid, ceil (width / PILL_STEP) * PILL_STEP,
                                 height);
  r.width = MAX (r.width, width);
  return r;
}

static void
place_pill (TbCanvas *canvas, TbUid uid, TbLinkShow *show, TbPill *pill)
{
  double width, height;
  gboolean stays = show->generation == canvas->run->generation && show->place.width > 0;
  if (stays && show->use_brief && show->brief)
    pill->text = show->brief;
  tb_pill_measure (GTK_WIDGET (canvas), pill, &width, &height);
  show->text_width = width;
  if (stays && show->place.width >= width && show->place.width - width < 2 * PILL_STEP)
    return;
  pill->text = show->text;
  show->use_brief = FALSE;
  tb_pill_measure (GTK_WIDGET (canvas), pill, &show->text_width, &height);
  show->place = ask_place (canvas, uid, show->text_width, height);
  gboolean well = stands_well (canvas, uid, &show->place);
  if (show->brief && !well)
    {
      pill->text = show->brief;
      show->use_brief = TRUE;
      tb_pill_measure (GTK_WIDGET (canvas), pill, &show->text_width, &height);
      show->place = ask_place (canvas, uid, show->text_width, height);
      well = stands_well (canvas, uid, &show->place);
    }
  if (!well)
    show->place = at_the_middle (canvas, uid, show->place.width, height);
  show->generation = canvas->run->generation;
}

void
tb_run_pill_snapshot (TbCanvas *canvas, GtkSnapshot *snapshot, TbUid uid, TbLinkShow *show)
{
  TbRect widget = { 0, 0, canvas->camera.width, canvas->camera.height };
  TbPill pill = { show->use_brief && show->brief ? show->brief : show->text, show->colour,
                  show->line, show->bold, show->not_tapped, canvas->camera.zoom };
  TbItemKind kind;
  TbRect r;
  if (!tb_scene_item (tb_canvas_scene (canvas), uid, &kind, &r))
    return;
  if (show->node == NULL || show->generation != canvas->run->generation)
    place_pill (canvas, uid, show, &pill);
  r = show->place;
  r.x += (r.width - show->text_width) / 2;
  r = tb_camera_rect (&canvas->camera, &r);
  if (!tb_rect_intersects (&r, &widget))
    return;
  if (show->node == NULL || show->node_scale != canvas->camera.zoom)
    {
      g_clear_pointer (&show->node, gsk_render_node_unref);
      show->node = tb_pill_node_new (GTK_WIDGET (canvas), canvas->theme, &pill);
      show->node_scale = canvas->camera.zoom;
    }
  tb_draw_at (snapshot, show->node, tb_canvas_whole (canvas, r.x), tb_canvas_whole (canvas, r.y));
}
