/* Logs: what instances printed, and between the lines, on one clock, what was done to the run and became
 * of it, and (where they are asked for) the messages. Of all instances or one; lines that a regular
 * expression matches. */
#include "pages.h"

#include <string.h>

#include "filter-entry.h"
#include "fit-box.h"
#include "format.h"
#include "message-words.h"
#include "row-pane.h"
#include "tb-base.h"
#include "tb-filter.h"
#include "tb-log-book.h"
#include "util.h"

enum
{
  COLUMN_TIME,
  COLUMN_WHO,
  COLUMN_TEXT
};

/* What a row of its own is; which: its index there. */
typedef enum
{
  ROW_LINE,
  ROW_STATE,
  ROW_BEGINS, /* a fault */
  ROW_ENDS,
  ROW_PROBLEM,
  ROW_GAP
} RowWhat;

struct _TbLogsPage
{
  GtkWidget parent;
  GtkWidget *stack, *chooser, *entry, *messages, *notes, *said, *newest;
  TbRowPane *rows;
  TbLogBook *book;
  char *book_error; /* why there is none; NULL */
  GStrv instances;  /* offered */
  char *chosen;     /* NULL: all */
  guint instance;   /* of the plan; G_MAXUINT: all, or not known yet */
  TbFilter *of_instance;
  GRegex *regex;    /* NULL: every line */
  guint n_lines, shown_lines, n_states, n_problems, n_gaps; /* that were looked at */
  GByteArray *bands; /* 1: its beginning is a row, 2: its end too */
  gboolean filling;
};

G_DEFINE_FINAL_TYPE (TbLogsPage, tb_logs_page, GTK_TYPE_WIDGET)

static guint link_asked, page_asked;

static const TbRowColumn columns[] = {
  [COLUMN_TIME] = { "Time, s", 76, 0, FALSE, TRUE, FALSE },
  [COLUMN_WHO] = { "Who", 120, 360, FALSE, FALSE, FALSE },
  [COLUMN_TEXT] = { "Line", 0, 0, FALSE, FALSE, TRUE },
};

/* ---- Rows in words ------------------------------------------------------------------------------- */

static TbRowLook
describe_line (TbLogsPage *self, TbPast *past, guint which, char **texts)
{
  const TbLogLine *line = tb_log_book_line (self->book, which);
  g_autofree char *lost = line->lost ? tb_format_bytes ((double) line->lost) : NULL;
  texts[COLUMN_WHO] = tb_message_words_instance (past, line->instance);
  texts[COLUMN_TEXT] = lost ? g_strdup_printf ("[%s before this are not recorded] %s", lost, line->text)
                            : g_strdup (line->text);
  return TB_ROW_PLAIN;
}

static TbRowLook
describe_state (TbPast *past, guint which, char **texts)
{
  const TbPastState *state = tb_past_state (past, which);
  g_autofree char *who = tb_message_words_instance (past, state->instance);
  gboolean bad = state->state == TB_INSTANCE_FAILED || state->state == TB_INSTANCE_KILLED
                 || state->state == TB_INSTANCE_UNHEALTHY;
  const char *sentence = state->sentence ? state->sentence : "";
  texts[1] = g_strdup_printf ("%s %s%s%s", who, tb_instance_state_name (state->state),
                              *sentence ? ": " : "", sentence);
  return bad ? TB_ROW_NOTE | TB_ROW_BAD : TB_ROW_NOTE | TB_ROW_QUIET;
}

static TbRowLook
describe_band (TbPast *past, guint which, gboolean begins, char **texts)
{
  static const char *const names[] = { [TB_BAND_PARTITION] = "partition", [TB_BAND_PACKET] = "fault",
                                       [TB_BAND_KILL] = "kill", [TB_BAND_PAUSE] = "pause",
                                       [TB_BAND_CLOCK] = "clock" };
  const TbPastBand *band = tb_past_band (past, which);
  g_autofree char *who = band->instance != G_MAXUINT ? tb_message_words_instance (past, band->instance) : NULL;
  texts[1] = g_strdup_printf ("%s %s: %s%s%s", names[band->kind], begins ? "begins" : "ends",
                              band->text ? band->text : "", who || band->link ? " · " : "",
                              who ? who : band->link ? band->link : "");
  return TB_ROW_NOTE;
}

