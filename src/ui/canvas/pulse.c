/* When the live layer is drawn.
 *
 *   OFF ── set_source(), map ──▶ SLOW ── dots under way: beat() ──▶ FAST
 *    ▲                            ▲                                  │
 *    │ unmap, source gone         └────── nothing moves: beat() ─────┘
 *
 *   OFF   no timer and no clock: an idle canvas costs nothing.
 *   SLOW  a timer ten times a second asks for a frame; nothing is drawn unless a figure changed.
 *   FAST  60: the frame clock; 30 and 15: a timer, so that the clock stands still in between.
 *
 * In FAST the rate follows the main thread's cost of a frame, its own processor time whatever else the
 * machine does: above a quarter of a core for a second it halves, well below it doubles. The system under
 * study runs on the same processor. */
#include "run-private.h"

#include "tb-base.h"

#define SLOW_MS 100
#define SHARE 0.25
#define SHARE_TO_RISE 0.21
#define FALL_AFTER_NS TB_NS_PER_S
#define RISE_AFTER_NS (4 * TB_NS_PER_S)

static void schedule (TbCanvas *canvas);

static void
drop_frame (TbCanvas *canvas)
{
  if (canvas->frame != NULL && canvas->frame_release != NULL)
    canvas->frame_release (canvas->frame);
  canvas->frame = NULL;
  canvas->frame_release = NULL;
}

/* Who has switched movement off gets none. */
static void
follow_animations (TbCanvas *canvas)
{
  gboolean animations = TRUE;
  g_object_get (gtk_widget_get_settings (GTK_WIDGET (canvas)), "gtk-enable-animations", &animations, NULL);
  canvas->reduced = !animations;
  tb_traffic_set_reduced (canvas->traffic, !animations);
}

static void
show (TbCanvas *canvas, TbLiveFrame *frame, void (*release) (TbLiveFrame *), gboolean stands, guint moving)
{
  const TbScene *scene = tb_canvas_scene (canvas);
  gint64 now_ns = tb_now_ns ();
  TbRect view = tb_camera_view (&canvas->camera);

  drop_frame (canvas);
  canvas->frame = frame;
  canvas->frame_release = release;
  follow_animations (canvas);
  if (scene != NULL)
    {
      if (stands)
        tb_traffic_show_moment (canvas->traffic, scene, frame, moving, &view, now_ns);
      else
        tb_traffic_feed (canvas->traffic, scene, frame, &view, now_ns);
      canvas->run->still = stands;
      if (tb_run_layer_take (canvas, frame, now_ns))
        {
          tb_canvas_update_without (canvas);
          g_clear_pointer (&canvas->still_run, gsk_render_node_unref);
          g_clear_pointer (&canvas->still_pills, gsk_render_node_unref);
          gtk_widget_queue_draw (GTK_WIDGET (canvas));
        }
    }
}

void
tb_canvas_take_frame (TbCanvas *canvas, TbLiveFrame *frame, void (*release) (TbLiveFrame *))
{
  show (canvas, frame, release, FALSE, 0);
  g_signal_emit_by_name (canvas, "live-frame", frame);
}

/* Also while the past is shown: the ring is read on, and whoever minds the run hears of it. */
static void
take_from_source (TbCanvas *canvas, TbLiveFrame *frame)
{
  if (!canvas->past)
    {
      tb_canvas_take_frame (canvas, frame, canvas->source.release);
      return;
    }
  void (*release) (TbLiveFrame *) = canvas->source.release;
  g_signal_emit_by_name (canvas, "live-frame", frame);
  if (release != NULL)
    release (frame);
}

/* ---- The rate -------------------------------------------------------------------------------- */

static void
set_rate (TbCanvas *canvas, guint rate, gint64 now_ns)
{
  canvas->rate = rate;
  canvas->rate_since_ns = now_ns;
  canvas->dear_since_ns = 0;
  schedule (canvas);
}

static void
govern (TbCanvas *canvas, gint64 now_ns)
{
  if (canvas->reduced) /* what only comes and goes needs no more */
    {
      if (canvas->rate != 15)
        set_rate (canvas, 15, now_ns);
      return;
    }
  canvas->cost_ns += (canvas->meter.last_ns - canvas->cost_ns) / 8;
  double share = (double) canvas->cost_ns * canvas->rate / 1e9;
  gint64 since = now_ns - canvas->rate_since_ns;
  if (share <= SHARE)
    canvas->dear_since_ns = 0;
  else if (canvas->dear_since_ns == 0) /* a page that opens is one dear frame, and no reason */
    canvas->dear_since_ns = now_ns;
  gboolean dear = canvas->dear_since_ns != 0 && now_ns - canvas->dear_since_ns > FALL_AFTER_NS;
  if (dear && canvas->rate > 15)
    set_rate (canvas, canvas->rate / 2, now_ns);
  else if (share * 2 < SHARE_TO_RISE && canvas->rate < 60 && since > RISE_AFTER_NS)
    set_rate (canvas, canvas->rate * 2, now_ns);
}

/* ---- The beat -------------------------------------------------------------------------------- */

static gboolean
run_over (const TbLiveFrame *frame)
{
  return frame != NULL && (frame->state == TB_RUN_STOPPED || frame->state == TB_RUN_FAILED);
}

