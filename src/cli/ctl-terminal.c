/* tierboard ctl attach, debug: this terminal becomes one of the run's.
 *
 *   connected ── OPEN ── attached ── Ctrl-], END, a signal ── let go
 *
 * What is typed goes there byte by byte, Ctrl-C too; only the key that lets go stays here. */
#include "ctl-terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "cli.h"

#define LET_GO 0x1d /* Ctrl-] */
#define SEND_WAIT_MS 5000

typedef struct
{
  const char *instance, *under;
  TbTerminalKind kind;
  int socket, signals;
  gboolean restart, attached, raw, input_ended, over;
  gboolean in_line; /* what was typed last ended none */
  struct termios before;
  TbExitStatus status;
} Attached;

/* ---- This terminal -------------------------------------------------------------------------------- */

static void
begin_raw (Attached *t)
{
  struct termios raw;
  if (!isatty (STDIN_FILENO) || tcgetattr (STDIN_FILENO, &t->before) != 0)
    return;
  raw = t->before;
  cfmakeraw (&raw);
  t->raw = tcsetattr (STDIN_FILENO, TCSANOW, &raw) == 0;
}

static void
end_raw (Attached *t)
{
  if (t->raw)
    tcsetattr (STDIN_FILENO, TCSADRAIN, &t->before);
  t->raw = FALSE;
}

static void
say (const Attached *t, const char *sentence)
{
  gboolean colour = tb_cli_wants_colour (STDERR_FILENO);
  fprintf (stderr, "%s%s[%s]%s%s\n", t->raw ? "\r" : "", colour ? "\033[2m" : "", sentence,
           colour ? "\033[0m" : "", t->raw ? "\r" : "");
}

static void
get_size (guint16 *rows, guint16 *columns)
{
  struct winsize size = { 0 };
  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
    ioctl (STDIN_FILENO, TIOCGWINSZ, &size);
  *rows = size.ws_row > 0 ? size.ws_row : 24;
  *columns = size.ws_col > 0 ? size.ws_col : 80;
}

static void
write_all (const char *bytes, gsize n)
{
  while (n > 0)
    {
      ssize_t wrote = write (STDOUT_FILENO, bytes, n);
      if (wrote < 0 && errno != EINTR)
        return;
      bytes += MAX (wrote, 0);
      n -= (gsize) MAX (wrote, 0);
    }
}

/* ---- To the run ----------------------------------------------------------------------------------- */

static void
tell (Attached *t, const TbTerminalFrame *frame)
{
  if (tb_terminal_send (t->socket, frame, SEND_WAIT_MS))
    return;
  say (t, "the run takes nothing any more");
  t->over = TRUE;
}

static void
open_there (Attached *t)
{
  TbTerminalFrame frame = { .type = TB_TERMINAL_OPEN, .value = (guint8) t->kind,
                            .bytes = t->instance, .n = strlen (t->instance) };
  get_size (&frame.rows, &frame.columns);
  tell (t, &frame);
  if (t->restart)
    tell (t, &(TbTerminalFrame) { .type = TB_TERMINAL_RESTART, .bytes = t->under,
                                  .n = t->under != NULL ? strlen (t->under) : 0 });
}

static void
resize (Attached *t)
{
  TbTerminalFrame frame = { .type = TB_TERMINAL_SIZE };
  get_size (&frame.rows, &frame.columns);
  tell (t, &frame);
}

/* The end of what is typed here ends a debugger, which has nothing else to live for. */
static void
take_input (Attached *t)
{
  /* The key for it would be lost while gdb starts. An empty line would repeat what was last. */
  const char *quit = t->in_line ? "\nquit\ny\n" : "quit\ny\n";
  char bytes[4096];
  ssize_t n = read (STDIN_FILENO, bytes, sizeof bytes);
  if (n < 0 && (errno == EINTR || errno == EAGAIN))
    return;
  t->input_ended = n <= 0;
  if (t->input_ended && t->kind == TB_TERMINAL_DEBUGGER)
    tell (t, &(TbTerminalFrame) { .type = TB_TERMINAL_DATA, .bytes = quit, .n = strlen (quit) });
  if (t->input_ended)
    return;
  const char *key = t->raw ? memchr (bytes, LET_GO, (gsize) n) : NULL;
  gsize typed = key != NULL ? (gsize) (key - bytes) : (gsize) n;
  t->in_line = bytes[n - 1] != '\n';
  if (typed > 0)
    tell (t, &(TbTerminalFrame) { .type = TB_TERMINAL_DATA, .bytes = bytes, .n = typed });
  t->over |= key != NULL;
}

