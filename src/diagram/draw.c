/* What each kind of item consists of. */
#include "pen-private.h"

#include <math.h>

#define HEAD_LENGTH 8.5
#define HEAD_HALF 3.9
#define PORT 7.0

/* ---- Containers ------------------------------------------------------------------------------ */

static void
draw_layer (TbPen *pen, const TbItem *item)
{
  pen->class->rect (pen, (TbStyle) (TB_STYLE_BAND_0 + item->tint % 3), &item->rect, 12);
  if (pen->detail >= TB_DETAIL_NAMES)
    pen->class->text (pen, TB_FONT_LAYER, TB_INK_ON_GROUND, item->name, item->title_at.x + 11,
                      item->rect.y + item->rect.height / 2, TB_ANCHOR_MIDDLE, TRUE);
}

static void
draw_container (TbPen *pen, const TbItem *item, TbStyle style)
{
  pen->class->rect (pen, style, &item->rect, 14);
  if (pen->detail >= TB_DETAIL_NAMES)
    pen->class->text (pen, TB_FONT_CONTAINER, TB_INK_ON_GROUND, item->name, item->title_at.x,
                      item->title_at.y + 11.5, TB_ANCHOR_START, FALSE);
}

/* An arrow to the right opens, one down closes. */
static void
draw_button (TbPen *pen, const TbScene *scene, const TbItem *item)
{
  TbRect at;
  if (pen->detail < TB_DETAIL_NAMES || !tb_item_fold_button (scene, item, &at))
    return;
  double x = at.x + at.width / 2, y = at.y + at.height / 2, a = 4, b = 2.2;
  TbPoint right[3] = { { x - b, y - a }, { x + b, y }, { x - b, y + a } };
  TbPoint down[3] = { { x - a, y - b }, { x, y + b }, { x + a, y - b } };
  pen->class->polygon (pen, TB_STYLE_BUTTON, item->folded ? right : down, 3, FALSE);
}

/* Two sheets behind and the arrow say that there is more in it. */
static void
draw_box (TbPen *pen, const TbScene *scene, const TbItem *item)
{
  const TbRect *r = &item->rect;
  for (int i = 2; i >= 0; i--)
    {
      TbRect sheet = { r->x + TB_STACK_STEP * i, r->y - TB_STACK_STEP * i, r->width, r->height };
      pen->class->rect (pen, i ? TB_STYLE_BOX_BEHIND : TB_STYLE_BOX, &sheet, TB_CARD_RADIUS);
    }
  if (pen->detail < TB_DETAIL_NAMES)
    return;
  draw_button (pen, scene, item);
  pen->class->text (pen, TB_FONT_NAME, TB_INK_TEXT, item->name, item->title_at.x, r->y + 30,
                    TB_ANCHOR_START, FALSE);
  if (pen->detail == TB_DETAIL_ALL)
    pen->class->text (pen, TB_FONT_LINE, TB_INK_DIM, item->line, item->title_at.x, r->y + 48,
                      TB_ANCHOR_START, FALSE);
}

static void
draw_middleware (TbPen *pen, const TbItem *item)
{
  pen->class->rect (pen, TB_STYLE_MIDDLEWARE, &item->rect, 10);
  if (pen->detail < TB_DETAIL_NAMES)
    return;
  double y = item->rect.y + item->rect.height / 2 + 4;
  pen->class->text (pen, TB_FONT_CONTAINER, TB_INK_ON_GROUND, item->name, item->title_at.x, y,
                    TB_ANCHOR_START, FALSE);
  if (item->line != NULL && *item->line)
    pen->class->text (pen, TB_FONT_LINE, TB_INK_ON_GROUND, item->line,
                      item->title_at.x + item->title_at.width + 10, y, TB_ANCHOR_START, FALSE);
}

/* ---- Links ----------------------------------------------------------------------------------- */

