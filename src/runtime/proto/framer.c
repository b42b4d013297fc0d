/* The core of the framer: cuts a direction's bytes into lines and bodies, keeps the queue of
 * requests that wait for their reply, and reports messages.
 *
 *            UNKNOWN --sniff()--> a protocol --tb_feed_give_up()--> BYTES
 *               '------------------give_up()-----------------------^
 *
 * and in each direction of a protocol:
 *
 *   between messages --first byte: begin()--> in a message --tb_feed_report()--> between messages
 */
#include "framer-private.h"

#include <stdlib.h>
#include <string.h>

size_t
tb_framer_size (void)
{
  return sizeof (TbFramer);
}

void
tb_framer_init (TbFramer *f, TbProto proto)
{
  memset (f, 0, sizeof *f);
  f->proto = (uint8_t) proto;
  f->queue_size = 1;
}

static void
work_free (TbWork *w)
{
  if (w != NULL)
    free (w->line);
  free (w);
}

void
tb_framer_clear (TbFramer *f)
{
  for (int i = 0; i < 2; i++)
    work_free (f->side[i].work);
  free (f->queue);
  tb_http2_free (f->two);
  tb_framer_init (f, TB_PROTO_BYTES);
}

TbProto
tb_framer_proto (const TbFramer *f)
{
  return (TbProto) f->proto;
}

const char *
tb_framer_note (const TbFramer *f)
{
  return f->note;
}

bool
tb_framer_agreed (const TbFramer *f)
{
  return f->agreed;
}

static TbPending *
pending_at (TbFramer *f, unsigned i)
{
  return f->queue ? &f->queue[(f->head + i) % f->queue_size] : &f->one;
}

unsigned
tb_framer_outstanding (const TbFramer *f)
{
  if (f->two != NULL)
    return tb_http2_outstanding (f->two);
  if (f->n_pending == 0)
    return 0;
  const TbPending *last = pending_at ((TbFramer *) f, f->n_pending - 1u);
  return f->n_pending - ((last->flags & TB_PENDING_WHOLE) ? 0 : 1);
}

bool
tb_framer_is_idle (const TbFramer *f)
{
  return f->side[0].work == NULL && f->side[1].work == NULL && f->n_pending == 0 && f->mode == 0
         && f->two == NULL;
}

uint64_t
tb_framer_opaque (const TbFramer *f, TbDirection direction)
{
  if (f->proto == TB_PROTO_BYTES)
    return UINT64_MAX;
  const TbWork *w = f->side[direction].work;
  if (w == NULL || w->capture)
    return 0;
  return w->want == TB_WANT_BODY ? w->remaining : w->want == TB_WANT_CLOSE ? UINT64_MAX : 0;
}

/* ---- The queue ---- */

static bool
queue_grow (TbFramer *f)
{
  unsigned size = TB_MAX (8u, f->queue_size * 2u);
  if (f->queue_size >= TB_PIPELINE_MAX)
    return false;
  TbPending *queue = malloc (size * sizeof *queue);
  if (queue == NULL)
    return false;
  for (unsigned i = 0; i < f->n_pending; i++)
    queue[i] = *pending_at (f, i);
  free (f->queue);
  f->queue = queue;
  f->queue_size = (uint16_t) size;
  f->head = 0;
  return true;
}

uint32_t
tb_feed_push (TbFeed *feed, uint8_t flags)
{
  return tb_feed_push_tagged (feed, flags, 0);
}

uint32_t
tb_feed_push_tagged (TbFeed *feed, uint8_t flags, uint32_t tag)
{
  TbFramer *f = feed->framer;
  if (f->n_pending == f->queue_size && !queue_grow (f))
    {
      tb_feed_give_up (feed, "more requests wait for a reply than can be kept");
      return 0;
    }
  TbPending *p = pending_at (f, f->n_pending++);
  p->flags = flags;
  p->tag = tag;
  p->number = ++f->requests;
  p->request_ns = feed->now_ns;
  memcpy (p->trace_id, feed->work->trace_id, sizeof p->trace_id);
  memcpy (p->parent_id, feed->work->parent_id, sizeof p->parent_id);
  size_t n = TB_MIN (sizeof p->label - 1, feed->work->label_n);
  memcpy (p->label, feed->work->label, n);
  p->label[n] = '\0';
  return p->number;
}

