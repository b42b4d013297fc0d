/* Servers that answer in lines or by HTTP, and what a client asks of them and hears, where faults are on the link between. */
#include "toxics-fixture.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Each line comes back as a RESP string: "A1" as "+A1". A line "BYTES n" is answered by n bytes and
 * the end. */
static int
serve_lines (Fixture *fx, int ready, void *data)
{
  int listener = fx_listen (INADDR_ANY, TOXICS_PORT);
  fx_say_ready (ready);
  for (;;)
    {
      char line[256], answer[260];
      gsize n = 0, wanted = 0;
      int fd = accept (listener, NULL, NULL);
      while (fx_read (fd, line + n, 1) == 1)
        {
          if (line[n++] != '\n')
            continue;
          line[n] = '\0';
          if (g_str_has_prefix (line, "BYTES"))
            {
              wanted = (gsize) atoi (line + 6);
              break;
            }
          int size = snprintf (answer, sizeof answer, "+%s", line);
          fx_write (fd, answer, (gsize) size);
          n = 0;
        }
      g_autofree char *bytes = g_strnfill (wanted, 'x');
      fx_write (fd, bytes, strlen (bytes));
      close (fd);
    }
  return 0;
}

/* Answers each request with 200; /count says how many have come. */
static int
serve_http (Fixture *fx, int ready, void *data)
{
  int listener = fx_listen (INADDR_ANY, TOXICS_PORT), count = 0;
  fx_say_ready (ready);
  for (;;)
    {
      char head[2000], answer[200];
      gsize n = 0;
      int fd = accept (listener, NULL, NULL);
      while (fx_read (fd, head + n, 1) == 1)
        {
          head[++n] = '\0';
          if (!g_str_has_suffix (head, "\r\n\r\n"))
            continue;
          g_autofree char *body = g_strdup_printf ("%d", ++count);
          int size = snprintf (answer, sizeof answer,
                               "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen (body), body);
          fx_write (fd, answer, (gsize) size);
          n = 0;
        }
      close (fd);
    }
  return 0;
}

void
toxics_begin (Fixture *fx, TbProto proto)
{
  fx_two (fx, TOXICS_PORT, proto);
  fx_serve (fx, 1, proto == TB_PROTO_HTTP ? serve_http : serve_lines, NULL);
}

gboolean
toxics_says (int fd, const char *what)
{
  return fx_write (fd, what, strlen (what));
}

gboolean
toxics_hears (int fd, const char *what)
{
  char heard[1000];
  gsize n = fx_read (fd, heard, strlen (what));
  if (n == strlen (what) && memcmp (heard, what, n) == 0)
    return TRUE;
  fprintf (stderr, "# heard “%.*s”, expected “%s”\n", (int) n, heard, what);
  return FALSE;
}

gboolean
toxics_asks (int fd)
{
  return toxics_says (fd, "A1\r\n") && toxics_hears (fd, "+A1\r\n");
}

gboolean
toxics_is_quiet (int fd, int ms)
{
  struct pollfd p = { fd, POLLIN, 0 };
  return poll (&p, 1, ms) == 0;
}

gint64
toxics_ms_since (gint64 toxics_begin)
{
  return (tb_now_ns () - toxics_begin) / MS;
}

void
toxics_run (Fixture *fx, FxFunc client)
{
  pid_t child = fx_run (fx, 0, client, NULL);
  g_assert_cmpint (fx_wait (fx, child), ==, 0);
  fx_settle (fx);
}

TbTapCounters
toxics_row (Fixture *fx)
{
  return fx_row (fx, 0, 1, TOXICS_PORT);
}

TbTapCounters
toxics_with (TbProto proto, const char *toxic, FxFunc client)
{
  g_autoptr (Fixture) fx = fx_new ();
  toxics_begin (fx, proto);
  fx_toxic (fx, "toxic", toxic);
  toxics_run (fx, client);
  return toxics_row (fx);
}
