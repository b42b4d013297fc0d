/* What clients did on stores, as they said themselves: batches of one client each, as varints.
 *
 *   u32 version, u32 operations; then instance, incarnation, missed, final, operations that follow …; of each
 *   a byte of flags, perhaps one more, then what of it is not as the flags say: link, replica, error, the time of its
 *   end since that of the one before, how long it took, key, process, value and, of a CAS, what it expected */
#include <errno.h>
#include <string.h>

#include "format-private.h"

#define HEAD_BYTES 8
#define VERSION 1

/* The first byte; the kind is in its lowest three bits. */
enum
{
  MORE = 1 << 3,    /* the second byte follows */
  LINK = 1 << 4,    /* it went over another link than the one before */
  REPLICA = 1 << 5, /* another replica */
  NIL = 1 << 6      /* the value is TB_VALUE_NIL */
};

/* The second; its lowest two bits are the outcome. */
enum
{
  SWAPPED = 1 << 2,
  FINAL = 1 << 3,
  ENDLESS = 1 << 4, /* no end: the time is that of its beginning */
  SHAPE = 1 << 5    /* two bits */
};

static const TbRecordOperation first = { .op.replica = TB_OP_NOBODY, .link = UINT32_MAX };

/* ---- Writing --------------------------------------------------------------------------------- */

static void
put (TbWriter *out, uint64_t v)
{
  uint8_t bytes[10];
  tb_writer_bytes (out, bytes, (size_t) (tb_var_put (bytes, v) - bytes));
}

void
tb_record_operations_begin (TbRecordOperationsWriter *w, const TbRecordBatch *batch)
{
  const uint32_t head[] = { VERSION, 0 };
  w->at = w->out->size;
  w->before = first;
  w->time_ns = 0;
  w->n = 0;
  tb_writer_bytes (w->out, head, sizeof head);
  put (w->out, batch->instance);
  put (w->out, batch->incarnation);
  put (w->out, batch->missed);
  put (w->out, batch->final);
}

static uint8_t
second_byte (const TbRecordOperation *o)
{
  return (uint8_t) ((o->op.outcome & 3) | (o->op.swapped ? SWAPPED : 0) | (o->final ? FINAL : 0)
                    | (o->op.return_ns == INT64_MAX ? ENDLESS : 0) | (unsigned) (o->shape & 3) * SHAPE);
}

static void
put_times (TbRecordOperationsWriter *w, const TbOp *op)
{
  bool endless = op->return_ns == INT64_MAX;
  int64_t time_ns = endless ? op->invoke_ns : op->return_ns;
  put (w->out, tb_zigzag ((uint64_t) time_ns - (uint64_t) w->time_ns));
  if (!endless)
    put (w->out, (uint64_t) op->return_ns - (uint64_t) op->invoke_ns);
  w->time_ns = time_ns;
}

void
tb_record_operations_add (TbRecordOperationsWriter *w, const TbRecordOperation *o)
{
  const TbOp *op = &o->op;
  uint8_t more = second_byte (o);
  uint8_t flags = (uint8_t) ((op->kind & 7) | (more != 0 ? MORE : 0) | (o->link != w->before.link ? LINK : 0)
                             | (op->replica != w->before.op.replica ? REPLICA : 0) | (op->value == TB_VALUE_NIL ? NIL : 0));
  tb_writer_u8 (w->out, flags);
  if (more != 0)
    tb_writer_u8 (w->out, more);
  if (flags & LINK)
    put (w->out, o->link);
  if (flags & REPLICA)
    put (w->out, op->replica);
  if (op->outcome != TB_OP_OK)
    put (w->out, op->error);
  put_times (w, op);
  put (w->out, op->key);
  put (w->out, op->process);
  if (!(flags & NIL))
    tb_writer_u64 (w->out, op->value);
  if (op->kind == TB_OP_CAS)
    tb_writer_u64 (w->out, op->expected);
  w->before = *o;
  w->n++;
  memcpy (w->out->bytes + w->at + 4, &w->n, sizeof w->n);
}

