/* Framing what flows, counting and telling of it. A TbReading is taken when the first bytes of a
 * connection come, and given back when it stands between messages and nothing came for a second. */
#include "taps-private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IDLE_NS TB_NS_PER_S
#define SWEEP_MAX 512 /* connections looked at in one go */

typedef struct
{
  TbTaps *t;
  TbConn *c;
  unsigned d;
  const uint8_t *bytes; /* NULL: spliced */
  uint64_t from;        /* the offset of bytes in the connection's direction */
  TbSplit split;
} TbFeeding;

/* ---- Taking and giving back ------------------------------------------------------------------ */

static TbFramer *
framer_of (TbReading *r)
{
  return (TbFramer *) (void *) r->framer;
}

static void
unlink_active (TbTaps *t, TbReading *r)
{
  *(r->previous != NULL ? &r->previous->next : &t->active) = r->next;
  *(r->next != NULL ? &r->next->previous : &t->newest) = r->previous;
}

static void
link_newest (TbTaps *t, TbReading *r)
{
  r->next = NULL;
  r->previous = t->newest;
  *(t->newest != NULL ? &t->newest->next : &t->active) = r;
  t->newest = r;
}

static TbReading *
take_reading (TbTaps *t, TbConn *c)
{
  TbReading *r = tb_pool_take (&t->readings);
  if (r == NULL)
    return NULL;
  memset (r, 0, sizeof *r);
  r->conn = c;
  r->number_base = r->last_number = c->last_message;
  for (int d = 0; d < 2; d++)
    r->base[d] = r->told[d] = c->flow[d].in;
  tb_framer_init (framer_of (r), (TbProto) c->proto);
  link_newest (t, r);
  c->reading = r;
  return r;
}

static void
drop_stash (TbTaps *t, TbReading *r, unsigned d)
{
  if (r->stash[d] != NULL)
    tb_pool_give (&t->stashes, r->stash[d]);
  r->stash[d] = NULL;
}

void
tb_reading_drop (TbTaps *t, TbConn *c)
{
  TbReading *r = c->reading;
  if (r == NULL)
    return;
  c->last_message = r->last_number;
  drop_stash (t, r, 0);
  drop_stash (t, r, 1);
  tb_framer_clear (framer_of (r));
  unlink_active (t, r);
  tb_pool_give (&t->readings, r);
  c->reading = NULL;
}

void
tb_reading_sweep (TbTaps *t)
{
  for (int n = 0; n < SWEEP_MAX && t->active != NULL; n++)
    {
      TbReading *r = t->active;
      if (t->now_ns - r->last_ns < IDLE_NS)
        return;
      if (tb_framer_is_idle (framer_of (r)) && tb_framer_proto (framer_of (r)) != TB_PROTO_UNKNOWN)
        tb_reading_drop (t, r->conn);
      else
        {
          /* It waits in the middle of something; looked at again when it was idle for another round. */
          r->last_ns = t->now_ns;
          unlink_active (t, r);
          link_newest (t, r);
        }
    }
}

unsigned
tb_reading_outstanding (const TbConn *c)
{
  return c->reading != NULL ? tb_framer_outstanding (framer_of (c->reading)) : 0;
}

uint64_t
tb_reading_opaque (TbTaps *t, TbConn *c, unsigned d)
{
  if (c->plain)
    return UINT64_MAX;
  return c->reading != NULL ? tb_framer_opaque (framer_of (c->reading), (TbDirection) d) : 0;
}

/* ---- The first bytes of a message, for the recording ------------------------------------------ */

static void
stash_bytes (TbStash *stash, const uint8_t *bytes, uint64_t n)
{
  size_t some = (size_t) TB_MIN (n, (uint64_t) (TB_TAPS_PAYLOAD_MAX - stash->n));
  memcpy (stash->bytes + stash->n, bytes, some);
  stash->n += (uint32_t) some;
}

/* What is stashed from `start` on: bytes that belong to no message may lie before it. Nothing where
 * the message began before others that were told of since (HTTP/2). */
static size_t
stashed_from (const TbStash *stash, uint64_t start, const uint8_t **payload)
{
  if (start < stash->from || start - stash->from >= stash->n)
    return 0;
  *payload = stash->bytes + (start - stash->from);
  return stash->n - (size_t) (start - stash->from);
}

