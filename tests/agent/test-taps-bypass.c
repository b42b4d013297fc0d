/* What goes past the taps is shown: io_uring, an inherited socket, a Unix socket, a stranger. */
#include "taps-fixture.h"

#ifdef HAVE_LIBURING
#include <liburing.h>
#endif
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PORT 7300

typedef struct
{
  uint32_t from, to;
  gboolean open;
} Expected;

static gboolean
is_told (Fixture *fx, gpointer data)
{
  Expected *e = data;
  return fx_told_bypass (fx, e->from, e->to, e->open);
}

static void
expect_bypass (Fixture *fx, uint32_t from, uint32_t to, gboolean open)
{
  Expected e = { from, to, open };
  fx_until (fx, is_told, &e);
}

static const char *
why (Fixture *fx)
{
  return g_array_index (fx->bypasses, FxBypass, 0).why;
}

static void
two (Fixture *fx)
{
  fx_instance (fx, "client/1");
  fx_instance (fx, "server/1");
  fx_link (fx, "call", 0, 1, PORT, TB_PROTO_BYTES);
  fx_start (fx);
}

static int
call_and_stay (Fixture *fx, int ready, void *data)
{
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0);
  fx_say_ready (ready);
  pause ();
  return 0;
}

static gboolean
some_seconds_passed (Fixture *fx, gpointer data)
{
  return tb_now_ns () > *(gint64 *) data;
}

static void
test_tapped_is_not_accused (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  two (fx);
  fx_serve (fx, 1, fx_echo, GUINT_TO_POINTER (PORT));
  fx_serve (fx, 0, call_and_stay, NULL);
  gint64 later = tb_now_ns () + 5 * TB_NS_PER_S / 2;
  fx_until (fx, some_seconds_passed, &later);
  g_assert_cmpuint (fx->bypasses->len, ==, 0);
}

/* ---- io_uring -------------------------------------------------------------------------------- */

#ifdef HAVE_LIBURING
static int
call_by_ring (Fixture *fx, int ready, void *data)
{
  struct io_uring ring;
  struct sockaddr_in a = fx_address (fx, 1, PORT);
  struct io_uring_cqe *done;
  int fd = socket (AF_INET, SOCK_STREAM, 0);
  AT (io_uring_queue_init (4, &ring, 0) == 0);
  struct io_uring_sqe *ask = io_uring_get_sqe (&ring);
  io_uring_prep_connect (ask, fd, (struct sockaddr *) &a, sizeof a);
  AT (io_uring_submit_and_wait (&ring, 1) == 1);
  AT (io_uring_wait_cqe (&ring, &done) == 0 && done->res == 0);
  fx_say_ready (ready);
  pause ();
  return 0;
}

static int
see_no_ring (Fixture *fx, int ready, void *data)
{
  struct io_uring ring;
  return io_uring_queue_init (4, &ring, 0) == -ENOSYS ? 0 : 1;
}
#endif

static void
test_io_uring_is_shown (void)
{
#ifdef HAVE_LIBURING
  g_autoptr (Fixture) fx = fx_new ();
  two (fx);
  fx_serve (fx, 1, fx_echo, GUINT_TO_POINTER (PORT));
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, see_no_ring, NULL)), ==, 0);
  fx_allow_io_uring (TRUE);
  pid_t client = fx_serve (fx, 0, call_by_ring, NULL);
  fx_allow_io_uring (FALSE);
  expect_bypass (fx, 0, 1, TRUE);
  g_assert_cmpstr (why (fx), ==, "a connection the agent did not make (io_uring or inherited)");
  g_assert_cmpuint (g_array_index (fx->bypasses, FxBypass, 0).port, ==, PORT);
  fx_kill (fx, client);
  expect_bypass (fx, 0, 1, FALSE);
  g_assert_cmpuint (fx->counters->n_rows, ==, 0);
#else
  g_test_skip ("liburing is not installed");
#endif
}

/* ---- Inherited and outside ------------------------------------------------------------------- */

static int
hold (Fixture *fx, int ready, void *data)
{
  fx_say_ready (ready);
  pause ();
  return 0;
}

