#include "row-pane.h"

#include "tb-base.h"

/* Of a frame; the rest is for what moves. */
#define SLICE_NS (3 * TB_NS_PER_MS)
/* Of a page narrower than this the message stands below the list. */
#define BESIDE 620

struct _TbRowPane
{
  GtkWidget parent;
  GtkWidget *paned;
  TbRowList *list;
  TbPayloadPane *pane;
  GtkWidget *side; /* the pane, which scrolls where it is too high: no message makes the panel higher */
  const TbRowPaneKind *kind;
  gpointer owner;
  TbEventRows *rows;
  TbMoment *moment;
  TbPast *past;
  gboolean with_events, anew;
  gboolean seeking; /* the moment's row may not be among those that are known yet */
  gboolean picking; /* the moment changes because of a row of this list */
  gboolean in_past; /* the list was taken to a moment that is not the newest */
  guint step_id;
};

G_DEFINE_FINAL_TYPE (TbRowPane, tb_row_pane, GTK_TYPE_WIDGET)

static guint asked_signal;

/* ---- Events -------------------------------------------------------------------------------------- */

static guint64
first_of (gpointer data)
{
  return tb_past_first_event (TB_ROW_PANE (data)->past);
}

static guint64
n_of (gpointer data)
{
  return tb_past_n_events (TB_ROW_PANE (data)->past);
}

static gsize
events_of (gpointer data, guint64 position, TbEvent *out, gsize max)
{
  return tb_past_events (TB_ROW_PANE (data)->past, position, out, max);
}

static guint64
find_of (gpointer data, gint64 time_ns)
{
  return tb_past_find (TB_ROW_PANE (data)->past, time_ns);
}

static gboolean
holds (gpointer data, guint64 position, const TbEvent *event)
{
  TbRowPane *self = data;
  return self->kind->holds (self->owner, self->past, position, event);
}

static const TbEventSource events = { first_of, n_of, events_of, find_of, holds };
static const TbEventSource no_events = { first_of, n_of, events_of, find_of, NULL };

/* ---- The moment ---------------------------------------------------------------------------------- */

gboolean
tb_row_pane_is_later (TbRowPane *pane, gint64 time_ns)
{
  return pane->moment && pane->past && !tb_moment_is_live (pane->moment)
         && time_ns > tb_moment_time_ns (pane->moment);
}

static guint
row_of_moment (TbRowPane *self)
{
  guint64 selected = tb_moment_selected (self->moment);
  if (selected != TB_MOMENT_NONE && self->with_events)
    return tb_event_rows_of_event (self->rows, selected);
  return tb_event_rows_at_time (self->rows, tb_moment_time_ns (self->moment));
}

/* Whether the rows up to the moment are known. */
static gboolean
is_known (TbRowPane *self)
{
  guint64 selected = tb_moment_selected (self->moment);
  if (selected == TB_MOMENT_NONE)
    selected = tb_past_find (self->past, tb_moment_time_ns (self->moment));
  return tb_event_rows_has_looked_at (self->rows, selected > 0 ? selected - 1 : 0);
}

/* Who was in the past goes with the newest again; who only scrolled stays. */
static void
go_on_live (TbRowPane *self)
{
  if (self->in_past)
    tb_row_list_follow (self->list);
  else
    tb_row_list_grown (self->list);
  self->in_past = FALSE;
}

static void
go_to_moment (TbRowPane *self)
{
  if (!self->past)
    return;
  self->seeking = FALSE;
  if (tb_moment_is_live (self->moment))
    {
      go_on_live (self);
      return;
    }
  self->in_past = TRUE;
  guint row = row_of_moment (self);
  self->seeking = !is_known (self);
  if (row != G_MAXUINT && !self->picking)
    tb_row_list_show_row (self->list, row);
}

/* Beside the list where there is room for both, else below it. */
static void
show_pane (TbRowPane *self, gboolean show)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (self->paned);
  gboolean shown = gtk_widget_get_visible (self->side), beside = width >= BESIDE;
  if (show && !shown && width > 0)
    {
      gtk_orientable_set_orientation (GTK_ORIENTABLE (self->paned),
                                      beside ? GTK_ORIENTATION_HORIZONTAL : GTK_ORIENTATION_VERTICAL);
      gtk_paned_set_position (GTK_PANED (self->paned), beside ? width * 3 / 5 : height * 2 / 5);
    }
  gtk_widget_set_visible (self->side, show);
}

