/* What is kept of a link between frames: the sums of its rows, its rates over about the last second, its latencies.
 *
 * A link is summed only when one of its rows moved. For rates, sums are kept ten times a second; for recent
 * latencies, the histogram of one to two seconds ago. */
#include <string.h>

#include "live-private.h"
#include "tb-proto.h"

#define SAMPLE_NS (TB_NS_PER_S / 10)

void
tb_live_line_free (gpointer data)
{
  TbLiveLine *line = data;
  g_ref_string_release (line->id);
  g_ref_string_release (line->from);
  g_ref_string_release (line->to);
  tb_replace_text (&line->address, NULL);
  g_free (line->total);
  g_free (line->base);
  g_free (line->older);
  tb_spans_free (line->spans);
  g_free (line);
}

TbLiveLine *
tb_live_line_new (const char *id, TbUid link, const char *from, const char *to)
{
  TbLiveLine *line = g_new0 (TbLiveLine, 1);
  line->id = g_ref_string_new (id);
  line->link = link;
  line->from = g_ref_string_new (from);
  line->to = g_ref_string_new (to);
  line->total = g_new0 (TbHistogram, 1);
  line->base = g_new0 (TbHistogram, 1);
  line->older = g_new0 (TbHistogram, 1);
  line->spans = tb_spans_new ();
  return line;
}

/* Who lies outside calls by the link's address, where a listener is. */
static void
set_way_in (TbLiveLine *line, const TbPlan *plan, const TbPlanLink *link)
{
  const TbPlanInstance *from
    = link->from->len > 0 ? g_ptr_array_index (plan->instances, g_array_index (link->from, guint, 0)) : NULL;
  g_autofree char *address = tb_plan_address_text (link->address);
  g_autofree char *text = g_strdup_printf ("%s:%u", address, link->port);
  tb_replace_text (&line->address, from != NULL && from->external ? text : NULL);
}

TbLiveLine *
tb_live_line_of_link (const TbPlan *plan, const TbPlanLink *link)
{
  TbLiveLine *line = tb_live_line_new (link->id, link->link, link->from_component, link->to_component);
  set_way_in (line, plan, link);
  line->removed = link->removed || link->probe;
  return line;
}

void
tb_live_line_take_link (TbLiveLine *line, const TbPlan *plan, const TbPlanLink *link)
{
  set_way_in (line, plan, link);
  tb_replace_text (&line->from, link->from_component);
  tb_replace_text (&line->to, link->to_component);
  line->link = link->link;
  line->removed = link->removed || link->probe;
}

static void
add_flow (TbFlow *to, const TbFlow *more)
{
  to->seen += more->seen;
  to->delivered += more->delivered;
  to->held += more->held;
  to->dropped += more->dropped;
  to->duplicated += more->duplicated;
  to->lost += more->lost;
  to->bytes_seen += more->bytes_seen;
  to->bytes_delivered += more->bytes_delivered;
  to->bytes_held += more->bytes_held;
  to->bytes_lost += more->bytes_lost;
}

static gboolean
is_framed (const TbTapCounters *c)
{
  return c->proto != TB_PROTO_BYTES && c->proto != TB_PROTO_UNKNOWN;
}

static void
add_row (TbLiveLine *line, const TbTapCounters *c)
{
  TbLiveLink *sums = &line->sums;
  sums->tapped = TRUE;
  sums->framed |= is_framed (c);
  sums->connections_open += c->connections_open;
  sums->connections_total += c->connections_total;
  sums->refused += c->refused;
  sums->timed_out += c->timed_out;
  sums->resets += c->reset;
  sums->requests += c->requests;
  sums->replies += c->replies;
  sums->errors += c->errors;
  sums->bytes_up += c->up.bytes_seen;
  sums->bytes_down += c->down.bytes_seen;
  add_flow (&sums->up, &c->up);
  add_flow (&sums->down, &c->down);
  sums->faults |= c->faults;
  tb_histogram_add (line->total, &c->latency);
}

static void
sum_lines (TbLive *live)
{
  for (guint i = 0; i < live->lines->len; i++)
    {
      TbLiveLine *line = g_ptr_array_index (live->lines, i);
      if (line->changed)
        {
          memset (&line->sums, 0, sizeof line->sums);
          memset (line->total, 0, sizeof *line->total);
        }
    }
  for (guint i = 0; i < live->rows->len; i++)
    {
      const TbLiveRow *row = g_ptr_array_index (live->rows, i);
      TbLiveLine *line = g_ptr_array_index (live->lines, row->line);
      if (line->changed)
        add_row (line, &row->counters);
    }
}

