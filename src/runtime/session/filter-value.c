/* What stands behind a key of a filter: names, words, figures, texts; and what is said where it is none of that. */
#include <string.h>

#include "filter-read.h"
#include "tb-base.h"

/* ---- Errors -------------------------------------------------------------------------------------- */

TbTerm *
tb_filter_fail (TbFilterReader *parser, const char *at, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *said = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (parser->error, TB_FILTER_ERROR, TB_FILTER_ERROR_SYNTAX, "column %ld: %s",
               g_utf8_pointer_to_offset (parser->text, at) + 1, said);
  return NULL;
}

/* The name that was perhaps meant: one that begins so, or all but one letter of it. */
const char *
tb_filter_nearest (const char *word, const char *const *names, guint n)
{
  gsize length = strlen (word);
  for (guint i = 0; i < n && length > 0; i++)
    {
      gsize same = 0, from_end = 0, size = strlen (names[i]);
      while (same < MIN (length, size) && names[i][same] == word[same])
        same++;
      while (from_end < MIN (length, size) - same
             && names[i][size - 1 - from_end] == word[length - 1 - from_end])
        from_end++;
      if (same == length || same + from_end + 1 >= MAX (length, size))
        return names[i];
    }
  return NULL;
}

static char *
listed (const char *const *names, guint n)
{
  GString *text = g_string_new (names[0]);
  for (guint i = 1; i < n; i++)
    g_string_append_printf (text, "%s%s", i + 1 < n ? ", " : " or ", names[i]);
  return g_string_free (text, FALSE);
}

static TbTerm *
fail_name (TbFilterReader *parser, const char *at, const char *what, const char *word,
           const char *const *names, guint n)
{
  const char *meant = tb_filter_nearest (word, names, n);
  if (meant)
    return tb_filter_fail (parser, at, "there is no %s “%s”; did you mean “%s”?", what, word, meant);
  g_autofree char *all = listed (names, n);
  return tb_filter_fail (parser, at, "there is no %s “%s”; expected %s", what, word, all);
}

/* ---- Values -------------------------------------------------------------------------------------- */

static gboolean
read_count (const char *text, gint64 *value, const char **end)
{
  char *after = NULL;
  if (!g_ascii_isdigit (*text))
    return FALSE;
  guint64 n = g_ascii_strtoull (text, &after, 10);
  *value = (gint64) MIN (n, (guint64) G_MAXINT64 / 4);
  *end = after;
  return TRUE;
}

static gboolean
read_seconds (const char *text, gint64 *value, const char **end)
{
  double seconds;
  if (tb_duration_parse (text, value, end))
    return TRUE;
  *end = tb_decimal_parse (text, &seconds);
  if (!*end || !(seconds >= 0 && seconds < 1e9))
    return FALSE;
  *value = (gint64) (seconds * 1e9 + 0.5);
  return TRUE;
}

static gboolean
read_bytes (const char *text, gint64 *value, const char **end)
{
  static const struct
  {
    const char *unit;
    double factor;
  } units[] = { { "KiB", 1024 }, { "MiB", 1048576 }, { "GiB", 1073741824 }, { "kB", 1e3 }, { "KB", 1e3 },
                { "MB", 1e6 },   { "GB", 1e9 },      { "B", 1 } };
  double n;
  const char *after = tb_decimal_parse (text, &n);
  if (!after || !(n >= 0))
    return FALSE;
  *end = after;
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (g_str_has_prefix (after, units[i].unit))
      {
        n *= units[i].factor;
        *end = after + strlen (units[i].unit);
        break;
      }
  *value = (gint64) MIN (n, 4e18);
  return TRUE;
}

static gboolean
read_duration (const char *text, gint64 *value, const char **end)
{
  return tb_duration_parse (text, value, end);
}

static const struct
{
  gboolean (*read) (const char *text, gint64 *value, const char **end);
  const char *expected;
} figures[] = {
  [TB_VALUE_COUNT] = { read_count, "a number such as 500, 5xx or 400..499" },
  [TB_VALUE_DURATION] = { read_duration, "a duration such as 20ms" },
  [TB_VALUE_SECONDS] = { read_seconds, "a time such as 12.5s, counted from the start" },
  [TB_VALUE_BYTES] = { read_bytes, "a size such as 200 or 1KiB" },
};

/* "5xx" is a hundred of them. */
static gboolean
read_class (const char *text, TbTerm *term)
{
  if (!g_ascii_isdigit (text[0]) || g_ascii_strcasecmp (text + 1, "xx") != 0)
    return FALSE;
  term->low = (text[0] - '0') * 100;
  term->high = term->low + 99;
  return TRUE;
}

static gboolean
read_range (TbFilterValue value, const char *text, TbTerm *term)
{
  const char *end;
  if (value == TB_VALUE_COUNT && read_class (text, term))
    return TRUE;
  if (!figures[value].read (text, &term->low, &end))
    return FALSE;
  term->high = term->low;
  if (g_str_has_prefix (end, "..") && !figures[value].read (end + 2, &term->high, &end))
    return FALSE;
  return *end == '\0' && term->low <= term->high;
}

/* The range that was written becomes the range that is meant. */
static void
apply_operator (TbTerm *term, TbFilterOperator op)
{
  gint64 low = term->low, high = term->high;
  term->low = op == TB_OP_LESS || op == TB_OP_MOST ? G_MININT64 : op == TB_OP_MORE ? high + 1 : low;
  term->high = op == TB_OP_MORE || op == TB_OP_LEAST ? G_MAXINT64 : op == TB_OP_LESS ? low - 1 : high;
  term->other = op == TB_OP_NOT;
}

