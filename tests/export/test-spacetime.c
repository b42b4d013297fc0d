/* The space-time diagram: which line, which arrow, which bar; counted where there are too many; and what
 * is drawn of all that. */
#include "made-past.h"

#include <math.h>
#include <string.h>

#include "tb-base.h"
#include "tb-proto.h"

#define MS G_GINT64_CONSTANT (1000000)

/* browser → shop/1, shop/2 → orders/1, orders/2, which speak with each other. */
typedef struct
{
  MadePast *made;
  TbSpacetimeSource source;
  guint browser, shop1, shop2, orders1, orders2;
  guint browse, save, copy; /* taps */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->made = made_past_new ();
  f->orders1 = made_past_instance (f->made, "orders/1"); /* not in the order of calls */
  f->shop1 = made_past_instance (f->made, "shop/1");
  f->browser = made_past_instance (f->made, "browser/1");
  f->orders2 = made_past_instance (f->made, "orders/2");
  f->shop2 = made_past_instance (f->made, "shop/2");
  f->browse = made_past_tap (f->made, f->browser, f->shop1);
  f->save = made_past_tap (f->made, f->shop1, f->orders1);
  f->copy = made_past_tap (f->made, f->orders1, f->orders2);
  f->source = made_past_source (f->made);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  made_past_free (f->made);
}

static gint64
at (Fixture *f, double ms)
{
  return f->source.start_ns (f->made) + (gint64) (ms * (double) MS);
}

static TbSpacetimeReading *
read_ms (Fixture *f, double from, double to)
{
  made_past_sort (f->made);
  return tb_spacetime_read (&f->source, at (f, from), at (f, to), NULL, NULL);
}

static const TbSpacetimeArrow *
arrow (const TbSpacetimeReading *reading, guint i)
{
  g_assert_cmpuint (i, <, reading->arrows->len);
  return &g_array_index (reading->arrows, TbSpacetimeArrow, i);
}

static const TbSpacetimeBar *
bar (const TbSpacetimeReading *reading, guint i)
{
  g_assert_cmpuint (i, <, reading->bars->len);
  return &g_array_index (reading->bars, TbSpacetimeBar, i);
}

/* ---- Lines ----------------------------------------------------------------------------------- */

static void
assert_rows (const TbSpacetimeRows *rows, const char *names)
{
  GString *found = g_string_new (NULL);
  for (guint i = 0; i < tb_spacetime_n_rows (rows); i++)
    g_string_append_printf (found, "%s%s", i ? " " : "", tb_spacetime_row (rows, i)->name);
  g_assert_cmpstr (found->str, ==, names);
  g_string_free (found, TRUE);
}

static void
test_callers_stand_above_what_they_call (Fixture *f, gconstpointer data)
{
  g_autoptr (TbSpacetimeRows) rows = tb_spacetime_rows_new ();
  g_assert_true (tb_spacetime_rows_update (rows, &f->source, NULL));
  assert_rows (rows, "browser-1 shop-1 shop-2 orders-1 orders-2");
  g_assert_true (tb_spacetime_row (rows, 0)->caller);
  g_assert_false (tb_spacetime_row (rows, 1)->caller);
  g_assert_false (tb_spacetime_rows_update (rows, &f->source, NULL));
  guint outside = made_past_tap (f->made, G_MAXUINT, f->shop1);
  g_assert_true (tb_spacetime_rows_update (rows, &f->source, NULL));
  assert_rows (rows, "browser-1 outside shop-1 shop-2 orders-1 orders-2");
  g_assert_cmpuint (tb_spacetime_row_of (rows, f->source.tap (f->made, outside)->from), ==, 1);
}

static void
test_calls_in_a_circle_end (Fixture *f, gconstpointer data)
{
  g_autoptr (TbSpacetimeRows) rows = tb_spacetime_rows_new ();
  made_past_tap (f->made, f->orders1, f->browser);
  tb_spacetime_rows_update (rows, &f->source, NULL);
  g_assert_cmpuint (tb_spacetime_n_rows (rows), ==, 5);
}

