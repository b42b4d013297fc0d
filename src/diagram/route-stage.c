/* A stage of nudging: who shares a corridor with whom, and what of it a change touches.
 *
 * Two pieces share a corridor if they lie beside each other and the rooms in which they can be
 * moved meet. What is linked so is a group, placed on its own; pieces of different groups can never
 * come upon each other. So a change is: its pieces leave and come, their neighbours before and
 * after are the seeds, and the groups grown from those seeds are placed anew. */
#include "route-router-private.h"

#include <math.h>
#include <string.h>

#define END_REACH 20.0 /* an end gives way no farther */

static double
coordinate (TbPoint p, gboolean upright)
{
  return upright ? p.x : p.y;
}

void
tb_route_stage_init (TbRouteStage *stage, gboolean upright)
{
  *stage = (TbRouteStage){ .upright = upright,
                           .pieces = g_array_new (FALSE, FALSE, sizeof (TbPiece)),
                           .gone = g_array_new (FALSE, FALSE, sizeof (guint)),
                           .found = g_array_new (FALSE, FALSE, sizeof (guint)) };
  tb_route_grid_init (&stage->grid, 160);
}

void
tb_route_stage_clear (TbRouteStage *stage)
{
  for (guint i = 0; i < stage->pieces->len; i++)
    g_free (g_array_index (stage->pieces, TbPiece, i).beside);
  g_array_unref (stage->pieces);
  g_array_unref (stage->gone);
  g_array_unref (stage->found);
  tb_route_grid_clear (&stage->grid);
}

static TbPiece *
get_piece (const TbRouteStage *stage, guint id)
{
  return &g_array_index (stage->pieces, TbPiece, id);
}

/* ---- Pieces ---------------------------------------------------------------------------------- */

static int
turn_at (const TbPoint *points, guint n, guint at, guint next, gboolean upright)
{
  if (next >= n)
    return 0;
  double d = coordinate (points[next], upright) - coordinate (points[at], upright);
  return d < 0 ? -1 : d > 0;
}

static gboolean
is_pinned (const TbPath *path, guint i)
{
  return i < 64 && path->pins >> i & 1;
}

static void
find_room (TbRouter *router, const TbRouteWay *way, guint stage, TbPiece *p)
{
  const TbPath *raw = &way->raw;
  const TbPoint *points = way->made[stage];
  gboolean first = p->index == 0, last = p->index + 2 == raw->n;
  gboolean upright = router->stages[stage].upright;
  double reach = p->end ? END_REACH : p->middle ? TB_ROUTE_REACH : 0;
  p->low = p->least = p->at - reach;
  p->high = p->most = p->at + reach;
  if (reach == 0)
    return;
  for (guint k = 0; k < 2; k++)
    if (k == 0 ? first : last)
      {
        const TbRect *r = k == 0 ? &way->leg.from.rect : &way->leg.to.rect;
        double start = upright ? r->x : r->y, length = upright ? r->width : r->height;
        p->low = p->least = MIN (p->at, MAX (p->low, start + TB_ROUTE_CORNER));
        p->high = p->most = MAX (p->at, MIN (p->high, start + length - TB_ROUTE_CORNER));
      }
  /* A piece without length keeps clear as one of its direction. */
  TbPoint a = points[p->index], b = points[p->index + 1];
  guint but = first ? way->leg.from.id : TB_ROUTE_NONE;
  guint but2 = last ? way->leg.to.id : TB_ROUTE_NONE;
  tb_route_map_room (&router->map, &way->leg, a, b, but, but2, upright, 1, &p->low, &p->high);
  tb_route_map_room (&router->map, &way->leg, a, b, but, but2, upright, TB_ROUTE_SQUEEZE,
                     &p->least, &p->most);
}

static void
make_piece (TbRouter *router, const TbRouteWay *way, guint slot, guint stage, guint i, TbPiece *out)
{
  gboolean upright = router->stages[stage].upright;
  const TbPath *raw = &way->raw;
  const TbPoint *points = way->made[stage];
  double from = coordinate (points[i], !upright), to = coordinate (points[i + 1], !upright);
  gboolean forward = from <= to, end = i == 0 || i + 2 == raw->n;
  gboolean glued = (i == 0 && way->spec.from_at >= 0) || (i + 2 == raw->n && way->spec.to_at >= 0);
  gboolean free = !raw->fixed && !raw->through_shape && !is_pinned (raw, i)
                  && !is_pinned (raw, i + 1);
  int t0 = turn_at (points, raw->n, i, i == 0 ? G_MAXUINT : i - 1, upright);
  int t1 = turn_at (points, raw->n, i + 1, i + 2, upright);
  *out = (TbPiece){ .way = slot,
                    .index = i,
                    .at = coordinate (points[i], upright),
                    .placed = coordinate (points[i], upright),
                    .from = MIN (from, to),
                    .to = MAX (from, to),
                    .turn_from = forward ? t0 : t1,
                    .turn_to = forward ? t1 : t0,
                    .middle = free && !end,
                    .end = free && end && !glued };
  find_room (router, way, stage, out);
}

