/* What a recording costs and how fast it is read: ten million messages of services over HTTP with
 * traceparent, and of a Redis benchmark. Then ten million messages of a real redis-benchmark through a
 * real tap: what the tap counted is what Redis says that it did, and every message is in the recording
 * or in a gap that it tells of. Prints name, value, unit and target. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fixture.h"
#include "tb-base.h"
#include "tb-record.h"

#define MESSAGES 10000000u
#define RATE 100000.0 /* a second */
#define SEEKS 2000

static char path[] = "/tmp/tb-bench-record-XXXXXX";

static double
cpu_s (void)
{
  return (double) tb_thread_cpu_ns () / 1e9;
}

static double
now_ms (void)
{
  return (double) tb_now_ns () / 1e6;
}

/* ---- Messages like real ones ------------------------------------------------------------------ */

typedef struct
{
  TbRng rng;
  int64_t now_ns;
  struct
  {
    uint32_t number;
    int64_t asked_ns; /* 0: nothing outstanding */
    uint8_t trace[8], span[8];
    char label[TB_EVENT_LABEL];
  } connections[50];
  bool http;
} Traffic;

static void
ask (Traffic *t, TbEvent *e, uint32_t c)
{
  uint64_t trace = tb_rng_next (&t->rng), span = tb_rng_next (&t->rng), key = tb_rng_below (&t->rng, 100000);
  t->connections[c].number++;
  t->connections[c].asked_ns = t->now_ns;
  e->kind = TB_EVENT_REQUEST;
  e->size = t->http ? 180 + (uint32_t) tb_rng_below (&t->rng, 40) : 45;
  if (t->http)
    snprintf (e->label, sizeof e->label, "GET /item/%u", (unsigned) key % 5000);
  else
    snprintf (e->label, sizeof e->label, "SET key:%012u", (unsigned) key);
  if (t->http)
    {
      memcpy (e->trace_id, &trace, 8);
      memcpy (e->span_id, &span, 8);
    }
  memcpy (t->connections[c].trace, e->trace_id, 8);
  memcpy (t->connections[c].span, e->span_id, 8);
}

static void
answer (Traffic *t, TbEvent *e, uint32_t c)
{
  e->kind = TB_EVENT_REPLY;
  e->direction = 1;
  e->size = t->http ? 300 + (uint32_t) tb_rng_below (&t->rng, 500) : 5;
  e->status = t->http ? 200 : 0;
  /* Its first byte comes a little before its last. */
  e->aux = (uint64_t) (t->now_ns - t->connections[c].asked_ns)
           - (t->http && tb_rng_below (&t->rng, 4) == 0 ? tb_rng_below (&t->rng, 9000) : 0);
  snprintf (e->label, sizeof e->label, "%s", t->http ? "200 OK" : "OK");
  t->connections[c].asked_ns = 0;
}

static void
next (Traffic *t, TbEvent *e)
{
  uint32_t c = (uint32_t) tb_rng_below (&t->rng, 50);
  t->now_ns += (int64_t) (-log (1 - tb_rng_uniform (&t->rng)) * 1e9 / RATE);
  memset (e, 0, sizeof *e);
  e->time_ns = t->now_ns;
  e->tap = c % 6;
  e->connection = c + 1;
  if (t->connections[c].asked_ns == 0)
    ask (t, e, c);
  else
    answer (t, e, c);
  e->number = t->connections[c].number;
}

/* ---- Writing ---------------------------------------------------------------------------------- */

typedef struct
{
  double cpu_s, bytes;
} Cost;

