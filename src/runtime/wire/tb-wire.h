/* What crosses between the agent and whoever watches (the viewer: editor, command, tests).
 *
 * Three ways, by need:
 *   - frames on a stream socket: commands to the agent, facts from it. Reliable and ordered.
 *   - the counters: one row a tap in shared memory, one writer, a sequence lock a row. Exact.
 *   - the ring: fixed-size events in shared memory; the writer never looks at readers, a reader
 *     that was overrun learns from the sequence numbers how much it missed.
 *
 * Versioned: TB_WIRE_VERSION is in the hello of both sides and in both shared headers; sides of
 * different versions refuse each other. Integers are little-endian; structs are the memory of one
 * machine and never cross to another. No GLib: the agent links this. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tb-base.h"
#include "tb-fault.h"

#define TB_WIRE_VERSION 2

/* ---- Frames --------------------------------------------------------------------------------
 * u32 size of what follows, u16 type, u16 version, then fields in the order documented at the type.
 * A field is u8 u16 u32 u64 i64 f64, or a string: u32 length, bytes, no terminator. Lists are a
 * u32 count, then the items. */

#define TB_FRAME_MAX (16u << 20)

/* X (name, number, fields) */
#define TB_COMMANDS(X)                                                                             \
  X (HELLO, 1, "u32 version, i64 ns when the run began for its viewer; 0: with the agent")           \
  X (PLAN, 2, "see TbWirePlan; starts the run")                                                    \
  X (STOP, 3, "ordered stop of everything, then the agent exits")                                  \
  X (KILL, 4, "str instance")                                                                      \
  X (PAUSE, 5, "str instance")                                                                     \
  X (RESUME, 6, "str instance")                                                                    \
  X (RESTART, 7, "str instance")                                                                   \
  X (START_ANYWAY, 8, "str instance; do not wait for what it depends on")                          \
  X (FAULT_ADD, 9, "see TbWireFault")                                                              \
  X (FAULT_REMOVE, 10, "str fault id; empty removes all")                                          \
  X (PING, 11, "u64 token")                                                                        \
  X (FAULT_STEP, 12, "str id of a hold, u32 messages: lets so many go on, 0: all that wait")       \
  X (HALT, 20, "str instance; stops it alone, and leaves it stopped")                              \
  X (START, 21, "str instance; starts it with everything it needs that does not run")              \
  X (CHANGE, 22, "a TbWirePlan: what is to run from now on; see tb-wire.h")                        \
  X (NOTE, 30, "str instance or empty, str sentence: recorded, and told as a problem of severity 2") \
  X (SAY, 33, "str of whom, str what, str value: only recorded, for what the viewer alone knows; what: "   \
     "role of an instance; clock of one, value its offset in ns and its rate; load of a client; partition, the words of a "   \
     "fault of that id, before its FAULT_ADD") \
  X (HELD_DO, 40, "see TbWireHeldDo: something is done to held messages")

#define TB_FACTS(X)                                                                                \
  X (WELCOME, 101, "u32 version; carries two descriptors: counters, ring")                         \
  X (RUN_STATE, 102, "u8 TbRunState, str reason")                                                  \
  X (INSTANCE_STATE, 103, "see TbWireInstanceState")                                               \
  X (WAITING, 104, "str instance, str what: 'orders/2 to be ready (tcp 6379), 1.2 s'")             \
  X (FAULT_STATE, 105, "str id, u8 TbFaultState, i64 time_ns, str reason if it could not be")      \
  X (TAP_OPENED, 106, "u32 row, u32 link index or ~0, u32 from, u32 to, u16 port: rows are named") \
  X (BYPASS, 107, "see TbWireBypass: a connection past the taps, or its end")                      \
  X (LOG_AT, 108, "str instance, str path, u64 size: how far the log file can be read, "             \
     "u64 lost: bytes before it that are kept no more")                                             \
  X (RECORD_AT, 109, "str path, u64 size: how far the recording can be read")                      \
  X (PROBLEM, 110, "u8 severity 0 error 1 warning 2 info, str instance or empty, str sentence")    \
  X (PONG, 111, "u64 token")                                                                       \
  X (AGENT_LOAD, 112, "i64 time_ns, u64 cpu_ns, u64 loop_lag_max_ns, u64 rss_bytes, u64 loop_lag_p99_ns; "   \
     "each second")                                                                                \
  X (INSTANCE_LOAD, 113, "u32 instance index, i64 time_ns, u64 cpu_ns, u64 rss_bytes, u32 processes, "   \
     "u32 threads, u32 files; each second")                                                         \
  X (HELD, 140, "see tb_wire_held_write(): the messages that are held, whenever that changes")     \
  X (HELD_DONE, 141, "u32 token of a HELD_DO, str why it could not be, or empty; behind its HELD")

