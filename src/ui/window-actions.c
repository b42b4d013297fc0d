/* The window's one table of actions, for menus, keys and help, and what those about documents and the window itself do. */
#include "window-private.h"

#include <string.h>

#include "command-palette.h"
#include "dialogs.h"
#include "panes.h"
#include "preferences.h"
#include "print.h"
#include "search.h"
#include "settings.h"
#include "shortcuts.h"
#include "tour.h"
#include "start-page.h"

/* ---- The table ------------------------------------------------------------------------------- */

static const TbActionRow rows[] = {
  { "new", "New window", { "<Control>n" }, "Documents" },
  { "open", "Open, or import from another program", { "<Control>o" }, "Documents" },
  { "save", "Save", { "<Control>s" }, "Documents", TRUE },
  { "save-as", "Save as", { "<Control><Shift>s" }, "Documents", TRUE },
  { "export", "Export", { "<Control><Shift>e" }, "Documents", TRUE },
  { "print", "Print", { "<Control>p" }, "Documents", TRUE },
  { "new-tab", "New tab", { "<Control>t" }, "Documents" },
  { "close", "Close the tab", { "<Control>w" }, "Documents" },
  { "previous-tab", "Previous tab", { "<Control>Page_Up" }, "Documents" },
  { "move-tab", "Tab to a window of its own", { "<Control><Shift>n" }, "Documents" },
  { "next-tab", "Next tab", { "<Control>Page_Down" }, "Documents" },
  { "zoom-in", "Zoom in", { "<Control>plus", "<Control>equal" }, "View", TRUE },
  { "zoom-out", "Zoom out", { "<Control>minus" }, "View", TRUE },
  { "zoom-100", "100 %", { "<Control>0" }, "View", TRUE },
  { "zoom-fit", "Whole drawing", { "<Control>1" }, "View", TRUE },
  { "zoom-selection", "Selection", { "<Control>2" }, "View", TRUE },
  { "search", "Find and replace", { "<Control>f" }, "View", TRUE },
  { "commands", "Commands and elements", { "<Control><Shift>p", "<Control>k" }, "View" },
  { "left-panel", "Palette and outline", { "F9" }, "View", TRUE },
  { "right-panel", "Properties", { "<Shift>F9" }, "View", TRUE },
  { "bottom-panel", "Bottom panel", { "<Control>F9" }, "View", TRUE },
  { "page-messages", "Panel: messages", { NULL }, "View", TRUE },
  { "page-space-time", "Panel: space-time diagram", { NULL }, "View", TRUE },
  { "page-logs", "Panel: logs", { NULL }, "View", TRUE },
  { "page-metrics", "Panel: metrics", { NULL }, "View", TRUE },
  { "page-consistency", "Panel: consistency", { NULL }, "View", TRUE },
  { "page-prediction", "Panel: prediction, and what if", { NULL }, "View", TRUE },
  { "page-trace", "Panel: traces", { NULL }, "View", TRUE },
  { "minimap", "Minimap", { "F8" }, "View" },
  { "failing", "What stops without what is selected", { "<Shift>F8" }, "View" },
  { "source", "Source", { "F7" }, "View", TRUE },
  { "page-interactions", "Interactions: who calls whom, in which order", { NULL }, "View", TRUE },
  { "page-scenario", "Scenario: load and faults on a time line", { NULL }, "View", TRUE },
  { "next-pane", "Next part of the window", { "F6" }, "View", TRUE },
  { "previous-pane", "Previous part of the window", { "<Shift>F6" }, "View", TRUE },
  { "preferences", "Preferences", { "<Control>comma" }, "General" },
  { "run", "Run", { "F5" }, "Run" },
  { "stop", "Stop", { "<Shift>F5" }, "Run" },
  { "apply", "Apply the drawing to what runs", { "<Control><Shift>F5" }, "Run" },
  { "run-scenario", "Run the scenario", { "F4" }, "Run" },
  { "scenario-next", "Next step of the scenario", { "<Shift>F4" }, "Run" },
  { "scenario-stepping", "Scenario step by step", { NULL }, "Run" },
  { "scenario-dismiss", "Dismiss the scenario's result", { NULL }, "Run" },
  { "use-scenarios", "Use scenarios of a file", { NULL }, "Run" },
  { "keep-scenarios", "Keep the file's scenarios in the drawing", { NULL }, "Run" },
  { "own-scenarios", "Back to the drawing's own scenarios", { NULL }, "Run" },
  { "classroom", "Classroom: full screen, a key a step", { "F12" }, "View" },
  { "heal", "Heal every cut", { "<Control>F5" }, "Run" },
  { "step", "Step: the next held message goes on", { "F11" }, "Run" },
  { "step-all", "Step: all held messages go on", { "<Control>F11" }, "Run" },
  { "step-mode", "Step mode: hold every link, or none", { "<Shift>F11" }, "Run" },
  { "time-live", "Follow the run", { "<Alt>l" }, "Run" },
  { "time-play", "Pause the picture, or play", { "<Alt>p" }, "Run" },
  { "time-back", "One message back", { "<Alt>b" }, "Run" },
  { "time-forward", "One message on", { "<Alt>n" }, "Run" },
  { "time-slower", "Play slower", { "<Alt>comma" }, "Run" },
  { "time-faster", "Play faster", { "<Alt>period" }, "Run" },
  { "compare-recordings", "Compare with another recording", { NULL }, "Run" },
  { "save-recording", "Save the recording", { NULL }, "Run" },
  { "scenario-from-run", "Save what I did to the run as a scenario", { NULL }, "Run" },
  { "export-recording", "Export the recording for other programs", { NULL }, "Run" },
  { "page-held", "Held messages", { NULL }, "Run" },
  { "control-address", "Copy the control address", { NULL }, "Run" },
  { "tour", "Guided tour", { NULL }, "General" },
  { "shortcuts", "Keyboard shortcuts", { "<Control>question", "F1" }, "General" },
  { "about", "About Tierboard", { NULL }, "General" },
};

