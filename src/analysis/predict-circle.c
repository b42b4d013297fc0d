/* Calls that go round for ever: nobody who waits for them is ever answered (our programs give up the 64th of a circle, and so all of
 * it), and there is nothing to compute. */
#include <math.h>

#include "predict-private.h"

#define NAMED_MAX 4

static char *
words_of (const TbQueueNet *net, const gboolean *round)
{
  g_autoptr (GString) names = g_string_new (NULL);
  guint n = 0, of = 0;
  for (guint i = 0; i < net->n_stations; i++)
    of += round[i] ? 1 : 0;
  for (guint i = 0; i < net->n_stations; i++)
    if (round[i] && n++ < NAMED_MAX)
      g_string_append_printf (names, "%s%s", n == 1 ? "" : n == of && of <= NAMED_MAX ? " and " : ", ", net->stations[i].title);
  if (n > NAMED_MAX)
    g_string_append_printf (names, " and %u more", n - NAMED_MAX);
  if (n == 1)
    return g_strdup_printf ("%s calls itself and waits for the answer: no request is ever answered. A call that is async, or made for a share of "
                            "requests only, would end it.", names->str);
  return g_strdup_printf ("%s call each other in a circle and wait for the answers: no request is ever answered. One call of it that is async, "
                          "or made for a share of requests only, would end it.", names->str);
}

TbPrediction *
tb_predict_circle (const TbQueueNet *net)
{
  g_autofree gboolean *round = g_new0 (gboolean, net->n_stations + 1);
  TbPrediction *p = NULL;
  for (guint k = 0; k < net->n_sources && p == NULL; k++)
    if (tb_queue_goes_round (net, k, round))
      p = tb_prediction_new (net);
  if (p == NULL)
    return NULL;
  p->how = TB_PREDICTED_ROUGHLY;
  p->overloaded = p->endless = TRUE;
  g_free (p->bottleneck);
  p->bottleneck = words_of (net, round);
  for (guint k = 0; k < net->n_sources; k++)
    {
      p->sources[k].throughput_per_s.value = p->sources[k].most_per_s = 0;
      p->sources[k].response.mean.value = p->sources[k].least_ns = INFINITY;
    }
  return p;
}
