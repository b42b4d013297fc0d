/* One expectation, measured: what there is at the beginning, at each look in between and at the end, to an
 * estimate. Rows of expect.c; a row here says how. */
#include <math.h>
#include <string.h>

#include "scenario-private.h"

#define BATCHES_MOST 20
#define BATCH_S 0.25     /* at least, of what each look counts */
#define BATCH_LOAD_S 1.0 /* of what is known once a second */

typedef struct
{
  double time_s; /* since it began */
  double value;
} Point;

struct TbMeasure
{
  const TbScenarioExpect *expect;
  const struct How *how;
  gint64 from_ns, last_ns, to_ns; /* 0: not yet */
  TbTraffic first, last;
  GArray *points;  /* of Point */
  GArray *pids;    /* of guint32, by instance: unchanged */
  double peak;     /* memory */
  guint64 changes;
  gboolean holds, unsaid; /* moments; unsaid: nobody says whether it does */
  gint64 since_ns, before_ns;  /* holds since, and did not at */
  gint64 good_ns, gap_ns, step_ns; /* available: the last good answer, the longest gap, the widest step */
  guint64 good;
  TbVerdicts *verdicts; /* whose are looked at when it is judged; NULL: nothing is recorded */
  gboolean looked_back;
  TbEstimate recorded;
  char *recorded_why;
};

struct How
{
  const char *that;
  void (*begin) (TbMeasure *m, const TbFacts *facts);
  void (*see) (TbMeasure *m, const TbFacts *facts);
  void (*judge) (const TbMeasure *m, TbFinding *f);
};

static double
seconds (gint64 ns)
{
  return (double) ns / 1e9;
}

static gboolean
is_share (const TbMeasure *m)
{
  return m->expect->unit == TB_UNIT_SHARE_OF;
}

/* ---- Traffic ------------------------------------------------------------------------------------------ */

static void
begin_traffic (TbMeasure *m, const TbFacts *facts)
{
  tb_traffic_of (facts, m->expect->of, TRUE, &m->first);
  m->last = m->first;
}

static void
see_traffic (TbMeasure *m, const TbFacts *facts)
{
  tb_traffic_of (facts, m->expect->of, m->how->see == NULL, &m->last);
}

/* Whether there is something that can be told apart. */
static gboolean
is_framed (const TbMeasure *m, TbFinding *f)
{
  if (!m->last.unframed || m->last.attempts > m->first.attempts)
    return TRUE;
  f->why = g_strdup ("its protocol is not known, so its messages cannot be told apart");
  return FALSE;
}

/* Counters are read at one moment each, but one after the other. */
static guint64
since (guint64 last, guint64 first)
{
  return last > first ? last - first : 0;
}

static void
judge_share_of (const TbMeasure *m, guint64 k, guint64 n, TbFinding *f)
{
  if (n == 0 && is_framed (m, f))
    f->why = g_strdup ("nothing was asked");
  f->estimate = tb_estimate_share (MIN (k, n), n);
}

static void
judge_availability (const TbMeasure *m, TbFinding *f)
{
  judge_share_of (m, since (m->last.good, m->first.good), since (m->last.attempts, m->first.attempts), f);
}

static void
judge_count (const TbMeasure *m, guint64 k, guint64 n, TbFinding *f)
{
  if (is_share (m))
    judge_share_of (m, k, n, f);
  else if (is_framed (m, f))
    f->estimate = tb_estimate_exact ((double) k, MAX (n, 1));
}

static void
judge_errors (const TbMeasure *m, TbFinding *f)
{
  judge_count (m, since (m->last.errors, m->first.errors), since (m->last.attempts, m->first.attempts), f);
}

static void
judge_lost (const TbMeasure *m, TbFinding *f)
{
  judge_count (m, since (m->last.lost, m->first.lost), since (m->last.seen, m->first.seen), f);
}

static void
judge_duplicated (const TbMeasure *m, TbFinding *f)
{
  judge_count (m, since (m->last.duplicated, m->first.duplicated), since (m->last.seen, m->first.seen), f);
}

static void
judge_delivered (const TbMeasure *m, TbFinding *f)
{
  guint64 n = since (m->last.seen, m->first.seen) + since (m->last.duplicated, m->first.duplicated);
  judge_share_of (m, since (m->last.delivered, m->first.delivered), n, f);
}

static void
judge_latency (const TbMeasure *m, TbFinding *f)
{
  g_autofree TbHistogram *h = g_new (TbHistogram, 1);
  tb_histogram_difference (&m->last.latency, &m->first.latency, h);
  TbEstimate e = tb_estimate_quantile (h, m->expect->quantile);
  f->estimate = (TbEstimate) { e.value / 1e9, e.low / 1e9, e.high / 1e9, e.n };
  if (e.n == 0 && is_framed (m, f))
    f->why = g_strdup ("nothing was answered");
}

