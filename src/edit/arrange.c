/* Aligning, distributing, one size for several.
 *
 * The reference is the element that was added to the selection last by itself, as a click with Shift
 * does; where a band or a command selected them, the outermost (align) or the largest (size) counts.
 * Arranging drops nothing into a container: attributes stay, and containers follow their members. */
#include "editor-private.h"

#include <math.h>

TbUid
tb_editor_reference (TbEditor *editor)
{
  return editor->reference != 0 && editor->selection->len > 1
                 && tb_editor_is_selected (editor, editor->reference)
             ? editor->reference : 0;
}

/* ---- What is arranged ------------------------------------------------------------------------ */

/* Selected things that stand somewhere; what a selected container takes along is no thing of its
 * own. (transfer full) of TbFrameRect */
static GArray *
selected_things (TbEditor *editor)
{
  GArray *things = g_array_new (FALSE, FALSE, sizeof (TbFrameRect));
  g_autoptr (GArray) containers = g_array_new (FALSE, FALSE, sizeof (TbUid));
  g_autoptr (GHashTable) carried = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < editor->selection->len; i++)
    {
      TbFrameRect f = { .uid = g_array_index (editor->selection, TbUid, i) };
      if (!tb_editor_bounds (editor, f.uid, &f.kind, &f.rect) || f.kind == TB_ITEM_LINK
          || f.kind == TB_ITEM_MIDDLEWARE)
        continue;
      g_array_append_val (things, f);
      if (tb_editor_is_container (f.kind))
        g_array_append_val (containers, f.uid);
    }
  for (guint i = 0; i < containers->len; i++)
    {
      g_autoptr (GArray) along
          = tb_editor_moving_of (editor, &g_array_index (containers, TbUid, i), 1);
      for (guint k = 1; k < along->len; k++)
        g_hash_table_add (carried, GUINT_TO_POINTER (g_array_index (along, TbFrameRect, k).uid));
    }
  for (guint i = things->len; i-- > 0;)
    if (g_hash_table_contains (carried,
                               GUINT_TO_POINTER (g_array_index (things, TbFrameRect, i).uid)))
      g_array_remove_index (things, i);
  return things;
}

static const TbFrameRect *
thing (const GArray *things, guint i)
{
  return &g_array_index (things, TbFrameRect, i);
}

/* to: where each of things goes. With its members, each once. */
static void
move_things (TbEditor *editor, const char *label, const GArray *things, const TbRect *to)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  TbPlaces places;
  tb_document_begin (editor->document, label, NULL);
  tb_places_begin (&places, editor);
  tb_places_pin (&places);
  for (guint i = 0; i < things->len; i++)
    {
      const TbFrameRect *f = thing (things, i);
      double dx = to[i].x - f->rect.x, dy = to[i].y - f->rect.y;
      g_autoptr (GArray) along = tb_editor_moving_of (editor, &f->uid, 1);
      for (guint k = 0; k < along->len && (dx != 0 || dy != 0); k++)
        if (g_hash_table_add (seen, GUINT_TO_POINTER (thing (along, k)->uid)))
          tb_places_shift (&places, thing (along, k), dx, dy, along->len == 1);
    }
  tb_places_end (&places);
  tb_document_commit (editor->document);
}

/* ---- Aligning -------------------------------------------------------------------------------- */

typedef struct
{
  gboolean vertical; /* y changes, not x */
  double part;       /* 0 the first edge, 0.5 the middle, 1 the second */
  const char *label;
} Alignment;

static double
lo (const TbRect *r, gboolean vertical)
{
  return vertical ? r->y : r->x;
}

static double
size (const TbRect *r, gboolean vertical)
{
  return vertical ? r->height : r->width;
}

static double
place_of (const TbRect *r, const Alignment *a)
{
  return lo (r, a->vertical) + a->part * size (r, a->vertical);
}

static double
aligned_place (TbEditor *editor, const GArray *things, const Alignment *a)
{
  TbRect all = { 0 };
  for (guint i = 0; i < things->len; i++)
    {
      if (thing (things, i)->uid == tb_editor_reference (editor))
        return place_of (&thing (things, i)->rect, a);
      tb_rect_union (&all, &thing (things, i)->rect, &all);
    }
  return place_of (&all, a);
}

