/* How long the main thread works for a frame, from its clock's before-paint to its after-paint. */
#pragma once

#include <gtk/gtk.h>

#include "tb-canvas.h"

G_BEGIN_DECLS

#define TB_METER_FRAMES 200

typedef struct
{
  GdkFrameClock *clock;
  gulong before_id, after_id;
  gint64 began_ns; /* CPU time of this thread; 0: outside a frame */
  gboolean drew;   /* the canvas was part of this frame */
  gint64 last_ns;
  gint64 ring[TB_METER_FRAMES];
  guint n, at;
} TbFrameMeter;

/* Something else that is measured by the same means, without a clock. */
void tb_frame_meter_add (TbFrameMeter *meter, gint64 ns);
void tb_frame_meter_attach (TbFrameMeter *meter, GdkFrameClock *clock);
void tb_frame_meter_detach (TbFrameMeter *meter);
TbFrameTimes tb_frame_meter_times (const TbFrameMeter *meter);
void tb_frame_meter_reset (TbFrameMeter *meter);

G_END_DECLS
