#include "bug.h"
#include "spread.h"

#include <stdlib.h>

#define TOLD_AT_ONCE 2
#define HEADS_MAX 512              /* in one message */
#define HEADS_CALLED_FORTH 4096    /* by one summary */
#define PAGE_COST 32u              /* of a message, in heads: so many messages at most, too */
#define STATES_BYTES_MAX (256u << 10) /* of states that one message calls forth */

/* ---- A round ---- */

/* Spread in time, so that the replicas do not all speak at once. */
static int64_t
next_round (TbReplica *r)
{
  uint64_t half = (uint64_t) r->config.gossip_ns / 2;
  return r->now_ns + (int64_t) (half + replica_random_below (r, 2 * half + 1));
}

void
spread_start (TbReplica *r, Spread *s)
{
  s->next_ns = next_round (r);
}

static unsigned
random_other (TbReplica *r)
{
  unsigned to = (unsigned) replica_random_below (r, r->config.n - 1);
  return to + (to >= r->config.self);
}

void
spread_tick (TbReplica *r, Spread *s)
{
  if (r->config.n < 2 || r->now_ns < s->next_ns)
    return;
  s->next_ns = next_round (r);
  s->rounds++;
  Pack *p = replica_message (r, SPREAD_SUMMARY);
  for (unsigned i = 0; i < TABLE_SEGMENTS; i++)
    pack_uint (p, s->table->digest[i]);
  replica_send (r, random_other (r));
}

/* ---- Heads ---- */

typedef struct
{
  uint64_t hash, state_hash;
} Head;

typedef struct
{
  Head at[HEADS_MAX];
  unsigned n;
  uint64_t lo, hi; /* all that is there from lo to hi is listed */
  bool full;
} Page;

static int
compare_heads (const void *a, const void *b)
{
  uint64_t x = ((const Head *) a)->hash, y = ((const Head *) b)->hash;
  return (x > y) - (x < y);
}

static bool
add_head (const TableEntry *e, void *data)
{
  Page *page = data;
  page->full = page->n == HEADS_MAX;
  if (!page->full)
    page->at[page->n++] = (Head){ e->hash, e->state_hash };
  return !page->full;
}

/* Slots are in order, what is in them is not: a page that is full ends before its last slot's hashes. */
static void
read_page (const Table *t, Page *page)
{
  table_range (t, page->lo, page->hi, add_head, page);
  qsort (page->at, page->n, sizeof page->at[0], compare_heads);
  if (!page->full)
    return;
  uint64_t slot = page->at[page->n - 1].hash >> (64 - t->bits);
  unsigned n = page->n;
  while (n > 0 && page->at[n - 1].hash >> (64 - t->bits) == slot)
    n--;
  page->n = n;
  page->hi = (slot << (64 - t->bits)) - 1;
}

static void
send_page (TbReplica *r, const Page *page, unsigned to)
{
  Pack *p = replica_message (r, SPREAD_HEADS);
  pack_uint (p, page->lo);
  pack_uint (p, page->hi);
  pack_uint (p, page->n);
  for (unsigned i = 0; i < page->n; i++)
    {
      pack_uint (p, page->at[i].hash);
      pack_uint (p, page->at[i].state_hash);
    }
  replica_send (r, to);
}

/* What there is from lo to hi, as long as there are heads left to send. */
static unsigned
send_range (TbReplica *r, const Table *t, uint64_t lo, uint64_t hi, unsigned to, unsigned heads)
{
  while (heads > 0)
    {
      Page page = { .lo = lo, .hi = hi };
      read_page (t, &page);
      if (page.full && page.n == 0)
        break; /* more than a page in one slot: keys made to collide */
      send_page (r, &page, to);
      heads -= TB_MIN (heads, TB_MAX (page.n, PAGE_COST));
      if (page.hi == hi)
        break;
      lo = page.hi + 1;
    }
  return heads;
}

/* Neighbouring segments that differ go together. The search begins anywhere, so that what does not fit comes another
 * time. */
static void
on_summary (TbReplica *r, Spread *s, unsigned from, Take *t)
{
  uint64_t theirs[TABLE_SEGMENTS];
  for (unsigned i = 0; i < TABLE_SEGMENTS; i++)
    theirs[i] = take_uint (t);
  if (!take_is_whole (t))
    return;
  unsigned first = (unsigned) replica_random_below (r, TABLE_SEGMENTS), heads = HEADS_CALLED_FORTH, n;
  for (unsigned i = 0; i < TABLE_SEGMENTS && heads > 0; i += n + 1)
    {
      unsigned segment = (first + i) % TABLE_SEGMENTS;
      for (n = 0; i + n < TABLE_SEGMENTS && segment + n < TABLE_SEGMENTS; n++)
        if (theirs[segment + n] == s->table->digest[segment + n])
          break;
      if (n > 0)
        heads = send_range (r, s->table, (uint64_t) segment << 58, ((uint64_t) (segment + n - 1) << 58) | (UINT64_MAX >> 6),
                            from, heads);
      n -= segment + n == TABLE_SEGMENTS; /* the next is the first one again, and has not been looked at */
    }
}

