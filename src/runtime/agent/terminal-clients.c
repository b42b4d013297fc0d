/* The socket of terminals and what its clients say; see terminal.h. */
#include "terminal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* ---- To a client ------------------------------------------------------------------------------- */

void
tb_client_drop (Client *c)
{
  Agent *a = c->agent;
  Terminal *t = c->terminal;
  tb_loop_forget (&a->loop, &c->source);
  free (c->out);
  *c = (Client) { .agent = a, .source = TB_SOURCE_NONE };
  /* A debugger that nobody sees must not go on holding the program. */
  if (t != NULL && t->is_debugger && !tb_clients_any (a, t))
    tb_debugger_hang_up (tb_debugger_of (a, t));
}

static void
watch (Client *c)
{
  const Terminal *t = c->terminal;
  uint32_t reads = c->ending || (t != NULL && t->n_typed > 0) ? 0 : EPOLLIN;
  if (c->source.fd >= 0)
    tb_loop_change (&c->agent->loop, &c->source, reads | (c->n_out > 0 ? EPOLLOUT : 0));
}

/* True where it was sent, or nobody is there who would take it. */
static bool
send_now (Client *c, const uint8_t *bytes, size_t n)
{
  return send (c->source.fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0
         || (errno != EAGAIN && errno != EINTR);
}

void
tb_client_send (Client *c, const TbTerminalFrame *frame)
{
  uint8_t bytes[TB_TERMINAL_MESSAGE_MAX];
  /* A sentence finds room where the program's text does not any more. */
  size_t most = TB_TERMINAL_OUT_MAX - (frame->type == TB_TERMINAL_DATA ? 2 * TB_TERMINAL_MESSAGE_MAX : 0);
  size_t n = tb_terminal_write (bytes, frame);
  if (c->n_out == 0 && send_now (c, bytes, n))
    return;
  if (c->n_out + n + 2 > most)
    {
      c->missed += frame->n;
      return;
    }
  if (c->out == NULL)
    c->out = malloc (TB_TERMINAL_OUT_MAX);
  TB_CHECK (c->out != NULL);
  c->out[c->n_out++] = (uint8_t) n;
  c->out[c->n_out++] = (uint8_t) (n >> 8);
  memcpy (c->out + c->n_out, bytes, n);
  c->n_out += n;
  watch (c);
}

static void
say_missed (Client *c)
{
  char text[96];
  if (c->missed == 0)
    return;
  snprintf (text, sizeof text, "%llu bytes were left out: they came faster than they could be shown",
            (unsigned long long) c->missed);
  c->missed = 0;
  tb_client_send (c, &(TbTerminalFrame) { .type = TB_TERMINAL_NOTE, .bytes = text, .n = strlen (text) });
}

/* False: it is gone. */
static bool
flush (Client *c)
{
  size_t at = 0;
  while (at < c->n_out)
    {
      size_t n = c->out[at] | (size_t) c->out[at + 1] << 8;
      if (!send_now (c, c->out + at + 2, n))
        break;
      at += n + 2;
    }
  if (at > 0)
    memmove (c->out, c->out + at, c->n_out - at);
  c->n_out -= at;
  if (c->n_out == 0)
    {
      free (c->out);
      c->out = NULL;
      say_missed (c);
    }
  if (c->n_out == 0 && c->ending)
    {
      tb_client_drop (c);
      return false;
    }
  watch (c);
  return true;
}

static void
refuse (Client *c, const char *sentence)
{
  tb_client_send (c, &(TbTerminalFrame) { .type = TB_TERMINAL_END, .bytes = sentence,
                                          .n = strlen (sentence) });
  c->ending = true;
  if (c->n_out == 0)
    tb_client_drop (c);
  else
    watch (c);
}

/* ---- From a client ----------------------------------------------------------------------------- */

static void
show_past (Client *c, const Terminal *t)
{
  for (size_t at = 0; at < t->n_past; at += TB_TERMINAL_BYTES_MAX)
    tb_client_send (c, &(TbTerminalFrame) {
                         .type = TB_TERMINAL_DATA, .bytes = t->past + at,
                         .n = TB_MIN (t->n_past - at, (size_t) TB_TERMINAL_BYTES_MAX) });
}

static void
open_one (Client *c, const TbTerminalFrame *frame)
{
  Agent *a = c->agent;
  char id[256], why[TB_SENTENCE];
  snprintf (id, sizeof id, "%.*s", (int) TB_MIN (frame->n, sizeof id - 1), frame->bytes);
  uint32_t instance = tb_agent_find (a, id);
  Terminal *t = NULL;
  if (instance == UINT32_MAX)
    snprintf (why, sizeof why, "there is no instance «%.100s»", id);
  else if (frame->value == TB_TERMINAL_DEBUGGER)
    t = tb_debugger_start (a, instance, frame->rows, frame->columns, why);
  else
    t = tb_terminal_own (a, instance, true);
  if (t == NULL)
    {
      refuse (c, why);
      return;
    }
  tb_client_send (c, &(TbTerminalFrame) { .type = TB_TERMINAL_ATTACHED,
                                          .value = tb_terminal_is_typed_to (a, t) });
  show_past (c, t);
  c->terminal = t;
  tb_terminal_resize (a, t, frame->rows, frame->columns);
}

/* Asked for: from its next start on it has one; and that life may be under a tool. */
static void
restart_in_terminal (Agent *a, const Terminal *t, const TbTerminalFrame *frame)
{
  Instance *in = a->instances[t->instance];
  char tool[32];
  if (t->is_debugger)
    return;
  snprintf (tool, sizeof tool, "%.*s", (int) TB_MIN (frame->n, sizeof tool - 1), frame->bytes);
  tb_prepare_terminal (&in->prepared);
  tb_prepare_under (&in->prepared, in->plan, tool);
  in->started_under = false; /* what ends now is not the life that is meant */
  tb_supervisor_restart (a->supervisor, t->instance, tb_now_ns ());
  tb_agent_act (a);
}

static void
take_typed (Client *c, const TbTerminalFrame *frame)
{
  char text[TB_SENTENCE];
  Terminal *t = c->terminal;
  if (tb_terminal_type (c->agent, t, frame->bytes, frame->n))
    return;
  snprintf (text, sizeof text, "%.100s reads nothing that is typed: it has no terminal now",
            c->agent->instances[t->instance]->plan->id);
  tb_client_send (c, &(TbTerminalFrame) { .type = TB_TERMINAL_NOTE, .bytes = text, .n = strlen (text) });
}

static void
obey (Client *c, const TbTerminalFrame *frame)
{
  if (frame->type == TB_TERMINAL_OPEN && c->terminal == NULL && !c->ending)
    open_one (c, frame);
  else if (c->terminal == NULL)
    tb_client_drop (c);
  else if (frame->type == TB_TERMINAL_DATA)
    take_typed (c, frame);
  else if (frame->type == TB_TERMINAL_SIZE)
    tb_terminal_resize (c->agent, c->terminal, frame->rows, frame->columns);
  else if (frame->type == TB_TERMINAL_RESTART)
    restart_in_terminal (c->agent, c->terminal, frame);
}

static void
on_client (void *data, uint32_t events)
{
  Client *c = data;
  Agent *a = c->agent;
  uint8_t bytes[TB_TERMINAL_MESSAGE_MAX];
  TbTerminalFrame frame;
  if ((events & EPOLLOUT) != 0 && !flush (c))
    return;
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0)
    return;
  ssize_t n = recv (c->source.fd, bytes, sizeof bytes, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n <= 0 || !tb_terminal_read (bytes, (size_t) n, &frame))
    tb_client_drop (c);
  else
    obey (c, &frame);
  tb_viewer_flush (a);
}

