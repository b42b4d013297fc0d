/* Formats out, and the pictures of the examples. */
#include <glib/gstdio.h>
#include <string.h>

#include "tb-export.h"
#include "tb-picture.h"

static const char shop[] = "<architecture xmlns='urn:tierboard:1' name='Shop'>"
                           "<component id='a' kind='client' name='Browser'/>"
                           "<component id='b' kind='server' name='Shop'/>"
                           "<link id='x' from='a' to='b'/></architecture>";

static TbDocument *
load (void)
{
  return tb_document_load_bytes ("t", shop, strlen (shop), NULL, NULL);
}

static GBytes *
export_as (const char *name, double scale)
{
  g_autoptr (TbDocument) d = load ();
  g_autoptr (GError) error = NULL;
  TbExportOptions options = { .scale = scale };
  GBytes *bytes = tb_export_bytes (tb_document_model (d), tb_export_format (name), &options,
                                   &error);
  g_assert_no_error (error);
  return bytes;
}

static void
test_formats_begin_as_they_must (void)
{
  static const struct
  {
    const char *name, *magic;
  } formats[] = { { "svg", "<?xml" }, { "png", "\x89PNG" }, { "pdf", "%PDF-" } };
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      gsize size;
      g_autoptr (GBytes) bytes = export_as (formats[i].name, 1);
      const char *data = g_bytes_get_data (bytes, &size);
      g_assert_cmpuint (size, >, 500);
      g_assert_cmpint (strncmp (data, formats[i].magic, strlen (formats[i].magic)), ==, 0);
    }
}

static void
test_the_same_drawing_gives_the_same_bytes (void)
{
  guint n;
  const TbExportFormat *formats = tb_export_formats (&n);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GBytes) a = export_as (formats[i].name, 1), b = export_as (formats[i].name, 1);
      g_assert_true (g_bytes_equal (a, b));
    }
}

static void
test_scale_scales (void)
{
  g_autoptr (GBytes) once = export_as ("png", 1), twice = export_as ("png", 2);
  const guint8 *a = g_bytes_get_data (once, NULL), *b = g_bytes_get_data (twice, NULL);
  guint wa = (guint) a[18] << 8 | a[19], wb = (guint) b[18] << 8 | b[19];
  g_assert_cmpuint (wb, ==, 2 * wa);
}

