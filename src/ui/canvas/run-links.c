/* Links of a run: the figure beside each. */
#include "run-private.h"

#include <math.h>

#define PILL_STEP 12.0 /* widths in steps: a figure of one digit more does not shift its pill */

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
