/* Inside tierboard-node: what its parts share. libc, base and proto only.
 *
 *   options*.c  the command line                      call.c      a call to a link: host, retries
 *   report.c    lines, readiness, totals              channel.c   connections kept for the next call
 *   engine.c    queue and worker threads              exchange*.c one request and its reply
 *   conn.c      reading, serving, writing             later.c     calls nobody waits for
 *   work.c      what a request costs, which calls     health.c    which hosts are well
 *   http.c      HTTP requests in, replies out         latency.c   a histogram
 *   load.c      how much a client asks
 *   server.c    what a server answers                 client.c    load: closed loop, open loop
 *   sessions.c  a stateful server's memory            store*.c    RESP commands on a dict
 *   forward.c   what balancer and proxy do            dict.c      keys and values
 *   replies.c   what a caching proxy keeps            journal.c   the append-only file
 *   steps.c     work, then calls, and what undoes them  fan.c     calls side by side
 *   consumer.c  messages taken from a broker        operation.c  what is done with a store, and told of it
 *   final.c     reads when all else has ended
 *   rpc.c       calls in the memory of C
 *   mqtt*.c     packets of MQTT                       broker*.c   a message broker */
#pragma once

#include "tb-base.h"
#include "tb-ops.h"
#include "tb-proto.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

/* ---- options.c ---- */

typedef enum
{
  NODE_CLIENT,
  NODE_SERVER,
  NODE_STORE,
  NODE_CACHE,    /* a store that forgets */
  NODE_BALANCER, /* passes requests on, to one of several */
  NODE_PROXY,    /* the same, and may keep what it was answered */
  NODE_MEDIATOR, /* a server whose answer is how its calls went */
  NODE_BROKER
} NodeKind;

typedef enum
{
  THREADS_SINGLE,
  THREADS_POOL,
  THREADS_PER_REQUEST
} ThreadModel;

typedef enum
{
  BALANCE_ROUND_ROBIN,
  BALANCE_RANDOM,
  BALANCE_LEAST_CONNECTIONS,
  BALANCE_HASH,    /* of the path or the key */
  BALANCE_ADDRESS, /* hash of the client's address */
  BALANCE_STICKY   /* where the client was before */
} Balance;

typedef enum
{
  OVER_HTTP,
  OVER_RESP,
  OVER_MQTT,
  OVER_RPC
} Protocol;

/* What a store that is called over HTTP understands. */
typedef enum
{
  API_NONE, /* it is a service, and a call a request */
  API_KEYS, /* GET and PUT of the link's path and a key */
  API_ETCD  /* the JSON gateway of etcd 3 */
} Api;

/* How a call is made among the calls of a request. */
typedef enum
{
  ORDER_SEQUENCE,
  ORDER_PARALLEL, /* beside the one before it */
  ORDER_FIRST     /* the same, and one answer of them will do */
} Order;

typedef union
{
  struct sockaddr any;
  struct sockaddr_in in;
  struct sockaddr_in6 in6;
} Address;

typedef struct Channel Channel;

typedef struct
{
  Address address;
  char name[64]; /* HOST:PORT, as it was given */
  pthread_mutex_t lock;
  Channel *idle; /* connections kept for the next call */
  uint64_t hash; /* of the name */
  _Atomic unsigned in_flight;
  _Atomic bool down; /* health.c found it so */
} Host;

/* A link it calls. */
typedef struct Call
{
  char id[64];
  Protocol protocol;
  Api api;
  TbOpKind op;       /* on a store; others are read or written */
  bool members;      /* a read of a set */
  bool serializable; /* etcd: a read may be old */
  bool async;
  char path[256];
  char method[16];
  Balance balance;
  double share;
  unsigned times, retries, keys;
  unsigned first_key; /* keys are numbered from here */
  size_t body;
  int64_t timeout_ns;
  Order order;
  bool on_miss;      /* only where the read before it found nothing */
  unsigned qos;      /* MQTT: 0, 1 */
  char consume[128]; /* MQTT: not a call but a subscription, in a group of that name */
  struct Call *undo; /* what takes it back, or NULL */
  Host *hosts;
  unsigned n_hosts, index; /* among the calls */
  unsigned link;           /* index of the first call over the same link */
  _Atomic unsigned turn;
  struct Later *later; /* of an async link */
} Call;

