/* Quorum: what R + W > N with write-back promises whatever happens, and what is found without either. */
#include "cluster.h"
#include "schedules.h"

#include <math.h>

static void
strict (TbSimOptions *o)
{
  TbReplicaConfig *c = &o->config;
  c->n = MAX (c->n, 2);
  c->copies = o->seed % 3 == 0 ? MAX (c->n - 1, 2) : c->n;
  c->w = 1 + (unsigned) (o->seed % c->copies);
  c->r = c->copies - c->w + 1;
  o->any_replica = TRUE;
}

static void
test_strict (void)
{
  ScheduleKind kind = { TB_REPLICATION_QUORUM, TB_READS_QUORUM, strict, true, false };
  schedules_test (&kind, 300);
}

static void
five (TbSimOptions *o)
{
  o->config.n = o->config.copies = 5;
  o->config.r = o->config.w = 3;
  o->any_replica = TRUE;
}

static void
test_copies_agree (void)
{
  ScheduleKind kind = { TB_REPLICATION_QUORUM, TB_READS_QUORUM, five, true, true };
  schedules_test (&kind, 100);
}

static void
without_write_back (TbSimOptions *o)
{
  five (o);
  o->config.read_repair = FALSE;
  o->keys = 1;
  o->heavy_tail = TRUE;
  o->config.gossip_ns = 10 * TB_NS_PER_S;
}

static void
overlapping_nowhere (TbSimOptions *o)
{
  five (o);
  o->config.r = o->config.w = 2;
}

static void
assert_found (ScheduleFunc adjust, guint within)
{
  ScheduleKind kind = { TB_REPLICATION_QUORUM, TB_READS_QUORUM, adjust, true, false };
  Schedules s;
  schedules_run (&kind, (guint64) g_test_rand_int () << 20, within, &s);
  g_test_message ("found after %u schedules: %s", s.run, s.words);
  g_assert_true (g_str_has_prefix (s.words, "not linearizable"));
}

static void
test_a_read_without_write_back_is_found_out (void)
{
  assert_found (without_write_back, 8000);
}

static void
test_stale_reads_are_found (void)
{
  assert_found (overlapping_nowhere, 200);
}

/* ---- Exactly ---- */

static TbReplicaConfig
of (guint n, guint r, guint w)
{
  return (TbReplicaConfig){ .replication = TB_REPLICATION_QUORUM, .n = n, .copies = n, .r = r, .w = w, .read_repair = TRUE };
}

static void
test_a_minority_answers_nothing (void)
{
  TbReplicaConfig config = of (3, 2, 2);
  Cluster *c = cluster_new (&config);
  g_assert_cmpstr (cluster_do (c, 0, TB_COMMAND_SET, "k", "old"), ==, "ok");
  cluster_isolate (c, 0);
  guint64 write = cluster_ask (c, 0, TB_COMMAND_SET, "k", "cut"), read = cluster_ask (c, 0, TB_COMMAND_GET, "k", NULL);
  g_assert_cmpstr (cluster_do (c, 1, TB_COMMAND_SET, "k", "new"), ==, "ok");
  g_assert_cmpstr (cluster_do (c, 2, TB_COMMAND_GET, "k", NULL), ==, "new");
  cluster_pass (c, 2 * TB_NS_PER_S);
  /* It only asked for versions yet: it certainly had no effect. */
  g_assert_cmpint (cluster_answer (c, write)->answer, ==, TB_ANSWER_REFUSED);
  g_assert_cmpint (cluster_answer (c, read)->answer, ==, TB_ANSWER_REFUSED);
  cluster_heal (c);
  g_assert_cmpstr (cluster_do (c, 0, TB_COMMAND_GET, "k", NULL), ==, "new");
  cluster_free (c);
}

static void
test_a_deletion_wins_over_what_was_away (void)
{
  TbReplicaConfig config = of (3, 2, 2);
  Cluster *c = cluster_new (&config);
  cluster_do (c, 0, TB_COMMAND_SET, "k", "v");
  cluster_isolate (c, 2);
  g_assert_cmpstr (cluster_do (c, 0, TB_COMMAND_DELETE, "k", NULL), ==, "ok");
  cluster_heal (c);
  cluster_pass (c, 10 * TB_NS_PER_S);
  g_assert_true (cluster_agrees (c));
  g_assert_cmpstr (cluster_do (c, 2, TB_COMMAND_GET, "k", NULL), ==, "nil");
  cluster_free (c);
}

static void
test_hops (void)
{
  TbReplicaConfig config = of (5, 3, 3);
  Cluster *c = cluster_new (&config);
  guint64 write = cluster_ask (c, 0, TB_COMMAND_SET, "k", "v");
  cluster_run (c);
  guint64 read = cluster_ask (c, 1, TB_COMMAND_GET, "k", NULL);
  cluster_run (c);
  g_assert_cmpuint (cluster_answer (c, write)->hops, ==, 4);
  g_assert_cmpuint (cluster_answer (c, read)->hops, ==, 2); /* all have it: nothing to write back */
  cluster_free (c);
}