static TbTerm *
take_figure (TbFilterReader *parser, TbTerm *term, TbFilterOperator op, const char *word, const char *at)
{
  const TbFilterKeyRow *row = &tb_filter_keys[term->key];
  if (op == TB_OP_LIKE || op == TB_OP_UNLIKE)
    return tb_filter_fail (parser, at, "expected one of : != < <= > >= after “%s”", row->name);
  if (!read_range (row->value, word, term))
    return tb_filter_fail (parser, at, "“%s” is no %s; expected %s", word, row->name, figures[row->value].expected);
  apply_operator (term, op);
  return term;
}

static TbTerm *
take_words (TbFilterReader *parser, TbTerm *term, const char *word, const char *at)
{
  g_auto (GStrv) parts = g_strsplit (word, ",", -1);
  const char *kinds[TB_FILTER_KINDS];
  for (guint i = 0; i < TB_FILTER_KINDS; i++)
    kinds[i] = tb_event_kind_name ((TbEventKind) i);
  gboolean is = term->key == TB_KEY_IS;
  const char *const *names = is ? tb_filter_is_names : kinds;
  guint n = is ? (guint) TB_IS_COUNT : TB_FILTER_KINDS;
  for (guint i = 0; parts[i]; i++)
    {
      guint found = 0;
      while (found < n && !g_str_equal (names[found], parts[i]))
        found++;
      if (found == n)
        return fail_name (parser, at, is ? "state" : "kind", parts[i], names, n);
      term->words |= 1u << found;
    }
  return term;
}

static TbTerm *
take_names (TbFilterReader *parser, TbTerm *term, const char *word, const char *at)
{
  term->names = g_strsplit (word, ",", -1);
  for (guint i = 0; term->names[i]; i++)
    if (!*term->names[i])
      return tb_filter_fail (parser, at, "expected a name such as %s", tb_filter_keys[term->key].example);
  if (!term->names[0])
    return tb_filter_fail (parser, at, "expected a name such as %s", tb_filter_keys[term->key].example);
  return term;
}

/* Few steps are allowed for one text: a filter is asked a million times. */
static TbTerm *
take_regex (TbFilterReader *parser, TbTerm *term, const char *word, const char *at)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *bounded = g_strconcat ("(*LIMIT_MATCH=20000)", word, NULL);
  term->regex = g_regex_new (bounded, G_REGEX_OPTIMIZE | G_REGEX_RAW, 0, &error);
  if (!term->regex)
    {
      const char *why = g_strrstr (error->message, ": ");
      return tb_filter_fail (parser, at, "“%s” is no regular expression: %s", word, why ? why + 2 : error->message);
    }
  return term;
}

static TbTerm *
take_text (TbFilterReader *parser, TbTerm *term, TbFilterOperator op, const char *word, const char *at)
{
  term->other = op == TB_OP_NOT || op == TB_OP_UNLIKE;
  if (op == TB_OP_LIKE || op == TB_OP_UNLIKE)
    return take_regex (parser, term, word, at);
  if (op != TB_OP_NONE && op != TB_OP_IS && op != TB_OP_EQUAL && op != TB_OP_NOT)
    return tb_filter_fail (parser, at, "expected one of : = != ~ after “%s”", tb_filter_keys[term->key].name);
  g_autofree char *lower = g_ascii_strdown (word, -1);
  term->exact = op == TB_OP_EQUAL;
  term->names = g_new0 (char *, 2);
  term->names[0] = g_strdup (term->exact ? word : lower);
  if (op != TB_OP_NONE && !term->exact && strpbrk (word, "*?"))
    term->pattern = g_pattern_spec_new (lower);
  return term;
}

/* Of 32 digits the last 16 are what events carry; fewer are the beginning of those, or, as they come
 * from other programs' lists, the beginning of all 32, of which nothing is known. */
static TbTerm *
take_hex (TbFilterReader *parser, TbTerm *term, const char *word, const char *at)
{
  gsize n = strlen (word);
  const char *digits = n == 32 ? word + 16 : word;
  if (n == 0 || (n > 16 && n != 32) || strspn (word, "0123456789abcdefABCDEF") != n)
    return tb_filter_fail (parser, at, "“%s” is no trace id; expected up to 16 hexadecimal digits, or all 32", word);
  for (gsize i = 0; digits[i]; i++)
    {
      guint shift = i % 2 ? 0 : 4;
      term->trace[i / 2] |= (guint8) (g_ascii_xdigit_value (digits[i]) << shift);
      term->trace_mask[i / 2] |= (guint8) (0xf << shift);
    }
  return term;
}

TbTerm *
tb_filter_take_value (TbFilterReader *parser, TbTerm *term, TbFilterOperator op, const char *word, const char *at)
{
  const TbFilterKeyRow *row = &tb_filter_keys[term->key];
  if (row->value == TB_VALUE_TEXT)
    return take_text (parser, term, op, word, at);
  if (!*word)
    return tb_filter_fail (parser, at, "expected a value, as in %s", row->example);
  if (row->value >= TB_VALUE_COUNT && row->value <= TB_VALUE_BYTES)
    return take_figure (parser, term, op, word, at);
  if (op != TB_OP_IS && op != TB_OP_EQUAL && op != TB_OP_NOT)
    return tb_filter_fail (parser, at, "expected : or != after “%s”", row->name);
  term->other = op == TB_OP_NOT;
  if (row->value == TB_VALUE_NAMES)
    return take_names (parser, term, word, at);
  return row->value == TB_VALUE_HEX ? take_hex (parser, term, word, at)
                                    : take_words (parser, term, word, at);
}
