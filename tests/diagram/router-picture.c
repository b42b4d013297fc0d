/* Pictures for the router that nobody drew: cards anywhere, or in containers, and links between any two. */
#include "router-picture.h"

#include <math.h>
#include <string.h>

guint
picture_below (TbRng *rng, guint n)
{
  return (guint) tb_rng_below (rng, n);
}

static gboolean
near_another (const RouterPicture *p, guint but, const TbRect *r, double gap)
{
  for (guint i = 0; i < p->n_shapes; i++)
    {
      const TbRect *s = &p->shapes[i].rect;
      if (i != but && s->width > 0 && p->shapes[i].kind != TB_SHAPE_CONTAINER
          && r->x < s->x + s->width + gap && s->x < r->x + r->width + gap
          && r->y < s->y + s->height + gap && s->y < r->y + r->height + gap)
        return TRUE;
    }
  return FALSE;
}

TbRouterShape
picture_new_card (const RouterPicture *p, TbRng *rng, guint but, double size, double gap)
{
  for (guint try = 0; try < 40; try++)
    {
      TbRect r = { (double) picture_below (rng, (guint) size), (double) picture_below (rng, (guint) (size * 0.7)),
                   60. + 4 * picture_below (rng, 30), 40. + 4 * picture_below (rng, 12) };
      if (!near_another (p, but, &r, gap))
        return (TbRouterShape){ TB_SHAPE_CARD, r, { r.x + r.width / 2, r.y + r.height / 2 } };
    }
  return (TbRouterShape){ 0 };
}

TbRouterLink
picture_new_link (const RouterPicture *p, TbRng *rng)
{
  TbRouterLink link = { .from_at = -1, .to_at = -1, .label_at = -1 };
  for (guint try = 0; try < 20 && p->n_shapes > 0; try++)
    {
      guint a = picture_below (rng, p->n_shapes), b = picture_below (rng, p->n_shapes);
      if (a == b || p->shapes[a].kind != TB_SHAPE_CARD || p->shapes[b].kind != TB_SHAPE_CARD
          || p->shapes[a].rect.width <= 0 || p->shapes[b].rect.width <= 0)
        continue;
      link.from = a + 1;
      link.to = b + 1;
      break;
    }
  return link;
}

void
picture_make_messy (RouterPicture *p, TbRng *rng, guint cards, guint links, double gap)
{
  double size = 260 * sqrt (cards) + 200;
  memset (p, 0, sizeof *p);
  for (guint i = 0; i < cards; i++)
    {
      TbRouterShape card = picture_new_card (p, rng, G_MAXUINT, size, gap);
      if (card.rect.width > 0)
        p->shapes[p->n_shapes++] = card;
    }
  for (guint i = 0; i < links; i++)
    p->links[p->n_links++] = picture_new_link (p, rng);
}

void
picture_make_contained (RouterPicture *p, TbRng *rng, guint columns, guint rows, guint links)
{
  memset (p, 0, sizeof *p);
  for (guint y = 0; y < rows; y++)
    for (guint x = 0; x < columns; x++)
      {
        TbRect home = { x * 620., y * 420., 560, 360 };
        if (picture_below (rng, 3) > 0)
          p->shapes[p->n_shapes++] = (TbRouterShape){ TB_SHAPE_CONTAINER, home, { 0, 0 } };
        for (guint i = 0; i < 4; i++)
          {
            TbRect r = { home.x + 30 + (i % 2) * 270. + picture_below (rng, 40),
                         home.y + 60 + (i / 2) * 150. + picture_below (rng, 40), 176, 68 };
            if (picture_below (rng, 4) > 0)
              p->shapes[p->n_shapes++]
                  = (TbRouterShape){ TB_SHAPE_CARD, r, { r.x + 88, r.y + 34 } };
          }
      }
  for (guint i = 0; i < links; i++)
    p->links[p->n_links++] = picture_new_link (p, rng);
}

TbRouter *
picture_route (const RouterPicture *p)
{
  TbRouter *router = tb_router_new ();
  for (guint i = 0; i < p->n_shapes; i++)
    if (p->shapes[i].rect.width > 0)
      tb_router_set_shape (router, i + 1, &p->shapes[i]);
  for (guint i = 0; i < p->n_links; i++)
    if (p->links[i].from != 0)
      tb_router_set_link (router, i + 1, &p->links[i]);
  g_assert_true (tb_router_update (router, NULL, NULL, NULL));
  return router;
}
