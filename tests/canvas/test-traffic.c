/* Dots in the order of the messages, and a cap that holds. Time is made up. */
#include "traffic.h"

#include <string.h>

#include "tb-base.h"

#define MS TB_NS_PER_MS

static const char chain[]
    = "<architecture xmlns=\"urn:tierboard:1\" name=\"Chain\">"
      "<component id=\"a\" kind=\"client\"/><component id=\"b\" kind=\"server\"/>"
      "<component id=\"c\" kind=\"store\"/>"
      "<link id=\"ab\" from=\"a\" to=\"b\"/><link id=\"bc\" from=\"b\" to=\"c\"/>"
      "<view id=\"main\" frame=\"none\"><place of=\"a\" x=\"0\" y=\"0\"/>"
      "<place of=\"b\" x=\"500\" y=\"0\"/><place of=\"c\" x=\"1000\" y=\"0\"/></view></architecture>";

typedef struct
{
  TbDocument *document;
  TbScene *scene;
  TbTraffic *traffic;
  TbLiveLink links[2];
  TbLiveTap taps[2];
  TbEvent events[80];
  guint n_events;
  TbRect view;
} Fixture;

static void
open_chain (Fixture *f)
{
  static const char *ids[] = { "ab", "bc" };
  memset (f, 0, sizeof *f);
  f->document = tb_document_load_bytes ("chain", chain, strlen (chain), NULL, NULL);
  f->scene = tb_scene_new (tb_document_model (f->document), NULL);
  f->traffic = tb_traffic_new ();
  f->view = (TbRect){ -100, -100, 2000, 500 };
  for (guint i = 0; i < 2; i++)
    {
      f->links[i].id = ids[i];
      f->links[i].link = tb_element_uid (tb_model_lookup (tb_document_model (f->document), ids[i]));
      /* Rows in another order than links: they are not the same numbers. */
      f->taps[i] = (TbLiveTap){ .row = 5 - i, .link = i, .from = i, .to = i + 1 };
    }
}

static void
close_chain (Fixture *f)
{
  tb_traffic_free (f->traffic);
  tb_scene_free (f->scene);
  g_object_unref (f->document);
}

static TbEvent *
add (Fixture *f, TbEventKind kind, guint link, guint number, gint64 at)
{
  TbEvent *e = &f->events[f->n_events++];
  *e = (TbEvent){ .time_ns = at, .tap = 5 - link, .connection = 1, .number = number,
                  .kind = (guint8) kind };
  return e;
}

static void
trace (TbEvent *e)
{
  memset (e->trace_id, 7, sizeof e->trace_id);
}

static void
feed (Fixture *f, gint64 now)
{
  TbLiveFrame frame = { .time_ns = now, .state = TB_RUN_RUNNING, .links = f->links, .n_links = 2,
                        .taps = f->taps, .n_taps = 2, .events = f->events,
                        .n_events = f->n_events };
  tb_traffic_feed (f->traffic, f->scene, &frame, &f->view, now);
  f->n_events = 0;
}

static const TbDot *
dot (Fixture *f, guint i)
{
  guint n;
  const TbDot *dots = tb_traffic_dots (f->traffic, &n);
  g_assert_cmpuint (i, <, n);
  return &dots[i];
}

static guint
count (Fixture *f)
{
  guint n;
  tb_traffic_dots (f->traffic, &n);
  return n;
}

static void
test_one_dot_a_message (void)
{
  Fixture f;
  open_chain (&f);
  add (&f, TB_EVENT_REQUEST, 0, 1, 990 * MS);
  add (&f, TB_EVENT_REPLY, 0, 1, 992 * MS)->error = 1;
  add (&f, TB_EVENT_ONE_WAY, 1, 1, 993 * MS);
  add (&f, TB_EVENT_OPEN, 1, 0, 994 * MS);
  feed (&f, 1000 * MS);
  g_assert_cmpuint (count (&f), ==, 3);
  g_assert_cmpint (dot (&f, 0)->shape, ==, TB_DOT_REQUEST);
  g_assert_cmpuint (dot (&f, 0)->link, ==, f.links[0].link);
  g_assert_cmpint (dot (&f, 1)->shape, ==, TB_DOT_ERROR);
  g_assert_true (dot (&f, 1)->backwards);
  g_assert_cmpuint (dot (&f, 2)->link, ==, f.links[1].link);
  close_chain (&f);
}

