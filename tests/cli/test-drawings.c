/* check, fmt, new, templates and schema as a person runs them. */
#include <string.h>
#include <sys/wait.h>

#include <glib/gstdio.h>

#include "tb-model.h"

typedef struct
{
  char *folder, *path;
  char *out, *err;
  int status;
} Run;

static void
run_init (Run *run, gconstpointer data)
{
  run->folder = g_dir_make_tmp ("tierboard-test-XXXXXX", NULL);
  run->path = g_build_filename (run->folder, "a.tierboard", NULL);
}

static void
run_clear (Run *run, gconstpointer data)
{
  g_unlink (run->path);
  g_assert_cmpint (g_rmdir (run->folder), ==, 0);
  g_free (run->folder);
  g_free (run->path);
  g_free (run->out);
  g_free (run->err);
}

static void
write_file (Run *run, const char *text)
{
  g_assert_true (g_file_set_contents (run->path, text, -1, NULL));
}

/* Runs "tierboard ARGUMENTS"; @ stands for the file. */
static void
tierboard (Run *run, const char *arguments)
{
  g_autofree char *program = tb_program_path ("tierboard");
  g_auto (GStrv) words = g_strsplit (arguments, " ", -1);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  int wait_status;
  g_ptr_array_add (argv, program);
  for (guint i = 0; words[i] != NULL; i++)
    g_ptr_array_add (argv, strcmp (words[i], "@") == 0 ? run->path : words[i]);
  g_ptr_array_add (argv, NULL);
  g_clear_pointer (&run->out, g_free);
  g_clear_pointer (&run->err, g_free);
  g_spawn_sync (NULL, (char **) argv->pdata, NULL, G_SPAWN_DEFAULT, NULL, NULL, &run->out,
                &run->err, &wait_status, &error);
  g_assert_no_error (error);
  g_assert_true (WIFEXITED (wait_status));
  run->status = WEXITSTATUS (wait_status);
}

static void
assert_contains (const char *text, const char *words)
{
  if (strstr (text, words) == NULL)
    g_error ("“%s” lacks “%s”", text, words);
}

#define START "<architecture xmlns='urn:tierboard:1' name='T'>\n"

/* ---- check ----------------------------------------------------------------------------------- */

static void
test_a_good_file_is_silent_and_0 (Run *run, gconstpointer data)
{
  write_file (run, START "<layer id='l'/></architecture>");
  tierboard (run, "check @");
  g_assert_cmpint (run->status, ==, 0);
  g_assert_cmpstr (run->out, ==, "");
  g_assert_cmpstr (run->err, ==, "");
}

static void
test_an_unusable_file_is_2_with_place_and_sentence (Run *run, gconstpointer data)
{
  write_file (run, START "<layer id='L'/>\n<tier/></architecture>");
  tierboard (run, "check @");
  g_assert_cmpint (run->status, ==, 2);
  g_autofree char *first = g_strdup_printf ("%s:2:8: error: id is", run->path);
  g_autofree char *second = g_strdup_printf ("%s:3:1: error: <tier> has no attribute id", run->path);
  assert_contains (run->out, first);
  assert_contains (run->out, second);
}

static void
test_a_contradiction_is_1 (Run *run, gconstpointer data)
{
  write_file (run, START "<link id='l' from='a' to='b'/></architecture>");
  tierboard (run, "check @");
  g_assert_cmpint (run->status, ==, 1);
  assert_contains (run->out, "[dangling-reference]");
}

static void
test_fail_on_chooses_what_fails (Run *run, gconstpointer data)
{
  write_file (run, START "<layer id='l' nmae='x'/></architecture>");
  tierboard (run, "check @");
  g_assert_cmpint (run->status, ==, 0);
  assert_contains (run->out, "warning:");
  tierboard (run, "check --fail-on warning @");
  g_assert_cmpint (run->status, ==, 1);
  tierboard (run, "check --fail-on anger @");
  g_assert_cmpint (run->status, ==, 2);
  assert_contains (run->err, "expected one of error, warning, info");
}

static void
test_json_has_file_place_and_rule (Run *run, gconstpointer data)
{
  write_file (run, START "<link id='l' from='a' to='b'/></architecture>");
  tierboard (run, "check --format json @");
  g_assert_cmpint (run->status, ==, 1);
  assert_contains (run->out, "\"rule\":\"dangling-reference\",\"line\":2,\"column\":1");
  assert_contains (run->out, "\"element\":\"l\"");
}

