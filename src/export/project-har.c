/* HTTP exchanges as HAR 1.2. Heads and bodies are there as far as the recording kept their bytes; where it did not,
 * method, path and status are what the tap's framing said. */
#include "projection-private.h"

#include <string.h>

#include "config.h"

typedef struct
{
  TbTour tour;
  FILE *out;
  TbJson *json;
  GHashTable *waiting;
  gboolean any;
} Har;

/* A message as bytes, and as a head where that is whole. */
typedef struct
{
  GBytes *bytes;
  TbHttpHead head;
  gboolean parsed;
} Said;

static void
said_init (const Har *h, Said *said, guint64 position, gboolean request)
{
  memset (said, 0, sizeof *said);
  said->bytes = tb_tour_payload (&h->tour, position);
  if (said->bytes == NULL)
    return;
  gsize n;
  const char *p = g_bytes_get_data (said->bytes, &n);
  TbParse parse = request ? tb_http_parse_request (p, n, &said->head) : tb_http_parse_reply (p, n, &said->head);
  said->parsed = parse == TB_PARSE_DONE;
}

static void
said_clear (Said *said)
{
  g_clear_pointer (&said->bytes, g_bytes_unref);
}

static void
slice_string (TbJson *json, const char *name, TbSlice slice)
{
  g_autofree char *text = g_strndup (slice.p != NULL ? slice.p : "", slice.n);
  tb_json_string (json, name, text);
}

static void
write_headers (TbJson *json, const Said *said)
{
  tb_json_begin_array (json, "headers");
  for (guint i = 0; said->parsed && i < said->head.n_headers; i++)
    {
      tb_json_begin_object (json, NULL);
      slice_string (json, "name", said->head.headers[i].name);
      slice_string (json, "value", said->head.headers[i].value);
      tb_json_end_object (json);
    }
  tb_json_end_array (json);
}

/* Cookies are among the headers; HAR wants the lists all the same. */
static void
write_lists (TbJson *json)
{
  tb_json_begin_array (json, "cookies");
  tb_json_end_array (json);
}

static gint64
body_size (const Said *said, const TbEvent *event)
{
  return said->parsed && event->size >= said->head.head_size ? (gint64) (event->size - said->head.head_size) : -1;
}

/* As text where it is text, else as base64; FALSE: nothing was kept of it, or it is in chunks. */
static gboolean
write_body (TbJson *json, const Said *said, gboolean may_encode)
{
  if (!said->parsed || said->head.chunked)
    return FALSE;
  gsize n;
  const char *p = g_bytes_get_data (said->bytes, &n);
  n -= MIN (n, said->head.head_size);
  if (n == 0)
    return FALSE;
  p += said->head.head_size;
  if (g_utf8_validate (p, (gssize) n, NULL))
    slice_string (json, "text", (TbSlice) { p, n });
  else if (may_encode)
    {
      g_autofree char *base64 = g_base64_encode ((const guchar *) p, n);
      tb_json_string (json, "text", base64);
      tb_json_string (json, "encoding", "base64");
    }
  else
    return FALSE;
  return TRUE;
}

static const char *
version_of (const TbTourTap *tap, const Said *said)
{
  return tap->proto == TB_PROTO_HTTP2 ? "HTTP/2" : said->parsed && said->head.minor == 0 ? "HTTP/1.0" : "HTTP/1.1";
}

/* "GET /cart" in two; a label that was too long for an event ends early. */
static void
split_label (const TbEvent *event, char **method, char **target)
{
  g_auto (GStrv) parts = g_strsplit (event->label, " ", 2);
  *method = g_strdup (parts[0] != NULL && *parts[0] != '\0' ? parts[0] : "GET");
  *target = g_strdup (parts[0] != NULL && parts[1] != NULL ? parts[1] : "/");
}

static void
find_target (const Said *said, const TbEvent *event, char **method, char **target)
{
  if (!said->parsed)
    {
      split_label (event, method, target);
      return;
    }
  *method = g_strndup (said->head.method.p, said->head.method.n);
  *target = g_strndup (said->head.target.p, said->head.target.n);
}

static void
write_query (TbJson *json, const char *target)
{
  const char *query = strchr (target, '?');
  g_auto (GStrv) pairs = g_strsplit (query != NULL ? query + 1 : "", "&", 256);
  tb_json_begin_array (json, "queryString");
  for (guint i = 0; pairs[i] != NULL; i++)
    {
      char *value = strchr (pairs[i], '=');
      if (*pairs[i] == '\0')
        continue;
      if (value != NULL)
        *value++ = '\0';
      tb_json_begin_object (json, NULL);
      tb_json_string (json, "name", pairs[i]);
      tb_json_string (json, "value", value != NULL ? value : "");
      tb_json_end_object (json);
    }
  tb_json_end_array (json);
}

static char *
url_of (const TbTourTap *tap, const Said *said, const char *target)
{
  TbSlice host = said->parsed ? tb_http_header (&said->head, "Host") : (TbSlice) { NULL, 0 };
  if (g_str_has_prefix (target, "http://") || g_str_has_prefix (target, "https://"))
    return g_strdup (target);
  g_autofree char *named = host.p != NULL && host.n > 0 ? g_strndup (host.p, host.n)
                                                        : g_strdup_printf ("%s:%u", tap->to, tap->port);
  return g_strdup_printf ("http://%s%s%s", named, *target == '/' ? "" : "/", target);
}

