/* A plan that follows another: whatever is drawn next, who stays keeps index and address, and who would be
 * started the same way is left alone. Random drawings, from a seed. */
#include <string.h>

#include "tb-base.h"
#include "tb-plan.h"

#define COMPONENTS 8
#define STEPS 12

/* What is drawn: of each component whether it is, how often, with which word, and whom it calls. */
typedef struct
{
  guint replicas[COMPONENTS]; /* 0: it is not drawn */
  guint word[COMPONENTS];
  guint calls[COMPONENTS]; /* another one, or COMPONENTS */
} Drawing;

static TbModel *
draw (const Drawing *d, GRand *r)
{
  g_autoptr (GString) xml = g_string_new ("<architecture xmlns=\"urn:tierboard:1\" name=\"T\">\n");
  g_autoptr (GError) error = NULL;
  guint first = (guint) g_rand_int_range (r, 0, COMPONENTS); /* the order in the file means nothing */
  for (guint k = 0; k < COMPONENTS; k++)
    {
      guint i = (first + k) % COMPONENTS;
      if (d->replicas[i] > 0)
        g_string_append_printf (xml,
                                "<component id=\"c%u\" kind=\"server\" replicas=\"%u\">"
                                "<service name=\"s\" protocol=\"http\" port=\"8080\"/>"
                                "<command>run %u ${host}</command></component>\n",
                                i, d->replicas[i], d->word[i]);
    }
  for (guint i = 0; i < COMPONENTS; i++)
    if (d->replicas[i] > 0 && d->calls[i] < COMPONENTS && d->calls[i] != i
        && d->replicas[d->calls[i]] > 0)
      g_string_append_printf (xml, "<link id=\"l%u\" from=\"c%u\" to=\"c%u\"/>\n", i, i, d->calls[i]);
  g_string_append (xml, "</architecture>\n");
  g_autoptr (TbDocument) document
    = tb_document_load_bytes ("test", xml->str, xml->len, NULL, &error);
  g_assert_no_error (error);
  return tb_document_snapshot (document);
}

static void
change (Drawing *d, GRand *r)
{
  guint i = (guint) g_rand_int_range (r, 0, COMPONENTS);
  switch (g_rand_int_range (r, 0, 4))
    {
    case 0:
      d->replicas[i] = (guint) g_rand_int_range (r, i == 0 ? 1 : 0, 4); /* nothing at all is no drawing */
      break;
    case 1:
      d->word[i]++;
      break;
    case 2:
      d->calls[i] = (guint) g_rand_int_range (r, 0, COMPONENTS + 1);
      break;
    default: /* drawn anew, and otherwise in the file */
      break;
    }
}

static const TbPlanInstance *
instance_at (const TbPlan *plan, guint i)
{
  return g_ptr_array_index (plan->instances, i);
}

/* Invariants 1 and 2 of plan-follow.c. */
static void
check_places (const TbPlan *before, const TbPlan *after)
{
  g_assert_cmpuint (after->instances->len, >=, before->instances->len);
  g_assert_cmpuint (after->links->len, >=, before->links->len);
  for (guint i = 0; i < before->instances->len; i++)
    {
      g_assert_cmpstr (instance_at (after, i)->id, ==, instance_at (before, i)->id);
      g_assert_cmpuint (instance_at (after, i)->address, ==, instance_at (before, i)->address);
    }
  for (guint i = 0; i < after->links->len; i++)
    {
      const TbPlanLink *link = g_ptr_array_index (after->links, i);
      const TbPlanLink *was = i < before->links->len ? g_ptr_array_index (before->links, i) : link;
      g_assert_cmpstr (link->id, ==, was->id);
      g_assert_cmpuint (link->address, ==, was->address);
      g_assert_true (link->removed == (link->from->len == 0));
      for (guint k = 0; k < link->from->len; k++)
        g_assert_false (instance_at (after, g_array_index (link->from, guint, k))->removed);
    }
}

static guint
component_of (const TbPlanInstance *instance)
{
  return (guint) (instance->component_id[1] - '0');
}

