/* Values of properties: what is one, what was expected instead, and the canonical form.
 *
 * Each type is a row: a check, the words for what it expects, and a way to write it. White space at
 * the ends of anything but free text means nothing, as in XML Schema's token. */
#include "schema-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tb-base.h"

/* Longest number or duration anybody writes; longer ones are refused before they are copied. */
#define MAX_WORD 255

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

gboolean
tb_text_is_blank (const char *text, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (!is_blank (text[i]))
      return FALSE;
  return TRUE;
}

gboolean
tb_words_contain (const char *words, const char *word)
{
  gsize length = strlen (word);
  for (const char *p = words; p != NULL && length > 0; p = strchr (p, ' '))
    {
      p += *p == ' ';
      if (strncmp (p, word, length) == 0 && (p[length] == ' ' || p[length] == '\0'))
        return TRUE;
    }
  return FALSE;
}

/* Edit distance with swaps of neighbours (Damerau 1964), given up beyond limit. */
static guint
distance (const char *a, const char *b, guint limit)
{
  gsize la = strlen (a), lb = strlen (b);
  guint rows[3][64];
  if (la >= 63 || lb >= 63 || la > lb + limit || lb > la + limit)
    return limit + 1;
  for (gsize j = 0; j <= lb; j++)
    rows[0][j] = (guint) j;
  for (gsize i = 1; i <= la; i++)
    {
      guint *row = rows[i % 3], *above = rows[(i - 1) % 3], *two = rows[(i + 1) % 3];
      row[0] = (guint) i;
      for (gsize j = 1; j <= lb; j++)
        {
          row[j] = MIN (MIN (row[j - 1], above[j]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
          if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            row[j] = MIN (row[j], two[j - 2] + 1);
        }
    }
  return rows[la % 3][lb];
}

const char *
tb_nearest_word (const char *word, const char *const *candidates, guint n)
{
  const char *best = NULL;
  guint nearest = MIN (3, (guint) strlen (word) / 2 + 1);
  for (guint i = 0; i < n; i++)
    {
      guint d = distance (word, candidates[i], 2);
      if (d < nearest)
        {
          nearest = d;
          best = candidates[i];
        }
    }
  return best;
}

/* ---- Checks: text has no blanks at its ends -------------------------------------------------- */

/* What XML 1.0 can hold: valid UTF-8 without control characters other than tab and line end. */
static gboolean
check_string (const TbPropSpec *spec, const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    if ((guchar) *p < 0x20 && *p != '\t' && *p != '\n' && *p != '\r')
      return FALSE;
  if (!g_utf8_validate (text, -1, NULL))
    return FALSE;
  return strstr (text, "\xef\xbf\xbe") == NULL && strstr (text, "\xef\xbf\xbf") == NULL;
}

static gboolean
check_id (const TbPropSpec *spec, const char *text)
{
  return tb_id_is_valid (text);
}

static gboolean
check_each_word (const char *text, gboolean (*check) (const TbPropSpec *, const char *),
                 const TbPropSpec *spec)
{
  g_auto (GStrv) words = g_strsplit_set (text, " \t\r\n", -1);
  guint n = 0;
  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0' && (n++, !check (spec, words[i])))
      return FALSE;
  return n > 0;
}

static gboolean
check_refs (const TbPropSpec *spec, const char *text)
{
  return check_each_word (text, check_id, spec);
}

static gboolean
check_name (const TbPropSpec *spec, const char *text)
{
  TbName name;
  return tb_name_parse (text, &name, NULL);
}

static gboolean
in_range (const TbPropSpec *spec, double value)
{
  return (spec->min == 0 && spec->max == 0) || (value >= spec->min && value <= spec->max);
}

/* -?digits, with a fraction where asked for. NULL: not a number; else what follows it. */
static const char *
skip_number (const char *p, gboolean fraction)
{
  p += *p == '-';
  const char *start = p;
  while (g_ascii_isdigit (*p))
    p++;
  if (p == start)
    return NULL;
  if (fraction && p[0] == '.' && g_ascii_isdigit (p[1]))
    for (p++; g_ascii_isdigit (*p);)
      p++;
  return p;
}

static gboolean
check_integer (const TbPropSpec *spec, const char *text)
{
  const char *end = skip_number (text, FALSE);
  return end != NULL && *end == '\0' && end - text <= 18
         && in_range (spec, (double) g_ascii_strtoll (text, NULL, 10));
}

static gboolean
check_number (const TbPropSpec *spec, const char *text)
{
  const char *end = skip_number (text, TRUE);
  return end != NULL && *end == '\0' && end - text <= MAX_WORD
         && in_range (spec, g_ascii_strtod (text, NULL));
}

static gboolean
check_boolean (const TbPropSpec *spec, const char *text)
{
  return strcmp (text, "yes") == 0 || strcmp (text, "no") == 0;
}

static gboolean
check_enum (const TbPropSpec *spec, const char *text)
{
  return strchr (text, ' ') == NULL && tb_words_contain (spec->choices, text);
}

static gboolean
check_duration (const TbPropSpec *spec, const char *text)
{
  int64_t ns;
  return strlen (text) <= MAX_WORD && tb_duration_parse (text, &ns, NULL)
         && in_range (spec, (double) ns);
}

gboolean
tb_schema_is_work (const TbPropSpec *spec)
{
  return spec->prop == TB_PROP_WORK || spec->prop == TB_PROP_DEMAND;
}

/* "wait exponential 20ms" → "exponential 20ms": the word is only for what costs something. */
static const char *
skip_work_word (const TbPropSpec *spec, const char *text)
{
  if (tb_schema_is_work (spec) && (g_str_has_prefix (text, "wait ") || g_str_has_prefix (text, "cpu ")))
    return strchr (text, ' ') + 1;
  return text;
}

static gboolean
check_dist (const TbPropSpec *spec, const char *text)
{
  TbDist dist;
  return strlen (text) <= MAX_WORD && tb_dist_parse (skip_work_word (spec, text), &dist);
}

static gboolean
check_threads (const TbPropSpec *spec, const char *text)
{
  static const TbPropSpec pool = { .min = 1, .max = 100000 };
  if (strcmp (text, "single") == 0 || strcmp (text, "per-request") == 0)
    return TRUE;
  if (!g_str_has_prefix (text, "pool "))
    return FALSE;
  text += strspn (text + 5, " ") + 5;
  return check_integer (&pool, text);
}

static gboolean
check_tag (const TbPropSpec *spec, const char *text)
{
  return check_string (spec, text)
         && (spec->choices == NULL || tb_words_contain (spec->choices, text));
}

static gboolean
check_tags (const TbPropSpec *spec, const char *text)
{
  return check_each_word (text, check_tag, spec);
}

static gboolean
check_colour (const TbPropSpec *spec, const char *text)
{
  if (text[0] != '#' || strlen (text) != 7)
    return FALSE;
  for (const char *p = text + 1; *p != '\0'; p++)
    if (!g_ascii_isxdigit (*p))
      return FALSE;
  return TRUE;
}

static gboolean
check_amount (const TbPropSpec *spec, const char *text)
{
  const char *end = skip_number (text, TRUE);
  if (end == NULL || end - text > MAX_WORD)
    return FALSE;
  return *end == '\0' || strcmp (end, "%") == 0 || check_duration (spec, text);
}

/* ---- What was expected, in words ------------------------------------------------------------- */

static char *
expect_range (const TbPropSpec *spec)
{
  const char *what = spec->type == TB_TYPE_INTEGER ? "a whole number" : "a number";
  if (spec->min == 0 && spec->max == 0)
    return g_strdup (what);
  char min[G_ASCII_DTOSTR_BUF_SIZE], max[G_ASCII_DTOSTR_BUF_SIZE];
  g_ascii_formatd (min, sizeof min, "%.15g", spec->min);
  g_ascii_formatd (max, sizeof max, "%.15g", spec->max);
  return g_strdup_printf ("%s from %s to %s", what, min, max);
}

char *
tb_words_to_choice (const char *words)
{
  g_auto (GStrv) each = g_strsplit (words, " ", -1);
  guint n = g_strv_length (each);
  GString *out = g_string_new (each[0]);
  for (guint i = 1; i < n; i++)
    g_string_append_printf (out, "%s%s", i + 1 == n ? " or " : ", ", each[i]);
  return g_string_free (out, FALSE);
}

static char *
expect_choice (const TbPropSpec *spec)
{
  return tb_words_to_choice (spec->choices);
}

static char *
expect_tags (const TbPropSpec *spec)
{
  if (spec->choices == NULL)
    return g_strdup ("words separated by blanks");
  g_autofree char *choice = expect_choice (spec);
  return g_strconcat ("words among ", choice, NULL);
}

static char *
expect_dist (const TbPropSpec *spec)
{
  return g_strdup (tb_schema_is_work (spec)
                     ? "a time such as wait exponential 2ms, cpu 5ms or uniform 1ms 3ms"
                     : "a time such as 20ms, exponential 20ms or uniform 1ms 3ms");
}

/* ---- Canonical forms ------------------------------------------------------------------------- */

/* One blank between words, none at the ends. */
static char *
collapse (const char *text)
{
  GString *out = g_string_sized_new (strlen (text));
  for (const char *p = text; *p != '\0'; p++)
    if (!is_blank (*p))
      g_string_append_c (out, *p);
    else if (out->len > 0 && !is_blank (p[1]) && p[1] != '\0')
      g_string_append_c (out, ' ');
  return g_string_free (out, FALSE);
}

/* Takes needless zeros from one word's number: 007.50ms → 7.5ms, 0.0 → 0, -0 → 0. */
static void
append_number_word (GString *out, const char *word)
{
  gboolean negative = *word == '-';
  const char *p = word + negative, *end = skip_number (p, TRUE);
  if (end == NULL)
    {
      g_string_append (out, word);
      return;
    }
  while (p[0] == '0' && g_ascii_isdigit (p[1]))
    p++;
  const char *stop = end;
  if (memchr (p, '.', (gsize) (end - p)) != NULL)
    {
      while (stop[-1] == '0')
        stop--;
      stop -= stop[-1] == '.';
    }
  gboolean zero = stop - p == 1 && *p == '0';
  if (negative && !zero)
    g_string_append_c (out, '-');
  g_string_append_len (out, p, stop - p);
  g_string_append (out, g_str_has_prefix (end, "µs") ? "us" : end);
}

static char *
canonical_numbers (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  GString *out = g_string_sized_new (strlen (text));
  for (guint i = 0; words[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (out, ' ');
      append_number_word (out, words[i]);
    }
  return g_string_free (out, FALSE);
}

static char *
canonical_colour (const char *text)
{
  return g_ascii_strdown (text, -1);
}

/* ---- The table ------------------------------------------------------------------------------- */

static const struct
{
  gboolean (*check) (const TbPropSpec *spec, const char *text);
  const char *expected;
  char *(*expect) (const TbPropSpec *spec); /* where the words depend on the row */
  char *(*canonical) (const char *text);    /* of collapsed text; NULL: it is already */
  gboolean free_text;                       /* blanks at the ends mean something */
} types[] = {
  [TB_TYPE_STRING] = { check_string, "text without control characters", .free_text = TRUE },
  [TB_TYPE_ID] = { check_id, "an id: a small letter, then small letters, digits and -" },
  [TB_TYPE_REF] = { check_id, "an id: a small letter, then small letters, digits and -" },
  [TB_TYPE_REFS] = { check_refs, "ids separated by blanks" },
  [TB_TYPE_NAME] = { check_name, "a name such as orders, orders/1, orders/leader or save[1>2]" },
  [TB_TYPE_INTEGER] = { check_integer, NULL, expect_range, canonical_numbers },
  [TB_TYPE_NUMBER] = { check_number, NULL, expect_range, canonical_numbers },
  [TB_TYPE_BOOLEAN] = { check_boolean, "yes or no" },
  [TB_TYPE_ENUM] = { check_enum, NULL, expect_choice },
  [TB_TYPE_DURATION] = { check_duration, "a duration such as 250us, 2ms or 1.5s",
                         .canonical = canonical_numbers },
  [TB_TYPE_DIST] = { check_dist, NULL, expect_dist, canonical_numbers },
  [TB_TYPE_THREADS] = { check_threads, "single, pool N (as in pool 8) or per-request",
                        .canonical = canonical_numbers },
  [TB_TYPE_TAGS] = { check_tags, NULL, expect_tags },
  [TB_TYPE_COLOUR] = { check_colour, "a colour such as #1f5fd0", .canonical = canonical_colour },
  [TB_TYPE_AMOUNT] = { check_amount, "a number, a percentage or a duration: 0.999, 99.9%, 200ms",
                       .canonical = canonical_numbers },
  [TB_TYPE_TEXT] = { check_string, "text without control characters", .free_text = TRUE },
};

/* Long findings are cut, at a character. */
static char *
quote (const char *text)
{
  enum { SHOWN = 40 };
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  if (g_utf8_strlen (valid, -1) <= SHOWN)
    return g_strdup_printf ("“%s”", valid);
  g_autofree char *start = g_utf8_substring (valid, 0, SHOWN);
  return g_strdup_printf ("“%s…”", start);
}

static const char *
near_choice (const TbPropSpec *spec, const char *text, GStrv *words)
{
  *words = spec->choices != NULL && spec->type == TB_TYPE_ENUM ? g_strsplit (spec->choices, " ", -1)
                                                               : g_new0 (char *, 1);
  return tb_nearest_word (text, (const char *const *) *words, g_strv_length (*words));
}

char *
tb_schema_expected (const TbPropSpec *spec)
{
  g_return_val_if_fail (spec != NULL, NULL);
  return types[spec->type].expect != NULL ? types[spec->type].expect (spec)
                                          : g_strdup (types[spec->type].expected);
}

static void
set_value_error (const TbPropSpec *spec, const char *text, GError **error)
{
  if (error == NULL)
    return;
  g_auto (GStrv) words = NULL;
  const char *near = near_choice (spec, text, &words);
  g_autofree char *expected = tb_schema_expected (spec);
  g_autofree char *found = quote (text);
  g_set_error (error, TB_MODEL_ERROR, TB_MODEL_ERROR_VALUE, "%s is %s, expected %s%s%s%s",
               spec->type == TB_TYPE_TEXT ? "the text" : spec->name, found, expected,
               near != NULL ? " (did you mean " : "", near != NULL ? near : "",
               near != NULL ? "?)" : "");
}

/* Most values stand as they should: no copy then. */
static gboolean
is_collapsed (const char *text)
{
  if (is_blank (*text))
    return FALSE;
  for (const char *p = text; *p != '\0'; p++)
    if (is_blank (*p) && (*p != ' ' || is_blank (p[1]) || p[1] == '\0'))
      return FALSE;
  return TRUE;
}

gboolean
tb_schema_validate (const TbPropSpec *spec, const char *text, GError **error)
{
  g_return_val_if_fail (spec != NULL && text != NULL, FALSE);
  g_autofree char *copy = NULL;
  const char *word = text;
  if (!types[spec->type].free_text && !is_collapsed (text))
    word = copy = collapse (text);
  if (types[spec->type].check (spec, word))
    return TRUE;
  set_value_error (spec, text, error);
  return FALSE;
}

char *
tb_schema_canonical (const TbPropSpec *spec, const char *text)
{
  g_return_val_if_fail (spec != NULL && text != NULL, NULL);
  if (types[spec->type].free_text)
    return g_strdup (text);
  g_autofree char *word = collapse (text);
  return types[spec->type].canonical != NULL ? types[spec->type].canonical (word)
                                             : g_steal_pointer (&word);
}

char *
tb_schema_canonical_if_other (const TbPropSpec *spec, const char *text)
{
  if (types[spec->type].free_text)
    return NULL;
  if (types[spec->type].canonical == NULL && is_collapsed (text))
    return NULL;
  g_autofree char *canonical = tb_schema_canonical (spec, text);
  return strcmp (canonical, text) == 0 ? NULL : g_steal_pointer (&canonical);
}
