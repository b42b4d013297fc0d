/* Whatever a server says when it is asked whether it leads: an answer, or more is waited for. */
#include <glib.h>
#include <stdint.h>

#include "role-talk.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t n)
{
  TbPostgresTalk talk = { .user = "app", .password = "secret" };
  g_autoptr (GByteArray) out = g_byte_array_new ();
  gsize step = n > 0 ? 1 + bytes[0] % 64 : 1;
  tb_postgres_talk_begin (&talk, "nonce", out);
  for (gsize at = 1; at < n; at += step)
    if (tb_postgres_talk_hear (&talk, bytes + at, MIN (step, n - at), out) != TB_ROLE_MORE)
      break;
  tb_postgres_talk_clear (&talk);
  g_autofree char *text = g_strndup ((const char *) bytes, n); /* what stores answer is text */
  TbRoleSaid said;
  TbRoleAnswer info = tb_role_hear_info (text, &said);
  g_assert (info != TB_ROLE_SAID || *said.role != '\0');
  TbRoleAnswer etcd = tb_role_hear_etcd (text, &said);
  g_assert (etcd != TB_ROLE_SAID || *said.role != '\0');
  return 0;
}
