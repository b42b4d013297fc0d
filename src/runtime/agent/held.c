/* Messages that are held, one by one: a list of all of them in the order in which they would be let
 * go, and what a person does with chosen ones.
 *
 *                        ┌ release: in its turn, or past those before it
 *   judged: hold ──▶ held├ drop ──▶ nothing
 *     tb_held_add()  ▲   ├ duplicate: another one behind it
 *                    └───┴ swap: with one of its connection, or in the order among connections
 *
 * Each direction of a connection has its own queue (TbGather.held); in that, messages keep their order
 * but where the protocol lets them be told apart when they do not. The list of all is what "the next"
 * means: its first one. Its order never contradicts that of a queue, so a swap between connections
 * moves what has to come before along with it. */
#include "gather-private.h"

#include <string.h>

#define SEGMENT_MAX 512          /* held messages between two that change places */
#define TELL_NS (50 * TB_NS_PER_MS) /* a list is told of so often at most, but for answers */

static const char not_held[] = "it is not held any more";

/* ---- The list -------------------------------------------------------------------------------- */

static void
link_after (TbTaps *t, TbParcel *p, TbParcel *before)
{
  TbParcel *after = before != NULL ? before->after : t->held.first;
  p->before = before;
  p->after = after;
  *(before != NULL ? &before->after : &t->held.first) = p;
  *(after != NULL ? &after->before : &t->held.last) = p;
}

static void
unlink_one (TbTaps *t, TbParcel *p)
{
  *(p->before != NULL ? &p->before->after : &t->held.first) = p->after;
  *(p->after != NULL ? &p->after->before : &t->held.last) = p->before;
}

static void
changed (TbTaps *t)
{
  t->held.changed = true;
  tb_taps_tick_soon (t);
}

static void
enter (TbGathering *k, TbParcel *p, TbParcel *behind)
{
  p->id = ++k->t->held.serial;
  p->conn = k->c;
  p->direction = (uint8_t) k->d;
  link_after (k->t, p, behind);
  k->t->held.n++;
  changed (k->t);
}

void
tb_held_forget (TbTaps *t, TbParcel *p)
{
  if (p->id == 0)
    return;
  unlink_one (t, p);
  p->id = 0;
  t->held.n--;
  changed (t);
}

static TbParcel *
find (TbTaps *t, uint64_t id)
{
  TbParcel *p = t->held.first;
  while (p != NULL && p->id != id)
    p = p->after;
  return p;
}

/* ---- A queue --------------------------------------------------------------------------------- */

void
tb_held_add (TbGathering *k, TbParcel *p)
{
  p->next = NULL;
  *(k->g->held != NULL ? &k->g->last->next : &k->g->held) = p;
  k->g->last = p;
  if (p->stops)
    enter (k, p, k->t->held.last);
  else
    changed (k->t); /* one more waits behind */
  TB_CHECK (k->g->held->stops);
}

static TbParcel **
place_of (TbGather *g, const TbParcel *p)
{
  TbParcel **at = &g->held;
  while (*at != p)
    at = &(*at)->next;
  return at;
}

/* Out of its queue and of the list. */
static void
take_out (TbGathering *k, TbParcel *p)
{
  TbParcel **at = place_of (k->g, p);
  *at = p->next;
  if (k->g->last == p)
    k->g->last = k->g->held;
  for (; k->g->last != NULL && k->g->last->next != NULL; k->g->last = k->g->last->next)
    continue;
  tb_held_forget (k->t, p);
}

void
tb_held_release (TbGathering *k, uint32_t steps)
{
  while (k->g->held != NULL)
    {
      TbParcel *p = k->g->held;
      if (p->stops && steps-- == 0)
        return;
      k->g->held = p->next;
      tb_held_forget (k->t, p);
      tb_gather_emit (k, p);
    }
  if (k->g->ending != TB_END_NONE)
    tb_queue_finish (&k->w->queue, k->g->ending, k->t->now_ns);
  k->g->ending = TB_END_NONE;
}

/* ---- What may be done ------------------------------------------------------------------------ */

static bool
is_in_line (const TbParcel *p)
{
  return p->message && p->conn->proto != TB_PROTO_HTTP2 && p->conn->mux == NULL;
}

/* How the answer to these ends is known from the request alone, so the tap has to know which is which. */
static bool
says_how_its_answer_ends (const TbParcel *p, const TbConn *c, unsigned d)
{
  return c->proto == TB_PROTO_HTTP && d == TB_DIR_UP && p->message
         && (strncmp (p->label, "HEAD ", 5) == 0 || strncmp (p->label, "CONNECT ", 8) == 0);
}

static const char *
why_not_alone (const TbParcel *p)
{
  if (!is_in_line (p))
    return "its messages interleave, and the headers of each are coded by those before it (HTTP/2): they "
           "go on in their turn";
  if (says_how_its_answer_ends (p, p->conn, p->direction))
    return "how the answer to HEAD or CONNECT ends is known from the request alone: it goes on in its turn";
  return NULL;
}

