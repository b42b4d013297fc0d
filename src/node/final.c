/* Final reads: when everything has been asked, and what was broken is whole again, every key is read once from every host of
 * every link to a store, so that what is there at the end can be held against what was acknowledged.
 *
 *   all threads have arrived --> each takes the next read, until there is none --> the last one says that they are done
 *        |                             |
 *        '-- the load is another: -----'--> nothing is said
 *
 * A host that failed three times is not asked again: it would cost a timeout a key. */
#include "node-private.h"

#include <string.h>

#define KEYS_MAX 4096
#define FAILURES_MAX 3
#define LOOK_NS (2 * TB_NS_PER_MS)

/* One round; all under the lock. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned of; /* the load's number */
static unsigned arrived, left;
static uint64_t next;
static unsigned failures[CALLS_MAX][256];

static bool
is_store (const Call *call)
{
  return call->protocol == OVER_RESP || call->api != API_NONE;
}

/* What all calls over a link do with its store, as a call that reads. */
static Call
reader_of (const Options *o, unsigned link)
{
  Call reader = o->calls[link];
  reader.op = TB_OP_READ;
  reader.async = reader.serializable = reader.members = false;
  for (unsigned i = link; i < o->n_calls; i++)
    if (o->calls[i].link == link)
      {
        reader.keys = TB_MAX (reader.keys, o->calls[i].keys);
        reader.members |= o->calls[i].members || o->calls[i].op == TB_OP_INSERT;
      }
  reader.keys = TB_MIN (reader.keys, KEYS_MAX);
  return reader;
}

/* The n-th read, as a call to one host; false: there are not so many. */
static bool
read_of (const Options *o, uint64_t n, Call *reader, unsigned *host, uint64_t *key)
{
  for (unsigned i = 0; i < o->n_calls; i++)
    {
      if (o->calls[i].link != i || !is_store (&o->calls[i]))
        continue;
      *reader = reader_of (o, i);
      uint64_t reads = (uint64_t) reader->keys * reader->n_hosts;
      if (n < reads)
        {
          *host = (unsigned) (n % reader->n_hosts);
          *key = reader->first_key + n / reader->n_hosts;
          reader->hosts += *host;
          reader->n_hosts = 1;
          return true;
        }
      n -= reads;
    }
  return false;
}

static void
arrive (const Load *load)
{
  pthread_mutex_lock (&lock);
  if (of != load->number)
    {
      of = load->number;
      arrived = left = 0;
      next = 0;
      memset (failures, 0, sizeof failures);
    }
  arrived++;
  pthread_mutex_unlock (&lock);
}

static bool
all_have_arrived (const Load *load)
{
  pthread_mutex_lock (&lock);
  bool all = of == load->number && arrived >= client_threads ();
  pthread_mutex_unlock (&lock);
  return all;
}

static bool
take_read (const Load *load, uint64_t *n)
{
  pthread_mutex_lock (&lock);
  bool ok = of == load->number && load_holds (load);
  *n = next;
  next += ok;
  pthread_mutex_unlock (&lock);
  return ok;
}

/* Whether it is the last one, and the round was not broken off. */
static bool
leave (const Load *load)
{
  pthread_mutex_lock (&lock);
  bool last = of == load->number && load_holds (load) && ++left == arrived;
  pthread_mutex_unlock (&lock);
  return last;
}

static void
read_once (const Options *o, Call *reader, unsigned host, Caller *caller)
{
  unsigned *failed = &failures[reader->index][host % TB_ARRAY_LENGTH (failures[0])];
  uint16_t stuck = caller->stuck[reader->index];
  CallAnswer answer;
  Trace trace;
  pthread_mutex_lock (&lock);
  bool dead = *failed >= FAILURES_MAX;
  pthread_mutex_unlock (&lock);
  if (dead)
    return;
  trace_begin (&trace, &caller->rng);
  caller->keeps_key = caller->final = true;
  bool ok = call_link (o, reader, NULL, &trace, caller, &answer) == CALL_OK;
  caller->keeps_key = caller->final = false;
  caller->stuck[reader->index] = stuck;
  pthread_mutex_lock (&lock);
  *failed = ok ? 0 : *failed + 1;
  pthread_mutex_unlock (&lock);
  if (!ok)
    report_error ("%s: %s", reader->id, answer.text);
}

void
final_reads (Options *o, const Load *load, Caller *caller)
{
  Call reader;
  unsigned host;
  uint64_t n;
  arrive (load);
  while (!all_have_arrived (load))
    {
      if (!load_holds (load))
        return;
      sleep_until (tb_now_ns () + LOOK_NS);
    }
  calls_drain (o);
  while (take_read (load, &n) && read_of (o, n, &reader, &host, &caller->key))
    read_once (o, &reader, host, caller);
  if (leave (load))
    {
      operations_finished (load->final);
      report_line ("final reads %u are done", load->final);
    }
}
