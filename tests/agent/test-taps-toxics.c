/* What each fault does to real connections, measured at their ends: by what arrives, in which order, and
 * not before when. The client dials link "call" of the server. */
#include "taps-fixture.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 7200
#define AT(condition)                                                                              \
  do                                                                                               \
    if (!(condition))                                                                              \
      {                                                                                            \
        fprintf (stderr, "# child: line %d: %s (errno %s)\n", __LINE__, #condition,                \
                 g_strerror (errno));                                                              \
        return 1;                                                                                  \
      }                                                                                            \
  while (0)

#define MS TB_NS_PER_MS

/* ---- Servers --------------------------------------------------------------------------------- */

/* Each line comes back as a RESP string: "A1" as "+A1". A line "BYTES n" is answered by n bytes and
 * the end. */
static int
serve_lines (Fixture *fx, int ready, void *data)
{
  int listener = fx_listen (INADDR_ANY, PORT);
  fx_say_ready (ready);
  for (;;)
    {
      char line[256], answer[260];
      gsize n = 0, wanted = 0;
      int fd = accept (listener, NULL, NULL);
      while (fx_read (fd, line + n, 1) == 1)
        {
          if (line[n++] != '\n')
            continue;
          line[n] = '\0';
          if (g_str_has_prefix (line, "BYTES"))
            {
              wanted = (gsize) atoi (line + 6);
              break;
            }
          int size = snprintf (answer, sizeof answer, "+%s", line);
          fx_write (fd, answer, (gsize) size);
          n = 0;
        }
      g_autofree char *bytes = g_strnfill (wanted, 'x');
      fx_write (fd, bytes, strlen (bytes));
      close (fd);
    }
  return 0;
}

/* Answers each request with 200; /count says how many have come. */
static int
serve_http (Fixture *fx, int ready, void *data)
{
  int listener = fx_listen (INADDR_ANY, PORT), count = 0;
  fx_say_ready (ready);
  for (;;)
    {
      char head[2000], answer[200];
      gsize n = 0;
      int fd = accept (listener, NULL, NULL);
      while (fx_read (fd, head + n, 1) == 1)
        {
          head[++n] = '\0';
          if (!g_str_has_suffix (head, "\r\n\r\n"))
            continue;
          g_autofree char *body = g_strdup_printf ("%d", ++count);
          int size = snprintf (answer, sizeof answer,
                               "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen (body), body);
          fx_write (fd, answer, (gsize) size);
          n = 0;
        }
      close (fd);
    }
  return 0;
}

static void
begin (Fixture *fx, TbProto proto)
{
  fx_instance (fx, "client/1");
  fx_instance (fx, "server/1");
  fx_link (fx, "call", 0, 1, PORT, proto);
  fx_start (fx);
  fx_serve (fx, 1, proto == TB_PROTO_HTTP ? serve_http : serve_lines, NULL);
}

/* ---- Clients --------------------------------------------------------------------------------- */

static gboolean
says (int fd, const char *what)
{
  return fx_write (fd, what, strlen (what));
}

static gboolean
hears (int fd, const char *what)
{
  char heard[1000];
  gsize n = fx_read (fd, heard, strlen (what));
  if (n == strlen (what) && memcmp (heard, what, n) == 0)
    return TRUE;
  fprintf (stderr, "# heard “%.*s”, expected “%s”\n", (int) n, heard, what);
  return FALSE;
}

static gboolean
is_quiet (int fd, int ms)
{
  struct pollfd p = { fd, POLLIN, 0 };
  return poll (&p, 1, ms) == 0;
}

/* The time since `begin`, in ms. */
static gint64
ms_since (gint64 begin)
{
  return (tb_now_ns () - begin) / MS;
}

static void
run (Fixture *fx, FxFunc client)
{
  pid_t child = fx_run (fx, 0, client, NULL);
  g_assert_cmpint (fx_wait (fx, child), ==, 0);
  fx_settle (fx);
}

static TbTapCounters
row_of (Fixture *fx)
{
  return fx_row (fx, 0, 1, PORT);
}

/* ---- Pace, and ends --------------------------------------------------------------------------- */

/* 30 KB at 100 KB a second. */
static int
take_bytes_slowly (Fixture *fx, int ready, void *data)
{
  static char bytes[30001];
  gint64 begin = tb_now_ns ();
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0 && says (fd, "BYTES 30000\r\n"));
  AT (fx_read (fd, bytes, 30001) == 30000);
  AT (ms_since (begin) >= 270);
  AT (strspn (bytes, "x") == 30000);
  return 0;
}

