#include "source-pane.h"

#include <adwaita.h>
#include <string.h>

#include "line-diff.h"
#include "source-marks.h"
#include "source-offers.h"
#include "source-tint.h"
#include "tb-diff.h"
#include "util.h"

/* Both ways together stay below 100 ms. */
#define TYPED_MS 30
#define TAKE_MS 30
/* What is only doubtful waits until nobody types, and where a text is larger than this it is left to the
 * Problems page. */
#define CHECK_MS 250
#define CHECK_MAX (1 << 20)

struct _TbSourcePane
{
  GtkWidget parent;
  GtkWidget *box, *scrolled, *status, *discard, *next;
  GtkTextView *view;
  GtkTextBuffer *buffer;
  TbSourceOffers *offers;
  TbSourceMarks *marks;
  TbEditor *editor;
  guint typed_id, take_id, tint_id, check_id;
  gboolean own;     /* the text is being changed from here */
  gboolean becoming; /* the document is */
  gboolean wrong;   /* the text is no architecture */
  gboolean behind;  /* the drawing changed since the text was read from it */
};

G_DEFINE_FINAL_TYPE (TbSourcePane, tb_source_pane, GTK_TYPE_WIDGET)

static char *
text_of (TbSourcePane *self)
{
  GtkTextIter start, end;
  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  return gtk_text_buffer_get_text (self->buffer, &start, &end, TRUE);
}

static void
say (TbSourcePane *self, const char *sentence, gboolean bad)
{
  tb_ui_set_text (self->status, sentence);
  gtk_widget_set_tooltip_text (self->status, sentence);
  if (bad)
    gtk_widget_add_css_class (self->status, "bad");
  else
    gtk_widget_remove_css_class (self->status, "bad");
}

static void
clear_tag (TbSourcePane *self, const char *tag)
{
  GtkTextIter start, end;
  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  gtk_text_buffer_remove_tag_by_name (self->buffer, tag, &start, &end);
}

/* line counts from 0. */
static void
tag_line (TbSourcePane *self, const char *tag, int line)
{
  GtkTextIter start, end;
  if (!gtk_text_buffer_get_iter_at_line (self->buffer, &start, line))
    return;
  end = start;
  if (!gtk_text_iter_ends_line (&end))
    gtk_text_iter_forward_to_line_end (&end);
  gtk_text_buffer_apply_tag_by_name (self->buffer, tag, &start, &end);
}

/* ---- Colours --------------------------------------------------------------------------------- */

static gboolean
tint (gpointer data)
{
  TbSourcePane *self = data;
  self->tint_id = 0;
  tb_source_tint_visible (self->view);
  return G_SOURCE_REMOVE;
}

static void
queue_tint (TbSourcePane *self)
{
  if (!self->tint_id)
    self->tint_id = g_idle_add (tint, self);
}

static void
theme_changed (TbSourcePane *self)
{
  tb_source_tint_update_tags (self->buffer);
  tb_source_marks_update_tags (self->marks);
}

/* ---- What is wrong ---------------------------------------------------------------------------- */

static void
show_marks (TbSourcePane *self, const TbProblems *problems)
{
  tb_source_marks_show (self->marks, problems);
  guint n = tb_source_marks_count (self->marks);
  g_autofree char *label = g_strdup_printf (n == 1 ? "%u problem" : "%u problems", n);
  gtk_button_set_label (GTK_BUTTON (self->next), label);
  gtk_widget_set_visible (self->next, n > 0);
}

/* In the text itself: elements of the drawing do not know the lines that the canvas's edits moved. */
static gboolean
check (gpointer data)
{
  TbSourcePane *self = data;
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  g_autofree char *text = text_of (self);
  gsize size = strlen (text);
  self->check_id = 0;
  g_autoptr (TbDocument) document
      = size <= CHECK_MAX ? tb_document_load_bytes ("source", text, size, problems, NULL) : NULL;
  if (document)
    tb_model_validate (tb_document_model (document), problems);
  if (!self->wrong)
    show_marks (self, problems);
  return G_SOURCE_REMOVE;
}

static void
queue_check (TbSourcePane *self)
{
  g_clear_handle_id (&self->check_id, g_source_remove);
  self->check_id = g_timeout_add (CHECK_MS, check, self);
}

