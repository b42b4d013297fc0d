/* How fast a drawing will be, and what it will wait for: asymptotic bounds and the exact solution of its queueing
 * network (tb-queueing.h) where that has one, with the ceilings that thread pools set; what a recording teaches
 * about it; and the difference between what was said and what was measured. Pure, from any thread.
 *
 * What comes out are means, of exponential service unless tb_simulate() filled them in. What thread pools that are
 * held across calls (nested possession) do to response times has no exact solution and is not approximated here:
 * they are told as ceilings, and `threads_matter` says that only the simulation knows. */
#pragma once

#include "tb-queueing.h"

G_BEGIN_DECLS

/* half: half the width of its 95 % interval; 0: none (it was computed). NAN: not known. */
typedef struct
{
  double value, half;
} TbFigure;

/* Of times, in ns. Percentiles are NAN where means were computed. */
typedef struct
{
  TbFigure mean;
  double p50, p95, p99;
} TbTimes;

typedef struct
{
  guint station;
  TbFigure throughput_per_s; /* rounds: all that a customer asks between two pauses */
  TbTimes response;            /* of a round */
  TbFigure errors_per_s;     /* simulated: refused, or timed out */
  double most_per_s;           /* bounds: no more rounds than that, by processors, threads and customers */
  double least_ns;             /* no shorter response than that */
  double knee;                 /* closed: with more customers than that somebody always waits; NAN */
} TbSourceAnswer;

typedef struct
{
  TbFigure arrivals_per_s;  /* what is asked, of all replicas, as all below */
  TbTimes residence;          /* from a request's arrival to its reply */
  double cores;               /* processor cores it keeps busy, on the mean */
  double threads_busy;        /* threads held, on the mean; without a limit: requests in it */
  double threads;             /* there are so many; 0: no limit */
  TbFigure queue;           /* requests that wait for a thread; NAN where only the simulation knows */
  double ceiling_per_s;       /* its threads let no more requests through; INFINITY */
  double refused_per_s;
} TbStationAnswer;

typedef struct
{
  TbFigure calls_per_s;
  TbTimes latency; /* from the request at the tap to the reply there */
} TbLinkAnswer;

typedef struct
{
  double utilisation; /* of its cores, 0 to 1; NAN where it is not said how many there are */
  double cores_busy;  /* computed: what is asked of them, which may be more than there are */
} TbDeviceAnswer;

typedef enum
{
  TB_PREDICTED_EXACTLY,     /* a product-form solution */
  TB_PREDICTED_NEARLY,      /* Schweitzer's: too many kinds of customers for the exact one */
  TB_PREDICTED_ROUGHLY,     /* something in it has no such solution (threads held across calls, calls side by side, copies that are
                               waited for): what is said is a bound, or nearly, and the notes say of what */
  TB_PREDICTED_BY_SIMULATION
} TbPredictedHow;

typedef struct
{
  TbPredictedHow how;
  gboolean local;           /* on this machine */
  TbSourceAnswer *sources;  /* as in the net, each of these */
  guint n_sources;
  TbStationAnswer *stations;
  guint n_stations;
  TbLinkAnswer *links;
  guint n_links;
  TbDeviceAnswer *devices;
  guint n_devices;
  double tap_utilisation;   /* of the taps' thread, 0 to 1 */
  gboolean endless;         /* calls go round for ever: nothing else is said */
  gboolean overloaded;      /* an open source asks more than there is: queues grow without end */
  gboolean threads_matter;  /* threads are held across calls and nearly all of them: only simulation says how long requests take */
  guint bottleneck_device;  /* TB_QUEUE_NONE: none, or not known */
  guint bottleneck_station; /* whose threads are; TB_QUEUE_NONE */
  char *bottleneck;         /* in words, hardware and software; never NULL */
  GPtrArray *notes;         /* of char *: what was assumed */
  guint64 seed, events;     /* of a simulation */
  double simulated_s;
} TbPrediction;

/* Room for a net's answers, all NAN or 0. For who fills one. (transfer full) */
TbPrediction *tb_prediction_new (const TbQueueNet *net);
void tb_prediction_free (TbPrediction *prediction);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbPrediction, tb_prediction_free)

