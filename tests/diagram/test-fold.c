/* Folding: what a folded container hides, where links go then, and that nothing is lost by it. */
#include <string.h>

#include "tb-diagram.h"

static const char shop[]
    = "<architecture xmlns='urn:tierboard:1' name='Shop'>"
      "<layer id='front' name='Front'/><layer id='back' name='Back'/>"
      "<tier id='app' name='Application'/><tier id='data' name='Data'/>"
      "<group id='outer' name='Outer'/><group id='inner' name='Inner' parent='outer'/>"
      "<component id='browser' kind='client' name='Browser' layer='front'/>"
      "<component id='shop' kind='server' name='Shop' tier='app' group='outer' layer='back' replicas='2'/>"
      "<component id='cart' kind='server' name='Cart' tier='app' group='inner' layer='back'/>"
      "<component id='orders' kind='store' name='Orders' tier='data' group='inner' layer='back'/>"
      "<link id='browse' from='browser' to='shop'/><link id='fill' from='browser' to='cart'/>"
      "<link id='use' from='shop' to='cart'/>"
      "<link id='save' from='cart' to='orders' call='async'/>"
      "<link id='keep' from='shop' to='orders' call='async'/>"
      "<note id='remark' of='cart'>Here</note>"
      "<view id='tiers' frame='tiers'><place of='app' x='260' y='-40' folded='no'/>"
      "<place of='browser' x='0' y='0'/><place of='shop' x='300' y='0'/>"
      "<place of='cart' x='300' y='160'/><place of='orders' x='640' y='160'/>"
      "<place of='remark' x='0' y='300'/>"
      "<route of='browse' from-side='bottom'><bend x='100' y='120'/></route></view>"
      "<view id='both' frame='both'><place of='browser' x='0' y='0'/>"
      "<place of='shop' x='300' y='200'/><place of='cart' x='300' y='360'/>"
      "<place of='orders' x='640' y='360'/></view>"
      "<view id='instances' kind='deployment'/>"
      "<view id='groups' frame='groups'><place of='browser' x='0' y='0'/>"
      "<place of='shop' x='300' y='0'/><place of='cart' x='300' y='160'/>"
      "<place of='orders' x='640' y='160'/></view></architecture>";

typedef struct
{
  TbDocument *document;
  TbScene *scene;
  const char *view;
} World;

static void
open_world (World *w, const char *view)
{
  g_autoptr (GError) error = NULL;
  w->document = tb_document_load_bytes ("test", shop, strlen (shop), NULL, &error);
  g_assert_no_error (error);
  w->view = view;
  w->scene = tb_scene_new (tb_document_model (w->document), view);
}

static void
close_world (World *w)
{
  tb_scene_free (w->scene);
  g_object_unref (w->document);
}

static TbUid
uid_of (const World *w, const char *id)
{
  return tb_element_uid (tb_model_lookup (tb_document_model (w->document), id));
}

static void
set_folded (World *w, const char *id, gboolean folded)
{
  const TbModel *model = tb_document_model (w->document);
  const TbElement *view = tb_model_lookup (model, w->view);
  TbUid place = 0;
  for (guint i = 0; i < tb_element_n_children (view); i++)
    if (g_strcmp0 (tb_element_get (tb_element_child (view, i), TB_PROP_OF), id) == 0)
      place = tb_element_uid (tb_element_child (view, i));
  tb_document_begin (w->document, "Fold", NULL);
  if (place == 0)
    {
      place = tb_document_insert (w->document, TB_KIND_PLACE, NULL, tb_element_uid (view), 0);
      tb_document_set (w->document, place, TB_PROP_OF, id, NULL);
    }
  tb_document_set (w->document, place, TB_PROP_FOLDED, folded ? "yes" : NULL, NULL);
  tb_document_commit (w->document);
  tb_scene_update (w->scene, model, NULL, 0, NULL);
}

static gboolean
is_there (const World *w, const char *id)
{
  return tb_scene_item (w->scene, uid_of (w, id), NULL, NULL);
}

static TbRect
rect_of (const World *w, const char *id)
{
  TbRect r = { 0 };
  g_assert_true (tb_scene_item (w->scene, uid_of (w, id), NULL, &r));
  return r;
}

