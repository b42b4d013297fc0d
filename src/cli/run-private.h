/* `tierboard run`, in four files:
 *
 *   cmd-run.c     options, trust, the run's life, its exit status
 *   run-change.c  another drawing while it runs, and a file that is watched
 *   run-table.c   the live table of a terminal
 *   run-words.c   numbers and states as people read them */
#pragma once

#include "tb-control.h"
#include "tb-session.h"

/* ---- Words (all write to out and return it) ------------------------------------------------------- */

/* "1 240" with thin spaces. */
const char *tb_words_count (guint64 n, char *out, gsize size);
/* "1 240/s", "0.4/s", "–" for none. */
const char *tb_words_rate (double per_second, char *out, gsize size);
/* "8.3 ms", "420 µs"; "–" for less than 0. */
const char *tb_words_latency (gint64 ns, char *out, gsize size);
/* "1.2 MB". */
const char *tb_words_bytes (double bytes, char *out, gsize size);

typedef struct
{
  const char *shape;  /* one column wide: states differ by it, not by colour alone */
  const char *colour; /* SGR */
} TbStateLook;

TbStateLook tb_state_look (TbInstanceState state);

/* ---- Another drawing ------------------------------------------------------------------------------- */

/* Goes on with the drawing of that file: the change that was made (transfer full), or NULL with an error,
 * and the run is as it was. */
TbSessionChange *tb_run_apply (TbSession *session, const char *file, gboolean trust, GError **error);
/* "the drawing has changed: starts cache/1; 7 run on" (transfer full) */
char *tb_run_change_text (const TbSessionChange *change);

typedef struct TbFileWatch TbFileWatch;

/* Calls changed() whenever there is something else in the file, once it is written. NULL with error where
 * it cannot be watched. */
TbFileWatch *tb_file_watch_new (const char *path, void (*changed) (gpointer data), gpointer data,
                                GError **error);
void tb_file_watch_free (TbFileWatch *watch);

/* ---- Table ----------------------------------------------------------------------------------------- */

typedef struct TbTable TbTable;

TbTable *tb_table_new (const char *title, int fd, gboolean colour);
/* Draws over what it drew before. waiting: what the start waits for; NULL or "": nothing. */
void tb_table_draw (TbTable *table, const TbLiveFrame *frame, const char *waiting);
/* A line that stays, above the table. */
void tb_table_say (TbTable *table, const char *sentence);
/* Leaves the table where it is and gives the cursor back. */
void tb_table_free (TbTable *table);
/* The table as lines without escapes, at most that many columns and rows: for tests. Rows 0: all.
 * (transfer full) */
char *tb_table_text (const char *title, const TbLiveFrame *frame, const char *waiting, guint columns,
                     guint rows);
