/* The broadcast ring. The writer never looks at readers; a slot says which event it holds, and 0
 * while it is being written, so a reader knows what it copied and what it missed. */
#include "tb-wire.h"

#include <string.h>

void
tb_ring_push (TbRing *ring, const TbEvent *event)
{
  uint64_t sequence = atomic_load_explicit (&ring->head, memory_order_relaxed) + 1;
  TbRingSlot *slot = &ring->slots[sequence % TB_RING_SLOTS];
  atomic_store_explicit (&slot->sequence, 0, memory_order_relaxed);
  atomic_thread_fence (memory_order_release);
  slot->event = *event;
  atomic_store_explicit (&slot->sequence, sequence, memory_order_release);
  atomic_store_explicit (&ring->head, sequence, memory_order_release);
}

uint64_t
tb_ring_head (const TbRing *ring)
{
  return atomic_load_explicit ((_Atomic uint64_t *) &ring->head, memory_order_acquire);
}

__attribute__ ((no_sanitize ("thread"))) static bool
read_slot (const TbRingSlot *slot, uint64_t sequence, TbEvent *out)
{
  _Atomic uint64_t *at = (_Atomic uint64_t *) &slot->sequence;
  if (atomic_load_explicit (at, memory_order_acquire) != sequence)
    return false;
  memcpy (out, &slot->event, sizeof *out);
  atomic_thread_fence (memory_order_acquire);
  return atomic_load_explicit (at, memory_order_relaxed) == sequence;
}

size_t
tb_ring_read (const TbRing *ring, uint64_t *cursor, TbEvent *out, size_t max, uint64_t *missed)
{
  uint64_t head = tb_ring_head (ring);
  size_t n = 0;
  if (head > *cursor + TB_RING_SLOTS)
    {
      *missed += head - TB_RING_SLOTS - *cursor;
      *cursor = head - TB_RING_SLOTS;
    }
  while (*cursor < head && n < max)
    {
      uint64_t sequence = ++*cursor;
      if (read_slot (&ring->slots[sequence % TB_RING_SLOTS], sequence, &out[n]))
        n++;
      else
        ++*missed;
    }
  return n;
}
