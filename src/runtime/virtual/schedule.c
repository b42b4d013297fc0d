/* Schedules drawn from a seed: sizes, times and faults all vary, so that many seeds reach many corners. Nothing of it is
 * drawn later, but what the network draws for each message: what is left out of it leaves the rest as it was. */
#include <string.h>

#include "virtual-private.h"

#define THREADS_MOST 6
#define KEYS_DRAWN 3

static gint64
between (TbRng *rng, gint64 lo_ms, gint64 hi_ms)
{
  return (lo_ms + (gint64) tb_rng_below (rng, (guint64) (hi_ms - lo_ms + 1))) * TB_NS_PER_MS;
}

/* To a tenth of a millisecond: people read it, and write it into scenarios. */
static gint64
rounded (gint64 ns)
{
  return (ns / 100000 + 1) * 100000;
}

static gboolean
chance (TbRng *rng, double share)
{
  return tb_rng_uniform (rng) < share;
}

/* ---- Operations ---------------------------------------------------------------------------------------------------- */

static guint
draw_call (const Caller *caller, TbRng *rng)
{
  double sum = 0;
  for (guint i = 0; i < caller->calls->len; i++)
    sum += g_array_index (caller->calls, Call, i).share;
  double u = tb_rng_uniform (rng) * sum;
  for (guint i = 0; i < caller->calls->len; i++)
    if ((u -= g_array_index (caller->calls, Call, i).share) < 0)
      return i;
  return caller->calls->len - 1;
}

/* Counters are all that a CRDT is asked for. */
static TbOpKind
kind_for (const Store *store, TbOpKind kind)
{
  gboolean counts = store->config.replication == TB_REPLICATION_CRDT;
  return counts && kind != TB_OP_READ ? TB_OP_ADD : kind;
}

static void
draw_thread (const TbVirtual *v, TbSchedule *s, TbRng *rng, guint caller_index, guint thread)
{
  const Caller *caller = CALLER_AT (v, caller_index);
  gint64 think_ns = between (rng, 5, 60);
  guint keys = 1 + (guint) tb_rng_below (rng, KEYS_DRAWN);
  for (gint64 at_ns = between (rng, 0, 40); at_ns < s->load_ns;
       at_ns += 1 + (gint64) tb_rng_below (rng, 2 * (guint64) think_ns))
    {
      guint index = draw_call (caller, rng);
      const Call *call = &g_array_index (caller->calls, Call, index);
      const Store *store = STORE_AT (v, call->store);
      guint key = (guint) tb_rng_below (rng, MIN (keys, call->keys));
      guint any = (guint) tb_rng_below (rng, store->n);
      PlannedOp op = { .at_ns = rounded (at_ns), .caller = caller_index, .thread = thread, .call = index, .key = key,
                       .kind = kind_for (store, call->kind),
                       .replica = call->balance == BALANCE_CONNECTION ? (caller_index + thread) % store->n
                                  : call->balance == BALANCE_KEY ? key % store->n : any };
      g_array_append_val (s->ops, op);
    }
}

static int
compare_ops (gconstpointer a, gconstpointer b)
{
  const PlannedOp *one = a, *two = b;
  if (one->at_ns != two->at_ns)
    return one->at_ns < two->at_ns ? -1 : 1;
  return one->caller != two->caller ? (int) one->caller - (int) two->caller : (int) one->thread - (int) two->thread;
}

/* Some of the threads that the drawing has, of every caller the same in turn. */
static void
draw_ops (const TbVirtual *v, TbSchedule *s, TbRng *rng)
{
  guint most = 2 + (guint) tb_rng_below (rng, THREADS_MOST - 1), n = 0, first = (guint) tb_rng_below (rng, v->callers->len);
  gboolean more = TRUE;
  for (guint thread = 0; more && n < most; thread++)
    {
      more = FALSE;
      for (guint i = 0; i < v->callers->len && n < most; i++)
        {
          guint caller = (first + i) % v->callers->len;
          if (thread >= CALLER_AT (v, caller)->threads)
            continue;
          draw_thread (v, s, rng, caller, thread);
          more = TRUE;
          n++;
        }
    }
  g_array_sort (s->ops, compare_ops);
}

/* ---- Faults ----------------------------------------------------------------------------------------------------------- */

