/* What is said to a server to learn whether it leads, and what it answers: pure. */
#pragma once

#include <glib.h>

typedef enum
{
  TB_ROLE_MORE,   /* the answer is not whole; what was put in out is to be sent */
  TB_ROLE_LEADS,
  TB_ROLE_FOLLOWS,
  TB_ROLE_NOT_SAID /* nonsense, or nobody is let in */
} TbRoleAnswer;

/* A login to PostgreSQL, which says in its greeting whether it is a standby (since 14; before that it
 * is asked). Texts are borrowed, and may be NULL. */
typedef struct
{
  const char *user, *password, *database;
  char *nonce;      /* of this login, by chance */
  GByteArray *in;   /* not read yet */
  char *first;      /* SCRAM: the client's first message, without its head */
  gboolean asked;
  TbRoleAnswer said; /* MORE: nothing yet */
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
