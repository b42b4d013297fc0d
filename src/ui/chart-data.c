#include "chart-data.h"

#include <math.h>

#include "tb-base.h"

#define LINES_MAX 3
/* Steps are of about a second. */
#define FINISHED_NS (9 * TB_NS_PER_S / 10)

struct TbChartSet
{
  gint64 *times;
  double *values[TB_CHARTS_MAX][LINES_MAX];
  TbChartLine lines[TB_CHARTS_MAX][LINES_MAX];
  TbChart charts[TB_CHARTS_MAX];
  guint n_charts, n;
  GArray *bands; /* of TbChartBand */
  GArray *gaps;  /* of TbChartGap */
  GPtrArray *texts;
};

/* What a line is drawn like: its own colour, and a dash of its own for who does not tell colours. */
static const struct
{
  TbColourId colour;
  double dash;
} looks[LINES_MAX] = { { TB_COLOUR_ACCENT, 0 }, { TB_COLOUR_WARN, 5 }, { TB_COLOUR_BAD, 2 } };

typedef struct
{
  const char *title;
  TbAxisUnit unit;
  const char *names[LINES_MAX];
  gboolean filled, bad; /* bad: what is counted should not be */
} Plan;

static TbChartSet *
new_set (guint n, const Plan *plans, guint n_charts, gint64 start_ns, TbThemeId theme)
{
  TbChartSet *set = g_new0 (TbChartSet, 1);
  set->times = g_new0 (gint64, MAX (n, 1));
  set->n = n;
  set->n_charts = n_charts;
  set->bands = g_array_new (FALSE, FALSE, sizeof (TbChartBand));
  set->gaps = g_array_new (FALSE, FALSE, sizeof (TbChartGap));
  set->texts = g_ptr_array_new_with_free_func (g_free);
  for (guint c = 0; c < n_charts; c++)
    {
      TbChart *chart = &set->charts[c];
      *chart = (TbChart){ .title = plans[c].title, .empty = "no figures", .unit = plans[c].unit,
                          .zero_ns = start_ns, .times = set->times, .n = n,
                          .step_ns = 5 * TB_NS_PER_S / 2, .lines = set->lines[c],
                          .cursor_ns = G_MININT64, .hover_ns = G_MININT64 };
      for (guint l = 0; l < LINES_MAX && plans[c].names[l] != NULL; l++)
        {
          set->values[c][l] = g_new0 (double, MAX (n, 1));
          set->lines[c][l]
              = (TbChartLine){ .name = plans[c].names[l],
                               .values = set->values[c][l],
                               .filled = plans[c].filled && l == 0,
                               .colour = tb_theme_colour (
                                   theme, plans[c].bad && l == 0 ? TB_COLOUR_BAD : looks[l].colour),
                               .dash = looks[l].dash };
          chart->n_lines = l + 1;
        }
    }
  return set;
}

void
tb_chart_set_free (TbChartSet *set)
{
  if (set == NULL)
    return;
  g_free (set->times);
  for (guint c = 0; c < TB_CHARTS_MAX; c++)
    for (guint l = 0; l < LINES_MAX; l++)
      g_free (set->values[c][l]);
  g_array_unref (set->bands);
  g_array_unref (set->gaps);
  g_ptr_array_unref (set->texts);
  g_free (set);
}

/* ---- A link ---------------------------------------------------------------------------------- */

enum
{
  RATE,
  ERRORS,
  LATENCY,
  BYTES
};

static const Plan link_plans[] = {
  [RATE] = { "Requests", TB_AXIS_RATE, { "requests", "replies" }, TRUE, FALSE },
  [ERRORS] = { "Errors", TB_AXIS_RATE, { "errors", "refused", "dropped" }, TRUE, TRUE },
  [LATENCY] = { "Latency", TB_AXIS_DURATION, { "p50", "p95", "p99" }, FALSE, FALSE },
  [BYTES] = { "Bytes a second", TB_AXIS_BYTES, { "there", "back" }, TRUE, FALSE },
};

void
tb_chart_drop_unfinished (GArray *samples)
{
  const TbPastSample *s = (const TbPastSample *) (const void *) samples->data;
  guint n = samples->len;
  if (n > 1 && s[n - 1].time_ns - s[n - 2].time_ns < FINISHED_NS)
    g_array_set_size (samples, n - 1);
}

static double
or_none (gint64 ns)
{
  return ns < 0 ? NAN : (double) ns;
}

TbChartSet *
tb_chart_set_of_link (const GArray *samples, gint64 start_ns, TbThemeId theme)
{
  TbChartSet *set = new_set (samples->len, link_plans, G_N_ELEMENTS (link_plans), start_ns, theme);
  gint64 before = start_ns;
  for (guint i = 0; i < samples->len; i++)
    {
      const TbPastSample *s = &g_array_index (samples, TbPastSample, i);
      double seconds = MAX ((double) (s->time_ns - before), 1e6) / 1e9;
      set->times[i] = s->time_ns;
      set->values[RATE][0][i] = (double) s->requests / seconds;
      set->values[RATE][1][i] = (double) s->replies / seconds;
      set->values[ERRORS][0][i] = (double) s->errors / seconds;
      set->values[ERRORS][1][i] = (double) s->refused / seconds;
      set->values[ERRORS][2][i] = (double) s->dropped / seconds;
      set->values[LATENCY][0][i] = or_none (s->p50_ns);
      set->values[LATENCY][1][i] = or_none (s->p95_ns);
      set->values[LATENCY][2][i] = or_none (s->p99_ns);
      set->values[BYTES][0][i] = (double) s->bytes_up / seconds;
      set->values[BYTES][1][i] = (double) s->bytes_down / seconds;
      if (s->gap)
        tb_chart_set_add_gap (set, before, s->time_ns);
      before = s->time_ns;
    }
  return set;
}

