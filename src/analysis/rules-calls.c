/* Single links and their neighbours: circles, threads, messages. */

#include "rules-private.h"

static const char *
id_of (const TbRuleRun *run, guint part)
{
  return tb_element_id (run->parts[part].e);
}

/* ---- Circles ---------------------------------------------------------------------------------- */

typedef struct
{
  GString *names;  /* "a → b → a" */
  GArray *links;   /* of guint */
  gboolean bounded; /* every pool on the way has an end */
  guint fewest;    /* replicas × threads of the smallest pool, and whose it is */
  guint of;
} Circle;

static void
circle_clear (Circle *circle)
{
  g_string_free (circle->names, TRUE);
  g_array_unref (circle->links);
}

static void
take_pool (const TbRuleRun *run, Circle *circle, guint part)
{
  guint pool = run->parts[part].threads * run->parts[part].replicas;
  circle->bounded &= pool > 0;
  if (pool > 0 && pool < circle->fewest)
    {
      circle->fewest = pool;
      circle->of = part;
    }
}

/* The shortest way from a part back to itself among parts of one number: breadth first. */
static gboolean
find_way (const TbRuleRun *run, const guint *number, guint start, gboolean async_too, GArray *way)
{
  g_autofree guint *by = g_new (guint, run->n_parts);
  g_autoptr (GArray) queue = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < run->n_parts; i++)
    by[i] = TB_NOBODY;
  g_array_append_val (queue, start);
  for (guint q = 0; q < queue->len; q++)
    {
      guint part = g_array_index (queue, guint, q);
      for (guint i = 0; i < run->parts[part].out->len; i++)
        {
          guint l = g_array_index (run->parts[part].out, guint, i), to = run->links[l].to;
          if (number[to] != number[start] || (!run->links[l].sync && !async_too) || by[to] != TB_NOBODY)
            continue;
          by[to] = l;
          g_array_append_val (queue, to);
          if (to != start)
            continue;
          do
            {
              g_array_prepend_val (way, l);
              l = by[run->links[l].from];
            }
          while (run->links[g_array_index (way, guint, 0)].from != start);
          return TRUE;
        }
    }
  return FALSE;
}

/* The first circle of each group of mutual callers, told to say. */
static void
each_circle (TbRuleRun *run, gboolean async, void (*say) (TbRuleRun *, const TbRule *, const Circle *),
             const TbRule *rule)
{
  g_autofree guint *number = g_new (guint, MAX (run->n_parts, 1));
  guint n = tb_rule_circles (run, async, number);
  g_autofree guint *size = g_new0 (guint, n + 1);
  for (guint i = 0; i < run->n_parts; i++)
    size[number[i]]++;
  for (guint i = 0; i < run->n_parts; i++)
    {
      if (size[number[i]] < 2)
        continue;
      size[number[i]] = 0;
      Circle circle = { g_string_new (id_of (run, i)), g_array_new (FALSE, FALSE, sizeof (guint)), TRUE, G_MAXUINT, i };
      if (find_way (run, number, i, async, circle.links))
        {
          for (guint l = 0; l < circle.links->len; l++)
            {
              guint to = run->links[g_array_index (circle.links, guint, l)].to;
              g_string_append_printf (circle.names, " → %s", id_of (run, to));
              take_pool (run, &circle, to);
            }
          say (run, rule, &circle);
        }
      circle_clear (&circle);
    }
}

static void
mark_circle (TbRuleRun *run, const Circle *circle, TbRuleFinding *finding)
{
  for (guint i = 0; i < circle->links->len; i++)
    {
      const TbRuleLink *link = &run->links[g_array_index (circle->links, guint, i)];
      tb_finding_also (finding, run->parts[link->from].e);
      tb_finding_also (finding, link->e);
    }
}

/* The last link of the way closes the circle. */
static const TbRuleLink *
closing (TbRuleRun *run, const Circle *circle)
{
  return &run->links[g_array_index (circle->links, guint, circle->links->len - 1)];
}

static void
say_deadlock (TbRuleRun *run, const TbRule *rule, const Circle *circle)
{
  if (!circle->bounded)
    return;
  const TbRuleLink *link = closing (run, circle);
  TbRuleFinding *finding = tb_rule_say (
      run, rule, link->e, "%s call in a circle: with %u requests in %s at once, all its threads wait for each other",
      circle->names->str, circle->fewest, id_of (run, circle->of));
  mark_circle (run, circle, finding);
  tb_finding_fix_set (finding, "Do not wait here: make it asynchronous", link->e, TB_PROP_CALL, "async");
}

