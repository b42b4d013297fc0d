/* Metrics of links and instances over time, as OTLP has them: a point a second. */
#include "otlp-private.h"

#include "config.h"

enum
{
  CUMULATIVE = 2
};

const double tb_otlp_bounds[TB_OTLP_BOUNDS]
  = { 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
      0.075,   0.1,    0.25,    0.5,    0.75,  1,      2.5,   5,    7.5,   10 };

/* ---- Attributes -------------------------------------------------------------------------------------- */

static void
begin_attribute (TbJson *json, const char *key)
{
  tb_json_begin_object (json, NULL);
  tb_json_string (json, "key", key);
  tb_json_begin_object (json, "value");
}

static void
end_attribute (TbJson *json)
{
  tb_json_end_object (json);
  tb_json_end_object (json);
}

void
tb_otlp_text (TbJson *json, const char *key, const char *value)
{
  begin_attribute (json, key);
  tb_json_string (json, "stringValue", value);
  end_attribute (json);
}

void
tb_otlp_time (TbJson *json, const char *name, gint64 real_ns)
{
  char text[24];
  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, real_ns);
  tb_json_string (json, name, text);
}

void
tb_otlp_integer (TbJson *json, const char *key, gint64 value)
{
  begin_attribute (json, key);
  tb_otlp_time (json, "intValue", value);
  end_attribute (json);
}

void
tb_otlp_number (TbJson *json, const char *key, double value)
{
  begin_attribute (json, key);
  tb_json_number (json, "doubleValue", value);
  end_attribute (json);
}

/* ---- Points ------------------------------------------------------------------------------------------ */

typedef struct
{
  const TbTour *tour;
  TbJson *json;
  const TbPastLink *link; /* or */
  const TbPastInstance *instance;
} Metrics;

/* Whose it is, and one more attribute (key NULL: none). */
static void
begin_point (Metrics *m, gint64 time_ns, const char *key, double number, const char *text)
{
  TbJson *json = m->json;
  tb_json_begin_object (json, NULL);
  tb_json_begin_array (json, "attributes");
  if (m->link != NULL)
    {
      tb_otlp_text (json, "tierboard.link", m->link->id);
      tb_otlp_text (json, "source", m->link->from);
      tb_otlp_text (json, "destination", m->link->to);
    }
  if (key != NULL && text != NULL)
    tb_otlp_text (json, key, text);
  else if (key != NULL)
    tb_otlp_number (json, key, number);
  tb_json_end_array (json);
  tb_otlp_time (json, "startTimeUnixNano", m->tour->realtime_ns);
  tb_otlp_time (json, "timeUnixNano", tb_tour_realtime_ns (m->tour, time_ns));
}

static void
begin_metric (Metrics *m, const char *name, const char *unit, const char *kind, gboolean sum)
{
  tb_json_begin_object (m->json, NULL);
  tb_json_string (m->json, "name", name);
  tb_json_string (m->json, "unit", unit);
  tb_json_begin_object (m->json, kind);
  if (sum)
    {
      tb_json_integer (m->json, "aggregationTemporality", CUMULATIVE);
      tb_json_boolean (m->json, "isMonotonic", TRUE);
    }
  tb_json_begin_array (m->json, "dataPoints");
}

static void
end_metric (Metrics *m)
{
  tb_json_end_array (m->json);
  tb_json_end_object (m->json);
  tb_json_end_object (m->json);
}

static const struct
{
  const char *name, *unit, *key, *text;
  gsize offset;
} sums_of_links[] = {
  { "tierboard.link.requests", "{request}", NULL, NULL, offsetof (TbPastSample, requests) },
  { "tierboard.link.replies", "{reply}", NULL, NULL, offsetof (TbPastSample, replies) },
  { "tierboard.link.errors", "{error}", NULL, NULL, offsetof (TbPastSample, errors) },
  { "tierboard.link.refused", "{connection}", NULL, NULL, offsetof (TbPastSample, refused) },
  { "tierboard.link.dropped", "{message}", NULL, NULL, offsetof (TbPastSample, dropped) },
  { "tierboard.link.io.upstream", "By", NULL, NULL, offsetof (TbPastSample, bytes_up) },
  { "tierboard.link.io.downstream", "By", NULL, NULL, offsetof (TbPastSample, bytes_down) },
};

static void
write_sums (Metrics *m, const GArray *series)
{
  for (guint f = 0; f < G_N_ELEMENTS (sums_of_links); f++)
    {
      guint64 sum = 0;
      begin_metric (m, sums_of_links[f].name, sums_of_links[f].unit, "sum", TRUE);
      for (guint i = 0; i < series->len; i++)
        {
          const TbPastSample *s = &g_array_index (series, TbPastSample, i);
          sum += G_STRUCT_MEMBER (guint64, s, sums_of_links[f].offset);
          begin_point (m, s->time_ns, NULL, 0, NULL);
          tb_otlp_time (m->json, "asInt", (gint64) sum);
          tb_json_end_object (m->json);
        }
      end_metric (m);
    }
}

static void
write_quantiles (Metrics *m, const GArray *series)
{
  static const struct
  {
    double quantile;
    gsize offset;
  } quantiles[] = { { 0.5, offsetof (TbPastSample, p50_ns) },
                    { 0.95, offsetof (TbPastSample, p95_ns) },
                    { 0.99, offsetof (TbPastSample, p99_ns) } };
  begin_metric (m, "tierboard.link.latency", "s", "gauge", FALSE);
  for (guint i = 0; i < series->len; i++)
    for (guint q = 0; q < G_N_ELEMENTS (quantiles); q++)
      {
        const TbPastSample *s = &g_array_index (series, TbPastSample, i);
        gint64 ns = G_STRUCT_MEMBER (gint64, s, quantiles[q].offset);
        if (ns < 0)
          continue;
        begin_point (m, s->time_ns, "quantile", quantiles[q].quantile, NULL);
        tb_json_number (m->json, "asDouble", (double) ns / 1e9);
        tb_json_end_object (m->json);
      }
  end_metric (m);
}

