/* Reading a filter. The grammar:
 *
 *   any   = all { "or" all }
 *   all   = one { [ "and" ] one }
 *   one   = ( "not" | "-" ) one | "(" any ")" | term
 *   term  = [ key operator ] ( word | "\"" text "\"" )
 *
 * An unquoted word ends at a blank or at a parenthesis that it did not open. */
#include <string.h>

#include "filter-private.h"
#include "tb-base.h"

#define DEPTH_MAX 64

G_DEFINE_QUARK (tb-filter-error-quark, tb_filter_error)

const TbFilterKeyRow tb_filter_keys[TB_KEY_COUNT] = {
  [TB_KEY_LINK] = { "link", TB_VALUE_NAMES, "the link it crossed", "link:save" },
  [TB_KEY_FROM] = { "from", TB_VALUE_NAMES, "who sent it", "from:shop" },
  [TB_KEY_TO] = { "to", TB_VALUE_NAMES, "who was to have it", "to:orders/2" },
  [TB_KEY_INSTANCE] = { "instance", TB_VALUE_NAMES, "either end", "instance:orders/1" },
  [TB_KEY_KIND] = { "kind", TB_VALUE_WORDS, "what it is", "kind:request" },
  [TB_KEY_IS] = { "is", TB_VALUE_WORDS, "what became of it", "is:error" },
  [TB_KEY_STATUS] = { "status", TB_VALUE_COUNT, "of a reply of HTTP", "status>=500" },
  [TB_KEY_LATENCY] = { "latency", TB_VALUE_DURATION, "of a reply, since its request", "latency>20ms" },
  [TB_KEY_SIZE] = { "size", TB_VALUE_BYTES, "of a message", "size>1KiB" },
  [TB_KEY_TIME] = { "time", TB_VALUE_SECONDS, "since the run began", "time<12.5s" },
  [TB_KEY_LABEL] = { "label", TB_VALUE_TEXT, "what it says in short", "label:\"PUT /cart\"" },
  [TB_KEY_TRACE] = { "trace", TB_VALUE_HEX, "the traceparent it carries", "trace:4bf92f" },
  [TB_KEY_CONNECTION] = { "connection", TB_VALUE_COUNT, "counted over the run", "connection:12" },
  [TB_KEY_NUMBER] = { "number", TB_VALUE_COUNT, "of the request on its connection", "number:1" },
  [TB_KEY_PORT] = { "port", TB_VALUE_COUNT, "of the service", "port:6379" },
  [TB_KEY_PAYLOAD] = { "payload", TB_VALUE_TEXT, "all it said, as far as it was kept", "payload:order" },
};

const char *const tb_filter_is_names[TB_IS_COUNT] = {
#define X(name, text, help) text,
  TB_FILTER_IS (X)
#undef X
};

const char *const tb_filter_is_help[TB_IS_COUNT] = {
#define X(name, text, help) help,
  TB_FILTER_IS (X)
#undef X
};

guint
tb_filter_kind_from_name (const char *name)
{
  for (guint kind = 0; kind < TB_FILTER_KINDS; kind++)
    if (g_str_equal (tb_event_kind_name ((TbEventKind) kind), name))
      return kind;
  return G_MAXUINT;
}

typedef enum
{
  OP_NONE,
  OP_IS, /* ":" */
  OP_EQUAL,
  OP_NOT,
  OP_LESS,
  OP_MOST,
  OP_MORE,
  OP_LEAST,
  OP_LIKE,
  OP_UNLIKE
} Operator;

static const struct
{
  const char *text; /* a longer one before one that it begins with */
  Operator op;
} operators[] = { { "!=", OP_NOT },  { "!~", OP_UNLIKE }, { "<=", OP_MOST }, { ">=", OP_LEAST }, { ":", OP_IS },
                  { "=", OP_EQUAL }, { "<", OP_LESS },    { ">", OP_MORE },  { "~", OP_LIKE } };

