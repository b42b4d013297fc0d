/* The JSON of a workspace: bounded before it is read, with the line of every object. */
#include "workspace-private.h"

#include <string.h>

#define DEPTH_MAX 60
#define VALUES_MAX 1000000

/* The parser calls itself for each level and keeps some hundred bytes a value. */
static gboolean
is_bounded (const TbImportSource *source, GError **error)
{
  guint depth = 0, values = 0, line = 1;
  gboolean in_string = FALSE;
  for (gsize i = 0; i < source->size; i++)
    {
      char c = source->bytes[i];
      line += c == '\n';
      if (in_string && c == '\\')
        i++;
      else if (c == '"')
        in_string = !in_string;
      else if (in_string)
        continue;
      else if (c == '{' || c == '[')
        depth++;
      else if ((c == '}' || c == ']') && depth > 0)
        depth--;
      values += !in_string && (c == ',' || c == '{' || c == '[');
      if (depth > DEPTH_MAX)
        return tb_import_fail (source, line, 0, error, "it is nested more than %d deep", DEPTH_MAX) != NULL;
      if (values > VALUES_MAX)
        return tb_import_fail (source, line, 0, error, "it has more than %d values", VALUES_MAX) != NULL;
    }
  return TRUE;
}

typedef struct
{
  GHashTable *lines;
  GArray *open; /* the lines of objects that have begun */
} Reading;

static void
object_start (JsonParser *parser, Reading *reading)
{
  guint line = json_parser_get_current_line (parser);
  g_array_append_val (reading->open, line);
}

static void
object_end (JsonParser *parser, JsonObject *object, Reading *reading)
{
  if (reading->open->len == 0)
    return;
  guint line = g_array_index (reading->open, guint, reading->open->len - 1);
  g_array_set_size (reading->open, reading->open->len - 1);
  g_hash_table_insert (reading->lines, object, GUINT_TO_POINTER (line));
}

JsonParser *
tb_workspace_parse (const TbImportSource *source, GHashTable *lines, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (guint));
  Reading reading = { lines, open };
  if (!is_bounded (source, error))
    return NULL;
  g_signal_connect (parser, "object-start", G_CALLBACK (object_start), &reading);
  g_signal_connect (parser, "object-end", G_CALLBACK (object_end), &reading);
  if (!json_parser_load_from_data (parser, source->bytes, (gssize) source->size, &why))
    return tb_import_fail (source, json_parser_get_current_line (parser), json_parser_get_current_pos (parser), error,
                           "this is not the JSON of a workspace");
  g_signal_handlers_disconnect_by_data (parser, &reading);
  JsonNode *root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return tb_import_fail (source, 1, 0, error, "it is no workspace: that is one object with a model");
  return g_steal_pointer (&parser);
}

/* ---- Members ------------------------------------------------------------------------------------------ */

static JsonNode *
member (JsonObject *object, const char *name)
{
  return object != NULL ? json_object_get_member (object, name) : NULL;
}

const char *
tb_workspace_string (JsonObject *object, const char *name)
{
  JsonNode *node = member (object, name);
  gboolean text = node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING;
  return text ? json_node_get_string (node) : NULL;
}

double
tb_workspace_number (JsonObject *object, const char *name)
{
  JsonNode *node = member (object, name);
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return 0;
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return g_ascii_strtod (json_node_get_string (node), NULL);
  return json_node_get_double (node);
}

JsonObject *
tb_workspace_object (JsonObject *object, const char *name)
{
  JsonNode *node = member (object, name);
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

GPtrArray *
tb_workspace_objects (JsonObject *object, const char *name)
{
  GPtrArray *out = g_ptr_array_new ();
  JsonNode *node = member (object, name);
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *item = json_array_get_element (array, i);
      if (JSON_NODE_HOLDS_OBJECT (item))
        g_ptr_array_add (out, json_node_get_object (item));
    }
  return out;
}

guint
tb_workspace_line (const TbWorkspace *w, JsonObject *object)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (w->lines, object));
}

/* ---- What is left ------------------------------------------------------------------------------------- */

/* Nothing at all, or what holds only that. */
static gboolean
says_nothing (JsonNode *node)
{
  if (JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (JSON_NODE_HOLDS_ARRAY (node))
    return json_array_get_length (json_node_get_array (node)) == 0;
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      g_autoptr (GList) values = json_object_get_values (json_node_get_object (node));
      for (GList *l = values; l != NULL; l = l->next)
        if (!says_nothing (l->data))
          return FALSE;
      return TRUE;
    }
  return json_node_get_value_type (node) == G_TYPE_STRING && *json_node_get_string (node) == '\0';
}

void
tb_workspace_tell_rest (TbWorkspace *w, JsonObject *object, const char *known, const char *what)
{
  g_auto (GStrv) words = g_strsplit (known, " ", -1);
  g_autoptr (GList) members = json_object_get_members (object);
  for (GList *l = members; l != NULL; l = l->next)
    if (!g_strv_contains ((const char *const *) words, l->data)
        && !says_nothing (json_object_get_member (object, l->data)))
      tb_build_drop (w->b, tb_workspace_line (w, object), "%.60s of %s has no place here", (char *) l->data, what);
}
