/* Drawings inside pictures: found, read as any other, and nothing else of the picture. */
#include "model-test.h"

#include "tb-picture.h"

#define SVG "<svg xmlns='http://www.w3.org/2000/svg'>"
#define DRAWING OPEN "<layer id=\"a\"/></architecture>"

/* The smallest PNG: one pixel. */
static const guint8 pixel[]
    = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 0, 0, 1, 0,
        0, 0, 1, 8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 10, 'I', 'D', 'A', 'T', 0x78, 0x9c,
        0x63, 0x60, 0, 0, 0, 2, 0, 1, 0x48, 0xaf, 0xa4, 0x71, 0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae,
        0x42, 0x60, 0x82 };

static GBytes *
pixel_with (const char *xml)
{
  g_autoptr (TbDocument) document = read_good (xml);
  g_autoptr (GError) error = NULL;
  GBytes *png = tb_png_embed ((const char *) pixel, sizeof pixel, tb_document_model (document),
                              &error);
  g_assert_no_error (error);
  return png;
}

static TbDocument *
load (GBytes *bytes, GError **error)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  return tb_document_load_bytes ("picture", data, size, NULL, error);
}

static char *
reason_against (const char *bytes, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) document = tb_document_load_bytes ("p", bytes, size, NULL, &error);
  g_assert_null (document);
  g_assert_nonnull (error);
  return g_strdup (error->message);
}

static void
assert_refused (const char *bytes, gsize size, const char *words)
{
  g_autofree char *reason = reason_against (bytes, size);
  if (strstr (reason, words) == NULL)
    g_error ("“%s” lacks “%s”", reason, words);
}

/* ---- SVG --------------------------------------------------------------------------------------- */

static void
test_the_drawing_in_an_svg_is_read (void)
{
  g_autoptr (TbDocument) plain = read_good (DRAWING);
  g_autoptr (TbDocument) inside = read_good (
      "<?xml version='1.0'?><!-- not ours -->" SVG "<title>T</title><metadata><x xmlns='urn:x'/></metadata>"
      "<metadata>\n" DRAWING "\n</metadata><!-- nor this --><g><text>stray text</text></g></svg>");
  g_autofree char *a = xml_of (plain), *b = xml_of (inside);
  g_assert_cmpstr (a, ==, b);
  g_assert_cmpint (tb_document_picture (plain), ==, TB_PICTURE_NONE);
  g_assert_cmpint (tb_document_picture (inside), ==, TB_PICTURE_SVG);
}

static void
test_comments_around_the_drawing_are_its_own (void)
{
  g_autoptr (TbDocument) document
    = read_good (SVG "<metadata><!-- before -->" DRAWING "<!-- after --></metadata></svg>");
  g_autofree char *xml = xml_of (document);
  g_assert_nonnull (strstr (xml, "<!-- before -->\n<architecture"));
  g_assert_nonnull (strstr (xml, "</architecture>\n<!-- after -->"));
}

static void
test_metadata_reads_back (void)
{
  g_autoptr (TbDocument) document = read_good ("<!-- head -->" DRAWING);
  g_autofree char *xml = xml_of (document);
  g_autofree char *metadata = tb_picture_metadata (tb_document_model (document));
  g_autofree char *svg = g_strconcat (SVG "<metadata>\n", metadata, "</metadata></svg>", NULL);
  g_autoptr (TbDocument) again = read_good (svg);
  g_autofree char *second = xml_of (again);
  g_assert_cmpstr (second, ==, xml);
}

static void
test_errors_in_an_svg_have_its_lines (void)
{
  const char *svg = SVG "\n<metadata>\n<architecture xmlns='urn:tierboard:1'>\n<layer/>\n"
                        "</architecture></metadata></svg>";
  assert_refused (svg, strlen (svg), "p:4:1: <layer> has no attribute id");
}

static void
test_an_svg_without_a_drawing_is_refused (void)
{
  static const char *const pictures[]
      = { SVG "</svg>", SVG "<metadata/></svg>", SVG "<metadata><layer xmlns='urn:tierboard:1'/></metadata></svg>",
          SVG "<g><metadata>" DRAWING "</metadata></g></svg>", SVG DRAWING "</svg>" };
  for (guint i = 0; i < G_N_ELEMENTS (pictures); i++)
    {
      g_autofree char *reason = reason_against (pictures[i], strlen (pictures[i]));
      g_test_message ("%s", reason);
      g_assert_nonnull (strstr (reason, i == 2 ? "expected <architecture" : "holds no drawing"));
    }
}

