/* Kept routes under any bytes: the sum at their end is set right first, or nothing behind it would
 * ever be read. */
#include "tb-base.h"
#include "tb-diagram.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  uint8_t *all = g_malloc (n + sizeof (uint64_t));
  uint64_t sum = tb_hash_bytes (bytes, n);
  if (n > 0)
    memcpy (all, bytes, n);
  memcpy (all + n, &sum, sizeof sum);
  GBytes *routes = g_bytes_new_take (all, n + sizeof sum);
  tb_routes_are_sound (routes);
  g_bytes_unref (routes);
  return 0;
}
