/* A store whose replicas keep their copies the same: the host of a core, in one thread. */
#include "copies-private.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define EVENTS 128
#define TAG_LISTEN 0
#define TAG_STOP 1
#define TAG_WORK 2
#define TAG_PEER 0x100
#define TAG_CLIENT 0x10000

Copies copies;

/* ---- The core's host ---- */

static void
host_send (void *host, unsigned to, const void *bytes, size_t n)
{
  peer_message (to, bytes, n);
}

static void
host_keep (void *host, const void *record, size_t n)
{
  disk_keep (record, n);
}

static void
host_renew (void *host)
{
  disk_renew ();
}

static void
host_apply (void *host, uint64_t ticket, const TbCommand *command)
{
  state_apply (command);
  if (ticket != 0)
    client_answer_after_work (ticket, copies.worker.out, copies.worker.out_n);
}

static void *
host_save (void *host, size_t *n)
{
  return state_save (n);
}

static void
host_load (void *host, const void *bytes, size_t n)
{
  state_load (bytes, n);
}

static uint64_t
host_random (void *host)
{
  return tb_rng_next (&copies.rng);
}

/* Certainly without effect: the leader may do it. Words as Redis Cluster has them for "not now". */
static void
refused (uint64_t ticket, TbSlice command, bool read, bool passed_on, TbSlice why, int leader)
{
  char text[256];
  bool elsewhere = leader >= 0 && leader != (int) copies.options->replica && !passed_on;
  if (elsewhere && peer_pass_on ((unsigned) leader, ticket, command, read))
    return;
  int n = snprintf (text, sizeof text, "-%s %.*s: nothing was done\r\n", leader < 0 ? "CLUSTERDOWN" : "TRYAGAIN",
                    (int) TB_MIN (why.n, 160), why.p);
  client_answer (ticket, text, (size_t) n);
}

static void
host_answer (void *host, uint64_t ticket, TbAnswer answer, const void *bytes, size_t n, int leader)
{
  TbSlice command, value = { bytes, n };
  TbCommandKind kind;
  bool passed_on;
  unsigned resp;
  char text[256];
  if (!client_command (ticket, &command, &kind, &passed_on, &resp))
    return;
  if (answer == TB_ANSWER_REFUSED)
    refused (ticket, command, tb_command_is_read (kind), passed_on, value, leader);
  else if (answer == TB_ANSWER_UNKNOWN)
    {
      int size = snprintf (text, sizeof text, "-UNKNOWN %.*s\r\n", (int) TB_MIN (n, 200), (const char *) bytes);
      client_answer (ticket, text, (size_t) size);
    }
  else
    {
      state_answer (kind, answer, value, resp);
      client_answer_after_work (ticket, copies.worker.out, copies.worker.out_n);
    }
}

static const TbReplicaHost host_table = {
  host_send, host_answer, host_keep, host_renew, host_apply, host_save, host_load, host_random,
};

/* ---- What it says of itself ---- */

bool
copies_are_kept (void)
{
  return copies.core != NULL;
}

static bool
leads (const TbReplicaStatus *s)
{
  return s->leader == (int) copies.options->replica || s->leader < 0;
}

/* Where each holds but a part of the keys, no two hold the same. */
static bool
holds_all (void)
{
  unsigned held = copies.options->replication == TB_REPLICATION_QUORUM ? copies.options->quorum[0] : 0;
  return held == 0 || held >= copies.options->n_peers;
}

size_t
copies_info (char *out, size_t size)
{
  TbReplicaStatus s;
  char digest[40] = "";
  tb_replica_status (copies.core, &s);
  if (holds_all ())
    snprintf (digest, sizeof digest, "digest:%016" PRIx64 "\r\n", s.digest);
  int n = snprintf (out, size,
                    "role:%s\r\nconnected_slaves:%u\r\nreplication:%s\r\nreplica:%u\r\nreplica_role:%s\r\nterm:%" PRIu64
                    "\r\nleader:%d\r\napplied:%" PRIu64 "\r\nlog_entries:%" PRIu64 "\r\nlost:%" PRIu64 "\r\n%s",
                    leads (&s) ? "master" : "slave", leads (&s) ? copies.options->n_peers - 1 : 0,
                    tb_replication_name ((TbReplication) copies.options->replication), copies.options->replica + 1, s.role,
                    s.term, s.leader + 1, s.applied, s.log_entries, s.lost, digest);
  return (size_t) TB_CLAMP (n, 0, (int) size - 1);
}

