/* A tapped connection behaves as an untapped one. Children are functions of this program under the
 * filter; what they return is their exit status, 0 for as it should be. */
#include "taps-fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORT 7000
#define ECHO fx_serve (fx, 1, fx_echo, GUINT_TO_POINTER (PORT))

static gboolean
round_trip (int fd)
{
  char answer[8] = "";
  return fx_write (fd, "hello\n", 6) && fx_read (fd, answer, 6) == 6
         && memcmp (answer, "hello\n", 6) == 0;
}

/* ---- Callers of every kind ------------------------------------------------------------------- */

static int
call_blocking (Fixture *fx, int ready, void *data)
{
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0);
  AT (round_trip (fd));
  return 0;
}

static int
finish_connect (int fd)
{
  struct pollfd p = { fd, POLLOUT, 0 };
  int error = 0;
  socklen_t n = sizeof error;
  if (poll (&p, 1, 5000) != 1)
    return ETIMEDOUT;
  getsockopt (fd, SOL_SOCKET, SO_ERROR, &error, &n);
  return error;
}

static int
call_non_blocking (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in a = fx_address (fx, 1, PORT);
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  AT (connect (fd, (struct sockaddr *) &a, sizeof a) < 0 && errno == EINPROGRESS);
  AT (finish_connect (fd) == 0);
  AT (fcntl (fd, F_GETFL) & O_NONBLOCK);
  fcntl (fd, F_SETFL, 0);
  AT (round_trip (fd));
  return 0;
}

static struct sockaddr_in6
mapped (uint32_t address, uint16_t port)
{
  struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons (port) };
  uint32_t network = htonl (address);
  a.sin6_addr.s6_addr[10] = a.sin6_addr.s6_addr[11] = 0xff;
  memcpy (a.sin6_addr.s6_addr + 12, &network, 4);
  return a;
}

static int
call_mapped (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in6 a = mapped (fx->instances[1].address, PORT);
  int fd = socket (AF_INET6, SOCK_STREAM, 0);
  AT (connect (fd, (struct sockaddr *) &a, sizeof a) == 0);
  AT (round_trip (fd));
  return 0;
}

static int
call_localhost (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in a = { .sin_family = AF_INET,
                           .sin_port = htons (PORT),
                           .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM, 0);
  AT (connect (fd, (struct sockaddr *) &a, sizeof a) == 0);
  AT (round_trip (fd));
  return 0;
}

static int
call_localhost6 (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in6 a = { .sin6_family = AF_INET6,
                            .sin6_port = htons (PORT),
                            .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  int fd = socket (AF_INET6, SOCK_STREAM, 0), v6only = GPOINTER_TO_INT (data);
  setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof v6only);
  AT (connect (fd, (struct sockaddr *) &a, sizeof a) == 0);
  AT (round_trip (fd));
  return 0;
}

static int
call_link_address (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in a = { .sin_family = AF_INET,
                           .sin_port = htons (PORT),
                           .sin_addr.s_addr = htonl (fx->links[0].address) };
  int fd = socket (AF_INET, SOCK_STREAM, 0);
  AT (connect (fd, (struct sockaddr *) &a, sizeof a) == 0);
  AT (round_trip (fd));
  return 0;
}

static void
expect_tapped (FxFunc call, void *data)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_two (fx, PORT, TB_PROTO_UNKNOWN);
  ECHO;
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, call, data)), ==, 0);
  fx_settle (fx);
  TbTapCounters row = fx_row (fx, 0, 1, PORT);
  g_assert_cmpuint (row.connections_total, ==, 1);
  g_assert_cmpuint (row.link, ==, 0);
  g_assert_cmpuint (row.up.bytes_delivered, ==, 6);
  g_assert_cmpuint (row.down.bytes_delivered, ==, 6);
  g_assert_cmpuint (fx->taps_seen->len, ==, 1);
}

static void
test_blocking (void)
{
  expect_tapped (call_blocking, NULL);
}

static void
test_non_blocking (void)
{
  expect_tapped (call_non_blocking, NULL);
}

