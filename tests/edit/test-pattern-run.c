/* What a pattern made of a drawing that ran runs, too: traffic goes through what came between. */
#include "fixture.h"

#include <sys/wait.h>

#include <glib/gstdio.h>

typedef struct
{
  Fixture f;
  char *out;
} Run;

static void
open_example (Run *run, const char *name)
{
  g_autofree char *relative = g_strdup_printf ("examples/%s.tierboard", name);
  g_autofree char *path = tb_data_path (relative);
  g_autofree char *xml = NULL;
  g_assert_true (g_file_get_contents (path, &xml, NULL, NULL));
  fixture_open (&run->f, xml);
}

static void
apply (Run *run, const char *id, const char *command)
{
  tb_editor_select_one (run->f.editor, fixture_uid (&run->f, id));
  g_assert_true (tb_editor_run (run->f.editor, command));
}

/* "tierboard run" of the drawing as it is now. */
static void
run_for (Run *run, const char *duration)
{
  g_autofree char *program = tb_program_path ("tierboard");
  g_autofree char *folder = g_dir_make_tmp ("tierboard-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "a.tierboard", NULL);
  g_autofree char *err = NULL;
  g_autoptr (GError) error = NULL;
  const char *argv[] = { program, "run", path, "--json", "--trust", "-d", duration, NULL };
  int status;
  g_assert_true (tb_document_save (run->f.document, path, &error));
  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &run->out, &err, &status,
                &error);
  g_assert_no_error (error);
  g_unlink (path);
  g_rmdir (folder);
  if (!WIFEXITED (status) || WEXITSTATUS (status) != 0)
    g_error ("the run ended with status %d: %s", status, err);
}

/* What a link counted in the last line that tells of it. */
static gint64
count_of (Run *run, const char *link, const char *what)
{
  g_autofree char *start = g_strdup_printf ("{\"id\":\"%s\",\"from\"", link);
  g_autofree char *key = g_strdup_printf ("\"%s\":", what);
  const char *last = g_strrstr (run->out, start);
  const char *number = last ? strstr (last, key) : NULL;
  g_assert_nonnull (number);
  return g_ascii_strtoll (number + strlen (key), NULL, 10);
}

static void
assert_busy (Run *run, const char *link)
{
  gint64 replies = count_of (run, link, "replies"), errors = count_of (run, link, "errors");
  if (replies < 20 || errors > 0)
    g_error ("%s: %" G_GINT64_FORMAT " replies, %" G_GINT64_FORMAT " errors", link, replies, errors);
}

static void
run_close (Run *run)
{
  g_free (run->out);
  fixture_close (&run->f);
}

static void
test_calls_go_through_a_proxy (void)
{
  Run run = { 0 };
  open_example (&run, "two-tier");
  apply (&run, "query", "put-proxy");
  run_for (&run, "2s");
  assert_busy (&run, "query");
  assert_busy (&run, "proxy-to-bookings");
  run_close (&run);
}

static void
test_calls_reach_replicas_through_a_balancer (void)
{
  Run run = { 0 };
  open_example (&run, "client-server");
  apply (&run, "web", "replicate");
  run_for (&run, "2s");
  assert_busy (&run, "ask");
  assert_busy (&run, "balancer-to-web");
  g_assert_nonnull (strstr (run.out, "\"web/3\""));
  run_close (&run);
}

static void
test_two_tiers_run_as_three_with_a_cache (void)
{
  Run run = { 0 };
  open_example (&run, "two-tier");
  apply (&run, "query", "tier-between");
  apply (&run, "server-2-to-bookings", "put-cache");
  run_for (&run, "2s");
  assert_busy (&run, "query");
  assert_busy (&run, "server-2-to-cache");
  g_assert_cmpint (count_of (&run, "server-2-to-bookings", "replies"), <,
                   count_of (&run, "query", "replies"));
  run_close (&run);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add_func ("/edit/pattern-run/" #name, test_##name)
  TEST (calls_go_through_a_proxy);
  TEST (calls_reach_replicas_through_a_balancer);
  TEST (two_tiers_run_as_three_with_a_cache);
  return g_test_run ();
}
