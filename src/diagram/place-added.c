/* New elements among placed ones: each on free ground beside what it belongs to. Nothing else
 * moves, and no tier grows into another if there is any other place near. */
#include "place-private.h"

#include <math.h>

#define APART 32.0
#define RINGS 70
#define MANY 100       /* of so many to settle, none looks far for a place that disturbs nothing */
#define RINGS_MANY 10
#define NEAR_BLOCK 12.0 /* what is in no container keeps as far from all of them */
#define CELL 240.0

static gpointer
cell_key (double x, double y)
{
  gint32 cx = (gint32) floor (x / CELL), cy = (gint32) floor (y / CELL);
  return GSIZE_TO_POINTER (((gsize) (guint32) cx << 32) | (guint32) cy);
}

/* A card with the room that its container keeps round it. */
static TbRect
padded_card (const TbRect *r)
{
  return (TbRect){ r->x - 20, r->y - 50, r->width + 50, r->height + 74 };
}

void
tb_place_occupy (TbPlaceGround *ground, guint i)
{
  const TbPlaceNode *node = &ground->graph->nodes[i];
  const TbRect *r = &node->rect;
  for (double y = floor (r->y / CELL) * CELL; y < r->y + r->height; y += CELL)
    for (double x = floor (r->x / CELL) * CELL; x < r->x + r->width; x += CELL)
      {
        GArray *nodes = g_hash_table_lookup (ground->cells, cell_key (x, y));
        if (nodes == NULL)
          {
            nodes = g_array_new (FALSE, FALSE, sizeof (guint));
            g_hash_table_insert (ground->cells, cell_key (x, y), nodes);
          }
        g_array_append_val (nodes, i);
      }
  if (node->note)
    return;
  TbRect padded = padded_card (r);
  tb_rect_union (&ground->blocks[node->block], &padded, &ground->blocks[node->block]);
  tb_rect_union (&ground->bands[node->row], &padded, &ground->bands[node->row]);
}

gboolean
tb_place_is_free (const TbPlaceGround *ground, const TbRect *rect)
{
  TbRect r = { rect->x - APART, rect->y - APART, rect->width + 2 * APART,
               rect->height + 2 * APART };
  for (double y = floor (r.y / CELL) * CELL; y < r.y + r.height; y += CELL)
    for (double x = floor (r.x / CELL) * CELL; x < r.x + r.width; x += CELL)
      {
        const GArray *nodes = g_hash_table_lookup (ground->cells, cell_key (x, y));
        for (guint k = 0; nodes != NULL && k < nodes->len; k++)
          if (tb_rect_intersects (&ground->graph->nodes[g_array_index (nodes, guint, k)].rect, &r))
            return FALSE;
      }
  return TRUE;
}

static gboolean
disturbs_band (const TbPlaceGround *ground, const TbPlaceNode *node, const TbRect *padded)
{
  const TbPlaceGraph *g = ground->graph;
  TbRect grown = *padded;
  tb_rect_union (&ground->bands[node->row], &grown, &grown);
  for (guint r = 0; r < g->n_rows; r++)
    {
      const TbRect *band = &ground->bands[r];
      if (r != node->row && band->height > 0 && grown.y < band->y + band->height
          && band->y < grown.y + grown.height)
        return TRUE;
    }
  return FALSE;
}

gboolean
tb_place_disturbs (const TbPlaceGround *ground, const TbPlaceNode *node, const TbRect *rect)
{
  const TbPlaceGraph *g = ground->graph;
  gboolean alone = node->note || node->block >= g->n_named;
  TbRect grown = padded_card (rect);
  if (g->banded && !node->note && disturbs_band (ground, node, &grown))
    return TRUE;
  if (!alone)
    tb_rect_union (&ground->blocks[node->block], &grown, &grown);
  else
    grown = (TbRect){ rect->x - NEAR_BLOCK, rect->y - NEAR_BLOCK, rect->width + 2 * NEAR_BLOCK,
                      rect->height + 2 * NEAR_BLOCK };
  for (guint b = 0; b < g->n_named && g->n_named <= 200; b++)
    if ((alone || b != node->block) && ground->blocks[b].width > 0
        && tb_rect_intersects (&ground->blocks[b], &grown))
      return TRUE;
  return FALSE;
}

static gboolean
find_ring (const TbPlaceGround *ground, const TbPlaceNode *node, TbPoint wish, int ring, gboolean strict,
           TbRect *best)
{
  double least = G_MAXDOUBLE;
  for (int i = -ring; i <= ring; i++)
    for (int j = -ring; j <= ring; j += (ABS (i) == ring || ring == 0) ? 1 : 2 * ring)
      {
        TbRect r = { wish.x + i * TB_GRID, wish.y + j * TB_GRID, node->rect.width,
                     node->rect.height };
        double far = hypot (i, 2 * j);
        if (far < least && tb_place_is_free (ground, &r) && !(strict && tb_place_disturbs (ground, node, &r)))
          {
            least = far;
            *best = r;
          }
      }
  return least < G_MAXDOUBLE;
}

