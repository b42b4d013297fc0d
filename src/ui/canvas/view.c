/* Where one looks: the canvas's camera, moved and zoomed, and what follows from that. */
#include "canvas-private.h"

#include "tb-base.h"

#define SETTLE_MS 90
#define FIT_MARGIN 30.0

static gboolean
zoom_settled (gpointer data)
{
  TbCanvas *canvas = data;
  canvas->settle_id = 0;
  canvas->settled = TRUE;
  gtk_widget_queue_draw (GTK_WIDGET (canvas));
  return G_SOURCE_REMOVE;
}

void
tb_canvas_camera_moved (TbCanvas *canvas)
{
  tb_canvas_live_changed (canvas);
  if (canvas->name_edit != NULL)
    gtk_widget_queue_allocate (GTK_WIDGET (canvas));
  tb_items_queue (canvas->items);
  if (canvas->editor != NULL)
    {
      TbRect seen = tb_camera_view (&canvas->camera);
      tb_editor_set_seen (canvas->editor, &seen);
    }
  g_signal_emit_by_name (canvas, "view-changed");
}

static void
zoom_changed (TbCanvas *canvas)
{
  canvas->settled = FALSE;
  g_clear_handle_id (&canvas->settle_id, g_source_remove);
  canvas->settle_id = g_timeout_add (SETTLE_MS, zoom_settled, canvas);
  tb_canvas_camera_moved (canvas);
  g_signal_emit_by_name (canvas, "zoom-changed");
}

static void
keep_in_sight (TbCanvas *canvas)
{
  const TbScene *scene = tb_canvas_scene (canvas);
  TbRect bounds = scene ? tb_scene_bounds (scene) : (TbRect){ 0 };
  if (bounds.width > 0 && canvas->camera.width > 0)
    tb_camera_clamp (&canvas->camera, &bounds);
}

void
tb_canvas_zoom_at (TbCanvas *canvas, double zoom, double x, double y)
{
  double before = canvas->camera.zoom;
  canvas->fitted = FALSE;
  tb_camera_zoom_at (&canvas->camera, zoom, x, y);
  keep_in_sight (canvas);
  if (canvas->camera.zoom != before)
    zoom_changed (canvas);
}

void
tb_canvas_pan (TbCanvas *canvas, double dx, double dy)
{
  canvas->fitted = FALSE;
  tb_camera_pan (&canvas->camera, dx, dy);
  keep_in_sight (canvas);
  tb_canvas_camera_moved (canvas);
}

void
tb_canvas_scroll_by (TbCanvas *canvas, double dx, double dy)
{
  tb_canvas_pan (canvas, -dx, -dy);
}

double
tb_canvas_zoom (TbCanvas *canvas)
{
  return canvas->camera.zoom;
}

void
tb_canvas_set_zoom (TbCanvas *canvas, double zoom)
{
  tb_canvas_zoom_at (canvas, zoom, canvas->camera.width / 2, canvas->camera.height / 2);
}

static void
fit (TbCanvas *canvas, const TbRect *rect, double max_zoom)
{
  if (rect->width <= 0 || rect->height <= 0)
    return;
  /* Before the first allocation there is nothing to fit into. */
  if (canvas->camera.width <= 0)
    {
      canvas->needs_fit = TRUE;
      return;
    }
  tb_camera_fit (&canvas->camera, rect, FIT_MARGIN, max_zoom);
  zoom_changed (canvas);
  canvas->settled = TRUE;
}

void
tb_canvas_show_all_of (TbCanvas *canvas, const TbRect *rect)
{
  TbRect r = tb_camera_rect (&canvas->camera, rect);
  if (r.x >= 0 && r.y >= 0 && r.x + r.width <= canvas->camera.width
      && r.y + r.height <= canvas->camera.height)
    return;
  canvas->fitted = FALSE;
  fit (canvas, rect, canvas->camera.zoom);
}

void
tb_canvas_zoom_to_fit (TbCanvas *canvas)
{
  const TbScene *scene = tb_canvas_scene (canvas);
  TbRect bounds = scene ? tb_scene_bounds (scene) : (TbRect){ 0 };
  fit (canvas, &bounds, canvas->fit_most);
  canvas->fitted = TRUE;
}

void
tb_canvas_set_fit_most (TbCanvas *canvas, double zoom)
{
  canvas->fit_most = zoom;
}

void
tb_canvas_zoom_to_selection (TbCanvas *canvas)
{
  guint n = 0;
  TbRect all = { 0 };
  const TbUid *uids = canvas->editor ? tb_editor_selection (canvas->editor, &n) : NULL;
  for (guint i = 0; i < n; i++)
    {
      TbItemKind kind;
      TbRect r;
      if (!tb_scene_item (tb_canvas_scene (canvas), uids[i], &kind, &r))
        continue;
      if (all.width == 0)
        all = r;
      else
        tb_rect_union (&all, &r, &all);
    }
  fit (canvas, &all, 2);
  canvas->fitted = FALSE;
}

void
tb_canvas_scroll_to (TbCanvas *canvas, TbUid uid)
{
  TbItemKind kind;
  TbRect r;
  const TbScene *scene = tb_canvas_scene (canvas);
  if (scene != NULL && tb_scene_item (scene, tb_scene_stand_in (scene, uid), &kind, &r)
      && tb_camera_reveal (&canvas->camera, &r, 32))
    {
      canvas->fitted = FALSE;
      tb_canvas_camera_moved (canvas);
    }
}

TbRect
tb_canvas_view (TbCanvas *canvas)
{
  return tb_camera_view (&canvas->camera);
}

void
tb_canvas_center_on (TbCanvas *canvas, const TbPoint *world)
{
  TbPoint at = tb_camera_from_world (&canvas->camera, world->x, world->y);
  tb_canvas_pan (canvas, canvas->camera.width / 2 - at.x, canvas->camera.height / 2 - at.y);
}

void
tb_canvas_to_world (TbCanvas *canvas, double x, double y, TbPoint *world)
{
  *world = tb_camera_to_world (&canvas->camera, x, y);
}

void
tb_canvas_from_world (TbCanvas *canvas, const TbPoint *world, double *x, double *y)
{
  TbPoint at = tb_camera_from_world (&canvas->camera, world->x, world->y);
  *x = at.x;
  *y = at.y;
}
