/* Wing and Gong, J. Parallel Distrib. Comput. 17 (1993), with the memo of Lowe (Concurrency Computat. 29(4) 2017): of the operations that
 * have begun and whose predecessors are all placed, one is placed next; what was tried from the same state with the same operations
 * placed is not tried again. Exponential in how many go on at once, so bounded.
 *
 * What is placed is a set of bits: those of operations that ended, by their beginning, and of these only the words between the first not
 * full and the last not empty are kept; and those that may never have been, all words. */
#include "search-private.h"

#include <stdlib.h>
#include <string.h>

typedef struct
{
  uint32_t step;
  bool is_end;
} Moment;

typedef struct
{
  uint32_t moment;
  size_t low, high;
  uint64_t state;
} Placed;

typedef struct
{
  const TbStep *steps;
  size_t n, n_open; /* the first n_open may never have been */
  Moment *moments;  /* from 1 on; 0 is the list's head */
  uint32_t *next, *previous, *end_of; /* of moments; of a step its end's moment */
  size_t n_moments;

  uint64_t *bits, *open_bits;
  size_t n_words, n_open_words, low, high; /* words */
  uint64_t hash;                           /* of the bits */
  int32_t *members;

  uint64_t *kept; /* one after another: hash, state, low and count of words, words */
  size_t n_kept, kept_capacity;
  size_t *table; /* places in kept, plus one */
  size_t table_capacity, table_n;

  Placed *stack;
  size_t n_stack, placed; /* placed: of those that ended */
  uint32_t deepest;
  TbLimits *limits;
  bool exhausted;
} Search;

/* ---- Mixing --------------------------------------------------------------------------------------------- */

uint64_t
tb_hash_element (uint64_t element)
{
  return tb_op_mix (element ^ UINT64_C (0x5e7));
}

/* ---- The store's own rules -------------------------------------------------------------------------------- */

static bool
fits (const Search *search, const TbStep *s, uint64_t state, uint64_t *next)
{
  *next = state;
  switch ((TbStepKind) s->kind)
    {
    case TB_STEP_READ: return state == s->value;
    case TB_STEP_NO_SWAP: return state != s->other;
    case TB_STEP_WRITE: *next = s->value; return true;
    case TB_STEP_SWAP: *next = s->value; return state == s->other;
    case TB_STEP_MAYBE_SWAP: *next = s->value; return state == s->other;
    case TB_STEP_APPEND: *next = tb_op_append (state, s->value); return true;
    case TB_STEP_ADD: *next = state + s->value; return true;
    case TB_STEP_INSERT: *next = search->members[s->other] > 0 ? state : state ^ s->value; return true;
    }
  return false;
}

/* ---- The memo ------------------------------------------------------------------------------------------------ */

static size_t
words_of (const Search *s)
{
  return s->high >= s->low ? s->high - s->low + 1 : 0;
}

static bool
is_same (const Search *s, const uint64_t *k, uint64_t hash, uint64_t state)
{
  size_t n = words_of (s);
  return k[0] == hash && k[1] == state && k[2] == ((uint64_t) s->low << 32 | n)
         && memcmp (k + 3, s->bits + s->low, n * sizeof *k) == 0
         && memcmp (k + 3 + n, s->open_bits, s->n_open_words * sizeof *k) == 0;
}

static void
widen (Search *s)
{
  s->table_capacity = TB_MAX (s->table_capacity * 2, 64);
  free (s->table);
  s->table = calloc (s->table_capacity, sizeof *s->table);
  TB_CHECK (s->table != NULL);
  for (size_t at = 0; at < s->n_kept; at += 3 + (size_t) (s->kept[at + 2] & UINT32_MAX) + s->n_open_words)
    {
      size_t i = (size_t) s->kept[at] & (s->table_capacity - 1);
      while (s->table[i] != 0)
        i = (i + 1) & (s->table_capacity - 1);
      s->table[i] = at + 1;
    }
}

/* False: it was there already. */
static bool
keep (Search *s, uint64_t state)
{
  uint64_t hash = s->hash ^ tb_op_mix (state);
  size_t n = words_of (s), size = 3 + n + s->n_open_words;
  if ((s->table_n + 1) * 2 > s->table_capacity)
    widen (s);
  size_t i = (size_t) hash & (s->table_capacity - 1);
  for (; s->table[i] != 0; i = (i + 1) & (s->table_capacity - 1))
    if (is_same (s, s->kept + s->table[i] - 1, hash, state))
      return false;
  if ((s->n_kept + size) * sizeof *s->kept > s->limits->bytes)
    s->exhausted = true;
  s->kept = tb_grow (s->kept, &s->kept_capacity, s->n_kept + size, sizeof *s->kept);
  uint64_t *k = s->kept + s->n_kept;
  k[0] = hash;
  k[1] = state;
  k[2] = (uint64_t) s->low << 32 | n;
  memcpy (k + 3, s->bits + s->low, n * sizeof *k);
  memcpy (k + 3 + n, s->open_bits, s->n_open_words * sizeof *k);
  s->table[i] = s->n_kept + 1;
  s->n_kept += size;
  s->table_n++;
  return true;
}

