/* Where the ticks of an axis stand, and what is written at them. Pure. */
#include "tb-plot.h"

#include <math.h>
#include <string.h>

#include "tb-base.h"

#define THIN "\u202f"

double
tb_axis_step (double least)
{
  static const double times[] = { 1, 2, 5, 10 };
  double power = pow (10, floor (log10 (MAX (least, 1e-9))));
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    if (power * times[i] >= least * (1 - 1e-9))
      return power * times[i];
  return power * 10;
}

/* ---- Time ------------------------------------------------------------------------------------ */

void
tb_axis_format_time (gint64 ns, double step_ns, char *out, gsize size)
{
  int decimals = (int) ceil (log10 ((double) TB_NS_PER_S / MAX (step_ns, 1)) - 1e-9);
  char digits[32];
  decimals = CLAMP (decimals, 0, 9);
  guint64 whole = (guint64) ABS (ns) / (guint64) TB_NS_PER_S,
          rest = (guint64) ABS (ns) % (guint64) TB_NS_PER_S;
  for (int i = decimals; i < 9; i++)
    rest /= 10;
  g_snprintf (digits, sizeof digits, ".%0*" G_GUINT64_FORMAT, decimals, rest);
  g_snprintf (out, size, "%s%" G_GUINT64_FORMAT "%s" THIN "s", ns < 0 ? "−" : "", whole,
              decimals > 0 ? digits : "");
}

/* A minute and its parts are told by sixties. */
static double
time_step (double least)
{
  static const double longer[]
      = { 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400 };
  if (least <= 2e9)
    return MAX (tb_axis_step (least), 1);
  for (guint i = 0; i < G_N_ELEMENTS (longer); i++)
    if (longer[i] * 1e9 >= least)
      return longer[i] * 1e9;
  return ceil (least / 86400e9) * 86400e9;
}

void
tb_axis_times (gint64 from_ns, gint64 to_ns, gint64 zero_ns, double width, double gap,
               GArray *ticks)
{
  if (to_ns <= from_ns || width <= 0)
    return;
  double step = time_step ((double) (to_ns - from_ns) * gap / width);
  gint64 whole = (gint64) step, from = from_ns - zero_ns, to = to_ns - zero_ns;
  gint64 first = from / whole * whole;
  if (first < from)
    first += whole;
  for (gint64 at = first; at <= to; at += whole)
    {
      TbAxisTick tick = { .value = (double) at };
      tb_axis_format_time (at, step, tick.text, sizeof tick.text);
      g_array_append_val (ticks, tick);
    }
}

/* ---- Values ---------------------------------------------------------------------------------- */

static void
format_plain (double value, const char *unit, char *out, gsize size)
{
  char digits[32];
  g_snprintf (digits, sizeof digits, value >= 99.95 || value == floor (value) ? "%.0f"
                                     : value >= 9.995                        ? "%.1f"
                                                                             : "%.2f", value);
  if (strchr (digits, '.') != NULL)
    {
      char *end = digits + strlen (digits);
      while (end[-1] == '0')
        *--end = '\0';
      if (end[-1] == '.')
        *--end = '\0';
    }
  gsize n = strlen (digits);
  if (n > 4 && n <= 15 && strchr (digits, '.') == NULL)
    {
      GString *spaced = g_string_new (NULL);
      for (gsize i = 0; i < n; i++)
        {
          if (i > 0 && (n - i) % 3 == 0)
            g_string_append (spaced, THIN);
          g_string_append_c (spaced, digits[i]);
        }
      g_snprintf (out, size, "%s%s", spaced->str, unit);
      g_string_free (spaced, TRUE);
    }
  else
    g_snprintf (out, size, "%s%s", digits, unit);
}

static void
format_scaled (double value, double thousand, const char *const *units, guint n_units, char *out,
               gsize size)
{
  guint unit = 0;
  while (value >= thousand * 0.9995 && unit + 1 < n_units)
    {
      value /= thousand;
      unit++;
    }
  format_plain (value, units[unit], out, size);
}

void
tb_axis_format (double value, TbAxisUnit unit, char *out, gsize size)
{
  static const char *const durations[] = { THIN "ns", THIN "µs", THIN "ms", THIN "s" };
  static const char *const bytes[] = { THIN "B", THIN "kB", THIN "MB", THIN "GB", THIN "TB" };
  if (isnan (value))
    {
      g_strlcpy (out, "–", size);
      return;
    }
  switch (unit)
    {
    case TB_AXIS_RATE:
      format_plain (value, "/s", out, size);
      break;
    case TB_AXIS_DURATION:
      format_scaled (value, 1000, durations, G_N_ELEMENTS (durations), out, size);
      break;
    case TB_AXIS_BYTES:
      format_scaled (value, 1000, bytes, G_N_ELEMENTS (bytes), out, size);
      break;
    case TB_AXIS_COUNT:
    case TB_AXIS_CORES:
    default:
      format_plain (value, "", out, size);
      break;
    }
}

void
tb_axis_values (double top, guint max, TbAxisUnit unit, GArray *ticks, double *end)
{
  double least = unit == TB_AXIS_CORES ? 0.1 : unit == TB_AXIS_DURATION ? 1000 : 1;
  double reach = MAX (isfinite (top) ? top : 0, least);
  double step = tb_axis_step (reach / (MAX (max, 2) - 1));
  guint n = (guint) ceil (reach / step - 1e-9);
  *end = n * step;
  for (guint i = 0; i <= n; i++)
    {
      TbAxisTick tick = { .value = i * step };
      if (i == 0)
        g_strlcpy (tick.text, "0", sizeof tick.text);
      else
        tb_axis_format (tick.value, unit, tick.text, sizeof tick.text);
      g_array_append_val (ticks, tick);
    }
}
