/* Callers of every kind are tapped, or it is said why not: 32-bit ones, daemons, programs with
 * filters of their own, signals in the middle of a call, kernels without the newest calls. */
#include "taps-fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "notify.h"

#define PORT 7310

static void
two (Fixture *fx)
{
  fx_instance (fx, "client/1");
  fx_instance (fx, "server/1");
  fx_link (fx, "call", 0, 1, PORT, TB_PROTO_BYTES);
  fx_start (fx);
  fx_serve (fx, 1, fx_echo, GUINT_TO_POINTER (PORT));
}

static void
expect_tapped (Fixture *fx, uint64_t connections)
{
  fx_settle (fx);
  g_assert_cmpuint (fx_row (fx, 0, 1, PORT).connections_total, ==, connections);
}

static gboolean
is_said (Fixture *fx, gpointer data)
{
  for (guint i = 0; i < fx->problems->len; i++)
    if (strstr (g_ptr_array_index (fx->problems, i), data) != NULL)
      return TRUE;
  return FALSE;
}

static gboolean
echoes (int fd)
{
  char byte = 0;
  gboolean good = fx_write (fd, "x", 1) && fx_read (fd, &byte, 1) == 1 && byte == 'x';
  close (fd); /* the server takes one after another */
  return good;
}

/* ---- 32-bit ---------------------------------------------------------------------------------- */

#ifdef __x86_64__
/* What a 32-bit program would do, from a 64-bit one: arguments in 32 bits, by the old gate. */
static long
call_32 (long number, long a, long b, long c)
{
  long result;
  __asm__ volatile ("int $0x80"
                    : "=a"(result)
                    : "0"(number), "b"(a), "c"(b), "d"(c)
                    : "memory", "r8", "r9", "r10", "r11");
  return (int) result;
}

typedef struct
{
  struct sockaddr_in address;
  uint32_t args[3];
} Low;

static int
call_with_32_bits (Fixture *fx, int ready, void *data)
{
  Low *low = mmap (NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  AT (low != MAP_FAILED);
  low->address = fx_address (fx, 1, PORT);
  int fd = socket (AF_INET, SOCK_STREAM, 0);
  AT (call_32 (362, fd, (long) &low->address, sizeof low->address) == 0 && echoes (fd));
  /* The old way: one call for all, its arguments in memory. */
  fd = socket (AF_INET, SOCK_STREAM, 0);
  low->args[0] = (uint32_t) fd;
  low->args[1] = (uint32_t) (uintptr_t) &low->address;
  low->args[2] = sizeof low->address;
  AT (call_32 (102, 3, (long) low->args, 0) == 0 && echoes (fd));
  return 0;
}
#endif

static void
test_32_bits (void)
{
#ifdef __x86_64__
  g_autoptr (Fixture) fx = fx_new ();
  two (fx);
  int status = fx_wait (fx, fx_run (fx, 0, call_with_32_bits, NULL));
  if (status == -SIGSEGV)
    {
      g_test_skip ("this kernel runs no 32-bit programs");
      return;
    }
  g_assert_cmpint (status, ==, 0);
  expect_tapped (fx, 2);
#else
  g_test_skip ("of x86-64 only");
#endif
}

/* ---- Daemons --------------------------------------------------------------------------------- */

static int
become_daemon (Fixture *fx, int ready, void *data)
{
  int done[2];
  char status = 1;
  AT (pipe (done) == 0);
  pid_t child = fork ();
  if (child == 0)
    {
      setsid ();
      if (fork () == 0)
        {
          int fd = fx_dial (fx, 1, PORT);
          status = fd >= 0 && echoes (fd) ? 0 : 1;
          _exit (write (done[1], &status, 1) != 1);
        }
      _exit (0);
    }
  AT (waitpid (child, NULL, 0) == child);
  AT (read (done[0], &status, 1) == 1 && status == 0);
  return 0;
}

static void
test_daemon (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  two (fx);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, become_daemon, NULL)), ==, 0);
  expect_tapped (fx, 1);
}

/* ---- Filters of their own -------------------------------------------------------------------- */

static struct sock_fprog
filter_of_its_own (void)
{
  static struct sock_filter code[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, __NR_getppid, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXDEV),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  return (struct sock_fprog) { G_N_ELEMENTS (code), code };
}

