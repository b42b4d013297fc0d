/* The scene: what it finds where, what contains what; following edits is making it anew. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "make-model.h"
#include "tb-base.h"
#include "tb-diagram.h"

static const char shop[]
    = "<architecture xmlns='urn:tierboard:1' name='Shop'>"
      "<layer id='top' name='Presentation'/><layer id='middle' name='Application'/>"
      "<layer id='data' name='Data'/>"
      "<tier id='clients' name='Clients'/><tier id='app' name='Application servers'/>"
      "<middleware id='http' name='HTTP and JSON' call='sync'/>"
      "<component id='browser' kind='client' name='Browser' tier='clients' layer='top' replicas='4'"
      " threads='pool 2'/>"
      "<component id='shop' kind='server' name='Shop' tier='app' layer='middle' replicas='3'/>"
      "<component id='cache' kind='cache' name='Sessions' tier='app' layer='data'/>"
      "<link id='browse' from='browser' to='shop' carries='pages' via='http'/>"
      "<link id='load' from='shop' to='cache' call='async'/>"
      "<note id='remark' of='shop'>Stateless, so any of three will do.</note>"
      "<view id='main' frame='both'><place of='browser' x='100' y='0'/>"
      "<place of='shop' x='100' y='200'/><place of='cache' x='100' y='400'/>"
      "<place of='remark' x='400' y='200'/></view></architecture>";

static TbDocument *
load (const char *xml)
{
  g_autoptr (GError) error = NULL;
  TbDocument *document = tb_document_load_bytes ("test", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
  return document;
}

static TbUid
uid_of (TbDocument *document, const char *id)
{
  const TbElement *element = tb_model_lookup (tb_document_model (document), id);
  g_assert_nonnull (element);
  return tb_element_uid (element);
}

static TbRect
rect_of (TbDocument *document, const TbScene *scene, const char *id)
{
  TbRect r;
  g_assert_true (tb_scene_item (scene, uid_of (document, id), NULL, &r));
  return r;
}

static gboolean
holds (const TbRect *outer, const TbRect *inner)
{
  return inner->x >= outer->x && inner->y >= outer->y
         && inner->x + inner->width <= outer->x + outer->width
         && inner->y + inner->height <= outer->y + outer->height;
}

/* ---- Where things are ------------------------------------------------------------------------ */

static void
test_containers_hold_their_members (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = tb_scene_new (tb_document_model (d), NULL);
  TbRect app = rect_of (d, scene, "app"), middle = rect_of (d, scene, "middle");
  TbRect card = rect_of (d, scene, "shop"), cache = rect_of (d, scene, "cache");
  g_assert_true (holds (&app, &card));
  g_assert_true (holds (&app, &cache));
  g_assert_true (holds (&middle, &card));
  g_assert_false (holds (&middle, &cache));
}

static void
test_bands_do_not_overlap_and_are_of_one_width (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = tb_scene_new (tb_document_model (d), NULL);
  TbRect a = rect_of (d, scene, "top"), b = rect_of (d, scene, "middle"),
         c = rect_of (d, scene, "data");
  g_assert_cmpfloat (a.y + a.height, <, b.y);
  g_assert_cmpfloat (b.y + b.height, <, c.y);
  g_assert_cmpfloat (a.width, ==, c.width);
}

static void
test_middleware_lies_below_all (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = tb_scene_new (tb_document_model (d), NULL);
  TbRect http = rect_of (d, scene, "http"), data = rect_of (d, scene, "data");
  g_assert_cmpfloat (http.y, >, data.y + data.height);
}

static void
test_hit_finds_the_topmost (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = tb_scene_new (tb_document_model (d), NULL);
  TbRect tier = rect_of (d, scene, "app");
  guint n;
  const TbPoint *route = tb_scene_route (scene, uid_of (d, "load"), &n);
  TbPoint middle = { (route[0].x + route[1].x) / 2, (route[0].y + route[1].y) / 2 };
  g_assert_cmpuint (tb_scene_hit (scene, 150, 230, 3), ==, uid_of (d, "shop"));
  g_assert_cmpuint (tb_scene_hit (scene, middle.x + 2, middle.y, 4), ==, uid_of (d, "load"));
  g_assert_cmpuint (tb_scene_hit (scene, tier.x + 5, tier.y + 60, 3), ==, uid_of (d, "app"));
  g_assert_cmpuint (tb_scene_hit (scene, 410, 210, 3), ==, uid_of (d, "remark"));
  g_assert_cmpuint (tb_scene_hit (scene, -9999, 0, 3), ==, 0);
}

