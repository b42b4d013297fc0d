/* Environment files: what a line is, and how one that is none is said. */
#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "env-file.h"
#include "supervise.h"

static void
take (const char *name, const char *value, void *data)
{
  g_string_append_printf (data, "%s=[%s]\n", name, value);
}

/* Every variable in a line; or "line N" for the first that is none. */
static char *
parse (const char *text)
{
  g_autofree char *copy = g_strdup (text);
  GString *out = g_string_new (NULL);
  unsigned bad = 0;
  if (!tb_env_file_parse (copy, take, out, &bad))
    g_string_printf (out, "line %u", bad);
  return g_string_free (out, FALSE);
}

static void
test_lines (void)
{
  static const char *const cases[][2] = {
    { "", "" },
    { "\n\n  \t\n# a remark\n   # another\n", "" },
    { "A=1", "A=[1]\n" },
    { "A=1\nB=2\n", "A=[1]\nB=[2]\n" },
    { "A=1\r\nB=2\r\n\r\n", "A=[1]\nB=[2]\n" },
    { "  A = 1  \n", "A=[1]\n" },
    { "export PATH_OF=/x:/y\n", "PATH_OF=[/x:/y]\n" },
    { "A=\nB=''\nC=\"\"\n", "A=[]\nB=[]\nC=[]\n" },
    { "URL=postgres://u:p#1@h/d?x=y\n", "URL=[postgres://u:p#1@h/d?x=y]\n" },
    { "A=1 # remark\nB=\"1 # no remark\"\n", "A=[1]\nB=[1 # no remark]\n" },
    { "A='it''s'\nB=\"say \\\"hi\\\" \\\\ \"\n", "A=[it]\nB=[say \"hi\" \\ ]\n" },
    { "A='no \\n here'\n", "A=[no \\n here]\n" },
    { "A=$HOME ${X}\n", "A=[$HOME ${X}]\n" },
    { "A=\"never closed\n", "A=[never closed]\n" },
    { "a_B9=x\n_=y\n", "a_B9=[x]\n_=[y]\n" },
    { "A=1\nA=2\n", "A=[1]\nA=[2]\n" },
    { "A=grün\n", "A=[grün]\n" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *got = parse (cases[i][0]);
      g_assert_cmpstr (got, ==, cases[i][1]);
    }
}

static void
test_what_is_no_line_is_named (void)
{
  static const char *const cases[][2] = {
    { "A", "line 1" },        { "A=1\nB C=2\n", "line 2" }, { "\n\n9A=1", "line 3" },
    { "=1", "line 1" },       { "A-B=1", "line 1" },        { "export\n", "line 1" },
    { "A=1\n\nwhat?\n", "line 3" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *got = parse (cases[i][0]);
      g_assert_cmpstr (got, ==, cases[i][1]);
    }
}

/* Whatever the bytes are: variables have names, and nothing is read behind the end. */
static void
test_random_bytes (void)
{
  static const char few[] = "AB=\"'\\# \n\r\t$export";
  guint32 seed = g_random_int ();
  g_autoptr (GRand) r = g_rand_new_with_seed (seed);
  g_test_message ("seed %u", seed);
  for (int round = 0; round < 20000; round++)
    {
      gsize n = (gsize) g_rand_int_range (r, 0, 40);
      g_autofree char *text = g_malloc0 (n + 1); /* its own memory: a step too far is found */
      for (gsize i = 0; i < n; i++)
        text[i] = few[g_rand_int_range (r, 0, sizeof few - 1)];
      g_autofree char *got = parse (text);
      g_assert_null (strstr (got, "\n=["));
    }
}

static void
read_it (const char *path, const char *expected, const char *why_not)
{
  g_autoptr (GString) out = g_string_new (NULL);
  char why[TB_SENTENCE] = "";
  bool good = tb_env_file_read (path, take, out, why);
  g_assert_cmpint (good, ==, why_not == NULL);
  if (good)
    g_assert_cmpstr (out->str, ==, expected);
  else if (strstr (why, why_not) == NULL)
    g_error ("«%s» does not say «%s»", why, why_not);
}

static void
test_files (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *dir = g_dir_make_tmp ("tierboard-env-XXXXXX", &error);
  g_assert_no_error (error);
  g_autofree char *path = g_build_filename (dir, "x.env", NULL), *pipe = g_build_filename (dir, "p", NULL);
  read_it (path, NULL, "no such file");
  read_it (dir, NULL, "no file of at most");
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  read_it (pipe, NULL, "no file of at most"); /* and it does not wait for a writer */
  g_assert_true (g_file_set_contents (path, "A=1\nnonsense\n", -1, NULL));
  read_it (path, NULL, "line 2: not NAME=VALUE");
  g_assert_true (g_file_set_contents (path, "A=1", -1, NULL));
  read_it (path, "A=[1]\n", NULL);
  g_autofree char *large = g_strnfill (TB_ENV_FILE_MAX + 1, '\n');
  g_assert_true (g_file_set_contents (path, large, -1, NULL));
  read_it (path, NULL, "no file of at most");
  unlink (path);
  unlink (pipe);
  rmdir (dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/env-file/lines", test_lines);
  g_test_add_func ("/env-file/what-is-no-line-is-named", test_what_is_no_line_is_named);
  g_test_add_func ("/env-file/random-bytes", test_random_bytes);
  g_test_add_func ("/env-file/files", test_files);
  return g_test_run ();
}
