/* Log-linear histogram: 32 equal steps in each power of two. */
#include "tb-wire.h"

enum
{
  STEP_BITS = 5,
  STEPS = 1 << STEP_BITS
};

/* Values below 32 have a bucket of their own; above, the five bits after the leading one choose the
 * step within the octave. */
unsigned
tb_histogram_index (uint64_t ns)
{
  if (ns < STEPS)
    return (unsigned) ns;
  unsigned top = 63u - (unsigned) __builtin_clzll (ns);
  unsigned index = (top - STEP_BITS + 1) * STEPS + (unsigned) ((ns >> (top - STEP_BITS)) & (STEPS - 1));
  return TB_MIN (index, TB_HISTOGRAM_BUCKETS - 1u);
}

uint64_t
tb_histogram_value (unsigned index)
{
  if (index < STEPS)
    return index;
  unsigned octave = index / STEPS, step = index % STEPS, shift = octave - 1;
  uint64_t low = (uint64_t) (STEPS + step) << shift;
  return low + ((UINT64_C (1) << shift) >> 1);
}

uint64_t
tb_histogram_count (const TbHistogram *h)
{
  uint64_t n = 0;
  for (unsigned i = 0; i < TB_HISTOGRAM_BUCKETS; i++)
    n += h->bucket[i];
  return n;
}

int64_t
tb_histogram_quantile (const TbHistogram *h, double q)
{
  uint64_t n = tb_histogram_count (h), below = 0;
  if (n == 0)
    return -1;
  uint64_t rank = (uint64_t) (q * (double) (n - 1));
  for (unsigned i = 0; i < TB_HISTOGRAM_BUCKETS; i++)
    if ((below += h->bucket[i]) > rank)
      return (int64_t) tb_histogram_value (i);
  return (int64_t) tb_histogram_value (TB_HISTOGRAM_BUCKETS - 1);
}

void
tb_histogram_difference (const TbHistogram *later, const TbHistogram *before, TbHistogram *out)
{
  for (unsigned i = 0; i < TB_HISTOGRAM_BUCKETS; i++)
    out->bucket[i] = later->bucket[i] - before->bucket[i];
}

void
tb_histogram_add (TbHistogram *to, const TbHistogram *more)
{
  for (unsigned i = 0; i < TB_HISTOGRAM_BUCKETS; i++)
    to->bucket[i] += more->bucket[i];
}
