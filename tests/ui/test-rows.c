/* Rows of events with others between them: what the list says of its changes is what has changed, and
 * in the end all is in the order of time, however it came. */
#include <string.h>

#include "event-rows.h"
#include "row-set.h"
#include "tb-base.h"

/* ---- Sets ---------------------------------------------------------------------------------------- */

static void
a_set_counts_and_finds (void)
{
  g_autoptr (TbRowSet) set = tb_row_set_new ();
  static const guint64 some[] = { 70000, 5, 4095, 4096, 1u << 24, 70001, 5, 12288 };
  static const guint64 sorted[] = { 5, 4095, 4096, 12288, 70000, 70001, 1u << 24 };
  for (guint i = 0; i < G_N_ELEMENTS (some); i++)
    tb_row_set_add (set, some[i]);
  g_assert_cmpuint (tb_row_set_count (set), ==, G_N_ELEMENTS (sorted));
  for (guint i = 0; i < G_N_ELEMENTS (sorted); i++)
    {
      g_assert_cmpuint (tb_row_set_nth (set, i), ==, sorted[i]);
      g_assert_cmpuint (tb_row_set_rank (set, sorted[i]), ==, i);
      g_assert_cmpuint (tb_row_set_rank (set, sorted[i] + 1), ==, i + 1);
      g_assert_true (tb_row_set_has (set, sorted[i]));
      g_assert_false (tb_row_set_has (set, sorted[i] + 2));
    }
  g_assert_cmpuint (tb_row_set_drop_below (set, 4096), ==, 2);
  g_assert_cmpuint (tb_row_set_nth (set, 0), ==, 4096);
  g_assert_cmpuint (tb_row_set_rank (set, G_MAXUINT64), ==, 5);
  g_assert_cmpuint (tb_row_set_drop_below (set, 70001), ==, 3);
  g_assert_cmpuint (tb_row_set_nth (set, 1), ==, 1u << 24);
  tb_row_set_clear (set);
  g_assert_cmpuint (tb_row_set_count (set), ==, 0);
  g_assert_cmpuint (tb_row_set_rank (set, 99), ==, 0);
}

static void
a_set_is_as_an_array_would_be (void)
{
  enum { N = 200000 };
  g_autoptr (TbRowSet) set = tb_row_set_new ();
  g_autofree guint8 *has = g_malloc0 (N);
  for (guint i = 0; i < 20000; i++)
    {
      guint at = (guint) g_test_rand_int_range (0, N);
      has[at] = 1;
      tb_row_set_add (set, 1000000 + at);
    }
  guint n = 0;
  for (guint i = 0; i < N; i++)
    {
      if (i % 97 == 0)
        g_assert_cmpuint (tb_row_set_rank (set, 1000000 + i), ==, n);
      if (has[i] && n % 7 == 0)
        g_assert_cmpuint (tb_row_set_nth (set, n), ==, 1000000 + i);
      n += has[i];
    }
  g_assert_cmpuint (tb_row_set_count (set), ==, n);
}

/* ---- Rows ---------------------------------------------------------------------------------------- */

/* A recording that grows and loses its oldest, and a copy of the list as its signals tell of it. */
typedef struct
{
  GArray *events;
  guint64 first, n; /* that can be asked for */
  guint64 holes;    /* each so many-th cannot be read; 0: all can */
  guint asked;
  GArray *copy; /* of Row */
} Fixture;

typedef struct
{
  guint64 position;
  guint which;
} Row;

static guint64
first_of (gpointer data)
{
  return ((Fixture *) data)->first;
}

static guint64
n_of (gpointer data)
{
  return ((Fixture *) data)->n;
}

static gboolean
is_readable (const Fixture *f, guint64 position)
{
  return position >= f->first && position < f->n
         && (f->holes == 0 || position / 300 % f->holes != f->holes - 1);
}

static gsize
events_of (gpointer data, guint64 position, TbEvent *out, gsize max)
{
  Fixture *f = data;
  gsize n = 0;
  f->asked++;
  while (n < max && is_readable (f, position + n))
    {
      out[n] = g_array_index (f->events, TbEvent, position + n);
      n++;
    }
  return n;
}

static guint64
find_of (gpointer data, gint64 time_ns)
{
  Fixture *f = data;
  guint64 at = f->first;
  while (at < f->n && g_array_index (f->events, TbEvent, at).time_ns < time_ns)
    at++;
  return at;
}

static gboolean
is_third (gpointer data, guint64 position, const TbEvent *event)
{
  return event->number % 3 == 0;
}

static const TbEventSource source = { first_of, n_of, events_of, find_of, is_third };
static const TbEventSource inserts_only = { first_of, n_of, events_of, find_of, NULL };

