/* What happens to the file behind the document's back. */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "file-guard.h"

#define TEXT(name, more)                                                                           \
  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                                   \
  "<architecture xmlns=\"urn:tierboard:1\" name=\"" name "\">\n" more "</architecture>\n"
#define TIER "  <tier id=\"app\" name=\"Application\"/>\n"

typedef struct
{
  char *folder, *file;
  TbDocument *document;
  TbFileGuard *guard;
  guint reloaded;
} Fixture;

static void
count (TbFileGuard *guard, guint *n)
{
  (*n)++;
}

static void
write_file (Fixture *f, const char *text)
{
  g_assert_true (g_file_set_contents (f->file, text, -1, NULL));
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("tb-guard-XXXXXX", NULL);
  f->file = g_build_filename (f->folder, "a.tierboard", NULL);
  write_file (f, TEXT ("Shop", TIER));
  f->document = tb_document_load (f->file, NULL, NULL);
  f->guard = tb_file_guard_new (f->document, f->folder, NULL);
  g_signal_connect (f->guard, "reloaded", G_CALLBACK (count), &f->reloaded);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_object_unref (f->guard);
  g_object_unref (f->document);
  g_unlink (f->file);
  g_assert_cmpint (g_rmdir (f->folder), ==, 0);
  g_free (f->folder);
  g_free (f->file);
}

static void
set_name (Fixture *f, const char *name)
{
  const TbElement *root = tb_model_root (tb_document_model (f->document));
  tb_document_begin (f->document, "Rename", NULL);
  tb_document_set (f->document, tb_element_uid (root), TB_PROP_NAME, name, NULL);
  tb_document_commit (f->document);
}

static const char *
name_now (Fixture *f)
{
  return tb_element_title (tb_model_root (tb_document_model (f->document)));
}