/* As the agent does: a flush eight times a second of the run. */
static Cost
record (bool http, uint32_t n, uint32_t payload)
{
  Traffic t = { .now_ns = TB_NS_PER_S, .http = http };
  TbRecordLimits limits = { .limit_bytes = INT64_C (8) << 30, .payload_max = payload };
  TbRecordWriter *w;
  struct stat st;
  static const char text[] = "GET /item/%08u HTTP/1.1\r\nHost: shop\r\nAccept: */*\r\n\r\n";
  char message[128];
  tb_rng_seed (&t.rng, 11);
  if (tb_record_writer_open (path, 1, 0, &limits, &w) != 0)
    abort ();
  double traffic = 0, begin = cpu_s ();
  static TbEvent events[4096];
  for (uint32_t i = 0; i < n; i += 4096)
    {
      double before = cpu_s ();
      for (uint32_t k = 0; k < 4096; k++)
        next (&t, &events[k]);
      traffic += cpu_s () - before;
      for (uint32_t k = 0; k < 4096 && i + k < n; k++)
        {
          int size = payload > 0 ? snprintf (message, sizeof message, text, events[k].number * 7919) : 0;
          tb_record_writer_event (w, &events[k], message, (size_t) size);
        }
      if (i / 4096 % 3 == 0)
        tb_record_writer_flush (w, NULL);
    }
  tb_record_writer_close (w);
  Cost cost = { cpu_s () - begin - traffic, 0 };
  cost.bytes = stat (path, &st) == 0 ? (double) st.st_size : 0;
  return cost;
}

static void
print_cost (const char *what, Cost cost, uint32_t n, const char *target)
{
  printf ("%s: bytes a message\t%.2f\tB\t%s\n", what, cost.bytes / n, target);
  printf ("%s: CPU of the recording at 100 000 messages a second\t%.2f\t%%\t\n", what,
          cost.cpu_s / n * RATE * 100);
}

/* ---- Reading ---------------------------------------------------------------------------------- */

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

/* A moment's events are at hand: those of the second before it too. */
static void
measure_seeks (TbRecordReader *r)
{
  static double ms[SEEKS];
  static TbEvent events[1000];
  TbRng rng;
  if (tb_record_reader_event (r, MESSAGES - 1, &events[0]) != 1)
    abort ();
  int64_t first = TB_NS_PER_S, span = events[0].time_ns - first;
  tb_rng_seed (&rng, 5);
  for (int i = 0; i < SEEKS; i++)
    {
      int64_t time = first + (int64_t) tb_rng_below (&rng, (uint64_t) span);
      double begin = now_ms ();
      uint64_t at = tb_record_reader_find (r, time);
      tb_record_reader_events (r, at > 500 ? at - 500 : 0, events, 1000);
      ms[i] = now_ms () - begin;
    }
  qsort (ms, SEEKS, sizeof *ms, compare);
  printf ("a moment sought, 99 of 100\t%.2f\tms\t<= 50\n", ms[SEEKS * 99 / 100]);
  printf ("a moment sought, the worst of %d\t%.2f\tms\t<= 50\n", SEEKS, ms[SEEKS - 1]);
}

static void
measure_opening (const char *name)
{
  TbRecordReader *r;
  bool cut;
  double begin = now_ms ();
  if (tb_record_reader_open (path, &r, &cut) != 0)
    abort ();
  printf ("%s\t%.2f\tms\t<= 1000\n", name, now_ms () - begin);
  if (tb_record_reader_n_events (r) != MESSAGES && !cut)
    abort ();
  if (!cut)
    measure_seeks (r);
  begin = now_ms ();
  static TbEvent events[4096];
  uint64_t n = 0;
  for (size_t got; !cut && (got = tb_record_reader_events (r, n, events, 4096)) > 0;)
    n += got;
  if (!cut)
    printf ("all read, messages a second\t%.3g\t1/s\t\n", (double) n / (now_ms () - begin) * 1e3);
  tb_record_reader_close (r);
}

/* ---- Ten million through a tap ---------------------------------------------------------------- */

static gboolean
benchmark_is_over (Fixture *f, gpointer data)
{
  return f->instances[0].state == TB_INSTANCE_READY;
}

typedef struct
{
  guint64 requests, replies, connections;
} Counted;

static Counted
counted_by_taps (Fixture *f)
{
  Counted c = { 0 };
  static TbTapCounters row;
  for (guint i = 0; i < atomic_load (&f->counters->n_rows); i++)
    if (tb_row_read (&f->counters->rows[i], &row))
      {
        c.requests += row.requests;
        c.replies += row.replies;
        c.connections += row.connections_total;
      }
  return c;
}