typedef enum
{
#define X(name, number, fields) TB_COMMAND_##name = number,
  TB_COMMANDS (X)
#undef X
} TbCommandType;

typedef enum
{
#define X(name, number, fields) TB_FACT_##name = number,
  TB_FACTS (X)
#undef X
} TbFactType;

/* "PLAN", "INSTANCE_STATE" …; "?" for a number that is none. */
const char *tb_frame_type_name (unsigned type);

/* A growing buffer that frames are written to. Zero-initialise; tb_writer_clear() frees. */
typedef struct
{
  uint8_t *bytes;
  size_t size, capacity;
  size_t frame; /* where the open frame begins */
  bool open;
} TbWriter;

void tb_writer_begin (TbWriter *w, unsigned type);
void tb_writer_end (TbWriter *w); /* fills the size in */
void tb_writer_u8 (TbWriter *w, uint8_t v);
void tb_writer_u16 (TbWriter *w, uint16_t v);
void tb_writer_u32 (TbWriter *w, uint32_t v);
void tb_writer_u64 (TbWriter *w, uint64_t v);
void tb_writer_i64 (TbWriter *w, int64_t v);
void tb_writer_f64 (TbWriter *w, double v);
void tb_writer_string (TbWriter *w, const char *s); /* NULL writes as empty */
void tb_writer_bytes (TbWriter *w, const void *bytes, size_t n);
/* Drops the first n bytes: they were sent. */
void tb_writer_consume (TbWriter *w, size_t n);
void tb_writer_clear (TbWriter *w);

/* Reads one frame's fields. After the first field that is not there, every read gives zero or ""
 * and `bad` stays set: check it once at the end. Strings are copied to an arena in the reader. */
typedef struct
{
  const uint8_t *bytes;
  size_t size, at;
  unsigned type;
  bool bad;
} TbReader;

typedef enum
{
  TB_FRAME_WHOLE,
  TB_FRAME_PARTIAL, /* more bytes are needed */
  TB_FRAME_BAD      /* wrong version or absurd size: give the connection up */
} TbFrame;

/* Looks at the first frame in bytes; *used gets its whole size. */
TbFrame tb_reader_begin (TbReader *r, const void *bytes, size_t n, size_t *used);
uint8_t tb_reader_u8 (TbReader *r);
uint16_t tb_reader_u16 (TbReader *r);
uint32_t tb_reader_u32 (TbReader *r);
uint64_t tb_reader_u64 (TbReader *r);
int64_t tb_reader_i64 (TbReader *r);
double tb_reader_f64 (TbReader *r);
/* (transfer full): malloc'd, terminated; bytes of zero inside make it bad. */
char *tb_reader_string (TbReader *r);

/* ---- The plan: what the agent is told to run ------------------------------------------------- */

typedef enum
{
  TB_PROBE_NONE,   /* ready once started */
  TB_PROBE_NOTIFY, /* the instance writes a byte to the descriptor named by TIERBOARD_READY_FD */
  TB_PROBE_TCP,    /* argument: "PORT" */
  TB_PROBE_HTTP,   /* "PORT /path", any 2xx or 3xx */
  TB_PROBE_RESP,   /* "PORT", PING is answered */
  TB_PROBE_LOG,    /* a POSIX extended regular expression a line of its output must match */
  TB_PROBE_EXEC,   /* a shell command, status 0 */
  TB_PROBE_POSTGRESQL, /* "PORT": it lets clients in, or asks them for a password */
  TB_PROBE_MQTT        /* "PORT": CONNECT is answered */
} TbProbeKind;

