/* tierboard import: a file of another format as a drawing. What could not be taken is said on standard error. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "tb-export.h"
#include "tb-import.h"
#include "tb-json.h"

static const char *const severities[] = { "error", "warning", "info" };

static void
print_told (const char *in, const TbProblems *told)
{
  for (guint i = 0; i < told->len; i++)
    {
      const TbProblem *p = told->pdata[i];
      if (p->line > 0)
        fprintf (stderr, "%s:%u: %s: %s\n", in, p->line, p->rule, p->message);
      else
        fprintf (stderr, "%s: %s: %s\n", in, p->rule, p->message);
    }
}

static void
print_one (TbJson *json, const TbModel *model, const TbProblem *problem)
{
  const TbElement *element = model != NULL ? tb_model_get (model, problem->uid) : NULL;
  tb_json_begin_object (json, NULL);
  tb_json_string (json, "rule", problem->rule);
  tb_json_string (json, "severity", severities[problem->severity]);
  tb_json_integer (json, "line", problem->line);
  tb_json_string (json, "element", element != NULL ? tb_element_id (element) : NULL);
  tb_json_string (json, "message", problem->message);
  tb_json_end_object (json);
}

static void
print_json (const char *in, const TbModel *model, const TbProblems *told, const GError *error)
{
  g_autoptr (TbJson) json = tb_json_new ();
  tb_json_begin_object (json, NULL);
  tb_json_string (json, "file", in);
  tb_json_string (json, "unusable", error != NULL ? error->message : NULL);
  tb_json_integer (json, "components", model != NULL ? tb_model_count (model, TB_KIND_COMPONENT) : 0);
  tb_json_integer (json, "links", model != NULL ? tb_model_count (model, TB_KIND_LINK) : 0);
  tb_json_begin_array (json, "told");
  for (guint i = 0; i < told->len; i++)
    print_one (json, model, told->pdata[i]);
  tb_json_end_array (json);
  tb_json_end_object (json);
  printf ("%s\n", tb_json_text (json));
}

/* A drawing of ours, alone or in a picture, is taken as it is. */
static TbDocument *
read_any (const char *in, const char *format, TbProblems *told, GError **error)
{
  g_autoptr (GBytes) bytes = tb_file_read (in, error);
  if (bytes == NULL)
    return NULL;
  gboolean is_input = strcmp (in, "-") == 0;
  const char *data = g_bytes_get_data (bytes, NULL);
  g_autofree char *folder = is_input ? NULL : g_path_get_dirname (in);
  const TbImportSource source = { is_input ? "standard input" : in, folder, data != NULL ? data : "",
                                  g_bytes_get_size (bytes) };
  if (format == NULL && tb_import_is_own (source.bytes, source.size))
    return tb_document_load_bytes (source.name, source.bytes, source.size, told, error);
  return tb_import_bytes (&source, format, told, error);
}

static gboolean
write_document (TbDocument *document, const char *out, GError **error)
{
  gsize size;
  if (strcmp (out, "-") != 0)
    return tb_export_save (document, out, NULL, error);
  g_autofree char *xml = tb_model_to_xml (tb_document_model (document), &size);
  if (fwrite (xml, 1, size, stdout) == size && fflush (stdout) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot write to standard output");
  return FALSE;
}

static int
import (const char *in, const char *out, const char *format, gboolean json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) told = tb_problems_new ();
  g_autoptr (TbDocument) document = read_any (in, format, told, &error);
  const TbModel *model = document != NULL ? tb_document_model (document) : NULL;
  if (json && (out == NULL || strcmp (out, "-") != 0))
    print_json (in, model, told, error);
  else if (document != NULL)
    print_told (in, told);
  if (document == NULL)
    {
      tb_cli_error ("%s", error->message);
      return TB_EXIT_REFUSED;
    }
  if (out == NULL || write_document (document, out, &error))
    return TB_EXIT_YES;
  tb_cli_error ("%s", error->message);
  return TB_EXIT_FAILED;
}

/* "dot, mermaid or drawio". (transfer full) */
static char *
format_names (void)
{
  guint n;
  const TbImportFormat *formats = tb_import_formats (&n);
  GString *names = g_string_new (NULL);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (names, "%s%s", i == 0 ? "" : i + 1 == n ? " or " : ", ", formats[i].name);
  return g_string_free (names, FALSE);
}

int
tb_cmd_import (int argc, char **argv)
{
  g_autofree char *out = NULL, *format = NULL, *names = format_names (), *labels = tb_import_labels ();
  gboolean json = FALSE;
  g_autofree char *format_help = g_strdup_printf ("%s; without it the content of IN says which", names);
  g_autofree char *help
    = g_strdup_printf ("Makes a drawing of a file in another format: %s. What has no place in a drawing is said on standard "
                       "error, each with its line. - as IN is standard input, as OUT standard output.", labels);
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &out, "The drawing to write, - for standard output", "OUT" },
    { "format", 'f', 0, G_OPTION_ARG_STRING, &format, format_help, "FORMAT" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Say as JSON on standard output what came in and what did not", NULL },
    { NULL },
  };
  if (!tb_cli_options (&argc, &argv, "IN -o OUT", help, entries))
    return TB_EXIT_REFUSED;
  if (argc == 2 && (out != NULL || json))
    return import (argv[1], out, format, json);
  tb_cli_error (argc != 2 ? "name one file to import, or - for standard input"
                          : "say with -o where to write the drawing, - for standard output");
  return TB_EXIT_REFUSED;
}
