/* The tap loop with a plan of a test, what it tells, and faults for it. */
#include "taps-fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "claim.h"

#define DEADLINE_NS (30 * TB_NS_PER_S)

/* ---- Plan ------------------------------------------------------------------------------------ */

static void *
map (size_t size)
{
  void *memory = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  g_assert_true (memory != MAP_FAILED);
  return memory;
}

Fixture *
fx_new (void)
{
  Fixture *fx = g_new0 (Fixture, 1);
  struct rlimit limit;
  getrlimit (RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
  fx->claim = tb_claim_block (&fx->plan.block);
  fx->dir = g_dir_make_tmp ("taps-XXXXXX", NULL);
  fx->plan.run_dir = fx->dir;
  fx->plan.recording = (char *) "";
  fx->plan.seed = 1;
  fx->plan.instances = fx->instances;
  fx->plan.links = fx->links;
  fx->counters = map (sizeof *fx->counters);
  fx->ring = map (sizeof *fx->ring);
  fx->events = g_array_new (FALSE, FALSE, sizeof (TbEvent));
  fx->taps_seen = g_array_new (FALSE, FALSE, sizeof (FxTap));
  fx->bypasses = g_array_new (FALSE, FALSE, sizeof (FxBypass));
  fx->faults = g_array_new (FALSE, FALSE, sizeof (FxFault));
  fx->records = g_array_new (FALSE, FALSE, sizeof (FxRecord));
  fx->problems = g_ptr_array_new_with_free_func (g_free);
  fx->held = g_array_new (FALSE, FALSE, sizeof (TbWireHeld));
  return fx;
}

uint32_t
fx_instance (Fixture *fx, const char *id)
{
  uint32_t i = fx->plan.n_instances++;
  g_assert_cmpuint (i, <, FX_INSTANCES);
  g_auto (GStrv) parts = g_strsplit (id, "/", 2);
  fx->instances[i].id = g_strdup (id);
  fx->instances[i].component = g_strdup (parts[0]);
  fx->instances[i].address = 127u << 24 | fx->plan.block << 16 | 1u << 8 | (i + 1);
  return i;
}

void
fx_widen (TbWireLink *link, uint32_t from, uint32_t to)
{
  if (from != UINT32_MAX)
    link->from[link->n_from++] = from;
  if (to != UINT32_MAX)
    link->to[link->n_to++] = to;
}

TbWireLink *
fx_link (Fixture *fx, const char *id, uint32_t from, uint32_t to, uint16_t port, TbProto proto)
{
  uint32_t i = fx->plan.n_links++;
  TbWireLink *link = &fx->links[i];
  *link = (TbWireLink) { .id = g_strdup (id),
                         .from = g_new0 (uint32_t, FX_INSTANCES),
                         .to = g_new0 (uint32_t, FX_INSTANCES),
                         .port = port,
                         .address = 127u << 24 | fx->plan.block << 16 | 224u << 8 | (i + 1),
                         .proto = (uint8_t) proto };
  fx_widen (link, from, to);
  return link;
}

void
fx_start (Fixture *fx)
{
  int error = 0;
  fx->taps = tb_taps_new (&fx->plan, fx->counters, fx->ring, &error);
  g_assert_cmpint (error, ==, 0);
  g_assert_cmpint (tb_taps_start (fx->taps), ==, 0);
}

/* ---- What the taps tell ---------------------------------------------------------------------- */

static void
on_tap (uint32_t row, uint32_t link, uint32_t from, uint32_t to, uint16_t port, int64_t time_ns,
        void *data)
{
  Fixture *fx = data;
  FxTap tap = { row, link, from, to, port };
  g_array_append_val (fx->taps_seen, tap);
}

static void
on_bypass (const TbWireBypass *b, int64_t time_ns, void *data)
{
  Fixture *fx = data;
  FxBypass bypass = { b->from, b->to, b->port, b->open, g_strdup (b->why) };
  g_array_append_val (fx->bypasses, bypass);
}

static void
on_fault (const char *id, TbFaultState state, int64_t time_ns, const char *reason, void *data)
{
  Fixture *fx = data;
  FxFault fault = { g_strdup (id), g_strdup (reason), state == TB_FAULT_ACTIVE, state, time_ns };
  g_array_append_val (fx->faults, fault);
}

static void
on_held (const TbWireHeld *held, uint32_t n, uint32_t total, void *data)
{
  Fixture *fx = data;
  g_array_set_size (fx->held, 0);
  g_array_append_vals (fx->held, held, n);
  fx->held_total = total;
}

static void
on_held_done (uint32_t token, const char *why_not, void *data)
{
  Fixture *fx = data;
  fx->held_token = token;
  g_free (fx->held_why);
  fx->held_why = g_strdup (why_not);
}

static void
on_problem (unsigned severity, uint32_t instance, const char *sentence, void *data)
{
  Fixture *fx = data;
  g_ptr_array_add (fx->problems, g_strdup (sentence));
}

static void
on_record (const TbEvent *event, const void *payload, size_t n, void *data)
{
  Fixture *fx = data;
  FxRecord record = { *event, g_bytes_new (payload, n) };
  g_array_append_val (fx->records, record);
}

static void
on_gap (uint64_t events, uint64_t bytes, int64_t time_ns, void *data)
{
  Fixture *fx = data;
  fx->gaps++;
}

void
fx_drain (Fixture *fx)
{
  const TbTapsSink sink = { .tap_opened = on_tap,
                            .bypass = on_bypass,
                            .fault = on_fault,
                            .problem = on_problem,
                            .held = on_held,
                            .held_done = on_held_done,
                            .record = on_record,
                            .gap = on_gap };
  TbEvent events[256];
  size_t n;
  tb_taps_drain (fx->taps, &sink, fx);
  while (!fx->deaf
         && (n = tb_ring_read (fx->ring, &fx->cursor, events, G_N_ELEMENTS (events), &fx->missed)) > 0)
    g_array_append_vals (fx->events, events, (guint) n);
}

void
fx_until (Fixture *fx, FxCondition condition, gpointer data)
{
  int64_t deadline = tb_now_ns () + DEADLINE_NS;
  for (;;)
    {
      fx_drain (fx);
      if (condition (fx, data))
        return;
      g_assert_cmpint (tb_now_ns (), <, deadline);
      struct pollfd p = { tb_taps_event_fd (fx->taps), POLLIN, 0 };
      poll (&p, 1, 2);
    }
}

static gboolean
confirmed (Fixture *fx, gpointer data)
{
  for (guint i = 0; i < fx->faults->len; i++)
    if (strcmp (g_array_index (fx->faults, FxFault, i).id, data) == 0)
      return TRUE;
  return FALSE;
}

/* Forgets earlier facts of that id first. */
static void
expect (Fixture *fx, const char *id)
{
  for (guint i = fx->faults->len; i-- > 0;)
    {
      FxFault *fault = &g_array_index (fx->faults, FxFault, i);
      if (strcmp (fault->id, id) != 0)
        continue;
      g_free (fault->id);
      g_free (fault->reason);
      g_array_remove_index (fx->faults, i);
    }
}

void
fx_settle (Fixture *fx)
{
  expect (fx, "no-such-fault");
  tb_taps_remove_fault (fx->taps, "no-such-fault");
  fx_until (fx, confirmed, (gpointer) "no-such-fault");
}

/* The writer may lose the processor in the middle of a row. */
static void
read_row (const TbTapRow *row, TbTapCounters *copy)
{
  gint64 give_up_us = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
  while (!tb_row_read (row, copy))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, give_up_us);
      g_usleep (1000);
    }
}

