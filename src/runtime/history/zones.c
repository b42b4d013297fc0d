/* The zone test (Gibbons and Korach, SIAM J. Comput. 26(4) 1997, pp. 1208-1244): a history of reads and
 * writes of unique values is linearizable if and only if
 *   (a) every value read was written, and no read of it ended before its write began,
 *   (b) no two forward zones overlap,
 *   (c) no backward zone lies inside a forward one.
 * What was there at first is a write at minus infinity. A write of unknown outcome never ends, and counts
 * only when it was read; reads without an answer and writes that failed are dropped.
 *
 * More operations only make f, the first end, smaller and s, the last beginning, larger: a forward zone grows, a backward one
 * shrinks until it turns forward. So a violation stays one, and a judge that has seen all but the last operations looks only at
 * zones that changed and their neighbours: the zones filed by their left ends, the part that changed is taken out and merged in anew.
 *
 * Invariant, after each judging that found nothing:
 *   1. forward and backward are sorted by low and hold each cluster's zone once, as its ends are now
 *   2. the forward zones do not overlap
 *   3. no backward zone lies inside a forward one */
#include "history-private.h"

#include <stdlib.h>
#include <string.h>

void
tb_key_clear_zones (TbKey *key)
{
  free (key->clusters);
  free (key->dirty);
  free (key->forward.zones);
  free (key->backward.zones);
  tb_index_clear (&key->by_value);
  key->clusters = NULL;
  key->dirty = NULL;
  key->n_clusters = key->clusters_capacity = key->n_dirty = key->dirty_capacity = key->n_unwritten = 0;
  key->forward = key->backward = (TbZones) { 0 };
}

/* ---- Clusters ---------------------------------------------------------------------------------------- */

static TbCluster *
cluster_of (TbKey *key, uint64_t value)
{
  uint32_t place = tb_index_put (&key->by_value, value, (uint32_t) key->n_clusters);
  if (place == key->n_clusters)
    {
      key->clusters = tb_grow (key->clusters, &key->clusters_capacity, key->n_clusters + 1, sizeof *key->clusters);
      key->clusters[key->n_clusters++] =
        (TbCluster) { .value = value, .first_end = value == TB_VALUE_NIL ? INT64_MIN : INT64_MAX, .last_start = INT64_MIN,
                      .first_read_end = INT64_MAX, .last_read_start = INT64_MIN, .before = INT64_MIN, .write = NONE, .refused = NONE, .first_end_op = NONE,
                      .last_start_op = NONE, .first_read_op = NONE };
    }
  return &key->clusters[place];
}

static void
touch (TbKey *key, TbCluster *c)
{
  if (c->dirty)
    return;
  c->dirty = true;
  key->dirty = tb_grow (key->dirty, &key->dirty_capacity, key->n_dirty + 1, sizeof *key->dirty);
  key->dirty[key->n_dirty++] = (uint32_t) (c - key->clusters);
}

static bool
is_unwritten (const TbCluster *c)
{
  return c->first_read_op != NONE && c->write == NONE && c->value != TB_VALUE_NIL;
}

static void
take_write (TbKey *key, uint32_t at)
{
  const TbOp *op = &key->ops[at];
  if (op->value == TB_VALUE_NIL)
    {
      key->general = true;
      return;
    }
  TbCluster *c = cluster_of (key, op->value);
  if (op->outcome == TB_OP_FAIL)
    {
      c->refused = at;
      touch (key, c);
    }
  else if (c->write != NONE)
    key->general = true;
  else
    {
      key->n_unwritten -= is_unwritten (c);
      c->write = at;
    }
}

/* The cluster's ends, with an operation that is in it. */
static void
stretch (TbKey *key, TbCluster *c, uint32_t at)
{
  const TbOp *op = &key->ops[at];
  int64_t end = op->outcome == TB_OP_OK ? op->return_ns : INT64_MAX;
  if (end < c->first_end)
    {
      c->first_end = end;
      c->first_end_op = at;
    }
  if (op->invoke_ns > c->last_start || c->last_start_op == NONE)
    {
      c->last_start = op->invoke_ns;
      c->last_start_op = at;
    }
  touch (key, c);
}

static void
take_read (TbKey *key, uint32_t at)
{
  const TbOp *op = &key->ops[at];
  TbCluster *c = cluster_of (key, op->value);
  bool was = is_unwritten (c);
  if (op->return_ns < c->first_read_end || c->first_read_op == NONE)
    {
      c->first_read_end = op->return_ns;
      c->first_read_op = at;
    }
  c->last_read_start = TB_MAX (c->last_read_start, op->invoke_ns);
  key->n_unwritten += is_unwritten (c) && !was;
  stretch (key, c, at);
}

/* Of an operation that began before others were given back: notes where it might have mattered to these. True: what it read may be one of
 * them, so nothing can be said of it. */
