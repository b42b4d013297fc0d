/* Projections of recordings made up: what a real run rarely has, and what a hostile file might. */
#include <glib/gstdio.h>
#include <string.h>

#include "projection-private.h"
#include "recorded.h"

typedef struct
{
  Recorded *r;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->r = recorded_new ();
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  recorded_free (f->r);
}

/* What it writes. (transfer full) */
static char *
project_with (TbPast *past, const char *name, const TbProjectionOptions *options, gsize *size)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;
  FILE *out = open_memstream (&text, size);
  g_assert_nonnull (out);
  g_assert_true (tb_projection (name)->write (past, options, out, &error));
  g_assert_no_error (error);
  fclose (out);
  char *copy = g_malloc (*size + 1);
  memcpy (copy, text, *size);
  copy[*size] = '\0';
  free (text);
  return copy;
}

static char *
project (TbPast *past, const char *name, gsize *size)
{
  const TbProjectionOptions options = { .at_ns = -1, .picture.scale = 1 };
  return project_with (past, name, &options, size);
}

/* ---- Packets ------------------------------------------------------------------------------------------ */

static guint16
sum_of (const guint8 *bytes, gsize n, guint32 sum)
{
  for (gsize i = 0; i < n; i++)
    sum += i % 2 == 0 ? (guint32) bytes[i] << 8 : bytes[i];
  while (sum >> 16 != 0)
    sum = (sum & 0xffff) + (sum >> 16);
  return (guint16) sum;
}

/* With its own sum in it, the sum over a header and what it covers is all ones (RFC 1071). */
static void
test_sums_are_right (void)
{
  const char *bytes = "an odd number";
  for (guint udp = 0; udp < 2; udp++)
    {
      guint8 packet[200], pseudo[12] = { 0 };
      const TbPacket p = { .from = 0x7f4d0101, .to = 0x7f4d0102, .from_port = 40000, .to_port = 53, .udp = udp == 1,
                           .sequence = 4000000000u, .acknowledged = 77, .flags = TB_PACKET_PSH | TB_PACKET_ACK,
                           .bytes = (const guint8 *) bytes, .n_bytes = strlen (bytes), .size = strlen (bytes) };
      gsize n = tb_packet_head (&p, 7, packet);
      memcpy (packet + n, bytes, strlen (bytes));
      g_assert_cmpuint (n, ==, udp ? 28 : 40);
      g_assert_cmphex (sum_of (packet, 20, 0), ==, 0xffff);
      memcpy (pseudo, packet + 12, 8);
      pseudo[9] = udp ? 17 : 6;
      pseudo[11] = (guint8) (n - 20 + strlen (bytes));
      g_assert_cmphex (sum_of (packet + 20, n - 20 + strlen (bytes), sum_of (pseudo, 12, 0)), ==, 0xffff);
    }
}

/* Every block says its length at both ends, and is of a kind we write. Returns the packets. */
static guint
walk_blocks (const char *bytes, gsize size)
{
  guint packets = 0;
  gsize at = 0;
  while (at < size)
    {
      guint32 type, length, again;
      g_assert_cmpuint (size - at, >=, 12);
      memcpy (&type, bytes + at, 4);
      memcpy (&length, bytes + at + 4, 4);
      g_assert_cmpuint (length % 4, ==, 0);
      g_assert_cmpuint (length, <=, size - at);
      memcpy (&again, bytes + at + length - 4, 4);
      g_assert_cmpuint (again, ==, length);
      g_assert_true (type == 0x0a0d0d0a || (type >= 1 && type <= 6));
      packets += type == 6;
      at += length;
    }
  return packets;
}

static void
test_a_message_of_gigabytes_is_bounded (Fixture *f, gconstpointer data)
{
  TbEvent event = { .time_ns = recorded_ns (f->r, 5), .tap = BROWSE, .connection = 1, .number = 1,
                    .kind = TB_EVENT_REQUEST, .size = G_MAXUINT32 };
  for (guint i = 0; i < 20; i++)
    recorded_event (f->r, &event);
  g_autoptr (TbPast) past = recorded_open (f->r);
  gsize size;
  g_autofree char *bytes = project (past, "pcapng", &size);
  g_assert_cmpuint (size, <, 20u << 20);
  g_assert_cmpuint (walk_blocks (bytes, size), >, 20);
  g_assert_nonnull (memmem (bytes, size, "are left out here", 17));
}

