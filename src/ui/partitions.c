/* Partitions and clocks in the window: menus of what stands under the pointer, rows of the palette,
 * and what both do. An action's target says it as a scenario would: "isolate shop/1 from shop". */
#include "partitions.h"

#include "live-box.h"

#include "tb-base.h"

#define PALETTE_INSTANCES_MAX 200

/* ---- Doing ----------------------------------------------------------------------------------- */

void
tb_sheet_partition (TbSheet *self, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = g_strsplit (text, " ", 2);
  g_auto (GStrv) names = words[0] ? g_strsplit (words[1] ? words[1] : "*", " from ", 2) : NULL;
  TbPartition partition = { 0 };
  if (!self->session || !names || !tb_partition_from_name (words[0], &partition.kind))
    return;
  partition.of = names[0];
  partition.from = names[0] ? names[1] : NULL;
  if (!tb_session_partition (self->session, NULL, &partition, &error))
    {
      tb_sheet_toast (self, error->message);
      return;
    }
  TbSessionFault fault;
  if (!tb_session_fault (self->session, "partition", &fault))
    return;
  g_autofree char *words_of_it = g_strdup_printf ("Cut off: %s", fault.text);
  tb_sheet_toast (self, words_of_it);
}

void
tb_sheet_heal (TbSheet *self)
{
  if (self->session)
    tb_session_heal_all (self->session);
}

/* Loopback is listened on from when somebody asks where. */
void
tb_sheet_copy_control_address (TbSheet *self)
{
  g_autoptr (GError) error = NULL;
  if (!self->control)
    return;
  if (!tb_control_url (self->control)
      && !tb_control_listen (self->control, "127.0.0.1:0", NULL, &error))
    {
      tb_sheet_toast (self, error->message);
      return;
    }
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)),
                          tb_control_url (self->control));
  tb_sheet_toast (self, "The address for other programs is on the clipboard, its token included");
}

/* "shop/1 -60s" */
void
tb_sheet_clock (TbSheet *self, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = g_strsplit (text, " ", 2);
  gint64 offset_ns = 0;
  if (!self->session || !words[0] || !words[1])
    return;
  int index = tb_plan_find_instance (tb_session_plan (self->session), words[0]);
  gboolean back = *words[1] == '-';
  if (index < 0 || (!g_str_equal (words[1], "0")
                    && !tb_duration_parse (words[1] + (back || *words[1] == '+'), &offset_ns, NULL)))
    return;
  if (!tb_session_set_clock (self->session, (guint) index, back ? -offset_ns : offset_ns, 1, &error))
    tb_sheet_toast (self, error->message);
}

/* ---- Menus ----------------------------------------------------------------------------------- */

static void
append (GMenu *menu, const char *label, const char *action, const char *target)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);
  g_menu_item_set_action_and_target (item, action, "s", target);
  g_menu_append_item (menu, item);
}

static void
append_partition (GMenu *menu, const char *label, TbPartitionKind kind, const char *of,
                  const char *from)
{
  g_autofree char *target = g_strconcat (tb_partition_name (kind), " ", of, from ? " from " : NULL,
                                         from, NULL);
  append (menu, label, "win.partition", target);
}

static guint
count_replicas (const TbLiveFrame *frame, TbUid component)
{
  guint n = 0;
  for (guint i = 0; i < frame->n_instances; i++)
    n += frame->instances[i].component_uid == component && !frame->instances[i].removed;
  return n;
}

static const char *
component_name (const TbLiveFrame *frame, TbUid component)
{
  for (guint i = 0; i < frame->n_instances; i++)
    if (frame->instances[i].component_uid == component)
      return frame->instances[i].component;
  return NULL;
}

/* The kinds that divide a component's replicas among themselves. */
static const struct
{
  TbPartitionKind kind;
  const char *label;
  guint fewest;
} divisions[] = {
  { TB_PARTITION_HALVES, "Into halves", 2 },
  { TB_PARTITION_RANDOM_HALVES, "Into random halves", 2 },
  { TB_PARTITION_MINORITY_THIRD, "Minority third", 2 },
  { TB_PARTITION_MAJORITIES_RING, "Ring of majorities", 3 },
  { TB_PARTITION_BRIDGE, "Bridge", 3 },
};

static void
append_divisions (GMenu *menu, const char *component, guint n)
{
  for (guint i = 0; i < G_N_ELEMENTS (divisions); i++)
    if (n >= divisions[i].fewest)
      append_partition (menu, divisions[i].label, divisions[i].kind, component, NULL);
}

static void
append_cutting_off (GMenu *menu, const char *name, const char *component, guint n)
{
  append_partition (menu, "From everyone", TB_PARTITION_ISOLATE, name, NULL);
  if (n > 1)
    append_partition (menu, "From the other replicas", TB_PARTITION_ISOLATE, name, component);
  append_partition (menu, "Not heard by others", TB_PARTITION_ONE_WAY, name, NULL);
}

