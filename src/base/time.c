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

/* No duration is as long: 285 years. */
#define DURATION_MAX_NS INT64_C (9000000000000000000)

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

/* Adds what stands behind a point, if one does. */
static const char *
fraction_parse (const char *p, double *value)
{
  double scale = 1;
  if (*p == '.')
    for (p++; *p >= '0' && *p <= '9'; p++)
      *value += (*p - '0') * (scale /= 10);
  return p;
}

/* strtod follows the locale and takes hexadecimal and "inf"; a file must not. */
const char *
tb_decimal_parse (const char *p, double *value)
{
  double v = 0;
  const char *start = p;
  for (; *p >= '0' && *p <= '9'; p++)
    v = v * 10 + (*p - '0');
  if (p == start)
    return NULL;
  *value = v;
  return fraction_parse (p, value);
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
  /* Apart, since a double does not hold each nanosecond of more than a hundred days. */
  int64_t whole = 0;
  double fraction = 0;
  const char *p = text;
  for (; *p >= '0' && *p <= '9'; p++)
    whole = whole > DURATION_MAX_NS / 10 ? DURATION_MAX_NS : whole * 10 + (*p - '0');
  if (p == text)
    return false;
  p = fraction_parse (p, &fraction);
  size_t n = 0;
  while ((p[n] >= 'a' && p[n] <= 'z') || (unsigned char) p[n] >= 0x80)
    n++;
  int64_t unit = unit_at (p, n);
  if (unit == 0 || whole >= DURATION_MAX_NS / unit || (end == NULL && p[n] != '\0'))
    return false;
  *ns = whole * unit + (int64_t) llround (fraction * (double) unit);
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
