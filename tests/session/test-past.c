/* The past of a run, from recordings made up. */
#include <glib/gstdio.h>
#include <string.h>

#include "recorded.h"

typedef struct
{
  Recorded *r;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->r = recorded_new ();
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  recorded_free (f->r);
}

/* One request each 10 ms, answered 1 ms later. */
static void
write_requests (Recorded *r, guint row, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      if (i % 100 == 0)
        recorded_figures (r, 10 * i);
      recorded_message (r, 10 * i + 5, TB_EVENT_REQUEST, row, row + 1, i + 1, 0, 0);
      recorded_message (r, 10 * i + 6, TB_EVENT_REPLY, row, row + 1, i + 1, 0, 0);
    }
  recorded_figures (r, 10 * n);
}

static void
test_what_ran_is_known (Fixture *f, gconstpointer data)
{
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_assert_cmpuint (tb_past_n_instances (past), ==, N_INSTANCES);
  g_assert_cmpstr (tb_past_instance (past, ORDERS_2)->id, ==, "orders/2");
  g_assert_cmpuint (tb_past_instance (past, ORDERS_2)->replica, ==, 2);
  g_assert_cmpuint (tb_past_instance (past, ORDERS_2)->port, ==, 6379);
  g_assert_cmpuint (tb_past_n_links (past), ==, 3);
  g_assert_cmpstr (tb_past_link (past, 1)->from, ==, "shop");
  g_assert_cmpstr (tb_past_link (past, 1)->to, ==, "orders");
  g_assert_cmpuint (tb_past_tap (past, SAVE_2)->link, ==, 1);
  g_assert_cmpuint (tb_past_tap (past, SAVE_2)->to, ==, ORDERS_2);
  g_assert_null (tb_past_tap (past, 99));
  g_assert_cmpstr (tb_past_architecture (past, 0), ==, "<architecture/>");
}

static void
test_events_have_positions_and_times (Fixture *f, gconstpointer data)
{
  TbEvent event;
  write_requests (f->r, BROWSE, 100);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_assert_cmpuint (tb_past_n_events (past), ==, 200);
  g_assert_true (tb_past_event (past, 10, &event));
  g_assert_cmpuint (event.number, ==, 6);
  g_assert_cmpuint (tb_past_find (past, recorded_ns (f->r, 15)), ==, 2);
  g_assert_cmpuint (tb_past_find (past, recorded_ns (f->r, 15.5)), ==, 3);
  g_assert_cmpuint (tb_past_find (past, recorded_ns (f->r, 5000)), ==, 200);
  g_assert_false (tb_past_event (past, 200, &event));
}

static void
test_a_reply_and_its_request_find_each_other (Fixture *f, gconstpointer data)
{
  guint64 other;
  write_requests (f->r, BROWSE, 3000);
  recorded_message (f->r, 40000, TB_EVENT_REQUEST, SAVE_1, 9, 1, 0, 0);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_assert_true (tb_past_partner (past, 4000, &other));
  g_assert_cmpuint (other, ==, 4001);
  g_assert_true (tb_past_partner (past, 4001, &other));
  g_assert_cmpuint (other, ==, 4000);
  g_assert_false (tb_past_partner (past, 6000, &other));
}

