/* The window's actions on what runs: the run itself, its instances, links, faults and time; their keys and labels are in
 * window-actions.c's table. */
#include "window-private.h"

#include <string.h>

#include "fault-form.h"
#include "partitions.h"

ACTION (act_run)
{
  tb_sheet_run (TB_WINDOW (data)->sheet);
}

ACTION (act_apply)
{
  tb_sheet_apply (TB_WINDOW (data)->sheet);
}

ACTION (act_stop)
{
  tb_sheet_stop (TB_WINDOW (data)->sheet);
}

static const struct
{
  const char *name;
  TbCommandType command;
} instance_actions[] = { { "instance-kill", TB_COMMAND_KILL },
                         { "instance-pause", TB_COMMAND_PAUSE },
                         { "instance-resume", TB_COMMAND_RESUME },
                         { "instance-restart", TB_COMMAND_RESTART },
                         { "instance-halt", TB_COMMAND_HALT },
                         { "instance-start-needed", TB_COMMAND_START },
                         { "instance-start", TB_COMMAND_START_ANYWAY } };

ACTION (act_instance)
{
  TbSheet *sheet = TB_WINDOW (data)->sheet;
  const char *name = g_action_get_name (G_ACTION (action));
  for (guint i = 0; sheet && i < G_N_ELEMENTS (instance_actions); i++)
    if (g_str_equal (instance_actions[i].name, name))
      tb_sheet_instance_command (sheet, instance_actions[i].command,
                                 g_variant_get_string (target, NULL));
}

ACTION (act_instance_log)
{
  TbSheet *self = TB_WINDOW (data)->sheet;
  if (!self)
    return;
  tb_panel_show_log (self->panel, g_variant_get_string (target, NULL));
}

ACTION (act_instance_terminal)
{
  TbSheet *self = TB_WINDOW (data)->sheet;
  gboolean debug = g_str_equal (g_action_get_name (G_ACTION (action)), "instance-debug");
  if (self && self->session)
    tb_panel_show_terminal (self->panel, debug ? TB_TERMINAL_DEBUGGER : TB_TERMINAL_OF_INSTANCE,
                            g_variant_get_string (target, NULL));
}

/* "instance-under-strace" */
ACTION (act_instance_under)
{
  TbSheet *self = TB_WINDOW (data)->sheet;
  const char *tool = strrchr (g_action_get_name (G_ACTION (action)), '-') + 1;
  if (self && self->session)
    tb_panel_restart_under (self->panel, tool, g_variant_get_string (target, NULL));
}

ACTION (act_link)
{
  TbSheet *self = TB_WINDOW (data)->sheet;
  const char *name = g_action_get_name (G_ACTION (action));
  const char *link = g_variant_get_string (target, NULL);
  if (!self || !self->session)
    return;
  if (g_str_equal (name, "link-cut"))
    tb_session_cut (self->session, link);
  else if (g_str_equal (name, "link-heal"))
    tb_session_heal (self->session, link);
  else if (g_str_equal (name, "link-reset"))
    tb_sheet_link_fault (self, TB_FAULT_RESET_PEER, link, NULL);
  else if (g_str_equal (name, "link-refuse"))
    tb_sheet_link_fault (self, TB_FAULT_REFUSE, link, NULL);
  else
    tb_sheet_link_clear (self, link);
}

/* "save 100ms 20ms": link, latency, jitter. */
ACTION (act_link_latency)
{
  g_auto (GStrv) words = g_strsplit (g_variant_get_string (target, NULL), " ", 2);
  if (words[0] && words[1] && TB_WINDOW (data)->sheet)
    tb_sheet_link_fault (TB_WINDOW (data)->sheet, TB_FAULT_LATENCY, words[0], words[1]);
}

/* A new one on a link. */
ACTION (act_link_fault)
{
  TbSheet *self = TB_WINDOW (data)->sheet;
  if (self && self->session)
    tb_fault_form_open (GTK_WINDOW (data), self->session, g_variant_get_string (target, NULL), NULL);
}

ACTION (act_fault)
{
  TbSheet *self = TB_WINDOW (data)->sheet;
  const char *name = g_action_get_name (G_ACTION (action));
  const char *id = g_variant_get_string (target, NULL);
  TbSessionFault fault;
  if (!self || !self->session || !tb_session_fault (self->session, id, &fault))
    return;
  if (g_str_equal (name, "fault-remove"))
    tb_session_remove_fault (self->session, id);
  else if (g_str_equal (name, "fault-step"))
    tb_session_step_fault (self->session, id, 1);
  else
    tb_fault_form_open (GTK_WINDOW (data), self->session, fault.fault->link, id);
}

