/* What changes are said to be. */
#include "fixture.h"
#include "tb-announce.h"

typedef struct
{
  Fixture f;
  TbAnnounced before;
  char *words;
} Listener;

static void
changed (TbDocument *document, const TbEdit *edits, guint n, Listener *l)
{
  g_free (l->words);
  l->words = tb_editor_announce (l->f.editor, edits, n, &l->before);
}

static void
listen (Listener *l)
{
  memset (l, 0, sizeof *l);
  fixture_open (&l->f, fixture_shop);
  g_signal_connect (l->f.document, "changed", G_CALLBACK (changed), l);
}

static void
leave (Listener *l)
{
  g_signal_handlers_disconnect_by_data (l->f.document, l);
  tb_announced_clear (&l->before);
  g_free (l->words);
  fixture_close (&l->f);
}

static void
test_a_link_is_said_with_its_ends (void)
{
  Listener l;
  listen (&l);
  tb_editor_link (l.f.editor, fixture_uid (&l.f, "shop"), fixture_uid (&l.f, "orders"), NULL);
  g_assert_cmpstr (l.words, ==, "linked Shop to Orders");
  leave (&l);
}

static void
test_a_move_is_said_with_where_to (void)
{
  Listener l;
  listen (&l);
  tb_document_begin (l.f.document, "Move Shop", NULL);
  tb_document_set (l.f.document, fixture_uid (&l.f, "shop"), TB_PROP_TIER, "db", NULL);
  tb_document_commit (l.f.document);
  g_assert_cmpstr (l.words, ==, "Shop moved to Data");
  leave (&l);
}

static void
test_undo_and_redo_are_said (void)
{
  Listener l;
  listen (&l);
  tb_editor_set (l.f.editor, fixture_uid (&l.f, "shop"), TB_PROP_NAME, "Store", NULL);
  g_assert_cmpstr (l.words, ==, "Rename Shop: done");
  tb_document_undo (l.f.document);
  g_assert_cmpstr (l.words, ==, "undone: Rename Shop");
  tb_document_redo (l.f.document);
  g_assert_cmpstr (l.words, ==, "redone: Rename Shop");
  leave (&l);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/edit/announce/link", test_a_link_is_said_with_its_ends);
  g_test_add_func ("/edit/announce/move", test_a_move_is_said_with_where_to);
  g_test_add_func ("/edit/announce/undo", test_undo_and_redo_are_said);
  return g_test_run ();
}
