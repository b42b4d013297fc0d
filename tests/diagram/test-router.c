/* The router that follows changes: what holds for every picture, on random ones. The seed is
 * printed. TIERBOARD_SOAK=1 looks at thousands. */
#include <string.h>

#include "router-picture.h"

static gboolean
is_soak (void)
{
  return g_getenv ("TIERBOARD_SOAK") != NULL;
}

static guint64
new_seed (TbRng *rng)
{
  guint64 seed = (guint64) g_test_rand_int ();
  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  tb_rng_seed (rng, seed);
  return seed;
}

static void
test_messy_pictures (void)
{
  TbRng rng;
  guint n = is_soak () ? 3000 : 60, together_n = 0;
  new_seed (&rng);
  for (guint i = 0; i < n; i++)
    {
      g_autofree RouterPicture *p = g_new (RouterPicture, 1);
      guint cards = 5 + picture_below (&rng, 30);
      picture_make_messy (p, &rng, cards, cards + picture_below (&rng, cards), 20 + picture_below (&rng, 30));
      g_autoptr (TbRouter) router = picture_route (p);
      picture_assert_good (p, router);
      together_n += picture_count_together (p, router, 0.4);
    }
  g_assert_cmpuint (together_n, ==, 0);
}

static void
test_containers (void)
{
  TbRng rng;
  guint n = is_soak () ? 2000 : 60, together_n = 0;
  new_seed (&rng);
  for (guint i = 0; i < n; i++)
    {
      g_autofree RouterPicture *p = g_new (RouterPicture, 1);
      picture_make_contained (p, &rng, 1 + picture_below (&rng, 3), 1 + picture_below (&rng, 3), 14);
      g_autoptr (TbRouter) router = picture_route (p);
      picture_assert_good (p, router);
      together_n += picture_count_together (p, router, 0.4);
    }
  g_assert_cmpuint (together_n, ==, 0);
}

/* ---- Following changes ----------------------------------------------------------------------- */

static void
change_shape (RouterPicture *p, TbRng *rng, TbRouter *router, guint i)
{
  TbRouterShape *s = &p->shapes[i];
  guint what = picture_below (rng, 8);
  if (what == 0 && s->rect.width > 0)
    {
      s->rect.width = 0;
      tb_router_remove_shape (router, i + 1);
      return;
    }
  if (what == 1 || s->rect.width <= 0)
    *s = picture_new_card (p, rng, i, 1500, 16);
  else if (what == 2)
    s->kind = s->kind == TB_SHAPE_CARD ? (picture_below (rng, 2) ? TB_SHAPE_TEXT : TB_SHAPE_CONTAINER)
                                       : TB_SHAPE_CARD;
  else if (s->kind == TB_SHAPE_CONTAINER)
    {
      s->rect.width += 4. * picture_below (rng, 60);
      s->rect.height += 4. * picture_below (rng, 60);
      s->rect.x -= 4. * picture_below (rng, 20) * (double) picture_below (rng, 2);
    }
  else
    {
      s->rect.x += 4. * picture_below (rng, 21) - 40;
      s->rect.y += 4. * picture_below (rng, 21) - 40;
    }
  s->centre = (TbPoint){ s->rect.x + s->rect.width / 2, s->rect.y + s->rect.height / 2 };
  if (s->rect.width > 0)
    tb_router_set_shape (router, i + 1, s);
  else
    tb_router_remove_shape (router, i + 1);
}

