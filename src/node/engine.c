/* Connections and the threads that serve them.
 *
 * Idle connections lie in one epoll set, edge-triggered. Whichever worker finds nothing queued
 * polls that set (one at a time), queues the connections that have bytes, and serves them like the
 * others. So a request costs no hand-over between threads unless its work blocks; before it blocks,
 * worker_may_block() sees to it that another thread polls and takes the queue. With a thread per
 * request one dispatcher polls and starts a thread for each.
 *
 * A connection:
 *
 *   IDLE --ready(): bytes came--> OWNED, queued --take()--> OWNED, being served --release()--> IDLE
 *                                   ^   bytes came meanwhile: AGAIN                  |
 *                                   '------------------------------------------------'
 *
 * Invariant 1: a connection is in the queue at most once, and only while OWNED.
 * Invariant 2: memory of a connection is never given back, only used again: a late event for a
 *              closed one finds it OWNED and does nothing, or wakes its successor for nothing. */
#include "node-private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/tcp.h>

#define CONNECTIONS_MAX 16384
#define REQUEST_THREADS_MAX 1000
#define IN_BYTES (64u << 10)
#define EVENTS 64
#define QUEUE_WORTH_A_WAKE 4
#define SEND_TIMEOUT_MS 30000

enum
{
  OWNED = 1,
  AGAIN = 2,
  ENDING = 4 /* its peer has ended: an edge is told once, so it is read to the end */
};

struct Engine
{
  Options *options;
  const Service *service;
  int epoll_fd, listen_fd;
  EngineCounts counts;
  pthread_mutex_t lock; /* guards what follows */
  pthread_cond_t wake;
  Conn *first, *last; /* the queue */
  Conn *free_conns;
  Worker *free_workers;
  unsigned idle, n_workers;
  uint32_t last_id;
  bool polling, stopping;
};

EngineCounts *
engine_counts (Engine *e)
{
  return &e->counts;
}

/* ---- Workers ---- */

static Worker *
worker_new (Engine *e)
{
  Worker *w = calloc (1, sizeof *w);
  if (w == NULL)
    return NULL;
  w->engine = e;
  w->options = e->options;
  w->index = ++e->n_workers;
  w->out_size = IN_BYTES;
  w->in = malloc (IN_BYTES);
  w->out = malloc (w->out_size);
  if (w->in == NULL || w->out == NULL)
    {
      free (w->in);
      free (w->out);
      free (w);
      return NULL;
    }
  tb_rng_seed (&w->rng, e->options->seed * 7919 + w->index);
  caller_init (&w->caller, e->options->seed * 104729 + w->index);
  return w;
}

void
worker_write (Worker *w, const void *bytes, size_t n)
{
  if (w->out_n + n > w->out_size)
    {
      size_t size = w->out_size;
      while (size < w->out_n + n)
        size *= 2;
      char *out = realloc (w->out, size);
      if (out == NULL)
        {
          w->broken = true;
          return;
        }
      w->out = out;
      w->out_size = size;
    }
  memcpy (w->out + w->out_n, bytes, n);
  w->out_n += n;
}

void
worker_printf (Worker *w, const char *format, ...)
{
  char text[1024];
  va_list args;
  va_start (args, format);
  int n = vsnprintf (text, sizeof text, format, args);
  va_end (args);
  worker_write (w, text, (size_t) TB_CLAMP (n, 0, (int) sizeof text - 1));
}

static void
hand_over (Worker *w)
{
  Engine *e = w->engine;
  w->blocked = true;
  pthread_mutex_lock (&e->lock);
  if (e->idle > 0 && (e->first != NULL || !e->polling))
    pthread_cond_signal (&e->wake);
  pthread_mutex_unlock (&e->lock);
}

/* A peer that does not read holds its thread, as it would any server's; not for ever. */
static bool
wait_writable (Worker *w, int fd)
{
  struct pollfd p = { fd, POLLOUT, 0 };
  hand_over (w);
  return poll (&p, 1, SEND_TIMEOUT_MS) == 1 && !(p.revents & (POLLERR | POLLHUP));
}

