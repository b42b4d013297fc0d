/* One instance's processes, between the supervisor's wish and the supervisor's news.
 *
 *   spawn() ── leash forked ── FILTERED ── STARTED ── EXITED ── control ends ─┐
 *                                   └───── REFUSED ────────────── ″ ──────────┤
 *                                                     leash reaped ───────────┴─ check_gone() */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "terminal.h"

static void
on_ready (void *data)
{
  Instance *in = data;
  tb_supervisor_ready (in->agent->supervisor, in->index, tb_now_ns ());
  tb_agent_act (in->agent);
}

static void
on_answer (bool good, const char *answer, void *data)
{
  Instance *in = data;
  if (!good)
    tb_supervisor_probe_answer (in->agent->supervisor, in->index, answer);
}

/* Somebody looks at it with a debugger: then it may take its time. */
static bool
is_traced (pid_t pid)
{
  char path[48], text[2048];
  const char *tracer = NULL;
  snprintf (path, sizeof path, "/proc/%d/status", (int) pid);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  ssize_t n = fd >= 0 ? read (fd, text, sizeof text - 1) : -1;
  if (fd >= 0)
    close (fd);
  if (n > 0)
    {
      text[n] = '\0';
      tracer = strstr (text, "\nTracerPid:");
    }
  return tracer != NULL && atoi (tracer + strlen ("\nTracerPid:")) > 0;
}

static void
on_alive (bool good, const char *answer, void *data)
{
  Instance *in = data;
  if (!good && is_traced (in->main))
    return;
  tb_supervisor_answered (in->agent->supervisor, in->index, good, answer, tb_now_ns ());
  tb_agent_act (in->agent);
}

static void
on_probe_leash (pid_t leash, bool alive, void *data)
{
  Instance *in = data;
  if (alive)
    tb_orphans_add_helper (in->agent, leash);
}

static void
on_bytes (const char *bytes, size_t n, void *data)
{
  const Instance *in = data;
  tb_log_record (in->agent, in->index, bytes, n);
  tb_terminals_wrote (in->agent, in->index, bytes, n);
}

static void
on_line (const char *line, void *data)
{
  Instance *in = data;
  tb_probe_line (&in->probe, line);
  if (in->probe.matched)
    in->log.on_line = NULL;
}

/* good: whether what the plan says of it is, but for its probes, sound. */
static void
init_probes (Instance *in, bool good)
{
  Agent *a = in->agent;
  const TbProbe either = { .loop = &a->loop,
                           .from = tb_taps_probe_address (a->taps),
                           .spec = &in->prepared.spec,
                           .on_ready = on_ready,
                           .on_leash = on_probe_leash,
                           .data = in };
  char other[TB_SENTENCE];
  in->probe = in->alive = either;
  in->probe.on_answer = on_answer;
  in->alive.on_answer = on_alive;
  if (!tb_probe_init (&in->probe, in->plan, false, good ? in->refusal : other))
    good = false;
  tb_probe_init (&in->alive, in->plan, true, good ? in->refusal : other);
}

void
tb_instance_init (Agent *a, uint32_t index)
{
  Instance *in = a->instances[index];
  in->agent = a;
  in->index = index;
  in->plan = &a->plan->instances[index];
  in->control = in->out = TB_SOURCE_NONE;
  in->ready = -1;
  in->log = (TbLog) { .file = -1, .on_bytes = on_bytes, .data = in };
  in->probe.source = in->alive.source = TB_SOURCE_NONE;
  if (tb_wire_is_outside (in->plan))
    return;
  bool good = tb_prepare (&in->prepared, a->plan, index, &a->nofile, in->refusal);
  init_probes (in, good);
  if (in->prepared.remark != NULL)
    tb_tell_problem (a, 1, index, in->prepared.remark);
}

/* What runs was started by the plan before, and is ended or goes on; the probes of what goes on are the
 * same, and go on too. */
