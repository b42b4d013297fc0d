#include "made-past.h"

#include <string.h>

#include "tb-proto.h"

#define START G_GINT64_CONSTANT (5000000000)

MadePast *
made_past_new (void)
{
  MadePast *made = g_new0 (MadePast, 1);
  made->instances = g_array_new (FALSE, TRUE, sizeof (TbPastInstance));
  made->taps = g_array_new (FALSE, TRUE, sizeof (TbPastTap));
  made->bands = g_array_new (FALSE, TRUE, sizeof (TbPastBand));
  made->gaps = g_array_new (FALSE, TRUE, sizeof (TbPastGap));
  made->events = g_array_new (FALSE, TRUE, sizeof (TbEvent));
  return made;
}

void
made_past_free (MadePast *made)
{
  g_array_unref (made->instances);
  g_array_unref (made->taps);
  g_array_unref (made->bands);
  g_array_unref (made->gaps);
  g_array_unref (made->events);
  g_free (made);
}

static gint64
start_ns (gpointer data)
{
  return START;
}

static TbEvent *
event_at (MadePast *made, guint64 i)
{
  return &g_array_index (made->events, TbEvent, i);
}

static gint64
end_ns (gpointer data)
{
  MadePast *made = data;
  return made->events->len > 0 ? event_at (made, made->events->len - 1)->time_ns : START;
}

static guint
n_instances (gpointer data)
{
  return ((MadePast *) data)->instances->len;
}

static const TbPastInstance *
instance (gpointer data, guint i)
{
  return &g_array_index (((MadePast *) data)->instances, TbPastInstance, i);
}

static guint
n_taps (gpointer data)
{
  return ((MadePast *) data)->taps->len;
}

static const TbPastTap *
tap (gpointer data, guint row)
{
  return row < n_taps (data) ? &g_array_index (((MadePast *) data)->taps, TbPastTap, row) : NULL;
}

static guint
n_bands (gpointer data)
{
  return ((MadePast *) data)->bands->len;
}

static const TbPastBand *
band (gpointer data, guint i)
{
  return &g_array_index (((MadePast *) data)->bands, TbPastBand, i);
}

static guint
n_gaps (gpointer data)
{
  return ((MadePast *) data)->gaps->len;
}

static const TbPastGap *
gap (gpointer data, guint i)
{
  return &g_array_index (((MadePast *) data)->gaps, TbPastGap, i);
}

static guint64
first_event (gpointer data)
{
  return 0;
}

static guint64
n_events (gpointer data)
{
  return ((MadePast *) data)->events->len;
}

static guint64
find (gpointer data, gint64 time_ns)
{
  MadePast *made = data;
  guint64 low = 0, high = made->events->len;
  while (low < high)
    {
      guint64 middle = low + (high - low) / 2;
      if (event_at (made, middle)->time_ns < time_ns)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static gsize
events (gpointer data, guint64 position, TbEvent *out, gsize max)
{
  MadePast *made = data;
  gsize n = position < made->events->len ? MIN (max, made->events->len - (gsize) position) : 0;
  if (n > 0)
    memcpy (out, event_at (made, position), n * sizeof *out);
  made->calls++;
  return n;
}

TbSpacetimeSource
made_past_source (MadePast *made)
{
  return (TbSpacetimeSource){ .data = made, .start_ns = start_ns, .end_ns = end_ns,
                              .n_instances = n_instances, .instance = instance, .n_taps = n_taps,
                              .tap = tap, .n_bands = n_bands, .band = band, .n_gaps = n_gaps,
                              .gap = gap, .first_event = first_event, .n_events = n_events,
                              .find = find, .events = events };
}

guint
made_past_instance (MadePast *made, const char *id)
{
  const char *slash = strchr (id, '/');
  g_autofree char *component = g_strndup (id, (gsize) (slash - id));
  TbPastInstance one = { .id = g_intern_string (id), .component = g_intern_string (component),
                         .replica = (guint) atoi (slash + 1) };
  g_array_append_val (made->instances, one);
  return made->instances->len - 1;
}

guint
made_past_tap (MadePast *made, guint from, guint to)
{
  TbPastTap one = { .link = 0, .from = from, .to = to, .port = 80, .opened_ns = START };
  g_array_append_val (made->taps, one);
  return made->taps->len - 1;
}

void
made_past_event (MadePast *made, double ms, TbEventKind kind, guint row, guint32 connection,
                 guint32 number, const char *label)
{
  TbEvent event = { .time_ns = START + (gint64) (ms * 1e6), .tap = row, .connection = connection,
                    .number = number, .size = 100, .kind = (guint8) kind,
                    .direction = kind == TB_EVENT_REPLY ? TB_DIR_DOWN : TB_DIR_UP };
  g_strlcpy (event.label, label ? label : "", sizeof event.label);
  g_array_append_val (made->events, event);
}

void
made_past_exchange (MadePast *made, double from_ms, double to_ms, guint row, guint32 connection,
                    guint32 number, const char *label)
{
  made_past_event (made, from_ms, TB_EVENT_REQUEST, row, connection, number, label);
  made_past_event (made, to_ms, TB_EVENT_REPLY, row, connection, number, "");
  made_past_last (made)->aux = (guint64) ((to_ms - from_ms) * 1e6);
}

TbEvent *
made_past_last (MadePast *made)
{
  return event_at (made, made->events->len - 1);
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  const TbEvent *p = a, *q = b;
  return p->time_ns < q->time_ns ? -1 : p->time_ns > q->time_ns;
}

void
made_past_sort (MadePast *made)
{
  g_array_sort (made->events, compare_times);
}
