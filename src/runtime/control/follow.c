/* Answers that go on: an instance's log, the run's state. */
#include "control-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINES_NORMAL 100
#define TAIL_MAX (1u << 20) /* that far back lines are looked for */
#define PIECE_BYTES (256u << 10)
#define LOG_EVERY_NS (100 * TB_NS_PER_MS)
#define STATE_EVERY_NS TB_NS_PER_S

static gboolean
is_asked (const TbCall *call, const char *name)
{
  const char *value = tb_call_query (call, name);
  return value != NULL && !g_str_equal (value, "false") && !g_str_equal (value, "0");
}

static gboolean
run_is_over (const TbCall *call)
{
  TbRunState state = tb_session_state (call->session);
  return state == TB_RUN_STOPPED || state == TB_RUN_FAILED;
}

/* ---- State ---------------------------------------------------------------------------------------- */

static gboolean
more_state (TbCall *call)
{
  g_autoptr (TbLiveFrame) frame = tb_session_look (call->session);
  if (frame != NULL)
    {
      g_autofree char *text = tb_run_json (frame, FALSE, FALSE, NULL);
      g_string_append_printf (call->text, "%s\n", text);
    }
  return !run_is_over (call);
}

void
tb_route_state (TbCall *call)
{
  g_autoptr (TbLiveFrame) frame = tb_session_look (call->session);
  if (is_asked (call, "follow"))
    {
      tb_call_stream (call, "application/x-ndjson", more_state, STATE_EVERY_NS);
      return;
    }
  if (frame == NULL)
    {
      tb_call_error (call, 409, "the run has not begun yet");
      return;
    }
  g_autofree char *text = tb_run_json (frame, FALSE, FALSE, NULL);
  tb_json_raw (call->json, text);
  tb_call_reply (call, 200);
}

/* ---- Logs ----------------------------------------------------------------------------------------- */

/* Whole lines of it that match; what follows the last newline comes when it is one. Returns how many
 * bytes were used. */
static gsize
append_lines (TbCall *call, const char *bytes, gsize n)
{
  gsize at = 0;
  const char *end;
  while ((end = memchr (bytes + at, '\n', n - at)) != NULL)
    {
      gsize size = (gsize) (end - bytes) - at + 1;
      g_autofree char *line = g_utf8_make_valid (bytes + at, (gssize) size);
      if (call->match == NULL || g_regex_match (call->match, line, 0, NULL))
        g_string_append (call->text, line);
      at += size;
    }
  return at;
}

/* A log that is full becomes PATH.1, and another begins. What is still unread of the old one comes
 * first; *old: it is that. */
static int
open_followed (TbCall *call, const char *path, gboolean *old)
{
  g_autofree char *before = g_strconcat (path, ".1", NULL);
  struct stat st, st_before;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  *old = FALSE;
  if (fd < 0 || fstat (fd, &st) != 0 || call->inode == 0 || call->inode == st.st_ino)
    {
      call->inode = fd >= 0 && call->inode == 0 ? st.st_ino : call->inode;
      return fd;
    }
  int rest = open (before, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  gboolean there = rest >= 0 && fstat (rest, &st_before) == 0 && st_before.st_ino == call->inode;
  if (there && (guint64) st_before.st_size > call->offset)
    {
      close (fd);
      *old = TRUE;
      return rest;
    }
  if (rest >= 0)
    close (rest);
  if (!there)
    g_string_append (call->text, "[what came in between is kept no more]\n");
  call->inode = st.st_ino;
  call->offset = 0;
  return fd;
}

/* From call->offset on. A line longer than a piece is given in pieces, and one that the old file ends
 * with as it is. */
static void
read_log (TbCall *call, const char *path)
{
  g_autofree char *piece = g_malloc (PIECE_BYTES);
  gboolean old = FALSE, follow = is_asked (call, "follow");
  int fd = follow ? open_followed (call, path, &old) : open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  gsize most = PIECE_BYTES;
  if (!follow)
    most = (gsize) MIN (most, call->limit - MIN (call->offset, call->limit));
  ssize_t n = fd >= 0 ? pread (fd, piece, most, (off_t) call->offset) : -1;
  if (n > 0)
    {
      gsize used = append_lines (call, piece, (gsize) n);
      if (used == 0 && (n == PIECE_BYTES || old))
        {
          g_autofree char *part = g_utf8_make_valid (piece, n);
          g_string_append (call->text, part);
          used = (gsize) n;
        }
      call->offset += used;
    }
  if (fd >= 0)
    close (fd);
}

static gboolean
more_log (TbCall *call)
{
  const char *path = tb_session_log_path (call->session, call->number);
  guint64 before = call->offset;
  if (path != NULL)
    read_log (call, path);
  if (is_asked (call, "follow"))
    return !run_is_over (call);
  /* A program that goes on writing does not make the answer endless. */
  return call->offset > before && call->offset < call->limit;
}

/* Where the last so many lines begin; *size gets how long it is now. */
static guint64
find_tail (const char *path, guint64 lines, guint64 *size)
{
  struct stat st;
  guint64 start = 0;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0)
    return 0;
  if (fstat (fd, &st) == 0 && st.st_size > 0)
    {
      *size = (guint64) st.st_size;
      gsize n = (gsize) MIN (st.st_size, TAIL_MAX);
      g_autofree char *tail = g_malloc (n);
      start = (guint64) st.st_size - n;
      ssize_t got = pread (fd, tail, n, (off_t) start);
      guint64 seen = 0;
      for (ssize_t i = got - 1; i > 0; i--)
        if (tail[i - 1] == '\n' && ++seen == lines)
          {
            start += (guint64) i;
            break;
          }
    }
  close (fd);
  return start;
}

void
tb_route_logs (TbCall *call)
{
  g_autoptr (GError) error = NULL;
  const char *match = tb_call_query (call, "match"), *lines = tb_call_query (call, "lines");
  guint64 n = LINES_NORMAL;
  int index = tb_call_instance (call);
  if (index < 0)
    return;
  call->number = (guint) index;
  if (match != NULL && (call->match = g_regex_new (match, G_REGEX_OPTIMIZE, 0, &error)) == NULL)
    tb_call_error (call, 400, "match: %s", error->message);
  else if (lines != NULL && !g_ascii_string_to_unsigned (lines, 10, 0, G_MAXUINT32, &n, NULL))
    tb_call_error (call, 400, "lines is “%s”, expected a number", lines);
  else
    {
      const char *path = tb_session_log_path (call->session, call->number);
      call->offset = path != NULL && n > 0 ? find_tail (path, n, &call->limit) : 0;
      tb_call_stream (call, "text/plain; charset=utf-8", more_log, LOG_EVERY_NS);
    }
}
