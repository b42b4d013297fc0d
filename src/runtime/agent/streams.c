/* Faults on messages of HTTP/2, which interleave: what becomes of them stream by stream.
 *
 *   frame ──its stream is struck?─no──▶ queue      its headers perhaps written anew
 *             │ judged at the first headers of the request, or of the reply
 *             ├──▶ nothing                         drop, answer: all frames of that way of the stream
 *             ├──▶ queue, a bit turned over        corrupt: its first content
 *             └──▶ held ──▶ queue                  hold, delay: all behind it too, since streams have to
 *                                                  begin in the order of their numbers
 *
 * A message is judged by its label as soon as that is known: its stream goes on being written while
 * others are, so that nobody could wait for all of it. Two things of the protocol go beyond a stream.
 * Headers are coded by those before them: from the first that is left out on, all of that direction
 * are written anew, without (hpack.h), until the connection ends. And what a sender may send is
 * counted for all streams together: it is given back what the frames left out have used.
 * A stream's number is used once, so that nothing can be doubled (see fault.c). */
#include "gather-private.h"

#include <stdlib.h>
#include <string.h>

#define STRUCK_MAX 1024            /* then the oldest, long over, is forgotten */
#define FRAME_HEAD 9u
#define FRAME_MAX 16384u
#define TB_HEADERS_MAX (1u << 20) /* of a block that was written anew: hpack.h */
#define WAITS_MAX (17u << 20)      /* a frame is shorter */

enum
{
  DATA = 0,
  HEADERS = 1,
  RST_STREAM = 3,
  PUSH_PROMISE = 5,
  WINDOW_UPDATE = 8,
  CONTINUATION = 9
};

enum
{
  END_STREAM = 0x01,
  END_HEADERS = 0x04,
  PADDED = 0x08
};

typedef struct
{
  uint32_t id;
  bool away[2];      /* what is sent that way is left out */
  uint32_t flips[2]; /* of its next content */
  TbRng rng;         /* for these */
} TbStruckStream;

/* Frames of our own, until they can go. */
typedef struct
{
  uint8_t *bytes;
  size_t n, size;
} TbOwnFrames;

struct TbMux
{
  TbStruckStream *struck; /* a ring, once it is full */
  uint32_t n, size, oldest;
  bool rewrites[2];
  TbOwnFrames own[2];
};

void
tb_streams_drop (TbConn *c)
{
  if (c->mux == NULL)
    return;
  free (c->mux->struck);
  free (c->mux->own[0].bytes);
  free (c->mux->own[1].bytes);
  free (c->mux);
  c->mux = NULL;
}

void
tb_streams_settle (TbConn *c)
{
  const TbEffects *e = tb_conn_effects_of (c);
  const TbMux *mux = c->mux;
  if (mux == NULL || e->whole[0] || e->whole[1])
    return;
  if (mux->n == 0 && !mux->rewrites[0] && !mux->rewrites[1])
    tb_streams_drop (c);
}

/* ---- Streams that were struck ----------------------------------------------------------------- */

static TbStruckStream *
find (const TbMux *mux, uint32_t id)
{
  for (uint32_t i = mux->n; i-- > 0;)
    if (mux->struck[i].id == id)
      return &mux->struck[i];
  return NULL;
}

/* NULL where memory is out: then it is not struck. */
static TbStruckStream *
strike (TbMux *mux, uint32_t id)
{
  TbStruckStream *s = find (mux, id);
  if (s != NULL)
    return s;
  if (mux->n == mux->size && mux->size < STRUCK_MAX)
    {
      uint32_t size = TB_MAX (16u, 2 * mux->size);
      TbStruckStream *more = realloc (mux->struck, size * sizeof *more);
      if (more == NULL)
        return NULL;
      mux->struck = more;
      mux->size = size;
    }
  if (mux->n < mux->size)
    s = &mux->struck[mux->n++];
  else
    s = &mux->struck[mux->oldest++ % STRUCK_MAX];
  *s = (TbStruckStream) { .id = id };
  return s;
}

/* ---- Frames of our own ------------------------------------------------------------------------ */

static void
put_u32 (uint8_t *at, uint32_t value)
{
  for (int i = 0; i < 4; i++)
    at[i] = (uint8_t) (value >> (24 - 8 * i));
}

static void
make_head (uint8_t head[FRAME_HEAD], uint32_t length, uint8_t type, uint8_t flags, uint32_t stream)
{
  put_u32 (head, length << 8 | type);
  head[4] = flags;
  put_u32 (head + 5, stream);
}

