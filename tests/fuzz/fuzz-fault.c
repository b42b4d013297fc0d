/* Faults as they are typed: each is within its bounds, or refused with a sentence; what was read is read the same again
 * from its own words. */
#include <glib.h>

#include "tb-fault.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define ROOM 4096

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  char why[300] = "", first[ROOM], second[ROOM];
  TbWireFault fault, again;
  if (!tb_fault_parse (text, &fault, why, sizeof why))
    {
      g_assert_true (why[0] != '\0' && memchr (why, 0, sizeof why) != NULL);
      return 0;
    }
  g_assert_true (tb_fault_is_sound (&fault));
  tb_fault_format (&fault, first, sizeof first);
  tb_fault_summary (&fault, second, sizeof second);
  if (strlen (first) < ROOM - 1)
    {
      g_assert_true (tb_fault_parse (first, &again, why, sizeof why));
      tb_fault_format (&again, second, sizeof second);
      g_assert_cmpstr (second, ==, first);
      tb_wire_fault_clear (&again);
    }
  tb_wire_fault_clear (&fault);
  return 0;
}