static Row
row_at (TbEventRows *rows, guint i)
{
  g_autoptr (TbEventRow) item = g_list_model_get_item (G_LIST_MODEL (rows), i);
  g_assert_nonnull (item);
  return (Row) { tb_event_row_position (item), tb_event_row_which (item) };
}

static void
changed (GListModel *list, guint at, guint removed, guint added, Fixture *f)
{
  g_assert_cmpuint (at + removed, <=, f->copy->len);
  g_array_remove_range (f->copy, at, removed);
  for (guint i = 0; i < added; i++)
    {
      Row row = row_at (TB_EVENT_ROWS (list), at + i);
      g_array_insert_val (f->copy, at + i, row);
    }
  g_assert_cmpuint (f->copy->len, ==, g_list_model_get_n_items (list));
}

static void
grow (Fixture *f, guint n, gint64 *now_ns)
{
  for (guint i = 0; i < n; i++)
    {
      TbEvent event = { .time_ns = *now_ns += g_test_rand_int_range (0, 3),
                        .number = (guint) g_test_rand_int_range (0, 9) };
      g_array_append_val (f->events, event);
    }
  f->n = f->events->len;
}

static Fixture *
fixture_new (void)
{
  Fixture *f = g_new0 (Fixture, 1);
  f->events = g_array_new (FALSE, FALSE, sizeof (TbEvent));
  f->copy = g_array_new (FALSE, FALSE, sizeof (Row));
  return f;
}

static void
fixture_free (Fixture *f)
{
  g_array_unref (f->events);
  g_array_unref (f->copy);
  g_free (f);
}

static void
check_copy (Fixture *f, TbEventRows *rows)
{
  g_assert_cmpuint (f->copy->len, ==, g_list_model_get_n_items (G_LIST_MODEL (rows)));
  for (guint i = 0; i < f->copy->len; i++)
    {
      Row row = row_at (rows, i), copied = g_array_index (f->copy, Row, i);
      g_assert_cmpuint (row.position, ==, copied.position);
      g_assert_cmpuint (row.which, ==, copied.which);
    }
}

/* Each event that is meant once, each insert once, and no time goes back. */
static void
check_order (Fixture *f, TbEventRows *rows, const GArray *inserts)
{
  guint64 events = 0, next = f->first;
  gint64 before_ns = G_MININT64;
  guint others = 0;
  for (guint64 at = f->first; at < f->n; at++)
    events += is_readable (f, at) && g_array_index (f->events, TbEvent, at).number % 3 == 0;
  for (guint i = 0; i < f->copy->len; i++)
    {
      Row row = row_at (rows, i);
      gint64 time_ns = row.position == G_MAXUINT64
                           ? g_array_index (inserts, TbEventInsert, row.which).time_ns
                           : g_array_index (f->events, TbEvent, row.position).time_ns;
      g_assert_cmpint (time_ns, >=, before_ns);
      before_ns = time_ns;
      others += row.position == G_MAXUINT64;
      if (row.position == G_MAXUINT64)
        continue;
      g_assert_cmpuint (row.position, >=, next);
      next = row.position + 1;
      events--;
      g_assert_cmpuint (tb_event_rows_of_event (rows, row.position), ==, i);
    }
  g_assert_cmpuint (events, ==, 0);
  g_assert_cmpuint (others, ==, inserts->len);
}

static void
insert_some (TbEventRows *rows, GArray *inserts, guint n, gint64 now_ns)
{
  guint first = inserts->len;
  for (guint i = 0; i < n; i++)
    {
      gint64 late = g_test_rand_int_range (0, 10) ? 5 : 20000;
      TbEventInsert insert = { MAX (0, now_ns - g_test_rand_int_range (-5, (gint32) late)), 1, inserts->len };
      g_array_append_val (inserts, insert);
    }
  /* An empty array has no address. */
  tb_event_rows_insert (rows, n > 0 ? &g_array_index (inserts, TbEventInsert, first) : NULL, n);
}

static void
run_randomly (guint64 holes, gboolean dropping)
{
  Fixture *f = fixture_new ();
  g_autoptr (TbEventRows) rows = tb_event_rows_new ();
  g_autoptr (GArray) inserts = g_array_new (FALSE, FALSE, sizeof (TbEventInsert));
  gint64 now_ns = 0;
  f->holes = holes;
  g_signal_connect (rows, "items-changed", G_CALLBACK (changed), f);
  grow (f, (guint) g_test_rand_int_range (0, 12000), &now_ns);
  tb_event_rows_set_source (rows, &source, f);
  for (guint i = 0; i < 30; i++)
    {
      if (g_test_rand_bit ())
        grow (f, (guint) g_test_rand_int_range (0, 2000), &now_ns);
      if (g_test_rand_bit ())
        insert_some (rows, inserts, (guint) g_test_rand_int_range (0, 20), now_ns);
      if (dropping && g_test_rand_int_range (0, 5) == 0)
        {
          guint64 gone = (guint64) g_test_rand_int_range (0, 3000); /* once: MIN() evaluates it twice */
          f->first = MIN (f->n, f->first + gone);
        }
      if (g_test_rand_bit ())
        tb_event_rows_step (rows, 0);
    }
  while (tb_event_rows_step (rows, 0))
    ;
  g_assert_cmpfloat (tb_event_rows_progress (rows), ==, 1);
  check_copy (f, rows);
  if (!dropping)
    check_order (f, rows, inserts);
  fixture_free (f);
}

