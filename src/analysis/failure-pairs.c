/* The pairs whose loss leaves a goal no way.
 *
 * A way by which a goal can be up is a plain AND (failure-ways.c). So a pair stops it where it takes too many replicas of
 * one component (alone or through their devices), and it stops the goal where it stops all ways. Who may do so is guessed
 * from that; whether he does is tried, as many at once as there are lanes. */
#include "failure-private.h"

#include <string.h>

#define STEPS_MAX G_GUINT64_CONSTANT (20000000) /* looks at a component or link: some tenths of a second */
#define STEPS_A_PAIR 20u

/* What the loss of an atom takes of one component. */
typedef struct
{
  guint atom, device; /* device: the atom that a replica goes with, too; else TB_NO_INDEX */
  guint others;
  gboolean special;
} Loss;

typedef struct
{
  TbFailure *f;
  GHashTable *seen;          /* of gint64: pairs of atoms that were tried */
  guint a[TB_LANES], b[TB_LANES], n; /* that are to be tried */
  TbLanes *left;             /* by goal: where both stop it and neither alone does */
  GArray *losses;            /* Loss: of the component that is looked at */
  guint *loss;               /* by device: its index among them, where is_listed says so */
  guint *is_listed, listing; /* by device: the component, counted, that it was listed for last */
  TbNeed *asked;             /* by component: of the goal before, which most goals have in common */
  gboolean *one_way, *plain, *done; /* by component: see sort_components() and note_done() */
  guint64 steps;
} Search;

static gboolean
is_worn_out (Search *s)
{
  gboolean worn = s->steps + s->f->states->steps > STEPS_MAX; /* more was looked at than a person waits for */
  s->f->more_pairs |= worn;
  return worn;
}

static void
lose_all (Search *s, gboolean a, gboolean b)
{
  tb_states_begin (s->f, s->f->states);
  for (guint lane = 0; lane < s->n; lane++)
    {
      if (a)
        tb_states_lose (s->f, s->f->states, lane, s->a[lane]);
      if (b)
        tb_states_lose (s->f, s->f->states, lane, s->b[lane]);
    }
  tb_states_spread_losses (s->f, s->f->states);
  s->steps += s->f->goals->len;
}

/* Where the loss of both stops a goal that the loss of either does not. */
static TbLanes
minimal (Search *s)
{
  TbLanes any = { { 0 } };
  lose_all (s, TRUE, TRUE);
  for (guint i = 0; i < s->f->goals->len; i++)
    {
      TbLanes work = tb_states_work (s->f->states, tb_failure_goal (s->f, i));
      for (guint w = 0; w < TB_LANE_WORDS; w++)
        s->left[i].word[w] = ~work.word[w];
    }
  for (guint which = 0; which < 2; which++)
    {
      lose_all (s, which == 0, which == 1);
      for (guint i = 0; i < s->f->goals->len; i++)
        {
          TbLanes work = tb_states_work (s->f->states, tb_failure_goal (s->f, i));
          for (guint w = 0; w < TB_LANE_WORDS; w++)
            s->left[i].word[w] &= work.word[w];
        }
    }
  for (guint i = 0; i < s->f->goals->len; i++)
    for (guint w = 0; w < TB_LANE_WORDS; w++)
      any.word[w] |= s->left[i].word[w];
  return any;
}

/* TRUE: the list is full. */
static gboolean
try_queued (Search *s)
{
  TbFailure *f = s->f;
  TbLanes found = s->n > 0 ? minimal (s) : (TbLanes){ { 0 } };
  guint n = s->n;
  s->n = 0;
  for (guint lane = 0; lane < n; lane++)
    {
      if ((found.word[lane / 64] >> lane % 64 & 1) == 0)
        continue;
      if (f->pairs->len == TB_FAILURE_PAIRS_MAX)
        return f->more_pairs = TRUE;
      TbPartPair pair = { tb_failure_atom_part (f, MIN (s->a[lane], s->b[lane])), tb_failure_atom_part (f, MAX (s->a[lane], s->b[lane])) };
      g_array_append_val (f->pairs, pair);
    }
  return FALSE;
}

/* TRUE: the list is full, or enough was tried. */
static gboolean
try_pair (Search *s, guint a, guint b)
{
  TbFailure *f = s->f;
  gint64 key = (gint64) MIN (a, b) << 32 | MAX (a, b);
  s->steps++;
  if (a == b || ((f->alone[a] | f->alone[b]) & TB_STOPS_ALL) != 0 || !tb_failure_atom_counts (f, a) || !tb_failure_atom_counts (f, b)
      || g_hash_table_contains (s->seen, &key))
    return is_worn_out (s);
  g_hash_table_add (s->seen, g_memdup2 (&key, sizeof key));
  s->steps += STEPS_A_PAIR;
  s->a[s->n] = a;
  s->b[s->n++] = b;
  return (s->n == TB_LANES && try_queued (s)) || is_worn_out (s);
}

