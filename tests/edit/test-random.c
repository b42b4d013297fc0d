/* A thousand random gestures and commands, then undo all: the same bytes as at the start; redo all:
 * the same bytes as at the end. Between them the selection names only what there is. */
#include "fixture.h"
#include "tb-base.h"

typedef struct
{
  Fixture *f;
  TbRng rng;
} Hand;

static double
somewhere (Hand *hand)
{
  return (double) tb_rng_below (&hand->rng, 1000) - 100;
}

static TbModifiers
some_mods (Hand *hand)
{
  static const TbModifiers mods[]
      = { 0, 0, 0, 0, TB_MOD_SHIFT, TB_MOD_CTRL, TB_MOD_ALT, TB_MOD_SHIFT | TB_MOD_ALT };
  return mods[tb_rng_below (&hand->rng, G_N_ELEMENTS (mods))];
}

/* Half of the time where something is, or hardly a gesture would mean anything. */
static TbPoint
some_point (Hand *hand)
{
  const TbModel *model = tb_document_model (hand->f->document);
  guint n = tb_model_count (model, TB_KIND_COMPONENT);
  TbItemKind kind;
  TbRect r;
  if (n == 0 || tb_rng_below (&hand->rng, 2) == 0)
    return (TbPoint){ somewhere (hand), somewhere (hand) };
  const TbElement *e
      = tb_model_nth (model, TB_KIND_COMPONENT, (guint) tb_rng_below (&hand->rng, n));
  if (!tb_scene_item (tb_editor_scene (hand->f->editor), tb_element_uid (e), &kind, &r))
    return (TbPoint){ 0, 0 };
  return (TbPoint){ r.x + r.width * (double) tb_rng_below (&hand->rng, 3) / 2,
                    r.y + r.height * (double) tb_rng_below (&hand->rng, 3) / 2 };
}

static void
random_gesture (Hand *hand)
{
  static const double scales[] = { 0.05, 0.3, 1, 1, 1, 2.5 };
  TbEditor *editor = hand->f->editor;
  double scale = scales[tb_rng_below (&hand->rng, G_N_ELEMENTS (scales))];
  TbPoint at = some_point (hand);
  TbModifiers mods = some_mods (hand);

  tb_editor_motion (editor, at.x, at.y, mods, scale);
  tb_editor_press (editor, at.x, at.y, mods, scale);
  for (guint i = (guint) tb_rng_below (&hand->rng, 4); i > 0; i--)
    {
      at = some_point (hand);
      tb_editor_motion (editor, at.x, at.y, mods, scale);
    }
  if (tb_rng_below (&hand->rng, 8) == 0)
    tb_editor_cancel (editor);
  tb_editor_release (editor, at.x, at.y, mods, scale);
}

static void
random_step (Hand *hand)
{
  guint n;
  TbEditor *editor = hand->f->editor;
  switch (tb_rng_below (&hand->rng, 6))
    {
    case 0:
      {
        const TbPaletteRow *rows = tb_palette (&n);
        const TbPaletteRow *row = &rows[tb_rng_below (&hand->rng, n)];
        if (tb_model_count (tb_document_model (hand->f->document), TB_KIND_COMPONENT) < 40)
          tb_editor_create (editor, row, somewhere (hand), somewhere (hand),
                            tb_editor_selected_one (editor));
        break;
      }
    case 1:
      {
        const TbCommandRow *rows = tb_commands (&n);
        tb_editor_run (editor, rows[tb_rng_below (&hand->rng, n)].name);
        if (tb_editor_tidy_places (editor, &n) != NULL && tb_rng_below (&hand->rng, 2))
          tb_editor_tidy_apply (editor);
        break;
      }
    default:
      random_gesture (hand);
    }
}

static void
check (Hand *hand)
{
  guint n;
  const TbUid *uids = tb_editor_selection (hand->f->editor, &n);
  for (guint i = 0; i < n; i++)
    {
      g_assert_nonnull (tb_model_get (tb_document_model (hand->f->document), uids[i]));
      g_assert_true (tb_editor_is_selected (hand->f->editor, uids[i]));
    }
  TbGesture gesture = tb_editor_gesture (hand->f->editor).gesture;
  /* Commands may leave a drag to come that makes room, or places on offer. */
  g_assert_true (gesture == TB_GESTURE_NONE || gesture == TB_GESTURE_ROOM
                 || gesture == TB_GESTURE_TIDY);
  g_assert_false (tb_document_in_transaction (hand->f->document));
}

/* The scene that followed every step has what one made anew has. */
static void
assert_follows (Fixture *f)
{
  static const TbKind kinds[] = { TB_KIND_COMPONENT, TB_KIND_GROUP, TB_KIND_NOTE, TB_KIND_LINK };
  const TbModel *model = tb_document_model (f->document);
  const TbScene *scene = tb_editor_scene (f->editor);
  g_autoptr (TbScene) fresh = tb_scene_new (model, tb_scene_view_id (scene));
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint i = 0; i < tb_model_count (model, kinds[k]); i++)
      {
        TbUid uid = tb_element_uid (tb_model_nth (model, kinds[k], i));
        g_assert_cmpint (tb_scene_item (scene, uid, NULL, NULL), ==, tb_scene_item (fresh, uid, NULL, NULL));
      }
}

static void
run (const char *xml, guint64 seed)
{
  Fixture f;
  Hand hand = { &f };
  fixture_open (&f, xml);
  tb_rng_seed (&hand.rng, seed);
  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  g_autofree char *before = fixture_xml (&f);
  for (guint i = 0; i < 300; i++)
    {
      random_step (&hand);
      check (&hand);
      if (i % 5 == 0)
        assert_follows (&f);
    }
  while (tb_document_redo (f.document))
    ;
  g_autofree char *after = fixture_xml (&f);
  while (tb_document_undo (f.document))
    ;
  g_autofree char *undone = fixture_xml (&f);
  g_assert_cmpstr (undone, ==, before);
  while (tb_document_redo (f.document))
    ;
  g_autofree char *redone = fixture_xml (&f);
  g_assert_cmpstr (redone, ==, after);
  fixture_close (&f);
}

static void
test_random (void)
{
  for (guint64 seed = 1; seed <= 6; seed++)
    run (fixture_shop, seed);
  run (fixture_shop, (guint64) g_test_rand_int ());
}

/* Two drawings of one architecture, each of its own part. */
static void
test_random_on_pages (void)
{
  static const char pages[]
      = "<architecture xmlns=\"urn:tierboard:1\" name=\"Pages\"><group id=\"g\"/>"
        "<component id=\"a\" kind=\"server\" group=\"g\"/><component id=\"b\" kind=\"server\"/>"
        "<component id=\"c\" kind=\"store\"/><link id=\"ab\" from=\"a\" to=\"b\"/><link id=\"bc\" from=\"b\" to=\"c\"/>"
        "<view id=\"one\" frame=\"groups\" shows=\"placed\"><place of=\"a\" x=\"0\" y=\"0\"/><place of=\"b\" x=\"300\" y=\"0\"/></view>"
        "<view id=\"two\" frame=\"groups\" shows=\"placed\"><place of=\"b\" x=\"0\" y=\"0\"/><place of=\"c\" x=\"300\" y=\"0\"/></view>"
        "</architecture>";
  for (guint64 seed = 1; seed <= 3; seed++)
    run (pages, seed);
  run (pages, (guint64) g_test_rand_int ());
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/edit/random", test_random);
  g_test_add_func ("/edit/random/pages", test_random_on_pages);
  return g_test_run ();
}