static void
rows_come_in_the_order_of_time (void)
{
  for (guint i = 0; i < 3; i++)
    run_randomly (0, FALSE);
}

static void
what_cannot_be_read_is_passed_over (void)
{
  run_randomly (5, FALSE);
}

static void
what_has_gone_has_no_row (void)
{
  for (guint i = 0; i < 3; i++)
    run_randomly (0, TRUE);
}

static void
the_newest_come_first (void)
{
  Fixture *f = fixture_new ();
  g_autoptr (TbEventRows) rows = tb_event_rows_new ();
  gint64 now_ns = 0;
  grow (f, 100000, &now_ns);
  tb_event_rows_set_source (rows, &source, f);
  g_assert_true (tb_event_rows_step (rows, 0));
  guint n = g_list_model_get_n_items (G_LIST_MODEL (rows));
  g_assert_cmpuint (f->asked, ==, 1);
  g_assert_cmpuint (row_at (rows, n - 1).position, >, 100000 - 100);
  fixture_free (f);
}

static void
without_a_filter_for_events_none_is_read (void)
{
  Fixture *f = fixture_new ();
  g_autoptr (TbEventRows) rows = tb_event_rows_new ();
  const TbEventInsert inserts[] = { { 5, 1, 0 }, { 9, 1, 1 }, { 7, 1, 2 } };
  gint64 now_ns = 0;
  grow (f, 1000, &now_ns);
  tb_event_rows_set_source (rows, &inserts_only, f);
  tb_event_rows_insert (rows, inserts, 3);
  g_assert_false (tb_event_rows_step (rows, TB_NS_PER_S));
  g_assert_cmpuint (f->asked, ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (rows)), ==, 3);
  g_assert_cmpuint (row_at (rows, 1).which, ==, 2);
  g_assert_cmpuint (tb_event_rows_at_time (rows, 8), ==, 1);
  g_assert_cmpuint (tb_event_rows_at_time (rows, 4), ==, G_MAXUINT);
  fixture_free (f);
}

static void
a_moment_has_a_row (void)
{
  Fixture *f = fixture_new ();
  g_autoptr (TbEventRows) rows = tb_event_rows_new ();
  for (guint i = 0; i < 10; i++)
    {
      TbEvent event = { .time_ns = 10 * i, .number = i };
      g_array_append_val (f->events, event);
    }
  f->n = 10;
  tb_event_rows_set_source (rows, &source, f);
  while (tb_event_rows_step (rows, TB_NS_PER_S))
    ;
  tb_event_rows_insert (rows, &(TbEventInsert) { 45, 1, 0 }, 1);
  /* 0, 30, (45), 60, 90 */
  g_assert_cmpuint (tb_event_rows_at_time (rows, 29), ==, 0);
  g_assert_cmpuint (tb_event_rows_at_time (rows, 30), ==, 1);
  g_assert_cmpuint (tb_event_rows_at_time (rows, 50), ==, 2);
  g_assert_cmpuint (tb_event_rows_at_time (rows, 1000), ==, 4);
  g_assert_cmpuint (tb_event_rows_of_event (rows, 6), ==, 3);
  g_assert_cmpuint (tb_event_rows_of_event (rows, 7), ==, 3);
  fixture_free (f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, test) g_test_add_func ("/rows/" name, test)
  ADD ("a-set-counts-and-finds", a_set_counts_and_finds);
  ADD ("a-set-is-as-an-array-would-be", a_set_is_as_an_array_would_be);
  ADD ("rows-come-in-the-order-of-time", rows_come_in_the_order_of_time);
  ADD ("what-cannot-be-read-is-passed-over", what_cannot_be_read_is_passed_over);
  ADD ("what-has-gone-has-no-row", what_has_gone_has_no_row);
  ADD ("the-newest-come-first", the_newest_come_first);
  ADD ("without-a-filter-for-events-none-is-read", without_a_filter_for_events_none_is_read);
  ADD ("a-moment-has-a-row", a_moment_has_a_row);
  return g_test_run ();
}