static bool
came_too_late (TbKey *key, const TbOp *op)
{
  bool reads = op->kind == TB_OP_READ && op->outcome == TB_OP_OK, known = tb_index_find (&key->by_value, op->value) != NONE;
  bool writes = op->kind == TB_OP_WRITE && op->outcome != TB_OP_FAIL;
  key->uncertain |= reads || (writes && (known || op->return_ns < key->cut_ns));
  return reads && !known;
}

static void
take_op (TbKey *key, uint32_t at)
{
  const TbOp *op = &key->ops[at];
  if (op->outcome != TB_OP_FAIL)
    key->kinds |= 1u << op->kind;
  if (op->return_ns != INT64_MAX)
    key->longest_ns = TB_MAX (key->longest_ns, op->return_ns - op->invoke_ns);
  key->first_start_ns = TB_MIN (key->first_start_ns, op->invoke_ns);
  if (key->general || (op->invoke_ns < key->cut_ns && came_too_late (key, op)))
    return;
  if (op->kind == TB_OP_READ)
    {
      if (op->outcome == TB_OP_OK)
        take_read (key, at);
      return;
    }
  if (op->kind != TB_OP_WRITE)
    {
      key->general |= op->outcome != TB_OP_FAIL;
      return;
    }
  take_write (key, at);
  if (op->outcome != TB_OP_FAIL && !key->general)
    stretch (key, cluster_of (key, op->value), at);
}

/* ---- In the order in which they ended ------------------------------------------------------------------ */

static int
by_end (const void *a, const void *b)
{
  const TbOp *x = a, *y = b;
  int64_t s = tb_op_time (x), t = tb_op_time (y);
  return s != t ? (s < t ? -1 : 1) : x->invoke_ns < y->invoke_ns ? -1 : x->invoke_ns > y->invoke_ns;
}

static void
sort_ops (TbOp *ops, size_t n)
{
  for (size_t i = 1; i < n; i++)
    if (tb_op_time (&ops[i]) < tb_op_time (&ops[i - 1]))
      {
        qsort (ops, n, sizeof *ops, by_end);
        return;
      }
}

void
tb_key_take (TbKey *key, bool live)
{
  sort_ops (key->ops + key->taken, key->n - key->taken);
  if (key->taken < key->n && tb_op_time (&key->ops[key->taken]) < key->last_end_ns)
    key->late = true;
  if (key->late && !live && key->n_given_back == 0)
    {
      /* What depends on the order of ends is known at the end only: all anew. */
      tb_key_clear_zones (key);
      sort_ops (key->ops, key->n);
      key->taken = 0;
      key->late = key->general = false;
      tb_figures_clear (key);
    }
  size_t first = key->taken;
  for (; key->taken < key->n; key->taken++)
    take_op (key, (uint32_t) key->taken);
  if (key->n > 0)
    key->last_end_ns = TB_MAX (key->last_end_ns, tb_op_time (&key->ops[key->n - 1]));
  key->taken = key->n;
  if (key->general)
    tb_figures_clear (key);
  else
    tb_figures_take (key, first);
}

/* ---- Filing zones ------------------------------------------------------------------------------------------- */

static TbZoneKind
zone_of (const TbCluster *c, TbZone *zone)
{
  /* One that was never read, and whose write never ended or is not known yet: nothing follows. */
  if (c->first_end == INT64_MAX || c->last_start_op == NONE)
    return TB_ZONE_NONE;
  bool forward = c->first_end < c->last_start;
  zone->low = forward ? c->first_end : c->last_start;
  zone->high = forward ? c->last_start : c->first_end;
  return forward ? TB_ZONE_FORWARD : TB_ZONE_BACKWARD;
}

/* The first whose left end is not before. */
static size_t
first_from (const TbZones *zones, int64_t low)
{
  size_t a = 0, b = zones->n;
  while (a < b)
    {
      size_t middle = a + (b - a) / 2;
      if (zones->zones[middle].low < low)
        a = middle + 1;
      else
        b = middle;
    }
  return a;
}

static int
by_low (const void *a, const void *b)
{
  const TbZone *x = a, *y = b;
  return x->low < y->low ? -1 : x->low > y->low;
}

static void
sort_zones (TbZone *zones, size_t n)
{
  for (size_t i = 1; i < n; i++)
    if (zones[i].low < zones[i - 1].low)
      {
        qsort (zones, n, sizeof *zones, by_low);
        return;
      }
}

/* Takes the zones of changed clusters out from place first on. */
static void
drop_changed (const TbKey *key, TbZones *zones, size_t first)
{
  size_t kept = first;
  for (size_t i = first; i < zones->n; i++)
    if (!key->clusters[zones->zones[i].cluster].dirty)
      zones->zones[kept++] = zones->zones[i];
  zones->n = kept;
}

