/* Datagrams: seen whichever way they are sent, answered from where they were sent to, and subject to
 * faults as on a network. */
#include "taps-fixture.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 7320

static struct sockaddr_in
address_of (uint32_t address)
{
  return (struct sockaddr_in) { .sin_family = AF_INET, .sin_port = htons (PORT),
                                .sin_addr.s_addr = htonl (address) };
}

static gboolean
is_readable (int fd, int ms)
{
  struct pollfd p = { fd, POLLIN, 0 };
  return poll (&p, 1, ms) == 1;
}

/* On every address, as servers do; what comes is sent back with the server's own name before it. */
static int
serve (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in all = address_of (0), from;
  int fd = socket (AF_INET, SOCK_DGRAM, 0);
  AT (bind (fd, (struct sockaddr *) &all, sizeof all) == 0);
  fx_say_ready (ready);
  for (;;)
    {
      char text[64] = { *(const char *) data };
      socklen_t size = sizeof from;
      ssize_t n = recvfrom (fd, text + 1, sizeof text - 1, 0, (struct sockaddr *) &from, &size);
      AT (n >= 0);
      AT (sendto (fd, text, (size_t) n + 1, 0, (struct sockaddr *) &from, size) == n + 1);
    }
}

static gboolean
is_answered (int fd, const char *expected)
{
  char text[64] = "";
  return is_readable (fd, 30000) && recv (fd, text, sizeof text - 1, 0) > 0
         && strcmp (text, expected) == 0;
}

static Fixture *
two (void)
{
  Fixture *fx = fx_new ();
  fx_instance (fx, "client/1");
  fx_instance (fx, "server/1");
  fx_link (fx, "call", 0, 1, PORT, TB_PROTO_UDP);
  fx_start (fx);
  if (!fx->plan.no_seccomp)
    fx_serve (fx, 1, serve, (void *) "a");
  return fx;
}

static void
expect_passed (Fixture *fx, uint64_t n)
{
  fx_settle (fx);
  TbTapCounters row = fx_row (fx, 0, 1, PORT);
  g_assert_cmpuint (row.up.delivered, ==, n);
  g_assert_cmpuint (row.down.delivered, ==, n);
  g_assert_cmpuint (row.up.bytes_delivered, ==, 2 * n);
  g_assert_cmpuint (row.proto, ==, TB_PROTO_UDP);
  g_assert_cmpuint (fx_count_events (fx, TB_EVENT_ONE_WAY), ==, 2 * n);
}

/* ---- Ways to send ------------------------------------------------------------------------------ */

static int
connect_and_send (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in to = address_of (GPOINTER_TO_UINT (data));
  int fd = socket (AF_INET, SOCK_DGRAM, 0);
  AT (connect (fd, (struct sockaddr *) &to, sizeof to) == 0);
  for (int i = 0; i < 3; i++)
    AT (send (fd, "hi", 2, 0) == 2 && is_answered (fd, "ahi"));
  return 0;
}

/* The answer must come from where it was sent to. */
static int
send_to (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in to = address_of (GPOINTER_TO_UINT (data)), from;
  socklen_t size = sizeof from;
  char text[8] = "";
  int fd = socket (AF_INET, SOCK_DGRAM, 0);
  for (int i = 0; i < 3; i++)
    {
      AT (sendto (fd, "hi", 2, 0, (struct sockaddr *) &to, sizeof to) == 2);
      AT (is_readable (fd, 30000));
      AT (recvfrom (fd, text, sizeof text, 0, (struct sockaddr *) &from, &size) == 3);
      AT (from.sin_addr.s_addr == to.sin_addr.s_addr && from.sin_port == to.sin_port);
    }
  return 0;
}

static int
send_message (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in to = address_of (GPOINTER_TO_UINT (data));
  struct iovec iov = { (void *) "hi", 2 };
  struct msghdr m = { .msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &iov, .msg_iovlen = 1 };
  int fd = socket (AF_INET, SOCK_DGRAM, 0);
  for (int i = 0; i < 3; i++)
    AT (sendmsg (fd, &m, 0) == 2 && is_answered (fd, "ahi"));
  return 0;
}

