/* A counter-example of the search, made small. Only what leaves an order an order is taken away: reads, and of a register all
 * that has to do with one value (its writes, and what saw it, and what those made of it), as long as nobody saw that another value
 * was not there. So whatever remains without an order proves that the whole had none. */
#include "search-private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIES 1500
#define TRY_STEPS 20000

typedef struct
{
  const TbHistory *h;
  TbKey *key;
  TbStep *steps, *fewer;
  uint8_t *gone;
  size_t n;
  unsigned tries;
} Shrink;

static bool
is_look (const TbStep *s)
{
  return s->kind == TB_STEP_READ || s->kind == TB_STEP_NO_SWAP;
}

/* Whether what is not gone has no order either; if so it is what there is. */
static bool
try_without_gone (Shrink *s)
{
  const TbConfigs root = { .configs = { { TB_VALUE_NIL, 0 } }, .n = 1 };
  TbLimits limits = { TRY_STEPS, TB_JUDGE_BYTES };
  size_t n = 0;
  for (size_t i = 0; i < s->n; i++)
    if (!s->gone[i])
      s->fewer[n++] = s->steps[i];
  s->tries++;
  if (n == s->n || tb_search (s->fewer, n, &root, NULL, &limits, NULL) != TB_VERDICT_VIOLATED)
    return false;
  memcpy (s->steps, s->fewer, n * sizeof *s->steps);
  s->n = n;
  return true;
}

/* ---- Reads ------------------------------------------------------------------------------------------- */

/* Takes looks away, so many at once. */
static bool
drop_looks (Shrink *s, size_t at_once)
{
  bool any = false;
  for (size_t first = 0; first < s->n && s->tries < TRIES;)
    {
      size_t taken = 0, i = first;
      memset (s->gone, 0, s->n);
      for (; i < s->n && taken < at_once; i++)
        if (is_look (&s->steps[i]))
          {
            s->gone[i] = 1;
            taken++;
          }
      if (taken == 0)
        break;
      bool fewer = try_without_gone (s);
      any |= fewer;
      first = fewer ? first : i;
    }
  return any;
}

/* ---- Values ------------------------------------------------------------------------------------------- */

static bool
sees (const TbStep *s, uint64_t value)
{
  return s->kind == TB_STEP_READ ? s->value == value
                                 : (s->kind == TB_STEP_SWAP || s->kind == TB_STEP_MAYBE_SWAP) && s->other == value;
}

static bool
makes (const TbStep *s, uint64_t value)
{
  return (s->kind == TB_STEP_WRITE || s->kind == TB_STEP_SWAP || s->kind == TB_STEP_MAYBE_SWAP) && s->value == value;
}

/* All that has to do with a value, and with what was made of it. */
static void
mark_value (Shrink *s, uint64_t value)
{
  for (size_t i = 0; i < s->n; i++)
    if (!s->gone[i] && (sees (&s->steps[i], value) || makes (&s->steps[i], value)))
      {
        const TbStep *step = &s->steps[i];
        s->gone[i] = 1;
        if (step->kind != TB_STEP_READ && step->value != value)
          mark_value (s, step->value);
      }
}

static bool
has_no_swap (const Shrink *s)
{
  for (size_t i = 0; i < s->n; i++)
    if (s->steps[i].kind == TB_STEP_NO_SWAP)
      return true;
  return false;
}

/* The values that are written, each by the first step that does. */
static bool
is_first_of_value (const Shrink *s, size_t i)
{
  for (size_t k = 0; k < i; k++)
    if (makes (&s->steps[k], s->steps[i].value))
      return false;
  return makes (&s->steps[i], s->steps[i].value) && s->steps[i].value != TB_VALUE_NIL;
}

