/* The closed forms: one place, one formula, its source in the header. */
#include <math.h>

#include "tb-predict.h"

/* By Erlang's B, B_0 = 1, B_k = a B_{k-1} / (k + a B_{k-1}), which needs no factorials. */
double
tb_erlang_c (guint c, double a)
{
  double b = 1;
  if (c == 0 || !(a > 0))
    return 0;
  if (a >= c)
    return 1;
  for (guint k = 1; k <= c; k++)
    b = a * b / (k + a * b);
  return b / (1 - a / c * (1 - b));
}

double
tb_mmc_response (double rate, double service, guint c)
{
  double a = rate * service;
  if (c == 0 || a >= c)
    return c == 0 ? service : INFINITY;
  return service + tb_erlang_c (c, a) * service / (c - a);
}

double
tb_mg1_wait (double rate, double service, double second_moment)
{
  double rho = rate * service;
  return rho < 1 ? rate * second_moment / (2 * (1 - rho)) : INFINITY;
}

TbBounds
tb_bounds (double n, double total, double most, double think)
{
  TbBounds b = {
    .x_low = n / (n * total + think), .x_high = n / (total + think), .r_low = total, .r_high = n * total,
    .knee = INFINITY,
  };
  if (most > 0)
    {
      b.x_high = MIN (b.x_high, 1 / most);
      b.r_low = MAX (b.r_low, n * most - think);
      b.knee = (total + think) / most;
    }
  return b;
}
