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

/* One write to all copies, acknowledged by the w-th; t later a read of all, answered by the r-th: whether one of
 * those r was asked after the write had come to it. */
static gboolean
is_seen (const TbWars *wars, guint n, guint r, guint w, double t, TbRng *rng)
{
  double written[COPIES_MAX], acked[COPIES_MAX], asked[COPIES_MAX], answered[COPIES_MAX];
  for (guint i = 0; i < n; i++)
    {
      written[i] = draw (&wars->w, rng);
      acked[i] = written[i] + draw (&wars->a, rng);
      asked[i] = draw (&wars->r, rng);
      answered[i] = asked[i] + draw (&wars->s, rng);
    }
  double begins = nth_smallest (acked, n, w) + t, ends = nth_smallest (answered, n, r);
  for (guint i = 0; i < n; i++)
    if (answered[i] <= ends && begins + asked[i] >= written[i])
      return TRUE;
  return FALSE;
}

double
tb_wars_consistent (const TbWars *wars, guint n, guint r, guint w, double t_ms, guint trials, guint64 seed)
{
  guint seen = 0;
  TbRng rng;
  TB_CHECK (n >= 1 && n <= COPIES_MAX && r >= 1 && r <= n && w >= 1 && w <= n && trials > 0);
  tb_rng_seed (&rng, seed);
  for (guint i = 0; i < trials; i++)
    seen += is_seen (wars, n, r, w, t_ms, &rng);
  return (double) seen / trials;
}
