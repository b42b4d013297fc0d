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

static TbFactor *
factor_alloc (const guint *scope, guint n)
{
  TbFactor *factor = g_malloc (sizeof *factor + sizeof *scope * n);
  *factor = (TbFactor){ .n = n };
  if (n > 0)
    memcpy (factor->scope, scope, sizeof *scope * n);
  return factor;
}

void
tb_factor_free (TbFactor *factor)
{
  if (factor == NULL)
    return;
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

/* The shared devices it is on, by their place in the order. (transfer full) */
static TbFactor *
scope_of (const TbFailure *f, const TbFailComponent *c)
{
  g_autofree guint *scope = g_new (guint, c->n + 1);
  guint n = 0;
  for (guint i = c->first; i < c->first + c->n; i++)
    {
      guint device = TB_INSTANCE (f, i)->device, place = device != TB_NO_INDEX ? f->order[device] : TB_NO_INDEX;
      gboolean known = place == TB_NO_INDEX;
      for (guint k = 0; !known && k < n; k++)
        known = scope[k] == place;
      if (!known)
        scope[n++] = place;
    }
  qsort (scope, n, sizeof (guint), compare_numbers);
  return factor_alloc (scope, n);
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
  TbFactor *factor = scope_of (f, c);
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
static TbFactor *
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

/* First it is found which devices come together in which table, and what that costs; only what is affordable is
 * computed. */
typedef struct
{
  TbFailure *f;
  TbFactor **at;   /* by place in the order: those whose first device it is, by their next; NULL: none */
  TbFactor **rest; /* by place: what is left when it is summed out; NULL: nothing has it */
  guint places;
  guint *seen;     /* by place: the place, from 1, whose table it was last put into */
  double *table;   /* room for the widest */
  guint widest;
  double product;  /* of those without a device */
  guint64 cost;
} Sum;

static void
put (Sum *s, TbFactor *factor)
{
  factor->next = s->at[factor->scope[0]];
  s->at[factor->scope[0]] = factor;
}

/* All devices that stand in a table with this one, in order, it being the first. FALSE: too many. */
static gboolean
join_scopes (Sum *s, guint place, guint scope[WIDTH_MAX], guint *n, guint *factors)
{
  *n = *factors = 0;
  for (const TbFactor *factor = s->at[place]; factor != NULL; factor = factor->next, ++*factors)
    for (guint k = 0; k < factor->n; k++)
      {
        if (s->seen[factor->scope[k]] == place + 1)
          continue;
        if (*n == WIDTH_MAX)
          return FALSE;
        s->seen[factor->scope[k]] = place + 1;
        scope[(*n)++] = factor->scope[k];
      }
  qsort (scope, *n, sizeof (guint), compare_numbers);
  return TRUE;
}

static gboolean
plan_place (Sum *s, guint place)
{
  guint scope[WIDTH_MAX] = { 0 }, n, factors;
  if (!join_scopes (s, place, scope, &n, &factors))
    return FALSE;
  s->cost += (guint64) factors << n;
  s->widest = MAX (s->widest, n);
  s->rest[place] = factor_alloc (scope + 1, n - 1);
  if (n > 1)
    put (s, s->rest[place]);
  return s->cost <= COST_MAX / MAX (s->f->goals->len, 2);
}

/* Multiplies a factor into a table over the first n of scope. From one state to the next the bits below the lowest that
 * comes to be set are cleared, which moves the factor's index by the same each time. */
static void
multiply (double *table, const guint *scope, guint n, const TbFactor *factor)
{
  guint step[WIDTH_MAX] = { 0 }, below = 0, index = 0;
  for (guint j = 0, k = 0; j < n; j++)
    {
      guint bit = k < factor->n && factor->scope[k] == scope[j] ? 1u << k++ : 0;
      step[j] = bit - below;
      below += bit;
    }
  table[0] *= factor->table[0];
  for (guint state = 1; state < 1u << n; state++)
    {
      index += step[__builtin_ctz (state)];
      table[state] *= factor->table[index];
    }
}

/* The product of all that has this place: the table grows by a device at a time, and each factor is multiplied in as soon
 * as all of its devices are there. */
static void
fill_table (const Sum *s, guint place, const guint *scope, guint n)
{
  double *table = s->table;
  table[0] = 1;
  for (guint width = 1; width <= n; width++)
    {
      memcpy (table + (1u << (width - 1)), table, sizeof *table << (width - 1));
      for (const TbFactor *factor = s->at[place]; factor != NULL; factor = factor->next)
        if (factor->scope[factor->n - 1] == scope[width - 1])
          multiply (table, scope, width, factor);
    }
}

/* Sums the device out. up: its probability. */
static void
sum_place (Sum *s, guint place, double up)
{
  TbFactor *rest = s->rest[place];
  guint scope[WIDTH_MAX] = { place };
  memcpy (scope + 1, rest->scope, sizeof *scope * rest->n);
  fill_table (s, place, scope, rest->n + 1);
  rest->table = g_new (double, (gsize) 1 << rest->n);
  for (guint state = 0; state < 1u << rest->n; state++)
    rest->table[state] = s->table[2 * state] * (1 - up) + s->table[2 * state + 1] * up;
  if (rest->n == 0)
    s->product *= rest->table[0];
}

static gboolean
plan_all (Sum *s, const TbNeed *need, const GArray *reached)
{
  for (guint i = 0; i < reached->len; i++)
    {
      guint c = g_array_index (reached, guint, i);
      TbFactor *factor = need[c].with > 0 ? factor_of (s->f, c, need[c]) : NULL;
      if (factor == NULL && need[c].with > 0)
        return FALSE;
      if (factor != NULL && factor->n == 0)
        s->product *= factor->table[0];
      else if (factor != NULL)
        put (s, factor);
    }
  for (guint place = 0; place < s->places; place++)
    if (s->at[place] != NULL && !plan_place (s, place))
      return FALSE;
  return TRUE;
}

static void
begin (TbFailure *f)
{
  tb_failure_make_order (f);
  f->factor = g_new0 (TbFactor *, f->components->len + 1);
  f->factor_need = g_new0 (TbNeed, f->components->len + 1);
  f->place_up = g_array_new (FALSE, TRUE, sizeof (double));
  for (guint d = 0; d < f->devices->len; d++)
    if (f->order[d] != TB_NO_INDEX)
      {
        g_array_set_size (f->place_up, MAX (f->place_up->len, f->order[d] + 1));
        g_array_index (f->place_up, double, f->order[d]) = TB_DEVICE (f, d)->up;
      }
}

gboolean
tb_failure_odds (TbFailure *f, const TbNeed *need, const GArray *reached, double *up)
{
  if (f->order == NULL)
    begin (f);
  guint places = f->place_up->len;
  Sum s = { .f = f, .at = g_new0 (TbFactor *, places + 1), .rest = g_new0 (TbFactor *, places + 1), .places = places,
            .seen = g_new0 (guint, places + 1), .product = 1 };
  gboolean done = plan_all (&s, need, reached);
  s.table = done ? g_new (double, (gsize) 1 << s.widest) : NULL;
  for (guint place = 0; done && place < places; place++)
    if (s.rest[place] != NULL)
      sum_place (&s, place, g_array_index (f->place_up, double, place));
  *up = s.product;
  for (guint place = 0; place < places; place++)
    tb_factor_free (s.rest[place]);
  g_free (s.at);
  g_free (s.rest);
  g_free (s.seen);
  g_free (s.table);
  return done;
}
