/* One request: read, let in, led to its route, answered. */
#include "control-private.h"

#include <stdarg.h>
#include <string.h>

static const struct
{
  int status;
  const char *phrase;
} phrases[] = {
  { 200, "OK" }, { 201, "Created" }, { 204, "No Content" }, { 400, "Bad Request" },
  { 401, "Unauthorized" }, { 403, "Forbidden" }, { 404, "Not Found" },
  { 405, "Method Not Allowed" }, { 409, "Conflict" }, { 413, "Payload Too Large" },
  { 501, "Not Implemented" }, { 504, "Gateway Timeout" },
};

/* ---- Answering ---------------------------------------------------------------------------------- */

static void
send_head (TbCall *call, int status, const char *type, gssize length, gboolean closing)
{
  const char *phrase = "";
  g_autoptr (GString) head = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (phrases); i++)
    if (phrases[i].status == status)
      phrase = phrases[i].phrase;
  g_string_append_printf (head, "HTTP/1.1 %d %s\r\n", status, phrase);
  if (status == 401)
    g_string_append (head, "WWW-Authenticate: Bearer, Basic realm=\"tierboard\"\r\n");
  if (type != NULL)
    g_string_append_printf (head, "Content-Type: %s\r\n", type);
  if (length >= 0 && status != 204)
    g_string_append_printf (head, "Content-Length: %" G_GSSIZE_FORMAT "\r\n", length);
  g_string_append (head, closing ? "Connection: close\r\n\r\n" : "\r\n");
  tb_client_send (call->client, head->str, head->len);
}

void
tb_call_reply_text (TbCall *call, int status, const char *type, const char *text)
{
  g_return_if_fail (!call->answered);
  call->answered = TRUE;
  gsize n = status == 204 ? 0 : strlen (text);
  gboolean line = n > 0 && text[n - 1] != '\n';
  gboolean closing = call->closing || status == 400 || status == 401 || status == 413;
  send_head (call, status, status == 204 ? NULL : type, (gssize) n + line, closing);
  tb_client_send (call->client, text, n);
  if (line)
    tb_client_send (call->client, "\n", 1);
  tb_client_finish (call->client, closing);
}

static void
send_text (TbCall *call, int status, const char *text)
{
  tb_call_reply_text (call, status, "application/json", text);
}

void
tb_call_reply (TbCall *call, int status)
{
  send_text (call, status, tb_json_text (call->json));
}

void
tb_call_error (TbCall *call, int status, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *sentence = g_strdup_vprintf (format, args);
  va_end (args);
  g_autoptr (TbJson) json = tb_json_new ();
  tb_json_begin_object (json, NULL);
  tb_json_string (json, "error", sentence);
  tb_json_integer (json, "status", status);
  tb_json_end_object (json);
  send_text (call, status, tb_json_text (json));
}

const char *
tb_call_query (const TbCall *call, const char *name)
{
  return g_hash_table_lookup (call->query, name);
}

static gboolean
is_false (const char *value)
{
  return value != NULL && (g_str_equal (value, "false") || g_str_equal (value, "0")
                           || g_str_equal (value, "no"));
}

void
tb_call_wait (TbCall *call, TbCallFunc done, void (*then) (TbCall *call), int status)
{
  const char *timeout = tb_call_query (call, "timeout");
  gint64 wait_ns = TB_CALL_TIMEOUT_NS;
  if (timeout != NULL && !tb_duration_parse (timeout, &wait_ns, NULL))
    {
      tb_call_error (call, 400, "“%s” is no duration like 500ms or 10s", timeout);
      return;
    }
  call->status = status;
  if (is_false (tb_call_query (call, "wait")) || done (call))
    {
      then (call);
      return;
    }
  call->done = done;
  call->then = then;
  call->give_up_ns = tb_now_ns () + wait_ns;
  tb_control_need_timer (call->control);
}

void
tb_call_stream (TbCall *call, const char *content_type, TbCallFunc more, gint64 every_ns)
{
  send_head (call, 200, content_type, -1, TRUE);
  call->more = more;
  call->every_ns = every_ns;
  call->text = g_string_new (NULL);
  tb_control_need_timer (call->control);
}

static void
look_at_stream (TbCall *call, gint64 now_ns)
{
  if (now_ns < call->next_ns)
    return;
  call->next_ns = now_ns + call->every_ns;
  gboolean goes_on = call->more (call);
  tb_client_send (call->client, call->text->str, call->text->len);
  g_string_truncate (call->text, 0);
  if (goes_on)
    return;
  call->answered = TRUE;
  tb_client_finish (call->client, TRUE);
}

void
tb_call_look (TbCall *call, gint64 now_ns)
{
  if (call->more != NULL)
    look_at_stream (call, now_ns);
  else if (call->done != NULL && call->done (call))
    call->then (call);
  else if (call->done != NULL && now_ns > call->give_up_ns)
    tb_call_error (call, 504, "%s is not so within the time; it was asked for",
                   call->subject != NULL ? call->subject : "it");
}

/* ---- Letting in --------------------------------------------------------------------------------- */

