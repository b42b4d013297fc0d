/* A key judged by the search: piece by piece, cut where nothing goes on.
 *
 * Where all that began has ended (what may never have been aside), everything before comes before everything after: the pieces are
 * searched one after the other, each from all ends of the one before. Where a piece has too many ends, or takes too
 * long to have them all found, there is no cut. Live, ends are kept at the last cut behind which nothing is expected any more. */
#include "search-private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 48 /* operations that a cut is worth while for */

typedef struct
{
  TbStep *steps; /* open ones first, by their beginning; then the others, by their beginning */
  size_t n, n_open;
  TbStep *piece;
  TbConfigs from;
  TbLimits limits;
  int64_t until;       /* what began later is not looked at */
  int64_t going_on_ns; /* when the first began that goes on then */
  bool cuts;
} Work;

static int
by_start (const void *a, const void *b)
{
  const TbStep *x = a, *y = b;
  bool p = x->end != INT64_MAX, q = y->end != INT64_MAX;
  if (p != q)
    return (int) p - (int) q;
  if (x->start != y->start)
    return x->start < y->start ? -1 : 1;
  return x->op < y->op ? -1 : x->op > y->op;
}

/* Values that somebody saw: what was perhaps written, and never seen, need not have been. */
static void
drop_unseen (const TbKey *key, Work *w)
{
  TbIndex seen = { 0 };
  size_t kept = 0;
  if (key->kinds & ~(1u << TB_OP_READ | 1u << TB_OP_WRITE | 1u << TB_OP_CAS))
    return;
  for (size_t i = 0; i < w->n; i++)
    {
      const TbStep *s = &w->steps[i];
      if (s->kind == TB_STEP_NO_SWAP)
        {
          tb_index_clear (&seen);
          return;
        }
      if (s->kind != TB_STEP_WRITE)
        tb_index_put (&seen, s->kind == TB_STEP_READ ? s->value : s->other, 0);
    }
  for (size_t i = 0; i < w->n; i++)
    if (w->steps[i].end != INT64_MAX || tb_index_find (&seen, w->steps[i].value) != NONE)
      w->steps[kept++] = w->steps[i];
  w->n = kept;
  tb_index_clear (&seen);
}

/* Live, what began before `until` is known, and what of it goes on then may never have been. */
static void
add_step (const TbHistory *h, TbKey *key, Work *w, uint32_t at)
{
  TbStep *s = &w->steps[w->n];
  if (!tb_step_of (h, key, at, s) || s->start >= w->until)
    return;
  bool goes_on = s->end != INT64_MAX && s->end >= w->until;
  if (goes_on && (s->kind == TB_STEP_READ || s->kind == TB_STEP_NO_SWAP))
    return;
  if (goes_on)
    {
      s->end = INT64_MAX;
      w->going_on_ns = TB_MIN (w->going_on_ns, s->start);
    }
  w->n++;
}

static void
gather (const TbHistory *h, TbKey *key, Work *w, bool live)
{
  size_t most = key->n_pending + key->n_carried;
  w->steps = malloc ((most + 1) * sizeof *w->steps);
  w->piece = malloc ((most + 1) * sizeof *w->piece);
  TB_CHECK (w->steps != NULL && w->piece != NULL);
  for (size_t i = 0; i < key->n_carried; i++)
    add_step (h, key, w, key->carried[i]);
  for (size_t i = 0; i < key->n_pending; i++)
    add_step (h, key, w, key->pending[i]);
  if (!live)
    drop_unseen (key, w);
  qsort (w->steps, w->n, sizeof *w->steps, by_start);
  w->cuts = !tb_steps_group (w->steps, w->n);
  while (w->n_open < w->n && w->steps[w->n_open].end == INT64_MAX)
    w->n_open++;
}

/* The piece from first up to end, with the open ones that had begun. */
static size_t
take_piece (const Work *w, size_t first, size_t end)
{
  size_t n = 0;
  int64_t until = end < w->n ? w->steps[end].start : INT64_MAX;
  for (; n < w->n_open && w->steps[n].start < until; n++)
    w->piece[n] = w->steps[n];
  memcpy (w->piece + n, w->steps + first, (end - first) * sizeof *w->piece);
  return n + end - first;
}

/* What is before a cut will not be looked at again. */
static void
settle (TbKey *key, const Work *w, int64_t at)
{
  uint32_t *carried = malloc (64 * sizeof *carried);
  size_t n = 0, kept = 0;
  TB_CHECK (carried != NULL);
  for (; n < w->n_open && n < 64 && w->steps[n].start < at; n++)
    carried[n] = w->steps[n].op;
  free (key->carried);
  key->carried = carried;
  key->n_carried = n;
  for (size_t i = 0; i < key->n_pending; i++)
    if (key->ops[key->pending[i]].invoke_ns >= at)
      key->pending[kept++] = key->pending[i];
  key->n_pending = kept;
  key->ends = w->from;
}

static void
fail (const TbHistory *h, TbKey *key, const TbStep *at)
{
  /* All from the beginning that began before the end of what fitted nowhere. */
  TbStep *steps = malloc ((key->n + 1) * sizeof *steps);
  size_t n = 0, furthest = 0;
  int64_t until = at->end;
  TB_CHECK (steps != NULL);
  for (uint32_t i = 0; i < key->n; i++)
    if (tb_step_of (h, key, i, &steps[n]) && steps[n].start <= until)
      {
        bool cut = steps[n].end > until;
        if (cut && (steps[n].kind == TB_STEP_READ || steps[n].kind == TB_STEP_NO_SWAP))
          continue;
        if (cut)
          steps[n].end = INT64_MAX;
        n++;
      }
  qsort (steps, n, sizeof *steps, by_start);
  tb_steps_group (steps, n);
  for (size_t i = 0; i < n; i++)
    if (steps[i].op == at->op)
      furthest = i;
  key->kind = TB_VERDICT_VIOLATED;
  tb_shrink (h, key, steps, n, furthest);
  free (steps);
}

