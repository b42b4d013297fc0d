/* Taps: one for each (calling instance, called instance, port), made at the first connect. A tap is a
 * row of the shared counters, the faults that are on it, and its connections. Also what is told of
 * it: events to the ring and the recording, facts to thread 2. */
#include "taps-private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Facts ----------------------------------------------------------------------------------- */

void
tb_tap_tell (TbTaps *t, const TbTold *told, const char *text, size_t n)
{
  /* Their ring holds a fact for every tap there can be; only a broken thread 2 lets it fill. */
  tb_exchange_put (&t->told, told, sizeof *told, text, n);
  t->must_wake = true;
}

void
tb_tap_problem (TbTaps *t, unsigned severity, uint32_t instance, const char *format, ...)
{
  char text[300];
  va_list args;
  va_start (args, format);
  vsnprintf (text, sizeof text, format, args);
  va_end (args);
  TbTold told = { .type = TB_TOLD_PROBLEM,
                  .from = instance,
                  .flag = (uint8_t) severity,
                  .time_ns = t->now_ns };
  tb_tap_tell (t, &told, text, strlen (text) + 1);
}

/* ---- Events ---------------------------------------------------------------------------------- */

/* Nobody drew probing clients: what they ask is in no list, on no picture and in no export. */
static bool
is_quiet (const TbTaps *t, const TbEvent *event)
{
  return t->some_quiet && event->tap < t->n_taps && t->taps[event->tap]->quiet;
}

void
tb_tap_emit (TbTaps *t, const TbEvent *event, const void *payload, size_t n)
{
  if (is_quiet (t, event))
    return;
  tb_ring_push (t->ring, event);
  if (!t->recording)
    return;
  TbRecorded recorded = { *event, t->gap_events, t->gap_bytes };
  if (tb_exchange_put (&t->recorded, &recorded, sizeof recorded, payload, n))
    t->gap_events = t->gap_bytes = 0;
  else
    {
      t->gap_events++;
      t->gap_bytes += n;
    }
  tb_taps_tick_soon (t);
  if (tb_exchange_used (&t->recorded) > t->recorded.size / 2)
    t->must_wake = true;
}

void
tb_tap_event (TbTaps *t, TbTap *tap, TbEventKind kind, uint32_t connection, uint64_t aux)
{
  TbEvent event = { .time_ns = t->now_ns,
                    .tap = tap != NULL ? tap->index : TB_NOBODY,
                    .connection = connection,
                    .aux = aux,
                    .kind = (uint8_t) kind };
  tb_tap_emit (t, &event, NULL, 0);
}

void
tb_tap_unframed (TbTaps *t, TbTap *tap, unsigned direction, uint64_t bytes)
{
  tap->unframed[direction] += bytes;
  if (!tap->in_unframed)
    {
      tap->in_unframed = true;
      tap->next_unframed = t->unframed;
      t->unframed = tap;
    }
  tb_taps_tick_soon (t);
}

