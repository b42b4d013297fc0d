/* The picture of what differs. Under it lies one scene of both states (tb_model_with_removed), so
 * that what is gone is routed and drawn as the rest; over it lie marks:
 *
 *   new       green outline, a plus        changed   amber outline, a tilde
 *   gone      washed out, red and dashed, a minus
 *   moved     an arrow from its old outline, blue and dashed
 *
 * and below it a legend of those that occur, with how many. */
#include "tb-diff-picture.h"

#include <math.h>
#include <string.h>

#include "export-private.h"
#include "marks-private.h"
#include "tb-diff.h"

#define OUTSIDE 4.0       /* an outline lies so far around its element */
#define STACK 10.0
#define BADGE 18.0
#define LEGEND_HEIGHT 34.0
#define LEGEND_GAP 22.0
#define HEAD_LENGTH 10.0
#define HEAD_HALF 5.0

typedef enum
{
  STATE_SAME,
  STATE_CHANGED,
  STATE_ADDED,
  STATE_REMOVED,
  N_STATES
} State;

static const struct
{
  TbColourId colour;
  const char *sign, *word;
} states[] = {
  [STATE_CHANGED] = { TB_COLOUR_WARN, "~", "changed" },
  [STATE_ADDED] = { TB_COLOUR_GOOD, "+", "new" },
  [STATE_REMOVED] = { TB_COLOUR_BAD, "−", "removed" },
};

typedef struct
{
  const TbModel *a, *b, *both;
  const TbScene *scene;
  TbUid view;         /* shown, in both */
  TbThemeId theme;
  GHashTable *states; /* uid of both → State */
  GHashTable *moved;  /* uid of both → TbDiff of its place */
  GArray *marks;
} Drawing;

static TbColour
colour (const Drawing *drawing, TbColourId id, double alpha)
{
  TbColour c = tb_theme_colour (drawing->theme, id);
  c.a = alpha;
  return c;
}

/* ---- What there is to tell --------------------------------------------------------------------- */

/* Its like in the model of both; what is gone is there under its id. */
static TbUid
uid_in_both (const Drawing *drawing, const TbDiff *diff)
{
  if (diff->owner_b != 0)
    return diff->owner_b;
  const TbElement *owner = tb_model_get (drawing->a, diff->owner_a);
  const TbElement *like
    = owner != NULL ? tb_model_lookup (drawing->both, tb_element_id (owner)) : NULL;
  return like != NULL ? tb_element_uid (like) : 0;
}

static void
note_state (Drawing *drawing, TbUid uid, State state)
{
  gpointer key = GUINT_TO_POINTER (uid);
  State before = (State) GPOINTER_TO_UINT (g_hash_table_lookup (drawing->states, key));
  if (uid != 0 && state > before)
    g_hash_table_insert (drawing->states, key, GUINT_TO_POINTER (state));
}

/* A part that is new or gone changes what it is part of; so does a device its tier. */
static State
state_of (const TbDiff *diff)
{
  gboolean whole = diff->op == TB_DIFF_ADDED ? diff->owner_b == diff->b : diff->owner_a == diff->a;
  if (!whole || (diff->op != TB_DIFF_ADDED && diff->op != TB_DIFF_REMOVED))
    return STATE_CHANGED;
  return diff->op == TB_DIFF_ADDED ? STATE_ADDED : STATE_REMOVED;
}

static void
note_diff (Drawing *drawing, const TbDiff *diff)
{
  TbUid uid = uid_in_both (drawing, diff);
  if (diff->layout)
    {
      if (diff->op == TB_DIFF_PLACED && diff->view == drawing->view)
        g_hash_table_insert (drawing->moved, GUINT_TO_POINTER (uid), (gpointer) diff);
      return;
    }
  if (diff->op == TB_DIFF_REMARKED)
    return;
  note_state (drawing, uid, state_of (diff));
  const TbElement *element = tb_model_get (drawing->both, uid);
  if (element != NULL && tb_element_kind (element) == TB_KIND_DEVICE)
    note_state (drawing, tb_element_uid (tb_element_parent (element)), STATE_CHANGED);
}

/* ---- Marks ------------------------------------------------------------------------------------- */

static TbMark *
add_mark (Drawing *drawing, TbMarkShape shape, TbRect rect)
{
  TbMark mark = { .shape = shape, .rect = rect };
  g_array_append_val (drawing->marks, mark);
  return &g_array_index (drawing->marks, TbMark, drawing->marks->len - 1);
}

