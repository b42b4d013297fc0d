/* See pool.h. Slabs come from mmap, so that what is given back really leaves the process. */
#include "pool.h"

#include <sys/mman.h>

#include "tb-base.h"

typedef struct TbSlab TbSlab;
struct TbSlab
{
  TbSlab *next;
  size_t bytes;
};

typedef struct TbFree TbFree;
struct TbFree
{
  TbFree *next;
};

#define SLAB_BYTES ((size_t) 64 * 1024)
#define SLAB_HEAD ((size_t) 16)

static bool
grow (TbPool *pool)
{
  size_t count = TB_MAX ((SLAB_BYTES - SLAB_HEAD) / pool->size, (size_t) 4);
  size_t bytes = SLAB_HEAD + count * pool->size;
  TbSlab *slab = mmap (NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (slab == MAP_FAILED)
    return false;
  slab->next = pool->slabs;
  slab->bytes = bytes;
  pool->slabs = slab;
  char *objects = (char *) slab + SLAB_HEAD;
  for (size_t i = count; i-- > 0;)
    {
      TbFree *object = (TbFree *) (void *) (objects + i * pool->size);
      object->next = pool->free;
      pool->free = object;
    }
  return true;
}

void *
tb_pool_take (TbPool *pool)
{
  TB_CHECK (pool->size >= sizeof (TbFree) && pool->size % 16 == 0);
  if (pool->free == NULL && !grow (pool))
    return NULL;
  TbFree *object = pool->free;
  pool->free = object->next;
  pool->used++;
  return object;
}

void
tb_pool_give (TbPool *pool, void *object)
{
  TB_CHECK (pool->used > 0);
  TbFree *entry = object;
  entry->next = pool->free;
  pool->free = entry;
  TbSlab *newest = pool->slabs;
  if (--pool->used == 0 && newest->next != NULL)
    tb_pool_clear (pool);
}

void
tb_pool_clear (TbPool *pool)
{
  for (TbSlab *slab = pool->slabs, *next; slab != NULL; slab = next)
    {
      next = slab->next;
      munmap (slab, slab->bytes);
    }
  pool->slabs = pool->free = NULL;
  pool->used = 0;
}
