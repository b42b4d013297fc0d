/* What differs between two architectures, and how one becomes another.
 *
 * Elements of two models are the same where their ids are; those without an id where they stand in
 * the same element and say the same, or name the same (of=, link=, name=), or else come in the same
 * order among their kind. What a picture looks like (places, routes, bends) is kept apart from what
 * it means. Pure: no input, output, clock or chance. */
#pragma once

#include "tb-model.h"

G_BEGIN_DECLS

/* ---- Differences ----------------------------------------------------------------------------- */

typedef enum
{
  TB_DIFF_ADDED,     /* with all that is in it */
  TB_DIFF_REMOVED,   /* with all that is in it */
  TB_DIFF_SET,       /* prop: before, after */
  TB_DIFF_CONTAINER, /* it went elsewhere: prop (tier, layer, group, parent, middleware) or, where
                      * that is TB_PROP_NONE, its parent in the file: before, after are ids */
  TB_DIFF_PLACED,    /* a place has another position or size: before, after: "x y" or "x y w h" */
  TB_DIFF_REORDERED, /* among what stands beside it; the fewest that explain the new order */
  TB_DIFF_REMARKED   /* comments or foreign content at it */
} TbDiffOp;

typedef struct
{
  TbDiffOp op;
  gboolean layout;     /* only how it is drawn: a place, a route, a bend */
  TbKind kind;         /* of the element concerned */
  TbUid a, b;          /* it in either model; 0 where it is not there */
  TbUid owner_a, owner_b; /* itself or the nearest around it that has an id; for a place or route
                           * what it is the place or route of; 0 where it is not there */
  TbUid view;          /* of a place or route: its view, in b, or in a where b has none */
  TbProp prop;
  char *before, *after; /* NULL: not set */
} TbDiff;

typedef GPtrArray TbDiffs; /* of TbDiff, owned */

/* From a to b, in the order of b's file, what is gone in the order of a's before it. Empty where
 * both say the same, comments included. (transfer full) */
TbDiffs *tb_model_diff (const TbModel *a, const TbModel *b);
/* As a reviewer would say it: "Orders: replicas 1 → 3". One line, no full stop. (transfer full) */
char *tb_diff_sentence (const TbModel *a, const TbModel *b, const TbDiff *diff);
/* All of them, a sentence each but for what is only drawn differently, which is summed up by view:
 * "5 elements moved in view Overview". Places of what is new or gone go without saying.
 * (transfer full, strv) */
char **tb_diffs_sentences (const TbModel *a, const TbModel *b, const TbDiffs *diffs);

/* b, and what of a is gone from it as far as it can be drawn: components, containers, links and
 * notes with their places and routes, under their ids. Elements of b keep their uids; ids that b
 * uses otherwise are left out. (transfer full) */
TbModel *tb_model_with_removed (const TbModel *a, const TbModel *b);

/* ---- Becoming -------------------------------------------------------------------------------- */

/* Edits the document until it says what target says, comments and foreign content included: one
 * transaction called label, with as few primitive edits as that takes. What is the same keeps its
 * uid. Lines and columns become the target's. TRUE where anything changed. The document's bytes are
 * those of target afterwards; no transaction may be open. */
gboolean tb_document_become (TbDocument *document, const TbModel *target, const char *label);

/* A document of its own that says what target says, with nothing to undo. What model has too has the uid that it
 * has there, so that what points at elements of one points at those of the other. (transfer full) */
TbDocument *tb_document_new_like (const TbModel *model, const TbModel *target);

/* ---- Three-way merge ------------------------------------------------------------------------- */

typedef enum
{
  TB_CONFLICT_VALUE,     /* both set prop, to different values: ours stands */
  TB_CONFLICT_PLACE,     /* both moved it, or bent it, differently: ours stands */
  TB_CONFLICT_CONTAINER, /* both moved it into different elements: ours stands */
  TB_CONFLICT_DELETED,   /* one removed what the other changed or uses: it stays, changed */
  TB_CONFLICT_ADDED,     /* both added an id, as different kinds: ours stands, theirs is in the mark */
  TB_CONFLICT_ORDER      /* both put its children in a different order: ours stands */
} TbConflictKind;

typedef struct
{
  TbConflictKind kind;
  TbUid uid;                   /* in the merged model */
  TbProp prop;                 /* VALUE, PLACE; else TB_PROP_NONE */
  char *base, *ours, *theirs;  /* NULL: not set or not there */
  char *message;               /* one sentence */
} TbConflict;

typedef enum
{
  TB_MERGE_MARK_ALL = 0,
  TB_MERGE_PLACES_OURS = 1 << 0 /* no conflicts about places and routes: ours stands, silently */
} TbMergeFlags;

/* What ours and theirs made of base, together. Every conflict stands in the merged model as a mark
 * before its element, <conflict xmlns="urn:tierboard:merge" …/>, which is saved and read like any
 * foreign content and is an error to tb_model_validate() until it is removed. conflicts (may be
 * NULL): of TbConflict, owned (transfer full). Elements taken from ours keep their uids.
 * (transfer full) */
TbModel *tb_model_merge (const TbModel *base, const TbModel *ours, const TbModel *theirs,
                         TbMergeFlags flags, GPtrArray **conflicts);

/* Whether such marks stand at these elements, in them or at their places; n 0: anywhere. */
gboolean tb_model_has_conflicts (const TbModel *model, const TbUid *uids, guint n);

typedef struct
{
  guint done, left; /* marks; those left need a hand: bends, an order, another container */
} TbSettled;

/* Settles those marks: as it is here, or as the other version has it. Inside a transaction. */
TbSettled tb_document_settle (TbDocument *document, const TbUid *uids, guint n,
                              gboolean take_theirs);

G_END_DECLS
