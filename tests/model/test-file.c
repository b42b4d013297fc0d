/* Files on disk: replaced whole or not at all. */
#include "model-test.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

typedef struct
{
  char *folder, *path;
} Place;

static void
place_init (Place *place, gconstpointer data)
{
  place->folder = g_dir_make_tmp ("tierboard-test-XXXXXX", NULL);
  g_assert_nonnull (place->folder);
  place->path = g_build_filename (place->folder, "a.tierboard", NULL);
}

/* Nothing but what the test made may be left: a temporary file would fail rmdir. */
static void
place_clear (Place *place, gconstpointer data)
{
  g_unlink (place->path);
  g_assert_cmpint (g_rmdir (place->folder), ==, 0);
  g_free (place->path);
  g_free (place->folder);
}

static void
save (TbDocument *document, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (tb_document_save (document, path, &error));
  g_assert_no_error (error);
}

static void
test_a_second_save_has_the_same_bytes (Place *place, gconstpointer data)
{
  g_autoptr (TbDocument) document = read_good (OPEN "<!-- c --><note id='n'>x\ny</note></architecture>");
  save (document, place->path);
  g_autofree char *first = NULL, *second = NULL;
  g_assert_true (g_file_get_contents (place->path, &first, NULL, NULL));
  g_autoptr (TbDocument) again = tb_document_load (place->path, NULL, NULL);
  save (again, place->path);
  g_assert_true (g_file_get_contents (place->path, &second, NULL, NULL));
  g_assert_cmpstr (first, ==, second);
}

static void
test_saving_makes_it_clean_and_gives_it_a_path (Place *place, gconstpointer data)
{
  g_autoptr (TbDocument) document = tb_document_new ("Shop");
  g_assert_null (tb_document_path (document));
  tb_document_begin (document, "Rename", NULL);
  tb_document_set (document, root_of (document), TB_PROP_NAME, "Store", NULL);
  tb_document_commit (document);
  g_assert_true (tb_document_is_modified (document));
  save (document, place->path);
  g_assert_false (tb_document_is_modified (document));
  g_assert_cmpstr (tb_document_path (document), ==, place->path);
}

