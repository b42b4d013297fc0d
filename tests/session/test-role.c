/* What servers say of their part among their replicas, against answers that are written down here. */
#include <string.h>

#include "role-talk.h"

typedef struct
{
  TbPostgresTalk talk;
  GByteArray *out;
} Fixture;

static void
begin (Fixture *f, const char *user, const char *password)
{
  *f = (Fixture) { .talk = { .user = user, .password = password, .database = "shop" },
                   .out = g_byte_array_new () };
  tb_postgres_talk_begin (&f->talk, "rOprNGfwEbeRWgbNEkqO", f->out);
}

static void
end (Fixture *f)
{
  tb_postgres_talk_clear (&f->talk);
  g_byte_array_unref (f->out);
}

/* One message of the server, whole. What we say to it is in f->out, and nothing else. */
static TbRoleAnswer
hear (Fixture *f, char type, const void *body, gsize n)
{
  guint32 size = GUINT32_TO_BE ((guint32) n + 4);
  g_autoptr (GByteArray) message = g_byte_array_new ();
  g_byte_array_append (message, (const guint8 *) &type, 1);
  g_byte_array_append (message, (const guint8 *) &size, 4);
  g_byte_array_append (message, body, (guint) n);
  g_byte_array_set_size (f->out, 0);
  return tb_postgres_talk_hear (&f->talk, message->data, message->len, f->out);
}

#define HEAR(f, type, body) hear (f, type, body, sizeof (body) - 1)
#define COME_IN "\0\0\0\0"

static void
test_the_greeting_says_who_leads (void)
{
  static const char *const said[] = { "in_hot_standby\0off", "in_hot_standby\0on" };
  static const char *const meant[] = { "primary", "standby" };
  for (guint i = 0; i < 2; i++)
    {
      Fixture f;
      begin (&f, "app", NULL);
      g_assert_cmpmem (f.out->data + 8, 9, "user\0app\0", 9);
      g_assert_cmpint (HEAR (&f, 'R', COME_IN), ==, TB_ROLE_MORE);
      g_assert_cmpint (HEAR (&f, 'S', "server_version\00015.8\0"), ==, TB_ROLE_MORE);
      g_assert_cmpint (hear (&f, 'S', said[i], i == 0 ? 19 : 18), ==, TB_ROLE_MORE);
      g_assert_cmpint (HEAR (&f, 'Z', "I"), ==, TB_ROLE_MORE);
      g_assert_cmpint (HEAR (&f, 'E', "SERROR\0\0"), ==, TB_ROLE_MORE); /* it does not know the question */
      g_assert_cmpint (HEAR (&f, 'Z', "I"), ==, TB_ROLE_SAID);
      g_assert_cmpmem (f.out->data, f.out->len, "X\0\0\0\4", 5);
      g_assert_cmpstr (f.talk.said.role, ==, meant[i]);
      g_assert_false (f.talk.said.has_digest);
      end (&f);
    }
}

static void
test_it_is_asked_how_far_it_has_come (void)
{
  Fixture f;
  begin (&f, NULL, NULL);
  g_assert_cmpmem (f.out->data + 8, 14, "user\0postgres\0", 14);
  HEAR (&f, 'R', COME_IN);
  g_assert_cmpint (HEAR (&f, 'Z', "I"), ==, TB_ROLE_MORE);
  g_assert_nonnull (strstr ((const char *) f.out->data + 5, "pg_is_in_recovery()"));
  g_assert_cmpint (HEAR (&f, 'D', "\0\3\0\0\0\1t\0\0\0\012" "1/B374D848" "\0\0\0\1" "0"), ==, TB_ROLE_MORE);
  g_assert_cmpint (HEAR (&f, 'C', "SELECT 1\0"), ==, TB_ROLE_MORE);
  g_assert_cmpint (HEAR (&f, 'Z', "I"), ==, TB_ROLE_SAID);
  g_assert_cmpstr (f.talk.said.role, ==, "standby");
  g_assert_cmphex (f.talk.said.digest, ==, G_GUINT64_CONSTANT (0x1B374D848));
  g_assert_cmpuint (f.talk.said.term, ==, 0);
  tb_postgres_talk_begin (&f.talk, "again", f.out);
  HEAR (&f, 'R', COME_IN);
  HEAR (&f, 'Z', "I");
  HEAR (&f, 'D', "\0\3\0\0\0\1f\377\377\377\377\0\0\0\010" "0000001A");
  g_assert_cmpint (HEAR (&f, 'Z', "I"), ==, TB_ROLE_SAID);
  g_assert_cmpstr (f.talk.said.role, ==, "primary");
  g_assert_cmpuint (f.talk.said.term, ==, 26);
  g_assert_false (f.talk.said.has_digest);
  end (&f);
}

