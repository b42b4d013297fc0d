/* Judges against each other, over histories made up with a seed (printed; --seed of GLib's sets it). */
#include <glib.h>

#include "made-history.h"

/* Under sanitizers, ten times slower, a tenth is enough: the others run the whole. */
#ifdef TB_SANITIZED
#define HISTORIES 30000u
#else
#define HISTORIES 300000u
#endif

static void
judge_in_pieces (const TbOp *ops, unsigned n, unsigned piece, TbVerdict *v)
{
  const TbJudgeOptions live = { .live = true };
  TbHistory *h = tb_history_new ();
  for (unsigned i = 0; i < n; i++)
    {
      tb_history_add (h, &ops[i]);
      if ((i + 1) % piece == 0)
        tb_history_judge (h, &live, v);
    }
  tb_history_judge (h, NULL, v);
  tb_history_free (h);
}

static void
seed_of_test (TbRng *rng)
{
  guint32 seed = (guint32) g_test_rand_int ();
  g_test_message ("seed %u", seed);
  tb_rng_seed (rng, seed);
}

static void
test_zones_agree_with_every_order (void)
{
  TbOp ops[12];
  TbRng rng;
  TbVerdict v;
  guint violated = 0;
  seed_of_test (&rng);
  for (guint i = 0; i < 20000; i++)
    {
      unsigned n = made_random (&rng, ops, 12);
      judge_in_pieces (ops, n, 1 + (unsigned) tb_rng_below (&rng, 13), &v);
      g_assert_cmpint (v.kind == TB_VERDICT_LINEARIZABLE, ==, made_is_linearizable (ops, n));
      if (v.kind == TB_VERDICT_VIOLATED)
        {
          violated++;
          g_assert_cmpuint (v.n_witness, >=, 1);
          g_assert_cmpuint (v.n_witness, <=, 6);
          g_assert_false (made_is_linearizable (v.witness, v.n_witness));
        }
    }
  g_test_message ("%u of 20000 violated", violated);
  g_assert_cmpuint (violated, >, 1000);
  g_assert_cmpuint (violated, <, 19000);
}

static void
judge_whole (const TbOp *ops, unsigned n, bool search, TbVerdict *v)
{
  const TbJudgeOptions options = { .search = search };
  TbHistory *h = tb_history_new ();
  for (unsigned i = 0; i < n; i++)
    tb_history_add (h, &ops[i]);
  tb_history_judge (h, &options, v);
  tb_history_free (h);
}

static void
assert_is_proof (const TbVerdict *v)
{
  TbVerdict again;
  judge_whole (v->witness, v->n_witness, true, &again);
  g_assert_cmpint (again.kind, ==, TB_VERDICT_VIOLATED);
}

static void
test_zones_agree_with_the_search (void)
{
  TbOp ops[12];
  TbRng rng;
  TbVerdict zones, search;
  guint violated = 0, sizes[7] = { 0 };
  seed_of_test (&rng);
  for (guint i = 0; i < HISTORIES; i++)
    {
      unsigned n = made_random (&rng, ops, 12);
      judge_whole (ops, n, false, &zones);
      judge_whole (ops, n, true, &search);
      g_assert_cmpint (zones.kind, ==, search.kind);
      if (zones.kind == TB_VERDICT_VIOLATED)
        {
          violated++;
          g_assert_cmpuint (zones.n_witness, <=, 6);
          sizes[zones.n_witness]++;
          assert_is_proof (&zones);
          assert_is_proof (&search);
        }
    }
  g_test_message ("%u of %u violated; by operations 1: %u, 2: %u, 3: %u, 4: %u, 5: %u, 6: %u", violated, HISTORIES, sizes[1],
                  sizes[2], sizes[3], sizes[4], sizes[5], sizes[6]);
  g_assert_cmpuint (violated, >, HISTORIES / 30);
}

static void
test_the_search_agrees_with_every_order (void)
{
  TbOp ops[12];
  TbRng rng;
  TbVerdict v;
  guint violated = 0, most = 0;
  seed_of_test (&rng);
  for (guint i = 0; i < 20000; i++)
    {
      unsigned n = made_random_swaps (&rng, ops, 12);
      judge_in_pieces (ops, n, 1 + (unsigned) tb_rng_below (&rng, 13), &v);
      g_assert_cmpint (v.kind == TB_VERDICT_LINEARIZABLE, ==, made_is_linearizable (ops, n));
      if (v.kind == TB_VERDICT_VIOLATED)
        {
          violated++;
          most = MAX (most, v.n_witness);
          g_assert_cmpuint (v.n_witness, >=, 1);
          g_assert_false (made_is_linearizable (v.witness, v.n_witness));
        }
    }
  g_test_message ("%u of 20000 violated, counter-examples of at most %u operations", violated, most);
  g_assert_cmpuint (violated, >, 1000);
}

/* When it is told: at its end, or when its client gave it up. */
static int64_t
told_at (const TbOp *op)
{
  return op->return_ns != INT64_MAX ? op->return_ns : op->invoke_ns + 60;
}

static int
by_telling (const void *a, const void *b)
{
  int64_t x = told_at (a), y = told_at (b);
  return x < y ? -1 : x > y;
}

/* Live, told as they end, the search keeps what is settled: it never calls violated what is not, and at the end says what it says
 * of the whole. (Before a value is there twice, zones judge: they take each for written once.) */
static void
test_live_is_never_hasty (void)
{
  const TbJudgeOptions live = { .live = true, .patience_ns = 70 };
  TbOp ops[MADE_MAX];
  TbRng rng;
  TbVerdict v, whole;
  guint early = 0;
  seed_of_test (&rng);
  for (guint i = 0; i < 400; i++)
    {
      unsigned n = made_random_swaps (&rng, ops, i % 2 == 0 ? 60 : MADE_MAX), each = 1 + (unsigned) tb_rng_below (&rng, 20);
      bool was_violated = false;
      TbHistory *h = tb_history_new ();
      qsort (ops, n, sizeof *ops, by_telling);
      for (unsigned k = 0; k < n; k++)
        {
          tb_history_add (h, &ops[k]);
          if (k % each == 0)
            {
              tb_history_judge (h, &live, &v);
              was_violated = v.kind == TB_VERDICT_VIOLATED;
            }
        }
      judge_whole (ops, n, true, &whole);
      tb_history_judge (h, NULL, &v);
      g_assert_cmpint (v.kind, ==, whole.kind);
      g_assert_false (was_violated && whole.kind == TB_VERDICT_LINEARIZABLE);
      early += was_violated;
      tb_history_free (h);
    }
  g_test_message ("%u of 400 violated before their end", early);
  g_assert_cmpuint (early, >, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/history/zones-agree-with-every-order", test_zones_agree_with_every_order);
  g_test_add_func ("/history/the-search-agrees-with-every-order", test_the_search_agrees_with_every_order);
  g_test_add_func ("/history/zones-agree-with-the-search", test_zones_agree_with_the_search);
  g_test_add_func ("/history/live-is-never-hasty", test_live_is_never_hasty);
  return g_test_run ();
}
