/* A histogram of durations: 32 steps an octave, so a quantile is within 1.6 % of the truth. */
#include "node-private.h"

static unsigned
bucket_of (uint64_t ns)
{
  if (ns < LATENCY_STEPS)
    return (unsigned) ns;
  unsigned shift = 58u - (unsigned) __builtin_clzll (ns); /* leaves 6 bits: 32 … 63 */
  unsigned bucket = (shift + 1) * LATENCY_STEPS + (unsigned) (ns >> shift) - LATENCY_STEPS;
  return TB_MIN (bucket, LATENCY_BUCKETS - 1u);
}

static int64_t
middle_of (unsigned bucket)
{
  if (bucket < LATENCY_STEPS)
    return bucket;
  unsigned shift = bucket / LATENCY_STEPS - 1;
  uint64_t low = (uint64_t) (LATENCY_STEPS + bucket % LATENCY_STEPS) << shift;
  return (int64_t) (low + (UINT64_C (1) << shift) / 2);
}

void
latency_add (Latency *l, int64_t ns)
{
  unsigned bucket = bucket_of (ns > 0 ? (uint64_t) ns : 0);
  atomic_fetch_add_explicit (&l->bucket[bucket], 1, memory_order_relaxed);
}

int64_t
latency_quantile (const Latency *l, double q)
{
  uint64_t total = 0, seen = 0;
  for (unsigned i = 0; i < LATENCY_BUCKETS; i++)
    total += l->bucket[i];
  for (unsigned i = 0; i < LATENCY_BUCKETS; i++)
    if ((seen += l->bucket[i]) > 0 && (double) seen >= q * (double) total)
      return middle_of (i);
  return 0;
}
