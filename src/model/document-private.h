/* A document's inside: the live model and its history. Only src/model and its tests see it. */
#pragma once

#include "model-private.h"
#include "tb-picture.h"

/* One primitive edit as history holds it. Undo and redo both swap: what was comes out, what was
 * kept goes in, so that one function does either way.
 *
 *   op      tree has           change keeps
 *   INSERT  the subtree        nothing          (undone: the subtree)
 *   REMOVE  nothing            the subtree      (undone: nothing)
 *   SET     the new value      the old value    (undone: the new one)
 *   SET of TB_PROP_NONE: the same with comments and foreign content
 *   MOVE    the new place      the old place    (undone: the new one) */
typedef struct
{
  TbEditOp op;
  TbUid uid;
  TbKind kind;
  TbProp prop;
  TbUid parent;
  guint position;
  TbElement *subtree;
  char *value;
  TbTrivia *trivia;
} TbChange;

/* One step of undo: what a transaction did, with those that joined it. */
typedef struct
{
  char *label, *merge_key;
  gint64 time_us; /* of its last commit */
  GArray *changes; /* of TbChange */
} TbStep;

struct _TbDocument
{
  GObject parent_instance;
  TbModel *model;
  TbModel *snapshot; /* of the present state, NULL: none taken yet */
  char *path;
  TbPicture picture; /* what it was read from */
  GPtrArray *steps;  /* of TbStep, done ones first */
  guint n_done;
  gint saved_at;     /* n_done when it was last loaded or saved; -1: no longer to be had */
  TbStep *open;      /* the transaction; NULL: none */
  GArray *marks;     /* of guint: n changes where each nested transaction began */
  GArray *edits;     /* of TbEdit: for "changed" */
  gboolean emitting;
  guint n_commits;
  gint64 (*clock_us) (void);
};

/* A document of a model that has just been read; takes it. */
TbDocument *tb_document_new_for_model (TbModel *model, const char *path);
/* Another set of comments and foreign content; NULL: none. Inside a transaction, told as a SET of
 * TB_PROP_NONE. */
void tb_document_set_trivia (TbDocument *document, TbUid uid, TbTrivia *trivia);
/* The present state is nowhere but in a journal; path NULL: it never was a file. */
void tb_document_mark_recovered (TbDocument *document, const char *path);
/* For tests: where "within 1 s" is read from. */
void tb_document_set_clock (TbDocument *document, gint64 (*clock_us) (void));
