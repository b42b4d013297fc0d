#include "moment.h"

#include "tb-base.h"

#define PLAY_MS 33
#define GROWN_MS 250

struct _TbMoment
{
  GObject parent;
  TbPast *past;
  gulong grown_id;
  gboolean running, live;
  gint64 time_ns;     /* where it is not live */
  guint64 selected;
  double speed;       /* 0: it does not play */
  gint64 advanced_ns; /* of the display's clock */
  guint play_timer, grown_timer;
};

G_DEFINE_FINAL_TYPE (TbMoment, tb_moment, G_TYPE_OBJECT)

enum
{
  PAST_CHANGED,
  GROWN,
  MOVED,
  SELECTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

TbPast *
tb_moment_past (TbMoment *moment)
{
  return moment->past;
}

gboolean
tb_moment_is_live (TbMoment *moment)
{
  return moment->live;
}

gboolean
tb_moment_is_running (TbMoment *moment)
{
  return moment->running;
}

double
tb_moment_speed (TbMoment *moment)
{
  return moment->speed;
}

guint64
tb_moment_selected (TbMoment *moment)
{
  return moment->selected;
}

gint64
tb_moment_time_ns (TbMoment *moment)
{
  if (moment->past == NULL)
    return 0;
  return moment->live ? tb_past_end_ns (moment->past) : moment->time_ns;
}

/* ---- What is known grows ----------------------------------------------------------------------- */

static gboolean
tell_grown (gpointer data)
{
  TbMoment *self = data;
  self->grown_timer = 0;
  g_signal_emit (self, signals[GROWN], 0);
  return G_SOURCE_REMOVE;
}

static void
past_grown (TbMoment *self)
{
  if (self->grown_timer == 0)
    self->grown_timer = g_timeout_add (GROWN_MS, tell_grown, self);
}

/* ---- Moving ------------------------------------------------------------------------------------ */

static void
set_speed (TbMoment *self, double speed)
{
  self->speed = speed;
  if (speed == 0)
    g_clear_handle_id (&self->play_timer, g_source_remove);
}

static void
set_selected (TbMoment *self, guint64 position)
{
  if (self->selected == position)
    return;
  self->selected = position;
  g_signal_emit (self, signals[SELECTED], 0);
}

static void
set_time (TbMoment *self, gint64 time_ns)
{
  gint64 to_ns = CLAMP (time_ns, tb_past_start_ns (self->past), tb_past_end_ns (self->past));
  gboolean was_live = self->live, moved = was_live || to_ns != self->time_ns;
  self->live = FALSE;
  self->time_ns = to_ns;
  if (moved)
    g_signal_emit (self, signals[MOVED], 0);
}

void
tb_moment_go (TbMoment *moment, gint64 time_ns)
{
  if (moment->past == NULL)
    return;
  set_speed (moment, 0);
  set_selected (moment, TB_MOMENT_NONE);
  set_time (moment, time_ns);
}

void
tb_moment_follow (TbMoment *moment)
{
  if (moment->past == NULL || moment->live)
    return;
  set_speed (moment, 0);
  set_selected (moment, TB_MOMENT_NONE);
  if (!moment->running)
    {
      set_time (moment, tb_past_end_ns (moment->past));
      return;
    }
  moment->live = TRUE;
  g_signal_emit (moment, signals[MOVED], 0);
}

void
tb_moment_select (TbMoment *moment, guint64 position)
{
  TbEvent event;
  if (moment->past == NULL)
    return;
  if (position == TB_MOMENT_NONE || !tb_past_event (moment->past, position, &event))
    {
      set_selected (moment, TB_MOMENT_NONE);
      return;
    }
  set_speed (moment, 0);
  set_time (moment, event.time_ns);
  set_selected (moment, position);
}

static gboolean
is_message (const TbEvent *event)
{
  return event->kind == TB_EVENT_REQUEST || event->kind == TB_EVENT_REPLY
         || event->kind == TB_EVENT_ONE_WAY || event->kind == TB_EVENT_DROPPED
         || event->kind == TB_EVENT_REFUSED || event->kind == TB_EVENT_TIMEOUT;
}

/* Where nothing is selected it goes from the time: forward to what comes after it, back to what was at it
 * or before. */
static guint64
position_before_step (TbMoment *self, int by)
{
  if (self->selected != TB_MOMENT_NONE)
    return self->selected;
  guint64 at = tb_past_find (self->past, tb_moment_time_ns (self) + 1);
  return by > 0 ? at - 1 : at; /* before the first: wraps, and the step wraps it back */
}

static guint64
next_message (TbMoment *self, guint64 from, int direction)
{
  guint64 first = tb_past_first_event (self->past), n = tb_past_n_events (self->past);
  TbEvent event;
  for (guint64 at = from + (guint64) (gint64) direction; at >= first && at < n;
       at += (guint64) (gint64) direction)
    if (tb_past_event (self->past, at, &event) && is_message (&event))
      return at;
  return TB_MOMENT_NONE;
}

void
tb_moment_step (TbMoment *moment, int by)
{
  if (moment->past == NULL || by == 0)
    return;
  int direction = by > 0 ? 1 : -1;
  guint64 at = position_before_step (moment, by), to = TB_MOMENT_NONE;
  for (int i = 0; i != by; i += direction)
    {
      guint64 next = next_message (moment, at, direction);
      if (next == TB_MOMENT_NONE)
        break;
      at = to = next;
    }
  if (to != TB_MOMENT_NONE)
    tb_moment_select (moment, to);
}

/* ---- Playing ----------------------------------------------------------------------------------- */

void
tb_moment_advance (TbMoment *moment, gint64 now_ns)
{
  if (moment->speed == 0 || moment->past == NULL)
    return;
  gint64 passed_ns = MAX (now_ns - moment->advanced_ns, 0), end_ns = tb_past_end_ns (moment->past);
  gint64 to_ns = moment->time_ns + (gint64) ((double) passed_ns * moment->speed);
  moment->advanced_ns = now_ns;
  if (to_ns < end_ns)
    set_time (moment, to_ns);
  else if (moment->running)
    tb_moment_follow (moment);
  else
    {
      set_speed (moment, 0);
      set_time (moment, end_ns);
      g_signal_emit (moment, signals[MOVED], 0); /* that it plays no more */
    }
}

static gboolean
on_timer (gpointer data)
{
  TbMoment *self = g_object_ref (data);
  guint id = self->play_timer;
  tb_moment_advance (self, tb_now_ns ());
  gboolean goes_on = self->play_timer == id;
  g_object_unref (self);
  return goes_on ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

void
tb_moment_play (TbMoment *moment, double speed)
{
  g_return_if_fail (speed >= 0);
  if (moment->past == NULL || speed == moment->speed)
    return;
  gint64 from_ns = tb_moment_time_ns (moment);
  if (speed > 0 && !moment->running && from_ns >= tb_past_end_ns (moment->past))
    from_ns = tb_past_start_ns (moment->past);
  set_selected (moment, TB_MOMENT_NONE);
  set_speed (moment, speed);
  moment->advanced_ns = tb_now_ns ();
  if (speed > 0 && moment->play_timer == 0)
    moment->play_timer = g_timeout_add (PLAY_MS, on_timer, moment);
  gboolean stays = !moment->live && from_ns == moment->time_ns;
  set_time (moment, from_ns);
  if (stays)
    g_signal_emit (moment, signals[MOVED], 0); /* whether it plays is shown too */
}

/* ---- The run ----------------------------------------------------------------------------------- */

static void
drop_past (TbMoment *self)
{
  if (self->past == NULL)
    return;
  g_clear_signal_handler (&self->grown_id, self->past);
  g_clear_handle_id (&self->grown_timer, g_source_remove);
  g_clear_object (&self->past);
}

static void
take_past (TbMoment *self, TbPast *past)
{
  drop_past (self);
  set_speed (self, 0);
  self->selected = TB_MOMENT_NONE;
  self->live = FALSE;
  self->time_ns = 0;
  if (past == NULL)
    return;
  self->past = g_object_ref (past);
  self->grown_id = g_signal_connect_swapped (past, "grown", G_CALLBACK (past_grown), self);
  self->time_ns = tb_past_start_ns (past);
}

void
tb_moment_set_past (TbMoment *moment, TbPast *past, gboolean running)
{
  running = running && past != NULL;
  if (past == moment->past && running == moment->running)
    return;
  gboolean another = past != moment->past;
  if (another)
    take_past (moment, past);
  moment->running = running;
  if (another)
    moment->live = running;
  else if (!running && moment->live)
    {
      moment->live = FALSE;
      moment->time_ns = tb_past_end_ns (past);
    }
  g_signal_emit (moment, signals[PAST_CHANGED], 0);
  g_signal_emit (moment, signals[MOVED], 0);
}

static void
tb_moment_dispose (GObject *object)
{
  TbMoment *self = TB_MOMENT (object);
  set_speed (self, 0);
  drop_past (self);
  G_OBJECT_CLASS (tb_moment_parent_class)->dispose (object);
}

static void
tb_moment_class_init (TbMomentClass *class)
{
  static const char *const names[N_SIGNALS] = { "past-changed", "grown", "moved", "selected" };
  G_OBJECT_CLASS (class)->dispose = tb_moment_dispose;
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], TB_TYPE_MOMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
}

static void
tb_moment_init (TbMoment *self)
{
  self->selected = TB_MOMENT_NONE;
}

TbMoment *
tb_moment_new (void)
{
  return g_object_new (TB_TYPE_MOMENT, NULL);
}
