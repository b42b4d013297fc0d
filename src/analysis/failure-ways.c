/* The ways by which a goal can be up.
 *
 * Once of each group of links one is chosen, a goal is up exactly when each component on its way has the replicas that
 * are needed of it: a plain AND. */
#include "failure-private.h"

/* Choices are numbered by group; asked: the groups with more than one link that this way met, in that order. */
typedef struct
{
  const TbFailure *f;
  guint *choice;
  GArray *asked, *todo; /* guint */
  guint *seen;          /* by component: the way, from 1, that met it last */
  guint way;
  TbNeed *need;
} Walk;

static void
follow_link (Walk *w, const TbFailLink *link)
{
  w->need[link->to] = tb_need_both (w->need[link->to], link->need);
  if (w->seen[link->to] == w->way)
    return;
  w->seen[link->to] = w->way;
  g_array_append_val (w->todo, link->to);
}

static void
follow_component (Walk *w, guint component)
{
  const TbFailComponent *c = TB_COMPONENT (w->f, component);
  for (guint g = c->first_group; g < c->first_group + c->n_groups; g++)
    {
      const TbFailGroup *group = TB_GROUP (w->f, g);
      if (group->n > 1)
        g_array_append_val (w->asked, g);
      follow_link (w, TB_LINK (w->f, group->first + w->choice[g]));
    }
}

static TbNeed *
walk (Walk *w, guint component)
{
  w->need = g_new0 (TbNeed, w->f->components->len + 1);
  g_array_set_size (w->asked, 0);
  w->seen[component] = ++w->way;
  w->need[component] = TB_COMPONENT (w->f, component)->own;
  g_array_append_val (w->todo, component);
  while (w->todo->len > 0)
    {
      guint next = g_array_index (w->todo, guint, w->todo->len - 1);
      g_array_set_size (w->todo, w->todo->len - 1);
      follow_component (w, next);
    }
  return w->need;
}

/* The next choice: as counting, the group that was asked last being the last digit. FALSE: that was the last. */
static gboolean
next_choice (Walk *w)
{
  for (guint i = w->asked->len; i > 0; i--)
    {
      guint g = g_array_index (w->asked, guint, i - 1);
      if (++w->choice[g] < TB_GROUP (w->f, g)->n)
        return TRUE;
      w->choice[g] = 0;
    }
  return FALSE;
}

/* A client needs nothing of itself. */
static GArray *
list_reached (const Walk *w, const TbPaths *paths)
{
  GArray *reached = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint c = 0; c < w->f->components->len; c++)
    {
      gboolean needed = FALSE;
      for (guint p = 0; w->seen[c] != 0 && p < paths->n; p++)
        needed |= paths->need[p][c].with > 0;
      if (needed)
        g_array_append_val (reached, c);
    }
  return reached;
}

void
tb_failure_paths (const TbFailure *f, guint component, TbPaths *paths)
{
  Walk w = { .f = f, .choice = g_new0 (guint, f->groups->len + 1), .asked = g_array_new (FALSE, FALSE, sizeof (guint)),
             .todo = g_array_new (FALSE, FALSE, sizeof (guint)), .seen = g_new0 (guint, f->components->len + 1) };
  *paths = (TbPaths){ .all = FALSE };
  while (paths->n < TB_PATHS_MAX && !paths->all)
    {
      paths->need[paths->n++] = walk (&w, component);
      paths->all = !next_choice (&w);
    }
  paths->reached = list_reached (&w, paths);
  g_free (w.choice);
  g_free (w.seen);
  g_array_unref (w.asked);
  g_array_unref (w.todo);
}

void
tb_paths_clear (TbPaths *paths)
{
  for (guint i = 0; i < paths->n; i++)
    g_free (paths->need[i]);
  g_array_unref (paths->reached);
  *paths = (TbPaths){ 0 };
}
