/* Histories of operations on a store, and their judges. libc and base only; pure: no input, output,
 * clock or chance.
 *
 * A history is linearizable when every operation can be given one moment between its beginning and its
 * end, so that in the order of those moments the store behaved as one copy of the data would. Keys are
 * judged one by one: linearizability is local (Herlihy and Wing 1990).
 *
 * Where every written value of a key is another, by zones (Gibbons and Korach 1997) in O(n log n); else by
 * the search of Wing and Gong with Lowe's memo, bounded, which may end in "unknown". */
#pragma once

#include "tb-op.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct TbHistory TbHistory;

TbHistory *tb_history_new (void);
void tb_history_free (TbHistory *h);
/* Operations may come in any order of time; live, each when it ends. */
void tb_history_add (TbHistory *h, const TbOp *op);
size_t tb_history_n (const TbHistory *h);
/* How many are not there any more, since they can no longer matter to the verdict (TbJudgeOptions.keep_bytes); tb_history_n() is
 * without them. */
size_t tb_history_given_back (const TbHistory *h);
/* The i-th, key by key, in the order in which they came or, once judged, ended; until the next is added. */
const TbOp *tb_history_op (const TbHistory *h, size_t i);
/* All of them, key by key. */
void tb_history_each (const TbHistory *h, void (*func) (const TbOp *op, void *data), void *data);
/* The bytes that it holds. */
size_t tb_history_memory (const TbHistory *h);

/* Number of a key's name, new or old. Keys without a name are called by their number. */
uint32_t tb_history_key (TbHistory *h, const char *name, size_t n);
/* Number of a value's text, never NIL. Values without a text are called by their number. */
uint64_t tb_history_value (TbHistory *h, const char *text, size_t n);
/* Number of a list, or of a set, of values; of none it is NIL. */
uint64_t tb_history_list (TbHistory *h, const uint64_t *values, size_t n);
uint64_t tb_history_set (TbHistory *h, const uint64_t *values, size_t n);
/* What is in it (owned by the history, until the next is added); NULL: it is neither. */
const uint64_t *tb_history_elements (const TbHistory *h, uint64_t value, size_t *n);
/* What TbOp.client says is called so in sentences: names[client], copied. Without, "client 3" by its process. */
void tb_history_name_clients (TbHistory *h, const char *const *names, unsigned n);

/* What is called how, written to out and returned. */
const char *tb_history_key_name (const TbHistory *h, uint32_t key, char *out, size_t size);
const char *tb_history_value_text (const TbHistory *h, uint64_t value, char *out, size_t size);
const char *tb_history_client_name (const TbHistory *h, const TbOp *op, char *out, size_t size);

/* "write 7", "read 5", "swap 1 for 2". */
const char *tb_history_op_text (const TbHistory *h, const TbOp *op, char *out, size_t size);
/* Whether its times are the lines of the file that it was read from, since the file has none. */
bool tb_history_is_by_lines (const TbHistory *h);
/* "41 ms", or, of a history whose times are the lines of a file, "3 lines". */
const char *tb_history_time_text (const TbHistory *h, int64_t ns, char *out, size_t size);

typedef enum
{
  TB_VERDICT_LINEARIZABLE,
  TB_VERDICT_VIOLATED,
  TB_VERDICT_UNKNOWN
} TbVerdictKind;

#define TB_WITNESS_MAX 16

/* Guarantees of a session that are weaker than linearizability: bits of TbVerdict.guarantees. */
typedef enum
{
  TB_READ_YOUR_WRITES,
  TB_MONOTONIC_READS,
  TB_MONOTONIC_WRITES,    /* known only where replica is */
  TB_WRITES_FOLLOW_READS, /* the same */
  TB_N_GUARANTEES
} TbGuarantee;

/* "monotonic reads" */
const char *tb_guarantee_name (TbGuarantee guarantee);

/* What is judged. */
typedef struct
{
  TbVerdictKind kind;
  uint32_t key;                 /* of the violation, or of what is unknown */
  TbOp witness[TB_WITNESS_MAX]; /* by their beginning: itself not linearizable */
  unsigned n_witness;           /* 1 to 6 by zones; 0 where the search found none so small */
  unsigned arrow_from, arrow_to; /* of the witness: what had ended before the other began, and contradicts; TB_WITNESS_MAX: none */
  char sentence[320];           /* one sentence a person understands; also why it is unknown */

  uint64_t keys, keys_violated, keys_unknown;
  uint64_t operations, ok, failed, unknown;
  uint64_t reads; /* that are OK */
  uint64_t left_out; /* of a file: what was done that is not known here; keys to which it was done are unknown */

  /* Of keys of unique values; live as far as is known. */
  uint32_t guarantees; /* broken: bits 1 << TbGuarantee */
  uint64_t stale_reads;
  int64_t staleness_worst_ns;
  int64_t staleness_p95_ns;       /* 95 % of all reads were at most so old (fresh ones: 0) */
  int64_t stale_p95_ns;           /* 95 % of the stale ones */
  uint32_t staleness_worst_versions;
  int64_t delta_ns;     /* by so much every read would have to begin earlier; 0 live and where linearizable; -1: no such */
  uint64_t lost_writes; /* acknowledged, and not there at the end: with .final_reads only */
} TbVerdict;