/* Positions and gaps together. */
static guint64
recorded (const char *file, guint64 *gaps)
{
  TbRecordReader *r;
  TbRecord rec;
  TbRecordGap gap;
  *gaps = 0;
  if (tb_record_reader_open (file, &r, NULL) != 0)
    return 0;
  while (tb_record_reader_next (r, &rec) == 1)
    if (tb_record_gap_read (&rec, &gap) && !gap.aged)
      *gaps += gap.events;
  guint64 n = tb_record_reader_n_events (r);
  tb_record_reader_close (r);
  return n;
}

static void
measure_tap (const char *what, const char *test, guint requests, guint32 payload)
{
  Fixture *f = fixture_new (2);
  g_autofree char *file = g_strdup_printf ("%s/run.tbrec", f->dir);
  g_autofree char *address = g_strdup_printf ("127.%u.1.2", f->plan.block);
  g_autofree char *script = g_strdup_printf (
    "redis-benchmark -h 127.%u.1.2 -P 16 -c 50 -n %u -t %s -r 100000 -q >&2; "
    "redis-cli -h 127.%u.1.2 info stats | tr -d '\\r' | grep total_commands; echo over; exec sleep 1000",
    f->plan.block, requests, test, f->plan.block);
  f->plan.recording = file;
  f->plan.record_payload = payload;
  fixture_command (f, 1, "redis-server", "--bind", address, "--protected-mode", "no", "--save", "", NULL);
  fixture_probe (f, 1, TB_PROBE_TCP, "6379");
  fixture_shell (f, 0, script);
  fixture_probe (f, 0, TB_PROBE_LOG, "^over");
  fixture_instance (f, 0)->ready_timeout_ns = 600 * TB_NS_PER_S;
  fixture_depend (f, 0, 1);
  double begin = now_ms ();
  fixture_start (f);
  if (!fixture_wait (f, benchmark_is_over, NULL, 600))
    {
      printf ("%s: redis-benchmark has not ended\t0\t\t\n", what);
      fixture_end (f);
      return;
    }
  double seconds = (now_ms () - begin) / 1e3;
  g_autofree char *log = fixture_read_log (f, 0);
  const char *at = strstr (log, "total_commands_processed:");
  /* Redis has not counted the INFO that asks it. */
  guint64 done = at != NULL ? g_ascii_strtoull (strchr (at, ':') + 1, NULL, 10) + 1 : 0;
  Counted c = counted_by_taps (f);
  fixture_stop (f);
  guint64 gaps, n = recorded (file, &gaps), told = c.requests + c.replies + 2 * c.connections;
  printf ("%s: messages counted\t%.0f\t\t\n", what, (double) (c.requests + c.replies));
  printf ("%s: messages a second\t%.0f\t1/s\t\n", what, (double) (c.requests + c.replies) / seconds);
  printf ("%s: counted and not done by Redis\t%.0f\t\t<= 0\n", what,
          fabs ((double) done - (double) c.requests) + fabs ((double) c.requests - (double) c.replies));
  printf ("%s: neither recorded nor in a gap\t%.0f\t\t<= 0\n", what,
          fabs ((double) told - (double) (n + gaps)));
  printf ("%s: share that is a gap\t%.4f\t%%\t\n", what, 100.0 * (double) gaps / (double) (n + gaps));
  fixture_free (f);
}

int
main (void)
{
  struct stat st;
  int fd = mkstemp (path);
  if (fd < 0)
    return 1;
  close (fd);
  g_setenv ("TIERBOARD_TEST_AGENT", AGENT_PROGRAM, FALSE);
  print_cost ("Redis with first bytes", record (false, 1000000, 4096), 1000000, "");
  print_cost ("HTTP with first bytes", record (true, 1000000, 4096), 1000000, "");
  print_cost ("Redis", record (false, 1000000, 0), 1000000, "<= 40");
  print_cost ("HTTP with traceparent", record (true, MESSAGES, 0), MESSAGES, "<= 40");
  measure_opening ("ten million opened");
  if (stat (path, &st) == 0 && truncate (path, st.st_size - 1) == 0)
    measure_opening ("ten million opened without their index");
  unlink (path);
  fflush (stdout);
  measure_tap ("pipelined by 16", "set", 5000000, 0);
  measure_tap ("pipelined by 16, first bytes kept", "set", 1000000, 4096);
  return 0;
}
