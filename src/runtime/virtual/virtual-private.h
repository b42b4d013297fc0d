/* Inside virtual time.
 *
 *   parts.c      from a plan to stores and callers, by the very command lines that processes get
 *   schedule.c   a schedule drawn from a seed
 *   world.c      time: the stores' simulators, and what happens between them
 *   caller.c     the threads of clients, and their requests
 *   path.c       who is cut off from whom, and what faults do to a message
 *   try.c        a schedule, run and judged
 *   verdict.c    what is said of histories
 *   play*.c      a scenario
 *   shrink.c     the fewest faults and operations
 *   write.c      a schedule as a scenario */
#pragma once

#include "tb-replica-sim.h"
#include "tb-virtual.h"

#define NOBODY G_MAXUINT
#define KEYS_MOST TB_SIM_KEYS_MAX
#define EMPTY_ARRAY(type) g_array_new (FALSE, TRUE, sizeof (type))

/* ---- What is simulated ---------------------------------------------------------------------------------------- */

typedef struct
{
  const char *component;
  guint n;                          /* replicas */
  guint instances[TB_REPLICAS_MAX]; /* of the plan */
  guint link;                       /* of the plan, between them; NOBODY */
  TbReplicaConfig config;
  gboolean durable;
} Store;

/* How a caller chooses among replicas. CONNECTION: each thread's connection leads to one, and its next one to the
 * next. */
typedef enum
{
  BALANCE_CONNECTION,
  BALANCE_ROUND_ROBIN,
  BALANCE_RANDOM,
  BALANCE_KEY
} Balance;

typedef struct
{
  guint link; /* of the plan */
  guint store;
  TbOpKind kind;
  double share;
  gint64 timeout_ns;
  guint retries, keys;
  Balance balance;
} Call;

typedef struct
{
  guint instance; /* of the plan */
  guint threads;
  TbDist think;
  double rate;    /* a second, over all threads; 0: think */
  GArray *calls;  /* of Call */
} Caller;

/* What is asked of a store. */
typedef struct
{
  guint store;
  const TbExpectRow *row;
  double least, most;
} Want;

struct TbVirtual
{
  const TbPlan *plan;
  GArray *stores, *callers; /* of Store, Caller */
  GArray *wants;            /* of Want */
  GArray *said;             /* of TbVirtualWant: the same */
  GPtrArray *left_out;      /* of char * */
  guint *store_of, *replica_of, *caller_of; /* by instance; NOBODY */
  struct World *world;      /* kept between runs */
};

#define STORE_AT(v, i) (&g_array_index ((v)->stores, Store, (i)))
#define CALLER_AT(v, i) (&g_array_index ((v)->callers, Caller, (i)))
#define INSTANCE_AT(v, i) ((const TbPlanInstance *) g_ptr_array_index ((v)->plan->instances, (i)))
#define LINK_AT(v, i) ((const TbPlanLink *) g_ptr_array_index ((v)->plan->links, (i)))

/* What TbOp.client is of the final reads: no instance. */
static inline guint
virtual_last_reader (const TbVirtual *v)
{
  return v->plan->instances->len;
}

/* The value behind an option of its command line; NULL. */
const char *virtual_option (const TbPlanInstance *instance, const char *option);

/* ---- A schedule ------------------------------------------------------------------------------------------------- */

typedef enum
{
  ACT_PARTITION,
  ACT_KILL,
  ACT_PAUSE
} ActKind;

typedef struct
{
  gint64 at_ns, for_ns;
  ActKind kind;
  TbPartitionKind partition;
  guint store;
  guint instance; /* of the plan; of a partition NOBODY: all replicas of the store */
  gboolean whole; /* cut off from everyone, not from the other replicas alone */
  guint64 seed;   /* of a partition, not 0 */
} Act;

typedef struct
{
  gint64 at_ns; /* not before that; later where its thread is not done */
  guint caller, thread, call, replica, key;
  TbOpKind kind;
} PlannedOp;

