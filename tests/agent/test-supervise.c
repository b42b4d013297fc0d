/* The supervisor in virtual time, one behaviour a test, and random schedules. */
#include <errno.h>
#include <glib.h>
#include <signal.h>
#include <string.h>

#include "supervise-world.h"

/* ---- One behaviour a test --------------------------------------------------------------------- */

static void
test_dependents_wait_for_readiness (void)
{
  World *w = world_new (3);
  world_depend (w, 0, 1);
  world_depend (w, 1, 2);
  world_start (w);
  state_is (w, 0, WAITING);
  state_is (w, 1, WAITING);
  world_pass (w, 5);
  state_is (w, 2, STARTING);
  g_assert_cmpint (w->actors[1].spawned, ==, 0);
  world_pass (w, 7);
  state_is (w, 2, READY);
  state_is (w, 1, STARTING);
  g_assert_cmpint (w->run, ==, TB_RUN_STARTING);
  world_pass (w, 100);
  state_is (w, 0, READY);
  g_assert_cmpint (w->run, ==, TB_RUN_RUNNING);
  g_assert_cmpstr (w->reason, ==, "");
  world_free (w);
}

static void
test_independent_ones_start_at_once (void)
{
  World *w = world_new (100);
  world_start (w);
  for (uint32_t i = 0; i < 100; i++)
    g_assert_cmpint (w->actors[i].spawned, ==, 1);
  world_free (w);
}

static void
test_a_cycle_is_broken_by_file_order (void)
{
  World *w = world_new (3);
  world_depend (w, 0, 1);
  world_depend (w, 1, 2);
  world_depend (w, 2, 0);
  world_start (w);
  state_is (w, 0, STARTING);
  state_is (w, 1, STARTING);
  state_is (w, 2, WAITING);
  g_assert_false (tb_supervisor_depends (w->s, 0, 1));
  g_assert_true (tb_supervisor_depends (w->s, 2, 0));
  world_pass (w, 1000);
  state_is (w, 2, READY);
  world_free (w);
}

static void
test_waiting_names_what_it_waits_for (void)
{
  World *w = world_new (3);
  world_depend (w, 0, 1);
  world_depend (w, 0, 2);
  w->actors[1].ready_ms = -1;
  world_start (w);
  tb_supervisor_probe_answer (w->s, 1, "connection refused");
  world_pass (w, 1200);
  g_assert_cmpstr (w->actors[0].waiting, ==,
                   "c/2 to be ready (tcp 6379: connection refused), 1.0 s");
  g_assert_cmpstr (w->reason, ==,
                   "waiting for c/2 to be ready (tcp 6379: connection refused), 1.0 s");
  world_free (w);
}

static void
test_waiting_is_taken_back_when_it_is_over (void)
{
  World *w = world_new (2);
  world_depend (w, 0, 1);
  world_start (w);
  g_assert_cmpstr (w->actors[0].waiting, !=, "");
  world_pass (w, 5000);
  g_assert_cmpstr (w->actors[0].waiting, ==, "");
  world_free (w);
}

static void
test_start_anyway_does_not_wait (void)
{
  World *w = world_new (2);
  world_depend (w, 0, 1);
  w->actors[1].ready_ms = -1;
  world_start (w);
  world_pass (w, 100);
  w->actors[0].anyway = true;
  ask (w, start_anyway, 0);
  world_pass (w, 100);
  state_is (w, 0, READY);
  world_free (w);
}

static void
test_a_refused_program_is_failed_and_others_live (void)
{
  World *w = world_new (3);
  w->actors[0].refuse = true;
  world_depend (w, 2, 0);
  world_start (w);
  world_pass (w, 1000);
  state_is (w, 0, FAILED);
  g_assert_cmpstr (w->actors[0].sentence, ==, "cannot run «x»: no such file or directory");
  state_is (w, 1, READY);
  state_is (w, 2, WAITING);
  g_assert_nonnull (strstr (w->actors[2].waiting, "c/1, which has failed: cannot run «x»"));
  g_assert_cmpint (w->run, ==, TB_RUN_RUNNING);
  g_assert_nonnull (strstr (w->reason, "2 of 3 not running: c/1 failed: cannot run «x»"));
  world_free (w);
}

static void
test_one_that_dies_says_how (void)
{
  World *w = world_new (2);
  w->actors[0].own_end_ms = 11;
  w->actors[0].own_code = 1;
  w->actors[1].own_end_ms = 100;
  w->actors[1].own_code = -SIGSEGV;
  world_start (w);
  world_pass (w, 1000);
  state_is (w, 0, FAILED);
  g_assert_cmpstr (w->actors[0].sentence, ==, "exited with status 1 after 12 ms: its last words");
  g_assert_cmpstr (w->actors[1].sentence, ==, "killed by SIGSEGV after 101 ms: its last words");
  world_free (w);
}

