#include "fake-run.h"

#include <string.h>

#include "tb-base.h"

struct _FakeRun
{
  TbLiveFrame frame;
  GArray *links, *instances, *taps, *events;
  GPtrArray *texts;
  gint64 start_ns, last_ns;
  double rate;
  TbRng rng;
  guint32 number;
};

static char *
keep (FakeRun *run, char *text)
{
  g_ptr_array_add (run->texts, text);
  return text;
}

static TbInstanceState
state_of (guint n, gboolean broken)
{
  static const TbInstanceState some[] = { TB_INSTANCE_READY,  TB_INSTANCE_READY, TB_INSTANCE_PAUSED,
                                          TB_INSTANCE_READY,  TB_INSTANCE_FAILED, TB_INSTANCE_READY,
                                          TB_INSTANCE_STARTING, TB_INSTANCE_STOPPED };
  return broken ? some[n % G_N_ELEMENTS (some)] : TB_INSTANCE_READY;
}

static void
add_instances (FakeRun *run, const TbElement *c, gboolean broken)
{
  for (guint r = 1; r <= tb_component_replicas (c); r++)
    {
      TbLiveInstance i = { .id = keep (run, g_strdup_printf ("%s/%u", tb_element_id (c), r)),
                           .component = keep (run, g_strdup (tb_element_id (c))),
                           .component_uid = tb_element_uid (c),
                           .replica = r,
                           .state = state_of (run->instances->len, broken),
                           .sentence = "", .waiting = "" };
      g_array_append_val (run->instances, i);
    }
}

static void
add_link (FakeRun *run, guint count, guint n, const TbElement *e, gboolean broken)
{
  double rate = run->rate * (0.4 + (double) (n % 5) * 0.4);
  TbLiveLink link = { .id = keep (run, g_strdup (tb_element_id (e))), .link = tb_element_uid (e),
                      .from = keep (run, g_strdup (tb_element_get (e, TB_PROP_FROM))),
                      .to = keep (run, g_strdup (tb_element_get (e, TB_PROP_TO))),
                      .tapped = TRUE, .framed = TRUE, .request_rate = rate, .reply_rate = rate,
                      .requests = 1, .p50_ns = 2100000, .p99_ns = 8200000,
                      .recent_p50_ns = 2100000, .recent_p99_ns = 8200000 + n * 1300000 };
  TbLiveTap tap = { .row = n, .link = n };
  for (guint i = 0; i < TB_N_SPANS; i++)
    link.spans[i] = (TbLiveSpan){ .request_rate = rate, .reply_rate = rate, .requests = 1, .replies = 1,
                                  .p50_ns = link.recent_p50_ns, .p95_ns = link.recent_p99_ns,
                                  .p99_ns = link.recent_p99_ns };
  if (broken && n == count - 1)
    {
      link.tapped = FALSE;
      link.not_tapped = "a connection the agent did not make (io_uring or inherited)";
    }
  g_array_append_val (run->links, link);
  g_array_append_val (run->taps, tap);
}

FakeRun *
fake_run_new (const TbModel *model, double rate, gboolean broken, guint max_links)
{
  FakeRun *run = g_new0 (FakeRun, 1);
  run->links = g_array_new (FALSE, TRUE, sizeof (TbLiveLink));
  run->instances = g_array_new (FALSE, TRUE, sizeof (TbLiveInstance));
  run->taps = g_array_new (FALSE, TRUE, sizeof (TbLiveTap));
  run->events = g_array_new (FALSE, TRUE, sizeof (TbEvent));
  run->texts = g_ptr_array_new_with_free_func (g_free);
  run->rate = rate;
  run->start_ns = run->last_ns = tb_now_ns ();
  tb_rng_seed (&run->rng, 7);
  for (guint i = 0; i < tb_model_count (model, TB_KIND_COMPONENT); i++)
    add_instances (run, tb_model_nth (model, TB_KIND_COMPONENT, i), broken);
  guint count = MIN (tb_model_count (model, TB_KIND_LINK), max_links);
  for (guint i = 0; i < count; i++)
    add_link (run, count, i, tb_model_nth (model, TB_KIND_LINK, i), broken);
  if (broken && run->links->len > 0)
    fake_run_set_cut (run, 0, run->start_ns - 7400 * TB_NS_PER_MS);
  return run;
}

void
fake_run_free (FakeRun *run)
{
  g_array_unref (run->links);
  g_array_unref (run->instances);
  g_array_unref (run->taps);
  g_array_unref (run->events);
  g_ptr_array_unref (run->texts);
  g_free (run);
}

void
fake_run_set_cut (FakeRun *run, guint link, gint64 since_ns)
{
  g_array_index (run->links, TbLiveLink, link).cut_since_ns = since_ns;
}

static void
exchange (FakeRun *run, guint tap, gint64 at)
{
  TbEvent request = { .time_ns = at, .tap = tap, .connection = 1, .number = ++run->number,
                      .kind = TB_EVENT_REQUEST };
  TbEvent reply = request;
  reply.kind = TB_EVENT_REPLY;
  reply.time_ns += 2 * TB_NS_PER_MS;
  reply.error = tb_rng_below (&run->rng, 12) == 0;
  g_array_append_val (run->events, request);
  g_array_append_val (run->events, reply);
}

/* As many as the rate makes in that time, drawn evenly. */
static void
traffic (FakeRun *run, guint link, gint64 now_ns)
{
  TbLiveLink *l = &g_array_index (run->links, TbLiveLink, link);
  double expected = l->request_rate * (double) (now_ns - run->last_ns) / 1e9;
  if (l->cut_since_ns != 0 || l->request_rate > 60)
    return;
  while (expected > 0 && tb_rng_uniform (&run->rng) < expected)
    {
      exchange (run, link, run->last_ns
                               + (gint64) tb_rng_below (&run->rng,
                                                        (guint64) MAX (now_ns - run->last_ns, 1)));
      l->requests++;
      expected -= 1;
    }
}

TbLiveFrame *
fake_run_frame (FakeRun *run, gint64 now_ns)
{
  g_array_set_size (run->events, 0);
  for (guint i = 0; i < run->links->len; i++)
    traffic (run, i, now_ns);
  run->last_ns = now_ns;
  run->frame = (TbLiveFrame){ .time_ns = now_ns, .start_ns = run->start_ns,
                              .state = TB_RUN_RUNNING, .reason = "",
                              .instances = (gpointer) run->instances->data,
                              .n_instances = run->instances->len,
                              .links = (gpointer) run->links->data, .n_links = run->links->len,
                              .taps = (gpointer) run->taps->data, .n_taps = run->taps->len,
                              .events = (gpointer) run->events->data,
                              .n_events = run->events->len };
  return &run->frame;
}
