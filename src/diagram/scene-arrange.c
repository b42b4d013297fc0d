/* Containers follow from their members and a stored minimum size. */
#include "scene-private.h"

#include <math.h>

#include "text-private.h"

#define TIER_SIDE 20.0
#define TIER_TOP 48.0 /* title, stack, badge */
#define TIER_BOTTOM 24.0
#define BAND_PAD 14.0
#define BAND_PAD_ALONE 32.0 /* without tiers in it */
#define BAND_GAP 10.0
#define NEIGHBOURS 90.0 /* bands nearer than this are drawn as neighbours, without a hole */
#define EMPTY_TIER_WIDTH 216.0
#define EMPTY_TIER_HEIGHT 132.0
#define EMPTY_BAND_HEIGHT 120.0
#define MIDDLEWARE_HEIGHT 34.0

static gboolean
is_empty (const TbRect *r)
{
  return r->width <= 0 || r->height <= 0;
}

static TbRect
stored_rect (const TbScene *scene, const TbItem *item)
{
  TbRect r = item->stored;
  if (item->previewed)
    {
      r.x += scene->preview_dx;
      r.y += scene->preview_dy;
    }
  return r;
}

static void
arrange_cards (TbScene *scene)
{
  for (guint i = scene->first[TB_ITEM_COMPONENT]; i < scene->items->len; i++)
    {
      TbItem *item = TB_ITEM (scene, i);
      double stack = TB_STACK_STEP * MIN (item->replicas - 1, 2u);
      item->rect = item->shape = stored_rect (scene, item);
      if (item->kind == TB_ITEM_COMPONENT)
        item->shape = (TbRect){ item->rect.x, item->rect.y - stack, item->rect.width + stack,
                                item->rect.height + stack };
      if (item->chip != NULL)
        item->chip_at = (TbRect){ item->rect.x + 12, item->rect.y + item->rect.height - 9,
                                  tb_text_width (TB_FONT_CHIP, item->chip) + 16, 18 };
    }
}

static TbRect
padded (const TbRect *r, double left, double top, double right, double bottom)
{
  return (TbRect){ r->x - left, r->y - top, r->width + left + right, r->height + top + bottom };
}

static void
set_title (TbItem *item, double x, double y, double room)
{
  g_free (item->name);
  item->name = tb_text_fit (TB_FONT_CONTAINER, item->title, MAX (room, 20));
  item->title_at = (TbRect){ x, y, tb_text_width (TB_FONT_CONTAINER, item->name), 16 };
}

/* Where a container of nothing goes: right of all that is there, in a row. */
static TbRect
empty_place (const TbRect *all, guint *n_empty, double width, double height)
{
  TbRect r = { all->x + all->width + 60 + *n_empty * (width + TB_GRID), all->y, width, height };
  ++*n_empty;
  return r;
}

/* ---- Tiers and groups ------------------------------------------------------------------------ */

static void
join (TbScene *scene, guint container, const TbRect *r)
{
  if (container == TB_NO_ITEM)
    return;
  TbRect *own = &TB_ITEM (scene, container)->rect;
  tb_rect_union (own, r, own);
}

/* What is dragged out of its container does not stretch it meanwhile: it counts where it was. */
static TbRect
rect_for (const TbScene *scene, const TbItem *item, guint container)
{
  TbRect r = item->rect;
  if (!scene->preview_stretches && container != TB_NO_ITEM && item->previewed
      && !TB_ITEM (scene, container)->previewed)
    {
      r.x -= scene->preview_dx;
      r.y -= scene->preview_dy;
    }
  return r;
}

static void
join_member (TbScene *scene, guint container, const TbItem *item)
{
  TbRect r = rect_for (scene, item, container);
  join (scene, container, &r);
}

static void
gather (TbScene *scene)
{
  for (guint i = 0; i < scene->first[TB_ITEM_LINK]; i++)
    if (TB_ITEM (scene, i)->kind != TB_ITEM_FRAME)
      TB_ITEM (scene, i)->rect = (TbRect){ 0, 0, 0, 0 };
  for (guint i = scene->first[TB_ITEM_COMPONENT]; i < scene->first[TB_ITEM_NOTE]; i++)
    {
      const TbItem *item = TB_ITEM (scene, i);
      join_member (scene, item->tier, item);
      join_member (scene, item->group, item);
      join_member (scene, item->layer, item);
    }
}

