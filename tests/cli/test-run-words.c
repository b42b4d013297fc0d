/* What `tierboard run` prints, from frames made by hand: table and JSON. */
#include <string.h>

#include "tb-json.h"
#include "run-private.h"

static void
assert_contains (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("«%s» is not in «%s»", part, text);
}

static void
test_numbers (void)
{
  char out[48];
  g_assert_cmpstr (tb_words_count (0, out, sizeof out), ==, "0");
  g_assert_cmpstr (tb_words_count (999, out, sizeof out), ==, "999");
  g_assert_cmpstr (tb_words_count (1234567, out, sizeof out), ==, "1\u2009234\u2009567");
  g_assert_cmpstr (tb_words_rate (0, out, sizeof out), ==, "–");
  g_assert_cmpstr (tb_words_rate (3.25, out, sizeof out), ==, "3.2/s");
  g_assert_cmpstr (tb_words_rate (1240.2, out, sizeof out), ==, "1\u2009240/s");
  g_assert_cmpstr (tb_words_latency (-1, out, sizeof out), ==, "–");
  g_assert_cmpstr (tb_words_latency (420000, out, sizeof out), ==, "420 µs");
  g_assert_cmpstr (tb_words_latency (999900, out, sizeof out), ==, "1.0 ms");
  g_assert_cmpstr (tb_words_latency (8300000, out, sizeof out), ==, "8.3 ms");
  g_assert_cmpstr (tb_words_latency (G_GINT64_CONSTANT (12300000000), out, sizeof out), ==, "12 s");
  g_assert_cmpstr (tb_words_bytes (12, out, sizeof out), ==, "12 B");
  g_assert_cmpstr (tb_words_bytes (1200000, out, sizeof out), ==, "1.2 MB");
}

static void
test_states_differ_by_shape (void)
{
  for (int a = 0; a <= TB_INSTANCE_BACKOFF; a++)
    for (int b = 0; b < a; b++)
      g_assert_cmpstr (tb_state_look (a).shape, !=, tb_state_look (b).shape);
}

/* ---- Frames --------------------------------------------------------------------------------------- */

typedef struct
{
  TbLiveFrame frame;
  TbLiveInstance instances[64];
  TbLiveLink links[64];
  char ids[64][32];
} Made;

static void
make (Made *m, guint instances, guint links)
{
  memset (m, 0, sizeof *m);
  for (guint i = 0; i < instances; i++)
    {
      g_snprintf (m->ids[i], sizeof m->ids[i], "shop/%u", i + 1);
      m->instances[i] = (TbLiveInstance) {
        .id = m->ids[i], .component = "shop", .replica = i + 1, .address = 127u << 24 | (i + 1),
        .port = 8080, .state = TB_INSTANCE_READY, .pid = 100 + i, .sentence = "", .waiting = "",
        .role = "", .log_path = "", .rss_bytes = 2000000,
      };
    }
  for (guint i = 0; i < links; i++)
    m->links[i] = (TbLiveLink) { .id = "save", .link = 7, .from = "shop", .to = "orders",
                                 .tapped = TRUE, .framed = TRUE, .requests = 1234, .replies = 1233,
                                 .errors = 1, .request_rate = 120, .p50_ns = 2000000,
                                 .p99_ns = 9000000, .recent_p50_ns = 1000000,
                                 .recent_p99_ns = 8000000 };
  m->frame = (TbLiveFrame) { .time_ns = 12400000000, .start_ns = 0, .state = TB_RUN_RUNNING,
                             .reason = "", .instances = m->instances, .n_instances = instances,
                             .links = m->links, .n_links = links };
}

static guint
widest (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint most = 0;
  for (char **line = lines; *line != NULL; line++)
    most = MAX (most, (guint) g_utf8_strlen (*line, -1));
  return most;
}

static guint
count_lines (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  return g_strv_length (lines);
}

static void
test_table_shows_what_matters (void)
{
  Made m;
  make (&m, 2, 1);
  m.instances[1].state = TB_INSTANCE_FAILED;
  m.instances[1].sentence = "exited with status 3";
  g_autofree char *text = tb_table_text ("Web shop", &m.frame, NULL, 80, 24);
  assert_contains (text, "Web shop · running 12.4 s");
  assert_contains (text, "● shop/1");
  assert_contains (text, "127.0.0.1:8080");
  assert_contains (text, "✗ shop/2   failed    exited with status 3");
  assert_contains (text, "save  shop → orders");
  assert_contains (text, "1\u2009234");
  assert_contains (text, "120/s");
  assert_contains (text, "8.0 ms");
}

static void
test_table_names_what_it_waits_for (void)
{
  Made m;
  make (&m, 1, 0);
  m.frame.state = TB_RUN_STARTING;
  g_autofree char *text = tb_table_text ("T", &m.frame, "shop/1 waits for orders/1", 80, 24);
  assert_contains (text, "starting");
  assert_contains (text, "◌ shop/1 waits for orders/1");
}

