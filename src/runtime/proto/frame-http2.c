/* HTTP/2 and gRPC in the framer (RFC 9113; gRPC's "PROTOCOL-HTTP2"). Of each direction:
 *
 *   PREFACE (caller alone) --> HEAD --head()--> DATA: [PAD] --> CONTENT, or gRPC's PREFIX <-> MESSAGE
 *                               ^      |                  '--> TAIL (padding)       |
 *                               |      |--> a block, handed over whole: block()     |
 *                               |      '--> SKIP                                    |
 *                               '--------------- frame_end() -----------------------'
 *
 * and of each stream, for both sides:
 *
 *   HEADERS: begun --end of stream, or the first message of gRPC: told--> --end of stream: ended-->
 *
 * A message is a request or a reply, as in HTTP/1. Of gRPC the request is told with its first
 * message and so is the reply, since a call may stream for hours; what follows them is one way, each
 * message for itself, and so is a status other than OK at the end. Messages of several streams
 * interleave: only their ends are in order. */
#include "http2-private.h"

#include <stdlib.h>
#include <string.h>

enum
{
  HEAD,
  PREFACE,
  PAD,
  CONTENT,
  PREFIX,
  MESSAGE,
  TAIL,
  SKIP
};

#define FLAG_END_HEADERS 0x04
#define FLAG_PADDED 0x08
#define FLAG_PRIORITY 0x20

#define FRAME_LEAST_MAX 16384u
#define SETTING_MAX_FRAME_SIZE 5
#define LINE "PRI * HTTP/2.0"
#define REST "\r\nSM\r\n\r\n"

/* What must be of a frame's head; streams: 0 never, 1 always, 2 perhaps. */
static const struct
{
  uint8_t stream, whole; /* whole: its payload is handed over in one piece */
  uint32_t least, most;
} frames[] = {
  [TB_H2_DATA] = { 1, 0, 0, UINT32_MAX },
  [TB_H2_HEADERS] = { 1, 1, 0, UINT32_MAX },
  [TB_H2_PRIORITY] = { 1, 0, 5, 5 },
  [TB_H2_RST_STREAM] = { 1, 1, 4, 4 },
  [TB_H2_SETTINGS] = { 0, 1, 0, TB_LINE_MAX },
  [TB_H2_PUSH_PROMISE] = { 1, 1, 4, UINT32_MAX },
  [TB_H2_PING] = { 0, 0, 8, 8 },
  [TB_H2_GOAWAY] = { 0, 1, 8, UINT32_MAX },
  [TB_H2_WINDOW_UPDATE] = { 2, 0, 4, 4 },
  [TB_H2_CONTINUATION] = { 1, 1, 0, UINT32_MAX },
};

/* ---- The connection ---------------------------------------------------------------------------- */

bool
tb_http2_ensure (TbFeed *feed)
{
  TbFramer *f = feed->framer;
  if (f->two != NULL)
    return true;
  f->two = calloc (1, sizeof *f->two);
  if (f->two == NULL)
    {
      tb_feed_give_up (feed, "out of memory");
      return false;
    }
  for (int d = 0; d < 2; d++)
    {
      tb_hpack_init (&f->two->table[d]);
      f->two->max_frame[d] = FRAME_LEAST_MAX;
    }
  return true;
}

void
tb_http2_free (struct TbHttp2 *two)
{
  if (two == NULL)
    return;
  tb_hpack_clear (&two->table[0]);
  tb_hpack_clear (&two->table[1]);
  tb_streams_clear (&two->streams);
  free (two->block.bytes);
  free (two);
}

bool
tb_http2_is_settled (const struct TbHttp2 *two, TbDirection direction)
{
  return two->settled[direction];
}

void
tb_http2_owe_table_size (struct TbHttp2 *two, TbDirection direction)
{
  two->table[direction].resized = true;
}

unsigned
tb_http2_outstanding (const struct TbHttp2 *two)
{
  return two->outstanding;
}

bool
tb_http2_is_preface (const char *line, size_t n)
{
  return n == sizeof LINE - 1 && memcmp (line, LINE, n) == 0;
}