/* An answer of a store, byte by byte: not said before it is whole. */
static TbRoleSaid
hear_whole (TbRoleAnswer (*hear_answer) (const char *, TbRoleSaid *), const char *answer)
{
  TbRoleSaid said;
  for (gsize n = 0; n < strlen (answer); n++)
    {
      g_autofree char *part = g_strndup (answer, n);
      g_assert_cmpint (hear_answer (part, &said), ==, TB_ROLE_MORE);
    }
  g_assert_cmpint (hear_answer (answer, &said), ==, TB_ROLE_SAID);
  return said;
}

static TbRoleSaid
hear_info (const char *login, const char *info)
{
  g_autofree char *answer = g_strdup_printf ("%s$%zu\r\n%s\r\n", login, strlen (info), info);
  return hear_whole (tb_role_hear_info, answer);
}

#define STREAM "master_replid:8b1f9a2c\r\nmaster_replid2:0000\r\n"

static void
test_redis_says_whose_stream_it_follows_and_how_far (void)
{
  TbRoleSaid primary = hear_info ("+OK\r\n", "# Replication\r\nrole:master\r\nconnected_slaves:1\r\n" STREAM
                                             "master_repl_offset:1200\r\n");
  TbRoleSaid late = hear_info ("", "# Replication\r\nrole:slave\r\nslave_repl_offset:1100\r\n" STREAM
                                   "master_repl_offset:1200\r\n");
  TbRoleSaid there = hear_info ("", "# Replication\r\nrole:slave\r\nslave_repl_offset:1200\r\n" STREAM);
  g_assert_cmpstr (primary.role, ==, "leader");
  g_assert_cmpstr (late.role, ==, "follower");
  g_assert_true (primary.has_digest && late.has_digest && there.has_digest);
  g_assert_cmpuint (primary.digest, ==, there.digest);
  g_assert_cmpuint (primary.digest, !=, late.digest);
  g_assert_cmpuint (primary.term, ==, 0);
}

static void
test_the_built_in_store_says_its_own_role (void)
{
  TbRoleSaid said = hear_info ("", "role:slave\r\nreplica:2\r\nreplica_role:candidate\r\nterm:7\r\nleader:0\r\n"
                                   "digest:00000000000000ff\r\n");
  g_assert_cmpstr (said.role, ==, "candidate");
  g_assert_cmpuint (said.term, ==, 7);
  g_assert_cmpuint (said.digest, ==, 255);
  g_assert_true (said.has_digest);
  said = hear_info ("", "role:master\r\nreplica_role:replica\r\nterm:0\r\n"); /* it holds but a part */
  g_assert_false (said.has_digest);
}

static void
test_who_says_no_role_is_believed_so (void)
{
  TbRoleSaid said;
  g_assert_cmpint (tb_role_hear_info ("-ERR unknown command\r\n", &said), ==, TB_ROLE_NOT_SAID);
  g_assert_cmpint (tb_role_hear_info ("-WRONGPASS\r\n-NOAUTH\r\n", &said), ==, TB_ROLE_NOT_SAID);
  g_assert_cmpint (tb_role_hear_info ("$0\r\n\r\n", &said), ==, TB_ROLE_NOT_SAID); /* a sentinel */
}

#define STATUS(leader) "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"header\":{\"member_id\":\"77\"," \
                       "\"revision\":\"31\",\"raft_term\":\"4\"},\"version\":\"3.4.23\"," leader "\"dbSizeInUse\":\"16384\"}"