/* As the drawings say it: restarted is who has another word or calls by other variables, and nobody else. */
static void
check_who (const Drawing *was, const Drawing *is, const TbPlan *before, const TbPlan *after)
{
  for (guint i = 0; i < after->instances->len; i++)
    {
      const TbPlanInstance *instance = instance_at (after, i);
      guint c = component_of (instance);
      gboolean drawn = instance->replica <= is->replicas[c];
      gboolean ran = i < before->instances->len && !instance_at (before, i)->removed;
      guint calls_was = was->calls[c] != c && was->calls[c] < COMPONENTS && was->replicas[was->calls[c]] > 0
                          ? was->calls[c] : COMPONENTS;
      guint calls_is = is->calls[c] != c && is->calls[c] < COMPONENTS && is->replicas[is->calls[c]] > 0
                         ? is->calls[c] : COMPONENTS;
      g_assert_true (instance->removed == !drawn);
      if (drawn && ran)
        g_assert_true (instance->changed == (was->word[c] != is->word[c] || calls_was != calls_is));
      else
        g_assert_false (instance->changed);
    }
}

static void
run (guint32 seed)
{
  GRand *r = g_rand_new_with_seed (seed);
  Drawing d = { 0 };
  TbPlan *plan = NULL;
  for (guint i = 0; i < COMPONENTS; i++)
    {
      d.replicas[i] = (guint) g_rand_int_range (r, i == 0 ? 1 : 0, 3);
      d.calls[i] = (guint) g_rand_int_range (r, 0, COMPONENTS + 1);
    }
  for (guint step = 0; step < STEPS; step++)
    {
      Drawing was = d;
      g_autoptr (GError) error = NULL;
      if (step > 0)
        change (&d, r);
      g_autoptr (TbModel) model = draw (&d, r);
      const TbPlanOptions options = { .block = 77, .run_dir = "/run", .node_program = "node", .seed = 5,
                                      .before = plan };
      TbPlan *next = tb_plan_new (model, &options, &error);
      g_assert_no_error (error);
      if (plan != NULL)
        {
          check_places (plan, next);
          check_who (&was, &d, plan, next);
          tb_plan_free (plan);
        }
      plan = next;
    }
  tb_plan_free (plan);
  g_rand_free (r);
}

static void
test_who_stays_is_left_alone (void)
{
  guint32 seed = g_test_rand_int () >> 1;
  g_test_message ("seed %u", seed);
  for (guint i = 0; i < 60; i++)
    run (seed + i);
}

static TbPlan *
plan_of (const Drawing *d, const TbPlan *before)
{
  GRand *r = g_rand_new_with_seed (1);
  g_autoptr (TbModel) model = draw (d, r);
  const TbPlanOptions options = { .block = 77, .run_dir = "/run", .node_program = "node",
                                  .before = before };
  g_rand_free (r);
  return tb_plan_new (model, &options, NULL);
}

static void
test_a_change_is_said (void)
{
  Drawing d = { .replicas = { 1, 1, 2 }, .calls = { 8, 8, 8, 8, 8, 8, 8, 8 } };
  g_autoptr (TbPlan) before = plan_of (&d, NULL);
  d.replicas[0] = 0;
  d.replicas[2] = 4;
  d.word[1] = 1;
  g_autoptr (TbPlan) after = plan_of (&d, before);
  TbPlanChange what;
  tb_plan_compare (before, after, &what);
  g_autofree char *text = tb_plan_change_text (&what);
  g_assert_cmpstr (text, ==, "starts c2/3 and c2/4, restarts c1/1, stops c0/1");
  g_assert_cmpuint (what.n_untouched, ==, 2);
  g_assert_nonnull (strstr (what.commands, "run 1"));
  g_assert_null (strstr (what.commands, "c2:"));
  tb_plan_change_clear (&what);
  g_autoptr (TbPlan) same = plan_of (&d, after);
  tb_plan_compare (after, same, &what);
  g_assert_true (tb_plan_change_is_empty (&what));
  tb_plan_change_clear (&what);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/follow/who_stays_is_left_alone", test_who_stays_is_left_alone);
  g_test_add_func ("/follow/a_change_is_said", test_a_change_is_said);
  return g_test_run ();
}
