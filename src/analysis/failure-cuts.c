/* The ways by which a goal can be up, and the pairs whose loss leaves it none.
 *
 * Once of each group of links one is chosen, a goal is up exactly when each component on its way has the replicas that
 * are needed of it: a plain AND. So a pair stops that way where it takes too many replicas of one component (alone or
 * through their devices), and it stops the goal where it stops all ways. */
#include "failure-private.h"

#include <string.h>

/* ---- Pairs ---------------------------------------------------------------------------------------------- */

#define STEPS_MAX G_GUINT64_CONSTANT (20000000) /* looks at a component or link: some tenths of a second */

typedef struct
{
  TbFailure *f;
  GHashTable *seen;   /* of gint64: pairs of atoms that were tried */
  gboolean *enough;   /* by atom: it stops every goal alone, so no pair has it */
  guint64 *alone;     /* by atom, n_words each: a bit for each goal that it stops alone */
  guint n_words;
} Search;

/* Whether what need asks of a component is met without these two atoms. */
static gboolean
met_without (const TbFailure *f, guint component, TbNeed need, guint a, guint b)
{
  const TbFailComponent *c = TB_COMPONENT (f, component);
  guint others = 0;
  gboolean special = FALSE;
  for (guint i = 0; i < c->n; i++)
    {
      guint instance = c->first + i, device = TB_INSTANCE (f, instance)->device;
      guint atom = device != TB_NO_INDEX ? f->instances->len + device : TB_NO_INDEX;
      gboolean gone = instance == a || instance == b || (atom != TB_NO_INDEX && (atom == a || atom == b));
      special |= i == c->special && !gone;
      others += i != c->special && !gone;
    }
  return tb_need_met (need, special, others);
}

static gboolean
stops_goal (const TbFailure *f, guint goal)
{
  return f->work.stops[tb_failure_component (f, g_array_index (f->goals, TbUid, goal))] == f->work.now;
}

/* Whether the loss of both stops a goal that the loss of either does not. */
static gboolean
is_minimal (Search *s, guint a, guint b)
{
  TbFailure *f = s->f;
  const guint64 *by_a = s->alone + (gsize) a * s->n_words, *by_b = s->alone + (gsize) b * s->n_words;
  tb_failure_begin (f);
  tb_failure_lose_atom (f, a);
  tb_failure_lose_atom (f, b);
  tb_failure_spread (f);
  f->work.steps += f->work.goal ? f->goals->len : 0;
  for (guint i = 0; f->work.goal && i < f->goals->len; i++)
    if (stops_goal (f, i) && ((by_a[i / 64] | by_b[i / 64]) >> i % 64 & 1) == 0)
      return TRUE;
  return FALSE;
}

/* More was looked at than a person waits for. */
static gboolean
is_worn_out (TbFailure *f)
{
  f->more_pairs |= f->work.steps > STEPS_MAX;
  return f->work.steps > STEPS_MAX;
}

/* TRUE: the list is full, or enough was tried. */
static gboolean
try_pair (Search *s, guint a, guint b)
{
  TbFailure *f = s->f;
  gint64 key = (gint64) MIN (a, b) << 32 | MAX (a, b);
  f->work.steps++;
  if (a == b || s->enough[a] || s->enough[b] || !tb_failure_atom_counts (f, a) || !tb_failure_atom_counts (f, b)
      || g_hash_table_contains (s->seen, &key))
    return is_worn_out (f);
  g_hash_table_add (s->seen, g_memdup2 (&key, sizeof key));
  if (!is_minimal (s, a, b))
    return is_worn_out (f);
  TbPartPair pair = { tb_failure_atom_part (f, MIN (a, b)), tb_failure_atom_part (f, MAX (a, b)) };
  if (f->pairs->len == TB_FAILURE_PAIRS_MAX)
    return f->more_pairs = TRUE;
  g_array_append_val (f->pairs, pair);
  return FALSE;
}

/* Its replicas, and the devices they are on. */
static GArray *
atoms_of (const TbFailure *f, guint component)
{
  const TbFailComponent *c = TB_COMPONENT (f, component);
  g_autoptr (GHashTable) devices = g_hash_table_new (NULL, NULL);
  GArray *atoms = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = c->first; i < c->first + c->n; i++)
    {
      guint device = TB_INSTANCE (f, i)->device, atom = f->instances->len + device;
      g_array_append_val (atoms, i);
      if (device != TB_NO_INDEX && g_hash_table_add (devices, GUINT_TO_POINTER (device + 1)))
        g_array_append_val (atoms, atom);
    }
  return atoms;
}