static void
test_bandwidth (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, TB_PROTO_BYTES);
  fx_toxic (fx, "slow", "bandwidth,rate=100,stream=downstream");
  run (fx, take_bytes_slowly);
}

/* 20 pieces of 50 bytes with 10 ms between them. */
static int
take_slices (Fixture *fx, int ready, void *data)
{
  char bytes[1001];
  int reads = 0;
  ssize_t n, sum = 0;
  gint64 begin = tb_now_ns ();
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0 && says (fd, "BYTES 1000\r\n"));
  while ((n = read (fd, bytes, sizeof bytes)) > 0)
    {
      reads++;
      sum += n;
    }
  AT (sum == 1000);
  AT (ms_since (begin) >= 180);
  AT (reads >= 3);
  return 0;
}

static void
test_slicer (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, TB_PROTO_BYTES);
  fx_toxic (fx, "s", "slicer,average_size=50,size_variation=0,delay=10ms,stream=downstream");
  run (fx, take_slices);
}

static int
see_a_late_end (Fixture *fx, int ready, void *data)
{
  char bytes[11];
  gint64 begin = tb_now_ns ();
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0 && says (fd, "BYTES 10\r\n"));
  AT (fx_read (fd, bytes, 10) == 10);
  AT (fx_read (fd, bytes, 1) == 0);
  AT (ms_since (begin) >= 300);
  return 0;
}

static void
test_slow_close (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, TB_PROTO_BYTES);
  fx_toxic (fx, "late", "slow_close,delay=300ms,stream=downstream");
  run (fx, see_a_late_end);
}

/* Writes all the time, hears nothing, and is closed in spite of it. */
static int
be_timed_out (Fixture *fx, int ready, void *data)
{
  gint64 begin = tb_now_ns ();
  int fd = fx_dial (fx, 1, PORT);
  struct pollfd p = { fd, POLLIN, 0 };
  AT (fd >= 0);
  while (says (fd, "A1\r\n") && poll (&p, 1, 10) == 0)
    continue;
  char byte;
  AT (read (fd, &byte, 1) <= 0);
  AT (ms_since (begin) >= 250);
  return 0;
}

static void
test_timeout_closes_under_traffic (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, TB_PROTO_BYTES);
  fx_toxic (fx, "t", "timeout,timeout=250ms");
  run (fx, be_timed_out);
  g_assert_cmpuint (row_of (fx).up.bytes_delivered, ==, 0);
}

/* Everything passes, and yet it is closed. */
static int
be_limited_in_time (Fixture *fx, int ready, void *data)
{
  gint64 begin = tb_now_ns ();
  int fd = fx_dial (fx, 1, PORT), answers = 0;
  char bytes[5];
  AT (fd >= 0);
  while (says (fd, "A1\r\n") && fx_read (fd, bytes, 5) == 5)
    answers++;
  AT (ms_since (begin) >= 199); /* the connection's time is kept in ms */
  AT (answers > 0);
  return 0;
}

static void
test_limit_time_closes_under_traffic (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, TB_PROTO_RESP);
  fx_toxic (fx, "t", "timeout,limit_time=200ms");
  run (fx, be_limited_in_time);
}

static int
be_reset_while_quiet (Fixture *fx, int ready, void *data)
{
  char byte;
  gint64 begin = tb_now_ns ();
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0);
  AT (read (fd, &byte, 1) < 0 && errno == ECONNRESET);
  AT (ms_since (begin) >= 190);
  int again = fx_dial (fx, 1, PORT); /* only the first was to be */
  AT (again >= 0 && says (again, "A1\r\n") && hears (again, "+A1\r\n"));
  AT (is_quiet (again, 300));
  return 0;
}

static void
test_reset_needs_no_traffic (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, TB_PROTO_RESP);
  fx_toxic (fx, "r", "reset_peer,timeout=200ms,first=1");
  run (fx, be_reset_while_quiet);
  g_assert_cmpuint (row_of (fx).reset, ==, 1);
}

static int
take_so_many_bytes (Fixture *fx, int ready, void *data)
{
  char bytes[2000];
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0 && says (fd, "BYTES 2000\r\n"));
  AT (fx_read (fd, bytes, 2000) == 777);
  return 0;
}

