/* Closed networks with a product form, solved exactly by Buzen's convolution (CACM 16(9) 1973), for several kinds of
 * customers. With F_i(m) the weight of m = (m_1 … m_K) customers at centre i,
 *
 *   F_i(m) = |m|! / (m_1! … m_K!) · Π d_ik^m_k / Π_{j=1..|m|} min (j, c_i),   G = F_1 * F_2 * … ,
 *   X_k = G(N - 1_k) / G(N),   Q_ik = Σ_m m_k F_i(m) G_without_i(N - m) / G(N).
 *
 * What is needed of F is added term by term up to |m| = c - 1; from there on F_i(m) = Σ_k d_ik/c · F_i(m - 1_k), so that
 * the rest is a recursion. Every term is positive: nothing cancels, near saturation neither. Demands are scaled by about the
 * throughput, so that G stays in range: it grows by no more than e for each customer, and a long double holds e^11000.
 *
 * A vector m is one number here, its mixed-radix code: n_k customers of class k at stride[k]. */
#include <math.h>
#include <string.h>

#include "tb-predict.h"

#define STEPS_MAX 2e7
#define STATES_MAX 4e6

typedef long double Weight;

typedef struct
{
  const TbClosedNet *net;
  gsize states;
  gsize *stride;   /* of each class */
  double *scale;   /* of each class: about its throughput */
  guint16 *digits; /* of each state: n_k, K of them */
  Weight *g, *more;
  Weight *f;       /* of one centre */
} Convolution;

static double
demand_of (const TbClosedNet *net, guint centre, guint class)
{
  return net->demand[(gsize) centre * net->n_classes + class];
}

static gboolean
is_used (const TbClosedNet *net, guint centre)
{
  for (guint k = 0; k < net->n_classes; k++)
    if (net->population[k] > 0 && demand_of (net, centre, k) > 0)
      return TRUE;
  return FALSE;
}

static const guint16 *
digits_of (const Convolution *c, gsize state)
{
  return &c->digits[state * c->net->n_classes];
}

static guint
total_of (const Convolution *c, gsize state)
{
  guint sum = 0;
  for (guint k = 0; k < c->net->n_classes; k++)
    sum += digits_of (c, state)[k];
  return sum;
}

static gboolean
fits_in (const Convolution *c, gsize small, gsize large)
{
  for (guint k = 0; k < c->net->n_classes; k++)
    if (digits_of (c, small)[k] > digits_of (c, large)[k])
      return FALSE;
  return TRUE;
}

/* ---- Room ---------------------------------------------------------------------------------------- */

/* No class can have more than that: what its customers, and each centre alone, let through. */
static double
about_throughput (const TbClosedNet *net, guint class)
{
  double sum = net->think[class], most = 0;
  for (guint i = 0; i < net->n_centres; i++)
    {
      double demand = demand_of (net, i, class);
      sum += demand;
      if (net->servers[i] > 0)
        most = MAX (most, demand / net->servers[i]);
    }
  double x = net->population[class] / sum;
  return most > 0 ? MIN (x, 1 / most) : x;
}

/* How many states at most c - 1 customers can make: what one state of the convolution costs. */
static double
heads_of (const Convolution *c, guint servers)
{
  double n = 0;
  for (gsize s = 0; s < c->states && servers > 1; s++)
    n += total_of (c, s) < servers;
  return n;
}

static gboolean
is_affordable (const Convolution *c)
{
  const TbClosedNet *net = c->net;
  double single = 0, many = 0, widest = 1;
  for (guint i = 0; i < net->n_centres; i++)
    {
      guint servers = net->servers[i];
      if (servers == 1 && is_used (net, i))
        single++;
      if (servers <= 1 || !is_used (net, i))
        continue;
      double heads = servers >= c->states ? (double) c->states : heads_of (c, servers);
      widest = MAX (widest, heads);
      many++;
    }
  return (double) c->states * (2 * single * net->n_classes + many * (many + 1) * (widest + net->n_classes)) < STEPS_MAX;
}

