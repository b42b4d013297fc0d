/* What the files of the tap loop share. All of it belongs to thread 1, but for what says otherwise.
 *
 *   tap-faults.c the list of faults; taps-change.c another plan
 *   taps.c      thread 2's side, making and ending        tap.c      rows, events, facts
 *   taps-loop.c epoll, time, commands: the thread
 *   intercept.c the filter; notify.c one system call      conn.c     a connection: bytes and ends
 *   notified.c  a call of an instance, who answers it     flow.c     one direction of it
 *   connect.c bind.c address.c                            datagram.c door.c  UDP
 *   dialling.c  connects whose dial has not come out      reading.c  framing what flows
 *   park.c      connects into a cut
 *   affect.c    faults on a connection: time, pace        gather.c   faults on whole messages
 *   streams.c   the same where messages interleave       held.c     chosen ones that are held
 *   fallback.c  listeners where there is no seccomp       bypass.c   what goes past (thread 2)
 *   called.c    who got a caller's connection
 *   lone.c      a tap alone: a listener and a target
 *   route.c queue.c pool.c exchange.c faults/             no sockets, no clock, no chance in these */
#pragma once

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "address.h"
#include "exchange.h"
#include "faults/fault.h"
#include "notify.h"
#include "pool.h"
#include "queue.h"
#include "route.h"
#include "taps-told.h"
#include "taps.h"
#include "tb-proto.h"

#define TB_BUFFER_BYTES (64 * 1024)
#define TB_HOLD_BYTES (4u << 20)       /* that much waits in a tap before its reader stops */
#define TB_HOLD_ALL_BYTES (128u << 20) /* of all taps together; then each has TB_HOLD_LEAST_BYTES */
#define TB_HOLD_LEAST_BYTES (128u << 10)
#define TB_TICK_NS (10 * TB_NS_PER_MS)
#define TB_PENDING_NS (5 * TB_NS_PER_S) /* an accepted connection comes at once or not at all */

typedef struct TbConn TbConn;
typedef struct TbTap TbTap;
typedef struct TbPark TbPark;
typedef struct TbGather TbGather;
typedef struct TbAffected TbAffected;
typedef struct TbLone TbLone;
typedef struct TbMux TbMux;
typedef struct TbTapsChange TbTapsChange;
typedef struct TbParcel TbParcel;

/* ---- Framing of a connection, while bytes flow (reading.c) ----------------------------------- */

/* The first bytes of a message whose end has not been seen, for the recording. */
typedef struct
{
  uint64_t from; /* the offset of the first of them */
  uint32_t n;
  uint8_t bytes[TB_TAPS_PAYLOAD_MAX + 4]; /* the pool wants a multiple of 16 */
} TbStash;

typedef struct TbReading TbReading;
struct TbReading
{
  TbReading *next, *previous;
  TbConn *conn;
  int64_t last_ns;
  uint64_t base[2]; /* offset in the connection of the framer's first byte */
  uint64_t told[2]; /* up to where messages were reported */
  uint32_t number_base, last_number;
  TbStash *stash[2];
  _Alignas (16) uint8_t framer[]; /* TbFramer */
};

/* ---- Connections (conn.c, flow.c) ------------------------------------------------------------ */

/* Bytes that wait in one direction; taken only then. */
typedef struct
{
  TbQueue queue;
  TbConn *conn;
  int64_t due_ns;       /* its key in the heap */
  uint32_t heap_at;     /* its place there + 1; 0: none */
  TbGather *gather;     /* whole messages, where faults are for these */
  int pipe[2];          /* holds the bytes that the queue has aside */
  uint8_t direction;    /* or TB_WAITING_TIMER */
} TbWaiting;

#define TB_WAITING_TIMER 2 /* not bytes wait, but the connection for its end */

/* One direction. Invariant 2: in - out are the bytes that wait, and waiting is NULL for none of
 * them and no end. */
