/* What differs, as a picture. */
#include <string.h>

#include "tb-diff-picture.h"

#define OPEN "<architecture xmlns='urn:tierboard:1' name='T'>"
#define A "<component id='a' kind='client' name='First'/>"
#define B "<component id='b' kind='server' name='Second'/>"
#define L "<link id='l' from='a' to='b' name='Calls'/>"
#define VIEW(inner) "<view id='v' frame='none'>" inner "</view></architecture>"
#define PLACE_A(x, y) "<place of='a' x='" x "' y='" y "'/>"
#define PLACE_B "<place of='b' x='300' y='0'/>"

static TbDocument *
load (const char *xml)
{
  g_autoptr (GError) error = NULL;
  TbDocument *document = tb_document_load_bytes ("t", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
  return document;
}

static char *
draw (const char *from, const char *to)
{
  g_autoptr (TbDocument) a = load (from), b = load (to);
  g_autoptr (GError) error = NULL;
  const TbExportOptions options = { 0 };
  g_autoptr (GBytes) bytes = tb_export_diff (tb_document_model (a), tb_document_model (b), "svg",
                                             &options, &error);
  g_assert_no_error (error);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  return g_strndup (data, size);
}

static void
assert_drawn (const char *from, const char *to, const char *first, ...)
{
  g_autofree char *svg = draw (from, to);
  va_list words;
  va_start (words, first);
  for (const char *word = first; word != NULL; word = va_arg (words, const char *))
    if (strstr (svg, word) == NULL)
      g_error ("“%s” lacks “%s”", svg, word);
  va_end (words);
}

static void
test_what_is_new_is_marked (void)
{
  assert_drawn (OPEN A VIEW (PLACE_A ("0", "0")), OPEN A B L VIEW (PLACE_A ("0", "0") PLACE_B),
                ">2 new</text>", ">+</text>", NULL);
}

/* With its name, its link, and in its old place. */
static void
test_what_is_gone_is_drawn_where_it_was (void)
{
  assert_drawn (OPEN A B L VIEW (PLACE_A ("0", "0") PLACE_B), OPEN A VIEW (PLACE_A ("0", "0")),
                ">2 removed</text>", ">Second</text>", ">Calls</text>", "stroke-dasharray",
                "<rect x=\"296\" y=\"-4\"", NULL);
}

static void
test_what_moved_has_an_arrow_from_where_it_was (void)
{
  assert_drawn (OPEN A VIEW (PLACE_A ("0", "0")), OPEN A VIEW (PLACE_A ("400", "0")),
                ">1 moved</text>", "<rect x=\"0\" y=\"0\"", NULL);
}

static void
test_what_changed_is_marked_with_its_parts (void)
{
  assert_drawn (OPEN A VIEW (PLACE_A ("0", "0")),
                OPEN "<component id='a' kind='client' name='First'><service name='s'/></component>"
                     VIEW (PLACE_A ("0", "0")),
                ">1 changed</text>", ">~</text>", NULL);
}

static void
test_the_same_says_so (void)
{
  g_autofree char *svg = draw (OPEN A "</architecture>", OPEN A "</architecture>");
  g_assert_nonnull (strstr (svg, "Nothing differs in this view"));
}

static void
test_the_same_drawings_give_the_same_bytes (void)
{
  const char *from = OPEN A B L VIEW (PLACE_A ("0", "0") PLACE_B);
  const char *to = OPEN A VIEW (PLACE_A ("9", "9"));
  g_autofree char *first = draw (from, to), *second = draw (from, to);
  g_assert_cmpstr (first, ==, second);
}

/* An id that is something else now, a tier gone with its devices, a view gone: drawn all the same. */
static void
test_odd_differences_are_drawn (void)
{
  g_autofree char *other_kind = draw (OPEN A "</architecture>", OPEN "<tier id='a'/></architecture>");
  G_GNUC_UNUSED g_autofree char *tier
      = draw (OPEN "<tier id='t'><device id='d'/></tier></architecture>", OPEN "</architecture>");
  G_GNUC_UNUSED g_autofree char *view
      = draw (OPEN A VIEW (PLACE_A ("1", "1")), OPEN A "</architecture>");
  G_GNUC_UNUSED g_autofree char *empty = draw (OPEN "</architecture>", OPEN "</architecture>");
  g_assert_nonnull (other_kind);
}

static void
test_other_formats_are_refused (void)
{
  g_autoptr (TbDocument) a = load (OPEN "</architecture>");
  g_autoptr (GError) error = NULL;
  const TbExportOptions options = { 0 };
  const TbModel *model = tb_document_model (a);
  g_assert_null (tb_export_diff (model, model, "pdf", &options, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add_func ("/export/diff/" #name, test_##name)
  TEST (what_is_new_is_marked);
  TEST (what_is_gone_is_drawn_where_it_was);
  TEST (what_moved_has_an_arrow_from_where_it_was);
  TEST (what_changed_is_marked_with_its_parts);
  TEST (the_same_says_so);
  TEST (the_same_drawings_give_the_same_bytes);
  TEST (odd_differences_are_drawn);
  TEST (other_formats_are_refused);
  return g_test_run ();
}