static void
test_mapped (void)
{
  expect_tapped (call_mapped, NULL);
}

static void
test_localhost (void)
{
  expect_tapped (call_localhost, NULL);
}

static void
test_localhost6 (void)
{
  expect_tapped (call_localhost6, GINT_TO_POINTER (0));
}

static void
test_v6only (void)
{
  expect_tapped (call_localhost6, GINT_TO_POINTER (1));
}

static void
test_link_address (void)
{
  expect_tapped (call_link_address, NULL);
}

/* ---- Names ----------------------------------------------------------------------------------- */

static int
show_peer (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in peer;
  socklen_t n = sizeof peer;
  int listener = fx_listen (INADDR_ANY, PORT);
  fx_say_ready (ready);
  int fd = accept (listener, (struct sockaddr *) &peer, &n);
  AT (ntohl (peer.sin_addr.s_addr) == fx->instances[0].address);
  n = sizeof peer;
  AT (getsockname (fd, (struct sockaddr *) &peer, &n) == 0);
  AT (ntohl (peer.sin_addr.s_addr) == fx->instances[1].address && ntohs (peer.sin_port) == PORT);
  return 0;
}

static int
show_own (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in own;
  socklen_t n = sizeof own;
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0);
  AT (getsockname (fd, (struct sockaddr *) &own, &n) == 0);
  AT (ntohl (own.sin_addr.s_addr) == fx->instances[0].address && own.sin_port != 0);
  return 0;
}

static void
test_names (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_two (fx, PORT, TB_PROTO_UNKNOWN);
  pid_t server = fx_serve (fx, 1, show_peer, NULL);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, show_own, NULL)), ==, 0);
  g_assert_cmpint (fx_wait (fx, server), ==, 0);
}

/* ---- Refusal --------------------------------------------------------------------------------- */

static int
refused (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in a = fx_address (fx, 1, PORT);
  AT (fx_dial (fx, 1, PORT) == -ECONNREFUSED);
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  AT (connect (fd, (struct sockaddr *) &a, sizeof a) < 0 && errno == EINPROGRESS);
  AT (finish_connect (fd) == ECONNREFUSED);
  return 0;
}

static void
test_refused (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_two (fx, PORT, TB_PROTO_UNKNOWN);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, refused, NULL)), ==, 0);
  fx_settle (fx);
  g_assert_cmpuint (fx_row (fx, 0, 1, PORT).refused, ==, 2);
  g_assert_cmpuint (fx_count_events (fx, TB_EVENT_REFUSED), ==, 2);
}

/* ---- Itself ---------------------------------------------------------------------------------- */

static int
call_itself (Fixture *fx, int ready, void *data)
{
  int listener = fx_listen (INADDR_LOOPBACK, PORT);
  struct sockaddr_in a = { .sin_family = AF_INET,
                           .sin_port = htons (PORT),
                           .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM, 0);
  AT (connect (fd, (struct sockaddr *) &a, sizeof a) == 0);
  int other = accept (listener, NULL, NULL);
  char byte;
  AT (fx_write (fd, "x", 1) && fx_read (other, &byte, 1) == 1);
  return 0;
}

static void
test_own_listener_first (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_two (fx, PORT, TB_PROTO_UNKNOWN);
  ECHO;
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, call_itself, NULL)), ==, 0);
  fx_settle (fx);
  g_assert_cmpuint (fx->counters->n_rows, ==, 0);
}

/* Two replicas on the wildcard address and one port. */
static void
test_replicas_share_a_port (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_instance (fx, "client/1");
  fx_instance (fx, "server/1");
  fx_instance (fx, "server/2");
  TbWireLink *link = fx_link (fx, "call", 0, 1, PORT, TB_PROTO_UNKNOWN);
  fx_widen (link, UINT32_MAX, 2);
  link->balance = TB_BALANCE_ROUND_ROBIN;
  fx_start (fx);
  ECHO;
  fx_serve (fx, 2, fx_echo, GUINT_TO_POINTER (PORT));
  for (int i = 0; i < 4; i++)
    g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, call_link_address, NULL)), ==, 0);
  fx_settle (fx);
  g_assert_cmpuint (fx_row (fx, 0, 1, PORT).connections_total, ==, 2);
  g_assert_cmpuint (fx_row (fx, 0, 2, PORT).connections_total, ==, 2);
}