/* Bounds and means, at once. (transfer full) */
TbPrediction *tb_predict (const TbQueueNet *net);
/* Sets bounds, knee, ceilings, and the bottleneck in words from the utilisations that stand there: the last step of
 * tb_predict(), and of whoever fills the figures by another way. */
void tb_prediction_judge (TbPrediction *prediction, const TbQueueNet *net);

/* ---- The formulas, alone ------------------------------------------------------------------------- */

/* A place where customers queue. servers 0: nobody waits (a delay). Units are whose calls them; D is visits times
 * service. Demands of customer class k at centre i: demand[i * n_classes + k]. */
typedef struct
{
  guint n_centres, n_classes;
  const guint *servers;     /* of each centre */
  const double *demand;
  const guint *population;  /* of each class */
  const double *think;      /* of each class */
} TbClosedNet;

/* What comes of it: throughput and response of each class, and mean customers of class k at centre i: queue[i *
 * n_classes + k] (NULL: not asked for). The caller gives the room. */
typedef struct
{
  double *throughput, *response, *queue;
} TbClosedAnswer;

/* The figures of exact mean value analysis (Reiser and Lavenberg, JACM 27(2) 1980), by Buzen's convolution, which
 * only adds positive numbers and so has none of the trouble that multi-server MVA has near saturation. FALSE where
 * that would take more than about 20 million steps. */
gboolean tb_closed_exact (const TbClosedNet *net, TbClosedAnswer *answer);
/* Schweitzer's and Bard's approximation, several servers split as Seidmann does (a queue of D/c and a delay of
 * D(c-1)/c). */
void tb_closed_nearly (const TbClosedNet *net, TbClosedAnswer *answer);
/* Erlang's C: the chance that a customer waits, of offered load a = λS < c; 1 at and above. */
double tb_erlang_c (guint c, double a);
/* Mean response of M/M/c, and M/G/1's wait (Pollaczek and Khinchine) from the second moment. INFINITY where a ≥ c. */
double tb_mmc_response (double rate, double service, guint c);
double tb_mg1_wait (double rate, double service, double second_moment);

typedef struct
{
  double x_low, x_high, r_low, r_high, knee; /* knee: customers */
} TbBounds;
/* Of n customers of one kind: total the sum of demands, most the largest demand by servers. */
TbBounds tb_bounds (double n, double total, double most, double think);

/* ---- Measured, and what it teaches ---------------------------------------------------------------- */

/* Figures of a stretch of a run; NAN: not known. */
typedef struct
{
  double rate_per_s, latency_ns; /* requests, and mean latency as a tap sees it */
  double p50_ns, p95_ns, p99_ns;
  double errors_per_s;
} TbMeasuredLink;

typedef struct
{
  double cores; /* processor time by time, of all replicas */
  double stale; /* the part of reads that was stale */
} TbMeasuredStation;

typedef struct
{
  double seconds;
  TbMeasuredLink *links;       /* as in the net */
  guint n_links;
  TbMeasuredStation *stations; /* as in the net */
  guint n_stations;
  double tap_cores, tap_messages_per_s; /* of the agent's thread; NAN */
} TbMeasured;

TbMeasured *tb_measured_new (const TbQueueNet *net);
void tb_measured_free (TbMeasured *measured);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TbMeasured, tb_measured_free)
/* Of a client: rounds a second, and their mean response, as its links were measured. */
double tb_measured_rounds (const TbQueueNet *net, const TbMeasured *measured, guint station);
double tb_measured_response_ns (const TbQueueNet *net, const TbMeasured *measured, guint station);

/* What each component costs, as measured: processor time by request, hits of caches, and how much longer it takes
 * than is drawn (found by predicting that very load and comparing). The first, of uid 0, is of the taps. measured:
 * of a net with these options, which are those of the run. (transfer full), of TbCalibration. */
GArray *tb_calibrate (const TbModel *model, const TbQueueOptions *options, const TbMeasured *measured);

/* Writes what was learnt into the drawing, as one step of undo: demand= of each component whose cost was measured, where it is
 * another than stands there. What was written, in a sentence. (transfer full) */
char *tb_calibration_write (TbDocument *document, const GArray *calibrations);

