/* See exchange.h. Items lie in one piece; where one would wrap, a filler leads to the beginning. */
#include "exchange.h"

#include <string.h>
#include <sys/mman.h>

#include "tb-base.h"

typedef struct
{
  uint32_t size; /* of the content */
  uint32_t filler;
} TbItemHead;

static uint64_t
whole (uint64_t n)
{
  return sizeof (TbItemHead) + ((n + 7) & ~UINT64_C (7));
}

bool
tb_exchange_init (TbExchange *x, size_t size)
{
  TB_CHECK (size >= 4096 && (size & (size - 1)) == 0);
  void *bytes = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  x->bytes = bytes == MAP_FAILED ? NULL : bytes;
  x->size = size;
  atomic_init (&x->head, 0);
  atomic_init (&x->tail, 0);
  return x->bytes != NULL;
}

void
tb_exchange_clear (TbExchange *x)
{
  if (x->bytes != NULL)
    munmap (x->bytes, x->size);
  x->bytes = NULL;
}

static TbItemHead *
item_at (const TbExchange *x, uint64_t at)
{
  return (TbItemHead *) (void *) (x->bytes + (at & (x->size - 1)));
}

bool
tb_exchange_put (TbExchange *x, const void *a, size_t n_a, const void *b, size_t n_b)
{
  uint64_t head = atomic_load_explicit (&x->head, memory_order_relaxed);
  uint64_t tail = atomic_load_explicit (&x->tail, memory_order_acquire);
  uint64_t need = whole (n_a + n_b), to_end = x->size - (head & (x->size - 1));
  uint64_t fill = need > to_end ? to_end : 0;
  TB_CHECK (need <= x->size / 8);
  if (x->size - (head - tail) < fill + need)
    return false;
  if (fill > 0)
    *item_at (x, head) = (TbItemHead) { (uint32_t) (fill - sizeof (TbItemHead)), 1 };
  TbItemHead *item = item_at (x, head + fill);
  *item = (TbItemHead) { (uint32_t) (n_a + n_b), 0 };
  uint8_t *content = (uint8_t *) (item + 1);
  memcpy (content, a, n_a);
  if (n_b > 0)
    memcpy (content + n_a, b, n_b);
  atomic_store_explicit (&x->head, head + fill + need, memory_order_release);
  return true;
}

size_t
tb_exchange_used (const TbExchange *x)
{
  return atomic_load_explicit (&x->head, memory_order_relaxed)
         - atomic_load_explicit (&x->tail, memory_order_acquire);
}

const void *
tb_exchange_peek (TbExchange *x, size_t *n)
{
  uint64_t head = atomic_load_explicit (&x->head, memory_order_acquire);
  uint64_t tail = atomic_load_explicit (&x->tail, memory_order_relaxed);
  if (tail == head)
    return NULL;
  TbItemHead *item = item_at (x, tail);
  if (item->filler)
    {
      tail += whole (item->size);
      atomic_store_explicit (&x->tail, tail, memory_order_release);
      item = item_at (x, tail);
    }
  *n = item->size;
  return item + 1;
}

void
tb_exchange_next (TbExchange *x)
{
  uint64_t tail = atomic_load_explicit (&x->tail, memory_order_relaxed);
  atomic_store_explicit (&x->tail, tail + whole (item_at (x, tail)->size), memory_order_release);
}
