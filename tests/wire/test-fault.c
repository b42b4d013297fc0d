/* Faults as text: names, attributes, units, bounds, conditions. */
#include <glib.h>
#include <string.h>

#include "tb-wire.h"

static void
expect_form (const char *text, const char *form)
{
  TbWireFault f;
  char why[300] = "", out[300];
  if (!tb_fault_parse (text, &f, why, sizeof why))
    g_error ("%s: %s", text, why);
  tb_fault_format (&f, out, sizeof out);
  g_assert_cmpstr (out, ==, form);
  tb_wire_fault_clear (&f);
}

static void
test_what_is_written_is_read_back (void)
{
  static const char *const same[] = {
    "cut",
    "latency,latency=20ms,jitter=5ms,stream=downstream,toxicity=0.5",
    "latency,latency=normal 5ms 1ms,correlation=0.25",
    "latency,latency=pareto 5ms 2",
    "latency,latency=uniform 1ms 3ms",
    "bandwidth,rate=64KB/s",
    "slicer,average_size=1KB,size_variation=100B,delay=500us",
    "reset_peer,timeout=1500ms",
    "http_abort,http_status=500,probability=0.1,first=3,every=2,match=GET /a*,after=2s,until=5s",
    "drop,match=MSET a\\,b \\\\",
    "drop,seed=7",
  };
  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    expect_form (same[i], same[i]);
}

static void
test_bare_numbers_have_toxiproxys_units (void)
{
  expect_form ("latency,latency=20,jitter=5", "latency,latency=20ms,jitter=5ms");
  expect_form ("slicer,delay=20", "slicer,delay=20us");
  expect_form ("bandwidth,rate=64", "bandwidth,rate=64KB/s");
  expect_form ("limit_data,bytes=64", "limit_data,bytes=64B");
  expect_form ("slow-close,delay=20", "slow_close,delay=20ms");
  expect_form ("packet_loss,loss-rate=25%", "packet_loss,loss_rate=0.25");
  expect_form ("bandwidth,rate=8mbit", "bandwidth,rate=1MB/s");
}

static void
test_defaults_are_left_out (void)
{
  expect_form ("latency,latency=100ms,toxicity=1,stream=both,every=0", "latency");
  expect_form ("timeout,timeout=0", "timeout");
}

static void
test_only_what_differs_and_how_much_is_told (void)
{
  static const struct
  {
    const char *text, *attribute;
    bool told;
  } cases[] = {
    { "latency,jitter=5ms", "jitter", true },    { "latency,jitter=5ms", "correlation", false },
    { "latency", "latency", true },              { "timeout", "timeout", false },
    { "packet_loss,correlation=0.5", "correlation", true }, { "cut", "stream", false },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TbWireFault f;
      char why[300] = "";
      g_assert_true (tb_fault_parse (cases[i].text, &f, why, sizeof why));
      g_assert_cmpint (tb_fault_tells (&f, tb_fault_find_attribute (f.kind, cases[i].attribute)), ==, cases[i].told);
      tb_wire_fault_clear (&f);
    }
}

