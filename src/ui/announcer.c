#include "announcer.h"

#include "tb-announce.h"
#include "util.h"

#define BEFORE "tb-announced"
#define EDITOR "tb-editor"

void
tb_announcer_say (GtkWidget *announcer, const char *words)
{
  gtk_label_set_text (GTK_LABEL (announcer), words);
  tb_ui_name (announcer, words);
}

static void
free_before (gpointer data)
{
  tb_announced_clear (data);
  g_free (data);
}

static void
document_changed (TbDocument *document, const TbEdit *edits, guint n, GtkWidget *announcer)
{
  TbEditor *editor = g_object_get_data (G_OBJECT (announcer), EDITOR);
  g_autofree char *words
      = tb_editor_announce (editor, edits, n, g_object_get_data (G_OBJECT (announcer), BEFORE));
  tb_announcer_say (announcer, words);
}

static void
editor_says (TbEditor *editor, const char *sentence, GtkWidget *announcer)
{
  tb_announcer_say (announcer, sentence);
}

GtkWidget *
tb_announcer_new (void)
{
  GtkWidget *label = g_object_new (GTK_TYPE_LABEL, "accessible-role", GTK_ACCESSIBLE_ROLE_STATUS,
                                   NULL);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 1);
  gtk_widget_set_can_target (label, FALSE);
  gtk_widget_set_opacity (label, 0);
  gtk_widget_set_halign (label, GTK_ALIGN_START);
  gtk_widget_set_valign (label, GTK_ALIGN_END);
  g_object_set_data_full (G_OBJECT (label), BEFORE, g_new0 (TbAnnounced, 1), free_before);
  return label;
}

/* The editor outlives the label's handlers, which go with the label. */
void
tb_announcer_follow (GtkWidget *announcer, TbEditor *editor)
{
  g_object_set_data (G_OBJECT (announcer), EDITOR, editor);
  g_signal_connect_object (tb_editor_document (editor), "changed", G_CALLBACK (document_changed),
                           announcer, 0);
  g_signal_connect_object (editor, "message", G_CALLBACK (editor_says), announcer, 0);
}