typedef struct
{
  uint64_t step_limit;   /* of the search, a key; 0: 5 million, live 250 000 */
  uint64_t memory_limit; /* of the search, bytes; 0: 512 MiB */
  int64_t patience_ns;   /* live: after so long an operation is known, though it be UNKNOWN; 0: 10 s */
  bool final_reads;      /* reads that began after all else had ended show what is there at the end */
  bool search;           /* even where zones would do, for comparison */
  bool live;             /* more will come: a value that nobody wrote may be of a write that goes on */
  uint64_t keep_bytes;   /* live: where it holds more, what can no longer matter to the verdict is given back; 0: never. Counts, verdict and witness
                            stay; availability and convergence are of what is there, staleness is not counted of reads of values that are not */
  int64_t keep_ns;       /* what ended so lately is kept in any case; 0: 60 s. Longer than any operation takes */
} TbJudgeOptions;

/* Judges what is there; options may be NULL. Called again after more has been added, only keys that
 * changed cost. Once violated, a key stays so. Never hangs: UNKNOWN rather. */
void tb_history_judge (TbHistory *h, const TbJudgeOptions *options, TbVerdict *verdict);

/* ---- Figures over a history ------------------------------------------------------------------------ */

/* The interval that holds a share with 95 % (Wilson 1927); of none: 0 to 1. */
void tb_wilson (uint64_t ok, uint64_t n, double *low, double *high);

typedef struct
{
  uint64_t attempted, ok, failed, unknown;
  uint64_t timed_out;      /* of those failed and unknown */
  double share, low, high; /* ok of attempted (NAN: none), and its interval */
} TbAvailability;

/* Of operations that began in [from, to), by the side of the replica that received them and their kind: sides[n_sides].
 * side_of[replica] below n_sides; another is counted nowhere, nor is an operation whose replica is not known. */
void tb_history_availability (const TbHistory *h, const uint8_t *side_of, unsigned n_replicas, int64_t from_ns, int64_t to_ns,
                              TbAvailability (*sides)[TB_N_OPS], unsigned n_sides);

/* Of reads that began in [from, to) and were answered, of keys whose values are unique. */
typedef struct
{
  uint64_t reads, stale;
  int64_t age_ns; /* so old were at most as many of the stale ones as was asked for; none: 0 */
} TbStaleness;

/* quantile: 1: at worst, 0.95: 95 % of the stale reads. Of what was judged. */
void tb_history_staleness (const TbHistory *h, int64_t from_ns, int64_t to_ns, double quantile, TbStaleness *staleness);

/* What a replica said of its state at a moment. */
typedef struct
{
  int64_t time_ns;
  uint64_t digest;
  uint32_t replica;
} TbDigest;

/* From heal_ns until no two replicas differed any more, by what each had said last; -1: they still do. */
int64_t tb_convergence (const TbDigest *samples, size_t n, unsigned n_replicas, int64_t heal_ns);
/* The same by what was read since: until the last read that saw another value than its key's last did. Says
 * nothing where writes go on. */
int64_t tb_history_convergence (const TbHistory *h, int64_t heal_ns);

/* ---- Files ---------------------------------------------------------------------------------------------- */

/* Reads a history, in pieces of any size: our own form, and Jepsen's two (docs/histories.md). */
typedef struct TbHistoryReader TbHistoryReader;
TbHistoryReader *tb_history_reader_new (TbHistory *h);
void tb_history_reader_free (TbHistoryReader *reader);
/* False: it is no history; tb_history_reader_error() says why, with the line. */
bool tb_history_reader_feed (TbHistoryReader *reader, const char *bytes, size_t n);
/* That was all. False: as above, or there was no operation. */
bool tb_history_reader_end (TbHistoryReader *reader);
const char *tb_history_reader_error (const TbHistoryReader *reader);

/* An operation as a line of our own form, without a newline. Returns its length; what does not fit is cut, as by snprintf(). Of a
 * counter, values are numbers. */
size_t tb_history_op_line (const TbHistory *h, const TbOp *op, char *out, size_t size);
