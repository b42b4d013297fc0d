/* Traces and metrics as OpenTelemetry has them: OTLP/JSON, one object a line, as its collector's file receiver reads
 * them; or sent to a collector (otlp-push.c).
 *
 * A request is a span of the service that was called. Its parent is the request in whose course it was sent, by the
 * trace id of traceparent and the instance that sent it; where no program passes a traceparent on, a request is a
 * trace of its own: what is not known is not made up here. */
#include "otlp-private.h"

#include <string.h>

#include "config.h"

#define BATCH 256

/* A request without its reply yet. */
typedef struct Open
{
  guint64 position;
  TbEvent event;
  guint to; /* the instance that works on it; n: outside */
  guint at; /* where it stands among those of that instance */
  guint64 parent;
  gboolean has_parent;
} Open;

typedef struct
{
  TbTour tour;
  const TbOtlpSink *sink;
  GError **error;
  gboolean failed;
  GHashTable *open;     /* by connection and number, of Open */
  GPtrArray **working;  /* by instance: of Open */
  guint n;              /* instances */
  GHashTable *high;     /* low half of a trace id → high half, where it is known */
  GString **spans;      /* by instance, of the batch */
  guint in_batch;
  guint64 (*counts)[TB_OTLP_BOUNDS + 1]; /* by link */
  double *sums;
  TbJson *json;
} Otlp;

/* ---- Ids and attributes ------------------------------------------------------------------------------ */

static void
hex (char *out, const guint8 *bytes, gsize n)
{
  for (gsize i = 0; i < n; i++)
    g_snprintf (out + 2 * i, 3, "%02x", bytes[i]);
}

/* The same each time: positions never change. */
static void
span_id (guint64 position, char out[17])
{
  guint64 mixed = (position + 1) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  g_snprintf (out, 17, "%016" G_GINT64_MODIFIER "x", mixed != 0 ? mixed : 1);
}

static gboolean
has_trace (const TbEvent *event)
{
  static const guint8 none[8] = { 0 };
  return memcmp (event->trace_id, none, sizeof none) != 0;
}

static guint64
low_half (const TbEvent *event)
{
  guint64 low;
  memcpy (&low, event->trace_id, sizeof low);
  return low;
}

/* The half of the trace id that events have no room for is in the request's own bytes. */
static void
learn_high_half (Otlp *o, const Open *open)
{
  guint64 low = low_half (&open->event);
  guint8 trace[16], parent[8];
  if (g_hash_table_contains (o->high, &low))
    return;
  g_autoptr (GBytes) payload = tb_tour_payload (&o->tour, open->position);
  gsize n = 0;
  const char *p = payload != NULL ? g_bytes_get_data (payload, &n) : NULL;
  g_autofree TbHttpHead *head = g_new0 (TbHttpHead, 1);
  if (p == NULL || tb_http_parse_request (p, n, head) != TB_PARSE_DONE
      || !tb_trace_parse (tb_http_header (head, "traceparent"), trace, parent))
    return;
  g_hash_table_insert (o->high, g_memdup2 (&low, sizeof low), g_memdup2 (trace, 8));
}

static void
trace_id (const Otlp *o, const Open *open, char out[33])
{
  static const guint8 zeros[8] = { 0 };
  guint64 low = low_half (&open->event);
  const guint8 *high = g_hash_table_lookup (o->high, &low);
  if (!has_trace (&open->event))
    {
      /* Of its own, and another one in another recording. */
      g_snprintf (out, 33, "%016" G_GINT64_MODIFIER "x", (guint64) o->tour.realtime_ns);
      span_id (open->position, out + 16);
      return;
    }
  hex (out, high != NULL ? high : zeros, 8);
  hex (out + 16, open->event.trace_id, 8);
}

/* ---- Spans ------------------------------------------------------------------------------------------- */

static void
write_attributes (Otlp *o, const Open *open, const TbTourTap *tap, const TbEvent *reply)
{
  TbJson *json = o->json;
  tb_json_begin_array (json, "attributes");
  tb_otlp_text (json, "server.address", tap->to);
  tb_otlp_integer (json, "server.port", tap->port);
  tb_otlp_text (json, "client.address", tap->from);
  tb_otlp_text (json, "network.protocol.name", tb_proto_name (tap->proto));
  if (*tap->link != '\0')
    tb_otlp_text (json, "tierboard.link", tap->link);
  tb_otlp_integer (json, "tierboard.position", (gint64) open->position);
  if (tap->proto == TB_PROTO_HTTP || tap->proto == TB_PROTO_HTTP2)
    {
      g_autofree char *method = g_strndup (open->event.label, strcspn (open->event.label, " "));
      tb_otlp_text (json, "http.request.method", method);
    }
  if (reply != NULL && reply->status != 0)
    tb_otlp_integer (json, "http.response.status_code", reply->status);
  if (reply == NULL)
    tb_otlp_text (json, "error.type", "no reply");
  else if (reply->error && reply->status != 0)
    {
      g_autofree char *status = g_strdup_printf ("%u", reply->status);
      tb_otlp_text (json, "error.type", status);
    }
  else if (reply->error)
    tb_otlp_text (json, "error.type", reply->label);
  tb_json_end_array (json);
}