static void
test_balance_prefers_those_that_accept (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_instance (fx, "client/1");
  fx_instance (fx, "server/1");
  fx_instance (fx, "server/2");
  TbWireLink *link = fx_link (fx, "call", 0, 2, PORT, TB_PROTO_UNKNOWN);
  fx_widen (link, UINT32_MAX, 1);
  fx_start (fx);
  ECHO;
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, call_link_address, NULL)), ==, 0);
  fx_settle (fx);
  g_assert_cmpuint (fx_row (fx, 0, 1, PORT).connections_total, ==, 1);
}

/* ---- Threads --------------------------------------------------------------------------------- */

static gpointer
call_often (gpointer data)
{
  for (int i = 0; i < 50; i++)
    {
      int fd = fx_dial (data, 1, PORT);
      if (fd < 0 || !round_trip (fd))
        return GINT_TO_POINTER (1);
      close (fd);
    }
  return NULL;
}

static gpointer
echo_one (gpointer data)
{
  char bytes[64];
  int fd = GPOINTER_TO_INT (data);
  for (ssize_t n; (n = read (fd, bytes, sizeof bytes)) > 0;)
    fx_write (fd, bytes, (size_t) n);
  close (fd);
  return NULL;
}

static int
accept_in_threads (Fixture *fx, int ready, void *data)
{
  int listener = fx_listen (INADDR_ANY, PORT);
  fx_say_ready (ready);
  for (;;)
    {
      int fd = accept (listener, NULL, NULL);
      g_thread_unref (g_thread_new ("server", echo_one, GINT_TO_POINTER (fd)));
    }
  return 0;
}

static int
call_in_threads (Fixture *fx, int ready, void *data)
{
  GThread *threads[8];
  int failed = 0;
  for (int i = 0; i < 8; i++)
    threads[i] = g_thread_new ("caller", call_often, fx);
  for (int i = 0; i < 8; i++)
    failed += GPOINTER_TO_INT (g_thread_join (threads[i]));
  return failed;
}

static void
test_threads (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_two (fx, PORT, TB_PROTO_UNKNOWN);
  fx_serve (fx, 1, accept_in_threads, NULL);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, call_in_threads, NULL)), ==, 0);
  fx_settle (fx);
  g_assert_cmpuint (fx_row (fx, 0, 1, PORT).connections_total, ==, 400);
}

/* ---- No descriptors --------------------------------------------------------------------------- */

#define TOO_MANY 40

static int
call_too_often (Fixture *fx, int ready, void *data)
{
  struct rlimit limit;
  int fds[TOO_MANY], open = 0;
  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  for (int i = 0; i < TOO_MANY; i++)
    {
      fds[i] = fx_dial (fx, 1, PORT);
      open += fds[i] >= 0 && round_trip (fds[i]);
    }
  AT (open > 0 && open < TOO_MANY);
  for (int i = 0; i < TOO_MANY; i++)
    close (fds[i]);
  for (int i = 0; i < 500; i++)
    {
      int fd = fx_dial (fx, 1, PORT);
      if (fd >= 0 && round_trip (fd))
        return 0;
      close (fd);
      usleep (10000);
    }
  return 2;
}

static void
test_descriptors_run_out (void)
{
  struct rlimit before, few;
  g_autoptr (Fixture) fx = fx_new ();
  fx_two (fx, PORT, TB_PROTO_UNKNOWN);
  fx_serve (fx, 1, accept_in_threads, NULL);
  int next = dup (0);
  close (next);
  getrlimit (RLIMIT_NOFILE, &before);
  few = before;
  few.rlim_cur = (rlim_t) next + 24;
  pid_t client = fx_run (fx, 0, call_too_often, NULL);
  setrlimit (RLIMIT_NOFILE, &few);
  int status = fx_wait (fx, client);
  setrlimit (RLIMIT_NOFILE, &before);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpuint (fx->problems->len, >, 0);
}

