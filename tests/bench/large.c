#include "large.h"

#define COLUMNS 100
#define STEP_X 240
#define STEP_Y 140

char *
tb_large_drawing (guint n)
{
  static const char *kinds[] = { "client", "server", "store", "cache", "broker" };
  GString *xml = g_string_new ("<architecture xmlns=\"urn:tierboard:1\" name=\"Large\">");
  for (guint i = 0; i < n; i++)
    g_string_append_printf (xml, "<component id=\"c%u\" kind=\"%s\" name=\"Part %u\"/>", i,
                            i % COLUMNS == 0 ? "server" : kinds[1 + i % 4], i);
  for (guint i = 0; i + 1 < n; i++)
    {
      if ((i + 1) % COLUMNS != 0)
        g_string_append_printf (xml, "<link id=\"r%u\" from=\"c%u\" to=\"c%u\"/>", i, i, i + 1);
      if (i % 2 == 0 && i + COLUMNS < n)
        g_string_append_printf (xml, "<link id=\"d%u\" from=\"c%u\" to=\"c%u\" call=\"async\"/>", i,
                                i, i + COLUMNS);
    }
  g_string_append (xml, "<view id=\"main\" frame=\"none\">");
  for (guint i = 0; i < n; i++)
    g_string_append_printf (xml, "<place of=\"c%u\" x=\"%u\" y=\"%u\"/>", i, i % COLUMNS * STEP_X,
                            i / COLUMNS * STEP_Y);
  g_string_append (xml, "</view></architecture>");
  return g_string_free (xml, FALSE);
}