static void
test_a_job_that_ends_well_releases_dependents (void)
{
  World *w = world_new (2);
  world_depend (w, 1, 0);
  w->actors[0].ready_ms = -1;
  w->actors[0].own_end_ms = 50;
  world_start (w);
  world_pass (w, 1000);
  state_is (w, 0, STOPPED);
  state_is (w, 1, READY);
  g_assert_cmpstr (w->reason, ==, "");
  world_free (w);
}

static void
test_a_clean_exit_is_no_failure (void)
{
  World *w = world_new (3);
  world_depend (w, 2, 0);
  world_allow_exit (w, 0, 143);
  w->actors[0].ready_ms = -1;
  w->actors[0].own_end_ms = w->actors[1].own_end_ms = 50;
  w->actors[0].own_code = w->actors[1].own_code = 143;
  world_start (w);
  world_pass (w, 1000);
  state_is (w, 0, STOPPED);
  state_is (w, 1, FAILED);
  state_is (w, 2, READY);
  g_assert_cmpstr (w->actors[0].sentence, ==, "exited with status 143 after 51 ms");
  world_free (w);
}

static void
test_a_clean_exit_may_leave_a_daemon (void)
{
  World *w = world_new (1);
  world_allow_exit (w, 0, 3);
  w->actors[0].own_end_ms = 3;
  w->actors[0].own_code = 3;
  w->actors[0].detaches = true;
  world_start (w);
  world_pass (w, 1000);
  state_is (w, 0, READY);
  g_assert_cmpint (w->actors[0].kills, ==, 0);
  world_free (w);
}

static void
test_the_stop_signal_is_a_good_end_only_during_a_stop (void)
{
  World *w = world_new (3);
  world_depend (w, 0, 1);
  w->actors[0].end_ms = 4000;
  w->actors[1].own_end_ms = 1500;
  w->actors[2].own_end_ms = 500;
  w->actors[1].own_code = w->actors[2].own_code = -SIGTERM;
  world_start (w);
  world_pass (w, 1000);
  state_is (w, 2, FAILED);
  ask (w, stop);
  world_pass (w, 1000);
  state_is (w, 0, STOPPING);
  state_is (w, 1, STOPPED);
  world_free (w);
}

static void
test_one_that_detaches_lives_on (void)
{
  World *w = world_new (1);
  w->actors[0].own_end_ms = 3;
  w->actors[0].detaches = true;
  world_start (w);
  world_pass (w, 1000);
  state_is (w, 0, READY);
  ask (w, stop);
  world_pass (w, 1000);
  g_assert_true (w->done);
  world_free (w);
}

static void
test_one_that_dies_takes_the_rest_with_it (void)
{
  World *w = world_new (1);
  w->actors[0].own_end_ms = 30;
  w->actors[0].own_code = 2;
  w->actors[0].detaches = true;
  world_start (w);
  world_pass (w, 1000);
  g_assert_cmpint (w->actors[0].kills, ==, 1);
  state_is (w, 0, FAILED);
  world_free (w);
}

static void
test_never_ready_is_failed_and_says_why (void)
{
  World *w = world_new (1);
  w->plan.instances[0].ready_timeout_ns = 2000 * MS;
  w->actors[0].ready_ms = -1;
  world_start (w);
  tb_supervisor_probe_answer (w->s, 0, "connection refused");
  world_pass (w, 1999);
  state_is (w, 0, STARTING);
  world_pass (w, 100);
  state_is (w, 0, FAILED);
  g_assert_cmpstr (w->actors[0].sentence, ==, "not ready after 2.0 s (tcp 6379: connection refused)");
  world_free (w);
}

static void
test_pause_does_not_count_towards_the_timeout (void)
{
  World *w = world_new (1);
  w->plan.instances[0].ready_timeout_ns = 2000 * MS;
  w->actors[0].ready_ms = 1500;
  world_start (w);
  world_pass (w, 1000);
  ask (w, pause, 0);
  state_is (w, 0, PAUSED);
  world_pass (w, 10000);
  ask (w, resume, 0);
  state_is (w, 0, STARTING);
  w->actors[0].ready_ms = -1;
  world_pass (w, 900);
  state_is (w, 0, STARTING);
  world_pass (w, 200);
  state_is (w, 0, FAILED);
  world_free (w);
}

