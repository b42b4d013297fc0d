/* What a folder's Dockerfile starts: its last stage's ENTRYPOINT and CMD. Nothing else of it is looked at. */
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

static char *
read_stages (char *text)
{
  g_autofree char *command = NULL, *entry = NULL;
  g_auto (GStrv) parts = g_strsplit (text, "\\\n", -1);
  g_autofree char *joined = g_strjoinv (" ", parts);
  g_auto (GStrv) lines = g_strsplit (joined, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strstrip (lines[i]);
      char **into = is_instruction (line, "CMD") ? &command : is_instruction (line, "ENTRYPOINT") ? &entry : NULL;
      if (is_instruction (line, "FROM"))
        {
          g_clear_pointer (&command, g_free);
          g_clear_pointer (&entry, g_free);
        }
      if (into == NULL)
        continue;
      g_free (*into);
      *into = read_words (strpbrk (line, " \t"));
    }
  if (entry != NULL && command != NULL)
    return g_strdup_printf ("%s %s", entry, command);
  return entry != NULL ? g_steal_pointer (&entry) : g_steal_pointer (&command);
}

char *
tb_compose_dockerfile (TbCompose *compose, const TbComposeService *service, const char *folder)
{
  const TbYaml *build = tb_yaml_get (service->node, "build");
  const char *name = tb_yaml_get_text (build, "dockerfile");
  g_autofree char *path = g_build_filename (folder, name != NULL ? name : "Dockerfile", NULL);
  g_autofree char *text = tb_compose_peek_file (compose, service->file, path);
  return text != NULL && g_utf8_validate (text, -1, NULL) ? read_stages (text) : NULL;
}
