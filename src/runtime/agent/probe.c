/* Readiness and liveness. What is drawn in the header, one kind after the other. */
#include "probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "supervise.h"

#define FIRST_REST_NS (10 * TB_NS_PER_MS)
#define LONGEST_REST_NS (250 * TB_NS_PER_MS)
#define ANSWER_WITHIN_NS (1 * TB_NS_PER_S)
#define EXEC_WITHIN_NS (10 * TB_NS_PER_S)
#define ALIVE_REST_NS (5 * TB_NS_PER_S)

static void ask (TbProbe *probe);

/* ---- Arguments --------------------------------------------------------------------------------- */

static bool
read_port (TbProbe *probe, const char *text, const char **end)
{
  char *stop;
  unsigned long port = strtoul (text, &stop, 10);
  if (text[0] < '0' || text[0] > '9' || port == 0 || port > 65535)
    return false;
  probe->topic.port = (uint16_t) port;
  *end = stop;
  return true;
}

static bool
read_network_argument (TbProbe *probe, const char *text, char *why)
{
  const char *rest = "";
  bool good = read_port (probe, text, &rest);
  strcpy (probe->path, "/");
  if (good && probe->topic.kind == TB_PROBE_HTTP && rest[0] == ' ')
    {
      good = rest[1] == '/' && strlen (rest + 1) < sizeof probe->path
             && strpbrk (rest + 1, " \r\n") == NULL;
      if (good)
        strcpy (probe->path, rest + 1);
    }
  else if (good)
    good = rest[0] == '\0';
  if (!good)
    snprintf (why, TB_SENTENCE, "its readiness «%.100s» names no port%s", text,
              probe->topic.kind == TB_PROBE_HTTP ? " and path" : "");
  return good;
}

static bool
compile (TbProbe *probe, const char *text, char *why)
{
  int error = regcomp (&probe->pattern, text, REG_EXTENDED | REG_NOSUB);
  char message[100];
  probe->compiled = error == 0;
  if (error == 0)
    return true;
  regerror (error, &probe->pattern, message, sizeof message);
  snprintf (why, TB_SENTENCE, "its readiness «%.100s» is no regular expression: %s", text, message);
  return false;
}

void
tb_probe_plan_anew (TbProbe *probe, const TbWireInstance *instance)
{
  const char *text = probe->alive ? instance->alive_argument : instance->probe_argument;
  probe->argument = text != NULL ? text : "";
  probe->tries = probe->alive ? &instance->alive_tries : &instance->probe_tries;
  probe->topic.tries = probe->tries;
}

bool
tb_probe_init (TbProbe *probe, const TbWireInstance *instance, bool alive, char *why)
{
  probe->alive = alive;
  tb_probe_plan_anew (probe, instance);
  probe->topic = (TbTalkTopic) { .kind = alive ? instance->alive : instance->probe,
                                 .address = instance->address,
                                 .path = probe->path,
                                 .tries = probe->tries };
  probe->source = TB_SOURCE_NONE;
  switch (probe->topic.kind)
    {
    case TB_PROBE_TCP:
    case TB_PROBE_HTTP:
    case TB_PROBE_RESP:
    case TB_PROBE_POSTGRESQL:
    case TB_PROBE_MQTT:
      return read_network_argument (probe, probe->argument, why);
    case TB_PROBE_LOG:
      return compile (probe, probe->argument, why);
    case TB_PROBE_NONE:
    case TB_PROBE_NOTIFY:
    case TB_PROBE_EXEC:
      return true;
    default:
      snprintf (why, TB_SENTENCE, "its readiness is of an unknown kind");
      return false;
    }
}

void
tb_probe_clear (TbProbe *probe)
{
  tb_probe_end (probe);
  if (probe->compiled)
    regfree (&probe->pattern);
  probe->compiled = false;
}

void
tb_probe_reset (TbProbe *probe)
{
  tb_probe_end (probe);
  probe->matched = false;
}

/* ---- Resting ----------------------------------------------------------------------------------- */

static void
hang_up (TbProbe *probe)
{
  tb_loop_forget (probe->loop, &probe->source);
  tb_loop_disarm (probe->loop, &probe->timer);
  probe->asking = false;
}

static void
arm (TbProbe *probe, int64_t rest_ns)
{
  tb_loop_arm (probe->loop, &probe->timer, tb_now_ns () + rest_ns);
}

/* Until the next try: as the drawing says; else often at first, and seldom once it is ready. */
static void
rest (TbProbe *probe)
{
  hang_up (probe);
  if (probe->tries->interval_ns > 0 || probe->alive)
    {
      arm (probe, probe->tries->interval_ns > 0 ? probe->tries->interval_ns : ALIVE_REST_NS);
      return;
    }
  arm (probe, probe->rest_ns);
  probe->rest_ns = TB_MIN (probe->rest_ns * 3 / 2, LONGEST_REST_NS);
}

