#include "notice-bar.h"

#include "util.h"

struct _TbNoticeBar
{
  GtkWidget parent_instance;
  GtkWidget *revealer, *label, *buttons;
  gboolean shown;
  TbAnswer answer;
  gpointer data;
};

G_DEFINE_FINAL_TYPE (TbNoticeBar, tb_notice_bar, GTK_TYPE_WIDGET)

void
tb_notice_bar_hide (TbNoticeBar *self)
{
  self->shown = FALSE;
  self->answer = NULL;
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->revealer), FALSE);
}

/* The answer may show the next notice. */
static void
give_answer (TbNoticeBar *self, const char *id)
{
  TbAnswer answer = self->answer;
  gpointer data = self->data;
  tb_notice_bar_hide (self);
  if (answer)
    answer (id, data);
}

static void
clicked (GtkButton *button, TbNoticeBar *self)
{
  g_autofree char *id = g_strdup (g_object_get_data (G_OBJECT (button), "id"));
  give_answer (self, id);
}

static void
add_button (TbNoticeBar *self, const TbResponse *response)
{
  GtkWidget *button = gtk_button_new_with_label (response->label);
  g_object_set_data_full (G_OBJECT (button), "id", g_strdup (response->id), g_free);
  if (response->look == TB_RESPONSE_SUGGESTED)
    gtk_widget_add_css_class (button, "suggested-action");
  if (response->look == TB_RESPONSE_DESTRUCTIVE)
    gtk_widget_add_css_class (button, "destructive-action");
  g_signal_connect (button, "clicked", G_CALLBACK (clicked), self);
  gtk_box_append (GTK_BOX (self->buttons), button);
}

void
tb_notice_bar_show (TbNoticeBar *self, const char *sentence, const TbResponse *responses, guint n,
                    TbAnswer answer, gpointer data)
{
  tb_ui_clear_box (self->buttons);
  for (guint i = 0; i < n; i++)
    add_button (self, &responses[i]);
  gtk_label_set_text (GTK_LABEL (self->label), sentence);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, sentence,
                                  -1);
  self->answer = answer;
  self->data = data;
  self->shown = TRUE;
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->revealer), TRUE);
}

const char *
tb_notice_bar_sentence (TbNoticeBar *self)
{
  return self->shown ? gtk_label_get_text (GTK_LABEL (self->label)) : NULL;
}

/* ---- Widget ------------------------------------------------------------------------------------ */

static void
close_clicked (GtkButton *button, TbNoticeBar *self)
{
  give_answer (self, "");
}

/* The sentence wraps, and the buttons go below it where the window is narrow. */
static GtkWidget *
make_row (TbNoticeBar *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *flow = gtk_flow_box_new ();
  GtkWidget *close = tb_ui_icon_button ("window-close-symbolic", "Dismiss", NULL);
  self->label = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->label), 0);
  gtk_widget_set_valign (self->label, GTK_ALIGN_CENTER);
  self->buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  gtk_widget_set_halign (self->buttons, GTK_ALIGN_END);
  gtk_widget_set_valign (self->buttons, GTK_ALIGN_CENTER);
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (flow), 2);
  gtk_flow_box_append (GTK_FLOW_BOX (flow), self->label);
  gtk_flow_box_append (GTK_FLOW_BOX (flow), self->buttons);
  for (GtkWidget *c = gtk_widget_get_first_child (flow); c; c = gtk_widget_get_next_sibling (c))
    gtk_widget_set_focusable (c, FALSE);
  gtk_widget_set_hexpand (flow, TRUE);
  gtk_widget_set_valign (close, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (close, "flat");
  g_signal_connect (close, "clicked", G_CALLBACK (close_clicked), self);
  gtk_box_append (GTK_BOX (row), flow);
  gtk_box_append (GTK_BOX (row), close);
  gtk_widget_add_css_class (row, "notice");
  return row;
}

static void
tb_notice_bar_dispose (GObject *object)
{
  TbNoticeBar *self = TB_NOTICE_BAR (object);
  g_clear_pointer (&self->revealer, gtk_widget_unparent);
  G_OBJECT_CLASS (tb_notice_bar_parent_class)->dispose (object);
}

static void
tb_notice_bar_class_init (TbNoticeBarClass *class)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = tb_notice_bar_dispose;
  gtk_widget_class_set_layout_manager_type (widget, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget, GTK_ACCESSIBLE_ROLE_ALERT);
  gtk_widget_class_set_css_name (widget, "noticebar");
}

static void
tb_notice_bar_init (TbNoticeBar *self)
{
  self->revealer = gtk_revealer_new ();
  gtk_revealer_set_child (GTK_REVEALER (self->revealer), make_row (self));
  gtk_widget_set_parent (self->revealer, GTK_WIDGET (self));
}

GtkWidget *
tb_notice_bar_new (void)
{
  return g_object_new (TB_TYPE_NOTICE_BAR, NULL);
}
