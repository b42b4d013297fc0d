/* What is wrong, in one sentence and a few operations. */
#include "history-private.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
tb_words_lasted (const TbHistory *h, int64_t ns, char *out, size_t size)
{
  double x = (double) ns;
  if (h->by_lines)
    snprintf (out, size, "%" PRId64 " line%s", ns, ns == 1 ? "" : "s");
  else if (ns < TB_NS_PER_US)
    snprintf (out, size, "%" PRId64 " ns", ns);
  else if (ns < TB_NS_PER_MS)
    snprintf (out, size, "%.3g us", x / 1e3);
  else if (ns < TB_NS_PER_S)
    snprintf (out, size, "%.3g ms", x / 1e6);
  else
    snprintf (out, size, "%.*f s", ns < 10 * TB_NS_PER_S ? 2 : 1, x / 1e9);
}

/* ---- The witness -------------------------------------------------------------------------------------- */

static void
put_witness (TbKey *key, uint32_t at)
{
  if (at == NONE || key->n_witness == TB_WITNESS_MAX)
    return;
  const TbOp *op = &key->ops[at];
  unsigned i = key->n_witness;
  for (unsigned k = 0; k < i; k++)
    if (memcmp (&key->witness[k], op, sizeof *op) == 0)
      return;
  for (; i > 0 && key->witness[i - 1].invoke_ns > op->invoke_ns; i--)
    key->witness[i] = key->witness[i - 1];
  key->witness[i] = *op;
  key->n_witness++;
}

/* Of a zone: the write, the first to end and the last to begin. */
static void
put_zone (TbKey *key, const TbCluster *c)
{
  put_witness (key, c->write);
  put_witness (key, c->first_end_op);
  put_witness (key, c->last_start_op);
}

/* ---- Sentences ------------------------------------------------------------------------------------------ */

typedef struct
{
  char client[64], value[64];
} Named;

static Named
name_op (const TbHistory *h, const TbOp *op)
{
  Named n;
  tb_history_client_name (h, op, n.client, sizeof n.client);
  tb_history_value_text (h, op->value, n.value, sizeof n.value);
  return n;
}

static void say (TbKey *key, const char *format, ...) __attribute__ ((format (printf, 2, 3)));

static void
say (TbKey *key, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  vsnprintf (key->sentence, sizeof key->sentence, format, args);
  va_end (args);
}

/* "client 3 had read 7", "client 1 had finished writing 7"; nobody does what was so from the beginning. */
static void
say_settled (const TbHistory *h, const TbKey *key, const TbCluster *c, char *out, size_t size)
{
  if (c->first_end_op == NONE)
    {
      snprintf (out, size, "nothing was there");
      return;
    }
  const TbOp *op = &key->ops[c->first_end_op];
  Named n = name_op (h, op);
  snprintf (out, size, "%s had %s %s", n.client, op->kind == TB_OP_READ ? "read" : "finished writing", n.value);
}

void
tb_words_read_unwritten (const TbHistory *h, TbKey *key, const TbCluster *c)
{
  Named read = name_op (h, &key->ops[c->first_read_op]);
  key->n_witness = 0;
  put_witness (key, c->first_read_op);
  if (c->refused != NONE)
    {
      put_witness (key, c->refused);
      Named write = name_op (h, &key->ops[c->refused]);
      say (key, "%s read %s, although %s's write of it had failed", read.client, read.value, write.client);
    }
  else
    say (key, key->n_given_back > 0 ? "%s read %s, which nobody had written, or so long before that others were read since"
                                    : "%s read %s, which nobody had written",
         read.client, read.value);
}

void
tb_words_read_early (const TbHistory *h, TbKey *key, const TbCluster *c)
{
  char before[32];
  const TbOp *r = &key->ops[c->first_read_op], *w = &key->ops[c->write];
  Named read = name_op (h, r), write = name_op (h, w);
  key->n_witness = 0;
  put_witness (key, c->write);
  put_witness (key, c->first_read_op);
  key->before = *r;
  key->after = *w;
  tb_words_lasted (h, w->invoke_ns - r->return_ns, before, sizeof before);
  say (key, "%s had read %s %s before %s began to write it", read.client, read.value, before, write.client);
}

