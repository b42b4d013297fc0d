/* A log for ShiViz: a line with the instance and its vector clock, then a line that says what happened.
 *
 *   (?<host>\S+) (?<clock>\{.*\})\n(?<event>.*)      is its expression, and the default one of ShiViz.
 *
 * A message is two events: sent by the one when the tap saw it, received by the other then too, or when the tap let
 * it go on; one that was dropped is never received. That is also what is known, and no more: a program's inner
 * order is that of its messages. */
#include "projection-private.h"

#include <string.h>


typedef struct
{
  TbTour tour;
  FILE *out;
  guint n;            /* instances, and one for outside */
  guint32 *clocks;    /* n × n */
  GHashTable *flying; /* by connection, number and direction, of clocks */
} Log;

static guint
host_of (const Log *l, guint instance)
{
  return instance < l->n - 1 ? instance : l->n - 1;
}

static const char *
host_name (const Log *l, guint host)
{
  return host < l->n - 1 ? tb_past_instance (l->tour.past, host)->id : "outside";
}

static void
write_line (const Log *l, guint host, const char *verb, const TbEvent *event, guint other)
{
  const guint32 *clock = l->clocks + (gsize) host * l->n;
  const char *comma = "";
  g_autofree char *valid = g_utf8_make_valid (event->label, -1);
  for (char *p = valid; *p != '\0'; p++)
    *p = g_ascii_iscntrl (*p) ? ' ' : *p;
  fprintf (l->out, "%s {", host_name (l, host));
  for (guint i = 0; i < l->n; i++)
    if (clock[i] > 0)
      {
        fprintf (l->out, "%s\"%s\":%u", comma, host_name (l, i), clock[i]);
        comma = ", ";
      }
  fprintf (l->out, "}\n%s %s %s %s\n", verb, tb_event_kind_name ((TbEventKind) event->kind), valid,
           host_name (l, other));
}

static void
tick (const Log *l, guint host)
{
  l->clocks[(gsize) host * l->n + host]++;
}

static void
receive (const Log *l, guint host, const guint32 *clock)
{
  guint32 *own = l->clocks + (gsize) host * l->n;
  for (guint i = 0; i < l->n; i++)
    own[i] = MAX (own[i], clock[i]);
  tick (l, host);
}

static gint64
key_of (const TbEvent *event)
{
  return (gint64) ((guint64) event->connection << 33 | (guint64) event->number << 1 | (event->direction & 1));
}

static void
take_message (Log *l, const TbEvent *event, guint from, guint to)
{
  guint32 *sent = l->clocks + (gsize) from * l->n;
  gint64 key = key_of (event);
  tick (l, from);
  write_line (l, from, "sends", event, to);
  if (event->held)
    {
      g_hash_table_replace (l->flying, g_memdup2 (&key, sizeof key), g_memdup2 (sent, l->n * sizeof *sent));
      return;
    }
  receive (l, to, sent);
  write_line (l, to, "receives", event, from);
}

static void
take_end (Log *l, const TbEvent *event, guint from, guint to)
{
  gint64 key = key_of (event);
  const guint32 *clock = g_hash_table_lookup (l->flying, &key);
  if (clock == NULL)
    return;
  if (event->kind == TB_EVENT_DELIVERED)
    {
      receive (l, to, clock);
      write_line (l, to, "receives", event, from);
    }
  g_hash_table_remove (l->flying, &key);
}

static gboolean
take_event (guint64 position, const TbEvent *event, gpointer data)
{
  Log *l = data;
  TbTourTap tap = tb_tour_tap (&l->tour, event->tap);
  (void) position;
  if (event->tap >= l->tour.n_taps)
    return TRUE;
  gboolean up = event->direction == TB_DIR_UP;
  guint from = host_of (l, up ? tap.from_index : tap.to_index), to = host_of (l, up ? tap.to_index : tap.from_index);
  if (tb_tour_is_message (event) && from != to)
    take_message (l, event, from, to);
  else if (event->kind == TB_EVENT_DELIVERED || event->kind == TB_EVENT_DROPPED)
    take_end (l, event, from, to);
  return !ferror (l->out);
}

gboolean
tb_project_shiviz (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error)
{
  Log l = { .out = out, .n = tb_past_n_instances (past) + 1 };
  (void) error;
  l.clocks = g_new0 (guint32, (gsize) l.n * l.n);
  l.flying = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  tb_tour_init (&l.tour, past, options);
  tb_tour (&l.tour, NULL, take_event, &l);
  tb_tour_clear (&l.tour);
  g_hash_table_unref (l.flying);
  g_free (l.clocks);
  return TRUE;
}
