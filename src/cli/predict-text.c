/* Predictions as tables for people. */
#include <math.h>
#include <stdio.h>

#include "cli.h"
#include "predict-private.h"
#include "recording.h"
#include "tb-failure.h"

/* Widths count characters, not bytes. */
static void
print_cell (const char *text, int width)
{
  int blanks = width - (int) g_utf8_strlen (text, -1);
  printf ("%*s%s", MAX (blanks, 1), "", text);
}

static void
print_name (const char *name, int width)
{
  g_autofree char *plain = tb_cli_plain (name);
  int blanks = width - (int) g_utf8_strlen (plain, -1);
  printf ("  %s%*s", plain, MAX (blanks, 0), "");
}

/* "38.5" or "38.5 ±0.3" */
static char *
estimate_text (const TbFigure *e)
{
  g_autofree char *value = tb_number_text (e->value), *half = tb_number_text (e->half);
  if (isnan (e->value))
    return g_strdup ("–");
  return e->half > 0 && isfinite (e->half) ? g_strdup_printf ("%s ±%s", value, half) : g_steal_pointer (&value);
}

static char *
times_text (const TbTimes *t)
{
  g_autofree char *mean = tb_time_text (t->mean.value), *half = tb_time_text (t->mean.half);
  if (isnan (t->mean.value))
    return g_strdup ("–");
  return t->mean.half > 0 && isfinite (t->mean.half) ? g_strdup_printf ("%s ±%s", mean, half) : g_steal_pointer (&mean);
}

static void
print_percentiles (const TbTimes *t)
{
  g_autofree char *p50 = tb_time_text (t->p50), *p95 = tb_time_text (t->p95), *p99 = tb_time_text (t->p99);
  if (!isnan (t->p99))
    printf ("    half within %s, 95 %% within %s, 99 %% within %s\n", p50, p95, p99);
}

static void
print_source (const TbPredictAnswer *a, guint k)
{
  const TbSourceAnswer *s = &a->prediction->sources[k];
  g_autofree char *rate = estimate_text (&s->throughput_per_s), *time = times_text (&s->response);
  g_autofree char *most = tb_number_text (s->most_per_s), *least = tb_time_text (s->least_ns), *knee = tb_number_text (s->knee);
  g_autofree char *name = tb_cli_plain (a->net->stations[s->station].title);
  printf ("  %s: %s requests/s, answered in %s\n", name, rate, time);
  print_percentiles (&s->response);
  printf ("    at most %s requests/s, in no less than %s", most, least);
  if (isfinite (s->knee))
    printf ("; beyond %s customers they only wait longer (there are %u)", knee, a->net->sources[k].population);
  printf ("\n");
  if (s->errors_per_s.value > 0)
    {
      g_autofree char *errors = estimate_text (&s->errors_per_s);
      printf ("    %s a second fail\n", errors);
    }
}

static int
widest (const TbQueueNet *net)
{
  glong most = 9;
  for (guint i = 0; i < net->n_stations; i++)
    most = MAX (most, g_utf8_strlen (net->stations[i].id, -1));
  for (guint i = 0; i < net->n_links; i++)
    most = MAX (most, g_utf8_strlen (net->links[i].id, -1));
  return (int) MIN (most, 40) + 1;
}

static void
print_header (const char *first, int width, const char *const *cells)
{
  printf ("\n");
  print_name (first, width);
  for (guint i = 0; cells[i] != NULL; i++)
    print_cell (cells[i], 16);
  printf ("\n");
}

static void
print_stations (const TbPredictAnswer *a, int width)
{
  static const char *const cells[] = { "requests/s", "time", "cores busy", "threads busy", NULL };
  print_header ("component", width, cells);
  for (guint i = 0; i < a->net->n_stations; i++)
    {
      const TbStationAnswer *s = &a->prediction->stations[i];
      g_autofree char *rate = estimate_text (&s->arrivals_per_s), *time = times_text (&s->residence),
                      *cores = tb_number_text (s->cores), *busy = tb_number_text (s->threads_busy);
      g_autofree char *threads = s->threads > 0 ? g_strdup_printf ("%s of %.0f", busy, s->threads) : g_strdup (busy);
      if (!(s->arrivals_per_s.value > 0))
        continue;
      print_name (a->net->stations[i].id, width);
      print_cell (rate, 16);
      print_cell (time, 16);
      print_cell (cores, 16);
      print_cell (threads, 16);
      printf ("\n");
    }
}

static void
print_links (const TbPredictAnswer *a, int width)
{
  static const char *const cells[] = { "calls/s", "latency", NULL };
  print_header ("link", width, cells);
  for (guint l = 0; l < a->net->n_links; l++)
    {
      const TbLinkAnswer *link = &a->prediction->links[l];
      g_autofree char *rate = estimate_text (&link->calls_per_s), *time = times_text (&link->latency);
      if (!(link->calls_per_s.value > 0))
        continue;
      print_name (a->net->links[l].id, width);
      print_cell (rate, 16);
      print_cell (time, 16);
      printf ("\n");
    }
}