static void
say_sync_cycle (TbRuleRun *run, const TbRule *rule, const Circle *circle)
{
  if (circle->bounded)
    return;
  const TbRuleLink *link = closing (run, circle);
  TbRuleFinding *finding = tb_rule_say (run, rule, link->e, "%s call in a circle, each waiting for the next: all stand still once threads run out",
                                    circle->names->str);
  mark_circle (run, circle, finding);
  tb_finding_fix_set (finding, "Do not wait here: make it asynchronous", link->e, TB_PROP_CALL, "async");
  if (!run->described) /* an arrow back may be only the answer */
    finding->problem.severity = TB_SEVERITY_INFO;
}

static void
say_async_cycle (TbRuleRun *run, const TbRule *rule, const Circle *circle)
{
  gboolean async = FALSE;
  for (guint i = 0; i < circle->links->len; i++)
    async |= !run->links[g_array_index (circle->links, guint, i)].sync;
  if (!async)
    return;
  TbRuleFinding *finding = tb_rule_say (run, rule, closing (run, circle)->e,
                                    "messages can go in a circle, %s: one that makes another each time never ends", circle->names->str);
  mark_circle (run, circle, finding);
}

void
tb_rule_deadlocks (TbRuleRun *run, const TbRule *rule)
{
  each_circle (run, FALSE, say_deadlock, rule);
}

void
tb_rule_sync_cycles (TbRuleRun *run, const TbRule *rule)
{
  each_circle (run, FALSE, say_sync_cycle, rule);
}

void
tb_rule_async_cycles (TbRuleRun *run, const TbRule *rule)
{
  each_circle (run, TRUE, say_async_cycle, rule);
}

/* ---- Threads and messages --------------------------------------------------------------------- */

/* How many may call at once; 0: nobody knows how many. */
static guint
callers_of (const TbRuleRun *run, guint part)
{
  guint n = 0;
  for (guint i = 0; i < run->parts[part].in->len; i++)
    {
      const TbRuleLink *link = tb_rule_in (run, part, i);
      const TbRulePart *from = &run->parts[link->from];
      guint each = from->threads > 0 ? from->threads : from->role == TB_ROLE_CLIENT ? 1 : 0;
      if (each == 0)
        return 0;
      n += each * from->replicas;
    }
  return n;
}

void
tb_rule_blocked_thread (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_parts; i++)
    {
      const TbRulePart *part = &run->parts[i];
      const TbRuleLink *waits = NULL;
      for (guint k = 0; k < part->out->len && waits == NULL; k++)
        waits = tb_rule_out (run, i, k)->sync ? tb_rule_out (run, i, k) : NULL;
      guint callers = callers_of (run, i);
      if (part->threads != 1 || part->role == TB_ROLE_CLIENT || waits == NULL || callers <= part->replicas)
        continue;
      TbRuleFinding *finding = tb_rule_say (run, rule, part->e,
                                        "its only thread waits for %s, meanwhile the others of %u callers queue",
                                        id_of (run, waits->to), callers);
      tb_finding_also (finding, waits->e);
      tb_finding_fix_set (finding, "Give it a pool of threads, one for each caller", part->e, TB_PROP_THREADS, NULL);
      TbRuleEdit *edit = &g_array_index (finding->fix->edits, TbRuleEdit, 0);
      edit->value = g_strdup_printf ("pool %u", MIN (callers, 64));
    }
}

/* Stores send each other what they have until it is there. */
static gboolean
is_copying (const TbRuleRun *run, const TbRuleLink *link)
{
  return run->parts[link->from].role == TB_ROLE_STORE && run->parts[link->to].role == TB_ROLE_STORE;
}

void
tb_rule_lost_messages (TbRuleRun *run, const TbRule *rule)
{
  for (guint i = 0; i < run->n_links; i++)
    {
      const TbRuleLink *link = &run->links[i];
      TbRole role = run->parts[link->to].role;
      if (link->sync || role == TB_ROLE_BROKER || role == TB_ROLE_EXTERNAL || run->parts[link->from].role == TB_ROLE_BROKER
          || is_copying (run, link))
        continue;
      tb_finding_also (tb_rule_say (run, rule, link->e, "nobody keeps what is sent while %s is down: a broker between them would",
                                    id_of (run, link->to)),
                       run->parts[link->to].e);
    }
}