static void
test_container_at_looks_through_cards (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = tb_scene_new (tb_document_model (d), NULL);
  g_assert_cmpuint (tb_scene_container_at (scene, 150, 230, G_MAXUINT), ==, uid_of (d, "app"));
  g_assert_cmpuint (tb_scene_container_at (scene, 150, 230, 1u << TB_ITEM_LAYER), ==,
                    uid_of (d, "middle"));
}

static gboolean
has (const GArray *uids, TbUid uid)
{
  for (guint i = 0; i < uids->len; i++)
    if (g_array_index (uids, TbUid, i) == uid)
      return TRUE;
  return FALSE;
}

static void
test_query_touching_and_whole (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = tb_scene_new (tb_document_model (d), NULL);
  g_autoptr (GArray) touched = g_array_new (FALSE, FALSE, sizeof (TbUid));
  g_autoptr (GArray) whole = g_array_new (FALSE, FALSE, sizeof (TbUid));
  TbRect rect = { 90, 190, 200, 220 };
  tb_scene_query (scene, &rect, FALSE, touched);
  tb_scene_query (scene, &rect, TRUE, whole);
  g_assert_true (has (touched, uid_of (d, "shop")) && has (whole, uid_of (d, "shop")));
  g_assert_true (has (touched, uid_of (d, "cache")) && !has (whole, uid_of (d, "cache")));
  g_assert_false (has (touched, uid_of (d, "browser")));
}

/* Every item is found at its own middle: the index forgets none. */
static void
test_index_finds_every_card (void)
{
  TbMadeModel made = { 400, 500, 20, 1, TRUE, TRUE, 5 };
  g_autoptr (TbDocument) d = tb_make_document (&made);
  const TbModel *model = tb_document_model (d);
  g_autoptr (TbScene) scene = tb_scene_new (model, NULL);
  for (guint i = 0; i < made.components; i++)
    {
      TbUid uid = tb_element_uid (tb_model_nth (model, TB_KIND_COMPONENT, i));
      TbRect r;
      tb_scene_item (scene, uid, NULL, &r);
      g_assert_cmpuint (tb_scene_hit (scene, r.x + r.width / 2, r.y + r.height / 2, 1), ==, uid);
    }
}

/* Beside a link there is more than one place: what stands at the first leaves the next. */
static void
test_pill_leaves_what_is_taken (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = tb_scene_new (tb_document_model (d), NULL);
  TbUid browse = uid_of (d, "browse"), other = uid_of (d, "load");
  TbRect taken[3];
  for (guint n = 0; n < G_N_ELEMENTS (taken); n++)
    {
      taken[n] = tb_scene_link_pill (scene, browse, 30, 14, taken, n);
      g_assert_false (tb_scene_is_covered (scene, browse, &taken[n]));
      for (guint i = 0; i < n; i++)
        g_assert_false (tb_rect_intersects (&taken[n], &taken[i]));
    }
  TbRect label;
  g_assert_true (tb_scene_link_label (scene, browse, &label));
  g_assert_true (tb_scene_is_covered (scene, other, &label));
  g_assert_false (tb_scene_is_covered (scene, browse, &label));
}

static void
test_pill_covers_no_card_and_no_link (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = tb_scene_new (tb_document_model (d), NULL);
  static const char *const cards[] = { "browser", "shop", "cache", "remark" };
  static const char *const links[] = { "browse", "load" };
  for (guint l = 0; l < G_N_ELEMENTS (links); l++)
    {
      TbRect pill = tb_scene_link_pill (scene, uid_of (d, links[l]), 110, 20, NULL, 0);
      for (guint i = 0; i < G_N_ELEMENTS (cards); i++)
        {
          TbRect card = rect_of (d, scene, cards[i]);
          g_assert_false (tb_rect_intersects (&pill, &card));
        }
      guint n;
      const TbPoint *p = tb_scene_route (scene, uid_of (d, links[l]), &n);
      for (guint i = 1; i < n; i++)
        {
          TbRect line = { MIN (p[i - 1].x, p[i].x) - .5, MIN (p[i - 1].y, p[i].y) - .5,
                          fabs (p[i].x - p[i - 1].x) + 1, fabs (p[i].y - p[i - 1].y) + 1 };
          g_assert_false (tb_rect_intersects (&pill, &line));
        }
    }
}

