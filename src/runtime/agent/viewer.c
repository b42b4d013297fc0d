/* The socket to the viewer. It is never waited for: what it does not read is kept, up to a bound,
 * and beyond that what comes every second anyway is left out; beyond a second bound, everything is.
 * How much that was is told when it reads again, and then how each instance stands. */
#include "agent.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum
{
  OUT_SOFT = 4 << 20, /* from here on repeating facts are left out */
  OUT_HARD = 16 << 20 /* and from here on all */
};

/* ---- Facts ------------------------------------------------------------------------------------- */

size_t
tb_fact_begin (Agent *a, TbFactType type)
{
  size_t at = a->out.size;
  tb_writer_begin (&a->out, type);
  return at;
}

static unsigned
type_of_frame (const uint8_t *frame)
{
  return frame[4] | (unsigned) frame[5] << 8;
}

static bool
is_repeating (unsigned type)
{
  return type == TB_FACT_WAITING || type == TB_FACT_LOG_AT || type == TB_FACT_RECORD_AT
         || type == TB_FACT_AGENT_LOAD || type == TB_FACT_INSTANCE_LOAD;
}

bool
tb_fact_end (Agent *a, size_t from)
{
  if (a->out.open)
    tb_writer_end (&a->out);
  const uint8_t *frame = a->out.bytes + from;
  unsigned type = type_of_frame (frame);
  /* How long the recording is cannot be in it without making it longer; what is held, its events say. */
  if (type != TB_FACT_RECORD_AT && type != TB_FACT_WELCOME && type != TB_FACT_PONG
      && type != TB_FACT_HELD && type != TB_FACT_HELD_DONE)
    tb_recording_add (a, TB_RECORD_FACT, tb_now_ns (), frame, a->out.size - from);
  if (!a->viewer_gone && from <= (is_repeating (type) ? OUT_SOFT : OUT_HARD))
    return true;
  a->out.size = from;
  a->left_out += !is_repeating (type);
  return false;
}

static void
write_sentence (Agent *a, const char *text)
{
  char copy[TB_SENTENCE];
  snprintf (copy, sizeof copy, "%s", text);
  tb_writer_string (&a->out, tb_words_make_valid (copy));
}

void
tb_tell_run_state (Agent *a, TbRunState state, const char *reason)
{
  size_t at = tb_fact_begin (a, TB_FACT_RUN_STATE);
  tb_writer_u8 (&a->out, (uint8_t) state);
  write_sentence (a, reason);
  tb_fact_end (a, at);
}

void
tb_tell_state (Agent *a, const TbWireInstanceState *state)
{
  size_t at = a->out.size;
  tb_words_make_valid (state->sentence);
  tb_wire_instance_state_write (&a->out, state);
  tb_fact_end (a, at);
}

void
tb_tell_waiting (Agent *a, uint32_t instance, const char *what)
{
  size_t at = tb_fact_begin (a, TB_FACT_WAITING);
  tb_writer_string (&a->out, a->plan->instances[instance].id);
  write_sentence (a, what);
  tb_fact_end (a, at);
}

void
tb_tell_problem (Agent *a, unsigned severity, uint32_t instance, const char *sentence)
{
  size_t at = tb_fact_begin (a, TB_FACT_PROBLEM);
  tb_writer_u8 (&a->out, (uint8_t) severity);
  tb_writer_string (&a->out, instance < a->plan->n_instances ? a->plan->instances[instance].id : "");
  write_sentence (a, sentence);
  tb_fact_end (a, at);
}

/* ---- What the taps found ----------------------------------------------------------------------- */

static void
on_tap (uint32_t row, uint32_t link, uint32_t from, uint32_t to, uint16_t port, int64_t time_ns,
        void *data)
{
  Agent *a = data;
  size_t at = tb_fact_begin (a, TB_FACT_TAP_OPENED);
  tb_writer_u32 (&a->out, row);
  tb_writer_u32 (&a->out, link);
  tb_writer_u32 (&a->out, from);
  tb_writer_u32 (&a->out, to);
  tb_writer_u16 (&a->out, port);
  tb_fact_end (a, at);
}

static void
on_bypass (const TbWireBypass *bypass, int64_t time_ns, void *data)
{
  Agent *a = data;
  size_t at = a->out.size;
  tb_wire_bypass_write (&a->out, bypass);
  tb_fact_end (a, at);
}