static void
beat (TbCanvas *canvas)
{
  const TbScene *scene = tb_canvas_scene (canvas);
  gint64 now_ns = tb_now_ns (), began_ns = tb_thread_cpu_ns ();
  TbLiveFrame *frame = canvas->source.next ? canvas->source.next (canvas->source.data) : NULL;

  if (frame != NULL)
    {
      take_from_source (canvas, frame);
      tb_frame_meter_add (&canvas->delivery, tb_thread_cpu_ns () - began_ns);
    }
  gboolean was_moving = canvas->moving;
  canvas->moving = scene && tb_traffic_advance (canvas->traffic, scene, now_ns) > 0;
  if (canvas->moving || was_moving)
    gtk_widget_queue_draw (GTK_WIDGET (canvas));
  if (canvas->moving)
    govern (canvas, now_ns);
  if (canvas->moving != was_moving)
    schedule (canvas);
}

static gboolean
on_timer (gpointer data)
{
  TbCanvas *canvas = data;
  guint id = canvas->pulse_timer;
  g_object_ref (canvas);
  beat (canvas);
  if (canvas->pulse_timer == id && !canvas->moving
      && (canvas->source.next == NULL || run_over (canvas->frame)))
    canvas->pulse_timer = 0;
  gboolean goes_on = canvas->pulse_timer == id;
  g_object_unref (canvas);
  return goes_on ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  TbCanvas *canvas = TB_CANVAS (widget);
  guint id = canvas->pulse_tick;
  beat (canvas);
  return canvas->pulse_tick == id ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
stop (TbCanvas *canvas)
{
  guint timer = canvas->pulse_timer, tick = canvas->pulse_tick;
  canvas->pulse_timer = canvas->pulse_tick = 0;
  if (timer != 0)
    g_source_remove (timer);
  if (tick != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (canvas), tick);
}

static void
schedule (TbCanvas *canvas)
{
  gboolean fast = canvas->moving;
  stop (canvas);
  if (!gtk_widget_get_mapped (GTK_WIDGET (canvas)))
    return;
  if (fast && canvas->rate == 60)
    canvas->pulse_tick = gtk_widget_add_tick_callback (GTK_WIDGET (canvas), on_tick, NULL, NULL);
  else if (fast)
    canvas->pulse_timer = g_timeout_add (1000 / canvas->rate, on_timer, canvas);
  else if (canvas->source.next != NULL && !run_over (canvas->frame))
    canvas->pulse_timer = g_timeout_add (SLOW_MS, on_timer, canvas);
}

void
tb_canvas_pulse_start (TbCanvas *canvas)
{
  canvas->moving = canvas->editor != NULL && canvas->frame != NULL
                   && tb_traffic_advance (canvas->traffic, tb_canvas_scene (canvas), tb_now_ns ()) > 0;
  schedule (canvas);
}

void
tb_canvas_pulse_stop (TbCanvas *canvas)
{
  stop (canvas);
  canvas->moving = FALSE;
}

void
tb_canvas_set_source (TbCanvas *canvas, const TbFrameSource *source)
{
  stop (canvas);
  if (canvas->source.free_data != NULL)
    canvas->source.free_data (canvas->source.data);
  canvas->source = source ? *source : (TbFrameSource){ 0 };
  drop_frame (canvas);
  tb_traffic_clear (canvas->traffic);
  tb_run_layer_clear (canvas->run);
  canvas->moving = canvas->past = FALSE;
  if (canvas->editor != NULL)
    tb_canvas_update_without (canvas);
  tb_canvas_live_changed (canvas);
  schedule (canvas);
}

/* Figures and dots of another time are of no use. */
static void
begin_anew (TbCanvas *canvas)
{
  tb_traffic_clear (canvas->traffic);
  canvas->run->figures_ns = 0;
  gtk_widget_queue_draw (GTK_WIDGET (canvas));
}

void
tb_canvas_show_past (TbCanvas *canvas, TbLiveFrame *frame, double speed, guint moving)
{
  gboolean was_past = canvas->past;
  canvas->past = frame != NULL;
  tb_traffic_set_speed (canvas->traffic, speed > 0 ? speed : 1);
  if (was_past != canvas->past || (speed == 0 && frame != NULL))
    begin_anew (canvas);
  if (frame != NULL)
    show (canvas, frame, tb_live_frame_unref, speed == 0, moving);
  if (!canvas->moving)
    tb_canvas_pulse_start (canvas);
}

TbDotCount
tb_canvas_dot_count (TbCanvas *canvas)
{
  TbTrafficCount c = tb_traffic_count (canvas->traffic);
  guint n;
  tb_traffic_dots (canvas->traffic, &n);
  return (TbDotCount){ c.requests, c.replies, c.one_way, c.streamed, c.not_shown, c.dropped, c.duplicated,
                       n, tb_traffic_slowness (canvas->traffic) };
}

void
tb_canvas_show_frame (TbCanvas *canvas, TbLiveFrame *frame, void (*release) (TbLiveFrame *))
{
  tb_canvas_take_frame (canvas, frame, release);
  if (!canvas->moving)
    tb_canvas_pulse_start (canvas);
}