static int
call_under_own_filter (Fixture *fx, int ready, void *data)
{
  struct sock_fprog program = filter_of_its_own ();
  AT (syscall (__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0);
  AT (syscall (__NR_getppid) < 0 && errno == EXDEV);
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0 && echoes (fd));
  return 0;
}

static void
test_own_filter (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  two (fx);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, call_under_own_filter, NULL)), ==, 0);
  expect_tapped (fx, 1);
}

static int
want_own_listener (Fixture *fx, int ready, void *data)
{
  struct sock_fprog program = filter_of_its_own ();
  AT (syscall (__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program) < 0
      && errno == EBUSY);
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0 && echoes (fd));
  return 0;
}

static void
test_own_listener_is_named (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  two (fx);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, want_own_listener, NULL)), ==, 0);
  expect_tapped (fx, 1);
  fx_until (fx, is_said, (gpointer) "it wants to answer system calls itself");
}

static int
ask_for_io_uring (Fixture *fx, int ready, void *data)
{
  for (int i = 0; i < 2; i++)
    AT (syscall (425, 4, NULL) < 0 && errno == ENOSYS);
  return 0;
}

static void
test_io_uring_is_named_once (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  two (fx);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, ask_for_io_uring, NULL)), ==, 0);
  fx_until (fx, is_said, (gpointer) "it asked for io_uring");
  g_assert_cmpuint (fx->problems->len, ==, 1);
}

/* ---- Hidden ---------------------------------------------------------------------------------- */

static int
hide_and_call (Fixture *fx, int ready, void *data)
{
  AT (prctl (PR_SET_DUMPABLE, 0, 0, 0, 0) == 0);
  int fd = fx_dial (fx, 1, PORT);
  AT (fd >= 0);
  fx_say_ready (ready);
  pause ();
  return 0;
}

static gboolean
is_accused (Fixture *fx, gpointer data)
{
  return fx_told_bypass (fx, 0, 1, GPOINTER_TO_INT (data));
}

static void
test_hidden_is_named_on_its_link (void)
{
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 60 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }
  /* Nothing is hidden from root. */
  if (geteuid () == 0 && (setresgid (65534, 65534, 65534) != 0 || setresuid (65534, 65534, 65534) != 0))
    g_error ("cannot become an ordinary user");
  prctl (PR_SET_DUMPABLE, 1, 0, 0, 0);
  g_autoptr (Fixture) fx = fx_new ();
  two (fx);
  pid_t client = fx_serve (fx, 0, hide_and_call, NULL);
  fx_until (fx, is_said, (gpointer) "it hides its memory");
  fx_until (fx, is_accused, GINT_TO_POINTER (TRUE));
  g_assert_nonnull (strstr (g_array_index (fx->bypasses, FxBypass, 0).why, "hides its memory"));
  fx_kill (fx, client);
  tb_taps_instance_pid (fx->taps, 0, 0);
  fx_until (fx, is_accused, GINT_TO_POINTER (FALSE));
}

/* ---- Signals --------------------------------------------------------------------------------- */

static volatile sig_atomic_t n_alarms;

static void
on_alarm (int signal)
{
  n_alarms++;
}

/* Restarted by the kernel, as most programs have it. */
static int
call_in_a_storm (Fixture *fx, int ready, void *data)
{
  struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
  const struct itimerval often = { { 0, 200 }, { 0, 200 } }, never = { 0 };
  sigaction (SIGALRM, &action, NULL);
  setitimer (ITIMER_REAL, &often, NULL);
  for (int i = 0; i < 200; i++)
    {
      int fd = fx_dial (fx, 1, PORT);
      AT (fd >= 0 && echoes (fd));
    }
  setitimer (ITIMER_REAL, &never, NULL);
  AT (n_alarms > 0);
  return 0;
}

static void
test_signals (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  two (fx);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, call_in_a_storm, NULL)), ==, 0);
  expect_tapped (fx, 200);
}

