#include "supervise-world.h"

#include <signal.h>
#include <string.h>

static void
world_fill (World *w, uint32_t i)
{
  w->plan.instances[i] = (TbWireInstance) { .id = g_strdup_printf ("c/%u", i + 1),
                                            .probe = TB_PROBE_TCP,
                                            .probe_argument = g_strdup ("6379"),
                                            .stop_signal = SIGTERM,
                                            .stop_grace_ns = 5000 * MS };
  w->actors[i] = (Actor) { .start_ms = 1, .ready_ms = 10, .end_ms = 5, .own_end_ms = -1 };
}

World *
world_new (uint32_t n)
{
  World *w = g_new0 (World, 1);
  w->plan.n_instances = n;
  w->plan.instances = g_new0 (TbWireInstance, n);
  w->actors = g_new0 (Actor, n);
  w->events = g_array_new (FALSE, FALSE, sizeof (Event));
  for (uint32_t i = 0; i < n; i++)
    world_fill (w, i);
  w->now = 1000 * MS;
  return w;
}

void
world_free (World *w)
{
  tb_supervisor_free (w->s);
  for (uint32_t i = 0; i < w->plan.n_instances; i++)
    {
      g_free (w->plan.instances[i].id);
      g_free (w->plan.instances[i].probe_argument);
      g_free (w->plan.instances[i].depends);
      g_free (w->plan.instances[i].until);
      g_free (w->plan.instances[i].clean_exits);
    }
  g_free (w->plan.instances);
  g_free (w->actors);
  g_array_unref (w->events);
  g_free (w);
}

void
world_depend (World *w, uint32_t i, uint32_t on)
{
  TbWireInstance *in = &w->plan.instances[i];
  in->depends = g_renew (uint32_t, in->depends, in->n_depends + 1);
  in->depends[in->n_depends++] = on;
}

void
world_depend_until (World *w, uint32_t i, uint32_t on, TbUntil until)
{
  TbWireInstance *in = &w->plan.instances[i];
  world_depend (w, i, on);
  in->until = g_renew (uint32_t, in->until, in->n_depends);
  in->until[in->n_until++] = until;
}

/* n more of them; what else is to be different is set before world_change(). */
void
world_grow (World *w, uint32_t n)
{
  uint32_t before = w->plan.n_instances;
  w->plan.instances = g_renew (TbWireInstance, w->plan.instances, before + n);
  w->actors = g_renew (Actor, w->actors, before + n);
  w->plan.n_instances += n;
  for (uint32_t i = before; i < before + n; i++)
    world_fill (w, i);
}

void
world_change (World *w)
{
  tb_supervisor_change (w->s, &w->plan, w->now);
  world_act (w);
  for (uint32_t i = 0; i < w->plan.n_instances; i++)
    w->plan.instances[i].changed = false;
}

void
world_allow_exit (World *w, uint32_t i, uint32_t status)
{
  TbWireInstance *in = &w->plan.instances[i];
  in->clean_exits = g_renew (uint32_t, in->clean_exits, in->n_clean_exits + 1);
  in->clean_exits[in->n_clean_exits++] = status;
}

static void
later (World *w, uint32_t i, EventKind kind, int64_t ms, int code)
{
  Event e = { w->now + ms * MS, i, w->actors[i].life, kind, code };
  if (ms >= 0)
    g_array_append_val (w->events, e);
}

/* ---- The world carries out -------------------------------------------------------------------- */

/* Nothing is started for the first time before what it depends on was ready or has done its job. */
static void
check_start (const World *w, uint32_t i)
{
  if (w->actors[i].spawned > 0 || w->actors[i].anyway || w->plan.instances[i].n_until > 0)
    return;
  for (uint32_t d = 0; d < w->plan.n_instances; d++)
    if (tb_supervisor_depends (w->s, i, d))
      g_assert_true (w->actors[d].was_ready || w->actors[d].state == TB_INSTANCE_STOPPED);
}

/* While the run is stopped in order, whoever is asked to end has no living dependent. */
static void
check_stop (const World *w, uint32_t i, TbInstanceState next)
{
  if (w->run != TB_RUN_STOPPING || w->killing || next != TB_INSTANCE_STOPPING
      || w->actors[i].state != TB_INSTANCE_READY)
    return;
  for (uint32_t k = 0; k < w->plan.n_instances; k++)
    if (tb_supervisor_depends (w->s, k, i))
      g_assert_false (w->actors[k].alive);
}

static void
spawn (World *w, uint32_t i)
{
  Actor *a = &w->actors[i];
  g_assert_false (a->alive);
  g_assert_false (w->done);
  check_start (w, i);
  a->was_ready = false;
  a->alive = a->main_alive = true;
  a->left = a->frozen = a->probing = false;
  a->life++;
  a->spawned++;
  a->spawned_at = w->now;
  if (a->refuse)
    {
      later (w, i, REFUSED, a->start_ms, 0);
      later (w, i, GONE, a->start_ms, 0);
      return;
    }
  later (w, i, STARTED, a->start_ms, 0);
  if (a->own_end_ms >= 0)
    later (w, i, EXITED, a->start_ms + a->own_end_ms, a->own_code);
}

