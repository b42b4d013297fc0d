/* What a worker does with a connection: reads it, has its requests answered, writes the answers. */
#include "engine-private.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define IN_BYTES (64u << 10)
#define SEND_TIMEOUT_MS 30000

/* ---- Workers ---- */

Worker *
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

void
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
Conn *
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

void
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

ConnState
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
  if (empty) /* an end would be read: it was an earlier connection's */
    atomic_fetch_and (&c->state, ~(unsigned) ENDING);
  if (n == 0 || (n < 0 && !empty))
    return CONN_ENDED;
  if (empty && c->held_n == 0)
    return CONN_IDLE;
  size_t got = empty ? 0 : (size_t) n;
  bool drained = (empty || got < room) && !(c->state & ENDING);
  return conn_serve (w, c, c->held_n > 0 ? c->held : to, c->held_n + got, drained);
}