static void
test_bands_say_what_was_done_and_when (Fixture *f, gconstpointer data)
{
  TbWireFault fault;
  char why[100];
  g_assert_true (tb_fault_parse ("latency,latency=20ms", &fault, why, sizeof why));
  tb_fault_set (&fault, "id", "slow", why, sizeof why);
  tb_fault_set (&fault, "link", "save", why, sizeof why);
  recorded_command (f->r, 90, &fault);
  tb_wire_fault_clear (&fault);
  recorded_fault (f->r, 100, "slow", TB_FAULT_ACTIVE);
  recorded_fault (f->r, 200, "cut:browse", TB_FAULT_ACTIVE);
  recorded_state (f->r, 250, MAIL, TB_INSTANCE_KILLED);
  recorded_fault (f->r, 300, "slow", TB_FAULT_GONE);
  recorded_state (f->r, 350, MAIL, TB_INSTANCE_READY);
  recorded_state (f->r, 400, SHOP, TB_INSTANCE_PAUSED);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_assert_cmpuint (tb_past_n_bands (past), ==, 4);
  const TbPastBand *slow = tb_past_band (past, 0), *cut = tb_past_band (past, 1);
  const TbPastBand *killed = tb_past_band (past, 2), *paused = tb_past_band (past, 3);
  g_assert_cmpint (slow->kind, ==, TB_BAND_PACKET);
  g_assert_cmpstr (slow->link, ==, "save");
  g_assert_cmpstr (slow->text, ==, "latency 20ms");
  g_assert_cmpint (slow->to_ns, ==, recorded_ns (f->r, 300));
  g_assert_cmpint (cut->kind, ==, TB_BAND_PARTITION);
  g_assert_cmpstr (cut->link, ==, "browse");
  g_assert_cmpint (cut->to_ns, ==, G_MAXINT64);
  g_assert_cmpint (killed->kind, ==, TB_BAND_KILL);
  g_assert_cmpuint (killed->instance, ==, MAIL);
  g_assert_cmpint (killed->to_ns - killed->from_ns, ==, 100 * TB_NS_PER_MS);
  g_assert_cmpint (paused->kind, ==, TB_BAND_PAUSE);
}

static void
test_a_partition_is_called_as_it_was (Fixture *f, gconstpointer data)
{
  TbWirePair pairs[] = { { ORDERS_2, ORDERS_1 }, { ORDERS_1, ORDERS_2 } };
  char none[] = "", said[] = "said", unsaid[] = "unsaid";
  TbWireFault fault = { .id = said, .kind = TB_FAULT_CUT, TB_FAULT_ALWAYS, .link = none, .from = none,
                        .to = none, .match = none, .pairs = pairs, .n_pairs = 2 };
  recorded_say (f->r, 10, "said", "partition", "the words it had");
  recorded_command (f->r, 10, &fault);
  recorded_fault (f->r, 10, "said", TB_FAULT_ACTIVE);
  fault.id = unsaid;
  recorded_command (f->r, 20, &fault);
  recorded_fault (f->r, 20, "unsaid", TB_FAULT_ACTIVE);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_assert_cmpuint (tb_past_n_bands (past), ==, 2);
  g_assert_cmpint (tb_past_band (past, 0)->kind, ==, TB_BAND_PARTITION);
  g_assert_cmpstr (tb_past_band (past, 0)->text, ==, "the words it had");
  g_assert_cmpstr (tb_past_band (past, 1)->text, ==, "orders/2 | orders/1");
  g_autoptr (TbLiveFrame) frame = tb_past_frame (past, NULL, recorded_ns (f->r, 15), 0);
  g_assert_cmpuint (frame->n_partitions, ==, 1);
  g_assert_cmpstr (frame->partitions[0].text, ==, "the words it had");
}

static void
test_roles_clocks_and_kills_are_of_their_moment (Fixture *f, gconstpointer data)
{
  recorded_say (f->r, 10, "orders/1", "role", "leader");
  recorded_say (f->r, 10, "orders/1", "digest", "00000000000000ff");
  recorded_say (f->r, 20, "orders/2", "clock", "2000000000 1");
  recorded_kill (f->r, 30, "orders/1");
  recorded_state (f->r, 31, ORDERS_1, TB_INSTANCE_BACKOFF);
  recorded_say (f->r, 32, "orders/2", "digest", "00000000000000fe");
  recorded_say (f->r, 40, "orders/1", "role", "");
  recorded_say (f->r, 40, "orders/1", "digest", "");
  recorded_say (f->r, 50, "orders/2", "clock", "0 1");
  recorded_state (f->r, 60, ORDERS_1, TB_INSTANCE_READY);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autoptr (TbLiveFrame) then = tb_past_frame (past, NULL, recorded_ns (f->r, 35), 0);
  g_assert_cmpstr (then->instances[ORDERS_1].role, ==, "leader");
  g_assert_true (then->instances[ORDERS_1].has_digest && then->instances[ORDERS_1].digest == 0xff);
  g_assert_cmpint (then->instances[ORDERS_2].clock_offset_ns, ==, 2 * TB_NS_PER_S);
  g_autoptr (TbLiveFrame) later = tb_past_frame (past, NULL, recorded_ns (f->r, 55), 0);
  g_assert_cmpstr (later->instances[ORDERS_1].role, ==, "");
  g_assert_false (later->instances[ORDERS_1].has_digest);
  g_assert_cmpint (later->instances[ORDERS_2].clock_offset_ns, ==, 0);
  g_assert_cmpuint (tb_past_n_bands (past), ==, 2);
  const TbPastBand *clock = tb_past_band (past, 0), *killed = tb_past_band (past, 1);
  g_assert_cmpint (clock->kind, ==, TB_BAND_CLOCK);
  g_assert_cmpstr (clock->text, ==, "clock +2s");
  g_assert_cmpint (clock->to_ns - clock->from_ns, ==, 30 * TB_NS_PER_MS);
  g_assert_cmpint (killed->kind, ==, TB_BAND_KILL);
  g_assert_cmpint (killed->to_ns - killed->from_ns, ==, 30 * TB_NS_PER_MS);
}

