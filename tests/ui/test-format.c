/* Figures as people read them. */
#include <glib.h>

#include "format.h"

#define NNBSP "\u202f"

static void
check (char *text, const char *expected)
{
  g_assert_cmpstr (text, ==, expected);
  g_free (text);
}

static void
counts_have_thin_spaces (void)
{
  check (tb_format_count (0), "0");
  check (tb_format_count (999), "999");
  check (tb_format_count (1000), "1" NNBSP "000");
  check (tb_format_count (18204), "18" NNBSP "204");
  check (tb_format_count (1234567), "1" NNBSP "234" NNBSP "567");
}

static void
rates_have_two_figures_that_count (void)
{
  check (tb_format_rate (-1), "–");
  check (tb_format_rate (0), "0/s");
  check (tb_format_rate (0.44), "0.4/s");
  check (tb_format_rate (9.97), "10/s");
  check (tb_format_rate (1239.6), "1" NNBSP "240/s");
}

static void
durations_choose_their_unit (void)
{
  check (tb_format_ns (-1), "–");
  check (tb_format_ns (250000), "250" NNBSP "µs");
  check (tb_format_ns (6200000), "6.2" NNBSP "ms");
  check (tb_format_ns (8000000), "8" NNBSP "ms");
  check (tb_format_ns (1500000000), "1.5" NNBSP "s");
}

static void
bytes_choose_their_unit (void)
{
  check (tb_format_bytes (0), "0" NNBSP "B");
  check (tb_format_bytes (999), "999" NNBSP "B");
  check (tb_format_bytes (1200), "1.2" NNBSP "kB");
  check (tb_format_bytes (3e6), "3" NNBSP "MB");
}

static void
elapsed_time_grows_units (void)
{
  check (tb_format_elapsed (12400000000), "12.4" NNBSP "s");
  check (tb_format_elapsed (125 * G_GINT64_CONSTANT (1000000000)), "2:05");
  check (tb_format_elapsed (3725 * G_GINT64_CONSTANT (1000000000)), "1:02:05");
}

static void
the_home_folder_is_a_tilde (void)
{
  g_autofree char *path = g_build_filename (g_get_home_dir (), "designs", "shop.tierboard", NULL);
  check (tb_format_path (path), "~/designs/shop.tierboard");
  check (tb_format_path ("/etc/shop.tierboard"), "/etc/shop.tierboard");
}

static void
an_instance_reads_as_a_name (void)
{
  check (tb_format_instance ("orders/1"), "orders-1");
}

static void
a_link_reads_as_caller_and_called (void)
{
  static const char xml[] = "<architecture xmlns=\"urn:tierboard:1\">"
                            "<component id=\"a\" kind=\"client\" name=\"Shop\"/>"
                            "<component id=\"b\" kind=\"store\" name=\"Orders\"/>"
                            "<link id=\"save\" from=\"a\" to=\"b\"/></architecture>";
  g_autoptr (TbDocument) document
      = tb_document_load_bytes ("t", xml, sizeof xml - 1, NULL, NULL);
  const TbModel *model = tb_document_model (document);
  check (tb_format_element (model, tb_model_lookup (model, "save")), "Shop → Orders");
  check (tb_format_element (model, tb_model_lookup (model, "a")), "Shop");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/counts-have-thin-spaces", counts_have_thin_spaces);
  g_test_add_func ("/format/rates-have-two-figures-that-count", rates_have_two_figures_that_count);
  g_test_add_func ("/format/durations-choose-their-unit", durations_choose_their_unit);
  g_test_add_func ("/format/bytes-choose-their-unit", bytes_choose_their_unit);
  g_test_add_func ("/format/elapsed-time-grows-units", elapsed_time_grows_units);
  g_test_add_func ("/format/the-home-folder-is-a-tilde", the_home_folder_is_a_tilde);
  g_test_add_func ("/format/an-instance-reads-as-a-name", an_instance_reads_as_a_name);
  g_test_add_func ("/format/a-link-reads-as-caller-and-called", a_link_reads_as_caller_and_called);
  return g_test_run ();
}
