/* Predictions as tables for people. */
#include <math.h>
#include <stdio.h>

#include "cli.h"
#include "predict-private.h"
#include "recording.h"
#include "tb-failure.h"

#define WIDTH 80     /* of a line */
#define NAME_MOST 22 /* of an id; what is longer is cut */

/* Takes the text, prints it in lines that begin with so many blanks, the first with its mark. */
static void
print_wrapped (const char *mark, char *text)
{
  g_autofree char *plain = tb_cli_plain (text);
  g_auto (GStrv) words = g_strsplit (plain, " ", -1);
  glong indent = g_utf8_strlen (mark, -1), at = indent;
  g_free (text);
  printf ("%s", mark);
  for (guint i = 0; words[i] != NULL; i++)
    {
      glong length = g_utf8_strlen (words[i], -1);
      if (i > 0 && at + 1 + length > WIDTH)
        {
          printf ("\n%*s", (int) indent, "");
          at = indent;
        }
      else if (i > 0)
        at += printf (" ");
      printf ("%s", words[i]);
      at += length;
    }
  printf ("\n");
}

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
  g_autofree char *plain = tb_cli_plain (name), *head = g_utf8_substring (plain, 0, MIN (g_utf8_strlen (plain, -1), NAME_MOST - 1));
  g_autofree char *shown = g_utf8_strlen (plain, -1) > NAME_MOST ? g_strconcat (head, "…", NULL) : g_strdup (plain);
  int blanks = width - (int) g_utf8_strlen (shown, -1);
  printf ("  %s%*s", shown, MAX (blanks, 0), "");
}

/* "0.3": half an interval is not known to more digits than two. */
static double
two_digits (double half)
{
  double unit = half > 0 && isfinite (half) ? pow (10, floor (log10 (half)) - 1) : 1;
  return round (half / unit) * unit;
}

/* "38.5" or "38.5 ±0.3" */
static char *
estimate_text (const TbFigure *e)
{
  g_autofree char *value = tb_number_text (e->value), *half = g_strdup_printf ("%.2g", two_digits (e->half));
  if (isnan (e->value))
    return g_strdup ("–");
  return e->half >= 0.001 * e->value && isfinite (e->half) ? g_strdup_printf ("%s ±%s", value, half) : g_steal_pointer (&value);
}

static char *
times_text (const TbTimes *t)
{
  g_autofree char *mean = tb_time_text (t->mean.value);
  if (isnan (t->mean.value))
    return g_strdup ("–");
  double share = 100 * t->mean.half / t->mean.value;
  return share >= 0.05 && isfinite (share) ? g_strdup_printf ("%s ±%.1f %%", mean, share) : g_steal_pointer (&mean);
}

static void
print_percentiles (const TbTimes *t)
{
  g_autofree char *p50 = tb_time_text (t->p50), *p95 = tb_time_text (t->p95), *p99 = tb_time_text (t->p99);
  if (!isnan (t->p99))
    printf ("    half within %s, 95 %% within %s, 99 %% within %s\n", p50, p95, p99);
}

/* The second line: what nothing exceeds. */
static char *
bounds_text (const TbPredictAnswer *a, guint k)
{
  const TbSourceAnswer *s = &a->prediction->sources[k];
  g_autofree char *most = tb_number_text (s->most_per_s), *least = tb_time_text (s->least_ns), *knee = tb_number_text (s->knee);
  if (!isfinite (s->knee))
    return g_strdup_printf ("at most %s requests/s, in no less than %s", most, least);
  return g_strdup_printf ("at most %s requests/s, in no less than %s; beyond %s customers they only wait longer (there are %u)", most, least,
                          knee, a->net->sources[k].population);
}

static void
print_source (const TbPredictAnswer *a, guint k)
{
  const TbSourceAnswer *s = &a->prediction->sources[k];
  g_autofree char *rate = estimate_text (&s->throughput_per_s), *time = times_text (&s->response);
  gboolean endless = isinf (s->response.mean.value);
  print_wrapped ("  ", g_strdup_printf (endless ? "%s: %s requests/s, answered later and later" : "%s: %s requests/s, answered in %s",
                                        a->net->stations[s->station].title, rate, time));
  print_percentiles (&s->response);
  print_wrapped ("    ", bounds_text (a, k));
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
  return (int) MIN (most, NAME_MOST) + 1;
}

enum
{
  CELL_RATE = 14,
  CELL_TIME = 17,
  CELL_CORES = 8,
  CELL_THREADS = 16
};

