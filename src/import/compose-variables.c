/* Variables of a Compose file: from .env beside it alone, never from this process, so that a file is the same drawing
 * for everybody. */
#include "compose-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_NESTING 8
#define MOST_OPEN 100 /* braces without an end, of a file: more is no text of variables */

/* ---- Files beside it --------------------------------------------------------------------------- */

/* A drawing that came from somebody else does not read what lies anywhere: below the folder of the file, or of the one
 * above it, and nothing by its absolute path. */
static char *
full_path (const TbCompose *compose, const TbComposeFile *from, const char *path)
{
  if (from->folder == NULL || compose->source->folder == NULL || g_path_is_absolute (path))
    return NULL;
  g_autofree char *root = g_canonicalize_filename (compose->source->folder, NULL);
  g_autofree char *above = g_path_get_dirname (root);
  g_autofree char *base = g_canonicalize_filename (from->folder, NULL);
  g_autofree char *full = g_canonicalize_filename (path, base);
  gsize length = strlen (above);
  if (strncmp (full, above, length) != 0 || (length > 1 && full[length] != '/'))
    return NULL;
  return g_steal_pointer (&full);
}

/* Whether a path leads there too, whatever links are in it. (transfer full), NULL: it does not, or to nothing */
static char *
real_path (const TbCompose *compose, const char *full)
{
  g_autofree char *root = g_canonicalize_filename (compose->source->folder, NULL);
  g_autofree char *above = g_path_get_dirname (root);
  char *real = realpath (full, NULL), *real_above = realpath (above, NULL), *found = NULL;
  gsize length = real_above != NULL ? strlen (real_above) : 0;
  if (real != NULL && length > 0 && strncmp (real, real_above, length) == 0 && (length == 1 || real[length] == '/'))
    found = g_strdup (real);
  free (real);
  free (real_above);
  return found;
}

/* Nothing that a read could hang on. */
static char *
read_regular (const TbCompose *compose, const char *full, gsize *size)
{
  struct stat info;
  g_autofree char *path = real_path (compose, full);
  int fd = path != NULL ? open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW) : -1;
  if (fd < 0)
    return NULL;
  gboolean fine = fstat (fd, &info) == 0 && S_ISREG (info.st_mode) && info.st_size <= TB_COMPOSE_MAX_FILE;
  char *bytes = fine ? g_malloc ((gsize) info.st_size + 1) : NULL;
  ssize_t n = fine ? read (fd, bytes, (gsize) info.st_size) : -1;
  close (fd);
  if (n < 0)
    {
      g_free (bytes);
      return NULL;
    }
  bytes[n] = '\0';
  *size = (gsize) n;
  return bytes;
}

char *
tb_compose_read_file (TbCompose *compose, const TbComposeFile *from, const char *path, guint line, gsize *size,
                      char **found_path)
{
  g_autofree char *full = full_path (compose, from, path);
  if (full == NULL)
    {
      tb_compose_say (compose, TB_SEVERITY_WARNING, TB_IMPORT_DROPPED, from, line,
                      "“%s” was not read: files are only looked for below the folder of the file or the one above it", path);
      return NULL;
    }
  char *bytes = compose->n_read++ < TB_COMPOSE_MAX_FILES ? read_regular (compose, full, size) : NULL;
  if (bytes == NULL)
    tb_compose_say (compose, TB_SEVERITY_WARNING, TB_IMPORT_DROPPED, from, line, "“%s” cannot be read", path);
  else if (found_path != NULL)
    *found_path = g_steal_pointer (&full);
  return bytes;
}

char *
tb_compose_peek_file (TbCompose *compose, const TbComposeFile *from, const char *path)
{
  gsize size;
  g_autofree char *full = full_path (compose, from, path);
  return full != NULL && compose->n_peeked++ < TB_COMPOSE_MAX_PEEKS ? read_regular (compose, full, &size) : NULL;
}

#define MAX_NAMES 64

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

char **
tb_compose_peek_folder (TbCompose *compose, const TbComposeFile *from, const char *path)
{
  g_autofree char *full = full_path (compose, from, path), *real = full != NULL ? real_path (compose, full) : NULL;
  g_autoptr (GDir) dir = real != NULL && compose->n_peeked++ < TB_COMPOSE_MAX_PEEKS ? g_dir_open (real, 0, NULL) : NULL;
  const char *name;
  if (dir == NULL)
    return NULL;
  GPtrArray *names = g_ptr_array_new ();
  while (names->len < MAX_NAMES && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, by_name);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

/* 'a', "a", a # comment */
static char *
line_value (const char *text)
{
  g_autofree char *value = g_strstrip (g_strdup (text));
  gsize length = strlen (value);
  if (length >= 2 && (*value == '"' || *value == '\'') && value[length - 1] == *value)
    return g_strndup (value + 1, length - 2);
  char *comment = strstr (value, " #");
  if (comment != NULL)
    *comment = '\0';
  return g_strdup (g_strstrip (value));
}

void
tb_compose_read_lines (const char *text, TbComposeLine each, gpointer data)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *line = g_strstrip (lines[i]);
      if (g_str_has_prefix (line, "export "))
        line = g_strchug (line + strlen ("export "));
      char *equals = strchr (line, '=');
      if (*line == '#' || equals == NULL || equals == line)
        continue;
      *equals = '\0';
      g_strchomp (line);
      g_autofree char *value = line_value (equals + 1);
      if (g_utf8_validate (line, -1, NULL) && g_utf8_validate (value, -1, NULL))
        each (line, value, i + 1, data);
    }
}

