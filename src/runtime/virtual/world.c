/* Time in the world of a drawing: each store is a simulator of its own; requests, answers and faults are events here. What
 * comes first is next, whoever has it. */
#include <string.h>

#include "virtual-private.h"

/* Whose simulator it is, for its callbacks. */
struct SimSide
{
  World *world;
  guint store;
};

/* ---- Events ------------------------------------------------------------------------------------------------------ */

static gboolean
before (const WorldEvent *a, const WorldEvent *b)
{
  return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->seq < b->seq;
}

void
world_push (World *w, gint64 at_ns, WorldEventKind kind, guint from, guint to, guint64 number)
{
  WorldEvent e = { .at_ns = at_ns, .seq = w->seq++, .number = number, .from = from, .to = to, .kind = (guint8) kind };
  guint i = w->heap->len;
  g_array_append_val (w->heap, e);
  WorldEvent *heap = (WorldEvent *) (gpointer) w->heap->data;
  for (; i > 0 && before (&e, &heap[(i - 1) / 2]); i = (i - 1) / 2)
    heap[i] = heap[(i - 1) / 2];
  heap[i] = e;
}

static WorldEvent
pop (World *w)
{
  WorldEvent *heap = (WorldEvent *) (gpointer) w->heap->data;
  WorldEvent top = heap[0], last = heap[w->heap->len - 1];
  guint n = w->heap->len - 1, i = 0;
  for (guint child; (child = 2 * i + 1) < n; i = child)
    {
      if (child + 1 < n && before (&heap[child + 1], &heap[child]))
        child++;
      if (!before (&heap[child], &last))
        break;
      heap[i] = heap[child];
    }
  heap[i] = last;
  g_array_set_size (w->heap, n);
  return top;
}

static void
carry_out (World *w, const WorldEvent *e)
{
  gboolean on_its_way = e->kind >= WORLD_REQUEST && e->kind <= WORLD_REPLY;
  if (on_its_way && paths_is_cut (w, e->from, e->to))
    g_array_append_val (w->waiting, *e);
  else if (e->kind == WORLD_ACT)
    world_act_begin (w, ACT_AT (w->schedule, e->number), (guint) e->number);
  else if (e->kind == WORLD_ACT_OVER)
    world_act_end (w, ACT_AT (w->schedule, e->number), (guint) e->number);
  else
    callers_event (w, e);
}

/* Of the stores the one whose next event comes first, NOBODY: none has one before that time. */
static guint
next_store (const World *w, gint64 before_ns)
{
  guint next = NOBODY;
  for (guint s = 0; s < w->v->stores->len; s++)
    if (tb_sim_next_ns (w->sims[s]) < before_ns)
      {
        before_ns = tb_sim_next_ns (w->sims[s]);
        next = s;
      }
  return next;
}

void
world_run (World *w, gint64 until_ns, gboolean (*enough) (World *w))
{
  while (enough == NULL || !enough (w))
    {
      gint64 own_ns = w->heap->len > 0 ? g_array_index (w->heap, WorldEvent, 0).at_ns : G_MAXINT64;
      guint store = next_store (w, MIN (own_ns, until_ns));
      if (store == NOBODY && own_ns >= until_ns)
        break;
      if (store != NOBODY)
        {
          w->now_ns = tb_sim_next_ns (w->sims[store]);
          tb_sim_step (w->sims[store]);
          continue;
        }
      WorldEvent e = pop (w);
      w->now_ns = e.at_ns;
      carry_out (w, &e);
    }
  if (enough == NULL)
    w->now_ns = until_ns;
}

gboolean
world_agrees (World *w, guint store)
{
  return tb_sim_agree (w->sims[store]);
}

/* ---- What befalls it --------------------------------------------------------------------------------------------- */

void
world_kill (World *w, guint instance)
{
  guint store = w->v->store_of[instance];
  if (w->down[instance])
    return;
  w->down[instance] = TRUE;
  w->paused[instance] = FALSE;
  if (store != NOBODY)
    tb_sim_crash (w->sims[store], w->now_ns, w->v->replica_of[instance]);
  callers_killed (w, instance);
}

void
world_start (World *w, guint instance)
{
  guint store = w->v->store_of[instance];
  world_pause (w, instance, FALSE);
  if (!w->down[instance])
    return;
  w->down[instance] = FALSE;
  if (store != NOBODY)
    tb_sim_restart (w->sims[store], w->now_ns, w->v->replica_of[instance]);
  callers_started (w, instance);
}

void
world_pause (World *w, guint instance, gboolean on)
{
  guint store = w->v->store_of[instance];
  if (w->down[instance] || w->paused[instance] == on)
    return;
  w->paused[instance] = (guint8) on;
  if (store == NOBODY)
    return;
  if (on)
    tb_sim_pause (w->sims[store], w->now_ns, w->v->replica_of[instance]);
  else
    tb_sim_resume (w->sims[store], w->now_ns, w->v->replica_of[instance]);
}

void
world_heal (World *w)
{
  paths_remove (w, NULL);
  for (guint i = 0; i < w->v->plan->instances->len; i++)
    world_start (w, i);
}

static void
act_id (guint number, char *out, gsize size)
{
  g_snprintf (out, size, "act.%u", number);
}

