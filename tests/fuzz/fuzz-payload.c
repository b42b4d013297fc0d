/* Payload of any bytes: what is shown is valid text in which nothing acts. */
#include <string.h>

#include "tb-payload.h"

int LLVMFuzzerTestOneInput (const guint8 *bytes, size_t n);

static void
check (char *text)
{
  g_assert_true (g_utf8_validate (text, -1, NULL));
  for (const char *p = text; *p; p++)
    g_assert_true ((guint8) *p >= 0x20 || *p == '\n' || *p == '\t');
  g_assert_null (strchr (text, 0x7f));
  g_free (text);
}

int
LLVMFuzzerTestOneInput (const guint8 *bytes, size_t n)
{
  check (tb_payload_format (TB_PAYLOAD_TEXT, bytes, n));
  check (tb_payload_format (TB_PAYLOAD_JSON, bytes, n));
  check (tb_payload_format (TB_PAYLOAD_HEX, bytes, n));
  check (tb_payload_line ((const char *) bytes, n, n % 50));
  tb_payload_is_binary (bytes, n);
  return 0;
}