struct TbSchedule
{
  guint64 seed;   /* it was drawn from */
  guint64 chance; /* of what the network draws */
  gint64 load_ns; /* no operation begins after that */
  gint64 delay_ns;  /* mean, one way, between replicas: uniform from 0 to twice that */
  double loss, duplicate;
  gboolean reorders;
  gint64 disk_ns;
  gint64 heartbeat_ns, election_ns, timeout_ns, gossip_ns;
  GArray *acts, *ops; /* of Act, PlannedOp: by time */
};

#define ACT_AT(s, i) (&g_array_index ((s)->acts, Act, (i)))
#define OP_AT(s, i) (&g_array_index ((s)->ops, PlannedOp, (i)))

TbSchedule *virtual_schedule_copy (const TbSchedule *schedule);
/* "isolate of orders/2 from orders for 300ms" (transfer full) */
char *virtual_act_words (const TbVirtual *v, const Act *act);
/* The attributes of its <do>, but for the time: partition="isolate" of="orders/2". (transfer full) */
char *virtual_act_xml (const TbVirtual *v, const Act *act);
void virtual_act_partition (const TbVirtual *v, const Act *act, TbPartition *partition);

/* ---- The world ---------------------------------------------------------------------------------------------------- */

typedef enum
{
  WORLD_NEXT,      /* thread `a` may go on; number: its serial */
  WORLD_REQUEST,   /* of a ticket arrives at its replica */
  WORLD_PASSED,    /* of a ticket arrives at the replica that leads */
  WORLD_BACK,      /* its answer arrives at the replica that passed it on */
  WORLD_REPLY,     /* its answer arrives at its caller */
  WORLD_TIMEOUT,   /* of thread `a`'s try; number: its ticket */
  WORLD_GIVES_UP,  /* the replica that passed a ticket on */
  WORLD_ACT,       /* number: of the schedule */
  WORLD_ACT_OVER
} WorldEventKind;

typedef struct
{
  gint64 at_ns;
  guint64 seq, number;
  guint from, to; /* instances, of what is on its way; from: a thread, of what is a thread's */
  guint8 kind;
} WorldEvent;

/* A try of an operation. */
typedef struct
{
  guint thread;
  guint store, replica; /* that was asked */
  guint leader;         /* replica that it was passed on to; NOBODY */
  gboolean over;        /* whatever comes of it is nobody's */
  gboolean returned;    /* who passed it on has an answer, or gave up */
  gboolean refused;     /* nobody took the connection */
  TbAnswer answer;
  gboolean has_value;
  guint64 value;
  gint64 sent_ns;
  TbOp op;              /* what it asks for, whatever its thread does meanwhile */
} Ticket;

typedef struct
{
  guint caller, index; /* the index-th thread of it; caller NOBODY: it makes the final reads */
  guint32 process;
  gboolean open, maybe; /* maybe: an earlier try may have had its effect */
  guint64 serial, ticket; /* ticket 0: none is on its way */
  guint tries, replica;   /* the connection leads there */
  guint call;
  guint next_op;          /* of the schedule: where its next one is looked for */
  gint64 due_ns;          /* of a rate: when the next request is */
  TbRng rng;
  TbOp op;
} Thread;

/* What a scenario says of a caller's load. */
typedef struct
{
  gboolean said, thinks; /* not said: as the drawing has it */
  double rate;           /* where it does not think; 0: nothing */
  TbDist think;
} Load;

/* A cut or a fault that holds. */
typedef struct
{
  char *id;
  GArray *pairs;     /* of TbWirePair: a cut; NULL */
  TbWireFault fault; /* else */
  guint link;        /* of the fault; NOBODY: all */
  guint8 *from, *to; /* by instance */
} Held;