typedef struct
{
  uint64_t in, out;
  TbWaiting *waiting;
  bool ended : 1;   /* the sender's FIN or RST was seen */
  bool passed : 1;  /* and its FIN was passed on */
  bool dead : 1;    /* the receiver is gone: what comes is lost */
  bool paused : 1;  /* the sender is not read from */
  bool blocked : 1; /* the receiver takes no more for now */
  bool bulk : 1;    /* the last read filled the buffer */
  bool deep : 1;    /* one did: the sender is watched by levels, not by edges */
} TbFlowing;

/* A connection through a tap. Direction d reads fd[d] and writes fd[!d]: fd[TB_DIR_UP] is the
 * caller's side. Kept small: ten thousand idle ones are to take less than 2 MiB.
 *
 *            start()                              FIN passed both ways: finish()
 *   free ──────────────▶ open ─────────────────────────────────────────────────────▶ free
 *            │ dial pending          ▲    │ RST of either side, reset fault: tb_conn_reset() ▲
 *            └──▶ connecting ────────┘    └─────────────────────────────────────────────────┘
 *                   connected()           connecting and refused: tb_conn_reset()              */
struct TbConn
{
  int fd[2];
  TbFlowing flow[2];
  TbTap *tap;
  TbReading *reading;
  TbConn *next, *previous; /* on its tap; next also in the list of free ones */
  TbAffected *affected; /* NULL: no fault is on it */
  TbMux *mux;           /* HTTP/2 which a fault of messages has met: streams.c */
  uint32_t index, number, last_message;
  uint32_t ordinal;  /* on its tap, from 1 */
  uint32_t began_ms; /* since the loop's began_ns */
  uint16_t generation;
  uint8_t proto;      /* TbProto */
  bool live : 1, connecting : 1, plain : 1; /* plain: never framed (again) */
  bool late : 1; /* a reply was sent on to a caller that had ended its side */
  uint8_t watched[2]; /* what epoll was told: see flow.c */
};

/* The faults of a connection (affect.c). */
struct TbAffected
{
  TbFaulted faulted;
  TbEffects effects;
  TbWaiting timer; /* of close_ns and reset_ns */
  struct
  {
    int64_t next_ns; /* no byte leaves before: bandwidth, slicer */
    int64_t draw_ns; /* what the message that is coming in waits */
    bool drawn;
  } way[2];
};

static inline const TbEffects *
tb_conn_effects_of (const TbConn *c)
{
  return c->affected != NULL ? &c->affected->effects : &tb_effects_none;
}

/* ---- Taps (tap.c) ---------------------------------------------------------------------------- */

struct TbTap
{
  TbTapRow *row;
  uint32_t index; /* of the row; TB_NOBODY: the table is full, the row is nobody's */
  uint32_t link, from, to;
  uint16_t port;
  uint8_t proto;
  bool told; /* why it could not be read was said */
  bool by_localhost; /* its last caller called localhost */
  bool quiet;        /* of a probing client: it leaves no events */
  TbEffects effects; /* of those faults that are on some of its connections */
  uint32_t connections;
  uint64_t dials;    /* connections asked for while faults met these */
  int64_t in_vain_ns; /* until then callers that do not block are not kept for a dial */
  TbConn *conns;
  TbPark *park;
  uint64_t unframed[2]; /* bytes since the last BYTES event */
  TbTap *next_unframed;
  bool in_unframed;
};

/* ---- All of it ------------------------------------------------------------------------------- */

typedef enum
{
  TB_WATCH_COMMANDS,
  TB_WATCH_NOTIFY,   /* index: of notifies */
  TB_WATCH_LISTENER, /* index: 0 IPv4, 1 IPv6 */
  TB_WATCH_PARK,     /* index: of the tap */
  TB_WATCH_FALLBACK, /* index: of the link */
  TB_WATCH_DOOR,     /* of datagrams; index: of doors */
  TB_WATCH_PATH_UP,  /* index and generation: of the path */
  TB_WATCH_PATH_DOWN,
  TB_WATCH_LATE,     /* the timer of datagrams */
  TB_WATCH_LONE,
  TB_WATCH_DIAL,     /* index and generation: of the waiter in dialling.c */
  TB_WATCH_CONN_UP,  /* index and generation: of the connection */
  TB_WATCH_CONN_DOWN
} TbWatch;