static GMenu *
clock_menu (const char *instance)
{
  static const char *const steps[][2] = { { "1 s ahead", "+1s" },  { "1 min ahead", "+1m" },
                                          { "1 h ahead", "+1h" },  { "1 min behind", "-1m" },
                                          { "1 h behind", "-1h" }, { "True time", "0" } };
  GMenu *menu = g_menu_new ();
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autofree char *target = g_strdup_printf ("%s %s", instance, steps[i][1]);
      append (menu, steps[i][0], "win.instance-clock", target);
    }
  return menu;
}

static void
append_clock (GMenu *menu, TbSheet *self, const char *instance)
{
  int index = tb_plan_find_instance (tb_session_plan (self->session), instance);
  if (index < 0 || !tb_session_can_set_clock (self->session, (guint) index))
    return;
  g_autoptr (GMenu) clock = clock_menu (instance);
  g_menu_append_submenu (menu, "Clock", G_MENU_MODEL (clock));
}

void
tb_sheet_append_partitions (TbSheet *self, GMenu *menu, TbUid component, guint replica)
{
  const TbLiveFrame *frame = self->frame;
  const char *name = frame ? component_name (frame, component) : NULL;
  g_autoptr (GMenu) section = g_menu_new ();
  if (name)
    {
      guint n = count_replicas (frame, component);
      g_autoptr (GMenu) off = g_menu_new (), among = g_menu_new ();
      g_autofree char *one = replica || n == 1 ? g_strdup_printf ("%s/%u", name, MAX (replica, 1))
                                               : g_strdup (name);
      append_cutting_off (off, one, name, replica ? n : 1);
      append_divisions (among, name, n);
      g_menu_append_submenu (section, "Cut off", G_MENU_MODEL (off));
      if (n > 1)
        g_menu_append_submenu (section, "Divide replicas", G_MENU_MODEL (among));
      if (replica || n == 1)
        append_clock (section, self, one);
    }
  if (frame && frame->n_partitions > 0)
    g_menu_append (section, "Heal every cut", "win.heal");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (section));
}

/* ---- Palette --------------------------------------------------------------------------------- */

static void
offer (TbRunRowFunc func, gpointer data, const char *action, const char *target, const char *before,
       const char *name, const char *after)
{
  g_autofree char *title = g_strconcat (before, name, after, NULL);
  g_autofree char *detailed = g_strdup_printf ("win.%s('%s')", action, target);
  func (title, detailed, data);
}

static void
offer_partition (TbRunRowFunc func, gpointer data, TbPartitionKind kind, const char *before,
                 const char *name, const char *after)
{
  g_autofree char *target = g_strconcat (tb_partition_name (kind), " ", name, NULL);
  offer (func, data, "partition", target, before, name, after);
}

typedef struct
{
  TbRunRowFunc func;
  gpointer data;
} Rows;

static void
offer_command (const char *title, const char *action, const char *instance, gpointer data)
{
  const Rows *rows = data;
  g_autofree char *detailed = g_strdup_printf ("win.%s('%s')", action, instance);
  rows->func (title, detailed, rows->data);
}

static void
offer_instance (TbRunRowFunc func, gpointer data, const TbLiveInstance *instance)
{
  const char *id = instance->id;
  tb_instance_each_command (instance, offer_command, &(Rows){ func, data });
  offer_partition (func, data, TB_PARTITION_ISOLATE, "Cut ", id, " off from everyone");
  offer_partition (func, data, TB_PARTITION_ONE_WAY, "Let nobody hear ", id, "");
}

static void
offer_hold (TbRunRowFunc func, gpointer data, const TbLiveLink *link)
{
  gboolean holds = link->faults >> TB_FAULT_HOLD & 1;
  g_autofree char *title = g_strconcat (holds ? "Hold no longer: " : "Hold messages of ", link->id, NULL);
  g_autofree char *action = g_strdup_printf ("win.link-hold('%s')", link->id);
  func (title, action, data);
}

void
tb_sheet_run_rows (TbSheet *self, TbRunRowFunc func, gpointer data)
{
  const TbLiveFrame *frame = self->session ? self->frame : NULL;
  for (guint i = 0; frame && i < MIN (frame->n_links, PALETTE_INSTANCES_MAX); i++)
    if (frame->links[i].link)
      offer_hold (func, data, &frame->links[i]);
  for (guint i = 0; frame && i < MIN (frame->n_instances, PALETTE_INSTANCES_MAX); i++)
    {
      const TbLiveInstance *instance = &frame->instances[i];
      if (instance->gone)
        continue;
      offer_instance (func, data, instance);
      guint n = instance->replica == 1 ? count_replicas (frame, instance->component_uid) : 0;
      for (guint k = 0; k < G_N_ELEMENTS (divisions); k++)
        if (n >= divisions[k].fewest)
          {
            g_autofree char *after
              = g_strconcat (": ", tb_partition_name (divisions[k].kind), NULL);
            offer_partition (func, data, divisions[k].kind, "Divide ", instance->component, after);
          }
    }
}
