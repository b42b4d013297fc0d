/* A document becomes a model: its bytes, in one step of undo, uids kept. */
#include "model-test.h"

#include "document-private.h"
#include "tb-diff.h"

static guint n_edits;

static void
on_changed (TbDocument *document, const TbEdit *edits, guint n, gpointer data)
{
  n_edits += n;
}

/* Makes of one the other and back, and counts the edits of the way there. */
static void
assert_becomes (const char *from, const char *to, guint edits)
{
  g_autofree char *a = g_strconcat (OPEN, from, "</architecture>", NULL);
  g_autofree char *b = g_strconcat (OPEN, to, "</architecture>", NULL);
  g_autoptr (TbDocument) document = read_good (a);
  g_autoptr (TbDocument) target = read_good (b);
  g_autofree char *before = xml_of (document);
  g_autofree char *wanted = xml_of (target);
  g_signal_connect (document, "changed", G_CALLBACK (on_changed), NULL);
  n_edits = 0;
  gboolean changed = tb_document_become (document, tb_document_model (target), "Become");
  g_assert_cmpint (changed, ==, edits > 0);
  g_assert_cmpuint (n_edits, ==, edits);
  g_autofree char *become = xml_of (document);
  g_assert_cmpstr (become, ==, wanted);
  tb_model_check (tb_document_model (document));
  if (edits == 0)
    return;
  g_assert_cmpstr (tb_document_undo_label (document), ==, "Become");
  g_assert_true (tb_document_undo (document));
  g_autofree char *undone = xml_of (document);
  g_assert_cmpstr (undone, ==, before);
  g_assert_null (tb_document_undo_label (document));
  g_assert_true (tb_document_redo (document));
  g_autofree char *redone = xml_of (document);
  g_assert_cmpstr (redone, ==, wanted);
}

#define AB "<component id='a' kind='client'/><component id='b' kind='server'/>"

static void
test_the_same_takes_no_edit (void)
{
  assert_becomes ("", "", 0);
  assert_becomes ("<!-- c -->" AB "<x:y xmlns:x='urn:x'/>", "<!-- c -->" AB "<x:y xmlns:x='urn:x'/>",
                  0);
}

static void
test_a_value_takes_one (void)
{
  assert_becomes (AB, "<component id='a' kind='client' name='A'/><component id='b' kind='server'/>",
                  1);
  assert_becomes ("<note id='n'>old</note>", "<note id='n'>new</note>", 1);
  assert_becomes ("<note id='n'>old</note>", "<note id='n'/>", 1);
}

static void
test_insertion_and_removal_take_their_own (void)
{
  assert_becomes (AB, "<component id='a' kind='client'/>", 1);
  assert_becomes ("<component id='b' kind='server'/>", AB, 2); /* it, and its kind */
  assert_becomes ("<component id='s' kind='store'><service name='x'/><builtin><call "
                  "link='l'/></builtin></component>",
                  "", 4);
}

static void
test_a_move_takes_one (void)
{
#define L(id) "<layer id='" id "'/>"
  assert_becomes (L ("a") L ("b") L ("c") L ("d"), L ("d") L ("a") L ("b") L ("c"), 1);
  assert_becomes (L ("a") L ("b") L ("c") L ("d"), L ("b") L ("c") L ("d") L ("a"), 1);
  assert_becomes (L ("a") L ("b"), L ("b") L ("a"), 1);
}

static void
test_a_device_changes_its_tier (void)
{
  assert_becomes ("<tier id='t'><device id='d'/></tier><tier id='u'/>",
                  "<tier id='t'/><tier id='u'><device id='d'/></tier>", 1);
  /* into a new one, out of one that goes */
  assert_becomes ("<tier id='t'><device id='d'/><device id='e'/></tier>",
                  "<tier id='u'><device id='d'/></tier>", 4);
}

static void
test_an_id_goes_on_as_another_kind (void)
{
  assert_becomes ("<component id='a' kind='client'/>", "<tier id='a'/>", 2);
  assert_becomes ("<tier id='t'><device id='d'/></tier><component id='u' kind='client'/>",
                  "<tier id='u'><device id='d'/></tier><component id='t' kind='client'/>", 7);
}

