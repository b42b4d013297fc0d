/* What the operations of a run's clients say about its stores: one history a store, judged while it grows.
 *
 * They come out of the recording (tb-past.h), whether it is still being written or was opened from a file. Stores whose
 * callers are no built-in clients have a history made of what their taps saw, where one request is one operation.
 *
 * Main thread only. Pointers to verdicts are valid until the next tb_verdicts_look(). */
#pragma once

#include "tb-history.h"
#include "tb-past.h"

G_BEGIN_DECLS

typedef struct TbVerdicts TbVerdicts;

typedef struct
{
  const char *component;    /* id of the store */
  const TbHistory *history; /* its operations: client is the calling instance, replica who received it */
  TbVerdict verdict;        /* so far, until the run is over or final reads were made */
  guint64 missed;           /* operations that were not recorded: it is never LINEARIZABLE then, rather UNKNOWN */
  gboolean tapped;          /* made of what taps saw, not of what clients said */
  gboolean has_final_reads; /* nothing was written since: lost_writes counts */
  gboolean over;            /* nothing more will come: the verdict stands */
  gint64 judged_ns;         /* monotonic, until when */
} TbStoreVerdict;

/* Keeps a reference to the past. Nothing is read yet. */
TbVerdicts *tb_verdicts_new (TbPast *past);
void tb_verdicts_free (TbVerdicts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbVerdicts, tb_verdicts_free)
/* Reads what is new and judges the stores that changed: at most each 250 ms, and so seldom that it takes a twentieth of
 * one core at most; force: now. TRUE: something is other than before. */
gboolean tb_verdicts_look (TbVerdicts *self, gboolean force);
/* Looks back: what was known at that moment, from the next look on; G_MAXINT64: all that there is, as at first. */
void tb_verdicts_set_moment (TbVerdicts *self, gint64 time_ns);

/* Stores of which there are operations, in the order in which the first came. */
guint tb_verdicts_n (TbVerdicts *self);
const TbStoreVerdict *tb_verdicts_at (TbVerdicts *self, guint i);
/* NULL: there are no operations on it. */
const TbStoreVerdict *tb_verdicts_of (TbVerdicts *self, const char *component);

/* "linearizable", "not linearizable", "unknown" */
const char *tb_verdict_word (TbVerdictKind kind);

/* Availability by side, of operations that began in [from_ns, to_ns): side_of[instance index of the plan] is 0 to
 * n_sides-1, 255: none. All zero where there are no operations. */
void tb_verdicts_availability (TbVerdicts *self, const char *component, const guint8 *side_of, guint n_instances,
                               gint64 from_ns, gint64 to_ns, TbAvailability (*sides)[TB_N_OPS], guint n_sides);

G_END_DECLS