static void
test_a_reply_waits_for_its_request (void)
{
  Fixture f;
  open_chain (&f);
  add (&f, TB_EVENT_REQUEST, 0, 9, 990 * MS);
  add (&f, TB_EVENT_REPLY, 0, 9, 991 * MS);
  feed (&f, 1000 * MS);
  g_assert_cmpint (dot (&f, 1)->start_ns, >=, dot (&f, 0)->end_ns);
  close_chain (&f);
}

static void
test_a_trace_keeps_its_order (void)
{
  Fixture f;
  open_chain (&f);
  trace (add (&f, TB_EVENT_REQUEST, 0, 1, 990 * MS));
  trace (add (&f, TB_EVENT_REQUEST, 1, 1, 991 * MS));
  trace (add (&f, TB_EVENT_REPLY, 1, 1, 992 * MS));
  trace (add (&f, TB_EVENT_REPLY, 0, 1, 993 * MS));
  feed (&f, 1000 * MS);
  for (guint i = 1; i < 4; i++)
    g_assert_cmpint (dot (&f, i)->start_ns, >=, dot (&f, i - 1)->end_ns);
  close_chain (&f);
}

static void
test_dots_travel_from_end_to_end (void)
{
  Fixture f;
  TbPoint a, b;
  double opacity;
  open_chain (&f);
  add (&f, TB_EVENT_REQUEST, 0, 1, 990 * MS);
  feed (&f, 1000 * MS);
  const TbDot *d = dot (&f, 0);
  g_assert_false (tb_traffic_place (f.traffic, d, f.scene, d->start_ns - 1, &a, &opacity));
  g_assert_true (tb_traffic_place (f.traffic, d, f.scene, d->start_ns, &a, &opacity));
  g_assert_true (tb_traffic_place (f.traffic, d, f.scene, d->end_ns - 1, &b, &opacity));
  g_assert_cmpfloat (a.x, <, 200);
  g_assert_cmpfloat (b.x, >, 480);
  g_assert_false (tb_traffic_place (f.traffic, d, f.scene, d->end_ns, &b, &opacity));
  g_assert_cmpuint (tb_traffic_advance (f.traffic, f.scene, d->end_ns), ==, 0);
  close_chain (&f);
}

static gboolean
place_of (Fixture *f, guint i, gint64 now, TbPoint *at)
{
  double opacity;
  return tb_traffic_place (f->traffic, dot (f, i), f->scene, now, at, &opacity);
}

static void
test_what_is_held_waits_at_its_tap (void)
{
  Fixture f;
  TbPoint at;
  open_chain (&f);
  add (&f, TB_EVENT_REQUEST, 0, 1, 990 * MS)->held = 1;
  feed (&f, 1000 * MS);
  g_assert_cmpint (dot (&f, 0)->shape, ==, TB_DOT_REQUEST);
  g_assert_true (place_of (&f, 0, 60000 * MS, &at));
  g_assert_cmpfloat_with_epsilon (at.x, (176 + 500) / 2.0, 20);
  g_assert_cmpuint (tb_traffic_advance (f.traffic, f.scene, 60000 * MS), ==, 0); /* it stands */
  add (&f, TB_EVENT_DELIVERED, 0, 1, 60000 * MS);
  feed (&f, 60000 * MS);
  g_assert_true (place_of (&f, 0, dot (&f, 0)->end_ns - 1, &at));
  g_assert_cmpfloat (at.x, >, 480);
  g_assert_cmpuint (tb_traffic_advance (f.traffic, f.scene, dot (&f, 0)->end_ns), ==, 0);
  close_chain (&f);
}

