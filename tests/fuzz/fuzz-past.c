/* What a recording says happened, whatever it says: a file whose sums are right may come from anybody.
 * The input is a list of records: u8 type, u8 milliseconds since the one before, u16 size, body. An event's
 * body is a TbEvent as far as it goes. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tb-compare.h"
#include "tb-past.h"
#include "tb-record.h"
#include "tb-trace.h"
#include "tb-verdicts.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
write_record (TbRecordWriter *w, guint type, gint64 time_ns, const uint8_t *body, gsize n)
{
  TbEvent event = { 0 };
  if (type == TB_RECORD_EVENT)
    {
      memcpy (&event, body, MIN (n, sizeof event));
      event.time_ns = time_ns;
      event.label[TB_EVENT_LABEL - 1] = '\0';
      tb_record_writer_event (w, &event, NULL, 0);
    }
  else if (type == TB_RECORD_FIGURES || type == TB_RECORD_OPERATIONS)
    tb_record_writer_add (w, (TbRecordType) type, time_ns, body, n);
  else if (type == TB_RECORD_ARCHITECTURE || type == TB_RECORD_PLAN || type == TB_RECORD_FACT
           || type == TB_RECORD_COMMAND)
    tb_record_writer_add (w, (TbRecordType) type, time_ns, body, n);
}

static void
write_records (const char *path, const uint8_t *data, size_t size)
{
  TbRecordWriter *w;
  gint64 time_ns = tb_now_ns ();
  if (tb_record_writer_open (path, 1, 0, NULL, &w) != 0)
    return;
  while (size >= 4)
    {
      gsize n = MIN ((gsize) data[2] | (gsize) data[3] << 8, size - 4);
      time_ns += data[1] * TB_NS_PER_MS;
      write_record (w, data[0], time_ns, data + 4, n);
      data += 4 + n;
      size -= 4 + n;
    }
  tb_record_writer_close (w);
}

/* As of the middle, and of its end, which is later. */
static void
judge (TbPast *past)
{
  g_autoptr (TbVerdicts) verdicts = tb_verdicts_new (past);
  tb_verdicts_set_moment (verdicts, tb_past_start_ns (past) + (tb_past_end_ns (past) - tb_past_start_ns (past)) / 2);
  tb_verdicts_look (verdicts, TRUE);
  tb_verdicts_set_moment (verdicts, G_MAXINT64);
  tb_verdicts_look (verdicts, TRUE);
}

static void
look_at (TbPast *past)
{
  gint64 from_ns = tb_past_start_ns (past), to_ns = tb_past_end_ns (past);
  for (int i = 0; i <= 4; i++)
    tb_live_frame_unref (tb_past_frame (past, NULL, from_ns + (to_ns - from_ns) / 4 * (i ^ 1), from_ns));
  for (guint i = 0; i <= tb_past_n_links (past); i++)
    g_array_unref (tb_past_series (past, i));
  for (guint i = 0; i <= tb_past_n_instances (past); i++)
    g_array_unref (tb_past_load (past, i));
  for (guint64 i = 0; i < MIN (tb_past_n_events (past), 8); i++)
    {
      guint64 other;
      tb_past_partner (past, i, &other);
      g_array_unref (tb_trace_of (past, i));
    }
  tb_comparison_free (tb_compare (past, past));
  judge (past);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  int fd = memfd_create ("recording", MFD_CLOEXEC);
  if (fd < 0)
    return 0;
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  write_records (path, data, size);
  g_autoptr (TbPast) past = tb_past_open (path, NULL);
  if (past != NULL)
    look_at (past);
  close (fd);
  return 0;
}
