#include "row-set.h"

#include <stdint.h>
#include <string.h>

#define BLOCK_BITS 12 /* 4 096 positions in a block */
#define WORDS (1u << (BLOCK_BITS - 6))

typedef struct
{
  guint64 before; /* how many are in the blocks before this one; up to `counted` */
  guint n;
  guint64 word[WORDS];
} Block;

/* Invariant 1: blocks[i] is of the positions (base + i) << BLOCK_BITS and on, or NULL where none is
 * meant. Invariant 2: `before` of the blocks below `counted` is right. */
struct TbRowSet
{
  GPtrArray *blocks;
  guint64 base, count;
  guint counted;
};

TbRowSet *
tb_row_set_new (void)
{
  TbRowSet *set = g_new0 (TbRowSet, 1);
  set->blocks = g_ptr_array_new_with_free_func (g_free);
  return set;
}

void
tb_row_set_free (TbRowSet *set)
{
  if (!set)
    return;
  g_ptr_array_unref (set->blocks);
  g_free (set);
}

void
tb_row_set_clear (TbRowSet *set)
{
  g_ptr_array_set_size (set->blocks, 0);
  set->count = 0;
  set->counted = 0;
}

/* More room at the end costs nothing, at the beginning all pointers move: it is made in advance. */
static void
make_room (TbRowSet *set, guint64 block)
{
  if (set->blocks->len == 0)
    set->base = block;
  if (block < set->base)
    {
      guint more = (guint) MIN (set->base, MAX (set->base - block, (guint64) set->blocks->len)), had = set->blocks->len;
      g_ptr_array_set_size (set->blocks, (gint) (had + more));
      memmove (set->blocks->pdata + more, set->blocks->pdata, had * sizeof (gpointer));
      memset (set->blocks->pdata, 0, more * sizeof (gpointer));
      set->base -= more;
      set->counted = 0;
    }
  if (block - set->base >= set->blocks->len)
    g_ptr_array_set_size (set->blocks, (gint) (block - set->base + 1));
}

void
tb_row_set_add (TbRowSet *set, guint64 position)
{
  guint64 number = position >> BLOCK_BITS;
  make_room (set, number);
  guint i = (guint) (number - set->base), at = (guint) (position & ((1u << BLOCK_BITS) - 1));
  if (!set->blocks->pdata[i])
    set->blocks->pdata[i] = g_new0 (Block, 1);
  Block *block = set->blocks->pdata[i];
  guint64 bit = UINT64_C (1) << (at & 63);
  if (block->word[at >> 6] & bit)
    return;
  block->word[at >> 6] |= bit;
  block->n++;
  set->count++;
  set->counted = MIN (set->counted, i);
}

guint64
tb_row_set_count (const TbRowSet *set)
{
  return set->count;
}

static void
count (TbRowSet *set)
{
  guint64 before = 0;
  for (guint i = set->counted; i-- > 0;)
    {
      const Block *block = set->blocks->pdata[i];
      if (!block)
        continue;
      before = block->before + block->n;
      break;
    }
  for (guint i = set->counted; i < set->blocks->len; i++)
    {
      Block *block = set->blocks->pdata[i];
      if (!block)
        continue;
      block->before = before;
      before += block->n;
    }
  set->counted = set->blocks->len;
}

/* The last block with not more than n before it, none of the empty ones. */
static guint
block_of_nth (TbRowSet *set, guint64 n)
{
  guint low = 0, high = set->blocks->len, found = 0;
  while (low < high)
    {
      guint middle = low + (high - low) / 2, at = middle;
      while (at < high && !set->blocks->pdata[at])
        at++;
      const Block *block = at < high ? set->blocks->pdata[at] : NULL;
      if (block && block->before <= n)
        {
          found = at;
          low = at + 1;
        }
      else
        high = middle;
    }
  return found;
}

guint64
tb_row_set_nth (TbRowSet *set, guint64 n)
{
  g_return_val_if_fail (n < set->count, 0);
  count (set);
  guint i = block_of_nth (set, n), word = 0;
  const Block *block = set->blocks->pdata[i];
  guint left = (guint) (n - block->before);
  while (left >= (guint) __builtin_popcountll (block->word[word]))
    left -= (guint) __builtin_popcountll (block->word[word++]);
  guint64 bits = block->word[word];
  while (left-- > 0)
    bits &= bits - 1;
  return ((set->base + i) << BLOCK_BITS) + 64 * word + (guint) __builtin_ctzll (bits);
}

/* Of the bits of a block below one. */
static guint
below (const Block *block, guint at)
{
  guint n = 0;
  for (guint word = 0; word < at >> 6; word++)
    n += (guint) __builtin_popcountll (block->word[word]);
  return n + (guint) __builtin_popcountll (block->word[at >> 6] & ((UINT64_C (1) << (at & 63)) - 1));
}

guint64
tb_row_set_rank (TbRowSet *set, guint64 position)
{
  guint64 number = position >> BLOCK_BITS;
  if (set->blocks->len == 0 || number < set->base)
    return 0;
  if (number - set->base >= set->blocks->len)
    return set->count;
  count (set);
  for (guint i = (guint) (number - set->base); i < set->blocks->len; i++)
    {
      const Block *block = set->blocks->pdata[i];
      if (block && i == number - set->base)
        return block->before + below (block, (guint) (position & ((1u << BLOCK_BITS) - 1)));
      if (block)
        return block->before;
    }
  return set->count;
}

gboolean
tb_row_set_has (const TbRowSet *set, guint64 position)
{
  guint64 number = position >> BLOCK_BITS;
  guint at = (guint) (position & ((1u << BLOCK_BITS) - 1));
  if (number < set->base || number - set->base >= set->blocks->len)
    return FALSE;
  const Block *block = set->blocks->pdata[number - set->base];
  return block && (block->word[at >> 6] >> (at & 63) & 1);
}

guint64
tb_row_set_drop_below (TbRowSet *set, guint64 position)
{
  guint64 gone = tb_row_set_rank (set, position), number = position >> BLOCK_BITS;
  if (gone == 0)
    return 0;
  guint whole = (guint) MIN (number - set->base, (guint64) set->blocks->len);
  g_ptr_array_remove_range (set->blocks, 0, whole);
  set->base += whole;
  Block *block = set->blocks->len > 0 && set->base == number ? set->blocks->pdata[0] : NULL;
  for (guint at = 0; block && at < (position & ((1u << BLOCK_BITS) - 1)); at++)
    {
      guint64 bit = UINT64_C (1) << (at & 63);
      block->n -= (block->word[at >> 6] & bit) != 0;
      block->word[at >> 6] &= ~bit;
    }
  set->count -= gone;
  set->counted = 0;
  return gone;
}
