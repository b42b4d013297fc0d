/* On which device each replica runs, as the plan has it: <on>, else the tier's devices in turns, else one for each
 * replica. Or all of them on this machine. */
#include "queueing-private.h"
#include "tb-deployment.h"

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

static guint
device_of (TbQueueReader *reader, const TbElement *component, guint replica)
{
  const TbElement *tier = tb_element_get_ref (reader->model, component, TB_PROP_TIER);
  const TbElement *device = tb_replica_device (reader->model, component, replica);
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
