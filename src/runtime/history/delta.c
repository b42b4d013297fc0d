/* Delta (Golab, Li and Shah, PODC 2011): the least by which every read's beginning must be moved back for the history to be linearizable.
 * More never hurts, so it is searched by halves, each a zone test over the clusters. */
#include "history-private.h"

#include <stdlib.h>

#define EXACT_NS TB_NS_PER_US

typedef struct
{
  const TbKey *key;
  TbZone *zones[3];
} Delta;

static int
by_low (const void *a, const void *b)
{
  const TbZone *x = a, *y = b;
  return x->low < y->low ? -1 : x->low > y->low;
}

static int64_t
minus (int64_t t, int64_t by)
{
  return t < INT64_MIN + by ? INT64_MIN : t - by;
}

static bool
is_linearizable_with (Delta *d, int64_t delta)
{
  const TbKey *key = d->key;
  size_t n[3] = { 0 };
  for (uint32_t i = 0; i < key->n_clusters; i++)
    {
      const TbCluster *c = &key->clusters[i];
      int64_t start = c->write != NONE ? key->ops[c->write].invoke_ns : INT64_MIN;
      if (c->first_end == INT64_MAX || c->last_start_op == NONE)
        continue;
      if (c->last_read_start != INT64_MIN)
        start = TB_MAX (start, minus (c->last_read_start, delta));
      TbZoneKind kind = c->first_end < start ? TB_ZONE_FORWARD : TB_ZONE_BACKWARD;
      d->zones[kind][n[kind]++] = (TbZone) { TB_MIN (start, c->first_end), TB_MAX (start, c->first_end), i };
    }
  const TbZone *f = d->zones[TB_ZONE_FORWARD], *b = d->zones[TB_ZONE_BACKWARD];
  qsort (d->zones[TB_ZONE_FORWARD], n[TB_ZONE_FORWARD], sizeof *f, by_low);
  qsort (d->zones[TB_ZONE_BACKWARD], n[TB_ZONE_BACKWARD], sizeof *b, by_low);
  for (size_t i = 0; i + 1 < n[TB_ZONE_FORWARD]; i++)
    if (f[i].high > f[i + 1].low)
      return false;
  for (size_t i = 0, around = 0; i < n[TB_ZONE_BACKWARD] && n[TB_ZONE_FORWARD] > 0; i++)
    {
      while (around + 1 < n[TB_ZONE_FORWARD] && f[around + 1].low < b[i].low)
        around++;
      if (f[around].low < b[i].low && b[i].high < f[around].high)
        return false;
    }
  return true;
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
  Delta d = { .key = key };
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
  for (int i = 1; i < 3; i++)
    d.zones[i] = malloc ((key->n_clusters + 1) * sizeof *d.zones[i]);
  TB_CHECK (d.zones[1] != NULL && d.zones[2] != NULL);
  int64_t no = 0, yes = last - first + 1;
  while (yes - no > EXACT_NS)
    {
      int64_t middle = no + (yes - no) / 2;
      if (is_linearizable_with (&d, middle))
        yes = middle;
      else
        no = middle;
    }
  free (d.zones[1]);
  free (d.zones[2]);
  return yes;
}
