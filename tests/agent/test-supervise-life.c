/* What an instance waits for besides readiness, whether it is started again, whether it still
 * answers, and changes of the plan: in virtual time, one behaviour a test. */
#include <glib.h>
#include <signal.h>
#include <string.h>

#include "supervise-world.h"

/* ---- Conditions -------------------------------------------------------------------------------- */

static void
test_started_is_enough_where_it_is_said (void)
{
  World *w = world_new (2);
  world_depend_until (w, 0, 1, TB_UNTIL_STARTED);
  w->actors[1].ready_ms = -1;
  world_start (w);
  state_is (w, 0, WAITING);
  world_pass (w, 100);
  state_is (w, 0, READY);
  state_is (w, 1, STARTING);
  world_free (w);
}

static void
test_a_job_is_waited_for_until_it_succeeded (void)
{
  World *w = world_new (2);
  world_depend_until (w, 0, 1, TB_UNTIL_SUCCEEDED);
  w->plan.instances[1].probe = TB_PROBE_NONE;
  w->actors[1].own_end_ms = 2000;
  world_start (w);
  world_pass (w, 1500);
  state_is (w, 0, WAITING);
  g_assert_cmpstr (w->actors[0].waiting, ==, "c/2 to end well, 1.5 s");
  world_pass (w, 1000);
  state_is (w, 0, READY);
  world_free (w);
}

static void
test_a_job_that_fails_releases_only_who_waits_for_its_end (void)
{
  World *w = world_new (3);
  world_depend_until (w, 0, 2, TB_UNTIL_ENDED);
  world_depend_until (w, 1, 2, TB_UNTIL_SUCCEEDED);
  w->plan.instances[2].probe = TB_PROBE_NONE;
  w->actors[2].own_end_ms = 20;
  w->actors[2].own_code = 1;
  world_start (w);
  world_pass (w, 1000);
  state_is (w, 0, READY);
  state_is (w, 1, WAITING);
  g_assert_nonnull (strstr (w->actors[1].waiting, "c/3, which has failed: exited with status 1"));
  world_free (w);
}

static void
test_a_wait_with_a_limit_counts_down (void)
{
  World *w = world_new (2);
  world_depend (w, 0, 1);
  w->actors[1].ready_ms = -1;
  w->plan.instances[1].ready_timeout_ns = 30000 * MS;
  world_start (w);
  world_pass (w, 1200);
  g_assert_cmpstr (w->actors[0].waiting, ==, "c/2 to be ready (tcp 6379), 1.0 s of 30.0 s");
  world_free (w);
}

/* ---- Started with what it needs, stopped alone -------------------------------------------------- */

static void
test_start_brings_back_all_it_needs_in_order (void)
{
  World *w = world_new (4);
  world_depend (w, 0, 1);
  world_depend (w, 1, 2);
  world_start (w);
  world_pass (w, 1000);
  for (uint32_t i = 0; i < 3; i++)
    ask (w, halt, i);
  world_pass (w, 100);
  for (uint32_t i = 0; i < 3; i++)
    state_is (w, i, STOPPED);
  ask (w, start_needed, 0);
  state_is (w, 0, WAITING);
  state_is (w, 1, WAITING);
  state_is (w, 2, STARTING);
  world_pass (w, 100);
  for (uint32_t i = 0; i < 3; i++)
    state_is (w, i, READY);
  g_assert_cmpint (w->actors[3].spawned, ==, 1);
  g_assert_cmpint (w->actors[2].spawned_at, <, w->actors[1].spawned_at);
  world_free (w);
}

static void
test_start_leaves_alone_what_nobody_needs (void)
{
  World *w = world_new (3);
  world_depend (w, 0, 1);
  world_start (w);
  world_pass (w, 100);
  ask (w, halt, 0);
  ask (w, halt, 2);
  world_pass (w, 100);
  ask (w, start_needed, 0);
  world_pass (w, 100);
  state_is (w, 0, READY);
  state_is (w, 2, STOPPED);
  g_assert_cmpint (w->actors[1].spawned, ==, 1);
  world_free (w);
}