static void
put_own (TbGathering *k, unsigned d, uint8_t type, uint8_t flags, uint32_t stream,
         const uint8_t *payload, uint32_t n)
{
  TbOwnFrames *own = &k->c->mux->own[d];
  if (own->n + FRAME_HEAD + n > own->size)
    {
      size_t size = TB_MAX ((size_t) 128, 2 * own->size) + n;
      uint8_t *bytes = realloc (own->bytes, size);
      k->failed = k->failed || bytes == NULL;
      if (bytes == NULL)
        return;
      own->bytes = bytes;
      own->size = size;
    }
  make_head (own->bytes + own->n, n, type, flags, stream);
  memcpy (own->bytes + own->n + FRAME_HEAD, payload, n);
  own->n += FRAME_HEAD + n;
}

/* To the sender of n bytes that do not arrive. */
static void
give_back (TbGathering *k, const TbFrameCut *f)
{
  uint8_t bytes[4];
  uint32_t n = (uint32_t) (f->end - f->start) - FRAME_HEAD;
  if (n == 0)
    return;
  put_u32 (bytes, n);
  put_own (k, !k->d, WINDOW_UPDATE, 0, 0, bytes, sizeof bytes);
  if (!(f->flags & END_STREAM))
    put_own (k, !k->d, WINDOW_UPDATE, 0, f->stream, bytes, sizeof bytes);
}

/* Of these headers a decoder keeps nothing. A caller that has not sent all of its request is told that
 * it need not, as servers do: some wait for that. */
static void
put_answer (TbGathering *k, const TbFrameCut *f, unsigned status)
{
  static const char name[] = "x-tierboard-fault", value[] = "http_abort";
  static const uint8_t no_error[4] = { 0 };
  uint8_t block[64] = { 0x08, 3, (uint8_t) ('0' + status / 100 % 10), (uint8_t) ('0' + status / 10 % 10),
                        (uint8_t) ('0' + status % 10), 0x00, sizeof name - 1 };
  uint32_t n = 7;
  memcpy (block + n, name, sizeof name - 1);
  n += sizeof name - 1;
  block[n++] = sizeof value - 1;
  memcpy (block + n, value, sizeof value - 1);
  n += sizeof value - 1;
  put_own (k, !k->d, HEADERS, END_STREAM | END_HEADERS, f->stream, block, n);
  if (!(f->flags & END_STREAM))
    put_own (k, !k->d, RST_STREAM, 0, f->stream, no_error, sizeof no_error);
}

bool
tb_streams_flush (TbTaps *t, TbConn *c)
{
  for (unsigned d = 0; c->mux != NULL && d < 2; d++)
    {
      TbOwnFrames own = c->mux->own[d];
      if (own.n == 0 || !tb_reading_is_between_frames (c, d))
        continue;
      c->mux->own[d] = (TbOwnFrames) { .bytes = NULL };
      bool lives = tb_flow_inject (t, c, d, own.bytes, own.n);
      free (own.bytes);
      if (!lives)
        return false;
    }
  return true;
}

/* ---- Judging ---------------------------------------------------------------------------------- */

static void
tell_unfit (const TbGathering *k)
{
  const TbEffects *e = tb_conn_effects_of (k->c);
  for (unsigned i = 0; i < e->n_strikes[k->d]; i++)
    if (tb_fault_type (e->strikes[k->d][i]->wire.kind)->in_line)
      tb_gather_tell_useless (k, e->strikes[k->d][i],
                              "its messages interleave, each a stream of its own (HTTP/2)");
}

static void
judge (TbGathering *k, const TbFrameCut *f, TbVerdict *v)
{
  TbAffected *a = k->c->affected;
  TbMux *mux = k->c->mux;
  if (a == NULL)
    return;
  const TbStruck struck = { .label = f->label,
                            .bytes = k->g->coming.n,
                            .begins = true,
                            .request = k->d == TB_DIR_UP,
                            .proto = TB_PROTO_HTTP2 };
  tb_effects_judge (&a->effects, &a->faulted, k->d, &struck, v);
  if (v->copies > 0 || v->distance > 0)
    tell_unfit (k);
  bool away = v->drop || v->answer != 0;
  TbStruckStream *s = away || v->flips > 0 ? strike (mux, f->stream) : NULL;
  if (s == NULL)
    return;
  s->away[k->d] = away;
  s->flips[k->d] = v->flips;
  s->rng = v->rng;
  mux->rewrites[k->d] = mux->rewrites[k->d] || away;
  if (v->answer != 0)
    put_answer (k, f, v->answer);
}

/* ---- What becomes of a frame ------------------------------------------------------------------- */

static bool
has_block (const TbFrameCut *f)
{
  return f->type == HEADERS || f->type == PUSH_PROMISE;
}

static void
leave_out (TbGathering *k, const TbFrameCut *f, const TbCut *cuts, uint32_t n)
{
  const uint8_t *block = k->t->headers.bytes + f->block_at;
  if (f->type == DATA)
    give_back (k, f);
  else if (has_block (f) && f->block_n > 0 && (*block & 0xe0) == 0x20)
    tb_reading_owe_table_size (k->c, k->d);
  tb_gather_leave_out (k, cuts, n);
}

