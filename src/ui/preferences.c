#include "preferences.h"

#include <adwaita.h>

#include "look.h"
#include "settings.h"
#include "tb-journal.h"
#include "tb-record.h"
#include "util.h"

/* A switch of an action; title and subtitle in words. */
typedef struct
{
  const char *title, *subtitle, *action;
} Switch;

static GtkWidget *
new_row (const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  return row;
}

static GtkWidget *
new_switch_row (const Switch *of)
{
  GtkWidget *row = new_row (of->title, of->subtitle), *control = gtk_switch_new ();
  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (control), of->action);
  tb_ui_name (control, of->title);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), control);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), control);
  return row;
}

static AdwPreferencesGroup *
add_group (AdwPreferencesPage *page, const char *title, const Switch *switches, guint n)
{
  AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  adw_preferences_group_set_title (group, title);
  for (guint i = 0; i < n; i++)
    adw_preferences_group_add (group, new_switch_row (&switches[i]));
  adw_preferences_page_add (page, group);
  return group;
}

/* ---- Colours --------------------------------------------------------------------------------- */

static void
theme_chosen (AdwComboRow *row, GParamSpec *spec, gpointer data)
{
  const char *name = tb_look_themes ()[adw_combo_row_get_selected (row)];
  gtk_widget_activate_action (GTK_WIDGET (row), "app.theme", "s", name);
}

static GtkWidget *
new_theme_row (void)
{
  static const char *const labels[] = { "As the desktop", "Light", "Dark", NULL };
  GtkWidget *row = adw_combo_row_new ();
  g_autoptr (GtkStringList) list = gtk_string_list_new (labels);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), "Colours");
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (list));
  adw_combo_row_set_selected (ADW_COMBO_ROW (row),
                              (guint) CLAMP (tb_settings_get ("theme", 0), 0, 2));
  g_signal_connect (row, "notify::selected", G_CALLBACK (theme_chosen), NULL);
  return row;
}

/* ---- Files ----------------------------------------------------------------------------------- */

static void
open_folder (GtkWidget *button, gpointer data)
{
  const char *folder = g_object_get_data (G_OBJECT (button), "tb-folder");
  g_autofree char *uri = g_filename_to_uri (folder, NULL, NULL);
  if (g_mkdir_with_parents (folder, 0700) == 0 && uri)
    gtk_show_uri (GTK_WINDOW (gtk_widget_get_root (button)), uri, GDK_CURRENT_TIME);
}

/* Where icon= of a component looks. */
static char *
icon_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), "tierboard", "icons", NULL);
}

static GtkWidget *
new_folder_row (const char *title, const char *detail, char *folder)
{
  g_autofree char *shown = g_filename_display_name (folder);
  g_autofree char *text = g_strconcat (detail, "\n", shown, NULL);
  g_autofree char *subtitle = g_markup_escape_text (text, -1);
  GtkWidget *row = new_row (title, subtitle), *button;
  button = tb_ui_icon_button ("folder-open-symbolic", "Open the folder", NULL);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  g_object_set_data_full (G_OBJECT (button), "tb-folder", folder, g_free);
  g_signal_connect (button, "clicked", G_CALLBACK (open_folder), NULL);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  return row;
}

/* ---- Recordings ------------------------------------------------------------------------------ */

static const int limits_mib[] = { 64, 256, 1024, 4096 };

static void
limit_chosen (AdwComboRow *row, GParamSpec *spec, gpointer data)
{
  guint i = adw_combo_row_get_selected (row);
  if (i < G_N_ELEMENTS (limits_mib))
    tb_settings_set ("record-mib", limits_mib[i]);
  tb_settings_write ();
}

static GtkWidget *
new_limit_row (void)
{
  static const char *const labels[] = { "64 MiB", "256 MiB", "1 GiB", "4 GiB", NULL };
  GtkWidget *row = adw_combo_row_new ();
  g_autoptr (GtkStringList) list = gtk_string_list_new (labels);
  int mib = tb_settings_get ("record-mib", 256);
  guint chosen = 0;
  while (chosen + 1 < G_N_ELEMENTS (limits_mib) && limits_mib[chosen] < mib)
    chosen++;
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), "Size of a recording");
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), "Then the oldest messages go from it");
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (list));
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), chosen);
  g_signal_connect (row, "notify::selected", G_CALLBACK (limit_chosen), NULL);
  return row;
}

