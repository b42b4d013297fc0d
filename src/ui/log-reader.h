/* Reads a file that another process is writing, piece by piece, never more than is asked for. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How much of the end of a long log is shown. */
#define TB_LOG_TAIL (256 * 1024)

typedef struct
{
  char *path;
  guint64 at; /* of the file: what was read so far */
  guint64 inode; /* of the file that was read; 0: none yet */
} TbLogReader;

/* Begins anew with another file; NULL: none. */
void tb_log_reader_open (TbLogReader *reader, const char *path);
/* What came since, at most TB_LOG_TAIL of its end, as valid UTF-8 (transfer full); NULL where there
 * is nothing new. *restarted: the text before it no longer belongs to it. */
char *tb_log_reader_next (TbLogReader *reader, gboolean *restarted);
void tb_log_reader_clear (TbLogReader *reader);

G_END_DECLS
