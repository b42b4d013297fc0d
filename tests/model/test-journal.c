/* The journal: what is in it and when, and what a crash leaves to be found. */
#include "model-test.h"

#include <glib/gstdio.h>

#include "tb-journal.h"

/* The sanitized build gives way to whatever else runs, and promises nothing of time. */
#ifdef TB_SANITIZED
#define WITHIN (30 * G_USEC_PER_SEC)
#else
#define WITHIN G_USEC_PER_SEC
#endif

typedef struct
{
  char *folder, *file;
  TbDocument *document;
  TbJournal *journal;
} Fixture;

static void
fixture_open (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  f->folder = g_dir_make_tmp ("tb-journal-XXXXXX", NULL);
  f->file = g_build_filename (f->folder, "a.tierboard", NULL);
  f->document = tb_document_new ("Shop");
  g_assert_true (tb_document_save (f->document, f->file, &error));
  f->journal = tb_journal_new (f->folder, f->document, "abc");
}

static guint
count (Fixture *f, const char *suffix)
{
  g_autoptr (GDir) dir = g_dir_open (f->folder, 0, NULL);
  const char *name;
  guint n = 0;
  while ((name = g_dir_read_name (dir)) != NULL)
    n += g_str_has_suffix (name, suffix);
  return n;
}

static void
rename_to (Fixture *f, const char *name)
{
  tb_document_begin (f->document, "Rename", NULL);
  g_assert_true (
      tb_document_set (f->document, root_of (f->document), TB_PROP_NAME, name, NULL));
  tb_document_commit (f->document);
}

static void
fixture_close (Fixture *f)
{
  g_clear_pointer (&f->journal, tb_journal_free);
  g_assert_cmpuint (count (f, ".journal"), ==, 0);
  g_assert_cmpuint (count (f, ".lock"), ==, 0);
  g_object_unref (f->document);
  g_unlink (f->file);
  g_assert_cmpint (g_rmdir (f->folder), ==, 0);
  g_free (f->folder);
  g_free (f->file);
}

/* As if the program had died: the files stay, the lock is free. */
static void
crash (Fixture *f)
{
  g_autofree char *kept = g_build_filename (f->folder, "kept", NULL);
  g_autofree char *journal = NULL;
  g_autoptr (GDir) dir = g_dir_open (f->folder, 0, NULL);
  const char *name;
  tb_journal_flush (f->journal);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".journal"))
      journal = g_build_filename (f->folder, name, NULL);
  g_assert_cmpint (g_rename (journal, kept), ==, 0);
  g_clear_pointer (&f->journal, tb_journal_free);
  g_assert_cmpint (g_rename (kept, journal), ==, 0);
}

static gboolean
wait_for_file (Fixture *f, gint64 limit_us)
{
  gint64 end = g_get_monotonic_time () + limit_us;
  while (count (f, ".journal") == 0 && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, FALSE);
  return count (f, ".journal") == 1;
}

static void
test_nothing_is_written_before_a_change (void)
{
  Fixture f;
  fixture_open (&f);
  tb_journal_flush (f.journal);
  g_assert_cmpuint (count (&f, ".journal"), ==, 0);
  fixture_close (&f);
}

static void
test_a_change_is_on_disk_within_a_second (void)
{
  Fixture f;
  fixture_open (&f);
  rename_to (&f, "Shop 2");
  g_assert_true (wait_for_file (&f, WITHIN));
  fixture_close (&f);
}

static void
test_saving_removes_it (void)
{
  Fixture f;
  fixture_open (&f);
  rename_to (&f, "Shop 2");
  tb_journal_flush (f.journal);
  g_assert_cmpuint (count (&f, ".journal"), ==, 1);
  g_assert_true (tb_document_save (f.document, f.file, NULL));
  g_assert_cmpuint (count (&f, ".journal"), ==, 0);
  fixture_close (&f);
}

static void
test_undoing_to_what_is_saved_removes_it (void)
{
  Fixture f;
  fixture_open (&f);
  rename_to (&f, "Shop 2");
  tb_journal_flush (f.journal);
  tb_document_undo (f.document);
  g_assert_cmpuint (count (&f, ".journal"), ==, 0);
  fixture_close (&f);
}

static void
test_a_living_program_is_not_recovered (void)
{
  Fixture f;
  fixture_open (&f);
  rename_to (&f, "Shop 2");
  tb_journal_flush (f.journal);
  g_autoptr (GPtrArray) found = tb_recoveries_find (f.folder);
  g_assert_cmpuint (found->len, ==, 0);
  g_assert_cmpuint (count (&f, ".journal"), ==, 1);
  fixture_close (&f);
}