static void
test_replicas_collapse_and_instances_hide (Fixture *f, gconstpointer data)
{
  g_autoptr (TbSpacetimeRows) rows = tb_spacetime_rows_new ();
  tb_spacetime_rows_update (rows, &f->source, NULL);
  tb_spacetime_collapse (rows, "orders", TRUE);
  assert_rows (rows, "browser-1 shop-1 shop-2 orders ×2");
  g_assert_cmpuint (tb_spacetime_row_of (rows, f->orders2), ==, 3);
  tb_spacetime_hide (rows, 2);
  assert_rows (rows, "browser-1 shop-1 orders ×2");
  g_assert_cmpuint (tb_spacetime_row_of (rows, f->shop2), ==, G_MAXUINT);
  tb_spacetime_hide (rows, 2);
  g_assert_cmpuint (tb_spacetime_n_hidden (rows), ==, 3);
  tb_spacetime_show_all (rows);
  assert_rows (rows, "browser-1 shop-1 shop-2 orders ×2");
  tb_spacetime_collapse (rows, "orders", FALSE);
  assert_rows (rows, "browser-1 shop-1 shop-2 orders-1 orders-2");
}

/* ---- Arrows ---------------------------------------------------------------------------------- */

static void
test_each_message_has_one_arrow_with_its_ends (Fixture *f, gconstpointer data)
{
  made_past_exchange (f->made, 10, 20, f->browse, 1, 1, "GET /");
  made_past_exchange (f->made, 12, 18, f->save, 2, 1, "SET a");
  g_autoptr (TbSpacetimeReading) reading = read_ms (f, 0, 100);
  g_assert_cmpuint (reading->arrows->len, ==, 4);
  g_assert_cmpuint (arrow (reading, 0)->from, ==, f->browser);
  g_assert_cmpuint (arrow (reading, 0)->to, ==, f->shop1);
  g_assert_cmpuint (arrow (reading, 3)->from, ==, f->shop1);
  g_assert_cmpuint (arrow (reading, 3)->to, ==, f->browser);
  g_assert_cmpint (arrow (reading, 3)->latency_ns, ==, 10 * MS);
  g_assert_cmpuint (arrow (reading, 2)->position, ==, 2);
}

static void
test_a_delayed_message_has_the_slope_of_its_delay (Fixture *f, gconstpointer data)
{
  made_past_event (f->made, 10, TB_EVENT_REQUEST, f->browse, 1, 1, "GET /");
  made_past_last (f->made)->held = TRUE;
  made_past_event (f->made, 35, TB_EVENT_DELIVERED, f->browse, 1, 1, NULL);
  g_autoptr (TbSpacetimeReading) reading = read_ms (f, 0, 100);
  g_assert_cmpuint (reading->arrows->len, ==, 1);
  g_assert_cmpint (arrow (reading, 0)->arrived_ns - arrow (reading, 0)->sent_ns, ==, 25 * MS);
  g_assert_cmpuint (arrow (reading, 0)->fate, ==, TB_FATE_ARRIVED);
  g_assert_cmpuint (arrow (reading, 0)->end_position, ==, 1);
  /* The called one works on it only from then on. */
  g_assert_cmpint (bar (reading, 0)->from_ns, ==, at (f, 35));
}

static void
test_what_a_fault_does_is_seen (Fixture *f, gconstpointer data)
{
  for (guint i = 1; i <= 4; i++)
    {
      made_past_event (f->made, i, TB_EVENT_REQUEST, f->browse, 1, i, "GET /");
      made_past_last (f->made)->held = TRUE;
    }
  made_past_event (f->made, 10, TB_EVENT_DROPPED, f->browse, 1, 1, NULL);
  made_past_event (f->made, 11, TB_EVENT_DUPLICATED, f->browse, 1, 2, NULL);
  made_past_event (f->made, 12, TB_EVENT_CORRUPTED, f->browse, 1, 3, NULL);
  made_past_event (f->made, 20, TB_EVENT_DELIVERED, f->browse, 1, 2, NULL);
  made_past_event (f->made, 21, TB_EVENT_DELIVERED, f->browse, 1, 2, NULL);
  made_past_event (f->made, 22, TB_EVENT_DELIVERED, f->browse, 1, 3, NULL);
  made_past_event (f->made, 23, TB_EVENT_REFUSED, f->save, 0, 0, NULL);
  g_autoptr (TbSpacetimeReading) reading = read_ms (f, 0, 100);
  g_assert_cmpuint (reading->arrows->len, ==, 6);
  g_assert_cmpuint (arrow (reading, 0)->fate, ==, TB_FATE_DROPPED);
  g_assert_cmpint (arrow (reading, 1)->arrived_ns, ==, at (f, 20));
  g_assert_true (arrow (reading, 2)->corrupted);
  g_assert_cmpuint (arrow (reading, 3)->fate, ==, TB_FATE_ON_THE_WAY);
  g_assert_true (arrow (reading, 4)->copy);
  g_assert_cmpint (arrow (reading, 4)->arrived_ns, ==, at (f, 21));
  g_assert_cmpuint (arrow (reading, 5)->fate, ==, TB_FATE_REFUSED);
}

