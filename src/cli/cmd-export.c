/* tierboard export: a drawing or a recording in another format. Never ends with 0 without the file. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "load.h"
#include "export-recording.h"
#include "tb-export.h"
#include "tb-past.h"
#include "tb-projection.h"

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

/* Loss is no failure, but it is named. */
static void
tell_lost (const char *out, const TbProblems *lost)
{
  for (guint i = 0; i < lost->len; i++)
    fprintf (stderr, "%s: lost: %s\n", out, ((const TbProblem *) lost->pdata[i])->message);
}

static int
export_file (const char *in, const char *out, const TbExportFormat *format,
             const TbExportOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) document = tb_cli_load (in, NULL, &error);
  if (document == NULL)
    {
      tb_cli_error ("%s", error->message);
      return TB_EXIT_REFUSED;
    }
  const TbModel *model = tb_document_model (document);
  if (!check_view (model, options->view_id))
    return TB_EXIT_REFUSED;
  g_autoptr (GPtrArray) lost = tb_problems_new ();
  TbExportOptions telling = *options;
  telling.lost = lost;
  if (tb_export_file (model, format, &telling, out, &error))
    {
      tell_lost (out, lost);
      return TB_EXIT_YES;
    }
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

typedef struct
{
  char *out, *name, *view, *interaction, *theme;
  GStrv without;
  TbExportOptions picture;
  TbExportRecording recording;
} Options;

/* "svg, png, pdf, pcapng … or report": of drawings, then what recordings have besides. (transfer full) */
static char *
all_formats (void)
{
  guint n, m;
  const TbExportFormat *pictures = tb_export_formats (&n);
  const TbProjection *projections = tb_projections (&m);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (names, (gpointer) pictures[i].name);
  for (guint i = 0; i < m; i++)
    if (tb_export_format (projections[i].name) == NULL)
      g_ptr_array_add (names, (gpointer) projections[i].name);
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < names->len; i++)
    g_string_append_printf (text, "%s%s", i == 0 ? "" : i + 1 == names->len ? " or " : ", ",
                            (const char *) g_ptr_array_index (names, i));
  return g_string_free (text, FALSE);
}

static gboolean
read_options (Options *o, int *argc, char ***argv)
{
  g_autofree char *formats = all_formats ();
  g_autofree char *format_help = g_strdup_printf ("%s; without it OUT's extension says which", formats);
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &o->out, "The file to write, - for standard output", "OUT" },
    { "format", 'f', 0, G_OPTION_ARG_STRING, &o->name, format_help, "FORMAT" },
    { "view", 0, 0, G_OPTION_ARG_STRING, &o->view, "Which view; the first without it", "ID" },
    { "interaction", 0, 0, G_OPTION_ARG_STRING, &o->interaction,
      "The sequence diagram of that interaction instead of a view", "ID" },
    { "theme", 0, 0, G_OPTION_ARG_STRING, &o->theme,
      "light, dark, print, high-contrast, high-contrast-dark or auto", "THEME" },
    { "embed", 'e', 0, G_OPTION_ARG_NONE, &o->picture.embed,
      "Put the drawing into the file (SVG, PNG, Compose): opening that opens the drawing", NULL },
    { "no-cache", 0, 0, G_OPTION_ARG_NONE, &o->picture.no_cache,
      "Find every link's way anew and keep none for the next time", NULL },
    { "without", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->without,
      "Of a view: mark what stops without this (orders, orders/2, db-1, save); may be said several times", "NAME" },
    { "single-points", 0, 0, G_OPTION_ARG_NONE, &o->picture.single_points,
      "Of a view: mark what stops a client when it fails alone", NULL },
    { "scale", 's', 0, G_OPTION_ARG_DOUBLE, &o->picture.scale, "Size, 1 is 100 %", "SCALE" },
    { "at", 0, 0, G_OPTION_ARG_STRING, &o->recording.at,
      "Of a recording: the moment that a picture shows (12.5s); the end without it", "TIME" },
    { "from", 0, 0, G_OPTION_ARG_STRING, &o->recording.from, "Of a recording: begin so long after the start",
      "TIME" },
    { "to", 0, 0, G_OPTION_ARG_STRING, &o->recording.to, "Of a recording: end so long after the start", "TIME" },
    { "filter", 0, 0, G_OPTION_ARG_STRING, &o->recording.filter,
      "Of a recording: only such events (link:save status>=500)", "FILTER" },
    { "no-payload", 0, 0, G_OPTION_ARG_NONE, &o->recording.no_payload,
      "Of a recording: without what messages said", NULL },
    { "otlp", 0, 0, G_OPTION_ARG_STRING, &o->recording.otlp,
      "Of a recording: send traces and metrics to an OpenTelemetry collector (http://127.0.0.1:4318)", "URL" },
    { NULL },
  };
  g_autofree char *names = tb_cli_projection_names (), *show = tb_export_names (TB_EXPORT_TO_SHOW),
                  *draw = tb_export_names (TB_EXPORT_TO_DRAW), *start = tb_export_names (TB_EXPORT_TO_START);
  g_autofree char *help
    = g_strdup_printf ("Writes a drawing to be looked at (%s), for other programs that draw (%s) or that start it (%s), or a "
                       "recording as %s. What a format cannot hold is said. - as FILE reads a drawing from standard input. The "
                       "theme auto is for SVG: dark where the viewer prefers it.", show, draw, start, names);
  return tb_cli_options (argc, argv, "FILE -o OUT", help, entries);
}

