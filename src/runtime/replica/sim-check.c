/* What must hold over all replicas at every moment, for protocols with a log (their row has entry()):
 *
 *  S1  Election safety: a term has at most one leader.
 *  S2  State machine safety: what two replicas applied up to an index is the same.
 *  S3  Leader completeness: who comes to lead a term has all that anybody applied in an earlier one. (In the same or
 *      a later one somebody else may be ahead: a message of its election was late.)
 *  S4  Nothing that was applied is taken back while a replica runs.
 *
 * Digests of logs are chained, so that one equal digest stands for an equal history (and Log Matching for the
 * part that counts). Each core holds its own invariants besides (check()). */
#include "sim-private.h"

#include <inttypes.h>

static bool
check_leader (TbSim *sim, unsigned who, uint64_t term)
{
  for (size_t i = sim->n_leaders; i-- > 0;)
    if (sim->leaders[i].term == term)
      {
        if (sim->leaders[i].who != who)
          sim_broken (sim, "S1: %u and %u both led term %" PRIu64, sim->leaders[i].who, who, term);
        return false;
      }
  SIM_GROW (sim->leaders, sim->leaders_size, sim->n_leaders);
  sim->leaders[sim->n_leaders].term = term;
  sim->leaders[sim->n_leaders++].who = who;
  sim->result->leaders++;
  sim_say (sim, "%u leads term %" PRIu64, who, term);
  return true;
}

static void
check_complete (TbSim *sim, const Node *node, uint64_t its_term)
{
  uint64_t last = sim->n_applied, term, digest;
  while (last > 0 && (sim->applied[last - 1].digest == 0 || sim->applied[last - 1].term >= its_term))
    last--;
  if (last > 0 && node->replica->protocol->entry (node->replica, last, &term, &digest)
      && digest != sim->applied[last - 1].digest)
    sim_broken (sim, "S3: %u leads without entry %" PRIu64 " that was applied", node->self, last);
}

static void
check_applied (TbSim *sim, Node *node, const TbReplicaStatus *s)
{
  if (s->applied < node->seen_applied)
    sim_broken (sim, "S4: %u applied up to %" PRIu64 ", then up to %" PRIu64, node->self, node->seen_applied, s->applied);
  node->seen_applied = s->applied;
  if (s->applied == 0)
    return;
  while (sim->n_applied < s->applied)
    {
      SIM_GROW (sim->applied, sim->applied_size, sim->n_applied);
      sim->applied[sim->n_applied].term = sim->applied[sim->n_applied].digest = 0;
      sim->n_applied++;
    }
  uint64_t *known = &sim->applied[s->applied - 1].digest;
  if (*known == 0)
    sim->applied[s->applied - 1].term = s->term;
  else if (*known != s->digest)
    sim_broken (sim, "S2: %u applied something else at %" PRIu64 " than others", node->self, s->applied);
  *known = s->digest;
}

void
sim_check_node (Node *node)
{
  if (node->replica->protocol->entry == NULL)
    return;
  /* One alone applies what is not on disk yet: nobody is told, and a crash may take it. */
  if (node->sim->options.config.n == 1 && node->synced < node->n_records)
    return;
  TbReplicaStatus s;
  tb_replica_status (node->replica, &s);
  if (s.applied != node->seen_applied)
    check_applied (node->sim, node, &s);
  if (s.role[0] == 'l' && check_leader (node->sim, node->self, s.term))
    check_complete (node->sim, node, s.term);
}

/* In a trace: where each stands. */
void
sim_say_all (TbSim *sim)
{
  TbReplicaStatus s;
  for (unsigned i = 0; i < sim->options.config.n && sim->options.trace != NULL; i++)
    if (sim->nodes[i].replica != NULL)
      {
        tb_replica_status (sim->nodes[i].replica, &s);
        sim_say (sim, "%u is %s in term %" PRIu64 " (leader %d), applied %" PRIu64 ", %" PRIu64 " entries, digest %016" PRIx64,
                 i, s.role, s.term, s.leader, s.applied, s.log_entries, s.digest);
      }
}

bool
sim_all_agree (TbSim *sim)
{
  TbReplicaStatus first, s;
  for (unsigned i = 0; i < sim->options.config.n; i++)
    {
      if (sim->nodes[i].replica == NULL)
        return false;
      tb_replica_status (sim->nodes[i].replica, &s);
      if (i == 0)
        first = s;
      else if (s.digest != first.digest)
        return false;
    }
  return true;
}