/* Out of the drawing at one of the ends. */
static TbPoint
direction_at (const TbItem *link, guint end)
{
  const TbPoint *p = link->points;
  TbPoint a = end == TB_HEAD_TO ? p[link->n_points - 2] : p[1];
  TbPoint b = end == TB_HEAD_TO ? p[link->n_points - 1] : p[0];
  double length = hypot (b.x - a.x, b.y - a.y);
  return length > 0 ? (TbPoint){ (b.x - a.x) / length, (b.y - a.y) / length } : (TbPoint){ 1, 0 };
}

guint
tb_link_shaft (const TbItem *link, TbPoint *out)
{
  static const guint ends[] = { TB_HEAD_TO, TB_HEAD_FROM };
  for (guint i = 0; i < link->n_points; i++)
    out[i] = link->points[i];
  double cut = link->async ? 1.5 : HEAD_LENGTH - 1.5;
  for (guint e = 0; e < G_N_ELEMENTS (ends); e++)
    if (link->heads & ends[e])
      {
        TbPoint d = direction_at (link, ends[e]);
        TbPoint *last = &out[ends[e] == TB_HEAD_TO ? link->n_points - 1 : 0];
        last->x -= d.x * cut;
        last->y -= d.y * cut;
      }
  return link->n_points;
}

void
tb_link_head (const TbItem *link, guint end, TbPoint out[3])
{
  TbPoint d = direction_at (link, end);
  TbPoint tip = link->points[end == TB_HEAD_TO ? link->n_points - 1 : 0];
  tip.x -= d.x * (link->async ? 1.2 : 0.4);
  tip.y -= d.y * (link->async ? 1.2 : 0.4);
  TbPoint back = { tip.x - d.x * HEAD_LENGTH, tip.y - d.y * HEAD_LENGTH };
  out[0] = (TbPoint){ back.x - d.y * HEAD_HALF, back.y + d.x * HEAD_HALF };
  out[1] = tip;
  out[2] = (TbPoint){ back.x + d.y * HEAD_HALF, back.y - d.x * HEAD_HALF };
}

gboolean
tb_jump_is_on (const TbJump *jump, TbPoint a, TbPoint b)
{
  return a.y == b.y && jump->at.y == a.y && jump->at.x > MIN (a.x, b.x)
         && jump->at.x < MAX (a.x, b.x);
}

/* Whether a small text there would cover nothing. */
static gboolean
has_room (const TbScene *scene, const TbRect *box)
{
  TbItemSet set = tb_scene_collect (scene, box);
  gboolean room = TRUE;
  for (guint i = tb_item_set_next (&set, 0); i != TB_NO_ITEM && room;
       i = tb_item_set_next (&set, i + 1))
    {
      const TbItem *item = TB_ITEM (scene, i);
      if (item->kind >= TB_ITEM_COMPONENT)
        room = !tb_rect_intersects (box, &item->shape);
      else if (item->kind == TB_ITEM_LINK && item->hidden == 0)
        room = !tb_rect_intersects (box, &item->label_at);
      for (guint k = 1; item->kind == TB_ITEM_LINK && k < item->n_points && room; k++)
        {
          TbPoint a = item->points[k - 1], b = item->points[k];
          TbRect r = { MIN (a.x, b.x) - 1, MIN (a.y, b.y) - 1, fabs (a.x - b.x) + 2,
                       fabs (a.y - b.y) + 2 };
          room = !tb_rect_intersects (box, &r);
        }
    }
  g_free (set.words);
  return room;
}

/* Of links that share a port the first draws it. */
static gboolean
is_drawn_already (const TbScene *scene, const TbItem *link, TbPoint at, const char *name)
{
  TbRect box = { at.x - 1, at.y - 1, 2, 2 };
  TbItemSet set = tb_scene_collect (scene, &box);
  gboolean is = FALSE;
  for (guint i = tb_item_set_next (&set, 0); i != TB_NO_ITEM && !is;
       i = tb_item_set_next (&set, i + 1))
    {
      const TbItem *other = TB_ITEM (scene, i);
      if (other->kind != TB_ITEM_LINK || other >= link || other->n_points < 2 || other->hidden)
        continue;
      for (guint k = 0; k < 2; k++)
        {
          TbPoint p = other->points[k ? other->n_points - 1 : 0];
          is |= p.x == at.x && p.y == at.y
                && g_strcmp0 (k ? other->to_port : other->from_port, name) == 0;
        }
    }
  g_free (set.words);
  return is;
}