/* Property: whatever the terminal's size, no line is longer and there are no more of them. */
static void
test_table_fits (void)
{
  Made m;
  make (&m, 60, 50);
  m.instances[3].waiting = "something whose name is longer than any terminal is wide, which is to be "
                           "cut off where the line ends, with a mark, and never wrapped";
  m.links[2].not_tapped = "a connection the agent did not make (io_uring or inherited), for long";
  m.links[3].cut_since_ns = 1;
  for (guint columns = 20; columns <= 140; columns += 3)
    for (guint rows = 12; rows <= 120; rows += 9)
      {
        g_autofree char *text = tb_table_text ("A title that is quite long as well", &m.frame, "x",
                                               columns, rows);
        g_assert_cmpuint (widest (text), <=, columns);
        g_assert_cmpuint (count_lines (text), <=, rows);
      }
}

static void
test_table_folds_replicas (void)
{
  Made m;
  make (&m, 60, 1);
  m.instances[5].state = TB_INSTANCE_KILLED;
  g_autofree char *text = tb_table_text ("T", &m.frame, NULL, 80, 24);
  assert_contains (text, "59 of 60 ready");
  assert_contains (text, "●●●●●✕●●");
  g_assert_cmpuint (count_lines (text), <, 10);
}

static void
test_table_keeps_control_characters_out (void)
{
  Made m;
  make (&m, 1, 0);
  m.instances[0].state = TB_INSTANCE_FAILED;
  m.instances[0].sentence = "evil \033[2J\007 words \xff";
  g_autofree char *text = tb_table_text ("T", &m.frame, NULL, 80, 24);
  g_assert_null (strchr (text, '\033'));
  g_assert_null (strchr (text, '\007'));
  g_assert_true (g_utf8_validate (text, -1, NULL));
}

/* ---- JSON ------------------------------------------------------------------------------------------- */

static void
test_json_of_a_frame (void)
{
  Made m;
  make (&m, 1, 2);
  m.links[1] = (TbLiveLink) { .id = "sql", .link = 8, .from = "a", .to = "b", .tapped = TRUE,
                              .bytes_up = 5, .p50_ns = -1, .p99_ns = -1 };
  g_autofree char *json = tb_run_json (&m.frame, FALSE, FALSE, NULL);
  assert_contains (json, "{\"time_ns\":12400000000,\"state\":\"running\",\"instances\":[{\"id\":\"shop/1\","
                         "\"state\":\"ready\",\"pid\":100,\"address\":\"127.0.0.1\",\"port\":8080,\"restarts\":0,\"cpu\":0,\"rss_bytes\":2000000,"
                         "\"processes\":0,\"threads\":0,\"open_files\":0,\"loop\":0}]");
  assert_contains (json, "{\"id\":\"save\",\"from\":\"shop\",\"to\":\"orders\",\"tapped\":true,"
                         "\"requests\":1234,\"replies\":1233,\"errors\":1,\"bytes_up\":0,"
                         "\"bytes_down\":0,\"p50_ns\":2000000,\"p99_ns\":9000000}");
  assert_contains (json, "\"tapped\":true,\"requests\":null,\"replies\":null,\"errors\":null,"
                         "\"bytes_up\":5,\"bytes_down\":0,\"p50_ns\":null,\"p99_ns\":null}]}");
}

static void
test_json_totals (void)
{
  Made m;
  make (&m, 1, 2);
  g_autofree char *json = tb_run_json (&m.frame, TRUE, TRUE, NULL);
  assert_contains (json, "\"totals\":{\"requests\":2468,\"replies\":2466,\"errors\":2,\"bytes_up\":0,"
                         "\"bytes_down\":0,\"all_ready\":true}}");
}

static void
test_json_escapes (void)
{
  g_autoptr (TbJson) json = tb_json_new ();
  tb_json_begin_object (json, NULL);
  tb_json_string (json, "a\"", "\\ \n \x01 é \xff");
  tb_json_string (json, "n", NULL);
  tb_json_number (json, "x", 1.5);
  tb_json_number (json, "nan", 0.0 / 0.0);
  tb_json_begin_array (json, "l");
  tb_json_boolean (json, NULL, TRUE);
  tb_json_integer (json, NULL, -3);
  tb_json_end_array (json);
  tb_json_end_object (json);
  g_assert_cmpstr (tb_json_text (json), ==,
                   "{\"a\\\"\":\"\\\\ \\u000a \\u0001 é \uFFFD\",\"n\":null,\"x\":1.5,\"nan\":null,"
                   "\"l\":[true,-3]}");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run/numbers", test_numbers);
  g_test_add_func ("/run/states-differ-by-shape", test_states_differ_by_shape);
  g_test_add_func ("/run/table/shows-what-matters", test_table_shows_what_matters);
  g_test_add_func ("/run/table/names-what-it-waits-for", test_table_names_what_it_waits_for);
  g_test_add_func ("/run/table/fits", test_table_fits);
  g_test_add_func ("/run/table/folds-replicas", test_table_folds_replicas);
  g_test_add_func ("/run/table/keeps-control-characters-out", test_table_keeps_control_characters_out);
  g_test_add_func ("/run/json/of-a-frame", test_json_of_a_frame);
  g_test_add_func ("/run/json/totals", test_json_totals);
  g_test_add_func ("/run/json/escapes", test_json_escapes);
  return g_test_run ();
}