static void
show_selected (TbRowPane *self)
{
  guint64 position = self->past ? tb_moment_selected (self->moment) : TB_MOMENT_NONE;
  gboolean some = position != TB_MOMENT_NONE && self->with_events;
  if (some)
    tb_payload_pane_show_event (self->pane, self->past, position);
  if (some || !self->picking)
    show_pane (self, some);
  if (self->picking)
    return;
  guint row = some ? tb_event_rows_of_event (self->rows, position) : G_MAXUINT;
  g_autoptr (TbEventRow) shown
      = row != G_MAXUINT ? g_list_model_get_item (G_LIST_MODEL (self->rows), row) : NULL;
  tb_row_list_select (self->list, shown && tb_event_row_position (shown) == position ? row : G_MAXUINT);
}

/* ---- Looking, a slice at a time ------------------------------------------------------------------ */

/* One more slice; FALSE: all is known. */
static gboolean
look (TbRowPane *self)
{
  gboolean anew = self->anew;
  self->anew = FALSE;
  if (self->kind->gather (self->owner, self->past, anew, SLICE_NS))
    return TRUE;
  return tb_event_rows_step (self->rows, SLICE_NS);
}

static gboolean
step (gpointer data)
{
  TbRowPane *self = data;
  gboolean more = self->past && gtk_widget_get_mapped (GTK_WIDGET (self)) && look (self);
  if (!more)
    self->step_id = 0;
  if (self->past && self->seeking)
    {
      go_to_moment (self);
      show_selected (self);
    }
  else
    tb_row_list_grown (self->list);
  self->kind->changed (self->owner);
  return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
look_on (TbRowPane *self)
{
  if (self->past && !self->step_id && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->step_id = g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, step, self, NULL);
}

void
tb_row_pane_begin_anew (TbRowPane *pane, gboolean with_events)
{
  pane->with_events = with_events;
  tb_event_rows_set_source (pane->rows, !pane->past ? NULL : with_events ? &events : &no_events, pane);
  pane->anew = TRUE;
  pane->seeking = pane->past && !tb_moment_is_live (pane->moment);
  pane->in_past = pane->seeking;
  if (pane->past && !pane->seeking)
    tb_row_list_follow (pane->list);
  pane->kind->changed (pane->owner);
  look_on (pane);
}

void
tb_row_pane_insert (TbRowPane *pane, const TbEventInsert *inserts, guint n)
{
  tb_event_rows_insert (pane->rows, inserts, n);
}

/* ---- What the moment says ------------------------------------------------------------------------ */

static void
past_changed (TbRowPane *self)
{
  TbPast *past = self->moment ? tb_moment_past (self->moment) : NULL;
  if (past == self->past)
    {
      look_on (self);
      return;
    }
  /* Rows ask the past that they are of. */
  tb_event_rows_set_source (self->rows, NULL, NULL);
  g_set_object (&self->past, past);
  gtk_widget_set_visible (self->side, FALSE);
  tb_row_pane_begin_anew (self, self->with_events);
}

static void
moved (TbRowPane *self)
{
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  go_to_moment (self);
  tb_row_list_refresh (self->list);
  self->kind->changed (self->owner);
}

/* The moment moves first and selects then: only now it is known which row is meant. */
static void
selected (TbRowPane *self)
{
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  show_selected (self);
  if (tb_moment_selected (self->moment) != TB_MOMENT_NONE)
    go_to_moment (self);
}

static void
mapped (TbRowPane *self)
{
  if (!self->past)
    return;
  self->seeking = !tb_moment_is_live (self->moment);
  show_selected (self);
  if (!self->seeking && self->in_past)
    go_on_live (self);
  tb_row_list_refresh (self->list);
  look_on (self);
}

void
tb_row_pane_set_moment (TbRowPane *pane, TbMoment *moment)
{
  if (pane->moment)
    g_signal_handlers_disconnect_by_data (pane->moment, pane);
  g_set_object (&pane->moment, moment);
  if (moment)
    {
      g_signal_connect_swapped (moment, "past-changed", G_CALLBACK (past_changed), pane);
      g_signal_connect_swapped (moment, "grown", G_CALLBACK (look_on), pane);
      g_signal_connect_swapped (moment, "moved", G_CALLBACK (moved), pane);
      g_signal_connect_swapped (moment, "selected", G_CALLBACK (selected), pane);
    }
  past_changed (pane);
}

/* ---- What a person does -------------------------------------------------------------------------- */

static void
row_picked (TbRowPane *self, TbEventRow *row)
{
  guint64 position = tb_event_row_position (row);
  self->picking = TRUE;
  if (position != G_MAXUINT64)
    tb_moment_select (self->moment, position);
  else
    {
      tb_moment_go (self->moment, tb_event_row_time_ns (row));
      self->kind->show (self->owner, self->pane, row);
      show_pane (self, TRUE);
    }
  self->picking = FALSE;
  tb_row_list_refresh (self->list);
}

static void
pane_asked (TbPayloadPane *pane, guint what, TbRowPane *self)
{
  guint64 other;
  if (what == TB_PANE_CLOSE)
    {
      gtk_widget_set_visible (self->side, FALSE);
      tb_row_list_select (self->list, G_MAXUINT);
      tb_moment_select (self->moment, TB_MOMENT_NONE);
      gtk_widget_grab_focus (GTK_WIDGET (self->list));
    }
  else if (what == TB_PANE_PARTNER)
    {
      if (tb_past_partner (self->past, tb_moment_selected (self->moment), &other))
        tb_moment_select (self->moment, other);
    }
  else
    g_signal_emit (self, asked_signal, 0, what);
}

static void
scrolled (TbRowPane *self)
{
  self->kind->changed (self->owner);
}

TbPast *
tb_row_pane_past (TbRowPane *pane)
{
  return pane->past;
}

TbMoment *
tb_row_pane_moment (TbRowPane *pane)
{
  return pane->moment;
}

TbEventRows *
tb_row_pane_rows (TbRowPane *pane)
{
  return pane->rows;
}

gboolean
tb_row_pane_is_following (TbRowPane *pane)
{
  return tb_row_list_is_following (pane->list);
}

void
tb_row_pane_follow (TbRowPane *pane)
{
  if (pane->moment)
    tb_moment_follow (pane->moment);
  tb_row_list_follow (pane->list);
  pane->kind->changed (pane->owner);
}

/* ---- All of it ----------------------------------------------------------------------------------- */

static void
tb_row_pane_dispose (GObject *object)
{
  TbRowPane *self = TB_ROW_PANE (object);
  g_clear_handle_id (&self->step_id, g_source_remove);
  if (self->moment)
    g_signal_handlers_disconnect_by_data (self->moment, self);
  g_clear_object (&self->moment);
  if (self->rows)
    tb_event_rows_set_source (self->rows, NULL, NULL);
  g_clear_pointer (&self->paned, gtk_widget_unparent);
  g_clear_object (&self->rows);
  g_clear_object (&self->past);
  G_OBJECT_CLASS (tb_row_pane_parent_class)->dispose (object);
}

static void
tb_row_pane_class_init (TbRowPaneClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_row_pane_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  asked_signal = g_signal_new ("asked", TB_TYPE_ROW_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
tb_row_pane_init (TbRowPane *self)
{
  self->with_events = TRUE;
  g_signal_connect (self, "map", G_CALLBACK (mapped), NULL);
}

GtkWidget *
tb_row_pane_new (const TbRowPaneKind *kind, gpointer owner)
{
  TbRowPane *self = g_object_new (TB_TYPE_ROW_PANE, NULL);
  self->kind = kind;
  self->owner = owner;
  self->rows = tb_event_rows_new ();
  self->list = TB_ROW_LIST (tb_row_list_new (&kind->kind, owner, self->rows, kind->name));
  g_signal_connect_swapped (self->list, "picked", G_CALLBACK (row_picked), self);
  g_signal_connect_swapped (self->list, "scrolled", G_CALLBACK (scrolled), self);
  self->pane = TB_PAYLOAD_PANE (tb_payload_pane_new ());
  g_signal_connect (self->pane, "asked", G_CALLBACK (pane_asked), self);
  self->side = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->side), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->side), GTK_WIDGET (self->pane));
  gtk_widget_set_visible (self->side, FALSE);
  gtk_widget_set_hexpand (GTK_WIDGET (self->list), TRUE);
  self->paned = gtk_paned_new (GTK_ORIENTATION_HORIZONTAL);
  gtk_paned_set_start_child (GTK_PANED (self->paned), GTK_WIDGET (self->list));
  gtk_paned_set_end_child (GTK_PANED (self->paned), self->side);
  gtk_paned_set_shrink_start_child (GTK_PANED (self->paned), TRUE);
  gtk_paned_set_shrink_end_child (GTK_PANED (self->paned), TRUE);
  gtk_paned_set_resize_end_child (GTK_PANED (self->paned), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_parent (self->paned, GTK_WIDGET (self));
  return GTK_WIDGET (self);
}
