/* How a model is held in memory. Only src/model sees this.
 *
 * Invariants; tb_model_check() walks them after every transaction in debug builds.
 *  1. The root is the one ARCHITECTURE, has no parent, and every other element has one.
 *  2. An element's kind may stand in its parent's kind, and no more of them than max_in_parent.
 *  3. parent->children[element->position] == element.
 *  4. Children stand in the order of TbKind, except where the kind has free_order.
 *  5. by_uid[element->uid] == element for every element of the tree, and NULL for every other uid.
 *  6. kinds[k] holds exactly the elements of kind k, in document order.
 *  7. ids finds exactly the elements whose kind has an id and no local_id; no id twice.
 *  8. Every element of a kind with an id has a valid one; local ids are unique among siblings.
 *  9. Every value set is one of its property (tb_schema_validate) in its canonical form.
 * 10. A frozen model and all that hangs on it never changes.
 * 11. Outside transactions every required value is set (said in every build, by
 * tb_document_commit). */
#pragma once

#include "schema-private.h"

/* What of the file is no element and yet kept: comments, and names of other versions and vendors.
 * Raw XML, in file order. Immutable once the file is read; shared by snapshots. */
typedef struct
{
  gatomicrefcount references;
  GPtrArray *before;     /* of char *: comments and unknown elements before this one; NULL: none */
  GPtrArray *end;        /* after its last child */
  GPtrArray *after;      /* of the root: after it */
  GString *attributes;   /* “ x:a="1" xmlns:x="…"” as it is written; NULL: none */
} TbTrivia;

TbTrivia *tb_trivia_new (void);
TbTrivia *tb_trivia_ref (TbTrivia *trivia);
/* Its own, to be changed before it is given away; NULL keeps nothing. */
TbTrivia *tb_trivia_copy (const TbTrivia *trivia);
void tb_trivia_unref (TbTrivia *trivia);
/* Whether both keep the same; NULL keeps nothing. */
gboolean tb_trivia_equal (const TbTrivia *a, const TbTrivia *b);

/* values[slot] is the text of the kind's property in that row (tb_schema_slot), NULL where absent:
 * a GRefString, so that copies share it across threads. */
struct _TbElement
{
  TbUid uid;
  guint16 kind;
  guint16 column;
  guint line;
  guint position;
  guint n_children, children_size;
  TbElement *parent;
  TbElement **children;
  TbTrivia *trivia;
  char *values[];
};

typedef struct
{
  TbElement **items;
  guint n, size;
} TbElementTable;

/* id → uid, open addressing; plain data, so that a snapshot's is a copy of the bytes. */
typedef struct
{
  guint32 hash;
  TbUid uid; /* 0: free */
} TbIdSlot;

typedef struct
{
  TbIdSlot *slots;
  guint n, size; /* size is 0 or a power of two, at least twice n */
} TbIdTable;

struct _TbModel
{
  gatomicrefcount references;
  gboolean frozen;
  TbElement *root;
  TbElement **by_uid;
  guint n_uids, uids_size; /* n_uids: the first never given */
  guint n_elements;
  TbElementTable kinds[TB_N_KINDS];
  TbIdTable ids;
  void *arena; /* a snapshot's one piece of memory */
};

TbModel *tb_model_new (void);
TbModel *tb_model_copy (const TbModel *model);
/* A live one again, with the same uids. */
TbModel *tb_model_thaw (const TbModel *model);

/* An element outside any tree, with that uid. */
TbElement *tb_element_new (TbKind kind, TbUid uid);
/* With its subtree; it is in no tree. */
void tb_element_free (TbElement *element);
gsize tb_element_size (TbKind kind);
/* Takes what is set, in canonical form already; NULL unsets. Returns the former one. Both
 * GRefString, ownership goes with them. */
char *tb_element_swap (TbElement *element, guint slot, char *value);
/* A parent's nearest place for that kind to before (invariant 4). */
guint tb_element_fit (const TbElement *parent, TbKind kind, guint before);
TbTrivia *tb_element_trivia (TbElement *element);

/* Puts a free subtree into the tree at that position, which fits, and into all tables. */
void tb_model_attach (TbModel *model, TbElement *element, TbElement *parent, guint position);
/* Takes it out; the caller has it then. */
void tb_model_detach (TbModel *model, TbElement *element);
TbUid tb_model_new_uid (TbModel *model);

const TbElement *tb_element_next (const TbElement *element, const TbElement *top);

/* Whether a stands before b in the file. */
gboolean tb_element_precedes (const TbElement *a, const TbElement *b);

void tb_id_table_insert (TbIdTable *table, const char *id, TbUid uid);
void tb_id_table_remove (TbIdTable *table, TbElement *const *by_uid, const char *id);
TbUid tb_id_table_find (const TbIdTable *table, TbElement *const *by_uid, const char *id);

/* Up to so many, debug builds check after every transaction; beyond, now and then. */
#define TB_MODEL_CHECKED_ELEMENTS 2000
/* Stops the program where an invariant does not hold. Every build has it; only debug builds call
 * it. */
void tb_model_check (const TbModel *model);
