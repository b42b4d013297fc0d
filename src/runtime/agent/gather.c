/* Whole messages, where a fault does something to these: they are gathered until their last byte has
 * come, judged, and then go on, are left out, doubled, hurt, wait, or are answered.
 *
 *   bytes ──▶ coming ──last byte: judged──▶ queue          passes (after its delay)
 *                             ├───────────▶ nothing        drop, answer
 *                             ├───────────▶ late ──▶ queue reorder: overtaken, or its time is over
 *                             └───────────▶ held ──▶ queue hold: stepped or healed; all behind it too
 *
 * A message too long to wait for, or that began before its fault did, passes as it is; so do bytes
 * that are no messages. What is left out or added moves the offsets of all that follows: in the tap
 * they count what goes on, see tb_reading_shift(). */
#include "gather-private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GATHER_MAX (1u << 20)
#define GATHERED_MAX 4096u  /* messages of one direction before its sender is not read from */
#define GATHERED_ALL 8192u  /* of all of them; then each may have GATHERED_LEAST */
#define GATHERED_LEAST 64u

/* ---- Chains of blocks ------------------------------------------------------------------------ */

static bool
chain_append (TbChain *chain, TbPool *blocks, const uint8_t *bytes, uint64_t n)
{
  size_t done = tb_blocks_append (&chain->head, &chain->tail, blocks, bytes, (size_t) n);
  chain->n += done;
  return done == n;
}

static void
chain_clear (TbChain *chain, TbPool *blocks)
{
  for (TbBlock *block = chain->head, *next; block != NULL; block = next)
    {
      next = block->next;
      tb_pool_give (blocks, block);
    }
  *chain = (TbChain) { 0 };
}

static void
chain_flip (TbChain *chain, uint64_t from, uint64_t n, TbRng *rng)
{
  uint64_t bit = tb_rng_below (rng, 8 * n), at = from + bit / 8;
  for (TbBlock *block = chain->head; block != NULL; block = block->next)
    {
      if (at < block->to - block->from)
        {
          block->bytes[block->from + at] ^= (uint8_t) (1u << bit % 8);
          return;
        }
      at -= block->to - block->from;
    }
}

/* ---- Counting -------------------------------------------------------------------------------- */

static TbFlow *
begin (const TbGathering *k)
{
  TbTapCounters *row = tb_tap_begin (k->c->tap);
  return k->d == TB_DIR_UP ? &row->up : &row->down;
}

void
tb_gather_tell (const TbGathering *k, TbEventKind kind, uint32_t number, uint32_t size)
{
  TbEvent event = { .time_ns = k->t->now_ns,
                    .tap = k->c->tap->index,
                    .connection = k->c->number,
                    .number = number,
                    .size = size,
                    .kind = (uint8_t) kind,
                    .direction = (uint8_t) k->d };
  tb_tap_emit (k->t, &event, NULL, 0);
}

static void
tell (const TbGathering *k, const TbParcel *p, TbEventKind kind)
{
  tb_gather_tell (k, kind, p->number, p->size);
}

/* A message that goes down and has a request's number is its reply, which its caller never gets. */
static bool
is_reply (const TbGathering *k, uint32_t number)
{
  return k->d == TB_DIR_DOWN && number != 0;
}

static void
count_dropped (TbGathering *k, uint64_t bytes, uint32_t messages, uint32_t replies)
{
  TbFlow *flow = begin (k);
  flow->held -= messages;
  flow->dropped += messages;
  flow->bytes_held -= bytes;
  flow->bytes_dropped += bytes;
  k->c->tap->row->counters.errors += replies;
  tb_tap_end (k->c->tap, k->t->now_ns);
  k->t->held_bytes -= bytes;
  k->shift -= (int64_t) bytes;
}

/* Bytes that nobody sent. */
static void
count_added (TbGathering *k, uint64_t bytes)
{
  TbFlow *flow = begin (k);
  flow->bytes_held += bytes;
  flow->bytes_duplicated += bytes;
  tb_tap_end (k->c->tap, k->t->now_ns);
  k->t->held_bytes += bytes;
  k->shift += (int64_t) bytes;
}