static void
test_both_ends_are_found_across_the_edge_of_what_is_seen (Fixture *f, gconstpointer data)
{
  made_past_event (f->made, 10, TB_EVENT_REQUEST, f->browse, 1, 1, "GET /");
  made_past_last (f->made)->held = TRUE;
  made_past_event (f->made, 500, TB_EVENT_DELIVERED, f->browse, 1, 1, NULL);
  made_past_event (f->made, 900, TB_EVENT_REPLY, f->browse, 1, 1, NULL);
  g_autoptr (TbSpacetimeReading) reading = read_ms (f, 100, 200);
  g_assert_cmpuint (reading->events, ==, 0);
  g_assert_cmpuint (reading->arrows->len, ==, 1);
  g_assert_cmpint (arrow (reading, 0)->arrived_ns, ==, at (f, 500));
  g_autoptr (TbSpacetimeReading) later = read_ms (f, 600, 700);
  g_assert_cmpuint (later->arrows->len, ==, 0);
  g_assert_cmpuint (later->bars->len, ==, 2);
}

static gboolean
is_put (guint64 position, const TbEvent *event, gpointer data)
{
  return g_str_has_prefix (event->label, "PUT");
}

static void
test_a_search_marks_what_it_finds (Fixture *f, gconstpointer data)
{
  made_past_exchange (f->made, 10, 20, f->browse, 1, 1, "GET /");
  made_past_exchange (f->made, 30, 40, f->browse, 1, 2, "PUT /cart");
  g_autoptr (TbSpacetimeReading) reading
      = tb_spacetime_read (&f->source, at (f, 0), at (f, 100), is_put, NULL);
  g_assert_false (arrow (reading, 0)->matches);
  g_assert_true (arrow (reading, 2)->matches);
}

/* ---- Bars ------------------------------------------------------------------------------------ */

static void
test_who_owes_a_reply_has_a_bar (Fixture *f, gconstpointer data)
{
  made_past_exchange (f->made, 10, 20, f->browse, 1, 1, "GET /");
  made_past_event (f->made, 30, TB_EVENT_REQUEST, f->browse, 1, 2, "PUT /");
  g_autoptr (TbSpacetimeReading) reading = read_ms (f, 0, 100);
  g_assert_cmpuint (reading->bars->len, ==, 4);
  g_assert_cmpuint (bar (reading, 0)->instance, ==, f->shop1);
  g_assert_false (bar (reading, 0)->waits);
  g_assert_cmpint (bar (reading, 0)->to_ns, ==, at (f, 20));
  g_assert_cmpuint (bar (reading, 1)->instance, ==, f->browser);
  g_assert_true (bar (reading, 1)->waits);
  g_assert_true (bar (reading, 2)->open);
}

static void
test_a_broken_connection_ends_what_it_owed (Fixture *f, gconstpointer data)
{
  made_past_event (f->made, 10, TB_EVENT_REQUEST, f->browse, 1, 1, "GET /");
  made_past_event (f->made, 11, TB_EVENT_REQUEST, f->browse, 2, 1, "GET /");
  made_past_event (f->made, 15, TB_EVENT_RESET, f->browse, 1, 0, NULL);
  g_autoptr (TbSpacetimeReading) reading = read_ms (f, 0, 100);
  g_assert_cmpint (bar (reading, 0)->to_ns, ==, at (f, 15));
  g_assert_true (bar (reading, 0)->error);
  g_assert_true (bar (reading, 2)->open);
}

