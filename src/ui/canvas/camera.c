/* The camera's origin is always a whole device pixel: tiles then fall on the pixel grid and stay
 * sharp, and a pan moves pixels without computing them anew. */
#include "camera.h"

#include <math.h>

static double
snap (const TbCamera *camera, double v)
{
  return round (v * camera->device) / camera->device;
}

void
tb_camera_init (TbCamera *camera)
{
  *camera = (TbCamera){ .zoom = 1, .device = 1 };
}

TbPoint
tb_camera_to_world (const TbCamera *camera, double x, double y)
{
  return (TbPoint){ (x - camera->ox) / camera->zoom, (y - camera->oy) / camera->zoom };
}

TbPoint
tb_camera_from_world (const TbCamera *camera, double x, double y)
{
  return (TbPoint){ x * camera->zoom + camera->ox, y * camera->zoom + camera->oy };
}

TbRect
tb_camera_rect (const TbCamera *camera, const TbRect *world)
{
  TbPoint at = tb_camera_from_world (camera, world->x, world->y);
  return (TbRect){ at.x, at.y, world->width * camera->zoom, world->height * camera->zoom };
}

TbRect
tb_camera_view (const TbCamera *camera)
{
  TbPoint at = tb_camera_to_world (camera, 0, 0);
  return (TbRect){ at.x, at.y, camera->width / camera->zoom, camera->height / camera->zoom };
}

void
tb_camera_pan (TbCamera *camera, double dx, double dy)
{
  camera->ox = snap (camera, camera->ox + dx);
  camera->oy = snap (camera, camera->oy + dy);
}

void
tb_camera_zoom_at (TbCamera *camera, double zoom, double x, double y)
{
  TbPoint world = tb_camera_to_world (camera, x, y);
  camera->zoom = CLAMP (zoom, TB_ZOOM_MIN, TB_ZOOM_MAX);
  camera->ox = snap (camera, x - world.x * camera->zoom);
  camera->oy = snap (camera, y - world.y * camera->zoom);
}

void
tb_camera_fit (TbCamera *camera, const TbRect *world, double margin, double max_zoom)
{
  double w = MAX (camera->width - 2 * margin, 16), h = MAX (camera->height - 2 * margin, 16);
  double zoom = MIN (w / MAX (world->width, 1), h / MAX (world->height, 1));
  camera->zoom = CLAMP (MIN (zoom, max_zoom), TB_ZOOM_MIN, TB_ZOOM_MAX);
  camera->ox = snap (camera,
                     camera->width / 2 - (world->x + world->width / 2) * camera->zoom);
  camera->oy = snap (camera,
                     camera->height / 2 - (world->y + world->height / 2) * camera->zoom);
}

/* How far to go along one axis: what does not fit shows its beginning. */
static double
reveal_axis (double at, double size, double room, double margin)
{
  if (size > room - 2 * margin || at < margin)
    return margin - at;
  return at + size > room - margin ? room - margin - (at + size) : 0;
}

gboolean
tb_camera_reveal (TbCamera *camera, const TbRect *world, double margin)
{
  TbRect r = tb_camera_rect (camera, world);
  if (camera->width <= 0 || camera->height <= 0)
    return FALSE;
  /* Already all the room it could have. */
  gboolean covers = r.x <= margin && r.x + r.width >= camera->width - margin && r.y <= margin
                    && r.y + r.height >= camera->height - margin;
  double dx = reveal_axis (r.x, r.width, camera->width, margin);
  double dy = reveal_axis (r.y, r.height, camera->height, margin);
  if (covers || (dx == 0 && dy == 0))
    return FALSE;
  tb_camera_pan (camera, dx, dy);
  return TRUE;
}

void
tb_camera_clamp (TbCamera *camera, const TbRect *bounds)
{
  TbRect r = tb_camera_rect (camera, bounds);
  double keep = 60;
  double dx = r.x > camera->width - keep          ? camera->width - keep - r.x
              : r.x + r.width < keep              ? keep - (r.x + r.width)
                                                  : 0;
  double dy = r.y > camera->height - keep         ? camera->height - keep - r.y
              : r.y + r.height < keep             ? keep - (r.y + r.height)
                                                  : 0;
  if (dx != 0 || dy != 0)
    tb_camera_pan (camera, dx, dy);
}
