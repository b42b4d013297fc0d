/* Placing: nothing on anything, nothing moved that was placed. */
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "make-model.h"
#include "tb-base.h"
#include "tb-diagram.h"

static GArray *
place (const TbModel *model, gboolean only_new)
{
  GArray *places = g_array_new (FALSE, FALSE, sizeof (TbPlacement));
  tb_place_tiered (model, NULL, only_new, places);
  return places;
}

static void
assert_sound (const GArray *places)
{
  for (guint i = 0; i < places->len; i++)
    {
      const TbPlacement *a = &g_array_index (places, TbPlacement, i);
      g_assert_cmpfloat (fmod (a->rect.x, 20), ==, 0);
      g_assert_cmpfloat (fmod (a->rect.y, 20), ==, 0);
      for (guint k = 0; k < i; k++)
        g_assert_false (tb_rect_intersects (&a->rect,
                                            &g_array_index (places, TbPlacement, k).rect));
    }
}

static void
assert_containers_apart (const TbModel *model, TbKind kind)
{
  g_autoptr (TbScene) scene = tb_scene_new (model, NULL);
  for (guint i = 0; i < tb_model_count (model, kind); i++)
    for (guint k = 0; k < i; k++)
      {
        TbRect a, b;
        if (tb_scene_item (scene, tb_element_uid (tb_model_nth (model, kind, i)), NULL, &a)
            && tb_scene_item (scene, tb_element_uid (tb_model_nth (model, kind, k)), NULL, &b))
          g_assert_false (tb_rect_intersects (&a, &b));
      }
}

static void
test_cards_do_not_overlap (void)
{
  guint64 seed = (guint64) g_test_rand_int ();
  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  for (guint n = 1; n < 140; n = n * 2 + 1)
    for (guint framed = 0; framed < 2; framed++)
      {
        TbMadeModel made = { n, n > 1 ? n + n / 2 : 0, 0, 0, (gboolean) framed, TRUE, seed + n };
        g_autoptr (TbDocument) d = tb_make_document (&made);
        g_autoptr (GArray) places = place (tb_document_model (d), FALSE);
        g_assert_cmpuint (places->len, ==, n);
        assert_sound (places);
      }
}

static void
test_tiers_and_layers_do_not_overlap (void)
{
  for (guint n = 4; n < 100; n = n * 2 + 1)
    {
      TbMadeModel made = { n, n, 0, 0, TRUE, TRUE, n };
      g_autoptr (TbDocument) d = tb_make_document (&made);
      assert_containers_apart (tb_document_model (d), TB_KIND_TIER);
      assert_containers_apart (tb_document_model (d), TB_KIND_LAYER);
    }
}

/* names: of servers, in the order of the file. */
static TbDocument *
read_drawing (const char *names, const char *links)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) inside = g_string_new (NULL);
  g_auto (GStrv) ids = g_strsplit (names, " ", -1);
  for (guint i = 0; ids[i] != NULL; i++)
    g_string_append_printf (inside, "<component id=\"%s\" kind=\"server\"/>", ids[i]);
  g_string_append (inside, links);
  g_autofree char *xml = g_strdup_printf ("<architecture xmlns=\"urn:tierboard:1\">%s"
                                          "<view id=\"v\" frame=\"none\"/></architecture>", inside->str);
  TbDocument *d = tb_document_load_bytes ("x", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
  return d;
}

static double
top_of (const TbModel *model, const GArray *places, const char *id)
{
  for (guint i = 0; i < places->len; i++)
    if (g_array_index (places, TbPlacement, i).uid == tb_element_uid (tb_model_lookup (model, id)))
      return g_array_index (places, TbPlacement, i).rect.y;
  g_error ("%s has no place", id);
}

/* Each stands below all who call it, whatever order the file has. */
static void
test_callers_stand_above_what_they_call (void)
{
  g_autoptr (TbDocument) d
    = read_drawing ("db first web api last",
                    "<note id=\"n\" of=\"first\" text=\"about\"/>"
                    "<link id=\"l1\" from=\"web\" to=\"db\"/><link id=\"l2\" from=\"api\" to=\"db\"/>"
                    "<link id=\"l3\" from=\"last\" to=\"web\"/><link id=\"l4\" from=\"web\" to=\"api\"/>"
                    "<link id=\"l5\" from=\"first\" to=\"db\"/>");
  const TbModel *model = tb_document_model (d);
  g_autoptr (GArray) places = place (model, FALSE);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_LINK); i++)
    {
      const TbElement *link = tb_model_nth (model, TB_KIND_LINK, i);
      g_assert_cmpfloat (top_of (model, places, tb_element_get (link, TB_PROP_FROM)), <,
                         top_of (model, places, tb_element_get (link, TB_PROP_TO)));
    }
  g_assert_cmpfloat (top_of (model, places, "first"), ==, top_of (model, places, "last"));
}

