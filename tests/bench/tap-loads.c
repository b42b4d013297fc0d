/* What is put on a relay: servers that answer, and loads that count what came through. */
#include "tap-relays.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS 64
#define MESSAGE 100
#define ROUND_NS (500 * TB_NS_PER_MS)
#define BULK_BYTES (512u << 20)
#define THREADS 16

Load *load_report;
gint64 load_pace_ns;

static void
add (int epoll, int fd)
{
  struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };
  epoll_ctl (epoll, EPOLL_CTL_ADD, fd, &e);
}

static char reply[MESSAGE + 1] = "$93\r\n";
static char request[MESSAGE + 1] = "*2\r\n$4\r\nECHO\r\n$79\r\n";

void
load_make_messages (void)
{
  memset (reply + 5, 'x', MESSAGE - 7);
  memcpy (reply + MESSAGE - 2, "\r\n", 2);
  memset (request + 19, 'x', MESSAGE - 21);
  memcpy (request + MESSAGE - 2, "\r\n", 2);
}

static void
serve_one (int fd)
{
  static char bytes[65536];
  ssize_t n = recv (fd, bytes, sizeof bytes, MSG_DONTWAIT);
  if (n == MESSAGE)
    fx_write (fd, reply, MESSAGE);
  else if (n == 1)
    fx_write (fd, "y", 1);
  else if (n == 0)
    close (fd);
}

int
load_serve_echo (Fixture *fx, int ready, void *data)
{
  struct epoll_event events[256];
  int listener = fx_listen (fx->instances[1].address, ECHO_PORT), epoll = epoll_create1 (0), one = 1;
  int brief = fx_listen (fx->instances[1].address, SHORT_PORT);
  listen (listener, 4096);
  listen (brief, 4096);
  add (epoll, listener);
  add (epoll, brief);
  fx_say_ready (ready);
  for (;;)
    {
      int n = epoll_wait (epoll, events, G_N_ELEMENTS (events), -1);
      for (int i = 0; i < n; i++)
        {
          int fd = events[i].data.fd;
          if (fd != listener && fd != brief)
            {
              serve_one (fd);
              continue;
            }
          fd = accept4 (fd, NULL, NULL, SOCK_CLOEXEC);
          setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
          add (epoll, fd);
        }
    }
  return 0;
}

int
load_serve_bulk (Fixture *fx, int ready, void *data)
{
  static char bytes[1 << 18];
  int listener = fx_listen (fx->instances[1].address, BULK_PORT);
  fx_say_ready (ready);
  for (;;)
    {
      int fd = accept (listener, NULL, NULL);
      ssize_t n;
      for (uint64_t sum = 0; (n = read (fd, bytes, sizeof bytes)) > 0;)
        if ((sum += (uint64_t) n) == BULK_BYTES)
          fx_write (fd, "e", 1);
      close (fd);
    }
  return 0;
}

static int
dial (Fixture *fx, Via via, uint16_t port)
{
  struct sockaddr_in a = fx_address (fx, 1, port);
  a.sin_addr.s_addr = htonl (relay_address (fx, via));
  int fd = socket (AF_INET, SOCK_STREAM, 0), one = 1;
  if (connect (fd, (struct sockaddr *) &a, sizeof a) < 0)
    _exit (100);
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}

int
load_round_trips (Fixture *fx, int ready, void *data)
{
  Via via = (Via) GPOINTER_TO_UINT (data);
  struct epoll_event events[CONNECTIONS];
  int epoll = epoll_create1 (0);
  char bytes[MESSAGE];
  uint64_t trips = 0;
  for (int i = 0; i < CONNECTIONS; i++)
    {
      int fd = dial (fx, via, ECHO_PORT);
      add (epoll, fd);
      fx_write (fd, request, MESSAGE);
    }
  gint64 begin = tb_now_ns ();
  while (tb_now_ns () < begin + ROUND_NS)
    {
      int n = epoll_wait (epoll, events, CONNECTIONS, 1000);
      for (int i = 0; i < n; i++)
        {
          if (fx_read (events[i].data.fd, bytes, MESSAGE) != MESSAGE)
            return 1;
          trips++;
          fx_write (events[i].data.fd, request, MESSAGE);
        }
    }
  load_report->seconds = (double) (tb_now_ns () - begin) / 1e9;
  load_report->amount = (double) trips;
  return 0;
}

static volatile gboolean stop_connecting;

typedef struct
{
  Fixture *fx;
  Via via;
} Caller;

static gpointer
connect_often (gpointer data)
{
  Caller *caller = data;
  uintptr_t n = 0;
  char byte;
  while (!stop_connecting)
    {
      int fd = dial (caller->fx, caller->via, SHORT_PORT);
      fx_write (fd, "x", 1);
      fx_read (fd, &byte, 1);
      close (fd);
      n++;
    }
  return (gpointer) n;
}

int
load_connects (Fixture *fx, int ready, void *data)
{
  Caller caller = { fx, (Via) GPOINTER_TO_UINT (data) };
  GThread *threads[THREADS];
  gint64 begin = tb_now_ns ();
  for (int i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("caller", connect_often, &caller);
  usleep (ROUND_NS / 1000);
  stop_connecting = TRUE;
  load_report->amount = 0;
  for (int i = 0; i < THREADS; i++)
    load_report->amount += (double) (uintptr_t) g_thread_join (threads[i]);
  load_report->seconds = (double) (tb_now_ns () - begin) / 1e9;
  return 0;
}

int
load_bulk (Fixture *fx, int ready, void *data)
{
  static char bytes[1 << 18];
  int fd = dial (fx, (Via) GPOINTER_TO_UINT (data), BULK_PORT);
  gint64 begin = tb_now_ns ();
  for (uint64_t done = 0; done < BULK_BYTES; done += sizeof bytes)
    if (!fx_write (fd, bytes, sizeof bytes))
      return 1;
  if (fx_read (fd, bytes, 1) != 1) /* without a half-close, which not every peer passes on */
    return 1;
  load_report->seconds = (double) (tb_now_ns () - begin) / 1e9;
  load_report->amount = BULK_BYTES / 1e9;
  return 0;
}

static int
compare_ns (const void *a, const void *b)
{
  const gint64 *x = a, *y = b;
  return *x < *y ? -1 : *x > *y;
}

int
load_latency (Fixture *fx, int ready, void *data)
{
  enum { TRIPS = 101 };
  static gint64 ns[TRIPS];
  char bytes[MESSAGE];
  int fd = dial (fx, (Via) GPOINTER_TO_UINT (data), ECHO_PORT);
  for (int i = 0; i < TRIPS; i++)
    {
      gint64 begin = tb_now_ns ();
      fx_write (fd, request, MESSAGE);
      fx_read (fd, bytes, MESSAGE);
      ns[i] = tb_now_ns () - begin;
      if (load_pace_ns > 0)
        usleep ((useconds_t) (MAX (begin + load_pace_ns - tb_now_ns (), 0) / 1000));
    }
  qsort (ns, TRIPS, sizeof ns[0], compare_ns);
  load_report->median_ns = ns[TRIPS / 2];
  return 0;
}

int
load_idle (Fixture *fx, int ready, void *data)
{
  char bytes[MESSAGE];
  for (int i = 0; i < IDLE; i++)
    {
      int fd = dial (fx, (Via) GPOINTER_TO_UINT (data), ECHO_PORT);
      fx_write (fd, request, MESSAGE);
      if (fx_read (fd, bytes, MESSAGE) != MESSAGE)
        return 1;
    }
  fx_say_ready (ready);
  pause ();
  return 0;
}
