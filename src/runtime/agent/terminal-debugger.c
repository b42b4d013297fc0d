/* gdb on an instance's main process, in a terminal of its own. It runs as the instance does, under a
 * leash of its own, so that it goes when the agent goes; and it hangs up when nobody sees it, or
 * when the instance is to end: a debugger that dies lets the program go on. */
#include "terminal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HUNG_UP_NS (2 * TB_NS_PER_S)

Debugger *
tb_debugger_of (Agent *a, const Terminal *t)
{
  for (size_t i = 0; i < TB_DEBUGGERS_MAX; i++)
    if (&a->terminals->debuggers[i].terminal == t)
      return &a->terminals->debuggers[i];
  TB_CHECK (!"a terminal of no debugger");
  return NULL;
}

/* Nothing of it is left. A pause that it went into holds again, as the picture says. */
static void
finish (Debugger *d)
{
  Agent *a = d->agent;
  Instance *in = a->instances[d->terminal.instance];
  tb_loop_disarm (&a->loop, &d->end);
  tb_loop_forget (&a->loop, &d->pty);
  d->leash = 0;
  tb_terminal_tell (a, &d->terminal, TB_TERMINAL_END, 0, d->sentence);
  if (tb_supervisor_state (a->supervisor, in->index).state == TB_INSTANCE_PAUSED)
    tb_leash_command (in->control.fd, TB_LEASH_FREEZE, 0);
}

static void
on_output (void *data, uint32_t events)
{
  Debugger *d = data;
  Agent *a = d->agent;
  char bytes[TB_TERMINAL_BYTES_MAX];
  if ((events & EPOLLOUT) != 0)
    tb_terminal_flush_typed (a, &d->terminal);
  ssize_t n = read (d->pty.fd, bytes, sizeof bytes);
  if (n > 0)
    tb_terminal_show (a, &d->terminal, bytes, (size_t) n);
  else if (n == 0 || (errno != EAGAIN && errno != EINTR))
    tb_loop_forget (&a->loop, &d->pty);
}

static void
say_end (Debugger *d, const TbReport *report)
{
  char why[64];
  if (report->kind == TB_REPORT_EXITED)
    snprintf (d->sentence, sizeof d->sentence, "gdb has ended");
  else if (report->value == ENOENT)
    snprintf (d->sentence, sizeof d->sentence,
              "gdb is not installed; the package gdb brings it");
  else
    snprintf (d->sentence, sizeof d->sentence, "cannot start gdb: %s",
              tb_words_for_errno (report->value, why, sizeof why));
}

static void
on_control (void *data, uint32_t events)
{
  Debugger *d = data;
  TbReport report = tb_leash_receive (d->control.fd);
  if (report.fd >= 0)
    close (report.fd);
  if (report.kind == TB_REPORT_EXITED || report.kind == TB_REPORT_REFUSED)
    {
      say_end (d, &report);
      tb_leash_command (d->control.fd, TB_LEASH_KILL, 0);
    }
  if (report.kind != TB_REPORT_GONE)
    return;
  for (int i = 0; i < 64 && d->pty.fd >= 0; i++)
    on_output (d, 0);
  tb_loop_forget (&d->agent->loop, &d->control);
  finish (d);
}

static void
on_overdue (void *data, int64_t now_ns)
{
  Debugger *d = data;
  if (d->control.fd >= 0)
    tb_leash_command (d->control.fd, TB_LEASH_KILL, 0);
}

void
tb_debugger_hang_up (Debugger *d)
{
  Agent *a = d->agent;
  tb_loop_forget (&a->loop, &d->pty);
  if (d->control.fd < 0)
    return;
  tb_leash_command (d->control.fd, TB_LEASH_SIGNAL, SIGHUP);
  tb_loop_arm (&a->loop, &d->end, tb_now_ns () + HUNG_UP_NS);
}

/* Its own files, not those of the program's namespace: they are the same but for /etc/hosts. */
static int
spawn (Debugger *d, const Instance *in, int out)
{
  char pid[16], program[] = "gdb", quiet[] = "-q", before[] = "-iex", root[] = "set sysroot",
       fetch[] = "set debuginfod enabled off", of[] = "-p", term[] = "TERM=xterm-256color";
  char *argv[] = { program, quiet, before, root, before, fetch, of, pid, NULL };
  TbLeashSpec spec = in->prepared.spec;
  size_t n = 0;
  while (spec.envp[n] != NULL)
    n++;
  char **envp = calloc (n + 2, sizeof *envp);
  TB_CHECK (envp != NULL);
  memcpy (envp, spec.envp, n * sizeof *envp);
  envp[n] = term;
  snprintf (pid, sizeof pid, "%d", (int) in->main);
  spec.argv = argv;
  spec.envp = envp;
  spec.intercept = spec.contain = false;
  spec.names = TB_NAMES_NONE;
  spec.work_dir = NULL;
  spec.files = NULL;
  spec.n_files = 0;
  spec.terminal = true;
  spec.out = out;
  spec.ready = spec.operations = -1;
  int control = tb_leash_spawn (&spec, &d->leash);
  free (envp);
  return control;
}

static Debugger *
free_slot (Agent *a, uint32_t instance, char *why)
{
  if (a->instances[instance]->main <= 0)
    {
      snprintf (why, TB_SENTENCE, "%.100s does not run", a->instances[instance]->plan->id);
      return NULL;
    }
  for (size_t i = 0; i < TB_DEBUGGERS_MAX; i++)
    if (a->terminals->debuggers[i].leash <= 0)
      return &a->terminals->debuggers[i];
  snprintf (why, TB_SENTENCE, "%d debuggers run already", TB_DEBUGGERS_MAX);
  return NULL;
}

Terminal *
tb_debugger_start (Agent *a, uint32_t instance, uint16_t rows, uint16_t columns, char *why)
{
  Debugger *d = free_slot (a, instance, why);
  int out[2] = { -1, -1 }, control = -EMFILE;
  char text[64];
  if (d == NULL)
    return NULL;
  if (tb_pty_open (out, TB_CLAMP (rows, 1, 1000), TB_CLAMP (columns, 1, 1000)))
    control = spawn (d, a->instances[instance], out[1]);
  if (out[1] >= 0)
    close (out[1]);
  if (control < 0)
    {
      if (out[0] >= 0)
        close (out[0]);
      d->leash = 0;
      snprintf (why, TB_SENTENCE, "cannot start gdb: %s",
                tb_words_for_errno (-control, text, sizeof text));
      return NULL;
    }
  d->terminal.instance = instance;
  d->terminal.n_typed = 0;
  snprintf (d->sentence, sizeof d->sentence, "gdb has ended");
  tb_orphans_add_helper (a, d->leash);
  tb_loop_watch (&a->loop, &d->pty, out[0], EPOLLIN, on_output, d);
  tb_loop_watch (&a->loop, &d->control, control, EPOLLIN, on_control, d);
  return &d->terminal;
}

void
tb_debuggers_init (Agent *a)
{
  for (size_t i = 0; i < TB_DEBUGGERS_MAX; i++)
    {
      Debugger *d = &a->terminals->debuggers[i];
      *d = (Debugger) { .agent = a, .pty = TB_SOURCE_NONE, .control = TB_SOURCE_NONE };
      d->terminal.is_debugger = true;
      d->end = (TbTimer) { .fire = on_overdue, .data = d };
    }
}
