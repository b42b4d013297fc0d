/* Events by position and by time. */
#include "past-private.h"

#define CHUNK 1024

guint64
tb_past_first_event (TbPast *self)
{
  return tb_record_reader_first_event (self->reader);
}

guint64
tb_past_n_events (TbPast *self)
{
  return tb_record_reader_n_events (self->reader);
}

gsize
tb_past_events (TbPast *self, guint64 position, TbEvent *out, gsize max)
{
  return tb_record_reader_events (self->reader, position, out, max);
}

guint64
tb_past_skip (TbPast *self, guint64 position)
{
  return tb_record_reader_skip (self->reader, position);
}

gsize
tb_past_read_events (TbPast *self, guint64 *position, TbEvent *out, gsize max)
{
  gsize n = tb_past_events (self, *position, out, max);
  if (n > 0 || *position >= tb_past_n_events (self))
    return n;
  *position = tb_past_skip (self, *position);
  return tb_past_events (self, *position, out, max);
}

gboolean
tb_past_event (TbPast *self, guint64 position, TbEvent *event)
{
  return tb_record_reader_event (self->reader, position, event) == 1;
}

guint64
tb_past_find (TbPast *self, gint64 time_ns)
{
  return tb_record_reader_find (self->reader, time_ns);
}

GBytes *
tb_past_payload (TbPast *self, guint64 position)
{
  const void *bytes;
  size_t n;
  return tb_record_reader_payload (self->reader, position, &bytes, &n) == 1 ? g_bytes_new (bytes, n) : NULL;
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
