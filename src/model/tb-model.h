/* The document: elements with properties, as the schema table describes them; transactions with
 * undo; XML in and out; the one grammar of names.
 *
 * An architecture is a tree of elements. Every element has a kind, a uid that it keeps for the life
 * of the document (through delete and undo), and text values for its kind's properties; elements of
 * kinds that have an id are also found by it. What kinds and properties exist, their types, ranges,
 * defaults and help stand in one table (tb_schema_*), which everything else reads.
 *
 *   TbModel     a readable tree. The document's own, or an immutable snapshot of it. All that only
 *               reads (plan, scene, export, analysis) takes a const TbModel * and nothing else.
 *   TbDocument  owns a TbModel and is the only thing that changes one: by four primitive edits
 *               inside a transaction. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* ---- Schema ---------------------------------------------------------------------------------- */

/* In file order: an element's children are written in this order of kinds where they may mix
 * freely, and otherwise in the order they stand. Rows: schema-table.h. */
typedef enum
{
  TB_KIND_NONE,
  TB_KIND_ARCHITECTURE,
  TB_KIND_IGNORE,      /* a finding that is as it should be, with the reason: in most with an id */
  TB_KIND_LAYER,
  TB_KIND_TIER,
  TB_KIND_DEVICE,      /* in tier */
  TB_KIND_MIDDLEWARE,
  TB_KIND_GROUP,       /* may nest by its parent= property, not by the tree */
  TB_KIND_COMPONENT,
  TB_KIND_SERVICE,     /* in component */
  TB_KIND_ON,          /* in component: which replica runs on which device */
  TB_KIND_BUILTIN,     /* in component: tierboard-node does it */
  TB_KIND_CALL,        /* in builtin */
  TB_KIND_TEMPLATE,    /* in component: a known real program */
  TB_KIND_PARAM,       /* in template */
  TB_KIND_COMMAND,     /* in component: text is the command line */
  TB_KIND_ENV,         /* in component */
  TB_KIND_FILE,        /* in component: text is the content, written to ${dir}/name */
  TB_KIND_READY,       /* in component: the probe */
  TB_KIND_ALIVE,       /* in component: the probe from then on */
  TB_KIND_DEPENDS,     /* in component: what it waits for */
  TB_KIND_RESTART,     /* in component: policy, backoff */
  TB_KIND_STOP,        /* in component: signal, grace */
  TB_KIND_LINK,
  TB_KIND_NOTE,        /* text */
  TB_KIND_INTERACTION,
  TB_KIND_STEP,        /* in interaction */
  TB_KIND_SCENARIO,
  TB_KIND_WAIT,        /* in scenario */
  TB_KIND_PHASE,       /* in scenario */
  TB_KIND_DO,          /* in phase */
  TB_KIND_EXPECT,      /* in scenario */
  TB_KIND_RULE,        /* a person's own: which relations must not, may or must be */
  TB_KIND_STYLE,       /* how elements of a kind, tag, layer, tier or group look */
  TB_KIND_VIEW,
  TB_KIND_PLACE,       /* in view: where an element stands */
  TB_KIND_ROUTE,       /* in view: a person's bends and glued sides of a link */
  TB_KIND_BEND,        /* in route */
  TB_N_KINDS
} TbKind;

/* What a component is. The value of TB_PROP_KIND as text: "client", "server" … */
typedef enum
{
  TB_ROLE_CLIENT,
  TB_ROLE_SERVER,
  TB_ROLE_STORE,
  TB_ROLE_CACHE,
  TB_ROLE_BROKER,
  TB_ROLE_BALANCER,
  TB_ROLE_PROXY,
  TB_ROLE_MEDIATOR,
  TB_ROLE_EXTERNAL,
  TB_N_ROLES
} TbRole;

const char *tb_role_name (TbRole role);

typedef enum
{
  TB_TYPE_STRING,
  TB_TYPE_ID,        /* [a-z][a-z0-9-]*, unique in the document */
  TB_TYPE_REF,       /* an id of one of ref_kinds */
  TB_TYPE_REFS,      /* several, separated by blanks */
  TB_TYPE_NAME,      /* the one grammar: orders, orders/1, orders/leader, save, save[1>2] … */
  TB_TYPE_INTEGER,
  TB_TYPE_NUMBER,
  TB_TYPE_BOOLEAN,   /* yes, no */
  TB_TYPE_ENUM,
  TB_TYPE_DURATION,  /* 250us 2ms 1.5s 36h 30d */
  TB_TYPE_DIST,      /* "exponential 20ms", optionally after "wait" or "cpu" (see work, demand) */
  TB_TYPE_THREADS,   /* single | pool N | per-request */
  TB_TYPE_TAGS,      /* words */
  TB_TYPE_COLOUR,    /* #rrggbb */
  TB_TYPE_AMOUNT,    /* a number, a percentage or a duration: 0.999 99.9% 200ms */
  TB_TYPE_TEXT       /* the element's text content, not an attribute */
} TbType;

