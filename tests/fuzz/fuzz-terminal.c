/* Messages of terminals: what is one is written again as it came. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "tb-terminal.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  uint8_t again[TB_TERMINAL_MESSAGE_MAX];
  TbTerminalFrame frame;
  if (!tb_terminal_read (bytes, n, &frame))
    return 0;
  assert (frame.n <= n);
  if (frame.n > TB_TERMINAL_BYTES_MAX)
    return 0;
  assert (tb_terminal_write (again, &frame) == n && memcmp (again, bytes, n) == 0);
  return 0;
}
