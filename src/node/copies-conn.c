/* Connections that came to us: clients, and other replicas with their messages
 * (REPLICA word number bytes, which nobody answers). */
#include "copies-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/tcp.h>

#define READ_BYTES (64u << 10)
#define OUT_MAX (64u << 20) /* a client that does not read what it asked for */

/* ---- Buffers ---- */

void
buffer_add (Buffer *b, const void *bytes, size_t n)
{
  if (b->size - b->n < n)
    {
      b->size = TB_MAX (b->size * 2, b->n + n + 256);
      b->p = realloc (b->p, b->size);
      TB_CHECK (b->p != NULL);
    }
  if (n > 0)
    memcpy (b->p + b->n, bytes, n);
  b->n += n;
}

void
buffer_clear (Buffer *b)
{
  b->n = b->at = 0;
}

void
buffer_free (Buffer *b)
{
  free (b->p);
  *b = (Buffer){ 0 };
}

/* ---- Tickets: whose, which life of the place, which of its commands ---- */

static uint64_t
ticket_of (unsigned i, uint32_t slot)
{
  return ((uint64_t) (i + 1) << 48) | ((uint64_t) copies.clients[i].life << 32) | slot;
}

static Slot *
slot_at (Client *c, uint32_t number)
{
  return &c->slots[number % c->slots_size];
}

/* NULL: nobody waits any more. */
static Slot *
slot_of (uint64_t ticket, Client **client)
{
  unsigned i = (unsigned) (ticket >> 48) - 1;
  uint32_t number = (uint32_t) ticket;
  if (ticket == 0 || i >= copies.n_clients)
    return NULL;
  *client = &copies.clients[i];
  if ((*client)->fd < 0 || (*client)->life != (uint16_t) (ticket >> 32)
      || number - (*client)->first_slot >= (*client)->next_slot - (*client)->first_slot)
    return NULL;
  return slot_at (*client, number);
}

static void
mark_dirty (Client *c)
{
  if (!c->dirty)
    copies.dirty[copies.n_dirty++] = (unsigned) (c - copies.clients);
  c->dirty = true;
}

/* Numbers run on and wrap; a ring's size is a power of two, so that the wrap does no harm. */
static uint32_t
new_slot (Client *c)
{
  if (c->next_slot - c->first_slot == c->slots_size)
    {
      size_t size = TB_MAX (c->slots_size * 2, 8);
      Slot *slots = calloc (size, sizeof *slots);
      TB_CHECK (slots != NULL);
      for (size_t i = 0; i < c->slots_size; i++)
        slots[(c->first_slot + i) % size] = *slot_at (c, c->first_slot + (uint32_t) i);
      free (c->slots);
      c->slots = slots;
      c->slots_size = size;
    }
  Slot *s = slot_at (c, c->next_slot);
  s->done = s->at_work = false;
  buffer_clear (&s->bytes);
  return c->next_slot++;
}

/* Answers leave in the order of the commands. */
static void
finish (Client *c, Slot *s)
{
  s->done = true;
  while (c->first_slot != c->next_slot && slot_at (c, c->first_slot)->done)
    {
      Slot *first = slot_at (c, c->first_slot++);
      buffer_add (&c->out, first->bytes.p, first->bytes.n);
    }
  mark_dirty (c);
}

void
client_answer (uint64_t ticket, const void *bytes, size_t n)
{
  Client *c;
  Slot *s = slot_of (ticket, &c);
  if (s == NULL || s->done || s->at_work)
    return;
  buffer_clear (&s->bytes);
  if ((uint32_t) ticket == c->first_slot)
    buffer_add (&c->out, bytes, n);
  else
    buffer_add (&s->bytes, bytes, n);
  finish (c, s);
}