static void
go_to_problem (TbSourcePane *self, gboolean back)
{
  const char *sentence = tb_source_marks_go (self->marks, back);
  if (sentence)
    say (self, sentence, self->wrong);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

static void
next_clicked (TbSourcePane *self)
{
  go_to_problem (self, FALSE);
}

/* ---- From the drawing to the text ------------------------------------------------------------ */

static void
exchange_lines (TbSourcePane *self, const TbLineChange *change, const char *text,
                const GArray *starts)
{
  GtkTextIter start, end;
  gtk_text_buffer_get_iter_at_line (self->buffer, &start, (int) change->at);
  gtk_text_buffer_get_iter_at_line (self->buffer, &end, (int) (change->at + change->n));
  if ((int) (change->at + change->n) >= gtk_text_buffer_get_line_count (self->buffer))
    gtk_text_buffer_get_end_iter (self->buffer, &end);
  gtk_text_buffer_delete (self->buffer, &start, &end);
  gsize from = g_array_index (starts, gsize, change->with);
  gsize to = g_array_index (starts, gsize, change->with + change->n_with);
  gtk_text_buffer_insert (self->buffer, &start, text + from, (int) (to - from));
}

/* Only lines that differ are touched: the cursor, and what is seen, stay where they were. */
static void
take_over (TbSourcePane *self)
{
  const TbModel *model = tb_document_model (tb_editor_document (self->editor));
  g_autofree char *now = tb_model_to_xml (model, NULL), *before = text_of (self);
  g_autoptr (GArray) changes = tb_line_diff (before, now), starts = tb_line_starts (now);
  self->behind = self->wrong = FALSE;
  self->own = TRUE;
  gtk_text_buffer_begin_irreversible_action (self->buffer); /* the drawing's own undo has it */
  for (guint i = changes->len; i > 0; i--)
    exchange_lines (self, &g_array_index (changes, TbLineChange, i - 1), now, starts);
  gtk_text_buffer_end_irreversible_action (self->buffer);
  self->own = FALSE;
  tb_source_offers_close (self->offers);
  gtk_widget_set_visible (self->discard, FALSE);
  say (self, "In step with the drawing", FALSE);
  queue_tint (self);
}

static gboolean
take_later (gpointer data)
{
  TbSourcePane *self = data;
  self->take_id = 0;
  if (self->wrong)
    say (self, "The drawing has changed meanwhile; what is typed here would undo that.", TRUE);
  else
    take_over (self);
  return G_SOURCE_REMOVE;
}

/* A pane that nobody sees waits until somebody does. */
static void
document_changed (TbSourcePane *self)
{
  if (self->becoming)
    return;
  self->behind = TRUE;
  if (gtk_widget_get_mapped (GTK_WIDGET (self)) && !self->take_id && !self->typed_id)
    self->take_id = g_timeout_add (TAKE_MS, take_later, self);
}

static void
discard (TbSourcePane *self)
{
  g_clear_handle_id (&self->typed_id, g_source_remove);
  take_over (self);
}

/* ---- From the text to the drawing ------------------------------------------------------------ */

static void
say_wrong (TbSourcePane *self, const TbProblems *problems, const GError *error)
{
  const TbProblem *first = NULL;
  for (guint i = 0; i < problems->len && !first; i++)
    if (((TbProblem *) problems->pdata[i])->severity == TB_SEVERITY_ERROR)
      first = problems->pdata[i];
  g_autofree char *text = first && first->line
                              ? g_strdup_printf ("Line %u: %s", first->line, first->message)
                              : g_strdup (first ? first->message : error->message);
  say (self, text, TRUE);
}

static void
become (TbSourcePane *self, TbDocument *typed)
{
  TbDocument *document = tb_editor_document (self->editor);
  self->becoming = TRUE;
  tb_document_begin (document, "Edit the source", "source");
  tb_document_become (document, tb_document_model (typed), "Edit the source");
  tb_document_commit (document);
  self->becoming = FALSE;
}

static gboolean
typed (gpointer data)
{
  TbSourcePane *self = data;
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = text_of (self);
  self->typed_id = 0;
  g_autoptr (TbDocument) document
      = tb_document_load_bytes ("source", text, strlen (text), problems, &error);
  self->wrong = document == NULL;
  gtk_widget_set_visible (self->discard, self->wrong);
  if (document)
    {
      become (self, document);
      self->behind = FALSE;
      say (self, "In step with the drawing", FALSE);
    }
  else
    {
      show_marks (self, problems);
      say_wrong (self, problems, error);
    }
  return G_SOURCE_REMOVE;
}

static void
text_changed (TbSourcePane *self)
{
  queue_tint (self);
  queue_check (self);
  if (self->own || !self->editor)
    return;
  tb_source_offers_changed (self->offers);
  g_clear_handle_id (&self->typed_id, g_source_remove);
  g_clear_handle_id (&self->take_id, g_source_remove);
  self->typed_id = g_timeout_add (TYPED_MS, typed, self);
}

/* ---- What is selected ------------------------------------------------------------------------ */

/* The line its element begins on; FALSE where the text has none. */
static gboolean
find_line (TbSourcePane *self, const TbElement *element, GtkTextIter *at)
{
  GtkTextIter start, found;
  if (!tb_element_id (element))
    return FALSE;
  g_autofree char *words = g_strdup_printf (
      "<%s id=\"%s\"", tb_schema_kind (tb_element_kind (element))->name, tb_element_id (element));
  gtk_text_buffer_get_start_iter (self->buffer, &start);
  if (!gtk_text_iter_forward_search (&start, words, GTK_TEXT_SEARCH_TEXT_ONLY, &found, NULL, NULL))
    return FALSE;
  *at = found;
  return TRUE;
}

static void
selection_changed (TbSourcePane *self)
{
  GtkTextIter at;
  TbUid uid = tb_editor_selected_one (self->editor);
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  clear_tag (self, TB_SOURCE_TAG_CURRENT);
  const TbElement *element
      = uid ? tb_model_get (tb_document_model (tb_editor_document (self->editor)), uid) : NULL;
  if (!element || !find_line (self, element, &at))
    return;
  tag_line (self, TB_SOURCE_TAG_CURRENT, gtk_text_iter_get_line (&at));
  if (!gtk_widget_has_focus (GTK_WIDGET (self->view)))
    gtk_text_view_scroll_to_iter (self->view, &at, 0.15, FALSE, 0, 0);
}

void
tb_source_pane_set_editor (TbSourcePane *pane, TbEditor *editor)
{
  if (pane->editor)
    {
      g_signal_handlers_disconnect_by_data (tb_editor_document (pane->editor), pane);
      g_signal_handlers_disconnect_by_data (pane->editor, pane);
    }
  g_set_object (&pane->editor, editor);
  g_clear_handle_id (&pane->typed_id, g_source_remove);
  g_clear_handle_id (&pane->take_id, g_source_remove);
  if (!editor)
    return;
  g_signal_connect_swapped (tb_editor_document (editor), "changed", G_CALLBACK (document_changed),
                            pane);
  g_signal_connect_swapped (editor, "selection-changed", G_CALLBACK (selection_changed), pane);
  take_over (pane);
}

/* ---- Keys ------------------------------------------------------------------------------------ */

static void
act_offers (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TbSourcePane *self = TB_SOURCE_PANE (widget);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
  tb_source_offers_ask (self->offers);
}

static void
act_problem (GtkWidget *widget, const char *name, GVariant *parameter)
{
  go_to_problem (TB_SOURCE_PANE (widget), g_str_has_suffix (name, "previous-problem"));
}

/* In the list of shortcuts; those without an action are the offers' own. */
static const TbSourceKey source_keys[] = {
  { "<Control>space", "What may stand here", "source.offers", GDK_KEY_space, GDK_CONTROL_MASK },
  { "Return Tab", "Take what is offered", NULL, 0, 0 },
  { "<Alt>Down", "Next problem", "source.next-problem", GDK_KEY_Down, GDK_ALT_MASK },
  { "<Alt>Up", "Previous problem", "source.previous-problem", GDK_KEY_Up, GDK_ALT_MASK },
};

const TbSourceKey *
tb_source_pane_keys (guint *n)
{
  *n = G_N_ELEMENTS (source_keys);
  return source_keys;
}

/* ---- Life ------------------------------------------------------------------------------------ */

static void
tb_source_pane_map (GtkWidget *widget)
{
  TbSourcePane *self = TB_SOURCE_PANE (widget);
  GTK_WIDGET_CLASS (tb_source_pane_parent_class)->map (widget);
  if (self->editor && self->behind && !self->wrong)
    take_over (self);
  queue_tint (self);
  if (self->editor)
    selection_changed (self);
}

static gboolean
tb_source_pane_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (TB_SOURCE_PANE (widget)->view));
}