static void
test_pause_and_resume_of_a_ready_one (void)
{
  World *w = world_new (1);
  world_start (w);
  world_pass (w, 100);
  ask (w, pause, 0);
  g_assert_true (w->actors[0].frozen);
  ask (w, resume, 0);
  g_assert_false (w->actors[0].frozen);
  state_is (w, 0, READY);
  world_free (w);
}

static void
test_kill_is_drawn_as_killed (void)
{
  World *w = world_new (1);
  world_start (w);
  world_pass (w, 100);
  ask (w, kill, 0);
  world_pass (w, 100);
  state_is (w, 0, KILLED);
  world_free (w);
}

static void
test_restart_stops_and_starts (void)
{
  World *w = world_new (1);
  world_start (w);
  world_pass (w, 100);
  ask (w, restart, 0);
  state_is (w, 0, STOPPING);
  world_pass (w, 100);
  state_is (w, 0, READY);
  g_assert_cmpint (w->actors[0].spawned, ==, 2);
  g_assert_cmpint (tb_supervisor_state (w->s, 0).restarts, ==, 1);
  world_free (w);
}

static void
test_restart_brings_a_dead_one_back (void)
{
  World *w = world_new (1);
  world_start (w);
  world_pass (w, 100);
  ask (w, kill, 0);
  world_pass (w, 100);
  ask (w, restart, 0);
  world_pass (w, 100);
  state_is (w, 0, READY);
  world_free (w);
}

static void
test_a_request_that_makes_no_sense_is_a_problem (void)
{
  World *w = world_new (1);
  world_start (w);
  world_pass (w, 100);
  ask (w, resume, 0);
  ask (w, start_anyway, 0);
  ask (w, kill, 0);
  world_pass (w, 100);
  ask (w, kill, 0);
  ask (w, pause, 0);
  g_assert_cmpint (w->problems, ==, 4);
  world_free (w);
}

static void
test_stop_is_the_reverse_of_start (void)
{
  World *w = world_new (3);
  world_depend (w, 0, 1);
  world_depend (w, 1, 2);
  world_start (w);
  world_pass (w, 1000);
  ask (w, stop);
  state_is (w, 0, STOPPING);
  state_is (w, 1, READY);
  world_pass (w, 1000);
  g_assert_true (w->done);
  g_assert_cmpint (w->run, ==, TB_RUN_STOPPED);
  g_assert_cmpint (w->actors[0].signalled_at, <, w->actors[1].signalled_at);
  g_assert_cmpint (w->actors[1].signalled_at, <, w->actors[2].signalled_at);
  for (uint32_t i = 0; i < 3; i++)
    state_is (w, i, STOPPED);
  world_free (w);
}

static void
test_whoever_holds_the_stop_is_named_then_killed (void)
{
  World *w = world_new (2);
  world_depend (w, 0, 1);
  w->actors[0].end_ms = -1;
  world_start (w);
  world_pass (w, 1000);
  ask (w, stop);
  world_pass (w, 1200);
  g_assert_cmpstr (w->reason, ==, "waiting for c/1 to end after SIGTERM, 1.0 s of 5.0 s");
  g_assert_cmpint (w->actors[0].kills, ==, 0);
  world_pass (w, 5000);
  g_assert_true (w->done);
  g_assert_cmpint (w->actors[0].kills, ==, 1);
  g_assert_cmpstr (w->actors[0].sentence, ==,
                   "did not end within 5.0 s of SIGTERM and was killed");
  world_free (w);
}

static void
test_stop_during_start_starts_nothing_more (void)
{
  World *w = world_new (3);
  world_depend (w, 0, 1);
  world_depend (w, 1, 2);
  world_start (w);
  world_pass (w, 5);
  ask (w, stop);
  world_pass (w, 1000);
  g_assert_true (w->done);
  g_assert_cmpint (w->actors[0].spawned + w->actors[1].spawned, ==, 0);
  world_free (w);
}

static void
test_a_paused_one_is_thawed_to_stop (void)
{
  World *w = world_new (1);
  world_start (w);
  world_pass (w, 100);
  ask (w, pause, 0);
  ask (w, stop);
  g_assert_false (w->actors[0].frozen);
  world_pass (w, 100);
  g_assert_true (w->done);
  world_free (w);
}

static void
test_a_second_stop_kills (void)
{
  World *w = world_new (2);
  world_depend (w, 0, 1);
  w->actors[0].end_ms = w->actors[1].end_ms = -1;
  world_start (w);
  world_pass (w, 100);
  ask (w, stop);
  world_pass (w, 10);
  w->killing = true;
  ask (w, stop);
  world_pass (w, 10);
  g_assert_true (w->done);
  world_free (w);
}

