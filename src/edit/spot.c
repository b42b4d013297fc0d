/* Where a new card may stand: near a wish, covering nothing, in the containers it is to belong to
 * and in no other, so that no container has to grow over what is not its own. */
#include "spot-private.h"

#include <math.h>
#include <string.h>

#define REACH 1600.0 /* how far from the wish a place is looked for */
#define CLEAR 24.0   /* kept free around a card: two routing margins */
#define BESIDE_WAY 160.0 /* costs, as units of distance */
#define BEHIND_WAY 500.0
#define BESIDE 12.0  /* and towards a container that is not its own */

/* What a container adds around its members (scene-arrange.c). */
#define PAD_SIDE 20.0
#define PAD_TOP 48.0
#define PAD_BOTTOM 24.0
#define PAD_BAND 14.0

typedef struct
{
  TbItemKind kind;
  TbRect rect;
  gboolean own;
} Container;

typedef struct
{
  GArray *cards;      /* TbRect */
  GArray *containers; /* Container */
  TbPoint wish;
  const TbWay *way;   /* NULL: none */
} Surroundings;

TbHome
tb_home_of (TbEditor *editor, TbUid component)
{
  const TbElement *e = tb_editor_element (editor, component);
  return (TbHome){ tb_element_get (e, TB_PROP_TIER), tb_element_get (e, TB_PROP_LAYER),
                   tb_element_get (e, TB_PROP_GROUP) };
}

static gboolean
names (const char *ids, const char *id)
{
  g_auto (GStrv) words = g_strsplit_set (ids ? ids : "", " \t\n", -1);
  return g_strv_contains ((const char *const *) words, id);
}

/* The group itself or one around it. */
static gboolean
within_group (const TbModel *model, const char *group, const TbElement *outer)
{
  const TbElement *g = group ? tb_model_lookup (model, group) : NULL;
  for (guint n = tb_model_count (model, TB_KIND_GROUP); g != NULL && n > 0; n--)
    {
      if (g == outer)
        return TRUE;
      g = tb_element_get_ref (model, g, TB_PROP_PARENT);
    }
  return FALSE;
}

static gboolean
is_home (TbEditor *editor, const TbHome *home, const TbFrameRect *frame)
{
  const TbElement *e = tb_editor_element (editor, frame->uid);
  if (frame->kind == TB_ITEM_TIER)
    return g_strcmp0 (home->tier, tb_element_id (e)) == 0;
  if (frame->kind == TB_ITEM_LAYER)
    return names (home->layer, tb_element_id (e));
  return within_group (tb_editor_model (editor), home->group, e);
}

static TbRect
grown (const TbRect *r, double by)
{
  return (TbRect){ r->x - by, r->y - by, r->width + 2 * by, r->height + 2 * by };
}

/* A band is drawn up to its neighbour; what it needs is round its members. FALSE: it has none. */
static gboolean
band_content (TbEditor *editor, const TbElement *layer, TbRect *band)
{
  const TbModel *model = tb_editor_model (editor);
  double top = INFINITY, bottom = -INFINITY;
  for (guint i = 0; i < tb_model_count (model, TB_KIND_COMPONENT); i++)
    {
      const TbElement *c = tb_model_nth (model, TB_KIND_COMPONENT, i);
      TbRect r;
      if (!tb_editor_bounds (editor, tb_element_uid (c), NULL, &r)
          || !names (tb_element_get (c, TB_PROP_LAYER), tb_element_id (layer)))
        continue;
      top = MIN (top, r.y - PAD_TOP - PAD_BAND);
      bottom = MAX (bottom, r.y + r.height + PAD_BOTTOM + PAD_BAND);
    }
  if (bottom < top)
    return FALSE;
  band->y = top;
  band->height = bottom - top;
  return TRUE;
}

