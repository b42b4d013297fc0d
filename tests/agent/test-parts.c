/* The agent's parts by themselves: logs, preparation, timers, readiness's arguments, trees, loads. */
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "load.h"
#include "log.h"
#include "loop.h"
#include "prepare.h"
#include "probe.h"
#include "supervise.h"

/* ---- Logs -------------------------------------------------------------------------------------- */

typedef struct
{
  TbLog log;
  GPtrArray *lines;
  char *dir;
  int pipe[2];
} LogFixture;

static void
on_line (const char *line, void *data)
{
  g_ptr_array_add (data, g_strdup (line));
}

static LogFixture *
log_new (void)
{
  LogFixture *f = g_new0 (LogFixture, 1);
  f->lines = g_ptr_array_new_with_free_func (g_free);
  f->dir = g_dir_make_tmp ("tb-log-XXXXXX", NULL);
  f->log = (TbLog) { .file = -1, .on_line = on_line, .data = f->lines };
  tb_log_open (&f->log, g_build_filename (f->dir, "a.log", NULL));
  g_assert_cmpint (pipe2 (f->pipe, O_NONBLOCK), ==, 0);
  return f;
}

static void
log_free (LogFixture *f)
{
  g_autofree char *path = g_strdup (f->log.path), *old = g_strconcat (path, ".1", NULL);
  tb_log_close (&f->log);
  g_unlink (path);
  g_unlink (old);
  g_rmdir (f->dir);
  g_free (f->dir);
  close (f->pipe[0]);
  close (f->pipe[1]);
  g_ptr_array_unref (f->lines);
  g_free (f);
}

static void
say (LogFixture *f, const char *text)
{
  g_assert_cmpint (write (f->pipe[1], text, strlen (text)), ==, strlen (text));
  g_assert_true (tb_log_take (&f->log, f->pipe[0]));
}