static void
test_route_points_go_from_end_to_end (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = tb_scene_new (tb_document_model (d), NULL);
  TbUid link = uid_of (d, "browse");
  guint n;
  const TbPoint *p = tb_scene_route (scene, link, &n);
  double length = tb_scene_route_length (scene, link);
  TbPoint a = tb_scene_route_point (scene, link, 0), b = tb_scene_route_point (scene, link, length);
  g_assert_cmpfloat_with_epsilon (a.x, p[0].x, 0.01);
  g_assert_cmpfloat_with_epsilon (b.y, p[n - 1].y, 0.01);
  TbPoint before = a;
  for (double at = 1; at < length; at += 1)
    {
      TbPoint here = tb_scene_route_point (scene, link, at);
      g_assert_cmpfloat (hypot (here.x - before.x, here.y - before.y), <, 1.5);
      before = here;
    }
}

static void
test_dots_stand_on_the_card (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = tb_scene_new (tb_document_model (d), NULL);
  TbRect card = rect_of (d, scene, "browser");
  TbPoint at, before = { 0, 0 };
  for (guint r = 1; r <= 4; r++)
    {
      g_assert_true (tb_scene_replica_dot (scene, uid_of (d, "browser"), r, &at));
      g_assert_true (tb_rect_contains (&card, at.x, at.y));
      g_assert_cmpfloat (at.x, >, before.x);
      before = at;
    }
  g_assert_false (tb_scene_replica_dot (scene, uid_of (d, "browser"), 5, &at));
}

static void
test_free_place_touches_nothing (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = tb_scene_new (tb_document_model (d), NULL);
  TbPoint p = tb_scene_free_place (scene, 188, 234);
  TbRect r = { p.x, p.y, 176, 68 };
  static const char *const cards[] = { "browser", "shop", "cache", "remark" };
  for (guint i = 0; i < G_N_ELEMENTS (cards); i++)
    {
      TbRect card = rect_of (d, scene, cards[i]);
      g_assert_false (tb_rect_intersects (&r, &card));
    }
  g_assert_cmpfloat (fmod (p.x, 20), ==, 0);
}

/* Wherever the wish is: a card over an edge belongs nowhere that can be seen. */
static void
test_free_place_is_in_or_out_of_each_container (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = tb_scene_new (tb_document_model (d), NULL);
  static const char *const containers[] = { "top", "app" };
  TbRect bounds = tb_scene_bounds (scene);
  for (double y = bounds.y - 100; y < bounds.y + bounds.height + 100; y += 37)
    for (double x = bounds.x - 100; x < bounds.x + bounds.width + 100; x += 37)
      {
        TbPoint p = tb_scene_free_place (scene, x, y);
        TbRect r = { p.x, p.y, 176, 68 };
        for (guint i = 0; i < G_N_ELEMENTS (containers); i++)
          {
            TbRect c = rect_of (d, scene, containers[i]);
            gboolean in = tb_rect_contains (&c, r.x, r.y)
                          && tb_rect_contains (&c, r.x + r.width, r.y + r.height);
            g_assert_true (in || !tb_rect_intersects (&r, &c));
          }
      }
}

static void
test_frames_show_their_containers (void)
{
  static const struct
  {
    const char *frame;
    gboolean layers, tiers;
  } frames[] = { { "both", TRUE, TRUE }, { "layers", TRUE, FALSE }, { "tiers", FALSE, TRUE },
                 { "none", FALSE, FALSE } };
  g_autoptr (TbDocument) d = load (shop);
  for (guint i = 0; i < G_N_ELEMENTS (frames); i++)
    {
      tb_document_begin (d, "Frame", NULL);
      tb_document_set (d, uid_of (d, "main"), TB_PROP_FRAME, frames[i].frame, NULL);
      tb_document_commit (d);
      g_autoptr (TbScene) scene = tb_scene_new (tb_document_model (d), "main");
      g_assert_cmpint (tb_scene_item (scene, uid_of (d, "top"), NULL, NULL), ==, frames[i].layers);
      g_assert_cmpint (tb_scene_item (scene, uid_of (d, "app"), NULL, NULL), ==, frames[i].tiers);
    }
}