/* A call that waits is interrupted, and goes on in the background, as without a tap. */
static int
be_interrupted (Fixture *fx, int ready, void *data)
{
  struct sigaction action = { .sa_handler = on_alarm };
  const struct itimerval soon = { { 0, 100000 }, { 0, 100000 } }, never = { 0 };
  struct sockaddr_in a = fx_address (fx, 1, PORT);
  int fd = socket (AF_INET, SOCK_STREAM, 0);
  sigaction (SIGALRM, &action, NULL);
  setitimer (ITIMER_REAL, &soon, NULL);
  AT (connect (fd, (struct sockaddr *) &a, sizeof a) < 0 && errno == EINTR);
  setitimer (ITIMER_REAL, &never, NULL);
  fx_say_ready (ready);
  struct pollfd p = { fd, POLLOUT, 0 };
  AT (poll (&p, 1, 30000) == 1 && echoes (fd));
  return 0;
}

static void
test_interrupted_in_a_cut (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  two (fx);
  fx_fault (fx, "f", TB_FAULT_CUT, "client", "server");
  pid_t client = fx_serve (fx, 0, be_interrupted, NULL);
  fx_heal (fx, "f");
  g_assert_cmpint (fx_wait (fx, client), ==, 0);
  expect_tapped (fx, 1);
}

/* ---- Fast open ------------------------------------------------------------------------------- */

static int
open_fast (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in a = fx_address (fx, 1, PORT);
  struct pollfd p = { .events = POLLOUT };
  char byte = 0;
  int fd = socket (AF_INET, SOCK_STREAM, 0);
  AT (sendto (fd, "x", 1, MSG_FASTOPEN, (struct sockaddr *) &a, sizeof a) == 1);
  AT (fx_read (fd, &byte, 1) == 1 && byte == 'x');
  close (fd);
  p.fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  AT (sendto (p.fd, "x", 1, MSG_FASTOPEN, (struct sockaddr *) &a, sizeof a) < 0 && errno == EINPROGRESS);
  AT (poll (&p, 1, 30000) == 1 && fcntl (p.fd, F_SETFL, 0) == 0 && echoes (p.fd));
  return 0;
}

static void
test_fast_open (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  two (fx);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, open_fast, NULL)), ==, 0);
  expect_tapped (fx, 2);
}

/* ---- Old kernels ----------------------------------------------------------------------------- */

static void *
dial_in_thread (void *data)
{
  int fd = fx_dial (data, 1, PORT);
  return GINT_TO_POINTER (fd >= 0 && echoes (fd) ? 0 : 1);
}

static int
call_in_every_way (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in a = fx_address (fx, 1, PORT);
  struct pollfd p = { .events = POLLOUT };
  int fd = fx_dial (fx, 1, PORT);
  pthread_t thread;
  void *status;
  AT (fd >= 0 && echoes (fd));
  p.fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  AT (connect (p.fd, (struct sockaddr *) &a, sizeof a) < 0 && errno == EINPROGRESS);
  AT (poll (&p, 1, 30000) == 1 && connect (p.fd, (struct sockaddr *) &a, sizeof a) == 0);
  AT (fcntl (p.fd, F_SETFL, 0) == 0 && echoes (p.fd));
  AT (pthread_create (&thread, NULL, dial_in_thread, fx) == 0);
  AT (pthread_join (thread, &status) == 0 && status == NULL);
  AT (fx_dial (fx, 1, PORT + 1) == -ECONNREFUSED);
  int own = fx_listen (0, PORT);
  AT (own >= 0);
  return 0;
}

static void
test_old_kernel (void)
{
  g_autoptr (Fixture) fx = fx_new ();
  tb_notify_use_old_calls (true);
  two (fx);
  g_assert_cmpint (fx_wait (fx, fx_run (fx, 0, call_in_every_way, NULL)), ==, 0);
  expect_tapped (fx, 3);
  g_assert_cmpuint (fx_row (fx, 0, 1, PORT + 1).refused, ==, 1);
  tb_notify_use_old_calls (false);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (fx_is_skipped ())
    return 0;
#define ADD(path, test) g_test_add_func ("/taps/callers/" path, test)
  ADD ("32-bits", test_32_bits);
  ADD ("daemon", test_daemon);
  ADD ("own-filter", test_own_filter);
  ADD ("own-listener-is-named", test_own_listener_is_named);
  ADD ("io-uring-is-named-once", test_io_uring_is_named_once);
  ADD ("hidden-is-named-on-its-link", test_hidden_is_named_on_its_link);
  ADD ("signals", test_signals);
  ADD ("interrupted-in-a-cut", test_interrupted_in_a_cut);
  ADD ("fast-open", test_fast_open);
  ADD ("old-kernel", test_old_kernel);
  return g_test_run ();
}