static void
on_fault (const char *id, TbFaultState state, int64_t time_ns, const char *reason, void *data)
{
  Agent *a = data;
  size_t at = tb_fact_begin (a, TB_FACT_FAULT_STATE);
  tb_writer_string (&a->out, id);
  tb_writer_u8 (&a->out, (uint8_t) state);
  tb_writer_i64 (&a->out, time_ns);
  tb_writer_string (&a->out, reason);
  tb_fact_end (a, at);
}

static void
on_problem (unsigned severity, uint32_t instance, const char *sentence, void *data)
{
  tb_tell_problem (data, severity, instance, sentence);
}

static void
on_held (const TbWireHeld *held, uint32_t n, uint32_t total, void *data)
{
  Agent *a = data;
  size_t at = a->out.size;
  tb_wire_held_write (&a->out, held, n, total);
  tb_fact_end (a, at);
}

static void
on_held_done (uint32_t token, const char *why_not, void *data)
{
  Agent *a = data;
  size_t at = tb_fact_begin (a, TB_FACT_HELD_DONE);
  tb_writer_u32 (&a->out, token);
  tb_writer_string (&a->out, why_not);
  tb_fact_end (a, at);
}

static void
on_record (const TbEvent *event, const void *payload, size_t n, void *data)
{
  tb_recording_event (data, event, payload, n);
}

static void
on_gap (uint64_t events, uint64_t payload_bytes, int64_t time_ns, void *data)
{
  tb_recording_gap (data, events, payload_bytes, time_ns);
}

void
tb_viewer_take_taps (Agent *a)
{
  static const TbTapsSink sink = { .tap_opened = on_tap,
                                   .bypass = on_bypass,
                                   .fault = on_fault,
                                   .problem = on_problem,
                                   .held = on_held,
                                   .held_done = on_held_done,
                                   .record = on_record,
                                   .gap = on_gap };
  if (a->taps != NULL)
    tb_taps_drain (a->taps, &sink, a);
}

/* ---- Commands ---------------------------------------------------------------------------------- */

static void
welcome (Agent *a, TbReader *r, const int *fds)
{
  if (tb_reader_u32 (r) != TB_WIRE_VERSION || a->welcomed)
    {
      tb_agent_abort (a, "the viewer speaks another version");
      return;
    }
  a->start_ns = tb_reader_i64 (r);
  size_t at = tb_fact_begin (a, TB_FACT_WELCOME);
  tb_writer_u32 (&a->out, TB_WIRE_VERSION);
  tb_fact_end (a, at);
  a->welcomed = tb_socket_send_fds (a->viewer.fd, a->out.bytes, a->out.size, fds, 2) == 0;
  a->out.size = 0;
  if (!a->welcomed)
    tb_agent_abort (a, "the viewer does not take the welcome");
}

static void
say_hello (Agent *a, TbReader *r)
{
  void *counters, *ring;
  int fds[2] = { tb_shared_create ("tierboard-counters", sizeof (TbCounters), &counters),
                 tb_shared_create ("tierboard-ring", sizeof (TbRing), &ring) };
  if (fds[0] >= 0 && fds[1] >= 0)
    {
      a->counters = counters;
      a->ring = ring;
      /* Leashes have no use for them, and are forked the faster. */
      madvise (counters, sizeof (TbCounters), MADV_DONTFORK);
      madvise (ring, sizeof (TbRing), MADV_DONTFORK);
      a->counters->version = a->ring->version = TB_WIRE_VERSION;
      a->counters->row_size = sizeof (TbTapRow);
      a->ring->slot_size = sizeof (TbRingSlot);
      welcome (a, r, fds);
    }
  else
    tb_agent_abort (a, "no shared memory for the counters");
  for (int i = 0; i < 2; i++)
    if (fds[i] >= 0)
      close (fds[i]);
}

static void
take_plan (Agent *a, TbReader *r)
{
  TbWirePlan plan;
  if (a->planned)
    tb_tell_problem (a, 1, UINT32_MAX, "a run has one plan, and has it");
  else if (tb_wire_plan_read (r, &plan))
    tb_agent_start (a, &plan, r->bytes, r->size);
  else
    tb_agent_give_up (a, "the plan cannot be read");
}

static void
take_change (Agent *a, TbReader *r)
{
  TbWirePlan plan;
  if (tb_wire_plan_read (r, &plan))
    tb_agent_change (a, &plan, r->bytes, r->size);
  else
    tb_tell_problem (a, 0, UINT32_MAX, "the run was not changed: what it is to be cannot be read");
}

