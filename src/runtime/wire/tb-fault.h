/* Faults: what can be done to a link, with which attributes, under which conditions; as data, so that
 * the agent, scenarios, the command, the REST interface and the window all know the same.
 *
 * Names, attributes and units are Toxiproxy's where it has the fault, netem's and Envoy's for the
 * others. What differs on purpose: a fault needs no traffic to strike (reset_peer), its time is not
 * begun anew by each byte (timeout), toxicity 0 does nothing at all, and a change of one fault never
 * lets go early of what another holds. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tb-base.h"

/* What a fault strikes, and so what its conditions count. */
typedef enum
{
  TB_STRIKES_CONNECTIONS, /* toxicity, probability, first and every choose among connections */
  TB_STRIKES_BYTES,       /* messages where the link is framed, else what arrives at once */
  TB_STRIKES_MESSAGES     /* whole ones: on framed links only */
} TbFaultStrikes;

/* X (NAME, name, what it strikes, what it does). A row here, its attributes in fault-table.c, one
 * small file in src/runtime/agent/faults, a test: that is a fault. New rows at the end: recordings
 * have the numbers. */
#define TB_FAULTS(X)                                                                               \
  X (CUT, "cut", CONNECTIONS,                                                                      \
     "bytes, FIN and RST are held, connects time out; delivered in order at heal")                 \
  X (LATENCY, "latency", BYTES, "each byte arrives later, by what is drawn for its message")       \
  X (RESET_PEER, "reset_peer", CONNECTIONS,                                                        \
     "connections are reset after `timeout`, at once if that is 0")                                \
  X (REFUSE, "refuse", CONNECTIONS, "new connections are refused")                                 \
  X (BANDWIDTH, "bandwidth", CONNECTIONS, "a connection carries at most `rate`")                   \
  X (SLOW_CLOSE, "slow_close", CONNECTIONS, "the end of a connection is passed on later")          \
  X (TIMEOUT, "timeout", CONNECTIONS,                                                              \
     "nothing passes, and connections are closed after `timeout`; 0: never")                       \
  X (SLICER, "slicer", CONNECTIONS, "bytes are cut into small pieces with a pause between them")   \
  X (LIMIT_DATA, "limit_data", CONNECTIONS, "a connection is closed after so many bytes")          \
  X (BLACKHOLE, "blackhole", CONNECTIONS, "new connections are not answered; old ones go on")      \
  X (PACKET_LOSS, "packet_loss", BYTES,                                                            \
     "packets are lost and sent again, as TCP does it: bytes wait 200 ms, 400 ms …")               \
  X (DROP, "drop", MESSAGES, "messages do not arrive")                                             \
  X (DUPLICATE, "duplicate", MESSAGES, "messages arrive more than once")                           \
  X (REORDER, "reorder", MESSAGES, "messages are overtaken by those behind them")                  \
  X (CORRUPT, "corrupt", MESSAGES, "bits of messages are turned over")                             \
  X (HOLD, "hold", MESSAGES, "messages wait, and those behind them, until stepped or healed")      \
  X (HTTP_ABORT, "http_abort", MESSAGES, "requests are answered with an error by the tap itself")  \
  X (HTTP_DELAY, "http_delay", MESSAGES, "requests wait before they are passed on")

typedef enum
{
#define X(name, text, strikes, what) TB_FAULT_##name,
  TB_FAULTS (X)
#undef X
  TB_FAULT_COUNT
} TbFaultKind;

const char *tb_fault_name (TbFaultKind kind);
/* False when no fault has that name; "-" stands for "_" too. */
bool tb_fault_from_name (const char *name, TbFaultKind *kind);
/* A sentence without its full stop. */
const char *tb_fault_what (TbFaultKind kind);
TbFaultStrikes tb_fault_strikes (TbFaultKind kind);

/* One way between two instances: bytes from the one to the other, whoever dialled. */
typedef struct
{
  uint32_t from, to; /* instance indices */
} TbWirePair;

/* On every pair (from, to) the two name sets span, in the ways chosen. A name is an instance
 * ("orders/1"), a component ("orders": all its instances), or "*". With a link id, only
 * connections of that link. With pairs, it is on just those ways of the bytes instead, on every
 * connection between the two, and the names, `up` and `down` have no say: a partition.
 * Begin with tb_fault_init(): zeros are not the defaults, and toxicity 0 does nothing. */
