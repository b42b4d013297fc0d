/* Terminals of a run: who attaches sees and types, nobody is waited for, debuggers come and go. */
#include "fixture.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tb-terminal.h"

typedef struct
{
  int socket;
  GString *text;  /* all that was shown */
  GString *notes; /* sentences, each in a line */
  int typed_to;   /* of the last ATTACHED; -1: none yet */
  gboolean ended;
} Screen;

static void
say (Screen *s, TbTerminalMessage type, const char *bytes)
{
  const TbTerminalFrame frame = { .type = type, .bytes = bytes, .n = strlen (bytes) };
  g_assert_true (tb_terminal_send (s->socket, &frame, 5000));
}

static Screen *
screen_new (Fixture *f, TbTerminalKind kind, const char *instance)
{
  Screen *s = g_new0 (Screen, 1);
  const TbTerminalFrame frame = { .type = TB_TERMINAL_OPEN, .value = (guint8) kind, .rows = 33,
                                  .columns = 99, .bytes = instance, .n = strlen (instance) };
  s->socket = tb_terminal_connect (f->dir);
  g_assert_cmpint (s->socket, >=, 0);
  s->text = g_string_new (NULL);
  s->notes = g_string_new (NULL);
  s->typed_to = -1;
  g_assert_true (tb_terminal_send (s->socket, &frame, 5000));
  return s;
}

static void
screen_free (Screen *s)
{
  close (s->socket);
  g_string_free (s->text, TRUE);
  g_string_free (s->notes, TRUE);
  g_free (s);
}

static void
take (Screen *s)
{
  guint8 bytes[TB_TERMINAL_MESSAGE_MAX];
  TbTerminalFrame frame;
  ssize_t n;
  while (!s->ended && (n = recv (s->socket, bytes, sizeof bytes, MSG_DONTWAIT)) >= 0)
    {
      if (n == 0)
        {
          s->ended = TRUE;
          return;
        }
      g_assert_true (tb_terminal_read (bytes, (gsize) n, &frame));
      if (frame.type == TB_TERMINAL_DATA)
        g_string_append_len (s->text, frame.bytes, (gssize) frame.n);
      else if (frame.type == TB_TERMINAL_ATTACHED)
        s->typed_to = frame.value;
      else
        g_string_append_printf (s->notes, "%.*s\n", (int) frame.n, frame.bytes);
      s->ended = frame.type == TB_TERMINAL_END;
    }
}

typedef struct
{
  Screen *screen;
  const char *text, *note;
} Wanted;

static gboolean
has_come (Fixture *f, gpointer data)
{
  Wanted *w = data;
  take (w->screen);
  return (w->text == NULL || strstr (w->screen->text->str, w->text) != NULL)
         && (w->note == NULL || strstr (w->screen->notes->str, w->note) != NULL)
         && (w->text != NULL || w->note != NULL || w->screen->ended);
}

/* What the screen and what the viewer are told, as it comes. */
static gboolean
await (Fixture *f, Wanted wanted)
{
  gint64 until = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
  while (g_get_monotonic_time () < until)
    {
      struct pollfd fd = { wanted.screen->ended ? -1 : wanted.screen->socket, POLLIN, 0 };
      if (fixture_wait (f, has_come, &wanted, 0.001))
        return TRUE;
      poll (&fd, 1, 20);
    }
  return FALSE;
}

static void
await_text (Fixture *f, Screen *s, const char *text)
{
  if (!await (f, (Wanted) { s, text, NULL }))
    g_error ("“%s” did not come; the screen shows “%s”, notes “%s”", text, s->text->str, s->notes->str);
}

static void
await_note (Fixture *f, Screen *s, const char *note)
{
  if (!await (f, (Wanted) { s, NULL, note }))
    g_error ("“%s” was not said; the screen shows “%s”, notes “%s”", note, s->text->str, s->notes->str);
}

static Fixture *
one_in_a_terminal (const char *script)
{
  Fixture *f = fixture_new (1);
  fixture_shell (f, 0, script);
  fixture_probe (f, 0, TB_PROBE_LOG, "^up");
  f->plan.instances[0].terminal = true;
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 30));
  return f;
}

/* ---- An instance's own ------------------------------------------------------------------------- */