static void
test_an_empty_drawing_has_a_scene (void)
{
  g_autoptr (TbDocument) d = tb_document_new ("Empty");
  g_autoptr (TbScene) scene = tb_scene_new (tb_document_model (d), NULL);
  TbRect clip = tb_scene_bounds (scene);
  g_assert_cmpfloat (clip.width, >, 0);
  g_assert_cmpuint (tb_scene_hit (scene, 0, 0, 5), ==, 0);
  g_assert_cmpuint (tb_scene_n_unplaced (scene), ==, 0);
}

/* ---- Following the document ------------------------------------------------------------------ */

static void
assert_same_picture (const TbScene *a, const TbScene *b)
{
  gsize na, nb;
  g_autofree char *x = tb_scene_to_svg (a, TB_THEME_LIGHT, 1, &na);
  g_autofree char *y = tb_scene_to_svg (b, TB_THEME_LIGHT, 1, &nb);
  if (na == nb && memcmp (x, y, na) == 0)
    return;
  g_auto (GStrv) lx = g_strsplit (x, "\n", -1), ly = g_strsplit (y, "\n", -1);
  for (guint i = 0; lx[i] && ly[i]; i++)
    g_assert_cmpstr (lx[i], ==, ly[i]);
  g_assert_not_reached ();
}

/* The index of a scene that followed finds what that of a new one finds. */
static void
assert_same_finds (const TbScene *a, const TbScene *b, TbRng *rng)
{
  TbRect all = tb_scene_bounds (b), other = tb_scene_bounds (a);
  g_assert_cmpmem (&all, sizeof all, &other, sizeof other);
  for (guint i = 0; i < 20; i++)
    {
      double x = all.x + all.width * tb_rng_uniform (rng), y = all.y + all.height * tb_rng_uniform (rng);
      TbRect rect = { x, y, 200, 150 };
      g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (TbUid));
      g_autoptr (GArray) expected = g_array_new (FALSE, FALSE, sizeof (TbUid));
      tb_scene_query (a, &rect, FALSE, found);
      tb_scene_query (b, &rect, FALSE, expected);
      g_assert_cmpmem (found->data, found->len * sizeof (TbUid), expected->data,
                       expected->len * sizeof (TbUid));
      g_assert_cmpuint (tb_scene_hit (a, x, y, 3), ==, tb_scene_hit (b, x, y, 3));
    }
}

static TbUid
any_of (const TbModel *model, TbKind kind, TbRng *rng)
{
  guint n = tb_model_count (model, kind);
  return n ? tb_element_uid (tb_model_nth (model, kind, (guint) tb_rng_below (rng, n))) : 0;
}

static void
set_number (TbDocument *d, TbUid uid, TbProp prop, double value)
{
  char text[32];
  g_snprintf (text, sizeof text, "%d", (int) value);
  g_assert_true (tb_document_set (d, uid, prop, text, NULL));
}

static void
add_component (TbDocument *d, TbRng *rng)
{
  char id[32];
  g_snprintf (id, sizeof id, "new%u", (guint) tb_rng_below (rng, 1000000));
  TbUid uid = tb_document_insert (d, TB_KIND_COMPONENT, id,
                                  tb_element_uid (tb_model_root (tb_document_model (d))),
                                  G_MAXUINT);
  tb_document_set (d, uid, TB_PROP_KIND, "store", NULL);
}

