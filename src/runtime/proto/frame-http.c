/* HTTP/1.0 and 1.1 in the framer. Of each message:
 *
 *   START --start_line()--> HEADERS --head_end()--> body of known size   --.
 *                                 |--> CHUNK <-> chunk, CHUNK_END          |--end_message()--> START
 *                                 |      '--> TRAILERS                   --|
 *                                 |--> until close --tb_http_close()     --|
 *                                 '--> no body                           --'
 *
 * A request is queued at the end of its head, since its reply may come before its body ends, and
 * reported at its end. 101 and a 2xx to CONNECT end the framing: what follows is not HTTP, unless
 * the 101 is to HTTP/2. */
#include "framer-private.h"

#include <stdio.h>
#include <string.h>

enum
{
  START,
  HEADERS,
  LENGTH,
  CHUNK,
  CHUNK_DATA,
  CHUNK_END,
  TRAILERS
};

static void
end_request (TbFeed *feed)
{
  TbWork *w = feed->work;
  uint32_t number = w->number;
  bool tunnel = (w->http.flags & TB_PENDING_CONNECT) != 0;
  TbPending *request = tb_feed_find (feed, number);
  if (request != NULL)
    {
      request->flags |= TB_PENDING_WHOLE;
      request->request_ns = feed->now_ns;
    }
  tb_feed_report (feed, TB_MSG_REQUEST, number, NULL);
  if (tunnel && request != NULL)
    feed->framer->mode |= TB_MODE_TUNNEL_WAIT;
}

static void
after_connect (TbFeed *feed, bool tunnel)
{
  uint16_t *mode = &feed->framer->mode;
  if (tunnel)
    tb_feed_leave (feed, "a tunnel was opened by CONNECT");
  else if (*mode & TB_MODE_TUNNEL_EARLY)
    tb_feed_give_up (feed, "bytes followed a CONNECT that was refused");
  *mode &= (uint16_t) ~(TB_MODE_TUNNEL_WAIT | TB_MODE_TUNNEL_EARLY);
}

static void
end_reply (TbFeed *feed)
{
  TbWork *w = feed->work;
  unsigned status = w->status;
  TbPending request;
  bool interim = status < 200 && status != 101, to_http2 = w->http.to_http2 && status == 101;
  if (interim || tb_feed_oldest (feed) == NULL)
    {
      tb_feed_report (feed, TB_MSG_ONE_WAY, 0, NULL);
      return;
    }
  uint32_t number = tb_feed_pop (feed, &request);
  if (to_http2)
    {
      /* The answer itself follows in HTTP/2. */
      tb_feed_report (feed, TB_MSG_ONE_WAY, 0, NULL);
      if (tb_feed_adopt (feed, TB_PROTO_HTTP2))
        tb_http2_upgrade (feed, &request);
      return;
    }
  tb_feed_report (feed, TB_MSG_REPLY, number, &request);
  if (status == 101)
    tb_feed_leave (feed, "the connection was upgraded to another protocol");
  else if (request.flags & TB_PENDING_CONNECT)
    after_connect (feed, status < 300);
}

static void
end_message (TbFeed *feed)
{
  if (feed->direction == TB_DIR_UP)
    end_request (feed);
  else
    end_reply (feed);
}

static void
start_request (TbFeed *feed, const char *line, size_t n)
{
  TbWork *w = feed->work;
  TbSlice method, target;
  unsigned minor;
  if (tb_http2_is_preface (line, n) && feed->framer->requests == 0)
    {
      if (tb_feed_adopt (feed, TB_PROTO_HTTP2))
        tb_http2_line (feed, line, n);
      return;
    }
  if (!tb_http_request_line (line, n, &method, &target, &minor))
    {
      tb_feed_give_up (feed, "not an HTTP/1 request line");
      return;
    }
  w->http.one_dot_zero = minor == 0;
  w->http.flags = tb_slice_is (method, "HEAD")      ? TB_PENDING_HEAD
                  : tb_slice_is (method, "CONNECT") ? TB_PENDING_CONNECT
                                                    : 0;
  size_t at = tb_label_append (w->label, sizeof w->label, 0, method.p, method.n);
  at = tb_label_append (w->label, sizeof w->label, at, " ", 1);
  w->label_n = (uint8_t) tb_label_append (w->label, sizeof w->label, at, target.p, target.n);
}

static void
start_reply (TbFeed *feed, const char *line, size_t n)
{
  TbWork *w = feed->work;
  unsigned status, minor;
  if (!tb_http_status_line (line, n, &status, &minor))
    {
      tb_feed_give_up (feed, "not an HTTP/1 status line");
      return;
    }
  w->http.one_dot_zero = minor == 0;
  w->http.flags = 0;
  w->status = (uint16_t) status;
  w->error = status >= 500;
  w->label_n = (uint8_t) tb_label_append (w->label, sizeof w->label, 0, line + 9, 3);
}

