/* Frames, plans, counters, ring, histogram, shared memory. */
#include <errno.h>
#include <glib.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tb-wire.h"

static TbWirePlan
small_plan (void)
{
  static char *argv[] = { (char *) "/bin/sleep", (char *) "10", NULL };
  static TbWireEnv env[] = { { (char *) "A", (char *) "b=c" } };
  static TbWireFile files[] = { { (char *) "conf/x.conf", (char *) "line\n", 0600 } };
  static uint32_t zero[] = { 0 }, exits[] = { 0, 143 };
  static TbWireInstance instances[2];
  static TbWireLink links[1];
  instances[0] = (TbWireInstance){ .id = (char *) "a/1", .component = (char *) "a", .device = (char *) "d",
    .address = 0x7f4d0102, .argv = argv, .n_argv = 2, .work_dir = (char *) "/srv", .env = env, .n_env = 1, .files = files,
    .n_files = 1, .probe = TB_PROBE_TCP, .probe_argument = (char *) "80", .stop_signal = 15,
    .stop_grace_ns = 5, .clean_exits = exits, .n_clean_exits = 2, .user = (char *) "", .builtin = true };
  instances[1] = instances[0];
  instances[1].id = (char *) "b/1";
  instances[1].depends = zero;
  instances[1].n_depends = 1;
  links[0] = (TbWireLink){ .id = (char *) "l", .from = zero, .n_from = 1, .to = zero, .n_to = 1,
                           .port = 8080, .address = 0x7f4de001, .balance = TB_BALANCE_RANDOM };
  return (TbWirePlan){ .run_dir = (char *) "/tmp/x", .recording = (char *) "", .block = 77, .seed = 9,
    .contain = true, .instances = instances, .n_instances = 2, .links = links, .n_links = 1 };
}

static void
test_plan_survives_the_wire (void)
{
  TbWirePlan plan = small_plan (), back;
  TbWriter w = { 0 }, again = { 0 };
  TbReader r;
  size_t used;
  tb_wire_plan_write (&w, &plan);
  g_assert_cmpint (tb_reader_begin (&r, w.bytes, w.size, &used), ==, TB_FRAME_WHOLE);
  g_assert_cmpuint (used, ==, w.size);
  g_assert_cmpuint (r.type, ==, TB_COMMAND_PLAN);
  g_assert_true (tb_wire_plan_read (&r, &back));
  g_assert_null (back.instances[1].argv[2]);
  g_assert_cmpstr (back.instances[1].work_dir, ==, "/srv");
  g_assert_cmpuint (back.instances[1].n_clean_exits, ==, 2);
  g_assert_cmpuint (back.instances[1].clean_exits[1], ==, 143);
  tb_wire_plan_write (&again, &back);
  g_assert_cmpmem (again.bytes, again.size, w.bytes, w.size);
  tb_wire_plan_clear (&back);
  tb_writer_clear (&w);
  tb_writer_clear (&again);
}

static void
test_every_cut_off_plan_is_refused (void)
{
  TbWirePlan plan = small_plan (), back;
  TbWriter w = { 0 };
  tb_wire_plan_write (&w, &plan);
  for (size_t n = 8; n < w.size; n++)
    {
      TbReader r = { .bytes = w.bytes, .size = n, .at = 8, .type = TB_COMMAND_PLAN };
      g_assert_false (tb_wire_plan_read (&r, &back));
    }
  tb_writer_clear (&w);
}

static void
test_damaged_plans_never_crash (void)
{
  TbWirePlan plan = small_plan (), back;
  TbWriter w = { 0 };
  guint32 seed = g_test_rand_int ();
  TbRng rng;
  g_test_message ("seed %u", seed);
  tb_rng_seed (&rng, seed);
  tb_wire_plan_write (&w, &plan);
  for (int i = 0; i < 20000; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (w.bytes, w.size);
      for (int k = 0; k < 3; k++)
        copy[8 + tb_rng_below (&rng, w.size - 8)] = (guint8) tb_rng_next (&rng);
      TbReader r = { .bytes = copy, .size = w.size, .at = 8, .type = TB_COMMAND_PLAN };
      if (tb_wire_plan_read (&r, &back))
        tb_wire_plan_clear (&back);
    }
  tb_writer_clear (&w);
}

