/* What faults on whole messages do to real connections: what arrives, in which order, and what is held. */
#include "toxics-fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int
lose_every_second (Fixture *fx, int ready, void *data)
{
  int fd = fx_dial (fx, 1, TOXICS_PORT);
  AT (fd >= 0 && toxics_says (fd, "A1\r\nA2\r\nA3\r\nA4\r\nA5\r\nA6\r\n"));
  AT (toxics_hears (fd, "+A1\r\n+A3\r\n+A5\r\n"));
  AT (toxics_says (fd, "B1\r\n") && toxics_hears (fd, "+B1\r\n"));
  return 0;
}

static void
test_drop (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  toxics_begin (fx, TB_PROTO_RESP);
  fx_toxic (fx, "d", "drop,every=2,stream=upstream");
  toxics_run (fx, lose_every_second);
  TbFlow up = toxics_row (fx).up;
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
  int fd = fx_dial (fx, 1, TOXICS_PORT);
  AT (fd >= 0);
  for (const char *p = text; *p; p++)
    {
      AT (fx_write (fd, p, 1));
      usleep (1000);
    }
  AT (toxics_hears (fd, "+GET a\r\n+GET b\r\n+GET c\r\n"));
  return 0;
}

static void
test_drop_what_matches (void)
{
  TbFlow up = toxics_with (TB_PROTO_RESP, "drop,match=SET*,stream=upstream", lose_what_matches).up;
  g_assert_cmpuint (up.dropped, ==, 2);
}

static int
hear_three_times (Fixture *fx, int ready, void *data)
{
  int fd = fx_dial (fx, 1, TOXICS_PORT);
  AT (fd >= 0 && toxics_says (fd, "A1\r\n") && toxics_hears (fd, "+A1\r\n+A1\r\n+A1\r\n"));
  return 0;
}

static void
test_duplicate (void)
{
  TbFlow down = toxics_with (TB_PROTO_RESP, "duplicate,copies=2,stream=downstream", hear_three_times).down;
  g_assert_cmpuint (down.seen, ==, 1);
  g_assert_cmpuint (down.duplicated, ==, 2);
  g_assert_cmpuint (down.delivered, ==, 3);
  g_assert_cmpuint (down.bytes_duplicated, ==, 10);
}

static int
hear_swapped (Fixture *fx, int ready, void *data)
{
  int fd = fx_dial (fx, 1, TOXICS_PORT);
  AT (fd >= 0 && toxics_says (fd, "A1\r\nA2\r\nA3\r\nA4\r\n"));
  AT (toxics_hears (fd, "+A2\r\n+A3\r\n+A1\r\n+A4\r\n"));
  return 0;
}

static void
test_reorder (void)
{
  toxics_with (TB_PROTO_RESP, "reorder,distance=2,first=1,delay=30s,stream=upstream", hear_swapped);
}

/* Nobody comes to overtake it. */
static int
wait_for_nobody (Fixture *fx, int ready, void *data)
{
  gint64 began = tb_now_ns ();
  int fd = fx_dial (fx, 1, TOXICS_PORT);
  AT (fd >= 0 && toxics_asks (fd));
  AT (toxics_ms_since (began) >= 100);
  return 0;
}

static void
test_reorder_gives_up (void)
{
  toxics_with (TB_PROTO_RESP, "reorder,delay=100ms,stream=upstream", wait_for_nobody);
}

static int
hear_one_bit_wrong (Fixture *fx, int ready, void *data)
{
  const char *right = "+ABCDEFGH\r\n";
  char heard[11];
  int wrong = 0, fd = fx_dial (fx, 1, TOXICS_PORT);
  AT (fd >= 0 && toxics_says (fd, "ABCDEFGH\r\n"));
  AT (fx_read (fd, heard, 11) == 11);
  for (int i = 0; i < 11; i++)
    wrong += __builtin_popcount ((unsigned) (guint8) (heard[i] ^ right[i]));
  AT (wrong == 1);
  AT (toxics_says (fd, "A1\r\n") && toxics_hears (fd, "+A1\r\n"));
  return 0;
}

static void
test_corrupt (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  toxics_begin (fx, TB_PROTO_RESP);
  fx_toxic (fx, "c", "corrupt,first=1,stream=downstream");
  toxics_run (fx, hear_one_bit_wrong);
  g_assert_cmpuint (fx_count_events (fx, TB_EVENT_CORRUPTED), ==, 1);
}

/* Four are sent at once, and come back as they are let go. */
static int
be_held (Fixture *fx, int ready, void *data)
{
  int fd = fx_dial (fx, 1, TOXICS_PORT);
  AT (fd >= 0 && toxics_says (fd, "A1\r\nB1\r\nA2\r\nB2\r\n"));
  AT (toxics_hears (fd, "+A1\r\n+B1\r\n+A2\r\n+B2\r\n"));
  return 0;
}

