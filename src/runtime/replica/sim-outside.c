/* A cluster in somebody else's time: its messages go where they are told, its answers to whoever drives it. */
#include "sim-private.h"

/* ---- Messages ---- */

static int64_t *
latest (TbSim *sim, unsigned from, unsigned to)
{
  return &sim->last_ns[from * sim->options.config.n + to];
}

static void
push_on_its_way (TbSim *sim, Event *message, const TbSimPath *path)
{
  int64_t *last_ns = latest (sim, message->from, message->at);
  message->at_ns = sim->now_ns + TB_MAX (path->delay_ns, 1);
  if (!path->overtakes)
    message->at_ns = TB_MAX (message->at_ns, *last_ns + 1);
  *last_ns = TB_MAX (*last_ns, message->at_ns);
  sim_push (sim, *message);
}

void
sim_outside_send (TbSim *sim, Event *message)
{
  TbSimPath path = sim->options.outside->path (sim->options.data, message->from, message->at);
  if (path.copies == 0)
    {
      sim_say (sim, "%u -> %u %s is lost", message->from, message->at, tb_replica_label (message->bytes, message->n));
      sim_bytes_free (sim, message->bytes, message->n);
      return;
    }
  for (unsigned i = 1; i < path.copies; i++)
    {
      Event twin = *message;
      twin.bytes = sim_bytes_new (sim, message->bytes, message->n);
      push_on_its_way (sim, &twin, &path);
    }
  push_on_its_way (sim, message, &path);
}

/* What no cut holds any more goes on. */
static void
let_go (TbSim *sim)
{
  size_t kept = 0;
  for (size_t i = 0; i < sim->n_cut_off; i++)
    {
      Event *e = &sim->cut_off[i];
      if (sim->cut[e->from] >> e->at & 1)
        {
          sim->cut_off[kept++] = *e;
          continue;
        }
      e->at_ns = sim->now_ns + 1;
      sim_push (sim, *e);
    }
  sim->n_cut_off = kept;
}

void
sim_outside_reply (TbSim *sim, const Event *e)
{
  sim->options.outside->reply (sim->options.data, e->number, e->from, (TbAnswer) e->answer, e->has_value, e->value,
                               e->leader);
}

/* ---- Time ---- */

void
tb_sim_begin (TbSim *sim, const TbSimOptions *options, TbSimResult *result)
{
  TB_CHECK (options->outside != NULL);
  sim_begin (sim, options, result);
}

int64_t
tb_sim_next_ns (const TbSim *sim)
{
  return sim->n_heap > 0 ? sim->heap[0].at_ns : INT64_MAX;
}

void
tb_sim_step (TbSim *sim)
{
  TB_CHECK (sim->n_heap > 0);
  Event e = sim_pop (sim);
  sim_carry_out (sim, &e);
}

void
tb_sim_finish (TbSim *sim)
{
  sim_end (sim);
}

/* ---- What is done to it ---- */

void
tb_sim_request (TbSim *sim, int64_t now_ns, unsigned to, uint64_t ticket, const TbCommand *command)
{
  Pack p = { 0 };
  pack_command (&p, command);
  sim_push (sim, (Event){ .at_ns = now_ns, .kind = EVENT_REQUEST, .at = (uint8_t) to, .number = ticket,
                          .n = (uint32_t) p.n, .bytes = sim_bytes_new (sim, p.p, p.n) });
  pack_free (&p);
}

void
tb_sim_cut (TbSim *sim, int64_t now_ns, unsigned from, uint64_t whom)
{
  uint64_t opened = sim->cut[from] & ~whom;
  sim->now_ns = now_ns;
  sim->cut[from] = whom;
  if (opened != 0)
    let_go (sim);
}

void
tb_sim_crash (TbSim *sim, int64_t now_ns, unsigned i)
{
  sim->now_ns = now_ns;
  if (sim->nodes[i].paused)
    tb_sim_resume (sim, now_ns, i);
  sim_node_crash (&sim->nodes[i]);
}

void
tb_sim_restart (TbSim *sim, int64_t now_ns, unsigned i)
{
  sim->now_ns = now_ns;
  if (sim->nodes[i].replica == NULL)
    sim_node_start (&sim->nodes[i]);
}

void
tb_sim_pause (TbSim *sim, int64_t now_ns, unsigned i)
{
  sim->now_ns = now_ns;
  sim->nodes[i].paused = sim->nodes[i].replica != NULL;
  sim->nodes[i].resume_ns = INT64_MAX;
}

static bool
waits_for (const Event *e, unsigned i)
{
  return e->at_ns == INT64_MAX && e->at == i;
}

/* What came meanwhile comes now, in its order: the heap is made anew with those at its end. */
void
tb_sim_resume (TbSim *sim, int64_t now_ns, unsigned i)
{
  sim->now_ns = now_ns;
  if (!sim->nodes[i].paused)
    return;
  sim->nodes[i].paused = false;
  for (size_t n = sim->n_heap, k = 0; k < n; k++)
    if (waits_for (&sim->heap[k], i))
      sim->heap[k].at_ns = now_ns;
  sim_order (sim);
}

/* ---- What is seen of it ---- */

bool
tb_sim_status (const TbSim *sim, unsigned i, TbReplicaStatus *status)
{
  if (sim->nodes[i].replica == NULL)
    return false;
  tb_replica_status (sim->nodes[i].replica, status);
  return true;
}

bool
tb_sim_agree (TbSim *sim)
{
  return sim_all_agree (sim);
}
