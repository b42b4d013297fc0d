#include "spacetime-view-private.h"

#include <math.h>

#include "tb-base.h"
#include "util.h"

#define NARROWEST_NS (2 * TB_NS_PER_US)
#define FIRST_SPAN_NS (2 * TB_NS_PER_S)
#define FIRST_MESSAGES 120
#define LEFT_OPEN 0.03 /* of what is seen, behind the newest */
#define COLUMN 6.0
#define COUNT_NS (2 * TB_NS_PER_MS)
#define COUNT_MS 12
#define FIND_MAX 1000000

G_DEFINE_FINAL_TYPE (TbSpacetimeView, tb_spacetime_view, GTK_TYPE_WIDGET)

static guint changed;

/* ---- What is seen ---------------------------------------------------------------------------- */

TbRect
tb_spacetime_view_page (TbSpacetimeView *view)
{
  return (TbRect){ 0, 0, gtk_widget_get_width (GTK_WIDGET (view)),
                   gtk_widget_get_height (GTK_WIDGET (view)) };
}

TbSpacetime
tb_spacetime_view_picture (TbSpacetimeView *view)
{
  guint n = tb_spacetime_n_rows (view->rows);
  TbRect page = tb_spacetime_view_page (view);
  gboolean live = view->moment != NULL && tb_moment_is_live (view->moment);
  gint64 counted_to = G_MAXINT64;
  TbEvent next;
  if (view->cells != NULL
      && tb_past_event (view->past, tb_spacetime_density_position (view->density), &next))
    counted_to = next.time_ns;
  return (TbSpacetime){ .source = &view->source,
                        .rows = view->rows,
                        .reading = view->reading,
                        .cells = view->cells,
                        .cell_ns = view->cell_ns,
                        .counted_to_ns = counted_to,
                        .from_ns = view->from_ns,
                        .to_ns = view->to_ns,
                        .theme = tb_ui_theme (),
                        .cursor_ns = live ? G_MININT64 : tb_moment_time_ns (view->moment),
                        .selected = tb_moment_selected (view->moment),
                        .hovered = view->hovered,
                        .focus_row
                        = gtk_widget_has_focus (GTK_WIDGET (view)) ? view->focus_row : G_MAXUINT,
                        .searching = view->filter != NULL,
                        .scroll = gtk_adjustment_get_value (view->adjustment),
                        .row_height = tb_spacetime_row_height (n, page.height) };
}

void
tb_spacetime_view_changed (TbSpacetimeView *view)
{
  view->stale = TRUE;
  gtk_widget_queue_draw (GTK_WIDGET (view));
  g_signal_emit (view, changed, 0);
}

void
tb_spacetime_view_see (TbSpacetimeView *view, gint64 from_ns, gint64 to_ns, TbSeen seen)
{
  if (view->past == NULL)
    return;
  gint64 start = tb_past_start_ns (view->past), end = tb_past_end_ns (view->past);
  gint64 longest = MAX ((end - start) * 3 / 2, FIRST_SPAN_NS);
  gint64 span = CLAMP (to_ns - from_ns, NARROWEST_NS, longest);
  from_ns = CLAMP (from_ns, start - span / 2, MAX (end - span / 2, start));
  view->from_ns = from_ns;
  view->to_ns = from_ns + span;
  view->seen = seen;
  tb_spacetime_view_changed (view);
}

/* A live run shows its last messages, as many as can be read with ease. */
static gint64
first_span (TbSpacetimeView *view)
{
  guint64 first = tb_past_first_event (view->past), n = tb_past_n_events (view->past);
  gint64 end = tb_past_end_ns (view->past);
  TbEvent event;
  if (n <= first
      || !tb_past_event (view->past, n > first + FIRST_MESSAGES ? n - FIRST_MESSAGES : first,
                         &event))
    return FIRST_SPAN_NS;
  view->spanned = n > first + FIRST_MESSAGES;
  return CLAMP (end - event.time_ns, TB_NS_PER_MS, FIRST_SPAN_NS);
}