/* Why the messages of a queue from one to another (NULL: to its end) have to keep their order. */
static const char *
why_not_overtake (const TbParcel *from, const TbParcel *to)
{
  const TbConn *c = to->conn;
  const char *why = why_not_alone (to);
  for (const TbParcel *p = from; p != to && why == NULL; p = p->next)
    if (says_how_its_answer_ends (p, c, to->direction))
      why = "before it waits a HEAD or CONNECT, whose answer has to come first to be known as that";
  return why;
}

static bool
is_next (const TbParcel *p)
{
  return p->conn->flow[p->direction].waiting->gather->held == p;
}

static bool
is_same_queue (const TbParcel *a, const TbParcel *b)
{
  return a->conn == b->conn && a->direction == b->direction;
}

/* ---- What is done ---------------------------------------------------------------------------- */

static bool
begin (TbGathering *k, TbTaps *t, const TbParcel *p)
{
  return tb_gather_begin (k, t, p->conn, p->direction);
}

static void
finish (TbGathering *k)
{
  if (tb_gather_finish (k))
    tb_flow_deliver (k->t, k->c, k->d);
}

static const char *
release (TbTaps *t, TbParcel *p)
{
  TbGathering k;
  bool next = is_next (p);
  const char *why = next ? NULL : why_not_overtake (p->conn->flow[p->direction].waiting->gather->held, p);
  if (why != NULL || !begin (&k, t, p))
    return why;
  if (next)
    tb_held_release (&k, 1);
  else
    {
      take_out (&k, p);
      tb_gather_emit (&k, p);
    }
  finish (&k);
  return NULL;
}

static const char *
release_all (TbTaps *t)
{
  uint64_t last = t->held.serial;
  TbParcel *p = t->held.first;
  while (p != NULL)
    if (p->id > last)
      p = p->after;
    else
      {
        release (t, p);
        p = t->held.first;
      }
  return NULL;
}

static const char *
drop (TbTaps *t, TbParcel *p)
{
  TbGathering k;
  const char *why = why_not_alone (p);
  if (why != NULL || !begin (&k, t, p))
    return why;
  take_out (&k, p);
  tb_gather_drop_parcel (&k, p);
  tb_held_release (&k, 0); /* what waited behind it, where it was the next */
  finish (&k);
  return NULL;
}

static const char *
duplicate (TbTaps *t, TbParcel *p)
{
  TbGathering k;
  const char *why = why_not_alone (p);
  if (why != NULL || !begin (&k, t, p))
    return why;
  TbParcel *copy = tb_gather_double (&k, p);
  if (copy != NULL)
    {
      p->next = copy; /* which has what came next from p */
      k.g->last = k.g->last == p ? copy : k.g->last;
      enter (&k, copy, p);
    }
  finish (&k);
  return copy != NULL ? NULL : "memory is out";
}

/* a is before b in their queue. */
static void
swap_in_queue (TbTaps *t, TbParcel *a, TbParcel *b)
{
  TbGather *g = a->conn->flow[a->direction].waiting->gather;
  TbParcel **at_a = place_of (g, a), **at_b = place_of (g, b), *behind_b = b->next;
  g->last = g->last == b ? a : g->last;
  if (a->next == b)
    b->next = a;
  else
    {
      b->next = a->next;
      *at_b = a;
    }
  *at_a = b;
  a->next = behind_b;
  TbParcel *before_a = a->before, *before_b = b->before;
  unlink_one (t, a);
  unlink_one (t, b);
  link_after (t, b, before_a);
  link_after (t, a, before_b == a ? b : before_b);
}

/* Those of p's queue among them come into the order in which they were: they keep the places that the
 * queue has now. */
static void
keep_order (TbParcel **now, TbParcel *const *was, uint32_t n, const TbParcel *p)
{
  uint32_t next = 0;
  for (uint32_t i = 0; i < n; i++)
    if (is_same_queue (now[i], p))
      {
        while (!is_same_queue (was[next], p))
          next++;
        now[i] = was[next++];
      }
}

/* a is before b in the list. */
static const char *
swap_in_list (TbTaps *t, TbParcel *a, TbParcel *b)
{
  TbParcel *was[SEGMENT_MAX], *now[SEGMENT_MAX], *before = a->before;
  uint32_t n = 0;
  for (TbParcel *p = a; p != b->after && n < SEGMENT_MAX; p = p->after)
    was[n++] = p;
  if (n == 0 || was[n - 1] != b)
    return "too many wait between the two";
  memcpy (now, was, n * sizeof *now);
  now[0] = b;
  now[n - 1] = a;
  keep_order (now, was, n, a);
  keep_order (now, was, n, b);
  for (uint32_t i = 0; i < n; i++)
    unlink_one (t, was[i]);
  for (uint32_t i = 0; i < n; i++)
    {
      link_after (t, now[i], before);
      before = now[i];
    }
  return NULL;
}

