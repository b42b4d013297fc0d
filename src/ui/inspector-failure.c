/* What stops without the selected element, and how much of the time it is available: below its properties. */
#include "inspector-private.h"

#include "failing.h"
#include "util.h"

#define PAUSE_MS 250

static GtkWidget *
new_sentence (const char *text)
{
  GtkWidget *label = tb_ui_label (text, "if-it-fails");
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_NONE);
  return label;
}

/* The switch is one for the whole program: the same as in the menu. */
static GtkWidget *
new_switch (void)
{
  GtkWidget *check = gtk_check_button_new_with_label ("Show on the drawing");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (check), "win.failing");
  gtk_widget_set_tooltip_text (check, "Marks what stops without what is selected (Shift+F8)");
  return check;
}

static gboolean
show (gpointer data)
{
  TbInspector *self = data;
  self->failure_id = 0;
  TbDocument *document = self->editor ? tb_editor_document (self->editor) : NULL;
  tb_ui_clear_box (self->failure);
  char *sentence;
  for (guint i = 0; document && self->uid && (sentence = tb_failure_sentence (document, self->uid, i)) != NULL; i++)
    {
      if (i == 0)
        gtk_box_append (GTK_BOX (self->failure), tb_ui_heading ("If it fails"));
      gtk_box_append (GTK_BOX (self->failure), new_sentence (sentence));
      g_free (sentence);
    }
  if (gtk_widget_get_first_child (self->failure))
    gtk_box_append (GTK_BOX (self->failure), new_switch ());
  return G_SOURCE_REMOVE;
}

/* Of a large drawing only when the person pauses. */
void
tb_inspector_queue_failure (TbInspector *self)
{
  gboolean quick = !self->editor || tb_failure_is_quick (tb_editor_document (self->editor));
  g_clear_handle_id (&self->failure_id, g_source_remove);
  self->failure_id = quick ? g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, show, self, NULL) : g_timeout_add (PAUSE_MS, show, self);
}
