/* The simulation's parts, shared by its files: sim-agenda.c is what comes next, sim-device.c cores shared by who
 * computes, sim-meter.c what is counted and how sure it is, sim-frame.c what is at something and its messages, sim-call.c calls
 * with their tries, sim-request.c a request at a station, sim-source.c clients, sim-world.c builds it all, simulate.c the run and its answer.
 *
 * Times are nanoseconds since the simulation began, as doubles: 100 days are told apart to a nanosecond. */
#pragma once

#include "tb-base.h"
#include "tb-simulate.h"

G_BEGIN_DECLS

#define SIM_NONE G_MAXUINT32
#define SIM_CALLS_MAX 64   /* of a station: what a built-in component takes */
#define SIM_FAN_MAX 16     /* calls side by side, as the built-in server makes them */
#define SIM_DEPTH_MAX 64   /* requests in each other: more is a circle of calls */

typedef struct Sim Sim;

/* ---- What comes next --------------------------------------------------------------------------------- */

/* A heap of timers by time, then by when they were set, so that a seed repeats itself exactly. A timer is a
 * number and is set once or not at all. */
typedef struct
{
  double time_ns;
  guint32 turn, timer;
} SimEntry;

typedef struct
{
  SimEntry *heap;
  guint32 n, n_timers, turn;
  guint32 *place; /* of each timer in the heap, from 1; 0: not set */
} SimAgenda;

void sim_agenda_clear (SimAgenda *agenda);
/* There are timers 0 to n - 1. */
void sim_agenda_reserve (SimAgenda *agenda, guint32 n);
void sim_agenda_set (SimAgenda *agenda, guint32 timer, double time_ns);
void sim_agenda_unset (SimAgenda *agenda, guint32 timer);
gboolean sim_agenda_is_set (const SimAgenda *agenda, guint32 timer);
/* Takes the first. FALSE: nothing will ever happen again. */
gboolean sim_agenda_pop (SimAgenda *agenda, guint32 *timer, double *time_ns);

/* ---- What is counted --------------------------------------------------------------------------------- */

/* A figure is one sum divided by another: of a rate, how many by how long; of a mean, all by how many. Both are kept
 * for each batch of simulated time, of which the interval is made. */
typedef struct
{
  double over, under;
} SimSum;

#define SIM_BATCHES 64 /* full, pairs are joined, so that batches grow with the run */
#define SIM_GROUPS 16  /* of batches, whose spread is looked at */

typedef struct
{
  guint n;              /* figures */
  SimSum *now, *closed; /* the batch that is being filled; SIM_BATCHES rows of n */
  gboolean *by_time;    /* of each: it is divided by the batch's length */
  guint n_closed;
  double length_ns, began_ns; /* of a batch */
} SimMeters;

/* Figures are n; those that are divided by time are told by the caller, in by_time. */
void sim_meters_init (SimMeters *meters, guint n);
void sim_meters_clear (SimMeters *meters);
/* Forgets all, and begins the first batch. */
void sim_meters_begin (SimMeters *meters, double now_ns, double length_ns);
/* The batch is over. */
void sim_meters_close (SimMeters *meters, double now_ns);
/* The figure, NAN where nothing was counted; *half (may be NULL): of its 95 % interval, infinite where nothing can be said of it yet. */
double sim_meters_figure (const SimMeters *meters, guint figure, double *half);

/* How long something took, by its logarithm: told apart to 1 %, whatever the size. */
typedef struct
{
  guint64 n;
  guint32 *counts; /* NULL: none yet */
} SimTimes;

void sim_times_add (SimTimes *times, double ns);
/* NAN where there were none. */
double sim_times_quantile (const SimTimes *times, double q);
void sim_times_forget (SimTimes *times);

/* What lasts, as a sum over time: how many threads are held, how many wait. */
typedef struct
{
  double value, since_ns;
  guint figure;
} SimLevel;

/* ---- Cores ------------------------------------------------------------------------------------------- */

/* Who computes on it has the same share, as under the kernel: each core's whole, or as much as there is. So time is
 * kept as work done by each (virtual), and only who is through first has a timer. */
typedef struct
{
  double at; /* of virtual time */
  guint32 turn, frame;
} SimShare;

typedef struct
{
  double cores, virtual_ns, since_ns;
  SimShare *heap;
  guint n, size;
  guint32 turn;
  SimLevel busy;
} SimDevice;

void sim_device_add (Sim *s, guint device, guint32 frame, double work_ns);
/* Its timer: the one that is through goes on. */
void sim_device_fire (Sim *s, guint device);

/* ---- Calls ------------------------------------------------------------------------------------------- */