static void
look_round (TbEditor *editor, TbPoint wish, const TbHome *home, Surroundings *s)
{
  TbRect area = { wish.x - REACH, wish.y - REACH, 2 * REACH, 2 * REACH };
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  g_autoptr (GArray) frames = tb_editor_frames (editor);

  tb_scene_query (editor->scene, &area, FALSE, uids);
  for (guint i = 0; i < uids->len; i++)
    {
      TbItemKind kind;
      TbRect r;
      if (tb_editor_bounds (editor, g_array_index (uids, TbUid, i), &kind, &r)
          && (kind == TB_ITEM_COMPONENT || kind == TB_ITEM_NOTE || kind == TB_ITEM_MIDDLEWARE))
        g_array_append_val (s->cards, r);
    }
  for (guint i = 0; i < frames->len; i++)
    {
      const TbFrameRect *f = &g_array_index (frames, TbFrameRect, i);
      Container c = { f->kind, f->rect, is_home (editor, home, f) };
      if (c.kind == TB_ITEM_LAYER)
        band_content (editor, tb_editor_element (editor, f->uid), &c.rect);
      if (c.own || tb_rect_intersects (&c.rect, &area))
        g_array_append_val (s->containers, c);
    }
}

/* ---- Judging one place ----------------------------------------------------------------------- */

/* The container with this card in it. A band grows downwards and upwards only. */
static TbRect
with_card (const Container *c, const TbRect *card)
{
  TbRect in = { card->x - PAD_SIDE, card->y - PAD_TOP, card->width + 2 * PAD_SIDE,
                card->height + PAD_TOP + PAD_BOTTOM }, out;
  if (c->kind == TB_ITEM_LAYER)
    in = (TbRect){ c->rect.x, card->y - PAD_BAND, c->rect.width, card->height + 2 * PAD_BAND };
  tb_rect_union (&c->rect, &in, &out);
  return out;
}

static gboolean
covers_a_stranger (const Surroundings *s, const Container *c, const TbRect *larger)
{
  for (guint i = 0; c->kind != TB_ITEM_LAYER && i < s->cards->len; i++)
    {
      const TbRect *card = &g_array_index (s->cards, TbRect, i);
      if (tb_rect_intersects (card, larger) && !tb_rect_intersects (card, &c->rect))
        return TRUE;
    }
  for (guint i = 0; i < s->containers->len; i++)
    {
      const Container *other = &g_array_index (s->containers, Container, i);
      if (other->kind == c->kind && !other->own && tb_rect_intersects (&other->rect, larger)
          && !tb_rect_intersects (&other->rect, &c->rect))
        return TRUE;
    }
  return FALSE;
}

/* How much a place asks of that container; ∞ where it may not be there. */
static double
price_of (const Surroundings *s, const Container *c, const TbRect *card)
{
  TbRect around = grown (card, c->kind == TB_ITEM_LAYER ? 0 : BESIDE);
  if (!c->own)
    return tb_rect_intersects (&around, &c->rect) ? INFINITY : 0;
  TbRect larger = with_card (c, card);
  double more = larger.width - c->rect.width + larger.height - c->rect.height;
  if (more > 0.5 && covers_a_stranger (s, c, &larger))
    return INFINITY;
  return more / 2;
}

/* What stands between two should not stand beside or behind one of them. */
static double
price_of_detour (const TbWay *way, TbPoint at)
{
  double dx = way->to.x - way->from.x, dy = way->to.y - way->from.y, d = dx * dx + dy * dy;
  double t = d < 1 ? 0.5 : ((at.x - way->from.x) * dx + (at.y - way->from.y) * dy) / d;
  double out = MAX (0.15 - t, t - 0.85);
  return out <= 0 ? 0 : BESIDE_WAY + BEHIND_WAY * MIN (out, 1);
}