/* ---- Beside what was measured --------------------------------------------------------------------------- */

static void
print_difference (const char *what, const char *unit, double predicted, double measured)
{
  g_autofree char *words = tb_difference_words (what, unit, predicted, measured);
  g_autofree char *plain = tb_cli_plain (words);
  if (predicted > 0 || measured > 0)
    printf ("  %s\n", plain);
}

static void
print_measured (const TbPredictAnswer *a)
{
  const TbPrediction *p = a->prediction;
  printf ("\nPredicted and measured, over %.1f s:\n", a->measured->seconds);
  for (guint l = 0; l < a->net->n_links; l++)
    {
      print_difference (a->net->links[l].id, "calls/s", p->links[l].calls_per_s.value, a->measured->links[l].rate_per_s);
      print_difference (a->net->links[l].id, NULL, p->links[l].latency.mean.value, a->measured->links[l].latency_ns);
    }
  for (guint i = 0; i < a->net->n_stations; i++)
    if (!isnan (a->measured->stations[i].cores))
      print_difference (a->net->stations[i].id, "cores", p->stations[i].cores, a->measured->stations[i].cores);
}

static void
print_notes (const GPtrArray *notes)
{
  for (guint i = 0; i < notes->len; i++)
    {
      g_autofree char *plain = tb_cli_plain (g_ptr_array_index (notes, i));
      printf ("  – %s\n", plain);
    }
}

void
tb_predict_print (const TbPredictAnswer *a)
{
  static const char *const hows[] = { "", ", nearly", ", roughly (see below; --simulate knows better)", ", simulated" };
  const TbPrediction *p = a->prediction;
  int width = widest (a->net);
  g_autofree char *bottleneck = tb_cli_plain (p->bottleneck);
  if (p->local)
    printf ("On this machine, whose %u core%s all share%s:\n", a->net->devices[0].cores,
            a->net->devices[0].cores == 1 ? "" : "s", hows[p->how]);
  else
    printf ("On the drawn devices, without taps%s:\n", hows[p->how]);
  for (guint k = 0; k < p->n_sources; k++)
    print_source (a, k);
  printf ("  %s\n", bottleneck);
  if (p->how == TB_PREDICTED_BY_SIMULATION)
    printf ("  Simulated: %.1f s, %" G_GUINT64_FORMAT " events, seed %" G_GUINT64_FORMAT "; ± is a 95 %% interval.\n",
            p->simulated_s, p->events, p->seed);
  if (p->n_sources > 0)
    {
      print_stations (a, width);
      print_links (a, width);
    }
  if (a->measured != NULL)
    print_measured (a);
  if (a->notes->len + p->notes->len > 0)
    printf ("\nTaken for granted, besides exponential service:\n");
  print_notes (a->notes);
  print_notes (p->notes);
}

/* ---- Availability and staleness ------------------------------------------------------------------------- */

void
tb_predict_print_availability (const TbModel *model)
{
  g_autoptr (TbFailure) failure = tb_failure_new (model);
  guint n;
  const TbUid *goals = tb_failure_goals (failure, &n);
  g_autofree char *points = tb_failure_single_points_text (failure);
  printf ("\nAvailability:\n");
  for (guint i = 0; i < n; i++)
    {
      TbUptime availability;
      const TbElement *goal = tb_model_get (model, goals[i]);
      tb_failure_availability (failure, goals[i], &availability);
      g_autofree char *text = tb_uptime_text (&availability);
      g_autofree char *name = tb_cli_plain (tb_element_title (goal));
      printf ("  %s: %s\n", name, text);
    }
  g_autofree char *plain = tb_cli_plain (points);
  printf ("  %s\n", plain);
}

/* Of stores whose reads need not meet the latest write. */
void
tb_predict_print_staleness (const TbModel *model)
{
  for (guint i = 0; i < tb_model_count (model, TB_KIND_COMPONENT); i++)
    {
      const TbElement *component = tb_model_nth (model, TB_KIND_COMPONENT, i);
      TbCapStore store;
      if (!tb_cap_store_of (component, &store) || store.protocol != TB_CAP_QUORUM || store.r + store.w > store.copies)
        continue;
      g_autofree char *name = tb_cli_plain (tb_element_title (component));
      printf ("\nStale reads of %s (N %u, R %u, W %u): the chance that one returns none of the last\n ", name, store.copies,
              store.r, store.w);
      for (guint k = 1; k <= 3; k++)
        printf (" %u version%s %.3f%s", k, k == 1 ? "" : "s", tb_stale_chance (store.copies, store.r, store.w, k),
                k < 3 ? "," : "\n");
    }
}
