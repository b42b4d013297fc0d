/* The table of projections, and their files: whole or not at all. */
#include "projection-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

gboolean
tb_project_prometheus (TbPast *past, const TbProjectionOptions *options, FILE *out, GError **error)
{
  gint64 at_ns = options->at_ns < 0 ? tb_past_end_ns (past) : tb_past_start_ns (past) + options->at_ns;
  g_autoptr (TbLiveFrame) frame = tb_past_frame (past, NULL, at_ns, at_ns);
  g_autofree char *text = tb_metrics_text (frame);
  (void) error;
  fputs (text, out);
  return TRUE;
}

static const TbProjection projections[] = {
  { "pcapng", "pcapng", "packets for Wireshark", "application/x-pcapng", FALSE, tb_project_pcapng },
  { "ndjson", "ndjson jsonl", "a line of JSON an event", "application/x-ndjson", FALSE, tb_project_ndjson },
  { "har", "har", "HTTP exchanges (HAR)", "application/json", FALSE, tb_project_har },
  { "shiviz", "shiviz shiviz.log", "a log with vector clocks for ShiViz", "text/plain", FALSE, tb_project_shiviz },
  { "jepsen", "edn", "a history of operations as Jepsen's", "application/edn", FALSE, tb_project_jepsen },
  { "otlp", "otlp.jsonl otlp.json", "traces and metrics for OpenTelemetry", "application/x-ndjson", FALSE,
    tb_project_otlp },
  { "prometheus", "prom", "figures at a moment for Prometheus", "text/plain", TRUE, tb_project_prometheus },
  { "report", "html", "a page about the run", "text/html", TRUE, tb_project_report },
  { "svg", "svg", "the drawing at a moment (SVG)", "image/svg+xml", TRUE, tb_project_svg },
  { "png", "png", "the drawing at a moment (PNG)", "image/png", TRUE, tb_project_png },
  { "pdf", "pdf", "the drawing at a moment (PDF)", "application/pdf", TRUE, tb_project_pdf },
  { "spacetime", "spacetime.svg", "the space-time diagram (SVG)", "image/svg+xml", FALSE, tb_project_spacetime_svg },
  { "spacetime-pdf", "spacetime.pdf", "the space-time diagram (PDF)", "application/pdf", FALSE,
    tb_project_spacetime_pdf },
};

const TbProjection *
tb_projections (guint *n)
{
  *n = G_N_ELEMENTS (projections);
  return projections;
}

const TbProjection *
tb_projection (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (projections); i++)
    if (g_ascii_strcasecmp (projections[i].name, name) == 0)
      return &projections[i];
  return NULL;
}

/* How much of the file's name is an extension of it; 0: none. */
static gsize
matching (const TbProjection *projection, const char *base)
{
  g_auto (GStrv) all = g_strsplit (projection->extensions, " ", -1);
  gsize longest = 0, n = strlen (base);
  for (guint i = 0; all[i] != NULL; i++)
    {
      gsize length = strlen (all[i]);
      if (n > length + 1 && base[n - length - 1] == '.' && g_ascii_strcasecmp (base + n - length, all[i]) == 0)
        longest = MAX (longest, length);
    }
  return longest;
}

const TbProjection *
tb_projection_of_path (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  const TbProjection *best = NULL;
  gsize most = 0;
  for (guint i = 0; i < G_N_ELEMENTS (projections); i++)
    if (matching (&projections[i], base) > most)
      {
        best = &projections[i];
        most = matching (best, base);
      }
  return best;
}

/* ---- Files ------------------------------------------------------------------------------------------ */

static gboolean
fail (GError **error, const char *path, int why)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (why), "%s: %s", path, g_strerror (why));
  return FALSE;
}

static gboolean
write_all (TbPast *past, const TbProjection *projection, const TbProjectionOptions *options, FILE *out,
           const char *path, GError **error)
{
  errno = 0;
  if (!projection->write (past, options, out, error))
    return FALSE;
  return fflush (out) == 0 && !ferror (out) ? TRUE : fail (error, path, errno != 0 ? errno : EIO);
}

/* Where the file will be: a link is followed, so that what it leads to is replaced. (transfer full) */
static char *
place_of (const char *path)
{
  char *real = realpath (path, NULL);
  char *place = g_strdup (real != NULL ? real : path);
  free (real);
  return place;
}

/* What is no plain file (a pipe, /dev/stdout) is written to as it is. */
static gboolean
write_to (TbPast *past, const TbProjection *projection, const TbProjectionOptions *options, const char *path,
          GError **error)
{
  FILE *out = g_fopen (path, "we");
  if (out == NULL)
    return fail (error, path, errno);
  gboolean good = write_all (past, projection, options, out, path, error);
  if (fclose (out) != 0 && good)
    good = fail (error, path, errno);
  return good;
}

static FILE *
open_beside (const char *place, char **beside)
{
  *beside = g_strdup_printf ("%s.XXXXXX", place);
  int fd = g_mkstemp_full (*beside, O_RDWR | O_CLOEXEC, 0666);
  FILE *out = fd >= 0 ? fdopen (fd, "w") : NULL;
  if (out == NULL && fd >= 0)
    {
      int saved = errno;
      close (fd);
      g_unlink (*beside);
      errno = saved;
    }
  return out;
}

static gboolean
write_beside (TbPast *past, const TbProjection *projection, const TbProjectionOptions *options, const char *path,
              GError **error)
{
  g_autofree char *place = place_of (path), *beside = NULL;
  FILE *out = open_beside (place, &beside);
  struct stat old;
  if (out == NULL)
    return fail (error, path, errno);
  if (stat (place, &old) == 0 && fchmod (fileno (out), old.st_mode & 07777) != 0)
    errno = 0; /* it has another's mode then */
  gboolean good = write_all (past, projection, options, out, path, error);
  if (fclose (out) != 0 && good)
    good = fail (error, path, errno);
  if (good && g_rename (beside, place) != 0)
    good = fail (error, path, errno);
  if (!good)
    g_unlink (beside);
  return good;
}

gboolean
tb_projection_file (TbPast *past, const TbProjection *projection, const TbProjectionOptions *options,
                    const char *path, GError **error)
{
  struct stat st;
  if (strcmp (path, "-") == 0)
    return write_all (past, projection, options, stdout, "standard output", error);
  if (stat (path, &st) == 0 && S_ISDIR (st.st_mode))
    return fail (error, path, EISDIR);
  if (stat (path, &st) == 0 && !S_ISREG (st.st_mode))
    return write_to (past, projection, options, path, error);
  return write_beside (past, projection, options, path, error);
}