static void
tb_source_pane_dispose (GObject *object)
{
  TbSourcePane *self = TB_SOURCE_PANE (object);
  tb_source_pane_set_editor (self, NULL);
  g_clear_handle_id (&self->tint_id, g_source_remove);
  g_clear_handle_id (&self->check_id, g_source_remove);
  g_clear_pointer (&self->offers, tb_source_offers_free);
  g_clear_pointer (&self->marks, tb_source_marks_free);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (tb_source_pane_parent_class)->dispose (object);
}

static void
tb_source_pane_class_init (TbSourcePaneClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_source_pane_dispose;
  GTK_WIDGET_CLASS (class)->map = tb_source_pane_map;
  GTK_WIDGET_CLASS (class)->grab_focus = tb_source_pane_grab_focus;
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "source");
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (class), "source.offers", NULL, act_offers);
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (class), "source.next-problem", NULL, act_problem);
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (class), "source.previous-problem", NULL, act_problem);
  for (guint i = 0; i < G_N_ELEMENTS (source_keys); i++)
    if (source_keys[i].action)
      gtk_widget_class_add_binding_action (GTK_WIDGET_CLASS (class), source_keys[i].key, source_keys[i].mods,
                                           source_keys[i].action, NULL);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static GtkWidget *
new_button (TbSourcePane *self, GtkWidget *box, const char *label, const char *tooltip, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_with_label (label);
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_widget_set_visible (button, FALSE);
  g_signal_connect_swapped (button, "clicked", clicked, self);
  gtk_box_append (GTK_BOX (box), button);
  return button;
}

