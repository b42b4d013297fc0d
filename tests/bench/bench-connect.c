/* What interception costs: a connect() that blocks, one that does not (until it is connected), with one
 * thread and with eight, tapped and not; the same as if the kernel were Debian 12's; bind(), and
 * sendto() with an address. Nothing is paid per byte. bench-connect [ROUNDS] */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "notify.h"
#include "taps-fixture.h"

#define PORT 7430
#define THREADS_MAX 8
#define CALLS 300 /* of one thread in a round */
#define ROUNDS_MAX 15

typedef enum
{
  CALL_BLOCKING,
  CALL_NON_BLOCKING,
  CALL_BIND,
  CALL_SENDTO,
  CALLS_N
} Call;

static const char *const call_names[CALLS_N]
    = { "connect() that blocks", "connect() that does not", "bind()", "sendto() with an address" };

typedef enum
{
  WAY_DIRECT,
  WAY_TAPPED,
  WAY_TAPPED_OLD,
  WAYS
} Way;

static const char *const way_names[WAYS] = { "direct", "tapped", "tapped as on Linux 6.1" };

typedef struct
{
  Fixture *fx;
  Call call;
  Way way;
  int n_threads;
} Work;

/* Shared with the children. */
static struct
{
  gint64 ns[THREADS_MAX][CALLS];
  gint64 whole_ns;
} *result;

/* ---- The callers -------------------------------------------------------------------------------- */

static struct sockaddr_in
target (const Work *work, int index)
{
  struct sockaddr_in a = fx_address (work->fx, work->call == CALL_SENDTO ? 2 : 1, PORT);
  if (work->call != CALL_BIND)
    return a;
  /* What somebody else has by chance costs the same. What a tapped one binds to every address ends at its own, where the other binds at once. */
  a = fx_address (work->fx, 0, (uint16_t) (20000 + index));
  if (work->way != WAY_DIRECT)
    a.sin_addr.s_addr = htonl (0);
  return a;
}