/* Every property name there is, over all kinds; TB_PROP_X is written x= (PROP_AT_LEAST: at-least=).
 * The same name means the same thing wherever it stands. The list is in schema-props.h: X (ENUM,
 * "attribute"). */
typedef enum
{
  TB_PROP_NONE,
#define X(name, attribute) TB_PROP_##name,
#include "schema-props.h"
#undef X
  TB_N_PROPS
} TbProp;

typedef struct
{
  TbProp prop;
  const char *name;  /* as written in the file */
  const char *label; /* for people: "Think time" */
  TbType type;
  const char *default_text; /* what an absent attribute means; NULL: nothing */
  const char *choices;      /* ENUM: "sync async"; TAGS: the words there are; STRING: usual ones */
  double min, max;          /* INTEGER, NUMBER; DURATION in ns */
  guint64 ref_kinds;        /* REF, REFS: bit per TbKind */
  gboolean required;
  const char *help;         /* one sentence */
} TbPropSpec;

typedef struct
{
  TbKind kind;
  const char *name;      /* the XML element */
  const char *label;     /* for people */
  guint64 parents;       /* bit per TbKind */
  gboolean has_id;
  guint max_in_parent;   /* 0: any number */
  const TbPropSpec *props; /* in the order they are written */
  guint n_props;
  const char *help;
  gboolean local_id;   /* the id is unique among its siblings only, and not looked up (phase) */
  gboolean free_order; /* its children stand in any order of kinds, and the order means something */
} TbKindSpec;

const TbKindSpec *tb_schema_kind (TbKind kind);
TbKind tb_schema_kind_from_name (const char *element);
/* NULL where the kind has no such property. */
const TbPropSpec *tb_schema_prop (TbKind kind, TbProp prop);
const TbPropSpec *tb_schema_prop_from_name (TbKind kind, const char *attribute);
/* Whether text is a value of that property; otherwise error says what was expected, in words. */
gboolean tb_schema_validate (const TbPropSpec *spec, const char *text, GError **error);
/* What its values look like, in words: "a duration such as 2ms". (transfer full) */
char *tb_schema_expected (const TbPropSpec *spec);
/* The canonical form of a valid value: no needless zeros or blanks. (transfer full) */
char *tb_schema_canonical (const TbPropSpec *spec, const char *text);
/* The RELAX NG schema as XML (transfer full): data/tierboard.rng is this. */
char *tb_schema_to_rng (void);
/* A dictionary for libFuzzer (transfer full): tests/fuzz/xml.dict is this. */
char *tb_schema_to_dictionary (void);
/* A page for people (transfer full): docs/file-format.md is this. */
char *tb_schema_to_markdown (void);

/* ---- Reading --------------------------------------------------------------------------------- */

typedef guint32 TbUid; /* 0: none */

typedef struct _TbElement TbElement;
typedef struct _TbModel TbModel;

TbModel *tb_model_ref (const TbModel *model);
void tb_model_unref (TbModel *model);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbModel, tb_model_unref)

const TbElement *tb_model_root (const TbModel *model);
/* NULL where there is none. */
const TbElement *tb_model_get (const TbModel *model, TbUid uid);
const TbElement *tb_model_lookup (const TbModel *model, const char *id);
/* All elements of a kind, in file order. Snapshots answer from any thread. */
guint tb_model_count (const TbModel *model, TbKind kind);
const TbElement *tb_model_nth (const TbModel *model, TbKind kind, guint n);

TbUid tb_element_uid (const TbElement *element);
TbKind tb_element_kind (const TbElement *element);
const char *tb_element_id (const TbElement *element); /* NULL for kinds without one */
const TbElement *tb_element_parent (const TbElement *element);
guint tb_element_n_children (const TbElement *element);
const TbElement *tb_element_child (const TbElement *element, guint n);
guint tb_element_position (const TbElement *element); /* among its parent's children */
/* The first child of a kind, or NULL. */
const TbElement *tb_element_child_of (const TbElement *element, TbKind kind);
/* Line it was read from, 0 where it was not read from a file. */
guint tb_element_line (const TbElement *element);
guint tb_element_column (const TbElement *element);

