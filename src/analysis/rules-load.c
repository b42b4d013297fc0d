/* What is asked of a drawing, against what it can do on its own devices: by the same prediction that people are shown. */
#include <math.h>

#include "rules-private.h"
#include "tb-predict.h"

/* So many stations and sources are predicted within some milliseconds; of larger drawings only who asks sees it. */
#define WORK_MAX 4000
#define BUSY 0.8
#define OVER 1.02 /* what is full by waiting customers comes out a little above 1 */

struct _TbRuleLoad
{
  TbQueueNet *net;
  TbPrediction *prediction; /* NULL: nobody asks, or it would take too long */
};
typedef struct _TbRuleLoad Load;

/* Where messages go in a circle, figures of how many there will be mean nothing: the circle is said instead. */
static gboolean
goes_in_circles (const TbRuleRun *run)
{
  g_autofree guint *number = g_new (guint, run->n_parts + 1);
  return tb_rule_circles (run, TRUE, number) < run->n_parts;
}

/* Read when it is asked first. Of a sketch nothing is known that could be computed with. */
static const Load *
load_of (TbRuleRun *run)
{
  if (run->load != NULL)
    return run->load;
  Load *load = run->load = g_new0 (Load, 1);
  load->net = tb_queue_net_new (run->model, NULL, NULL);
  if (run->described && !goes_in_circles (run) && load->net->n_sources > 0 && load->net->n_sources * load->net->n_stations <= WORK_MAX)
    load->prediction = tb_predict (load->net);
  return load;
}

void
tb_rule_load_free (TbRuleLoad *load)
{
  if (load == NULL)
    return;
  tb_queue_net_free (load->net);
  tb_prediction_free (load->prediction);
  g_free (load);
}

static double
asked_of (const Load *load, guint station)
{
  const TbStationAnswer *answer = &load->prediction->stations[station];
  return answer->arrivals_per_s.value / answer->ceiling_per_s;
}

/* Whether all requests come at a rate, whoever still waits for an answer. */
static gboolean
is_open (const TbQueueNet *net)
{
  for (guint i = 0; i < net->n_sources; i++)
    if (net->sources[i].rate_per_s <= 0)
      return FALSE;
  return net->n_sources > 0;
}

/* More comes than can be done: without end. Nearly as much: long waits, where it comes at a rate; customers who wait for
 * answers ask no more than can be done, and meet their limit somewhere always. */
static TbSeverity
how_bad (const TbRuleRun *run, double use)
{
  return use > OVER ? TB_SEVERITY_ERROR : is_open (run->load->net) ? TB_SEVERITY_WARNING : TB_SEVERITY_INFO;
}

static void
say_busy (TbRuleRun *run, const TbRule *rule, TbUid uid, double use, const char *what)
{
  const TbElement *e = uid != 0 ? tb_model_get (run->model, uid) : NULL;
  if (e == NULL || !(use >= BUSY))
    return;
  TbRuleFinding *finding
    = use > OVER ? tb_rule_say (run, rule, e, "%.0f %% of what its %s can do is asked of it", 100 * use, what)
                   : tb_rule_say (run, rule, e, "its %s will be %.0f %% busy with what the clients ask", what, 100 * MIN (use, 1));
  finding->problem.severity = how_bad (run, use);
}

/* Of a device whose sources come at a rate more may be asked than it has. */
static double
device_use (const Load *load, guint device)
{
  guint cores = load->net->devices[device].cores;
  return cores > 0 ? load->prediction->devices[device].cores_busy / cores : 0;
}

void
tb_rule_saturated (TbRuleRun *run, const TbRule *rule)
{
  const Load *load = load_of (run);
  for (guint i = 0; load->prediction != NULL && i < load->net->n_stations; i++)
    if (load->net->stations[i].role != TB_ROLE_CLIENT && load->net->stations[i].threads > 0)
      say_busy (run, rule, load->net->stations[i].uid, asked_of (load, i),
                load->net->stations[i].threads == 1 ? "one thread" : "threads");
  for (guint d = 0; load->prediction != NULL && d < load->net->n_devices; d++)
    say_busy (run, rule, load->net->devices[d].uid, device_use (load, d), "cores");
}

/* The mean of what is drawn of it, without waits and what it calls: it can be no less. */
static double
work_ns (const TbStation *station)
{
  return station->work[0].mean_ns + station->extra_ns;
}

static void
say_short (TbRuleRun *run, const TbRule *rule, const TbCallOut *call, const TbStation *callee)
{
  const TbElement *link = tb_model_nth (run->model, TB_KIND_LINK, call->link);
  gint64 fitting = ((gint64) (2 * work_ns (callee) / 1e6) + 1) * 1000000;
  g_autofree char *timeout = tb_rule_duration (call->timeout_ns), *work = tb_rule_duration ((gint64) work_ns (callee)),
                  *longer = tb_rule_duration (fitting), *label = g_strdup_printf ("Wait %s", longer);
  TbRuleFinding *finding = tb_rule_say (run, rule, link, "it gives up after %s, but %s alone works %s on a request", timeout,
                                        callee->id, work);
  tb_finding_also (finding, tb_model_get (run->model, callee->uid));
  if (tb_element_get_ns (link, TB_PROP_TIMEOUT) == call->timeout_ns)
    tb_finding_fix_set (finding, label, link, TB_PROP_TIMEOUT, longer);
}

void
tb_rule_short_timeouts (TbRuleRun *run, const TbRule *rule)
{
  const TbQueueNet *net = load_of (run)->net;
  for (guint i = 0; i < net->n_stations; i++)
    for (guint k = 0; k < net->stations[i].n_calls; k++)
      {
        const TbCallOut *call = &net->stations[i].calls[k];
        const TbStation *callee = call->n_deliveries == 0 ? &net->stations[call->station] : NULL;
        if (callee != NULL && !call->async && call->timeout_ns > 0 && callee->known && work_ns (callee) > (double) call->timeout_ns)
          say_short (run, rule, call, callee);
      }
}

static gboolean
delivers_to (const TbCallOut *call, guint station)
{
  for (guint d = 0; d < call->n_deliveries; d++)
    if (call->deliveries[d].station == station)
      return TRUE;
  return FALSE;
}

/* Whether requests come to it that nobody waits for. */
static gboolean
is_sent_to (const TbQueueNet *net, guint station)
{
  for (guint i = 0; i < net->n_stations; i++)
    for (guint k = 0; k < net->stations[i].n_calls; k++)
      {
        const TbCallOut *call = &net->stations[i].calls[k];
        if ((call->async && call->station == station) || delivers_to (call, station))
          return TRUE;
      }
  return FALSE;
}

void
tb_rule_unbounded (TbRuleRun *run, const TbRule *rule)
{
  const Load *load = load_of (run);
  for (guint i = 0; load->prediction != NULL && i < load->net->n_stations; i++)
    {
      const TbElement *e = tb_model_get (run->model, load->net->stations[i].uid);
      if (e == NULL || !(asked_of (load, i) >= 1) || !is_sent_to (load->net, i))
        continue;
      g_autofree char *rate = tb_number_text (load->prediction->stations[i].arrivals_per_s.value),
                      *most = tb_number_text (load->prediction->stations[i].ceiling_per_s);
      tb_rule_say (run, rule, e, "%s messages/s come, and it takes %s/s: its queue grows without end", rate, most);
    }
}
