/* Recordings: written, read, cut short, damaged, growing. */
#include "fixture.h"

static const TbRecordLimits with_payload = { .payload_max = 4096 };

static void
test_what_was_written_is_read (Fixture *f, gconstpointer data)
{
  bool cut;
  TbRecordReader *r;
  write_events (f, 50000, &with_payload);
  g_assert_cmpint (tb_record_reader_open (f->path, &r, &cut), ==, 0);
  g_assert_false (cut);
  g_assert_cmpuint (tb_record_reader_n_events (r), ==, 50000);
  g_assert_cmpuint (check_events (r), ==, 50000);
  g_assert_cmpuint (check_payload (r), ==, 50000);
  g_assert_cmpint (tb_record_reader_end_ns (r), >=, event_at (49999).time_ns);
  g_assert_cmpuint (tb_record_reader_seed (r), ==, 7);
  tb_record_reader_close (r);
}

static void
test_events_come_in_runs (Fixture *f, gconstpointer data)
{
  g_autofree TbEvent *out = g_new (TbEvent, 20000);
  write_events (f, 30000, NULL);
  TbRecordReader *r = reader_new (f);
  g_assert_cmpuint (tb_record_reader_events (r, 12345, out, 20000), ==, 30000 - 12345);
  for (guint i = 0; i < 30000 - 12345; i++)
    g_assert_cmpint (out[i].time_ns, ==, event_at (12345 + i).time_ns);
  g_assert_cmpuint (tb_record_reader_events (r, 30000, out, 20000), ==, 0);
  tb_record_reader_close (r);
}

static void
test_the_first_event_of_a_moment_is_found (Fixture *f, gconstpointer data)
{
  write_events (f, 30000, NULL);
  TbRecordReader *r = reader_new (f);
  for (guint64 i = 0; i < 30000; i += 997)
    {
      g_assert_cmpuint (tb_record_reader_find (r, event_at (i).time_ns), ==, i);
      g_assert_cmpuint (tb_record_reader_find (r, event_at (i).time_ns + 1), ==, i + 1);
    }
  g_assert_cmpuint (tb_record_reader_find (r, 0), ==, 0);
  g_assert_cmpuint (tb_record_reader_find (r, INT64_MAX), ==, 30000);
  tb_record_reader_close (r);
}

/* Clocks of other hosts: the first event at or after a moment, in the order of writing. */
static void
test_times_need_not_rise (Fixture *f, gconstpointer data)
{
  guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_test_message ("seed %u", seed);
  gint64 times[20000];
  TbRecordWriter *w = writer_new (f, NULL);
  for (guint i = 0; i < 20000; i++)
    {
      TbEvent e = { .time_ns = times[i] = (gint64) i * 1000 + g_rand_int_range (rand, -5000000, 5000000) };
      tb_record_writer_event (w, &e, NULL, 0);
    }
  tb_record_writer_close (w);
  TbRecordReader *r = reader_new (f);
  for (guint k = 0; k < 200; k++)
    {
      gint64 time = g_rand_int_range (rand, -6000000, 26000000);
      guint64 want = 0;
      while (want < 20000 && times[want] < time)
        want++;
      g_assert_cmpuint (tb_record_reader_find (r, time), ==, want);
    }
  tb_record_reader_close (r);
}

/* Any bits in any field come back, but for what is behind a label's end. */
static void
test_any_event_comes_back (Fixture *f, gconstpointer data)
{
  guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_test_message ("seed %u", seed);
  g_autofree TbEvent *events = g_new0 (TbEvent, 9000);
  TbRecordWriter *w = writer_new (f, NULL);
  for (guint i = 0; i < 9000; i++)
    {
      TbEvent *e = &events[i];
      for (guint k = 0; k < sizeof *e; k++)
        ((guint8 *) e)[k] = g_rand_int_range (rand, 0, 3) ? (guint8) g_rand_int (rand) : 0;
      e->pad = 0;
      memset (e->label + g_rand_int_range (rand, 0, TB_EVENT_LABEL), 0, 1);
      e->label[TB_EVENT_LABEL - 1] = '\0';
      memset (e->label + strlen (e->label), 0, TB_EVENT_LABEL - strlen (e->label));
      tb_record_writer_event (w, e, NULL, 0);
    }
  tb_record_writer_close (w);
  TbRecordReader *r = reader_new (f);
  g_autofree TbEvent *out = g_new (TbEvent, 9000);
  g_assert_cmpuint (tb_record_reader_events (r, 0, out, 9000), ==, 9000);
  g_assert_cmpmem (out, 9000 * sizeof *out, events, 9000 * sizeof *events);
  tb_record_reader_close (r);
}

