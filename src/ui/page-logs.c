/* Logs: what an instance printed. Follows the end while the view stands there. */
#include "pages.h"

#include "format.h"
#include "log-reader.h"
#include "util.h"

/* Invariant 1: the buffer holds at most this many characters. */
#define SHOWN_MAX (2 * TB_LOG_TAIL)

struct _TbLogsPage
{
  GtkWidget parent;
  GtkWidget *box, *chooser, *lost, *view, *scrolled;
  GStrv instances; /* offered */
  char *chosen;
  TbLogReader reader;
  gboolean filling;
};

G_DEFINE_FINAL_TYPE (TbLogsPage, tb_logs_page, GTK_TYPE_WIDGET)

static GtkTextBuffer *
buffer_of (TbLogsPage *self)
{
  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->view));
}

static gboolean
at_end (TbLogsPage *self)
{
  GtkAdjustment *v = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scrolled));
  return gtk_adjustment_get_value (v) + gtk_adjustment_get_page_size (v)
         >= gtk_adjustment_get_upper (v) - 24;
}

static void
append_text (TbLogsPage *self, const char *text, gboolean restarted)
{
  GtkTextBuffer *buffer = buffer_of (self);
  gboolean follow = at_end (self);
  GtkTextIter start, end;
  if (restarted)
    gtk_text_buffer_set_text (buffer, "", 0);
  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_insert (buffer, &end, text, -1);
  int over = gtk_text_buffer_get_char_count (buffer) - SHOWN_MAX;
  if (over > 0)
    {
      gtk_text_buffer_get_start_iter (buffer, &start);
      gtk_text_buffer_get_iter_at_offset (buffer, &end, over);
      gtk_text_iter_forward_line (&end);
      gtk_text_buffer_delete (buffer, &start, &end);
    }
  if (follow)
    {
      gtk_text_buffer_get_end_iter (buffer, &end);
      gtk_text_buffer_move_mark_by_name (buffer, "tb-end", &end);
      gtk_text_view_scroll_mark_onscreen (GTK_TEXT_VIEW (self->view),
                                          gtk_text_buffer_get_mark (buffer, "tb-end"));
    }
}

static gboolean
offers (TbLogsPage *self, const TbLiveFrame *frame)
{
  if (g_strv_length (self->instances) != frame->n_instances)
    return FALSE;
  for (guint i = 0; i < frame->n_instances; i++)
    if (!g_str_equal (self->instances[i], frame->instances[i].id))
      return FALSE;
  return TRUE;
}

static void
show_chosen (TbLogsPage *self)
{
  self->filling = TRUE;
  for (guint i = 0; self->instances[i]; i++)
    if (g_strcmp0 (self->instances[i], self->chosen) == 0)
      gtk_drop_down_set_selected (GTK_DROP_DOWN (self->chooser), i);
  self->filling = FALSE;
}

static void
offer (TbLogsPage *self, const TbLiveFrame *frame)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  for (guint i = 0; i < frame->n_instances; i++)
    {
      g_strv_builder_add (ids, frame->instances[i].id);
      gtk_string_list_take (names, tb_format_instance (frame->instances[i].id));
    }
  g_strfreev (self->instances);
  self->instances = g_strv_builder_end (ids);
  self->filling = TRUE;
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->chooser), G_LIST_MODEL (names));
  self->filling = FALSE;
  if (!self->chosen && self->instances[0])
    self->chosen = g_strdup (self->instances[0]);
  show_chosen (self);
}

void
tb_logs_page_choose (TbLogsPage *page, const char *instance)
{
  if (g_strcmp0 (page->chosen, instance) == 0)
    return;
  g_free (page->chosen);
  page->chosen = g_strdup (instance);
  tb_log_reader_open (&page->reader, NULL);
  gtk_text_buffer_set_text (buffer_of (page), "", 0);
  show_chosen (page);
}

static void
chosen_changed (TbLogsPage *self)
{
  guint i = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->chooser));
  if (!self->filling && i < g_strv_length (self->instances))
    tb_logs_page_choose (self, self->instances[i]);
}

static void
show_lost (TbLogsPage *self, guint64 lost)
{
  g_autofree char *size = tb_format_bytes ((double) lost);
  g_autofree char *text = g_strdup_printf ("%s before this are kept no more", size);
  gtk_widget_set_visible (self->lost, lost > 0);
  tb_ui_set_text (self->lost, text);
}

void
tb_logs_page_refresh (TbLogsPage *page, const TbLiveFrame *frame)
{
  if (!frame)
    return;
  if (!offers (page, frame))
    offer (page, frame);
  for (guint i = 0; i < frame->n_instances; i++)
    {
      const TbLiveInstance *instance = &frame->instances[i];
      if (g_strcmp0 (instance->id, page->chosen) != 0 || !instance->log_path)
        continue;
      gboolean restarted = FALSE;
      show_lost (page, instance->log_lost);
      if (g_strcmp0 (page->reader.path, instance->log_path) != 0)
        {
          tb_log_reader_open (&page->reader, instance->log_path);
          gtk_text_buffer_set_text (buffer_of (page), "", 0);
        }
      g_autofree char *text = tb_log_reader_next (&page->reader, &restarted);
      if (text)
        append_text (page, text, restarted);
    }
}

static void
tb_logs_page_dispose (GObject *object)
{
  TbLogsPage *self = TB_LOGS_PAGE (object);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->instances, g_strfreev);
  g_clear_pointer (&self->chosen, g_free);
  tb_log_reader_clear (&self->reader);
  G_OBJECT_CLASS (tb_logs_page_parent_class)->dispose (object);
}

static void
tb_logs_page_class_init (TbLogsPageClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_logs_page_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static void
tb_logs_page_init (TbLogsPage *self)
{
  self->instances = g_new0 (char *, 1);
  self->chooser = gtk_drop_down_new (NULL, NULL);
  gtk_widget_set_valign (self->chooser, GTK_ALIGN_START);
  gtk_widget_add_css_class (self->chooser, "log-chooser");
  tb_ui_name (self->chooser, "Instance whose log is shown");
  tb_ui_name (gtk_widget_get_first_child (self->chooser), "Instance whose log is shown");
  g_signal_connect_swapped (self->chooser, "notify::selected", G_CALLBACK (chosen_changed), self);
  self->view = gtk_text_view_new ();
  gtk_text_view_set_editable (GTK_TEXT_VIEW (self->view), FALSE);
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (self->view), TRUE);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (self->view), GTK_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (self->view, "log");
  tb_ui_name (self->view, "Log");
  GtkTextIter end;
  gtk_text_buffer_get_end_iter (buffer_of (self), &end);
  gtk_text_buffer_create_mark (buffer_of (self), "tb-end", &end, FALSE);
  self->scrolled = tb_ui_scrolled (self->view);
  gtk_widget_set_hexpand (self->scrolled, TRUE);
  self->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  self->lost = tb_ui_label ("", "dim");
  gtk_label_set_wrap (GTK_LABEL (self->lost), TRUE);
  gtk_label_set_ellipsize (GTK_LABEL (self->lost), PANGO_ELLIPSIZE_NONE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->lost), 14);
  gtk_widget_set_margin_start (self->lost, 16);
  gtk_widget_set_visible (self->lost, FALSE);
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_box_append (GTK_BOX (column), self->chooser);
  gtk_box_append (GTK_BOX (column), self->lost);
  gtk_box_append (GTK_BOX (self->box), column);
  gtk_box_append (GTK_BOX (self->box), self->scrolled);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
tb_logs_page_new (void)
{
  return g_object_new (TB_TYPE_LOGS_PAGE, NULL);
}
