/* What the calls of an HTTP/2 connection say: streams, their headers, and the messages that are told
 * of them. The frames are read by frame-http2.c. */
#include "http2-private.h"

#include <string.h>

static const char *const grpc_names[] = {
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
};

static const char *const error_names[] = {
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
  "INADEQUATE_SECURITY",
  "HTTP_1_1_REQUIRED",
};

/* Of an answer that goes on; its end would say how it came out. */
#define GRPC_OPEN UINT16_MAX

/* ---- Telling ----------------------------------------------------------------------------------- */

static void
tell (TbFeed *feed, const TbStream *s, TbMessageKind kind, const char *word, bool error)
{
  const TbStreamSide *side = &s->side[feed->direction];
  TbMessage m = { .kind = kind,
                  .direction = feed->direction,
                  .error = error,
                  .status = kind == TB_MSG_REPLY ? s->status : 0,
                  .number = kind == TB_MSG_ONE_WAY ? 0 : s->number,
                  .start = side->start,
                  .end = feed->framer->side[feed->direction].offset,
                  .first_ns = side->first_ns,
                  .last_ns = feed->now_ns };
  if (kind == TB_MSG_REPLY)
    m.request_ns = s->side[TB_DIR_UP].told ? TB_MIN (s->request_ns, m.first_ns) : m.first_ns;
  memcpy (m.trace_id, s->trace_id, sizeof m.trace_id);
  memcpy (m.parent_id, s->parent_id, sizeof m.parent_id);
  size_t at = tb_label_append (m.label, sizeof m.label, 0, word, strlen (word));
  if (at > 0 && s->label[0] != '\0')
    at = tb_label_append (m.label, sizeof m.label, at, " ", 1);
  tb_label_append (m.label, sizeof m.label, at, s->label, strlen (s->label));
  feed->func (&m, feed->data);
}

static void
tell_request (TbFeed *feed, TbStream *s)
{
  tell (feed, s, TB_MSG_REQUEST, "", false);
  s->side[TB_DIR_UP].told = true;
  s->request_ns = feed->now_ns;
  feed->framer->two->outstanding += !s->side[TB_DIR_DOWN].told;
}

static const char *
grpc_name (const TbStream *s)
{
  return s->grpc_status < TB_ARRAY_LENGTH (grpc_names) ? grpc_names[s->grpc_status] : "status";
}

static void
tell_reply_as (TbFeed *feed, TbStream *s, const char *word, bool error)
{
  tell (feed, s, s->number != 0 ? TB_MSG_REPLY : TB_MSG_ONE_WAY, word, error);
  s->side[TB_DIR_DOWN].told = true;
  feed->framer->two->outstanding -= s->side[TB_DIR_UP].told;
}

static void
tell_reply (TbFeed *feed, TbStream *s)
{
  bool open = s->grpc_status == GRPC_OPEN;
  char status[4] = { (char) ('0' + s->status / 100 % 10), (char) ('0' + s->status / 10 % 10),
                     (char) ('0' + s->status % 10), '\0' };
  if (s->grpc && s->status == 200)
    tell_reply_as (feed, s, open ? "reply" : grpc_name (s), !open && s->grpc_status != 0);
  else
    tell_reply_as (feed, s, status, s->status >= 500);
}

static void
forget (TbFeed *feed, TbStream *s)
{
  struct TbHttp2 *two = feed->framer->two;
  two->outstanding -= s->side[TB_DIR_UP].told && !s->side[TB_DIR_DOWN].told;
  tb_streams_remove (&two->streams, s);
}

/* What is to be told begins with this frame. */
static void
begins_here (TbFeed *feed, TbStream *s)
{
  s->side[feed->direction].start = feed->work->start;
  s->side[feed->direction].first_ns = feed->work->first_ns;
}

void
tb_http2_stream_end (TbFeed *feed, TbStream *s)
{
  TbStreamSide *side = &s->side[feed->direction];
  side->ended = true;
  if (!side->told && feed->direction == TB_DIR_UP)
    tell_request (feed, s);
  else if (!side->told)
    tell_reply (feed, s);
  else if (feed->direction == TB_DIR_DOWN && s->grpc_status != 0 && s->grpc_status != GRPC_OPEN)
    {
      begins_here (feed, s);
      tell (feed, s, TB_MSG_ONE_WAY, grpc_name (s), true);
    }
  if (s->side[TB_DIR_UP].ended && s->side[TB_DIR_DOWN].ended)
    forget (feed, s);
}

/* ---- Headers ----------------------------------------------------------------------------------- */

/* What the headers of one block say. */
typedef struct
{
  TbSlice method, path;
  char text[2 * TB_HPACK_VALUE_MAX];
  size_t text_n;
  uint16_t status, grpc_status;
  bool grpc;
  uint8_t trace_id[16], parent_id[8];
} Said;

