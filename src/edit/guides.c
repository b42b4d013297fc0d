/* Smart guides: where a rectangle would be aligned with others, and the lines that say so. Each way
 * is worked out for itself; the vertical one is the horizontal one with x and y exchanged.
 *
 * Invariants:
 *   1. No edge moves by more than reach.
 *   2. A guide is appended only for what holds where the rectangle stands now, snapped to or not. */
#include "editor-private.h"

#include <math.h>

#define SAME 0.05      /* closer than this is the same place */
#define NEAR 900.0     /* world units: farther things are not what is meant */
#define NEAR_PX 700.0  /* nor those as good as out of sight */
#define TARGETS_MAX 400

typedef enum
{
  WAY_X,
  WAY_Y
} Way;

typedef struct
{
  double lo, hi;
} Span;

static Span
span_of (const TbRect *r, Way way)
{
  return way == WAY_X ? (Span){ r->x, r->x + r->width } : (Span){ r->y, r->y + r->height };
}

static double
middle (Span s)
{
  return (s.lo + s.hi) / 2;
}

static gboolean
overlap (Span a, Span b)
{
  return a.lo < b.hi - SAME && b.lo < a.hi - SAME;
}

static TbPoint
point (Way way, double along, double across)
{
  return way == WAY_X ? (TbPoint){ along, across } : (TbPoint){ across, along };
}

static void
append (GArray *guides, TbGuideKind kind, TbPoint from, TbPoint to)
{
  TbGuide guide = { kind, from, to };
  g_array_append_val (guides, guide);
}

/* ---- The nearest of several wishes ----------------------------------------------------------- */

typedef struct
{
  double reach, delta;
  gboolean found;
} Wish;

static void
wish_for (Wish *wish, double delta)
{
  if (fabs (delta) <= wish->reach && (!wish->found || fabs (delta) < fabs (wish->delta) - 1e-9))
    {
      wish->delta = delta;
      wish->found = TRUE;
    }
}

/* ---- Things in a row ------------------------------------------------------------------------- */

/* What lies beside the rectangle the other way, in order. */
typedef struct
{
  Span along, across;
} Mate;

static int
by_place (gconstpointer a, gconstpointer b)
{
  double d = ((const Mate *) a)->along.lo - ((const Mate *) b)->along.lo;
  return d < 0 ? -1 : d > 0;
}

static GArray *
row_mates (const TbGuideTarget *others, guint n, const TbRect *rect, Way way)
{
  GArray *row = g_array_new (FALSE, FALSE, sizeof (Mate));
  Span across = span_of (rect, !way);
  for (guint i = 0; i < n; i++)
    {
      Mate mate = { span_of (&others[i].rect, way), span_of (&others[i].rect, !way) };
      if (others[i].spaced && overlap (mate.across, across))
        g_array_append_val (row, mate);
    }
  g_array_sort (row, by_place);
  return row;
}

static double
gap_between (const Mate *a, const Mate *b)
{
  return b->along.lo - a->along.hi;
}

/* Beyond either of two neighbours as far as they are apart, or half-way between them. */
static void
wish_for_gaps (Wish *wish, const GArray *row, Span s)
{
  double size = s.hi - s.lo;
  for (guint i = 0; i + 1 < row->len; i++)
    {
      const Mate *a = &g_array_index (row, Mate, i), *b = &g_array_index (row, Mate, i + 1);
      double gap = gap_between (a, b);
      if (gap <= SAME)
        continue;
      wish_for (wish, b->along.hi + gap - s.lo);
      wish_for (wish, a->along.lo - gap - s.hi);
      if (gap > size)
        wish_for (wish, a->along.hi + (gap - size) / 2 - s.lo);
    }
}

static void
gap_guide (GArray *guides, const Mate *a, const Mate *b, Way way)
{
  double lo = MAX (a->across.lo, b->across.lo), hi = MIN (a->across.hi, b->across.hi);
  double across = lo < hi ? (lo + hi) / 2 : middle (a->across);
  append (guides, TB_GUIDE_GAP, point (way, a->along.hi, across), point (way, b->along.lo, across));
}

/* The gap on one side of the rectangle, and every other gap of the row that is as wide. */
static gboolean
equal_gaps (GArray *guides, const GArray *row, const Mate *from, const Mate *to, Way way)
{
  double gap = gap_between (from, to);
  gboolean any = FALSE;
  for (guint i = 0; i + 1 < row->len && gap > SAME; i++)
    {
      const Mate *a = &g_array_index (row, Mate, i), *b = &g_array_index (row, Mate, i + 1);
      if (fabs (gap_between (a, b) - gap) > SAME || !(b->along.hi <= from->along.lo + SAME
                                                      || b == from || a == to
                                                      || a->along.lo >= to->along.hi - SAME))
        continue;
      gap_guide (guides, a, b, way);
      any = TRUE;
    }
  return any;
}

