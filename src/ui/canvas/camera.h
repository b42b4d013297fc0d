/* Where the canvas looks: pure arithmetic between world and widget coordinates. */
#pragma once

#include "tb-diagram.h"

G_BEGIN_DECLS

#define TB_ZOOM_MIN 0.02
#define TB_ZOOM_MAX 8.0

typedef struct
{
  double zoom;   /* widget pixels a world unit */
  double ox, oy; /* widget place of the world's origin */
  double width, height; /* of the widget */
  int device;    /* device pixels a widget pixel */
} TbCamera;

void tb_camera_init (TbCamera *camera);
TbPoint tb_camera_to_world (const TbCamera *camera, double x, double y);
TbPoint tb_camera_from_world (const TbCamera *camera, double x, double y);
TbRect tb_camera_rect (const TbCamera *camera, const TbRect *world);
/* What of the world is seen. */
TbRect tb_camera_view (const TbCamera *camera);
/* The world's point under (x, y) stays there. */
void tb_camera_zoom_at (TbCamera *camera, double zoom, double x, double y);
void tb_camera_pan (TbCamera *camera, double dx, double dy);
/* Shows all of a rectangle with a margin of widget pixels, at most at max_zoom. */
void tb_camera_fit (TbCamera *camera, const TbRect *world, double margin, double max_zoom);
/* Pans the least that brings a rectangle into sight; FALSE where it was. */
gboolean tb_camera_reveal (TbCamera *camera, const TbRect *world, double margin);
/* Keeps at least a little of bounds in sight, so that nobody gets lost. */
void tb_camera_clamp (TbCamera *camera, const TbRect *bounds);

G_END_DECLS