typedef struct
{
  int fd; /* -1: free */
  uint32_t instance;
  uint16_t generation; /* counts who had the place: an event may be of one that has gone since */
} TbNotifier;

/* Where an instance listens for localhost alone. */
typedef struct
{
  uint32_t instance;
  uint16_t port;
} TbLocal;

#define TB_STRAYS_MAX 64

/* An instance's connect() that was sent to our listener, until it is accepted there. */
typedef struct
{
  uint32_t address; /* of the caller's socket; host order; 0 with IPv6 */
  uint16_t port;
  bool connecting; /* the dial has not come out yet */
  int up;          /* dialled */
  TbTap *tap;
  int64_t since_ns;
} TbPending;

/* A caller's socket. */
typedef struct
{
  int fd, flags;
  sa_family_t family;
  bool strict_v6; /* cannot reach IPv4: V6ONLY, or bound to an IPv6 address */
  bool bound;
} TbCaller;

/* A connect() on its way through the candidates. */
typedef struct
{
  TbNotify call;
  TbCaller caller;
  uint32_t instance;
  TbRoute route;
  uint32_t next; /* candidate */
  TbTap *first;  /* whose refusal it is if all refuse */
  TbTap *tap;    /* the one that is being dialled … */
  int up;        /* … by this */
} TbAttempt;

typedef struct
{
  int fd;
  union
  {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
  } address;
} TbListener;

typedef struct TbBypasses TbBypasses;
typedef struct TbCalled TbCalled;
typedef struct TbDatagrams TbDatagrams;
typedef struct TbDialling TbDialling;

/* A message that ended in what was read. */
typedef struct
{
  uint64_t start, end;
  int64_t first_ns, request_ns; /* as in TbMark */
  uint32_t number, size;
  TbMessageKind kind;
  char label[TB_LABEL_MAX];
} TbCut;

/* A frame of HTTP/2 that ended in what was read. */
typedef struct
{
  uint64_t start, end;
  uint32_t stream, promised;
  uint32_t cuts;                /* so many of t->cuts ended in it or before it */
  uint32_t block_at, block_n;   /* in t->headers */
  uint8_t type, flags, padding;
  bool begins;
  char label[TB_LABEL_MAX];
} TbFrameCut;

#define TB_FRAME_CUTS_MAX (TB_BUFFER_BYTES / 9 + 2)

/* Messages as short as two bytes, all there can be in one read. */
#define TB_CUTS_MAX (TB_BUFFER_BYTES / 2)

#define TB_PENDING_MAX 1024
#define TB_PIPES_MAX 64

struct TbTaps
{
  const TbWirePlan *plan;
  TbCounters *counters;
  TbRing *ring;
  TbRoutes *routes;
  TbRng rng;
  int epoll;
  bool recording;
  uint32_t payload_most; /* first bytes of a message that are handed on */

  /* Interception. */
  TbListener listener[2], dead[2]; /* IPv4, IPv6; dead: bound, and does not listen */
  TbNotifier *notifiers;
  TbNotifyCache callers;
  int spare_fd; /* a descriptor to give up when there are no more, so that callers can be turned away */
  int64_t spare_told_ns, full_told_ns;
  uint32_t share; /* so many connections one tap may have open: others need descriptors as well */
  uint32_t n_notifiers;
  TbDialling *dialling;
  int64_t dialling_ns; /* when the first of them has waited long enough; INT64_MAX: none waits */
  TbPending *pending;
  uint32_t n_pending;
  uint32_t *open; /* connections that lead to each instance */
  TbLocal *locals;
  uint32_t n_locals;
  uint64_t strays[TB_STRAYS_MAX]; /* calls that lead to nothing drawn, of which was told */
  uint32_t n_strays;
  uint8_t *blind; /* of each instance: bit per TbBlind that was told */
  int *fallback;  /* a listener for each link */
  TbLone *lone;   /* a tap alone, in front of one server; or NULL */
  uint64_t unix_told; /* hash of the last Unix socket that was told of */
  int64_t unix_told_ns;