static bool
drop_values (Shrink *s, size_t at_once)
{
  bool any = false;
  for (size_t first = 0; first < s->n && s->tries < TRIES;)
    {
      size_t taken = 0, i = first;
      memset (s->gone, 0, s->n);
      for (; i < s->n && taken < at_once; i++)
        if (!s->gone[i] && is_first_of_value (s, i))
          {
            mark_value (s, s->steps[i].value);
            taken++;
          }
      if (taken == 0)
        break;
      bool fewer = try_without_gone (s);
      any |= fewer;
      first = fewer ? first : i;
    }
  return any;
}

static void
shrink_all (Shrink *s)
{
  unsigned registers = 1u << TB_OP_READ | 1u << TB_OP_WRITE | 1u << TB_OP_CAS;
  bool is_register = (s->key->kinds & ~registers) == 0;
  for (size_t at_once = TB_MAX (s->n / 2, 1);; at_once /= 2)
    {
      bool any = drop_looks (s, at_once);
      if (is_register && !has_no_swap (s) && s->n <= 4096)
        any |= drop_values (s, at_once);
      if (at_once == 1 && (!any || s->tries >= TRIES))
        return;
      at_once = at_once == 1 ? 2 : at_once;
    }
}

/* ---- What is left ------------------------------------------------------------------------------------------- */

static void
put_witness (Shrink *s)
{
  TbKey *key = s->key;
  key->n_witness = 0;
  for (size_t i = 0; i < s->n && s->n <= TB_WITNESS_MAX; i++)
    {
      TbOp op = key->ops[s->steps[i].op];
      unsigned k = key->n_witness++;
      if (s->steps[i].end == INT64_MAX && op.outcome == TB_OP_OK)
        {
          /* Of one that went on when the contradiction was there only its beginning counts. */
          op.outcome = TB_OP_UNKNOWN;
          op.return_ns = INT64_MAX;
        }
      for (; k > 0 && key->witness[k - 1].invoke_ns > op.invoke_ns; k--)
        key->witness[k] = key->witness[k - 1];
      key->witness[k] = op;
    }
}

/* Where what is left is of reads and writes of unique values, zones say it best. */
static bool
say_by_zones (Shrink *s)
{
  TbKey plain = { .last_end_ns = INT64_MIN, .first_start_ns = INT64_MAX };
  bool said = false;
  plain.ops = malloc ((s->key->n_witness + 1) * sizeof *plain.ops);
  TB_CHECK (plain.ops != NULL);
  memcpy (plain.ops, s->key->witness, s->key->n_witness * sizeof *plain.ops);
  plain.n = plain.capacity = s->key->n_witness;
  tb_key_take (&plain, false);
  if (plain.n > 0 && !plain.general)
    {
      tb_zones_judge (s->h, &plain, false);
      said = plain.kind == TB_VERDICT_VIOLATED;
    }
  if (said)
    {
      memcpy (s->key->sentence, plain.sentence, sizeof plain.sentence);
      memcpy (s->key->witness, plain.witness, sizeof plain.witness);
      s->key->n_witness = plain.n_witness;
      s->key->before = plain.before;
      s->key->after = plain.after;
    }
  tb_key_clear_zones (&plain);
  tb_figures_clear (&plain);
  free (plain.ops);
  return said;
}

void
tb_shrink (const TbHistory *h, TbKey *key, TbStep *steps, size_t n, size_t furthest)
{
  Shrink s = { .h = h, .key = key, .steps = steps, .n = n };
  TbOp last = key->ops[steps[furthest].op];
  s.fewer = malloc ((n + 1) * sizeof *s.fewer);
  s.gone = calloc (n + 1, 1);
  TB_CHECK (s.fewer != NULL && s.gone != NULL);
  /* A long one costs a search of all of it a try. */
  s.tries = n > 20000 ? TRIES - 40 : 0;
  shrink_all (&s);
  put_witness (&s);
  if (!say_by_zones (&s))
    tb_words_fits_nowhere (h, key, &last, s.n);
  free (s.fewer);
  free (s.gone);
}
