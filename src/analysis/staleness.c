/* How stale reads of partial quorums are: PBS, Bailis and others, VLDB 2012. */
#include <math.h>
#include <string.h>

#include "tb-predict.h"

#define COPIES_MAX 64

double
tb_stale_chance (guint n, guint r, guint w, guint k)
{
  double missed = 1;
  if (r + w > n)
    return 0;
  for (guint i = 0; i < r; i++) /* C(n-w, r) / C(n, r), factor by factor */
    missed *= (double) (n - w - i) / (n - i);
  return pow (missed, k);
}

static const struct
{
  const char *name;
  TbWars wars;
} fits[] = {
#define SAME(body, scale, shape, mean) { body, scale, shape, mean }
#define SSD SAME (0.9122, 0.235, 10, 1 / 1.66)
#define YMMR SAME (0.982, 1.5, 3.8, 1 / 0.0217)
  { "ssd", { SSD, SSD, SSD, SSD } },
  { "disk", { SAME (0.38, 1.05, 1.51, 1 / 0.183), SSD, SSD, SSD } },
  { "ymmr", { SAME (0.939, 3, 3.35, 1 / 0.0028), YMMR, YMMR, YMMR } },
#undef SSD
#undef YMMR
#undef SAME
};

gboolean
tb_wars_fit (const char *name, TbWars *wars)
{
  for (gsize i = 0; i < G_N_ELEMENTS (fits); i++)
    if (strcmp (fits[i].name, name) == 0)
      {
        *wars = fits[i].wars;
        return TRUE;
      }
  return FALSE;
}