/* ---- Cut, damaged, something else ------------------------------------------------------------- */

static guint
count_records (TbRecordReader *r, guint *damaged)
{
  TbRecord record;
  guint n = 0;
  for (int got; (got = tb_record_reader_next (r, &record)) != 0;)
    if (got == -EBADMSG)
      ++*damaged;
    else
      n++;
  return n;
}

/* Where each block ends, told by flushing after each few events. */
typedef struct
{
  goffset size;
  guint64 events;
} Whole;

static GArray *
write_in_flushes (Fixture *f, guint flushes)
{
  GArray *wholes = g_array_new (FALSE, TRUE, sizeof (Whole));
  TbRecordWriter *w = writer_new (f, &with_payload);
  for (guint i = 0; i < flushes; i++)
    {
      GStatBuf st;
      tb_record_writer_add (w, TB_RECORD_FACT, i + 1, "fact", 4);
      write_some (w, i * 20, 20);
      tb_record_writer_flush (w, NULL);
      g_stat (f->path, &st);
      Whole whole = { st.st_size, (i + 1) * 20 };
      g_array_append_val (wholes, whole);
    }
  g_assert_cmpint (tb_record_writer_close (w), ==, 0);
  return wholes;
}

/* At each of its offsets: it opens, or says that it was cut before it began; what is read is true;
 * and the more there is, the more is read. */
static void
test_a_file_cut_anywhere_is_read_up_to_there (Fixture *f, gconstpointer data)
{
  GStatBuf st;
  g_array_unref (write_in_flushes (f, 12));
  g_stat (f->path, &st);
  guint64 before = 240;
  for (goffset size = st.st_size - 1; size >= 0; size--)
    {
      TbRecordReader *r;
      bool cut = false;
      g_assert_cmpint (truncate (f->path, size), ==, 0);
      int error = tb_record_reader_open (f->path, &r, &cut);
      if (size < 64)
        {
          g_assert_cmpint (error, ==, size == 0 ? -EPROTO : -ENODATA);
          continue;
        }
      g_assert_cmpint (error, ==, 0);
      g_assert_true (cut);
      guint64 n = tb_record_reader_n_events (r);
      g_assert_cmpuint (n, <=, before);
      if (n != before || size % 1000 == 0)
        {
          guint damaged = 0;
          g_assert_cmpuint (check_events (r), ==, n);
          count_records (r, &damaged);
          g_assert_cmpuint (damaged, ==, 0);
        }
      before = n;
      tb_record_reader_close (r);
    }
  g_assert_cmpuint (before, ==, 0);
}

/* As it is when its writer is killed: nothing of what was flushed is missing. */
static void
test_what_was_flushed_is_there_without_an_end (Fixture *f, gconstpointer data)
{
  TbRecordWriter *w = writer_new (f, &with_payload);
  uint64_t written = 0, before = 0;
  for (guint i = 0; i < 200; i++)
    {
      tb_record_writer_add (w, TB_RECORD_FACT, i, "fact", 4);
      write_some (w, i * 100, 100);
      g_assert_cmpint (tb_record_writer_flush (w, &written), ==, 0);
      g_assert_cmpuint (written, >, before);
      before = written;
    }
  TbRecordReader *r;
  bool cut;
  guint damaged = 0;
  g_assert_cmpint (tb_record_reader_open (f->path, &r, &cut), ==, 0);
  g_assert_true (cut);
  g_assert_cmpuint (check_events (r), ==, 20000);
  g_assert_cmpuint (check_payload (r), ==, 20000);
  g_assert_cmpuint (count_records (r, &damaged), ==, 200);
  tb_record_reader_close (r);
  tb_record_writer_close (w);
}