/* ---- Means over time ------------------------------------------------------------------------------------ */

static void
add_point (TbMeasure *m, const TbFacts *facts, double value)
{
  const Point point = { seconds (facts->now_ns - m->from_ns), value };
  g_array_append_val (m->points, point);
}

static void
see_throughput (TbMeasure *m, const TbFacts *facts)
{
  see_traffic (m, facts);
  add_point (m, facts, (double) (m->last.replies - m->first.replies));
}

static void
begin_throughput (TbMeasure *m, const TbFacts *facts)
{
  begin_traffic (m, facts);
  add_point (m, facts, 0);
}

/* Of a count that grows, as it was at that moment. *at goes on, never back. */
static double
count_at (const GArray *points, double time_s, guint *at)
{
  while (*at + 1 < points->len && g_array_index (points, Point, *at + 1).time_s <= time_s)
    (*at)++;
  const Point *a = &g_array_index (points, Point, *at);
  if (*at + 1 >= points->len)
    return a->value;
  const Point *b = a + 1;
  double share = (time_s - a->time_s) / (b->time_s - a->time_s);
  return a->value + CLAMP (share, 0, 1) * (b->value - a->value);
}

static guint
count_batches (double length_s, double least_s)
{
  return (guint) CLAMP (length_s / least_s, 0, BATCHES_MOST);
}

static void
judge_throughput (const TbMeasure *m, TbFinding *f)
{
  double means[BATCHES_MOST], length_s = seconds (m->to_ns - m->from_ns), before = 0;
  guint n = count_batches (length_s, BATCH_S), at = 0;
  for (guint i = 0; i < n; i++)
    {
      double now = count_at (m->points, length_s * (i + 1) / n, &at);
      means[i] = (now - before) / (length_s / n);
      before = now;
    }
  if (!is_framed (m, f))
    return;
  f->estimate = tb_estimate_batches (means, n);
  f->estimate.low = MAX (f->estimate.low, 0);
  if (n < 3)
    f->why = g_strdup ("the phase is too short: three quarters of a second are needed");
}

static double
cores_of (const TbMeasure *m, const TbFacts *facts, double *rss)
{
  g_autoptr (GArray) of = tb_instances_of (facts, m->expect->of);
  double cores = 0;
  *rss = 0;
  for (guint i = 0; of != NULL && i < of->len; i++)
    {
      guint index = g_array_index (of, guint, i);
      if (index >= facts->frame->n_instances)
        continue;
      cores += facts->frame->instances[index].cpu;
      *rss += (double) facts->frame->instances[index].rss_bytes;
    }
  return cores;
}

static void
see_load (TbMeasure *m, const TbFacts *facts)
{
  double rss, cores = cores_of (m, facts, &rss);
  add_point (m, facts, cores);
  m->peak = MAX (m->peak, rss / (1 << 20));
}

static void
judge_cpu (const TbMeasure *m, TbFinding *f)
{
  double sums[BATCHES_MOST] = { 0 }, length_s = seconds (m->to_ns - m->from_ns);
  guint counts[BATCHES_MOST] = { 0 }, n = count_batches (length_s, BATCH_LOAD_S), some = 0;
  for (guint i = 0; n > 0 && i < m->points->len; i++)
    {
      const Point *point = &g_array_index (m->points, Point, i);
      guint batch = (guint) CLAMP (point->time_s / length_s * n, 0, n - 1);
      sums[batch] += point->value;
      counts[batch]++;
    }
  for (guint i = 0; i < n; i++)
    if (counts[i] > 0)
      sums[some++] = sums[i] / counts[i];
  f->estimate = tb_estimate_batches (sums, some);
  f->estimate.low = MAX (f->estimate.low, 0);
  if (some < 3)
    f->why = g_strdup ("the phase is too short: it is known once a second, and three are needed");
}

static void
judge_memory (const TbMeasure *m, TbFinding *f)
{
  if (m->peak > 0)
    f->estimate = tb_estimate_exact (m->peak, m->points->len);
  else
    f->why = g_strdup ("it is known once a second, and the phase was shorter, or nothing ran");
}

/* ---- Instances ------------------------------------------------------------------------------------------- */

static void
see_changes (TbMeasure *m, const TbFacts *facts)
{
  g_autoptr (GArray) of = tb_instances_of (facts, m->expect->of);
  for (guint i = 0; of != NULL && i < of->len; i++)
    {
      guint index = g_array_index (of, guint, i);
      if (index >= facts->frame->n_instances)
        continue;
      if (m->pids->len <= index)
        g_array_set_size (m->pids, index + 1);
      guint32 *before = &g_array_index (m->pids, guint32, index), now = facts->frame->instances[index].pid;
      m->changes += *before != 0 && now != *before;
      *before = now;
    }
}