/* Nobody has to wait for it to be forgotten. */
static void
close_at_once (int fd)
{
  const struct linger now = { .l_onoff = 1, .l_linger = 0 };
  setsockopt (fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close (fd);
}

static gint64
call_once (const Work *work, int index)
{
  struct sockaddr_in a = target (work, index);
  bool datagram = work->call == CALL_SENDTO;
  int flags = work->call == CALL_NON_BLOCKING ? SOCK_NONBLOCK : 0, error;
  int fd = socket (AF_INET, (datagram ? SOCK_DGRAM : SOCK_STREAM) | flags, 0);
  struct pollfd p = { fd, POLLOUT, 0 };
  gint64 begin = tb_now_ns ();
  if (work->call == CALL_BIND)
    error = bind (fd, (struct sockaddr *) &a, sizeof a) < 0 && errno != EADDRINUSE ? -1 : 0;
  else if (datagram)
    error = sendto (fd, "x", 1, 0, (struct sockaddr *) &a, sizeof a) == 1 ? 0 : -1;
  else
    error = connect (fd, (struct sockaddr *) &a, sizeof a);
  if (error < 0 && errno == EINPROGRESS)
    error = poll (&p, 1, 30000) == 1 ? 0 : -1;
  gint64 ns = tb_now_ns () - begin;
  if (error < 0)
    _exit (2);
  close_at_once (fd);
  return ns;
}

typedef struct
{
  const Work *work;
  int index;
} Thread;

static void *
run_thread (void *data)
{
  const Thread *thread = data;
  for (int i = 0; i < CALLS; i++)
    result->ns[thread->index][i] = call_once (thread->work, thread->index * CALLS + i);
  return NULL;
}

static int
run_callers (Fixture *fx, int ready, void *data)
{
  const Work *work = data;
  pthread_t threads[THREADS_MAX];
  Thread args[THREADS_MAX];
  gint64 begin = tb_now_ns ();
  for (int i = 0; i < work->n_threads; i++)
    {
      args[i] = (Thread) { work, i };
      pthread_create (&threads[i], NULL, run_thread, &args[i]);
    }
  for (int i = 0; i < work->n_threads; i++)
    pthread_join (threads[i], NULL);
  result->whole_ns = tb_now_ns () - begin;
  return 0;
}

static int
accept_all (Fixture *fx, int ready, void *data)
{
  int listener = fx_listen (fx->instances[1].address, PORT), fd;
  listen (listener, SOMAXCONN);
  fx_say_ready (ready);
  while ((fd = accept (listener, NULL, NULL)) >= 0 || errno == ECONNABORTED)
    if (fd >= 0)
      close (fd);
  return 1;
}

static int
swallow_all (Fixture *fx, int ready, void *data)
{
  struct sockaddr_in a = fx_address (fx, 2, PORT);
  char bytes[64];
  int fd = socket (AF_INET, SOCK_DGRAM, 0);
  if (bind (fd, (struct sockaddr *) &a, sizeof a) < 0)
    return 1;
  fx_say_ready (ready);
  while (recv (fd, bytes, sizeof bytes, 0) >= 0)
    ;
  return 1;
}

/* ---- Rounds ------------------------------------------------------------------------------------ */

static int
compare (const void *a, const void *b)
{
  const double *x = a, *y = b;
  return *x < *y ? -1 : *x > *y;
}

static double
median (double *values, size_t n)
{
  qsort (values, n, sizeof *values, compare);
  return values[n / 2];
}

static double
median_call_us (int n_threads)
{
  static double us[THREADS_MAX * CALLS];
  for (int i = 0; i < n_threads * CALLS; i++)
    us[i] = (double) result->ns[i / CALLS][i % CALLS] / 1e3;
  return median (us, (size_t) (n_threads * CALLS));
}

static void
run_round (Work *work)
{
  int status = 0;
  Way way = work->way;
  tb_notify_use_old_calls (way == WAY_TAPPED_OLD);
  if (way != WAY_DIRECT)
    status = fx_wait (work->fx, fx_run (work->fx, 0, run_callers, work));
  else
    {
      pid_t pid = fork ();
      if (pid == 0)
        {
          prctl (PR_SET_PDEATHSIG, SIGKILL);
          _exit (run_callers (work->fx, -1, work));
        }
      waitpid (pid, &status, 0);
    }
  if (status != 0)
    g_error ("%s, %s: status %d", call_names[work->call], way_names[way], status);
}

static void
measure (Fixture *fx, Call call, int n_threads, int rounds)
{
  double us[WAYS][ROUNDS_MAX], rate[WAYS][ROUNDS_MAX], direct = 0;
  Work work = { .fx = fx, .call = call, .n_threads = n_threads };
  for (int round = 0; round < rounds; round++)
    for (Way way = 0; way < WAYS; way++)
      {
        work.way = way;
        run_round (&work);
        us[way][round] = median_call_us (n_threads);
        rate[way][round] = n_threads * CALLS / ((double) result->whole_ns / 1e9);
      }
  for (Way way = 0; way < WAYS; way++)
    {
      double middle = median (us[way], (size_t) rounds);
      direct = way == WAY_DIRECT ? middle : direct;
      printf ("%s, %d thread%s, %s\t%.1f\tus\t\t%s", call_names[call], n_threads,
              n_threads > 1 ? "s" : "", way_names[way], middle, way == WAY_DIRECT ? "\n" : "");
      if (way != WAY_DIRECT)
        printf ("direct %.1f\n", direct);
    }
  printf ("%s, %d thread%s, tapped, a second\t%.0f\t/s\t\tdirect %.0f\n", call_names[call], n_threads,
          n_threads > 1 ? "s" : "", median (rate[WAY_TAPPED], (size_t) rounds),
          median (rate[WAY_DIRECT], (size_t) rounds));
  fflush (stdout);
}

int
main (int argc, char **argv)
{
  int rounds = argc > 1 ? TB_CLAMP (atoi (argv[1]), 1, ROUNDS_MAX) : 7;
  const char *why_not;
  if (!tb_intercept_works (&why_not))
    {
      fprintf (stderr, "%s\n", why_not);
      return 1;
    }
  result = mmap (NULL, sizeof *result, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  Fixture *fx = fx_new ();
  fx->deaf = TRUE;
  fx_instance (fx, "client/1");
  fx_instance (fx, "server/1");
  fx_instance (fx, "sink/1");
  fx_link (fx, "call", 0, 1, PORT, TB_PROTO_BYTES);
  fx_link (fx, "send", 0, 2, PORT, TB_PROTO_UDP);
  fx_start (fx);
  fx_serve (fx, 1, accept_all, NULL);
  fx_serve (fx, 2, swallow_all, NULL);
  for (Call call = 0; call < CALLS_N; call++)
    for (int n_threads = 1; n_threads <= THREADS_MAX; n_threads += THREADS_MAX - 1)
      if (call <= CALL_NON_BLOCKING || n_threads == 1)
        measure (fx, call, n_threads, rounds);
  fx_free (fx);
  return 0;
}
