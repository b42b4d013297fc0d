/* Interactions are edited in steps that can be taken back. */
#include "fixture.h"
#include "tb-interact.h"

static const char xml[] =
  "<architecture xmlns=\"urn:tierboard:1\" name=\"Test\"><component id=\"a\" kind=\"client\"/>"
  "<component id=\"b\" kind=\"server\"/><component id=\"c\" kind=\"store\"/>"
  "<link id=\"ask\" from=\"a\" to=\"b\"/><link id=\"save\" from=\"b\" to=\"c\"/></architecture>";

/* "ask:GET save" of an interaction. */
static char *
steps_of (Fixture *f, TbUid uid)
{
  const TbModel *model = tb_document_model (f->document);
  g_autoptr (GPtrArray) steps = tb_steps_of (model, tb_model_get (model, uid));
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < steps->len; i++)
    {
      const TbInteractionStep *s = g_ptr_array_index (steps, i);
      g_string_append_printf (text, "%s%s%s%s", i ? " " : "", tb_element_id (tb_model_get (model, s->link)),
                              *s->label ? ":" : "", s->label);
    }
  return g_string_free (text, FALSE);
}

static void
assert_steps (Fixture *f, TbUid uid, const char *expected)
{
  g_autofree char *steps = steps_of (f, uid);
  g_assert_cmpstr (steps, ==, expected);
}

static TbUid
nth (Fixture *f, TbUid uid, guint n)
{
  return tb_element_uid (tb_element_child (tb_model_get (tb_document_model (f->document), uid), n));
}

static void
test_steps_come_go_and_change_places (void)
{
  Fixture f;
  fixture_open (&f, xml);
  TbUid uid = tb_interaction_add (f.editor, "Buy", NULL);
  g_assert_cmpstr (tb_element_id (tb_model_get (tb_document_model (f.document), uid)), ==, "buy");
  TbUid first = tb_interaction_add_step (f.editor, uid, fixture_uid (&f, "ask"), 0);
  tb_interaction_add_step (f.editor, uid, fixture_uid (&f, "save"), 0);
  tb_interaction_add_step (f.editor, uid, fixture_uid (&f, "ask"), first);
  assert_steps (&f, uid, "ask ask save");
  g_assert_true (tb_interaction_move_step (f.editor, nth (&f, uid, 2), -1));
  assert_steps (&f, uid, "ask save ask");
  g_assert_true (tb_interaction_move_step (f.editor, first, 1));
  assert_steps (&f, uid, "save ask ask");
  g_assert_true (tb_document_undo (f.document));
  assert_steps (&f, uid, "ask save ask");
  g_assert_false (tb_interaction_move_step (f.editor, first, -1));
  g_assert_false (tb_interaction_move_step (f.editor, nth (&f, uid, 2), 1));
  tb_interaction_remove (f.editor, nth (&f, uid, 1));
  assert_steps (&f, uid, "ask ask");
  g_assert_cmpuint (tb_interaction_add_step (f.editor, uid, fixture_uid (&f, "a"), 0), ==, 0);
  g_assert_cmpuint (tb_interaction_add_step (f.editor, fixture_uid (&f, "a"), fixture_uid (&f, "ask"), 0), ==, 0);
  tb_interaction_remove (f.editor, uid);
  g_assert_cmpuint (fixture_uid (&f, "buy"), ==, 0);
  g_assert_true (tb_document_undo (f.document));
  assert_steps (&f, uid, "ask ask");
  fixture_close (&f);
}

static void
test_what_was_recorded_becomes_one (void)
{
  Fixture f;
  fixture_open (&f, xml);
  g_autoptr (GPtrArray) steps = tb_steps_new ();
  tb_steps_add (steps, fixture_uid (&f, "ask"), "a", "b", "GET /", "200");
  tb_steps_add (steps, 0, "b", "x", "not drawn", "");
  tb_steps_add (steps, fixture_uid (&f, "save"), "b", "c", "SET", "");
  TbUid uid = tb_interaction_add (f.editor, NULL, steps);
  assert_steps (&f, uid, "ask:GET / save:SET");
  g_assert_cmpstr (tb_element_title (tb_model_get (tb_document_model (f.document), uid)), ==,
                   "Interaction 1");
  g_assert_true (tb_document_undo (f.document)); /* one step for all of it */
  g_assert_null (tb_document_undo_label (f.document));
  fixture_close (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/interactions/steps", test_steps_come_go_and_change_places);
  g_test_add_func ("/interactions/recorded", test_what_was_recorded_becomes_one);
  return g_test_run ();
}