/* "26.0 ms"; "?" of NAN. (transfer full) */
char *tb_time_text (double ns);
/* "38.5": three digits that mean something. (transfer full) */
char *tb_number_text (double value);
/* "Browse: predicted 180, measured 172 requests/s: 4 % less". unit NULL: they are times in ns. (transfer full) */
char *tb_difference_words (const char *what, const char *unit, double predicted, double measured);

/* ---- Stale reads of partial quorums ----------------------------------------------------------------- */

/* Bailis and others, PBS (VLDB 2012): the chance that a read returns none of the last k versions, with
 * non-overlapping quorums chosen at random: (C(n-w,r) / C(n,r))^k. 0 where r + w > n. */
double tb_stale_chance (guint n, guint r, guint w, guint k);

/* One way's delay: with chance `body` Pareto(scale, shape), else exponential of that mean; all in ms. dist: that instead, unless
 * its a_ns is 0. */
typedef struct
{
  double body, scale, shape, mean;
  TbDist dist;
} TbWarsFit;

/* Write, acknowledgement, read and response legs, and what a coordinator does of a read before it looks. The published fits:
 * "ssd", "disk", "ymmr". FALSE: no such. */
typedef struct
{
  TbWarsFit w, a, r, s, work;
} TbWars;
gboolean tb_wars_fit (const char *name, TbWars *wars);
/* Who tells the copies of a write. */
typedef enum
{
  TB_TELLS_COORDINATOR, /* who is asked */
  TB_TELLS_PRIMARY,     /* the first replica; others hand writes on to it, and tell what it answers */
  TB_TELLS_PRIMARY_ONLY /* the same; others are not asked to write */
} TbTells;

/* Clients ask a coordinator, that asks the copies. coordinators > 0: any of so many replicas, n of which have the copies, and
 * its own takes no message; 0: somebody without one, as in the paper. */
typedef struct
{
  guint n, r, w, coordinators;
  TbTells tells; /* of a primary: coordinators is n */
} TbQuorum;
/* How much later than a write's acknowledgement a read has to begin to return it or a newer one, in ms, below 0 where it need
 * not wait: Monte Carlo of `trials`, seeded, sorted. (transfer full) */
double *tb_wars_waits (const TbWars *wars, const TbQuorum *quorum, guint trials, guint64 seed);
/* The chance that a read which begins t_ms after a write was acknowledged returns it or a newer one. */
double tb_wars_consistent (const TbWars *wars, const TbQuorum *quorum, double t_ms, guint trials, guint64 seed);
/* How long after the acknowledgement a read has to begin, so that such a share of reads return it: ms. */
double tb_wars_until (const TbWars *wars, const TbQuorum *quorum, double share, guint trials, guint64 seed);
/* Reads at any time of a key, of which so many are written, as often as each other: the part that misses a write. even: writes
 * come in equal steps, each of a key drawn at random; else at random. Each write is taken to need the same wait. */
double tb_stale_share (const double *waits, guint trials, double writes_per_s, double keys, gboolean even);

/* Of a store with R + W ≤ N: a quorum, gossip, a primary whose backups answer reads (which is one of N, and so many more have a write). */
typedef struct
{
  guint n, r, w;
  double most[3];  /* no more than that part of reads return none of the last 1, 2, 3 versions */
  double at_once;  /* of those that begin when the write is answered: the part that misses it, by the simulation of the paper, with */
  double share;    /* of all reads under the predicted load; NAN: who asks for which keys is not known */
  double way_ns;   /* messages that take so long on the mean */
  gboolean usual;  /* way_ns was not said: exponentially, as any message */
  double until_ns; /* from so long after the answer on 99 of 100 reads return it */
} TbStaleReads;
/* prediction: of the net; NULL: no load. FALSE: no read of that station can miss the last write, or it is no such store. */
gboolean tb_stale_reads_of (const TbQueueNet *net, guint station, const TbPrediction *prediction, TbStaleReads *stale);
/* "right after a write is answered 48 % of reads miss it, …": goes on after the name. (transfer full) */
char *tb_stale_reads_sentence (const TbStaleReads *stale);

G_END_DECLS
