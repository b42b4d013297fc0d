/* What is wrong, in one sentence and a few operations. */
#include "history-private.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
tb_words_lasted (int64_t ns, char *out, size_t size)
{
  double x = (double) ns;
  if (ns < TB_NS_PER_US)
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
    say (key, "%s read %s, which nobody had written", read.client, read.value);
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
  tb_words_lasted (w->invoke_ns - r->return_ns, before, sizeof before);
  say (key, "%s had read %s %s before %s began to write it", read.client, read.value, before, write.client);
}

/* "client 2 read 5 although client 1 had finished writing 7 41 ms before that read began": of its last read. */
static void
say_stale (const TbHistory *h, TbKey *key, const TbCluster *stale, const TbCluster *newer, const char *more)
{
  char settled[160], ago[32];
  const TbOp *r = &key->ops[stale->last_start_op];
  Named read = name_op (h, r);
  say_settled (h, key, newer, settled, sizeof settled);
  tb_words_lasted (r->invoke_ns - newer->first_end, ago, sizeof ago);
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
  static const char *const verbs[] = { [TB_OP_READ] = "reading", [TB_OP_WRITE] = "writing", [TB_OP_APPEND] = "appending",
                                       [TB_OP_ADD] = "adding", [TB_OP_INSERT] = "inserting" };
  char expected[64], what[160], line[32] = "";
  Named named = name_op (h, op);
  if (op->kind == TB_OP_CAS)
    snprintf (what, sizeof what, "%s from %s to %s", op->swapped ? "swapping" : "not swapping",
              tb_history_value_text (h, op->expected, expected, sizeof expected), named.value);
  else
    snprintf (what, sizeof what, "%s %s", verbs[op->kind], named.value);
  if (op->line > 0)
    snprintf (line, sizeof line, " (line %" PRIu32 ")", op->line);
  say (key, "no order of %zu operations explains them all; %s %s%s fits nowhere", n, named.client, what, line);
}
