/* A ring for many writers and one reader (a bounded queue as Vyukov's), and rows of what is open.
 *
 * Positions go up for ever; position p is place p % SLOTS in lap p / SLOTS. A place's state says how far it has come:
 *
 *   2 lap --take_place()--> 2 lap, tail is beyond it: being written --publish()--> 2 lap + 1: to be read
 *     ^                                                                               |
 *     '------- lap + 1 ----------------------------------------------- consume() ----'
 *
 * A writer that dies in between leaves a place that is never published. The reader takes what comes after it out of
 * turn, so that a dead process's hole hides nothing, and stays at it only with its cursor.
 *
 * A row says at which position its operation was put (ring, plus one) before it is published there: what was published is not open,
 * whether or not its row was freed in time. */
#include "tb-base.h"
#include "tb-ops.h"

#include <stdatomic.h>
#include <string.h>

#define MAGIC UINT64_C (0x3173704f42540a1a)
#define VALUE_BYTES 192

typedef struct
{
  _Atomic uint64_t state;
  TbOpEntry entry;
} Place;

typedef struct
{
  _Alignas (128) _Atomic uint32_t open;
  _Atomic uint64_t ring;
  TbOpEntry entry;
} Row;

struct TbOps
{
  _Atomic uint64_t magic;
  _Alignas (64) _Atomic uint64_t tail;
  _Alignas (64) _Atomic uint64_t missed;
  _Atomic uint32_t final;
  Row rows[TB_OPS_OPEN];
  Place places[TB_OPS_SLOTS];
};

size_t
tb_ops_size (void)
{
  return sizeof (TbOps);
}

void
tb_ops_begin (TbOps *ops)
{
  atomic_store (&ops->magic, MAGIC);
}

bool
tb_ops_is (const void *memory, size_t size)
{
  return size == sizeof (TbOps) && atomic_load (&((TbOps *) memory)->magic) == MAGIC;
}

static uint64_t
free_state (uint64_t position)
{
  return position / TB_OPS_SLOTS * 2;
}

/* ---- Writers ---- */

void
tb_ops_invoke (TbOps *ops, unsigned slot, const TbOpEntry *entry)
{
  TB_CHECK (slot < TB_OPS_OPEN);
  Row *row = &ops->rows[slot];
  row->entry = *entry;
  atomic_store_explicit (&row->ring, 0, memory_order_relaxed);
  atomic_store_explicit (&row->open, 1, memory_order_release);
}

void
tb_ops_forget (TbOps *ops, unsigned slot)
{
  TB_CHECK (slot < TB_OPS_OPEN);
  atomic_store_explicit (&ops->rows[slot].open, 0, memory_order_release);
}

/* False: the reader is a whole ring behind. */
static bool
take_place (TbOps *ops, uint64_t *position)
{
  uint64_t p = atomic_load_explicit (&ops->tail, memory_order_relaxed);
  for (;;)
    {
      uint64_t state = atomic_load_explicit (&ops->places[p % TB_OPS_SLOTS].state, memory_order_acquire);
      if (state < free_state (p))
        return false;
      if (state == free_state (p)
          && atomic_compare_exchange_weak_explicit (&ops->tail, &p, p + 1, memory_order_relaxed, memory_order_relaxed))
        break;
      if (state != free_state (p)) /* another has taken it meanwhile */
        p = atomic_load_explicit (&ops->tail, memory_order_relaxed);
    }
  *position = p;
  return true;
}

void
tb_ops_return (TbOps *ops, unsigned slot, const TbOpEntry *entry)
{
  uint64_t position;
  TB_CHECK (slot < TB_OPS_OPEN);
  if (take_place (ops, &position))
    {
      Place *place = &ops->places[position % TB_OPS_SLOTS];
      place->entry = *entry;
      atomic_store_explicit (&ops->rows[slot].ring, position + 1, memory_order_relaxed);
      atomic_store_explicit (&place->state, free_state (position) + 1, memory_order_release);
    }
  else
    tb_ops_miss (ops);
  tb_ops_forget (ops, slot);
}