bool
tb_http2_is_greeting (const char *head)
{
  return head[0] == 0 && head[1] == 0 && (uint8_t) head[2] % 6 == 0 && head[3] == TB_H2_SETTINGS
         && head[4] == 0 && tb_read_u32 (head + 5) == 0;
}

static void
want_head (TbFeed *feed)
{
  feed->work->step = HEAD;
  tb_feed_want_body (feed, TB_HTTP2_HEAD, true);
}

static void
want_some (TbFeed *feed, uint8_t step, uint32_t n, bool capture)
{
  feed->work->step = step;
  tb_feed_want_body (feed, n, capture);
}

void
tb_http2_start (TbFeed *feed)
{
  if (tb_http2_ensure (feed) && (feed->direction == TB_DIR_DOWN || feed->framer->two->prefaced))
    want_head (feed);
}

/* The first line of the caller, and the only one. HTTP/1 where HTTP/2 was promised is read as that,
 * unless the called side has spoken HTTP/2 already. */
void
tb_http2_line (TbFeed *feed, const char *line, size_t n)
{
  TbFramer *f = feed->framer;
  if (!tb_http2_ensure (feed))
    return;
  if (feed->direction == TB_DIR_UP && tb_http2_is_preface (line, n))
    want_some (feed, PREFACE, sizeof REST - 1, true);
  else if (feed->direction == TB_DIR_UP && f->side[TB_DIR_DOWN].offset == 0
           && tb_sniff_line (line, n) == TB_PROTO_HTTP)
    {
      tb_http2_free (f->two);
      f->two = NULL;
      f->proto = TB_PROTO_HTTP;
      tb_http_line (feed, line, n);
    }
  else
    tb_feed_give_up (feed, "not the beginning of HTTP/2");
}

static void
tell_frame (TbFeed *feed)
{
  const TbWork *w = feed->work;
  struct TbHttp2 *two = feed->framer->two;
  bool headers = w->two.type == TB_H2_HEADERS || w->two.type == TB_H2_PUSH_PROMISE;
  feed->frame_func (&(TbHttp2Frame) { .start = w->start,
                                      .end = feed->framer->side[feed->direction].offset,
                                      .stream = w->two.id,
                                      .promised = w->two.promised,
                                      .type = w->two.type,
                                      .flags = w->two.flags,
                                      .padding = w->two.padding,
                                      .begins = headers && two->begins,
                                      .label = headers && two->begins ? two->label : "",
                                      .block = headers ? two->block.bytes : NULL,
                                      .block_n = headers ? two->block.n : 0 },
                    feed->data);
}

static void
frame_end (TbFeed *feed)
{
  if (feed->framer->proto == TB_PROTO_BYTES)
    return;
  if (feed->frame_func != NULL && feed->work->step != PREFACE)
    tell_frame (feed);
  tb_feed_restart (feed);
}

/* ---- Headers ---------------------------------------------------------------------------------- */

/* The first frame's payload is more than headers: padding, a priority, what is promised. */
static bool
strip (TbFeed *feed, const char **p, size_t *n)
{
  TbWork *w = feed->work;
  size_t before = 0, behind = 0;
  if (w->two.flags & FLAG_PADDED)
    {
      behind = *n > 0 ? (uint8_t) **p : 0;
      before = 1;
    }
  size_t promise = before;
  if (w->two.type == TB_H2_PUSH_PROMISE)
    before += 4;
  else if (w->two.flags & FLAG_PRIORITY)
    before += 5;
  if (before + behind > *n)
    return false;
  if (w->two.type == TB_H2_PUSH_PROMISE)
    w->two.promised = tb_read_u32 (*p + promise) & INT32_MAX;
  *p += before;
  *n -= before + behind;
  return true;
}

static void
header_frame (TbFeed *feed, const char *p, size_t n)
{
  TbWork *w = feed->work;
  bool *more = &feed->framer->two->more[feed->direction];
  if (!*more && !strip (feed, &p, &n))
    {
      tb_feed_give_up (feed, "not a frame of HTTP/2");
      return;
    }
  if (w->two.end_headers)
    {
      tb_http2_headers (feed, p, n);
      *more = false;
      w->line_n = 0;
      frame_end (feed);
      return;
    }
  if (!tb_feed_hold_only (feed, p, n))
    {
      tb_feed_give_up (feed, "headers that are too long");
      return;
    }
  *more = true;
  want_head (feed);
}

