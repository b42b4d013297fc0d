/* Rows: from the arrays of a prediction to what a person reads. */
#include "forecast.h"

#include <math.h>
#include <string.h>

#include "format.h"

#define ENOUGH 30     /* requests: fewer say nothing */
#define CORES_LEAST 0.02 /* less is not worth a word */

/* ---- Measured ------------------------------------------------------------------------------------------ */

/* All that calls a station, or, of a client, all that it calls. */
static TbMeasuredLink
measured_around (const TbQueueNet *net, const TbMeasured *measured, guint station, gboolean client)
{
  TbMeasuredLink sum = { .p95_ns = NAN, .latency_ns = NAN };
  double waited = 0;
  for (guint i = 0; measured != NULL && i < net->n_links; i++)
    {
      const TbMeasuredLink *m = &measured->links[i];
      if ((client ? net->links[i].from : net->links[i].to) != station || net->links[i].async || !(m->rate_per_s > 0))
        continue;
      sum.p95_ns = sum.rate_per_s > 0 ? NAN : m->p95_ns;
      sum.rate_per_s += m->rate_per_s;
      waited += m->rate_per_s * m->latency_ns;
    }
  if (sum.rate_per_s > 0)
    sum.latency_ns = waited / sum.rate_per_s;
  return sum;
}

static void
set_measured (TbForecastRow *row, const TbMeasured *measured, const TbMeasuredLink *m)
{
  if (measured == NULL || !(m->rate_per_s * measured->seconds >= ENOUGH))
    return;
  row->measured_rate = m->rate_per_s;
  row->measured_ns = m->latency_ns;
  row->measured_p95_ns = m->p95_ns;
}

/* ---- Rows ----------------------------------------------------------------------------------------------- */

static void
row_free (gpointer data)
{
  TbForecastRow *row = data;
  g_free (row->title);
  g_free (row->busy_text);
  g_free (row->difference);
  g_free (row);
}

static TbForecastRow *
new_row (GPtrArray *rows, const TbModel *model, TbUid uid)
{
  const TbElement *element = tb_model_get (model, uid);
  TbForecastRow *row = g_new0 (TbForecastRow, 1);
  row->uid = uid;
  row->title = element != NULL ? tb_format_element (model, element) : g_strdup ("");
  row->busy = row->waiting = row->rate = row->mean_ns = row->p95_ns = NAN;
  row->measured_rate = row->measured_ns = row->measured_p95_ns = row->measured_cores = NAN;
  g_ptr_array_add (rows, row);
  return row;
}

static void
set_times (TbForecastRow *row, const TbFigure *rate, const TbTimes *times)
{
  row->rate = rate->value;
  row->half_rate = rate->half;
  row->mean_ns = times->mean.value;
  row->half_ns = times->mean.half;
  row->p95_ns = times->p95;
}

/* Of its devices' cores, the share that is taken by all that runs there: it waits for that as much as for its own. */
static double
busiest_device (const TbQueueNet *net, const TbPrediction *p, guint station)
{
  const TbStation *t = &net->stations[station];
  double most = NAN;
  for (guint i = 0; i < t->replicas && t->device != NULL && !t->outside; i++)
    if (t->device[i] < p->n_devices)
      most = fmax (most, p->devices[t->device[i]].utilisation);
  return most;
}

static void
set_busy (TbForecastRow *row, const TbQueueNet *net, const TbPrediction *p, guint station)
{
  const TbStationAnswer *s = &p->stations[station];
  g_autoptr (GString) text = g_string_new (NULL);
  const TbStation *t = &net->stations[station];
  double alone = t->one_reads && t->one_writes ? t->threads : s->threads; /* a leader's are the only ones that are asked */
  double threads = alone > 0 ? s->threads_busy / alone : NAN, device = busiest_device (net, p, station);
  row->busy = fmax (threads, s->cores >= CORES_LEAST ? device : NAN);
  row->waiting = s->queue.value;
  if (!t->known && t->role != TB_ROLE_CLIENT)
    g_string_append (text, "what it costs is not known");
  if (s->threads > 0 && isfinite (s->threads_busy))
    g_string_append_printf (text, "%sthreads %.2g of %.0f", text->len > 0 ? " · " : "", s->threads_busy >= 0.05 ? s->threads_busy : 0, alone);
  if (s->cores >= CORES_LEAST)
    g_string_append_printf (text, "%s%.2g cores", text->len > 0 ? " · " : "", s->cores);
  row->busy_text = g_string_free (g_steal_pointer (&text), FALSE);
}

/* Whether a round is one request: of several, each is measured for itself. */
static gboolean
asks_once (const TbStation *client)
{
  double visits = 0;
  for (guint i = 0; i < client->n_calls; i++)
    visits += client->calls[i].visits;
  return fabs (visits - 1) < 1e-6;
}

static void
add_station (GPtrArray *rows, const TbModel *model, const TbQueueNet *net, const TbPrediction *p, const TbMeasured *measured, guint station,
             guint source)
{
  gboolean client = source != TB_QUEUE_NONE;
  const TbStationAnswer *s = &p->stations[station];
  TbForecastRow *row = new_row (rows, model, net->stations[station].uid);
  TbMeasuredLink m = measured_around (net, measured, station, client);
  double cores = measured != NULL ? measured->stations[station].cores : NAN;
  row->client = client;
  if (client)
    set_times (row, &p->sources[source].throughput_per_s, &p->sources[source].response);
  else
    set_times (row, &s->arrivals_per_s, &s->residence);
  set_busy (row, net, p, station);
  row->measured_cores = cores >= CORES_LEAST ? cores : NAN;
  if (!client || asks_once (&net->stations[station]))
    set_measured (row, measured, &m);
}

static void
add_links (GPtrArray *rows, const TbModel *model, const TbQueueNet *net, const TbPrediction *p, const TbMeasured *measured)
{
  for (guint i = 0; i < net->n_links; i++)
    {
      TbForecastRow *row = new_row (rows, model, net->links[i].uid);
      row->link = TRUE;
      set_times (row, &p->links[i].calls_per_s, &p->links[i].latency);
      row->busy_text = g_strdup ("");
      if (measured != NULL)
        set_measured (row, measured, &measured->links[i]);
    }
}

GPtrArray *
tb_forecast_rows (const TbModel *model, const TbQueueNet *net, const TbPrediction *p, const TbMeasured *measured)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (row_free);
  g_autofree guint *source_of = g_new (guint, MAX (net->n_stations, 1));
  for (guint i = 0; i < net->n_stations; i++)
    source_of[i] = TB_QUEUE_NONE;
  for (guint i = 0; i < net->n_sources; i++)
    source_of[net->sources[i].station] = i;
  for (guint clients = 2; clients-- > 0;)
    for (guint i = 0; i < net->n_stations; i++)
      if ((source_of[i] != TB_QUEUE_NONE) == (clients != 0))
        add_station (rows, model, net, p, measured, i, source_of[i]);
  add_links (rows, model, net, p, measured);
  for (guint i = 0; i < rows->len; i++)
    {
      TbForecastRow *row = rows->pdata[i];
      row->difference = tb_forecast_difference (row->rate, row->measured_rate, row->mean_ns, row->measured_ns);
    }
  return rows;
}
