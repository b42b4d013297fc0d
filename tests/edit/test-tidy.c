/* Tidying: what is chosen moves, in layers and clear of what stays; nothing else does. */
#include <math.h>

#include "fixture.h"
#include "tb-base.h"

#define MANY 100

/* A hundred components, called in a chain of rows, under a frame. */
static char *
make_xml (const char *frame, guint n, gboolean last_placed)
{
  GString *xml = g_string_new ("<architecture xmlns=\"urn:tierboard:1\" name=\"Many\">"
                               "<layer id=\"l0\"/><layer id=\"l1\"/><layer id=\"l2\"/>"
                               "<tier id=\"t0\"/><tier id=\"t1\"/>");
  for (guint i = 0; i < n; i++)
    g_string_append_printf (xml, "<component id=\"c%u\" kind=\"server\" tier=\"t%u\" layer=\"l%u\"/>",
                            i, i % 10 / 5, i / 10 % 3);
  for (guint i = 10; i < n; i++)
    g_string_append_printf (xml, "<link id=\"k%u\" from=\"c%u\" to=\"c%u\"/>", i, i - 10, i);
  g_string_append_printf (xml, "<view id=\"main\" frame=\"%s\">", frame);
  for (guint i = 0; i < n - !last_placed; i++)
    g_string_append_printf (xml, "<place of=\"c%u\" x=\"%u\" y=\"%u\"/>", i, i % 10 * 260,
                            i / 10 % 3 * 2000 + i / 30 * 160);
  g_string_append (xml, "</view></architecture>");
  return g_string_free (xml, FALSE);
}

static TbRect
rect_of (Fixture *f, guint i)
{
  char id[8];
  g_snprintf (id, sizeof id, "c%u", i);
  return fixture_rect (f, id);
}

static void
check_no_overlap (Fixture *f, guint n)
{
  for (guint i = 0; i < n; i++)
    for (guint k = i + 1; k < n; k++)
      {
        TbRect a = rect_of (f, i), b = rect_of (f, k);
        if (tb_rect_intersects (&a, &b))
          g_error ("c%u lies over c%u", i, k);
      }
}

static void
test_one_new_element_moves_no_other (void)
{
  static const char *const frames[] = { "none", "tiers", "layers", "both" };
  for (guint k = 0; k < G_N_ELEMENTS (frames); k++)
    {
      Fixture f;
      TbRect before[MANY];
      guint n;
      g_autofree char *xml = make_xml (frames[k], MANY, FALSE);
      fixture_open (&f, xml);
      for (guint i = 0; i + 1 < MANY; i++)
        before[i] = rect_of (&f, i);
      g_assert_true (tb_editor_tidy_begin (f.editor, NULL));
      const TbPlacement *places = tb_editor_tidy_places (f.editor, &n);
      g_assert_cmpuint (n, ==, 1);
      g_assert_cmpuint (places[0].uid, ==, fixture_uid (&f, "c99"));
      tb_editor_tidy_apply (f.editor);
      for (guint i = 0; i + 1 < MANY; i++)
        {
          TbRect now = rect_of (&f, i);
          g_assert_cmpmem (&now, sizeof now, &before[i], sizeof before[i]);
        }
      check_no_overlap (&f, MANY);
      fixture_close (&f);
    }
}

/* The same from the palette: adding is no tidying, and moves nothing either. */
static void
test_adding_moves_no_other (void)
{
  Fixture f;
  TbRect before[MANY];
  g_autofree char *xml = make_xml ("both", MANY, TRUE);
  fixture_open (&f, xml);
  for (guint i = 0; i < MANY; i++)
    before[i] = rect_of (&f, i);
  tb_editor_create (f.editor, tb_palette_find ("cache"), 300, 300, fixture_uid (&f, "c3"));
  for (guint i = 0; i < MANY; i++)
    {
      TbRect now = rect_of (&f, i);
      g_assert_cmpmem (&now, sizeof now, &before[i], sizeof before[i]);
    }
  fixture_close (&f);
}

static const char chain[]
    = "<architecture xmlns=\"urn:tierboard:1\" name=\"Chain\">"
      "<component id=\"a\" kind=\"client\"/><component id=\"b\" kind=\"server\"/>"
      "<component id=\"c\" kind=\"store\"/><component id=\"d\" kind=\"store\"/>"
      "<component id=\"away\" kind=\"server\"/>"
      "<link id=\"ab\" from=\"a\" to=\"b\"/><link id=\"bc\" from=\"b\" to=\"c\"/>"
      "<link id=\"bd\" from=\"b\" to=\"d\"/>"
      "<view id=\"main\" frame=\"none\">"
      "<place of=\"a\" x=\"300\" y=\"500\"/><place of=\"b\" x=\"10\" y=\"480\"/>"
      "<place of=\"c\" x=\"330\" y=\"100\"/><place of=\"d\" x=\"0\" y=\"110\"/>"
      "<place of=\"away\" x=\"2000\" y=\"0\"/>"
      "<route of=\"bc\"><bend x=\"77\" y=\"88\"/></route>"
      "<route of=\"ab\" from-side=\"left\"/>"
      "</view></architecture>";