static void
test_limit_data (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, TB_PROTO_BYTES);
  fx_toxic (fx, "l", "limit_data,bytes=777,stream=downstream");
  run (fx, take_so_many_bytes);
  g_assert_cmpuint (row_of (fx).down.bytes_delivered, ==, 777);
}

/* ---- Connects -------------------------------------------------------------------------------- */

static int
be_refused_twice (Fixture *fx, int ready, void *data)
{
  AT (fx_dial (fx, 1, PORT) == -ECONNREFUSED);
  AT (fx_dial (fx, 1, PORT) == -ECONNREFUSED);
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0 && says (fd, "A1\r\n") && hears (fd, "+A1\r\n"));
  return 0;
}

static void
test_refuse_the_first (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, TB_PROTO_RESP);
  fx_toxic (fx, "no", "refuse,first=2");
  run (fx, be_refused_twice);
}

/* The fault's time ends, and the kernel's next try gets through. */
static int
dial_into_the_dark (Fixture *fx, int ready, void *data)
{
  gint64 begin = tb_now_ns ();
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0);
  AT (ms_since (begin) >= 400);
  AT (says (fd, "A1\r\n") && hears (fd, "+A1\r\n"));
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
  begin (fx, TB_PROTO_RESP);
  fx_toxic (fx, "dark", "blackhole,until=500ms");
  run (fx, dial_into_the_dark);
  fx_until (fx, is_over, (gpointer) "dark");
  g_assert_cmpuint (row_of (fx).timed_out, ==, 1);
  g_assert_cmpuint (row_of (fx).faults, ==, 0);
}

/* ---- Delays ---------------------------------------------------------------------------------- */

static gboolean
asks (int fd)
{
  return says (fd, "A1\r\n") && hears (fd, "+A1\r\n");
}

/* Of ten messages the seed loses some, and each of these waits for 200 ms at least. */
static int
lose_packets (Fixture *fx, int ready, void *data)
{
  gint64 begin = tb_now_ns ();
  int fd = fx_dial (fx, 1, PORT);
  for (int i = 0; i < 10; i++)
    AT (asks (fd));
  AT (ms_since (begin) >= 195);
  return 0;
}

static void
test_packet_loss (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, TB_PROTO_BYTES);
  fx_toxic (fx, "loss", "packet_loss,loss_rate=0.2,stream=upstream,seed=3");
  run (fx, lose_packets);
}

/* Only every second, and only the first three of these. */
static int
wait_now_and_then (Fixture *fx, int ready, void *data)
{
  int fd = fx_dial (fx, 1, PORT);
  for (int i = 1; i <= 8; i++)
    {
      gint64 begin = tb_now_ns ();
      AT (asks (fd));
      if (i % 2 == 0 && i <= 6)
        AT (ms_since (begin) >= 60);
    }
  return 0;
}

static void
test_latency_now_and_then (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, TB_PROTO_RESP);
  fx_toxic (fx, "l", "latency,latency=60ms,every=2,first=3,stream=upstream");
  run (fx, wait_now_and_then);
  g_assert_cmpuint (fx_count_events (fx, TB_EVENT_DELIVERED), >=, 3);
}

/* A line that is slow, late and hesitant at once loses nothing. */
static int
take_it_all (Fixture *fx, int ready, void *data)
{
  static char bytes[20001];
  gint64 begin = tb_now_ns ();
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0 && says (fd, "BYTES 20000\r\n"));
  AT (fx_read (fd, bytes, 20001) == 20000);
  AT (ms_since (begin) >= 130);
  return 0;
}

static void
test_several_at_once (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, TB_PROTO_BYTES);
  fx_toxic (fx, "a", "latency,latency=30ms,jitter=10ms");
  fx_toxic (fx, "b", "bandwidth,rate=200");
  fx_toxic (fx, "c", "slicer,average_size=2000,delay=100us");
  fx_toxic (fx, "d", "slow_close,delay=20ms");
  run (fx, take_it_all);
}

/* ---- Messages -------------------------------------------------------------------------------- */

static int
lose_every_second (Fixture *fx, int ready, void *data)
{
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0 && says (fd, "A1\r\nA2\r\nA3\r\nA4\r\nA5\r\nA6\r\n"));
  AT (hears (fd, "+A1\r\n+A3\r\n+A5\r\n"));
  AT (says (fd, "B1\r\n") && hears (fd, "+B1\r\n"));
  return 0;
}

