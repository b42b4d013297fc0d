/* Transactions, undo, redo, deletion, snapshots. */
#include "model-test.h"

#include "document-private.h"

#define SHOP                                                                                       \
  OPEN "<layer id='top'/><layer id='low'/><tier id='t'><device id='d'/></tier>"                    \
       "<component id='a' kind='client' tier='t' layer='top low'><builtin><call link='l'/></builtin>" \
       "</component><component id='b' kind='server'><service name='web'/></component>"             \
       "<component id='c' kind='store'/><link id='l' from='a' to='b'/><link id='m' from='b' to='c'/>" \
       "<note id='n' of='b'>x</note><interaction id='i'><step link='l'/><step link='m'/></interaction>" \
       "<scenario id='s'><phase id='p' lasts='1s'><do kill='b/1'/><do heal='all'/></phase>"        \
       "<expect that='available' of='l'/></scenario>"                                              \
       "<view id='v'><place of='a' x='0' y='0'/><place of='b' x='1' y='1'/><route of='l'/></view>"  \
       "</architecture>"

static gint64 now_us;

static gint64
test_clock (void)
{
  return now_us;
}

static void
set_name (TbDocument *document, const char *id, const char *name, const char *merge_key)
{
  tb_document_begin (document, "Rename", merge_key);
  g_assert_true (tb_document_set (document, uid_of (document, id), TB_PROP_NAME, name, NULL));
  tb_document_commit (document);
}

static const char *
name_of (TbDocument *document, const char *id)
{
  return tb_element_get (tb_model_lookup (tb_document_model (document), id), TB_PROP_NAME);
}

typedef struct
{
  guint emitted, edits;
  TbEdit last;
} Heard;

static void
on_changed (TbDocument *document, const TbEdit *edits, guint n, Heard *heard)
{
  heard->emitted++;
  heard->edits += n;
  heard->last = edits[n - 1];
}

/* ---- Transactions ---------------------------------------------------------------------------- */

static void
test_a_new_document_has_a_name_and_is_clean (void)
{
  g_autoptr (TbDocument) document = tb_document_new ("Shop");
  g_autofree char *xml = xml_of (document);
  g_assert_cmpstr (xml, ==, HEAD "<architecture xmlns=\"urn:tierboard:1\" name=\"Shop\"/>\n");
  g_assert_false (tb_document_is_modified (document));
  g_assert_null (tb_document_undo_label (document));
}

static void
test_an_edit_outside_a_transaction_stops_the_program (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (TbDocument) document = tb_document_new ("Shop");
      tb_document_set (document, root_of (document), TB_PROP_NAME, "x", NULL);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*outside a transaction*");
}

static void
test_undo_and_redo_restore_and_keep_uids (void)
{
  g_autoptr (TbDocument) document = read_good (SHOP);
  g_autofree char *before = xml_of (document);
  TbUid uid = uid_of (document, "b");
  tb_document_begin (document, "Delete", NULL);
  tb_document_remove (document, uid);
  tb_document_commit (document);
  g_assert_null (tb_model_lookup (tb_document_model (document), "b"));
  g_assert_cmpstr (tb_document_undo_label (document), ==, "Delete");
  g_assert_true (tb_document_undo (document));
  g_autofree char *after = xml_of (document);
  g_assert_cmpstr (after, ==, before);
  g_assert_cmpuint (uid_of (document, "b"), ==, uid);
  g_assert_true (tb_document_redo (document));
  g_assert_null (tb_model_get (tb_document_model (document), uid));
  g_assert_false (tb_document_redo (document));
}