static void
test_a_file_path_that_escapes_is_refused (void)
{
  static const char *const bad[] = { "/etc/passwd", "../x", "a/../../x", "", NULL };
  for (int i = 0; bad[i]; i++)
    {
      TbWirePlan plan = small_plan (), back;
      TbWriter w = { 0 };
      TbReader r;
      size_t used;
      plan.instances[0].files[0].path = (char *) bad[i];
      tb_wire_plan_write (&w, &plan);
      tb_reader_begin (&r, w.bytes, w.size, &used);
      g_assert_false (tb_wire_plan_read (&r, &back));
      tb_writer_clear (&w);
    }
}

static void
test_frames_of_another_version_are_refused (void)
{
  guint8 frame[] = { 4, 0, 0, 0, 1, 0, 99, 0 };
  TbReader r;
  size_t used;
  g_assert_cmpint (tb_reader_begin (&r, frame, 7, &used), ==, TB_FRAME_PARTIAL);
  g_assert_cmpint (tb_reader_begin (&r, frame, 8, &used), ==, TB_FRAME_BAD);
}

static void
test_held_survives_the_wire (void)
{
  TbWireHeld held[2] = { { .id = 7, .since_ns = -3, .row = 1, .link = ~0u, .from = 2, .to = 3,
                           .connection = 4, .number = 5, .size = 6, .behind = 8, .direction = 1,
                           .kind = TB_EVENT_REPLY, .next = true, .label = "200 \xff" },
                         { .id = 9, .in_line = true } }, back[TB_HELD_LIST_MAX];
  TbWireHeldDo what = { 3, TB_HELD_SWAP, 7, 9 }, what_back;
  TbWriter w = { 0 };
  TbReader r;
  size_t used;
  guint32 n, total;
  tb_wire_held_write (&w, held, 2, 300);
  tb_reader_begin (&r, w.bytes, w.size, &used);
  g_assert_true (tb_wire_held_read (&r, back, &n, &total));
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpuint (total, ==, 300);
  g_assert_cmpmem (back, sizeof held, held, sizeof held);
  for (size_t cut = 8; cut < w.size; cut++)
    {
      TbReader some = { .bytes = w.bytes, .size = cut, .at = 8, .type = TB_FACT_HELD };
      g_assert_false (tb_wire_held_read (&some, back, &n, &total));
    }
  tb_writer_consume (&w, w.size);
  tb_wire_held_do_write (&w, &what);
  tb_reader_begin (&r, w.bytes, w.size, &used);
  g_assert_true (tb_wire_held_do_read (&r, &what_back));
  g_assert_cmpmem (&what_back, sizeof what, &what, sizeof what);
  tb_writer_clear (&w);
}

static void
test_held_verbs_have_names (void)
{
  TbHeldVerb verb;
  for (guint i = 0; i < TB_HELD_VERB_COUNT; i++)
    {
      g_assert_true (tb_held_verb_from_name (tb_held_verb_name ((TbHeldVerb) i), &verb));
      g_assert_cmpuint (verb, ==, i);
    }
  g_assert_false (tb_held_verb_from_name ("burn", &verb));
}

static void
test_fault_survives_the_wire (void)
{
  TbWireFault f = { .id = (char *) "f", .kind = TB_FAULT_LATENCY, .link = (char *) "save",
                    .from = (char *) "*", .to = (char *) "orders", .up = true,
                    .latency = { TB_DIST_PARETO, 1e6, 2.5 }, .jitter_ns = 100,
                    .match = (char *) "GET *", TB_FAULT_ALWAYS }, back;
  TbWriter w = { 0 };
  TbReader r;
  size_t used;
  tb_wire_fault_write (&w, &f);
  tb_reader_begin (&r, w.bytes, w.size, &used);
  g_assert_true (tb_wire_fault_read (&r, &back));
  g_assert_cmpstr (back.to, ==, "orders");
  g_assert_cmpfloat (back.latency.b, ==, 2.5);
  g_assert_true (back.up && !back.down);
  g_assert_cmpstr (back.match, ==, "GET *");
  g_assert_cmpfloat (back.toxicity, ==, 1);
  tb_wire_fault_clear (&back);
  tb_writer_clear (&w);
}