/* Takes as long for a wrong token as for the right one. */
static gboolean
is_token (const TbControl *control, const char *text, gsize n)
{
  gsize length = control->token != NULL ? strlen (control->token) : 0;
  guint8 differ = n != length || length == 0;
  for (gsize i = 0; i < length; i++)
    differ |= (guint8) (control->token[i] ^ (n > 0 ? text[i % n] : 0));
  return differ == 0;
}

/* The token as user or as password. */
static gboolean
is_basic (const TbControl *control, const char *text)
{
  gsize n;
  g_autofree guchar *bytes = g_base64_decode (text, &n);
  const char *pair = (const char *) bytes;
  const char *colon = pair != NULL ? memchr (pair, ':', n) : NULL;
  if (pair == NULL)
    return FALSE;
  gsize user = colon != NULL ? (gsize) (colon - pair) : n;
  return is_token (control, pair, user)
         || (colon != NULL && is_token (control, colon + 1, n - user - 1));
}

static gboolean
has_token (const TbControl *control, const TbHttpHead *head)
{
  TbSlice slice = tb_http_header (head, "Authorization");
  g_autofree char *value = slice.p != NULL ? g_strndup (slice.p, slice.n) : g_strdup ("");
  if (g_ascii_strncasecmp (value, "Bearer ", 7) == 0)
    return is_token (control, value + 7, strlen (value + 7));
  return g_ascii_strncasecmp (value, "Basic ", 6) == 0 && is_basic (control, value + 6);
}

/* "/TOKEN/proxies" is "/proxies". */
static gboolean
path_has_token (const TbControl *control, GStrv *segments)
{
  const char *first = (*segments)[0];
  if (first == NULL || !is_token (control, first, strlen (first)))
    return FALSE;
  (*segments)++;
  return TRUE;
}

/* ---- Routes ------------------------------------------------------------------------------------- */

/* Fills the parts; FALSE: another route's. */
static gboolean
matches (const char *pattern, GStrv segments, char **parts, guint *n_parts)
{
  g_auto (GStrv) wanted = g_strsplit (pattern + 1, "/", -1);
  guint i = 0;
  *n_parts = 0;
  for (; wanted[i] != NULL && segments[i] != NULL; i++)
    if (g_str_equal (wanted[i], "{}"))
      parts[(*n_parts)++] = segments[i];
    else if (!g_str_equal (wanted[i], segments[i]))
      return FALSE;
  return wanted[i] == NULL && segments[i] == NULL;
}

/* *known: there is such a path, of another method perhaps. */
static const TbControlRoute *
find_in (const TbControlRoute *routes, TbCall *call, GStrv segments, gboolean *known)
{
  char *parts[TB_CALL_PARTS_MAX];
  for (; routes->method != NULL; routes++)
    {
      guint n;
      if (!matches (routes->pattern, segments, parts, &n))
        continue;
      *known = TRUE;
      if (!g_str_equal (routes->method, call->method))
        continue;
      for (guint i = 0; i < n; i++)
        call->parts[i] = g_strdup (parts[i]);
      call->n_parts = n;
      return routes;
    }
  return NULL;
}

static void
route (TbCall *call, GStrv segments)
{
  gboolean known = FALSE;
  const TbControlRoute *found = find_in (tb_control_routes, call, segments, &known);
  if (found == NULL)
    found = find_in (tb_toxiproxy_routes, call, segments, &known);
  if (found != NULL)
    found->handle (call);
  else if (known)
    tb_call_error (call, 405, "%s is not for this path", call->method);
  else
    tb_call_error (call, 404, "there is no such path");
}

/* ---- Reading ------------------------------------------------------------------------------------ */

/* "orders%2F1" → "orders/1"; what cannot be decoded stays. */
static char *
decode (const char *text)
{
  g_autofree char *plain = g_uri_unescape_string (text, NULL);
  return plain != NULL && g_utf8_validate (plain, -1, NULL) ? g_steal_pointer (&plain)
                                                            : g_utf8_make_valid (text, -1);
}

static void
read_query (TbCall *call, const char *query)
{
  g_auto (GStrv) pairs = g_strsplit (query, "&", 32);
  for (guint i = 0; pairs[i] != NULL; i++)
    {
      char *value = strchr (pairs[i], '=');
      if (value != NULL)
        *value++ = '\0';
      g_hash_table_replace (call->query, decode (pairs[i]), decode (value != NULL ? value : "true"));
    }
}

/* (transfer full): the parts of the path, decoded. */
static GStrv
read_target (TbCall *call, TbSlice target)
{
  g_autofree char *text = g_strndup (target.p, target.n);
  char *query = strchr (text, '?');
  if (query != NULL)
    {
      *query++ = '\0';
      read_query (call, query);
    }
  g_autoptr (GPtrArray) segments = g_ptr_array_new ();
  g_auto (GStrv) raw = g_strsplit (text, "/", 16);
  for (guint i = 0; raw[i] != NULL; i++)
    if (*raw[i] != '\0')
      g_ptr_array_add (segments, decode (raw[i]));
  g_ptr_array_add (segments, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&segments), FALSE);
}

