/* What a drawing says about time, as plain arrays: who asks how often, what each request costs and where, and whom
 * it calls. Read once from a model (tb_queue_net_new()), then computed on: tb-predict.h has the bounds and the
 * mean value analysis, tb-simulate.h the simulation. Pure; a net never changes and answers from any thread.
 *
 * A *station* is a component, at the index at which it stands in the file; clients are stations too, whose thread
 * is a looping customer. A replica of a station holds one of its threads for a whole request: its work, then its
 * calls in their order, until the last sync call is answered. Work of the kind cpu needs one of the cores of the
 * replica's device meanwhile, waiting needs none. Times are nanoseconds, rates per second. */
#pragma once

#include "tb-base.h"
#include "tb-cap.h"
#include "tb-model.h"

G_BEGIN_DECLS

#define TB_QUEUE_NONE G_MAXUINT

/* One stage of a request's work: drawn from dist; mean_ns is its mean. Nothing: mean_ns 0. */
typedef struct
{
  double mean_ns;
  TbDist dist;
  gboolean cpu; /* it uses a core of the device; otherwise time passes and only the thread is held */
} TbDemand;

typedef enum
{
  TB_CALL_SEQUENCE, /* after the one before */
  TB_CALL_PARALLEL, /* beside the one before; the request goes on when all of the group have answered */
  TB_CALL_FIRST     /* the same, and one answer will do */
} TbCallOrder;

typedef enum
{
  TB_CHOOSE_CONNECTION, /* nobody balances: each of the caller's connections stays with one replica, in turns */
  TB_CHOOSE_ROUND_ROBIN,
  TB_CHOOSE_RANDOM,
  TB_CHOOSE_LEAST,      /* the one with the fewest of this caller's requests */
  TB_CHOOSE_HASH,       /* by key: as good as random here */
  TB_CHOOSE_STICKY      /* each customer stays with one */
} TbQueueBalance;

/* A message that a broker passes on: to one replica of a station, or to each of them. */
typedef struct
{
  guint station;
  guint link; /* of the consumer to the broker */
  gboolean each;
} TbDelivery;

/* What a station calls, for each of its requests (a client: in each of its rounds). In file order. */
typedef struct
{
  guint link;    /* index among the links of the model */
  guint station; /* that is called; a broker where deliveries follow */
  double share;  /* of the requests that make it */
  guint times;   /* how often each of them makes it, one after the other */
  TbCallOrder order;
  gboolean async;   /* the caller does not wait; the call is made by one of TB_QUEUE_SENDERS senders */
  gboolean write;   /* op: it changes something (else it reads) */
  gboolean miss;    /* only where the read `after` (an index in calls) found nothing; then what it brings is put there */
  guint after;
  double visits;    /* expected calls in a request: share · times · chance of a miss */
  gint64 timeout_ns; /* 0: waits for ever */
  guint retries;
  TbQueueBalance balance;
  TbDelivery *deliveries; /* to a broker: who gets the message from there */
  guint n_deliveries;
} TbCallOut;

#define TB_QUEUE_SENDERS 16     /* threads that make the async calls of a link from a built-in replica */
#define TB_QUEUE_LATER_MAX 4096 /* async calls of a link that may wait for them; more are refused */
#define TB_QUEUE_PER_REQUEST 1000 /* requests at once where there is a thread for each */

typedef struct
{
  TbUid uid;
  const char *id, *title; /* the net's */
  TbRole role;
  guint replicas;
  guint threads; /* of each replica; 0: no limit */
  guint queue;   /* requests that may wait at a replica, more are refused; G_MAXUINT: no limit */
  TbDemand work[2]; /* [0] as drawn (work=, demand=), [1] what the program itself takes of a processor for a request */
  double extra_ns;  /* it takes so much longer besides, as was measured: its thread is held, no core is */
  TbCallOut *calls;
  guint n_calls;
  gboolean exclusive; /* shares below 1 divide the requests among them; else each is drawn for itself */
  guint *device;      /* for each replica: index in devices */
  gboolean known;     /* what a request costs is known (drawn, built in, or calibrated); else it is taken as nothing */
  gboolean outside;   /* external: no threads or cores of ours */
  double hit_ratio;   /* of a cache, or a store that somebody calls another on a miss of: the reads that find something */
  gboolean keeps_data;
  gboolean one_reads, one_writes; /* all reads, or writes, are for one replica (a leader, a primary): the first */
  TbCapStore store;     /* keeps_data: how its replicas agree */
  gboolean has_way;     /* else a message from one replica to another takes as long as any */
  TbDist way;
  double keys;          /* of stores that it draws from; 0: not known */
} TbStation;