static void
test_who_never_got_a_request_does_not_work_on_it (Fixture *f, gconstpointer data)
{
  made_past_event (f->made, 10, TB_EVENT_REQUEST, f->browse, 1, 1, "GET /");
  made_past_last (f->made)->held = TRUE;
  made_past_event (f->made, 11, TB_EVENT_DROPPED, f->browse, 1, 1, NULL);
  made_past_event (f->made, 90, TB_EVENT_CLOSE, f->browse, 1, 0, NULL);
  g_autoptr (TbSpacetimeReading) reading = read_ms (f, 0, 100);
  g_assert_cmpuint (reading->bars->len, ==, 1);
  g_assert_cmpuint (bar (reading, 0)->instance, ==, f->browser);
  g_assert_cmpint (bar (reading, 0)->to_ns, ==, at (f, 90));
  g_assert_true (bar (reading, 0)->error);
}

static void
test_a_reply_whose_request_is_gone_says_when_it_began (Fixture *f, gconstpointer data)
{
  made_past_event (f->made, 100, TB_EVENT_REPLY, f->browse, 1, 7, NULL);
  made_past_last (f->made)->aux = 60 * MS;
  g_autoptr (TbSpacetimeReading) reading = read_ms (f, 0, 200);
  g_assert_cmpuint (reading->bars->len, ==, 2);
  g_assert_cmpint (bar (reading, 0)->from_ns, ==, at (f, 40));
  g_assert_cmpuint (bar (reading, 0)->request, ==, G_MAXUINT64);
}

/* ---- Counted --------------------------------------------------------------------------------- */

static guint64
sum_of (const GArray *cells, guint64 *bad)
{
  guint64 sum = 0;
  *bad = 0;
  for (guint i = 0; i < cells->len; i++)
    {
      const TbSpacetimeCell *cell = &g_array_index (cells, TbSpacetimeCell, i);
      sum += cell->up + cell->down;
      *bad += cell->bad;
    }
  return sum;
}

static void
test_nothing_is_lost_in_counting (Fixture *f, gconstpointer data)
{
  g_autoptr (TbSpacetimeDensity) density = tb_spacetime_density_new (at (f, 0));
  TbRng rng;
  gint64 step;
  guint64 bad, lost = 0;
  tb_rng_seed (&rng, 5);
  for (guint i = 0; i < 200000; i++)
    {
      /* Out of order as well. */
      TbEvent event = { .time_ns = at (f, i) - (gint64) tb_rng_below (&rng, 5000) * MS,
                        .tap = (guint) tb_rng_below (&rng, 3), .kind = TB_EVENT_REQUEST,
                        .error = tb_rng_below (&rng, 10) == 0 };
      lost += event.error;
      tb_spacetime_density_add (density, &event);
    }
  for (gint64 each = 1; each < 1000000; each *= 7)
    {
      g_autoptr (GArray) cells = tb_spacetime_density_query (density, at (f, -10), at (f, 300000),
                                                             each * MS, &step);
      g_assert_cmpuint (sum_of (cells, &bad), ==, 200000);
      g_assert_cmpuint (bad, ==, lost);
      g_assert_cmpint (step, >=, each * MS);
    }
}

static void
test_a_long_run_keeps_to_its_memory (Fixture *f, gconstpointer data)
{
  g_autoptr (TbSpacetimeDensity) density = tb_spacetime_density_new (at (f, 0));
  gint64 step;
  guint64 bad;
  for (guint i = 0; i < 3000000; i++)
    {
      TbEvent event = { .time_ns = at (f, i * 2.5), .tap = i % 7, .kind = TB_EVENT_REPLY,
                        .direction = TB_DIR_DOWN };
      tb_spacetime_density_add (density, &event);
    }
  g_assert_cmpint (tb_spacetime_density_slice_ns (density), >, MS);
  g_autoptr (GArray) cells
      = tb_spacetime_density_query (density, at (f, 0), at (f, 1e9), 10000 * MS, &step);
  g_assert_cmpuint (sum_of (cells, &bad), ==, 3000000);
  for (guint i = 1; i < cells->len; i++)
    g_assert_cmpint (g_array_index (cells, TbSpacetimeCell, i).time_ns, >=,
                     g_array_index (cells, TbSpacetimeCell, i - 1).time_ns);
}