static void
test_replicas_agree_as_they_say (Fixture *f, gconstpointer data)
{
  static const struct { double ms; int agree; } moments[] = { { 5, -1 }, { 15, -1 }, { 25, 0 }, { 35, 1 }, { 45, -1 }, { 55, 1 } };
  recorded_say (f->r, 10, "orders/1", "digest", "ff");
  recorded_say (f->r, 20, "orders/2", "digest", "fe");
  recorded_say (f->r, 30, "orders/2", "digest", "ff");
  recorded_state (f->r, 40, ORDERS_2, TB_INSTANCE_PAUSED); /* nobody knows what it holds */
  recorded_state (f->r, 50, ORDERS_2, TB_INSTANCE_KILLED); /* it holds nothing */
  g_autoptr (TbPast) past = recorded_open (f->r);
  for (guint i = 0; i < G_N_ELEMENTS (moments); i++)
    {
      g_autoptr (TbLiveFrame) frame = tb_past_frame (past, NULL, recorded_ns (f->r, moments[i].ms), 0);
      g_assert_cmpint (tb_live_converged (frame, "orders"), ==, moments[i].agree);
    }
}

static const TbLiveLink *
link_of (const TbLiveFrame *frame, const char *id)
{
  for (guint i = 0; i < frame->n_links; i++)
    if (g_str_equal (frame->links[i].id, id))
      return &frame->links[i];
  return NULL;
}

static void
test_a_frame_counts_what_had_happened_by_then (Fixture *f, gconstpointer data)
{
  write_requests (f->r, BROWSE, 300);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autoptr (TbLiveFrame) early
    = tb_past_frame (past, NULL, recorded_ns (f->r, 100), recorded_ns (f->r, 50));
  g_assert_cmpuint (link_of (early, "browse")->requests, ==, 10);
  g_assert_cmpuint (early->n_events, ==, 10);
  g_autoptr (TbLiveFrame) late
    = tb_past_frame (past, NULL, recorded_ns (f->r, 2500), recorded_ns (f->r, 2490));
  const TbLiveLink *browse = link_of (late, "browse");
  g_assert_cmpuint (browse->requests, ==, 250);
  g_assert_cmpuint (browse->replies, ==, 250);
  g_assert_cmpfloat_with_epsilon (browse->request_rate, 100, 1);
  g_assert_cmpint (browse->p50_ns, >, TB_NS_PER_MS * 98 / 100);
  g_assert_cmpint (browse->p50_ns, <, TB_NS_PER_MS * 102 / 100);
  g_assert_cmpuint (link_of (late, "save")->requests, ==, 0);
  g_assert_cmpuint (late->n_instances, ==, N_INSTANCES);
  g_assert_cmpint (late->instances[SHOP].state, ==, TB_INSTANCE_READY);
  g_autoptr (TbLiveFrame) again = tb_past_frame (past, NULL, recorded_ns (f->r, 100), recorded_ns (f->r, 50));
  g_assert_cmpuint (link_of (again, "browse")->requests, ==, 10);
}

