/* YAML as a tree, with the lines it was read from. What aliases and merge keys refer to is shared, not copied, and
 * how much it all would be when written out is bounded: a tree may be walked without care. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  TB_YAML_SCALAR,
  TB_YAML_SEQUENCE,
  TB_YAML_MAPPING
} TbYamlType;

/* Owned by its tree. */
typedef struct _TbYaml TbYaml;
struct _TbYaml
{
  TbYamlType type;
  guint line, column; /* from 1 */
  char *text;         /* SCALAR: never NULL; else NULL */
  gboolean plain;     /* SCALAR: written without quotes, so that it may mean a number, yes or nothing */
  char *tag;          /* "!reset"; NULL: none */
  GPtrArray *keys;    /* MAPPING: char *, in the order of the file, those merged in after its own */
  GPtrArray *items;   /* SEQUENCE: of TbYaml; MAPPING: the value of each key */
  GHashTable *index;  /* MAPPING: key → value */
  guint64 weight;     /* how many nodes it is when aliases are written out */
  gboolean open;      /* still being read */
};

typedef struct
{
  GPtrArray *nodes; /* of TbYaml, owned */
  TbYaml *root;     /* NULL: the document is empty */
  GPtrArray *twice; /* of TbYaml, not owned: values of keys that stand twice in a mapping, which do not count */
} TbYamlTree;

/* Bounds; beyond them a file is refused. */
#define TB_YAML_MAX_DEPTH 64
#define TB_YAML_MAX_NODES 1000000

#define TB_YAML_ERROR (tb_yaml_error_quark ())
GQuark tb_yaml_error_quark (void);
typedef enum
{
  TB_YAML_ERROR_SYNTAX,
  TB_YAML_ERROR_TOO_LARGE
} TbYamlError;

/* Reads the first document of UTF-8, or of UTF-16 with a mark, bytes. name: for errors, which are one sentence behind
 * NAME:LINE:COLUMN. NULL with error. */
TbYamlTree *tb_yaml_read (const char *name, const char *bytes, gsize size, GError **error);
void tb_yaml_tree_free (TbYamlTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbYamlTree, tb_yaml_tree_free)

/* The value of a key; NULL where node is NULL, no mapping or has none such. */
const TbYaml *tb_yaml_get (const TbYaml *node, const char *key);
/* The text of a scalar, NULL for anything else and for null. */
const char *tb_yaml_text (const TbYaml *node);
/* tb_yaml_text (tb_yaml_get ()) */
const char *tb_yaml_get_text (const TbYaml *node, const char *key);
/* yes, true, on and their like; otherwise where it is no such word. */
gboolean tb_yaml_boolean (const TbYaml *node, gboolean otherwise);
gboolean tb_yaml_is_null (const TbYaml *node);
/* Items of a sequence, or pairs of a mapping; 0 for anything else. */
guint tb_yaml_n (const TbYaml *node);
const TbYaml *tb_yaml_nth (const TbYaml *node, guint n);
/* MAPPING: the nth key. */
const char *tb_yaml_key (const TbYaml *node, guint n);

/* Nodes made by hand; they live as long as the tree. like: where their line is from. */
TbYaml *tb_yaml_new (TbYamlTree *tree, TbYamlType type, const TbYaml *like);
TbYaml *tb_yaml_new_text (TbYamlTree *tree, const char *text, const TbYaml *like);
void tb_yaml_append (TbYaml *sequence, TbYaml *item);
/* Replaces what the key had. */
void tb_yaml_put (TbYaml *mapping, const char *key, TbYaml *value);

G_END_DECLS