static void
test_a_stopped_one_stays_stopped_whatever_its_policy (void)
{
  World *w = world_new (1);
  w->plan.instances[0].restart = TB_RESTART_ALWAYS;
  world_start (w);
  world_pass (w, 100);
  ask (w, halt, 0);
  world_pass (w, 100000);
  state_is (w, 0, STOPPED);
  g_assert_cmpint (w->actors[0].spawned, ==, 1);
  world_free (w);
}

/* ---- Restart policies --------------------------------------------------------------------------- */

static World *
one_that_ends (TbRestart policy, int code)
{
  World *w = world_new (1);
  w->plan.instances[0].restart = policy;
  w->plan.instances[0].probe = TB_PROBE_NONE;
  w->actors[0].own_end_ms = 9;
  w->actors[0].own_code = code;
  world_start (w);
  return w;
}

static void
test_each_policy_knows_which_ends_it_means (void)
{
  static const struct
  {
    TbRestart policy;
    int code;
    bool again;
  } cases[] = {
    { TB_RESTART_NO, 1, false },        { TB_RESTART_NO, 0, false },
    { TB_RESTART_ON_FAILURE, 1, true }, { TB_RESTART_ON_FAILURE, 0, false },
    { TB_RESTART_ON_FAILURE, -SIGSEGV, true },
    { TB_RESTART_ALWAYS, 0, true },     { TB_RESTART_ALWAYS, 1, true },
    { TB_RESTART_UNLESS_STOPPED, 0, true },
  };
  for (size_t i = 0; i < TB_ARRAY_LENGTH (cases); i++)
    {
      World *w = one_that_ends (cases[i].policy, cases[i].code);
      world_pass (w, 50);
      g_assert_cmpint (w->actors[0].state == TB_INSTANCE_BACKOFF, ==, cases[i].again);
      world_pass (w, 1000);
      g_assert_cmpint (w->actors[0].spawned > 1, ==, cases[i].again);
      world_free (w);
    }
}

static void
test_a_kill_is_undone_only_by_always (void)
{
  for (TbRestart policy = TB_RESTART_NO; policy <= TB_RESTART_UNLESS_STOPPED; policy++)
    {
      World *w = world_new (1);
      w->plan.instances[0].restart = policy;
      world_start (w);
      world_pass (w, 100);
      ask (w, kill, 0);
      world_pass (w, 1000);
      if (policy == TB_RESTART_ALWAYS)
        state_is (w, 0, READY);
      else
        state_is (w, 0, KILLED);
      world_free (w);
    }
}

static void
test_the_delay_doubles_up_to_the_longest (void)
{
  World *w = one_that_ends (TB_RESTART_ON_FAILURE, 1);
  int64_t last = w->actors[0].spawned_at;
  static const int64_t delays[] = { 100, 200, 400, 500, 500 };
  w->plan.instances[0].restart_longest_ns = 500 * MS;
  for (size_t k = 0; k < TB_ARRAY_LENGTH (delays); k++)
    {
      world_pass (w, 10 + delays[k]);
      g_assert_cmpint (w->actors[0].spawned, ==, (int) k + 2);
      g_assert_cmpint (w->actors[0].spawned_at - last, ==, (10 + delays[k]) * MS);
      last = w->actors[0].spawned_at;
    }
  world_free (w);
}

static void
test_a_crash_loop_is_called_one (void)
{
  World *w = one_that_ends (TB_RESTART_ON_FAILURE, 3);
  world_pass (w, 15);
  state_is (w, 0, BACKOFF);
  g_assert_cmpint (w->actors[0].due_ns - w->now, ==, 95 * MS);
  g_assert_cmpuint (w->actors[0].loop, ==, 1);
  g_assert_cmpstr (w->actors[0].sentence, ==,
                   "exited with status 3 after 10 ms: its last words; starts again after 100 ms");
  world_pass (w, 320);
  g_assert_cmpuint (w->actors[0].loop, ==, 3);
  g_assert_cmpstr (w->actors[0].sentence, ==,
                   "crash loop, 3 ends in a row: exited with status 3 after 10 ms: its last words; "
                   "starts again after 400 ms");
  g_assert_cmpint (w->run, ==, TB_RUN_RUNNING);
  world_free (w);
}