static void
test_a_picture_too_large_is_refused (void)
{
  g_autoptr (TbDocument) d = load ();
  g_autoptr (GError) error = NULL;
  TbExportOptions options = { .scale = 99 };
  g_assert_null (tb_export_bytes (tb_document_model (d), tb_export_format ("png"), &options,
                                  &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  options.scale = -1;
  g_assert_null (tb_export_bytes (tb_document_model (d), tb_export_format ("svg"), &options,
                                  &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
}

static void
test_extension_says_the_format (void)
{
  g_assert_cmpstr (tb_export_format_of_path ("/tmp/a.b/picture.SVG")->name, ==, "svg");
  g_assert_null (tb_export_format_of_path ("/tmp/a.png/picture"));
  g_assert_null (tb_export_format ("bmp"));
}

static void
test_failing_leaves_what_was_there (void)
{
  g_autoptr (TbDocument) d = load ();
  g_autoptr (GError) error = NULL;
  TbExportOptions options = { .scale = 1 };
  g_autofree char *dir = g_dir_make_tmp ("tierboard-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "missing", "out.svg", NULL);
  g_assert_false (tb_export_file (tb_document_model (d), tb_export_format ("svg"), &options, path,
                                  &error));
  g_assert_nonnull (error);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_rmdir (dir);
}

/* ---- Golden pictures ------------------------------------------------------------------------- */

/* What fonts decide goes: widths and places of texts, and ways, which keep clear of them. */
static char *
canonical (const char *svg)
{
  static const char *const rules[][2] = {
    { "(<text[^>]*?) x=\"[^\"]*\" y=\"[^\"]*\" textLength=\"[^\"]*\"", "\\1" },
    { "(<text[^>]*?) transform=\"[^\"]*\"", "\\1" },
    { " d=\"[^\"]*\"", "" },
    { "<rect class=\"(cp|bg|mw)\"[^>]*>", "<rect class=\"\\1\"/>" },
    { "(?s)<svg[^>]*>.*?</defs>\n<rect[^>]*>\n", "<svg>\n" },
  };
  char *text = g_strdup (svg);
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      g_autoptr (GRegex) regex = g_regex_new (rules[i][0], G_REGEX_OPTIMIZE, 0, NULL);
      char *next = g_regex_replace (regex, text, -1, 0, rules[i][1], 0, NULL);
      g_free (text);
      text = next;
    }
  return text;
}

static void
test_example (gconstpointer data)
{
  const char *name = data;
  g_autofree char *file = g_strdup_printf ("examples/%s.tierboard", name);
  g_autofree char *path = tb_data_path (file), *is = NULL, *expected = NULL;
  g_autofree char *golden = g_strdup_printf ("%s/golden/%s.svg", g_getenv ("TIERBOARD_TEST_DIR"),
                                             name);
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) d = tb_document_load (path, NULL, &error);
  g_assert_no_error (error);
  TbExportOptions options = { .scale = 1 };
  g_autoptr (GBytes) bytes = tb_export_bytes (tb_document_model (d), tb_export_format ("svg"),
                                              &options, &error);
  g_autofree char *svg = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  is = canonical (svg);
  if (g_getenv ("TIERBOARD_GOLDEN_UPDATE"))
    g_file_set_contents (golden, is, -1, NULL);
  g_assert_true (g_file_get_contents (golden, &expected, NULL, NULL));
  if (strcmp (is, expected) == 0)
    return;
  g_autofree char *out = g_strdup_printf ("%s.out.svg", name);
  g_file_set_contents (out, is, -1, NULL);
  g_test_message ("differs from %s: see %s", golden, out);
  g_test_fail ();
}

/* ---- The drawing inside ------------------------------------------------------------------------ */

static char *
embedded_again (const char *format, TbPicture expected)
{
  g_autoptr (TbDocument) document = load ();
  g_autoptr (GError) error = NULL;
  const TbExportOptions options = { .embed = TRUE };
  g_autoptr (GBytes) bytes = tb_export_bytes (tb_document_model (document),
                                              tb_export_format (format), &options, &error);
  g_assert_no_error (error);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  g_autoptr (TbDocument) again = tb_document_load_bytes ("p", data, size, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (tb_document_picture (again), ==, expected);
  return tb_model_to_xml (tb_document_model (again), NULL);
}

static void
test_an_embedded_drawing_comes_out_to_the_byte (void)
{
  g_autoptr (TbDocument) document = load ();
  g_autofree char *xml = tb_model_to_xml (tb_document_model (document), NULL);
  g_autofree char *svg = embedded_again ("svg", TB_PICTURE_SVG);
  g_autofree char *png = embedded_again ("png", TB_PICTURE_PNG);
  g_assert_cmpstr (svg, ==, xml);
  g_assert_cmpstr (png, ==, xml);
}

static void
test_the_drawing_in_an_svg_is_plain_text (void)
{
  g_autoptr (TbDocument) document = load ();
  const TbExportOptions options = { .embed = TRUE };
  g_autoptr (GBytes) bytes = tb_export_bytes (tb_document_model (document),
                                              tb_export_format ("svg"), &options, NULL);
  g_assert_nonnull (strstr (g_bytes_get_data (bytes, NULL),
                            "\n  <component id=\"b\" kind=\"server\" name=\"Shop\"/>\n"));
}

static void
test_a_pdf_takes_no_drawing (void)
{
  g_autoptr (TbDocument) document = load ();
  g_autoptr (GError) error = NULL;
  const TbExportOptions options = { .embed = TRUE };
  g_assert_null (tb_export_bytes (tb_document_model (document), tb_export_format ("pdf"), &options,
                                  &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
}

/* Open a picture, change it, save it: the picture shows the change and opens with it. */
static void
test_saving_where_a_picture_is_draws_it_anew (void)
{
  g_autofree char *dir = g_dir_make_tmp ("tierboard-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "shop.tierboard.svg", NULL);
  g_autoptr (TbDocument) document = load ();
  g_autoptr (GError) error = NULL;
  g_assert_true (tb_export_save (document, path, NULL, &error));
  g_autoptr (TbDocument) again = tb_document_load (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (tb_document_path (again), ==, path);
  tb_document_begin (again, "Rename", NULL);
  tb_document_set (again, tb_element_uid (tb_model_lookup (tb_document_model (again), "b")),
                   TB_PROP_NAME, "Store front", NULL);
  tb_document_commit (again);
  g_assert_true (tb_document_is_modified (again));
  g_assert_true (tb_export_save (again, path, NULL, &error));
  g_assert_false (tb_document_is_modified (again));
  g_autofree char *svg = NULL;
  g_assert_true (g_file_get_contents (path, &svg, NULL, NULL));
  g_assert_nonnull (strstr (svg, ">Store front</text>"));
  g_assert_nonnull (strstr (svg, "name=\"Store front\"/>"));
  g_unlink (path);
  g_rmdir (dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/export/" name, func)
  ADD ("formats-begin-as-they-must", test_formats_begin_as_they_must);
  ADD ("the-same-drawing-gives-the-same-bytes", test_the_same_drawing_gives_the_same_bytes);
  ADD ("scale-scales", test_scale_scales);
  ADD ("a-picture-too-large-is-refused", test_a_picture_too_large_is_refused);
  ADD ("extension-says-the-format", test_extension_says_the_format);
  ADD ("failing-leaves-what-was-there", test_failing_leaves_what_was_there);
  ADD ("an-embedded-drawing-comes-out-to-the-byte", test_an_embedded_drawing_comes_out_to_the_byte);
  ADD ("the-drawing-in-an-svg-is-plain-text", test_the_drawing_in_an_svg_is_plain_text);
  ADD ("a-pdf-takes-no-drawing", test_a_pdf_takes_no_drawing);
  ADD ("saving-where-a-picture-is-draws-it-anew", test_saving_where_a_picture_is_draws_it_anew);
  g_test_add_data_func ("/export/example/client-server", "client-server", test_example);
  g_test_add_data_func ("/export/example/two-tier", "two-tier", test_example);
  g_test_add_data_func ("/export/example/three-tier", "three-tier", test_example);
  g_test_add_data_func ("/export/example/nginx-redis", "nginx-redis", test_example);
  return g_test_run ();
}