static void
test_a_dropped_message_falls_at_its_tap (void)
{
  Fixture f;
  TbPoint at, later;
  open_chain (&f);
  add (&f, TB_EVENT_REQUEST, 0, 1, 990 * MS)->held = 1;
  add (&f, TB_EVENT_DROPPED, 0, 1, 990 * MS);
  feed (&f, 1000 * MS);
  g_assert_cmpuint (count (&f), ==, 1);
  g_assert_cmpint (dot (&f, 0)->shape, ==, TB_DOT_LOST);
  gint64 falls = dot (&f, 0)->go_ns;
  g_assert_true (place_of (&f, 0, falls, &at));
  g_assert_true (place_of (&f, 0, falls + 500 * MS, &later));
  g_assert_cmpfloat_with_epsilon (at.x, (176 + 500) / 2.0, 20);
  g_assert_cmpfloat (later.x, ==, at.x);
  g_assert_cmpfloat (later.y, >, at.y + 5);
  g_assert_cmpuint (tb_traffic_count (f.traffic).dropped, ==, 1);
  close_chain (&f);
}

static void
test_what_a_connection_leaves_behind_falls (void)
{
  Fixture f;
  open_chain (&f);
  add (&f, TB_EVENT_REQUEST, 0, 1, 990 * MS)->held = 1;
  add (&f, TB_EVENT_REQUEST, 0, 1, 990 * MS)->connection = 2;
  f.events[1].held = 1;
  add (&f, TB_EVENT_CLOSE, 0, 0, 995 * MS)->connection = 2;
  feed (&f, 1000 * MS);
  g_assert_cmpint (dot (&f, 0)->shape, ==, TB_DOT_REQUEST);
  g_assert_cmpint (dot (&f, 1)->shape, ==, TB_DOT_LOST);
  close_chain (&f);
}

static void
test_a_duplicate_arrives_twice (void)
{
  Fixture f;
  TbPoint at;
  open_chain (&f);
  add (&f, TB_EVENT_REQUEST, 0, 1, 990 * MS)->held = 1;
  add (&f, TB_EVENT_DUPLICATED, 0, 1, 990 * MS);
  add (&f, TB_EVENT_DELIVERED, 0, 1, 991 * MS);
  add (&f, TB_EVENT_DELIVERED, 0, 1, 991 * MS);
  feed (&f, 1000 * MS);
  g_assert_cmpuint (count (&f), ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (place_of (&f, i, dot (&f, i)->end_ns - 1, &at));
      g_assert_cmpfloat (at.x, >, 480);
    }
  g_assert_cmpint (dot (&f, 1)->end_ns, >, dot (&f, 0)->end_ns);
  g_assert_false (place_of (&f, 1, dot (&f, 1)->start_ns + 1, &at)); /* it begins at the tap */
  g_assert_cmpuint (tb_traffic_count (f.traffic).requests, ==, 1);
  g_assert_cmpuint (tb_traffic_count (f.traffic).duplicated, ==, 1);
  close_chain (&f);
}

/* Ten requests through two tiers, in one frame, as a script sends them in a few milliseconds. */
static void
test_ten_requests_are_twenty_dots_a_link (void)
{
  Fixture f;
  open_chain (&f);
  f.links[0].request_rate = f.links[1].request_rate = 400; /* over the first few milliseconds */
  for (guint i = 1; i <= 10; i++)
    {
      add (&f, TB_EVENT_REQUEST, 0, i, (900 + 4 * i) * MS);
      add (&f, TB_EVENT_REQUEST, 1, i, (901 + 4 * i) * MS);
      add (&f, TB_EVENT_REPLY, 1, i, (902 + 4 * i) * MS)->aux = (guint64) MS;
      add (&f, TB_EVENT_REPLY, 0, i, (903 + 4 * i) * MS)->aux = (guint64) (3 * MS);
    }
  feed (&f, 999 * MS);
  TbTrafficCount c = tb_traffic_count (f.traffic);
  g_assert_cmpuint (c.requests, ==, 20);
  g_assert_cmpuint (c.replies, ==, 20);
  g_assert_cmpuint (c.not_shown + c.streamed, ==, 0);
  g_assert_cmpuint (count (&f), ==, 40);
  g_assert_cmpfloat (tb_traffic_slowness (f.traffic), >, 100);
  close_chain (&f);
}

