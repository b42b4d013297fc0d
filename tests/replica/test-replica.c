/* The codec of messages and records, and the single copy. */
#include <glib.h>
#include <stdlib.h>

#include "replica-private.h"
#include "tb-replica.h"

/* ---- Fixture: a host that writes down what it is asked ---- */

typedef struct
{
  GPtrArray *records; /* GBytes */
  GString *state;     /* every SET's value, one after another */
  unsigned answers, loads, renewals;
  guint base; /* the first record that counts */
} Host;

static void
host_keep (void *data, const void *record, size_t n)
{
  Host *h = data;
  g_ptr_array_add (h->records, g_bytes_new (record, n));
}

static void
host_renew (void *data)
{
  Host *h = data;
  h->base = h->records->len;
  h->renewals++;
}

static void
host_apply (void *data, uint64_t ticket, const TbCommand *command)
{
  Host *h = data;
  if (command->kind == TB_COMMAND_SET)
    g_string_append_len (h->state, command->value.p, (gssize) command->value.n);
  h->answers += ticket != 0;
}

static void *
host_save (void *data, size_t *n)
{
  Host *h = data;
  *n = h->state->len;
  void *copy = malloc (h->state->len + 1);
  memcpy (copy, h->state->str, h->state->len + 1);
  return copy;
}

static void
host_load (void *data, const void *bytes, size_t n)
{
  Host *h = data;
  g_string_truncate (h->state, 0);
  g_string_append_len (h->state, bytes, (gssize) n);
  h->loads++;
}

static const TbReplicaHost table = {
  .keep = host_keep, .renew = host_renew, .apply = host_apply, .save = host_save, .load = host_load,
};

static Host
host_new (void)
{
  return (Host){ .records = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref),
                 .state = g_string_new (NULL) };
}

static void
host_free (Host *h)
{
  g_ptr_array_unref (h->records);
  g_string_free (h->state, TRUE);
}

static void
set (TbReplica *r, uint64_t ticket, const char *value)
{
  TbCommand command = { .kind = TB_COMMAND_SET, .key = { "k", 1 }, .value = { value, strlen (value) } };
  tb_replica_command (r, 0, ticket, &command);
}

static TbReplica *
restored (Host *from, Host *to)
{
  TbReplicaConfig config = { .replication = TB_REPLICATION_NONE, .compact_records = 5 };
  TbReplica *r = tb_replica_new (&config, &table, to);
  for (guint i = from->base; i < from->records->len; i++)
    {
      gsize n;
      const void *p = g_bytes_get_data (from->records->pdata[i], &n);
      tb_replica_restore (r, p, n);
    }
  return r;
}

/* ---- Codec ---- */

static void
test_numbers_survive (void)
{
  static const uint64_t values[] = { 0, 1, 127, 128, 300, UINT32_MAX, UINT64_C (1) << 62, UINT64_MAX - 1, UINT64_MAX };
  Pack p = { 0 };
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      pack_uint (&p, values[i]);
      pack_int (&p, (int64_t) values[i]);
    }
  Take t = { p.p, p.n, false };
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_assert_cmpuint (take_uint (&t), ==, values[i]);
      g_assert_cmpint (take_int (&t), ==, (int64_t) values[i]);
    }
  g_assert_true (take_is_whole (&t));
  pack_free (&p);
}

static void
test_a_command_survives_and_its_beginnings_do_not (void)
{
  TbCommand c = { TB_COMMAND_CAS, { "key", 3 }, { "new", 3 }, { "", 0 }, -7 }, back;
  Pack p = { 0 };
  pack_command (&p, &c);
  Take t = { p.p, p.n, false };
  g_assert_true (take_command (&t, &back) && take_is_whole (&t));
  g_assert_cmpint (back.kind, ==, TB_COMMAND_CAS);
  g_assert_cmpmem (back.key.p, back.key.n, "key", 3);
  g_assert_cmpmem (back.value.p, back.value.n, "new", 3);
  g_assert_cmpint (back.amount, ==, -7);
  for (gsize n = 0; n < p.n; n++)
    {
      Take cut = { p.p, n, false };
      g_assert_false (take_command (&cut, &back));
    }
  pack_free (&p);
}

static void
test_an_overlong_number_is_bad (void)
{
  static const uint8_t bytes[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01 };
  Take t = { bytes, sizeof bytes, false };
  g_assert_cmpuint (take_uint (&t), ==, 0);
  g_assert_true (t.bad);
}

/* ---- The single copy ---- */

static void
test_a_single_copy_comes_back (void)
{
  Host a = host_new (), b = host_new ();
  TbReplica *r = restored (&b, &a);
  set (r, 1, "x");
  set (r, 2, "y");
  g_assert_cmpuint (a.answers, ==, 2);
  TbReplica *again = restored (&a, &b);
  g_assert_cmpstr (b.state->str, ==, "xy");
  TbReplicaStatus was, is;
  tb_replica_status (r, &was);
  tb_replica_status (again, &is);
  g_assert_cmpuint (was.digest, ==, is.digest);
  g_assert_cmpuint (is.applied, ==, 2);
  tb_replica_free (r);
  tb_replica_free (again);
  host_free (&a);
  host_free (&b);
}

static void
test_its_journal_begins_anew (void)
{
  Host a = host_new (), b = host_new ();
  TbReplica *r = restored (&b, &a);
  for (unsigned i = 0; i < 23; i++)
    set (r, i + 1, "x");
  g_assert_cmpuint (a.renewals, ==, 4);
  g_assert_cmpuint (a.records->len - a.base, <=, 5);
  TbReplica *again = restored (&a, &b);
  g_assert_cmpuint (b.state->len, ==, 23);
  g_assert_cmpuint (b.loads, ==, 1);
  tb_replica_free (r);
  tb_replica_free (again);
  host_free (&a);
  host_free (&b);
}

static void
test_damaged_records_are_left_out (void)
{
  Host a = host_new (), b = host_new ();
  TbReplica *r = restored (&b, &a);
  set (r, 1, "x");
  gsize n;
  const guint8 *p = g_bytes_get_data (a.records->pdata[0], &n);
  TbReplica *again = restored (&b, &b);
  for (gsize i = 0; i < n; i++)
    {
      guint8 *copy = g_memdup2 (p, n);
      copy[i] ^= 0x20;
      tb_replica_restore (again, copy, n);
      tb_replica_restore (again, p, i);
      tb_replica_message (again, 0, 0, copy, n);
      g_free (copy);
    }
  g_assert_cmpuint (b.state->len, ==, 0);
  tb_replica_free (r);
  tb_replica_free (again);
  host_free (&a);
  host_free (&b);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/replica/codec/numbers survive", test_numbers_survive);
  g_test_add_func ("/replica/codec/a command survives, its beginnings do not",
                   test_a_command_survives_and_its_beginnings_do_not);
  g_test_add_func ("/replica/codec/an overlong number is bad", test_an_overlong_number_is_bad);
  g_test_add_func ("/replica/none/a single copy comes back", test_a_single_copy_comes_back);
  g_test_add_func ("/replica/none/its journal begins anew", test_its_journal_begins_anew);
  g_test_add_func ("/replica/none/damaged records are left out", test_damaged_records_are_left_out);
  return g_test_run ();
}
