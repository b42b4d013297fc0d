/* General packing of a block's bytes: Zstandard at its fastest ordinary level. Columns are mostly zeros
 * and small numbers, which its entropy coding packs and a packer of repeats alone would not. */
#include "format-private.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

struct TbSqueeze
{
  ZSTD_CCtx *pack;
  ZSTD_DCtx *unpack;
};

TbSqueeze *
tb_squeeze_new (void)
{
  TbSqueeze *s = calloc (1, sizeof *s);
  TB_CHECK (s != NULL);
  return s;
}

void
tb_squeeze_free (TbSqueeze *s)
{
  if (s == NULL)
    return;
  ZSTD_freeCCtx (s->pack);
  ZSTD_freeDCtx (s->unpack);
  free (s);
}

size_t
tb_squeeze_bound (size_t n)
{
  return ZSTD_compressBound (n);
}

size_t
tb_squeeze (TbSqueeze *s, const uint8_t *in, size_t n, uint8_t *out)
{
  if (s->pack == NULL)
    s->pack = ZSTD_createCCtx ();
  size_t packed = s->pack != NULL
                    ? ZSTD_compressCCtx (s->pack, out, ZSTD_compressBound (n), in, n, 1)
                    : n;
  if (!ZSTD_isError (packed) && packed < n)
    return packed;
  memcpy (out, in, n);
  return n;
}

bool
tb_unsqueeze (TbSqueeze *s, const uint8_t *in, size_t n, uint8_t *out, size_t raw)
{
  if (n == raw)
    {
      memcpy (out, in, n);
      return true;
    }
  if (s->unpack == NULL)
    s->unpack = ZSTD_createDCtx ();
  return s->unpack != NULL && ZSTD_decompressDCtx (s->unpack, out, raw, in, n) == raw;
}