/* How often and how patiently it is asked. What is 0 is the default. */
typedef struct
{
  int64_t delay_ns;    /* before the first try */
  int64_t interval_ns; /* between two; 0: from 10 to 250 ms */
  int64_t within_ns;   /* for one try; 0: 1 s, a command's 10 s */
  uint32_t successes;  /* in a row; 0: one */
  uint32_t failures;   /* in a row, of a liveness probe; 0: three */
  uint16_t status;     /* HTTP; 0: any 2xx or 3xx */
  char *header;        /* HTTP: "Name: value", or empty */
} TbWireTries;

/* When an instance may start, as far as another one is concerned. */
typedef enum
{
  TB_UNTIL_READY,    /* that is ready, or has ended well */
  TB_UNTIL_STARTED,  /* its program runs, or did */
  TB_UNTIL_ENDED,    /* it has ended */
  TB_UNTIL_SUCCEEDED /* it has ended well */
} TbUntil;

typedef enum
{
  TB_RESTART_NO,
  TB_RESTART_ON_FAILURE,
  TB_RESTART_ALWAYS,        /* after a kill by the person too; only not after a stop */
  TB_RESTART_UNLESS_STOPPED /* after any end but those the person asked for */
} TbRestart;

typedef struct
{
  char *name, *value;
  bool drawn; /* said by the drawing, so that it goes before the environment file */
} TbWireEnv;

typedef struct
{
  char *path; /* relative to the instance's directory; no "..", not absolute */
  char *content;
  uint32_t mode;
} TbWireFile;

/* What one instance may have at once, where the drawing says nothing else. */
#define TB_PROCESSES_MAX 1000
/* Processes and threads together, of one instance. */
#define TB_TASKS_MAX 8192

typedef struct
{
  char *id;        /* "orders/1" */
  char *component; /* "orders" */
  char *device;    /* "db-1" */
  uint32_t address; /* host order, in 127.R/16 */
  char **argv;      /* n_argv, then NULL; argv[0] is looked up in PATH */
  uint32_t n_argv;
  char *work_dir;   /* where its program starts; empty: its own directory, to which a path is relative */
  TbWireEnv *env;
  uint32_t n_env;
  TbWireFile *files;
  uint32_t n_files;
  uint32_t *depends; /* instance indices that must be so far first */
  uint32_t n_depends;
  uint32_t *until;   /* as many: TbUntil of each */
  uint32_t n_until;  /* 0: all TB_UNTIL_READY */
  TbProbeKind probe;
  char *probe_argument;
  TbWireTries probe_tries;
  int64_t ready_timeout_ns; /* 0: never gives up */
  TbProbeKind alive; /* asked from readiness on; NONE: it is not asked */
  char *alive_argument;
  TbWireTries alive_tries;
  TbRestart restart;
  int64_t restart_delay_ns;   /* before the first; doubles each time; 0: 100 ms */
  int64_t restart_longest_ns; /* 0: 30 s */
  uint32_t restart_times;     /* so many within restart_within_ns are the last; 0: never */
  int64_t restart_within_ns;  /* what ran for so long begins anew; 0: 1 min */
  int32_t stop_signal;
  int64_t stop_grace_ns;    /* then SIGKILL */
  uint32_t *clean_exits;    /* statuses besides 0 with which it ends as it should */
  uint32_t n_clean_exits;
  char *user;               /* to run as, when the agent is root; empty: as the agent */
  bool allow_io_uring;
  bool builtin;             /* tierboard-node: nothing of the user's runs */
  char *package;            /* what brings its program, for advice; empty: not known */
  char *env_file;           /* read at each start; empty: none */
  bool terminal;            /* a terminal of its own instead of a pipe */
  char *outside;            /* host that it lies at, outside the run: nothing is started; empty: inside */
  uint32_t reach;           /* IPv4 of that, host order; 0: to be looked up by the agent, or in vain */
  bool removed;             /* CHANGE: it is not drawn any more; its index stays its own */
  bool changed;             /* CHANGE: what it was started with holds no longer */
  uint32_t processes_max;   /* with one more, all of it is killed; 0: TB_PROCESSES_MAX */
} TbWireInstance;

