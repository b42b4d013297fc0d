/* What the files of the module share. */
#pragma once

#include "tb-base.h"
#include "tb-history.h"

#define NONE UINT32_MAX
#define TB_JUDGE_STEPS UINT64_C (5000000)
#define TB_JUDGE_STEPS_LIVE UINT64_C (250000) /* a judging must not hold up who watches */
#define TB_JUDGE_PATIENCE_NS (10 * TB_NS_PER_S)
#define TB_JUDGE_KEEP_NS (60 * TB_NS_PER_S)
#define TB_JUDGE_BYTES (UINT64_C (512) << 20)

/* Memory that must be there: the judge's own limits come before the machine's. */
void *tb_grow (void *array, size_t *capacity, size_t needed, size_t item);

/* ---- A table from a number to a place (index.c) ---------------------------------------------- */

typedef struct
{
  uint64_t *numbers;
  uint32_t *places; /* NONE: free */
  size_t n, capacity;
} TbIndex;

void tb_index_clear (TbIndex *index);
/* NONE where it is not there. */
uint32_t tb_index_find (const TbIndex *index, uint64_t number);
/* The place of a number, fresh if it is new. */
uint32_t tb_index_put (TbIndex *index, uint64_t number, uint32_t fresh);

/* ---- Names of keys and values ------------------------------------------------------------------ */

typedef struct
{
  char *bytes; /* terminated, one after another */
  size_t n_bytes, bytes_capacity;
  size_t *offsets;
  size_t n, offsets_capacity;
  uint32_t *table; /* by hash, of numbers; NONE: free */
  size_t table_capacity;
} TbNames;

void tb_names_clear (TbNames *names);
uint32_t tb_names_put (TbNames *names, const char *text, size_t n);
const char *tb_names_text (const TbNames *names, uint64_t number); /* NULL: none */

/* Where a search begins or has come to: the state, and which of the first 64 operations that may never have been have been. */
typedef struct
{
  uint64_t state, used;
} TbConfig;

#define TB_CONFIGS_MAX 64

typedef struct
{
  TbConfig configs[TB_CONFIGS_MAX];
  unsigned n;
} TbConfigs;

/* ---- One key -------------------------------------------------------------------------------------- */

/* All operations of one value: its write and the reads that returned it. Its zone reaches from the
 * first end to the last beginning of them: a forward zone; or from the last beginning to the first end
 * where all overlap: a backward one. In every order that explains the history, the value is there
 * during a forward zone, and at one moment at least in a backward one. */
typedef struct
{
  uint64_t value;
  int64_t first_end, last_start;
  int64_t first_read_end; /* INT64_MAX: never read */
  int64_t last_read_start;
  int64_t before; /* the latest beginning of a write that its process had read */
  uint64_t value_before;
  int64_t placed;         /* left end of the zone under which it is filed */
  uint32_t write, refused, first_end_op, last_start_op, first_read_op; /* operations of the key, or NONE */
  uint8_t filed; /* TbZoneKind */
  bool dirty;
} TbCluster;

typedef struct TbFigures TbFigures;

typedef enum
{
  TB_ZONE_NONE,
  TB_ZONE_FORWARD,
  TB_ZONE_BACKWARD
} TbZoneKind;

typedef struct
{
  int64_t low, high;
  uint32_t cluster;
} TbZone;

typedef struct
{
  TbZone *zones; /* by low */
  size_t n, capacity;
} TbZones;

typedef struct
{
  uint32_t number;
  TbOp *ops; /* those before taken: by their end */
  size_t n, capacity, taken;
  int64_t last_end_ns; /* of those taken */
  bool changed, late;  /* late: some came after others that ended later were taken */

  /* Of what was given back. */
  int64_t cut_ns;          /* what came later begins behind that; INT64_MIN: nothing was */
  int64_t changed_ns;      /* the last end of a write of it */
  int64_t delta_before_ns; /* tb_delta() when it was there */
  size_t n_given_back;
  bool uncertain;          /* something came so late that it might have mattered */

  uint32_t kinds; /* bits of TbOpKind, of those that did not fail */
  TbVerdictKind kind;
  TbOp witness[TB_WITNESS_MAX];
  unsigned n_witness;
  TbOp before, after; /* of the witness: the contradiction */
  char sentence[320];

  /* For zones. */
  bool general, was_general; /* other than reads and writes of unique values */
  TbCluster *clusters;
  size_t n_clusters, clusters_capacity;
  TbIndex by_value;
  uint32_t *dirty; /* clusters that changed */
  size_t n_dirty, dirty_capacity;
  size_t n_unwritten; /* clusters that were read and are not written */
  TbZones forward, backward;

  /* Figures. */
  TbFigures *figures;
  int64_t *stale; /* how old each stale read was */
  size_t n_stale, stale_capacity;
  int64_t stale_worst_ns;
  uint32_t stale_versions, guarantees;
  int64_t delta_ns;

  /* For the search. */
  uint32_t *pending, *carried; /* operations that are not settled; and of the settled those that may never have been */
  size_t n_pending, pending_capacity, n_carried;
  int64_t known_ns;       /* up to when what had begun was thought known */
  int64_t longest_ns;     /* that an operation took */
  int64_t first_start_ns; /* of those that came since it was searched */
  TbConfigs ends; /* of what is settled */
  size_t searched;
  uint64_t search_cost;
} TbKey;