static void
write_span (Otlp *o, const Open *open, const TbEvent *reply, gint64 end_ns)
{
  TbJson *json = o->json;
  TbTourTap tap = tb_tour_tap (&o->tour, open->event.tap);
  char trace[33], span[17], parent[17] = "";
  trace_id (o, open, trace);
  span_id (open->position, span);
  if (open->has_parent)
    span_id (open->parent, parent);
  tb_json_clear (json);
  tb_json_begin_object (json, NULL);
  tb_json_string (json, "traceId", trace);
  tb_json_string (json, "spanId", span);
  tb_json_string (json, "parentSpanId", parent);
  tb_json_string (json, "name", open->event.label[0] != '\0' ? open->event.label : "request");
  tb_json_integer (json, "kind", 2); /* server */
  tb_otlp_time (json, "startTimeUnixNano", tb_tour_realtime_ns (&o->tour, open->event.time_ns));
  tb_otlp_time (json, "endTimeUnixNano", tb_tour_realtime_ns (&o->tour, MAX (end_ns, open->event.time_ns)));
  write_attributes (o, open, &tap, reply);
  tb_json_begin_object (json, "status");
  if (reply == NULL || reply->error)
    tb_json_integer (json, "code", 2);
  tb_json_end_object (json);
  tb_json_end_object (json);
  GString *spans = o->spans[open->to];
  g_string_append_printf (spans, "%s%s", spans->len > 0 ? "," : "", tb_json_text (json));
  o->in_batch++;
}

static void
write_resource (const Otlp *o, GString *out, guint instance)
{
  TbJson *json = o->json;
  const TbPastInstance *of = instance < o->n ? tb_past_instance (o->tour.past, instance) : NULL;
  tb_json_clear (json);
  tb_json_begin_object (json, NULL);
  tb_json_begin_array (json, "attributes");
  tb_otlp_text (json, "service.name", of != NULL ? of->component : "outside");
  tb_otlp_text (json, "service.instance.id", of != NULL ? of->id : "outside");
  tb_json_end_array (json);
  tb_json_end_object (json);
  g_string_append_printf (out, "{\"resource\":%s,\"scopeSpans\":[{\"scope\":{\"name\":\"tierboard\",\"version\":\"%s\"},"
                               "\"spans\":[%s]}]}", tb_json_text (json), TB_VERSION, o->spans[instance]->str);
}

static void
send_batch (Otlp *o)
{
  g_autoptr (GString) out = g_string_new ("{\"resourceSpans\":[");
  gboolean any = FALSE;
  for (guint i = 0; i <= o->n; i++)
    if (o->spans[i]->len > 0)
      {
        if (any)
          g_string_append_c (out, ',');
        write_resource (o, out, i);
        g_string_truncate (o->spans[i], 0);
        any = TRUE;
      }
  g_string_append (out, "]}");
  o->in_batch = 0;
  if (any && !o->failed)
    o->failed = !o->sink->take (TB_OTLP_TRACES, out->str, o->sink->data, o->error);
}

/* ---- Events ------------------------------------------------------------------------------------------ */

static gint64
key_of (const TbEvent *event)
{
  return (gint64) ((guint64) event->connection << 32 | event->number);
}

/* The newest request of that trace that its sender works on. */
static void
find_parent (const Otlp *o, Open *open, guint sender)
{
  const GPtrArray *working = sender < o->n ? o->working[sender] : NULL;
  for (guint i = 0; working != NULL && has_trace (&open->event) && i < working->len; i++)
    {
      const Open *candidate = g_ptr_array_index (working, i);
      gboolean same = memcmp (candidate->event.trace_id, open->event.trace_id, sizeof open->event.trace_id) == 0;
      if (same && (!open->has_parent || candidate->position > open->parent))
        {
          open->parent = candidate->position;
          open->has_parent = TRUE;
        }
    }
}

static void
take_request (Otlp *o, guint64 position, const TbEvent *event)
{
  TbTourTap tap = tb_tour_tap (&o->tour, event->tap);
  gint64 key = key_of (event);
  Open *open = g_new0 (Open, 1);
  open->position = position;
  open->event = *event;
  open->to = MIN (tap.to_index, o->n);
  find_parent (o, open, tap.from_index);
  if (has_trace (event) && !open->has_parent)
    learn_high_half (o, open);
  open->at = o->working[open->to]->len;
  g_ptr_array_add (o->working[open->to], open);
  g_hash_table_replace (o->open, g_memdup2 (&key, sizeof key), open);
}

