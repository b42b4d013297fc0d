/* What a request makes: its work, then its calls, one after the other, side by side, or until one
 * has answered; and where one fails, what the earlier ones did is undone, the last first.
 *
 *   steps_run() --> a group of calls: one alone, or those marked parallel or first after it
 *        ^              |
 *        '-- all well --+-- failed --> compensate() --> the failure is the request's
 *
 * A call marked when=miss is made where the read before it found nothing, for the same key, and
 * what it brings is put where the read looked: a cache beside a store. */
#include "node-private.h"

#include <stdio.h>
#include <string.h>

#define UNDO_TRIES 3
#define UNDO_PAUSE_NS (50 * TB_NS_PER_MS)

void
steps_undo (const Options *o, const Call *call, const Trace *trace, Caller *caller)
{
  CallAnswer answer;
  CallResult result = CALL_REFUSED;
  for (unsigned i = 0; i < UNDO_TRIES && result != CALL_OK; i++)
    {
      if (i > 0)
        sleep_until (tb_now_ns () + UNDO_PAUSE_NS);
      result = call_link (o, call->undo, NULL, trace, caller, &answer);
    }
  if (result != CALL_OK)
    report_error ("%s could not be undone: %s", call->id, answer.text);
}

static bool
failed (Steps *s, const Call *call, CallResult result, const char *why)
{
  report_error ("%s: %s", call->id, why);
  s->failed = call;
  s->status = result == CALL_TIMEOUT ? 504 : 502;
  snprintf (s->text, sizeof s->text, "%s", why);
  return false;
}

static void
may_block (Steps *s)
{
  if (s->worker != NULL)
    worker_may_block (s->worker);
}

static void
done (Steps *s, const Call *call)
{
  s->order[s->n_done++] = (uint8_t) call->index;
}

/* What was found elsewhere goes where it was missed; that it cannot is no failure of the request. */
static void
fill (Steps *s, const CallAnswer *found)
{
  char key[32];
  CallAnswer answer;
  Trace child;
  snprintf (key, sizeof key, "key:%lu", (unsigned long) s->missed_key);
  const char *const words[] = { "SET", key, found->text };
  const CallCommand set = { .words = words, .n_words = 3, .put = found->text };
  trace_child (s->trace, &child, s->rng);
  s->caller->keeps_key = true;
  s->caller->key = s->missed_key;
  CallResult result = call_link (s->options, s->missed, &set, &child, s->caller, &answer);
  s->caller->keeps_key = false;
  if (result != CALL_OK)
    report_error ("%s: %s", s->missed->id, answer.text);
}

static bool
call_once (Steps *s, Call *call)
{
  CallAnswer answer;
  Trace child;
  trace_child (s->trace, &child, s->rng);
  if (call->async && call_later (s->options, call, &child))
    return true;
  if (call->async)
    {
      failed (s, call, CALL_REFUSED, "too many calls wait to be sent");
      s->status = 503;
      return false;
    }
  may_block (s);
  s->caller->keeps_key = call->on_miss;
  CallResult result = call_link (s->options, call, NULL, &child, s->caller, &answer);
  s->caller->keeps_key = false;
  if (result != CALL_OK)
    return failed (s, call, result, answer.text);
  if (call->on_miss)
    fill (s, &answer);
  s->missed = answer.missed ? call : NULL;
  s->missed_key = s->caller->key;
  return true;
}

static bool
one_call (Steps *s, Call *call)
{
  for (unsigned i = 0; i < call->times; i++)
    if (!call_once (s, call))
      return false;
  done (s, call);
  return true;
}

/* ---- Several at once ---- */

static void
undo_last (Steps *s)
{
  const Call *call = &s->options->calls[s->order[--s->n_done]];
  Trace child;
  if (call->undo == NULL)
    return;
  trace_child (s->trace, &child, s->rng);
  may_block (s);
  steps_undo (s->options, call, &child, s->caller);
  s->undone[s->n_undone++] = (uint8_t) call->index;
}

static bool
group_of_calls (Steps *s, Call **calls, unsigned n, bool first)
{
  FanResult results[FAN_MAX];
  const Call *worst = NULL;
  unsigned well = 0;
  may_block (s);
  fan_run (s->options, calls, n, first, s->trace, s->rng, results);
  for (unsigned i = 0; i < n; i++)
    if (results[i].result == CALL_OK && results[i].finished)
      {
        well++;
        done (s, calls[i]);
      }
    else if (results[i].finished)
      {
        worst = calls[i];
        failed (s, calls[i], results[i].result, results[i].text);
      }
  for (unsigned i = 1; first && i < well; i++) /* one answer was wanted */
    undo_last (s);
  if (first && well > 0)
    s->failed = NULL;
  return first ? well > 0 : worst == NULL;
}

static void
compensate (Steps *s)
{
  while (s->n_done > 0)
    undo_last (s);
}

/* The call at *i, and those after it that are made beside it. */
static unsigned
gather (Steps *s, uint64_t chosen, unsigned *i, Call *calls[FAN_MAX], bool *first)
{
  Options *o = s->options;
  unsigned n = 0;
  *first = false;
  for (; *i < o->n_calls; ++*i)
    {
      Call *call = &o->calls[*i];
      if (!(chosen >> *i & 1))
        continue;
      if (n > 0 && (call->order == ORDER_SEQUENCE || n == FAN_MAX))
        break;
      if (call->on_miss && s->missed == NULL)
        continue;
      *first |= call->order == ORDER_FIRST;
      calls[n++] = call;
    }
  return n;
}

bool
steps_run (Steps *s)
{
  Options *o = s->options;
  Call *calls[FAN_MAX];
  unsigned i = 0, n;
  bool first, well = true;
  if (o->has_work)
    {
      may_block (s);
      work_do (o, s->rng);
    }
  uint64_t chosen = o->n_calls > 0 ? work_choose (o, s->rng) : 0;
  while (well && (n = gather (s, chosen, &i, calls, &first)) > 0)
    well = n == 1 ? one_call (s, calls[0]) : group_of_calls (s, calls, n, first);
  if (!well)
    compensate (s);
  return well;
}
