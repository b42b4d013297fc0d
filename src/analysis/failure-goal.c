/* How much of the time a goal is up. */
#include "failure-private.h"

#include <math.h>
#include <string.h>

/* Of several ways at least one: by inclusion and exclusion, each term being a plain AND. The widest term comes first: if
 * one of them takes too many devices, it does. */
static gboolean
any_way (TbFailure *f, const TbPaths *paths, double *up)
{
  g_autofree TbNeed *need = g_new (TbNeed, f->components->len + 1);
  *up = 0;
  for (guint set = (1u << paths->n) - 1; set > 0; set--)
    {
      double all;
      for (guint i = 0; i < paths->reached->len; i++)
        {
          guint c = g_array_index (paths->reached, guint, i);
          need[c] = (TbNeed){ 0, 0 };
          for (guint p = 0; p < paths->n; p++)
            if ((set >> p & 1) != 0)
              need[c] = tb_need_both (need[c], paths->need[p][c]);
        }
      if (!tb_failure_odds (f, need, paths->reached, &all))
        return FALSE;
      *up += __builtin_popcount (set) % 2 == 1 ? all : -all;
    }
  return TRUE;
}

static void
count_part (guint said, TbUptime *out)
{
  out->parts++;
  out->said += said;
}

/* What it depends on, and how much of that says how available it is. */
static void
count_parts (const TbFailure *f, const TbPaths *paths, TbUptime *out)
{
  g_autofree gboolean *counted = g_new0 (gboolean, f->devices->len + 1);
  for (guint i = 0; i < paths->reached->len; i++)
    {
      const TbFailComponent *c = TB_COMPONENT (f, g_array_index (paths->reached, guint, i));
      for (guint k = c->first; k < c->first + c->n; k++)
        {
          guint d = TB_INSTANCE (f, k)->device;
          count_part (c->said != FALSE, out);
          if (d == TB_NO_INDEX || counted[d] || TB_DEVICE (f, d)->number > 0)
            continue;
          counted[d] = TRUE;
          count_part (TB_DEVICE (f, d)->said != FALSE, out);
        }
    }
}

/* Wilson's interval, which is right for shares near 0 and 1 too. */
static void
set_sampled (TbUptime *out, guint hits)
{
  const double z = 1.959964, n = TB_FAILURE_SAMPLES;
  double p = hits / n, middle = (p + z * z / (2 * n)) / (1 + z * z / n);
  double half = z * sqrt (p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
  out->up = p;
  out->low = MAX (0, middle - half);
  out->high = MIN (1, middle + half);
  out->samples = TB_FAILURE_SAMPLES;
}

double
tb_failure_availability (TbFailure *f, TbUid uid, TbUptime *out)
{
  TbUptime answer = { .up = 1, .low = 1, .high = 1, .exact = TRUE };
  guint component = tb_failure_component (f, uid);
  if (component != TB_NO_INDEX)
    {
      const TbPaths *paths = tb_failure_paths (f, component, NULL);
      count_parts (f, paths, &answer);
      answer.exact = paths->all && any_way (f, paths, &answer.up);
      answer.low = answer.high = answer.up = CLAMP (answer.up, 0, 1);
      if (!answer.exact && f->up_samples == NULL)
        tb_failure_sample (f);
      if (!answer.exact)
        set_sampled (&answer, f->up_samples[component]);
    }
  answer.minutes_a_year = (1 - answer.up) * 365 * 24 * 60;
  if (out != NULL)
    *out = answer;
  return answer.up;
}