static uint16_t
small_number (const char *value, size_t n)
{
  unsigned number = 0;
  for (size_t i = 0; i < n && i < 3; i++)
    number = number * 10 + (value[i] >= '0' && value[i] <= '9' ? (unsigned) (value[i] - '0') : 0);
  return (uint16_t) number;
}

static TbSlice
keep (Said *said, const char *value, size_t n)
{
  size_t room = TB_MIN (n, sizeof said->text - said->text_n);
  char *at = said->text + said->text_n;
  memcpy (at, value, room);
  said->text_n += room;
  return (TbSlice) { at, room };
}

static void
on_field (TbField field, const char *value, size_t n, void *data)
{
  Said *said = data;
  static const char grpc[] = "application/grpc";
  switch ((int) field)
    {
    case TB_FIELD_METHOD:
      said->method = keep (said, value, TB_MIN (n, 16u));
      break;
    case TB_FIELD_PATH:
      said->path = keep (said, value, n);
      break;
    case TB_FIELD_STATUS:
      said->status = small_number (value, n);
      break;
    case TB_FIELD_GRPC_STATUS:
      said->grpc_status = small_number (value, n);
      break;
    case TB_FIELD_CONTENT_TYPE:
      said->grpc = n >= sizeof grpc - 1 && memcmp (value, grpc, sizeof grpc - 1) == 0;
      break;
    case TB_FIELD_TRACEPARENT:
      tb_trace_parse ((TbSlice) { value, n }, said->trace_id, said->parent_id);
      break;
    default:
      break;
    }
}

/* "GET /cart"; of gRPC "KV/Range" for /etcdserverpb.KV/Range. */
static void
set_label (TbStream *s, const Said *said)
{
  const char *path = said->path.p;
  size_t n = said->path.n, at = 0, from = 0;
  if (s->grpc && n > 0)
    {
      from = path[0] == '/';
      for (size_t i = from; i < n && path[i] != '/'; i++)
        if (path[i] == '.')
          from = i + 1;
    }
  else if (said->method.n > 0)
    {
      at = tb_label_append (s->label, sizeof s->label, 0, said->method.p, said->method.n);
      at = tb_label_append (s->label, sizeof s->label, at, " ", 1);
    }
  if (n > 0)
    tb_label_append (s->label, sizeof s->label, at, path + from, n - from);
}

static TbStream *
add_stream (TbFeed *feed, uint32_t id, const Said *said)
{
  struct TbHttp2 *two = feed->framer->two;
  TbStream *s = NULL;
  if (two->streams.n >= TB_PIPELINE_MAX)
    tb_feed_give_up (feed, "more requests wait for a reply than can be kept");
  else if ((s = tb_streams_add (&two->streams, id)) == NULL)
    tb_feed_give_up (feed, "out of memory");
  if (s == NULL)
    return NULL;
  s->grpc = said->grpc;
  s->grpc_status = GRPC_OPEN;
  memcpy (s->trace_id, said->trace_id, sizeof s->trace_id);
  memcpy (s->parent_id, said->parent_id, sizeof s->parent_id);
  set_label (s, said);
  return s;
}

/* What is about a stream that is over, or was never begun, is nobody's. */
static TbStream *
request_headers (TbFeed *feed, const Said *said)
{
  struct TbHttp2 *two = feed->framer->two;
  uint32_t id = feed->work->two.id;
  TbStream *s = tb_streams_find (&two->streams, id);
  if (s != NULL || id % 2 == 0 || id <= two->last_id)
    return s;
  two->last_id = id;
  if ((s = add_stream (feed, id, said)) == NULL)
    return NULL;
  s->number = ++feed->framer->requests;
  s->side[TB_DIR_UP].begun = true;
  begins_here (feed, s);
  two->begins = true;
  memcpy (two->label, s->label, sizeof s->label);
  return s;
}

static void
reply_begins (struct TbHttp2 *two, const TbStream *s)
{
  char status[4] = { (char) ('0' + s->status / 100 % 10), (char) ('0' + s->status / 10 % 10),
                     (char) ('0' + s->status % 10), '\0' };
  const char *word = s->grpc && s->status == 200 ? "reply" : status;
  size_t at = tb_label_append (two->label, sizeof two->label, 0, word, strlen (word));
  at = tb_label_append (two->label, sizeof two->label, at, " ", 1);
  tb_label_append (two->label, sizeof two->label, at, s->label, strlen (s->label));
  two->begins = true;
}

static TbStream *
reply_headers (TbFeed *feed, const Said *said)
{
  TbStream *s = tb_streams_find (&feed->framer->two->streams, feed->work->two.id);
  if (s == NULL)
    return NULL;
  TbStreamSide *side = &s->side[TB_DIR_DOWN];
  bool interim = said->status >= 100 && said->status < 200;
  if (!side->begun)
    begins_here (feed, s);
  if (interim)
    {
      char word[4] = { '1', (char) ('0' + said->status / 10 % 10), (char) ('0' + said->status % 10) };
      tell (feed, s, TB_MSG_ONE_WAY, word, false);
      return s;
    }
  if (!side->begun)
    {
      s->status = said->status;
      s->grpc = s->grpc && said->grpc;
      reply_begins (feed->framer->two, s);
    }
  side->begun = true;
  if (said->grpc_status != GRPC_OPEN)
    s->grpc_status = said->grpc_status;
  return s;
}

