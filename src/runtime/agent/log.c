/* Bounded logs. Writing goes to the page cache; the tap loop is in another thread. */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervise.h"
#include "tb-text.h"

static int
create_new (const char *path)
{
  return open (path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
}

static void
create (TbLog *log)
{
  log->size = 0;
  log->file = create_new (log->path);
  if (log->file < 0 && errno == EEXIST)
    {
      unlink (log->path);
      log->file = create_new (log->path);
    }
  if (log->file < 0)
    log->error = errno;
}

void
tb_log_open (TbLog *log, char *path)
{
  tb_log_close (log);
  log->path = path;
  log->size = log->before = log->taken = log->lost = log->missing = log->n_early = 0;
  log->error = 0;
}

/* What may be otherwise a moment later. */
static bool
is_want_of_room (int error)
{
  return error == ENOSPC || error == EDQUOT || error == ENFILE || error == EMFILE || error == ENOMEM;
}

void
tb_log_try_again (TbLog *log)
{
  if (is_want_of_room (log->error))
    log->error = 0;
}

void
tb_log_close (TbLog *log)
{
  tb_log_flush (log);
  if (log->file >= 0)
    close (log->file);
  log->file = -1;
  free (log->path);
  log->path = NULL;
}

static void
turn (TbLog *log)
{
  char old[4096];
  log->lost += log->before;
  log->before = log->size;
  if (snprintf (old, sizeof old, "%s.1", log->path) < (int) sizeof old)
    rename (log->path, old);
  close (log->file);
  create (log);
}

/* Returns how much of it is in the file now: a full disk takes the log, not the run. */
static size_t
put (TbLog *log, const char *bytes, size_t n)
{
  size_t at = 0;
  while (at < n && log->file >= 0 && log->error == 0)
    {
      ssize_t wrote = write (log->file, bytes + at, n - at);
      if (wrote < 0 && errno == EINTR)
        continue;
      if (wrote < 0)
        {
          log->error = errno;
          if (!is_want_of_room (log->error))
            {
              close (log->file);
              log->file = -1;
            }
          break;
        }
      at += (size_t) wrote;
      log->size += (uint64_t) wrote;
    }
  return at;
}

static void
lose (TbLog *log, size_t n)
{
  log->lost += n;
  log->missing += n;
}

/* Where something is missing, before what comes after it. */
static void
say_missing (TbLog *log)
{
  char text[128];
  uint64_t before = log->missing;
  if (before == 0 || log->file < 0)
    return;
  int n = snprintf (text, sizeof text, "\n[%llu bytes are missing here: there was no room for them]\n",
                    (unsigned long long) before);
  if (put (log, text, (size_t) n) == (size_t) n)
    log->missing = 0;
}

void
tb_log_flush (TbLog *log)
{
  if (log->n_early == 0)
    return;
  create (log);
  say_missing (log);
  lose (log, log->n_early - put (log, log->early, log->n_early));
  log->n_early = 0;
}

static void
keep (TbLog *log, const char *bytes, size_t n)
{
  if (log->path == NULL)
    return;
  log->taken += n;
  log->dirty = true;
  if (log->error != 0)
    {
      lose (log, n);
      return;
    }
  if (log->file < 0 && log->n_early + n <= sizeof log->early)
    {
      memcpy (log->early + log->n_early, bytes, n);
      log->n_early += n;
      log->size += n;
      return;
    }
  tb_log_flush (log);
  if (log->file < 0 && log->error == 0)
    create (log);
  if (log->size + n > TB_LOG_MAX && log->file >= 0)
    turn (log);
  say_missing (log);
  lose (log, n - put (log, bytes, n));
}

static void
remember (TbLog *log)
{
  size_t n = TB_MIN (strlen (log->line), sizeof log->last - 1);
  memcpy (log->last, log->line, n);
  log->last[n] = '\0';
  tb_words_make_valid (log->last);
  while (n > 0 && (log->last[n - 1] == ' ' || log->last[n - 1] == '?'))
    log->last[--n] = '\0';
}

void
tb_log_end_line (TbLog *log)
{
  size_t n = tb_text_without_escapes (log->line, log->n_line, NULL);
  log->n_line = 0;
  if (n > 0 && log->line[n - 1] == '\r')
    n--;
  log->line[n] = '\0';
  if (n == 0)
    return;
  if (strspn (log->line, " \t") < n)
    remember (log);
  if (log->on_line != NULL)
    log->on_line (log->line, log->data);
}

static void
split (TbLog *log, const char *bytes, size_t n)
{
  for (size_t at = 0; at < n;)
    {
      const char *newline = memchr (bytes + at, '\n', n - at);
      size_t length = newline != NULL ? (size_t) (newline - bytes) - at : n - at;
      size_t room = sizeof log->line - 1 - log->n_line;
      memcpy (log->line + log->n_line, bytes + at, TB_MIN (length, room));
      log->n_line += TB_MIN (length, room);
      at += length;
      if (newline == NULL)
        return;
      tb_log_end_line (log);
      at++;
    }
}

/* In place: without the returns that a terminal puts before each newline. One at the end is held. */
static size_t
without_returns (TbLog *log, char *bytes, size_t n)
{
  size_t to = 0;
  if (log->held_return && bytes[0] != '\n')
    keep (log, "\r", 1);
  log->held_return = bytes[n - 1] == '\r';
  n -= log->held_return;
  for (size_t i = 0; i < n; i++)
    if (bytes[i] != '\r' || i + 1 >= n || bytes[i + 1] != '\n')
      bytes[to++] = bytes[i];
  return to;
}

/* Where nobody wants every line, and much comes at once, only the last ones can matter. */
static void
split_tail (TbLog *log, const char *bytes, size_t n)
{
  size_t skip = n > 2 * TB_LINE_MAX && log->on_line == NULL ? n - TB_LINE_MAX : 0;
  if (skip > 0)
    {
      const char *newline = memchr (bytes + skip, '\n', n - skip);
      log->n_line = 0;
      skip = newline != NULL ? (size_t) (newline - bytes) + 1 : skip;
    }
  split (log, bytes + skip, n - skip);
}

bool
tb_log_take (TbLog *log, int pipe)
{
  char buffer[65536];
  ssize_t n = read (pipe, buffer, sizeof buffer);
  if (n <= 0)
    return n < 0 && (errno == EAGAIN || errno == EINTR);
  if (log->on_bytes != NULL)
    log->on_bytes (buffer, (size_t) n, log->data);
  size_t kept = log->terminal ? without_returns (log, buffer, (size_t) n) : (size_t) n;
  keep (log, buffer, kept);
  split_tail (log, buffer, kept);
  return true;
}
