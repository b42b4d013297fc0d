/* The router's inside. A way is made in pure steps, each of which looks at what is near only:
 *
 *   path    one link at a time, from shapes alone: the cheapest clear one of a few simple forms,
 *           else a search over the lines beside the shapes in a region round both ends
 *           (route-path.c, route-search.c, route-lines.c; a person's bends: route-bends.c)
 *   sides   ends that share a side of a shape share it evenly (route-ports.c)
 *   nudge   pieces of ways in one corridor are put in the order that crosses least, and apart:
 *           upright, level, upright, level (route-stage.c finds who shares a corridor,
 *           route-nudge.c places them)
 *   finish  jumps over crossings, labels where room is (route-jumps.c, route-label.c)
 *
 * Each step is a function of its input and of shapes near by, and says what it depended on. So
 * after a change a step is done again only where its input changed, and the result still equals
 * routing from nothing. */
#pragma once

#include "tb-diagram.h"

/* Distances, world units. */
#define TB_ROUTE_CLEAR 8.0     /* no line closer to a shape */
#define TB_ROUTE_CLEAR_TEXT 3.0
#define TB_ROUTE_CLEAR_EDGE 5.0 /* nor along a container's border */
#define TB_ROUTE_SQUEEZE 0.5   /* in a crowd all these are so much of it */
#define TB_ROUTE_AWAY 14.0     /* where the search likes to walk */
#define TB_ROUTE_STUB 20.0     /* straight before an end: arrow head and corner */
#define TB_ROUTE_CORNER 12.0   /* kept free at both ends of a side */
#define TB_ROUTE_APART 10.0    /* between parallel links */
#define TB_ROUTE_REACH 75.0    /* a piece is nudged no farther */

#define TB_ROUTE_NONE G_MAXUINT

/* ---- Rectangles by number in a uniform grid (route-grid.c) ----------------------------------- */

typedef struct
{
  guint *ids;
  guint n, size;
} TbGridCell;

/* Not shared between threads: asking marks what was seen. */
typedef struct
{
  double cell, least_cell;
  TbRect bounds;
  guint columns, rows;
  TbGridCell *cells;
  guint n, counted; /* now, and when it was built */
  TbRect *rects;    /* by id, as those below; size of them */
  guint8 *used;
  guint *seen, size, turn;
} TbRouteGrid;

void tb_route_grid_init (TbRouteGrid *grid, double cell);
void tb_route_grid_clear (TbRouteGrid *grid);
void tb_route_grid_add (TbRouteGrid *grid, guint id, const TbRect *rect);
void tb_route_grid_remove (TbRouteGrid *grid, guint id);
/* Appends ids (guint) of what touches rect, in no order. */
void tb_route_grid_query (TbRouteGrid *grid, const TbRect *rect, GArray *out);
/* The cells a rectangle touches: first column and row, last; FALSE where it lies outside. */
gboolean tb_route_grid_range (const TbRouteGrid *grid, const TbRect *rect, guint range[4]);
/* Edges count. */
gboolean tb_route_touches (const TbRect *a, const TbRect *b);

/* ---- What stands in the way (route-map.c) ---------------------------------------------------- */

typedef enum
{
  TB_OBSTACLE_CARD,
  TB_OBSTACLE_TEXT,
  TB_OBSTACLE_EDGE /* one of a container's four; no width or no height */
} TbObstacleKind;

typedef struct
{
  TbRect rect;
  TbPoint centre; /* where ends like to be: of the card, not of its stack */
  TbRect home;    /* edge: its container */
  guint key;
  TbObstacleKind kind;
  gboolean changed; /* since paths were last looked at */
} TbObstacle;

typedef struct
{
  TbObstacle *items;
  guint n, size;
  GArray *gone; /* of guint: ids to use again */
  TbRouteGrid grid;
  gpointer scratch; /* of the search; and of the making of its lines: */
  gsize scratch_size;
  GArray *near_by, *lines[2];
} TbRouteMap;

void tb_route_map_init (TbRouteMap *map);
void tb_route_map_clear (TbRouteMap *map);
guint tb_route_map_add (TbRouteMap *map, const TbObstacle *obstacle);
void tb_route_map_remove (TbRouteMap *map, guint id);
/* Appends the ids (guint) of obstacles that touch rect, by kind and key. */
void tb_route_map_query (TbRouteMap *map, const TbRect *rect, GArray *out);

/* ---- A link as the steps see it -------------------------------------------------------------- */

/* One end: a card, or a point on the way (a person's bend). */
typedef struct
{
  guint id; /* of its obstacle; TB_ROUTE_NONE: a point */
  TbRect rect;
  TbPoint centre;
  TbSide side;
  double at; /* 0 … 1 along the side; below 0: free */
} TbRouteEnd;

typedef struct
{
  TbRouteEnd from, to;
} TbRouteLeg;

typedef enum
{
  TB_BORDER_OPEN, /* an end stands across it: it is no border to this link */
  TB_BORDER_WALL, /* both ends inside, or both outside */
  TB_BORDER_GATE  /* crossed once */
} TbBorder;

TbBorder tb_route_border (const TbRouteLeg *leg, const TbRect *container);

#define TB_PATH_GATES 12

