/* A person's own icons: what is let in of them, how they are found, and that both painters draw
 * them. */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "icon-private.h"
#include "scene-private.h"

static char *
clean (const char *svg, GError **error)
{
  TbCleanSvg out;
  return tb_svg_clean (svg, strlen (svg), &out, error) ? out.markup : NULL;
}

#define SVG(inside) "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 10 10'>" inside "</svg>"

/* ---- Cleaning -------------------------------------------------------------------------------- */

static void
test_shapes_come_through (void)
{
  g_autofree char *is
      = clean (SVG ("<g fill='red'><path d='M0 0h5' stroke-width='2'/><circle r='2'/></g>"), NULL);
  g_assert_cmpstr (is, ==, "<g><g fill=\"red\"><path d=\"M0 0h5\" stroke-width=\"2\"></path>"
                           "<circle r=\"2\"></circle></g></g>");
}

static void
test_what_could_harm_stays_out (void)
{
  static const char *const bad[]
      = { "<script>alert(1)</script>", "<image href='http://e/x.png'/>",
          "<foreignObject><p/></foreignObject>", "<filter id='f'/>", "<animate attributeName='x'/>",
          "<text>words</text>", "<pattern id='p'/>", "<mask id='m'/>", "<x:y xmlns:x='z'/>" };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *svg = g_strdup_printf (SVG ("%s<path d='M1 1'/>"), bad[i]);
      g_autofree char *is = clean (svg, NULL);
      g_assert_cmpstr (is, ==, "<g><path d=\"M1 1\"></path></g>");
    }
}

static void
test_attributes_that_reach_outside_stay_out (void)
{
  g_autofree char *is = clean (
      SVG ("<path onclick='x()' d='M1 1' fill='url(http://e)' href='http://e' stroke-dasharray='1'"
           " style='fill:url(http://e);stroke:blue;filter:url(#f);background:x'/>"), NULL);
  g_assert_cmpstr (is, ==, "<g><path d=\"M1 1\" fill=\"none\" style=\"stroke:blue;\"></path></g>");
}

static void
test_ids_are_the_pictures_own (void)
{
  g_autofree char *is = clean (SVG ("<linearGradient id='a'/><path d='' fill='url(#a)'/>"), NULL);
  g_autofree char *other
      = clean (SVG ("<linearGradient id='a'/><path d=' ' fill='url(#a)'/>"), NULL);
  const char *id = strstr (is, "id=\"") + 4, *use = strstr (is, "url(#") + 5;
  g_assert_cmpint (strncmp (id, use, 10), ==, 0);
  g_assert_cmpint (strncmp (id, strstr (other, "id=\"") + 4, 10), !=, 0);
}

static void
test_plain_classes_become_styles (void)
{
  g_autofree char *is = clean (SVG ("<style>.a,.b{fill:red} path{fill:blue}</style>"
                                    "<path class='b' d=''/>"), NULL);
  g_assert_cmpstr (is, ==, "<g><path d=\"\" style=\"fill:red;\"></path></g>");
}

static void
test_what_is_no_icon_is_refused_in_words (void)
{
  static const struct
  {
    const char *svg, *words;
  } rows[] = {
    { "<html/>", "no SVG" },
    { "<svg/>", "no size" },
    { "<svg viewBox='0 0 0 0'/>", "no size" },
    { "<svg viewBox='0 0 9 9'>", "" },
    { "", "" },
    { "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg viewBox='0 0 9 9'>&a;</svg>", "" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (clean (rows[i].svg, &error));
      g_assert_nonnull (strstr (error->message, rows[i].words));
    }
}

static void
test_bombs_are_refused (void)
{
  g_autoptr (GString) uses = g_string_new ("<svg viewBox='0 0 9 9'><g id='u0'/>");
  g_autoptr (GString) deep = g_string_new ("<svg viewBox='0 0 9 9'>");
  g_autoptr (GString) many = g_string_new ("<svg viewBox='0 0 9 9'>");
  for (guint i = 1; i < 40; i++)
    g_string_append_printf (uses, "<g id='u%u'><use href='#u%u'/><use href='#u%u'/></g>", i, i - 1,
                            i - 1);
  for (guint i = 0; i < 5000; i++)
    {
      g_string_append (deep, "<g>");
      g_string_append (many, "<g/>");
    }
  GString *const all[] = { uses, deep, many };
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (clean (all[i]->str, &error));
      g_assert_nonnull (error);
    }
}

/* ---- Finding --------------------------------------------------------------------------------- */

static char *home;