  TbDatagrams *datagrams;

  /* Taps. */
  TbTap **taps; /* by row, then those without one */
  bool some_quiet;
  uint32_t n_taps, taps_capacity;
  uint32_t *tap_index; /* hash of (from, to, port) to place in taps + 1 */
  uint32_t tap_mask;
  TbTapRow *spare; /* for taps without a row */
  TbTap *unframed; /* taps with bytes that no event told of */
  TbFault *faults;
  uint32_t fault_serial; /* of the last one */
  int64_t fault_ns;      /* when the next one's time begins or ends */
  struct
  {
    TbParcel *first, *last; /* as they would be let go */
    uint32_t n;
    uint64_t serial; /* of the last one */
    bool changed;    /* since it was told */
    int64_t told_ns;
  } held;

  /* Connections. */
  TbConn **conns; /* slabs of TB_CONN_SLAB */
  uint32_t n_conn_slabs;
  TbConn *free_conns;
  uint32_t n_live, connections;
  TbPool waitings, blocks, readings, stashes, affecteds, parcels;
  TbReading *active; /* the longest idle first … */
  TbReading *newest; /* … to the one that read last */
  TbWaiting **heap;
  uint32_t n_heap, heap_capacity;
  uint64_t held_bytes;
  int pipes[TB_PIPES_MAX][2];
  unsigned n_pipes;
  uint8_t *buffer;
  TbCut *cuts; /* scratch: the messages that ended in what was read */
  uint32_t n_cuts;
  TbFrameCut *frame_cuts; /* the same of frames, where faults are on messages of HTTP/2 */
  uint32_t n_frame_cuts;
  struct
  {
    uint8_t *bytes;
    size_t n, size;
  } headers; /* of these frames */

  uint64_t bytes_read;
  int64_t began_ns, now_ns, tick_ns, sweep_ns;
  int64_t late_ns; /* what a sleep is too long by, of late */
  int64_t delayed_ns; /* when bytes were delayed last */
  uint64_t turn_ns;   /* of the scheduler, if no bytes are */
  bool turns_are_brief;
  bool quit;

  /* To thread 2 and from it. */
  TbExchange told, recorded, commands;
  pthread_mutex_t commands_lock; /* several threads may command; thread 1 never takes it */
  int commands_event, told_event;
  atomic_bool commands_told; /* the event was written and not yet read */
  atomic_bool stopping; /* the run is: what ends unanswered from here on is no error */
  bool must_wake;
  uint64_t gap_events, gap_bytes;
  _Atomic uint64_t lag_ns;
  _Atomic uint32_t lags[TB_HISTOGRAM_BUCKETS]; /* of all rounds */

  /* Thread 2 alone. */
  int drain_epoll, scan_timer;
  TbHistogram lags_told;
  TbBypasses *bypasses;

  TbCalled *called; /* written by thread 1, read by thread 2 */

  TbTapsChange *change; /* put here before FOLLOW, taken out by it */
  pthread_t thread;
  bool started;
};

#define TB_CONN_SLAB 512

/* taps-change.c */
void tb_taps_follow (TbTaps *t);

/* taps.c */
/* Thread 1 is to call tb_taps_follow(); where there is none yet it is called here. */
void tb_taps_ask_follow (TbTaps *t);

/* taps-loop.c */
void *tb_taps_run (void *taps); /* thread 1 */
void tb_taps_free_command (const TbTapsCommand *command);
void tb_taps_watch (TbTaps *t, int fd, uint32_t events, TbWatch what, uint32_t index,
                    uint16_t generation, bool anew);
