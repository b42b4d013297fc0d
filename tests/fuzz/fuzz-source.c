/* A drawing's text while it is being typed. The first two bytes say where the cursor stands; offers lie inside the
 * text and before the cursor. What is no UTF-8 never comes into a text view, and a cursor stands between characters. */
#include <stdint.h>
#include <string.h>

#include "tb-source.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size < 2)
    return 0;
  g_autofree char *bytes = g_strndup ((const char *) data + 2, size - 2), *text = g_utf8_make_valid (bytes, -1);
  gsize length = strlen (text), at = (data[0] | (gsize) data[1] << 8) % (length + 1);
  while (((guchar) text[at] & 0xc0) == 0x80)
    at--;
  g_autoptr (TbSourceCompletion) completion = tb_source_complete (text, at);
  g_assert_true (completion->from <= completion->to && completion->to <= length);
  for (guint i = 0; i < completion->offers->len; i++)
    {
      const TbSourceOffer *offer = completion->offers->pdata[i];
      g_assert_true (offer->label != NULL && offer->caret <= strlen (offer->insert));
    }
  char *end = strchr (text, '\n');
  if (end != NULL)
    *end = '\0';
  g_assert_cmpuint (tb_source_span (text, 1 + (guint) at), <=, (guint) g_utf8_strlen (text, -1));
  return 0;
}
