/* The fewest faults and operations that still violate. What the network draws depends on how many messages there are, so
 * with something left out it is tried with a few other chances too before it is said to be needed. */
#include "virtual-private.h"

#define TRIES_MOST 40000

typedef struct
{
  TbVirtual *v;
  const char *store, *expected;
  TbSchedule *best;
  guint tries, chances;
} Shrinking;

static gboolean
violates_the_same (Shrinking *s, const TbSchedule *schedule)
{
  TbVirtualResult r;
  s->tries++;
  tb_virtual_try (s->v, schedule, &r);
  gboolean same = r.violated && g_str_equal (r.store, s->store) && g_str_equal (r.expected, s->expected);
  tb_virtual_result_clear (&r);
  return same;
}

/* Takes the schedule over; whether it is the best now. */
static gboolean
offer (Shrinking *s, TbSchedule *schedule)
{
  guint64 chance = schedule->chance;
  for (guint i = 0; i < s->chances && s->tries < TRIES_MOST; i++)
    {
      schedule->chance = chance + i;
      if (!violates_the_same (s, schedule))
        continue;
      tb_schedule_free (s->best);
      s->best = schedule;
      return TRUE;
    }
  tb_schedule_free (schedule);
  return FALSE;
}

/* ---- Less of a list ---------------------------------------------------------------------------------------------- */

static GArray *
acts_of (const TbSchedule *s)
{
  return s->acts;
}

static GArray *
ops_of (const TbSchedule *s)
{
  return s->ops;
}

/* Pieces of half of it, of a quarter … of one: whatever can go without goes. */
static gboolean
thin (Shrinking *s, GArray *(*list) (const TbSchedule *schedule))
{
  gboolean any = FALSE;
  for (guint piece = MAX (list (s->best)->len / 2, 1); list (s->best)->len > 0; piece /= 2)
    {
      for (guint at = list (s->best)->len; at > 0;)
        {
          guint n = MIN (piece, at);
          TbSchedule *less = virtual_schedule_copy (s->best);
          g_array_remove_range (list (less), at - n, n);
          any |= offer (s, less);
          at = MIN (at - n, list (s->best)->len);
        }
      if (piece == 1)
        break;
    }
  return any;
}

/* ---- A fairer network ---------------------------------------------------------------------------------------------- */

static gboolean
without_loss (TbSchedule *s)
{
  gboolean changed = s->loss > 0;
  s->loss = 0;
  return changed;
}

static gboolean
without_doubles (TbSchedule *s)
{
  gboolean changed = s->duplicate > 0;
  s->duplicate = 0;
  return changed;
}

static gboolean
in_order (TbSchedule *s)
{
  gboolean changed = s->reorders;
  s->reorders = FALSE;
  return changed;
}

static gboolean
at_the_end (TbSchedule *s)
{
  gint64 last_ns = 0;
  for (guint i = 0; i < s->ops->len; i++)
    last_ns = MAX (last_ns, OP_AT (s, i)->at_ns);
  for (guint i = 0; i < s->acts->len; i++)
    last_ns = MAX (last_ns, ACT_AT (s, i)->at_ns);
  last_ns += 100 * TB_NS_PER_MS;
  gboolean changed = last_ns < s->load_ns;
  s->load_ns = MIN (s->load_ns, last_ns);
  return changed;
}

static gboolean
calm (Shrinking *s)
{
  static gboolean (*const ways[]) (TbSchedule *) = { without_loss, without_doubles, in_order, at_the_end };
  gboolean any = FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      TbSchedule *fairer = virtual_schedule_copy (s->best);
      if (ways[i] (fairer))
        any |= offer (s, fairer);
      else
        tb_schedule_free (fairer);
    }
  return any;
}

/* Until nothing more goes. */
static void
make_smaller (Shrinking *s)
{
  for (gboolean more = TRUE; more && s->tries < TRIES_MOST;)
    {
      more = calm (s);
      more |= thin (s, acts_of);
      more |= thin (s, ops_of);
    }
}

TbSchedule *
tb_virtual_shrink (TbVirtual *v, const TbSchedule *schedule)
{
  TbVirtualResult r;
  Shrinking s = { .v = v, .best = virtual_schedule_copy (schedule) };
  tb_virtual_try (v, schedule, &r);
  s.store = r.store;
  s.expected = r.expected;
  /* Few of what is large, many of what has come to be small, and costs little. */
  for (s.chances = 6; r.violated && s.chances <= 600; s.chances *= 10)
    make_smaller (&s);
  tb_virtual_result_clear (&r);
  return s.best;
}
