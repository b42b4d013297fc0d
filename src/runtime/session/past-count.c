/* What a tap counted when it told of an event: the other side of reading.c, gather.c and conn.c of the
 * agent. Bytes of a message count when it ends, which the tap does as they pass. */
#include "past-private.h"
#include "tb-proto.h"

static TbFlow *
flow_of (TbTapCounters *c, const TbEvent *event)
{
  return event->direction == TB_DIR_UP ? &c->up : &c->down;
}

static void
count_latency (TbTapCounters *c, guint64 ns)
{
  if (ns > 0)
    c->latency.bucket[tb_histogram_index (ns)]++;
}

static void
count_message (TbTapCounters *c, const TbEvent *event)
{
  TbFlow *flow = flow_of (c, event);
  flow->seen++;
  flow->bytes_seen += event->size;
  flow->held += event->held;
  flow->bytes_held += event->held ? event->size : 0;
  flow->delivered += !event->held;
  flow->bytes_delivered += event->held ? 0 : event->size;
  c->requests += event->kind == TB_EVENT_REQUEST;
  c->replies += event->kind == TB_EVENT_REPLY;
  c->errors += event->kind == TB_EVENT_REPLY && event->error;
  if (event->kind == TB_EVENT_REPLY && !event->held)
    count_latency (c, event->aux);
  if (c->proto <= TB_PROTO_BYTES)
    c->proto = TB_PROTO_HTTP; /* which it was is told by the figures */
}

static void
count_end_of_wait (TbFlow *flow, const TbEvent *event, guint64 *messages, guint64 *bytes)
{
  guint64 n = MIN (flow->held, 1), size = MIN (flow->bytes_held, event->size);
  flow->held -= n;
  flow->bytes_held -= size;
  *messages += 1;
  *bytes += event->size;
}

static void
count_bytes (TbTapCounters *c, const TbEvent *event)
{
  TbFlow *flow = flow_of (c, event);
  flow->bytes_seen += event->aux;
  flow->bytes_delivered += event->aux;
}

static void
count_duplicate (TbTapCounters *c, const TbEvent *event)
{
  TbFlow *flow = flow_of (c, event);
  flow->duplicated++;
  flow->held++;
  flow->bytes_duplicated += event->size;
  flow->bytes_held += event->size;
}

static void
mark_fault (TbTapCounters *c, guint64 aux)
{
  guint32 bit = aux >> 1 < TB_FAULT_COUNT ? 1u << (aux >> 1) : 0;
  c->faults = aux & 1 ? c->faults | bit : c->faults & ~bit;
}

/* With what it left unanswered. */
static void
count_close (TbTapCounters *c, const TbEvent *event)
{
  c->connections_open -= MIN (c->connections_open, 1);
  c->errors += event->aux;
  c->unanswered += event->aux;
}

void
tb_past_count (TbTapCounters *c, const TbEvent *event)
{
  TbFlow *flow = flow_of (c, event);
  c->last_ns = event->time_ns;
  switch ((TbEventKind) event->kind)
    {
    case TB_EVENT_REQUEST:
    case TB_EVENT_REPLY:
    case TB_EVENT_ONE_WAY:
      count_message (c, event);
      break;
    case TB_EVENT_DELIVERED:
      count_end_of_wait (flow, event, &flow->delivered, &flow->bytes_delivered);
      count_latency (c, event->aux);
      break;
    case TB_EVENT_DROPPED:
      count_end_of_wait (flow, event, &flow->dropped, &flow->bytes_dropped);
      /* A reply, which nobody gets; datagrams have numbers too, but no requests. */
      c->errors += event->direction == TB_DIR_DOWN && event->number != 0 && c->requests > 0;
      break;
    case TB_EVENT_DUPLICATED:
      count_duplicate (c, event);
      break;
    case TB_EVENT_BYTES:
      count_bytes (c, event);
      break;
    case TB_EVENT_OPEN:
      c->connections_open++;
      c->connections_total++;
      break;
    case TB_EVENT_CLOSE:
      count_close (c, event);
      break;
    case TB_EVENT_RESET:
      c->reset++;
      break;
    case TB_EVENT_REFUSED:
      c->refused++;
      break;
    case TB_EVENT_TIMEOUT:
      c->timed_out++;
      break;
    case TB_EVENT_FAULT:
      mark_fault (c, event->aux);
      break;
    case TB_EVENT_GAP:
    case TB_EVENT_CORRUPTED:
      break;
    }
}
