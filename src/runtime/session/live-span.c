/* What a link did over the last ten seconds and over the whole run. Once a second a sample is kept,
 * with its histogram; one that is as the sample's before it is the same piece of memory, so a quiet
 * link costs nothing. */
#include <string.h>

#include "session-private.h"

#define SAMPLE_NS TB_NS_PER_S
#define N_SAMPLES 11u
#define LOOK_NS (TB_NS_PER_S / 5) /* figures over ten seconds need not be newer than that */

typedef struct
{
  gint64 time_ns;
  guint64 requests, replies, errors, refused, bytes_up, bytes_down;
  TbHistogram *latency; /* GRcBox; NULL: nothing yet */
} Sample;

struct TbSpans
{
  Sample samples[N_SAMPLES]; /* a ring; the oldest is at `next` once it is full */
  guint next, n;
  gint64 looked_ns;
  TbLiveSpan ten;
};

TbSpans *
tb_spans_new (void)
{
  return g_new0 (TbSpans, 1);
}

void
tb_spans_clear (TbSpans *spans)
{
  for (guint i = 0; i < N_SAMPLES; i++)
    g_clear_pointer (&spans->samples[i].latency, g_rc_box_release);
  memset (spans, 0, sizeof *spans);
}

void
tb_spans_free (TbSpans *spans)
{
  tb_spans_clear (spans);
  g_free (spans);
}

static TbHistogram *
keep_histogram (const Sample *last, const TbHistogram *total)
{
  if (last != NULL && last->latency != NULL && memcmp (last->latency, total, sizeof *total) == 0)
    return g_rc_box_acquire (last->latency);
  if ((last == NULL || last->latency == NULL) && tb_histogram_count (total) == 0)
    return NULL;
  TbHistogram *copy = g_rc_box_new (TbHistogram);
  *copy = *total;
  return copy;
}

static void
take_sample (TbSpans *spans, const TbLiveLink *sums, const TbHistogram *total, gint64 now_ns)
{
  const Sample *last = spans->n > 0 ? &spans->samples[(spans->next + N_SAMPLES - 1) % N_SAMPLES] : NULL;
  if (last != NULL && now_ns - last->time_ns < SAMPLE_NS)
    return;
  TbHistogram *latency = keep_histogram (last, total);
  Sample *sample = &spans->samples[spans->next];
  g_clear_pointer (&sample->latency, g_rc_box_release);
  *sample = (Sample) { now_ns, sums->requests, sums->replies, sums->errors,
                       sums->refused + sums->timed_out, sums->bytes_up, sums->bytes_down, latency };
  spans->next = (spans->next + 1) % N_SAMPLES;
  spans->n = MIN (spans->n + 1, N_SAMPLES);
}

static void
set_rates (TbLiveSpan *span, const TbLiveLink *now, const Sample *before, gint64 ns)
{
  double per = ns > TB_NS_PER_S / 50 ? (double) TB_NS_PER_S / (double) ns : 0;
  span->requests = now->requests - before->requests;
  span->replies = now->replies - before->replies;
  span->errors = now->errors - before->errors;
  span->refused = now->refused + now->timed_out - before->refused;
  span->request_rate = (double) span->requests * per;
  span->reply_rate = (double) span->replies * per;
  span->error_rate = (double) span->errors * per;
  span->byte_rate_up = (double) (now->bytes_up - before->bytes_up) * per;
  span->byte_rate_down = (double) (now->bytes_down - before->bytes_down) * per;
}

void
tb_live_span_set_latency (TbLiveSpan *span, const TbHistogram *h)
{
  span->p50_ns = tb_histogram_quantile (h, 0.5);
  span->p95_ns = tb_histogram_quantile (h, 0.95);
  span->p99_ns = tb_histogram_quantile (h, 0.99);
}

static void
look_at_ten (TbSpans *spans, const TbLiveLink *sums, const TbHistogram *total, gint64 now_ns)
{
  static const TbHistogram empty;
  TbHistogram recent;
  if (spans->n == 0 || (spans->looked_ns != 0 && now_ns - spans->looked_ns < LOOK_NS))
    return;
  const Sample *before = &spans->samples[spans->n < N_SAMPLES ? 0 : spans->next];
  spans->looked_ns = now_ns;
  set_rates (&spans->ten, sums, before, now_ns - before->time_ns);
  tb_histogram_difference (total, before->latency != NULL ? before->latency : &empty, &recent);
  tb_live_span_set_latency (&spans->ten, &recent);
}

/* What is known of the last second is in sums already. */
static TbLiveSpan
last_second (const TbLiveLink *sums)
{
  return (TbLiveSpan) {
    .request_rate = sums->request_rate, .reply_rate = sums->reply_rate, .error_rate = sums->error_rate,
    .byte_rate_up = sums->byte_rate_up, .byte_rate_down = sums->byte_rate_down,
    .requests = (guint64) (sums->request_rate + 0.5), .replies = (guint64) (sums->reply_rate + 0.5),
    .errors = (guint64) (sums->error_rate + 0.5), .p50_ns = sums->recent_p50_ns,
    .p95_ns = sums->recent_p95_ns, .p99_ns = sums->recent_p99_ns,
  };
}

void
tb_spans_take (TbSpans *spans, TbLiveLink *sums, const TbHistogram *total, gint64 start_ns, gint64 now_ns)
{
  static const Sample nothing;
  take_sample (spans, sums, total, now_ns);
  look_at_ten (spans, sums, total, now_ns);
  sums->spans[TB_SPAN_SECOND] = last_second (sums);
  sums->spans[TB_SPAN_TEN] = spans->ten;
  TbLiveSpan *run = &sums->spans[TB_SPAN_RUN];
  set_rates (run, sums, &nothing, now_ns - start_ns);
  run->p50_ns = sums->p50_ns;
  run->p95_ns = sums->p95_ns;
  run->p99_ns = sums->p99_ns;
}