static void
see_end (TbSpacetimeView *view)
{
  gint64 end = tb_past_end_ns (view->past);
  gint64 span = view->spanned ? view->to_ns - view->from_ns : first_span (view);
  gint64 open = (gint64) ((double) span * LEFT_OPEN);
  tb_spacetime_view_see (view, end - span + open, end + open, TB_SEEN_FOLLOWING);
}

static void
see_whole (TbSpacetimeView *view)
{
  gint64 start = tb_past_start_ns (view->past),
         end = MAX (tb_past_end_ns (view->past), start + NARROWEST_NS);
  gint64 open = (end - start) / 50;
  view->spanned = TRUE;
  tb_spacetime_view_see (view, start, end + open, TB_SEEN_WHOLE);
}

void
tb_spacetime_view_pan (TbSpacetimeView *view, double pixels)
{
  TbRect page = tb_spacetime_view_page (view), area = tb_spacetime_area (&page);
  gint64 by = (gint64) ((double) (view->to_ns - view->from_ns) * pixels / area.width);
  view->spanned = TRUE;
  tb_spacetime_view_see (view, view->from_ns + by, view->to_ns + by, TB_SEEN_STILL);
}

void
tb_spacetime_view_zoom_at (TbSpacetimeView *view, double factor, double x)
{
  if (view->past == NULL)
    return;
  TbSpacetime s = tb_spacetime_view_picture (view);
  TbRect page = tb_spacetime_view_page (view), area = tb_spacetime_area (&page);
  gint64 about = tb_spacetime_time (&s, &page, CLAMP (x, area.x, area.x + area.width));
  double span = (double) (view->to_ns - view->from_ns),
         part = (double) (about - view->from_ns) / span;
  gint64 after = MAX ((gint64) (span / factor), NARROWEST_NS);
  gint64 from = about - (gint64) ((double) after * part);
  view->spanned = TRUE;
  tb_spacetime_view_see (view, from, from + after,
                         view->seen == TB_SEEN_FOLLOWING ? TB_SEEN_FOLLOWING : TB_SEEN_STILL);
  if (view->seen == TB_SEEN_FOLLOWING)
    see_end (view);
}

/* About the moment that is shown where it is seen, else about the middle. */
void
tb_spacetime_view_zoom (TbSpacetimeView *view, double factor)
{
  if (view->past == NULL)
    return;
  TbSpacetime s = tb_spacetime_view_picture (view);
  TbRect page = tb_spacetime_view_page (view), area = tb_spacetime_area (&page);
  gboolean in = s.cursor_ns >= view->from_ns && s.cursor_ns <= view->to_ns;
  tb_spacetime_view_zoom_at (view, factor, in ? tb_spacetime_x (&s, &page, s.cursor_ns)
                                              : area.x + area.width / 2);
}

void
tb_spacetime_view_fit (TbSpacetimeView *view)
{
  if (view->past != NULL)
    see_whole (view);
}

void
tb_spacetime_view_follow (TbSpacetimeView *view)
{
  if (view->past == NULL)
    return;
  tb_moment_follow (view->moment);
  see_end (view);
}

gboolean
tb_spacetime_view_follows (TbSpacetimeView *view)
{
  return view->seen == TB_SEEN_FOLLOWING;
}

/* Moves no more than it must. */
static void
reveal (TbSpacetimeView *view, gint64 time_ns)
{
  gint64 span = view->to_ns - view->from_ns;
  if (view->seen != TB_SEEN_WHOLE && (time_ns < view->from_ns || time_ns > view->to_ns))
    tb_spacetime_view_see (view, time_ns - span / 2, time_ns + span / 2, TB_SEEN_STILL);
  else if (view->seen == TB_SEEN_FOLLOWING)
    view->seen = TB_SEEN_STILL;
}

/* ---- Reading --------------------------------------------------------------------------------- */