static void
write_request (Har *h, const TbTourTap *tap, const TbWaiting *request)
{
  TbJson *json = h->json;
  Said said;
  g_autofree char *method = NULL, *target = NULL;
  said_init (h, &said, request->position, TRUE);
  find_target (&said, &request->event, &method, &target);
  g_autofree char *url = url_of (tap, &said, target);
  tb_json_begin_object (json, "request");
  tb_json_string (json, "method", method);
  tb_json_string (json, "url", url);
  tb_json_string (json, "httpVersion", version_of (tap, &said));
  write_headers (json, &said);
  write_lists (json);
  write_query (json, target);
  tb_json_integer (json, "headersSize", said.parsed ? (gint64) said.head.head_size : -1);
  tb_json_integer (json, "bodySize", body_size (&said, &request->event));
  if (said.parsed && body_size (&said, &request->event) > 0)
    {
      tb_json_begin_object (json, "postData");
      slice_string (json, "mimeType", tb_http_header (&said.head, "Content-Type"));
      if (!write_body (json, &said, FALSE))
        tb_json_string (json, "text", "");
      tb_json_end_object (json);
    }
  tb_json_end_object (json);
  said_clear (&said);
}

static void
write_response (Har *h, const TbTourTap *tap, guint64 position, const TbEvent *reply)
{
  TbJson *json = h->json;
  Said said;
  said_init (h, &said, position, FALSE);
  gint64 size = body_size (&said, reply);
  tb_json_begin_object (json, "response");
  tb_json_integer (json, "status", reply->status);
  tb_json_string (json, "statusText", "");
  tb_json_string (json, "httpVersion", version_of (tap, &said));
  write_headers (json, &said);
  write_lists (json);
  tb_json_begin_object (json, "content");
  tb_json_integer (json, "size", MAX (size, 0));
  slice_string (json, "mimeType", said.parsed ? tb_http_header (&said.head, "Content-Type") : (TbSlice) { NULL, 0 });
  write_body (json, &said, TRUE);
  tb_json_end_object (json);
  slice_string (json, "redirectURL", said.parsed ? tb_http_header (&said.head, "Location") : (TbSlice) { NULL, 0 });
  tb_json_integer (json, "headersSize", said.parsed ? (gint64) said.head.head_size : -1);
  tb_json_integer (json, "bodySize", size);
  tb_json_end_object (json);
  said_clear (&said);
}

static void
write_timings (TbJson *json, double wait_ms, double receive_ms)
{
  tb_json_begin_object (json, "timings");
  tb_json_number (json, "send", 0);
  tb_json_number (json, "wait", wait_ms);
  tb_json_number (json, "receive", receive_ms);
  tb_json_end_object (json);
}

/* A reply's latency is to its first byte, the reply's event at its last. */
static void
write_entry (Har *h, const TbWaiting *request, guint64 position, const TbEvent *reply)
{
  TbTourTap tap = tb_tour_tap (&h->tour, reply->tap);
  g_autofree char *iso = tb_tour_iso (&h->tour, request->event.time_ns);
  g_autofree char *connection = g_strdup_printf ("%u", reply->connection);
  double wait_ms = (double) reply->aux / 1e6;
  double whole_ms = MAX ((double) (reply->time_ns - request->event.time_ns) / 1e6, wait_ms);
  tb_json_clear (h->json);
  tb_json_begin_object (h->json, NULL);
  tb_json_string (h->json, "startedDateTime", iso);
  tb_json_number (h->json, "time", whole_ms);
  write_request (h, &tap, request);
  write_response (h, &tap, position, reply);
  tb_json_begin_object (h->json, "cache");
  tb_json_end_object (h->json);
  write_timings (h->json, wait_ms, whole_ms - wait_ms);
  if (tap.to_index < tb_past_n_instances (h->tour.past))
    {
      g_autofree char *address = tb_plan_address_text (tb_past_instance (h->tour.past, tap.to_index)->address);
      tb_json_string (h->json, "serverIPAddress", address);
    }
  tb_json_string (h->json, "connection", connection);
  tb_json_string (h->json, "_link", tap.link);
  tb_json_string (h->json, "_from", tap.from);
  tb_json_string (h->json, "_to", tap.to);
  tb_json_end_object (h->json);
  fprintf (h->out, "%s\n%s", h->any ? "," : "", tb_json_text (h->json));
  h->any = TRUE;
}

static gboolean
take_event (guint64 position, const TbEvent *event, gpointer data)
{
  Har *h = data;
  TbWaiting request;
  TbProto proto = event->tap < h->tour.n_taps ? (TbProto) h->tour.protos[event->tap] : TB_PROTO_UNKNOWN;
  if (proto != TB_PROTO_HTTP && proto != TB_PROTO_HTTP2)
    return TRUE;
  if (event->kind == TB_EVENT_REQUEST)
    tb_waiting_put (h->waiting, position, event);
  else if (event->kind == TB_EVENT_REPLY && tb_waiting_take (h->waiting, event, &request))
    write_entry (h, &request, position, event);
  return !ferror (h->out);
}

gboolean
tb_project_har (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error)
{
  Har h = { .out = out, .json = tb_json_new (), .waiting = tb_waiting_new () };
  (void) error;
  tb_tour_init (&h.tour, past, options);
  fprintf (out, "{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"Tierboard\",\"version\":\"%s\"},"
                "\"pages\":[],\"entries\":[", TB_VERSION);
  tb_tour (&h.tour, NULL, take_event, &h);
  /* What was never answered has no entry: HAR knows no request without a response. */
  fprintf (out, "\n],\"comment\":\"requests without an answer in the recording: %u\"}}\n",
           g_hash_table_size (h.waiting));
  tb_tour_clear (&h.tour);
  g_hash_table_unref (h.waiting);
  tb_json_free (h.json);
  return TRUE;
}