TbPending *
tb_feed_oldest (TbFeed *feed)
{
  return feed->framer->n_pending > 0 ? pending_at (feed->framer, 0) : NULL;
}

uint32_t
tb_feed_pop (TbFeed *feed, TbPending *request)
{
  TbFramer *f = feed->framer;
  TB_CHECK (f->n_pending > 0);
  *request = *pending_at (f, 0);
  f->n_pending--;
  f->head = (uint16_t) ((f->head + 1) % f->queue_size);
  return request->number;
}

/* The oldest is nearly always the one, so that what has to move up is nothing. */
uint32_t
tb_feed_take (TbFeed *feed, uint32_t tag, TbPending *request)
{
  TbFramer *f = feed->framer;
  unsigned i = 0;
  while (i < f->n_pending && pending_at (f, i)->tag != tag)
    i++;
  if (i == f->n_pending)
    return 0;
  *request = *pending_at (f, i);
  for (; i > 0; i--)
    *pending_at (f, i) = *pending_at (f, i - 1);
  f->n_pending--;
  f->head = (uint16_t) ((f->head + 1) % f->queue_size);
  return request->number;
}

TbPending *
tb_feed_find (TbFeed *feed, uint32_t number)
{
  TbFramer *f = feed->framer;
  unsigned i = f->n_pending;
  while (i > 0 && pending_at (f, i - 1)->number > number)
    i--;
  return i > 0 && pending_at (f, i - 1)->number == number ? pending_at (f, i - 1) : NULL;
}

/* ---- Messages ---- */


/* The scratch of a held line stays until the work itself goes. */
void
tb_feed_restart (TbFeed *feed)
{
  TbWork *w = feed->work;
  w->begun = w->error = w->last = w->capture = false;
  w->want = TB_WANT_LINE;
  w->step = 0;
  w->status = 0;
  w->number = 0;
  w->label_n = w->text_n = 0;
  w->label[0] = '\0';
  memset (w->trace_id, 0, sizeof w->trace_id);
  memset (w->parent_id, 0, sizeof w->parent_id);
}

void
tb_feed_report (TbFeed *feed, TbMessageKind kind, uint32_t number, const TbPending *request)
{
  TbWork *w = feed->work;
  TbMessage m = { .kind = kind,
                  .direction = feed->direction,
                  .error = w->error,
                  .last = w->last,
                  .status = w->status,
                  .number = number,
                  .start = w->start,
                  .end = feed->framer->side[feed->direction].offset,
                  .first_ns = w->first_ns,
                  .last_ns = feed->now_ns };
  memcpy (m.label, w->label, w->label_n);
  memcpy (m.trace_id, request ? request->trace_id : w->trace_id, sizeof m.trace_id);
  memcpy (m.parent_id, request ? request->parent_id : w->parent_id, sizeof m.parent_id);
  if (request != NULL)
    {
      /* A reply that begins before its request ends has waited for nothing. */
      bool whole = (request->flags & TB_PENDING_WHOLE) != 0;
      m.request_ns = whole ? TB_MIN (request->request_ns, m.first_ns) : m.first_ns;
      size_t at = w->label_n;
      if (at + 1 < sizeof m.label && request->label[0] != '\0')
        {
          m.label[at++] = ' ';
          tb_label_append (m.label, sizeof m.label, at, request->label, strlen (request->label));
        }
    }
  tb_feed_restart (feed);
  feed->func (&m, feed->data);
}