/* A call of a station, with what all its callers share; or what a broker passes on to a consumer. */
typedef struct
{
  guint caller, target; /* stations */
  guint link;
  gint64 timeout_ns;
  guint retries;
  TbQueueBalance balance;
  gboolean async, write, delivers, each;
  guint limit, limit_waiting; /* async: so many are made at once from a replica, so many wait */
  guint32 first, last;  /* tries with a deadline, the earliest first */
  guint first_turn;     /* in turns: one a replica of the caller; of each: one a replica of the consumer */
  guint first_flight;   /* in flights, where they are counted: a row a turn, a column a replica of the target */
} SimCall;

/* Of a caller's replica and a call. */
typedef struct
{
  guint32 next;               /* replica whose turn it is */
  guint32 busy, n_waiting;    /* async */
  guint32 first, last;        /* attempts that wait */
  guint32 *idle, n_idle, size; /* connections, by the replica they lead to */
} SimTurn;

/* A call while it is made. Free ones are chained by next. */
typedef struct
{
  guint32 serial;        /* of this try: an answer to another one is not heard */
  guint32 frame, epoch;  /* who waits for it; SIM_NONE: nobody */
  guint32 call, turn, user, depth;
  guint32 row;           /* of the caller's calls: which */
  guint32 replica, avoid; /* of the target: asked; not asked again; SIM_NONE */
  guint32 times, retries;
  guint32 previous, next; /* by deadline, or waiting */
  double began_ns, deadline_ns;
  gboolean listed, fill, fixed; /* fixed: only that replica will do */
} SimAttempt;

/* ---- Requests ---------------------------------------------------------------------------------------- */

/* A replica of a station: its threads and who waits for one. */
typedef struct
{
  guint station;
  guint32 first, last; /* frames */
  guint n_waiting, n_held;
  gboolean serving;
} SimHost;

typedef struct
{
  guint first_host, first_call, n_calls, figure;
  SimLevel held, waiting;
  SimTimes residence;
  guint peers[2], needs[2], messages[2]; /* of a read, of a write: copies asked, awaited, and what goes to and fro for each */
  guint detour[2];                       /* messages more where another replica was asked than the one that answers */
} SimStation;

/* What a frame waits for:
 *
 *   sim_request() ─▶ TRAVELS ─arrive()─▶ WAITS ─take()─▶ WORKS, COMPUTES ─work()─▶ CALLS ─sim_request_called()─▶ CALLS …
 *                                 └─refuse()─▶ ANSWERS ◀── AGREES ◀──finish()── none is left ◀──────┘
 *                                                 └─▶ the caller's sim_attempt_end()
 *
 * COPIES is a message to another replica and back, for a frame that AGREES. A client's thread goes
 * THINKS ─sim_client_fire()─▶ CALLS ─sim_client_called()─▶ THINKS; DUE is the clock of a client that asks at a rate, whose rounds are
 * frames that arrive at the client itself. */
typedef enum
{
  SIM_TRAVELS,
  SIM_WAITS,
  SIM_WORKS,
  SIM_COMPUTES,
  SIM_CALLS,
  SIM_AGREES,
  SIM_COPIES,
  SIM_ANSWERS,
  SIM_THINKS,
  SIM_DUE
} SimState;

typedef struct
{
  SimState state;
  guint8 stage;
  gboolean failed, first, holds, tapped, write;
  guint32 messages;                /* still to pass before it is where it goes */
  guint32 next;                    /* in its host's or the tap's queue, or free */
  guint32 caller, caller_serial;   /* the attempt that waits for it; SIM_NONE: none */
  guint32 host, user, source, depth; /* source: SIM_NONE: no client's */
  guint32 owner, owner_epoch;      /* of one that COPIES: who AGREES */
  guint32 epoch;                   /* of the calls that are made: answers to earlier ones do not count */
  guint32 at, row, left, open, good; /* next call; the one alone that is made, and how often yet; of a group: not answered, well */
  guint32 detour;                  /* messages more each way, by another replica */
  const TbCallOut *out;            /* that it is of; NULL: of none of a station's */
  guint64 chosen, missed;          /* calls: a bit each */
  double arrived_ns;
} SimFrame;

/* ---- All of it --------------------------------------------------------------------------------------- */

typedef struct
{
  const TbSource *source;
  guint figure;
  SimTimes response;
  guint64 n_due, n_ended; /* of rounds, at a rate */
} SimSource;

typedef struct
{
  guint figure;
  SimLevel waiting;
  SimTimes latency;
} SimLink;

struct Sim
{
  const TbQueueNet *net;
  gboolean poisson;
  double now_ns;
  TbRng rng;
  SimAgenda agenda;
  SimMeters meters;
  SimDevice *devices;
  SimHost *hosts;
  SimStation *stations;
  SimCall *calls;
  SimTurn *turns;
  guint32 *flights;
  SimLink *links;
  guint *deliveries; /* of each link of a consumer: its call; SIM_NONE */
  SimSource *sources;
  SimFrame *frames;
  SimAttempt *attempts;
  guint n_hosts, n_calls, n_turns, n_flights;
  guint32 n_frames, frames_size, free_frame, n_live;
  guint32 n_attempts, attempts_size, free_attempt;
  guint32 first_call_timer, first_frame_timer;
  guint32 tap_first, tap_last; /* messages before the taps' one thread: frames */
  SimLevel tap_busy;           /* that thread is: 0 or 1 */
  guint64 n_events, n_rounds; /* rounds: of all clients, that have ended */
};

