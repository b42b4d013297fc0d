/* The pen that tells its marks. */
#include "pen-private.h"
#include "tb-sketch.h"

#define LOOK_WIDTH 1.2 /* of an outline that only a look gives */

typedef struct
{
  TbPen pen;
  GArray *marks; /* of TbSketchMark, of the item that is drawn */
  GPtrArray *kept; /* points and texts that it borrows */
} SketchPen;

static TbSketchPart
part_of (TbStyle style)
{
  switch ((int) style)
    {
    case TB_STYLE_STACK:
    case TB_STYLE_BOX_BEHIND:
      return TB_PART_BEHIND;
    case TB_STYLE_SHADOW:
      return TB_PART_SHADOW;
    case TB_STYLE_TILE:
    case TB_STYLE_PLATE:
    case TB_STYLE_BADGE:
    case TB_STYLE_CHIP:
    case TB_STYLE_INSIDE:
    case TB_STYLE_INSIDE_MARK:
    case TB_STYLE_FOLD:
    case TB_STYLE_BUTTON:
    case TB_STYLE_HEAD:
    case TB_STYLE_HEAD_OPEN:
      return TB_PART_OTHER;
    default:
      return TB_PART_FACE;
    }
}

static TbSketchMark *
add_mark (TbPen *base, TbSketchShape shape)
{
  SketchPen *pen = (SketchPen *) base;
  g_array_set_size (pen->marks, pen->marks->len + 1);
  TbSketchMark *mark = &g_array_index (pen->marks, TbSketchMark, pen->marks->len - 1);
  mark->shape = shape;
  return mark;
}

static TbSketchMark *
add_styled (TbPen *pen, TbSketchShape shape, TbStyle style)
{
  TbSketchMark *mark = add_mark (pen, shape);
  const double *dash = tb_style_dash (style, pen->look);
  mark->part = part_of (style);
  tb_style_colours (pen->theme, style, pen->role, &mark->fill, &mark->outline);
  tb_style_look (pen->theme, style, pen->look, &mark->fill, &mark->outline);
  if (pen->faint)
    {
      mark->fill.a *= TB_FAINT;
      mark->outline.a *= TB_FAINT;
    }
  mark->width = tb_styles[style].width > 0 ? tb_styles[style].width : pen->look != NULL ? LOOK_WIDTH : 0;
  if (dash != NULL)
    {
      mark->dash[0] = dash[0];
      mark->dash[1] = dash[1];
    }
  return mark;
}

static void
keep_points (TbPen *base, TbSketchMark *mark, const TbPoint *points, guint n)
{
  gpointer copy = g_memdup2 (points, n * sizeof *points);
  g_ptr_array_add (((SketchPen *) base)->kept, copy);
  mark->points = copy;
  mark->n_points = n;
}

static void
nothing (TbPen *pen, const TbItem *item)
{
  (void) pen;
  (void) item;
}

static void
nothing_ends (TbPen *pen)
{
  (void) pen;
}

static void
rect (TbPen *pen, TbStyle style, const TbRect *r, double radius)
{
  TbSketchMark *mark = add_styled (pen, TB_MARK_RECT, style);
  mark->rect = *r;
  mark->radius = MIN (radius, MIN (r->width, r->height) / 2);
}

static void
line (TbPen *pen, TbStyle style, const TbPoint *points, guint n, double radius, const TbJump *jumps, guint n_jumps)
{
  TbSketchMark *mark = add_styled (pen, TB_MARK_LINE, style);
  (void) jumps;
  (void) n_jumps;
  mark->radius = radius;
  mark->fill.a = 0;
  keep_points (pen, mark, points, n);
}

static void
polygon (TbPen *pen, TbStyle style, const TbPoint *points, guint n, gboolean closed)
{
  TbSketchMark *mark = add_styled (pen, TB_MARK_POLYGON, style);
  mark->closed = closed;
  keep_points (pen, mark, points, n);
}

