/* Logs that grow, start over, are long, or are no text. */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "log-reader.h"

typedef struct
{
  char *path;
  TbLogReader reader;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  int fd = g_file_open_tmp ("tierboard-log-XXXXXX", &f->path, NULL);
  close (fd);
  tb_log_reader_open (&f->reader, f->path);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  tb_log_reader_clear (&f->reader);
  g_unlink (f->path);
  g_free (f->path);
}

static void
append (Fixture *f, const char *text)
{
  FILE *file = fopen (f->path, "a");
  fputs (text, file);
  fclose (file);
}

static void
what_is_new_is_read_once (Fixture *f, gconstpointer data)
{
  gboolean restarted;
  append (f, "one\n");
  g_autofree char *first = tb_log_reader_next (&f->reader, &restarted);
  g_assert_cmpstr (first, ==, "one\n");
  g_assert_false (restarted);
  g_assert_null (tb_log_reader_next (&f->reader, &restarted));
  append (f, "two\n");
  g_autofree char *second = tb_log_reader_next (&f->reader, &restarted);
  g_assert_cmpstr (second, ==, "two\n");
}

static void
colours_are_left_out_however_they_come (Fixture *f, gconstpointer data)
{
  gboolean restarted;
  append (f, "\x1b[32mgreen\x1b[");
  g_autofree char *first = tb_log_reader_next (&f->reader, &restarted);
  g_assert_cmpstr (first, ==, "green");
  append (f, "0m\n");
  g_autofree char *second = tb_log_reader_next (&f->reader, &restarted);
  g_assert_cmpstr (second, ==, "\n");
}

static void
a_log_that_starts_over_is_read_anew (Fixture *f, gconstpointer data)
{
  gboolean restarted;
  append (f, "a long first line\n");
  g_free (tb_log_reader_next (&f->reader, &restarted));
  g_assert_true (g_file_set_contents (f->path, "new\n", -1, NULL));
  g_autofree char *text = tb_log_reader_next (&f->reader, &restarted);
  g_assert_true (restarted);
  g_assert_cmpstr (text, ==, "new\n");
}

static void
of_a_long_log_the_end_is_shown_from_a_whole_line (Fixture *f, gconstpointer data)
{
  gboolean restarted;
  g_autoptr (GString) long_text = g_string_new (NULL);
  while (long_text->len < 2 * TB_LOG_TAIL)
    g_string_append_printf (long_text, "line %u\n", (guint) long_text->len);
  append (f, long_text->str);
  g_autofree char *text = tb_log_reader_next (&f->reader, &restarted);
  g_assert_true (restarted);
  g_assert_cmpuint (strlen (text), <=, TB_LOG_TAIL);
  g_assert_true (g_str_has_prefix (text, "line "));
  g_assert_true (g_str_has_suffix (long_text->str, text));
}

static void
bytes_that_are_no_text_are_shown_all_the_same (Fixture *f, gconstpointer data)
{
  gboolean restarted;
  append (f, "ok \xff\xfe\n");
  g_autofree char *text = tb_log_reader_next (&f->reader, &restarted);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_true (g_str_has_prefix (text, "ok "));
}

static void
a_log_that_is_not_there_yet_is_nothing_new (Fixture *f, gconstpointer data)
{
  gboolean restarted;
  tb_log_reader_open (&f->reader, "/nowhere/at/all");
  g_assert_null (tb_log_reader_next (&f->reader, &restarted));
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/log-reader/what-is-new-is-read-once", what_is_new_is_read_once);
  ADD ("/log-reader/colours-are-left-out", colours_are_left_out_however_they_come);
  ADD ("/log-reader/a-log-that-starts-over-is-read-anew", a_log_that_starts_over_is_read_anew);
  ADD ("/log-reader/of-a-long-log-the-end-is-shown-from-a-whole-line",
       of_a_long_log_the_end_is_shown_from_a_whole_line);
  ADD ("/log-reader/bytes-that-are-no-text-are-shown-all-the-same",
       bytes_that_are_no_text_are_shown_all_the_same);
  ADD ("/log-reader/a-log-that-is-not-there-yet-is-nothing-new",
       a_log_that_is_not_there_yet_is_nothing_new);
  return g_test_run ();
}
