#include "register.h"

int
version_compare (const Version *a, const Version *b)
{
  if (a->counter != b->counter)
    return a->counter < b->counter ? -1 : 1;
  if (a->writer != b->writer)
    return a->writer < b->writer ? -1 : 1;
  return (a->nonce > b->nonce) - (a->nonce < b->nonce);
}

int
register_compare (const Register *a, const Register *b)
{
  int order = version_compare (&a->version, &b->version);
  if (order == 0)
    order = a->gone - b->gone;
  if (order == 0 && a->value.n != b->value.n)
    order = a->value.n < b->value.n ? -1 : 1;
  if (order == 0 && a->value.n > 0)
    order = memcmp (a->value.p, b->value.p, a->value.n);
  return order;
}

static void
pack_version (Pack *p, const Version *v)
{
  pack_uint (p, v->counter);
  pack_uint (p, v->writer);
  pack_uint (p, v->nonce);
}

static Version
take_version (Take *t)
{
  Version v = { .counter = take_uint_to (t, INT64_MAX) };
  v.writer = (uint32_t) take_uint_to (t, UINT32_MAX);
  v.nonce = (uint32_t) take_uint_to (t, UINT32_MAX);
  return v;
}

void
register_pack (Pack *p, const Register *g)
{
  pack_version (p, &g->version);
  pack_version (p, &g->base);
  pack_u8 (p, g->gone);
  pack_bytes (p, g->value);
}

bool
register_take (TbBytes state, Register *g)
{
  Take t = { state.p, state.n, false };
  g->version = take_version (&t);
  g->base = take_version (&t);
  g->gone = take_u8 (&t) != 0;
  g->value = take_bytes (&t);
  return take_is_whole (&t);
}

bool
register_take_foreign (TbBytes state, Register *g)
{
  return register_take (state, g) && g->version.counter <= VERSION_FOREIGN_MAX;
}

void
register_answer (TbReplica *r, uint64_t ticket, const Register *g)
{
  if (g == NULL || g->gone)
    replica_answer (r, ticket, TB_ANSWER_NIL, (TbBytes){ NULL, 0 });
  else
    replica_answer (r, ticket, TB_ANSWER_OK, g->value);
}
