/* Partitions by name: who is cut off from whom, as ordered pairs. Pure, so that a seed and a plan
 * always give the same. The names and what they mean are Jepsen's (jepsen/nemesis.clj); a pair
 * (a, b) says that bytes from a do not reach b. */
#include <string.h>

#include "session-private.h"

static const struct
{
  const char *name, *text;
  guint fewest; /* instances it needs */
} kinds[] = {
#define X(name, text, fewest, what) [TB_PARTITION_##name] = { text, what, fewest },
  TB_PARTITIONS (X)
#undef X
};

const char *
tb_partition_name (TbPartitionKind kind)
{
  g_return_val_if_fail ((gsize) kind < G_N_ELEMENTS (kinds), "?");
  return kinds[kind].name;
}

const char *
tb_partition_what (TbPartitionKind kind)
{
  g_return_val_if_fail ((gsize) kind < G_N_ELEMENTS (kinds), "?");
  return kinds[kind].text;
}

gboolean
tb_partition_from_name (const char *name, TbPartitionKind *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_strcmp0 (name, kinds[i].name) == 0)
      {
        *kind = (TbPartitionKind) i;
        return TRUE;
      }
  return FALSE;
}

/* ---- Names ---------------------------------------------------------------------------------------- */

static const TbPlanInstance *
instance_at (const TbPlan *plan, guint i)
{
  return g_ptr_array_index (plan->instances, i);
}

/* One thing has several names in the field. */
static gboolean
same_role (const char *asked, const char *role)
{
  static const char *const words[][6]
    = { { "leader", "primary", "master", "head", NULL },
        { "follower", "replica", "slave", "secondary", "standby", "backup" } };
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      gboolean a = FALSE, b = FALSE;
      for (guint k = 0; k < G_N_ELEMENTS (words[i]) && words[i][k] != NULL; k++)
        {
          a |= g_ascii_strcasecmp (asked, words[i][k]) == 0;
          b |= g_ascii_strcasecmp (role, words[i][k]) == 0;
        }
      if (a && b)
        return TRUE;
    }
  return g_ascii_strcasecmp (asked, role) == 0;
}

/* "orders/leader": the part after the slash is what the instance says it is. */
static gboolean
has_role (const TbPlanInstance *instance, const char *name, const char *role)
{
  gsize n = strlen (instance->component_id);
  return role != NULL && strncmp (name, instance->component_id, n) == 0 && name[n] == '/'
         && same_role (name + n + 1, role);
}

static gboolean
means (const TbPlanInstance *instance, const char *name, const char *role)
{
  return g_str_equal (name, "*") || g_str_equal (name, instance->id)
         || g_str_equal (name, instance->component_id) || g_strcmp0 (name, instance->device) == 0
         || has_role (instance, name, role);
}

static void
refuse_name (const TbPlan *plan, const char *name, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (name, "/", 2);
  for (guint i = 0; parts[1] != NULL && i < plan->instances->len; i++)
    if (!instance_at (plan, i)->removed && g_str_equal (parts[0], instance_at (plan, i)->component_id)
        && !g_ascii_isdigit (parts[1][0]))
      {
        g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME,
                     "no instance of “%s” is known to be its %s now", parts[0], parts[1]);
        return;
      }
  g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME,
               "there is no instance, component or device “%s”", name);
}

GArray *
tb_names_to_instances (const TbPlan *plan, const char *names, TbRoleFunc role, gpointer data,
                       GError **error)
{
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (guint));
  g_auto (GStrv) words = g_strsplit_set (names, " ,", -1);
  g_autofree gboolean *in = g_new0 (gboolean, plan->instances->len + 1);
  for (guint w = 0; words[w] != NULL; w++)
    {
      gboolean some = *words[w] == '\0';
      for (guint i = 0; i < plan->instances->len; i++)
        {
          const TbPlanInstance *instance = instance_at (plan, i);
          /* What lies outside is cut off where it is named, or by being somebody else. */
          if (instance->removed || (instance->probe && !tb_plan_is_probe (words[w]))
              || (instance->external && g_str_equal (words[w], "*"))
              || !means (instance, words[w], role ? role (i, data) : NULL))
            continue;
          some = in[i] = TRUE;
        }
      if (!some)
        {
          refuse_name (plan, words[w], error);
          return NULL;
        }
    }
  for (guint i = 0; i < plan->instances->len; i++)
    if (in[i])
      g_array_append_val (found, i);
  return g_steal_pointer (&found);
}

