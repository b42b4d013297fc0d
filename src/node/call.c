/* A call to a link: chooses the host, has the request made, tries again. */
#include "operation.h"

#include <stdlib.h>
#include <string.h>

void
caller_init (Caller *c, uint64_t seed)
{
  memset (c, 0, sizeof *c);
  tb_rng_seed (&c->rng, seed);
  c->bytes = malloc (EXCHANGE_BYTES);
  c->memory = calloc (1, sizeof *c->memory);
  if (c->bytes == NULL || c->memory == NULL)
    abort ();
}

void
caller_clear (Caller *c)
{
  free (c->bytes);
  free (c->memory);
  free (c->seen);
  c->bytes = NULL;
  c->memory = NULL;
  c->seen = NULL;
}

Call *
calls_store (Options *o)
{
  for (unsigned i = 0; i < o->n_calls; i++)
    if (o->calls[i].protocol == OVER_RESP)
      return &o->calls[i];
  return NULL;
}

/* ---- Hosts ---- */

/* Whether a host may be chosen: `strict`, when it is well and has not just failed. */
static bool
is_candidate (const Host *h, const Choice *choice, bool strict)
{
  return !strict || (!h->down && h != choice->avoid);
}

/* The n-th candidate from 0, counted around. */
static Host *
nth_candidate (Call *call, const Choice *choice, bool strict, unsigned n, unsigned n_candidates)
{
  n %= n_candidates;
  for (unsigned i = 0; i < call->n_hosts; i++)
    if (is_candidate (&call->hosts[i], choice, strict) && n-- == 0)
      return &call->hosts[i];
  return &call->hosts[0];
}

static Host *
least_busy (Call *call, const Choice *choice, bool strict, unsigned first)
{
  Host *best = NULL;
  for (unsigned i = 0; i < call->n_hosts; i++)
    {
      Host *h = &call->hosts[(first + i) % call->n_hosts];
      if (is_candidate (h, choice, strict) && (best == NULL || h->in_flight < best->in_flight))
        best = h;
    }
  return best;
}

/* Rendezvous hashing (Thaler and Ravishankar 1998): one host less moves only its own keys. */
static Host *
heaviest (Call *call, const Choice *choice, bool strict)
{
  Host *best = NULL;
  uint64_t most = 0;
  for (unsigned i = 0; i < call->n_hosts; i++)
    {
      Host *h = &call->hosts[i];
      uint64_t pair[2] = { choice->key, h->hash }, weight = tb_hash_bytes (pair, sizeof pair);
      weight ^= weight >> 29; /* FNV leaves its high bits alike for keys that are alike */
      weight *= UINT64_C (0xbf58476d1ce4e5b9);
      if (is_candidate (h, choice, strict) && (best == NULL || weight > most))
        best = h, most = weight;
    }
  return best;
}

Host *
call_choose (Call *call, const Choice *choice, TbRng *rng)
{
  if (call->n_hosts == 1)
    return &call->hosts[0];
  unsigned n = 0;
  for (unsigned i = 0; i < call->n_hosts; i++)
    n += is_candidate (&call->hosts[i], choice, true);
  bool strict = n > 0;
  n = strict ? n : call->n_hosts;
  bool stuck = call->balance == BALANCE_STICKY && choice->stuck > 0
               && choice->stuck <= call->n_hosts;
  if (stuck && is_candidate (&call->hosts[choice->stuck - 1], choice, strict))
    return &call->hosts[choice->stuck - 1];
  if (call->balance == BALANCE_HASH || call->balance == BALANCE_ADDRESS)
    return heaviest (call, choice, strict);
  if (call->balance == BALANCE_RANDOM)
    return nth_candidate (call, choice, strict, (unsigned) tb_rng_below (rng, n), n);
  unsigned turn = atomic_fetch_add_explicit (&call->turn, 1, memory_order_relaxed);
  if (call->balance == BALANCE_LEAST_CONNECTIONS)
    return least_busy (call, choice, strict, turn);
  return nth_candidate (call, choice, strict, turn, n);
}

/* ---- Calls ---- */

static CallResult
attempt (const Options *o, Call *call, Host *host, const CallCommand *command, const Trace *trace,
         Caller *caller, CallAnswer *answer)
{
  int64_t deadline = tb_now_ns () + call->timeout_ns;
  bool keep = true;
  Channel *ch;
  CallResult result = channel_open (host, call, deadline, &ch, answer);
  if (result != CALL_OK)
    return result;
  answer->port = ch->port;
  if (call->api != API_NONE)
    result = exchange_store (ch, call, host, trace, caller, deadline, answer, &keep);
  else if (call->protocol == OVER_HTTP)
    result = exchange_http (ch, o, call, host, trace, caller, deadline, answer, &keep);
  else if (call->protocol == OVER_RPC)
    result = exchange_rpc (ch, call, host, trace, caller, deadline, answer);
  else if (call->protocol == OVER_MQTT)
    result = exchange_mqtt (ch, o, call, host, trace, caller, deadline, answer, &keep);
  else
    result = exchange_resp (ch, call, command, caller, host, deadline, answer);
  if (keep && (result == CALL_OK || result == CALL_ERROR))
    channel_keep (host, ch);
  else
    channel_close (ch);
  return result;
}

bool
call_worth_a_retry (CallResult result, const CallAnswer *answer)
{
  bool gateway = answer->status >= 502 && answer->status <= 504;
  return result != CALL_OK && (result != CALL_ERROR || gateway);
}

/* A caller is a client of its own: it sticks to a host. What is hashed is the key it asks for, or
 * its path; an address of its own it has in common with all of its process. */
static Choice
choice_of (const Options *o, const Call *call, const Caller *caller)
{
  bool keyed = call->protocol == OVER_RESP || call->api != API_NONE;
  uint64_t key = keyed ? caller->key + 1 : tb_hash_string (call->path);
  if (call->balance == BALANCE_ADDRESS)
    key = tb_hash_string (o->name);
  return (Choice) { .key = key, .stuck = caller->stuck[call->index] };
}

static CallResult
try_until_answered (const Options *o, Call *call, const CallCommand *command, const Trace *trace, Caller *caller,
                    CallAnswer *answer)
{
  Choice choice = choice_of (o, call, caller);
  for (;;)
    {
      Host *host = call_choose (call, &choice, &caller->rng);
      atomic_fetch_add_explicit (&host->in_flight, 1, memory_order_relaxed);
      answer->status = 0;
      answer->sent = false;
      CallResult result = attempt (o, call, host, command, trace, caller, answer);
      atomic_fetch_sub_explicit (&host->in_flight, 1, memory_order_relaxed);
      caller->stuck[call->index] = (uint16_t) (host - call->hosts + 1);
      bool again = operation_tried (caller, result, answer);
      if (!again || !call_worth_a_retry (result, answer))
        return result;
      health_suspect (o, call, host, result, answer);
      if (answer->retries == call->retries)
        return result;
      choice.avoid = host;
      answer->retries++;
    }
}

CallResult
call_link (const Options *o, Call *call, const CallCommand *command, const Trace *trace,
           Caller *caller, CallAnswer *answer)
{
  if (!caller->keeps_key)
    caller->key = call->first_key + tb_rng_below (&caller->rng, call->keys);
  *answer = (CallAnswer) { 0 };
  operation_begin (o, call, command, caller);
  CallResult result = try_until_answered (o, call, command, trace, caller, answer);
  operation_end (caller);
  return result;
}