static gboolean
name_tap (gpointer data, guint row, TbFilterTap *tap)
{
  TbPast *past = data;
  const TbPastTap *known = tb_past_tap (past, row);
  if (known == NULL)
    return FALSE;
  const TbPastLink *link = known->link != G_MAXUINT ? tb_past_link (past, known->link) : NULL;
  const TbPastInstance *from = tb_past_instance (past, known->from),
                       *to = tb_past_instance (past, known->to);
  *tap = (TbFilterTap){ link ? link->id : NULL, from ? from->id : NULL, to ? to->id : NULL, known->port };
  return TRUE;
}

static GBytes *
name_payload (gpointer data, guint64 position)
{
  return tb_past_payload (data, position);
}

static gboolean
matches (guint64 position, const TbEvent *event, gpointer data)
{
  TbSpacetimeView *view = data;
  TbFilterNames names = { tb_past_start_ns (view->past), name_tap, name_payload, view->past };
  return tb_filter_holds (view->filter, &names, position, event);
}

static void
drop_density (TbSpacetimeView *view)
{
  g_clear_handle_id (&view->count_id, g_source_remove);
  g_clear_pointer (&view->density, tb_spacetime_density_free);
  g_clear_pointer (&view->cells, g_array_unref);
}

/* In small parts, so that no frame waits for it. */
static gboolean
count_more (gpointer data)
{
  TbSpacetimeView *view = data;
  gboolean more = tb_spacetime_density_read (view->density, &view->source, COUNT_NS,
                                             view->filter != NULL ? matches : NULL, view);
  if (!more)
    view->count_id = 0;
  tb_spacetime_view_changed (view);
  return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
count (TbSpacetimeView *view)
{
  TbRect page = tb_spacetime_view_page (view), area = tb_spacetime_area (&page);
  gint64 column = (gint64) ((double) (view->to_ns - view->from_ns) * COLUMN / area.width);
  if (view->density == NULL)
    view->density = tb_spacetime_density_new (tb_past_start_ns (view->past));
  gboolean more = tb_spacetime_density_position (view->density) < tb_past_n_events (view->past);
  if (more && view->count_id == 0)
    view->count_id = g_timeout_add_full (G_PRIORITY_LOW, COUNT_MS, count_more, view, NULL);
  view->cells = tb_spacetime_density_query (view->density, view->from_ns, view->to_ns,
                                            MAX (column, 1), &view->cell_ns);
}

void
tb_spacetime_view_read (TbSpacetimeView *view)
{
  if (!view->stale || view->past == NULL)
    return;
  view->stale = FALSE;
  g_clear_pointer (&view->reading, tb_spacetime_reading_free);
  g_clear_pointer (&view->cells, g_array_unref);
  tb_spacetime_rows_update (view->rows, &view->source,
                            view->document != NULL ? tb_document_model (view->document) : NULL);
  if (tb_spacetime_count (&view->source, view->from_ns, view->to_ns) > TB_SPACETIME_EXACT)
    count (view);
  else
    view->reading = tb_spacetime_read (&view->source, view->from_ns, view->to_ns,
                                       view->filter != NULL ? matches : NULL, view);
}

gboolean
tb_spacetime_view_search (TbSpacetimeView *view, const char *words, GError **error)
{
  TbFilter *filter = NULL;
  if (words != NULL && *words != '\0')
    {
      filter = tb_filter_parse (words, error);
      if (filter == NULL)
        return FALSE;
      if (tb_filter_is_empty (filter))
        g_clear_pointer (&filter, tb_filter_free);
    }
  g_clear_pointer (&view->filter, tb_filter_free);
  view->filter = filter;
  drop_density (view);
  tb_spacetime_view_changed (view);
  return TRUE;
}

/* Messages, as the arrows are. */
static gboolean
is_message (const TbEvent *event)
{
  switch ((TbEventKind) event->kind)
    {
    case TB_EVENT_REQUEST:
    case TB_EVENT_REPLY:
    case TB_EVENT_ONE_WAY:
    case TB_EVENT_BYTES:
    case TB_EVENT_REFUSED:
    case TB_EVENT_TIMEOUT:
    case TB_EVENT_RESET:
      return TRUE;
    case TB_EVENT_OPEN:
    case TB_EVENT_CLOSE:
    case TB_EVENT_DELIVERED:
    case TB_EVENT_DROPPED:
    case TB_EVENT_FAULT:
    case TB_EVENT_GAP:
    case TB_EVENT_DUPLICATED:
    case TB_EVENT_CORRUPTED:
    default:
      return FALSE;
    }
}

/* From the message that is chosen, or the moment, where that is in sight; else from the edge of what is. */
static guint64
find_from (TbSpacetimeView *view, int by)
{
  guint64 selected = tb_moment_selected (view->moment);
  gint64 now = tb_moment_time_ns (view->moment);
  gboolean seen = now >= view->from_ns && now <= view->to_ns && !tb_moment_is_live (view->moment);
  if (seen && selected != TB_MOMENT_NONE)
    return selected;
  guint64 at = tb_past_find (view->past, seen ? now : by > 0 ? view->from_ns : view->to_ns);
  return by > 0 && at > 0 ? at - 1 : at;
}

/* Goes on at the other end once it has come to one. */
gboolean
tb_spacetime_view_find (TbSpacetimeView *view, int by)
{
  if (view->past == NULL)
    return FALSE;
  guint64 first = tb_past_first_event (view->past), n = tb_past_n_events (view->past);
  guint64 at = find_from (view, by), most = MIN (n - first, FIND_MAX);
  TbEvent event;
  for (guint64 tried = 0; tried < most; tried++)
    {
      if (by > 0)
        at = at + 1 < n ? MAX (at + 1, first) : first;
      else
        at = at > first ? MIN (at, n) - 1 : n - 1;
      if (!tb_past_event (view->past, at, &event) || !is_message (&event)
          || (view->filter != NULL && !matches (at, &event, view)))
        continue;
      tb_moment_select (view->moment, at);
      return TRUE;
    }
  return FALSE;
}

/* ---- The moment ------------------------------------------------------------------------------ */

static void
take_past (TbSpacetimeView *view)
{
  TbPast *past = tb_moment_past (view->moment);
  if (past == view->past)
    return;
  drop_density (view);
  g_clear_pointer (&view->reading, tb_spacetime_reading_free);
  g_clear_pointer (&view->rows, tb_spacetime_rows_free);
  g_clear_object (&view->document);
  g_set_object (&view->past, past);
  view->rows = tb_spacetime_rows_new ();
  view->spanned = FALSE;
  view->focus_row = 0;
  if (past == NULL)
    return;
  view->source = tb_spacetime_source (past);
  const char *xml = tb_past_architecture (past, tb_past_end_ns (past));
  if (xml != NULL)
    view->document = tb_document_load_bytes ("recording", xml, strlen (xml), NULL, NULL);
}

static void
past_changed (TbSpacetimeView *view)
{
  take_past (view);
  if (view->past != NULL && !view->spanned)
    {
      if (tb_moment_is_running (view->moment))
        see_end (view);
      else
        see_whole (view);
    }
  tb_spacetime_view_changed (view);
}

static void
grown (TbSpacetimeView *view)
{
  if (view->past == NULL || !gtk_widget_get_mapped (GTK_WIDGET (view)))
    return;
  if (view->seen == TB_SEEN_FOLLOWING && tb_moment_is_live (view->moment))
    see_end (view);
  else if (view->seen == TB_SEEN_WHOLE)
    see_whole (view);
  else
    tb_spacetime_view_changed (view);
}

static void
moved (TbSpacetimeView *view)
{
  if (view->past == NULL)
    return;
  if (tb_moment_is_live (view->moment) && view->seen == TB_SEEN_FOLLOWING)
    see_end (view);
  else if (!tb_moment_is_live (view->moment))
    reveal (view, tb_moment_time_ns (view->moment));
  gtk_widget_queue_draw (GTK_WIDGET (view));
  g_signal_emit (view, changed, 0);
}

/* Lines above or below what fits come into sight with the message that is chosen. */
static void
reveal_lines (TbSpacetimeView *view)
{
  guint64 position = tb_moment_selected (view->moment);
  TbEvent event;
  if (view->past == NULL || position == TB_MOMENT_NONE
      || !tb_past_event (view->past, position, &event))
    return;
  const TbPastTap *tap = tb_past_tap (view->past, event.tap);
  TbSpacetime s = tb_spacetime_view_picture (view);
  guint from = tap != NULL ? tb_spacetime_row_of (view->rows, tap->from) : G_MAXUINT;
  guint to = tap != NULL ? tb_spacetime_row_of (view->rows, tap->to) : G_MAXUINT;
  if (from == G_MAXUINT || to == G_MAXUINT)
    return;
  double above = MIN (from, to) * s.row_height, below = (MAX (from, to) + 1) * s.row_height;
  gtk_adjustment_clamp_page (view->adjustment, above, below + tb_spacetime_height (0, 0));
}

static void
selected (TbSpacetimeView *view)
{
  reveal_lines (view);
  gtk_widget_queue_draw (GTK_WIDGET (view));
  g_signal_emit (view, changed, 0);
}

void
tb_spacetime_view_set_moment (TbSpacetimeView *view, TbMoment *moment)
{
  static const char *const names[] = { "past-changed", "grown", "moved", "selected" };
  static void (*const calls[]) (TbSpacetimeView *) = { past_changed, grown, moved, selected };
  for (guint i = 0; view->moment != NULL && i < G_N_ELEMENTS (names); i++)
    g_clear_signal_handler (&view->moment_ids[i], view->moment);
  g_set_object (&view->moment, moment);
  if (moment == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    view->moment_ids[i] = g_signal_connect_swapped (moment, names[i], G_CALLBACK (calls[i]), view);
  past_changed (view);
}

/* ---- Lines ----------------------------------------------------------------------------------- */

void
tb_spacetime_view_collapse_all (TbSpacetimeView *view, gboolean collapse)
{
  for (guint i = 0; view->past != NULL && i < tb_past_n_instances (view->past); i++)
    {
      const char *component = tb_past_instance (view->past, i)->component;
      if (tb_spacetime_replicas (view->rows, component) > 1)
        tb_spacetime_collapse (view->rows, component, collapse);
    }
  tb_spacetime_view_changed (view);
}

void
tb_spacetime_view_show_all (TbSpacetimeView *view)
{
  tb_spacetime_show_all (view->rows);
  tb_spacetime_view_changed (view);
}

guint
tb_spacetime_view_n_hidden (TbSpacetimeView *view)
{
  return tb_spacetime_n_hidden (view->rows);
}

GtkAdjustment *
tb_spacetime_view_adjustment (TbSpacetimeView *view)
{
  return view->adjustment;
}

/* ---- Words ----------------------------------------------------------------------------------- */

char *
tb_spacetime_view_summary (TbSpacetimeView *view)
{
  if (view->past == NULL)
    return g_strdup ("");
  tb_spacetime_view_read (view);
  TbSpacetime s = tb_spacetime_view_picture (view);
  return tb_spacetime_summary (&s);
}

char *
tb_spacetime_view_chosen (TbSpacetimeView *view)
{
  if (view->past == NULL || view->reading == NULL)
    return NULL;
  TbSpacetime s = tb_spacetime_view_picture (view);
  for (guint i = 0; i < view->reading->arrows->len; i++)
    {
      const TbSpacetimeArrow *arrow = &g_array_index (view->reading->arrows, TbSpacetimeArrow, i);
      if (arrow->position == s.selected || arrow->end_position == s.selected)
        return tb_spacetime_arrow_words (&s, arrow);
    }
  return NULL;
}

/* ---- The widget ------------------------------------------------------------------------------ */

static void
tb_spacetime_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  TbSpacetimeView *view = TB_SPACETIME_VIEW (widget);
  TbRect page = tb_spacetime_view_page (view);
  if (view->past == NULL || page.width < 1 || page.height < 1)
    return;
  tb_spacetime_view_read (view);
  TbSpacetime s = tb_spacetime_view_picture (view);
  graphene_rect_t all = GRAPHENE_RECT_INIT (0, 0, (float) page.width, (float) page.height);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &all);
  g_autoptr (TbPlot) plot = tb_plot_new (cr);
  tb_spacetime_paint (&s, plot, &page);
  cairo_destroy (cr);
}

