/* Faults: which taps they are on and what that does there. Pure; the tap loop carries it out.
 *
 * A fault is a row of TB_FAULTS (tb-fault.h), a small file here with its TbFaultType, and a test. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tb-base.h"
#include "tb-wire.h"

#define TB_DELAYS_MAX 8 /* latencies on one direction of one tap; more add nothing */

typedef struct TbFault TbFault;

/* What all faults on a tap come to. Directions as TbDirection: 0 is up. */
typedef struct
{
  bool cut[2];  /* what waits stays, and what comes waits */
  bool refuse;  /* new connections */
  bool reset;   /* old ones now, new ones once connected */
  uint32_t bits; /* of TbFaultKind */
  uint8_t n_delays[2];
  const TbFault *delays[2][TB_DELAYS_MAX]; /* drawn anew for each message, and added */
} TbEffects;

typedef struct
{
  /* Between two instances whichever of them dialled, as a network is; else only as dialled. On a
   * named link the caller is who dials, so that there is nothing to turn round, but for the links
   * between replicas. */
  bool either_dials;
  /* Of connections, not of bytes: `up` and `down` have no say. */
  bool whole;
  /* Adds what the fault does in the directions given. */
  void (*apply) (const TbFault *fault, const bool directions[2], TbEffects *effects);
} TbFaultType;

struct TbFault
{
  TbWireFault wire; /* owned */
  uint32_t link;    /* index, or ~0 for any */
  bool among_replicas; /* that link is one between replicas */
  bool *from, *to;  /* one for each instance */
  uint64_t *ways;   /* of a partition: bit from * n + to; NULL: the names say where it is */
  uint32_t n;       /* instances */
  TbFault *next;
};

/* One connection's place: who dialled whom over which link. */
typedef struct
{
  uint32_t link, from, to;
} TbFaultPlace;

extern const TbFaultType tb_fault_cut, tb_fault_latency, tb_fault_reset, tb_fault_refuse;
/* NULL where the agent cannot do it. */
const TbFaultType *tb_fault_type (TbFaultKind kind);

/* Copies the fault and finds what its names mean. NULL with a sentence in why where one means
 * nothing in the plan. */
TbFault *tb_fault_new (const TbWireFault *wire, const TbWirePlan *plan, char *why, size_t why_size);
void tb_fault_free (TbFault *fault);

/* What a list of faults (linked by next) does at a place. */
void tb_effects_at (const TbFault *faults, const TbFaultPlace *place, TbEffects *effects);
/* Whether that fault does anything there. */
bool tb_fault_is_at (const TbFault *fault, const TbFaultPlace *place);
/* Bytes of that direction cannot simply pass. */
bool tb_effects_hold (const TbEffects *effects, unsigned direction);
/* How long one message waits. */
int64_t tb_effects_draw_ns (const TbEffects *effects, unsigned direction, TbRng *rng);
/* One fault's part of it. */
int64_t tb_latency_draw_ns (const TbFault *fault, TbRng *rng);