typedef struct
{
  char *id; /* chosen by the viewer; a second fault of that id replaces the first */
  TbFaultKind kind;
  char *link; /* or empty */
  char *from, *to;
  bool up, down; /* the directions it acts on: up is from the caller to the called */
  TbWirePair *pairs; /* n_pairs of them */
  uint32_t n_pairs;

  /* Attributes: see fault-table.c for which kind has which. */
  TbDist latency;         /* latency: latency; http_delay: delay */
  int64_t jitter_ns;      /* latency: uniform ± around it */
  double correlation;     /* latency, packet_loss: of each draw with the one before, 0 … 1 */
  int64_t rate;           /* bandwidth: bytes a second */
  int64_t delay_ns;       /* slow_close, slicer, reorder */
  int64_t timeout_ns;     /* timeout, reset_peer: since the fault or the connection began */
  int64_t limit_time_ns;  /* timeout: since the connection began, whatever passes; 0: none */
  int64_t average_size;   /* slicer: bytes */
  int64_t size_variation; /* slicer: bytes, less than average_size */
  int64_t bytes;          /* limit_data */
  double loss_rate;       /* packet_loss: 0 … 1 */
  int64_t copies;         /* duplicate: how many more arrive */
  int64_t distance;       /* reorder: by how many messages it is overtaken */
  int64_t bits;           /* corrupt: how many */
  int64_t http_status;    /* http_abort */

  /* Conditions, of every kind. All must hold. */
  double toxicity;    /* the share of connections it is on, decided once for each */
  double probability; /* the share of what it strikes */
  int64_t first;      /* only the first so many; 0: no limit */
  int64_t every;      /* only every so manieth; 0 and 1: all */
  char *match;        /* only messages with such a label: * and ? stand for any; empty: all */
  int64_t after_ns, until_ns; /* only between these, since the fault was added; until 0: no end */
  uint64_t seed;      /* 0: from the run's seed and the id */
} TbWireFault;

/* In an initialiser: without conditions. */
#define TB_FAULT_ALWAYS .toxicity = 1, .probability = 1

/* ---- Attributes and conditions by name ------------------------------------------------------- */

typedef enum
{
  TB_UNIT_MS,      /* a duration; a bare number is milliseconds */
  TB_UNIT_US,      /* a duration; a bare number is microseconds */
  TB_UNIT_DIST_MS, /* a TbDist; a bare number is milliseconds */
  TB_UNIT_BYTES,   /* "1000", "64KB", "1MiB" */
  TB_UNIT_KB_S,    /* a bare number is 1 000 bytes a second; "64KB/s", "8mbit" */
  TB_UNIT_SHARE,   /* 0 … 1, or "25%" */
  TB_UNIT_COUNT,
  TB_UNIT_TEXT,
  TB_UNIT_STREAM /* "upstream", "downstream" or "both" */
} TbFaultUnit;

typedef struct
{
  TbFaultKind kind; /* TB_FAULT_COUNT: of every kind, a condition */
  const char *name;
  TbFaultUnit unit;
  size_t offset;              /* in TbWireFault */
  double least, most, normal; /* as stored: ns, bytes, bytes a second; normal is the default */
  const char *help;
} TbFaultAttribute;

/* The attributes of a kind in their order, then the conditions; NULL after the last. */
const TbFaultAttribute *tb_fault_attribute (TbFaultKind kind, unsigned i);
const TbFaultAttribute *tb_fault_find_attribute (TbFaultKind kind, const char *name);

/* Of that kind with the defaults, on both directions of everything; without an id. */
void tb_fault_init (TbWireFault *fault, TbFaultKind kind);
/* Sets one attribute or condition, or id, link, from, to. False with a sentence in why where the
 * kind has no such attribute or the value is not one of it. */
bool tb_fault_set (TbWireFault *fault, const char *name, const char *value, char *why,
                   size_t why_size);
/* An attribute as tb_fault_set() reads it: "20ms", "64KB/s", "0.25". */
void tb_fault_get (const TbWireFault *fault, const TbFaultAttribute *attribute, char *out,
                   size_t size);
/* The same as a number in Toxiproxy's unit: ms, µs, bytes, KB/s; of a TbDist its first parameter.
 * 0 for texts. */
double tb_fault_get_number (const TbWireFault *fault, const TbFaultAttribute *attribute);
bool tb_fault_is_normal (const TbWireFault *fault, const TbFaultAttribute *attribute);
/* Whether a person is told of it: it differs from the default, or it is what a fault of this kind is of: “latency
 * 100ms”, where nobody said how much. */
bool tb_fault_tells (const TbWireFault *fault, const TbFaultAttribute *attribute);
/* What no single attribute shows: size_variation against average_size, after against until. */
bool tb_fault_check (const TbWireFault *fault, char *why, size_t why_size);
/* Kind, every bound, and tb_fault_check(): what a frame may say. */
bool tb_fault_is_sound (const TbWireFault *fault);

/* "latency,latency=20ms,jitter=5ms,stream=downstream,toxicity=0.5": a name, then attributes in any
 * order; a comma inside a value is written "\,". *fault must be empty before (it is initialised), and is
 * empty after false. */
bool tb_fault_parse (const char *text, TbWireFault *fault, char *why, size_t why_size);
/* The same form, of what differs from the defaults; id, link, from and to are left out. */
void tb_fault_format (const TbWireFault *fault, char *out, size_t size);

/* For a person, in few words: "latency 20ms", "drop 10%". */
void tb_fault_summary (const TbWireFault *fault, char *out, size_t size);

/* A deep copy; to is overwritten. */
void tb_wire_fault_copy (TbWireFault *to, const TbWireFault *from);
void tb_wire_fault_clear (TbWireFault *fault);