TbTapCounters
fx_row (Fixture *fx, uint32_t from, uint32_t to, uint16_t port)
{
  TbTapCounters row;
  uint32_t n = atomic_load (&fx->counters->n_rows);
  for (uint32_t i = 0; i < n; i++)
    {
      read_row (&fx->counters->rows[i], &row);
      if (row.from == from && row.to == to && row.port == port)
        return row;
    }
  memset (&row, 0, sizeof row);
  return row;
}

uint32_t
fx_count_events (Fixture *fx, TbEventKind kind)
{
  uint32_t n = 0;
  fx_drain (fx);
  for (guint i = 0; i < fx->events->len; i++)
    n += g_array_index (fx->events, TbEvent, i).kind == kind;
  return n;
}

gboolean
fx_told_bypass (Fixture *fx, uint32_t from, uint32_t to, gboolean open)
{
  for (guint i = 0; i < fx->bypasses->len; i++)
    {
      FxBypass *b = &g_array_index (fx->bypasses, FxBypass, i);
      if (b->from == from && b->to == to && b->open == open)
        return TRUE;
    }
  return FALSE;
}

/* ---- Faults ---------------------------------------------------------------------------------- */

static void
add_fault (Fixture *fx, const TbWireFault *fault)
{
  expect (fx, fault->id);
  tb_taps_add_fault (fx->taps, fault);
  fx_until (fx, confirmed, fault->id);
}

void
fx_fault (Fixture *fx, const char *id, TbFaultKind kind, const char *from, const char *to)
{
  TbWireFault fault = { .id = (char *) id,
                        .kind = kind,
                        .link = (char *) "",
                        .from = (char *) from,
                        .to = (char *) to,
                        .up = true,
                        .down = true,
                        TB_FAULT_ALWAYS };
  add_fault (fx, &fault);
}