static int
export_drawing (const char *in, const Options *o)
{
  const TbExportFormat *format = find_format (o->name, o->out);
  if (format != NULL && o->picture.or_dark && strcmp (format->name, "svg") != 0)
    {
      tb_cli_error ("a %s has one theme: auto is for SVG", format->label);
      return TB_EXIT_REFUSED;
    }
  return format != NULL ? export_file (in, o->out, format, &o->picture) : TB_EXIT_REFUSED;
}

/* What is only for recordings; NULL: none of it was said. */
static const char *
wants_recording (const TbExportRecording *r)
{
  return r->at != NULL       ? "--at"
         : r->from != NULL   ? "--from"
         : r->to != NULL     ? "--to"
         : r->filter != NULL ? "--filter"
         : r->no_payload     ? "--no-payload"
         : r->otlp != NULL   ? "--otlp"
                             : NULL;
}

static int
export_any (const char *in, Options *o)
{
  g_autofree char *folder = g_path_get_dirname (in);
  gboolean recording = strcmp (in, "-") != 0 && tb_past_is_recording (in);
  o->picture.view_id = o->view;
  o->picture.interaction = o->interaction;
  o->picture.without = (const char *const *) o->without;
  o->picture.folder = folder;
  o->recording.out = o->out;
  o->recording.format = o->name;
  o->recording.picture = o->picture;
  if (recording && (o->without != NULL || o->picture.single_points))
    {
      tb_cli_error ("%s is for drawings, and “%s” is a recording", o->without != NULL ? "--without" : "--single-points", in);
      return TB_EXIT_REFUSED;
    }
  if (recording)
    return tb_cli_export_recording (in, &o->recording);
  if (wants_recording (&o->recording) == NULL)
    return export_drawing (in, o);
  tb_cli_error ("%s is for recordings, and “%s” is none", wants_recording (&o->recording), in);
  return TB_EXIT_REFUSED;
}

static int
check_and_export (int argc, char **argv, Options *o)
{
  if (argc != 2 || (o->out == NULL && o->recording.otlp == NULL))
    {
      tb_cli_error (argc != 2 ? "name one file to export, or - for standard input"
                              : "say with -o where to write, - for standard output");
      return TB_EXIT_REFUSED;
    }
  if (!find_theme (o->theme, &o->picture))
    return TB_EXIT_REFUSED;
  if (o->picture.scale == 0) /* would mean 1 */
    {
      tb_cli_error ("a scale of 0 is not between 0.01 and 100");
      return TB_EXIT_REFUSED;
    }
  return export_any (argv[1], o);
}

int
tb_cmd_export (int argc, char **argv)
{
  Options o = { .picture.scale = 1 };
  int status = read_options (&o, &argc, &argv) ? check_and_export (argc, argv, &o) : TB_EXIT_REFUSED;
  char *const texts[] = { o.out, o.name, o.view, o.interaction, o.theme, (char *) o.recording.at, (char *) o.recording.from,
                          (char *) o.recording.to, (char *) o.recording.filter, (char *) o.recording.otlp };
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (texts[i]);
  g_strfreev (o.without);
  return status;
}
