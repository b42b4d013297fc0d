/* Rows and blocks as a grid: linear in time but for the sorting of rows. */
#include "place-private.h"

#include <math.h>

#define FEW 6    /* a row of so many is not wrapped */
#define SWEEPS 16
#define SWEEPS_MANY 6 /* for a thousand and more */

/* The members of one block in one row. */
typedef struct
{
  guint row, block;
  guint *members, n;
} Cell;

typedef struct
{
  guint columns, first_row, last_row;
  guint start; /* column */
  double shift; /* of what stands alone in its rows, to where its neighbours are */
  gboolean used;
} Block;

typedef struct
{
  TbPlaceGraph *graph;
  GArray *cells; /* of Cell */
  Block *blocks;
  double *row_y;
  guint *order; /* members of all cells, one after the other */
} Grid;

static int
by_cell (gconstpointer pa, gconstpointer pb, gpointer data)
{
  const TbPlaceGraph *g = data;
  const TbPlaceNode *a = &g->nodes[*(const guint *) pa], *b = &g->nodes[*(const guint *) pb];
  if (a->row != b->row)
    return a->row < b->row ? -1 : 1;
  if (a->block != b->block)
    return a->block < b->block ? -1 : 1;
  return *(const guint *) pa < *(const guint *) pb ? -1 : 1;
}

static void
make_cells (Grid *grid)
{
  TbPlaceGraph *g = grid->graph;
  grid->order = g_new (guint, g->n_components + 1);
  grid->cells = g_array_new (FALSE, FALSE, sizeof (Cell));
  for (guint i = 0; i < g->n_components; i++)
    grid->order[i] = i;
  g_qsort_with_data (grid->order, (gint) g->n_components, sizeof (guint), by_cell, g);
  for (guint i = 0, j; i < g->n_components; i = j)
    {
      const TbPlaceNode *node = &g->nodes[grid->order[i]];
      Cell cell = { node->row, node->block, grid->order + i, 0 };
      for (j = i; j < g->n_components && g->nodes[grid->order[j]].row == cell.row
                  && g->nodes[grid->order[j]].block == cell.block;
           j++)
        cell.n++;
      g_array_append_val (grid->cells, cell);
    }
}

static guint
columns_for (guint n)
{
  return n <= FEW ? n : MAX (FEW, (guint) ceil (sqrt (n * 1.6)));
}

static void
measure_blocks (Grid *grid)
{
  grid->blocks = g_new0 (Block, grid->graph->n_blocks + 1);
  for (guint i = 0; i < grid->cells->len; i++)
    {
      const Cell *cell = &g_array_index (grid->cells, Cell, i);
      Block *b = &grid->blocks[cell->block];
      b->columns = MAX (b->columns, columns_for (cell->n));
      b->first_row = b->used ? MIN (b->first_row, cell->row) : cell->row;
      b->last_row = MAX (b->last_row, cell->row);
      b->used = TRUE;
    }
}

/* A block covers its rows from the first to the last, as its tier will. */
static void
pack_blocks (Grid *grid)
{
  g_autofree guint *end = g_new0 (guint, grid->graph->n_rows + 1);
  g_autofree guint *users = g_new0 (guint, grid->graph->n_rows + 1);
  guint width = 0;
  for (guint i = 0; i < grid->graph->n_blocks; i++)
    {
      Block *b = &grid->blocks[i];
      for (guint r = b->first_row; b->used && r <= b->last_row; r++)
        b->start = MAX (b->start, end[r]);
      for (guint r = b->first_row; b->used && r <= b->last_row; r++)
        {
          end[r] = b->start + b->columns;
          width = MAX (width, end[r]);
          users[r]++;
        }
    }
  for (guint i = 0; i < grid->graph->n_blocks; i++)
    {
      Block *b = &grid->blocks[i];
      gboolean alone = b->used;
      for (guint r = b->first_row; b->used && r <= b->last_row; r++)
        alone &= users[r] == 1;
      b->shift = alone ? (width - b->columns) * grid->graph->step_x : 0;
    }
}

static void
measure_rows (Grid *grid)
{
  grid->row_y = g_new0 (double, grid->graph->n_rows + 1);
  g_autofree guint *lines = g_new0 (guint, grid->graph->n_rows + 1);
  for (guint i = 0; i < grid->cells->len; i++)
    {
      const Cell *cell = &g_array_index (grid->cells, Cell, i);
      guint columns = grid->blocks[cell->block].columns;
      lines[cell->row] = MAX (lines[cell->row], (cell->n + columns - 1) / columns);
    }
  for (guint r = 0; r < grid->graph->n_rows; r++)
    grid->row_y[r + 1]
        = grid->row_y[r] + (lines[r] ? (lines[r] - 1) * grid->graph->subrow_y + grid->graph->step_y
                                       : 0);
}

