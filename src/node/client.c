/* Load. Closed loop: each thread asks, waits for the answer, thinks. Open loop: requests are due at
 * a rate whatever the answers do, and latency counts from the moment a request was due, so that a
 * slow server cannot hide by slowing its callers. Which of the two, and how much, may change while it
 * runs (load.c).
 *
 * A request is one call to a link; with --requests N, tickets make them exactly N. */
#include "node-private.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A refused connection is answered at once: without this a client of a dead server takes a core. */
#define PAUSE_AFTER_FAILURE_NS (10 * TB_NS_PER_MS)

typedef struct
{
  Options *options;
  Caller caller;
  TbRng rng;
  pthread_t thread;
  Load load; /* as it last looked */
  int64_t late_ns; /* how late its last pause ended */
} Asker;

static Latency latency;
static _Atomic uint64_t tickets, requests, replies, errors, retries, lost;
static pthread_mutex_t due_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t due;    /* requests that were due so far … */
static unsigned due_of; /* … of the load of that number */
static _Atomic bool stopping;
static _Atomic unsigned running, asking;
static int64_t start_ns;

unsigned
client_threads (void)
{
  return running;
}

static bool
take_ticket (const Options *o)
{
  if (o->requests == 0)
    return true;
  return atomic_fetch_add (&tickets, 1) < o->requests;
}

static void
count_answer (const Call *call, CallResult result, const CallAnswer *answer, int64_t ns)
{
  atomic_fetch_add_explicit (&retries, answer->retries, memory_order_relaxed);
  if (answer->lost_session)
    atomic_fetch_add (&lost, 1);
  if (result == CALL_OK || result == CALL_ERROR)
    atomic_fetch_add_explicit (&replies, 1, memory_order_relaxed);
  if (result == CALL_OK || result == CALL_ERROR)
    latency_add (&latency, ns);
  if (result == CALL_OK)
    return;
  atomic_fetch_add (&errors, 1);
  report_error ("%s: %s", call->id, answer->text);
}

/* Each thread is a user of its own: it keeps its session's cookie. */
static bool
ask (Asker *a, Call *call, int64_t due_ns)
{
  CallAnswer answer;
  Trace trace;
  trace_begin (&trace, &a->rng);
  atomic_fetch_add_explicit (&requests, 1, memory_order_relaxed);
  if (call->async)
    {
      if (call_later (a->options, call, &trace))
        return true;
      atomic_fetch_add (&errors, 1);
      report_error ("%s: too many calls wait to be sent", call->id);
      return false;
    }
  atomic_fetch_add (&asking, 1);
  CallResult result = call_link (a->options, call, NULL, &trace, &a->caller, &answer);
  count_answer (call, result, &answer, tb_now_ns () - due_ns);
  atomic_fetch_sub (&asking, 1);
  return result == CALL_OK;
}

typedef enum
{
  ROUND_NOTHING, /* the shares chose no call */
  ROUND_ASKED,
  ROUND_FAILED,
  ROUND_OVER /* no ticket is left */
} Round;

static Round
ask_round (Asker *a, int64_t due_ns)
{
  Options *o = a->options;
  uint64_t chosen = work_choose (o, &a->rng);
  Round round = ROUND_NOTHING;
  for (unsigned i = 0; i < o->n_calls; i++)
    for (unsigned k = 0; (chosen >> i & 1) && k < o->calls[i].times; k++)
      {
        if (stopping || !take_ticket (o))
          return ROUND_OVER;
        bool ok = ask (a, &o->calls[i], due_ns ? due_ns : tb_now_ns ());
        round = ok && round != ROUND_FAILED ? ROUND_ASKED : ROUND_FAILED;
      }
  return round;
}

/* A load that changes meanwhile ends it early. */
static void
pause_for (Asker *a, int64_t ns)
{
  int64_t due_ns = wait_due (&a->load.think, a->late_ns, tb_now_ns (), ns);
  load_sleep (&a->load, due_ns);
  a->late_ns = wait_late (tb_now_ns (), due_ns);
}