/* With a place of its own, and somebody who calls it. */
static void
add_placed (TbDocument *d, TbRng *rng)
{
  const TbModel *model = tb_document_model (d);
  TbUid root = tb_element_uid (tb_model_root (model));
  TbUid caller = any_of (model, TB_KIND_COMPONENT, rng), view = any_of (model, TB_KIND_VIEW, rng);
  char id[32], other[32];
  if (caller == 0)
    return;
  g_strlcpy (other, tb_element_id (tb_model_get (model, caller)), sizeof other);
  g_snprintf (id, sizeof id, "put%u", (guint) tb_rng_below (rng, 1000000));
  TbUid uid = tb_document_insert (d, TB_KIND_COMPONENT, id, root, (guint) tb_rng_below (rng, 99));
  tb_document_set (d, uid, TB_PROP_KIND, "balancer", NULL);
  TbUid place = tb_document_insert (d, TB_KIND_PLACE, NULL, view, (guint) tb_rng_below (rng, 99));
  tb_document_set (d, place, TB_PROP_OF, id, NULL);
  set_number (d, place, TB_PROP_X, 20 * (double) tb_rng_below (rng, 60));
  set_number (d, place, TB_PROP_Y, 20 * (double) tb_rng_below (rng, 60));
  for (guint k = 0; k < 2; k++)
    {
      TbUid link = tb_document_insert (d, TB_KIND_LINK, NULL, root, G_MAXUINT);
      tb_document_set (d, link, TB_PROP_FROM, k ? id : other, NULL);
      tb_document_set (d, link, TB_PROP_TO, k ? other : id, NULL);
      tb_document_set (d, link, TB_PROP_BALANCE, tb_rng_below (rng, 2) ? "random" : NULL, NULL);
    }
}

static void
edit_at_random (TbDocument *d, TbRng *rng)
{
  const TbModel *model = tb_document_model (d);
  TbUid place = any_of (model, TB_KIND_PLACE, rng), card = any_of (model, TB_KIND_COMPONENT, rng);
  TbUid link = any_of (model, TB_KIND_LINK, rng);
  switch (tb_rng_below (rng, 14))
    {
    case 9:
      add_placed (d, rng);
      break;
    case 10:
      if (link)
        tb_document_delete (d, link);
      break;
    case 0:
      if (tb_rng_below (rng, 6) == 0) /* what has no place makes every update a new scene */
        add_component (d, rng);
      break;
    case 1:
      tb_document_delete (d, card);
      break;
    case 2:
      set_number (d, card, TB_PROP_REPLICAS, 1 + (double) tb_rng_below (rng, 5));
      break;
    case 3:
      tb_document_set (d, card, TB_PROP_NAME, "A rather long name for a card", NULL);
      break;
    case 4:
      tb_document_set (d, card, TB_PROP_TIER, "t1", NULL);
      break;
    case 5:
      if (link)
        tb_document_set (d, link, TB_PROP_CARRIES, "rows", NULL);
      break;
    case 6:
      if (link)
        tb_document_set (d, link, TB_PROP_BALANCE, "random", NULL);
      break;
    case 7:
      if (card && !tb_element_child_of (tb_model_get (model, card), TB_KIND_COMMAND))
        tb_document_set (d, tb_document_insert (d, TB_KIND_COMMAND, NULL, card, G_MAXUINT),
                         TB_PROP_TEXT, "/usr/bin/nginx -g x", NULL);
      break;
    case 8:
      tb_document_set (d, card, TB_PROP_LAYER, tb_rng_below (rng, 2) ? "l0 l2" : "l1", NULL);
      break;
    default:
      if (place == 0)
        break;
      set_number (d, place, TB_PROP_X, 20 * (double) tb_rng_below (rng, 60));
      set_number (d, place, TB_PROP_Y, 20 * (double) tb_rng_below (rng, 60));
    }
}

static void
take_edits (TbDocument *d, const TbEdit *edits, guint n, TbScene *scene)
{
  (void) d;
  tb_scene_update (scene, tb_document_model (d), edits, n, NULL);
}

/* A hand that goes to and fro before it comes to rest. */
static void
move_at_random (TbScene *scene, const TbModel *model, TbRng *rng)
{
  TbUid uids[2] = { any_of (model, TB_KIND_COMPONENT, rng), any_of (model, TB_KIND_TIER, rng) };
  guint n = tb_rng_below (rng, 4) == 0 && uids[1] ? 2 : 1;
  for (guint i = 0; i < 3 && uids[0]; i++)
    tb_scene_preview_move (scene, uids, n, 20. * (double) tb_rng_below (rng, 9),
                           20. * (double) tb_rng_below (rng, 9), NULL);
  tb_scene_preview_move (scene, NULL, 0, 0, 0, NULL);
}

