/* Faults: which taps and connections they are on, what that does there, and what becomes of each
 * message. Pure: time and place are passed in; the tap loop carries it out (affect.c, gather.c).
 *
 * A fault is a row of TB_FAULTS (tb-fault.h), a small file here with its TbFaultType, and a test.
 *
 *   TbFault ──tb_effects_at()──▶ TbEffects of a tap:        what meets a new connection
 *      └──────tb_effects_at()──▶ TbEffects of a connection: holds, shapes, ends; and who strikes
 *                                   └──tb_effects_judge()──▶ TbVerdict on a message
 *
 * Chance: every draw is of a generator seeded by the fault, the connection's place and number there,
 * and the how manieth of its direction it is. So what one fault draws does not depend on other
 * faults nor on how connections interleave, and a run with the same seed strikes the same messages. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tb-base.h"
#include "tb-proto.h"
#include "tb-wire.h"

#define TB_STRIKES_MAX 8 /* faults that judge messages of one direction; more add nothing */
#define TB_DIALS_MAX 8   /* faults that meet new connections of one tap */
#define TB_ONSETS_MAX 12 /* faults with conditions or a time that are on one connection */

typedef struct TbFault TbFault;

/* When a fault came onto a connection. */
typedef struct
{
  uint32_t serial;    /* of the fault */
  bool chosen;        /* its conditions chose this connection, once for all */
  int64_t since_ns;
  uint64_t passed[2]; /* bytes that had passed */
} TbOnset;

/* A connection as faults know it. */
typedef struct
{
  uint64_t key; /* of its place and its number there */
  int64_t began_ns, now_ns;
  uint64_t passed[2];
  uint64_t judged[2]; /* what was judged so far */
  uint32_t n_onsets;
  TbOnset onsets[TB_ONSETS_MAX];
} TbFaulted;

/* What all faults at a place come to. Directions as TbDirection: 0 is up. */
typedef struct
{
  uint32_t bits;  /* of TbFaultKind */
  bool cut[2];    /* what waits stays, and what comes waits */
  bool park;      /* some new connections wait: dials has who decides */
  bool whole[2];  /* who strikes there needs whole messages */
  uint8_t n_strikes[2], n_dials;
  TbFault *strikes[2][TB_STRIKES_MAX];
  TbFault *dials[TB_DIALS_MAX];
  const TbFault *slicer[2];
  int64_t rate[2];           /* bytes a second; 0: as fast as may be */
  int64_t close_delay_ns[2]; /* of an end */
  uint64_t limit[2];         /* offset at which the connection is closed */
  int64_t close_ns, reset_ns; /* when the connection is; INT64_MAX: never */
} TbEffects;

extern const TbEffects tb_effects_none;

/* What is judged: a message, or bytes. */
typedef struct
{
  const char *label; /* "" where nothing is known of it */
  uint64_t bytes;    /* that are there */
  bool begins;       /* they begin a message, or are what came at once on a link without framing */
  bool request;
  TbProto proto;
} TbStruck;

/* What becomes of it; what several faults say adds up. */
typedef struct
{
  uint32_t bits; /* of TbFaultKind: who struck */
  int64_t delay_ns;
  bool drop, hold;
  uint32_t copies, flips;
  uint32_t distance;    /* of messages that overtake it, for overtake_ns at most */
  int64_t overtake_ns;
  uint16_t answer;      /* HTTP status of the answer that the tap gives; 0: none */
  TbRng rng;            /* for flips */
} TbVerdict;

/* What a new connection meets. */
typedef enum
{
  TB_DIALLED_PASS,
  TB_DIALLED_REFUSED,
  TB_DIALLED_PARKED /* nobody answers until it is healed */
} TbDialled;

typedef struct
{
  TbFault *fault;
  const bool *directions; /* in which it acts on this connection */
  const TbOnset *onset;   /* of zeros for a tap */
  int64_t began_ns;
  TbEffects *effects;
} TbApplying;

typedef struct
{
  TbFault *fault;
  unsigned direction;
  const TbStruck *struck;
  TbRng *rng;
  TbVerdict *verdict;
} TbJudging;

typedef struct
{
  /* Between two instances whichever of them dialled, as a network is; else only as dialled. On a
   * named link the caller is who dials, so that there is nothing to turn round, but for the links
   * between replicas. */
  bool either_dials;
  bool whole;         /* of connections, not of bytes: `up` and `down` have no say */
  bool has_onset;     /* counts from when it came onto a connection */
  bool http_requests; /* judges these alone */
  bool in_line;       /* of messages that come one after the other: HTTP/2's do not */
  bool pieces;        /* judges every piece of a message, not its beginning alone */
  TbDialled dialled;
  void (*apply) (const TbApplying *applying); /* to tap or connection; NULL: it has no such part */
  void (*judge) (const TbJudging *judging);   /* what its conditions chose; NULL: nothing */
} TbFaultType;

