/* Messages: all that crossed the links, oldest first, of the run that goes on or was; those that a filter
 * holds for, and of the selected link where one is selected. Where events are missing a row says so. */
#include "pages.h"

#include "filter-entry.h"
#include "format.h"
#include "message-words.h"
#include "row-pane.h"
#include "tb-filter.h"
#include "util.h"

enum
{
  COLUMN_TIME,
  COLUMN_LINK,
  COLUMN_WAY,
  COLUMN_WHAT,
  COLUMN_LATENCY
};

struct _TbMessagesPage
{
  GtkWidget parent;
  GtkWidget *stack, *entry, *said, *newest;
  TbRowPane *rows;
  TbFilter *filter;
  TbFilter *of_link; /* of the selected link; NULL: of all */
  char *link;
  guint n_gaps, n_words; /* that are known here */
};

G_DEFINE_FINAL_TYPE (TbMessagesPage, tb_messages_page, GTK_TYPE_WIDGET)

static guint link_asked, page_asked;

static const TbRowColumn columns[] = {
  [COLUMN_TIME] = { "Time, s", 76, 0, FALSE, TRUE, FALSE },
  [COLUMN_LINK] = { "Link", 110, 520, FALSE, FALSE, FALSE },
  [COLUMN_WAY] = { "From → to", 0, 400, FALSE, FALSE, FALSE },
  [COLUMN_WHAT] = { "What", 0, 0, FALSE, FALSE, FALSE },
  [COLUMN_LATENCY] = { "Latency", 76, 300, TRUE, TRUE, FALSE },
};

/* ---- Rows ---------------------------------------------------------------------------------------- */

static TbRowLook
describe_gap (TbMessagesPage *self, TbPast *past, TbEventRow *row, char **texts)
{
  const TbPastGap *gap = tb_event_row_which (row) < tb_past_n_gaps (past)
                             ? tb_past_gap (past, tb_event_row_which (row)) : NULL;
  texts[COLUMN_TIME] = tb_message_words_time (past, tb_event_row_time_ns (row));
  texts[COLUMN_TIME + 1] = gap ? tb_message_words_gap (gap) : NULL;
  return TB_ROW_NOTE;
}

static TbRowLook
describe (gpointer owner, TbEventRow *row, char **texts)
{
  TbMessagesPage *self = owner;
  TbPast *past = tb_row_pane_past (self->rows);
  TbEvent event;
  if (!past)
    return TB_ROW_PLAIN;
  if (tb_event_row_position (row) == G_MAXUINT64)
    return describe_gap (self, past, row, texts);
  if (!tb_past_event (past, tb_event_row_position (row), &event))
    {
      texts[COLUMN_WHAT] = g_strdup ("in the recording no more");
      return TB_ROW_QUIET;
    }
  texts[COLUMN_TIME] = tb_message_words_time (past, event.time_ns);
  texts[COLUMN_LINK] = tb_message_words_link (past, &event);
  texts[COLUMN_WAY] = tb_message_words_way (past, &event);
  texts[COLUMN_WHAT] = tb_message_words_what (&event);
  texts[COLUMN_LATENCY] = tb_message_words_latency (&event);
  return (tb_event_is_bad (&event) ? TB_ROW_BAD : 0)
         | (tb_row_pane_is_later (self->rows, event.time_ns) ? TB_ROW_LATER : 0);
}

/* Connections that come and go, and what arrived later, are shown where a filter asks for them. */
static gboolean
is_shown (const TbEvent *event)
{
  return event->kind != TB_EVENT_OPEN && event->kind != TB_EVENT_CLOSE && event->kind != TB_EVENT_DELIVERED
         && event->kind != TB_EVENT_FAULT && event->kind != TB_EVENT_GAP;
}

static gboolean
holds (gpointer owner, TbPast *past, guint64 position, const TbEvent *event)
{
  TbMessagesPage *self = owner;
  if (!is_shown (event) && !tb_filter_picks_kinds (self->filter))
    return FALSE;
  return (!self->of_link || tb_filter_matches_at (self->of_link, past, position, event))
         && tb_filter_matches_at (self->filter, past, position, event);
}