static void
test_what_is_typed_is_read_and_what_is_written_is_shown (void)
{
  Fixture *f = one_in_a_terminal ("echo up; while read line; do echo \"got $line\"; done");
  Screen *s = screen_new (f, TB_TERMINAL_OF_INSTANCE, "a/1");
  await_text (f, s, "up\r\n"); /* printed before anybody looked */
  g_assert_cmpint (s->typed_to, ==, 1);
  say (s, TB_TERMINAL_DATA, "hello\n");
  await_text (f, s, "got hello\r\n");
  screen_free (s);
  g_assert_true (fixture_wait (f, fixture_log_has, (gpointer) "got hello\n", 30));
  g_autofree char *log = fixture_read_log (f, 0);
  g_assert_null (strchr (log, '\r'));
  fixture_end (f);
}

static void
test_it_is_as_large_as_the_screen_that_shows_it (void)
{
  Fixture *f = one_in_a_terminal ("trap 'stty size' WINCH; echo up; while :; do sleep 0.05; done");
  Screen *s = screen_new (f, TB_TERMINAL_OF_INSTANCE, "a/1");
  await_text (f, s, "33 99\r\n");
  const TbTerminalFrame size = { .type = TB_TERMINAL_SIZE, .rows = 12, .columns = 44 };
  g_assert_true (tb_terminal_send (s->socket, &size, 5000));
  await_text (f, s, "12 44\r\n");
  screen_free (s);
  fixture_end (f);
}

static void
test_a_key_interrupts_what_runs_in_it (void)
{
  Fixture *f = one_in_a_terminal ("trap 'echo interrupted' INT; echo up; while :; do sleep 0.05; done");
  Screen *s = screen_new (f, TB_TERMINAL_OF_INSTANCE, "a/1");
  say (s, TB_TERMINAL_DATA, "\003");
  await_text (f, s, "interrupted\r\n");
  screen_free (s);
  fixture_end (f);
}

static void
test_several_see_the_same (void)
{
  Fixture *f = one_in_a_terminal ("echo up; while read line; do echo \"got $line\"; done");
  Screen *one = screen_new (f, TB_TERMINAL_OF_INSTANCE, "a/1"),
         *two = screen_new (f, TB_TERMINAL_OF_INSTANCE, "a/1");
  await_text (f, one, "up");
  await_text (f, two, "up");
  say (one, TB_TERMINAL_DATA, "x\n");
  await_text (f, two, "got x");
  screen_free (one);
  screen_free (two);
  fixture_end (f);
}

static void
test_one_without_a_terminal_is_shown_and_gets_one_when_asked (void)
{
  Fixture *f = fixture_new (1);
  fixture_shell (f, 0, "echo up; test -t 0 && echo with $TERM; cat; exec sleep 1000");
  fixture_probe (f, 0, TB_PROBE_LOG, "^up");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 30));
  Screen *s = screen_new (f, TB_TERMINAL_OF_INSTANCE, "a/1");
  await_text (f, s, "up\r\n");
  g_assert_cmpint (s->typed_to, ==, 0);
  say (s, TB_TERMINAL_DATA, "x");
  await_note (f, s, "reads nothing that is typed");
  say (s, TB_TERMINAL_RESTART, "");
  await_text (f, s, "with xterm");
  g_assert_cmpint (s->typed_to, ==, 1);
  say (s, TB_TERMINAL_DATA, "typed\n");
  await_text (f, s, "typed\r\ntyped\r\n"); /* the terminal's echo, and the program */
  screen_free (s);
  fixture_end (f);
}

static void
test_its_end_is_said_and_its_next_life_shown (void)
{
  Fixture *f = one_in_a_terminal ("echo up; read line; exit 3");
  Screen *s = screen_new (f, TB_TERMINAL_OF_INSTANCE, "a/1");
  await_text (f, s, "up");
  say (s, TB_TERMINAL_DATA, "\n");
  await_note (f, s, "a/1 exited with status 3");
  g_string_truncate (s->text, 0);
  fixture_send_name (f, TB_COMMAND_RESTART, "a/1");
  await_text (f, s, "up");
  g_assert_cmpint (s->typed_to, ==, 1);
  screen_free (s);
  fixture_end (f);
}

static gboolean
has_printed_much (Fixture *f, gpointer data)
{
  return f->instances[0].log_size > 3 << 20;
}

/* One who does not look holds nobody up, and is told how much it missed. */
static void
test_nobody_is_waited_for (void)
{
  Fixture *f = one_in_a_terminal ("echo up; read line; yes | head -c 4000000; echo done; exec sleep 1000");
  Screen *s = screen_new (f, TB_TERMINAL_OF_INSTANCE, "a/1");
  await_text (f, s, "up");
  say (s, TB_TERMINAL_DATA, "\n");
  g_assert_true (fixture_wait (f, has_printed_much, NULL, 30));
  await_note (f, s, "bytes were left out");
  screen_free (s);
  fixture_end (f);
}

