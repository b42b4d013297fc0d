/* The pieces of one corridor: in the order that crosses least, and apart. */
#include "route-router-private.h"

#include <math.h>
#include <string.h>

#define ON_EACH_OTHER 6.0  /* two fixed ends nearer than this: one gives way */
#define FORCED 1000
#define WINDOW 400         /* pieces that one may pass at most on its way to a better place */
#define ROUNDS 60
#define TRIES 4
#define CLOSE 3 /* the gap from which on another order is tried */
#define TOO_NEAR 5.5
#define LEAST_GAP 6.0 /* on a side where there is no more room nothing is put */

/* Gaps that are tried, the first before anything comes closer to a shape than it should. */
static const double gaps[] = { TB_ROUTE_APART, 8, 6, 5, 4, 3, 2, 1.5, 1, 2, 1, 0.5 };
#define SQUEEZED 9 /* from this gap on */

/* What the group's pieces may do, by their number in order. */
typedef struct
{
  TbRouter *router;
  const TbNudgeGroup *group;
  TbPiece **order;
  guint *rank;       /* of a piece of the group: its place in the order */
  double *low, *high; /* its own room, none for what stays: by number, then by place */
  double *least, *most; /* with all the others' */
  guint *before, *after; /* who sets least and most; TB_ROUTE_NONE */
  guint8 *level;     /* which gap it keeps */
  guint8 *shy;       /* by number: keeps to the order in which they lie */
  double *up, *down;
} Nudge;

/* ---- Order ----------------------------------------------------------------------------------- */

static gboolean
side_by_side (const TbPiece *a, const TbPiece *b)
{
  return a->way != b->way && a->from < b->to + 4 && b->from < a->to + 4
         && a->low < b->high + TB_ROUTE_APART && b->low < a->high + TB_ROUTE_APART;
}

/* Below zero: a belongs before (left of, above) b. At either end of what they share, the one that
 * ends there says by its turn where it must be: on the side it turns to. */
static int
vote (const Nudge *s, const TbPiece *a, const TbPiece *b)
{
  int v = 0;
  if (!side_by_side (a, b))
    return 0;
  double before = s->high[b->mark] - s->low[a->mark], after = s->high[a->mark] - s->low[b->mark];
  if (MIN (before, after) < LEAST_GAP && fabs (before - after) > 0.5)
    return before > after ? -FORCED : FORCED;
  if (s->shy[a->mark] || s->shy[b->mark])
    return a->mark < b->mark ? -FORCED : FORCED;
  if (fabs (a->from - b->from) < 0.5)
    v += a->turn_from - b->turn_from;
  else
    v += a->from > b->from ? 2 * a->turn_from : -2 * b->turn_from;
  if (fabs (a->to - b->to) < 0.5)
    v += a->turn_to - b->turn_to;
  else
    v += a->to < b->to ? 2 * a->turn_to : -2 * b->turn_to;
  return v;
}

static int
weight (int v)
{
  return v <= -FORCED || v >= FORCED ? v : v < 0 ? -1 : v > 0;
}

/* Each is put where fewest disagree. */
static void
put_in_order (Nudge *s)
{
  TbPiece **order = s->order;
  for (guint i = 1; i < s->group->n; i++)
    {
      TbPiece *piece = order[i];
      int cost = 0, best = 0;
      guint at = i, last = i > WINDOW ? i - WINDOW : 0;
      for (guint j = i; j-- > last;)
        {
          cost -= weight (vote (s, order[j], piece));
          if (-cost <= -FORCED / 2)
            break;
          if (-cost > best)
            {
              best = -cost;
              at = j;
            }
        }
      memmove (order + at + 1, order + at, (i - at) * sizeof *order);
      order[at] = piece;
    }
}

/* ---- Room ------------------------------------------------------------------------------------ */

static double
gap_between (const Nudge *s, guint i, guint j)
{
  if (!s->order[i]->moves && !s->order[j]->moves)
    return 0;
  return gaps[MAX (s->level[i], s->level[j])];
}

/* The k-th of those beside the i-th in order, as a place in the order. */
static guint
beside (const Nudge *s, guint own, guint k)
{
  return s->rank[s->group->beside[s->group->first[own] + k]];
}

static guint
n_beside (const Nudge *s, guint own)
{
  return s->group->first[own + 1] - s->group->first[own];
}

