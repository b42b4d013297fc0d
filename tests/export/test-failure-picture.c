/* Pictures of what stops when something fails. */
#include <math.h>
#include <string.h>

#include "tb-diagram.h"
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

/* What says #b3261e by day says what the dark theme has in its place by night. */
static void
test_marks_are_dark_where_the_viewer_prefers_it (void)
{
  const char *names[] = { "s", NULL };
  const TbColour light = tb_theme_colour (TB_THEME_LIGHT, TB_COLOUR_BAD), dark = tb_theme_colour (TB_THEME_DARK, TB_COLOUR_BAD);
  g_autofree char *rule = g_strdup_printf (".diff [stroke=\"#%02x%02x%02x\"]{stroke:#%02x%02x%02x}", (int) round (light.r * 255),
                                           (int) round (light.g * 255), (int) round (light.b * 255), (int) round (dark.r * 255),
                                           (int) round (dark.g * 255), (int) round (dark.b * 255));
  g_autofree char *automatic = picture ("svg", &(TbExportOptions){ .without = names, .or_dark = TRUE }, NULL);
  g_autofree char *plain = picture ("svg", &(TbExportOptions){ .without = names }, NULL);
  g_assert_nonnull (strstr (automatic, rule));
  g_assert_null (strstr (plain, ".diff ["));
}

static void
test_a_replica_that_can_be_spared_stops_nothing (void)
{
  const char *names[] = { "s/2", NULL };
  g_autofree char *svg = picture ("svg", &(TbExportOptions){ .without = names }, NULL);
  g_assert_nonnull (strstr (svg, ">Without replica 2 of Orders, everything goes on, 1 component with fewer replicas.</text>"));
  g_assert_null (strstr (svg, "stroke-dasharray=\"5 4\""));
}

/* In a deployment each replica has a box: the cross is at the corner of the right one. */
static void
test_a_replica_is_its_own_box (void)
{
  g_autofree char *body = g_strndup (shop, strlen (shop) - strlen ("</architecture>"));
  g_autofree char *with = g_strconcat (body, "<view id='dep' kind='deployment'/></architecture>", NULL);
  g_autoptr (TbDocument) document = tb_document_load_bytes ("t", with, strlen (with), NULL, NULL);
  const TbModel *model = tb_document_model (document);
  g_autoptr (TbScene) scene = tb_scene_new (model, "dep");
  g_autoptr (GArray) boxes = g_array_new (FALSE, FALSE, sizeof (TbRect));
  tb_scene_boxes (scene, tb_element_uid (tb_model_lookup (model, "s")), boxes);
  g_assert_cmpuint (boxes->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      const TbRect *box = &g_array_index (boxes, TbRect, i);
      TbDeployed instance;
      g_assert_true (tb_scene_instance_at (scene, box->x + box->width / 2, box->y + box->height / 2, &instance));
      g_autofree char *name = g_strdup_printf ("s/%u", instance.replica);
      const char *names[] = { name, NULL };
      const TbExportOptions options = { .without = names, .view_id = "dep" };
      g_autoptr (GBytes) bytes = tb_export_bytes (model, tb_export_format ("svg"), &options, NULL);
      g_autofree char *svg = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      g_autofree char *badge = g_strdup_printf ("<circle cx=\"%g\" cy=\"%g\" r=\"9\"", box->x - 4, box->y - 4);
      g_assert_nonnull (strstr (svg, badge));
    }
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
  g_test_add_func ("/failure-picture/marks-are-dark-where-the-viewer-prefers-it", test_marks_are_dark_where_the_viewer_prefers_it);
  g_test_add_func ("/failure-picture/a-replica-that-can-be-spared-stops-nothing", test_a_replica_that_can_be_spared_stops_nothing);
  g_test_add_func ("/failure-picture/a-replica-is-its-own-box", test_a_replica_is_its_own_box);
  g_test_add_func ("/failure-picture/marks-single-points", test_marks_single_points);
  g_test_add_func ("/failure-picture/png-and-pdf-show-it-too", test_png_and_pdf_show_it_too);
  g_test_add_func ("/failure-picture/what-cannot-fail-is-refused", test_what_cannot_fail_is_refused);
  return g_test_run ();
}
