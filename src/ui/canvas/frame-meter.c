#include "frame-meter.h"

#include <stdlib.h>

#include "tb-base.h"

void
tb_frame_meter_add (TbFrameMeter *meter, gint64 ns)
{
  meter->ring[meter->at] = ns;
  meter->at = (meter->at + 1) % TB_METER_FRAMES;
  meter->n = MIN (meter->n + 1, TB_METER_FRAMES);
}

static void
before_paint (GdkFrameClock *clock, TbFrameMeter *meter)
{
  meter->began_ns = tb_thread_cpu_ns ();
  meter->drew = FALSE;
}

static void
after_paint (GdkFrameClock *clock, TbFrameMeter *meter)
{
  if (meter->began_ns != 0 && meter->drew)
    {
      meter->last_ns = tb_thread_cpu_ns () - meter->began_ns;
      tb_frame_meter_add (meter, meter->last_ns);
    }
  meter->began_ns = 0;
}

void
tb_frame_meter_attach (TbFrameMeter *meter, GdkFrameClock *clock)
{
  meter->clock = g_object_ref (clock);
  meter->before_id = g_signal_connect (clock, "before-paint", G_CALLBACK (before_paint), meter);
  meter->after_id = g_signal_connect (clock, "after-paint", G_CALLBACK (after_paint), meter);
}

void
tb_frame_meter_detach (TbFrameMeter *meter)
{
  if (meter->clock == NULL)
    return;
  g_clear_signal_handler (&meter->before_id, meter->clock);
  g_clear_signal_handler (&meter->after_id, meter->clock);
  g_clear_object (&meter->clock);
}

void
tb_frame_meter_reset (TbFrameMeter *meter)
{
  meter->n = meter->at = 0;
}

static int
compare (const void *a, const void *b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;
  return x < y ? -1 : x > y;
}

TbFrameTimes
tb_frame_meter_times (const TbFrameMeter *meter)
{
  gint64 sorted[TB_METER_FRAMES];
  guint n = meter->n;
  if (n == 0)
    return (TbFrameTimes){ 0 };
  for (guint i = 0; i < n; i++)
    sorted[i] = meter->ring[i];
  qsort (sorted, n, sizeof sorted[0], compare);
  return (TbFrameTimes){ n, sorted[n / 2], sorted[MIN (n - 1, n * 95 / 100)], sorted[n - 1] };
}
