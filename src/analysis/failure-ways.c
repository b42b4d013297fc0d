/* The ways by which a goal can be up.
 *
 * Once of each group of links one is chosen, a goal is up exactly when each component on its way has the replicas that
 * are needed of it: a plain AND. What is found is kept in arrays that are cleared where it was written, so that a goal
 * costs what it reaches. */
#include "failure-private.h"

struct _TbWalk
{
  const TbFailure *f;
  const gboolean *skip;
  guint *choice;        /* by group */
  GArray *asked, *todo; /* guint: the groups with more than one link that this way met, in that order; components */
  guint *seen;          /* by component: the way, counted, that met it last */
  guint way;
  guint64 *bits;        /* by component: whether any way met it */
  GArray *met;          /* guint: those */
  TbNeed *need;         /* of this way */
  TbPaths paths;
};

static void
meet (TbWalk *w, guint component)
{
  guint64 bit = G_GUINT64_CONSTANT (1) << component % 64;
  w->seen[component] = w->way;
  g_array_append_val (w->todo, component);
  if ((w->bits[component / 64] & bit) != 0)
    return;
  w->bits[component / 64] |= bit;
  g_array_append_val (w->met, component);
}

static void
follow_link (TbWalk *w, const TbFailLink *link)
{
  if (w->skip != NULL && w->skip[link->to])
    return;
  w->need[link->to] = tb_need_both (w->need[link->to], link->need);
  if (w->seen[link->to] != w->way)
    meet (w, link->to);
}

static void
follow_component (TbWalk *w, guint component)
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

static void
walk (TbWalk *w, guint component)
{
  guint p = w->paths.n++;
  if (w->paths.need[p] == NULL)
    w->paths.need[p] = g_new0 (TbNeed, w->f->components->len + 1);
  w->need = w->paths.need[p];
  w->way++;
  g_array_set_size (w->asked, 0);
  meet (w, component);
  w->need[component] = TB_COMPONENT (w->f, component)->own;
  while (w->todo->len > 0)
    {
      guint next = g_array_index (w->todo, guint, w->todo->len - 1);
      g_array_set_size (w->todo, w->todo->len - 1);
      follow_component (w, next);
    }
}

/* The next choice: as counting, the group that was asked last being the last digit. FALSE: that was the last. */
static gboolean
next_choice (TbWalk *w)
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
static gboolean
is_needed (const TbPaths *paths, guint component)
{
  for (guint p = 0; p < paths->n; p++)
    if (paths->need[p][component].with > 0)
      return TRUE;
  return FALSE;
}

static void
list_reached (TbWalk *w)
{
  for (guint i = 0; i <= w->f->components->len / 64; i++)
    {
      for (guint64 bits = w->bits[i]; bits != 0; bits &= bits - 1)
        {
          guint component = 64 * i + (guint) __builtin_ctzll (bits);
          if (is_needed (&w->paths, component))
            g_array_append_val (w->paths.reached, component);
        }
      w->bits[i] = 0;
    }
}

static void
clear (TbWalk *w)
{
  for (guint p = 0; p < w->paths.n; p++)
    for (guint i = 0; i < w->met->len; i++)
      w->paths.need[p][g_array_index (w->met, guint, i)] = (TbNeed){ 0, 0 };
  for (guint i = 0; i < w->asked->len; i++)
    w->choice[g_array_index (w->asked, guint, i)] = 0;
  g_array_set_size (w->met, 0);
  g_array_set_size (w->paths.reached, 0);
  w->paths.n = 0;
  w->paths.all = FALSE;
}

static TbWalk *
walk_new (const TbFailure *f)
{
  TbWalk *w = g_new0 (TbWalk, 1);
  w->f = f;
  w->choice = g_new0 (guint, f->groups->len + 1);
  w->seen = g_new0 (guint, f->components->len + 1);
  w->bits = g_new0 (guint64, f->components->len / 64 + 1);
  w->asked = g_array_new (FALSE, FALSE, sizeof (guint));
  w->todo = g_array_new (FALSE, FALSE, sizeof (guint));
  w->met = g_array_new (FALSE, FALSE, sizeof (guint));
  w->paths.reached = g_array_new (FALSE, FALSE, sizeof (guint));
  return w;
}

const TbPaths *
tb_failure_paths (TbFailure *f, guint component, const gboolean *skip)
{
  if (f->walk == NULL)
    f->walk = walk_new (f);
  TbWalk *w = f->walk;
  clear (w);
  w->skip = skip;
  while (w->paths.n < TB_PATHS_MAX && !w->paths.all)
    {
      walk (w, component);
      w->paths.all = !next_choice (w);
    }
  list_reached (w);
  return &w->paths;
}

void
tb_walk_free (TbWalk *w)
{
  if (w == NULL)
    return;
  for (guint p = 0; p < TB_PATHS_MAX; p++)
    g_free (w->paths.need[p]);
  GArray *arrays[] = { w->asked, w->todo, w->met, w->paths.reached };
  for (gsize i = 0; i < G_N_ELEMENTS (arrays); i++)
    g_array_unref (arrays[i]);
  g_free (w->choice);
  g_free (w->seen);
  g_free (w->bits);
  g_free (w);
}
