/* Parallel pieces of different links stand apart, in the order that crosses least. */
#include "route-ports-private.h"

#include <math.h>
#include <string.h>

#define REACH 90.0    /* a piece moves no farther than this */
#define MAX_GROUP 80  /* beyond, the order they have is kept */
#define ROUNDS 6

typedef struct
{
  guint path, index; /* between points index and index + 1 */
  double at, from, to;
  double placed; /* where at becomes */
  double low, high;
  int turn_from, turn_to; /* at its low and high end: -1, 0, 1 */
  gboolean moves;
  gboolean end; /* leads to a shape: moves only where two such lie on each other */
  guint shape;  /* that one */
  guint group;
} Piece;

/* ---- Pieces ---------------------------------------------------------------------------------- */

static double
coordinate (TbPoint p, gboolean upright)
{
  return upright ? p.x : p.y;
}

static int
turn (const TbPath *path, guint at, guint next, gboolean upright)
{
  if (next >= path->n)
    return 0;
  double d = coordinate (path->points[next], upright) - coordinate (path->points[at], upright);
  return d < 0 ? -1 : d > 0;
}

static void
add_piece (GArray *pieces, const TbRouteRequest *request, const TbPath *path, guint p, guint i,
           gboolean upright)
{
  TbPoint a = path->points[i], b = path->points[i + 1];
  double from = coordinate (a, !upright), to = coordinate (b, !upright);
  gboolean forward = from <= to;
  int t0 = turn (path, i, i == 0 ? G_MAXUINT : i - 1, upright);
  int t1 = turn (path, i + 1, i + 2, upright);
  Piece piece = { .path = p,
                  .index = i,
                  .at = coordinate (a, upright),
                  .placed = coordinate (a, upright),
                  .from = MIN (from, to),
                  .to = MAX (from, to),
                  .turn_from = forward ? t0 : t1,
                  .turn_to = forward ? t1 : t0,
                  .moves = !path->fixed && i > 0 && i + 2 < path->n,
                  .end = !path->fixed && path->n > 2 && (i == 0 || i + 2 == path->n),
                  .shape = i == 0 ? request->from : request->to };
  g_array_append_val (pieces, piece);
}

static GArray *
make_pieces (const TbRouteRequest *requests, const TbPath *paths, guint n, gboolean upright)
{
  GArray *pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  for (guint p = 0; p < n; p++)
    for (guint i = 0; i + 1 < paths[p].n; i++)
      {
        TbPoint a = paths[p].points[i], b = paths[p].points[i + 1];
        if (upright ? a.x == b.x && a.y != b.y : a.y == b.y && a.x != b.x)
          add_piece (pieces, &requests[p], &paths[p], p, i, upright);
      }
  return pieces;
}

static gboolean
side_by_side (const Piece *a, const Piece *b)
{
  return a->path != b->path && a->from < b->to + 4 && b->from < a->to + 4;
}

/* ---- Groups: what is too near to each other -------------------------------------------------- */

static int
by_at (gconstpointer pa, gconstpointer pb)
{
  const Piece *a = pa, *b = pb;
  if (a->at != b->at)
    return a->at < b->at ? -1 : 1;
  if (a->path != b->path)
    return a->path < b->path ? -1 : 1;
  return a->index < b->index ? -1 : a->index > b->index;
}

static guint
root (guint *up, guint i)
{
  while (up[i] != i)
    i = up[i] = up[up[i]];
  return i;
}

static int
by_placed (gconstpointer pa, gconstpointer pb)
{
  const Piece *a = *(const Piece *const *) pa, *b = *(const Piece *const *) pb;
  return a->placed != b->placed ? (a->placed < b->placed ? -1 : 1) : a < b ? -1 : a > b;
}

static gboolean
join (Piece *pieces, guint *up, Piece *a, Piece *b)
{
  guint i = root (up, (guint) (a - pieces)), j = root (up, (guint) (b - pieces));
  if (!side_by_side (a, b) || i == j)
    return FALSE;
  if (!a->moves && !b->moves && a->shape != b->shape)
    {
      b->moves = b->end;
      a->moves = a->end && !b->end;
    }
  if (!a->moves && !b->moves)
    return FALSE;
  up[MAX (i, j)] = MIN (i, j);
  return TRUE;
}