ACTION (act_partition)
{
  if (TB_WINDOW (data)->sheet)
    tb_sheet_partition (TB_WINDOW (data)->sheet, g_variant_get_string (target, NULL));
}

ACTION (act_heal)
{
  if (TB_WINDOW (data)->sheet)
    tb_sheet_heal (TB_WINDOW (data)->sheet);
}

ACTION (act_step)
{
  TbSheet *sheet = TB_WINDOW (data)->sheet;
  const char *name = g_action_get_name (G_ACTION (action));
  if (sheet && g_str_equal (name, "step-mode"))
    tb_sheet_step_mode (sheet);
  else if (sheet)
    tb_sheet_step (sheet, g_str_equal (name, "step") ? TB_HELD_RELEASE : TB_HELD_RELEASE_ALL);
}

ACTION (act_link_hold)
{
  if (TB_WINDOW (data)->sheet)
    tb_sheet_hold (TB_WINDOW (data)->sheet, g_variant_get_string (target, NULL));
}

/* "time-back" */
ACTION (act_time)
{
  if (TB_WINDOW (data)->sheet)
    tb_sheet_time (TB_WINDOW (data)->sheet, g_action_get_name (G_ACTION (action)) + strlen ("time-"));
}

ACTION (act_compare_recordings)
{
  if (TB_WINDOW (data)->sheet)
    tb_sheet_ask_compare (TB_WINDOW (data)->sheet);
}

ACTION (act_save_recording)
{
  if (TB_WINDOW (data)->sheet)
    tb_sheet_ask_save_recording (TB_WINDOW (data)->sheet);
}

ACTION (act_export_recording)
{
  if (TB_WINDOW (data)->sheet)
    tb_sheet_ask_export_recording (TB_WINDOW (data)->sheet);
}

ACTION (act_control_address)
{
  if (TB_WINDOW (data)->sheet)
    tb_sheet_copy_control_address (TB_WINDOW (data)->sheet);
}

ACTION (act_instance_clock)
{
  if (TB_WINDOW (data)->sheet)
    tb_sheet_clock (TB_WINDOW (data)->sheet, g_variant_get_string (target, NULL));
}

static const GActionEntry entries[] = {
  { "run", act_run },
  { "stop", act_stop },
  { "apply", act_apply },
  { "instance-kill", act_instance, "s" },
  { "instance-pause", act_instance, "s" },
  { "instance-resume", act_instance, "s" },
  { "instance-restart", act_instance, "s" },
  { "instance-start", act_instance, "s" },
  { "instance-halt", act_instance, "s" },
  { "instance-start-needed", act_instance, "s" },
  { "instance-log", act_instance_log, "s" },
  { "instance-clock", act_instance_clock, "s" },
  { "instance-terminal", act_instance_terminal, "s" },
  { "instance-debug", act_instance_terminal, "s" },
  { "instance-under-gdb", act_instance_under, "s" },
  { "instance-under-strace", act_instance_under, "s" },
  { "instance-under-valgrind", act_instance_under, "s" },
  { "partition", act_partition, "s" },
  { "heal", act_heal },
  { "time-live", act_time },
  { "time-play", act_time },
  { "time-back", act_time },
  { "time-forward", act_time },
  { "time-slower", act_time },
  { "time-faster", act_time },
  { "compare-recordings", act_compare_recordings },
  { "save-recording", act_save_recording },
  { "export-recording", act_export_recording },
  { "control-address", act_control_address },
  { "step", act_step },
  { "step-all", act_step },
  { "step-mode", act_step },
  { "link-hold", act_link_hold, "s" },
  { "link-cut", act_link, "s" },
  { "link-heal", act_link, "s" },
  { "link-reset", act_link, "s" },
  { "link-refuse", act_link, "s" },
  { "link-clear", act_link, "s" },
  { "link-latency", act_link_latency, "s" },
  { "link-fault", act_link_fault, "s" },
  { "fault-edit", act_fault, "s" },
  { "fault-remove", act_fault, "s" },
  { "fault-step", act_fault, "s" },
};

void
tb_window_update_run_actions (TbWindow *self)
{
  static const char *const of_run[] = { "stop", "apply", "heal", "control-address", "step", "step-all", "step-mode", "page-held" };
  gboolean running = self->sheet && self->sheet->session;
  tb_window_set_action_enabled (self, "run", self->sheet && !running && !self->sheet->recording);
  for (guint i = 0; i < G_N_ELEMENTS (of_run); i++)
    tb_window_set_action_enabled (self, of_run[i], running);
}

void
tb_window_install_run_actions (TbWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
