/* What a message is called: text that any screen can show, whatever bytes it was made of. */
#include "framer-private.h"

#include <string.h>

/* The length of the UTF-8 sequence at p, 0 where it is none (overlong, surrogate, cut off). */
static size_t
utf8_length (const unsigned char *p, size_t n)
{
  size_t k = p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
  if (k == 0 || k > n)
    return 0;
  for (size_t i = 1; i < k; i++)
    if ((p[i] & 0xc0) != 0x80)
      return 0;
  bool bad = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f)
             || (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f);
  return bad ? 0 : k;
}

size_t
tb_label_append (char *label, size_t size, size_t at, const char *bytes, size_t n)
{
  for (size_t i = 0; i < n && at < size - 1;)
    {
      unsigned char c = (unsigned char) bytes[i];
      size_t k = c >= 0x80 ? utf8_length ((const unsigned char *) bytes + i, n - i) : 1;
      if (k > 1 && at + k > size - 1)
        break;
      if (k == 0 || c < ' ' || c == 0x7f)
        label[at++] = '.';
      else
        memcpy (label + at, bytes + i, k), at += k;
      i += k ? k : 1;
    }
  label[at] = '\0';
  return at;
}