static void
count_duplicated (TbGathering *k, const TbParcel *p)
{
  TbFlow *flow = begin (k);
  flow->held++;
  flow->duplicated++;
  flow->bytes_held += p->chain.n;
  flow->bytes_duplicated += p->chain.n;
  tb_tap_end (k->c->tap, k->t->now_ns);
  k->t->held_bytes += p->chain.n;
  k->shift += (int64_t) p->chain.n;
  tell (k, p, TB_EVENT_DUPLICATED);
}

/* ---- Parcels --------------------------------------------------------------------------------- */

static void
forget (TbGathering *k, TbParcel *p)
{
  k->g->bytes -= p->chain.n;
  k->g->messages -= p->message;
  chain_clear (&p->chain, &k->t->blocks);
  tb_pool_give (&k->t->parcels, p);
}

static void
push_once (TbGathering *k, const TbParcel *p, bool copy)
{
  TbQueue *queue = &k->w->queue;
  TbMark mark = { .start = queue->end,
                  .request_ns = copy ? 0 : p->request_ns,
                  .number = p->number,
                  .size = p->size };
  for (const TbBlock *b = p->chain.head; b != NULL && !k->failed; b = b->next)
    k->failed = !tb_queue_push (queue, &k->t->blocks, b->bytes + b->from, b->to - b->from,
                                TB_MAX (p->due_ns, k->t->now_ns));
  mark.end = queue->end;
  if (!p->message || k->failed)
    return;
  if (mark.end <= queue->at) /* its bytes had gone before it was known to have ended */
    tb_reading_delivered (k->t, k->c, k->d, &mark);
  else
    k->failed = !tb_queue_mark (queue, &mark);
}

/* Into the queue, with its copies. */
static void
push (TbGathering *k, TbParcel *p)
{
  push_once (k, p, false);
  for (uint32_t i = 0; i < p->copies && !k->failed; i++)
    {
      count_duplicated (k, p);
      push_once (k, p, true);
    }
  forget (k, p);
}

static void
emit_late (TbGathering *k)
{
  TbParcel *late = k->g->late;
  k->g->late = NULL;
  late->due_ns = k->t->now_ns;
  push (k, late);
}

/* Who was overtaken often enough follows. */
void
tb_gather_emit (TbGathering *k, TbParcel *p)
{
  bool message = p->message;
  push (k, p);
  if (message && k->g->late != NULL && --k->g->late->ahead == 0)
    emit_late (k);
}

void
tb_gather_drop_parcel (TbGathering *k, TbParcel *p)
{
  count_dropped (k, p->chain.n, p->message, p->message && is_reply (k, p->number));
  tell (k, p, TB_EVENT_DROPPED);
  forget (k, p);
}

TbParcel *
tb_gather_double (TbGathering *k, const TbParcel *p)
{
  TbParcel *copy = tb_pool_take (&k->t->parcels);
  TbChain chain = { 0 };
  bool done = copy != NULL;
  for (const TbBlock *b = p->chain.head; b != NULL && done; b = b->next)
    done = chain_append (&chain, &k->t->blocks, b->bytes + b->from, b->to - b->from);
  if (!done)
    {
      chain_clear (&chain, &k->t->blocks);
      if (copy != NULL)
        tb_pool_give (&k->t->parcels, copy);
      return NULL;
    }
  *copy = *p;
  copy->chain = chain;
  copy->request_ns = 0; /* a reply is timed once */
  copy->copies = copy->ahead = 0;
  copy->since_ns = k->t->now_ns;
  k->g->bytes += chain.n;
  k->g->messages++;
  count_duplicated (k, copy);
  return copy;
}

TbParcel *
tb_gather_wrap (TbGathering *k, const TbCut *cut)
{
  TbParcel *p = tb_pool_take (&k->t->parcels);
  k->failed = k->failed || p == NULL;
  if (p == NULL)
    return NULL;
  *p = (TbParcel) { .chain = k->g->coming, .due_ns = k->t->now_ns, .since_ns = k->t->now_ns };
  k->g->coming = (TbChain) { 0 };
  if (cut != NULL)
    {
      p->message = true;
      p->number = cut->number;
      p->size = cut->size;
      p->request_ns = cut->request_ns;
      p->kind = (uint8_t) cut->kind;
      memcpy (p->label, cut->label, sizeof p->label);
      k->g->messages++;
    }
  return p;
}

