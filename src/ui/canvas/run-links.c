/* Links of a run: the figure beside each. */
#include "run-private.h"

#include <math.h>

#define LEAST_SCALE 0.85 /* letters of 9.4 pixels */
#define PILL_STEP 12.0 /* widths in steps: a figure of one digit more does not shift its pill */

/* Where the pills of other links stand: they stay. (transfer full) of TbRect */
static GArray *
other_pills (TbCanvas *canvas, TbUid link)
{
  GArray *taken = g_array_new (FALSE, FALSE, sizeof (TbRect));
  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_iter_init (&iter, canvas->run->links);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const TbLinkShow *other = value;
      if (GPOINTER_TO_UINT (key) != link && other->text != NULL && other->place.width > 0
          && other->generation == canvas->run->generation && other->place_zoom == canvas->camera.zoom)
        g_array_append_val (taken, other->place);
    }
  return taken;
}

static gboolean
meets (const GArray *taken, const TbRect *r)
{
  for (guint i = 0; i < taken->len; i++)
    if (tb_rect_intersects (&g_array_index (taken, TbRect, i), r))
      return TRUE;
  return FALSE;
}

/* Farther off than that, nobody sees which link it speaks of. */
gboolean
tb_canvas_is_beside (TbCanvas *canvas, TbUid link, const TbRect *r)
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
stands_well (TbCanvas *canvas, TbUid link, const GArray *taken, const TbRect *r)
{
  return tb_canvas_is_beside (canvas, link, r) && !meets (taken, r)
         && !tb_scene_is_covered (tb_canvas_scene (canvas), link, r);
}

/* Where there is no room at all: close to the link's middle, on the side without a pill. */
static TbRect
at_the_middle (TbCanvas *canvas, TbUid link, const GArray *taken, double width, double height)
{
  const TbScene *scene = tb_canvas_scene (canvas);
  TbPoint middle = tb_scene_route_point (scene, link, tb_scene_route_length (scene, link) / 2);
  TbRect r = { middle.x - width / 2, middle.y - height - 9, width, height };
  if (meets (taken, &r))
    r.y = middle.y + 9;
  return r;
}

/* Room for a digit more, so that a growing figure stays where it is. */
static TbRect
ask_place (TbCanvas *canvas, TbUid uid, const GArray *taken, double width, double height)
{
  TbRect r = tb_scene_link_pill (tb_canvas_scene (canvas), uid, ceil (width / PILL_STEP) * PILL_STEP,
                                 height, (const TbRect *) (gconstpointer) taken->data, taken->len);
  r.width = MAX (r.width, width);
  return r;
}

/* How large a pill is drawn: as the drawing, but never too small to be read. */
static double
pill_scale (const TbCanvas *canvas)
{
  return MAX (canvas->camera.zoom, LEAST_SCALE);
}

/* In the world's units, in which it is the larger the farther off one looks from. */
static void
measure (TbCanvas *canvas, TbPill *pill, const char *text, double *width, double *height)
{
  double grown = pill_scale (canvas) / canvas->camera.zoom;
  pill->text = text;
  tb_pill_measure (GTK_WIDGET (canvas), pill, width, height);
  *width *= grown;
  *height *= grown;
}

/* Tries a text where the scene has room for it. */
static gboolean
fits (TbCanvas *canvas, TbUid uid, const GArray *taken, TbLinkShow *show, TbPill *pill, const char *text)
{
  double height;
  measure (canvas, pill, text, &show->text_width, &height);
  show->use_brief = text == show->brief;
  show->place = ask_place (canvas, uid, taken, show->text_width, height);
  return stands_well (canvas, uid, taken, &show->place);
}

/* From far off there is only room for what is brief, and none for what would cover something. */
static void
place_pill (TbCanvas *canvas, TbUid uid, TbLinkShow *show, TbPill *pill)
{
  double width, height;
  gboolean stays = show->generation == canvas->run->generation && show->place.width > 0
                   && show->place_zoom == canvas->camera.zoom;
  gboolean far = canvas->camera.zoom < TB_PILL_FAR_ZOOM;
  measure (canvas, pill, show->use_brief && show->brief ? show->brief : show->text, &width, &height);
  show->text_width = width;
  if (stays && show->place.width >= width && show->place.width - width < 2 * PILL_STEP)
    return;
  show->generation = canvas->run->generation;
  show->place_zoom = canvas->camera.zoom;
  g_autoptr (GArray) taken = other_pills (canvas, uid);
  if (!(far && show->brief) && fits (canvas, uid, taken, show, pill, show->text))
    return;
  if (show->brief && fits (canvas, uid, taken, show, pill, show->brief))
    return;
  if (far)
    show->place = (TbRect){ 0 };
  else
    show->place = at_the_middle (canvas, uid, taken, show->place.width, show->place.height);
}

/* Of what is drawn: the place is wider. */
static TbRect
drawn_rect (TbCanvas *canvas, const TbLinkShow *show)
{
  TbRect r = show->place;
  r.x += (r.width - show->text_width) / 2;
  r.width = show->text_width;
  return tb_camera_rect (&canvas->camera, &r);
}

void
tb_run_pill_snapshot (TbCanvas *canvas, GtkSnapshot *snapshot, TbUid uid, TbLinkShow *show)
{
  TbRect widget = { 0, 0, canvas->camera.width, canvas->camera.height };
  TbPill pill = { show->use_brief && show->brief ? show->brief : show->text, show->colour,
                  show->line, show->bold, show->not_tapped, pill_scale (canvas) };
  TbItemKind kind;
  TbRect r;
  if (!tb_scene_item (tb_canvas_scene (canvas), uid, &kind, &r))
    return;
  if (show->node == NULL || show->generation != canvas->run->generation || show->place_zoom != canvas->camera.zoom)
    place_pill (canvas, uid, show, &pill);
  r = drawn_rect (canvas, show);
  if (show->place.width <= 0 || !tb_rect_intersects (&r, &widget))
    return;
  if (show->node == NULL || show->node_scale != canvas->camera.zoom)
    {
      g_clear_pointer (&show->node, gsk_render_node_unref);
      show->node = tb_pill_node_new (GTK_WIDGET (canvas), canvas->theme, &pill);
      show->node_scale = canvas->camera.zoom;
    }
  tb_draw_at (snapshot, show->node, tb_canvas_whole (canvas, r.x), tb_canvas_whole (canvas, r.y));
}

TbUid
tb_run_pill_at (TbCanvas *canvas, double x, double y)
{
  GHashTableIter iter;
  gpointer key, value;
  TbRect at = { x, y, 0.1, 0.1 };
  g_hash_table_iter_init (&iter, canvas->run->links);
  while (canvas->frame != NULL && g_hash_table_iter_next (&iter, &key, &value))
    {
      const TbLinkShow *show = value;
      TbRect r = drawn_rect (canvas, show);
      if (show->node != NULL && show->place.width > 0 && show->generation == canvas->run->generation
          && tb_rect_intersects (&r, &at))
        return GPOINTER_TO_UINT (key);
    }
  return 0;
}