static void
test_a_damaged_block_is_passed_over (Fixture *f, gconstpointer data)
{
  g_autofree char *bytes = NULL;
  gsize n;
  write_events (f, 40000, NULL);
  g_file_get_contents (f->path, &bytes, &n, NULL);
  memset (bytes + 300, 'x', 3); /* of the first block */
  g_file_set_contents (f->path, bytes, (gssize) n, NULL);
  TbRecordReader *r = reader_new (f);
  guint64 good = check_events (r);
  g_assert_cmpuint (tb_record_reader_n_events (r), ==, 40000);
  g_assert_cmpuint (good, <, 40000);
  g_assert_cmpuint (good, >=, 40000 - 4096);
  g_assert_cmpuint (tb_record_reader_skip (r, 0), ==, 40000 - good);
  tb_record_reader_close (r);
}

static void
set_version (Fixture *f, guint32 version)
{
  FILE *file = g_fopen (f->path, "r+");
  fseek (file, 8, SEEK_SET);
  fwrite (&version, 4, 1, file);
  fclose (file);
}

static void
test_something_else_is_refused_in_words (Fixture *f, gconstpointer data)
{
  TbRecordReader *r;
  g_assert_true (g_file_set_contents (f->path, "<architecture/>", -1, NULL));
  g_assert_cmpint (tb_record_reader_open (f->path, &r, NULL), ==, -EPROTO);
  g_assert_cmpint (tb_record_reader_open ("/nowhere/at/all", &r, NULL), ==, -ENOENT);
  g_assert_cmpint (tb_record_reader_open (g_get_tmp_dir (), &r, NULL), ==, -EPROTO);
  write_events (f, 10, NULL);
  set_version (f, 3);
  g_assert_cmpint (tb_record_reader_open (f->path, &r, NULL), ==, -EPROTONOSUPPORT);
  g_assert_nonnull (strstr (tb_record_words (-EPROTONOSUPPORT), "newer"));
  set_version (f, 1);
  g_assert_cmpint (tb_record_reader_open (f->path, &r, NULL), ==, -ENOTSUP);
}

static void
test_noise_never_crashes_the_reader (Fixture *f, gconstpointer data)
{
  guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_test_message ("seed %u", seed);
  write_events (f, 300, &with_payload);
  g_autofree char *bytes = NULL;
  gsize n;
  g_file_get_contents (f->path, &bytes, &n, NULL);
  for (int i = 0; i < 300; i++)
    {
      g_autofree char *copy = g_memdup2 (bytes, n);
      for (int k = 0; k < 8; k++)
        copy[8 + g_rand_int_range (rand, 0, (gint32) n - 8)] = (char) g_rand_int (rand);
      g_file_set_contents (f->path, copy, (gssize) n, NULL);
      TbRecordReader *r;
      if (tb_record_reader_open (f->path, &r, NULL) != 0)
        continue;
      guint damaged = 0;
      count_records (r, &damaged);
      check_events (r);
      check_payload (r);
      tb_record_reader_close (r);
    }
}

/* ---- Records ----------------------------------------------------------------------------------- */

static void
test_seek_finds_the_block_of_a_moment (Fixture *f, gconstpointer data)
{
  TbRecordWriter *w = writer_new (f, NULL);
  TbRecord record;
  char body[100] = "";
  for (gint64 i = 0; i < 10000; i++)
    tb_record_writer_add (w, TB_RECORD_FACT, i, body, sizeof body);
  tb_record_writer_close (w);
  TbRecordReader *r = reader_new (f);
  tb_record_reader_seek (r, 7000);
  g_assert_cmpint (tb_record_reader_next (r, &record), ==, 1);
  g_assert_cmpint (record.time_ns, <=, 7000);
  g_assert_cmpint (record.time_ns, >, 5000);
  while (record.time_ns < 7000)
    g_assert_cmpint (tb_record_reader_next (r, &record), ==, 1);
  g_assert_cmpint (record.time_ns, ==, 7000);
  tb_record_reader_close (r);
}