static TbCall *
new_call (TbClient *client, TbControl *control, const TbHttpHead *head)
{
  TbCall *call = g_new0 (TbCall, 1);
  call->client = client;
  call->control = control;
  call->session = control->session;
  call->method = g_strndup (head->method.p != NULL ? head->method.p : "", head->method.n);
  call->query = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  call->json = tb_json_new ();
  return call;
}

void
tb_call_free (TbCall *call)
{
  for (guint i = 0; i < call->n_parts; i++)
    g_free (call->parts[i]);
  if (call->text != NULL)
    g_string_free (call->text, TRUE);
  g_clear_pointer (&call->match, g_regex_unref);
  g_clear_pointer (&call->change, tb_session_change_free);
  g_hash_table_unref (call->query);
  tb_json_value_free (call->body);
  tb_json_free (call->json);
  g_free (call->subject);
  g_free (call->method);
  g_free (call);
}

/* The body as JSON; FALSE: answered. */
static gboolean
read_body (TbCall *call, const char *bytes, gsize n)
{
  g_autoptr (GError) error = NULL;
  if (n == 0)
    return TRUE;
  call->body = tb_json_parse (bytes, n, &error);
  if (call->body == NULL)
    tb_call_error (call, 400, "bad request body: %s", error->message);
  return call->body != NULL;
}

/* TRUE: all of it is there. *used: head and body; *size: of the body. */
static TbParse
find_body (const TbHttpHead *head, const char *bytes, gsize n, gsize *used, gsize *size)
{
  gsize rest = n - head->head_size;
  if (head->chunked)
    {
      TbParse parse = tb_http_parse_chunked (bytes + head->head_size, rest, TB_CONTROL_BODY_MAX,
                                             used, size);
      *used += head->head_size;
      return parse;
    }
  if (head->content_length > TB_CONTROL_BODY_MAX)
    return TB_PARSE_BAD;
  *size = (gsize) head->content_length;
  *used = head->head_size + *size;
  return rest < *size ? TB_PARSE_MORE : TB_PARSE_DONE;
}

/* A body that is whole, without what held its chunks together. (transfer full) */
static char *
join_chunks (const char *body, const char *limit, gsize size)
{
  char *content = g_malloc (size + 1);
  tb_http_join_chunked (body, (gsize) (limit - body), content);
  content[size] = '\0';
  return content;
}

/* Who has no token and needs none sees the figures and nothing else. */
static void
serve_metrics (TbCall *call, GStrv segments)
{
  gboolean asked = segments[0] != NULL && g_str_equal (segments[0], "metrics") && segments[1] == NULL;
  if (!asked)
    tb_call_error (call, 404, "there is /metrics here and nothing else");
  else if (!g_str_equal (call->method, "GET"))
    tb_call_error (call, 405, "%s is not for this path", call->method);
  else
    tb_route_metrics (call);
}

static void
take_whole (TbCall *call, TbAccess access, const TbHttpHead *head, const char *body, const char *limit, gsize size)
{
  GStrv segments = read_target (call, head->target), at = segments;
  g_autofree char *joined = head->chunked ? join_chunks (body, limit, size) : NULL;
  call->closing = !head->keep_alive;
  gboolean in_path = access == TB_ACCESS_TOKEN && path_has_token (call->control, &at);
  if (access == TB_ACCESS_METRICS)
    serve_metrics (call, at);
  else if (access == TB_ACCESS_TOKEN && !in_path && !has_token (call->control, head))
    tb_call_error (call, 401, "the token is missing or wrong");
  else if (read_body (call, joined != NULL ? joined : body, size))
    route (call, at);
  g_strfreev (segments);
}

/* So that a client library that asks first is let go on. */
static void
answer_expect (TbCall *call, const TbHttpHead *head)
{
  static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
  TbSlice expect = tb_http_header (head, "Expect");
  if (expect.p != NULL && head->content_length > 0)
    tb_client_send (call->client, go_on, sizeof go_on - 1);
}

gsize
tb_call_take (TbClient *client, TbControl *control, TbAccess access, const char *bytes, gsize n,
              TbCall **call)
{
  TbHttpHead head;
  gsize used = 0, size = 0;
  memset (&head, 0, sizeof head);
  TbParse parse = n > 0 ? tb_http_parse_request (bytes, n, &head) : TB_PARSE_MORE;
  if (parse == TB_PARSE_MORE && n < TB_CONTROL_HEAD_MAX)
    return 0;
  gboolean head_is_whole = parse == TB_PARSE_DONE;
  if (head_is_whole)
    parse = find_body (&head, bytes, n, &used, &size);
  if (head_is_whole && parse == TB_PARSE_MORE)
    {
      TbCall asked = { .client = client };
      if (n == head.head_size)
        answer_expect (&asked, &head);
      return 0;
    }
  *call = new_call (client, control, &head);
  if (parse == TB_PARSE_DONE)
    take_whole (*call, access, &head, bytes + head.head_size, bytes + used, size);
  else
    tb_call_error (*call, head_is_whole ? 413 : 400,
                   head_is_whole ? "the body is too long" : "this is no HTTP request");
  return parse == TB_PARSE_DONE ? used : n;
}