#define TWO "<component id='a' kind='client'/><component id='b' kind='server'/>"

static void
test_findings_are_sarif (Run *run, gconstpointer data)
{
  write_file (run, START TWO "<link id='l' from='a' to='b'><ignore rule='sync.notimeout' reason='has one'/></link></architecture>");
  tierboard (run, "check --format sarif @");
  g_assert_cmpint (run->status, ==, 0);
  assert_contains (run->out, "\"version\":\"2.1.0\"");
  assert_contains (run->out, "\"ruleId\":\"spof\",\"level\":\"note\"");
  assert_contains (run->out, "\"suppressions\":[{\"kind\":\"inSource\",\"justification\":\"has one\"}]");
  assert_contains (run->out, "\"region\":{\"startLine\":2,\"startColumn\":");
  assert_contains (run->out, "\"relatedLocations\":[{\"physicalLocation\"");
}

static void
test_findings_count_as_their_level_says (Run *run, gconstpointer data)
{
  write_file (run, START "<component id='a' kind='client'><builtin/></component><component id='b' kind='server'/><link id='l' from='a' to='b'/></architecture>");
  tierboard (run, "check @");
  g_assert_cmpint (run->status, ==, 0);
  assert_contains (run->out, "warning: link l: a waits for b without a timeout");
  tierboard (run, "check --fail-on warning @");
  g_assert_cmpint (run->status, ==, 1);
}

#define FIVE TWO "<component id='c' kind='server'/><component id='d' kind='server'/><component id='e' kind='server'/>"

static void
test_many_findings_are_one_line_and_each_when_asked_for (Run *run, gconstpointer data)
{
  write_file (run, START FIVE "</architecture>");
  tierboard (run, "check @");
  assert_contains (run->out, "info: 5 components have no link: a, b, c, d and e [element.disconnected]");
  tierboard (run, "check --each @");
  assert_contains (run->out, "info: component e: nothing calls it");
  tierboard (run, "check --format json @");
  assert_contains (run->out, "\"element\":\"e\"");
}

static void
test_what_is_ignored_is_printed_when_asked_for (Run *run, gconstpointer data)
{
  write_file (run, START TWO "<link id='l' from='a' to='b'><ignore rule='sync.notimeout' reason='has one'/></link></architecture>");
  tierboard (run, "check --fail-on warning @");
  g_assert_cmpint (run->status, ==, 0);
  g_assert_null (strstr (run->out, "notimeout"));
  tierboard (run, "check --ignored @");
  assert_contains (run->out, "[sync.notimeout] (ignored: has one)");
}

static void
test_what_cannot_be_run_is_told (Run *run, gconstpointer data)
{
  write_file (run, START "<component id='a' kind='server'><command>sh 'x</command></component></architecture>");
  tierboard (run, "check @");
  g_assert_cmpint (run->status, ==, 0);
  assert_contains (run->out, "info: cannot be run: ");
}

static void
test_a_command_that_names_no_link_is_1 (Run *run, gconstpointer data)
{
  write_file (run, START "<component id='a' kind='server'><command>x ${link.no.host}</command></component>"
                         "</architecture>");
  tierboard (run, "check @");
  g_assert_cmpint (run->status, ==, 1);
  assert_contains (run->out, "no link “no”");
}

static void
test_a_missing_file_is_2 (Run *run, gconstpointer data)
{
  tierboard (run, "check @");
  g_assert_cmpint (run->status, ==, 2);
  assert_contains (run->err, "cannot be opened: No such file");
  tierboard (run, "check");
  g_assert_cmpint (run->status, ==, 2);
}

/* ---- fmt ------------------------------------------------------------------------------------- */

static void
test_fmt_check_lists_and_changes_nothing (Run *run, gconstpointer data)
{
  write_file (run, START "</architecture>");
  tierboard (run, "fmt --check @");
  g_assert_cmpint (run->status, ==, 1);
  g_autofree char *line = g_strconcat (run->path, "\n", NULL);
  g_assert_cmpstr (run->out, ==, line);
  g_autofree char *bytes = NULL;
  g_assert_true (g_file_get_contents (run->path, &bytes, NULL, NULL));
  g_assert_cmpstr (bytes, ==, START "</architecture>");
}

