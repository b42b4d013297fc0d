/* Who starts first: what the links say, and what <depends> says instead. */
#include "plan-private.h"

#include <string.h>

/* A part is white before it is looked at, grey while its targets are, black afterwards. A link to
 * a grey one closes a cycle: it is the one not waited for. */
typedef enum
{
  WHITE,
  GREY,
  BLACK
} Colour;

typedef struct
{
  TbPlanner *planner;
  Colour *colour; /* by index of part */
} Ordering;

static guint
index_of_part (const TbPlanner *planner, const TbPart *part)
{
  guint index = 0;
  gboolean found = g_ptr_array_find (planner->parts, part, &index);
  g_assert (found);
  return index;
}

static void
wait_for (TbPlanInstance *instance, guint index, TbPlanUntil until)
{
  guint32 number = until;
  g_array_append_val (instance->depends, index);
  g_array_append_val (instance->until, number);
}

static void
wait_for_part (TbPlanner *planner, const TbPart *part, const TbPart *target, TbPlanUntil until)
{
  if (target->how == TB_PART_EXTERNAL)
    return;
  for (guint i = 0; i < part->n; i++)
    for (guint k = 0; k < target->n; k++)
      wait_for (g_ptr_array_index (planner->plan->instances, part->first + i), target->first + k,
                until);
}

static void visit (Ordering *o, TbPart *part);

/* One that is being looked at further up waits for this part: then this one goes first. */
static void
go_after (Ordering *o, TbPart *part, TbPart *target, TbPlanUntil until)
{
  guint other = index_of_part (o->planner, target);
  if (o->colour[other] == GREY)
    return;
  if (o->colour[other] == WHITE)
    visit (o, target);
  wait_for_part (o->planner, part, target, until);
}

/* What the drawing says of waiting for a target; NULL where it leaves that to the links. */
static const TbElement *
said_of (const TbPart *part, const char *target_id)
{
  for (guint i = 0; i < tb_element_n_children (part->element); i++)
    {
      const TbElement *child = tb_element_child (part->element, i);
      if (tb_element_kind (child) == TB_KIND_DEPENDS
          && g_strcmp0 (tb_element_get (child, TB_PROP_ON), target_id) == 0)
        return child;
    }
  return NULL;
}

/* FALSE: it is not waited for. */
static gboolean
until_of (const TbElement *depends, TbPlanUntil *until)
{
  static const char *const names[] = { "ready", "started", "ended", "succeeded" };
  const char *text = tb_element_get (depends, TB_PROP_CONDITION);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (names[i], text) == 0)
      {
        *until = (TbPlanUntil) i;
        return TRUE;
      }
  return FALSE;
}

/* Depth is bounded by what the file reader admits; a chain of components is no deeper than their
 * number, which INSTANCES_MAX bounds. */
static void
visit (Ordering *o, TbPart *part)
{
  guint self = index_of_part (o->planner, part);
  TbPlanUntil until;
  o->colour[self] = GREY;
  for (guint i = 0; i < tb_element_n_children (part->element); i++)
    {
      const TbElement *child = tb_element_child (part->element, i);
      const char *on = tb_element_kind (child) == TB_KIND_DEPENDS
                         ? tb_element_get (child, TB_PROP_ON) : NULL;
      TbPart *target = on != NULL ? tb_planner_part (o->planner, on) : NULL;
      if (target != NULL && said_of (part, on) == child && until_of (child, &until))
        go_after (o, part, target, until);
    }
  for (guint i = 0; i < part->links->len; i++)
    {
      const TbPlanLink *link = g_ptr_array_index (part->links, i);
      if (!link->async && said_of (part, link->to_component) == NULL)
        go_after (o, part, tb_planner_part (o->planner, link->to_component), TB_PLAN_UNTIL_READY);
    }
  o->colour[self] = BLACK;
}

typedef struct
{
  const TbPart *part;
  char text[24];
} PartCondition;

/* What holds for all of its replicas. */
static const char *
part_value (const char *name, gpointer data)
{
  PartCondition *c = data;
  if (g_str_has_prefix (name, "param."))
    return g_hash_table_lookup (c->part->params, name + 6);
  if (!g_str_equal (name, "replicas") && !g_str_equal (name, "links"))
    return NULL;
  g_snprintf (c->text, sizeof c->text, "%u", name[0] == 'r' ? c->part->n : c->part->links->len);
  return c->text;
}

static void
wait_for_first_replica (TbPlanner *planner, TbPart *part)
{
  const TbTemplate *template = part->template;
  PartCondition condition = { .part = part };
  if (template == NULL || !template->first_replica_first
      || !tb_template_when (template->first_replica_when, part_value, &condition))
    return;
  for (guint i = 1; i < part->n; i++)
    wait_for (g_ptr_array_index (planner->plan->instances, part->first + i), part->first,
              TB_PLAN_UNTIL_READY);
}

void
tb_planner_order (TbPlanner *planner)
{
  g_autofree Colour *colour = g_new0 (Colour, planner->parts->len + 1);
  Ordering ordering = { planner, colour };
  for (guint i = 0; i < planner->parts->len; i++)
    {
      TbPart *part = g_ptr_array_index (planner->parts, i);
      if (colour[i] == WHITE)
        visit (&ordering, part);
      wait_for_first_replica (planner, part);
    }
}
