/* Which moment all panels show: of a run that goes on, and of one that is over. */
#include <glib/gstdio.h>
#include <unistd.h>

#include "moment.h"
#include "tb-record.h"

#define MS G_GINT64_CONSTANT (1000000)
#define N_EVENTS 10

typedef struct
{
  char *path;
  gint64 start_ns;
  TbPast *past;
  TbMoment *moment;
  guint moved, selected;
} Fixture;

/* Requests and replies in turn, 10 ms apart, with the opening of their connection before. */
static void
write_run (Fixture *f)
{
  TbRecordWriter *w;
  g_assert_cmpint (tb_record_writer_open (f->path, 1, 0, NULL, &w), ==, 0);
  f->start_ns = tb_now_ns ();
  for (guint i = 0; i < N_EVENTS; i++)
    {
      TbEvent event = { .time_ns = f->start_ns + (i + 1) * 10 * MS, .connection = 1, .number = (i + 1) / 2 };
      event.kind = i == 0 ? TB_EVENT_OPEN : i % 2 ? TB_EVENT_REQUEST : TB_EVENT_REPLY;
      g_assert_cmpint (tb_record_writer_event (w, &event, NULL, 0), ==, 0);
    }
  g_assert_cmpint (tb_record_writer_close (w), ==, 0);
}

static void
count (guint *n)
{
  ++*n;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  int fd = g_file_open_tmp ("tierboard-moment-XXXXXX", &f->path, NULL);
  close (fd);
  write_run (f);
  f->past = tb_past_open (f->path, &error);
  g_assert_no_error (error);
  f->moment = tb_moment_new ();
  tb_moment_set_past (f->moment, f->past, GPOINTER_TO_INT (data));
  g_signal_connect_swapped (f->moment, "moved", G_CALLBACK (count), &f->moved);
  g_signal_connect_swapped (f->moment, "selected", G_CALLBACK (count), &f->selected);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_object (&f->moment);
  g_clear_object (&f->past);
  g_unlink (f->path);
  g_free (f->path);
}

static gint64
at_ms (Fixture *f, gint64 ms)
{
  return f->start_ns + ms * MS;
}

static void
test_a_run_that_goes_on_is_shown_live (Fixture *f, gconstpointer data)
{
  g_assert_true (tb_moment_is_live (f->moment));
  g_assert_cmpint (tb_moment_time_ns (f->moment), ==, tb_past_end_ns (f->past));
}

static void
test_a_run_that_is_over_is_shown_from_its_start (Fixture *f, gconstpointer data)
{
  g_assert_false (tb_moment_is_live (f->moment));
  g_assert_cmpint (tb_moment_time_ns (f->moment), ==, tb_past_start_ns (f->past));
}

static void
test_going_to_a_time_leaves_what_is_live (Fixture *f, gconstpointer data)
{
  tb_moment_go (f->moment, at_ms (f, 35));
  g_assert_false (tb_moment_is_live (f->moment));
  g_assert_cmpint (tb_moment_time_ns (f->moment), ==, at_ms (f, 35));
  g_assert_cmpuint (f->moved, ==, 1);
}

static void
test_a_time_that_is_not_known_is_the_nearest_that_is (Fixture *f, gconstpointer data)
{
  tb_moment_go (f->moment, at_ms (f, 1000000));
  g_assert_cmpint (tb_moment_time_ns (f->moment), ==, tb_past_end_ns (f->past));
  tb_moment_go (f->moment, 0);
  g_assert_cmpint (tb_moment_time_ns (f->moment), ==, tb_past_start_ns (f->past));
}

static void
test_following_is_live_again (Fixture *f, gconstpointer data)
{
  tb_moment_go (f->moment, at_ms (f, 35));
  tb_moment_follow (f->moment);
  g_assert_true (tb_moment_is_live (f->moment));
}

static void
test_a_step_selects_the_next_message (Fixture *f, gconstpointer data)
{
  tb_moment_go (f->moment, at_ms (f, 5));
  tb_moment_step (f->moment, 1);
  g_assert_cmpuint (tb_moment_selected (f->moment), ==, 1); /* the opening is no message */
  g_assert_cmpint (tb_moment_time_ns (f->moment), ==, at_ms (f, 20));
  tb_moment_step (f->moment, 3);
  g_assert_cmpuint (tb_moment_selected (f->moment), ==, 4);
}

static void
test_a_step_back_selects_the_one_before (Fixture *f, gconstpointer data)
{
  tb_moment_go (f->moment, at_ms (f, 55));
  tb_moment_step (f->moment, -1);
  g_assert_cmpuint (tb_moment_selected (f->moment), ==, 4);
  tb_moment_step (f->moment, -1);
  g_assert_cmpuint (tb_moment_selected (f->moment), ==, 3);
}