void tb_taps_tick_soon (TbTaps *t); /* a tick at most TB_TICK_NS from now */
void tb_taps_schedule (TbTaps *t, TbWaiting *waiting, int64_t due_ns);
void tb_taps_unschedule (TbTaps *t, TbWaiting *waiting);

/* tap.c */
/* The tap of a pair and port, made now if it is not there; link TB_NOBODY: found in the plan. NULL
 * when memory is out. */
TbTap *tb_tap_get (TbTaps *t, uint32_t from, uint32_t to, uint16_t port, uint32_t link);
void tb_taps_clear (TbTaps *t);
/* Whether it has its share of the descriptors, and a little more would be at others' cost; says so. */
bool tb_tap_is_full (TbTaps *t, const TbTap *tap);
void tb_tap_event (TbTaps *t, TbTap *tap, TbEventKind kind, uint32_t connection, uint64_t aux);
void tb_tap_emit (TbTaps *t, const TbEvent *event, const void *payload, size_t n);
void tb_tap_unframed (TbTaps *t, TbTap *tap, unsigned direction, uint64_t bytes);
void tb_tap_flush_unframed (TbTaps *t);
void tb_tap_tell (TbTaps *t, const TbTold *told, const char *text, size_t n);
void tb_tap_problem (TbTaps *t, unsigned severity, uint32_t instance, const char *format, ...)
    __attribute__ ((format (printf, 4, 5)));
/* Invariant 1 of tb-wire.h, where it is checked. */
void tb_tap_check (const TbTapCounters *row);
/* Begin and end a change of the row; ends with the time and, in debug builds, the check. */
TbTapCounters *tb_tap_begin (TbTap *tap);
void tb_tap_end (TbTap *tap, int64_t now_ns);
/* tap-faults.c */
/* The faults changed: every tap has its effects anew, at once. */
void tb_taps_apply_faults (TbTaps *t);
void tb_taps_fault (TbTaps *t, TbWireFault *wire);
void tb_taps_heal (TbTaps *t, const char *id);
void tb_taps_forget_faults (TbTaps *t);
/* The plan is another: finds anew what their names mean. Those that mean nothing any more are gone. */
void tb_taps_follow_faults (TbTaps *t);
/* So many messages that a hold of that id keeps go on, the longest held first; 0: all. */
void tb_taps_step (TbTaps *t, const char *id, uint32_t n);
/* The time of some faults begins or ends now. */
void tb_taps_fault_time (TbTaps *t);
/* What a new connection of that tap meets. */
TbDialled tb_tap_dialled (TbTap *tap);

/* conn.c */
/* Takes both descriptors over. */
void tb_conn_start (TbTaps *t, TbTap *tap, int caller, int called, bool connecting,
                    uint16_t caller_port);
TbConn *tb_conn_at (TbTaps *t, uint32_t index, uint16_t generation);
void tb_conn_ready (TbTaps *t, TbConn *c, unsigned side, uint32_t events);
/* Both ends get an RST unless they have ended; gone: a side that is gone already, or -1. */
void tb_conn_reset (TbTaps *t, TbConn *c, int gone);
void tb_conn_finish (TbTaps *t, TbConn *c);
/* Ended by a fault: what was sent on arrives, then FIN, to both. */
void tb_conn_end (TbTaps *t, TbConn *c);
/* The effects of its tap have changed. */
void tb_conn_effects (TbTaps *t, TbConn *c);
void tb_conns_clear (TbTaps *t);

/* called.c */
/* NULL where memory is out. */
TbCalled *tb_called_new (void);
void tb_called_free (TbCalled *called);
/* A connection from that port was accepted. */
void tb_called_note (TbCalled *called, uint32_t from, uint16_t port, uint32_t to);
uint32_t tb_called_find (const TbCalled *called, uint32_t from, uint16_t port);