/* ---- Placing ----------------------------------------------------------------------------------------------------- */

static void
flip (Search *s, uint32_t step)
{
  s->hash ^= tb_op_mix (step + UINT64_C (0x100000001));
  if (step < s->n_open)
    s->open_bits[step / 64] ^= UINT64_C (1) << step % 64;
  else
    s->bits[(step - s->n_open) / 64] ^= UINT64_C (1) << (step - s->n_open) % 64;
}

static void
settle_words (Search *s, uint32_t step)
{
  if (step >= s->n_open)
    s->high = TB_MAX (s->high, (step - s->n_open) / 64);
  while (s->low < s->n_words && s->bits[s->low] == UINT64_MAX)
    s->low++;
}

static void
unlink_moment (Search *s, uint32_t m)
{
  s->next[s->previous[m]] = s->next[m];
  if (s->next[m] != 0)
    s->previous[s->next[m]] = s->previous[m];
}

static void
link_moment (Search *s, uint32_t m)
{
  s->next[s->previous[m]] = m;
  if (s->next[m] != 0)
    s->previous[s->next[m]] = m;
}

/* Of elements that are inserted more than once: how often so far. */
static void
join (Search *s, uint32_t step, int32_t by)
{
  if (s->steps[step].kind == TB_STEP_INSERT && s->steps[step].other != 0)
    s->members[s->steps[step].other] += by;
}

static bool
place (Search *s, uint32_t moment, uint64_t *state)
{
  uint32_t step = s->moments[moment].step;
  uint64_t next;
  s->limits->steps -= s->limits->steps > 0;
  s->exhausted |= s->limits->steps == 0;
  if (!fits (s, &s->steps[step], *state, &next))
    return false;
  Placed p = { moment, s->low, s->high, *state };
  flip (s, step);
  settle_words (s, step);
  if (!keep (s, next))
    {
      flip (s, step);
      s->low = p.low;
      s->high = p.high;
      return false;
    }
  s->stack[s->n_stack++] = p;
  join (s, step, 1);
  *state = next;
  unlink_moment (s, moment);
  if (s->end_of[step] != 0)
    {
      unlink_moment (s, s->end_of[step]);
      s->placed++;
    }
  return true;
}

/* The moment that was placed last, taken back. */
static uint32_t
take_back (Search *s, uint64_t *state)
{
  Placed p = s->stack[--s->n_stack];
  uint32_t step = s->moments[p.moment].step;
  if (s->end_of[step] != 0)
    {
      link_moment (s, s->end_of[step]);
      s->placed--;
    }
  link_moment (s, p.moment);
  flip (s, step);
  join (s, step, -1);
  s->low = p.low;
  s->high = p.high;
  *state = p.state;
  return p.moment;
}

/* ---- Making ready ---------------------------------------------------------------------------------------------------- */

typedef struct
{
  int64_t at;
  Moment moment;
} Timed;

/* At one and the same time beginnings come first: what only touches goes on at once. */
static int
by_time (const void *a, const void *b)
{
  const Timed *x = a, *y = b;
  if (x->at != y->at)
    return x->at < y->at ? -1 : 1;
  return (int) x->moment.is_end - (int) y->moment.is_end;
}

static void
lay_out (Search *s)
{
  Timed *times = malloc ((2 * s->n + 1) * sizeof *times);
  TB_CHECK (times != NULL);
  size_t n = 0;
  for (uint32_t i = 0; i < s->n; i++)
    {
      times[n++] = (Timed) { s->steps[i].start, { i, false } };
      if (i >= s->n_open)
        times[n++] = (Timed) { s->steps[i].end, { i, true } };
    }
  qsort (times, n, sizeof *times, by_time);
  s->n_moments = n;
  for (uint32_t m = 1; m <= n; m++)
    {
      s->moments[m] = times[m - 1].moment;
      s->previous[m] = m - 1;
      s->next[m] = m < n ? m + 1 : 0;
      if (s->moments[m].is_end)
        s->end_of[s->moments[m].step] = m;
    }
  s->next[0] = n > 0 ? 1 : 0;
  free (times);
}

