#include "large.h"

#include "tb-base.h"

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

/* ---- Layered ---------------------------------------------------------------------------------- */

#define LAYERS 5u

static void
add_containers (GString *xml)
{
  for (guint i = 0; i < LAYERS; i++)
    g_string_append_printf (xml, "<layer id=\"layer%u\" strict=\"%s\"/>\n", i, i % 2 ? "yes" : "no");
  for (guint i = 0; i < LAYERS; i++)
    g_string_append_printf (xml, "<tier id=\"tier%u\"><device id=\"d%u-1\"/><device id=\"d%u-2\"/></tier>\n", i, i, i);
}

static void
add_layered_links (GString *xml, guint n, guint n_links, gboolean backwards)
{
  TbRng rng;
  tb_rng_seed (&rng, 5);
  for (guint i = 0; i < n_links; i++)
    {
      guint above = n - n / LAYERS, from = i < n ? i * above / n : (guint) tb_rng_below (&rng, above);
      guint to = MIN (from + 1 + (guint) tb_rng_below (&rng, n / LAYERS - 1), n - 1);
      gboolean up = backwards && i % 50 == 0;
      g_string_append_printf (xml, "<link id=\"l%u\" from=\"c%u\" to=\"c%u\" %s retries=\"%u\"/>\n", i, up ? to : from,
                              up ? from : to, i % 5 ? "timeout=\"1s\"" : "", i % 7 == 0);
    }
}

char *
tb_layered_drawing (guint n, guint n_links, gboolean backwards)
{
  GString *xml = g_string_new ("<architecture xmlns=\"urn:tierboard:1\" name=\"Large\">\n");
  guint in_layer = n / LAYERS;
  add_containers (xml);
  for (guint i = 0; i < n; i++)
    {
      guint layer = MIN (i / in_layer, LAYERS - 1);
      const char *kind = layer == 0 ? "client" : layer == LAYERS - 1 ? "store" : "server";
      g_string_append_printf (xml,
                              "<component id=\"c%u\" kind=\"%s\" name=\"Part %u\" tier=\"tier%u\" layer=\"layer%u\" replicas=\"%u\" threads=\"pool 4\">"
                              "<service protocol=\"http\" port=\"8080\"/><builtin/></component>\n",
                              i, kind, i, layer, layer, 1 + i % 3);
    }
  add_layered_links (xml, n, n_links, backwards);
  g_string_append (xml, "<view id=\"main\" frame=\"none\">");
  for (guint i = 0; i < n; i++)
    g_string_append_printf (xml, "<place of=\"c%u\" x=\"%u\" y=\"%u\"/>", i, i % in_layer * STEP_X, i / in_layer * 4 * STEP_Y);
  g_string_append (xml, "</view></architecture>\n");
  return g_string_free (xml, FALSE);
}