static void
gap_guides (GArray *guides, const GArray *row, const TbRect *rect, Way way)
{
  Mate self = { span_of (rect, way), span_of (rect, !way) };
  const Mate *before = NULL, *after = NULL;
  for (guint i = 0; i < row->len; i++)
    {
      const Mate *mate = &g_array_index (row, Mate, i);
      if (mate->along.hi <= self.along.lo + SAME
          && (before == NULL || mate->along.hi > before->along.hi))
        before = mate;
      if (mate->along.lo >= self.along.hi - SAME && after == NULL)
        after = mate;
    }
  gboolean held = before && after && gap_between (before, &self) > SAME
                  && fabs (gap_between (before, &self) - gap_between (&self, after)) <= SAME;
  if ((before && equal_gaps (guides, row, before, &self, way)) || held)
    gap_guide (guides, before, &self, way);
  if ((after && equal_gaps (guides, row, &self, after, way)) || held)
    gap_guide (guides, &self, after, way);
}

/* ---- Edges and middles ----------------------------------------------------------------------- */

static void
wish_for_lines (Wish *wish, const TbGuideTarget *others, guint n, Span s, Way way)
{
  for (guint i = 0; i < n; i++)
    {
      Span o = span_of (&others[i].rect, way);
      wish_for (wish, o.lo - s.lo);
      wish_for (wish, o.hi - s.hi);
      wish_for (wish, o.hi - s.lo);
      wish_for (wish, o.lo - s.hi);
      wish_for (wish, middle (o) - middle (s));
    }
}

static gboolean
line_guide (GArray *guides, TbGuideKind kind, const TbGuideTarget *others, guint n,
            const TbRect *rect, double at, Way way)
{
  Span reach = span_of (rect, !way);
  gboolean any = FALSE;
  for (guint i = 0; i < n; i++)
    {
      Span o = span_of (&others[i].rect, way), across = span_of (&others[i].rect, !way);
      gboolean on = kind == TB_GUIDE_CENTRE ? fabs (middle (o) - at) <= SAME
                                            : fabs (o.lo - at) <= SAME || fabs (o.hi - at) <= SAME;
      if (!on)
        continue;
      reach.lo = MIN (reach.lo, across.lo);
      reach.hi = MAX (reach.hi, across.hi);
      any = TRUE;
    }
  if (any)
    append (guides, kind, point (way, at, reach.lo), point (way, at, reach.hi));
  return any;
}

static void
lines_at (GArray *guides, const TbGuideTarget *others, guint n, const TbRect *rect, Way way)
{
  Span s = span_of (rect, way);
  gboolean first = line_guide (guides, TB_GUIDE_EDGE, others, n, rect, s.lo, way);
  gboolean second = line_guide (guides, TB_GUIDE_EDGE, others, n, rect, s.hi, way);
  /* Where both edges hold, the middle says nothing more. */
  if (!first || !second)
    line_guide (guides, TB_GUIDE_CENTRE, others, n, rect, middle (s), way);
}

/* ---- Moving ---------------------------------------------------------------------------------- */

static gboolean
move_one_way (const TbGuideTarget *others, guint n, double reach, TbRect *rect, Way way)
{
  Wish wish = { .reach = reach };
  Span s = span_of (rect, way);
  g_autoptr (GArray) row = row_mates (others, n, rect, way);
  wish_for_lines (&wish, others, n, s, way);
  wish_for_gaps (&wish, row, s);
  g_assert (fabs (wish.delta) <= reach);
  *(way == WAY_X ? &rect->x : &rect->y) += wish.delta;
  return wish.found;
}

guint
tb_guides_move (const TbGuideTarget *others, guint n, double reach, TbRect *rect, GArray *guides)
{
  guint snapped = 0;
  if (move_one_way (others, n, reach, rect, WAY_X))
    snapped |= TB_SNAPPED_X;
  if (move_one_way (others, n, reach, rect, WAY_Y))
    snapped |= TB_SNAPPED_Y;
  /* Only now: the one way decides who is in a row with it the other way. */
  for (Way way = WAY_X; guides != NULL && way <= WAY_Y; way++)
    {
      g_autoptr (GArray) row = row_mates (others, n, rect, way);
      lines_at (guides, others, n, rect, way);
      gap_guides (guides, row, rect, way);
    }
  return snapped;
}

/* ---- Resizing -------------------------------------------------------------------------------- */