#define CALLS_MAX 64

typedef struct
{
  NodeKind kind;
  const char *name;
  const char *listen; /* as it was given */
  Address address;
  ThreadModel model;
  unsigned threads;
  bool has_work, cpu;
  TbDist work;
  TbDist think;
  bool has_think;
  double rate; /* 0: closed loop */
  const char *load; /* a file that says otherwise while it runs; NULL: none */
  Call calls[CALLS_MAX];
  unsigned n_calls;
  bool stateful;
  const char *durable; /* a folder, or NULL */
  uint64_t requests;   /* 0: no limit */
  int64_t duration_ns; /* 0: no limit */
  uint64_t seed;
  bool has_seed;
  uint64_t capacity; /* entries of a cache; 0: as many as there are */
  int64_t ttl_ns;    /* of its entries; 0: as long as they are not pushed out */
  int64_t check_ns;  /* how often hosts are asked whether they are well; 0: never */
  char check_path[128];
  bool rpc;          /* a server speaks rpc.h's language, not HTTP */
  uint64_t size;     /* bytes of a reply at least */
  bool has_queue;
  unsigned queue;    /* requests that may wait beyond those that are served */
  unsigned replication, reads; /* TbReplication, TbReads */
  Address peers[64];           /* of all replicas, this one too */
  unsigned n_peers, replica;   /* this one, from 0 */
  unsigned quorum[3];          /* N, R, W; 0: as the protocol likes */
  bool failover, no_read_repair;
  bool silent;         /* prints nothing but why it cannot start */
  const char *journal; /* a folder, written without a sync, or NULL */
  double fail;       /* share of the requests that fail */
  bool help, version;
} Options;

/* Returns NULL or a sentence about what is wrong, to be freed. Strings stay argv's. */
char *options_parse (Options *o, int argc, char **argv);
void options_clear (Options *o);
extern const char options_help[];

/* ---- report.c ---- */

void report_line (const char *format, ...) __attribute__ ((format (printf, 1, 2)));
/* At most ten a second, and then how many were left out. */
void report_error (const char *format, ...) __attribute__ ((format (printf, 1, 2)));
/* Tells whoever started it that it can be used: TIERBOARD_READY_FD. */
void report_ready (const char *format, ...) __attribute__ ((format (printf, 1, 2)));
/* Nothing is printed from here on. */
void report_be_silent (void);
/* TERM and INT are blocked in every thread from here on; only report_wait() takes them. */
void report_block_signals (void);
/* Says what is wrong on standard error, frees it, and returns the exit status for that. */
int report_failure (char *sentence);
/* Until TERM, INT or the deadline (0: none). */
void report_wait (int64_t deadline_ns);
/* JSON string contents of s into out. */
void report_escape (const char *s, char *out, size_t size);

/* ---- load.c: how much a client asks, which may change ---- */

typedef struct
{
  bool open;       /* at a rate, 0: nothing; else one after the other, with a pause between */
  double rate;     /* a second */
  bool has_think;
  TbDist think;
  int64_t since_ns; /* it holds; 0: nothing was looked at yet */
  unsigned number;  /* another one each time it changes */
  unsigned final;   /* not 0: nothing is asked but the final reads of that number */
} Load;

/* One line: "rate 100", "think 20ms", "own" (as_drawn), "final 3". False, and *load is untouched, where it is none. */
bool load_parse (const char *text, size_t n, const Load *as_drawn, Load *load);
/* Watches the file, if there is one. Before the threads that look. */
void load_init (const Options *o);
/* Makes *load (zeros at first) what holds now; costs nothing where it has not changed. */
void load_look (Load *load);
/* Whether it is the one that holds now. */
bool load_holds (const Load *load);
/* Until then, or until the load is another (false). */
bool load_sleep (const Load *load, int64_t until_ns);

