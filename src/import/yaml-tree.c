/* libyaml tells of events; anchors, aliases and merge keys are ours.
 *
 *   read_document ── event ──▶ open_node ──▶ add_to_parent
 *                    alias ──▶ find_anchor ──▶ add_to_parent   (the same node again, never a copy)
 *                    end   ──▶ close_node (merge keys, weight) */
#include "yaml-tree.h"

#include <string.h>
#include <yaml.h>

G_DEFINE_QUARK (tb-yaml-error-quark, tb_yaml_error)

static void
node_free (gpointer data)
{
  TbYaml *node = data;
  g_free (node->text);
  g_free (node->tag);
  g_clear_pointer (&node->keys, g_ptr_array_unref);
  g_clear_pointer (&node->items, g_ptr_array_unref);
  g_clear_pointer (&node->index, g_hash_table_unref);
  g_free (node);
}

void
tb_yaml_tree_free (TbYamlTree *tree)
{
  g_ptr_array_unref (tree->nodes);
  g_ptr_array_unref (tree->twice);
  g_free (tree);
}

static TbYaml *
new_node (TbYamlTree *tree, TbYamlType type, guint line, guint column)
{
  TbYaml *node = g_new0 (TbYaml, 1);
  node->type = type;
  node->line = line;
  node->column = column;
  node->weight = 1;
  if (type != TB_YAML_SCALAR)
    node->items = g_ptr_array_new ();
  if (type == TB_YAML_MAPPING)
    {
      node->keys = g_ptr_array_new_with_free_func (g_free);
      node->index = g_hash_table_new (g_str_hash, g_str_equal);
    }
  g_ptr_array_add (tree->nodes, node);
  return node;
}

TbYaml *
tb_yaml_new (TbYamlTree *tree, TbYamlType type, const TbYaml *like)
{
  return new_node (tree, type, like != NULL ? like->line : 0, like != NULL ? like->column : 0);
}

TbYaml *
tb_yaml_new_text (TbYamlTree *tree, const char *text, const TbYaml *like)
{
  TbYaml *node = tb_yaml_new (tree, TB_YAML_SCALAR, like);
  node->text = g_strdup (text);
  return node;
}

void
tb_yaml_append (TbYaml *sequence, TbYaml *item)
{
  g_assert (sequence->type == TB_YAML_SEQUENCE);
  g_ptr_array_add (sequence->items, item);
}

void
tb_yaml_put (TbYaml *mapping, const char *key, TbYaml *value)
{
  gpointer known;
  g_assert (mapping->type == TB_YAML_MAPPING);
  if (g_hash_table_lookup_extended (mapping->index, key, &known, NULL))
    {
      for (guint i = 0; i < mapping->keys->len; i++)
        if (mapping->keys->pdata[i] == known)
          mapping->items->pdata[i] = value;
      g_hash_table_insert (mapping->index, known, value);
      return;
    }
  char *own = g_strdup (key);
  g_ptr_array_add (mapping->keys, own);
  g_ptr_array_add (mapping->items, value);
  g_hash_table_insert (mapping->index, own, value);
}

/* ---- Looking ----------------------------------------------------------------------------------- */

const TbYaml *
tb_yaml_get (const TbYaml *node, const char *key)
{
  return node != NULL && node->type == TB_YAML_MAPPING ? g_hash_table_lookup (node->index, key) : NULL;
}

static gboolean
is_one_of (const char *text, const char *words)
{
  g_auto (GStrv) list = g_strsplit (words, " ", -1);
  return g_strv_contains ((const char *const *) list, text);
}

gboolean
tb_yaml_is_null (const TbYaml *node)
{
  return node == NULL
         || (node->type == TB_YAML_SCALAR && node->plain
             && (*node->text == '\0' || is_one_of (node->text, "~ null Null NULL")));
}

const char *
tb_yaml_text (const TbYaml *node)
{
  return node != NULL && node->type == TB_YAML_SCALAR && !tb_yaml_is_null (node) ? node->text : NULL;
}

const char *
tb_yaml_get_text (const TbYaml *node, const char *key)
{
  return tb_yaml_text (tb_yaml_get (node, key));
}