static void
test_a_crash_leaves_the_whole_document (void)
{
  Fixture f;
  fixture_open (&f);
  rename_to (&f, "Shop 2");
  g_autofree char *wanted = xml_of (f.document);
  crash (&f);
  g_autoptr (GPtrArray) found = tb_recoveries_find (f.folder);
  g_assert_cmpuint (found->len, ==, 1);
  TbRecovery *recovery = found->pdata[0];
  g_assert_cmpstr (recovery->path, ==, f.file);
  g_assert_cmpstr (recovery->base, ==, "abc");
  g_assert_cmpstr (recovery->name, ==, "Shop 2");
  g_autoptr (TbDocument) document = tb_recovery_load (recovery, NULL, NULL);
  g_autofree char *xml = xml_of (document);
  g_assert_cmpstr (xml, ==, wanted);
  g_assert_true (tb_document_is_modified (document));
  g_assert_cmpstr (tb_document_path (document), ==, f.file);
  tb_recovery_discard (recovery);
  fixture_close (&f);
}

static void
test_a_recovery_is_offered_to_one_program_only (void)
{
  Fixture f;
  fixture_open (&f);
  rename_to (&f, "Shop 2");
  crash (&f);
  g_autoptr (GPtrArray) first = tb_recoveries_find (f.folder);
  g_autoptr (GPtrArray) second = tb_recoveries_find (f.folder);
  g_assert_cmpuint (first->len, ==, 1);
  g_assert_cmpuint (second->len, ==, 0);
  tb_recovery_discard (first->pdata[0]);
  fixture_close (&f);
}

static void
test_what_is_on_disk_already_is_not_offered (void)
{
  Fixture f;
  fixture_open (&f);
  rename_to (&f, "Shop 2");
  crash (&f);
  g_assert_true (tb_document_save (f.document, f.file, NULL));
  g_autoptr (GPtrArray) found = tb_recoveries_find (f.folder);
  g_assert_cmpuint (found->len, ==, 0);
  fixture_close (&f);
}

static void
test_a_torn_journal_is_dropped (void)
{
  static const char *const torn[]
      = { "", "tierboard-journal 1\n", "tierboard-journal 1\npath x\nbase \ntime 1\n",
          "tierboard-journal 1\npath x\nbase \ntime 1\n\n<archi", "tierboard-journal 2\n\n" };
  for (guint i = 0; i < G_N_ELEMENTS (torn); i++)
    {
      Fixture f;
      fixture_open (&f);
      g_autofree char *journal = g_build_filename (f.folder, "torn.journal", NULL);
      g_assert_true (g_file_set_contents (journal, torn[i], -1, NULL));
      g_autoptr (GPtrArray) found = tb_recoveries_find (f.folder);
      g_assert_cmpuint (found->len, ==, 0);
      g_assert_false (g_file_test (journal, G_FILE_TEST_EXISTS));
      fixture_close (&f);
    }
}

static void
test_a_folder_that_cannot_be_written_is_said (void)
{
  g_autoptr (TbDocument) document = tb_document_new ("Shop");
  g_autoptr (TbJournal) journal = tb_journal_new ("/proc/none", document, NULL);
  g_assert_nonnull (tb_journal_error (journal));
  tb_document_begin (document, "Rename", NULL);
  tb_document_set (document, root_of (document), TB_PROP_NAME, "x", NULL);
  tb_document_commit (document);
  tb_journal_flush (journal);
  g_assert_nonnull (tb_journal_error (journal));
}

static void
test_a_path_with_any_letters_comes_back (void)
{
  Fixture f;
  fixture_open (&f);
  g_autofree char *odd = g_build_filename (f.folder, "ü \n\"\\.tierboard", NULL);
  g_assert_true (tb_document_save (f.document, odd, NULL));
  rename_to (&f, "Shop 2");
  crash (&f);
  g_autoptr (GPtrArray) found = tb_recoveries_find (f.folder);
  g_assert_cmpuint (found->len, ==, 1);
  g_assert_cmpstr (((TbRecovery *) found->pdata[0])->path, ==, odd);
  tb_recovery_discard (found->pdata[0]);
  g_unlink (odd);
  fixture_close (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define T(name) g_test_add_func ("/journal/" #name, test_##name)
  T (nothing_is_written_before_a_change);
  T (a_change_is_on_disk_within_a_second);
  T (saving_removes_it);
  T (undoing_to_what_is_saved_removes_it);
  T (a_living_program_is_not_recovered);
  T (a_crash_leaves_the_whole_document);
  T (a_recovery_is_offered_to_one_program_only);
  T (what_is_on_disk_already_is_not_offered);
  T (a_torn_journal_is_dropped);
  T (a_folder_that_cannot_be_written_is_said);
  T (a_path_with_any_letters_comes_back);
#undef T
  return g_test_run ();
}
