/* Numbers as people read them. */
#include <math.h>

#include "scenario-private.h"

static const char *
time_words (double seconds, char *out, gsize size)
{
  if (seconds >= 1)
    g_snprintf (out, size, "%.3g s", seconds);
  else if (seconds >= 1e-3)
    g_snprintf (out, size, "%.3g ms", seconds * 1e3);
  else
    g_snprintf (out, size, "%.3g µs", seconds * 1e6);
  return out;
}

const char *
tb_measure_words (TbMeasureUnit unit, double value, char *out, gsize size)
{
  static const char *const units[] = { [TB_UNIT_NONE] = "", [TB_UNIT_PER_S] = "/s",
                                       [TB_UNIT_CORES] = " cores", [TB_UNIT_MIB] = " MiB",
                                       [TB_UNIT_TIMES] = " times" };
  if (isnan (value))
    g_strlcpy (out, "–", size);
  else if (isinf (value))
    g_strlcpy (out, value > 0 ? "∞" : "−∞", size);
  else if (unit == TB_UNIT_TIME)
    return time_words (MAX (value, 0), out, size);
  else if (unit == TB_UNIT_SHARE_OF)
    g_snprintf (out, size, "%.4g %%", value * 100);
  else if (unit == TB_UNIT_YES)
    g_strlcpy (out, value > 0.5 ? "yes" : "no", size);
  else
    g_snprintf (out, size, "%.*f%s", fabs (value) >= 100 || value == floor (value) ? 0 : 2, value,
                units[unit]);
  return out;
}
