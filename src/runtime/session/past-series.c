/* Figures over time, counted from the events. */
#include <string.h>

#include "past-private.h"

#define CHUNK 1024

typedef struct
{
  TbPast *past;
  guint link;
  gint64 end_ns; /* of the step */
  TbPastSample sample;
  TbHistogram latency;
  GArray *out;
} Series;

static void
end_step (Series *s)
{
  s->sample.time_ns = s->end_ns;
  s->sample.p50_ns = tb_histogram_quantile (&s->latency, 0.5);
  s->sample.p95_ns = tb_histogram_quantile (&s->latency, 0.95);
  s->sample.p99_ns = tb_histogram_quantile (&s->latency, 0.99);
  g_array_append_val (s->out, s->sample);
  memset (&s->sample, 0, sizeof s->sample);
  memset (&s->latency, 0, sizeof s->latency);
  s->end_ns += TB_NS_PER_S;
}

static gboolean
is_of_link (const Series *s, const TbEvent *event)
{
  const TbPastTap *tap = tb_past_tap (s->past, event->tap);
  return tap != NULL && (s->link == G_MAXUINT || tap->link == s->link);
}

static void
count (Series *s, const TbEvent *event)
{
  TbPastSample *sample = &s->sample;
  guint64 bytes = event->kind == TB_EVENT_BYTES ? event->aux
                  : event->kind == TB_EVENT_REQUEST || event->kind == TB_EVENT_REPLY
                        || event->kind == TB_EVENT_ONE_WAY
                      ? event->size
                      : 0;
  *(event->direction == 0 ? &sample->bytes_up : &sample->bytes_down) += bytes;
  sample->requests += event->kind == TB_EVENT_REQUEST;
  sample->replies += event->kind == TB_EVENT_REPLY;
  sample->errors += event->kind == TB_EVENT_REPLY && event->error;
  sample->errors += event->kind == TB_EVENT_CLOSE ? event->aux : 0;
  sample->refused += event->kind == TB_EVENT_REFUSED || event->kind == TB_EVENT_TIMEOUT;
  sample->dropped += event->kind == TB_EVENT_DROPPED;
  if (event->kind == TB_EVENT_REPLY)
    s->latency.bucket[tb_histogram_index (event->aux)]++;
}

static void
mark_gaps (Series *s)
{
  for (guint i = 0; i < s->out->len; i++)
    {
      TbPastSample *sample = &g_array_index (s->out, TbPastSample, i);
      for (guint k = 0; k < tb_past_n_gaps (s->past); k++)
        {
          const TbPastGap *gap = tb_past_gap (s->past, k);
          sample->gap |= gap->from_ns <= sample->time_ns && gap->to_ns > sample->time_ns - TB_NS_PER_S;
        }
    }
}

GArray *
tb_past_series (TbPast *self, guint link)
{
  Series s = { .past = self, .link = link, .end_ns = tb_past_start_ns (self) + TB_NS_PER_S,
               .out = g_array_new (FALSE, TRUE, sizeof (TbPastSample)) };
  TbEvent chunk[CHUNK];
  gsize n;
  for (guint64 at = tb_past_first_event (self); (n = tb_past_events (self, at, chunk, CHUNK)) > 0; at += n)
    for (gsize i = 0; i < n; i++)
      {
        while (chunk[i].time_ns >= s.end_ns)
          end_step (&s);
        if (is_of_link (&s, &chunk[i]))
          count (&s, &chunk[i]);
      }
  while (s.end_ns <= tb_past_end_ns (self))
    end_step (&s);
  mark_gaps (&s);
  return s.out;
}
