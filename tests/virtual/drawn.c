#include "drawn.h"

#include <string.h>

void
drawn_open_all (Drawn *d, const char *content)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *xml = g_strdup_printf ("<?xml version=\"1.0\"?>\n<architecture xmlns=\"urn:tierboard:1\">\n%s"
                                          "</architecture>\n", content);
  const TbPlanOptions options = { .block = 64, .run_dir = "/run", .node_program = "node" };
  memset (d, 0, sizeof *d);
  d->problems = tb_problems_new ();
  d->document = tb_document_load_bytes ("try", xml, strlen (xml), d->problems, &error);
  g_assert_no_error (error);
  d->model = tb_document_snapshot (d->document);
  d->plan = tb_plan_new (d->model, &options, &error);
  g_assert_no_error (error);
  d->v = tb_virtual_new (d->plan, &d->error);
}

void
drawn_open (Drawn *d, const char *builtin, const char *more)
{
  g_autofree char *content = g_strdup_printf (
    "%s<component id=\"browser\" kind=\"client\" replicas=\"3\" threads=\"pool 2\"><builtin think=\"20ms\" keys=\"3\">"
    "<call link=\"save\" op=\"write\" share=\"0.5\"/><call link=\"save\" op=\"read\" share=\"0.5\"/></builtin></component>\n"
    "<component id=\"orders\" kind=\"store\" replicas=\"3\" durable=\"yes\"><builtin %s/></component>\n"
    "<link id=\"save\" from=\"browser\" to=\"orders\" timeout=\"300ms\" balance=\"round-robin\"/>\n", more, builtin);
  drawn_open_all (d, content);
}

void
drawn_close (Drawn *d)
{
  tb_virtual_free (d->v);
  tb_plan_free (d->plan);
  tb_model_unref (d->model);
  g_object_unref (d->document);
  g_ptr_array_unref (d->problems);
  g_clear_error (&d->error);
}

TbScenario *
drawn_scenario (Drawn *d, const char *id)
{
  return tb_scenario_new (d->model, tb_model_lookup (d->model, id), d->plan, d->problems);
}
