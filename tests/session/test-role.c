/* What is said to PostgreSQL to learn whether it leads, against a server that is written down here. */
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
  static const TbRoleAnswer meant[] = { TB_ROLE_LEADS, TB_ROLE_FOLLOWS };
  for (guint i = 0; i < 2; i++)
    {
      Fixture f;
      begin (&f, "app", NULL);
      g_assert_cmpmem (f.out->data + 8, 9, "user\0app\0", 9);
      g_assert_cmpint (HEAR (&f, 'R', COME_IN), ==, TB_ROLE_MORE);
      g_assert_cmpint (HEAR (&f, 'S', "server_version\00015.8\0"), ==, TB_ROLE_MORE);
      g_assert_cmpint (hear (&f, 'S', said[i], i == 0 ? 19 : 18), ==, TB_ROLE_MORE);
      g_assert_cmpint (HEAR (&f, 'Z', "I"), ==, meant[i]);
      g_assert_cmpmem (f.out->data, f.out->len, "X\0\0\0\4", 5);
      end (&f);
    }
}

static void
test_an_older_one_is_asked (void)
{
  Fixture f;
  begin (&f, NULL, NULL);
  g_assert_cmpmem (f.out->data + 8, 14, "user\0postgres\0", 14);
  HEAR (&f, 'R', COME_IN);
  g_assert_cmpint (HEAR (&f, 'Z', "I"), ==, TB_ROLE_MORE);
  g_assert_cmpmem (f.out->data + 5, f.out->len - 5, "SELECT pg_is_in_recovery()", 27);
  g_assert_cmpint (HEAR (&f, 'D', "\0\1\0\0\0\1t"), ==, TB_ROLE_MORE);
  g_assert_cmpint (HEAR (&f, 'C', "SELECT 1\0"), ==, TB_ROLE_MORE);
  g_assert_cmpint (HEAR (&f, 'Z', "I"), ==, TB_ROLE_FOLLOWS);
  end (&f);
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
  static const char greeting[] = "R\0\0\0\10\0\0\0\0S\0\0\0\26in_hot_standby\0on\0Z\0\0\0\5I";
  Fixture f;
  begin (&f, "app", NULL);
  for (gsize i = 0; i < sizeof greeting - 1; i++)
    g_assert_cmpint (tb_postgres_talk_hear (&f.talk, (const guint8 *) greeting + i, 1, f.out), ==,
                     i + 2 < sizeof greeting ? TB_ROLE_MORE : TB_ROLE_FOLLOWS);
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
  TEST (an_older_one_is_asked);
  TEST (logs_in_by_scram);
  TEST (logs_in_by_md5);
  TEST (gives_up_where_nobody_is_let_in);
  TEST (pieces_of_any_size_and_nonsense);
#undef TEST
  return g_test_run ();
}