/* Which partitions can be drawn of so many replicas. */
static TbPartitionKind
draw_partition (TbRng *rng, guint n)
{
  static const TbPartitionKind kinds[]
    = { TB_PARTITION_ISOLATE, TB_PARTITION_ISOLATE, TB_PARTITION_HALVES,  TB_PARTITION_RANDOM_HALVES, TB_PARTITION_ONE_WAY,
        TB_PARTITION_ONE_WAY, TB_PARTITION_BRIDGE,  TB_PARTITION_MAJORITIES_RING };
  return kinds[tb_rng_below (rng, n >= 3 ? G_N_ELEMENTS (kinds) : 6)];
}

static gint64
draw_length (TbRng *rng, const TbSchedule *s)
{
  return chance (rng, 0.4) ? between (rng, 5, 60)
                           : rounded (s->election_ns / 2 + (gint64) tb_rng_below (rng, 3 * (guint64) s->election_ns));
}

static void
draw_act (const TbVirtual *v, TbSchedule *s, TbRng *rng, gint64 at_ns)
{
  guint store_index = (guint) tb_rng_below (rng, v->stores->len);
  const Store *store = STORE_AT (v, store_index);
  Act act = { .at_ns = rounded (at_ns), .for_ns = draw_length (rng, s), .store = store_index,
              .instance = store->instances[tb_rng_below (rng, store->n)], .seed = 1 + tb_rng_below (rng, 1000) };
  double u = tb_rng_uniform (rng);
  act.kind = u < 0.55 ? ACT_PARTITION : u < 0.8 ? ACT_KILL : ACT_PAUSE;
  if (act.kind == ACT_PARTITION)
    {
      act.partition = draw_partition (rng, store->n);
      act.whole = chance (rng, 0.2);
      if (act.partition != TB_PARTITION_ISOLATE && act.partition != TB_PARTITION_ONE_WAY)
        act.instance = NOBODY;
    }
  g_array_append_val (s->acts, act);
}

static void
draw_acts (const TbVirtual *v, TbSchedule *s, TbRng *rng)
{
  gint64 every_ns = between (rng, 60, 400);
  if (chance (rng, 0.1))
    return;
  for (gint64 at_ns = (gint64) tb_rng_below (rng, 2 * (guint64) every_ns); at_ns < s->load_ns;
       at_ns += 1 + (gint64) tb_rng_below (rng, 2 * (guint64) every_ns))
    draw_act (v, s, rng, at_ns);
}

/* ---- All of it ---------------------------------------------------------------------------------------------------------- */

TbSchedule *
tb_schedule_new (const TbVirtual *v, guint64 seed)
{
  TbRng rng;
  TbSchedule *s = g_new0 (TbSchedule, 1);
  tb_rng_seed (&rng, seed ^ UINT64_C (0x7173d0));
  s->seed = seed;
  s->chance = tb_rng_next (&rng);
  s->acts = EMPTY_ARRAY (Act);
  s->ops = EMPTY_ARRAY (PlannedOp);
  s->load_ns = between (&rng, 300, 1200);
  s->heartbeat_ns = between (&rng, 20, 60);
  s->election_ns = s->heartbeat_ns * (gint64) (3 + tb_rng_below (&rng, 5));
  s->timeout_ns = between (&rng, 100, 600);
  s->gossip_ns = between (&rng, 20, 150);
  s->delay_ns = 50000 + (gint64) tb_rng_below (&rng, 6 * TB_NS_PER_MS);
  s->loss = chance (&rng, 0.25) ? 0.1 * tb_rng_uniform (&rng) : 0;
  s->duplicate = chance (&rng, 0.2) ? 0.1 * tb_rng_uniform (&rng) : 0;
  s->reorders = chance (&rng, 0.2);
  s->disk_ns = chance (&rng, 0.6) ? (gint64) tb_rng_below (&rng, 4 * TB_NS_PER_MS) : 0;
  draw_ops (v, s, &rng);
  draw_acts (v, s, &rng);
  return s;
}

TbSchedule *
virtual_schedule_copy (const TbSchedule *schedule)
{
  TbSchedule *copy = g_memdup2 (schedule, sizeof *schedule);
  copy->acts = g_array_copy (schedule->acts);
  copy->ops = g_array_copy (schedule->ops);
  return copy;
}

void
tb_schedule_free (TbSchedule *s)
{
  if (s == NULL)
    return;
  g_array_unref (s->acts);
  g_array_unref (s->ops);
  g_free (s);
}

