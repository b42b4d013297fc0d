/* Tidying some elements while all others stay: the layered placing of them alone, put where they
 * were, clear of what stays.
 *
 *   choose    the elements, from left to right as they stand: where calls leave the order open, it
 *             stays what it was
 *   place     rows by direction of calls (or by layer, tier), each row in barycentre order
 *   anchor    where they were before, on the average; in a frame each row on the line that its layer
 *             has, each tier's part over its tier
 *   fit       as one piece on the nearest free ground; what cannot be, one by one
 *
 * Invariants:
 *   1. Only chosen elements are answered for.
 *   2. No answer overlaps a pinned element or another answer. */
#include "place-private.h"

#include <math.h>
#include <string.h>

#define RIGID_RINGS 40
#define ROOM_X 64.0 /* between the widest cards */
#define ROOM_Y 132.0
#define ROOM_SUBROW 52.0

typedef struct
{
  TbPlaceGraph all, part;
  guint *of;       /* node of part: which of all */
  TbRect *was;     /* of all */
  guint8 *chosen;  /* of all */
  guint n_pinned;  /* components that stay */
} Tidy;

/* ---- Choosing -------------------------------------------------------------------------------- */

/* What the file does not place stands where the scene puts it. */
static void
place_the_unplaced (Tidy *tidy, const TbModel *model, const char *view_id)
{
  gboolean any = FALSE;
  for (guint i = 0; i < tidy->all.n; i++)
    any |= !tidy->all.nodes[i].placed;
  if (!any)
    return;
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (TbPlacement));
  g_autoptr (GHashTable) by_uid = g_hash_table_new (NULL, NULL);
  tb_place_tiered (model, view_id, TRUE, places);
  for (guint i = 0; i < places->len; i++)
    g_hash_table_insert (by_uid, GUINT_TO_POINTER (g_array_index (places, TbPlacement, i).uid),
                         &g_array_index (places, TbPlacement, i));
  for (guint i = 0; i < tidy->all.n; i++)
    {
      TbPlaceNode *node = &tidy->all.nodes[i];
      const TbPlacement *place = g_hash_table_lookup (by_uid, GUINT_TO_POINTER (node->uid));
      if (!node->placed && place != NULL)
        node->rect = place->rect;
      node->placed = TRUE;
    }
}

static void
choose (Tidy *tidy, const TbUid *uids, guint n)
{
  g_autoptr (GHashTable) set = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < n; i++)
    g_hash_table_add (set, GUINT_TO_POINTER (uids[i]));
  tidy->chosen = g_new0 (guint8, tidy->all.n + 1);
  tidy->was = g_new0 (TbRect, tidy->all.n + 1);
  for (guint i = 0; i < tidy->all.n; i++)
    {
      TbPlaceNode *node = &tidy->all.nodes[i];
      tidy->chosen[i] = g_hash_table_contains (set, GUINT_TO_POINTER (node->uid));
      tidy->was[i] = node->rect;
      node->placed = !tidy->chosen[i];
      tidy->n_pinned += !tidy->chosen[i] && !node->note;
    }
}

/* Containers that give up their places: nothing is kept clear for them. */
static void
forget_kept (Tidy *tidy, const TbModel *model, const TbUid *uids, guint n)
{
  gboolean tiers = (tidy->all.frame & TB_FRAME_TIERS) != 0;
  TbKind kind = tiers ? TB_KIND_TIER : TB_KIND_GROUP;
  g_autoptr (GHashTable) set = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < n; i++)
    g_hash_table_add (set, GUINT_TO_POINTER (uids[i]));
  for (guint b = 0; b < tidy->all.n_named && b < tb_model_count (model, kind); b++)
    if (g_hash_table_contains (
            set, GUINT_TO_POINTER (tb_element_uid (tb_model_nth (model, kind, b)))))
      tidy->all.kept[b] = (TbRect){ 0, 0, 0, 0 };
}

static int
by_place (gconstpointer pa, gconstpointer pb, gpointer data)
{
  const TbRect *was = data;
  guint a = *(const guint *) pa, b = *(const guint *) pb;
  if (was[a].x != was[b].x)
    return was[a].x < was[b].x ? -1 : 1;
  if (was[a].y != was[b].y)
    return was[a].y < was[b].y ? -1 : 1;
  return a < b ? -1 : a > b;
}

static void
copy_edges (Tidy *tidy, const guint *part_of)
{
  const TbPlaceGraph *all = &tidy->all;
  TbPlaceGraph *part = &tidy->part;
  part->edges = g_new0 (guint, 2 * all->n_edges + 2);
  for (guint e = 0; e < all->n_edges; e++)
    {
      guint from = part_of[all->edges[2 * e]], to = part_of[all->edges[2 * e + 1]];
      if (from == G_MAXUINT || to == G_MAXUINT)
        continue;
      part->edges[2 * part->n_edges] = from;
      part->edges[2 * part->n_edges++ + 1] = to;
    }
}