static gboolean
make_room (Convolution *c)
{
  const TbClosedNet *net = c->net;
  double states = 1;
  for (guint k = 0; k < net->n_classes; k++)
    states *= net->population[k] + 1.0;
  if (states > STATES_MAX)
    return FALSE;
  c->states = (gsize) states;
  c->stride = g_new (gsize, net->n_classes + 1);
  c->scale = g_new0 (double, net->n_classes + 1);
  c->digits = g_new (guint16, c->states * net->n_classes + 1);
  c->stride[0] = 1;
  for (guint k = 0; k < net->n_classes; k++)
    {
      c->stride[k + 1] = c->stride[k] * (net->population[k] + 1);
      c->scale[k] = net->population[k] > 0 ? about_throughput (net, k) : 1;
    }
  for (gsize s = 0; s < c->states; s++)
    for (guint k = 0; k < net->n_classes; k++)
      c->digits[s * net->n_classes + k] = (guint16) (s / c->stride[k] % (net->population[k] + 1));
  if (!is_affordable (c))
    return FALSE;
  c->g = g_new0 (Weight, c->states);
  c->more = g_new0 (Weight, c->states);
  c->f = g_new0 (Weight, c->states);
  return TRUE;
}

static void
clear (Convolution *c)
{
  g_free (c->stride);
  g_free (c->scale);
  g_free (c->digits);
  g_free (c->g);
  g_free (c->more);
  g_free (c->f);
}

/* ---- Centres ---------------------------------------------------------------------------------------- */

static Weight
scaled (const Convolution *c, guint centre, guint class)
{
  return (Weight) demand_of (c->net, centre, class) * c->scale[class];
}

/* All that nobody waits for is one factor: Π Z_k^n_k / n_k!. */
static void
begin_with_delays (const Convolution *c, Weight *g)
{
  const TbClosedNet *net = c->net;
  g[0] = 1;
  for (gsize s = 1; s < c->states; s++)
    {
      guint k = 0;
      while (digits_of (c, s)[k] == 0)
        k++;
      Weight delay = (Weight) net->think[k] * c->scale[k];
      for (guint i = 0; i < net->n_centres; i++)
        delay += net->servers[i] == 0 ? scaled (c, i, k) : 0;
      g[s] = g[s - c->stride[k]] * delay / digits_of (c, s)[k];
    }
}

/* g *= F_i of one server, in place. */
static void
add_single (const Convolution *c, guint centre, Weight *g)
{
  for (gsize s = 1; s < c->states; s++)
    for (guint k = 0; k < c->net->n_classes; k++)
      if (digits_of (c, s)[k] > 0)
        g[s] += scaled (c, centre, k) * g[s - c->stride[k]];
}

/* F_i(m) of the c-server centre for all |m| ≤ most; 0 beyond. */
static void
weigh (const Convolution *c, guint centre, guint most)
{
  c->f[0] = 1;
  for (gsize s = 1; s < c->states; s++)
    {
      guint total = total_of (c, s);
      c->f[s] = 0;
      for (guint k = 0; k < c->net->n_classes && total <= most; k++)
        if (digits_of (c, s)[k] > 0)
          c->f[s] += scaled (c, centre, k) * c->f[s - c->stride[k]];
      c->f[s] /= MIN (total, c->net->servers[centre]);
    }
}

/* g *= F_i of several servers. more[s]: the terms of |m| ≥ c; last: those of |m| = c - 1, which the recursion begins with. */
static void
add_many (const Convolution *c, guint centre, Weight *g)
{
  guint servers = c->net->servers[centre];
  g_autofree Weight *last = g_new0 (Weight, c->states), *head = g_new0 (Weight, c->states);
  weigh (c, centre, servers - 1);
  for (gsize m = 0; m < c->states; m++)
    {
      guint total = total_of (c, m);
      for (gsize s = m; total < servers && s < c->states; s++)
        {
          if (!fits_in (c, m, s))
            continue;
          Weight term = c->f[m] * g[s - m];
          head[s] += term;
          last[s] += total == servers - 1 ? term : 0;
        }
    }
  for (gsize s = 0; s < c->states; s++)
    {
      c->more[s] = 0;
      for (guint k = 0; k < c->net->n_classes; k++)
        if (digits_of (c, s)[k] > 0)
          c->more[s] += scaled (c, centre, k) / servers * (c->more[s - c->stride[k]] + last[s - c->stride[k]]);
    }
  for (gsize s = 0; s < c->states; s++)
    g[s] = head[s] + c->more[s];
}

/* ---- Answers ------------------------------------------------------------------------------------------ */

static gboolean
is_same (const TbClosedNet *net, guint a, guint b)
{
  gsize row = net->n_classes * sizeof (double);
  return net->servers[a] == net->servers[b]
         && memcmp (&net->demand[(gsize) a * net->n_classes], &net->demand[(gsize) b * net->n_classes], row) == 0;
}

