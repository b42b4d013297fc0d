#include "http2-streams.h"

#include <stdlib.h>
#include <string.h>

#include "tb-base.h"

static uint32_t
place_of (const TbStreams *s, uint32_t id)
{
  return (id >> 1) & (s->size - 1);
}

static TbStream *
free_or_same (const TbStreams *s, uint32_t id)
{
  uint32_t i = place_of (s, id);
  while (s->places[i].id != 0 && s->places[i].id != id)
    i = (i + 1) & (s->size - 1);
  return &s->places[i];
}

TbStream *
tb_streams_find (const TbStreams *s, uint32_t id)
{
  TbStream *found = s->n > 0 ? free_or_same (s, id) : NULL;
  return found != NULL && found->id == id ? found : NULL;
}

static bool
grow (TbStreams *s)
{
  TbStreams larger = { .n = s->n, .size = TB_MAX (4u, s->size * 2) };
  larger.places = calloc (larger.size, sizeof *larger.places);
  if (larger.places == NULL)
    return false;
  for (uint32_t i = 0; i < s->size; i++)
    if (s->places[i].id != 0)
      *free_or_same (&larger, s->places[i].id) = s->places[i];
  free (s->places);
  *s = larger;
  return true;
}

TbStream *
tb_streams_add (TbStreams *s, uint32_t id)
{
  TB_CHECK (id != 0);
  if ((s->n + 1) * 4 > s->size * 3 && !grow (s))
    return NULL;
  TbStream *place = free_or_same (s, id);
  TB_CHECK (place->id == 0);
  memset (place, 0, sizeof *place);
  place->id = id;
  s->n++;
  return place;
}

/* What follows moves up into the gap, unless that were before the place it asks for. */
void
tb_streams_remove (TbStreams *s, TbStream *stream)
{
  uint32_t mask = s->size - 1, gap = (uint32_t) (stream - s->places);
  for (uint32_t i = (gap + 1) & mask; s->places[i].id != 0; i = (i + 1) & mask)
    {
      uint32_t wanted = place_of (s, s->places[i].id);
      if (((i - wanted) & mask) < ((i - gap) & mask))
        continue;
      s->places[gap] = s->places[i];
      gap = i;
    }
  s->places[gap].id = 0;
  s->n--;
}

void
tb_streams_clear (TbStreams *s)
{
  free (s->places);
  *s = (TbStreams) { 0 };
}