typedef enum
{
  TB_BALANCE_NONE, /* the first that is ready */
  TB_BALANCE_ROUND_ROBIN,
  TB_BALANCE_RANDOM,
  TB_BALANCE_LEAST_CONNECTIONS,
  TB_BALANCE_CALLER /* each caller has one of its own */
} TbBalance;

/* What the ids of probing clients' links end in: their taps count, and leave no events. */
#define TB_PROBE_SUFFIX ".probe"

typedef struct
{
  char *id;             /* "save"; "orders.replicas" for the links between replicas */
  uint32_t *from;       /* instance indices that may call */
  uint32_t n_from;
  uint32_t *to;         /* instance indices that may be called */
  uint32_t n_to;
  uint16_t port;        /* of the service */
  uint32_t address;     /* the link's virtual address, host order; 0: none */
  uint8_t proto;        /* TbProto */
  TbBalance balance;    /* for connections to the virtual address */
  bool replicas;        /* between replicas of one component; port is not checked */
} TbWireLink;

typedef struct
{
  char *run_dir;   /* made by the viewer; instances' directories and logs live under it */
  char *recording; /* path, or empty: none */
  char *document;  /* the architecture's XML, for the recording; may be empty */
  uint32_t block;  /* R of 127.R/16, already claimed by the viewer */
  uint64_t seed;
  int64_t record_limit_bytes; /* 0: the default */
  bool contain;               /* a PID namespace for each instance */
  bool no_seccomp;            /* force the fall-back without interception */
  TbWireInstance *instances;
  uint32_t n_instances;
  TbWireLink *links;
  uint32_t n_links;
  int64_t record_limit_ns;    /* 0: none; older detail goes from the recording */
  uint32_t record_payload;    /* first bytes of each message that go into it; 0: none */
  char **record_masks;        /* what these expressions match in a message is not recorded */
  uint32_t n_record_masks;
} TbWirePlan;

/* Whether it lies outside the run, so that there is an address to call and nothing to start. */
bool tb_wire_is_outside (const TbWireInstance *instance);

/* As a PLAN, or as a CHANGE of it. A change keeps the index of every instance and link there was:
 * those that are gone stay as `removed` instances and as links that lead nowhere. */
void tb_wire_plan_write (TbWriter *w, const TbWirePlan *plan);
void tb_wire_change_write (TbWriter *w, const TbWirePlan *plan);
/* Returns false for a frame that is no plan; then *plan is empty. Free with tb_wire_plan_clear(). */
bool tb_wire_plan_read (TbReader *r, TbWirePlan *plan);
void tb_wire_plan_clear (TbWirePlan *plan);

/* ---- Faults: kinds and attributes are in tb-fault.h --------------------------------------------- */

typedef enum
{
  TB_FAULT_GONE,   /* removed, or with a reason: it could not be */
  TB_FAULT_ACTIVE, /* holds for every connection since time_ns */
  TB_FAULT_WAITS,  /* its time has not begun */
  TB_FAULT_OVER    /* its time is over; it is still there */
} TbFaultState;

void tb_wire_fault_write (TbWriter *w, const TbWireFault *fault);
/* False for a frame that is no fault, or one with attributes out of their bounds. */
bool tb_wire_fault_read (TbReader *r, TbWireFault *fault);

/* ---- What is held: messages that wait in a tap for a step --------------------------------------- */

/* X (NAME, name, what it does) */
#define TB_HELD_VERBS(X)                                                                           \
  X (RELEASE, "release", "goes on; of id 0: the one that is next")                                 \
  X (RELEASE_ALL, "release-all", "all that wait now go on, in their order")                        \
  X (DROP, "drop", "does not arrive")                                                              \
  X (DUPLICATE, "duplicate", "another one like it waits behind it")                                \
  X (SWAP, "swap", "changes places with the other one")