/* As the raw path has it: a piece that nudging made short keeps its direction. */
static gboolean
runs (const TbPath *raw, guint i, gboolean upright)
{
  TbPoint a = raw->points[i], b = raw->points[i + 1];
  return upright ? a.x == b.x && a.y != b.y : a.y == b.y && a.x != b.x;
}

static TbRect
room_rect (const TbPiece *p, gboolean upright, double grow)
{
  double low = p->low - grow, width = p->high - p->low + 2 * grow;
  double from = p->from - 4, length = p->to - p->from + 8;
  return upright ? (TbRect){ low, from, width, length } : (TbRect){ from, low, length, width };
}

static guint
take_id (TbRouteStage *stage, const TbPiece *piece)
{
  guint id = stage->pieces->len;
  if (stage->gone->len > 0)
    {
      id = g_array_index (stage->gone, guint, stage->gone->len - 1);
      g_array_set_size (stage->gone, stage->gone->len - 1);
      *get_piece (stage, id) = *piece;
    }
  else
    g_array_append_vals (stage->pieces, piece, 1);
  return id;
}

gboolean
tb_route_shared_port (const TbRouter *router, const TbPiece *a, const TbPiece *b)
{
  const TbRouteWay *x = TB_ROUTE_WAY (router, a->way), *y = TB_ROUTE_WAY (router, b->way);
  for (guint i = 0; i < 2; i++)
    for (guint j = 0; j < 2; j++)
      {
        const char *p = i ? x->spec.to_port : x->spec.from_port;
        const char *q = j ? y->spec.to_port : y->spec.from_port;
        gboolean ends = (i ? a->index + 2 == x->raw.n : a->index == 0)
                        && (j ? b->index + 2 == y->raw.n : b->index == 0);
        if (ends && p != NULL && q != NULL && *p != '\0' && strcmp (p, q) == 0
            && (i ? x->to_shape : x->from_shape) == (j ? y->to_shape : y->from_shape)
            && (i ? x->raw.to_side : x->raw.from_side) == (j ? y->raw.to_side : y->raw.from_side))
          return TRUE;
      }
  return FALSE;
}

static gboolean
shares_corridor (const TbRouter *router, const TbPiece *a, const TbPiece *b)
{
  return a->way != b->way && a->from < b->to + 4 && b->from < a->to + 4
         && a->low < b->high + TB_ROUTE_APART && b->low < a->high + TB_ROUTE_APART
         && !((TB_ROUTE_WAY (router, a->way)->ported && TB_ROUTE_WAY (router, b->way)->ported)
              && tb_route_shared_port (router, a, b));
}

/* ---- Beside each other ----------------------------------------------------------------------- */

static void
list_beside (TbPiece *p, guint id)
{
  if (p->n_beside == p->beside_size)
    {
      p->beside_size = MAX (8, 2 * p->beside_size);
      p->beside = g_renew (guint, p->beside, p->beside_size);
    }
  p->beside[p->n_beside++] = id;
}

static void
unlist_beside (TbPiece *p, guint id)
{
  guint i = 0;
  while (p->beside[i] != id)
    i++;
  p->beside[i] = p->beside[--p->n_beside];
}

static void
enter (TbRouter *router, TbRouteStage *stage, guint id)
{
  TbPiece *p = get_piece (stage, id);
  TbRect own = room_rect (p, stage->upright, 0), r = room_rect (p, stage->upright, TB_ROUTE_APART);
  g_array_set_size (stage->found, 0);
  tb_route_grid_query (&stage->grid, &r, stage->found);
  tb_route_grid_add (&stage->grid, id, &own);
  for (guint i = 0; i < stage->found->len; i++)
    {
      guint other = g_array_index (stage->found, guint, i);
      if (!shares_corridor (router, p, get_piece (stage, other)))
        continue;
      list_beside (p, other);
      list_beside (get_piece (stage, other), id);
    }
}

/* Those it leaves are appended to seeds. */
static void
leave (TbRouteStage *stage, guint id, GArray *seeds)
{
  TbPiece *p = get_piece (stage, id);
  tb_route_grid_remove (&stage->grid, id);
  for (guint i = 0; i < p->n_beside; i++)
    unlist_beside (get_piece (stage, p->beside[i]), id);
  g_array_append_vals (seeds, p->beside, p->n_beside);
  p->n_beside = 0;
}