static void
test_what_cannot_be_is_said (void)
{
  Fixture *f = one_in_a_terminal ("echo up; exec sleep 1000");
  Screen *s = screen_new (f, TB_TERMINAL_OF_INSTANCE, "b/7");
  await_note (f, s, "there is no instance");
  g_assert_true (s->ended);
  screen_free (s);
  s = screen_new (f, TB_TERMINAL_OF_INSTANCE, "a/1");
  g_assert_cmpint ((int) send (s->socket, "?!", 2, 0), ==, 2);
  g_assert_true (await (f, (Wanted) { s, NULL, NULL }));
  screen_free (s);
  g_assert_cmpint (f->instances[0].state, ==, TB_INSTANCE_READY);
  fixture_end (f);
}

static void
test_the_end_of_the_run_is_said (void)
{
  Fixture *f = one_in_a_terminal ("echo up; exec sleep 1000");
  Screen *s = screen_new (f, TB_TERMINAL_OF_INSTANCE, "a/1");
  await_text (f, s, "up");
  fixture_send (f, TB_COMMAND_STOP);
  await_note (f, s, "the run is over");
  screen_free (s);
  fixture_end (f);
}

/* One who types faster than the program reads is held back, and loses nothing. */
static void
test_whoever_types_is_held_back (void)
{
  Fixture *f = one_in_a_terminal ("stty raw -echo; echo up; sleep 0.3; head -c 500000 | cksum; exec sleep 1000");
  Screen *s = screen_new (f, TB_TERMINAL_OF_INSTANCE, "a/1");
  g_autofree char *bytes = g_strnfill (10000, 'x');
  await_text (f, s, "up");
  for (int i = 0; i < 50; i++)
    {
      const TbTerminalFrame frame = { .type = TB_TERMINAL_DATA, .bytes = bytes, .n = 10000 };
      g_assert_true (tb_terminal_send (s->socket, &frame, 30000));
    }
  await_text (f, s, " 500000");
  screen_free (s);
  fixture_end (f);
}

static gboolean
runs_again (Fixture *f, gpointer data)
{
  return f->instances[0].restarts >= 2 && f->instances[0].state == TB_INSTANCE_READY;
}

static gboolean
runs_under (Fixture *f, const char *tool)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/cmdline", f->instances[0].pid), *text = NULL;
  return g_file_get_contents (path, &text, NULL, NULL) && g_str_equal (text, tool);
}

/* For one life: the next is as it was drawn. */
static void
test_it_is_started_under_a_tool (void)
{
  if (fixture_is_missing ("strace"))
    return;
  Fixture *f = fixture_new (1);
  fixture_command (f, 0, "sh", "-c", "echo up; exec sleep 1000", NULL);
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 30));
  Screen *s = screen_new (f, TB_TERMINAL_OF_INSTANCE, "a/1");
  await_text (f, s, "up");
  say (s, TB_TERMINAL_RESTART, "strace");
  await_text (f, s, "execve(");
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_READY, 30));
  g_assert_true (runs_under (f, "strace"));
  fixture_send_name (f, TB_COMMAND_RESTART, "a/1");
  g_assert_true (fixture_wait (f, runs_again, NULL, 30));
  g_assert_false (runs_under (f, "strace"));
  screen_free (s);
  fixture_end (f);
}

static void
test_a_tool_that_is_not_there_is_said (void)
{
  Fixture *f = fixture_new (1);
  fixture_command (f, 0, "/bin/sleep", "1000", NULL);
  fixture_env (f, 0, "PATH", "/nonexistent");
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 30));
  Screen *s = screen_new (f, TB_TERMINAL_OF_INSTANCE, "a/1");
  say (s, TB_TERMINAL_RESTART, "valgrind");
  await_note (f, s, "cannot run «valgrind»: it is not installed; the package valgrind brings it");
  screen_free (s);
  fixture_end (f);
}

/* ---- Debuggers --------------------------------------------------------------------------------- */

static gboolean
is_traced (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", pid), *text = NULL;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  return strstr (text, "\nTracerPid:\t0\n") == NULL;
}

static gboolean
nobody_traces (Fixture *f, gpointer data)
{
  return !is_traced (f->instances[0].pid);
}

static char
process_state (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid), *text = NULL;
  return g_file_get_contents (path, &text, NULL, NULL) ? strrchr (text, ')')[2] : '?';
}

static gboolean
stands_still (Fixture *f, gpointer data)
{
  return process_state (f->instances[0].pid) == 'T';
}

static gboolean
sleeps (Fixture *f, gpointer data)
{
  return process_state (f->instances[0].pid) == 'S';
}

