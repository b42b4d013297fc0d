/* All services of a Compose file and of those that it includes, each with what it extends. */
#include "compose-private.h"

#include <string.h>

#define MAX_INCLUDES 16 /* one inside another */

void
tb_compose_say (TbCompose *compose, TbSeverity severity, const char *rule, const TbComposeFile *file, guint line,
                const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  if (file->path == NULL)
    tb_problems_add (compose->dropped, severity, rule, 0, line, 0, "%s", text);
  else /* a line of that file is none of the one that was opened */
    tb_problems_add (compose->dropped, severity, rule, 0, 0, 0, "%s:%u: %s", file->name, line, text);
}

gboolean
tb_compose_fail (const TbComposeFile *file, const TbYaml *where, GError **error, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, TB_IMPORT_ERROR, TB_IMPORT_ERROR_INVALID, "%s:%u:%u: %s", file->name, where->line, where->column,
               text);
  return FALSE;
}

void
tb_compose_file_free (gpointer data)
{
  TbComposeFile *file = data;
  g_free (file->path);
  g_free (file->name);
  g_free (file->folder);
  g_clear_pointer (&file->tree, tb_yaml_tree_free);
  g_hash_table_unref (file->whole);
  g_hash_table_unref (file->resolving);
  g_free (file);
}

/* Files of long ago have their services at the top. */
static gboolean
looks_legacy (const TbYaml *root)
{
  for (guint i = 0; i < tb_yaml_n (root); i++)
    {
      const TbYaml *service = tb_yaml_nth (root, i);
      if (tb_yaml_get (service, "image") != NULL || tb_yaml_get (service, "build") != NULL)
        return TRUE;
    }
  return FALSE;
}

static void
say_twice (TbCompose *compose, const TbComposeFile *file)
{
  for (guint i = 0; i < file->tree->twice->len; i++)
    {
      const TbYaml *key = g_ptr_array_index (file->tree->twice, i);
      tb_compose_say (compose, TB_SEVERITY_WARNING, TB_IMPORT_DROPPED, file, key->line,
                      "the key “%s” stands twice; the first counts", key->text);
    }
}

/* path NULL: the one that was opened. (transfer none) */
static TbComposeFile *
open_file (TbCompose *compose, const char *path, const char *bytes, gsize size, GError **error)
{
  TbComposeFile *file = g_new0 (TbComposeFile, 1);
  g_ptr_array_add (compose->files, file);
  file->path = g_strdup (path);
  file->name = path != NULL ? g_path_get_basename (path) : g_strdup (compose->source->name);
  file->folder = path != NULL ? g_path_get_dirname (path) : g_strdup (compose->source->folder);
  file->whole = g_hash_table_new (g_str_hash, g_str_equal);
  file->resolving = g_hash_table_new (g_str_hash, g_str_equal);
  file->tree = tb_yaml_read (file->name, bytes, size, error);
  if (file->tree == NULL)
    {
      gboolean large = error != NULL && g_error_matches (*error, TB_YAML_ERROR, TB_YAML_ERROR_TOO_LARGE);
      if (error != NULL && *error != NULL)
        {
          (*error)->domain = TB_IMPORT_ERROR;
          (*error)->code = large ? TB_IMPORT_ERROR_TOO_LARGE : TB_IMPORT_ERROR_INVALID;
        }
      return NULL;
    }
  if (!tb_compose_fill_in (compose, file, error))
    return NULL;
  say_twice (compose, file);
  file->services = tb_yaml_get (file->tree->root, "services");
  file->legacy = file->services == NULL && looks_legacy (file->tree->root);
  if (file->legacy)
    file->services = file->tree->root;
  return file;
}

/* One that was read is not read again. */
static TbComposeFile *
open_beside (TbCompose *compose, const TbComposeFile *from, const char *path, const TbYaml *where, GError **error)
{
  gsize size;
  g_autofree char *full = NULL;
  g_autofree char *bytes = tb_compose_read_file (compose, from, path, where->line, &size, &full);
  if (bytes == NULL)
    return NULL;
  for (guint i = 0; i < compose->files->len; i++)
    {
      TbComposeFile *known = g_ptr_array_index (compose->files, i);
      if (g_strcmp0 (known->path, full) == 0)
        return known;
    }
  return open_file (compose, full, bytes, size, error);
}

/* ---- extends ----------------------------------------------------------------------------------- */

static TbYaml *whole_service (TbCompose *compose, TbComposeFile *file, const char *name, GError **error);

/* What a service extends, whole; NULL without error: nothing, or what was told. */
static TbYaml *
extended (TbCompose *compose, TbComposeFile *file, const TbYaml *extends, GError **error)
{
  const char *service = tb_yaml_text (extends);
  const char *path = tb_yaml_get_text (extends, "file");
  TbComposeFile *other = file;
  if (service == NULL)
    service = tb_yaml_get_text (extends, "service");
  if (path != NULL)
    other = open_beside (compose, file, path, extends, error);
  if (other == NULL || service == NULL)
    return NULL;
  if (tb_yaml_get (other->services, service) == NULL)
    {
      tb_compose_say (compose, TB_SEVERITY_WARNING, TB_IMPORT_DROPPED, file, extends->line,
                      "there is no service “%s” to extend", service);
      return NULL;
    }
  return whole_service (compose, other, service, error);
}

