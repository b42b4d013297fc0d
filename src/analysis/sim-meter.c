/* What is counted. Intervals are those of batch means (Law and Kelton, "Simulation Modeling and Analysis", 9.5.3): the
 * run is cut into as few as 16 long pieces, which hardly know of each other, and their spread says how far the whole may
 * be off. Of a quotient of sums the spread is that of over_i - figure · under_i (the ratio estimator). */
#include <math.h>

#include "sim-private.h"

#define STUDENT_15 2.1314 /* 97.5 % of Student's t with SIM_GROUPS - 1 degrees of freedom */

void
sim_meters_init (SimMeters *meters, guint n)
{
  meters->n = n;
  meters->now = g_new0 (SimSum, MAX (n, 1));
  meters->by_time = g_new0 (gboolean, MAX (n, 1));
  meters->closed = g_new0 (SimSum, (gsize) MAX (n, 1) * SIM_BATCHES);
}

void
sim_meters_clear (SimMeters *meters)
{
  g_free (meters->now);
  g_free (meters->closed);
  g_free (meters->by_time);
}

void
sim_meters_begin (SimMeters *meters, double now_ns, double length_ns)
{
  meters->n_closed = 0;
  meters->began_ns = now_ns;
  meters->length_ns = length_ns;
  memset (meters->now, 0, meters->n * sizeof *meters->now);
}

static void
join_pairs (SimMeters *meters)
{
  for (guint i = 0; i < SIM_BATCHES / 2; i++)
    for (guint k = 0; k < meters->n; k++)
      {
        const SimSum *a = &meters->closed[(gsize) (2 * i) * meters->n + k], *b = a + meters->n;
        meters->closed[(gsize) i * meters->n + k] = (SimSum){ a->over + b->over, a->under + b->under };
      }
  meters->n_closed = SIM_BATCHES / 2;
  meters->length_ns *= 2;
}

void
sim_meters_close (SimMeters *meters, double now_ns)
{
  if (meters->n_closed == SIM_BATCHES)
    join_pairs (meters);
  for (guint i = 0; i < meters->n; i++)
    if (meters->by_time[i])
      meters->now[i].under = now_ns - meters->began_ns;
  memcpy (&meters->closed[(gsize) meters->n_closed * meters->n], meters->now, meters->n * sizeof *meters->now);
  memset (meters->now, 0, meters->n * sizeof *meters->now);
  meters->n_closed++;
  meters->began_ns = now_ns;
}

double
sim_meters_figure (const SimMeters *meters, guint figure, double *half)
{
  SimSum groups[SIM_GROUPS] = { 0 }, all = { 0 };
  guint each = meters->n_closed / SIM_GROUPS, from = meters->n_closed - each * SIM_GROUPS;
  for (guint i = 0; i < meters->n_closed; i++)
    {
      const SimSum *sum = &meters->closed[(gsize) i * meters->n + figure];
      SimSum *group = each > 0 && i >= from ? &groups[(i - from) / each] : NULL;
      all.over += sum->over;
      all.under += sum->under;
      if (group != NULL)
        *group = (SimSum){ group->over + sum->over, group->under + sum->under };
    }
  double value = all.under > 0 ? all.over / all.under : NAN, squares = 0, under = 0;
  for (guint i = 0; i < SIM_GROUPS; i++)
    {
      double off = groups[i].over - value * groups[i].under;
      squares += off * off;
      under += groups[i].under;
    }
  if (half != NULL)
    *half = each > 0 && under > 0 ? STUDENT_15 * sqrt (squares * SIM_GROUPS / (SIM_GROUPS - 1)) / under : INFINITY;
  return value;
}

/* ---- Times ---------------------------------------------------------------------------------------------- */

#define PER_OCTAVE 64 /* slots: 1.1 % each */
#define OCTAVES 50
#define SLOTS (OCTAVES * PER_OCTAVE)

static guint
slot_of (double ns)
{
  if (!(ns >= 1))
    return 0;
  int exponent;
  double part = frexp (ns, &exponent); /* 0.5 to 1 */
  guint slot = (guint) ((exponent - 1) * PER_OCTAVE + (part - 0.5) * 2 * PER_OCTAVE);
  return MIN (slot, SLOTS - 1);
}

static double
slot_begin (guint slot)
{
  return ldexp (0.5 + 0.5 * (slot % PER_OCTAVE) / PER_OCTAVE, (int) (slot / PER_OCTAVE) + 1);
}

void
sim_times_add (SimTimes *times, double ns)
{
  if (times->counts == NULL)
    times->counts = g_new0 (guint32, SLOTS);
  times->counts[slot_of (ns)]++;
  times->n++;
}

double
sim_times_quantile (const SimTimes *times, double q)
{
  double below = 0, wanted = q * (double) times->n;
  if (times->n == 0)
    return NAN;
  for (guint i = 0; i < SLOTS; i++)
    {
      double here = times->counts[i];
      if (here > 0 && below + here >= wanted)
        return i == 0 ? 0 : slot_begin (i) + (slot_begin (i + 1) - slot_begin (i)) * (wanted - below) / here;
      below += here;
    }
  return slot_begin (SLOTS - 1);
}

void
sim_times_forget (SimTimes *times)
{
  g_clear_pointer (&times->counts, g_free);
  times->n = 0;
}
