/* Component templates: the loader, conditions, and those that come with us. */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "tb-base.h"
#include "tb-template.h"

#define WHOLE "<template name=\"x\" title=\"X\" kinds=\"store\"><program name=\"xd\"/>"               \
              "<command>xd ${port}</command></template>"

static void
test_reads_what_it_should (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbTemplate) t = tb_template_parse (
    "x.xml", "<template name=\"x\" title=\"X\" kinds=\"store\"><program name=\"xd\" package=\"xp\"/>"
             "<service name=\"s\" protocol=\"resp\" port=\"77\"/><param name=\"p\" default=\"d\"/>"
             "<command>xd</command><argument when=\"replica>1\">-f</argument>"
             "<let name=\"l\" each=\"link\">z</let><file path=\"f\">a&lt;b</file>"
             "<ready probe=\"tcp\" within=\"2s\"/><stop signal=\"INT\" grace=\"1s\" exits=\"143\"/></template>",
    -1, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (t->package, ==, "xp");
  g_assert_cmpuint (tb_template_service (t, "s")->port, ==, 77);
  g_assert_cmpstr (tb_template_param (t, "p")->default_value, ==, "d");
  g_assert_cmpstr (((TbTemplateText *) t->files->pdata[0])->text, ==, "a<b");
  g_assert_true (((TbTemplateText *) t->lets->pdata[0])->each_link);
  g_assert_cmpint (t->ready_timeout_ns, ==, 2 * TB_NS_PER_S);
  g_assert_cmpint (t->stop_signal, ==, SIGINT);
  g_assert_cmpstr (t->stop_exits, ==, "143");
}

static void
test_says_what_is_wrong (void)
{
  static const char *const cases[][2] = {
    { "<template/>", "a template needs name, title and kinds" },
    { "<template name=\"x\" title=\"X\" kinds=\"store\"/>", "a name, a program and a command" },
    { "<template name=\"x\" title=\"X\" kinds=\"store\"><programme/></template>", "no <programme>" },
    { "<template name=\"x\" title=\"X\" kinds=\"store\"><service name=\"s\" port=\"99999\"/></template>",
      "a port from 1 to 65535" },
    { "<template name=\"x\" title=\"X\" kinds=\"store\"><stop signal=\"BOO\"/></template>",
      "“BOO” is no signal" },
    { "<template name=\"x\" title=\"X\" kinds=\"store\"><ready within=\"5\"/></template>",
      "“5” is no duration" },
    { "<template", "x.xml" },
    { "<template name=\"\xff\xfe\"/>", "no text in UTF-8" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (tb_template_parse ("x.xml", cases[i][0], -1, &error));
      g_assert_nonnull (strstr (error->message, cases[i][1]));
      g_assert_true (g_str_has_prefix (error->message, "x.xml: "));
    }
}

/* Whatever it is cut to or changed to, it is read or refused. */
static void
test_survives_any_bytes (void)
{
  g_autofree char *text = g_strdup (WHOLE);
  for (gsize n = 0; n <= strlen (WHOLE); n++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TbTemplate) t = tb_template_parse ("x", WHOLE, (gssize) n, &error);
      g_assert_true ((t != NULL) == (error == NULL));
    }
  for (int i = 0; i < 2000; i++)
    {
      gsize at = (gsize) g_test_rand_int_range (0, (gint32) strlen (WHOLE));
      text[at] = (char) g_test_rand_int_range (1, 255);
      g_autoptr (GError) error = NULL;
      g_autoptr (TbTemplate) t = tb_template_parse ("x", text, -1, &error);
      g_assert_true ((t != NULL) == (error == NULL));
    }
}

static const char *
value (const char *name, gpointer data)
{
  static const char *const values[][2] = { { "replica", "2" }, { "mode", "fast" }, { "off", "no" },
                                           { "empty", "" } };
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    if (g_str_equal (values[i][0], name))
      return values[i][1];
  return NULL;
}

