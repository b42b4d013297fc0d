/* CRC-32, eight bytes at a time (Sarwate 1988, sliced as by Kounavis and Berry 2005). */
#include "format-private.h"

#include <string.h>

static uint32_t table[8][256];

__attribute__ ((constructor)) static void
make_table (void)
{
  for (uint32_t i = 0; i < 256; i++)
    {
      uint32_t c = i;
      for (int k = 0; k < 8; k++)
        c = (c >> 1) ^ (c & 1 ? UINT32_C (0xedb88320) : 0);
      table[0][i] = c;
    }
  for (int t = 1; t < 8; t++)
    for (int i = 0; i < 256; i++)
      table[t][i] = (table[t - 1][i] >> 8) ^ table[0][table[t - 1][i] & 0xff];
}

uint32_t
tb_crc32 (uint32_t crc, const void *bytes, size_t n)
{
  const uint8_t *p = bytes;
  crc = ~crc;
  for (; n >= 8; n -= 8, p += 8)
    {
      uint32_t a, b;
      memcpy (&a, p, 4);
      memcpy (&b, p + 4, 4);
      a ^= crc;
      crc = table[7][a & 0xff] ^ table[6][(a >> 8) & 0xff] ^ table[5][(a >> 16) & 0xff]
            ^ table[4][a >> 24] ^ table[3][b & 0xff] ^ table[2][(b >> 8) & 0xff]
            ^ table[1][(b >> 16) & 0xff] ^ table[0][b >> 24];
    }
  for (; n > 0; n--)
    crc = (crc >> 8) ^ table[0][(crc ^ *p++) & 0xff];
  return ~crc;
}
