/* What a request costs a replica (--work), on threads of its own (--threads), so that messages of the others are taken
 * meanwhile. It is done when the command has been, before its answer leaves: by the replica that carried it out, not
 * by one that passed it on.
 *
 *   the loop: work_begin() ──▶ waiting ──take()──▶ at work ──finish(), eventfd──▶ done ──works_end(), the loop──▶ answered */
#include "copies-private.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Tickets, oldest first; grows. */
typedef struct
{
  uint64_t *p;
  size_t n, at, size;
} Tickets;

static struct
{
  const Options *options;
  pthread_mutex_t lock; /* over what follows */
  pthread_cond_t some;
  Tickets waiting, done;
  unsigned idle;
  int fd; /* -1: a request costs nothing */
} works = { .lock = PTHREAD_MUTEX_INITIALIZER, .some = PTHREAD_COND_INITIALIZER, .fd = -1 };

static void
put (Tickets *t, uint64_t ticket)
{
  if (t->n == t->size && t->at > 0)
    {
      memmove (t->p, t->p + t->at, (t->n - t->at) * sizeof *t->p);
      t->n -= t->at;
      t->at = 0;
    }
  if (t->n == t->size)
    {
      t->size = TB_MAX (t->size * 2, 64);
      t->p = realloc (t->p, t->size * sizeof *t->p);
      TB_CHECK (t->p != NULL);
    }
  t->p[t->n++] = ticket;
}

static bool
take (Tickets *t, uint64_t *ticket)
{
  if (t->at == t->n)
    return false;
  *ticket = t->p[t->at++];
  return true;
}

/* ---- The threads ---- */

static void
do_one (uint64_t ticket, TbRng *rng)
{
  const uint64_t one = 1;
  EngineCounts *counts = &copies.engine.counts;
  atomic_fetch_add (&counts->busy, 1);
  work_do (works.options, rng);
  atomic_fetch_sub (&counts->busy, 1);
  pthread_mutex_lock (&works.lock);
  put (&works.done, ticket);
  pthread_mutex_unlock (&works.lock);
  ssize_t written = write (works.fd, &one, sizeof one);
  (void) written;
}

static void *
pool_main (void *data)
{
  TbRng rng;
  tb_rng_seed (&rng, works.options->seed + 1 + (uintptr_t) data);
  pthread_mutex_lock (&works.lock);
  for (;;)
    {
      uint64_t ticket;
      works.idle++;
      while (!take (&works.waiting, &ticket))
        pthread_cond_wait (&works.some, &works.lock);
      works.idle--;
      atomic_fetch_sub (&copies.engine.counts.queue, 1);
      pthread_mutex_unlock (&works.lock);
      do_one (ticket, &rng);
      pthread_mutex_lock (&works.lock);
    }
  return NULL;
}

static void *
request_main (void *data)
{
  TbRng rng;
  uint64_t *ticket = data;
  tb_rng_seed (&rng, works.options->seed + *ticket);
  do_one (*ticket, &rng);
  free (ticket);
  return NULL;
}

static bool
start (void *(*function) (void *), void *data)
{
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init (&attributes);
  pthread_attr_setstacksize (&attributes, 256 << 10);
  pthread_attr_setdetachstate (&attributes, PTHREAD_CREATE_DETACHED);
  int error = pthread_create (&thread, &attributes, function, data);
  pthread_attr_destroy (&attributes);
  return error == 0;
}

int
works_begin (const Options *o)
{
  works.options = o;
  copies.engine.counts.threads = 1;
  if (!o->has_work)
    return -1;
  works.fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  TB_CHECK (works.fd >= 0);
  for (unsigned i = 0; o->model != THREADS_PER_REQUEST && i < o->threads; i++)
    TB_CHECK (start (pool_main, (void *) (uintptr_t) i));
  copies.engine.counts.threads = o->model == THREADS_PER_REQUEST ? 0 : o->threads;
  return works.fd;
}

/* ---- The loop ---- */

bool
works_are_many (void)
{
  const Options *o = works.options;
  if (works.fd < 0 || !o->has_queue || o->model == THREADS_PER_REQUEST)
    return false;
  pthread_mutex_lock (&works.lock);
  bool many = works.waiting.n - works.waiting.at >= o->queue + works.idle;
  pthread_mutex_unlock (&works.lock);
  return many;
}

bool
work_begin (uint64_t ticket)
{
  if (works.fd < 0)
    return false;
  if (works.options->model == THREADS_PER_REQUEST)
    {
      uint64_t *own = malloc (sizeof *own);
      TB_CHECK (own != NULL);
      *own = ticket;
      if (start (request_main, own))
        return true;
      free (own); /* no thread is to be had: it costs nothing this time */
      return false;
    }
  pthread_mutex_lock (&works.lock);
  put (&works.waiting, ticket);
  atomic_fetch_add (&copies.engine.counts.queue, 1);
  pthread_cond_signal (&works.some);
  pthread_mutex_unlock (&works.lock);
  return true;
}

bool
work_ended (uint64_t *ticket)
{
  uint64_t n;
  pthread_mutex_lock (&works.lock);
  bool some = take (&works.done, ticket);
  ssize_t emptied = some ? 0 : read (works.fd, &n, sizeof n);
  (void) emptied;
  pthread_mutex_unlock (&works.lock);
  return some;
}