static void
carry_out (World *w, const TbAction *action)
{
  Actor *a = w->actors ? &w->actors[action->instance] : NULL; /* a plan may have no instances */
  switch (action->kind)
    {
    case TB_ACTION_SPAWN:
      spawn (w, action->instance);
      break;
    case TB_ACTION_SIGNAL:
      g_assert_true (a->alive);
      a->signals++;
      a->signalled_at = w->now;
      if (a->main_alive)
        later (w, action->instance, EXITED, a->end_ms, 0);
      else
        later (w, action->instance, GONE, a->end_ms, 0);
      break;
    case TB_ACTION_KILL:
      g_assert_true (a->alive);
      a->kills++;
      if (a->main_alive)
        later (w, action->instance, EXITED, 1, -SIGKILL);
      a->left = false;
      later (w, action->instance, GONE, 2, 0);
      break;
    case TB_ACTION_FREEZE:
    case TB_ACTION_THAW:
      g_assert_true (a->alive);
      a->frozen = action->kind == TB_ACTION_FREEZE;
      break;
    case TB_ACTION_PROBE:
      g_assert_true (a->alive);
      a->probing = true;
      later (w, action->instance, READY, a->ready_ms, 0);
      break;
    case TB_ACTION_UNPROBE:
      a->probing = false;
      break;
    case TB_ACTION_WATCH:
    case TB_ACTION_UNWATCH:
      g_assert_cmpint (a->watching, !=, action->kind == TB_ACTION_WATCH);
      a->watching = action->kind == TB_ACTION_WATCH;
      break;
    case TB_ACTION_STATE:
      check_stop (w, action->instance, action->state.state);
      a->was_ready |= action->state.state == TB_INSTANCE_READY;
      a->state = action->state.state;
      a->due_ns = action->state.due_ns;
      a->loop = action->state.loop;
      g_strlcpy (a->sentence, action->text, sizeof a->sentence);
      break;
    case TB_ACTION_WAITING:
      g_strlcpy (a->waiting, action->text, sizeof a->waiting);
      break;
    case TB_ACTION_RUN_STATE:
      w->run = action->run;
      g_strlcpy (w->reason, action->text, sizeof w->reason);
      break;
    case TB_ACTION_PROBLEM:
      w->problems++;
      break;
    case TB_ACTION_DONE:
      w->done = true;
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
check_world (const World *w)
{
  for (uint32_t i = 0; i < w->plan.n_instances; i++)
    {
      const Actor *a = &w->actors[i];
      g_assert_cmpint (a->alive, ==, tb_supervisor_is_alive (w->s, i));
      g_assert_true (!w->done || !a->alive);
      g_assert_true (a->state != TB_INSTANCE_PAUSED || a->frozen);
      g_assert_true (!a->watching || a->alive);
    }
}

void
world_act (World *w)
{
  TbAction action;
  while (tb_supervisor_next (w->s, &action))
    carry_out (w, &action);
  check_world (w);
}

static void
happen (World *w, const Event *e)
{
  Actor *a = &w->actors[e->i];
  if (!a->alive || a->life != e->life)
    return;
  switch (e->kind)
    {
    case STARTED:
      tb_supervisor_started (w->s, e->i, 100 + e->i, w->now);
      break;
    case REFUSED:
      tb_supervisor_refused (w->s, e->i, "cannot run «x»: no such file or directory", w->now);
      break;
    case READY:
      if (a->probing && !a->frozen)
        tb_supervisor_ready (w->s, e->i, w->now);
      break;
    case EXITED:
      if (!a->main_alive)
        return;
      a->main_alive = false;
      a->left = a->detaches;
      tb_supervisor_exited (w->s, e->i, e->code, a->left, w->now);
      if (!a->left)
        later (w, e->i, GONE, 0, 0);
      break;
    case GONE:
    default:
      a->alive = false;
      tb_supervisor_gone (w->s, e->i, "its last words", w->now);
      break;
    }
  world_act (w);
}

/* The next event or deadline not after `until`; false when there is none. */
static bool
step (World *w, int64_t until)
{
  guint first = 0;
  int64_t due = tb_supervisor_deadline (w->s);
  for (guint k = 1; k < w->events->len; k++)
    if (g_array_index (w->events, Event, k).time < g_array_index (w->events, Event, first).time)
      first = k;
  int64_t time = w->events->len > 0 ? g_array_index (w->events, Event, first).time : INT64_MAX;
  if (MIN (time, due) > until)
    return false;
  if (time <= due)
    {
      Event e = g_array_index (w->events, Event, first);
      g_array_remove_index (w->events, first);
      w->now = MAX (w->now, e.time);
      happen (w, &e);
    }
  else
    {
      w->now = MAX (w->now, due);
      tb_supervisor_tick (w->s, w->now);
      world_act (w);
    }
  return true;
}

void
world_pass (World *w, int64_t ms)
{
  int64_t until = w->now + ms * MS;
  while (step (w, until))
    ;
  w->now = until;
}

void
world_start (World *w)
{
  w->s = tb_supervisor_new (&w->plan);
  tb_supervisor_start (w->s, w->now);
  world_act (w);
}
