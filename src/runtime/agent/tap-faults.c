/* The list of faults: added, replaced, removed, begun and ended by their time; and what that does to
 * the taps, all at once. */
#include "taps-private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- To the taps ----------------------------------------------------------------------------- */

/* A connection that this ends takes itself out of the list. */
static void
tell_connections (TbTaps *t, TbTap *tap)
{
  for (TbConn *c = tap->conns, *next; c != NULL; c = next)
    {
      next = c->next;
      tb_conn_effects (t, c);
    }
}

void
tb_taps_apply_faults (TbTaps *t)
{
  t->fault_ns = INT64_MAX;
  for (TbFault *fault = t->faults; fault != NULL; fault = fault->next)
    fault->phase = tb_fault_phase_at (fault, t->now_ns, &t->fault_ns);
  for (uint32_t i = 0; i < t->n_taps; i++)
    {
      TbTap *tap = t->taps[i];
      TbFaultPlace place = { tap->link, tap->from, tap->to };
      uint32_t bits = tap->effects.bits;
      tb_effects_at (t->faults, &place, NULL, &tap->effects);
      if (bits == 0 && tap->effects.bits == 0)
        continue;
      tb_tap_begin (tap)->faults = tap->effects.bits;
      tb_tap_end (tap, tap->row->counters.last_ns);
      tell_connections (t, tap);
      tb_park_effects (t, tap);
    }
  if (t->lone != NULL)
    tb_lone_update (t);
}

TbDialled
tb_tap_dialled (TbTap *tap)
{
  if (tap->effects.n_dials == 0)
    return TB_DIALLED_PASS;
  uint64_t key = tb_chance_key ((uint64_t) tap->from << 32 | tap->to, tap->port, ++tap->dials);
  return tb_effects_dial (&tap->effects, key);
}

/* ---- What is told of them -------------------------------------------------------------------- */

static void
confirm (TbTaps *t, const char *id, TbFaultState state, const char *reason)
{
  char text[400];
  int n = snprintf (text, sizeof text, "%.180s%c%s", id, 0, reason);
  TbTold told = { .type = TB_TOLD_FAULT,
                  .flag = (uint8_t) state,
                  .reason_at = (uint32_t) strnlen (id, 180) + 1,
                  .time_ns = t->now_ns };
  tb_tap_tell (t, &told, text, (size_t) TB_MIN (n, (int) sizeof text - 1) + 1);
}

static void
confirm_phase (TbTaps *t, const TbFault *fault)
{
  static const TbFaultState states[] = { [TB_PHASE_BEFORE] = TB_FAULT_WAITS,
                                         [TB_PHASE_DURING] = TB_FAULT_ACTIVE,
                                         [TB_PHASE_AFTER] = TB_FAULT_OVER };
  confirm (t, fault->wire.id, states[fault->phase], "");
}

/* On every tap that the fault is on, or on none if there is not one yet. */
static void
tell_change (TbTaps *t, const TbFault *fault, bool begins)
{
  bool some = false, directions[2];
  uint64_t aux = (uint64_t) fault->wire.kind << 1 | (begins ? 1 : 0);
  for (uint32_t i = 0; i < t->n_taps; i++)
    {
      TbTap *tap = t->taps[i];
      TbFaultPlace place = { tap->link, tap->from, tap->to };
      if (!tb_fault_directions (fault, &place, directions))
        continue;
      some = true;
      tb_tap_event (t, tap, TB_EVENT_FAULT, 0, aux);
    }
  if (!some)
    tb_tap_event (t, NULL, TB_EVENT_FAULT, 0, aux);
}

/* ---- The list -------------------------------------------------------------------------------- */

/* Faults in the list keep their place when they are replaced by one of their id. */
static TbFault **
find_fault (TbTaps *t, const char *id)
{
  TbFault **at = &t->faults;
  while (*at != NULL && strcmp ((*at)->wire.id, id) != 0)
    at = &(*at)->next;
  return at;
}

