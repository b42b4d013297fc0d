/* Calls nobody waits for: the caller queues them, threads of the link's own make them. */
#include "node-private.h"

#include <stdlib.h>

#define LATER_QUEUE 4096
#define LATER_THREADS 16

struct Later
{
  Options *options;
  Call *call;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  Trace queue[LATER_QUEUE];
  unsigned head, n, idle, threads, at_work;
};

static void *
later_main (void *data)
{
  struct Later *l = data;
  Caller caller;
  CallAnswer answer;
  pthread_mutex_lock (&l->lock);
  caller_init (&caller, l->options->seed * 15485863 + ++l->threads);
  for (;;)
    {
      while (l->n == 0)
        {
          l->idle++;
          pthread_cond_wait (&l->wake, &l->lock);
          l->idle--;
        }
      Trace trace = l->queue[l->head];
      l->head = (l->head + 1) % LATER_QUEUE;
      l->n--;
      l->at_work++;
      pthread_mutex_unlock (&l->lock);
      if (call_link (l->options, l->call, NULL, &trace, &caller, &answer) != CALL_OK)
        report_error ("%s: %s", l->call->id, answer.text);
      pthread_mutex_lock (&l->lock);
      l->at_work--;
    }
  return NULL;
}

/* Under the lock. */
static void
add_thread (struct Later *l)
{
  pthread_t thread;
  if (pthread_create (&thread, NULL, later_main, l) == 0)
    pthread_detach (thread);
}

bool
call_later (const Options *o, Call *call, const Trace *trace)
{
  struct Later *l = call->later;
  pthread_mutex_lock (&l->lock);
  bool room = l->n < LATER_QUEUE;
  if (room)
    {
      l->queue[(l->head + l->n++) % LATER_QUEUE] = *trace;
      if (l->idle < l->n && l->threads < LATER_THREADS)
        add_thread (l);
      pthread_cond_signal (&l->wake);
    }
  pthread_mutex_unlock (&l->lock);
  return room;
}

static struct Later *
later_new (Options *o, Call *call)
{
  struct Later *l = calloc (1, sizeof *l);
  if (l == NULL)
    abort ();
  l->options = o;
  l->call = call;
  pthread_mutex_init (&l->lock, NULL);
  pthread_cond_init (&l->wake, NULL);
  return l;
}

void
calls_init (Options *o)
{
  operations_init ();
  for (unsigned i = 0; i < o->n_calls; i++)
    {
      for (unsigned h = 0; h < o->calls[i].n_hosts; h++)
        pthread_mutex_init (&o->calls[i].hosts[h].lock, NULL);
      if (o->calls[i].async)
        o->calls[i].later = later_new (o, &o->calls[i]);
    }
}

static bool
later_is_busy (struct Later *l)
{
  pthread_mutex_lock (&l->lock);
  bool busy = l->n > 0 || l->at_work > 0;
  pthread_mutex_unlock (&l->lock);
  return busy;
}

void
calls_drain (Options *o)
{
  for (unsigned i = 0; i < o->n_calls; i++)
    while (o->calls[i].async && later_is_busy (o->calls[i].later))
      sleep_until (tb_now_ns () + TB_NS_PER_MS);
}