/* What they remember of taps is of the past before. */
static void
read_filters (TbMessagesPage *self)
{
  g_autofree char *of_link = self->link ? g_strconcat ("link:", self->link, NULL) : NULL;
  TbFilter *filter = tb_filter_parse (tb_filter_entry_text (TB_FILTER_ENTRY (self->entry)), NULL);
  g_return_if_fail (filter);
  tb_filter_free (self->filter);
  self->filter = filter;
  g_clear_pointer (&self->of_link, tb_filter_free);
  self->of_link = of_link ? tb_filter_parse (of_link, NULL) : NULL;
}

static gboolean
gather (gpointer owner, TbPast *past, gboolean anew, gint64 budget_ns)
{
  TbMessagesPage *self = owner;
  if (anew)
    {
      self->n_gaps = 0;
      read_filters (self);
    }
  for (; self->n_gaps < tb_past_n_gaps (past); self->n_gaps++)
    {
      const TbEventInsert row = { tb_past_gap (past, self->n_gaps)->to_ns, 0, self->n_gaps };
      tb_row_pane_insert (self->rows, &row, 1);
    }
  return FALSE;
}

static void
show_gap (gpointer owner, TbPayloadPane *pane, TbEventRow *row)
{
  TbPast *past = tb_row_pane_past (TB_MESSAGES_PAGE (owner)->rows);
  guint gap = tb_event_row_which (row);
  g_autofree char *text = gap < tb_past_n_gaps (past) ? tb_message_words_gap (tb_past_gap (past, gap)) : NULL;
  tb_payload_pane_show_text (pane, "A gap in the recording", text ? text : "");
}

/* ---- What stands beside the filter --------------------------------------------------------------- */

static guint64
missing_of (TbPast *past)
{
  guint64 missing = 0;
  for (guint i = 0; i < tb_past_n_gaps (past); i++)
    missing += (guint64) MAX (tb_past_gap (past, i)->events, 0);
  return missing;
}

char *
tb_messages_page_status (TbMessagesPage *page)
{
  TbPast *past = tb_row_pane_past (page->rows);
  TbEventRows *rows = tb_row_pane_rows (page->rows);
  if (!past)
    return g_strdup ("");
  g_autofree char *shown = tb_format_count (tb_event_rows_n_events (rows));
  g_autofree char *all = tb_format_count (tb_past_n_events (past) - tb_past_first_event (past));
  double progress = tb_event_rows_progress (rows);
  GString *text = g_string_new (NULL);
  g_string_printf (text, "%s of %s events", shown, all);
  if (page->link)
    g_string_append_printf (text, " · only %s", page->link);
  if (missing_of (past) > 0)
    {
      g_autofree char *missing = tb_format_count (missing_of (past));
      g_string_append_printf (text, " · %s missing", missing);
    }
  if (progress < 0.995)
    g_string_append_printf (text, " · looked at %.0f\u202f%%", progress * 100);
  return g_string_free (text, FALSE);
}

static void
show_said (TbMessagesPage *self)
{
  const char *error = tb_filter_entry_error (TB_FILTER_ENTRY (self->entry));
  g_autofree char *status = error ? NULL : tb_messages_page_status (self);
  tb_ui_set_text (self->said, error ? error : status);
  if (error)
    gtk_widget_add_css_class (self->said, "bad");
  else
    gtk_widget_remove_css_class (self->said, "bad");
}

/* Names are offered as soon as there are any. */
static void
offer_words (TbMessagesPage *self, TbPast *past)
{
  guint n = tb_past_n_links (past) + tb_past_n_instances (past);
  if (n == self->n_words)
    return;
  self->n_words = n;
  g_auto (GStrv) links = tb_filter_links_of (past), instances = tb_filter_instances_of (past);
  tb_filter_entry_set_words (TB_FILTER_ENTRY (self->entry), (const char *const *) links,
                             (const char *const *) instances);
}

static void
changed (gpointer owner)
{
  TbMessagesPage *self = owner;
  TbPast *past = tb_row_pane_past (self->rows);
  if (past)
    offer_words (self, past);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), past ? "list" : "empty");
  gtk_widget_set_visible (self->newest, past && !tb_row_pane_is_following (self->rows));
  show_said (self);
}

static const TbRowPaneKind kind = { { columns, G_N_ELEMENTS (columns), describe },
                                    "Messages", holds, gather, show_gap, changed };

static void
filter_changed (TbMessagesPage *self)
{
  tb_row_pane_begin_anew (self->rows, TRUE);
}