static TbLiveSample
sample_now (const TbLiveLine *line, gint64 now_ns)
{
  const TbLiveLink *s = &line->sums;
  return (TbLiveSample) { now_ns, s->requests, s->replies, s->errors, s->bytes_up, s->bytes_down };
}

static void
set_rates (TbLiveLine *line, gint64 now_ns)
{
  const guint oldest = line->n_samples < TB_LIVE_SAMPLES ? 0 : line->next;
  const TbLiveSample *before = &line->samples[oldest];
  TbLiveLink *s = &line->sums;
  double seconds = (double) (now_ns - before->time_ns) / (double) TB_NS_PER_S;
  gboolean known = line->n_samples > 0 && seconds > 0.02;
  double per = known ? 1 / seconds : 0;
  s->request_rate = (double) (s->requests - before->requests) * per;
  s->reply_rate = (double) (s->replies - before->replies) * per;
  s->error_rate = (double) (s->errors - before->errors) * per;
  s->byte_rate_up = (double) (s->bytes_up - before->bytes_up) * per;
  s->byte_rate_down = (double) (s->bytes_down - before->bytes_down) * per;
}

static void
take_sample (TbLiveLine *line, gint64 now_ns)
{
  guint last = (line->next + TB_LIVE_SAMPLES - 1) % TB_LIVE_SAMPLES;
  if (line->n_samples > 0 && now_ns - line->samples[last].time_ns < SAMPLE_NS)
    return;
  line->samples[line->next] = sample_now (line, now_ns);
  line->next = (line->next + 1) % TB_LIVE_SAMPLES;
  line->n_samples = MIN (line->n_samples + 1, TB_LIVE_SAMPLES);
}

static void
set_latency (TbLiveLine *line, gint64 now_ns)
{
  TbHistogram recent;
  TbLiveLink *s = &line->sums;
  if (line->changed)
    {
      s->p50_ns = tb_histogram_quantile (line->total, 0.5);
      s->p95_ns = tb_histogram_quantile (line->total, 0.95);
      s->p99_ns = tb_histogram_quantile (line->total, 0.99);
    }
  if (line->base_ns == 0)
    line->base_ns = now_ns;
  if (now_ns - line->base_ns >= TB_NS_PER_S)
    {
      TbHistogram *free_one = line->older;
      line->older = line->base;
      line->base = free_one;
      *line->base = *line->total;
      line->base_ns = now_ns;
    }
  tb_histogram_difference (line->total, line->older, &recent);
  s->recent_p50_ns = tb_histogram_quantile (&recent, 0.5);
  s->recent_p95_ns = tb_histogram_quantile (&recent, 0.95);
  s->recent_p99_ns = tb_histogram_quantile (&recent, 0.99);
}

/* What it was before is no measure of what it is now. */
static void
begin_anew (TbLiveLine *line, gboolean spans)
{
  line->moved = FALSE;
  line->n_samples = line->next = 0;
  *line->base = *line->older = *line->total;
  if (spans)
    tb_spans_clear (line->spans);
}

void
tb_live_update_lines (TbLive *live, gint64 start_ns, gint64 now_ns)
{
  sum_lines (live);
  for (guint i = 0; i < live->lines->len; i++)
    {
      TbLiveLine *line = g_ptr_array_index (live->lines, i);
      if (line->moved)
        begin_anew (line, TRUE);
      if (!line->sums.tapped)
        line->sums.p50_ns = line->sums.p95_ns = line->sums.p99_ns = -1;
      set_latency (line, now_ns);
      set_rates (line, now_ns);
      take_sample (line, now_ns);
      tb_spans_take (line->spans, &line->sums, line->total, start_ns, now_ns);
      line->changed = FALSE;
    }
}

void
tb_live_begin_at (TbLive *live, gint64 start_ns, gint64 time_ns, gboolean again)
{
  sum_lines (live);
  for (guint i = 0; i < live->lines->len; i++)
    {
      TbLiveLine *line = g_ptr_array_index (live->lines, i);
      begin_anew (line, !again);
      line->base_ns = time_ns;
      take_sample (line, time_ns);
      tb_spans_take (line->spans, &line->sums, line->total, start_ns, time_ns);
      line->changed = TRUE;
    }
}
