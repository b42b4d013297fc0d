/* What a folder's Dockerfile starts: ENTRYPOINT and CMD of the stage that is built, and where it listens: EXPOSE. Nothing
 * else of it is looked at. */
#include "compose-private.h"

#include <string.h>

/* CMD ["python", "app.py"] or CMD python app.py. (transfer full) */
static char *
read_words (const char *text)
{
  while (g_ascii_isspace (*text))
    text++;
  g_autoptr (TbYamlTree) tree = *text == '[' ? tb_yaml_read ("Dockerfile", text, strlen (text), NULL) : NULL;
  if (tree != NULL && tree->root != NULL)
    return tb_compose_command_line (tree->root);
  return g_strstrip (g_strdup (text));
}

static gboolean
is_instruction (const char *line, const char *name)
{
  gsize length = strlen (name);
  return g_ascii_strncasecmp (line, name, length) == 0 && g_ascii_isspace (line[length]);
}

typedef struct
{
  char *name; /* FROM x AS name */
  char *command, *entry;
  guint port;
} Stage;

static void
stage_free (gpointer data)
{
  Stage *stage = data;
  g_free (stage->name);
  g_free (stage->command);
  g_free (stage->entry);
  g_free (stage);
}

static Stage *
find_stage (GPtrArray *stages, const char *name)
{
  for (guint i = 0; name != NULL && i < stages->len; i++)
    if (g_strcmp0 (((Stage *) stages->pdata[i])->name, name) == 0)
      return stages->pdata[i];
  return NULL;
}

/* FROM --platform=x base AS name: what it does not say itself, it has from that base. */
static void
add_stage (GPtrArray *stages, const char *line)
{
  Stage *stage = g_new0 (Stage, 1);
  g_auto (GStrv) words = g_strsplit_set (line, " \t", -1);
  const char *base = NULL;
  for (guint i = 1; words[i] != NULL; i++)
    if (base == NULL && *words[i] != '\0' && *words[i] != '-')
      base = words[i];
    else if (g_ascii_strcasecmp (words[i], "as") == 0 && words[i + 1] != NULL)
      {
        g_free (stage->name);
        stage->name = g_strdup (words[++i]);
      }
  const Stage *before = find_stage (stages, base);
  if (before != NULL)
    {
      stage->command = g_strdup (before->command);
      stage->entry = g_strdup (before->entry);
      stage->port = before->port;
    }
  g_ptr_array_add (stages, stage);
}

static void
read_line (GPtrArray *stages, const char *line)
{
  if (is_instruction (line, "FROM"))
    add_stage (stages, line);
  if (stages->len == 0)
    return;
  Stage *stage = stages->pdata[stages->len - 1];
  char **into = is_instruction (line, "CMD") ? &stage->command : is_instruction (line, "ENTRYPOINT") ? &stage->entry : NULL;
  if (is_instruction (line, "EXPOSE") && stage->port == 0)
    stage->port = (guint) CLAMP (g_ascii_strtoll (line + strlen ("EXPOSE "), NULL, 10), 0, 65535);
  if (into == NULL)
    return;
  g_free (*into);
  *into = read_words (strpbrk (line, " \t"));
}

/* target: the stage that is built; NULL: the last. */
static char *
read_stages (const char *text, const char *target, guint *port)
{
  g_autoptr (GPtrArray) stages = g_ptr_array_new_with_free_func (stage_free);
  g_auto (GStrv) parts = g_strsplit (text, "\\\n", -1);
  g_autofree char *joined = g_strjoinv (" ", parts);
  g_auto (GStrv) lines = g_strsplit (joined, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    read_line (stages, g_strstrip (lines[i]));
  const Stage *stage = find_stage (stages, target);
  if (stage == NULL && stages->len > 0)
    stage = stages->pdata[stages->len - 1];
  if (stage == NULL)
    return NULL;
  *port = stage->port;
  if (stage->entry != NULL && stage->command != NULL)
    return g_strdup_printf ("%s %s", stage->entry, stage->command);
  return g_strdup (stage->entry != NULL ? stage->entry : stage->command);
}

char *
tb_compose_dockerfile (TbCompose *compose, const TbComposeService *service, const char *folder, guint *port)
{
  const TbYaml *build = tb_yaml_get (service->node, "build");
  const char *name = tb_yaml_get_text (build, "dockerfile");
  g_autofree char *path = g_build_filename (folder, name != NULL ? name : "Dockerfile", NULL);
  g_autofree char *text = tb_compose_peek_file (compose, service->file, path);
  *port = 0;
  return text != NULL && g_utf8_validate (text, -1, NULL)
           ? read_stages (text, tb_yaml_get_text (build, "target"), port) : NULL;
}
