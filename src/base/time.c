/* The clock, and durations as people write them. */
#include "tb-base.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct
{
  const char *name;
  int64_t ns;
} units[] = {
  { "ns", 1 },
  { "us", TB_NS_PER_US },
  { "µs", TB_NS_PER_US },
  { "ms", TB_NS_PER_MS },
  { "s", TB_NS_PER_S },
  { "m", 60 * TB_NS_PER_S },
  { "min", 60 * TB_NS_PER_S },
  { "h", 3600 * TB_NS_PER_S },
  { "d", 86400 * TB_NS_PER_S },
};

int64_t
tb_now_ns (void)
{
  struct timespec t;
  clock_gettime (CLOCK_MONOTONIC, &t);
  return t.tv_sec * TB_NS_PER_S + t.tv_nsec;
}

int64_t
tb_thread_cpu_ns (void)
{
  struct timespec t;
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec * TB_NS_PER_S + t.tv_nsec;
}

/* strtod follows the locale and takes hexadecimal and "inf"; a file must not. */
const char *
tb_decimal_parse (const char *p, double *value)
{
  double v = 0, scale = 1;
  const char *start = p;
  for (; *p >= '0' && *p <= '9'; p++)
    v = v * 10 + (*p - '0');
  if (p == start)
    return NULL;
  if (*p == '.')
    for (p++; *p >= '0' && *p <= '9'; p++)
      v += (*p - '0') * (scale /= 10);
  *value = v;
  return p;
}

static int64_t
unit_at (const char *p, size_t n)
{
  for (size_t i = 0; i < TB_ARRAY_LENGTH (units); i++)
    if (strlen (units[i].name) == n && memcmp (units[i].name, p, n) == 0)
      return units[i].ns;
  return 0;
}

bool
tb_duration_parse (const char *text, int64_t *ns, const char **end)
{
  double value;
  const char *p = tb_decimal_parse (text, &value);
  if (p == NULL)
    return false;
  size_t n = 0;
  while ((p[n] >= 'a' && p[n] <= 'z') || (unsigned char) p[n] >= 0x80)
    n++;
  int64_t unit = unit_at (p, n);
  double product = value * (double) unit;
  if (unit == 0 || product > 9e18 || (end == NULL && p[n] != '\0'))
    return false;
  *ns = (int64_t) llround (product);
  if (end != NULL)
    *end = p + n;
  return true;
}

void
tb_duration_format (int64_t ns, char *out, size_t size)
{
  static const struct
  {
    const char *name;
    int64_t ns;
  } forms[] = { { "d", 86400 * TB_NS_PER_S }, { "h", 3600 * TB_NS_PER_S }, { "m", 60 * TB_NS_PER_S },
                { "s", TB_NS_PER_S },         { "ms", TB_NS_PER_MS },      { "us", TB_NS_PER_US },
                { "ns", 1 } };
  if (ns == 0)
    {
      snprintf (out, size, "0s");
      return;
    }
  for (size_t i = 0; i < TB_ARRAY_LENGTH (forms); i++)
    if (ns % forms[i].ns == 0)
      {
        snprintf (out, size, "%" PRId64 "%s", ns / forms[i].ns, forms[i].name);
        return;
      }
}
