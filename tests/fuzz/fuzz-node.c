/* What a built-in program is told: its command line (words with zero bytes between), a line of the file with its load,
 * and the head of a call of its own language. */
#include <stdlib.h>
#include <string.h>

#include "node-private.h"
#include "rpc.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n);

#define WORDS_MAX 40

/* Words are terminated by the zero behind the copy at the latest. */
static void
check_options (char *words, size_t n)
{
  char name[] = "tierboard-node", *argv[WORDS_MAX + 1] = { name };
  int argc = 1;
  for (size_t at = 0; at < n && argc < WORDS_MAX; at += strlen (words + at) + 1)
    argv[argc++] = words + at;
  Options o;
  char *sentence = options_parse (&o, argc, argv);
  TB_CHECK (sentence == NULL || sentence[0] != '\0');
  TB_CHECK (sentence != NULL || o.help || o.version || o.kind == NODE_CLIENT || o.listen != NULL);
  free (sentence);
  options_clear (&o);
}

static void
check_load (const char *text, size_t n)
{
  const Load drawn = { .open = true, .rate = 7 };
  Load load = { 0 };
  if (load_parse (text, n, &drawn, &load))
    TB_CHECK (load.has_think || (load.open && load.rate >= 0));
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  RpcHead head;
  char *copy = malloc (n + 1);
  memcpy (copy, bytes, n);
  copy[n] = '\0';
  if (rpc_check (copy, n, &head) == TB_PARSE_DONE)
    TB_CHECK (head.size >= sizeof head && head.size <= RPC_SIZE_MAX);
  check_load (copy, n);
  check_options (copy, n);
  free (copy);
  return 0;
}
