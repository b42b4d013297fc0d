/* A message counted is a message sent; what is told of it, to the ring and for the recording. */
#include "taps-fixture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 7200
#define REQUESTS 10000
#define CONNECTIONS 20
static void
two (Fixture *fx, TbProto proto)
{
  fx_instance (fx, "client/1");
  fx_instance (fx, "server/1");
  fx_link (fx, "call", 0, 1, PORT, proto);
  fx_start (fx);
}

static const char request[] = "GET /cart?n=1 HTTP/1.1\r\nHost: shop\r\n"
                              "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n";
static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
static const char failure[] = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

static gpointer
answer (gpointer data)
{
  char bytes[sizeof request];
  int fd = GPOINTER_TO_INT (data);
  while (fx_read (fd, bytes, sizeof request - 1) == sizeof request - 1)
    fx_write (fd, reply, sizeof reply - 1);
  close (fd);
  return NULL;
}

static int
serve_http (Fixture *fx, int ready, void *data)
{
  int listener = fx_listen (INADDR_ANY, PORT);
  fx_say_ready (ready);
  for (;;)
    {
      int fd = accept (listener, NULL, NULL);
      g_thread_unref (g_thread_new ("server", answer, GINT_TO_POINTER (fd)));
    }
  return 0;
}

static gpointer
ask (gpointer data)
{
  char bytes[sizeof reply];
  int fd = fx_dial (data, 1, PORT);
  for (int i = 0; i < REQUESTS / CONNECTIONS; i++)
    if (fd < 0 || !fx_write (fd, request, sizeof request - 1)
        || fx_read (fd, bytes, sizeof reply - 1) != sizeof reply - 1)
      return GINT_TO_POINTER (1);
  close (fd);
  return NULL;
}

static int
ask_in_threads (Fixture *fx, int ready, void *data)
{
  GThread *threads[CONNECTIONS];
  int failed = 0;
  for (int i = 0; i < CONNECTIONS; i++)
    threads[i] = g_thread_new ("client", ask, fx);
  for (int i = 0; i < CONNECTIONS; i++)
    failed += GPOINTER_TO_INT (g_thread_join (threads[i]));
  return failed;
}

static void
check_ten_thousand (Fixture *fx)
{
  TbTapCounters row = fx_row (fx, 0, 1, PORT);
  g_assert_cmpuint (row.requests, ==, REQUESTS);
  g_assert_cmpuint (row.replies, ==, REQUESTS);
  g_assert_cmpuint (row.errors, ==, 0);
  g_assert_cmpuint (row.up.seen, ==, REQUESTS);
  g_assert_cmpuint (row.up.delivered, ==, REQUESTS);
  g_assert_cmpuint (row.down.delivered, ==, REQUESTS);
  g_assert_cmpuint (row.up.bytes_delivered, ==, REQUESTS * (sizeof request - 1));
  g_assert_cmpuint (row.down.bytes_delivered, ==, REQUESTS * (sizeof reply - 1));
  g_assert_cmpuint (tb_histogram_count (&row.latency), ==, REQUESTS);
  g_assert_cmpuint (row.proto, ==, TB_PROTO_HTTP);
  g_assert_cmpuint (row.connections_total, ==, CONNECTIONS);
}

static void
test_ten_thousand (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  two (fx, TB_PROTO_UNKNOWN);
  fx_serve (fx, 1, serve_http, NULL);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, ask_in_threads, NULL)), ==, 0);
  fx_settle (fx);
  check_ten_thousand (fx);
  g_assert_cmpuint (fx->missed, ==, 0);
  g_assert_cmpuint (fx_count_events (fx, TB_EVENT_REQUEST), ==, REQUESTS);
  g_assert_cmpuint (fx_count_events (fx, TB_EVENT_REPLY), ==, REQUESTS);
  g_assert_cmpuint (fx_count_events (fx, TB_EVENT_OPEN), ==, CONNECTIONS);
}

