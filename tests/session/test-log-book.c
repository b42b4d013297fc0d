/* Lines out of what instances printed, however the pieces come. */
#include <glib/gstdio.h>
#include <string.h>

#include "tb-base.h"
#include "tb-log-book.h"
#include "tb-record.h"

typedef struct
{
  char *path;
  TbRecordWriter *writer;
  gint64 now_ns;
} Fixture;

static void
begin (Fixture *f, const char *mask)
{
  const char *masks[] = { mask, NULL };
  const TbRecordLimits limits = { .masks = mask ? masks : NULL };
  g_autofree char *dir = g_dir_make_tmp ("tb-log-book-XXXXXX", NULL);
  f->path = g_build_filename (dir, "run.tbrec", NULL);
  f->now_ns = TB_NS_PER_S;
  g_assert_cmpint (tb_record_writer_open (f->path, 1, 0, &limits, &f->writer), ==, 0);
}

static void
put_bytes (Fixture *f, guint32 instance, guint64 lost, const char *bytes, gsize n)
{
  g_autofree guint8 *body = g_malloc0 (16 + n);
  memcpy (body, &instance, 4);
  memcpy (body + 8, &lost, 8);
  memcpy (body + 16, bytes, n);
  f->now_ns += TB_NS_PER_MS;
  g_assert_cmpint (tb_record_writer_add (f->writer, TB_RECORD_LOG, f->now_ns, body, 16 + n), ==, 0);
}

static void
put (Fixture *f, guint32 instance, const char *text)
{
  put_bytes (f, instance, 0, text, strlen (text));
}

static void
end (Fixture *f)
{
  g_autofree char *dir = g_path_get_dirname (f->path);
  if (f->writer)
    g_assert_cmpint (tb_record_writer_close (f->writer), ==, 0);
  g_remove (f->path);
  g_rmdir (dir);
  g_free (f->path);
}

/* "0:first|1:second": all that it holds now, the recording being over. */
static char *
lines_of (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_assert_cmpint (tb_record_writer_close (f->writer), ==, 0);
  f->writer = NULL;
  g_autoptr (TbLogBook) book = tb_log_book_open (f->path, &error);
  g_assert_no_error (error);
  while (tb_log_book_read (book, TB_NS_PER_S, TRUE))
    ;
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < tb_log_book_n_lines (book); i++)
    {
      const TbLogLine *line = tb_log_book_line (book, i);
      g_string_append_printf (text, "%s%u:%s", i ? "|" : "", line->instance, line->text);
      if (line->lost)
        g_string_append_printf (text, "(%" G_GUINT64_FORMAT " lost)", line->lost);
    }
  return g_string_free (text, FALSE);
}

static void
lines_are_whole_however_they_come (void)
{
  Fixture f;
  begin (&f, NULL);
  put (&f, 0, "first\nsec");
  put (&f, 1, "other\r\n");
  put (&f, 0, "ond\n\nth");
  put (&f, 0, "ird");
  g_autofree char *lines = lines_of (&f);
  g_assert_cmpstr (lines, ==, "0:first|1:other|0:second|0:third");
  end (&f);
}

static void
a_line_has_the_time_of_its_first_byte (void)
{
  Fixture f;
  begin (&f, NULL);
  put (&f, 0, "be");
  gint64 began_ns = f.now_ns;
  put (&f, 0, "gun\n");
  g_assert_cmpint (tb_record_writer_close (f.writer), ==, 0);
  f.writer = NULL;
  g_autoptr (TbLogBook) book = tb_log_book_open (f.path, NULL);
  tb_log_book_read (book, TB_NS_PER_S, TRUE);
  g_assert_cmpuint (tb_log_book_n_lines (book), ==, 1);
  g_assert_cmpint (tb_log_book_line (book, 0)->time_ns, ==, began_ns);
  end (&f);
}

static void
nothing_in_a_line_acts (void)
{
  Fixture f;
  begin (&f, NULL);
  put_bytes (&f, 0, 0, "\x1b[31mred\x1b[0m \x1b]0;ti", 19);
  put_bytes (&f, 0, 0, "tle\a\0\xff\n", 7);
  g_autofree char *lines = lines_of (&f);
  g_assert_cmpstr (lines, ==, "0:red ␀\\xff");
  end (&f);
}

static void
what_was_not_recorded_is_said (void)
{
  Fixture f;
  begin (&f, NULL);
  put (&f, 0, "cut o");
  put_bytes (&f, 0, 700, "ff\n", 3);
  put_bytes (&f, 1, 9, "", 0);
  g_autofree char *lines = lines_of (&f);
  g_assert_cmpstr (lines, ==, "0:cut o|0:ff(700 lost)|1:(9 lost)");
  end (&f);
}

static void
a_long_line_is_cut (void)
{
  Fixture f;
  g_autofree char *many = g_strnfill (50000, 'a');
  begin (&f, NULL);
  put (&f, 0, many);
  put (&f, 0, many);
  put (&f, 0, "\nnext\n");
  g_autofree char *lines = lines_of (&f);
  g_assert_cmpuint (strlen (lines), <, TB_LOG_LINE_MAX + 50);
  g_assert_true (g_str_has_suffix (lines, "…|0:next"));
  end (&f);
}

static void
a_growing_recording_is_read_on (void)
{
  Fixture f;
  begin (&f, NULL);
  put (&f, 0, "one\n");
  tb_record_writer_flush (f.writer, NULL);
  g_autoptr (TbLogBook) book = tb_log_book_open (f.path, NULL);
  tb_log_book_read (book, TB_NS_PER_S, FALSE);
  g_assert_cmpuint (tb_log_book_n_lines (book), ==, 1);
  put (&f, 0, "two\nthree");
  tb_record_writer_flush (f.writer, NULL);
  tb_log_book_read (book, TB_NS_PER_S, FALSE);
  g_assert_cmpuint (tb_log_book_n_lines (book), ==, 2);
  /* What has not ended is a line when nothing has followed it for a second. */
  f.now_ns += 2 * TB_NS_PER_S;
  put (&f, 1, "later\n");
  tb_record_writer_flush (f.writer, NULL);
  tb_log_book_read (book, TB_NS_PER_S, FALSE);
  g_assert_cmpuint (tb_log_book_n_lines (book), ==, 4);
  g_assert_cmpstr (tb_log_book_line (book, 3)->text, ==, "three");
  end (&f);
}

static void
secrets_are_masked (void)
{
  Fixture f;
  begin (&f, "password=[^ \n]*");
  put (&f, 0, "password=hunter2 ok\n");
  g_autofree char *lines = lines_of (&f);
  g_assert_cmpstr (lines, ==, "0:**************** ok");
  end (&f);
}

static void
what_is_no_recording_is_refused_in_words (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (tb_log_book_open ("/dev/null", &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "/dev/null: "));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add_func ("/log-book/" name, test)
  ADD ("lines-are-whole-however-they-come", lines_are_whole_however_they_come);
  ADD ("a-line-has-the-time-of-its-first-byte", a_line_has_the_time_of_its_first_byte);
  ADD ("nothing-in-a-line-acts", nothing_in_a_line_acts);
  ADD ("what-was-not-recorded-is-said", what_was_not_recorded_is_said);
  ADD ("a-long-line-is-cut", a_long_line_is_cut);
  ADD ("a-growing-recording-is-read-on", a_growing_recording_is_read_on);
  ADD ("secrets-are-masked", secrets_are_masked);
  ADD ("what-is-no-recording-is-refused-in-words", what_is_no_recording_is_refused_in_words);
  return g_test_run ();
}