static void
change_link (RouterPicture *p, TbRng *rng, TbRouter *router, guint i)
{
  static const char *const ports[] = { "web", "admin" };
  TbRouterLink *l = &p->links[i];
  switch (l->from == 0 ? 0 : picture_below (rng, 7))
    {
    case 0:
      *l = picture_new_link (p, rng);
      break;
    case 1:
      l->from = 0;
      break;
    case 2:
      l->from_side = (TbSide) picture_below (rng, 5);
      l->to_at = picture_below (rng, 2) ? 0.25 * picture_below (rng, 5) : -1;
      break;
    case 3:
      l->to_port = picture_below (rng, 3) ? ports[picture_below (rng, 2)] : NULL;
      l->from_port = picture_below (rng, 3) ? NULL : ports[picture_below (rng, 2)];
      break;
    case 4:
      l->n_bends = picture_below (rng, 4);
      for (guint k = 0; k < l->n_bends; k++)
        p->bends[i][k] = (TbPoint){ 4. * picture_below (rng, 350), 4. * picture_below (rng, 250) };
      l->bends = p->bends[i];
      break;
    default:
      l->label_width = picture_below (rng, 3) ? 30. + picture_below (rng, 80) : 0;
      l->label_height = 16;
      l->label_at = picture_below (rng, 4) ? -1 : 0.1 * picture_below (rng, 11);
      l->label_offset = picture_below (rng, 40) - 20.;
      break;
    }
  if (l->from != 0)
    tb_router_set_link (router, i + 1, l);
  else
    tb_router_remove_link (router, i + 1);
}

static gboolean
stop_sometimes (gpointer data)
{
  return picture_below (data, 6) == 0;
}

/* Now and then with a view to route first, and with interruptions. */
static void
update (TbRouter *router, TbRng *rng)
{
  TbRect first = { (double) picture_below (rng, 1500), (double) picture_below (rng, 1000), 400, 300 };
  if (picture_below (rng, 3) == 0)
    tb_router_update (router, &first, picture_below (rng, 2) ? stop_sometimes : NULL, rng);
  if (picture_below (rng, 3) == 0)
    tb_router_update (router, NULL, stop_sometimes, rng);
  if (picture_below (rng, 4) > 0)
    g_assert_true (tb_router_update (router, NULL, NULL, NULL));
}

/* So many that it is done as if from nothing. */
static void
move_all (RouterPicture *p, TbRouter *router)
{
  for (guint i = 0; i < p->n_shapes; i++)
    if (p->shapes[i].rect.width > 0)
      {
        p->shapes[i].rect.y += 4;
        p->shapes[i].centre.y += 4;
        tb_router_set_shape (router, i + 1, &p->shapes[i]);
      }
}

static void
follow (RouterPicture *p, TbRng *rng, guint steps)
{
  g_autoptr (TbRouter) router = picture_route (p);
  for (guint step = 0; step < steps; step++)
    {
      for (guint k = 1 + picture_below (rng, 3); k > 0; k--)
        if (picture_below (rng, 3) > 0 && p->n_shapes > 0)
          change_shape (p, rng, router, picture_below (rng, p->n_shapes));
        else if (p->n_links > 0)
          change_link (p, rng, router, picture_below (rng, p->n_links));
      if (picture_below (rng, 20) == 0)
        move_all (p, router);
      update (router, rng);
      if (step % 3 != 2)
        continue;
      g_assert_true (tb_router_update (router, NULL, NULL, NULL));
      g_autoptr (TbRouter) anew = picture_route (p);
      picture_assert_same (p, router, anew);
    }
}

static void
test_moved_equals_from_nothing (void)
{
  TbRng rng;
  guint n = is_soak () ? 2000 : 50;
  new_seed (&rng);
  for (guint i = 0; i < n; i++)
    {
      g_autofree RouterPicture *p = g_new (RouterPicture, 1);
      if (i % 3 == 0)
        picture_make_contained (p, &rng, 2, 2, 20);
      else
        picture_make_messy (p, &rng, 6 + picture_below (&rng, 30), 10 + picture_below (&rng, 50), 16);
      for (guint k = 0; k < p->n_links; k += 2)
        {
          p->links[k].label_width = 40;
          p->links[k].label_height = 16;
        }
      follow (p, &rng, 30);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/router/" name, func)
  ADD ("messy-pictures", test_messy_pictures);
  ADD ("containers", test_containers);
  ADD ("moved-equals-from-nothing", test_moved_equals_from_nothing);
  return g_test_run ();
}
