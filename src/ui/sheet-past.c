/* The past of a sheet's run, or a recording that the sheet is made of: the time bar, and the canvas at
 * its moment.
 *
 *   no past: the bar is hidden ── run_past(), tb_sheet_set_recording() ──▶ live ◀── follow ──┐
 *                                                                           │               │
 *            tb_sheet_forget_past() ◀── the run is over ── moved() ─────────┴──▶ the past ──┘
 *
 * While the past is shown the run goes on: its frames are still read, and what goes wrong is said. */
#include "sheet-private.h"

#include <string.h>

#include "compare-view.h"
#include "tb-base.h"
#include "time-bar.h"
#include "util.h"

#define SHOW_MS 12            /* a scrub asks more often than pictures can be made */
#define UNDER_WAY_NS TB_NS_PER_S
#define UNDER_WAY_EVENTS 2000 /* looked at to find what was under way */
#define BEFORE_STOP_NS TB_NS_PER_MS /* a recording opens on the system at work, not on its end */
#define STEP_EVENTS 4         /* more than that since the last picture is a leap */

static gboolean
shows_past (TbSheet *self)
{
  if (!tb_moment_past (self->moment) || tb_moment_is_live (self->moment))
    return FALSE;
  return !self->session || tb_moment_is_running (self->moment);
}

gboolean
tb_sheet_shows_past (TbSheet *self)
{
  return shows_past (self);
}

/* ---- The picture ----------------------------------------------------------------------------- */

/* How far back to look for what was under way. */
static gint64
look_back (TbPast *past, gint64 time_ns)
{
  guint64 here = tb_past_find (past, time_ns + 1), first = tb_past_first_event (past);
  guint64 from = here > first + UNDER_WAY_EVENTS ? here - UNDER_WAY_EVENTS : first;
  TbEvent event;
  gint64 since_ns = time_ns - UNDER_WAY_NS;
  return tb_past_event (past, from, &event) ? MAX (since_ns, event.time_ns - 1) : since_ns;
}

/* How many of the last messages go their way: what a step brought. */
static guint
moving_at (TbSheet *self, gint64 time_ns)
{
  TbPast *past = tb_moment_past (self->moment);
  if (time_ns > self->shown_ns && self->shown_ns != 0)
    {
      guint64 n = tb_past_find (past, time_ns + 1) - tb_past_find (past, self->shown_ns + 1);
      if (n <= STEP_EVENTS)
        return (guint) n;
    }
  return tb_moment_selected (self->moment) != TB_MOMENT_NONE ? 1 : 0;
}

/* By the counters, as the pills and the inspector have it: dots are of the last messages only. */
static guint
under_way (const TbLiveFrame *frame)
{
  guint64 n = 0;
  for (guint i = 0; frame && i < frame->n_instances; i++)
    n += frame->instances[i].under_way;
  return (guint) MIN (n, G_MAXUINT);
}

static void
show_counts (TbSheet *self)
{
  TbDotCount count = tb_canvas_dot_count (self->canvas);
  if (shows_past (self) && tb_moment_speed (self->moment) == 0)
    count.under_way = under_way (tb_canvas_live_frame (self->canvas));
  if (shows_past (self) && tb_moment_speed (self->moment) == 0)
    tb_time_bar_show_still (TB_TIME_BAR (self->time_bar), &count);
  else
    tb_time_bar_show_dots (TB_TIME_BAR (self->time_bar), &count);
}

static gboolean
inspect (gpointer data)
{
  TbSheet *self = data;
  self->inspect_id = 0;
  if (shows_past (self))
    tb_inspector_show_frame (self->inspector, tb_canvas_live_frame (self->canvas), tb_canvas_signs (self->canvas));
  return G_SOURCE_REMOVE;
}

void
tb_sheet_inspect_past (TbSheet *self)
{
  if (shows_past (self) && !self->inspect_id)
    self->inspect_id = g_idle_add_full (G_PRIORITY_LOW, inspect, self, NULL); /* it builds its fields in an idle moment */
}

static gboolean
show_moment (gpointer data)
{
  TbSheet *self = data;
  TbPast *past = tb_moment_past (self->moment);
  self->past_id = 0;
  if (!shows_past (self))
    return G_SOURCE_REMOVE;
  gint64 time_ns = tb_moment_time_ns (self->moment);
  double speed = tb_moment_speed (self->moment);
  gboolean goes_on = speed > 0 && time_ns >= self->shown_ns && time_ns - self->shown_ns < 10 * TB_NS_PER_S;
  gint64 since_ns = speed > 0 ? (goes_on ? self->shown_ns : time_ns) : look_back (past, time_ns);
  guint moving = speed > 0 ? 0 : moving_at (self, time_ns);
  tb_sheet_show_drawing_of (self, past, time_ns);
  TbLiveFrame *frame = tb_past_frame (past, tb_sheet_shown_model (self), time_ns, since_ns);
  self->shown_ns = time_ns;
  if (!frame)
    return G_SOURCE_REMOVE;
  tb_minimap_show_frame (self->minimap, frame);
  tb_canvas_show_past (self->canvas, frame, speed, moving);
  frame = tb_canvas_live_frame (self->canvas);
  tb_inspector_show_frame (self->inspector, frame, tb_canvas_signs (self->canvas)); /* as the canvas judges it */
  tb_panel_show_run (self->panel, frame, tb_canvas_signs (self->canvas));
  show_counts (self);
  return G_SOURCE_REMOVE;
}