/* ---- Who hears whom --------------------------------------------------------------------------------- */

typedef struct
{
  const guint *of; /* members, in their (perhaps shuffled) order */
  guint n;
  TbRng rng;
  GArray *pairs; /* of TbWirePair, indices of the plan */
  GString *text;
  const TbPlan *plan;
} Making;

static void
cut_way (Making *m, guint from, guint to)
{
  TbWirePair pair = { from, to };
  if (from != to)
    g_array_append_val (m->pairs, pair);
}

static void
cut_between (Making *m, const guint *a, guint n_a, const guint *b, guint n_b, gboolean back)
{
  for (guint i = 0; i < n_a; i++)
    for (guint j = 0; j < n_b; j++)
      {
        cut_way (m, a[i], b[j]);
        if (back)
          cut_way (m, b[j], a[i]);
      }
}

#define NAMED_MOST 6

static void
say_some (Making *m, const guint *of, guint n)
{
  for (guint i = 0; i < n && i < NAMED_MOST; i++)
    g_string_append_printf (m->text, "%s%s", i > 0 ? " " : "", instance_at (m->plan, of[i])->id);
  if (n > NAMED_MOST)
    g_string_append_printf (m->text, " and %u more", n - NAMED_MOST);
}

static void
shuffle (TbRng *rng, guint *of, guint n)
{
  for (guint i = n; i > 1; i--)
    {
      guint j = (guint) tb_rng_below (rng, i), kept = of[i - 1];
      of[i - 1] = of[j];
      of[j] = kept;
    }
}

/* Two sides that do not hear each other. */
static void
split (Making *m, guint at)
{
  cut_between (m, m->of, at, m->of + at, m->n - at, TRUE);
  say_some (m, m->of, at);
  g_string_append (m->text, " | ");
  say_some (m, m->of + at, m->n - at);
}

/* The first of the second half hears both. */
static void
bridge (Making *m)
{
  guint half = m->n / 2;
  cut_between (m, m->of, half, m->of + half + 1, m->n - half - 1, TRUE);
  say_some (m, m->of, half);
  g_string_append_printf (m->text, " – %s – ", instance_at (m->plan, m->of[half])->id);
  say_some (m, m->of + half + 1, m->n - half - 1);
}

/* hears[i * n + j]: i hears j. What is heard in neither row nor reason is cut. */
static void
cut_unheard (Making *m, const guint8 *hears)
{
  for (guint i = 0; i < m->n; i++)
    for (guint j = 0; j < m->n; j++)
      if (i != j && !hears[i * m->n + j])
        cut_way (m, m->of[j], m->of[i]);
}

/* Up to five: each window of a majority in the ring is heard by the one in its middle. */
static void
ring_exact (const Making *m, guint8 *hears)
{
  guint majority = m->n / 2 + 1;
  for (guint i = 0; i < m->n; i++)
    for (guint k = 0; k < majority; k++)
      hears[(i + majority / 2) % m->n * m->n + (i + k) % m->n] = 1;
}

static guint
degree (const guint8 *hears, guint n, guint i)
{
  guint sum = 0;
  for (guint j = 0; j < n; j++)
    sum += hears[i * n + j];
  return sum;
}

/* The one with the fewest links, if `to` is given among those that it has none to; ties go to
 * whoever comes first in the shuffled order. G_MAXUINT: none is left. */
static guint
least_linked (const guint8 *hears, guint n, guint to)
{
  guint best = G_MAXUINT, fewest = G_MAXUINT;
  for (guint i = 0; i < n; i++)
    {
      if (to != G_MAXUINT && hears[to * n + i])
        continue;
      guint d = degree (hears, n, i);
      if (d < fewest)
        {
          fewest = d;
          best = i;
        }
    }
  return best;
}

/* More than five: links are added where they are fewest until everyone hears a majority. */
static void
ring_grown (const Making *m, guint8 *hears)
{
  guint majority = m->n / 2 + 1;
  for (guint i = 0; i < m->n; i++)
    hears[i * m->n + i] = 1;
  for (;;)
    {
      guint a = least_linked (hears, m->n, G_MAXUINT);
      guint b = least_linked (hears, m->n, a);
      if (degree (hears, m->n, a) >= majority || b == G_MAXUINT)
        return;
      hears[a * m->n + b] = hears[b * m->n + a] = 1;
    }
}