/* Works are freed by the call that is at work: they may be the ones it stands on. */
void
tb_feed_give_up (TbFeed *feed, const char *note)
{
  TbFramer *f = feed->framer;
  f->proto = TB_PROTO_BYTES;
  f->note = note;
  f->n_pending = 0;
  free (f->queue);
  f->queue = NULL;
  f->queue_size = 1;
  f->head = 0;
}

void
tb_feed_leave (TbFeed *feed, const char *note)
{
  tb_feed_give_up (feed, note);
  feed->framer->agreed = true;
}

void
tb_feed_want_body (TbFeed *feed, uint64_t n, bool capture)
{
  feed->work->want = TB_WANT_BODY;
  feed->work->remaining = n;
  feed->work->capture = capture;
  feed->work->text_n = 0;
}

/* ---- Dispatch ---- */

static void sniff (TbFeed *feed, const char *line, size_t n);
static void sniff_body_end (TbFeed *feed);

/* What a protocol does: before the first byte of a message, at a line's and at a body's end. */
static const struct
{
  void (*start) (TbFeed *feed);
  void (*line) (TbFeed *feed, const char *line, size_t n);
  void (*body_end) (TbFeed *feed);
} protocols[TB_PROTO_COUNT] = {
  [TB_PROTO_UNKNOWN] = { NULL, sniff, sniff_body_end },
  [TB_PROTO_HTTP] = { NULL, tb_http_line, tb_http_body_end },
  [TB_PROTO_RESP] = { NULL, tb_resp_line, tb_resp_body_end },
  [TB_PROTO_POSTGRESQL] = { tb_postgres_start, NULL, tb_postgres_body_end },
  [TB_PROTO_MQTT] = { tb_mqtt_start, NULL, tb_mqtt_body_end },
  [TB_PROTO_NATS] = { NULL, tb_nats_line, tb_nats_body_end },
  [TB_PROTO_KAFKA] = { tb_kafka_start, NULL, tb_kafka_body_end },
  [TB_PROTO_HTTP2] = { tb_http2_start, tb_http2_line, tb_http2_body_end },
  [TB_PROTO_RPC] = { tb_rpc_start, NULL, tb_rpc_body_end },
};

static void
begin (TbFeed *feed)
{
  feed->work->begun = true;
  feed->work->start = feed->framer->side[feed->direction].offset;
  feed->work->first_ns = feed->now_ns;
  if (protocols[feed->framer->proto].start != NULL)
    protocols[feed->framer->proto].start (feed);
}

static void
on_line (TbFeed *feed, const char *line, size_t n)
{
  protocols[feed->framer->proto].line (feed, line, n);
}

static void
on_body_end (TbFeed *feed)
{
  feed->work->want = TB_WANT_LINE;
  feed->work->capture = false;
  protocols[feed->framer->proto].body_end (feed);
}

static const char unknown_bytes[] = "the first bytes are of no protocol that is read here";
static const char called_first[] = "the called side speaks first";

/* What the other side has begun to say was read as a line, or as the head of HTTP/2's first frame;
 * whoever begins so goes on from there. */
static bool
can_adopt (const TbFeed *feed, TbProto proto)
{
  const TbWork *other = feed->framer->side[!feed->direction].work;
  if (other == NULL)
    return true;
  if (proto == TB_PROTO_HTTP2 && feed->direction == TB_DIR_UP)
    return other->want == TB_WANT_BODY && feed->framer->proto == TB_PROTO_UNKNOWN;
  return (proto == TB_PROTO_HTTP2 || proto == TB_PROTO_NATS) && other->want == TB_WANT_LINE
         && other->step == 0;
}

bool
tb_feed_adopt (TbFeed *feed, TbProto proto)
{
  bool can = can_adopt (feed, proto);
  if (can)
    feed->framer->proto = (uint8_t) proto;
  else
    tb_feed_give_up (feed, "both sides speak at once");
  return can;
}

