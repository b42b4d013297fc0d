/* What faults come to: on a tap, on a connection, on a message. See fault.h. */
#include "fault.h"

const TbEffects tb_effects_none = { .limit = { UINT64_MAX, UINT64_MAX },
                                    .close_ns = INT64_MAX,
                                    .reset_ns = INT64_MAX };

/* ---- Effects --------------------------------------------------------------------------------- */

static bool
is_for_some_connections (const TbFault *fault)
{
  const TbWireFault *wire = &fault->wire;
  return wire->toxicity < 1
         || (tb_fault_strikes (wire->kind) == TB_STRIKES_CONNECTIONS
             && (wire->probability < 1 || wire->first > 0 || wire->every > 1));
}

/* Whether it is on the connection of that key. Asked once for each. */
static bool
choose (TbFault *fault, uint64_t key)
{
  TbRng rng;
  tb_chance_begin (&rng, fault, key, 0);
  if (tb_rng_uniform (&rng) >= fault->wire.toxicity)
    return false;
  return tb_fault_strikes (fault->wire.kind) != TB_STRIKES_CONNECTIONS
         || tb_fault_strikes_next (fault, &rng);
}

static bool
is_in_list (const TbFault *faults, uint32_t serial)
{
  while (faults != NULL && faults->serial != serial)
    faults = faults->next;
  return faults != NULL;
}

static void
forget_gone (TbFaulted *conn, const TbFault *faults)
{
  uint32_t kept = 0;
  for (uint32_t i = 0; i < conn->n_onsets; i++)
    if (is_in_list (faults, conn->onsets[i].serial))
      conn->onsets[kept++] = conn->onsets[i];
  conn->n_onsets = kept;
}

/* What is known of the fault on this connection; made when it is seen there first. NULL where there is
 * no room: the fault is then not on it. */
static const TbOnset *
find_onset (TbFault *faults, TbFault *fault, TbFaulted *conn)
{
  static const TbOnset always = { .chosen = true };
  if (conn == NULL || (!tb_fault_type (fault->wire.kind)->has_onset && !is_for_some_connections (fault)))
    return &always;
  for (uint32_t i = 0; i < conn->n_onsets; i++)
    if (conn->onsets[i].serial == fault->serial)
      return &conn->onsets[i];
  if (conn->n_onsets == TB_ONSETS_MAX)
    forget_gone (conn, faults);
  if (conn->n_onsets == TB_ONSETS_MAX)
    return NULL;
  TbOnset *onset = &conn->onsets[conn->n_onsets++];
  *onset = (TbOnset) { .serial = fault->serial,
                       .chosen = choose (fault, conn->key),
                       .since_ns = conn->now_ns,
                       .passed = { conn->passed[0], conn->passed[1] } };
  return onset;
}

static void
add_strike (TbFault *fault, const bool directions[2], TbEffects *effects)
{
  const TbFaultType *type = tb_fault_type (fault->wire.kind);
  bool match = fault->wire.match != NULL && *fault->wire.match != '\0';
  bool whole = match || tb_fault_strikes (fault->wire.kind) == TB_STRIKES_MESSAGES;
  for (int d = 0; d < 2; d++)
    {
      bool on = type->http_requests ? d == TB_DIR_UP && (directions[0] || directions[1])
                                    : directions[d];
      if (!on || effects->n_strikes[d] == TB_STRIKES_MAX)
        continue;
      effects->strikes[d][effects->n_strikes[d]++] = fault;
      effects->whole[d] = effects->whole[d] || whole;
    }
}

static void
add_effects (TbFault *fault, const bool directions[2], const TbOnset *onset, int64_t began_ns,
             TbEffects *effects)
{
  const TbFaultType *type = tb_fault_type (fault->wire.kind);
  const TbApplying applying = { fault, directions, onset, began_ns, effects };
  effects->bits |= 1u << fault->wire.kind;
  effects->park = effects->park || type->dialled == TB_DIALLED_PARKED;
  if (type->apply != NULL)
    type->apply (&applying);
  if (type->judge != NULL)
    add_strike (fault, directions, effects);
  if (type->dialled != TB_DIALLED_PASS && effects->n_dials < TB_DIALS_MAX)
    effects->dials[effects->n_dials++] = fault;
}

