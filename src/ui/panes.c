#include "panes.h"

static int
focused_pane (GtkWidget *const *panes, guint n)
{
  GtkRoot *root = gtk_widget_get_root (panes[0]);
  GtkWidget *focus = root ? gtk_root_get_focus (root) : NULL;
  for (guint i = 0; focus && i < n; i++)
    if (focus == panes[i] || gtk_widget_is_ancestor (focus, panes[i]))
      return (int) i;
  return -1;
}

void
tb_panes_step (GtkWidget *const *panes, guint n, int step)
{
  int now = focused_pane (panes, n), count = (int) n;
  int at = now < 0 ? (step > 0 ? -1 : count) : now;
  for (guint tries = 0; tries < n; tries++)
    {
      at = (at + step + count) % count;
      if (gtk_widget_get_mapped (panes[at])
          && gtk_widget_child_focus (panes[at], GTK_DIR_TAB_FORWARD))
        {
          gtk_window_set_focus_visible (GTK_WINDOW (gtk_widget_get_root (panes[at])), TRUE);
          return;
        }
    }
}

static gboolean
pane_key (GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state,
          GtkWidget *drawing)
{
  if (key != GDK_KEY_Escape || state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SHIFT_MASK))
    return FALSE;
  return gtk_widget_child_focus (drawing, GTK_DIR_TAB_FORWARD);
}

void
tb_pane_escapes_to (GtkWidget *pane, GtkWidget *drawing)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (pane_key), drawing, 0);
  gtk_widget_add_controller (pane, keys);
}
