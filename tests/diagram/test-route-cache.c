/* Routes kept outside the file: the same picture without routing, and nothing that is broken. */
#include <glib/gstdio.h>
#include <string.h>

#include "make-model.h"
#include "tb-base.h"
#include "tb-diagram.h"

typedef struct
{
  TbDocument *document;
  TbScene *scene;
  GBytes *routes;
} World;

static void
open_world (World *w, guint64 seed)
{
  TbMadeModel made = { 60, 90, 8, 1, TRUE, FALSE, seed };
  w->document = tb_make_document (&made);
  w->scene = tb_scene_new (tb_document_model (w->document), NULL);
  w->routes = tb_scene_save_routes (w->scene);
  g_assert_nonnull (w->routes);
}

static void
close_world (World *w)
{
  g_bytes_unref (w->routes);
  tb_scene_free (w->scene);
  g_object_unref (w->document);
}

static char *
svg_of (const TbScene *scene)
{
  gsize size;
  return tb_scene_to_svg (scene, TB_THEME_LIGHT, 1, &size);
}

static TbScene *
unrouted (const World *w)
{
  return tb_scene_new_unrouted (tb_document_model (w->document), NULL);
}

static void
test_kept_routes_draw_the_same_picture (void)
{
  World w;
  open_world (&w, 1);
  g_autoptr (TbScene) scene = unrouted (&w);
  g_assert_true (tb_scene_load_routes (scene, w.routes, NULL));
  g_autofree char *expected = svg_of (w.scene), *found = svg_of (scene);
  g_assert_cmpstr (expected, ==, found);
  close_world (&w);
}

static void
test_routing_on_after_that_changes_nothing (void)
{
  World w;
  open_world (&w, 2);
  g_autoptr (TbScene) scene = unrouted (&w);
  g_autoptr (GArray) dirty = g_array_new (FALSE, FALSE, sizeof (TbRect));
  tb_scene_load_routes (scene, w.routes, NULL);
  g_assert_true (tb_scene_is_unrouted (scene));
  tb_scene_route_on (scene, dirty);
  g_assert_false (tb_scene_is_unrouted (scene));
  g_assert_cmpuint (dirty->len, ==, 0);
  close_world (&w);
}

/* A cold router and a hand that moves a card: in the end as if all had been routed from nothing. */
static void
test_a_move_before_the_router_knows (void)
{
  World w;
  open_world (&w, 3);
  g_autoptr (TbScene) scene = unrouted (&w);
  TbUid uid = tb_element_uid (tb_model_nth (tb_document_model (w.document), TB_KIND_COMPONENT, 7));
  tb_scene_load_routes (scene, w.routes, NULL);
  tb_scene_preview_move (scene, &uid, 1, 60, 40, NULL);
  tb_scene_route_on (scene, NULL);
  tb_scene_preview_move (w.scene, &uid, 1, 60, 40, NULL);
  g_autofree char *expected = svg_of (w.scene), *found = svg_of (scene);
  g_assert_cmpstr (expected, ==, found);
  close_world (&w);
}

static void
test_routes_of_another_picture_are_refused (void)
{
  World a, b;
  open_world (&a, 4);
  open_world (&b, 5);
  g_autoptr (TbScene) scene = unrouted (&a);
  g_autofree char *before = svg_of (scene);
  g_assert_false (tb_scene_load_routes (scene, b.routes, NULL));
  g_autofree char *after = svg_of (scene);
  g_assert_cmpstr (before, ==, after);
  close_world (&a);
  close_world (&b);
}

static void
test_broken_bytes_are_refused (void)
{
  World w;
  TbRng rng;
  tb_rng_seed (&rng, 6);
  open_world (&w, 6);
  gsize size;
  const guint8 *bytes = g_bytes_get_data (w.routes, &size);
  for (guint i = 0; i < 200; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (bytes, size);
      gsize n = i % 2 ? size : (gsize) tb_rng_below (&rng, size);
      copy[tb_rng_below (&rng, size)] ^= (guint8) (1 + tb_rng_below (&rng, 255));
      g_autoptr (GBytes) broken = g_bytes_new (copy, n);
      g_autoptr (TbScene) scene = i % 20 ? NULL : unrouted (&w);
      g_assert_false (n == size && tb_routes_are_sound (broken));
      if (scene != NULL)
        g_assert_false (tb_scene_load_routes (scene, broken, NULL));
    }
  g_assert_true (tb_routes_are_sound (w.routes));
  close_world (&w);
}

static void
test_name_is_of_what_routes_depend_on (void)
{
  World w;
  open_world (&w, 7);
  TbUid uid = tb_element_uid (tb_model_nth (tb_document_model (w.document), TB_KIND_COMPONENT, 7));
  g_autofree char *name = tb_scene_routes_name (w.scene);
  gsize size;
  g_autofree char *xml = tb_model_to_xml (tb_document_model (w.document), &size);
  g_autoptr (TbDocument) again = tb_document_load_bytes ("again", xml, size, NULL, NULL);
  g_autoptr (TbScene) reloaded = tb_scene_new (tb_document_model (again), NULL);
  g_autofree char *same = tb_scene_routes_name (reloaded);
  g_assert_cmpstr (name, ==, same);
  tb_scene_preview_move (w.scene, &uid, 1, 20, 0, NULL);
  g_autofree char *moved = tb_scene_routes_name (w.scene);
  g_assert_cmpstr (name, !=, moved);
  close_world (&w);
}

static void
test_the_folder_keeps_and_forgets (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("routes", 6);
  g_assert_null (tb_route_store_get ("none"));
  g_assert_true (tb_route_store_put ("some", bytes));
  g_autoptr (GBytes) found = tb_route_store_get ("some");
  g_assert_true (g_bytes_equal (bytes, found));
}

static void
remove_folder (const char *root)
{
  static const char *const parts[]
      = { "tierboard/routes/some", "tierboard/routes", "tierboard", "" };
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *path = g_build_filename (root, parts[i], NULL);
      g_remove (path);
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *cache = g_dir_make_tmp ("tierboard-routes-XXXXXX", NULL);
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/route-cache/" name, func)
  ADD ("same-picture", test_kept_routes_draw_the_same_picture);
  ADD ("routing-on", test_routing_on_after_that_changes_nothing);
  ADD ("move-before-router-knows", test_a_move_before_the_router_knows);
  ADD ("another-picture", test_routes_of_another_picture_are_refused);
  ADD ("broken-bytes", test_broken_bytes_are_refused);
  ADD ("name", test_name_is_of_what_routes_depend_on);
  ADD ("folder", test_the_folder_keeps_and_forgets);
#undef ADD
  int status = g_test_run ();
  remove_folder (cache);
  return status;
}