/* ---- Traces ------------------------------------------------------------------------------------------- */

/* The id that stands behind a span's name for that key. (transfer full) */
static char *
id_in (const char *text, const char *name, const char *key)
{
  g_autofree char *pattern = g_strdup_printf ("\"%s\":\"([0-9a-f]*)\"[^{}]*\"name\":\"%s\"", key, name);
  g_autoptr (GRegex) regex = g_regex_new (pattern, 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_assert_true (g_regex_match (regex, text, 0, &match));
  return g_match_info_fetch (match, 1);
}

static void
test_a_call_within_a_trace_has_its_parent (Fixture *f, gconstpointer data)
{
  recorded_message (f->r, 1, TB_EVENT_REQUEST, BROWSE, 1, 1, 7, 0);
  recorded_message (f->r, 2, TB_EVENT_REQUEST, SAVE_1, 2, 2, 7, 0);
  recorded_message (f->r, 3, TB_EVENT_REQUEST, SAVE_1, 3, 3, 0, 0); /* of no trace */
  recorded_message (f->r, 4, TB_EVENT_REPLY, SAVE_1, 3, 3, 0, 0);
  recorded_message (f->r, 5, TB_EVENT_REPLY, SAVE_1, 2, 2, 7, 0);
  recorded_message (f->r, 6, TB_EVENT_REPLY, BROWSE, 1, 1, 7, 0);
  recorded_message (f->r, 7, TB_EVENT_REQUEST, SAVE_2, 4, 4, 7, 0); /* the shop works on nothing then */
  g_autoptr (TbPast) past = recorded_open (f->r);
  gsize size;
  g_autofree char *text = project (past, "otlp", &size);
  g_autofree char *root = id_in (text, "m1", "spanId"), *of_root = id_in (text, "m1", "parentSpanId");
  g_autofree char *child = id_in (text, "m2", "parentSpanId"), *alone = id_in (text, "m3", "parentSpanId");
  g_autofree char *late = id_in (text, "m4", "parentSpanId");
  g_assert_cmpstr (child, ==, root);
  g_assert_cmpstr (of_root, ==, "");
  g_assert_cmpstr (alone, ==, "");
  g_assert_cmpstr (late, ==, "");
  g_autofree char *trace_1 = id_in (text, "m1", "traceId"), *trace_2 = id_in (text, "m2", "traceId");
  g_autofree char *trace_3 = id_in (text, "m3", "traceId");
  g_assert_cmpstr (trace_1, ==, trace_2);
  g_assert_cmpstr (trace_1, !=, trace_3);
  g_assert_nonnull (strstr (text, "\"no reply\""));
}

/* ---- Whatever comes ------------------------------------------------------------------------------------- */

static void
random_event (GRand *rand, Recorded *r, TbEvent *event)
{
  static const char *const labels[] = { "GET /a", "SET k", "\033[2J\n\"<&>", "\xff\xfe", "", "{}{}{}" };
  *event = (TbEvent){
    .time_ns = recorded_ns (r, g_rand_double_range (rand, -5, 1000)),
    .tap = g_rand_int_range (rand, 0, 20) == 0 ? g_rand_int (rand) : (guint32) g_rand_int_range (rand, 0, N_ROWS + 1),
    .connection = (guint32) g_rand_int_range (rand, 0, 6), .number = (guint32) g_rand_int_range (rand, 0, 6),
    .size = (guint32) g_rand_int_range (rand, 0, 300000), .aux = g_rand_int (rand),
    .kind = (guint8) g_rand_int_range (rand, 0, TB_EVENT_CORRUPTED + 3), .direction = (guint8) g_rand_int_range (rand, 0, 3),
    .error = (guint8) g_rand_int_range (rand, 0, 2), .held = (guint8) g_rand_int_range (rand, 0, 2),
    .status = (guint16) g_rand_int_range (rand, 0, 700),
  };
  g_strlcpy (event->label, labels[g_rand_int_range (rand, 0, G_N_ELEMENTS (labels))], sizeof event->label);
  if (g_rand_boolean (rand))
    event->trace_id[7] = (guint8) g_rand_int_range (rand, 0, 3);
}

static void
assert_lines_are_json (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      {
        g_autoptr (GError) error = NULL;
        g_autoptr (TbJsonValue) value = tb_json_parse (lines[i], strlen (lines[i]), &error);
        g_assert_no_error (error);
        g_assert_nonnull (value);
      }
}

static void
try_all (TbPast *past)
{
  guint n;
  const TbProjection *all = tb_projections (&n);
  for (guint i = 0; i < n; i++)
    {
      gsize size;
      if (all[i].picture && !g_str_equal (all[i].name, "report") && !g_str_equal (all[i].name, "prometheus"))
        continue; /* there is no drawing in it */
      g_autofree char *text = project (past, all[i].name, &size);
      if (g_str_equal (all[i].name, "pcapng"))
        walk_blocks (text, size);
      else if (!g_str_has_suffix (all[i].name, "pdf"))
        g_assert_true (g_utf8_validate (text, (gssize) size, NULL));
      if (g_str_equal (all[i].name, "ndjson") || g_str_equal (all[i].name, "otlp"))
        assert_lines_are_json (text);
      if (!g_str_equal (all[i].name, "pcapng") && !g_str_has_suffix (all[i].name, "pdf"))
        g_assert_null (memchr (text, '\033', size)); /* whatever is looked at in a terminal steers none */
    }
}

static void
test_whatever_comes_is_written (Fixture *f, gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  recorded_figures (f->r, 0);
  for (guint i = 0; i < 3000; i++)
    {
      TbEvent event;
      random_event (rand, f->r, &event);
      if (event.kind != 0 || i % 2 == 0)
        tb_record_writer_event (f->r->writer, &event, "GET / HTTP/1.1\r\nHost: \033[31m\r\n\r\n", 31);
    }
  recorded_figures (f->r, 1000);
  g_autoptr (TbPast) past = recorded_open (f->r);
  try_all (past);
}

static void
test_nothing_at_all_is_written (Fixture *f, gconstpointer data)
{
  g_autoptr (TbPast) past = recorded_open (f->r);
  try_all (past);
}

/* ---- Names -------------------------------------------------------------------------------------------- */

static void
test_the_longest_extension_decides (void)
{
  g_assert_cmpstr (tb_projection_of_path ("a/b.pcapng")->name, ==, "pcapng");
  g_assert_cmpstr (tb_projection_of_path ("x.svg")->name, ==, "svg");
  g_assert_cmpstr (tb_projection_of_path ("x.spacetime.SVG")->name, ==, "spacetime");
  g_assert_cmpstr (tb_projection_of_path ("x.jsonl")->name, ==, "ndjson");
  g_assert_cmpstr (tb_projection_of_path ("x.otlp.jsonl")->name, ==, "otlp");
  g_assert_null (tb_projection_of_path (".har"));
  g_assert_null (tb_projection_of_path ("har"));
}

static void
test_a_failure_leaves_what_was_there (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  const TbProjectionOptions options = { .at_ns = -1, .picture.scale = 1 };
  g_autofree char *folder = g_dir_make_tmp ("tb-projection-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "old.svg", NULL);
  g_assert_true (g_file_set_contents (path, "old", 3, NULL));
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autofree char *text = NULL;
  gboolean drawn = tb_projection_file (past, tb_projection ("svg"), &options, path, &error);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  if (!drawn)
    g_assert_cmpstr (text, ==, "old");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_assert_cmpstr (g_dir_read_name (dir), ==, "old.svg");
  g_assert_null (g_dir_read_name (dir));
  g_unlink (path);
  g_rmdir (folder);
}

#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/projection/packets/sums-are-right", test_sums_are_right);
  ADD ("/projection/packets/a-message-of-gigabytes-is-bounded", test_a_message_of_gigabytes_is_bounded);
  ADD ("/projection/traces/a-call-within-a-trace-has-its-parent", test_a_call_within_a_trace_has_its_parent);
  ADD ("/projection/whatever-comes-is-written", test_whatever_comes_is_written);
  ADD ("/projection/nothing-at-all-is-written", test_nothing_at_all_is_written);
  g_test_add_func ("/projection/the-longest-extension-decides", test_the_longest_extension_decides);
  ADD ("/projection/a-failure-leaves-what-was-there", test_a_failure_leaves_what_was_there);
  return g_test_run ();
}
