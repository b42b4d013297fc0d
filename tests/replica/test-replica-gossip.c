/* Gossip and CRDT: always an answer, agreement after the healing, and what that costs. */
#include <math.h>
#include <string.h>

#include "cluster.h"
#include "crdt-state.h"
#include "schedules.h"

#define ROUND_NS (200 * TB_NS_PER_MS) /* gossip's default, on average */

static void
test_gossip_agrees (void)
{
  ScheduleKind kind = { TB_REPLICATION_GOSSIP, TB_READS_ANY, NULL, false, true };
  schedules_test (&kind, 300);
}

static void
three (TbSimOptions *o)
{
  o->config.n = 3;
}

static void
test_stale_reads_are_found (void)
{
  ScheduleKind kind = { TB_REPLICATION_GOSSIP, TB_READS_ANY, three, true, false };
  Schedules s;
  schedules_run (&kind, (guint64) g_test_rand_int () << 20, 50, &s);
  g_assert_true (g_str_has_prefix (s.words, "not linearizable"));
}

static Cluster *
cluster_of (TbReplication replication, guint n)
{
  TbReplicaConfig config = { .replication = replication, .n = n };
  return cluster_new (&config);
}

static void
isolate_all (Cluster *c)
{
  for (guint i = 0; i < c->config.n; i++)
    cluster_isolate (c, i);
}

static void
test_concurrent_writes_are_lost_and_counted (void)
{
  Cluster *c = cluster_of (TB_REPLICATION_GOSSIP, 5);
  guint64 lost = 0;
  cluster_do (c, 0, TB_COMMAND_SET, "k", "seen by all");
  cluster_pass (c, 20 * ROUND_NS);
  isolate_all (c);
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *value = g_strdup_printf ("%u", i);
      c->now_ns += TB_NS_PER_MS;
      guint64 ticket = cluster_ask (c, i, TB_COMMAND_SET, "k", value);
      g_assert_cmpint (cluster_answer (c, ticket)->answer, ==, TB_ANSWER_OK); /* at once, with nobody there */
      g_assert_cmpstr (cluster_do (c, i, TB_COMMAND_GET, "k", NULL), ==, value);
    }
  cluster_heal (c);
  cluster_pass (c, 40 * ROUND_NS);
  g_assert_true (cluster_agrees (c));
  for (guint i = 0; i < 5; i++)
    {
      g_assert_cmpstr (cluster_do (c, i, TB_COMMAND_GET, "k", NULL), ==, "4"); /* the last by the clock */
      lost += cluster_status (c, i).lost;
    }
  g_assert_cmpuint (lost, ==, 4);
  cluster_free (c);
}

/* A write that saw the one before it replaces it: nothing is lost. */
static void
test_writes_in_a_row_lose_nothing (void)
{
  Cluster *c = cluster_of (TB_REPLICATION_GOSSIP, 3);
  for (guint i = 0; i < 9; i++)
    {
      g_autofree char *value = g_strdup_printf ("%u", i);
      cluster_do (c, i % 3, TB_COMMAND_SET, "k", value);
      cluster_pass (c, 30 * ROUND_NS);
    }
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (cluster_status (c, i).lost, ==, 0);
  cluster_free (c);
}

static void
test_a_deletion_is_not_undone (void)
{
  Cluster *c = cluster_of (TB_REPLICATION_GOSSIP, 3);
  cluster_do (c, 0, TB_COMMAND_SET, "k", "v");
  cluster_pass (c, 30 * ROUND_NS);
  cluster_isolate (c, 2);
  g_assert_cmpstr (cluster_do (c, 0, TB_COMMAND_DELETE, "k", NULL), ==, "ok");
  cluster_heal (c);
  cluster_pass (c, 30 * ROUND_NS);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpstr (cluster_do (c, i, TB_COMMAND_GET, "k", NULL), ==, "nil");
  cluster_free (c);
}

/* Pushing and pulling, each round at least doubles who knows something, until few do not: log2 n rounds and some. */
static void
test_agreement_within_rounds (void)
{
  for (guint n = 2; n <= 16; n *= 2)
    {
      Cluster *c = cluster_of (TB_REPLICATION_GOSSIP, n);
      isolate_all (c);
      for (guint i = 0; i < n * 20; i++)
        {
          g_autofree char *key = g_strdup_printf ("key %u", i);
          cluster_do (c, i % n, TB_COMMAND_SET, key, "v");
        }
      cluster_heal (c);
      guint rounds = 0;
      for (; !cluster_agrees (c); rounds++)
        {
          g_assert_cmpuint (rounds, <, 8 + 2 * (guint) log2 (n));
          cluster_pass (c, ROUND_NS);
        }
      g_test_message ("%u replicas agree after %u rounds", n, rounds);
      cluster_free (c);
    }
}