static void
test_drop (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, TB_PROTO_RESP);
  fx_toxic (fx, "d", "drop,every=2,stream=upstream");
  run (fx, lose_every_second);
  TbFlow up = row_of (fx).up;
  g_assert_cmpuint (up.seen, ==, 7);
  g_assert_cmpuint (up.dropped, ==, 3);
  g_assert_cmpuint (up.delivered, ==, 4);
  g_assert_cmpuint (up.bytes_dropped, ==, 12);
  g_assert_cmpuint (fx_count_events (fx, TB_EVENT_DROPPED), ==, 3);
}

/* Byte by byte, too. */
static int
lose_what_matches (Fixture *fx, int ready, void *data)
{
  const char *text = "GET a\r\nSET a 1\r\nGET b\r\nSET b 2\r\nGET c\r\n";
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0);
  for (const char *p = text; *p; p++)
    {
      AT (fx_write (fd, p, 1));
      usleep (1000);
    }
  AT (hears (fd, "+GET a\r\n+GET b\r\n+GET c\r\n"));
  return 0;
}

static void
test_drop_what_matches (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, TB_PROTO_RESP);
  fx_toxic (fx, "d", "drop,match=SET*,stream=upstream");
  run (fx, lose_what_matches);
  g_assert_cmpuint (row_of (fx).up.dropped, ==, 2);
}

static int
hear_three_times (Fixture *fx, int ready, void *data)
{
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0 && says (fd, "A1\r\n") && hears (fd, "+A1\r\n+A1\r\n+A1\r\n"));
  return 0;
}

static void
test_duplicate (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, TB_PROTO_RESP);
  fx_toxic (fx, "d", "duplicate,copies=2,stream=downstream");
  run (fx, hear_three_times);
  TbFlow down = row_of (fx).down;
  g_assert_cmpuint (down.seen, ==, 1);
  g_assert_cmpuint (down.duplicated, ==, 2);
  g_assert_cmpuint (down.delivered, ==, 3);
  g_assert_cmpuint (down.bytes_duplicated, ==, 10);
}

static int
hear_swapped (Fixture *fx, int ready, void *data)
{
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0 && says (fd, "A1\r\nA2\r\nA3\r\nA4\r\n"));
  AT (hears (fd, "+A2\r\n+A3\r\n+A1\r\n+A4\r\n"));
  return 0;
}

static void
test_reorder (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, TB_PROTO_RESP);
  fx_toxic (fx, "o", "reorder,distance=2,first=1,delay=30s,stream=upstream");
  run (fx, hear_swapped);
}

/* Nobody comes to overtake it. */
static int
wait_for_nobody (Fixture *fx, int ready, void *data)
{
  gint64 begin = tb_now_ns ();
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0 && asks (fd));
  AT (ms_since (begin) >= 100);
  return 0;
}

static void
test_reorder_gives_up (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, TB_PROTO_RESP);
  fx_toxic (fx, "o", "reorder,delay=100ms,stream=upstream");
  run (fx, wait_for_nobody);
}

static int
hear_one_bit_wrong (Fixture *fx, int ready, void *data)
{
  const char *right = "+ABCDEFGH\r\n";
  char heard[11];
  int wrong = 0, fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0 && says (fd, "ABCDEFGH\r\n"));
  AT (fx_read (fd, heard, 11) == 11);
  for (int i = 0; i < 11; i++)
    wrong += __builtin_popcount ((unsigned) (guint8) (heard[i] ^ right[i]));
  AT (wrong == 1);
  AT (says (fd, "A1\r\n") && hears (fd, "+A1\r\n"));
  return 0;
}

static void
test_corrupt (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, TB_PROTO_RESP);
  fx_toxic (fx, "c", "corrupt,first=1,stream=downstream");
  run (fx, hear_one_bit_wrong);
  g_assert_cmpuint (fx_count_events (fx, TB_EVENT_CORRUPTED), ==, 1);
}

/* Four are sent at once, and come back as they are let go. */
static int
be_held (Fixture *fx, int ready, void *data)
{
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0 && says (fd, "A1\r\nB1\r\nA2\r\nB2\r\n"));
  AT (hears (fd, "+A1\r\n+B1\r\n+A2\r\n+B2\r\n"));
  return 0;
}