/* Merges n sorted ones in, from the back. */
static void
merge_in (TbZones *zones, const TbZone *fresh, size_t n)
{
  zones->zones = tb_grow (zones->zones, &zones->capacity, zones->n + n, sizeof *zones->zones);
  size_t old = zones->n, to = old + n;
  zones->n = to;
  while (n > 0)
    if (old > 0 && zones->zones[old - 1].low > fresh[n - 1].low)
      zones->zones[--to] = zones->zones[--old];
    else
      zones->zones[--to] = fresh[--n];
}

/* Files what changed anew; returns the left end from which on zones may be others than before. */
static int64_t
file_changed (TbKey *key)
{
  int64_t from = INT64_MAX;
  size_t n[3] = { 0 };
  TbZone *fresh[3] = { NULL, malloc ((key->n_dirty + 1) * sizeof (TbZone)), malloc ((key->n_dirty + 1) * sizeof (TbZone)) };
  TB_CHECK (fresh[1] != NULL && fresh[2] != NULL);
  for (size_t i = 0; i < key->n_dirty; i++)
    {
      TbCluster *c = &key->clusters[key->dirty[i]];
      TbZone zone = { .cluster = key->dirty[i] };
      TbZoneKind kind = zone_of (c, &zone);
      if (c->filed != TB_ZONE_NONE)
        from = TB_MIN (from, c->placed);
      if (kind != TB_ZONE_NONE)
        {
          from = TB_MIN (from, zone.low);
          fresh[kind][n[kind]++] = zone;
        }
      c->filed = (uint8_t) kind;
      c->placed = zone.low;
    }
  drop_changed (key, &key->forward, first_from (&key->forward, from));
  drop_changed (key, &key->backward, first_from (&key->backward, from));
  sort_zones (fresh[TB_ZONE_FORWARD], n[TB_ZONE_FORWARD]);
  sort_zones (fresh[TB_ZONE_BACKWARD], n[TB_ZONE_BACKWARD]);
  merge_in (&key->forward, fresh[TB_ZONE_FORWARD], n[TB_ZONE_FORWARD]);
  merge_in (&key->backward, fresh[TB_ZONE_BACKWARD], n[TB_ZONE_BACKWARD]);
  free (fresh[1]);
  free (fresh[2]);
  return from;
}

/* ---- The test ------------------------------------------------------------------------------------------------- */

/* (a), of clusters that changed. */
static bool
violates_writing (const TbHistory *h, TbKey *key, bool live)
{
  for (size_t i = 0; i < key->n_dirty; i++)
    {
      const TbCluster *c = &key->clusters[key->dirty[i]];
      if (is_unwritten (c) && c->refused != NONE)
        {
          tb_words_read_unwritten (h, key, c);
          return true;
        }
      if (c->write != NONE && c->first_read_end < key->ops[c->write].invoke_ns)
        {
          tb_words_read_early (h, key, c);
          return true;
        }
    }
  for (size_t i = 0; !live && key->n_unwritten > 0 && i < key->n_clusters; i++)
    if (is_unwritten (&key->clusters[i]))
      {
        tb_words_read_unwritten (h, key, &key->clusters[i]);
        return true;
      }
  return false;
}

/* (b): of zones by their left ends, where any two overlap, two neighbours do. */
static bool
violates_overlap (const TbHistory *h, TbKey *key, size_t first)
{
  const TbZone *z = key->forward.zones;
  for (size_t i = first; i + 1 < key->forward.n; i++)
    if (z[i].high > z[i + 1].low)
      {
        tb_words_overlap (h, key, &key->clusters[z[i].cluster], &key->clusters[z[i + 1].cluster]);
        return true;
      }
  return false;
}

/* (c): of forward zones that do not overlap, only the last to begin before a backward one may hold it. */
static bool
violates_inside (const TbHistory *h, TbKey *key, size_t first, int64_t from)
{
  const TbZones *f = &key->forward, *b = &key->backward;
  size_t around = first;
  for (size_t i = first_from (b, from); i < b->n; i++)
    {
      const TbZone *inner = &b->zones[i];
      while (around + 1 < f->n && f->zones[around + 1].low < inner->low)
        around++;
      if (around < f->n && f->zones[around].low < inner->low && inner->high < f->zones[around].high)
        {
          tb_words_inside (h, key, &key->clusters[f->zones[around].cluster], &key->clusters[inner->cluster]);
          return true;
        }
    }
  return false;
}

void
tb_zones_judge (const TbHistory *h, TbKey *key, bool live)
{
  bool violated = key->kind == TB_VERDICT_VIOLATED || violates_writing (h, key, live);
  if (!violated)
    {
      int64_t from = file_changed (key);
      /* The zone before the first that changed may reach into it. */
      size_t first = first_from (&key->forward, from);
      first -= first > 0;
      violated = violates_overlap (h, key, first) || violates_inside (h, key, first, from);
    }
  for (size_t i = 0; i < key->n_dirty; i++)
    key->clusters[key->dirty[i]].dirty = false;
  key->n_dirty = 0;
  key->kind = violated ? TB_VERDICT_VIOLATED : TB_VERDICT_LINEARIZABLE;
}
