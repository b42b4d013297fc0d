/* Figures over a history that no verdict needs: who answered, and when replicas agreed. */
#include "history-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Wilson, J. Amer. Statist. Assoc. 22 (1927): 95 %. */
void
tb_wilson (uint64_t ok, uint64_t n, double *low, double *high)
{
  const double z = 1.959963984540054;
  double count = (double) n, p = n > 0 ? (double) ok / count : 0;
  if (n == 0)
    {
      *low = 0;
      *high = 1;
      return;
    }
  double centre = (p + z * z / (2 * count)) / (1 + z * z / count);
  double half = z / (1 + z * z / count) * sqrt (p * (1 - p) / count + z * z / (4 * count * count));
  *low = ok == 0 ? 0 : fmax (0, centre - half);
  *high = ok == n ? 1 : fmin (1, centre + half);
}

static void
count_op (const TbOp *op, TbAvailability *a)
{
  a->attempted++;
  a->ok += op->outcome == TB_OP_OK;
  a->failed += op->outcome == TB_OP_FAIL;
  a->unknown += op->outcome == TB_OP_UNKNOWN;
  a->timed_out += op->outcome != TB_OP_OK && op->error == TB_OP_ERROR_TIMEOUT;
}

void
tb_history_availability (const TbHistory *h, const uint8_t *side_of, unsigned n_replicas, int64_t from_ns, int64_t to_ns,
                         TbAvailability (*sides)[TB_N_OPS], unsigned n_sides)
{
  memset (sides, 0, n_sides * sizeof *sides);
  for (size_t k = 0; k < h->n_keys; k++)
    for (size_t i = 0; i < h->keys[k].n; i++)
      {
        const TbOp *op = &h->keys[k].ops[i];
        unsigned side = op->replica < n_replicas ? side_of[op->replica] : n_sides;
        if (op->invoke_ns >= from_ns && op->invoke_ns < to_ns && side < n_sides)
          count_op (op, &sides[side][op->kind]);
      }
  for (unsigned s = 0; s < n_sides; s++)
    for (unsigned k = 0; k < TB_N_OPS; k++)
      {
        TbAvailability *a = &sides[s][k];
        a->share = a->attempted > 0 ? (double) a->ok / (double) a->attempted : NAN;
        tb_wilson (a->ok, a->attempted, &a->low, &a->high);
      }
}

/* ---- Staleness ---------------------------------------------------------------------------------------- */

static int
by_age (const void *a, const void *b)
{
  const int64_t *x = a, *y = b;
  return *x < *y ? -1 : *x > *y;
}

void
tb_history_staleness (const TbHistory *h, int64_t from_ns, int64_t to_ns, double quantile, TbStaleness *staleness)
{
  int64_t *ages = malloc ((h->n_stale + 1) * sizeof *ages);
  TB_CHECK (ages != NULL);
  *staleness = (TbStaleness) { 0 };
  for (size_t k = 0; k < h->n_keys; k++)
    for (size_t i = 0; i < h->keys[k].n; i++)
      {
        const TbOp *op = &h->keys[k].ops[i];
        if (op->kind != TB_OP_READ || op->outcome != TB_OP_OK || op->invoke_ns < from_ns || op->invoke_ns >= to_ns)
          continue;
        int64_t age_ns = h->keys[k].general ? -1 : tb_figures_age (&h->keys[k], op);
        staleness->reads += age_ns >= 0;
        if (age_ns > 0 && staleness->stale < h->n_stale)
          ages[staleness->stale++] = age_ns;
      }
  qsort (ages, (size_t) staleness->stale, sizeof *ages, by_age);
  uint64_t rank = (uint64_t) ceil (quantile * (double) staleness->stale);
  if (rank > 0)
    staleness->age_ns = ages[TB_MIN (rank, staleness->stale) - 1];
  free (ages);
}

/* ---- Convergence ------------------------------------------------------------------------------------- */

static int
by_time (const void *a, const void *b)
{
  const TbDigest *x = a, *y = b;
  return x->time_ns < y->time_ns ? -1 : x->time_ns > y->time_ns;
}

static bool
all_alike (const uint64_t *digests, const bool *known, unsigned n)
{
  const uint64_t *first = NULL;
  for (unsigned i = 0; i < n; i++)
    {
      if (known[i] && first == NULL)
        first = &digests[i];
      else if (known[i] && digests[i] != *first)
        return false;
    }
  return true;
}

int64_t
tb_convergence (const TbDigest *samples, size_t n, unsigned n_replicas, int64_t heal_ns)
{
  TbDigest *sorted = malloc ((n + 1) * sizeof *sorted);
  uint64_t *digests = calloc (n_replicas + 1, sizeof *digests);
  bool *known = calloc (n_replicas + 1, sizeof *known);
  TB_CHECK (sorted != NULL && digests != NULL && known != NULL);
  int64_t since = heal_ns;
  bool alike = true;
  if (n > 0)
    memcpy (sorted, samples, n * sizeof *sorted);
  qsort (sorted, n, sizeof *sorted, by_time);
  for (size_t i = 0; i < n; i++)
    {
      if (sorted[i].replica >= n_replicas)
        continue;
      digests[sorted[i].replica] = sorted[i].digest;
      known[sorted[i].replica] = true;
      bool now = all_alike (digests, known, n_replicas);
      if (now && !alike)
        since = TB_MAX (heal_ns, sorted[i].time_ns);
      alike = now;
    }
  free (sorted);
  free (digests);
  free (known);
  return alike ? since - heal_ns : -1;
}

/* Of one key: the end of the last read that saw another value than the last did. */
static int64_t
agreed_at (const TbKey *key, int64_t heal_ns)
{
  const TbOp *last = NULL;
  int64_t at = heal_ns;
  for (size_t i = 0; i < key->n; i++)
    {
      const TbOp *op = &key->ops[i];
      bool reads = op->kind == TB_OP_READ && op->outcome == TB_OP_OK && op->invoke_ns >= heal_ns;
      if (reads && (last == NULL || op->return_ns >= last->return_ns))
        last = op;
    }
  for (size_t i = 0; last != NULL && i < key->n; i++)
    {
      const TbOp *op = &key->ops[i];
      if (op->kind == TB_OP_READ && op->outcome == TB_OP_OK && op->invoke_ns >= heal_ns && op->value != last->value)
        at = TB_MAX (at, op->return_ns);
    }
  return at;
}

int64_t
tb_history_convergence (const TbHistory *h, int64_t heal_ns)
{
  int64_t at = heal_ns;
  for (size_t i = 0; i < h->n_keys; i++)
    at = TB_MAX (at, agreed_at (&h->keys[i], heal_ns));
  return at - heal_ns;
}
