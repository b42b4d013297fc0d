/* Messages: the latest, newest first; of the selected link where one is selected. While they stream
 * only as many as are seen are shown, for each row shown anew costs; with the pointer on the list
 * it stands still and holds the latest few hundred, to be read and scrolled. */
#include "pages.h"

#include "format.h"
#include "message-list.h"
#include "util.h"

#define STREAMING 40

struct _TbMessagesPage
{
  GtkWidget parent;
  GtkWidget *stack, *view;
  TbMessageList *list;
  char *link; /* shown alone; NULL: all */
  gboolean held;
};

G_DEFINE_FINAL_TYPE (TbMessagesPage, tb_messages_page, GTK_TYPE_WIDGET)

static const struct
{
  const char *title;
  gboolean expand, numeric;
  int width;
} columns[TB_MESSAGE_COLUMNS] = {
  [TB_MESSAGE_TIME] = { "Time, s", FALSE, TRUE, 84 },
  [TB_MESSAGE_LINK] = { "Link", FALSE, FALSE, 120 },
  [TB_MESSAGE_WAY] = { "From → to", TRUE, FALSE, -1 },
  [TB_MESSAGE_WHAT] = { "What", TRUE, FALSE, -1 },
  [TB_MESSAGE_LATENCY] = { "Latency", FALSE, TRUE, 90 },
};

static void
setup_cell (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  TbMessageColumn column = GPOINTER_TO_UINT (data);
  GtkWidget *label = tb_ui_label (NULL, columns[column].numeric ? "numeric" : NULL);
  if (column == TB_MESSAGE_LATENCY)
    gtk_label_set_xalign (GTK_LABEL (label), 1);
  gtk_list_item_set_child (item, label);
}

static void
bind_cell (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  TbMessageItem *message = gtk_list_item_get_item (item);
  GtkWidget *label = gtk_list_item_get_child (item);
  g_autofree char *text = tb_message_item_text (message, GPOINTER_TO_UINT (data));
  gtk_label_set_text (GTK_LABEL (label), text);
  if (tb_message_item_is_bad (message))
    gtk_widget_add_css_class (label, "bad");
  else
    gtk_widget_remove_css_class (label, "bad");
}

static GtkWidget *
new_view (TbMessagesPage *self)
{
  GtkSelectionModel *none = GTK_SELECTION_MODEL (
      gtk_no_selection_new (G_LIST_MODEL (g_object_ref (self->list))));
  GtkWidget *view = gtk_column_view_new (none);
  gtk_widget_add_css_class (view, "messages");
  tb_ui_name (view, "Messages");
  for (guint i = 0; i < TB_MESSAGE_COLUMNS; i++)
    {
      GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
      g_signal_connect (factory, "setup", G_CALLBACK (setup_cell), GUINT_TO_POINTER (i));
      g_signal_connect (factory, "bind", G_CALLBACK (bind_cell), GUINT_TO_POINTER (i));
      GtkColumnViewColumn *column = gtk_column_view_column_new (columns[i].title, factory);
      gtk_column_view_column_set_expand (column, columns[i].expand);
      gtk_column_view_column_set_resizable (column, TRUE);
      if (columns[i].width > 0)
        gtk_column_view_column_set_fixed_width (column, columns[i].width);
      gtk_column_view_append_column (GTK_COLUMN_VIEW (view), column);
      g_object_unref (column);
    }
  return view;
}

void
tb_messages_page_feed (TbMessagesPage *page, const TbLiveFrame *frame)
{
  tb_message_list_feed (page->list, frame);
}

static void
publish (TbMessagesPage *self, guint most)
{
  tb_message_list_publish (self->list, self->link, most);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack),
                                    tb_message_list_seen (self->list) ? "list" : "empty");
}

void
tb_messages_page_refresh (TbMessagesPage *page, const char *link)
{
  gboolean other = g_strcmp0 (link, page->link) != 0;
  if (other)
    {
      g_free (page->link);
      page->link = g_strdup (link);
    }
  if (other || !page->held)
    publish (page, page->held ? G_MAXUINT : STREAMING);
}

static void
pointer_entered (TbMessagesPage *self)
{
  self->held = TRUE;
  publish (self, G_MAXUINT);
}

static void
pointer_left (TbMessagesPage *self)
{
  self->held = FALSE;
}

void
tb_messages_page_rest (TbMessagesPage *page)
{
  publish (page, G_MAXUINT);
}

void
tb_messages_page_clear (TbMessagesPage *page)
{
  tb_message_list_clear (page->list);
  publish (page, STREAMING);
}

char *
tb_messages_page_status (TbMessagesPage *page)
{
  g_autofree char *shown = tb_format_count (g_list_model_get_n_items (G_LIST_MODEL (page->list)));
  g_autofree char *seen = tb_format_count (tb_message_list_seen (page->list));
  return g_strdup_printf (page->held ? "held: latest %s of %s" : "latest %s of %s", shown, seen);
}

static void
tb_messages_page_dispose (GObject *object)
{
  g_clear_pointer (&TB_MESSAGES_PAGE (object)->stack, gtk_widget_unparent);
  g_clear_object (&TB_MESSAGES_PAGE (object)->list);
  g_clear_pointer (&TB_MESSAGES_PAGE (object)->link, g_free);
  G_OBJECT_CLASS (tb_messages_page_parent_class)->dispose (object);
}

static void
tb_messages_page_class_init (TbMessagesPageClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_messages_page_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static void
tb_messages_page_init (TbMessagesPage *self)
{
  self->list = tb_message_list_new ();
  self->view = new_view (self);
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->view);
  GtkEventController *pointer = gtk_event_controller_motion_new ();
  g_signal_connect_swapped (pointer, "enter", G_CALLBACK (pointer_entered), self);
  g_signal_connect_swapped (pointer, "leave", G_CALLBACK (pointer_left), self);
  gtk_widget_add_controller (scrolled, pointer);
  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack),
                       tb_page_empty ("No messages yet", "Press Run: every message that crosses a "
                                                         "link is listed here."),
                       "empty");
  gtk_stack_add_named (GTK_STACK (self->stack), scrolled, "list");
  gtk_widget_set_parent (self->stack, GTK_WIDGET (self));
}

GtkWidget *
tb_messages_page_new (void)
{
  return g_object_new (TB_TYPE_MESSAGES_PAGE, NULL);
}
