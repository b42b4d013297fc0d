/* Bodies of requests: whatever comes, one value or an error, and all of it freed. */
#include <glib.h>
#include <stdint.h>

#include "tb-json.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbJsonValue) value = tb_json_parse ((const char *) bytes, n, &error);
  g_assert_true ((value == NULL) == (error != NULL));
  tb_json_member_text (value, "kind");
  return 0;
}
