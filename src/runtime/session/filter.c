/* Reading a filter. The grammar:
 *
 *   any   = all { "or" all }
 *   all   = one { [ "and" ] one }
 *   one   = ( "not" | "-" ) one | "(" any ")" | term
 *   term  = [ key operator ] ( word | "\"" text "\"" )
 *
 * An unquoted word ends at a blank or at a parenthesis that it did not open. */
#include <string.h>

#include "filter-read.h"

#define DEPTH_MAX 64

G_DEFINE_QUARK (tb-filter-error-quark, tb_filter_error)

static const struct
{
  const char *text; /* a longer one before one that it begins with */
  TbFilterOperator op;
} operators[] = { { "!=", TB_OP_NOT },  { "!~", TB_OP_UNLIKE }, { "<=", TB_OP_MOST }, { ">=", TB_OP_LEAST }, { ":", TB_OP_IS },
                  { "=", TB_OP_EQUAL }, { "<", TB_OP_LESS },    { ">", TB_OP_MORE },  { "~", TB_OP_LIKE } };

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

/* ---- Words --------------------------------------------------------------------------------------- */

static void
skip_blanks (TbFilterReader *parser)
{
  while (g_ascii_isspace (*parser->p))
    parser->p++;
}

/* Reads a quoted text; parser stands at its quote. (transfer full) */
static char *
read_quoted (TbFilterReader *parser)
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
  tb_filter_fail (parser, begin, "expected a quote that ends what begins here");
  g_string_free (text, TRUE);
  return NULL;
}

/* Reads up to a blank, or to a parenthesis that was not opened in it. (transfer full) */
static char *
read_word (TbFilterReader *parser)
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
static TbFilterOperator
read_operator (TbFilterReader *parser, TbFilterKey *key, char **name)
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
  return TB_OP_NONE;
}

static TbTerm *
fail_key (TbFilterReader *parser, const char *at, const char *name)
{
  const char *names[TB_KEY_COUNT];
  for (guint i = 0; i < TB_KEY_COUNT; i++)
    names[i] = tb_filter_keys[i].name;
  const char *meant = tb_filter_nearest (name, names, TB_KEY_COUNT);
  if (meant)
    return tb_filter_fail (parser, at, "there is no key “%s”; did you mean “%s”?", name, meant);
  return tb_filter_fail (parser, at, "there is no key “%s”; what is to be looked for as it is stands in quotes", name);
}

static TbTerm *
parse_term (TbFilterReader *parser)
{
  g_autofree char *name = NULL;
  const char *begin = parser->p;
  TbFilterKey key = TB_KEY_LABEL;
  if (++parser->terms > TB_FILTER_TERMS_MAX)
    return tb_filter_fail (parser, begin, "expected at most %d terms", TB_FILTER_TERMS_MAX);
  TbFilterOperator op = *begin == '"' ? TB_OP_NONE : read_operator (parser, &key, &name);
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
  if (tb_filter_take_value (parser, term, op, word, at))
    return term;
  term_free (term);
  return NULL;
}

/* ---- Sentences ----------------------------------------------------------------------------------- */

/* Whether that word stands here, alone. */
static gboolean
stands (const TbFilterReader *parser, const char *word)
{
  gsize n = strlen (word);
  char after = strncmp (parser->p, word, n) == 0 ? parser->p[n] : 'x';
  return after == '\0' || g_ascii_isspace (after) || after == '(' || after == ')';
}

static TbTerm *parse_any (TbFilterReader *parser);

static TbTerm *
parse_group (TbFilterReader *parser)
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
  return tb_filter_fail (parser, parser->p, "expected “)” for the “(” at column %ld",
                         g_utf8_pointer_to_offset (parser->text, begin) + 1);
}

static TbTerm *
parse_one (TbFilterReader *parser)
{
  skip_blanks (parser);
  if (!*parser->p || *parser->p == ')' || stands (parser, "or") || stands (parser, "and"))
    return tb_filter_fail (parser, parser->p, "expected a term, such as link:save or a word");
  if (parser->depth >= DEPTH_MAX)
    return tb_filter_fail (parser, parser->p, "expected at most %d parentheses and nots within each other", DEPTH_MAX);
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
parse_all (TbFilterReader *parser)
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
parse_any (TbFilterReader *parser)
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
parse_whole (TbFilterReader *parser)
{
  TbTerm *term = parse_any (parser);
  if (!term || !*parser->p)
    return term;
  term_free (term);
  return tb_filter_fail (parser, parser->p, "this “)” closes nothing");
}

TbFilter *
tb_filter_parse (const char *text, GError **error)
{
  g_return_val_if_fail (text, NULL);
  TbFilterReader parser = { .text = text, .p = text, .error = error };
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