static void
sniff (TbFeed *feed, const char *line, size_t n)
{
  if (n == 0 && feed->direction == TB_DIR_UP)
    {
      tb_feed_restart (feed);
      return;
    }
  TbProto proto = feed->direction == TB_DIR_UP ? tb_sniff_line (line, n)
                                               : tb_sniff_greeting (line, n);
  if (proto == TB_PROTO_BYTES)
    {
      tb_feed_give_up (feed, feed->direction == TB_DIR_UP ? unknown_bytes : called_first);
      return;
    }
  if (tb_feed_adopt (feed, proto))
    on_line (feed, line, n);
}

static size_t take (TbFeed *feed, const char *p, size_t n);

/* The bytes that were looked at are the protocol's own first ones. */
static void
sniff_body_end (TbFeed *feed)
{
  TbWork *w = feed->work;
  TbFramer *f = feed->framer;
  char bytes[TB_LABEL_MAX];
  size_t n = w->text_n;
  memcpy (bytes, w->text, n);
  bool up = feed->direction == TB_DIR_UP;
  TbProto proto = up                            ? tb_sniff_packet (bytes)
                  : tb_http2_is_greeting (bytes) ? TB_PROTO_HTTP2
                                                 : TB_PROTO_BYTES;
  if (proto == TB_PROTO_BYTES)
    {
      tb_feed_give_up (feed, up ? unknown_bytes : called_first);
      return;
    }
  int64_t first_ns = w->first_ns;
  if (!tb_feed_adopt (feed, proto))
    return;
  f->side[feed->direction].offset -= n;
  tb_feed_restart (feed);
  for (size_t at = 0; at < n && f->proto != TB_PROTO_BYTES;)
    {
      at += take (feed, bytes + at, n - at);
      if (w->begun)
        w->first_ns = TB_MIN (w->first_ns, first_ns);
    }
}

/* ---- Lines ---- */

static bool
line_hold (TbFeed *feed, const char *p, size_t n)
{
  TbWork *w = feed->work;
  size_t need = w->line_n + n;
  if (need > TB_LINE_MAX)
    return false;
  if (need > w->line_size)
    {
      size_t size = TB_MAX (64u, w->line_size);
      while (size < need)
        size *= 2;
      char *line = realloc (w->line, size);
      if (line == NULL)
        return false;
      w->line = line;
      w->line_size = (uint32_t) size;
    }
  if (n > 0) /* before the first byte there is no line to add to */
    memcpy (w->line + w->line_n, p, n);
  w->line_n = (uint32_t) need;
  return true;
}

static bool
held_line_is_hopeless (const TbFeed *feed)
{
  const TbWork *w = feed->work;
  if (feed->framer->proto != TB_PROTO_UNKNOWN && feed->framer->proto != TB_PROTO_HTTP2)
    return false;
  if (feed->direction == TB_DIR_DOWN)
    return memcmp (w->line, "INFO {", TB_MIN (w->line_n, 6u)) != 0;
  return !tb_sniff_possible (w->line, w->line_n);
}

/* Takes at most one line of p; returns how many bytes were taken. */
static size_t
take_line (TbFeed *feed, const char *p, size_t n)
{
  TbWork *w = feed->work;
  const char *newline = memchr (p, '\n', n), *line = p;
  size_t taken = newline ? (size_t) (newline - p) + 1 : n, length = taken - 1;
  if (newline == NULL || w->line_n > 0)
    {
      if (!line_hold (feed, p, taken))
        {
          tb_feed_give_up (feed, "a line is too long");
          return taken;
        }
      line = w->line;
      length = w->line_n - 1;
    }
  feed->framer->side[feed->direction].offset += taken;
  if (newline == NULL)
    {
      if (held_line_is_hopeless (feed))
        tb_feed_give_up (feed, feed->direction == TB_DIR_UP ? unknown_bytes : called_first);
      return taken;
    }
  w->line_n = 0;
  if (length > 0 && line[length - 1] == '\r')
    length--;
  on_line (feed, line, length);
  return taken;
}