/* The same with every message waiting: nothing is counted twice or forgotten. */
static void
test_ten_thousand_delayed (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  two (fx, TB_PROTO_HTTP);
  fx_latency (fx, "slow", "*", "*", TRUE, TRUE, TB_NS_PER_MS / 2, TB_NS_PER_MS / 4);
  fx_serve (fx, 1, serve_http, NULL);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, ask_in_threads, NULL)), ==, 0);
  fx_settle (fx);
  check_ten_thousand (fx);
  g_assert_cmpuint (fx_count_events (fx, TB_EVENT_DELIVERED), ==, 2 * REQUESTS);
}

/* ---- What a message is told with ------------------------------------------------------------- */

static const TbEvent *
first_event (Fixture *fx, TbEventKind kind)
{
  for (guint i = 0; i < fx->events->len; i++)
    if (g_array_index (fx->events, TbEvent, i).kind == kind)
      return &g_array_index (fx->events, TbEvent, i);
  g_assert_not_reached ();
}

static int
ask_once (Fixture *fx, int ready, void *data)
{
  char bytes[sizeof reply];
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0);
  AT (fx_write (fd, request, 20));
  usleep (20000); /* in two pieces */
  AT (fx_write (fd, request + 20, sizeof request - 21));
  AT (fx_read (fd, bytes, sizeof reply - 1) == sizeof reply - 1);
  return 0;
}

static gboolean
closed (Fixture *fx, gpointer data)
{
  return fx_count_events (fx, TB_EVENT_CLOSE) > 0;
}

static void
test_events_and_payload (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx->plan.recording = (char *) "wanted";
  fx->plan.record_payload = TB_TAPS_PAYLOAD_MAX;
  two (fx, TB_PROTO_HTTP);
  fx_serve (fx, 1, serve_http, NULL);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, ask_once, NULL)), ==, 0);
  fx_until (fx, closed, NULL);
  const TbEvent *asked = first_event (fx, TB_EVENT_REQUEST);
  const TbEvent *answered = first_event (fx, TB_EVENT_REPLY);
  const uint8_t trace[8] = { 0x84, 0x48, 0xeb, 0x21, 0x1c, 0x80, 0x31, 0x9c };
  g_assert_cmpstr (asked->label, ==, "GET /cart?n=1");
  g_assert_cmpuint (asked->size, ==, sizeof request - 1);
  g_assert_cmpmem (asked->trace_id, 8, trace, 8);
  g_assert_cmpuint (answered->status, ==, 200);
  g_assert_cmpuint (answered->number, ==, asked->number);
  g_assert_cmpuint (answered->connection, ==, asked->connection);
  g_assert_cmpuint (answered->aux, >, 0);
  g_assert_cmpuint (answered->held, ==, 0);
  guint seen = 0;
  fx_until (fx, closed, NULL);
  for (guint i = 0; i < fx->records->len; i++)
    {
      FxRecord *record = &g_array_index (fx->records, FxRecord, i);
      gsize n;
      const void *payload = g_bytes_get_data (record->payload, &n);
      if (record->event.kind == TB_EVENT_REQUEST)
        g_assert_cmpmem (payload, n, request, sizeof request - 1);
      else if (record->event.kind == TB_EVENT_REPLY)
        g_assert_cmpmem (payload, n, reply, sizeof reply - 1);
      else
        continue;
      seen++;
    }
  g_assert_cmpuint (seen, ==, 2);
}

/* ---- What never came to its end -------------------------------------------------------------- */

static int
fail_and_vanish (Fixture *fx, int ready, void *data)
{
  char bytes[sizeof request];
  int listener = fx_listen (INADDR_ANY, PORT);
  fx_say_ready (ready);
  int fd = accept (listener, NULL, NULL);
  AT (fx_read (fd, bytes, sizeof request - 1) == sizeof request - 1);
  AT (fx_write (fd, failure, sizeof failure - 1));
  AT (fx_read (fd, bytes, sizeof request - 1) == sizeof request - 1);
  close (fd);
  return 0;
}

static int
ask_twice (Fixture *fx, int ready, void *data)
{
  char bytes[sizeof failure];
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0 && fx_write (fd, request, sizeof request - 1));
  AT (fx_read (fd, bytes, sizeof failure - 1) == sizeof failure - 1);
  AT (fx_write (fd, request, sizeof request - 1));
  AT (fx_read (fd, bytes, 1) == 0);
  return 0;
}

