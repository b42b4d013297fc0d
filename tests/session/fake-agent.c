/* Stands in for the agent: says what TB_FAKE tells it to, and keeps no process but one. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tb-wire.h"

static TbWriter out;
static TbWirePlan plan;
static TbCounters *counters;
static TbRing *ring;
static int viewer;

static bool
fake (const char *what)
{
  const char *all = getenv ("TB_FAKE");
  return all != NULL && strstr (all, what) != NULL;
}

/* "bits": a byte at a time, as a stream may come. */
static void
flush (void)
{
  for (size_t at = 0; at < out.size;)
    {
      ssize_t n = send (viewer, out.bytes + at, fake ("bits") ? 1 : out.size - at, MSG_NOSIGNAL);
      if (n < 0 && errno != EAGAIN)
        exit (9);
      at += n > 0 ? (size_t) n : 0;
    }
  out.size = 0;
}

static void
welcome (void)
{
  int fds[2] = { tb_shared_create ("counters", sizeof *counters, (void **) &counters),
                 tb_shared_create ("ring", sizeof *ring, (void **) &ring) };
  counters->version = ring->version = TB_WIRE_VERSION;
  counters->row_size = sizeof (TbTapRow);
  ring->slot_size = fake ("wrong-ring") ? 1 : sizeof (TbRingSlot);
  tb_writer_begin (&out, TB_FACT_WELCOME);
  tb_writer_u32 (&out, fake ("wrong-version") ? 99 : TB_WIRE_VERSION);
  tb_writer_end (&out);
  tb_socket_send_fds (viewer, out.bytes, out.size, fds, 2);
  out.size = 0;
}

static void
tell_run (TbRunState state, const char *reason)
{
  tb_writer_begin (&out, TB_FACT_RUN_STATE);
  tb_writer_u8 (&out, (uint8_t) state);
  tb_writer_string (&out, reason);
  tb_writer_end (&out);
}

/* The first that is started, behind those that lie outside. */
static uint32_t
first (void)
{
  uint32_t i = 0;
  while (i < plan.n_instances && tb_wire_is_outside (&plan.instances[i]))
    i++;
  return i;
}

static void
tell_instance (uint32_t i, TbInstanceState state, const char *sentence)
{
  TbWireInstanceState s = { .instance = i, .state = state, .sentence = (char *) sentence,
                            .pid = state == TB_INSTANCE_READY ? 4000 + i - first () : 0 };
  tb_wire_instance_state_write (&out, &s);
}

static void
tell_two (TbFactType type, const char *a, const char *b)
{
  tb_writer_begin (&out, type);
  tb_writer_string (&out, a);
  tb_writer_string (&out, b);
  tb_writer_end (&out);
}

static void
tell_load (uint32_t i, int64_t time_ns, uint64_t cpu_ns)
{
  tb_writer_begin (&out, TB_FACT_INSTANCE_LOAD);
  tb_writer_u32 (&out, i);
  tb_writer_i64 (&out, time_ns);
  tb_writer_u64 (&out, cpu_ns);
  tb_writer_u64 (&out, 12345);
  tb_writer_u32 (&out, 1);
  tb_writer_u32 (&out, 2);
  tb_writer_u32 (&out, 3);
  tb_writer_end (&out);
}

/* Ten requests and nine replies on link 0, from the first instance to the second; and one tap that nobody
 * drew. */
static void
count (void)
{
  TbTapRow *row = &counters->rows[0], *other = &counters->rows[1];
  tb_row_begin (row);
  row->counters = (TbTapCounters) { .link = 0, .from = first (), .to = first () + 1, .port = 8080, .proto = 2,
                                    .requests = 10, .replies = 9, .errors = 1, .connections_total = 2 };
  row->counters.up.bytes_seen = 1000;
  row->counters.down.bytes_seen = 9000;
  row->counters.latency.bucket[tb_histogram_index (2000000)] = 9;
  tb_row_end (row);
  tb_row_begin (other);
  other->counters = (TbTapCounters) { .link = ~0u, .from = first () + 1, .to = first (), .port = 99, .proto = 1 };
  tb_row_end (other);
  atomic_store (&counters->n_rows, 2);
  for (uint32_t i = 1; i <= 10; i++)
    {
      TbEvent event = { .tap = 0, .number = i, .kind = TB_EVENT_REQUEST };
      tb_ring_push (ring, &event);
    }
}

