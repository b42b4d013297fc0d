/* Staleness, sessions, Delta, what was lost, who answered, when replicas agreed. */
#include <glib.h>
#include <math.h>

#include "made-history.h"

static void
judge_ops (const TbOp *ops, unsigned n, TbVerdict *v)
{
  const TbJudgeOptions options = { .final_reads = true };
  TbHistory *h = tb_history_new ();
  for (unsigned i = 0; i < n; i++)
    tb_history_add (h, &ops[i]);
  tb_history_judge (h, &options, v);
  tb_history_free (h);
}

#define JUDGE(v, ...) judge_ops ((TbOp[]){ __VA_ARGS__ }, G_N_ELEMENTS (((TbOp[]){ __VA_ARGS__ })), v)

static void
test_a_read_is_as_old_as_the_first_write_it_missed (void)
{
  TbVerdict v;
  JUDGE (&v, W (1, 0, 10, 1), W (1, 20, 30, 2), W (1, 40, 50, 3), W (1, 60, 200, 4), R (2, 71, 80, 1), R (2, 90, 95, 4));
  g_assert_cmpuint (v.reads, ==, 2);
  g_assert_cmpuint (v.stale_reads, ==, 1);
  g_assert_cmpint (v.staleness_worst_ns, ==, 41 * TB_NS_PER_MS);
  g_assert_cmpuint (v.staleness_worst_versions, ==, 2);
  g_assert_cmpint (v.stale_p95_ns, ==, 41 * TB_NS_PER_MS);
}

static void
test_most_reads_may_be_fresh (void)
{
  TbHistory *h = tb_history_new ();
  TbVerdict v;
  TbOp ops[] = { W (1, 0, 10, 1), W (1, 20, 30, 2), R (2, 71, 72, 1) };
  for (unsigned i = 0; i < 3; i++)
    tb_history_add (h, &ops[i]);
  for (int i = 0; i < 99; i++)
    {
      const TbOp fresh = R (3, 100 + i, 100 + i, 2);
      tb_history_add (h, &fresh);
    }
  tb_history_judge (h, NULL, &v);
  g_assert_cmpint (v.staleness_p95_ns, ==, 0);
  g_assert_cmpint (v.staleness_worst_ns, ==, 41 * TB_NS_PER_MS);
  tb_history_free (h);
}

static bool
reads (const TbOp *op)
{
  return op->kind == TB_OP_READ && op->outcome == TB_OP_OK;
}

/* When the write of a value had ended; of unknown outcome: at the first end of a read of it. */
static gint64
written_at (const TbOp *ops, unsigned n, guint64 value)
{
  gint64 at = value == TB_VALUE_NIL ? G_MININT64 : G_MAXINT64;
  for (unsigned i = 0; i < n; i++)
    if (ops[i].kind == TB_OP_WRITE && ops[i].value == value && ops[i].outcome == TB_OP_OK)
      return ops[i].return_ns;
  for (unsigned i = 0; i < n; i++)
    if (reads (&ops[i]) && ops[i].value == value)
      at = MIN (at, ops[i].return_ns);
  return at;
}

/* How many writes a read missed; *age_ns: since the first of them ended. */
static guint64
missed (const TbOp *ops, unsigned n, const TbOp *read, gint64 *age_ns)
{
  gint64 written = written_at (ops, n, read->value), newer = G_MAXINT64;
  guint64 versions = 0;
  for (unsigned i = 0; i < n; i++)
    if (ops[i].kind == TB_OP_WRITE && ops[i].outcome == TB_OP_OK && ops[i].invoke_ns > written
        && ops[i].return_ns < read->invoke_ns)
      {
        versions++;
        newer = MIN (newer, ops[i].return_ns);
      }
  *age_ns = versions > 0 ? read->invoke_ns - newer : 0;
  return versions;
}

static void
assert_figures (const TbOp *ops, unsigned n)
{
  TbVerdict v;
  guint64 stale = 0, worst_versions = 0;
  gint64 worst = 0;
  judge_ops (ops, n, &v);
  for (unsigned i = 0; i < n; i++)
    if (reads (&ops[i]))
      {
        gint64 age;
        guint64 versions = missed (ops, n, &ops[i], &age);
        stale += versions > 0;
        worst_versions = MAX (worst_versions, versions);
        worst = MAX (worst, age);
      }
  g_assert_cmpuint (v.stale_reads, ==, stale);
  g_assert_cmpuint (v.staleness_worst_versions, ==, worst_versions);
  g_assert_cmpint (v.staleness_worst_ns, ==, worst);
  if (v.kind == TB_VERDICT_LINEARIZABLE)
    {
      g_assert_cmpuint (stale, ==, 0);
      g_assert_cmpuint (v.guarantees, ==, 0);
      g_assert_cmpint (v.delta_ns, ==, 0);
    }
}

