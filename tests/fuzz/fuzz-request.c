/* Requests to a run's control, by somebody without its token: each is answered once with a refusal, or more is waited
 * for, and no more is taken than there is. What stands behind the token is of no stranger; its bodies are fuzz-json's. */
#include <string.h>

#include "control-private.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static guint answers;

/* In place of server.c's. */
void
tb_client_send (TbClient *client, const void *bytes, gsize n)
{
  if (n < 9 || memcmp (bytes, "HTTP/1.1 ", 9) != 0)
    g_assert_cmpuint (answers, ==, 1); /* its body */
  else if (memcmp (bytes, "HTTP/1.1 100 ", MIN (n, 13)) != 0)
    {
      g_assert_true (n > 9 && ((const char *) bytes)[9] == '4');
      answers++;
    }
}

void
tb_client_finish (TbClient *client, gboolean closing)
{
}

void
tb_control_look (TbControl *control)
{
}

void
tb_control_need_timer (TbControl *control)
{
  g_assert_not_reached ();
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  char token[] = "0123456789abcdef0123456789abcdef";
  TbControl control = { .token = token };
  TbCall *call = NULL;
  /* Of its own size, so that a step too far is found. */
  g_autofree char *bytes = g_memdup2 (data, size);
  answers = 0;
  gsize used = tb_call_take (NULL, &control, TB_ACCESS_TOKEN, bytes, size, &call);
  g_assert_true (used <= size && (used > 0) == (call != NULL) && (call != NULL) == (answers == 1));
  if (call != NULL)
    tb_call_free (call);
  return 0;
}