/* Elements of a list, or of a set by their number. */
typedef struct
{
  size_t first, n;
  uint64_t as_list, as_set; /* states of the search */
} TbList;

/* What was done that is not known here. */
typedef struct
{
  char verb[32];
  uint64_t n;
  uint32_t line; /* 0: nothing */
  bool all;      /* to which key is not known either */
} TbStrange;

struct TbHistory
{
  TbKey *keys;
  size_t n_keys, keys_capacity;
  TbIndex by_number;
  TbNames key_names, values, clients;
  TbList *lists;
  size_t n_lists, lists_capacity;
  TbIndex by_list;
  uint64_t *elements;
  size_t n_elements, elements_capacity;
  uint32_t *changed; /* keys */
  size_t n_changed, changed_capacity;
  uint64_t operations, outcomes[3], reads;
  size_t n_given_back, next_give_back; /* operations; bytes */
  TbStrange strange;
  TbIndex strange_keys;
  bool by_lines; /* its times are the lines of a file */
  bool was_live; /* judged so the last time */
  uint64_t n_violated, n_unknown;
  uint64_t n_stale, p95_of; /* stale reads, and of how many the percentiles were taken */
  int64_t p95_ns, stale_p95_ns;
};

/* When an operation is looked at: when it ended, or for one that did not, began. */
static inline int64_t
tb_op_time (const TbOp *op)
{
  return op->return_ns != INT64_MAX ? op->return_ns : op->invoke_ns;
}

static inline bool
tb_op_writes (const TbOp *op)
{
  return op->kind != TB_OP_READ && op->outcome != TB_OP_FAIL && !(op->kind == TB_OP_CAS && op->outcome == TB_OP_OK && !op->swapped);
}

/* Takes what came newly into the key's clusters (zones.c). */
void tb_key_take (TbKey *key, bool live);
void tb_key_clear_zones (TbKey *key);
/* Judges a key without .general; keeps witness and sentence. */
void tb_zones_judge (const TbHistory *h, TbKey *key, bool live);

/* Gives back what can no longer matter, where it holds more than it should (give-back.c). All is judged. */
void tb_history_give_back (TbHistory *h, const TbJudgeOptions *options);

/* Judges a key by the search (search-key.c). */
void tb_search_judge (const TbHistory *h, TbKey *key, const TbJudgeOptions *options);

/* Figures of what came from place first on (figures.c); clusters are there. */
void tb_figures_take (TbKey *key, size_t first);
/* No read will be of a write that ended before. */
void tb_figures_give_back (TbKey *key, int64_t oldest_ns);
void tb_figures_clear (TbKey *key);
void tb_figures_free (TbFigures *figures);
size_t tb_figures_memory (const TbFigures *figures);
/* How long what a read found had been overwritten when it began; 0: it was fresh; -1: that is not known. */
int64_t tb_figures_age (const TbKey *key, const TbOp *read);
uint64_t tb_figures_lost (const TbHistory *h, const TbKey *key);
int64_t tb_delta (const TbKey *key);

/* ---- Words (words.c) ---------------------------------------------------------------------------------- */

/* "41 ms", "1.5 s", "300 us", "3 lines". */
void tb_words_lasted (const TbHistory *h, int64_t ns, char *out, size_t size);
void tb_words_read_unwritten (const TbHistory *h, TbKey *key, const TbCluster *c);
void tb_words_read_early (const TbHistory *h, TbKey *key, const TbCluster *c);
void tb_words_overlap (const TbHistory *h, TbKey *key, const TbCluster *a, const TbCluster *b);
void tb_words_inside (const TbHistory *h, TbKey *key, const TbCluster *around, const TbCluster *inner);
/* Of n operations left this one fitted nowhere. */
void tb_words_fits_nowhere (const TbHistory *h, TbKey *key, const TbOp *op, size_t n);