static size_t
take_body (TbFeed *feed, const char *p, size_t n)
{
  TbWork *w = feed->work;
  size_t taken = (size_t) TB_MIN (w->remaining, (uint64_t) n);
  if (w->capture)
    {
      size_t room = TB_MIN (sizeof w->text - w->text_n, taken);
      memcpy (w->text + w->text_n, p, room);
      w->text_n = (uint8_t) (w->text_n + room);
      w->capture = w->text_n < sizeof w->text;
    }
  w->remaining -= taken;
  feed->framer->side[feed->direction].offset += taken;
  if (w->remaining == 0)
    on_body_end (feed);
  return taken;
}

bool
tb_feed_hold_only (TbFeed *feed, const char *p, size_t n)
{
  TbWork *w = feed->work;
  bool held = w->line_n > 0 && p >= w->line && p <= w->line + w->line_n;
  if (held)
    memmove (w->line, p, n);
  w->line_n = held ? (uint32_t) n : 0;
  return held || line_hold (feed, p, n);
}

/* A block comes after what is held already; where that is nothing and the block is here whole, it is
 * read where it lies. */
static size_t
take_block (TbFeed *feed, const char *p, size_t n)
{
  TbWork *w = feed->work;
  size_t taken = (size_t) TB_MIN (w->remaining, (uint64_t) n);
  bool here = w->line_n == 0 && taken == w->remaining;
  if (!here && !line_hold (feed, p, taken))
    {
      tb_feed_give_up (feed, "headers that are too long");
      return taken;
    }
  w->remaining -= taken;
  feed->framer->side[feed->direction].offset += taken;
  if (w->remaining == 0)
    tb_http2_block (feed, here ? p : w->line, here ? taken : w->line_n);
  return taken;
}

/* A called side that begins with a 0 where HTTP was promised speaks HTTP/2, without having been
 * asked; some servers do. */
static bool
greets (const TbFeed *feed, char first)
{
  const TbFramer *f = feed->framer;
  return feed->direction == TB_DIR_DOWN && first == 0
         && (f->proto == TB_PROTO_UNKNOWN || (f->proto == TB_PROTO_HTTP && f->requests == 0));
}

/* Before the first byte of a message. False where it gave up. */
static bool
begin_with (TbFeed *feed, char first)
{
  TbFramer *f = feed->framer;
  bool up = feed->direction == TB_DIR_UP, greeting = greets (feed, first);
  if (up && first == TB_TLS_HANDSHAKE && f->side[TB_DIR_UP].offset == 0)
    tb_feed_leave (feed, "it is encrypted (TLS)");
  else if (greeting && f->proto == TB_PROTO_HTTP)
    tb_feed_adopt (feed, TB_PROTO_HTTP2);
  if (f->proto == TB_PROTO_BYTES)
    return false;
  begin (feed);
  if (f->proto == TB_PROTO_UNKNOWN && up && tb_sniff_is_packet (first))
    tb_feed_want_body (feed, TB_SNIFF_SIZE, true);
  else if (f->proto == TB_PROTO_UNKNOWN && greeting)
    tb_feed_want_body (feed, TB_HTTP2_HEAD, true);
  return f->proto != TB_PROTO_BYTES;
}

static size_t
take (TbFeed *feed, const char *p, size_t n)
{
  TbWork *w = feed->work;
  if (!w->begun && !begin_with (feed, *p))
    return n;
  switch ((TbWant) w->want)
    {
    case TB_WANT_LINE:
      return take_line (feed, p, n);
    case TB_WANT_BODY:
      return take_body (feed, p, n);
    case TB_WANT_MARK:
      return tb_resp_mark (feed, p, n);
    case TB_WANT_BLOCK:
      return take_block (feed, p, n);
    case TB_WANT_CLOSE:
      feed->framer->side[feed->direction].offset += n;
      return n;
    }
  TB_CHECK (!"a want that is none");
  return n;
}

