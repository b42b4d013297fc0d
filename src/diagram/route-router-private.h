/* The router's state: what each step made of each link, so that only what changed is made again.
 *
 * Invariants, held by a property test against routing from nothing:
 * 1. A way that is not dirty has, at every stage, what that stage would make of it from nothing.
 * 2. A way's pieces at a stage are in that stage's grid with the room they have.
 * 3. Such a piece lists those that share its corridor, and each of them lists it. */
#pragma once

#include "route-private.h"

#define TB_ROUTE_STAGES 4 /* of nudging: upright, level, upright, level */

typedef struct
{
  guint way, index;       /* between points index and index + 1 */
  double at, from, to;    /* where it lies across and along its direction */
  double low, high;       /* how far it could be moved */
  double least, most;     /* in a crowd, where clearances are squeezed */
  double placed;          /* where it is put */
  int turn_from, turn_to; /* at its low and high end: -1, 0, 1 */
  gboolean middle;        /* leads to no shape, and nobody put it there: may be moved */
  gboolean end;           /* leads to a shape: moves only where two such lie on each other */
  gboolean moves;         /* which of that came of it in its group */
  guint mark, seen;
  guint *beside; /* ids of those that share its corridor, in no order */
  guint n_beside, beside_size;
} TbPiece;

typedef struct
{
  gboolean upright;
  GArray *pieces; /* of TbPiece; those not in use are in gone */
  GArray *gone;   /* of guint */
  GArray *found;  /* of guint: used while a piece comes in */
  TbRouteGrid grid;
  guint turn;
} TbRouteStage;

typedef struct
{
  guint key;
  TbRouterShape shape;
  guint id;       /* card, text: its obstacle */
  guint edges[4]; /* container: its obstacles */
  GArray *ways;   /* of guint: links that end here */
  guint mark;
} TbRouteShape;

typedef struct
{
  guint key;
  TbRouterLink spec; /* owns its strings and bends */
  TbRouteLeg leg;
  gboolean present;  /* both ends are there */
  gboolean ported;   /* an end is at a named port */
  gboolean waiting;  /* for its first path */
  TbPath raw;
  TbRect raw_bounds;
  guint from_shape, to_shape;          /* slots, while present */
  double wish[2];                      /* where its ends stand along their sides */
  TbPoint *made[TB_ROUTE_STAGES + 1];  /* raw.n points after sides and after each stage */
  guint *pieces[TB_ROUTE_STAGES];      /* ids in the stage */
  guint n_pieces[TB_ROUTE_STAGES];
  TbPoint *points;                     /* the result */
  guint n_points;
  TbPoint straight[2];
  TbJump *jumps;
  guint n_jumps;
  TbRect label;
  TbRect label_reach;                  /* what its label's place depends on */
  guint *segments;                     /* ids in the router's segment grids */
  guint n_segments;
  gboolean in_labels;                  /* its label and its reach are in their grids */
  gboolean path_dirty; /* to be searched anew */
  gboolean dirty;      /* its path or its ends are new: every step is done again */
  gboolean changed;    /* since last asked */
  gboolean label_dirty;
  guint mark;
} TbRouteWay;

typedef struct
{
  guint way, index;
} TbSegment;

struct _TbRouter
{
  TbRouteMap map;
  GHashTable *shape_slots, *way_slots; /* key to slot + 1 */
  GPtrArray *shapes, *ways;            /* by slot; NULL: free */
  GArray *free_shapes, *free_ways;
  GArray *changed_rects;               /* of TbRect: where obstacles came, went or moved */
  GArray *changed_ids;                 /* of guint: obstacles that came, moved or went */
  GArray *removed;                     /* of guint: slots of links to be taken out */
  GArray *side_shapes;                 /* of guint: keys of shapes whose ends share anew */
  TbRouteStage stages[TB_ROUTE_STAGES];
  TbRouteGrid segment_grids[2];        /* upright [0], level [1]; by id, as segments */
  GArray *segments, *segments_gone;
  TbRouteGrid label_grid, reach_grid;  /* by way slot: labels, and what their places depend on */
  GArray *near_changes;                /* of TbRect: where labels must look again */
  GArray *crossed;                     /* of guint: slots whose jumps must be made anew */
  guint n_absent;                      /* links whose ends are not there */
  guint n_seen;                        /* of changed_rects, by find_touched() */
  gboolean jumps, stale;
  guint turn;
};

#define TB_ROUTE_WAY(router, slot) ((TbRouteWay *) g_ptr_array_index ((router)->ways, slot))
#define TB_ROUTE_SHAPE(router, slot) ((TbRouteShape *) g_ptr_array_index ((router)->shapes, slot))

/* FALSE: there is none of that key. */
gboolean tb_route_find_slot (GHashTable *slots, guint key, guint *slot);
void tb_route_free_way (TbRouteWay *way);

/* Ends on a card's sides: made[0] of the ways that end there; appends slots whose made[0] changed
 * to out. shapes: slots (guint). */
void tb_route_share_sides (TbRouter *router, GArray *shapes, GArray *out);

/* One stage: from made[stage] to made[stage + 1] of whatever dirty (slots of ways whose input
 * changed) and the changed obstacles touch; replaces dirty by the ways whose output changed. */
void tb_route_stage_run (TbRouter *router, guint stage, GArray *dirty);
void tb_route_stage_init (TbRouteStage *stage, gboolean upright);
void tb_route_stage_clear (TbRouteStage *stage);
/* A way's pieces leave the stage; those beside them are appended to seeds (guint). */
void tb_route_stage_take_out (TbRouter *router, guint stage, TbRouteWay *way, GArray *seeds);

/* Puts the pieces of one group in order and apart: sets placed. Sorted by place, way's key, index.
 * beside, from first[i] to first[i + 1]: numbers of those that share i's corridor, in no order. */
typedef struct
{
  TbPiece **pieces;
  guint n;
  const guint *first, *beside;
  gboolean again; /* those that lie apart do so by an order that other pieces rely on already */
} TbNudgeGroup;

void tb_route_nudge_group (const TbNudgeGroup *group);
/* Whether both are ends at one named port or glued to one place. */
gboolean tb_route_shared_port (const TbRouter *router, const TbPiece *a, const TbPiece *b);

/* Jumps of what changed (slots of ways whose made[] is new) or is crossed by it, labels of whatever
 * is near: the last steps. */
void tb_route_finish (TbRouter *router, const GArray *dirty);
/* A way leaves the segments and labels; what was near it will be looked at. */
void tb_route_finish_take_out (TbRouter *router, TbRouteWay *way, guint slot);
void tb_route_place_labels (TbRouter *router);
void tb_route_take_out_label (TbRouter *router, TbRouteWay *way, guint slot);