void
tb_taps_fault (TbTaps *t, TbWireFault *wire)
{
  char why[300];
  const TbWirePlan *plan = t->plan;
  TbFault *fault = tb_fault_new (wire, plan, t->fault_serial + 1, t->now_ns, why, sizeof why);
  if (fault == NULL)
    {
      confirm (t, wire->id != NULL ? wire->id : "", TB_FAULT_GONE, why);
      return;
    }
  t->fault_serial++;
  TbFault **at = find_fault (t, fault->wire.id), *old = *at;
  fault->next = old != NULL ? old->next : NULL;
  *at = fault;
  tb_taps_apply_faults (t);
  if (old != NULL && old->phase == TB_PHASE_DURING)
    tell_change (t, old, false);
  tb_fault_free (old);
  if (fault->phase == TB_PHASE_DURING)
    tell_change (t, fault, true);
  confirm_phase (t, fault);
}

void
tb_taps_fault_time (TbTaps *t)
{
  int64_t next;
  for (TbFault *fault = t->faults; fault != NULL; fault = fault->next)
    {
      TbFaultPhase before = fault->phase;
      fault->phase = tb_fault_phase_at (fault, t->now_ns, &next);
      if (fault->phase == before)
        continue;
      bool begins = fault->phase == TB_PHASE_DURING;
      if (begins || before == TB_PHASE_DURING)
        tell_change (t, fault, begins);
      confirm_phase (t, fault);
    }
  tb_taps_apply_faults (t);
}

void
tb_taps_heal (TbTaps *t, const char *id)
{
  bool all = id == NULL || *id == '\0';
  TbFault *gone = NULL, *fault;
  for (TbFault **at = all ? &t->faults : find_fault (t, id); *at != NULL;)
    {
      fault = *at;
      *at = fault->next;
      fault->next = gone;
      gone = fault;
      if (!all)
        break;
    }
  tb_taps_apply_faults (t);
  if (!all && gone == NULL)
    confirm (t, id, TB_FAULT_GONE, "");
  while ((fault = gone) != NULL)
    {
      gone = fault->next;
      if (fault->phase == TB_PHASE_DURING)
        tell_change (t, fault, false);
      confirm (t, fault->wire.id, TB_FAULT_GONE, "");
      tb_fault_free (fault);
    }
}

/* Out of the list and off every tap before it is freed. */
static void
end_fault (TbTaps *t, TbFault **at, const char *why)
{
  char reason[200];
  TbFault *fault = *at;
  *at = fault->next;
  tb_taps_apply_faults (t);
  snprintf (reason, sizeof reason, "%.80s has ended: %.100s", fault->wire.id, why);
  confirm (t, fault->wire.id, TB_FAULT_GONE, reason);
  tb_fault_free (fault);
}

void
tb_taps_follow_faults (TbTaps *t)
{
  char why[300];
  for (TbFault **at = &t->faults; *at != NULL;)
    if (!tb_fault_follow (*at, t->plan, why, sizeof why))
      end_fault (t, at, why);
    else if ((*at)->link != TB_NOBODY && t->plan->links[(*at)->link].n_to == 0)
      end_fault (t, at, "its link is not drawn any more");
    else
      at = &(*at)->next;
  tb_taps_apply_faults (t);
}

void
tb_taps_forget_faults (TbTaps *t)
{
  while (t->faults != NULL)
    {
      TbFault *fault = t->faults;
      t->faults = fault->next;
      tb_fault_free (fault);
    }
}

/* ---- Steps ----------------------------------------------------------------------------------- */

void
tb_taps_step (TbTaps *t, const char *id, uint32_t n)
{
  const TbFault *fault = *find_fault (t, id);
  if (fault == NULL)
    return;
  for (uint32_t i = 0; i < n || n == 0; i++)
    if (!tb_held_step (t, fault))
      return;
}