/* ---- Two of one component ------------------------------------------------------------------------------- */

static Loss *
loss_of_device (Search *s, guint device)
{
  if (s->is_listed[device] != s->listing)
    {
      Loss loss = { .atom = s->f->instances->len + device, .device = TB_NO_INDEX };
      s->is_listed[device] = s->listing;
      s->loss[device] = s->losses->len;
      g_array_append_val (s->losses, loss);
    }
  return &g_array_index (s->losses, Loss, s->loss[device]);
}

/* Of its replicas, and of the devices they are on. */
static void
list_losses (Search *s, guint component)
{
  const TbFailComponent *c = TB_COMPONENT (s->f, component);
  s->listing++;
  g_array_set_size (s->losses, 0);
  for (guint i = 0; i < c->n; i++)
    {
      guint device = TB_INSTANCE (s->f, c->first + i)->device;
      Loss loss = { c->first + i, device != TB_NO_INDEX ? s->f->instances->len + device : TB_NO_INDEX, i != c->special, i == c->special };
      g_array_append_val (s->losses, loss);
      if (device == TB_NO_INDEX)
        continue;
      Loss *of_device = loss_of_device (s, device);
      of_device->others += loss.others;
      of_device->special |= loss.special;
    }
  s->steps += c->n;
}

/* Whether need is met when both are lost. */
static gboolean
met_without (const TbFailComponent *c, TbNeed need, const Loss *a, const Loss *b)
{
  if (a == b || a->device == b->atom)
    return tb_need_met (need, !b->special, c->n - 1 - b->others);
  if (b->device == a->atom)
    return tb_need_met (need, !a->special, c->n - 1 - a->others);
  return tb_need_met (need, !a->special && !b->special, c->n - 1 - a->others - b->others);
}

/* Two of its replicas or their devices, neither of which is enough alone. */
static gboolean
try_component (Search *s, guint component, TbNeed need)
{
  const TbFailComponent *c = TB_COMPONENT (s->f, component);
  guint n = 0;
  list_losses (s, component);
  Loss *weak = (Loss *) (gpointer) s->losses->data;
  for (guint i = 0; i < s->losses->len; i++)
    if (met_without (c, need, &weak[i], &weak[i]))
      weak[n++] = weak[i];
  for (guint i = 0; i < n; i++)
    {
      s->steps += n - i;
      for (guint k = i + 1; k < n; k++)
        if (!met_without (c, need, &weak[i], &weak[k]) && try_pair (s, weak[i].atom, weak[k].atom))
          return TRUE;
      if (is_worn_out (s))
        return TRUE;
    }
  return FALSE;
}

/* Of more replicas than so many to spare, no two failures take enough; a device may hold several of them. */
static gboolean
may_lack (const TbFailure *f, guint component, TbNeed need)
{
  const TbFailComponent *c = TB_COMPONENT (f, component);
  guint most = 1;
  for (guint i = c->first; i < c->first + c->n; i++)
    if (TB_INSTANCE (f, i)->device != TB_NO_INDEX)
      most = MAX (most, MIN (c->n, TB_DEVICE (f, TB_INSTANCE (f, i)->device)->n));
  return need.without == TB_NEED_NEVER || need.with + 2 * most > c->n;
}

/* ---- Of several ways -------------------------------------------------------------------------------------- */

/* The atoms each of which alone stops that way. (transfer full) */
static GArray *
stopping (Search *s, const TbPaths *paths, const TbNeed *need)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < paths->reached->len; i++)
    {
      guint component = g_array_index (paths->reached, guint, i);
      if (need[component].with == 0)
        continue;
      list_losses (s, component);
      for (guint k = 0; k < s->losses->len; k++)
        {
          const Loss *loss = &g_array_index (s->losses, Loss, k);
          if (!met_without (TB_COMPONENT (s->f, component), need[component], loss, loss))
            g_array_append_val (all, loss->atom);
        }
    }
  return all;
}

/* A part that stops the first of them, with one that stops another. */
static gboolean
try_ways (Search *s, const TbPaths *paths)
{
  g_autoptr (GArray) first = stopping (s, paths, paths->need[0]);
  for (guint p = 1; p < paths->n; p++)
    {
      g_autoptr (GArray) other = stopping (s, paths, paths->need[p]);
      for (guint i = 0; i < first->len; i++)
        for (guint k = 0; k < other->len; k++)
          if (try_pair (s, g_array_index (first, guint, i), g_array_index (other, guint, k)))
            return TRUE;
    }
  return FALSE;
}