static void
test_a_circle_is_cut_where_calls_come_in (void)
{
  g_autoptr (TbDocument) d
    = read_drawing ("b a user",
                    "<link id=\"l1\" from=\"user\" to=\"a\"/><link id=\"l2\" from=\"a\" to=\"b\"/>"
                    "<link id=\"l3\" from=\"b\" to=\"a\"/>");
  const TbModel *model = tb_document_model (d);
  g_autoptr (GArray) places = place (model, FALSE);
  g_assert_cmpfloat (top_of (model, places, "user"), <, top_of (model, places, "a"));
  g_assert_cmpfloat (top_of (model, places, "a"), <, top_of (model, places, "b"));
}

/* Tidied, what hangs together with nothing comes last. */
static void
test_what_is_alone_is_tidied_below (void)
{
  g_autoptr (TbDocument) d
    = read_drawing ("alone a b",
                    "<link id=\"l\" from=\"a\" to=\"b\"/>");
  const TbModel *model = tb_document_model (d);
  const TbUid uids[] = { tb_element_uid (tb_model_nth (model, TB_KIND_COMPONENT, 0)),
                         tb_element_uid (tb_model_nth (model, TB_KIND_COMPONENT, 1)),
                         tb_element_uid (tb_model_nth (model, TB_KIND_COMPONENT, 2)) };
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (TbPlacement));
  tb_place_tidy (model, "v", uids, G_N_ELEMENTS (uids), places);
  g_assert_cmpfloat (top_of (model, places, "alone"), >, top_of (model, places, "b"));
}

static void
test_the_same_drawing_gets_the_same_places (void)
{
  TbMadeModel made = { 60, 90, 0, 0, TRUE, TRUE, 8 };
  g_autoptr (TbDocument) d = tb_make_document (&made);
  g_autoptr (GArray) a = place (tb_document_model (d), FALSE);
  g_autoptr (GArray) b = place (tb_document_model (d), FALSE);
  g_assert_cmpmem (a->data, a->len * sizeof (TbPlacement), b->data, b->len * sizeof (TbPlacement));
}

static void
insert_component (TbDocument *d, const char *id)
{
  tb_document_begin (d, "Add", NULL);
  TbUid uid = tb_document_insert (d, TB_KIND_COMPONENT, id,
                                  tb_element_uid (tb_model_root (tb_document_model (d))),
                                  G_MAXUINT);
  tb_document_set (d, uid, TB_PROP_KIND, "server", NULL);
  tb_document_set (d, uid, TB_PROP_TIER, "t1", NULL);
  tb_document_set (d, uid, TB_PROP_LAYER, "l1", NULL);
  tb_document_commit (d);
}

static void
test_a_new_element_moves_no_other (void)
{
  TbMadeModel made = { 25, 30, 6, 0.5, TRUE, FALSE, 2 };
  g_autoptr (TbDocument) d = tb_make_document (&made);
  g_autoptr (TbScene) before = tb_scene_new (tb_document_model (d), NULL);
  insert_component (d, "newcomer");
  g_autoptr (GArray) places = place (tb_document_model (d), TRUE);
  g_autoptr (TbScene) after = tb_scene_new (tb_document_model (d), NULL);
  g_assert_cmpuint (places->len, ==, 1);
  g_assert_cmpuint (tb_scene_n_unplaced (after), ==, 1);
  TbRect fresh = g_array_index (places, TbPlacement, 0).rect;
  for (guint i = 0; i < made.components; i++)
    {
      TbUid uid = tb_element_uid (tb_model_nth (tb_document_model (d), TB_KIND_COMPONENT, i));
      TbRect a, b;
      tb_scene_item (before, uid, NULL, &a);
      tb_scene_item (after, uid, NULL, &b);
      g_assert_cmpfloat (a.x, ==, b.x);
      g_assert_cmpfloat (a.y, ==, b.y);
      g_assert_false (tb_rect_intersects (&fresh, &b));
    }
}

static void
test_circles_of_calls_are_placed (void)
{
  static const char xml[]
      = "<architecture xmlns='urn:tierboard:1'>"
        "<component id='a' kind='server'/><component id='b' kind='server'/>"
        "<component id='c' kind='server'/><link id='x' from='a' to='b'/>"
        "<link id='y' from='b' to='c'/><link id='z' from='c' to='a'/>"
        "<link id='w' from='a' to='a'/></architecture>";
  g_autoptr (TbDocument) d = tb_document_load_bytes ("t", xml, strlen (xml), NULL, NULL);
  g_autoptr (GArray) places = place (tb_document_model (d), FALSE);
  g_assert_cmpuint (places->len, ==, 3);
  assert_sound (places);
}

