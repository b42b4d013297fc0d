/* Faults, states and bypasses on the wire, and the names of the tables. */
#include "walk-private.h"

#include <stdlib.h>
#include <string.h>

static const char *const run_state_names[] = {
#define X(name, text) [TB_RUN_##name] = text,
  TB_RUN_STATES (X)
#undef X
};

static const char *const instance_state_names[] = {
#define X(name, text) [TB_INSTANCE_##name] = text,
  TB_INSTANCE_STATES (X)
#undef X
};

static const char *const event_names[] = {
#define X(name, text) [TB_EVENT_##name] = text,
  TB_EVENT_KINDS (X)
#undef X
};

#define NAME_OF(table, index) ((size_t) (index) < TB_ARRAY_LENGTH (table) ? table[index] : "?")

const char *
tb_run_state_name (TbRunState state)
{
  return NAME_OF (run_state_names, state);
}

const char *
tb_instance_state_name (TbInstanceState state)
{
  return NAME_OF (instance_state_names, state);
}

const char *
tb_event_kind_name (TbEventKind kind)
{
  return NAME_OF (event_names, kind);
}

/* What an attribute is stored as follows from its unit. */
static void
walk_attribute (TbWalk *k, TbWireFault *f, const TbFaultAttribute *a)
{
  void *field = (char *) f + a->offset;
  if (a->unit == TB_UNIT_TEXT)
    walk_string (k, field);
  else if (a->unit == TB_UNIT_SHARE)
    walk_f64 (k, field);
  else if (a->unit == TB_UNIT_DIST_MS)
    {
      TbDist *dist = field;
      uint8_t kind = (uint8_t) dist->kind;
      walk_u8 (k, &kind);
      walk_f64 (k, &dist->a_ns);
      walk_f64 (k, &dist->b);
      dist->kind = (TbDistKind) kind;
    }
  else if (a->unit != TB_UNIT_STREAM)
    walk_i64 (k, field);
}

static void
walk_fault (TbWalk *k, TbWireFault *f)
{
  const TbFaultAttribute *a;
  uint8_t kind = (uint8_t) f->kind;
  walk_string (k, &f->id);
  walk_u8 (k, &kind);
  walk_string (k, &f->link);
  walk_string (k, &f->from);
  walk_string (k, &f->to);
  walk_bool (k, &f->up);
  walk_bool (k, &f->down);
  walk_list (k, (void **) &f->pairs, &f->n_pairs, sizeof *f->pairs, 8);
  for (uint32_t i = 0; i < f->n_pairs; i++)
    {
      walk_u32 (k, &f->pairs[i].from);
      walk_u32 (k, &f->pairs[i].to);
    }
  if (k->reader && kind >= TB_FAULT_COUNT)
    k->reader->bad = true;
  f->kind = (TbFaultKind) kind;
  for (unsigned i = 0; kind < TB_FAULT_COUNT && (a = tb_fault_attribute (f->kind, i)) != NULL; i++)
    walk_attribute (k, f, a);
}

void
tb_wire_fault_write (TbWriter *w, const TbWireFault *fault)
{
  TbWalk k = { .writer = w };
  tb_writer_begin (w, TB_COMMAND_FAULT_ADD);
  walk_fault (&k, (TbWireFault *) fault);
  tb_writer_end (w);
}

bool
tb_wire_fault_read (TbReader *r, TbWireFault *fault)
{
  TbWalk k = { .reader = r };
  *fault = (TbWireFault){ 0 };
  walk_fault (&k, fault);
  if (!r->bad && tb_fault_is_sound (fault))
    return true;
  tb_wire_fault_clear (fault);
  return false;
}

static void
walk_state (TbWalk *k, TbWireInstanceState *s)
{
  uint8_t state = (uint8_t) s->state;
  uint32_t code = (uint32_t) s->exit_code;
  walk_u32 (k, &s->instance);
  walk_u8 (k, &state);
  walk_u32 (k, &s->pid);
  walk_u32 (k, &code);
  walk_i64 (k, &s->time_ns);
  walk_u32 (k, &s->restarts);
  walk_string (k, &s->sentence);
  walk_i64 (k, &s->due_ns);
  walk_u32 (k, &s->loop);
  s->state = (TbInstanceState) state;
  s->exit_code = (int32_t) code;
}

void
tb_wire_instance_state_write (TbWriter *w, const TbWireInstanceState *s)
{
  TbWalk k = { .writer = w };
  tb_writer_begin (w, TB_FACT_INSTANCE_STATE);
  walk_state (&k, (TbWireInstanceState *) s);
  tb_writer_end (w);
}

bool
tb_wire_instance_state_read (TbReader *r, TbWireInstanceState *s)
{
  TbWalk k = { .reader = r };
  *s = (TbWireInstanceState){ 0 };
  walk_state (&k, s);
  if (!r->bad && s->state <= TB_INSTANCE_BACKOFF)
    return true;
  tb_wire_instance_state_clear (s);
  return false;
}

void
tb_wire_instance_state_clear (TbWireInstanceState *s)
{
  free (s->sentence);
  *s = (TbWireInstanceState){ 0 };
}

static void
walk_bypass (TbWalk *k, TbWireBypass *b)
{
  walk_u32 (k, &b->from);
  walk_u32 (k, &b->to);
  walk_u16 (k, &b->port);
  walk_bool (k, &b->open);
  walk_string (k, &b->why);
}

void
tb_wire_bypass_write (TbWriter *w, const TbWireBypass *b)
{
  TbWalk k = { .writer = w };
  tb_writer_begin (w, TB_FACT_BYPASS);
  walk_bypass (&k, (TbWireBypass *) b);
  tb_writer_end (w);
}

bool
tb_wire_bypass_read (TbReader *r, TbWireBypass *b)
{
  TbWalk k = { .reader = r };
  *b = (TbWireBypass){ 0 };
  walk_bypass (&k, b);
  if (!r->bad)
    return true;
  tb_wire_bypass_clear (b);
  return false;
}

void
tb_wire_bypass_clear (TbWireBypass *b)
{
  free (b->why);
  *b = (TbWireBypass){ 0 };
}
