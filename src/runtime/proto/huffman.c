/* The Huffman code of HPACK (RFC 7541, appendix B). It is canonical: codes of one length follow
 * each other in the order of their symbols, and all codes of a length come before the longer ones.
 * So the lengths and that order are the whole table. */
#include "hpack.h"

#include "tb-base.h"

static const struct
{
  uint8_t bits, n; /* so many symbols have codes of so many bits */
} lengths[] = {
  { 5, 10 },  { 6, 26 },  { 7, 32 },  { 8, 6 },   { 10, 5 },  { 11, 3 },  { 12, 2 },
  { 13, 6 },  { 14, 2 },  { 15, 3 },  { 19, 3 },  { 20, 8 },  { 21, 13 }, { 22, 26 },
  { 23, 29 }, { 24, 12 }, { 25, 4 },  { 26, 15 }, { 27, 19 }, { 28, 29 }, { 30, 3 },
};

static const uint8_t symbols[256] = {
  48, 49, 50, 97, 99, 101, 105, 111, 115, 116, 32, 37, 45, 46, 47, 51,
  52, 53, 54, 55, 56, 57, 61, 65, 95, 98, 100, 102, 103, 104, 108, 109,
  110, 112, 114, 117, 58, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76,
  77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 89, 106, 107, 113, 118,
  119, 120, 121, 122, 38, 42, 44, 59, 88, 90, 33, 34, 40, 41, 63, 39,
  43, 124, 35, 62, 0, 36, 64, 91, 93, 126, 94, 125, 60, 96, 123, 92,
  195, 208, 128, 130, 131, 162, 184, 194, 224, 226, 153, 161, 167, 172, 176, 177,
  179, 209, 216, 217, 227, 229, 230, 129, 132, 133, 134, 136, 146, 154, 156, 160,
  163, 164, 169, 170, 173, 178, 181, 185, 186, 187, 189, 190, 196, 198, 228, 232,
  233, 1, 135, 137, 138, 139, 140, 141, 143, 147, 149, 150, 151, 152, 155, 157,
  158, 165, 166, 168, 174, 175, 180, 182, 183, 188, 191, 197, 231, 239, 9, 142,
  144, 145, 148, 159, 171, 206, 215, 225, 236, 237, 199, 207, 234, 235, 192, 193,
  200, 201, 202, 205, 210, 213, 218, 219, 238, 240, 242, 243, 255, 203, 204, 211,
  212, 214, 221, 222, 223, 241, 244, 245, 246, 247, 248, 250, 251, 252, 253, 254,
  2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20,
  21, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127, 220, 249, 10, 13, 22,
};

/* The symbol whose code the topmost bits of `window` begin with; *bits gets the code's length. The
 * code of 30 ones, "end of string", is none: it must not come. */
static int
symbol_of (uint32_t window, unsigned *bits)
{
  uint64_t limit = 0; /* the first code, at the top of 32 bits, that is longer */
  unsigned at = 0;
  for (size_t i = 0; i < TB_ARRAY_LENGTH (lengths); i++)
    {
      unsigned shift = 32u - lengths[i].bits;
      uint64_t first = limit;
      limit += (uint64_t) lengths[i].n << shift;
      if (window < limit)
        {
          *bits = lengths[i].bits;
          return symbols[at + ((window - first) >> shift)];
        }
      at += lengths[i].n;
    }
  return -1;
}

int64_t
tb_huffman_decode (const char *bytes, size_t n, char *out, size_t size)
{
  uint64_t window = 0; /* bits not yet read, at its top */
  unsigned have = 0, bits = 0;
  int64_t length = 0;
  for (size_t i = 0;;)
    {
      while (have <= 32 && i < n)
        {
          window |= (uint64_t) (uint8_t) bytes[i++] << (56 - have);
          have += 8;
        }
      /* The end is filled with up to seven ones, which are no whole code. */
      uint32_t top = (uint32_t) (window >> 32);
      if (have < 8 && i == n && (have == 0 || top >> (32 - have) == (1u << have) - 1))
        return length;
      int symbol = symbol_of (top, &bits);
      if (symbol < 0 || bits > have)
        return -1;
      if ((uint64_t) length < size)
        out[length] = (char) symbol;
      length++;
      window <<= bits;
      have -= bits;
    }
}
