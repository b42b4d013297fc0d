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
  TbEvent events[64];
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
  g_assert_false (tb_traffic_place (d, f.scene, d->start_ns - 1, &a, &opacity));
  g_assert_true (tb_traffic_place (d, f.scene, d->start_ns, &a, &opacity));
  g_assert_true (tb_traffic_place (d, f.scene, d->end_ns - 1, &b, &opacity));
  g_assert_cmpfloat (a.x, <, 200);
  g_assert_cmpfloat (b.x, >, 480);
  g_assert_false (tb_traffic_place (d, f.scene, d->end_ns, &b, &opacity));
  g_assert_cmpuint (tb_traffic_advance (f.traffic, f.scene, d->end_ns), ==, 0);
  close_chain (&f);
}

static void
test_what_is_held_by_a_cut_gets_half_way (void)
{
  Fixture f;
  TbPoint at;
  double opacity;
  open_chain (&f);
  f.links[0].faults = 1u << TB_FAULT_CUT;
  add (&f, TB_EVENT_REQUEST, 0, 1, 990 * MS)->held = 1;
  add (&f, TB_EVENT_REQUEST, 1, 1, 990 * MS)->held = 1; /* late, not lost: no cut there */
  feed (&f, 1000 * MS);
  g_assert_cmpint (dot (&f, 0)->shape, ==, TB_DOT_LOST);
  g_assert_cmpint (dot (&f, 1)->shape, ==, TB_DOT_REQUEST);
  g_assert_true (tb_traffic_place (dot (&f, 0), f.scene, dot (&f, 0)->end_ns - 100 * MS, &at,
                                   &opacity));
  g_assert_cmpfloat_with_epsilon (at.x, (176 + 500) / 2.0, 20);
  g_assert_cmpfloat (opacity, <, 0.5);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/canvas/traffic/one-dot-a-message", test_one_dot_a_message);
  g_test_add_func ("/canvas/traffic/reply-waits", test_a_reply_waits_for_its_request);
  g_test_add_func ("/canvas/traffic/trace-keeps-order", test_a_trace_keeps_its_order);
  g_test_add_func ("/canvas/traffic/travel", test_dots_travel_from_end_to_end);
  g_test_add_func ("/canvas/traffic/cut", test_what_is_held_by_a_cut_gets_half_way);
  g_test_add_func ("/canvas/traffic/stream", test_a_busy_link_becomes_a_stream);
  g_test_add_func ("/canvas/traffic/cap", test_there_are_never_too_many);
  g_test_add_func ("/canvas/traffic/out-of-sight", test_nothing_out_of_sight);
  g_test_add_func ("/canvas/traffic/unknown-taps", test_unknown_taps_are_passed_over);
  return g_test_run ();
}