static void
test_a_transaction_is_announced_once (void)
{
  g_autoptr (TbDocument) document = read_good (SHOP);
  Heard heard = { 0 };
  g_signal_connect (document, "changed", G_CALLBACK (on_changed), &heard);
  tb_document_begin (document, "Two", NULL);
  tb_document_set (document, uid_of (document, "a"), TB_PROP_NAME, "A", NULL);
  tb_document_begin (document, "Inner", NULL);
  tb_document_set (document, uid_of (document, "b"), TB_PROP_NAME, "B", NULL);
  tb_document_commit (document);
  g_assert_cmpuint (heard.emitted, ==, 0);
  tb_document_commit (document);
  g_assert_cmpuint (heard.emitted, ==, 1);
  g_assert_cmpuint (heard.edits, ==, 2);
  g_assert_cmpint (heard.last.op, ==, TB_EDIT_SET);
  g_assert_cmpint (heard.last.prop, ==, TB_PROP_NAME);
}

static void
test_removed_subtrees_are_told_element_by_element (void)
{
  g_autoptr (TbDocument) document = read_good (SHOP);
  Heard heard = { 0 };
  g_signal_connect (document, "changed", G_CALLBACK (on_changed), &heard);
  tb_document_begin (document, "Remove", NULL);
  tb_document_remove (document, uid_of (document, "a"));
  tb_document_commit (document);
  g_assert_cmpuint (heard.edits, ==, 3);
  g_assert_cmpint (heard.last.op, ==, TB_EDIT_REMOVE);
  g_assert_cmpint (heard.last.kind, ==, TB_KIND_COMPONENT);
}

static void
test_committing_nothing_leaves_no_trace (void)
{
  g_autoptr (TbDocument) document = read_good (SHOP);
  Heard heard = { 0 };
  g_signal_connect (document, "changed", G_CALLBACK (on_changed), &heard);
  tb_document_begin (document, "Nothing", NULL);
  tb_document_set (document, uid_of (document, "n"), TB_PROP_TEXT, "x", NULL); /* as it is */
  tb_document_commit (document);
  g_assert_cmpuint (heard.emitted, ==, 0);
  g_assert_null (tb_document_undo_label (document));
}

static void
test_rollback_undoes_only_what_it_opened (void)
{
  g_autoptr (TbDocument) document = read_good (SHOP);
  tb_document_begin (document, "Outer", NULL);
  tb_document_set (document, uid_of (document, "a"), TB_PROP_NAME, "A", NULL);
  tb_document_begin (document, "Inner", NULL);
  tb_document_remove (document, uid_of (document, "a"));
  tb_document_rollback (document);
  tb_document_commit (document);
  g_assert_cmpstr (name_of (document, "a"), ==, "A");
}

static void
test_rollback_leaves_redo_alone (void)
{
  g_autoptr (TbDocument) document = read_good (SHOP);
  set_name (document, "a", "A", NULL);
  tb_document_undo (document);
  tb_document_begin (document, "Try", NULL);
  tb_document_remove (document, uid_of (document, "b"));
  tb_document_rollback (document);
  g_assert_cmpstr (tb_document_redo_label (document), ==, "Rename");
}

static void
test_transactions_of_one_key_join_within_a_second (void)
{
  g_autoptr (TbDocument) document = read_good (SHOP);
  tb_document_set_clock (document, test_clock);
  set_name (document, "b", "first", NULL);
  now_us = 1000;
  set_name (document, "a", "A", "name");
  now_us += 900000;
  set_name (document, "a", "Ab", "name");
  now_us += 900000;
  set_name (document, "a", "Abc", "name");
  tb_document_undo (document);
  g_assert_null (name_of (document, "a"));
  tb_document_redo (document);
  g_assert_cmpstr (name_of (document, "a"), ==, "Abc");
}

static void
test_they_do_not_join_after_a_second_or_another_key (void)
{
  g_autoptr (TbDocument) document = read_good (SHOP);
  tb_document_set_clock (document, test_clock);
  now_us = 1000;
  set_name (document, "a", "A", "name");
  now_us += 1100000;
  set_name (document, "a", "Ab", "name");
  set_name (document, "a", "Abc", "other");
  tb_document_undo (document);
  g_assert_cmpstr (name_of (document, "a"), ==, "Ab");
  tb_document_undo (document);
  g_assert_cmpstr (name_of (document, "a"), ==, "A");
}

