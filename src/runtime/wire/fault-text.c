/* Attributes of faults as text, and faults as one line of it. */
#include "tb-fault.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 300

/* ---- Values ---------------------------------------------------------------------------------- */

static void *
field_of (const TbWireFault *fault, const TbFaultAttribute *a)
{
  return (char *) (uintptr_t) fault + a->offset;
}

/* The number a field holds, as stored. */
static double
stored (const TbWireFault *fault, const TbFaultAttribute *a)
{
  switch (a->unit)
    {
    case TB_UNIT_DIST_MS:
      return ((const TbDist *) field_of (fault, a))->a_ns;
    case TB_UNIT_SHARE:
      return *(const double *) field_of (fault, a);
    case TB_UNIT_TEXT:
    case TB_UNIT_STREAM:
      return 0;
    case TB_UNIT_MS:
    case TB_UNIT_US:
    case TB_UNIT_BYTES:
    case TB_UNIT_KB_S:
    case TB_UNIT_COUNT:
    default:
      return (double) *(const int64_t *) field_of (fault, a);
    }
}

static void
store (TbWireFault *fault, const TbFaultAttribute *a, double value)
{
  if (a->unit == TB_UNIT_SHARE)
    *(double *) field_of (fault, a) = value;
  else if (a->unit == TB_UNIT_DIST_MS)
    *(TbDist *) field_of (fault, a) = (TbDist) { TB_DIST_CONSTANT, value, 0 };
  else
    *(int64_t *) field_of (fault, a) = (int64_t) llround (value);
}

typedef struct
{
  const char *name;
  double factor;
} TbSuffix;

static const TbSuffix byte_suffixes[] = {
  { "", 1 },      { "B", 1 },     { "KB", 1e3 },         { "kB", 1e3 },
  { "MB", 1e6 },  { "GB", 1e9 },  { "KiB", 1024 },       { "MiB", 1048576 },
};
static const TbSuffix rate_suffixes[] = {
  { "", 1e3 },        { "B/s", 1 },       { "KB/s", 1e3 },    { "kB/s", 1e3 },
  { "MB/s", 1e6 },    { "GB/s", 1e9 },    { "KiB/s", 1024 },  { "MiB/s", 1048576 },
  { "kbit", 1e3 / 8 }, { "mbit", 1e6 / 8 }, { "gbit", 1e9 / 8 },
};
static const TbSuffix share_suffixes[] = { { "", 1 }, { "%", 0.01 } };
static const TbSuffix count_suffixes[] = { { "", 1 } };

static bool
parse_with (const char *text, const TbSuffix *suffixes, size_t n, double *value)
{
  double number;
  const char *end = tb_decimal_parse (text, &number);
  if (end == NULL)
    return false;
  for (size_t i = 0; i < n; i++)
    if (strcmp (end, suffixes[i].name) == 0)
      {
        *value = number * suffixes[i].factor;
        return true;
      }
  return false;
}

/* A bare number is in that unit, and whole ns as any other. */
static bool
parse_time (const char *text, double unit, double *value)
{
  int64_t ns;
  const char *end = tb_decimal_parse (text, value);
  if (end != NULL && *end == '\0')
    {
      *value = round (*value * unit);
      return true;
    }
  if (!tb_duration_parse (text, &ns, NULL))
    return false;
  *value = (double) ns;
  return true;
}

#define WITH(suffixes) parse_with (text, suffixes, TB_ARRAY_LENGTH (suffixes), value)

static bool
parse_value (TbFaultUnit unit, const char *text, double *value)
{
  switch (unit)
    {
    case TB_UNIT_MS:
    case TB_UNIT_DIST_MS:
      return parse_time (text, (double) TB_NS_PER_MS, value);
    case TB_UNIT_US:
      return parse_time (text, (double) TB_NS_PER_US, value);
    case TB_UNIT_BYTES:
      return WITH (byte_suffixes);
    case TB_UNIT_KB_S:
      return WITH (rate_suffixes);
    case TB_UNIT_SHARE:
      return WITH (share_suffixes);
    case TB_UNIT_COUNT:
    case TB_UNIT_TEXT:
    case TB_UNIT_STREAM:
    default:
      return WITH (count_suffixes);
    }
}