static void
test_log_splits_lines (void)
{
  LogFixture *f = log_new ();
  say (f, "one\ntw");
  say (f, "o\r\n\nthree");
  g_assert_cmpuint (f->lines->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (f->lines, 1), ==, "two");
  g_assert_cmpstr (f->log.last, ==, "two");
  tb_log_end_line (&f->log);
  g_assert_cmpstr (f->log.last, ==, "three");
  g_autofree char *text = NULL;
  tb_log_flush (&f->log);
  g_assert_true (g_file_get_contents (f->log.path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "one\ntwo\r\n\nthree");
  log_free (f);
}

static void
test_log_keeps_the_last_line_that_says_something (void)
{
  LogFixture *f = log_new ();
  say (f, "real\n   \t \n\n");
  g_assert_cmpstr (f->log.last, ==, "real");
  say (f, "\x1b[31mred\xff\xfe caf\xc3\xa9\n");
  g_assert_cmpstr (f->log.last, ==, "red?? café");
  g_assert_true (g_utf8_validate (f->log.last, -1, NULL));
  log_free (f);
}

static void
test_log_cuts_endless_lines_for_looking_only (void)
{
  LogFixture *f = log_new ();
  g_autofree char *part = g_strnfill (50000, 'x');
  for (int i = 0; i < 4; i++)
    say (f, part);
  say (f, "\n");
  g_assert_cmpuint (f->lines->len, ==, 1);
  g_assert_cmpuint (strlen (g_ptr_array_index (f->lines, 0)), ==, TB_LINE_MAX - 1);
  g_assert_cmpuint (f->log.size, ==, 200001);
  log_free (f);
}

static void
test_log_turns_when_it_is_full (void)
{
  LogFixture *f = log_new ();
  g_autofree char *part = g_strnfill (60000, 'x');
  for (int i = 0; i < 300; i++)
    say (f, part);
  g_assert_cmpuint (f->log.size, <=, TB_LOG_MAX);
  g_autofree char *old = g_strconcat (f->log.path, ".1", NULL);
  g_assert_true (g_file_test (old, G_FILE_TEST_EXISTS));
  log_free (f);
}

static void
test_log_is_made_when_it_is_told_of (void)
{
  LogFixture *f = log_new ();
  g_autofree char *content = NULL;
  g_assert_false (f->log.dirty);
  say (f, "line\n");
  g_assert_false (g_file_test (f->log.path, G_FILE_TEST_EXISTS));
  g_assert_true (f->log.dirty);
  tb_log_flush (&f->log);
  say (f, "more\n");
  g_assert_true (g_file_get_contents (f->log.path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, "line\nmore\n");
  g_assert_cmpuint (f->log.size, ==, strlen (content));
  log_free (f);
}

static void
test_log_keeps_the_order_of_a_long_beginning (void)
{
  LogFixture *f = log_new ();
  g_autofree char *part = g_strnfill (700, 'x'), *content = NULL;
  say (f, "line\n");
  say (f, part);
  g_assert_true (g_file_get_contents (f->log.path, &content, NULL, NULL));
  g_assert_true (g_str_has_prefix (content, "line\nxxx"));
  g_assert_cmpuint (strlen (content), ==, 705);
  g_assert_cmpuint (f->log.size, ==, 705);
  log_free (f);
}

static void
test_log_that_cannot_be_made_says_why_once (void)
{
  LogFixture *f = log_new ();
  tb_log_open (&f->log, g_build_filename (f->dir, "none", "a.log", NULL));
  say (f, "line\n");
  tb_log_flush (&f->log);
  g_assert_cmpint (f->log.error, ==, ENOENT);
  g_assert_cmpstr (f->log.last, ==, "line");
  f->log.error = EIO;
  say (f, "another\n");
  g_assert_cmpint (f->log.error, ==, EIO);
  log_free (f);
}

static void
test_log_survives_a_full_disk (void)
{
  LogFixture *f = log_new ();
  g_autofree char *content = NULL;
  say (f, "first\n");
  tb_log_flush (&f->log);
  int there = f->log.file;
  f->log.file = open ("/dev/full", O_WRONLY | O_CLOEXEC);
  say (f, "line\n");
  g_assert_cmpint (f->log.error, ==, ENOSPC);
  say (f, "another\n");
  g_assert_cmpstr (f->log.last, ==, "another");
  g_assert_cmpuint (f->log.lost, ==, strlen ("line\nanother\n"));
  close (f->log.file);
  f->log.file = there;
  tb_log_try_again (&f->log);
  say (f, "third\n");
  g_assert_cmpint (f->log.error, ==, 0);
  g_assert_true (g_file_get_contents (f->log.path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==,
                   "first\n\n[13 bytes are missing here: there was no room for them]\nthird\n");
  log_free (f);
}

static void
test_log_counts_what_it_keeps_no_more (void)
{
  LogFixture *f = log_new ();
  g_autofree char *part = g_strnfill (60000, 'x');
  for (int i = 0; i < 500; i++)
    say (f, part);
  g_assert_cmpuint (f->log.taken, ==, 500 * 60000);
  g_assert_cmpuint (f->log.lost, >, 0);
  g_assert_cmpuint (f->log.lost, ==, f->log.taken - f->log.size - f->log.before);
  log_free (f);
}

static void
test_log_of_much_looks_at_the_end_where_nobody_wants_all (void)
{
  LogFixture *f = log_new ();
  g_autoptr (GString) much = g_string_new (NULL);
  for (int i = 0; i < 6000; i++)
    g_string_append_printf (much, "line %d\n", i);
  f->log.on_line = NULL;
  say (f, much->str);
  while (f->log.taken < much->len)
    g_assert_true (tb_log_take (&f->log, f->pipe[0]));
  g_assert_cmpstr (f->log.last, ==, "line 5999");
  log_free (f);
}

/* ---- Preparation ------------------------------------------------------------------------------- */

static TbWirePlan
plan_of (TbWireInstance *in)
{
  return (TbWirePlan) { .run_dir = (char *) "/run/x", .instances = in, .n_instances = 1 };
}

static TbWireInstance
instance_of (char **argv)
{
  return (TbWireInstance) { .id = (char *) "orders/1", .component = (char *) "orders", .argv = argv,
                            .n_argv = 1, .user = (char *) "", .address = 0x7f4d0102 };
}

static const char *
variable (const TbPrepared *p, const char *name)
{
  for (char **e = p->envp; *e != NULL; e++)
    if (g_str_has_prefix (*e, name) && (*e)[strlen (name)] == '=')
      return *e + strlen (name) + 1;
  return NULL;
}

static void
test_prepare_names_directory_and_log (void)
{
  char *argv[] = { (char *) "true", NULL }, why[TB_SENTENCE];
  TbWireInstance in = instance_of (argv);
  TbWirePlan plan = plan_of (&in);
  TbPrepared p = { 0 };
  struct rlimit nofile = { 10, 20 };
  g_assert_true (tb_prepare (&p, &plan, 0, &nofile, why));
  g_assert_cmpstr (p.dir, ==, "/run/x/orders-1");
  g_assert_cmpstr (p.log_path, ==, "/run/x/orders-1.log");
  g_assert_cmpstr (variable (&p, "TIERBOARD_ADDRESS"), ==, "127.77.1.2");
  g_assert_null (variable (&p, "TIERBOARD_READY_FD"));
  tb_prepared_clear (&p);
  in.id = (char *) "../../etc";
  g_assert_true (tb_prepare (&p, &plan, 0, &nofile, why));
  g_assert_cmpstr (p.dir, ==, "/run/x/-.-..-etc");
  tb_prepared_clear (&p);
}

static void
test_prepare_lets_the_plan_override (void)
{
  char *argv[] = { (char *) "true", NULL }, why[TB_SENTENCE];
  TbWireEnv env[] = { { (char *) "PATH", (char *) "/only/here" },
                      { (char *) "PATH", (char *) "/no/here" },
                      { (char *) "A=B", (char *) "bad name" } };
  TbWireInstance in = instance_of (argv);
  TbWirePlan plan = plan_of (&in);
  TbPrepared p = { 0 };
  struct rlimit nofile = { 10, 20 };
  in.env = env;
  in.n_env = G_N_ELEMENTS (env);
  g_assert_true (tb_prepare (&p, &plan, 0, &nofile, why));
  g_assert_cmpstr (variable (&p, "PATH"), ==, "/no/here");
  g_assert_null (variable (&p, "A"));
  tb_prepared_clear (&p);
}

static void
test_prepare_remarks_on_set_uid (void)
{
  g_autofree char *dir = g_dir_make_tmp ("tb-parts-XXXXXX", NULL), *path = g_build_filename (dir, "x", NULL);
  char *argv[] = { path, NULL }, why[TB_SENTENCE];
  TbWireInstance in = instance_of (argv);
  TbWirePlan plan = plan_of (&in);
  struct rlimit nofile = { 10, 20 };
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  g_assert_cmpint (g_chmod (path, 04755), ==, 0);
  for (int i = 0; i < 2; i++)
    {
      TbPrepared p = { 0 };
      g_assert_true (tb_prepare (&p, &plan, 0, &nofile, why));
      if (i == 0)
        g_assert_null (p.remark); /* one's own */
      else
        g_assert_nonnull (strstr (p.remark, "is set-uid, which has no effect here"));
      tb_prepared_clear (&p);
      if (geteuid () != 0 || chown (path, 65534, 65534) != 0)
        break;
      g_assert_cmpint (g_chmod (path, 04755), ==, 0);
    }
  g_unlink (path);
  g_rmdir (dir);
}

static void
test_prepare_refuses_what_cannot_be (void)
{
  static const char *const bad[] = { "/etc/x", "../x", "a/../../x", "a/..", "", "a/" };
  char *argv[] = { (char *) "true", NULL }, why[TB_SENTENCE] = "";
  TbWireInstance in = instance_of (argv);
  TbWirePlan plan = plan_of (&in);
  struct rlimit nofile = { 10, 20 };
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      TbWireFile file = { (char *) bad[i], (char *) "x", 0600 };
      TbPrepared p = { 0 };
      in.files = &file;
      in.n_files = 1;
      g_assert_false (tb_prepare (&p, &plan, 0, &nofile, why));
      tb_prepared_clear (&p);
    }
  TbWireFile good = { (char *) "..a/b..c", (char *) "x", 0600 };
  TbPrepared p = { 0 };
  in.files = &good;
  g_assert_true (tb_prepare (&p, &plan, 0, &nofile, why));
  tb_prepared_clear (&p);
  in.n_argv = 0;
  g_assert_false (tb_prepare (&p, &plan, 0, &nofile, why));
  g_assert_cmpstr (why, ==, "it has no command to run");
  tb_prepared_clear (&p);
}

/* ---- Readiness --------------------------------------------------------------------------------- */

static void
test_probe_reads_its_argument (void)
{
  static const struct
  {
    TbProbeKind kind;
    const char *argument;
    bool good;
  } cases[] = {
    { TB_PROBE_TCP, "6379", true },          { TB_PROBE_TCP, "0", false },
    { TB_PROBE_TCP, "65536", false },        { TB_PROBE_TCP, "", false },
    { TB_PROBE_TCP, "80 x", false },         { TB_PROBE_HTTP, "8080 /health?a=b", true },
    { TB_PROBE_HTTP, "8080", true },         { TB_PROBE_HTTP, "8080 health", false },
    { TB_PROBE_HTTP, "8080 /a b", false },   { TB_PROBE_HTTP, "8080 /a\r\nX: y", false },
    { TB_PROBE_RESP, "6379", true },         { TB_PROBE_LOG, "^ready|listening", true },
    { TB_PROBE_LOG, "(", false },            { TB_PROBE_NONE, "", true },
    { TB_PROBE_EXEC, "test -e x", true },    { (TbProbeKind) 99, "", false },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TbWireInstance in = { .id = (char *) "a/1", .probe = cases[i].kind,
                            .probe_argument = (char *) cases[i].argument };
      TbProbe probe = { 0 };
      char why[TB_SENTENCE] = "";
      g_assert_cmpint (tb_probe_init (&probe, &in, false, why), ==, cases[i].good);
      g_assert_cmpint (why[0] == '\0', ==, cases[i].good);
      tb_probe_clear (&probe);
    }
}

/* ---- The loop ---------------------------------------------------------------------------------- */

typedef struct
{
  TbLoop *loop;
  TbTimer *other;
  GString *order;
  char letter;
} Firing;

static void
on_fire (void *data, int64_t now_ns)
{
  Firing *f = data;
  g_string_append_c (f->order, f->letter);
  if (f->other != NULL)
    tb_loop_disarm (f->loop, f->other);
}

static void
test_timers_fire_when_due_and_can_disarm_each_other (void)
{
  TbLoop loop;
  GString *order = g_string_new (NULL);
  TbTimer a, b, c;
  Firing fa = { &loop, &b, order, 'a' }, fb = { &loop, &a, order, 'b' }, fc = { &loop, NULL, order, 'c' };
  g_assert_cmpint (tb_loop_open (&loop), ==, 0);
  a = (TbTimer) { .fire = on_fire, .data = &fa };
  b = (TbTimer) { .fire = on_fire, .data = &fb };
  c = (TbTimer) { .fire = on_fire, .data = &fc };
  tb_loop_arm (&loop, &a, 1);
  tb_loop_arm (&loop, &b, 1);
  tb_loop_arm (&loop, &c, tb_now_ns () + 20 * TB_NS_PER_MS);
  tb_loop_step (&loop);
  g_assert_cmpuint (order->len, ==, 1);
  for (int i = 0; i < 10 && order->len < 2; i++)
    tb_loop_step (&loop);
  g_assert_cmpint (order->str[1], ==, 'c');
  g_assert_cmpuint (loop.n_timers, ==, 0);
  g_string_free (order, TRUE);
  tb_loop_close (&loop);
}

/* ---- Trees and loads --------------------------------------------------------------------------- */

static void
count (pid_t pid, void *data)
{
  ++*(int *) data;
}

/* A child with two children of its own, all asleep; *tell says when they are there. */
static pid_t
family (void)
{
  int tell[2];
  char byte;
  g_assert_cmpint (pipe (tell), ==, 0);
  pid_t pid = fork ();
  if (pid == 0)
    {
      for (int i = 0; i < 2; i++)
        if (fork () == 0)
          for (;;)
            pause ();
      if (write (tell[1], "x", 1) != 1)
        _exit (1);
      for (;;)
        pause ();
    }
  g_assert_cmpint (read (tell[0], &byte, 1), ==, 1);
  close (tell[0]);
  close (tell[1]);
  return pid;
}

static void
test_tree_finds_and_kills_all (void)
{
  int children = 0, all = 0;
  prctl (PR_SET_CHILD_SUBREAPER, 1);
  pid_t pid = family ();
  tb_tree_children (pid, count, &children);
  tb_tree_descendants (getpid (), count, &all);
  g_assert_cmpint (children, ==, 2);
  g_assert_cmpint (all, ==, 3);
  tb_tree_kill_all (0);
  all = 0;
  tb_tree_descendants (getpid (), count, &all);
  g_assert_cmpint (all, ==, 0);
}

/* What is not below the one to begin with, and in no group of it, as well. */
static void
test_tree_kills_all_beside_the_first (void)
{
  int all = 0;
  sigset_t ended;
  prctl (PR_SET_CHILD_SUBREAPER, 1);
  sigemptyset (&ended);
  sigaddset (&ended, SIGCHLD);
  sigprocmask (SIG_BLOCK, &ended, NULL);
  pid_t first = family (), other = family ();
  g_assert_cmpint (first, !=, other);
  tb_tree_kill_all (first);
  sigprocmask (SIG_UNBLOCK, &ended, NULL);
  tb_tree_descendants (getpid (), count, &all);
  g_assert_cmpint (all, ==, 0);
}

static void
test_load_counts_what_is_below (void)
{
  pid_t pid = family ();
  TbLoad loads[3] = { { .leash = 0 }, { .leash = pid }, { .leash = 0x7ffffff0 } };
  tb_load_measure (loads, 3);
  g_assert_cmpuint (loads[1].n, ==, 2);
  g_assert_cmpuint (loads[1].rss_bytes, >, 0);
  g_assert_cmpuint (loads[0].n + loads[2].n, ==, 0);
  tb_tree_kill_all (0);
}

static int64_t
used_ns (clockid_t clock)
{
  struct timespec t;
  clock_gettime (clock, &t);
  return t.tv_sec * TB_NS_PER_S + t.tv_nsec;
}

/* A leash whose child works for 3 ms and then says how long it really was. */
static pid_t
working_family (int64_t *worked_ns)
{
  int tell[2];
  g_assert_cmpint (pipe (tell), ==, 0);
  pid_t leash = fork ();
  if (leash == 0 && fork () == 0)
    {
      while (used_ns (CLOCK_PROCESS_CPUTIME_ID) < 3 * TB_NS_PER_MS)
        ;
      int64_t worked = used_ns (CLOCK_PROCESS_CPUTIME_ID);
      if (write (tell[1], &worked, sizeof worked) != sizeof worked)
        _exit (1);
      pause ();
    }
  if (leash == 0)
    pause ();
  g_assert_cmpint (read (tell[0], worked_ns, sizeof *worked_ns), ==, sizeof *worked_ns);
  close (tell[0]);
  close (tell[1]);
  return leash;
}

static void
test_load_is_finer_than_ticks (void)
{
  int64_t worked_ns;
  prctl (PR_SET_CHILD_SUBREAPER, 1);
  TbLoad loads[2] = { { .leash = working_family (&worked_ns) }, { .leash = 0x7ffffff0, .before_ns = 5 } };
  tb_load_measure (loads, 2);
  g_assert_cmpint (loads[0].cpu_ns, >=, worked_ns);
  g_assert_cmpint (loads[0].cpu_ns, <, worked_ns + TB_NS_PER_MS); /* what goes by until it pauses */
  g_assert_cmpint (loads[1].cpu_ns, ==, 5);
  tb_tree_kill_all (0);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*test) (void);
  } tests[] = {
#define T(name) { "/agent/" #name, test_##name }
    T (log_splits_lines),
    T (log_keeps_the_last_line_that_says_something),
    T (log_cuts_endless_lines_for_looking_only),
    T (log_turns_when_it_is_full),
    T (log_is_made_when_it_is_told_of),
    T (log_keeps_the_order_of_a_long_beginning),
    T (log_that_cannot_be_made_says_why_once),
    T (log_survives_a_full_disk),
    T (log_counts_what_it_keeps_no_more),
    T (log_of_much_looks_at_the_end_where_nobody_wants_all),
    T (prepare_names_directory_and_log),
    T (prepare_lets_the_plan_override),
    T (prepare_remarks_on_set_uid),
    T (prepare_refuses_what_cannot_be),
    T (probe_reads_its_argument),
    T (timers_fire_when_due_and_can_disarm_each_other),
    T (tree_finds_and_kills_all),
    T (tree_kills_all_beside_the_first),
    T (load_counts_what_is_below),
    T (load_is_finer_than_ticks),
#undef T
  };
  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_func (tests[i].name, tests[i].test);
  return g_test_run ();
}
