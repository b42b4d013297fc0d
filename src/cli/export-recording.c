/* tierboard export of a recording: a projection of it, or all of it sent to a collector. */
#include "export-recording.h"

#include <string.h>

#include "cli.h"
#include "recording.h"
#include "tb-projection.h"

char *
tb_cli_projection_names (void)
{
  guint n;
  const TbProjection *all = tb_projections (&n);
  GString *names = g_string_new (NULL);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (names, "%s%s", i == 0 ? "" : i + 1 == n ? " and " : ", ", all[i].name);
  return g_string_free (names, FALSE);
}

static const TbProjection *
find (const TbExportRecording *o)
{
  const TbProjection *found
    = o->format != NULL ? tb_projection (o->format) : o->out != NULL ? tb_projection_of_path (o->out) : NULL;
  g_autofree char *names = tb_cli_projection_names ();
  if (found != NULL || (o->out == NULL && o->format == NULL))
    return found;
  if (o->format != NULL)
    tb_cli_error ("a recording has no format “%s”; it has %s", o->format, names);
  else
    tb_cli_error ("“%s” does not say which format; add -f with one of %s", o->out, names);
  return NULL;
}

/* FALSE: it is no duration, as was said. */
static gboolean
read_moment (TbPast *past, const char *text, gint64 *since_start_ns)
{
  gint64 ns;
  if (text == NULL)
    return TRUE;
  if (!tb_cli_moment (past, text, &ns))
    return FALSE;
  *since_start_ns = ns - tb_past_start_ns (past);
  return TRUE;
}

static gboolean
read_filter (const char *text, TbFilter **filter)
{
  g_autoptr (GError) error = NULL;
  if (text == NULL)
    return TRUE;
  *filter = tb_filter_parse (text, &error);
  if (*filter == NULL)
    tb_cli_error ("--filter: %s", error->message);
  return *filter != NULL;
}

static TbExitStatus
carry_out (TbPast *past, const TbProjection *projection, const TbProjectionOptions *options,
           const TbExportRecording *o)
{
  g_autoptr (GError) error = NULL;
  gboolean good = projection == NULL || tb_projection_file (past, projection, options, o->out, &error);
  if (good && o->otlp != NULL)
    good = tb_projection_push (past, options, o->otlp, &error);
  if (good)
    return TB_EXIT_YES;
  tb_cli_error ("%s", error->message);
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT) ? TB_EXIT_REFUSED : TB_EXIT_FAILED;
}

TbExitStatus
tb_cli_export_recording (const char *path, const TbExportRecording *o)
{
  const TbProjection *projection = find (o);
  TbProjectionOptions options = { .at_ns = -1, .no_payload = o->no_payload, .picture = o->picture };
  g_autoptr (TbFilter) filter = NULL;
  if (projection == NULL && (o->out != NULL || o->format != NULL))
    return TB_EXIT_REFUSED;
  g_autoptr (TbPast) past = tb_cli_open_recording (path);
  if (past == NULL || !read_moment (past, o->at, &options.at_ns) || !read_moment (past, o->from, &options.from_ns)
      || !read_moment (past, o->to, &options.to_ns) || !read_filter (o->filter, &filter))
    return TB_EXIT_REFUSED;
  if (o->at != NULL && (projection == NULL || !projection->picture))
    {
      tb_cli_error ("--at is for what shows one moment; --from and --to are for the others");
      return TB_EXIT_REFUSED;
    }
  options.filter = filter;
  return carry_out (past, projection, &options, o);
}
