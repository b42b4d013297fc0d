/* Inside the replicated store: one thread runs a core of src/runtime/replica as its host. A turn of its loop:
 *
 *   epoll ──▶ commands and messages are steps of the core ──▶ tick, if due ──▶ disk_commit() ──▶ what was said is sent
 *             (answers and messages go to buffers, records to the disk's)      one write, one sync for all
 *
 * so nothing leaves before what was kept for it is on disk (or written), and many commands share a sync.
 *
 * copies.c        the loop, and the core's host
 * copies-conn.c   connections: clients of ours, and replicas that send us messages
 * copies-peer.c   connections to the other replicas: one for messages, one for commands that another has to answer
 * copies-disk.c   the journal
 * copies-work.c   what a request costs, on threads of its own
 * copies-state.c  commands: as the core wants them, and run on the dict in the agreed order */
#pragma once

#include "engine-private.h"
#include "store-private.h"
#include "tb-replica.h"

#define COPIES_CONNS_MAX 4096

/* A growing buffer; what is before `at` has been taken. */
typedef struct
{
  char *p;
  size_t n, at, size;
} Buffer;

void buffer_add (Buffer *b, const void *bytes, size_t n);
void buffer_clear (Buffer *b);
void buffer_free (Buffer *b);

/* An answer that is owed: answers leave in the order of the commands. */
typedef struct
{
  bool done, at_work; /* at work: it is answered, and its answer is held back until the work is done */
  TbCommandKind kind;
  Buffer bytes; /* the command as it came, then the answer */
} Slot;

typedef struct
{
  int fd; /* -1: free */
  uint16_t life;
  bool dirty, ending;
  bool passed_on; /* its commands were passed on by another replica, and go no further */
  Conn conn;      /* what commands about the connection look at */
  Buffer in, out;
  Slot *slots; /* a ring */
  size_t slots_size;
  uint32_t first_slot, next_slot; /* numbers; slot i lies at i % slots_size */
} Client;

/* To another replica. */
typedef struct
{
  int fd;
  bool connecting;
  int64_t again_ns; /* when to try, after it went wrong */
  Buffer in, out;
} Line;

typedef struct
{
  uint64_t ticket; /* 0: the greeting's answer */
  int64_t due_ns;
  bool read;
} Passed;

typedef struct
{
  Address address;
  Line messages, commands;
  Passed *passed;
  size_t n_passed, passed_size;
} Peer;

typedef struct
{
  Options *options;
  TbReplica *core;
  Worker worker; /* commands are run with it: its buffer takes the answer */
  Engine engine; /* for its counts alone */
  TbRng rng;
  int epoll_fd, listen_fd, stop_fd;
  Client *clients;
  unsigned n_clients; /* places in use, ever */
  unsigned *dirty, n_dirty;
  Peer peers[TB_REPLICAS_MAX];
  bool one_order; /* commands of any kind are run in an agreed order */
  int64_t timeout_ns;
} Copies;

extern Copies copies;

/* ---- copies-conn.c ---- */

void client_accept (void);
void client_event (unsigned i, uint32_t events);
void client_send (unsigned i);
/* The answer to a ticket; it may come when nobody waits any more. */
void client_answer (uint64_t ticket, const void *bytes, size_t n);
/* The same of a command that was carried out here: after what a request costs. */
void client_answer_after_work (uint64_t ticket, const void *bytes, size_t n);
/* Lets the answers go whose work has been done. */
void clients_worked (void);
/* The command that is waiting for it; false: nobody waits. */
bool client_command (uint64_t ticket, TbSlice *command, TbCommandKind *kind, bool *passed_on, unsigned *resp);

/* ---- copies-peer.c ---- */

void peers_begin (void);
void peer_message (unsigned to, const void *bytes, size_t n);
/* False where it is not connected. */
bool peer_pass_on (unsigned to, uint64_t ticket, TbSlice command, bool read);
void peer_event (unsigned tag, uint32_t events);
void peers_send (void);
void peers_tick (int64_t now_ns);
int64_t peers_deadline (void);

/* ---- copies-work.c ---- */

/* Starts the threads. What is to be polled, and read by work_ended(); -1: a request costs nothing. */
int works_begin (const Options *o);
/* Whether so many wait that another request is refused (--queue). */
bool works_are_many (void);
/* The work of one request, on the next thread that is free; false: there is none to do. */
bool work_begin (uint64_t ticket);
/* One whose work has been done; false: no more yet. */
bool work_ended (uint64_t *ticket);

/* ---- copies-disk.c ---- */

/* Opens the folder's journal and hands over each record; NULL folder: nothing is kept. A sentence, or NULL. */
char *disk_open (const char *folder, bool sync, void (*record) (const void *bytes, size_t n));
void disk_keep (const void *record, size_t n);
void disk_renew (void);
/* False where it cannot: nothing may be said any more. */
bool disk_commit (void);

/* ---- copies-state.c ---- */

/* As the core wants it; false: not one that this kind of replication knows. bytes: the whole command. */
bool state_command (const TbSlice *args, unsigned n_args, TbSlice bytes, TbCommand *command);
void state_apply (const TbCommand *command); /* the answer is in copies.worker's buffer */
void *state_save (size_t *n);
void state_load (const void *bytes, size_t n);
/* The answer of a core that has the state itself, as RESP, into copies.worker's buffer. */
void state_answer (TbCommandKind kind, TbAnswer answer, TbSlice value, unsigned resp);