/* So many events a millisecond, half of them requests, on each link in turn: what a bench watches. */
#define FLOOD_MS 100u

static void
flood_once (uint32_t at, uint32_t number)
{
  TbTapRow *row = &counters->rows[at];
  TbEvent event = { .time_ns = tb_now_ns (), .tap = at, .connection = 1, .number = number, .size = 100,
                    .kind = TB_EVENT_REQUEST, .label = "GET /item" };
  tb_ring_push (ring, &event);
  event.kind = TB_EVENT_REPLY;
  event.direction = 1;
  event.aux = 200000;
  event.status = 200;
  tb_ring_push (ring, &event);
  tb_row_begin (row);
  row->counters.requests++;
  row->counters.replies++;
  row->counters.up.bytes_seen += 100;
  row->counters.down.bytes_seen += 100;
  row->counters.latency.bucket[tb_histogram_index (event.aux)]++;
  tb_row_end (row);
}

static void *
flood (void *unused)
{
  int64_t due_ns = tb_now_ns ();
  uint32_t n = plan.n_links < 5 ? plan.n_links : 5;
  for (uint32_t i = 0; i < n; i++)
    {
      const TbWireLink *link = &plan.links[i];
      tb_row_begin (&counters->rows[i]);
      counters->rows[i].counters = (TbTapCounters) { .link = i, .from = link->from[0], .to = link->to[0],
                                                     .port = link->port, .proto = 2 };
      tb_row_end (&counters->rows[i]);
    }
  atomic_store (&counters->n_rows, n);
  for (uint32_t number = 1;; due_ns += 1000000)
    {
      for (uint32_t i = 0; i < FLOOD_MS / 2; i++, number++)
        flood_once (number % n, number);
      while (tb_now_ns () < due_ns)
        usleep (200);
    }
  return NULL;
}

static void
begin_flood (void)
{
  pthread_t thread;
  if (pthread_create (&thread, NULL, flood, NULL) != 0)
    exit (6);
  pthread_detach (thread);
}

/* A daemon that has left session and family and does not listen to SIGTERM. Its number is written
 * where the test finds it. */
static void
leave_an_orphan (void)
{
  const char *path = getenv ("TB_ORPHAN");
  if (fork () != 0)
    return;
  setsid ();
  if (fork () != 0)
    _exit (0);
  signal (SIGTERM, SIG_IGN);
  FILE *f = fopen (path, "w");
  fprintf (f, "%d\n", (int) getpid ());
  fclose (f);
  close (viewer);
  for (;;)
    pause ();
}

static void
run_plan (void)
{
  if (fake ("die"))
    exit (7);
  if (fake ("orphan"))
    leave_an_orphan ();
  if (fake ("crash"))
    raise (SIGKILL);
  for (uint32_t i = first (); i < plan.n_instances; i++)
    {
      tell_instance (i, TB_INSTANCE_STARTING, "");
      tell_two (TB_FACT_WAITING, plan.instances[i].id, "itself");
      tell_load (i, 1000000000, 0);
      tell_load (i, 2000000000, 250000000);
      if (!fake ("never-ready"))
        tell_instance (i, i == first () && fake ("fails") ? TB_INSTANCE_FAILED : TB_INSTANCE_READY,
                       i == first () && fake ("fails") ? "exited with status 1" : "");
    }
  if (fake ("flood"))
    begin_flood ();
  else
    count ();
  tell_run (TB_RUN_RUNNING, "");
  flush ();
}

