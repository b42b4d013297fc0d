/* Chance with a seed, and hashes of names. */
#include "tb-base.h"

#include <string.h>

static uint64_t
rotl (uint64_t x, int k)
{
  return (x << k) | (x >> (64 - k));
}

/* splitmix64 spreads a small seed over the whole state (the authors' advice). */
void
tb_rng_seed (TbRng *rng, uint64_t seed)
{
  for (int i = 0; i < 4; i++)
    {
      uint64_t z = (seed += UINT64_C (0x9e3779b97f4a7c15));
      z = (z ^ (z >> 30)) * UINT64_C (0xbf58476d1ce4e5b9);
      z = (z ^ (z >> 27)) * UINT64_C (0x94d049bb133111eb);
      rng->s[i] = z ^ (z >> 31);
    }
}

uint64_t
tb_rng_next (TbRng *rng)
{
  uint64_t *s = rng->s;
  uint64_t result = rotl (s[1] * 5, 7) * 9, t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotl (s[3], 45);
  return result;
}

double
tb_rng_uniform (TbRng *rng)
{
  return (double) (tb_rng_next (rng) >> 11) * 0x1.0p-53;
}

uint64_t
tb_rng_below (TbRng *rng, uint64_t n)
{
  TB_CHECK (n > 0);
  return (uint64_t) (((unsigned __int128) tb_rng_next (rng) * n) >> 64);
}

uint64_t
tb_hash_bytes (const void *bytes, size_t n)
{
  const unsigned char *p = bytes;
  uint64_t h = UINT64_C (0xcbf29ce484222325);
  for (size_t i = 0; i < n; i++)
    h = (h ^ p[i]) * UINT64_C (0x100000001b3);
  return h;
}

uint64_t
tb_hash_string (const char *s)
{
  return tb_hash_bytes (s, strlen (s));
}
