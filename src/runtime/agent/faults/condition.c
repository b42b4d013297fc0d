/* When a fault strikes: conditions, and chance that can be repeated. */
#include "fault.h"

#include <string.h>

bool
tb_glob_matches (const char *pattern, const char *text)
{
  /* After a star that did not fit, the text is tried one byte further on: no recursion. */
  const char *star = NULL, *from = NULL;
  while (*text != '\0')
    if (*pattern == '*')
      {
        star = ++pattern;
        from = text;
      }
    else if (*pattern == *text || *pattern == '?')
      {
        pattern++;
        text++;
      }
    else if (star != NULL)
      {
        pattern = star;
        text = ++from;
      }
    else
      return false;
  while (*pattern == '*')
    pattern++;
  return *pattern == '\0';
}

uint64_t
tb_chance_key (uint64_t a, uint64_t b, uint64_t c)
{
  uint64_t words[3] = { a, b, c };
  return tb_hash_bytes (words, sizeof words);
}

void
tb_chance_begin (TbRng *rng, const TbFault *fault, uint64_t key, uint64_t n)
{
  tb_rng_seed (rng, fault->seed ^ key * UINT64_C (0x9e3779b97f4a7c15)
                        ^ n * UINT64_C (0xc2b2ae3d27d4eb4f));
}

bool
tb_fault_strikes_next (TbFault *fault, TbRng *rng)
{
  const TbWireFault *wire = &fault->wire;
  fault->met++;
  if (wire->first > 0 && fault->struck >= (uint64_t) wire->first)
    return false;
  if (wire->every > 1 && fault->met % (uint64_t) wire->every != 0)
    return false;
  if (tb_rng_uniform (rng) >= wire->probability)
    return false;
  fault->struck++;
  return true;
}

double
tb_fault_correlated (TbFault *fault, unsigned direction, TbRng *rng)
{
  double rho = fault->wire.correlation, draw = tb_rng_uniform (rng);
  fault->last[direction] = rho * fault->last[direction] + (1 - rho) * draw;
  return fault->last[direction];
}