static GtkWidget *
new_bottom (TbSourcePane *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  self->status = tb_ui_label ("", "status");
  gtk_label_set_wrap (GTK_LABEL (self->status), TRUE);
  gtk_label_set_ellipsize (GTK_LABEL (self->status), PANGO_ELLIPSIZE_NONE);
  gtk_widget_set_halign (buttons, GTK_ALIGN_END);
  self->next = new_button (self, buttons, "", "Go to the next one (Alt+Down)", G_CALLBACK (next_clicked));
  self->discard = new_button (self, buttons, "Discard", "Give up what was typed and take the drawing's text",
                              G_CALLBACK (discard));
  gtk_box_append (GTK_BOX (box), self->status);
  gtk_box_append (GTK_BOX (box), buttons);
  gtk_widget_add_css_class (box, "source-bottom");
  return box;
}

/* By mouse: the menu of the text has them, too. */
static void
add_menu (TbSourcePane *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  g_menu_append (menu, "What may stand here", "source.offers");
  g_menu_append (menu, "Next problem", "source.next-problem");
  g_menu_append (menu, "Previous problem", "source.previous-problem");
  gtk_text_view_set_extra_menu (self->view, G_MENU_MODEL (menu));
}

static void
new_view (TbSourcePane *self)
{
  self->view = GTK_TEXT_VIEW (gtk_text_view_new ());
  self->buffer = gtk_text_view_get_buffer (self->view);
  gtk_text_view_set_monospace (self->view, TRUE);
  gtk_text_view_set_accepts_tab (self->view, FALSE);
  gtk_text_view_set_left_margin (self->view, 12);
  gtk_text_view_set_top_margin (self->view, 8);
  tb_ui_name (GTK_WIDGET (self->view), "Source");
  tb_source_tint_add_tags (self->buffer);
  self->marks = tb_source_marks_new (self->view);
  self->offers = tb_source_offers_new (self->view, GTK_WIDGET (self));
  add_menu (self);
  self->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), GTK_WIDGET (self->view));
  gtk_widget_set_vexpand (self->scrolled, TRUE);
  GtkAdjustment *down
      = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scrolled));
  g_signal_connect_object (down, "value-changed", G_CALLBACK (queue_tint), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (down, "changed", G_CALLBACK (queue_tint), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->buffer, "changed", G_CALLBACK (text_changed), self,
                           G_CONNECT_SWAPPED);
}

static void
tb_source_pane_init (TbSourcePane *self)
{
  AdwStyleManager *style = adw_style_manager_get_default ();
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  new_view (self);
  gtk_box_append (GTK_BOX (self->box), self->scrolled);
  gtk_box_append (GTK_BOX (self->box), new_bottom (self));
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  g_signal_connect_object (style, "notify::dark", G_CALLBACK (theme_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (style, "notify::high-contrast", G_CALLBACK (theme_changed), self,
                           G_CONNECT_SWAPPED);
}

GtkWidget *
tb_source_pane_new (void)
{
  return g_object_new (TB_TYPE_SOURCE_PANE, NULL);
}