void
tb_effects_at (TbFault *faults, const TbFaultPlace *place, TbFaulted *conn, TbEffects *effects)
{
  *effects = tb_effects_none;
  for (TbFault *fault = faults; fault != NULL; fault = fault->next)
    {
      bool directions[2];
      if (fault->phase != TB_PHASE_DURING || !tb_fault_directions (fault, place, directions))
        continue;
      const TbOnset *onset = find_onset (faults, fault, conn);
      if (onset != NULL && onset->chosen)
        add_effects (fault, directions, onset, conn != NULL ? conn->began_ns : 0, effects);
    }
}

bool
tb_effects_hold (const TbEffects *effects, unsigned direction)
{
  return effects->cut[direction] || effects->n_strikes[direction] > 0
         || effects->rate[direction] > 0 || effects->slicer[direction] != NULL
         || effects->close_delay_ns[direction] > 0 || effects->limit[direction] != UINT64_MAX;
}

TbDialled
tb_effects_dial (const TbEffects *effects, uint64_t key)
{
  TbDialled worst = TB_DIALLED_PASS;
  for (unsigned i = 0; i < effects->n_dials; i++)
    {
      TbFault *fault = effects->dials[i];
      TbDialled dialled = tb_fault_type (fault->wire.kind)->dialled;
      if (dialled > worst && (!is_for_some_connections (fault) || choose (fault, key)))
        worst = dialled;
    }
  return worst;
}

bool
tb_effects_refuse_all (const TbEffects *effects)
{
  for (unsigned i = 0; i < effects->n_dials; i++)
    {
      const TbFault *fault = effects->dials[i];
      if (tb_fault_type (fault->wire.kind)->dialled == TB_DIALLED_REFUSED
          && !is_for_some_connections (fault))
        return true;
    }
  return false;
}

/* ---- Verdicts -------------------------------------------------------------------------------- */

static bool
concerns (const TbFault *fault, const TbStruck *struck)
{
  const TbFaultType *type = tb_fault_type (fault->wire.kind);
  const char *match = fault->wire.match;
  bool http = struck->proto == TB_PROTO_HTTP || struck->proto == TB_PROTO_HTTP2;
  if (type->http_requests && !(struck->request && http))
    return false;
  if (!struck->begins && !type->pieces)
    return false;
  return match == NULL || *match == '\0' || tb_glob_matches (match, struck->label);
}

void
tb_effects_judge (const TbEffects *effects, TbFaulted *conn, unsigned direction,
                  const TbStruck *struck, TbVerdict *verdict)
{
  *verdict = (TbVerdict) { .bits = 0 };
  uint64_t n = 2 * ++conn->judged[direction] + direction;
  for (unsigned i = 0; i < effects->n_strikes[direction]; i++)
    {
      TbFault *fault = effects->strikes[direction][i];
      TbRng rng;
      if (!concerns (fault, struck))
        continue;
      tb_chance_begin (&rng, fault, conn->key, n);
      if (!tb_fault_strikes_next (fault, &rng))
        continue;
      verdict->bits |= 1u << fault->wire.kind;
      tb_fault_type (fault->wire.kind)->judge (&(TbJudging) { fault, direction, struck, &rng, verdict });
      verdict->rng = rng;
    }
}

/* An end waits as a message would, but is none: it is not counted, and none is chosen for it. */
int64_t
tb_effects_end_delay_ns (const TbEffects *effects, TbFaulted *conn, unsigned direction)
{
  int64_t sum = effects->close_delay_ns[direction];
  for (unsigned i = 0; i < effects->n_strikes[direction]; i++)
    {
      TbFault *fault = effects->strikes[direction][i];
      const TbWireFault *wire = &fault->wire;
      TbRng rng;
      if (wire->kind != TB_FAULT_LATENCY || wire->first > 0 || wire->every > 1
          || wire->probability < 1 || *wire->match != '\0')
        continue;
      tb_chance_begin (&rng, fault, conn->key, ~UINT64_C (0) - direction);
      sum += tb_latency_draw_ns (fault, direction, &rng);
    }
  return sum;
}
