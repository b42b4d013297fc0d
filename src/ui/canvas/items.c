/* What assistive tools see: a child widget per element that draws nothing, with a name, a
 * description, its links as relations, and the keyboard's focus. Widgets cannot implement
 * GtkAccessible themselves in GTK 4.8; children they may have.
 *
 * Made nearest first in slices of idle time after the picture is there: a pass lists what is wanted,
 * make_some() works through it, finish() writes the relations. Beyond SMALL elements only those in
 * and near what is seen have one. */
#include "canvas-private.h"

#include <math.h>
#include <string.h>

#include "tb-base.h"

#define SMALL 2000
#define DELAY_MS 220
#define SLICE_NS (2 * TB_NS_PER_MS)

/* ---- The proxy widget ------------------------------------------------------------------------ */

#define TB_TYPE_CANVAS_ITEM (tb_canvas_item_get_type ())
G_DECLARE_FINAL_TYPE (TbCanvasItem, tb_canvas_item, TB, CANVAS_ITEM, GtkWidget)

struct _TbCanvasItem
{
  GtkWidget parent_instance;
  TbUid uid;
};

G_DEFINE_FINAL_TYPE (TbCanvasItem, tb_canvas_item, GTK_TYPE_WIDGET)

static TbCanvas *
canvas_of (TbCanvasItem *item)
{
  return TB_CANVAS (gtk_widget_get_parent (GTK_WIDGET (item)));
}

static void
item_select (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TbCanvasItem *item = TB_CANVAS_ITEM (widget);
  tb_canvas_focus_element (canvas_of (item), item->uid);
}

static void
item_rename (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TbCanvasItem *item = TB_CANVAS_ITEM (widget);
  tb_canvas_rename (canvas_of (item), item->uid);
}

static void
item_menu (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TbCanvasItem *item = TB_CANVAS_ITEM (widget);
  TbCanvas *canvas = canvas_of (item);
  tb_canvas_focus_element (canvas, item->uid);
  tb_canvas_context_menu (canvas, 0, 0, FALSE);
}

/* "item.delete" is the editor's command "delete", of this element. */
static void
item_command (GtkWidget *widget, const char *name, GVariant *parameter)
{
  TbCanvasItem *item = TB_CANVAS_ITEM (widget);
  TbCanvas *canvas = canvas_of (item);
  TbEditor *editor = canvas->editor;
  tb_canvas_focus_element (canvas, item->uid);
  if (!tb_editor_run (editor, name + strlen ("item.")))
    g_signal_emit_by_name (editor, "message", "That cannot be done with this element now.");
}

static void
item_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
}

static void
tb_canvas_item_class_init (TbCanvasItemClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  widget_class->snapshot = item_snapshot;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_BUTTON);
  static const char *const commands[]
      = { "item.unfold", "item.fold", "item.duplicate", "item.connect", "item.delete" };
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    gtk_widget_class_install_action (widget_class, commands[i], NULL, item_command);
  /* The last one is the first that assistive tools offer. */
  gtk_widget_class_install_action (widget_class, "item.menu", NULL, item_menu);
  gtk_widget_class_install_action (widget_class, "item.rename", NULL, item_rename);
  gtk_widget_class_install_action (widget_class, "item.select", NULL, item_select);
}

static void
tb_canvas_item_init (TbCanvasItem *item)
{
  gtk_widget_set_focusable (GTK_WIDGET (item), TRUE);
  gtk_widget_set_can_target (GTK_WIDGET (item), FALSE);
}

/* ---- The set of them ------------------------------------------------------------------------- */

struct _TbItems
{
  TbCanvas *canvas;
  GHashTable *by_uid; /* TbUid → TbCanvasItem */
  GArray *wanted;     /* TbUid: of the pass under way */
  guint next;         /* of them */
  guint timer, idle;
  gboolean missed; /* a pass, while nobody saw the canvas */
};