/* False: a debugger cannot trace here, whoever it is. */
static gboolean
can_debug (Fixture *f, Screen *s)
{
  await_text (f, s, "(gdb)");
  if (strstr (s->text->str, "ptrace: ") == NULL)
    return TRUE;
  g_test_skip ("nobody may trace here");
  return FALSE;
}

static Fixture *
paused_one (void)
{
  Fixture *f = fixture_new (1);
  fixture_command (f, 0, "sleep", "1000", NULL);
  fixture_start (f);
  g_assert_true (fixture_wait_all_ready (f, 30));
  fixture_send_name (f, TB_COMMAND_PAUSE, "a/1");
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_PAUSED, 30));
  return f;
}

static void
test_a_debugger_attaches_to_a_paused_instance (void)
{
  if (fixture_is_missing ("gdb"))
    return;
  Fixture *f = paused_one ();
  Screen *s = screen_new (f, TB_TERMINAL_DEBUGGER, "a/1");
  if (can_debug (f, s))
    {
      g_assert_true (is_traced (f->instances[0].pid));
      say (s, TB_TERMINAL_DATA, "print 6 * 7\n");
      await_text (f, s, "= 42");
      say (s, TB_TERMINAL_DATA, "detach\nquit\n");
      await_note (f, s, "gdb has ended");
      /* As paused as the picture says. */
      g_assert_true (fixture_wait (f, stands_still, NULL, 30));
      fixture_send_name (f, TB_COMMAND_RESUME, "a/1");
      g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_READY, 30));
    }
  screen_free (s);
  fixture_end (f);
}

/* One that has been paused, and goes on. */
static Fixture *
resumed_one (void)
{
  Fixture *f = paused_one ();
  fixture_send_name (f, TB_COMMAND_RESUME, "a/1");
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_READY, 30));
  return f;
}

static void
test_a_debugger_that_nobody_sees_lets_go (void)
{
  if (fixture_is_missing ("gdb"))
    return;
  Fixture *f = resumed_one ();
  Screen *s = screen_new (f, TB_TERMINAL_DEBUGGER, "a/1");
  gboolean can = can_debug (f, s);
  screen_free (s);
  if (can)
    g_assert_true (fixture_wait (f, nobody_traces, NULL, 30));
  g_assert_true (fixture_wait (f, sleeps, NULL, 30));
  fixture_end (f);
}

static void
test_a_stop_is_not_held_up_by_a_debugger (void)
{
  if (fixture_is_missing ("gdb"))
    return;
  Fixture *f = resumed_one ();
  Screen *s = screen_new (f, TB_TERMINAL_DEBUGGER, "a/1");
  if (can_debug (f, s))
    {
      fixture_send_name (f, TB_COMMAND_HALT, "a/1");
      /* By its signal, not by being killed when its time was over. */
      g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_STOPPED, 30));
      await_note (f, s, "gdb has ended");
    }
  screen_free (s);
  fixture_end (f);
}

static void
test_one_that_does_not_run_cannot_be_debugged (void)
{
  Fixture *f = fixture_new (2);
  fixture_command (f, 0, "true", NULL);
  fixture_command (f, 1, "sleep", "1000", NULL);
  fixture_start (f);
  g_assert_true (fixture_wait_state (f, 0, TB_INSTANCE_STOPPED, 30));
  Screen *s = screen_new (f, TB_TERMINAL_DEBUGGER, "a/1");
  await_note (f, s, "a/1 does not run");
  screen_free (s);
  fixture_end (f);
}

int
main (int argc, char **argv)
{
  static const FixtureTest tests[] = {
#define T(name) { "/terminal/" #name, test_##name }
    T (what_is_typed_is_read_and_what_is_written_is_shown),
    T (it_is_as_large_as_the_screen_that_shows_it),
    T (a_key_interrupts_what_runs_in_it),
    T (several_see_the_same),
    T (one_without_a_terminal_is_shown_and_gets_one_when_asked),
    T (its_end_is_said_and_its_next_life_shown),
    T (nobody_is_waited_for),
    T (what_cannot_be_is_said),
    T (the_end_of_the_run_is_said),
    T (whoever_types_is_held_back),
    T (it_is_started_under_a_tool),
    T (a_tool_that_is_not_there_is_said),
    T (a_debugger_attaches_to_a_paused_instance),
    T (a_debugger_that_nobody_sees_lets_go),
    T (a_stop_is_not_held_up_by_a_debugger),
    T (one_that_does_not_run_cannot_be_debugged),
#undef T
  };
  return fixture_run_tests (argc, argv, tests, G_N_ELEMENTS (tests));
}