/* In constant time: the last one takes its place. */
static void
open_free (Otlp *o, Open *open)
{
  GPtrArray *working = o->working[open->to];
  Open *last = g_ptr_array_index (working, working->len - 1);
  last->at = open->at;
  g_ptr_array_index (working, open->at) = last;
  g_ptr_array_set_size (working, (int) working->len - 1);
  g_free (open);
}

static void
count_latency (Otlp *o, const TbTourTap *tap, gint64 latency_ns)
{
  guint bucket = 0;
  if (tap->link_index == G_MAXUINT)
    return;
  while (bucket < TB_OTLP_BOUNDS && (double) latency_ns / 1e9 > tb_otlp_bounds[bucket])
    bucket++;
  o->counts[tap->link_index][bucket]++;
  o->sums[tap->link_index] += (double) latency_ns / 1e9;
}

static void
take_reply (Otlp *o, const TbEvent *reply)
{
  gint64 key = key_of (reply);
  Open *open = g_hash_table_lookup (o->open, &key);
  TbTourTap tap = tb_tour_tap (&o->tour, reply->tap);
  count_latency (o, &tap, (gint64) reply->aux);
  if (open == NULL)
    return;
  write_span (o, open, reply, reply->time_ns);
  g_hash_table_remove (o->open, &key);
  open_free (o, open);
}

/* What is still open: of one connection, or of all (0). */
static void
give_up (Otlp *o, guint32 connection, gint64 time_ns)
{
  GHashTableIter iter;
  gpointer key, value;
  g_hash_table_iter_init (&iter, o->open);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      Open *open = value;
      if (connection != 0 && open->event.connection != connection)
        continue;
      write_span (o, open, NULL, time_ns);
      g_hash_table_iter_remove (&iter);
      open_free (o, open);
    }
}

static gboolean
take_event (guint64 position, const TbEvent *event, gpointer data)
{
  Otlp *o = data;
  if (event->kind == TB_EVENT_REQUEST && event->tap < o->tour.n_taps)
    take_request (o, position, event);
  else if (event->kind == TB_EVENT_REPLY && event->tap < o->tour.n_taps)
    take_reply (o, event);
  else if (event->kind == TB_EVENT_CLOSE && event->aux != 0) /* requests that it owed */
    give_up (o, event->connection, event->time_ns);
  if (o->in_batch >= BATCH)
    send_batch (o);
  return !o->failed;
}

/* ---- All of it --------------------------------------------------------------------------------------- */

static void
otlp_init (Otlp *o, TbPast *past, const TbProjectionOptions *options)
{
  tb_tour_init (&o->tour, past, options);
  o->n = tb_past_n_instances (past);
  o->open = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  o->high = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  o->working = g_new (GPtrArray *, o->n + 1);
  o->spans = g_new (GString *, o->n + 1);
  for (guint i = 0; i <= o->n; i++)
    {
      o->working[i] = g_ptr_array_new ();
      o->spans[i] = g_string_new (NULL);
    }
  o->counts = g_malloc0_n (tb_past_n_links (past) + 1, sizeof *o->counts);
  o->sums = g_new0 (double, tb_past_n_links (past) + 1);
  o->json = tb_json_new ();
}

static void
otlp_clear (Otlp *o)
{
  for (guint i = 0; i <= o->n; i++)
    {
      for (guint k = 0; k < o->working[i]->len; k++)
        g_free (g_ptr_array_index (o->working[i], k));
      g_ptr_array_unref (o->working[i]);
      g_string_free (o->spans[i], TRUE);
    }
  g_hash_table_unref (o->open);
  g_hash_table_unref (o->high);
  g_free (o->working);
  g_free (o->spans);
  g_free (o->counts);
  g_free (o->sums);
  tb_json_free (o->json);
  tb_tour_clear (&o->tour);
}

gboolean
tb_otlp_write (TbPast *past, const TbProjectionOptions *options, const TbOtlpSink *sink, GError **error)
{
  Otlp o = { .sink = sink, .error = error };
  otlp_init (&o, past, options);
  tb_tour (&o.tour, NULL, take_event, &o);
  give_up (&o, 0, MIN (tb_past_end_ns (past), o.tour.to_ns));
  send_batch (&o);
  gboolean good = !o.failed && tb_otlp_metrics (&o.tour, (const guint64 *) o.counts, o.sums, sink, error);
  otlp_clear (&o);
  return good;
}

static gboolean
take_line (TbOtlpSignal signal, const char *json, gpointer data, GError **error)
{
  (void) signal;
  (void) error;
  fprintf (data, "%s\n", json);
  return TRUE;
}

gboolean
tb_project_otlp (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error)
{
  const TbOtlpSink sink = { take_line, out };
  return tb_otlp_write (past, options, &sink, error);
}