/* ---- Reading --------------------------------------------------------------------------------- */

int
tb_record_operations_open (TbRecordOperations *r, const TbRecord *record)
{
  const uint8_t *body = record->body;
  uint32_t head[2];
  *r = (TbRecordOperations) { .before = first };
  if (record->type != TB_RECORD_OPERATIONS || record->size < HEAD_BYTES)
    return -EBADMSG;
  memcpy (head, body, sizeof head);
  TbVarReader in = { body + HEAD_BYTES, body + record->size, false };
  r->batch.instance = (uint32_t) tb_var_get (&in);
  r->batch.incarnation = (uint32_t) tb_var_get (&in);
  r->batch.missed = tb_var_get (&in);
  r->batch.final = (uint32_t) tb_var_get (&in);
  r->left = head[1];
  r->at = in.at;
  r->end = in.end;
  /* Each takes five bytes at least. */
  return head[0] != VERSION || in.bad || r->left > record->size / 5 ? -EBADMSG : 0;
}

static uint64_t
get_u64 (TbVarReader *in)
{
  uint64_t v = 0;
  if (in->end - in->at < (ptrdiff_t) sizeof v)
    in->bad = true;
  else
    {
      memcpy (&v, in->at, sizeof v);
      in->at += sizeof v;
    }
  return v;
}

static uint8_t
get_byte (TbVarReader *in)
{
  if (in->at < in->end)
    return *in->at++;
  in->bad = true;
  return 0;
}

static bool
read_times (TbRecordOperations *r, TbVarReader *in, bool endless, TbOp *op)
{
  int64_t time_ns = (int64_t) ((uint64_t) r->time_ns + tb_unzigzag (tb_var_get (in)));
  uint64_t lasted = endless ? 0 : tb_var_get (in);
  op->return_ns = endless ? INT64_MAX : time_ns;
  op->invoke_ns = (int64_t) ((uint64_t) time_ns - lasted);
  r->time_ns = time_ns;
  return time_ns >= 0 && time_ns < INT64_MAX / 2 && lasted <= (uint64_t) time_ns;
}

/* What nobody could have meant is refused. */
static bool
read_operation (TbRecordOperations *r, TbVarReader *in, TbRecordOperation *o)
{
  uint8_t flags = get_byte (in), more = flags & MORE ? get_byte (in) : 0;
  TbOp *op = &o->op;
  *o = (TbRecordOperation) { .final = more & FINAL, .shape = (uint8_t) (more / SHAPE & 3), .link = r->before.link };
  op->kind = flags & 7;
  op->outcome = more & 3;
  op->swapped = (more & SWAPPED) != 0;
  op->client = (uint16_t) r->batch.instance;
  o->link = flags & LINK ? (uint32_t) tb_var_get (in) : r->before.link;
  op->replica = flags & REPLICA ? (uint16_t) tb_var_get (in) : r->before.op.replica;
  op->error = op->outcome != TB_OP_OK ? (uint32_t) tb_var_get (in) : 0;
  bool good = read_times (r, in, more & ENDLESS, op);
  op->key = (uint32_t) tb_var_get (in);
  op->process = (uint32_t) tb_var_get (in);
  op->value = flags & NIL ? TB_VALUE_NIL : get_u64 (in);
  op->expected = op->kind == TB_OP_CAS ? get_u64 (in) : 0;
  return good && !in->bad && op->kind < TB_N_OPS && op->outcome <= TB_OP_UNKNOWN && op->error < TB_N_OP_ERRORS
         && (op->return_ns != INT64_MAX || op->outcome == TB_OP_UNKNOWN);
}

int
tb_record_operations_next (TbRecordOperations *r, TbRecordOperation *operation)
{
  TbVarReader in = { r->at, r->end, false };
  if (r->left == 0)
    return 0;
  r->left--;
  if (!read_operation (r, &in, operation))
    {
      r->left = 0;
      return -EBADMSG;
    }
  r->before = *operation;
  r->at = in.at;
  return 1;
}
