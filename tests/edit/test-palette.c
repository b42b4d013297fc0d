/* What the palette offers: beside what is ours, the templates of a person's own. */
#include "fixture.h"

#include <glib/gstdio.h>

#include "tb-template.h"

static const char own[]
  = "<template name=\"valkey\" title=\"Valkey\" kinds=\"store cache\"><program name=\"valkey-server\"/>"
    "<service name=\"data\" protocol=\"resp\" port=\"6379\"/><command>valkey-server</command></template>";

static void
test_own_templates_are_offered (void)
{
  const TbPaletteRow *row = tb_palette_find ("valkey");
  g_assert_nonnull (row);
  g_assert_cmpstr (row->label, ==, "Valkey");
  g_assert_cmpint (row->role, ==, TB_ROLE_STORE);
  g_assert_nonnull (tb_palette_find ("redis-sentinel"));
}

/* Each template once; each section in one piece, which is how they are shown. */
static void
test_sections_hang_together (void)
{
  guint n;
  const TbPaletteRow *rows = tb_palette (&n);
  for (guint i = 0; i < n; i++)
    for (guint k = i + 1; k < n; k++)
      {
        g_assert_cmpstr (rows[i].name, !=, rows[k].name);
        if (g_str_equal (rows[i].section, rows[k].section))
          g_assert_cmpstr (rows[k - 1].section, ==, rows[k].section);
      }
}

static void
test_own_template_is_put_down (void)
{
  Fixture f;
  fixture_open (&f, fixture_shop);
  TbUid uid = tb_editor_create (f.editor, tb_palette_find ("valkey"), 40, 40, 0);
  const TbElement *made = tb_model_get (tb_document_model (f.document), uid);
  const TbElement *template = tb_element_child_of (made, TB_KIND_TEMPLATE);
  g_assert_cmpstr (tb_element_get (made, TB_PROP_KIND), ==, "store");
  g_assert_cmpstr (tb_element_get (template, TB_PROP_NAME), ==, "valkey");
  fixture_close (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_autofree char *home = g_dir_make_tmp ("tierboard-palette-XXXXXX", NULL);
  g_setenv ("XDG_DATA_HOME", home, TRUE);
  g_autofree char *folder = tb_template_user_folder ();
  g_autofree char *file = g_build_filename (folder, "valkey.xml", NULL);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, own, -1, NULL));
  g_test_add_func ("/palette/own-templates", test_own_templates_are_offered);
  g_test_add_func ("/palette/sections", test_sections_hang_together);
  g_test_add_func ("/palette/put-down", test_own_template_is_put_down);
  int status = g_test_run ();
  g_autofree char *above = g_path_get_dirname (folder);
  g_remove (file);
  g_rmdir (folder);
  g_rmdir (above);
  g_rmdir (home);
  return status;
}