void
tb_ops_miss (TbOps *ops)
{
  atomic_fetch_add_explicit (&ops->missed, 1, memory_order_relaxed);
}

void
tb_ops_finished (TbOps *ops, uint32_t number)
{
  atomic_store_explicit (&ops->final, number, memory_order_release);
}

/* ---- The reader ---- */

static bool
is_sane (const TbOpEntry *entry)
{
  const TbOp *op = &entry->op;
  return op->kind < TB_N_OPS && op->outcome <= TB_OP_UNKNOWN && op->error < TB_N_OP_ERRORS
         && op->invoke_ns <= op->return_ns;
}

/* Copied before it is looked at: it is another's memory. */
static bool
consume (Place *place, uint64_t position, TbOpEntry *out)
{
  *out = place->entry;
  atomic_store_explicit (&place->state, free_state (position) + 2, memory_order_release);
  return is_sane (out);
}

size_t
tb_ops_read (TbOps *ops, uint64_t *cursor, TbOpEntry *out, size_t max, uint64_t *missed)
{
  uint64_t tail = atomic_load_explicit (&ops->tail, memory_order_acquire), end = TB_MIN (tail, *cursor + TB_OPS_SLOTS);
  size_t n = 0;
  bool gap = false;
  *missed += atomic_exchange_explicit (&ops->missed, 0, memory_order_relaxed);
  for (uint64_t p = *cursor; p < end && n < max; p++)
    {
      Place *place = &ops->places[p % TB_OPS_SLOTS];
      uint64_t state = atomic_load_explicit (&place->state, memory_order_acquire);
      bool mine = state == free_state (p) + 1;
      if (mine && consume (place, p, &out[n]))
        n++;
      else if (mine)
        ++*missed;
      gap |= state <= free_state (p);
      if (!gap)
        *cursor = p + 1;
    }
  return n;
}

static bool
was_published (const TbOps *ops, uint64_t ring)
{
  if (ring == 0)
    return false;
  const Place *place = &ops->places[(ring - 1) % TB_OPS_SLOTS];
  return atomic_load_explicit ((_Atomic uint64_t *) &place->state, memory_order_acquire) > free_state (ring - 1);
}

size_t
tb_ops_open (const TbOps *ops, TbOpEntry *out, size_t max)
{
  size_t n = 0;
  for (unsigned i = 0; i < TB_OPS_OPEN && n < max; i++)
    {
      Row *row = (Row *) &ops->rows[i];
      if (atomic_load_explicit (&row->open, memory_order_acquire) != 1
          || was_published (ops, atomic_load_explicit (&row->ring, memory_order_relaxed)))
        continue;
      out[n] = row->entry;
      out[n].op.outcome = TB_OP_UNKNOWN;
      out[n].op.error = TB_OP_ERROR_CRASHED;
      out[n].op.return_ns = INT64_MAX;
      n += is_sane (&out[n]);
    }
  return n;
}

uint32_t
tb_ops_final (const TbOps *ops)
{
  return atomic_load_explicit ((_Atomic uint32_t *) &ops->final, memory_order_acquire);
}

/* ---- Values ---- */

uint64_t
tb_op_mix (uint64_t x)
{
  /* splitmix64's, public domain (Vigna 2015). */
  x += UINT64_C (0x9e3779b97f4a7c15);
  x = (x ^ x >> 30) * UINT64_C (0xbf58476d1ce4e5b9);
  x = (x ^ x >> 27) * UINT64_C (0x94d049bb133111eb);
  return x ^ x >> 31;
}

uint64_t
tb_op_value (const char *text, size_t n)
{
  uint64_t value = tb_op_mix (tb_hash_bytes (text, TB_MIN (n, (size_t) VALUE_BYTES)));
  return value != TB_VALUE_NIL ? value : 1;
}

uint64_t
tb_op_append (uint64_t list, uint64_t element)
{
  return tb_op_mix (list ^ tb_op_mix (element));
}