static void
follow (const TbMadeModel *made, guint64 seed, guint rounds)
{
  TbRng rng;
  tb_rng_seed (&rng, seed);
  g_autoptr (TbDocument) d = tb_make_document (made);
  const TbModel *model = tb_document_model (d);
  g_autoptr (TbScene) scene = tb_scene_new (model, NULL);
  g_signal_connect (d, "changed", G_CALLBACK (take_edits), scene);
  for (guint i = 0; i < rounds; i++)
    {
      if (i % 7 == 6)
        tb_document_undo (d);
      else if (i % 5 == 4)
        move_at_random (scene, model, &rng);
      else
        {
          tb_document_begin (d, "Edit", NULL);
          for (guint k = 0; k <= tb_rng_below (&rng, 3); k++)
            edit_at_random (d, &rng);
          tb_document_commit (d);
        }
      g_autoptr (TbScene) anew = tb_scene_new (model, NULL);
      assert_same_picture (scene, anew);
      assert_same_finds (scene, anew, &rng);
    }
}

static void
test_update_equals_new (void)
{
  guint64 seed = (guint64) g_test_rand_int ();
  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  TbMadeModel framed = { 30, 45, 6, 1, TRUE, TRUE, seed }, bare = { 40, 60, 8, 1, FALSE, FALSE, seed };
  for (guint i = 0; i < 2; i++)
    {
      follow (&framed, seed + 2 * i, 40);
      follow (&bare, seed + 2 * i + 1, 40);
    }
}

static cairo_surface_t *
paint (const TbScene *scene, const TbRect *page)
{
  TbPaintOptions options = { .scale = 1, .background = TRUE };
  cairo_surface_t *s = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) page->width,
                                                   (int) page->height);
  cairo_t *cr = cairo_create (s);
  cairo_translate (cr, -page->x, -page->y);
  tb_scene_paint (scene, cr, page, &options);
  cairo_destroy (cr);
  cairo_surface_flush (s);
  return s;
}

static gboolean
is_dirty (const GArray *dirty, double x, double y)
{
  for (guint i = 0; i < dirty->len; i++)
    {
      TbRect r = g_array_index (dirty, TbRect, i);
      r = (TbRect){ floor (r.x), floor (r.y), ceil (r.width) + 1, ceil (r.height) + 1 };
      if (tb_rect_contains (&r, x, y))
        return TRUE;
    }
  return FALSE;
}

/* Lines are stroked all at once, so that one elsewhere may turn a pixel of this one by a step or
 * two of 255. */
static gboolean
differs (const guchar *a, const guchar *b)
{
  return abs (a[0] - b[0]) > 2 || abs (a[1] - b[1]) > 2 || abs (a[2] - b[2]) > 2;
}

static void
assert_changes_are_dirty (cairo_surface_t *a, cairo_surface_t *b, const TbRect *page,
                          const GArray *dirty)
{
  int stride = cairo_image_surface_get_stride (a);
  const guchar *pa = cairo_image_surface_get_data (a), *pb = cairo_image_surface_get_data (b);
  for (int y = 0; y < (int) page->height; y++)
    for (int x = 0; x < (int) page->width; x++)
      if (differs (pa + y * stride + 4 * x, pb + y * stride + 4 * x)
          && !is_dirty (dirty, page->x + x, page->y + y))
        g_error ("%d, %d changed and is not dirty", x, y);
}

static void
test_what_changes_is_dirty (void)
{
  TbRng rng;
  tb_rng_seed (&rng, 11);
  TbMadeModel made = { 16, 20, 4, 1, TRUE, TRUE, 11 };
  g_autoptr (TbDocument) d = tb_make_document (&made);
  g_autoptr (TbScene) scene = tb_scene_new (tb_document_model (d), NULL);
  TbRect page = { -200, -200, 1800, 1600 };
  for (guint i = 0; i < 8; i++)
    {
      g_autoptr (GArray) dirty = g_array_new (FALSE, FALSE, sizeof (TbRect));
      cairo_surface_t *before = paint (scene, &page);
      tb_document_begin (d, "Edit", NULL);
      edit_at_random (d, &rng);
      tb_document_commit (d);
      tb_scene_update (scene, tb_document_model (d), NULL, 0, dirty);
      cairo_surface_t *after = paint (scene, &page);
      assert_changes_are_dirty (before, after, &page, dirty);
      cairo_surface_destroy (before);
      cairo_surface_destroy (after);
    }
}

