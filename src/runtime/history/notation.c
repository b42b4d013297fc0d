/* JSON and EDN as a tree of nodes, bounded in depth. They differ in little that matters here: EDN has keywords, sets, and commas
 * are blanks; in JSON a colon stands between a name and its value. */
#include "notation.h"

#include <string.h>

#define DEPTH_MAX 24

typedef struct
{
  TbNotation *tree;
  const char *p, *end;
  const char *error;
} Reader;

static bool read_node (Reader *r, uint32_t *at, int depth);

void
tb_notation_clear (TbNotation *tree)
{
  free (tree->nodes);
  free (tree->text);
  memset (tree, 0, sizeof *tree);
}

static uint32_t
add_node (Reader *r, TbNodeKind kind)
{
  TbNotation *t = r->tree;
  t->nodes = tb_grow (t->nodes, &t->capacity, t->n + 1, sizeof *t->nodes);
  t->nodes[t->n] = (TbNode) { .kind = kind, .next = NONE, .first = NONE };
  return (uint32_t) t->n++;
}

static void
skip_blanks (Reader *r)
{
  while (r->p < r->end && (*r->p == ' ' || *r->p == '\t' || *r->p == ',' || *r->p == '\r'))
    r->p++;
}

static bool
fail (Reader *r, const char *why)
{
  if (r->error == NULL)
    r->error = why;
  return false;
}

/* ---- Strings --------------------------------------------------------------------------------------------- */

static void
put_byte (Reader *r, char c)
{
  TbNotation *t = r->tree;
  t->text = tb_grow (t->text, &t->text_capacity, t->n_text + 1, 1);
  t->text[t->n_text++] = c;
}

static void
put_character (Reader *r, uint32_t c)
{
  if (c < 0x80)
    put_byte (r, (char) c);
  else if (c < 0x800)
    {
      put_byte (r, (char) (0xc0 | c >> 6));
      put_byte (r, (char) (0x80 | (c & 0x3f)));
    }
  else
    {
      put_byte (r, (char) (0xe0 | c >> 12));
      put_byte (r, (char) (0x80 | (c >> 6 & 0x3f)));
      put_byte (r, (char) (0x80 | (c & 0x3f)));
    }
}

static bool
read_hex (Reader *r, uint32_t *c)
{
  *c = 0;
  if (r->end - r->p < 4)
    return fail (r, "a string that is cut");
  for (int i = 0; i < 4; i++, r->p++)
    {
      char d = *r->p;
      int digit = d >= '0' && d <= '9' ? d - '0' : d >= 'a' && d <= 'f' ? d - 'a' + 10 : d >= 'A' && d <= 'F' ? d - 'A' + 10 : -1;
      if (digit < 0)
        return fail (r, "an escape that is none");
      *c = *c * 16 + (uint32_t) digit;
    }
  return true;
}

static bool
read_escape (Reader *r)
{
  static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
  uint32_t c;
  if (r->p == r->end)
    return fail (r, "a string that is cut");
  char letter = *r->p++;
  const char *known = letter != '\0' ? strchr (from, letter) : NULL;
  if (letter != 'u')
    {
      put_byte (r, known != NULL ? to[known - from] : letter);
      return true;
    }
  if (!read_hex (r, &c))
    return false;
  put_character (r, c);
  return true;
}

static bool
read_string (Reader *r, uint32_t *at)
{
  *at = add_node (r, TB_NODE_STRING);
  size_t begin = r->tree->n_text;
  r->p++;
  while (r->p < r->end && *r->p != '"')
    if (*r->p == '\\')
      {
        r->p++;
        if (!read_escape (r))
          return false;
      }
    else
      put_byte (r, *r->p++);
  if (r->p == r->end)
    return fail (r, "a string that is cut");
  r->p++;
  r->tree->nodes[*at].text = begin;
  r->tree->nodes[*at].n_text = r->tree->n_text - begin;
  return true;
}

/* ---- Words and numbers -------------------------------------------------------------------------------------- */

static bool
is_word (char c)
{
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c != '\0' && strchr ("+-_.*!?/<>=$&%", c) != NULL)
         || (unsigned char) c >= 0x80;
}