/* ---- States ---- */

static void
tell (TbReplica *r, const TableEntry *e, unsigned to, bool back)
{
  Pack *p = replica_message (r, SPREAD_STATE);
  pack_u8 (p, back);
  pack_bytes (p, entry_key (e));
  pack_bytes (p, entry_state (e));
  replica_send (r, to);
}

void
spread_tell_some (TbReplica *r, const TableEntry *e)
{
  unsigned others = r->config.n - 1, first = (unsigned) replica_random_below (r, others);
  for (unsigned i = 0; i < TB_MIN (TOLD_AT_ONCE, others); i++)
    {
      unsigned to = (first + i) % others;
      tell (r, e, to + (to >= r->config.self), false);
    }
}

typedef struct
{
  TbReplica *r;
  const Page *page;
  unsigned to;
  size_t bytes;
} Telling;

/* The first always goes, however large. */
static bool
tell_bounded (Telling *t, const TableEntry *e, bool back)
{
  if (t->bytes > 0 && t->bytes + e->key_n + e->state_n > STATES_BYTES_MAX)
    return false;
  t->bytes += e->key_n + e->state_n + 1;
  tell (t->r, e, t->to, back);
  return true;
}

static bool
tell_unlisted (const TableEntry *e, void *data)
{
  Telling *t = data;
  Head head = { .hash = e->hash };
  return bsearch (&head, t->page->at, t->page->n, sizeof head, compare_heads) != NULL
         || tell_bounded (t, e, false);
}

static bool
take_page (Take *t, Page *page)
{
  page->lo = take_uint (t);
  page->hi = take_uint (t);
  page->n = (unsigned) take_uint_to (t, HEADS_MAX);
  for (unsigned i = 0; i < page->n; i++)
    {
      page->at[i].hash = take_uint (t);
      page->at[i].state_hash = take_uint (t);
      if (i > 0 && page->at[i].hash < page->at[i - 1].hash)
        t->bad = true;
    }
  return take_is_whole (t) && page->lo <= page->hi;
}

static void
on_heads (TbReplica *r, Spread *s, unsigned from, Take *t)
{
  Page page;
  uint64_t wanted[HEADS_MAX];
  unsigned n_wanted = 0;
  if (!take_page (t, &page))
    return;
  Telling telling = { r, &page, from, 0 };
  for (unsigned i = 0; i < page.n; i++)
    {
      const TableEntry *e = table_by_hash (s->table, page.at[i].hash);
      if (e == NULL)
        wanted[n_wanted++] = page.at[i].hash;
      else if (e->state_hash != page.at[i].state_hash && !HAS_BUG (BUG_FINDS_NEW_KEYS))
        tell_bounded (&telling, e, true);
    }
  table_range (s->table, page.lo, page.hi, tell_unlisted, &telling);
  if (n_wanted == 0)
    return;
  Pack *p = replica_message (r, SPREAD_WANT);
  pack_uint (p, n_wanted);
  for (unsigned i = 0; i < n_wanted; i++)
    pack_uint (p, wanted[i]);
  replica_send (r, from);
}

static void
on_want (TbReplica *r, Spread *s, unsigned from, Take *t)
{
  uint64_t hashes[HEADS_MAX];
  unsigned n = (unsigned) take_uint_to (t, HEADS_MAX);
  for (unsigned i = 0; i < n; i++)
    hashes[i] = take_uint (t);
  if (!take_is_whole (t))
    return;
  Telling telling = { r, NULL, from, 0 };
  for (unsigned i = 0; i < n; i++)
    {
      const TableEntry *e = table_by_hash (s->table, hashes[i]);
      if (e != NULL && !tell_bounded (&telling, e, false))
        return;
    }
}

static void
on_state (TbReplica *r, Spread *s, unsigned from, Take *t)
{
  uint8_t back = take_u8 (t);
  TbBytes key = take_bytes (t), state = take_bytes (t);
  if (!take_is_whole (t) || !s->merge (r, key, state) || !back)
    return;
  const TableEntry *e = table_find (s->table, key);
  if (e != NULL && e->state_hash != replica_sum (0, state.p, state.n))
    tell (r, e, from, false);
}

void
spread_message (TbReplica *r, Spread *s, unsigned from, uint8_t kind, Take *t)
{
  static void (*const on[SPREAD_KINDS]) (TbReplica *, Spread *, unsigned, Take *)
    = { on_summary, on_heads, on_want, on_state };
  on[kind](r, s, from, t);
}
