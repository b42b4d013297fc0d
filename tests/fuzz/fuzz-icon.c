/* Any bytes at all as a person's icon: refused with a reason, or cleaned to what cleaning leaves as
 * it is, and which holds nothing that reaches outside. */
#include <stdint.h>
#include <string.h>

#include "icon-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Whether a place lies in the value of an attribute, where quotes are written as entities. */
static gboolean
in_value (const char *markup, const char *place)
{
  gboolean in = FALSE;
  for (; markup < place; markup++)
    in ^= *markup == '"';
  return in;
}

static void
check_accepted (const TbCleanSvg *svg)
{
  static const char *const forbidden[] = { "<script", "<image", "<style", "<!", "<?", "<text" };
  for (guint i = 0; i < G_N_ELEMENTS (forbidden); i++)
    g_assert_null (strstr (svg->markup, forbidden[i]));
  for (const char *p = svg->markup; (p = strstr (p, "href=\"")) != NULL; p++)
    g_assert_true (p[6] == '#' || in_value (svg->markup, p));
  for (const char *p = svg->markup; (p = strstr (p, "url(")) != NULL; p++)
    g_assert_cmpint (p[4], ==, '#');
  TbCleanSvg again;
  g_autofree char *document
      = g_strdup_printf ("<svg viewBox=\"0 0 1 1\">%s</svg>", svg->markup);
  if (strlen (document) <= TB_ICON_BYTES_MAX && tb_svg_clean (document, strlen (document), &again,
                                                              NULL))
    tb_clean_svg_clear (&again);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  TbCleanSvg svg;
  gboolean good = tb_svg_clean ((const char *) data, size, &svg, &error);
  g_assert_true (good == (error == NULL));
  g_assert_true (good == (svg.markup != NULL));
  if (good)
    check_accepted (&svg);
  tb_clean_svg_clear (&svg);
  return 0;
}
