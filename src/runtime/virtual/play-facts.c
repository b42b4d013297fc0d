/* What the engine of a scenario sees of virtual time: a live frame of processes that never were. */
#include <string.h>

#include "play-private.h"

static guint
n_instances (const Play *p)
{
  return p->v->plan->instances->len;
}

/* ---- Taps -------------------------------------------------------------------------------------------------------- */

static void
add_taps (Play *p, const Caller *caller, const Call *call)
{
  const Store *store = STORE_AT (p->v, call->store);
  for (guint i = 0; i < store->n; i++)
    {
      TbTapCounters **tap = &p->w->taps[caller->instance * n_instances (p) + store->instances[i]];
      if (*tap != NULL)
        continue;
      TbLiveTap *live = &p->taps[p->n_taps];
      *live = (TbLiveTap) { .row = p->n_taps, .link = call->link, .from = caller->instance, .to = store->instances[i] };
      live->counters.link = call->link;
      *tap = &live->counters;
      p->n_taps++;
    }
}

static void
make_taps (Play *p)
{
  gsize most = 0;
  for (guint i = 0; i < p->v->callers->len; i++)
    for (guint s = 0; s < p->v->stores->len; s++)
      most += STORE_AT (p->v, s)->n;
  p->taps = g_new0 (TbLiveTap, most + 1);
  p->w->taps = g_new0 (TbTapCounters *, (gsize) n_instances (p) * n_instances (p) + 1);
  for (guint i = 0; i < p->v->callers->len; i++)
    for (guint k = 0; k < CALLER_AT (p->v, i)->calls->len; k++)
      add_taps (p, CALLER_AT (p->v, i), &g_array_index (CALLER_AT (p->v, i)->calls, Call, k));
}

/* ---- The frame ---------------------------------------------------------------------------------------------------- */

static void
make_links (Play *p)
{
  guint n = p->v->plan->links->len;
  p->links = g_new0 (TbLiveLink, n + 1);
  for (guint i = 0; i < n; i++)
    {
      const TbPlanLink *planned = LINK_AT (p->v, i);
      p->links[i] = (TbLiveLink) { .id = planned->id, .link = planned->link, .from = planned->from_component,
                                   .to = planned->to_component, .tapped = TRUE, .framed = TRUE };
    }
}

static int
converged (const char *component, gpointer data)
{
  const Play *p = data;
  for (guint s = 0; s < p->v->stores->len; s++)
    if (g_strcmp0 (STORE_AT (p->v, s)->component, component) == 0)
      return world_agrees (p->w, s);
  return -1;
}

void
play_facts_begin (Play *p)
{
  p->instances = g_new0 (TbLiveInstance, n_instances (p) + 1);
  p->lives = g_new0 (guint32, n_instances (p) + 1);
  make_links (p);
  make_taps (p);
  for (guint i = 0; i < n_instances (p); i++)
    {
      const TbPlanInstance *planned = INSTANCE_AT (p->v, i);
      p->instances[i] = (TbLiveInstance) { .id = planned->id, .component = planned->component_id,
                                           .replica = planned->replica, .role = "", .sentence = "", .waiting = "" };
    }
  p->frame = (TbLiveFrame) { .state = TB_RUN_RUNNING, .reason = "", .instances = p->instances,
                             .n_instances = n_instances (p), .links = p->links, .n_links = p->v->plan->links->len,
                             .taps = p->taps, .n_taps = p->n_taps };
  p->facts = (TbFacts) { .frame = &p->frame, .plan = p->v->plan, .converged = converged, .data = p };
}

void
play_facts_clear (Play *p)
{
  g_clear_pointer (&p->w->taps, g_free);
  g_free (p->instances);
  g_free (p->lives);
  g_free (p->links);
  g_free (p->taps);
}

const char *
play_role (guint instance, gpointer data)
{
  const Play *p = data;
  guint store = p->v->store_of[instance];
  TbReplicaStatus status;
  return store != NOBODY && tb_sim_status (p->w->sims[store], p->v->replica_of[instance], &status) ? status.role : "";
}

void
play_look (Play *p)
{
  for (guint i = 0; i < n_instances (p); i++)
    {
      TbLiveInstance *live = &p->instances[i];
      gboolean down = p->w->down[i];
      if (live->state == TB_INSTANCE_KILLED && !down)
        p->lives[i]++;
      live->state = down ? TB_INSTANCE_KILLED : p->w->paused[i] ? TB_INSTANCE_PAUSED : TB_INSTANCE_READY;
      live->pid = down ? 0 : 1 + i + p->lives[i] * n_instances (p);
      live->role = play_role (i, p);
    }
  p->frame.time_ns = p->facts.now_ns = p->w->now_ns;
}

/* ---- What is simulated ------------------------------------------------------------------------------------------- */

static gboolean
is_link_simulated (const TbVirtual *v, const TbPlanLink *link)
{
  for (guint i = 0; i < link->to->len; i++)
    if (v->store_of[g_array_index (link->to, guint, i)] == NOBODY)
      return FALSE;
  for (guint i = 0; i < link->from->len; i++)
    if (v->caller_of[g_array_index (link->from, guint, i)] == NOBODY)
      return FALSE;
  return link->to->len > 0;
}

gboolean
play_is_simulated (const TbVirtual *v, const char *text)
{
  TbName name;
  gboolean all = text == NULL || g_str_equal (text, "*");
  if (!all && !tb_name_parse (text, &name, NULL))
    return TRUE; /* that was said before */
  int link = all ? -1 : tb_plan_find_link (v->plan, name.id);
  if (link >= 0)
    return is_link_simulated (v, LINK_AT (v, (guint) link));
  for (guint i = 0; i < v->plan->instances->len; i++)
    {
      const TbPlanInstance *instance = INSTANCE_AT (v, i);
      gboolean meant = all || g_strcmp0 (instance->component_id, name.id) == 0 || g_strcmp0 (instance->device, name.id) == 0;
      if (meant && !instance->removed && v->store_of[i] == NOBODY && v->caller_of[i] == NOBODY)
        return FALSE;
    }
  return TRUE;
}