static void
test_pairs_survive_the_wire (void)
{
  TbWirePair pairs[] = { { 0, 1 }, { 7, 3 } };
  TbWireFault f = { .id = (char *) "p", .kind = TB_FAULT_CUT, .pairs = pairs, .n_pairs = 2, TB_FAULT_ALWAYS }, back;
  TbWriter w = { 0 };
  TbReader r;
  size_t used;
  tb_wire_fault_write (&w, &f);
  tb_reader_begin (&r, w.bytes, w.size, &used);
  g_assert_true (tb_wire_fault_read (&r, &back));
  g_assert_cmpuint (back.n_pairs, ==, 2);
  g_assert_true (back.pairs[1].from == 7 && back.pairs[1].to == 3);
  tb_wire_fault_clear (&back);
  tb_writer_clear (&w);
}

static void
test_fault_names_are_read_back (void)
{
  for (int i = 0; i < TB_FAULT_COUNT; i++)
    {
      TbFaultKind kind;
      g_assert_true (tb_fault_from_name (tb_fault_name ((TbFaultKind) i), &kind));
      g_assert_cmpint (kind, ==, i);
    }
}

static void
test_histogram_is_within_two_percent (void)
{
  for (double v = 40; v < 1e12; v *= 1.37)
    {
      uint64_t ns = (uint64_t) v, middle = tb_histogram_value (tb_histogram_index (ns));
      g_assert_cmpfloat (fabs ((double) middle - v) / v, <, 0.02);
    }
}

static void
test_histogram_buckets_grow (void)
{
  for (unsigned i = 1; i < TB_HISTOGRAM_BUCKETS; i++)
    {
      g_assert_cmpuint (tb_histogram_value (i), >, tb_histogram_value (i - 1));
      g_assert_cmpuint (tb_histogram_index (tb_histogram_value (i)), ==, i);
    }
}

static void
test_histogram_quantiles (void)
{
  g_autofree TbHistogram *h = g_new0 (TbHistogram, 1);
  g_assert_cmpint (tb_histogram_quantile (h, 0.5), ==, -1);
  for (int i = 1; i <= 1000; i++)
    h->bucket[tb_histogram_index ((uint64_t) i * 1000)]++;
  g_assert_cmpfloat (fabs ((double) tb_histogram_quantile (h, 0.5) - 500e3), <, 10e3);
  g_assert_cmpfloat (fabs ((double) tb_histogram_quantile (h, 0.99) - 990e3), <, 20e3);
}

static void
test_ring_gives_events_in_order (void)
{
  g_autofree TbRing *ring = g_new0 (TbRing, 1);
  TbEvent out[8], e = { 0 };
  uint64_t cursor = 0, missed = 0;
  for (uint32_t i = 1; i <= 5; i++)
    {
      e.number = i;
      tb_ring_push (ring, &e);
    }
  g_assert_cmpuint (tb_ring_read (ring, &cursor, out, 3, &missed), ==, 3);
  g_assert_cmpuint (tb_ring_read (ring, &cursor, out + 3, 5, &missed), ==, 2);
  for (uint32_t i = 0; i < 5; i++)
    g_assert_cmpuint (out[i].number, ==, i + 1);
  g_assert_cmpuint (missed, ==, 0);
}

static void
test_ring_says_how_much_was_missed (void)
{
  g_autofree TbRing *ring = g_new0 (TbRing, 1);
  g_autofree TbEvent *out = g_new (TbEvent, TB_RING_SLOTS);
  TbEvent e = { 0 };
  uint64_t cursor = 0, missed = 0;
  for (uint32_t i = 1; i <= TB_RING_SLOTS + 100; i++)
    {
      e.number = i;
      tb_ring_push (ring, &e);
    }
  g_assert_cmpuint (tb_ring_read (ring, &cursor, out, TB_RING_SLOTS, &missed), ==, TB_RING_SLOTS);
  g_assert_cmpuint (missed, ==, 100);
  g_assert_cmpuint (out[0].number, ==, 101);
}

static gpointer
push_many (gpointer ring)
{
  TbEvent e = { 0 };
  for (uint32_t i = 1; i <= 2000000; i++)
    {
      e.number = i;
      e.aux = ~(uint64_t) i;
      tb_ring_push (ring, &e);
    }
  return NULL;
}

