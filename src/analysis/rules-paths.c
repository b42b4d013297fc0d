/* Whole paths: how deep calls go, how often retries and loops multiply them. Circles are left out: they have
 * rules of their own. */
#include <math.h>
#include <string.h>

#include "rules-private.h"

static const char *
id_of (const TbRuleRun *run, guint part)
{
  return tb_element_id (run->parts[part].e);
}

/* Parts so that callers stand before those they call; what is in a circle with each other in any order. */
typedef struct
{
  guint *order;  /* of parts */
  guint *number; /* of each part's circle */
} Order;

guint *
tb_rule_order (const TbRuleRun *run, gboolean async_too, guint *number)
{
  guint n = run->n_parts, *order = g_new (guint, n + 1);
  guint circles = tb_rule_circles (run, async_too, number), at = 0;
  g_autofree guint *first = g_new0 (guint, circles + 1);
  for (guint i = 0; i < n; i++)
    first[number[i]]++;
  for (guint c = circles; c > 0; c--) /* called groups have lower numbers */
    {
      guint size = first[c - 1];
      first[c - 1] = at;
      at += size;
    }
  for (guint i = 0; i < n; i++)
    order[first[number[i]]++] = i;
  return order;
}

static void
order_new (const TbRuleRun *run, gboolean async_too, Order *order)
{
  order->number = g_new (guint, run->n_parts + 1);
  order->order = tb_rule_order (run, async_too, order->number);
}

static void
order_clear (Order *order)
{
  g_free (order->order);
  g_free (order->number);
}

/* The way back from a part over the links that made it worst, first caller first. */
static void
say_way (const TbRuleRun *run, const guint *by, guint part, TbRuleFinding *finding)
{
  for (guint l = by[part]; l != TB_NOBODY; l = by[run->links[l].from])
    {
      tb_finding_also (finding, run->links[l].e);
      tb_finding_also (finding, run->parts[run->links[l].from].e);
    }
}

static char *
way_words (const TbRuleRun *run, const guint *by, guint part)
{
  GString *words = g_string_new (id_of (run, part));
  for (guint l = by[part]; l != TB_NOBODY; l = by[run->links[l].from])
    {
      g_string_prepend (words, " → ");
      g_string_prepend (words, id_of (run, run->links[l].from));
    }
  return g_string_free (words, FALSE);
}

/* ---- Retries ---------------------------------------------------------------------------------- */

#define FEW_CALLS 8 /* that one may become without doing much harm */

/* Calls that one request of the first caller can become at each part: product of 1 + retries, worst way. */
static void
multiply (const TbRuleRun *run, const Order *order, double *calls, guint *levels, guint *by)
{
  for (guint i = 0; i < run->n_parts; i++)
    {
      calls[i] = 1;
      levels[i] = 0;
      by[i] = TB_NOBODY;
    }
  for (guint i = 0; i < run->n_parts; i++)
    for (guint k = 0, part = order->order[i]; k < run->parts[part].out->len; k++)
      {
        guint l = g_array_index (run->parts[part].out, guint, k);
        const TbRuleLink *link = &run->links[l];
        double worse = calls[part] * (1 + link->retries);
        if (!link->sync || order->number[part] == order->number[link->to] || worse <= calls[link->to])
          continue;
        calls[link->to] = worse;
        levels[link->to] = levels[part] + (link->retries > 0);
        by[link->to] = l;
      }
}

static gboolean
goes_on (const TbRuleRun *run, const guint *by, guint part)
{
  for (guint k = 0; k < run->parts[part].out->len; k++)
    {
      const TbRuleLink *link = tb_rule_out (run, part, k);
      if (by[link->to] == (guint) (link - run->links) && link->retries > 0)
        return TRUE;
    }
  return FALSE;
}