static void
test_a_record_larger_than_a_block_fits (Fixture *f, gconstpointer data)
{
  TbRecordWriter *w = writer_new (f, NULL);
  TbRecord record;
  g_autofree char *big = g_malloc (1 << 20);
  for (int i = 0; i < 1 << 20; i++)
    big[i] = (char) g_random_int ();
  tb_record_writer_add (w, TB_RECORD_PLAN, 5, big, 1 << 20);
  tb_record_writer_add (w, TB_RECORD_FACT, 6, "x", 1);
  tb_record_writer_close (w);
  TbRecordReader *r = reader_new (f);
  g_assert_cmpint (tb_record_reader_next (r, &record), ==, 1);
  g_assert_cmpint (record.type, ==, TB_RECORD_PLAN);
  g_assert_cmpmem (record.body, record.size, big, 1 << 20);
  g_assert_cmpint (tb_record_reader_next (r, &record), ==, 1);
  g_assert_cmpint (tb_record_reader_next (r, &record), ==, 0);
  tb_record_reader_close (r);
}

static void
test_a_gap_says_how_much_and_when (Fixture *f, gconstpointer data)
{
  TbRecordWriter *w = writer_new (f, NULL);
  TbRecord record;
  TbRecordGap gap;
  write_some (w, 0, 10);
  tb_record_writer_gap (w, 123, 4567, event_at (10).time_ns);
  write_some (w, 10, 10);
  tb_record_writer_close (w);
  TbRecordReader *r = reader_new (f);
  g_assert_cmpint (tb_record_reader_next (r, &record), ==, 1);
  g_assert_true (tb_record_gap_read (&record, &gap));
  g_assert_cmpuint (gap.events, ==, 123);
  g_assert_cmpuint (gap.payload_bytes, ==, 4567);
  g_assert_cmpuint (gap.position, ==, 10);
  g_assert_cmpint (gap.from_ns, ==, event_at (9).time_ns);
  g_assert_cmpint (gap.to_ns, ==, event_at (10).time_ns);
  g_assert_false (gap.aged);
  tb_record_reader_close (r);
}

static void
test_figures_add_up_to_the_counters (Fixture *f, gconstpointer data)
{
  guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_test_message ("seed %u", seed);
  g_autofree TbTapCounters *now = g_new0 (TbTapCounters, 5), *before = g_new0 (TbTapCounters, 5),
                           *sum = g_new0 (TbTapCounters, 5);
  g_autofree TbRecordFigure *figure = g_new (TbRecordFigure, 1);
  TbRecordWriter *w = writer_new (f, NULL);
  for (gint64 second = 1; second <= 50; second++)
    {
      TbWriter out = { 0 };
      size_t at = tb_record_figures_begin (&out, (second - 1) * TB_NS_PER_S);
      for (guint i = 0; i < 5; i++)
        {
          TbTapCounters *c = &now[i];
          if (g_rand_boolean (rand))
            {
              c->requests += g_rand_int (rand);
              c->up.held = g_rand_int_range (rand, 0, 100);
              c->down.bytes_seen += 1;
              c->connections_open = g_rand_int_range (rand, 0, 9);
              c->last_ns = second;
              c->from = i;
              c->link = i ? i : UINT32_MAX;
              c->latency.bucket[g_rand_int_range (rand, 0, TB_HISTOGRAM_BUCKETS)]++;
              c->latency.bucket[TB_HISTOGRAM_BUCKETS - 1] += 7;
            }
          tb_record_figures_row (&out, at, i, c, &before[i]);
        }
      tb_record_writer_add (w, TB_RECORD_FIGURES, second * TB_NS_PER_S, out.bytes, out.size);
      tb_writer_clear (&out);
    }
  tb_record_writer_close (w);
  TbRecordReader *r = reader_new (f);
  TbRecord record;
  while (tb_record_reader_next (r, &record) == 1)
    {
      TbRecordFigures figures = { .record = &record };
      int got;
      while ((got = tb_record_figures_next (&figures, figure)) == 1)
        tb_record_figure_add (&sum[figure->row], figure);
      g_assert_cmpint (got, ==, 0);
      g_assert_cmpint (figures.since_ns, ==, record.time_ns - TB_NS_PER_S);
    }
  g_assert_cmpmem (sum, 5 * sizeof *sum, now, 5 * sizeof *now);
  tb_record_reader_close (r);
}