void
tb_gather_send (TbGathering *k, TbParcel *p)
{
  if (p->stops || k->g->held != NULL)
    tb_held_add (k, p);
  else
    tb_gather_emit (k, p);
}

void
tb_gather_append (TbGathering *k, const uint8_t *bytes, uint64_t n)
{
  k->failed = k->failed || !chain_append (&k->g->coming, &k->t->blocks, bytes, n);
  if (!k->failed)
    k->g->bytes += n;
}

void
tb_gather_leave_out (TbGathering *k, const TbCut *cuts, uint32_t n)
{
  uint64_t bytes = k->g->coming.n;
  uint32_t replies = 0;
  for (uint32_t i = 0; i < n; i++)
    replies += is_reply (k, cuts[i].number);
  count_dropped (k, bytes, n, replies);
  k->g->bytes -= bytes;
  chain_clear (&k->g->coming, &k->t->blocks);
  for (uint32_t i = 0; i < n; i++)
    tb_gather_tell (k, TB_EVENT_DROPPED, cuts[i].number, cuts[i].size);
}

void
tb_gather_flip (TbGathering *k, uint64_t from, uint64_t n, TbRng *rng)
{
  TB_CHECK (n > 0 && from + n <= k->g->coming.n);
  chain_flip (&k->g->coming, from, n, rng);
}

void
tb_gather_replace (TbGathering *k, const uint8_t *const pieces[], const uint64_t sizes[], unsigned n)
{
  uint64_t before = k->g->coming.n;
  k->g->bytes -= before;
  chain_clear (&k->g->coming, &k->t->blocks);
  for (unsigned i = 0; i < n; i++)
    tb_gather_append (k, pieces[i], sizes[i]);
  uint64_t after = k->g->coming.n;
  if (after > before)
    count_added (k, after - before);
  else
    count_dropped (k, before - after, 0, 0);
}

/* ---- Judging --------------------------------------------------------------------------------- */

static void
carry_out (TbGathering *k, TbParcel *p, const TbCut *cut, TbVerdict *v)
{
  if (v->delay_ns > 0)
    p->due_ns = TB_MAX (cut->first_ns + v->delay_ns, k->t->now_ns);
  p->copies = v->copies;
  p->ahead = v->distance;
  p->stops = v->hold;
  if (v->flips > 0)
    tell (k, p, TB_EVENT_CORRUPTED);
  for (uint32_t i = 0; i < v->flips && p->chain.n > 0; i++)
    chain_flip (&p->chain, 0, p->chain.n, &v->rng);
  if (v->drop || v->answer != 0)
    {
      k->answer = v->answer;
      tb_gather_drop_parcel (k, p);
    }
  else if (v->hold || k->g->held != NULL)
    tb_held_add (k, p);
  else if (v->distance > 0 && k->g->late == NULL)
    {
      p->due_ns = k->t->now_ns + v->overtake_ns;
      k->g->late = p;
    }
  else
    tb_gather_emit (k, p);
}

void
tb_gather_tell_useless (const TbGathering *k, TbFault *fault, const char *why)
{
  const TbTap *tap = k->c->tap;
  if (fault->told)
    return;
  fault->told = true;
  tb_tap_problem (k->t, 1, tap->from, "%s does nothing to %s: %s", tb_fault_name (fault->wire.kind),
                  tap->link != TB_NOBODY ? k->t->plan->links[tap->link].id : "this link", why);
}

/* Faults of messages meet bytes that are none. */
static void
tell_useless (const TbGathering *k)
{
  const TbEffects *e = tb_conn_effects_of (k->c);
  for (unsigned i = 0; i < e->n_strikes[k->d]; i++)
    if (tb_fault_strikes (e->strikes[k->d][i]->wire.kind) == TB_STRIKES_MESSAGES)
      tb_gather_tell_useless (k, e->strikes[k->d][i], "its bytes are not read as messages");
}

