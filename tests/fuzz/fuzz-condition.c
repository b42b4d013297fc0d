/* What a scenario waits for: any text is a condition or is refused with a sentence, and what was read is read the
 * same again from its own words. */
#include <string.h>

#include "tb-scenario.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (TbCondition) condition = tb_condition_parse (text, &error);
  if (condition == NULL)
    {
      g_assert_nonnull (error);
      return 0;
    }
  g_autoptr (TbCondition) again = tb_condition_parse (condition->text, NULL);
  g_assert_nonnull (again);
  g_assert_cmpstr (again->text, ==, condition->text);
  return 0;
}