/* No trace: b has one request of a open while it calls c, so that call is because of it. */
static void
test_the_only_open_request_is_the_cause (void)
{
  Fixture f;
  open_chain (&f);
  add (&f, TB_EVENT_REQUEST, 0, 1, 990 * MS);
  add (&f, TB_EVENT_REQUEST, 1, 1, 991 * MS);
  add (&f, TB_EVENT_REPLY, 1, 1, 992 * MS);
  add (&f, TB_EVENT_REPLY, 0, 1, 993 * MS);
  feed (&f, 1000 * MS);
  for (guint i = 1; i < 4; i++)
    g_assert_cmpint (dot (&f, i)->start_ns, >=, dot (&f, i - 1)->end_ns);
  close_chain (&f);
}

static void
test_with_two_open_none_is_the_cause (void)
{
  Fixture f;
  open_chain (&f);
  add (&f, TB_EVENT_REQUEST, 0, 1, 990 * MS);
  add (&f, TB_EVENT_REQUEST, 0, 2, 990 * MS);
  add (&f, TB_EVENT_REQUEST, 1, 1, 991 * MS);
  feed (&f, 1000 * MS);
  g_assert_cmpint (dot (&f, 2)->start_ns, <, dot (&f, 0)->end_ns);
  close_chain (&f);
}

static void
test_dots_of_the_link_under_the_pointer_stand_still (void)
{
  Fixture f;
  TbPoint before, now, other;
  open_chain (&f);
  add (&f, TB_EVENT_REQUEST, 0, 1, 990 * MS);
  add (&f, TB_EVENT_ONE_WAY, 1, 7, 990 * MS);
  feed (&f, 1000 * MS);
  gint64 start = dot (&f, 0)->start_ns, end = dot (&f, 0)->end_ns;
  g_assert_true (place_of (&f, 0, start + 100 * MS, &before));
  tb_traffic_hold_link (f.traffic, f.links[0].link, start + 100 * MS);
  g_assert_true (place_of (&f, 0, start + 5000 * MS, &now));
  g_assert_cmpfloat (now.x, ==, before.x);
  g_assert_false (place_of (&f, 1, start + 5000 * MS, &other));
  tb_traffic_hold_link (f.traffic, 0, start + 5100 * MS);
  g_assert_cmpint (dot (&f, 0)->end_ns, ==, end + 5000 * MS);
  close_chain (&f);
}

static void
test_reduced_motion_does_not_move (void)
{
  Fixture f;
  TbPoint a, b;
  open_chain (&f);
  tb_traffic_set_reduced (f.traffic, TRUE);
  add (&f, TB_EVENT_REQUEST, 0, 1, 990 * MS);
  feed (&f, 1000 * MS);
  g_assert_true (place_of (&f, 0, dot (&f, 0)->start_ns + 1, &a));
  g_assert_true (place_of (&f, 0, dot (&f, 0)->end_ns - 1, &b));
  g_assert_cmpfloat (a.x, ==, b.x);
  f.links[0].request_rate = 2000;
  feed (&f, 3000 * MS);
  tb_traffic_advance (f.traffic, f.scene, 3100 * MS);
  g_assert_cmpuint (count (&f), ==, 0);
  close_chain (&f);
}