typedef struct World
{
  const TbVirtual *v;
  const TbSchedule *schedule; /* NULL: a scenario */
  gint64 now_ns;
  guint64 seq;
  GArray *heap;      /* of WorldEvent */
  GArray *waiting;   /* of WorldEvent: cut off */
  TbRng rng;
  TbSim **sims;      /* by store */
  TbSimResult *results;
  struct SimSide *sides;
  GArray *threads;   /* of Thread */
  GArray *tickets;   /* of Ticket; number - 1 */
  GArray **histories; /* by store: of TbOp */
  GPtrArray *helds;  /* of Held */
  guint8 *cut;       /* from * n + to */
  guint8 *down, *paused; /* by instance */
  guint32 next_process;
  guint64 next_value;
  gboolean calm;     /* no operation begins any more */
  GArray *finals;    /* of PlannedOp: final reads; `caller` is the store */
  guint n_finals;    /* done */
  GArray *loads;     /* of Load, by caller: what a scenario says */
  TbTapCounters **taps; /* of a scenario: by link, from and to; NULL */
} World;

#define THREAD_AT(w, i) (&g_array_index ((w)->threads, Thread, (i)))
#define TICKET_AT(w, number) (&g_array_index ((w)->tickets, Ticket, (number) - 1))

World *world_new (const TbVirtual *v);
void world_free (World *w);
/* Begins anew. schedule NULL: calls are drawn as they come. */
void world_begin (World *w, const TbSchedule *schedule, guint64 chance);
void world_end (World *w);
void world_push (World *w, gint64 at_ns, WorldEventKind kind, guint from, guint to, guint64 number);
/* Until that time, or until it says so (NULL: never). */
void world_run (World *w, gint64 until_ns, gboolean (*enough) (World *w));
gboolean world_agrees (World *w, guint store);

/* ---- What is done to it ---- */
void world_act_begin (World *w, const Act *act, guint number);
void world_act_end (World *w, const Act *act, guint number);
void world_kill (World *w, guint instance);
void world_start (World *w, guint instance);
void world_pause (World *w, guint instance, gboolean on);
void world_heal (World *w); /* all cuts and faults; who is down or stands still goes on */

/* ---- caller.c ---- */
void callers_begin (World *w);
void callers_event (World *w, const WorldEvent *e);
void callers_reply (World *w, guint store, guint64 ticket, guint from, TbAnswer answer, gboolean has_value,
                    guint64 value, int leader);
void callers_killed (World *w, guint instance); /* what was open there breaks */
void callers_started (World *w, guint instance); /* a caller that was down */
void callers_final (World *w);                  /* every key, from every replica */
gboolean callers_have_read (World *w);
void callers_load (World *w, guint caller, const Load *load);
void callers_end (World *w);                    /* what is open is unknown */

/* ---- path.c ---- */
void paths_begin (World *w);
void paths_clear (World *w);
void paths_cut (World *w, const char *id, GArray *pairs); /* takes the pairs over */
void paths_remove (World *w, const char *id);             /* NULL: all */
/* By its id, its link or one of its ends; FALSE: there is none. */
gboolean paths_remove_named (World *w, const char *name);
/* Why a fault cannot be done here, to stand behind its name; NULL: it can. */
const char *paths_refuse (const TbWireFault *fault);
void paths_fault (World *w, const char *id, TbWireFault *fault); /* takes it over */
gboolean paths_is_cut (const World *w, guint from, guint to);
/* Sends something on its way over a link, up (from the caller) or down. */
void paths_send (World *w, guint link, gboolean up, guint from, guint to, WorldEventKind kind, guint64 ticket);
TbSimPath paths_between (World *w, guint store, guint from, guint to);

/* ---- verdict.c ---- */
/* The history of a store, judged, with names in its sentence. (transfer full) */
TbHistory *virtual_history (const TbVirtual *v, const World *w, guint store, TbVerdict *verdict);
char *virtual_guarantee_words (const TbVerdict *verdict);
/* Fills in what is known of a store's history, where the finding is about that. */
void virtual_find_verdict (const TbVirtual *v, World *w, TbFinding *finding);