static double
own_low (const Nudge *s, guint i)
{
  const TbPiece *p = s->order[i];
  return s->level[i] >= SQUEEZED && p->moves ? MIN (p->least, s->low[i]) : s->low[i];
}

static double
own_high (const Nudge *s, guint i)
{
  const TbPiece *p = s->order[i];
  return s->level[i] >= SQUEEZED && p->moves ? MAX (p->most, s->high[i]) : s->high[i];
}

static void
find_bounds (Nudge *s, const guint *number)
{
  guint n = s->group->n;
  for (guint i = 0; i < n; i++)
    {
      s->least[i] = own_low (s, i);
      s->before[i] = TB_ROUTE_NONE;
      for (guint k = 0; k < n_beside (s, number[i]); k++)
        {
          guint j = beside (s, number[i], k);
          double at = j < i ? s->least[j] + gap_between (s, i, j) : -G_MAXDOUBLE;
          if (at > s->least[i])
            {
              s->least[i] = at;
              s->before[i] = j;
            }
        }
    }
  for (guint i = n; i-- > 0;)
    {
      s->most[i] = own_high (s, i);
      s->after[i] = TB_ROUTE_NONE;
      for (guint k = 0; k < n_beside (s, number[i]); k++)
        {
          guint j = beside (s, number[i], k);
          double at = j > i ? s->most[j] - gap_between (s, i, j) : G_MAXDOUBLE;
          if (at < s->most[i])
            {
              s->most[i] = at;
              s->after[i] = j;
            }
        }
    }
}

/* Whoever has no place left, and those that push it, come closer. FALSE: all have a place, or
 * nothing more can be had. */
static gboolean
come_closer (Nudge *s, guint8 *tight)
{
  guint n = s->group->n;
  gboolean any = FALSE;
  memset (tight, 0, n);
  for (guint i = 0; i < n; i++)
    {
      if (s->least[i] <= s->most[i] + 1e-9)
        continue;
      for (guint j = i; j != TB_ROUTE_NONE; j = s->before[j])
        tight[j] = 1;
      for (guint j = i; j != TB_ROUTE_NONE; j = s->after[j])
        tight[j] = 1;
    }
  for (guint i = 0; i < n; i++)
    if (tight[i] && s->level[i] + 1u < G_N_ELEMENTS (gaps))
      {
        s->level[i]++;
        any = TRUE;
      }
  return any;
}

/* ---- Places ---------------------------------------------------------------------------------- */

static double
within (double at, double low, double high)
{
  return low > high ? (low + high) / 2 : CLAMP (at, low, high);
}

/* Pushed up only, and pushed down only: each keeps all gaps and rooms, and so does the middle of
 * both, in which a bundle lies evenly about where it was. */
static void
find_places (Nudge *s, const guint *number)
{
  guint n = s->group->n;
  for (guint i = 0; i < n; i++)
    {
      s->up[i] = within (s->order[i]->at, s->least[i], s->most[i]);
      for (guint k = 0; k < n_beside (s, number[i]); k++)
        {
          guint j = beside (s, number[i], k);
          if (j < i)
            s->up[i] = MAX (s->up[i], s->up[j] + gap_between (s, i, j));
        }
      s->up[i] = within (s->up[i], s->least[i], s->most[i]);
    }
  for (guint i = n; i-- > 0;)
    {
      s->down[i] = within (s->order[i]->at, s->least[i], s->most[i]);
      for (guint k = 0; k < n_beside (s, number[i]); k++)
        {
          guint j = beside (s, number[i], k);
          if (j > i)
            s->down[i] = MIN (s->down[i], s->down[j] - gap_between (s, i, j));
        }
      s->down[i] = within (s->down[i], s->least[i], s->most[i]);
    }
  for (guint i = 0; i < n; i++)
    if (s->order[i]->moves)
      s->order[i]->placed = CLAMP ((s->up[i] + s->down[i]) / 2, own_low (s, i), own_high (s, i));
}

/* Of two ends of different shapes that lie on each other both may move a little. */
static void
free_ends (Nudge *s)
{
  for (guint i = 0; i < s->group->n; i++)
    {
      TbPiece *a = s->group->pieces[i];
      for (guint k = 0; k < n_beside (s, i) && a->end; k++)
        {
          const TbPiece *b = s->group->pieces[s->group->beside[s->group->first[i] + k]];
          if (!b->middle && fabs (a->at - b->at) < ON_EACH_OTHER)
            a->moves = TRUE;
        }
    }
}