static void
test_fmt_makes_it_canonical (Run *run, gconstpointer data)
{
  write_file (run, START "</architecture>");
  tierboard (run, "fmt @");
  g_assert_cmpint (run->status, ==, 0);
  tierboard (run, "fmt --check @");
  g_assert_cmpint (run->status, ==, 0);
  g_assert_cmpstr (run->out, ==, "");
}

static void
test_fmt_leaves_an_unusable_file_alone (Run *run, gconstpointer data)
{
  write_file (run, START);
  tierboard (run, "fmt @");
  g_assert_cmpint (run->status, ==, 2);
  assert_contains (run->err, ":2:1: error: the file ends inside <architecture>");
  g_autofree char *bytes = NULL;
  g_assert_true (g_file_get_contents (run->path, &bytes, NULL, NULL));
  g_assert_cmpstr (bytes, ==, START);
}

/* ---- new, templates, schema ------------------------------------------------------------------ */

static void
test_every_template_makes_a_good_file (Run *run, gconstpointer data)
{
  tierboard (run, "templates");
  g_assert_cmpint (run->status, ==, 0);
  g_auto (GStrv) lines = g_strsplit (g_strchomp (run->out), "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), >=, 8);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *name = g_strndup (lines[i], strcspn (lines[i], " "));
      g_autofree char *arguments = g_strdup_printf ("new --force --template %s -o @", name);
      tierboard (run, arguments);
      g_assert_cmpint (run->status, ==, 0);
      tierboard (run, "check --fail-on warning @");
      g_assert_cmpint (run->status, ==, 0);
    }
}

static void
test_new_overwrites_nothing (Run *run, gconstpointer data)
{
  write_file (run, "precious");
  tierboard (run, "new -o @");
  g_assert_cmpint (run->status, ==, 2);
  assert_contains (run->err, "exists already");
  g_autofree char *bytes = NULL;
  g_assert_true (g_file_get_contents (run->path, &bytes, NULL, NULL));
  g_assert_cmpstr (bytes, ==, "precious");
}

static void
test_an_unknown_template_is_2_and_suggests (Run *run, gconstpointer data)
{
  tierboard (run, "new --template brokr -o @");
  g_assert_cmpint (run->status, ==, 2);
  assert_contains (run->err, "did you mean “broker”?");
  tierboard (run, "new --template ../examples/client-server -o @");
  g_assert_cmpint (run->status, ==, 2);
}

static void
test_a_folder_that_is_not_there_is_3 (Run *run, gconstpointer data)
{
  tierboard (run, "new -o /nonexistent/a.tierboard");
  g_assert_cmpint (run->status, ==, 3);
  assert_contains (run->err, "/nonexistent/a.tierboard: cannot be written");
}

static void
test_schema_prints_relax_ng (Run *run, gconstpointer data)
{
  tierboard (run, "schema --rng");
  g_assert_cmpint (run->status, ==, 0);
  assert_contains (run->out, "<grammar ns=\"urn:tierboard:1\"");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
#define TEST(name) g_test_add ("/cli/drawings/" #name, Run, NULL, run_init, test_##name, run_clear)
  TEST (a_good_file_is_silent_and_0);
  TEST (an_unusable_file_is_2_with_place_and_sentence);
  TEST (a_contradiction_is_1);
  TEST (fail_on_chooses_what_fails);
  TEST (json_has_file_place_and_rule);
  TEST (many_findings_are_one_line_and_each_when_asked_for);
  TEST (findings_are_sarif);
  TEST (findings_count_as_their_level_says);
  TEST (what_is_ignored_is_printed_when_asked_for);
  TEST (what_cannot_be_run_is_told);
  TEST (a_command_that_names_no_link_is_1);
  TEST (a_missing_file_is_2);
  TEST (fmt_check_lists_and_changes_nothing);
  TEST (fmt_makes_it_canonical);
  TEST (fmt_leaves_an_unusable_file_alone);
  TEST (every_template_makes_a_good_file);
  TEST (new_overwrites_nothing);
  TEST (an_unknown_template_is_2_and_suggests);
  TEST (a_folder_that_is_not_there_is_3);
  TEST (schema_prints_relax_ng);
  return g_test_run ();
}