/* One piece; true: it is decided, and all is violated. */
static bool
search_piece (const TbHistory *h, TbKey *key, Work *w, size_t first, size_t end, TbVerdictKind *kind)
{
  TbConfigs ends = { .n = 0 };
  size_t furthest, n = take_piece (w, first, end);
  TbLimits limits = { TB_MIN (w->limits.steps, 20000 + 50 * (end - first)), w->limits.bytes };
  uint64_t before = limits.steps;
  *kind = tb_search (w->piece, n, &w->from, &ends, &limits, &furthest);
  w->limits.steps -= TB_MIN (w->limits.steps, before - limits.steps);
  if (*kind == TB_VERDICT_LINEARIZABLE)
    w->from = ends;
  if (*kind == TB_VERDICT_VIOLATED)
    fail (h, key, &w->piece[furthest]);
  return *kind == TB_VERDICT_VIOLATED;
}

/* Piece by piece; returns where the rest begins, n where it is violated. */
static size_t
search_pieces (const TbHistory *h, TbKey *key, Work *w, bool live)
{
  size_t first = w->n_open, next = first + PIECE;
  int64_t last_end = INT64_MIN;
  unsigned refused = 0;
  for (size_t i = first; w->cuts && refused < 8 && i < w->n; i++)
    {
      TbVerdictKind kind;
      bool cut = i >= next && last_end < w->steps[i].start;
      last_end = TB_MAX (last_end, w->steps[i].end);
      if (!cut)
        continue;
      if (search_piece (h, key, w, first, i, &kind))
        return w->n;
      if (kind == TB_VERDICT_UNKNOWN)
        {
          refused++;
          next = i + 2 * (i - first);
          continue;
        }
      first = i;
      next = i + PIECE;
      /* What goes on will be known to have ended: not one of those that may never have been. */
      if (live && w->steps[i].start <= w->going_on_ns)
        settle (key, w, w->steps[i].start);
    }
  return first;
}

static void
search_rest (const TbHistory *h, TbKey *key, Work *w, size_t first)
{
  size_t furthest, n = take_piece (w, first, w->n);
  TbVerdictKind kind = tb_search (w->piece, n, &w->from, NULL, &w->limits, &furthest);
  if (kind == TB_VERDICT_VIOLATED)
    fail (h, key, &w->piece[furthest]);
  else if (kind == TB_VERDICT_UNKNOWN)
    snprintf (key->sentence, sizeof key->sentence,
              w->limits.steps == 0 ? "not known: the search among %zu operations was given up at its limit of steps"
                                   : "not known: the search among %zu operations was given up at its limit of memory",
              w->n - first);
  key->kind = kind;
}

/* All from the beginning. */
static void
reset (TbKey *key)
{
  free (key->carried);
  key->carried = NULL;
  key->n_pending = key->n_carried = 0;
  key->pending = tb_grow (key->pending, &key->pending_capacity, key->n, sizeof *key->pending);
  for (uint32_t i = 0; i < key->n; i++)
    key->pending[key->n_pending++] = i;
  key->ends = (TbConfigs) { .configs = { { TB_VALUE_NIL, 0 } }, .n = 1 };
  key->kind = TB_VERDICT_LINEARIZABLE;
  key->n_witness = 0;
}

/* Operations that came since it was searched; one that had begun before what was known then makes all uncertain again. */
static void
take_pending (TbKey *key, bool live)
{
  if (key->ends.n == 0 || key->first_start_ns < key->known_ns || !live)
    reset (key);
  else
    {
      key->pending = tb_grow (key->pending, &key->pending_capacity, key->n_pending + key->n - key->searched,
                              sizeof *key->pending);
      for (size_t i = key->searched; i < key->n; i++)
        key->pending[key->n_pending++] = (uint32_t) i;
    }
  key->first_start_ns = INT64_MAX;
  key->searched = key->n;
}

void
tb_search_judge (const TbHistory *h, TbKey *key, const TbJudgeOptions *options)
{
  bool live = options->live;
  uint64_t steps = options->step_limit > 0 ? options->step_limit : live ? TB_JUDGE_STEPS_LIVE : TB_JUDGE_STEPS;
  int64_t patience = options->patience_ns > 0 ? options->patience_ns : TB_JUDGE_PATIENCE_NS;
  Work w = { .limits = { steps, options->memory_limit > 0 ? options->memory_limit : TB_JUDGE_BYTES },
             .going_on_ns = INT64_MAX,
             .until = live ? key->last_end_ns - TB_MAX (patience, key->longest_ns) : INT64_MAX };
  /* Live, what the search costs is spread over as many operations: 25 steps each. */
  if (live && (key->n - key->searched) * 25 < key->search_cost)
    return;
  take_pending (key, live);
  key->known_ns = w.until;
  if (key->kind == TB_VERDICT_VIOLATED)
    return;
  w.from = key->ends;
  gather (h, key, &w, live);
  size_t rest = search_pieces (h, key, &w, live);
  if (key->kind != TB_VERDICT_VIOLATED)
    search_rest (h, key, &w, rest);
  key->search_cost = steps - w.limits.steps + 8 * w.n; /* laying them out costs too */
  free (w.steps);
  free (w.piece);
}