static void
write_file (const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (home, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_mkdir_with_parents (folder, 0700);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static const char red[] = SVG ("<rect width='10' height='10' fill='#ff0000'/>");

static TbScene *
scene_with (const char *icon, TbDocument **document)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *xml = g_strdup_printf (
      "<architecture xmlns='urn:tierboard:1'><component id='a' kind='server' icon='%s'/>"
      "<component id='b' kind='server' icon='%s'/>"
      "<view id='v'><place of='a' x='0' y='0'/><place of='b' x='300' y='0'/></view>"
      "</architecture>", icon, icon);
  *document = tb_document_load_bytes ("t", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
  TbScene *scene = tb_scene_new (tb_document_model (*document), NULL);
  tb_scene_set_folder (scene, home);
  return scene;
}

static guint
problems_of (TbDocument *document)
{
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  tb_icons_check (tb_document_model (document), home, problems);
  return problems->len;
}

static void
test_icons_are_found_by_name_and_by_path (void)
{
  static const char *const icons[] = { "red", "pictures/red.svg" };
  write_file ("tierboard/icons/red.svg", red);
  write_file ("pictures/red.svg", red);
  for (guint i = 0; i < G_N_ELEMENTS (icons); i++)
    {
      g_autoptr (TbDocument) document = NULL;
      g_autoptr (TbScene) scene = scene_with (icons[i], &document);
      g_assert_nonnull (TB_ITEM (scene, scene->first[TB_ITEM_COMPONENT])->style->picture);
      g_assert_cmpuint (problems_of (document), ==, 0);
    }
  g_auto (GStrv) names = tb_icon_names ();
  g_assert_true (g_strv_contains ((const char *const *) names, "red"));
}

static void
test_an_icon_that_cannot_be_shown_is_the_kinds_own_and_a_problem (void)
{
  static const char *const icons[] = { "nothing", "bad", "/etc/passwd", "pipe.svg", "large" };
  g_autofree char *pipe_path = g_build_filename (home, "pipe.svg", NULL);
  g_autofree char *large = g_strnfill (300 * 1024, ' ');
  write_file ("tierboard/icons/bad.svg", "<html/>");
  write_file ("tierboard/icons/large.svg", large);
  g_assert_cmpint (mkfifo (pipe_path, 0600), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (icons); i++)
    {
      g_autoptr (TbDocument) document = NULL;
      g_autoptr (TbScene) scene = scene_with (icons[i], &document);
      gsize size;
      g_autofree char *svg = tb_scene_to_svg (scene, TB_THEME_LIGHT, 1, &size);
      g_assert_null (TB_ITEM (scene, scene->first[TB_ITEM_COMPONENT])->style->picture);
      g_assert_cmpuint (problems_of (document), ==, 2);
      g_assert_nonnull (strstr (svg, "href=\"#_server\""));
    }
}

static void
test_a_changed_file_is_seen (void)
{
  g_autoptr (TbDocument) document = NULL;
  write_file ("tierboard/icons/later.svg", "<html/>");
  g_autoptr (TbScene) scene = scene_with ("later", &document);
  g_assert_cmpuint (problems_of (document), ==, 2);
  write_file ("tierboard/icons/later.svg", red);
  g_assert_true (tb_scene_set_folder (scene, home));
  g_assert_cmpuint (problems_of (document), ==, 0);
}

/* ---- Painting -------------------------------------------------------------------------------- */

static void
test_both_painters_draw_the_picture (void)
{
  g_autoptr (TbDocument) document = NULL;
  write_file ("tierboard/icons/red.svg", red);
  g_autoptr (TbScene) scene = scene_with ("red", &document);
  gsize size;
  g_autofree char *svg = tb_scene_to_svg (scene, TB_THEME_LIGHT, 1, &size);
  g_assert_nonnull (strstr (svg, "<symbol id=\"_icon0\""));
  g_assert_null (strstr (strstr (svg, "<symbol") + 1, "<symbol")); /* once for both */

  cairo_surface_t *s = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 400, 100);
  cairo_t *cr = cairo_create (s);
  TbPaintOptions options = { .theme = TB_THEME_DARK, .scale = 1, .background = TRUE };
  TbRect clip = { 0, 0, 400, 100 };
  tb_scene_paint (scene, cr, &clip, &options);
  cairo_destroy (cr);
  cairo_surface_flush (s);
  guint32 pixel;
  memcpy (&pixel, cairo_image_surface_get_data (s) + 34 * cairo_image_surface_get_stride (s) + 30 * 4,
          4);
  cairo_surface_destroy (s);
  /* Without librsvg the plate is seen. */
  if ((pixel & 0xffffff) != 0xff0000)
    g_test_skip ("librsvg is not installed");
}

static void
remove_all (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inside = g_build_filename (path, name, NULL);
      remove_all (inside);
    }
  g_remove (path);
}

#define ADD(name, func) g_test_add_func ("/icon/" name, func)

int
main (int argc, char **argv)
{
  home = g_dir_make_tmp ("tierboard-icons-XXXXXX", NULL);
  g_setenv ("XDG_DATA_HOME", home, TRUE);
  g_test_init (&argc, &argv, NULL);
  ADD ("clean/shapes", test_shapes_come_through);
  ADD ("clean/harm", test_what_could_harm_stays_out);
  ADD ("clean/outside", test_attributes_that_reach_outside_stay_out);
  ADD ("clean/ids", test_ids_are_the_pictures_own);
  ADD ("clean/classes", test_plain_classes_become_styles);
  ADD ("clean/refused", test_what_is_no_icon_is_refused_in_words);
  ADD ("clean/bombs", test_bombs_are_refused);
  ADD ("find/name-and-path", test_icons_are_found_by_name_and_by_path);
  ADD ("find/cannot", test_an_icon_that_cannot_be_shown_is_the_kinds_own_and_a_problem);
  ADD ("find/changed", test_a_changed_file_is_seen);
  ADD ("paint/both", test_both_painters_draw_the_picture);
  int status = g_test_run ();
  remove_all (home);
  g_free (home);
  return status;
}
