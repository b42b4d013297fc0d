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

/* Pressed while it is chosen: what is selected again. */
static GtkWidget *
new_choice (const char *names, const char *label)
{
  GtkWidget *button = gtk_toggle_button_new (), *text = gtk_label_new (label);
  gtk_label_set_wrap (GTK_LABEL (text), TRUE);
  gtk_label_set_xalign (GTK_LABEL (text), 0);
  gtk_button_set_child (GTK_BUTTON (button), text);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "without");
  tb_ui_name (button, label);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "sheet.without");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", names);
  return button;
}

static void
show (TbInspector *self, const TbFailureSaid *said)
{
  tb_ui_clear_box (self->failure);
  if (said->sentences[0] == NULL)
    return;
  gtk_box_append (GTK_BOX (self->failure), tb_ui_heading ("If it fails"));
  for (guint i = 0; said->sentences[i] != NULL; i++)
    gtk_box_append (GTK_BOX (self->failure), new_sentence (said->sentences[i]));
  for (guint i = 0; said->choices[i] != NULL; i += 2)
    gtk_box_append (GTK_BOX (self->failure), new_choice (said->choices[i], said->choices[i + 1]));
  gtk_box_append (GTK_BOX (self->failure), new_switch ());
}

/* ---- At once ---------------------------------------------------------------------------------- */

static gboolean
say_now (gpointer data)
{
  TbInspector *self = data;
  TbDocument *document = self->editor ? tb_editor_document (self->editor) : NULL;
  self->failure_id = 0;
  tb_ui_clear_box (self->failure);
  if (document == NULL || self->uid == 0)
    return G_SOURCE_REMOVE;
  g_autoptr (TbFailureSaid) said = tb_failure_said (tb_failure_of (document), tb_document_model (document), self->uid);
  show (self, said);
  return G_SOURCE_REMOVE;
}

/* ---- By a thread ------------------------------------------------------------------------------ */

typedef struct
{
  TbModel *model;
  TbUid uid;
  guint asked;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;
  tb_model_unref (question->model);
  g_free (question);
}

static void
answer (GTask *task, gpointer inspector, gpointer data, GCancellable *cancellable)
{
  const Question *question = data;
  g_autoptr (TbFailure) failure = tb_failure_new (question->model);
  g_task_return_pointer (task, tb_failure_said (failure, question->model, question->uid), (GDestroyNotify) tb_failure_said_free);
}

static void
answered (GObject *object, GAsyncResult *result, gpointer data)
{
  TbInspector *self = TB_INSPECTOR (object);
  const Question *question = g_task_get_task_data (G_TASK (result));
  g_autoptr (TbFailureSaid) said = g_task_propagate_pointer (G_TASK (result), NULL);
  self->failure_busy = FALSE;
  if (self->editor == NULL)
    return;
  if (question->asked == self->failure_asked)
    show (self, said);
  else if (self->failure_id == 0)
    tb_inspector_queue_failure (self);
}

static gboolean
ask_thread (gpointer data)
{
  TbInspector *self = data;
  self->failure_id = 0;
  if (self->editor == NULL || self->uid == 0 || self->failure_busy)
    return G_SOURCE_REMOVE;
  Question *question = g_new (Question, 1);
  *question = (Question){ tb_document_snapshot (tb_editor_document (self->editor)), self->uid, self->failure_asked };
  g_autoptr (GTask) task = g_task_new (self, NULL, answered, NULL);
  self->failure_busy = TRUE;
  g_task_set_task_data (task, question, question_free);
  g_task_run_in_thread (task, answer);
  return G_SOURCE_REMOVE;
}

/* ---- Both ------------------------------------------------------------------------------------- */

/* Of a large drawing only when the person pauses, and by a thread, one at a time:
 *
 *   queued ──tb_inspector_queue_failure()──▶ waiting ──ask_thread()──▶ busy ──answered()──▶ shown
 *                                               ▲                        └─ something else was asked meanwhile ─┐
 *                                               └───────────────────────────────────────────────────────────────┘ */
void
tb_inspector_queue_failure (TbInspector *self)
{
  gboolean quick = !self->editor || tb_failure_is_quick (tb_editor_document (self->editor));
  self->failure_asked++;
  g_clear_handle_id (&self->failure_id, g_source_remove);
  self->failure_id = quick ? g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, say_now, self, NULL)
                           : g_timeout_add (PAUSE_MS, ask_thread, self);
}