/* ---- Coming and going ------------------------------------------------------------------------ */

void
tb_route_stage_take_out (TbRouter *router, guint number, TbRouteWay *way, GArray *seeds)
{
  TbRouteStage *stage = &router->stages[number];
  for (guint i = 0; i < way->n_pieces[number]; i++)
    {
      guint id = way->pieces[number][i];
      TbPiece *p = get_piece (stage, id);
      leave (stage, id, seeds);
      g_clear_pointer (&p->beside, g_free);
      p->beside_size = 0;
      p->way = TB_ROUTE_NONE;
      g_array_append_val (stage->gone, id);
    }
  g_clear_pointer (&way->pieces[number], g_free);
  way->n_pieces[number] = 0;
}

static void
bring_in (TbRouter *router, guint number, guint slot, GArray *seeds)
{
  TbRouteStage *stage = &router->stages[number];
  TbRouteWay *way = TB_ROUTE_WAY (router, slot);
  way->pieces[number] = g_new (guint, way->raw.n);
  for (guint i = 0; i + 1 < way->raw.n; i++)
    if (runs (&way->raw, i, stage->upright))
      {
        TbPiece piece;
        make_piece (router, way, slot, number, i, &piece);
        guint id = take_id (stage, &piece);
        enter (router, stage, id);
        way->pieces[number][way->n_pieces[number]++] = id;
        g_array_append_val (seeds, id);
      }
}

/* A piece near a changed obstacle may have another room than before. */
static void
look_again (TbRouter *router, guint number, guint id, GArray *seeds)
{
  TbRouteStage *stage = &router->stages[number];
  TbPiece *p = get_piece (stage, id);
  TbPiece old = *p;
  find_room (router, TB_ROUTE_WAY (router, p->way), number, p);
  if (p->low == old.low && p->high == old.high && p->least == old.least && p->most == old.most)
    return;
  leave (stage, id, seeds);
  enter (router, stage, id);
  g_array_append_val (seeds, id);
}

static void
look_round_obstacles (TbRouter *router, guint number, GArray *seeds)
{
  TbRouteStage *stage = &router->stages[number];
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < router->changed_rects->len; i++)
    {
      TbRect r = g_array_index (router->changed_rects, TbRect, i);
      double grow = TB_ROUTE_REACH + TB_ROUTE_CLEAR + 1;
      r = (TbRect){ r.x - grow, r.y - grow, r.width + 2 * grow, r.height + 2 * grow };
      g_array_set_size (ids, 0);
      tb_route_grid_query (&stage->grid, &r, ids);
      for (guint k = 0; k < ids->len; k++)
        {
          guint id = g_array_index (ids, guint, k);
          if (TB_ROUTE_WAY (router, get_piece (stage, id)->way)->mark != router->turn)
            look_again (router, number, id, seeds);
        }
    }
}

/* ---- Groups ---------------------------------------------------------------------------------- */

typedef struct
{
  TbRouter *router;
  TbRouteStage *stage;
  GArray *ids;  /* of guint: the group, as it is found */
  guint beside; /* how many they list in all */
  GArray *ways; /* of guint: slots placed anew */
} Flood;

static void
grow_group (Flood *f, guint seed)
{
  guint turn = f->stage->turn;
  f->beside = 0;
  g_array_set_size (f->ids, 0);
  g_array_append_val (f->ids, seed);
  get_piece (f->stage, seed)->seen = turn;
  for (guint i = 0; i < f->ids->len; i++)
    {
      const TbPiece *p = get_piece (f->stage, g_array_index (f->ids, guint, i));
      f->beside += p->n_beside;
      for (guint k = 0; k < p->n_beside; k++)
        {
          TbPiece *q = get_piece (f->stage, p->beside[k]);
          if (q->seen != turn)
            g_array_append_val (f->ids, p->beside[k]);
          q->seen = turn;
        }
    }
}

typedef struct
{
  TbPiece *piece;
  guint key; /* its way's */
} Member;

static int
by_at (gconstpointer pa, gconstpointer pb)
{
  const Member *a = pa, *b = pb;
  if (a->piece->at != b->piece->at)
    return a->piece->at < b->piece->at ? -1 : 1;
  if (a->key != b->key)
    return a->key < b->key ? -1 : 1;
  return a->piece->index < b->piece->index ? -1 : a->piece->index > b->piece->index;
}

