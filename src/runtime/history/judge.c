/* All keys together. */
#include "history-private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where something was done to it that is not known here, nothing is known. */
static void
doubt (const TbHistory *h, TbKey *key)
{
  if (h->strange.line == 0 || (!h->strange.all && tb_index_find (&h->strange_keys, key->number) == NONE))
    return;
  key->kind = TB_VERDICT_UNKNOWN;
  key->n_witness = 0;
  snprintf (key->sentence, sizeof key->sentence, "not known: what “%s” does (line %" PRIu32 ") is not known here",
            h->strange.verb, h->strange.line);
}

/* Nor where what it would be judged with was given back. */
static void
doubt_what_is_gone (TbKey *key)
{
  if (key->n_given_back == 0 || !(key->uncertain || key->general) || key->kind == TB_VERDICT_VIOLATED)
    return;
  key->kind = TB_VERDICT_UNKNOWN;
  key->n_witness = 0;
  snprintf (key->sentence, sizeof key->sentence, "not known: %s, when the oldest operations were no longer kept",
            key->general ? "something other than to read it and to write what was new was done to it" : "an operation was told very late");
}

static int64_t
delta_of (const TbKey *key)
{
  int64_t delta = tb_delta (key);
  return delta < 0 || key->delta_before_ns < 0 ? -1 : TB_MAX (delta, key->delta_before_ns);
}

static void
judge_key (TbHistory *h, TbKey *key, const TbJudgeOptions *options)
{
  TbVerdictKind was = key->kind;
  h->n_stale -= key->n_stale;
  tb_key_take (key, options->live);
  if (key->general && !key->was_general)
    {
      /* What zones found was for values that are written once. */
      key->kind = TB_VERDICT_LINEARIZABLE;
      tb_key_clear_zones (key);
    }
  key->was_general = key->general;
  if (key->general && key->n_given_back > 0)
    key->kind = TB_VERDICT_UNKNOWN;
  else if (key->general || options->search)
    tb_search_judge (h, key, options);
  else
    tb_zones_judge (h, key, options->live);
  doubt_what_is_gone (key);
  if (key->kind == TB_VERDICT_LINEARIZABLE || key->kind == TB_VERDICT_VIOLATED)
    doubt (h, key);
  h->n_stale += key->n_stale;
  key->delta_ns = options->live ? 0 : delta_of (key);
  h->n_violated += (key->kind == TB_VERDICT_VIOLATED) - (uint64_t) (was == TB_VERDICT_VIOLATED);
  h->n_unknown += (key->kind == TB_VERDICT_UNKNOWN) - (uint64_t) (was == TB_VERDICT_UNKNOWN);
}

static const TbKey *
first_of_kind (const TbHistory *h, TbVerdictKind kind)
{
  for (size_t i = 0; i < h->n_keys; i++)
    if (h->keys[i].kind == kind)
      return &h->keys[i];
  return NULL;
}

static unsigned
place_in_witness (const TbKey *key, const TbOp *op)
{
  for (unsigned i = 0; i < key->n_witness; i++)
    if (memcmp (&key->witness[i], op, sizeof *op) == 0)
      return i;
  return TB_WITNESS_MAX;
}

static void
tell (const TbHistory *h, TbVerdict *v)
{
  char name[80];
  v->kind = h->n_violated > 0 ? TB_VERDICT_VIOLATED : h->n_unknown > 0 ? TB_VERDICT_UNKNOWN : TB_VERDICT_LINEARIZABLE;
  v->arrow_from = v->arrow_to = TB_WITNESS_MAX;
  const TbKey *key = v->kind != TB_VERDICT_LINEARIZABLE ? first_of_kind (h, v->kind) : NULL;
  if (key == NULL)
    {
      snprintf (v->sentence, sizeof v->sentence, "%" PRIu64 " operation%s, and one order explains them all", v->operations,
                v->operations == 1 ? "" : "s");
      return;
    }
  v->key = key->number;
  v->n_witness = key->n_witness;
  memcpy (v->witness, key->witness, sizeof v->witness);
  v->arrow_from = place_in_witness (key, &key->before);
  v->arrow_to = place_in_witness (key, &key->after);
  if (h->n_keys > 1)
    snprintf (v->sentence, sizeof v->sentence, "%.64s: %.250s", tb_history_key_name (h, key->number, name, sizeof name),
              key->sentence);
  else
    snprintf (v->sentence, sizeof v->sentence, "%s", key->sentence);
}

