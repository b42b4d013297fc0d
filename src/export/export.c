/* The table of formats, and files written as a whole or not at all. */
#include "export-private.h"
#include "tb-picture.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

static const TbExportFormat formats[] = {
  { "svg", "SVG picture", "image/svg+xml", TRUE, TRUE, tb_export_svg,
    .use = TB_EXPORT_TO_SHOW, .help = "Text stays text, sharp at any size" },
  { "png", "PNG picture", "image/png", TRUE, TRUE, tb_export_png,
    .use = TB_EXPORT_TO_SHOW, .help = "For what takes no SVG" },
  { "pdf", "PDF document", "application/pdf", TRUE, FALSE, tb_export_pdf,
    .use = TB_EXPORT_TO_SHOW, .help = "To print, or to put into a document" },
  { "drawio", "draw.io drawing", "application/vnd.jgraph.mxfile", TRUE, FALSE, tb_export_drawio,
    .use = TB_EXPORT_TO_DRAW, .help = "Looks there as it looks here, a page a view; what is changed there comes back" },
  { "html", "Web page", "text/html", FALSE, FALSE, tb_export_html,
    .use = TB_EXPORT_TO_SHOW, .help = "One page for everybody: clickable pictures, tables, findings, scenarios" },
  { "dot", "Graphviz file", "text/vnd.graphviz", FALSE, FALSE, tb_export_dot, TRUE, "dot gv", NULL,
    .use = TB_EXPORT_TO_DRAW, .help = "For dot and its relatives; places go along" },
  { "mermaid", "Mermaid file", "text/vnd.mermaid", FALSE, FALSE, tb_export_mermaid, TRUE, "mmd mermaid", NULL,
    .use = TB_EXPORT_TO_DRAW, .help = "For Markdown on code hosts; placed anew there" },
  { "d2", "D2 file", "text/plain", FALSE, FALSE, tb_export_d2, TRUE, NULL, NULL,
    .use = TB_EXPORT_TO_DRAW, .help = "For d2; placed anew there" },
  { "plantuml", "PlantUML file", "text/plain", FALSE, FALSE, tb_export_plantuml, TRUE, "puml plantuml", NULL,
    .use = TB_EXPORT_TO_DRAW, .help = "For PlantUML with C4; placed anew there" },
  { "compose", "Compose file", "application/yaml", FALSE, TRUE, tb_export_compose, TRUE, "",
    "compose.yaml compose.yml docker-compose.yaml docker-compose.yml",
    .use = TB_EXPORT_TO_START, .help = "For docker compose: services with their images, ports, order and health" },
  { "kubernetes", "Kubernetes manifest", "application/yaml", FALSE, FALSE, tb_export_kubernetes, TRUE, "", NULL,
    .use = TB_EXPORT_TO_START, .help = "Deployments, stateful sets and services, for kubectl apply" },
  { "process-compose", "process-compose file", "application/yaml", FALSE, FALSE, tb_export_process_compose, TRUE, "",
    "process-compose.yaml process-compose.yml",
    .use = TB_EXPORT_TO_START, .help = "The processes themselves, on this machine, without containers" },
  { "procfile", "Procfile", "text/plain", FALSE, FALSE, tb_export_procfile, TRUE, "", "Procfile",
    .use = TB_EXPORT_TO_START, .help = "The same in a line each, for foreman and its relatives" },
  { "structurizr", "Structurizr workspace", "application/json", FALSE, FALSE, tb_export_structurizr, TRUE, "",
    "workspace.json",
    .use = TB_EXPORT_TO_DRAW, .help = "A C4 model with views and deployment, as JSON; comes back with all of it" },
};

const TbExportFormat *
tb_export_formats (guint *n)
{
  *n = G_N_ELEMENTS (formats);
  return formats;
}

const TbExportFormat *
tb_export_format (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_ascii_strcasecmp (formats[i].name, name) == 0)
      return &formats[i];
  return NULL;
}

static gboolean
is_among (const char *words, const char *word)
{
  g_auto (GStrv) list = g_strsplit (words, " ", -1);
  for (guint i = 0; list[i] != NULL; i++)
    if (g_ascii_strcasecmp (list[i], word) == 0)
      return TRUE;
  return FALSE;
}