static void
say_amplified (TbRuleRun *run, const TbRule *rule, double calls, guint levels, const guint *by, guint part)
{
  g_autofree char *way = way_words (run, by, part);
  const TbRuleLink *last = &run->links[by[part]], *first = last;
  TbRuleFinding *finding = tb_rule_say (run, rule, last->e, "retries multiply: %u levels of them on %s make one request up to %.0f calls",
                                    levels, way, calls);
  tb_finding_also (finding, run->parts[part].e);
  say_way (run, by, part, finding);
  if (calls <= FEW_CALLS)
    finding->problem.severity = TB_SEVERITY_INFO;
  for (guint l = by[part]; l != TB_NOBODY; l = by[run->links[l].from])
    if (run->links[l].retries > 0)
      first = &run->links[l];
  g_autofree char *label = g_strdup_printf ("Try again in %s only", id_of (run, first->from));
  for (guint l = by[part]; l != TB_NOBODY; l = by[run->links[l].from])
    if (run->links[l].retries > 0 && &run->links[l] != first)
      tb_finding_fix_set (finding, label, run->links[l].e, TB_PROP_RETRIES, NULL);
}

void
tb_rule_amplified_retries (TbRuleRun *run, const TbRule *rule)
{
  Order order;
  order_new (run, FALSE, &order);
  g_autofree double *calls = g_new (double, run->n_parts + 1);
  g_autofree guint *levels = g_new (guint, run->n_parts + 1), *by = g_new (guint, run->n_parts + 1);
  multiply (run, &order, calls, levels, by);
  for (guint i = 0; i < run->n_parts; i++)
    if (levels[i] >= 2 && run->links[by[i]].retries > 0 && !goes_on (run, by, i))
      say_amplified (run, rule, calls[i], levels[i], by, i);
  order_clear (&order);
}

/* ---- Depth ------------------------------------------------------------------------------------ */

/* How many sync calls below each other lead to each part at most. */
static void
deepen (const TbRuleRun *run, const Order *order, guint *depth, guint *by)
{
  for (guint i = 0; i < run->n_parts; i++)
    {
      depth[i] = 0;
      by[i] = TB_NOBODY;
    }
  for (guint i = 0; i < run->n_parts; i++)
    for (guint k = 0, part = order->order[i]; k < run->parts[part].out->len; k++)
      {
        guint l = g_array_index (run->parts[part].out, guint, k);
        const TbRuleLink *link = &run->links[l];
        if (!link->sync || order->number[part] == order->number[link->to] || depth[part] + 1 <= depth[link->to])
          continue;
        depth[link->to] = depth[part] + 1;
        by[link->to] = l;
      }
}

/* What the drawing says of how much of the time all on the way work at once; 1: nothing. */
static double
availability_of (const TbRuleRun *run, const guint *by, guint part)
{
  double all = 1;
  for (guint at = part;; at = run->links[by[at]].from)
    {
      const TbElement *e = run->parts[at].e;
      double share = tb_element_get_share (e, TB_PROP_AVAILABILITY);
      double mtbf = (double) tb_element_get_ns (e, TB_PROP_MTBF), mttr = (double) tb_element_get_ns (e, TB_PROP_MTTR);
      all *= share >= 0 ? share : mtbf > 0 ? mtbf / (mtbf + mttr) : 1;
      if (by[at] == TB_NOBODY)
        return all;
    }
}

void
tb_rule_depth (TbRuleRun *run, const TbRule *rule)
{
  Order order;
  order_new (run, FALSE, &order);
  g_autofree guint *depth = g_new (guint, run->n_parts + 1), *by = g_new (guint, run->n_parts + 1);
  deepen (run, &order, depth, by);
  for (guint i = 0; i < run->n_parts; i++)
    {
      gboolean deepest = depth[i] > run->options.depth_max;
      for (guint k = 0; deepest && k < run->parts[i].out->len; k++)
        deepest = by[tb_rule_out (run, i, k)->to] != (guint) (tb_rule_out (run, i, k) - run->links);
      if (!deepest)
        continue;
      g_autofree char *way = way_words (run, by, i);
      double share = availability_of (run, by, i);
      g_autofree char *works = share < 1 ? g_strdup_printf (", and works %.4g %% of the time", share * 100) : g_strdup ("");
      TbRuleFinding *finding = tb_rule_say (run, rule, run->parts[i].e, "%s: %u calls wait inside each other; each adds its time, and its failures%s",
                                        way, depth[i], works);
      say_way (run, by, i, finding);
    }
  order_clear (&order);
}

