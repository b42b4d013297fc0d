/* What judging costs, at once and live. Prints name, value, unit and target. */
#include "tb-base.h"
#include "tb-history.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define CLIENTS 50u
#define OPS 1000000u
#define LIVE_OPS 600000u
#define LIVE_RATE 10000u
#define JUDGED_EVERY (LIVE_RATE / 4)

typedef struct
{
  unsigned n, keys, stale_percent;
  bool swaps;
} Made;

typedef struct
{
  int64_t at;
  unsigned op;
} Moment;

static double
cpu_s (void)
{
  struct timespec t;
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static int
by_moment (const void *a, const void *b)
{
  const Moment *x = a, *y = b;
  return x->at < y->at ? -1 : x->at > y->at;
}

static int
by_end (const void *a, const void *b)
{
  const TbOp *x = a, *y = b;
  return x->return_ns < y->return_ns ? -1 : x->return_ns > y->return_ns;
}

/* Clients that ask again at once, LIVE_RATE a second in all; each operation has its effect at some moment while it lasts. */
static TbOp *
make_ops (const Made *m)
{
  TbRng rng;
  TbOp *ops = calloc (m->n, sizeof *ops);
  Moment *moments = calloc (m->n, sizeof *moments);
  int64_t free_at[CLIENTS] = { 0 };
  const uint64_t mean_ns = (uint64_t) TB_NS_PER_S * CLIENTS / LIVE_RATE;
  tb_rng_seed (&rng, 7);
  for (unsigned i = 0; i < m->n; i++)
    {
      unsigned c = i % CLIENTS;
      int64_t from = free_at[c] + (int64_t) tb_rng_below (&rng, mean_ns);
      int64_t to = from + (int64_t) tb_rng_below (&rng, mean_ns);
      moments[i] = (Moment) { from + (int64_t) tb_rng_below (&rng, (uint64_t) (to - from) + 1), i };
      ops[i] = (TbOp) { .invoke_ns = from, .return_ns = to, .process = c, .client = TB_OP_NOBODY, .replica = (uint16_t) (c % 3),
                        .key = (uint32_t) tb_rng_below (&rng, m->keys),
                        .kind = tb_rng_below (&rng, 10) < 4 ? TB_OP_WRITE : TB_OP_READ, .value = i + 1 };
      free_at[c] = to;
    }
  qsort (moments, m->n, sizeof *moments, by_moment);
  uint64_t *now = calloc (m->keys, sizeof *now), *before = calloc (m->keys, sizeof *before);
  for (unsigned i = 0; i < m->n; i++)
    {
      TbOp *op = &ops[moments[i].op];
      if (op->kind == TB_OP_WRITE)
        {
          bool swap = m->swaps && tb_rng_below (&rng, 2) == 0;
          op->kind = swap ? TB_OP_CAS : op->kind;
          op->expected = now[op->key];
          op->swapped = swap;
          before[op->key] = now[op->key];
          now[op->key] = op->value;
        }
      else
        op->value = tb_rng_below (&rng, 100) < m->stale_percent ? before[op->key] : now[op->key];
    }
  qsort (ops, m->n, sizeof *ops, by_end);
  free (now);
  free (before);
  free (moments);
  return ops;
}

static void
at_once (const char *name, const Made *m, const char *target)
{
  TbOp *ops = make_ops (m);
  TbHistory *h = tb_history_new ();
  TbVerdict v;
  double begin = cpu_s ();
  for (unsigned i = 0; i < m->n; i++)
    tb_history_add (h, &ops[i]);
  tb_history_judge (h, NULL, &v);
  double took = cpu_s () - begin;
  static const char *const verdicts[] = { "linearizable", "violated", "unknown" };
  printf ("%s: %s\t%.3f\ts\t%s\n", name, verdicts[v.kind], took, target);
  if (*target != '\0')
    printf ("memory an operation, %s\t%.0f\tbytes\t\n", name, (double) tb_history_memory (h) / m->n);
  tb_history_free (h);
  free (ops);
}

/* Judged every 250 ms of the operations' own time; the worst is of one judging. */
static void
live (const char *name, const Made *m, const char *target)
{
  const TbJudgeOptions options = { .live = true, .patience_ns = TB_NS_PER_S };
  TbOp *ops = make_ops (m);
  TbHistory *h = tb_history_new ();
  TbVerdict v;
  double worst = 0, whole = cpu_s ();
  for (unsigned i = 0; i < m->n; i++)
    {
      tb_history_add (h, &ops[i]);
      if ((i + 1) % JUDGED_EVERY != 0)
        continue;
      double begin = cpu_s ();
      tb_history_judge (h, &options, &v);
      worst = TB_MAX (worst, cpu_s () - begin);
    }
  double took = cpu_s () - whole, lasted = (double) m->n / LIVE_RATE;
  printf ("live, 10 000 a second for 60 s, %s\t%.2f\t%% of a core\t%s\n", name, 100 * took / lasted, target);
  printf ("live, longest of the judgings, %s\t%.2f\tms\t\n", name, worst * 1e3);
  tb_history_free (h);
  free (ops);
}

int
main (void)
{
  at_once ("1 000 000 operations by 50 clients on 1 key", &(Made){ OPS, 1, 0, false }, "<= 1");
  at_once ("1 000 000 operations by 50 clients on 1 000 keys", &(Made){ OPS, 1000, 0, false }, "<= 1");
  at_once ("the same on 1 key, 5 % of reads stale", &(Made){ OPS, 1, 5, false }, "");
  at_once ("the same on 1 000 keys, with CAS", &(Made){ OPS, 1000, 0, true }, "");
  live ("1 key", &(Made){ LIVE_OPS, 1, 0, false }, "<= 5");
  live ("1 000 keys", &(Made){ LIVE_OPS, 1000, 0, false }, "<= 5");
  live ("1 key, half of the reads stale", &(Made){ LIVE_OPS, 1, 50, false }, "<= 5");
  live ("1 key, with CAS", &(Made){ LIVE_OPS, 1, 0, true }, "<= 5");
  live ("1 000 keys, with CAS", &(Made){ LIVE_OPS, 1000, 0, true }, "<= 5");
  return 0;
}
