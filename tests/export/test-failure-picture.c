/* Pictures of what stops when something fails. */
#include <string.h>

#include "tb-export.h"

static const char shop[] = "<architecture xmlns='urn:tierboard:1' name='Shop'>"
                           "<component id='a' kind='client' name='Browser'/>"
                           "<component id='b' kind='server' name='Shop' availability='99.9%'/>"
                           "<component id='s' kind='store' name='Orders' replicas='3'><builtin replication='raft'/></component>"
                           "<link id='x' from='a' to='b'/><link id='y' from='b' to='s'/></architecture>";

static char *
picture (const char *format, const TbExportOptions *options, GError **error)
{
  gsize size;
  g_autoptr (TbDocument) document = tb_document_load_bytes ("t", shop, strlen (shop), NULL, NULL);
  g_autoptr (GBytes) bytes = tb_export_bytes (tb_document_model (document), tb_export_format (format), options, error);
  const char *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
  return data != NULL ? g_strndup (data, size) : NULL;
}

static void
test_says_and_marks_what_stops (void)
{
  const char *names[] = { "s", NULL };
  g_autofree char *svg = picture ("svg", &(TbExportOptions){ .without = names }, NULL);
  g_assert_nonnull (strstr (svg, ">Without Orders, Browser and Shop stop.</text>"));
  g_assert_nonnull (strstr (svg, "stroke-dasharray=\"5 4\""));
  g_assert_nonnull (strstr (svg, ">Browser: 99.9 %, down 8 h 45 min a year; 1 of 4 parts say how often they fail</text>"));
}

static void
test_a_replica_that_can_be_spared_stops_nothing (void)
{
  const char *names[] = { "s/2", NULL };
  g_autofree char *svg = picture ("svg", &(TbExportOptions){ .without = names }, NULL);
  g_assert_nonnull (strstr (svg, ">Without replica 2 of Orders, everything goes on, 1 component with fewer replicas.</text>"));
  g_assert_null (strstr (svg, "stroke-dasharray=\"5 4\""));
}

static void
test_marks_single_points (void)
{
  g_autofree char *svg = picture ("svg", &(TbExportOptions){ .single_points = TRUE }, NULL);
  g_assert_nonnull (strstr (svg, ">1 single point of failure: Shop.</text>"));
  g_autofree char *plain = picture ("svg", &(TbExportOptions){ 0 }, NULL);
  g_assert_null (strstr (plain, "single point"));
}

static void
test_png_and_pdf_show_it_too (void)
{
  static const char *const formats[] = { "png", "pdf" };
  const char *names[] = { "b", NULL };
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *with = picture (formats[i], &(TbExportOptions){ .without = names }, NULL);
      g_autofree char *plain = picture (formats[i], &(TbExportOptions){ 0 }, NULL);
      g_assert_nonnull (with);
      g_assert_nonnull (plain);
    }
}

static void
test_what_cannot_fail_is_refused (void)
{
  const char *const names[] = { "nobody", "s/4", "a b", "" };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *without[] = { names[i], NULL };
      g_autoptr (GError) error = NULL;
      g_autofree char *svg = picture ("svg", &(TbExportOptions){ .without = without }, &error);
      g_assert_null (svg);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/failure-picture/says-and-marks-what-stops", test_says_and_marks_what_stops);
  g_test_add_func ("/failure-picture/a-replica-that-can-be-spared-stops-nothing", test_a_replica_that_can_be_spared_stops_nothing);
  g_test_add_func ("/failure-picture/marks-single-points", test_marks_single_points);
  g_test_add_func ("/failure-picture/png-and-pdf-show-it-too", test_png_and_pdf_show_it_too);
  g_test_add_func ("/failure-picture/what-cannot-fail-is-refused", test_what_cannot_fail_is_refused);
  return g_test_run ();
}