gboolean
tb_yaml_boolean (const TbYaml *node, gboolean otherwise)
{
  const char *text = tb_yaml_text (node);
  g_autofree char *lower = text != NULL ? g_ascii_strdown (text, -1) : NULL;
  if (lower != NULL && is_one_of (lower, "yes true on y 1"))
    return TRUE;
  if (lower != NULL && is_one_of (lower, "no false off n 0"))
    return FALSE;
  return otherwise;
}

guint
tb_yaml_n (const TbYaml *node)
{
  return node != NULL && node->items != NULL ? node->items->len : 0;
}

const TbYaml *
tb_yaml_nth (const TbYaml *node, guint n)
{
  return n < tb_yaml_n (node) ? g_ptr_array_index (node->items, n) : NULL;
}

const char *
tb_yaml_key (const TbYaml *node, guint n)
{
  return node != NULL && node->keys != NULL && n < node->keys->len ? g_ptr_array_index (node->keys, n) : NULL;
}

/* ---- Reading ----------------------------------------------------------------------------------- */

typedef struct
{
  TbYamlTree *tree;
  const char *name;
  GPtrArray *stack;    /* of TbYaml that are open, outermost first */
  GPtrArray *waiting;  /* of TbYaml: for each of stack, the key whose value comes next, or NULL */
  GHashTable *anchors; /* name → TbYaml: the last of that name */
  guint64 merged;      /* pairs that merge keys brought */
} Reader;

static gboolean fail (const Reader *reader, guint line, guint column, TbYamlError code, GError **error,
                      const char *format, ...) G_GNUC_PRINTF (6, 7);

/* Always FALSE. */
static gboolean
fail (const Reader *reader, guint line, guint column, TbYamlError code, GError **error, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, TB_YAML_ERROR, code, "%s:%u:%u: %s", reader->name, line, column, text);
  return FALSE;
}

/* A mapping takes from another what it does not have itself. */
static gboolean
merge_one (Reader *reader, TbYaml *into, const TbYaml *from, GError **error)
{
  if (from->type != TB_YAML_MAPPING)
    return fail (reader, from->line, from->column, TB_YAML_ERROR_SYNTAX, error,
                 "a merge key (<<) takes a mapping, or several in a list");
  reader->merged += from->keys->len;
  if (reader->merged > TB_YAML_MAX_NODES)
    return fail (reader, into->line, into->column, TB_YAML_ERROR_TOO_LARGE, error,
                 "merge keys bring more than %d values", TB_YAML_MAX_NODES);
  for (guint i = 0; i < from->keys->len; i++)
    if (!g_hash_table_contains (into->index, from->keys->pdata[i]))
      {
        TbYaml *value = from->items->pdata[i];
        tb_yaml_put (into, from->keys->pdata[i], value);
        into->weight += value->weight;
      }
  return TRUE;
}

