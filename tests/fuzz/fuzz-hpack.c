/* Blocks of compressed headers on one connection: a byte of size, the block, and so on. What must hold
 * for every input: the table is no larger than it may be, no value longer than is kept, and what is
 * written anew can be read without a table. */
#include "hpack.h"

#include <stdlib.h>
#include <string.h>

#include "tb-base.h"

static void
check (TbField field, const char *value, size_t n, void *data)
{
  TB_CHECK (field > TB_FIELD_OTHER && field < TB_FIELD_COUNT);
  TB_CHECK (n <= TB_HPACK_VALUE_MAX && memchr (value, 0, n) <= (const void *) (value + n));
}

static void
check_out (const TbHpackOut *out)
{
  TbHpack empty;
  tb_hpack_init (&empty);
  TB_CHECK (tb_hpack_read (&empty, out->bytes, out->n, check, NULL));
  TB_CHECK (empty.n == 0);
  tb_hpack_clear (&empty);
}

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  TbHpack table;
  TbHpackOut out = { .bytes = NULL };
  bool good = true;
  tb_hpack_init (&table);
  for (size_t at = 0; at + 1 < n && good;)
    {
      size_t size = TB_MIN ((size_t) bytes[at], n - at - 1);
      /* A copy of its own size, so that a read past it is seen by the sanitizers. */
      char *block = malloc (size + 1);
      memcpy (block + 1, bytes + at + 1, size);
      good = tb_hpack_rewrite (&table, block + 1, size, check, NULL, &out);
      if (good && out.n > 0)
        check_out (&out);
      free (block);
      TB_CHECK (table.size <= table.max && table.max <= TB_HPACK_TABLE_MAX);
      TB_CHECK (table.n <= table.entries_size && table.size >= table.n * 32);
      at += 1 + size;
    }
  tb_hpack_clear (&table);
  free (out.bytes);
  return 0;
}
