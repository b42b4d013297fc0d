/* A walk over a struct's fields that reads them or writes them: one description of each frame. */
#pragma once

#include <stdlib.h>

#include "tb-wire.h"

typedef struct
{
  TbReader *reader; /* one of the two */
  TbWriter *writer;
} TbWalk;

#define TB_WALK_SCALAR(name, ctype)                                                                \
  static inline void walk_##name (TbWalk *k, ctype *v)                                             \
  {                                                                                                \
    if (k->reader)                                                                                 \
      *v = tb_reader_##name (k->reader);                                                           \
    else                                                                                           \
      tb_writer_##name (k->writer, *v);                                                            \
  }

TB_WALK_SCALAR (u8, uint8_t)
TB_WALK_SCALAR (u16, uint16_t)
TB_WALK_SCALAR (u32, uint32_t)
TB_WALK_SCALAR (u64, uint64_t)
TB_WALK_SCALAR (i64, int64_t)
TB_WALK_SCALAR (f64, double)
TB_WALK_SCALAR (string, char *)
#undef TB_WALK_SCALAR

static inline void
walk_bool (TbWalk *k, bool *v)
{
  uint8_t b = *v;
  walk_u8 (k, &b);
  *v = b != 0;
}

/* A list's count; when reading, also its zeroed memory. item_min: the fewest bytes an item takes on
 * the wire, so that a lying count cannot make it allocate more than the frame's own size allows. */
static inline void
walk_list (TbWalk *k, void **items, uint32_t *n, size_t item_size, size_t item_min)
{
  walk_u32 (k, n);
  if (!k->reader)
    return;
  if (*n > (k->reader->size - k->reader->at) / item_min)
    {
      k->reader->bad = true;
      *n = 0;
    }
  *items = calloc (*n ? *n : 1, item_size);
  TB_CHECK (*items != NULL);
}
