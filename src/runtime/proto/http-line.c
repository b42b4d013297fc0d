/* The grammar of HTTP/1 lines (RFC 9112), without their CR LF. What lets two readers of one stream
 * disagree (a blank before the colon, two lengths, a folded line) is refused here, for both. */
#include "framer-private.h"

#include <string.h>
#include <strings.h>

/* token characters of RFC 9110 5.6.2 */
static const bool token_char[256] = {
  ['!'] = 1, ['#'] = 1, ['$'] = 1, ['%'] = 1, ['&'] = 1, ['\''] = 1, ['*'] = 1, ['+'] = 1,
  ['-'] = 1, ['.'] = 1, ['^'] = 1, ['_'] = 1, ['`'] = 1, ['|'] = 1,  ['~'] = 1,
  ['0' ... '9'] = 1, ['A' ... 'Z'] = 1, ['a' ... 'z'] = 1,
};

static size_t
token_length (const char *p, size_t n)
{
  size_t i = 0;
  while (i < n && token_char[(unsigned char) p[i]])
    i++;
  return i;
}

static bool
read_version (const char *p, size_t n, unsigned *minor)
{
  if (n != 8 || memcmp (p, "HTTP/1.", 7) != 0 || p[7] < '0' || p[7] > '9')
    return false;
  *minor = (unsigned) (p[7] - '0');
  return true;
}

bool
tb_http_request_line (const char *line, size_t n, TbSlice *method, TbSlice *target,
                      unsigned *minor)
{
  size_t m = token_length (line, n);
  if (m == 0 || n < m + 11 || line[m] != ' ' || line[n - 9] != ' ')
    return false;
  *method = (TbSlice) { line, m };
  *target = (TbSlice) { line + m + 1, n - 9 - (m + 1) };
  if (target->n == 0 || memchr (target->p, ' ', target->n) != NULL)
    return false;
  return read_version (line + n - 8, 8, minor);
}

bool
tb_http_status_line (const char *line, size_t n, unsigned *status, unsigned *minor)
{
  if (n < 12 || !read_version (line, 8, minor) || line[8] != ' ' || (n > 12 && line[12] != ' '))
    return false;
  *status = 0;
  for (int i = 9; i < 12; i++)
    {
      if (line[i] < '0' || line[i] > '9')
        return false;
      *status = *status * 10 + (unsigned) (line[i] - '0');
    }
  return *status >= 100;
}

bool
tb_http_header_line (const char *line, size_t n, TbSlice *name, TbSlice *value)
{
  size_t m = token_length (line, n);
  if (m == 0 || m == n || line[m] != ':')
    return false;
  *name = (TbSlice) { line, m };
  const char *p = line + m + 1, *end = line + n;
  while (p < end && (*p == ' ' || *p == '\t'))
    p++;
  while (end > p && (end[-1] == ' ' || end[-1] == '\t'))
    end--;
  *value = (TbSlice) { p, (size_t) (end - p) };
  return true;
}

bool
tb_slice_is (TbSlice slice, const char *name)
{
  return slice.p != NULL && strlen (name) == slice.n && strncasecmp (slice.p, name, slice.n) == 0;
}

/* The next member of a comma list, without blanks and parameters; false at its end. */
static bool
next_member (TbSlice *rest, TbSlice *member)
{
  while (rest->n > 0 && (*rest->p == ' ' || *rest->p == '\t' || *rest->p == ','))
    rest->p++, rest->n--;
  if (rest->n == 0)
    return false;
  const char *comma = memchr (rest->p, ',', rest->n);
  size_t n = comma ? (size_t) (comma - rest->p) : rest->n;
  *member = (TbSlice) { rest->p, token_length (rest->p, n) };
  rest->p += n;
  rest->n -= n;
  return true;
}

bool
tb_http_list_has (TbSlice value, const char *token)
{
  TbSlice member;
  while (next_member (&value, &member))
    if (tb_slice_is (member, token))
      return true;
  return false;
}

bool
tb_http_ends_chunked (TbSlice value)
{
  TbSlice member;
  bool chunked = false;
  while (next_member (&value, &member))
    chunked = tb_slice_is (member, "chunked");
  return chunked;
}

bool
tb_http_length (TbSlice value, uint64_t *length)
{
  if (value.n == 0 || value.n > 18)
    return false;
  *length = 0;
  for (size_t i = 0; i < value.n; i++)
    {
      if (value.p[i] < '0' || value.p[i] > '9')
        return false;
      *length = *length * 10 + (uint64_t) (value.p[i] - '0');
    }
  return true;
}

static int
hex_digit (char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
tb_http_chunk_size (const char *line, size_t n, uint64_t *size)
{
  size_t i = 0;
  *size = 0;
  for (; i < n && hex_digit (line[i]) >= 0; i++)
    {
      if (i == 15)
        return false;
      *size = *size << 4 | (uint64_t) hex_digit (line[i]);
    }
  return i > 0 && (i == n || line[i] == ';' || line[i] == ' ' || line[i] == '\t');
}

static bool
read_hex (const char *p, uint8_t *out, size_t n)
{
  for (size_t i = 0; i < n; i++)
    {
      int hi = hex_digit (p[2 * i]), lo = hex_digit (p[2 * i + 1]);
      if (hi < 0 || lo < 0)
        return false;
      out[i] = (uint8_t) (hi << 4 | lo);
    }
  return true;
}

/* W3C Trace Context: "00-" 32 hex "-" 16 hex "-" 2 hex; a later version may have more after it. */
bool
tb_trace_parse (TbSlice value, uint8_t trace_id[16], uint8_t parent_id[8])
{
  uint8_t version, trace[16], parent[8];
  if (value.n < 55 || value.p[2] != '-' || value.p[35] != '-' || value.p[52] != '-'
      || !read_hex (value.p, &version, 1) || !read_hex (value.p + 3, trace, 16)
      || !read_hex (value.p + 36, parent, 8) || version == 0xff)
    return false;
  memcpy (trace_id, trace, 16);
  memcpy (parent_id, parent, 8);
  return true;
}