static void
stop (void)
{
  tell_run (TB_RUN_STOPPING, "");
  for (uint32_t i = 0; i < plan.n_instances; i++) /* what lies outside has its facts, too */
    tell_instance (i, TB_INSTANCE_STOPPED, "");
  tell_run (TB_RUN_STOPPED, "");
  flush ();
  exit (0);
}

static void
tell_fault (const char *id, bool active)
{
  tb_writer_begin (&out, TB_FACT_FAULT_STATE);
  tb_writer_string (&out, id);
  tb_writer_u8 (&out, active);
  tb_writer_i64 (&out, 777);
  tb_writer_string (&out, "");
  tb_writer_end (&out);
  flush ();
}

#define FAULTS_MAX 8
static char *faults[FAULTS_MAX]; /* that were added, by id */

static void
add_fault (const char *id)
{
  for (size_t i = 0; i < FAULTS_MAX; i++)
    if (faults[i] == NULL)
      {
        faults[i] = strdup (id);
        break;
      }
  tell_fault (id, true);
}

/* "": all of them. */
static void
remove_fault (const char *id)
{
  for (size_t i = 0; i < FAULTS_MAX; i++)
    if (faults[i] != NULL && (*id == '\0' || strcmp (faults[i], id) == 0))
      {
        tell_fault (faults[i], false);
        free (faults[i]);
        faults[i] = NULL;
      }
}

static void
bypass (bool open)
{
  TbWireBypass b = { .from = first (), .to = first () + 1, .port = 8080, .open = open, .why = (char *) "inherited" };
  tb_wire_bypass_write (&out, &b);
  flush ();
}

static bool
is_past (int64_t time_ns)
{
  return time_ns > 0 && time_ns <= tb_now_ns ();
}

static void
take (TbReader *r)
{
  TbWireFault fault;
  char *name = NULL;
  switch (r->type)
    {
    case TB_COMMAND_HELLO:
      if (fake ("garbage"))
        {
          send (viewer, "this is no frame of any kind at all", 35, MSG_NOSIGNAL);
          return;
        }
      if (tb_reader_u32 (r) != TB_WIRE_VERSION || !is_past (tb_reader_i64 (r)))
        exit (8);
      welcome ();
      return;
    case TB_COMMAND_PLAN:
      if (!tb_wire_plan_read (r, &plan))
        exit (8);
      run_plan ();
      return;
    case TB_COMMAND_STOP:
      stop ();
      return;
    case TB_COMMAND_FAULT_ADD:
      if (tb_wire_fault_read (r, &fault))
        add_fault (fault.id);
      return;
    case TB_COMMAND_FAULT_REMOVE:
      name = tb_reader_string (r);
      remove_fault (name);
      break;
    case TB_COMMAND_PAUSE:
      bypass (true);
      break;
    case TB_COMMAND_RESUME:
      bypass (false);
      break;
    case TB_COMMAND_KILL:
      name = tb_reader_string (r);
      tell_instance (strcmp (name, plan.instances[first ()].id) == 0 ? first () : first () + 1, TB_INSTANCE_KILLED, "killed");
      flush ();
      break;
    }
  free (name);
}

int
main (int argc, char **argv)
{
  static uint8_t in[1 << 20];
  size_t n = 0;
  viewer = argc > 2 ? atoi (argv[2]) : -1;
  for (;;)
    {
      ssize_t got = recv (viewer, in + n, sizeof in - n, 0);
      if (got < 0 && errno == EAGAIN)
        {
          usleep (500);
          continue;
        }
      if (got <= 0)
        return 0;
      n += (size_t) got;
      TbReader r;
      size_t used;
      while (tb_reader_begin (&r, in, n, &used) == TB_FRAME_WHOLE)
        {
          take (&r);
          memmove (in, in + used, n -= used);
        }
    }
}
