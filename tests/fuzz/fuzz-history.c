/* Files with histories: whatever comes, a history or an error with words; what was read is judged, within
 * limits, and can be written. */
#include <glib.h>
#include <stdint.h>

#include "tb-history.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  const TbJudgeOptions options = { .step_limit = 2000, .memory_limit = 1 << 20, .final_reads = true };
  TbHistory *h = tb_history_new ();
  TbHistoryReader *reader = tb_history_reader_new (h);
  const char *text = (const char *) bytes;
  char line[200];
  TbVerdict v;
  bool good = tb_history_reader_feed (reader, text, n / 3) && tb_history_reader_feed (reader, text + n / 3, n - n / 3)
              && tb_history_reader_end (reader);
  g_assert_true (good == (tb_history_reader_error (reader) == NULL));
  if (good)
    {
      tb_history_judge (h, &options, &v);
      for (size_t i = 0; i < tb_history_n (h) && i < 50; i++)
        tb_history_op_line (h, tb_history_op (h, i), line, sizeof line);
    }
  tb_history_reader_free (reader);
  tb_history_free (h);
  return 0;
}