static bool
set_stream (TbWireFault *fault, const char *value)
{
  bool both = strcmp (value, "both") == 0;
  bool up = both || strcmp (value, "upstream") == 0;
  bool down = both || strcmp (value, "downstream") == 0;
  if (!up && !down)
    return false;
  fault->up = up;
  fault->down = down;
  return true;
}

static bool
refuse_value (const TbFaultAttribute *a, const char *value, char *why, size_t size)
{
  static const char *const expected[] = {
    [TB_UNIT_MS] = "a duration like 20ms",
    [TB_UNIT_US] = "a duration like 500us",
    [TB_UNIT_DIST_MS] = "a duration like 20ms, or a distribution like “normal 5ms 1ms”",
    [TB_UNIT_BYTES] = "a number of bytes like 1000 or 64KB",
    [TB_UNIT_KB_S] = "a rate like 64KB/s or 8mbit",
    [TB_UNIT_SHARE] = "a share from 0 to 1, or like 25%",
    [TB_UNIT_COUNT] = "a whole number",
    [TB_UNIT_TEXT] = "a text",
    [TB_UNIT_STREAM] = "upstream, downstream or both",
  };
  snprintf (why, size, "%s is “%.60s”, expected %s", a->name, value, expected[a->unit]);
  return false;
}

/* As a number of that attribute is written. */
static void
write_bare (const TbFaultAttribute *a, double value, char *out, size_t size)
{
  TbWireFault bare;
  memset (&bare, 0, sizeof bare);
  store (&bare, a, value);
  tb_fault_get (&bare, a, out, size);
}

static bool
refuse_bounds (const TbFaultAttribute *a, const char *value, char *why, size_t size)
{
  char least[64], most[64];
  write_bare (a, a->least, least, sizeof least);
  write_bare (a, a->most, most, sizeof most);
  snprintf (why, size, "%s is %.60s, expected %s to %s", a->name, value, least, most);
  return false;
}

static bool
set_attribute (TbWireFault *fault, const TbFaultAttribute *a, const char *value, char *why,
               size_t size)
{
  TbDist dist;
  double number;
  if (a->unit == TB_UNIT_STREAM)
    return set_stream (fault, value) || refuse_value (a, value, why, size);
  if (a->unit == TB_UNIT_TEXT)
    {
      char **text = field_of (fault, a);
      free (*text);
      *text = strdup (value);
      return true;
    }
  bool is_dist = a->unit == TB_UNIT_DIST_MS && tb_dist_parse (value, &dist);
  if (is_dist)
    number = dist.a_ns;
  else if (!parse_value (a->unit, value, &number))
    return refuse_value (a, value, why, size);
  if (a->unit == TB_UNIT_COUNT && floor (number) != number)
    return refuse_value (a, value, why, size);
  if (!(number >= a->least && number <= a->most) || (is_dist && !(dist.b <= a->most)))
    return refuse_bounds (a, value, why, size);
  if (is_dist)
    *(TbDist *) field_of (fault, a) = dist;
  else
    store (fault, a, number);
  return true;
}

/* ---- By name --------------------------------------------------------------------------------- */

void
tb_fault_init (TbWireFault *fault, TbFaultKind kind)
{
  const TbFaultAttribute *a;
  memset (fault, 0, sizeof *fault);
  fault->kind = kind;
  fault->up = fault->down = true;
  for (unsigned i = 0; (a = tb_fault_attribute (kind, i)) != NULL; i++)
    if (a->unit != TB_UNIT_TEXT && a->unit != TB_UNIT_STREAM)
      store (fault, a, a->normal);
}

static char **
find_name (TbWireFault *fault, const char *name)
{
  const struct
  {
    const char *name;
    char **at;
  } names[] = {
    { "id", &fault->id }, { "link", &fault->link }, { "from", &fault->from }, { "to", &fault->to }
  };
  for (size_t i = 0; i < TB_ARRAY_LENGTH (names); i++)
    if (strcmp (names[i].name, name) == 0)
      return names[i].at;
  return NULL;
}