void
world_act_begin (World *w, const Act *act, guint number)
{
  char id[32];
  if (w->calm)
    return;
  world_push (w, w->now_ns + act->for_ns, WORLD_ACT_OVER, NOBODY, NOBODY, number);
  if (act->kind == ACT_KILL)
    world_kill (w, act->instance);
  else if (act->kind == ACT_PAUSE)
    world_pause (w, act->instance, TRUE);
  else
    {
      TbPartition partition;
      virtual_act_partition (w->v, act, &partition);
      GArray *pairs = tb_partition_pairs (w->v->plan, &partition, NULL, NULL, NULL, NULL);
      act_id (number, id, sizeof id);
      if (pairs != NULL)
        paths_cut (w, id, pairs);
    }
}

void
world_act_end (World *w, const Act *act, guint number)
{
  char id[32];
  act_id (number, id, sizeof id);
  if (act->kind == ACT_PARTITION)
    paths_remove (w, id);
  else if (act->kind == ACT_KILL)
    world_start (w, act->instance);
  else
    world_pause (w, act->instance, FALSE);
}

/* ---- A store's simulator ------------------------------------------------------------------------------------------ */

static void
on_reply (void *data, uint64_t ticket, unsigned from, TbAnswer answer, bool has_value, uint64_t value, int leader)
{
  struct SimSide *side = data;
  callers_reply (side->world, side->store, ticket, from, answer, has_value, value, leader);
}

static TbSimPath
on_path (void *data, unsigned from, unsigned to)
{
  struct SimSide *side = data;
  return paths_between (side->world, side->store, from, to);
}

static const TbSimOutside outside = { on_reply, on_path };

static void
begin_store (World *w, guint s)
{
  const Store *store = STORE_AT (w->v, s);
  const TbSchedule *schedule = w->schedule;
  TbSimOptions options = { .seed = w->rng.s[0] ^ s, .config = store->config, .keys = 1, .durable = store->durable,
                           .disk_ns = TB_NS_PER_MS, .outside = &outside, .data = &w->sides[s] };
  if (schedule != NULL)
    {
      options.config.heartbeat_ns = schedule->heartbeat_ns;
      options.config.election_ns = schedule->election_ns;
      options.config.timeout_ns = schedule->timeout_ns;
      options.config.gossip_ns = schedule->gossip_ns;
      options.disk_ns = schedule->disk_ns;
    }
  tb_sim_begin (w->sims[s], &options, &w->results[s]);
}

/* ---- Life ----------------------------------------------------------------------------------------------------------- */

World *
world_new (const TbVirtual *v)
{
  World *w = g_new0 (World, 1);
  guint n = v->stores->len;
  w->v = v;
  w->heap = EMPTY_ARRAY (WorldEvent);
  w->waiting = EMPTY_ARRAY (WorldEvent);
  w->threads = EMPTY_ARRAY (Thread);
  w->tickets = EMPTY_ARRAY (Ticket);
  w->finals = EMPTY_ARRAY (PlannedOp);
  w->loads = EMPTY_ARRAY (Load);
  w->sims = g_new0 (TbSim *, n);
  w->results = g_new0 (TbSimResult, n);
  w->sides = g_new0 (struct SimSide, n);
  w->histories = g_new0 (GArray *, n);
  w->down = g_malloc0 (v->plan->instances->len + 1);
  w->paused = g_malloc0 (v->plan->instances->len + 1);
  for (guint s = 0; s < n; s++)
    {
      w->sims[s] = tb_sim_new ();
      w->sides[s] = (struct SimSide) { w, s };
      w->histories[s] = EMPTY_ARRAY (TbOp);
    }
  return w;
}

void
world_begin (World *w, const TbSchedule *schedule, guint64 chance)
{
  w->schedule = schedule;
  w->now_ns = 1;
  w->seq = 0;
  w->next_process = 0;
  w->next_value = TB_VALUE_NIL;
  w->calm = FALSE;
  w->n_finals = 0;
  g_array_set_size (w->finals, 0);
  g_array_set_size (w->heap, 0);
  g_array_set_size (w->tickets, 0);
  memset (w->down, 0, w->v->plan->instances->len);
  memset (w->paused, 0, w->v->plan->instances->len);
  tb_rng_seed (&w->rng, chance);
  paths_begin (w);
  for (guint s = 0; s < w->v->stores->len; s++)
    {
      g_array_set_size (w->histories[s], 0);
      begin_store (w, s);
    }
  callers_begin (w);
  for (guint i = 0; schedule != NULL && i < schedule->acts->len; i++)
    world_push (w, ACT_AT (schedule, i)->at_ns, WORLD_ACT, NOBODY, NOBODY, i);
}

void
world_end (World *w)
{
  callers_end (w);
  for (guint s = 0; s < w->v->stores->len; s++)
    tb_sim_finish (w->sims[s]);
}

void
world_free (World *w)
{
  if (w == NULL)
    return;
  paths_clear (w);
  for (guint s = 0; s < w->v->stores->len; s++)
    {
      tb_sim_free (w->sims[s]);
      g_array_unref (w->histories[s]);
    }
  g_array_unref (w->heap);
  g_array_unref (w->waiting);
  g_array_unref (w->threads);
  g_array_unref (w->finals);
  g_array_unref (w->loads);
  g_array_unref (w->tickets);
  g_free (w->sims);
  g_free (w->results);
  g_free (w->sides);
  g_free (w->histories);
  g_free (w->down);
  g_free (w->paused);
  g_free (w);
}