static gboolean
up_delivered (Fixture *fx, gpointer n)
{
  return row_of (fx).up.delivered == GPOINTER_TO_UINT (n);
}

static gboolean
up_seen (Fixture *fx, gpointer n)
{
  return row_of (fx).up.seen == GPOINTER_TO_UINT (n);
}

static void
test_hold_and_step (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, TB_PROTO_RESP);
  fx_toxic (fx, "h", "hold,match=A*,stream=upstream");
  pid_t client = fx_run (fx, 0, be_held, NULL);
  fx_until (fx, up_seen, GUINT_TO_POINTER (4));
  fx_settle (fx);
  g_assert_cmpuint (row_of (fx).up.delivered, ==, 0);
  g_assert_cmpuint (row_of (fx).up.held, ==, 4);
  tb_taps_step_fault (fx->taps, "h", 1); /* the first, and the one behind it */
  fx_until (fx, up_delivered, GUINT_TO_POINTER (2));
  fx_settle (fx);
  g_assert_cmpuint (row_of (fx).up.held, ==, 2);
  fx_heal (fx, "h");
  g_assert_cmpint (fx_wait (fx, client), ==, 0);
}

/* The end of a connection waits behind what is held. */
static int
end_while_held (Fixture *fx, int ready, void *data)
{
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0 && says (fd, "A1\r\n"));
  shutdown (fd, SHUT_WR);
  AT (hears (fd, "+A1\r\n"));
  char byte;
  AT (read (fd, &byte, 1) == 0);
  return 0;
}

static void
test_hold_keeps_the_end (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, TB_PROTO_RESP);
  fx_toxic (fx, "h", "hold,stream=upstream");
  pid_t client = fx_run (fx, 0, end_while_held, NULL);
  fx_until (fx, up_seen, GUINT_TO_POINTER (1));
  fx_settle (fx);
  tb_taps_step_fault (fx->taps, "h", 0);
  g_assert_cmpint (fx_wait (fx, client), ==, 0);
}

/* A message too long to wait for passes; the one behind it is dropped. */
static int
send_a_long_one (Fixture *fx, int ready, void *data)
{
  gsize n = 3u << 20;
  g_autofree char *bytes = g_strnfill (n, 'y');
  int fd = fx_dial (fx, 1, PORT);
  g_autofree char *head = g_strdup_printf ("*2\r\n$4\r\nECHO\r\n$%zu\r\n", n);
  AT (fd >= 0 && says (fd, head) && fx_write (fd, bytes, n) && says (fd, "\r\n"));
  AT (says (fd, "A1\r\n"));
  shutdown (fd, SHUT_WR);
  while (read (fd, bytes, 1000) > 0)
    continue;
  return 0;
}

static int
swallow (Fixture *fx, int ready, void *data)
{
  static char bytes[65536];
  int listener = fx_listen (INADDR_ANY, PORT);
  fx_say_ready (ready);
  for (;;)
    {
      int fd = accept (listener, NULL, NULL);
      while (read (fd, bytes, sizeof bytes) > 0)
        continue;
      close (fd);
    }
  return 0;
}

static void
test_what_is_too_long_passes (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_instance (fx, "client/1");
  fx_instance (fx, "server/1");
  fx_link (fx, "call", 0, 1, PORT, TB_PROTO_RESP);
  fx_start (fx);
  fx_serve (fx, 1, swallow, NULL);
  fx_toxic (fx, "d", "drop,stream=upstream");
  run (fx, send_a_long_one);
  TbFlow up = row_of (fx).up;
  g_assert_cmpuint (up.seen, ==, 2);
  g_assert_cmpuint (up.dropped, ==, 1);
  g_assert_cmpuint (up.bytes_dropped, ==, 4);
}

/* ---- HTTP ------------------------------------------------------------------------------------ */

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"
#define OK(body) "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" body

/* The server counts: what was answered by the tap never came to it. */
static int
be_answered_by_the_tap (Fixture *fx, int ready, void *data)
{
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0 && says (fd, GET ("/a")) && hears (fd, OK ("1")));
  AT (says (fd, GET ("/cart/7")));
  AT (hears (fd, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n"
                 "X-Tierboard-Fault: http_abort\r\n\r\n"));
  AT (says (fd, GET ("/b")) && hears (fd, OK ("2")));
  return 0;
}