/* As Redis: master or slave first, whoever asks for it knows these; then ours. */
void
copies_role (Command *c)
{
  TbReplicaStatus s;
  tb_replica_status (copies.core, &s);
  reply_array (c, 4);
  reply_text (c, s.leader < 0 ? s.role : leads (&s) ? "master" : "slave");
  reply_text (c, s.role);
  reply_integer (c, (int64_t) s.term);
  reply_integer (c, s.leader + 1);
}

/* ---- The loop ---- */

static void
carry_out (uint64_t tag, uint32_t events)
{
  if (tag == TAG_LISTEN)
    client_accept ();
  else if (tag == TAG_WORK)
    clients_worked ();
  else if (tag >= TAG_CLIENT)
    client_event ((unsigned) (tag - TAG_CLIENT), events);
  else if (tag >= TAG_PEER)
    peer_event ((unsigned) (tag - TAG_PEER), events);
}

static int
timeout_ms (void)
{
  int64_t due_ns = TB_MIN (tb_replica_deadline (copies.core), peers_deadline ());
  if (due_ns == INT64_MAX)
    return -1;
  int64_t wait_ns = due_ns - tb_now_ns ();
  return (int) TB_CLAMP ((wait_ns + TB_NS_PER_MS - 1) / TB_NS_PER_MS, 0, 60000);
}

/* Where the disk fails nothing may be said any more: it stops, as a crash would, and says why. */
static void
say_what_may_be_said (void)
{
  if (!disk_commit ())
    {
      fflush (NULL);
      _exit (3);
    }
  for (unsigned i = 0; i < copies.n_dirty; i++)
    client_send (copies.dirty[i]);
  copies.n_dirty = 0;
  peers_send ();
}

/* Set once somebody leads, or where nobody has to. */
static _Atomic bool can_be_used;

static void
look_for_a_leader (void)
{
  TbReplicaStatus s;
  tb_replica_status (copies.core, &s);
  if (s.leader >= 0 || copies.options->replication != TB_REPLICATION_RAFT)
    atomic_store (&can_be_used, true);
}

/* Callers that come before the first election would only be refused. A replica that is cut off, or alone with a
 * minority, is as ready as it will be. */
static void
wait_for_a_leader (void)
{
  for (int64_t end_ns = tb_now_ns () + 3 * TB_NS_PER_S; !atomic_load (&can_be_used) && tb_now_ns () < end_ns;)
    sleep_until (tb_now_ns () + 5 * TB_NS_PER_MS);
}

static void *
loop_main (void *data)
{
  struct epoll_event events[EVENTS];
  for (bool stopping = false; !stopping;)
    {
      int n = epoll_wait (copies.epoll_fd, events, EVENTS, timeout_ms ());
      for (int i = 0; i < n; i++)
        if (events[i].data.u64 == TAG_STOP)
          stopping = true;
        else
          carry_out (events[i].data.u64, events[i].events);
      int64_t now_ns = tb_now_ns ();
      if (tb_replica_deadline (copies.core) <= now_ns)
        tb_replica_tick (copies.core, now_ns);
      peers_tick (now_ns);
      if (!atomic_load_explicit (&can_be_used, memory_order_relaxed))
        look_for_a_leader ();
      say_what_may_be_said ();
    }
  return NULL;
}

/* ---- The program ---- */

static void
on_record (const void *bytes, size_t n)
{
  tb_replica_restore (copies.core, bytes, n);
}