bool
tb_fault_set (TbWireFault *fault, const char *name, const char *value, char *why, size_t size)
{
  char **text = find_name (fault, name);
  if (text != NULL)
    {
      free (*text);
      *text = strdup (value);
      return true;
    }
  const TbFaultAttribute *a = tb_fault_find_attribute (fault->kind, name);
  if (a != NULL)
    return set_attribute (fault, a, value, why, size);
  int n = snprintf (why, size, "%s has no %.40s; it has", tb_fault_name (fault->kind), name);
  for (unsigned i = 0; (a = tb_fault_attribute (fault->kind, i)) != NULL && n < (int) size; i++)
    n += snprintf (why + n, size - (size_t) n, "%s %s", i == 0 ? "" : ",", a->name);
  return false;
}

/* The shortest that is read as the same number, to 15 digits, with a point whatever the locale says. */
static void
write_number (char *out, size_t size, double value)
{
  int n = 0, digits = 6;
  do
    n = snprintf (out, size, "%.*g", digits, value);
  while (digits++ < 15 && strtod (out, NULL) != value);
  if (memchr (out, 'e', strlen (out)) != NULL) /* which is not how people write numbers, and is not read */
    {
      n = snprintf (out, size, "%.18f", value);
      while (n > 1 && n < (int) size && strchr (n > 2 ? "0" : ".,", out[n - 1]) != NULL)
        out[--n] = '\0';
    }
  for (int i = 0; i < n && i < (int) size; i++)
    if (out[i] == ',')
      out[i] = '.';
}

static void
write_dist (char *out, size_t size, const TbDist *dist)
{
  static const char *const names[] = { "", "uniform ", "normal ", "exponential ", "pareto " };
  char a[40], b[40] = "";
  tb_duration_format ((int64_t) llround (dist->a_ns), a, sizeof a);
  if (dist->kind == TB_DIST_UNIFORM || dist->kind == TB_DIST_NORMAL)
    tb_duration_format ((int64_t) llround (dist->b), b, sizeof b);
  else if (dist->kind == TB_DIST_PARETO && dist->b > 0)
    write_number (b, sizeof b, dist->b);
  snprintf (out, size, "%s%s%s%s", names[dist->kind], a, *b != '\0' ? " " : "", b);
}

/* With the largest suffix that needs no fraction. */
static void
write_bytes (char *out, size_t size, int64_t bytes, const char *per)
{
  static const TbSuffix steps[] = { { "GB", 1e9 }, { "MB", 1e6 }, { "KB", 1e3 }, { "B", 1 } };
  size_t i = 0;
  while (i + 1 < TB_ARRAY_LENGTH (steps) && (bytes == 0 || bytes % (int64_t) steps[i].factor != 0))
    i++;
  snprintf (out, size, "%lld%s%s", (long long) (bytes / (int64_t) steps[i].factor), steps[i].name,
            per);
}

void
tb_fault_get (const TbWireFault *fault, const TbFaultAttribute *a, char *out, size_t size)
{
  const void *field = field_of (fault, a);
  switch (a->unit)
    {
    case TB_UNIT_MS:
    case TB_UNIT_US:
      tb_duration_format (*(const int64_t *) field, out, size);
      break;
    case TB_UNIT_DIST_MS:
      write_dist (out, size, field);
      break;
    case TB_UNIT_BYTES:
      write_bytes (out, size, *(const int64_t *) field, "");
      break;
    case TB_UNIT_KB_S:
      write_bytes (out, size, *(const int64_t *) field, "/s");
      break;
    case TB_UNIT_SHARE:
      write_number (out, size, *(const double *) field);
      break;
    case TB_UNIT_COUNT:
      snprintf (out, size, "%lld", (long long) *(const int64_t *) field);
      break;
    case TB_UNIT_TEXT:
      snprintf (out, size, "%s", *(char *const *) field != NULL ? *(char *const *) field : "");
      break;
    case TB_UNIT_STREAM:
      snprintf (out, size, "%s",
                fault->up && fault->down ? "both" : fault->up ? "upstream" : "downstream");
      break;
    }
}