static size_t
find_payload (const TbFeeding *f, const TbMark *mark, unsigned d, const uint8_t **payload)
{
  TbStash *stash = f->c->reading->stash[d];
  bool here = f->bytes != NULL && d == f->d;
  if (stash != NULL)
    {
      if (here && mark->end > f->from)
        stash_bytes (stash, f->bytes, mark->end - f->from);
      size_t n = stashed_from (stash, mark->start, payload);
      return (size_t) TB_MIN (mark->end - mark->start, (uint64_t) n);
    }
  if (!here || mark->start < f->from)
    return 0;
  *payload = f->bytes + (mark->start - f->from);
  return (size_t) TB_MIN (mark->end - mark->start, (uint64_t) f->t->payload_most);
}

/* Keeps the beginning of what has not been reported as a message yet. n bytes were fed. */
static void
stash_rest (const TbFeeding *f, uint64_t n)
{
  TbReading *r = f->c->reading;
  uint64_t end = f->from + n, start = TB_MAX (r->told[f->d], f->from);
  if (f->bytes == NULL || start >= end)
    return;
  TbStash *stash = r->stash[f->d];
  if (stash == NULL)
    {
      stash = r->stash[f->d] = tb_pool_take (&f->t->stashes);
      if (stash == NULL)
        return;
      stash->n = 0;
      stash->from = start;
    }
  stash_bytes (stash, f->bytes + (start - f->from), end - start);
}

/* ---- Messages -------------------------------------------------------------------------------- */

static const uint8_t event_kinds[] = {
  [TB_MSG_REQUEST] = TB_EVENT_REQUEST,
  [TB_MSG_REPLY] = TB_EVENT_REPLY,
  [TB_MSG_ONE_WAY] = TB_EVENT_ONE_WAY,
};

typedef enum
{
  WENT,
  WAITS,
  WASTED, /* a reply whose caller is gone */
  LOST
} Fate;

static Fate
count_message (TbFeeding *f, const TbMessage *m, const TbMark *mark)
{
  TbFlowing *flowing = &f->c->flow[m->direction];
  bool gone = mark->end <= flowing->out, lost = !gone && flowing->dead;
  bool timed = m->kind == TB_MSG_REPLY && mark->start < flowing->out;
  if (!gone && !lost)
    {
      TbMark waits = *mark;
      waits.request_ns = timed ? 0 : mark->request_ns;
      lost = flowing->waiting == NULL || !tb_queue_mark (&flowing->waiting->queue, &waits);
    }
  bool wasted = lost && m->kind == TB_MSG_REPLY && !f->t->stopping;
  f->c->late |= gone && m->kind == TB_MSG_REPLY && f->c->flow[TB_DIR_UP].ended;
  TbTapCounters *row = tb_tap_begin (f->c->tap);
  TbFlow *flow = m->direction == TB_DIR_UP ? &row->up : &row->down;
  flow->seen++;
  flow->delivered += gone;
  flow->lost += lost;
  flow->held += !gone && !lost;
  row->requests += m->kind == TB_MSG_REQUEST;
  row->replies += m->kind == TB_MSG_REPLY;
  row->errors += m->kind == TB_MSG_REPLY && (m->error || wasted);
  if (timed)
    row->latency.bucket[tb_histogram_index ((uint64_t) (m->first_ns - m->request_ns))]++;
  tb_tap_end (f->c->tap, f->t->now_ns);
  return wasted ? WASTED : lost ? LOST : gone ? WENT : WAITS;
}

/* What never arrived took no time. */
static void
tell_message (TbFeeding *f, const TbMessage *m, const TbMark *mark, Fate fate)
{
  TbEvent event = { .time_ns = m->last_ns,
                    .tap = f->c->tap->index,
                    .connection = f->c->number,
                    .number = mark->number,
                    .size = mark->size,
                    .aux = m->kind == TB_MSG_REPLY && fate != WASTED
                             ? (uint64_t) (m->first_ns - m->request_ns) : 0,
                    .kind = event_kinds[m->kind],
                    .direction = (uint8_t) m->direction,
                    .error = m->error || fate == WASTED,
                    .held = fate == WAITS,
                    .status = m->status };
  memcpy (event.trace_id, m->trace_id + 8, sizeof event.trace_id);
  memcpy (event.span_id, m->parent_id, sizeof event.span_id);
  size_t n = strnlen (m->label, sizeof event.label - 1);
  while (n > 0 && m->label[n] != '\0' && ((unsigned char) m->label[n] & 0xc0) == 0x80)
    n--; /* never half a character */
  memcpy (event.label, m->label, n);
  const uint8_t *payload = NULL;
  size_t n_payload = f->t->recording && f->t->payload_most > 0 ? find_payload (f, mark, m->direction, &payload) : 0;
  tb_tap_emit (f->t, &event, payload, n_payload);
}

