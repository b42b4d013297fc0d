/* tierboard export: a drawing in another format. Never ends with 0 without the file. */
#include <string.h>

#include "cli.h"
#include "tb-export.h"

static char *
format_names (void)
{
  guint n;
  const TbExportFormat *formats = tb_export_formats (&n);
  g_autoptr (GString) names = g_string_new (NULL);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (names, "%s%s", i == 0 ? "" : i + 1 == n ? " and " : ", ",
                            formats[i].name);
  return g_string_free (g_steal_pointer (&names), FALSE);
}

/* By name, else by the extension of the file; NULL after a sentence. */
static const TbExportFormat *
find_format (const char *name, const char *path)
{
  const TbExportFormat *format = name ? tb_export_format (name) : tb_export_format_of_path (path);
  g_autofree char *names = format_names ();
  if (format != NULL)
    return format;
  if (name != NULL)
    tb_cli_error ("there is no format “%s”; there are %s", name, names);
  else
    tb_cli_error ("“%s” does not say which format; add -f with one of %s", path, names);
  return NULL;
}

static gboolean
check_view (const TbModel *model, const char *view_id)
{
  const TbElement *view = view_id ? tb_model_lookup (model, view_id) : NULL;
  if (view_id == NULL || (view != NULL && tb_element_kind (view) == TB_KIND_VIEW))
    return TRUE;
  g_autoptr (GString) ids = g_string_new (NULL);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_VIEW); i++)
    g_string_append_printf (ids, "%s%s", i ? ", " : "",
                            tb_element_id (tb_model_nth (model, TB_KIND_VIEW, i)));
  tb_cli_error ("there is no view “%s”%s%s", view_id, ids->len ? "; there are " : "", ids->str);
  return FALSE;
}

static int
export_file (const char *in, const char *out, const TbExportFormat *format,
             const TbExportOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) document = tb_document_load (in, NULL, &error);
  if (document == NULL)
    {
      tb_cli_error ("%s", error->message);
      return TB_EXIT_REFUSED;
    }
  const TbModel *model = tb_document_model (document);
  if (!check_view (model, options->view_id))
    return TB_EXIT_REFUSED;
  if (tb_export_file (model, format, options, out, &error))
    return TB_EXIT_YES;
  tb_cli_error ("%s", error->message);
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT) ? TB_EXIT_REFUSED
                                                                          : TB_EXIT_FAILED;
}

static gboolean
find_theme (const char *theme, TbExportOptions *options)
{
  options->or_dark = g_strcmp0 (theme, "auto") == 0;
  if (theme == NULL || options->or_dark || tb_theme_from_name (theme, &options->theme))
    return TRUE;
  tb_cli_error ("there is no theme “%s”; there are light, dark, print, high-contrast, "
                "high-contrast-dark and auto",
                theme);
  return FALSE;
}

int
tb_cmd_export (int argc, char **argv)
{
  g_autofree char *out = NULL, *name = NULL, *view = NULL, *theme = NULL, *interaction = NULL;
  TbExportOptions options = { .scale = 1 };
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &out, "The file to write, - for standard output",
      "OUT" },
    { "format", 'f', 0, G_OPTION_ARG_STRING, &name,
      "svg, png or pdf; without it OUT's extension says which", "FORMAT" },
    { "view", 0, 0, G_OPTION_ARG_STRING, &view, "Which view; the first without it", "ID" },
    { "interaction", 0, 0, G_OPTION_ARG_STRING, &interaction,
      "The sequence diagram of that interaction instead of a view", "ID" },
    { "theme", 0, 0, G_OPTION_ARG_STRING, &theme,
      "light, dark, print, high-contrast, high-contrast-dark or auto", "THEME" },
    { "embed", 'e', 0, G_OPTION_ARG_NONE, &options.embed,
      "Put the drawing into the picture (SVG, PNG): opening the picture opens it", NULL },
    { "no-cache", 0, 0, G_OPTION_ARG_NONE, &options.no_cache,
      "Find every link's way anew and keep none for the next time", NULL },
    { "scale", 's', 0, G_OPTION_ARG_DOUBLE, &options.scale, "Size, 1 is 100 %", "SCALE" },
    { NULL },
  };
  if (!tb_cli_options (&argc, &argv, "FILE -o OUT",
                       "Writes a drawing as a picture. - as FILE reads standard input. The theme auto is "
                       "for SVG: dark where the viewer prefers it.", entries))
    return TB_EXIT_REFUSED;
  if (argc != 2 || out == NULL)
    {
      tb_cli_error (argc != 2 ? "name one file to export, or - for standard input"
                              : "say with -o where to write, - for standard output");
      return TB_EXIT_REFUSED;
    }
  if (!find_theme (theme, &options))
    return TB_EXIT_REFUSED;
  if (options.scale == 0) /* would mean 1 */
    {
      tb_cli_error ("a scale of 0 is not between 0.01 and 100");
      return TB_EXIT_REFUSED;
    }
  const TbExportFormat *format = find_format (name, out);
  g_autofree char *folder = g_path_get_dirname (argv[1]);
  options.view_id = view;
  options.interaction = interaction;
  options.folder = folder;
  if (format != NULL && options.or_dark && strcmp (format->name, "svg") != 0)
    {
      tb_cli_error ("a %s has one theme: auto is for SVG", format->label);
      return TB_EXIT_REFUSED;
    }
  return format != NULL ? export_file (argv[1], out, format, &options) : TB_EXIT_REFUSED;
}