void
tb_place_settle (TbPlaceGround *ground, guint i, TbPoint wish)
{
  TbPlaceNode *node = &ground->graph->nodes[i];
  TbRect best = node->rect;
  wish.x = TB_GRID * round (wish.x / TB_GRID);
  wish.y = TB_GRID * round (wish.y / TB_GRID);
  gboolean found = FALSE;
  for (int strict = 1; strict >= 0 && !found; strict--)
    for (int ring = 0; ring < (strict ? ground->strict_rings : RINGS) && !found; ring++)
      found = find_ring (ground, node, wish, ring, strict, &best);
  for (; !found; wish.x += CELL)
    found = find_ring (ground, node, wish, 0, FALSE, &best);
  node->rect = best;
  node->placed = TRUE;
  tb_place_occupy (ground, i);
}

typedef struct
{
  double x, y, right;
  guint n;
} Sum;

static void
add (Sum *sum, const TbRect *r)
{
  sum->right = sum->n ? MAX (sum->right, r->x) : r->x;
  sum->x += r->x;
  sum->y += r->y;
  sum->n++;
}

/* Right of its like in the same tier and row; else in its row under or over its neighbours. */
static TbPoint
wish_of (const TbPlaceGround *ground, guint i)
{
  const TbPlaceGraph *g = ground->graph;
  const TbPlaceNode *node = &g->nodes[i];
  Sum like = { 0, 0, 0, 0 }, row = { 0, 0, 0, 0 }, neighbours = { 0, 0, 0, 0 };
  TbRect all = { 0, 0, 0, 0 };
  for (guint k = 0; k < g->n; k++)
    {
      const TbPlaceNode *other = &g->nodes[k];
      if (!other->placed)
        continue;
      tb_rect_union (&all, &other->rect, &all);
      if (node->note || other->note || other->row != node->row)
        continue;
      add (&row, &other->rect);
      if (other->block == node->block)
        add (&like, &other->rect);
    }
  for (guint e = 0; e < g->n_edges; e++)
    for (guint k = 0; k < 2; k++)
      if (g->edges[2 * e + k] == i && g->nodes[g->edges[2 * e + !k]].placed)
        add (&neighbours, &g->nodes[g->edges[2 * e + !k]].rect);
  if (like.n > 0)
    return (TbPoint){ like.right + ground->graph->step_x, like.y / like.n };
  if (row.n > 0)
    return (TbPoint){ neighbours.n ? neighbours.x / neighbours.n : row.right + TB_STEP_X,
                      row.y / row.n };
  if (neighbours.n > 0)
    return (TbPoint){ neighbours.x / neighbours.n + (node->note ? TB_STEP_X : 0),
                      neighbours.y / neighbours.n + (node->note ? 0 : TB_STEP_Y) };
  return node->note ? (TbPoint){ all.x + all.width + 80, all.y }
                    : (TbPoint){ all.x, all.y + all.height + TB_STEP_Y - TB_CARD_HEIGHT };
}

void
tb_place_ground_init (TbPlaceGround *ground, TbPlaceGraph *graph)
{
  *ground = (TbPlaceGround){
    graph, g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_array_unref),
    g_new0 (TbRect, graph->n_blocks + 1), g_new0 (TbRect, graph->n_rows + 1), RINGS
  };
  guint to_settle = 0;
  for (guint i = 0; i < graph->n; i++)
    to_settle += !graph->nodes[i].placed;
  if (to_settle > MANY)
    ground->strict_rings = RINGS_MANY;
  for (guint b = 0; b < graph->n_named; b++)
    ground->blocks[b] = graph->kept[b];
  for (guint i = 0; i < graph->n; i++)
    if (graph->nodes[i].placed)
      tb_place_occupy (ground, i);
}

void
tb_place_ground_clear (TbPlaceGround *ground)
{
  g_clear_pointer (&ground->cells, g_hash_table_unref);
  g_clear_pointer (&ground->blocks, g_free);
  g_clear_pointer (&ground->bands, g_free);
}

void
tb_place_added (TbPlaceGraph *graph)
{
  TbPlaceGround ground;
  tb_place_ground_init (&ground, graph);
  for (guint i = 0; i < graph->n; i++)
    if (!graph->nodes[i].placed)
      tb_place_settle (&ground, i, wish_of (&ground, i));
  tb_place_ground_clear (&ground);
}