/* It waits, though not in the queue: see gather.c. */
static Fate
count_whole (TbFeeding *f, const TbMessage *m)
{
  TbTapCounters *row = tb_tap_begin (f->c->tap);
  TbFlow *flow = m->direction == TB_DIR_UP ? &row->up : &row->down;
  flow->seen++;
  flow->held++;
  row->requests += m->kind == TB_MSG_REQUEST;
  row->replies += m->kind == TB_MSG_REPLY;
  row->errors += m->kind == TB_MSG_REPLY && m->error;
  tb_tap_end (f->c->tap, f->t->now_ns);
  return WAITS;
}

static void
add_cut (TbTaps *t, const TbMessage *m, const TbMark *mark)
{
  TB_CHECK (t->n_cuts < TB_CUTS_MAX);
  TbCut *cut = &t->cuts[t->n_cuts++];
  cut->start = mark->start;
  cut->end = mark->end;
  cut->first_ns = m->first_ns;
  cut->request_ns = mark->request_ns;
  cut->number = mark->number;
  cut->size = mark->size;
  cut->kind = m->kind;
  memcpy (cut->label, m->label, sizeof cut->label);
}

static void
on_message (const TbMessage *m, void *data)
{
  TbFeeding *f = data;
  TbReading *r = f->c->reading;
  uint64_t base = r->base[m->direction];
  bool reply = m->kind == TB_MSG_REPLY;
  TbMark mark = { .start = base + m->start,
                  .end = base + m->end,
                  .request_ns = reply ? m->request_ns : 0,
                  .number = m->number != 0 ? r->number_base + m->number : 0,
                  .size = (uint32_t) TB_MIN (m->end - m->start, UINT32_MAX) };
  bool ours = f->split != TB_SPLIT_NOT && m->direction == f->d && !f->c->flow[f->d].dead;
  Fate fate = ours && f->split == TB_SPLIT_WHOLE ? count_whole (f, m) : count_message (f, m, &mark);
  tell_message (f, m, &mark, fate);
  drop_stash (f->t, r, m->direction);
  r->told[m->direction] = mark.end;
  r->last_number = TB_MAX (r->last_number, mark.number);
  if (ours)
    add_cut (f->t, m, &mark);
}

static void
on_frame (const TbHttp2Frame *frame, void *data)
{
  TbFeeding *f = data;
  TbTaps *t = f->t;
  uint64_t base = f->c->reading->base[f->d];
  TB_CHECK (t->n_frame_cuts < TB_FRAME_CUTS_MAX);
  TbFrameCut *cut = &t->frame_cuts[t->n_frame_cuts++];
  *cut = (TbFrameCut) { .start = base + frame->start,
                        .end = base + frame->end,
                        .stream = frame->stream,
                        .promised = frame->promised,
                        .cuts = t->n_cuts,
                        .block_at = (uint32_t) t->headers.n,
                        .type = frame->type,
                        .flags = frame->flags,
                        .padding = frame->padding,
                        .begins = frame->begins };
  snprintf (cut->label, sizeof cut->label, "%s", frame->label);
  if (t->headers.n + frame->block_n > t->headers.size)
    {
      size_t size = TB_MAX (2 * t->headers.size, t->headers.n + frame->block_n);
      uint8_t *bytes = realloc (t->headers.bytes, size);
      TB_CHECK (bytes != NULL);
      t->headers.bytes = bytes;
      t->headers.size = size;
    }
  if (frame->block_n > 0)
    memcpy (t->headers.bytes + t->headers.n, frame->block, frame->block_n);
  t->headers.n += frame->block_n;
  cut->block_n = (uint32_t) frame->block_n;
}

/* The connection turned out to be something that is not framed; `was` is what it had been read as.
 * Said once of a tap: loudly where the drawing promised something else and nobody agreed to leave it. */
static void
give_up (TbTaps *t, TbConn *c, TbProto was)
{
  TbTap *tap = c->tap;
  const TbFramer *framer = framer_of (c->reading);
  const char *note = tb_framer_note (framer);
  TbProto promised = tap->link != TB_NOBODY ? (TbProto) t->plan->links[tap->link].proto : TB_PROTO_UNKNOWN;
  TbProto name = promised != TB_PROTO_UNKNOWN ? promised : was;
  if (note != NULL && name != TB_PROTO_UNKNOWN && !tap->told)
    {
      tap->told = true;
      tb_tap_problem (t, promised == TB_PROTO_UNKNOWN || tb_framer_agreed (framer) ? 2 : 1, tap->from,
                      "a connection of %s is not read as %s: %s; its bytes are counted",
                      tap->link != TB_NOBODY ? t->plan->links[tap->link].id : "a pair without a link",
                      tb_proto_name (name), note);
    }
  c->plain = true;
  tb_reading_drop (t, c);
}

