/* Control sequences: ECMA-48, 5.3 to 5.6; OSC may end with BEL, as xterm has it. */
#include "tb-text.h"

#include <stdbool.h>
#include <string.h>

enum
{
  ESCAPE = 0x1b,
  BELL = 7,
  STRING_MAX = 1024 /* a string that is longer is none: nothing may swallow a whole log */
};

static bool
is_between (char byte, int from, int to)
{
  return (unsigned char) byte >= from && (unsigned char) byte <= to;
}

/* Of OSC, DCS and their like: up to BEL or ESC \. 0: it goes on; 1: it is none. */
static size_t
string_length (const char *text, size_t n)
{
  for (size_t i = 2; i < n && i < STRING_MAX; i++)
    {
      if (text[i] == BELL)
        return i + 1;
      if (text[i] == ESCAPE && i + 1 < n)
        return text[i + 1] == '\\' ? i + 2 : 1;
    }
  return n < STRING_MAX ? 0 : 1;
}

/* text begins with ESC. 0: it goes on behind n; 1: the escape alone is left out. */
static size_t
sequence_length (const char *text, size_t n)
{
  size_t i = 1;
  if (n < 2)
    return 0;
  if (strchr ("]PX^_", text[1]) != NULL && text[1] != '\0')
    return string_length (text, n);
  if (text[1] == '[')
    for (i = 2; i < n && is_between (text[i], 0x30, 0x3f); i++)
      ;
  while (i < n && is_between (text[i], 0x20, 0x2f))
    i++;
  if (i == n)
    return n < STRING_MAX ? 0 : 1;
  return is_between (text[i], text[1] == '[' ? 0x40 : 0x30, 0x7e) ? i + 1 : 1;
}

size_t
tb_text_without_escapes (char *text, size_t n, size_t *rest)
{
  size_t at = 0, to = 0;
  while (at < n)
    {
      const char *escape = memchr (text + at, ESCAPE, n - at);
      size_t plain = escape != NULL ? (size_t) (escape - text) - at : n - at;
      memmove (text + to, text + at, plain);
      to += plain;
      at += plain;
      size_t length = at < n ? sequence_length (text + at, n - at) : 0;
      if (length == 0)
        break;
      at += length;
    }
  if (rest != NULL)
    *rest = n - at;
  return to;
}
