/* What each fault does to real connections, measured at their ends: by what arrives, in which order, and
 * not before when. The client dials link "call" of the server. */
#include "toxics-fixture.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- Pace, and ends --------------------------------------------------------------------------- */

/* 30 KB at 100 KB a second. */
static int
take_bytes_slowly (Fixture *fx, int ready, void *data)
{
  static char bytes[30001];
  gint64 began = tb_now_ns ();
  int fd = fx_dial (fx, 1, TOXICS_PORT);
  AT (fd >= 0 && toxics_says (fd, "BYTES 30000\r\n"));
  AT (fx_read (fd, bytes, 30001) == 30000);
  AT (toxics_ms_since (began) >= 270);
  AT (strspn (bytes, "x") == 30000);
  return 0;
}

static void
test_bandwidth (void)
{
  toxics_with (TB_PROTO_BYTES, "bandwidth,rate=100,stream=downstream", take_bytes_slowly);
}

/* 20 pieces of 50 bytes with 10 ms between them. */
static int
take_slices (Fixture *fx, int ready, void *data)
{
  char bytes[1001];
  int reads = 0;
  ssize_t n, sum = 0;
  gint64 began = tb_now_ns ();
  int fd = fx_dial (fx, 1, TOXICS_PORT);
  AT (fd >= 0 && toxics_says (fd, "BYTES 1000\r\n"));
  while ((n = read (fd, bytes, sizeof bytes)) > 0)
    {
      reads++;
      sum += n;
    }
  AT (sum == 1000);
  AT (toxics_ms_since (began) >= 180);
  AT (reads >= 3);
  return 0;
}

static void
test_slicer (void)
{
  toxics_with (TB_PROTO_BYTES, "slicer,average_size=50,size_variation=0,delay=10ms,stream=downstream", take_slices);
}

static int
see_a_late_end (Fixture *fx, int ready, void *data)
{
  char bytes[11];
  gint64 began = tb_now_ns ();
  int fd = fx_dial (fx, 1, TOXICS_PORT);
  AT (fd >= 0 && toxics_says (fd, "BYTES 10\r\n"));
  AT (fx_read (fd, bytes, 10) == 10);
  AT (fx_read (fd, bytes, 1) == 0);
  AT (toxics_ms_since (began) >= 300);
  return 0;
}

static void
test_slow_close (void)
{
  toxics_with (TB_PROTO_BYTES, "slow_close,delay=300ms,stream=downstream", see_a_late_end);
}

/* Writes all the time, hears nothing, and is closed in spite of it. */
static int
be_timed_out (Fixture *fx, int ready, void *data)
{
  gint64 began = tb_now_ns ();
  int fd = fx_dial (fx, 1, TOXICS_PORT);
  struct pollfd p = { fd, POLLIN, 0 };
  AT (fd >= 0);
  while (toxics_says (fd, "A1\r\n") && poll (&p, 1, 10) == 0)
    continue;
  char byte;
  AT (read (fd, &byte, 1) <= 0);
  AT (toxics_ms_since (began) >= 250);
  return 0;
}

static void
test_timeout_closes_under_traffic (void)
{
  TbFlow up = toxics_with (TB_PROTO_BYTES, "timeout,timeout=250ms", be_timed_out).up;
  g_assert_cmpuint (up.bytes_delivered, ==, 0);
}

/* Everything passes, and yet it is closed. */
static int
be_limited_in_time (Fixture *fx, int ready, void *data)
{
  gint64 began = tb_now_ns ();
  int fd = fx_dial (fx, 1, TOXICS_PORT), answers = 0;
  char bytes[5];
  AT (fd >= 0);
  while (toxics_says (fd, "A1\r\n") && fx_read (fd, bytes, 5) == 5)
    answers++;
  AT (toxics_ms_since (began) >= 199); /* the connection's time is kept in ms */
  AT (answers > 0);
  return 0;
}

static void
test_limit_time_closes_under_traffic (void)
{
  toxics_with (TB_PROTO_RESP, "timeout,limit_time=200ms", be_limited_in_time);
}

static int
be_reset_while_quiet (Fixture *fx, int ready, void *data)
{
  char byte;
  gint64 began = tb_now_ns ();
  int fd = fx_dial (fx, 1, TOXICS_PORT);
  AT (fd >= 0);
  AT (read (fd, &byte, 1) < 0 && errno == ECONNRESET);
  AT (toxics_ms_since (began) >= 190);
  int again = fx_dial (fx, 1, TOXICS_PORT); /* only the first was to be */
  AT (again >= 0 && toxics_says (again, "A1\r\n") && toxics_hears (again, "+A1\r\n"));
  AT (toxics_is_quiet (again, 300));
  return 0;
}

