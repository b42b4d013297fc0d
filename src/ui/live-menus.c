/* The menus of what runs. Every item is an action of the window with the name of the instance or
 * the link as its target. */
#include "live-box.h"

typedef struct
{
  const char *label, *action;
  guint states; /* bit per TbInstanceState in which it is offered */
} InstanceItem;

#define IN(state) (1u << TB_INSTANCE_##state)
#define ALIVE (IN (STARTING) | IN (READY) | IN (UNHEALTHY) | IN (STOPPING))
#define GONE (IN (STOPPED) | IN (FAILED) | IN (KILLED))

static const InstanceItem instance_items[] = {
  { "Start without waiting", "win.instance-start", IN (WAITING) },
  { "Start now", "win.instance-start", IN (BACKOFF) },
  { "Start with all it needs", "win.instance-start-needed", GONE | IN (WAITING) },
  { "Pause", "win.instance-pause", IN (STARTING) | IN (READY) | IN (UNHEALTHY) },
  { "Resume", "win.instance-resume", IN (PAUSED) },
  { "Stop", "win.instance-halt",
    IN (WAITING) | IN (BACKOFF) | IN (STARTING) | IN (READY) | IN (UNHEALTHY) | IN (PAUSED) },
  { "Kill", "win.instance-kill", ALIVE | IN (PAUSED) },
  { "Restart", "win.instance-restart", ALIVE | GONE | IN (PAUSED) },
};

static void
append (GMenu *menu, const char *label, const char *action, const char *target)
{
  GMenuItem *item = g_menu_item_new (label, NULL);
  g_menu_item_set_action_and_target (item, action, "s", target);
  g_menu_append_item (menu, item);
  g_object_unref (item);
}

GMenuModel *
tb_instance_menu (const TbLiveInstance *instance)
{
  GMenu *menu = g_menu_new (), *commands = g_menu_new (), *more = g_menu_new ();
  for (guint i = 0; i < G_N_ELEMENTS (instance_items); i++)
    if (instance_items[i].states >> instance->state & 1)
      append (commands, instance_items[i].label, instance_items[i].action, instance->id);
  append (more, "Show log", "win.instance-log", instance->id);
  g_menu_append_section (menu, NULL, G_MENU_MODEL (commands));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (more));
  g_object_unref (commands);
  g_object_unref (more);
  return G_MENU_MODEL (menu);
}

static GMenu *
latency_menu (const char *link)
{
  static const char *const steps[][2] = { { "1 ms", "1ms" },
                                          { "10 ms", "10ms" },
                                          { "100 ms", "100ms" },
                                          { "100 ms ± 20 ms", "100ms 20ms" },
                                          { "1 s", "1s" } };
  GMenu *menu = g_menu_new ();
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autofree char *target = g_strdup_printf ("%s %s", link, steps[i][1]);
      append (menu, steps[i][0], "win.link-latency", target);
    }
  return menu;
}

GMenuModel *
tb_link_menu (const TbLiveLink *link)
{
  GMenu *menu = g_menu_new (), *cut = g_menu_new (), *faults = g_menu_new (),
        *latency = latency_menu (link->id), *all = g_menu_new ();
  gboolean is_cut = link->faults >> TB_FAULT_CUT & 1;
  append (cut, is_cut ? "Heal" : "Cut", is_cut ? "win.link-heal" : "win.link-cut", link->id);
  g_menu_append_submenu (faults, "Add latency", G_MENU_MODEL (latency));
  append (faults, "Reset connections", "win.link-reset", link->id);
  append (faults, "Refuse connections", "win.link-refuse", link->id);
  append (faults, "Add a fault…", "win.link-fault", link->id);
  if (link->faults)
    append (all, "Remove every fault", "win.link-clear", link->id);
  g_menu_append_section (menu, NULL, G_MENU_MODEL (cut));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (faults));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (all));
  g_object_unref (cut);
  g_object_unref (faults);
  g_object_unref (latency);
  g_object_unref (all);
  return G_MENU_MODEL (menu);
}
