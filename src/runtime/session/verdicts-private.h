/* What the makers of histories share: verdicts.c of what clients told, verdicts-taps.c of what taps saw. */
#pragma once

#include "past-private.h"
#include "tb-verdicts.h"

typedef struct
{
  TbStoreVerdict told;
  TbHistory *history;
  GHashTable *keys;     /* numbers in the history, by the client's number */
  GHashTable *ordinals; /* of values by the client's; both never 0 */
  gsize n_ordinals;     /* that were given */
  gsize n_gone;         /* operations that its history had given back */
  GArray *callers;      /* of gboolean, by instance */
  gint64 written_ns;    /* when the last write ended, or one that did not began */
  gint64 read_ns;       /* when the last final read began; 0: none has */
  gboolean changed;
} TbStore;

/* The store of that id, made where it is not there. component lives as long as the past. */
TbStore *tb_verdicts_store (TbVerdicts *self, const char *component);
/* A small number for a value as clients tell it (tb_op_value()), by its first appearance. */
guint64 tb_verdicts_ordinal (TbStore *store, guint64 value);

/* ---- verdicts-taps.c --------------------------------------------------------------------------------- */

typedef struct TbTapHistories TbTapHistories;

TbTapHistories *tb_tap_histories_new (TbVerdicts *verdicts, TbPast *past);
void tb_tap_histories_free (TbTapHistories *self);
/* Reads what taps saw until that moment; over: nothing more will come, so that what has no answer gets none. Whether there was
 * anything. */
gboolean tb_tap_histories_read (TbTapHistories *self, gint64 moment_ns, gboolean over);
