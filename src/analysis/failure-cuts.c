/* What one failure stops: each part is tried, as many at once as there are lanes, but for those that nobody misses. */
#include "failure-private.h"

#include <string.h>

/* By component, all that anybody needs of it. (transfer full) */
static TbNeed *
strictest (const TbFailure *f)
{
  TbNeed *need = g_new (TbNeed, f->components->len + 1);
  for (guint c = 0; c < f->components->len; c++)
    need[c] = TB_COMPONENT (f, c)->own;
  for (guint l = 0; l < f->links->len; l++)
    need[TB_LINK (f, l)->to] = tb_need_both (need[TB_LINK (f, l)->to], TB_LINK (f, l)->need);
  return need;
}

/* Whether somebody misses these instances, which are of one component. */
static gboolean
are_missed (const TbFailure *f, const TbNeed *need, const guint *instances, guint n)
{
  guint component = TB_INSTANCE (f, instances[0])->component;
  const TbFailComponent *c = TB_COMPONENT (f, component);
  gboolean special = FALSE;
  for (guint i = 0; i < n; i++)
    special |= instances[i] == c->first + c->special;
  return !tb_need_met (need[component], !special, c->n - 1 - (n - special));
}

/* Most atoms are missed by nobody: so it needs not be tried what their loss does. */
static gboolean
is_missed (const TbFailure *f, const TbNeed *need, guint atom)
{
  if (atom < f->instances->len)
    return are_missed (f, need, &atom, 1);
  const TbFailDevice *device = TB_DEVICE (f, atom - f->instances->len);
  const guint *on = device->n > 0 ? &g_array_index (f->on, guint, device->first) : NULL;
  for (guint i = 0, n; i < device->n; i += n)
    {
      for (n = 1; i + n < device->n && TB_INSTANCE (f, on[i + n])->component == TB_INSTANCE (f, on[i])->component;)
        n++;
      if (are_missed (f, need, on + i, n))
        return TRUE;
    }
  return FALSE;
}

/* Of as many atoms as there are lanes. */
static void
try_alone (TbFailure *f, const guint *atoms, guint n)
{
  TbStates *states = f->states;
  TbLanes some = { { 0 } }, all;
  memset (&all, 0xff, sizeof all);
  tb_states_begin (f, states);
  for (guint lane = 0; lane < n; lane++)
    tb_states_lose (f, states, lane, atoms[lane]);
  tb_states_spread_losses (f, states);
  for (guint i = 0; i < f->goals->len; i++)
    {
      TbLanes work = tb_states_work (states, tb_failure_goal (f, i));
      for (guint w = 0; w < TB_LANE_WORDS; w++)
        {
          some.word[w] |= ~work.word[w];
          all.word[w] &= ~work.word[w];
        }
    }
  for (guint lane = 0; lane < n; lane++)
    f->alone[atoms[lane]] = (guint8) ((some.word[lane / 64] >> lane % 64 & 1) * TB_STOPS_SOME
                                      + (all.word[lane / 64] >> lane % 64 & 1) * TB_STOPS_ALL);
}

const guint8 *
tb_failure_alone (TbFailure *f)
{
  if (f->states == NULL)
    f->states = tb_states_new (f);
  if (f->alone != NULL)
    return f->alone;
  g_autofree TbNeed *need = strictest (f);
  guint atoms[TB_LANES], n = 0;
  f->alone = g_new0 (guint8, tb_failure_n_atoms (f) + 1);
  for (guint atom = 0; atom < tb_failure_n_atoms (f); atom++)
    {
      if (!is_missed (f, need, atom))
        continue;
      atoms[n++] = atom;
      if (n == TB_LANES)
        try_alone (f, atoms, n);
      n %= TB_LANES;
    }
  if (n > 0)
    try_alone (f, atoms, n);
  return f->alone;
}

static void
find_singles (TbFailure *f)
{
  f->singles = g_array_new (FALSE, FALSE, sizeof (TbPart));
  f->single_uids = g_hash_table_new (NULL, NULL);
  for (guint atom = 0; atom < tb_failure_n_atoms (f); atom++)
    {
      if ((tb_failure_alone (f)[atom] & TB_STOPS_SOME) == 0 || !tb_failure_atom_counts (f, atom))
        continue;
      TbPart part = tb_failure_atom_part (f, atom);
      g_array_append_val (f->singles, part);
      g_hash_table_add (f->single_uids, GUINT_TO_POINTER (part.uid));
    }
  g_clear_pointer (&f->states, tb_states_free); /* some hundred bytes a component */
}

const TbPart *
tb_failure_single_points (TbFailure *f, guint *n)
{
  if (f->singles == NULL)
    find_singles (f);
  *n = f->singles->len;
  return (const TbPart *) (gpointer) f->singles->data;
}

gboolean
tb_failure_is_single_point (TbFailure *f, TbUid uid)
{
  guint n;
  tb_failure_single_points (f, &n);
  return g_hash_table_contains (f->single_uids, GUINT_TO_POINTER (uid));
}