/* What nobody calls and what calls nobody is not among the first callers: it comes below all that hangs together. */
static void
rank_lone (const TbPlaceGraph *part, guint *rank)
{
  g_autofree guint8 *tied = g_new0 (guint8, part->n + 1);
  guint last = 0;
  for (guint e = 0; e < 2 * part->n_edges; e++)
    {
      tied[part->edges[e]] = TRUE;
      last = MAX (last, rank[part->edges[e]]);
    }
  for (guint i = 0; part->n_edges > 0 && i < part->n; i++)
    if (!tied[i])
      rank[i] = last + 1;
}

/* Without layers and tiers, rows count from the first callers among the chosen themselves. */
static void
rank_part (TbPlaceGraph *part)
{
  if (part->framed)
    return;
  g_autofree guint *rank = tb_place_ranks (part);
  rank_lone (part, rank);
  part->n_rows = 0;
  part->n_blocks = part->n_named;
  for (guint i = 0; i < part->n; i++)
    {
      TbPlaceNode *node = &part->nodes[i];
      if (node->block >= part->n_named)
        node->block = part->n_named + rank[i];
      node->row = rank[i];
      part->n_rows = MAX (part->n_rows, node->row + 1);
      part->n_blocks = MAX (part->n_blocks, node->block + 1);
    }
}

/* Cards may be larger than usual: the grid's steps hold the largest. */
static void
widen_steps (TbPlaceGraph *part)
{
  for (guint i = 0; i < part->n; i++)
    {
      const TbRect *r = &part->nodes[i].rect;
      part->step_x = MAX (part->step_x, TB_GRID * ceil ((r->width + ROOM_X) / TB_GRID));
      part->step_y = MAX (part->step_y, TB_GRID * ceil ((r->height + ROOM_Y) / TB_GRID));
      part->subrow_y = MAX (part->subrow_y, TB_GRID * ceil ((r->height + ROOM_SUBROW) / TB_GRID));
    }
}

static void
make_part (Tidy *tidy)
{
  const TbPlaceGraph *all = &tidy->all;
  TbPlaceGraph *part = &tidy->part;
  g_autofree guint *part_of = g_new (guint, all->n + 1);
  *part = *all;
  part->kept = NULL;
  part->nodes = g_new0 (TbPlaceNode, all->n + 1);
  part->n = part->n_edges = 0;
  tidy->of = g_new0 (guint, all->n + 1);
  for (guint i = 0; i < all->n_components; i++)
    if (tidy->chosen[i])
      tidy->of[part->n++] = i;
  g_qsort_with_data (tidy->of, (gint) part->n, sizeof (guint), by_place, tidy->was);
  memset (part_of, 0xff, (all->n + 1) * sizeof *part_of);
  for (guint i = 0; i < part->n; i++)
    {
      part->nodes[i] = all->nodes[tidy->of[i]];
      part_of[tidy->of[i]] = i;
    }
  part->n_components = part->n;
  copy_edges (tidy, part_of);
  rank_part (part);
  widen_steps (part);
}

/* ---- Anchoring ------------------------------------------------------------------------------- */

static double
on_grid (double v)
{
  return TB_GRID * round (v / TB_GRID);
}

/* The line of a row: what stays in it tells; else where its uppermost was. */
static double
line_of_row (const Tidy *tidy, guint row, double was_top)
{
  double best = G_MAXDOUBLE;
  for (guint i = 0; i < tidy->all.n_components; i++)
    {
      const TbPlaceNode *node = &tidy->all.nodes[i];
      if (!tidy->chosen[i] && node->row == row
          && fabs (node->rect.y - was_top) < fabs (best - was_top))
        best = node->rect.y;
    }
  return best == G_MAXDOUBLE ? was_top : best;
}

static void
anchor_rows (Tidy *tidy)
{
  TbPlaceGraph *part = &tidy->part;
  for (guint row = 0; row < part->n_rows; row++)
    {
      double top = G_MAXDOUBLE, was_top = G_MAXDOUBLE;
      for (guint i = 0; i < part->n; i++)
        if (part->nodes[i].row == row)
          {
            top = MIN (top, part->nodes[i].rect.y);
            was_top = MIN (was_top, tidy->was[tidy->of[i]].y);
          }
      if (top == G_MAXDOUBLE)
        continue;
      double dy = line_of_row (tidy, row, was_top) - top;
      for (guint i = 0; i < part->n; i++)
        if (part->nodes[i].row == row)
          part->nodes[i].rect.y += dy;
    }
}

typedef struct
{
  double dx, dy;
  guint n;
} Shift;

static void
add_shift (Shift *shift, const TbRect *was, const TbRect *now)
{
  shift->dx += was->x - now->x;
  shift->dy += was->y - now->y;
  shift->n++;
}

/* The parts of containers to where they were, each by itself; the rest as one. */
static void
anchor_by_average (Tidy *tidy, gboolean rows_stand)
{
  TbPlaceGraph *part = &tidy->part;
  g_autofree Shift *shifts = g_new0 (Shift, part->n_named + 1);
  for (guint i = 0; i < part->n; i++)
    add_shift (&shifts[MIN (part->nodes[i].block, part->n_named)], &tidy->was[tidy->of[i]],
               &part->nodes[i].rect);
  for (guint i = 0; i < part->n; i++)
    {
      const Shift *shift = &shifts[MIN (part->nodes[i].block, part->n_named)];
      part->nodes[i].rect.x += on_grid (shift->dx / shift->n);
      if (!rows_stand)
        part->nodes[i].rect.y += on_grid (shift->dy / shift->n);
    }
}