/* ---- The work of a direction ---- */

/* Keeps what a message in progress needs past this call, or gives its memory back. */
static void
settle (TbFeed *feed, TbWork *local)
{
  TbFramer *f = feed->framer;
  TbWork **slot = &f->side[feed->direction].work;
  if (f->proto == TB_PROTO_BYTES)
    {
      if (feed->work == local)
        free (local->line);
      for (int i = 0; i < 2; i++)
        work_free (f->side[i].work);
      f->side[0].work = f->side[1].work = NULL;
      tb_http2_free (f->two);
      f->two = NULL;
      return;
    }
  if (!feed->work->begun)
    {
      free (feed->work->line);
      if (feed->work != local)
        free (feed->work);
      *slot = NULL;
      return;
    }
  if (feed->work != local)
    return;
  TbWork *kept = malloc (sizeof *kept);
  if (kept == NULL)
    {
      tb_feed_give_up (feed, "out of memory");
      settle (feed, local);
      return;
    }
  *kept = *local;
  *slot = kept;
}

static void
resume (TbFeed *feed, TbWork *local)
{
  TbWork *held = feed->framer->side[feed->direction].work;
  feed->work = held ? held : local;
  if (held != NULL)
    return;
  local->line = NULL;
  local->line_n = local->line_size = 0;
  tb_feed_restart (feed);
}

static void
feed_bytes (TbFramer *f, TbDirection direction, const char *p, size_t n, int64_t now_ns,
            TbMessageFunc func, TbHttp2FrameFunc frame_func, void *data)
{
  TbWork local;
  TbFeed feed = { f, NULL, direction, now_ns, func, data, frame_func };
  uint64_t end = f->side[direction].offset + n;
  if (f->proto != TB_PROTO_BYTES && n > 0)
    {
      resume (&feed, &local);
      while (n > 0 && f->proto != TB_PROTO_BYTES)
        {
          size_t taken = take (&feed, p, n);
          p = p ? p + taken : NULL;
          n -= taken;
        }
      settle (&feed, &local);
    }
  f->side[direction].offset = end;
}

void
tb_framer_feed (TbFramer *f, TbDirection direction, const void *bytes, size_t n, int64_t now_ns,
                TbMessageFunc func, void *data)
{
  feed_bytes (f, direction, bytes, n, now_ns, func, NULL, data);
}

void
tb_framer_feed_frames (TbFramer *f, TbDirection direction, const void *bytes, size_t n,
                       int64_t now_ns, TbMessageFunc func, TbHttp2FrameFunc frame_func, void *data)
{
  feed_bytes (f, direction, bytes, n, now_ns, func, frame_func, data);
}

bool
tb_framer_is_between_frames (const TbFramer *f, TbDirection direction)
{
  return f->proto == TB_PROTO_HTTP2 && f->two != NULL && f->side[direction].work == NULL
         && tb_http2_is_settled (f->two, direction);
}

void
tb_framer_owe_table_size (TbFramer *f, TbDirection direction)
{
  if (f->two != NULL)
    tb_http2_owe_table_size (f->two, direction);
}

void
tb_framer_skip (TbFramer *f, TbDirection direction, uint64_t n, int64_t now_ns, TbMessageFunc func,
                void *data)
{
  TB_CHECK (n <= tb_framer_opaque (f, direction));
  feed_bytes (f, direction, NULL, n, now_ns, func, NULL, data);
}

void
tb_framer_end (TbFramer *f, TbDirection direction, int64_t now_ns, TbMessageFunc func, void *data)
{
  TbWork *w = f->side[direction].work;
  if (f->proto != TB_PROTO_HTTP || w == NULL || w->want != TB_WANT_CLOSE)
    return;
  TbFeed feed = { f, w, direction, now_ns, func, data, NULL };
  tb_http_close (&feed);
  settle (&feed, NULL);
}