/* ---- Graphviz -------------------------------------------------------------------------------- */

static gboolean
have_program (char **program)
{
  *program = tb_program_path ("tierboard-place");
  if (g_file_test (*program, G_FILE_TEST_IS_EXECUTABLE))
    return TRUE;
  g_test_skip ("tierboard-place is not built");
  return FALSE;
}

static void
test_graphviz_places_everything (void)
{
  g_autofree char *program = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (TbPlacement));
  TbMadeModel made = { 20, 25, 0, 0, FALSE, TRUE, 4 };
  g_autoptr (TbDocument) d = tb_make_document (&made);
  if (!have_program (&program))
    return;
  gboolean ok = tb_place_graphviz (tb_document_model (d), NULL, program,
                                   tb_now_ns () + 60 * TB_NS_PER_S, places, &error);
  g_assert_no_error (error);
  g_assert_true (ok);
  g_assert_cmpuint (places->len, ==, 20);
  assert_sound (places);
}

static void
test_graphviz_keeps_layers_and_tiers_apart (void)
{
  g_autofree char *program = NULL;
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (TbPlacement));
  TbMadeModel made = { 24, 25, 0, 0, TRUE, TRUE, 4 };
  g_autoptr (TbDocument) d = tb_make_document (&made);
  if (!have_program (&program))
    return;
  g_assert_true (tb_place_graphviz (tb_document_model (d), NULL, program,
                                    tb_now_ns () + 60 * TB_NS_PER_S, places, NULL));
  assert_sound (places);
}

static void
test_a_late_graphviz_is_killed_and_replaced (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (TbPlacement));
  g_autofree char *dir = g_dir_make_tmp ("tierboard-XXXXXX", NULL);
  g_autofree char *program = g_build_filename (dir, "slow", NULL);
  TbMadeModel made = { 20, 25, 0, 0, FALSE, TRUE, 4 };
  g_autoptr (TbDocument) d = tb_make_document (&made);
  g_assert_true (g_file_set_contents (program, "#!/bin/sh\nexec sleep 600\n", -1, NULL));
  g_assert_cmpint (chmod (program, 0700), ==, 0);
  gint64 start = tb_now_ns ();
  g_assert_false (tb_place_graphviz (tb_document_model (d), NULL, program,
                                     start + 100 * TB_NS_PER_MS, places, &error));
  g_assert_nonnull (error);
  g_assert_cmpint (tb_now_ns () - start, <, 20 * TB_NS_PER_S);
  g_assert_cmpuint (places->len, ==, 20);
  assert_sound (places);
  unlink (program);
  rmdir (dir);
}

static void
test_a_missing_graphviz_is_replaced (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (TbPlacement));
  TbMadeModel made = { 5, 5, 0, 0, FALSE, TRUE, 4 };
  g_autoptr (TbDocument) d = tb_make_document (&made);
  g_assert_false (tb_place_graphviz (tb_document_model (d), NULL, "/nonexistent/place",
                                     tb_now_ns () + TB_NS_PER_S, places, &error));
  g_assert_nonnull (error);
  g_assert_cmpuint (places->len, ==, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/place/" name, func)
  ADD ("cards-do-not-overlap", test_cards_do_not_overlap);
  ADD ("tiers-and-layers-do-not-overlap", test_tiers_and_layers_do_not_overlap);
  ADD ("callers-stand-above-what-they-call", test_callers_stand_above_what_they_call);
  ADD ("a-circle-is-cut-where-calls-come-in", test_a_circle_is_cut_where_calls_come_in);
  ADD ("what-is-alone-is-tidied-below", test_what_is_alone_is_tidied_below);
  ADD ("the-same-drawing-gets-the-same-places", test_the_same_drawing_gets_the_same_places);
  ADD ("a-new-element-moves-no-other", test_a_new_element_moves_no_other);
  ADD ("circles-of-calls-are-placed", test_circles_of_calls_are_placed);
  if (g_test_slow () || g_getenv ("TIERBOARD_TEST_PROCESSES"))
    {
      ADD ("graphviz-places-everything", test_graphviz_places_everything);
      ADD ("graphviz-keeps-layers-and-tiers-apart", test_graphviz_keeps_layers_and_tiers_apart);
      ADD ("a-late-graphviz-is-killed-and-replaced", test_a_late_graphviz_is_killed_and_replaced);
      ADD ("a-missing-graphviz-is-replaced", test_a_missing_graphviz_is_replaced);
    }
  return g_test_run ();
}