static void
miss (TbProbe *probe, const char *answer)
{
  probe->hits = 0;
  rest (probe);
  probe->on_answer (false, answer, probe->data);
}

static void
succeed (TbProbe *probe)
{
  if (!probe->alive && ++probe->hits >= TB_MAX (probe->tries->successes, 1u))
    {
      tb_probe_end (probe);
      probe->on_ready (probe->data);
      return;
    }
  rest (probe);
  probe->on_answer (true, "", probe->data);
}

static int64_t
patience (const TbProbe *probe, int64_t otherwise)
{
  return probe->tries->within_ns > 0 ? probe->tries->within_ns : otherwise;
}

static const char *
say_late (TbProbe *probe, int64_t otherwise)
{
  char time[32];
  snprintf (probe->late, sizeof probe->late, "no answer within %s",
            tb_words_for_time (patience (probe, otherwise), time, sizeof time));
  return probe->late;
}

static void
fire (void *data, int64_t now_ns)
{
  TbProbe *probe = data;
  if (!probe->asking)
    ask (probe);
  else if (probe->leash > 0)
    {
      /* Its end is reported by its leash; nothing else is asked until then. */
      probe->expired = true;
      tb_leash_command (probe->source.fd, TB_LEASH_KILL, 0);
    }
  else
    miss (probe, say_late (probe, ANSWER_WITHIN_NS));
}

/* ---- Asking over the network ------------------------------------------------------------------- */

static void
send_question (TbProbe *probe)
{
  uint8_t text[TB_TALK_QUESTION_MAX];
  size_t n = tb_talk_question (&probe->topic, text);
  probe->sent = send (probe->source.fd, text, n, MSG_NOSIGNAL) == (ssize_t) n;
  if (probe->sent)
    tb_loop_change (probe->loop, &probe->source, EPOLLIN);
  else
    miss (probe, "the connection takes nothing");
}

static void
read_answer (TbProbe *probe)
{
  ssize_t n = recv (probe->source.fd, probe->reply + probe->n_reply,
                    sizeof probe->reply - 1 - probe->n_reply, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n <= 0)
    {
      miss (probe, n == 0 ? "closed without an answer" : "connection reset");
      return;
    }
  char answer[TB_TALK_ANSWER_MAX];
  probe->n_reply += (size_t) n;
  probe->reply[probe->n_reply] = '\0';
  TbTalk talk = tb_talk_judge (&probe->topic, (const uint8_t *) probe->reply, probe->n_reply,
                               probe->n_reply == sizeof probe->reply - 1, answer);
  if (talk == TB_TALK_GOOD)
    succeed (probe);
  else if (talk == TB_TALK_BAD)
    miss (probe, answer);
}

static void
network_ready (void *data, uint32_t events)
{
  TbProbe *probe = data;
  int error = 0;
  socklen_t n = sizeof error;
  char text[64];
  if (probe->sent)
    {
      read_answer (probe);
      return;
    }
  getsockopt (probe->source.fd, SOL_SOCKET, SO_ERROR, &error, &n);
  if (error != 0)
    miss (probe, tb_words_for_errno (error, text, sizeof text));
  else if (!tb_talk_has_question (probe->topic.kind))
    succeed (probe);
  else
    send_question (probe);
}

static void
ask_network (TbProbe *probe)
{
  char text[64];
  struct sockaddr_in from = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (probe->from) };
  struct sockaddr_in to = { .sin_family = AF_INET,
                            .sin_port = htons (probe->topic.port),
                            .sin_addr.s_addr = htonl (probe->topic.address) };
  int on = 1, fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd >= 0 && probe->from != 0)
    {
      /* The port is chosen at connect, so that many probes do not use ports up. */
      setsockopt (fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
      bind (fd, (struct sockaddr *) &from, sizeof from);
    }
  if (fd < 0
      || (connect (fd, (struct sockaddr *) &to, sizeof to) != 0 && errno != EINPROGRESS))
    {
      int error = errno;
      if (fd >= 0)
        close (fd);
      miss (probe, tb_words_for_errno (error, text, sizeof text));
      return;
    }
  probe->asking = true;
  probe->sent = false;
  probe->n_reply = 0;
  tb_loop_watch (probe->loop, &probe->source, fd, EPOLLOUT, network_ready, probe);
  arm (probe, patience (probe, ANSWER_WITHIN_NS));
}

/* ---- Asking a command -------------------------------------------------------------------------- */