/* A named port: a small square inside the card's edge, and beside the line its name. */
static void
draw_port (TbPen *pen, const TbScene *scene, const TbItem *link, guint end, const char *name)
{
  TbPoint d = direction_at (link, end);
  TbPoint at = link->points[end == TB_HEAD_TO ? link->n_points - 1 : 0];
  if (is_drawn_already (scene, link, at, name))
    return;
  TbRect square = { at.x + d.x * PORT / 2 - PORT / 2, at.y + d.y * PORT / 2 - PORT / 2, PORT,
                    PORT };
  pen->class->rect (pen, TB_STYLE_CHIP, &square, 1.5);
  g_autofree char *text = tb_text_fit (TB_FONT_CHIP, name, TB_PORT_ROOM - 20);
  double width = tb_text_width (TB_FONT_CHIP, text);
  TbRect box = { d.x > 0 ? at.x - width - 12 : d.x < 0 ? at.x + 12 : at.x + 6,
                 d.y > 0 ? at.y - 24 : d.y < 0 ? at.y + 12 : at.y - 16, width, 12 };
  if (pen->detail == TB_DETAIL_ALL && has_room (scene, &box))
    pen->class->text (pen, TB_FONT_CHIP, TB_INK_ON_GROUND, text, box.x, box.y + 9.5,
                      TB_ANCHOR_START, FALSE);
}

void
tb_draw_ports (TbPen *pen, const TbScene *scene, const TbItem *link)
{
  if (pen->detail < TB_DETAIL_NAMES || link->pending || link->hidden || link->n_points < 2)
    return;
  pen->look = NULL;
  pen->faint = FALSE;
  if (link->from_port != NULL && *link->from_port && link->from == link->own_from)
    draw_port (pen, scene, link, TB_HEAD_FROM, link->from_port);
  if (link->to_port != NULL && *link->to_port && link->to == link->own_to)
    draw_port (pen, scene, link, TB_HEAD_TO, link->to_port);
}

static void
draw_link (TbPen *pen, const TbItem *item)
{
  if (item->pending)
    {
      pen->class->line (pen, TB_STYLE_LINK_PENDING, item->points, item->n_points, 0, NULL, 0);
      return;
    }
  TbPoint head[3];
  g_autofree TbPoint *shaft = g_new (TbPoint, item->n_points);
  guint n = tb_link_shaft (item, shaft);
  pen->class->line (pen, item->async ? TB_STYLE_LINK_ASYNC : TB_STYLE_LINK, shaft, n,
                    TB_LINK_CORNER, item->jumps,
                    pen->detail >= TB_DETAIL_NAMES ? item->n_jumps : 0);
  for (guint end = TB_HEAD_TO; end <= TB_HEAD_FROM; end <<= 1)
    if (item->heads & end)
      {
        tb_link_head (item, end, head);
        pen->class->polygon (pen, item->async ? TB_STYLE_HEAD_OPEN : TB_STYLE_HEAD, head, 3,
                             !item->async);
      }
  if (item->label_at.width > 0 && pen->detail == TB_DETAIL_ALL)
    pen->class->text (pen, TB_FONT_LABEL, TB_INK_ON_GROUND, item->name,
                      item->label_at.x + item->label_at.width / 2, item->label_at.y + 12,
                      TB_ANCHOR_MIDDLE, FALSE);
}

/* ---- Cards ----------------------------------------------------------------------------------- */

static TbRect
moved (const TbRect *r, double dx, double dy)
{
  return (TbRect){ r->x + dx, r->y + dy, r->width, r->height };
}

