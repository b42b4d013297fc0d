/* Layers against tiers: a row a layer, a column a tier, cells as large as what is in them. All of
 * it follows from the architecture; places are not looked at.
 *
 * What is in no layer stands in a row below the last, what is in no tier in a column right of the
 * last, both without a ground. A component in several layers reaches from the first to the last and
 * has a lane of its own column for itself, so that no cell of the others is cut. */
#include "scene-private.h"

#include <math.h>

#include "text-private.h"

#define CARD_GAP_X 64.0
#define CARD_GAP_Y 52.0
#define CELL_PAD 36.0
#define COLUMN_GAP 40.0
#define ROW_GAP 10.0
#define HEAD 44.0 /* a column's title, above the first row */
#define FOOT 18.0
#define ACROSS_MAX 4
#define EMPTY_COLUMN (TB_CARD_WIDTH + 2 * CELL_PAD)
#define EMPTY_ROW (TB_CARD_HEIGHT + 2 * CELL_PAD)

typedef struct
{
  guint item, row, last_row, column;
  guint nth;  /* in its cell */
  guint lane; /* of several rows: which lane of the column */
  gboolean spans;
} Member;

typedef struct
{
  TbScene *scene;
  guint rows, columns; /* with those of what is in none */
  GArray *members;     /* of Member, in file order */
  guint *counts;       /* rows × columns */
  guint *across;       /* columns: cards side by side */
  guint *lanes;        /* columns */
  double *x, *width, *y, *height;
} Grid;

static Member
member_of (const Grid *grid, guint i)
{
  const TbScene *scene = grid->scene;
  const TbItem *item = TB_ITEM (scene, i);
  guint row = item->layer == TB_NO_ITEM ? grid->rows - 1
                                        : item->layer - scene->first[TB_ITEM_LAYER];
  guint last = item->last_layer == TB_NO_ITEM ? row
                                              : item->last_layer - scene->first[TB_ITEM_LAYER];
  guint column = item->tier == TB_NO_ITEM ? grid->columns - 1
                                          : item->tier - scene->first[TB_ITEM_TIER];
  return (Member){ .item = i, .row = row, .last_row = last, .column = column,
                   .spans = last > row };
}

/* Beside all that is in the same column and in one of its rows already. */
static guint
take_lane (guint *next, const Grid *grid, const Member *m)
{
  guint lane = 0;
  for (guint r = m->row; r <= m->last_row; r++)
    lane = MAX (lane, next[r * grid->columns + m->column]);
  for (guint r = m->row; r <= m->last_row; r++)
    next[r * grid->columns + m->column] = lane + 1;
  return lane;
}

static void
read_members (Grid *grid)
{
  const TbScene *scene = grid->scene;
  g_autofree guint *next = g_new0 (guint, (gsize) grid->rows * grid->columns);
  for (guint i = scene->first[TB_ITEM_COMPONENT]; i < scene->first[TB_ITEM_NOTE]; i++)
    {
      Member m = member_of (grid, i);
      if (m.spans)
        {
          m.lane = take_lane (next, grid, &m);
          grid->lanes[m.column] = MAX (grid->lanes[m.column], m.lane + 1);
        }
      else
        m.nth = grid->counts[m.row * grid->columns + m.column]++;
      g_array_append_val (grid->members, m);
    }
}

/* A column is about as wide as its fullest cell is high. */
static void
size_columns (Grid *grid)
{
  const TbScene *scene = grid->scene;
  for (guint c = 0; c < grid->columns; c++)
    {
      guint most = 0;
      for (guint r = 0; r < grid->rows; r++)
        most = MAX (most, grid->counts[r * grid->columns + c]);
      grid->across[c] = MIN ((guint) ceil (sqrt (most)), ACROSS_MAX);
      guint lanes = grid->across[c] + grid->lanes[c];
      grid->width[c] = lanes == 0 ? 0 : lanes * (TB_CARD_WIDTH + CARD_GAP_X) - CARD_GAP_X
                                            + 2 * CELL_PAD;
      if (c + 1 < grid->columns)
        {
          const TbItem *tier = TB_ITEM (scene, scene->first[TB_ITEM_TIER] + c);
          double title = tb_text_width (TB_FONT_CONTAINER, tier->title) + 28;
          grid->width[c] = MAX (grid->width[c], MAX (EMPTY_COLUMN, MIN (title, 400)));
        }
    }
}

static void
size_rows (Grid *grid)
{
  for (guint r = 0; r < grid->rows; r++)
    {
      guint most = 0;
      for (guint c = 0; c < grid->columns; c++)
        if (grid->across[c] > 0)
          {
            guint n = grid->counts[r * grid->columns + c];
            most = MAX (most, (n + grid->across[c] - 1) / grid->across[c]);
          }
      grid->height[r] = most * (TB_CARD_HEIGHT + CARD_GAP_Y) - CARD_GAP_Y + 2 * CELL_PAD;
      if (most == 0)
        grid->height[r] = r + 1 < grid->rows ? EMPTY_ROW : 0;
    }
}

static void
put_lines (Grid *grid)
{
  double x = TB_BAND_LEFT + CELL_PAD / 2, y = HEAD;
  for (guint c = 0; c < grid->columns; c++)
    {
      grid->x[c] = x;
      x += grid->width[c] + (grid->width[c] > 0 ? COLUMN_GAP : 0);
    }
  for (guint r = 0; r < grid->rows; r++)
    {
      grid->y[r] = y;
      y += grid->height[r] + (grid->height[r] > 0 ? ROW_GAP : 0);
    }
}