typedef enum
{
#define X(name, text, what) TB_HELD_##name,
  TB_HELD_VERBS (X)
#undef X
  TB_HELD_VERB_COUNT
} TbHeldVerb;

const char *tb_held_verb_name (TbHeldVerb verb);
const char *tb_held_verb_what (TbHeldVerb verb);
/* False where there is none of that name. */
bool tb_held_verb_from_name (const char *name, TbHeldVerb *verb);

typedef struct
{
  uint32_t token; /* of the viewer's: the answer has it */
  TbHeldVerb verb;
  uint64_t id, other; /* TbWireHeld.id; 0: none */
} TbWireHeldDo;

void tb_wire_held_do_write (TbWriter *w, const TbWireHeldDo *what);
bool tb_wire_held_do_read (TbReader *r, TbWireHeldDo *what);

#define TB_HELD_LABEL 48
typedef struct
{
  uint64_t id; /* from 1 over the run, never used again */
  int64_t since_ns;
  uint32_t row;            /* of the tap */
  uint32_t link, from, to; /* indices of the plan; link ~0: nobody drew it */
  uint32_t connection, number; /* as in its event; number 0: not known yet */
  uint32_t size;           /* bytes that wait of it */
  uint32_t behind;         /* messages that wait behind it, up to the next that is held */
  uint8_t direction;       /* TbDirection */
  uint8_t kind;            /* TB_EVENT_REQUEST, _REPLY or _ONE_WAY */
  bool next;               /* nothing that is held is before it on its connection */
  bool in_line;            /* whole, and of messages one after the other: see the verbs' refusals */
  char label[TB_HELD_LABEL]; /* terminated; any bytes */
} TbWireHeld;

#define TB_HELD_LIST_MAX 128 /* what is told of; the others are counted */

/* In the order in which they would be let go. total: of all, told of or not. */
void tb_wire_held_write (TbWriter *w, const TbWireHeld *held, uint32_t n, uint32_t total);
/* held has room for TB_HELD_LIST_MAX. */
bool tb_wire_held_read (TbReader *r, TbWireHeld *held, uint32_t *n, uint32_t *total);

/* ---- States ---------------------------------------------------------------------------------- */

#define TB_RUN_STATES(X)                                                                           \
  X (STARTING, "starting")                                                                         \
  X (RUNNING, "running")                                                                           \
  X (STOPPING, "stopping")                                                                         \
  X (STOPPED, "stopped")                                                                           \
  X (FAILED, "failed")

typedef enum
{
#define X(name, text) TB_RUN_##name,
  TB_RUN_STATES (X)
#undef X
} TbRunState;

#define TB_INSTANCE_STATES(X)                                                                      \
  X (WAITING, "waiting")   /* for what it depends on */                                            \
  X (STARTING, "starting") /* started, not ready yet */                                            \
  X (READY, "ready")                                                                               \
  X (PAUSED, "paused")                                                                             \
  X (STOPPING, "stopping")                                                                         \
  X (STOPPED, "stopped") /* ended as it should */                                                  \
  X (FAILED, "failed")   /* could not start, died, or never became ready */                        \
  X (KILLED, "killed")   /* by the person */                                                       \
  X (UNHEALTHY, "not answering") /* it was ready, runs, and does not answer */                     \
  X (BACKOFF, "starting again")  /* ended, and will be started again; see due_ns */

typedef enum
{
#define X(name, text) TB_INSTANCE_##name,
  TB_INSTANCE_STATES (X)
#undef X
} TbInstanceState;

const char *tb_run_state_name (TbRunState state);
const char *tb_instance_state_name (TbInstanceState state);

/* INSTANCE_STATE: u32 index, u8 state, u32 pid (0: none), i32 exit code or -signal, i64 time_ns,
 * u32 restarts, str sentence ("exited with status 1", "cannot run «redis-servr»: no such file"),
 * i64 due_ns, u32 loop. */
