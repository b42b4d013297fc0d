#include "drawn.h"

#include <string.h>

void
drawn_open (Drawn *d, const char *content)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *xml = g_strdup_printf (
    "<?xml version=\"1.0\"?>\n<architecture xmlns=\"urn:tierboard:1\">\n<scenario id=\"try\" name=\"A try\">\n"
    "%s</scenario>\n"
    "<component id=\"browser\" kind=\"client\" replicas=\"2\"><builtin think=\"20ms\"/></component>\n"
    "<component id=\"web\" kind=\"server\" replicas=\"3\"><service name=\"web\" protocol=\"http\" port=\"8080\"/>"
    "<builtin/></component>\n"
    "<component id=\"orders\" kind=\"store\" replicas=\"3\"><builtin/></component>\n"
    "<link id=\"ask\" from=\"browser\" to=\"web\"/>\n<link id=\"save\" from=\"web\" to=\"orders\"/>\n"
    "</architecture>\n", content);
  const TbPlanOptions options = { .block = 64, .run_dir = "/run", .node_program = "node" };
  memset (d, 0, sizeof *d);
  d->problems = tb_problems_new ();
  d->document = tb_document_load_bytes ("try", xml, strlen (xml), d->problems, &error);
  g_assert_no_error (error);
  d->model = tb_document_snapshot (d->document);
  d->plan = tb_plan_new (d->model, &options, &error);
  g_assert_no_error (error);
  d->scenario = tb_scenario_new (d->model, tb_model_lookup (d->model, "try"), d->plan, d->problems);
}

void
drawn_close (Drawn *d)
{
  tb_scenario_free (d->scenario);
  g_ptr_array_unref (d->problems);
  tb_plan_free (d->plan);
  tb_model_unref (d->model);
  g_object_unref (d->document);
}

const char *
drawn_problem (const Drawn *d)
{
  return d->problems->len > 0 ? ((TbProblem *) g_ptr_array_index (d->problems, 0))->message : "";
}

void
pretend_begin (Pretend *p, const Drawn *drawn)
{
  memset (p, 0, sizeof *p);
  p->drawn = drawn;
  const TbPlan *plan = drawn->plan;
  g_assert_cmpuint (plan->instances->len, <=, G_N_ELEMENTS (p->instances));
  for (guint i = 0; i < plan->instances->len; i++)
    {
      const TbPlanInstance *planned = g_ptr_array_index (plan->instances, i);
      p->instances[i] = (TbLiveInstance) { .id = planned->id, .component = planned->component_id,
                                           .replica = planned->replica, .state = TB_INSTANCE_READY,
                                           .pid = 100 + i, .role = "", .sentence = "", .waiting = "" };
    }
  for (guint i = 0; i < plan->links->len; i++)
    {
      const TbPlanLink *planned = g_ptr_array_index (plan->links, i);
      p->links[i] = (TbLiveLink) { .id = planned->id, .link = planned->link, .from = planned->from_component,
                                   .to = planned->to_component, .tapped = TRUE, .framed = TRUE };
      p->taps[i] = (TbLiveTap) { .row = i, .link = i, .from = g_array_index (planned->from, guint, 0),
                                 .to = g_array_index (planned->to, guint, 0) };
    }
  p->frame = (TbLiveFrame) { .state = TB_RUN_RUNNING, .reason = "", .instances = p->instances,
                             .n_instances = plan->instances->len, .links = p->links,
                             .n_links = plan->links->len, .taps = p->taps, .n_taps = plan->links->len };
  p->facts = (TbFacts) { .now_ns = TB_NS_PER_S, .frame = &p->frame, .plan = plan };
}

TbLiveInstance *
pretend_instance (Pretend *p, const char *id)
{
  int i = tb_plan_find_instance (p->drawn->plan, id);
  g_assert_cmpint (i, >=, 0);
  return &p->instances[i];
}

TbTapCounters *
pretend_tap (Pretend *p, const char *link)
{
  int i = tb_plan_find_link (p->drawn->plan, link);
  g_assert_cmpint (i, >=, 0);
  return &p->taps[i].counters;
}

void
pretend_answers (Pretend *p, const char *link, guint good, guint bad, gint64 latency_ns)
{
  TbTapCounters *c = pretend_tap (p, link);
  c->requests += good + bad;
  c->replies += good + bad;
  c->errors += bad;
  c->latency.bucket[tb_histogram_index ((guint64) latency_ns)] += good + bad;
}