static void
close_container (TbScene *scene, TbItem *item, const TbRect *all, guint *n_empty)
{
  TbRect stored = stored_rect (scene, item);
  if (!is_empty (&item->rect))
    item->rect = padded (&item->rect, TIER_SIDE, TIER_TOP, TIER_SIDE, TIER_BOTTOM);
  if (item->placed && !is_empty (&stored))
    tb_rect_union (&item->rect, &stored, &item->rect);
  else if (is_empty (&item->rect) && item->placed)
    item->rect = (TbRect){ stored.x, stored.y, EMPTY_TIER_WIDTH, EMPTY_TIER_HEIGHT };
  else if (is_empty (&item->rect))
    item->rect = empty_place (all, n_empty, EMPTY_TIER_WIDTH, EMPTY_TIER_HEIGHT);
  set_title (item, item->rect.x + 14, item->rect.y + 9, item->rect.width - 28);
}

/* A group inside a group counts as a member: the deepest first. Cycles end with the count. */
static void
close_groups (TbScene *scene, const TbRect *all, guint *n_empty)
{
  guint begin = scene->first[TB_ITEM_GROUP], end = scene->first[TB_ITEM_DEVICE];
  g_autofree guint *depth = g_new0 (guint, end - begin + 1);
  guint deepest = 0;
  for (guint i = begin; i < end; i++)
    for (guint g = TB_ITEM (scene, i)->group; g != TB_NO_ITEM && depth[i - begin] < end - begin;
         g = TB_ITEM (scene, g)->group)
      deepest = MAX (deepest, ++depth[i - begin]);
  for (guint d = deepest + 1; d-- > 0;)
    for (guint i = begin; i < end; i++)
      if (depth[i - begin] == d)
        {
          TbItem *item = TB_ITEM (scene, i);
          close_container (scene, item, all, n_empty);
          if (d > 0)
            join_member (scene, item->group, item);
        }
}

static TbRect
all_cards (const TbScene *scene)
{
  TbRect all = { 0, 0, 0, 0 };
  for (guint i = scene->first[TB_ITEM_COMPONENT]; i < scene->items->len; i++)
    tb_rect_union (&all, &TB_ITEM (scene, i)->shape, &all);
  return all;
}

/* ---- Layers ---------------------------------------------------------------------------------- */

/* A tier lies over its layers from the first to the last: those two must reach round it. */
static void
make_room_for_tiers (TbScene *scene)
{
  guint n = scene->items->len;
  g_autofree guint *first = g_new (guint, n), *last = g_new0 (guint, n);
  for (guint i = 0; i < n; i++)
    first[i] = TB_NO_ITEM;
  for (guint i = scene->first[TB_ITEM_COMPONENT]; i < scene->first[TB_ITEM_NOTE]; i++)
    {
      const TbItem *item = TB_ITEM (scene, i);
      if (item->tier == TB_NO_ITEM || item->layer == TB_NO_ITEM)
        continue;
      first[item->tier] = MIN (first[item->tier], item->layer);
      last[item->tier] = MAX (last[item->tier], item->layer);
    }
  for (guint t = scene->first[TB_ITEM_TIER]; t < scene->first[TB_ITEM_GROUP]; t++)
    if (first[t] != TB_NO_ITEM)
      {
        const TbRect *tier = &TB_ITEM (scene, t)->rect;
        TbRect *top = &TB_ITEM (scene, first[t])->rect, *bottom = &TB_ITEM (scene, last[t])->rect;
        TbRect upper = { tier->x, tier->y, tier->width, 1 };
        TbRect lower = { tier->x, tier->y + tier->height - 1, tier->width, 1 };
        tb_rect_union (top, &upper, top);
        tb_rect_union (bottom, &lower, bottom);
      }
}

static void
close_band (TbScene *scene, TbItem *band, double left, double width, double *bottom)
{
  TbRect stored = stored_rect (scene, band);
  if (!is_empty (&band->rect))
    {
      double pad = scene->frame & TB_FRAME_TIERS ? BAND_PAD : BAND_PAD_ALONE;
      band->rect = padded (&band->rect, 0, pad, 0, pad);
    }
  if (band->placed)
    {
      stored.height = MAX (stored.height, 1);
      stored.width = MAX (stored.width, 1);
      tb_rect_union (&band->rect, &stored, &band->rect);
    }
  if (is_empty (&band->rect) && !band->placed)
    {
      band->rect = (TbRect){ left, *bottom + BAND_GAP, width, EMPTY_BAND_HEIGHT };
      *bottom += BAND_GAP + EMPTY_BAND_HEIGHT;
    }
  band->rect.height = MAX (band->rect.height, 60);
  band->rect.x = left;
  band->rect.width = width;
}

