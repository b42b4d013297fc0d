/* What stops when something is gone, by following it from callee to caller. Each question costs what it touches, so
 * that asking it of every part of a thousand is a matter of milliseconds. */
#include "failure-private.h"

static guint *
new_marks (guint n)
{
  return g_new0 (guint, n + 1);
}

static void
make_work (TbFailure *f)
{
  TbFailWork *w = &f->work;
  w->instance = new_marks (f->instances->len);
  w->device = new_marks (f->devices->len);
  w->down = new_marks (f->links->len);
  w->group = new_marks (f->groups->len);
  w->group_down = new_marks (f->groups->len);
  guint **of_components[] = { &w->asked, &w->touched, &w->stops, &w->dead };
  for (gsize i = 0; i < G_N_ELEMENTS (of_components); i++)
    *of_components[i] = new_marks (f->components->len);
  w->changed = g_array_new (FALSE, FALSE, sizeof (guint));
  w->stack = g_array_new (FALSE, FALSE, sizeof (guint));
  w->stopped = g_array_new (FALSE, FALSE, sizeof (guint));
}

TbFailure *
tb_failure_new (const TbModel *model)
{
  TbFailure *f = g_new0 (TbFailure, 1);
  f->components = g_array_new (FALSE, TRUE, sizeof (TbFailComponent));
  f->instances = g_array_new (FALSE, TRUE, sizeof (TbFailInstance));
  f->groups = g_array_new (FALSE, TRUE, sizeof (TbFailGroup));
  f->links = g_array_new (FALSE, TRUE, sizeof (TbFailLink));
  f->devices = g_array_new (FALSE, TRUE, sizeof (TbFailDevice));
  f->in = g_array_new (FALSE, TRUE, sizeof (guint));
  f->on = g_array_new (FALSE, TRUE, sizeof (guint));
  f->goals = g_array_new (FALSE, TRUE, sizeof (TbUid));
  f->goal_components = g_array_new (FALSE, TRUE, sizeof (guint));
  f->index = g_hash_table_new (NULL, NULL);
  f->names = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  f->inside = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_array_unref);
  tb_failure_read (f, model);
  make_work (f);
  return f;
}

static void
free_work (TbFailWork *w)
{
  guint *marks[] = { w->instance, w->device, w->down, w->group, w->group_down, w->asked, w->touched, w->stops, w->dead };
  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    g_free (marks[i]);
  g_array_unref (w->changed);
  g_array_unref (w->stack);
  g_array_unref (w->stopped);
}

void
tb_failure_free (TbFailure *f)
{
  if (f == NULL)
    return;
  GArray *arrays[] = { f->components, f->instances, f->groups, f->links, f->devices, f->in, f->on, f->goals, f->goal_components, f->singles, f->pairs, f->place_up };
  for (guint i = 0; f->factor != NULL && i < f->components->len; i++)
    tb_factor_free (f->factor[i]);
  free_work (&f->work);
  for (gsize i = 0; i < G_N_ELEMENTS (arrays); i++)
    g_clear_pointer (&arrays[i], g_array_unref);
  g_hash_table_unref (f->index);
  g_hash_table_unref (f->names);
  g_hash_table_unref (f->inside);
  g_clear_pointer (&f->single_uids, g_hash_table_unref);
  tb_states_free (f->states);
  tb_walk_free (f->walk);
  g_free (f->alone);
  g_free (f->order);
  g_free (f->factor);
  g_free (f->factor_need);
  g_free (f->up_samples);
  g_free (f);
}

static guint
index_of (const TbFailure *f, TbUid uid)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (f->index, GUINT_TO_POINTER (uid))) - 1;
}

guint
tb_failure_component (const TbFailure *f, TbUid uid)
{
  guint i = index_of (f, uid);
  return i < f->components->len && TB_COMPONENT (f, i)->uid == uid ? i : TB_NO_INDEX;
}

const TbUid *
tb_failure_goals (const TbFailure *f, guint *n)
{
  *n = f->goals->len;
  return (const TbUid *) (gpointer) f->goals->data;
}

/* ---- Losing --------------------------------------------------------------------------------------- */