static void
test_what_is_wrong_is_said (void)
{
  static const char *const cases[][2] = {
    { "latency,latency=fast",
      "latency is “fast”, expected a duration like 20ms, or a distribution like “normal 5ms 1ms”" },
    { "latency,latency=-1ms",
      "latency is “-1ms”, expected a duration like 20ms, or a distribution like “normal 5ms 1ms”" },
    { "latency,latency=2h", "latency is 2h, expected 0s to 1h" },
    { "latency,latency=normal 5ms 2h", "latency is normal 5ms 2h, expected 0s to 1h" },
    { "latency,toxicity=1.5", "toxicity is 1.5, expected 0 to 1" },
    { "latency,toxicity=nan", "toxicity is “nan”, expected a share from 0 to 1, or like 25%" },
    { "bandwidth,rate=0", "rate is 0, expected 1B/s to 10000GB/s" },
    { "drop,every=1.5", "every is “1.5”, expected a whole number" },
    { "drop,stream=sideways", "stream is “sideways”, expected upstream, downstream or both" },
    { "drop,20ms", "“20ms” is not of the form name=value" },
    { "slicer,average_size=10,size_variation=10",
      "slicer: size_variation must be less than average_size" },
    { "drop,after=5s,until=5s", "drop: until must come later than after" },
    { "refuse,match=GET*", "refuse: match chooses among messages, but this strikes connections" },
    { "drop,rate=5", "drop has no rate; it has stream, toxicity, probability, first, every, match, "
                     "after, until, seed" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TbWireFault f;
      char why[300] = "";
      g_assert_false (tb_fault_parse (cases[i][0], &f, why, sizeof why));
      g_assert_cmpstr (why, ==, cases[i][1]);
      g_assert_null (f.match);
    }
}

static void
test_an_unknown_fault_names_those_there_are (void)
{
  TbWireFault f;
  char why[400];
  g_assert_false (tb_fault_parse ("lateness", &f, why, sizeof why));
  g_assert_true (g_str_has_prefix (why, "there is no fault “lateness”; there are cut, latency,"));
  g_assert_false (tb_fault_parse ("lateness", &f, why, 20)); /* a short sentence is cut, no more */
}

static void
test_numbers_for_toxiproxy (void)
{
  static const struct
  {
    const char *text, *name;
    double number;
  } cases[] = {
    { "latency,latency=1.5s", "latency", 1500 },
    { "latency,latency=normal 5ms 1ms", "latency", 5 },
    { "slicer,delay=2ms", "delay", 2000 },
    { "bandwidth,rate=1500B/s", "rate", 1.5 },
    { "limit_data,bytes=10KB", "bytes", 10000 },
    { "packet_loss,loss_rate=0.3", "loss_rate", 0.3 },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TbWireFault f;
      char why[300];
      g_assert_true (tb_fault_parse (cases[i].text, &f, why, sizeof why));
      const TbFaultAttribute *a = tb_fault_find_attribute (f.kind, cases[i].name);
      g_assert_cmpfloat_with_epsilon (tb_fault_get_number (&f, a), cases[i].number, 1e-9);
      tb_wire_fault_clear (&f);
    }
}

/* Every attribute of every kind, with its default and its bounds. */
static void
test_every_bound_can_be_set (void)
{
  for (unsigned kind = 0; kind < TB_FAULT_COUNT; kind++)
    {
      const TbFaultAttribute *a;
      for (unsigned i = 0; (a = tb_fault_attribute ((TbFaultKind) kind, i)) != NULL; i++)
        {
          TbWireFault f, back;
          char text[100], why[300], again[100];
          tb_fault_init (&f, (TbFaultKind) kind);
          g_assert_true (tb_fault_is_sound (&f));
          g_assert_true (tb_fault_is_normal (&f, a));
          tb_fault_get (&f, a, text, sizeof text);
          tb_fault_init (&back, (TbFaultKind) kind);
          g_assert_true (tb_fault_set (&back, a->name, text, why, sizeof why));
          tb_fault_get (&back, a, again, sizeof again);
          g_assert_cmpstr (text, ==, again);
          g_assert_true (tb_fault_is_normal (&back, a));
          tb_wire_fault_clear (&f);
          tb_wire_fault_clear (&back);
        }
    }
}

static void
test_frames_out_of_bounds_are_refused (void)
{
  TbWireFault f, back;
  TbWriter w = { 0 };
  TbReader r;
  size_t used;
  tb_fault_init (&f, TB_FAULT_PACKET_LOSS);
  f.loss_rate = 1.5;
  tb_wire_fault_write (&w, &f);
  tb_reader_begin (&r, w.bytes, w.size, &used);
  g_assert_false (tb_wire_fault_read (&r, &back));
  tb_writer_clear (&w);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fault-text/round-trip", test_what_is_written_is_read_back);
  g_test_add_func ("/fault-text/bare-numbers", test_bare_numbers_have_toxiproxys_units);
  g_test_add_func ("/fault-text/defaults", test_defaults_are_left_out);
  g_test_add_func ("/fault-text/told", test_only_what_differs_and_how_much_is_told);
  g_test_add_func ("/fault-text/wrong", test_what_is_wrong_is_said);
  g_test_add_func ("/fault-text/unknown", test_an_unknown_fault_names_those_there_are);
  g_test_add_func ("/fault-text/numbers", test_numbers_for_toxiproxy);
  g_test_add_func ("/fault-text/every-attribute", test_every_bound_can_be_set);
  g_test_add_func ("/fault-text/frame-bounds", test_frames_out_of_bounds_are_refused);
  return g_test_run ();
}
