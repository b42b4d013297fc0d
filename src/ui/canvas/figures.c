#include "figures.h"

#include <math.h>

/* Groups of three: 18204 → "18 204". */
static char *
grouped (guint64 v)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_string_printf (text, "%" G_GUINT64_FORMAT, v);
  for (gssize at = (gssize) text->len - 3; at > 0; at -= 3)
    g_string_insert (text, at, TB_THIN_SPACE);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Two digits that matter below 10, whole numbers above. */
static char *
short_number (double v)
{
  if (v > 0 && v < 9.95 && fabs (v - round (v)) >= 0.05)
    return g_strdup_printf ("%.1f", v);
  return grouped ((guint64) llround (fmax (v, 0)));
}

char *
tb_figure_rate (double per_second)
{
  g_autofree char *number = short_number (per_second);
  return g_strdup_printf ("%s/s", number);
}

typedef struct
{
  double from; /* smallest value shown in this unit */
  double unit;
  const char *name;
} Unit;

static char *
in_units (double v, const Unit *units, guint n)
{
  guint i = 0;
  while (i + 1 < n && v < units[i].from)
    i++;
  g_autofree char *number = short_number (v / units[i].unit);
  return g_strdup_printf ("%s" TB_THIN_SPACE "%s", number, units[i].name);
}

char *
tb_figure_duration (gint64 ns)
{
  static const Unit units[] = { { 999.5e6, 1e9, "s" }, { 999.5e3, 1e6, "ms" }, { 0, 1e3, "µs" } };
  return in_units ((double) MAX (ns, 0), units, G_N_ELEMENTS (units));
}

char *
tb_figure_bytes_rate (double bytes_per_second)
{
  static const Unit units[]
      = { { 999.5e6, 1e9, "GB/s" }, { 999.5e3, 1e6, "MB/s" }, { 999.5, 1e3, "kB/s" }, { 0, 1, "B/s" } };
  return in_units (bytes_per_second, units, G_N_ELEMENTS (units));
}