static void
take_fault (Agent *a, TbReader *r)
{
  TbWireFault fault;
  if (!tb_wire_fault_read (r, &fault))
    {
      tb_tell_problem (a, 1, UINT32_MAX, "the fault cannot be read");
      return;
    }
  tb_taps_add_fault (a->taps, &fault);
  tb_wire_fault_clear (&fault);
}

static void
take_fault_removal (Agent *a, TbReader *r)
{
  char *id = tb_reader_string (r);
  if (!r->bad)
    tb_taps_remove_fault (a->taps, id);
  free (id);
}

static void
take_fault_step (Agent *a, TbReader *r)
{
  char *id = tb_reader_string (r);
  uint32_t n = tb_reader_u32 (r);
  if (!r->bad)
    tb_taps_step_fault (a->taps, id, n);
  free (id);
}

static void
take_held (Agent *a, TbReader *r)
{
  TbWireHeldDo what;
  if (tb_wire_held_do_read (r, &what))
    tb_taps_held (a->taps, &what);
}

typedef void (*OneInstance) (TbSupervisor *s, uint32_t i, int64_t now_ns);

static void
take_instance_command (Agent *a, TbReader *r)
{
  static const struct
  {
    TbCommandType type;
    OneInstance act;
  } table[] = { { TB_COMMAND_KILL, tb_supervisor_kill },
                { TB_COMMAND_PAUSE, tb_supervisor_pause },
                { TB_COMMAND_RESUME, tb_supervisor_resume },
                { TB_COMMAND_RESTART, tb_supervisor_restart },
                { TB_COMMAND_START_ANYWAY, tb_supervisor_start_anyway },
                { TB_COMMAND_HALT, tb_supervisor_halt },
                { TB_COMMAND_START, tb_supervisor_start_needed } };
  char *id = tb_reader_string (r);
  uint32_t instance = tb_agent_find (a, id != NULL ? id : "");
  char text[TB_SENTENCE];
  if (instance == UINT32_MAX)
    {
      snprintf (text, sizeof text, "there is no instance «%.100s»", id != NULL ? id : "");
      tb_tell_problem (a, 1, UINT32_MAX, text);
    }
  bool outside = instance != UINT32_MAX && tb_wire_is_outside (&a->plan->instances[instance]);
  if (outside)
    tb_tell_problem (a, 1, instance, "it lies outside the run, which neither starts nor stops it");
  for (size_t i = 0; instance != UINT32_MAX && !outside && i < TB_ARRAY_LENGTH (table); i++)
    if (table[i].type == r->type)
      table[i].act (a->supervisor, instance, tb_now_ns ());
  free (id);
}

/* What the viewer did itself belongs into the recording too. */
static void
take_note (Agent *a, TbReader *r)
{
  char *id = tb_reader_string (r), *sentence = tb_reader_string (r);
  if (!r->bad)
    tb_tell_problem (a, 2, tb_agent_find (a, id), sentence);
  free (id);
  free (sentence);
}

static void
answer_ping (Agent *a, TbReader *r)
{
  uint64_t token = tb_reader_u64 (r);
  size_t at = tb_fact_begin (a, TB_FACT_PONG);
  tb_writer_u64 (&a->out, token);
  tb_fact_end (a, at);
}

static void
stop (Agent *a)
{
  if (a->supervisor != NULL)
    tb_supervisor_stop (a->supervisor, tb_now_ns ());
  else
    a->done = true;
}

/* What was done to the run from outside. A plan has a record of its own. */
static void
record_command (Agent *a, const TbReader *r)
{
  if (r->type != TB_COMMAND_HELLO && r->type != TB_COMMAND_PLAN && r->type != TB_COMMAND_CHANGE
      && r->type != TB_COMMAND_PING)
    tb_recording_add (a, TB_RECORD_COMMAND, tb_now_ns (), r->bytes, r->size);
}