/* "client 2 read 5 although client 1 had finished writing 7 41 ms before that read began": of its last read. */
static void
say_stale (const TbHistory *h, TbKey *key, const TbCluster *stale, const TbCluster *newer, const char *more)
{
  char settled[160], ago[32];
  const TbOp *r = &key->ops[stale->last_start_op];
  Named read = name_op (h, r);
  if (newer->first_end_op != NONE)
    key->before = key->ops[newer->first_end_op];
  key->after = *r;
  say_settled (h, key, newer, settled, sizeof settled);
  tb_words_lasted (h, r->invoke_ns - newer->first_end, ago, sizeof ago);
  say (key, "%s read %s although %s %s before that read began%s", read.client, read.value, settled, ago, more);
}

/* Each was there after the other: a was there first. */
void
tb_words_overlap (const TbHistory *h, TbKey *key, const TbCluster *a, const TbCluster *b)
{
  char settled[160], more[320] = "";
  Named read = name_op (h, &key->ops[b->last_start_op]);
  key->n_witness = 0;
  put_zone (key, a);
  put_zone (key, b);
  say_settled (h, key, a, settled, sizeof settled);
  if (a->first_end_op != NONE)
    snprintf (more, sizeof more, ", and %s began to read %s after %s", read.client, read.value, settled);
  say_stale (h, key, a, b, more);
}

/* What is around was there before and after all that the inner one is made of. */
void
tb_words_inside (const TbHistory *h, TbKey *key, const TbCluster *around, const TbCluster *inner)
{
  char settled[160], more[200] = "";
  key->n_witness = 0;
  put_zone (key, around);
  put_zone (key, inner);
  say_settled (h, key, around, settled, sizeof settled);
  if (around->first_end_op != NONE)
    snprintf (more, sizeof more, ", and began that after %s", settled);
  say_stale (h, key, around, inner, more);
}

void
tb_words_fits_nowhere (const TbHistory *h, TbKey *key, const TbOp *op, size_t n)
{
  char client[64], what[160], line[32] = "";
  key->after = *op;
  key->before = *op; /* nothing in particular */
  tb_history_client_name (h, op, client, sizeof client);
  tb_history_op_text (h, op, what, sizeof what);
  if (op->line > 0)
    snprintf (line, sizeof line, " (line %" PRIu32 ")", op->line);
  say (key, "no order of %zu operations explains them all; %s's “%s”%s fits nowhere", n, client, what, line);
}

const char *
tb_history_op_text (const TbHistory *h, const TbOp *op, char *out, size_t size)
{
  static const char *const verbs[] = { [TB_OP_READ] = "read", [TB_OP_WRITE] = "write", [TB_OP_APPEND] = "append",
                                       [TB_OP_ADD] = "add", [TB_OP_INSERT] = "insert" };
  char value[96], expected[64];
  tb_history_value_text (h, op->value, value, sizeof value);
  if (op->kind == TB_OP_ADD)
    snprintf (out, size, "add %" PRId64, (int64_t) op->value);
  else if (op->kind == TB_OP_CAS)
    snprintf (out, size, "%s %s for %s", op->outcome == TB_OP_OK && !op->swapped ? "not swap" : "swap",
              tb_history_value_text (h, op->expected, expected, sizeof expected), value);
  else if (op->kind == TB_OP_READ && op->outcome != TB_OP_OK)
    snprintf (out, size, "read");
  else
    snprintf (out, size, "%s %s", verbs[op->kind], value);
  return out;
}

const char *
tb_history_time_text (const TbHistory *h, int64_t ns, char *out, size_t size)
{
  tb_words_lasted (h, ns, out, size);
  return out;
}

bool
tb_history_is_by_lines (const TbHistory *h)
{
  return h->by_lines;
}