static void
make_ready (Search *s)
{
  while (s->n_open < s->n && s->steps[s->n_open].end == INT64_MAX)
    s->n_open++;
  s->n_words = (s->n - s->n_open) / 64 + 1;
  s->n_open_words = (s->n_open + 63) / 64;
  s->moments = calloc (2 * s->n + 1, sizeof *s->moments);
  s->next = calloc (2 * s->n + 1, sizeof *s->next);
  s->previous = calloc (2 * s->n + 1, sizeof *s->previous);
  s->end_of = calloc (s->n + 1, sizeof *s->end_of);
  s->bits = calloc (s->n_words, sizeof *s->bits);
  s->open_bits = calloc (s->n_open_words + 1, sizeof *s->open_bits);
  s->stack = malloc ((s->n + 1) * sizeof *s->stack);
  s->members = calloc (s->n + 1, sizeof *s->members);
  TB_CHECK (s->members && s->moments && s->next && s->previous && s->end_of && s->bits && s->open_bits && s->stack);
  lay_out (s);
}

static void
clear (Search *s)
{
  free (s->moments);
  free (s->next);
  free (s->previous);
  free (s->end_of);
  free (s->bits);
  free (s->open_bits);
  free (s->stack);
  free (s->members);
  free (s->kept);
  free (s->table);
}

/* ---- The search ----------------------------------------------------------------------------------------------------------- */

/* Places what a root has used, or takes it back. */
static void
put_used (Search *s, uint64_t used, bool take)
{
  for (uint32_t i = 0; i < 64 && i < s->n_open; i++)
    if (used >> i & 1)
      flip (s, i);
  for (uint32_t m = 1; take && used != 0 && m <= s->n_moments; m++)
    if (s->moments[m].step < s->n_open && s->moments[m].step < 64 && (used >> s->moments[m].step & 1))
      unlink_moment (s, m);
}

static bool
add_end (Search *s, uint64_t state, TbConfigs *ends)
{
  TbConfig c = { state, s->n_open_words > 0 ? s->open_bits[0] : 0 };
  for (unsigned i = 0; i < ends->n; i++)
    if (ends->configs[i].state == c.state && ends->configs[i].used == c.used)
      return true;
  if (ends->n == TB_CONFIGS_MAX || s->n_open > 64)
    return false;
  ends->configs[ends->n++] = c;
  return true;
}

static TbVerdictKind
search_from (Search *s, const TbConfig *root, TbConfigs *ends)
{
  uint64_t state = root->state;
  size_t all = s->n - s->n_open;
  uint32_t m = s->next[0];
  bool found = all == 0;
  if (found && (ends == NULL || !add_end (s, state, ends)))
    return ends == NULL ? TB_VERDICT_LINEARIZABLE : TB_VERDICT_UNKNOWN;
  while (!s->exhausted)
    {
      bool is_call = m != 0 && !s->moments[m].is_end;
      if (is_call && place (s, m, &state))
        {
          if (s->placed == all && ends == NULL)
            return TB_VERDICT_LINEARIZABLE;
          if (s->placed == all && !add_end (s, state, ends))
            return TB_VERDICT_UNKNOWN;
          found |= s->placed == all;
          m = s->next[0];
          continue;
        }
      if (is_call)
        {
          m = s->next[m];
          continue;
        }
      s->deepest = TB_MAX (s->deepest, m);
      if (s->n_stack == 0)
        return found ? TB_VERDICT_LINEARIZABLE : TB_VERDICT_VIOLATED;
      m = s->next[take_back (s, &state)];
    }
  return TB_VERDICT_UNKNOWN;
}

TbVerdictKind
tb_search (const TbStep *steps, size_t n, const TbConfigs *roots, TbConfigs *ends, TbLimits *limits, size_t *furthest)
{
  Search s = { .steps = steps, .n = n, .limits = limits };
  TbVerdictKind kind = TB_VERDICT_VIOLATED;
  make_ready (&s);
  for (unsigned i = 0; i < roots->n && kind == TB_VERDICT_VIOLATED; i++)
    {
      put_used (&s, roots->configs[i].used, true);
      TbVerdictKind one = search_from (&s, &roots->configs[i], ends);
      kind = one;
      if (ends != NULL && one != TB_VERDICT_UNKNOWN)
        kind = TB_VERDICT_VIOLATED; /* the other roots have ends too */
      put_used (&s, roots->configs[i].used, false);
      if (kind == TB_VERDICT_VIOLATED && i + 1 < roots->n)
        lay_out (&s);
    }
  if (ends != NULL && kind == TB_VERDICT_VIOLATED && ends->n > 0)
    kind = TB_VERDICT_LINEARIZABLE;
  if (furthest != NULL)
    *furthest = s.n_moments > 0 ? s.moments[s.deepest].step : 0;
  clear (&s);
  return kind;
}
