/* See role-talk.h: what stores answer that are asked in one go. */
#include <string.h>

#include "role-talk.h"

/* The number after a name; 0 where it is not there. */
static guint64
number_after (const char *answer, const char *name)
{
  const char *at = strstr (answer, name);
  return at != NULL ? g_ascii_strtoull (at + strlen (name), NULL, 10) : 0;
}

/* The line of INFO that begins with that name, without it, copied; FALSE where there is none. */
static gboolean
field (const char *answer, const char *name, char *value, gsize size)
{
  g_autofree char *begin = g_strconcat ("\n", name, ":", NULL);
  const char *at = strstr (answer, begin);
  if (at == NULL)
    return FALSE;
  at += strlen (begin);
  g_strlcpy (value, at, MIN (size, strcspn (at, "\r\n") + 1));
  return TRUE;
}

/* "$123\r\n" and so many bytes, after the "+OK\r\n" of a login. */
static gboolean
is_whole_bulk (const char *answer)
{
  const char *at = strstr (answer, "$");
  const char *line = at != NULL ? strstr (at, "\r\n") : NULL;
  return line != NULL && strlen (line + 2) >= g_ascii_strtoull (at + 1, NULL, 10) + 2; /* and the line's end */
}

static guint64
number_of (const char *answer, const char *name, guint base)
{
  char value[32];
  return field (answer, name, value, sizeof value) ? g_ascii_strtoull (value, NULL, base) : 0;
}

/* Of Redis: whose stream it follows, and how far it has come. A replica that has lost its primary is asked no less. */
static void
hear_redis (const char *answer, const char *role, TbRoleSaid *said)
{
  gboolean leads = g_str_equal (role, "master");
  char stream[64];
  g_strlcpy (said->role, leads ? "leader" : "follower", sizeof said->role);
  if (!field (answer, "master_replid", stream, sizeof stream))
    return;
  said->digest = g_str_hash (stream) + number_of (answer, leads ? "master_repl_offset" : "slave_repl_offset", 10);
  said->has_digest = TRUE;
}

static void
hear_own (const char *answer, TbRoleSaid *said)
{
  char value[32];
  said->term = number_of (answer, "term", 10);
  said->has_digest = field (answer, "digest", value, sizeof value);
  said->digest = said->has_digest ? g_ascii_strtoull (value, NULL, 16) : 0;
}

TbRoleAnswer
tb_role_hear_info (const char *answer, TbRoleSaid *said)
{
  char role[16];
  *said = (TbRoleSaid) { .role = "" };
  if (answer[0] == '-' || strstr (answer, "\n-") != NULL)
    return TB_ROLE_NOT_SAID;
  if (!is_whole_bulk (answer))
    return TB_ROLE_MORE;
  if (field (answer, "replica_role", said->role, sizeof said->role))
    hear_own (answer, said);
  else if (field (answer, "role", role, sizeof role))
    hear_redis (answer, role, said);
  return *said->role != '\0' ? TB_ROLE_SAID : TB_ROLE_NOT_SAID;
}

/* It leads if the leader's number is its own. All members take the same writes in the same order, so those that have
 * come to the same revision hold the same. */
TbRoleAnswer
tb_role_hear_etcd (const char *answer, TbRoleSaid *said)
{
  guint64 own = number_after (answer, "\"member_id\":\""), leader = number_after (answer, "\"leader\":\"");
  const char *body = strstr (answer, "\r\n\r\n");
  *said = (TbRoleSaid) { .role = "" };
  if (own == 0 || body == NULL || !g_str_has_suffix (body, "}") || strstr (body, "\"dbSizeInUse\":") == NULL)
    return TB_ROLE_MORE;
  g_strlcpy (said->role, leader == 0 ? "candidate" : own == leader ? "leader" : "follower", sizeof said->role);
  said->term = number_after (answer, "\"raft_term\":\"");
  said->digest = number_after (answer, "\"revision\":\"");
  said->has_digest = TRUE;
  return TB_ROLE_SAID;
}