static void
test_reset_needs_no_traffic (void)
{
  TbTapCounters row = toxics_with (TB_PROTO_RESP, "reset_peer,timeout=200ms,first=1", be_reset_while_quiet);
  g_assert_cmpuint (row.reset, ==, 1);
}

static int
take_so_many_bytes (Fixture *fx, int ready, void *data)
{
  char bytes[2000];
  int fd = fx_dial (fx, 1, TOXICS_PORT);
  AT (fd >= 0 && toxics_says (fd, "BYTES 2000\r\n"));
  AT (fx_read (fd, bytes, 2000) == 777);
  return 0;
}

static void
test_limit_data (void)
{
  TbFlow down = toxics_with (TB_PROTO_BYTES, "limit_data,bytes=777,stream=downstream", take_so_many_bytes).down;
  g_assert_cmpuint (down.bytes_delivered, ==, 777);
}

/* ---- Connects -------------------------------------------------------------------------------- */

static int
be_refused_twice (Fixture *fx, int ready, void *data)
{
  AT (fx_dial (fx, 1, TOXICS_PORT) == -ECONNREFUSED);
  AT (fx_dial (fx, 1, TOXICS_PORT) == -ECONNREFUSED);
  int fd = fx_dial (fx, 1, TOXICS_PORT);
  AT (fd >= 0 && toxics_says (fd, "A1\r\n") && toxics_hears (fd, "+A1\r\n"));
  return 0;
}

static void
test_refuse_the_first (void)
{
  toxics_with (TB_PROTO_RESP, "refuse,first=2", be_refused_twice);
}

/* The fault's time ends, and the kernel's next try gets through. */
static int
dial_into_the_dark (Fixture *fx, int ready, void *data)
{
  gint64 began = tb_now_ns ();
  int fd = fx_dial (fx, 1, TOXICS_PORT);
  AT (fd >= 0);
  AT (toxics_ms_since (began) >= 400);
  AT (toxics_says (fd, "A1\r\n") && toxics_hears (fd, "+A1\r\n"));
  return 0;
}

static gboolean
is_over (Fixture *fx, gpointer id)
{
  for (guint i = 0; i < fx->faults->len; i++)
    {
      const FxFault *fault = &g_array_index (fx->faults, FxFault, i);
      if (strcmp (fault->id, id) == 0 && fault->state == TB_FAULT_OVER)
        return TRUE;
    }
  return FALSE;
}

static void
test_blackhole_until (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  toxics_begin (fx, TB_PROTO_RESP);
  fx_toxic (fx, "dark", "blackhole,until=500ms");
  toxics_run (fx, dial_into_the_dark);
  fx_until (fx, is_over, (gpointer) "dark");
  g_assert_cmpuint (toxics_row (fx).timed_out, ==, 1);
  g_assert_cmpuint (toxics_row (fx).faults, ==, 0);
}

/* ---- Delays ---------------------------------------------------------------------------------- */

/* Of ten messages the seed loses some, and each of these waits for 200 ms at least. */
static int
lose_packets (Fixture *fx, int ready, void *data)
{
  gint64 began = tb_now_ns ();
  int fd = fx_dial (fx, 1, TOXICS_PORT);
  for (int i = 0; i < 10; i++)
    AT (toxics_asks (fd));
  AT (toxics_ms_since (began) >= 195);
  return 0;
}

static void
test_packet_loss (void)
{
  toxics_with (TB_PROTO_BYTES, "packet_loss,loss_rate=0.2,stream=upstream,seed=3", lose_packets);
}

/* Only every second, and only the first three of these. */
static int
wait_now_and_then (Fixture *fx, int ready, void *data)
{
  int fd = fx_dial (fx, 1, TOXICS_PORT);
  for (int i = 1; i <= 8; i++)
    {
      gint64 began = tb_now_ns ();
      AT (toxics_asks (fd));
      if (i % 2 == 0 && i <= 6)
        AT (toxics_ms_since (began) >= 60);
    }
  return 0;
}

static void
test_latency_now_and_then (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  toxics_begin (fx, TB_PROTO_RESP);
  fx_toxic (fx, "l", "latency,latency=60ms,every=2,first=3,stream=upstream");
  toxics_run (fx, wait_now_and_then);
  g_assert_cmpuint (fx_count_events (fx, TB_EVENT_DELIVERED), >=, 3);
}

