/* The recording: the one complete stream of a run. A recording that cannot be written ends with a
 * sentence, never the run. */
#include "agent.h"

#include <stdio.h>
#include <string.h>

static void
give_up (Agent *a, int error)
{
  char text[TB_SENTENCE], why[64];
  tb_record_writer_close (a->record);
  a->record = NULL;
  snprintf (text, sizeof text, "the run is not recorded: %.160s: %s", a->plan->recording,
            tb_words_for_errno (-error, why, sizeof why));
  tb_tell_problem (a, 1, UINT32_MAX, text);
}

void
tb_recording_open (Agent *a)
{
  if (a->plan->recording == NULL || a->plan->recording[0] == '\0')
    return;
  int error = tb_record_writer_open (a->plan->recording, a->plan->seed, a->plan->record_limit_bytes,
                                     &a->record);
  if (error != 0)
    {
      a->record = NULL;
      give_up (a, error);
    }
}

void
tb_recording_plan (Agent *a, const uint8_t *plan_frame, size_t n)
{
  const char *document = a->plan->document;
  if (document != NULL && document[0] != '\0')
    tb_recording_add (a, TB_RECORD_ARCHITECTURE, tb_now_ns (), document, strlen (document));
  tb_recording_add (a, TB_RECORD_PLAN, tb_now_ns (), plan_frame, n);
}

void
tb_recording_add (Agent *a, TbRecordType type, int64_t time_ns, const void *body, size_t n)
{
  if (a->record == NULL)
    return;
  int error = tb_record_writer_add (a->record, type, time_ns, body, n);
  a->record_dirty = true;
  if (error != 0)
    give_up (a, error);
}

static void
tell_size (Agent *a, uint64_t size)
{
  size_t at = tb_fact_begin (a, TB_FACT_RECORD_AT);
  tb_writer_string (&a->out, a->plan->recording);
  tb_writer_u64 (&a->out, size);
  tb_fact_end (a, at);
}

void
tb_recording_flush (Agent *a)
{
  uint64_t size = 0;
  if (a->record == NULL || !a->record_dirty)
    return;
  a->record_dirty = false;
  int error = tb_record_writer_flush (a->record, &size);
  if (error != 0)
    give_up (a, error);
  else
    tell_size (a, size);
}

void
tb_recording_close (Agent *a)
{
  tb_recording_flush (a);
  int error = tb_record_writer_close (a->record);
  a->record = NULL;
  if (error != 0)
    give_up (a, error);
}
