/* What goes when a recording is as large or as old as it may be, what stays, and how it is said. */
#include "fixture.h"

#define MIB (1024 * 1024)

static goffset
size_of (Fixture *f)
{
  GStatBuf st;
  g_assert_cmpint (g_stat (f->path, &st), ==, 0);
  return st.st_size;
}

/* The sum of all gaps that came of age, and of the others. */
static TbRecordGap
sum_gaps (TbRecordReader *r, gboolean aged)
{
  TbRecord record;
  TbRecordGap gap, sum = { .from_ns = INT64_MAX };
  tb_record_reader_seek (r, INT64_MIN);
  while (tb_record_reader_next (r, &record) == 1)
    if (tb_record_gap_read (&record, &gap) && gap.aged == aged)
      {
        sum.events += gap.events;
        sum.payload_bytes += gap.payload_bytes;
        sum.from_ns = MIN (sum.from_ns, gap.from_ns);
        sum.to_ns = MAX (sum.to_ns, gap.to_ns);
        sum.position = MAX (sum.position, gap.events > 0 ? gap.position : 0);
      }
  return sum;
}

static guint
count_facts (TbRecordReader *r)
{
  TbRecord record;
  guint n = 0;
  tb_record_reader_seek (r, INT64_MIN);
  while (tb_record_reader_next (r, &record) == 1)
    n += record.type == TB_RECORD_FACT;
  return n;
}

/* A flush and a fact after each thousand events, as of a run. */
static void
write_run (TbRecordWriter *w, guint64 from, guint64 n)
{
  for (guint64 i = from; i < from + n; i += 1000)
    {
      tb_record_writer_add (w, TB_RECORD_FACT, event_at (i).time_ns, "fact", 4);
      write_some (w, i, 1000);
      g_assert_cmpint (tb_record_writer_flush (w, NULL), ==, 0);
    }
}

static void
test_the_oldest_events_go_and_facts_stay (Fixture *f, gconstpointer data)
{
  const TbRecordLimits limits = { .limit_bytes = MIB };
  TbRecordWriter *w = writer_new (f, &limits);
  write_run (w, 0, 600000);
  g_assert_cmpint (tb_record_writer_close (w), ==, 0);
  g_assert_cmpint (size_of (f), <=, MIB);
  TbRecordReader *r = reader_new (f);
  guint64 first = tb_record_reader_first_event (r);
  g_assert_cmpuint (first, >, 100000);
  g_assert_cmpuint (first, <, 590000);
  g_assert_cmpuint (tb_record_reader_n_events (r), ==, 600000);
  g_assert_cmpuint (check_events (r), ==, 600000 - first);
  g_assert_cmpuint (count_facts (r), ==, 600);
  TbRecordGap gap = sum_gaps (r, TRUE);
  g_assert_cmpuint (gap.events, ==, first);
  g_assert_cmpuint (gap.position, ==, first);
  g_assert_cmpint (gap.from_ns, ==, event_at (0).time_ns);
  g_assert_cmpint (gap.to_ns, ==, event_at (first - 1).time_ns);
  g_assert_cmpuint (sum_gaps (r, FALSE).events, ==, 0);
  tb_record_reader_close (r);
}

/* Of payload that cannot be packed, so that it is most of the file. */
static void
test_payload_goes_before_events_do (Fixture *f, gconstpointer data)
{
  const TbRecordLimits limits = { .limit_bytes = MIB, .payload_max = 100 };
  TbRecordWriter *w = writer_new (f, &limits);
  guint64 payloads = 0;
  for (guint64 i = 0; i < 30000; i++)
    {
      guint32 noise[25];
      TbEvent e = event_at (i);
      for (guint k = 0; k < 25; k++)
        noise[k] = g_random_int ();
      g_assert_cmpint (tb_record_writer_event (w, &e, noise, sizeof noise), ==, 0);
    }
  g_assert_cmpint (tb_record_writer_close (w), ==, 0);
  g_assert_cmpint (size_of (f), <=, MIB);
  TbRecordReader *r = reader_new (f);
  g_assert_cmpuint (check_events (r), ==, 30000);
  for (guint64 i = 0; i < 30000; i++)
    {
      const void *bytes;
      size_t n;
      int there = tb_record_reader_payload (r, i, &bytes, &n);
      g_assert_cmpint (there, >=, payloads > 0); /* the oldest have gone */
      payloads += (guint64) there;
    }
  g_assert_cmpuint (payloads, >, 5000);
  g_assert_cmpuint (payloads, <, 10000);
  TbRecordGap gap = sum_gaps (r, TRUE);
  g_assert_cmpuint (gap.events, ==, 0);
  g_assert_cmpuint (gap.payload_bytes, ==, 100 * (30000 - payloads));
  tb_record_reader_close (r);
}

