/* tierboard export and layout, as typed: no display, and never 0 without the file. */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>

#include "tb-model.h"

typedef struct
{
  int status;
  char *out, *err;
} Result;

/* In an environment of nothing, so without a display. */
static Result
run (const char *const *words)
{
  Result r = { -1, NULL, NULL };
  g_autofree char *program = tb_program_path ("tierboard");
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  char *environment[] = { NULL, NULL };
  const char *options = g_getenv ("ASAN_OPTIONS");
  g_autofree char *asan = g_strconcat ("ASAN_OPTIONS=", options ? options : "", NULL);
  environment[0] = asan;
  g_ptr_array_add (argv, program);
  for (guint i = 0; words[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) words[i]);
  g_ptr_array_add (argv, NULL);
  g_spawn_sync (NULL, (char **) argv->pdata, environment, 0, NULL, NULL, &r.out, &r.err,
                &r.status, &error);
  g_assert_no_error (error);
  r.status = WEXITSTATUS (r.status);
  return r;
}

static void
clear (Result *r)
{
  g_free (r->out);
  g_free (r->err);
}

static char *
example (void)
{
  return tb_data_path ("examples/three-tier.tierboard");
}

static int
status_of (const char *a, const char *b, const char *c, const char *d, const char *e)
{
  const char *words[] = { a, b, c, d, e, NULL };
  Result r = run (words);
  if (r.status != 0)
    g_assert_true (g_str_has_prefix (r.err, "tierboard"));
  clear (&r);
  return r.status;
}

static void
test_writes_each_format (void)
{
  static const char *const names[] = { "o.svg", "o.png", "o.pdf" };
  g_autofree char *dir = g_dir_make_tmp ("tierboard-XXXXXX", NULL), *in = example ();
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *out = g_build_filename (dir, names[i], NULL);
      g_assert_cmpint (status_of ("export", in, "-o", out, NULL), ==, 0);
      g_assert_true (g_file_test (out, G_FILE_TEST_IS_REGULAR));
      g_unlink (out);
    }
  g_rmdir (dir);
}

static void
test_writes_to_standard_output (void)
{
  g_autofree char *in = example ();
  const char *words[] = { "export", in, "-o", "-", "-f", "svg", "--theme", "dark", NULL };
  Result r = run (words);
  g_assert_cmpint (r.status, ==, 0);
  g_assert_true (g_str_has_prefix (r.out, "<?xml"));
  g_assert_true (g_str_has_suffix (r.out, "</svg>\n"));
  g_assert_cmpstr (r.err, ==, "");
  clear (&r);
}

static void
test_bad_words_are_refused (void)
{
  g_autofree char *in = example ();
  g_assert_cmpint (status_of ("export", in, NULL, NULL, NULL), ==, 2);
  g_assert_cmpint (status_of ("export", "/nonexistent.tierboard", "-o", "-", "-fsvg"), ==, 2);
  g_assert_cmpint (status_of ("export", in, "-o", "/tmp/x.bmp", NULL), ==, 2);
  g_assert_cmpint (status_of ("export", in, "-o", "-", "-fbmp"), ==, 2);
  g_assert_cmpint (status_of ("export", in, "-o-", "-fsvg", "--theme=sepia"), ==, 2);
  g_assert_cmpint (status_of ("export", in, "-o-", "-fsvg", "--view=nowhere"), ==, 2);
  g_assert_cmpint (status_of ("export", in, "-o-", "-fpng", "-s1e9"), ==, 2);
}

static void
test_what_cannot_be_written_is_no_success (void)
{
  g_autofree char *in = example ();
  g_assert_cmpint (status_of ("export", in, "-o", "/nonexistent/dir/x.svg", NULL), ==, 3);
}

static const char unplaced[]
    = "<architecture xmlns='urn:tierboard:1' name='T'>"
      "<component id='a' kind='client'/><component id='b' kind='server'/>"
      "<component id='c' kind='store'/><link id='x' from='a' to='b'/>"
      "<link id='y' from='b' to='c'/><view id='v' frame='none'>"
      "<place of='a' x='40' y='60'/></view></architecture>";

static const TbElement *
place_of (TbDocument *d, const char *id)
{
  const TbElement *view = tb_model_nth (tb_document_model (d), TB_KIND_VIEW, 0);
  for (guint i = 0; i < tb_element_n_children (view); i++)
    if (g_strcmp0 (tb_element_get (tb_element_child (view, i), TB_PROP_OF), id) == 0)
      return tb_element_child (view, i);
  return NULL;
}

static void
test_layout_only_new_keeps_places (void)
{
  g_autofree char *dir = g_dir_make_tmp ("tierboard-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "t.tierboard", NULL);
  g_file_set_contents (path, unplaced, -1, NULL);
  g_assert_cmpint (status_of ("layout", "--only-new", path, NULL, NULL), ==, 0);
  g_autoptr (TbDocument) d = tb_document_load (path, NULL, NULL);
  g_assert_nonnull (d);
  g_assert_cmpfloat (tb_element_get_number (place_of (d, "a"), TB_PROP_X), ==, 40);
  g_assert_nonnull (place_of (d, "b"));
  g_assert_nonnull (place_of (d, "c"));
  g_unlink (path);
  g_rmdir (dir);
}

static void
test_layout_places_everything (void)
{
  g_autofree char *dir = g_dir_make_tmp ("tierboard-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "t.tierboard", NULL);
  g_file_set_contents (path, unplaced, -1, NULL);
  g_assert_cmpint (status_of ("layout", path, NULL, NULL, NULL), ==, 0);
  g_autoptr (TbDocument) d = tb_document_load (path, NULL, NULL);
  double ya = tb_element_get_number (place_of (d, "a"), TB_PROP_Y);
  double yc = tb_element_get_number (place_of (d, "c"), TB_PROP_Y);
  g_assert_cmpfloat (ya, <, yc);
  g_unlink (path);
  g_rmdir (dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/export-command/" name, func)
  ADD ("writes-each-format", test_writes_each_format);
  ADD ("writes-to-standard-output", test_writes_to_standard_output);
  ADD ("bad-words-are-refused", test_bad_words_are_refused);
  ADD ("what-cannot-be-written-is-no-success", test_what_cannot_be_written_is_no_success);
  ADD ("layout-only-new-keeps-places", test_layout_only_new_keeps_places);
  ADD ("layout-places-everything", test_layout_places_everything);
  return g_test_run ();
}