/* Threads of a client that have not ended (client.c). */
unsigned client_threads (void);

/* ---- latency.c: a histogram within 1.6 %, many writers ---- */

#define LATENCY_STEPS 32
#define LATENCY_BUCKETS (LATENCY_STEPS * 40)
typedef struct
{
  _Atomic uint64_t bucket[LATENCY_BUCKETS];
} Latency;

void latency_add (Latency *l, int64_t ns);
/* q in [0, 1]; 0 where nothing was added. */
int64_t latency_quantile (const Latency *l, double q);

/* ---- work.c ---- */

typedef struct
{
  uint8_t trace_id[16], span_id[8];
} Trace;

void trace_begin (Trace *t, TbRng *rng);
/* A new parent id in the same trace. */
void trace_child (const Trace *t, Trace *child, TbRng *rng);

/* As in the header traceparent; returns its length. */
size_t trace_format (const Trace *t, char *out, size_t size);

void work_do (const Options *o, TbRng *rng);
/* Waits of one thread one after the other: when one of that length is due that begins now, after one that ended
 * late_ns after it was due. The machine wakes up late, and the more so the busier it is; with each wait as much
 * shorter as the one before was too long, they last on average as long as they were drawn. A wait that always is
 * of one length is never shorter. */
int64_t wait_due (const TbDist *dist, int64_t late_ns, int64_t now_ns, int64_t ns);
/* How late that one has ended; at most 100 ms are made up for. */
int64_t wait_late (int64_t now_ns, int64_t due_ns);
void sleep_until (int64_t due_ns);
/* Which calls happen this time: a bit per call of o. */
uint64_t work_choose (const Options *o, TbRng *rng);

/* ---- call.c, exchange.c, later.c ---- */

typedef enum
{
  CALL_OK,
  CALL_REFUSED, /* nobody there, or the connection broke */
  CALL_TIMEOUT,
  CALL_ERROR,    /* answered, with an error */
  CALL_NONSENSE /* answered with what is not the protocol */
} CallResult;

#define CALL_TEXT_MAX 160

typedef struct Operation Operation;
struct Seen;

/* What one caller's thread needs for its calls; no allocation while calling. */
typedef struct
{
  TbRng rng;
  char *bytes; /* EXCHANGE_BYTES */
  char cookies[256]; /* "a=1; b=2" */
  bool keeps_cookies;
  uint64_t key; /* number of the key that is read or written */
  bool keeps_key; /* the next call is about the same one */
  uint16_t stuck[CALLS_MAX]; /* BALANCE_STICKY: the host each call went to, from 1; 0: to none yet */
  Operation *memory;
  Operation *operation;  /* on a store, that is being made; else NULL */
  struct Seen *seen;     /* of one that swaps */
  unsigned slot;         /* its row of what is open, from 1; 0: it has none yet */
  uint32_t generation;   /* how many outcomes it does not know */
  bool final;            /* what it reads, it reads when all else has ended */
} Caller;

typedef struct
{
  unsigned status; /* HTTP */
  char text[CALL_TEXT_MAX]; /* the first scalar, or a sentence about what went wrong */
  int64_t integer;  /* of a RESP integer */
  unsigned retries;
  bool lost_session; /* another was begun for it */
  bool missed;       /* there is no such key */
  bool sent;         /* something of the request, in the last try */
  uint16_t port;     /* our own, of the connection that it went over; 0: none */
  char error[64];    /* RESP: how its error begins */
} CallAnswer;

/* What is sent instead of what the link's options say; NULL for these. */
typedef struct
{
  const char *const *words; /* a RESP command */
  unsigned n_words;
  const char *put; /* it sets the caller's key to that; NULL: it is no operation on a key */
} CallCommand;

#define EXCHANGE_BYTES (64u << 10)

/* What a host is chosen by. */
typedef struct
{
  uint64_t key;   /* of the request (BALANCE_HASH) or the client (BALANCE_ADDRESS) */
  unsigned stuck; /* BALANCE_STICKY: index of the host from 1, 0: any */
  const Host *avoid; /* has just failed; may be NULL */
} Choice;