/* Q_ik = d_ik · G_with_i_twice(N - 1_k) / G(N). */
static void
queue_at_single (const Convolution *c, guint centre, double *queue)
{
  gsize full = c->states - 1;
  g_autofree Weight *twice = g_memdup2 (c->g, c->states * sizeof (Weight));
  add_single (c, centre, twice);
  for (guint k = 0; k < c->net->n_classes; k++)
    queue[k] = c->net->population[k] > 0
                 ? (double) (scaled (c, centre, k) * twice[full - c->stride[k]] / c->g[full]) : 0;
}

static void
queue_at_many (const Convolution *c, const Weight *base, guint centre, double *queue)
{
  gsize full = c->states - 1;
  g_autofree Weight *without = g_memdup2 (base, c->states * sizeof (Weight));
  g_autofree Weight *sums = g_new0 (Weight, c->net->n_classes);
  for (guint i = 0; i < c->net->n_centres; i++)
    if (i != centre && c->net->servers[i] > 1 && is_used (c->net, i))
      add_many (c, i, without);
  weigh (c, centre, G_MAXUINT);
  for (gsize m = 0; m < c->states; m++)
    for (guint k = 0; k < c->net->n_classes; k++)
      sums[k] += digits_of (c, m)[k] * c->f[m] * without[full - m];
  for (guint k = 0; k < c->net->n_classes; k++)
    queue[k] = (double) (sums[k] / c->g[full]);
}

static void
set_queue (const Convolution *c, const Weight *base, guint centre, TbClosedAnswer *answer)
{
  const TbClosedNet *net = c->net;
  double *queue = &answer->queue[(gsize) centre * net->n_classes];
  for (guint before = 0; before < centre; before++)
    if (is_same (net, before, centre))
      {
        memcpy (queue, &answer->queue[(gsize) before * net->n_classes], net->n_classes * sizeof *queue);
        return;
      }
  if (net->servers[centre] == 0 || !is_used (net, centre))
    for (guint k = 0; k < net->n_classes; k++)
      queue[k] = answer->throughput[k] * demand_of (net, centre, k);
  else if (net->servers[centre] == 1)
    queue_at_single (c, centre, queue);
  else
    queue_at_many (c, base, centre, queue);
}

static gboolean
answer_all (const Convolution *c, const Weight *base, TbClosedAnswer *answer)
{
  const TbClosedNet *net = c->net;
  gsize full = c->states - 1;
  if (!(c->g[full] > 0) || !isfinite ((double) logl (c->g[full])))
    return FALSE;
  for (guint k = 0; k < net->n_classes; k++)
    {
      gboolean any = net->population[k] > 0;
      answer->throughput[k] = any ? (double) (c->scale[k] * c->g[full - c->stride[k]] / c->g[full]) : 0;
      answer->response[k] = any ? net->population[k] / answer->throughput[k] - net->think[k] : 0;
      if (any && !isfinite (answer->response[k]))
        return FALSE;
    }
  for (guint i = 0; answer->queue != NULL && i < net->n_centres; i++)
    set_queue (c, base, i, answer);
  return TRUE;
}

static gboolean
takes_time (const TbClosedNet *net)
{
  for (guint k = 0; k < net->n_classes; k++)
    {
      double sum = net->think[k];
      for (guint i = 0; i < net->n_centres; i++)
        sum += demand_of (net, i, k);
      if (net->population[k] > G_MAXUINT16 - 1 || (net->population[k] > 0 && !(sum > 0)))
        return FALSE;
    }
  return TRUE;
}

gboolean
tb_closed_exact (const TbClosedNet *net, TbClosedAnswer *answer)
{
  Convolution c = { .net = net };
  gboolean solved = FALSE;
  if (takes_time (net) && make_room (&c))
    {
      begin_with_delays (&c, c.g);
      for (guint i = 0; i < net->n_centres; i++)
        if (net->servers[i] == 1 && is_used (net, i))
          add_single (&c, i, c.g);
      g_autofree Weight *base = g_memdup2 (c.g, c.states * sizeof (Weight));
      for (guint i = 0; i < net->n_centres; i++)
        if (net->servers[i] > 1 && is_used (net, i))
          add_many (&c, i, c.g);
      solved = answer_all (&c, base, answer);
    }
  clear (&c);
  return solved;
}
