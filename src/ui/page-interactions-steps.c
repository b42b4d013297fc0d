/* The steps of an interaction as rows to write in, move and take away: what is typed there is in the drawing at once. */
#include "page-interactions-private.h"

#include <string.h>

#include "format.h"
#include "util.h"

static TbStepRow *
row_of (TbInteractionsPage *self, GtkWidget *widget)
{
  GtkWidget *row = gtk_widget_get_ancestor (widget, GTK_TYPE_LIST_BOX_ROW);
  guint i = row ? (guint) gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row)) : G_MAXUINT;
  return i < self->rows->len ? &g_array_index (self->rows, TbStepRow, i) : NULL;
}

static void
set_prop (TbInteractionsPage *self, GtkWidget *widget, TbProp prop, const char *text)
{
  TbStepRow *row = self->busy ? NULL : row_of (self, widget);
  if (row)
    tb_editor_set (self->editor, row->step, prop, *text ? text : NULL, NULL);
}

static void
label_changed (GtkEditable *entry, TbInteractionsPage *self)
{
  set_prop (self, GTK_WIDGET (entry), TB_PROP_LABEL, gtk_editable_get_text (entry));
}

static void
reply_changed (GtkEditable *entry, TbInteractionsPage *self)
{
  set_prop (self, GTK_WIDGET (entry), TB_PROP_REPLY, gtk_editable_get_text (entry));
}

static void
beside_toggled (GtkCheckButton *button, TbInteractionsPage *self)
{
  set_prop (self, GTK_WIDGET (button), TB_PROP_ORDER, gtk_check_button_get_active (button) ? "parallel" : "");
}

/* -1 up, 1 down, 0 away. */
static void
change_row (TbInteractionsPage *self, GtkWidget *widget, int by)
{
  TbStepRow *row = row_of (self, widget);
  if (row && by == 0)
    tb_interaction_remove (self->editor, row->step);
  else if (row)
    tb_interaction_move_step (self->editor, row->step, by);
}

static void
row_button_clicked (GtkWidget *button, TbInteractionsPage *self)
{
  change_row (self, button, GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "tb-by")));
}

static gboolean
row_key (GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state, TbInteractionsPage *self)
{
  GtkWidget *row = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (keys));
  gboolean alt = (state & GDK_ALT_MASK) != 0;
  if (key == GDK_KEY_Delete && gtk_widget_is_focus (row))
    change_row (self, row, 0);
  else if (alt && (key == GDK_KEY_Up || key == GDK_KEY_Down))
    change_row (self, row, key == GDK_KEY_Up ? -1 : 1);
  else
    return FALSE;
  return TRUE;
}

static void
add_row_button (TbInteractionsPage *self, GtkWidget *line, const char *icon, const char *name, int by)
{
  GtkWidget *button = tb_ui_icon_button (icon, name, NULL);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "part-remove");
  g_object_set_data (G_OBJECT (button), "tb-by", GINT_TO_POINTER (by));
  g_signal_connect (button, "clicked", G_CALLBACK (row_button_clicked), self);
  gtk_box_append (GTK_BOX (line), button);
}

static GtkWidget *
add_entry (TbInteractionsPage *self, GtkWidget *line, const char *hint, int chars, GCallback changed)
{
  GtkWidget *entry = gtk_entry_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), hint);
  gtk_editable_set_width_chars (GTK_EDITABLE (entry), chars);
  gtk_widget_set_hexpand (entry, TRUE);
  tb_ui_name (entry, hint);
  g_signal_connect (entry, "changed", changed, self);
  gtk_box_append (GTK_BOX (line), entry);
  return entry;
}