/* ---- Operations -------------------------------------------------------------------------------- */

static TbRecordOperation
some_operation (GRand *rand)
{
  TbRecordOperation o = { .link = (guint32) g_rand_int_range (rand, 0, 3), .final = g_rand_boolean (rand) };
  o.op.kind = (guint8) g_rand_int_range (rand, 0, TB_N_OPS);
  o.op.outcome = (guint8) g_rand_int_range (rand, 0, 3);
  o.op.error = o.op.outcome != TB_OP_OK ? (guint32) g_rand_int_range (rand, 0, TB_N_OP_ERRORS) : 0;
  o.op.invoke_ns = (gint64) g_rand_int (rand) << 20;
  o.op.return_ns = o.op.outcome == TB_OP_UNKNOWN && g_rand_boolean (rand) ? G_MAXINT64 : o.op.invoke_ns + g_rand_int (rand);
  o.op.value = g_rand_boolean (rand) ? 0 : (guint64) g_rand_int (rand) << 32 | 1;
  o.op.expected = o.op.kind == TB_OP_CAS ? g_rand_int (rand) : 0;
  o.op.swapped = (guint8) g_rand_boolean (rand);
  o.op.key = g_rand_int (rand);
  o.op.process = (guint32) g_rand_int_range (rand, 0, 1000);
  o.op.client = 7;
  o.op.replica = g_rand_boolean (rand) ? TB_OP_NOBODY : (guint16) g_rand_int_range (rand, 0, 4);
  o.shape = (guint8) g_rand_int_range (rand, 0, 4);
  return o;
}

static void
test_operations_are_what_was_told (Fixture *f, gconstpointer data)
{
  guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_test_message ("seed %u", seed);
  TbRecordOperation told[500], read;
  TbRecordBatch batch = { .instance = 7, .incarnation = 3, .missed = 12345678901, .final = 2 };
  TbWriter out = { 0 };
  TbRecordOperationsWriter w = { .out = &out };
  tb_record_operations_begin (&w, &batch);
  for (guint i = 0; i < G_N_ELEMENTS (told); i++)
    {
      told[i] = some_operation (rand);
      tb_record_operations_add (&w, &told[i]);
    }
  TbRecord record = { TB_RECORD_OPERATIONS, 0, out.bytes, out.size };
  TbRecordOperations r;
  g_assert_cmpint (tb_record_operations_open (&r, &record), ==, 0);
  g_assert_cmpmem (&r.batch, sizeof r.batch, &batch, sizeof batch);
  g_assert_cmpuint (r.left, ==, G_N_ELEMENTS (told));
  for (guint i = 0; i < G_N_ELEMENTS (told); i++)
    {
      g_assert_cmpint (tb_record_operations_next (&r, &read), ==, 1);
      g_assert_cmpmem (&read.op, sizeof read.op, &told[i].op, sizeof read.op);
      g_assert_cmpuint (read.link, ==, told[i].link);
      g_assert_cmpint (read.final, ==, told[i].final);
      g_assert_cmpuint (read.shape, ==, told[i].shape);
    }
  g_assert_cmpint (tb_record_operations_next (&r, &read), ==, 0);
  tb_writer_clear (&out);
}

static void
test_cut_operations_end_where_they_are_cut (Fixture *f, gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  TbRecordBatch batch = { .instance = 7 };
  TbRecordOperation read, told = some_operation (rand);
  TbWriter out = { 0 };
  TbRecordOperationsWriter w = { .out = &out };
  tb_record_operations_begin (&w, &batch);
  for (guint i = 0; i < 3; i++)
    tb_record_operations_add (&w, &told);
  for (gsize n = 0; n < out.size; n++)
    {
      /* A copy of just that size, so that a read beyond it is seen. */
      g_autofree guint8 *bytes = g_memdup2 (out.bytes, n);
      TbRecord record = { TB_RECORD_OPERATIONS, 0, bytes, n };
      TbRecordOperations r;
      int got = tb_record_operations_open (&r, &record);
      while (got == 0 && (got = tb_record_operations_next (&r, &read)) == 1)
        got = 0;
      g_assert_cmpint (got, ==, -EBADMSG);
      g_assert_cmpint (tb_record_operations_next (&r, &read), <=, 0);
    }
  tb_writer_clear (&out);
}

