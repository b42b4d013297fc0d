/* Lists and sets as values, and operations as the search has them. */
#include "search-private.h"

#include <stdlib.h>
#include <string.h>

#define LISTED (UINT64_C (1) << 63)

static const TbList *
list_of (const TbHistory *h, uint64_t value)
{
  return (value & LISTED) && (value & ~LISTED) < h->n_lists ? &h->lists[value & ~LISTED] : NULL;
}

const uint64_t *
tb_history_elements (const TbHistory *h, uint64_t value, size_t *n)
{
  const TbList *list = list_of (h, value);
  *n = list != NULL ? list->n : 0;
  return list != NULL ? h->elements + list->first : NULL;
}

uint64_t
tb_history_list (TbHistory *h, const uint64_t *values, size_t n)
{
  TbList list = { .first = h->n_elements, .n = n };
  if (n == 0)
    return TB_VALUE_NIL;
  for (size_t i = 0; i < n; i++)
    list.as_list = tb_op_append (list.as_list, values[i]);
  uint32_t place = tb_index_put (&h->by_list, list.as_list, (uint32_t) h->n_lists);
  if (place < h->n_lists)
    return LISTED | place;
  h->elements = tb_grow (h->elements, &h->elements_capacity, h->n_elements + n, sizeof *h->elements);
  memcpy (h->elements + h->n_elements, values, n * sizeof *values);
  for (size_t i = 0; i < n; i++)
    list.as_set ^= tb_hash_element (values[i]);
  h->lists = tb_grow (h->lists, &h->lists_capacity, h->n_lists + 1, sizeof *h->lists);
  h->lists[h->n_lists++] = list;
  h->n_elements += n;
  return LISTED | place;
}

static int
by_number (const void *a, const void *b)
{
  const uint64_t *x = a, *y = b;
  return *x < *y ? -1 : *x > *y;
}

uint64_t
tb_history_set (TbHistory *h, const uint64_t *values, size_t n)
{
  uint64_t *sorted = malloc ((n + 1) * sizeof *sorted);
  TB_CHECK (sorted != NULL);
  size_t kept = 0;
  if (n > 0)
    memcpy (sorted, values, n * sizeof *values);
  qsort (sorted, n, sizeof *sorted, by_number);
  for (size_t i = 0; i < n; i++)
    if (kept == 0 || sorted[kept - 1] != sorted[i])
      sorted[kept++] = sorted[i];
  uint64_t value = tb_history_list (h, sorted, kept);
  free (sorted);
  return value;
}

/* ---- Steps ---------------------------------------------------------------------------------------------- */

static uint64_t
state_read (const TbHistory *h, const TbKey *key, uint64_t value)
{
  const TbList *list = list_of (h, value);
  return list == NULL ? value : key->kinds >> TB_OP_INSERT & 1 ? list->as_set : list->as_list;
}

bool
tb_step_of (const TbHistory *h, const TbKey *key, uint32_t at, TbStep *step)
{
  static const uint8_t kinds[] = { [TB_OP_READ] = TB_STEP_READ, [TB_OP_WRITE] = TB_STEP_WRITE, [TB_OP_CAS] = TB_STEP_SWAP,
                                   [TB_OP_APPEND] = TB_STEP_APPEND, [TB_OP_ADD] = TB_STEP_ADD, [TB_OP_INSERT] = TB_STEP_INSERT };
  const TbOp *op = &key->ops[at];
  bool ended = op->outcome == TB_OP_OK;
  if (op->outcome == TB_OP_FAIL || (op->kind == TB_OP_READ && !ended))
    return false;
  *step = (TbStep) { op->invoke_ns, ended ? op->return_ns : INT64_MAX, op->value, 0, at, kinds[op->kind] };
  if (op->kind == TB_OP_CAS)
    {
      step->other = op->expected;
      step->kind = !ended ? TB_STEP_MAYBE_SWAP : op->swapped ? TB_STEP_SWAP : TB_STEP_NO_SWAP;
    }
  else if (op->kind == TB_OP_INSERT)
    step->value = tb_hash_element (op->value);
  else if (op->kind == TB_OP_READ)
    step->value = state_read (h, key, op->value);
  return true;
}

bool
tb_steps_group (TbStep *steps, size_t n)
{
  TbIndex first = { 0 };
  uint64_t groups = 0;
  for (uint32_t i = 0; i < n; i++)
    {
      if (steps[i].kind != TB_STEP_INSERT)
        continue;
      uint32_t place = tb_index_put (&first, steps[i].value, i);
      if (place != i && steps[place].other == 0)
        steps[place].other = ++groups;
      if (place != i)
        steps[i].other = steps[place].other;
    }
  tb_index_clear (&first);
  return groups > 0;
}
