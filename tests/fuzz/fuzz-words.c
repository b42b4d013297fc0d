/* Values and names as the attributes of a drawing have them. The first byte chooses the kind of element, the second
 * its property; what follows is the text. A value that is one has a canonical form, which is its own. */
#include <string.h>

#include "tb-base.h"
#include "tb-model.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_value (const TbPropSpec *spec, const char *text)
{
  g_autoptr (GError) error = NULL;
  if (!tb_schema_validate (spec, text, &error))
    {
      g_assert_nonnull (error);
      return;
    }
  g_autofree char *canonical = tb_schema_canonical (spec, text);
  g_assert_true (tb_schema_validate (spec, canonical, NULL));
  g_autofree char *again = tb_schema_canonical (spec, canonical);
  g_assert_cmpstr (again, ==, canonical);
}

static void
check_name (const char *text)
{
  g_autoptr (GError) error = NULL;
  TbName name, again;
  if (!tb_name_parse (text, &name, &error))
    {
      g_assert_nonnull (error);
      return;
    }
  g_autofree char *written = tb_name_format (&name);
  g_assert_true (tb_name_parse (written, &again, NULL));
  g_assert_true (again.form == name.form && again.from == name.from && again.to == name.to);
  g_assert_cmpstr (again.id, ==, name.id);
  g_assert_cmpstr (again.role, ==, name.role);
}

static void
check_times (const char *text)
{
  TbDist dist;
  TbRng rng;
  double number;
  int64_t ns, again;
  char written[64];
  tb_rng_seed (&rng, 1);
  if (tb_dist_parse (text, &dist))
    g_assert_cmpint (tb_dist_draw_ns (&dist, &rng), >=, 0);
  const char *end = tb_decimal_parse (text, &number);
  g_assert_true (end == NULL || (end > text && end <= text + strlen (text)));
  if (!tb_duration_parse (text, &ns, NULL))
    return;
  tb_duration_format (ns, written, sizeof written);
  g_assert_true (tb_duration_parse (written, &again, NULL));
  g_assert_cmpint (again, ==, ns);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  if (size < 2)
    return 0;
  g_autofree char *text = g_strndup ((const char *) data + 2, size - 2);
  const TbKindSpec *kind = tb_schema_kind ((TbKind) (1 + data[0] % (TB_N_KINDS - 1)));
  if (kind->n_props > 0 && g_utf8_validate (text, -1, NULL))
    check_value (&kind->props[data[1] % kind->n_props], text);
  check_name (text);
  check_times (text);
  return 0;
}