static void
add_text (Drawing *drawing, const char *text, double x, double baseline, TbColour ink,
          gboolean bold)
{
  TbMark *mark = add_mark (drawing, TB_MARK_TEXT, (TbRect){ x, baseline - 12, 0, 12 });
  mark->text = g_strdup (text);
  mark->fill = ink;
  mark->bold = bold;
}

static void
add_badge (Drawing *drawing, State state, double x, double y)
{
  TbMark *dot = add_mark (drawing, TB_MARK_DOT, (TbRect){ x - BADGE / 2, y - BADGE / 2, BADGE, BADGE });
  dot->fill = colour (drawing, states[state].colour, 1);
  dot->line = colour (drawing, TB_COLOUR_CANVAS, 1);
  dot->width = 2;
  add_text (drawing, states[state].sign, x - tb_marks_text_width (states[state].sign, TRUE) / 2, y + 4.3,
            colour (drawing, TB_COLOUR_CANVAS, 1), TRUE);
}

static TbRect
around (const TbRect *r)
{
  return (TbRect){ r->x - OUTSIDE, r->y - OUTSIDE, r->width + 2 * OUTSIDE, r->height + 2 * OUTSIDE };
}

/* With the cards behind it and the badge, where there are replicas. */
static TbRect
with_stack (const Drawing *drawing, TbUid uid, TbRect r)
{
  const TbElement *element = tb_model_get (drawing->both, uid);
  if (tb_element_kind (element) == TB_KIND_COMPONENT && tb_component_replicas (element) > 1)
    return (TbRect){ r.x, r.y - STACK, r.width + STACK, r.height + STACK };
  return r;
}

static void
mark_box (Drawing *drawing, State state, const TbRect *bounds)
{
  if (state == STATE_REMOVED)
    {
      TbMark *wash = add_mark (drawing, TB_MARK_RECT, *bounds);
      wash->fill = colour (drawing, TB_COLOUR_CANVAS, 0.6);
      wash->radius = 8;
    }
  TbMark *outline = add_mark (drawing, TB_MARK_RECT, around (bounds));
  outline->radius = 13;
  outline->line = colour (drawing, states[state].colour, 1);
  outline->width = 2.5;
  outline->dashed = state == STATE_REMOVED;
  add_badge (drawing, state, bounds->x - OUTSIDE, bounds->y - OUTSIDE);
}

static void
mark_link (Drawing *drawing, State state, TbUid uid)
{
  guint n;
  const TbPoint *route = tb_scene_route (drawing->scene, uid, &n);
  if (route == NULL || n < 2)
    return;
  if (state == STATE_REMOVED)
    {
      TbMark *wash = add_mark (drawing, TB_MARK_LINE, (TbRect){ 0 });
      wash->points = g_memdup2 (route, n * sizeof *route);
      wash->n_points = n;
      wash->line = colour (drawing, TB_COLOUR_CANVAS, 0.7);
      wash->width = 5;
    }
  TbMark *line = add_mark (drawing, TB_MARK_LINE, (TbRect){ 0 });
  line->points = g_memdup2 (route, n * sizeof *route);
  line->n_points = n;
  line->line = colour (drawing, states[state].colour, state == STATE_REMOVED ? 1 : 0.45);
  line->width = state == STATE_REMOVED ? 2 : 5;
  line->dashed = state == STATE_REMOVED;
  TbPoint middle = tb_scene_route_point (drawing->scene, uid,
                                         tb_scene_route_length (drawing->scene, uid) * 0.25);
  add_badge (drawing, state, middle.x, middle.y);
}

/* ---- Moves ------------------------------------------------------------------------------------- */

/* Where the line from inside of a rectangle to to leaves it. */
static TbPoint
leave (const TbRect *r, TbPoint to)
{
  TbPoint c = { r->x + r->width / 2, r->y + r->height / 2 };
  double dx = to.x - c.x, dy = to.y - c.y;
  double tx = dx != 0 ? r->width / 2 / fabs (dx) : INFINITY;
  double ty = dy != 0 ? r->height / 2 / fabs (dy) : INFINITY;
  double t = MIN (1, MIN (tx, ty));
  return (TbPoint){ c.x + dx * t, c.y + dy * t };
}