/* ---- An instance ----------------------------------------------------------------------------- */

enum
{
  CPU,
  MEMORY,
  THREADS,
  FILES
};

static const Plan instance_plans[] = {
  [CPU] = { "CPU, cores", TB_AXIS_CORES, { "cores" }, TRUE, FALSE },
  [MEMORY] = { "Memory", TB_AXIS_BYTES, { "resident" }, TRUE, FALSE },
  [THREADS] = { "Threads and processes", TB_AXIS_COUNT, { "threads", "processes" }, FALSE, FALSE },
  [FILES] = { "Open files", TB_AXIS_COUNT, { "files" }, FALSE, FALSE },
};

TbChartSet *
tb_chart_set_of_instance (const GArray *loads, gint64 start_ns, TbThemeId theme)
{
  TbChartSet *set
      = new_set (loads->len, instance_plans, G_N_ELEMENTS (instance_plans), start_ns, theme);
  for (guint i = 0; i < loads->len; i++)
    {
      const TbPastLoad *load = &g_array_index (loads, TbPastLoad, i);
      set->times[i] = load->time_ns;
      set->values[CPU][0][i] = load->cpu;
      set->values[MEMORY][0][i] = (double) load->rss_bytes;
      set->values[THREADS][0][i] = load->threads;
      set->values[THREADS][1][i] = load->processes;
      set->values[FILES][0][i] = load->files;
    }
  return set;
}

/* ---- What all its charts share --------------------------------------------------------------- */

static const TbPlotBand kinds[] = {
  [TB_BAND_PARTITION] = TB_PLOT_BAND_PARTITION, [TB_BAND_PACKET] = TB_PLOT_BAND_PACKET,
  [TB_BAND_KILL] = TB_PLOT_BAND_KILL,           [TB_BAND_PAUSE] = TB_PLOT_BAND_PAUSE,
  [TB_BAND_CLOCK] = TB_PLOT_BAND_CLOCK,
};

static char *
band_words (TbPast *past, const TbPastBand *band)
{
  const TbPastInstance *instance = tb_past_instance (past, band->instance);
  const char *of = band->link != NULL ? band->link : instance != NULL ? instance->id : NULL;
  return of != NULL ? g_strdup_printf ("%s: %s", of, band->text) : g_strdup (band->text);
}

void
tb_chart_set_add_bands (TbChartSet *set, TbPast *past, const char *link, guint instance)
{
  for (guint i = 0; i < tb_past_n_bands (past); i++)
    {
      const TbPastBand *band = tb_past_band (past, i);
      gboolean others
          = (instance != G_MAXUINT && band->instance != G_MAXUINT && band->instance != instance)
            || (link != NULL && band->link != NULL && !g_str_equal (link, band->link));
      if (others)
        continue;
      char *text = band_words (past, band);
      TbChartBand shown = { kinds[band->kind], band->from_ns, band->to_ns, text };
      g_ptr_array_add (set->texts, text);
      g_array_append_val (set->bands, shown);
    }
  for (guint c = 0; c < set->n_charts; c++)
    {
      set->charts[c].bands = (const TbChartBand *) (const void *) set->bands->data;
      set->charts[c].n_bands = set->bands->len;
    }
}

/* Gaps that touch are one. */
void
tb_chart_set_add_gap (TbChartSet *set, gint64 from_ns, gint64 to_ns)
{
  TbChartGap gap = { from_ns, to_ns };
  TbChartGap *last
      = set->gaps->len > 0 ? &g_array_index (set->gaps, TbChartGap, set->gaps->len - 1) : NULL;
  if (last != NULL && last->to_ns >= from_ns)
    last->to_ns = MAX (last->to_ns, to_ns);
  else
    g_array_append_val (set->gaps, gap);
  for (guint c = 0; c < set->n_charts; c++)
    {
      set->charts[c].gaps = (const TbChartGap *) (const void *) set->gaps->data;
      set->charts[c].n_gaps = set->gaps->len;
    }
}

void
tb_chart_set_see (TbChartSet *set, gint64 from_ns, gint64 to_ns)
{
  for (guint c = 0; c < set->n_charts; c++)
    {
      set->charts[c].from_ns = from_ns;
      set->charts[c].to_ns = to_ns;
    }
}

void
tb_chart_set_point (TbChartSet *set, gint64 cursor_ns, gint64 hover_ns)
{
  for (guint c = 0; c < set->n_charts; c++)
    {
      set->charts[c].cursor_ns = cursor_ns;
      set->charts[c].hover_ns = hover_ns;
    }
}

guint
tb_chart_set_n (const TbChartSet *set)
{
  return set->n_charts;
}

const TbChart *
tb_chart_set_at (const TbChartSet *set, guint i)
{
  return &set->charts[i];
}

char *
tb_chart_set_words (const TbChartSet *set, gint64 time_ns)
{
  GString *out = g_string_new (NULL);
  char text[40];
  tb_axis_format_time (time_ns - set->charts[0].zero_ns, 1e8, text, sizeof text);
  g_string_append_printf (out, "At %s:", text);
  for (guint c = 0; c < set->n_charts; c++)
    {
      const TbChart *chart = &set->charts[c];
      guint at = tb_chart_at (chart, time_ns);
      g_string_append_printf (out, "%s %s", c > 0 ? ";" : "", chart->title);
      for (guint l = 0; l < chart->n_lines; l++)
        {
          tb_axis_format (at == G_MAXUINT ? NAN : chart->lines[l].values[at], chart->unit, text,
                          sizeof text);
          g_string_append_printf (out, "%s %s %s", l > 0 ? "," : "", chart->lines[l].name, text);
        }
    }
  return g_string_free (out, FALSE);
}