static gboolean
ends_at (const World *w, const char *link, const char *id)
{
  guint n;
  const TbPoint *p = tb_scene_route (w->scene, uid_of (w, link), &n);
  TbRect r = rect_of (w, id);
  r = (TbRect){ r.x - 12, r.y - 12, r.width + 24, r.height + 24 };
  return n >= 2 && tb_rect_contains (&r, p[n - 1].x, p[n - 1].y);
}

static void
test_members_are_hidden (void)
{
  World w;
  open_world (&w, "tiers");
  set_folded (&w, "app", TRUE);
  g_assert_true (tb_scene_is_folded (w.scene, uid_of (&w, "app")));
  g_assert_true (is_there (&w, "app") && is_there (&w, "browser") && is_there (&w, "orders"));
  g_assert_false (is_there (&w, "shop") || is_there (&w, "cart") || is_there (&w, "use"));
  g_assert_false (is_there (&w, "remark"));
  close_world (&w);
}

static void
test_box_stands_in_the_corner_and_nothing_moves (void)
{
  World w;
  open_world (&w, "tiers");
  TbRect open = rect_of (&w, "app"), data = rect_of (&w, "data");
  set_folded (&w, "app", TRUE);
  TbRect box = rect_of (&w, "app"), after = rect_of (&w, "data");
  g_assert_cmpfloat (box.x, ==, open.x);
  g_assert_cmpfloat (box.y, ==, open.y);
  g_assert_cmpfloat (box.height, <, open.height);
  g_assert_cmpmem (&data, sizeof data, &after, sizeof after);
  close_world (&w);
}

static void
test_links_end_at_the_box_as_one_line (void)
{
  World w;
  g_autoptr (GArray) links = g_array_new (FALSE, FALSE, sizeof (TbUid));
  open_world (&w, "tiers");
  set_folded (&w, "app", TRUE);
  g_assert_true (ends_at (&w, "browse", "app"));
  g_assert_true (ends_at (&w, "fill", "app"));
  g_assert_cmpuint (tb_scene_stand_in (w.scene, uid_of (&w, "fill")), ==, uid_of (&w, "browse"));
  g_assert_false (is_there (&w, "fill"));
  tb_scene_merged_links (w.scene, uid_of (&w, "browse"), links);
  g_assert_cmpuint (links->len, ==, 2);
  gsize size;
  g_autofree char *svg = tb_scene_to_svg (w.scene, TB_THEME_LIGHT, 1, &size);
  g_assert_nonnull (strstr (svg, ">2 links<"));
  close_world (&w);
}

/* Each pair of replicas has a line of its own there: what is meant are still the links, each once. */
static void
test_lines_of_instances_stand_for_links (void)
{
  World w;
  g_autoptr (GArray) links = g_array_new (FALSE, FALSE, sizeof (TbUid));
  open_world (&w, "instances");
  set_folded (&w, "app", TRUE);
  set_folded (&w, "data", TRUE);
  tb_scene_merged_links (w.scene, uid_of (&w, "save"), links);
  g_assert_cmpuint (links->len, ==, 2);
  g_assert_cmpuint (g_array_index (links, TbUid, 0), ==, uid_of (&w, "save"));
  g_assert_cmpuint (g_array_index (links, TbUid, 1), ==, uid_of (&w, "keep"));
  g_assert_cmpuint (tb_scene_stand_in (w.scene, uid_of (&w, "keep")), ==, uid_of (&w, "save"));
  close_world (&w);
}

static void
test_what_points_elsewhere_stays_apart (void)
{
  World w;
  open_world (&w, "tiers");
  set_folded (&w, "app", TRUE);
  set_folded (&w, "data", TRUE);
  g_assert_true (ends_at (&w, "save", "data"));
  g_assert_cmpuint (tb_scene_stand_in (w.scene, uid_of (&w, "keep")), ==, uid_of (&w, "save"));
  g_assert_cmpuint (tb_scene_stand_in (w.scene, uid_of (&w, "use")), ==, 0);
  close_world (&w);
}

static void
test_unfolding_restores_the_picture (void)
{
  static const char *const rounds[][2] = { { "tiers", "app" }, { "groups", "inner" },
                                           { "groups", "outer" } };
  for (guint i = 0; i < G_N_ELEMENTS (rounds); i++)
    {
      World w;
      gsize size;
      open_world (&w, rounds[i][0]);
      g_autofree char *before = tb_scene_to_svg (w.scene, TB_THEME_LIGHT, 1, &size);
      set_folded (&w, rounds[i][1], TRUE);
      g_autofree char *folded = tb_scene_to_svg (w.scene, TB_THEME_LIGHT, 1, &size);
      set_folded (&w, rounds[i][1], FALSE);
      g_autofree char *after = tb_scene_to_svg (w.scene, TB_THEME_LIGHT, 1, &size);
      g_assert_cmpstr (before, !=, folded);
      g_assert_cmpstr (before, ==, after);
      close_world (&w);
    }
}

