/* A filter and the past of a run: who is behind a tap's number, and what may be offered while one
 * types. */
#include "filter-private.h"

static const char *
instance_id (TbPast *past, guint i)
{
  const TbPastInstance *instance = i == G_MAXUINT ? NULL : tb_past_instance (past, i);
  return instance ? instance->id : NULL;
}

static gboolean
tap_of (gpointer data, guint row, TbFilterTap *tap)
{
  TbPast *past = data;
  const TbPastTap *known = tb_past_tap (past, row);
  if (!known)
    return FALSE;
  const TbPastLink *link = known->link == G_MAXUINT ? NULL : tb_past_link (past, known->link);
  *tap = (TbFilterTap){ link ? link->id : NULL, instance_id (past, known->from),
                        instance_id (past, known->to), known->port };
  return TRUE;
}

static GBytes *
payload_of (gpointer data, guint64 position)
{
  return tb_past_payload (data, position);
}

gboolean
tb_filter_matches_at (TbFilter *filter, TbPast *past, guint64 position, const TbEvent *event)
{
  const TbFilterNames names = { tb_past_start_ns (past), tap_of, payload_of, past };
  return tb_filter_holds (filter, &names, position, event);
}

gboolean
tb_filter_matches (TbFilter *filter, TbPast *past, const TbEvent *event)
{
  return tb_filter_matches_at (filter, past, G_MAXUINT64, event);
}

GStrv
tb_filter_links_of (TbPast *past)
{
  g_autoptr (GStrvBuilder) links = g_strv_builder_new ();
  for (guint i = 0; i < tb_past_n_links (past); i++)
    if (!tb_plan_is_probe (tb_past_link (past, i)->id))
      g_strv_builder_add (links, tb_past_link (past, i)->id);
  return g_strv_builder_end (links);
}

/* Components before their instances, which come in order. */
GStrv
tb_filter_instances_of (TbPast *past)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  const char *component = NULL;
  for (guint i = 0; i < tb_past_n_instances (past); i++)
    {
      const TbPastInstance *instance = tb_past_instance (past, i);
      if (tb_plan_is_probe (instance->id))
        continue;
      if (g_strcmp0 (component, instance->component) != 0)
        g_strv_builder_add (names, instance->component);
      component = instance->component;
      g_strv_builder_add (names, instance->id);
    }
  return g_strv_builder_end (names);
}