static gboolean
up_delivered (Fixture *fx, gpointer n)
{
  return toxics_row (fx).up.delivered == GPOINTER_TO_UINT (n);
}

static gboolean
up_seen (Fixture *fx, gpointer n)
{
  return toxics_row (fx).up.seen == GPOINTER_TO_UINT (n);
}

static void
test_hold_and_step (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  toxics_begin (fx, TB_PROTO_RESP);
  fx_toxic (fx, "h", "hold,match=A*,stream=upstream");
  pid_t client = fx_run (fx, 0, be_held, NULL);
  fx_until (fx, up_seen, GUINT_TO_POINTER (4));
  fx_settle (fx);
  g_assert_cmpuint (toxics_row (fx).up.delivered, ==, 0);
  g_assert_cmpuint (toxics_row (fx).up.held, ==, 4);
  tb_taps_step_fault (fx->taps, "h", 1); /* the first, and the one behind it */
  fx_until (fx, up_delivered, GUINT_TO_POINTER (2));
  fx_settle (fx);
  g_assert_cmpuint (toxics_row (fx).up.held, ==, 2);
  fx_heal (fx, "h");
  g_assert_cmpint (fx_wait (fx, client), ==, 0);
}

/* The end of a connection waits behind what is held. */
static int
end_while_held (Fixture *fx, int ready, void *data)
{
  int fd = fx_dial (fx, 1, TOXICS_PORT);
  AT (fd >= 0 && toxics_says (fd, "A1\r\n"));
  shutdown (fd, SHUT_WR);
  AT (toxics_hears (fd, "+A1\r\n"));
  char byte;
  AT (read (fd, &byte, 1) == 0);
  return 0;
}

static void
test_hold_keeps_the_end (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  toxics_begin (fx, TB_PROTO_RESP);
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
  int fd = fx_dial (fx, 1, TOXICS_PORT);
  g_autofree char *head = g_strdup_printf ("*2\r\n$4\r\nECHO\r\n$%zu\r\n", n);
  AT (fd >= 0 && toxics_says (fd, head) && fx_write (fd, bytes, n) && toxics_says (fd, "\r\n"));
  AT (toxics_says (fd, "A1\r\n"));
  shutdown (fd, SHUT_WR);
  while (read (fd, bytes, 1000) > 0)
    continue;
  return 0;
}

static int
swallow (Fixture *fx, int ready, void *data)
{
  static char bytes[65536];
  int listener = fx_listen (INADDR_ANY, TOXICS_PORT);
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
  fx_link (fx, "call", 0, 1, TOXICS_PORT, TB_PROTO_RESP);
  fx_start (fx);
  fx_serve (fx, 1, swallow, NULL);
  fx_toxic (fx, "d", "drop,stream=upstream");
  toxics_run (fx, send_a_long_one);
  TbFlow up = toxics_row (fx).up;
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
  int fd = fx_dial (fx, 1, TOXICS_PORT);
  AT (fd >= 0 && toxics_says (fd, GET ("/a")) && toxics_hears (fd, OK ("1")));
  AT (toxics_says (fd, GET ("/cart/7")));
  AT (toxics_hears (fd, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n"
                    "X-Tierboard-Fault: http_abort\r\n\r\n"));
  AT (toxics_says (fd, GET ("/b")) && toxics_hears (fd, OK ("2")));
  return 0;
}

static void
test_http_abort (void)
{
  TbTapCounters row = toxics_with (TB_PROTO_HTTP, "http_abort,match=GET /cart*", be_answered_by_the_tap);
  g_assert_cmpuint (row.requests, ==, 3);
  g_assert_cmpuint (row.replies, ==, 3);
  g_assert_cmpuint (row.errors, ==, 1);
  g_assert_cmpuint (row.up.dropped, ==, 1);
}

static int
wait_for_slow_paths (Fixture *fx, int ready, void *data)
{
  gint64 began = tb_now_ns ();
  int fd = fx_dial (fx, 1, TOXICS_PORT);
  AT (fd >= 0 && toxics_says (fd, GET ("/slow")) && toxics_hears (fd, OK ("1")));
  AT (toxics_ms_since (began) >= 150);
  return 0;
}

static void
test_http_delay (void)
{
  toxics_with (TB_PROTO_HTTP, "http_delay,delay=150ms,match=* /slow", wait_for_slow_paths);
}

#define ALL(X)                                                                                     \
  X (drop) X (drop_what_matches) X (duplicate) X (reorder) X (reorder_gives_up) X (corrupt)        \
  X (hold_and_step) X (hold_keeps_the_end) X (what_is_too_long_passes) X (http_abort)              \
  X (http_delay)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (fx_is_skipped ())
    return 0;
#define X(name)                                                                                    \
  g_test_add_func ("/toxics/messages/" #name, test_##name);
  ALL (X)
#undef X
  return g_test_run ();
}
