/* A stateful server's memory of its clients: a counter a session, in this process only. Bounded:
 * past its size a session takes the place of another, which is then lost, as in any server. */
#include "node-private.h"

#define SESSIONS (1u << 16) /* a power of two */
#define PROBES 8

static struct
{
  uint64_t id, count;
} table[SESSIONS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

uint64_t
sessions_begin (TbRng *rng)
{
  return tb_rng_next (rng) | 1;
}

uint64_t
sessions_count (uint64_t id, bool begin)
{
  uint64_t slot = tb_hash_bytes (&id, sizeof id), at = slot % SESSIONS, count = 0;
  pthread_mutex_lock (&lock);
  for (unsigned i = 0; i < PROBES; i++)
    {
      uint64_t probe = (slot + i) % SESSIONS;
      if (table[probe].id == id || table[probe].id == 0)
        {
          at = probe;
          break;
        }
    }
  if (begin)
    {
      table[at].id = id;
      table[at].count = 0;
    }
  if (table[at].id == id)
    count = ++table[at].count;
  pthread_mutex_unlock (&lock);
  return count;
}
