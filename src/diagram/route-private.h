/* The router's inside. A way is made in two pure steps:
 *
 *   path    one link at a time, from shapes alone: the first clear of a few simple forms, else a
 *           search over the lines beside the shapes in a region round both ends. It depends on
 *           nothing outside TbPath.region, which is what makes re-routing after a move local and
 *           still equal to routing from nothing.
 *   nudge   all links together: ends share a side evenly, segments that lie in one corridor are
 *           put in the order that crosses least and apart. */
#pragma once

#include "tb-diagram.h"

/* Distances, world units. */
#define TB_ROUTE_CLEAR 8.0     /* no line closer to a shape */
#define TB_ROUTE_CLEAR_TEXT 3.0
#define TB_ROUTE_AWAY 14.0     /* where the search likes to walk */
#define TB_ROUTE_STUB 20.0     /* straight before an end: arrow head and corner */
#define TB_ROUTE_CORNER 12.0   /* kept free at both ends of a side */
#define TB_ROUTE_APART 10.0    /* between parallel links */

typedef struct
{
  TbRect rect;
  TbPoint centre; /* where ends like to be: of the card, not of its stack */
  gboolean text;  /* only to be kept free; no link ends here */
} TbObstacle;

/* Obstacles in a uniform grid. Not shared between threads: searching marks what it saw. */
typedef struct
{
  const TbObstacle *items;
  guint n;
  TbRect bounds;
  double cell;
  guint columns, rows;
  guint *starts, *cells;
  guint *seen, turn;
  gpointer scratch; /* of the search */
  gsize scratch_size;
} TbRouteMap;

void tb_route_map_init (TbRouteMap *map, const TbObstacle *items, guint n);
void tb_route_map_clear (TbRouteMap *map);
/* Appends the indices (guint) of obstacles that touch rect. */
void tb_route_map_query (TbRouteMap *map, const TbRect *rect, GArray *out);
/* Whether an upright or level line keeps clear of every obstacle but two (G_MAXUINT: none). */
gboolean tb_route_map_clear_line (TbRouteMap *map, TbPoint a, TbPoint b, guint but, guint but2);
/* How far that line could be moved sideways, within what is given in *low and *high. */
void tb_route_map_room (TbRouteMap *map, TbPoint a, TbPoint b, guint but, guint but2, double *low,
                        double *high);

#define TB_PATH_MAX 12

typedef struct
{
  TbPoint *points; /* owned */
  guint n;
  TbSide from_side, to_side;
  gboolean fixed;    /* a person's bends: never nudged */
  gboolean crossing; /* found no clear way */
  TbRect region;     /* what it depends on */
} TbPath;

/* simple: only the cheap forms, for pictures too large to search in. */
void tb_route_path (TbRouteMap *map, const TbRouteRequest *request, gboolean simple, TbPath *path);
/* By search; FALSE where there is no way within path->region that costs less than bound. */
gboolean tb_route_search (TbRouteMap *map, const TbRouteRequest *request, double bound,
                          TbPath *path);
/* Turns paths into ways. */
void tb_route_nudge (TbRouteMap *map, const TbRouteRequest *requests, TbPath *paths, guint n,
                     TbRoute *routes);
void tb_path_clear (TbPath *path);
void tb_path_set (TbPath *path, const TbPoint *points, guint n);

/* ---- Shared by forms and search ---------------------------------------------------------------- */

#define TB_ROUTE_BEND 50.0 /* a bend costs as much as so much way */
#define TB_ROUTE_WRONG_SIDE 140.0
#define TB_ROUTE_OFF_CENTRE 60.0

#define TB_SIDE_IS_LEVEL(side) ((side) == TB_SIDE_LEFT || (side) == TB_SIDE_RIGHT)

TbPoint tb_side_normal (TbSide side);
/* Where a line meets that side: offset from the centre along it. */
TbPoint tb_side_point (const TbObstacle *shape, TbSide side, double offset);
double tb_side_length (const TbObstacle *shape, TbSide side);
/* What leaving a by this side on the way to b costs. */
double tb_side_cost (const TbObstacle *a, TbSide side, const TbObstacle *b);