static void
print_stations (const TbPredictAnswer *a, int width)
{
  printf ("\n");
  print_name ("component", width);
  print_cell ("requests/s", CELL_RATE);
  print_cell ("time", CELL_TIME);
  print_cell ("cores", CELL_CORES);
  print_cell ("threads busy", CELL_THREADS);
  printf ("\n");
  for (guint i = 0; i < a->net->n_stations; i++)
    {
      const TbStationAnswer *s = &a->prediction->stations[i];
      g_autofree char *rate = estimate_text (&s->arrivals_per_s), *time = times_text (&s->residence), *cores = tb_number_text (s->cores),
                      *busy = isnan (s->threads_busy) ? g_strdup ("–") : tb_number_text (s->threads_busy);
      g_autofree char *threads = s->threads > 0 ? g_strdup_printf ("%s of %.0f", busy, s->threads) : g_strdup (busy);
      if (!(s->arrivals_per_s.value > 0))
        continue;
      print_name (a->net->stations[i].id, width);
      print_cell (rate, CELL_RATE);
      print_cell (a->net->stations[i].known ? time : "not known", CELL_TIME);
      print_cell (cores, CELL_CORES);
      print_cell (threads, CELL_THREADS);
      printf ("\n");
    }
}

static void
print_links (const TbPredictAnswer *a, int width)
{
  printf ("\n");
  print_name ("link", width);
  print_cell ("calls/s", CELL_RATE);
  print_cell ("latency", CELL_TIME);
  printf ("\n");
  for (guint l = 0; l < a->net->n_links; l++)
    {
      const TbLinkAnswer *link = &a->prediction->links[l];
      g_autofree char *rate = estimate_text (&link->calls_per_s), *time = times_text (&link->latency);
      if (!(link->calls_per_s.value > 0))
        continue;
      print_name (a->net->links[l].id, width);
      print_cell (rate, CELL_RATE);
      print_cell (time, CELL_TIME);
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
    print_wrapped ("  – ", g_strdup (g_ptr_array_index (notes, i)));
}

static void
print_where (const TbPredictAnswer *a)
{
  static const char *const hows[] = { "computed exactly", "computed approximately", "computed roughly: --simulate knows better", "simulated" };
  guint cores = a->prediction->local ? a->net->devices[0].cores : 0;
  if (a->prediction->local)
    printf ("On this machine, whose %u core%s all share (%s):\n", cores, cores == 1 ? "" : "s", hows[a->prediction->how]);
  else
    printf ("On the drawn devices, without taps (%s):\n", hows[a->prediction->how]);
}

void
tb_predict_print (const TbPredictAnswer *a)
{
  const TbPrediction *p = a->prediction;
  int width = widest (a->net);
  g_autofree char *help = tb_advice_sentence (a->advice, a->net, p);
  print_where (a);
  for (guint k = 0; k < p->n_sources && !p->endless; k++)
    print_source (a, k);
  print_wrapped ("  ", g_strdup (p->bottleneck));
  if (*help != '\0')
    print_wrapped ("  ", g_strdup_printf ("%s%s", a->advice->len > 0 ? "What would help: " : "", help));
  if (p->how == TB_PREDICTED_BY_SIMULATION)
    print_wrapped ("  ", g_strdup_printf ("Simulated: %.1f s, %" G_GUINT64_FORMAT " events, seed %" G_GUINT64_FORMAT "; ± is a 95 %% interval.",
                                          p->simulated_s, p->events, p->seed));
  if (p->n_sources > 0 && !p->endless)
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
      print_wrapped ("  ", g_strdup_printf ("%s: %s", tb_element_title (goal), text));
    }
  print_wrapped ("  ", g_steal_pointer (&points));
}

static void
print_measured_staleness (const TbPredictAnswer *a, guint station, const TbStaleReads *stale)
{
  double measured = a->measured != NULL ? a->measured->stations[station].stale : NAN;
  if (isnan (measured))
    return;
  g_autofree char *words = isnan (stale->share) || (stale->share == 0 && measured == 0)
                             ? g_strdup_printf ("%.2g %% of reads were stale", 100 * measured)
                             : tb_difference_words ("Stale reads", "% of all", 100 * stale->share, 100 * measured);
  print_wrapped ("  ", g_strdup_printf ("%s.", words));
}

/* Of stores whose reads need not meet the latest write. */
void
tb_predict_print_staleness (const TbPredictAnswer *a)
{
  for (guint i = 0; i < a->net->n_stations; i++)
    {
      TbStaleReads stale;
      if (!tb_stale_reads_of (a->net, i, a->prediction, &stale))
        continue;
      g_autofree char *words = tb_stale_reads_sentence (&stale), *way = tb_time_text (stale.way_ns);
      printf ("\nStale reads:\n");
      print_wrapped ("  ", g_strdup_printf ("%s: %s A message takes %s each way%s.", a->net->stations[i].title, words, way,
                                            stale.usual ? ", exponentially" : ""));
      print_measured_staleness (a, i, &stale);
    }
}