static void
worker_flush (Worker *w)
{
  size_t at = 0;
  if (w->out_n > 0 && w->engine->service->before_send != NULL)
    w->engine->service->before_send (w);
  while (at < w->out_n && !w->broken)
    {
      ssize_t n = send (w->conn->fd, w->out + at, w->out_n - at, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (n > 0)
        at += (size_t) n;
      else if (errno == EAGAIN)
        w->broken = !wait_writable (w, w->conn->fd);
      else if (errno != EINTR)
        w->broken = true;
    }
  w->out_n = 0;
}

void
worker_may_block (Worker *w)
{
  worker_flush (w);
  hand_over (w);
}

/* ---- Connections ---- */

/* Under the lock. */
static Conn *
conn_new (Engine *e)
{
  if (e->free_conns == NULL)
    {
      Conn *slab = calloc (64, sizeof *slab);
      for (int i = 0; slab != NULL && i < 64; i++)
        {
          slab[i].next = e->free_conns;
          e->free_conns = &slab[i];
        }
    }
  Conn *c = e->free_conns;
  if (c != NULL)
    e->free_conns = c->next;
  return c;
}

static void
conn_close (Engine *e, Conn *c)
{
  close (c->fd);
  free (c->held);
  c->held = NULL;
  c->held_n = c->held_size = 0;
  atomic_fetch_sub (&e->counts.open, 1);
  pthread_mutex_lock (&e->lock);
  c->next = e->free_conns;
  e->free_conns = c;
  pthread_mutex_unlock (&e->lock);
}

/* Reads what was not read, so that closing does not reset the answer away. */
static void
conn_linger (Worker *w, Conn *c)
{
  struct pollfd p = { c->fd, POLLIN, 0 };
  int64_t end = tb_now_ns () + 100 * TB_NS_PER_MS;
  shutdown (c->fd, SHUT_WR);
  while (tb_now_ns () < end)
    {
      ssize_t n = recv (c->fd, w->in, IN_BYTES, MSG_DONTWAIT);
      if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        break;
      if (n < 0)
        {
          hand_over (w);
          poll (&p, 1, 50);
        }
    }
}

static bool
held_reserve (Conn *c, size_t size)
{
  if (size <= c->held_size)
    return true;
  size_t bigger = TB_MAX (c->held_size, IN_BYTES);
  while (bigger < size)
    bigger *= 2;
  char *held = realloc (c->held, bigger);
  if (held == NULL)
    return false;
  c->held = held;
  c->held_size = bigger;
  return true;
}

/* Keeps what is left of bytes for the next read. */
static bool
conn_hold (Conn *c, const char *bytes, size_t n)
{
  if (n == 0)
    {
      free (c->held);
      c->held = NULL;
      c->held_size = 0;
    }
  else if (c->held == NULL)
    {
      if (!held_reserve (c, n))
        return false;
      memcpy (c->held, bytes, n);
    }
  else
    memmove (c->held, bytes, n);
  c->held_n = n;
  return true;
}

typedef enum
{
  CONN_IDLE,   /* all bytes are read and answered */
  CONN_MORE,   /* there may be more to read or to answer at once */
  CONN_ENDED
} ConnState;

/* Answers what is whole in bytes; with a thread per request, at most one of them. */
static ConnState
conn_serve (Worker *w, Conn *c, const char *bytes, size_t n, bool drained)
{
  Engine *e = w->engine;
  size_t at = 0, used = 0;
  Served served = SERVE_MORE;
  bool one = e->options->model == THREADS_PER_REQUEST, stopped = false;
  while (at < n && !w->broken && !stopped)
    {
      served = e->service->serve (w, c, bytes + at, n - at, &used);
      if (served == SERVE_MORE)
        break;
      at += used;
      if (served == SERVE_CLOSE || served == SERVE_REJECT)
        {
          worker_flush (w);
          if (served == SERVE_REJECT)
            conn_linger (w, c);
          return CONN_ENDED;
        }
      if (w->out_n > IN_BYTES / 2)
        worker_flush (w);
      stopped = one;
    }
  worker_flush (w);
  if (w->broken || n - at > REQUEST_BYTES_MAX || !conn_hold (c, bytes + at, n - at))
    return CONN_ENDED;
  return (at < n && served != SERVE_MORE) || !drained ? CONN_MORE : CONN_IDLE;
}

static ConnState
conn_read (Worker *w, Conn *c)
{
  char *to = w->in;
  size_t room = IN_BYTES;
  if (c->held_n > 0)
    {
      if (!held_reserve (c, c->held_n + IN_BYTES))
        return CONN_ENDED;
      to = c->held + c->held_n;
      room = c->held_size - c->held_n;
    }
  ssize_t n = recv (c->fd, to, room, MSG_DONTWAIT);
  if (n < 0 && errno == EINTR)
    return CONN_MORE;
  bool empty = n < 0 && errno == EAGAIN;
  if (n == 0 || (n < 0 && !empty))
    return CONN_ENDED;
  if (empty && c->held_n == 0)
    return CONN_IDLE;
  size_t got = empty ? 0 : (size_t) n;
  bool drained = (empty || got < room) && !(c->state & ENDING);
  return conn_serve (w, c, c->held_n > 0 ? c->held : to, c->held_n + got, drained);
}

/* ---- The queue ---- */

/* Under the lock. */
static void
queue_push (Engine *e, Conn *c)
{
  c->next = NULL;
  if (e->first == NULL)
    e->first = c;
  else
    e->last->next = c;
  e->last = c;
  atomic_fetch_add_explicit (&e->counts.queue, 1, memory_order_relaxed);
}

/* Under the lock. */
static Conn *
queue_pop (Engine *e)
{
  Conn *c = e->first;
  if (c != NULL)
    {
      e->first = c->next;
      atomic_fetch_sub_explicit (&e->counts.queue, 1, memory_order_relaxed);
    }
  return c;
}

/* Under the lock. */
static void
ready (Engine *e, Conn *c, uint32_t events)
{
  if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
    atomic_fetch_or (&c->state, ENDING);
  if (!(atomic_fetch_or (&c->state, OWNED) & OWNED))
    queue_push (e, c);
  else
    atomic_fetch_or (&c->state, AGAIN);
}

/* Nothing more to do for it now; false if bytes came meanwhile, and then it is queued again. */
static void
release (Engine *e, Conn *c, bool more)
{
  unsigned owned = OWNED;
  if (!more && atomic_compare_exchange_strong (&c->state, &owned, 0))
    return;
  pthread_mutex_lock (&e->lock);
  queue_push (e, c);
  pthread_mutex_unlock (&e->lock);
}

/* Serves a connection that was taken from the queue. */
static void
serve (Worker *w, Conn *c)
{
  Engine *e = w->engine;
  ConnState state;
  w->conn = c;
  w->broken = false;
  w->blocked = false;
  atomic_fetch_add_explicit (&e->counts.busy, 1, memory_order_relaxed);
  atomic_fetch_and (&c->state, ~(unsigned) AGAIN);
  state = conn_read (w, c);
  atomic_fetch_sub_explicit (&e->counts.busy, 1, memory_order_relaxed);
  w->conn = NULL;
  if (state == CONN_ENDED)
    conn_close (e, c);
  else
    release (e, c, state == CONN_MORE);
}

/* ---- Accepting and polling ---- */

static void
say_busy (Engine *e, int fd)
{
  ssize_t n = send (fd, e->service->busy, strlen (e->service->busy), MSG_DONTWAIT | MSG_NOSIGNAL);
  (void) n;
  atomic_fetch_add (&e->counts.errors, 1);
}

static void
admit (Engine *e, int fd)
{
  pthread_mutex_lock (&e->lock);
  Conn *c = e->counts.open < CONNECTIONS_MAX ? conn_new (e) : NULL;
  uint32_t id = ++e->last_id;
  pthread_mutex_unlock (&e->lock);
  if (c == NULL)
    {
      say_busy (e, fd);
      close (fd);
      return;
    }
  int on = 1;
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  c->fd = fd;
  c->id = id;
  c->resp = 2;
  c->continued = false;
  c->name[0] = '\0';
  atomic_store (&c->state, 0);
  atomic_fetch_add (&e->counts.open, 1);
  atomic_fetch_add (&e->counts.connections, 1);
  struct epoll_event event = { EPOLLIN | EPOLLRDHUP | EPOLLET, { .ptr = c } };
  if (epoll_ctl (e->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
    conn_close (e, c);
}

static void
accept_all (Engine *e)
{
  for (;;)
    {
      int fd = accept4 (e->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0)
        admit (e, fd);
      else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        {
          report_error ("cannot accept a connection: %s", strerror (errno));
          sleep_until (tb_now_ns () + 10 * TB_NS_PER_MS);
          return;
        }
      else if (errno != EINTR && errno != ECONNABORTED)
        return;
    }
}

/* Queues what is ready. Called without the lock, by the one that set e->polling. */
static void
poll_once (Engine *e, int timeout_ms)
{
  struct epoll_event events[EVENTS];
  int n = epoll_wait (e->epoll_fd, events, EVENTS, timeout_ms);
  for (int i = 0; i < n; i++)
    if (events[i].data.ptr == e)
      accept_all (e);
  pthread_mutex_lock (&e->lock);
  for (int i = 0; i < n; i++)
    if (events[i].data.ptr != e)
      ready (e, events[i].data.ptr, events[i].events);
  e->polling = false;
}

/* ---- A pool ---- */

/* Under the lock. After a request that blocked, new arrivals are looked at first: the queue stays
 * in the order of arrival, and its length is known. */
static void
look_around (Engine *e, bool blocked)
{
  if (e->polling || (e->first != NULL && !blocked))
    return;
  int timeout = e->first != NULL ? 0 : -1;
  e->polling = true;
  pthread_mutex_unlock (&e->lock);
  poll_once (e, timeout);
}

static void *
pool_main (void *data)
{
  Worker *w = data;
  Engine *e = w->engine;
  pthread_mutex_lock (&e->lock);
  while (!e->stopping)
    {
      look_around (e, w->blocked);
      w->blocked = false;
      Conn *c = queue_pop (e);
      if (c == NULL && e->polling)
        {
          e->idle++;
          pthread_cond_wait (&e->wake, &e->lock);
          e->idle--;
        }
      if (c == NULL)
        continue;
      if (e->idle > 0 && e->counts.queue >= QUEUE_WORTH_A_WAKE)
        pthread_cond_signal (&e->wake);
      pthread_mutex_unlock (&e->lock);
      serve (w, c);
      pthread_mutex_lock (&e->lock);
    }
  pthread_mutex_unlock (&e->lock);
  return NULL;
}

/* ---- A thread per request ---- */

static void *
request_main (void *data)
{
  Worker *w = data;
  Engine *e = w->engine;
  serve (w, w->conn);
  atomic_fetch_sub (&e->counts.threads, 1);
  pthread_mutex_lock (&e->lock);
  w->next = e->free_workers;
  e->free_workers = w;
  pthread_mutex_unlock (&e->lock);
  return NULL;
}

static bool
thread_start (void *(*main) (void *), void *data, bool detached)
{
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init (&attributes);
  pthread_attr_setstacksize (&attributes, 256 << 10);
  pthread_attr_setdetachstate (&attributes, detached ? PTHREAD_CREATE_DETACHED
                                                     : PTHREAD_CREATE_JOINABLE);
  int error = pthread_create (&thread, &attributes, main, data);
  pthread_attr_destroy (&attributes);
  return error == 0;
}

static void
refuse (Engine *e, Conn *c)
{
  say_busy (e, c->fd);
  conn_close (e, c);
}

/* Bytes that are no whole request yet, or an end, do not deserve a thread, but cannot be told from
 * one without reading: they get one. */
static void
dispatch (Engine *e, Conn *c)
{
  Worker *w = NULL;
  if (e->counts.threads < REQUEST_THREADS_MAX)
    {
      pthread_mutex_lock (&e->lock);
      w = e->free_workers;
      if (w != NULL)
        e->free_workers = w->next;
      pthread_mutex_unlock (&e->lock);
      w = w ? w : worker_new (e);
    }
  if (w == NULL)
    {
      refuse (e, c);
      return;
    }
  w->conn = c;
  atomic_fetch_add (&e->counts.threads, 1);
  if (thread_start (request_main, w, true))
    return;
  atomic_fetch_sub (&e->counts.threads, 1);
  pthread_mutex_lock (&e->lock);
  w->next = e->free_workers;
  e->free_workers = w;
  pthread_mutex_unlock (&e->lock);
  refuse (e, c);
}

static void *
dispatcher_main (void *data)
{
  Engine *e = data;
  pthread_mutex_lock (&e->lock);
  while (!e->stopping)
    {
      Conn *c = queue_pop (e);
      bool more = e->first != NULL;
      e->polling = true;
      pthread_mutex_unlock (&e->lock);
      if (c != NULL)
        dispatch (e, c);
      if (!more)
        poll_once (e, c == NULL ? -1 : 0);
      else
        pthread_mutex_lock (&e->lock);
    }
  pthread_mutex_unlock (&e->lock);
  return NULL;
}

/* ---- Start and stop ---- */

static char *
complain (const char *what, const char *where)
{
  char *text;
  int error = errno;
  if (asprintf (&text, "cannot %s %s: %s", what, where, strerror (error)) < 0)
    abort ();
  return text;
}

static char *
listen_at (Engine *e)
{
  const Options *o = e->options;
  int on = 1;
  bool six = o->address.any.sa_family == AF_INET6;
  e->listen_fd = socket (o->address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (e->listen_fd < 0)
    return complain ("listen at", o->listen);
  setsockopt (e->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind (e->listen_fd, &o->address.any, six ? sizeof o->address.in6 : sizeof o->address.in) < 0
      || listen (e->listen_fd, 4096) < 0)
    return complain ("listen at", o->listen);
  e->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  struct epoll_event event = { EPOLLIN, { .ptr = e } };
  if (e->epoll_fd < 0 || epoll_ctl (e->epoll_fd, EPOLL_CTL_ADD, e->listen_fd, &event) < 0)
    return complain ("wait for connections at", o->listen);
  return NULL;
}

char *
engine_run (Engine *e)
{
  if (e->options->model == THREADS_PER_REQUEST)
    return thread_start (dispatcher_main, e, true) ? NULL : complain ("start a thread of", "its own");
  atomic_store (&e->counts.threads, e->options->threads);
  for (unsigned i = 0; i < e->options->threads; i++)
    {
      Worker *w = worker_new (e);
      if (w == NULL || !thread_start (pool_main, w, true))
        return complain ("start all threads of", e->options->name);
    }
  return NULL;
}

Engine *
engine_listen (Options *o, const Service *service, char **error)
{
  Engine *e = calloc (1, sizeof *e);
  struct rlimit limit;
  if (e == NULL)
    abort ();
  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    {
      limit.rlim_cur = limit.rlim_max;
      setrlimit (RLIMIT_NOFILE, &limit);
    }
  e->options = o;
  e->service = service;
  pthread_mutex_init (&e->lock, NULL);
  pthread_cond_init (&e->wake, NULL);
  *error = listen_at (e);
  if (*error == NULL)
    return e;
  free (e);
  return NULL;
}

void
engine_stop (Engine *e)
{
  int64_t end = tb_now_ns () + 50 * TB_NS_PER_MS;
  close (e->listen_fd);
  pthread_mutex_lock (&e->lock);
  e->stopping = true;
  pthread_cond_broadcast (&e->wake);
  pthread_mutex_unlock (&e->lock);
  while (e->counts.busy > 0 && tb_now_ns () < end)
    sleep_until (tb_now_ns () + TB_NS_PER_MS);
}