static TbStepRow
new_step_row (TbInteractionsPage *self)
{
  TbStepRow r = { .row = gtk_list_box_row_new () };
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkEventController *keys = gtk_event_controller_key_new ();
  r.number = tb_ui_label (NULL, "numeric");
  r.link = tb_ui_label (NULL, NULL);
  gtk_label_set_width_chars (GTK_LABEL (r.number), 2);
  gtk_label_set_width_chars (GTK_LABEL (r.link), 10);
  gtk_box_append (GTK_BOX (line), r.number);
  gtk_box_append (GTK_BOX (line), r.link);
  r.label = add_entry (self, line, "What is called", 6, G_CALLBACK (label_changed));
  r.reply = add_entry (self, line, "Reply", 4, G_CALLBACK (reply_changed));
  r.beside = gtk_check_button_new ();
  tb_ui_name (r.beside, "Beside the step before it");
  gtk_widget_set_tooltip_text (r.beside, "Beside the step before it: either may come first");
  g_signal_connect (r.beside, "toggled", G_CALLBACK (beside_toggled), self);
  gtk_box_append (GTK_BOX (line), r.beside);
  add_row_button (self, line, "go-up-symbolic", "Earlier (Alt+Up)", -1);
  add_row_button (self, line, "go-down-symbolic", "Later (Alt+Down)", 1);
  add_row_button (self, line, "user-trash-symbolic", "Remove the step (Delete)", 0);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (r.row), line);
  gtk_widget_add_css_class (r.row, "step-row");
  g_signal_connect (keys, "key-pressed", G_CALLBACK (row_key), self);
  gtk_widget_add_controller (r.row, keys);
  gtk_list_box_append (GTK_LIST_BOX (self->list), r.row);
  return r;
}

static void
set_entry (GtkWidget *entry, const char *text)
{
  if (strcmp (gtk_editable_get_text (GTK_EDITABLE (entry)), text) != 0)
    gtk_editable_set_text (GTK_EDITABLE (entry), text);
}

static void
show_step (TbInteractionsPage *self, TbStepRow *r, const TbInteractionStep *s)
{
  const TbElement *link = tb_model_get (tb_interactions_page_model (self), s->link);
  g_autofree char *number = g_strdup_printf ("%u", s->number);
  g_autofree char *name = tb_format_element (tb_interactions_page_model (self), link);
  r->step = s->step;
  tb_ui_set_text (r->number, number);
  tb_ui_set_text (r->link, tb_element_id (link));
  gtk_widget_set_tooltip_text (r->link, name);
  set_entry (r->label, s->label);
  set_entry (r->reply, s->reply);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (r->beside), s->parallel);
  gtk_widget_set_sensitive (r->beside, s->number > 1);
}

void
tb_interactions_page_show_steps (TbInteractionsPage *self)
{
  guint n = self->steps ? self->steps->len : 0;
  while (self->rows->len > n)
    {
      gtk_list_box_remove (GTK_LIST_BOX (self->list),
                           g_array_index (self->rows, TbStepRow, self->rows->len - 1).row);
      g_array_set_size (self->rows, self->rows->len - 1);
    }
  while (self->rows->len < n)
    {
      TbStepRow row = new_step_row (self);
      g_array_append_val (self->rows, row);
    }
  for (guint i = 0; i < n; i++)
    show_step (self, &g_array_index (self->rows, TbStepRow, i), g_ptr_array_index (self->steps, i));
}

static void
row_selected (GtkListBox *list, GtkListBoxRow *row, TbInteractionsPage *self)
{
  if (row && !self->busy && !self->variants)
    tb_interactions_page_go_to (self, (guint) gtk_list_box_row_get_index (row));
}

GtkWidget *
tb_interactions_page_new_list (TbInteractionsPage *self)
{
  self->list = gtk_list_box_new ();
  tb_ui_name (self->list, "Steps");
  g_signal_connect (self->list, "row-selected", G_CALLBACK (row_selected), self);
  GtkWidget *scrolled = tb_ui_scrolled (self->list);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_AUTOMATIC, GTK_POLICY_AUTOMATIC);
  return scrolled;
}