/* Several at once, one of them in pieces. */
static int
send_messages (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in to = address_of (GPOINTER_TO_UINT (data));
  struct iovec whole = { (void *) "hi", 2 }, pieces[] = { { (void *) "h", 1 }, { (void *) "i", 1 } };
  struct mmsghdr m[3];
  int fd = socket (AF_INET, SOCK_DGRAM, 0);
  for (int i = 0; i < 3; i++)
    m[i] = (struct mmsghdr) { { .msg_name = &to, .msg_namelen = sizeof to,
                                .msg_iov = i == 1 ? pieces : &whole, .msg_iovlen = i == 1 ? 2 : 1 }, 0 };
  for (int sent = 0, n; sent < 3; sent += n)
    {
      n = sendmmsg (fd, m + sent, 3 - (unsigned) sent, 0);
      AT (n >= 1 && m[sent].msg_len == 2);
    }
  for (int i = 0; i < 3; i++)
    AT (is_answered (fd, "ahi"));
  return 0;
}

/* As Java does. */
static int
send_mapped (Fixture *fx, int ready, void *data)
{
  uint32_t network = htonl (GPOINTER_TO_UINT (data));
  struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons (PORT) };
  to.sin6_addr.s6_addr[10] = to.sin6_addr.s6_addr[11] = 0xff;
  memcpy (to.sin6_addr.s6_addr + 12, &network, 4);
  int fd = socket (AF_INET6, SOCK_DGRAM, 0), zero = 0;
  setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero);
  for (int i = 0; i < 3; i++)
    AT (sendto (fd, "hi", 2, 0, (struct sockaddr *) &to, sizeof to) == 2 && is_answered (fd, "ahi"));
  return 0;
}

typedef struct
{
  const char *name;
  FxFunc func;
  enum
  {
    LINK,
    INSTANCE,
    LOCALHOST
  } to;
} Way;

static const Way ways[] = {
  { "connected-to-link", connect_and_send, LINK },
  { "connected-to-instance", connect_and_send, INSTANCE },
  { "connected-to-localhost", connect_and_send, LOCALHOST },
  { "sendto-link", send_to, LINK },
  { "sendto-instance", send_to, INSTANCE },
  { "sendto-localhost", send_to, LOCALHOST },
  { "sendmsg-link", send_message, LINK },
  { "sendmsg-instance", send_message, INSTANCE },
  { "sendmsg-localhost", send_message, LOCALHOST },
  { "sendmmsg-link", send_messages, LINK },
  { "sendmmsg-instance", send_messages, INSTANCE },
  { "mapped-link", send_mapped, LINK },
  { "mapped-instance", send_mapped, INSTANCE },
};

static void
test_way (gconstpointer data)
{
  const Way *way = data;
  g_autoptr (Fixture) fx = two ();
  uint32_t to = way->to == LINK       ? fx->links[0].address
                : way->to == INSTANCE ? fx->instances[1].address
                                      : 0x7f000001;
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, way->func, GUINT_TO_POINTER (to))), ==, 0);
  expect_passed (fx, 3);
  g_assert_cmpuint (fx_row (fx, 0, 1, PORT).connections_total, ==, 1);
}

/* ---- Ends -------------------------------------------------------------------------------------- */

static int
see_caller (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in all = address_of (0), from;
  socklen_t size = sizeof from;
  char text[8];
  int fd = socket (AF_INET, SOCK_DGRAM, 0);
  AT (bind (fd, (struct sockaddr *) &all, sizeof all) == 0);
  fx_say_ready (ready);
  AT (recvfrom (fd, text, sizeof text, 0, (struct sockaddr *) &from, &size) == 2);
  AT (ntohl (from.sin_addr.s_addr) == fx->instances[0].address);
  AT (sendto (fd, "ahi", 3, 0, (struct sockaddr *) &from, size) == 3);
  return 0;
}

static int
send_one (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in to = address_of (fx->links[0].address);
  int fd = socket (AF_INET, SOCK_DGRAM, 0);
  AT (sendto (fd, "hi", 2, 0, (struct sockaddr *) &to, sizeof to) == 2 && is_answered (fd, "ahi"));
  return 0;
}