static void
test_a_preview_shows_and_leaves_no_trace (void)
{
  g_autoptr (TbDocument) d = load (shop);
  g_autoptr (TbScene) scene = tb_scene_new (tb_document_model (d), NULL);
  g_autoptr (TbScene) still = tb_scene_new (tb_document_model (d), NULL);
  TbUid uid = uid_of (d, "shop");
  TbRect before = rect_of (d, scene, "shop");
  tb_scene_preview_move (scene, &uid, 1, 60, -20, NULL);
  TbRect moved = rect_of (d, scene, "shop");
  g_assert_cmpfloat (moved.x, ==, before.x + 60);
  tb_scene_preview_move (scene, NULL, 0, 0, 0, NULL);
  assert_same_picture (scene, still);
}

/* What a hand shows while it drags is what is there when it lets go. */
static void
test_a_preview_looks_like_the_move (void)
{
  TbMadeModel made = { 40, 60, 8, 1, FALSE, FALSE, 3 };
  g_autoptr (TbDocument) d = tb_make_document (&made);
  g_autoptr (TbScene) scene = tb_scene_new (tb_document_model (d), NULL);
  TbUid uid = uid_of (d, "c9");
  TbRect r = rect_of (d, scene, "c9");
  tb_scene_preview_move (scene, &uid, 1, 80, 40, NULL);
  const TbElement *view = tb_model_nth (tb_document_model (d), TB_KIND_VIEW, 0);
  TbUid place = 0;
  for (guint i = 0; i < tb_element_n_children (view); i++)
    if (g_strcmp0 (tb_element_get (tb_element_child (view, i), TB_PROP_OF), "c9") == 0)
      place = tb_element_uid (tb_element_child (view, i));
  tb_document_begin (d, "Move", NULL);
  set_number (d, place, TB_PROP_X, r.x + 80);
  set_number (d, place, TB_PROP_Y, r.y + 40);
  tb_document_commit (d);
  g_autoptr (TbScene) anew = tb_scene_new (tb_document_model (d), NULL);
  assert_same_picture (scene, anew);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/scene/" name, func)
  ADD ("containers-hold-their-members", test_containers_hold_their_members);
  ADD ("bands-do-not-overlap", test_bands_do_not_overlap_and_are_of_one_width);
  ADD ("middleware-lies-below-all", test_middleware_lies_below_all);
  ADD ("hit-finds-the-topmost", test_hit_finds_the_topmost);
  ADD ("container-at-looks-through-cards", test_container_at_looks_through_cards);
  ADD ("query-touching-and-whole", test_query_touching_and_whole);
  ADD ("index-finds-every-card", test_index_finds_every_card);
  ADD ("pill-covers-no-card-and-no-link", test_pill_covers_no_card_and_no_link);
  ADD ("pill-leaves-what-is-taken", test_pill_leaves_what_is_taken);
  ADD ("route-points-go-from-end-to-end", test_route_points_go_from_end_to_end);
  ADD ("dots-stand-on-the-card", test_dots_stand_on_the_card);
  ADD ("free-place-touches-nothing", test_free_place_touches_nothing);
  ADD ("free-place-is-in-or-out-of-each-container",
       test_free_place_is_in_or_out_of_each_container);
  ADD ("frames-show-their-containers", test_frames_show_their_containers);
  ADD ("an-empty-drawing-has-a-scene", test_an_empty_drawing_has_a_scene);
  ADD ("update-equals-new", test_update_equals_new);
  ADD ("what-changes-is-dirty", test_what_changes_is_dirty);
  ADD ("a-preview-shows-and-leaves-no-trace", test_a_preview_shows_and_leaves_no_trace);
  ADD ("a-preview-looks-like-the-move", test_a_preview_looks_like_the_move);
  return g_test_run ();
}