const TbExportFormat *
tb_export_format_of_path (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  const char *dot = strrchr (base, '.');
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (formats[i].file_names != NULL && is_among (formats[i].file_names, base))
      return &formats[i];
  for (guint i = 0; dot != NULL && i < G_N_ELEMENTS (formats); i++)
    if (is_among (formats[i].extensions != NULL ? formats[i].extensions : formats[i].name, dot + 1))
      return &formats[i];
  return NULL;
}

char *
tb_export_file_name (const TbExportFormat *format, const char *stem)
{
  const char *words = format->file_names != NULL                              ? format->file_names
                      : format->extensions != NULL && *format->extensions != '\0' ? format->extensions
                                                                                  : NULL;
  g_autofree char *first = words != NULL ? g_strndup (words, strcspn (words, " ")) : NULL;
  if (format->file_names != NULL)
    return g_steal_pointer (&first);
  if (format->extensions != NULL && *format->extensions == '\0') /* its name alone does not say what it is */
    return g_strconcat (stem, "-", format->name, ".yaml", NULL);
  return g_strconcat (stem, ".", first != NULL ? first : format->name, NULL);
}

static char *
join_and (GPtrArray *words)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < words->len; i++)
    g_string_append_printf (text, "%s%s", i == 0 ? "" : i + 1 == words->len ? " and " : ", ",
                            (const char *) g_ptr_array_index (words, i));
  return g_string_free (text, FALSE);
}

char *
tb_export_names (TbExportUse use)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (formats[i].use == use)
      g_ptr_array_add (names, (gpointer) formats[i].name);
  return join_and (names);
}

char *
tb_export_labels_embedding (void)
{
  g_autoptr (GPtrArray) labels = g_ptr_array_new ();
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (formats[i].embeds)
      g_ptr_array_add (labels, (gpointer) formats[i].label);
  return join_and (labels);
}

gboolean
tb_export_check_scale (TbExportOptions *options, GError **error)
{
  if (options->scale == 0)
    options->scale = 1;
  if (options->scale >= 0.01 && options->scale <= 100)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "a scale of %g is not between 0.01 and 100", options->scale);
  return FALSE;
}

gboolean
tb_export_shows_marks (const TbExportFormat *format)
{
  return format->write == tb_export_svg || format->write == tb_export_png || format->write == tb_export_pdf;
}

GBytes *
tb_export_bytes (const TbModel *model, const TbExportFormat *format,
                 const TbExportOptions *options, GError **error)
{
  TbExportOptions with_scale = *options;
  if (!tb_export_check_scale (&with_scale, error))
    return NULL;
  if (with_scale.embed && !format->embeds)
    {
      g_autofree char *labels = tb_export_labels_embedding ();
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "a %s cannot hold the drawing; what can: %s",
                   format->label, labels);
      return NULL;
    }
  if ((options->without != NULL || options->single_points) && (options->interaction != NULL || !tb_export_shows_marks (format)))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "what stops when something fails is shown in a view, as svg, png or pdf");
      return NULL;
    }
  if (with_scale.interaction != NULL)
    return tb_export_sequence (model, &with_scale, format->name, error);
  return format->write (model, &with_scale, error);
}

static gboolean
write_to_stdout (GBytes *bytes, GError **error)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  if (fwrite (data, 1, size, stdout) == size && fflush (stdout) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "cannot write: %s",
               g_strerror (errno));
  return FALSE;
}

gboolean
tb_export_file (const TbModel *model, const TbExportFormat *format,
                const TbExportOptions *options, const char *path, GError **error)
{
  gsize size;
  g_autoptr (GBytes) bytes = tb_export_bytes (model, format, options, error);
  if (bytes == NULL)
    return FALSE;
  if (strcmp (path, "-") == 0)
    return write_to_stdout (bytes, error);
  const char *data = g_bytes_get_data (bytes, &size);
  return tb_file_replace (path, data, size, error);
}

gboolean
tb_export_save (TbDocument *document, const char *path, const TbExportOptions *options,
                GError **error)
{
  const TbExportFormat *format = tb_picture_of_path (path) != TB_PICTURE_NONE
                                   ? tb_export_format_of_path (path) : NULL;
  TbExportOptions embedded = options != NULL ? *options : (TbExportOptions){ 0 };
  if (format == NULL)
    return tb_document_save (document, path, error);
  g_autofree char *folder = g_path_get_dirname (path);
  embedded.embed = TRUE;
  if (embedded.folder == NULL)
    embedded.folder = folder;
  if (!tb_export_file (tb_document_model (document), format, &embedded, path, error))
    return FALSE;
  tb_document_mark_saved (document, path);
  return TRUE;
}