static void
majorities_ring (Making *m)
{
  g_autofree guint8 *hears = g_new0 (guint8, (gsize) m->n * m->n + 1);
  if (m->n <= 5)
    ring_exact (m, hears);
  else
    ring_grown (m, hears);
  cut_unheard (m, hears);
  g_string_append (m->text, "each hears a majority, in a ring: ");
  say_some (m, m->of, m->n);
}

static void
cut_off (Making *m, const GArray *from, gboolean whole, gboolean back)
{
  cut_between (m, m->of, m->n, (const guint *) (gconstpointer) from->data, from->len, back);
  say_some (m, m->of, m->n);
  g_string_append (m->text, back ? " | " : " → ");
  if (whole)
    g_string_append (m->text, "everyone else");
  else
    say_some (m, (const guint *) (gconstpointer) from->data, from->len);
}

/* Whoever is not one of them; a probing client asks its replica alone, on whatever side that is. */
static GArray *
everyone_else (const TbPlan *plan, const GArray *but)
{
  GArray *others = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0, k = 0; i < plan->instances->len; i++)
    {
      if (k < but->len && g_array_index (but, guint, k) == i)
        k++;
      else if (!instance_at (plan, i)->removed && !instance_at (plan, i)->probe)
        g_array_append_val (others, i);
    }
  return others;
}

static void
make_pairs (Making *m, TbPartitionKind kind, guint *of, const GArray *from, gboolean whole)
{
  gboolean by_chance = kind == TB_PARTITION_RANDOM_HALVES || kind == TB_PARTITION_MINORITY_THIRD
                       || kind == TB_PARTITION_MAJORITIES_RING;
  if (by_chance)
    shuffle (&m->rng, of, m->n);
  switch (kind)
    {
    case TB_PARTITION_ISOLATE:
    case TB_PARTITION_ONE_WAY:
      cut_off (m, from, whole, kind == TB_PARTITION_ISOLATE);
      break;
    case TB_PARTITION_HALVES:
    case TB_PARTITION_RANDOM_HALVES:
      split (m, m->n / 2);
      break;
    case TB_PARTITION_MINORITY_THIRD:
      split (m, MAX (1, (m->n - 1) / 3));
      break;
    case TB_PARTITION_MAJORITIES_RING:
      majorities_ring (m);
      break;
    case TB_PARTITION_BRIDGE:
      bridge (m);
      break;
    case TB_PARTITION_COUNT:
    default:
      g_assert_not_reached ();
    }
}

/* "orders/3 from orders": from the others of them. */
static void
leave_out (GArray *from, const GArray *of)
{
  for (guint i = from->len; i-- > 0;)
    for (guint k = 0; k < of->len; k++)
      if (g_array_index (from, guint, i) == g_array_index (of, guint, k))
        {
          g_array_remove_index (from, i);
          break;
        }
}

GArray *
tb_partition_pairs (const TbPlan *plan, const TbPartition *p, TbRoleFunc role, gpointer data,
                    char **text, GError **error)
{
  g_autoptr (GArray) of = tb_names_to_instances (plan, p->of ? p->of : "*", role, data, error);
  gboolean whole = p->from == NULL || *p->from == '\0';
  g_autoptr (GArray) from = NULL;
  if (of == NULL)
    return NULL;
  from = whole ? everyone_else (plan, of) : tb_names_to_instances (plan, p->from, role, data, error);
  if (from == NULL)
    return NULL;
  if (!whole)
    leave_out (from, of);
  Making m = { .of = (guint *) (gpointer) of->data, .n = of->len, .plan = plan,
               .pairs = g_array_new (FALSE, FALSE, sizeof (TbWirePair)),
               .text = g_string_new ("") };
  tb_rng_seed (&m.rng, p->seed);
  if (of->len >= kinds[p->kind].fewest)
    make_pairs (&m, p->kind, (guint *) (gpointer) of->data, from, whole);
  if (m.pairs->len == 0)
    {
      g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_NAME,
                   "“%s” of “%s” cuts nobody off: it needs at least %u instances",
                   kinds[p->kind].name, p->of ? p->of : "*", MAX (kinds[p->kind].fewest, 2));
      g_clear_pointer (&m.pairs, g_array_unref);
    }
  char *words = g_string_free (m.text, FALSE);
  if (text != NULL && m.pairs != NULL)
    *text = g_steal_pointer (&words);
  g_free (words);
  return m.pairs;
}