/* More than one message holds, in one segment or in many. */
static void
test_large_differences_come_in_bounded_messages (void)
{
  Cluster *c = cluster_of (TB_REPLICATION_GOSSIP, 2);
  g_autofree char *value = g_strnfill (2000, 'v');
  isolate_all (c);
  for (guint i = 0; i < 6000; i++)
    {
      g_autofree char *key = g_strdup_printf ("key %u", i);
      cluster_do (c, 0, TB_COMMAND_SET, key, value);
    }
  cluster_heal (c);
  cluster_pass (c, 200 * ROUND_NS);
  g_assert_true (cluster_agrees (c));
  cluster_free (c);
}

/* ---- CRDT ---- */

/* All that was answered is in the end's value, and nothing more than was asked for. */
static void
check_counts (const TbSimOptions *o, const TbSimResult *result)
{
  for (guint key = 0; key < o->keys; key++)
    {
      guint64 sure = 0, perhaps = 0, final = 0;
      for (gsize i = 0; i < result->n_ops; i++)
        {
          const TbOp *op = &result->ops[i];
          if (op->key == key && op->kind == TB_OP_ADD)
            {
              sure += op->outcome == TB_OP_OK;
              perhaps += op->outcome == TB_OP_UNKNOWN;
            }
          if (op->key == key && op->client == o->clients && op->outcome == TB_OP_OK)
            final = op->value;
        }
      if (final < sure || final > sure + perhaps)
        g_error ("seed %" G_GUINT64_FORMAT ": %" G_GUINT64_FORMAT " counted, of %" G_GUINT64_FORMAT " and perhaps %"
                 G_GUINT64_FORMAT, o->seed, final, sure, perhaps);
    }
}

static void
test_counting_loses_nothing (void)
{
  guint64 seed = (guint64) g_test_rand_int () << 20;
  guint n = g_getenv ("TIERBOARD_SOAK") ? 100000 : 300;
  TbSim *sim = tb_sim_new ();
  g_test_message ("seeds from %" G_GUINT64_FORMAT, seed);
  for (guint i = 0; i < n; i++)
    {
      TbSimOptions o;
      TbSimResult result;
      tb_sim_options_draw (&o, TB_REPLICATION_CRDT, TB_READS_ANY, seed + i);
      o.quiet_ns = 3 * TB_NS_PER_S; /* agreement, then the final reads */
      tb_sim_run (sim, &o, &result);
      g_assert_true (result.converged && result.final_reads_done);
      check_counts (&o, &result);
    }
  tb_sim_free (sim);
}

static char *
members (Cluster *c, guint at, const char *key)
{
  const Answer *a = cluster_answer (c, cluster_ask (c, at, TB_COMMAND_MEMBERS, key, NULL));
  Take t = { (const uint8_t *) a->text, a->n, false };
  GString *s = g_string_new (NULL);
  while (t.n > 0 && !t.bad)
    {
      TbBytes b = take_bytes (&t);
      g_string_append_len (s, b.p, (gssize) b.n);
    }
  return g_string_free (s, FALSE);
}

/* Who removes removes what it has seen: what another inserts meanwhile stays. */
static void
test_an_insertion_wins_over_a_removal_that_did_not_see_it (void)
{
  Cluster *c = cluster_of (TB_REPLICATION_CRDT, 3);
  cluster_do (c, 0, TB_COMMAND_INSERT, "s", "a");
  cluster_do (c, 0, TB_COMMAND_INSERT, "s", "b");
  cluster_pass (c, 30 * ROUND_NS);
  isolate_all (c);
  g_assert_cmpstr (cluster_do (c, 0, TB_COMMAND_REMOVE, "s", "a"), ==, "1");
  g_assert_cmpstr (cluster_do (c, 0, TB_COMMAND_REMOVE, "s", "b"), ==, "1");
  g_assert_cmpstr (cluster_do (c, 1, TB_COMMAND_INSERT, "s", "a"), ==, "0");
  g_assert_cmpstr (cluster_do (c, 2, TB_COMMAND_INSERT, "s", "c"), ==, "1");
  cluster_heal (c);
  cluster_pass (c, 40 * ROUND_NS);
  g_assert_true (cluster_agrees (c));
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *all = members (c, i, "s");
      g_assert_cmpstr (all, ==, "ac");
    }
  cluster_free (c);
}

static void
test_a_lost_disk_counts_as_somebody_new (void)
{
  Cluster *c = cluster_of (TB_REPLICATION_CRDT, 3);
  cluster_add (c, 0, "n", 5);
  cluster_pass (c, 30 * ROUND_NS);
  cluster_crash (c, 0);
  g_ptr_array_set_size (c->members[0].journal, 0);
  cluster_restart (c, 0);
  cluster_add (c, 0, "n", 3);
  cluster_add (c, 1, "n", -1);
  cluster_pass (c, 40 * ROUND_NS);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpstr (cluster_do (c, i, TB_COMMAND_GET, "n", NULL), ==, "7");
  cluster_free (c);
}

