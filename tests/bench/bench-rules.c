/* What checking a drawing of 1 000 components and 1 500 links costs on each edit: validation and all rules.
 * Prints name, value, unit and target; CPU time, so that a busy machine does not count. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "large.h"
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
  measure ("as it should be", tb_layered_drawing (COMPONENTS, LINKS, FALSE));
  measure ("with links that lead up", tb_layered_drawing (COMPONENTS, LINKS, TRUE));
  return 0;
}
