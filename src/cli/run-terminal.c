/* Keys of the terminal that a run is watched in.
 *
 *   taking keys ── Ctrl-Z ──▶ suspended: the terminal as it was, this process stopped, the run going on
 *        ▲────────────────── the shell's fg ─────────────────────┘
 *
 * Line by line and echo are off, signals stay the terminal's: Ctrl-C is SIGINT as ever. */
#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "run-private.h"
#include "tb-held.h"

struct TbRunTerminal
{
  TbSession *session;
  TbRunView *view;
  void (*draw) (gpointer data), (*stop) (gpointer data);
  gpointer data;
  TbKeyReader reader;
  struct termios before;
  guint keys, size; /* sources */
};

/* ---- The terminal ---------------------------------------------------------------------------------- */

static gboolean
is_ours (void)
{
  return isatty (STDIN_FILENO) && tcgetpgrp (STDIN_FILENO) == getpgrp ();
}

static gboolean
begin_keys (TbRunTerminal *t)
{
  struct termios keys;
  if (!is_ours () || tcgetattr (STDIN_FILENO, &t->before) != 0)
    return FALSE;
  keys = t->before;
  keys.c_lflag &= ~(tcflag_t) (ICANON | ECHO);
  keys.c_cc[VMIN] = 1;
  keys.c_cc[VTIME] = 0;
  keys.c_cc[VSUSP] = _POSIX_VDISABLE; /* it comes as a key: the terminal is given back first */
  return tcsetattr (STDIN_FILENO, TCSADRAIN, &keys) == 0;
}

static void
end_keys (TbRunTerminal *t)
{
  if (is_ours ())
    tcsetattr (STDIN_FILENO, TCSADRAIN, &t->before);
}

/* The agent goes on meanwhile; what it says waits in its socket. */
static void
suspend (TbRunTerminal *t)
{
  static const char show[] = "\033[?25h";
  end_keys (t);
  if (write (STDOUT_FILENO, show, sizeof show - 1) < 0)
    return;
  raise (SIGTSTP); /* this process alone: the run goes on */
  begin_keys (t);
  t->draw (t->data);
}

/* ---- What is done ------------------------------------------------------------------------------------ */

/* Of the fault that tb_session_hold() makes. */
static char *
hold_id (const char *link)
{
  return g_strdup_printf ("hold:%s", link);
}

static void
step (TbRunTerminal *t, const char *link)
{
  g_autofree char *id = hold_id (link);
  TbSessionFault fault;
  if (!tb_session_fault (t->session, id, &fault))
    {
      tb_session_hold (t->session, link, TRUE);
      tb_run_view_note (t->view, "the messages of %s wait; s lets one go, g all", link);
      return;
    }
  tb_session_step_fault (t->session, id, 1);
  tb_run_view_note (t->view, "one message of %s goes on", link);
}

static void
go_on (TbRunTerminal *t, const char *link)
{
  tb_session_hold (t->session, link, FALSE);
  tb_run_view_note (t->view, "the messages of %s go on", link);
}

static void
act_on_link (TbRunTerminal *t, TbRunDo what, const char *link)
{
  if (tb_plan_find_link (tb_session_plan (t->session), link) < 0)
    tb_run_view_note (t->view, "%s is not drawn, so nothing can be done to it", link);
  else if (what == TB_DO_CUT)
    {
      tb_session_cut (t->session, link);
      tb_run_view_note (t->view, "cuts %s; h heals it", link);
    }
  else if (what == TB_DO_HEAL)
    {
      tb_session_heal (t->session, link);
      tb_run_view_note (t->view, "heals %s", link);
    }
  else if (what == TB_DO_STEP)
    step (t, link);
  else
    go_on (t, link);
}

static void
act_on_instance (TbRunTerminal *t, TbRunDo what, const char *instance)
{
  int index = tb_plan_find_instance (tb_session_plan (t->session), instance);
  gboolean paused
    = index >= 0
      && tb_session_instance_state (t->session, (guint) index, NULL) == TB_INSTANCE_PAUSED;
  const char *verb = what == TB_DO_KILL ? "kills" : what == TB_DO_RESTART ? "starts again" : paused ? "resumes" : "pauses";
  tb_session_instance_command (t->session,
                               what == TB_DO_KILL      ? TB_COMMAND_KILL
                               : what == TB_DO_RESTART ? TB_COMMAND_RESTART
                               : paused                ? TB_COMMAND_RESUME
                                                       : TB_COMMAND_PAUSE,
                               instance);
  tb_run_view_note (t->view, "%s %s", verb, instance);
}

static void
carry_out (TbRunTerminal *t, TbRunDo what, const char *subject)
{
  switch (what)
    {
    case TB_DO_CUT:
    case TB_DO_HEAL:
    case TB_DO_STEP:
    case TB_DO_GO_ON: act_on_link (t, what, subject); break;
    case TB_DO_KILL:
    case TB_DO_PAUSE:
    case TB_DO_RESTART: act_on_instance (t, what, subject); break;
    case TB_DO_HEAL_ALL:
      tb_session_heal_all (t->session);
      tb_run_view_note (t->view, "heals every cut and partition");
      break;
    case TB_DO_STOP: t->stop (t->data); break;
    case TB_DO_SUSPEND: suspend (t); break;
    case TB_DO_NOTHING:
    case TB_DO_DRAW:
    default: break;
    }
}

/* ---- Its events -------------------------------------------------------------------------------------- */

static void
take_key (TbKey key, gpointer data)
{
  TbRunTerminal *t = data;
  const char *subject;
  g_autoptr (TbLiveFrame) frame = tb_session_look (t->session);
  if (frame == NULL)
    return;
  TbRunDo what = tb_run_view_key (t->view, frame, key, &subject);
  carry_out (t, what, subject);
}

static gboolean
on_keys (int fd, GIOCondition condition, gpointer data)
{
  TbRunTerminal *t = data;
  char bytes[256];
  ssize_t n = read (fd, bytes, sizeof bytes);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  if (n <= 0)
    {
      t->keys = 0;
      return G_SOURCE_REMOVE;
    }
  tb_keys_take (&t->reader, bytes, (gsize) n, take_key, t);
  t->draw (t->data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_size (gpointer data)
{
  TbRunTerminal *t = data;
  t->draw (t->data);
  return G_SOURCE_CONTINUE;
}

TbRunTerminal *
tb_run_terminal_new (TbSession *session, TbRunView *view, void (*draw) (gpointer data),
                     void (*stop) (gpointer data), gpointer data)
{
  TbRunTerminal *t = g_new0 (TbRunTerminal, 1);
  t->session = session;
  t->view = view;
  t->draw = draw;
  t->stop = stop;
  t->data = data;
  if (!begin_keys (t))
    {
      g_free (t);
      return NULL;
    }
  t->keys = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_keys, t);
  t->size = g_unix_signal_add (SIGWINCH, on_size, t);
  return t;
}

void
tb_run_terminal_free (TbRunTerminal *t)
{
  if (t == NULL)
    return;
  g_clear_handle_id (&t->keys, g_source_remove);
  g_clear_handle_id (&t->size, g_source_remove);
  end_keys (t);
  g_free (t);
}