/* Random states of three actors; merging is commutative, associative, idempotent, and canonical. */
static void
random_change (TbRng *rng, Crdt *c, uint64_t actor)
{
  static const char *const elements[] = { "a", "b", "c", "d" };
  const char *e = elements[tb_rng_below (rng, 4)];
  TbBytes element = { e, 1 };
  switch (tb_rng_below (rng, 3))
    {
    case 0:
      g_assert_true (crdt_add (c, actor, (int64_t) tb_rng_below (rng, 9) - 4));
      break;
    case 1:
      g_assert_true (crdt_insert (c, actor, element));
      break;
    default:
      crdt_remove (c, element);
    }
}

/* The state's elements lie in the bytes it was read from: those stay until it is read anew. */
static void
repack (Pack *p, Crdt *c)
{
  Pack old = *p;
  *p = (Pack){ 0 };
  crdt_pack (p, c);
  g_assert_true (crdt_take ((TbBytes){ p->p, p->n }, c));
  pack_free (&old);
}

static void
merge_packed (Pack *out, const Pack *a, const Pack *b)
{
  static Crdt x, y, merged;
  g_assert_true (crdt_take ((TbBytes){ a->p, a->n }, &x) && crdt_take ((TbBytes){ b->p, b->n }, &y));
  g_assert_true (crdt_merge (&x, &y, &merged));
  pack_clear (out);
  crdt_pack (out, &merged);
  crdt_free (&x);
  crdt_free (&y);
  crdt_free (&merged);
}

static void
assert_same (const Pack *a, const Pack *b)
{
  g_assert_cmpmem (a->p, a->n, b->p, b->n);
}

static void
test_merging_obeys_its_laws (void)
{
  TbRng rng;
  tb_rng_seed (&rng, (guint64) g_test_rand_int ());
  for (guint round = 0; round < 500; round++)
    {
      Crdt states[3] = { 0 };
      Pack packs[3] = { 0 }, ab = { 0 }, ba = { 0 }, x = { 0 }, y = { 0 };
      for (guint step = 0; step < 40; step++)
        {
          guint i = (guint) tb_rng_below (&rng, 3);
          random_change (&rng, &states[i], 10 + i);
          repack (&packs[i], &states[i]);
          guint k = (guint) tb_rng_below (&rng, 3);
          if (k != i && packs[k].n > 0)
            {
              merge_packed (&x, &packs[i], &packs[k]);
              pack_free (&packs[i]);
              pack_raw (&packs[i], x.p, x.n);
              g_assert_true (crdt_take ((TbBytes){ packs[i].p, packs[i].n }, &states[i]));
            }
        }
      merge_packed (&ab, &packs[0], &packs[1]);
      merge_packed (&ba, &packs[1], &packs[0]);
      assert_same (&ab, &ba);
      merge_packed (&x, &ab, &packs[1]);
      assert_same (&ab, &x);
      merge_packed (&x, &ab, &packs[2]);
      merge_packed (&ba, &packs[1], &packs[2]);
      merge_packed (&y, &packs[0], &ba);
      assert_same (&x, &y);
      for (guint i = 0; i < 3; i++)
        {
          crdt_free (&states[i]);
          pack_free (&packs[i]);
        }
      pack_free (&ab);
      pack_free (&ba);
      pack_free (&x);
      pack_free (&y);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/replica/gossip/replicas agree after healing", test_gossip_agrees);
  g_test_add_func ("/replica/gossip/stale reads are found", test_stale_reads_are_found);
  g_test_add_func ("/replica/gossip/concurrent writes are lost and counted", test_concurrent_writes_are_lost_and_counted);
  g_test_add_func ("/replica/gossip/writes in a row lose nothing", test_writes_in_a_row_lose_nothing);
  g_test_add_func ("/replica/gossip/a deletion is not undone", test_a_deletion_is_not_undone);
  g_test_add_func ("/replica/gossip/agreement within rounds", test_agreement_within_rounds);
  g_test_add_func ("/replica/gossip/large differences come in bounded messages", test_large_differences_come_in_bounded_messages);
  g_test_add_func ("/replica/crdt/counting loses nothing", test_counting_loses_nothing);
  g_test_add_func ("/replica/crdt/an insertion wins over a removal that did not see it",
                   test_an_insertion_wins_over_a_removal_that_did_not_see_it);
  g_test_add_func ("/replica/crdt/a lost disk counts as somebody new", test_a_lost_disk_counts_as_somebody_new);
  g_test_add_func ("/replica/crdt/merging obeys its laws", test_merging_obeys_its_laws);
  return g_test_run ();
}
