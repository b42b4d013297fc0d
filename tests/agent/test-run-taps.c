/* What passes in real runs: counted, recorded, with faults on it; with instances contained, and without interception. */
#include <glib.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"
#include "tb-record.h"

struct tap
{
  guint from, to;
  guint64 requests;
};

static gboolean
tap_has_counted (Fixture *f, gpointer data)
{
  const struct tap *want = data;
  TbTapCounters row;
  for (guint i = 0; i < atomic_load (&f->counters->n_rows); i++)
    if (tb_row_read (&f->counters->rows[i], &row) && row.from == want->from && row.to == want->to
        && row.requests >= want->requests)
      return TRUE;
  return FALSE;
}

/* a/1 asks b/1, a Redis, for ever. */
static Fixture *
client_and_redis (void)
{
  Fixture *f = fixture_new (2);
  g_autofree char *address = g_strdup_printf ("127.%u.1.2", f->plan.block);
  g_autofree char *ask = g_strdup_printf ("while :; do redis-cli -h %s incr n; sleep 0.02; done", address);
  fixture_command (f, 1, "redis-server", "--bind", address, "--protected-mode", "no", "--save", "", NULL);
  fixture_probe (f, 1, TB_PROBE_RESP, "6379");
  fixture_shell (f, 0, ask);
  fixture_depend (f, 0, 1);
  return f;
}

static void
check_tapped (Fixture *f)
{
  struct tap want = { 0, 1, 3 };
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  g_assert_true (fixture_wait (f, tap_has_counted, &want, 10));
  fixture_end (f);
}

static void
test_what_passes_between_instances_is_counted (void)
{
  if (!fixture_is_missing ("redis-server"))
    check_tapped (client_and_redis ());
}

static gboolean
has_told (Fixture *f, gpointer data)
{
  return f->instances[0].state == TB_INSTANCE_FAILED || f->instances[0].state == TB_INSTANCE_STOPPED;
}

/* All operations of a recording, one batch after another. */
static GArray *
read_operations (const char *path, TbRecordBatch *last)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (TbRecordOperation));
  TbRecordReader *reader;
  TbRecord record;
  TbRecordOperation o;
  g_assert_cmpint (tb_record_reader_open (path, &reader, NULL), ==, 0);
  while (tb_record_reader_next (reader, &record) == 1)
    {
      TbRecordOperations in;
      if (tb_record_operations_open (&in, &record) != 0)
        continue;
      while (tb_record_operations_next (&in, &o) == 1)
        g_array_append_val (all, o);
      *last = in.batch;
    }
  tb_record_reader_close (reader);
  return all;
}

static void
test_what_a_killed_client_did_is_recorded (void)
{
  Fixture *f = fixture_new (2);
  guint32 indices[] = { 0, 1 };
  TbWireLink link = { .id = (char *) "save", .from = &indices[0], .n_from = 1, .to = &indices[1], .n_to = 1, .port = 6379 };
  g_autofree char *path = g_build_filename (f->dir, "run.tbrec", NULL);
  char *before = f->plan.recording;
  fixture_command (f, 0, fixture_nasty (), "tell", "--call", "save resp://127.64.0.1:6379", NULL);
  fixture_command (f, 1, "sleep", "1000", NULL);
  f->plan.instances[0].builtin = true;
  f->plan.recording = path;
  f->plan.links = &link;
  f->plan.n_links = 1;
  fixture_start (f);
  g_assert_true (fixture_wait (f, has_told, NULL, 30));
  fixture_stop (f);
  TbRecordBatch last = { 0 };
  g_autoptr (GArray) all = read_operations (path, &last);
  g_assert_cmpuint (all->len, ==, 2);
  const TbRecordOperation *ended = &g_array_index (all, TbRecordOperation, 0), *open = ended + 1;
  g_assert_cmpint (ended->op.kind, ==, TB_OP_WRITE);
  g_assert_cmpint (ended->op.outcome, ==, TB_OP_OK);
  g_assert_cmpuint (ended->op.value, ==, 7);
  g_assert_cmpuint (ended->link, ==, 0);
  g_assert_cmpuint (ended->op.replica, ==, TB_OP_NOBODY);
  g_assert_cmpint (open->op.outcome, ==, TB_OP_UNKNOWN);
  g_assert_cmpuint (open->op.error, ==, TB_OP_ERROR_CRASHED);
  g_assert_cmpint (open->op.return_ns, ==, G_MAXINT64);
  g_assert_cmpuint (open->link, ==, UINT32_MAX);
  g_assert_cmpuint (last.incarnation, ==, 1);
  g_assert_cmpuint (last.final, ==, 5);
  f->plan.recording = before;
  f->plan.links = NULL;
  f->plan.n_links = 0;
  fixture_free (f);
}