static void
test_figures_are_those_of_their_definitions (void)
{
  TbOp ops[16];
  TbRng rng;
  guint32 seed = (guint32) g_test_rand_int ();
  g_test_message ("seed %u", seed);
  tb_rng_seed (&rng, seed);
  for (guint round = 0; round < 5000; round++)
    assert_figures (ops, made_random (&rng, ops, 16));
}

static void
assert_guarantees (const TbOp *ops, unsigned n, guint32 broken)
{
  TbVerdict v;
  judge_ops (ops, n, &v);
  g_assert_cmphex (v.guarantees, ==, broken);
}

#define BROKEN(bits, ...) assert_guarantees ((TbOp[]){ __VA_ARGS__ }, G_N_ELEMENTS (((TbOp[]){ __VA_ARGS__ })), bits)
#define BIT(g) (1u << TB_##g)

static TbOp
at_replica (guint16 replica, TbOp op)
{
  op.replica = replica;
  return op;
}

static void
test_guarantees_of_sessions_are_told_apart (void)
{
  /* Stale, but each session saw what it may. */
  BROKEN (0, W (1, 0, 10, 1), W (1, 20, 30, 2), R (2, 40, 50, 1), R (2, 60, 70, 2));
  BROKEN (BIT (READ_YOUR_WRITES), W (1, 0, 10, 1), W (2, 20, 30, 2), R (2, 40, 50, 1));
  BROKEN (BIT (READ_YOUR_WRITES), W (2, 20, 30, 2), R (2, 40, 50, 0));
  BROKEN (BIT (MONOTONIC_READS), W (1, 0, 10, 1), W (1, 20, 30, 2), R (2, 40, 50, 2), R (2, 60, 70, 1));
  BROKEN (BIT (MONOTONIC_WRITES), W (1, 0, 10, 1), W (1, 20, 30, 2), at_replica (7, R (2, 40, 50, 2)),
          at_replica (7, R (3, 60, 70, 1)));
  BROKEN (0, W (1, 0, 10, 1), W (1, 20, 30, 2), at_replica (7, R (2, 40, 50, 2)), at_replica (8, R (3, 60, 70, 1)));
  BROKEN (BIT (WRITES_FOLLOW_READS), W (1, 0, 10, 1), R (2, 12, 14, 1), W (2, 20, 30, 2), at_replica (7, R (3, 40, 50, 2)),
          at_replica (7, R (4, 60, 70, 1)));
  g_assert_cmpstr (tb_guarantee_name (TB_WRITES_FOLLOW_READS), ==, "writes follow reads");
}

static void
test_delta_is_the_least_that_explains (void)
{
  TbVerdict v;
  JUDGE (&v, W (1, 0, 10, 1), W (1, 20, 30, 2), R (2, 71, 80, 1));
  g_assert_cmpint (ABS (v.delta_ns - 41 * TB_NS_PER_MS), <=, TB_NS_PER_US);
  JUDGE (&v, W (1, 0, 10, 1), R (2, 71, 80, 9));
  g_assert_cmpint (v.delta_ns, ==, -1);
}

static void
test_acknowledged_and_gone_is_lost (void)
{
  TbVerdict v;
  JUDGE (&v, W (1, 0, 10, 1), W (1, 20, 30, 2), W (2, 40, 50, 3), R (3, 60, 70, 1), R (4, 60, 70, 1));
  g_assert_cmpuint (v.lost_writes, ==, 2);
  JUDGE (&v, W (1, 0, 10, 1), W (1, 20, 30, 2), R (3, 60, 70, 2));
  g_assert_cmpuint (v.lost_writes, ==, 0);
  JUDGE (&v, W (1, 0, 10, 1), W (1, 20, -1, 2), R (3, 60, 70, 1));
  g_assert_cmpuint (v.lost_writes, ==, 0);
}

static void
test_elements_that_are_gone_are_lost (void)
{
  const TbJudgeOptions options = { .final_reads = true };
  TbHistory *h = tb_history_new ();
  const uint64_t left[] = { 1, 3 };
  TbVerdict v;
  const TbOp ops[] = { made_op (TB_OP_INSERT, 1, 0, 10, 1), made_op (TB_OP_INSERT, 1, 20, 30, 2),
                       made_op (TB_OP_INSERT, 2, 20, 30, 3), R (3, 60, 70, tb_history_set (h, left, 2)) };
  for (unsigned i = 0; i < 4; i++)
    tb_history_add (h, &ops[i]);
  tb_history_judge (h, &options, &v);
  g_assert_cmpuint (v.lost_writes, ==, 1);
  tb_history_free (h);
}