static void
begin (TbFailure *f)
{
  f->work.now++;
  g_array_set_size (f->work.changed, 0);
  g_array_set_size (f->work.stack, 0);
  g_array_set_size (f->work.stopped, 0);
}

static void
lose_instance (TbFailure *f, guint i)
{
  TbFailWork *w = &f->work;
  guint component = TB_INSTANCE (f, i)->component;
  w->instance[i] = w->now;
  if (w->touched[component] == w->now)
    return;
  w->touched[component] = w->now;
  g_array_append_val (w->changed, component);
}

static void
lose_device (TbFailure *f, guint d)
{
  const TbFailDevice *device = TB_DEVICE (f, d);
  f->work.device[d] = f->work.now;
  for (guint i = 0; i < device->n; i++)
    lose_instance (f, g_array_index (f->on, guint, device->first + i));
}

static void
stop (TbFailWork *w, guint component)
{
  if (w->stops[component] != w->now)
    g_array_append_val (w->stopped, component);
  w->stops[component] = w->now;
}

static void
lose_link (TbFailure *f, guint l)
{
  TbFailWork *w = &f->work;
  guint g = TB_LINK (f, l)->group;
  const TbFailGroup *group = TB_GROUP (f, g);
  if (w->down[l] == w->now)
    return;
  w->down[l] = w->now;
  w->group_down[g] = w->group[g] == w->now ? w->group_down[g] + 1 : 1;
  w->group[g] = w->now;
  if (w->group_down[g] < group->n || w->dead[group->component] == w->now)
    return;
  w->dead[group->component] = w->now;
  stop (w, group->component);
  g_array_append_val (w->stack, group->component);
}

/* Who needs more replicas than are left. A component that lacks some for itself may still do for who asks less of it. */
static void
spread_loss (TbFailure *f, guint component)
{
  const TbFailComponent *c = TB_COMPONENT (f, component);
  guint others = 0, now = f->work.now;
  gboolean special = f->work.instance[c->first + c->special] != now;
  for (guint i = 0; i < c->n; i++)
    others += i != c->special && f->work.instance[c->first + i] != now;
  if (!tb_need_met (c->own, special, others))
    stop (&f->work, component);
  for (guint i = 0; i < c->n_in; i++)
    {
      guint l = g_array_index (f->in, guint, c->first_in + i);
      if (!tb_need_met (TB_LINK (f, l)->need, special, others))
        lose_link (f, l);
    }
}

static void
spread (TbFailure *f)
{
  for (guint i = 0; i < f->work.changed->len; i++)
    spread_loss (f, g_array_index (f->work.changed, guint, i));
  while (f->work.stack->len > 0)
    {
      const TbFailComponent *c = TB_COMPONENT (f, g_array_index (f->work.stack, guint, f->work.stack->len - 1));
      g_array_set_size (f->work.stack, f->work.stack->len - 1);
      for (guint i = 0; i < c->n_in; i++)
        lose_link (f, g_array_index (f->in, guint, c->first_in + i));
    }
}

/* ---- Parts ------------------------------------------------------------------------------------------ */

static void
lose_component (TbFailure *f, guint component, guint replica)
{
  const TbFailComponent *c = TB_COMPONENT (f, component);
  if (replica > c->n)
    return;
  if (replica == 0 || c->n == 1)
    f->work.asked[component] = f->work.now;
  for (guint i = 0; i < c->n; i++)
    if (replica == 0 || i + 1 == replica)
      lose_instance (f, c->first + i);
}

static void
lose_made_up (TbFailure *f, const TbPart *part)
{
  for (guint d = 0; d < f->devices->len; d++)
    if (TB_DEVICE (f, d)->uid == part->uid && TB_DEVICE (f, d)->number == part->replica)
      lose_device (f, d);
}