/* ---- Growing ----------------------------------------------------------------------------------- */

static void
test_a_growing_file_is_followed (Fixture *f, gconstpointer data)
{
  TbRecordWriter *w = writer_new (f, &with_payload);
  TbRecordReader *r = reader_new (f);
  TbRecord record;
  g_assert_cmpuint (tb_record_reader_n_events (r), ==, 0);
  for (guint i = 0; i < 100; i++)
    {
      tb_record_writer_add (w, TB_RECORD_FACT, i, "fact", 4);
      write_some (w, i * 1000, 1000);
      g_assert_cmpint (tb_record_reader_next (r, &record), ==, 0);
      tb_record_writer_flush (w, NULL);
      g_assert_cmpint (tb_record_reader_refresh (r, 0), ==, 1);
      g_assert_cmpint (tb_record_reader_refresh (r, 0), ==, 0);
      g_assert_cmpuint (tb_record_reader_n_events (r), ==, (i + 1) * 1000);
      g_assert_cmpint (tb_record_reader_next (r, &record), ==, 1);
      g_assert_cmpint (record.time_ns, ==, i);
    }
  tb_record_writer_close (w);
  g_assert_cmpuint (check_events (r), ==, 100000);
  g_assert_cmpuint (check_payload (r), ==, 100000);
  tb_record_reader_close (r);
}

/* A run begins before its recording is opened: told from then on, times are those its viewer shows. */
static void
test_times_are_told_from_the_moment_given (Fixture *f, gconstpointer data)
{
  gint64 hour = INT64_C (3600) * TB_NS_PER_S, now = tb_now_ns (), real = g_get_real_time () * 1000;
  const gint64 given[] = { now - 5 * TB_NS_PER_S, 0, now + hour }; /* that, and now for the others */
  for (guint i = 0; i < G_N_ELEMENTS (given); i++)
    {
      TbRecordWriter *w;
      g_assert_cmpint (tb_record_writer_open (f->path, 7, given[i], NULL, &w), ==, 0);
      tb_record_writer_close (w);
      TbRecordReader *r = reader_new (f);
      gint64 start_ns = tb_record_reader_start_ns (r);
      g_assert_cmpint (start_ns, >=, i == 0 ? given[i] : now);
      g_assert_cmpint (start_ns, <=, i == 0 ? given[i] : tb_now_ns ());
      gint64 off = (tb_record_reader_start_realtime_ns (r) - real) - (start_ns - now);
      g_assert_cmpint (ABS (off), <, TB_NS_PER_S / 2);
      tb_record_reader_close (r);
    }
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/record/round-trip", test_what_was_written_is_read);
  ADD ("/record/runs", test_events_come_in_runs);
  ADD ("/record/find", test_the_first_event_of_a_moment_is_found);
  ADD ("/record/unsorted", test_times_need_not_rise);
  ADD ("/record/any-event", test_any_event_comes_back);
  ADD ("/record/cut-short", test_a_file_cut_anywhere_is_read_up_to_there);
  ADD ("/record/flushed", test_what_was_flushed_is_there_without_an_end);
  ADD ("/record/damaged", test_a_damaged_block_is_passed_over);
  ADD ("/record/not-one", test_something_else_is_refused_in_words);
  ADD ("/record/noise", test_noise_never_crashes_the_reader);
  ADD ("/record/seek", test_seek_finds_the_block_of_a_moment);
  ADD ("/record/large", test_a_record_larger_than_a_block_fits);
  ADD ("/record/gap", test_a_gap_says_how_much_and_when);
  ADD ("/record/figures", test_figures_add_up_to_the_counters);
  ADD ("/record/operations", test_operations_are_what_was_told);
  ADD ("/record/operations/cut", test_cut_operations_end_where_they_are_cut);
  ADD ("/record/start", test_times_are_told_from_the_moment_given);
  ADD ("/record/growing", test_a_growing_file_is_followed);
  return g_test_run ();
}