/* One that is no expression masks nothing: it is not taken, and looks like it. */
static void
mask_changed (GtkEditable *row, gpointer data)
{
  const char *mask = gtk_editable_get_text (row);
  char why[200];
  gboolean good = *mask == '\0' || tb_record_mask_check (mask, why, sizeof why);
  if (good)
    gtk_widget_remove_css_class (GTK_WIDGET (row), "error");
  else
    gtk_widget_add_css_class (GTK_WIDGET (row), "error");
  gtk_widget_set_tooltip_text (GTK_WIDGET (row), good ? NULL : why);
  if (good)
    tb_settings_set_text ("record-mask", mask);
  if (good)
    tb_settings_write ();
}

static GtkWidget *
new_mask_row (void)
{
  GtkWidget *row = adw_entry_row_new ();
  g_autofree char *mask = tb_settings_get_text ("record-mask");
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), "Not recorded: what this expression matches in a message");
  gtk_editable_set_text (GTK_EDITABLE (row), mask ? mask : "");
  g_signal_connect (row, "changed", G_CALLBACK (mask_changed), NULL);
  return row;
}

/* ---- The window ------------------------------------------------------------------------------ */

static AdwPreferencesPage *
new_page (void)
{
  static const Switch look[] = {
    { "High contrast", "Black on white or white on black, with a line round everything",
      "app.high-contrast" },
    { "Less motion", "Nothing slides or glides; the desktop may ask for this too",
      "app.less-motion" },
  };
  static const Switch drawing[] = {
    { "Grid", "Dots on the canvas; what is dragged comes to stand on them", "win.grid" },
    { "Minimap", "The whole drawing in a corner, while only a part of it is in sight",
      "win.minimap" },
  };
  static const Switch run[] = {
    { "Contain what runs", "Each instance gets process numbers of its own, where the system lets it",
      "win.contain" },
    { "Keep the first bytes of messages", "In the recording of a run; 4 KiB of each, to be read later",
      "win.record-payload" },
    { "Apply changes at once", "What is drawn while it runs is started and stopped as it is drawn",
      "win.apply-at-once" },
  };
  AdwPreferencesPage *page = ADW_PREFERENCES_PAGE (adw_preferences_page_new ());
  AdwPreferencesGroup *group = add_group (page, "Look", NULL, 0);
  adw_preferences_group_add (group, new_theme_row ());
  for (guint i = 0; i < G_N_ELEMENTS (look); i++)
    adw_preferences_group_add (group, new_switch_row (&look[i]));
  add_group (page, "Drawing", drawing, G_N_ELEMENTS (drawing));
  group = add_group (page, "Files", NULL, 0);
  adw_preferences_group_add (
      group, new_folder_row ("Icons", "SVG pictures that components can have", icon_folder ()));
  adw_preferences_group_add (
      group, new_folder_row ("Recovery", "What is not saved is kept within a second, here",
                             tb_journal_folder ()));
  group = add_group (page, "Run", run, G_N_ELEMENTS (run));
  adw_preferences_group_add (group, new_limit_row ());
  adw_preferences_group_add (group, new_mask_row ());
  return page;
}

void
tb_show_preferences (GtkWindow *parent)
{
  GtkWidget *window = adw_preferences_window_new ();
  gtk_window_set_title (GTK_WINDOW (window), "Preferences");
  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  gtk_window_set_modal (GTK_WINDOW (window), TRUE);
  tb_ui_size_dialog (window, parent, 560, 640);
  gtk_window_set_application (GTK_WINDOW (window), gtk_window_get_application (parent));
  adw_preferences_window_set_search_enabled (ADW_PREFERENCES_WINDOW (window), FALSE);
  gtk_widget_insert_action_group (window, "win", G_ACTION_GROUP (parent));
  adw_preferences_window_add (ADW_PREFERENCES_WINDOW (window), new_page ());
  gtk_window_present (GTK_WINDOW (window));
}