/* An end on which something still lies gives way too. FALSE: there is none. */
static gboolean
free_more_ends (Nudge *s)
{
  gboolean any = FALSE;
  for (guint i = 0; i < s->group->n; i++)
    {
      TbPiece *a = s->group->pieces[i];
      for (guint k = 0; k < n_beside (s, i) && a->end && !a->moves; k++)
        {
          const TbPiece *b = s->group->pieces[s->group->beside[s->group->first[i] + k]];
          if (fabs (a->placed - b->placed) < TOO_NEAR - 1e-6)
            a->moves = any = TRUE;
        }
    }
  return any;
}

static void
carve (Nudge *s, guint n, double *numbers, guint *words)
{
  double **d[] = { &s->low, &s->high, &s->least, &s->most, &s->up, &s->down };
  for (guint i = 0; i < G_N_ELEMENTS (d); i++)
    *d[i] = numbers + i * n;
  s->rank = words;
  s->before = words + n;
  s->after = words + 2 * n;
}

/* An order, and how close they must come for it: the level of the closest, more where some have no
 * place in it. */
static guint
try_order (Nudge *s, guint *number, guint8 *tight)
{
  guint n = s->group->n, worst = 0;
  memcpy (s->order, s->group->pieces, n * sizeof *s->order);
  memset (s->level, 0, n);
  for (guint i = 0; i < n; i++)
    {
      s->low[i] = s->order[i]->moves ? s->order[i]->low : s->order[i]->at;
      s->high[i] = s->order[i]->moves ? s->order[i]->high : s->order[i]->at;
    }
  put_in_order (s);
  for (guint i = 0; i < n; i++)
    {
      number[i] = s->order[i]->mark;
      s->rank[number[i]] = i;
    }
  for (guint i = 0; i < n; i++)
    {
      s->low[i] = s->order[i]->moves ? s->order[i]->low : s->order[i]->at;
      s->high[i] = s->order[i]->moves ? s->order[i]->high : s->order[i]->at;
    }
  find_bounds (s, number);
  for (guint round = 0; round < ROUNDS && come_closer (s, tight); round++)
    find_bounds (s, number);
  for (guint i = 0; i < n; i++)
    worst = MAX (worst, s->level[i] + (s->least[i] > s->most[i] + 1e-6 ? 100u : 0));
  return worst;
}

/* First the order that crosses least. Where that is too close, those that are keep to the order in
 * which they lie; at last all do. The widest wins. */
static void
find_order (Nudge *s, guint *number, guint8 *tight)
{
  guint n = s->group->n, best = G_MAXUINT;
  g_autofree guint8 *best_shy = g_new0 (guint8, n);
  memset (s->shy, 0, n);
  for (guint try = 0; try < TRIES; try++)
    {
      guint worst = try_order (s, number, tight);
      if (worst < best)
        memcpy (best_shy, s->shy, n);
      best = MIN (best, worst);
      if (worst < CLOSE)
        return;
      for (guint i = 0; i < n; i++)
        s->shy[number[i]] |= s->level[i] >= CLOSE || try + 2 == TRIES;
    }
  memcpy (s->shy, best_shy, n);
  try_order (s, number, tight);
}

void
tb_route_nudge_group (TbRouter *router, const TbNudgeGroup *group)
{
  guint n = group->n;
  g_autofree double *numbers = g_new (double, 6 * n);
  g_autofree guint *words = g_new (guint, 4 * n);
  g_autofree guint8 *bytes = g_new0 (guint8, 3 * n);
  g_autofree TbPiece **order = g_new (TbPiece *, n);
  guint *number = words + 3 * n;
  guint8 *tight = bytes + n;
  Nudge s = { .router = router, .group = group, .order = order, .level = bytes,
              .shy = bytes + 2 * n };
  carve (&s, n, numbers, words);
  for (guint i = 0; i < n; i++)
    {
      group->pieces[i]->placed = group->pieces[i]->at;
      group->pieces[i]->moves = group->pieces[i]->middle;
      group->pieces[i]->mark = i;
    }
  free_ends (&s);
  for (guint round = 0; round < 3; round++)
    {
      find_order (&s, number, tight);
      find_places (&s, number);
      if (!free_more_ends (&s))
        break;
    }
}