static void
test_what_ran_for_long_begins_anew (void)
{
  World *w = one_that_ends (TB_RESTART_ON_FAILURE, 1);
  w->plan.instances[0].restart_within_ns = 2000 * MS;
  world_pass (w, 100 + 200 + 400 + 40);
  g_assert_cmpint (w->actors[0].spawned, ==, 4);
  w->actors[0].own_end_ms = 5000;
  world_pass (w, 800 + 20);
  g_assert_cmpint (w->actors[0].spawned, ==, 5);
  world_pass (w, 5000 + 50);
  g_assert_cmpuint (w->actors[0].loop, ==, 1);
  world_free (w);
}

static void
test_too_many_within_the_time_is_the_end (void)
{
  World *w = one_that_ends (TB_RESTART_ALWAYS, 1);
  w->plan.instances[0].restart_times = 3;
  world_pass (w, 10000);
  state_is (w, 0, FAILED);
  g_assert_cmpint (w->actors[0].spawned, ==, 4);
  g_assert_nonnull (strstr (w->actors[0].sentence, "given up, it was started too often within 1 min"));
  world_free (w);
}

static void
test_a_program_that_cannot_be_run_is_not_tried_again (void)
{
  World *w = world_new (1);
  w->plan.instances[0].restart = TB_RESTART_ALWAYS;
  w->actors[0].refuse = true;
  world_start (w);
  world_pass (w, 10000);
  state_is (w, 0, FAILED);
  g_assert_cmpint (w->actors[0].spawned, ==, 1);
  world_free (w);
}

static void
test_who_waits_for_a_crash_loop_says_so (void)
{
  World *w = world_new (2);
  world_depend (w, 0, 1);
  w->plan.instances[1].restart = TB_RESTART_ON_FAILURE;
  w->actors[1].ready_ms = -1;
  w->actors[1].own_end_ms = 9;
  w->actors[1].own_code = 1;
  world_start (w);
  world_pass (w, 2000);
  state_is (w, 0, WAITING);
  g_assert_true (g_str_has_prefix (w->actors[0].waiting, "c/2, which starts again in "));
  world_free (w);
}

static void
test_one_between_two_tries_is_started_at_once_when_asked (void)
{
  World *w = one_that_ends (TB_RESTART_ON_FAILURE, 1);
  w->plan.instances[0].restart_delay_ns = 20000 * MS;
  world_pass (w, 50);
  state_is (w, 0, BACKOFF);
  ask (w, start_anyway, 0);
  g_assert_cmpint (w->actors[0].spawned, ==, 2);
  world_free (w);
}

static void
test_a_stop_ends_a_crash_loop (void)
{
  World *w = one_that_ends (TB_RESTART_ALWAYS, 1);
  world_pass (w, 50);
  ask (w, stop);
  state_is (w, 0, STOPPED);
  world_pass (w, 100);
  g_assert_true (w->done);
  world_free (w);
}

/* ---- Liveness ----------------------------------------------------------------------------------- */

static World *
one_that_is_asked (TbRestart policy)
{
  World *w = world_new (1);
  w->plan.instances[0].restart = policy;
  w->plan.instances[0].alive = TB_PROBE_TCP;
  w->plan.instances[0].alive_argument = (char *) "6379";
  world_start (w);
  g_assert_false (w->actors[0].watching);
  world_pass (w, 100);
  g_assert_true (w->actors[0].watching);
  return w;
}

static void
answer (World *w, bool good, int times)
{
  for (int k = 0; k < times; k++)
    ask (w, answered, 0, good, good ? "" : "connection refused");
}

static void
test_three_misses_in_a_row_are_needed (void)
{
  World *w = one_that_is_asked (TB_RESTART_NO);
  answer (w, false, 2);
  answer (w, true, 1);
  answer (w, false, 2);
  state_is (w, 0, READY);
  answer (w, false, 1);
  state_is (w, 0, UNHEALTHY);
  g_assert_cmpstr (w->actors[0].sentence, ==,
                   "did not answer 3 times in a row (tcp 6379: connection refused)");
  world_free (w);
}

static void
test_one_that_answers_again_is_ready_again (void)
{
  World *w = one_that_is_asked (TB_RESTART_NO);
  w->plan.instances[0].alive_tries.successes = 2;
  answer (w, false, 5);
  answer (w, true, 1);
  state_is (w, 0, UNHEALTHY);
  answer (w, true, 1);
  state_is (w, 0, READY);
  g_assert_cmpstr (w->actors[0].sentence, ==, "");
  world_free (w);
}

