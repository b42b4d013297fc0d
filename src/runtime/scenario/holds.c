/* What a live frame says of a name: traffic, instances, roles; and with that whether a condition holds. */
#include <string.h>

#include "scenario-private.h"

#define QUIET_NS (250 * TB_NS_PER_MS)

/* ---- Traffic ----------------------------------------------------------------------------------------- */

static const char *
component_of (const TbLiveFrame *frame, guint instance)
{
  return instance < frame->n_instances ? frame->instances[instance].component : "";
}

/* One that nobody calls is asked for by what it asks. */
static gboolean
is_called (const TbFacts *facts, const char *id)
{
  for (guint i = 0; i < facts->plan->links->len; i++)
    {
      const TbPlanLink *link = g_ptr_array_index (facts->plan->links, i);
      if (link->link != 0 && g_strcmp0 (link->to_component, id) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
ends_meet (const TbLiveFrame *frame, const TbLiveTap *tap, const TbName *name)
{
  const TbLiveInstance *from = tap->from < frame->n_instances ? &frame->instances[tap->from] : NULL;
  const TbLiveInstance *to = tap->to < frame->n_instances ? &frame->instances[tap->to] : NULL;
  return from != NULL && to != NULL && (name->from == 0 || from->replica == name->from)
         && (name->to == 0 || to->replica == name->to);
}

static gboolean
is_meant (const TbFacts *facts, const TbLiveTap *tap, const char *text, const TbName *name,
          gboolean called)
{
  const TbLiveFrame *frame = facts->frame;
  const TbLiveLink *link = tap->link < frame->n_links ? &frame->links[tap->link] : NULL;
  gboolean drawn = link != NULL && link->link != 0;
  if (text == NULL)
    return drawn;
  if (name->form == TB_NAME_REPLICAS)
    {
      g_autofree char *id = g_strconcat (name->id, ".replicas", NULL);
      return link != NULL && g_strcmp0 (link->id, id) == 0 && ends_meet (frame, tap, name);
    }
  if (link != NULL && g_strcmp0 (link->id, name->id) == 0)
    return name->form != TB_NAME_INSTANCE_LINK || ends_meet (frame, tap, name);
  guint end = called ? tap->to : tap->from;
  return drawn && g_strcmp0 (component_of (frame, end), name->id) == 0
         && (name->form != TB_NAME_INSTANCE || frame->instances[end].replica == name->from);
}

static void
add_flow (TbTraffic *t, const TbFlow *flow)
{
  t->seen += flow->seen;
  t->delivered += flow->delivered;
  t->lost += flow->dropped + flow->lost;
  t->duplicated += flow->duplicated;
}

static void
add_tap (TbTraffic *t, const TbTapCounters *c, gboolean framed, gboolean async)
{
  guint64 one_way = async && c->replies == 0 ? c->up.delivered : 0;
  t->requests += c->requests + one_way;
  t->replies += c->replies + one_way;
  t->answered += c->replies + one_way + c->unanswered;
  t->errors += c->errors + c->refused + c->timed_out;
  t->attempts += c->replies + one_way + c->unanswered + c->refused + c->timed_out;
  t->unframed = t->unframed || (!framed && c->up.bytes_seen > 0);
  add_flow (t, &c->up);
  add_flow (t, &c->down);
}

void
tb_traffic_of (const TbFacts *facts, const char *text, gboolean latency, TbTraffic *t)
{
  TbName name = { 0 };
  memset (t, 0, sizeof *t);
  gboolean named = text != NULL && tb_name_parse (text, &name, NULL);
  gboolean called = named && is_called (facts, name.id);
  for (guint i = 0; (text == NULL || named) && i < facts->frame->n_taps; i++)
    {
      const TbLiveTap *tap = &facts->frame->taps[i];
      const TbLiveLink *link = tap->link < facts->frame->n_links ? &facts->frame->links[tap->link] : NULL;
      const TbPlanLink *planned
        = tap->link < facts->plan->links->len ? g_ptr_array_index (facts->plan->links, tap->link) : NULL;
      if (!is_meant (facts, tap, text, &name, called))
        continue;
      add_tap (t, &tap->counters, link == NULL || link->framed, planned != NULL && planned->async);
      if (latency)
        tb_histogram_add (&t->latency, &tap->counters.latency);
    }
  /* What never arrived may be counted before or after what it is a part of. */
  t->good = t->attempts > t->errors ? t->attempts - t->errors : 0;
}

/* ---- Instances ---------------------------------------------------------------------------------------- */

static const char *
role_of (guint instance, gpointer data)
{
  const TbLiveFrame *frame = data;
  return instance < frame->n_instances ? frame->instances[instance].role : NULL;
}

GArray *
tb_instances_of (const TbFacts *facts, const char *name)
{
  if (name != NULL)
    return tb_names_to_instances (facts->plan, name, role_of, (gpointer) facts->frame, NULL);
  GArray *all = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < facts->plan->instances->len; i++)
    {
      const TbPlanInstance *planned = g_ptr_array_index (facts->plan->instances, i);
      if (!planned->removed && !planned->external)
        g_array_append_val (all, i);
    }
  return all;
}

static gboolean
is_in_state (const TbLiveInstance *instance, const char *word)
{
  TbInstanceState s = instance->state;
  gboolean down = s == TB_INSTANCE_KILLED || s == TB_INSTANCE_STOPPED || s == TB_INSTANCE_FAILED
                  || s == TB_INSTANCE_BACKOFF || s == TB_INSTANCE_WAITING;
  if (g_str_equal (word, "down"))
    return down;
  if (g_str_equal (word, "up"))
    return !down;
  if (g_str_equal (word, "failed"))
    return s == TB_INSTANCE_FAILED || s == TB_INSTANCE_BACKOFF;
  return s == (g_str_equal (word, "paused") ? TB_INSTANCE_PAUSED : TB_INSTANCE_READY);
}

static guint
count_in_state (const TbFacts *facts, const char *name, const char *word, guint *of)
{
  g_autoptr (GArray) instances = tb_instances_of (facts, name);
  guint n = 0;
  *of = instances != NULL ? instances->len : 0;
  for (guint i = 0; i < *of; i++)
    {
      guint index = g_array_index (instances, guint, i);
      n += index < facts->frame->n_instances && is_in_state (&facts->frame->instances[index], word);
    }
  return n;
}

/* A client or a task that has done its work is as ready as it will be; but that is not asked for here. */
gboolean
tb_is_ready (const TbFacts *facts, const char *name)
{
  guint of;
  guint n = count_in_state (facts, name, "ready", &of);
  return of > 0 && n == of;
}

guint
tb_role_count (const TbFacts *facts, const char *component, const char *role)
{
  g_autofree char *name = g_strdup_printf ("%s/%s", component, role);
  g_autoptr (GArray) instances = tb_instances_of (facts, name);
  return instances != NULL ? instances->len : 0;
}

/* ---- Conditions --------------------------------------------------------------------------------------- */

void
tb_watch_clear (TbWatch *watch)
{
  g_clear_pointer (&watch->bases, g_array_unref);
  g_clear_pointer (&watch->since, g_array_unref);
  watch->begun = FALSE;
}

static guint64
count_of (const TbClause *c, const TbFacts *facts)
{
  TbTraffic t;
  tb_traffic_of (facts, c->name, FALSE, &t);
  /* What a broker delivers is asked by nobody. */
  guint64 moved = t.requests + (t.unframed ? 0 : t.seen);
  return c->kind == TB_CONDITION_CARRIED ? t.replies : c->kind == TB_CONDITION_FAILED ? t.errors : moved;
}

/* Counts begin where it is looked at for the first time. */
static void
begin_watch (TbWatch *watch, const TbCondition *condition, const TbFacts *facts)
{
  watch->begun = TRUE;
  watch->bases = g_array_new (FALSE, TRUE, sizeof (guint64));
  watch->since = g_array_new (FALSE, TRUE, sizeof (gint64));
  for (guint i = 0; i < condition->clauses->len; i++)
    {
      const TbClause *c = &g_array_index (condition->clauses, TbClause, i);
      gboolean counts = c->kind == TB_CONDITION_CARRIED || c->kind == TB_CONDITION_FAILED
                        || c->kind == TB_CONDITION_QUIET;
      guint64 base = counts ? count_of (c, facts) : 0;
      g_array_append_val (watch->bases, base);
      g_array_append_val (watch->since, facts->now_ns);
    }
}

static gboolean
is_quiet (const TbClause *c, TbWatch *watch, guint i, const TbFacts *facts)
{
  guint64 now = count_of (c, facts), *before = &g_array_index (watch->bases, guint64, i);
  gint64 *since = &g_array_index (watch->since, gint64, i);
  if (now != *before)
    *since = facts->now_ns;
  *before = now;
  return facts->now_ns - *since >= QUIET_NS;
}

static gboolean
clause_holds (const TbClause *c, TbWatch *watch, guint i, const TbFacts *facts)
{
  guint of;
  switch (c->kind)
    {
    case TB_CONDITION_READY:
      return tb_is_ready (facts, NULL);
    case TB_CONDITION_IS:
      return count_in_state (facts, c->name, c->word, &of) == of && of > 0;
    case TB_CONDITION_HAS:
      return c->word != NULL ? tb_role_count (facts, c->name, c->word) > 0
                             : count_in_state (facts, c->name, "ready", &of) >= c->n;
    case TB_CONDITION_CARRIED:
    case TB_CONDITION_FAILED:
      return count_of (c, facts) - g_array_index (watch->bases, guint64, i) >= c->n;
    case TB_CONDITION_QUIET:
      return is_quiet (c, watch, i, facts);
    case TB_CONDITION_CONVERGED:
      return facts->converged != NULL && facts->converged (c->name, facts->data) == 1;
    case TB_N_CONDITIONS:
    default:
      g_assert_not_reached ();
    }
}

gboolean
tb_condition_holds (const TbCondition *condition, TbWatch *watch, const TbFacts *facts)
{
  gboolean all = TRUE;
  if (!watch->begun)
    begin_watch (watch, condition, facts);
  /* Every clause is looked at, since each remembers what it saw. */
  for (guint i = 0; i < condition->clauses->len; i++)
    {
      const TbClause *c = &g_array_index (condition->clauses, TbClause, i);
      all &= clause_holds (c, watch, i, facts) != c->negated;
    }
  return all;
}