TbItems *
tb_items_new (TbCanvas *canvas)
{
  TbItems *items = g_new0 (TbItems, 1);
  items->canvas = canvas;
  items->by_uid = g_hash_table_new (NULL, NULL);
  items->wanted = g_array_new (FALSE, FALSE, sizeof (TbUid));
  return items;
}

void
tb_items_clear (TbItems *items)
{
  GHashTableIter iter;
  gpointer value;
  g_clear_handle_id (&items->timer, g_source_remove);
  g_clear_handle_id (&items->idle, g_source_remove);
  g_hash_table_iter_init (&iter, items->by_uid);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      g_hash_table_iter_remove (&iter);
      gtk_widget_unparent (value);
    }
  g_array_set_size (items->wanted, 0);
}

void
tb_items_free (TbItems *items)
{
  tb_items_clear (items);
  g_hash_table_unref (items->by_uid);
  g_array_unref (items->wanted);
  g_free (items);
}

static GtkWidget *
lookup (TbItems *items, TbUid uid)
{
  return g_hash_table_lookup (items->by_uid, GUINT_TO_POINTER (uid));
}

static void
name_item (TbItems *items, GtkWidget *widget, TbUid uid)
{
  TbEditor *editor = items->canvas->editor;
  g_autofree char *name = tb_editor_spoken_name (editor, uid);
  g_autofree char *details = tb_editor_details (editor, uid);
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, details, -1);
  gtk_accessible_update_state (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_STATE_SELECTED,
                               tb_editor_is_selected (editor, uid), -1);
}

static void
place_item (TbItems *items, GtkWidget *widget, TbUid uid)
{
  TbCanvas *canvas = items->canvas;
  TbRect r, seen = { 0, 0, canvas->camera.width, canvas->camera.height };
  TbItemKind kind;
  int unused;
  if (!tb_scene_item (tb_canvas_scene (canvas), uid, &kind, &r))
    return;
  r = tb_camera_rect (&canvas->camera, &r);
  gboolean visible = tb_rect_intersects (&r, &seen) || gtk_widget_is_focus (widget);
  gtk_widget_set_child_visible (widget, visible);
  if (!visible)
    return;
  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, &unused, &unused, NULL, NULL);
  gtk_widget_size_allocate (widget,
                            &(GtkAllocation){ (int) round (r.x), (int) round (r.y),
                                              MAX ((int) r.width, 1), MAX ((int) r.height, 1) },
                            -1);
}

static void
allow_actions (TbItems *items, GtkWidget *widget, TbUid uid)
{
  TbItemKind kind = TB_ITEM_COMPONENT;
  TbRect r;
  tb_scene_item (tb_canvas_scene (items->canvas), uid, &kind, &r);
  gboolean card = kind == TB_ITEM_COMPONENT;
  gboolean container = kind == TB_ITEM_TIER || kind == TB_ITEM_LAYER || kind == TB_ITEM_GROUP;
  gtk_widget_action_set_enabled (widget, "item.connect", card);
  gtk_widget_action_set_enabled (widget, "item.duplicate", card || kind == TB_ITEM_NOTE);
  gtk_widget_action_set_enabled (widget, "item.fold", container);
  gtk_widget_action_set_enabled (widget, "item.unfold", container);
}

static GtkWidget *
make_item (TbItems *items, TbUid uid)
{
  TbCanvasItem *item = g_object_new (TB_TYPE_CANVAS_ITEM, NULL);
  item->uid = uid;
  gtk_widget_set_parent (GTK_WIDGET (item), GTK_WIDGET (items->canvas));
  g_hash_table_insert (items->by_uid, GUINT_TO_POINTER (uid), item);
  allow_actions (items, GTK_WIDGET (item), uid);
  name_item (items, GTK_WIDGET (item), uid);
  return GTK_WIDGET (item);
}

