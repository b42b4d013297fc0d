/* On which device each replica runs, as the plan has it: <on>, else the tier's devices in turns, else one for each
 * replica. Or all of them on this machine. */
#include "queueing-private.h"

static guint
device_named (TbQueueReader *reader, const char *id, const TbElement *element)
{
  guint index = GPOINTER_TO_UINT (g_hash_table_lookup (reader->devices, id));
  if (index > 0)
    return index - 1;
  char *name = g_strdup (id);
  TbQueueDevice device = { .id = name };
  double cores = element != NULL ? (double) tb_element_get_integer (element, TB_PROP_CORES) : 0;
  device.uid = element != NULL ? tb_element_uid (element) : 0;
  if (device.uid != 0)
    tb_queue_what_if (reader, device.uid, TB_WHAT_IF_CORES, &cores);
  device.cores = (guint) cores;
  g_ptr_array_add (reader->names, name);
  g_array_append_val (reader->places, device);
  g_hash_table_insert (reader->devices, name, GUINT_TO_POINTER (reader->places->len));
  return reader->places->len - 1;
}

static const TbElement *
drawn_device (const TbQueueReader *reader, const TbElement *component, const TbElement *tier, guint replica)
{
  guint n = 0, nth = 0;
  for (guint i = 0; i < tb_element_n_children (component); i++)
    {
      const TbElement *on = tb_element_child (component, i);
      if (tb_element_kind (on) == TB_KIND_ON && tb_element_get_integer (on, TB_PROP_REPLICA) == (gint64) replica)
        return tb_element_get_ref (reader->model, on, TB_PROP_DEVICE);
    }
  for (guint i = 0; tier != NULL && i < tb_element_n_children (tier); i++)
    n += tb_element_kind (tb_element_child (tier, i)) == TB_KIND_DEVICE;
  for (guint i = 0; n > 0 && i < tb_element_n_children (tier); i++)
    {
      const TbElement *device = tb_element_child (tier, i);
      if (tb_element_kind (device) == TB_KIND_DEVICE && nth++ == (replica - 1) % n)
        return device;
    }
  return NULL;
}

static guint
device_of (TbQueueReader *reader, const TbElement *component, guint replica)
{
  const TbElement *tier = tb_element_get_ref (reader->model, component, TB_PROP_TIER);
  const TbElement *device = drawn_device (reader, component, tier, replica);
  if (device != NULL)
    return device_named (reader, tb_element_id (device), device);
  g_autofree char *made_up
    = g_strdup_printf ("%s-%u", tb_element_id (tier != NULL ? tier : component), replica);
  return device_named (reader, made_up, NULL);
}

void
tb_queue_place (TbQueueReader *reader, const TbElement *component, TbStation *station)
{
  station->device = g_new0 (guint, station->replicas);
  for (guint i = 0; i < station->replicas; i++)
    if (station->outside)
      station->device[i] = TB_QUEUE_NONE;
    else if (!reader->options->local) /* else all of them on the first, this machine */
      station->device[i] = device_of (reader, component, i + 1);
}
