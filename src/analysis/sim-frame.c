/* Frames, each of which is a request, a client's thread or a message between replicas, and waits for one thing at a
 * time; and what messages pass through: the taps' one thread, which uses a core for each, and the way there. */
#include "sim-private.h"

guint32
sim_frame_new (Sim *s)
{
  guint32 frame = s->free_frame;
  if (frame != SIM_NONE)
    s->free_frame = s->frames[frame].next;
  else
    {
      if (s->n_frames == s->frames_size)
        {
          s->frames_size = MAX (s->frames_size * 2, 256);
          s->frames = g_renew (SimFrame, s->frames, s->frames_size);
          sim_agenda_reserve (&s->agenda, s->first_frame_timer + s->frames_size);
        }
      frame = s->n_frames++;
      s->frames[frame].epoch = 0;
    }
  guint32 epoch = s->frames[frame].epoch + 1;
  s->frames[frame] = (SimFrame){ .next = SIM_NONE, .caller = SIM_NONE, .source = SIM_NONE, .host = SIM_NONE, .epoch = epoch };
  s->n_live++;
  return frame;
}

void
sim_frame_free (Sim *s, guint32 frame)
{
  SimFrame *f = &s->frames[frame];
  g_assert (!f->holds);
  f->epoch++;
  f->next = s->free_frame;
  s->free_frame = frame;
  s->n_live--;
}

void
sim_frame_wait (Sim *s, guint32 frame, SimState state, double ns)
{
  s->frames[frame].state = state;
  sim_agenda_set (&s->agenda, s->first_frame_timer + frame, s->now_ns + ns);
}

/* ---- Messages ---------------------------------------------------------------------------------------- */

/* The taps' thread takes the next one. */
static void
tap_next (Sim *s)
{
  guint32 frame = s->tap_first;
  if ((frame != SIM_NONE) != (s->tap_busy.value > 0))
    sim_level (s, &s->tap_busy, frame != SIM_NONE ? 1 : -1);
  if (frame == SIM_NONE)
    return;
  s->tap_first = s->frames[frame].next;
  s->frames[frame].tapped = TRUE;
  sim_device_add (s, s->net->tap_device, frame, s->net->tap_ns);
}

static void
tap (Sim *s, guint32 frame)
{
  s->frames[frame].next = SIM_NONE;
  if (s->tap_first == SIM_NONE)
    s->tap_first = frame;
  else
    s->frames[s->tap_last].next = frame;
  s->tap_last = frame;
  if (s->tap_busy.value <= 0)
    tap_next (s);
}

static void
send_one (Sim *s, guint32 frame)
{
  SimFrame *f = &s->frames[frame];
  f->messages--;
  if (s->net->tap_ns > 0 && s->net->tap_device != TB_QUEUE_NONE)
    tap (s, frame);
  else
    sim_frame_wait (s, frame, f->state, s->net->hop_ns);
}

/* An answer takes a turn of the agenda even where it takes no time, so that no chain of calls that take none grows on the
 * stack. */
void
sim_frame_send (Sim *s, guint32 frame, SimState state, guint messages)
{
  gboolean quick = s->net->hop_ns <= 0 && (s->net->tap_ns <= 0 || s->net->tap_device == TB_QUEUE_NONE);
  s->frames[frame].state = state;
  s->frames[frame].messages = quick ? 0 : messages;
  if (s->frames[frame].messages > 0)
    send_one (s, frame);
  else if (state == SIM_TRAVELS)
    sim_frame_fire (s, frame);
  else
    sim_frame_wait (s, frame, state, 0);
}

void
sim_frame_computed (Sim *s, guint32 frame)
{
  SimFrame *f = &s->frames[frame];
  if (f->tapped)
    {
      f->tapped = FALSE;
      sim_frame_wait (s, frame, f->state, s->net->hop_ns);
      tap_next (s);
    }
  else if (f->state == SIM_COPIES)
    sim_request_copied (s, frame);
  else
    sim_request_work (s, frame);
}

void
sim_frame_fire (Sim *s, guint32 frame)
{
  SimFrame *f = &s->frames[frame];
  if (f->messages > 0)
    {
      send_one (s, frame);
      return;
    }
  switch (f->state)
    {
    case SIM_TRAVELS:
      sim_request_arrive (s, frame);
      break;
    case SIM_WORKS:
      sim_request_work (s, frame);
      break;
    case SIM_COPIES:
      sim_request_copied (s, frame);
      break;
    case SIM_ANSWERS:
      sim_request_answered (s, frame);
      break;
    case SIM_THINKS:
      sim_client_fire (s, frame);
      break;
    case SIM_DUE:
      sim_client_due (s, frame);
      break;
    case SIM_WAITS:
    case SIM_COMPUTES:
    case SIM_CALLS:
    case SIM_AGREES:
    default:
      g_assert_not_reached ();
    }
}