static void
lose_part (TbFailure *f, const TbPart *part)
{
  guint i = index_of (f, part->uid);
  const GArray *inside = g_hash_table_lookup (f->inside, GUINT_TO_POINTER (part->uid));
  if (inside != NULL && part->replica == 0)
    for (guint k = 0; k < inside->len; k++)
      lose_component (f, g_array_index (inside, guint, k), 0);
  else if (inside != NULL)
    lose_made_up (f, part);
  else if (tb_failure_component (f, part->uid) != TB_NO_INDEX)
    lose_component (f, i, part->replica);
  else if (i < f->devices->len && TB_DEVICE (f, i)->uid == part->uid && part->replica == 0)
    lose_device (f, i);
  else if (i < f->links->len && TB_LINK (f, i)->uid == part->uid && part->replica == 0)
    lose_link (f, i);
}

static void
lose_parts (TbFailure *f, const TbPart *parts, guint n)
{
  begin (f);
  for (guint i = 0; i < n; i++)
    lose_part (f, &parts[i]);
  spread (f);
}

static TbFailureState
state_of (const TbFailure *f, guint component)
{
  const TbFailWork *w = &f->work;
  return w->asked[component] == w->now     ? TB_FAILURE_GONE
         : w->stops[component] == w->now   ? TB_FAILURE_STOPS
         : w->touched[component] == w->now ? TB_FAILURE_WEAKER
                                           : TB_FAILURE_GOES_ON;
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  guint x = *(const guint *) a, y = *(const guint *) b;
  return x < y ? -1 : x > y;
}

#define FEW 16 /* one in so many: fewer are sorted faster than all are looked through */

static void
add_stopped (const TbFailure *f, GArray *uids, guint component)
{
  if (state_of (f, component) == TB_FAILURE_STOPS)
    g_array_append_val (uids, TB_COMPONENT (f, component)->uid);
}

GArray *
tb_failure_without (TbFailure *f, const TbPart *parts, guint n)
{
  GArray *uids = g_array_new (FALSE, FALSE, sizeof (TbUid)), *stopped = f->work.stopped;
  lose_parts (f, parts, n);
  gboolean few = stopped->len < f->components->len / FEW;
  if (few)
    g_array_sort (stopped, compare_numbers);
  for (guint i = 0; few && i < stopped->len; i++)
    add_stopped (f, uids, g_array_index (stopped, guint, i));
  for (guint i = 0; !few && i < f->components->len; i++)
    add_stopped (f, uids, i);
  return uids;
}

void
tb_failure_states_without (TbFailure *f, const TbPart *parts, guint n, TbFailureState *states)
{
  lose_parts (f, parts, n);
  for (guint i = 0; i < f->components->len; i++)
    states[i] = state_of (f, i);
}

TbFailureState
tb_failure_state_without (TbFailure *f, const TbPart *parts, guint n, TbUid component)
{
  guint i = tb_failure_component (f, component);
  lose_parts (f, parts, n);
  return i != TB_NO_INDEX ? state_of (f, i) : TB_FAILURE_GOES_ON;
}

/* ---- Atoms -------------------------------------------------------------------------------------------- */

TbPart
tb_failure_atom_part (const TbFailure *f, guint atom)
{
  if (atom >= f->instances->len)
    {
      const TbFailDevice *device = TB_DEVICE (f, atom - f->instances->len);
      return (TbPart){ device->uid, device->number };
    }
  const TbFailComponent *c = TB_COMPONENT (f, TB_INSTANCE (f, atom)->component);
  return (TbPart){ c->uid, c->n == 1 ? 0 : atom - c->first + 1 };
}

gboolean
tb_failure_atom_counts (const TbFailure *f, guint atom)
{
  return atom < f->instances->len || TB_DEVICE (f, atom - f->instances->len)->number == 0;
}

TbUid
tb_failure_common_device (const TbFailure *f, TbUid component)
{
  guint index = tb_failure_component (f, component);
  const TbFailComponent *c = index != TB_NO_INDEX ? TB_COMPONENT (f, index) : NULL;
  guint device = c != NULL && c->n > 1 ? TB_INSTANCE (f, c->first)->device : TB_NO_INDEX;
  for (guint i = 1; device != TB_NO_INDEX && i < c->n; i++)
    if (TB_INSTANCE (f, c->first + i)->device != device)
      return 0;
  return device != TB_NO_INDEX && TB_DEVICE (f, device)->number == 0 ? TB_DEVICE (f, device)->uid : 0;
}
