#include "made-history.h"

#include <glib.h>

TbOp
made_op (TbOpKind kind, unsigned process, int from_ms, int to_ms, uint64_t value)
{
  return (TbOp) { .invoke_ns = from_ms * TB_NS_PER_MS,
                  .return_ns = to_ms < 0 ? INT64_MAX : to_ms * TB_NS_PER_MS,
                  .value = value,
                  .process = process,
                  .client = TB_OP_NOBODY,
                  .replica = TB_OP_NOBODY,
                  .kind = (uint8_t) kind,
                  .outcome = to_ms < 0 ? TB_OP_UNKNOWN : TB_OP_OK };
}

/* ---- Made up --------------------------------------------------------------------------------------- */

typedef struct
{
  int64_t at;
  unsigned op;
} Moment;

static int
by_moment (const void *a, const void *b)
{
  const Moment *x = a, *y = b;
  return x->at < y->at ? -1 : x->at > y->at;
}

static void
lay_out (TbRng *rng, TbOp *ops, Moment *moments, unsigned n)
{
  unsigned clients = 1 + (unsigned) tb_rng_below (rng, 5);
  int64_t free_at[5] = { 0 };
  for (unsigned i = 0; i < n; i++)
    {
      unsigned c = (unsigned) tb_rng_below (rng, clients);
      int64_t from = free_at[c] + 1 + (int64_t) tb_rng_below (rng, 20);
      int64_t to = from + 1 + (int64_t) tb_rng_below (rng, 30);
      bool write = tb_rng_below (rng, 5) < 2, lost = tb_rng_below (rng, 10) == 0;
      moments[i] = (Moment) { from + (int64_t) tb_rng_below (rng, (uint64_t) (to - from) + 1), i };
      ops[i] = made_op (write ? TB_OP_WRITE : TB_OP_READ, c, 0, 0, write ? i + 1 : 0);
      ops[i].invoke_ns = from;
      ops[i].return_ns = lost ? INT64_MAX : to;
      ops[i].outcome = lost ? TB_OP_UNKNOWN : TB_OP_OK;
      free_at[c] = to;
    }
}

unsigned
made_random (TbRng *rng, TbOp *ops, unsigned max)
{
  Moment moments[MADE_MAX];
  uint64_t past[MADE_MAX + 1] = { TB_VALUE_NIL };
  unsigned n = 2 + (unsigned) tb_rng_below (rng, max - 1), n_past = 1;
  unsigned stale = (unsigned) tb_rng_below (rng, 3) * 15; /* per cent of reads */
  lay_out (rng, ops, moments, n);
  qsort (moments, n, sizeof *moments, by_moment);
  for (unsigned i = 0; i < n; i++)
    {
      TbOp *op = &ops[moments[i].op];
      bool old = tb_rng_below (rng, 100) < stale;
      if (op->kind == TB_OP_READ)
        op->value = past[old ? tb_rng_below (rng, n_past) : n_past - 1];
      else if (op->outcome == TB_OP_OK || tb_rng_below (rng, 2) == 0)
        past[n_past++] = op->value;
    }
  return n;
}

/* A burst: up to 4 operations that begin within 20 of t, done in the order of their moments. */
static unsigned
add_burst (TbRng *rng, TbOp *ops, int64_t t, unsigned first)
{
  unsigned n = 1 + (unsigned) tb_rng_below (rng, 4);
  Moment moments[4];
  TbOp made[4];
  for (unsigned i = 0; i < n; i++)
    {
      bool write = tb_rng_below (rng, 3) == 0;
      int64_t from = t + (int64_t) tb_rng_below (rng, 20), to = from + 1 + (int64_t) tb_rng_below (rng, 30);
      made[i] = made_op (write ? TB_OP_WRITE : TB_OP_READ, i, 0, 0, 0);
      made[i].invoke_ns = from;
      made[i].return_ns = to;
      moments[i] = (Moment) { from + (int64_t) tb_rng_below (rng, (uint64_t) (to - from) + 1), i };
    }
  qsort (moments, n, sizeof *moments, by_moment);
  for (unsigned i = 0; i < n; i++)
    {
      ops[first + i] = made[moments[i].op];
      ops[first + i].value = made[moments[i].op].kind == TB_OP_WRITE ? first + i + 1 : 0;
    }
  return n;
}

/* A write whose answer was lost: it has its effect, or not, or one burst later. */
static void
lose (TbRng *rng, TbOp *op, uint64_t *state, uint64_t *later)
{
  uint64_t fate = tb_rng_below (rng, 3);
  op->return_ns = INT64_MAX;
  op->outcome = TB_OP_UNKNOWN;
  if (fate == 0)
    *state = op->value;
  else if (fate == 1)
    *later = op->value;
}

