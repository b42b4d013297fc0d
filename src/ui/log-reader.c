#include "log-reader.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tb-text.h"

void
tb_log_reader_open (TbLogReader *reader, const char *path)
{
  g_free (reader->path);
  reader->path = g_strdup (path);
  reader->at = 0;
}

void
tb_log_reader_clear (TbLogReader *reader)
{
  tb_log_reader_open (reader, NULL);
}

/* The file's size, or 0. A log that was bounded by starting over is shorter than before. */
static guint64
size_of (int fd)
{
  struct stat st;
  return fstat (fd, &st) == 0 && S_ISREG (st.st_mode) ? (guint64) st.st_size : 0;
}

/* From the first whole line, where the beginning was cut away; without colours and the like. A sequence
 * that goes on is read again with what follows it. */
static char *
as_text (TbLogReader *reader, char *bytes, gsize n, gboolean cut)
{
  char *from = bytes, *line = cut ? memchr (bytes, '\n', n) : NULL;
  size_t rest;
  if (line)
    from = line + 1;
  n = tb_text_without_escapes (from, n - (gsize) (from - bytes), &rest);
  reader->at -= rest;
  return g_utf8_make_valid (from, (gssize) n);
}

char *
tb_log_reader_next (TbLogReader *reader, gboolean *restarted)
{
  *restarted = FALSE;
  int fd = reader->path ? open (reader->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
  if (fd < 0)
    return NULL;
  guint64 size = size_of (fd);
  if (size < reader->at)
    {
      reader->at = 0;
      *restarted = TRUE;
    }
  gboolean cut = size - reader->at > TB_LOG_TAIL;
  if (cut)
    {
      reader->at = size - TB_LOG_TAIL;
      *restarted = TRUE;
    }
  gsize wanted = (gsize) (size - reader->at);
  g_autofree char *bytes = g_malloc (wanted + 1);
  gssize n = wanted ? pread (fd, bytes, wanted, (off_t) reader->at) : 0;
  close (fd);
  if (n <= 0)
    return *restarted ? g_strdup ("") : NULL;
  reader->at += (guint64) n;
  return as_text (reader, bytes, (gsize) n, cut);
}