/* The middle of the neighbours; in one's own row the caller stands left of the called. */
static void
make_wishes (TbPlaceGraph *g)
{
  g_autofree guint *count = g_new0 (guint, g->n + 1);
  g_autofree double *sum = g_new0 (double, g->n + 1);
  for (guint e = 0; e < g->n_edges; e++)
    {
      guint a = g->edges[2 * e], b = g->edges[2 * e + 1];
      double aside = g->nodes[a].row == g->nodes[b].row ? g->step_x : 0;
      sum[a] += g->nodes[b].rect.x - aside;
      sum[b] += g->nodes[a].rect.x + aside;
      count[a]++;
      count[b]++;
    }
  for (guint i = 0; i < g->n; i++)
    g->nodes[i].wish = count[i] ? sum[i] / count[i] : g->nodes[i].rect.x;
}

static int
by_wish (gconstpointer pa, gconstpointer pb, gpointer data)
{
  const TbPlaceGraph *g = data;
  guint a = *(const guint *) pa, b = *(const guint *) pb;
  if (g->nodes[a].wish != g->nodes[b].wish)
    return g->nodes[a].wish < g->nodes[b].wish ? -1 : 1;
  return a < b ? -1 : 1;
}

/* Full lines in order; a line with gaps puts each as near to its wish as its neighbours let it. */
static void
place_cell (Grid *grid, const Cell *cell)
{
  TbPlaceGraph *g = grid->graph;
  const Block *b = &grid->blocks[cell->block];
  for (guint first = 0; first < cell->n; first += b->columns)
    {
      guint n = MIN (b->columns, cell->n - first), next = 0;
      for (guint i = 0; i < n; i++)
        {
          TbPlaceNode *node = &g->nodes[cell->members[first + i]];
          double wish = (node->wish - b->shift) / g->step_x - b->start;
          guint column = (guint) CLAMP (round (wish), next, b->columns - (n - i));
          node->rect.x = (b->start + column) * g->step_x + b->shift;
          node->rect.y = grid->row_y[cell->row] + first / b->columns * g->subrow_y;
          next = column + 1;
        }
    }
}

/* What stands alone in its rows moves as one, on the grid. */
static void
place_alone (Grid *grid, Block *b, guint index, double room)
{
  TbPlaceGraph *g = grid->graph;
  double sum = 0;
  guint n = 0;
  for (guint i = 0; i < grid->cells->len; i++)
    {
      const Cell *cell = &g_array_index (grid->cells, Cell, i);
      for (guint k = 0; cell->block == index && k < cell->n; k++, n++)
        sum += g->nodes[cell->members[k]].wish;
    }
  double middle = n ? sum / n - (b->columns - 1) * g->step_x / 2 : 0;
  b->shift = TB_GRID * round (CLAMP (middle, 0, room) / TB_GRID);
}

void
tb_place_grid (TbPlaceGraph *graph, gboolean ordered)
{
  Grid grid = { .graph = graph };
  make_cells (&grid);
  measure_blocks (&grid);
  pack_blocks (&grid);
  measure_rows (&grid);
  g_autofree double *room = g_new0 (double, graph->n_blocks + 1);
  for (guint i = 0; i < graph->n_blocks; i++)
    {
      room[i] = grid.blocks[i].shift;
      grid.blocks[i].shift = 0;
    }
  for (guint i = 0; i < graph->n && !ordered; i++)
    graph->nodes[i].wish = i;
  for (int sweep = 0; sweep < (graph->n < 1000 ? SWEEPS : SWEEPS_MANY); sweep++)
    {
      if (sweep > 0 && !ordered)
        make_wishes (graph);
      for (guint i = 0; i < graph->n_blocks && sweep > 0; i++)
        if (room[i] > 0)
          place_alone (&grid, &grid.blocks[i], i, room[i]);
      for (guint i = 0; i < grid.cells->len; i++)
        {
          Cell *cell = &g_array_index (grid.cells, Cell, i);
          g_qsort_with_data (cell->members, (gint) cell->n, sizeof (guint), by_wish, graph);
          place_cell (&grid, cell);
        }
    }
  g_array_unref (grid.cells);
  g_free (grid.blocks);
  g_free (grid.row_y);
  g_free (grid.order);
}