void
tb_items_allocate (TbItems *items)
{
  GHashTableIter iter;
  gpointer key, value;
  if (items->canvas->editor == NULL)
    return;
  g_hash_table_iter_init (&iter, items->by_uid);
  while (g_hash_table_iter_next (&iter, &key, &value))
    place_item (items, value, GPOINTER_TO_UINT (key));
}

/* ---- A pass ---------------------------------------------------------------------------------- */

typedef struct
{
  TbUid uid;
  double distance;
} Near;

static int
compare_near (gconstpointer a, gconstpointer b)
{
  const Near *s = a, *t = b;
  return s->distance < t->distance ? -1 : s->distance > t->distance;
}

static guint
count_elements (TbEditor *editor)
{
  const TbModel *model = tb_document_model (tb_editor_document (editor));
  return tb_model_count (model, TB_KIND_COMPONENT) + tb_model_count (model, TB_KIND_LINK)
         + tb_model_count (model, TB_KIND_NOTE);
}

/* All of a small drawing; of a large one what is seen and as much again around it, and no more than
 * a small drawing has. */
static void
list_wanted (TbItems *items)
{
  TbCanvas *canvas = items->canvas;
  const TbScene *scene = tb_canvas_scene (canvas);
  TbRect view = tb_camera_view (&canvas->camera);
  TbPoint middle = { view.x + view.width / 2, view.y + view.height / 2 };
  TbRect area = { view.x - view.width / 2, view.y - view.height / 2, 2 * view.width,
                  2 * view.height };
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (TbUid));
  g_autoptr (GArray) near = g_array_new (FALSE, FALSE, sizeof (Near));

  if (count_elements (canvas->editor) <= SMALL)
    area = (TbRect){ -1e7, -1e7, 2e7, 2e7 };
  tb_scene_query (scene, &area, FALSE, found);
  for (guint i = 0; i < found->len; i++)
    {
      Near n = { .uid = g_array_index (found, TbUid, i) };
      TbItemKind kind;
      TbRect r;
      if (!tb_scene_item (scene, n.uid, &kind, &r))
        continue;
      n.distance = hypot (r.x + r.width / 2 - middle.x, r.y + r.height / 2 - middle.y);
      g_array_append_val (near, n);
    }
  g_array_sort (near, compare_near);
  g_array_set_size (items->wanted, 0);
  for (guint i = 0; i < MIN (near->len, 2 * SMALL); i++)
    g_array_append_val (items->wanted, g_array_index (near, Near, i).uid);
  items->next = 0;
}

static void
drop_unwanted (TbItems *items)
{
  g_autoptr (GHashTable) wanted = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer key, value;
  for (guint i = 0; i < items->wanted->len; i++)
    g_hash_table_add (wanted, GUINT_TO_POINTER (g_array_index (items->wanted, TbUid, i)));
  g_hash_table_iter_init (&iter, items->by_uid);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      TbItemKind kind;
      TbRect r;
      gboolean gone = !tb_scene_item (tb_canvas_scene (items->canvas), GPOINTER_TO_UINT (key), &kind, &r);
      if (!gone && (g_hash_table_contains (wanted, key) || gtk_widget_is_focus (value)))
        continue;
      gboolean focused = gtk_widget_is_focus (value);
      g_hash_table_iter_remove (&iter);
      gtk_widget_unparent (value);
      if (focused)
        gtk_widget_grab_focus (GTK_WIDGET (items->canvas));
    }
}

