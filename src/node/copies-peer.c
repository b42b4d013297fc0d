/* Connections to the other replicas. Messages go on a line that nobody answers (CLIENT REPLY OFF, so that whoever watches
 * knows); they may get lost, the cores expect that. Commands that only the leader can answer go on another one, as an
 * ordinary client's, and their answers come back in order. */
#include "copies-private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/tcp.h>

#define AGAIN_NS (100 * TB_NS_PER_MS)
#define OUT_MAX (8u << 20) /* beyond it messages are dropped: the line is cut or too slow */
#define NO_REPLY "*3\r\n$6\r\nCLIENT\r\n$5\r\nREPLY\r\n$3\r\nOFF\r\n"
#define PASSES "*2\r\n$7\r\nREPLICA\r\n$6\r\npasses\r\n"
#define LINES 2 /* of a peer: messages, commands */

static unsigned
self (void)
{
  return copies.options->replica;
}

static Line *
line_of (unsigned tag)
{
  Peer *p = &copies.peers[tag / LINES];
  return tag % LINES ? &p->commands : &p->messages;
}

/* ---- Commands passed on ---- */

static void
fail_passed (Peer *p, size_t n)
{
  static const char unknown[] = "-UNKNOWN the leader did not answer: it may be done yet\r\n";
  static const char refused[] = "-TRYAGAIN the leader did not answer\r\n";
  for (size_t i = 0; i < n; i++)
    if (p->passed[i].read)
      client_answer (p->passed[i].ticket, refused, sizeof refused - 1);
    else
      client_answer (p->passed[i].ticket, unknown, sizeof unknown - 1);
  p->n_passed -= n;
  memmove (p->passed, p->passed + n, p->n_passed * sizeof *p->passed);
}

static void
line_close (unsigned tag)
{
  Line *l = line_of (tag);
  if (l->fd >= 0)
    close (l->fd);
  l->fd = -1;
  l->connecting = false;
  l->again_ns = tb_now_ns () + AGAIN_NS;
  buffer_clear (&l->in);
  buffer_clear (&l->out);
  if (tag % LINES)
    fail_passed (&copies.peers[tag / LINES], copies.peers[tag / LINES].n_passed);
}

static void
add_passed (Peer *p, uint64_t ticket, bool read)
{
  if (p->n_passed == p->passed_size)
    {
      p->passed_size = TB_MAX (p->passed_size * 2, 64);
      p->passed = realloc (p->passed, p->passed_size * sizeof *p->passed);
      TB_CHECK (p->passed != NULL);
    }
  p->passed[p->n_passed++] = (Passed){ ticket, tb_now_ns () + copies.timeout_ns, read };
}

/* ---- Lines ---- */

static void
watch (unsigned tag, int op, uint32_t events)
{
  struct epoll_event event = { events, { .u64 = 0x100 + tag } };
  epoll_ctl (copies.epoll_fd, op, line_of (tag)->fd, &event);
}