/* What a path's pieces have met. */
typedef struct
{
  guint witness; /* obstacle that blocked */
  guint gates[TB_PATH_GATES], n_gates;
} TbRouteMet;

/* Whether an upright or level line keeps clear of everything but two (TB_ROUTE_NONE: nothing) and
 * goes through no wall, and through no gate that met has already. */
gboolean tb_route_map_clear_line (TbRouteMap *map, const TbRouteLeg *leg, TbPoint a, TbPoint b,
                                  guint but, guint but2, TbRouteMet *met);
/* How far that line (upright or level) could be moved sideways, within what is given in *low and
 * *high. part: of the clearances, 1 or less. */
void tb_route_map_room (TbRouteMap *map, const TbRouteLeg *leg, TbPoint a, TbPoint b, guint but,
                        guint but2, gboolean upright, double part, double *low, double *high);

/* Whether that one obstacle is in the line's way; a gate is not. */
gboolean tb_route_map_blocks (TbRouteMap *map, const TbRouteLeg *leg, guint id, TbPoint a,
                              TbPoint b);

#define TB_PATH_WITNESSES 24
#define TB_PATH_READS 12

typedef struct
{
  TbPoint *points; /* owned */
  guint n;
  TbSide from_side, to_side;
  guint64 pins;          /* bit i: point i is a person's and stays */
  gboolean fixed;        /* a loop: stays as it is */
  gboolean through_shape, over_border;
  /* What it depends on: its own pieces being clear, and either a region, or that these stand and
   * nothing comes or goes in these places. */
  gboolean searched;
  TbRect region;
  TbRect reads[TB_PATH_READS];
  guint n_reads;
  guint witnesses[TB_PATH_WITNESSES]; /* ids of obstacles */
  guint n_witnesses;
} TbPath;

/* A region with all that keeps lines in it off: what a search of it depends on. */
TbRect tb_route_region_seen (const TbRect *region);

void tb_route_path (TbRouteMap *map, const TbRouteLeg *leg, const TbPoint *bends, guint n_bends,
                    TbPath *path);
/* One leg, without bends. */
void tb_route_leg (TbRouteMap *map, const TbRouteLeg *leg, TbPath *path);
void tb_route_through_bends (TbRouteMap *map, const TbRouteLeg *leg, const TbPoint *bends,
                             guint n_bends, TbPath *path);
/* By search; FALSE where there is no way within region that costs less than bound. walls: borders
 * are walls; else only dear. narrow: through narrow gaps too, and from any side. *closed: there is
 * none outside the region either, since nothing came to its edge. */
gboolean tb_route_search (TbRouteMap *map, const TbRouteLeg *leg, const TbRect *region,
                          gboolean walls, gboolean narrow, double bound, TbPath *path,
                          double *cost, gboolean *closed);
/* A way of two steps between facing sides, if it costs less than bound. */
gboolean tb_route_stairs (TbRouteMap *map, const TbRouteLeg *leg, double bound, TbPath *path);
void tb_path_clear (TbPath *path);
void tb_path_set (TbPath *path, const TbPoint *points, guint n);
/* Corners only: neither twice the same point nor three in a line; returns how many remain. */
guint tb_path_corners (const TbPoint *points, guint n, TbPoint *out);

/* ---- Lines to search on (route-lines.c) ------------------------------------------------------ */

/* While lines are chosen: weak ones are for narrow gaps, those to keep lead to a port. */
typedef struct
{
  double at;
  guint8 weak, keep, dead;
} TbRouteLine;

/* Crossing lines, and which pieces between neighbouring crossings are blocked. */
typedef struct
{
  double *xs, *ys;
  guint nx, ny;
  /* From crossing y * nx + x to the next: 0 free, 255 blocked, else so many borders. */
  guint8 *right, *down;
  double *dear_x, *dear_y; /* per line, how much of its length comes on top: narrow ones are dear */
} TbRouteLines;

/* keep_x, keep_y (of double): lines that must be there. narrow: lines for gaps too narrow to walk
 * AWAY from both shapes, too. */
void tb_route_lines_make (TbRouteMap *map, const TbRouteLeg *leg, const TbRect *region,
                          gboolean walls, gboolean narrow, GArray *keep_x, GArray *keep_y,
                          TbRouteLines *lines);
void tb_route_lines_clear (TbRouteLines *lines);

/* ---- Shared by forms and search -------------------------------------------------------------- */

#define TB_ROUTE_BEND 50.0 /* a bend costs as much as so much way */
#define TB_ROUTE_WRONG_SIDE 140.0
#define TB_ROUTE_OFF_CENTRE 60.0
#define TB_ROUTE_OVER_BORDER 1000.0

#define TB_SIDE_IS_LEVEL(side) ((side) == TB_SIDE_LEFT || (side) == TB_SIDE_RIGHT)

TbPoint tb_side_normal (TbSide side);
/* Where a line meets that side: offset from the centre along it; a given place wins. */
TbPoint tb_side_point (const TbRouteEnd *end, TbSide side, double offset);
double tb_side_length (const TbRouteEnd *end, TbSide side);
/* What leaving a by this side on the way to b costs. */
double tb_side_cost (const TbRouteEnd *a, TbSide side, const TbRouteEnd *b);
/* The way's length at least. */
double tb_route_least (const TbRouteLeg *leg);
