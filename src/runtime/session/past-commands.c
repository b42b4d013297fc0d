/* What was asked of the run: kept as it was asked, in the order of time. */
#include <string.h>

#include "past-private.h"

static gboolean
names_instance (guint type)
{
  return (type >= TB_COMMAND_KILL && type <= TB_COMMAND_START_ANYWAY) || type == TB_COMMAND_HALT || type == TB_COMMAND_START;
}

static void
take_fault (TbPast *self, TbReader *r, TbPastCommand *row)
{
  TbWireFault *fault = g_new0 (TbWireFault, 1);
  if (!tb_wire_fault_read (r, fault))
    {
      g_free (fault);
      return;
    }
  row->fault = fault;
  row->name = tb_past_keep_text (self, fault->id);
}

void
tb_past_take_command (TbPast *self, const TbRecord *record)
{
  TbReader r;
  size_t used;
  if (tb_reader_begin (&r, record->body, record->size, &used) != TB_FRAME_WHOLE)
    return;
  TbPastCommand row = { .time_ns = record->time_ns, .type = r.type, .name = "", .what = "", .value = "" };
  g_autofree char *name = NULL, *what = NULL, *value = NULL;
  if (r.type == TB_COMMAND_FAULT_ADD)
    take_fault (self, &r, &row);
  else if (names_instance (r.type) || r.type == TB_COMMAND_FAULT_REMOVE || r.type == TB_COMMAND_FAULT_STEP)
    row.name = tb_past_keep_text (self, name = tb_reader_string (&r));
  else if (r.type == TB_COMMAND_SAY)
    {
      row.name = tb_past_keep_text (self, name = tb_reader_string (&r));
      row.what = tb_past_keep_text (self, what = tb_reader_string (&r));
      row.value = tb_past_keep_text (self, value = tb_reader_string (&r));
    }
  if (!r.bad)
    g_array_append_val (self->commands, row);
}

void
tb_past_command_clear (gpointer data)
{
  TbPastCommand *row = data;
  TbWireFault *fault = (TbWireFault *) row->fault;
  if (fault != NULL)
    tb_wire_fault_clear (fault);
  g_free (fault);
}

guint
tb_past_n_commands (TbPast *self)
{
  return self->commands->len;
}

const TbPastCommand *
tb_past_command (TbPast *self, guint i)
{
  return i < self->commands->len ? &g_array_index (self->commands, TbPastCommand, i) : NULL;
}
