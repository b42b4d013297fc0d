/* Callers whose dial does not come out at once. On loopback that takes a server whose queue is full: a
 * connection of this test's own fills it, and the kernel tries again after a second. */
#include "taps-fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORT 7000

/* ---- The crowded server ---------------------------------------------------------------------- */

/* Room for one that waits; serves nobody before it is told to. */
static int
serve_when_told (Fixture *fx, int ready, void *data)
{
  int listener = fx_listen (INADDR_ANY, PORT);
  AT (listen (listener, 0) == 0);
  fx_say_ready (ready);
  raise (SIGSTOP);
  for (;;)
    {
      char bytes[64];
      int fd = accept (listener, NULL, NULL);
      for (ssize_t n; (n = read (fd, bytes, sizeof bytes)) > 0;)
        fx_write (fd, bytes, (size_t) n);
      close (fd);
    }
}

typedef struct
{
  pid_t server;
  int filler;
} Crowd;

static Crowd
crowd (Fixture *fx, uint32_t instance)
{
  struct sockaddr_in a = fx_address (fx, instance, PORT);
  Crowd c = { .server = fx_serve (fx, instance, serve_when_told, NULL) };
  siginfo_t stopped;
  g_assert_cmpint (waitid (P_PID, (id_t) c.server, &stopped, WSTOPPED), ==, 0);
  c.filler = socket (AF_INET, SOCK_STREAM, 0);
  g_assert_cmpint (connect (c.filler, (struct sockaddr *) &a, sizeof a), ==, 0);
  return c;
}

static void
let_serve (Crowd *c)
{
  close (c->filler);
  kill (c->server, SIGCONT);
}

/* ---- Callers --------------------------------------------------------------------------------- */

static struct sockaddr_in
link_address (const Fixture *fx)
{
  return (struct sockaddr_in){ .sin_family = AF_INET,
                               .sin_port = htons (PORT),
                               .sin_addr.s_addr = htonl (fx->links[0].address) };
}

static gboolean
round_trip (int fd)
{
  char answer[6] = "";
  return fx_write (fd, "hello\n", 6) && fx_read (fd, answer, 6) == 6 && memcmp (answer, "hello\n", 6) == 0;
}

static int
call_blocking (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in a = link_address (fx);
  int fd = socket (AF_INET, SOCK_STREAM, 0);
  AT (connect (fd, (struct sockaddr *) &a, sizeof a) == 0);
  AT (round_trip (fd));
  return 0;
}

static int
call_another_port (Fixture *fx, int ready, void *data)
{
  int fd = fx_dial (fx, 1, PORT + 1);
  AT (fd >= 0);
  AT (round_trip (fd));
  return 0;
}

static int
expect_refusal (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in a = link_address (fx);
  int fd = socket (AF_INET, SOCK_STREAM, 0);
  AT (connect (fd, (struct sockaddr *) &a, sizeof a) < 0 && errno == ECONNREFUSED);
  return 0;
}

static int
call_non_blocking (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in a = link_address (fx);
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  AT (connect (fd, (struct sockaddr *) &a, sizeof a) < 0 && errno == EINPROGRESS);
  fx_say_ready (ready);
  struct pollfd p = { fd, POLLOUT, 0 };
  AT (poll (&p, 1, 20000) == 1);
  fcntl (fd, F_SETFL, 0);
  AT (round_trip (fd));
  return 0;
}

static void
nothing (int number)
{
}

/* Its wait is ended by signals, and begun anew by the kernel. */
static int
call_between_signals (Fixture *fx, int ready, void *data)
{
  struct sigaction action = { .sa_handler = nothing, .sa_flags = SA_RESTART };
  struct itimerval often = { { 0, 50000 }, { 0, 50000 } };
  sigaction (SIGALRM, &action, NULL);
  setitimer (ITIMER_REAL, &often, NULL);
  return call_blocking (fx, ready, data);
}

/* ---- What is seen of it ---------------------------------------------------------------------- */

/* The tap is made right before the dial, and the loop comes to settle after it. */
static gboolean
has_tap (Fixture *fx, gpointer data)
{
  return fx->taps_seen->len == GPOINTER_TO_UINT (data);
}

static void
until_it_waits (Fixture *fx)
{
  fx_until (fx, has_tap, GUINT_TO_POINTER (1));
  fx_settle (fx);
  g_assert_cmpuint (fx_row (fx, 0, 1, PORT).connections_total, ==, 0);
}

static gboolean
has_connections (Fixture *fx, gpointer data)
{
  return fx_row (fx, 0, 1, PORT).connections_total == GPOINTER_TO_UINT (data);
}

static guint
descriptors (void)
{
  guint n = 0;
  DIR *dir = opendir ("/proc/self/fd");
  while (readdir (dir) != NULL)
    n++;
  closedir (dir);
  return n;
}

/* The one more is of the thread that called last: see TbNotifyCache. */
static gboolean
has_descriptors (Fixture *fx, gpointer data)
{
  return descriptors () <= GPOINTER_TO_UINT (data) + 1;
}

/* ---- Tests ----------------------------------------------------------------------------------- */

static void
test_waits_for_room (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_two (fx, PORT, TB_PROTO_UNKNOWN);
  Crowd c = crowd (fx, 1);
  pid_t caller = fx_run (fx, 0, call_blocking, NULL);
  until_it_waits (fx);
  let_serve (&c);
  g_assert_cmpint (fx_wait (fx, caller), ==, 0);
  fx_settle (fx);
  g_assert_cmpuint (fx_row (fx, 0, 1, PORT).connections_total, ==, 1);
  g_assert_cmpuint (fx_row (fx, 0, 1, PORT).down.bytes_delivered, ==, 6);
}

