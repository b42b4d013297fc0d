/* An operation as a line of our own form. */
#include "history-private.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct
{
  char *out;
  size_t size, n;
} Line;

static void put (Line *l, const char *format, ...) __attribute__ ((format (printf, 2, 3)));

static void
put (Line *l, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  int n = vsnprintf (l->n < l->size ? l->out + l->n : NULL, l->n < l->size ? l->size - l->n : 0, format, args);
  l->n += n > 0 ? (size_t) n : 0;
  va_end (args);
}

static void
put_string (Line *l, const char *text)
{
  put (l, "\"");
  for (; *text != '\0'; text++)
    if (*text == '"' || *text == '\\')
      put (l, "\\%c", *text);
    else if ((unsigned char) *text < 0x20)
      put (l, "\\u%04x", (unsigned) *text);
    else
      put (l, "%c", *text);
  put (l, "\"");
}

static void
put_value (Line *l, const TbHistory *h, uint64_t value)
{
  size_t n;
  const uint64_t *elements = tb_history_elements (h, value, &n);
  const char *text = value != TB_VALUE_NIL ? tb_names_text (&h->values, value - 1) : NULL;
  if (elements != NULL)
    {
      put (l, "[");
      for (size_t i = 0; i < n; i++)
        {
          put (l, "%s", i > 0 ? "," : "");
          put_value (l, h, elements[i]);
        }
      put (l, "]");
    }
  else if (value == TB_VALUE_NIL)
    put (l, "null");
  else if (text != NULL)
    put_string (l, text);
  else
    put (l, "%" PRIu64, value);
}

static void
put_instance (Line *l, const TbHistory *h, const char *name, uint16_t instance)
{
  const char *text = instance != TB_OP_NOBODY ? tb_names_text (&h->clients, instance) : NULL;
  if (text == NULL)
    return;
  put (l, ",\"%s\":", name);
  put_string (l, text);
}

size_t
tb_history_op_line (const TbHistory *h, const TbOp *op, char *out, size_t size)
{
  static const char *const kinds[] = { "read", "write", "cas", "append", "add", "insert" };
  static const char *const outcomes[] = { "ok", "fail", "unknown" };
  static const char *const errors[] = { NULL, "timeout", "refused", "reset", "answer", "crashed" };
  char key[256];
  Line l = { out, size, 0 };
  put (&l, "{\"process\":%" PRIu32 ",\"f\":\"%s\",\"key\":", op->process, kinds[op->kind]);
  put_string (&l, tb_history_key_name (h, op->key, key, sizeof key));
  if (op->kind == TB_OP_ADD)
    put (&l, ",\"value\":%" PRId64, (int64_t) op->value);
  else if (op->kind != TB_OP_READ || op->outcome == TB_OP_OK)
    {
      put (&l, ",\"value\":");
      put_value (&l, h, op->value);
    }
  if (op->kind == TB_OP_CAS)
    {
      put (&l, ",\"expected\":");
      put_value (&l, h, op->expected);
    }
  if (op->kind == TB_OP_CAS && op->outcome == TB_OP_OK)
    put (&l, ",\"swapped\":%s", op->swapped ? "true" : "false");
  put (&l, ",\"outcome\":\"%s\",\"start_ns\":%" PRId64, outcomes[op->outcome], op->invoke_ns);
  if (op->return_ns != INT64_MAX)
    put (&l, ",\"end_ns\":%" PRId64, op->return_ns);
  if (op->outcome != TB_OP_OK && op->error > 0 && op->error < TB_N_OP_ERRORS)
    put (&l, ",\"error\":\"%s\"", errors[op->error]);
  put_instance (&l, h, "client", op->client);
  put_instance (&l, h, "replica", op->replica);
  put (&l, "}");
  return l.n;
}