static void
test_a_frame_that_goes_on_is_as_one_that_begins_anew (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < 300; i++)
    {
      if (i % 100 == 3)
        recorded_figures (f->r, 10 * i);
      recorded_message (f->r, 10 * i + 5, TB_EVENT_REQUEST, BROWSE, 1, i + 1, 0, 0);
      recorded_message (f->r, 10 * i + 6, TB_EVENT_REQUEST, SAVE_1, 2, i + 1, 0, 0);
      recorded_message (f->r, 10 * i + 7, TB_EVENT_REPLY, SAVE_1, 2, i + 1, 0, 0);
      recorded_message (f->r, 10 * i + 8, TB_EVENT_REPLY, BROWSE, 1, i + 1, 0, 0);
    }
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autoptr (TbPast) other = tb_past_open (f->r->path, NULL);
  for (int ms = 1000; ms < 1300; ms += 7)
    {
      g_autoptr (TbLiveFrame) on = tb_past_frame (past, NULL, recorded_ns (f->r, ms), 0);
      tb_live_frame_unref (tb_past_frame (other, NULL, 0, 0));
      g_autoptr (TbLiveFrame) anew = tb_past_frame (other, NULL, recorded_ns (f->r, ms), 0);
      for (guint i = 0; i < on->n_links; i++)
        {
          g_assert_cmpuint (on->links[i].requests, ==, anew->links[i].requests);
          g_assert_cmpuint (on->links[i].bytes_down, ==, anew->links[i].bytes_down);
          g_assert_cmpfloat_with_epsilon (on->links[i].request_rate, anew->links[i].request_rate, 5);
        }
    }
}

static void
test_a_frame_shows_faults_and_states_of_its_moment (Fixture *f, gconstpointer data)
{
  recorded_fault (f->r, 200, "cut:save", TB_FAULT_ACTIVE);
  recorded_state (f->r, 300, MAIL, TB_INSTANCE_KILLED);
  recorded_fault (f->r, 400, "cut:save", TB_FAULT_GONE);
  recorded_state (f->r, 500, MAIL, TB_INSTANCE_READY);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autoptr (TbLiveFrame) cut = tb_past_frame (past, NULL, recorded_ns (f->r, 350), 0);
  g_assert_cmpint (link_of (cut, "save")->cut_since_ns, ==, recorded_ns (f->r, 200));
  g_assert_cmpint (cut->instances[MAIL].state, ==, TB_INSTANCE_KILLED);
  g_autoptr (TbLiveFrame) healed = tb_past_frame (past, NULL, recorded_ns (f->r, 450), 0);
  g_assert_cmpint (link_of (healed, "save")->cut_since_ns, ==, 0);
  g_assert_cmpint (healed->instances[MAIL].state, ==, TB_INSTANCE_KILLED);
  g_autoptr (TbLiveFrame) back = tb_past_frame (past, NULL, recorded_ns (f->r, 100), 0);
  g_assert_cmpint (back->instances[MAIL].state, ==, TB_INSTANCE_READY);
}

static void
test_a_series_has_a_sample_each_second (Fixture *f, gconstpointer data)
{
  write_requests (f->r, BROWSE, 350);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_autoptr (GArray) series = tb_past_series (past, 0);
  g_autoptr (GArray) other = tb_past_series (past, 1);
  g_autoptr (GArray) all = tb_past_series (past, G_MAXUINT);
  guint64 requests = 0, none = 0, sum = 0;
  g_assert_cmpuint (series->len, >=, 3);
  for (guint i = 0; i < series->len; i++)
    {
      requests += g_array_index (series, TbPastSample, i).requests;
      none += g_array_index (other, TbPastSample, i).requests;
      sum += g_array_index (all, TbPastSample, i).requests;
    }
  g_assert_cmpuint (requests, >=, 300);
  g_assert_cmpuint (sum, ==, requests);
  g_assert_cmpuint (none, ==, 0);
}

static void
test_what_is_no_recording_is_refused_in_words (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL, newer = NULL, nothing = NULL;
  g_autofree char *path = g_strconcat (f->r->path, ".other", NULL);
  g_assert_true (g_file_set_contents (path, "<architecture/>", -1, NULL));
  g_assert_null (tb_past_open (path, &error));
  g_assert_error (error, TB_PAST_ERROR, TB_PAST_ERROR_NO_RECORDING);
  g_assert_nonnull (strstr (error->message, "is not a recording"));
  char bytes[64] = "TBREC1\n";
  bytes[8] = 99;
  g_assert_true (g_file_set_contents (path, bytes, sizeof bytes, NULL));
  g_assert_null (tb_past_open (path, &newer));
  g_assert_error (newer, TB_PAST_ERROR, TB_PAST_ERROR_VERSION);
  g_unlink (path);
  g_assert_null (tb_past_open (path, &nothing));
  g_assert_error (nothing, TB_PAST_ERROR, TB_PAST_ERROR_FILE);
}