static void
test_a_part_of_time_is_counted_alone (Fixture *f, gconstpointer data)
{
  g_autoptr (TbSpacetimeDensity) density = tb_spacetime_density_new (at (f, 0));
  gint64 step;
  guint64 bad;
  for (guint i = 0; i < 1000; i++)
    made_past_event (f->made, i, TB_EVENT_ONE_WAY, f->browse, 1, i, "x");
  g_assert_false (tb_spacetime_density_read (density, &f->source, 0, NULL, NULL));
  g_autoptr (GArray) cells
      = tb_spacetime_density_query (density, at (f, 100), at (f, 200), 10 * MS, &step);
  g_assert_cmpuint (sum_of (cells, &bad), ==, 100);
  g_assert_cmpuint (cells->len, ==, 10);
}

/* A million messages: what is drawn of them all, and of a moment of them, does not depend on how many
 * there are. */
static void
test_a_million_messages_cost_what_is_seen_of_them (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 500000; i++)
    {
      made_past_event (f->made, i * 0.02, TB_EVENT_REQUEST, f->browse, 1, i, "x");
      made_past_event (f->made, i * 0.02 + 0.01, TB_EVENT_REPLY, f->browse, 1, i, "");
    }
  f->made->calls = 0;
  g_autoptr (TbSpacetimeReading) reading
      = tb_spacetime_read (&f->source, at (f, 5000), at (f, 5010), NULL, NULL);
  g_assert_cmpuint (reading->arrows->len, ==, 1001);
  g_assert_cmpuint (f->made->calls, <, 15);
  g_autoptr (TbSpacetimeDensity) density = tb_spacetime_density_new (at (f, 0));
  gint64 step;
  while (tb_spacetime_density_read (density, &f->source, 2 * MS, NULL, NULL))
    ;
  g_autoptr (GArray) cells
      = tb_spacetime_density_query (density, at (f, 0), at (f, 10000), 50 * MS, &step);
  g_assert_cmpuint (cells->len, <=, 201);
}

/* ---- Drawn ----------------------------------------------------------------------------------- */

static guint
occurrences (const char *text, const char *of)
{
  guint n = 0;
  for (const char *p = text; (p = strstr (p, of)) != NULL; p += strlen (of))
    n++;
  return n;
}

static char *
svg_of (Fixture *f, TbSpacetimeMatch match)
{
  made_past_sort (f->made);
  TbSpacetimeExport how = { .theme = TB_THEME_PRINT, .match = match, .standalone = TRUE };
  g_autoptr (GBytes) bytes = tb_spacetime_svg (&f->source, &how);
  gsize size;
  const char *svg = g_bytes_get_data (bytes, &size);
  return g_strndup (svg, size);
}

static void
test_as_many_arrows_are_drawn_as_there_were_messages (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 10; i++)
    made_past_exchange (f->made, 10 * i, 10 * i + 5, f->browse, 1, i, "GET /");
  made_past_event (f->made, 200, TB_EVENT_REQUEST, f->browse, 1, 11, "GET /lost");
  made_past_last (f->made)->held = TRUE;
  made_past_event (f->made, 200.1, TB_EVENT_DROPPED, f->browse, 1, 11, NULL);
  g_autofree char *svg = svg_of (f, NULL);
  g_assert_cmpuint (occurrences (svg, "class=\"message\""), ==, 20);
  g_assert_cmpuint (occurrences (svg, "class=\"lost\""), ==, 1);
  g_assert_nonnull (strstr (svg, "dropped by a fault</title>"));
  g_assert_nonnull (strstr (svg, ">browser-1</text>"));
  g_assert_nonnull (strstr (svg, "21 messages"));
}

