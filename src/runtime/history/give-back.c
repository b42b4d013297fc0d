/* A history that grows for hours gives back what can no longer matter, key by key, of keys that zones judge.
 *
 * Take a moment, the cut, so long ago that what began before it is known. What comes later begins behind it. Of the values all of
 * whose operations ended before the cut (and whose write is known) let m be the largest last beginning, and the champion the value
 * that has it. Then:
 *   1. a value whose first end is before m cannot be read again: its zone, stretched behind the cut, would overlap the champion's or
 *      hold it. It is given back; a read of it is one of a value that nobody wrote, and as much a violation.
 *   2. of the others, whose first end is m or later, no zone of a value that was given back can ever be in the way.
 *   3. whatever else is stretched behind the cut, and would be in the way of a value that was given back, is in the way of the
 *      champion, which is kept.
 * So the verdict at the end is what it would have been. Of a value that is kept, those operations are kept that make its zone, and those that
 * ended behind the cut.
 *
 * What comes so late that this does not hold makes the key unknown, never violated. Figures are of what there is: a read
 * of a value that was given back counts as no stale read, and no age. */
#include "history-private.h"

#include <stdlib.h>
#include <string.h>

typedef struct
{
  TbKey *key;
  int64_t cut;
  bool *keeps;        /* clusters */
  uint32_t *clusters; /* their new places, NONE: given back */
  uint32_t *ops;      /* the same of operations */
} Cut;

static void *
many (size_t n, size_t size)
{
  void *memory = calloc (n + 1, size);
  TB_CHECK (memory != NULL);
  return memory;
}

/* ---- What is kept --------------------------------------------------------------------------------------- */

/* All of its operations ended before the cut, and its write is known. */
static bool
is_settled (const Cut *c, const TbCluster *cluster)
{
  const TbOp *write = cluster->write != NONE ? &c->key->ops[cluster->write] : NULL;
  bool read = cluster->first_read_op != NONE;
  if (cluster->value == TB_VALUE_NIL)
    return false;
  return write != NULL ? write->outcome == TB_OP_OK || read : !read;
}

static void
keep_what_went_on (Cut *c)
{
  TbKey *key = c->key;
  for (size_t i = 0; i < key->n; i++)
    {
      const TbOp *op = &key->ops[i];
      uint32_t at = tb_op_time (op) >= c->cut ? tb_index_find (&key->by_value, op->value) : NONE;
      if (at != NONE)
        c->keeps[at] = true;
    }
  for (size_t i = 0; i < key->n_clusters; i++)
    c->keeps[i] |= !is_settled (c, &key->clusters[i]);
}

static void
keep_what_can_be_read (Cut *c)
{
  const TbKey *key = c->key;
  size_t champion = key->n_clusters;
  int64_t m = INT64_MIN;
  for (size_t i = 0; i < key->n_clusters; i++)
    if (!c->keeps[i] && key->clusters[i].write != NONE && (champion == key->n_clusters || key->clusters[i].last_start > m))
      {
        m = key->clusters[i].last_start;
        champion = i;
      }
  for (size_t i = 0; i < key->n_clusters; i++)
    c->keeps[i] |= i == champion || (key->clusters[i].write != NONE && key->clusters[i].first_end >= m);
}

static void
keep_op (Cut *c, uint32_t op)
{
  if (op != NONE)
    c->ops[op] = 0;
}

/* Numbers what is kept anew, in the old order. */
static void
number (Cut *c)
{
  const TbKey *key = c->key;
  uint32_t n_ops = 0, n_clusters = 0;
  for (size_t i = 0; i < key->n; i++)
    c->ops[i] = tb_op_time (&key->ops[i]) >= c->cut ? 0 : NONE;
  for (size_t i = 0; i < key->n_clusters; i++)
    {
      const TbCluster *cluster = &key->clusters[i];
      c->clusters[i] = c->keeps[i] ? n_clusters++ : NONE;
      if (!c->keeps[i])
        continue;
      keep_op (c, cluster->write);
      keep_op (c, cluster->refused);
      keep_op (c, cluster->first_end_op);
      keep_op (c, cluster->last_start_op);
      keep_op (c, cluster->first_read_op);
    }
  for (size_t i = 0; i < key->n; i++)
    if (c->ops[i] != NONE)
      c->ops[i] = n_ops++;
}

/* ---- Giving back ------------------------------------------------------------------------------------------- */

static uint32_t
new_op (const Cut *c, uint32_t op)
{
  return op != NONE ? c->ops[op] : NONE;
}

static void
shrink (void **array, size_t *capacity, size_t n, size_t item)
{
  void *smaller = realloc (*array, (n + 1) * item);
  TB_CHECK (smaller != NULL);
  *array = smaller;
  *capacity = n + 1;
}
#define SHRINK(array, capacity, n) \
  do \
    { \
      void *p = (array); \
      shrink (&p, &(capacity), (n), sizeof *(array)); \
      (array) = p; \
    } \
  while (0)

