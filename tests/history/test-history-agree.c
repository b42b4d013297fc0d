/* Judges against each other, over histories made up with a seed (printed; --seed of GLib's sets it). */
#include <glib.h>
#include <string.h>

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

/* A swap, or one of the values 1 to 3 written twice. */
static bool
is_searched (const TbOp *ops, unsigned n)
{
  bool written[4] = { false };
  for (unsigned i = 0; i < n; i++)
    {
      if (ops[i].kind == TB_OP_CAS || (ops[i].kind == TB_OP_WRITE && written[ops[i].value]))
        return true;
      written[ops[i].value] |= ops[i].kind == TB_OP_WRITE;
    }
  return false;
}

/* Live, told as they end, the search keeps what is settled: it never calls violated what is not, and at the end says what it says
 * of the whole. (Before that zones judge: they take each value for written once, though a write of it may go on, and take their
 * verdict back when it is told.) */
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
              was_violated = v.kind == TB_VERDICT_VIOLATED && is_searched (ops, k + 1);
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

/* ---- Giving back --------------------------------------------------------------------------------------- */

/* Told as they end and judged live; with keep_bytes what can no longer matter is given back. */
static void
judge_as_told (TbHistory *h, const TbOp *ops, unsigned n, unsigned each, uint64_t keep_bytes, bool *early, TbVerdict *v)
{
  const TbJudgeOptions live = { .live = true, .keep_bytes = keep_bytes, .keep_ns = 100, .patience_ns = 1 };
  *early = false;
  for (unsigned k = 0; k < n; k++)
    {
      tb_history_add (h, &ops[k]);
      if (k % each != 0)
        continue;
      tb_history_judge (h, &live, v);
      *early |= v->kind == TB_VERDICT_VIOLATED;
    }
  tb_history_judge (h, NULL, v);
}

static void
test_what_is_given_back_changes_no_verdict (void)
{
  TbOp ops[MADE_MAX];
  TbRng rng;
  TbVerdict kept, less;
  guint violated = 0, given_back = 0, all = 0;
  seed_of_test (&rng);
  for (guint i = 0; i < HISTORIES / 30; i++)
    {
      unsigned n = i % 4 == 0 ? made_random (&rng, ops, MADE_MAX) : made_bursts (&rng, ops);
      unsigned each = 1 + (unsigned) tb_rng_below (&rng, 10);
      bool early, early_less;
      TbHistory *h = tb_history_new (), *l = tb_history_new ();
      qsort (ops, n, sizeof *ops, by_telling);
      judge_as_told (h, ops, n, each, 0, &early, &kept);
      judge_as_told (l, ops, n, each, 1, &early_less, &less);
      g_assert_cmpint (less.kind, ==, kept.kind);
      g_assert_cmpuint (less.operations, ==, kept.operations);
      g_assert_cmpuint (less.reads, ==, kept.reads);
      g_assert_cmpuint (less.unknown, ==, kept.unknown);
      g_assert_cmpuint (less.stale_reads, <=, kept.stale_reads);
      g_assert_false (early_less && !early);
      if (less.kind == TB_VERDICT_VIOLATED)
        {
          violated++;
          assert_is_proof (&less);
        }
      g_assert_cmpuint (tb_history_n (l) + tb_history_given_back (l), ==, n);
      given_back += (guint) tb_history_given_back (l);
      all += n;
      tb_history_free (h);
      tb_history_free (l);
    }
  g_test_message ("%u of %u violated, %u of %u operations given back", violated, HISTORIES / 30, given_back, all);
  g_assert_cmpuint (violated, >, HISTORIES / 600);
  g_assert_cmpuint (violated, <, HISTORIES / 30 - HISTORIES / 600);
  g_assert_cmpuint (given_back, >, all / 4);
}

/* Values 1 to 4, each written long after the one before; what is old is given back. */
static TbHistory *
history_given_back (TbVerdict *v)
{
  const TbJudgeOptions live = { .live = true, .keep_bytes = 1, .keep_ns = 100, .patience_ns = 1 };
  TbHistory *h = tb_history_new ();
  for (unsigned i = 0; i < 4; i++)
    {
      TbOp op = made_op (TB_OP_WRITE, 0, 0, 0, i + 1);
      op.invoke_ns = 1 + i * 1000;
      op.return_ns = 10 + i * 1000;
      tb_history_add (h, &op);
    }
  tb_history_judge (h, &live, v);
  g_assert_cmpint (v->kind, ==, TB_VERDICT_LINEARIZABLE);
  g_assert_cmpuint (tb_history_given_back (h), ==, 2);
  return h;
}