static TbRowLook
describe_problem (TbPast *past, guint which, char **texts)
{
  const TbPastProblem *problem = tb_past_problem (past, which);
  gboolean of_one = problem->instance && *problem->instance;
  texts[1] = g_strdup_printf ("%s%s%s", of_one ? problem->instance : "", of_one ? ": " : "",
                              problem->sentence ? problem->sentence : "");
  return TB_ROW_NOTE | (problem->severity == 0 ? TB_ROW_BAD : problem->severity > 1 ? TB_ROW_QUIET : 0);
}

static TbRowLook
describe_own (TbLogsPage *self, TbPast *past, TbEventRow *row, char **texts)
{
  guint which = tb_event_row_which (row);
  switch ((RowWhat) tb_event_row_what (row))
    {
    case ROW_LINE:
      return self->book && which < tb_log_book_n_lines (self->book)
                 ? describe_line (self, past, which, texts) : TB_ROW_PLAIN;
    case ROW_STATE:
      return which < tb_past_n_states (past) ? describe_state (past, which, texts) : TB_ROW_NOTE;
    case ROW_BEGINS:
    case ROW_ENDS:
      return which < tb_past_n_bands (past)
                 ? describe_band (past, which, tb_event_row_what (row) == ROW_BEGINS, texts) : TB_ROW_NOTE;
    case ROW_PROBLEM:
      return which < tb_past_n_problems (past) ? describe_problem (past, which, texts) : TB_ROW_NOTE;
    case ROW_GAP:
    default:
      if (which < tb_past_n_gaps (past))
        texts[1] = tb_message_words_gap (tb_past_gap (past, which));
      return TB_ROW_NOTE;
    }
}

static TbRowLook
describe (gpointer owner, TbEventRow *row, char **texts)
{
  TbLogsPage *self = owner;
  TbPast *past = tb_row_pane_past (self->rows);
  gint64 time_ns = tb_event_row_time_ns (row);
  TbRowLook look = TB_ROW_QUIET;
  TbEvent event;
  if (!past)
    return TB_ROW_PLAIN;
  if (tb_event_row_position (row) == G_MAXUINT64)
    look = describe_own (self, past, row, texts);
  else if (tb_past_event (past, tb_event_row_position (row), &event))
    {
      time_ns = event.time_ns;
      texts[COLUMN_WHO] = tb_message_words_link (past, &event);
      g_autofree char *way = tb_message_words_way (past, &event), *what = tb_message_words_what (&event);
      texts[COLUMN_TEXT] = g_strdup_printf ("%s   %s", way, what);
      look = tb_event_is_bad (&event) ? TB_ROW_BAD : TB_ROW_QUIET;
    }
  texts[COLUMN_TIME] = tb_message_words_time (past, time_ns);
  return look | (tb_row_pane_is_later (self->rows, time_ns) ? TB_ROW_LATER : 0);
}

static void
show (gpointer owner, TbPayloadPane *pane, TbEventRow *row)
{
  TbLogsPage *self = owner;
  char *texts[TB_ROW_COLUMNS_MAX] = { NULL };
  gboolean line = !(describe (self, row, texts) & TB_ROW_NOTE);
  g_autofree char *title = g_strdup_printf ("%s · %s\u202fs", line && texts[COLUMN_WHO] ? texts[COLUMN_WHO] : "At",
                                            texts[COLUMN_TIME] ? texts[COLUMN_TIME] : "");
  const char *text = texts[line ? COLUMN_TEXT : 1];
  tb_payload_pane_show_text (pane, title, text ? text : "");
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (texts[i]);
}

/* ---- Rows ---------------------------------------------------------------------------------------- */

static gboolean
text_holds (TbLogsPage *self, const char *text, gsize n)
{
  return !self->regex || g_regex_match_full (self->regex, text, (gssize) n, 0, 0, NULL, NULL);
}

static gboolean
holds (gpointer owner, TbPast *past, guint64 position, const TbEvent *event)
{
  TbLogsPage *self = owner;
  if (event->kind == TB_EVENT_OPEN || event->kind == TB_EVENT_CLOSE || event->kind == TB_EVENT_DELIVERED
      || event->kind == TB_EVENT_FAULT || event->kind == TB_EVENT_GAP)
    return FALSE;
  return (!self->of_instance || tb_filter_matches (self->of_instance, past, event))
         && text_holds (self, event->label, strnlen (event->label, sizeof event->label));
}

static void
open_book (TbLogsPage *self, TbPast *past)
{
  g_autoptr (GError) error = NULL;
  if (self->book || self->book_error)
    return;
  self->book = tb_log_book_open (tb_past_path (past), &error);
  if (!self->book)
    self->book_error = g_strdup (error->message);
}

/* Lines that were read and not yet looked at; they come in the order of their times, but for those that
 * ended late. */