static gboolean
resize_one_way (const TbGuideTarget *others, guint n, double reach, gboolean first, TbRect *rect,
                Way way)
{
  Wish wish = { .reach = reach };
  Span s = span_of (rect, way);
  double edge = first ? s.lo : s.hi;
  for (guint i = 0; i < n; i++)
    {
      Span o = span_of (&others[i].rect, way);
      double size = o.hi - o.lo;
      wish_for (&wish, o.lo - edge);
      wish_for (&wish, o.hi - edge);
      wish_for (&wish, first ? s.hi - size - edge : s.lo + size - edge);
    }
  if (first)
    s.lo += wish.delta;
  else
    s.hi += wish.delta;
  if (s.hi - s.lo < 1)
    return FALSE;
  *(way == WAY_X ? &rect->x : &rect->y) = s.lo;
  *(way == WAY_X ? &rect->width : &rect->height) = s.hi - s.lo;
  return wish.found;
}

static void
size_guides (GArray *guides, const TbGuideTarget *others, guint n, const TbRect *rect, Way way)
{
  Span s = span_of (rect, way);
  guint found = 0;
  for (guint i = 0; i < n && found < 4; i++)
    {
      Span o = span_of (&others[i].rect, way), across = span_of (&others[i].rect, !way);
      if (fabs ((o.hi - o.lo) - (s.hi - s.lo)) > SAME)
        continue;
      append (guides, TB_GUIDE_SIZE, point (way, o.lo, across.hi), point (way, o.hi, across.hi));
      found++;
    }
  if (found > 0)
    append (guides, TB_GUIDE_SIZE, point (way, s.lo, span_of (rect, !way).hi),
            point (way, s.hi, span_of (rect, !way).hi));
}

guint
tb_guides_resize (const TbGuideTarget *others, guint n, double reach, double fx, double fy,
                  TbRect *rect, GArray *guides)
{
  const double at[2] = { fx, fy };
  guint snapped = 0;
  for (Way way = WAY_X; way <= WAY_Y; way++)
    if ((at[way] == 0 || at[way] == 1)
        && resize_one_way (others, n, reach, at[way] == 0, rect, way))
      snapped |= way == WAY_X ? TB_SNAPPED_X : TB_SNAPPED_Y;
  for (Way way = WAY_X; guides != NULL && way <= WAY_Y; way++)
    if (at[way] == 0 || at[way] == 1)
      {
        Span s = span_of (rect, way);
        line_guide (guides, TB_GUIDE_EDGE, others, n, rect, at[way] == 0 ? s.lo : s.hi, way);
        size_guides (guides, others, n, rect, way);
      }
  return snapped;
}

/* ---- What is near ---------------------------------------------------------------------------- */

static gboolean
moves_along (TbEditor *editor, TbUid uid)
{
  guint n;
  const TbUid *uids = tb_editor_moving (editor, &n);
  for (guint i = 0; i < n; i++)
    if (uids[i] == uid)
      return TRUE;
  return uid == editor->tool.pressed;
}

/* The preview stretches containers with what is dragged in them: those count as they were before. */
static void
add_frames (TbEditor *editor, const TbRect *near, gboolean spaced, GArray *targets)
{
  GArray *frames = editor->tool.frames;
  for (guint i = 0; frames != NULL && i < frames->len && targets->len < TARGETS_MAX; i++)
    {
      const TbFrameRect *f = &g_array_index (frames, TbFrameRect, i);
      TbGuideTarget target = { f->rect, spaced };
      if (f->kind != TB_ITEM_LAYER && tb_rect_intersects (&f->rect, near)
          && !moves_along (editor, f->uid))
        g_array_append_val (targets, target);
    }
}

GArray *
tb_editor_guide_targets (TbEditor *editor, const TbRect *rect)
{
  TbTool *tool = &editor->tool;
  double by = MIN (NEAR, NEAR_PX / tool->scale);
  TbRect near = { rect->x - by, rect->y - by, rect->width + 2 * by, rect->height + 2 * by };
  TbItemKind pressed = TB_ITEM_NOTE;
  GArray *targets = g_array_new (FALSE, FALSE, sizeof (TbGuideTarget));
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));

  tb_editor_bounds (editor, tool->pressed, &pressed, NULL);
  gboolean container = tb_editor_is_container (pressed);
  add_frames (editor, &near, container, targets);
  tb_scene_query (editor->scene, &near, FALSE, uids);
  for (guint i = 0; i < uids->len && targets->len < TARGETS_MAX; i++)
    {
      TbItemKind kind;
      TbUid uid = g_array_index (uids, TbUid, i);
      TbGuideTarget target = { .spaced = !container };
      if (tb_editor_bounds (editor, uid, &kind, &target.rect)
          && (kind == TB_ITEM_COMPONENT || kind == TB_ITEM_NOTE) && !moves_along (editor, uid))
        g_array_append_val (targets, target);
    }
  return targets;
}

const TbGuide *
tb_editor_guides (TbEditor *editor, guint *n)
{
  GArray *guides = editor->tool.guides;
  *n = guides ? guides->len : 0;
  return guides && guides->len > 0 ? (const TbGuide *) (gpointer) guides->data : NULL;
}