typedef struct
{
  const char *text, *p;
  GError **error;
  guint depth, terms;
  gboolean payload, kinds;
} Parser;

/* ---- Terms --------------------------------------------------------------------------------------- */

static void
term_free (gpointer data)
{
  TbTerm *term = data;
  g_clear_pointer (&term->operands, g_ptr_array_unref);
  g_clear_pointer (&term->names, g_strfreev);
  g_clear_pointer (&term->pattern, g_pattern_spec_free);
  g_clear_pointer (&term->regex, g_regex_unref);
  g_clear_pointer (&term->known, g_byte_array_unref);
  g_free (term);
}

static TbTerm *
term_new (TbTermType type)
{
  TbTerm *term = g_new0 (TbTerm, 1);
  term->type = type;
  if (type != TB_TERM_KEY)
    term->operands = g_ptr_array_new_with_free_func (term_free);
  return term;
}

static gboolean
asks_for_payload (const TbTerm *term)
{
  for (guint i = 0; term->operands && i < term->operands->len; i++)
    if (asks_for_payload (term->operands->pdata[i]))
      return TRUE;
  return term->type == TB_TERM_KEY && term->key == TB_KEY_PAYLOAD;
}

/* What costs most is asked last, where order makes no difference to the answer. */
static void
add_operand (TbTerm *term, TbTerm *operand)
{
  guint at = term->operands->len;
  if (!asks_for_payload (operand))
    while (at > 0 && asks_for_payload (term->operands->pdata[at - 1]))
      at--;
  g_ptr_array_insert (term->operands, (gint) at, operand);
}

/* ---- Errors -------------------------------------------------------------------------------------- */

G_GNUC_PRINTF (3, 4)
static TbTerm *
fail (Parser *parser, const char *at, const char *format, ...)
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
static const char *
nearest (const char *word, const char *const *names, guint n)
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
fail_name (Parser *parser, const char *at, const char *what, const char *word,
           const char *const *names, guint n)
{
  const char *meant = nearest (word, names, n);
  if (meant)
    return fail (parser, at, "there is no %s “%s”; did you mean “%s”?", what, word, meant);
  g_autofree char *all = listed (names, n);
  return fail (parser, at, "there is no %s “%s”; expected %s", what, word, all);
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
apply_operator (TbTerm *term, Operator op)
{
  gint64 low = term->low, high = term->high;
  term->low = op == OP_LESS || op == OP_MOST ? G_MININT64 : op == OP_MORE ? high + 1 : low;
  term->high = op == OP_MORE || op == OP_LEAST ? G_MAXINT64 : op == OP_LESS ? low - 1 : high;
  term->other = op == OP_NOT;
}

static TbTerm *
take_figure (Parser *parser, TbTerm *term, Operator op, const char *word, const char *at)
{
  const TbFilterKeyRow *row = &tb_filter_keys[term->key];
  if (op == OP_LIKE || op == OP_UNLIKE)
    return fail (parser, at, "expected one of : != < <= > >= after “%s”", row->name);
  if (!read_range (row->value, word, term))
    return fail (parser, at, "“%s” is no %s; expected %s", word, row->name, figures[row->value].expected);
  apply_operator (term, op);
  return term;
}

static TbTerm *
take_words (Parser *parser, TbTerm *term, const char *word, const char *at)
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
take_names (Parser *parser, TbTerm *term, const char *word, const char *at)
{
  term->names = g_strsplit (word, ",", -1);
  for (guint i = 0; term->names[i]; i++)
    if (!*term->names[i])
      return fail (parser, at, "expected a name such as %s", tb_filter_keys[term->key].example);
  if (!term->names[0])
    return fail (parser, at, "expected a name such as %s", tb_filter_keys[term->key].example);
  return term;
}

/* Few steps are allowed for one text: a filter is asked a million times. */
static TbTerm *
take_regex (Parser *parser, TbTerm *term, const char *word, const char *at)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *bounded = g_strconcat ("(*LIMIT_MATCH=20000)", word, NULL);
  term->regex = g_regex_new (bounded, G_REGEX_OPTIMIZE | G_REGEX_RAW, 0, &error);
  if (!term->regex)
    {
      const char *why = g_strrstr (error->message, ": ");
      return fail (parser, at, "“%s” is no regular expression: %s", word, why ? why + 2 : error->message);
    }
  return term;
}