/* ---- Goal by goal ----------------------------------------------------------------------------------------- */

/* Whether there is one way only, and whether everybody needs the same of a component and of all that it needs. */
static void
sort_components (Search *s)
{
  const TbFailure *f = s->f;
  for (guint i = 0; i < f->components->len; i++)
    {
      guint component = f->states->order[i];
      const TbFailComponent *c = TB_COMPONENT (f, component);
      gboolean one_way = TRUE, plain = TRUE;
      for (guint g = c->first_group; g < c->first_group + c->n_groups; g++)
        {
          const TbFailGroup *group = TB_GROUP (f, g);
          guint to = TB_LINK (f, group->first)->to;
          one_way &= group->n == 1 && s->one_way[to];
          plain &= s->plain[to];
        }
      for (guint k = 1; k < c->n_in; k++)
        plain &= memcmp (&TB_LINK (f, g_array_index (f->in, guint, c->first_in + k))->need,
                         &TB_LINK (f, g_array_index (f->in, guint, c->first_in))->need, sizeof (TbNeed)) == 0;
      s->one_way[component] = one_way;
      s->plain[component] = one_way && plain;
    }
}

/* Of what this goal reaches, what need not be looked at for another. */
static void
note_done (Search *s, guint goal, const TbPaths *paths)
{
  for (guint i = 0; i < paths->reached->len; i++)
    {
      guint c = g_array_index (paths->reached, guint, i);
      s->done[c] |= s->plain[c] && c != goal;
    }
}

static gboolean
try_goal (Search *s, guint goal)
{
  TbFailure *f = s->f;
  gboolean full = FALSE;
  const TbPaths *paths = tb_failure_paths (f, goal, s->one_way[goal] ? s->done : NULL);
  f->more_pairs |= !paths->all;
  s->steps += (guint64) paths->n * paths->reached->len + 1;
  for (guint p = 0; p < paths->n; p++)
    for (guint i = 0; !full && i < paths->reached->len; i++)
      {
        guint c = g_array_index (paths->reached, guint, i);
        TbNeed need = paths->need[p][c];
        if (need.with == 0 || memcmp (&need, &s->asked[c], sizeof need) == 0)
          continue;
        s->asked[c] = need;
        full = is_worn_out (s) || (may_lack (f, c, need) && try_component (s, c, need));
      }
  full = full || (paths->n > 1 && try_ways (s, paths));
  note_done (s, goal, paths);
  return full;
}

static Search *
search_new (TbFailure *f)
{
  Search *s = g_new0 (Search, 1);
  guint n = f->components->len, n_devices = f->devices->len;
  s->f = f;
  s->seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  s->left = g_new (TbLanes, f->goals->len + 1);
  s->losses = g_array_new (FALSE, FALSE, sizeof (Loss));
  s->loss = g_new (guint, n_devices + 1);
  s->is_listed = g_new0 (guint, n_devices + 1);
  s->asked = g_new0 (TbNeed, n + 1);
  gboolean **of_components[] = { &s->one_way, &s->plain, &s->done };
  for (gsize i = 0; i < G_N_ELEMENTS (of_components); i++)
    *of_components[i] = g_new0 (gboolean, n + 1);
  return s;
}

static void
search_free (Search *s)
{
  gpointer arrays[] = { s->left, s->loss, s->is_listed, s->asked, s->one_way, s->plain, s->done };
  for (gsize i = 0; i < G_N_ELEMENTS (arrays); i++)
    g_free (arrays[i]);
  g_hash_table_unref (s->seen);
  g_array_unref (s->losses);
  g_free (s);
}

static void
find_pairs (TbFailure *f)
{
  gboolean full = FALSE;
  tb_failure_alone (f);
  f->states->steps = 0;
  Search *s = search_new (f);
  sort_components (s);
  f->pairs = g_array_new (FALSE, FALSE, sizeof (TbPartPair));
  for (guint i = 0; i < f->goals->len && !full; i++)
    full = try_goal (s, tb_failure_goal (f, i));
  try_queued (s);
  search_free (s);
  g_clear_pointer (&f->states, tb_states_free);
}

const TbPartPair *
tb_failure_pairs (TbFailure *f, guint *n)
{
  if (f->pairs == NULL)
    find_pairs (f);
  *n = f->pairs->len;
  return (const TbPartPair *) (gpointer) f->pairs->data;
}

gboolean
tb_failure_has_more_pairs (TbFailure *f)
{
  guint n;
  tb_failure_pairs (f, &n);
  return f->more_pairs;
}
