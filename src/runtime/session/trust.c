/* What was allowed before: a sum of the commands a line. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "session-private.h"

static char *
trust_path (void)
{
  return g_build_filename (g_get_user_state_dir (), "tierboard", "trust", NULL);
}

static char *
sum_of (const char *commands)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, commands, -1);
}

gboolean
tb_trust_needed (const char *commands)
{
  return *commands != '\0';
}

gboolean
tb_trust_is_known (const char *commands)
{
  g_autofree char *path = trust_path (), *sum = sum_of (commands), *text = NULL;
  if (!tb_trust_needed (commands))
    return TRUE;
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  return g_strv_contains ((const char *const *) lines, sum);
}

gboolean
tb_trust_remember (const char *commands, GError **error)
{
  g_autofree char *path = trust_path (), *folder = g_path_get_dirname (path);
  g_autofree char *sum = sum_of (commands), *line = g_strconcat (sum, "\n", NULL);
  if (!tb_trust_needed (commands) || tb_trust_is_known (commands))
    return TRUE;
  int fd = -1;
  if (g_mkdir_with_parents (folder, 0700) == 0)
    fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  gboolean good = fd >= 0 && write (fd, line, strlen (line)) == (ssize_t) strlen (line);
  if (!good)
    g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (errno),
                 "%s: what is trusted could not be remembered: %s", path, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return good;
}