static TbTerm *
take_text (Parser *parser, TbTerm *term, Operator op, const char *word, const char *at)
{
  term->other = op == OP_NOT || op == OP_UNLIKE;
  if (op == OP_LIKE || op == OP_UNLIKE)
    return take_regex (parser, term, word, at);
  if (op != OP_NONE && op != OP_IS && op != OP_EQUAL && op != OP_NOT)
    return fail (parser, at, "expected one of : = != ~ after “%s”", tb_filter_keys[term->key].name);
  g_autofree char *lower = g_ascii_strdown (word, -1);
  term->exact = op == OP_EQUAL;
  term->names = g_new0 (char *, 2);
  term->names[0] = g_strdup (term->exact ? word : lower);
  if (op != OP_NONE && !term->exact && strpbrk (word, "*?"))
    term->pattern = g_pattern_spec_new (lower);
  return term;
}

/* Of 32 digits the last 16 are what events carry; fewer are the beginning of those, or, as they come
 * from other programs' lists, the beginning of all 32, of which nothing is known. */
static TbTerm *
take_hex (Parser *parser, TbTerm *term, const char *word, const char *at)
{
  gsize n = strlen (word);
  const char *digits = n == 32 ? word + 16 : word;
  if (n == 0 || (n > 16 && n != 32) || strspn (word, "0123456789abcdefABCDEF") != n)
    return fail (parser, at, "“%s” is no trace id; expected up to 16 hexadecimal digits, or all 32", word);
  for (gsize i = 0; digits[i]; i++)
    {
      guint shift = i % 2 ? 0 : 4;
      term->trace[i / 2] |= (guint8) (g_ascii_xdigit_value (digits[i]) << shift);
      term->trace_mask[i / 2] |= (guint8) (0xf << shift);
    }
  return term;
}

static TbTerm *
take_value (Parser *parser, TbTerm *term, Operator op, const char *word, const char *at)
{
  const TbFilterKeyRow *row = &tb_filter_keys[term->key];
  if (row->value == TB_VALUE_TEXT)
    return take_text (parser, term, op, word, at);
  if (!*word)
    return fail (parser, at, "expected a value, as in %s", row->example);
  if (row->value >= TB_VALUE_COUNT && row->value <= TB_VALUE_BYTES)
    return take_figure (parser, term, op, word, at);
  if (op != OP_IS && op != OP_EQUAL && op != OP_NOT)
    return fail (parser, at, "expected : or != after “%s”", row->name);
  term->other = op == OP_NOT;
  if (row->value == TB_VALUE_NAMES)
    return take_names (parser, term, word, at);
  return row->value == TB_VALUE_HEX ? take_hex (parser, term, word, at)
                                    : take_words (parser, term, word, at);
}

/* ---- Words --------------------------------------------------------------------------------------- */

static void
skip_blanks (Parser *parser)
{
  while (g_ascii_isspace (*parser->p))
    parser->p++;
}

/* Reads a quoted text; parser stands at its quote. (transfer full) */
static char *
read_quoted (Parser *parser)
{
  GString *text = g_string_new (NULL);
  const char *begin = parser->p++;
  while (*parser->p && *parser->p != '"')
    {
      if (*parser->p == '\\' && (parser->p[1] == '"' || parser->p[1] == '\\'))
        parser->p++;
      g_string_append_c (text, *parser->p++);
    }
  if (*parser->p == '"')
    {
      parser->p++;
      return g_string_free (text, FALSE);
    }
  fail (parser, begin, "expected a quote that ends what begins here");
  g_string_free (text, TRUE);
  return NULL;
}