static void
tidy_ids (Fixture *f, const char *const *ids)
{
  TbUid uids[16];
  guint n = 0;
  g_autoptr (GError) error = NULL;
  for (; ids[n]; n++)
    uids[n] = fixture_uid (f, ids[n]);
  tb_editor_select (f->editor, uids, n);
  g_assert_true (tb_editor_tidy_begin (f->editor, &error));
  g_assert_no_error (error);
}

#define IDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
test_callers_stand_over_the_called (void)
{
  Fixture f;
  fixture_open (&f, chain);
  g_autofree char *before = fixture_xml (&f);
  tidy_ids (&f, IDS ("a", "b", "c", "d"));
  tb_editor_tidy_apply (f.editor);
  TbRect a = fixture_rect (&f, "a"), b = fixture_rect (&f, "b"), c = fixture_rect (&f, "c"),
         d = fixture_rect (&f, "d");
  g_assert_cmpfloat (a.y + a.height, <, b.y);
  g_assert_cmpfloat (b.y + b.height, <, c.y);
  g_assert_cmpfloat (c.y, ==, d.y);
  g_assert_cmpfloat (d.x, <, c.x); /* as they stood */
  g_assert_cmpfloat (fixture_rect (&f, "away").x, ==, 2000);
  g_assert_cmpuint (tb_model_count (tb_document_model (f.document), TB_KIND_BEND), ==, 0);
  g_assert_cmpuint (tb_model_count (tb_document_model (f.document), TB_KIND_ROUTE), ==, 1);
  g_assert_cmpstr (tb_document_undo_label (f.document), ==, "Tidy 4 elements");
  g_assert_true (tb_document_undo (f.document));
  g_autofree char *after = fixture_xml (&f);
  g_assert_cmpstr (after, ==, before);
  fixture_close (&f);
}

static void
test_offer_is_no_change (void)
{
  Fixture f;
  guint n;
  fixture_open (&f, chain);
  g_autofree char *before = fixture_xml (&f);
  tidy_ids (&f, IDS ("a", "b"));
  g_assert_cmpint (tb_editor_gesture (f.editor).gesture, ==, TB_GESTURE_TIDY);
  g_autofree char *offered = fixture_xml (&f);
  g_assert_cmpstr (offered, ==, before);
  tb_editor_cancel (f.editor);
  g_assert_null (tb_editor_tidy_places (f.editor, &n));
  g_assert_null (tb_document_undo_label (f.document));
  fixture_close (&f);
}

static void
test_offer_ends_when_the_document_changes (void)
{
  Fixture f;
  guint n;
  fixture_open (&f, chain);
  tidy_ids (&f, IDS ("a", "b"));
  tb_editor_set (f.editor, fixture_uid (&f, "a"), TB_PROP_NAME, "Other", NULL);
  g_assert_null (tb_editor_tidy_places (f.editor, &n));
  fixture_close (&f);
}

static void
test_twice_is_tidy_already (void)
{
  Fixture f;
  g_autoptr (GError) error = NULL;
  fixture_open (&f, chain);
  tidy_ids (&f, IDS ("a", "b", "c", "d"));
  tb_editor_tidy_apply (f.editor);
  g_assert_false (tb_editor_tidy_begin (f.editor, &error));
  g_assert_nonnull (strstr (error->message, "already"));
  fixture_close (&f);
}

static void
test_nothing_to_tidy_says_so (void)
{
  Fixture f;
  g_autoptr (GError) error = NULL;
  fixture_open (&f, chain);
  g_assert_false (tb_editor_tidy_begin (f.editor, &error));
  g_assert_nonnull (strstr (error->message, "select"));
  g_assert_true (tb_editor_run (f.editor, "tidy"));
  g_assert_cmpuint (f.messages, ==, 1);
  fixture_close (&f);
}

static void
test_a_container_is_tidied_inside (void)
{
  Fixture f;
  fixture_open (&f, fixture_shop);
  TbRect other = fixture_rect (&f, "orders");
  TbUid cache = tb_editor_create (f.editor, tb_palette_find ("cache"), 600, 200,
                                  fixture_uid (&f, "shop"));
  g_assert_true (tb_editor_set (f.editor, cache, TB_PROP_TIER, "app", NULL));
  tidy_ids (&f, IDS ("app"));
  guint n;
  const TbPlacement *places = tb_editor_tidy_places (f.editor, &n);
  g_assert_cmpuint (n, ==, 2);
  for (guint i = 0; i < n; i++)
    g_assert_true (places[i].uid == fixture_uid (&f, "shop") || places[i].uid == cache);
  tb_editor_tidy_apply (f.editor);
  g_assert_cmpfloat (fixture_rect (&f, "orders").x, ==, other.x);
  fixture_close (&f);
}

