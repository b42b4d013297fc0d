/* What a terminal sends, as keys: bytes in, keys out, pure.
 *
 *   plain ── ESC ──▶ escape ── '[' or 'O' ──▶ sequence ── final byte ──▶ plain (an arrow, or nothing of ours)
 *     ▲                │  └─ the bytes end here: the Escape key                                            │
 *     └── anything else ┘ ◀───────────────────────────────────────────────────────────────────────────────┘ */
#include <string.h>

#include "run-private.h"

static const struct
{
  const char *sequence; /* behind ESC */
  TbKeyKind kind;
} sequences[] = {
  { "[A", TB_KEY_UP },       { "[B", TB_KEY_DOWN },      { "OA", TB_KEY_UP },
  { "OB", TB_KEY_DOWN },     { "[H", TB_KEY_FIRST },     { "[F", TB_KEY_LAST },
  { "OH", TB_KEY_FIRST },    { "OF", TB_KEY_LAST },      { "[1~", TB_KEY_FIRST },
  { "[4~", TB_KEY_LAST },    { "[5~", TB_KEY_PAGE_UP },  { "[6~", TB_KEY_PAGE_DOWN },
};

static TbKeyKind
kind_of_sequence (const char *bytes, gsize n)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sequences); i++)
    if (strlen (sequences[i].sequence) == n && memcmp (sequences[i].sequence, bytes, n) == 0)
      return sequences[i].kind;
  return TB_KEY_NONE;
}

/* How many bytes behind ESC belong to it; 0: it has not ended yet. */
static gsize
sequence_size (const char *bytes, gsize n)
{
  if (n < 2)
    return 0;
  if (bytes[0] == 'O')
    return 2;
  for (gsize i = 1; i < n; i++)
    if (bytes[i] >= '@' && bytes[i] <= '~')
      return i + 1;
  return 0;
}

/* Returns the bytes used; 0: more are needed. */
static gsize
read_escape (const char *bytes, gsize n, TbKey *key)
{
  key->kind = TB_KEY_ESCAPE;
  if (n == 1 || (bytes[1] != '[' && bytes[1] != 'O'))
    return 1;
  gsize size = sequence_size (bytes + 1, n - 1);
  key->kind = size > 0 ? kind_of_sequence (bytes + 1, size) : TB_KEY_NONE;
  return size > 0 ? 1 + size : 0;
}

static gsize
read_character (const char *bytes, gsize n, TbKey *key)
{
  gunichar c = g_utf8_get_char_validated (bytes, (gssize) n);
  if (c == (gunichar) -2)
    return 0;
  if (c == (gunichar) -1)
    return 1;
  key->kind = g_unichar_isprint (c) ? TB_KEY_CHARACTER : TB_KEY_NONE;
  key->c = c;
  return g_unichar_to_utf8 (c, NULL);
}

static gsize
read_key (const char *bytes, gsize n, TbKey *key)
{
  *key = (TbKey) { TB_KEY_NONE, 0 };
  switch (bytes[0])
    {
    case '\033': return read_escape (bytes, n, key);
    case '\r':
    case '\n': key->kind = TB_KEY_ENTER; return 1;
    case '\b':
    case 0x7f: key->kind = TB_KEY_BACKSPACE; return 1;
    case 0x1a: key->kind = TB_KEY_SUSPEND; return 1;
    default: return read_character (bytes, n, key);
    }
}

void
tb_keys_take (TbKeyReader *reader, const char *bytes, gsize n, void (*func) (TbKey, gpointer), gpointer data)
{
  while (n > 0)
    {
      gsize room = MIN (n, sizeof reader->bytes - reader->n), used = 0;
      memcpy (reader->bytes + reader->n, bytes, room);
      reader->n += room;
      bytes += room;
      n -= room;
      while (used < reader->n)
        {
          TbKey key;
          gsize took = read_key (reader->bytes + used, reader->n - used, &key);
          if (took == 0 && reader->n - used < sizeof reader->bytes)
            break;
          used += MAX (took, 1);
          if (key.kind != TB_KEY_NONE)
            func (key, data);
        }
      memmove (reader->bytes, reader->bytes + used, reader->n - used);
      reader->n -= used;
    }
}