static void
test_a_saved_state_is_not_joined (void)
{
  g_autoptr (TbDocument) document = read_good (SHOP);
  tb_document_set_clock (document, test_clock);
  now_us = 1000;
  set_name (document, "a", "A", "name");
  tb_document_mark_saved (document, "x");
  set_name (document, "a", "Ab", "name");
  g_assert_true (tb_document_is_modified (document));
  tb_document_undo (document);
  g_assert_cmpstr (name_of (document, "a"), ==, "A");
  g_assert_false (tb_document_is_modified (document));
}

static void
test_undoing_to_the_saved_state_is_clean (void)
{
  g_autoptr (TbDocument) document = read_good (SHOP);
  g_assert_false (tb_document_is_modified (document));
  set_name (document, "a", "A", NULL);
  g_assert_true (tb_document_is_modified (document));
  tb_document_undo (document);
  g_assert_false (tb_document_is_modified (document));
  tb_document_redo (document);
  tb_document_mark_saved (document, "x");
  tb_document_undo (document);
  set_name (document, "a", "Z", NULL);
  tb_document_undo (document);
  g_assert_true (tb_document_is_modified (document)); /* the saved state is gone for ever */
}

/* ---- The four edits -------------------------------------------------------------------------- */

static void
test_a_bad_value_changes_nothing (void)
{
  g_autoptr (TbDocument) document = read_good (SHOP);
  g_autoptr (GError) error = NULL;
  tb_document_begin (document, "Set", NULL);
  g_assert_false (tb_document_set (document, uid_of (document, "a"), TB_PROP_REPLICAS, "many",
                                   &error));
  g_assert_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_VALUE);
  tb_document_commit (document);
  g_assert_null (tb_document_undo_label (document));
}

static void
test_required_values_and_ids_cannot_be_unset (void)
{
  g_autoptr (TbDocument) document = read_good (SHOP);
  tb_document_begin (document, "Set", NULL);
  g_assert_false (tb_document_set (document, uid_of (document, "l"), TB_PROP_FROM, NULL, NULL));
  g_assert_false (tb_document_set (document, uid_of (document, "l"), TB_PROP_ID, "z", NULL));
  tb_document_rollback (document);
}

static void
test_a_transaction_may_not_leave_a_required_value_out (void)
{
  g_autoptr (TbDocument) document = read_good (SHOP);
  g_test_expect_message (NULL, G_LOG_LEVEL_CRITICAL, "*left a <link> without its from");
  g_test_expect_message (NULL, G_LOG_LEVEL_CRITICAL, "*left a <link> without its to");
  tb_document_begin (document, "Insert", NULL);
  tb_document_insert (document, TB_KIND_LINK, NULL, root_of (document), G_MAXUINT);
  tb_document_commit (document);
  g_test_assert_expected_messages ();
}

static void
test_insert_keeps_the_order_of_kinds (void)
{
  g_autoptr (TbDocument) document = read_good (SHOP);
  tb_document_begin (document, "Insert", NULL);
  tb_document_insert (document, TB_KIND_LAYER, "mid", root_of (document), 1);
  tb_document_insert (document, TB_KIND_TIER, "u", root_of (document), 0);
  tb_document_insert (document, TB_KIND_VIEW, NULL, root_of (document), 0);
  tb_document_commit (document);
  const TbModel *model = tb_document_model (document);
  g_assert_cmpstr (tb_element_id (tb_model_nth (model, TB_KIND_LAYER, 1)), ==, "mid");
  g_assert_cmpstr (tb_element_id (tb_model_nth (model, TB_KIND_TIER, 0)), ==, "u");
  g_assert_cmpstr (tb_element_id (tb_model_nth (model, TB_KIND_VIEW, 0)), ==, "view");
  g_assert_cmpuint (tb_element_position (tb_model_lookup (model, "u")), ==, 3);
}