static void
test_called_sees_the_caller (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_instance (fx, "client/1");
  fx_instance (fx, "server/1");
  fx_link (fx, "call", 0, 1, PORT, TB_PROTO_UDP);
  fx_start (fx);
  pid_t server = fx_serve (fx, 1, see_caller, NULL);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, send_one, NULL)), ==, 0);
  g_assert_cmpint (fx_wait (fx, server), ==, 0);
}

/* As TFTP: each caller is answered from a port of its own, and goes on with that. */
static int
serve_elsewhere (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in all = address_of (0), own = { .sin_family = AF_INET }, from;
  int first = socket (AF_INET, SOCK_DGRAM, 0), fd;
  AT (bind (first, (struct sockaddr *) &all, sizeof all) == 0);
  fx_say_ready (ready);
  for (;;)
    {
      char text[8];
      socklen_t size = sizeof from;
      AT (recvfrom (first, text, sizeof text, 0, (struct sockaddr *) &from, &size) == 2);
      own.sin_addr.s_addr = htonl (fx->instances[1].address);
      fd = socket (AF_INET, SOCK_DGRAM, 0);
      AT (bind (fd, (struct sockaddr *) &own, sizeof own) == 0);
      AT (sendto (fd, "one", 3, 0, (struct sockaddr *) &from, size) == 3);
      AT (recvfrom (fd, text, sizeof text, 0, (struct sockaddr *) &from, &size) == 4);
      AT (sendto (fd, "three", 5, 0, (struct sockaddr *) &from, size) == 5);
      close (fd);
    }
}

static int
go_on_elsewhere (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in to = address_of (GPOINTER_TO_UINT (data)), from;
  for (int i = 0; i < 3; i++)
    {
      socklen_t size = sizeof from;
      char text[8];
      int fd = socket (AF_INET, SOCK_DGRAM, 0);
      AT (sendto (fd, "hi", 2, 0, (struct sockaddr *) &to, sizeof to) == 2 && is_readable (fd, 30000));
      AT (recvfrom (fd, text, sizeof text, 0, (struct sockaddr *) &from, &size) == 3);
      AT (from.sin_addr.s_addr == to.sin_addr.s_addr && from.sin_port != to.sin_port);
      AT (sendto (fd, "two!", 4, 0, (struct sockaddr *) &from, size) == 4 && is_answered (fd, "three"));
      close (fd);
    }
  return 0;
}

static void
expect_elsewhere (gboolean link)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_instance (fx, "client/1");
  fx_instance (fx, "server/1");
  fx_link (fx, "call", 0, 1, PORT, TB_PROTO_UDP);
  fx_start (fx);
  fx_serve (fx, 1, serve_elsewhere, NULL);
  uint32_t to = link ? fx->links[0].address : fx->instances[1].address;
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, go_on_elsewhere, GUINT_TO_POINTER (to))), ==, 0);
  fx_settle (fx);
  TbTapCounters row = fx_row (fx, 0, 1, PORT);
  g_assert_cmpuint (row.up.delivered, ==, 6);
  g_assert_cmpuint (row.down.delivered, ==, 6);
}

static void
test_answers_may_come_from_another_port (void)
{
  expect_elsewhere (TRUE);
  expect_elsewhere (FALSE);
}

/* Each on every address. */
static void
test_replicas_share_a_port (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx_instance (fx, "client/1");
  fx_instance (fx, "server/1");
  fx_instance (fx, "server/2");
  fx_widen (fx_link (fx, "call", 0, 1, PORT, TB_PROTO_UDP), UINT32_MAX, 2);
  fx_start (fx);
  fx_serve (fx, 1, serve, (void *) "b");
  fx_serve (fx, 2, serve, (void *) "a");
  uint32_t second = fx->instances[2].address;
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, send_to, GUINT_TO_POINTER (second))), ==, 0);
  fx_settle (fx);
  g_assert_cmpuint (fx_row (fx, 0, 2, PORT).up.delivered, ==, 3);
  g_assert_cmpuint (fx_row (fx, 0, 1, PORT).up.delivered, ==, 0);
}

