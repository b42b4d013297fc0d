/* tierboard diff: what differs between two drawings, as a reviewer would say it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "load.h"
#include "diff-recordings.h"
#include "tb-json.h"
#include "tb-diff.h"
#include "tb-diff-picture.h"
#include "tb-past.h"

/* Git calls an external diff with: path old-file old-hex old-mode new-file new-hex new-mode, and two
 * more where the file was renamed. */
enum { GIT_ARGUMENTS = 7, GIT_RENAMED = 9 };

typedef struct
{
  const char *name_a, *name_b;
  TbDocument *document_a, *document_b;
  const TbModel *a, *b;
  TbDiffs *diffs;
} Comparison;

static const char *const op_names[] = {
  [TB_DIFF_ADDED] = "added",         [TB_DIFF_REMOVED] = "removed",
  [TB_DIFF_SET] = "set",             [TB_DIFF_CONTAINER] = "moved",
  [TB_DIFF_PLACED] = "placed",       [TB_DIFF_REORDERED] = "reordered",
  [TB_DIFF_REMARKED] = "remarked",
};

static void
comparison_clear (Comparison *comparison)
{
  g_clear_pointer (&comparison->diffs, g_ptr_array_unref);
  g_clear_object (&comparison->document_a);
  g_clear_object (&comparison->document_b);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Comparison, comparison_clear)

/* Git names /dev/null where there is no file: then there is nothing. */
static TbDocument *
load (const char *path)
{
  g_autoptr (GError) error = NULL;
  if (g_str_equal (path, "/dev/null"))
    return tb_document_new (NULL);
  TbDocument *document = tb_cli_load (path, NULL, &error);
  if (document == NULL)
    tb_cli_error ("%s", error->message);
  return document;
}

static gboolean
compare (Comparison *comparison, gboolean ignore_places)
{
  comparison->document_a = load (comparison->name_a);
  comparison->document_b = load (comparison->name_b);
  if (comparison->document_a == NULL || comparison->document_b == NULL)
    return FALSE;
  comparison->a = tb_document_model (comparison->document_a);
  comparison->b = tb_document_model (comparison->document_b);
  comparison->diffs = tb_model_diff (comparison->a, comparison->b);
  for (guint i = comparison->diffs->len; ignore_places && i-- > 0;)
    if (((const TbDiff *) comparison->diffs->pdata[i])->layout)
      g_ptr_array_remove_index (comparison->diffs, i);
  return TRUE;
}

/* ---- Printing -------------------------------------------------------------------------------- */

/* Green for new, red for gone, amber for the rest, as in the picture. */
static const char *
colour_of (const char *sentence)
{
  if (g_str_has_prefix (sentence, "new ") || strstr (sentence, ": new ") != NULL)
    return "32";
  if (g_str_has_prefix (sentence, "removed ") || strstr (sentence, ": removed ") != NULL)
    return "31";
  return "33";
}

static void
print_text (const Comparison *comparison)
{
  gboolean colour = tb_cli_wants_colour (STDOUT_FILENO);
  g_auto (GStrv) sentences
    = tb_diffs_sentences (comparison->a, comparison->b, comparison->diffs);
  for (guint i = 0; sentences[i] != NULL; i++)
    if (colour)
      printf ("\033[%sm%s\033[0m\n", colour_of (sentences[i]), sentences[i]);
    else
      printf ("%s\n", sentences[i]);
}

static const char *
id_of (const TbModel *model, TbUid uid)
{
  const TbElement *element = uid != 0 ? tb_model_get (model, uid) : NULL;
  return element != NULL ? tb_element_id (element) : NULL;
}

static void
print_diff (TbJson *json, const Comparison *comparison, const TbDiff *diff)
{
  const TbPropSpec *spec = tb_schema_prop (diff->kind, diff->prop);
  g_autofree char *sentence = tb_diff_sentence (comparison->a, comparison->b, diff);
  const char *id = id_of (comparison->b, diff->owner_b);
  const char *view = id_of (comparison->b, diff->view);
  tb_json_begin_object (json, NULL);
  tb_json_string (json, "change", op_names[diff->op]);
  tb_json_string (json, "kind", tb_schema_kind (diff->kind)->name);
  tb_json_string (json, "id", id != NULL ? id : id_of (comparison->a, diff->owner_a));
  tb_json_string (json, "property", spec != NULL ? spec->name : NULL);
  tb_json_string (json, "before", diff->before);
  tb_json_string (json, "after", diff->after);
  tb_json_boolean (json, "layout", diff->layout);
  tb_json_string (json, "view", diff->view == 0 ? NULL
                                : view != NULL ? view : id_of (comparison->a, diff->view));
  tb_json_string (json, "sentence", sentence);
  tb_json_end_object (json);
}

static void
print_json (const Comparison *comparison)
{
  g_autoptr (TbJson) json = tb_json_new ();
  tb_json_begin_object (json, NULL);
  tb_json_string (json, "from", comparison->name_a);
  tb_json_string (json, "to", comparison->name_b);
  tb_json_boolean (json, "same", comparison->diffs->len == 0);
  tb_json_begin_array (json, "differences");
  for (guint i = 0; i < comparison->diffs->len; i++)
    print_diff (json, comparison, comparison->diffs->pdata[i]);
  tb_json_end_array (json);
  tb_json_end_object (json);
  puts (tb_json_text (json));
}

/* ---- The command ----------------------------------------------------------------------------- */

/* Git dies where an external diff ends with anything but 0, and a file that cannot be read as a
 * drawing must not keep it from showing the others. */