static void
test_move_reorders_and_undoes (void)
{
  g_autoptr (TbDocument) document = read_good (SHOP);
  g_autofree char *before = xml_of (document);
  tb_document_begin (document, "Move", NULL);
  tb_document_move (document, uid_of (document, "top"), root_of (document), 2);
  tb_document_commit (document);
  g_assert_cmpstr (tb_element_id (tb_model_nth (tb_document_model (document), TB_KIND_LAYER, 1)),
                   ==, "top");
  tb_document_undo (document);
  g_autofree char *after = xml_of (document);
  g_assert_cmpstr (after, ==, before);
}

static void
test_deleting_a_component_takes_what_depends_on_it (void)
{
  g_autoptr (TbDocument) document = read_good (SHOP);
  g_autofree char *before = xml_of (document);
  tb_document_begin (document, "Delete", NULL);
  tb_document_delete (document, uid_of (document, "b"));
  tb_document_commit (document);
  g_autofree char *after = xml_of (document);
  g_assert_cmpstr (after, ==,
                   HEAD OPEN "\n  <layer id=\"top\"/>\n  <layer id=\"low\"/>\n"
                             "  <tier id=\"t\">\n    <device id=\"d\"/>\n  </tier>\n"
                             "  <component id=\"a\" kind=\"client\" tier=\"t\" layer=\"top low\">\n"
                             "    <builtin/>\n  </component>\n"
                             "  <component id=\"c\" kind=\"store\"/>\n  <note id=\"n\">x</note>\n"
                             "  <interaction id=\"i\"/>\n"
                             "  <scenario id=\"s\">\n    <phase id=\"p\" lasts=\"1s\">\n"
                             "      <do heal=\"all\"/>\n    </phase>\n  </scenario>\n"
                             "  <view id=\"v\">\n    <place of=\"a\" x=\"0\" y=\"0\"/>\n  </view>\n"
                             "</architecture>\n");
  tb_document_undo (document);
  g_autofree char *undone = xml_of (document);
  g_assert_cmpstr (undone, ==, before);
}

static void
test_deleting_a_container_unsets_what_named_it (void)
{
  g_autoptr (TbDocument) document = read_good (SHOP);
  TbUid doomed[] = { uid_of (document, "t"), uid_of (document, "low") };
  tb_document_begin (document, "Delete", NULL);
  tb_document_delete_all (document, doomed, G_N_ELEMENTS (doomed));
  tb_document_commit (document);
  const TbElement *a = tb_model_lookup (tb_document_model (document), "a");
  g_assert_false (tb_element_is_set (a, TB_PROP_TIER));
  g_assert_cmpstr (tb_element_get (a, TB_PROP_LAYER), ==, "top");
  g_assert_null (tb_model_lookup (tb_document_model (document), "d"));
}

static void
test_deleting_a_service_or_a_phase_unsets_what_named_it (void)
{
  g_autoptr (TbDocument) document
    = read_good (OPEN "<component id='a' kind='client'/><component id='b' kind='server'>"
                      "<service name='web'/></component><link id='l' from='a' to='b' service='web'/>"
                      "<scenario id='s'><phase id='p' lasts='1s'/><expect that='ready' during='p'/>"
                      "</scenario></architecture>");
  const TbModel *model = tb_document_model (document);
  TbUid doomed[] = { tb_element_uid (tb_model_nth (model, TB_KIND_SERVICE, 0)),
                     tb_element_uid (tb_model_nth (model, TB_KIND_PHASE, 0)) };
  tb_document_begin (document, "Delete", NULL);
  tb_document_delete_all (document, doomed, G_N_ELEMENTS (doomed));
  tb_document_commit (document);
  g_assert_false (tb_element_is_set (tb_model_lookup (model, "l"), TB_PROP_SERVICE));
  g_assert_false (tb_element_is_set (tb_model_nth (model, TB_KIND_EXPECT, 0), TB_PROP_DURING));
}

/* ---- Snapshots ------------------------------------------------------------------------------- */

