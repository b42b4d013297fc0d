#include "payload-pane.h"

#include <string.h>

#include "format.h"
#include "message-words.h"
#include "tb-payload.h"
#include "util.h"

struct _TbPayloadPane
{
  GtkWidget parent;
  GtkWidget *box, *title, *facts, *forms, *form[3], *asks[TB_PANE_PARTNER + 1], *view, *note;
  GBytes *bytes;
  TbPayloadForm chosen; /* as a person wants it, where it can be had */
  gboolean filling;
};

G_DEFINE_FINAL_TYPE (TbPayloadPane, tb_payload_pane, GTK_TYPE_WIDGET)

static guint asked;

/* ---- What it says -------------------------------------------------------------------------------- */

static void
show_payload (TbPayloadPane *self)
{
  gsize n;
  const void *bytes = self->bytes ? g_bytes_get_data (self->bytes, &n) : NULL;
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->view));
  if (!bytes)
    {
      gtk_text_buffer_set_text (buffer, "", 0);
      return;
    }
  gboolean json = tb_payload_has_json (bytes, n);
  TbPayloadForm form = self->chosen == TB_PAYLOAD_JSON && !json ? TB_PAYLOAD_TEXT : self->chosen;
  g_autofree char *text = tb_payload_format (form, bytes, n);
  gtk_widget_set_sensitive (self->form[TB_PAYLOAD_JSON], json);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (self->view),
                               form == TB_PAYLOAD_HEX ? GTK_WRAP_NONE : GTK_WRAP_WORD_CHAR);
  gtk_text_buffer_set_text (buffer, text, -1);
  self->filling = TRUE;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->form[form]), TRUE);
  self->filling = FALSE;
}

static void
set_payload (TbPayloadPane *self, GBytes *bytes, const char *note)
{
  g_clear_pointer (&self->bytes, g_bytes_unref);
  self->bytes = bytes;
  gtk_widget_set_visible (self->note, note != NULL);
  gtk_label_set_text (GTK_LABEL (self->note), note ? note : "");
  gtk_widget_set_visible (self->forms, bytes != NULL);
  show_payload (self);
}

/* How much of it there is to see. */
static char *
note_of (const TbEvent *event, GBytes *bytes)
{
  gsize n = bytes ? g_bytes_get_size (bytes) : 0;
  if (event->size == 0 && n == 0)
    return NULL;
  if (!bytes)
    return g_strdup ("Nothing of it was kept.");
  if (n >= event->size)
    return NULL;
  g_autofree char *kept = tb_format_bytes ((double) n), *all = tb_format_bytes (event->size);
  return g_strdup_printf ("The first %s of %s were kept.", kept, all);
}

void
tb_payload_pane_show_event (TbPayloadPane *pane, TbPast *past, guint64 position)
{
  TbEvent event;
  guint64 partner;
  if (!tb_past_event (past, position, &event))
    {
      tb_payload_pane_show_text (pane, "This message is in the recording no more.", "");
      return;
    }
  g_autofree char *title = tb_message_words_title (past, &event);
  g_autofree char *facts = tb_message_words_facts (past, position, &event);
  GBytes *bytes = tb_past_payload (past, position);
  g_autofree char *note = note_of (&event, bytes);
  tb_ui_set_text (pane->title, title);
  tb_ui_set_text (pane->facts, facts);
  gtk_widget_set_visible (pane->facts, TRUE);
  const TbPastTap *tap = tb_past_tap (past, event.tap);
  gtk_widget_set_visible (pane->asks[TB_PANE_LINK], tap && tap->link != G_MAXUINT);
  gtk_widget_set_visible (pane->asks[TB_PANE_LOGS], TRUE);
  gtk_widget_set_visible (pane->asks[TB_PANE_TRACE],
                          event.kind == TB_EVENT_REQUEST || event.kind == TB_EVENT_REPLY);
  gtk_widget_set_visible (pane->asks[TB_PANE_PARTNER], tb_past_partner (past, position, &partner));
  gtk_button_set_label (GTK_BUTTON (pane->asks[TB_PANE_PARTNER]),
                        event.kind == TB_EVENT_REPLY ? "Request" : "Reply");
  set_payload (pane, bytes, note);
}

void
tb_payload_pane_show_text (TbPayloadPane *pane, const char *title, const char *text)
{
  tb_ui_set_text (pane->title, title);
  gtk_widget_set_visible (pane->facts, FALSE);
  for (guint i = TB_PANE_LINK; i <= TB_PANE_PARTNER; i++)
    gtk_widget_set_visible (pane->asks[i], FALSE);
  set_payload (pane, *text ? g_bytes_new (text, strlen (text)) : NULL, NULL);
}

/* ---- All of it ----------------------------------------------------------------------------------- */

static void
form_toggled (GtkToggleButton *button, TbPayloadPane *self)
{
  if (self->filling || !gtk_toggle_button_get_active (button))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (self->form); i++)
    if (self->form[i] == GTK_WIDGET (button))
      self->chosen = (TbPayloadForm) i;
  show_payload (self);
}

