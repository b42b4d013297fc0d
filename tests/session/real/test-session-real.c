/* The session with the real agent and built-in programs: what the window does. */
#include <string.h>

#include "tb-base.h"
#include "tb-past.h"
#include "tb-session.h"

#define DRAWING                                                                                      \
  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                                     \
  "<architecture xmlns=\"urn:tierboard:1\" name=\"Real\">\n"                                         \
  "<component id=\"caller\" kind=\"client\"><builtin think=\"5ms\"/></component>\n"                  \
  "<component id=\"web\" kind=\"server\"/>\n"                                                        \
  "<link id=\"ask\" from=\"caller\" to=\"web\" timeout=\"10s\"/>\n"                                     \
  "<scenario id=\"s\"><phase id=\"p\" lasts=\"1s\">"                                                  \
  "<do partition=\"isolate\" of=\"web\" for=\"300ms\"/></phase></scenario>\n</architecture>\n"

typedef struct
{
  TbSession *session;
  TbLiveFrame *frame; /* the newest */
  guint64 request_events, reply_events, missed;
} Run;

static void
look (Run *run)
{
  g_clear_pointer (&run->frame, tb_live_frame_unref);
  run->frame = tb_session_frame (run->session);
  if (run->frame == NULL)
    return;
  run->missed += run->frame->missed_events;
  for (guint i = 0; i < run->frame->n_events; i++)
    {
      run->request_events += run->frame->events[i].kind == TB_EVENT_REQUEST;
      run->reply_events += run->frame->events[i].kind == TB_EVENT_REPLY;
    }
}

static Run
start_with (gboolean record)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) document
    = tb_document_load_bytes ("real", DRAWING, strlen (DRAWING), NULL, &error);
  g_assert_no_error (error);
  g_autoptr (TbModel) model = tb_document_snapshot (document);
  const TbSessionOptions options = { .record_off = !record, .sole_children = TRUE };
  Run run = { .session = tb_session_start (model, &options, &error) };
  g_assert_no_error (error);
  return run;
}

static Run
start (void)
{
  return start_with (FALSE);
}