/* flow.c; those that return false have freed the connection */
/* The side's descriptor has something to be read, as epoll said it; may free the connection. */
void tb_flow_read (TbTaps *t, TbConn *c, unsigned d, uint32_t events);
bool tb_flow_deliver (TbTaps *t, TbConn *c, unsigned d);
bool tb_flow_input_end (TbTaps *t, TbConn *c, unsigned d, TbEnd end);
void tb_flow_drop (TbTaps *t, TbConn *c, unsigned d);
void tb_flow_watch (TbTaps *t, TbConn *c);
void tb_flow_mute (TbTaps *t, TbConn *c, unsigned side);
TbWaiting *tb_flow_wait (TbTaps *t, TbConn *c, unsigned d);

/* n bytes were seen, and sent of them have gone; the rest waits, or is lost. */
void tb_flow_count (TbTaps *t, TbConn *c, unsigned d, uint64_t n, uint64_t sent);
/* How much may wait before the sender is not read from any more. */
uint64_t tb_flow_hold_limit (const TbTaps *t, const TbConn *c, unsigned d);
/* Bytes of our own, as if that direction's sender had sent them. */
bool tb_flow_inject (TbTaps *t, TbConn *c, unsigned d, const void *bytes, size_t n);

/* affect.c */
/* Brings what the faults come to on a connection up to date. */
void tb_affect (TbTaps *t, TbConn *c);
void tb_affect_drop (TbTaps *t, TbConn *c);
/* Carries out what is due, or waits for it. False: the connection is gone. */
bool tb_affect_clock (TbTaps *t, TbConn *c);
/* How many bytes may leave now, and that so many did. */
uint64_t tb_affect_allows (const TbTaps *t, const TbConn *c, unsigned d);
void tb_affect_sent (const TbTaps *t, TbConn *c, unsigned d, uint64_t n);
/* All that a limit allows has left. */
bool tb_affect_is_spent (const TbConn *c, unsigned d);
/* When bytes that are due then may leave. */
int64_t tb_affect_next_ns (const TbConn *c, unsigned d, int64_t due_ns);
/* How many bytes a slow line holds. */
uint64_t tb_affect_room (const TbConn *c, unsigned d);
/* How long the next n bytes wait, which end a message or do not. */
int64_t tb_affect_delay_ns (TbConn *c, unsigned d, uint64_t n, bool ends);

/* gather.c; those that return a bool have freed the connection where it is false, but for end() */
/* Takes n bytes that were framed as TB_SPLIT_WHOLE. */
bool tb_gather_take (TbTaps *t, TbConn *c, unsigned d, const uint8_t *bytes, uint64_t n);
/* The direction ends, t->cuts has what that completed; true where the end waits behind what is held. */
bool tb_gather_end (TbTaps *t, TbConn *c, unsigned d, TbEnd end);
/* The effects have changed: lets go what nothing keeps any more. */
bool tb_gather_settle (TbTaps *t, TbConn *c, unsigned d);
/* Lets go what is late, at its time. */
bool tb_gather_due (TbTaps *t, TbConn *c, unsigned d);
int64_t tb_gather_next_ns (const TbWaiting *w);
/* One held message, and what is behind it up to the next. */
bool tb_gather_step (TbTaps *t, TbConn *c, unsigned d);
/* So many are gathered already that the sender is not read from. */
bool tb_gather_is_full (const TbTaps *t, const TbWaiting *w);
uint64_t tb_gather_bytes (const TbWaiting *w);
/* Frees it, and adds up what is lost with it. */
void tb_gather_drop (TbTaps *t, TbWaiting *w, uint64_t *bytes, uint32_t *messages);
size_t tb_gather_parcel_size (void);

/* held.c */
/* Something is done to chosen ones; what is held then is told, and how it came out. */
void tb_held_do (TbTaps *t, const TbWireHeldDo *what);
/* What is held is told, where that has changed and it is not too soon. */
void tb_held_tick (TbTaps *t);
/* The first that waits where that fault is goes on; false where none does. */
bool tb_held_step (TbTaps *t, const TbFault *fault);