static void
test_ring_never_hands_out_a_torn_event (void)
{
  g_autofree TbRing *ring = g_new0 (TbRing, 1);
  g_autofree TbEvent *out = g_new (TbEvent, 4096);
  uint64_t cursor = 0, missed = 0, got = 0;
  GThread *writer = g_thread_new ("writer", push_many, ring);
  while (got + missed < 2000000)
    {
      size_t n = tb_ring_read (ring, &cursor, out, 4096, &missed);
      for (size_t i = 0; i < n; i++)
        g_assert_cmpuint (out[i].aux, ==, ~(uint64_t) out[i].number);
      got += n;
    }
  g_thread_join (writer);
  g_assert_cmpuint (got + missed, ==, 2000000);
}

static gpointer
count_many (gpointer row)
{
  TbTapRow *r = row;
  for (int i = 0; i < 1000000; i++)
    {
      tb_row_begin (r);
      r->counters.requests++;
      r->counters.replies++;
      tb_row_end (r);
    }
  return NULL;
}

static void
test_row_is_read_at_one_moment (void)
{
  g_autofree TbTapRow *row = g_new0 (TbTapRow, 1);
  TbTapCounters copy = { 0 };
  GThread *writer = g_thread_new ("writer", count_many, row);
  while (copy.requests < 1000000)
    if (tb_row_read (row, &copy))
      g_assert_cmpuint (copy.requests, ==, copy.replies);
  g_thread_join (writer);
}

static void
test_shared_memory_is_read_only_for_the_reader (void)
{
  void *writer;
  const void *reader;
  int fd = tb_shared_create ("test", 8192, &writer);
  g_assert_cmpint (fd, >=, 0);
  strcpy (writer, "hello");
  g_assert_cmpint (tb_shared_map (fd, 4096, &reader), ==, -EPROTO);
  g_assert_cmpint (tb_shared_map (fd, 8192, &reader), ==, 0);
  g_assert_cmpstr (reader, ==, "hello");
  g_assert_true (mmap (NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
  munmap (writer, 8192);
  munmap ((void *) reader, 8192);
  close (fd);
}

static void
test_descriptors_cross_a_socket (void)
{
  int pair[2], fds[2], pipefd[2];
  char b[8];
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  g_assert_cmpint (pipe (pipefd), ==, 0);
  g_assert_cmpint (tb_socket_send_fds (pair[0], "abc", 3, pipefd, 1), ==, 0);
  g_assert_cmpint (tb_socket_recv_fds (pair[1], b, sizeof b, fds, 2), ==, 3);
  g_assert_cmpint (fds[0], >=, 0);
  g_assert_cmpint (fds[1], ==, -1);
  close (fds[0]);
  for (int i = 0; i < 2; i++)
    {
      close (pair[i]);
      close (pipefd[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/plan/round-trip", test_plan_survives_the_wire);
  g_test_add_func ("/wire/plan/cut-off", test_every_cut_off_plan_is_refused);
  g_test_add_func ("/wire/plan/damaged", test_damaged_plans_never_crash);
  g_test_add_func ("/wire/plan/escape", test_a_file_path_that_escapes_is_refused);
  g_test_add_func ("/wire/frame/version", test_frames_of_another_version_are_refused);
  g_test_add_func ("/wire/fault/round-trip", test_fault_survives_the_wire);
  g_test_add_func ("/wire/held/round-trip", test_held_survives_the_wire);
  g_test_add_func ("/wire/held/verbs", test_held_verbs_have_names);
  g_test_add_func ("/wire/fault/pairs", test_pairs_survive_the_wire);
  g_test_add_func ("/wire/fault/names", test_fault_names_are_read_back);
  g_test_add_func ("/wire/histogram/error", test_histogram_is_within_two_percent);
  g_test_add_func ("/wire/histogram/order", test_histogram_buckets_grow);
  g_test_add_func ("/wire/histogram/quantile", test_histogram_quantiles);
  g_test_add_func ("/wire/ring/order", test_ring_gives_events_in_order);
  g_test_add_func ("/wire/ring/missed", test_ring_says_how_much_was_missed);
  g_test_add_func ("/wire/ring/torn", test_ring_never_hands_out_a_torn_event);
  g_test_add_func ("/wire/counters/one-moment", test_row_is_read_at_one_moment);
  g_test_add_func ("/wire/shared/read-only", test_shared_memory_is_read_only_for_the_reader);
  g_test_add_func ("/wire/socket/descriptors", test_descriptors_cross_a_socket);
  return g_test_run ();
}
