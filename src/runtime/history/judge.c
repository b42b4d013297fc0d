/* All keys together. */
#include "history-private.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void
judge_key (TbHistory *h, TbKey *key, const TbJudgeOptions *options)
{
  TbVerdictKind was = key->kind;
  tb_key_take (key, options->live);
  if (key->general && !key->was_general)
    {
      /* What zones found was for values that are written once. */
      key->kind = TB_VERDICT_LINEARIZABLE;
      tb_key_clear_zones (key);
    }
  key->was_general = key->general;
  if (key->general || options->search)
    tb_search_judge (h, key, options);
  else
    tb_zones_judge (h, key, options->live);
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

static void
tell (const TbHistory *h, TbVerdict *v)
{
  char name[80];
  v->kind = h->n_violated > 0 ? TB_VERDICT_VIOLATED : h->n_unknown > 0 ? TB_VERDICT_UNKNOWN : TB_VERDICT_LINEARIZABLE;
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
  if (h->n_keys > 1)
    snprintf (v->sentence, sizeof v->sentence, "%.64s: %.250s", tb_history_key_name (h, key->number, name, sizeof name),
              key->sentence);
  else
    snprintf (v->sentence, sizeof v->sentence, "%s", key->sentence);
}

void
tb_history_judge (TbHistory *h, const TbJudgeOptions *options, TbVerdict *v)
{
  static const TbJudgeOptions plain;
  options = options != NULL ? options : &plain;
  memset (v, 0, sizeof *v);
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
  v->keys = h->n_keys;
  v->keys_violated = h->n_violated;
  v->keys_unknown = h->n_unknown;
  v->operations = h->operations;
  v->ok = h->outcomes[TB_OP_OK];
  v->failed = h->outcomes[TB_OP_FAIL];
  v->unknown = h->outcomes[TB_OP_UNKNOWN];
  v->reads = h->reads;
  tell (h, v);
}