/* Two bands with a small hole between them meet half-way. */
static void
close_holes (TbScene *scene)
{
  guint begin = scene->first[TB_ITEM_LAYER], end = scene->first[TB_ITEM_TIER];
  for (guint i = begin; i + 1 < end; i++)
    {
      TbRect *a = &TB_ITEM (scene, i)->rect, *b = &TB_ITEM (scene, i + 1)->rect;
      double gap = b->y - (a->y + a->height), grow = (gap - BAND_GAP) / 2;
      if (gap <= BAND_GAP || gap > NEIGHBOURS)
        continue;
      a->height += grow;
      b->y -= grow;
      b->height += grow;
    }
}

static TbRect
all_contents (const TbScene *scene)
{
  TbRect all = all_cards (scene);
  for (guint i = scene->first[TB_ITEM_TIER]; i < scene->first[TB_ITEM_GROUP]; i++)
    if (scene->frame & TB_FRAME_TIERS)
      tb_rect_union (&all, &TB_ITEM (scene, i)->rect, &all);
  for (guint i = scene->first[TB_ITEM_LAYER]; i < scene->first[TB_ITEM_TIER]; i++)
    if (TB_ITEM (scene, i)->placed)
      {
        TbRect stored = stored_rect (scene, TB_ITEM (scene, i));
        stored.x += TB_BAND_LEFT;
        stored.width = MAX (stored.width - TB_BAND_LEFT - TB_BAND_RIGHT, 1);
        stored.height = MAX (stored.height, 1);
        tb_rect_union (&all, &stored, &all);
      }
  return all;
}

static void
write_band_title (TbItem *band)
{
  g_autofree char *upper = g_utf8_strup (band->title, -1);
  g_free (band->name);
  band->name = tb_text_fit (TB_FONT_LAYER, upper, band->rect.height - 20);
  double length = tb_text_width (TB_FONT_LAYER, band->name);
  band->title_at = (TbRect){ band->rect.x + 9, band->rect.y + (band->rect.height - length) / 2,
                             14, length };
}

static void
arrange_bands (TbScene *scene)
{
  TbRect all = all_contents (scene);
  if (is_empty (&all))
    all = (TbRect){ 0, 0, 600, 0 };
  double left = all.x - TB_BAND_LEFT, width = all.width + TB_BAND_LEFT + TB_BAND_RIGHT;
  double bottom = all.y + all.height;
  if (scene->frame & TB_FRAME_TIERS)
    make_room_for_tiers (scene);
  for (guint i = scene->first[TB_ITEM_LAYER]; i < scene->first[TB_ITEM_TIER]; i++)
    bottom = MAX (bottom, TB_ITEM (scene, i)->rect.y + TB_ITEM (scene, i)->rect.height + BAND_PAD);
  for (guint i = scene->first[TB_ITEM_LAYER]; i < scene->first[TB_ITEM_TIER]; i++)
    close_band (scene, TB_ITEM (scene, i), left, width, &bottom);
  close_holes (scene);
  for (guint i = scene->first[TB_ITEM_LAYER]; i < scene->first[TB_ITEM_TIER]; i++)
    write_band_title (TB_ITEM (scene, i));
}

/* ---- Middleware ------------------------------------------------------------------------------ */

static double
lowest (const TbScene *scene)
{
  double bottom = -G_MAXDOUBLE;
  guint kinds[] = { TB_ITEM_LAYER, TB_ITEM_TIER,      TB_ITEM_GROUP, TB_ITEM_DEVICE,
                    TB_ITEM_FRAME, TB_ITEM_COMPONENT, TB_ITEM_NOTE };
  guint bits[] = { TB_FRAME_LAYERS, TB_FRAME_TIERS, TB_FRAME_GROUPS };
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint i = scene->first[kinds[k]]; i < scene->first[kinds[k] + 1]; i++)
      if (k >= G_N_ELEMENTS (bits) || (scene->frame & bits[k]))
        bottom = MAX (bottom, TB_ITEM (scene, i)->rect.y + TB_ITEM (scene, i)->rect.height);
  return bottom == -G_MAXDOUBLE ? 0 : bottom;
}

