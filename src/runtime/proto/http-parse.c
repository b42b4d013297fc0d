/* A whole HTTP/1 head in a buffer, for those who speak the protocol. */
#include "framer-private.h"

#include <string.h>

/* A line without its CR LF. */
static TbParse
take_line (const char **p, const char *end, TbSlice *line)
{
  const char *newline = *p < end ? memchr (*p, '\n', (size_t) (end - *p)) : NULL;
  if (newline == NULL)
    return TB_PARSE_MORE;
  *line = (TbSlice) { *p, (size_t) (newline - *p) };
  if (line->n > 0 && line->p[line->n - 1] == '\r')
    line->n--;
  *p = newline + 1;
  return TB_PARSE_DONE;
}

static bool
apply_header (TbHttpHead *head, TbSlice name, TbSlice value)
{
  uint64_t length;
  if (tb_slice_is (name, "content-length"))
    {
      if (!tb_http_length (value, &length)
          || (head->has_length && length != head->content_length))
        return false;
      head->has_length = true;
      head->content_length = length;
    }
  else if (tb_slice_is (name, "transfer-encoding"))
    {
      head->chunked = tb_http_ends_chunked (value);
      return head->chunked;
    }
  else if (tb_slice_is (name, "connection"))
    {
      if (tb_http_list_has (value, "close"))
        head->keep_alive = false;
      else if (tb_http_list_has (value, "keep-alive"))
        head->keep_alive = true;
    }
  return true;
}

static TbParse
parse_headers (const char *bytes, const char *p, const char *end, TbHttpHead *head)
{
  TbSlice line, name, value;
  head->keep_alive = head->minor >= 1;
  for (;;)
    {
      TbParse result = take_line (&p, end, &line);
      if (result != TB_PARSE_DONE)
        return result;
      if (line.n == 0)
        break;
      if (head->n_headers == TB_HTTP_HEADERS_MAX
          || !tb_http_header_line (line.p, line.n, &name, &value)
          || !apply_header (head, name, value))
        return TB_PARSE_BAD;
      head->headers[head->n_headers].name = name;
      head->headers[head->n_headers++].value = value;
    }
  head->head_size = (size_t) (p - bytes);
  return TB_PARSE_DONE;
}

static void
head_clear (TbHttpHead *head)
{
  memset (head, 0, offsetof (TbHttpHead, headers));
}

/* Empty lines before a request line are skipped (RFC 9112 2.2). */
TbParse
tb_http_parse_request (const char *bytes, size_t n, TbHttpHead *head)
{
  const char *p = bytes, *end = bytes + n;
  TbSlice line;
  head_clear (head);
  do
    {
      TbParse result = take_line (&p, end, &line);
      if (result != TB_PARSE_DONE)
        return result;
    }
  while (line.n == 0);
  if (!tb_http_request_line (line.p, line.n, &head->method, &head->target, &head->minor))
    return TB_PARSE_BAD;
  return parse_headers (bytes, p, end, head);
}

TbParse
tb_http_parse_reply (const char *bytes, size_t n, TbHttpHead *head)
{
  const char *p = bytes, *end = bytes + n;
  TbSlice line;
  head_clear (head);
  TbParse result = take_line (&p, end, &line);
  if (result != TB_PARSE_DONE)
    return result;
  if (!tb_http_status_line (line.p, line.n, &head->status, &head->minor))
    return TB_PARSE_BAD;
  return parse_headers (bytes, p, end, head);
}

TbSlice
tb_http_header (const TbHttpHead *head, const char *name)
{
  for (unsigned i = 0; i < head->n_headers; i++)
    if (tb_slice_is (head->headers[i].name, name))
      return head->headers[i].value;
  return (TbSlice) { NULL, 0 };
}

static TbParse
parse_trailers (const char **p, const char *end)
{
  TbSlice line;
  TbParse result;
  do
    result = take_line (p, end, &line);
  while (result == TB_PARSE_DONE && line.n > 0);
  return result;
}

/* One chunk, with what ends it: *size is 0 for the last, and known before its data are there. */
static TbParse
take_chunk (const char **p, const char *end, TbSlice *data, uint64_t *size)
{
  TbSlice line;
  *size = 0;
  TbParse result = take_line (p, end, &line);
  if (result != TB_PARSE_DONE)
    return result;
  if (!tb_http_chunk_size (line.p, line.n, size))
    {
      *size = 0;
      return TB_PARSE_BAD;
    }
  if ((uint64_t) (end - *p) < *size)
    return TB_PARSE_MORE;
  *data = (TbSlice) { *p, (size_t) *size };
  *p += *size;
  if (*size == 0)
    return TB_PARSE_DONE;
  result = take_line (p, end, &line);
  return result == TB_PARSE_DONE && line.n > 0 ? TB_PARSE_BAD : result;
}

TbParse
tb_http_parse_chunked (const char *bytes, size_t n, size_t max, size_t *used, size_t *size)
{
  const char *p = bytes, *end = bytes + n;
  TbSlice data;
  TbParse result;
  uint64_t chunk;
  *used = *size = 0;
  do
    {
      result = take_chunk (&p, end, &data, &chunk);
      *size += TB_MIN (chunk, (uint64_t) max + 1);
      if (*size > max)
        return TB_PARSE_BAD;
    }
  while (result == TB_PARSE_DONE && chunk > 0);
  if (result == TB_PARSE_DONE)
    result = parse_trailers (&p, end);
  *used = (size_t) (p - bytes);
  return result;
}

void
tb_http_join_chunked (const char *bytes, size_t used, char *content)
{
  const char *p = bytes, *end = bytes + used;
  TbSlice data;
  uint64_t chunk;
  while (take_chunk (&p, end, &data, &chunk) == TB_PARSE_DONE && chunk > 0)
    {
      memcpy (content, data.p, data.n);
      content += data.n;
    }
}