/* In as many frames as it needs; padding and priority, which say nothing, are gone. */
static void
rewrite (TbGathering *k, const TbFrameCut *f)
{
  enum { FRAMES = TB_HEADERS_MAX / FRAME_MAX + 2 };
  const uint8_t *pieces[2 * FRAMES + 1];
  uint64_t sizes[2 * FRAMES + 1];
  uint8_t heads[FRAMES][FRAME_HEAD], promised[4];
  const uint8_t *block = k->t->headers.bytes + f->block_at;
  uint32_t left = f->block_n, n = 0, more = f->type == PUSH_PROMISE ? sizeof promised : 0;
  put_u32 (promised, f->promised);
  for (unsigned i = 0; i < FRAMES && (i == 0 || left > 0); i++)
    {
      uint32_t some = TB_MIN (left, FRAME_MAX - more);
      uint8_t flags = (uint8_t) ((i == 0 ? f->flags & END_STREAM : 0) | (some == left ? END_HEADERS : 0));
      make_head (heads[i], some + more, i == 0 ? f->type : CONTINUATION, flags, f->stream);
      pieces[n] = heads[i];
      sizes[n++] = FRAME_HEAD;
      if (more > 0)
        {
          pieces[n] = promised;
          sizes[n++] = more;
        }
      pieces[n] = block;
      sizes[n++] = some;
      block += some;
      left -= some;
      more = 0;
    }
  tb_gather_replace (k, pieces, sizes, n);
}

static void
hurt (TbGathering *k, const TbFrameCut *f, TbStruckStream *s, uint32_t number)
{
  bool padded = (f->flags & PADDED) != 0;
  uint64_t from = FRAME_HEAD + (padded ? 1 : 0), n = f->end - f->start - from - f->padding;
  if (n == 0)
    return;
  for (; s->flips[k->d] > 0; s->flips[k->d]--)
    tb_gather_flip (k, from, n, &s->rng);
  tb_gather_tell (k, TB_EVENT_CORRUPTED, number, (uint32_t) (f->end - f->start));
}

/* A parcel has one message at most, so that the others follow in parcels without bytes. */
static void
pass (TbGathering *k, const TbFrameCut *f, const TbCut *cuts, uint32_t n, const TbVerdict *v)
{
  TbParcel *p = tb_gather_wrap (k, n > 0 ? &cuts[0] : NULL);
  if (p == NULL)
    return;
  if (v->hold && f != NULL)
    {
      p->kind = k->d == TB_DIR_UP ? TB_MSG_REQUEST : TB_MSG_REPLY;
      memcpy (p->label, f->label, sizeof p->label);
    }
  p->due_ns += v->delay_ns;
  p->stops = v->hold;
  tb_gather_send (k, p);
  for (uint32_t i = 1; i < n && (p = tb_gather_wrap (k, &cuts[i])) != NULL; i++)
    tb_gather_send (k, p);
}

/* whole: of its bytes none has gone. */
static void
take_frame (TbGathering *k, const TbFrameCut *f, bool whole, const TbCut *cuts, uint32_t n)
{
  TbVerdict v = { .bits = 0 };
  if (whole && f->begins)
    judge (k, f, &v);
  TbStruckStream *s = f->stream != 0 ? find (k->c->mux, f->stream) : NULL;
  if (whole && s != NULL && s->away[k->d])
    {
      leave_out (k, f, cuts, n);
      return;
    }
  if (whole && has_block (f) && k->c->mux->rewrites[k->d])
    rewrite (k, f);
  else if (whole && s != NULL && f->type == DATA && s->flips[k->d] > 0)
    hurt (k, f, s, n > 0 ? cuts[0].number : 0);
  pass (k, f, cuts, n, &v);
}

void
tb_streams_sort (TbGathering *k, const uint8_t *bytes, uint64_t n)
{
  TbTaps *t = k->t;
  uint64_t end = k->c->flow[k->d].in, at = end - n;
  uint32_t cut = 0;
  const TbVerdict none = { .bits = 0 };
  if (k->c->mux == NULL)
    k->c->mux = calloc (1, sizeof *k->c->mux);
  k->failed = k->failed || k->c->mux == NULL;
  for (uint32_t i = 0; i < t->n_frame_cuts && !k->failed; i++)
    {
      const TbFrameCut *f = &t->frame_cuts[i];
      bool whole = f->start == at - k->g->coming.n;
      tb_gather_append (k, bytes, f->end - at);
      bytes += f->end - at;
      at = f->end;
      if (!k->failed)
        take_frame (k, f, whole, &t->cuts[cut], f->cuts - cut);
      cut = f->cuts;
    }
  tb_gather_append (k, bytes, end - at);
  if (!k->failed && (cut < t->n_cuts || k->g->coming.n > WAITS_MAX))
    pass (k, NULL, &t->cuts[cut], t->n_cuts - cut, &none); /* what led to HTTP/2 was HTTP/1 */
}