static void
draw_stack (TbPen *pen, const TbItem *item)
{
  for (guint i = MIN (item->replicas - 1, 2u); i > 0; i--)
    {
      TbRect behind = moved (&item->rect, TB_STACK_STEP * i, -TB_STACK_STEP * i);
      pen->class->rect (pen, TB_STYLE_STACK, &behind, TB_CARD_RADIUS);
    }
  TbRect shadow = moved (&item->rect, 0, 2);
  pen->class->rect (pen, TB_STYLE_SHADOW, &shadow, TB_CARD_RADIUS);
}

/* A pill in the upper right corner, over the stack. */
static void
draw_badge (TbPen *pen, const TbItem *item)
{
  char text[16];
  g_snprintf (text, sizeof text, "×%u", item->replicas);
  double width = MAX (38, tb_text_width (TB_FONT_BADGE, text) + 16);
  TbRect pill = { item->rect.x + item->rect.width + 8 - width, item->rect.y - 9, width, 18 };
  pen->class->rect (pen, TB_STYLE_BADGE, &pill, 9);
  pen->class->text (pen, TB_FONT_BADGE, TB_INK_ON_BADGE, text, pill.x + width / 2, pill.y + 13,
                    TB_ANCHOR_MIDDLE, FALSE);
}

static void
draw_chip (TbPen *pen, const TbItem *item)
{
  const TbRect *pill = &item->chip_at;
  pen->class->rect (pen, TB_STYLE_CHIP, pill, 9);
  pen->class->text (pen, TB_FONT_CHIP, TB_INK_ON_CHIP, item->chip, pill->x + 8, pill->y + 12.5,
                    TB_ANCHOR_START, FALSE);
}

static TbStyle
card_style (const TbItem *item)
{
  if (item->role == TB_ROLE_EXTERNAL)
    return TB_STYLE_CARD_OUTSIDE;
  return item->tint == G_MAXUINT ? TB_STYLE_CARD : (TbStyle) (TB_STYLE_TINT_0 + item->tint % 3);
}

/* A neighbour: small, dashed, nothing but its name. */
static void
draw_stub (TbPen *pen, const TbItem *item)
{
  const TbRect *r = &item->rect;
  pen->class->rect (pen, TB_STYLE_STUB, r, TB_CARD_RADIUS);
  pen->class->icon (pen, item->role, r->x + 12, r->y + (r->height - 20) / 2, 20);
  if (pen->detail >= TB_DETAIL_NAMES)
    pen->class->text (pen, TB_FONT_LABEL, TB_INK_ON_GROUND, item->name, r->x + 42,
                      r->y + r->height / 2 + 4, TB_ANCHOR_START, FALSE);
}

static void
draw_component (TbPen *pen, const TbItem *item)
{
  const TbRect *r = &item->rect;
  if (item->stub)
    {
      draw_stub (pen, item);
      return;
    }
  TbRect tile = { r->x + 10, r->y + (r->height - TB_TILE) / 2, TB_TILE, TB_TILE };
  draw_stack (pen, item);
  pen->class->rect (pen, card_style (item), r, TB_CARD_RADIUS);
  if (item->style != NULL && item->style->picture != NULL)
    {
      pen->class->rect (pen, TB_STYLE_PLATE, &tile, 9);
      pen->class->picture (pen, item->style->picture, tile.x + 5, tile.y + 5, 30);
    }
  else
    {
      pen->class->rect (pen, TB_STYLE_TILE, &tile, 9);
      pen->class->icon (pen, item->role, tile.x + 10, tile.y + 10, 20);
    }
  if (pen->detail < TB_DETAIL_NAMES)
    return;
  double middle = r->y + r->height / 2;
  pen->class->text (pen, TB_FONT_NAME, TB_INK_TEXT, item->name, r->x + 60,
                    pen->detail == TB_DETAIL_ALL ? middle - 4 : middle + 5, TB_ANCHOR_START, FALSE);
  if (item->replicas > 1)
    draw_badge (pen, item);
  if (pen->detail < TB_DETAIL_ALL)
    return;
  pen->class->text (pen, TB_FONT_LINE, TB_INK_DIM, item->line, r->x + 60, middle + 14,
                    TB_ANCHOR_START, FALSE);
  if (item->chip != NULL)
    draw_chip (pen, item);
}

