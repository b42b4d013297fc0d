/* Reading, writing and copying a large drawing: 10 000 components, 15 000 links, their places. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tb-model.h"

#define N_COMPONENTS 10000
#define N_LINKS 15000
#define N_ROUNDS 7

static GString *
large_drawing (guint components, guint links)
{
  GString *xml = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                               "<architecture xmlns=\"urn:tierboard:1\" name=\"Large\">\n"
                               "  <layer id=\"top\" name=\"Top\"/>\n"
                               "  <tier id=\"app\" name=\"Application servers\"/>\n");
  for (guint i = 0; i < components; i++)
    g_string_append_printf (xml,
                            "  <component id=\"c%u\" kind=\"server\" name=\"Server %u\" "
                            "tier=\"app\" layer=\"top\" replicas=\"2\" threads=\"pool 8\">\n"
                            "    <service name=\"web\" protocol=\"http\" port=\"8080\"/>\n"
                            "  </component>\n",
                            i, i);
  for (guint i = 0; i < links; i++)
    g_string_append_printf (xml,
                            "  <link id=\"l%u\" from=\"c%u\" to=\"c%u\" service=\"web\" "
                            "call=\"sync\" timeout=\"500ms\"/>\n",
                            i, i % components, (i * 7 + 1) % components);
  g_string_append (xml, "  <view id=\"main\" name=\"Overview\">\n");
  for (guint i = 0; i < components; i++)
    g_string_append_printf (xml, "    <place of=\"c%u\" x=\"%u\" y=\"%u\"/>\n", i, i % 100 * 240,
                            i / 100 * 120);
  g_string_append (xml, "  </view>\n</architecture>\n");
  return xml;
}

/* Of this process's CPU, so that a busy machine does not count. */
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

static double
median (double *values)
{
  qsort (values, N_ROUNDS, sizeof *values, compare);
  return values[N_ROUNDS / 2];
}

static TbDocument *
load (const GString *xml)
{
  return tb_document_load_bytes ("large", xml->str, xml->len, NULL, NULL);
}

static void
bench_read_and_write (void)
{
  double reading[N_ROUNDS], writing[N_ROUNDS], validating[N_ROUNDS];
  g_autoptr (GString) xml = large_drawing (N_COMPONENTS, N_LINKS);
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      double start = cpu_ms ();
      g_autoptr (TbDocument) document = load (xml);
      double read = cpu_ms ();
      gsize size;
      g_autofree char *out = tb_model_to_xml (tb_document_model (document), &size);
      double written = cpu_ms ();
      g_assert (out != NULL && size > 0);
      g_autoptr (GPtrArray) problems = tb_problems_new ();
      tb_model_validate (tb_document_model (document), problems);
      validating[i] = cpu_ms () - written;
      reading[i] = read - start;
      writing[i] = written - read;
    }
  printf ("read 10 000 components, 15 000 links (CPU)\t%.1f\tms\t<= 150\n", median (reading));
  printf ("write them (CPU)\t%.1f\tms\t<= 100\n", median (writing));
  printf ("check their references and rules (CPU)\t%.1f\tms\t\n", median (validating));
}

static void
bench_snapshot (void)
{
  double copying[N_ROUNDS];
  g_autoptr (GString) xml = large_drawing (250, 499); /* 250 × 3 + 499 elements */
  g_autoptr (TbDocument) document = load (xml);
  TbUid root = tb_element_uid (tb_model_root (tb_document_model (document)));
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autofree char *name = g_strdup_printf ("round %u", i);
      tb_document_begin (document, "Rename", NULL);
      tb_document_set (document, root, TB_PROP_NAME, name, NULL);
      tb_document_commit (document);
      double start = cpu_ms ();
      TbModel *snapshot = tb_document_snapshot (document);
      tb_model_unref (snapshot);
      copying[i] = cpu_ms () - start;
    }
  printf ("snapshot of 1 250 elements (CPU)\t%.3f\tms\t<= 0.5\n", median (copying));
}

static void
bench_edit (void)
{
  double editing[N_ROUNDS];
  g_autoptr (GString) xml = large_drawing (N_COMPONENTS, N_LINKS);
  g_autoptr (TbDocument) document = load (xml);
  TbUid place = tb_element_uid (tb_model_nth (tb_document_model (document), TB_KIND_PLACE, 5000));
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autofree char *x = g_strdup_printf ("%u", i * 20 + 20);
      double start = cpu_ms ();
      tb_document_begin (document, "Move", NULL);
      tb_document_set (document, place, TB_PROP_X, x, NULL);
      tb_document_commit (document);
      editing[i] = cpu_ms () - start;
    }
  printf ("one edit among 10 000 components (CPU)\t%.4f\tms\t<= 1\n", median (editing));
}

static void
bench_delete (void)
{
  g_autoptr (GString) xml = large_drawing (N_COMPONENTS, N_LINKS);
  g_autoptr (TbDocument) document = load (xml);
  const TbModel *model = tb_document_model (document);
  g_autoptr (GArray) uids = g_array_new (FALSE, FALSE, sizeof (TbUid));
  for (guint i = 0; i < N_COMPONENTS; i++)
    {
      TbUid uid = tb_element_uid (tb_model_nth (model, TB_KIND_COMPONENT, i));
      g_array_append_val (uids, uid);
    }
  double start = cpu_ms ();
  tb_document_begin (document, "Delete", NULL);
  tb_document_delete_all (document, (const TbUid *) (const void *) uids->data, uids->len);
  tb_document_commit (document);
  double deleted = cpu_ms ();
  tb_document_undo (document);
  printf ("delete all 10 000 components and what hangs on them (CPU)\t%.1f\tms\t\n",
          deleted - start);
  printf ("undo that (CPU)\t%.1f\tms\t\n", cpu_ms () - deleted);
}

int
main (void)
{
  bench_read_and_write ();
  bench_snapshot ();
  bench_edit ();
  bench_delete ();
  return 0;
}