static void
test_abort_kills_all_at_once (void)
{
  World *w = world_new (50);
  for (uint32_t i = 1; i < 50; i++)
    world_depend (w, i, i - 1);
  world_start (w);
  world_pass (w, 2000);
  state_is (w, 49, READY);
  w->killing = true;
  ask (w, abort, "the viewer is gone");
  world_pass (w, 5);
  g_assert_true (w->done);
  world_free (w);
}

static void
test_stop_of_nothing_is_done_at_once (void)
{
  World *w = world_new (0);
  world_start (w);
  g_assert_cmpint (w->run, ==, TB_RUN_RUNNING);
  ask (w, stop);
  g_assert_true (w->done);
  world_free (w);
}

static void
test_one_whose_leash_is_lost_is_failed (void)
{
  World *w = world_new (1);
  world_start (w);
  world_pass (w, 100);
  w->actors[0].alive = false;
  tb_supervisor_gone (w->s, 0, "", w->now);
  world_act (w);
  state_is (w, 0, FAILED);
  g_assert_nonnull (strstr (w->actors[0].sentence, "lost"));
  world_free (w);
}

/* ---- Random schedules -------------------------------------------------------------------------- */

static void
randomise (World *w, GRand *r)
{
  for (uint32_t i = 0; i < w->plan.n_instances; i++)
    {
      Actor *a = &w->actors[i];
      TbWireInstance *in = &w->plan.instances[i];
      a->start_ms = g_rand_int_range (r, 0, 5);
      a->ready_ms = g_rand_int_range (r, 0, 8) == 0 ? -1 : g_rand_int_range (r, 0, 300);
      a->end_ms = g_rand_int_range (r, 0, 6) == 0 ? -1 : g_rand_int_range (r, 0, 100);
      a->own_end_ms = g_rand_int_range (r, 0, 5) == 0 ? g_rand_int_range (r, 0, 1500) : -1;
      a->own_code = g_rand_int_range (r, -9, 3);
      a->refuse = g_rand_int_range (r, 0, 15) == 0;
      a->detaches = g_rand_int_range (r, 0, 6) == 0;
      in->probe = g_rand_boolean (r) ? TB_PROBE_TCP : TB_PROBE_NONE;
      in->ready_timeout_ns = g_rand_int_range (r, 0, 3) * 200 * MS;
      in->stop_grace_ns = g_rand_int_range (r, 0, 500) * MS;
      in->restart = (TbRestart) g_rand_int_range (r, 0, 4);
      in->restart_delay_ns = g_rand_int_range (r, 0, 100) * MS;
      in->restart_times = (uint32_t) g_rand_int_range (r, 0, 4);
      in->alive = g_rand_boolean (r) ? TB_PROBE_TCP : TB_PROBE_NONE;
      for (int k = g_rand_int_range (r, 0, 4); k > 0; k--)
        world_depend (w, i, (uint32_t) g_rand_int_range (r, 0, (gint32) w->plan.n_instances));
    }
}

static void
ask_something (World *w, GRand *r)
{
  uint32_t i = (uint32_t) g_rand_int_range (r, 0, (gint32) w->plan.n_instances);
  switch (g_rand_int_range (r, 0, 9))
    {
    case 5:
      ask (w, halt, i);
      break;
    case 6:
      /* What it needs may have run before. */
      for (uint32_t k = 0; k < w->plan.n_instances; k++)
        w->actors[k].anyway = true;
      ask (w, start_needed, i);
      break;
    case 7:
      for (int k = 0; k < 3 && w->actors[i].watching; k++)
        {
          tb_supervisor_answered (w->s, i, g_rand_boolean (r), "no", w->now);
          world_act (w);
        }
      break;
    case 8:
      world_grow (w, (uint32_t) g_rand_int_range (r, 0, 3));
      w->plan.instances[i].changed = g_rand_boolean (r);
      w->plan.instances[i].removed |= g_rand_int_range (r, 0, 4) == 0;
      w->actors[i].anyway = true;
      world_change (w);
      break;
    case 0:
      ask (w, kill, i);
      break;
    case 1:
      ask (w, pause, i);
      break;
    case 2:
      ask (w, resume, i);
      break;
    case 3:
      /* One that was killed while it waited is started now: the person asked for it. */
      w->actors[i].anyway = true;
      ask (w, restart, i);
      break;
    default:
      w->actors[i].anyway = true;
      ask (w, start_anyway, i);
    }
}