static void
judge (TbGathering *k, const TbCut *cut, bool whole)
{
  TbAffected *a = k->c->affected;
  TbStruck struck = { .label = cut->label,
                      .bytes = k->g->coming.n,
                      .begins = true,
                      .request = cut->kind == TB_MSG_REQUEST,
                      .proto = (TbProto) k->c->proto };
  TbVerdict verdict = { .bits = 0 };
  TbParcel *p = tb_gather_wrap (k, cut);
  if (p == NULL)
    return;
  if (whole && a != NULL)
    tb_effects_judge (&a->effects, &a->faulted, k->d, &struck, &verdict);
  /* Out of turn: see http_abort.c. */
  if (verdict.answer != 0 && (k->t->n_cuts != 1 || tb_reading_outstanding (k->c) != 1))
    verdict.answer = 0;
  carry_out (k, p, cut, &verdict);
}

/* What has come passes as it is: behind what is held, if something is. */
static void
let_pass (TbGathering *k)
{
  TbParcel *p = k->g->coming.n > 0 ? tb_gather_wrap (k, NULL) : NULL;
  if (p == NULL)
    return;
  tb_gather_send (k, p);
}

/* Whether what has come of a message must not wait for the rest of it. */
static bool
is_too_much (const TbGathering *k)
{
  const TbConn *c = k->c;
  uint64_t waits = k->w->queue.end - k->w->queue.at + k->g->bytes;
  return c->plain || c->proto == TB_PROTO_UNKNOWN || k->g->coming.n >= GATHER_MAX
         || (!c->connecting && waits >= tb_flow_hold_limit (k->t, c, k->d));
}

/* Takes n bytes that were framed already: t->cuts has the messages that ended in them. */
static void
sort (TbGathering *k, const uint8_t *bytes, uint64_t n)
{
  if (k->c->proto == TB_PROTO_HTTP2 && !k->c->plain)
    {
      tb_streams_sort (k, bytes, n);
      return;
    }
  uint64_t at = k->c->flow[k->d].in - n, start = at - k->g->coming.n;
  TbGather *g = k->g;
  for (uint32_t i = 0; i <= k->t->n_cuts && !k->failed; i++)
    {
      const TbCut *cut = i < k->t->n_cuts ? &k->t->cuts[i] : NULL;
      uint64_t to = cut != NULL ? TB_MAX (cut->end, at) : k->c->flow[k->d].in;
      tb_gather_append (k, bytes, to - at);
      bytes += to - at;
      at = to;
      if (cut != NULL && !k->failed)
        {
          judge (k, cut, cut->start >= start);
          start = at;
        }
    }
  if (g->coming.n > 0 && is_too_much (k))
    {
      if (k->c->plain)
        tell_useless (k);
      let_pass (k);
    }
}

/* ---- From outside ---------------------------------------------------------------------------- */

bool
tb_gather_begin (TbGathering *k, TbTaps *t, TbConn *c, unsigned d)
{
  TbWaiting *w = tb_flow_wait (t, c, d);
  if (w != NULL && w->gather == NULL)
    w->gather = calloc (1, sizeof *w->gather);
  *k = (TbGathering) { .t = t, .c = c, .w = w, .g = w != NULL ? w->gather : NULL, .d = d };
  return k->g != NULL;
}

bool
tb_gather_finish (TbGathering *k)
{
  if (k->shift != 0)
    tb_reading_shift (k->c, k->d, k->shift);
  if (!k->failed)
    return true;
  tb_conn_reset (k->t, k->c, -1);
  return false;
}

static const char *
reason (unsigned status)
{
  static const struct
  {
    unsigned status;
    const char *text;
  } known[] = { { 404, "Not Found" },           { 429, "Too Many Requests" },
                { 500, "Internal Server Error" }, { 502, "Bad Gateway" },
                { 503, "Service Unavailable" }, { 504, "Gateway Timeout" } };
  for (size_t i = 0; i < TB_ARRAY_LENGTH (known); i++)
    if (known[i].status == status)
      return known[i].text;
  return "Fault";
}

/* The answer takes the way that the server's would have taken. */
static bool
answer (TbGathering *k)
{
  char text[160];
  bool bodiless = k->answer == 204 || k->answer == 304;
  int n = snprintf (text, sizeof text, "HTTP/1.1 %u %s\r\n%sX-Tierboard-Fault: http_abort\r\n\r\n",
                    k->answer, reason (k->answer), bodiless ? "" : "Content-Length: 0\r\n");
  return tb_flow_inject (k->t, k->c, !k->d, text, (size_t) n);
}

