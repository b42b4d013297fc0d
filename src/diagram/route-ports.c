/* Ends that share a side of a shape stand apart on it, in the order that crosses least. */
#include "route-ports-private.h"

#include <math.h>

#define WIDEST 60.0 /* between neighbours on a side */

typedef struct
{
  guint shape, path;
  TbSide side;
  gboolean called; /* this end is the link's last point */
  int turn;        /* -1, 0, 1: where it goes along the side */
  double bend;     /* how far from the side it turns */
  double reach;    /* how far it then goes */
  double at, low, high;
  gboolean settled;
} End;

/* The path's k-th point seen from that end. */
static TbPoint
point_from (const TbPath *path, gboolean called, guint k)
{
  return path->points[called ? path->n - 1 - k : k];
}

static double
along (TbSide side, TbPoint p)
{
  return TB_SIDE_IS_LEVEL (side) ? p.y : p.x;
}

static End
make_end (TbRouteMap *map, const TbRouteRequest *request, const TbPath *path, guint index,
          gboolean called)
{
  TbSide side = called ? path->to_side : path->from_side;
  TbPoint end = point_from (path, called, 0), bend = point_from (path, called, 1);
  End e = { called ? request->to : request->from, index, side, called, 0, 0, 0, along (side, end),
            0, 0, FALSE };
  e.bend = fabs (end.x - bend.x) + fabs (end.y - bend.y);
  if (path->n > 2)
    {
      double d = along (side, point_from (path, called, 2)) - along (side, bend);
      e.turn = d < 0 ? -1 : 1;
      e.reach = fabs (d);
    }
  const TbRect *r = &map->items[e.shape].rect;
  double start = TB_SIDE_IS_LEVEL (side) ? r->y : r->x, length = TB_SIDE_IS_LEVEL (side)
                                                                    ? r->height : r->width;
  e.low = start + MIN (TB_ROUTE_CORNER, length / 3);
  e.high = start + length - MIN (TB_ROUTE_CORNER, length / 3);
  return e;
}

/* Neighbours on one side together, in order along it: what turns left first, the nearest bend
 * leftmost, since its line crosses all that stand left of it; mirrored for what turns right. */
static int
by_side (gconstpointer pa, gconstpointer pb)
{
  const End *a = pa, *b = pb;
  if (a->shape != b->shape)
    return a->shape < b->shape ? -1 : 1;
  if (a->side != b->side)
    return a->side < b->side ? -1 : 1;
  if (a->turn != b->turn)
    return a->turn < b->turn ? -1 : 1;
  if (a->turn == 0 && a->at != b->at)
    return a->at < b->at ? -1 : 1;
  if (fabs (a->bend - b->bend) > 0.5)
    return (a->bend < b->bend) == (a->turn < 0) ? -1 : 1;
  if (fabs (a->reach - b->reach) > 0.5)
    return (a->reach > b->reach) == (a->turn < 0) ? -1 : 1;
  if (a->path != b->path)
    return a->path < b->path ? -1 : 1;
  return (int) a->called - (int) b->called;
}

/* Within the side, and as far as its first piece can be moved without touching anything. */
static void
find_room (TbRouteMap *map, const TbRouteRequest *requests, TbPath *paths, End *e)
{
  const TbPath *path = &paths[e->path];
  guint but2 = path->n == 2 ? (e->called ? requests[e->path].from : requests[e->path].to)
                            : G_MAXUINT;
  if (path->n == 2)
    {
      const TbRect *r = &map->items[but2].rect;
      double start = TB_SIDE_IS_LEVEL (e->side) ? r->y : r->x;
      double length = TB_SIDE_IS_LEVEL (e->side) ? r->height : r->width;
      e->low = MAX (e->low, start + MIN (TB_ROUTE_CORNER, length / 3));
      e->high = MIN (e->high, start + length - MIN (TB_ROUTE_CORNER, length / 3));
    }
  e->low = MIN (e->low, e->at);
  e->high = MAX (e->high, e->at);
  tb_route_map_room (map, point_from (path, e->called, 0), point_from (path, e->called, 1),
                     e->shape, but2, &e->low, &e->high);
}

static void
wish_places (TbRouteMap *map, End *ends, guint n, double step)
{
  guint straight = G_MAXUINT, n_straight = 0;
  double centre = TB_SIDE_IS_LEVEL (ends[0].side) ? map->items[ends[0].shape].centre.y
                                                  : map->items[ends[0].shape].centre.x;
  for (guint i = 0; i < n; i++)
    if (ends[i].turn == 0)
      {
        n_straight++;
        straight = i;
      }
  for (guint i = 0; i < n; i++)
    {
      double wish = n_straight == 1 ? ends[straight].at + ((double) i - straight) * step
                                    : centre + (i - (n - 1) / 2.) * step;
      if (!ends[i].settled)
        ends[i].at = CLAMP (wish, ends[i].low, ends[i].high);
      if (n_straight == 1 && i == straight)
        ends[i].settled = TRUE;
    }
}

/* Apart by gap where there is room; a settled one does not move. */
static void
keep_apart (End *ends, guint n, double gap)
{
  for (guint i = 1; i < n; i++)
    if (!ends[i].settled)
      ends[i].at = MIN (ends[i].high, MAX (ends[i].at, ends[i - 1].at + gap));
  for (guint i = n - 1; i > 0; i--)
    if (!ends[i - 1].settled)
      ends[i - 1].at = MAX (ends[i - 1].low, MIN (ends[i - 1].at, ends[i].at - gap));
}

static void
move_end (TbPath *path, const End *e)
{
  guint a = e->called ? path->n - 1 : 0, b = e->called ? path->n - 2 : 1;
  gboolean level = TB_SIDE_IS_LEVEL (e->side);
  *(level ? &path->points[a].y : &path->points[a].x) = e->at;
  *(level ? &path->points[b].y : &path->points[b].x) = e->at;
}

static void
share_side (TbRouteMap *map, const TbRouteRequest *requests, TbPath *paths, End *ends, guint n)
{
  if (n < 2)
    return;
  double length = tb_side_length (&map->items[ends[0].shape], ends[0].side);
  double step = MIN (WIDEST, floor (length / (n + 1)));
  for (guint i = 0; i < n; i++)
    {
      const TbPath *path = &paths[ends[i].path];
      ends[i].at = along (ends[i].side, point_from (path, ends[i].called, 0));
      find_room (map, requests, paths, &ends[i]);
    }
  wish_places (map, ends, n, step);
  keep_apart (ends, n, MIN (step, 14));
  for (guint i = 0; i < n; i++)
    move_end (&paths[ends[i].path], &ends[i]);
}

void
tb_route_share_sides (TbRouteMap *map, const TbRouteRequest *requests, TbPath *paths, guint n)
{
  g_autoptr (GArray) ends = g_array_sized_new (FALSE, FALSE, sizeof (End), 2 * n);
  for (guint i = 0; i < n; i++)
    for (int called = 0; called < 2 && !paths[i].fixed; called++)
      {
        End e = make_end (map, &requests[i], &paths[i], i, called);
        if (paths[i].from_side != TB_SIDE_ANY)
          g_array_append_val (ends, e);
      }
  g_array_sort (ends, by_side);
  End *e = (End *) (void *) ends->data;
  for (guint i = 0, j; i < ends->len; i = j)
    {
      for (j = i + 1; j < ends->len && e[j].shape == e[i].shape && e[j].side == e[i].side; j++)
        ;
      share_side (map, requests, paths, e + i, j - i);
    }
}
