/* Events by position and by time. */
#include <string.h>

#include "past-private.h"

#define CHUNK 1024

void
tb_past_take_event (TbPast *self, const TbRecord *record)
{
  TbEvent event;
  if (record->size != sizeof event)
    return;
  memcpy (&event, record->body, sizeof event);
  event.label[TB_EVENT_LABEL - 1] = '\0';
  g_array_append_val (self->events, event);
}

/* It follows its event. */
void
tb_past_take_payload (TbPast *self, const TbRecord *record)
{
  if (record->size < 16 || self->events->len == 0)
    return;
  const TbPastPayload payload = {
    .position = self->events->len - 1,
    .bytes = g_bytes_new ((const guint8 *) record->body + 16, record->size - 16),
  };
  g_array_append_val (self->payloads, payload);
}

guint64
tb_past_first_event (TbPast *self)
{
  return 0;
}

guint64
tb_past_n_events (TbPast *self)
{
  return self->events->len;
}

gsize
tb_past_events (TbPast *self, guint64 position, TbEvent *out, gsize max)
{
  guint64 n = self->events->len;
  if (position >= n)
    return 0;
  max = (gsize) MIN (max, n - position);
  memcpy (out, &g_array_index (self->events, TbEvent, position), max * sizeof *out);
  return max;
}

gboolean
tb_past_event (TbPast *self, guint64 position, TbEvent *event)
{
  return tb_past_events (self, position, event, 1) == 1;
}

/* The first from which on none is earlier: what several connections say may be out of order by a little. */
guint64
tb_past_find (TbPast *self, gint64 time_ns)
{
  guint64 low = 0, high = self->events->len;
  while (low < high)
    {
      guint64 middle = low + (high - low) / 2;
      if (g_array_index (self->events, TbEvent, middle).time_ns < time_ns)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

GBytes *
tb_past_payload (TbPast *self, guint64 position)
{
  guint low = 0, high = self->payloads->len;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const TbPastPayload *payload = &g_array_index (self->payloads, TbPastPayload, middle);
      if (payload->position == position)
        return g_bytes_ref (payload->bytes);
      if (payload->position < position)
        low = middle + 1;
      else
        high = middle;
    }
  return NULL;
}

/* ---- Partners ------------------------------------------------------------------------------------ */

static gboolean
is_partner (const TbEvent *event, const TbEvent *of)
{
  return event->tap == of->tap && event->connection == of->connection && event->number == of->number
         && event->kind == (of->kind == TB_EVENT_REQUEST ? TB_EVENT_REPLY : TB_EVENT_REQUEST);
}

/* A connection that has ended answers nothing any more. */
static gboolean
is_end (const TbEvent *event, const TbEvent *of)
{
  return event->tap == of->tap && event->connection == of->connection && event->kind == TB_EVENT_CLOSE;
}

static gboolean
find_reply (TbPast *self, guint64 position, const TbEvent *of, guint64 *other)
{
  TbEvent chunk[CHUNK];
  guint64 last = position + TB_PAST_PARTNER_MAX;
  for (guint64 at = position + 1; at < last;)
    {
      gsize n = tb_past_events (self, at, chunk, CHUNK);
      for (gsize i = 0; i < n; i++)
        if (is_partner (&chunk[i], of))
          {
            *other = at + i;
            return TRUE;
          }
        else if (is_end (&chunk[i], of))
          return FALSE;
      if (n == 0)
        return FALSE;
      at += n;
    }
  return FALSE;
}

static gboolean
find_request (TbPast *self, guint64 position, const TbEvent *of, guint64 *other)
{
  TbEvent chunk[CHUNK];
  guint64 first = tb_past_first_event (self);
  if (position - first > TB_PAST_PARTNER_MAX)
    first = position - TB_PAST_PARTNER_MAX;
  for (guint64 end = position; end > first;)
    {
      guint64 at = end - MIN (end - first, CHUNK);
      gsize n = tb_past_events (self, at, chunk, (gsize) (end - at));
      for (gsize i = n; i-- > 0;)
        if (is_partner (&chunk[i], of))
          {
            *other = at + i;
            return TRUE;
          }
      end = at;
    }
  return FALSE;
}

gboolean
tb_past_partner (TbPast *self, guint64 position, guint64 *other)
{
  TbEvent event;
  if (!tb_past_event (self, position, &event))
    return FALSE;
  if (event.kind == TB_EVENT_REQUEST)
    return find_reply (self, position, &event, other);
  return event.kind == TB_EVENT_REPLY && find_request (self, position, &event, other);
}
