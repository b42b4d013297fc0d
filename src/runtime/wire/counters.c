/* The sequence lock of a row: odd while the writer changes it. */
#include "tb-wire.h"

#include <string.h>

void
tb_row_begin (TbTapRow *row)
{
  uint32_t s = atomic_load_explicit (&row->sequence, memory_order_relaxed);
  atomic_store_explicit (&row->sequence, s + 1, memory_order_relaxed);
  atomic_thread_fence (memory_order_release);
}

void
tb_row_end (TbTapRow *row)
{
  uint32_t s = atomic_load_explicit (&row->sequence, memory_order_relaxed);
  atomic_store_explicit (&row->sequence, s + 1, memory_order_release);
}

/* A copy torn by the writer is thrown away, so the race on its bytes is of no consequence. */
__attribute__ ((no_sanitize ("thread"))) bool
tb_row_read (const TbTapRow *row, TbTapCounters *copy)
{
  for (int tries = 0; tries < 1000; tries++)
    {
      uint32_t before = atomic_load_explicit ((_Atomic uint32_t *) &row->sequence, memory_order_acquire);
      if (before & 1)
        continue;
      memcpy (copy, &row->counters, sizeof *copy);
      atomic_thread_fence (memory_order_acquire);
      if (atomic_load_explicit ((_Atomic uint32_t *) &row->sequence, memory_order_relaxed) == before)
        return true;
    }
  return false;
}
