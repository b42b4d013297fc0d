/* Dragging an instance in a deployment: from device to device.
 *
 * Where it would run by itself (replica i on device i modulo the tier's devices) nothing is written;
 * anywhere else an <on> says so. A device that was only made up for a tier without devices becomes
 * one of the architecture's, with all the others of its tier, so that nothing else moves. On the
 * device of another tier the whole component changes its tier: replicas do not part. */
#include "editor-private.h"
#include "tb-deployment.h"

static TbUid
tier_of (TbEditor *editor, const TbDeployed *device)
{
  const TbElement *element = tb_editor_element (editor, device->element);
  return device->made_up ? device->element : tb_element_uid (tb_element_parent (element));
}

/* ---- Devices --------------------------------------------------------------------------------- */

static guint
most_replicas (TbEditor *editor, const TbElement *tier)
{
  const TbModel *model = tb_editor_model (editor);
  guint most = 1;
  for (guint i = 0; i < tb_model_count (model, TB_KIND_COMPONENT); i++)
    {
      const TbElement *component = tb_model_nth (model, TB_KIND_COMPONENT, i);
      if (tb_element_get_ref (model, component, TB_PROP_TIER) == tier)
        most = MAX (most, tb_component_replicas (component));
    }
  return most;
}

/* "app-1", "app-2" …, as they are called where they are made up. */
static void
make_devices (TbEditor *editor, TbUid tier)
{
  guint n = most_replicas (editor, tb_editor_element (editor, tier));
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf (
          "%s-%u", tb_element_id (tb_editor_element (editor, tier)), i + 1);
      g_autofree char *id = tb_model_lookup (tb_editor_model (editor), name) == NULL
                                ? g_steal_pointer (&name)
                                : tb_model_make_id (tb_editor_model (editor), TB_KIND_DEVICE, name);
      tb_document_insert (editor->document, TB_KIND_DEVICE, id, tier, G_MAXUINT);
    }
}

/* The number at the end of a made-up device's name is that of its replica. */
static const TbElement *
become_real (TbEditor *editor, const TbDeployed *device, guint number)
{
  if (!device->made_up)
    return tb_editor_element (editor, device->element);
  make_devices (editor, device->element);
  return tb_tier_device (tb_editor_element (editor, device->element), number);
}

/* Made-up devices stand in the order of their numbers, whichever they are. */
static guint
number_of (TbEditor *editor, const TbDeployed *device)
{
  g_autoptr (GArray) boxes = g_array_new (FALSE, FALSE, sizeof (TbRect));
  guint number = 0;
  tb_scene_boxes (editor->scene, device->element, boxes);
  for (guint i = 1; i < boxes->len; i++) /* the first is the tier */
    {
      const TbRect *r = &g_array_index (boxes, TbRect, i);
      number += r->y < device->rect.y - 1
                || (ABS (r->y - device->rect.y) <= 1 && r->x < device->rect.x - 1);
    }
  return number;
}

/* ---- Where a replica runs -------------------------------------------------------------------- */

static void
say (TbEditor *editor, TbUid component, guint replica, const TbElement *device)
{
  const TbElement *tier = tb_element_parent (device);
  const TbElement *on = tb_replica_on (tb_editor_element (editor, component), replica);
  gboolean by_itself = tb_tier_device (tier, (replica - 1) % tb_tier_n_devices (tier)) == device;
  g_autofree char *id = g_strdup (tb_element_id (device));
  TbUid uid = on ? tb_element_uid (on) : 0;
  if (by_itself)
    {
      if (uid)
        tb_document_remove (editor->document, uid);
      return;
    }
  if (!uid)
    {
      uid = tb_document_insert (editor->document, TB_KIND_ON, NULL, component, G_MAXUINT);
      g_autofree char *number = g_strdup_printf ("%u", replica);
      tb_editor_set_checked (editor, uid, TB_PROP_REPLICA, number);
    }
  tb_editor_set_checked (editor, uid, TB_PROP_DEVICE, id);
}

/* What was said of devices of the tier before is void. */
static void
change_tier (TbEditor *editor, TbUid component, TbUid tier)
{
  const TbElement *element = tb_editor_element (editor, component);
  g_autofree char *id = tier ? g_strdup (tb_element_id (tb_editor_element (editor, tier))) : NULL;
  for (guint i = tb_element_n_children (element); i-- > 0;)
    {
      const TbElement *on = tb_element_child (tb_editor_element (editor, component), i);
      if (tb_element_kind (on) == TB_KIND_ON)
        tb_document_remove (editor->document, tb_element_uid (on));
    }
  tb_editor_set_checked (editor, component, TB_PROP_TIER, id);
}

TbUid
tb_deploy_target (TbEditor *editor, TbPoint at)
{
  TbDeployed device;
  return tb_scene_device_at (editor->scene, at.x, at.y, &device)
             ? device.box
             : tb_scene_container_at (editor->scene, at.x, at.y, 1u << TB_ITEM_TIER);
}

void
tb_deploy_drop (TbEditor *editor, TbUid component, guint replica, TbPoint at)
{
  TbDeployed device;
  const TbElement *element = tb_editor_element (editor, component);
  const TbElement *now = tb_element_get_ref (tb_editor_model (editor), element, TB_PROP_TIER);
  gboolean on_device = tb_scene_device_at (editor->scene, at.x, at.y, &device);
  TbUid tier = on_device ? tier_of (editor, &device)
                         : tb_scene_container_at (editor->scene, at.x, at.y, 1u << TB_ITEM_TIER);
  gboolean moves = tier != (now ? tb_element_uid (now) : 0);
  guint number = on_device ? number_of (editor, &device) : 0;
  g_autofree char *label = g_strdup_printf ("Move %s", tb_element_title (element));
  if (!moves && !on_device)
    return;
  tb_document_begin (editor->document, label, NULL);
  if (moves)
    change_tier (editor, component, tier);
  if (on_device)
    say (editor, component, replica, become_real (editor, &device, number));
  tb_document_commit (editor->document);
}
