/* The bounded log of one instance: what it writes to standard output and error, as it is.
 *
 * At most TB_LOG_MAX bytes in its file and as many in the one before it, whatever is written: then the
 * older goes. On a full disk what comes is counted instead of kept, until there is room again, and a
 * line in the log says how much is missing there. */
#pragma once

#include "tb-base.h"

#define TB_LOG_MAX (8 << 20)
/* Longer lines are cut where a regular expression or a sentence looks at them, and colours and the
 * like left out; not in the file. */
#define TB_LINE_MAX 4096

typedef struct
{
  char *path; /* PATH.1 holds what was before the last turn */
  int file;   /* -1: nothing written yet, or given up */
  int error;  /* why nothing is kept now: errno, 0 */
  uint64_t size, before; /* bytes in PATH and PATH.1 */
  uint64_t taken;        /* all that came since it was opened */
  uint64_t lost;         /* of that, what is kept no more, or never was */
  uint64_t missing;      /* of that, what a line in the log is still to say */
  bool dirty; /* grown since this was last cleared */
  char early[512]; /* its first bytes, until somebody is told where the file is */
  size_t n_early;
  char line[TB_LINE_MAX];
  size_t n_line;
  char last[200]; /* the last line that says something, fit for a sentence */
  void (*on_line) (const char *line, void *data); /* NULL: nobody wants every line */
  void (*on_bytes) (const char *bytes, size_t n, void *data); /* as they came; may be NULL */
  bool terminal; /* each line ends with a carriage return too, which is not kept */
  bool held_return; /* the last byte was one: what comes next decides */
  void *data;
} TbLog;

/* path (transfer full). The file is made when there is more than a greeting to keep, or when it is
 * flushed: a file each is a good part of what starting a hundred built-ins costs. One that is there
 * is replaced. What cannot be kept still feeds on_line and last. */
void tb_log_open (TbLog *log, char *path);
/* Before anybody is told of the file. */
void tb_log_flush (TbLog *log);
/* Reads at most 64 KiB that are there; false at the end of the pipe. */
bool tb_log_take (TbLog *log, int pipe);
/* A line without its newline counts as one now: nobody will finish it. */
void tb_log_end_line (TbLog *log);
/* Where there was no room: from now on it is tried again. */
void tb_log_try_again (TbLog *log);
void tb_log_close (TbLog *log);