static void
exec_ready (void *data, uint32_t events)
{
  TbProbe *probe = data;
  char answer[64];
  TbReport report = tb_leash_receive (probe->source.fd);
  if (report.fd >= 0)
    close (report.fd);
  if (report.kind == TB_REPORT_EXITED || report.kind == TB_REPORT_REFUSED)
    {
      probe->verdict = report.kind == TB_REPORT_EXITED && report.value == 0 && !probe->expired;
      snprintf (probe->reply, sizeof probe->reply, "%s %d",
                report.value < 0 ? "killed by signal" : "status", abs (report.value));
      tb_leash_command (probe->source.fd, TB_LEASH_KILL, 0);
    }
  if (report.kind != TB_REPORT_GONE)
    return;
  probe->on_leash (probe->leash, false, probe->data);
  probe->leash = 0;
  snprintf (answer, sizeof answer, "%.60s", probe->expired ? say_late (probe, EXEC_WITHIN_NS) : probe->reply);
  if (!probe->begun)
    hang_up (probe);
  else if (probe->verdict)
    succeed (probe);
  else
    miss (probe, answer);
}

static void
ask_command (TbProbe *probe)
{
  char shell[] = "/bin/sh", flag[] = "-c", text[64];
  char *argv[] = { shell, flag, (char *) probe->argument, NULL };
  TbLeashSpec spec = *probe->spec;
  spec.argv = argv;
  spec.intercept = false;
  spec.contain = false;
  spec.files = NULL;
  spec.n_files = 0;
  spec.out = spec.ready = spec.operations = -1;
  int control = tb_leash_spawn (&spec, &probe->leash);
  if (control < 0)
    {
      probe->leash = 0;
      miss (probe, tb_words_for_errno (-control, text, sizeof text));
      return;
    }
  probe->asking = true;
  probe->verdict = probe->expired = false;
  probe->reply[0] = '\0';
  probe->on_leash (probe->leash, true, probe->data);
  tb_loop_watch (probe->loop, &probe->source, control, EPOLLIN, exec_ready, probe);
  arm (probe, patience (probe, EXEC_WITHIN_NS));
}

/* ---- All kinds --------------------------------------------------------------------------------- */

static void
notify_ready (void *data, uint32_t events)
{
  TbProbe *probe = data;
  char byte;
  ssize_t n = read (probe->source.fd, &byte, 1);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n == 1)
    {
      succeed (probe);
      return;
    }
  tb_loop_forget (probe->loop, &probe->source);
  probe->on_answer (false, "it closed the descriptor without a word", probe->data);
}

static void
ask (TbProbe *probe)
{
  if (probe->topic.kind == TB_PROBE_EXEC)
    ask_command (probe);
  else
    ask_network (probe);
}

/* One that has just become ready has just been asked. */
static void
wait_first (TbProbe *probe)
{
  if (probe->tries->delay_ns > 0)
    arm (probe, probe->tries->delay_ns);
  else
    rest (probe);
}

void
tb_probe_begin (TbProbe *probe, int ready_fd)
{
  probe->begun = true;
  probe->hits = 0;
  probe->rest_ns = FIRST_REST_NS;
  probe->timer.fire = fire;
  probe->timer.data = probe;
  switch (probe->topic.kind)
    {
    case TB_PROBE_NOTIFY:
      if (ready_fd >= 0)
        tb_loop_watch (probe->loop, &probe->source, ready_fd, EPOLLIN, notify_ready, probe);
      break;
    case TB_PROBE_LOG:
      if (probe->matched)
        succeed (probe);
      break;
    case TB_PROBE_TCP:
    case TB_PROBE_HTTP:
    case TB_PROBE_RESP:
    case TB_PROBE_POSTGRESQL:
    case TB_PROBE_MQTT:
    case TB_PROBE_EXEC:
      /* One that is still ending from before begins anew by itself. */
      if (probe->asking)
        break;
      if (probe->alive || probe->tries->delay_ns > 0)
        wait_first (probe);
      else
        ask (probe);
      break;
    case TB_PROBE_NONE:
    default:
      succeed (probe);
      break;
    }
}

void
tb_probe_end (TbProbe *probe)
{
  if (!probe->begun)
    return;
  probe->begun = false;
  if (probe->leash > 0)
    {
      probe->expired = true;
      tb_leash_command (probe->source.fd, TB_LEASH_KILL, 0);
    }
  else
    hang_up (probe);
}

void
tb_probe_line (TbProbe *probe, const char *line)
{
  if (!probe->compiled || probe->matched || regexec (&probe->pattern, line, 0, NULL, 0) != 0)
    return;
  probe->matched = true;
  if (probe->begun)
    succeed (probe);
}