static void
align (TbEditor *editor, const Alignment *a)
{
  g_autoptr (GArray) things = selected_things (editor);
  g_autofree TbRect *to = g_new0 (TbRect, things->len + 1);
  double at = aligned_place (editor, things, a);
  for (guint i = 0; i < things->len; i++)
    {
      to[i] = thing (things, i)->rect;
      *(a->vertical ? &to[i].y : &to[i].x) += at - place_of (&to[i], a);
    }
  move_things (editor, a->label, things, to);
}

#define ALIGN(name, vertical, part, label)                                                         \
  static void run_align_##name (TbEditor *editor)                                                  \
  {                                                                                                \
    align (editor, &(Alignment){ vertical, part, label });                                         \
  }
ALIGN (left, FALSE, 0, "Align left")
ALIGN (centre, FALSE, 0.5, "Align centres")
ALIGN (right, FALSE, 1, "Align right")
ALIGN (top, TRUE, 0, "Align top")
ALIGN (middle, TRUE, 0.5, "Align middles")
ALIGN (bottom, TRUE, 1, "Align bottom")
#undef ALIGN

/* ---- Distributing ---------------------------------------------------------------------------- */

static int
by_middle (gconstpointer pa, gconstpointer pb, gpointer data)
{
  const GArray *things = ((const GArray **) data)[0];
  gboolean vertical = ((const gpointer *) data)[1] != NULL;
  const TbRect *a = &thing (things, *(const guint *) pa)->rect;
  const TbRect *b = &thing (things, *(const guint *) pb)->rect;
  double d = lo (a, vertical) + size (a, vertical) / 2 - lo (b, vertical) - size (b, vertical) / 2;
  return d < 0 ? -1 : d > 0 ? 1 : *(const guint *) pa < *(const guint *) pb ? -1 : 1;
}

/* The first and the last stay, the gaps between become equal; where there is no room for any, the
 * gaps are a grid step and the row grows beyond the last. */
static void
distribute (TbEditor *editor, gboolean vertical, const char *label)
{
  g_autoptr (GArray) things = selected_things (editor);
  guint n = things->len;
  g_autofree TbRect *to = g_new0 (TbRect, n + 1);
  g_autofree guint *order = g_new0 (guint, n + 1);
  gpointer key[2] = { things, GINT_TO_POINTER (vertical) };
  double filled = 0;
  if (n < 3)
    return;
  for (guint i = 0; i < n; i++)
    {
      order[i] = i;
      to[i] = thing (things, i)->rect;
      filled += size (&to[i], vertical);
    }
  g_qsort_with_data (order, (gint) n, sizeof (guint), by_middle, key);
  const TbRect *first = &to[order[0]], *last = &to[order[n - 1]];
  double span = lo (last, vertical) + size (last, vertical) - lo (first, vertical);
  double gap = (span - filled) / (n - 1), at = lo (first, vertical);
  if (gap < 0)
    gap = TB_GRID;
  for (guint i = 0; i < n; i++)
    {
      TbRect *r = &to[order[i]];
      *(vertical ? &r->y : &r->x) = at;
      at += size (r, vertical) + gap;
    }
  move_things (editor, label, things, to);
}

static void
run_distribute_across (TbEditor *editor)
{
  distribute (editor, FALSE, "Distribute horizontally");
}

static void
run_distribute_down (TbEditor *editor)
{
  distribute (editor, TRUE, "Distribute vertically");
}

/* ---- One size -------------------------------------------------------------------------------- */

static TbRect
size_to_take (TbEditor *editor, const GArray *things)
{
  TbRect largest = { 0 };
  for (guint i = 0; i < things->len; i++)
    {
      const TbFrameRect *f = thing (things, i);
      if (f->uid == tb_editor_reference (editor))
        return f->rect;
      largest.width = MAX (largest.width, f->rect.width);
      largest.height = MAX (largest.height, f->rect.height);
    }
  return largest;
}

static void
same_size (TbEditor *editor, gboolean width, gboolean height, const char *label)
{
  g_autoptr (GArray) things = selected_things (editor);
  TbRect like = size_to_take (editor, things);
  TbPlaces places;
  tb_document_begin (editor->document, label, NULL);
  tb_places_begin (&places, editor);
  tb_places_pin (&places);
  for (guint i = 0; i < things->len; i++)
    {
      const TbFrameRect *f = thing (things, i);
      TbRect to = f->rect;
      to.width = width ? like.width : to.width;
      to.height = height ? like.height : to.height;
      if (f->kind != TB_ITEM_LAYER && (to.width != f->rect.width || to.height != f->rect.height))
        tb_places_set (&places, f->uid, &to, TRUE);
    }
  tb_places_end (&places);
  tb_document_commit (editor->document);
}

