/* A line of JSON an event, and one for each state, fault, problem and gap, by time; the first says what run it is. */
#include "projection-private.h"

#include <string.h>

/* Something else than an event, that has a moment. */
typedef struct
{
  gint64 time_ns;
  char *line;
} Note;

typedef struct
{
  TbTour tour;
  FILE *out;
  TbJson *json;
  GArray *notes; /* of Note, by time */
  guint next_note;
} Lines;

/* ---- Notes ------------------------------------------------------------------------------------------ */

static void
begin (Lines *l, const char *type, gint64 time_ns)
{
  g_autofree char *iso = tb_tour_iso (&l->tour, time_ns);
  tb_json_clear (l->json);
  tb_json_begin_object (l->json, NULL);
  tb_json_string (l->json, "type", type);
  tb_json_integer (l->json, "time_ns", time_ns - l->tour.start_ns);
  tb_json_string (l->json, "time", iso);
}

static void
keep (Lines *l, gint64 time_ns)
{
  tb_json_end_object (l->json);
  Note note = { time_ns, g_strdup (tb_json_text (l->json)) };
  if (time_ns >= l->tour.from_ns && time_ns <= l->tour.to_ns)
    g_array_append_val (l->notes, note);
  else
    g_free (note.line);
}

static const char *
instance_id (const Lines *l, guint index)
{
  return index < tb_past_n_instances (l->tour.past) ? tb_past_instance (l->tour.past, index)->id : NULL;
}

static void
note_states (Lines *l)
{
  for (guint i = 0; i < tb_past_n_states (l->tour.past); i++)
    {
      const TbPastState *s = tb_past_state (l->tour.past, i);
      begin (l, "state", s->time_ns);
      tb_json_string (l->json, "instance", instance_id (l, s->instance));
      tb_json_string (l->json, "state", tb_instance_state_name (s->state));
      tb_json_integer (l->json, "pid", s->pid);
      if (s->sentence != NULL && *s->sentence != '\0')
        tb_json_string (l->json, "sentence", s->sentence);
      keep (l, s->time_ns);
    }
}

static void
note_band (Lines *l, const TbPastBand *band, const char *type, gint64 time_ns)
{
  static const char *const kinds[] = {
    [TB_BAND_PARTITION] = "partition", [TB_BAND_PACKET] = "packet", [TB_BAND_KILL] = "kill",
    [TB_BAND_PAUSE] = "pause",         [TB_BAND_CLOCK] = "clock",
  };
  begin (l, type, time_ns);
  tb_json_string (l->json, "kind", kinds[band->kind]);
  tb_json_string (l->json, "id", band->id);
  if (band->link != NULL)
    tb_json_string (l->json, "link", band->link);
  if (instance_id (l, band->instance) != NULL)
    tb_json_string (l->json, "instance", instance_id (l, band->instance));
  tb_json_string (l->json, "text", band->text);
  keep (l, time_ns);
}

static void
note_others (Lines *l)
{
  TbPast *past = l->tour.past;
  for (guint i = 0; i < tb_past_n_bands (past); i++)
    {
      const TbPastBand *band = tb_past_band (past, i);
      note_band (l, band, "fault-begins", band->from_ns);
      if (band->to_ns != G_MAXINT64)
        note_band (l, band, "fault-ends", band->to_ns);
    }
  for (guint i = 0; i < tb_past_n_problems (past); i++)
    {
      const TbPastProblem *p = tb_past_problem (past, i);
      begin (l, "problem", p->time_ns);
      tb_json_integer (l->json, "severity", p->severity);
      if (p->instance != NULL && *p->instance != '\0')
        tb_json_string (l->json, "instance", p->instance);
      tb_json_string (l->json, "sentence", p->sentence);
      keep (l, p->time_ns);
    }
  for (guint i = 0; i < tb_past_n_gaps (past); i++)
    {
      const TbPastGap *gap = tb_past_gap (past, i);
      begin (l, "gap", gap->from_ns);
      tb_json_integer (l->json, "until_ns", gap->to_ns - l->tour.start_ns);
      tb_json_integer (l->json, "events", (gint64) gap->events);
      tb_json_integer (l->json, "payload_bytes", (gint64) gap->payload_bytes);
      tb_json_string (l->json, "why", gap->why);
      keep (l, gap->from_ns);
    }
}

static int
compare_notes (gconstpointer a, gconstpointer b)
{
  const Note *x = a, *y = b;
  return x->time_ns < y->time_ns ? -1 : x->time_ns > y->time_ns;
}

static void
write_notes (Lines *l, gint64 until_ns)
{
  for (; l->next_note < l->notes->len; l->next_note++)
    {
      const Note *note = &g_array_index (l->notes, Note, l->next_note);
      if (note->time_ns > until_ns)
        break;
      fprintf (l->out, "%s\n", note->line);
    }
}

/* ---- Events ----------------------------------------------------------------------------------------- */

static void
write_hex (TbJson *json, const char *name, const guint8 *bytes, gsize n)
{
  static const guint8 zeros[16] = { 0 };
  char text[33];
  if (memcmp (bytes, zeros, n) == 0)
    return;
  for (gsize i = 0; i < n; i++)
    g_snprintf (text + 2 * i, 3, "%02x", bytes[i]);
  tb_json_string (json, name, text);
}

