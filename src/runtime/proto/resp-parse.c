/* Whole RESP commands and replies in a buffer, for those who speak the protocol. */
#include "framer-private.h"

#include <string.h>

bool
tb_resp_integer (const char *p, size_t n, int64_t *value)
{
  bool negative = n > 0 && p[0] == '-';
  int64_t v = 0;
  if (negative)
    p++, n--;
  if (n == 0 || n > 18)
    return false;
  for (size_t i = 0; i < n; i++)
    {
      if (p[i] < '0' || p[i] > '9')
        return false;
      v = v * 10 + (p[i] - '0');
    }
  *value = negative ? -v : v;
  return true;
}

static bool
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

bool
tb_resp_word (const char **p, const char *end, TbSlice *word, bool *bad)
{
  const char *q = *p;
  while (q < end && is_blank (*q))
    q++;
  *bad = false;
  if (q == end)
    return false;
  char quote = *q == '"' || *q == '\'' ? *q : '\0';
  const char *start = quote ? ++q : q;
  while (q < end && (quote ? *q != quote : !is_blank (*q)))
    q++;
  *word = (TbSlice) { start, (size_t) (q - start) };
  if (quote)
    {
      *bad = q == end || (q + 1 < end && !is_blank (q[1]));
      q += q < end;
    }
  *p = q;
  return !*bad;
}

/* A line of the buffer without its CR LF; *next is what follows it. */
static TbParse
take_line (const char *p, const char *end, TbSlice *line, const char **next)
{
  const char *newline = p < end ? memchr (p, '\n', (size_t) (end - p)) : NULL;
  if (newline == NULL)
    return end - p > (ptrdiff_t) TB_LINE_MAX ? TB_PARSE_BAD : TB_PARSE_MORE;
  *next = newline + 1;
  if (newline > p && newline[-1] == '\r')
    newline--;
  *line = (TbSlice) { p, (size_t) (newline - p) };
  return TB_PARSE_DONE;
}

/* The bytes of a bulk string of that size and its CR LF. */
static TbParse
take_bulk (const char *p, const char *end, int64_t size, TbSlice *bulk, const char **next)
{
  if (end - p < size + 2)
    return TB_PARSE_MORE;
  *bulk = (TbSlice) { p, (size_t) size };
  *next = p + size + 2;
  return p[size] == '\r' && p[size + 1] == '\n' ? TB_PARSE_DONE : TB_PARSE_BAD;
}

static TbParse
parse_inline (TbSlice line, TbSlice *args, unsigned *n_args)
{
  const char *p = line.p, *end = line.p + line.n;
  TbSlice word;
  bool bad;
  while (tb_resp_word (&p, end, &word, &bad))
    {
      if (*n_args == TB_RESP_ARGS_MAX)
        return TB_PARSE_BAD;
      args[(*n_args)++] = word;
    }
  return bad ? TB_PARSE_BAD : TB_PARSE_DONE;
}

TbParse
tb_resp_parse_command (const char *bytes, size_t n, TbSlice args[TB_RESP_ARGS_MAX],
                       unsigned *n_args, size_t *used)
{
  const char *end = bytes + n, *p = bytes;
  TbSlice line;
  int64_t count, size;
  *n_args = 0;
  *used = 0;
  TbParse result = take_line (p, end, &line, &p);
  if (result != TB_PARSE_DONE)
    return result;
  if (line.n == 0 || line.p[0] != '*')
    {
      *used = (size_t) (p - bytes);
      return parse_inline (line, args, n_args);
    }
  if (!tb_resp_integer (line.p + 1, line.n - 1, &count) || count > TB_RESP_ARGS_MAX)
    return TB_PARSE_BAD;
  for (int64_t i = 0; i < count; i++)
    {
      if ((result = take_line (p, end, &line, &p)) != TB_PARSE_DONE)
        return result;
      if (line.n < 2 || line.p[0] != '$' || !tb_resp_integer (line.p + 1, line.n - 1, &size)
          || size < 0)
        return TB_PARSE_BAD;
      if ((result = take_bulk (p, end, size, &args[i], &p)) != TB_PARSE_DONE)
        return result;
      ++*n_args;
    }
  *used = (size_t) (p - bytes);
  return TB_PARSE_DONE;
}

typedef struct
{
  const char *end;
  TbSlice *text; /* the first scalar, once there is one */
} Reply;

static TbParse parse_value (Reply *r, const char *p, const char **next, unsigned depth);

static TbParse
parse_members (Reply *r, const char *p, const char **next, int64_t n, unsigned depth)
{
  if (depth == TB_RESP_DEPTH_MAX)
    return TB_PARSE_BAD;
  for (int64_t i = 0; i < n; i++)
    {
      TbParse result = parse_value (r, p, &p, depth + 1);
      if (result != TB_PARSE_DONE)
        return result;
    }
  *next = p;
  return TB_PARSE_DONE;
}

static void
first_text (Reply *r, const char *p, size_t n)
{
  if (r->text->p == NULL)
    *r->text = (TbSlice) { p, n };
}

static TbParse
parse_sized (Reply *r, TbSlice line, const char *p, const char **next, unsigned depth)
{
  int64_t size;
  TbSlice bulk;
  char type = line.p[0];
  if (!tb_resp_integer (line.p + 1, line.n - 1, &size) || size < -1)
    return TB_PARSE_BAD;
  if (strchr ("*~>%|", type) != NULL)
    {
      bool pairs = type == '%' || type == '|';
      TbParse result = parse_members (r, p, next, size * (pairs ? 2 : 1), depth);
      if (result != TB_PARSE_DONE || type != '|')
        return result;
      return parse_value (r, *next, next, depth + 1);
    }
  if (size < 0)
    return TB_PARSE_DONE;
  TbParse result = take_bulk (p, r->end, size, &bulk, next);
  if (result == TB_PARSE_DONE)
    first_text (r, bulk.p, bulk.n);
  return result;
}

static TbParse
parse_value (Reply *r, const char *p, const char **next, unsigned depth)
{
  TbSlice line;
  if (depth > TB_RESP_DEPTH_MAX)
    return TB_PARSE_BAD;
  TbParse result = take_line (p, r->end, &line, next);
  if (result != TB_PARSE_DONE)
    return result;
  if (line.n == 0 || line.p[0] == '\0')
    return TB_PARSE_BAD;
  if (strchr ("$!=*~>%|", line.p[0]) != NULL)
    return parse_sized (r, line, *next, next, depth);
  if (strchr ("+-:_#,(", line.p[0]) == NULL)
    return TB_PARSE_BAD;
  first_text (r, line.p + 1, line.n - 1);
  return TB_PARSE_DONE;
}

TbParse
tb_resp_parse_reply (const char *bytes, size_t n, size_t *used, bool *error, TbSlice *text)
{
  Reply r = { bytes + n, text };
  const char *next = bytes;
  *text = (TbSlice) { NULL, 0 };
  *used = 0;
  *error = n > 0 && (bytes[0] == '-' || bytes[0] == '!');
  TbParse result = parse_value (&r, bytes, &next, 0);
  if (result == TB_PARSE_DONE)
    *used = (size_t) (next - bytes);
  return result;
}
