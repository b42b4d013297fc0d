/* The window's actions about scenarios and the classroom; their keys and labels are in window-actions.c's table. */
#include "window-private.h"

#include "look.h"

static const struct
{
  const char *name;
  void (*act) (TbSheet *sheet);
} scenario_actions[] = { { "run-scenario", tb_sheet_run_scenario },
                         { "scenario-next", tb_sheet_scenario_next },
                         { "scenario-dismiss", tb_sheet_dismiss_scenario },
                         { "use-scenarios", tb_sheet_ask_scenarios },
                         { "keep-scenarios", tb_sheet_keep_scenarios },
                         { "own-scenarios", tb_sheet_own_scenarios } };

ACTION (act_scenario)
{
  TbSheet *sheet = TB_WINDOW (data)->sheet;
  const char *name = g_action_get_name (G_ACTION (action));
  for (guint i = 0; sheet && i < G_N_ELEMENTS (scenario_actions); i++)
    if (g_str_equal (scenario_actions[i].name, name))
      scenario_actions[i].act (sheet);
}

/* One of the palette: chosen and run. */
ACTION (act_run_scenario_of)
{
  TbSheet *sheet = TB_WINDOW (data)->sheet;
  if (!sheet || tb_sheet_runs_scenario (sheet))
    return;
  tb_sheet_choose_scenario (sheet, g_variant_get_string (target, NULL));
  tb_sheet_run_scenario (sheet);
}

static void
choose_scenario (GSimpleAction *action, GVariant *state, gpointer data)
{
  if (TB_WINDOW (data)->sheet)
    tb_sheet_choose_scenario (TB_WINDOW (data)->sheet, g_variant_get_string (state, NULL));
}

static void
change_stepping (GSimpleAction *action, GVariant *state, gpointer data)
{
  if (TB_WINDOW (data)->sheet)
    tb_sheet_set_scenario_stepping (TB_WINDOW (data)->sheet, g_variant_get_boolean (state));
}

static void
change_classroom (GSimpleAction *action, GVariant *state, gpointer data)
{
  tb_window_set_classroom (data, g_variant_get_boolean (state));
}

static void
change_print_look (GSimpleAction *action, GVariant *state, gpointer data)
{
  tb_look_set_print (g_variant_get_boolean (state));
  g_simple_action_set_state (action, state);
}

static void
set_state (TbWindow *self, const char *name, GVariant *state)
{
  g_simple_action_set_state (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), name)), state);
}

void
tb_window_set_scenario (TbWindow *self, const char *id, gboolean stepping)
{
  set_state (self, "scenario", g_variant_new_string (id));
  set_state (self, "scenario-stepping", g_variant_new_boolean (stepping));
}

ACTION (act_scenario_from_run)
{
  if (TB_WINDOW (data)->sheet)
    tb_panel_take_scenario (TB_WINDOW (data)->sheet->panel);
}

static const GActionEntry entries[] = {
  { "run-scenario", act_scenario },
  { "run-scenario-of", act_run_scenario_of, "s" },
  { "scenario-next", act_scenario },
  { "scenario-dismiss", act_scenario },
  { "use-scenarios", act_scenario },
  { "keep-scenarios", act_scenario },
  { "own-scenarios", act_scenario },
  { "scenario", NULL, "s", "''", choose_scenario },
  { "scenario-stepping", NULL, NULL, "false", change_stepping },
  { "classroom", NULL, NULL, "false", change_classroom },
  { "print-look", NULL, NULL, "false", change_print_look },
  { "scenario-from-run", act_scenario_from_run },
};

void
tb_window_update_scenario_actions (TbWindow *self)
{
  TbSheet *sheet = self->sheet;
  gboolean has = sheet && tb_sheet_has_scenario (sheet), carried_out = sheet && tb_sheet_runs_scenario (sheet);
  TbScenarioPhase phase = sheet ? tb_sheet_scenario_phase (sheet) : TB_SCENARIO_READY;
  tb_window_set_action_enabled (self, "run-scenario", has && !carried_out);
  tb_window_set_action_enabled (self, "run-scenario-of", has && !carried_out);
  tb_window_set_action_enabled (self, "scenario-next", sheet && phase != TB_SCENARIO_READY);
  tb_window_set_action_enabled (self, "scenario-dismiss", phase == TB_SCENARIO_OVER);
  tb_window_set_action_enabled (self, "use-scenarios", sheet && !sheet->recording && !carried_out);
  tb_window_set_action_enabled (self, "keep-scenarios", sheet && tb_sheet_uses_file (sheet) && !carried_out);
  tb_window_set_action_enabled (self, "own-scenarios", sheet && tb_sheet_uses_file (sheet) && !carried_out);
  tb_window_set_action_enabled (self, "classroom", sheet != NULL);
}

void
tb_window_install_scenario_actions (TbWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
