/* In which order shared devices are summed out: the one that stands in tables with the fewest others first, again and again
 * (least degree), which keeps tables small where anything does. */
#include "failure-private.h"

#include <string.h>

/* Of others, one is a part of the replica on it, or none at all. */
static gboolean
is_shared (const TbFailDevice *device)
{
  return device->n > 1 && device->up < 1;
}

typedef struct
{
  TbFailure *f;
  guint n, words;
  guint *device;   /* of each variable */
  guint *variable; /* of each device; TB_NO_INDEX: none */
  guint64 *next_to; /* a row a variable: bits of its neighbours */
  guint *degree;
  gboolean *done;
  guint *least;    /* a tree in an array: the root is 1, below i are 2i and 2i + 1, the variables are its leaves */
  guint leaves;
} Ordering;

/* Of two, the one with fewer neighbours that is not done, of as many the first. */
static guint
lesser (const Ordering *o, guint a, guint b)
{
  if (a == TB_NO_INDEX || b == TB_NO_INDEX)
    return MIN (a, b);
  return o->degree[b] < o->degree[a] ? b : a;
}

/* Its degree is another, or it is done. */
static void
update (Ordering *o, guint v)
{
  guint i = o->leaves + v;
  o->least[i] = o->done[v] ? TB_NO_INDEX : v;
  for (i /= 2; i > 0; i /= 2)
    o->least[i] = lesser (o, o->least[2 * i], o->least[2 * i + 1]);
}

static void
plant (Ordering *o)
{
  for (o->leaves = 1; o->leaves < o->n;)
    o->leaves *= 2;
  o->least = g_new (guint, 2 * o->leaves);
  for (guint i = 0; i < o->leaves; i++)
    o->least[o->leaves + i] = i < o->n ? i : TB_NO_INDEX;
  for (guint i = o->leaves - 1; i > 0; i--)
    o->least[i] = lesser (o, o->least[2 * i], o->least[2 * i + 1]);
}

static gboolean
join (Ordering *o, guint a, guint b)
{
  guint64 *row = o->next_to + (gsize) a * o->words, bit = G_GUINT64_CONSTANT (1) << (b & 63);
  if (a == b || (row[b / 64] & bit) != 0)
    return FALSE;
  row[b / 64] |= bit;
  o->degree[a]++;
  return TRUE;
}

static void
join_all (Ordering *o, const guint *variables, guint n)
{
  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < n; k++)
      join (o, variables[i], variables[k]);
}

static GArray *
variables_of (const Ordering *o, guint component)
{
  const TbFailComponent *c = TB_COMPONENT (o->f, component);
  GArray *variables = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = c->first; i < c->first + c->n; i++)
    {
      guint device = TB_INSTANCE (o->f, i)->device, v = device != TB_NO_INDEX ? o->variable[device] : TB_NO_INDEX;
      gboolean known = v == TB_NO_INDEX;
      for (guint k = 0; !known && k < variables->len; k++)
        known = g_array_index (variables, guint, k) == v;
      if (!known)
        g_array_append_val (variables, v);
    }
  return variables;
}

/* Its neighbours come to be in one table. */
static void
take_out (Ordering *o, guint v, guint *next)
{
  guint n = 0;
  o->done[v] = TRUE;
  update (o, v);
  for (guint w = 0; w < o->words; w++)
    for (guint64 bits = o->next_to[(gsize) v * o->words + w]; bits != 0; bits &= bits - 1)
      {
        guint u = 64 * w + (guint) __builtin_ctzll (bits);
        if (o->done[u])
          continue;
        next[n++] = u;
        o->degree[u]--;
      }
  if (n < TB_ODDS_WIDTH_MAX) /* beyond that the answer will be sampled anyway */
    join_all (o, next, n);
  for (guint i = 0; i < n; i++)
    update (o, next[i]);
}

void
tb_failure_make_order (TbFailure *f)
{
  guint n = f->devices->len;
  Ordering o = { .f = f, .device = g_new (guint, n + 1), .variable = g_new (guint, n + 1) };
  for (guint d = 0; d < n; d++)
    {
      o.variable[d] = is_shared (TB_DEVICE (f, d)) ? o.n : TB_NO_INDEX;
      o.device[o.n] = d;
      o.n += is_shared (TB_DEVICE (f, d));
    }
  o.words = o.n / 64 + 1;
  o.next_to = g_new0 (guint64, (gsize) (o.n + 1) * o.words);
  o.degree = g_new0 (guint, o.n + 1);
  o.done = g_new0 (gboolean, o.n + 1);
  for (guint c = 0; c < f->components->len && o.n > 0; c++)
    {
      g_autoptr (GArray) variables = variables_of (&o, c);
      join_all (&o, (const guint *) (gpointer) variables->data, variables->len);
    }
  g_autofree guint *next = g_new (guint, o.n + 1);
  plant (&o);
  f->order = g_new (guint, n + 1);
  memset (f->order, 0xff, sizeof (guint) * (n + 1));
  for (guint i = 0; i < o.n; i++)
    {
      guint v = o.least[1];
      f->order[o.device[v]] = i;
      take_out (&o, v, next);
    }
  g_free (o.device);
  g_free (o.variable);
  g_free (o.next_to);
  g_free (o.degree);
  g_free (o.done);
  g_free (o.least);
}