/* Customers. Closed: population threads, each asking all the calls of its round, waiting, thinking. Open: rounds
 * begin at a rate. */
typedef struct
{
  guint station;
  guint population; /* replicas × threads */
  TbDist think;     /* closed: after each round */
  double think_ns;  /* its mean */
  double rate_per_s; /* > 0: open; of all replicas together */
} TbSource;

typedef struct
{
  TbUid uid;      /* 0: made up (a tier without devices, this machine) */
  const char *id; /* the net's: "db-1", "this machine" */
  guint cores;    /* 0: not said, taken as enough */
} TbQueueDevice;

typedef struct
{
  TbUid uid;
  const char *id;
  guint from, to; /* stations */
  gboolean async;
} TbQueueLink;

typedef struct
{
  TbStation *stations;
  guint n_stations;
  TbSource *sources;
  guint n_sources;
  TbQueueDevice *devices;
  guint n_devices;
  TbQueueLink *links; /* at the index at which they stand in the file */
  guint n_links;
  double tap_ns;     /* what a tap takes of a processor for one message (a request, or a reply), 0: there are no taps */
  double hop_ns;     /* how much later each message arrives, besides: wake-ups, sockets; takes no processor */
  guint tap_device;  /* whose cores the taps' one thread uses; TB_QUEUE_NONE: there are no taps */
  char **names;      /* owned texts, NULL-terminated */
} TbQueueNet;

/* ---- What if ------------------------------------------------------------------------------------ */

typedef enum
{
  TB_WHAT_IF_THREADS,    /* of each replica of a component; 0: no limit */
  TB_WHAT_IF_REPLICAS,
  TB_WHAT_IF_POPULATION, /* customers of a client in all; it becomes closed */
  TB_WHAT_IF_RATE,       /* of a client, rounds a second; it becomes open */
  TB_WHAT_IF_THINK,      /* of a client: the mean of its pause in ns */
  TB_WHAT_IF_WAY,        /* of a store: how long a message from one replica to another takes; dist instead of value */
  TB_WHAT_IF_CORES       /* of a device; uid 0: of this machine */
} TbWhatIfKind;

typedef struct
{
  TbUid uid;
  TbWhatIfKind kind;
  double value;
  TbDist dist; /* WAY */
} TbWhatIf;

/* What a recording taught of a component: tb_calibrate() in tb-predict.h. Of uid 0: of the taps; then cpu_ns is of
 * a message, and what a message is late otherwise is in the components' own figures. */
typedef struct
{
  TbUid uid;
  double cpu_ns;   /* processor time of a request */
  double extra_ns; /* besides all that is drawn, it takes so much longer without using a processor */
  double work_ns;  /* ≥ 0: mean of its waiting as measured, instead of what is drawn; < 0: as drawn */
  double hit_ratio; /* < 0: not measured */
} TbCalibration;

typedef struct
{
  gboolean local;  /* every device's part runs on this machine: one device with these cores, with taps */
  guint cores;     /* local: of this machine; 0: taken as 1 */
  const TbWhatIf *what_if;
  guint n_what_if;
  const TbCalibration *calibrations;
  guint n_calibrations;
  double tap_ns, hop_ns; /* local: measured; < 0: the usual ones */
} TbQueueOptions;

/* What a message costs a tap, and how much later it comes, where it was not measured. */
#define TB_QUEUE_TAP_NS 15000.0
#define TB_QUEUE_HOP_NS 40000.0
/* What a request takes of a processor in a built-in program that does nothing for it. */
#define TB_QUEUE_BUILTIN_NS 40000.0

/* options: NULL for the drawing's own devices, without taps. notes (may be NULL) gets sentences (char *, owned by it)
 * on what was assumed. Never NULL. (transfer full) */
TbQueueNet *tb_queue_net_new (const TbModel *model, const TbQueueOptions *options, GPtrArray *notes);
void tb_queue_net_free (TbQueueNet *net);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbQueueNet, tb_queue_net_free)

/* How often a second each station is visited, and each link called, when every source makes one round:
 * visits[station], calls[link] (may be NULL), for source s alone. A message is counted where it is consumed too. */
void tb_queue_visits (const TbQueueNet *net, guint source, double *visits, double *calls);
/* The mean of a distribution, in ns: normal ones are cut at 0, which makes theirs a little more than a. */
double tb_dist_mean_ns (const TbDist *dist);

G_END_DECLS