/* With what it extends; NULL with error. */
static TbYaml *
whole_service (TbCompose *compose, TbComposeFile *file, const char *name, GError **error)
{
  TbYaml *node = (TbYaml *) tb_yaml_get (file->services, name);
  TbYaml *whole = g_hash_table_lookup (file->whole, name);
  if (whole != NULL)
    return whole;
  if (!g_hash_table_add (file->resolving, (char *) name)
      || g_hash_table_size (file->resolving) > TB_YAML_MAX_DEPTH)
    {
      tb_compose_fail (file, node, error, g_hash_table_size (file->resolving) > TB_YAML_MAX_DEPTH
                                            ? "“%s” extends too many others" : "“%s” extends itself", name);
      return NULL;
    }
  GError *problem = NULL;
  const TbYaml *extends = tb_yaml_get (node, "extends");
  TbYaml *base = extends != NULL ? extended (compose, file, extends, &problem) : NULL;
  g_hash_table_remove (file->resolving, name);
  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return NULL;
    }
  whole = base != NULL ? tb_compose_merge (compose, file->tree, base, node, NULL) : node;
  if (whole == NULL)
    {
      tb_compose_fail (file, node, error, "with all that services extend there are too many values");
      return NULL;
    }
  g_hash_table_insert (file->whole, (char *) name, whole);
  return whole;
}

/* ---- Files and services ------------------------------------------------------------------------- */

static TbComposeService *
find_service (const TbCompose *compose, const char *name)
{
  return g_hash_table_lookup (compose->hosts, name);
}

static gboolean
add_service (TbCompose *compose, TbComposeFile *file, const char *name, TbYaml *node, GError **error)
{
  TbComposeService *known = find_service (compose, name);
  if (known == NULL)
    {
      TbComposeService *service = g_new0 (TbComposeService, 1);
      service->name = name;
      service->node = node;
      service->file = file;
      g_ptr_array_add (compose->services, service);
      g_hash_table_insert (compose->hosts, (char *) name, service);
      return TRUE;
    }
  TbYaml *merged = tb_compose_merge (compose, file->tree, node, known->node, NULL);
  if (merged == NULL)
    return tb_compose_fail (file, node, error, "with all that files include there are too many values");
  known->node = merged;
  return TRUE;
}

static gboolean
add_services (TbCompose *compose, TbComposeFile *file, GError **error)
{
  for (guint i = 0; i < tb_yaml_n (file->services); i++)
    {
      const char *name = tb_yaml_key (file->services, i);
      const TbYaml *node = tb_yaml_nth (file->services, i);
      if (file->services->type != TB_YAML_MAPPING || g_str_has_prefix (name, "x-")
          || (file->legacy && g_str_equal (name, "version")))
        continue;
      if (node->type != TB_YAML_MAPPING)
        {
          tb_compose_say (compose, TB_SEVERITY_WARNING, TB_IMPORT_DROPPED, file, node->line,
                          "the service “%s” says nothing", name);
          continue;
        }
      TbYaml *whole = whole_service (compose, file, name, error);
      if (whole == NULL || !add_service (compose, file, name, whole, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean add_file (TbCompose *compose, TbComposeFile *file, guint depth, GError **error);

static gboolean
include_one (TbCompose *compose, TbComposeFile *file, const TbYaml *path, guint depth, GError **error)
{
  GError *problem = NULL;
  const char *text = tb_yaml_text (path);
  guint before = compose->files->len;
  TbComposeFile *other = text != NULL ? open_beside (compose, file, text, path, &problem) : NULL;
  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return FALSE;
    }
  /* One that was there before is included already, which is well, or includes itself, which is none's wish. */
  if (other != NULL && other->opened)
    tb_compose_say (compose, TB_SEVERITY_WARNING, TB_IMPORT_DROPPED, file, path->line, "“%s” includes itself: it is read once",
                    other->name);
  return other == NULL || compose->files->len == before || add_file (compose, other, depth + 1, error);
}

/* include: [a.yaml, {path: b.yaml}, {path: [c.yaml, d.yaml]}] */
static gboolean
add_includes (TbCompose *compose, TbComposeFile *file, guint depth, GError **error)
{
  const TbYaml *include = tb_yaml_get (file->tree->root, "include");
  for (guint i = 0; i < tb_yaml_n (include); i++)
    {
      const TbYaml *item = tb_yaml_nth (include, i);
      const TbYaml *path = item->type == TB_YAML_MAPPING ? tb_yaml_get (item, "path") : item;
      guint n = path != NULL && path->type == TB_YAML_SEQUENCE ? tb_yaml_n (path) : 1;
      for (guint p = 0; path != NULL && p < n; p++)
        if (!include_one (compose, file, path->type == TB_YAML_SEQUENCE ? tb_yaml_nth (path, p) : path, depth, error))
          return FALSE;
    }
  return TRUE;
}

static gboolean
add_file (TbCompose *compose, TbComposeFile *file, guint depth, GError **error)
{
  if (depth > MAX_INCLUDES)
    return tb_compose_fail (file, file->tree->root, error, "files are included more than %d deep", MAX_INCLUDES);
  file->opened = TRUE;
  gboolean done = add_services (compose, file, error) && add_includes (compose, file, depth, error);
  file->opened = FALSE;
  return done;
}

gboolean
tb_compose_load (TbCompose *compose, GError **error)
{
  tb_compose_read_dotenv (compose);
  TbComposeFile *file = open_file (compose, NULL, compose->source->bytes, compose->source->size, error);
  if (file == NULL || !add_file (compose, file, 0, error))
    return FALSE;
  if (compose->services->len > 0)
    return TRUE;
  g_set_error (error, TB_IMPORT_ERROR, TB_IMPORT_ERROR_INVALID, "%s: there are no services in this", file->name);
  return FALSE;
}