/* streams.c */
void tb_streams_drop (TbConn *c);
/* The effects have changed: frames need no look any more where none was left out. */
void tb_streams_settle (TbConn *c);

/* reading.c */
typedef enum
{
  TB_SPLIT_NOT,
  TB_SPLIT_ENDS, /* the messages that ended are left in t->cuts */
  TB_SPLIT_WHOLE /* that too, and they wait, though not in the queue yet */
} TbSplit;
/* Feeds what was read; messages are counted, told of, and marked where they wait. bytes may be NULL:
 * they were spliced. */
void tb_reading_feed (TbTaps *t, TbConn *c, unsigned d, const uint8_t *bytes, uint64_t n,
                      TbSplit split);
void tb_reading_end (TbTaps *t, TbConn *c, unsigned d, TbSplit split);
/* So many bytes of a direction were added behind, or left out of, what was fed. */
void tb_reading_shift (TbConn *c, unsigned d, int64_t n);
/* How many bytes nobody needs to look at: all of a connection that is not framed. */
uint64_t tb_reading_opaque (TbTaps *t, TbConn *c, unsigned d);
/* Whether frames of HTTP/2 can be added to that direction now. */
bool tb_reading_is_between_frames (const TbConn *c, unsigned d);
/* Headers that changed the size of HTTP/2's table did not arrive. */
void tb_reading_owe_table_size (TbConn *c, unsigned d);
/* Requests that were not answered. */
unsigned tb_reading_outstanding (const TbConn *c);
void tb_reading_drop (TbTaps *t, TbConn *c);
/* Gives back what idle connections hold. */
void tb_reading_sweep (TbTaps *t);
/* A message that had to wait has gone, or its first byte has. */
void tb_reading_delivered (TbTaps *t, TbConn *c, unsigned d, const TbMark *mark);
void tb_reading_first_byte (TbTaps *t, TbConn *c, const TbMark *mark);

/* notified.c */
void tb_notified (TbTaps *t, uint32_t notifier);
/* The caller's socket could not be reached, for that -errno. */
void tb_notified_no_socket (TbTaps *t, const TbNotify *call, uint32_t instance, int error);

/* bind.c, connect.c */
void tb_bind_answer (TbTaps *t, const TbNotify *call, uint32_t instance, const TbAsked *asked);
/* Whether it listens there for localhost alone. */
bool tb_bind_is_local (const TbTaps *t, uint32_t instance, uint16_t port);
/* The instance has ended. */
void tb_bind_forget (TbTaps *t, uint32_t instance);
void tb_connect_answer (TbTaps *t, const TbNotify *call, uint32_t instance, const TbAsked *asked);
void tb_taps_tell_no_descriptors (TbTaps *t);
/* So that the check for what goes past the taps knows a socket of ours. */
void tb_connect_mark (int fd);
void tb_connect_accept (TbTaps *t, unsigned which);
void tb_connect_expire (TbTaps *t);
typedef enum
{
  TB_DIAL_UP,
  TB_DIAL_PENDING,
  TB_DIAL_REFUSED
} TbDial;
/* The dial of attempt->up has come out; PENDING: it has not, and is not waited for any longer. */
void tb_connect_go_on (TbTaps *t, TbAttempt *attempt, TbDial dial);
/* From the caller's address, or from localhost where the caller or the called means that alone; does not
 * block. *fd is -1 when refused. */
TbDial tb_connect_dial (TbTaps *t, uint32_t from, uint32_t to, uint16_t port, bool localhost, int *fd);
/* Where an instance is really called. */
uint32_t tb_connect_target (const TbTaps *t, uint32_t to);
int tb_connect_listeners (TbTaps *t);
/* What every socket of ours is set to. */
void tb_connect_send_at_once (int fd);
/* An RST to who was accepted. */
void tb_connect_turn_away (int fd);
/* After accept4() failed: where that is for want of descriptors, turns away who waits. Whether there may
 * be more. */
