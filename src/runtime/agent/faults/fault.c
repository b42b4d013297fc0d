/* See fault.h. */
#include "fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const TbFaultType *const types[] = {
#define X(name, text, strikes, what) [TB_FAULT_##name] = &tb_fault_of_##name,
  TB_FAULTS (X)
#undef X
};

const TbFaultType *
tb_fault_type (TbFaultKind kind)
{
  TB_CHECK ((size_t) kind < TB_FAULT_COUNT);
  return types[kind];
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
      set[i] = is_any (name)
               || (!instance->removed
                   && (strcmp (name, instance->id) == 0 || strcmp (name, instance->component) == 0));
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

/* False with a sentence where one of its names means nothing. */
static bool
find_names (TbFault *fault, const TbWirePlan *plan, char *why, size_t size)
{
  const TbWireFault *wire = &fault->wire;
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
  if (missing != NULL)
    snprintf (why, size, "there is no %s “%s”", kind, missing);
  else if (!ways)
    snprintf (why, size, "it names instances that are not there");
  return missing == NULL && ways;
}

/* Whether it can do there what it is for. */
static bool
suits_link (const TbFault *fault, const TbWirePlan *plan, char *why, size_t size)
{
  if (fault->link == UINT32_MAX)
    return true;
  const TbWireLink *link = &plan->links[fault->link];
  TbProto proto = (TbProto) link->proto;
  bool messages = tb_fault_strikes (fault->wire.kind) == TB_STRIKES_MESSAGES;
  const TbFaultType *type = tb_fault_type (fault->wire.kind);
  bool http = type->http_requests, http2 = proto == TB_PROTO_HTTP2;
  bool suits = !messages || proto == TB_PROTO_UNKNOWN
               || (http ? http2 || proto == TB_PROTO_HTTP
                        : proto != TB_PROTO_BYTES && !(http2 && type->in_line));
  if (!suits)
    snprintf (why, size, "%s needs %s, and %s is read as %s", tb_fault_name (fault->wire.kind),
              http    ? "HTTP requests"
              : http2 ? "messages that do not interleave"
                      : "messages",
              link->id, tb_proto_name (proto));
  return suits;
}

bool
tb_fault_follow (TbFault *fault, const TbWirePlan *plan, char *why, size_t why_size)
{
  free (fault->from);
  free (fault->to);
  free (fault->ways);
  fault->ways = NULL;
  fault->from = calloc (plan->n_instances + 1, sizeof *fault->from);
  fault->to = calloc (plan->n_instances + 1, sizeof *fault->to);
  TB_CHECK (fault->from != NULL && fault->to != NULL);
  if (!find_names (fault, plan, why, why_size) || !suits_link (fault, plan, why, why_size))
    return false;
  fault->among_replicas = fault->link != UINT32_MAX && plan->links[fault->link].replicas;
  return true;
}

TbFault *
tb_fault_new (const TbWireFault *wire, const TbWirePlan *plan, uint32_t serial, int64_t now_ns,
              char *why, size_t why_size)
{
  if (!tb_fault_is_sound (wire))
    {
      snprintf (why, why_size, "its attributes are out of their bounds");
      return NULL;
    }
  TbFault *fault = calloc (1, sizeof *fault);
  TB_CHECK (fault != NULL);
  tb_wire_fault_copy (&fault->wire, wire);
  fault->serial = serial;
  fault->added_ns = now_ns;
  fault->seed = wire->seed != 0
                    ? wire->seed
                    : tb_chance_key (plan->seed, tb_hash_string (fault->wire.id), 0);
  if (tb_fault_follow (fault, plan, why, why_size))
    {
      fault->phase = tb_fault_phase_at (fault, now_ns, &(int64_t) { 0 });
      return fault;
    }
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
bool
tb_fault_directions (const TbFault *fault, const TbFaultPlace *place, bool directions[2])
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

TbFaultPhase
tb_fault_phase_at (const TbFault *fault, int64_t now_ns, int64_t *next_ns)
{
  int64_t after = fault->added_ns + fault->wire.after_ns;
  int64_t until = fault->wire.until_ns > 0 ? fault->added_ns + fault->wire.until_ns : INT64_MAX;
  int64_t change = now_ns < after ? after : now_ns < until ? until : INT64_MAX;
  *next_ns = TB_MIN (*next_ns, change);
  return now_ns < after ? TB_PHASE_BEFORE : now_ns < until ? TB_PHASE_DURING : TB_PHASE_AFTER;
}

bool
tb_fault_is_at (const TbFault *fault, const TbFaultPlace *place)
{
  bool directions[2];
  return fault->phase == TB_PHASE_DURING && tb_fault_directions (fault, place, directions);
}