static void
test_what_is_not_searched_for_steps_back (Fixture *f, gconstpointer data)
{
  made_past_exchange (f->made, 10, 20, f->browse, 1, 1, "GET /");
  made_past_exchange (f->made, 30, 40, f->browse, 1, 2, "PUT /cart");
  g_autofree char *svg = svg_of (f, is_put);
  g_assert_cmpuint (occurrences (svg, "class=\"message\""), ==, 1);
  g_assert_cmpuint (occurrences (svg, "class=\"other\""), ==, 3);
  g_assert_nonnull (strstr (svg, "1 of 4 messages match"));
}

static void
test_faults_and_gaps_are_shaded_and_named (Fixture *f, gconstpointer data)
{
  TbPastBand all = { .kind = TB_BAND_PARTITION,
                     .text = "orders/2 | orders/1",
                     .instance = G_MAXUINT,
                     .from_ns = at (f, 20),
                     .to_ns = G_MAXINT64 };
  TbPastBand one = { .kind = TB_BAND_PAUSE, .text = "paused", .instance = f->shop1,
                     .from_ns = at (f, 10), .to_ns = at (f, 80) };
  TbPastGap gap = { .from_ns = at (f, 40), .to_ns = at (f, 60), .events = 1234, .why = "overrun" };
  g_array_append_val (f->made->bands, all);
  g_array_append_val (f->made->bands, one);
  g_array_append_val (f->made->gaps, gap);
  made_past_exchange (f->made, 1, 100, f->browse, 1, 1, "GET /");
  g_autofree char *svg = svg_of (f, NULL);
  g_assert_nonnull (strstr (svg, "<title>orders/2 | orders/1</title>"));
  g_assert_nonnull (strstr (svg, ">paused</text>"));
  g_assert_nonnull (strstr (svg, "<title>1234 not recorded: overrun</title>"));
}

static void
test_too_many_to_tell_apart_are_counted_and_it_says_so (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 30000; i++)
    made_past_event (f->made, i * 0.1, TB_EVENT_ONE_WAY, f->browse, 1, i, "x");
  g_autofree char *svg = svg_of (f, NULL);
  g_assert_cmpuint (occurrences (svg, "class=\"message\""), ==, 0);
  g_assert_nonnull (strstr (svg, "30\u202f000 messages, counted by "));
}

static void
test_labels_are_binary_safe (Fixture *f, gconstpointer data)
{
  made_past_exchange (f->made, 10, 90, f->browse, 1, 1, "\x1b]0;x\x07\xff<script>");
  g_autofree char *svg = svg_of (f, NULL);
  g_assert_true (g_utf8_validate (svg, -1, NULL));
  g_assert_null (strchr (svg, 0x1b));
  g_assert_null (strstr (svg, "<script>"));
  g_assert_nonnull (strstr (svg, "&lt;script&gt;"));
}

static void
test_a_pdf_comes_out (Fixture *f, gconstpointer data)
{
  TbSpacetimeExport how = { .theme = TB_THEME_LIGHT };
  made_past_exchange (f->made, 10, 90, f->browse, 1, 1, "GET /");
  made_past_sort (f->made);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) pdf = tb_spacetime_pdf (&f->source, &how, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (pdf), >, 1000);
  g_assert_true (g_str_has_prefix (g_bytes_get_data (pdf, NULL), "%PDF"));
}

static void
test_nothing_recorded_draws_an_empty_page (Fixture *f, gconstpointer data)
{
  g_autoptr (MadePast) nothing = made_past_new ();
  TbSpacetimeSource source = made_past_source (nothing);
  TbSpacetimeExport how = { .theme = TB_THEME_LIGHT };
  g_autoptr (GBytes) svg = tb_spacetime_svg (&source, &how);
  g_assert_cmpuint (g_bytes_get_size (svg), >, 100);
}

/* ---- Pointed at ------------------------------------------------------------------------------ */

