/* How probable it is that all is up that is needed.
 *
 * Replicas on one device are not independent, but they are once it is known which devices are up. So for each component
 * there is a table: for every state of the shared devices it is on, the probability that enough of its replicas are up.
 * The product of all tables, weighted by the devices' own probabilities and summed over their states, is the answer; it
 * is summed one device after the other, each as soon as no table left has it (variable elimination), in an order that
 * keeps tables small (least degree first). Tiers that share nothing cost each their own; only devices that are entangled
 * with twenty others cannot be done so.
 *
 * A device with one replica on it is a part of that replica; one that never fails is none at all. */
#include "failure-private.h"

#include <stdlib.h>
#include <string.h>

#define WIDTH_MAX TB_ODDS_WIDTH_MAX
#define COST_MAX (1u << 23)    /* multiplications for the answers to all goals together */
#define TABLE_COST_MAX (1u << 22)

void
tb_factor_free (TbFactor *factor)
{
  if (factor == NULL)
    return;
  g_free (factor->scope);
  g_free (factor->table);
  g_free (factor);
}

/* ---- One component ----------------------------------------------------------------------------------- */

static double
at_least (const double *count, guint n, guint need)
{
  double sum = 0;
  if (need == 0)
    return 1;
  for (guint k = n; k + 1 > need && k > 0; k--)
    sum += count[k];
  return sum;
}

/* up: of each replica. count is room for n + 1. */
static double
enough (const TbFailComponent *c, TbNeed need, const double *up, double *count)
{
  guint n = 0;
  double special = up[c->special];
  count[0] = 1;
  for (guint i = 0; i < c->n; i++)
    {
      if (i == c->special)
        continue;
      count[++n] = 0;
      for (guint k = n; k > 0; k--)
        count[k] = count[k] * (1 - up[i]) + count[k - 1] * up[i];
      count[0] *= 1 - up[i];
    }
  double with = at_least (count, n, need.with > 0 ? need.with - 1 : 0);
  double without = need.without == TB_NEED_NEVER ? 0 : at_least (count, n, need.without);
  return special * with + (1 - special) * without;
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  guint x = *(const guint *) a, y = *(const guint *) b;
  return x < y ? -1 : x > y;
}

/* The shared devices it is on, by their place in the order. */
static void
make_scope (const TbFailure *f, const TbFailComponent *c, TbFactor *factor)
{
  factor->scope = g_new (guint, c->n + 1);
  for (guint i = c->first; i < c->first + c->n; i++)
    {
      guint device = TB_INSTANCE (f, i)->device, place = device != TB_NO_INDEX ? f->order[device] : TB_NO_INDEX;
      gboolean known = place == TB_NO_INDEX;
      for (guint k = 0; !known && k < factor->n; k++)
        known = factor->scope[k] == place;
      if (!known)
        factor->scope[factor->n++] = place;
    }
  qsort (factor->scope, factor->n, sizeof (guint), compare_numbers);
}

static double
up_given (const TbFailure *f, const TbFactor *factor, const TbFailInstance *instance, double up, guint state)
{
  guint place = instance->device != TB_NO_INDEX ? f->order[instance->device] : TB_NO_INDEX;
  if (place == TB_NO_INDEX)
    return instance->device != TB_NO_INDEX ? up * TB_DEVICE (f, instance->device)->up : up;
  for (guint k = 0; k < factor->n; k++)
    if (factor->scope[k] == place)
      return (state >> k & 1) != 0 ? up : 0;
  g_assert_not_reached ();
}

/* NULL: it is on too many shared devices. (transfer full) */
static TbFactor *
factor_new (const TbFailure *f, guint component, TbNeed need)
{
  const TbFailComponent *c = TB_COMPONENT (f, component);
  TbFactor *factor = g_new0 (TbFactor, 1);
  make_scope (f, c, factor);
  if (factor->n > WIDTH_MAX || ((guint64) c->n * c->n << factor->n) > TABLE_COST_MAX)
    {
      tb_factor_free (factor);
      return NULL;
    }
  g_autofree double *up = g_new (double, c->n + 1), *count = g_new (double, c->n + 1);
  factor->table = g_new (double, (gsize) 1 << factor->n);
  for (guint state = 0; state < 1u << factor->n; state++)
    {
      for (guint i = 0; i < c->n; i++)
        up[i] = up_given (f, factor, TB_INSTANCE (f, c->first + i), c->up, state);
      factor->table[state] = enough (c, need, up, count);
    }
  return factor;
}

/* Kept for the next goal, which mostly needs the same of it. */
static const TbFactor *
factor_of (TbFailure *f, guint component, TbNeed need)
{
  TbFactor **kept = &f->factor[component];
  if (*kept != NULL && memcmp (&need, &f->factor_need[component], sizeof need) == 0)
    return *kept;
  tb_factor_free (*kept);
  f->factor_need[component] = need;
  return *kept = factor_new (f, component, need);
}

/* ---- All of them -------------------------------------------------------------------------------------- */