static void
judge_changes (const TbMeasure *m, TbFinding *f)
{
  f->estimate = tb_estimate_exact ((double) m->changes, MAX (m->pids->len, 1));
}

/* ---- Moments --------------------------------------------------------------------------------------------- */

/* 1, 0; -1: nobody says. */
static int
is_so (const TbMeasure *m, const TbFacts *facts)
{
  const char *that = m->expect->row->that, *of = m->expect->of;
  if (g_str_equal (that, "ready"))
    return tb_is_ready (facts, of);
  if (g_str_equal (that, "leader"))
    return tb_role_count (facts, of, "leader") == 1;
  return facts->converged != NULL ? facts->converged (of, facts->data) : -1;
}

static void
see_moment (TbMeasure *m, const TbFacts *facts)
{
  int so = is_so (m, facts);
  if (so == 1 && !m->holds)
    {
      m->since_ns = facts->now_ns;
      m->before_ns = MAX (m->last_ns, m->from_ns);
    }
  m->holds = so == 1;
  m->unsaid = so < 0;
}

static void
judge_moment (const TbMeasure *m, TbFinding *f)
{
  if (m->unsaid)
    {
      f->why = g_strdup ("its replicas do not say what they hold");
      return;
    }
  f->estimate.n = 1;
  if (m->holds)
    {
      double at = seconds (m->since_ns - m->from_ns);
      f->estimate.value = f->estimate.high = at;
      f->estimate.low = MIN (seconds (m->before_ns - m->from_ns), at);
      return;
    }
  /* It is known to be later than the end, and that is all. */
  f->estimate.value = f->estimate.high = INFINITY;
  f->estimate.low = isinf (m->expect->most) ? INFINITY : seconds (m->to_ns - m->from_ns);
  f->why = g_strdup ("it was not so at the end");
}

/* ---- Gaps ------------------------------------------------------------------------------------------------- */

static void
begin_gap (TbMeasure *m, const TbFacts *facts)
{
  begin_traffic (m, facts);
  m->good_ns = facts->now_ns;
  m->good = m->first.good;
}

static void
see_gap (TbMeasure *m, const TbFacts *facts)
{
  see_traffic (m, facts);
  if (m->last_ns != 0)
    m->step_ns = MAX (m->step_ns, facts->now_ns - m->last_ns);
  m->gap_ns = MAX (m->gap_ns, facts->now_ns - m->good_ns);
  if (m->last.good > m->good)
    m->good_ns = facts->now_ns;
  m->good = m->last.good;
}

static void
judge_gap (const TbMeasure *m, TbFinding *f)
{
  double gap = seconds (m->gap_ns), step = seconds (m->step_ns);
  if (is_framed (m, f))
    f->estimate = (TbEstimate) { gap, MAX (gap - step, 0), gap + step, 1 };
}

/* ---- Rows --------------------------------------------------------------------------------------------------- */

static void
see_history (TbMeasure *m, const TbFacts *facts)
{
  m->verdicts = facts->verdicts;
}

static void
judge_history (const TbMeasure *m, TbFinding *f)
{
  tb_judge_history (m->expect, m->verdicts, f);
}

static void
judge_recorded (const TbMeasure *m, TbFinding *f)
{
  if (m->looked_back)
    f->estimate = m->recorded;
  f->why = m->looked_back ? g_strdup (m->recorded_why) : g_strdup ("the recording was not there to be asked");
}

static const struct How hows[] = {
  { "ready", see_moment, see_moment, judge_moment },
  { "leader", see_moment, see_moment, judge_moment },
  { "converged", see_moment, see_moment, judge_moment },
  { "available", begin_gap, see_gap, judge_gap },
  { "availability", begin_traffic, NULL, judge_availability },
  { "latency", begin_traffic, NULL, judge_latency },
  { "throughput", begin_throughput, see_throughput, judge_throughput },
  { "errors", begin_traffic, NULL, judge_errors },
  { "delivered", begin_traffic, NULL, judge_delivered },
  { "lost", begin_traffic, NULL, judge_lost },
  { "duplicated", begin_traffic, NULL, judge_duplicated },
  { "unchanged", see_changes, see_changes, judge_changes },
  { "cpu", see_load, see_load, judge_cpu },
  { "memory", see_load, see_load, judge_memory },
  { "messages", NULL, NULL, judge_recorded },
  { "repeated", NULL, NULL, judge_recorded },
  { "as-drawn", NULL, NULL, judge_recorded },
  { "linearizable", see_history, see_history, judge_history },
  { "sequential", see_history, see_history, judge_history },
  { "stale", see_history, see_history, judge_history },
  { "staleness", see_history, see_history, judge_history },
  { "lost-writes", see_history, see_history, judge_history },
};

