/* The grammar of conditions, and when they hold. */
#include "drawn.h"
#include "scenario-private.h"

static void
test_words (void)
{
  static const char *const same[] = { "ready", "orders has leader", "orders has 2 ready", "orders/2 is down",
                                      "not save carried 1000 and ask failed 3", "everything is quiet",
                                      "save[1>2] is quiet", "orders converged", "everything is ready" };
  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TbCondition) c = tb_condition_parse (same[i], &error);
      g_assert_no_error (error);
      g_assert_cmpstr (c->text, ==, same[i]);
    }
  g_autoptr (TbCondition) other = tb_condition_parse ("  converged   orders ", NULL);
  g_assert_cmpstr (other->text, ==, "orders converged");
}

static void
test_refusals (void)
{
  static const char *const wrong[] = { "", "and", "orders", "orders is", "orders is green", "orders has", "save carried",
                                       "save carried 0", "save carried -1", "save carried many", "ready ready",
                                       "ready and", "not", "Orders is down", "orders has 2", "everything converged",
                                       "everything has leader" };
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;
      TbCondition *c = tb_condition_parse (wrong[i], &error);
      if (c != NULL)
        g_test_message ("taken: %s", wrong[i]);
      g_assert_null (c);
      g_assert_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME);
    }
}

static gboolean
holds (const char *text, Pretend *p)
{
  g_autoptr (TbCondition) c = tb_condition_parse (text, NULL);
  TbWatch watch = { 0 };
  gboolean so = tb_condition_holds (c, &watch, &p->facts);
  tb_watch_clear (&watch);
  return so;
}

static void
test_states (void)
{
  Drawn d;
  Pretend p;
  drawn_open (&d, "<phase id=\"one\" lasts=\"1s\"/>\n");
  pretend_begin (&p, &d);
  g_assert_true (holds ("ready", &p));
  g_assert_true (holds ("orders is up and not orders/2 is down", &p));
  pretend_instance (&p, "orders/2")->state = TB_INSTANCE_KILLED;
  g_assert_true (holds ("orders/2 is down", &p));
  g_assert_false (holds ("orders is down", &p));
  g_assert_false (holds ("ready", &p));
  g_assert_true (holds ("orders has 2 ready", &p));
  g_assert_false (holds ("orders has 3 ready", &p));
  pretend_instance (&p, "orders/3")->state = TB_INSTANCE_PAUSED;
  g_assert_true (holds ("orders/3 is paused", &p));
  drawn_close (&d);
}

static void
test_roles (void)
{
  Drawn d;
  Pretend p;
  drawn_open (&d, "<phase id=\"one\" lasts=\"1s\"/>\n");
  pretend_begin (&p, &d);
  g_assert_false (holds ("orders has leader", &p));
  pretend_instance (&p, "orders/3")->role = "leader";
  g_assert_true (holds ("orders has leader", &p));
  g_assert_false (holds ("orders has candidate", &p));
  drawn_close (&d);
}

static void
test_counts (void)
{
  Drawn d;
  Pretend p;
  TbWatch watch = { 0 };
  g_autoptr (TbCondition) c = tb_condition_parse ("save carried 10", NULL);
  drawn_open (&d, "<phase id=\"one\" lasts=\"1s\"/>\n");
  pretend_begin (&p, &d);
  pretend_answers (&p, "save", 50, 0, 1000);
  g_assert_false (tb_condition_holds (c, &watch, &p.facts)); /* that was before it was asked for */
  pretend_answers (&p, "save", 9, 0, 1000);
  g_assert_false (tb_condition_holds (c, &watch, &p.facts));
  pretend_answers (&p, "save", 1, 0, 1000);
  g_assert_true (tb_condition_holds (c, &watch, &p.facts));
  tb_watch_clear (&watch);
  drawn_close (&d);
}

static void
test_quiet (void)
{
  Drawn d;
  Pretend p;
  TbWatch watch = { 0 };
  g_autoptr (TbCondition) c = tb_condition_parse ("ask is quiet", NULL);
  drawn_open (&d, "<phase id=\"one\" lasts=\"1s\"/>\n");
  pretend_begin (&p, &d);
  for (guint i = 0; i < 5; i++)
    {
      pretend_answers (&p, "ask", 1, 0, 1000);
      p.facts.now_ns += 100 * TB_NS_PER_MS;
      g_assert_false (tb_condition_holds (c, &watch, &p.facts));
    }
  p.facts.now_ns += 249 * TB_NS_PER_MS;
  g_assert_false (tb_condition_holds (c, &watch, &p.facts));
  p.facts.now_ns += TB_NS_PER_MS;
  g_assert_true (tb_condition_holds (c, &watch, &p.facts));
  tb_watch_clear (&watch);
  drawn_close (&d);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/condition/every form is read and said", test_words);
  g_test_add_func ("/condition/what is none is refused", test_refusals);
  g_test_add_func ("/condition/states of instances", test_states);
  g_test_add_func ("/condition/roles", test_roles);
  g_test_add_func ("/condition/counts begin where they are asked for", test_counts);
  g_test_add_func ("/condition/quiet is a quarter of a second", test_quiet);
  return g_test_run ();
}