static void
test_missed_events_are_counted (void)
{
  Fixture f;
  open_chain (&f);
  TbLiveFrame frame = { .time_ns = 1000 * MS, .links = f.links, .n_links = 2, .missed_events = 77 };
  tb_traffic_feed (f.traffic, f.scene, &frame, &f.view, 1000 * MS);
  g_assert_cmpuint (tb_traffic_count (f.traffic).not_shown, ==, 77);
  close_chain (&f);
}

/* Played ten times slower, what was 10 ms apart is 100 ms apart. */
static void
test_slower_play_spreads_events (void)
{
  Fixture f;
  open_chain (&f);
  tb_traffic_set_speed (f.traffic, 0.1);
  add (&f, TB_EVENT_ONE_WAY, 0, 1, 998 * MS);
  add (&f, TB_EVENT_ONE_WAY, 0, 2, 1000 * MS);
  feed (&f, 1000 * MS);
  g_assert_cmpint (dot (&f, 1)->start_ns - dot (&f, 0)->start_ns, ==, 20 * MS);
  close_chain (&f);
}

static void
test_a_busy_link_becomes_a_stream (void)
{
  Fixture f;
  guint errors = 0, replies = 0;
  open_chain (&f);
  f.links[0].request_rate = f.links[0].reply_rate = 2000;
  f.links[0].error_rate = 500;
  add (&f, TB_EVENT_REQUEST, 0, 1, 990 * MS);
  feed (&f, 1000 * MS);
  g_assert_cmpuint (count (&f), ==, 0);
  for (gint64 now = 1000; now < 2600; now += 16)
    tb_traffic_advance (f.traffic, f.scene, now * MS);
  g_assert_cmpuint (count (&f), >, 20);
  for (guint i = 0; i < count (&f); i++)
    {
      errors += dot (&f, i)->shape == TB_DOT_ERROR;
      replies += dot (&f, i)->backwards;
    }
  g_assert_cmpint (ABS ((int) replies - 4 * (int) errors), <=, 4);
  /* And back to single messages only well below the limit. */
  f.links[0].request_rate = f.links[0].reply_rate = 45;
  tb_traffic_clear (f.traffic);
  feed (&f, 3000 * MS);
  add (&f, TB_EVENT_REQUEST, 0, 1, 2995 * MS);
  feed (&f, 3000 * MS);
  g_assert_cmpuint (count (&f), ==, 1);
  close_chain (&f);
}

static void
test_there_are_never_too_many (void)
{
  Fixture f;
  open_chain (&f);
  for (guint round = 0; round < 40; round++)
    {
      for (guint i = 0; i < 60; i++)
        add (&f, TB_EVENT_ONE_WAY, i % 2, round * 60 + i, 990 * MS);
      feed (&f, 1000 * MS);
    }
  g_assert_cmpuint (count (&f), <=, TB_TRAFFIC_MAX_DOTS);
  close_chain (&f);
}

static void
test_nothing_out_of_sight (void)
{
  Fixture f;
  open_chain (&f);
  f.view = (TbRect){ 5000, 5000, 100, 100 };
  f.links[0].request_rate = 1000;
  add (&f, TB_EVENT_REQUEST, 1, 1, 990 * MS);
  feed (&f, 1000 * MS);
  g_assert_cmpuint (tb_traffic_advance (f.traffic, f.scene, 1500 * MS), ==, 0);
  close_chain (&f);
}

static void
test_unknown_taps_are_passed_over (void)
{
  Fixture f;
  open_chain (&f);
  add (&f, TB_EVENT_REQUEST, 0, 1, 990 * MS)->tap = ~0u;
  add (&f, TB_EVENT_REQUEST, 0, 1, 990 * MS)->tap = 3;
  f.taps[1].link = 77;
  add (&f, TB_EVENT_REQUEST, 1, 1, 990 * MS);
  feed (&f, 1000 * MS);
  g_assert_cmpuint (count (&f), ==, 0);
  close_chain (&f);
}