/* 200 requests, each answered: as many of both in the recording, each with its first bytes. */
static void
test_recording_holds_every_message (void)
{
  if (fixture_is_missing ("redis-server"))
    return;
  Fixture *f = client_and_redis ();
  g_autofree char *path = g_strdup_printf ("%s/run.tbrec", f->dir);
  g_autofree char *ask = g_strdup_printf (
    "yes incr n | head -200 | redis-cli -h 127.%u.1.2 >/dev/null; echo asked; exec sleep 1000", f->plan.block);
  char *before = f->plan.recording;
  struct tap want = { 0, 1, 200 };
  f->plan.recording = path;
  fixture_shell (f, 0, ask);
  fixture_probe (f, 0, TB_PROBE_LOG, "^asked");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 20));
  g_assert_true (fixture_wait (f, tap_has_counted, &want, 5));
  fixture_stop (f);
  TbRecordReader *reader;
  TbRecord record;
  TbEvent event;
  guint n[TB_RECORD_OPERATIONS + 1] = { 0 }, kinds[256] = { 0 }, payloads = 0;
  g_assert_cmpint (tb_record_reader_open (path, &reader, NULL), ==, 0);
  while (tb_record_reader_next (reader, &record) == 1)
    n[record.type]++;
  for (guint64 i = 0; tb_record_reader_event (reader, i, &event) == 1; i++)
    {
      const void *bytes;
      size_t size;
      kinds[event.kind]++;
      payloads += tb_record_reader_payload (reader, i, &bytes, &size) == 1 && size == MIN (event.size, 4096);
    }
  tb_record_reader_close (reader);
  /* redis-cli may ask for something of its own first. */
  g_assert_cmpuint (kinds[TB_EVENT_REQUEST], >=, 200);
  g_assert_cmpuint (kinds[TB_EVENT_REQUEST], ==, kinds[TB_EVENT_REPLY]);
  g_assert_cmpuint (payloads, ==, kinds[TB_EVENT_REQUEST] + kinds[TB_EVENT_REPLY]);
  g_assert_cmpuint (kinds[TB_EVENT_OPEN], ==, kinds[TB_EVENT_CLOSE]);
  g_assert_cmpuint (n[TB_RECORD_GAP], ==, 0);
  f->plan.recording = before;
  fixture_free (f);
}

static gboolean
fault_is_told (Fixture *f, gpointer data)
{
  return f->n_faults_told > 0;
}

static void
test_a_fault_is_confirmed (void)
{
  Fixture *f = fixture_new (2);
  TbWireFault fault = { .id = (char *) "x", .kind = TB_FAULT_CUT, .from = (char *) "*",
                        .to = (char *) "*", .up = true, .down = true, TB_FAULT_ALWAYS };
  fixture_command (f, 0, "sleep", "1000", NULL);
  fixture_command (f, 1, "sleep", "1000", NULL);
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  fixture_send_fault (f, &fault);
  g_assert_true (fixture_wait (f, fault_is_told, NULL, 5));
  fixture_end (f);
}

static gboolean
can_contain (void)
{
  if (fixture_can_contain ())
    return TRUE;
  g_test_skip ("no PID namespaces can be had here");
  return FALSE;
}

static void
test_contained_ones_see_only_themselves (void)
{
  if (!can_contain ())
    return;
  Fixture *f = fixture_new (1);
  f->plan.contain = true;
  fixture_shell (f, 0, "echo I am $$; ls -d /proc/[0-9]* | wc -l; trap 'echo bye; exit 0' TERM;"
                       "echo done; while :; do sleep 0.01; done");
  fixture_probe (f, 0, TB_PROBE_LOG, "^done");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  /* The number is the one everybody else knows it by. */
  g_assert_cmpint (f->instances[0].pid, >, 2);
  g_assert_cmpint (kill (f->instances[0].pid, 0), ==, 0);
  g_autofree char *text = fixture_read_log (f, 0);
  assert_contains (text, "I am 2\n");
  fixture_stop (f);
  g_autofree char *after = fixture_read_log (f, 0);
  assert_contains (after, "bye\n");
  fixture_free (f);
}

static void
test_contained_ones_are_tapped_too (void)
{
  if (fixture_is_missing ("redis-server") || !can_contain ())
    return;
  Fixture *f = client_and_redis ();
  f->plan.contain = true;
  check_tapped (f);
}

static void
test_contained_ones_are_killed_and_paused (void)
{
  if (!can_contain ())
    return;
  Fixture *f = fixture_new (1);
  f->plan.contain = true;
  fixture_command (f, 0, fixture_nasty (), NULL);
  fixture_probe (f, 0, TB_PROBE_LOG, "all there");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  fixture_send_name (f, TB_COMMAND_PAUSE, "a/1");
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_PAUSED, 5));
  fixture_send_name (f, TB_COMMAND_KILL, "a/1");
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_KILLED, 5));
  fixture_end (f);
}

static void
test_without_interception_it_still_runs (void)
{
  Fixture *f = fixture_new (1);
  f->plan.no_seccomp = true;
  fixture_shell (f, 0, "grep -E 'Seccomp:|NoNewPrivs' /proc/self/status; exec sleep 1000");
  fixture_probe (f, 0, TB_PROBE_LOG, "^Seccomp:.*0");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 10));
  fixture_end (f);
}

int
main (int argc, char **argv)
{
  static const FixtureTest tests[] = {
#define T(name) { "/run-taps/" #name, test_##name }
    T (what_passes_between_instances_is_counted),
    T (recording_holds_every_message),
    T (what_a_killed_client_did_is_recorded),
    T (a_fault_is_confirmed),
    T (contained_ones_see_only_themselves),
    T (contained_ones_are_tapped_too),
    T (contained_ones_are_killed_and_paused),
    T (without_interception_it_still_runs),
#undef T
  };
  return fixture_run_tests (argc, argv, tests, G_N_ELEMENTS (tests));
}