/* Sorted, so that nothing depends on how the group was found. */
static void
place_group (Flood *f)
{
  guint n = f->ids->len, m = 0;
  g_autofree Member *members = g_new (Member, n);
  g_autofree TbPiece **pieces = g_new (TbPiece *, n);
  g_autofree guint *first = g_new (guint, n + 1);
  g_autofree guint *beside = g_new (guint, f->beside + 1);
  for (guint i = 0; i < n; i++)
    {
      TbPiece *p = get_piece (f->stage, g_array_index (f->ids, guint, i));
      members[i] = (Member){ p, TB_ROUTE_WAY (f->router, p->way)->key };
    }
  qsort (members, n, sizeof *members, by_at);
  for (guint i = 0; i < n; i++)
    {
      pieces[i] = members[i].piece;
      pieces[i]->mark = i;
    }
  for (guint i = 0; i < n; i++)
    {
      first[i] = m;
      for (guint k = 0; k < pieces[i]->n_beside; k++)
        beside[m++] = get_piece (f->stage, pieces[i]->beside[k])->mark;
    }
  first[n] = m;
  gboolean again = f->stage - f->router->stages >= TB_ROUTE_STAGES / 2;
  TbNudgeGroup group = { pieces, n, first, beside, again };
  tb_route_nudge_group (&group);
}

static void
note_ways (Flood *f)
{
  for (guint i = 0; i < f->ids->len; i++)
    {
      TbPiece *p = get_piece (f->stage, g_array_index (f->ids, guint, i));
      TbRouteWay *way = TB_ROUTE_WAY (f->router, p->way);
      if (way->mark != f->router->turn)
        g_array_append_val (f->ways, p->way);
      way->mark = f->router->turn;
    }
}

static void
place_groups (Flood *f, const GArray *seeds)
{
  f->stage->turn++;
  for (guint i = 0; i < seeds->len; i++)
    {
      guint id = g_array_index (seeds, guint, i);
      TbPiece *p = get_piece (f->stage, id);
      if (p->way == TB_ROUTE_NONE || p->seen == f->stage->turn)
        continue;
      grow_group (f, id);
      for (guint k = 0; k < f->ids->len; k++)
        {
          TbPiece *q = get_piece (f->stage, g_array_index (f->ids, guint, k));
          q->placed = q->at;
        }
      if (f->ids->len > 1)
        place_group (f);
      note_ways (f);
    }
}

/* ---- The stage ------------------------------------------------------------------------------- */

/* TRUE: other than before. */
static gboolean
make_output (TbRouter *router, guint number, TbRouteWay *way)
{
  TbRouteStage *stage = &router->stages[number];
  TbPoint *points = g_memdup2 (way->made[number], way->raw.n * sizeof (TbPoint));
  for (guint i = 0; i < way->n_pieces[number]; i++)
    {
      const TbPiece *p = get_piece (stage, way->pieces[number][i]);
      for (guint k = 0; k < 2 && p->placed != p->at; k++)
        *(stage->upright ? &points[p->index + k].x : &points[p->index + k].y) = p->placed;
    }
  TbPoint *old = way->made[number + 1];
  gboolean changed = way->dirty || old == NULL
                     || memcmp (points, old, way->raw.n * sizeof (TbPoint)) != 0;
  g_free (old);
  way->made[number + 1] = points;
  return changed;
}

void
tb_route_stage_run (TbRouter *router, guint number, GArray *dirty)
{
  TbRouteStage *stage = &router->stages[number];
  g_autoptr (GArray) seeds = g_array_new (FALSE, FALSE, sizeof (guint));
  Flood f = { router, stage, g_array_new (FALSE, FALSE, sizeof (guint)), 0,
              g_array_new (FALSE, FALSE, sizeof (guint)) };
  router->turn++;
  for (guint i = 0; i < router->removed->len; i++)
    tb_route_stage_take_out (router, number,
                             TB_ROUTE_WAY (router, g_array_index (router->removed, guint, i)),
                             seeds);
  for (guint i = 0; i < dirty->len; i++)
    tb_route_stage_take_out (router, number,
                             TB_ROUTE_WAY (router, g_array_index (dirty, guint, i)), seeds);
  for (guint i = 0; i < dirty->len; i++)
    {
      guint slot = g_array_index (dirty, guint, i);
      bring_in (router, number, slot, seeds);
      TB_ROUTE_WAY (router, slot)->mark = router->turn;
      g_array_append_val (f.ways, slot);
    }
  look_round_obstacles (router, number, seeds);
  place_groups (&f, seeds);
  g_array_set_size (dirty, 0);
  for (guint i = 0; i < f.ways->len; i++)
    {
      guint slot = g_array_index (f.ways, guint, i);
      if (make_output (router, number, TB_ROUTE_WAY (router, slot)))
        g_array_append_val (dirty, slot);
    }
  g_array_unref (f.ids);
  g_array_unref (f.ways);
}