static void
start_line (TbFeed *feed, const char *line, size_t n)
{
  TbWork *w = feed->work;
  if (n == 0)
    {
      tb_feed_restart (feed);
      return;
    }
  memset (&w->http, 0, sizeof w->http);
  w->remaining = 0;
  if (feed->direction == TB_DIR_UP)
    start_request (feed, line, n);
  else
    start_reply (feed, line, n);
  if (feed->framer->proto == TB_PROTO_HTTP)
    w->step = HEADERS;
}

static void
header_length (TbFeed *feed, TbSlice value)
{
  TbWork *w = feed->work;
  uint64_t length;
  if (!tb_http_length (value, &length) || (w->http.has_length && length != w->remaining))
    {
      tb_feed_give_up (feed, "a Content-Length that cannot be");
      return;
    }
  w->http.has_length = true;
  w->remaining = length;
}

static void
header (TbFeed *feed, const char *line, size_t n)
{
  TbWork *w = feed->work;
  TbSlice name, value;
  if (!tb_http_header_line (line, n, &name, &value))
    tb_feed_give_up (feed, "not an HTTP header line");
  else if (name.n == 14 && tb_slice_is (name, "content-length"))
    header_length (feed, value);
  else if (name.n == 17 && tb_slice_is (name, "transfer-encoding"))
    {
      w->http.coded = true;
      w->http.chunked = tb_http_ends_chunked (value);
    }
  else if (name.n == 10 && tb_slice_is (name, "connection"))
    {
      w->http.close |= tb_http_list_has (value, "close");
      w->http.keep_alive |= tb_http_list_has (value, "keep-alive");
    }
  else if (name.n == 7 && tb_slice_is (name, "upgrade"))
    w->http.to_http2 |= tb_http_list_has (value, "h2c");
  else if (name.n == 11 && tb_slice_is (name, "traceparent"))
    tb_trace_parse (value, w->trace_id, w->parent_id);
}

/* RFC 9112 6.3: which replies have no body whatever their headers say. */
static bool
bodyless (TbFeed *feed)
{
  TbWork *w = feed->work;
  const TbPending *request = tb_feed_oldest (feed);
  uint8_t flags = request ? request->flags : 0;
  return w->status < 200 || w->status == 204 || w->status == 304 || (flags & TB_PENDING_HEAD)
         || ((flags & TB_PENDING_CONNECT) && w->status < 300);
}

static void
head_end (TbFeed *feed)
{
  TbWork *w = feed->work;
  bool reply = feed->direction == TB_DIR_DOWN;
  w->last = w->http.close || (w->http.one_dot_zero && !w->http.keep_alive);
  if (!reply && w->http.coded && !w->http.chunked)
    {
      tb_feed_give_up (feed, "a request whose end cannot be known");
      return;
    }
  if (!reply && (w->number = tb_feed_push (feed, w->http.flags)) == 0)
    return;
  if (reply && bodyless (feed))
    end_message (feed);
  else if (w->http.chunked)
    w->step = CHUNK;
  else if (w->http.has_length && !w->http.coded && w->remaining > 0)
    {
      w->step = LENGTH;
      tb_feed_want_body (feed, w->remaining, false);
    }
  else if (reply && (w->http.coded || !w->http.has_length))
    {
      w->last = true;
      w->want = TB_WANT_CLOSE;
    }
  else
    end_message (feed);
}

static void
chunk (TbFeed *feed, const char *line, size_t n)
{
  uint64_t size;
  if (!tb_http_chunk_size (line, n, &size))
    tb_feed_give_up (feed, "not a chunk size");
  else if (size == 0)
    feed->work->step = TRAILERS;
  else
    {
      feed->work->step = CHUNK_DATA;
      tb_feed_want_body (feed, size, false);
    }
}

void
tb_http_line (TbFeed *feed, const char *line, size_t n)
{
  TbWork *w = feed->work;
  if (feed->direction == TB_DIR_UP && (feed->framer->mode & TB_MODE_TUNNEL_WAIT))
    {
      feed->framer->mode |= TB_MODE_TUNNEL_EARLY;
      tb_feed_restart (feed);
      return;
    }
  switch (w->step)
    {
    case START:
      start_line (feed, line, n);
      break;
    case HEADERS:
      if (n == 0)
        head_end (feed);
      else
        header (feed, line, n);
      break;
    case CHUNK:
      chunk (feed, line, n);
      break;
    case CHUNK_END:
      if (n > 0)
        tb_feed_give_up (feed, "a chunk that is longer than its size");
      w->step = CHUNK;
      break;
    case TRAILERS:
      if (n == 0)
        end_message (feed);
      break;
    default:
      TB_CHECK (!"a line inside a body");
    }
}

void
tb_http_body_end (TbFeed *feed)
{
  if (feed->work->step == CHUNK_DATA)
    feed->work->step = CHUNK_END;
  else
    end_message (feed);
}

void
tb_http_close (TbFeed *feed)
{
  end_message (feed);
}
