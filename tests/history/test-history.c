/* The zone test, its counter-examples and its sentences, on histories written by hand. */
#include <glib.h>

#include "made-history.h"

static void
judge_ops (const TbOp *ops, unsigned n, TbVerdict *v)
{
  TbHistory *h = tb_history_new ();
  for (unsigned i = 0; i < n; i++)
    tb_history_add (h, &ops[i]);
  tb_history_judge (h, NULL, v);
  tb_history_free (h);
}

static void
assert_linearizable (const TbOp *ops, unsigned n)
{
  TbVerdict v;
  judge_ops (ops, n, &v);
  g_assert_cmpint (v.kind, ==, TB_VERDICT_LINEARIZABLE);
  g_assert_cmpuint (v.n_witness, ==, 0);
}

static void
assert_violated (const TbOp *ops, unsigned n, unsigned n_witness, const char *sentence)
{
  TbVerdict v;
  judge_ops (ops, n, &v);
  g_assert_cmpint (v.kind, ==, TB_VERDICT_VIOLATED);
  g_assert_cmpstr (v.sentence, ==, sentence);
  g_assert_cmpuint (v.n_witness, ==, n_witness);
  g_assert_false (made_is_linearizable (v.witness, v.n_witness));
}

#define LINEARIZABLE(...) \
  assert_linearizable ((TbOp[]){ __VA_ARGS__ }, G_N_ELEMENTS (((TbOp[]){ __VA_ARGS__ })))
#define VIOLATED(n_witness, sentence, ...) \
  assert_violated ((TbOp[]){ __VA_ARGS__ }, G_N_ELEMENTS (((TbOp[]){ __VA_ARGS__ })), n_witness, sentence)

static void
test_nothing_is_linearizable (void)
{
  assert_linearizable (NULL, 0);
}

static void
test_concurrent_operations_may_be_in_either_order (void)
{
  LINEARIZABLE (W (1, 0, 10, 5), R (2, 5, 8, 0));
  LINEARIZABLE (W (1, 0, 10, 5), R (2, 5, 8, 5));
  LINEARIZABLE (W (1, 0, 10, 5), W (2, 0, 10, 7), R (3, 11, 12, 5));
  LINEARIZABLE (W (1, 0, 10, 5), W (2, 0, 10, 7), R (3, 11, 12, 7));
}

static void
test_moments_that_touch_are_concurrent (void)
{
  LINEARIZABLE (W (1, 0, 10, 5), W (1, 10, 20, 7), R (2, 20, 30, 5));
}

static void
test_a_stale_read_is_said_with_who_and_how_long (void)
{
  VIOLATED (3, "client 2 read 5 although client 1 had finished writing 7 41 ms before that read began, and began that after client 1 had finished writing 5",
            W (1, 0, 10, 5), W (1, 20, 30, 7), R (2, 71, 80, 5));
}

static void
test_nothing_read_after_a_write (void)
{
  VIOLATED (2, "client 2 read nothing although client 1 had finished writing 5 5 ms before that read began",
            W (1, 0, 10, 5), R (2, 15, 20, 0));
}

static void
test_two_values_there_after_each_other (void)
{
  VIOLATED (4, "client 3 read 5 although client 1 had finished writing 7 5 ms before that read began, and client 4 began to read 7 after client 0 had finished writing 5",
            W (0, 0, 9, 5), W (1, 0, 10, 7), R (3, 15, 20, 5), R (4, 15, 20, 7));
}

static void
test_a_value_nobody_wrote (void)
{
  VIOLATED (1, "client 2 read 9, which nobody had written", W (1, 0, 10, 5), R (2, 5, 8, 9));
}

static void
test_a_value_read_before_it_was_written (void)
{
  VIOLATED (2, "client 2 had read 5 3 ms before client 1 began to write it", R (2, 5, 8, 5), W (1, 11, 12, 5));
}