typedef enum
{
  TB_PHASE_BEFORE, /* of its time */
  TB_PHASE_DURING,
  TB_PHASE_AFTER
} TbFaultPhase;

struct TbFault
{
  TbWireFault wire; /* owned */
  uint32_t link;    /* index, or ~0 for any */
  bool among_replicas; /* that link is one between replicas */
  bool *from, *to;  /* one for each instance */
  uint64_t *ways;   /* of a partition: bit from * n + to; NULL: the names say where it is */
  uint32_t n;       /* instances */
  uint32_t serial;  /* from 1, one for each that was ever added */
  uint64_t seed;
  int64_t added_ns;
  TbFaultPhase phase;
  uint64_t met, struck; /* what it could have struck, and what it did */
  double last[2];       /* the last draw of each direction, for correlation */
  bool told;            /* that it meets bytes that are no messages */
  TbFault *next;
};

/* One connection's place: who dialled whom over which link. */
typedef struct
{
  uint32_t link, from, to;
} TbFaultPlace;

#define X(name, text, strikes, what) extern const TbFaultType tb_fault_of_##name;
TB_FAULTS (X)
#undef X
const TbFaultType *tb_fault_type (TbFaultKind kind);

/* Copies the fault and finds what its names mean. NULL with a sentence in why where one means
 * nothing in the plan. Its time begins at now_ns. */
TbFault *tb_fault_new (const TbWireFault *wire, const TbWirePlan *plan, uint32_t serial,
                       int64_t now_ns, char *why, size_t why_size);
void tb_fault_free (TbFault *fault);
/* Finds what its names mean in another plan of the same run; its time, chance and count go on. False with
 * a sentence in why where one means nothing any more: then it is only to be freed. */
bool tb_fault_follow (TbFault *fault, const TbWirePlan *plan, char *why, size_t why_size);
/* The phase it is in at now_ns; *next_ns becomes when that changes, if that is sooner. */
TbFaultPhase tb_fault_phase_at (const TbFault *fault, int64_t now_ns, int64_t *next_ns);

/* What a list of faults (linked by next) does at a place: to a tap, or to one connection of it. Those
 * whose phase is not DURING do nothing. */
void tb_effects_at (TbFault *faults, const TbFaultPlace *place, TbFaulted *conn,
                    TbEffects *effects);
/* In which directions of a connection at that place, whatever its time; false for in none. */
bool tb_fault_directions (const TbFault *fault, const TbFaultPlace *place, bool directions[2]);
/* Whether that fault does anything there, in its time. */
bool tb_fault_is_at (const TbFault *fault, const TbFaultPlace *place);
/* Bytes of that direction cannot simply pass. */
bool tb_effects_hold (const TbEffects *effects, unsigned direction);

/* What meets a new connection of a tap, of that key. */
TbDialled tb_effects_dial (const TbEffects *effects, uint64_t key);
/* Whether every new connection is refused, so that nothing need be listened to. */
bool tb_effects_refuse_all (const TbEffects *effects);

/* What becomes of the next message or bytes of that direction. */
void tb_effects_judge (const TbEffects *effects, TbFaulted *conn, unsigned direction,
                       const TbStruck *struck, TbVerdict *verdict);
/* How much later an end is passed on. */
int64_t tb_effects_end_delay_ns (const TbEffects *effects, TbFaulted *conn, unsigned direction);

/* ---- condition.c ------------------------------------------------------------------------------ */

/* * stands for any bytes, ? for one. */
bool tb_glob_matches (const char *pattern, const char *text);
uint64_t tb_chance_key (uint64_t a, uint64_t b, uint64_t c);
void tb_chance_begin (TbRng *rng, const TbFault *fault, uint64_t key, uint64_t n);
/* Whether the next of what it could strike is struck: every, probability, first. */
bool tb_fault_strikes_next (TbFault *fault, TbRng *rng);
/* Uniform in [0, 1), resembling the one before as `correlation` says (as netem does it). */
double tb_fault_correlated (TbFault *fault, unsigned direction, TbRng *rng);

/* latency.c: for http_delay as well */
int64_t tb_latency_draw_ns (TbFault *fault, unsigned direction, TbRng *rng);