static int
speak_to_oneself (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in all = address_of (0), local = address_of (0x7f000001);
  int server = socket (AF_INET, SOCK_DGRAM, 0), client = socket (AF_INET, SOCK_DGRAM, 0);
  char text[8];
  AT (bind (server, (struct sockaddr *) &all, sizeof all) == 0);
  AT (sendto (client, "hi", 2, 0, (struct sockaddr *) &local, sizeof local) == 2);
  AT (is_readable (server, 30000) && recv (server, text, sizeof text, 0) == 2);
  return 0;
}

static void
test_own_listener_goes_first (void)
{
  g_autoptr (Fixture) fx = two ();
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, speak_to_oneself, NULL)), ==, 0);
  fx_settle (fx);
  g_assert_cmpuint (fx->counters->n_rows, ==, 0);
}

/* A socket for each, as programs that look names up do. */
static int
send_from_many (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in to = fx_address (fx, 1, PORT);
  for (guint i = 0; i < GPOINTER_TO_UINT (data); i++)
    {
      int fd = socket (AF_INET, SOCK_DGRAM, 0);
      AT (sendto (fd, "hi", 2, 0, (struct sockaddr *) &to, sizeof to) == 2);
      close (fd);
    }
  return 0;
}

static void
test_senders_without_end (void)
{
  g_autoptr (Fixture) fx = two ();
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, send_from_many, GUINT_TO_POINTER (5000))), ==, 0);
  fx_settle (fx);
  TbTapCounters row = fx_row (fx, 0, 1, PORT);
  g_assert_cmpuint (row.up.seen, ==, 5000);
  g_assert_cmpuint (row.connections_open, <=, 4096);
}

/* ---- Faults ------------------------------------------------------------------------------------ */

static int
send_until_answered (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in to = address_of (fx->links[0].address);
  int fd = socket (AF_INET, SOCK_DGRAM, 0);
  AT (connect (fd, (struct sockaddr *) &to, sizeof to) == 0);
  AT (send (fd, "hi", 2, 0) == 2 && is_answered (fd, "ahi"));
  fx_say_ready (ready);
  for (int i = 0; i < 3000; i++)
    {
      AT (send (fd, "hi", 2, 0) == 2);
      if (is_readable (fd, 10))
        return 0;
    }
  return 1;
}

static gboolean
some_were_dropped (Fixture *fx, gpointer data)
{
  return fx_row (fx, 0, 1, PORT).up.dropped > 2;
}

static void
test_cut_loses_them (void)
{
  g_autoptr (Fixture) fx = two ();
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, send_one, NULL)), ==, 0);
  fx_fault (fx, "f", TB_FAULT_CUT, "client", "server");
  struct sockaddr_in to = address_of (fx->links[0].address);
  int fd = socket (AF_INET, SOCK_DGRAM, 0);
  for (int i = 0; i < 3; i++)
    g_assert_cmpint (sendto (fd, "hi", 2, 0, (struct sockaddr *) &to, sizeof to), ==, 2);
  fx_until (fx, some_were_dropped, NULL);
  close (fd);
  fx_heal (fx, "f");
  fx_wait (fx, fx_serve (fx, 0, send_until_answered, NULL));
  g_assert_cmpuint (fx_row (fx, 0, 1, PORT).up.dropped, ==, 3);
}

static int
measure_delay (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in to = address_of (fx->links[0].address);
  int fd = socket (AF_INET, SOCK_DGRAM, 0);
  int64_t begin = tb_now_ns ();
  AT (sendto (fd, "hi", 2, 0, (struct sockaddr *) &to, sizeof to) == 2 && is_answered (fd, "ahi"));
  AT (tb_now_ns () - begin >= 60 * TB_NS_PER_MS);
  return 0;
}

static void
test_latency_delays_them (void)
{
  g_autoptr (Fixture) fx = two ();
  fx_latency (fx, "slow", "client", "server", TRUE, TRUE, 30 * TB_NS_PER_MS, 0);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, measure_delay, NULL)), ==, 0);
  fx_settle (fx);
  TbTapCounters row = fx_row (fx, 0, 1, PORT);
  g_assert_cmpuint (row.up.delivered, ==, 1);
  g_assert_cmpuint (row.up.held + row.down.held, ==, 0);
  g_assert_cmpuint (fx_count_events (fx, TB_EVENT_DELIVERED), ==, 2);
}