static void
an_unchanged_document_follows_its_file (Fixture *f, gconstpointer data)
{
  gint64 end = g_get_monotonic_time () + 5 * G_USEC_PER_SEC;
  write_file (f, TEXT ("Store", TIER));
  while (f->reloaded == 0 && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (f->reloaded, ==, 1);
  g_assert_cmpstr (name_now (f), ==, "Store");
  g_assert_false (tb_document_is_modified (f->document));
  g_assert_true (tb_document_undo (f->document));
  g_assert_cmpstr (name_now (f), ==, "Shop");
}

static void
the_same_bytes_are_no_change (Fixture *f, gconstpointer data)
{
  write_file (f, TEXT ("Shop", TIER));
  g_assert_cmpint (tb_file_guard_look (f->guard), ==, TB_FILE_SAME);
  g_assert_cmpuint (f->reloaded, ==, 0);
}

static void
own_saving_is_no_change (Fixture *f, gconstpointer data)
{
  set_name (f, "Store");
  g_assert_true (tb_document_save (f->document, f->file, NULL));
  g_assert_cmpint (tb_file_guard_look (f->guard), ==, TB_FILE_SAME);
  g_assert_cmpuint (f->reloaded, ==, 0);
}

static void
changes_on_both_sides_are_said (Fixture *f, gconstpointer data)
{
  set_name (f, "Store");
  write_file (f, TEXT ("Shop", TIER "  <tier id=\"db\" name=\"Data\"/>\n"));
  g_assert_cmpint (tb_file_guard_look (f->guard), ==, TB_FILE_CHANGED);
  g_assert_cmpstr (name_now (f), ==, "Store");
}

static void
merging_keeps_both_sides (Fixture *f, gconstpointer data)
{
  guint n_conflicts = 9;
  changes_on_both_sides_are_said (f, data);
  g_assert_true (tb_file_guard_merge (f->guard, &n_conflicts, NULL));
  g_assert_cmpuint (n_conflicts, ==, 0);
  g_assert_cmpstr (name_now (f), ==, "Store");
  g_assert_nonnull (tb_model_lookup (tb_document_model (f->document), "db"));
  g_assert_cmpint (tb_file_guard_state (f->guard), ==, TB_FILE_SAME);
  g_assert_true (tb_document_is_modified (f->document));
}

static void
reloading_is_one_undo_step (Fixture *f, gconstpointer data)
{
  changes_on_both_sides_are_said (f, data);
  g_assert_true (tb_file_guard_reload (f->guard, NULL));
  g_assert_cmpstr (name_now (f), ==, "Shop");
  g_assert_true (tb_document_undo (f->document));
  g_assert_cmpstr (name_now (f), ==, "Store");
}

static void
keeping_ours_is_asked_once (Fixture *f, gconstpointer data)
{
  changes_on_both_sides_are_said (f, data);
  tb_file_guard_keep (f->guard);
  g_assert_cmpint (tb_file_guard_look (f->guard), ==, TB_FILE_SAME);
  write_file (f, TEXT ("Third", TIER));
  g_assert_cmpint (tb_file_guard_look (f->guard), ==, TB_FILE_CHANGED);
}

static void
a_file_that_is_no_architecture_is_not_taken (Fixture *f, gconstpointer data)
{
  write_file (f, "<<<<<<< HEAD");
  g_assert_cmpint (tb_file_guard_look (f->guard), ==, TB_FILE_UNREADABLE);
  g_assert_cmpstr (name_now (f), ==, "Shop");
  write_file (f, TEXT ("Shop", TIER));
  g_assert_cmpint (tb_file_guard_look (f->guard), ==, TB_FILE_SAME);
}

static void
a_deleted_file_is_said_until_saved (Fixture *f, gconstpointer data)
{
  g_unlink (f->file);
  g_assert_cmpint (tb_file_guard_look (f->guard), ==, TB_FILE_GONE);
  g_assert_true (tb_document_save (f->document, f->file, NULL));
  g_assert_cmpint (tb_file_guard_look (f->guard), ==, TB_FILE_SAME);
}

static void
a_read_only_file_is_said_before_typing (Fixture *f, gconstpointer data)
{
  g_assert_false (tb_file_guard_is_read_only (f->guard));
  g_chmod (f->file, 0444);
  g_autoptr (TbFileGuard) second = tb_file_guard_new (f->document, NULL, NULL);
  g_assert_true (tb_file_guard_is_read_only (second));
  tb_file_guard_look (f->guard);
  g_assert_true (tb_file_guard_is_read_only (f->guard));
  g_chmod (f->file, 0644);
}

/* As a recovery has it: the file went on after the crash. */
static void
a_recovered_document_knows_what_it_began_with (Fixture *f, gconstpointer data)
{
  set_name (f, "Store");
  g_autoptr (TbFileGuard) second = tb_file_guard_new (f->document, NULL, "0123");
  g_assert_cmpint (tb_file_guard_state (second), ==, TB_FILE_CHANGED);
}

static void
saving_under_another_name_goes_along (Fixture *f, gconstpointer data)
{
  g_autofree char *other = g_build_filename (f->folder, "b.tierboard", NULL);
  g_assert_true (tb_document_save (f->document, other, NULL));
  write_file (f, TEXT ("Old", ""));
  g_assert_cmpint (tb_file_guard_look (f->guard), ==, TB_FILE_SAME);
  g_assert_true (g_file_set_contents (other, TEXT ("New", ""), -1, NULL));
  tb_file_guard_look (f->guard);
  g_assert_cmpstr (name_now (f), ==, "New");
  g_unlink (other);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define T(name) g_test_add ("/file-guard/" #name, Fixture, NULL, set_up, name, tear_down)
  T (an_unchanged_document_follows_its_file);
  T (the_same_bytes_are_no_change);
  T (own_saving_is_no_change);
  T (changes_on_both_sides_are_said);
  T (merging_keeps_both_sides);
  T (reloading_is_one_undo_step);
  T (keeping_ours_is_asked_once);
  T (a_file_that_is_no_architecture_is_not_taken);
  T (a_deleted_file_is_said_until_saved);
  T (a_read_only_file_is_said_before_typing);
  T (a_recovered_document_knows_what_it_began_with);
  T (saving_under_another_name_goes_along);
#undef T
  return g_test_run ();
}
