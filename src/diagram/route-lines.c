/* The lines a search walks on: beside the shapes of a region, and as few of them as will do.
 *
 * Every shape offers a line beside each of its edges, where the search likes to walk (AWAY), and a
 * weak one as near as is allowed, for narrow gaps. Most of them say the same: in a corridor with
 * forty shapes along it eighty lines run. A line is dropped if a neighbour is free wherever it is;
 * of lines that are free in the same places one stays, in the middle. What stays is about a line
 * per corridor, and a search over it costs a hundredth. */
#include "route-private.h"

#include <math.h>
#include <string.h>

#define SAME_CORRIDOR 120.0 /* lines farther apart than this are never one */
#define BESIDE_BORDER 10.0
#define NARROW 1.0          /* in a gap that holds hardly one line a way is so much longer */
#define MANY_SHAPES 300     /* in a region: weak lines are left out, and lines thinned */
#define MOST_LINES 700
#define LOOK 14             /* neighbours that are compared at most, on each side */

typedef TbRouteLine Line;

typedef struct
{
  TbRouteMap *map;
  const TbRouteLeg *leg;
  const TbRect *region;
  gboolean walls, narrow;
  GArray *near_by;          /* of guint */
  guint8 *borders;          /* per obstacle near by: TbBorder of an edge */
  GArray *lines[2];         /* of Line: upright [0], level [1] */
} Maker;

/* ---- Gathering ------------------------------------------------------------------------------- */

static gboolean
is_before (const Line *a, const Line *b)
{
  if (a->at != b->at)
    return a->at < b->at;
  return a->keep != b->keep ? a->keep : a->weak < b->weak;
}

/* By place. A comparison that is no call makes this a fifth of what qsort() takes. */
static void
sort_lines (Line *l, guint n)
{
  while (n > 12)
    {
      Line pivot = l[n / 2];
      guint i = 0, j = n - 1;
      for (;; i++, j--)
        {
          while (is_before (&l[i], &pivot))
            i++;
          while (is_before (&pivot, &l[j]))
            j--;
          if (i >= j)
            break;
          Line swap = l[i];
          l[i] = l[j];
          l[j] = swap;
        }
      sort_lines (l + j + 1, n - j - 1);
      n = j + 1;
    }
  for (guint i = 1; i < n; i++)
    {
      Line line = l[i];
      guint j = i;
      for (; j > 0 && is_before (&line, &l[j - 1]); j--)
        l[j] = l[j - 1];
      l[j] = line;
    }
}

static void
add_line (Maker *m, guint axis, double at, gboolean weak)
{
  double low = axis ? m->region->y : m->region->x;
  double high = low + (axis ? m->region->height : m->region->width);
  if (at < low || at > high)
    return;
  GArray *lines = m->lines[axis];
  g_array_set_size (lines, lines->len + 1);
  g_array_index (lines, Line, lines->len - 1) = (Line){ at, weak, FALSE, FALSE };
}

static void
add_pair (Maker *m, guint axis, const TbRect *r, double away, gboolean weak)
{
  double low = axis ? r->y : r->x, high = low + (axis ? r->height : r->width);
  add_line (m, axis, low - away, weak);
  add_line (m, axis, high + away, weak);
}

static void
gather (Maker *m)
{
  gboolean narrow = m->narrow && m->near_by->len <= MANY_SHAPES;
  for (guint k = 0; k < m->near_by->len; k++)
    {
      const TbObstacle *o = &m->map->items[g_array_index (m->near_by, guint, k)];
      if (o->kind == TB_OBSTACLE_EDGE)
        {
          if (m->borders[k] != TB_BORDER_OPEN)
            add_pair (m, o->rect.width > 0, &o->rect, BESIDE_BORDER, FALSE);
          continue;
        }
      gboolean text = o->kind == TB_OBSTACLE_TEXT;
      for (guint axis = 0; axis < 2; axis++)
        {
          add_pair (m, axis, &o->rect, text ? TB_ROUTE_CLEAR_TEXT + 1 : TB_ROUTE_AWAY, FALSE);
          if (narrow && !text)
            add_pair (m, axis, &o->rect, TB_ROUTE_CLEAR, TRUE);
        }
    }
}