static void
configure (TbSpacetimeView *view, double height)
{
  guint n = tb_spacetime_n_rows (view->rows);
  double row = tb_spacetime_row_height (n, height), all = tb_spacetime_height (n, row);
  double value = gtk_adjustment_get_value (view->adjustment);
  gtk_adjustment_configure (view->adjustment, CLAMP (value, 0, MAX (all - height, 0)), 0,
                            MAX (all, height), row, height, height);
}

static void
tb_spacetime_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  TbSpacetimeView *view = TB_SPACETIME_VIEW (widget);
  configure (view, height);
  view->stale = TRUE;
}

static void
tb_spacetime_view_measure (GtkWidget *widget, GtkOrientation orientation, int for_size,
                           int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 160 : 60;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 600 : 200;
}

static void
say (TbSpacetimeView *view)
{
  if (!gtk_widget_get_mapped (GTK_WIDGET (view)))
    return;
  g_autofree char *summary = tb_spacetime_view_summary (view);
  g_autofree char *chosen = tb_spacetime_view_chosen (view);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  "Space-time diagram", GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  chosen != NULL ? chosen : summary, -1);
  if (gtk_widget_get_height (GTK_WIDGET (view)) > 0)
    configure (view, gtk_widget_get_height (GTK_WIDGET (view)));
}