static void
write_histogram (Metrics *m, const guint64 *counts, double sum)
{
  char text[24];
  guint64 all = 0;
  begin_metric (m, "tierboard.link.request.duration", "s", "histogram", FALSE);
  begin_point (m, tb_past_end_ns (m->tour->past), NULL, 0, NULL);
  tb_json_begin_array (m->json, "bucketCounts");
  for (guint b = 0; b <= TB_OTLP_BOUNDS; b++)
    {
      g_snprintf (text, sizeof text, "%" G_GUINT64_FORMAT, counts[b]);
      tb_json_string (m->json, NULL, text);
      all += counts[b];
    }
  tb_json_end_array (m->json);
  tb_json_begin_array (m->json, "explicitBounds");
  for (guint b = 0; b < TB_OTLP_BOUNDS; b++)
    tb_json_number (m->json, NULL, tb_otlp_bounds[b]);
  tb_json_end_array (m->json);
  tb_otlp_time (m->json, "count", (gint64) all);
  tb_json_number (m->json, "sum", sum);
  tb_json_end_object (m->json);
  tb_json_end_array (m->json);
  tb_json_integer (m->json, "aggregationTemporality", CUMULATIVE);
  tb_json_end_object (m->json);
  tb_json_end_object (m->json);
}

static void
write_load (Metrics *m, const GArray *load)
{
  begin_metric (m, "tierboard.instance.cpu", "{cpu}", "gauge", FALSE);
  for (guint i = 0; i < load->len; i++)
    {
      const TbPastLoad *l = &g_array_index (load, TbPastLoad, i);
      begin_point (m, l->time_ns, NULL, 0, NULL);
      tb_json_number (m->json, "asDouble", l->cpu);
      tb_json_end_object (m->json);
    }
  end_metric (m);
  begin_metric (m, "tierboard.instance.memory", "By", "gauge", FALSE);
  for (guint i = 0; i < load->len; i++)
    {
      const TbPastLoad *l = &g_array_index (load, TbPastLoad, i);
      begin_point (m, l->time_ns, NULL, 0, NULL);
      tb_otlp_time (m->json, "asInt", (gint64) l->rss_bytes);
      tb_json_end_object (m->json);
    }
  end_metric (m);
}

/* ---- Requests ---------------------------------------------------------------------------------------- */

static void
begin_request (Metrics *m)
{
  TbJson *json = m->json;
  tb_json_clear (json);
  tb_json_begin_object (json, NULL);
  tb_json_begin_array (json, "resourceMetrics");
  tb_json_begin_object (json, NULL);
  tb_json_begin_object (json, "resource");
  tb_json_begin_array (json, "attributes");
  tb_otlp_text (json, "service.name", m->instance != NULL ? m->instance->component : "tierboard");
  if (m->instance != NULL)
    tb_otlp_text (json, "service.instance.id", m->instance->id);
  tb_json_end_array (json);
  tb_json_end_object (json);
  tb_json_begin_array (json, "scopeMetrics");
  tb_json_begin_object (json, NULL);
  tb_json_begin_object (json, "scope");
  tb_json_string (json, "name", "tierboard");
  tb_json_string (json, "version", TB_VERSION);
  tb_json_end_object (json);
  tb_json_begin_array (json, "metrics");
}

static gboolean
end_request (Metrics *m, const TbOtlpSink *sink, GError **error)
{
  tb_json_end_array (m->json);
  tb_json_end_object (m->json);
  tb_json_end_array (m->json);
  tb_json_end_object (m->json);
  tb_json_end_array (m->json);
  tb_json_end_object (m->json);
  return sink->take (TB_OTLP_METRICS, tb_json_text (m->json), sink->data, error);
}

static gboolean
write_link (Metrics *m, guint link, const guint64 *counts, double sum, const TbOtlpSink *sink, GError **error)
{
  g_autoptr (GArray) series = tb_past_series (m->tour->past, link);
  m->link = tb_past_link (m->tour->past, link);
  m->instance = NULL;
  begin_request (m);
  if (series != NULL)
    {
      write_sums (m, series);
      write_quantiles (m, series);
    }
  write_histogram (m, counts, sum);
  return end_request (m, sink, error);
}

static gboolean
write_instance (Metrics *m, guint instance, const TbOtlpSink *sink, GError **error)
{
  g_autoptr (GArray) load = tb_past_load (m->tour->past, instance);
  m->link = NULL;
  m->instance = tb_past_instance (m->tour->past, instance);
  begin_request (m);
  if (load != NULL)
    write_load (m, load);
  return end_request (m, sink, error);
}

gboolean
tb_otlp_metrics (const TbTour *tour, const guint64 *counts, const double *sums, const TbOtlpSink *sink,
                 GError **error)
{
  Metrics m = { .tour = tour, .json = tb_json_new () };
  gboolean good = TRUE;
  for (guint i = 0; good && i < tb_past_n_links (tour->past); i++)
    good = tb_plan_is_probe (tb_past_link (tour->past, i)->id) || write_link (&m, i, counts + (gsize) i * (TB_OTLP_BOUNDS + 1), sums[i], sink, error);
  for (guint i = 0; good && i < tb_past_n_instances (tour->past); i++)
    good = tb_plan_is_probe (tb_past_instance (tour->past, i)->id) || write_instance (&m, i, sink, error);
  tb_json_free (m.json);
  return good;
}