/* Reads up to a blank, or to a parenthesis that was not opened in it. (transfer full) */
static char *
read_word (Parser *parser)
{
  const char *begin = parser->p;
  guint open = 0;
  if (*begin == '"')
    return read_quoted (parser);
  while (*parser->p && !g_ascii_isspace (*parser->p) && (*parser->p != ')' || open > 0))
    {
      open += *parser->p == '(';
      open -= *parser->p == ')';
      parser->p++;
    }
  return g_strndup (begin, (gsize) (parser->p - begin));
}

/* Goes past a key with its operator, where one stands here. *known: whether the key is one. */
static Operator
read_operator (Parser *parser, TbFilterKey *key, char **name)
{
  const char *p = parser->p;
  while (g_ascii_islower (*p))
    p++;
  for (guint i = 0; p > parser->p && i < G_N_ELEMENTS (operators); i++)
    if (g_str_has_prefix (p, operators[i].text))
      {
        *name = g_strndup (parser->p, (gsize) (p - parser->p));
        for (*key = 0; *key < TB_KEY_COUNT; (*key)++)
          if (g_str_equal (tb_filter_keys[*key].name, *name))
            break;
        parser->p = p + strlen (operators[i].text);
        return operators[i].op;
      }
  return OP_NONE;
}

static TbTerm *
fail_key (Parser *parser, const char *at, const char *name)
{
  const char *names[TB_KEY_COUNT];
  for (guint i = 0; i < TB_KEY_COUNT; i++)
    names[i] = tb_filter_keys[i].name;
  const char *meant = nearest (name, names, TB_KEY_COUNT);
  if (meant)
    return fail (parser, at, "there is no key “%s”; did you mean “%s”?", name, meant);
  return fail (parser, at, "there is no key “%s”; what is to be looked for as it is stands in quotes", name);
}

static TbTerm *
parse_term (Parser *parser)
{
  g_autofree char *name = NULL;
  const char *begin = parser->p;
  TbFilterKey key = TB_KEY_LABEL;
  if (++parser->terms > TB_FILTER_TERMS_MAX)
    return fail (parser, begin, "expected at most %d terms", TB_FILTER_TERMS_MAX);
  Operator op = *begin == '"' ? OP_NONE : read_operator (parser, &key, &name);
  if (key == TB_KEY_COUNT)
    return fail_key (parser, begin, name);
  const char *at = parser->p;
  g_autofree char *word = read_word (parser);
  if (!word)
    return NULL;
  TbTerm *term = term_new (TB_TERM_KEY);
  term->key = key;
  parser->payload |= key == TB_KEY_PAYLOAD;
  parser->kinds |= key == TB_KEY_KIND || key == TB_KEY_IS;
  if (take_value (parser, term, op, word, at))
    return term;
  term_free (term);
  return NULL;
}

/* ---- Sentences ----------------------------------------------------------------------------------- */

/* Whether that word stands here, alone. */
static gboolean
stands (const Parser *parser, const char *word)
{
  gsize n = strlen (word);
  char after = strncmp (parser->p, word, n) == 0 ? parser->p[n] : 'x';
  return after == '\0' || g_ascii_isspace (after) || after == '(' || after == ')';
}

static TbTerm *parse_any (Parser *parser);

static TbTerm *
parse_group (Parser *parser)
{
  const char *begin = parser->p++;
  TbTerm *term = parse_any (parser);
  if (!term)
    return NULL;
  skip_blanks (parser);
  if (*parser->p == ')')
    {
      parser->p++;
      return term;
    }
  term_free (term);
  return fail (parser, parser->p, "expected “)” for the “(” at column %ld",
               g_utf8_pointer_to_offset (parser->text, begin) + 1);
}