static void
test_http_abort (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, TB_PROTO_HTTP);
  fx_toxic (fx, "a", "http_abort,match=GET /cart*");
  run (fx, be_answered_by_the_tap);
  TbTapCounters row = row_of (fx);
  g_assert_cmpuint (row.requests, ==, 3);
  g_assert_cmpuint (row.replies, ==, 3);
  g_assert_cmpuint (row.errors, ==, 1);
  g_assert_cmpuint (row.up.dropped, ==, 1);
}

static int
wait_for_slow_paths (Fixture *fx, int ready, void *data)
{
  gint64 begin = tb_now_ns ();
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0 && says (fd, GET ("/slow")) && hears (fd, OK ("1")));
  AT (ms_since (begin) >= 150);
  return 0;
}

static void
test_http_delay (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, TB_PROTO_HTTP);
  fx_toxic (fx, "d", "http_delay,delay=150ms,match=* /slow");
  run (fx, wait_for_slow_paths);
}

/* ---- Live changes ----------------------------------------------------------------------------- */

/* Faults come and go under a client that never stops; not a byte is missing in the end. */
static int
ask_and_ask (Fixture *fx, int ready, void *data)
{
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0);
  for (int i = 0; i < 3000; i++)
    {
      char question[20], expected[20];
      snprintf (question, sizeof question, "Q%d\r\n", i);
      snprintf (expected, sizeof expected, "+Q%d\r\n", i);
      AT (says (fd, question) && hears (fd, expected));
    }
  return 0;
}

static gboolean
some_more_seen (Fixture *fx, gpointer target)
{
  return row_of (fx).up.seen >= GPOINTER_TO_UINT (target) || row_of (fx).connections_open == 0;
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
  begin (fx, TB_PROTO_RESP);
  pid_t client = fx_run (fx, 0, ask_and_ask, NULL);
  for (guint i = 0; i < 24; i++)
    {
      const char *fault = faults[i % G_N_ELEMENTS (faults)];
      if (!g_str_has_prefix (fault, "http"))
        fx_toxic (fx, i % 2 ? "odd" : "even", fault);
      fx_until (fx, some_more_seen, GUINT_TO_POINTER ((guint) row_of (fx).up.seen + 5));
      if (i % 3 == 0)
        fx_heal (fx, "odd");
    }
  tb_taps_remove_fault (fx->taps, "");
  g_assert_cmpint (fx_wait (fx, client), ==, 0);
  g_assert_cmpuint (row_of (fx).replies, ==, 3000);
}

static int
say_nonsense (Fixture *fx, int ready, void *data)
{
  char byte;
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0 && fx_write (fd, "\1\2\3\4\5\6\7\10nonsense nonsense nonsense", 34));
  shutdown (fd, SHUT_WR);
  AT (read (fd, &byte, 1) == 0);
  return 0;
}

static void
test_a_useless_fault_is_told (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  begin (fx, TB_PROTO_UNKNOWN);
  fx_toxic (fx, "d", "drop");
  run (fx, say_nonsense);
  g_assert_cmpuint (row_of (fx).up.bytes_delivered, ==, 34);
  gboolean told = FALSE;
  for (guint i = 0; i < fx->problems->len; i++)
    told = told || strstr (g_ptr_array_index (fx->problems, i), "drop does nothing to call") != NULL;
  g_assert_true (told);
}

#define ALL(X)                                                                                     \
  X (bandwidth) X (slicer) X (slow_close) X (timeout_closes_under_traffic)                         \
  X (limit_time_closes_under_traffic) X (reset_needs_no_traffic) X (limit_data)                    \
  X (refuse_the_first) X (blackhole_until) X (packet_loss) X (latency_now_and_then)                \
  X (several_at_once) X (drop) X (drop_what_matches) X (duplicate) X (reorder)                     \
  X (reorder_gives_up) X (corrupt) X (hold_and_step) X (hold_keeps_the_end)                        \
  X (what_is_too_long_passes) X (http_abort) X (http_delay)                                        \
  X (faults_come_and_go_under_traffic) X (a_useless_fault_is_told)

int
main (int argc, char **argv)
{
  const char *why_not = NULL;
  g_test_init (&argc, &argv, NULL);
  if (!tb_intercept_works (&why_not))
    {
      g_print ("1..0 # SKIP %s\n", why_not);
      return 0;
    }
#define X(name)                                                                                    \
  g_test_add_func ("/toxics/" #name, test_##name);
  ALL (X)
#undef X
  return g_test_run ();
}