/* Figures of each kind of thing, from where its own begin. */
enum
{
  SIM_SOURCE_RATE,   /* rounds, by time */
  SIM_SOURCE_TIME,   /* response, by rounds */
  SIM_SOURCE_ERRORS, /* calls */
  SIM_SOURCE_FIGURES
};
enum
{
  SIM_STATION_RATE, /* requests that arrive, by time */
  SIM_STATION_TIME, /* from arrival to answer */
  SIM_STATION_HELD, /* threads */
  SIM_STATION_WAITING,
  SIM_STATION_CPU, /* cores that it uses */
  SIM_STATION_REFUSED,
  SIM_STATION_FIGURES
};
enum
{
  SIM_LINK_RATE,
  SIM_LINK_TIME,
  SIM_LINK_ERRORS,
  SIM_LINK_WAITING,
  SIM_LINK_FIGURES
};

static inline void
sim_count (Sim *s, guint figure, double n)
{
  s->meters.now[figure].over += n;
}

static inline void
sim_mean (Sim *s, guint figure, double value)
{
  s->meters.now[figure].over += value;
  s->meters.now[figure].under += 1;
}

/* Changes what lasts by so much, from now on. */
static inline void
sim_level (Sim *s, SimLevel *level, double by)
{
  s->meters.now[level->figure].over += level->value * (s->now_ns - level->since_ns);
  level->since_ns = s->now_ns;
  level->value += by;
}

static inline double
sim_draw (Sim *s, const TbDist *dist)
{
  return (double) tb_dist_draw_ns (dist, &s->rng);
}

static inline const TbStation *
sim_station_of (const Sim *s, guint32 host)
{
  return &s->net->stations[s->hosts[host].station];
}

/* sim-world.c */
Sim *sim_new (const TbQueueNet *net, guint64 seed, gboolean poisson);
void sim_free (Sim *s);
/* All that lasts is counted up to now. */
void sim_settle (Sim *s);
/* Forgets all that was counted. */
void sim_forget (Sim *s, double batch_ns);

/* sim-frame.c: frames, and the way of messages. Frames move when there are more: an index is kept, no pointer. */
guint32 sim_frame_new (Sim *s);
void sim_frame_free (Sim *s, guint32 frame);
/* Its timer. */
void sim_frame_wait (Sim *s, guint32 frame, SimState state, double ns);
/* So many messages, then sim_frame_fire(): at once where none takes time. */
void sim_frame_send (Sim *s, guint32 frame, SimState state, guint messages);
/* What its state says goes on. */
void sim_frame_fire (Sim *s, guint32 frame);
/* It has computed: a request, or the taps for its message. */
void sim_frame_computed (Sim *s, guint32 frame);

/* sim-request.c */
/* A request of an attempt, to a replica of its target; detour: by way of another one. */
void sim_request (Sim *s, guint32 attempt, gboolean detour);
void sim_request_arrive (Sim *s, guint32 frame);
void sim_request_work (Sim *s, guint32 frame);
void sim_request_answered (Sim *s, guint32 frame);
/* A message between replicas has arrived. */
void sim_request_copied (Sim *s, guint32 frame);
/* A call of it has ended; missed: what it looked for was not there. */
void sim_request_called (Sim *s, guint32 frame, const SimAttempt *attempt, gboolean ok, gboolean missed);
/* Its thread, where it holds one, is another's. */
void sim_request_leave (Sim *s, guint32 frame);
/* Which of a station's calls a request makes: a bit each. */
guint64 sim_choose_calls (Sim *s, guint station);

/* sim-call.c */
/* Makes the row-th call of a frame's station for it, times times. FALSE: too many wait to be sent. */
gboolean sim_call (Sim *s, guint32 frame, guint row, guint times, gboolean fill);
/* A message that a broker has taken goes to its consumers. */
void sim_deliver (Sim *s, guint32 frame, const TbCallOut *out);
/* This try was answered. */
void sim_attempt_end (Sim *s, guint32 attempt, gboolean ok, gboolean missed);
/* The deadline of the first of a call's tries. */
void sim_call_fire (Sim *s, guint call);

/* sim-source.c */
void sim_sources_begin (Sim *s);
void sim_client_fire (Sim *s, guint32 frame);
void sim_client_due (Sim *s, guint32 frame);
/* A round begins: a thread has been had for it. */
void sim_client_begin (Sim *s, guint32 frame);
/* Its own work of a round is done: it asks. */
void sim_client_worked (Sim *s, guint32 frame);
void sim_client_called (Sim *s, guint32 frame, const SimAttempt *attempt, gboolean ok);

G_END_DECLS