/* Two of its replicas or their devices, neither of which is enough alone. */
static gboolean
try_component (Search *s, guint component, TbNeed need)
{
  TbFailure *f = s->f;
  g_autoptr (GArray) atoms = atoms_of (f, component);
  g_autoptr (GArray) weak = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < atoms->len; i++)
    {
      guint atom = g_array_index (atoms, guint, i);
      if (met_without (f, component, need, atom, atom))
        g_array_append_val (weak, atom);
    }
  for (guint i = 0; i < weak->len; i++)
    for (guint k = i + 1; k < weak->len; k++)
      {
        guint a = g_array_index (weak, guint, i), b = g_array_index (weak, guint, k);
        if (!met_without (f, component, need, a, b) && try_pair (s, a, b))
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

/* The atoms each of which alone stops that way. (transfer full) */
static GArray *
stopping (const TbFailure *f, const TbNeed *need)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint c = 0; c < f->components->len; c++)
    {
      g_autoptr (GArray) atoms = need[c].with > 0 ? atoms_of (f, c) : NULL;
      for (guint i = 0; atoms != NULL && i < atoms->len; i++)
        {
          guint atom = g_array_index (atoms, guint, i);
          if (!met_without (f, c, need[c], atom, atom))
            g_array_append_val (all, atom);
        }
    }
  return all;
}

/* Where there are several ways: a part that stops the first of them, with one that stops another. */
static gboolean
try_ways (Search *s, const TbPaths *paths)
{
  g_autoptr (GArray) first = stopping (s->f, paths->need[0]);
  for (guint p = 1; p < paths->n; p++)
    {
      g_autoptr (GArray) other = stopping (s->f, paths->need[p]);
      for (guint i = 0; i < first->len; i++)
        for (guint k = 0; k < other->len; k++)
          if (try_pair (s, g_array_index (first, guint, i), g_array_index (other, guint, k)))
            return TRUE;
    }
  return FALSE;
}

/* asked: by component, the need of the goal before, which most goals have in common. */
static gboolean
try_goal (Search *s, guint goal, TbNeed *asked)
{
  TbFailure *f = s->f;
  TbPaths paths;
  gboolean full = FALSE;
  tb_failure_paths (f, goal, &paths);
  f->more_pairs |= !paths.all;
  f->work.steps += (guint64) paths.n * f->components->len;
  for (guint p = 0; p < paths.n; p++)
    for (guint c = 0; !full && c < f->components->len; c++)
      {
        TbNeed need = paths.need[p][c];
        if (need.with == 0 || memcmp (&need, &asked[c], sizeof need) == 0)
          continue;
        asked[c] = need;
        full = is_worn_out (f) || (may_lack (f, c, need) && try_component (s, c, need));
      }
  full = full || (paths.n > 1 && try_ways (s, &paths));
  tb_paths_clear (&paths);
  return full;
}

/* What it stops alone: asked of each once, and not again for each pair that it is in. */
static void
learn (Search *s, guint atom)
{
  TbFailure *f = s->f;
  guint64 *alone = s->alone + (gsize) atom * s->n_words;
  s->enough[atom] = TRUE;
  tb_failure_begin (f);
  tb_failure_lose_atom (f, atom);
  tb_failure_spread (f);
  for (guint i = 0; i < f->goals->len; i++)
    if (stops_goal (f, i))
      alone[i / 64] |= G_GUINT64_CONSTANT (1) << i % 64;
    else
      s->enough[atom] = FALSE;
}

static void
find_pairs (TbFailure *f)
{
  guint n_words = (f->goals->len + 63) / 64;
  Search s = { .f = f, .seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL),
               .enough = g_new0 (gboolean, tb_failure_n_atoms (f) + 1),
               .alone = g_new0 (guint64, (gsize) tb_failure_n_atoms (f) * n_words + 1), .n_words = n_words };
  f->work.steps = 0;
  for (guint atom = 0; atom < tb_failure_n_atoms (f) && !is_worn_out (f); atom++)
    learn (&s, atom);
  g_autofree TbNeed *asked = g_new0 (TbNeed, f->components->len + 1);
  f->pairs = g_array_new (FALSE, FALSE, sizeof (TbPartPair));
  for (guint i = 0; i < f->goals->len && !is_worn_out (f); i++)
    if (try_goal (&s, tb_failure_component (f, g_array_index (f->goals, TbUid, i)), asked))
      break;
  g_hash_table_unref (s.seen);
  g_free (s.enough);
  g_free (s.alone);
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