void
tb_clients_listen (Agent *a, const Terminal *t)
{
  for (size_t i = 0; i < TB_TERMINAL_CLIENTS_MAX; i++)
    if (a->terminals->clients[i].terminal == t)
      watch (&a->terminals->clients[i]);
}

bool
tb_clients_any (const Agent *a, const Terminal *t)
{
  for (size_t i = 0; i < TB_TERMINAL_CLIENTS_MAX; i++)
    if (a->terminals->clients[i].terminal == t)
      return true;
  return false;
}

/* ---- The socket -------------------------------------------------------------------------------- */

/* The user's own programs, and root's. */
static bool
is_ours (int fd)
{
  struct ucred peer;
  socklen_t size = sizeof peer;
  return getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0
         && (peer.uid == geteuid () || peer.uid == 0);
}

static void
on_listening (void *data, uint32_t events)
{
  Agent *a = data;
  int fd = accept4 (a->terminals->listening.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  size_t i = 0;
  while (i < TB_TERMINAL_CLIENTS_MAX && a->terminals->clients[i].source.fd >= 0)
    i++;
  if (fd >= 0 && i < TB_TERMINAL_CLIENTS_MAX && is_ours (fd))
    tb_loop_watch (&a->loop, &a->terminals->clients[i].source, fd, EPOLLIN, on_client,
                   &a->terminals->clients[i]);
  else if (fd >= 0)
    close (fd);
}

static int
listen_at (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  if (strlen (path) >= sizeof address.sun_path)
    return -ENAMETOOLONG;
  strcpy (address.sun_path, path);
  int fd = socket (AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -errno;
  unlink (path);
  mode_t mask = umask (0177);
  bool bound = bind (fd, (struct sockaddr *) &address, sizeof address) == 0;
  int error = errno;
  umask (mask);
  if (bound && listen (fd, TB_TERMINAL_CLIENTS_MAX) == 0)
    return fd;
  error = bound ? errno : error;
  close (fd);
  return -error;
}

void
tb_clients_open (Agent *a)
{
  TbTerminals *all = a->terminals;
  char text[TB_SENTENCE], why[64];
  all->listening = TB_SOURCE_NONE;
  for (size_t i = 0; i < TB_TERMINAL_CLIENTS_MAX; i++)
    all->clients[i] = (Client) { .agent = a, .source = TB_SOURCE_NONE };
  TB_CHECK (asprintf (&all->path, "%s/" TB_TERMINAL_SOCKET, a->plan->run_dir) >= 0);
  int fd = listen_at (all->path);
  if (fd >= 0)
    {
      tb_loop_watch (&a->loop, &all->listening, fd, EPOLLIN, on_listening, a);
      return;
    }
  snprintf (text, sizeof text, "nobody can attach to terminals: %.120s: %s", all->path,
            tb_words_for_errno (-fd, why, sizeof why));
  tb_tell_problem (a, 2, UINT32_MAX, text);
}

void
tb_clients_close (Agent *a)
{
  static const char over[] = "the run is over";
  TbTerminals *all = a->terminals;
  for (size_t i = 0; i < TB_TERMINAL_CLIENTS_MAX; i++)
    {
      Client *c = &all->clients[i];
      if (c->source.fd < 0)
        continue;
      tb_client_send (c, &(TbTerminalFrame) { .type = TB_TERMINAL_END, .bytes = over,
                                              .n = sizeof over - 1 });
      c->terminal = NULL;
      tb_client_drop (c);
    }
  if (all->listening.fd >= 0)
    unlink (all->path);
  tb_loop_forget (&a->loop, &all->listening);
  free (all->path);
}
