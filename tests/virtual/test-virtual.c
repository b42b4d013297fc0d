/* Drawings in virtual time. */
#include <string.h>

#include "tb-virtual.h"

typedef struct
{
  TbDocument *document;
  TbModel *model;
  TbPlan *plan;
  TbVirtual *v;
  GError *error;
} Drawn;

static void
drawn_open (Drawn *d, const char *store, const char *more)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *xml = g_strdup_printf (
    "<?xml version=\"1.0\"?>\n<architecture xmlns=\"urn:tierboard:1\">\n%s"
    "<component id=\"browser\" kind=\"client\" replicas=\"3\" threads=\"pool 2\"><builtin think=\"20ms\" keys=\"3\">"
    "<call link=\"save\" op=\"write\" share=\"0.5\"/><call link=\"save\" op=\"read\" share=\"0.5\"/></builtin></component>\n"
    "<component id=\"orders\" kind=\"store\" replicas=\"3\" durable=\"yes\">%s</component>\n"
    "<link id=\"save\" from=\"browser\" to=\"orders\" timeout=\"300ms\" balance=\"round-robin\"/>\n</architecture>\n",
    more, store);
  const TbPlanOptions options = { .block = 64, .run_dir = "/run", .node_program = "node" };
  TbProblems *problems = tb_problems_new ();
  memset (d, 0, sizeof *d);
  d->document = tb_document_load_bytes ("try", xml, strlen (xml), problems, &error);
  g_assert_no_error (error);
  d->model = tb_document_snapshot (d->document);
  d->plan = tb_plan_new (d->model, &options, &error);
  g_assert_no_error (error);
  d->v = tb_virtual_new (d->plan, &d->error);
  g_ptr_array_unref (problems);
}

static void
drawn_close (Drawn *d)
{
  tb_virtual_free (d->v);
  tb_plan_free (d->plan);
  tb_model_unref (d->model);
  g_object_unref (d->document);
  g_clear_error (&d->error);
}

static const char *const sound[] = {
  "<builtin replication=\"raft\"/>",
  "<builtin replication=\"primary-sync\"/>",
  "<builtin replication=\"chain\"/>",
  "<builtin replication=\"quorum\" n=\"3\" r=\"2\" w=\"2\"/>",
  "<builtin replication=\"all\"/>",
  "<builtin replication=\"gossip\"/>",
};

static void
test_sound (void)
{
  guint n = g_getenv ("TIERBOARD_SOAK") != NULL ? 100000 : 300;
  guint64 seed = (guint64) (guint32) g_test_rand_int () << 20;
  for (guint i = 0; i < G_N_ELEMENTS (sound); i++)
    {
      Drawn d;
      drawn_open (&d, sound[i], "");
      g_assert_no_error (d.error);
      gint64 start = g_get_monotonic_time ();
      guint64 events = 0, ok = 0;
      for (guint k = 0; k < n; k++)
        {
          TbVirtualResult r;
          g_autoptr (TbSchedule) s = tb_schedule_new (d.v, seed + k);
          tb_virtual_try (d.v, s, &r);
          events += r.events;
          ok += r.ok;
          if (r.violated)
            {
              g_autofree char *words = tb_schedule_words (d.v, s);
              g_test_message ("%s, seed %" G_GUINT64_FORMAT ": %s\n%s", sound[i], seed + k, r.sentence, words);
              g_test_fail ();
              k = n;
            }
          tb_virtual_result_clear (&r);
        }
      g_test_message ("%s: %u schedules from seed %" G_GUINT64_FORMAT " in %.2f s, %" G_GUINT64_FORMAT " events, %"
                      G_GUINT64_FORMAT " operations done", sound[i], n, seed,
                      (double) (g_get_monotonic_time () - start) / 1e6, events, ok);
      drawn_close (&d);
    }
}

static const char *const wrong[] = {
  "<builtin replication=\"quorum\" n=\"3\" r=\"1\" w=\"1\"/>",
  "<builtin replication=\"primary-async\" reads=\"any\"/>",
  "<builtin replication=\"raft\" reads=\"any\"/>",
};

static void
test_wrong (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      Drawn d;
      gboolean found = FALSE;
      drawn_open (&d, wrong[i], "");
      for (guint k = 0; k < 500 && !found; k++)
        {
          TbVirtualResult r;
          g_autoptr (TbSchedule) s = tb_schedule_new (d.v, k + 1);
          tb_virtual_try (d.v, s, &r);
          found = r.violated;
          if (found)
            {
              g_autoptr (TbSchedule) least = tb_virtual_shrink (d.v, s);
              TbVirtualResult again;
              tb_virtual_try (d.v, least, &again);
              g_assert_true (again.violated);
              g_autofree char *words = tb_schedule_words (d.v, least);
              g_autofree char *file = tb_virtual_write (d.v, least, &again);
              g_test_message ("%s: seed %u: %s\nof %u faults and %u operations:\n%s\n%s", wrong[i], k + 1, again.sentence,
                              tb_schedule_n_faults (s), tb_schedule_n_operations (s), words, file);
              g_assert_cmpuint (tb_schedule_n_operations (least), <=, 6);
              tb_virtual_result_clear (&again);
            }
          tb_virtual_result_clear (&r);
        }
      if (!found)
        g_test_message ("%s: nothing found", wrong[i]);
      g_assert_true (found);
      drawn_close (&d);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/virtual/what is sound is not violated", test_sound);
  g_test_add_func ("/virtual/what is wrong is found and shrunk", test_wrong);
  return g_test_run ();
}
