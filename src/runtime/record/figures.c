/* What the counters did, from one second to the next: of the rows that changed, what changed. Such a
 * record stays when the events that it sums up have gone.
 *
 *   i64 since_ns, u32 rows; then of each, as varints: row, link, from, to, port, proto, faults, last_ns
 *   and connections_open as they are now, a bit for each sum that differs, those differences, and the
 *   buckets of the histogram that differ: how many, then steps and differences */
#include <errno.h>
#include <string.h>

#include "format-private.h"

#define FLOW(X, way)                                                                               \
  X (way.seen) X (way.delivered) X (way.held) X (way.dropped) X (way.duplicated) X (way.lost)      \
  X (way.bytes_seen) X (way.bytes_delivered) X (way.bytes_held) X (way.bytes_lost)                 \
  X (way.bytes_dropped) X (way.bytes_duplicated)
#define SUMS(X)                                                                                    \
  X (connections_total) X (refused) X (timed_out) X (reset) X (requests) X (replies) X (errors) X (unanswered) \
  FLOW (X, up) FLOW (X, down)

static const struct
{
  size_t counters, figure;
} sums[] = {
#define X(name) { offsetof (TbTapCounters, name), offsetof (TbRecordFigure, name) },
  SUMS (X)
#undef X
};
_Static_assert (TB_ARRAY_LENGTH (sums) <= 64, "a bit for each");

#define HEAD_BYTES 12

static uint64_t
sum_of (const TbTapCounters *counters, size_t i)
{
  return *(const uint64_t *) (const void *) ((const char *) counters + sums[i].counters);
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void
put (TbWriter *out, uint64_t v)
{
  uint8_t bytes[10];
  tb_writer_bytes (out, bytes, (size_t) (tb_var_put (bytes, v) - bytes));
}

size_t
tb_record_figures_begin (TbWriter *out, int64_t since_ns)
{
  size_t at = out->size;
  uint32_t none = 0;
  tb_writer_bytes (out, &since_ns, 8);
  tb_writer_bytes (out, &none, 4);
  return at;
}

static void
put_sums (TbWriter *out, const TbTapCounters *now, const TbTapCounters *before)
{
  uint64_t differs = 0;
  for (size_t i = 0; i < TB_ARRAY_LENGTH (sums); i++)
    differs |= (uint64_t) (sum_of (now, i) != sum_of (before, i)) << i;
  put (out, differs);
  for (size_t i = 0; i < TB_ARRAY_LENGTH (sums); i++)
    if (differs >> i & 1)
      put (out, tb_zigzag (sum_of (now, i) - sum_of (before, i)));
}

static void
put_buckets (TbWriter *out, const TbHistogram *now, const TbHistogram *before)
{
  uint32_t n = 0, last = 0;
  for (uint32_t i = 0; i < TB_HISTOGRAM_BUCKETS; i++)
    n += now->bucket[i] != before->bucket[i];
  put (out, n);
  for (uint32_t i = 0; n > 0 && i < TB_HISTOGRAM_BUCKETS; i++)
    if (now->bucket[i] != before->bucket[i])
      {
        put (out, i - last);
        put (out, now->bucket[i] - before->bucket[i]);
        last = i;
      }
}

bool
tb_record_figures_row (TbWriter *out, size_t at, uint32_t row, const TbTapCounters *now,
                       TbTapCounters *before)
{
  uint32_t rows;
  if (memcmp (now, before, sizeof *now) == 0)
    return false;
  uint64_t told[] = { row, now->link, now->from, now->to, now->port, now->proto, now->faults,
                      (uint64_t) now->last_ns, now->connections_open };
  for (size_t i = 0; i < TB_ARRAY_LENGTH (told); i++)
    put (out, told[i]);
  put_sums (out, now, before);
  put_buckets (out, &now->latency, &before->latency);
  *before = *now;
  memcpy (&rows, out->bytes + at + 8, 4);
  rows++;
  memcpy (out->bytes + at + 8, &rows, 4);
  return true;
}

/* ---- Reading --------------------------------------------------------------------------------- */

static bool
read_buckets (TbVarReader *in, TbRecordFigure *figure)
{
  uint64_t n = tb_var_get (in), index = 0;
  if (n > TB_HISTOGRAM_BUCKETS)
    return false;
  figure->n_buckets = (uint32_t) n;
  for (uint32_t i = 0; i < figure->n_buckets; i++)
    {
      index += tb_var_get (in);
      if (in->bad || index >= TB_HISTOGRAM_BUCKETS)
        return false;
      figure->buckets[i].index = (uint16_t) index;
      figure->buckets[i].count = (uint32_t) tb_var_get (in);
    }
  return !in->bad;
}

static bool
read_row (TbVarReader *in, TbRecordFigure *figure)
{
  figure->row = (uint32_t) tb_var_get (in);
  figure->link = (uint32_t) tb_var_get (in);
  figure->from = (uint32_t) tb_var_get (in);
  figure->to = (uint32_t) tb_var_get (in);
  figure->port = (uint16_t) tb_var_get (in);
  figure->proto = (uint8_t) tb_var_get (in);
  figure->faults = (uint32_t) tb_var_get (in);
  figure->last_ns = (int64_t) tb_var_get (in);
  figure->connections_open = tb_var_get (in);
  uint64_t differs = tb_var_get (in);
  for (size_t i = 0; i < TB_ARRAY_LENGTH (sums); i++)
    *(uint64_t *) (void *) ((char *) figure + sums[i].figure)
        = differs >> i & 1 ? tb_unzigzag (tb_var_get (in)) : 0;
  return read_buckets (in, figure) && figure->row < TB_TAPS_MAX;
}

int
tb_record_figures_next (TbRecordFigures *f, TbRecordFigure *figure)
{
  const uint8_t *body = f->record->body;
  if (!f->begun)
    {
      if (f->record->type != TB_RECORD_FIGURES || f->record->size < HEAD_BYTES)
        return -EBADMSG;
      memcpy (&f->since_ns, body, 8);
      memcpy (&f->left, body + 8, 4);
      f->at = HEAD_BYTES;
      f->begun = true;
    }
  if (f->left == 0)
    return 0;
  f->left--;
  TbVarReader in = { body + f->at, body + f->record->size, false };
  if (!read_row (&in, figure))
    {
      f->left = 0;
      return -EBADMSG;
    }
  f->at = (size_t) (in.at - body);
  return 1;
}

void
tb_record_figure_add (TbTapCounters *c, const TbRecordFigure *figure)
{
  c->link = figure->link;
  c->from = figure->from;
  c->to = figure->to;
  c->port = figure->port;
  c->proto = figure->proto;
  c->faults = figure->faults;
  c->last_ns = figure->last_ns;
  c->connections_open = figure->connections_open;
  for (size_t i = 0; i < TB_ARRAY_LENGTH (sums); i++)
    *(uint64_t *) (void *) ((char *) c + sums[i].counters)
        += *(const uint64_t *) (const void *) ((const char *) figure + sums[i].figure);
  for (uint32_t i = 0; i < figure->n_buckets; i++)
    c->latency.bucket[figure->buckets[i].index] += figure->buckets[i].count;
}