void
tb_instance_plan_anew (Instance *in)
{
  Agent *a = in->agent;
  in->plan = &a->plan->instances[in->index];
  bool other = in->plan->changed || in->plan->removed, terminal = in->prepared.spec.terminal;
  if (tb_wire_is_outside (in->plan))
    return;
  in->refusal[0] = '\0';
  tb_prepared_clear (&in->prepared);
  bool good = tb_prepare (&in->prepared, a->plan, in->index, &a->nofile, in->refusal);
  if (terminal && !other)
    tb_prepare_terminal (&in->prepared); /* a person may have asked for it */
  if (other)
    {
      tb_probe_clear (&in->probe);
      tb_probe_clear (&in->alive);
      init_probes (in, good);
    }
  else
    {
      tb_probe_plan_anew (&in->probe, in->plan);
      tb_probe_plan_anew (&in->alive, in->plan);
    }
  if (in->plan->changed && in->prepared.remark != NULL)
    tb_tell_problem (a, 1, in->index, in->prepared.remark);
}

void
tb_instance_clear (Instance *in)
{
  tb_probe_clear (&in->probe);
  tb_probe_clear (&in->alive);
  tb_loop_forget (&in->agent->loop, &in->control);
  tb_loop_forget (&in->agent->loop, &in->out);
  tb_log_close (&in->log);
  free (in->operations.links);
  tb_prepared_clear (&in->prepared);
}

/* ---- What the leash reports -------------------------------------------------------------------- */

static void
say_cannot_run (const Instance *in, int error, const char *why, char *text)
{
  const char *program = in->prepared.spec.argv[0];
  const char *package = in->prepared.under != NULL ? program : in->plan->package;
  bool known = error == ENOENT && package != NULL && package[0] != '\0';
  snprintf (text, TB_SENTENCE, known ? "cannot run «%.150s»: it is not installed; the package %.64s brings it"
                                     : "cannot run «%.150s»: %s",
            program, known ? package : why);
}

static void
say_refused (Instance *in, const TbReport *report, char *text)
{
  char why[64];
  tb_words_for_errno (report->value, why, sizeof why);
  const char *user = in->plan->user != NULL ? in->plan->user : "";
  switch (report->step)
    {
    case TB_STEP_FORK:
      snprintf (text, TB_SENTENCE, "cannot start another process: %s", why);
      break;
    case TB_STEP_CONTAIN:
      snprintf (text, TB_SENTENCE, "cannot contain it in a PID namespace: %s", why);
      break;
    case TB_STEP_DIRECTORY:
      snprintf (text, TB_SENTENCE, "cannot make %.150s: %s", in->prepared.dir, why);
      break;
    case TB_STEP_USER:
      snprintf (text, TB_SENTENCE, "cannot run as «%.64s»: %s", user, why);
      break;
    case TB_STEP_ENTER:
      snprintf (text, TB_SENTENCE, "cannot enter %.150s: %s", in->prepared.dir, why);
      break;
    case TB_STEP_FILE:
      snprintf (text, TB_SENTENCE, "cannot write its file «%.150s»: %s",
                report->index < in->plan->n_files ? in->plan->files[report->index].path : "?", why);
      break;
    case TB_STEP_WORK:
      snprintf (text, TB_SENTENCE, "cannot start in «%.150s»: %s", in->plan->work_dir, why);
      break;
    case TB_STEP_NAMES:
      snprintf (text, TB_SENTENCE, "cannot give it names to look up: %s", why);
      break;
    case TB_STEP_RUN:
    default:
      say_cannot_run (in, report->value, why, text);
      break;
    }
}

static void
take_filter (Instance *in, TbReport *report)
{
  Agent *a = in->agent;
  char text[TB_SENTENCE], why[64];
  in->main = report->pid;
  if (report->fd >= 0)
    {
      tb_taps_add_instance (a->taps, in->index, report->fd);
      report->fd = -1;
    }
  else if (report->value != 0)
    {
      snprintf (text, sizeof text, "its connections are not tapped: %s",
                tb_words_for_errno (report->value, why, sizeof why));
      tb_tell_problem (a, 1, in->index, text);
      tb_taps_instance_unfiltered (a->taps, in->index);
    }
}