static void
ask_clicked (GtkButton *button, TbPayloadPane *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->asks); i++)
    if (self->asks[i] == GTK_WIDGET (button))
      g_signal_emit (self, asked, 0, i);
}

static GtkWidget *
new_forms (TbPayloadPane *self)
{
  static const char *const names[] = { "Text", "JSON", "Bytes" };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_add_css_class (box, "linked");
  for (guint i = 0; i < G_N_ELEMENTS (self->form); i++)
    {
      self->form[i] = gtk_toggle_button_new_with_label (names[i]);
      if (i > 0)
        gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (self->form[i]), GTK_TOGGLE_BUTTON (self->form[0]));
      g_signal_connect (self->form[i], "toggled", G_CALLBACK (form_toggled), self);
      gtk_box_append (GTK_BOX (box), self->form[i]);
    }
  return box;
}

static GtkWidget *
new_asks (TbPayloadPane *self)
{
  static const struct
  {
    const char *label, *tooltip;
  } rows[] = {
    [TB_PANE_LINK] = { "Link", "Show the link on the drawing" },
    [TB_PANE_LOGS] = { "Logs", "Show what was printed at that moment" },
    [TB_PANE_TRACE] = { "Trace", "Show the request with all that it caused" },
    [TB_PANE_PARTNER] = { "Reply", "Go to the other half" },
  };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  for (guint i = TB_PANE_LINK; i < G_N_ELEMENTS (rows); i++)
    {
      self->asks[i] = gtk_button_new_with_label (rows[i].label);
      gtk_widget_set_tooltip_text (self->asks[i], rows[i].tooltip);
      g_signal_connect (self->asks[i], "clicked", G_CALLBACK (ask_clicked), self);
      gtk_box_append (GTK_BOX (box), self->asks[i]);
    }
  return box;
}

static GtkWidget *
new_head (TbPayloadPane *self)
{
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  self->title = tb_ui_label ("", "strong");
  gtk_widget_set_hexpand (self->title, TRUE);
  self->asks[TB_PANE_CLOSE] = tb_ui_icon_button ("window-close-symbolic", "Close the message", NULL);
  gtk_widget_add_css_class (self->asks[TB_PANE_CLOSE], "flat");
  g_signal_connect (self->asks[TB_PANE_CLOSE], "clicked", G_CALLBACK (ask_clicked), self);
  gtk_box_append (GTK_BOX (head), self->title);
  gtk_box_append (GTK_BOX (head), self->asks[TB_PANE_CLOSE]);
  return head;
}

static GtkWidget *
new_bar (TbPayloadPane *self)
{
  GtkWidget *bar = gtk_flow_box_new ();
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (bar), GTK_SELECTION_NONE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (bar), 2);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (bar), 6);
  self->forms = new_forms (self);
  GtkWidget *children[] = { self->forms, new_asks (self) };
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    {
      gtk_flow_box_append (GTK_FLOW_BOX (bar), children[i]);
      GtkWidget *cell = gtk_widget_get_parent (children[i]);
      gtk_widget_set_focusable (cell, FALSE);
      gtk_widget_set_halign (children[i], GTK_ALIGN_START);
    }
  return bar;
}

static void
tb_payload_pane_dispose (GObject *object)
{
  TbPayloadPane *self = TB_PAYLOAD_PANE (object);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  G_OBJECT_CLASS (tb_payload_pane_parent_class)->dispose (object);
}

static void
tb_payload_pane_class_init (TbPayloadPaneClass *class)
{
  G_OBJECT_CLASS (class)->dispose = tb_payload_pane_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  asked = g_signal_new ("asked", TB_TYPE_PAYLOAD_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                        G_TYPE_NONE, 1, G_TYPE_UINT);
}

static GtkWidget *
new_wrapped (const char *css_class)
{
  GtkWidget *label = tb_ui_paragraph ("", css_class);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  return label;
}

static void
tb_payload_pane_init (TbPayloadPane *self)
{
  self->chosen = TB_PAYLOAD_JSON; /* where there is some, it is what is looked for */
  self->view = gtk_text_view_new ();
  gtk_text_view_set_editable (GTK_TEXT_VIEW (self->view), FALSE);
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (self->view), TRUE);
  gtk_widget_add_css_class (self->view, "log");
  tb_ui_name (self->view, "What it says");
  self->facts = new_wrapped ("dim");
  self->note = new_wrapped ("dim");
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  gtk_widget_add_css_class (self->box, "payload");
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->view);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (self->box), new_head (self));
  gtk_box_append (GTK_BOX (self->box), self->facts);
  gtk_box_append (GTK_BOX (self->box), new_bar (self));
  gtk_box_append (GTK_BOX (self->box), self->note);
  gtk_box_append (GTK_BOX (self->box), scrolled);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
tb_payload_pane_new (void)
{
  return g_object_new (TB_TYPE_PAYLOAD_PANE, NULL);
}
