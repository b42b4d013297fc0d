/* Objects of one size, handed out again and again; and the bytes, in blocks, that wait in a tap. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Zero-initialise but for size. Memory grows by slabs and is given back all at once, except that a
 * pool whose last object was given back lets all but one slab go. */
typedef struct
{
  size_t size; /* of an object, a multiple of 16 */
  void *free;
  void *slabs;
  uint32_t used;
} TbPool;

/* Not zeroed. NULL when memory is out. */
void *tb_pool_take (TbPool *pool);
void tb_pool_give (TbPool *pool, void *object);
void tb_pool_clear (TbPool *pool);