/* The value, or the default, or NULL. */
const char *tb_element_get (const TbElement *element, TbProp prop);
gboolean tb_element_is_set (const TbElement *element, TbProp prop);
gint64 tb_element_get_integer (const TbElement *element, TbProp prop);  /* 0 where absent */
double tb_element_get_number (const TbElement *element, TbProp prop);
gboolean tb_element_get_boolean (const TbElement *element, TbProp prop);
gint64 tb_element_get_ns (const TbElement *element, TbProp prop);       /* DURATION; 0 absent */
/* AMOUNT as a share from 0 to 1: 0.999, 99.9%; -1 where absent or no share. */
double tb_element_get_share (const TbElement *element, TbProp prop);
gboolean tb_element_has_tag (const TbElement *element, const char *tag);
/* The element a REF names, NULL where it names none. */
const TbElement *tb_element_get_ref (const TbModel *model, const TbElement *element, TbProp prop);

/* name=, or the id, or the kind's label: never NULL. */
const char *tb_element_title (const TbElement *element);
/* Component: its role; replicas ≥ 1. */
TbRole tb_component_role (const TbElement *component);
/* Whether a property of a built-in part can mean anything there: replication for a store, the sizes of a quorum
 * where replication is quorum, failover for primary and backups. */
gboolean tb_builtin_means (const TbElement *builtin, TbProp prop);
guint tb_component_replicas (const TbElement *component);
/* Link: the service it calls: service=, or the target's first; NULL where it has none. */
const TbElement *tb_link_service (const TbModel *model, const TbElement *link);

/* ---- Names ----------------------------------------------------------------------------------- */

typedef enum
{
  TB_NAME_ELEMENT,       /* orders, save */
  TB_NAME_INSTANCE,      /* orders/1: replicas count from 1 */
  TB_NAME_ROLE,          /* orders/leader */
  TB_NAME_INSTANCE_LINK, /* save[1>2] */
  TB_NAME_REPLICAS       /* orders.replicas, orders.replicas[1>2] with from and to set */
} TbNameForm;

typedef struct
{
  TbNameForm form;
  char id[128];   /* orders, save */
  char role[64];  /* leader */
  guint from, to; /* replica numbers; INSTANCE has from; 0 where absent */
} TbName;

gboolean tb_name_parse (const char *text, TbName *name, GError **error);
/* (transfer full) */
char *tb_name_format (const TbName *name);
gboolean tb_id_is_valid (const char *id);
/* An id for a new element called title: "Web shop" → "web-shop", "web-shop-2" if taken.
 * (transfer full) */
char *tb_model_make_id (const TbModel *model, TbKind kind, const char *title);

/* ---- Problems -------------------------------------------------------------------------------- */

typedef enum
{
  TB_SEVERITY_ERROR,
  TB_SEVERITY_WARNING,
  TB_SEVERITY_INFO
} TbSeverity;

typedef struct
{
  TbSeverity severity;
  const char *rule; /* stable: "xml", "unknown-attribute", "bad-value", "dangling-reference" … */
  TbUid uid;        /* 0: of the file */
  guint line, column; /* 0 where there are none */
  char *message;    /* one sentence: what was found and what was expected */
} TbProblem;

typedef GPtrArray TbProblems; /* of TbProblem, owned */
TbProblems *tb_problems_new (void);
void tb_problems_add (TbProblems *problems, TbSeverity severity, const char *rule, TbUid uid,
                      guint line, guint column, const char *format, ...) G_GNUC_PRINTF (7, 8);
gboolean tb_problems_have_error (const TbProblems *problems);

/* What the schema cannot say of one element: references that lead nowhere, two links from
 * one caller to one service, a template contradicted, a replica on a device of another tier … */
void tb_model_validate (const TbModel *model, TbProblems *problems);

#define TB_MODEL_ERROR (tb_model_error_quark ())
GQuark tb_model_error_quark (void);
typedef enum
{
  TB_MODEL_ERROR_INVALID, /* it was read, and is no architecture */
  TB_MODEL_ERROR_TOO_LARGE,
  TB_MODEL_ERROR_VALUE,   /* not a value of that property */
  TB_MODEL_ERROR_NAME
} TbModelError;

/* ---- The document ---------------------------------------------------------------------------- */

#define TB_TYPE_DOCUMENT (tb_document_get_type ())
G_DECLARE_FINAL_TYPE (TbDocument, tb_document, TB, DOCUMENT, GObject)

/* An empty architecture called name. */
TbDocument *tb_document_new (const char *name);
/* Reads a file; "-" is standard input. NULL with error (one sentence, file:line:column first) where
 * it is no architecture; problems (may be NULL) gets every problem, those of a readable file too.
 * Nothing is executed, fetched or expanded. */
TbDocument *tb_document_load (const char *path, TbProblems *problems, GError **error);
TbDocument *tb_document_load_bytes (const char *name, const char *bytes, gsize size,
                                    TbProblems *problems, GError **error);
/* The canonical form (transfer full), terminated. */
char *tb_model_to_xml (const TbModel *model, gsize *size);
/* As tb_file_replace() does. A name that is a picture's is refused. */
gboolean tb_document_save (TbDocument *document, const char *path, GError **error);
const char *tb_document_path (TbDocument *document); /* NULL before it was saved */