/* One that is cut there, or whose writer is killed, has the same order of things. */
static void
test_a_full_file_without_an_end_is_read (Fixture *f, gconstpointer data)
{
  const TbRecordLimits limits = { .limit_bytes = MIB, .payload_max = 20 };
  TbRecordWriter *w = writer_new (f, &limits);
  for (guint64 i = 0; i < 300000; i += 30000)
    {
      bool cut;
      TbRecordReader *r;
      write_run (w, i, 30000);
      g_assert_cmpint (tb_record_reader_open (f->path, &r, &cut), ==, 0);
      g_assert_true (cut);
      g_assert_cmpuint (tb_record_reader_n_events (r), ==, i + 30000);
      g_assert_cmpuint (check_events (r), ==, i + 30000 - tb_record_reader_first_event (r));
      g_assert_cmpuint (check_payload (r), >, 0);
      g_assert_cmpuint (count_facts (r), ==, (i + 30000) / 1000);
      tb_record_reader_close (r);
    }
  tb_record_writer_close (w);
}

static void
test_a_reader_follows_a_file_that_goes_round (Fixture *f, gconstpointer data)
{
  const TbRecordLimits limits = { .limit_bytes = MIB, .payload_max = 20 };
  TbRecordWriter *w = writer_new (f, &limits);
  TbRecordReader *r = reader_new (f);
  guint64 first = 0;
  for (guint64 i = 0; i < 400000; i += 5000)
    {
      write_run (w, i, 5000);
      g_assert_cmpint (tb_record_reader_refresh (r, 0), ==, 1);
      TbEvent e, want = event_at (i + 4999);
      g_assert_cmpuint (tb_record_reader_n_events (r), ==, i + 5000);
      g_assert_cmpuint (tb_record_reader_first_event (r), >=, first);
      first = tb_record_reader_first_event (r);
      g_assert_cmpint (tb_record_reader_event (r, i + 4999, &e), ==, 1);
      g_assert_cmpint (e.time_ns, ==, want.time_ns);
      g_assert_cmpint (tb_record_reader_event (r, first, &e), ==, 1);
      g_assert_cmpint (e.time_ns, ==, event_at (first).time_ns);
      g_assert_cmpuint (tb_record_reader_find (r, want.time_ns), ==, i + 4999);
    }
  g_assert_cmpuint (first, >, 0);
  tb_record_writer_close (w);
  tb_record_reader_refresh (r, 0);
  check_events (r);
  check_payload (r);
  tb_record_reader_close (r);
}

/* One that read on too late finds true events or none. */
static void
test_what_went_while_it_was_not_looked_at_is_gone (Fixture *f, gconstpointer data)
{
  const TbRecordLimits limits = { .limit_bytes = MIB, .payload_max = 20 };
  TbRecordWriter *w = writer_new (f, &limits);
  write_run (w, 0, 20000);
  TbRecordReader *r = reader_new (f);
  write_run (w, 20000, 400000);
  g_assert_cmpuint (check_events (r), <, 20000);
  check_payload (r);
  g_assert_cmpint (tb_record_reader_refresh (r, 0), ==, 1);
  guint64 first = tb_record_reader_first_event (r);
  g_assert_cmpuint (first, >, 20000);
  g_assert_cmpuint (check_events (r), ==, 420000 - first);
  tb_record_writer_close (w);
  tb_record_reader_close (r);
}

static void
test_what_is_too_old_goes (Fixture *f, gconstpointer data)
{
  const TbRecordLimits limits = { .limit_ns = TB_NS_PER_S, .payload_max = 20 };
  TbRecordWriter *w = writer_new (f, &limits);
  write_run (w, 0, 500000); /* of five seconds */
  TbRecordReader *grown = reader_new (f);
  write_run (w, 500000, 100000);
  tb_record_reader_refresh (grown, 0);
  gint64 end_ns = event_at (599999).time_ns;
  g_assert_cmpint (event_at (tb_record_reader_first_event (grown)).time_ns, >, end_ns - 5 * TB_NS_PER_S / 4);
  g_assert_cmpint (tb_record_writer_close (w), ==, 0);
  TbRecordReader *r = reader_new (f);
  guint64 first = tb_record_reader_first_event (r);
  g_assert_cmpint (event_at (first).time_ns, >, end_ns - 5 * TB_NS_PER_S / 4);
  g_assert_cmpint (event_at (first).time_ns, <=, end_ns - TB_NS_PER_S);
  g_assert_cmpuint (check_events (r), ==, 600000 - first);
  g_assert_cmpuint (sum_gaps (r, TRUE).events, ==, first);
  g_assert_cmpuint (count_facts (r), ==, 600);
  tb_record_reader_close (r);
  tb_record_reader_close (grown);
}