static int
count_answers (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in to = address_of (fx->links[0].address);
  int fd = socket (AF_INET, SOCK_DGRAM, 0);
  AT (sendto (fd, "hi", 2, 0, (struct sockaddr *) &to, sizeof to) == 2);
  /* It came twice, so there are two answers. */
  AT (is_answered (fd, "ahi") && is_answered (fd, "ahi"));
  return 0;
}

static void
test_duplicates_arrive (void)
{
  g_autoptr (Fixture) fx = two ();
  TbWireFault fault = { .id = (char *) "twice", .kind = TB_FAULT_DUPLICATE, .link = (char *) "",
                        .from = (char *) "client", .to = (char *) "server", .up = true, .copies = 1,
                        TB_FAULT_ALWAYS };
  tb_taps_add_fault (fx->taps, &fault);
  fx_settle (fx);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, count_answers, NULL)), ==, 0);
  fx_settle (fx);
  g_assert_cmpuint (fx_row (fx, 0, 1, PORT).up.duplicated, ==, 1);
}

/* ---- Past the taps ------------------------------------------------------------------------------- */

static void
test_without_seccomp_the_door_is_there (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  fx->plan.no_seccomp = true;
  fx_instance (fx, "client/1");
  fx_instance (fx, "server/1");
  fx_link (fx, "call", 0, 1, PORT, TB_PROTO_UDP);
  fx_start (fx);
  struct sockaddr_in here = fx_address (fx, 1, PORT), from, to = address_of (fx->links[0].address);
  socklen_t size = sizeof from;
  char text[8];
  int server = socket (AF_INET, SOCK_DGRAM, 0), client = socket (AF_INET, SOCK_DGRAM, 0);
  g_assert_cmpint (bind (server, (struct sockaddr *) &here, sizeof here), ==, 0);
  g_assert_cmpint (sendto (client, "hi", 2, 0, (struct sockaddr *) &to, sizeof to), ==, 2);
  g_assert_true (is_readable (server, 30000));
  g_assert_cmpint (recvfrom (server, text, sizeof text, 0, (struct sockaddr *) &from, &size), ==, 2);
  g_assert_cmpint (sendto (server, "ahi", 3, 0, (struct sockaddr *) &from, size), ==, 3);
  g_assert_true (is_answered (client, "ahi"));
  expect_passed (fx, 1);
  close (server);
  close (client);
}

static gboolean
is_accused (Fixture *fx, gpointer data)
{
  return fx_told_bypass (fx, UINT32_MAX, 1, TRUE);
}

static void
test_outside_is_shown (void)
{
  g_autoptr (Fixture) fx = two ();
  struct sockaddr_in to = fx_address (fx, 1, PORT);
  int fd = socket (AF_INET, SOCK_DGRAM, 0);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &to, sizeof to), ==, 0);
  fx_until (fx, is_accused, NULL);
  close (fd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (fx_is_skipped ())
    return 0;
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *name = g_strconcat ("/taps/datagrams/", ways[i].name, NULL);
      g_test_add_data_func (name, &ways[i], test_way);
    }
#define ADD(path, test) g_test_add_func ("/taps/datagrams/" path, test)
  ADD ("called-sees-the-caller", test_called_sees_the_caller);
  ADD ("replicas-share-a-port", test_replicas_share_a_port);
  ADD ("answers-from-another-port", test_answers_may_come_from_another_port);
  ADD ("own-listener-goes-first", test_own_listener_goes_first);
  ADD ("senders-without-end", test_senders_without_end);
  ADD ("cut-loses-them", test_cut_loses_them);
  ADD ("latency-delays-them", test_latency_delays_them);
  ADD ("duplicates-arrive", test_duplicates_arrive);
  ADD ("without-seccomp-the-door-is-there", test_without_seccomp_the_door_is_there);
  ADD ("outside-is-shown", test_outside_is_shown);
  return g_test_run ();
}
