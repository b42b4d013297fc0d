/* A replica of a store as pure steps: no input, output, clock or chance; libc only. The host (the store
 * program, or the simulator in virtual time) gives it commands, messages, time and random numbers, and
 * carries out what it says. One row a protocol in a table of functions (replica-private.h).
 *
 * A step is one call of tb_replica_start(), _command(), _message() or _tick().
 * THE HOST HOLDS BACK what a step sends and answers until every record kept in it and before it is on disk
 * (or written, where the store is not durable), and lets go of outputs in the order of the steps. So a core
 * may call keep() and send() in one step in any order, and may count what it kept as its own. A crash loses the outputs that were
 * held back and any suffix of the records not yet on disk, never a record in the middle.
 *
 * Not durable: records are written without a sync. The crash of the process loses nothing that was written, since the
 * kernel has it; the loss of the machine or the disk loses a suffix, or all. A replica that comes back so has forgotten
 * what it promised: protocols that count promises (raft, quorum) may then lose acknowledged writes. A disk that is lost
 * is a new replica, not the old one restarted. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TB_REPLICAS_MAX 64

typedef enum
{
  TB_REPLICATION_NONE, /* a single copy: replicas know nothing of each other */
  TB_REPLICATION_PRIMARY_SYNC,
  TB_REPLICATION_PRIMARY_ASYNC,
  TB_REPLICATION_CHAIN,
  TB_REPLICATION_QUORUM,
  TB_REPLICATION_RAFT,
  TB_REPLICATION_GOSSIP, /* last writer wins */
  TB_REPLICATION_CRDT,   /* counter, set */
  TB_REPLICATION_ALL     /* write to all, no primary: consistent and available until the cut */
} TbReplication;

/* Who answers reads. LEADER: only who leads, after making sure that it still does. QUORUM: anybody, who asks enough
 * others first. ANY: anybody, of what it has itself, so that a read may be stale. */
typedef enum
{
  TB_READS_LEADER,
  TB_READS_ANY,
  TB_READS_QUORUM
} TbReads;

/* What is 0 gets a default (tb_replica_defaults()). */
typedef struct
{
  TbReplication replication;
  TbReads reads;
  unsigned n, self;      /* replicas (at most TB_REPLICAS_MAX), this one from 0 */
  unsigned copies, r, w; /* quorum: N, R, W; copies <= n */
  bool failover;         /* primary-backup: a backup takes over when the primary is silent */
  bool read_repair;      /* quorum: a read writes back what it returns (ABD), so that R+W>N really is linearizable */
  int64_t heartbeat_ns, election_ns;
  int64_t timeout_ns; /* after which a command that cannot finish is answered UNKNOWN or REFUSED */
  int64_t gossip_ns;
  uint32_t compact_records; /* after so many records the journal begins anew with the whole state */
  uint32_t batch_bytes;     /* about so many of entries in a message; four times as many of a snapshot */
  uint32_t compact_bytes;   /* or after so many bytes of them, if the state itself is not larger */
} TbReplicaConfig;

typedef enum
{
  TB_COMMAND_GET,
  TB_COMMAND_SET,
  TB_COMMAND_DELETE,
  TB_COMMAND_CAS,
  TB_COMMAND_APPEND,
  TB_COMMAND_ADD,     /* amount to a counter */
  TB_COMMAND_INSERT,  /* value into a set */
  TB_COMMAND_REMOVE,  /* value from a set */
  TB_COMMAND_MEMBERS, /* of a set */
  TB_COMMAND_OTHER_READ,
  TB_COMMAND_OTHER_WRITE /* opaque bytes in value: protocols with one order only */
} TbCommandKind;

typedef struct
{
  const void *p;
  size_t n;
} TbBytes;

typedef struct
{
  TbCommandKind kind;
  TbBytes key, value;
  TbBytes expected; /* of a CAS; empty: that nothing is there */
  int64_t amount;
} TbCommand;

/* Whether it changes nothing. */
bool tb_command_is_read (TbCommandKind kind);

typedef enum
{
  TB_ANSWER_OK,      /* done; of a read the value is in bytes */
  TB_ANSWER_NIL,     /* nothing there; CAS: it did not hold */
  TB_ANSWER_REFUSED, /* had no effect and never will; the reason in bytes; may be tried elsewhere (leader >= 0: there) */
  TB_ANSWER_UNKNOWN  /* may have had, or may have its effect yet; the reason in bytes */
} TbAnswer;

/* What a core asks of its host. Bytes are the core's, valid during the call. */
typedef struct
{
  void (*send) (void *host, unsigned to, const void *bytes, size_t n);
  /* Once for each ticket, unless apply() has it. leader: -1 unknown. */
  void (*answer) (void *host, uint64_t ticket, TbAnswer answer, const void *bytes, size_t n, int leader);
  void (*keep) (void *host, const void *record, size_t n); /* to the journal */
  /* What is kept from here to the end of the step takes the place of all records before, at once or not at all
   * (a new file, renamed when the step's records are in it). NULL: the journal only grows. */
  void (*renew) (void *host);
  /* The state machine of protocols with one order (none, raft, primary-backup, chain): runs a command that is
   * agreed, in order, exactly once; ticket 0: nobody waits here. The host answers the ticket itself with the result. */
  void (*apply) (void *host, uint64_t ticket, const TbCommand *command);
  /* The whole state for a snapshot (transfer full, malloc), and taking one over in the place of what was. */
  void *(*save) (void *host, size_t *n);
  void (*load) (void *host, const void *bytes, size_t n);
  uint64_t (*random) (void *host);
} TbReplicaHost;

typedef struct TbReplica TbReplica;

/* Fills in what is 0. */
void tb_replica_defaults (TbReplicaConfig *config);
/* Whether a protocol has a core here. */
bool tb_replica_is_built (TbReplication replication);
/* The protocol's word in drawings and on command lines: "none", "primary-sync", "raft" … */
const char *tb_replication_name (TbReplication replication);
/* config and table are copied. NULL where the protocol has no core. (transfer full) */
TbReplica *tb_replica_new (const TbReplicaConfig *config, const TbReplicaHost *table, void *host);
void tb_replica_free (TbReplica *r);
/* A record of the journal, in order, before start. Damaged ones are left out. */
void tb_replica_restore (TbReplica *r, const void *record, size_t n);
void tb_replica_start (TbReplica *r, int64_t now_ns);
/* ticket: the host's, not 0, of no other open command. */
void tb_replica_command (TbReplica *r, int64_t now_ns, uint64_t ticket, const TbCommand *command);
/* Bytes from another replica: may be late, doubled, out of order, from before a crash, or damaged (these are ignored). */
void tb_replica_message (TbReplica *r, int64_t now_ns, unsigned from, const void *bytes, size_t n);
void tb_replica_tick (TbReplica *r, int64_t now_ns);
/* When tick is due; INT64_MAX: never. Time before it may pass without a call. */
int64_t tb_replica_deadline (const TbReplica *r);

typedef struct
{
  const char *role;  /* "leader", "follower", "candidate", "primary", "backup", "head", "middle", "tail", "replica" */
  uint64_t term;     /* 0: none */
  int leader;        /* -1: none known */
  uint64_t digest;   /* of the whole state: equal where two replicas agree */
  uint64_t applied, log_entries;
  uint64_t lost;     /* writes that were answered here and went under to one that had not seen them */
} TbReplicaStatus;

void tb_replica_status (const TbReplica *r, TbReplicaStatus *status);
/* A word for a message between replicas, for a tap's label: "append", "vote" … "?" where it is none. */
const char *tb_replica_label (const void *bytes, size_t n);