static void
write_message (Lines *l, guint64 position, const TbEvent *event)
{
  TbJson *json = l->json;
  g_autoptr (GBytes) payload = tb_tour_payload (&l->tour, position);
  tb_json_integer (json, "size", event->size);
  if (event->label[0] != '\0')
    tb_json_string (json, "label", event->label);
  if (event->kind == TB_EVENT_REPLY)
    tb_json_integer (json, "latency_ns", (gint64) event->aux);
  if (event->status != 0)
    tb_json_integer (json, "status", event->status);
  tb_json_boolean (json, "error", event->error != 0);
  if (event->held)
    tb_json_boolean (json, "held", TRUE);
  write_hex (json, "trace_id", event->trace_id, sizeof event->trace_id);
  write_hex (json, "parent_span_id", event->span_id, sizeof event->span_id);
  if (payload == NULL)
    return;
  gsize n;
  const guint8 *bytes = g_bytes_get_data (payload, &n);
  g_autofree char *base64 = g_base64_encode (bytes, n);
  tb_json_string (json, "payload_base64", base64);
}

static gboolean
write_event (guint64 position, const TbEvent *event, gpointer data)
{
  Lines *l = data;
  TbTourTap tap = tb_tour_tap (&l->tour, event->tap);
  write_notes (l, event->time_ns);
  begin (l, tb_event_kind_name ((TbEventKind) event->kind), event->time_ns);
  tb_json_integer (l->json, "position", (gint64) position);
  if (event->tap < l->tour.n_taps)
    {
      tb_json_string (l->json, "link", *tap.link != '\0' ? tap.link : NULL);
      tb_json_string (l->json, "from", tap.from);
      tb_json_string (l->json, "to", tap.to);
      tb_json_integer (l->json, "connection", event->connection);
      tb_json_integer (l->json, "number", event->number);
      tb_json_string (l->json, "direction", event->direction == TB_DIR_UP ? "upstream" : "downstream");
    }
  if (tb_tour_is_message (event))
    write_message (l, position, event);
  else if (event->aux != 0)
    tb_json_integer (l->json, "aux", (gint64) event->aux);
  tb_json_end_object (l->json);
  fprintf (l->out, "%s\n", tb_json_text (l->json));
  return !ferror (l->out);
}

static void
write_run (Lines *l)
{
  TbPast *past = l->tour.past;
  begin (l, "run", l->tour.start_ns);
  tb_json_integer (l->json, "end_ns", tb_past_end_ns (past) - l->tour.start_ns);
  tb_json_integer (l->json, "events", (gint64) (tb_past_n_events (past) - tb_past_first_event (past)));
  if (tb_past_notice (past) != NULL)
    tb_json_string (l->json, "notice", tb_past_notice (past));
  tb_json_begin_array (l->json, "instances");
  for (guint i = 0; i < tb_past_n_instances (past); i++)
    {
      const TbPastInstance *instance = tb_past_instance (past, i);
      g_autofree char *address = tb_plan_address_text (instance->address);
      if (tb_plan_is_probe (instance->id))
        continue;
      tb_json_begin_object (l->json, NULL);
      tb_json_string (l->json, "id", instance->id);
      tb_json_string (l->json, "component", instance->component);
      tb_json_string (l->json, "device", instance->device);
      tb_json_string (l->json, "address", address);
      tb_json_integer (l->json, "port", instance->port);
      tb_json_end_object (l->json);
    }
  tb_json_end_array (l->json);
  tb_json_begin_array (l->json, "links");
  for (guint i = 0; i < tb_past_n_links (past); i++)
    {
      const TbPastLink *link = tb_past_link (past, i);
      if (tb_plan_is_probe (link->id))
        continue;
      tb_json_begin_object (l->json, NULL);
      tb_json_string (l->json, "id", link->id);
      tb_json_string (l->json, "from", link->from);
      tb_json_string (l->json, "to", link->to);
      tb_json_integer (l->json, "port", link->port);
      tb_json_end_object (l->json);
    }
  tb_json_end_array (l->json);
  tb_json_end_object (l->json);
  fprintf (l->out, "%s\n", tb_json_text (l->json));
}

static void
clear_note (gpointer note)
{
  g_free (((Note *) note)->line);
}

gboolean
tb_project_ndjson (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error)
{
  Lines l = { .out = out, .json = tb_json_new (), .notes = g_array_new (FALSE, FALSE, sizeof (Note)) };
  (void) error;
  g_array_set_clear_func (l.notes, clear_note);
  tb_tour_init (&l.tour, past, options);
  write_run (&l);
  note_states (&l);
  note_others (&l);
  g_array_sort (l.notes, compare_notes);
  tb_tour (&l.tour, NULL, write_event, &l);
  write_notes (&l, G_MAXINT64);
  tb_tour_clear (&l.tour);
  g_array_unref (l.notes);
  tb_json_free (l.json);
  return TRUE;
}
