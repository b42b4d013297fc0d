/* Who got a caller's connection, by the caller and the port that it has at its own address. Small and forgetful: an answer
 * is right or none. Thread 1 writes, thread 2 reads while it does.
 *
 * A bucket has its entries in the order in which they came, the newest first; whoever looks while they move finds each
 * of those that stay in one place or in two. */
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "taps-private.h"

#define BUCKETS 16384
#define WAYS 4

/* u16 caller, u16 port, u16 called, u16 1; 0: none. */
struct TbCalled
{
  _Atomic uint64_t entries[BUCKETS][WAYS];
};

/* Pages that nobody touches cost nothing. */
TbCalled *
tb_called_new (void)
{
  void *memory = mmap (NULL, sizeof (TbCalled), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory != MAP_FAILED ? memory : NULL;
}

void
tb_called_free (TbCalled *called)
{
  if (called != NULL)
    munmap (called, sizeof *called);
}

static uint64_t
key_of (uint32_t from, uint16_t port)
{
  return (uint64_t) from << 48 | (uint64_t) port << 32 | 1;
}

static const _Atomic uint64_t *
bucket_of (const TbCalled *called, uint64_t key)
{
  return called->entries[tb_hash_bytes (&key, sizeof key) % BUCKETS];
}

void
tb_called_note (TbCalled *called, uint32_t from, uint16_t port, uint32_t to)
{
  if (from > UINT16_MAX || to > UINT16_MAX)
    return;
  uint64_t key = key_of (from, port);
  _Atomic uint64_t *bucket = (_Atomic uint64_t *) bucket_of (called, key);
  unsigned last = 0;
  while (last < WAYS - 1 && ((atomic_load_explicit (&bucket[last], memory_order_relaxed) ^ key) & ~UINT64_C (0xffff0000)) != 0)
    last++;
  for (; last > 0; last--)
    atomic_store_explicit (&bucket[last], atomic_load_explicit (&bucket[last - 1], memory_order_relaxed), memory_order_release);
  atomic_store_explicit (&bucket[0], key | to << 16, memory_order_release);
}

uint32_t
tb_called_find (const TbCalled *called, uint32_t from, uint16_t port)
{
  uint64_t key = key_of (from, port);
  const _Atomic uint64_t *bucket = bucket_of (called, key);
  for (unsigned i = 0; i < WAYS && from <= UINT16_MAX; i++)
    {
      uint64_t entry = atomic_load_explicit ((_Atomic uint64_t *) &bucket[i], memory_order_acquire);
      if (((entry ^ key) & ~UINT64_C (0xffff0000)) == 0)
        return (uint32_t) (entry >> 16 & 0xffff);
    }
  return UINT32_MAX;
}