static TbTerm *
parse_one (Parser *parser)
{
  skip_blanks (parser);
  if (!*parser->p || *parser->p == ')' || stands (parser, "or") || stands (parser, "and"))
    return fail (parser, parser->p, "expected a term, such as link:save or a word");
  if (parser->depth >= DEPTH_MAX)
    return fail (parser, parser->p, "expected at most %d parentheses and nots within each other", DEPTH_MAX);
  gboolean word = stands (parser, "not");
  if (!word && !(*parser->p == '-' && parser->p[1] && !g_ascii_isspace (parser->p[1])))
    {
      parser->depth++;
      TbTerm *term = *parser->p == '(' ? parse_group (parser) : parse_term (parser);
      parser->depth--;
      return term;
    }
  parser->p += word ? 3 : 1;
  parser->depth++;
  TbTerm *operand = parse_one (parser);
  parser->depth--;
  if (!operand)
    return NULL;
  TbTerm *term = term_new (TB_TERM_NOT);
  add_operand (term, operand);
  return term;
}

/* A list of one is that one. */
static TbTerm *
simplified (TbTerm *list)
{
  if (list->operands->len != 1)
    return list;
  TbTerm *only = g_ptr_array_steal_index (list->operands, 0);
  term_free (list);
  return only;
}

static TbTerm *
parse_all (Parser *parser)
{
  TbTerm *all = term_new (TB_TERM_ALL);
  for (;;)
    {
      TbTerm *term = parse_one (parser);
      if (!term)
        {
          term_free (all);
          return NULL;
        }
      add_operand (all, term);
      skip_blanks (parser);
      if (stands (parser, "and"))
        parser->p += 3;
      else if (!*parser->p || *parser->p == ')' || stands (parser, "or"))
        return simplified (all);
    }
}

static TbTerm *
parse_any (Parser *parser)
{
  TbTerm *any = term_new (TB_TERM_ANY);
  for (;;)
    {
      TbTerm *term = parse_all (parser);
      if (!term)
        {
          term_free (any);
          return NULL;
        }
      add_operand (any, term);
      skip_blanks (parser);
      if (!stands (parser, "or"))
        return simplified (any);
      parser->p += 2;
    }
}

static TbTerm *
parse_whole (Parser *parser)
{
  TbTerm *term = parse_any (parser);
  if (!term || !*parser->p)
    return term;
  term_free (term);
  return fail (parser, parser->p, "this “)” closes nothing");
}

TbFilter *
tb_filter_parse (const char *text, GError **error)
{
  g_return_val_if_fail (text, NULL);
  Parser parser = { .text = text, .p = text, .error = error };
  const char *end;
  if (strlen (text) > TB_FILTER_LENGTH_MAX)
    {
      g_set_error (error, TB_FILTER_ERROR, TB_FILTER_ERROR_SYNTAX,
                   "the filter has more than %d bytes", TB_FILTER_LENGTH_MAX);
      return NULL;
    }
  if (!g_utf8_validate (text, -1, &end))
    {
      g_set_error (error, TB_FILTER_ERROR, TB_FILTER_ERROR_SYNTAX,
                   "the filter is no text: byte %ld is not UTF-8", (long) (end - text) + 1);
      return NULL;
    }
  skip_blanks (&parser);
  gboolean blank = !*parser.p;
  TbTerm *root = blank ? NULL : parse_whole (&parser);
  if (!root && !blank)
    return NULL;
  TbFilter *filter = g_new0 (TbFilter, 1);
  filter->root = root;
  filter->payload = parser.payload;
  filter->kinds = parser.kinds;
  return filter;
}

void
tb_filter_free (TbFilter *filter)
{
  if (!filter)
    return;
  g_clear_pointer (&filter->root, term_free);
  g_free (filter);
}

gboolean
tb_filter_is_empty (const TbFilter *filter)
{
  return !filter->root;
}

gboolean
tb_filter_picks_kinds (const TbFilter *filter)
{
  return filter->kinds;
}

gboolean
tb_filter_wants_payload (const TbFilter *filter)
{
  return filter->payload;
}
