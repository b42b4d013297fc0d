#include "history.h"

#include "util.h"

/* Further back than anybody reads; going there takes going there first. */
#define ROWS_MAX 200

typedef struct
{
  GtkWidget *popover, *list;
  TbDocument *document;
} History;

/* What a row stands for: the number of steps that are done then. */
static void
append_row (History *self, const char *label, guint done, guint now)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10), *row = gtk_list_box_row_new ();
  GtkWidget *mark = gtk_image_new_from_icon_name ("object-select-symbolic");
  GtkWidget *text = tb_ui_label (label, done > now ? "dim" : NULL);
  gtk_label_set_max_width_chars (GTK_LABEL (text), 40);
  gtk_widget_set_hexpand (text, TRUE);
  gtk_widget_set_opacity (mark, done == now ? 1 : 0);
  gtk_box_append (GTK_BOX (box), text);
  gtk_box_append (GTK_BOX (box), mark);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  g_autofree char *spoken = g_strconcat (label, done > now    ? ", undone"
                                                : done == now ? ", now"
                                                              : "", NULL);
  tb_ui_name (row, spoken);
  g_object_set_data (G_OBJECT (row), "tb-done", GUINT_TO_POINTER (done));
  gtk_list_box_append (GTK_LIST_BOX (self->list), row);
  if (done == now)
    gtk_list_box_select_row (GTK_LIST_BOX (self->list), GTK_LIST_BOX_ROW (row));
}

static void
fill (History *self)
{
  GtkWidget *child;
  while ((child = gtk_widget_get_first_child (self->list)))
    gtk_list_box_remove (GTK_LIST_BOX (self->list), child);
  if (!self->document)
    return;
  guint now, n = tb_document_n_steps (self->document, &now);
  guint first = now > ROWS_MAX ? now - ROWS_MAX : 0, last = MIN (n, now + ROWS_MAX);
  for (guint done = last; done > first; done--)
    append_row (self, tb_document_step_label (self->document, done - 1), done, now);
  if (first == 0)
    append_row (self, "As it was opened", 0, now);
}

/* Arrow keys go on from what is done now. */
static void
shown (History *self)
{
  fill (self);
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));
  if (row)
    gtk_widget_grab_focus (GTK_WIDGET (row));
}

static void
row_activated (GtkListBox *list, GtkListBoxRow *row, History *self)
{
  guint wanted = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "tb-done")), now;
  gtk_popover_popdown (GTK_POPOVER (self->popover));
  tb_document_n_steps (self->document, &now);
  for (; now > wanted; now--)
    tb_document_undo (self->document);
  for (; now < wanted; now++)
    tb_document_redo (self->document);
}

static void
history_free (gpointer data)
{
  History *self = data;
  g_clear_object (&self->document);
  g_free (self);
}

void
tb_history_menu_set_document (GtkWidget *history, TbDocument *document)
{
  History *self = g_object_get_data (G_OBJECT (history), "tb-history");
  g_set_object (&self->document, document);
}

GtkWidget *
tb_history_menu_new (void)
{
  History *self = g_new0 (History, 1);
  self->popover = gtk_popover_new ();
  self->list = gtk_list_box_new ();
  gtk_widget_add_css_class (self->list, "search-hits");
  tb_ui_name (self->list, "Steps, the latest first");
  GtkWidget *scrolled = tb_ui_scrolled (self->list);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), 420);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_widget_set_size_request (scrolled, 240, -1);
  gtk_popover_set_child (GTK_POPOVER (self->popover), scrolled);
  gtk_widget_add_css_class (self->popover, "picker");
  g_object_set_data_full (G_OBJECT (self->popover), "tb-history", self, history_free);
  g_signal_connect_swapped (self->popover, "show", G_CALLBACK (shown), self);
  g_signal_connect (self->list, "row-activated", G_CALLBACK (row_activated), self);
  return self->popover;
}
