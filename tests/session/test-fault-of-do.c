/* What scenarios may ask for is what the agent can do: one table holds the other. */
#include <glib.h>

#include "tb-session.h"

static void
test_the_schema_has_every_fault (void)
{
  const TbPropSpec *spec = tb_schema_prop (TB_KIND_DO, TB_PROP_FAULT);
  g_auto (GStrv) choices = g_strsplit (spec->choices, " ", -1);
  g_assert_cmpuint (g_strv_length (choices), ==, TB_FAULT_COUNT);
  for (guint i = 0; i < TB_FAULT_COUNT; i++)
    g_assert_true (g_strv_contains ((const char *const *) choices, tb_fault_name ((TbFaultKind) i)));
}

static void
test_the_schema_has_every_attribute (void)
{
  for (guint kind = 0; kind < TB_FAULT_COUNT; kind++)
    {
      const TbFaultAttribute *a;
      for (guint i = 0; (a = tb_fault_attribute ((TbFaultKind) kind, i)) != NULL; i++)
        if (tb_schema_prop_from_name (TB_KIND_DO, a->name) == NULL)
          g_error ("<do> has no %s", a->name);
    }
}

static void
test_the_schema_has_every_partition (void)
{
  const TbPropSpec *spec = tb_schema_prop (TB_KIND_DO, TB_PROP_PARTITION);
  g_auto (GStrv) choices = g_strsplit (spec->choices, " ", -1);
  g_assert_cmpuint (g_strv_length (choices), ==, 1 + TB_PARTITION_COUNT);
  g_assert_true (g_strv_contains ((const char *const *) choices, "cut"));
  for (guint i = 0; i < TB_PARTITION_COUNT; i++)
    g_assert_true (
        g_strv_contains ((const char *const *) choices, tb_partition_name ((TbPartitionKind) i)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/do/faults", test_the_schema_has_every_fault);
  g_test_add_func ("/do/attributes", test_the_schema_has_every_attribute);
  g_test_add_func ("/do/partitions", test_the_schema_has_every_partition);
  return g_test_run ();
}