/* Sorted, each place once; thinned where there are too many to look at. */
static void
tidy (GArray *lines, GArray *keep)
{
  for (guint i = 0; i < keep->len; i++)
    {
      Line line = { g_array_index (keep, double, i), FALSE, TRUE, FALSE };
      g_array_append_val (lines, line);
    }
  Line *l = (Line *) (void *) lines->data;
  sort_lines (l, lines->len);
  double apart = 1e-6;
  if (lines->len > MOST_LINES)
    apart = MAX (apart, (l[lines->len - 1].at - l[0].at) / MOST_LINES);
  guint m = 0;
  for (guint i = 0; i < lines->len; i++)
    {
      gboolean close = m > 0 && l[i].at - l[m - 1].at <= apart;
      if (close && !l[i].keep)
        continue;
      if (close && (!l[m - 1].keep || l[i].at - l[m - 1].at <= 1e-6))
        m--;
      l[m++] = l[i];
    }
  g_array_set_size (lines, m);
}

/* ---- What is blocked ------------------------------------------------------------------------- */

static guint
first_from (const Line *lines, guint n, double at)
{
  guint low = 0, high = n;
  while (low < high)
    {
      guint middle = (low + high) / 2;
      if (lines[middle].at < at)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

typedef struct
{
  double low, high, from, to; /* lines strictly between low and high, over from … to */
} Block;

/* What an obstacle keeps lines of an axis out of. */
static gboolean
get_block (const Maker *m, guint k, guint axis, Block *b)
{
  const TbObstacle *o = &m->map->items[g_array_index (m->near_by, guint, k)];
  double c = o->kind == TB_OBSTACLE_CARD ? TB_ROUTE_CLEAR : TB_ROUTE_CLEAR_TEXT;
  if (o->kind == TB_OBSTACLE_EDGE)
    {
      if (m->borders[k] == TB_BORDER_OPEN || (o->rect.width > 0) != (axis == 1))
        return FALSE;
      c = TB_ROUTE_CLEAR_EDGE;
    }
  const TbRect *r = &o->rect;
  c -= 1e-4;
  *b = axis ? (Block){ r->y - c, r->y + r->height + c, r->x - c, r->x + r->width + c }
            : (Block){ r->x - c, r->x + r->width + c, r->y - c, r->y + r->height + c };
  return TRUE;
}

typedef void (*BlockFunc) (gpointer data, guint line, guint from, guint to);

/* For each line and piece (between crossing number from and the next) that an obstacle blocks. */
static void
each_block (const Maker *m, guint axis, BlockFunc func, gpointer data)
{
  const Line *own = (const Line *) (void *) m->lines[axis]->data;
  const Line *cross = (const Line *) (void *) m->lines[!axis]->data;
  guint n = m->lines[axis]->len, n_cross = m->lines[!axis]->len;
  for (guint k = 0; k < m->near_by->len; k++)
    {
      Block b;
      if (!get_block (m, k, axis, &b))
        continue;
      guint from = first_from (cross, n_cross, b.from);
      guint to = first_from (cross, n_cross, b.to);
      from = from ? from - 1 : 0;
      for (guint i = first_from (own, n, b.low); to > 0 && i < n && own[i].at < b.high; i++)
        func (data, i, from, MIN (to, n_cross));
    }
}

/* ---- Dropping lines -------------------------------------------------------------------------- */

typedef struct
{
  guint64 *bits;
  guint words;
} Blocked;

static void
mark_bits (gpointer data, guint line, guint from, guint to)
{
  const Blocked *blocked = data;
  guint64 *bits = blocked->bits + (gsize) line * blocked->words;
  guint first = from / 64, last = (to - 1) / 64;
  guint64 head = G_MAXUINT64 << (from % 64), tail = G_MAXUINT64 >> (63 - (to - 1) % 64);
  if (to <= from)
    return;
  if (first == last)
    {
      bits[first] |= head & tail;
      return;
    }
  bits[first] |= head;
  for (guint i = first + 1; i < last; i++)
    bits[i] = G_MAXUINT64;
  bits[last] |= tail;
}

/* Whether a is blocked wherever b is; *same: nowhere else. */
static gboolean
covers (const Blocked *blocked, guint a, guint b, gboolean *same)
{
  const guint64 *x = blocked->bits + (gsize) a * blocked->words;
  const guint64 *y = blocked->bits + (gsize) b * blocked->words;
  guint64 more = 0;
  for (guint i = 0; i < blocked->words; i++)
    {
      if (y[i] & ~x[i])
        return FALSE;
      more |= x[i] ^ y[i];
    }
  *same = more == 0;
  return TRUE;
}

/* Per line, the place left of which lines are of another corridor: a shape or a border lies
 * wholly between. */
static double *
make_barriers (const Maker *m, guint axis)
{
  const Line *l = (const Line *) (void *) m->lines[axis]->data;
  guint n = m->lines[axis]->len;
  double *barrier = g_new (double, n + 1);
  for (guint i = 0; i < n; i++)
    barrier[i] = l[i].at - SAME_CORRIDOR;
  for (guint k = 0; k < m->near_by->len; k++)
    {
      Block b;
      if (!get_block (m, k, axis, &b))
        continue;
      guint i = first_from (l, n, b.high);
      if (i < n)
        barrier[i] = MAX (barrier[i], b.low);
    }
  for (guint i = 1; i < n; i++)
    barrier[i] = MAX (barrier[i], barrier[i - 1]);
  return barrier;
}

/* Whether i goes for j's sake: it is blocked wherever j is, or as much and less worth. */
static gboolean
yields (const Blocked *blocked, const Line *l, guint i, guint j)
{
  gboolean same;
  if (l[i].keep || !covers (blocked, i, j, &same))
    return FALSE;
  if (!same || l[j].keep)
    return TRUE;
  return l[i].weak && !l[j].weak ? TRUE : l[i].weak == l[j].weak && i > j;
}

/* Of lines that are as free as each other the first stays, in the middle of all. */
static void
move_to_middle (const Blocked *blocked, Line *l, guint n, const double *barrier, guint i)
{
  gboolean same;
  double last = l[i].at;
  for (guint j = i + 1; j < n && barrier[j] <= l[i].at; j++)
    if (!l[j].weak && !l[j].keep && covers (blocked, i, j, &same) && same)
      last = l[j].at;
  l[i].at = (l[i].at + last) / 2;
}

static void
drop_lines (const Maker *m, guint axis)
{
  Line *l = (Line *) (void *) m->lines[axis]->data;
  guint n = m->lines[axis]->len, alive = 0;
  Blocked blocked = { .words = m->lines[!axis]->len / 64 + 1 };
  blocked.bits = g_new0 (guint64, (gsize) blocked.words * (n + 1));
  each_block (m, axis, mark_bits, &blocked);
  g_autofree double *barrier = make_barriers (m, axis);
  for (guint i = 0; i < n; i++)
    {
      for (guint j = i + 1; j < n && j <= i + LOOK && barrier[j] <= l[i].at && !l[i].dead; j++)
        l[i].dead = yields (&blocked, l, i, j);
      for (guint j = i; j-- > 0 && j + LOOK >= i && barrier[i] <= l[j].at && !l[i].dead;)
        l[i].dead = yields (&blocked, l, i, j);
    }
  for (guint i = 0; i < n; i++)
    if (!l[i].dead && !l[i].keep && !l[i].weak)
      move_to_middle (&blocked, l, n, barrier, i);
  for (guint i = 0; i < n; i++)
    if (!l[i].dead)
      l[alive++] = l[i];
  g_array_set_size (m->lines[axis], alive);
  sort_lines (l, alive);
  g_free (blocked.bits);
}

/* ---- The result ------------------------------------------------------------------------------ */

static void
block_down (gpointer data, guint line, guint from, guint to)
{
  TbRouteLines *out = data;
  for (guint y = from; y < to; y++)
    out->down[y * out->nx + line] = 255;
}

static void
block_right (gpointer data, guint line, guint from, guint to)
{
  TbRouteLines *out = data;
  memset (out->right + (gsize) line * out->nx + from, 255, to - from);
}

static void
cross (guint8 *piece, TbBorder border, gboolean walls)
{
  if (border == TB_BORDER_WALL && walls)
    *piece = 255;
  else if (*piece < 200)
    *piece += border == TB_BORDER_GATE ? 1 : 8;
}

/* What crosses a border pays, or does not pass. */
static void
add_borders (const Maker *m, TbRouteLines *out)
{
  for (guint k = 0; k < m->near_by->len; k++)
    {
      const TbObstacle *o = &m->map->items[g_array_index (m->near_by, guint, k)];
      const TbRect *r = &o->rect;
      if (o->kind != TB_OBSTACLE_EDGE || m->borders[k] == TB_BORDER_OPEN)
        continue;
      guint axis = r->width > 0; /* a level border is crossed by upright lines */
      const Line *through = (const Line *) (void *) m->lines[!axis]->data;
      const Line *along = (const Line *) (void *) m->lines[axis]->data;
      guint n = m->lines[!axis]->len;
      guint before = first_from (along, m->lines[axis]->len, (axis ? r->y : r->x) + 1e-9);
      double from = axis ? r->x : r->y, to = from + (axis ? r->width : r->height);
      for (guint i = first_from (through, n, from); before > 0 && i < n && through[i].at <= to; i++)
        cross (axis ? &out->down[(before - 1) * out->nx + i]
                    : &out->right[(gsize) i * out->nx + before - 1],
               (TbBorder) m->borders[k], m->walls);
    }
}

static double *
take_places (const GArray *lines)
{
  double *at = g_new (double, lines->len + 1);
  for (guint i = 0; i < lines->len; i++)
    at[i] = g_array_index (lines, Line, i).at;
  return at;
}

static double *
take_dear (const GArray *lines)
{
  double *dear = g_new (double, lines->len + 1);
  for (guint i = 0; i < lines->len; i++)
    dear[i] = g_array_index (lines, Line, i).weak ? NARROW : 0;
  return dear;
}

void
tb_route_lines_make (TbRouteMap *map, const TbRouteLeg *leg, const TbRect *region, gboolean walls,
                     gboolean narrow, GArray *keep_x, GArray *keep_y, TbRouteLines *out)
{
  Maker m = { map, leg, region, walls, narrow, map->near_by, NULL,
              { map->lines[0], map->lines[1] } };
  g_array_set_size (m.near_by, 0);
  g_array_set_size (m.lines[0], 0);
  g_array_set_size (m.lines[1], 0);
  /* What stands outside keeps lines at the region's edge off, too. */
  TbRect seen = tb_route_region_seen (region);
  tb_route_grid_query (&map->grid, &seen, m.near_by);
  m.borders = g_new0 (guint8, m.near_by->len + 1);
  for (guint k = 0; k < m.near_by->len; k++)
    {
      const TbObstacle *o = &map->items[g_array_index (m.near_by, guint, k)];
      if (o->kind == TB_OBSTACLE_EDGE)
        m.borders[k] = (guint8) tb_route_border (leg, &o->home);
    }
  gather (&m);
  tidy (m.lines[0], keep_x);
  tidy (m.lines[1], keep_y);
  drop_lines (&m, 0);
  drop_lines (&m, 1);
  *out = (TbRouteLines){ take_places (m.lines[0]), take_places (m.lines[1]), m.lines[0]->len,
                         m.lines[1]->len, NULL, NULL, take_dear (m.lines[0]),
                         take_dear (m.lines[1]) };
  out->right = g_malloc0 (2 * (gsize) out->nx * out->ny + 1);
  out->down = out->right + (gsize) out->nx * out->ny;
  each_block (&m, 0, block_down, out);
  each_block (&m, 1, block_right, out);
  add_borders (&m, out);
  g_free (m.borders);
}

void
tb_route_lines_clear (TbRouteLines *lines)
{
  g_free (lines->xs);
  g_free (lines->ys);
  g_free (lines->right);
  g_free (lines->dear_x);
  g_free (lines->dear_y);
}