/* A link is a relation of the card it leaves. */
static void
relate (TbItems *items)
{
  const TbModel *model = tb_document_model (tb_editor_document (items->canvas->editor));
  g_autoptr (GHashTable) targets = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer key, value;
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (model, TB_KIND_LINK, i);
      const TbElement *from = tb_element_get_ref (model, link, TB_PROP_FROM);
      const TbElement *to = tb_element_get_ref (model, link, TB_PROP_TO);
      GtkWidget *a = from ? lookup (items, tb_element_uid (from)) : NULL;
      GtkWidget *b = to ? lookup (items, tb_element_uid (to)) : NULL;
      GtkWidget *own = lookup (items, tb_element_uid (link));
      if (a && b)
        g_hash_table_insert (targets, a, g_list_prepend (g_hash_table_lookup (targets, a), b));
      if (own && b)
        g_hash_table_insert (targets, own, g_list_prepend (NULL, b));
    }
  g_hash_table_iter_init (&iter, targets);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      GtkAccessibleRelation relation = GTK_ACCESSIBLE_RELATION_FLOW_TO;
      GValue list = G_VALUE_INIT;
      gtk_accessible_relation_init_value (relation, &list);
      g_value_set_pointer (&list, value);
      gtk_accessible_update_relation_value (GTK_ACCESSIBLE (key), 1, &relation, &list);
      g_value_unset (&list);
    }
}

static gboolean
make_some (gpointer data)
{
  TbItems *items = data;
  gint64 until = tb_now_ns () + SLICE_NS;
  while (items->next < items->wanted->len)
    {
      TbUid uid = g_array_index (items->wanted, TbUid, items->next++);
      GtkWidget *widget = lookup (items, uid);
      if (widget != NULL)
        name_item (items, widget, uid);
      else
        make_item (items, uid);
      if (tb_now_ns () >= until)
        return G_SOURCE_CONTINUE;
    }
  items->idle = 0;
  relate (items);
  gtk_widget_queue_allocate (GTK_WIDGET (items->canvas));
  return G_SOURCE_REMOVE;
}

static gboolean
begin_pass (gpointer data)
{
  TbItems *items = data;
  items->timer = 0;
  items->missed = items->canvas->editor != NULL && !gtk_widget_get_mapped (GTK_WIDGET (items->canvas));
  if (items->canvas->editor == NULL || items->missed)
    return G_SOURCE_REMOVE;
  list_wanted (items);
  drop_unwanted (items);
  if (items->idle == 0)
    items->idle = g_idle_add_full (G_PRIORITY_LOW, make_some, items, NULL);
  return G_SOURCE_REMOVE;
}

void
tb_items_queue (TbItems *items)
{
  /* A pass under way speaks of elements that may be gone. */
  g_clear_handle_id (&items->idle, g_source_remove);
  g_clear_handle_id (&items->timer, g_source_remove);
  items->timer = g_timeout_add (DELAY_MS, begin_pass, items);
}

void
tb_items_mapped (TbItems *items)
{
  if (items->missed)
    tb_items_queue (items);
}

/* ---- Focus and selection --------------------------------------------------------------------- */

void
tb_items_focus (TbItems *items, TbUid uid)
{
  TbItemKind kind;
  TbRect r;
  if (!tb_scene_item (tb_canvas_scene (items->canvas), uid, &kind, &r))
    return;
  GtkWidget *widget = lookup (items, uid);
  if (widget == NULL)
    widget = make_item (items, uid);
  place_item (items, widget, uid);
  gtk_widget_set_child_visible (widget, TRUE);
  gtk_widget_grab_focus (widget);
  tb_canvas_live_changed (items->canvas);
}

TbUid
tb_items_focused (TbItems *items)
{
  GtkWidget *child = gtk_widget_get_focus_child (GTK_WIDGET (items->canvas));
  return child && TB_IS_CANVAS_ITEM (child) && gtk_widget_is_focus (child)
             ? TB_CANVAS_ITEM (child)->uid : 0;
}

void
tb_items_selection_changed (TbItems *items)
{
  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_iter_init (&iter, items->by_uid);
  while (g_hash_table_iter_next (&iter, &key, &value))
    gtk_accessible_update_state (
        GTK_ACCESSIBLE (value), GTK_ACCESSIBLE_STATE_SELECTED,
        tb_editor_is_selected (items->canvas->editor, GPOINTER_TO_UINT (key)), -1);
}
