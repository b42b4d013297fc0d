/* The message broker's loop, in one thread: what has come is read and routed, what must outlive a
 * crash is synced, and only then is anything sent, acknowledgements among it. */
#include "broker-private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/tcp.h>

#define IN_BYTES (64u << 10)
#define OUT_KEPT (16u << 10) /* of a buffer, for the next time */
#define CLIENTS_MAX 16384
#define EVENTS 64

Broker broker;

/* ---- Connections ---- */

void
broker_touch (Client *c)
{
  if (c->dirty)
    return;
  c->dirty = true;
  c->next_dirty = broker.dirty;
  broker.dirty = c;
}

void
broker_end (Client *c)
{
  c->ended = true;
  broker_touch (c);
}

static void
admit (int fd)
{
  int on = 1;
  Client *c = broker.n_clients < CLIENTS_MAX ? calloc (1, sizeof *c) : NULL;
  struct epoll_event event = { EPOLLIN, { .ptr = c } };
  if (c == NULL || epoll_ctl (broker.epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
    {
      free (c);
      close (fd);
      return;
    }
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  c->fd = fd;
  c->last_ns = broker.now_ns;
  c->keepalive_ns = 30 * TB_NS_PER_S; /* for CONNECT to come */
  c->after = broker.clients;
  if (c->after != NULL)
    c->after->before = c;
  broker.clients = c;
  broker.n_clients++;
  broker.connections++;
}

static void
accept_all (void)
{
  int fd;
  while ((fd = accept4 (broker.listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0
         || errno == EINTR || errno == ECONNABORTED)
    if (fd >= 0)
      admit (fd);
  if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
    {
      report_error ("cannot accept a connection: %s", strerror (errno));
      sleep_until (tb_now_ns () + 10 * TB_NS_PER_MS);
    }
}

static void
free_client (Client *c)
{
  if (c->before != NULL)
    c->before->after = c->after;
  else
    broker.clients = c->after;
  if (c->after != NULL)
    c->after->before = c->before;
  close (c->fd);
  free (c->held);
  free (c->out.p);
  free (c);
  broker.n_clients--;
}

/* ---- Reading ---- */

static bool
hold (Client *c, const char *bytes, size_t n)
{
  if (n > c->held_size)
    {
      char *held = malloc (n * 2);
      if (held == NULL)
        return false;
      memcpy (held, bytes, n);
      free (c->held);
      c->held = held;
      c->held_size = n * 2;
    }
  else if (n > 0)
    memmove (c->held, bytes, n);
  c->held_n = n;
  if (n == 0)
    {
      free (c->held);
      c->held = NULL;
      c->held_size = 0;
    }
  return true;
}

static void
read_packets (Client *c, const char *bytes, size_t n)
{
  size_t at = 0, used;
  MqttReader r;
  while (at < n && !c->ended)
    {
      /* What begins otherwise speaks something else: its packet may never be whole. */
      bool foreign = c->level == 0 && (uint8_t) bytes[at] >> 4 != MQTT_CONNECT;
      TbParse parsed = foreign ? TB_PARSE_BAD : mqtt_read (bytes + at, n - at, PACKET_MAX, &r, &used);
      if (parsed == TB_PARSE_BAD)
        broker_end (c);
      if (parsed != TB_PARSE_DONE)
        break;
      client_packet (c, &r);
      at += used;
    }
  if (!c->ended && !hold (c, bytes + at, n - at))
    broker_end (c);
}

/* Behind what is held, or into a buffer all share. */
static void
read_client (Client *c)
{
  static char shared[IN_BYTES];
  char *to = shared;
  size_t room = sizeof shared;
  if (c->held_n > 0)
    {
      size_t size = c->held_n + IN_BYTES;
      char *more = size > c->held_size ? realloc (c->held, size * 2) : c->held;
      if (more == NULL)
        {
          broker_end (c);
          return;
        }
      c->held_size = size > c->held_size ? size * 2 : c->held_size;
      c->held = more;
      to = c->held + c->held_n;
      room = c->held_size - c->held_n;
    }
  ssize_t n = recv (c->fd, to, room, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n <= 0)
    broker_end (c);
  else
    read_packets (c, c->held_n > 0 ? c->held : to, c->held_n + (size_t) n);
}

/* ---- Writing ---- */

static void
wait_writable (Client *c, bool waits)
{
  struct epoll_event event = { waits ? EPOLLIN | EPOLLOUT : EPOLLIN, { .ptr = c } };
  if (c->waits != waits)
    epoll_ctl (broker.epoll_fd, EPOLL_CTL_MOD, c->fd, &event);
  c->waits = waits;
}

static void
send_out (Client *c)
{
  c->ended |= c->out.failed;
  while (c->out_at < c->out.n)
    {
      ssize_t n = send (c->fd, c->out.p + c->out_at, c->out.n - c->out_at,
                        MSG_DONTWAIT | MSG_NOSIGNAL);
      if (n < 0 && errno == EAGAIN)
        break;
      if (n < 0 && errno != EINTR)
        {
          c->ended = true;
          break;
        }
      c->out_at += n > 0 ? (size_t) n : 0;
    }
  bool all = c->out_at == c->out.n;
  wait_writable (c, !all && !c->ended);
  if (all)
    c->out.n = c->out_at = 0;
  if (all && c->out.size > OUT_KEPT)
    {
      free (c->out.p);
      c->out = (MqttBuffer) { 0 };
    }
}

/* A will, or what goes back to a group, makes others dirty again: until none is. */
static void
flush_all (void)
{
  if (broker.dirty != NULL && !keep_sync ())
    for (Client *c = broker.clients; c != NULL; c = c->after)
      {
        c->out.n = c->out_at = 0; /* nobody is told of what may not outlive a crash */
        broker_end (c);
      }
  while (broker.dirty != NULL)
    {
      Client *c = broker.dirty;
      broker.dirty = c->next_dirty;
      send_out (c);
      c->dirty = false;
      if (!c->ended)
        continue;
      c->dirty = true; /* nothing is queued for it any more */
      client_gone (c);
      free_client (c);
    }
}

/* ---- The clock ---- */

static void
look_at_clock (void)
{
  for (Client *c = broker.clients; c != NULL; c = c->after)
    if (c->keepalive_ns > 0 && broker.now_ns - c->last_ns > c->keepalive_ns)
      broker_end (c);
  sessions_expire ();
}

/* Nobody there: nothing to look at. */
static int
patience_ms (void)
{
  return broker.clients == NULL && broker.sessions == NULL ? -1 : 1000;
}

static void *
broker_loop (void *data)
{
  struct epoll_event events[EVENTS];
  int64_t looked = 0;
  (void) data;
  for (bool stop = false; !stop;)
    {
      int n = epoll_wait (broker.epoll_fd, events, EVENTS, patience_ms ());
      broker.now_ns = tb_now_ns ();
      for (int i = 0; i < n; i++)
        if (events[i].data.ptr == &broker.listen_fd)
          accept_all ();
        else if (events[i].data.ptr == &broker.stop_fd)
          stop = true;
        else if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
          read_client (events[i].data.ptr);
        else
          broker_touch (events[i].data.ptr);
      if (broker.now_ns - looked >= TB_NS_PER_S)
        {
          look_at_clock ();
          looked = broker.now_ns;
        }
      flush_all ();
    }
  return NULL;
}

/* ---- The program ---- */

static bool
watch (int fd, void *mark)
{
  struct epoll_event event = { EPOLLIN, { .ptr = mark } };
  return epoll_ctl (broker.epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

static unsigned
count_waiting (void)
{
  unsigned n = 0;
  for (const Session *s = broker.sessions; s != NULL; s = s->next)
    n += s->queue.n + s->n_inflight;
  for (const Group *g = broker.groups; g != NULL; g = g->next)
    n += g->queue.n;
  return n;
}

static bool
start (Options *o, pthread_t *thread, char **error)
{
  broker.options = o;
  broker.now_ns = tb_now_ns ();
  broker.queue_max = o->capacity > 0 ? (unsigned) TB_MIN (o->capacity, UINT64_C (1) << 24)
                                     : QUEUE_DEFAULT;
  if (o->durable != NULL && !keep_open (o->durable, error))
    return false;
  broker.listen_fd = engine_socket (o, error);
  if (broker.listen_fd < 0)
    return false;
  broker.epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  broker.stop_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  bool ok = watch (broker.listen_fd, &broker.listen_fd) && watch (broker.stop_fd, &broker.stop_fd);
  report_ready ("%s carries messages by MQTT at %s, %u waiting%s", o->name, o->listen,
                count_waiting (), o->durable ? ", durable" : "");
  if (!ok || pthread_create (thread, NULL, broker_loop, NULL) != 0)
    *error = strdup ("cannot start the thread of the broker");
  return *error == NULL;
}

int
broker_main (Options *o)
{
  pthread_t thread;
  char *error = NULL;
  if (!start (o, &thread, &error))
    return report_failure (error);
  report_wait (0);
  uint64_t one = 1;
  ssize_t written = write (broker.stop_fd, &one, sizeof one);
  (void) written;
  pthread_join (thread, NULL);
  report_line ("{\"received\":%" PRIu64 ",\"sent\":%" PRIu64 ",\"dropped\":%" PRIu64
               ",\"waiting\":%u,\"connections\":%" PRIu64 "}",
               broker.received, broker.sent, broker.dropped, count_waiting (), broker.connections);
  return 0;
}
