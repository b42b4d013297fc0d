/* What it says to whoever started it: lines, readiness, and the wait for its end. */
#include "node-private.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINES_A_SECOND 10

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t second_ns;
static unsigned lines, left_out;
static bool silent;

void
report_be_silent (void)
{
  silent = true;
}

static void write_line (const char *format, va_list args) __attribute__ ((format (printf, 1, 0)));

/* One write a line, so that lines of several threads do not mix. */
static void
write_line (const char *format, va_list args)
{
  char line[1024];
  if (silent)
    return;
  int n = vsnprintf (line, sizeof line - 1, format, args);
  n = TB_MIN (n, (int) sizeof line - 2);
  line[n++] = '\n';
  ssize_t written = write (STDOUT_FILENO, line, (size_t) n);
  (void) written;
}

void
report_line (const char *format, ...)
{
  va_list args;
  va_start (args, format);
  write_line (format, args);
  va_end (args);
}

void
report_error (const char *format, ...)
{
  int64_t now = tb_now_ns ();
  unsigned missed = 0;
  pthread_mutex_lock (&lock);
  if (now - second_ns >= TB_NS_PER_S)
    {
      missed = left_out;
      second_ns = now;
      lines = left_out = 0;
    }
  bool say = lines < LINES_A_SECOND;
  if (say)
    lines++;
  else
    left_out++;
  pthread_mutex_unlock (&lock);
  if (missed > 0)
    report_line ("%u more errors in the second before", missed);
  if (!say)
    return;
  va_list args;
  va_start (args, format);
  write_line (format, args);
  va_end (args);
}

void
report_ready (const char *format, ...)
{
  const char *variable = getenv ("TIERBOARD_READY_FD");
  va_list args;
  va_start (args, format);
  write_line (format, args);
  va_end (args);
  if (variable == NULL)
    return;
  char *end;
  long fd = strtol (variable, &end, 10);
  if (end == variable || *end != '\0' || fd < 0 || fd > 1 << 20)
    return;
  ssize_t written = write ((int) fd, "\n", 1);
  (void) written;
  close ((int) fd);
}

int
report_failure (char *sentence)
{
  fprintf (stderr, "tierboard-node: %s\n", sentence);
  free (sentence);
  return 1;
}

static sigset_t
ending_signals (void)
{
  sigset_t set;
  sigemptyset (&set);
  sigaddset (&set, SIGTERM);
  sigaddset (&set, SIGINT);
  return set;
}

void
report_block_signals (void)
{
  sigset_t set = ending_signals ();
  pthread_sigmask (SIG_BLOCK, &set, NULL);
  signal (SIGPIPE, SIG_IGN);
}

void
report_wait (int64_t deadline_ns)
{
  sigset_t set = ending_signals ();
  int64_t left;
  if (deadline_ns == 0)
    while (sigwaitinfo (&set, NULL) < 0)
      ;
  else
    while ((left = deadline_ns - tb_now_ns ()) > 0)
      {
        struct timespec t = { left / TB_NS_PER_S, left % TB_NS_PER_S };
        if (sigtimedwait (&set, NULL, &t) > 0)
          break;
      }
}

void
report_escape (const char *s, char *out, size_t size)
{
  size_t n = 0;
  for (; *s && n + 7 < size; s++)
    {
      unsigned char c = (unsigned char) *s;
      if (c == '"' || c == '\\')
        out[n++] = '\\', out[n++] = (char) c;
      else if (c < ' ')
        n += (size_t) snprintf (out + n, size - n, "\\u%04x", c);
      else
        out[n++] = (char) c;
    }
  out[n] = '\0';
}
