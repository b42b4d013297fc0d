/* What the search judges: CAS, repeated values, counters, lists, sets; its limits, its cuts, and live. */
#include <glib.h>
#include <string.h>

#include "made-history.h"

static void
judge_ops (TbHistory *h, const TbOp *ops, unsigned n, const TbJudgeOptions *options, TbVerdict *v)
{
  for (unsigned i = 0; i < n; i++)
    tb_history_add (h, &ops[i]);
  tb_history_judge (h, options, v);
}

static void
assert_verdict (const TbOp *ops, unsigned n, TbVerdictKind kind)
{
  TbHistory *h = tb_history_new ();
  TbVerdict v;
  judge_ops (h, ops, n, NULL, &v);
  g_assert_cmpint (v.kind, ==, kind);
  tb_history_free (h);
}

#define VERDICT(kind, ...) assert_verdict ((TbOp[]){ __VA_ARGS__ }, G_N_ELEMENTS (((TbOp[]){ __VA_ARGS__ })), kind)
#define GOOD(...) VERDICT (TB_VERDICT_LINEARIZABLE, __VA_ARGS__)
#define BAD(...) VERDICT (TB_VERDICT_VIOLATED, __VA_ARGS__)

static TbOp
cas (unsigned process, int from, int to, uint64_t expected, uint64_t value, bool swapped)
{
  TbOp op = made_op (TB_OP_CAS, process, from, to, value);
  op.expected = expected;
  op.swapped = swapped;
  return op;
}

static void
test_a_swap_needs_what_it_expects (void)
{
  GOOD (W (1, 0, 10, 1), cas (1, 20, 30, 1, 2, true), R (1, 40, 50, 2));
  BAD (W (1, 0, 10, 1), cas (1, 20, 30, 3, 2, true));
  GOOD (W (1, 0, 10, 1), cas (1, 20, 30, 3, 2, false), R (1, 40, 50, 1));
  BAD (W (1, 0, 10, 1), cas (1, 20, 30, 1, 2, false));
  GOOD (W (1, 0, 10, 1), cas (2, 20, -1, 1, 2, false), R (1, 40, 50, 2));
  GOOD (W (1, 0, 10, 1), cas (2, 20, -1, 1, 2, false), R (1, 40, 50, 1), R (1, 60, 70, 2));
  BAD (W (1, 0, 10, 1), cas (2, 20, -1, 3, 2, false), R (1, 40, 50, 2));
}

static void
test_a_value_may_be_written_twice (void)
{
  GOOD (W (1, 0, 10, 1), W (1, 20, 30, 2), W (1, 40, 50, 1), R (2, 60, 70, 1));
  BAD (W (1, 0, 10, 1), W (1, 20, 30, 2), W (1, 40, 50, 1), R (2, 60, 70, 2));
}

#define ADD(process, from, to, amount) made_op (TB_OP_ADD, process, from, to, (uint64_t) (amount))
static void
test_a_counter_is_the_sum_of_what_was_added (void)
{
  GOOD (ADD (1, 0, 10, 2), ADD (2, 0, 10, 3), R (3, 5, 8, 3), R (3, 20, 30, 5));
  GOOD (ADD (1, 0, 10, 2), ADD (1, 20, 30, -2), R (3, 40, 50, 0));
  BAD (ADD (1, 0, 10, 2), ADD (2, 0, 10, 3), R (3, 20, 30, 3));
  GOOD (ADD (1, 0, 10, 2), ADD (2, 0, -1, 3), R (3, 20, 30, 2), R (3, 40, 50, 5));
  BAD (ADD (1, 0, 10, 2), ADD (2, 0, -1, 3), R (3, 20, 30, 5), R (3, 40, 50, 2));
}

static void
test_a_list_keeps_the_order_of_what_was_appended (void)
{
  TbHistory *h = tb_history_new ();
  const uint64_t both[] = { 1, 2 }, turned[] = { 2, 1 };
  TbVerdict v;
  TbOp ops[] = { made_op (TB_OP_APPEND, 1, 0, 10, 1), made_op (TB_OP_APPEND, 1, 20, 30, 2),
                 R (2, 40, 50, tb_history_list (h, both, 2)), R (2, 5, 8, TB_VALUE_NIL) };
  judge_ops (h, ops, 4, NULL, &v);
  g_assert_cmpint (v.kind, ==, TB_VERDICT_LINEARIZABLE);
  ops[2].value = tb_history_list (h, turned, 2);
  tb_history_add (h, &ops[2]);
  tb_history_judge (h, NULL, &v);
  g_assert_cmpint (v.kind, ==, TB_VERDICT_VIOLATED);
  g_assert_cmpstr (v.sentence, ==, "no order of 3 operations explains them all; client 2's “read [2 1]” fits nowhere");
  tb_history_free (h);
}

