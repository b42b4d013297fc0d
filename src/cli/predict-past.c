/* What recordings say: what components cost, and what was measured beside a prediction. */
#include <math.h>

#include "cli.h"
#include "predict-private.h"
#include "recording.h"
#include "tb-verdicts.h"

static void
set_staleness (TbMeasured *measured, const TbQueueNet *net, TbPast *past)
{
  g_autoptr (TbVerdicts) verdicts = tb_verdicts_new (past);
  tb_verdicts_look (verdicts, TRUE);
  for (guint i = 0; i < net->n_stations; i++)
    {
      const TbStoreVerdict *store = net->stations[i].id != NULL ? tb_verdicts_of (verdicts, net->stations[i].id) : NULL;
      if (store != NULL && store->verdict.reads > 0)
        measured->stations[i].stale = (double) store->verdict.stale_reads / (double) store->verdict.reads;
    }
}

TbMeasured *
tb_predict_measured (const TbQueueNet *net, const char *recording)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TbPast) past = tb_cli_open_recording (recording);
  TbMeasured *measured = past != NULL ? tb_measured_from_past (past, net, 0, 0, &error) : NULL;
  if (error != NULL)
    tb_cli_error ("%s: %s", recording, error->message);
  if (measured != NULL)
    set_staleness (measured, net, past);
  return measured;
}

/* The recorded drawing is what was measured: it may have other clients, replicas, threads. */
GArray *
tb_predict_learn (const TbModel *model, const TbQueueOptions *options, const char *recording)
{
  g_autoptr (TbPast) past = tb_cli_open_recording (recording);
  g_autoptr (TbModel) drawn = past != NULL ? tb_cli_drawing_of (past, tb_past_end_ns (past)) : NULL;
  TbQueueOptions own = *options;
  g_autoptr (GError) error = NULL;
  if (past == NULL)
    return NULL;
  own.what_if = NULL;
  own.n_what_if = 0;
  g_autoptr (TbQueueNet) net = tb_queue_net_new (drawn != NULL ? drawn : model, &own, NULL);
  g_autoptr (TbMeasured) measured = tb_measured_from_past (past, net, 0, 0, &error);
  if (measured == NULL)
    {
      tb_cli_error ("%s: %s", recording, error->message);
      return NULL;
    }
  GArray *found = tb_calibrate (drawn != NULL ? drawn : model, &own, measured);
  for (guint i = 0; i < found->len && drawn != NULL; i++)
    {
      TbCalibration *c = &g_array_index (found, TbCalibration, i);
      const TbElement *then = tb_model_get (drawn, c->uid);
      const TbElement *now = then != NULL ? tb_model_lookup (model, tb_element_id (then)) : NULL;
      if (c->uid != 0)
        c->uid = now != NULL ? tb_element_uid (now) : G_MAXUINT32; /* which nobody has */
    }
  return found;
}
