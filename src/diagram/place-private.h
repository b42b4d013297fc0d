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