static void
test_one_that_may_be_is_started_again (void)
{
  World *w = one_that_is_asked (TB_RESTART_ON_FAILURE);
  answer (w, false, 3);
  state_is (w, 0, STOPPING);
  g_assert_false (w->actors[0].watching);
  world_pass (w, 50);
  state_is (w, 0, BACKOFF);
  g_assert_true (g_str_has_prefix (w->actors[0].sentence, "did not answer 3 times in a row"));
  world_pass (w, 200);
  state_is (w, 0, READY);
  g_assert_true (w->actors[0].watching);
  world_free (w);
}

static void
test_a_paused_one_is_not_asked (void)
{
  World *w = one_that_is_asked (TB_RESTART_ON_FAILURE);
  ask (w, pause, 0);
  g_assert_false (w->actors[0].watching);
  answer (w, false, 10);
  state_is (w, 0, PAUSED);
  ask (w, resume, 0);
  g_assert_true (w->actors[0].watching);
  state_is (w, 0, READY);
  world_free (w);
}

/* ---- Changes of the plan ------------------------------------------------------------------------ */

static void
test_a_new_one_is_started_and_the_rest_untouched (void)
{
  World *w = world_new (2);
  world_start (w);
  world_pass (w, 100);
  world_grow (w, 1);
  world_depend (w, 2, 0);
  world_change (w);
  world_pass (w, 100);
  state_is (w, 2, READY);
  g_assert_cmpint (w->actors[0].spawned, ==, 1);
  g_assert_cmpint (w->actors[1].spawned, ==, 1);
  g_assert_cmpint (w->run, ==, TB_RUN_RUNNING);
  world_free (w);
}

static void
test_a_removed_one_is_stopped_and_nobody_misses_it (void)
{
  World *w = world_new (3);
  world_start (w);
  world_pass (w, 100);
  w->plan.instances[1].removed = true;
  world_change (w);
  world_pass (w, 100);
  state_is (w, 1, STOPPED);
  g_assert_cmpint (w->actors[1].signals, ==, 1);
  g_assert_cmpstr (w->reason, ==, "");
  ask (w, stop);
  world_pass (w, 100);
  g_assert_true (w->done);
  world_free (w);
}

static void
test_a_changed_one_is_started_again (void)
{
  World *w = world_new (3);
  world_depend (w, 0, 1);
  world_start (w);
  world_pass (w, 100);
  w->plan.instances[1].changed = true;
  world_change (w);
  world_pass (w, 100);
  state_is (w, 1, READY);
  g_assert_cmpint (w->actors[1].spawned, ==, 2);
  g_assert_cmpint (w->actors[0].spawned, ==, 1);
  world_free (w);
}

static void
test_one_that_was_removed_comes_back (void)
{
  World *w = world_new (2);
  world_start (w);
  world_pass (w, 100);
  w->plan.instances[1].removed = true;
  world_change (w);
  world_pass (w, 100);
  state_is (w, 1, STOPPED);
  w->plan.instances[1].removed = false;
  world_change (w);
  world_pass (w, 100);
  state_is (w, 1, READY);
  g_assert_cmpint (w->actors[1].spawned, ==, 2);
  g_assert_cmpint (w->actors[0].spawned, ==, 1);
  world_free (w);
}

static void
test_a_failed_one_is_tried_anew_once_it_is_changed (void)
{
  World *w = world_new (1);
  w->actors[0].refuse = true;
  world_start (w);
  world_pass (w, 100);
  state_is (w, 0, FAILED);
  w->actors[0].refuse = false;
  w->plan.instances[0].changed = true;
  world_change (w);
  world_pass (w, 100);
  state_is (w, 0, READY);
  world_free (w);
}

static void
test_stopping_follows_the_new_order (void)
{
  World *w = world_new (2);
  world_start (w);
  world_pass (w, 100);
  world_grow (w, 1);
  world_depend (w, 0, 2);
  world_change (w);
  world_pass (w, 100);
  ask (w, stop);
  state_is (w, 0, STOPPING);
  state_is (w, 2, READY);
  world_pass (w, 100);
  g_assert_true (w->done);
  world_free (w);
}