static bool
is_before (const TbParcel *a, const TbParcel *b)
{
  while (a != NULL && a != b)
    a = a->after;
  return a == b;
}

static const char *
swap (TbTaps *t, TbParcel *a, TbParcel *b)
{
  if (a == b)
    return "it cannot change places with itself";
  if (!is_before (a, b))
    {
      TbParcel *c = a;
      a = b;
      b = c;
    }
  const char *why = is_same_queue (a, b) ? why_not_overtake (a, b) : swap_in_list (t, a, b);
  if (why == NULL && is_same_queue (a, b))
    swap_in_queue (t, a, b);
  changed (t);
  return why;
}

static const char *
carry_out (TbTaps *t, const TbWireHeldDo *what)
{
  if (what->verb == TB_HELD_RELEASE_ALL)
    return release_all (t);
  TbParcel *p = what->verb == TB_HELD_RELEASE && what->id == 0 ? t->held.first : find (t, what->id);
  TbParcel *other = what->verb == TB_HELD_SWAP ? find (t, what->other) : NULL;
  if (p == NULL)
    return what->id == 0 ? "nothing is held" : not_held;
  switch (what->verb)
    {
    case TB_HELD_RELEASE:
      return release (t, p);
    case TB_HELD_DROP:
      return drop (t, p);
    case TB_HELD_DUPLICATE:
      return duplicate (t, p);
    case TB_HELD_SWAP:
      return other != NULL ? swap (t, p, other) : not_held;
    case TB_HELD_RELEASE_ALL:
    case TB_HELD_VERB_COUNT:
    default:
      return "there is nothing of that kind to be done";
    }
}

/* ---- What is told ---------------------------------------------------------------------------- */

static const uint8_t kinds[] = { [TB_MSG_REQUEST] = TB_EVENT_REQUEST,
                                 [TB_MSG_REPLY] = TB_EVENT_REPLY,
                                 [TB_MSG_ONE_WAY] = TB_EVENT_ONE_WAY };

static uint32_t
count_behind (const TbParcel *p)
{
  uint32_t n = 0;
  for (p = p->next; p != NULL && !p->stops; p = p->next)
    n += p->message;
  return n;
}

static void
describe (const TbParcel *p, TbWireHeld *h)
{
  const TbTap *tap = p->conn->tap;
  *h = (TbWireHeld) { .id = p->id,
                      .since_ns = p->since_ns,
                      .row = tap->index,
                      .link = tap->link,
                      .from = tap->from,
                      .to = tap->to,
                      .connection = p->conn->number,
                      .number = p->number,
                      .size = (uint32_t) TB_MIN (p->chain.n, UINT32_MAX),
                      .behind = count_behind (p),
                      .direction = p->direction,
                      .kind = kinds[p->kind],
                      .next = is_next (p),
                      .in_line = why_not_alone (p) == NULL };
  _Static_assert (sizeof h->label == sizeof p->label, "a label is a label");
  memcpy (h->label, p->label, sizeof h->label);
  h->label[sizeof h->label - 1] = '\0';
}

static void
tell_list (TbTaps *t)
{
  TbWireHeld list[TB_HELD_LIST_MAX];
  uint32_t n = 0;
  for (const TbParcel *p = t->held.first; p != NULL && n < TB_HELD_LIST_MAX; p = p->after)
    describe (p, &list[n++]);
  TbTold told = { .type = TB_TOLD_HELD, .row = n, .link = t->held.n, .time_ns = t->now_ns };
  tb_tap_tell (t, &told, (const char *) list, n * sizeof *list);
  t->held.changed = false;
  t->held.told_ns = t->now_ns;
}

void
tb_held_tick (TbTaps *t)
{
  if (!t->held.changed)
    return;
  if (t->now_ns - t->held.told_ns >= TELL_NS)
    tell_list (t);
  else
    tb_taps_tick_soon (t);
}

void
tb_held_do (TbTaps *t, const TbWireHeldDo *what)
{
  const char *why = carry_out (t, what);
  if (t->held.changed)
    tell_list (t);
  TbTold told = { .type = TB_TOLD_HELD_DONE, .row = what->token, .time_ns = t->now_ns };
  tb_tap_tell (t, &told, why != NULL ? why : "", why != NULL ? strlen (why) + 1 : 1);
}

bool
tb_held_step (TbTaps *t, const TbFault *fault)
{
  for (TbParcel *p = t->held.first; p != NULL; p = p->after)
    {
      TbFaultPlace place = { p->conn->tap->link, p->conn->tap->from, p->conn->tap->to };
      if (!tb_fault_is_at (fault, &place))
        continue;
      tb_gather_step (t, p->conn, p->direction);
      return true;
    }
  return false;
}