/* ---- Other frames ------------------------------------------------------------------------------ */

static void
settings (TbFeed *feed, const char *p, size_t n)
{
  struct TbHttp2 *two = feed->framer->two;
  two->settled[feed->direction] = true;
  for (; n >= 6; p += 6, n -= 6)
    if (tb_read_u16 (p) == SETTING_MAX_FRAME_SIZE)
      two->max_frame[!feed->direction] = TB_MAX (FRAME_LEAST_MAX, tb_read_u32 (p + 2));
}

void
tb_http2_block (TbFeed *feed, const char *p, size_t n)
{
  switch (feed->work->two.type)
    {
    case TB_H2_HEADERS:
    case TB_H2_PUSH_PROMISE:
      header_frame (feed, p, n);
      return;
    case TB_H2_SETTINGS:
      settings (feed, p, n);
      break;
    case TB_H2_RST_STREAM:
      tb_http2_reset (feed, tb_read_u32 (p));
      break;
    case TB_H2_GOAWAY:
      tb_http2_go_away (feed, tb_read_u32 (p + 4));
      break;
    default:
      TB_CHECK (!"a block of a frame that has none");
    }
  feed->work->line_n = 0;
  frame_end (feed);
}

/* ---- Data -------------------------------------------------------------------------------------- */

/* The stream whose gRPC messages are looked for, NULL where none is. */
static TbStream *
grpc_stream (TbFeed *feed)
{
  TbStream *s = tb_streams_find (&feed->framer->two->streams, feed->work->two.id);
  return s != NULL && s->grpc && s->side[feed->direction].begun ? s : NULL;
}

static void
data_end (TbFeed *feed)
{
  TbStream *s = tb_streams_find (&feed->framer->two->streams, feed->work->two.id);
  if (s != NULL && (feed->work->two.flags & TB_H2_END_STREAM) && s->side[feed->direction].begun
      && !s->side[feed->direction].ended)
    tb_http2_stream_end (feed, s);
  frame_end (feed);
}

static void
data_next (TbFeed *feed)
{
  TbWork *w = feed->work;
  uint32_t left = w->two.left;
  TbStream *s = grpc_stream (feed);
  TbStreamSide *side = s != NULL ? &s->side[feed->direction] : NULL;
  if (left == 0 && w->two.pad > 0)
    want_some (feed, TAIL, w->two.pad, false);
  else if (left == 0)
    data_end (feed);
  else if (s == NULL)
    want_some (feed, CONTENT, left, false);
  else if (side->left > 0)
    want_some (feed, MESSAGE, TB_MIN (left, side->left), false);
  else
    want_some (feed, PREFIX, TB_MIN (left, (uint32_t) (sizeof side->prefix - side->prefix_n)), true);
  w->two.wanted = (uint32_t) w->remaining;
}

/* Whether it is compressed, and its length. */
static void
grpc_prefix (TbFeed *feed, TbStream *s)
{
  TbStreamSide *side = &s->side[feed->direction];
  const TbWork *w = feed->work;
  if (side->prefix_n == 0 && side->told)
    {
      side->start = feed->framer->side[feed->direction].offset - w->text_n;
      side->first_ns = feed->now_ns;
    }
  memcpy (side->prefix + side->prefix_n, w->text, w->text_n);
  side->prefix_n = (uint8_t) (side->prefix_n + w->text_n);
  if (side->prefix_n < sizeof side->prefix)
    return;
  side->left = tb_read_u32 (side->prefix + 1);
  if ((uint8_t) side->prefix[0] > 1)
    s->grpc = false; /* it only says it is */
  else if (side->left == 0)
    tb_http2_grpc_message (feed, s);
}