static const struct How *
how_to (const char *that)
{
  for (guint i = 0; i < G_N_ELEMENTS (hows); i++)
    if (g_str_equal (hows[i].that, that))
      return &hows[i];
  g_assert_not_reached ();
}

TbMeasure *
tb_measure_new (const TbScenarioExpect *expect)
{
  TbMeasure *m = g_new0 (TbMeasure, 1);
  m->expect = expect;
  m->how = how_to (expect->row->that);
  m->points = g_array_new (FALSE, FALSE, sizeof (Point));
  m->pids = g_array_new (FALSE, TRUE, sizeof (guint32));
  return m;
}

void
tb_measure_free (TbMeasure *m)
{
  if (m == NULL)
    return;
  g_array_unref (m->points);
  g_array_unref (m->pids);
  g_free (m->recorded_why);
  g_free (m);
}

void
tb_measure_begin (TbMeasure *m, const TbFacts *facts)
{
  m->from_ns = facts->now_ns;
  if (m->how->begin != NULL)
    m->how->begin (m, facts);
  m->last_ns = facts->now_ns;
}

void
tb_measure_see (TbMeasure *m, const TbFacts *facts)
{
  if (m->from_ns == 0 || m->to_ns != 0 || m->how->see == NULL)
    return;
  m->how->see (m, facts);
  m->last_ns = facts->now_ns;
}

/* What only needs both ends has not been looked at since the beginning. */
void
tb_measure_end (TbMeasure *m, const TbFacts *facts)
{
  if (m->from_ns == 0 || m->to_ns != 0)
    return;
  tb_measure_see (m, facts);
  if (m->how->see == NULL && m->how->begin == begin_traffic)
    see_traffic (m, facts);
  m->to_ns = facts->now_ns;
}

const TbScenarioExpect *
tb_measure_expect (const TbMeasure *m)
{
  return m->expect;
}

gboolean
tb_measure_looks_back (const TbMeasure *m)
{
  return m->how->judge == judge_recorded;
}

void
tb_measure_look_back (TbMeasure *m, TbPast *past, const TbModel *model)
{
  if (m->to_ns == 0 || m->looked_back)
    return;
  m->looked_back = TRUE;
  tb_look_back (m->expect, past, model, m->from_ns, m->to_ns, &m->recorded, &m->recorded_why);
}

static void
estimate (const TbMeasure *m, TbFinding *f)
{
  f->estimate = (TbEstimate) { NAN, -INFINITY, INFINITY, 0 };
  if (m->to_ns == 0)
    f->why = g_strdup ("it was not measured: the scenario did not get so far");
  else
    m->how->judge (m, f);
}

static void
divide (const TbMeasure *other, TbFinding *f)
{
  TbFinding of = { 0 };
  estimate (other, &of);
  f->estimate = tb_estimate_ratio (f->estimate, of.estimate);
  if (f->why == NULL)
    f->why = g_steal_pointer (&of.why);
  g_free (of.why);
}

void
tb_measure_judge (const TbMeasure *m, const TbMeasure *other, TbFinding *f)
{
  f->expect = m->expect;
  f->from_ns = m->from_ns;
  f->to_ns = m->to_ns;
  estimate (m, f);
  if (other != NULL)
    divide (other, f);
  f->outcome = tb_estimate_judge (&f->estimate, m->expect->least, m->expect->most);
  if (other == NULL && isinf (f->estimate.value) && f->estimate.value > 0 && isinf (m->expect->most)
      && f->estimate.n > 0)
    f->outcome = TB_VIOLATED; /* a moment that never came */
}

/* As it would be if it ended now; its arrays stay those of m. (transfer full), g_free() */
static TbMeasure *
ended_now (const TbMeasure *m, const TbFacts *facts)
{
  TbMeasure *until_now = g_memdup2 (m, sizeof *m);
  if (m->to_ns == 0 && m->how->see == NULL && m->how->begin == begin_traffic)
    see_traffic (until_now, facts);
  until_now->to_ns = m->to_ns != 0 ? m->to_ns : facts->now_ns;
  return until_now;
}

TbMeasureProgress
tb_measure_peek (const TbMeasure *m, const TbMeasure *other, const TbFacts *facts, TbFinding *f)
{
  if (m->from_ns == 0 || (other != NULL && other->from_ns == 0))
    return TB_MEASURE_TO_COME;
  g_autofree TbMeasure *until_now = ended_now (m, facts);
  g_autofree TbMeasure *other_now = other != NULL ? ended_now (other, facts) : NULL;
  tb_measure_judge (until_now, other_now, f);
  return m->to_ns != 0 && (other == NULL || other->to_ns != 0) ? TB_MEASURE_DONE : TB_MEASURE_GOES_ON;
}