void
client_answer_after_work (uint64_t ticket, const void *bytes, size_t n)
{
  Client *c;
  Slot *s = slot_of (ticket, &c);
  if (s == NULL || s->done || s->at_work || !work_begin (ticket))
    {
      client_answer (ticket, bytes, n);
      return;
    }
  s->at_work = true;
  buffer_clear (&s->bytes);
  buffer_add (&s->bytes, bytes, n);
}

void
clients_worked (void)
{
  uint64_t ticket;
  Client *c;
  while (work_ended (&ticket))
    {
      Slot *s = slot_of (ticket, &c);
      if (s != NULL)
        finish (c, s);
    }
}

bool
client_command (uint64_t ticket, TbSlice *command, TbCommandKind *kind, bool *passed_on, unsigned *resp)
{
  Client *c;
  Slot *s = slot_of (ticket, &c);
  if (s == NULL || s->done || s->at_work)
    return false;
  *command = (TbSlice){ s->bytes.p, s->bytes.n };
  *kind = s->kind;
  *passed_on = c->passed_on;
  *resp = c->conn.resp;
  return true;
}

/* ---- Commands ---- */

static void
answer_now (unsigned i, uint32_t slot)
{
  client_answer (ticket_of (i, slot), copies.worker.out, copies.worker.out_n);
}

/* REPLICA passes: what comes is of another replica's clients. REPLICA word number bytes: a message. */
static void
replica_command (unsigned i, const TbSlice *args, unsigned n_args)
{
  Client *c = &copies.clients[i];
  Command number = { .args = args, .n_args = n_args };
  int64_t from;
  if (n_args == 2)
    {
      c->passed_on = true;
      client_answer (ticket_of (i, new_slot (c)), "+OK\r\n", 5);
    }
  else if (n_args == 4 && arg_integer (&number, 2, &from) && from > 0 && from <= TB_REPLICAS_MAX)
    tb_replica_message (copies.core, tb_now_ns (), (unsigned) from - 1, args[3].p, args[3].n);
}

static void
data_command (unsigned i, Command *c, TbSlice bytes)
{
  Client *client = &copies.clients[i];
  TbCommand command;
  uint32_t slot = new_slot (client);
  if (!store_fits (c))
    answer_now (i, slot);
  else if (works_are_many ())
    {
      reply_error (c, "ERR too many requests wait: nothing was done");
      answer_now (i, slot);
    }
  else if (!state_command (c->args, c->n_args, bytes, &command))
    {
      reply_error (c, "ERR replicas that agree in this way know no such command");
      answer_now (i, slot);
    }
  else
    {
      slot_at (client, slot)->kind = command.kind;
      buffer_add (&slot_at (client, slot)->bytes, bytes.p, bytes.n);
      tb_replica_command (copies.core, tb_now_ns (), ticket_of (i, slot), &command);
    }
}

static void
one_command (unsigned i, const TbSlice *args, unsigned n_args, TbSlice bytes)
{
  Client *client = &copies.clients[i];
  Command c = { .w = &copies.worker, .conn = &client->conn, .args = args, .n_args = n_args };
  copies.worker.out_n = 0;
  if (arg_is (&c, 0, "REPLICA"))
    {
      replica_command (i, args, n_args);
      return;
    }
  copies.engine.counts.requests++;
  if (arg_is (&c, 0, "CLIENT") && arg_is (&c, 1, "REPLY"))
    return; /* a replica's, which wants none */
  if (store_is_data (args[0]))
    {
      data_command (i, &c, bytes);
      return;
    }
  store_run (&c);
  answer_now (i, new_slot (client));
  client->ending |= arg_is (&c, 0, "QUIT");
}

static void
close_client (unsigned i)
{
  Client *c = &copies.clients[i];
  close (c->fd);
  c->fd = -1;
  c->life++;
  for (size_t s = 0; s < c->slots_size; s++)
    buffer_free (&c->slots[s].bytes);
  free (c->slots);
  c->slots = NULL;
  c->slots_size = 0;
  buffer_free (&c->in);
  buffer_free (&c->out);
  copies.engine.counts.open--;
}

