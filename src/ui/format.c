#include "format.h"

#include <string.h>

#include "tb-base.h"

#define THIN "\u202f"
#define NONE "–"

char *
tb_format_count (guint64 n)
{
  char digits[32];
  g_snprintf (digits, sizeof digits, "%" G_GUINT64_FORMAT, n);
  GString *out = g_string_new (NULL);
  gsize size = strlen (digits);
  for (gsize i = 0; i < size; i++)
    {
      if (i && (size - i) % 3 == 0)
        g_string_append (out, THIN);
      g_string_append_c (out, digits[i]);
    }
  return g_string_free (out, FALSE);
}

/* Two figures that count, and no zeros behind the point. */
static char *
two_figures (double value, const char *unit)
{
  if (value >= 99.5)
    {
      g_autofree char *count = tb_format_count ((guint64) (value + 0.5));
      return g_strconcat (count, unit, NULL);
    }
  char text[32];
  g_snprintf (text, sizeof text, value >= 9.95 ? "%.0f" : "%.1f", value);
  if (g_str_has_suffix (text, ".0"))
    text[strlen (text) - 2] = '\0';
  return g_strconcat (text, unit, NULL);
}

char *
tb_format_rate (double per_second)
{
  return per_second < 0 ? g_strdup (NONE) : two_figures (per_second, "/s");
}

char *
tb_format_ns (gint64 ns)
{
  if (ns < 0)
    return g_strdup (NONE);
  if (ns < TB_NS_PER_MS)
    return two_figures ((double) ns / TB_NS_PER_US, THIN "µs");
  if (ns < TB_NS_PER_S)
    return two_figures ((double) ns / TB_NS_PER_MS, THIN "ms");
  return two_figures ((double) ns / TB_NS_PER_S, THIN "s");
}

char *
tb_format_bytes (double bytes)
{
  static const char *const units[] = { THIN "B", THIN "kB", THIN "MB", THIN "GB", THIN "TB" };
  guint unit = 0;
  while (bytes >= 999.5 && unit + 1 < G_N_ELEMENTS (units))
    {
      bytes /= 1000;
      unit++;
    }
  return two_figures (bytes, units[unit]);
}

char *
tb_format_elapsed (gint64 ns)
{
  gint64 s = ns / TB_NS_PER_S;
  if (s < 60)
    return g_strdup_printf ("%.1f" THIN "s", (double) (ns / (TB_NS_PER_S / 10)) / 10);
  if (s < 3600)
    return g_strdup_printf ("%d:%02d", (int) (s / 60), (int) (s % 60));
  return g_strdup_printf ("%d:%02d:%02d", (int) (s / 3600), (int) (s / 60 % 60), (int) (s % 60));
}

char *
tb_format_path (const char *path)
{
  g_autofree char *whole = g_canonicalize_filename (path, NULL);
  const char *home = g_get_home_dir ();
  gsize n = strlen (home);
  if (n > 1 && strncmp (whole, home, n) == 0 && whole[n] == '/')
    return g_strconcat ("~", whole + n, NULL);
  return g_steal_pointer (&whole);
}

static const char *
title_of (const TbModel *model, const TbElement *element, TbProp prop)
{
  const TbElement *other = tb_element_get_ref (model, element, prop);
  const char *text = tb_element_get (element, prop);
  return other ? tb_element_title (other) : text ? text : "?";
}

char *
tb_format_element (const TbModel *model, const TbElement *element)
{
  if (tb_element_kind (element) != TB_KIND_LINK)
    return g_strdup (tb_element_title (element));
  return g_strdup_printf ("%s → %s", title_of (model, element, TB_PROP_FROM),
                          title_of (model, element, TB_PROP_TO));
}

char *
tb_format_instance (const char *id)
{
  return g_strdelimit (g_strdup (id), "/", '-');
}