void
tb_tap_flush_unframed (TbTaps *t)
{
  for (TbTap *tap = t->unframed; tap != NULL; tap = tap->next_unframed)
    {
      tap->in_unframed = false;
      for (uint8_t d = 0; d < 2; d++)
        {
          if (tap->unframed[d] == 0)
            continue;
          TbEvent event = { .time_ns = t->now_ns,
                            .tap = tap->index,
                            .size = (uint32_t) TB_MIN (tap->unframed[d], UINT32_MAX),
                            .aux = tap->unframed[d],
                            .kind = TB_EVENT_BYTES,
                            .direction = d };
          tap->unframed[d] = 0;
          tb_tap_emit (t, &event, NULL, 0);
        }
    }
  t->unframed = NULL;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static void
check_flow (const TbFlow *flow)
{
  TB_CHECK (flow->seen + flow->duplicated
            == flow->delivered + flow->dropped + flow->held + flow->lost);
  TB_CHECK (flow->bytes_seen + flow->bytes_duplicated
            == flow->bytes_delivered + flow->bytes_dropped + flow->bytes_held + flow->bytes_lost);
}

void
tb_tap_check (const TbTapCounters *row)
{
  check_flow (&row->up);
  check_flow (&row->down);
}

TbTapCounters *
tb_tap_begin (TbTap *tap)
{
  tb_row_begin (tap->row);
  return &tap->row->counters;
}

void
tb_tap_end (TbTap *tap, int64_t now_ns)
{
  tap->row->counters.last_ns = now_ns;
#ifndef NDEBUG
  tb_tap_check (&tap->row->counters);
#endif
  tb_row_end (tap->row);
}

/* ---- The table ------------------------------------------------------------------------------- */

static uint32_t
hash_place (uint32_t from, uint32_t to, uint16_t port)
{
  uint64_t h = ((uint64_t) from << 40) ^ ((uint64_t) to << 16) ^ port;
  h *= UINT64_C (0x9e3779b97f4a7c15);
  return (uint32_t) (h >> 32);
}

static void
index_tap (TbTaps *t, uint32_t place)
{
  const TbTap *tap = t->taps[place];
  uint32_t i = hash_place (tap->from, tap->to, tap->port) & t->tap_mask;
  while (t->tap_index[i] != 0)
    i = (i + 1) & t->tap_mask;
  t->tap_index[i] = place + 1;
}

/* Kept at most half full. */
static bool
grow_table (TbTaps *t)
{
  if (t->n_taps < t->taps_capacity)
    return true;
  uint32_t capacity = t->taps_capacity == 0 ? 64 : 2 * t->taps_capacity;
  TbTap **taps = realloc (t->taps, capacity * sizeof (TbTap *));
  if (taps == NULL)
    return false;
  t->taps = taps;
  uint32_t *index = calloc (2 * (size_t) capacity, sizeof *index);
  if (index == NULL)
    return false;
  free (t->tap_index);
  t->tap_index = index;
  t->tap_mask = 2 * capacity - 1;
  t->taps_capacity = capacity;
  for (uint32_t i = 0; i < t->n_taps; i++)
    index_tap (t, i);
  return true;
}

static void
take_row (TbTaps *t, TbTap *tap)
{
  uint32_t n = atomic_load_explicit (&t->counters->n_rows, memory_order_relaxed);
  bool full = n >= TB_TAPS_MAX;
  tap->index = full ? TB_NOBODY : n;
  tap->row = full ? t->spare : &t->counters->rows[n];
  if (full)
    {
      if (t->n_taps == TB_TAPS_MAX)
        tb_tap_problem (t, 1, TB_NOBODY,
                        "more than %d pairs of instances are connected; what the others send "
                        "is passed on but not counted",
                        TB_TAPS_MAX);
      return;
    }
  TbTapCounters *row = tb_tap_begin (tap);
  row->link = tap->link;
  row->from = tap->from;
  row->to = tap->to;
  row->port = tap->port;
  row->proto = tap->proto;
  row->faults = tap->effects.bits;
  tb_tap_end (tap, t->now_ns);
  atomic_store_explicit (&t->counters->n_rows, n + 1, memory_order_release);
  TbTold told = { .type = TB_TOLD_TAP,
                  .row = n,
                  .link = tap->link,
                  .from = tap->from,
                  .to = tap->to,
                  .port = tap->port,
                  .time_ns = t->now_ns };
  tb_tap_tell (t, &told, NULL, 0);
}

static bool
is_of_probe (const TbTaps *t, uint32_t link)
{
  const char *id = link != TB_NOBODY ? t->plan->links[link].id : "";
  size_t n = strlen (id), end = strlen (TB_PROBE_SUFFIX);
  return n > end && strcmp (id + n - end, TB_PROBE_SUFFIX) == 0;
}

static TbTap *
make_tap (TbTaps *t, uint32_t from, uint32_t to, uint16_t port, uint32_t link)
{
  TbTap *tap = grow_table (t) ? calloc (1, sizeof *tap) : NULL;
  if (tap == NULL)
    return NULL;
  *tap = (TbTap) { .link = link, .from = from, .to = to, .port = port };
  if (link == TB_NOBODY)
    tap->link = tb_route_link (t->routes, from, to, port);
  tap->proto = tap->link != TB_NOBODY ? t->plan->links[tap->link].proto : TB_PROTO_UNKNOWN;
  TbFaultPlace place = { tap->link, from, to };
  tb_effects_at (t->faults, &place, NULL, &tap->effects);
  tap->quiet = is_of_probe (t, tap->link);
  t->some_quiet = t->some_quiet || tap->quiet;
  take_row (t, tap);
  t->taps[t->n_taps++] = tap;
  index_tap (t, t->n_taps - 1);
  return tap;
}

TbTap *
tb_tap_get (TbTaps *t, uint32_t from, uint32_t to, uint16_t port, uint32_t link)
{
  if (t->n_taps > 0)
    for (uint32_t i = hash_place (from, to, port) & t->tap_mask; t->tap_index[i] != 0;
         i = (i + 1) & t->tap_mask)
      {
        TbTap *tap = t->taps[t->tap_index[i] - 1];
        if (tap->from == from && tap->to == to && tap->port == port)
          return tap;
      }
  return make_tap (t, from, to, port, link);
}

bool
tb_tap_is_full (TbTaps *t, const TbTap *tap)
{
  uint64_t open = tap->row->counters.connections_open;
  if (open < t->share)
    return false;
  if (t->full_told_ns == 0 || t->now_ns - t->full_told_ns > TB_NS_PER_S)
    tb_tap_problem (t, 0, tap->from,
                    "%s has %llu connections to %s open; more fail, so that the others have "
                    "descriptors left",
                    t->plan->instances[tap->from].id, (unsigned long long) open,
                    t->plan->instances[tap->to].id);
  t->full_told_ns = t->now_ns;
  return true;
}

void
tb_taps_clear (TbTaps *t)
{
  for (uint32_t i = 0; i < t->n_taps; i++)
    {
      tb_park_free (t->taps[i]);
      free (t->taps[i]);
    }
  free (t->taps);
  free (t->tap_index);
  tb_taps_forget_faults (t);
}