static void
take_commands (unsigned i)
{
  Client *c = &copies.clients[i];
  static TbSlice args[TB_RESP_ARGS_MAX];
  unsigned n_args;
  size_t used;
  while (c->fd >= 0 && !c->ending && c->in.at < c->in.n)
    {
      const char *p = c->in.p + c->in.at;
      TbParse parsed = tb_resp_parse_command (p, c->in.n - c->in.at, args, &n_args, &used);
      if (parsed == TB_PARSE_MORE)
        break;
      if (parsed == TB_PARSE_BAD)
        {
          static const char no[] = "-ERR Protocol error: this is no command\r\n";
          client_answer (ticket_of (i, new_slot (c)), no, sizeof no - 1);
          c->ending = true;
          return;
        }
      c->in.at += used;
      if (n_args > 0)
        one_command (i, args, n_args, (TbSlice){ p, used });
    }
  memmove (c->in.p, c->in.p + c->in.at, c->in.n - c->in.at);
  c->in.n -= c->in.at;
  c->in.at = 0;
}

/* ---- Events ---- */

void
client_accept (void)
{
  int fd, on = 1;
  while ((fd = accept4 (copies.listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
    {
      unsigned i = 0;
      while (i < copies.n_clients && copies.clients[i].fd >= 0)
        i++;
      if (i == COPIES_CONNS_MAX)
        {
          close (fd);
          continue;
        }
      copies.n_clients = TB_MAX (copies.n_clients, i + 1);
      Client *c = &copies.clients[i];
      uint16_t life = c->life;
      *c = (Client){ .fd = fd, .life = life, .conn = { .fd = fd, .resp = 2, .id = ++copies.engine.last_id } };
      setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      struct epoll_event event = { EPOLLIN, { .u64 = 0x10000 + i } };
      epoll_ctl (copies.epoll_fd, EPOLL_CTL_ADD, fd, &event);
      copies.engine.counts.open++;
      copies.engine.counts.connections++;
    }
}

void
client_event (unsigned i, uint32_t events)
{
  Client *c = &copies.clients[i];
  if (c->fd < 0)
    return;
  if (events & EPOLLOUT)
    mark_dirty (c);
  if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
    return;
  if (c->in.size - c->in.n < READ_BYTES)
    {
      c->in.size = TB_MAX (c->in.size * 2, c->in.n + READ_BYTES);
      c->in.p = realloc (c->in.p, c->in.size);
      TB_CHECK (c->in.p != NULL);
    }
  ssize_t n = recv (c->fd, c->in.p + c->in.n, c->in.size - c->in.n, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n <= 0 || c->in.n + (size_t) n > REQUEST_BYTES_MAX)
    {
      close_client (i);
      return;
    }
  c->in.n += (size_t) n;
  take_commands (i);
}

void
client_send (unsigned i)
{
  Client *c = &copies.clients[i];
  c->dirty = false;
  while (c->fd >= 0 && c->out.at < c->out.n)
    {
      ssize_t n = send (c->fd, c->out.p + c->out.at, c->out.n - c->out.at, MSG_NOSIGNAL);
      if (n < 0 && errno == EAGAIN && c->out.n < OUT_MAX)
        {
          struct epoll_event event = { EPOLLIN | EPOLLOUT, { .u64 = 0x10000 + i } };
          epoll_ctl (copies.epoll_fd, EPOLL_CTL_MOD, c->fd, &event);
          return;
        }
      if (n <= 0)
        {
          close_client (i);
          return;
        }
      c->out.at += (size_t) n;
    }
  if (c->fd < 0)
    return;
  if (c->out.n > 0)
    {
      struct epoll_event event = { EPOLLIN, { .u64 = 0x10000 + i } };
      epoll_ctl (copies.epoll_fd, EPOLL_CTL_MOD, c->fd, &event);
    }
  buffer_clear (&c->out);
  if (c->ending && c->first_slot == c->next_slot)
    close_client (i);
}