static void
test_only_the_first_drawing_counts (void)
{
  g_autoptr (TbDocument) document = read_good (
      SVG "<metadata>" DRAWING OPEN "<tier id='b'/></architecture></metadata><metadata>" OPEN
          "</architecture></metadata></svg>");
  g_autoptr (TbDocument) plain = read_good (DRAWING);
  g_autofree char *a = xml_of (document), *b = xml_of (plain);
  g_assert_cmpstr (a, ==, b);
}

/* ---- PNG --------------------------------------------------------------------------------------- */

static void
test_the_drawing_in_a_png_is_read (void)
{
  g_autoptr (GBytes) png = pixel_with (OPEN "<layer id='a' name='Überschrift'/></architecture>");
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) document = load (png, &error);
  g_assert_no_error (error);
  g_assert_cmpint (tb_document_picture (document), ==, TB_PICTURE_PNG);
  g_assert_nonnull (tb_model_lookup (tb_document_model (document), "a"));
}

static void
test_a_second_drawing_takes_the_place_of_the_first (void)
{
  g_autoptr (GBytes) first = pixel_with (DRAWING);
  g_autoptr (GBytes) wanted = pixel_with (OPEN "<tier id='t'/></architecture>");
  g_autoptr (TbDocument) document = read_good (OPEN "<tier id='t'/></architecture>");
  gsize size;
  const char *data = g_bytes_get_data (first, &size);
  g_autoptr (GBytes) second = tb_png_embed (data, size, tb_document_model (document), NULL);
  g_assert_true (g_bytes_equal (second, wanted));
}

static void
test_a_png_without_a_whole_drawing_is_refused (void)
{
  g_autoptr (GBytes) png = pixel_with (DRAWING);
  gsize size;
  const char *data = g_bytes_get_data (png, &size);
  g_autofree char *bytes = g_memdup2 (data, size);
  assert_refused ((const char *) pixel, sizeof pixel, "holds no drawing");
  assert_refused ((const char *) pixel, 8, "holds no drawing");
  bytes[33 + 8 + 10] = 1;
  assert_refused (bytes, size, "compressed by another program");
  bytes[33 + 8 + 10] = 0;
  bytes[33 + 8 + 30] ^= 1;
  assert_refused (bytes, size, "damaged");
}

/* Cut anywhere, and with any one byte another: refused or read, never worse. */
static void
test_any_damage_is_survived (void)
{
  g_autoptr (GBytes) png = pixel_with (DRAWING);
  gsize size;
  const char *data = g_bytes_get_data (png, &size);
  for (gsize i = 0; i < size; i++)
    {
      g_autofree char *cut = g_memdup2 (data, i + 1);
      G_GNUC_UNUSED g_autoptr (TbDocument) a
        = tb_document_load_bytes ("p", cut, i, NULL, NULL);
      g_autofree char *other = g_memdup2 (data, size);
      other[i] ^= (char) (1 << i % 8);
      G_GNUC_UNUSED g_autoptr (TbDocument) b
        = tb_document_load_bytes ("p", other, size, NULL, NULL);
    }
}

static void
test_what_is_no_png_takes_no_drawing (void)
{
  g_autoptr (TbDocument) document = read_good (DRAWING);
  g_autoptr (GError) error = NULL;
  g_assert_null (tb_png_embed ("GIF89a", 6, tb_document_model (document), &error));
  g_assert_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_INVALID);
}

/* ---- Saving ------------------------------------------------------------------------------------ */

static void
test_a_drawing_never_takes_a_pictures_name (void)
{
  g_autoptr (TbDocument) document = read_good (DRAWING);
  g_autoptr (GError) error = NULL;
  g_assert_false (tb_document_save (document, "/tmp/tierboard-never.SVG", &error));
  g_assert_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_INVALID);
  g_assert_false (g_file_test ("/tmp/tierboard-never.SVG", G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add_func ("/model/picture/" #name, test_##name)
  TEST (the_drawing_in_an_svg_is_read);
  TEST (comments_around_the_drawing_are_its_own);
  TEST (metadata_reads_back);
  TEST (errors_in_an_svg_have_its_lines);
  TEST (an_svg_without_a_drawing_is_refused);
  TEST (only_the_first_drawing_counts);
  TEST (the_drawing_in_a_png_is_read);
  TEST (a_second_drawing_takes_the_place_of_the_first);
  TEST (a_png_without_a_whole_drawing_is_refused);
  TEST (any_damage_is_survived);
  TEST (what_is_no_png_takes_no_drawing);
  TEST (a_drawing_never_takes_a_pictures_name);
  return g_test_run ();
}
