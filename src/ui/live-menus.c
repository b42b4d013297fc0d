/* The menus of what runs. Every item is an action of the window with the name of the instance or
 * the link as its target. */
#include "live-box.h"

#include <string.h>

typedef struct
{
  const char *label;
  const char *command; /* in the palette, where %s is the instance */
  const char *action;
  guint states; /* bit per TbInstanceState in which it is offered */
} InstanceItem;

#define IN(state) (1u << TB_INSTANCE_##state)
#define ALIVE (IN (STARTING) | IN (READY) | IN (UNHEALTHY) | IN (STOPPING))
#define GONE (IN (STOPPED) | IN (FAILED) | IN (KILLED))
#define ANY (~0u)

static const InstanceItem instance_items[] = {
  { "Start without waiting", "Start %s without waiting", "instance-start", IN (WAITING) },
  { "Start now", "Start %s now", "instance-start", IN (BACKOFF) },
  { "Start with all it needs", "Start %s with all it needs", "instance-start-needed",
    GONE | IN (WAITING) },
  { "Pause", "Pause %s", "instance-pause", IN (STARTING) | IN (READY) | IN (UNHEALTHY) },
  { "Resume", "Resume %s", "instance-resume", IN (PAUSED) },
  { "Stop", "Stop %s", "instance-halt",
    IN (WAITING) | IN (BACKOFF) | IN (STARTING) | IN (READY) | IN (UNHEALTHY) | IN (PAUSED) },
  { "Kill", "Kill %s", "instance-kill", ALIVE | IN (PAUSED) },
  { "Restart", "Restart %s", "instance-restart", ALIVE | GONE | IN (PAUSED) },
};

/* What only looks at it, in a section of its own. */
static const InstanceItem looking_items[] = {
  { "Show log", "Show the log of %s", "instance-log", ANY },
  { "Open terminal", "Open the terminal of %s", "instance-terminal", ANY },
  { "Debug with gdb", "Debug %s with gdb", "instance-debug",
    IN (STARTING) | IN (READY) | IN (UNHEALTHY) | IN (PAUSED) },
};

static const InstanceItem under_items[] = {
  { "gdb", "Restart %s under gdb", "instance-under-gdb", ALIVE | GONE | IN (PAUSED) },
  { "strace", "Restart %s under strace", "instance-under-strace", ALIVE | GONE | IN (PAUSED) },
  { "valgrind", "Restart %s under valgrind", "instance-under-valgrind", ALIVE | GONE | IN (PAUSED) },
};

static void
append (GMenu *menu, const char *label, const char *action, const char *target)
{
  GMenuItem *item = g_menu_item_new (label, NULL);
  g_menu_item_set_action_and_target (item, action, "s", target);
  g_menu_append_item (menu, item);
  g_object_unref (item);
}

static GMenu *
menu_of (const InstanceItem *items, guint n, const TbLiveInstance *instance)
{
  GMenu *menu = g_menu_new ();
  for (guint i = 0; i < n; i++)
    if (items[i].states >> instance->state & 1)
      {
        g_autofree char *action = g_strconcat ("win.", items[i].action, NULL);
        append (menu, items[i].label, action, instance->id);
      }
  return menu;
}

GMenuModel *
tb_instance_menu (const TbLiveInstance *instance)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) commands
      = menu_of (instance_items, G_N_ELEMENTS (instance_items), instance);
  g_autoptr (GMenu) more = menu_of (looking_items, G_N_ELEMENTS (looking_items), instance);
  g_autoptr (GMenu) under = menu_of (under_items, G_N_ELEMENTS (under_items), instance);
  if (g_menu_model_get_n_items (G_MENU_MODEL (under)) > 0)
    g_menu_append_submenu (more, "Restart under", G_MENU_MODEL (under));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (commands));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (more));
  return G_MENU_MODEL (menu);
}

static void
offer (const InstanceItem *items, guint n, const TbLiveInstance *instance,
       TbInstanceCommandFunc func, gpointer data)
{
  for (guint i = 0; i < n; i++)
    if (items[i].states >> instance->state & 1)
      {
        const char *at = strstr (items[i].command, "%s");
        g_autofree char *title
            = g_strdup_printf ("%.*s%s%s", (int) (at - items[i].command), items[i].command,
                               instance->id, at + 2);
        func (title, items[i].action, instance->id, data);
      }
}

void
tb_instance_each_command (const TbLiveInstance *instance, TbInstanceCommandFunc func, gpointer data)
{
  offer (instance_items, G_N_ELEMENTS (instance_items), instance, func, data);
  offer (looking_items, G_N_ELEMENTS (looking_items), instance, func, data);
  offer (under_items, G_N_ELEMENTS (under_items), instance, func, data);
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
        *latency = latency_menu (link->id), *step = g_menu_new (), *all = g_menu_new ();
  gboolean is_cut = link->faults >> TB_FAULT_CUT & 1;
  append (cut, is_cut ? "Heal" : "Cut", is_cut ? "win.link-heal" : "win.link-cut", link->id);
  g_menu_append_submenu (faults, "Add latency", G_MENU_MODEL (latency));
  append (faults, "Reset connections", "win.link-reset", link->id);
  append (faults, "Refuse connections", "win.link-refuse", link->id);
  append (faults, "Add a fault…", "win.link-fault", link->id);
  append (step, link->faults >> TB_FAULT_HOLD & 1 ? "Hold no longer" : "Hold here", "win.link-hold",
          link->id);
  if (link->faults)
    append (all, "Remove every fault", "win.link-clear", link->id);
  g_menu_append_section (menu, NULL, G_MENU_MODEL (cut));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (faults));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (step));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (all));
  g_object_unref (step);
  g_object_unref (cut);
  g_object_unref (faults);
  g_object_unref (latency);
  g_object_unref (all);
  return G_MENU_MODEL (menu);
}
