/* Availability by drawing lots, one in each lane (failure-states.c). What fails rarely is drawn by its next failure
 * (geometrically), and not in each lot; what fails often by as many random bits as it takes to tell. The seed is fixed:
 * the same drawing gives the same figure. */
#include "failure-private.h"

#include <math.h>
#include <string.h>

#define OFTEN 0.02 /* of failing: from here on bits are cheaper than logarithms */

G_STATIC_ASSERT (TB_FAILURE_SAMPLES % TB_LANES == 0);

/* A part that may fail. */
typedef struct
{
  double scale;  /* 1 / log (its availability); 0: it does not fail, always, or often */
  guint64 next;  /* lot in which it fails next */
  guint64 limit; /* where it fails often: it is up in that share of 2^64; else 0 */
} Lot;

typedef struct
{
  TbFailure *f;
  TbStates *states;
  TbRng rng;
  Lot *instance, *device;
  TbLanes *device_up;
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
  *lot = (Lot){ .next = G_MAXUINT64 }; /* one before the first */
  if (up > 0 && up < 1 && 1 - up > OFTEN)
    lot->limit = (guint64) ldexp (up, 64);
  else if (up > 0 && up < 1)
    {
      lot->scale = 1 / log (up);
      draw_next (s, lot);
    }
}

/* Bits each of which is set with the probability limit / 2^64: a random number each, of which no more bits are drawn than
 * tell it from the limit. */
static guint64
draw_bits (TbRng *rng, guint64 limit)
{
  guint64 below = 0, open = G_MAXUINT64;
  for (; limit != 0 && open != 0; limit <<= 1)
    {
      guint64 bits = tb_rng_next (rng), one = limit >> 63 != 0 ? G_MAXUINT64 : 0;
      below |= open & one & ~bits;
      open &= ~(bits ^ one);
    }
  return below;
}

/* Bits that are set where the part is up, of the lots from base on. */
static void
draw (Sampling *s, Lot *lot, double up, guint64 base, TbLanes *lanes)
{
  if (lot->limit != 0)
    for (guint w = 0; w < TB_LANE_WORDS; w++)
      lanes->word[w] = draw_bits (&s->rng, lot->limit);
  else
    memset (lanes, up > 0 ? 0xff : 0, sizeof *lanes);
  for (; lot->scale != 0 && lot->next < base + TB_LANES; draw_next (s, lot))
    {
      guint64 lane = lot->next - base;
      lanes->word[lane / 64] &= ~(G_GUINT64_CONSTANT (1) << lane % 64);
    }
}

static void
draw_parts (Sampling *s, guint64 base)
{
  TbFailure *f = s->f;
  for (guint d = 0; d < f->devices->len; d++)
    draw (s, &s->device[d], TB_DEVICE (f, d)->up, base, &s->device_up[d]);
  for (guint i = 0; i < f->instances->len; i++)
    {
      const TbFailInstance *instance = TB_INSTANCE (f, i);
      TbLanes *up = &s->states->up[i];
      draw (s, &s->instance[i], TB_COMPONENT (f, instance->component)->up, base, up);
      for (guint w = 0; w < TB_LANE_WORDS && instance->device != TB_NO_INDEX; w++)
        up->word[w] &= s->device_up[instance->device].word[w];
    }
}

/* How many lanes are set: counted in the bytes of all words together, which hold 64 at most. */
static guint
count_lanes (TbLanes lanes)
{
  const guint64 ones = G_GUINT64_CONSTANT (0x0101010101010101), low = G_GUINT64_CONSTANT (0x00ff00ff00ff00ff);
  guint64 bytes = 0;
  for (guint w = 0; w < TB_LANE_WORDS; w++)
    {
      guint64 x = lanes.word[w];
      x -= x >> 1 & ones * 0x55;
      x = (x & ones * 0x33) + (x >> 2 & ones * 0x33);
      bytes += (x + (x >> 4)) & ones * 0x0f;
    }
  guint64 pairs = (bytes & low) + (bytes >> 8 & low);
  return (guint) (pairs * G_GUINT64_CONSTANT (0x0001000100010001) >> 48);
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
  Sampling s = { .f = f, .states = tb_states_new (f), .instance = g_new0 (Lot, f->instances->len + 1),
                 .device = g_new0 (Lot, f->devices->len + 1), .device_up = g_new0 (TbLanes, f->devices->len + 1) };
  f->up_samples = g_new0 (guint, n + 1);
  begin_lots (&s);
  for (guint64 base = 0; base < TB_FAILURE_SAMPLES; base += TB_LANES)
    {
      tb_states_begin (f, s.states);
      draw_parts (&s, base);
      for (guint c = 0; c < n; c++)
        tb_states_judge (f, s.states, c, &s.states->up[TB_COMPONENT (f, c)->first]);
      tb_states_spread (f, s.states);
      for (guint c = 0; c < n; c++)
        f->up_samples[c] += count_lanes (tb_states_work (s.states, c));
    }
  tb_states_free (s.states);
  g_free (s.instance);
  g_free (s.device);
  g_free (s.device_up);
}
