/* The pieces of one corridor: in the order that crosses least, and apart. */
#include "route-router-private.h"

#include <math.h>
#include <string.h>

#define ON_EACH_OTHER 6.0  /* two fixed ends nearer than this: one gives way */
#define FORCED 1000
#define WINDOW 400         /* pieces that one may pass at most on its way to a better place */
#define ROUNDS 40
#define TRIES 3
#define CLOSE 3 /* the gap from which on another order is tried */
#define TOO_NEAR 5.5
#define LEAST_GAP 6.0 /* on a side where there is no more room nothing is put */

/* Gaps that are tried, the first before anything comes closer to a shape than it should. */
static const double gaps[] = { TB_ROUTE_APART, 8, 6, 5, 4, 3, 2, 1.5, 1, 2, 1, 0.5 };
#define SQUEEZED 9 /* from this gap on */

typedef struct
{
  guint end, links;
} Chain;

/* What the group's pieces may do. By number: as the group has them. By place: in the order. */
typedef struct
{
  const TbNudgeGroup *group;
  TbPiece **order;             /* by place */
  guint *number;               /* by place */
  guint *rank;                 /* by number: its place */
  double *low, *high;          /* its own room, none for what stays: by number while the order is
                                  made, then by place */
  double *least, *most;        /* by place: with all the others' */
  guint *before, *after;       /* by place: who sets least and most; TB_ROUTE_NONE */
  guint *first, *lower;        /* by place: those before it that share its corridor */
  Chain *pushed_up, *pushed_down; /* by place */
  guint8 *level;               /* by place: which gap it keeps */
  guint8 *tight, *tight_up;    /* by place: one more than the gap for which it, or what it pushes down
                                  (up), would have a place; 0: has one */
  guint8 *shy;                 /* by number: keeps to the order in which they lie */
  double *up, *down;           /* by place */
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
  if (s->shy[a->mark] || s->shy[b->mark]
      || (s->group->again && fabs (a->at - b->at) > TOO_NEAR))
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

/* Two that stay keep whatever they have. */
static void
list_lower (Nudge *s)
{
  guint n = s->group->n, m = 0;
  for (guint i = 0; i < n; i++)
    {
      guint own = s->number[i];
      s->first[i] = m;
      for (guint k = s->group->first[own]; k < s->group->first[own + 1]; k++)
        {
          guint j = s->rank[s->group->beside[k]];
          if (j < i && (s->order[i]->moves || s->order[j]->moves))
            s->lower[m++] = j;
        }
    }
  s->first[n] = m;
}

static void
find_bounds (Nudge *s)
{
  guint n = s->group->n;
  for (guint i = 0; i < n; i++)
    {
      double least = own_low (s, i);
      s->before[i] = s->after[i] = TB_ROUTE_NONE;
      s->most[i] = own_high (s, i);
      for (guint k = s->first[i]; k < s->first[i + 1]; k++)
        {
          guint j = s->lower[k];
          double at = s->least[j] + gaps[MAX (s->level[i], s->level[j])];
          /* Of equals the first: the order of the list says nothing. */
          if (at > least || (at == least && j < s->before[i] && s->before[i] != TB_ROUTE_NONE))
            {
              least = at;
              s->before[i] = j;
            }
        }
      s->least[i] = least;
    }
  for (guint i = n; i-- > 0;)
    for (guint k = s->first[i]; k < s->first[i + 1]; k++)
      {
        guint j = s->lower[k];
        double at = s->most[i] - gaps[MAX (s->level[i], s->level[j])];
        if (at < s->most[j])
          {
            s->most[j] = at;
            s->after[j] = i;
          }
      }
}

/* Of the chain that pushes i up, and of the one that pushes it down: how long it is, and its end. */
static void
measure_chains (Nudge *s)
{
  for (guint i = 0; i < s->group->n; i++)
    {
      guint j = s->before[i];
      s->pushed_up[i] = j != TB_ROUTE_NONE ? (Chain){ s->pushed_up[j].end, s->pushed_up[j].links + 1 } : (Chain){ i, 0 };
    }
  for (guint i = s->group->n; i-- > 0;)
    {
      guint j = s->after[i];
      s->pushed_down[i]
          = j != TB_ROUTE_NONE ? (Chain){ s->pushed_down[j].end, s->pushed_down[j].links + 1 } : (Chain){ i, 0 };
    }
}

/* The gap with which the chain that leaves i no place would have room, as near as can be said. */
static guint8
level_for (const Nudge *s, guint i)
{
  guint links = s->pushed_up[i].links + s->pushed_down[i].links, level = 0;
  double room = own_high (s, s->pushed_down[i].end) - own_low (s, s->pushed_up[i].end);
  while (level + 1 < SQUEEZED && links * gaps[level] > room)
    level++;
  return (guint8) level;
}

/* Whoever has no place left is tight, and those that push it are. FALSE: all have a place. */
static gboolean
find_tight (Nudge *s)
{
  guint n = s->group->n;
  gboolean any = FALSE;
  for (guint i = 0; i < n; i++)
    any |= s->least[i] > s->most[i] + 1e-9;
  if (!any)
    return FALSE;
  measure_chains (s);
  for (guint i = 0; i < n; i++)
    s->tight[i] = s->tight_up[i] = s->least[i] > s->most[i] + 1e-9 ? level_for (s, i) + 1 : 0;
  for (guint i = n; i-- > 0;)
    if (s->before[i] != TB_ROUTE_NONE)
      s->tight[s->before[i]] = MAX (s->tight[s->before[i]], s->tight[i]);
  for (guint i = 0; i < n; i++)
    if (s->after[i] != TB_ROUTE_NONE)
      s->tight_up[s->after[i]] = MAX (s->tight_up[s->after[i]], s->tight_up[i]);
  return TRUE;
}

/* Whoever is tight comes closer. FALSE: all have a place, or nothing more can be had. */
static gboolean
come_closer (Nudge *s)
{
  gboolean any = FALSE;
  if (!find_tight (s))
    return FALSE;
  for (guint i = 0; i < s->group->n; i++)
    {
      guint8 tight = MAX (s->tight[i], s->tight_up[i]);
      if (tight && s->level[i] + 1u < G_N_ELEMENTS (gaps))
        {
          s->level[i] = MAX (s->level[i] + 1, tight - 1);
          any = TRUE;
        }
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
find_places (Nudge *s)
{
  guint n = s->group->n;
  for (guint i = 0; i < n; i++)
    {
      s->up[i] = s->down[i] = within (s->order[i]->at, s->least[i], s->most[i]);
      for (guint k = s->first[i]; k < s->first[i + 1]; k++)
        {
          guint j = s->lower[k];
          s->up[i] = MAX (s->up[i], s->up[j] + gaps[MAX (s->level[i], s->level[j])]);
        }
      s->up[i] = within (s->up[i], s->least[i], s->most[i]);
    }
  for (guint i = n; i-- > 0;)
    {
      s->down[i] = within (s->down[i], s->least[i], s->most[i]);
      for (guint k = s->first[i]; k < s->first[i + 1]; k++)
        {
          guint j = s->lower[k];
          s->down[j] = MIN (s->down[j], s->down[i] - gaps[MAX (s->level[i], s->level[j])]);
        }
    }
  for (guint i = 0; i < n; i++)
    if (s->order[i]->moves)
      s->order[i]->placed = CLAMP ((s->up[i] + s->down[i]) / 2, own_low (s, i), own_high (s, i));
}

/* An end that sharing its side brought too near to something beside the way. */
static gboolean
stands_wrong (const TbPiece *p)
{
  return p->end && (p->at < p->least - 1e-6 || p->at > p->most + 1e-6);
}

/* Of two ends of different shapes that lie on each other both may move a little. */
static void
free_ends (Nudge *s)
{
  for (guint i = 0; i < s->group->n; i++)
    {
      TbPiece *a = s->group->pieces[i];
      for (guint k = s->group->first[i]; k < s->group->first[i + 1] && a->end; k++)
        {
          const TbPiece *b = s->group->pieces[s->group->beside[k]];
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
      for (guint k = s->group->first[i]; k < s->group->first[i + 1] && a->end && !a->moves; k++)
        {
          const TbPiece *b = s->group->pieces[s->group->beside[k]];
          if (fabs (a->placed - b->placed) < TOO_NEAR - 1e-6)
            a->moves = any = TRUE;
        }
    }
  return any;
}

static void
take_rooms (Nudge *s)
{
  for (guint i = 0; i < s->group->n; i++)
    {
      const TbPiece *p = s->order[i];
      s->low[i] = p->moves ? p->low : p->at;
      s->high[i] = p->moves ? p->high : p->at;
    }
}

/* An order, and how close they must come for it: the level of the closest, more where some have no
 * place in it. */
static guint
try_order (Nudge *s)
{
  guint n = s->group->n, worst = 0;
  memcpy (s->order, s->group->pieces, n * sizeof *s->order);
  memset (s->level, 0, n);
  take_rooms (s);
  put_in_order (s);
  for (guint i = 0; i < n; i++)
    {
      s->number[i] = s->order[i]->mark;
      s->rank[s->number[i]] = i;
    }
  take_rooms (s);
  list_lower (s);
  find_bounds (s);
  for (guint round = 0; round < ROUNDS && come_closer (s); round++)
    find_bounds (s);
  for (guint i = 0; i < n; i++)
    worst = MAX (worst, s->level[i] + (s->least[i] > s->most[i] + 1e-6 ? 100u : 0));
  return worst;
}

/* First the order that crosses least. Where that is too close, those that are keep to the order in
 * which they lie; at last all do. The widest wins. */
static void
find_order (Nudge *s)
{
  guint n = s->group->n, best = G_MAXUINT, worst = 0;
  g_autofree guint8 *best_shy = g_new0 (guint8, n);
  memset (s->shy, 0, n);
  for (guint try = 0; try < TRIES; try++)
    {
      worst = try_order (s);
      if (worst < best)
        memcpy (best_shy, s->shy, n);
      best = MIN (best, worst);
      if (worst < CLOSE)
        return;
      for (guint i = 0; i < n; i++)
        s->shy[s->number[i]] |= s->level[i] >= CLOSE || try + 2 == TRIES;
    }
  if (worst == best)
    return;
  memcpy (s->shy, best_shy, n);
  try_order (s);
}

typedef struct
{
  gpointer memory;
  gsize used;
} Store;

static gpointer
take (Store *store, gsize n, gsize size)
{
  gpointer at = store->memory ? (guint8 *) store->memory + store->used : NULL;
  store->used += (n * size + 7) / 8 * 8;
  return at;
}

static void
carve (Nudge *s, Store *store)
{
  guint n = s->group->n;
  double **numbers[] = { &s->low, &s->high, &s->least, &s->most, &s->up, &s->down };
  guint **words[] = { &s->number, &s->rank, &s->before, &s->after, &s->first };
  guint8 **bytes[] = { &s->level, &s->tight, &s->tight_up, &s->shy };
  s->order = take (store, n, sizeof *s->order);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    *numbers[i] = take (store, n, sizeof (double));
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    *words[i] = take (store, n + 1, sizeof (guint));
  for (guint i = 0; i < G_N_ELEMENTS (bytes); i++)
    *bytes[i] = take (store, n, 1);
  s->pushed_up = take (store, n, sizeof (Chain));
  s->pushed_down = take (store, n, sizeof (Chain));
  s->lower = take (store, s->group->first[n] + 1, sizeof (guint));
}

void
tb_route_nudge_group (const TbNudgeGroup *group)
{
  Nudge s = { .group = group };
  Store store = { NULL, 0 };
  carve (&s, &store);
  store = (Store){ g_malloc (store.used), 0 };
  carve (&s, &store);
  for (guint i = 0; i < group->n; i++)
    {
      group->pieces[i]->placed = group->pieces[i]->at;
      group->pieces[i]->moves = group->pieces[i]->middle || stands_wrong (group->pieces[i]);
      group->pieces[i]->mark = i;
    }
  free_ends (&s);
  for (guint round = 0; round < 2; round++)
    {
      find_order (&s);
      find_places (&s);
      if (!free_more_ends (&s))
        break;
    }
  g_free (store.memory);
}