/* Of the hosts that are well; of all where none is. */
Host *call_choose (Call *call, const Choice *choice, TbRng *rng);
/* A kept connection, or a new one. */
CallResult channel_open (Host *h, const Call *call, int64_t deadline_ns, Channel **out,
                         CallAnswer *answer);
void channel_keep (Host *h, Channel *ch);
void channel_close (Channel *ch);
/* An error is an answer, and stays one, unless it says that another try may do. */
bool call_worth_a_retry (CallResult result, const CallAnswer *answer);
/* A host of a link whose hosts are watched (health.c) has failed a call. */
void health_suspect (const Options *o, Call *call, Host *host, CallResult result,
                     const CallAnswer *answer);
/* Where operations are told, if anywhere: TIERBOARD_OPERATIONS_FD. Before the first call. */
void operations_init (void);
void operations_finished (unsigned number);
/* Reads every key of every host of every link to a store once, for the load's number; all threads of a client take part. Returns when
 * the load is another, or at once where they are done. */
void final_reads (Options *o, const Load *load, Caller *caller);
/* Starts to watch the hosts of every link, where that is asked for. */
void health_start (Options *o);

void caller_init (Caller *c, uint64_t seed);
void caller_clear (Caller *c);
/* Waits for the answer; on failure answer->text says why. */
CallResult call_link (const Options *o, Call *call, const CallCommand *command, const Trace *trace,
                      Caller *caller, CallAnswer *answer);
/* Of an async link: queued for another thread, false where the queue is full. */
bool call_later (const Options *o, Call *call, const Trace *trace);
CallResult exchange_store (Channel *ch, const Call *call, const Host *host, const Trace *trace,
                           Caller *caller, int64_t deadline_ns, CallAnswer *answer, bool *keep);
/* Written values are unique over all callers and restarts, so that a history can be judged. */
size_t call_unique_value (const Options *o, char *out, size_t size);
CallResult exchange_rpc (Channel *ch, const Call *call, const Host *host, const Trace *trace,
                         Caller *caller, int64_t deadline_ns, CallAnswer *answer);
CallResult exchange_mqtt (Channel *ch, const Options *o, const Call *call, const Host *host,
                          const Trace *trace, Caller *caller, int64_t deadline_ns,
                          CallAnswer *answer, bool *keep);
/* Every link's own threads and locks; call before the first call. */
void calls_init (Options *o);
/* Until no async call is queued or at work. */
void calls_drain (Options *o);
/* The RESP link a server keeps shared counters in, or NULL. */
Call *calls_store (Options *o);

struct Channel
{
  int fd;
  uint16_t port; /* our own */
  bool used; /* it has carried a request before */
  Channel *next;
};

/* One request and its reply on a channel, until the deadline. */
CallResult exchange_http (Channel *ch, const Options *o, const Call *call, const Host *host,
                          const Trace *trace, Caller *caller, int64_t deadline_ns,
                          CallAnswer *answer, bool *keep);
CallResult exchange_resp (Channel *ch, const Call *call, const CallCommand *command, Caller *caller,
                          const Host *host, int64_t deadline_ns, CallAnswer *answer);

/* ---- fan.c: calls side by side ---- */

#define FAN_MAX 16

typedef struct
{
  CallResult result;
  bool finished; /* else it is still on its way */
  char text[CALL_TEXT_MAX];
} FanResult;

/* Makes all of them at once; waits for all, or for the first that succeeds. */
void fan_run (Options *o, Call **calls, unsigned n, bool first, const Trace *trace, TbRng *rng,
              FanResult *results);

/* ---- engine.c ---- */

typedef struct Worker Worker;
typedef struct Conn Conn;
typedef struct Engine Engine;
typedef struct HttpRequest HttpRequest;

typedef enum
{
  SERVE_DONE,  /* one request was answered; *used says how long it was */
  SERVE_MORE,  /* not all of it is there */
  SERVE_CLOSE, /* answered, and the connection ends */
  SERVE_REJECT /* the same, and there may be more bytes that nobody will read */
} Served;