static void
test_outside_is_shown (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  two (fx);
  fx_serve (fx, 1, fx_echo, GUINT_TO_POINTER (PORT));
  int fd = fx_dial (fx, 1, PORT); /* this process is under no filter */
  g_assert_cmpint (fd, >=, 0);
  expect_bypass (fx, UINT32_MAX, 1, TRUE);
  g_assert_cmpstr (why (fx), ==, "a connection from outside the run");
  close (fd);
  expect_bypass (fx, UINT32_MAX, 1, FALSE);
}

/* The child's standard input is a connection that was made outside. */
static int
use_inherited (Fixture *fx, int ready, void *data)
{
  char byte;
  AT (fx_write (0, "x", 1) && fx_read (0, &byte, 1) == 1);
  return hold (fx, ready, data);
}

static void
test_inherited_is_shown (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  two (fx);
  fx_serve (fx, 1, fx_echo, GUINT_TO_POINTER (PORT));
  int fd = fx_dial (fx, 1, PORT), input = dup (0);
  dup2 (fd, 0);
  close (fd);
  pid_t client = fx_serve (fx, 0, use_inherited, NULL);
  dup2 (input, 0);
  close (input);
  expect_bypass (fx, 0, 1, TRUE);
  fx_kill (fx, client);
  expect_bypass (fx, 0, 1, FALSE);
}

/* ---- Unix sockets ---------------------------------------------------------------------------- */

static struct sockaddr_un
unix_address (Fixture *fx, gboolean abstract)
{
  struct sockaddr_un a = { .sun_family = AF_UNIX };
  g_snprintf (a.sun_path + abstract, sizeof a.sun_path - 1, "%s/socket", fx->dir);
  return a;
}

static int
serve_unix (Fixture *fx, int ready, void *data)
{
  struct sockaddr_un a = unix_address (fx, GPOINTER_TO_INT (data));
  int listener = socket (AF_UNIX, SOCK_STREAM, 0);
  AT (bind (listener, (struct sockaddr *) &a, sizeof a) == 0 && listen (listener, 8) == 0);
  fx_say_ready (ready);
  for (;;)
    {
      char byte;
      int fd = accept (listener, NULL, NULL);
      AT (fd >= 0 && fx_read (fd, &byte, 1) == 0);
      close (fd);
    }
}

static int
call_unix (Fixture *fx, int ready, void *data)
{
  struct sockaddr_un a = unix_address (fx, GPOINTER_TO_INT (data));
  int fd = socket (AF_UNIX, SOCK_STREAM, 0);
  AT (connect (fd, (struct sockaddr *) &a, sizeof a) == 0);
  return hold (fx, ready, data);
}

static void
unix_is_shown (gboolean abstract)
{
  g_autoptr (Fixture) fx = fx_new ();
  two (fx);
  fx_serve (fx, 1, serve_unix, GINT_TO_POINTER (abstract));
  pid_t client = fx_serve (fx, 0, call_unix, GINT_TO_POINTER (abstract));
  expect_bypass (fx, 0, 1, TRUE);
  g_assert_true (g_str_has_prefix (why (fx), "Unix socket "));
  g_assert_nonnull (strstr (why (fx), fx->dir));
  fx_kill (fx, client);
  expect_bypass (fx, 0, 1, FALSE);
}

static void
test_unix_is_shown (void)
{
  unix_is_shown (FALSE);
}

static void
test_abstract_unix_is_shown (void)
{
  unix_is_shown (TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (fx_is_skipped ())
    return 0;
#define ADD(path, test) g_test_add_func ("/taps/bypass/" path, test)
  ADD ("tapped-is-not-accused", test_tapped_is_not_accused);
  ADD ("io-uring-is-shown", test_io_uring_is_shown);
  ADD ("inherited-is-shown", test_inherited_is_shown);
  ADD ("outside-is-shown", test_outside_is_shown);
  ADD ("unix-is-shown", test_unix_is_shown);
  ADD ("abstract-unix-is-shown", test_abstract_unix_is_shown);
  return g_test_run ();
}