static void
on_grown (TbPast *past, guint *n)
{
  ++*n;
}

static void
write_run_state (Recorded *r, double ms, TbRunState state)
{
  tb_writer_begin (&r->frame, TB_FACT_RUN_STATE);
  tb_writer_u8 (&r->frame, (guint8) state);
  tb_writer_string (&r->frame, "");
  tb_writer_end (&r->frame);
  recorded_fact (r, ms);
}

static void
test_it_tells_when_the_run_began_to_stop (Fixture *f, gconstpointer data)
{
  write_run_state (f->r, 0, TB_RUN_RUNNING);
  write_run_state (f->r, 500, TB_RUN_STOPPING);
  write_run_state (f->r, 700, TB_RUN_STOPPED);
  recorded_figures (f->r, 800);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_assert_cmpint (tb_past_stop_ns (past), ==, recorded_ns (f->r, 500));
  g_assert_cmpint (tb_past_end_ns (past), >, tb_past_stop_ns (past));
}

static void
test_one_that_was_cut_short_stops_at_its_end (Fixture *f, gconstpointer data)
{
  write_run_state (f->r, 0, TB_RUN_RUNNING);
  recorded_figures (f->r, 800);
  g_autoptr (TbPast) past = recorded_open (f->r);
  g_assert_cmpint (tb_past_stop_ns (past), ==, tb_past_end_ns (past));
}

static void
test_it_grows_with_its_file (Fixture *f, gconstpointer data)
{
  guint grown = 0;
  guint64 size;
  write_requests (f->r, BROWSE, 10);
  g_assert_cmpint (tb_record_writer_flush (f->r->writer, &size), ==, 0);
  g_autoptr (TbPast) past = tb_past_open (f->r->path, NULL);
  g_signal_connect (past, "grown", G_CALLBACK (on_grown), &grown);
  g_assert_cmpuint (tb_past_n_events (past), ==, 20);
  tb_past_refresh (past, size);
  g_assert_cmpuint (grown, ==, 0);
  write_requests (f->r, SAVE_1, 10);
  recorded_state (f->r, 50, SHOP, TB_INSTANCE_FAILED);
  g_assert_cmpint (tb_record_writer_flush (f->r->writer, &size), ==, 0);
  tb_past_refresh (past, size);
  g_assert_cmpuint (grown, ==, 1);
  g_assert_cmpuint (tb_past_n_events (past), ==, 40);
  g_assert_cmpint (tb_past_state (past, tb_past_n_states (past) - 1)->state, ==, TB_INSTANCE_FAILED);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/past/rows", test_what_ran_is_known);
  ADD ("/past/events", test_events_have_positions_and_times);
  ADD ("/past/partner", test_a_reply_and_its_request_find_each_other);
  ADD ("/past/bands", test_bands_say_what_was_done_and_when);
  ADD ("/past/partition", test_a_partition_is_called_as_it_was);
  ADD ("/past/said", test_roles_clocks_and_kills_are_of_their_moment);
  ADD ("/past/agreement", test_replicas_agree_as_they_say);
  ADD ("/past/frame", test_a_frame_counts_what_had_happened_by_then);
  ADD ("/past/frame/goes-on", test_a_frame_that_goes_on_is_as_one_that_begins_anew);
  ADD ("/past/frame/known", test_a_frame_shows_faults_and_states_of_its_moment);
  ADD ("/past/series", test_a_series_has_a_sample_each_second);
  ADD ("/past/refused", test_what_is_no_recording_is_refused_in_words);
  ADD ("/past/stop", test_it_tells_when_the_run_began_to_stop);
  ADD ("/past/stop/never", test_one_that_was_cut_short_stops_at_its_end);
  ADD ("/past/grows", test_it_grows_with_its_file);
  return g_test_run ();
}