static void
moment (Fixture *f, gint64 at, guint moving)
{
  TbLiveFrame frame = { .time_ns = at, .links = f->links, .n_links = 2, .taps = f->taps, .n_taps = 2,
                        .events = f->events, .n_events = f->n_events };
  tb_traffic_show_moment (f->traffic, f->scene, &frame, moving, &f->view, at);
  tb_traffic_advance (f->traffic, f->scene, at);
  f->n_events = 0;
}

/* Of three requests one is answered and one dropped by then. */
static void
test_a_moment_shows_what_is_under_way (void)
{
  Fixture f;
  TbPoint at;
  open_chain (&f);
  for (guint i = 1; i <= 3; i++)
    add (&f, TB_EVENT_REQUEST, 0, i, 900 * MS)->held = i == 3;
  add (&f, TB_EVENT_REPLY, 0, 2, 950 * MS);
  add (&f, TB_EVENT_DROPPED, 0, 3, 950 * MS);
  moment (&f, 1000 * MS, 0);
  g_assert_cmpuint (count (&f), ==, 1);
  g_assert_true (place_of (&f, 0, 90000 * MS, &at));
  g_assert_cmpfloat_with_epsilon (at.x, (176 + 500) / 2.0, 20);
  close_chain (&f);
}

static void
test_a_step_moves_one_message (void)
{
  Fixture f;
  TbPoint a, b;
  open_chain (&f);
  add (&f, TB_EVENT_REQUEST, 1, 1, 900 * MS);
  add (&f, TB_EVENT_REQUEST, 0, 1, 1000 * MS);
  moment (&f, 1000 * MS, 1);
  g_assert_cmpuint (count (&f), ==, 2);
  gint64 start = dot (&f, 1)->start_ns;
  g_assert_true (place_of (&f, 1, start, &a));
  g_assert_true (place_of (&f, 1, start + 500 * MS, &b));
  g_assert_cmpfloat (b.x, >, a.x + 50);
  close_chain (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/canvas/traffic/one-dot-a-message", test_one_dot_a_message);
  g_test_add_func ("/canvas/traffic/reply-waits", test_a_reply_waits_for_its_request);
  g_test_add_func ("/canvas/traffic/trace-keeps-order", test_a_trace_keeps_its_order);
  g_test_add_func ("/canvas/traffic/travel", test_dots_travel_from_end_to_end);
  g_test_add_func ("/canvas/traffic/held", test_what_is_held_waits_at_its_tap);
  g_test_add_func ("/canvas/traffic/dropped", test_a_dropped_message_falls_at_its_tap);
  g_test_add_func ("/canvas/traffic/connection-ends", test_what_a_connection_leaves_behind_falls);
  g_test_add_func ("/canvas/traffic/duplicate", test_a_duplicate_arrives_twice);
  g_test_add_func ("/canvas/traffic/ten-requests", test_ten_requests_are_twenty_dots_a_link);
  g_test_add_func ("/canvas/traffic/only-open", test_the_only_open_request_is_the_cause);
  g_test_add_func ("/canvas/traffic/two-open", test_with_two_open_none_is_the_cause);
  g_test_add_func ("/canvas/traffic/under-pointer", test_dots_of_the_link_under_the_pointer_stand_still);
  g_test_add_func ("/canvas/traffic/reduced", test_reduced_motion_does_not_move);
  g_test_add_func ("/canvas/traffic/missed", test_missed_events_are_counted);
  g_test_add_func ("/canvas/traffic/slower", test_slower_play_spreads_events);
  g_test_add_func ("/canvas/traffic/stream", test_a_busy_link_becomes_a_stream);
  g_test_add_func ("/canvas/traffic/cap", test_there_are_never_too_many);
  g_test_add_func ("/canvas/traffic/out-of-sight", test_nothing_out_of_sight);
  g_test_add_func ("/canvas/traffic/unknown-taps", test_unknown_taps_are_passed_over);
  g_test_add_func ("/canvas/traffic/moment", test_a_moment_shows_what_is_under_way);
  g_test_add_func ("/canvas/traffic/step", test_a_step_moves_one_message);
  return g_test_run ();
}
