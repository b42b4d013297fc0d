/* What befalls the cluster. A fault is drawn every now and then; partitions and weather are flip and flop (the next
 * of them ends the last), crashed and standing processes come back by themselves. */
#include "sim-private.h"

#define ALL(n) ((n) >= 64 ? UINT64_MAX : (UINT64_C (1) << (n)) - 1)
#define BIT(i) (UINT64_C (1) << (i))

static void
cut_both (TbSim *sim, uint64_t a, uint64_t b)
{
  for (unsigned i = 0; i < sim->options.config.n; i++)
    {
      sim->cut[i] |= a >> i & 1 ? b & ~a : 0;
      sim->cut[i] |= b >> i & 1 ? a & ~b : 0;
    }
}

/* A permutation of the replicas. */
static void
shuffle (TbSim *sim, unsigned *order)
{
  for (unsigned i = 0; i < sim->options.config.n; i++)
    {
      unsigned j = (unsigned) tb_rng_below (&sim->rng, i + 1);
      order[i] = i;
      order[i] = order[j];
      order[j] = i;
    }
}

static uint64_t
random_set (TbSim *sim, unsigned n)
{
  unsigned order[TB_REPLICAS_MAX] = { 0 };
  uint64_t set = 0;
  shuffle (sim, order);
  for (unsigned i = 0; i < n; i++)
    set |= BIT (order[i]);
  return set;
}

static unsigned
leader_or_any (TbSim *sim)
{
  TbReplicaStatus s;
  for (unsigned i = 0; i < sim->options.config.n; i++)
    if (sim->nodes[i].replica != NULL)
      {
        tb_replica_status (sim->nodes[i].replica, &s);
        if (s.leader == (int) i || s.role[0] == 'p')
          return i;
      }
  return (unsigned) tb_rng_below (&sim->rng, sim->options.config.n);
}

/* ---- Partitions ---- */

static void
halves (TbSim *sim)
{
  unsigned n = sim->options.config.n;
  uint64_t first = ALL (n / 2);
  cut_both (sim, first, ALL (n) & ~first);
}

static void
random_halves (TbSim *sim)
{
  unsigned n = sim->options.config.n;
  uint64_t one = random_set (sim, n / 2);
  cut_both (sim, one, ALL (n) & ~one);
}

static void
random_node (TbSim *sim)
{
  uint64_t one = random_set (sim, 1);
  cut_both (sim, one, ALL (sim->options.config.n) & ~one);
}

static void
isolate_leader (TbSim *sim)
{
  uint64_t one = BIT (leader_or_any (sim));
  cut_both (sim, one, ALL (sim->options.config.n) & ~one);
}

static void
bridge (TbSim *sim)
{
  unsigned n = sim->options.config.n;
  uint64_t one = random_set (sim, n / 2);
  uint64_t seer = BIT (tb_rng_below (&sim->rng, n));
  cut_both (sim, one & ~seer, ALL (n) & ~one & ~seer);
}

/* In a ring of random order each sees itself and its neighbours, as far as a majority needs. */
static void
majorities_ring (TbSim *sim)
{
  unsigned n = sim->options.config.n, order[TB_REPLICAS_MAX] = { 0 };
  shuffle (sim, order);
  for (unsigned i = 0; i < n; i++)
    for (unsigned j = 0; j < n; j++)
      {
        unsigned apart = (j + n - i) % n;
        if (TB_MIN (apart, n - apart) > (n / 2 + 1) / 2)
          sim->cut[order[i]] |= BIT (order[j]);
      }
}

static void
one_way (TbSim *sim)
{
  unsigned n = sim->options.config.n;
  unsigned one = sim_chance (sim, 0.5) ? leader_or_any (sim) : (unsigned) tb_rng_below (&sim->rng, n);
  uint64_t others = ALL (n) & ~BIT (one);
  if (sim_chance (sim, 0.3))
    others &= tb_rng_next (&sim->rng);
  if (sim_chance (sim, 0.5))
    sim->cut[one] |= others;
  else
    for (unsigned i = 0; i < n; i++)
      sim->cut[i] |= others >> i & 1 ? BIT (one) : 0;
}

/* ---- Processes ---- */

static void
crash_one (TbSim *sim, unsigned i, int64_t back_ns)
{
  sim_node_crash (&sim->nodes[i]);
  sim_push (sim, (Event){ .at_ns = sim->now_ns + back_ns, .kind = EVENT_RESTART, .at = (uint8_t) i,
                          .number = sim->nodes[i].life });
}

