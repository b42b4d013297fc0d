/* See role-talk.h; "Message Formats" and "SASL Authentication" of PostgreSQL's manual, RFC 5802 and
 * RFC 7677 for SCRAM-SHA-256.
 *
 *   startup ──▶ R: come in ───────────────────────────┐
 *               R: password, plain or MD5 ──▶ p ──▶ R ─┤
 *               R: SASL ──▶ p ──▶ R ──▶ p ──▶ R ───────┴──▶ S in_hot_standby ──▶ Z ──▶ Q ──▶ D ──▶ Z ──▶ X */
#include <string.h>

#include "role-talk.h"

#define MESSAGE_MAX 65536
#define ROUNDS_MAX 100000
#define HASH 32

static guint32
big_endian (const guint8 *p)
{
  return (guint32) p[0] << 24 | (guint32) p[1] << 16 | (guint32) p[2] << 8 | p[3];
}

static void
put_u32 (GByteArray *out, guint32 value)
{
  const guint8 bytes[] = { (guint8) (value >> 24), (guint8) (value >> 16), (guint8) (value >> 8),
                           (guint8) value };
  g_byte_array_append (out, bytes, sizeof bytes);
}

static void
put_text (GByteArray *out, const char *text)
{
  g_byte_array_append (out, (const guint8 *) text, (guint) strlen (text) + 1);
}

/* Its length is filled in by end_message(). type 0: a startup message, which has none. */
static guint
begin_message (GByteArray *out, char type)
{
  guint at;
  if (type != 0)
    g_byte_array_append (out, (const guint8 *) &type, 1);
  at = out->len;
  put_u32 (out, 0);
  return at;
}

static void
end_message (GByteArray *out, guint at)
{
  guint32 n = GUINT32_TO_BE (out->len - at);
  memcpy (out->data + at, &n, sizeof n);
}

static const char *
user_of (const TbPostgresTalk *talk)
{
  return talk->user != NULL ? talk->user : "postgres";
}

void
tb_postgres_talk_begin (TbPostgresTalk *talk, const char *nonce, GByteArray *out)
{
  g_free (talk->nonce);
  g_clear_pointer (&talk->first, g_free);
  talk->nonce = g_strdup (nonce);
  talk->asked = FALSE;
  talk->said = (TbRoleSaid) { .role = "" };
  if (talk->in == NULL)
    talk->in = g_byte_array_new ();
  g_byte_array_set_size (talk->in, 0);
  guint at = begin_message (out, 0);
  put_u32 (out, 3 << 16);
  put_text (out, "user");
  put_text (out, user_of (talk));
  put_text (out, "database");
  put_text (out, talk->database != NULL ? talk->database : user_of (talk));
  put_text (out, "application_name");
  put_text (out, "tierboard");
  put_text (out, "");
  end_message (out, at);
}

void
tb_postgres_talk_clear (TbPostgresTalk *talk)
{
  g_free (talk->nonce);
  g_free (talk->first);
  g_free (talk->salt);
  g_clear_pointer (&talk->in, g_byte_array_unref);
}

/* ---- Passwords ----------------------------------------------------------------------------------- */

static void
put_password (GByteArray *out, const char *text)
{
  guint at = begin_message (out, 'p');
  put_text (out, text);
  end_message (out, at);
}

static void
put_md5 (const TbPostgresTalk *talk, const guint8 *salt, GByteArray *out)
{
  g_autofree char *both = g_strconcat (talk->password, user_of (talk), NULL);
  g_autofree char *inner = g_compute_checksum_for_string (G_CHECKSUM_MD5, both, -1);
  g_autoptr (GChecksum) outer = g_checksum_new (G_CHECKSUM_MD5);
  g_checksum_update (outer, (const guchar *) inner, -1);
  g_checksum_update (outer, salt, 4);
  g_autofree char *whole = g_strconcat ("md5", g_checksum_get_string (outer), NULL);
  put_password (out, whole);
}

static void
hmac (const guint8 *key, gsize n_key, const void *bytes, gsize n, guint8 out[HASH])
{
  GHmac *h = g_hmac_new (G_CHECKSUM_SHA256, key, n_key);
  gsize size = HASH;
  g_hmac_update (h, bytes, (gssize) n);
  g_hmac_get_digest (h, out, &size);
  g_hmac_unref (h);
}

