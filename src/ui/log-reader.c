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
  reader->at = reader->inode = 0;
}

void
tb_log_reader_clear (TbLogReader *reader)
{
  tb_log_reader_open (reader, NULL);
}

/* The file's size, or 0. A log that was bounded by starting over is another file, or shorter. */
static guint64
look_at (TbLogReader *reader, int fd, gboolean *restarted)
{
  struct stat st;
  guint64 size = fstat (fd, &st) == 0 && S_ISREG (st.st_mode) ? (guint64) st.st_size : 0;
  *restarted = size < reader->at || (reader->inode != 0 && reader->inode != st.st_ino);
  reader->inode = st.st_ino;
  if (*restarted)
    reader->at = 0;
  return size;
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
  guint64 size = look_at (reader, fd, restarted);
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