const TbActionRow *
tb_window_action_rows (guint *n)
{
  *n = G_N_ELEMENTS (rows);
  return rows;
}

/* ---- What they do ---------------------------------------------------------------------------- */

static void
add_empty (TbWindow *window)
{
  g_autoptr (TbDocument) document = tb_document_new ("New architecture");
  tb_window_add_document (window, document);
  gtk_window_present (GTK_WINDOW (window));
}

ACTION (act_new)
{
  add_empty (tb_window_new (gtk_window_get_application (GTK_WINDOW (data))));
}

ACTION (act_new_tab)
{
  add_empty (data);
}

ACTION (act_step_tab)
{
  TbWindow *self = data;
  if (g_str_equal (g_action_get_name (G_ACTION (action)), "next-tab"))
    adw_tab_view_select_next_page (self->tabs);
  else
    adw_tab_view_select_previous_page (self->tabs);
}

ACTION (act_move_tab)
{
  tb_window_move_out (data);
}

ACTION (act_open)
{
  tb_window_ask_open (data);
}

ACTION (act_open_path)
{
  tb_window_open_path (data, g_variant_get_string (target, NULL));
}

ACTION (act_open_copy)
{
  tb_window_open_copy (data, g_variant_get_string (target, NULL));
}

ACTION (act_templates)
{
  tb_start_page_show_gallery (data);
}

ACTION (act_save)
{
  tb_sheet_save (TB_WINDOW (data)->sheet);
}

ACTION (act_save_as)
{
  tb_sheet_save_as (TB_WINDOW (data)->sheet);
}

ACTION (act_export)
{
  tb_sheet_ask_export (TB_WINDOW (data)->sheet);
}

/* By the format's name. */
ACTION (act_export_as)
{
  tb_settings_set_text ("export-format", g_variant_get_string (target, NULL));
  tb_sheet_ask_export (TB_WINDOW (data)->sheet);
}

static void
print_failed (const char *sentence, gpointer data)
{
  if (gtk_widget_get_mapped (data))
    tb_window_toast (data, sentence);
}

ACTION (act_print)
{
  TbWindow *self = data;
  tb_inspector_commit (self->sheet->inspector);
  tb_print (GTK_WINDOW (self), self->sheet->editor, print_failed, self);
}

ACTION (act_close)
{
  TbWindow *self = data;
  if (self->sheet)
    tb_window_close_sheet (self, self->sheet);
  else
    gtk_window_close (GTK_WINDOW (self));
}

ACTION (act_zoom)
{
  TbSheet *self = TB_WINDOW (data)->sheet;
  const char *name = g_action_get_name (G_ACTION (action));
  double zoom = tb_canvas_zoom (self->canvas);
  if (g_str_equal (name, "zoom-in"))
    tb_canvas_set_zoom (self->canvas, zoom * 1.25);
  else if (g_str_equal (name, "zoom-out"))
    tb_canvas_set_zoom (self->canvas, zoom / 1.25);
  else if (g_str_equal (name, "zoom-100"))
    tb_canvas_set_zoom (self->canvas, 1);
  else if (g_str_equal (name, "zoom-fit"))
    tb_canvas_zoom_to_fit (self->canvas);
  else
    tb_canvas_zoom_to_selection (self->canvas);
}

