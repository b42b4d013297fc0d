/* Delta (Golab, Li and Shah, PODC 2011): the least by which every read's beginning must be moved back for the history to be linearizable.
 * More never hurts, so it is searched by halves, each a zone test over the clusters. */
#include "history-private.h"

#include <stdlib.h>

#define EXACT_NS TB_NS_PER_US

/* Of a cluster: its first end, and the beginnings of its write and of its last read. */
typedef struct
{
  int64_t first_end, written, read;
} Ends;

static int
by_first_end (const void *a, const void *b)
{
  const Ends *x = a, *y = b;
  return x->first_end < y->first_end ? -1 : x->first_end > y->first_end;
}

static int64_t
minus (int64_t t, int64_t by)
{
  return t < INT64_MIN + by ? INT64_MIN : t - by;
}

/* By their first ends: of forward zones that do not overlap, only the last that begins before a backward one's end
 * may hold it. */
static bool
is_linearizable_with (const Ends *ends, size_t n, int64_t delta)
{
  const Ends *forward = NULL;
  int64_t high = INT64_MIN;
  for (size_t i = 0; i < n; i++)
    {
      int64_t start = TB_MAX (ends[i].written, minus (ends[i].read, delta));
      if (ends[i].first_end < start)
        {
          if (forward != NULL && high > ends[i].first_end)
            return false;
          forward = &ends[i];
          high = start;
        }
      else if (forward != NULL && forward->first_end < start && ends[i].first_end < high)
        return false;
    }
  return true;
}

static size_t
gather (const TbKey *key, Ends *ends)
{
  size_t n = 0;
  for (size_t i = 0; i < key->n_clusters; i++)
    {
      const TbCluster *c = &key->clusters[i];
      int64_t written = c->write != NONE ? key->ops[c->write].invoke_ns : INT64_MIN;
      if (c->first_end != INT64_MAX && c->last_start_op != NONE)
        ends[n++] = (Ends) { c->first_end, written, c->last_read_start };
    }
  qsort (ends, n, sizeof *ends, by_first_end);
  return n;
}

/* A value that nobody wrote, or that was read before: no moving back of reads explains that. */
static bool
is_beyond (const TbKey *key)
{
  for (size_t i = 0; i < key->n_clusters; i++)
    {
      const TbCluster *c = &key->clusters[i];
      bool read = c->first_read_op != NONE && c->value != TB_VALUE_NIL;
      if (read && (c->write == NONE || c->first_read_end < key->ops[c->write].invoke_ns))
        return true;
    }
  return false;
}

int64_t
tb_delta (const TbKey *key)
{
  int64_t first = INT64_MAX, last = INT64_MIN;
  if (key->kind != TB_VERDICT_VIOLATED)
    return 0;
  if (key->general || is_beyond (key))
    return -1;
  for (size_t i = 0; i < key->n; i++)
    {
      first = TB_MIN (first, key->ops[i].invoke_ns);
      last = TB_MAX (last, key->ops[i].invoke_ns);
    }
  Ends *ends = malloc ((key->n_clusters + 1) * sizeof *ends);
  TB_CHECK (ends != NULL);
  size_t n = gather (key, ends);
  int64_t no = 0, yes = last - first + 1;
  while (yes - no > EXACT_NS)
    {
      int64_t middle = no + (yes - no) / 2;
      if (is_linearizable_with (ends, n, middle))
        yes = middle;
      else
        no = middle;
    }
  free (ends);
  return yes;
}