static void
test_a_set_forgets_order_and_repetition (void)
{
  TbHistory *h = tb_history_new ();
  const uint64_t one[] = { 1 }, both[] = { 2, 1, 2 };
  TbVerdict v;
  const TbOp ops[] = { made_op (TB_OP_INSERT, 1, 0, 10, 1), made_op (TB_OP_INSERT, 2, 20, 30, 1),
                       R (2, 40, 50, tb_history_set (h, one, 1)), made_op (TB_OP_INSERT, 1, 60, 70, 2),
                       R (2, 80, 90, tb_history_set (h, both, 3)) };
  judge_ops (h, ops, 5, NULL, &v);
  g_assert_cmpint (v.kind, ==, TB_VERDICT_LINEARIZABLE);
  const TbOp lost = R (2, 100, 110, ops[2].value);
  tb_history_add (h, &lost);
  tb_history_judge (h, NULL, &v);
  g_assert_cmpint (v.kind, ==, TB_VERDICT_VIOLATED);
  tb_history_free (h);
}

/* Twenty writers of the same few values at once, read as nobody wrote them: all orders would have to be tried. */
static void
add_tangle (TbHistory *h)
{
  for (int i = 0; i < 20; i++)
    {
      const TbOp w = made_op (TB_OP_ADD, (unsigned) i, 0, 1000, (uint64_t) 1 << i);
      tb_history_add (h, &w);
    }
  const TbOp r = R (30, 2000, 2010, 5);
  tb_history_add (h, &r);
}

static void
test_what_takes_too_long_is_unknown (void)
{
  TbHistory *h = tb_history_new ();
  const TbJudgeOptions few_steps = { .step_limit = 1000 }, little_memory = { .memory_limit = 10000 };
  TbVerdict v;
  add_tangle (h);
  tb_history_judge (h, &few_steps, &v);
  g_assert_cmpint (v.kind, ==, TB_VERDICT_UNKNOWN);
  g_assert_cmpstr (v.sentence, ==, "not known: the search among 21 operations was given up at its limit of steps");
  g_assert_cmpuint (v.keys_unknown, ==, 1);
  tb_history_free (h);
  h = tb_history_new ();
  add_tangle (h);
  tb_history_judge (h, &little_memory, &v);
  g_assert_cmpstr (v.sentence, ==, "not known: the search among 21 operations was given up at its limit of memory");
  tb_history_free (h);
}

/* Counts up by CAS: of clients at once, then a pause. */
static TbOp
nth_of_counting (unsigned i)
{
  unsigned round = i / 4, place = i % 4;
  TbOp op = place < 3 ? cas (place, (int) (round * 100 + place), (int) (round * 100 + 40), round % 3, (round + 1) % 3, place == 0)
                      : R (3, (int) (round * 100 + 5), (int) (round * 100 + 50), (round + 1) % 3);
  return op;
}

static void
test_a_long_history_is_cut_where_nothing_goes_on (void)
{
  TbHistory *h = tb_history_new ();
  const TbJudgeOptions options = { .step_limit = 3000000, .memory_limit = 1 << 20 };
  TbVerdict v;
  for (unsigned i = 0; i < 100000; i++)
    {
      const TbOp op = nth_of_counting (i);
      tb_history_add (h, &op);
    }
  tb_history_judge (h, &options, &v);
  g_assert_cmpstr (v.sentence, ==, "100000 operations, and one order explains them all");
  tb_history_free (h);
}

static void
test_live_only_what_is_known_is_judged (void)
{
  TbHistory *h = tb_history_new ();
  const TbJudgeOptions live = { .live = true, .patience_ns = TB_NS_PER_S };
  TbVerdict v;
  /* What was read is of a swap that goes on; it is told after the read. */
  const TbOp first = W (1, 0, 10, 1), again = W (1, 11, 12, 1), read = R (2, 20, 30, 2), swap = cas (3, 15, 900, 1, 2, true),
             later = R (2, 5000, 5010, 2), wrong = R (2, 5500, 5510, 1), much_later = R (2, 9000, 9010, 2);
  tb_history_add (h, &first);
  tb_history_add (h, &again);
  tb_history_add (h, &read);
  tb_history_judge (h, &live, &v);
  g_assert_cmpint (v.kind, ==, TB_VERDICT_LINEARIZABLE);
  tb_history_add (h, &swap);
  tb_history_add (h, &later);
  tb_history_judge (h, &live, &v);
  g_assert_cmpint (v.kind, ==, TB_VERDICT_LINEARIZABLE);
  tb_history_add (h, &wrong);
  tb_history_add (h, &much_later);
  for (int i = 0; i < 100; i++)
    {
      const TbOp more = R (2, 9020 + 10 * i, 9025 + 10 * i, 2);
      tb_history_add (h, &more);
      tb_history_judge (h, &live, &v);
    }
  g_assert_cmpint (v.kind, ==, TB_VERDICT_VIOLATED);
  tb_history_free (h);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(NAME) g_test_add_func ("/history/" #NAME, test_##NAME)
  TEST (a_swap_needs_what_it_expects);
  TEST (a_value_may_be_written_twice);
  TEST (a_counter_is_the_sum_of_what_was_added);
  TEST (a_list_keeps_the_order_of_what_was_appended);
  TEST (a_set_forgets_order_and_repetition);
  TEST (what_takes_too_long_is_unknown);
  TEST (a_long_history_is_cut_where_nothing_goes_on);
  TEST (live_only_what_is_known_is_judged);
  return g_test_run ();
}
