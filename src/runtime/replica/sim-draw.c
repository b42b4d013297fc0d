/* Schedules drawn from a seed: sizes, times and faults all vary, so that many seeds reach many corners. */
#include "sim-private.h"

static int64_t
between (TbRng *rng, int64_t lo_ms, int64_t hi_ms)
{
  return (lo_ms + (int64_t) tb_rng_below (rng, (uint64_t) (hi_ms - lo_ms + 1))) * TB_NS_PER_MS;
}

/* Reads, writes and CAS for what has one value a key; the others count or gather. */
static void
draw_mix (TbSimOptions *o, TbRng *rng)
{
  double cas = tb_rng_below (rng, 3) == 0 ? 0.3 * tb_rng_uniform (rng) : 0;
  double reads = 0.2 + 0.6 * tb_rng_uniform (rng);
  if (o->config.replication == TB_REPLICATION_CRDT)
    o->share[TB_OP_ADD] = 1 - reads;
  else
    {
      bool one_order = o->config.replication != TB_REPLICATION_QUORUM && o->config.replication != TB_REPLICATION_GOSSIP;
      o->share[TB_OP_CAS] = one_order ? cas : 0;
      o->share[TB_OP_WRITE] = 1 - reads - o->share[TB_OP_CAS];
    }
  o->share[TB_OP_READ] = reads;
}

void
tb_sim_options_draw (TbSimOptions *o, TbReplication replication, TbReads reads, uint64_t seed)
{
  static const unsigned sizes[] = { 1, 2, 3, 3, 3, 3, 4, 5, 5, 7 };
  TbRng rng;
  tb_rng_seed (&rng, seed ^ UINT64_C (0x5eed));
  *o = (TbSimOptions){ .seed = seed, .final_reads = true };
  o->config.replication = replication;
  o->config.reads = reads;
  o->config.n = sizes[tb_rng_below (&rng, TB_ARRAY_LENGTH (sizes))];
  o->config.heartbeat_ns = between (&rng, 20, 60);
  o->config.election_ns = o->config.heartbeat_ns * (int64_t) (2 + tb_rng_below (&rng, 4));
  o->config.timeout_ns = between (&rng, 50, 600);
  o->config.gossip_ns = between (&rng, 20, 100);
  o->config.failover = tb_rng_below (&rng, 2) == 0;
  o->config.read_repair = true;
  /* Small, so that a few dozen operations see journals begin anew. */
  o->config.compact_records = tb_rng_below (&rng, 2) ? 4 + (uint32_t) tb_rng_below (&rng, 20) : 0;
  o->config.batch_bytes = tb_rng_below (&rng, 2) ? 1 + (uint32_t) tb_rng_below (&rng, 60) : 0;
  o->clients = 2 + (unsigned) tb_rng_below (&rng, 4);
  o->keys = 1 + (unsigned) tb_rng_below (&rng, 3);
  o->load_ns = between (&rng, 600, 1500);
  o->quiet_ns = between (&rng, 100, 400);
  o->think_ns = between (&rng, 5, 60);
  o->client_timeout_ns = between (&rng, 50, 500);
  o->any_replica = reads != TB_READS_LEADER;
  o->delay_ns = (int64_t) tb_rng_below (&rng, 6 * TB_NS_PER_MS) + 50000;
  o->heavy_tail = tb_rng_below (&rng, 2);
  o->loss = tb_rng_below (&rng, 2) ? 0.1 * tb_rng_uniform (&rng) : 0;
  o->duplicate = tb_rng_below (&rng, 2) ? 0.1 * tb_rng_uniform (&rng) : 0;
  o->damage = tb_rng_below (&rng, 8) ? 0 : 0.02;
  o->hold = tb_rng_below (&rng, 2);
  o->disk_ns = tb_rng_below (&rng, 3) ? (int64_t) tb_rng_below (&rng, 4 * TB_NS_PER_MS) : 0;
  o->durable = tb_rng_below (&rng, 4) != 0;
  o->faults = tb_rng_below (&rng, 10) ? (unsigned) tb_rng_next (&rng) & TB_SIM_EVERYTHING : 0;
  o->fault_every_ns = between (&rng, 30, 200);
  draw_mix (o, &rng);
}
