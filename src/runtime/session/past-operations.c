/* What clients did on stores. A run has as many operations as messages: what is kept of them in memory is their number, and who
 * reads them has a place in the file of its own, as lines of logs have. */
#include <errno.h>

#include "past-private.h"

struct TbPastReading
{
  TbPast *past;
  TbRecordReader *reader;  /* NULL: the file is gone */
  guint64 n_batches;       /* that were read: never more than the past has seen, which knows their instances */
  GHashTable *processes;   /* by instance, incarnation and number, of numbers from 1 */
  GArray *operations;      /* of TbPastOperation: of the batch that was given last */
};

void
tb_past_take_operations (TbPast *self, const TbRecord *record)
{
  TbRecordOperations in;
  self->n_batches++;
  if (tb_record_operations_open (&in, record) != 0 || in.batch.instance >= self->of->len)
    return;
  self->n_operations += in.left;
  TbPastOf *of = &g_array_index (self->of, TbPastOf, in.batch.instance);
  of->final = in.batch.final;
}

guint64
tb_past_n_operations (TbPast *self)
{
  return self->n_operations;
}

guint
tb_past_final_reads (TbPast *self, guint instance)
{
  return instance < self->of->len ? g_array_index (self->of, TbPastOf, instance).final : 0;
}

TbPastReading *
tb_past_read_operations (TbPast *self)
{
  TbPastReading *r = g_new0 (TbPastReading, 1);
  r->past = g_object_ref (self);
  r->processes = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  r->operations = g_array_new (FALSE, FALSE, sizeof (TbPastOperation));
  if (tb_record_reader_open (self->path, &r->reader, NULL) != 0)
    r->reader = NULL;
  return r;
}

void
tb_past_reading_free (TbPastReading *r)
{
  if (r == NULL)
    return;
  tb_record_reader_close (r->reader);
  g_hash_table_unref (r->processes);
  g_array_unref (r->operations);
  g_object_unref (r->past);
  g_free (r);
}

/* Of whatever instance and start of it. */
static guint32
number_of_process (TbPastReading *r, const TbRecordBatch *batch, guint32 process)
{
  gint64 key = (gint64) ((guint64) batch->instance << 48 | (guint64) (batch->incarnation & 0xffff) << 32 | process);
  guint known = GPOINTER_TO_UINT (g_hash_table_lookup (r->processes, &key));
  if (known != 0)
    return known;
  guint fresh = g_hash_table_size (r->processes) + 1;
  g_hash_table_insert (r->processes, g_memdup2 (&key, sizeof key), GUINT_TO_POINTER (fresh));
  return fresh;
}

static void
take_operation (TbPastReading *r, const TbRecordBatch *batch, const TbRecordOperation *read)
{
  TbPastOperation o = { .op = read->op, .link = G_MAXUINT, .final = read->final, .shape = read->shape };
  o.op.process = number_of_process (r, batch, read->op.process);
  if (o.op.replica >= r->past->instances->len)
    o.op.replica = TB_OP_NOBODY;
  if (read->link < r->past->links->len)
    o.link = read->link;
  g_array_append_val (r->operations, o);
}

/* What of a record cannot be read counts as missed. */
static void
take_batch (TbPastReading *r, const TbRecord *record, TbPastBatch *batch)
{
  TbRecordOperations in;
  TbRecordOperation read;
  g_array_set_size (r->operations, 0);
  *batch = (TbPastBatch) { .time_ns = record->time_ns, .instance = G_MAXUINT, .missed = 1 };
  if (tb_record_operations_open (&in, record) != 0 || in.batch.instance >= r->past->instances->len)
    return;
  guint claimed = in.left;
  while (tb_record_operations_next (&in, &read) == 1)
    take_operation (r, &in.batch, &read);
  batch->instance = in.batch.instance;
  batch->n = r->operations->len;
  batch->missed = MIN (in.batch.missed, G_MAXUINT32) + claimed - batch->n;
  batch->operations = (const TbPastOperation *) (gpointer) r->operations->data;
}

/* 1 with the next record of operations, 0: there is none yet, -EBADMSG: something is damaged. */
static int
next_record (TbPastReading *r, TbRecord *record)
{
  int got;
  do
    got = tb_record_reader_next (r->reader, record);
  while (got == 1 && record->type != TB_RECORD_OPERATIONS);
  return got;
}

gboolean
tb_past_reading_next (TbPastReading *r, TbPastBatch *batch)
{
  TbRecord record;
  if (r->reader == NULL || r->n_batches >= r->past->n_batches)
    return FALSE;
  int got = next_record (r, &record);
  if (got == 0 && tb_record_reader_refresh (r->reader, 0) > 0)
    got = next_record (r, &record);
  if (got == 1)
    {
      r->n_batches++;
      take_batch (r, &record, batch);
    }
  else if (got == -EBADMSG)
    *batch = (TbPastBatch) { .time_ns = tb_record_reader_end_ns (r->reader), .instance = G_MAXUINT, .missed = 1 };
  return got == 1 || got == -EBADMSG;
}