bool
tb_gather_take (TbTaps *t, TbConn *c, unsigned d, const uint8_t *bytes, uint64_t n)
{
  TbGathering k;
  if (!tb_gather_begin (&k, t, c, d))
    {
      tb_conn_reset (t, c, -1);
      return false;
    }
  sort (&k, bytes, n);
  if (!tb_gather_finish (&k) || !tb_flow_deliver (t, c, d) || !tb_streams_flush (t, c))
    return false;
  return k.answer == 0 || answer (&k);
}

static void
release_late (TbGathering *k, int64_t now_ns)
{
  if (k->g->late != NULL && k->g->late->due_ns <= now_ns)
    emit_late (k);
}

bool
tb_gather_end (TbTaps *t, TbConn *c, unsigned d, TbEnd end)
{
  TbGathering k;
  if (c->flow[d].waiting == NULL || c->flow[d].waiting->gather == NULL
      || !tb_gather_begin (&k, t, c, d))
    return false;
  sort (&k, NULL, 0);
  let_pass (&k);
  release_late (&k, INT64_MAX);
  bool waits = k.g->held != NULL;
  k.g->ending = waits ? end : TB_END_NONE;
  if (k.shift != 0)
    tb_reading_shift (c, d, k.shift);
  return waits;
}

bool
tb_gather_settle (TbTaps *t, TbConn *c, unsigned d)
{
  TbGathering k;
  const TbEffects *e = tb_conn_effects_of (c);
  if (c->flow[d].waiting == NULL || c->flow[d].waiting->gather == NULL
      || !tb_gather_begin (&k, t, c, d))
    return true;
  if (!(e->bits & 1u << TB_FAULT_HOLD))
    tb_held_release (&k, UINT32_MAX);
  if (!e->whole[d] && c->mux == NULL)
    {
      let_pass (&k);
      release_late (&k, INT64_MAX);
    }
  return tb_gather_finish (&k);
}

bool
tb_gather_step (TbTaps *t, TbConn *c, unsigned d)
{
  TbGathering k;
  if (!tb_gather_begin (&k, t, c, d))
    return true;
  tb_held_release (&k, 1);
  return tb_gather_finish (&k) && tb_flow_deliver (t, c, d);
}

bool
tb_gather_due (TbTaps *t, TbConn *c, unsigned d)
{
  TbGathering k;
  if (c->flow[d].waiting->gather == NULL || !tb_gather_begin (&k, t, c, d))
    return true;
  release_late (&k, t->now_ns);
  return tb_gather_finish (&k);
}

int64_t
tb_gather_next_ns (const TbWaiting *w)
{
  return w->gather != NULL && w->gather->late != NULL ? w->gather->late->due_ns : INT64_MAX;
}

/* Each has a block of its own, however short it is. */
bool
tb_gather_is_full (const TbTaps *t, const TbWaiting *w)
{
  uint32_t n = w->gather != NULL ? w->gather->messages : 0;
  return n >= GATHERED_MAX || (n >= GATHERED_LEAST && t->parcels.used >= GATHERED_ALL);
}

uint64_t
tb_gather_bytes (const TbWaiting *w)
{
  return w->gather != NULL ? w->gather->bytes : 0;
}

static void
drop_parcels (TbTaps *t, TbParcel *p)
{
  for (TbParcel *next; p != NULL; p = next)
    {
      next = p->next;
      tb_held_forget (t, p);
      chain_clear (&p->chain, &t->blocks);
      tb_pool_give (&t->parcels, p);
    }
}

void
tb_gather_drop (TbTaps *t, TbWaiting *w, uint64_t *bytes, uint32_t *messages)
{
  TbGather *g = w->gather;
  if (g == NULL)
    return;
  *bytes += g->bytes;
  *messages += g->messages;
  chain_clear (&g->coming, &t->blocks);
  drop_parcels (t, g->held);
  drop_parcels (t, g->late);
  free (g);
  w->gather = NULL;
}

size_t
tb_gather_parcel_size (void)
{
  return sizeof (TbParcel);
}
