/* Calls made side by side, by threads that are kept for the next time. Who asked for the first
 * answer goes on with it; what the others do is undone when they answer after all.
 *
 *   fan_run() --queued--> a helper makes the call --> finished() --the last one, or the first--> fan_run() goes on
 *
 * Invariant: a fan is used again only when its owner and all its helpers have left it (refs). */
#include "node-private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HELPERS_MAX 512

typedef struct Fan Fan;

typedef struct Branch
{
  Fan *fan;
  Call *call;
  Trace trace;
  FanResult result;
  struct Branch *next; /* in the queue */
} Branch;

struct Fan
{
  Options *options;
  pthread_cond_t over;
  unsigned n, left, refs;
  bool first, settled; /* its owner has gone on */
  Branch branches[FAN_MAX];
  Fan *next; /* free */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of all of it */
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static Branch *queue_first, **queue_end = &queue_first;
static unsigned n_queued, n_idle, n_helpers;
static Fan *free_fans;

/* Under the lock. */
static void
leave (Fan *fan)
{
  if (--fan->refs > 0)
    return;
  fan->next = free_fans;
  free_fans = fan;
}

/* Under the lock. What came too late to count is undone. */
static void
finished (Branch *b, Caller *caller)
{
  Fan *fan = b->fan;
  bool late = fan->settled;
  b->result.finished = true;
  fan->left--;
  if (fan->left == 0 || (fan->first && b->result.result == CALL_OK))
    pthread_cond_signal (&fan->over);
  if (late && b->result.result == CALL_OK && b->call->undo != NULL)
    {
      pthread_mutex_unlock (&lock);
      steps_undo (fan->options, b->call, &b->trace, caller);
      pthread_mutex_lock (&lock);
    }
  leave (fan);
}

static void
make_call (Branch *b, Caller *caller)
{
  CallAnswer answer = { 0 };
  b->result.result = CALL_OK;
  for (unsigned i = 0; i < b->call->times && b->result.result == CALL_OK; i++)
    b->result.result = call_link (b->fan->options, b->call, NULL, &b->trace, caller, &answer);
  snprintf (b->result.text, sizeof b->result.text, "%s", answer.text);
}

static void *
helper_main (void *data)
{
  Options *o = data;
  Caller caller;
  pthread_mutex_lock (&lock);
  caller_init (&caller, o->seed * 49979687 + n_helpers);
  for (;;)
    {
      while (queue_first == NULL)
        {
          n_idle++;
          pthread_cond_wait (&wake, &lock);
          n_idle--;
        }
      Branch *b = queue_first;
      queue_first = b->next;
      if (queue_first == NULL)
        queue_end = &queue_first;
      n_queued--;
      pthread_mutex_unlock (&lock);
      make_call (b, &caller);
      pthread_mutex_lock (&lock);
      finished (b, &caller);
    }
  return NULL;
}

/* Under the lock. One more where there is more to do than there are helpers that wait: one that has
 * just been started is not waiting yet, so there may be some too many, never too few. */
static void
add_helper (Options *o)
{
  pthread_t thread;
  if (n_idle >= n_queued || n_helpers == HELPERS_MAX)
    return;
  if (pthread_create (&thread, NULL, helper_main, o) == 0)
    {
      pthread_detach (thread);
      n_helpers++;
    }
}

/* Under the lock. */
static Fan *
fan_new (void)
{
  Fan *fan = free_fans;
  if (fan != NULL)
    {
      free_fans = fan->next;
      return fan;
    }
  fan = calloc (1, sizeof *fan);
  if (fan == NULL)
    abort ();
  pthread_cond_init (&fan->over, NULL);
  return fan;
}

static bool
is_over (const Fan *fan)
{
  if (fan->left == 0)
    return true;
  for (unsigned i = 0; fan->first && i < fan->n; i++)
    if (fan->branches[i].result.finished && fan->branches[i].result.result == CALL_OK)
      return true;
  return false;
}

void
fan_run (Options *o, Call **calls, unsigned n, bool first, const Trace *trace, TbRng *rng,
         FanResult *results)
{
  pthread_mutex_lock (&lock);
  Fan *fan = fan_new ();
  fan->options = o;
  fan->n = fan->left = n;
  fan->refs = n + 1;
  fan->first = first;
  fan->settled = false;
  for (unsigned i = 0; i < n; i++)
    {
      Branch *b = &fan->branches[i];
      *b = (Branch) { .fan = fan, .call = calls[i] };
      trace_child (trace, &b->trace, rng);
      *queue_end = b;
      queue_end = &b->next;
      n_queued++;
      add_helper (o);
      pthread_cond_signal (&wake);
    }
  while (!is_over (fan))
    pthread_cond_wait (&fan->over, &lock);
  fan->settled = true;
  for (unsigned i = 0; i < n; i++)
    results[i] = fan->branches[i].result;
  leave (fan);
  pthread_mutex_unlock (&lock);
}
