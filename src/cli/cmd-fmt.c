/* tierboard fmt: files as the editor would save them. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "tb-model.h"
#include "tb-picture.h"

/* What was unknown is kept, and said. */
static void
print_problems (const char *file, const TbProblems *problems)
{
  static const char *const words[] = { "error", "warning", "info" };
  for (guint i = 0; i < problems->len; i++)
    {
      const TbProblem *p = problems->pdata[i];
      g_autofree char *place = p->line > 0 ? g_strdup_printf ("%s:%u:%u", file, p->line, p->column)
                                           : g_strdup (file);
      fprintf (stderr, "%s: %s: %s\n", place, words[p->severity], p->message);
    }
}

/* The canonical form of what bytes hold, NULL after the reasons. */
static char *
canonical (const char *file, GBytes *bytes, gsize *size)
{
  gsize n;
  const char *data = g_bytes_get_data (bytes, &n);
  g_autoptr (GPtrArray) problems = tb_problems_new ();
  g_autoptr (TbDocument) document = tb_document_load_bytes (file, data, n, problems, NULL);
  print_problems (file, problems);
  if (document != NULL && tb_document_picture (document) != TB_PICTURE_NONE)
    {
      tb_cli_error ("%s: it is a picture with a drawing in it; pictures are not formatted", file);
      return NULL;
    }
  return document != NULL ? tb_model_to_xml (tb_document_model (document), size) : NULL;
}

static int
write_back (const char *path, const char *xml, gsize size)
{
  g_autoptr (GError) error = NULL;
  if (tb_file_replace (path, xml, size, &error))
    return TB_EXIT_YES;
  tb_cli_error ("%s", error->message);
  return TB_EXIT_FAILED;
}

static int
format_file (const char *path, gboolean check)
{
  gboolean is_input = strcmp (path, "-") == 0;
  const char *file = is_input ? "standard input" : path;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = tb_file_read (path, &error);
  if (bytes == NULL)
    {
      tb_cli_error ("%s", error->message);
      return TB_EXIT_REFUSED;
    }
  gsize size = 0;
  g_autofree char *xml = canonical (file, bytes, &size);
  if (xml == NULL)
    return TB_EXIT_REFUSED;
  gboolean same = size == g_bytes_get_size (bytes)
                  && memcmp (xml, g_bytes_get_data (bytes, NULL), size) == 0;
  if (check && !same)
    printf ("%s\n", file);
  if (check)
    return same ? TB_EXIT_YES : TB_EXIT_NO;
  if (is_input)
    return fwrite (xml, 1, size, stdout) == size ? TB_EXIT_YES : TB_EXIT_FAILED;
  return same ? TB_EXIT_YES : write_back (path, xml, size);
}

int
tb_cmd_fmt (int argc, char **argv)
{
  gboolean check = FALSE;
  const GOptionEntry entries[] = {
    { "check", 0, 0, G_OPTION_ARG_NONE, &check,
      "Change nothing; list the files that would change and end with status 1", NULL },
    { NULL },
  };
  if (!tb_cli_options (&argc, &argv, "FILE…",
                       "Brings files into canonical form: fixed order, one element a line. - reads "
                       "standard input and writes standard output.",
                       entries))
    return TB_EXIT_REFUSED;
  if (argc < 2)
    {
      tb_cli_error ("name the files to format, or - for standard input");
      return TB_EXIT_REFUSED;
    }
  int worst = TB_EXIT_YES;
  for (int i = 1; i < argc; i++)
    {
      int status = format_file (argv[i], check);
      worst = MAX (worst, status);
    }
  return worst;
}