static void
test_places_are_known_by_what_they_place (void)
{
  assert_becomes (AB "<view id='v'><place of='a' x='1' y='1'/><place of='b' x='2' y='2'/></view>",
                  AB "<view id='v'><place of='a' x='1' y='1'/><place of='b' x='9' y='2'/></view>", 1);
  assert_becomes (AB "<view id='v'><place of='a' x='1' y='1'/><place of='b' x='2' y='2'/></view>",
                  AB "<view id='v'><place of='b' x='2' y='2'/></view>", 1);
}

static void
test_comments_and_foreign_content_follow (void)
{
  assert_becomes (AB, "<!-- new -->" AB, 1);
  assert_becomes ("<!-- old -->" AB, AB, 1);
  assert_becomes ("<note id='n'>x</note>", "<note id='n'>x<!-- in it --></note>", 1);
  assert_becomes (AB, AB "<!-- last -->", 1);
  assert_becomes ("<x:y xmlns:x='urn:x'/>" AB, "<x:y xmlns:x='urn:x' z='1'/>" AB, 1);
}

static void
test_what_is_the_same_keeps_its_uid (void)
{
  g_autoptr (TbDocument) document = read_good (
      OPEN AB "<link id='l' from='a' to='b'/><view id='v'><place of='a' x='1'/></view></architecture>");
  g_autoptr (TbDocument) target = read_good (
      OPEN "<layer id='new'/>"
      "<component id='b' kind='server'/><component id='a' kind='store'/>"
      "<view id='v'><place of='a' x='5'/></view></architecture>");
  TbUid a = uid_of (document, "a"), b = uid_of (document, "b"), v = uid_of (document, "v");
  TbUid place = tb_element_uid (tb_model_nth (tb_document_model (document), TB_KIND_PLACE, 0));
  tb_document_become (document, tb_document_model (target), "Become");
  g_assert_cmpuint (uid_of (document, "a"), ==, a);
  g_assert_cmpuint (uid_of (document, "b"), ==, b);
  g_assert_cmpuint (uid_of (document, "v"), ==, v);
  g_assert_cmpuint (
      tb_element_uid (tb_model_nth (tb_document_model (document), TB_KIND_PLACE, 0)), ==, place);
}

static void
test_undo_and_redo_give_comments_back (void)
{
  g_autoptr (TbDocument) document = read_good (OPEN "<!-- one --><layer id='a'/></architecture>");
  g_autoptr (TbDocument) target = read_good (OPEN "<!-- two --><layer id='a'/></architecture>");
  g_autoptr (TbModel) before = tb_document_snapshot (document);
  g_autofree char *first = xml_of (document);
  tb_document_become (document, tb_document_model (target), "Become");
  g_autofree char *kept = tb_model_to_xml (before, NULL); /* a snapshot never changes */
  g_assert_cmpstr (kept, ==, first);
  tb_document_undo (document);
  g_autofree char *undone = xml_of (document);
  g_assert_cmpstr (undone, ==, first);
}

static void
test_lines_become_those_of_the_text (void)
{
  g_autoptr (TbDocument) document = read_good (OPEN "<layer id='a'/></architecture>");
  g_autoptr (TbDocument) target = read_good (OPEN "\n\n\n<layer id='a'/></architecture>");
  tb_document_become (document, tb_document_model (target), "Become");
  g_assert_cmpuint (tb_element_line (tb_model_lookup (tb_document_model (document), "a")), ==, 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add_func ("/model/become/" #name, test_##name)
  TEST (the_same_takes_no_edit);
  TEST (a_value_takes_one);
  TEST (insertion_and_removal_take_their_own);
  TEST (a_move_takes_one);
  TEST (a_device_changes_its_tier);
  TEST (an_id_goes_on_as_another_kind);
  TEST (places_are_known_by_what_they_place);
  TEST (comments_and_foreign_content_follow);
  TEST (what_is_the_same_keeps_its_uid);
  TEST (undo_and_redo_give_comments_back);
  TEST (lines_become_those_of_the_text);
  return g_test_run ();
}