/* Joins what is too near where it was placed. FALSE: nothing new is. */
static gboolean
find_groups (Piece *pieces, Piece **order, guint n, guint *up)
{
  gboolean any = FALSE;
  qsort (order, n, sizeof *order, by_placed);
  for (guint i = 0; i < n; i++)
    for (guint j = i + 1; j < n && order[j]->placed - order[i]->placed < TB_ROUTE_APART - 0.01;
         j++)
      any |= join (pieces, up, MIN (order[i], order[j]), MAX (order[i], order[j]));
  for (guint i = 0; i < n; i++)
    pieces[i].group = root (up, i);
  return any;
}

/* ---- Order in a group ------------------------------------------------------------------------ */

/* Below zero: a belongs before (left of, above) b. At either end of what they share, the one that
 * ends there says by its turn where it must be: on the side it turns to. */
static int
vote (const Piece *a, const Piece *b)
{
  int v = 0;
  if (!side_by_side (a, b))
    return 0;
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

/* Each is put where fewest disagree. */
static void
order_group (Piece **group, guint n)
{
  for (guint i = 1; i < n && n <= MAX_GROUP; i++)
    {
      Piece *piece = group[i];
      int cost = 0, best = 0;
      guint at = i;
      for (guint j = i; j-- > 0;)
        {
          cost += vote (group[j], piece) < 0 ? 1 : vote (group[j], piece) > 0 ? -1 : 0;
          if (cost < best)
            {
              best = cost;
              at = j;
            }
        }
      memmove (group + at + 1, group + at, (i - at) * sizeof *group);
      group[at] = piece;
    }
}

/* ---- Places in a group ----------------------------------------------------------------------- */

static void
push_up (Piece **group, guint n, double *p, double gap)
{
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < i && group[i]->moves; j++)
      if (side_by_side (group[i], group[j]))
        p[i] = MAX (p[i], p[j] + gap);
}

static void
push_down (Piece **group, guint n, double *p, double gap)
{
  for (guint i = n; i-- > 0;)
    for (guint j = i + 1; j < n && group[i]->moves; j++)
      if (side_by_side (group[i], group[j]))
        p[i] = MIN (p[i], p[j] - gap);
}

static gboolean
within_room (Piece **group, guint n, double *p)
{
  gboolean ok = TRUE;
  for (guint i = 0; i < n; i++)
    if (group[i]->moves && (p[i] < group[i]->low - 1e-6 || p[i] > group[i]->high + 1e-6))
      {
        p[i] = CLAMP (p[i], group[i]->low, group[i]->high);
        ok = FALSE;
      }
  return ok;
}

static gboolean
is_apart (Piece **group, guint n, const double *p, double gap)
{
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < i; j++)
      if (side_by_side (group[i], group[j]) && (group[i]->moves || group[j]->moves)
          && p[i] - p[j] < gap - 1e-6)
        return FALSE;
  return TRUE;
}

static gboolean
place_group (Piece **group, guint n, double *p, double gap)
{
  gboolean anchored = FALSE;
  double low = G_MAXDOUBLE, high = -G_MAXDOUBLE, middle = 0;
  for (guint i = 0; i < n; i++)
    {
      p[i] = group[i]->at;
      middle += group[i]->at / n;
      anchored |= !group[i]->moves;
    }
  push_up (group, n, p, gap);
  for (guint i = 0; i < n; i++)
    {
      low = MIN (low, p[i]);
      high = MAX (high, p[i]);
    }
  for (guint i = 0; i < n && !anchored; i++)
    p[i] += middle - (low + high) / 2;
  push_down (group, n, p, gap);
  for (int round = 0; round < 3; round++)
    {
      if (within_room (group, n, p) && is_apart (group, n, p, gap))
        return TRUE;
      push_up (group, n, p, gap);
      within_room (group, n, p);
      push_down (group, n, p, gap);
    }
  return within_room (group, n, p) && is_apart (group, n, p, gap);
}