static void
text (TbPen *pen, TbFontId font, TbInk ink, const char *string, double x, double y, TbAnchor anchor, gboolean upright)
{
  if (*string == '\0')
    return;
  TbSketchMark *mark = add_mark (pen, TB_MARK_TEXT);
  char *copy = g_strdup (string);
  g_ptr_array_add (((SketchPen *) pen)->kept, copy);
  mark->part = font == TB_FONT_LINE                            ? TB_PART_LINE
               : font == TB_FONT_BADGE || font == TB_FONT_CHIP ? TB_PART_OTHER
                                                               : TB_PART_NAME;
  mark->text = copy;
  mark->fill = tb_ink_colour (pen->theme, ink);
  tb_ink_look (pen->theme, ink, pen->look, &mark->fill);
  mark->size = tb_fonts[font].size;
  mark->weight = tb_fonts[font].weight;
  mark->rect = (TbRect){ x, y, tb_text_width (font, string), tb_fonts[font].size };
  mark->middle = anchor == TB_ANCHOR_MIDDLE;
  mark->upright = upright;
}

static void
icon (TbPen *pen, TbRole role, double x, double y, double size)
{
  TbSketchMark *mark = add_styled (pen, TB_MARK_ICON, TB_STYLE_ICON);
  (void) role;
  mark->part = TB_PART_OTHER;
  mark->rect = (TbRect){ x, y, size, size };
}

static void
picture (TbPen *pen, TbIcon *icon_, double x, double y, double size)
{
  TbSketchMark *mark = add_mark (pen, TB_MARK_PICTURE);
  mark->picture = icon_;
  mark->rect = (TbRect){ x, y, size, size };
}

static const TbPenClass sketch_class
  = { nothing, nothing_ends, rect, line, polygon, text, icon, picture };

/* ---- Items ------------------------------------------------------------------------------------------- */

static TbUid
shown_container (const TbScene *scene, guint i)
{
  return i != TB_NO_ITEM && tb_item_is_shown (scene, TB_ITEM (scene, i)) ? TB_ITEM (scene, i)->uid : 0;
}

static void
tell (const TbScene *scene, const TbItem *item, const SketchPen *pen, TbSketchFunc func, gpointer data)
{
  gboolean link = item->kind == TB_ITEM_LINK;
  const TbSketchItem told
    = { .kind = item->kind, .item = item->uid, .element = item->element, .role = item->role,
        .rect = link ? item->bounds : item->rect, .title = item->title, .folded = item->folded, .stub = item->stub,
        .bare = item->bare,
        .tier = shown_container (scene, item->tier), .layer = shown_container (scene, item->layer),
        .group = shown_container (scene, item->group),
        .from = link ? TB_ITEM (scene, item->from)->uid : 0, .to = link ? TB_ITEM (scene, item->to)->uid : 0,
        .points = item->points, .n_points = item->n_points, .async = item->async,
        .head_from = (item->heads & TB_HEAD_FROM) != 0, .head_to = (item->heads & TB_HEAD_TO) != 0,
        .jumps = item->n_jumps > 0,
        .label = item->label_at,
        .marks = (const TbSketchMark *) (gconstpointer) pen->marks->data, .n_marks = pen->marks->len };
  func (&told, data);
}

void
tb_scene_sketch (const TbScene *scene, TbThemeId theme, TbSketchFunc func, gpointer data)
{
  SketchPen pen = { .pen = { .class = &sketch_class, .theme = theme, .detail = TB_DETAIL_ALL },
                    .marks = g_array_new (FALSE, TRUE, sizeof (TbSketchMark)),
                    .kept = g_ptr_array_new_with_free_func (g_free) };
  for (guint i = 0; i < scene->items->len; i++)
    {
      const TbItem *item = TB_ITEM (scene, i);
      g_array_set_size (pen.marks, 0);
      g_ptr_array_set_size (pen.kept, 0);
      tb_draw_item (&pen.pen, scene, item);
      if (pen.marks->len > 0)
        tell (scene, item, &pen, func, data);
    }
  g_array_unref (pen.marks);
  g_ptr_array_unref (pen.kept);
}

const char *
tb_sketch_icon (TbRole role)
{
  return tb_icon_path (role);
}