void
fx_latency (Fixture *fx, const char *id, const char *from, const char *to, gboolean up,
            gboolean down, gint64 ns, gint64 jitter_ns)
{
  TbWireFault fault = { .id = (char *) id,
                        .kind = TB_FAULT_LATENCY,
                        .link = (char *) "",
                        .from = (char *) from,
                        .to = (char *) to,
                        .up = up,
                        .down = down,
                        .latency = { .kind = TB_DIST_CONSTANT, .a_ns = (double) ns },
                        .jitter_ns = jitter_ns,
                        TB_FAULT_ALWAYS };
  add_fault (fx, &fault);
}

void
fx_toxic (Fixture *fx, const char *id, const char *text)
{
  TbWireFault fault;
  char why[300] = "";
  g_assert_true (tb_fault_parse (text, &fault, why, sizeof why));
  g_assert_true (tb_fault_set (&fault, "id", id, why, sizeof why));
  g_assert_true (tb_fault_set (&fault, "link", fx->links[0].id, why, sizeof why));
  add_fault (fx, &fault);
  tb_wire_fault_clear (&fault);
}

void
fx_heal (Fixture *fx, const char *id)
{
  expect (fx, id);
  tb_taps_remove_fault (fx->taps, id);
  fx_until (fx, confirmed, (gpointer) id);
}

/* ---- The end --------------------------------------------------------------------------------- */

static void
check_flow (const TbFlow *f)
{
  g_assert_cmpuint (f->seen + f->duplicated, ==, f->delivered + f->dropped + f->held + f->lost);
  g_assert_cmpuint (f->bytes_seen + f->bytes_duplicated, ==,
                    f->bytes_delivered + f->bytes_dropped + f->bytes_held + f->bytes_lost);
}

static void
free_records (Fixture *fx)
{
  for (guint i = 0; i < fx->bypasses->len; i++)
    g_free (g_array_index (fx->bypasses, FxBypass, i).why);
  for (guint i = 0; i < fx->faults->len; i++)
    {
      g_free (g_array_index (fx->faults, FxFault, i).id);
      g_free (g_array_index (fx->faults, FxFault, i).reason);
    }
  for (guint i = 0; i < fx->records->len; i++)
    g_bytes_unref (g_array_index (fx->records, FxRecord, i).payload);
  g_array_unref (fx->events);
  g_array_unref (fx->taps_seen);
  g_array_unref (fx->bypasses);
  g_array_unref (fx->faults);
  g_array_unref (fx->records);
  g_ptr_array_unref (fx->problems);
  g_array_unref (fx->held);
  g_free (fx->held_why);
}

static void
remove_dir (const char *path)
{
  const char *const argv[] = { "rm", "-rf", path, NULL };
  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
}

void
fx_free (Fixture *fx)
{
  for (uint32_t i = 0; i < fx->n_children; i++)
    {
      kill (fx->children[i], SIGKILL);
      waitpid (fx->children[i], NULL, 0);
    }
  tb_taps_stop (fx->taps);
  for (uint32_t i = 0; i < fx->counters->n_rows; i++)
    {
      TbTapCounters *row = &fx->counters->rows[i].counters;
      check_flow (&row->up);
      check_flow (&row->down);
      g_assert_cmpuint (row->connections_open, ==, 0);
      g_assert_cmpuint (row->up.held + row->down.held, ==, 0);
    }
  for (uint32_t i = 0; i < fx->plan.n_instances; i++)
    {
      g_free (fx->instances[i].id);
      g_free (fx->instances[i].component);
    }
  for (uint32_t i = 0; i < fx->plan.n_links; i++)
    {
      g_free (fx->links[i].id);
      g_free (fx->links[i].from);
      g_free (fx->links[i].to);
    }
  free_records (fx);
  munmap (fx->counters, sizeof *fx->counters);
  munmap (fx->ring, sizeof *fx->ring);
  remove_dir (fx->dir);
  g_free (fx->dir);
  close (fx->claim);
  g_free (fx);
}

static gboolean
is_answered (Fixture *fx, gpointer token)
{
  return fx->held_token == GPOINTER_TO_UINT (token);
}

const char *
fx_held (Fixture *fx, TbHeldVerb verb, uint64_t id, uint64_t other)
{
  const TbWireHeldDo what = { fx->held_token + 1, verb, id, other };
  tb_taps_held (fx->taps, &what);
  fx_until (fx, is_answered, GUINT_TO_POINTER (what.token));
  return fx->held_why;
}

void
fx_two (Fixture *fx, uint16_t port, TbProto proto)
{
  fx_instance (fx, "client/1");
  fx_instance (fx, "server/1");
  fx_link (fx, "call", 0, 1, port, proto);
  fx_start (fx);
}

gboolean
fx_is_skipped (void)
{
  const char *why = NULL;
  if (tb_intercept_works (&why))
    return FALSE;
  g_print ("1..0 # SKIP %s\n", why);
  return TRUE;
}
