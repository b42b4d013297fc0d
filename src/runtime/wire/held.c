/* What is held, and what is done to it, on the wire. */
#include "walk-private.h"

#include <string.h>

static const struct
{
  const char *name, *what;
} verbs[] = {
#define X(name, text, what) [TB_HELD_##name] = { text, what },
  TB_HELD_VERBS (X)
#undef X
};

const char *
tb_held_verb_name (TbHeldVerb verb)
{
  return (size_t) verb < TB_ARRAY_LENGTH (verbs) ? verbs[verb].name : "?";
}

const char *
tb_held_verb_what (TbHeldVerb verb)
{
  return (size_t) verb < TB_ARRAY_LENGTH (verbs) ? verbs[verb].what : "?";
}

bool
tb_held_verb_from_name (const char *name, TbHeldVerb *verb)
{
  for (size_t i = 0; i < TB_ARRAY_LENGTH (verbs); i++)
    if (strcmp (verbs[i].name, name) == 0)
      {
        *verb = (TbHeldVerb) i;
        return true;
      }
  return false;
}

static void
walk_do (TbWalk *k, TbWireHeldDo *what)
{
  uint8_t verb = (uint8_t) what->verb;
  walk_u32 (k, &what->token);
  walk_u8 (k, &verb);
  walk_u64 (k, &what->id);
  walk_u64 (k, &what->other);
  what->verb = (TbHeldVerb) verb;
}

void
tb_wire_held_do_write (TbWriter *w, const TbWireHeldDo *what)
{
  TbWalk k = { .writer = w };
  TbWireHeldDo copy = *what;
  tb_writer_begin (w, TB_COMMAND_HELD_DO);
  walk_do (&k, &copy);
  tb_writer_end (w);
}

bool
tb_wire_held_do_read (TbReader *r, TbWireHeldDo *what)
{
  TbWalk k = { .reader = r };
  *what = (TbWireHeldDo) { 0 };
  walk_do (&k, what);
  return !r->bad && what->verb < TB_HELD_VERB_COUNT;
}

/* The label's bytes may be any but zero. */
static void
walk_label (TbWalk *k, char label[TB_HELD_LABEL])
{
  if (k->writer != NULL)
    {
      tb_writer_string (k->writer, label);
      return;
    }
  char *text = tb_reader_string (k->reader);
  size_t n = text != NULL ? strnlen (text, TB_HELD_LABEL) : 0;
  k->reader->bad = k->reader->bad || n == TB_HELD_LABEL;
  if (n < TB_HELD_LABEL && n > 0)
    memcpy (label, text, n);
  free (text);
}

static void
walk_one (TbWalk *k, TbWireHeld *h)
{
  walk_u64 (k, &h->id);
  walk_i64 (k, &h->since_ns);
  uint32_t *const numbers[] = { &h->row,    &h->link, &h->from,  &h->to, &h->connection,
                                &h->number, &h->size, &h->behind };
  for (size_t i = 0; i < TB_ARRAY_LENGTH (numbers); i++)
    walk_u32 (k, numbers[i]);
  walk_u8 (k, &h->direction);
  walk_u8 (k, &h->kind);
  walk_bool (k, &h->next);
  walk_bool (k, &h->in_line);
  walk_label (k, h->label);
}

void
tb_wire_held_write (TbWriter *w, const TbWireHeld *held, uint32_t n, uint32_t total)
{
  TbWalk k = { .writer = w };
  TB_CHECK (n <= TB_HELD_LIST_MAX && n <= total);
  tb_writer_begin (w, TB_FACT_HELD);
  tb_writer_u32 (w, total);
  tb_writer_u32 (w, n);
  for (uint32_t i = 0; i < n; i++)
    {
      TbWireHeld copy = held[i];
      walk_one (&k, &copy);
    }
  tb_writer_end (w);
}

bool
tb_wire_held_read (TbReader *r, TbWireHeld *held, uint32_t *n, uint32_t *total)
{
  TbWalk k = { .reader = r };
  *total = tb_reader_u32 (r);
  *n = tb_reader_u32 (r);
  bool good = !r->bad && *n <= TB_HELD_LIST_MAX && *n <= *total;
  for (uint32_t i = 0; good && i < *n; i++)
    {
      held[i] = (TbWireHeld) { 0 };
      walk_one (&k, &held[i]);
      good = !r->bad && held[i].direction < 2;
    }
  if (!good)
    *n = *total = 0;
  return good;
}