static void
test_steps_end_where_messages_end (Fixture *f, gconstpointer data)
{
  tb_moment_go (f->moment, at_ms (f, 5));
  tb_moment_step (f->moment, -1);
  g_assert_cmpuint (tb_moment_selected (f->moment), ==, TB_MOMENT_NONE);
  tb_moment_step (f->moment, 1000);
  g_assert_cmpuint (tb_moment_selected (f->moment), ==, N_EVENTS - 1);
  tb_moment_step (f->moment, 1);
  g_assert_cmpuint (tb_moment_selected (f->moment), ==, N_EVENTS - 1);
}

static void
test_playing_goes_as_fast_as_it_is_told (Fixture *f, gconstpointer data)
{
  tb_moment_go (f->moment, at_ms (f, 10));
  gint64 now_ns = tb_now_ns ();
  tb_moment_play (f->moment, 0.5);
  tb_moment_advance (f->moment, now_ns + 40 * MS);
  gint64 first_ns = tb_moment_time_ns (f->moment);
  tb_moment_advance (f->moment, now_ns + 80 * MS);
  g_assert_cmpint (tb_moment_time_ns (f->moment) - first_ns, ==, 20 * MS);
}

static void
test_playing_pauses_at_the_end_of_what_is_over (Fixture *f, gconstpointer data)
{
  tb_moment_play (f->moment, 1);
  tb_moment_advance (f->moment, tb_now_ns () + TB_NS_PER_S * 10);
  g_assert_cmpfloat (tb_moment_speed (f->moment), ==, 0);
  g_assert_cmpint (tb_moment_time_ns (f->moment), ==, tb_past_end_ns (f->past));
}

static void
test_playing_what_goes_on_becomes_live_at_its_end (Fixture *f, gconstpointer data)
{
  tb_moment_go (f->moment, at_ms (f, 10));
  tb_moment_play (f->moment, 1);
  tb_moment_advance (f->moment, tb_now_ns () + TB_NS_PER_S * 10);
  g_assert_true (tb_moment_is_live (f->moment));
  g_assert_cmpfloat (tb_moment_speed (f->moment), ==, 0);
}

static void
test_what_is_over_stays_to_be_looked_at (Fixture *f, gconstpointer data)
{
  tb_moment_set_past (f->moment, f->past, FALSE);
  g_assert_false (tb_moment_is_live (f->moment));
  g_assert_cmpint (tb_moment_time_ns (f->moment), ==, tb_past_end_ns (f->past));
  tb_moment_step (f->moment, -1);
  g_assert_cmpuint (tb_moment_selected (f->moment), ==, N_EVENTS - 1);
}

static void
test_selecting_goes_to_its_time (Fixture *f, gconstpointer data)
{
  tb_moment_select (f->moment, 6);
  g_assert_cmpint (tb_moment_time_ns (f->moment), ==, at_ms (f, 70));
  tb_moment_select (f->moment, TB_MOMENT_NONE);
  g_assert_cmpint (tb_moment_time_ns (f->moment), ==, at_ms (f, 70));
  g_assert_cmpuint (f->selected, ==, 2);
}

static void
test_without_a_run_nothing_is_shown (Fixture *f, gconstpointer data)
{
  tb_moment_set_past (f->moment, NULL, FALSE);
  tb_moment_step (f->moment, 1);
  tb_moment_play (f->moment, 1);
  tb_moment_follow (f->moment);
  tb_moment_select (f->moment, 3);
  g_assert_null (tb_moment_past (f->moment));
  g_assert_cmpint (tb_moment_time_ns (f->moment), ==, 0);
  g_assert_cmpfloat (tb_moment_speed (f->moment), ==, 0);
}

int
main (int argc, char **argv)
{
#define RUNNING GINT_TO_POINTER (TRUE)
#define OVER GINT_TO_POINTER (FALSE)
#define ADD(running, test) g_test_add ("/ui/moment/" #test, Fixture, running, set_up, test, tear_down)
  g_test_init (&argc, &argv, NULL);
  ADD (RUNNING, test_a_run_that_goes_on_is_shown_live);
  ADD (OVER, test_a_run_that_is_over_is_shown_from_its_start);
  ADD (RUNNING, test_going_to_a_time_leaves_what_is_live);
  ADD (RUNNING, test_a_time_that_is_not_known_is_the_nearest_that_is);
  ADD (RUNNING, test_following_is_live_again);
  ADD (OVER, test_a_step_selects_the_next_message);
  ADD (RUNNING, test_a_step_back_selects_the_one_before);
  ADD (OVER, test_steps_end_where_messages_end);
  ADD (OVER, test_playing_goes_as_fast_as_it_is_told);
  ADD (OVER, test_playing_pauses_at_the_end_of_what_is_over);
  ADD (RUNNING, test_playing_what_goes_on_becomes_live_at_its_end);
  ADD (RUNNING, test_what_is_over_stays_to_be_looked_at);
  ADD (OVER, test_selecting_goes_to_its_time);
  ADD (OVER, test_without_a_run_nothing_is_shown);
  return g_test_run ();
}
