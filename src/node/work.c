/* What a request costs, and which calls it makes. */
#include "node-private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void
trace_begin (Trace *t, TbRng *rng)
{
  uint64_t words[3];
  for (int i = 0; i < 3; i++)
    words[i] = tb_rng_next (rng) | 1; /* all zero is no trace */
  memcpy (t->trace_id, words, 16);
  memcpy (t->span_id, &words[2], 8);
}

void
trace_child (const Trace *t, Trace *child, TbRng *rng)
{
  uint64_t span = tb_rng_next (rng) | 1;
  memcpy (child->trace_id, t->trace_id, 16);
  memcpy (child->span_id, &span, 8);
}

size_t
trace_format (const Trace *t, char *out, size_t size)
{
  static const char digits[] = "0123456789abcdef";
  size_t n = 0;
  TB_CHECK (size >= 56);
  n += (size_t) sprintf (out, "00-");
  for (unsigned i = 0; i < 24; i++)
    {
      uint8_t byte = i < 16 ? t->trace_id[i] : t->span_id[i - 16];
      if (i == 16)
        out[n++] = '-';
      out[n++] = digits[byte >> 4];
      out[n++] = digits[byte & 15];
    }
  return n + (size_t) sprintf (out + n, "-01");
}

void
sleep_until (int64_t due_ns)
{
  struct timespec t = { due_ns / TB_NS_PER_S, due_ns % TB_NS_PER_S };
  while (clock_nanosleep (CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
    ;
}

/* More is not made up for: who was stopped or starved for long does not hurry afterwards. */
#define LATE_MOST_NS (100 * TB_NS_PER_MS)

int64_t
wait_due (const TbDist *dist, int64_t late_ns, int64_t now_ns, int64_t ns)
{
  return now_ns + ns - (dist->kind != TB_DIST_CONSTANT ? late_ns : 0);
}

int64_t
wait_late (int64_t now_ns, int64_t due_ns)
{
  return TB_MIN (TB_MAX (now_ns - due_ns, 0), LATE_MOST_NS);
}

static void
burn (int64_t ns)
{
  int64_t end = tb_thread_cpu_ns () + ns;
  volatile unsigned spin = 0;
  while (tb_thread_cpu_ns () < end)
    for (int i = 0; i < 500; i++)
      spin = spin + 1;
}

static void
work_wait (const TbDist *dist, int64_t ns)
{
  static _Thread_local int64_t late_ns;
  int64_t due_ns = wait_due (dist, late_ns, tb_now_ns (), ns);
  sleep_until (due_ns);
  late_ns = wait_late (tb_now_ns (), due_ns);
}

void
work_do (const Options *o, TbRng *rng)
{
  int64_t ns = tb_dist_draw_ns (&o->work, rng);
  if (o->cpu)
    burn (ns);
  else if (ns > 0)
    work_wait (&o->work, ns);
}

/* Shares that add up to at most 1 divide the requests among them; others are drawn each for
 * itself. */
uint64_t
work_choose (const Options *o, TbRng *rng)
{
  double sum = 0, below = 0;
  uint64_t chosen = 0;
  for (unsigned i = 0; i < o->n_calls; i++)
    if (o->calls[i].share < 1)
      sum += o->calls[i].share;
  bool exclusive = sum <= 1 + 1e-9;
  double u = sum > 0 ? tb_rng_uniform (rng) : 0;
  for (unsigned i = 0; i < o->n_calls; i++)
    {
      double share = o->calls[i].share;
      bool taken = share >= 1;
      if (!taken && exclusive)
        {
          taken = u >= below && u < below + share;
          below += share;
        }
      else if (!taken)
        taken = tb_rng_uniform (rng) < share;
      chosen |= (uint64_t) taken << i;
    }
  return chosen;
}
