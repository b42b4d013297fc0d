#include "make-model.h"

#include <string.h>

#define STEP_X 280
#define STEP_Y 180

static void
put_component (GString *xml, const TbMadeModel *made, TbRng *rng, guint i)
{
  static const char *const kinds[] = { "client", "server", "store", "cache", "broker", "balancer",
                                       "proxy", "mediator" };
  guint row = i / MAX (made->columns, 1u);
  g_string_append_printf (xml, "<component id=\"c%u\" kind=\"%s\" name=\"Component %u\"", i,
                          kinds[tb_rng_below (rng, 8)], i);
  if (tb_rng_below (rng, 4) == 0)
    g_string_append_printf (xml, " replicas=\"%u\"", 2 + (guint) tb_rng_below (rng, 4));
  if (made->framed)
    g_string_append_printf (xml, " layer=\"l%u\" tier=\"t%u\"", row % 3, i % 4);
  g_string_append (xml, "/>\n");
}

static void
put_link (GString *xml, const TbMadeModel *made, TbRng *rng, guint i)
{
  guint n = made->components, from = (guint) tb_rng_below (rng, n), to;
  guint columns = MAX (made->columns, 8u), column = from % columns;
  if (made->far)
    to = (guint) tb_rng_below (rng, n);
  else
    {
      to = from - column + MIN (columns - 1, column + (guint) tb_rng_below (rng, 4));
      to += columns * (guint) tb_rng_below (rng, 3);
      to = to < n ? to : from;
    }
  if (to == from)
    to = from + 1 < n ? from + 1 : from - 1;
  g_string_append_printf (xml, "<link id=\"k%u\" from=\"c%u\" to=\"c%u\" call=\"%s\"/>\n", i, from,
                          to, tb_rng_below (rng, 3) ? "sync" : "async");
}

char *
tb_make_xml (const TbMadeModel *made)
{
  TbRng rng;
  GString *xml = g_string_new ("<architecture xmlns=\"urn:tierboard:1\" name=\"Made\">\n");
  tb_rng_seed (&rng, made->seed);
  for (guint i = 0; made->framed && i < 3; i++)
    g_string_append_printf (xml, "<layer id=\"l%u\" name=\"Layer %u\"/>\n", i, i);
  for (guint i = 0; made->framed && i < 4; i++)
    g_string_append_printf (xml, "<tier id=\"t%u\" name=\"Tier %u\"/>\n", i, i);
  for (guint i = 0; i < made->components; i++)
    put_component (xml, made, &rng, i);
  for (guint i = 0; i < made->links; i++)
    put_link (xml, made, &rng, i);
  g_string_append_printf (xml, "<view id=\"main\" frame=\"%s\">\n", made->framed ? "both" : "none");
  for (guint i = 0; i < made->components && made->columns > 0; i++)
    {
      double dx = made->jitter * 4 * (double) tb_rng_below (&rng, 20);
      double dy = made->jitter * 4 * (double) tb_rng_below (&rng, 20);
      g_string_append_printf (xml, "<place of=\"c%u\" x=\"%d\" y=\"%d\"/>\n", i,
                              (int) (i % made->columns * STEP_X + dx),
                              (int) (i / made->columns * STEP_Y + dy));
    }
  g_string_append (xml, "</view>\n</architecture>\n");
  return g_string_free (xml, FALSE);
}

TbDocument *
tb_make_document (const TbMadeModel *made)
{
  g_autofree char *xml = tb_make_xml (made);
  g_autoptr (GError) error = NULL;
  TbDocument *document = tb_document_load_bytes ("made", xml, strlen (xml), NULL, &error);
  g_assert_no_error (error);
  return document;
}