static void
line_open (unsigned tag)
{
  Line *l = line_of (tag);
  Peer *p = &copies.peers[tag / LINES];
  const Address *a = &p->address;
  int on = 1;
  l->fd = socket (a->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (l->fd < 0)
    return;
  setsockopt (l->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  int done = connect (l->fd, &a->any, a->any.sa_family == AF_INET6 ? sizeof a->in6 : sizeof a->in);
  if (done < 0 && errno != EINPROGRESS)
    {
      line_close (tag);
      return;
    }
  l->connecting = done < 0;
  watch (tag, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
  if (tag % LINES)
    {
      buffer_add (&l->out, PASSES, sizeof PASSES - 1);
      add_passed (p, 0, true);
    }
  else
    buffer_add (&l->out, NO_REPLY, sizeof NO_REPLY - 1);
}

static void
line_send (unsigned tag)
{
  Line *l = line_of (tag);
  if (l->fd < 0 || l->connecting || l->out.at == l->out.n)
    return;
  ssize_t n = send (l->fd, l->out.p + l->out.at, l->out.n - l->out.at, MSG_NOSIGNAL);
  if (n < 0 && errno != EAGAIN && errno != EINTR)
    {
      line_close (tag);
      return;
    }
  l->out.at += n > 0 ? (size_t) n : 0;
  bool rest = l->out.at < l->out.n;
  if (!rest)
    buffer_clear (&l->out);
  watch (tag, EPOLL_CTL_MOD, rest ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void
take_answers (unsigned tag)
{
  Line *l = line_of (tag);
  Peer *p = &copies.peers[tag / LINES];
  size_t n_done = 0, used;
  bool error;
  TbSlice text;
  while (n_done < p->n_passed && l->in.at < l->in.n
         && tb_resp_parse_reply (l->in.p + l->in.at, l->in.n - l->in.at, &used, &error, &text) == TB_PARSE_DONE)
    {
      client_answer (p->passed[n_done++].ticket, l->in.p + l->in.at, used);
      l->in.at += used;
    }
  p->n_passed -= n_done;
  memmove (p->passed, p->passed + n_done, p->n_passed * sizeof *p->passed);
  memmove (l->in.p, l->in.p + l->in.at, l->in.n - l->in.at);
  l->in.n -= l->in.at;
  l->in.at = 0;
}

void
peer_event (unsigned tag, uint32_t events)
{
  Line *l = line_of (tag);
  char bytes[16384];
  int error = 0;
  socklen_t size = sizeof error;
  if (l->fd < 0)
    return;
  if (l->connecting && (getsockopt (l->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 || error != 0))
    {
      line_close (tag);
      return;
    }
  if (events & EPOLLOUT)
    l->connecting = false;
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
    {
      ssize_t n = recv (l->fd, bytes, sizeof bytes, 0);
      if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        {
          line_close (tag);
          return;
        }
      if (n > 0 && tag % LINES)
        {
          buffer_add (&l->in, bytes, (size_t) n);
          take_answers (tag);
        }
    }
}

/* ---- What is said ---- */

void
peer_message (unsigned to, const void *bytes, size_t n)
{
  Line *l = &copies.peers[to].messages;
  char head[96], number[8];
  const char *word = tb_replica_label (bytes, n);
  if (l->fd < 0 || l->out.n - l->out.at > OUT_MAX)
    return;
  int digits = snprintf (number, sizeof number, "%u", self () + 1);
  int size = snprintf (head, sizeof head, "*4\r\n$7\r\nREPLICA\r\n$%zu\r\n%s\r\n$%d\r\n%s\r\n$%zu\r\n", strlen (word), word,
                       digits, number, n);
  buffer_add (&l->out, head, (size_t) size);
  buffer_add (&l->out, bytes, n);
  buffer_add (&l->out, "\r\n", 2);
}

bool
peer_pass_on (unsigned to, uint64_t ticket, TbSlice command, bool read)
{
  Peer *p = &copies.peers[to];
  if (p->commands.fd < 0 || p->commands.out.n - p->commands.out.at > OUT_MAX)
    return false;
  add_passed (p, ticket, read);
  buffer_add (&p->commands.out, command.p, command.n);
  return true;
}

void
peers_begin (void)
{
  for (unsigned i = 0; i < copies.options->n_peers; i++)
    {
      copies.peers[i].address = copies.options->peers[i];
      copies.peers[i].messages.fd = copies.peers[i].commands.fd = -1;
    }
}

void
peers_send (void)
{
  for (unsigned tag = 0; tag < LINES * copies.options->n_peers; tag++)
    line_send (tag);
}

void
peers_tick (int64_t now_ns)
{
  for (unsigned tag = 0; tag < LINES * copies.options->n_peers; tag++)
    {
      const Peer *p = &copies.peers[tag / LINES];
      if (tag % LINES && p->n_passed > 0 && p->passed[0].due_ns <= now_ns)
        line_close (tag);
      if (tag / LINES != self () && line_of (tag)->fd < 0 && line_of (tag)->again_ns <= now_ns)
        line_open (tag);
    }
}

int64_t
peers_deadline (void)
{
  int64_t due_ns = INT64_MAX;
  for (unsigned tag = 0; tag < LINES * copies.options->n_peers; tag++)
    {
      const Peer *p = &copies.peers[tag / LINES];
      if (tag % LINES && p->n_passed > 0)
        due_ns = TB_MIN (due_ns, p->passed[0].due_ns);
      if (tag / LINES != self () && line_of (tag)->fd < 0)
        due_ns = TB_MIN (due_ns, line_of (tag)->again_ns);
    }
  return due_ns;
}