bool tb_connect_spare (TbTaps *t, int listener);

int tb_listener_open (TbListener *listener, uint32_t address, uint16_t port, int backlog);
int tb_listener_open_v6 (TbListener *listener, int backlog);

/* dialling.c */
bool tb_dialling_new (TbTaps *t);
void tb_dialling_free (TbTaps *t);
/* Keeps the caller until attempt->up has come out, and is then its owner. False: it is not to be kept. */
bool tb_dialling_wait (TbTaps *t, const TbAttempt *attempt);
void tb_dialling_ready (TbTaps *t, uint32_t waiter, uint16_t generation);
/* Those whose time is over by then go on; INT64_MAX: all. */
void tb_dialling_due (TbTaps *t, int64_t until_ns);
/* Nobody is to be answered by that descriptor any more; -1: by none. */
void tb_dialling_forget (TbTaps *t, int notify_fd);

/* datagram.c */
int tb_datagrams_new (TbTaps *t);
void tb_datagrams_free (TbTaps *t);
void tb_datagrams_ready (TbTaps *t, uint32_t path, uint16_t generation, bool from_below);
void tb_datagrams_due (TbTaps *t);
void tb_datagrams_gone (TbTaps *t, uint32_t instance);

/* door.c */
void tb_doors_open (TbTaps *t);
void tb_door_ready (TbTaps *t, uint32_t door);
/* Whether a caller's socket is one for datagrams. */
bool tb_door_is_for (int fd);
void tb_door_connect (TbTaps *t, const TbNotify *call, uint32_t instance, const TbAsked *asked,
                      const TbRoute *route, int fd);
void tb_door_send (TbTaps *t, const TbNotify *call, uint32_t instance, const TbAsked *asked);

/* park.c */
/* A listener whose accept queue is full: who connects to it waits. NULL when it cannot be had. */
const TbListener *tb_park_get (TbTaps *t, TbTap *tap);
void tb_park_effects (TbTaps *t, TbTap *tap);
void tb_park_accept (TbTaps *t, TbTap *tap);
void tb_park_free (TbTap *tap);

/* fallback.c */
int tb_fallback_start (TbTaps *t);
/* The plan is another one, the one before had so many links. */
void tb_fallback_follow (TbTaps *t, uint32_t before);
void tb_fallback_accept (TbTaps *t, uint32_t link);
void tb_fallback_stop (TbTaps *t);

/* lone.c */
void tb_lone_accept (TbTaps *t);
/* The target accepts, or does not. */
void tb_lone_target (TbTaps *t, bool up);
/* A dial that was in progress was refused. */
void tb_lone_refused (TbTaps *t);
/* The effects of its tap have changed. */
void tb_lone_update (TbTaps *t);
void tb_lone_free (TbTaps *t);

/* bypass.c: thread 2 */
TbBypasses *tb_bypasses_new (const TbWirePlan *plan);
void tb_bypasses_free (TbBypasses *b);
/* Another plan, of which the first instances and links are those of the one before. False when memory
 * is out: then it is as before. */
bool tb_bypasses_change (TbBypasses *b, const TbWirePlan *plan);
void tb_bypasses_pid (TbBypasses *b, uint32_t instance, pid_t pid);
/* Calls of an instance cannot be seen, until it has ended, or were not allowed. True when that is
 * news: sentence and severity then say it. */
bool tb_bypasses_blind (TbBypasses *b, uint32_t instance, TbBlind why, const char **sentence,
                        unsigned *severity);
/* A connect() to a Unix socket was seen. */
void tb_bypasses_unix (TbBypasses *b, uint32_t from, const char *path, size_t n);
void tb_bypasses_scan (TbBypasses *b, const TbTapsSink *sink, void *data);