/* PBKDF2 of one block (RFC 8018, 5.2). */
static void
salt_password (const char *password, const guint8 *salt, gsize n_salt, guint rounds, guint8 out[HASH])
{
  const guint8 *key = (const guint8 *) password;
  gsize n_key = strlen (password);
  guint8 u[HASH];
  g_autofree guint8 *first = g_malloc (n_salt + 4);
  const guint8 one[] = { 0, 0, 0, 1 };
  memcpy (first, salt, n_salt);
  memcpy (first + n_salt, one, 4);
  hmac (key, n_key, first, n_salt + 4, u);
  memcpy (out, u, HASH);
  for (guint i = 1; i < rounds; i++)
    {
      hmac (key, n_key, u, HASH, u);
      for (guint k = 0; k < HASH; k++)
        out[k] ^= u[k];
    }
}

/* A comma and an equals sign mean something there. */
static char *
sasl_name (const char *name)
{
  g_autoptr (GString) out = g_string_new (name);
  g_string_replace (out, "=", "=3D", 0);
  g_string_replace (out, ",", "=2C", 0);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
put_sasl_first (TbPostgresTalk *talk, GByteArray *out)
{
  g_autofree char *name = sasl_name (user_of (talk));
  g_free (talk->first);
  talk->first = g_strdup_printf ("n=%s,r=%s", name, talk->nonce);
  g_autofree char *whole = g_strconcat ("n,,", talk->first, NULL);
  guint at = begin_message (out, 'p');
  put_text (out, "SCRAM-SHA-256");
  put_u32 (out, (guint32) strlen (whole));
  g_byte_array_append (out, (const guint8 *) whole, (guint) strlen (whole));
  end_message (out, at);
}

/* The value of "x=…" in a list between commas; NULL where it is not there. (transfer full) */
static char *
sasl_value (const char *list, char name)
{
  g_auto (GStrv) items = g_strsplit (list, ",", -1);
  for (char **item = items; *item != NULL; item++)
    if ((*item)[0] == name && (*item)[1] == '=')
      return g_strdup (*item + 2);
  return NULL;
}

static gboolean
salt_once (TbPostgresTalk *talk, const char *salt, const char *rounds)
{
  guint64 n;
  gsize n_salt;
  if (!g_ascii_string_to_unsigned (rounds, 10, 1, ROUNDS_MAX, &n, NULL))
    return FALSE;
  if (talk->rounds == n && g_strcmp0 (talk->salt, salt) == 0)
    return TRUE;
  g_autofree guchar *bytes = g_base64_decode (salt, &n_salt);
  salt_password (talk->password, bytes, n_salt, (guint) n, talk->salted);
  g_free (talk->salt);
  talk->salt = g_strdup (salt);
  talk->rounds = (guint) n;
  return TRUE;
}

/* (transfer full) */
static char *
sasl_proof (const TbPostgresTalk *talk, const char *server_first, const char *client_final)
{
  guint8 key[HASH], stored[HASH], signature[HASH];
  gsize size = HASH;
  g_autofree char *whole = g_strjoin (",", talk->first, server_first, client_final, NULL);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  hmac (talk->salted, HASH, "Client Key", 10, key);
  g_checksum_update (sum, key, HASH);
  g_checksum_get_digest (sum, stored, &size);
  hmac (stored, HASH, whole, strlen (whole), signature);
  for (guint i = 0; i < HASH; i++)
    key[i] ^= signature[i];
  return g_base64_encode (key, HASH);
}

static gboolean
put_sasl_final (TbPostgresTalk *talk, const char *server_first, GByteArray *out)
{
  g_autofree char *nonce = sasl_value (server_first, 'r'), *salt = sasl_value (server_first, 's');
  g_autofree char *rounds = sasl_value (server_first, 'i');
  if (talk->first == NULL || nonce == NULL || salt == NULL || rounds == NULL
      || !g_str_has_prefix (nonce, talk->nonce) || !salt_once (talk, salt, rounds))
    return FALSE;
  g_autofree char *begin = g_strdup_printf ("c=biws,r=%s", nonce);
  g_autofree char *proof = sasl_proof (talk, server_first, begin);
  g_autofree char *whole = g_strdup_printf ("%s,p=%s", begin, proof);
  guint at = begin_message (out, 'p');
  g_byte_array_append (out, (const guint8 *) whole, (guint) strlen (whole));
  end_message (out, at);
  return TRUE;
}

/* ---- What is heard --------------------------------------------------------------------------------- */

static TbRoleAnswer
hear_login (TbPostgresTalk *talk, const guint8 *body, gsize n, GByteArray *out)
{
  enum { COME_IN = 0, PLAIN = 3, MD5 = 5, SASL = 10, SASL_GOES_ON = 11, SASL_ENDS = 12 };
  guint32 what = n >= 4 ? big_endian (body) : G_MAXUINT32;
  if (what == COME_IN || what == SASL_ENDS)
    return TB_ROLE_MORE;
  if (talk->password == NULL)
    return TB_ROLE_NOT_SAID;
  if (what == PLAIN)
    put_password (out, talk->password);
  else if (what == MD5 && n >= 8)
    put_md5 (talk, body + 4, out);
  else if (what == SASL)
    put_sasl_first (talk, out);
  else if (what == SASL_GOES_ON)
    {
      g_autofree char *server_first = g_strndup ((const char *) body + 4, n - 4);
      return put_sasl_final (talk, server_first, out) ? TB_ROLE_MORE : TB_ROLE_NOT_SAID;
    }
  else
    return TB_ROLE_NOT_SAID;
  return TB_ROLE_MORE;
}

static void
set_role (TbPostgresTalk *talk, gboolean standby)
{
  g_strlcpy (talk->said.role, standby ? "standby" : "primary", sizeof talk->said.role);
}

/* "in_hot_standby\0on\0" */
static void
hear_setting (TbPostgresTalk *talk, const guint8 *body, gsize n)
{
  static const char name[] = "in_hot_standby";
  if (n >= sizeof name + 3 && memcmp (body, name, sizeof name) == 0 && body[n - 1] == '\0')
    set_role (talk, strcmp ((const char *) body + sizeof name, "on") == 0);
}

/* Whether it is a standby; where its log has come to, "16/B374D848"; the time line that it writes, in hexadecimal. */
static const char question[]
  = "SELECT pg_is_in_recovery(), CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE "
    "pg_current_wal_lsn() END, CASE WHEN pg_is_in_recovery() THEN '0' ELSE "
    "substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END";

static void
hear_column (TbPostgresTalk *talk, guint column, const char *text)
{
  char *end;
  if (column == 0)
    set_role (talk, *text == 't');
  else if (column == 1)
    {
      talk->said.digest = g_ascii_strtoull (text, &end, 16) << 32;
      talk->said.has_digest = *end == '/';
      talk->said.digest |= *end == '/' ? g_ascii_strtoull (end + 1, NULL, 16) : 0;
    }
  else
    talk->said.term = g_ascii_strtoull (text, NULL, 16);
}

/* Two bytes how many columns; of each four how long, G_MAXUINT32 for none. */
static void
hear_row (TbPostgresTalk *talk, const guint8 *body, gsize n)
{
  gsize at = 2;
  for (guint column = 0; column < 3 && n - MIN (at, n) >= 4; column++)
    {
      guint32 size = big_endian (body + at);
      at += 4;
      if (size == G_MAXUINT32)
        continue;
      if (size > n - at)
        return;
      g_autofree char *text = g_strndup ((const char *) body + at, size);
      hear_column (talk, column, text);
      at += size;
    }
}

/* It is ready for a question: the only one, or good-bye. */
static TbRoleAnswer
hear_ready (TbPostgresTalk *talk, GByteArray *out)
{
  gboolean ask = !talk->asked;
  guint at = begin_message (out, ask ? 'Q' : 'X');
  if (ask)
    put_text (out, question);
  end_message (out, at);
  talk->asked = TRUE;
  return ask ? TB_ROLE_MORE : *talk->said.role != '\0' ? TB_ROLE_SAID : TB_ROLE_NOT_SAID;
}

static TbRoleAnswer
hear_message (TbPostgresTalk *talk, guint8 type, const guint8 *body, gsize n, GByteArray *out)
{
  switch (type)
    {
    case 'R':
      return hear_login (talk, body, n, out);
    case 'S':
      hear_setting (talk, body, n);
      return TB_ROLE_MORE;
    case 'D':
      hear_row (talk, body, n);
      return TB_ROLE_MORE;
    case 'Z':
      return hear_ready (talk, out);
    case 'E': /* to the question: it may still have said its role */
      return talk->asked ? TB_ROLE_MORE : TB_ROLE_NOT_SAID;
    default:
      return TB_ROLE_MORE;
    }
}

TbRoleAnswer
tb_postgres_talk_hear (TbPostgresTalk *talk, const guint8 *bytes, gsize n, GByteArray *out)
{
  TbRoleAnswer answer = TB_ROLE_MORE;
  gsize at = 0;
  g_byte_array_append (talk->in, bytes, (guint) n);
  while (answer == TB_ROLE_MORE && talk->in->len - at >= 5)
    {
      const guint8 *message = talk->in->data + at;
      guint32 size = big_endian (message + 1);
      if (size < 4 || size > MESSAGE_MAX)
        return TB_ROLE_NOT_SAID;
      if (talk->in->len - at < 1 + (gsize) size)
        break;
      answer = hear_message (talk, message[0], message + 5, size - 4, out);
      at += 1 + size;
    }
  g_byte_array_remove_range (talk->in, 0, (guint) at);
  return answer;
}