typedef struct
{
  uint32_t instance;
  TbInstanceState state;
  uint32_t pid;
  int32_t exit_code;
  int64_t time_ns;
  uint32_t restarts;
  char *sentence;
  int64_t due_ns; /* BACKOFF: when it is started again; STOPPING: when it is killed; else 0 */
  uint32_t loop;  /* how many times in a row it ended soon after its start: from three on a crash loop */
} TbWireInstanceState;

void tb_wire_instance_state_write (TbWriter *w, const TbWireInstanceState *s);
bool tb_wire_instance_state_read (TbReader *r, TbWireInstanceState *s);
void tb_wire_instance_state_clear (TbWireInstanceState *s);

/* BYPASS: u32 from instance or ~0, u32 to instance or ~0, u16 port, u8 open, str why
 * ("Unix socket /tmp/x.sock", "a connection the agent did not make (io_uring or inherited)"). */
typedef struct
{
  uint32_t from, to;
  uint16_t port;
  bool open;
  char *why;
} TbWireBypass;

void tb_wire_bypass_write (TbWriter *w, const TbWireBypass *b);
bool tb_wire_bypass_read (TbReader *r, TbWireBypass *b);
void tb_wire_bypass_clear (TbWireBypass *b);

/* ---- Histogram ------------------------------------------------------------------------------- */

/* Log-linear: 32 steps an octave, so a quantile is within 1.6 % of the truth; 1 ns to 18 minutes,
 * what is above counts in the last. */
#define TB_HISTOGRAM_BUCKETS (32 * 36)
typedef struct
{
  uint32_t bucket[TB_HISTOGRAM_BUCKETS];
} TbHistogram;

unsigned tb_histogram_index (uint64_t ns);
/* The middle of a bucket. */
uint64_t tb_histogram_value (unsigned index);
uint64_t tb_histogram_count (const TbHistogram *h);
/* q in [0, 1]; -1 where the histogram is empty. */
int64_t tb_histogram_quantile (const TbHistogram *h, double q);
/* what counted since `before`: later - before, bucket by bucket. */
void tb_histogram_difference (const TbHistogram *later, const TbHistogram *before, TbHistogram *out);
void tb_histogram_add (TbHistogram *to, const TbHistogram *more);

/* ---- Counters -------------------------------------------------------------------------------- */

#define TB_TAPS_MAX 4096

/* Of one direction. Invariant 1 (messages of framed links, and bytes likewise):
 * seen + duplicated = delivered + dropped + held + lost. */
typedef struct
{
  uint64_t seen, delivered, held, dropped, duplicated, lost;
  uint64_t bytes_seen, bytes_delivered, bytes_held, bytes_lost, bytes_dropped, bytes_duplicated;
} TbFlow;

/* One tap: one (calling instance, called instance, port). */
typedef struct
{
  uint32_t link; /* index in the plan, ~0: nobody drew it */
  uint32_t from, to;
  uint16_t port;
  uint8_t proto;  /* what it reads as: TbProto */
  uint32_t faults; /* bit per TbFaultKind that is active on it */
  uint64_t connections_open, connections_total, refused, timed_out, reset;
  uint64_t requests, replies, errors; /* errors: replies with .error, those that never arrived (their
                                         caller was gone, or a fault dropped them), and requests
                                         never answered because their connection ended; none of the
                                         latter two while the run stops */
  uint64_t unanswered; /* of the errors, those whose connection ended */
  TbFlow up, down;
  int64_t last_ns; /* when something last happened */
  TbHistogram latency; /* request's last byte in to reply's first byte out, in ns */
} TbTapCounters;

typedef struct
{
  _Atomic uint32_t sequence; /* odd while being written */
  uint32_t pad;
  TbTapCounters counters;
} TbTapRow;

typedef struct
{
  uint32_t version, row_size;
  _Atomic uint32_t n_rows;
  uint32_t pad;
  TbTapRow rows[TB_TAPS_MAX];
} TbCounters;

/* Writer: bracket the change of a row. */
void tb_row_begin (TbTapRow *row);
void tb_row_end (TbTapRow *row);
/* Reader: a copy that is of one moment. False if the writer kept it busy for 1 000 tries. */
bool tb_row_read (const TbTapRow *row, TbTapCounters *copy);

