/* See terminal.h. */
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum
{
  ROWS = 24,
  COLUMNS = 80
};

bool
tb_pty_open (int out[2], uint16_t rows, uint16_t columns)
{
  char name[64];
  struct winsize size = { .ws_row = rows, .ws_col = columns };
  out[1] = -1;
  out[0] = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  if (out[0] < 0 || unlockpt (out[0]) != 0 || ptsname_r (out[0], name, sizeof name) != 0)
    return false;
  out[1] = open (name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  return out[1] >= 0 && ioctl (out[0], TIOCSWINSZ, &size) == 0;
}

/* ---- An instance's own ------------------------------------------------------------------------- */

static Terminal *
find_own (const Agent *a, uint32_t instance)
{
  const TbTerminals *all = a->terminals;
  return all != NULL && instance < all->n_own ? all->own[instance] : NULL;
}

/* The master of whatever program reads that terminal; NULL: none does. */
static TbSource *
master_of (const Agent *a, const Terminal *t)
{
  TbSource *pty = t->is_debugger              ? &tb_debugger_of ((Agent *) a, t)->pty
                  : a->instances[t->instance]->has_terminal ? &a->instances[t->instance]->out
                                                           : NULL;
  return pty != NULL && pty->fd >= 0 ? pty : NULL;
}

bool
tb_terminal_is_typed_to (const Agent *a, const Terminal *t)
{
  return master_of (a, t) != NULL;
}

void
tb_terminals_size (const Agent *a, uint32_t instance, uint16_t *rows, uint16_t *columns)
{
  const Terminal *t = find_own (a, instance);
  *rows = t != NULL ? t->rows : ROWS;
  *columns = t != NULL ? t->columns : COLUMNS;
}

void
tb_terminal_resize (Agent *a, Terminal *t, uint16_t rows, uint16_t columns)
{
  TbSource *master = master_of (a, t);
  t->rows = (uint16_t) TB_CLAMP (rows, 1, 1000);
  t->columns = (uint16_t) TB_CLAMP (columns, 1, 1000);
  struct winsize size = { .ws_row = t->rows, .ws_col = t->columns };
  if (master != NULL)
    ioctl (master->fd, TIOCSWINSZ, &size);
}

/* ---- What is written --------------------------------------------------------------------------- */

static void
keep (Terminal *t, const char *bytes, size_t n)
{
  size_t half = TB_TERMINAL_PAST_MAX / 2;
  if (n > half)
    {
      bytes += n - half;
      n = half;
    }
  if (t->n_past + n > TB_TERMINAL_PAST_MAX)
    {
      memmove (t->past, t->past + t->n_past - half, half);
      t->n_past = half;
    }
  memcpy (t->past + t->n_past, bytes, n);
  t->n_past += n;
}

void
tb_terminal_show (Agent *a, Terminal *t, const char *bytes, size_t n)
{
  if (t->past != NULL)
    keep (t, bytes, n);
  for (size_t i = 0; i < TB_TERMINAL_CLIENTS_MAX; i++)
    {
      Client *c = &a->terminals->clients[i];
      for (size_t at = 0; c->terminal == t && at < n; at += TB_TERMINAL_BYTES_MAX)
        tb_client_send (c, &(TbTerminalFrame) {
                             .type = TB_TERMINAL_DATA, .bytes = bytes + at,
                             .n = TB_MIN (n - at, (size_t) TB_TERMINAL_BYTES_MAX) });
    }
}

/* A pipe has plain lines; a screen wants to be told to go back to their beginning. */
static void
show_lines (Agent *a, Terminal *t, const char *bytes, size_t n)
{
  char out[8192];
  size_t at = 0;
  for (size_t i = 0; i < n; i++)
    {
      if (at + 2 > sizeof out)
        {
          tb_terminal_show (a, t, out, at);
          at = 0;
        }
      if (bytes[i] == '\n')
        out[at++] = '\r';
      out[at++] = bytes[i];
    }
  tb_terminal_show (a, t, out, at);
}

/* What is already in the log: its end, from the first whole line. */
static void
fill_from_log (Instance *in, Terminal *t)
{
  char bytes[TB_TERMINAL_PAST_MAX / 2];
  tb_instance_flush_log (in);
  int fd = in->log.path != NULL ? open (in->log.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
  if (fd < 0)
    return;
  off_t size = lseek (fd, 0, SEEK_END), from = TB_MAX (size - (off_t) sizeof bytes, 0);
  ssize_t n = pread (fd, bytes, sizeof bytes, from);
  close (fd);
  const char *line = n > 0 && from > 0 ? memchr (bytes, '\n', (size_t) n) : NULL;
  size_t skip = line != NULL ? (size_t) (line - bytes) + 1 : 0;
  if (n > 0)
    show_lines (in->agent, t, bytes + skip, (size_t) n - skip);
}

Terminal *
tb_terminal_own (Agent *a, uint32_t instance, bool has_past)
{
  TbTerminals *all = a->terminals;
  if (instance >= all->n_own)
    {
      all->own = realloc (all->own, (instance + 1) * sizeof *all->own);
      TB_CHECK (all->own != NULL);
      memset (all->own + all->n_own, 0, (instance + 1 - all->n_own) * sizeof *all->own);
      all->n_own = instance + 1;
    }
  Terminal *t = all->own[instance];
  if (t == NULL)
    {
      t = all->own[instance] = calloc (1, sizeof *t);
      TB_CHECK (t != NULL);
      *t = (Terminal) { .instance = instance, .rows = ROWS, .columns = COLUMNS };
    }
  if (has_past && t->past == NULL)
    {
      t->past = malloc (TB_TERMINAL_PAST_MAX);
      TB_CHECK (t->past != NULL);
      fill_from_log (a->instances[instance], t);
    }
  return t;
}

void
tb_terminals_wrote (Agent *a, uint32_t instance, const char *bytes, size_t n)
{
  Terminal *t = find_own (a, instance);
  if (t == NULL || t->past == NULL)
    return;
  if (a->instances[instance]->has_terminal)
    tb_terminal_show (a, t, bytes, n);
  else
    show_lines (a, t, bytes, n);
}

void
tb_terminal_tell (Agent *a, const Terminal *t, TbTerminalMessage type, uint8_t value,
                  const char *sentence)
{
  const TbTerminalFrame frame = { .type = type, .value = value, .bytes = sentence,
                                  .n = sentence != NULL ? strlen (sentence) : 0 };
  for (size_t i = 0; i < TB_TERMINAL_CLIENTS_MAX; i++)
    {
      Client *c = &a->terminals->clients[i];
      if (c->terminal != t || c->source.fd < 0)
        continue;
      tb_client_send (c, &frame);
      if (type != TB_TERMINAL_END)
        continue;
      c->ending = true;
      c->terminal = NULL;
      if (c->n_out == 0)
        tb_client_drop (c);
    }
}

/* ---- What is typed ----------------------------------------------------------------------------- */

void
tb_terminal_flush_typed (Agent *a, Terminal *t)
{
  TbSource *master = master_of (a, t);
  bool waited = t->n_typed > 0;
  while (master != NULL && t->n_typed > 0)
    {
      ssize_t n = write (master->fd, t->typed, t->n_typed);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        break;
      t->n_typed -= (size_t) n;
      memmove (t->typed, t->typed + n, t->n_typed);
    }
  if (master == NULL)
    t->n_typed = 0;
  else
    tb_loop_change (&a->loop, master, t->n_typed > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
  if (waited)
    tb_clients_listen (a, t);
}

bool
tb_terminal_type (Agent *a, Terminal *t, const char *bytes, size_t n)
{
  if (master_of (a, t) == NULL)
    return false;
  n = TB_MIN (n, sizeof t->typed - t->n_typed);
  memcpy (t->typed + t->n_typed, bytes, n);
  t->n_typed += n;
  tb_terminal_flush_typed (a, t);
  return true;
}

void
tb_terminals_take_typed (Agent *a, uint32_t instance)
{
  Terminal *t = find_own (a, instance);
  if (t != NULL && t->n_typed > 0)
    tb_terminal_flush_typed (a, t);
}

/* ---- Lives ------------------------------------------------------------------------------------- */

void
tb_terminals_begun (Agent *a, uint32_t instance)
{
  if (a->terminals == NULL)
    return;
  bool has = a->instances[instance]->has_terminal;
  Terminal *t = has ? tb_terminal_own (a, instance, true) : find_own (a, instance);
  if (t != NULL)
    tb_terminal_tell (a, t, TB_TERMINAL_ATTACHED, has, NULL);
}

void
tb_terminals_ended (Agent *a, uint32_t instance)
{
  Terminal *t = find_own (a, instance);
  char text[TB_SENTENCE + 128];
  if (t == NULL)
    return;
  TbWireInstanceState state = tb_supervisor_state (a->supervisor, instance);
  snprintf (text, sizeof text, "%.100s %s", a->instances[instance]->plan->id,
            state.sentence[0] != '\0' ? state.sentence : tb_instance_state_name (state.state));
  t->n_typed = 0;
  tb_clients_listen (a, t);
  tb_terminal_tell (a, t, TB_TERMINAL_ATTACHED, 0, NULL);
  tb_terminal_tell (a, t, TB_TERMINAL_NOTE, 0, text);
}

void
tb_terminals_let_go (Agent *a, uint32_t instance)
{
  for (size_t i = 0; a->terminals != NULL && i < TB_DEBUGGERS_MAX; i++)
    {
      Debugger *d = &a->terminals->debuggers[i];
      if (d->leash > 0 && d->terminal.instance == instance)
        tb_debugger_hang_up (d);
    }
}

void
tb_terminals_open (Agent *a)
{
  a->terminals = calloc (1, sizeof *a->terminals);
  TB_CHECK (a->terminals != NULL);
  tb_debuggers_init (a);
  tb_clients_open (a);
}

void
tb_terminals_close (Agent *a)
{
  TbTerminals *all = a->terminals;
  if (all == NULL)
    return;
  tb_clients_close (a);
  for (size_t i = 0; i < TB_DEBUGGERS_MAX; i++)
    {
      tb_loop_forget (&a->loop, &all->debuggers[i].pty);
      tb_loop_forget (&a->loop, &all->debuggers[i].control);
      tb_loop_disarm (&a->loop, &all->debuggers[i].end);
      free (all->debuggers[i].terminal.past);
    }
  for (uint32_t i = 0; i < all->n_own; i++)
    if (all->own[i] != NULL)
      {
        free (all->own[i]->past);
        free (all->own[i]);
      }
  free (all->own);
  free (all);
  a->terminals = NULL;
}
