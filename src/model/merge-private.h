/* A merge under way, shared by the files it is made of. */
#pragma once

#include "document-private.h"
#include "match-private.h"
#include "tb-diff.h"

/* What one side took out and the other still has: a top and what went with it. */
typedef struct
{
  const TbElement *top;  /* in base */
  gboolean by_ours;      /* else by theirs */
  gboolean kept;         /* the other side changed or uses it */
  char *user;            /* what uses it; NULL: it was changed */
} TbRemoval;

typedef struct
{
  const TbModel *base, *ours, *theirs;
  TbMatch *to_ours, *to_theirs; /* a: base */
  TbDocument *document;         /* what becomes of it: ours to begin with, uids and all */
  TbUid *merged;                /* by uid of theirs: its like in document; 0: it has none */
  TbRemoval **removals;         /* by uid of base; NULL: neither or both took it out */
  GPtrArray *all_removals;
  TbMergeFlags flags;
  GPtrArray *conflicts;
} TbMerge;

static inline const TbElement *
tb_merge_now (const TbMerge *merge, TbUid uid)
{
  return tb_model_get (merge->document->model, uid);
}

/* merge-removals.c: who took out what, and what of it must stay. */
void tb_merge_find_removals (TbMerge *merge);
/* Takes out of document what theirs took out. Not whole: only what holds nothing that stays. */
void tb_merge_apply_removals (TbMerge *merge, gboolean whole);

/* merge-values.c: into m what theirs made of base (NULL: both added it). */
void tb_merge_values (TbMerge *merge, const TbElement *base, TbUid m, const TbElement *theirs);
/* The bends of a route, which are one value. */
void tb_merge_bends (TbMerge *merge, const TbElement *base, TbUid m, const TbElement *theirs);
/* Which of three values comes out, without telling of conflicts. */
const char *tb_merge_choose (const char *base, const char *ours, const char *theirs);

/* merge-order.c: the order of m's children, where theirs alone changed it. */
void tb_merge_order (TbMerge *merge, const TbElement *base, TbUid m, const TbElement *theirs);

/* merge-marks.c: a conflict of an element of document, told and marked in the file. Takes message;
 * extra (may be NULL) is raw XML inside the mark. */
void tb_merge_conflict (TbMerge *merge, TbConflictKind kind, TbUid uid, TbProp prop,
                        const char *base, const char *ours, const char *theirs, const char *extra,
                        char *message);
/* What a message calls it: "component orders", "orders, service web". (transfer full) */
char *tb_merge_title (const TbModel *model, const TbElement *element);
