/* What placing works on: components with row, block and neighbours. */
#pragma once

#include "scene-private.h"

#define TB_STEP_X 240.0
#define TB_STEP_Y 200.0
#define TB_SUBROW_Y 120.0

typedef struct
{
  TbUid uid;
  gboolean note;
  gboolean placed;
  TbRect rect;
  guint row;   /* from the top: layer, tier or distance from the first callers */
  guint block; /* tier or group, or one of its own kind for what is in none */
  double wish; /* where its neighbours would have it */
} TbPlaceNode;

typedef struct
{
  TbPlaceNode *nodes;
  guint n, n_components, n_rows, n_blocks;
  guint n_named;    /* blocks before this are containers, the others only what is in none */
  gboolean banded;  /* rows are layers */
  gboolean framed;  /* rows are layers or tiers, else distances from the first callers */
  double step_x, step_y, subrow_y;
  TbRect *kept; /* of named blocks: what their containers cover by the file; width 0: nothing */
  guint *edges; /* pairs of nodes */
  guint n_edges;
  guint frame;
} TbPlaceGraph;

/* hint: x of each component by uid, from elsewhere; NULL: barycentres. */
void tb_place_graph_init (TbPlaceGraph *graph, const TbModel *model, const char *view_id);
void tb_place_graph_clear (TbPlaceGraph *graph);
/* Rows and blocks as a grid; sets rect of all components (and notes) that are not placed. */
void tb_place_grid (TbPlaceGraph *graph, gboolean ordered);
/* Each beside what it belongs to, on free ground. */
void tb_place_added (TbPlaceGraph *graph);
/* The longest way to each node from what nobody calls. (transfer full) */
guint *tb_place_ranks (const TbPlaceGraph *graph);

/* What is taken already: the placed nodes, and what their containers and bands cover. */
typedef struct
{
  TbPlaceGraph *graph;
  GHashTable *cells; /* packed cell to GArray of nodes */
  TbRect *blocks;    /* what each block covers so far, padded */
  TbRect *bands;     /* what each row covers so far: y and height alone mean something */
  int strict_rings;  /* how far to look for a place that disturbs nothing */
} TbPlaceGround;

void tb_place_ground_init (TbPlaceGround *ground, TbPlaceGraph *graph);
void tb_place_ground_clear (TbPlaceGround *ground);
/* The node stands at its rect from now on. */
void tb_place_occupy (TbPlaceGround *ground, guint i);
gboolean tb_place_is_free (const TbPlaceGround *ground, const TbRect *rect);
/* Whether the node at rect would make a container or a band lie over another one. */
gboolean tb_place_disturbs (const TbPlaceGround *ground, const TbPlaceNode *node,
                            const TbRect *rect);
/* Puts the node on the free place nearest to wish, and occupies it. */
void tb_place_settle (TbPlaceGround *ground, guint i, TbPoint wish);
