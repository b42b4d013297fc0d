/* Inside the simulator. */
#pragma once

#include "replica-private.h"
#include "tb-replica-sim.h"

typedef enum
{
  EVENT_MESSAGE, /* of `from` reaches replica `at` */
  EVENT_TICK,    /* of replica `at` */
  EVENT_SYNC,    /* of replica `at` is done */
  EVENT_REQUEST, /* of client `from` reaches replica `at` */
  EVENT_REPLY,   /* reaches client `at` */
  EVENT_NEXT,    /* client `at` may go on */
  EVENT_TIMEOUT, /* client `at` waits no longer */
  EVENT_FAULT,   /* the next one is drawn */
  EVENT_RESTART, /* of replica `at` */
  EVENT_RESUME,  /* of replica `at`, that stood still */
  EVENT_HEAL,    /* everything */
  EVENT_LOOK     /* whether all agree */
} EventKind;

typedef struct
{
  int64_t at_ns;
  uint64_t seq;
  uint8_t kind, at, from;
  int8_t leader;   /* of a reply */
  uint8_t answer;  /* of a reply: TbAnswer */
  bool has_value;
  uint32_t n;      /* bytes of a message */
  uint8_t *bytes;  /* of a message (owned) */
  uint64_t number; /* ticket; or the incarnation it is meant for */
  uint64_t value;  /* of a reply */
} Event;

/* An output that waits for the disk. */
typedef struct
{
  size_t after; /* records that must be on disk */
  Event event;
  bool reply;
} Held;

typedef struct
{
  uint8_t *p;
  uint32_t n;
} SimRecord;

typedef struct
{
  TbSim *sim;
  unsigned self;
  TbReplica *replica; /* NULL: down */
  uint64_t life;      /* how often it was started; what was meant for another one is void */
  bool paused;
  int64_t resume_ns;
  int64_t tick_ns;    /* the earliest tick on its way */
  /* Its timer: local = base_local + (now - base) * rate. */
  int64_t base_ns, base_local_ns;
  double rate;
  /* The journal: what is below base is replaced, below synced on disk. */
  SimRecord *records;
  size_t n_records, records_size, base, synced, syncing;
  bool sync_runs, renewing;
  size_t renew_at, renew_end;
  Held *held;
  size_t held_first, n_held, held_size;
  /* The state machine: 0 is nothing there. */
  uint64_t values[TB_SIM_KEYS_MAX];
  uint64_t seen_applied;
} Node;

typedef struct
{
  uint64_t ticket; /* of the request that is on its way; 0: none */
  uint64_t serial; /* of its operation: what was meant for another one is void */
  bool open;       /* an operation is */
  unsigned tries;
  int leader;      /* whom it believes in; -1: nobody */
  bool final;
  TbOp op;
} Client;

struct TbSim
{
  TbSimOptions options;
  TbSimResult *result;
  TbRng rng;
  int64_t now_ns;
  uint64_t seq;
  Event *heap;
  size_t n_heap, heap_size;
  struct Free *free_bytes[20]; /* by size, powers of two */
  Node nodes[TB_REPLICAS_MAX];
  uint64_t cut[TB_REPLICAS_MAX]; /* of a sender: whom it does not reach, a bit each */
  double loss, duplicate, damage, slow;
  Event *cut_off; /* waits for healing */
  size_t n_cut_off, cut_off_size;
  Client *clients;
  unsigned n_clients;
  uint32_t next_process;
  uint64_t next_ticket, next_value;
  unsigned final_left;
  int64_t healed_ns;
  bool healing;
  int64_t *last_ns; /* driven from outside: by sender and receiver, when the latest message arrives */
  size_t last_size;
  TbOp *ops;
  size_t n_ops, ops_size;
  /* For the invariants: who led a term; by index the digest (0: not known), and the term of the first who applied it. */
  struct { uint64_t term; unsigned who; } *leaders;
  size_t n_leaders, leaders_size;
  struct { uint64_t digest, term; } *applied;
  size_t n_applied, applied_size;
};

/* ---- sim.c: time ---- */

#define SIM_GROW(array, size, n) ((array) = sim_grow ((array), &(size), (n), sizeof *(array)))
void *sim_grow (void *array, size_t *size, size_t n, size_t each);
void sim_push (TbSim *sim, Event event); /* its time is set */
Event sim_pop (TbSim *sim);
void sim_order (TbSim *sim); /* the heap, after times were changed */
void sim_carry_out (TbSim *sim, Event *e); /* and lets go of its bytes */
void sim_begin (TbSim *sim, const TbSimOptions *options, TbSimResult *result);
void sim_end (TbSim *sim);
void sim_say (TbSim *sim, const char *format, ...) __attribute__ ((format (printf, 2, 3)));
void sim_broken (TbSim *sim, const char *format, ...) __attribute__ ((format (printf, 2, 3)));
bool sim_chance (TbSim *sim, double share);
int64_t sim_around (TbSim *sim, int64_t mean_ns); /* uniform between 0 and twice the mean */

/* ---- sim-net.c ---- */

uint8_t *sim_bytes_new (TbSim *sim, const void *bytes, size_t n);
void sim_bytes_free (TbSim *sim, uint8_t *bytes, size_t n);
void sim_bytes_release (TbSim *sim);
int64_t sim_delay (TbSim *sim);
/* Takes over a message that leaves its sender. */
void sim_net_send (TbSim *sim, Event *message);
/* Whether it goes on to the receiver; else it waits or is gone. */
bool sim_net_arrives (TbSim *sim, Event *message);
void sim_net_heal (TbSim *sim);
/* Driven from outside (sim-outside.c). */
void sim_outside_send (TbSim *sim, Event *message);
void sim_outside_reply (TbSim *sim, const Event *e);

/* ---- sim-node.c: the host of a replica ---- */

void sim_node_begin (TbSim *sim, unsigned i); /* new, with an empty journal */
void sim_node_start (Node *node);             /* after that, or after a crash */
void sim_node_crash (Node *node);
void sim_node_clear (Node *node);
void sim_node_message (Node *node, const Event *e);
void sim_node_request (Node *node, const Event *e);
void sim_node_tick (Node *node);
void sim_node_synced (Node *node);
void sim_node_clock (Node *node, double rate, int64_t step_ns);
void sim_check_node (Node *node); /* sim-check.c: the invariants that concern it */
bool sim_all_agree (TbSim *sim);
void sim_say_all (TbSim *sim);

/* ---- sim-client.c ---- */

void sim_clients_begin (TbSim *sim);
void sim_client_next (TbSim *sim, const Event *e);

void sim_client_reply (TbSim *sim, const Event *e);
void sim_client_timeout (TbSim *sim, const Event *e);
void sim_clients_final (TbSim *sim);
void sim_clients_end (TbSim *sim);

/* ---- sim-fault.c ---- */

void sim_fault (TbSim *sim);
void sim_heal (TbSim *sim);