static double
cost_of (const Surroundings *s, const TbRect *card)
{
  TbRect clear = grown (card, CLEAR);
  TbPoint at = { card->x + card->width / 2, card->y + card->height / 2 };
  double cost = hypot (at.x - s->wish.x, at.y - s->wish.y);
  cost += s->way ? price_of_detour (s->way, at) : 0;
  for (guint i = 0; i < s->cards->len; i++)
    if (tb_rect_intersects (&g_array_index (s->cards, TbRect, i), &clear))
      return INFINITY;
  for (guint i = 0; i < s->containers->len && cost < INFINITY; i++)
    cost += price_of (s, &g_array_index (s->containers, Container, i), card);
  return cost;
}

/* Rings of the grid outwards; no ring further out than the best cost can better it. */
static double
search (const Surroundings *s, TbRect *best)
{
  TbRect start = { tb_editor_snap (s->wish.x - TB_CARD_WIDTH / 2),
                   tb_editor_snap (s->wish.y - TB_CARD_HEIGHT / 2), TB_CARD_WIDTH, TB_CARD_HEIGHT };
  double least = INFINITY;
  for (int ring = 0; ring * TB_GRID < MIN (REACH, least + TB_GRID); ring++)
    for (int i = -ring; i <= ring; i++)
      for (int j = -ring; j <= ring; j += abs (i) == ring || ring == 0 ? 1 : 2 * ring)
        {
          TbRect r = start;
          r.x += i * TB_GRID;
          r.y += j * TB_GRID;
          double cost = cost_of (s, &r);
          if (cost < least)
            {
              least = cost;
              *best = r;
            }
        }
  return least;
}

double
tb_editor_spot_on_way (TbEditor *editor, TbPoint wish, const TbHome *home, const TbWay *way,
                       TbRect *best)
{
  Surroundings s = { g_array_new (FALSE, FALSE, sizeof (TbRect)),
                     g_array_new (FALSE, FALSE, sizeof (Container)), wish, way };
  look_round (editor, wish, home, &s);
  double cost = search (&s, best);
  if (cost == INFINITY)
    {
      TbPoint at = tb_scene_free_place (editor->scene, wish.x, wish.y);
      *best = (TbRect){ tb_editor_snap (at.x), tb_editor_snap (at.y), TB_CARD_WIDTH,
                        TB_CARD_HEIGHT };
    }
  g_array_unref (s.cards);
  g_array_unref (s.containers);
  return cost;
}

TbRect
tb_editor_spot (TbEditor *editor, TbPoint wish, const TbHome *home)
{
  TbRect best;
  tb_editor_spot_on_way (editor, wish, home, NULL, &best);
  return best;
}

TbHome
tb_home_at (TbEditor *editor, TbPoint at)
{
  g_autoptr (GArray) frames = tb_editor_frames (editor);
  TbHome home = { NULL, NULL, NULL };
  const char **slots[] = { [TB_ITEM_LAYER] = &home.layer,
                           [TB_ITEM_TIER] = &home.tier,
                           [TB_ITEM_GROUP] = &home.group };
  double areas[G_N_ELEMENTS (slots)] = { 0 };
  for (guint i = 0; i < frames->len; i++)
    {
      const TbFrameRect *f = &g_array_index (frames, TbFrameRect, i);
      double area = f->rect.width * f->rect.height;
      if (f->kind < G_N_ELEMENTS (slots) && tb_rect_contains (&f->rect, at.x, at.y)
          && (*slots[f->kind] == NULL || area < areas[f->kind]))
        {
          *slots[f->kind] = tb_element_id (tb_editor_element (editor, f->uid));
          areas[f->kind] = area;
        }
    }
  return home;
}

void
tb_home_set (TbEditor *editor, TbUid component, const TbHome *home)
{
  const struct
  {
    TbProp prop;
    const char *id;
  } rows[] = { { TB_PROP_TIER, home->tier },
               { TB_PROP_LAYER, home->layer },
               { TB_PROP_GROUP, home->group } };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].id != NULL)
      {
        g_autofree char *id = g_strdup (rows[i].id);
        tb_editor_set_checked (editor, component, rows[i].prop, id);
      }
}
