/* What the instances of a run printed, line by line, read from its recording while that is written or
 * afterwards. Each line has the time at which the agent read its first byte.
 *
 * Lines are text in which nothing acts (tb_payload_line()), without the sequences that steer a
 * terminal. One without its newline is a line once nothing has followed it for a second of the
 * recording, or at its end. Empty lines are left out, and whatever comes after two million lines. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* More of a line is cut off. */
#define TB_LOG_LINE_MAX 4096

typedef struct
{
  gint64 time_ns;
  guint instance; /* index in the plan */
  guint64 lost;   /* bytes before it that are not recorded */
  const char *text; /* as long as the book */
} TbLogLine;

typedef struct TbLogBook TbLogBook;

/* NULL with an error that says in words why the file cannot be read. */
TbLogBook *tb_log_book_open (const char *path, GError **error);
void tb_log_book_free (TbLogBook *book);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbLogBook, tb_log_book_free)
/* Reads on for about so long. TRUE: there is more to read now. over: nothing will be written to it any
 * more. */
gboolean tb_log_book_read (TbLogBook *book, gint64 budget_ns, gboolean over);
guint tb_log_book_n_lines (const TbLogBook *book);
/* In the order in which they were recorded; valid until the next read. */
const TbLogLine *tb_log_book_line (const TbLogBook *book, guint i);

G_END_DECLS
