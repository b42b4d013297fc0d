/* The parsers under any bytes: they stay inside them, and so do the slices they give. */
#include "tb-base.h"
#include "tb-proto.h"

#include <stdlib.h>
#include <string.h>

static const char *begin, *end;

static void
inside (TbSlice s)
{
  TB_CHECK (s.p == NULL || (s.p >= begin && s.p + s.n <= end));
}

static void
check_http (TbParse (*parse) (const char *, size_t, TbHttpHead *), const char *p, size_t n)
{
  TbHttpHead head;
  size_t used, size;
  if (parse (p, n, &head) != TB_PARSE_DONE)
    return;
  TB_CHECK (head.head_size <= n);
  inside (head.method);
  inside (head.target);
  for (unsigned i = 0; i < head.n_headers; i++)
    {
      inside (head.headers[i].name);
      inside (head.headers[i].value);
    }
  if (tb_http_parse_chunked (p + head.head_size, n - head.head_size, 1 << 20, &used, &size)
      != TB_PARSE_DONE)
    return;
  TB_CHECK (used <= n - head.head_size && size <= used);
  char *content = malloc (size);
  tb_http_join_chunked (p + head.head_size, used, content);
  free (content);
}

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  TbSlice args[TB_RESP_ARGS_MAX], text;
  unsigned n_args;
  size_t used;
  bool error;
  uint8_t trace[16], parent[8];
  /* A copy of its own size, so that a read past it is seen. */
  char *copy = malloc (n + 1);
  memcpy (copy, bytes, n);
  begin = copy;
  end = copy + n;
  check_http (tb_http_parse_request, copy, n);
  check_http (tb_http_parse_reply, copy, n);
  tb_trace_parse ((TbSlice) { copy, n }, trace, parent);
  if (tb_resp_parse_command (copy, n, args, &n_args, &used) == TB_PARSE_DONE)
    {
      TB_CHECK (used <= n);
      for (unsigned i = 0; i < n_args; i++)
        inside (args[i]);
    }
  if (tb_resp_parse_reply (copy, n, &used, &error, &text) == TB_PARSE_DONE)
    {
      TB_CHECK (used <= n);
      inside (text);
    }
  free (copy);
  return 0;
}