static void
test_saving_keeps_the_mode (Place *place, gconstpointer data)
{
  g_autoptr (TbDocument) document = tb_document_new ("Shop");
  struct stat st;
  save (document, place->path);
  g_assert_cmpint (g_chmod (place->path, 0640), ==, 0);
  save (document, place->path);
  g_assert_cmpint (stat (place->path, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 07777, ==, 0640);
}

static void
test_a_new_file_gets_the_usual_mode (Place *place, gconstpointer data)
{
  g_autoptr (TbDocument) document = tb_document_new ("Shop");
  struct stat st;
  mode_t old = umask (027);
  save (document, place->path);
  umask (old);
  g_assert_cmpint (stat (place->path, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 07777, ==, 0640);
}

static void
test_saving_through_a_link_replaces_what_it_leads_to (Place *place, gconstpointer data)
{
  g_autoptr (TbDocument) document = tb_document_new ("Shop");
  g_autofree char *link = g_build_filename (place->folder, "link", NULL);
  save (document, place->path);
  g_assert_cmpint (symlink (place->path, link), ==, 0);
  save (document, link);
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  g_unlink (link);
}

static void
test_a_folder_that_is_not_there_is_said_in_a_sentence (Place *place, gconstpointer data)
{
  g_autoptr (TbDocument) document = tb_document_new ("Shop");
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (place->folder, "none", "a.tierboard", NULL);
  g_assert_false (tb_document_save (document, path, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_assert_true (g_str_has_prefix (error->message, path));
  g_clear_error (&error);
  g_assert_false (tb_document_save (document, place->folder, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_ISDIR);
}

#define NOBODY 65534

/* Root may write anywhere, so for what root may not be kept from it is somebody else. */
static void
drop_root (Place *place)
{
  if (geteuid () != 0)
    return;
  g_assert_cmpint (chown (place->folder, NOBODY, NOBODY), ==, 0);
  if (g_file_test (place->path, G_FILE_TEST_EXISTS))
    g_assert_cmpint (chown (place->path, NOBODY, NOBODY), ==, 0);
  g_assert_cmpint (seteuid (NOBODY), ==, 0);
}

static void
take_root_back (void)
{
  if (getuid () == 0)
    g_assert_cmpint (seteuid (0), ==, 0);
}

/* It is refused with these words, the old bytes are there, and nothing else is in the folder
 * (place_clear). */
static void
assert_kept (Place *place, const char *words)
{
  g_autoptr (TbDocument) document = tb_document_new ("Another");
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL, *after = NULL;
  g_assert_true (g_file_get_contents (place->path, &before, NULL, NULL));
  g_assert_false (tb_document_save (document, place->path, &error));
  g_assert_true (g_str_has_prefix (error->message, place->path));
  if (strstr (error->message, words) == NULL)
    g_error ("“%s” lacks “%s”", error->message, words);
  g_assert_null (strchr (error->message, '\n'));
  g_assert_true (g_file_get_contents (place->path, &after, NULL, NULL));
  g_assert_cmpstr (after, ==, before);
  g_assert_null (tb_document_path (document));
}

static void
test_a_folder_that_cannot_be_written_keeps_the_old_file (Place *place, gconstpointer data)
{
  g_autoptr (TbDocument) document = tb_document_new ("Shop");
  save (document, place->path);
  drop_root (place);
  g_chmod (place->folder, 0500);
  assert_kept (place, "because no file can be made in its folder");
  g_chmod (place->folder, 0700);
  take_root_back ();
}

static void
test_a_read_only_file_is_kept (Place *place, gconstpointer data)
{
  g_autoptr (TbDocument) document = tb_document_new ("Shop");
  save (document, place->path);
  drop_root (place);
  g_chmod (place->path, 0400);
  assert_kept (place, "it is read-only");
  take_root_back ();
}

/* The same way that a full disk takes: a write that ends short. */
static void
test_a_full_disk_keeps_the_old_file (Place *place, gconstpointer data)
{
  g_autoptr (TbDocument) document = tb_document_new ("Shop");
  struct rlimit before, tiny;
  save (document, place->path);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  tiny = before;
  tiny.rlim_cur = 10;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &tiny), ==, 0);
  assert_kept (place, "cannot be written: File too large");
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
}

static void
test_a_device_is_never_replaced (Place *place, gconstpointer data)
{
  g_autoptr (TbDocument) document = tb_document_new ("Shop");
  g_autoptr (GError) error = NULL;
  if (!g_file_test ("/dev/full", G_FILE_TEST_EXISTS))
    {
      g_test_skip ("there is no /dev/full");
      return;
    }
  g_assert_false (tb_document_save (document, "/dev/full", &error));
  g_assert_nonnull (error);
}

static void
test_saving_keeps_the_owner (Place *place, gconstpointer data)
{
  g_autoptr (TbDocument) document = tb_document_new ("Shop");
  struct stat st;
  if (geteuid () != 0)
    {
      g_test_skip ("only root may give files away");
      return;
    }
  save (document, place->path);
  g_assert_cmpint (chown (place->path, NOBODY, NOBODY - 1), ==, 0);
  g_assert_cmpint (g_chmod (place->path, 02640), ==, 0);
  save (document, place->path);
  g_assert_cmpint (stat (place->path, &st), ==, 0);
  g_assert_cmpuint (st.st_uid, ==, NOBODY);
  g_assert_cmpuint (st.st_gid, ==, NOBODY - 1);
  g_assert_cmpint (st.st_mode & 07777, ==, 02640);
}

static void
test_saving_keeps_extended_attributes (Place *place, gconstpointer data)
{
  g_autoptr (TbDocument) document = tb_document_new ("Shop");
  char value[16] = "";
  save (document, place->path);
  if (setxattr (place->path, "user.origin", "here", 4, 0) != 0)
    {
      g_test_skip ("the file system has none");
      return;
    }
  save (document, place->path);
  g_assert_cmpint (getxattr (place->path, "user.origin", value, sizeof value), ==, 4);
  g_assert_cmpstr (value, ==, "here");
}

static void
test_a_link_to_nothing_yet_stays_a_link (Place *place, gconstpointer data)
{
  g_autoptr (TbDocument) document = tb_document_new ("Shop");
  g_autofree char *link = g_build_filename (place->folder, "link", NULL);
  g_assert_cmpint (symlink ("a.tierboard", link), ==, 0);
  save (document, link);
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  g_assert_true (g_file_test (place->path, G_FILE_TEST_IS_REGULAR));
  g_unlink (link);
}

static void
test_links_in_a_circle_are_refused (Place *place, gconstpointer data)
{
  g_autoptr (TbDocument) document = tb_document_new ("Shop");
  g_autoptr (GError) error = NULL;
  g_assert_cmpint (symlink ("a.tierboard", place->path), ==, 0);
  g_assert_false (tb_document_save (document, place->path, &error));
  g_assert_true (g_file_test (place->path, G_FILE_TEST_IS_SYMLINK));
}

static void
test_another_hard_link_keeps_the_old_content (Place *place, gconstpointer data)
{
  g_autoptr (TbDocument) document = tb_document_new ("Shop");
  g_autoptr (TbDocument) another = tb_document_new ("Another");
  g_autofree char *twin = g_build_filename (place->folder, "twin", NULL), *kept = NULL;
  save (document, place->path);
  g_assert_cmpint (link (place->path, twin), ==, 0);
  save (another, place->path);
  g_assert_true (g_file_get_contents (twin, &kept, NULL, NULL));
  g_assert_nonnull (strstr (kept, "Shop"));
  g_unlink (twin);
}

static void
test_the_longest_name_there_may_be_is_saved (Place *place, gconstpointer data)
{
  g_autoptr (TbDocument) document = tb_document_new ("Shop");
  g_autofree char *name = g_strnfill (255, 'n');
  g_autofree char *path = g_build_filename (place->folder, name, NULL);
  save (document, path);
  g_unlink (path);
}

static void
test_what_cannot_be_opened_is_said_in_a_sentence (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (tb_document_load (place->path, NULL, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_clear_error (&error);
  g_assert_null (tb_document_load (place->folder, NULL, &error));
  g_assert_true (g_str_has_prefix (error->message, place->folder));
}

static void
test_an_endless_file_is_refused (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (tb_document_load ("/dev/zero", NULL, &error));
  g_assert_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_TOO_LARGE);
}

static gpointer
write_slowly (gpointer path)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  g_assert_cmpint (write (fd, "one", 3), ==, 3);
  g_usleep (20000);
  g_assert_cmpint (write (fd, "two", 3), ==, 3);
  close (fd);
  return NULL;
}

/* As a shell's <(…) is; opening one does not hold anybody up. */
static void
test_a_pipe_is_read_to_its_end (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_assert_cmpint (mkfifo (place->path, 0600), ==, 0);
  GThread *writer = g_thread_new ("writer", write_slowly, place->path);
  g_autoptr (GBytes) bytes = tb_file_read (place->path, &error);
  g_assert_no_error (error);
  g_thread_join (writer);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "onetwo", 6);
}

static void
test_errors_begin_with_file_line_and_column (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (g_file_set_contents (place->path, OPEN "\n <tier/></architecture>", -1, NULL));
  g_assert_null (tb_document_load (place->path, NULL, &error));
  g_autofree char *start = g_strconcat (place->path, ":2:2: ", NULL);
  g_assert_true (g_str_has_prefix (error->message, start));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name)                                                                                 \
  g_test_add ("/model/file/" #name, Place, NULL, place_init, test_##name, place_clear)
  TEST (a_second_save_has_the_same_bytes);
  TEST (saving_makes_it_clean_and_gives_it_a_path);
  TEST (saving_keeps_the_mode);
  TEST (a_new_file_gets_the_usual_mode);
  TEST (saving_through_a_link_replaces_what_it_leads_to);
  TEST (a_folder_that_is_not_there_is_said_in_a_sentence);
  TEST (a_folder_that_cannot_be_written_keeps_the_old_file);
  TEST (a_full_disk_keeps_the_old_file);
  TEST (a_read_only_file_is_kept);
  TEST (a_device_is_never_replaced);
  TEST (saving_keeps_the_owner);
  TEST (saving_keeps_extended_attributes);
  TEST (a_link_to_nothing_yet_stays_a_link);
  TEST (links_in_a_circle_are_refused);
  TEST (another_hard_link_keeps_the_old_content);
  TEST (the_longest_name_there_may_be_is_saved);
  TEST (what_cannot_be_opened_is_said_in_a_sentence);
  TEST (an_endless_file_is_refused);
  TEST (a_pipe_is_read_to_its_end);
  TEST (errors_begin_with_file_line_and_column);
  return g_test_run ();
}