static void
run_schedule (guint32 seed)
{
  GRand *r = g_rand_new_with_seed (seed);
  World *w = world_new ((uint32_t) g_rand_int_range (r, 1, 12));
  randomise (w, r);
  world_start (w);
  for (int k = g_rand_int_range (r, 0, 40); k > 0; k--)
    {
      world_pass (w, g_rand_int_range (r, 0, 120));
      ask_something (w, r);
    }
  ask (w, stop);
  if (g_rand_boolean (r))
    {
      world_pass (w, g_rand_int_range (r, 0, 200));
      ask_something (w, r);
    }
  /* All instances one after the other, half a second of grace each, and some for the rest. */
  world_pass (w, (int64_t) w->plan.n_instances * 600 + 2000);
  g_assert_true (w->done);
  g_assert_cmpint (w->run, ==, TB_RUN_STOPPED);
  for (uint32_t i = 0; i < w->plan.n_instances; i++)
    g_assert_cmpstr (w->actors[i].waiting, ==, "");
  TbAction action;
  tb_supervisor_tick (w->s, w->now + 100000 * MS);
  g_assert_false (tb_supervisor_next (w->s, &action));
  g_assert_cmpint (tb_supervisor_deadline (w->s), ==, INT64_MAX);
  world_free (w);
  g_rand_free (r);
}

static void
test_random_schedules_end_with_nothing_left (void)
{
  const char *given = g_getenv ("TIERBOARD_TEST_SEED");
  guint32 seed = given != NULL ? (guint32) g_ascii_strtoull (given, NULL, 10) : g_random_int ();
  for (guint32 k = 0; k < 2000; k++)
    {
      g_test_message ("seed %u", seed + k);
      run_schedule (seed + k);
    }
}

/* ---- Words ------------------------------------------------------------------------------------- */

static void
test_words (void)
{
  char out[TB_SENTENCE];
  g_assert_cmpstr (tb_words_for_time (12 * MS, out, sizeof out), ==, "12 ms");
  g_assert_cmpstr (tb_words_for_time (1234 * MS, out, sizeof out), ==, "1.2 s");
  g_assert_cmpstr (tb_words_for_time (61000 * MS, out, sizeof out), ==, "1 min 1 s");
  g_assert_cmpstr (tb_words_for_errno (ENOENT, out, sizeof out), ==, "no such file or directory");
  g_assert_cmpstr (tb_words_for_errno (EIO, out, sizeof out), ==, "input/output error");
  g_assert_cmpstr (tb_words_for_end (-SIGSEGV, 5 * MS, "", out, sizeof out), ==,
                   "killed by SIGSEGV after 5 ms");
  g_assert_cmpstr (tb_words_make_valid (strcpy (out, "caf\xc3\xa9 \xc3 \x1b\t\xed\xa0\x80\xe2\x82")), ==,
                   "café ? ? ?\?\?\?\?");
  g_assert_cmpstr (tb_words_for_signal (40, out, sizeof out), ==, "signal 40");
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*test) (void);
  } tests[] = {
#define T(name) { "/supervise/" #name, test_##name }
    T (dependents_wait_for_readiness),
    T (independent_ones_start_at_once),
    T (a_cycle_is_broken_by_file_order),
    T (waiting_names_what_it_waits_for),
    T (waiting_is_taken_back_when_it_is_over),
    T (start_anyway_does_not_wait),
    T (a_refused_program_is_failed_and_others_live),
    T (one_that_dies_says_how),
    T (a_job_that_ends_well_releases_dependents),
    T (a_clean_exit_is_no_failure),
    T (a_clean_exit_may_leave_a_daemon),
    T (the_stop_signal_is_a_good_end_only_during_a_stop),
    T (one_that_detaches_lives_on),
    T (one_that_dies_takes_the_rest_with_it),
    T (never_ready_is_failed_and_says_why),
    T (pause_does_not_count_towards_the_timeout),
    T (pause_and_resume_of_a_ready_one),
    T (kill_is_drawn_as_killed),
    T (restart_stops_and_starts),
    T (restart_brings_a_dead_one_back),
    T (a_request_that_makes_no_sense_is_a_problem),
    T (stop_is_the_reverse_of_start),
    T (whoever_holds_the_stop_is_named_then_killed),
    T (stop_during_start_starts_nothing_more),
    T (a_paused_one_is_thawed_to_stop),
    T (a_second_stop_kills),
    T (abort_kills_all_at_once),
    T (stop_of_nothing_is_done_at_once),
    T (one_whose_leash_is_lost_is_failed),
    T (random_schedules_end_with_nothing_left),
    T (words),
#undef T
  };
  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < TB_ARRAY_LENGTH (tests); i++)
    g_test_add_func (tests[i].name, tests[i].test);
  return g_test_run ();
}