static bool
read_word (Reader *r, uint32_t *at)
{
  bool keyword = *r->p == ':';
  const char *begin = r->p += keyword;
  while (r->p < r->end && (is_word (*r->p) || (keyword && *r->p == ':')))
    r->p++;
  size_t n = (size_t) (r->p - begin);
  if (n == 0)
    return fail (r, "something that is no value");
  bool number = !keyword && ((*begin >= '0' && *begin <= '9') || ((*begin == '-' || *begin == '+') && n > 1));
  bool nil = !keyword && ((n == 3 && memcmp (begin, "nil", 3) == 0) || (n == 4 && memcmp (begin, "null", 4) == 0));
  *at = add_node (r, nil ? TB_NODE_NIL : number ? TB_NODE_NUMBER : TB_NODE_WORD);
  size_t text = r->tree->n_text;
  for (size_t i = 0; i < n; i++)
    put_byte (r, begin[i]);
  r->tree->nodes[*at].text = text;
  r->tree->nodes[*at].n_text = n;
  return true;
}

/* ---- What has others in it -------------------------------------------------------------------------------------- */

static bool
read_members (Reader *r, uint32_t at, char close, int depth)
{
  uint32_t last = NONE;
  for (;;)
    {
      uint32_t member;
      skip_blanks (r);
      if (r->p < r->end && *r->p == close)
        {
          r->p++;
          return true;
        }
      /* Between a name and its value in JSON; a keyword's own colon has no blank behind it. */
      bool colon = close == '}' && r->p < r->end && *r->p == ':' && last != NONE && r->tree->nodes[last].kind == TB_NODE_STRING;
      if (colon)
        {
          r->p++;
          skip_blanks (r);
        }
      if (r->p == r->end)
        return fail (r, "it is cut");
      if (!read_node (r, &member, depth + 1))
        return false;
      *(last == NONE ? &r->tree->nodes[at].first : &r->tree->nodes[last].next) = member;
      r->tree->nodes[at].n++;
      last = member;
    }
}

static bool
read_node (Reader *r, uint32_t *at, int depth)
{
  skip_blanks (r);
  if (r->p == r->end)
    return fail (r, "it is cut");
  if (depth > DEPTH_MAX)
    return fail (r, "more within one another than a history has");
  bool set = *r->p == '#' && r->p + 1 < r->end && r->p[1] == '{';
  r->p += set;
  if (*r->p == '"')
    return read_string (r, at);
  if (*r->p != '{' && *r->p != '[' && *r->p != '(')
    return read_word (r, at);
  char close = *r->p == '{' ? '}' : *r->p == '[' ? ']' : ')';
  *at = add_node (r, set ? TB_NODE_SET : close == '}' ? TB_NODE_MAP : TB_NODE_LIST);
  r->p++;
  return read_members (r, *at, close, depth);
}

const char *
tb_notation_read (TbNotation *tree, const char *text, size_t n)
{
  Reader r = { tree, text, text + n, NULL };
  uint32_t at, last = NONE;
  tree->n = tree->n_text = 0;
  for (skip_blanks (&r); r.p < r.end; skip_blanks (&r))
    {
      if (!read_node (&r, &at, 0))
        return r.error;
      if (last != NONE)
        tree->nodes[last].next = at;
      last = at;
    }
  return NULL;
}

/* ---- Looking ---------------------------------------------------------------------------------------------------------- */

const TbNode *
tb_notation_node (const TbNotation *tree, uint32_t at)
{
  return at == NONE || at >= tree->n ? NULL : &tree->nodes[at];
}

bool
tb_notation_is (const TbNotation *tree, const TbNode *node, const char *text)
{
  size_t n = strlen (text);
  return node != NULL && (node->kind == TB_NODE_WORD || node->kind == TB_NODE_STRING) && node->n_text == n
         && memcmp (tree->text + node->text, text, n) == 0;
}

const TbNode *
tb_notation_member (const TbNotation *tree, const TbNode *map, const char *name)
{
  if (map == NULL || map->kind != TB_NODE_MAP)
    return NULL;
  for (const TbNode *key = tb_notation_node (tree, map->first); key != NULL;)
    {
      const TbNode *value = tb_notation_node (tree, key->next);
      if (value != NULL && tb_notation_is (tree, key, name))
        return value;
      key = value != NULL ? tb_notation_node (tree, value->next) : NULL;
    }
  return NULL;
}

bool
tb_notation_integer (const TbNotation *tree, const TbNode *node, int64_t *value)
{
  if (node == NULL || node->kind != TB_NODE_NUMBER)
    return false;
  const char *p = tree->text + node->text, *end = p + node->n_text;
  bool minus = *p == '-';
  uint64_t sum = 0;
  for (p += *p == '-' || *p == '+'; p < end; p++)
    {
      if (*p < '0' || *p > '9' || sum > (uint64_t) INT64_MAX / 10)
        return false;
      sum = sum * 10 + (uint64_t) (*p - '0');
    }
  if (sum > INT64_MAX)
    return false;
  *value = minus ? -(int64_t) sum : (int64_t) sum;
  return true;
}
