/* How connections end, or stay, through a tap: half-closed, reset, with much still under way, as without one. */
#include "taps-fixture.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORT 7000

/* Answers only when the request has ended. */
static int
answer_at_end (Fixture *fx, int ready, void *data)
{
  char bytes[4096];
  size_t n = 0, some;
  int listener = fx_listen (INADDR_ANY, PORT);
  fx_say_ready (ready);
  int fd = accept (listener, NULL, NULL);
  while ((some = fx_read (fd, bytes, sizeof bytes)) > 0)
    n += some;
  return fx_write (fd, &n, sizeof n) ? 0 : 1;
}

static int
half_close (Fixture *fx, int ready, void *data)
{
  static char bytes[300000];
  size_t n = 0;
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0);
  AT (fx_write (fd, bytes, sizeof bytes));
  AT (shutdown (fd, SHUT_WR) == 0);
  AT (fx_read (fd, &n, sizeof n) == sizeof n);
  AT (n == sizeof bytes);
  AT (fx_read (fd, &n, 1) == 0);
  return 0;
}

static void
test_half_close (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_two (fx, PORT, TB_PROTO_UNKNOWN);
  fx_serve (fx, 1, answer_at_end, NULL);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, half_close, NULL)), ==, 0);
}

/* ---- Reset ----------------------------------------------------------------------------------- */

static int
reset_after_answer (Fixture *fx, int ready, void *data)
{
  struct linger now = { 1, 0 };
  char byte;
  int listener = fx_listen (INADDR_ANY, PORT);
  fx_say_ready (ready);
  int fd = accept (listener, NULL, NULL);
  AT (fx_read (fd, &byte, 1) == 1);
  AT (fx_write (fd, "x", 1));
  AT (fx_read (fd, &byte, 1) == 1);
  setsockopt (fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close (fd);
  return 0;
}

static int
see_reset (Fixture *fx, int ready, void *data)
{
  char byte;
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0);
  AT (fx_write (fd, "a", 1));
  AT (fx_read (fd, &byte, 1) == 1);
  AT (fx_write (fd, "a", 1));
  AT (read (fd, &byte, 1) < 0 && errno == ECONNRESET);
  return 0;
}

static void
test_reset_of_server (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_two (fx, PORT, TB_PROTO_UNKNOWN);
  fx_serve (fx, 1, reset_after_answer, NULL);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, see_reset, NULL)), ==, 0);
  fx_settle (fx);
  g_assert_cmpuint (fx_row (fx, 0, 1, PORT).reset, ==, 1);
}

static int
expect_reset (Fixture *fx, int ready, void *data)
{
  char byte;
  int listener = fx_listen (INADDR_ANY, PORT);
  fx_say_ready (ready);
  int fd = accept (listener, NULL, NULL);
  AT (read (fd, &byte, 1) == 1);
  AT (read (fd, &byte, 1) < 0 && errno == ECONNRESET);
  return 0;
}

static int
do_reset (Fixture *fx, int ready, void *data)
{
  struct linger now = { 1, 0 };
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0);
  AT (fx_write (fd, "a", 1));
  setsockopt (fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close (fd);
  return 0;
}

static void
test_reset_of_client (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_two (fx, PORT, TB_PROTO_UNKNOWN);
  pid_t server = fx_serve (fx, 1, expect_reset, NULL);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, do_reset, NULL)), ==, 0);
  g_assert_cmpint (fx_wait (fx, server), ==, 0);
}

/* A server that closes with unread data resets, but what it had sent arrives. */
static int
answer_and_close (Fixture *fx, int ready, void *data)
{
  int listener = fx_listen (INADDR_ANY, PORT);
  fx_say_ready (ready);
  int fd = accept (listener, NULL, NULL);
  struct pollfd p = { fd, POLLIN, 0 };
  poll (&p, 1, 5000);
  AT (fx_write (fd, "too large\n", 10));
  close (fd);
  return 0;
}

static int
see_answer_before_reset (Fixture *fx, int ready, void *data)
{
  char answer[16];
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0);
  AT (fx_write (fd, "a", 1));
  AT (fx_read (fd, answer, 10) == 10);
  return 0;
}

static void
test_answer_before_reset (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_two (fx, PORT, TB_PROTO_UNKNOWN);
  fx_serve (fx, 1, answer_and_close, NULL);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, see_answer_before_reset, NULL)), ==, 0);
}

/* ---- Bulk and slow receivers ----------------------------------------------------------------- */

#define BULK (64u << 20)

