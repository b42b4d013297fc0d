/* Context menus on the canvas: what runs first, then what can be edited. */
#include "sheet-private.h"

#include "format.h"
#include "live-box.h"
#include "partitions.h"

/* Beyond this a menu of instances is no menu any more. */
#define INSTANCES_MAX 12

static const TbLiveLink *
find_link (const TbLiveFrame *frame, TbUid uid)
{
  for (guint i = 0; frame && i < frame->n_links; i++)
    if (frame->links[i].link == uid)
      return &frame->links[i];
  return NULL;
}

static void
add_instances (GMenu *menu, const TbLiveFrame *frame, TbUid uid, guint replica)
{
  guint n = 0, all = 0;
  for (guint i = 0; frame && i < frame->n_instances; i++)
    all += frame->instances[i].component_uid == uid;
  for (guint i = 0; frame && i < frame->n_instances && n < INSTANCES_MAX; i++)
    {
      const TbLiveInstance *instance = &frame->instances[i];
      if (instance->gone || instance->component_uid != uid || (replica && instance->replica != replica))
        continue;
      g_autoptr (GMenuModel) of_one = tb_instance_menu (instance);
      if (replica || all == 1)
        {
          g_menu_append_section (menu, instance->id, of_one);
          return;
        }
      g_autofree char *name = tb_format_instance (instance->id);
      g_menu_append_submenu (menu, name, of_one);
      n++;
    }
}

/* The submenu of a section; "Edit" stands in the menu itself. */
static GMenu *
section_menu (GMenu *menu, GHashTable *sections, const char *section)
{
  GMenu *found = g_hash_table_lookup (sections, section);
  if (found)
    return found;
  found = g_menu_new ();
  if (g_str_equal (section, "Edit"))
    g_menu_append_section (menu, NULL, G_MENU_MODEL (found));
  else
    g_menu_append_submenu (menu, section, G_MENU_MODEL (found));
  g_hash_table_insert (sections, (char *) section, found);
  return found;
}

static void
add_commands (GMenu *menu, TbSheet *self)
{
  guint n;
  const TbCommandRow *commands = tb_commands (&n);
  g_autoptr (GHashTable) sections
      = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  for (guint i = 0; i < n; i++)
    {
      if (!commands[i].in_menu || !commands[i].enabled (self->editor))
        continue;
      g_autofree char *action = g_strconcat ("edit.", commands[i].name, NULL);
      g_menu_append (section_menu (menu, sections, commands[i].section), commands[i].label, action);
    }
}

static gboolean
unparent_idle (gpointer data)
{
  TbSheet *self = data;
  g_clear_pointer (&self->context_menu, gtk_widget_unparent);
  return G_SOURCE_REMOVE;
}

/* The action is activated after the popover closes, and needs it in the tree. */
static void
closed (GtkWidget *popover, TbSheet *self)
{
  if (popover == self->context_menu)
    g_idle_add_full (G_PRIORITY_LOW, unparent_idle, g_object_ref (self), g_object_unref);
}

void
tb_sheet_context_menu (TbCanvas *canvas, guint uid, guint replica, double x, double y,
                        TbSheet *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  const TbLiveLink *link = uid ? find_link (self->frame, uid) : NULL;
  if (link && self->session)
    {
      g_autoptr (GMenuModel) of_link = tb_link_menu (link);
      g_menu_append_section (menu, NULL, of_link);
    }
  if (uid && self->session)
    {
      g_autoptr (GMenu) instances = g_menu_new ();
      add_instances (instances, self->frame, uid, replica);
      g_menu_append_section (menu, NULL, G_MENU_MODEL (instances));
      tb_sheet_append_partitions (self, menu, uid, replica);
    }
  add_commands (menu, self);
  tb_canvas_to_world (canvas, x, y, &self->menu_at);
  g_clear_pointer (&self->context_menu, gtk_widget_unparent);
  self->context_menu = gtk_popover_menu_new_from_model_full (G_MENU_MODEL (menu),
                                                             GTK_POPOVER_MENU_NESTED);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->context_menu), FALSE);
  gtk_widget_set_halign (self->context_menu, GTK_ALIGN_START);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->context_menu),
                               &(GdkRectangle){ (int) x, (int) y, 1, 1 });
  gtk_widget_set_parent (self->context_menu, gtk_widget_get_parent (GTK_WIDGET (canvas)));
  g_signal_connect (self->context_menu, "closed", G_CALLBACK (closed), self);
  gtk_popover_popup (GTK_POPOVER (self->context_menu));
}