static void
test_the_interval_of_a_share_is_wilsons (void)
{
  double low, high;
  /* 10 of 20 with 95 %: 0.2993 to 0.7007; 0 of 10: 0 to 0.2775 (Newcombe, Statist. Med. 17, 1998: 81 of 263: 0.2553 to 0.3662). */
  tb_wilson (81, 263, &low, &high);
  g_assert_cmpfloat_with_epsilon (low, 0.2553, 0.0001);
  g_assert_cmpfloat_with_epsilon (high, 0.3662, 0.0001);
  tb_wilson (0, 10, &low, &high);
  g_assert_cmpfloat (low, ==, 0);
  g_assert_cmpfloat_with_epsilon (high, 0.2775, 0.0001);
  tb_wilson (0, 0, &low, &high);
  g_assert_cmpfloat (high, ==, 1);
}

static void
test_availability_is_by_side_and_operation (void)
{
  const uint8_t side_of[] = { 0, 0, 1 };
  TbAvailability sides[2][TB_N_OPS];
  TbHistory *h = tb_history_new ();
  TbOp ops[] = { at_replica (0, W (1, 0, 10, 1)), at_replica (1, W (2, 10, -1, 2)), at_replica (2, W (3, 10, -1, 3)),
                 at_replica (2, R (4, 10, 20, 0)), at_replica (2, R (4, 500, 510, 0)), R (5, 10, 20, 0) };
  ops[2].error = TB_OP_ERROR_TIMEOUT;
  for (unsigned i = 0; i < G_N_ELEMENTS (ops); i++)
    tb_history_add (h, &ops[i]);
  tb_history_availability (h, side_of, 3, 0, 100 * TB_NS_PER_MS, sides, 2);
  g_assert_cmpuint (sides[0][TB_OP_WRITE].attempted, ==, 2);
  g_assert_cmpfloat (sides[0][TB_OP_WRITE].share, ==, 0.5);
  g_assert_cmpuint (sides[1][TB_OP_WRITE].timed_out, ==, 1);
  g_assert_cmpfloat (sides[1][TB_OP_WRITE].share, ==, 0);
  g_assert_cmpuint (sides[1][TB_OP_READ].attempted, ==, 1);
  g_assert_true (isnan (sides[0][TB_OP_READ].share));
  tb_history_free (h);
}

static void
test_replicas_agree_from_when_the_last_caught_up (void)
{
  const TbDigest digests[] = { { 10, 1, 0 }, { 10, 2, 1 }, { 30, 7, 0 }, { 35, 7, 1 }, { 35, 3, 2 }, { 50, 7, 2 }, { 60, 7, 0 } };
  g_assert_cmpint (tb_convergence (digests, 7, 3, 20), ==, 30);
  g_assert_cmpint (tb_convergence (digests, 5, 3, 20), ==, -1);
  g_assert_cmpint (tb_convergence (digests + 5, 2, 3, 55), ==, 0);
  TbHistory *h = tb_history_new ();
  const TbOp ops[] = { W (1, 0, 10, 1), R (2, 20, 30, 0), R (3, 40, 50, 0), R (4, 45, 55, 1), R (2, 60, 70, 1) };
  for (unsigned i = 0; i < 5; i++)
    tb_history_add (h, &ops[i]);
  g_assert_cmpint (tb_history_convergence (h, 35 * TB_NS_PER_MS), ==, 15 * TB_NS_PER_MS);
  g_assert_cmpint (tb_history_convergence (h, 58 * TB_NS_PER_MS), ==, 0);
  tb_history_free (h);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(NAME) g_test_add_func ("/history/" #NAME, test_##NAME)
  TEST (a_read_is_as_old_as_the_first_write_it_missed);
  TEST (most_reads_may_be_fresh);
  TEST (figures_are_those_of_their_definitions);
  TEST (guarantees_of_sessions_are_told_apart);
  TEST (delta_is_the_least_that_explains);
  TEST (acknowledged_and_gone_is_lost);
  TEST (elements_that_are_gone_are_lost);
  TEST (the_interval_of_a_share_is_wilsons);
  TEST (availability_is_by_side_and_operation);
  TEST (replicas_agree_from_when_the_last_caught_up);
  return g_test_run ();
}