double
tb_fault_get_number (const TbWireFault *fault, const TbFaultAttribute *a)
{
  double value = stored (fault, a);
  switch (a->unit)
    {
    case TB_UNIT_MS:
    case TB_UNIT_DIST_MS:
      return value / (double) TB_NS_PER_MS;
    case TB_UNIT_US:
    case TB_UNIT_KB_S: /* µs to the ns as bytes to the KB */
      return value / (double) TB_NS_PER_US;
    case TB_UNIT_BYTES:
    case TB_UNIT_SHARE:
    case TB_UNIT_COUNT:
    case TB_UNIT_TEXT:
    case TB_UNIT_STREAM:
    default:
      return value;
    }
}

bool
tb_fault_is_normal (const TbWireFault *fault, const TbFaultAttribute *a)
{
  if (a->unit == TB_UNIT_STREAM)
    return fault->up && fault->down;
  if (a->unit == TB_UNIT_TEXT)
    {
      const char *text = *(char *const *) field_of (fault, a);
      return text == NULL || *text == '\0';
    }
  if (a->unit == TB_UNIT_DIST_MS
      && ((const TbDist *) field_of (fault, a))->kind != TB_DIST_CONSTANT)
    return false;
  char is[64], normal[64]; /* what is written the same is read the same */
  tb_fault_get (fault, a, is, sizeof is);
  write_bare (a, a->normal, normal, sizeof normal);
  return strcmp (is, normal) == 0;
}

bool
tb_fault_tells (const TbWireFault *fault, const TbFaultAttribute *a)
{
  bool amount = a == tb_fault_attribute (fault->kind, 0) && a->kind == fault->kind && a->normal != 0;
  return amount || !tb_fault_is_normal (fault, a);
}

/* NaN is not within. */
static bool
is_within (const TbWireFault *fault, const TbFaultAttribute *a)
{
  double value = stored (fault, a);
  if (a->unit == TB_UNIT_TEXT || a->unit == TB_UNIT_STREAM)
    return true;
  if (a->unit == TB_UNIT_DIST_MS)
    {
      const TbDist *dist = field_of (fault, a);
      if ((unsigned) dist->kind > TB_DIST_PARETO || !(dist->b >= 0 && dist->b <= a->most))
        return false;
    }
  return value >= a->least && value <= a->most;
}

bool
tb_fault_is_sound (const TbWireFault *fault)
{
  const TbFaultAttribute *a;
  char why[200];
  if ((unsigned) fault->kind >= TB_FAULT_COUNT)
    return false;
  for (unsigned i = 0; (a = tb_fault_attribute (fault->kind, i)) != NULL; i++)
    if (!is_within (fault, a))
      return false;
  return tb_fault_check (fault, why, sizeof why);
}

bool
tb_fault_check (const TbWireFault *fault, char *why, size_t size)
{
  const char *what = NULL;
  bool connections = tb_fault_strikes (fault->kind) == TB_STRIKES_CONNECTIONS;
  if (fault->kind == TB_FAULT_SLICER && fault->size_variation >= fault->average_size)
    what = "size_variation must be less than average_size";
  else if (fault->until_ns != 0 && fault->until_ns <= fault->after_ns)
    what = "until must come later than after";
  else if (connections && fault->match != NULL && *fault->match != '\0')
    what = "match chooses among messages, but this strikes connections";
  else if (!connections && fault->n_pairs == 0 && !fault->up && !fault->down)
    what = "neither direction is chosen";
  if (what != NULL)
    snprintf (why, size, "%s: %s", tb_fault_name (fault->kind), what);
  return what == NULL;
}

/* ---- As one line ----------------------------------------------------------------------------- */

/* The next word up to a comma, without the backslashes; false when it is too long. */
static bool
take_word (const char **text, char *word, size_t size)
{
  size_t n = 0;
  const char *p = *text;
  for (; *p != '\0' && *p != ','; p++)
    {
      if (*p == '\\' && p[1] != '\0')
        p++;
      if (n + 1 >= size)
        return false;
      word[n++] = *p;
    }
  word[n] = '\0';
  *text = *p == ',' ? p + 1 : p;
  return true;
}