static void
run_same_width (TbEditor *editor)
{
  same_size (editor, TRUE, FALSE, "Same width");
}

static void
run_same_height (TbEditor *editor)
{
  same_size (editor, FALSE, TRUE, "Same height");
}

static void
run_same_size (TbEditor *editor)
{
  same_size (editor, TRUE, TRUE, "Same size");
}

/* ---- The commands ---------------------------------------------------------------------------- */

static gboolean
enough (TbEditor *editor, guint least)
{
  guint n = 0;
  if (tb_editor_arranges_itself (editor))
    return FALSE;
  for (guint i = 0; i < editor->selection->len && n < least; i++)
    {
      TbItemKind kind;
      n += tb_editor_bounds (editor, g_array_index (editor->selection, TbUid, i), &kind, NULL)
           && kind != TB_ITEM_LINK && kind != TB_ITEM_MIDDLEWARE;
    }
  return n >= least;
}

static gboolean
two_or_more (TbEditor *editor)
{
  return enough (editor, 2);
}

static gboolean
three_or_more (TbEditor *editor)
{
  return enough (editor, 3);
}

#define WITH_THE_LAST " with the one selected last by a click, else with the outermost."
#define LIKE_THE_LAST " as the one selected last by a click, else as the largest."

static const TbCommandRow rows[] = {
  { "align-left", "Align Left", "<Control><Shift>l", "Align left edges" WITH_THE_LAST, two_or_more,
    run_align_left, "Arrange", TRUE,
    "two elements, in a view that does not lay itself out" },
  { "align-centre", "Align Centres", "<Control><Shift>c", "Align centres" WITH_THE_LAST,
    two_or_more, run_align_centre, "Arrange", TRUE,
    "two elements, in a view that does not lay itself out" },
  { "align-right", "Align Right", "<Control><Shift>r", "Align right edges" WITH_THE_LAST,
    two_or_more, run_align_right, "Arrange", TRUE,
    "two elements, in a view that does not lay itself out" },
  { "align-top", "Align Top", "<Control><Shift>t", "Align upper edges" WITH_THE_LAST, two_or_more,
    run_align_top, "Arrange", TRUE,
    "two elements, in a view that does not lay itself out" },
  { "align-middle", "Align Middles", "<Control><Shift>m", "Align middles" WITH_THE_LAST,
    two_or_more, run_align_middle, "Arrange", TRUE,
    "two elements, in a view that does not lay itself out" },
  { "align-bottom", "Align Bottom", "<Control><Shift>b", "Align lower edges" WITH_THE_LAST,
    two_or_more, run_align_bottom, "Arrange", TRUE,
    "two elements, in a view that does not lay itself out" },
  { "distribute-across", "Distribute Horizontally", "<Control><Shift>h",
    "Make the gaps equal from the leftmost to the rightmost.", three_or_more,
    run_distribute_across, "Arrange", TRUE,
    "three elements, in a view that does not lay itself out" },
  { "distribute-down", "Distribute Vertically", "<Control><Shift>j",
    "Make the gaps equal from the topmost to the lowest.", three_or_more, run_distribute_down,
    "Arrange", TRUE, "three elements, in a view that does not lay itself out" },
  { "same-width", "Same Width", NULL, "Make all as wide" LIKE_THE_LAST, two_or_more,
    run_same_width, "Arrange", TRUE,
    "two elements, in a view that does not lay itself out" },
  { "same-height", "Same Height", NULL, "Make all as high" LIKE_THE_LAST, two_or_more,
    run_same_height, "Arrange", TRUE,
    "two elements, in a view that does not lay itself out" },
  { "same-size", "Same Size", NULL, "Make all as wide and high" LIKE_THE_LAST, two_or_more,
    run_same_size, "Arrange", TRUE,
    "two elements, in a view that does not lay itself out" },
};

const TbCommandSet tb_commands_arrange = { rows, G_N_ELEMENTS (rows) };