static void
add_arrow (Drawing *drawing, TbPoint from, TbPoint to, TbColour blue)
{
  double length = hypot (to.x - from.x, to.y - from.y);
  if (length < HEAD_LENGTH)
    return;
  TbPoint d = { (to.x - from.x) / length, (to.y - from.y) / length };
  TbPoint back = { to.x - d.x * HEAD_LENGTH, to.y - d.y * HEAD_LENGTH };
  TbMark *line = add_mark (drawing, TB_MARK_LINE, (TbRect){ 0 });
  line->points = g_memdup2 ((TbPoint[]){ from, back }, 2 * sizeof (TbPoint));
  line->n_points = 2;
  line->line = blue;
  line->width = 2;
  TbMark *head = add_mark (drawing, TB_MARK_HEAD, (TbRect){ 0 });
  TbPoint tip[] = { { back.x - d.y * HEAD_HALF, back.y + d.x * HEAD_HALF },
                    to,
                    { back.x + d.y * HEAD_HALF, back.y - d.x * HEAD_HALF } };
  head->points = g_memdup2 (tip, sizeof tip);
  head->n_points = G_N_ELEMENTS (tip);
  head->fill = blue;
}

/* "40 120", "40 120 320 180", with a dash for what was not set. */
static gboolean
read_place (const char *text, double *x, double *y)
{
  g_auto (GStrv) words = g_strsplit (text != NULL ? text : "", " ", -1);
  if (words[0] == NULL || words[1] == NULL || g_str_equal (words[0], "-")
      || g_str_equal (words[1], "-"))
    return FALSE;
  *x = g_ascii_strtod (words[0], NULL);
  *y = g_ascii_strtod (words[1], NULL);
  return TRUE;
}

/* The old outline has the present size: what it was then is not known any more. */
static void
mark_move (Drawing *drawing, const TbDiff *diff, const TbRect *bounds)
{
  double old_x, old_y, new_x, new_y;
  if (!read_place (diff->before, &old_x, &old_y) || !read_place (diff->after, &new_x, &new_y)
      || (old_x == new_x && old_y == new_y))
    return;
  TbColour blue = colour (drawing, TB_COLOUR_ACCENT, 1);
  TbRect old = { bounds->x + old_x - new_x, bounds->y + old_y - new_y, bounds->width, bounds->height };
  TbMark *outline = add_mark (drawing, TB_MARK_RECT, old);
  outline->radius = 9;
  outline->line = blue;
  outline->width = 1.5;
  outline->dashed = TRUE;
  TbPoint old_centre = { old.x + old.width / 2, old.y + old.height / 2 };
  add_arrow (drawing, old_centre, leave (bounds, old_centre), blue);
}

/* ---- The whole --------------------------------------------------------------------------------- */

typedef struct
{
  guint n[N_STATES], moved;
} Counts;

/* In file order, so that the same drawings give the same bytes. */
static Counts
add_marks (Drawing *drawing)
{
  Counts counts = { { 0 }, 0 };
  for (guint kind = TB_KIND_NONE + 1; kind < TB_N_KINDS; kind++)
    for (guint i = 0; i < tb_model_count (drawing->both, (TbKind) kind); i++)
      {
        TbUid uid = tb_element_uid (tb_model_nth (drawing->both, (TbKind) kind, i));
        gpointer key = GUINT_TO_POINTER (uid);
        State state = (State) GPOINTER_TO_UINT (g_hash_table_lookup (drawing->states, key));
        const TbDiff *moved = g_hash_table_lookup (drawing->moved, key);
        TbItemKind item;
        TbRect bounds;
        if ((state == STATE_SAME && moved == NULL)
            || !tb_scene_item (drawing->scene, uid, &item, &bounds))
          continue;
        counts.n[state]++;
        counts.moved += moved != NULL;
        if (moved != NULL)
          mark_move (drawing, moved, &bounds);
        if (state != STATE_SAME && item == TB_ITEM_LINK)
          mark_link (drawing, state, uid);
        else if (state != STATE_SAME)
          {
            TbRect whole = with_stack (drawing, uid, bounds);
            mark_box (drawing, state, &whole);
          }
      }
  return counts;
}

