/* How long something lasts: one reader and one draw per distribution. */
#include "tb-base.h"

#include <math.h>
#include <string.h>

static double
draw_constant (const TbDist *d, TbRng *rng)
{
  (void) rng;
  return d->a_ns;
}

static double
draw_uniform (const TbDist *d, TbRng *rng)
{
  return d->a_ns + (d->b - d->a_ns) * tb_rng_uniform (rng);
}

/* Box and Muller 1958; 1 - u keeps the logarithm away from zero. */
static double
draw_normal (const TbDist *d, TbRng *rng)
{
  double u = 1 - tb_rng_uniform (rng), v = tb_rng_uniform (rng);
  return d->a_ns + d->b * sqrt (-2 * log (u)) * cos (6.283185307179586 * v);
}

static double
draw_exponential (const TbDist *d, TbRng *rng)
{
  return -d->a_ns * log (1 - tb_rng_uniform (rng));
}

/* Scale chosen so that the mean is a: mean = scale · shape / (shape - 1). */
static double
draw_pareto (const TbDist *d, TbRng *rng)
{
  double scale = d->a_ns * (d->b - 1) / d->b;
  return scale / pow (1 - tb_rng_uniform (rng), 1 / d->b);
}

static const struct
{
  const char *name;
  int durations; /* that follow the name */
  bool shape;    /* a bare number may follow them */
  double (*draw) (const TbDist *, TbRng *);
} forms[] = {
  [TB_DIST_CONSTANT] = { "constant", 1, false, draw_constant },
  [TB_DIST_UNIFORM] = { "uniform", 2, false, draw_uniform },
  [TB_DIST_NORMAL] = { "normal", 2, false, draw_normal },
  [TB_DIST_EXPONENTIAL] = { "exponential", 1, false, draw_exponential },
  [TB_DIST_PARETO] = { "pareto", 1, true, draw_pareto },
};

static const char *
skip_blanks (const char *p)
{
  while (*p == ' ' || *p == '\t')
    p++;
  return p;
}

static TbDistKind
read_kind (const char **p)
{
  for (size_t i = 0; i < TB_ARRAY_LENGTH (forms); i++)
    {
      size_t n = strlen (forms[i].name);
      if (strncmp (*p, forms[i].name, n) == 0 && (*p)[n] == ' ')
        {
          *p = skip_blanks (*p + n);
          return (TbDistKind) i;
        }
    }
  return TB_DIST_CONSTANT;
}

bool
tb_dist_parse (const char *text, TbDist *dist)
{
  const char *p = skip_blanks (text);
  TbDist d = { .kind = read_kind (&p), .b = 0 };
  int64_t ns[2] = { 0, 0 };
  for (int i = 0; i < forms[d.kind].durations; i++)
    {
      if (!tb_duration_parse (p, &ns[i], &p))
        return false;
      p = skip_blanks (p);
    }
  d.a_ns = (double) ns[0];
  d.b = (double) ns[1];
  if (forms[d.kind].shape)
    {
      d.b = 2;
      if (*p != '\0')
        p = tb_decimal_parse (p, &d.b);
      if (p == NULL || !(d.b > 1 && d.b < 1000))
        return false;
    }
  if (*skip_blanks (p) != '\0' || (d.kind == TB_DIST_UNIFORM && d.b < d.a_ns))
    return false;
  *dist = d;
  return true;
}

int64_t
tb_dist_draw_ns (const TbDist *dist, TbRng *rng)
{
  double v = forms[dist->kind].draw (dist, rng);
  return v > 0 ? (int64_t) TB_MIN (v, 9e18) : 0;
}