typedef struct
{
  TbFailure *f;
  GPtrArray **at;  /* by place in the order: factors whose first device it is; NULL: none */
  GPtrArray *made; /* factors of this answer */
  guint places;
  double product;  /* of those without a device */
  guint64 cost;
} Sum;

static void
put (Sum *s, const TbFactor *factor)
{
  if (factor->n == 0)
    {
      s->product *= factor->table[0];
      return;
    }
  if (s->at[factor->scope[0]] == NULL)
    s->at[factor->scope[0]] = g_ptr_array_new ();
  g_ptr_array_add (s->at[factor->scope[0]], (gpointer) factor);
}

/* All devices of these factors, in order. FALSE: too many. */
static gboolean
join_scopes (const GPtrArray *factors, guint scope[WIDTH_MAX], guint *n)
{
  *n = 0;
  for (guint i = 0; i < factors->len; i++)
    {
      const TbFactor *factor = factors->pdata[i];
      for (guint k = 0; k < factor->n; k++)
        {
          gboolean known = FALSE;
          for (guint j = 0; !known && j < *n; j++)
            known = scope[j] == factor->scope[k];
          if (!known && *n == WIDTH_MAX)
            return FALSE;
          if (!known)
            scope[(*n)++] = factor->scope[k];
        }
    }
  qsort (scope, *n, sizeof (guint), compare_numbers);
  return TRUE;
}

/* Multiplies a factor into a table over scope. */
static void
multiply (double *table, const guint *scope, guint n, const TbFactor *factor)
{
  guint bit[WIDTH_MAX];
  for (guint k = 0; k < factor->n; k++)
    for (guint j = 0; j < n; j++)
      if (scope[j] == factor->scope[k])
        bit[k] = j;
  for (guint state = 0; state < 1u << n; state++)
    {
      guint index = 0;
      for (guint k = 0; k < factor->n; k++)
        index |= (state >> bit[k] & 1) << k;
      table[state] *= factor->table[index];
    }
}

/* Sums the first device of scope out. up: its probability. (transfer full) */
static TbFactor *
sum_out (const double *table, const guint *scope, guint n, double up)
{
  TbFactor *factor = g_new0 (TbFactor, 1);
  factor->n = n - 1;
  factor->scope = g_memdup2 (scope + 1, sizeof (guint) * n);
  factor->table = g_new (double, (gsize) 1 << factor->n);
  for (guint state = 0; state < 1u << factor->n; state++)
    factor->table[state] = table[2 * state] * (1 - up) + table[2 * state + 1] * up;
  return factor;
}

static gboolean
take_place (Sum *s, guint place, double up)
{
  guint scope[WIDTH_MAX + 1] = { 0 }, n;
  const GPtrArray *factors = s->at[place];
  if (!join_scopes (factors, scope, &n))
    return FALSE;
  s->cost += (guint64) factors->len << n;
  if (s->cost > COST_MAX / MAX (s->f->goals->len, 2))
    return FALSE;
  g_autofree double *table = g_new (double, (gsize) 1 << n);
  for (guint state = 0; state < 1u << n; state++)
    table[state] = 1;
  for (guint i = 0; i < factors->len; i++)
    multiply (table, scope, n, factors->pdata[i]);
  TbFactor *rest = sum_out (table, scope, n, up);
  g_ptr_array_add (s->made, rest);
  put (s, rest);
  return TRUE;
}

static gboolean
sum_all (Sum *s, const TbNeed *need)
{
  TbFailure *f = s->f;
  g_autofree double *up = g_new (double, s->places + 1);
  for (guint d = 0; d < f->devices->len; d++)
    if (f->order[d] != TB_NO_INDEX)
      up[f->order[d]] = TB_DEVICE (f, d)->up;
  for (guint c = 0; c < f->components->len; c++)
    {
      const TbFactor *factor = need[c].with > 0 ? factor_of (f, c, need[c]) : NULL;
      if (factor != NULL)
        put (s, factor);
      else if (need[c].with > 0)
        return FALSE;
    }
  for (guint place = 0; place < s->places; place++)
    if (s->at[place] != NULL && !take_place (s, place, up[place]))
      return FALSE;
  return TRUE;
}

gboolean
tb_failure_odds (TbFailure *f, const TbNeed *need, double *up)
{
  if (f->order == NULL)
    {
      tb_failure_make_order (f);
      f->factor = g_new0 (TbFactor *, f->components->len + 1);
      f->factor_need = g_new0 (TbNeed, f->components->len + 1);
    }
  Sum s = { .f = f, .made = g_ptr_array_new_with_free_func ((GDestroyNotify) tb_factor_free), .product = 1 };
  for (guint d = 0; d < f->devices->len; d++)
    s.places += f->order[d] != TB_NO_INDEX;
  s.at = g_new0 (GPtrArray *, s.places + 1);
  gboolean done = sum_all (&s, need);
  *up = s.product;
  for (guint i = 0; i < s.places; i++)
    g_clear_pointer (&s.at[i], g_ptr_array_unref);
  g_free (s.at);
  g_ptr_array_unref (s.made);
  return done;
}