static gboolean
gather_lines (TbLogsPage *self, gint64 until_ns)
{
  TbEventInsert rows[256];
  guint n = 0, all = self->book ? tb_log_book_n_lines (self->book) : 0;
  while (self->n_lines < all && tb_now_ns () < until_ns)
    {
      n = 0;
      for (; self->n_lines < all && n < G_N_ELEMENTS (rows); self->n_lines++)
        {
          const TbLogLine *line = tb_log_book_line (self->book, self->n_lines);
          if ((self->instance == G_MAXUINT || self->instance == line->instance)
              && text_holds (self, line->text, strlen (line->text)))
            rows[n++] = (TbEventInsert){ line->time_ns, ROW_LINE, self->n_lines };
          else if (tb_now_ns () >= until_ns)
            {
              self->n_lines++;
              break;
            }
        }
      self->shown_lines += n;
      tb_row_pane_insert (self->rows, rows, n);
    }
  return self->n_lines < all;
}

static gboolean
is_of_chosen (TbLogsPage *self, guint instance)
{
  return !self->chosen || instance == self->instance;
}

static void
insert (TbLogsPage *self, gint64 time_ns, RowWhat what, guint which)
{
  const TbEventInsert row = { time_ns, what, which };
  tb_row_pane_insert (self->rows, &row, 1);
}

static void
gather_bands (TbLogsPage *self, TbPast *past)
{
  for (guint i = 0; i < tb_past_n_bands (past); i++)
    {
      const TbPastBand *band = tb_past_band (past, i);
      const guint8 none = 0;
      if (i >= self->bands->len)
        g_byte_array_append (self->bands, &none, 1);
      if (!is_of_chosen (self, band->instance) && band->instance != G_MAXUINT)
        continue;
      if (self->bands->data[i] == 0)
        insert (self, band->from_ns, ROW_BEGINS, i);
      if (self->bands->data[i] < 2 && band->to_ns != G_MAXINT64)
        insert (self, band->to_ns, ROW_ENDS, i);
      self->bands->data[i] = band->to_ns != G_MAXINT64 ? 2 : 1;
    }
}

static void
gather_notes (TbLogsPage *self, TbPast *past)
{
  for (; self->n_gaps < tb_past_n_gaps (past); self->n_gaps++)
    insert (self, tb_past_gap (past, self->n_gaps)->to_ns, ROW_GAP, self->n_gaps);
  if (!gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->notes)))
    return;
  for (; self->n_states < tb_past_n_states (past); self->n_states++)
    if (is_of_chosen (self, tb_past_state (past, self->n_states)->instance))
      insert (self, tb_past_state (past, self->n_states)->time_ns, ROW_STATE, self->n_states);
  for (; self->n_problems < tb_past_n_problems (past); self->n_problems++)
    {
      const TbPastProblem *problem = tb_past_problem (past, self->n_problems);
      if (!self->chosen || !problem->instance || !*problem->instance
          || g_str_equal (problem->instance, self->chosen))
        insert (self, problem->time_ns, ROW_PROBLEM, self->n_problems);
    }
  gather_bands (self, past);
}

static gboolean
gather (gpointer owner, TbPast *past, gboolean anew, gint64 budget_ns)
{
  TbLogsPage *self = owner;
  gint64 until_ns = tb_now_ns () + budget_ns;
  if (anew)
    {
      self->n_lines = self->shown_lines = self->n_states = self->n_problems = self->n_gaps = 0;
      g_byte_array_set_size (self->bands, 0);
      g_autofree char *text = self->chosen ? g_strconcat ("instance:", self->chosen, NULL) : NULL;
      g_clear_pointer (&self->of_instance, tb_filter_free); /* what it remembers is of the past before */
      self->of_instance = text ? tb_filter_parse (text, NULL) : NULL;
    }
  open_book (self, past);
  gboolean more = self->book
                  && tb_log_book_read (self->book, budget_ns / 2,
                                       !tb_moment_is_running (tb_row_pane_moment (self->rows)));
  more = gather_lines (self, until_ns) || more;
  gather_notes (self, past);
  return more;
}

/* ---- What is offered, and what is said ----------------------------------------------------------- */

static gboolean
offers (TbLogsPage *self, TbPast *past)
{
  guint n = tb_past_n_instances (past);
  if (g_strv_length (self->instances) != n)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!g_str_equal (self->instances[i], tb_past_instance (past, i)->id))
      return FALSE;
  return TRUE;
}

