/* What instances print, as part of the recording: so it is on the same clock as their messages, and
 * there when the run's directory has gone. The log files hold more of it; who prints without end is
 * recorded up to a rate, and how much is missing is said before what comes next. */
#include "agent.h"

#include <string.h>

/* Of one instance a second, and at once after a while of silence. */
#define RATE_BYTES (256u << 10)
#define BURST_BYTES (1u << 20)
/* Of all of them in a run; never more than an eighth of what the recording may take. */
#define RUN_BYTES (64u << 20)
#define HEAD_BYTES 16
#define PIECE_BYTES (64u << 10)
/* Of more that comes at once less than this is not worth a record. */
#define WORTH_BYTES (16u << 10)

static uint64_t
room_in_run (const Agent *a)
{
  int64_t limit = a->plan->record_limit_bytes;
  uint64_t most = limit > 0 ? TB_MIN ((uint64_t) limit / 8, RUN_BYTES) : RUN_BYTES;
  return most - TB_MIN (most, a->logs_recorded);
}

/* How many of n bytes may be recorded now: a bucket that fills at the rate and holds a burst. */
static size_t
allowed (const Agent *a, TbLogBudget *budget, size_t n, int64_t now_ns)
{
  uint64_t room = room_in_run (a);
  if (budget->at_ns == 0)
    budget->left = BURST_BYTES;
  else
    {
      uint64_t ms = TB_MIN ((uint64_t) (now_ns - budget->at_ns) / TB_NS_PER_MS, 10000);
      if (ms == 0)
        return (size_t) TB_MIN (TB_MIN (n, budget->left), room);
      budget->left = TB_MIN (budget->left + ms * RATE_BYTES / 1000, BURST_BYTES);
    }
  budget->at_ns = now_ns;
  return (size_t) TB_MIN (TB_MIN (n, budget->left), room);
}

static void
put (Agent *a, uint32_t index, const char *bytes, size_t n, int64_t now_ns)
{
  uint8_t body[HEAD_BYTES + PIECE_BYTES];
  TbLogBudget *budget = &a->instances[index]->log_budget;
  memcpy (body, &index, 4);
  memset (body + 4, 0, 4);
  memcpy (body + 8, &budget->lost, 8);
  memcpy (body + HEAD_BYTES, bytes, n);
  tb_recording_add (a, TB_RECORD_LOG, now_ns, body, HEAD_BYTES + n);
  budget->left -= n;
  budget->lost = 0;
  a->logs_recorded += HEAD_BYTES + n;
}

void
tb_log_record (Agent *a, uint32_t index, const char *bytes, size_t n)
{
  TbLogBudget *budget = &a->instances[index]->log_budget;
  int64_t now_ns = tb_now_ns ();
  if (a->record == NULL)
    return;
  size_t take = allowed (a, budget, n, now_ns), at = 0;
  if (take < TB_MIN (n, WORTH_BYTES))
    take = 0;
  while (at < take)
    {
      size_t piece = TB_MIN (take - at, PIECE_BYTES);
      put (a, index, bytes + at, piece, now_ns);
      at += piece;
    }
  budget->lost += n - take;
}

void
tb_log_record_end (Agent *a)
{
  for (uint32_t i = 0; a->record != NULL && a->instances != NULL && i < a->plan->n_instances; i++)
    if (a->instances[i]->log_budget.lost > 0)
      put (a, i, "", 0, tb_now_ns ());
}
