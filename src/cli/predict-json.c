/* Predictions for programs: times in ns, rates a second; null: not known. */
#include <math.h>

#include "predict-private.h"
#include "tb-failure.h"

static void
write_number (TbJson *json, const char *name, double value)
{
  if (isfinite (value))
    tb_json_number (json, name, value);
  else
    tb_json_null (json, name);
}

static void
write_estimate (TbJson *json, const char *name, const TbFigure *e)
{
  g_autofree char *half = g_strconcat (name, "_half", NULL);
  write_number (json, name, e->value);
  if (e->half > 0)
    write_number (json, half, e->half);
}

static void
write_times (TbJson *json, const char *name, const TbTimes *t)
{
  static const char *const ends[] = { "_p50_ns", "_p95_ns", "_p99_ns" };
  const double values[] = { t->p50, t->p95, t->p99 };
  g_autofree char *mean = g_strconcat (name, "_ns", NULL);
  write_estimate (json, mean, &t->mean);
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *percentile = g_strconcat (name, ends[i], NULL);
      if (!isnan (values[i]))
        write_number (json, percentile, values[i]);
    }
}

static void
write_sources (TbJson *json, const TbPredictAnswer *a)
{
  tb_json_begin_array (json, "clients");
  for (guint k = 0; k < a->prediction->n_sources; k++)
    {
      const TbSourceAnswer *s = &a->prediction->sources[k];
      tb_json_begin_object (json, NULL);
      tb_json_string (json, "id", a->net->stations[s->station].id);
      write_number (json, "customers", a->net->sources[k].rate_per_s > 0 ? NAN : a->net->sources[k].population);
      write_estimate (json, "throughput_per_s", &s->throughput_per_s);
      write_times (json, "response", &s->response);
      write_estimate (json, "errors_per_s", &s->errors_per_s);
      write_number (json, "most_per_s", s->most_per_s);
      write_number (json, "least_ns", s->least_ns);
      write_number (json, "knee", s->knee);
      if (a->measured != NULL)
        {
          write_number (json, "measured_per_s", tb_measured_rounds (a->net, a->measured, s->station));
          write_number (json, "measured_response_ns", tb_measured_response_ns (a->net, a->measured, s->station));
        }
      tb_json_end_object (json);
    }
  tb_json_end_array (json);
}

static void
write_stations (TbJson *json, const TbPredictAnswer *a)
{
  tb_json_begin_array (json, "components");
  for (guint i = 0; i < a->prediction->n_stations; i++)
    {
      const TbStationAnswer *s = &a->prediction->stations[i];
      tb_json_begin_object (json, NULL);
      tb_json_string (json, "id", a->net->stations[i].id);
      tb_json_boolean (json, "known", a->net->stations[i].known);
      write_estimate (json, "arrivals_per_s", &s->arrivals_per_s);
      write_times (json, "residence", &s->residence);
      write_number (json, "cores", s->cores);
      write_number (json, "threads_busy", s->threads_busy);
      write_number (json, "threads", s->threads > 0 ? s->threads : NAN);
      write_estimate (json, "queue", &s->queue);
      write_number (json, "ceiling_per_s", s->ceiling_per_s);
      write_number (json, "refused_per_s", s->refused_per_s);
      if (a->measured != NULL)
        write_number (json, "measured_cores", a->measured->stations[i].cores);
      tb_json_end_object (json);
    }
  tb_json_end_array (json);
}

static void
write_links (TbJson *json, const TbPredictAnswer *a)
{
  tb_json_begin_array (json, "links");
  for (guint l = 0; l < a->prediction->n_links; l++)
    {
      tb_json_begin_object (json, NULL);
      tb_json_string (json, "id", a->net->links[l].id);
      write_estimate (json, "calls_per_s", &a->prediction->links[l].calls_per_s);
      write_times (json, "latency", &a->prediction->links[l].latency);
      if (a->measured != NULL)
        {
          write_number (json, "measured_per_s", a->measured->links[l].rate_per_s);
          write_number (json, "measured_latency_ns", a->measured->links[l].latency_ns);
        }
      tb_json_end_object (json);
    }
  tb_json_end_array (json);
}

static void
write_devices (TbJson *json, const TbPredictAnswer *a)
{
  tb_json_begin_array (json, "devices");
  for (guint d = 0; d < a->prediction->n_devices; d++)
    {
      tb_json_begin_object (json, NULL);
      tb_json_string (json, "id", a->net->devices[d].id);
      write_number (json, "cores", a->net->devices[d].cores > 0 ? a->net->devices[d].cores : NAN);
      write_number (json, "cores_busy", a->prediction->devices[d].cores_busy);
      write_number (json, "utilisation", a->prediction->devices[d].utilisation);
      tb_json_end_object (json);
    }
  tb_json_end_array (json);
}