/* Then the recording ends, the run goes on. */
static void
test_facts_alone_can_fill_it (Fixture *f, gconstpointer data)
{
  g_autofree char *noise = g_malloc (4000);
  const TbRecordLimits limits = { .limit_bytes = MIB };
  TbRecordWriter *w = writer_new (f, &limits);
  int error = 0;
  guint facts = 0;
  write_some (w, 0, 1000);
  while (error == 0 && facts < 10000)
    {
      for (int i = 0; i < 4000; i++)
        noise[i] = (char) g_random_int ();
      error = tb_record_writer_add (w, TB_RECORD_FACT, ++facts, noise, 4000);
    }
  g_assert_cmpint (error, ==, -EFBIG);
  g_assert_cmpint (size_of (f), <=, 2 * MIB + 65536);
  tb_record_writer_close (w);
  TbRecordReader *r = reader_new (f);
  g_assert_cmpuint (count_facts (r), >, 200);
  tb_record_reader_close (r);
}

/* ---- Payload ----------------------------------------------------------------------------------- */

static void
write_one (Fixture *f, const TbRecordLimits *limits, const char *label, const void *payload, gsize n)
{
  TbRecordWriter *w = writer_new (f, limits);
  TbEvent e = { .time_ns = 1, .size = (guint32) n };
  g_strlcpy (e.label, label, sizeof e.label);
  g_assert_cmpint (tb_record_writer_event (w, &e, payload, n), ==, 0);
  g_assert_cmpint (tb_record_writer_close (w), ==, 0);
}

static void
test_only_the_first_bytes_are_kept (Fixture *f, gconstpointer data)
{
  const void *bytes;
  size_t n;
  TbEvent e;
  write_one (f, &(TbRecordLimits) { .payload_max = 5 }, "x", "0123456789", 10);
  TbRecordReader *r = reader_new (f);
  g_assert_cmpint (tb_record_reader_payload (r, 0, &bytes, &n), ==, 1);
  g_assert_cmpmem (bytes, n, "01234", 5);
  g_assert_cmpint (tb_record_reader_event (r, 0, &e), ==, 1);
  g_assert_cmpuint (e.size, ==, 10);
  tb_record_reader_close (r);
  write_one (f, NULL, "x", "0123456789", 10);
  r = reader_new (f);
  g_assert_cmpint (tb_record_reader_payload (r, 0, &bytes, &n), ==, 0);
  tb_record_reader_close (r);
}

/* Also where only its beginning is kept, and among zeros. */
static void
test_secrets_are_not_written (Fixture *f, gconstpointer data)
{
  static const char *const masks[] = { "token=[a-z0-9]+", "[0-9]{4}-[0-9]{4}", NULL };
  static const char payload[] = "GET /?token=s3cret&x=1\r\n\0\r\ncard 1234-5678, 8765-4321";
  static const char want[] = "GET /?************&x=1\r\n\0\r\ncard *********, ****";
  const TbRecordLimits limits = { .payload_max = sizeof want - 1, .masks = masks };
  const void *bytes;
  size_t n;
  TbEvent e;
  write_one (f, &limits, "GET /?token=s3", payload, sizeof payload - 1);
  TbRecordReader *r = reader_new (f);
  g_assert_cmpint (tb_record_reader_payload (r, 0, &bytes, &n), ==, 1);
  g_assert_cmpmem (bytes, n, want, sizeof want - 1);
  g_assert_cmpint (tb_record_reader_event (r, 0, &e), ==, 1);
  g_assert_cmpstr (e.label, ==, "GET /?********");
  tb_record_reader_close (r);
}

static void
test_a_mask_that_is_none_is_refused (Fixture *f, gconstpointer data)
{
  static const char *const masks[] = { "token=(", NULL };
  const TbRecordLimits limits = { .masks = masks };
  TbRecordWriter *w;
  char why[100] = "";
  g_assert_cmpint (tb_record_writer_open (f->path, 1, 0, &limits, &w), ==, -EINVAL);
  g_assert_false (tb_record_mask_check (masks[0], why, sizeof why));
  g_assert_cmpstr (why, !=, "");
  g_assert_true (tb_record_mask_check ("token=[^&]*", NULL, 0));
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/record/limits/oldest-go", test_the_oldest_events_go_and_facts_stay);
  ADD ("/record/limits/payload-first", test_payload_goes_before_events_do);
  ADD ("/record/limits/without-end", test_a_full_file_without_an_end_is_read);
  ADD ("/record/limits/followed", test_a_reader_follows_a_file_that_goes_round);
  ADD ("/record/limits/behind", test_what_went_while_it_was_not_looked_at_is_gone);
  ADD ("/record/limits/age", test_what_is_too_old_goes);
  ADD ("/record/limits/facts", test_facts_alone_can_fill_it);
  ADD ("/record/limits/first-bytes", test_only_the_first_bytes_are_kept);
  ADD ("/record/limits/masks", test_secrets_are_not_written);
  ADD ("/record/limits/bad-mask", test_a_mask_that_is_none_is_refused);
  return g_test_run ();
}