static int
diff_for_git (char **argv, gboolean ignore_places)
{
  g_auto (Comparison) comparison = { argv[2], argv[5] };
  printf ("%s:\n", argv[1]);
  fflush (stdout);
  if (compare (&comparison, ignore_places))
    print_text (&comparison);
  return TB_EXIT_YES;
}

typedef struct
{
  char *out, *format, *view, *theme;
  double scale;
} Picture;

static void
picture_clear (Picture *picture)
{
  g_free (picture->out);
  g_free (picture->format);
  g_free (picture->view);
  g_free (picture->theme);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Picture, picture_clear)

static gboolean
is_view (const TbModel *model, const char *id)
{
  const TbElement *view = tb_model_lookup (model, id);
  return view != NULL && tb_element_kind (view) == TB_KIND_VIEW;
}

/* By name, else by the extension of the file. */
static const char *
picture_format (const Picture *picture)
{
  const TbExportFormat *format
    = picture->format == NULL ? tb_export_format_of_path (picture->out) : NULL;
  return picture->format != NULL ? picture->format : format != NULL ? format->name : "nothing known";
}

static gboolean
write_out (const char *out, GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  g_autoptr (GError) error = NULL;
  if (g_str_equal (out, "-"))
    return fwrite (data, 1, size, stdout) == size;
  if (tb_file_replace (out, data, size, &error))
    return TRUE;
  tb_cli_error ("%s", error->message);
  return FALSE;
}

/* An exit status; 0 where it was written. */
static int
draw (const Comparison *comparison, const Picture *picture)
{
  TbExportOptions options = { .view_id = picture->view, .scale = picture->scale };
  g_autoptr (GError) error = NULL;
  if (picture->theme != NULL && !tb_theme_from_name (picture->theme, &options.theme))
    {
      tb_cli_error ("there is no theme “%s”; there are light, dark, print, high-contrast and "
                    "high-contrast-dark",
                    picture->theme);
      return TB_EXIT_REFUSED;
    }
  if (picture->view != NULL && !is_view (comparison->b, picture->view))
    {
      tb_cli_error ("there is no view “%s” in %s", picture->view, comparison->name_b);
      return TB_EXIT_REFUSED;
    }
  g_autoptr (GBytes) bytes = tb_export_diff (comparison->a, comparison->b,
                                             picture_format (picture), &options, &error);
  if (bytes == NULL)
    {
      tb_cli_error ("%s", error->message);
      return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT) ? TB_EXIT_REFUSED
                                                                              : TB_EXIT_FAILED;
    }
  return write_out (picture->out, bytes) ? 0 : TB_EXIT_FAILED;
}

/* The picture instead of the sentences where it goes to standard output. */
static int
answer (const Comparison *comparison, const Picture *picture, gboolean as_json)
{
  int status = picture->out != NULL ? draw (comparison, picture) : 0;
  if (status != 0)
    return status;
  if (as_json)
    print_json (comparison);
  else if (g_strcmp0 (picture->out, "-") != 0)
    print_text (comparison);
  return comparison->diffs->len == 0 ? TB_EXIT_YES : TB_EXIT_NO;
}

int
tb_cmd_diff (int argc, char **argv)
{
  gboolean as_json = FALSE, ignore_places = FALSE;
  g_auto (Picture) picture = { .scale = 1 };
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Answer as one JSON object", NULL },
    { "ignore-places", 0, 0, G_OPTION_ARG_NONE, &ignore_places,
      "Only what it means, not where it is drawn", NULL },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &picture.out,
      "Draw it, too: what is new, gone, changed and moved; - for standard output", "OUT" },
    { "format", 'f', 0, G_OPTION_ARG_STRING, &picture.format,
      "svg or png; without it OUT's extension says which", "FORMAT" },
    { "view", 0, 0, G_OPTION_ARG_STRING, &picture.view, "Which view; the first without it", "ID" },
    { "theme", 0, 0, G_OPTION_ARG_STRING, &picture.theme, "light, dark, print, high-contrast or high-contrast-dark",
      "THEME" },
    { "scale", 's', 0, G_OPTION_ARG_DOUBLE, &picture.scale, "Size, 1 is 100 %", "SCALE" },
    { NULL },
  };
  if (!tb_cli_options (&argc, &argv, "A B",
                       "Says what differs between two drawings, a line each. Status 0 where they say "
                       "the same, 1 where they differ. - reads one of them from standard input. "
                       "It also serves Git as an external diff. Of two recordings it compares what went "
                       "over each link, and which messages led to which; status 1 where one of "
                       "them has what the other has not.",
                       entries))
    return TB_EXIT_REFUSED;
  if (argc - 1 == GIT_ARGUMENTS || argc - 1 == GIT_RENAMED)
    return diff_for_git (argv, ignore_places);
  if (argc != 3 || (g_str_equal (argv[1], "-") && g_str_equal (argv[2], "-")))
    {
      tb_cli_error (argc != 3 ? "name the two drawings to compare"
                              : "only one of the two can come from standard input");
      return TB_EXIT_REFUSED;
    }
  gboolean recorded = tb_past_is_recording (argv[1]);
  if (recorded != tb_past_is_recording (argv[2]))
    {
      tb_cli_error ("%s is a recording and %s is none: two of a kind can be compared",
                    argv[recorded ? 1 : 2], argv[recorded ? 2 : 1]);
      return TB_EXIT_REFUSED;
    }
  if (recorded)
    return tb_diff_recordings (argv + 1, as_json);
  g_auto (Comparison) comparison = { argv[1], argv[2] };
  if (!compare (&comparison, ignore_places))
    return TB_EXIT_REFUSED;
  return answer (&comparison, &picture, as_json);
}