static void
test_etcd_says_who_leads_and_its_revision (void)
{
  TbRoleSaid leader = hear_whole (tb_role_hear_etcd, STATUS ("\"leader\":\"77\","));
  TbRoleSaid follower = hear_whole (tb_role_hear_etcd, STATUS ("\"leader\":\"78\","));
  TbRoleSaid alone = hear_whole (tb_role_hear_etcd, STATUS (""));
  g_assert_cmpstr (leader.role, ==, "leader");
  g_assert_cmpstr (follower.role, ==, "follower");
  g_assert_cmpstr (alone.role, ==, "candidate");
  g_assert_cmpuint (leader.term, ==, 4);
  g_assert_cmpuint (leader.digest, ==, 31);
}

/* The example of RFC 7677, 3. */
static void
test_logs_in_by_scram (void)
{
  static const char first[] = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
  static const char final[] = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                              "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
  Fixture f;
  begin (&f, "user", "pencil");
  for (guint round = 0; round < 2; round++) /* the second time with what was kept */
    {
      g_assert_cmpint (HEAR (&f, 'R', "\0\0\0\012SCRAM-SHA-256\0"), ==, TB_ROLE_MORE);
      g_assert_cmpmem (f.out->data + 5 + 14 + 4, f.out->len - 23, first, strlen (first));
      g_assert_cmpint (HEAR (&f, 'R', "\0\0\0\013r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                                      "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"),
                       ==, TB_ROLE_MORE);
      g_assert_cmpmem (f.out->data + 5, f.out->len - 5, final, strlen (final));
      g_assert_cmpint (HEAR (&f, 'R', "\0\0\0\014v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="), ==,
                       TB_ROLE_MORE);
      tb_postgres_talk_begin (&f.talk, "rOprNGfwEbeRWgbNEkqO", f.out);
    }
  end (&f);
}

static void
test_logs_in_by_md5 (void)
{
  g_autofree char *inner = g_compute_checksum_for_string (G_CHECKSUM_MD5, "secretapp", -1);
  g_autofree char *salted = g_strconcat (inner, "abcd", NULL);
  g_autofree char *outer = g_compute_checksum_for_string (G_CHECKSUM_MD5, salted, -1);
  Fixture f;
  begin (&f, "app", "secret");
  g_assert_cmpint (HEAR (&f, 'R', "\0\0\0\5abcd"), ==, TB_ROLE_MORE);
  g_assert_cmpmem (f.out->data + 5, 3, "md5", 3);
  g_assert_cmpmem (f.out->data + 8, f.out->len - 8, outer, 33);
  end (&f);
}

static void
test_gives_up_where_nobody_is_let_in (void)
{
  Fixture f;
  begin (&f, "app", NULL);
  g_assert_cmpint (HEAR (&f, 'R', "\0\0\0\3"), ==, TB_ROLE_NOT_SAID);
  end (&f);
  begin (&f, "app", "wrong");
  g_assert_cmpint (HEAR (&f, 'E', "SFATAL\0C28P01\0\0"), ==, TB_ROLE_NOT_SAID);
  end (&f);
}

static void
test_pieces_of_any_size_and_nonsense (void)
{
  static const char greeting[] = "R\0\0\0\10\0\0\0\0S\0\0\0\26in_hot_standby\0on\0Z\0\0\0\5IZ\0\0\0\5I";
  Fixture f;
  begin (&f, "app", NULL);
  for (gsize i = 0; i < sizeof greeting - 1; i++)
    g_assert_cmpint (tb_postgres_talk_hear (&f.talk, (const guint8 *) greeting + i, 1, f.out), ==,
                     i + 2 < sizeof greeting ? TB_ROLE_MORE : TB_ROLE_SAID);
  end (&f);
  begin (&f, "app", NULL);
  g_assert_cmpint (tb_postgres_talk_hear (&f.talk, (const guint8 *) "HTTP/1.1 400", 12, f.out), ==,
                   TB_ROLE_NOT_SAID);
  end (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) g_test_add_func ("/role/" #name, test_##name)
  TEST (the_greeting_says_who_leads);
  TEST (it_is_asked_how_far_it_has_come);
  TEST (redis_says_whose_stream_it_follows_and_how_far);
  TEST (the_built_in_store_says_its_own_role);
  TEST (who_says_no_role_is_believed_so);
  TEST (etcd_says_who_leads_and_its_revision);
  TEST (logs_in_by_scram);
  TEST (logs_in_by_md5);
  TEST (gives_up_where_nobody_is_let_in);
  TEST (pieces_of_any_size_and_nonsense);
#undef TEST
  return g_test_run ();
}