static void
move_clusters (Cut *c)
{
  TbKey *key = c->key;
  size_t n = 0;
  tb_index_clear (&key->by_value);
  for (size_t i = 0; i < key->n_clusters; i++)
    {
      TbCluster cluster = key->clusters[i];
      if (c->clusters[i] == NONE)
        continue;
      cluster.write = new_op (c, cluster.write);
      cluster.refused = new_op (c, cluster.refused);
      cluster.first_end_op = new_op (c, cluster.first_end_op);
      cluster.last_start_op = new_op (c, cluster.last_start_op);
      cluster.first_read_op = new_op (c, cluster.first_read_op);
      key->clusters[n] = cluster;
      tb_index_put (&key->by_value, cluster.value, (uint32_t) n++);
    }
  key->n_clusters = n;
  SHRINK (key->clusters, key->clusters_capacity, n);
}

static void
move_zones (const Cut *c, TbZones *zones)
{
  size_t n = 0;
  for (size_t i = 0; i < zones->n; i++)
    {
      TbZone zone = zones->zones[i];
      zone.cluster = c->clusters[zone.cluster];
      if (zone.cluster != NONE)
        zones->zones[n++] = zone;
    }
  zones->n = n;
  SHRINK (zones->zones, zones->capacity, n);
}

static void
move_ops (Cut *c)
{
  TbKey *key = c->key;
  size_t n = 0;
  for (size_t i = 0; i < key->n; i++)
    {
      const TbOp *op = &key->ops[i];
      if (c->ops[i] != NONE)
        key->ops[n++] = *op;
      else if (op->kind != TB_OP_READ && op->outcome == TB_OP_OK)
        key->changed_ns = TB_MAX (key->changed_ns, op->return_ns);
    }
  key->n_given_back += key->n - n;
  key->n = key->taken = n;
  SHRINK (key->ops, key->capacity, n);
}

/* The earliest end of a write that a read may still be as old as: of what is kept and was written. */
static int64_t
oldest_written (const Cut *c)
{
  const TbKey *key = c->key;
  int64_t oldest = c->cut;
  for (size_t i = 0; i < key->n_clusters; i++)
    {
      const TbCluster *cluster = &key->clusters[i];
      if (cluster->write == NONE)
        continue;
      const TbOp *write = &key->ops[cluster->write];
      oldest = TB_MIN (oldest, write->outcome == TB_OP_OK ? write->return_ns : cluster->first_end);
    }
  return oldest;
}

static void
give_back_of_key (TbKey *key, int64_t cut)
{
  Cut c = { key, cut, many (key->n_clusters, sizeof *c.keeps), many (key->n_clusters, sizeof *c.clusters),
            many (key->n, sizeof *c.ops) };
  if (key->kind == TB_VERDICT_VIOLATED)
    {
      /* By how much it is: with what is there now. Its zones are not looked at again. */
      int64_t delta = tb_delta (key);
      key->delta_before_ns = delta < 0 || key->delta_before_ns < 0 ? -1 : TB_MAX (delta, key->delta_before_ns);
      key->forward.n = key->backward.n = 0;
    }
  keep_what_went_on (&c);
  keep_what_can_be_read (&c);
  number (&c);
  move_clusters (&c);
  move_zones (&c, &key->forward);
  move_zones (&c, &key->backward);
  move_ops (&c);
  tb_figures_give_back (key, oldest_written (&c));
  key->cut_ns = cut;
  free (c.keeps);
  free (c.clusters);
  free (c.ops);
}

/* Half of it, or less where it is too young; all that is not where there is more than twice of what may be. */
static int64_t
cut_of (const TbKey *key, int64_t keep_ns, bool all)
{
  int64_t young = key->last_end_ns - TB_MAX (keep_ns, 2 * key->longest_ns);
  return all ? young : TB_MIN (young, tb_op_time (&key->ops[key->n / 2]));
}

void
tb_history_give_back (TbHistory *h, const TbJudgeOptions *options)
{
  int64_t keep_ns = options->keep_ns > 0 ? options->keep_ns : TB_JUDGE_KEEP_NS;
  uint64_t bytes = tb_history_memory (h);
  bool all = bytes / 2 > options->keep_bytes;
  if (options->keep_bytes == 0 || !options->live || options->search || bytes < TB_MAX (options->keep_bytes, h->next_give_back))
    return;
  for (size_t i = 0; i < h->n_keys; i++)
    {
      TbKey *key = &h->keys[i];
      int64_t cut = key->n > 0 && !key->general ? cut_of (key, TB_MAX (keep_ns, options->patience_ns), all) : INT64_MIN;
      if (cut <= key->cut_ns)
        continue;
      h->n_given_back -= key->n_given_back;
      give_back_of_key (key, cut);
      h->n_given_back += key->n_given_back;
    }
  /* Where little could be given back, it is not tried again at once. */
  size_t left = tb_history_memory (h);
  h->next_give_back = left + left / 4;
}