static void
show_chosen (TbLogsPage *self)
{
  guint position = 0;
  self->instance = G_MAXUINT;
  for (guint i = 0; self->instances[i]; i++)
    if (g_strcmp0 (self->instances[i], self->chosen) == 0)
      {
        self->instance = i;
        position = i + 1;
      }
  self->filling = TRUE;
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->chooser), position);
  self->filling = FALSE;
}

static void
offer (TbLogsPage *self, TbPast *past)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  gtk_string_list_append (names, "All instances");
  for (guint i = 0; i < tb_past_n_instances (past); i++)
    {
      g_strv_builder_add (ids, tb_past_instance (past, i)->id);
      gtk_string_list_take (names, tb_format_instance (tb_past_instance (past, i)->id));
    }
  g_strfreev (self->instances);
  self->instances = g_strv_builder_end (ids);
  self->filling = TRUE;
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->chooser), G_LIST_MODEL (names));
  self->filling = FALSE;
  show_chosen (self);
}

static void
show_said (TbLogsPage *self)
{
  const char *error = tb_filter_entry_error (TB_FILTER_ENTRY (self->entry));
  if (!error)
    error = self->book_error;
  g_autofree char *shown = tb_format_count (self->shown_lines), *all = tb_format_count (self->n_lines);
  g_autofree char *text = error ? g_strdup (error)
                          : self->shown_lines == self->n_lines ? g_strdup_printf ("%s lines", all)
                                                               : g_strdup_printf ("%s of %s lines", shown, all);
  tb_ui_set_text (self->said, text);
  if (error)
    gtk_widget_add_css_class (self->said, "bad");
  else
    gtk_widget_remove_css_class (self->said, "bad");
}

static void
changed (gpointer owner)
{
  TbLogsPage *self = owner;
  TbPast *past = tb_row_pane_past (self->rows);
  if (past && !offers (self, past))
    offer (self, past);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), past ? "list" : "empty");
  gtk_widget_set_visible (self->newest, past && !tb_row_pane_is_following (self->rows));
  show_said (self);
}

static const TbRowPaneKind kind = { { columns, G_N_ELEMENTS (columns), describe },
                                    "Log", holds, gather, show, changed };

static void
begin_anew (TbLogsPage *self)
{
  tb_row_pane_begin_anew (self->rows, gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->messages)));
}

static void
filter_changed (TbLogsPage *self)
{
  const char *text = tb_filter_entry_text (TB_FILTER_ENTRY (self->entry));
  g_autofree char *bounded = g_strconcat ("(*LIMIT_MATCH=20000)", text, NULL);
  g_clear_pointer (&self->regex, g_regex_unref);
  if (*text)
    self->regex = g_regex_new (bounded, G_REGEX_CASELESS | G_REGEX_OPTIMIZE | G_REGEX_RAW, 0, NULL);
  begin_anew (self);
}

void
tb_logs_page_choose (TbLogsPage *page, const char *instance)
{
  if (g_strcmp0 (page->chosen, instance) == 0)
    return;
  g_free (page->chosen);
  page->chosen = g_strdup (instance);
  show_chosen (page);
  begin_anew (page);
}

static void
chosen_changed (TbLogsPage *self)
{
  guint i = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->chooser));
  if (self->filling || i > g_strv_length (self->instances))
    return;
  tb_logs_page_choose (self, i == 0 ? NULL : self->instances[i - 1]);
}

/* ---- Elsewhere ----------------------------------------------------------------------------------- */