/* What the row reads as is what its connections turned out to be; one of which no message can be made
 * does not take back what others say. */
static void
learn_proto (TbTaps *t, TbConn *c, TbProto proto)
{
  const TbTapCounters *row = &c->tap->row->counters;
  c->proto = (uint8_t) proto;
  if (row->proto == proto || proto == TB_PROTO_UNKNOWN
      || (proto == TB_PROTO_BYTES && row->up.seen + row->down.seen > 0))
    return;
  tb_tap_begin (c->tap)->proto = (uint8_t) proto;
  tb_tap_end (c->tap, t->now_ns);
}

void
tb_reading_feed (TbTaps *t, TbConn *c, unsigned d, const uint8_t *bytes, uint64_t n, TbSplit split)
{
  t->n_cuts = t->n_frame_cuts = 0;
  t->headers.n = 0;
  TbReading *r = c->reading;
  uint64_t from = c->flow[d].in - n;
  if (!c->plain && r == NULL)
    {
      c->flow[d].in = from;
      r = take_reading (t, c);
      c->flow[d].in = from + n;
      c->plain = r == NULL;
    }
  if (c->plain)
    {
      tb_tap_unframed (t, c->tap, d, n);
      return;
    }
  TbFeeding f = { t, c, d, bytes, from, split };
  TbFramer *framer = framer_of (r);
  if (bytes != NULL && split == TB_SPLIT_WHOLE)
    tb_framer_feed_frames (framer, (TbDirection) d, bytes, n, t->now_ns, on_message, on_frame, &f);
  else if (bytes != NULL)
    tb_framer_feed (framer, (TbDirection) d, bytes, n, t->now_ns, on_message, &f);
  else
    tb_framer_skip (framer, (TbDirection) d, n, t->now_ns, on_message, &f);
  if (t->recording && t->payload_most > 0)
    stash_rest (&f, n);
  r->last_ns = t->now_ns;
  if (t->newest != r)
    {
      unlink_active (t, r);
      link_newest (t, r);
    }
  TbProto proto = tb_framer_proto (framer);
  TbProto was = (TbProto) c->proto;
  if (proto != was || c->tap->row->counters.proto != proto)
    learn_proto (t, c, proto);
  if (proto == TB_PROTO_BYTES)
    {
      tb_tap_unframed (t, c->tap, d, n);
      give_up (t, c, was);
    }
}

void
tb_reading_shift (TbConn *c, unsigned d, int64_t n)
{
  c->flow[d].in += (uint64_t) n;
  if (c->reading == NULL)
    return;
  c->reading->base[d] += (uint64_t) n;
  c->reading->told[d] += (uint64_t) n;
}

void
tb_reading_end (TbTaps *t, TbConn *c, unsigned d, TbSplit split)
{
  TbFeeding f = { t, c, d, NULL, c->flow[d].in, split };
  t->n_cuts = t->n_frame_cuts = 0;
  if (c->reading != NULL)
    tb_framer_end (framer_of (c->reading), (TbDirection) d, t->now_ns, on_message, &f);
}

bool
tb_reading_is_between_frames (const TbConn *c, unsigned d)
{
  return c->reading != NULL && tb_framer_is_between_frames (framer_of (c->reading), (TbDirection) d);
}

void
tb_reading_owe_table_size (TbConn *c, unsigned d)
{
  if (c->reading != NULL)
    tb_framer_owe_table_size (framer_of (c->reading), (TbDirection) d);
}

/* ---- Messages that had to wait --------------------------------------------------------------- */

void
tb_reading_first_byte (TbTaps *t, TbConn *c, const TbMark *mark)
{
  TbTapCounters *row = tb_tap_begin (c->tap);
  row->latency.bucket[tb_histogram_index ((uint64_t) (t->now_ns - mark->request_ns))]++;
  tb_tap_end (c->tap, t->now_ns);
}

void
tb_reading_delivered (TbTaps *t, TbConn *c, unsigned d, const TbMark *mark)
{
  TbTapCounters *row = tb_tap_begin (c->tap);
  TbFlow *flow = d == TB_DIR_UP ? &row->up : &row->down;
  flow->held--;
  flow->delivered++;
  tb_tap_end (c->tap, t->now_ns);
  TbEvent event = { .time_ns = t->now_ns,
                    .tap = c->tap->index,
                    .connection = c->number,
                    .number = mark->number,
                    .size = mark->size,
                    .aux = mark->request_ns != 0 ? (uint64_t) (t->now_ns - mark->request_ns) : 0,
                    .kind = TB_EVENT_DELIVERED,
                    .direction = (uint8_t) d };
  tb_tap_emit (t, &event, NULL, 0);
}
