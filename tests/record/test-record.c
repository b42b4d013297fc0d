/* Recordings: written, read, cut short, damaged, full. */
#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "tb-record.h"

typedef struct
{
  char *path;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  int fd = g_file_open_tmp ("tb-record-XXXXXX", &f->path, NULL);
  close (fd);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_unlink (f->path);
  g_free (f->path);
}

static void
write_events (const char *path, int n, int64_t limit)
{
  TbRecordWriter *w;
  g_assert_cmpint (tb_record_writer_open (path, 7, limit, &w), ==, 0);
  for (int i = 1; i <= n; i++)
    {
      TbEvent e = { .time_ns = i * 1000, .number = (uint32_t) i };
      g_assert_cmpint (tb_record_writer_add (w, TB_RECORD_EVENT, e.time_ns, &e, sizeof e), ==, 0);
    }
  g_assert_cmpint (tb_record_writer_close (w), ==, 0);
}

/* How many events, in unbroken order from the one that is first. */
static int
count_events (TbRecordReader *r, int *damaged)
{
  TbRecord rec;
  int n = 0, got;
  while ((got = tb_record_reader_next (r, &rec)) != 0)
    if (got == -EBADMSG)
      ++*damaged;
    else if (rec.type == TB_RECORD_EVENT)
      n++;
  return n;
}

static int
count_in (const char *path, bool *cut_short, int *damaged)
{
  TbRecordReader *r;
  g_assert_cmpint (tb_record_reader_open (path, &r, cut_short), ==, 0);
  int n = count_events (r, damaged);
  tb_record_reader_close (r);
  return n;
}

static void
test_what_was_written_is_read (Fixture *f, gconstpointer data)
{
  bool cut;
  int damaged = 0;
  write_events (f->path, 20000, 0);
  g_assert_cmpint (count_in (f->path, &cut, &damaged), ==, 20000);
  g_assert_false (cut);
  g_assert_cmpint (damaged, ==, 0);
}

static void
test_a_file_cut_short_is_read_to_its_last_whole_block (Fixture *f, gconstpointer data)
{
  write_events (f->path, 20000, 0);
  GStatBuf st;
  g_stat (f->path, &st);
  int before = 20001;
  for (off_t size = st.st_size - 1; size > 100; size -= st.st_size / 13)
    {
      bool cut;
      int damaged = 0;
      g_assert_cmpint (truncate (f->path, size), ==, 0);
      int n = count_in (f->path, &cut, &damaged);
      g_assert_true (cut);
      g_assert_cmpint (n, <=, before);
      before = n;
    }
}

static void
test_a_damaged_block_is_passed_over (Fixture *f, gconstpointer data)
{
  bool cut;
  int damaged = 0;
  write_events (f->path, 20000, 0);
  FILE *file = g_fopen (f->path, "r+");
  fseek (file, 1000, SEEK_SET);
  fputc ('x', file);
  fputc ('y', file);
  fclose (file);
  int n = count_in (f->path, &cut, &damaged);
  g_assert_cmpint (damaged, ==, 1);
  g_assert_cmpint (n, >, 10000);
  g_assert_cmpint (n, <, 20000);
}

static void
test_something_else_is_no_recording (Fixture *f, gconstpointer data)
{
  TbRecordReader *r;
  g_assert_true (g_file_set_contents (f->path, "<architecture/>", -1, NULL));
  g_assert_cmpint (tb_record_reader_open (f->path, &r, NULL), ==, -EPROTO);
  g_assert_cmpint (tb_record_reader_open ("/nowhere/at/all", &r, NULL), ==, -ENOENT);
}

static void
test_seek_finds_the_block_of_a_moment (Fixture *f, gconstpointer data)
{
  TbRecordReader *r;
  TbRecord rec;
  write_events (f->path, 20000, 0);
  g_assert_cmpint (tb_record_reader_open (f->path, &r, NULL), ==, 0);
  tb_record_reader_seek (r, 15000 * 1000);
  g_assert_cmpint (tb_record_reader_next (r, &rec), ==, 1);
  g_assert_cmpint (rec.time_ns, <=, 15000 * 1000);
  bool found = rec.time_ns == 15000 * 1000;
  while (!found && tb_record_reader_next (r, &rec) == 1 && rec.time_ns <= 15000 * 1000)
    found = rec.time_ns == 15000 * 1000;
  g_assert_true (found);
  tb_record_reader_close (r);
}