/* ---- Notes ----------------------------------------------------------------------------------- */

static void
draw_note (TbPen *pen, const TbItem *item)
{
  const TbRect *r = &item->rect;
  double right = r->x + r->width, bottom = r->y + r->height, fold = 14;
  TbPoint paper[5] = { { r->x, r->y }, { right - fold, r->y }, { right, r->y + fold },
                       { right, bottom }, { r->x, bottom } };
  TbPoint corner[3] = { { right - fold, r->y }, { right - fold, r->y + fold },
                        { right, r->y + fold } };
  if (!item->bare)
    {
      pen->class->polygon (pen, TB_STYLE_NOTE, paper, 5, TRUE);
      pen->class->polygon (pen, TB_STYLE_FOLD, corner, 3, TRUE);
    }
  for (guint i = 0; pen->detail == TB_DETAIL_ALL && item->lines[i] != NULL; i++)
    pen->class->text (pen, TB_FONT_NOTE, item->bare ? TB_INK_TEXT : TB_INK_ON_NOTE,
                      item->lines[i], r->x + (item->bare ? 2 : 12),
                      r->y + (item->bare ? 13 : 22) + 16 * i, TB_ANCHOR_START, FALSE);
}

/* ---- Badges ---------------------------------------------------------------------------------- */

/* Two arrows apart: there is more to see inside. */
static void
draw_badge_mark (TbPen *pen, const TbItem *item)
{
  const TbRect *r = &item->badge_at;
  double x0 = r->x + 4.5, y0 = r->y + 4.5, x1 = r->x + r->width - 4.5,
         y1 = r->y + r->height - 4.5;
  TbPoint up[3] = { { x1 - 3.5, y0 }, { x1, y0 }, { x1, y0 + 3.5 } };
  TbPoint down[3] = { { x0, y1 - 3.5 }, { x0, y1 }, { x0 + 3.5, y1 } };
  TbPoint across[2] = { { x0, y1 }, { x1, y0 } };
  pen->class->rect (pen, TB_STYLE_INSIDE, r, 5);
  pen->class->polygon (pen, TB_STYLE_INSIDE_MARK, up, 3, FALSE);
  pen->class->polygon (pen, TB_STYLE_INSIDE_MARK, down, 3, FALSE);
  pen->class->polygon (pen, TB_STYLE_INSIDE_MARK, across, 2, FALSE);
}

static void
draw_open (TbPen *pen, const TbItem *item)
{
  switch (item->kind)
    {
    case TB_ITEM_LAYER:
      draw_layer (pen, item);
      break;
    case TB_ITEM_TIER:
      draw_container (pen, item, TB_STYLE_TIER);
      break;
    case TB_ITEM_GROUP:
      draw_container (pen, item, TB_STYLE_GROUP);
      break;
    case TB_ITEM_DEVICE:
      draw_container (pen, item, TB_STYLE_DEVICE);
      break;
    case TB_ITEM_FRAME:
      draw_container (pen, item, TB_STYLE_FRAME);
      break;
    case TB_ITEM_MIDDLEWARE:
      draw_middleware (pen, item);
      break;
    case TB_ITEM_LINK:
      draw_link (pen, item);
      break;
    case TB_ITEM_COMPONENT:
      draw_component (pen, item);
      break;
    case TB_ITEM_NOTE:
    default:
      draw_note (pen, item);
      break;
    }
}

void
tb_draw_item (TbPen *pen, const TbScene *scene, const TbItem *item)
{
  if (!tb_item_is_shown (scene, item) || (item->kind == TB_ITEM_LINK && item->n_points < 2))
    return;
  pen->role = item->role;
  pen->look = item->style;
  pen->faint = item->faint;
  pen->class->begin (pen, item);
  if (item->folded)
    draw_box (pen, scene, item);
  else
    draw_open (pen, item);
  if (pen->buttons && !item->folded)
    draw_button (pen, scene, item);
  if (item->badge && pen->detail >= TB_DETAIL_NAMES)
    draw_badge_mark (pen, item);
  pen->class->end (pen);
}