static gboolean
merge_into (Reader *reader, TbYaml *mapping, GError **error)
{
  TbYaml *merge = g_hash_table_lookup (mapping->index, "<<");
  if (merge == NULL)
    return TRUE;
  for (guint i = 0; i < mapping->keys->len; i++)
    if (strcmp (mapping->keys->pdata[i], "<<") == 0)
      {
        g_hash_table_remove (mapping->index, "<<");
        g_ptr_array_remove_index (mapping->keys, i);
        g_ptr_array_remove_index (mapping->items, i);
        break;
      }
  if (merge->type != TB_YAML_SEQUENCE)
    return merge_one (reader, mapping, merge, error);
  for (guint i = 0; i < merge->items->len; i++)
    if (!merge_one (reader, mapping, merge->items->pdata[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
check_weight (const Reader *reader, const TbYaml *node, GError **error)
{
  if (node->weight <= TB_YAML_MAX_NODES)
    return TRUE;
  return fail (reader, node->line, node->column, TB_YAML_ERROR_TOO_LARGE, error,
               "with its aliases written out this is more than %d values", TB_YAML_MAX_NODES);
}

/* A value, or the key of one that comes. */
static gboolean
add_to_parent (Reader *reader, TbYaml *node, guint line, guint column, GError **error)
{
  TbYaml *parent = reader->stack->len > 0 ? g_ptr_array_index (reader->stack, reader->stack->len - 1) : NULL;
  if (parent == NULL)
    {
      reader->tree->root = node;
      return TRUE;
    }
  if (parent->type == TB_YAML_SEQUENCE)
    {
      tb_yaml_append (parent, node);
      return TRUE;
    }
  gpointer *waiting = &reader->waiting->pdata[reader->stack->len - 1];
  TbYaml *key = *waiting;
  if (key == NULL)
    {
      if (node->type != TB_YAML_SCALAR)
        return fail (reader, line, column, TB_YAML_ERROR_SYNTAX, error, "a key must be a word, not a list or mapping");
      *waiting = node;
      return TRUE;
    }
  *waiting = NULL;
  if (g_hash_table_contains (parent->index, key->text))
    g_ptr_array_add (reader->tree->twice, key);
  else
    tb_yaml_put (parent, key->text, node);
  return TRUE;
}

static gboolean
open_node (Reader *reader, TbYaml *node, const yaml_char_t *anchor, const yaml_char_t *tag, GError **error)
{
  if (reader->tree->nodes->len > TB_YAML_MAX_NODES)
    return fail (reader, node->line, node->column, TB_YAML_ERROR_TOO_LARGE, error, "there are more than %d values",
                 TB_YAML_MAX_NODES);
  if (tag != NULL && *tag == '!')
    node->tag = g_strdup ((const char *) tag);
  if (anchor != NULL)
    g_hash_table_insert (reader->anchors, g_strdup ((const char *) anchor), node);
  if (!add_to_parent (reader, node, node->line, node->column, error))
    return FALSE;
  if (node->type == TB_YAML_SCALAR)
    return TRUE;
  if (reader->stack->len >= TB_YAML_MAX_DEPTH)
    return fail (reader, node->line, node->column, TB_YAML_ERROR_TOO_LARGE, error,
                 "this is nested more than %d deep", TB_YAML_MAX_DEPTH);
  node->open = TRUE;
  g_ptr_array_add (reader->stack, node);
  g_ptr_array_add (reader->waiting, NULL);
  return TRUE;
}

static gboolean
close_node (Reader *reader, GError **error)
{
  TbYaml *node = g_ptr_array_index (reader->stack, reader->stack->len - 1);
  g_ptr_array_remove_index (reader->waiting, reader->stack->len - 1);
  g_ptr_array_remove_index (reader->stack, reader->stack->len - 1);
  node->open = FALSE;
  for (guint i = 0; i < node->items->len; i++)
    node->weight += ((TbYaml *) node->items->pdata[i])->weight;
  if (node->type == TB_YAML_MAPPING && !merge_into (reader, node, error))
    return FALSE;
  return check_weight (reader, node, error);
}

static gboolean
follow_alias (Reader *reader, const yaml_event_t *event, GError **error)
{
  const char *name = (const char *) event->data.alias.anchor;
  guint line = event->start_mark.line + 1, column = event->start_mark.column + 1;
  TbYaml *node = g_hash_table_lookup (reader->anchors, name);
  if (node == NULL)
    return fail (reader, line, column, TB_YAML_ERROR_SYNTAX, error, "there is no anchor “%s” before this", name);
  if (node->open)
    return fail (reader, line, column, TB_YAML_ERROR_SYNTAX, error, "the anchor “%s” contains itself", name);
  return add_to_parent (reader, node, line, column, error);
}

static gboolean
read_scalar (Reader *reader, const yaml_event_t *event, GError **error)
{
  const char *value = (const char *) event->data.scalar.value;
  guint line = event->start_mark.line + 1, column = event->start_mark.column + 1;
  TbYaml *node = new_node (reader->tree, TB_YAML_SCALAR, line, column);
  node->text = g_strndup (value, event->data.scalar.length);
  node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
  if (strlen (node->text) != event->data.scalar.length)
    return fail (reader, line, column, TB_YAML_ERROR_SYNTAX, error, "there is a 0 in this text");
  return open_node (reader, node, event->data.scalar.anchor, event->data.scalar.tag, error);
}

static gboolean
take_event (Reader *reader, const yaml_event_t *event, GError **error)
{
  guint line = event->start_mark.line + 1, column = event->start_mark.column + 1;
  switch ((int) event->type)
    {
    case YAML_SCALAR_EVENT:
      return read_scalar (reader, event, error);
    case YAML_ALIAS_EVENT:
      return follow_alias (reader, event, error);
    case YAML_SEQUENCE_START_EVENT:
      return open_node (reader, new_node (reader->tree, TB_YAML_SEQUENCE, line, column),
                        event->data.sequence_start.anchor, event->data.sequence_start.tag, error);
    case YAML_MAPPING_START_EVENT:
      return open_node (reader, new_node (reader->tree, TB_YAML_MAPPING, line, column),
                        event->data.mapping_start.anchor, event->data.mapping_start.tag, error);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
      return close_node (reader, error);
    default:
      return TRUE;
    }
}

/* What libyaml says, as a sentence; an encoding that is none has an offset instead of a line. */
static gboolean
fail_syntax (const Reader *reader, const yaml_parser_t *parser, const char *bytes, gsize size, GError **error)
{
  guint line = parser->problem_mark.line + 1, column = parser->problem_mark.column + 1;
  gsize at = parser->problem_mark.index;
  if (parser->error == YAML_SCANNER_ERROR && at < size && bytes[at] == '\t')
    return fail (reader, line, column, TB_YAML_ERROR_SYNTAX, error, "a tab indents here: in YAML only blanks may");
  if (parser->error == YAML_SCANNER_ERROR && at < size && (bytes[at] == '%' || (at > 0 && bytes[at - 1] == '{')))
    return fail (reader, line, column, TB_YAML_ERROR_SYNTAX, error,
                 "this is no YAML yet, but a template that a program has to fill in first");
  if (parser->error != YAML_READER_ERROR)
    return fail (reader, line, column, TB_YAML_ERROR_SYNTAX, error, "this is no YAML: %s%s%s",
                 parser->problem != NULL ? parser->problem : "it ends too early", parser->context != NULL ? ", " : "",
                 parser->context != NULL ? parser->context : "");
  gsize end = MIN (parser->problem_offset, size);
  line = column = 1;
  for (gsize i = 0; i < end; i++, column++)
    if (bytes[i] == '\n')
      line++, column = 0;
  return fail (reader, line, column, TB_YAML_ERROR_SYNTAX, error, "this is neither UTF-8 nor UTF-16 text (%s)",
               parser->problem != NULL ? parser->problem : "bad bytes");
}

static gboolean
read_document (Reader *reader, const char *bytes, gsize size, GError **error)
{
  yaml_parser_t parser;
  yaml_event_t event;
  gboolean fine = TRUE, done = FALSE;
  if (!yaml_parser_initialize (&parser))
    g_error ("out of memory");
  yaml_parser_set_input_string (&parser, (const unsigned char *) bytes, size);
  while (fine && !done)
    {
      if (!yaml_parser_parse (&parser, &event))
        {
          fine = fail_syntax (reader, &parser, bytes, size, error);
          break;
        }
      done = event.type == YAML_DOCUMENT_END_EVENT || event.type == YAML_STREAM_END_EVENT;
      fine = take_event (reader, &event, error);
      yaml_event_delete (&event);
    }
  yaml_parser_delete (&parser);
  return fine;
}

TbYamlTree *
tb_yaml_read (const char *name, const char *bytes, gsize size, GError **error)
{
  g_autoptr (TbYamlTree) tree = g_new0 (TbYamlTree, 1);
  tree->nodes = g_ptr_array_new_with_free_func (node_free);
  tree->twice = g_ptr_array_new ();
  Reader reader = { .tree = tree, .name = name, .stack = g_ptr_array_new (), .waiting = g_ptr_array_new (),
                    .anchors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
  gboolean fine = read_document (&reader, bytes, size, error);
  g_ptr_array_unref (reader.stack);
  g_ptr_array_unref (reader.waiting);
  g_hash_table_unref (reader.anchors);
  return fine ? g_steal_pointer (&tree) : NULL;
}