static void
prepare (Options *o)
{
  copies.options = o;
  copies.worker = (Worker){ .engine = &copies.engine, .options = o, .out_size = 1 << 16, .out = malloc (1 << 16) };
  copies.clients = calloc (COPIES_CONNS_MAX, sizeof *copies.clients);
  copies.dirty = calloc (COPIES_CONNS_MAX, sizeof *copies.dirty);
  TB_CHECK (copies.worker.out != NULL && copies.clients != NULL && copies.dirty != NULL);
  copies.engine.options = o;
  tb_rng_seed (&copies.rng, o->seed ^ (uint64_t) tb_now_ns ());
  /* All of them are on one machine, a loaded one perhaps. */
  TbReplicaConfig config = { .heartbeat_ns = 50 * TB_NS_PER_MS, .election_ns = 500 * TB_NS_PER_MS,
                             .replication = (TbReplication) o->replication, .reads = (TbReads) o->reads,
                             .n = o->n_peers, .self = o->replica, .copies = o->quorum[0], .r = o->quorum[1],
                             .w = o->quorum[2], .failover = o->failover, .read_repair = !o->no_read_repair };
  tb_replica_defaults (&config);
  copies.timeout_ns = 2 * config.timeout_ns;
  copies.one_order = config.replication == TB_REPLICATION_NONE || config.replication == TB_REPLICATION_RAFT
                     || config.replication == TB_REPLICATION_CHAIN || config.replication == TB_REPLICATION_PRIMARY_SYNC
                     || config.replication == TB_REPLICATION_PRIMARY_ASYNC;
  copies.core = tb_replica_new (&config, &host_table, NULL);
}

static char *
open_all (Options *o)
{
  char *error = NULL;
  if (copies.core == NULL)
    return asprintf (&error, "%s: no such replication here", tb_replication_name ((TbReplication) o->replication)) < 0 ? NULL
                                                                                                                  : error;
  copies.listen_fd = engine_socket (o, &error);
  if (copies.listen_fd < 0)
    return error;
  copies.epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  copies.stop_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct epoll_event listening = { EPOLLIN, { .u64 = TAG_LISTEN } }, stop = { EPOLLIN, { .u64 = TAG_STOP } };
  TB_CHECK (copies.epoll_fd >= 0 && copies.stop_fd >= 0);
  epoll_ctl (copies.epoll_fd, EPOLL_CTL_ADD, copies.listen_fd, &listening);
  epoll_ctl (copies.epoll_fd, EPOLL_CTL_ADD, copies.stop_fd, &stop);
  return disk_open (o->durable ? o->durable : o->journal, o->durable != NULL, on_record);
}

static void
begin_work (const Options *o)
{
  struct epoll_event ended = { EPOLLIN, { .u64 = TAG_WORK } };
  int fd = works_begin (o);
  if (fd >= 0)
    epoll_ctl (copies.epoll_fd, EPOLL_CTL_ADD, fd, &ended);
}

int
copies_main (Options *o)
{
  pthread_t thread;
  uint64_t one = 1;
  prepare (o);
  char *error = open_all (o);
  if (error != NULL)
    return report_failure (error);
  begin_work (o);
  peers_begin ();
  tb_replica_start (copies.core, tb_now_ns ());
  say_what_may_be_said ();
  TB_CHECK (pthread_create (&thread, NULL, loop_main, NULL) == 0);
  wait_for_a_leader ();
  report_ready ("%s stores by RESP at %s, replica %u of %u by %s%s", o->name, o->listen, o->replica + 1, o->n_peers,
                tb_replication_name ((TbReplication) o->replication), o->durable ? ", durable" : "");
  report_wait (0);
  ssize_t written = write (copies.stop_fd, &one, sizeof one);
  (void) written;
  pthread_join (thread, NULL);
  EngineCounts *c = &copies.engine.counts;
  report_line ("{\"requests\":%" PRIu64 ",\"errors\":%" PRIu64 ",\"connections\":%" PRIu64 "}", c->requests, c->errors,
               c->connections);
  return 0;
}
