/* Words of the command line: counts, numbers, addresses. */
#include "options-private.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *
option_sentence (const char *format, ...)
{
  char *text;
  va_list args;
  va_start (args, format);
  if (vasprintf (&text, format, args) < 0)
    abort ();
  va_end (args);
  return text;
}

/* The next blank-separated word of *p, copied; false at the end or where it does not fit. */
bool
option_word (const char **p, char *word, size_t size)
{
  const char *q = *p + strspn (*p, " \t");
  size_t n = strcspn (q, " \t");
  if (n == 0 || n >= size)
    return false;
  memcpy (word, q, n);
  word[n] = '\0';
  *p = q + n;
  return true;
}

bool
option_at_end (const char *p)
{
  return p[strspn (p, " \t")] == '\0';
}

bool
option_count (const char *text, uint64_t max, uint64_t *value)
{
  uint64_t v = 0;
  const char *p = text;
  for (; *p >= '0' && *p <= '9'; p++)
    {
      v = v * 10 + (uint64_t) (*p - '0');
      if (v > max)
        return false;
    }
  *value = v;
  return p > text && *p == '\0';
}

/* Positive decimals such as 0.25 and 1500; strtod would follow the locale. */
bool
option_number (const char *text, double *value)
{
  double v = 0, scale = 1;
  const char *p = text;
  for (; *p >= '0' && *p <= '9'; p++)
    v = v * 10 + (*p - '0');
  if (p == text)
    return false;
  if (*p == '.')
    for (p++; *p >= '0' && *p <= '9'; p++)
      v += (*p - '0') * (scale /= 10);
  *value = v;
  return *p == '\0' && v < 1e12;
}

/* ---- Addresses ---- */

static bool
split_host (const char *text, char *host, size_t size, uint64_t *port)
{
  const char *colon = strrchr (text, ':');
  bool bracket = text[0] == '[';
  if (colon == NULL || !option_count (colon + 1, 65535, port))
    return false;
  size_t n = (size_t) (colon - text);
  if (bracket)
    {
      if (n < 2 || colon[-1] != ']')
        return false;
      text++, n -= 2;
    }
  if (n >= size)
    return false;
  memcpy (host, text, n);
  host[n] = '\0';
  return true;
}

/* Numbers, localhost, and * or nothing for every address. The names of a drawing are resolved by
 * the plan, so no resolver is linked. */
bool
option_address (const char *text, Address *address)
{
  char host[64];
  uint64_t port;
  if (!split_host (text, host, sizeof host, &port))
    return false;
  memset (address, 0, sizeof *address);
  const char *number = strcmp (host, "localhost") == 0         ? "127.0.0.1"
                       : strcmp (host, "*") == 0 || !host[0] ? "0.0.0.0"
                                                               : host;
  if (inet_pton (AF_INET, number, &address->in.sin_addr) == 1)
    {
      address->in.sin_family = AF_INET;
      address->in.sin_port = htons ((uint16_t) port);
      return true;
    }
  address->in6.sin6_family = AF_INET6;
  address->in6.sin6_port = htons ((uint16_t) port);
  return inet_pton (AF_INET6, number, &address->in6.sin6_addr) == 1;
}