/* ---- Ring ------------------------------------------------------------------------------------ */

#define TB_EVENT_KINDS(X)                                                                          \
  X (OPEN, "open")           /* a connection was made */                                           \
  X (CLOSE, "close")         /* and ended */                                                       \
  X (REFUSED, "refused")                                                                           \
  X (TIMEOUT, "timeout")     /* a connect into a cut */                                            \
  X (RESET, "reset")                                                                               \
  X (REQUEST, "request")     /* its last byte was seen */                                          \
  X (REPLY, "reply")                                                                               \
  X (ONE_WAY, "one-way")                                                                           \
  X (BYTES, "bytes")         /* of a link without framing, summed over at most 10 ms */            \
  X (DELIVERED, "delivered") /* the message `number` reached the other side, if not at once */     \
  X (DROPPED, "dropped")                                                                           \
  X (FAULT, "fault")         /* aux: TbFaultKind << 1 | begins */                                  \
  X (GAP, "gap")             /* aux: events that could not be recorded before this one */         \
  X (DUPLICATED, "duplicated") /* the message `number` goes on once more */                        \
  X (CORRUPTED, "corrupted")   /* bits of the message `number` were turned over */

typedef enum
{
#define X(name, text) TB_EVENT_##name,
  TB_EVENT_KINDS (X)
#undef X
} TbEventKind;

const char *tb_event_kind_name (TbEventKind kind);

#define TB_EVENT_LABEL 24
typedef struct
{
  int64_t time_ns;
  uint32_t tap;        /* row of the counters; ~0: none */
  uint32_t connection; /* numbered from 1 over the run */
  uint32_t number;     /* of the request on its connection; a reply has its request's */
  uint32_t size;       /* bytes of the message */
  uint64_t aux;        /* REPLY: latency_ns, 0 with .error where its caller was gone; OPEN: callers's
                          port; see the kinds */
  uint8_t kind;        /* TbEventKind */
  uint8_t direction;   /* TbDirection */
  uint8_t error;
  uint8_t held;        /* it was not delivered at once: a DELIVERED or DROPPED follows */
  uint16_t status;     /* HTTP */
  uint16_t pad;
  uint8_t trace_id[8], span_id[8]; /* low half of traceparent's trace id; its parent id */
  char label[TB_EVENT_LABEL]; /* terminated */
} TbEvent;

#define TB_RING_SLOTS (1u << 16)

typedef struct
{
  _Atomic uint64_t sequence; /* of the event in the slot, from 1; 0 while being written */
  TbEvent event;
} TbRingSlot;

typedef struct
{
  uint32_t version, slot_size;
  _Atomic uint64_t head; /* sequence of the newest event; 0: none yet */
  TbRingSlot slots[TB_RING_SLOTS];
} TbRing;

void tb_ring_push (TbRing *ring, const TbEvent *event);
/* Copies events after *cursor (start it at 0, or at tb_ring_head() to skip the past), at most max;
 * moves *cursor on and adds to *missed how many were overwritten before they could be read. */
size_t tb_ring_read (const TbRing *ring, uint64_t *cursor, TbEvent *out, size_t max,
                     uint64_t *missed);
uint64_t tb_ring_head (const TbRing *ring);

/* ---- Shared memory --------------------------------------------------------------------------- */

/* A sealed memfd of that size, mapped for the writer. Returns the descriptor, or -errno. */
int tb_shared_create (const char *name, size_t size, void **memory);
/* Mapped read-only. Returns 0 or -errno; -EPROTO for a wrong size. */
int tb_shared_map (int fd, size_t size, const void **memory);
/* Sends n bytes and up to 4 descriptors over a Unix socket; 0 or -errno. */
int tb_socket_send_fds (int socket, const void *bytes, size_t n, const int *fds, int n_fds);
/* Returns the bytes read (0: the end) or -errno; fds that are not there are -1. */
ssize_t tb_socket_recv_fds (int socket, void *bytes, size_t n, int *fds, int n_fds);