static void
data_piece (TbFeed *feed)
{
  TbWork *w = feed->work;
  TbStream *s = grpc_stream (feed);
  w->two.left -= w->two.wanted;
  if (s != NULL && w->step == PREFIX)
    grpc_prefix (feed, s);
  else if (s != NULL && w->step == MESSAGE)
    {
      s->side[feed->direction].left -= w->two.wanted;
      if (s->side[feed->direction].left == 0)
        tb_http2_grpc_message (feed, s);
    }
  data_next (feed);
}

static void
pad (TbFeed *feed)
{
  TbWork *w = feed->work;
  w->two.pad = w->two.padding = (uint8_t) w->text[0];
  if (w->two.pad + 1u > w->two.left)
    {
      tb_feed_give_up (feed, "not a frame of HTTP/2");
      return;
    }
  w->two.left -= w->two.pad + 1u;
  data_next (feed);
}

/* ---- Heads ------------------------------------------------------------------------------------- */

static bool
is_legal (const TbFeed *feed, uint8_t type, uint32_t id, uint32_t length)
{
  const struct TbHttp2 *two = feed->framer->two;
  unsigned d = feed->direction;
  if (length > two->max_frame[d] || (!two->settled[d] && type != TB_H2_SETTINGS)
      || two->more[d] != (type == TB_H2_CONTINUATION) || (two->more[d] && id != feed->work->two.id))
    return false;
  if (type >= TB_ARRAY_LENGTH (frames))
    return true; /* an extension, which everyone skips */
  uint8_t stream = frames[type].stream;
  return length >= frames[type].least && length <= frames[type].most
         && (type != TB_H2_SETTINGS || length % 6 == 0) && (stream == 2 || (stream == 1) == (id != 0));
}

static void
want_block (TbFeed *feed, uint32_t length)
{
  TbWork *w = feed->work;
  w->want = TB_WANT_BLOCK;
  w->remaining = length;
  w->capture = false;
  if (length == 0)
    tb_http2_block (feed, w->line_n > 0 ? w->line : "", w->line_n);
}

static void
payload (TbFeed *feed, uint8_t type, uint8_t flags, uint32_t length)
{
  if (type == TB_H2_DATA && (flags & FLAG_PADDED) && length > 0)
    want_some (feed, PAD, 1, true);
  else if (type == TB_H2_DATA)
    data_next (feed);
  else if (type < TB_ARRAY_LENGTH (frames) && frames[type].whole)
    want_block (feed, length);
  else if (length > 0)
    want_some (feed, SKIP, length, false);
  else
    frame_end (feed);
}

static void
head (TbFeed *feed)
{
  TbWork *w = feed->work;
  uint32_t length = tb_read_u32 (w->text) >> 8, id = tb_read_u32 (w->text + 5) & INT32_MAX;
  uint8_t type = (uint8_t) w->text[3], flags = (uint8_t) w->text[4];
  if (!is_legal (feed, type, id, length))
    {
      tb_feed_give_up (feed, "not a frame of HTTP/2");
      return;
    }
  if (type != TB_H2_CONTINUATION)
    {
      w->two.type = type;
      w->two.flags = flags;
      w->two.id = id;
      w->two.pad = w->two.padding = 0;
    }
  w->two.left = length;
  w->two.end_headers = (flags & FLAG_END_HEADERS) != 0;
  payload (feed, type, flags, length);
}

static void
preface (TbFeed *feed)
{
  if (memcmp (feed->work->text, REST, sizeof REST - 1) != 0)
    {
      tb_feed_give_up (feed, "not the beginning of HTTP/2");
      return;
    }
  feed->framer->two->prefaced = true;
  frame_end (feed);
}

void
tb_http2_body_end (TbFeed *feed)
{
  if (!tb_http2_ensure (feed))
    return;
  switch (feed->work->step)
    {
    case HEAD:
      head (feed);
      break;
    case PREFACE:
      preface (feed);
      break;
    case PAD:
      pad (feed);
      break;
    case TAIL:
      feed->work->two.pad = 0;
      data_end (feed);
      break;
    case SKIP:
      frame_end (feed);
      break;
    default:
      data_piece (feed);
    }
}