static void
test_a_snapshot_stays_as_it_was (void)
{
  g_autoptr (TbDocument) document = read_good (SHOP);
  g_autofree char *before = xml_of (document);
  g_autoptr (TbModel) snapshot = tb_document_snapshot (document);
  tb_model_check (snapshot);
  tb_document_begin (document, "Delete", NULL);
  tb_document_delete (document, uid_of (document, "b"));
  tb_document_commit (document);
  g_autofree char *kept = tb_model_to_xml (snapshot, NULL);
  g_assert_cmpstr (kept, ==, before);
  g_assert_nonnull (tb_model_lookup (snapshot, "b"));
  g_clear_object (&document);
  g_autofree char *alone = tb_model_to_xml (snapshot, NULL);
  g_assert_cmpstr (alone, ==, before);
}

static void
test_snapshots_of_one_state_are_one (void)
{
  g_autoptr (TbDocument) document = read_good (SHOP);
  g_autoptr (TbModel) first = tb_document_snapshot (document);
  g_autoptr (TbModel) second = tb_document_snapshot (document);
  g_assert_true (first == second);
  set_name (document, "a", "A", NULL);
  g_autoptr (TbModel) third = tb_document_snapshot (document);
  g_assert_true (first != third);
}

static gpointer
read_snapshot (gpointer data)
{
  TbModel *snapshot = data;
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *xml = tb_model_to_xml (snapshot, NULL);
      g_assert_true (g_str_has_prefix (xml, HEAD));
      g_assert_nonnull (tb_model_lookup (snapshot, "a"));
    }
  tb_model_unref (snapshot);
  return NULL;
}

static void
test_steps_are_known_by_name (void)
{
  g_autoptr (TbDocument) document = read_good (SHOP);
  guint done;
  g_assert_cmpuint (tb_document_n_steps (document, &done), ==, 0);
  g_assert_cmpuint (done, ==, 0);
  for (guint i = 0; i < 3; i++)
    set_name (document, "a", i % 2 ? "A" : "B", NULL);
  tb_document_undo (document);
  g_assert_cmpuint (tb_document_n_steps (document, &done), ==, 3);
  g_assert_cmpuint (done, ==, 2);
  g_assert_cmpstr (tb_document_step_label (document, 1), ==, tb_document_undo_label (document));
  g_assert_cmpstr (tb_document_step_label (document, 2), ==, tb_document_redo_label (document));
}

static void
test_snapshots_are_read_by_other_threads_meanwhile (void)
{
  g_autoptr (TbDocument) document = read_good (SHOP);
  GThread *threads[4];
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("reader", read_snapshot, tb_document_snapshot (document));
  for (guint i = 0; i < 200; i++)
    {
      set_name (document, "a", i % 2 ? "A" : "B", NULL);
      tb_document_undo (document);
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add_func ("/model/document/" #name, test_##name)
  TEST (a_new_document_has_a_name_and_is_clean);
  TEST (an_edit_outside_a_transaction_stops_the_program);
  TEST (undo_and_redo_restore_and_keep_uids);
  TEST (a_transaction_is_announced_once);
  TEST (removed_subtrees_are_told_element_by_element);
  TEST (committing_nothing_leaves_no_trace);
  TEST (rollback_undoes_only_what_it_opened);
  TEST (rollback_leaves_redo_alone);
  TEST (transactions_of_one_key_join_within_a_second);
  TEST (they_do_not_join_after_a_second_or_another_key);
  TEST (a_saved_state_is_not_joined);
  TEST (undoing_to_the_saved_state_is_clean);
  TEST (a_bad_value_changes_nothing);
  TEST (required_values_and_ids_cannot_be_unset);
  TEST (a_transaction_may_not_leave_a_required_value_out);
  TEST (insert_keeps_the_order_of_kinds);
  TEST (move_reorders_and_undoes);
  TEST (deleting_a_component_takes_what_depends_on_it);
  TEST (deleting_a_container_unsets_what_named_it);
  TEST (deleting_a_service_or_a_phase_unsets_what_named_it);
  TEST (a_snapshot_stays_as_it_was);
  TEST (snapshots_of_one_state_are_one);
  TEST (steps_are_known_by_name);
  TEST (snapshots_are_read_by_other_threads_meanwhile);
  return g_test_run ();
}
