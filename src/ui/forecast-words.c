/* What the Prediction page says of figures. */
#include "forecast.h"

#include <math.h>

#include "format.h"

#define LIKE 0.05      /* a twentieth off is as predicted */
#define TIMES_FROM 2.0 /* from there on it is "so many times" */

static double
known (double value)
{
  return isfinite (value) ? value : -1;
}

char *
tb_forecast_rate (double rate, double half)
{
  g_autofree char *text = tb_format_rate (known (rate));
  if (!(half > 0.005 * rate) || !isfinite (half))
    return g_steal_pointer (&text);
  return g_strdup_printf ("%s ± %.2g", text, half);
}

char *
tb_forecast_time (double ns, double half)
{
  g_autofree char *text = tb_format_ns ((gint64) known (ns));
  if (!(half > 0.005 * ns) || !isfinite (half))
    return g_steal_pointer (&text);
  g_autofree char *off = tb_format_ns ((gint64) half);
  return g_strdup_printf ("%s ± %s", text, off);
}

char *
tb_forecast_mark (const TbForecastRow *row)
{
  if (!(row->rate > 0))
    return NULL;
  g_autofree char *rate = tb_forecast_rate (row->rate, 0), *time = tb_forecast_time (row->mean_ns, 0);
  if (row->link)
    return isfinite (row->mean_ns) ? g_strdup_printf ("%s · %s", rate, time) : g_steal_pointer (&rate);
  if (row->client)
    return g_strdup_printf ("%s · %s", rate, time);
  return isfinite (row->busy) ? g_strdup_printf ("%.0f\u202f%% busy", 100 * row->busy) : g_steal_pointer (&rate);
}

static double
half_of (const TbFigure *figure)
{
  double half = figure->half / figure->value;
  return isfinite (half) ? half : 0;
}

char *
tb_forecast_how (const TbPrediction *p)
{
  static const char *const computed[] = {
    [TB_PREDICTED_EXACTLY] = "computed at once, exactly",
    [TB_PREDICTED_NEARLY] = "computed at once, approximately: too many kinds of customers",
    [TB_PREDICTED_ROUGHLY] = "computed at once, as a bound: Predict knows better",
  };
  double worst = 0;
  if (p->how != TB_PREDICTED_BY_SIMULATION)
    return g_strdup (computed[p->how]);
  for (guint i = 0; i < p->n_sources; i++)
    worst = fmax (worst, fmax (half_of (&p->sources[i].throughput_per_s), half_of (&p->sources[i].response.mean)));
  g_autofree char *events = tb_format_count (p->events);
  return g_strdup_printf ("simulated, ± %.1f %%: %.0f s of it, %s events, seed %" G_GUINT64_FORMAT, 100 * worst, p->simulated_s, events, p->seed);
}

static void
append_off (GString *text, double predicted, double measured, const char *more, const char *less)
{
  double ratio = measured / predicted;
  if (!isfinite (ratio) || fabs (ratio - 1) < LIKE)
    return;
  g_string_append (text, text->len > 0 ? ", " : "");
  if (ratio >= TIMES_FROM)
    g_string_append_printf (text, "%.2g times as %s", ratio, g_str_equal (more, "slower") ? "slow" : "many");
  else
    g_string_append_printf (text, "%.0f" "\u202f" "%% %s", 100 * fabs (ratio - 1), ratio > 1 ? more : less);
}

char *
tb_forecast_difference (double rate, double measured_rate, double ns, double measured_ns)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean rates = rate > 0 && measured_rate >= 0, times = ns > 0 && measured_ns > 0;
  if (rates)
    append_off (text, rate, measured_rate, "more", "fewer");
  if (times)
    append_off (text, ns, measured_ns, "slower", "quicker");
  if (text->len == 0 && (rates || times))
    g_string_append (text, "as predicted");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* ---- The head of the page ---------------------------------------------------------------------------------- */

#define SOURCES_MOST 3 /* more stand in the table */

static void
append_more (GString *text, const TbSourceAnswer *s, const TbSource *source, const TbSourceAnswer *drawn)
{
  g_autofree char *p95 = tb_forecast_time (s->response.p95, 0);
  if (source->rate_per_s > 0)
    g_string_append (text, ", at a rate");
  else
    g_string_append_printf (text, ", %u %s", source->population, source->population == 1 ? "customer" : "customers");
  if (isfinite (s->response.p95))
    g_string_append_printf (text, "\n95\u202f%% within %s", p95);
  if (drawn == NULL)
    return;
  g_autofree char *rate = tb_forecast_rate (drawn->throughput_per_s.value, 0), *time = tb_forecast_time (drawn->response.mean.value, 0);
  g_string_append_printf (text, "\nas drawn %s · %s", rate, time);
}

/* Of one client large, and all that is known; of several a line each. */
static void
append_source (GString *text, const TbQueueNet *net, const TbSourceAnswer *s, const TbSource *source, const TbSourceAnswer *drawn)
{
  gboolean alone = net->n_sources == 1;
  g_autofree char *rate = tb_forecast_rate (s->throughput_per_s.value, 0), *time = tb_forecast_time (s->response.mean.value, 0),
                  *title = g_markup_escape_text (net->stations[s->station].title, -1);
  const char *size = alone ? "150%" : "110%";
  g_string_append_printf (text, "%s<span size=\"%s\" weight=\"bold\">%s</span>  <span size=\"%s\">%s</span>%s<span alpha=\"70%%\">%s",
                          text->len > 0 ? "\n" : "", size, rate, size, time, alone ? "\n" : "  ", title);
  if (alone)
    append_more (text, s, source, drawn);
  g_string_append (text, "</span>");
}

char *
tb_forecast_figures (const TbQueueNet *net, const TbPrediction *p, const TbPrediction *drawn)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < MIN (p->n_sources, SOURCES_MOST); i++)
    append_source (text, net, &p->sources[i], &net->sources[i], drawn != NULL && i < drawn->n_sources ? &drawn->sources[i] : NULL);
  if (p->n_sources > SOURCES_MOST)
    g_string_append_printf (text, "\n<span alpha=\"70%%\">and %u more clients</span>", p->n_sources - SOURCES_MOST);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
tb_forecast_stale (const TbQueueNet *net, const TbPrediction *prediction)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < net->n_stations; i++)
    {
      TbStaleReads stale;
      if (!tb_stale_reads_of (net, i, prediction, &stale))
        continue;
      g_autofree char *sentence = tb_stale_reads_sentence (&stale);
      g_string_append_printf (text, "%s%s: %s", text->len > 0 ? "\n" : "", net->stations[i].title, sentence);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}
