/* What a caching proxy keeps: whole replies by their request, under one lock. They stay when they
 * are no longer fresh, until others need the room: an old answer is better than none where the
 * target is down. */
#include "node-private.h"

#include <stdlib.h>
#include <string.h>

#define REPLIES_DEFAULT 1000

typedef struct
{
  int64_t kept_ns, fresh_ns;
} Stamp;

static Dict *dict;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void
replies_init (const Options *o)
{
  if (o->capacity == 0 && o->ttl_ns == 0)
    return;
  dict = dict_new ();
  dict_limit (dict, o->capacity > 0 ? o->capacity : REPLIES_DEFAULT);
}

static bool
copy_out (KeptReply *out, const char *bytes, size_t n)
{
  if (n > out->size)
    {
      char *more = realloc (out->bytes, n);
      if (more == NULL)
        return false;
      out->bytes = more;
      out->size = n;
    }
  memcpy (out->bytes, bytes, n);
  out->n = n;
  return true;
}

bool
replies_find (TbSlice key, KeptReply *out)
{
  Stamp stamp;
  bool found = false;
  if (dict == NULL)
    return false;
  pthread_mutex_lock (&lock);
  const DictEntry *e = dict_find (dict, key, 0);
  if (e != NULL && copy_out (out, e->value + sizeof stamp, e->value_n - sizeof stamp))
    {
      int64_t now = tb_now_ns ();
      memcpy (&stamp, e->value, sizeof stamp);
      out->age_s = (unsigned) ((now - stamp.kept_ns) / TB_NS_PER_S);
      out->fresh = now < stamp.fresh_ns;
      found = true;
    }
  pthread_mutex_unlock (&lock);
  return found;
}

bool
replies_kept (void)
{
  return dict != NULL;
}

void
replies_keep (TbSlice key, char *reply, size_t n, int64_t fresh_ns)
{
  int64_t now = tb_now_ns ();
  Stamp stamp = { now, fresh_ns > INT64_MAX - now ? INT64_MAX : now + fresh_ns };
  memcpy (reply, &stamp, sizeof stamp);
  pthread_mutex_lock (&lock);
  dict_set (dict, key, (TbSlice) { reply, n }, 0);
  pthread_mutex_unlock (&lock);
}