/* All at once: the picture stays where its upper left corner was. */
static void
anchor_all (Tidy *tidy)
{
  TbPlaceGraph *part = &tidy->part;
  double x = G_MAXDOUBLE, y = G_MAXDOUBLE, was_x = G_MAXDOUBLE, was_y = G_MAXDOUBLE;
  for (guint i = 0; i < part->n; i++)
    {
      x = MIN (x, part->nodes[i].rect.x);
      y = MIN (y, part->nodes[i].rect.y);
      was_x = MIN (was_x, tidy->was[tidy->of[i]].x);
      was_y = MIN (was_y, tidy->was[tidy->of[i]].y);
    }
  for (guint i = 0; i < part->n; i++)
    {
      part->nodes[i].rect.x += on_grid (was_x - x);
      part->nodes[i].rect.y += on_grid (was_y - y);
    }
}

/* ---- Fitting --------------------------------------------------------------------------------- */

static gboolean
fits_at (const Tidy *tidy, const TbPlaceGround *ground, double dx, double dy)
{
  for (guint i = 0; i < tidy->part.n; i++)
    {
      const TbPlaceNode *node = &tidy->part.nodes[i];
      TbRect r = { node->rect.x + dx, node->rect.y + dy, node->rect.width, node->rect.height };
      if (!tb_place_is_free (ground, &r)
          || tb_place_disturbs (ground, &tidy->all.nodes[tidy->of[i]], &r))
        return FALSE;
    }
  return TRUE;
}

/* The least way for all of them together; FALSE where there is none near. */
static gboolean
find_piece (const Tidy *tidy, const TbPlaceGround *ground, TbPoint *by)
{
  for (int ring = 0; ring < RIGID_RINGS; ring++)
    {
      double least = G_MAXDOUBLE;
      for (int i = -ring; i <= ring; i++)
        for (int j = -ring; j <= ring; j += ABS (i) == ring || ring == 0 ? 1 : 2 * ring)
          if (hypot (i, j) < least && fits_at (tidy, ground, i * TB_GRID, j * TB_GRID))
            {
              least = hypot (i, j);
              *by = (TbPoint){ i * TB_GRID, j * TB_GRID };
            }
      if (least < G_MAXDOUBLE)
        return TRUE;
    }
  return FALSE;
}

static void
fit (Tidy *tidy)
{
  TbPlaceGround ground;
  TbPoint by = { 0, 0 };
  tb_place_ground_init (&ground, &tidy->all);
  find_piece (tidy, &ground, &by);
  for (guint i = 0; i < tidy->part.n; i++)
    {
      TbPlaceNode *node = &tidy->all.nodes[tidy->of[i]];
      TbRect to = tidy->part.nodes[i].rect;
      to.x += by.x;
      to.y += by.y;
      /* Rows that were put on their lines may have come to lie on each other. */
      if (tb_place_is_free (&ground, &to) && !tb_place_disturbs (&ground, node, &to))
        {
          node->rect = to;
          node->placed = TRUE;
          tb_place_occupy (&ground, tidy->of[i]);
        }
      else
        tb_place_settle (&ground, tidy->of[i], (TbPoint){ to.x, to.y });
    }
  tb_place_ground_clear (&ground);
}

/* ---- All together ---------------------------------------------------------------------------- */

static void
tidy_components (Tidy *tidy)
{
  gboolean rows_stand = tidy->n_pinned > 0 && tidy->part.framed;
  tb_place_grid (&tidy->part, FALSE);
  if (tidy->n_pinned == 0)
    anchor_all (tidy);
  else
    anchor_by_average (tidy, rows_stand);
  if (rows_stand)
    anchor_rows (tidy);
  fit (tidy);
}

void
tb_place_tidy (const TbModel *model, const char *view_id, const TbUid *uids, guint n, GArray *out)
{
  Tidy tidy = { 0 };
  tb_place_graph_init (&tidy.all, model, view_id);
  place_the_unplaced (&tidy, model, view_id);
  choose (&tidy, uids, n);
  forget_kept (&tidy, model, uids, n);
  make_part (&tidy);
  if (tidy.part.n > 0)
    tidy_components (&tidy);
  tb_place_added (&tidy.all); /* notes, beside what they are of */
  for (guint i = 0; i < tidy.all.n; i++)
    if (tidy.chosen[i])
      {
        TbPlacement placement = { tidy.all.nodes[i].uid, tidy.all.nodes[i].rect };
        g_array_append_val (out, placement);
      }
  tb_place_graph_clear (&tidy.part);
  tb_place_graph_clear (&tidy.all);
  g_free (tidy.of);
  g_free (tidy.was);
  g_free (tidy.chosen);
}