static const char stored[]
    = "<architecture xmlns=\"urn:tierboard:1\" name=\"Stored\">"
      "<group id=\"full\"/><group id=\"empty\"/>"
      "<component id=\"a\" kind=\"client\" group=\"full\"/>"
      "<component id=\"b\" kind=\"server\" group=\"full\"/>"
      "<link id=\"ab\" from=\"a\" to=\"b\"/>"
      "<view id=\"main\" frame=\"groups\">"
      "<place of=\"full\" x=\"0\" y=\"0\" width=\"900\" height=\"300\"/>"
      "<place of=\"empty\" x=\"0\" y=\"220\" width=\"900\" height=\"300\"/>"
      "<place of=\"a\" x=\"40\" y=\"60\"/><place of=\"b\" x=\"600\" y=\"60\"/>"
      "</view></architecture>";

static void
test_containers_are_followed_and_kept_clear_of (void)
{
  Fixture f;
  fixture_open (&f, stored);
  g_autofree char *before = fixture_xml (&f);
  tidy_ids (&f, IDS ("a", "b"));
  tb_editor_tidy_apply (f.editor);
  TbRect full = fixture_rect (&f, "full"), empty = fixture_rect (&f, "empty");
  g_assert_false (tb_rect_intersects (&full, &empty));
  g_assert_cmpfloat (full.width, <, 300); /* it follows its members now */
  g_assert_cmpfloat (empty.y, ==, 220);
  g_assert_true (tb_document_undo (f.document));
  g_autofree char *after = fixture_xml (&f);
  g_assert_cmpstr (after, ==, before);
  fixture_close (&f);
}

/* ---- Properties ------------------------------------------------------------------------------ */

static void
random_tidy (TbRng *rng, const char *frame)
{
  Fixture f;
  enum { N = 60 };
  TbRect before[N];
  TbUid chosen[N];
  gboolean is_chosen[N] = { FALSE };
  guint n = 0;
  g_autofree char *xml = make_xml (frame, N, TRUE);
  fixture_open (&f, xml);
  for (guint i = 0; i < N; i++)
    before[i] = rect_of (&f, i);
  for (guint i = 0, every = 1 + (guint) tb_rng_below (rng, 6); i < N; i++)
    if (tb_rng_below (rng, every) == 0)
      {
        char id[8];
        g_snprintf (id, sizeof id, "c%u", i);
        chosen[n++] = fixture_uid (&f, id);
        is_chosen[i] = TRUE;
      }
  tb_editor_select (f.editor, chosen, n);
  if (n > 0 && tb_editor_tidy_begin (f.editor, NULL))
    tb_editor_tidy_apply (f.editor);
  for (guint i = 0; i < N; i++)
    {
      TbRect now = rect_of (&f, i);
      if (!is_chosen[i])
        g_assert_cmpmem (&now, sizeof now, &before[i], sizeof before[i]);
    }
  check_no_overlap (&f, N);
  fixture_close (&f);
}

static void
test_random_choices_never_overlap (void)
{
  static const char *const frames[] = { "none", "tiers", "layers", "both", "groups" };
  TbRng rng;
  guint64 seed = (guint64) g_test_rand_int ();
  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  tb_rng_seed (&rng, seed);
  for (guint i = 0; i < 25; i++)
    random_tidy (&rng, frames[i % G_N_ELEMENTS (frames)]);
}

static void
test_large_cards_have_room (void)
{
  Fixture f;
  g_autofree char *xml = make_xml ("none", 30, TRUE);
  g_autoptr (GString) wide = g_string_new (xml);
  g_string_replace (wide, "of=\"c4\" x", "of=\"c4\" width=\"400\" height=\"200\" x", 1);
  fixture_open (&f, wide->str);
  tb_editor_run (f.editor, "select-all");
  g_assert_true (tb_editor_tidy_begin (f.editor, NULL));
  tb_editor_tidy_apply (f.editor);
  check_no_overlap (&f, 30);
  fixture_close (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/edit/tidy/one-new", test_one_new_element_moves_no_other);
  g_test_add_func ("/edit/tidy/adding", test_adding_moves_no_other);
  g_test_add_func ("/edit/tidy/layers", test_callers_stand_over_the_called);
  g_test_add_func ("/edit/tidy/offer", test_offer_is_no_change);
  g_test_add_func ("/edit/tidy/offer-ends", test_offer_ends_when_the_document_changes);
  g_test_add_func ("/edit/tidy/twice", test_twice_is_tidy_already);
  g_test_add_func ("/edit/tidy/nothing", test_nothing_to_tidy_says_so);
  g_test_add_func ("/edit/tidy/container", test_a_container_is_tidied_inside);
  g_test_add_func ("/edit/tidy/stored-containers", test_containers_are_followed_and_kept_clear_of);
  g_test_add_func ("/edit/tidy/never-overlaps", test_random_choices_never_overlap);
  g_test_add_func ("/edit/tidy/large-cards", test_large_cards_have_room);
  return g_test_run ();
}