static void
test_what_needs_an_order_is_refused (void)
{
  TbReplicaConfig config = of (3, 2, 2);
  Cluster *c = cluster_new (&config);
  g_assert_cmpstr (cluster_do (c, 0, TB_COMMAND_CAS, "k", "v"), ==, "refused");
  g_assert_cmpstr (cluster_do (c, 0, TB_COMMAND_APPEND, "k", "v"), ==, "refused");
  cluster_free (c);
}

/* ---- Bailis and others 2012: the chance that a read misses the last k writes ---- */

/* A random set of `n` of the three copies that a message of this round reaches; the coordinator is none of them. */
static void
reach (Cluster *c, guint coordinator, guint64 holders, guint n)
{
  guint64 left = holders;
  for (guint i = 0; i < n; i++)
    {
      guint who;
      do
        who = (guint) tb_rng_below (&c->rng, c->config.n);
      while (!(left >> who & 1));
      left &= ~(G_GUINT64_CONSTANT (1) << who);
    }
  c->cut[coordinator] = left;
}

/* The copies are those to whom a write's messages go. */
static guint64
find_holders (Cluster *c, guint coordinator)
{
  guint64 holders = 0;
  cluster_do (c, coordinator, TB_COMMAND_SET, "k", "0");
  for (guint i = 0; i < c->config.n; i++)
    if (cluster_status (c, i).applied > 0)
      holders |= G_GUINT64_CONSTANT (1) << i;
  return holders;
}

/* Each write reaches W copies and no more; each read hears R. */
static double
share_of_reads_that_miss (guint w, guint r, guint k, guint trials)
{
  TbReplicaConfig config = { .replication = TB_REPLICATION_QUORUM, .n = 4, .copies = 3, .r = r, .w = w };
  guint missed = 0;
  for (guint i = 0; i < trials; i++)
    {
      Cluster *c = cluster_new (&config);
      tb_rng_seed (&c->rng, i + 1);
      guint coordinator = 0;
      guint64 holders = find_holders (c, 0);
      while (holders >> coordinator & 1)
        coordinator++;
      for (guint v = 1; v <= k; v++)
        {
          g_autofree char *value = g_strdup_printf ("%u", v);
          c->cut[coordinator] = 0;
          guint64 ticket = cluster_ask (c, coordinator, TB_COMMAND_SET, "k", value);
          /* The question for versions has gone to all; what follows it goes to W. */
          reach (c, coordinator, holders, w);
          cluster_run (c);
          g_assert_true (cluster_answer (c, ticket)->given);
        }
      reach (c, coordinator, holders, r);
      const char *got = cluster_do (c, coordinator, TB_COMMAND_GET, "k", NULL);
      missed += g_str_equal (got, "0");
      cluster_free (c);
    }
  return (double) missed / trials;
}

static double
choose (guint n, guint k)
{
  return exp (lgamma (n + 1) - lgamma (k + 1) - lgamma (n - k + 1));
}

static void
test_misses_are_as_many_as_predicted (void)
{
  static const struct { guint r, w, k; } cases[] = { { 1, 1, 1 }, { 1, 1, 2 }, { 1, 1, 3 }, { 1, 2, 1 }, { 2, 1, 2 } };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint r = cases[i].r, w = cases[i].w, k = cases[i].k, trials = 3000;
      double p = pow (choose (3 - w, r) / choose (3, r), k);
      double share = share_of_reads_that_miss (w, r, k, trials);
      g_test_message ("N=3 R=%u W=%u: %.3f of reads miss the last %u writes, predicted %.3f", r, w, share, k, p);
      g_assert_cmpfloat (fabs (share - p), <, 4.5 * sqrt (p * (1 - p) / trials));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/replica/quorum/R + W > N with write-back is linearizable whatever happens", test_strict);
  g_test_add_func ("/replica/quorum/copies agree after healing", test_copies_agree);
  g_test_add_func ("/replica/quorum/reading without write-back is found out", test_a_read_without_write_back_is_found_out);
  g_test_add_func ("/replica/quorum/stale reads are found where R + W <= N", test_stale_reads_are_found);
  g_test_add_func ("/replica/quorum/a minority answers nothing", test_a_minority_answers_nothing);
  g_test_add_func ("/replica/quorum/a deletion wins over what was away", test_a_deletion_wins_over_what_was_away);
  g_test_add_func ("/replica/quorum/a write takes two rounds, a read one", test_hops);
  g_test_add_func ("/replica/quorum/what needs an order is refused", test_what_needs_an_order_is_refused);
  g_test_add_func ("/replica/quorum/misses are as many as predicted", test_misses_are_as_many_as_predicted);
  return g_test_run ();
}