/* What a server or a store does with bytes. */
typedef struct
{
  /* Answers the first request of bytes by worker_write(). */
  Served (*serve) (Worker *w, Conn *conn, const char *bytes, size_t n, size_t *used);
  /* Before answers leave: a durable store syncs here. May be NULL. */
  void (*before_send) (Worker *w);
  /* HTTP: answers a whole request. */
  void (*answer) (Worker *w, const HttpRequest *r);
  /* What a connection gets that there is no room for. */
  const char *busy;
  const char *what; /* it serves: "HTTP" */
} Service;

struct Worker
{
  Engine *engine;
  Options *options;
  Caller caller;
  TbRng rng;
  char *in, *out;
  size_t out_n, out_size;
  Conn *conn; /* being served */
  bool blocked, broken;
  bool close; /* after this answer, although the client would keep the connection */
  uint64_t journal_at; /* store: must be on disk before the answers leave */
  Worker *next;
  unsigned index;
};

struct Conn
{
  int fd;
  _Atomic unsigned state;
  bool continued; /* HTTP: 100 was sent for the request being read */
  uint8_t resp;   /* RESP version spoken */
  uint32_t id;
  char *held;     /* bytes of a request that is not whole yet */
  size_t held_n, held_size;
  char name[32]; /* CLIENT SETNAME */
  Conn *next;
};

/* Of one request at most. */
#define REQUEST_BYTES_MAX (64u << 20)

typedef struct
{
  _Atomic uint64_t requests, errors, connections;
  _Atomic unsigned busy, queue, open, threads;
} EngineCounts;

/* Listens, so that callers can connect; NULL and a sentence in *error (to be freed) where it
 * cannot. */
Engine *engine_listen (Options *o, const Service *service, char **error);
/* A socket that listens where the options say; -1 and a sentence in *error. */
int engine_socket (const Options *o, char **error);
/* Starts the threads. Returns NULL or a sentence, to be freed. */
char *engine_run (Engine *e);
/* Lets requests at work end, for 50 ms at most. */
void engine_stop (Engine *e);
EngineCounts *engine_counts (Engine *e);
const Service *engine_service (const Engine *e);
void worker_write (Worker *w, const void *bytes, size_t n);
void worker_printf (Worker *w, const char *format, ...) __attribute__ ((format (printf, 2, 3)));
/* Sends what was written so far. */
void worker_flush (Worker *w);
/* The thread is about to wait or to burn CPU: others take over what it holds up. */
void worker_may_block (Worker *w);

/* ---- steps.c: what a request makes of work and calls ---- */

typedef struct
{
  Options *options;
  TbRng *rng;
  Caller *caller;
  const Trace *trace;
  Worker *worker; /* NULL: of no connection */
  /* how it went */
  const Call *failed;
  unsigned status; /* 502, 503, 504 */
  char text[CALL_TEXT_MAX];
  uint8_t order[CALLS_MAX], undone[CALLS_MAX]; /* indices of calls, as they were made, taken back */
  unsigned n_done, n_undone;
  /* on the way */
  Call *missed;
  uint64_t missed_key;
} Steps;

bool steps_run (Steps *s);
/* Takes a call back, with some patience; what cannot be taken back is said. */
void steps_undo (const Options *o, const Call *call, const Trace *trace, Caller *caller);

/* ---- consumer.c ---- */

/* Threads that take messages, for each call that is a subscription. */
void consumers_start (Options *o);
uint64_t consumers_count (void);

/* ---- http.c, server.c, forward.c, sessions.c ---- */

struct HttpRequest
{
  const TbHttpHead *head;
  TbSlice body; /* as it is on the wire: with its chunks, where it has some */
  size_t body_size;
  Trace trace;
};

/* What HTTP services do with bytes: reads whole requests and has them answered. */
Served http_serve (Worker *w, Conn *conn, const char *bytes, size_t n, size_t *used);
extern const char http_busy[];
void http_reply (Worker *w, const HttpRequest *r, unsigned status, const char *more_headers,
                 const char *body, size_t n);