guint
tb_schedule_n_faults (const TbSchedule *s)
{
  return s->acts->len + (s->loss > 0) + (s->duplicate > 0) + s->reorders;
}

guint
tb_schedule_n_operations (const TbSchedule *s)
{
  return s->ops->len;
}

double
tb_schedule_seconds (const TbSchedule *s)
{
  return (double) s->load_ns / 1e9;
}

/* ---- Words ---------------------------------------------------------------------------------------------------------------- */

static const char *
act_of (const TbVirtual *v, const Act *act)
{
  return act->instance == NOBODY ? STORE_AT (v, act->store)->component : INSTANCE_AT (v, act->instance)->id;
}

void
virtual_act_partition (const TbVirtual *v, const Act *act, TbPartition *p)
{
  *p = (TbPartition) { .kind = act->partition, .of = act_of (v, act), .seed = act->seed, .for_ns = act->for_ns };
  if (act->instance != NOBODY && !act->whole)
    p->from = STORE_AT (v, act->store)->component;
}

char *
virtual_act_xml (const TbVirtual *v, const Act *act)
{
  TbPartition p;
  if (act->kind != ACT_PARTITION)
    return g_strdup_printf ("%s=\"%s\"", act->kind == ACT_KILL ? "kill" : "pause", act_of (v, act));
  virtual_act_partition (v, act, &p);
  GString *text = g_string_new (NULL);
  g_string_append_printf (text, "partition=\"%s\" of=\"%s\"", tb_partition_name (p.kind), p.of);
  if (p.from != NULL)
    g_string_append_printf (text, " from=\"%s\"", p.from);
  if (act->instance == NOBODY)
    g_string_append_printf (text, " seed=\"%" G_GUINT64_FORMAT "\"", p.seed);
  return g_string_free (text, FALSE);
}

char *
virtual_act_words (const TbVirtual *v, const Act *act)
{
  char length[40];
  tb_duration_format (act->for_ns, length, sizeof length);
  if (act->kind != ACT_PARTITION)
    return g_strdup_printf ("%s %s for %s", act->kind == ACT_KILL ? "kill" : "pause", act_of (v, act), length);
  gboolean others = act->instance != NOBODY && !act->whole;
  return g_strdup_printf ("partition %s of %s%s%s for %s", tb_partition_name (act->partition), act_of (v, act),
                          others ? " from " : "", others ? STORE_AT (v, act->store)->component : "", length);
}

static void
add_network (GString *text, const TbSchedule *s)
{
  g_string_append_printf (text, "messages between replicas take %.1f ms on average", (double) s->delay_ns / 1e6);
  if (s->loss > 0)
    g_string_append_printf (text, ", %.1f %% are lost", s->loss * 100);
  if (s->duplicate > 0)
    g_string_append_printf (text, ", %.1f %% come twice", s->duplicate * 100);
  g_string_append (text, s->reorders ? ", and overtake each other\n" : "\n");
}

char *
tb_schedule_words (const TbVirtual *v, const TbSchedule *s)
{
  GString *text = g_string_new (NULL);
  add_network (text, s);
  for (guint a = 0, o = 0; a < s->acts->len || o < s->ops->len;)
    {
      gboolean fault = o >= s->ops->len || (a < s->acts->len && ACT_AT (s, a)->at_ns <= OP_AT (s, o)->at_ns);
      g_string_append_printf (text, "%8.1f ms  ", (double) (fault ? ACT_AT (s, a)->at_ns : OP_AT (s, o)->at_ns) / 1e6);
      if (fault)
        {
          g_autofree char *words = virtual_act_words (v, ACT_AT (s, a++));
          g_string_append_printf (text, "%s\n", words);
          continue;
        }
      const PlannedOp *op = OP_AT (s, o++);
      const Caller *caller = CALLER_AT (v, op->caller);
      const Store *store = STORE_AT (v, g_array_index (caller->calls, Call, op->call).store);
      g_string_append_printf (text, "%s thread %u: %s key:%u at %s\n", INSTANCE_AT (v, caller->instance)->id, op->thread + 1,
                              op->kind == TB_OP_READ ? "read" : op->kind == TB_OP_WRITE ? "write"
                              : op->kind == TB_OP_CAS ? "cas" : "add",
                              op->key, INSTANCE_AT (v, store->instances[op->replica])->id);
    }
  return g_string_free (text, FALSE);
}
