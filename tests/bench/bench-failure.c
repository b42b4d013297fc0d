/* What the failure analysis of 1 000 and of 10 000 components costs: reading, single points, pairs, availability of each
 * client.
 * Prints name, value, unit and target; CPU time, so that a busy machine does not count. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tb-base.h"
#include "tb-failure.h"

#define TIERS 9u
#define ROUNDS 5u

static double
cpu_ms (void)
{
  struct timespec t;
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double) t.tv_sec * 1e3 + (double) t.tv_nsec / 1e6;
}

/* Clients, a tenth of all, over nine tiers, each server calling one or two of those below. devices: of each tier;
 * entangled: replicas are on any of them, not on those in turn. */
static char *
large_drawing (guint components, guint devices, gboolean entangled)
{
  guint clients = components / 10;
  TbRng rng;
  tb_rng_seed (&rng, 3);
  GString *xml = g_string_new ("<architecture xmlns=\"urn:tierboard:1\" name=\"Large\">\n");
  for (guint t = 0; t < TIERS; t++)
    {
      g_string_append_printf (xml, "<tier id=\"t%u\">", t);
      for (guint d = 0; d < devices; d++)
        g_string_append_printf (xml, "<device id=\"d%u-%u\" availability=\"99.95%%\"/>", t, d);
      g_string_append (xml, "</tier>\n");
    }
  guint in_tier = (components - clients) / TIERS;
  for (guint i = 0; i < components; i++)
    {
      guint tier = i < clients ? 0 : (i - clients) / in_tier;
      if (i < clients)
        {
          g_string_append_printf (xml, "<component id=\"c%u\" kind=\"client\"/>\n", i);
          continue;
        }
      g_string_append_printf (xml, "<component id=\"c%u\" kind=\"server\" tier=\"t%u\" replicas=\"%u\" availability=\"99.9%%\">", i, tier,
                              2 + i % 2);
      for (guint r = 1; entangled && r <= 2 + i % 2; r++)
        g_string_append_printf (xml, "<on replica=\"%u\" device=\"d%u-%u\"/>", r, tier, (guint) tb_rng_below (&rng, devices));
      g_string_append (xml, "</component>\n");
    }
  guint link = 0;
  for (guint i = 0; i < components - in_tier; i++)
    for (guint k = 0; k < (i < clients ? 8 : 1 + (guint) tb_rng_below (&rng, 2)); k++)
      {
        guint next = i < clients ? clients : clients + ((i - clients) / in_tier + 1) * in_tier;
        guint below = components - next, reach = MIN (below, in_tier * 2);
        g_string_append_printf (xml, "<link id=\"l%u\" from=\"c%u\" to=\"c%u\"/>\n", link++, i, next + (guint) tb_rng_below (&rng, reach));
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
measure (guint components, const char *name, char *xml, const char *target)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbDocument) document = tb_document_load_bytes ("large", xml, strlen (xml), NULL, &error);
  if (document == NULL)
    g_error ("%s", error->message);
  double took[ROUNDS];
  guint singles = 0, pairs = 0, goals = 0, exact = 0;
  for (guint round = 0; round < ROUNDS; round++)
    {
      double begin = cpu_ms ();
      g_autoptr (TbFailure) failure = tb_failure_new (tb_document_model (document));
      double read = cpu_ms ();
      tb_failure_single_points (failure, &singles);
      double single = cpu_ms ();
      tb_failure_pairs (failure, &pairs);
      double pair = cpu_ms ();
      const TbUid *uids = tb_failure_goals (failure, &goals);
      exact = 0;
      for (guint i = 0; i < goals; i++)
        {
          TbUptime a;
          tb_failure_availability (failure, uids[i], &a);
          exact += a.exact;
        }
      took[round] = cpu_ms () - begin;
      if (g_getenv ("PARTS") != NULL)
        fprintf (stderr, "%s: read %.1f single %.1f pairs %.1f availability %.1f\n", name, read - begin, single - read, pair - single,
                 cpu_ms () - pair);
    }
  qsort (took, ROUNDS, sizeof *took, compare);
  printf ("%u components, %s: %u single points, %u pairs, %u of %u clients exact\t%.1f\tms\t%s\n", components, name, singles, pairs,
          exact, goals, took[ROUNDS / 2], target);
  g_free (xml);
}

int
main (void)
{
  measure (1000, "6 devices a tier", large_drawing (1000, 6, FALSE), "<= 100");
  measure (1000, "1 device a tier", large_drawing (1000, 1, FALSE), "<= 100");
  measure (1000, "20 devices a tier, entangled", large_drawing (1000, 20, TRUE), "<= 100");
  measure (1000, "200 devices a tier, entangled", large_drawing (1000, 200, TRUE), "<= 100");
  measure (10000, "60 devices a tier", large_drawing (10000, 60, FALSE), "");
  measure (10000, "20 devices a tier, entangled", large_drawing (10000, 20, TRUE), "");
  measure (10000, "2 000 devices a tier, entangled", large_drawing (10000, 2000, TRUE), "");
  return 0;
}
