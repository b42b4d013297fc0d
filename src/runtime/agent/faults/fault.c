/* See fault.h. */
#include "fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const TbFaultType *const types[] = {
  [TB_FAULT_CUT] = &tb_fault_cut,
  [TB_FAULT_LATENCY] = &tb_fault_latency,
  [TB_FAULT_RESET_PEER] = &tb_fault_reset,
  [TB_FAULT_REFUSE] = &tb_fault_refuse,
};

const TbFaultType *
tb_fault_type (TbFaultKind kind)
{
  return (size_t) kind < TB_ARRAY_LENGTH (types) ? types[kind] : NULL;
}

static bool
is_any (const char *name)
{
  return name == NULL || *name == '\0' || strcmp (name, "*") == 0;
}

/* Which instances a name means; false where it means none. */
static bool
find_named (const TbWirePlan *plan, const char *name, bool *set)
{
  bool some = false;
  for (uint32_t i = 0; i < plan->n_instances; i++)
    {
      const TbWireInstance *instance = &plan->instances[i];
      set[i] = is_any (name) || strcmp (name, instance->id) == 0
               || strcmp (name, instance->component) == 0;
      some = some || set[i];
    }
  return some;
}

static bool
find_link (const TbWirePlan *plan, const char *id, uint32_t *link)
{
  *link = UINT32_MAX;
  if (id == NULL || *id == '\0')
    return true;
  for (uint32_t i = 0; i < plan->n_links; i++)
    if (strcmp (plan->links[i].id, id) == 0)
      *link = i;
  return *link != UINT32_MAX;
}

/* A bit for each ordered pair: a partition of a thousand instances is a million of them. */
static bool
set_ways (TbFault *fault, uint32_t n)
{
  const TbWireFault *wire = &fault->wire;
  fault->n = n;
  fault->ways = calloc (((size_t) n * n + 63) / 64 + 1, sizeof *fault->ways);
  TB_CHECK (fault->ways != NULL);
  for (uint32_t i = 0; i < wire->n_pairs; i++)
    {
      if (wire->pairs[i].from >= n || wire->pairs[i].to >= n)
        return false;
      uint64_t bit = (uint64_t) wire->pairs[i].from * n + wire->pairs[i].to;
      fault->ways[bit / 64] |= UINT64_C (1) << bit % 64;
    }
  return true;
}

static bool
has_way (const TbFault *fault, uint32_t from, uint32_t to)
{
  uint64_t bit = (uint64_t) from * fault->n + to;
  return fault->ways[bit / 64] >> bit % 64 & 1;
}

TbFault *
tb_fault_new (const TbWireFault *wire, const TbWirePlan *plan, char *why, size_t why_size)
{
  TbFault *fault = calloc (1, sizeof *fault);
  TB_CHECK (fault != NULL);
  tb_wire_fault_copy (&fault->wire, wire);
  fault->from = calloc (plan->n_instances + 1, sizeof *fault->from);
  fault->to = calloc (plan->n_instances + 1, sizeof *fault->to);
  TB_CHECK (fault->from != NULL && fault->to != NULL);
  const char *missing = NULL, *kind = "instance or component";
  if (!find_named (plan, wire->from, fault->from))
    missing = wire->from;
  else if (!find_named (plan, wire->to, fault->to))
    missing = wire->to;
  else if (!find_link (plan, wire->link, &fault->link))
    {
      missing = wire->link;
      kind = "link";
    }
  bool ways = wire->n_pairs == 0 || set_ways (fault, plan->n_instances);
  fault->among_replicas = fault->link != UINT32_MAX && plan->links[fault->link].replicas;
  if (missing == NULL && ways && tb_fault_type (wire->kind) != NULL)
    return fault;
  if (missing != NULL)
    snprintf (why, why_size, "there is no %s “%s”", kind, missing);
  else if (!ways)
    snprintf (why, why_size, "it names instances that are not there");
  else
    snprintf (why, why_size, "the agent cannot do %s", tb_fault_name (wire->kind));
  tb_fault_free (fault);
  return NULL;
}

void
tb_fault_free (TbFault *fault)
{
  if (fault == NULL)
    return;
  tb_wire_fault_clear (&fault->wire);
  free (fault->from);
  free (fault->to);
  free (fault->ways);
  free (fault);
}

/* In which directions of a connection at that place. */
static bool
find_directions (const TbFault *fault, const TbFaultPlace *place, bool directions[2])
{
  const TbFaultType *type = tb_fault_type (fault->wire.kind);
  bool up = fault->wire.up || type->whole, down = fault->wire.down || type->whole;
  directions[0] = directions[1] = false;
  if (fault->link != UINT32_MAX && fault->link != place->link)
    return false;
  if (fault->ways != NULL)
    {
      directions[0] = has_way (fault, place->from, place->to);
      directions[1] = has_way (fault, place->to, place->from);
      return directions[0] || directions[1];
    }
  if (fault->from[place->from] && fault->to[place->to])
    {
      directions[0] = up;
      directions[1] = down;
    }
  bool either = type->either_dials && (fault->link == UINT32_MAX || fault->among_replicas);
  if (either && fault->from[place->to] && fault->to[place->from])
    {
      directions[1] = directions[1] || up;
      directions[0] = directions[0] || down;
    }
  return directions[0] || directions[1];
}

bool
tb_fault_is_at (const TbFault *fault, const TbFaultPlace *place)
{
  bool directions[2];
  return find_directions (fault, place, directions);
}

void
tb_effects_at (const TbFault *faults, const TbFaultPlace *place, TbEffects *effects)
{
  memset (effects, 0, sizeof *effects);
  for (const TbFault *fault = faults; fault != NULL; fault = fault->next)
    {
      bool directions[2];
      if (!find_directions (fault, place, directions))
        continue;
      effects->bits |= (1u << fault->wire.kind);
      tb_fault_type (fault->wire.kind)->apply (fault, directions, effects);
    }
}

bool
tb_effects_hold (const TbEffects *effects, unsigned direction)
{
  return effects->cut[direction] || effects->n_delays[direction] > 0;
}

int64_t
tb_effects_draw_ns (const TbEffects *effects, unsigned direction, TbRng *rng)
{
  int64_t sum = 0;
  for (unsigned i = 0; i < effects->n_delays[direction]; i++)
    sum += tb_latency_draw_ns (effects->delays[direction][i], rng);
  return sum;
}