static void
test_a_value_whose_write_failed (void)
{
  TbOp failed = W (1, 0, 10, 5);
  failed.outcome = TB_OP_FAIL;
  LINEARIZABLE (failed, R (2, 20, 30, 0));
  TbOp ops[] = { failed, R (2, 20, 30, 5) };
  TbVerdict v;
  judge_ops (ops, 2, &v);
  g_assert_cmpint (v.kind, ==, TB_VERDICT_VIOLATED);
  g_assert_cmpstr (v.sentence, ==, "client 2 read 5, although client 1's write of it had failed");
}

static void
test_a_write_without_answer_may_or_may_not_have_been (void)
{
  LINEARIZABLE (W (1, 0, -1, 5), R (2, 20, 30, 0));
  LINEARIZABLE (W (1, 0, -1, 5), R (2, 20, 30, 0), R (2, 40, 50, 5));
  VIOLATED (3, "client 2 read nothing although client 2 had read 5 10 ms before that read began", W (1, 0, -1, 5),
            R (2, 20, 30, 5), R (2, 40, 50, 0));
}

static void
test_reads_without_answer_are_dropped (void)
{
  LINEARIZABLE (W (1, 0, 10, 5), R (2, 20, -1, 9));
}

static void
test_operations_may_come_in_any_order (void)
{
  VIOLATED (3, "client 2 read 5 although client 1 had finished writing 7 41 ms before that read began, and began that after client 1 had finished writing 5",
            R (2, 71, 80, 5), W (1, 20, 30, 7), W (1, 0, 10, 5));
}

static void
test_names_stand_in_sentences (void)
{
  TbHistory *h = tb_history_new ();
  const char *names[] = { "shop/1", "shop/2", "shop/1" };
  TbOp w = W (1, 0, 10, tb_history_value (h, "red", 3)), r = R (2, 15, 20, tb_history_value (h, "blue", 4));
  TbVerdict v;
  tb_history_name_clients (h, names, 3);
  w.key = tb_history_key (h, "colour", 6);
  r.key = tb_history_key (h, "shape", 5);
  w.client = 2;
  r.client = 1;
  tb_history_add (h, &w);
  tb_history_add (h, &r);
  tb_history_judge (h, NULL, &v);
  g_assert_cmpstr (v.sentence, ==, "shape: shop/2 read blue, which nobody had written");
  g_assert_cmpuint (v.key, ==, r.key);
  g_assert_cmpuint (v.keys_violated, ==, 1);
  tb_history_free (h);
}

static void
test_live_a_value_may_be_of_a_write_that_goes_on (void)
{
  TbHistory *h = tb_history_new ();
  const TbJudgeOptions live = { .live = true };
  const TbOp r = R (2, 5, 8, 5), w = W (1, 0, 10, 5), unwritten = R (2, 20, 22, 9);
  TbVerdict v;
  tb_history_add (h, &r);
  tb_history_judge (h, &live, &v);
  g_assert_cmpint (v.kind, ==, TB_VERDICT_LINEARIZABLE);
  tb_history_add (h, &w);
  tb_history_add (h, &unwritten);
  tb_history_judge (h, &live, &v);
  g_assert_cmpint (v.kind, ==, TB_VERDICT_LINEARIZABLE);
  tb_history_judge (h, NULL, &v);
  g_assert_cmpstr (v.sentence, ==, "client 2 read 9, which nobody had written");
  tb_history_free (h);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(NAME) g_test_add_func ("/history/" #NAME, test_##NAME)
  TEST (nothing_is_linearizable);
  TEST (concurrent_operations_may_be_in_either_order);
  TEST (moments_that_touch_are_concurrent);
  TEST (a_stale_read_is_said_with_who_and_how_long);
  TEST (nothing_read_after_a_write);
  TEST (two_values_there_after_each_other);
  TEST (a_value_nobody_wrote);
  TEST (a_value_read_before_it_was_written);
  TEST (a_value_whose_write_failed);
  TEST (a_write_without_answer_may_or_may_not_have_been);
  TEST (reads_without_answer_are_dropped);
  TEST (operations_may_come_in_any_order);
  TEST (names_stand_in_sentences);
  TEST (live_a_value_may_be_of_a_write_that_goes_on);
  return g_test_run ();
}