/* ---- From the run --------------------------------------------------------------------------------- */

static void
say_attached (Attached *t, gboolean typed_to)
{
  g_autofree char *first
    = g_strdup_printf ("%s %s%s", t->kind == TB_TERMINAL_DEBUGGER ? "debugging" : "attached to",
                       t->instance, t->raw ? "; Ctrl-] lets go" : "");
  g_autofree char *none
    = g_strdup_printf ("%s has no terminal: what it prints is shown, and nothing can be typed; "
                       "“tierboard ctl attach --restart %s” starts it again in one",
                       t->instance, t->instance);
  if (!t->attached)
    say (t, first);
  if (!t->attached && !typed_to && !t->restart)
    say (t, none);
  t->attached = TRUE;
}

static void
take_frame (Attached *t, const TbTerminalFrame *frame)
{
  g_autofree char *words = g_strndup (frame->bytes, frame->n);
  if (frame->type == TB_TERMINAL_DATA)
    write_all (frame->bytes, frame->n);
  else if (frame->type == TB_TERMINAL_ATTACHED)
    say_attached (t, frame->value != 0);
  else if (frame->type == TB_TERMINAL_NOTE)
    say (t, words);
  else if (frame->type == TB_TERMINAL_END && t->attached)
    say (t, words);
  else if (frame->type == TB_TERMINAL_END)
    {
      tb_cli_error ("%s", words);
      t->status = TB_EXIT_REFUSED;
    }
  t->over |= frame->type == TB_TERMINAL_END;
}

static void
take_output (Attached *t)
{
  guint8 bytes[TB_TERMINAL_MESSAGE_MAX];
  TbTerminalFrame frame;
  ssize_t n = recv (t->socket, bytes, sizeof bytes, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n > 0 && tb_terminal_read (bytes, (gsize) n, &frame))
    take_frame (t, &frame);
  else
    t->over = TRUE;
}

/* ---- Both ----------------------------------------------------------------------------------------- */

static void
take_signal (Attached *t)
{
  struct signalfd_siginfo info;
  if (read (t->signals, &info, sizeof info) != sizeof info)
    return;
  if (info.ssi_signo == SIGWINCH)
    resize (t);
  else
    t->over = TRUE;
}

static void
go_on (Attached *t)
{
  while (!t->over)
    {
      struct pollfd fds[] = { { t->socket, POLLIN, 0 },
                              { t->signals, POLLIN, 0 },
                              { t->input_ended ? -1 : STDIN_FILENO, POLLIN, 0 } };
      if (poll (fds, G_N_ELEMENTS (fds), -1) < 0)
        continue;
      if (fds[0].revents != 0)
        take_output (t);
      if (fds[1].revents != 0)
        take_signal (t);
      if (fds[2].revents != 0)
        take_input (t);
    }
}

TbExitStatus
tb_ctl_attach (const char *run_dir, const char *instance, TbTerminalKind kind, gboolean restart,
               const char *under)
{
  Attached t = { .instance = instance, .under = under, .kind = kind, .restart = restart || under != NULL,
                 .status = TB_EXIT_YES };
  sigset_t watched, before;
  t.socket = tb_terminal_connect (run_dir);
  if (t.socket < 0)
    {
      tb_cli_error ("the run's terminals cannot be reached: %s", g_strerror (-t.socket));
      return TB_EXIT_FAILED;
    }
  sigemptyset (&watched);
  sigaddset (&watched, SIGWINCH);
  sigaddset (&watched, SIGTERM);
  sigaddset (&watched, SIGINT);
  sigaddset (&watched, SIGHUP);
  sigprocmask (SIG_BLOCK, &watched, &before);
  t.signals = signalfd (-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
  begin_raw (&t);
  open_there (&t);
  go_on (&t);
  end_raw (&t);
  close (t.signals);
  close (t.socket);
  sigprocmask (SIG_SETMASK, &before, NULL);
  if (t.attached && isatty (STDIN_FILENO))
    say (&t, "let go");
  return t.status;
}