static int
by_number (const void *a, const void *b)
{
  const int64_t *x = a, *y = b;
  return *x < *y ? -1 : *x > *y;
}

/* The least that 95 % of n are at most, where all but the sorted ones are 0. */
static int64_t
p95_of (const int64_t *sorted, uint64_t n_sorted, uint64_t n)
{
  uint64_t rank = n - n / 20, zeros = n - n_sorted; /* from 1 */
  return n == 0 || rank <= zeros ? 0 : sorted[rank - zeros - 1];
}

static void
find_percentiles (TbHistory *h)
{
  int64_t *all = malloc ((h->n_stale + 1) * sizeof *all);
  size_t n = 0;
  TB_CHECK (all != NULL);
  for (size_t i = 0; i < h->n_keys; i++)
    {
      const TbKey *key = &h->keys[i];
      if (key->n_stale > 0)
        memcpy (all + n, key->stale, key->n_stale * sizeof *all);
      n += key->n_stale;
    }
  qsort (all, n, sizeof *all, by_number);
  h->p95_ns = p95_of (all, n, TB_MAX (h->reads, n));
  h->stale_p95_ns = p95_of (all, n, n);
  h->p95_of = n;
  free (all);
}

static void
tell_staleness (TbHistory *h, bool live, TbVerdict *v)
{
  /* Live, sorted again when a twentieth is new. */
  if (h->n_stale > 0 && (!live || h->n_stale >= h->p95_of + h->p95_of / 20))
    find_percentiles (h);
  v->stale_reads = h->n_stale;
  v->staleness_p95_ns = h->n_stale > 0 ? h->p95_ns : 0;
  v->stale_p95_ns = h->n_stale > 0 ? h->stale_p95_ns : 0;
}

static void
tell_figures (TbHistory *h, const TbJudgeOptions *options, TbVerdict *v)
{
  tell_staleness (h, options->live, v);
  for (size_t i = 0; i < h->n_keys; i++)
    {
      const TbKey *key = &h->keys[i];
      v->guarantees |= key->guarantees;
      v->staleness_worst_versions = TB_MAX (v->staleness_worst_versions, key->stale_versions);
      v->staleness_worst_ns = TB_MAX (v->staleness_worst_ns, key->stale_worst_ns);
      if (v->delta_ns >= 0)
        v->delta_ns = key->delta_ns < 0 ? -1 : TB_MAX (v->delta_ns, key->delta_ns);
      if (options->final_reads && !options->live)
        v->lost_writes += tb_figures_lost (h, key);
    }
}

const char *
tb_guarantee_name (TbGuarantee guarantee)
{
  static const char *const names[] = { "read your writes", "monotonic reads", "monotonic writes", "writes follow reads" };
  return names[guarantee];
}

/* What is found at the end alone is to be found for all of them. */
static void
look_at_all (TbHistory *h)
{
  h->changed = tb_grow (h->changed, &h->changed_capacity, h->n_keys, sizeof *h->changed);
  h->n_changed = 0;
  for (size_t i = 0; i < h->n_keys; i++)
    {
      h->keys[i].changed = true;
      h->changed[h->n_changed++] = (uint32_t) i;
    }
}

void
tb_history_judge (TbHistory *h, const TbJudgeOptions *options, TbVerdict *v)
{
  static const TbJudgeOptions plain;
  options = options != NULL ? options : &plain;
  memset (v, 0, sizeof *v);
  if (h->was_live && !options->live)
    look_at_all (h);
  h->was_live = options->live;
  size_t kept = 0;
  for (size_t i = 0; i < h->n_changed; i++)
    {
      TbKey *key = &h->keys[h->changed[i]];
      judge_key (h, key, options);
      key->changed = options->live && (key->late || key->general || key->n_unwritten > 0);
      if (key->changed)
        h->changed[kept++] = h->changed[i];
    }
  h->n_changed = kept;
  tb_history_give_back (h, options);
  v->keys = h->n_keys;
  v->keys_violated = h->n_violated;
  v->keys_unknown = h->n_unknown;
  v->operations = h->operations;
  v->ok = h->outcomes[TB_OP_OK];
  v->failed = h->outcomes[TB_OP_FAIL];
  v->unknown = h->outcomes[TB_OP_UNKNOWN];
  v->reads = h->reads;
  v->left_out = h->strange.n;
  tell_figures (h, options, v);
  tell (h, v);
}