/* ---- Many calls ------------------------------------------------------------------------------- */

/* Calls that are out at once behind each other: the run of parallel ones with the one they stand beside. */
static guint
widest_fan (const TbElement *builtin, const TbElement **first)
{
  guint widest = 0, width = 0;
  const TbElement *start = NULL;
  for (guint i = 0; i < tb_element_n_children (builtin); i++)
    {
      const TbElement *call = tb_element_child (builtin, i);
      if (tb_element_kind (call) != TB_KIND_CALL)
        continue;
      gboolean beside = g_strcmp0 (tb_element_get (call, TB_PROP_ORDER), "parallel") == 0;
      guint times = (guint) tb_element_get_integer (call, TB_PROP_TIMES);
      start = beside && start != NULL ? start : call;
      width = beside ? width + times : 1;
      if (beside && width > widest)
        {
          widest = width;
          *first = start;
        }
    }
  return widest;
}

void
tb_rule_fan_out (TbRuleRun *run, const TbRule *rule)
{
  const double slow = 0.01;
  const guint few = 10;
  for (guint i = 0; i < run->n_parts; i++)
    {
      const TbElement *first = NULL;
      guint n = run->parts[i].builtin != NULL ? widest_fan (run->parts[i].builtin, &first) : 0;
      if (n < few)
        continue;
      TbRuleFinding *finding = tb_rule_say (run, rule, run->parts[i].e,
                                        "it waits for %u calls at once: where one call in 100 is slow, %.1f %% of its requests are",
                                        n, 100 * (1 - pow (1 - slow, n)));
      const TbElement *link = tb_element_get_ref (run->model, first, TB_PROP_LINK);
      if (link != NULL)
        tb_finding_also (finding, link);
    }
}

static gboolean
crosses (const TbRuleRun *run, const TbRuleLink *link)
{
  const TbElement *from = run->parts[link->from].tier, *to = run->parts[link->to].tier;
  return from != NULL && to != NULL && from != to;
}

/* Calls across tiers that a request of one client makes on average, with what its calls call. */
static double
crossings (const TbRuleRun *run, const Order *order, guint client, double *visits, const TbRuleLink **most)
{
  double sum = 0, highest = 0;
  for (guint i = 0; i < run->n_parts; i++)
    visits[i] = i == client;
  for (guint i = 0; i < run->n_parts; i++)
    for (guint k = 0, part = order->order[i]; visits[part] > 0 && k < run->parts[part].out->len; k++)
      {
        const TbRuleLink *link = tb_rule_out (run, part, k);
        double calls = visits[part] * tb_rule_times (link);
        if (order->number[part] != order->number[link->to])
          visits[link->to] += calls;
        if (!crosses (run, link))
          continue;
        sum += calls;
        if (calls > highest)
          {
            highest = calls;
            *most = link;
          }
      }
  return sum;
}

/* Clients are few where drawings are large; beyond so many the first tell enough. */
#define CLIENTS_MAX 64

void
tb_rule_chatty (TbRuleRun *run, const TbRule *rule)
{
  Order order;
  order_new (run, TRUE, &order);
  g_autofree double *visits = g_new (double, run->n_parts + 1);
  for (guint i = 0, n = 0; i < run->n_parts && n < CLIENTS_MAX; i++)
    {
      const TbRuleLink *most = NULL;
      if (run->parts[i].role != TB_ROLE_CLIENT)
        continue;
      n++;
      double calls = crossings (run, &order, i, visits, &most);
      if (calls <= run->options.chatty_max)
        continue;
      TbRuleFinding *finding = tb_rule_say (run, rule, run->parts[i].e,
                                        "one of its requests makes %.3g calls from tier to tier, most of them over %s", calls,
                                        tb_element_id (most->e));
      tb_finding_also (finding, most->e);
    }
  order_clear (&order);
}
