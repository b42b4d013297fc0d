/* What checking a drawing of 1 000 components and 1 500 links costs on each edit: validation and all rules.
 * Prints name, value, unit and target; CPU time, so that a busy machine does not count. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tb-base.h"
#include "tb-rules.h"

#define COMPONENTS 1000u
#define LINKS 1500u
#define ROUNDS 9u

static double
cpu_ms (void)
{
  struct timespec t;
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double) t.tv_sec * 1e3 + (double) t.tv_nsec / 1e6;
}

/* Layers and tiers, clients on top, stores at the bottom; backwards: now and then a link leads up, so that there are
 * circles, and much is wrong. */
static char *
drawing (gboolean backwards)
{
  TbRng rng;
  tb_rng_seed (&rng, 5);
  GString *xml = g_string_new ("<architecture xmlns=\"urn:tierboard:1\" name=\"Large\">\n");
  for (guint i = 0; i < 5; i++)
    g_string_append_printf (xml, "<layer id=\"layer%u\" strict=\"%s\"/>\n", i, i % 2 ? "yes" : "no");
  for (guint i = 0; i < 5; i++)
    g_string_append_printf (xml, "<tier id=\"tier%u\"><device id=\"d%u-1\"/><device id=\"d%u-2\"/></tier>\n", i, i, i);
  for (guint i = 0; i < COMPONENTS; i++)
    {
      const char *kind = i < 200 ? "client" : i >= 800 ? "store" : "server";
      g_string_append_printf (xml,
                              "<component id=\"c%u\" kind=\"%s\" name=\"Part %u\" tier=\"tier%u\" layer=\"layer%u\" replicas=\"%u\" threads=\"pool 4\">"
                              "<service protocol=\"http\" port=\"8080\"/><builtin/></component>\n",
                              i, kind, i, i / 200, i / 200, 1 + i % 3);
    }
  for (guint i = 0; i < LINKS; i++)
    {
      guint from = i < 1000 ? i * 4 / 5 : (guint) tb_rng_below (&rng, 800), room = 1 + (guint) tb_rng_below (&rng, 199);
      guint to = MIN (from + room, COMPONENTS - 1);
      if (backwards && i % 50 == 0)
        {
          guint other = from;
          from = to;
          to = other;
        }
      g_string_append_printf (xml, "<link id=\"l%u\" from=\"c%u\" to=\"c%u\" %s retries=\"%u\"/>\n", i, from, to,
                              i % 5 ? "timeout=\"1s\"" : "", i % 7 == 0);
    }
  g_string_append (xml, "</architecture>\n");
  return g_string_free (xml, FALSE);
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

static void
measure (const char *name, char *xml)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) document = tb_document_load_bytes ("large", xml, strlen (xml), NULL, &error);
  double took[ROUNDS], valid[ROUNDS];
  guint found = 0;
  if (document == NULL)
    g_error ("%s", error->message);
  for (guint round = 0; round < ROUNDS; round++)
    {
      double begin = cpu_ms ();
      g_autoptr (GPtrArray) problems = tb_problems_new ();
      tb_model_validate (tb_document_model (document), problems);
      valid[round] = cpu_ms () - begin;
      g_autoptr (GPtrArray) findings = tb_rules_check (tb_document_model (document), NULL);
      took[round] = cpu_ms () - begin;
      found = findings->len + problems->len;
    }
  qsort (took, ROUNDS, sizeof *took, compare);
  qsort (valid, ROUNDS, sizeof *valid, compare);
  printf ("%u components, %u links checked, %s (%u findings; %.1f ms of it validation)\t%.1f\tms\t<= 50\n", COMPONENTS, LINKS, name,
          found, valid[ROUNDS / 2], took[ROUNDS / 2]);
  g_free (xml);
}

int
main (void)
{
  measure ("as it should be", drawing (FALSE));
  measure ("with links that lead up", drawing (TRUE));
  return 0;
}