static int64_t
a_while (TbSim *sim)
{
  return sim_around (sim, sim_chance (sim, 0.5) ? sim->options.config.election_ns / 4 : sim->options.fault_every_ns * 2);
}

static void
crash (TbSim *sim)
{
  unsigned n = sim->options.config.n;
  if (sim_chance (sim, 0.4))
    {
      crash_one (sim, leader_or_any (sim), a_while (sim));
      return;
    }
  uint64_t set = random_set (sim, 1 + (unsigned) tb_rng_below (&sim->rng, (n + 1) / 2));
  for (unsigned i = 0; i < n; i++)
    if (set >> i & 1)
      crash_one (sim, i, a_while (sim));
}

static void
crash_all (TbSim *sim)
{
  for (unsigned i = 0; i < sim->options.config.n; i++)
    crash_one (sim, i, a_while (sim));
}

static void
stand_still (TbSim *sim)
{
  Node *node = &sim->nodes[sim_chance (sim, 0.5) ? leader_or_any (sim) : tb_rng_below (&sim->rng, sim->options.config.n)];
  if (node->paused)
    return;
  node->paused = true;
  node->resume_ns = sim->now_ns + a_while (sim);
  sim_push (sim, (Event){ .at_ns = node->resume_ns, .kind = EVENT_RESUME, .at = (uint8_t) node->self });
}

static void
change_clock (TbSim *sim)
{
  static const double rates[] = { 0.25, 0.5, 0.9, 1, 1.1, 2, 4 };
  Node *node = &sim->nodes[tb_rng_below (&sim->rng, sim->options.config.n)];
  int64_t step_ns = sim_chance (sim, 0.3) ? sim_around (sim, 2 * sim->options.config.election_ns) : 0;
  sim_node_clock (node, rates[tb_rng_below (&sim->rng, TB_ARRAY_LENGTH (rates))], step_ns);
}

static void
weather (TbSim *sim)
{
  bool fair = sim_chance (sim, 0.4);
  sim->loss = fair ? sim->options.loss : 0.3 * tb_rng_uniform (&sim->rng);
  sim->duplicate = fair ? sim->options.duplicate : 0.3 * tb_rng_uniform (&sim->rng);
  sim->damage = fair ? sim->options.damage : 0.05 * tb_rng_uniform (&sim->rng);
  sim->slow = fair ? 1 : 1 + 10 * tb_rng_uniform (&sim->rng);
}

/* ---- The table ---- */

static const struct
{
  TbSimFault fault;
  const char *words;
  bool partition;
  void (*begin) (TbSim *sim);
} faults[] = {
  { TB_SIM_HALVES, "partition-halves", true, halves },
  { TB_SIM_RANDOM_HALVES, "partition-random-halves", true, random_halves },
  { TB_SIM_RANDOM_NODE, "partition-random-node", true, random_node },
  { TB_SIM_LEADER, "the leader is cut off", true, isolate_leader },
  { TB_SIM_BRIDGE, "bridge", true, bridge },
  { TB_SIM_MAJORITIES_RING, "majorities-ring", true, majorities_ring },
  { TB_SIM_ONE_WAY, "one way", true, one_way },
  { TB_SIM_CRASH, "crash", false, crash },
  { TB_SIM_CRASH_ALL, "all crash", false, crash_all },
  { TB_SIM_PAUSE, "a process stands still", false, stand_still },
  { TB_SIM_CLOCK, "a timer goes wrong", false, change_clock },
  { TB_SIM_WEATHER, "weather", false, weather },
};

void
sim_fault (TbSim *sim)
{
  if (sim->healing)
    return;
  size_t i = tb_rng_below (&sim->rng, TB_ARRAY_LENGTH (faults));
  if (sim->options.faults & faults[i].fault)
    {
      bool heals = faults[i].partition && sim_chance (sim, 0.6);
      if (heals)
        sim_net_heal (sim);
      sim_say (sim, "--- %s", faults[i].words);
      if (!heals || sim_chance (sim, 0.6))
        faults[i].begin (sim);
    }
  sim_push (sim, (Event){ .at_ns = sim->now_ns + sim_around (sim, sim->options.fault_every_ns), .kind = EVENT_FAULT });
}

void
sim_heal (TbSim *sim)
{
  sim_say (sim, "--- all is healed");
  sim->loss = sim->duplicate = sim->damage = 0;
  sim->slow = 1;
  sim_net_heal (sim);
  for (unsigned i = 0; i < sim->options.config.n; i++)
    {
      Node *node = &sim->nodes[i];
      node->paused = false;
      if (node->replica == NULL)
        sim_node_start (node);
      sim_node_clock (node, 1, 0);
    }
}