/* {"name":…,"link":…,"error":…}; id may be empty. */
void http_reply_error (Worker *w, const HttpRequest *r, unsigned status, const char *id,
                       const char *why);
/* What a reply says of the connection: a header line or nothing. */
const char *http_connection (const HttpRequest *r);
/* Runs a service until it is told to end. */
int service_main (Options *o, const Service *service);
int server_main (Options *o);
int forward_main (Options *o);
int rpc_main (Options *o);
int broker_main (Options *o);

/* ---- replies.c: what a caching proxy keeps ---- */

typedef struct
{
  char *bytes; /* head without its end, and body; the caller's, grown as needed */
  size_t n, size;
  unsigned age_s;
  bool fresh;
} KeptReply;

void replies_init (const Options *o);
/* Whether any are kept. */
bool replies_kept (void);
/* Looks a request up; false where nothing is kept for it. */
bool replies_find (TbSlice key, KeptReply *out);
/* Keeps a reply, which begins REPLY_ROOM bytes into what is given; it counts as fresh so long. */
#define REPLY_ROOM 16
void replies_keep (TbSlice key, char *reply, size_t n, int64_t fresh_ns);

/* The counter of a session after one more request. One that is not known here begins, or with
 * begin false is left unknown: 0. */
uint64_t sessions_count (uint64_t id, bool begin);
uint64_t sessions_begin (TbRng *rng);

/* ---- dict.c: keys and values; the caller keeps writers apart ---- */

typedef struct Dict Dict;

typedef struct
{
  char *value;
  uint32_t key_n;
  uint32_t value_n;
  int64_t expires_ms; /* of the clock on the wall; 0: never */
} DictEntry;

Dict *dict_new (void);
void dict_free (Dict *d);
/* NULL where there is none, or where it has expired by now_ms (then it is gone). */
DictEntry *dict_find (Dict *d, TbSlice key, int64_t now_ms);
/* Sets a value, new or old; NULL only where memory ends. */
DictEntry *dict_set (Dict *d, TbSlice key, TbSlice value, int64_t expires_ms);
bool dict_delete (Dict *d, TbSlice key, int64_t now_ms);
void dict_clear (Dict *d);
/* Drops what has expired; returns how many keys there are. */
size_t dict_count (Dict *d, int64_t now_ms);
size_t dict_bytes (const Dict *d);
/* At most so many keys: the one least lately found or set makes room. 0: as many as there are. */
void dict_limit (Dict *d, size_t max);
uint64_t dict_evicted (const Dict *d);
typedef void (*DictFunc) (TbSlice key, const DictEntry *e, void *data);
void dict_each (Dict *d, int64_t now_ms, DictFunc func, void *data);

/* ---- journal.c: the append-only file of a durable store ---- */

typedef struct Journal Journal;

/* Reads the folder's file back into d and opens it for appending. NULL and a sentence in *error (to
 * be freed) where it cannot. *torn gets how many bytes of an unfinished record were dropped. */
Journal *journal_open (const char *folder, Dict *d, size_t *torn, char **error);
/* Appends; the caller keeps writers apart and in the order of the dict's changes. Returns the place
 * that must be synced before the answer, 0 where it could not be written. */
uint64_t journal_set (Journal *j, TbSlice key, TbSlice value, int64_t expires_ms);
uint64_t journal_delete (Journal *j, TbSlice key);
uint64_t journal_clear (Journal *j);
/* Until everything up to `at` is on disk; one sync serves all that wait for it. */
bool journal_sync (Journal *j, uint64_t at);
uint64_t journal_size (const Journal *j);
/* Writes what counts to a new file and puts that in the place of the old one; nobody else may be
 * writing. */
bool journal_compact (Journal *j, Dict *d);
void journal_close (Journal *j);

/* ---- store.c, client.c ---- */

#define VALUE_MAX (16u << 20)

int store_main (Options *o);
int client_main (Options *o);