/* What would help, best first. */
static void
write_advice (TbJson *json, const TbPredictAnswer *a)
{
  tb_json_begin_array (json, "advice");
  for (guint i = 0; i < a->advice->len; i++)
    {
      const TbAdvice *advice = a->advice->pdata[i];
      tb_json_begin_object (json, NULL);
      tb_json_string (json, "words", advice->words);
      write_number (json, "throughput_per_s", advice->rate_per_s);
      write_number (json, "response_ns", advice->response_ns);
      tb_json_end_object (json);
    }
  tb_json_end_array (json);
}

static void
write_notes (TbJson *json, const TbPredictAnswer *a)
{
  tb_json_begin_array (json, "notes");
  for (guint i = 0; i < a->notes->len; i++)
    tb_json_string (json, NULL, g_ptr_array_index (a->notes, i));
  for (guint i = 0; i < a->prediction->notes->len; i++)
    tb_json_string (json, NULL, g_ptr_array_index (a->prediction->notes, i));
  tb_json_end_array (json);
}

void
tb_predict_json (TbJson *json, const TbPredictAnswer *a)
{
  static const char *const hows[] = { "exact", "approximate", "rough", "simulated" };
  const TbPrediction *p = a->prediction;
  guint device = p->bottleneck_device, station = p->bottleneck_station;
  tb_json_begin_object (json, NULL);
  tb_json_string (json, "where", a->where);
  tb_json_string (json, "how", hows[p->how]);
  tb_json_boolean (json, "overloaded", p->overloaded);
  tb_json_boolean (json, "threads_matter", p->threads_matter);
  tb_json_string (json, "bottleneck", p->bottleneck);
  tb_json_string (json, "bottleneck_device", device != TB_QUEUE_NONE ? a->net->devices[device].id : NULL);
  tb_json_string (json, "bottleneck_component", station != TB_QUEUE_NONE ? a->net->stations[station].id : NULL);
  write_number (json, "tap_utilisation", p->tap_utilisation);
  if (p->how == TB_PREDICTED_BY_SIMULATION)
    {
      tb_json_integer (json, "seed", (gint64) p->seed);
      tb_json_integer (json, "events", (gint64) p->events);
      write_number (json, "simulated_s", p->simulated_s);
    }
  write_sources (json, a);
  write_stations (json, a);
  write_links (json, a);
  write_devices (json, a);
  write_advice (json, a);
  write_notes (json, a);
  tb_json_end_object (json);
}

void
tb_predict_json_availability (TbJson *json, const TbModel *model)
{
  g_autoptr (TbFailure) failure = tb_failure_new (model);
  guint n;
  const TbUid *goals = tb_failure_goals (failure, &n);
  tb_json_begin_array (json, "availability");
  for (guint i = 0; i < n; i++)
    {
      TbUptime availability;
      tb_failure_availability (failure, goals[i], &availability);
      tb_json_begin_object (json, NULL);
      tb_json_string (json, "id", tb_element_id (tb_model_get (model, goals[i])));
      write_number (json, "up", availability.said > 0 ? availability.up : NAN);
      write_number (json, "low", availability.said > 0 ? availability.low : NAN);
      write_number (json, "high", availability.said > 0 ? availability.high : NAN);
      write_number (json, "minutes_a_year", availability.said > 0 ? availability.minutes_a_year : NAN);
      tb_json_end_object (json);
    }
  tb_json_end_array (json);
}

void
tb_predict_json_staleness (TbJson *json, const TbPredictAnswer *a)
{
  const TbQueueNet *net = a->net;
  tb_json_begin_array (json, "staleness");
  for (guint i = 0; i < net->n_stations; i++)
    {
      const TbCapStore *store = &net->stations[i].store;
      TbStaleReads stale = { .share = 0 };
      gboolean quorum = net->stations[i].keeps_data && store->protocol == TB_CAP_QUORUM;
      if (!tb_stale_reads_of (net, i, a->prediction, &stale) && !quorum)
        continue;
      tb_json_begin_object (json, NULL);
      tb_json_string (json, "id", net->stations[i].id);
      tb_json_integer (json, "n", quorum ? store->copies : stale.n);
      tb_json_integer (json, "r", quorum ? store->r : stale.r);
      tb_json_integer (json, "w", quorum ? store->w : stale.w);
      write_number (json, "stale_share", stale.share);
      tb_json_number (json, "stale", stale.most[0]);
      tb_json_number (json, "stale_last_two", stale.most[1]);
      tb_json_number (json, "stale_at_once", stale.at_once);
      tb_json_number (json, "stale_until_ns", stale.until_ns);
      if (a->measured != NULL)
        write_number (json, "measured_stale_share", a->measured->stations[i].stale);
      tb_json_end_object (json);
    }
  tb_json_end_array (json);
}
