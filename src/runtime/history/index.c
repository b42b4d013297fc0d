/* A table from numbers to places, and names with numbers: open addressing, linear probing. */
#include "history-private.h"

#include <stdlib.h>
#include <string.h>

void *
tb_grow (void *array, size_t *capacity, size_t needed, size_t item)
{
  if (needed <= *capacity)
    return array;
  size_t more = TB_MAX (needed, *capacity + *capacity / 2 + 8);
  array = realloc (array, more * item);
  TB_CHECK (array != NULL);
  *capacity = more;
  return array;
}

/* ---- Numbers --------------------------------------------------------------------------------------- */

/* Written values often count upwards: the product spreads them, its high half is taken. */
static size_t
slot_of (const TbIndex *index, uint64_t number)
{
  uint64_t mixed = (number ^ number >> 32) * UINT64_C (0x9e3779b97f4a7c15);
  return (size_t) (mixed >> 20) & (index->capacity - 1);
}

void
tb_index_clear (TbIndex *index)
{
  free (index->numbers);
  free (index->places);
  memset (index, 0, sizeof *index);
}

uint32_t
tb_index_find (const TbIndex *index, uint64_t number)
{
  if (index->n == 0)
    return NONE;
  for (size_t i = slot_of (index, number);; i = (i + 1) & (index->capacity - 1))
    if (index->places[i] == NONE || index->numbers[i] == number)
      return index->places[i];
}

static void
put_fresh (TbIndex *index, uint64_t number, uint32_t place)
{
  size_t i = slot_of (index, number);
  while (index->places[i] != NONE)
    i = (i + 1) & (index->capacity - 1);
  index->numbers[i] = number;
  index->places[i] = place;
  index->n++;
}

static void
widen (TbIndex *index)
{
  TbIndex wider = { .capacity = TB_MAX (index->capacity * 2, 16) };
  wider.numbers = malloc (wider.capacity * sizeof *wider.numbers);
  wider.places = malloc (wider.capacity * sizeof *wider.places);
  TB_CHECK (wider.numbers != NULL && wider.places != NULL);
  memset (wider.places, 0xff, wider.capacity * sizeof *wider.places);
  for (size_t i = 0; i < index->capacity; i++)
    if (index->places[i] != NONE)
      put_fresh (&wider, index->numbers[i], index->places[i]);
  tb_index_clear (index);
  *index = wider;
}

uint32_t
tb_index_put (TbIndex *index, uint64_t number, uint32_t fresh)
{
  uint32_t place = tb_index_find (index, number);
  if (place != NONE)
    return place;
  if ((index->n + 1) * 2 > index->capacity)
    widen (index);
  put_fresh (index, number, fresh);
  return fresh;
}

/* ---- Names ------------------------------------------------------------------------------------------- */

void
tb_names_clear (TbNames *names)
{
  free (names->bytes);
  free (names->offsets);
  free (names->table);
  memset (names, 0, sizeof *names);
}

const char *
tb_names_text (const TbNames *names, uint64_t number)
{
  return number < names->n ? names->bytes + names->offsets[number] : NULL;
}

static size_t
length_of (const TbNames *names, uint32_t number)
{
  size_t end = number + 1 < names->n ? names->offsets[number + 1] : names->n_bytes;
  return end - names->offsets[number] - 1;
}

/* Where it stands or would. */
static size_t
find_name (const TbNames *names, const char *text, size_t n)
{
  size_t i = (size_t) tb_hash_bytes (text, n) & (names->table_capacity - 1);
  for (;; i = (i + 1) & (names->table_capacity - 1))
    {
      uint32_t number = names->table[i];
      if (number == NONE || (length_of (names, number) == n && memcmp (tb_names_text (names, number), text, n) == 0))
        return i;
    }
}

static void
widen_names (TbNames *names)
{
  names->table_capacity = TB_MAX (names->table_capacity * 2, 16);
  free (names->table);
  names->table = malloc (names->table_capacity * sizeof *names->table);
  TB_CHECK (names->table != NULL);
  memset (names->table, 0xff, names->table_capacity * sizeof *names->table);
  for (uint32_t i = 0; i < names->n; i++)
    names->table[find_name (names, tb_names_text (names, i), length_of (names, i))] = i;
}

uint32_t
tb_names_put (TbNames *names, const char *text, size_t n)
{
  if ((names->n + 1) * 2 > names->table_capacity)
    widen_names (names);
  size_t slot = find_name (names, text, n);
  if (names->table[slot] != NONE)
    return names->table[slot];
  names->bytes = tb_grow (names->bytes, &names->bytes_capacity, names->n_bytes + n + 1, 1);
  names->offsets = tb_grow (names->offsets, &names->offsets_capacity, names->n + 1, sizeof *names->offsets);
  names->offsets[names->n] = names->n_bytes;
  if (n > 0)
    memcpy (names->bytes + names->n_bytes, text, n);
  names->bytes[names->n_bytes + n] = '\0';
  names->n_bytes += n + 1;
  return names->table[slot] = (uint32_t) names->n++;
}