static void
test_conditions (void)
{
  static const struct
  {
    const char *when;
    gboolean holds;
  } cases[] = {
    { NULL, TRUE }, { "", TRUE }, { "replica=2", TRUE }, { "replica=1", FALSE },
    { "replica>1", TRUE }, { "replica>2", FALSE }, { "mode=fast replica>1", TRUE },
    { "mode=fast replica>5", FALSE }, { "mode", TRUE }, { "off", FALSE }, { "empty", FALSE },
    { "unknown", FALSE }, { "unknown=", FALSE }, { "empty=", TRUE },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (tb_template_when (cases[i].when, value, NULL), ==, cases[i].holds);
}

static void
test_ours_are_whole (void)
{
  g_auto (GStrv) names = tb_template_names ();
  g_assert_true (g_strv_contains ((const char *const *) names, "nginx"));
  g_assert_true (g_strv_contains ((const char *const *) names, "redis"));
  for (char **name = names; *name != NULL; name++)
    {
      g_autoptr (GError) error = NULL;
      const TbTemplate *t = tb_template_find (*name, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (t->name, ==, *name);
      g_assert_nonnull (t->help);
      g_assert_nonnull (t->package);
    }
}

/* ---- A person's own ------------------------------------------------------------------------------ */

static void
write_own (const char *name, const char *xml)
{
  g_autofree char *folder = tb_template_user_folder ();
  g_autofree char *path = g_strdup_printf ("%s/%s.xml", folder, name);
  g_autoptr (GError) error = NULL;
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (path, xml, -1, &error);
  g_assert_no_error (error);
}

/* A file that has changed is looked at before long. */
static const TbTemplate *
await_title (const char *name, const char *title)
{
  const TbTemplate *t = NULL;
  for (int i = 0; i < 3000 && (t == NULL || !g_str_equal (t->title, title)); i++)
    {
      if (t != NULL)
        g_usleep (10000);
      t = tb_template_find (name, NULL);
    }
  g_assert_cmpstr (t->title, ==, title);
  return t;
}

static void
test_own_are_found (void)
{
  g_autoptr (GError) error = NULL;
  write_own ("x", WHOLE);
  g_auto (GStrv) names = tb_template_names ();
  g_assert_true (g_strv_contains ((const char *const *) names, "x"));
  g_assert_true (g_strv_contains ((const char *const *) names, "redis"));
  g_assert_cmpstr (tb_template_find ("x", &error)->command, ==, "xd ${port}");
}

static void
test_own_come_before_ours (void)
{
  await_title ("memcached", "memcached");
  write_own ("memcached", "<template name=\"memcached\" title=\"My own\" kinds=\"cache\">"
                          "<program name=\"xd\"/><command>xd</command></template>");
  await_title ("memcached", "My own");
}

/* Who writes one need not start anew; who holds the old one goes on holding it. */
static void
test_own_are_read_again_when_they_change (void)
{
  write_own ("changing", "<template name=\"changing\" title=\"Old\" kinds=\"store\"><program name=\"x\"/>"
                         "<command>x</command></template>");
  const TbTemplate *old = await_title ("changing", "Old");
  write_own ("changing", "<template name=\"changing\" title=\"Newer\" kinds=\"store\"><program name=\"x\"/>"
                         "<command>x</command></template>");
  await_title ("changing", "Newer");
  g_assert_cmpstr (old->title, ==, "Old");
}

static void
test_own_say_what_is_wrong (void)
{
  g_autoptr (GError) error = NULL;
  write_own ("other", WHOLE);
  g_assert_null (tb_template_find ("other", &error));
  g_assert_nonnull (strstr (error->message, "the template is called “x”, and its file “other.xml”"));
  g_clear_error (&error);
  write_own ("broken", "<template");
  g_assert_null (tb_template_find ("broken", &error));
  g_assert_nonnull (strstr (error->message, "broken.xml: "));
  g_clear_error (&error);
  g_assert_null (tb_template_find ("../redis", &error));
  g_assert_nonnull (strstr (error->message, "there is no template"));
}

/* GLib's own way of setting a test's directories loses memory, which the leak checker would see. */
static void
remove_own (const char *home)
{
  g_autofree char *folder = tb_template_user_folder (), *above = g_path_get_dirname (folder);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_remove (path);
    }
  g_rmdir (folder);
  g_rmdir (above);
  g_rmdir (home);
}

int
main (int argc, char **argv)
{
  g_autofree char *home = g_dir_make_tmp ("tierboard-templates-XXXXXX", NULL);
  g_setenv ("XDG_DATA_HOME", home, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/template/reads", test_reads_what_it_should);
  g_test_add_func ("/template/says-what-is-wrong", test_says_what_is_wrong);
  g_test_add_func ("/template/survives-any-bytes", test_survives_any_bytes);
  g_test_add_func ("/template/conditions", test_conditions);
  g_test_add_func ("/template/ours-are-whole", test_ours_are_whole);
  g_test_add_func ("/template/own/found", test_own_are_found);
  g_test_add_func ("/template/own/before-ours", test_own_come_before_ours);
  g_test_add_func ("/template/own/read-again", test_own_are_read_again_when_they_change);
  g_test_add_func ("/template/own/say-what-is-wrong", test_own_say_what_is_wrong);
  int status = g_test_run ();
  remove_own (home);
  return status;
}