static int
read_slowly (Fixture *fx, int ready, void *data)
{
  static unsigned char bytes[1 << 20];
  uint64_t sum = 0, total = 0;
  int listener = fx_listen (INADDR_ANY, PORT);
  fx_say_ready (ready);
  int fd = accept (listener, NULL, NULL);
  for (size_t n; (n = fx_read (fd, bytes, sizeof bytes)) > 0;)
    {
      for (size_t i = 0; i < n; i++)
        sum = sum * 31 + bytes[i];
      total += n;
      if (total < 4u << 20)
        usleep (20000);
    }
  AT (total == BULK);
  AT (fx_write (fd, &sum, sizeof sum));
  return 0;
}

static int
send_bulk (Fixture *fx, int ready, void *data)
{
  static unsigned char bytes[100000];
  uint64_t sum = 0, answer = 0;
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0);
  for (size_t done = 0, n; done < BULK; done += n)
    {
      n = MIN (sizeof bytes, BULK - done);
      for (size_t i = 0; i < n; i++)
        {
          bytes[i] = (unsigned char) ((done + i) * 2654435761u >> 13);
          sum = sum * 31 + bytes[i];
        }
      AT (fx_write (fd, bytes, n));
    }
  shutdown (fd, SHUT_WR);
  AT (fx_read (fd, &answer, sizeof answer) == sizeof answer);
  AT (answer == sum);
  return 0;
}

static void
test_bulk (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_two (fx, PORT, TB_PROTO_UNKNOWN);
  fx_serve (fx, 1, read_slowly, NULL);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, send_bulk, NULL)), ==, 0);
  fx_settle (fx);
  g_assert_cmpuint (fx_row (fx, 0, 1, PORT).up.bytes_delivered, ==, BULK);
}

/* Sizes around that of the tap's buffer, each with its end at its heels or after a pause. */
static const int around[] = { 1, 65535, 65536, 65537, 131072, 200000 };

static int
count_each (Fixture *fx, int ready, void *data)
{
  static char bytes[1 << 18];
  int listener = fx_listen (INADDR_ANY, PORT);
  fx_say_ready (ready);
  for (guint i = 0; i < 2 * G_N_ELEMENTS (around); i++)
    {
      int fd = accept (listener, NULL, NULL);
      uint32_t n = (uint32_t) fx_read (fd, bytes, sizeof bytes);
      AT (fx_write (fd, &n, sizeof n));
      close (fd);
    }
  return 0;
}

static int
send_each (Fixture *fx, int ready, void *data)
{
  static char bytes[1 << 18];
  for (guint i = 0; i < 2 * G_N_ELEMENTS (around); i++)
    {
      uint32_t n = (uint32_t) around[i / 2], seen = 0;
      int fd = fx_dial (fx, 1, PORT);
      AT (fd >= 0);
      AT (fx_write (fd, bytes, n));
      if (i % 2 == 1)
        usleep (20000);
      shutdown (fd, SHUT_WR);
      AT (fx_read (fd, &seen, sizeof seen) == sizeof seen);
      AT (seen == n);
      close (fd);
    }
  return 0;
}

static void
test_end_at_the_heels (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_two (fx, PORT, TB_PROTO_UNKNOWN);
  fx_serve (fx, 1, count_each, NULL);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, send_each, NULL)), ==, 0);
}

/* A read ends at an urgent byte; what follows must not be left lying. */
static int
send_urgent (Fixture *fx, int ready, void *data)
{
  char answer[11] = "";
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0);
  AT (fx_write (fd, "hello", 5));
  AT (send (fd, "!", 1, MSG_OOB) == 1);
  AT (fx_write (fd, "world", 5));
  AT (fx_read (fd, answer, 10) == 10);
  AT (strcmp (answer, "helloworld") == 0);
  return 0;
}

static void
test_urgent (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_two (fx, PORT, TB_PROTO_UNKNOWN);
  fx_serve (fx, 1, fx_echo, GUINT_TO_POINTER (PORT));
  for (int i = 0; i < 20; i++)
    g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, send_urgent, NULL)), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (fx_is_skipped ())
    return 0;
#define ADD(path, test) g_test_add_func ("/taps/ends/" path, test)
  ADD ("half-close-keeps-the-answer", test_half_close);
  ADD ("reset-of-the-server", test_reset_of_server);
  ADD ("reset-of-the-client", test_reset_of_client);
  ADD ("answer-before-a-reset-arrives", test_answer_before_reset);
  ADD ("bulk-to-a-slow-receiver", test_bulk);
  ADD ("end-at-the-heels-of-the-bytes", test_end_at_the_heels);
  ADD ("bytes-after-an-urgent-one", test_urgent);
  return g_test_run ();
}