/* True while there is more. */
static bool
take_report (Instance *in)
{
  TbSupervisor *s = in->agent->supervisor;
  TbReport report = tb_leash_receive (in->control.fd);
  int64_t now = tb_now_ns ();
  char text[TB_SENTENCE];
  switch (report.kind)
    {
    case TB_REPORT_FILTERED:
      take_filter (in, &report);
      break;
    case TB_REPORT_STARTED:
      tb_supervisor_started (s, in->index, (uint32_t) in->main, now);
      break;
    case TB_REPORT_REFUSED:
      say_refused (in, &report, text);
      tb_supervisor_refused (s, in->index, text, now);
      break;
    case TB_REPORT_EXITED:
      tb_supervisor_exited (s, in->index, report.value, report.left, now);
      break;
    case TB_REPORT_GONE:
      in->control_ended = true;
      tb_loop_forget (&in->agent->loop, &in->control);
      break;
    case TB_REPORT_NONE:
    default:
      break;
    }
  if (report.fd >= 0)
    close (report.fd);
  return report.kind != TB_REPORT_NONE && report.kind != TB_REPORT_GONE;
}

static void
on_control (void *data, uint32_t events)
{
  Instance *in = data;
  while (take_report (in))
    ;
  if (in->control_ended)
    tb_instance_check_gone (in);
  tb_agent_act (in->agent);
}

/* Once, and once that it is kept again. */
static void
say_not_kept (Instance *in)
{
  char text[TB_SENTENCE], why[64];
  if (in->log.error != 0 && !in->not_kept)
    {
      in->not_kept = true;
      snprintf (text, sizeof text, "its output is not kept: %.120s: %s", in->prepared.log_path,
                tb_words_for_errno (in->log.error, why, sizeof why));
      tb_tell_problem (in->agent, 1, in->index, text);
    }
  else if (in->not_kept && in->log.error == 0 && in->log.missing == 0)
    {
      in->not_kept = false;
      tb_tell_problem (in->agent, 2, in->index, "its output is kept again");
    }
}

static void
on_output (void *data, uint32_t events)
{
  Instance *in = data;
  if ((events & EPOLLOUT) != 0)
    tb_terminals_take_typed (in->agent, in->index);
  bool more = tb_log_take (&in->log, in->out.fd);
  say_not_kept (in);
  if (!more)
    {
      tb_log_end_line (&in->log);
      tb_loop_forget (&in->agent->loop, &in->out);
    }
}

void
tb_instance_flush_log (Instance *in)
{
  tb_log_flush (&in->log);
  say_not_kept (in);
}

/* What a dead instance still had to say lies in the pipe; at most a pipe's content is waited for. */
static void
take_last_output (Instance *in)
{
  for (int i = 0; i < 64 && in->out.fd >= 0; i++)
    {
      uint64_t before = in->log.taken;
      on_output (in, 0);
      if (in->log.taken == before)
        break;
    }
  tb_log_end_line (&in->log);
  tb_loop_forget (&in->agent->loop, &in->out);
}

void
tb_instance_check_gone (Instance *in)
{
  Agent *a = in->agent;
  if (!in->control_ended || !in->leash_reaped || in->lost)
    return;
  in->control_ended = in->leash_reaped = false;
  take_last_output (in);
  tb_probe_reset (&in->probe);
  tb_probe_reset (&in->alive);
  if (in->ready >= 0)
    close (in->ready);
  in->ready = -1;
  in->main = 0;
  in->has_terminal = false;
  if (in->started_under)
    tb_prepare_alone (&in->prepared, in->plan);
  in->started_under = false;
  tb_operations_end (in);
  tb_taps_instance_pid (a->taps, in->index, 0);
  tb_taps_instance_gone (a->taps, in->index);
  tb_supervisor_gone (a->supervisor, in->index, in->log.last, tb_now_ns ());
  tb_terminals_ended (a, in->index);
}

