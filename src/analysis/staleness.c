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

/* One write to all copies, acknowledged by the w-th; later a read of all, answered by the r-th: how much later it has to begin
 * for one of those r to be asked after the write had come to it; below 0 where it need not wait. */
static double
seen_from (const TbWars *wars, guint n, guint r, guint w, TbRng *rng)
{
  double written[COPIES_MAX], acked[COPIES_MAX], asked[COPIES_MAX], answered[COPIES_MAX], from = INFINITY;
  for (guint i = 0; i < n; i++)
    {
      written[i] = draw (&wars->w, rng);
      acked[i] = written[i] + draw (&wars->a, rng);
      asked[i] = draw (&wars->r, rng);
      answered[i] = asked[i] + draw (&wars->s, rng);
    }
  double begins = nth_smallest (acked, n, w), ends = nth_smallest (answered, n, r);
  for (guint i = 0; i < n; i++)
    if (answered[i] <= ends)
      from = fmin (from, written[i] - asked[i] - begins);
  return from;
}

double
tb_wars_consistent (const TbWars *wars, guint n, guint r, guint w, double t_ms, guint trials, guint64 seed)
{
  guint seen = 0;
  TbRng rng;
  TB_CHECK (n >= 1 && n <= COPIES_MAX && r >= 1 && r <= n && w >= 1 && w <= n && trials > 0);
  tb_rng_seed (&rng, seed);
  for (guint i = 0; i < trials; i++)
    seen += seen_from (wars, n, r, w, &rng) <= t_ms;
  return (double) seen / trials;
}

double
tb_wars_until (const TbWars *wars, guint n, guint r, guint w, double share, guint trials, guint64 seed)
{
  g_autofree double *from = g_new (double, trials);
  TbRng rng;
  TB_CHECK (n >= 1 && n <= COPIES_MAX && r >= 1 && r <= n && w >= 1 && w <= n && trials > 0 && share > 0 && share < 1);
  tb_rng_seed (&rng, seed);
  for (guint i = 0; i < trials; i++)
    from[i] = seen_from (wars, n, r, w, &rng);
  qsort (from, trials, sizeof *from, compare);
  return fmax (from[(guint) (share * trials)], 0);
}

/* ---- Of a drawing ------------------------------------------------------------------------------------------- */

#define TRIALS 20000
#define SURE 0.99

/* A message on its way, and what a replica takes for it, as exponential times of their means. */
static TbWars
legs_of (const TbQueueNet *net, const TbStation *store)
{
  double way = (net->hop_ns + net->tap_ns) / 1e6, work = 0;
  for (guint i = 0; i < 2; i++)
    work += store->work[i].mean_ns / 1e6;
  const TbWarsFit there = { .mean = way + work }, back = { .mean = way };
  return (TbWars){ there, back, there, back };
}

gboolean
tb_stale_reads_of (const TbQueueNet *net, guint station, TbStaleReads *stale)
{
  const TbStation *t = &net->stations[station];
  const TbCapStore *store = &t->store;
  if (!t->keeps_data || store->protocol != TB_CAP_QUORUM || store->r < 1 || store->w < 1 || store->r + store->w > store->copies
      || store->copies > COPIES_MAX)
    return FALSE;
  const TbWars legs = legs_of (net, t);
  *stale = (TbStaleReads){ .n = store->copies, .r = store->r, .w = store->w };
  for (guint k = 0; k < G_N_ELEMENTS (stale->most); k++)
    stale->most[k] = tb_stale_chance (stale->n, stale->r, stale->w, k + 1);
  stale->at_once = 1 - tb_wars_consistent (&legs, stale->n, stale->r, stale->w, 0, TRIALS, 1);
  stale->way_ns = legs.a.mean * 1e6;
  stale->until_ns = tb_wars_until (&legs, stale->n, stale->r, stale->w, SURE, TRIALS, 1) * 1e6;
  return TRUE;
}

char *
tb_stale_reads_sentence (const TbStaleReads *s)
{
  g_autofree char *until = tb_time_text (s->until_ns);
  g_autofree char *later = s->until_ns > 0 ? g_strdup_printf (", %s later 1 %%", until) : g_strdup ("");
  return g_strdup_printf ("right after a write is answered %.0f %% of reads miss it%s; at most %.0f %%, and %.0f %% the last two (N %u, R %u, W %u).",
                          100 * s->at_once, later, 100 * s->most[0], 100 * s->most[1], s->n, s->r, s->w);
}