static void
test_errors (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  two (fx, TB_PROTO_HTTP);
  fx_serve (fx, 1, fail_and_vanish, NULL);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, ask_twice, NULL)), ==, 0);
  fx_until (fx, closed, NULL);
  TbTapCounters row = fx_row (fx, 0, 1, PORT);
  g_assert_cmpuint (row.requests, ==, 2);
  g_assert_cmpuint (row.replies, ==, 1);
  g_assert_cmpuint (row.errors, ==, 2);
  g_assert_cmpuint (first_event (fx, TB_EVENT_REPLY)->status, ==, 503);
}

/* ---- Callers that end before they are answered ------------------------------------------------ */

static int
answer_after_end (Fixture *fx, int ready, void *data)
{
  char bytes[sizeof request];
  int listener = fx_listen (INADDR_ANY, PORT);
  fx_say_ready (ready);
  int fd = accept (listener, NULL, NULL);
  AT (fx_read (fd, bytes, sizeof request - 1) == sizeof request - 1);
  AT (fx_read (fd, bytes, 1) == 0); /* the caller's end, of either kind */
  AT (fx_write (fd, reply, sizeof reply - 1));
  fx_read (fd, bytes, 1);
  return 0;
}

static int
ask_and_give_up (Fixture *fx, int ready, void *data)
{
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0 && fx_write (fd, request, sizeof request - 1));
  close (fd);
  return 0;
}

static int
ask_and_say_no_more (Fixture *fx, int ready, void *data)
{
  char bytes[sizeof reply];
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0 && fx_write (fd, request, sizeof request - 1));
  AT (shutdown (fd, SHUT_WR) == 0);
  AT (fx_read (fd, bytes, sizeof reply - 1) == sizeof reply - 1);
  return 0;
}

static TbTapCounters
end_early (Fixture *fx, FxFunc caller)
{
  two (fx, TB_PROTO_HTTP);
  fx_serve (fx, 1, answer_after_end, NULL);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, caller, NULL)), ==, 0);
  fx_until (fx, closed, NULL);
  return fx_row (fx, 0, 1, PORT);
}

static void
test_given_up (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  TbTapCounters row = end_early (fx, ask_and_give_up);
  g_assert_cmpuint (row.requests, ==, 1);
  g_assert_cmpuint (row.replies, ==, 1);
  g_assert_cmpuint (row.errors, ==, 1);
  g_assert_cmpuint (row.reset, ==, 1);
}

static void
test_half_closed (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  TbTapCounters row = end_early (fx, ask_and_say_no_more);
  g_assert_cmpuint (row.replies, ==, 1);
  g_assert_cmpuint (row.errors, ==, 0);
  g_assert_cmpuint (tb_histogram_count (&row.latency), ==, 1);
}

/* A reply that a slow link delivers when its caller has gone. */
static void
test_given_up_on_a_slow_link (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  two (fx, TB_PROTO_HTTP);
  fx_latency (fx, "slow", "*", "*", FALSE, TRUE, 200 * TB_NS_PER_MS, 0);
  fx_serve (fx, 1, answer_after_end, NULL);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, ask_and_give_up, NULL)), ==, 0);
  fx_until (fx, closed, NULL);
  TbTapCounters row = fx_row (fx, 0, 1, PORT);
  g_assert_cmpuint (row.errors, ==, 1);
  g_assert_cmpuint (row.down.dropped, ==, 1);
  g_assert_cmpuint (tb_histogram_count (&row.latency), ==, 0);
}

/* The run's own stop is nobody's failure. */
static void
test_stopping (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  two (fx, TB_PROTO_HTTP);
  fx_serve (fx, 1, fail_and_vanish, NULL);
  tb_taps_stopping (fx->taps);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, ask_twice, NULL)), ==, 0);
  fx_until (fx, closed, NULL);
  TbTapCounters row = fx_row (fx, 0, 1, PORT);
  g_assert_cmpuint (row.errors, ==, 1); /* the reply that says so */
  g_assert_cmpuint (row.unanswered, ==, 0);
}