static void
tb_spacetime_view_dispose (GObject *object)
{
  TbSpacetimeView *view = TB_SPACETIME_VIEW (object);
  tb_spacetime_view_set_moment (view, NULL);
  drop_density (view);
  g_clear_pointer (&view->reading, tb_spacetime_reading_free);
  g_clear_pointer (&view->rows, tb_spacetime_rows_free);
  g_clear_pointer (&view->filter, tb_filter_free);
  g_clear_object (&view->document);
  g_clear_object (&view->past);
  g_clear_object (&view->adjustment);
  G_OBJECT_CLASS (tb_spacetime_view_parent_class)->dispose (object);
}

static void
tb_spacetime_view_class_init (TbSpacetimeViewClass *class)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = tb_spacetime_view_dispose;
  widget->snapshot = tb_spacetime_view_snapshot;
  widget->size_allocate = tb_spacetime_view_size_allocate;
  widget->measure = tb_spacetime_view_measure;
  gtk_widget_class_set_accessible_role (widget, GTK_ACCESSIBLE_ROLE_IMG);
  changed = g_signal_new ("changed", TB_TYPE_SPACETIME_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                          G_TYPE_NONE, 0);
}

static void
tb_spacetime_view_init (TbSpacetimeView *view)
{
  view->rows = tb_spacetime_rows_new ();
  view->hovered = G_MAXUINT64;
  view->adjustment = g_object_ref_sink (gtk_adjustment_new (0, 0, 0, 1, 1, 1));
  g_signal_connect_swapped (view->adjustment, "value-changed", G_CALLBACK (gtk_widget_queue_draw),
                            view);
  g_signal_connect (view, "changed", G_CALLBACK (say), NULL);
  g_signal_connect (view, "map", G_CALLBACK (tb_spacetime_view_changed), NULL);
  gtk_widget_set_focusable (GTK_WIDGET (view), TRUE);
  gtk_widget_set_hexpand (GTK_WIDGET (view), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (view), TRUE);
  gtk_widget_set_has_tooltip (GTK_WIDGET (view), TRUE);
  tb_spacetime_view_add_input (view);
}

GtkWidget *
tb_spacetime_view_new (void)
{
  return g_object_new (TB_TYPE_SPACETIME_VIEW, NULL);
}
