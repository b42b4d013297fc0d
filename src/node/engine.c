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
 * Invariant 2: memory of a connection is never given back, only used again, and never between the
 *              set's answer and its events: one for a closed connection finds it OWNED and does
 *              nothing. */
#include "engine-private.h"

#include <errno.h>
#include <fcntl.h>
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
#define EVENTS 64
#define QUEUE_WORTH_A_WAKE 4
#define UNPOLLED_MAX 64

EngineCounts *
engine_counts (Engine *e)
{
  return &e->counts;
}

const Service *
engine_service (const Engine *e)
{
  return e->service;
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

/* Whether so many wait already that another is refused. Under the lock. */
static bool
is_full (const Engine *e)
{
  return e->options->has_queue && e->counts.queue >= e->options->queue + e->idle;
}

/* Takes it, or tells who has it that there is more: in one step, or its release comes in between and
 * nobody hears of the bytes. True if it was taken. */
static bool
take_or_tell (Conn *c)
{
  unsigned state = atomic_load (&c->state);
  while (!atomic_compare_exchange_weak (&c->state, &state, state | (state & OWNED ? AGAIN : OWNED)))
    ;
  return !(state & OWNED);
}

/* False where it has to be refused. Under the lock. */
static bool
ready (Engine *e, Conn *c, uint32_t events)
{
  if (is_full (e) && !(c->state & OWNED))
    {
      atomic_fetch_or (&c->state, OWNED);
      return false;
    }
  if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
    atomic_fetch_or (&c->state, ENDING);
  if (take_or_tell (c))
    queue_push (e, c);
  return true;
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

/* What it has sent is read, or closing would reset the answer away. */
static void
turn_away (Engine *e, Conn *c)
{
  char bytes[4096];
  bool sent = false;
  while (recv (c->fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
    sent = true;
  if (sent)
    say_busy (e, c->fd);
  conn_close (e, c);
}

/* Queues what is ready. Called without the lock, by the one that set e->polling. */
static void
poll_once (Engine *e, int timeout_ms)
{
  struct epoll_event events[EVENTS];
  int n = epoll_wait (e->epoll_fd, events, EVENTS, timeout_ms);
  Conn *refused[EVENTS];
  unsigned n_refused = 0;
  bool knocked = false;
  pthread_mutex_lock (&e->lock);
  for (int i = 0; i < n; i++)
    if (events[i].data.ptr == e)
      knocked = true;
    else if (!ready (e, events[i].data.ptr, events[i].events))
      refused[n_refused++] = events[i].data.ptr;
  if (n_refused > 0 || knocked)
    {
      pthread_mutex_unlock (&e->lock);
      while (n_refused > 0)
        turn_away (e, refused[--n_refused]);
      if (knocked)
        accept_all (e);
      pthread_mutex_lock (&e->lock);
    }
  e->unpolled = 0;
  e->polling = false;
}

/* ---- A pool ---- */

/* Under the lock. After a request that blocked, new arrivals are looked at first: the queue stays
 * in the order of arrival, and its length is known. A queue that never ends does not shut others out. */
static void
look_around (Engine *e, bool blocked)
{
  if (e->polling || (e->first != NULL && !blocked && ++e->unpolled < UNPOLLED_MAX))
    return;
  int timeout = e->first != NULL ? 0 : -1;
  e->polling = true;
  pthread_mutex_unlock (&e->lock);
  poll_once (e, timeout);
}

/* Where the queue has an end, somebody must look even when all are at work. Only it polls then. */
static void *
poller_main (void *data)
{
  Engine *e = data;
  for (;;)
    {
      poll_once (e, -1);
      e->polling = true;
      if (e->idle > 0 && e->first != NULL)
        pthread_cond_broadcast (&e->wake);
      pthread_mutex_unlock (&e->lock);
    }
  return NULL;
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
thread_start (void *(*main) (void *), void *data)
{
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init (&attributes);
  pthread_attr_setstacksize (&attributes, 256 << 10);
  pthread_attr_setdetachstate (&attributes, PTHREAD_CREATE_DETACHED);
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
  if (thread_start (request_main, w))
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

int
engine_socket (const Options *o, char **error)
{
  int on = 1, fd = socket (o->address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  bool six = o->address.any.sa_family == AF_INET6;
  struct rlimit limit;
  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    {
      limit.rlim_cur = limit.rlim_max;
      setrlimit (RLIMIT_NOFILE, &limit);
    }
  if (fd >= 0)
    setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (fd >= 0
      && bind (fd, &o->address.any, six ? sizeof o->address.in6 : sizeof o->address.in) == 0
      && listen (fd, 4096) == 0)
    return fd;
  *error = complain ("listen at", o->listen);
  if (fd >= 0)
    close (fd);
  return -1;
}

static char *
listen_at (Engine *e)
{
  const Options *o = e->options;
  char *error = NULL;
  e->listen_fd = engine_socket (o, &error);
  if (e->listen_fd < 0)
    return error;
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
    return thread_start (dispatcher_main, e) ? NULL : complain ("start a thread of", "its own");
  e->polling = e->options->has_queue;
  if (e->polling && !thread_start (poller_main, e))
    return complain ("start a thread of", "its own");
  atomic_store (&e->counts.threads, e->options->threads);
  for (unsigned i = 0; i < e->options->threads; i++)
    {
      Worker *w = worker_new (e);
      if (w == NULL || !thread_start (pool_main, w))
        return complain ("start all threads of", e->options->name);
    }
  return NULL;
}

Engine *
engine_listen (Options *o, const Service *service, char **error)
{
  Engine *e = calloc (1, sizeof *e);
  if (e == NULL)
    abort ();
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