static void
promised (TbFeed *feed, const Said *said)
{
  uint32_t id = feed->work->two.promised;
  struct TbHttp2 *two = feed->framer->two;
  if (feed->direction == TB_DIR_UP || id == 0 || id % 2 != 0
      || tb_streams_find (&two->streams, id) != NULL)
    {
      tb_feed_give_up (feed, "not a promise of HTTP/2");
      return;
    }
  TbStream *s = add_stream (feed, id, said);
  if (s == NULL)
    return;
  begins_here (feed, s);
  tell (feed, s, TB_MSG_ONE_WAY, "push", false);
  s->side[TB_DIR_UP].ended = true;
}

void
tb_http2_headers (TbFeed *feed, const char *block, size_t n)
{
  struct TbHttp2 *two = feed->framer->two;
  Said said = { .grpc_status = GRPC_OPEN };
  TbStream *s = NULL;
  TbHpack *table = &two->table[feed->direction];
  two->begins = false;
  if (!(feed->frame_func != NULL ? tb_hpack_rewrite (table, block, n, on_field, &said, &two->block)
                                 : tb_hpack_read (table, block, n, on_field, &said)))
    {
      tb_feed_give_up (feed, "headers that cannot be read");
      return;
    }
  if (feed->work->two.type == TB_H2_PUSH_PROMISE)
    promised (feed, &said);
  else
    s = feed->direction == TB_DIR_UP ? request_headers (feed, &said) : reply_headers (feed, &said);
  if (s != NULL && (feed->work->two.flags & TB_H2_END_STREAM) && !s->side[feed->direction].ended)
    tb_http2_stream_end (feed, s);
}

/* ---- Without headers ----------------------------------------------------------------------------- */

static const char *
error_name (uint32_t code)
{
  return code < TB_ARRAY_LENGTH (error_names) ? error_names[code] : "error";
}

void
tb_http2_reset (TbFeed *feed, uint32_t code)
{
  TbStream *s = tb_streams_find (&feed->framer->two->streams, feed->work->two.id);
  bool up = feed->direction == TB_DIR_UP;
  if (s == NULL)
    return;
  TbStreamSide *side = &s->side[feed->direction];
  if (!side->begun || side->told)
    begins_here (feed, s);
  if (!up && !side->told)
    tell_reply_as (feed, s, error_name (code), true);
  else if (!s->side[TB_DIR_DOWN].ended)
    tell (feed, s, TB_MSG_ONE_WAY, error_name (code), !up);
  forget (feed, s);
}

void
tb_http2_go_away (TbFeed *feed, uint32_t code)
{
  TbMessage m = { .kind = TB_MSG_ONE_WAY,
                  .direction = feed->direction,
                  .error = code != 0,
                  .last = true,
                  .start = feed->work->start,
                  .end = feed->framer->side[feed->direction].offset,
                  .first_ns = feed->work->first_ns,
                  .last_ns = feed->now_ns };
  size_t at = tb_label_append (m.label, sizeof m.label, 0, "GOAWAY ", code != 0 ? 7 : 6);
  if (code != 0)
    tb_label_append (m.label, sizeof m.label, at, error_name (code), strlen (error_name (code)));
  feed->func (&m, feed->data);
}

void
tb_http2_grpc_message (TbFeed *feed, TbStream *s)
{
  TbStreamSide *side = &s->side[feed->direction];
  side->prefix_n = 0;
  if (side->told)
    tell (feed, s, TB_MSG_ONE_WAY, "message", false);
  else if (feed->direction == TB_DIR_UP)
    tell_request (feed, s);
  else
    tell_reply (feed, s);
}

/* The request that asked for HTTP/2 in HTTP/1 is stream 1, and is whole. */
void
tb_http2_upgrade (TbFeed *feed, const TbPending *request)
{
  const Said nothing = { 0 };
  if (!tb_http2_ensure (feed))
    return;
  TbStream *s = add_stream (feed, 1, &nothing);
  if (s == NULL)
    return;
  feed->framer->two->last_id = 1;
  feed->framer->two->outstanding = 1;
  s->number = request->number;
  s->request_ns = request->request_ns;
  s->side[TB_DIR_UP] = (TbStreamSide) { .begun = true, .told = true, .ended = true };
  memcpy (s->label, request->label, sizeof s->label);
  memcpy (s->trace_id, request->trace_id, sizeof s->trace_id);
  memcpy (s->parent_id, request->parent_id, sizeof s->parent_id);
}