static int
ask_and_hang (Fixture *fx, int ready, void *data)
{
  char byte;
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0);
  fx_say_ready (ready);
  usleep (100000);
  for (int i = 0; i < 3; i++)
    AT (fx_write (fd, request, sizeof request - 1));
  fx_read (fd, &byte, 1);
  return 0;
}

static gboolean
three_held (Fixture *fx, gpointer data)
{
  return fx_row (fx, 0, 1, PORT).up.held == 3;
}

/* Three requests wait in a one-way cut when their server dies; its reset comes the other way. */
static void
test_lost_with_its_connection (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  two (fx, TB_PROTO_HTTP);
  TbWireFault one_way = { .id = (char *) "cut",
                          .kind = TB_FAULT_CUT,
                          .from = (char *) "client",
                          .to = (char *) "server",
                          .up = true,
                          TB_FAULT_ALWAYS };
  pid_t server = fx_serve (fx, 1, serve_http, NULL);
  pid_t client = fx_serve (fx, 0, ask_and_hang, NULL);
  tb_taps_add_fault (fx->taps, &one_way);
  fx_until (fx, three_held, NULL);
  fx_kill (fx, server);
  fx_wait (fx, client);
  /* The server's end closed both ways; the caller's follows, and its FIN is held by the cut. */
  tb_taps_remove_fault (fx->taps, "cut");
  fx_until (fx, closed, NULL);
  TbTapCounters row = fx_row (fx, 0, 1, PORT);
  g_assert_cmpuint (row.up.seen, ==, 3);
  g_assert_cmpuint (row.up.lost + row.up.delivered, ==, 3);
  g_assert_cmpuint (row.up.held, ==, 0);
  g_assert_cmpuint (row.errors, ==, 3);
}

/* Bytes of what is not framed, summed. */
static int
send_noise (Fixture *fx, int ready, void *data)
{
  char bytes[100] = "";
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0);
  for (int i = 0; i < 50; i++)
    AT (fx_write (fd, "\x01\x02\x03\n", 4) && fx_read (fd, bytes, 4) == 4);
  return 0;
}

static void
test_unframed_bytes (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  two (fx, TB_PROTO_HTTP);
  fx_serve (fx, 1, fx_echo, GUINT_TO_POINTER (PORT));
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, send_noise, NULL)), ==, 0);
  fx_until (fx, closed, NULL);
  uint64_t told[2] = { 0, 0 };
  usleep (30000);
  fx_drain (fx);
  for (guint i = 0; i < fx->events->len; i++)
    {
      TbEvent *e = &g_array_index (fx->events, TbEvent, i);
      if (e->kind == TB_EVENT_BYTES)
        told[e->direction] += e->aux;
    }
  g_assert_cmpuint (told[0], ==, 200);
  g_assert_cmpuint (told[1], ==, 200);
  TbTapCounters row = fx_row (fx, 0, 1, PORT);
  g_assert_cmpuint (row.proto, ==, TB_PROTO_BYTES);
  g_assert_cmpuint (row.requests, ==, 0);
  g_assert_cmpuint (fx->problems->len, ==, 1);
  g_test_message ("%s", (char *) fx->problems->pdata[0]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (fx_is_skipped ())
    return 0;
#define ADD(path, test) g_test_add_func ("/taps/count/" path, test)
  ADD ("ten-thousand", test_ten_thousand);
  ADD ("ten-thousand-delayed", test_ten_thousand_delayed);
  ADD ("events-and-payload", test_events_and_payload);
  ADD ("errors", test_errors);
  ADD ("given-up", test_given_up);
  ADD ("half-closed", test_half_closed);
  ADD ("given-up-on-a-slow-link", test_given_up_on_a_slow_link);
  ADD ("stopping", test_stopping);
  ADD ("lost-with-its-connection", test_lost_with_its_connection);
  ADD ("unframed-bytes", test_unframed_bytes);
  return g_test_run ();
}