unsigned
made_bursts (TbRng *rng, TbOp *ops)
{
  uint64_t state = TB_VALUE_NIL, later = TB_VALUE_NIL;
  unsigned n = 0, bursts = 3 + (unsigned) tb_rng_below (rng, 40), wrong = (unsigned) tb_rng_below (rng, 2 * bursts);
  int64_t t = 1;
  for (unsigned b = 0; b < bursts; b++)
    {
      unsigned end = n + add_burst (rng, ops, t, n);
      state = later != TB_VALUE_NIL ? later : state;
      later = TB_VALUE_NIL;
      for (; n < end; n++)
        {
          TbOp *op = &ops[n];
          if (op->kind == TB_OP_READ)
            op->value = b == wrong ? tb_rng_below (rng, n + 1) : state;
          else if (tb_rng_below (rng, 8) == 0)
            lose (rng, op, &state, &later);
          else
            state = op->value;
        }
      t += 60 + (tb_rng_below (rng, 3) == 0 ? 100 + (int64_t) tb_rng_below (rng, 300) : 0);
    }
  return n;
}

/* What it does to a register of the values 0 to 3; sometimes a stale answer. */
static void
do_swap (TbRng *rng, TbOp *op, uint64_t *state, unsigned stale)
{
  bool wrong = tb_rng_below (rng, 100) < stale, done = op->outcome == TB_OP_OK || tb_rng_below (rng, 2) == 0;
  op->value = 1 + tb_rng_below (rng, 3);
  if (op->kind == TB_OP_READ)
    op->value = wrong ? tb_rng_below (rng, 4) : *state;
  else if (op->kind == TB_OP_WRITE)
    *state = done ? op->value : *state;
  else
    {
      op->expected = tb_rng_below (rng, 4);
      op->swapped = (*state == op->expected) != wrong;
      *state = op->swapped && done ? op->value : *state;
    }
}

unsigned
made_random_swaps (TbRng *rng, TbOp *ops, unsigned max)
{
  Moment moments[MADE_MAX];
  uint64_t state = TB_VALUE_NIL;
  unsigned n = 2 + (unsigned) tb_rng_below (rng, max - 1);
  unsigned stale = (unsigned) tb_rng_below (rng, 3) * 5;
  lay_out (rng, ops, moments, n);
  qsort (moments, n, sizeof *moments, by_moment);
  for (unsigned i = 0; i < n; i++)
    {
      TbOp *op = &ops[moments[i].op];
      if (op->kind == TB_OP_WRITE && tb_rng_below (rng, 2) == 0)
        op->kind = TB_OP_CAS;
      do_swap (rng, op, &state, stale);
    }
  return n;
}

/* ---- Every order ---------------------------------------------------------------------------------------- */

typedef struct
{
  const TbOp *ops;
  unsigned n;
  GHashTable *seen; /* (done, state) as a string of bytes */
} Orders;

static bool
may_be_next (const Orders *o, uint64_t done, unsigned i)
{
  for (unsigned k = 0; k < o->n; k++)
    if (!(done >> k & 1) && o->ops[k].outcome == TB_OP_OK && o->ops[k].return_ns < o->ops[i].invoke_ns)
      return false;
  return true;
}

static bool
fits (const TbOp *op, uint64_t *state)
{
  if (op->kind == TB_OP_READ)
    return op->value == *state;
  if (op->kind == TB_OP_WRITE)
    {
      *state = op->value;
      return true;
    }
  bool holds = *state == op->expected;
  if (op->outcome == TB_OP_OK && holds != op->swapped)
    return false;
  if (holds)
    *state = op->value;
  return true;
}

static bool
try_orders (const Orders *o, uint64_t done, uint64_t state)
{
  bool all = true;
  for (unsigned i = 0; i < o->n; i++)
    all &= (done >> i & 1) || o->ops[i].outcome != TB_OP_OK;
  if (all)
    return true;
  g_autofree char *key = g_strdup_printf ("%" G_GINT64_MODIFIER "x %" G_GINT64_MODIFIER "x", done, state);
  if (!g_hash_table_add (o->seen, g_steal_pointer (&key)))
    return false;
  for (unsigned i = 0; i < o->n; i++)
    {
      uint64_t next = state;
      const TbOp *op = &o->ops[i];
      bool drops = op->outcome == TB_OP_FAIL || (op->outcome == TB_OP_UNKNOWN && op->kind == TB_OP_READ);
      if (!(done >> i & 1) && !drops && may_be_next (o, done, i) && fits (op, &next)
          && try_orders (o, done | UINT64_C (1) << i, next))
        return true;
    }
  return false;
}

bool
made_is_linearizable (const TbOp *ops, unsigned n)
{
  Orders o = { ops, n, g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
  g_assert_cmpuint (n, <=, 64);
  bool yes = try_orders (&o, 0, TB_VALUE_NIL);
  g_hash_table_unref (o.seen);
  return yes;
}
