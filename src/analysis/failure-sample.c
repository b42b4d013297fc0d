/* Availability by drawing lots: 64 at a time, one in each bit of a word. Failures are rare, so for each part the next
 * one is drawn (geometrically), not each lot. The seed is fixed: the same drawing gives the same figure. */
#include "failure-private.h"

#include <math.h>
#include <string.h>

#define SLICES 11 /* of a count in bits: up to 2047 replicas */

G_STATIC_ASSERT (TB_FAILURE_SAMPLES % 64 == 0);

/* A part that may fail. */
typedef struct
{
  double scale;  /* 1 / log (its availability); 0: it is always up, or never */
  guint64 next;  /* lot in which it fails next */
} Lot;

typedef struct
{
  TbFailure *f;
  TbRng rng;
  Lot *instance, *device;
  guint64 *up;        /* by instance, its device included */
  guint64 *device_up, *gate; /* by device; by link, of the replicas it needs */
  guint64 *own, *has; /* by component: enough replicas for itself; what it calls */
  GArray *todo;       /* guint: components */
} Sampling;

static void
draw_next (Sampling *s, Lot *lot)
{
  double skip = floor (log (1 - tb_rng_uniform (&s->rng)) * lot->scale);
  lot->next += 1 + (skip < 1e15 ? (guint64) skip : G_GUINT64_CONSTANT (1000000000000000));
}

static void
begin_lot (Sampling *s, Lot *lot, double up)
{
  *lot = (Lot){ .scale = up > 0 && up < 1 ? 1 / log (up) : 0, .next = G_MAXUINT64 }; /* one before the first */
  if (lot->scale != 0)
    draw_next (s, lot);
}

/* Bits that are set where the part is up, of 64 lots from base on. */
static guint64
draw (Sampling *s, Lot *lot, double up, guint64 base)
{
  guint64 word = ~G_GUINT64_CONSTANT (0);
  if (lot->scale == 0)
    return up > 0 ? word : 0;
  for (; lot->next < base + 64; draw_next (s, lot))
    word &= ~(G_GUINT64_CONSTANT (1) << (lot->next - base));
  return word;
}

static void
draw_parts (Sampling *s, guint64 base)
{
  TbFailure *f = s->f;
  for (guint d = 0; d < f->devices->len; d++)
    s->device_up[d] = draw (s, &s->device[d], TB_DEVICE (f, d)->up, base);
  for (guint i = 0; i < f->instances->len; i++)
    {
      const TbFailInstance *instance = TB_INSTANCE (f, i);
      s->up[i] = draw (s, &s->instance[i], TB_COMPONENT (f, instance->component)->up, base);
      if (instance->device != TB_NO_INDEX)
        s->up[i] &= s->device_up[instance->device];
    }
}

/* Adds one bit to 64 numbers that are kept in slices. */
static void
count_in (guint64 count[SLICES], guint64 bits)
{
  for (guint i = 0; i < SLICES && bits != 0; i++)
    {
      guint64 carry = count[i] & bits;
      count[i] ^= bits;
      bits = carry;
    }
}

/* Where the number is at least need. */
static guint64
reaches (const guint64 count[SLICES], guint need)
{
  guint64 yes = ~G_GUINT64_CONSTANT (0);
  if (need >= 1u << SLICES)
    return 0;
  for (guint i = 0; i < SLICES; i++)
    yes = (need >> i & 1) != 0 ? count[i] & yes : count[i] | yes;
  return yes;
}

static guint64
met (TbNeed need, guint64 special, const guint64 others[SLICES])
{
  return (special & reaches (others, need.with > 0 ? need.with - 1 : 0)) | (~special & reaches (others, need.without));
}

static void
judge_component (Sampling *s, guint component)
{
  TbFailure *f = s->f;
  const TbFailComponent *c = TB_COMPONENT (f, component);
  guint64 others[SLICES] = { 0 }, special = s->up[c->first + c->special];
  for (guint i = 0; i < c->n; i++)
    if (i != c->special)
      count_in (others, s->up[c->first + i]);
  s->own[component] = met (c->own, special, others);
  for (guint i = 0; i < c->n_in; i++)
    {
      guint l = g_array_index (f->in, guint, c->first_in + i);
      s->gate[l] = met (TB_LINK (f, l)->need, special, others);
    }
}

static guint64
judge_calls (const Sampling *s, guint component)
{
  const TbFailure *f = s->f;
  const TbFailComponent *c = TB_COMPONENT (f, component);
  guint64 all = ~G_GUINT64_CONSTANT (0);
  for (guint g = c->first_group; g < c->first_group + c->n_groups; g++)
    {
      const TbFailGroup *group = TB_GROUP (f, g);
      guint64 any = 0;
      for (guint l = group->first; l < group->first + group->n; l++)
        any |= s->gate[l] & s->has[TB_LINK (f, l)->to];
      all &= any;
    }
  return all;
}

/* Everybody has everything until it turns out otherwise; then his callers are asked again. */
static void
judge_all (Sampling *s)
{
  TbFailure *f = s->f;
  for (guint i = f->components->len; i > 0; i--)
    {
      guint c = i - 1;
      judge_component (s, c);
      s->has[c] = ~G_GUINT64_CONSTANT (0);
      g_array_append_val (s->todo, c);
    }
  while (s->todo->len > 0)
    {
      guint c = g_array_index (s->todo, guint, s->todo->len - 1);
      g_array_set_size (s->todo, s->todo->len - 1);
      guint64 has = judge_calls (s, c);
      if (has == s->has[c])
        continue;
      s->has[c] = has;
      for (guint i = 0; i < TB_COMPONENT (f, c)->n_in; i++)
        {
          guint l = g_array_index (f->in, guint, TB_COMPONENT (f, c)->first_in + i);
          g_array_append_val (s->todo, TB_GROUP (f, TB_LINK (f, l)->group)->component);
        }
    }
}

static void
begin_lots (Sampling *s)
{
  TbFailure *f = s->f;
  tb_rng_seed (&s->rng, 1);
  for (guint d = 0; d < f->devices->len; d++)
    begin_lot (s, &s->device[d], TB_DEVICE (f, d)->up);
  for (guint i = 0; i < f->instances->len; i++)
    begin_lot (s, &s->instance[i], TB_COMPONENT (f, TB_INSTANCE (f, i)->component)->up);
}

void
tb_failure_sample (TbFailure *f)
{
  guint n = f->components->len;
  Sampling s = { .f = f, .instance = g_new0 (Lot, f->instances->len + 1), .device = g_new0 (Lot, f->devices->len + 1),
                 .up = g_new0 (guint64, f->instances->len + 1), .device_up = g_new0 (guint64, f->devices->len + 1),
                 .gate = g_new0 (guint64, f->links->len + 1), .own = g_new0 (guint64, n + 1), .has = g_new0 (guint64, n + 1),
                 .todo = g_array_new (FALSE, FALSE, sizeof (guint)) };
  f->up_samples = g_new0 (guint, n + 1);
  begin_lots (&s);
  for (guint64 base = 0; base < TB_FAILURE_SAMPLES; base += 64)
    {
      draw_parts (&s, base);
      judge_all (&s);
      for (guint c = 0; c < n; c++)
        f->up_samples[c] += (guint) __builtin_popcountll (s.own[c] & s.has[c]);
    }
  gpointer arrays[] = { s.instance, s.device, s.up, s.device_up, s.gate, s.own, s.has };
  for (gsize i = 0; i < G_N_ELEMENTS (arrays); i++)
    g_free (arrays[i]);
  g_array_unref (s.todo);
}