static void
test_others_do_not_wait (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_two (fx, PORT, TB_PROTO_UNKNOWN);
  Crowd c = crowd (fx, 1);
  pid_t caller = fx_run (fx, 0, call_blocking, NULL);
  until_it_waits (fx);
  fx_serve (fx, 1, fx_echo, GUINT_TO_POINTER (PORT + 1));
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, call_another_port, NULL)), ==, 0);
  let_serve (&c);
  g_assert_cmpint (fx_wait (fx, caller), ==, 0);
}

static void
test_refused_late_goes_on (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_instance (fx, "client/1");
  fx_instance (fx, "server/1");
  fx_instance (fx, "server/2");
  fx_widen (fx_link (fx, "call", 0, 1, PORT, TB_PROTO_UNKNOWN), UINT32_MAX, 2);
  fx_start (fx);
  Crowd c = crowd (fx, 1);
  fx_serve (fx, 2, fx_echo, GUINT_TO_POINTER (PORT));
  pid_t caller = fx_run (fx, 0, call_blocking, NULL);
  until_it_waits (fx);
  fx_kill (fx, c.server);
  g_assert_cmpint (fx_wait (fx, caller), ==, 0);
  close (c.filler);
  fx_settle (fx);
  g_assert_cmpuint (fx_row (fx, 0, 1, PORT).connections_total, ==, 0);
  g_assert_cmpuint (fx_row (fx, 0, 2, PORT).connections_total, ==, 1);
}

static void
test_refused_late_is_refused (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_two (fx, PORT, TB_PROTO_UNKNOWN);
  Crowd c = crowd (fx, 1);
  pid_t caller = fx_run (fx, 0, expect_refusal, NULL);
  until_it_waits (fx);
  fx_kill (fx, c.server);
  g_assert_cmpint (fx_wait (fx, caller), ==, 0);
  close (c.filler);
  fx_settle (fx);
  g_assert_cmpuint (fx_row (fx, 0, 1, PORT).refused, ==, 1);
  g_assert_cmpuint (fx_row (fx, 0, 1, PORT).connections_total, ==, 0);
}

/* The server stands still until the caller was answered. */
static void
test_non_blocking_is_answered (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_two (fx, PORT, TB_PROTO_UNKNOWN);
  Crowd c = crowd (fx, 1);
  pid_t callers[2];
  for (guint i = 0; i < G_N_ELEMENTS (callers); i++)
    callers[i] = fx_serve (fx, 0, call_non_blocking, NULL);
  fx_until (fx, has_connections, GUINT_TO_POINTER (2));
  let_serve (&c);
  for (guint i = 0; i < G_N_ELEMENTS (callers); i++)
    g_assert_cmpint (fx_wait (fx, callers[i]), ==, 0);
}

static void
test_who_is_gone_leaves_nothing (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_two (fx, PORT, TB_PROTO_UNKNOWN);
  Crowd c = crowd (fx, 1);
  guint before = descriptors ();
  pid_t caller = fx_run (fx, 0, call_blocking, NULL);
  until_it_waits (fx);
  fx_kill (fx, caller);
  fx_until (fx, has_descriptors, GUINT_TO_POINTER (before));
  let_serve (&c);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, call_blocking, NULL)), ==, 0);
}

static void
test_signals_begin_it_anew (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_two (fx, PORT, TB_PROTO_UNKNOWN);
  Crowd c = crowd (fx, 1);
  pid_t caller = fx_run (fx, 0, call_between_signals, NULL);
  fx_until (fx, has_tap, GUINT_TO_POINTER (1));
  let_serve (&c);
  g_assert_cmpint (fx_wait (fx, caller), ==, 0);
  fx_settle (fx);
  g_assert_cmpuint (fx_row (fx, 0, 1, PORT).connections_total, ==, 1);
}

/* It goes on by the tap that it had, whatever the plan has become. */
static void
test_another_plan_does_not_lose_it (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_two (fx, PORT, TB_PROTO_UNKNOWN);
  Crowd c = crowd (fx, 1);
  pid_t caller = fx_run (fx, 0, call_blocking, NULL);
  until_it_waits (fx);
  g_assert_cmpint (tb_taps_change (fx->taps, &fx->plan), ==, 0);
  g_assert_cmpuint (fx_row (fx, 0, 1, PORT).connections_total, ==, 1);
  let_serve (&c);
  g_assert_cmpint (fx_wait (fx, caller), ==, 0);
}

static void
test_a_run_ends_while_one_waits (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_two (fx, PORT, TB_PROTO_UNKNOWN);
  Crowd c = crowd (fx, 1);
  fx_run (fx, 0, call_blocking, NULL);
  until_it_waits (fx);
  close (c.filler);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (fx_is_skipped ())
    return 0;
#define ADD(path, test) g_test_add_func ("/taps/dialling/" path, test)
  ADD ("who-blocks-waits-for-room", test_waits_for_room);
  ADD ("others-do-not-wait", test_others_do_not_wait);
  ADD ("refused-late-goes-on-to-the-next", test_refused_late_goes_on);
  ADD ("refused-late-is-refused", test_refused_late_is_refused);
  ADD ("who-does-not-block-is-answered", test_non_blocking_is_answered);
  ADD ("who-is-gone-leaves-nothing", test_who_is_gone_leaves_nothing);
  ADD ("signals-begin-it-anew", test_signals_begin_it_anew);
  ADD ("another-plan-does-not-lose-it", test_another_plan_does_not_lose_it);
  ADD ("a-run-ends-while-one-waits", test_a_run_ends_while_one_waits);
  return g_test_run ();
}