/* (transfer none): valid until the next edit, main thread only. */
const TbModel *tb_document_model (TbDocument *document);
/* Immutable, for other threads and for what must not move underneath. (transfer full) */
TbModel *tb_document_snapshot (TbDocument *document);

/* Transactions. An edit outside one is a programming error. label: what undo shows ("Move Shop").
 * With a merge key (may be NULL), a transaction that follows one of the same key within 1 s joins
 * it in one undo step: typing, dragging. Nest: the outermost one counts. Committing nothing leaves
 * no trace. */
void tb_document_begin (TbDocument *document, const char *label, const char *merge_key);
void tb_document_commit (TbDocument *document);
void tb_document_rollback (TbDocument *document);
gboolean tb_document_in_transaction (TbDocument *document);

/* The four primitive edits. before: position among the children, G_MAXUINT for the end. insert
 * gives the new uid; id may be NULL for kinds without one, and is made from the kind where it is
 * NULL. set: text NULL unsets; FALSE with error where it is no value of that property (nothing
 * changed). remove takes the subtree; what refers to it stays as it is (see tb_document_delete). */
TbUid tb_document_insert (TbDocument *document, TbKind kind, const char *id, TbUid parent,
                          guint before);
void tb_document_remove (TbDocument *document, TbUid uid);
gboolean tb_document_set (TbDocument *document, TbUid uid, TbProp prop, const char *text,
                          GError **error);
void tb_document_move (TbDocument *document, TbUid uid, TbUid parent, guint before);

/* Removes an element and all that cannot be without it: a component's links, places, steps, calls
 * …; references from what may stay (tier= of a component) are unset. Inside a transaction. */
void tb_document_delete (TbDocument *document, TbUid uid);
/* The same for several at once, in the time of one. */
void tb_document_delete_all (TbDocument *document, const TbUid *uids, guint n);

gboolean tb_document_undo (TbDocument *document);
gboolean tb_document_redo (TbDocument *document);
const char *tb_document_undo_label (TbDocument *document); /* NULL: nothing to undo */
const char *tb_document_redo_label (TbDocument *document);
/* All steps there are, undone ones at the end; n_done: how many of them are done. */
guint tb_document_n_steps (TbDocument *document, guint *n_done);
const char *tb_document_step_label (TbDocument *document, guint n); /* the oldest is 0 */
/* Whether it differs from what was last loaded or saved; undoing back to it makes it clean. */
gboolean tb_document_is_modified (TbDocument *document);
/* The present state is what the file at path says: somebody else made them so. */
void tb_document_mark_saved (TbDocument *document, const char *path);

typedef enum
{
  TB_EDIT_INSERT,
  TB_EDIT_REMOVE,
  TB_EDIT_SET,
  TB_EDIT_MOVE
} TbEditOp;

typedef struct
{
  TbEditOp op;
  TbUid uid;
  TbKind kind;
  TbUid parent;  /* INSERT, REMOVE, MOVE: (new) parent, which may itself be gone by now */
  TbProp prop;   /* SET; TB_PROP_NONE: its comments and foreign content */
} TbEdit;

/* Subtrees are told element by element: inserted parents first, removed children first.
 *
 * Signals: "changed" (const TbEdit *edits, guint n) after every commit, rollback of a visible
 * change, undo and redo, once each; "state-changed" () when undo labels, path or modified
 * change. */

/* A whole file, "-" for standard input, up to one byte more than an architecture may have; there is
 * a 0 behind it. (transfer full) */
GBytes *tb_file_read (const char *path, GError **error);
/* Replaces a file by these bytes: a temporary file beside it, synced, renamed over it, the folder
 * synced, so that at any moment the old one or the new one is there, whole. A symbolic link stays
 * one: what it leads to is replaced, or made. Mode, group, extended attributes and, where that is
 * allowed, the owner are the old one's. Another hard link to the old file keeps the old content. A
 * file that may not be written, a device and a folder are refused. On failure (no space, no right)
 * nothing has changed, nothing is left behind, and error is one sentence. From any thread. */
gboolean tb_file_replace (const char *path, const char *bytes, gsize size, GError **error);

/* ---- Where things are ------------------------------------------------------------------------ */

/* A file of data/ ("components/redis.xml", "examples/three-tier.tierboard", "style.css"):
 * $TIERBOARD_DATA, else the source's data/ where this runs from the build tree, else the installed
 * one. (transfer full), never NULL, may not exist. */
char *tb_data_path (const char *relative);
/* A program of ours ("tierboard-agent"): beside this executable, else installed. (transfer full) */
char *tb_program_path (const char *name);

G_END_DECLS