static void
add_between (TbHistory *h, TbOpKind kind, int64_t from, int64_t to, uint64_t value)
{
  TbOp op = made_op (kind, 1, 0, 0, value);
  op.invoke_ns = from;
  op.return_ns = to;
  tb_history_add (h, &op);
}

static void
test_what_comes_too_late_makes_it_unknown (void)
{
  TbVerdict v;
  TbHistory *h = history_given_back (&v);
  add_between (h, TB_OP_READ, 5, 3500, 1); /* as it may: it began when 1 was there */
  tb_history_judge (h, NULL, &v);
  g_assert_cmpint (v.kind, ==, TB_VERDICT_UNKNOWN);
  g_assert_nonnull (strstr (v.sentence, "told very late"));
  tb_history_free (h);
  h = history_given_back (&v);
  add_between (h, TB_OP_WRITE, 5, 3500, 9); /* a write that nobody has read: nothing is in doubt */
  tb_history_judge (h, NULL, &v);
  g_assert_cmpint (v.kind, ==, TB_VERDICT_LINEARIZABLE);
  tb_history_free (h);
}

static void
test_a_value_given_back_cannot_be_read_again (void)
{
  TbVerdict v;
  TbHistory *h = history_given_back (&v);
  add_between (h, TB_OP_READ, 3600, 3700, 1);
  tb_history_judge (h, NULL, &v);
  g_assert_cmpint (v.kind, ==, TB_VERDICT_VIOLATED);
  g_assert_nonnull (strstr (v.sentence, "or so long before"));
  tb_history_free (h);
}

static void
test_a_swap_after_giving_back_makes_it_unknown (void)
{
  TbVerdict v;
  TbHistory *h = history_given_back (&v);
  add_between (h, TB_OP_CAS, 3600, 3700, 1);
  tb_history_judge (h, NULL, &v);
  g_assert_cmpint (v.kind, ==, TB_VERDICT_UNKNOWN);
  tb_history_free (h);
}

/* 1 000 000 operations, 10 000 a second by their clock. */
static void
test_a_history_that_goes_on_stays_small (void)
{
  const TbJudgeOptions live = { .live = true, .keep_bytes = 8 << 20, .keep_ns = TB_NS_PER_S };
  TbHistory *h = tb_history_new ();
  TbVerdict v;
  uint64_t value[20] = { 0 };
  size_t most = 0;
  for (uint64_t i = 0; i < 1000000; i++)
    {
      uint32_t key = (uint32_t) (i % 20);
      bool write = i / 20 % 2 == 0;
      value[key] = write ? i + 1 : value[key];
      TbOp op = { .invoke_ns = (int64_t) i * 100000, .return_ns = (int64_t) i * 100000 + 90000, .key = key, .value = value[key],
                  .process = key, .kind = write ? TB_OP_WRITE : TB_OP_READ };
      tb_history_add (h, &op);
      if (i % 2500 == 0)
        tb_history_judge (h, &live, &v);
      if (i % 2500 == 0)
        most = MAX (most, tb_history_memory (h));
    }
  tb_history_judge (h, NULL, &v);
  g_test_message ("at most %zu KiB", most / 1024);
  g_assert_cmpint (v.kind, ==, TB_VERDICT_LINEARIZABLE);
  g_assert_cmpuint (v.operations, ==, 1000000);
  g_assert_cmpuint (v.stale_reads, ==, 0);
  g_assert_cmpuint (most, <, 16 << 20);
  tb_history_free (h);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/history/zones-agree-with-every-order", test_zones_agree_with_every_order);
  g_test_add_func ("/history/the-search-agrees-with-every-order", test_the_search_agrees_with_every_order);
  g_test_add_func ("/history/zones-agree-with-the-search", test_zones_agree_with_the_search);
  g_test_add_func ("/history/live-is-never-hasty", test_live_is_never_hasty);
  g_test_add_func ("/history/given-back", test_what_is_given_back_changes_no_verdict);
  g_test_add_func ("/history/given-back-too-late", test_what_comes_too_late_makes_it_unknown);
  g_test_add_func ("/history/given-back-read", test_a_value_given_back_cannot_be_read_again);
  g_test_add_func ("/history/given-back-swap", test_a_swap_after_giving_back_makes_it_unknown);
  g_test_add_func ("/history/stays-small", test_a_history_that_goes_on_stays_small);
  return g_test_run ();
}
