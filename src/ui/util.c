#include "util.h"

#include "appearance.h"

#define TOOLTIP "tb-tooltip"

TbThemeId
tb_ui_theme (void)
{
  return tb_appearance_theme ();
}

void
tb_ui_name (GtkWidget *widget, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

GtkWidget *
tb_ui_icon_button (const char *icon, const char *name, const char *action)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);
  gtk_widget_set_tooltip_text (button, name);
  tb_ui_name (button, name);
  if (action)
    gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (button), action);
  return button;
}

GtkWidget *
tb_ui_label (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  if (css_class)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

GtkWidget *
tb_ui_paragraph (const char *text, const char *css_class)
{
  GtkWidget *label = tb_ui_label (text, css_class);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_NONE);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  return label;
}

GtkWidget *
tb_ui_heading (const char *text)
{
  return tb_ui_label (text, "panel-heading");
}

void
tb_ui_clear_box (GtkWidget *box)
{
  GtkWidget *child;
  while ((child = gtk_widget_get_first_child (box)))
    gtk_box_remove (GTK_BOX (box), child);
}

void
tb_ui_set_text (GtkWidget *label, const char *text)
{
  if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (label)), text) != 0)
    gtk_label_set_text (GTK_LABEL (label), text);
}

void
tb_ui_set_or_hide (GtkWidget *label, const char *text)
{
  gtk_widget_set_visible (label, text != NULL && *text != '\0');
  tb_ui_set_text (label, text != NULL ? text : "");
}

static gboolean
tell_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  const char *text = g_object_get_data (G_OBJECT (widget), TOOLTIP);
  if (text == NULL)
    return FALSE;
  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

void
tb_ui_set_tooltip (GtkWidget *widget, const char *text)
{
  const char *was = g_object_get_data (G_OBJECT (widget), TOOLTIP);
  if (g_strcmp0 (was, text) == 0)
    return;
  if (!gtk_widget_get_has_tooltip (widget))
    {
      gtk_widget_set_has_tooltip (widget, TRUE);
      g_signal_connect (widget, "query-tooltip", G_CALLBACK (tell_tooltip), NULL);
    }
  g_object_set_data_full (G_OBJECT (widget), TOOLTIP, g_strdup (text), g_free);
}

void
tb_ui_set_icon (GtkWidget *button, const char *icon)
{
  if (g_strcmp0 (gtk_button_get_icon_name (GTK_BUTTON (button)), icon) != 0)
    gtk_button_set_icon_name (GTK_BUTTON (button), icon);
}

void
tb_ui_select_row (GtkWidget *list, GtkWidget *scrolled, int at)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), at);
  GtkAdjustment *scroll = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));
  graphene_rect_t r;
  if (!row)
    return;
  gtk_list_box_select_row (GTK_LIST_BOX (list), row);
  if (gtk_widget_compute_bounds (GTK_WIDGET (row), list, &r) && r.size.height > 0)
    gtk_adjustment_clamp_page (scroll, r.origin.y, r.origin.y + r.size.height);
}

GtkWidget *
tb_ui_scrolled (GtkWidget *child)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), child);
  gtk_widget_set_vexpand (scrolled, TRUE);
  return scrolled;
}

GtkWidget *
tb_ui_form_page (GtkWidget *box, GtkWidget *grid)
{
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  gtk_widget_set_margin_top (box, 12);
  gtk_widget_set_margin_bottom (box, 18);
  gtk_widget_set_margin_start (box, 18);
  gtk_widget_set_margin_end (box, 18);
  return tb_ui_scrolled (box);
}

#define DIALOG_LEAST 360

void
tb_ui_size_dialog (GtkWidget *dialog, GtkWindow *parent, int width, int height)
{
  int room = MAX (gtk_widget_get_width (GTK_WIDGET (parent)), DIALOG_LEAST);
  gtk_window_set_default_size (GTK_WINDOW (dialog), MIN (width, room), height);
}

static gboolean
escape_pressed (GtkWidget *window, GVariant *arguments, gpointer data)
{
  gtk_window_close (GTK_WINDOW (window));
  return TRUE;
}

void
tb_ui_close_on_escape (GtkWidget *window)
{
  GtkEventController *keys = gtk_shortcut_controller_new ();
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys),
                                        gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_Escape, 0),
                                                          gtk_callback_action_new (escape_pressed, NULL, NULL)));
  gtk_widget_add_controller (window, keys);
}

gboolean
tb_ui_animations (GtkWidget *widget)
{
  gboolean wanted = TRUE;
  g_object_get (gtk_widget_get_settings (widget), "gtk-enable-animations", &wanted, NULL);
  return wanted;
}

GtkWidget *
tb_ui_tile_flow (void)
{
  GtkWidget *flow = gtk_flow_box_new ();
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (flow), TRUE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (flow), 4);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (flow), 8);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (flow), 4);
  return flow;
}