static void
asked (TbLogsPage *self, guint what)
{
  if (what == TB_PANE_LOGS)
    return; /* here they are */
  if (what == TB_PANE_TRACE)
    {
      g_signal_emit (self, page_asked, 0, "trace");
      return;
    }
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
past_changed (TbLogsPage *self, TbMoment *moment)
{
  if (tb_moment_past (moment) == tb_row_pane_past (self->rows))
    return;
  g_clear_pointer (&self->book, tb_log_book_free);
  g_clear_pointer (&self->book_error, g_free);
}

/* ---- All of it ----------------------------------------------------------------------------------- */

void
tb_logs_page_set_moment (GtkWidget *page, TbMoment *moment)
{
  TbLogsPage *self = TB_LOGS_PAGE (page);
  /* The lines go before the rows that ask for them are made anew. */
  g_signal_connect_object (moment, "past-changed", G_CALLBACK (past_changed), self, G_CONNECT_SWAPPED);
  tb_row_pane_set_moment (self->rows, moment);
}

static void
tb_logs_page_dispose (GObject *object)
{
  TbLogsPage *self = TB_LOGS_PAGE (object);
  g_clear_pointer (&self->stack, gtk_widget_unparent);
  g_clear_pointer (&self->book, tb_log_book_free);
  g_clear_pointer (&self->book_error, g_free);
  g_clear_pointer (&self->instances, g_strfreev);
  g_clear_pointer (&self->chosen, g_free);
  g_clear_pointer (&self->of_instance, tb_filter_free);
  g_clear_pointer (&self->regex, g_regex_unref);
  g_clear_pointer (&self->bands, g_byte_array_unref);
  G_OBJECT_CLASS (tb_logs_page_parent_class)->dispose (object);
}

static void
tb_logs_page_class_init (TbLogsPageClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_logs_page_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  link_asked = g_signal_new ("link-asked", TB_TYPE_LOGS_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                             G_TYPE_NONE, 1, G_TYPE_STRING);
  page_asked = g_signal_new ("page-asked", TB_TYPE_LOGS_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                             G_TYPE_NONE, 1, G_TYPE_STRING);
}

static GtkWidget *
new_chooser (TbLogsPage *self)
{
  static const char *const all[] = { "All instances", NULL };
  GtkWidget *chooser = gtk_drop_down_new_from_strings (all);
  gtk_widget_add_css_class (chooser, "log-chooser");
  tb_ui_name (chooser, "Instance whose log is shown");
  tb_ui_name (gtk_widget_get_first_child (chooser), "Instance whose log is shown");
  g_signal_connect_swapped (chooser, "notify::selected", G_CALLBACK (chosen_changed), self);
  return chooser;
}

static GtkWidget *
new_toggle (TbLogsPage *self, const char *label, const char *tooltip, gboolean active)
{
  GtkWidget *toggle = gtk_toggle_button_new_with_label (label);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (toggle), active);
  gtk_widget_set_tooltip_text (toggle, tooltip);
  g_signal_connect_swapped (toggle, "toggled", G_CALLBACK (begin_anew), self);
  return toggle;
}

static GtkWidget *
new_bar (TbLogsPage *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  gtk_widget_add_css_class (bar, "page-bar");
  self->chooser = new_chooser (self);
  self->entry = tb_filter_entry_new (TB_FILTER_ENTRY_REGEX, "Lines that match", "Lines that match: error|warn");
  gtk_widget_set_hexpand (self->entry, TRUE);
  g_signal_connect_swapped (self->entry, "filter-changed", G_CALLBACK (filter_changed), self);
  g_signal_connect_swapped (self->entry, "error-changed", G_CALLBACK (show_said), self);
  self->notes = new_toggle (self, "Events", "Show faults, states and problems between the lines", TRUE);
  self->messages = new_toggle (self, "With messages", "Show messages between the lines", FALSE);
  self->said = tb_ui_label ("", "page-said");
  self->newest = gtk_button_new_with_label ("Newest");
  gtk_widget_set_tooltip_text (self->newest, "Go to the newest, and on with it");
  g_signal_connect_swapped (self->newest, "clicked", G_CALLBACK (tb_row_pane_follow), self->rows);
  GtkWidget *fit = tb_fit_box_new (8);
  tb_fit_box_append (TB_FIT_BOX (fit), self->notes, 2);
  tb_fit_box_append (TB_FIT_BOX (fit), self->messages, 3);
  tb_fit_box_append (TB_FIT_BOX (fit), self->said, 4);
  tb_fit_box_append (TB_FIT_BOX (fit), self->newest, 1);
  gtk_box_append (GTK_BOX (bar), self->chooser);
  gtk_box_append (GTK_BOX (bar), self->entry);
  gtk_box_append (GTK_BOX (bar), fit);
  return bar;
}

static void
tb_logs_page_init (TbLogsPage *self)
{
  self->instances = g_new0 (char *, 1);
  self->instance = G_MAXUINT;
  self->bands = g_byte_array_new ();
  self->rows = TB_ROW_PANE (tb_row_pane_new (&kind, self));
  g_signal_connect_swapped (self->rows, "asked", G_CALLBACK (asked), self);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (box), new_bar (self));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->rows));
  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack),
                       tb_page_empty ("Nothing printed yet", "Press Run: what the programs print is "
                                                             "listed here."),
                       "empty");
  gtk_stack_add_named (GTK_STACK (self->stack), box, "list");
  gtk_widget_set_parent (self->stack, GTK_WIDGET (self));
  begin_anew (self);
}

GtkWidget *
tb_logs_page_new (void)
{
  return g_object_new (TB_TYPE_LOGS_PAGE, NULL);
}