/* The lines of a cell, and the cards of the last line, stand in its middle. */
static TbRect
card_rect (const Grid *grid, const Member *m)
{
  guint across = grid->across[m->column];
  double left = grid->x[m->column] + CELL_PAD, top = grid->y[m->row] + CELL_PAD;
  if (m->spans)
    return (TbRect){ left + (across + m->lane) * (TB_CARD_WIDTH + CARD_GAP_X), top, TB_CARD_WIDTH,
                     grid->y[m->last_row] + grid->height[m->last_row] - CELL_PAD - top };
  guint n = grid->counts[m->row * grid->columns + m->column], lines = (n + across - 1) / across;
  guint line = m->nth / across, in_line = MIN (across, n - line * across);
  double need = lines * (TB_CARD_HEIGHT + CARD_GAP_Y) - CARD_GAP_Y;
  double have = grid->height[m->row] - 2 * CELL_PAD;
  double own = grid->width[m->column] - 2 * CELL_PAD
               - grid->lanes[m->column] * (TB_CARD_WIDTH + CARD_GAP_X);
  double row_width = in_line * (TB_CARD_WIDTH + CARD_GAP_X) - CARD_GAP_X;
  return (TbRect){ round (left + (own - row_width) / 2
                          + (m->nth % across) * (TB_CARD_WIDTH + CARD_GAP_X)),
                   round (top + (have - need) / 2 + line * (TB_CARD_HEIGHT + CARD_GAP_Y)),
                   TB_CARD_WIDTH, TB_CARD_HEIGHT };
}

static double
right_of (const Grid *grid)
{
  double right = grid->x[0] + EMPTY_COLUMN;
  for (guint c = 0; c < grid->columns; c++)
    right = MAX (right, grid->x[c] + grid->width[c]);
  return right;
}

static gboolean
in_a_tier (const Grid *grid, guint row)
{
  for (guint c = 0; c + 1 < grid->columns; c++)
    if (grid->counts[row * grid->columns + c] > 0)
      return TRUE;
  return FALSE;
}

static void
put_grounds (Grid *grid)
{
  TbScene *scene = grid->scene;
  double width = right_of (grid) + CELL_PAD / 2, bottom = HEAD;
  for (guint r = 0; r + 1 < grid->rows; r++)
    {
      TbItem *layer = TB_ITEM (scene, scene->first[TB_ITEM_LAYER] + r);
      layer->stored = (TbRect){ 0, grid->y[r], width, grid->height[r] };
      layer->placed = TRUE;
    }
  for (guint r = 0; r < grid->rows; r++)
    if (grid->height[r] > 0 && (r + 1 < grid->rows || in_a_tier (grid, r)))
      bottom = grid->y[r] + grid->height[r];
  for (guint c = 0; c + 1 < grid->columns; c++)
    {
      TbItem *tier = TB_ITEM (scene, scene->first[TB_ITEM_TIER] + c);
      tier->stored = (TbRect){ grid->x[c], 0, grid->width[c], MAX (bottom, EMPTY_ROW) + FOOT };
      tier->placed = TRUE;
    }
}

/* Notes keep their places, which nothing else here has; without one they stand right of all. */
static void
put_notes (Grid *grid)
{
  TbScene *scene = grid->scene;
  double x = right_of (grid) + 80, y = HEAD;
  for (guint i = scene->first[TB_ITEM_FRAME]; i < scene->items->len; i++)
    {
      TbItem *note = TB_ITEM (scene, i);
      if ((note->kind != TB_ITEM_NOTE && note->kind != TB_ITEM_FRAME) || note->placed)
        continue;
      note->stored.x = x;
      note->stored.y = y;
      y += note->stored.height + 40;
    }
}

void
tb_scene_arrange_grid (TbScene *scene)
{
  Grid grid = { .scene = scene,
                .rows = scene->first[TB_ITEM_TIER] - scene->first[TB_ITEM_LAYER] + 1,
                .columns = scene->first[TB_ITEM_GROUP] - scene->first[TB_ITEM_TIER] + 1,
                .members = g_array_new (FALSE, FALSE, sizeof (Member)) };
  grid.counts = g_new0 (guint, (gsize) grid.rows * grid.columns);
  grid.across = g_new0 (guint, grid.columns);
  grid.lanes = g_new0 (guint, grid.columns);
  grid.x = g_new0 (double, 2 * grid.columns);
  grid.width = grid.x + grid.columns;
  grid.y = g_new0 (double, 2 * grid.rows);
  grid.height = grid.y + grid.rows;
  read_members (&grid);
  size_columns (&grid);
  size_rows (&grid);
  put_lines (&grid);
  for (guint i = 0; i < grid.members->len; i++)
    {
      const Member *m = &g_array_index (grid.members, Member, i);
      TB_ITEM (scene, m->item)->stored = card_rect (&grid, m);
    }
  put_grounds (&grid);
  put_notes (&grid);
  g_array_unref (grid.members);
  g_free (grid.counts);
  g_free (grid.across);
  g_free (grid.lanes);
  g_free (grid.x);
  g_free (grid.y);
}