static bool
parse_attributes (const char *text, TbWireFault *fault, char *why, size_t size)
{
  char word[WORDS_MAX];
  while (*text != '\0')
    {
      bool fits = take_word (&text, word, sizeof word);
      char *value = fits ? strchr (word, '=') : NULL;
      if (value == NULL)
        {
          snprintf (why, size, "“%.60s” is not of the form name=value", fits ? word : text);
          return false;
        }
      *value = '\0';
      if (!tb_fault_set (fault, word, value + 1, why, size))
        return false;
    }
  return tb_fault_check (fault, why, size);
}

static void
list_kinds (const char *name, char *why, size_t size)
{
  int n = snprintf (why, size, "there is no fault “%.40s”; there are", name);
  for (unsigned i = 0; i < TB_FAULT_COUNT && n < (int) size; i++)
    n += snprintf (why + n, size - (size_t) n, "%s %s", i == 0 ? "" : ",",
                   tb_fault_name ((TbFaultKind) i));
}

bool
tb_fault_parse (const char *text, TbWireFault *fault, char *why, size_t size)
{
  char name[WORDS_MAX] = "";
  TbFaultKind kind;
  memset (fault, 0, sizeof *fault);
  if (!take_word (&text, name, sizeof name) || !tb_fault_from_name (name, &kind))
    {
      list_kinds (name, why, size);
      return false;
    }
  tb_fault_init (fault, kind);
  if (parse_attributes (text, fault, why, size))
    return true;
  tb_wire_fault_clear (fault);
  return false;
}

static size_t
put (char *out, size_t size, size_t n, const char *text, bool escape)
{
  for (; *text != '\0' && n + 2 < size; text++)
    {
      if (escape && (*text == ',' || *text == '\\'))
        out[n++] = '\\';
      out[n++] = *text;
    }
  if (n < size)
    out[n] = '\0';
  return n;
}

void
tb_fault_format (const TbWireFault *fault, char *out, size_t size)
{
  const TbFaultAttribute *a;
  char value[WORDS_MAX];
  size_t n = put (out, size, 0, tb_fault_name (fault->kind), false);
  for (unsigned i = 0; (a = tb_fault_attribute (fault->kind, i)) != NULL; i++)
    {
      if (tb_fault_is_normal (fault, a))
        continue;
      tb_fault_get (fault, a, value, sizeof value);
      n = put (out, size, n, ",", false);
      n = put (out, size, n, a->name, false);
      n = put (out, size, n, "=", false);
      n = put (out, size, n, value, true);
    }
}

void
tb_fault_summary (const TbWireFault *fault, char *out, size_t size)
{
  const TbFaultAttribute *a = tb_fault_attribute (fault->kind, 0);
  const char *name = tb_fault_name (fault->kind);
  char value[100] = "", share[40] = "";
  if (a->kind == fault->kind && tb_fault_tells (fault, a))
    tb_fault_get (fault, a, value, sizeof value);
  double chance = fault->probability * fault->toxicity * 100;
  if (chance < 100)
    snprintf (share, sizeof share, " %d%%", (int) (chance + 0.5));
  int n = snprintf (out, size, "%s%s%s%s", name, *value != '\0' ? " " : "", value, share);
  for (int i = 0; i < n && i < (int) size && i < (int) strlen (name); i++)
    if (out[i] == '_')
      out[i] = ' ';
}

/* ---- Copies ---------------------------------------------------------------------------------- */

static char *
copy_text (const char *text)
{
  char *copy = strdup (text != NULL ? text : "");
  TB_CHECK (copy != NULL);
  return copy;
}

void
tb_wire_fault_copy (TbWireFault *to, const TbWireFault *from)
{
  *to = *from;
  to->id = copy_text (from->id);
  to->link = copy_text (from->link);
  to->from = copy_text (from->from);
  to->to = copy_text (from->to);
  to->match = copy_text (from->match);
  to->pairs = calloc (from->n_pairs + 1, sizeof *to->pairs);
  TB_CHECK (to->pairs != NULL);
  if (from->n_pairs > 0)
    memcpy (to->pairs, from->pairs, from->n_pairs * sizeof *to->pairs);
}

void
tb_wire_fault_clear (TbWireFault *fault)
{
  free (fault->id);
  free (fault->link);
  free (fault->from);
  free (fault->to);
  free (fault->match);
  free (fault->pairs);
  memset (fault, 0, sizeof *fault);
}