ACTION (act_search)
{
  TbSheet *self = TB_WINDOW (data)->sheet;
  tb_search_open (GTK_BOX (gtk_widget_get_parent (GTK_WIDGET (self->notice))), self->canvas);
}

ACTION (act_commands)
{
  tb_command_palette (data);
}

ACTION (act_reveal)
{
  if (TB_WINDOW (data)->sheet)
    tb_sheet_reveal (TB_WINDOW (data)->sheet, g_variant_get_uint32 (target));
}

ACTION (act_panel)
{
  TbSheet *self = TB_WINDOW (data)->sheet;
  const char *name = g_action_get_name (G_ACTION (action));
  if (g_str_equal (name, "left-panel"))
    tb_shell_toggle (self->shell, TB_SHELL_LEFT);
  else if (g_str_equal (name, "right-panel"))
    tb_shell_toggle (self->shell, TB_SHELL_RIGHT);
  else
    tb_panel_set_folded (self->panel, !tb_panel_is_folded (self->panel));
}

/* Choices for every document: on, but for what a person switched off (or the other way about). */
static const struct
{
  const char *name;
  gboolean at_first;
} choices[] = { { "minimap", TRUE }, { "grid", TRUE }, { "failing", FALSE }, { "contain", FALSE },
              { "apply-at-once", FALSE }, { "record-payload", TRUE } };

static void
change_choice (GSimpleAction *action, GVariant *state, gpointer data)
{
  TbWindow *self = data;
  tb_settings_set (g_action_get_name (G_ACTION (action)), g_variant_get_boolean (state));
  tb_settings_write ();
  g_simple_action_set_state (action, state);
  if (self->sheet)
    tb_sheet_take_choices (self->sheet);
}

static void
install_choices (TbWindow *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    {
      GVariant *on = g_variant_new_boolean (choices[i].at_first);
      g_autoptr (GSimpleAction) action = g_simple_action_new_stateful (choices[i].name, NULL, on);
      g_signal_connect (action, "change-state", G_CALLBACK (change_choice), self);
      g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (action));
    }
}

void
tb_window_update_choices (TbWindow *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    {
      GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), choices[i].name);
      gboolean on = tb_settings_get (choices[i].name, choices[i].at_first);
      g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_boolean (on));
    }
}

ACTION (act_preferences)
{
  tb_show_preferences (GTK_WINDOW (data));
}

ACTION (act_source)
{
  TbSheet *self = TB_WINDOW (data)->sheet;
  gboolean show = !tb_sheet_shows_source (self);
  tb_sheet_show_source (self, show);
  if (!show)
    gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
}

ACTION (act_pane)
{
  TbSheet *self = TB_WINDOW (data)->sheet;
  int step = g_str_equal (g_action_get_name (G_ACTION (action)), "next-pane") ? 1 : -1;
  GtkWidget *panes[] = { GTK_WIDGET (self->canvas), GTK_WIDGET (self->inspector),
                         GTK_WIDGET (self->panel), self->palette, GTK_WIDGET (self->outline),
                         GTK_WIDGET (TB_WINDOW (data)->header) };
  tb_panes_step (panes, G_N_ELEMENTS (panes), step);
}

/* Near the middle of what is seen, where there is room. */
ACTION (act_add)
{
  TbSheet *self = TB_WINDOW (data)->sheet;
  const char *name = g_variant_get_string (target, NULL);
  guint n;
  const TbPaletteRow *palette = tb_palette (&n);
  TbPoint at;
  tb_canvas_to_world (self->canvas, gtk_widget_get_width (GTK_WIDGET (self->canvas)) / 2.0,
                      gtk_widget_get_height (GTK_WIDGET (self->canvas)) / 2.0, &at);
  for (guint i = 0; i < n; i++)
    if (g_str_equal (palette[i].name, name))
      {
        TbUid uid = tb_editor_create (self->editor, &palette[i], at.x, at.y, 0);
        if (uid)
          tb_canvas_scroll_to (self->canvas, uid);
        tb_shell_close_overlays (self->shell);
        gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
      }
}

/* "page-held" */
ACTION (act_page)
{
  TbSheet *sheet = TB_WINDOW (data)->sheet;
  if (sheet)
    tb_panel_show_page (sheet->panel, strchr (g_action_get_name (G_ACTION (action)), '-') + 1);
}

ACTION (act_shortcuts)
{
  tb_show_shortcuts (GTK_WINDOW (data));
}

ACTION (act_tour)
{
  tb_show_tour (data);
}

ACTION (act_about)
{
  tb_show_about (GTK_WINDOW (data));
}