static gboolean
on_time (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Lets time go by. */
static void
pass (Run *run, guint milliseconds)
{
  gboolean over = FALSE;
  g_timeout_add (milliseconds, on_time, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
  look (run);
}

typedef gboolean (*Condition) (Run *run, gint64 value);

static gboolean
tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

#define await(run, condition, value) await_at (run, condition, value, G_STRLOC)
static void
await_at (Run *run, Condition condition, gint64 value, const char *where)
{
  gint64 late = tb_now_ns () + 20 * TB_NS_PER_S;
  guint ticks = g_timeout_add (5, tick, NULL);
  look (run);
  while (run->frame == NULL || !condition (run, value))
    {
      if (tb_now_ns () > late)
        g_error ("%s: not within 20 s", where);
      g_main_context_iteration (NULL, TRUE);
      look (run);
    }
  g_source_remove (ticks);
}

static gboolean
replies_are_at_least (Run *run, gint64 value)
{
  return (gint64) run->frame->links[0].replies >= value;
}

static gboolean
web_is (Run *run, gint64 state)
{
  return run->frame->instances[1].state == (TbInstanceState) state;
}

static gboolean
cut_is (Run *run, gint64 cut)
{
  return tb_session_is_cut (run->session, "ask") == cut;
}

static gboolean
run_is (Run *run, gint64 state)
{
  return tb_session_state (run->session) == (TbRunState) state;
}

static void
finish (Run *run)
{
  tb_session_stop (run->session);
  await (run, run_is, TB_RUN_STOPPED);
  look (run);
  g_clear_pointer (&run->frame, tb_live_frame_unref);
  g_assert_finalize_object (run->session);
}

static void
test_events_are_what_is_counted (void)
{
  Run run = start ();
  await (&run, replies_are_at_least, 50);
  tb_session_stop (run.session);
  await (&run, run_is, TB_RUN_STOPPED);
  const TbLiveLink *link = &run.frame->links[0];
  g_assert_true (link->tapped && link->framed);
  g_assert_cmpuint (run.missed, ==, 0);
  g_assert_cmpuint (run.request_events, ==, link->requests);
  g_assert_cmpuint (run.reply_events, ==, link->replies);
  g_assert_cmpuint (link->up.seen + link->up.duplicated, ==,
                    link->up.delivered + link->up.dropped + link->up.held + link->up.lost);
  g_test_message ("%u requests", (guint) link->requests);
  g_clear_pointer (&run.frame, tb_live_frame_unref);
  g_assert_finalize_object (run.session);
}

static void
test_cut_stops_messages_and_heal_delivers_them (void)
{
  Run run = start ();
  await (&run, replies_are_at_least, 20);
  tb_session_cut (run.session, "ask");
  await (&run, cut_is, TRUE);
  pass (&run, 50);
  guint64 replies = run.frame->links[0].replies, errors = run.frame->links[0].errors;
  g_assert_cmpint (run.frame->links[0].cut_since_ns, >, 0);
  pass (&run, 400);
  g_assert_cmpuint (run.frame->links[0].replies, ==, replies);
  tb_session_heal (run.session, "ask");
  await (&run, cut_is, FALSE);
  await (&run, replies_are_at_least, (gint64) replies + 20);
  g_assert_cmpuint (run.frame->links[0].errors, ==, errors);
  finish (&run);
}

static gboolean
partitions_are (Run *run, gint64 n)
{
  return run->frame->n_partitions == n;
}

/* One way alone: requests do not reach the server, though nobody named the link. */
static void
test_partition_stops_messages_and_heal_delivers_them (void)
{
  Run run = start ();
  g_autoptr (GError) error = NULL;
  const TbPartition p = { TB_PARTITION_ONE_WAY, "caller", NULL, 0 };
  await (&run, replies_are_at_least, 20);
  g_assert_true (tb_session_partition (run.session, NULL, &p, &error));
  await (&run, partitions_are, 1);
  g_assert_cmpstr (run.frame->partitions[0].text, ==, "caller/1 → everyone else");
  g_assert_cmpint (run.frame->links[0].cut_since_ns, >, 0);
  pass (&run, 50);
  guint64 replies = run.frame->links[0].replies, errors = run.frame->links[0].errors;
  pass (&run, 300);
  g_assert_cmpuint (run.frame->links[0].replies, ==, replies);
  tb_session_heal_all (run.session);
  await (&run, partitions_are, 0);
  await (&run, replies_are_at_least, (gint64) replies + 20);
  g_assert_cmpuint (run.frame->links[0].errors, ==, errors);
  finish (&run);
}

/* A scenario's step holds for as long as it says, and is undone by itself. */
static void
test_partition_of_a_scenario_holds_for_its_time (void)
{
  Run run = start ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) document
    = tb_document_load_bytes ("real", DRAWING, strlen (DRAWING), NULL, &error);
  g_autoptr (TbModel) model = tb_document_snapshot (document);
  await (&run, replies_are_at_least, 20);
  gint64 begin = tb_now_ns ();
  g_assert_true (tb_session_do (run.session, tb_model_nth (model, TB_KIND_DO, 0), "cut off", &error));
  await (&run, partitions_are, 1);
  gint64 replies = (gint64) run.frame->links[0].replies;
  await (&run, replies_are_at_least, replies + 20);
  g_assert_cmpint (tb_now_ns () - begin, >=, 300 * TB_NS_PER_MS);
  g_assert_cmpuint (run.frame->links[0].errors, ==, 0);
  finish (&run);
}

static void
test_latency_shows (void)
{
  Run run = start ();
  TbWireFault fault = { .id = (char *) "slow", .kind = TB_FAULT_LATENCY, .link = (char *) "ask",
                        .from = (char *) "*", .to = (char *) "*", .up = true, .down = false,
                        .latency = { .kind = TB_DIST_CONSTANT, .a_ns = 30e6 }, TB_FAULT_ALWAYS };
  await (&run, replies_are_at_least, 20);
  tb_session_add_fault (run.session, &fault);
  await (&run, replies_are_at_least, (gint64) run.frame->links[0].replies + 20);
  pass (&run, 2100);
  g_assert_cmpint (run.frame->links[0].recent_p50_ns, >=, 29 * TB_NS_PER_MS);
  g_assert_cmpuint (run.frame->links[0].faults, ==, 1u << TB_FAULT_LATENCY);
  tb_session_remove_fault (run.session, "");
  pass (&run, 2200);
  g_assert_cmpint (run.frame->links[0].recent_p50_ns, <, 29 * TB_NS_PER_MS);
  finish (&run);
}

static void
test_pause_kill_and_restart (void)
{
  Run run = start ();
  await (&run, web_is, TB_INSTANCE_READY);
  tb_session_instance_command (run.session, TB_COMMAND_PAUSE, "web/1");
  await (&run, web_is, TB_INSTANCE_PAUSED);
  tb_session_instance_command (run.session, TB_COMMAND_RESUME, "web/1");
  await (&run, web_is, TB_INSTANCE_READY);
  tb_session_instance_command (run.session, TB_COMMAND_KILL, "web/1");
  await (&run, web_is, TB_INSTANCE_KILLED);
  g_assert_cmpuint (run.frame->instances[1].pid, ==, 0);
  tb_session_instance_command (run.session, TB_COMMAND_RESTART, "web/1");
  await (&run, web_is, TB_INSTANCE_READY);
  await (&run, replies_are_at_least, (gint64) run.frame->links[0].replies + 10);
  finish (&run);
}

static void
test_dropping_the_session_ends_the_run (void)
{
  Run run = start ();
  await (&run, replies_are_at_least, 5);
  g_clear_pointer (&run.frame, tb_live_frame_unref);
  g_assert_finalize_object (run.session);
}

static gboolean
has_past (Run *run, gint64 events)
{
  TbPast *past = tb_session_past (run->session);
  return past != NULL && (gint64) tb_past_n_events (past) >= events;
}

/* The agent writes the last of it when the run is over. */
static gboolean
past_has_all (Run *run, gint64 unused)
{
  TbPast *past = tb_session_past (run->session);
  gint64 end_ns = tb_past_end_ns (past);
  g_autoptr (TbLiveFrame) then = tb_past_frame (past, NULL, end_ns, end_ns);
  return then->state == TB_RUN_STOPPED && then->links[0].requests == run->frame->links[0].requests
         && then->links[0].replies == run->frame->links[0].replies;
}

/* What can be read of it grows while the run goes on, and is all of it when that is over. */
static void
test_the_past_is_what_was_counted (void)
{
  Run run = start_with (TRUE);
  await (&run, has_past, 20);
  g_autoptr (TbPast) past = g_object_ref (tb_session_past (run.session));
  g_assert_null (tb_past_notice (past));
  await (&run, has_past, (gint64) tb_past_n_events (past) + 20);
  tb_session_cut (run.session, "ask");
  await (&run, cut_is, TRUE);
  tb_session_heal (run.session, "ask");
  await (&run, cut_is, FALSE);
  tb_session_stop (run.session);
  await (&run, run_is, TB_RUN_STOPPED);
  await (&run, past_has_all, 0);
  const TbLiveLink *live = &run.frame->links[0];
  g_autoptr (TbLiveFrame) then = tb_past_frame (past, NULL, tb_past_end_ns (past), 0);
  g_assert_cmpuint (then->links[0].bytes_down, ==, live->bytes_down);
  g_assert_cmpint (then->links[0].p99_ns, ==, live->p99_ns);
  g_assert_cmpuint (tb_past_n_events (past), >=, run.request_events + run.reply_events);
  g_assert_cmpuint (tb_past_n_bands (past), ==, 1);
  const TbPastBand *cut = tb_past_band (past, 0);
  g_autoptr (TbLiveFrame) meanwhile = tb_past_frame (past, NULL, cut->from_ns, 0);
  g_assert_cmpint (cut->kind, ==, TB_BAND_PARTITION);
  g_assert_cmpstr (cut->link, ==, "ask");
  g_assert_cmpint (meanwhile->links[0].cut_since_ns, ==, cut->from_ns);
  g_clear_pointer (&run.frame, tb_live_frame_unref);
  g_assert_finalize_object (run.session);
  g_assert_cmpuint (tb_past_n_instances (past), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session-real/events-are-what-is-counted", test_events_are_what_is_counted);
  g_test_add_func ("/session-real/cut-and-heal", test_cut_stops_messages_and_heal_delivers_them);
  g_test_add_func ("/session-real/partition-and-heal",
                   test_partition_stops_messages_and_heal_delivers_them);
  g_test_add_func ("/session-real/scenario-partition",
                   test_partition_of_a_scenario_holds_for_its_time);
  g_test_add_func ("/session-real/latency-shows", test_latency_shows);
  g_test_add_func ("/session-real/pause-kill-and-restart", test_pause_kill_and_restart);
  g_test_add_func ("/session-real/past", test_the_past_is_what_was_counted);
  g_test_add_func ("/session-real/dropping-the-session-ends-the-run",
                   test_dropping_the_session_ends_the_run);
  return g_test_run ();
}