static void
moved (TbSheet *self)
{
  if (shows_past (self))
    {
      if (!self->past_id)
        self->past_id = g_timeout_add (SHOW_MS, show_moment, self);
      return;
    }
  g_clear_handle_id (&self->past_id, g_source_remove);
  self->shown_ns = 0;
  tb_sheet_show_own_drawing (self);
  tb_canvas_show_past (self->canvas, NULL, 0, 0);
  if (self->session)
    return;
  tb_canvas_set_session (self->canvas, NULL); /* the drawing alone */
  tb_inspector_show_frame (self->inspector, NULL, NULL);
  tb_panel_show_run (self->panel, NULL, NULL);
  tb_minimap_show_frame (self->minimap, NULL);
}

static void
past_changed (TbSheet *self)
{
  tb_sheet_forget_drawings (self);
  if (tb_moment_past (self->moment))
    return;
  moved (self);
}

/* The message that is picked is of a link: that is shown, too. */
static void
selected (TbSheet *self)
{
  TbPast *past = tb_moment_past (self->moment);
  TbEvent event;
  if (!past || !tb_past_event (past, tb_moment_selected (self->moment), &event))
    return;
  const TbPastTap *tap = tb_past_tap (past, event.tap);
  const TbPastLink *link = tap ? tb_past_link (past, tap->link) : NULL;
  const TbElement *e = link ? tb_model_lookup (tb_sheet_shown_model (self), link->id) : NULL;
  if (e && tb_editor_selected_one (self->editor) != tb_element_uid (e))
    tb_editor_select_one (self->editor, tb_element_uid (e));
}

static void
span_changed (TbSheet *self, guint span)
{
  tb_canvas_set_span (self->canvas, (TbSpan) span);
}

GtkWidget *
tb_sheet_new_time_bar (TbSheet *self)
{
  self->time_bar = tb_time_bar_new (self->moment);
  g_signal_connect_swapped (self->moment, "moved", G_CALLBACK (moved), self);
  g_signal_connect_swapped (self->moment, "past-changed", G_CALLBACK (past_changed), self);
  g_signal_connect_swapped (self->moment, "selected", G_CALLBACK (selected), self);
  g_signal_connect_swapped (self->time_bar, "span", G_CALLBACK (span_changed), self);
  return self->time_bar;
}

void
tb_sheet_show_dots (TbSheet *self)
{
  if (!shows_past (self))
    show_counts (self);
}

void
tb_sheet_time (TbSheet *self, const char *what)
{
  tb_time_bar_do (TB_TIME_BAR (self->time_bar), what);
}

void
tb_sheet_drop_past (TbSheet *self)
{
  g_clear_handle_id (&self->past_id, g_source_remove);
  g_clear_handle_id (&self->inspect_id, g_source_remove);
  tb_sheet_forget_drawings (self);
  g_clear_object (&self->recording);
  if (self->moment)
    g_signal_handlers_disconnect_by_data (self->moment, self);
}

/* ---- A recording as a document --------------------------------------------------------------- */

void
tb_sheet_set_recording (TbSheet *self, TbPast *past)
{
  g_set_object (&self->recording, past);
  const char *notice = tb_past_notice (past);
  tb_time_bar_keep (TB_TIME_BAR (self->time_bar));
  tb_moment_set_past (self->moment, past, FALSE);
  tb_moment_go (self->moment, tb_past_stop_ns (past) - BEFORE_STOP_NS);
  moved (self);
  if (notice)
    tb_sheet_toast (self, notice);
  tb_sheet_state_changed (self);
}

TbDocument *
tb_recording_document (TbPast *past, GError **error)
{
  const char *xml = tb_past_architecture (past, tb_past_end_ns (past));
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  if (!xml)
    return tb_document_new ("Recording");
  return tb_document_load_bytes (tb_past_path (past), xml, strlen (xml), problems, error);
}

/* ---- Two of them ----------------------------------------------------------------------------- */

static void
compare_answered (const char *path, gpointer data)
{
  g_autoptr (TbSheet) self = data;
  g_autoptr (GError) error = NULL;
  TbPast *past = tb_moment_past (self->moment);
  if (!path || !past)
    return;
  g_autoptr (TbPast) other = tb_past_open (path, &error);
  if (!other)
    tb_sheet_toast (self, error->message);
  else
    tb_compare_view_open (GTK_WINDOW (self->window), past, other);
}

void
tb_sheet_ask_compare (TbSheet *self)
{
  TbPast *past = tb_moment_past (self->moment);
  g_autofree char *folder = past ? g_path_get_dirname (tb_past_path (past)) : NULL;
  if (past && self->window)
    tb_ask_file (GTK_WINDOW (self->window), TB_FILE_RECORDING, folder, NULL, compare_answered,
                 g_object_ref (self));
}

static void
save_answered (const char *path, gpointer data)
{
  g_autoptr (TbSheet) self = data;
  g_autoptr (GError) error = NULL;
  TbPast *past = tb_moment_past (self->moment);
  if (!path || !past)
    return;
  g_autofree char *named = g_str_has_suffix (path, ".tbrec") ? g_strdup (path) : g_strconcat (path, ".tbrec", NULL);
  g_autoptr (GFile) from = g_file_new_for_path (tb_past_path (past)), to = g_file_new_for_path (named);
  g_autofree char *name = g_path_get_basename (named);
  g_autofree char *said = g_strconcat ("Saved as ", name, NULL);
  gboolean saved = g_file_copy (from, to, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, &error);
  tb_sheet_toast (self, saved ? said : error->message);
}

/* Also of a run that goes on: what has been written so far is whole. */
void
tb_sheet_ask_save_recording (TbSheet *self)
{
  if (tb_moment_past (self->moment) && self->window)
    tb_ask_file (GTK_WINDOW (self->window), TB_FILE_SAVE_RECORDING, NULL, "run.tbrec", save_answered,
                 g_object_ref (self));
}