/* One that opens as many connections as it can leaves some to the others. */
static int
call_greedily (Fixture *fx, int ready, void *data)
{
  int open = 0, refused = 0;
  for (int i = 0; i < 200; i++)
    {
      int fd = fx_dial (fx, 2, PORT);
      open += fd >= 0;
      refused += fd == -ENOBUFS;
    }
  AT (open == 150 && refused == 50);
  fx_say_ready (ready);
  pause ();
  return 0;
}

static int
call_modestly (Fixture *fx, int ready, void *data)
{
  for (int i = 0; i < 20; i++)
    {
      int fd = fx_dial (fx, 2, PORT);
      AT (fd >= 0 && round_trip (fd));
    }
  return 0;
}

static void
test_one_does_not_take_all (void)
{
  struct rlimit before, few;
  g_autoptr (Fixture) fx = fx_new ();
  fx_instance (fx, "greedy/1");
  fx_instance (fx, "modest/1");
  fx_instance (fx, "server/1");
  fx_widen (fx_link (fx, "call", 0, 2, PORT, TB_PROTO_UNKNOWN), 1, UINT32_MAX);
  getrlimit (RLIMIT_NOFILE, &before);
  few = before;
  few.rlim_cur = 400;
  setrlimit (RLIMIT_NOFILE, &few);
  fx_start (fx);
  setrlimit (RLIMIT_NOFILE, &before);
  fx_serve (fx, 2, accept_in_threads, NULL);
  fx_serve (fx, 0, call_greedily, NULL);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 1, call_modestly, NULL)), ==, 0);
  fx_drain (fx);
  g_assert_cmpuint (fx->problems->len, >, 0);
  g_assert_nonnull (strstr (g_ptr_array_index (fx->problems, 0), "greedy/1 has 150 connections"));
}

/* ---- No seccomp ------------------------------------------------------------------------------ */

static int
echo_at_own (Fixture *fx, int ready, void *data)
{
  int listener = fx_listen (fx->instances[1].address, PORT);
  fx_say_ready (ready);
  int fd = accept (listener, NULL, NULL);
  char bytes[64];
  ssize_t n = read (fd, bytes, sizeof bytes);
  return fx_write (fd, bytes, (size_t) n) ? 0 : 1;
}

static void
test_without_seccomp (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx->plan.no_seccomp = true;
  fx_two (fx, PORT, TB_PROTO_UNKNOWN);
  fx_serve (fx, 1, echo_at_own, NULL);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, call_link_address, NULL)), ==, 0);
  fx_settle (fx);
  TbTapCounters row = fx_row (fx, 0, 1, PORT);
  g_assert_cmpuint (row.connections_total, ==, 1);
  g_assert_cmpuint (row.down.bytes_delivered, ==, 6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (fx_is_skipped ())
    return 0;
#define ADD(path, test) g_test_add_func ("/taps/fidelity/" path, test)
  ADD ("blocking-caller", test_blocking);
  ADD ("non-blocking-caller", test_non_blocking);
  ADD ("v4-mapped-caller", test_mapped);
  ADD ("localhost-leads-to-the-link", test_localhost);
  ADD ("ipv6-localhost-leads-to-the-link", test_localhost6);
  ADD ("ipv6-only-caller", test_v6only);
  ADD ("virtual-address-of-the-link", test_link_address);
  ADD ("names-of-both-ends", test_names);
  ADD ("refused-is-refused", test_refused);
  ADD ("own-listener-goes-first", test_own_listener_first);
  ADD ("replicas-share-a-port", test_replicas_share_a_port);
  ADD ("balance-prefers-those-that-accept", test_balance_prefers_those_that_accept);
  ADD ("eight-threads", test_threads);
  ADD ("descriptors-run-out", test_descriptors_run_out);
  ADD ("one-does-not-take-all-descriptors", test_one_does_not_take_all);
  ADD ("without-seccomp", test_without_seccomp);
  return g_test_run ();
}