static void
obey (Agent *a, TbReader *r)
{
  record_command (a, r);
  if (r->type == TB_COMMAND_HELLO)
    say_hello (a, r);
  else if (!a->welcomed)
    tb_agent_abort (a, "the viewer did not say hello");
  else if (r->type == TB_COMMAND_PLAN)
    take_plan (a, r);
  else if (r->type == TB_COMMAND_STOP)
    stop (a);
  else if (r->type == TB_COMMAND_PING)
    answer_ping (a, r);
  else if (a->supervisor == NULL)
    tb_tell_problem (a, 1, UINT32_MAX, "nothing runs yet");
  else if (r->type == TB_COMMAND_CHANGE)
    take_change (a, r);
  else if (r->type == TB_COMMAND_FAULT_ADD)
    take_fault (a, r);
  else if (r->type == TB_COMMAND_FAULT_REMOVE)
    take_fault_removal (a, r);
  else if (r->type == TB_COMMAND_FAULT_STEP)
    take_fault_step (a, r);
  else if (r->type == TB_COMMAND_HELD_DO)
    take_held (a, r);
  else if (r->type == TB_COMMAND_NOTE)
    take_note (a, r);
  else if ((r->type >= TB_COMMAND_KILL && r->type <= TB_COMMAND_START_ANYWAY)
           || r->type == TB_COMMAND_HALT || r->type == TB_COMMAND_START)
    take_instance_command (a, r);
  else if (r->type != TB_COMMAND_SAY) /* is in the recording, and that is all */
    tb_tell_problem (a, 1, UINT32_MAX, "a command of an unknown kind");
}

static void
take_frames (Agent *a)
{
  size_t at = 0, used;
  TbReader r;
  TbFrame frame;
  while (!a->viewer_gone
         && (frame = tb_reader_begin (&r, a->in + at, a->n_in - at, &used)) != TB_FRAME_PARTIAL)
    {
      if (frame == TB_FRAME_BAD)
        {
          tb_agent_abort (a, "the viewer speaks another version, or nonsense");
          break;
        }
      obey (a, &r);
      at += used;
    }
  memmove (a->in, a->in + at, a->n_in - at);
  a->n_in -= at;
}

/* ---- The socket -------------------------------------------------------------------------------- */

static bool
receive (Agent *a)
{
  if (a->in_capacity - a->n_in < 65536)
    {
      a->in_capacity = TB_MAX (a->in_capacity * 2, (size_t) 1 << 17);
      a->in = realloc (a->in, a->in_capacity);
      TB_CHECK (a->in != NULL);
    }
  ssize_t n = recv (a->viewer.fd, a->in + a->n_in, a->in_capacity - a->n_in, MSG_DONTWAIT);
  if (n > 0)
    a->n_in += (size_t) n;
  return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static void
on_viewer (void *data, uint32_t events)
{
  Agent *a = data;
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
    {
      if (receive (a))
        take_frames (a);
      else
        tb_agent_abort (a, "the viewer is gone");
    }
  tb_agent_act (a);
  tb_viewer_flush (a);
}

/* Whatever it was not told has led to how things stand now. */
static void
catch_up (Agent *a)
{
  char text[TB_SENTENCE];
  uint64_t left_out = a->left_out;
  a->left_out = 0;
  snprintf (text, sizeof text, "%llu facts were left out because they were not read in time",
            (unsigned long long) left_out);
  tb_tell_problem (a, 1, UINT32_MAX, text);
  for (uint32_t i = 0; a->supervisor != NULL && i < a->plan->n_instances; i++)
    {
      TbWireInstanceState state = tb_supervisor_state (a->supervisor, i);
      tb_tell_state (a, &state);
    }
}

static void
send_out (Agent *a)
{
  while (a->welcomed && !a->viewer_gone && a->out.size > 0)
    {
      ssize_t n = send (a->viewer.fd, a->out.bytes, a->out.size, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 && errno != EAGAIN)
        {
          tb_agent_abort (a, "the viewer is gone");
          return;
        }
      if (n < 0)
        break;
      tb_writer_consume (&a->out, (size_t) n);
    }
}

void
tb_viewer_flush (Agent *a)
{
  send_out (a);
  if (a->left_out > 0 && a->out.size == 0 && !a->viewer_gone)
    {
      catch_up (a);
      send_out (a);
    }
  if (a->viewer.fd >= 0)
    tb_loop_change (&a->loop, &a->viewer, a->out.size > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

bool
tb_viewer_open (Agent *a, int fd)
{
  int type;
  socklen_t n = sizeof type;
  if (getsockopt (fd, SOL_SOCKET, SO_TYPE, &type, &n) != 0 || type != SOCK_STREAM)
    return false;
  tb_loop_watch (&a->loop, &a->viewer, fd, EPOLLIN, on_viewer, a);
  return true;
}
