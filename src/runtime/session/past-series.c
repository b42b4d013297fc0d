/* Figures: what the counters did from second to second, kept also where the messages have gone. */
#include <string.h>

#include "past-private.h"

/* A longer silence is one sample: no run is silent for so many seconds. */
#define SILENCE_MAX 100000
/* So many figures apart, rows are kept as they were. */
#define KEEP_EACH 512

enum
{
  OF_ALL,
  OF_NOBODY,
  OF_LINKS
};

/* ---- Reading ------------------------------------------------------------------------------------- */

static GArray *
steps_of (TbPast *self, guint place)
{
  while (self->steps->len <= place)
    g_ptr_array_add (self->steps, g_array_new (FALSE, TRUE, sizeof (TbPastStep)));
  return g_ptr_array_index (self->steps, place);
}

static guint
place_of (TbPast *self, const TbRecordFigure *figure)
{
  return figure->link < self->links->len ? OF_LINKS + figure->link : OF_NOBODY;
}

static void
add_to_sample (TbPastSample *sample, const TbRecordFigure *figure)
{
  sample->requests += figure->requests;
  sample->replies += figure->replies;
  sample->errors += figure->errors;
  sample->bytes_up += figure->up.bytes_seen;
  sample->bytes_down += figure->down.bytes_seen;
  sample->refused += figure->refused + figure->timed_out;
  sample->dropped += figure->up.dropped + figure->down.dropped;
}

/* Of one place, while a record is read. */
typedef struct
{
  gboolean any;
  TbPastSample sample;
  TbHistogram *latency; /* NULL: nothing was answered */
} Sum;

static void
add_to_sum (Sum *sum, const TbRecordFigure *figure)
{
  sum->any = TRUE;
  add_to_sample (&sum->sample, figure);
  if (figure->n_buckets > 0 && sum->latency == NULL)
    sum->latency = g_new0 (TbHistogram, 1);
  for (guint i = 0; i < figure->n_buckets; i++)
    sum->latency->bucket[figure->buckets[i].index] += figure->buckets[i].count;
}

static void
keep_step (TbPast *self, guint place, Sum *sum, gint64 time_ns)
{
  TbPastStep step = { self->figures->len, sum->sample };
  step.sample.time_ns = time_ns;
  step.sample.p50_ns = sum->latency != NULL ? tb_histogram_quantile (sum->latency, 0.5) : -1;
  step.sample.p95_ns = sum->latency != NULL ? tb_histogram_quantile (sum->latency, 0.95) : -1;
  step.sample.p99_ns = sum->latency != NULL ? tb_histogram_quantile (sum->latency, 0.99) : -1;
  if (sum->any)
    g_array_append_val (steps_of (self, place), step);
  g_free (sum->latency);
}

void
tb_past_take_figures (TbPast *self, const TbRecord *record)
{
  TbRecordFigures walk = { .record = record };
  if (record->time_ns < tb_past_start_ns (self) || record->time_ns > self->end_ns)
    return;
  guint places = OF_LINKS + self->links->len;
  g_autofree Sum *sums = g_new0 (Sum, places);
  g_autofree TbRecordFigure *figure = g_new (TbRecordFigure, 1);
  gint64 last_ns = 0;
  while (tb_record_figures_next (&walk, figure) == 1)
    {
      last_ns = MAX (last_ns, figure->last_ns);
      if (figure->link >= self->links->len || !tb_plan_is_probe (tb_past_link (self, figure->link)->id))
        add_to_sum (&sums[OF_ALL], figure);
      add_to_sum (&sums[place_of (self, figure)], figure);
    }
  for (guint i = 0; i < places; i++)
    keep_step (self, i, &sums[i], record->time_ns);
  guint8 *copy = g_memdup2 (record->body, record->size);
  gint64 since_ns = CLAMP (walk.since_ns, tb_past_start_ns (self), record->time_ns);
  const TbPastFigures figures = { record->time_ns, since_ns, last_ns, (guint32) record->size, copy };
  g_ptr_array_add (self->frames, copy);
  g_array_append_val (self->figures, figures);
}

/* ---- Counters ------------------------------------------------------------------------------------ */

gint64
tb_past_figures_at (TbPast *self, gint64 time_ns)
{
  gint64 low = 0, high = self->figures->len;
  while (low < high)
    {
      gint64 middle = low + (high - low) / 2;
      if (g_array_index (self->figures, TbPastFigures, middle).time_ns <= time_ns)
        low = middle + 1;
      else
        high = middle;
    }
  while (low > 0 && g_array_index (self->figures, TbPastFigures, low - 1).last_ns > time_ns)
    low--;
  return low - 1;
}