/* A line that is slow, late and hesitant at once loses nothing. */
static int
take_it_all (Fixture *fx, int ready, void *data)
{
  static char bytes[20001];
  gint64 began = tb_now_ns ();
  int fd = fx_dial (fx, 1, TOXICS_PORT);
  AT (fd >= 0 && toxics_says (fd, "BYTES 20000\r\n"));
  AT (fx_read (fd, bytes, 20001) == 20000);
  AT (toxics_ms_since (began) >= 130);
  return 0;
}

static void
test_several_at_once (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  toxics_begin (fx, TB_PROTO_BYTES);
  fx_toxic (fx, "a", "latency,latency=30ms,jitter=10ms");
  fx_toxic (fx, "b", "bandwidth,rate=200");
  fx_toxic (fx, "c", "slicer,average_size=2000,delay=100us");
  fx_toxic (fx, "d", "slow_close,delay=20ms");
  toxics_run (fx, take_it_all);
}

/* ---- Live changes ----------------------------------------------------------------------------- */

/* Faults come and go under a client that never stops; not a byte is missing in the end. */
static int
ask_and_ask (Fixture *fx, int ready, void *data)
{
  int fd = fx_dial (fx, 1, TOXICS_PORT);
  AT (fd >= 0);
  for (int i = 0; i < 3000; i++)
    {
      char question[20], expected[20];
      snprintf (question, sizeof question, "Q%d\r\n", i);
      snprintf (expected, sizeof expected, "+Q%d\r\n", i);
      AT (toxics_says (fd, question) && toxics_hears (fd, expected));
    }
  return 0;
}

static gboolean
some_more_seen (Fixture *fx, gpointer target)
{
  return toxics_row (fx).up.seen >= GPOINTER_TO_UINT (target) || toxics_row (fx).connections_open == 0;
}

static void
test_faults_come_and_go_under_traffic (void)
{
  static const char *const faults[] = {
    "latency,latency=1ms",
    "hold,match=none,stream=upstream",
    "reorder,delay=1ms",
    "slicer,average_size=2,delay=100us",
    "bandwidth,rate=1MB/s",
    "http_delay",
    "drop,match=Z*",
    "packet_loss,loss_rate=0",
  };
  g_autoptr (Fixture) fx = fx_new ();
  toxics_begin (fx, TB_PROTO_RESP);
  pid_t client = fx_run (fx, 0, ask_and_ask, NULL);
  for (guint i = 0; i < 24; i++)
    {
      const char *fault = faults[i % G_N_ELEMENTS (faults)];
      if (!g_str_has_prefix (fault, "http"))
        fx_toxic (fx, i % 2 ? "odd" : "even", fault);
      fx_until (fx, some_more_seen, GUINT_TO_POINTER ((guint) toxics_row (fx).up.seen + 5));
      if (i % 3 == 0)
        fx_heal (fx, "odd");
    }
  tb_taps_remove_fault (fx->taps, "");
  g_assert_cmpint (fx_wait (fx, client), ==, 0);
  fx_settle (fx); /* what was heard has been passed on, but perhaps not counted yet */
  g_assert_cmpuint (toxics_row (fx).replies, ==, 3000);
}

static int
say_nonsense (Fixture *fx, int ready, void *data)
{
  char byte;
  int fd = fx_dial (fx, 1, TOXICS_PORT);
  AT (fd >= 0 && fx_write (fd, "\1\2\3\4\5\6\7\10nonsense nonsense nonsense", 34));
  shutdown (fd, SHUT_WR);
  AT (read (fd, &byte, 1) == 0);
  return 0;
}

static void
test_a_useless_fault_is_told (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  toxics_begin (fx, TB_PROTO_UNKNOWN);
  fx_toxic (fx, "d", "drop");
  toxics_run (fx, say_nonsense);
  g_assert_cmpuint (toxics_row (fx).up.bytes_delivered, ==, 34);
  gboolean told = FALSE;
  for (guint i = 0; i < fx->problems->len; i++)
    told = told || strstr (g_ptr_array_index (fx->problems, i), "drop does nothing to call") != NULL;
  g_assert_true (told);
}

#define ALL(X)                                                                                     \
  X (bandwidth) X (slicer) X (slow_close) X (timeout_closes_under_traffic)                         \
  X (limit_time_closes_under_traffic) X (reset_needs_no_traffic) X (limit_data)                    \
  X (refuse_the_first) X (blackhole_until) X (packet_loss) X (latency_now_and_then)                \
  X (several_at_once) X (faults_come_and_go_under_traffic) X (a_useless_fault_is_told)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (fx_is_skipped ())
    return 0;
#define X(name)                                                                                    \
  g_test_add_func ("/toxics/" #name, test_##name);
  ALL (X)
#undef X
  return g_test_run ();
}