/* Asks, waits, thinks. FALSE: no ticket is left. */
static bool
ask_and_think (Asker *a)
{
  Round round = ask_round (a, 0);
  int64_t pause = a->load.has_think ? tb_dist_draw_ns (&a->load.think, &a->rng) : 0;
  if (round == ROUND_FAILED)
    pause = TB_MAX (pause, PAUSE_AFTER_FAILURE_NS);
  if (pause > 0 && round != ROUND_OVER)
    pause_for (a, pause);
  return round != ROUND_OVER;
}

/* What is due is counted from when the load became what it is. */
static bool
ask_when_due (Asker *a)
{
  unsigned of = a->load.number;
  pthread_mutex_lock (&due_lock);
  if (due_of != of)
    due = 0;
  due_of = of;
  uint64_t n = due++;
  pthread_mutex_unlock (&due_lock);
  int64_t due_ns = a->load.since_ns + (int64_t) ((double) n * 1e9 / a->load.rate);
  return !load_sleep (&a->load, due_ns) || ask_round (a, due_ns) != ROUND_OVER;
}

static void
ask_on (Asker *a)
{
  bool more = true;
  while (more && !stopping)
    {
      load_look (&a->load);
      if (a->load.final > 0)
        {
          final_reads (a->options, &a->load, &a->caller);
          load_sleep (&a->load, INT64_MAX);
        }
      else if (!a->load.open)
        more = ask_and_think (a);
      else if (a->load.rate > 0)
        more = ask_when_due (a);
      else
        load_sleep (&a->load, INT64_MAX);
    }
}

/* The last one to end ends the program, once what nobody waits for has been sent. */
static void *
asker_main (void *data)
{
  Asker *a = data;
  ask_on (a);
  if (atomic_fetch_sub (&running, 1) > 1)
    return NULL;
  calls_drain (a->options);
  kill (getpid (), SIGTERM);
  return NULL;
}

static bool
start_askers (Options *o)
{
  Asker *askers = calloc (o->threads, sizeof *askers);
  if (askers == NULL)
    abort ();
  atomic_store (&running, o->threads);
  for (unsigned i = 0; i < o->threads; i++)
    {
      Asker *a = &askers[i];
      a->options = o;
      tb_rng_seed (&a->rng, o->seed * 7919 + i + 1);
      caller_init (&a->caller, o->seed * 104729 + i + 1);
      a->caller.keeps_cookies = true;
      if (pthread_create (&a->thread, NULL, asker_main, a) != 0)
        return false;
    }
  return true;
}

/* Requests at work may end, for 50 ms at most. */
static void
stop (void)
{
  int64_t end = tb_now_ns () + 50 * TB_NS_PER_MS;
  stopping = true;
  while (asking > 0 && tb_now_ns () < end)
    sleep_until (tb_now_ns () + TB_NS_PER_MS / 2);
}

static void
report_totals (void)
{
  double seconds = (double) (tb_now_ns () - start_ns) / 1e9;
  report_line ("{\"requests\":%" PRIu64 ",\"replies\":%" PRIu64 ",\"errors\":%" PRIu64
               ",\"retries\":%" PRIu64 ",\"sessions_lost\":%" PRIu64 ",\"rate\":%.1f"
               ",\"p50_ns\":%" PRId64 ",\"p90_ns\":%" PRId64 ",\"p99_ns\":%" PRId64
               ",\"max_ns\":%" PRId64 "}",
               requests, replies, errors, retries, lost, (double) replies / seconds,
               latency_quantile (&latency, 0.5), latency_quantile (&latency, 0.9),
               latency_quantile (&latency, 0.99), latency_quantile (&latency, 1));
}

int
client_main (Options *o)
{
  calls_init (o);
  load_init (o);
  start_ns = tb_now_ns ();
  report_ready ("%s calls %s", o->name, o->calls[0].id);
  if (!start_askers (o))
    {
      fprintf (stderr, "tierboard-node: cannot start %u threads\n", o->threads);
      return 1;
    }
  report_wait (o->duration_ns ? start_ns + o->duration_ns : 0);
  stop ();
  report_totals ();
  return 0;
}