void
tb_past_add_figures (TbPast *self, guint from, guint to, GArray *rows)
{
  g_autofree TbRecordFigure *figure = g_new (TbRecordFigure, 1);
  for (guint i = from; i < to; i++)
    {
      const TbPastFigures *figures = &g_array_index (self->figures, TbPastFigures, i);
      const TbRecord record = { TB_RECORD_FIGURES, figures->time_ns, figures->bytes, figures->size };
      TbRecordFigures walk = { .record = &record };
      while (tb_record_figures_next (&walk, figure) == 1)
        {
          if (figure->row >= rows->len)
            g_array_set_size (rows, figure->row + 1);
          tb_record_figure_add (&g_array_index (rows, TbTapCounters, figure->row), figure);
        }
    }
}

static GArray *
copy_rows (const GArray *rows)
{
  GArray *copy = g_array_new (FALSE, TRUE, sizeof (TbTapCounters));
  if (rows != NULL && rows->len > 0)
    g_array_append_vals (copy, rows->data, rows->len);
  return copy;
}

GArray *
tb_past_sum_figures (TbPast *self, guint n)
{
  while ((self->sums->len + 1) * KEEP_EACH <= n)
    {
      guint kept = self->sums->len;
      GArray *rows = copy_rows (kept > 0 ? g_ptr_array_index (self->sums, kept - 1) : NULL);
      tb_past_add_figures (self, kept * KEEP_EACH, (kept + 1) * KEEP_EACH, rows);
      g_ptr_array_add (self->sums, rows);
    }
  guint kept = n / KEEP_EACH;
  GArray *rows = copy_rows (kept > 0 ? g_ptr_array_index (self->sums, kept - 1) : NULL);
  tb_past_add_figures (self, kept * KEEP_EACH, n, rows);
  return rows;
}

/* ---- Series -------------------------------------------------------------------------------------- */

static void
add_nothing (GArray *out, gint64 time_ns)
{
  const TbPastSample nothing = { .time_ns = time_ns, .p50_ns = -1, .p95_ns = -1, .p99_ns = -1 };
  g_array_append_val (out, nothing);
}

/* Where nothing moved, nothing was written: a second of nothing after the other, all but the last. */
static gint64
fill_seconds (GArray *out, gint64 from_ns, gint64 until_ns)
{
  if ((until_ns - from_ns) / TB_NS_PER_S > SILENCE_MAX)
    from_ns = until_ns - TB_NS_PER_S;
  while (until_ns - from_ns > TB_NS_PER_S * 3 / 2)
    add_nothing (out, from_ns += TB_NS_PER_S);
  return from_ns;
}

/* Until what was written next. */
static void
fill_until (GArray *out, gint64 from_ns, gint64 until_ns)
{
  from_ns = fill_seconds (out, from_ns, until_ns);
  if (until_ns - from_ns > TB_NS_PER_S / 2)
    add_nothing (out, until_ns);
}

static void
mark_gaps (TbPast *self, GArray *out)
{
  for (guint k = 0; k < self->gaps->len; k++)
    {
      const TbPastGap *gap = &g_array_index (self->gaps, TbPastGap, k);
      gint64 from_ns = tb_past_start_ns (self);
      for (guint i = 0; i < out->len; i++)
        {
          TbPastSample *sample = &g_array_index (out, TbPastSample, i);
          sample->gap |= gap->from_ns <= sample->time_ns && gap->to_ns > from_ns;
          from_ns = sample->time_ns;
        }
    }
}

GArray *
tb_past_series (TbPast *self, guint link)
{
  GArray *out = g_array_new (FALSE, TRUE, sizeof (TbPastSample));
  const GArray *steps = steps_of (self, link == G_MAXUINT ? OF_ALL : OF_LINKS + link);
  gint64 from_ns = tb_past_start_ns (self);
  guint next = 0;
  for (guint i = 0; i < self->figures->len; i++)
    {
      const TbPastFigures *figures = &g_array_index (self->figures, TbPastFigures, i);
      fill_until (out, from_ns, figures->since_ns);
      const TbPastStep *step = next < steps->len ? &g_array_index (steps, TbPastStep, next) : NULL;
      if (step != NULL && step->figures == i)
        {
          g_array_append_val (out, step->sample);
          next++;
        }
      else
        add_nothing (out, figures->time_ns);
      from_ns = figures->time_ns;
    }
  /* The figures of the second that goes on are still to come: it is no silence. */
  fill_seconds (out, from_ns, self->end_ns);
  mark_gaps (self, out);
  return out;
}
