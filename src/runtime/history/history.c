/* The operations, filed by key; names. */
#include "history-private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TbHistory *
tb_history_new (void)
{
  TbHistory *h = calloc (1, sizeof *h);
  TB_CHECK (h != NULL);
  return h;
}

static void
clear_key (TbKey *key)
{
  tb_key_clear_zones (key);
  tb_figures_clear (key);
  free (key->carried);
  free (key->pending);
  free (key->ops);
}

void
tb_history_free (TbHistory *h)
{
  if (h == NULL)
    return;
  for (size_t i = 0; i < h->n_keys; i++)
    clear_key (&h->keys[i]);
  free (h->keys);
  free (h->changed);
  free (h->lists);
  free (h->elements);
  tb_index_clear (&h->by_list);
  tb_index_clear (&h->by_number);
  tb_index_clear (&h->strange_keys);
  tb_names_clear (&h->key_names);
  tb_names_clear (&h->values);
  tb_names_clear (&h->clients);
  free (h);
}

static TbKey *
key_of (TbHistory *h, uint32_t number)
{
  uint32_t place = tb_index_put (&h->by_number, number, (uint32_t) h->n_keys);
  if (place == h->n_keys)
    {
      h->keys = tb_grow (h->keys, &h->keys_capacity, h->n_keys + 1, sizeof *h->keys);
      h->keys[h->n_keys++] = (TbKey) { .number = number, .last_end_ns = INT64_MIN, .first_start_ns = INT64_MAX,
                                          .cut_ns = INT64_MIN, .changed_ns = INT64_MIN };
    }
  return &h->keys[place];
}

void
tb_history_add (TbHistory *h, const TbOp *op)
{
  TB_CHECK (op->kind < TB_N_OPS && op->outcome <= TB_OP_UNKNOWN);
  TB_CHECK (op->invoke_ns <= op->return_ns);
  TbKey *key = key_of (h, op->key);
  key->ops = tb_grow (key->ops, &key->capacity, key->n + 1, sizeof *key->ops);
  key->ops[key->n++] = *op;
  if (!key->changed)
    {
      key->changed = true;
      h->changed = tb_grow (h->changed, &h->changed_capacity, h->n_changed + 1, sizeof *h->changed);
      h->changed[h->n_changed++] = (uint32_t) (key - h->keys);
    }
  h->operations++;
  h->outcomes[op->outcome]++;
  h->reads += op->kind == TB_OP_READ && op->outcome == TB_OP_OK;
}

size_t
tb_history_n (const TbHistory *h)
{
  return (size_t) h->operations - h->n_given_back;
}

size_t
tb_history_given_back (const TbHistory *h)
{
  return h->n_given_back;
}

const TbOp *
tb_history_op (const TbHistory *h, size_t i)
{
  for (size_t k = 0; k < h->n_keys; i -= h->keys[k++].n)
    if (i < h->keys[k].n)
      return &h->keys[k].ops[i];
  return NULL;
}

void
tb_history_each (const TbHistory *h, void (*func) (const TbOp *op, void *data), void *data)
{
  for (size_t k = 0; k < h->n_keys; k++)
    for (size_t i = 0; i < h->keys[k].n; i++)
      func (&h->keys[k].ops[i], data);
}

static size_t
memory_of_index (const TbIndex *index)
{
  return index->capacity * (sizeof *index->numbers + sizeof *index->places);
}

static size_t
memory_of_names (const TbNames *names)
{
  return names->bytes_capacity + names->offsets_capacity * sizeof *names->offsets
         + names->table_capacity * sizeof *names->table;
}

size_t
tb_history_memory (const TbHistory *h)
{
  size_t bytes = sizeof *h + h->keys_capacity * sizeof *h->keys + h->changed_capacity * sizeof *h->changed;
  bytes += h->lists_capacity * sizeof *h->lists + h->elements_capacity * sizeof *h->elements;
  bytes += memory_of_index (&h->by_list) + memory_of_index (&h->by_number) + memory_of_names (&h->key_names);
  bytes += memory_of_names (&h->values) + memory_of_names (&h->clients);
  for (size_t i = 0; i < h->n_keys; i++)
    {
      const TbKey *key = &h->keys[i];
      bytes += key->capacity * sizeof *key->ops + key->clusters_capacity * sizeof *key->clusters;
      bytes += tb_figures_memory (key->figures) + key->stale_capacity * sizeof *key->stale;
      bytes += key->pending_capacity * sizeof *key->pending;
      bytes += key->dirty_capacity * sizeof *key->dirty + memory_of_index (&key->by_value);
      bytes += (key->forward.capacity + key->backward.capacity) * sizeof (TbZone);
    }
  return bytes;
}

/* ---- Names ------------------------------------------------------------------------------------------ */

uint32_t
tb_history_key (TbHistory *h, const char *name, size_t n)
{
  return tb_names_put (&h->key_names, name, n);
}

uint64_t
tb_history_value (TbHistory *h, const char *text, size_t n)
{
  return (uint64_t) tb_names_put (&h->values, text, n) + 1;
}

void
tb_history_name_clients (TbHistory *h, const char *const *names, unsigned n)
{
  /* By place: a name may be there twice, so it is made another by what stands behind its end. */
  tb_names_clear (&h->clients);
  for (unsigned i = 0; i < n; i++)
    {
      size_t length = strlen (names[i]);
      char *text = malloc (length + 1 + sizeof i);
      TB_CHECK (text != NULL);
      memcpy (text, names[i], length + 1);
      memcpy (text + length + 1, &i, sizeof i);
      tb_names_put (&h->clients, text, length + 1 + sizeof i);
      free (text);
    }
}

const char *
tb_history_key_name (const TbHistory *h, uint32_t key, char *out, size_t size)
{
  const char *name = tb_names_text (&h->key_names, key);
  if (name != NULL)
    snprintf (out, size, "%s", name);
  else
    snprintf (out, size, "key %" PRIu32, key);
  return out;
}

/* "[1 2 3]", of a long one its end: "[… 98 99 100]". */
static void
list_text (const TbHistory *h, const uint64_t *elements, size_t n, char *out, size_t size)
{
  size_t first = n > 6 ? n - 4 : 0, used = (size_t) snprintf (out, size, first > 0 ? "[…" : "[");
  for (size_t i = first; i < n && used < size; i++)
    {
      char element[48];
      tb_history_value_text (h, elements[i], element, sizeof element);
      used += (size_t) snprintf (out + used, size - used, i > 0 ? " %s" : "%s", element);
    }
  if (used < size)
    snprintf (out + used, size - used, "]");
}

const char *
tb_history_value_text (const TbHistory *h, uint64_t value, char *out, size_t size)
{
  size_t n;
  const uint64_t *elements = tb_history_elements (h, value, &n);
  if (elements != NULL)
    {
      list_text (h, elements, n, out, size);
      return out;
    }
  const char *text = value != TB_VALUE_NIL ? tb_names_text (&h->values, value - 1) : "nothing";
  if (text != NULL)
    snprintf (out, size, "%s", text);
  else
    snprintf (out, size, "%" PRIu64, value);
  return out;
}

const char *
tb_history_client_name (const TbHistory *h, const TbOp *op, char *out, size_t size)
{
  const char *name = op->client != TB_OP_NOBODY ? tb_names_text (&h->clients, op->client) : NULL;
  if (name != NULL)
    snprintf (out, size, "%s", name);
  else
    snprintf (out, size, "client %" PRIu32, op->process);
  return out;
}