void
tb_messages_page_show_link (TbMessagesPage *page, const char *link)
{
  TbMoment *moment = tb_row_pane_moment (page->rows);
  /* Who looks at one message sees its link selected, and does not ask for that link's alone. */
  if (g_strcmp0 (link, page->link) == 0 || (moment && tb_moment_selected (moment) != TB_MOMENT_NONE))
    return;
  g_free (page->link);
  page->link = g_strdup (link);
  tb_row_pane_begin_anew (page->rows, TRUE);
}

/* ---- Elsewhere ----------------------------------------------------------------------------------- */

static void
ask_for_link (TbMessagesPage *self)
{
  TbPast *past = tb_row_pane_past (self->rows);
  TbEvent event;
  if (!tb_past_event (past, tb_moment_selected (tb_row_pane_moment (self->rows)), &event))
    return;
  const TbPastTap *tap = tb_past_tap (past, event.tap);
  const TbPastLink *link = tap && tap->link != G_MAXUINT ? tb_past_link (past, tap->link) : NULL;
  if (link)
    g_signal_emit (self, link_asked, 0, link->id);
}

static void
asked (TbMessagesPage *self, guint what)
{
  if (what == TB_PANE_LINK)
    ask_for_link (self);
  else
    g_signal_emit (self, page_asked, 0, what == TB_PANE_LOGS ? "logs" : "trace");
}

/* ---- All of it ----------------------------------------------------------------------------------- */

void
tb_messages_page_set_moment (GtkWidget *page, TbMoment *moment)
{
  tb_row_pane_set_moment (TB_MESSAGES_PAGE (page)->rows, moment);
}

static gboolean
tb_messages_page_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (TB_MESSAGES_PAGE (widget)->entry);
}

static void
tb_messages_page_dispose (GObject *object)
{
  TbMessagesPage *self = TB_MESSAGES_PAGE (object);
  g_clear_pointer (&self->stack, gtk_widget_unparent);
  g_clear_pointer (&self->link, g_free);
  g_clear_pointer (&self->filter, tb_filter_free);
  g_clear_pointer (&self->of_link, tb_filter_free);
  G_OBJECT_CLASS (tb_messages_page_parent_class)->dispose (object);
}

static void
tb_messages_page_class_init (TbMessagesPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = tb_messages_page_dispose;
  widget_class->grab_focus = tb_messages_page_grab_focus;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  link_asked = g_signal_new ("link-asked", TB_TYPE_MESSAGES_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                             NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  page_asked = g_signal_new ("page-asked", TB_TYPE_MESSAGES_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                             NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static GtkWidget *
new_bar (TbMessagesPage *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  gtk_widget_add_css_class (bar, "page-bar");
  self->entry = tb_filter_entry_new (TB_FILTER_ENTRY_LANGUAGE, "Filter messages",
                                     "Filter: link:save is:error latency>20ms");
  gtk_widget_set_hexpand (self->entry, TRUE);
  g_signal_connect_swapped (self->entry, "filter-changed", G_CALLBACK (filter_changed), self);
  g_signal_connect_swapped (self->entry, "error-changed", G_CALLBACK (show_said), self);
  self->said = tb_ui_label ("", "page-said");
  self->newest = gtk_button_new_with_label ("Newest");
  gtk_widget_set_tooltip_text (self->newest, "Go to the newest, and on with it");
  g_signal_connect_swapped (self->newest, "clicked", G_CALLBACK (tb_row_pane_follow), self->rows);
  gtk_box_append (GTK_BOX (bar), self->entry);
  gtk_box_append (GTK_BOX (bar), self->said);
  gtk_box_append (GTK_BOX (bar), self->newest);
  return bar;
}

static void
tb_messages_page_init (TbMessagesPage *self)
{
  self->filter = tb_filter_parse ("", NULL);
  self->rows = TB_ROW_PANE (tb_row_pane_new (&kind, self));
  g_signal_connect_swapped (self->rows, "asked", G_CALLBACK (asked), self);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (box), new_bar (self));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->rows));
  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack),
                       tb_page_empty ("No messages yet", "Press Run: every message that crosses a "
                                                         "link is listed here."),
                       "empty");
  gtk_stack_add_named (GTK_STACK (self->stack), box, "list");
  gtk_widget_set_parent (self->stack, GTK_WIDGET (self));
}

GtkWidget *
tb_messages_page_new (void)
{
  return g_object_new (TB_TYPE_MESSAGES_PAGE, NULL);
}