/* ---- Starting ---------------------------------------------------------------------------------- */

/* Nothing was forked: the news come as if it had been, and ended at once. */
static void
refuse_now (Instance *in, const char *sentence)
{
  Agent *a = in->agent;
  tb_supervisor_refused (a->supervisor, in->index, sentence, tb_now_ns ());
  in->control_ended = in->leash_reaped = true;
  tb_instance_check_gone (in);
}

static bool
open_terminal (const Instance *in, int out[2])
{
  uint16_t rows, columns;
  tb_terminals_size (in->agent, in->index, &rows, &columns);
  return tb_pty_open (out, rows, columns);
}

static bool
open_pipes (Instance *in, int out[2], int ready[2])
{
  out[0] = out[1] = ready[0] = ready[1] = -1;
  if (!(in->prepared.spec.terminal ? open_terminal (in, out) : pipe2 (out, O_CLOEXEC) == 0)
      || (in->plan->probe == TB_PROBE_NOTIFY && pipe2 (ready, O_CLOEXEC) != 0))
    return false;
  fcntl (out[0], F_SETFL, O_NONBLOCK);
  if (ready[0] >= 0)
    fcntl (ready[0], F_SETFL, O_NONBLOCK);
  return true;
}

static void
close_if_open (int fd)
{
  if (fd >= 0)
    close (fd);
}

void
tb_instance_spawn (Instance *in)
{
  Agent *a = in->agent;
  int out[2], ready[2], control = -EMFILE;
  char text[TB_SENTENCE], why[64];
  if (in->refusal[0] != '\0' || !tb_prepare_env_file (&in->prepared, in->plan, text))
    {
      refuse_now (in, in->refusal[0] != '\0' ? in->refusal : text);
      return;
    }
  if (in->log.path == NULL)
    tb_log_open (&in->log, strdup (in->prepared.log_path));
  in->log.last[0] = '\0';
  in->log.on_line = in->probe.compiled ? on_line : NULL;
  in->loud = in->overran = false;
  in->control_ended = in->leash_reaped = in->lost = false;
  int operations = tb_operations_begin (in);
  if (open_pipes (in, out, ready))
    {
      in->prepared.spec.operations = operations;
      in->prepared.spec.out = out[1];
      in->prepared.spec.ready = ready[1];
      control = tb_leash_spawn (&in->prepared.spec, &in->leash);
    }
  close_if_open (out[1]);
  close_if_open (ready[1]);
  close_if_open (operations);
  if (control < 0)
    {
      close_if_open (out[0]);
      close_if_open (ready[0]);
      in->leash = 0;
      snprintf (text, sizeof text, "cannot start another process: %s",
                tb_words_for_errno (-control, why, sizeof why));
      refuse_now (in, text);
      return;
    }
  in->ready = ready[0];
  tb_taps_instance_pid (a->taps, in->index, in->leash);
  tb_loop_watch (&a->loop, &in->control, control, EPOLLIN, on_control, in);
  tb_loop_watch (&a->loop, &in->out, out[0], EPOLLIN, on_output, in);
  in->has_terminal = in->log.terminal = in->prepared.spec.terminal;
  in->started_under = in->prepared.under != NULL;
  tb_terminals_begun (a, in->index);
}

void
tb_instance_probe (Instance *in, bool on)
{
  if (!on)
    tb_probe_end (&in->probe);
  else
    /* A copy: it may be paused and asked again. */
    tb_probe_begin (&in->probe, in->ready >= 0 ? fcntl (in->ready, F_DUPFD_CLOEXEC, 0) : -1);
}

void
tb_instance_watch (Instance *in, bool on)
{
  if (on)
    tb_probe_begin (&in->alive, -1);
  else
    tb_probe_end (&in->alive);
}
