/* Which hosts of a link are well. A thread asks each of them in turn, as a balancer of the field
 * does: over HTTP for a page, over RESP for PING. One that refuses is down at once, one that fails
 * otherwise after the second time; one that answers is up at once.
 *
 *   UP --refused, or failed twice: set_down()--> DOWN --answered: set_up()--> UP
 *
 * Where all are down, call_choose() takes them all the same: an error of a host says more than ours. */
#include "node-private.h"

#include <stdlib.h>
#include <string.h>

#define FAILURES_MAX 2

typedef struct
{
  const Options *options;
  Call *call;      /* whose hosts are watched */
  Call probe;      /* a call to one host */
  unsigned *failures;
  Caller caller;
} Watch;

static void
set_down (const Call *call, Host *host, const char *why)
{
  if (!atomic_exchange (&host->down, true))
    report_line ("%s: %s is down: %s", call->id, host->name, why);
}

static void
set_up (const Call *call, Host *host)
{
  if (atomic_exchange (&host->down, false))
    report_line ("%s: %s is well again", call->id, host->name);
}

void
health_suspect (const Options *o, Call *call, Host *host, CallResult result,
                const CallAnswer *answer)
{
  if (o->check_ns > 0 && call->n_hosts > 1 && result == CALL_REFUSED)
    set_down (call, host, answer->text);
}

static CallResult
ask (Watch *w, Host *host, CallAnswer *answer)
{
  static const char *const words[] = { "PING" };
  const CallCommand ping = { .words = words, .n_words = 1 };
  Trace trace;
  trace_begin (&trace, &w->caller.rng);
  w->probe.hosts = host;
  return call_link (w->options, &w->probe, &ping, &trace, &w->caller, answer);
}

/* A status below 500 comes from a server that is well, whatever it thinks of the page. */
static void
check (Watch *w, unsigned i)
{
  CallAnswer answer;
  Host *host = &w->call->hosts[i];
  CallResult result = ask (w, host, &answer);
  bool well = result == CALL_OK || (result == CALL_ERROR && answer.status < 500);
  w->failures[i] = well ? 0 : w->failures[i] + 1;
  if (well)
    set_up (w->call, host);
  else if (result == CALL_REFUSED || w->failures[i] >= FAILURES_MAX)
    set_down (w->call, host, answer.text);
}

static void *
watch_main (void *data)
{
  Watch *w = data;
  for (;;)
    {
      int64_t next = tb_now_ns () + w->options->check_ns;
      for (unsigned i = 0; i < w->call->n_hosts; i++)
        check (w, i);
      sleep_until (next);
    }
  return NULL;
}

static void
watch (Options *o, Call *call)
{
  pthread_t thread;
  Watch *w = calloc (1, sizeof *w);
  if (w == NULL || (w->failures = calloc (call->n_hosts, sizeof *w->failures)) == NULL)
    abort ();
  w->options = o;
  w->call = call;
  w->probe = (Call) { .protocol = call->protocol, .times = 1, .keys = 1, .n_hosts = 1,
                      .timeout_ns = TB_MAX (o->check_ns, 100 * TB_NS_PER_MS) };
  strcpy (w->probe.id, call->id);
  strcpy (w->probe.path, o->check_path);
  strcpy (w->probe.method, "GET");
  caller_init (&w->caller, o->seed * 32452843 + call->index);
  if (pthread_create (&thread, NULL, watch_main, w) == 0)
    pthread_detach (thread);
  else
    report_line ("%s: its hosts are not watched: no thread can be started", call->id);
}

void
health_start (Options *o)
{
  for (unsigned i = 0; o->check_ns > 0 && i < o->n_calls; i++)
    if (o->calls[i].n_hosts > 1)
      watch (o, &o->calls[i]);
}