/* Under everything, as wide as what uses it: the ground that it is for them. */
static void
arrange_middleware (TbScene *scene)
{
  double y = lowest (scene) + TB_GRID;
  for (guint i = scene->first[TB_ITEM_MIDDLEWARE]; i < scene->first[TB_ITEM_LINK]; i++)
    {
      TbItem *item = TB_ITEM (scene, i);
      TbRect stored = stored_rect (scene, item), users = { 0, 0, 0, 0 };
      for (guint k = 0; k < item->n_users; k++)
        tb_rect_union (&users, &TB_ITEM (scene, item->users[k])->rect, &users);
      if (is_empty (&users))
        users = all_cards (scene);
      double least = 40 + tb_text_width (TB_FONT_CONTAINER, item->title)
                     + tb_text_width (TB_FONT_LINE, item->line);
      item->rect = (TbRect){ users.x - TIER_SIDE, y,
                             MAX (users.width + 2 * TIER_SIDE, MAX (least, TB_CARD_WIDTH)),
                             MIDDLEWARE_HEIGHT };
      if (item->placed)
        item->rect = (TbRect){ stored.x, stored.y, MAX (stored.width, item->rect.width),
                               MAX (stored.height, MIDDLEWARE_HEIGHT) };
      else
        y += MIDDLEWARE_HEIGHT + BAND_GAP;
      set_title (item, item->rect.x + 14, item->rect.y + item->rect.height / 2 - 8,
                 item->rect.width - 28);
    }
}

/* ---- Frames ---------------------------------------------------------------------------------- */

/* Drawings: they hold nothing and follow nothing. The first line is the title. */
static void
arrange_frames (TbScene *scene)
{
  for (guint i = scene->first[TB_ITEM_FRAME]; i < scene->first[TB_ITEM_MIDDLEWARE]; i++)
    {
      TbItem *frame = TB_ITEM (scene, i);
      g_auto (GStrv) lines = g_strsplit (frame->title, "\n", 2);
      frame->rect = frame->shape = stored_rect (scene, frame);
      g_free (frame->name);
      frame->name = tb_text_fit (TB_FONT_CONTAINER, lines[0] ? lines[0] : "",
                                 MAX (frame->rect.width - 28, 20));
      frame->title_at = (TbRect){ frame->rect.x + 14, frame->rect.y + 9,
                                  tb_text_width (TB_FONT_CONTAINER, frame->name), 16 };
    }
}

/* ---- Badges ---------------------------------------------------------------------------------- */

/* Beside a container's title, over the corner of a card that none of its other marks is at. */
static void
arrange_badges (TbScene *scene)
{
  for (guint i = 0; i < scene->items->len; i++)
    {
      TbItem *item = TB_ITEM (scene, i);
      if (!item->badge)
        continue;
      /* The button that folds stands right after the title. */
      TbPoint at = { item->title_at.x + item->title_at.width + 27, item->title_at.y };
      if (item->kind == TB_ITEM_COMPONENT)
        at = (TbPoint){ item->rect.x - 5, item->rect.y - 5 };
      else if (item->kind == TB_ITEM_LAYER)
        at = (TbPoint){ item->title_at.x - 1, item->title_at.y - TB_BADGE - 6 };
      item->badge_at = (TbRect){ at.x, at.y, TB_BADGE, TB_BADGE };
    }
}

/* ---- Laid out by themselves ------------------------------------------------------------------ */

/* Containers of these views are where the arranging put them: a card on its way out of one does not
 * draw it along. */
static void
arrange_fixed (TbScene *scene)
{
  for (guint i = scene->first[TB_ITEM_LAYER]; i < scene->first[TB_ITEM_FRAME]; i++)
    {
      TbItem *item = TB_ITEM (scene, i);
      item->rect = item->kind == TB_ITEM_GROUP ? (TbRect){ 0, 0, 0, 0 } : item->stored;
      if (item->kind == TB_ITEM_LAYER)
        write_band_title (item);
      else
        set_title (item, item->rect.x + 14, item->rect.y + 9, item->rect.width - 28);
    }
  arrange_middleware (scene);
}

void
tb_scene_arrange (TbScene *scene)
{
  guint n_empty = 0;
  arrange_cards (scene);
  arrange_frames (scene);
  if (tb_view_arranges_itself (scene->kind))
    {
      arrange_fixed (scene);
      arrange_badges (scene);
      return;
    }
  TbRect all = all_cards (scene);
  gather (scene);
  for (guint i = scene->first[TB_ITEM_TIER]; i < scene->first[TB_ITEM_GROUP]; i++)
    close_container (scene, TB_ITEM (scene, i), &all, &n_empty);
  close_groups (scene, &all, &n_empty);
  arrange_bands (scene);
  arrange_middleware (scene);
  arrange_badges (scene);
}
