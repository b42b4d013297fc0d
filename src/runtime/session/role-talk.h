/* What is said to a server to learn its part among its replicas, and what it answers: pure. */
#pragma once

#include <glib.h>

typedef enum
{
  TB_ROLE_MORE,    /* the answer is not whole; what was put in out is to be sent */
  TB_ROLE_SAID,
  TB_ROLE_NOT_SAID /* nonsense, or nobody is let in */
} TbRoleAnswer;

typedef struct
{
  char role[24];
  guint64 term;   /* in which it has that role, where such are counted; else 0 */
  guint64 digest; /* equal where two replicas hold the same */
  gboolean has_digest;
} TbRoleSaid;

/* The answer so far to INFO replication, as Redis and the built-in store give it, after that to AUTH if there was one.
 * Redis: role, stream and offset; the built-in store: its own role, term and digest. */
TbRoleAnswer tb_role_hear_info (const char *answer, TbRoleSaid *said);
/* The answer so far to etcd's status, over HTTP: the digest is the revision. */
TbRoleAnswer tb_role_hear_etcd (const char *answer, TbRoleSaid *said);

/* A login to PostgreSQL, which says in its greeting whether it is a standby (since 14; before that it
 * is asked), and where its log has come to: that is the digest, and the term of who leads its time line. Texts are
 * borrowed, and may be NULL. */
typedef struct
{
  const char *user, *password, *database;
  char *nonce;      /* of this login, by chance */
  GByteArray *in;   /* not read yet */
  char *first;      /* SCRAM: the client's first message, without its head */
  gboolean asked;
  TbRoleSaid said;  /* so far */
  /* Of the last login, since making it costs milliseconds: */
  char *salt;
  guint rounds;
  guint8 salted[32];
} TbPostgresTalk;

/* Zero-initialised before the first; begins a login, and again the next one. With its last answer the
 * login has been ended in order, so that nothing of it is in the server's log. */
void tb_postgres_talk_begin (TbPostgresTalk *talk, const char *nonce, GByteArray *out);
TbRoleAnswer tb_postgres_talk_hear (TbPostgresTalk *talk, const guint8 *bytes, gsize n, GByteArray *out);
void tb_postgres_talk_clear (TbPostgresTalk *talk);