static const GActionEntry entries[] = {
  { "new", act_new },
  { "new-tab", act_new_tab },
  { "open", act_open },
  { "open-path", act_open_path, "s" },
  { "open-copy", act_open_copy, "s" },
  { "templates", act_templates },
  { "save", act_save },
  { "save-as", act_save_as },
  { "export", act_export },
  { "export-as", act_export_as, "s" },
  { "print", act_print },
  { "close", act_close },
  { "previous-tab", act_step_tab },
  { "next-tab", act_step_tab },
  { "move-tab", act_move_tab },
  { "zoom-in", act_zoom },
  { "zoom-out", act_zoom },
  { "zoom-100", act_zoom },
  { "zoom-fit", act_zoom },
  { "zoom-selection", act_zoom },
  { "search", act_search },
  { "commands", act_commands },
  { "reveal", act_reveal, "u" },
  { "left-panel", act_panel },
  { "right-panel", act_panel },
  { "bottom-panel", act_panel },
  { "page-messages", act_page },
  { "page-space-time", act_page },
  { "page-logs", act_page },
  { "page-metrics", act_page },
  { "page-consistency", act_page },
  { "page-prediction", act_page },
  { "page-trace", act_page },
  { "preferences", act_preferences },
  { "source", act_source },
  { "next-pane", act_pane },
  { "previous-pane", act_pane },
  { "add", act_add, "s" },
  { "page-held", act_page },
  { "page-interactions", act_page },
  { "page-scenario", act_page },
  { "tour", act_tour },
  { "shortcuts", act_shortcuts },
  { "about", act_about },
};

/* ---- Commands of the editor ------------------------------------------------------------------ */

static void
run_command (GSimpleAction *action, GVariant *target, TbWindow *self)
{
  if (self->sheet)
    tb_editor_run (self->sheet->editor, g_action_get_name (G_ACTION (action)));
}

static gboolean
run_shortcut (GtkWidget *widget, GVariant *args, gpointer data)
{
  TbWindow *self = TB_WINDOW (widget);
  const TbCommandRow *row = data;
  return self->sheet && tb_editor_run (self->sheet->editor, row->name);
}

/* Keys of commands bubble: an entry that knows Delete or Ctrl+Z for itself has them first. */
static void
install_commands (TbWindow *self)
{
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
  GtkEventController *keys = gtk_shortcut_controller_new ();
  guint n;
  const TbCommandRow *commands = tb_commands (&n);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GSimpleAction) action = g_simple_action_new (commands[i].name, NULL);
      g_signal_connect (action, "activate", G_CALLBACK (run_command), self);
      g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (action));
      GtkShortcutTrigger *trigger
          = commands[i].accel ? gtk_shortcut_trigger_parse_string (commands[i].accel) : NULL;
      if (trigger)
        gtk_shortcut_controller_add_shortcut (
            GTK_SHORTCUT_CONTROLLER (keys),
            gtk_shortcut_new (trigger, gtk_callback_action_new (run_shortcut,
                                                                (gpointer) &commands[i], NULL)));
    }
  gtk_widget_insert_action_group (GTK_WIDGET (self), "edit", G_ACTION_GROUP (group));
  g_object_set_data (G_OBJECT (self), "tb-edit-actions", group);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

static void
update_commands (TbWindow *self)
{
  TbEditor *editor = self->sheet ? self->sheet->editor : NULL;
  GActionMap *map = g_object_get_data (G_OBJECT (self), "tb-edit-actions");
  guint n;
  const TbCommandRow *commands = tb_commands (&n);
  for (guint i = 0; i < n; i++)
    {
      GAction *action = g_action_map_lookup_action (map, commands[i].name);
      gboolean enabled
          = editor && (!commands[i].enabled || commands[i].enabled (editor));
      g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
    }
}

void
tb_window_set_action_enabled (TbWindow *self, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), name);
  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

void
tb_window_update_actions (TbWindow *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].of_document)
      tb_window_set_action_enabled (self, rows[i].name, self->sheet != NULL);
  tb_window_set_action_enabled (self, "add", self->sheet != NULL);
  tb_window_set_action_enabled (self, "export-as", self->sheet != NULL);
  tb_window_update_run_actions (self);
  tb_window_update_scenario_actions (self);
  gboolean several = tb_window_n_sheets (self) > 1;
  tb_window_set_action_enabled (self, "previous-tab", several);
  tb_window_set_action_enabled (self, "next-tab", several);
  tb_window_set_action_enabled (self, "move-tab", several);
  update_commands (self);
}

void
tb_window_install_actions (TbWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  install_choices (self);
  tb_window_install_run_actions (self);
  tb_window_install_scenario_actions (self);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert (g_action_map_lookup_action (G_ACTION_MAP (self), rows[i].name) != NULL);
  install_commands (self);
  tb_window_update_choices (self);
}