static void
test_a_full_recording_says_what_it_lost (Fixture *f, gconstpointer data)
{
  TbRecordReader *r;
  TbRecord rec;
  uint64_t lost = 0;
  int events = 0;
  write_events (f->path, 20000, 512 * 1024);
  GStatBuf st;
  g_stat (f->path, &st);
  g_assert_cmpint (st.st_size, <, 512 * 1024);
  g_assert_cmpint (tb_record_reader_open (f->path, &r, NULL), ==, 0);
  while (tb_record_reader_next (r, &rec) == 1)
    if (rec.type == TB_RECORD_GAP)
      {
        uint64_t counts[2];
        memcpy (counts, rec.body, sizeof counts);
        lost += counts[0];
      }
    else
      events++;
  g_assert_cmpuint (lost + (guint) events, ==, 20000);
  g_assert_cmpuint (lost, >, 0);
  tb_record_reader_close (r);
}

static void
test_a_record_larger_than_a_block_fits (Fixture *f, gconstpointer data)
{
  TbRecordWriter *w;
  TbRecordReader *r;
  TbRecord rec;
  g_autofree char *big = g_malloc0 (1 << 20);
  g_assert_cmpint (tb_record_writer_open (f->path, 1, 0, &w), ==, 0);
  tb_record_writer_add (w, TB_RECORD_PLAN, 5, big, 1 << 20);
  tb_record_writer_add (w, TB_RECORD_FACT, 6, "x", 1);
  tb_record_writer_close (w);
  g_assert_cmpint (tb_record_reader_open (f->path, &r, NULL), ==, 0);
  g_assert_cmpint (tb_record_reader_next (r, &rec), ==, 1);
  g_assert_cmpuint (rec.size, ==, 1 << 20);
  g_assert_cmpint (tb_record_reader_next (r, &rec), ==, 1);
  g_assert_cmpint (tb_record_reader_next (r, &rec), ==, 0);
  tb_record_reader_close (r);
}

static void
test_a_flushed_recording_can_be_read_while_written (Fixture *f, gconstpointer data)
{
  TbRecordWriter *w;
  uint64_t size = 0;
  bool cut;
  int damaged = 0;
  g_assert_cmpint (tb_record_writer_open (f->path, 1, 0, &w), ==, 0);
  TbEvent e = { .time_ns = 1 };
  tb_record_writer_add (w, TB_RECORD_EVENT, 1, &e, sizeof e);
  tb_record_writer_flush (w, &size);
  g_assert_cmpuint (size, >, sizeof e);
  g_assert_cmpint (count_in (f->path, &cut, &damaged), ==, 1);
  g_assert_true (cut);
  tb_record_writer_close (w);
}

static void
test_noise_never_crashes_the_reader (Fixture *f, gconstpointer data)
{
  guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_test_message ("seed %u", seed);
  write_events (f->path, 300, 0);
  g_autofree char *bytes = NULL;
  gsize n;
  g_file_get_contents (f->path, &bytes, &n, NULL);
  for (int i = 0; i < 300; i++)
    {
      g_autofree char *copy = g_memdup2 (bytes, n);
      bool cut;
      int damaged = 0;
      for (int k = 0; k < 8; k++)
        copy[8 + g_rand_int_range (rand, 0, (gint32) n - 8)] = (char) g_rand_int (rand);
      g_file_set_contents (f->path, copy, (gssize) n, NULL);
      TbRecordReader *r;
      if (tb_record_reader_open (f->path, &r, &cut) == 0)
        {
          count_events (r, &damaged);
          tb_record_reader_close (r);
        }
    }
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/record/round-trip", test_what_was_written_is_read);
  ADD ("/record/cut-short", test_a_file_cut_short_is_read_to_its_last_whole_block);
  ADD ("/record/damaged", test_a_damaged_block_is_passed_over);
  ADD ("/record/not-one", test_something_else_is_no_recording);
  ADD ("/record/seek", test_seek_finds_the_block_of_a_moment);
  ADD ("/record/full", test_a_full_recording_says_what_it_lost);
  ADD ("/record/large", test_a_record_larger_than_a_block_fits);
  ADD ("/record/flushed", test_a_flushed_recording_can_be_read_while_written);
  ADD ("/record/noise", test_noise_never_crashes_the_reader);
  return g_test_run ();
}