static void
test_the_arrow_under_the_pointer_is_found_and_said (Fixture *f, gconstpointer data)
{
  g_autoptr (TbSpacetimeRows) rows = tb_spacetime_rows_new ();
  TbRect page = { 0, 0, 1000, 300 };
  made_past_event (f->made, 20, TB_EVENT_REQUEST, f->browse, 1, 1, "GET /");
  made_past_last (f->made)->held = TRUE;
  made_past_event (f->made, 40, TB_EVENT_DELIVERED, f->browse, 1, 1, NULL);
  made_past_exchange (f->made, 60, 61, f->save, 1, 1, "SET a");
  g_autoptr (TbSpacetimeReading) reading = read_ms (f, 0, 100);
  tb_spacetime_rows_update (rows, &f->source, NULL);
  TbSpacetime s = { .source = &f->source, .rows = rows, .reading = reading, .from_ns = at (f, 0),
                    .to_ns = at (f, 100), .row_height = 40, .hovered = G_MAXUINT64,
                    .selected = G_MAXUINT64, .focus_row = G_MAXUINT, .cursor_ns = G_MININT64 };
  double x = tb_spacetime_x (&s, &page, at (f, 30));
  double y = (tb_spacetime_y (&s, &page, 0) + tb_spacetime_y (&s, &page, 1)) / 2;
  const TbSpacetimeArrow *found = tb_spacetime_arrow_at (&s, &page, x + 2, y, 5);
  g_assert_nonnull (found);
  g_assert_cmpuint (found->position, ==, 0);
  g_autofree char *words = tb_spacetime_arrow_words (&s, found);
  g_assert_cmpstr (words, ==, "browser-1 → shop-1 · request GET / · at 0.02000\u202fs · "
                              "100\u202fB · under way for 20\u202fms");
  g_assert_null (tb_spacetime_arrow_at (&s, &page, x + 60, y, 5));
  g_assert_cmpuint (tb_spacetime_row_at (&s, &page, tb_spacetime_y (&s, &page, 3)), ==, 3);
  g_assert_cmpuint (tb_spacetime_row_at (&s, &page, 290), ==, G_MAXUINT);
  gint64 back = tb_spacetime_time (&s, &page, tb_spacetime_x (&s, &page, at (f, 73)));
  g_assert_cmpint (ABS (back - at (f, 73)), <, 1000);
}

#define ADD(name, test) g_test_add ("/spacetime/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("callers-above", test_callers_stand_above_what_they_call);
  ADD ("circle", test_calls_in_a_circle_end);
  ADD ("collapse-and-hide", test_replicas_collapse_and_instances_hide);
  ADD ("one-arrow-each", test_each_message_has_one_arrow_with_its_ends);
  ADD ("slope", test_a_delayed_message_has_the_slope_of_its_delay);
  ADD ("faults", test_what_a_fault_does_is_seen);
  ADD ("across-the-edge", test_both_ends_are_found_across_the_edge_of_what_is_seen);
  ADD ("search", test_a_search_marks_what_it_finds);
  ADD ("bars", test_who_owes_a_reply_has_a_bar);
  ADD ("broken-connection", test_a_broken_connection_ends_what_it_owed);
  ADD ("dropped-request", test_who_never_got_a_request_does_not_work_on_it);
  ADD ("reply-alone", test_a_reply_whose_request_is_gone_says_when_it_began);
  ADD ("nothing-lost-in-counting", test_nothing_is_lost_in_counting);
  ADD ("bounded-memory", test_a_long_run_keeps_to_its_memory);
  ADD ("part-of-time", test_a_part_of_time_is_counted_alone);
  ADD ("a-million", test_a_million_messages_cost_what_is_seen_of_them);
  ADD ("as-many-arrows", test_as_many_arrows_are_drawn_as_there_were_messages);
  ADD ("search-drawn", test_what_is_not_searched_for_steps_back);
  ADD ("bands-and-gaps", test_faults_and_gaps_are_shaded_and_named);
  ADD ("counted", test_too_many_to_tell_apart_are_counted_and_it_says_so);
  ADD ("binary-safe", test_labels_are_binary_safe);
  ADD ("pdf", test_a_pdf_comes_out);
  ADD ("empty", test_nothing_recorded_draws_an_empty_page);
  ADD ("pointed-at", test_the_arrow_under_the_pointer_is_found_and_said);
  return g_test_run ();
}