static void
add_variable (const char *name, const char *value, guint line, gpointer data)
{
  (void) line;
  g_hash_table_replace (data, g_strdup (name), g_strdup (value));
}

void
tb_compose_read_dotenv (TbCompose *compose)
{
  if (compose->source->folder == NULL)
    return;
  gsize size;
  g_autofree char *path = g_build_filename (compose->source->folder, ".env", NULL);
  g_autofree char *text = read_regular (compose, path, &size);
  if (text != NULL)
    tb_compose_read_lines (text, add_variable, compose->variables);
}

/* ---- ${…} -------------------------------------------------------------------------------------- */

typedef struct
{
  TbCompose *compose;
  const TbComposeFile *file;
  guint line;
  guint open; /* braces that were looked for an end of, and have none */
  gboolean too_large;
} Filling;

static void fill (Filling *filling, GString *out, const char *text, gsize length, guint depth);

static void
append (Filling *filling, GString *out, const char *text, gsize length)
{
  filling->compose->text += length;
  if (filling->compose->text > TB_COMPOSE_MAX_TEXT)
    filling->too_large = TRUE;
  else
    g_string_append_len (out, text, (gssize) length);
}

static void
say_unset (Filling *filling, const char *name)
{
  if (g_hash_table_add (filling->compose->unset, g_strdup (name)))
    tb_compose_gather (filling->compose, TB_SEVERITY_INFO, TB_IMPORT_ASSUMED, filling->file, filling->line, name,
                       "not set in .env, so taken as empty");
}

/* What stands between the braces: NAME, NAME:-text, NAME-text, NAME:+text, NAME+text, NAME:?text, NAME?text. */
static void
fill_variable (Filling *filling, GString *out, const char *text, gsize length, guint depth)
{
  gsize end = 0;
  while (end < length && (g_ascii_isalnum (text[end]) || text[end] == '_'))
    end++;
  g_autofree char *name = g_strndup (text, end);
  const char *value = g_hash_table_lookup (filling->compose->variables, name);
  gboolean colon = end < length && text[end] == ':';
  char how = end + colon < length ? text[end + colon] : '\0';
  gsize rest = MIN (end + colon + 1, length);
  gboolean have = value != NULL && (!colon || *value != '\0');
  if (how == '+' && have)
    fill (filling, out, text + rest, length - rest, depth + 1);
  else if (how == '+')
    return;
  else if (have)
    append (filling, out, value, strlen (value));
  else if (how == '-')
    fill (filling, out, text + rest, length - rest, depth + 1);
  else if (value == NULL)
    say_unset (filling, name);
}

/* The length of what ends at the brace that belongs to the one before text; 0: there is none. */
static gsize
length_in_braces (const char *text, gsize length)
{
  guint depth = 1;
  for (gsize i = 0; i < length; i++)
    {
      if (text[i] == '}' && --depth == 0)
        return i;
      if (text[i] == '$' && i + 1 < length && text[i + 1] == '{')
        depth++, i++;
    }
  return 0;
}

static void
fill (Filling *filling, GString *out, const char *text, gsize length, guint depth)
{
  for (gsize i = 0; i < length && !filling->too_large;)
    {
      gsize inside = 0, name = i + 1;
      if (text[i] == '$' && i + 2 < length && text[i + 1] == '{' && filling->open < MOST_OPEN)
        {
          inside = length_in_braces (text + i + 2, length - i - 2);
          filling->open += inside == 0;
        }
      while (text[i] == '$' && name < length && (g_ascii_isalpha (text[name]) || text[name] == '_'
                                                 || (name > i + 1 && g_ascii_isdigit (text[name]))))
        name++;
      if (text[i] == '$' && i + 1 < length && text[i + 1] == '$')
        append (filling, out, "$", 1), i += 2;
      else if (inside > 0 && depth < MAX_NESTING)
        fill_variable (filling, out, text + i + 2, inside, depth), i += inside + 3;
      else if (text[i] == '$' && name > i + 1)
        fill_variable (filling, out, text + i + 1, name - i - 1, depth), i = name;
      else
        append (filling, out, text + i, 1), i++;
    }
}

gboolean
tb_compose_fill_in (TbCompose *compose, TbComposeFile *file, GError **error)
{
  Filling filling = { .compose = compose, .file = file };
  for (guint i = 0; i < file->tree->nodes->len; i++)
    {
      TbYaml *node = g_ptr_array_index (file->tree->nodes, i);
      if (node->type != TB_YAML_SCALAR || strchr (node->text, '$') == NULL)
        continue;
      GString *text = g_string_new (NULL);
      filling.line = node->line;
      fill (&filling, text, node->text, strlen (node->text), 0);
      g_free (node->text);
      node->text = g_string_free (text, FALSE);
      node->plain = node->plain && *node->text != '\0'; /* a variable that is empty is not one without a value */
      if (filling.too_large)
        return tb_compose_fail (file, node, error, "with its variables filled in it is more than %d MiB",
                                TB_COMPOSE_MAX_TEXT >> 20);
    }
  return TRUE;
}