static double
legend_entry (Drawing *drawing, double x, double y, guint n, const char *word)
{
  g_autofree char *text = g_strdup_printf ("%u %s", n, word);
  add_text (drawing, text, x, y + 4.3, colour (drawing, TB_COLOUR_TEXT, 1), FALSE);
  return x + tb_marks_text_width (text, FALSE) + LEGEND_GAP;
}

/* What differs elsewhere, in meaning or in other views, is not in this picture, and it says so. */
static TbRect
add_legend (Drawing *drawing, const Counts *counts, TbRect page)
{
  static const State order[] = { STATE_ADDED, STATE_REMOVED, STATE_CHANGED };
  double x = page.x + 24 + BADGE / 2, y = page.y + page.height + LEGEND_HEIGHT / 2 - 8;
  double start = x;
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    if (counts->n[order[i]] > 0)
      {
        add_badge (drawing, order[i], x, y);
        x = legend_entry (drawing, x + BADGE / 2 + 6, y, counts->n[order[i]], states[order[i]].word)
            + BADGE / 2;
      }
  if (counts->moved > 0)
    {
      add_arrow (drawing, (TbPoint){ x - BADGE / 2, y }, (TbPoint){ x + BADGE, y },
                 colour (drawing, TB_COLOUR_ACCENT, 1));
      x = legend_entry (drawing, x + BADGE + 6, y, counts->moved, "moved");
    }
  if (x == start)
    {
      const char *nothing = "Nothing differs in this view";
      add_text (drawing, nothing, page.x + 24, y + 4.3, colour (drawing, TB_COLOUR_TEXT, 1), FALSE);
      x = page.x + 24 + tb_marks_text_width (nothing, FALSE);
    }
  page.height += LEGEND_HEIGHT;
  page.width = MAX (page.width, x - page.x + 4);
  return page;
}

/* Old outlines may lie beyond what the scene shows. */
static TbRect
page_with_marks (const Drawing *drawing)
{
  TbRect page = tb_export_page (drawing->scene);
  for (guint i = 0; i < drawing->marks->len; i++)
    {
      TbRect r = g_array_index (drawing->marks, TbMark, i).rect;
      TbRect room = { floor (r.x - 16), floor (r.y - 16), ceil (r.width + 32), ceil (r.height + 32) };
      if (r.width > 0)
        tb_rect_union (&page, &room, &page);
    }
  return page;
}

static GBytes *
write_picture (const Drawing *drawing, TbRect page, const char *format,
               const TbExportOptions *options, GError **error)
{
  if (g_ascii_strcasecmp (format, "png") == 0)
    return tb_export_scene_png (drawing->scene, &page, drawing->marks, options, error);
  gsize size;
  g_autofree char *over = tb_marks_to_svg (drawing->marks, options->theme, FALSE);
  const TbSvgOptions how
    = { .theme = options->theme, .scale = options->scale, .page = &page, .over = over };
  char *svg = tb_scene_to_svg_with (drawing->scene, &how, &size);
  return g_bytes_new_take (svg, size);
}

GBytes *
tb_export_diff (const TbModel *a, const TbModel *b, const char *format,
                const TbExportOptions *options, GError **error)
{
  if (g_ascii_strcasecmp (format, "svg") != 0 && g_ascii_strcasecmp (format, "png") != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "differences are drawn as svg or png, not as %s", format);
      return NULL;
    }
  TbExportOptions with_scale = *options;
  if (!tb_export_check_scale (&with_scale, error))
    return NULL;
  g_autoptr (GPtrArray) diffs = tb_model_diff (a, b);
  g_autoptr (TbModel) both = tb_model_with_removed (a, b);
  g_autoptr (TbScene) scene = tb_scene_new (both, options->view_id);
  tb_scene_set_folder (scene, options->folder);
  const TbElement *view = tb_model_lookup (both, tb_scene_view_id (scene));
  g_autoptr (GHashTable) found = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) moved = g_hash_table_new (NULL, NULL);
  g_autoptr (GArray) marks = tb_marks_new ();
  Drawing drawing = { a, b, both, scene, view != NULL ? tb_element_uid (view) : 0, options->theme,
                      found, moved, marks };
  for (guint i = 0; i < diffs->len; i++)
    note_diff (&drawing, diffs->pdata[i]);
  Counts counts = add_marks (&drawing);
  TbRect page = add_legend (&drawing, &counts, page_with_marks (&drawing));
  return write_picture (&drawing, page, format, &with_scale, error);
}
