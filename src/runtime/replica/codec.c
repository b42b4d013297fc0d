/* Messages and records as bytes. What is read may be damaged: nothing here trusts a length. */
#include "replica-private.h"

#include <stdlib.h>

/* ---- Writing ---- */

static uint8_t *
room (Pack *p, size_t n)
{
  if (p->size - p->n < n)
    {
      size_t size = TB_MAX (p->size * 2, p->n + n + 64);
      p->p = realloc (p->p, size);
      TB_CHECK (p->p != NULL);
      p->size = size;
    }
  p->n += n;
  return p->p + p->n - n;
}

void
pack_clear (Pack *p)
{
  p->n = 0;
}

void
pack_free (Pack *p)
{
  free (p->p);
  *p = (Pack){ 0 };
}

void
pack_u8 (Pack *p, uint8_t v)
{
  *room (p, 1) = v;
}

void
pack_uint (Pack *p, uint64_t v)
{
  for (; v >= 0x80; v >>= 7)
    pack_u8 (p, (uint8_t) (v | 0x80));
  pack_u8 (p, (uint8_t) v);
}

void
pack_int (Pack *p, int64_t v)
{
  pack_uint (p, ((uint64_t) v << 1) ^ (uint64_t) (v >> 63));
}

void
pack_raw (Pack *p, const void *bytes, size_t n)
{
  if (n > 0)
    memcpy (room (p, n), bytes, n);
}

void
pack_bytes (Pack *p, TbBytes bytes)
{
  pack_uint (p, bytes.n);
  pack_raw (p, bytes.p, bytes.n);
}

void
pack_command (Pack *p, const TbCommand *command)
{
  pack_u8 (p, (uint8_t) command->kind);
  pack_bytes (p, command->key);
  pack_bytes (p, command->value);
  pack_bytes (p, command->expected);
  pack_int (p, command->amount);
}

/* ---- Reading ---- */

static const uint8_t *
taken (Take *t, size_t n)
{
  if (t->bad || t->n < n)
    {
      t->bad = true;
      return NULL;
    }
  t->p += n;
  t->n -= n;
  return t->p - n;
}

uint8_t
take_u8 (Take *t)
{
  const uint8_t *p = taken (t, 1);
  return p ? *p : 0;
}

uint64_t
take_uint (Take *t)
{
  uint64_t v = 0;
  for (unsigned shift = 0; shift < 64; shift += 7)
    {
      uint8_t b = take_u8 (t);
      if (shift == 63 && b > 1)
        break;
      v |= (uint64_t) (b & 0x7f) << shift;
      if (b < 0x80)
        return t->bad ? 0 : v;
    }
  t->bad = true;
  return 0;
}

uint64_t
take_uint_to (Take *t, uint64_t max)
{
  uint64_t v = take_uint (t);
  if (v <= max)
    return v;
  t->bad = true;
  return 0;
}

int64_t
take_int (Take *t)
{
  uint64_t v = take_uint (t);
  return (int64_t) (v >> 1) ^ -(int64_t) (v & 1);
}

TbBytes
take_bytes (Take *t)
{
  size_t n = take_uint_to (t, t->n);
  const uint8_t *p = taken (t, n);
  return (TbBytes){ p, p ? n : 0 };
}

uint8_t *
replica_copy (TbBytes bytes)
{
  uint8_t *p = malloc (bytes.n + 1);
  TB_CHECK (p != NULL);
  if (bytes.n > 0)
    memcpy (p, bytes.p, bytes.n);
  return p;
}

bool
take_command (Take *t, TbCommand *command)
{
  uint8_t kind = take_u8 (t);
  command->kind = (TbCommandKind) kind;
  command->key = take_bytes (t);
  command->value = take_bytes (t);
  command->expected = take_bytes (t);
  command->amount = take_int (t);
  if (kind > TB_COMMAND_OTHER_WRITE)
    t->bad = true;
  return !t->bad;
}

bool
take_is_whole (const Take *t)
{
  return !t->bad && t->n == 0;
}

/* ---- Sums ---- */

/* A multiplication a word, then the bits mixed as splitmix64 does (Steele, Lea, Flood 2014). */
uint64_t
replica_sum (uint64_t from, const void *bytes, size_t n)
{
  const uint8_t *p = bytes;
  uint64_t h = from ^ (n * UINT64_C (0x9e3779b97f4a7c15)), word;
  for (; n >= sizeof word; n -= sizeof word, p += sizeof word)
    {
      memcpy (&word, p, sizeof word);
      h = (h ^ word) * UINT64_C (0xbf58476d1ce4e5b9);
      h ^= h >> 32;
    }
  word = 0;
  if (n > 0)
    memcpy (&word, p, n);
  h = (h ^ word) * UINT64_C (0xbf58476d1ce4e5b9);
  h = (h ^ h >> 30) * UINT64_C (0x94d049bb133111eb);
  return h ^ h >> 31;
}