static void
find_room (TbRouteMap *map, const TbPath *paths, Piece *piece, gboolean upright)
{
  piece->low = piece->at - REACH;
  piece->high = piece->at + REACH;
  if (!piece->moves)
    return;
  if (piece->end)
    {
      const TbRect *r = &map->items[piece->shape].rect;
      double start = upright ? r->x : r->y, length = upright ? r->width : r->height;
      piece->low = MIN (piece->at, MAX (piece->low, start + TB_ROUTE_CORNER));
      piece->high = MAX (piece->at, MIN (piece->high, start + length - TB_ROUTE_CORNER));
    }
  tb_route_map_room (map, paths[piece->path].points[piece->index],
                     paths[piece->path].points[piece->index + 1],
                     piece->end ? piece->shape : G_MAXUINT, G_MAXUINT, &piece->low, &piece->high);
}

static void
nudge_group (TbRouteMap *map, const TbPath *paths, Piece **group, guint n, gboolean upright)
{
  static const double gaps[] = { TB_ROUTE_APART, 8, 6, 4, 2 };
  g_autofree double *p = g_new (double, n);
  for (guint i = 0; i < n; i++)
    find_room (map, paths, group[i], upright);
  order_group (group, n);
  for (guint k = 0; k < G_N_ELEMENTS (gaps); k++)
    if (place_group (group, n, p, gaps[k]))
      break;
  for (guint i = 0; i < n; i++)
    if (group[i]->moves)
      group[i]->placed = p[i];
}

static int
by_group (gconstpointer pa, gconstpointer pb)
{
  const Piece *a = *(const Piece *const *) pa, *b = *(const Piece *const *) pb;
  return a->group != b->group ? (a->group < b->group ? -1 : 1) : a < b ? -1 : a > b;
}

static void
nudge_groups (TbRouteMap *map, const TbPath *paths, Piece **order, guint n, gboolean upright)
{
  qsort (order, n, sizeof *order, by_group);
  for (guint i = 0, j; i < n; i = j)
    {
      for (j = i + 1; j < n && order[j]->group == order[i]->group; j++)
        ;
      if (j - i > 1)
        nudge_group (map, paths, order + i, j - i, upright);
    }
}

static void
take_places (TbPath *paths, const Piece *pieces, guint n, gboolean upright)
{
  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < 2; k++)
      {
        TbPoint *point = &paths[pieces[i].path].points[pieces[i].index + k];
        if (pieces[i].moves)
          *(upright ? &point->x : &point->y) = pieces[i].placed;
      }
}

/* What a group spreads onto joins it, and the group is placed anew. */
static void
nudge_pieces (TbRouteMap *map, const TbRouteRequest *requests, TbPath *paths, guint n,
              gboolean upright)
{
  g_autoptr (GArray) pieces = make_pieces (requests, paths, n, upright);
  g_array_sort (pieces, by_at);
  Piece *p = (Piece *) (void *) pieces->data;
  g_autofree Piece **order = g_new (Piece *, pieces->len + 1);
  g_autofree guint *up = g_new (guint, pieces->len + 1);
  for (guint i = 0; i < pieces->len; i++)
    {
      order[i] = &p[i];
      up[i] = i;
    }
  for (guint round = 0; round < ROUNDS && find_groups (p, order, pieces->len, up); round++)
    nudge_groups (map, paths, order, pieces->len, upright);
  take_places (paths, p, pieces->len, upright);
}

/* Upright again at the end: level pieces that moved may have brought upright ones together. */
void
tb_route_nudge (TbRouteMap *map, const TbRouteRequest *requests, TbPath *paths, guint n,
                TbRoute *routes)
{
  tb_route_share_sides (map, requests, paths, n);
  nudge_pieces (map, requests, paths, n, TRUE);
  nudge_pieces (map, requests, paths, n, FALSE);
  nudge_pieces (map, requests, paths, n, TRUE);
  for (guint i = 0; i < n; i++)
    {
      tb_path_set (&paths[i], paths[i].points, paths[i].n);
      routes[i] = (TbRoute){ g_steal_pointer (&paths[i].points), paths[i].n };
      paths[i].n = 0;
    }
}