static void
test_the_outermost_box_holds_all (void)
{
  World w;
  open_world (&w, "groups");
  set_folded (&w, "inner", TRUE);
  g_assert_true (is_there (&w, "shop"));
  g_assert_true (ends_at (&w, "fill", "inner"));
  set_folded (&w, "outer", TRUE);
  g_assert_false (is_there (&w, "inner"));
  g_assert_cmpuint (tb_scene_stand_in (w.scene, uid_of (&w, "cart")), ==, uid_of (&w, "outer"));
  g_assert_true (ends_at (&w, "fill", "outer"));
  close_world (&w);
}

static void
test_only_what_the_frame_shows_folds (void)
{
  World w;
  TbRect at;
  open_world (&w, "tiers");
  set_folded (&w, "outer", TRUE);
  g_assert_false (tb_scene_is_folded (w.scene, uid_of (&w, "outer")));
  g_assert_false (tb_scene_fold_button (w.scene, uid_of (&w, "outer"), &at));
  g_assert_true (is_there (&w, "shop"));
  close_world (&w);
}

static void
test_button_is_found_where_it_is (void)
{
  World w;
  TbRect at;
  open_world (&w, "tiers");
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (tb_scene_fold_button (w.scene, uid_of (&w, "app"), &at));
      g_assert_cmpuint (tb_scene_fold_button_at (w.scene, at.x + 9, at.y + 9), ==,
                        uid_of (&w, "app"));
      set_folded (&w, "app", TRUE);
    }
  g_assert_cmpuint (tb_scene_fold_button_at (w.scene, at.x + 200, at.y + 200), ==, 0);
  close_world (&w);
}

static void
test_a_layer_within_folded_tiers_stays_a_band (void)
{
  World w;
  open_world (&w, "both");
  TbRect band = rect_of (&w, "back");
  set_folded (&w, "back", TRUE);
  g_assert_true (tb_scene_is_folded (w.scene, uid_of (&w, "back")));
  g_assert_cmpuint (tb_scene_stand_in (w.scene, uid_of (&w, "cart")), ==, uid_of (&w, "back"));
  set_folded (&w, "app", TRUE);
  set_folded (&w, "data", TRUE);
  TbRect after = rect_of (&w, "back");
  g_assert_false (tb_scene_is_folded (w.scene, uid_of (&w, "back")));
  g_assert_cmpmem (&band, sizeof band, &after, sizeof after);
  close_world (&w);
}

static void
test_what_is_hidden_keeps_its_place (void)
{
  World w;
  TbItemKind kind;
  TbRect r;
  open_world (&w, "tiers");
  set_folded (&w, "app", TRUE);
  g_assert_true (tb_scene_place_of (w.scene, uid_of (&w, "cart"), &kind, &r));
  g_assert_cmpfloat (r.x, ==, 300);
  g_assert_cmpfloat (r.y, ==, 160);
  close_world (&w);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fold/members-are-hidden", test_members_are_hidden);
  g_test_add_func ("/fold/box-in-the-corner", test_box_stands_in_the_corner_and_nothing_moves);
  g_test_add_func ("/fold/links-as-one-line", test_links_end_at_the_box_as_one_line);
  g_test_add_func ("/fold/lines-of-instances", test_lines_of_instances_stand_for_links);
  g_test_add_func ("/fold/elsewhere-stays-apart", test_what_points_elsewhere_stays_apart);
  g_test_add_func ("/fold/unfolding-restores", test_unfolding_restores_the_picture);
  g_test_add_func ("/fold/outermost-box", test_the_outermost_box_holds_all);
  g_test_add_func ("/fold/only-in-the-frame", test_only_what_the_frame_shows_folds);
  g_test_add_func ("/fold/button", test_button_is_found_where_it_is);
  g_test_add_func ("/fold/layer-within-tiers", test_a_layer_within_folded_tiers_stays_a_band);
  g_test_add_func ("/fold/hidden-keeps-its-place", test_what_is_hidden_keeps_its_place);
  return g_test_run ();
}