static void
test_a_change_while_stopping_starts_nothing (void)
{
  World *w = world_new (1);
  world_start (w);
  world_pass (w, 100);
  ask (w, stop);
  world_grow (w, 1);
  world_change (w);
  world_pass (w, 100);
  g_assert_true (w->done);
  g_assert_cmpint (w->actors[1].spawned, ==, 0);
  world_free (w);
}

/* ---- One that takes too much ------------------------------------------------------------------- */

static void
test_one_that_takes_too_much_is_killed_and_says_so (void)
{
  World *w = world_new (2);
  world_start (w);
  world_pass (w, 100);
  ask (w, overran, 0, "had 1001 processes where 1000 are allowed, and all were killed");
  world_pass (w, 100);
  state_is (w, 0, FAILED);
  state_is (w, 1, READY);
  g_assert_cmpint (w->actors[0].kills, ==, 1);
  g_assert_cmpint (w->actors[0].signals, ==, 0);
  g_assert_true (g_str_has_prefix (w->actors[0].sentence, "had 1001 processes"));
  world_free (w);
}

static void
test_one_that_takes_too_much_follows_its_policy (void)
{
  World *w = world_new (1);
  w->plan.instances[0].restart = TB_RESTART_ON_FAILURE;
  world_start (w);
  for (int k = 0; k < 3; k++)
    {
      world_pass (w, 1000);
      state_is (w, 0, READY);
      ask (w, overran, 0, "had too much");
      world_pass (w, 10);
      state_is (w, 0, BACKOFF);
    }
  g_assert_true (g_str_has_prefix (w->actors[0].sentence, "crash loop, 3 ends in a row: had too much"));
  world_free (w);
}

static void
test_one_that_takes_too_much_before_it_is_ready_says_why_too (void)
{
  World *w = world_new (1);
  w->actors[0].ready_ms = -1;
  w->actors[0].end_ms = 400;
  w->plan.instances[0].ready_timeout_ns = 200 * MS;
  world_start (w);
  world_pass (w, 100);
  ask (w, overran, 0, "had too much");
  world_pass (w, 1000);
  state_is (w, 0, FAILED);
  g_assert_cmpstr (w->actors[0].sentence, ==, "had too much");
  world_free (w);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*test) (void);
  } tests[] = {
#define T(name) { "/supervise-life/" #name, test_##name }
    T (started_is_enough_where_it_is_said),
    T (a_job_is_waited_for_until_it_succeeded),
    T (a_job_that_fails_releases_only_who_waits_for_its_end),
    T (a_wait_with_a_limit_counts_down),
    T (start_brings_back_all_it_needs_in_order),
    T (start_leaves_alone_what_nobody_needs),
    T (a_stopped_one_stays_stopped_whatever_its_policy),
    T (each_policy_knows_which_ends_it_means),
    T (a_kill_is_undone_only_by_always),
    T (the_delay_doubles_up_to_the_longest),
    T (a_crash_loop_is_called_one),
    T (what_ran_for_long_begins_anew),
    T (too_many_within_the_time_is_the_end),
    T (a_program_that_cannot_be_run_is_not_tried_again),
    T (who_waits_for_a_crash_loop_says_so),
    T (one_between_two_tries_is_started_at_once_when_asked),
    T (a_stop_ends_a_crash_loop),
    T (three_misses_in_a_row_are_needed),
    T (one_that_answers_again_is_ready_again),
    T (one_that_may_be_is_started_again),
    T (a_paused_one_is_not_asked),
    T (a_new_one_is_started_and_the_rest_untouched),
    T (a_removed_one_is_stopped_and_nobody_misses_it),
    T (a_changed_one_is_started_again),
    T (one_that_was_removed_comes_back),
    T (a_failed_one_is_tried_anew_once_it_is_changed),
    T (stopping_follows_the_new_order),
    T (a_change_while_stopping_starts_nothing),
    T (one_that_takes_too_much_is_killed_and_says_so),
    T (one_that_takes_too_much_follows_its_policy),
    T (one_that_takes_too_much_before_it_is_ready_says_why_too),
#undef T
  };
  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < TB_ARRAY_LENGTH (tests); i++)
    g_test_add_func (tests[i].name, tests[i].test);
  return g_test_run ();
}