static double
draw (const TbWarsFit *fit, TbRng *rng)
{
  if (fit->dist.a_ns > 0)
    return (double) tb_dist_draw_ns (&fit->dist, rng) / 1e6;
  double u = 1 - tb_rng_uniform (rng);
  if (tb_rng_uniform (rng) < fit->body)
    return fit->scale / pow (u, 1 / fit->shape);
  return -log (u) * fit->mean;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

static double
nth_smallest (const double *values, guint n, guint nth)
{
  double sorted[COPIES_MAX];
  memcpy (sorted, values, n * sizeof *values);
  qsort (sorted, n, sizeof *sorted, compare);
  return sorted[nth - 1];
}

/* A write: when it comes to each copy, and when that knows it acknowledged there. Returns when it is answered. */
static double
write_all (const TbWars *wars, const TbQuorum *q, TbRng *rng, double *written)
{
  double acked[COPIES_MAX], handed = 0, answered = 0;
  guint asked = q->coordinators > 0 ? (guint) tb_rng_below (rng, q->coordinators) : COPIES_MAX;
  guint teller = q->tells == TB_TELLS_COORDINATOR ? asked : 0;
  if (q->tells == TB_TELLS_PRIMARY && asked != teller)
    {
      handed = draw (&wars->w, rng);
      answered = draw (&wars->a, rng);
    }
  for (guint i = 0; i < q->n; i++)
    {
      written[i] = handed + (i == teller ? 0 : draw (&wars->w, rng));
      acked[i] = written[i] + (i == teller ? 0 : draw (&wars->a, rng));
    }
  answered += nth_smallest (acked, q->n, q->w);
  if (q->tells == TB_TELLS_PRIMARY) /* which tells who asked of the write and of its end on one connection */
    written[asked] = fmin (written[asked], answered);
  return answered;
}

/* One write to all copies, acknowledged by the w-th; later a read of all, answered by the r-th: how much later it has to begin
 * for one of those r to be asked after the write had come to it; below 0 where it need not wait. */
static double
seen_from (const TbWars *wars, const TbQuorum *q, TbRng *rng)
{
  double written[COPIES_MAX], asked[COPIES_MAX], answered[COPIES_MAX], from = INFINITY;
  double begins = write_all (wars, q, rng, written);
  guint reader = q->coordinators > 0 ? (guint) tb_rng_below (rng, q->coordinators) : COPIES_MAX;
  for (guint i = 0; i < q->n; i++)
    {
      asked[i] = i == reader ? 0 : draw (&wars->r, rng);
      answered[i] = i == reader ? 0 : asked[i] + draw (&wars->s, rng);
    }
  double ends = nth_smallest (answered, q->n, q->r);
  for (guint i = 0; i < q->n; i++)
    if (answered[i] <= ends)
      from = fmin (from, written[i] - asked[i] - begins);
  return from - draw (&wars->work, rng);
}

double *
tb_wars_waits (const TbWars *wars, const TbQuorum *q, guint trials, guint64 seed)
{
  double *waits = g_new (double, trials);
  TbRng rng;
  TB_CHECK (q->n >= 1 && q->n <= COPIES_MAX && q->r >= 1 && q->r <= q->n && q->w >= 1 && q->w <= q->n && trials > 0);
  TB_CHECK (q->tells == TB_TELLS_COORDINATOR ? q->coordinators == 0 || q->coordinators >= q->n : q->coordinators == q->n);
  tb_rng_seed (&rng, seed);
  for (guint i = 0; i < trials; i++)
    waits[i] = seen_from (wars, q, &rng);
  qsort (waits, trials, sizeof *waits, compare);
  return waits;
}

/* How many of them, sorted as they are, are over within t_ms. */
static double
share_within (const double *waits, guint trials, double t_ms)
{
  guint n = 0;
  while (n < trials && waits[n] <= t_ms)
    n++;
  return (double) n / trials;
}

double
tb_wars_consistent (const TbWars *wars, const TbQuorum *q, double t_ms, guint trials, guint64 seed)
{
  g_autofree double *waits = tb_wars_waits (wars, q, trials, seed);
  return share_within (waits, trials, t_ms);
}

double
tb_wars_until (const TbWars *wars, const TbQuorum *q, double share, guint trials, guint64 seed)
{
  TB_CHECK (share > 0 && share < 1);
  g_autofree double *waits = tb_wars_waits (wars, q, trials, seed);
  return fmax (waits[(guint) (share * trials)], 0);
}

/* ---- Under a load --------------------------------------------------------------------------------------------- */

double
tb_stale_share (const double *waits, guint trials, double writes_per_s, double keys, gboolean even)
{
  double missed = 0;
  for (guint i = 0; i < trials; i++)
    {
      double writes = writes_per_s * fmax (waits[i], 0) / 1e3, whole = floor (writes);
      missed += even ? 1 - pow (1 - 1 / keys, whole) * (1 - (writes - whole) / keys) : -expm1 (-writes / keys);
    }
  return missed / trials;
}

/* One call of a store: what it does a second to each of the keys below its caller's. */
typedef struct
{
  double keys, writes_per_s, reads_per_s;
} Asking;

static double
visits_of (const TbStation *caller, guint link)
{
  double visits = 0;
  for (guint i = 0; i < caller->n_calls; i++)
    visits += caller->calls[i].link == link ? caller->calls[i].visits : 0;
  return visits;
}

static gboolean
asks_evenly (const TbQueueNet *net, guint station)
{
  for (guint i = 0; i < net->n_sources; i++)
    if (net->sources[i].station == station)
      return net->sources[i].rate_per_s > 0 && net->stations[station].replicas == 1;
  return FALSE;
}

/* FALSE: somebody asks for keys that are not known, or nobody writes, or reads. even: the writes come in equal steps. */
static gboolean
read_askings (const TbQueueNet *net, guint store, const TbPrediction *p, GArray *askings, gboolean *even)
{
  guint writers = 0, readers = 0;
  *even = FALSE;
  for (guint s = 0; s < net->n_stations; s++)
    for (guint i = 0; i < net->stations[s].n_calls; i++)
      {
        const TbCallOut *call = &net->stations[s].calls[i];
        double visits = visits_of (&net->stations[s], call->link);
        double rate = visits > 0 ? p->links[call->link].calls_per_s.value * call->visits / visits : 0;
        Asking asking = { .keys = net->stations[s].keys };
        if (call->station != store || !(rate > 0))
          continue;
        if (!(asking.keys > 0))
          return FALSE;
        *(call->write ? &asking.writes_per_s : &asking.reads_per_s) = rate;
        *(call->write ? &writers : &readers) += 1;
        *even = call->write ? writers == 1 && asks_evenly (net, s) && call->visits == 1 : *even && writers <= 1;
        g_array_append_val (askings, asking);
      }
  return writers > 0 && readers > 0;
}

static int
compare_keys (const void *a, const void *b)
{
  return compare (&((const Asking *) a)->keys, &((const Asking *) b)->keys);
}

/* Keys that the same callers ask for are written, and read, as often as each other. */
static double
share_of (const Asking *asking, guint n, const double *waits, guint trials, gboolean even)
{
  double below = 0, stale = 0, reads = 0, steps = 1;
  for (guint i = 0; i < n; i++)
    if (even && asking[i].writes_per_s > 0)
      steps = asking[i].keys;
  for (guint i = 0; i < n; below = asking[i++].keys)
    {
      double writes_per_s = 0, reads_per_s = 0, keys = asking[i].keys - below;
      for (guint k = i; k < n && keys > 0; k++)
        {
          writes_per_s += asking[k].writes_per_s / asking[k].keys;
          reads_per_s += asking[k].reads_per_s / asking[k].keys;
        }
      if (!(reads_per_s > 0))
        continue;
      reads += keys * reads_per_s;
      stale += keys * reads_per_s * tb_stale_share (waits, trials, writes_per_s * steps, steps, even);
    }
  return reads > 0 ? stale / reads : NAN;
}

/* ---- Of a drawing ------------------------------------------------------------------------------------------- */

#define TRIALS 20000
#define SURE 0.99

static TbWarsFit
way_of (const TbQueueNet *net, const TbStation *store)
{
  if (store->has_way)
    return (TbWarsFit){ .mean = tb_dist_mean_ns (&store->way) / 1e6, .dist = store->way };
  return (TbWarsFit){ .mean = (net->hop_ns + net->tap_ns) / 1e6 };
}

/* The store's work is done by who is asked, before it asks the others. */
static TbWars
legs_of (const TbQueueNet *net, const TbStation *store)
{
  const TbWarsFit way = way_of (net, store);
  return (TbWars){ way, way, way, way, { .mean = store->work[0].mean_ns / 1e6, .dist = store->work[0].dist } };
}

/* FALSE: its reads see all that was answered, or when a write is known everywhere is not said here. */
static gboolean
quorum_of (const TbStation *t, TbQuorum *quorum)
{
  const TbCapStore *store = &t->store;
  if (!t->keeps_data)
    return FALSE;
  switch (store->protocol)
    {
    case TB_CAP_QUORUM:
      *quorum = (TbQuorum){ store->copies, store->r, store->w, MAX (t->replicas, store->copies), TB_TELLS_COORDINATOR };
      break;
    case TB_CAP_GOSSIP:
      *quorum = (TbQuorum){ t->replicas, 1, 1, t->replicas, TB_TELLS_COORDINATOR };
      break;
    case TB_CAP_PRIMARY:
      *quorum = (TbQuorum){ t->replicas, store->reads_any ? 1 : t->replicas, 1 + store->waits, t->replicas,
                            store->passes_on ? TB_TELLS_PRIMARY : TB_TELLS_PRIMARY_ONLY };
      break;
    case TB_CAP_SINGLE:
    case TB_CAP_APART:
    case TB_CAP_CHAIN:
    case TB_CAP_RAFT:
    case TB_CAP_CRDT:
    case TB_CAP_ALL:
    default:
      return FALSE;
    }
  return quorum->r >= 1 && quorum->w >= 1 && quorum->r + quorum->w <= quorum->n && quorum->n <= COPIES_MAX;
}

gboolean
tb_stale_reads_of (const TbQueueNet *net, guint station, const TbPrediction *prediction, TbStaleReads *stale)
{
  const TbStation *t = &net->stations[station];
  TbQuorum quorum;
  if (!quorum_of (t, &quorum))
    return FALSE;
  const TbWars legs = legs_of (net, t);
  g_autofree double *waits = tb_wars_waits (&legs, &quorum, TRIALS, 1);
  g_autoptr (GArray) askings = g_array_new (FALSE, FALSE, sizeof (Asking));
  gboolean even;
  *stale = (TbStaleReads){ .n = quorum.n, .r = quorum.r, .w = quorum.w, .way_ns = legs.a.mean * 1e6, .usual = !t->has_way, .share = NAN };
  for (guint k = 0; k < G_N_ELEMENTS (stale->most); k++)
    stale->most[k] = tb_stale_chance (quorum.n, quorum.r, quorum.w, k + 1);
  stale->at_once = fmin (1 - share_within (waits, TRIALS, 0), stale->most[0]); /* drawn by lots, it may be a little above */
  stale->until_ns = fmax (waits[(guint) (SURE * TRIALS)], 0) * 1e6;
  if (prediction == NULL || prediction->endless || !read_askings (net, station, prediction, askings, &even))
    return TRUE;
  g_array_sort (askings, compare_keys);
  stale->share = share_of ((const Asking *) (gpointer) askings->data, askings->len, waits, TRIALS, even);
  return TRUE;
}

char *
tb_stale_reads_sentence (const TbStaleReads *s)
{
  g_autofree char *until = tb_time_text (s->until_ns);
  g_autofree char *later = s->until_ns > 0 ? g_strdup_printf (", %s later at most 1 %%", until) : g_strdup ("");
  g_autofree char *soon = isnan (s->share) ? g_strdup_printf ("right after a write is answered %.0f %% of reads miss it", 100 * s->at_once)
                                           : g_strdup_printf ("%.2g %% of reads are stale with this load, %.0f %% right after a write is answered",
                                                              100 * s->share, 100 * s->at_once);
  return g_strdup_printf ("%s%s; at most %.0f %%, and %.0f %% the last two (N %u, R %u, W %u).", soon, later, 100 * s->most[0],
                          100 * s->most[1], s->n, s->r, s->w);
}
