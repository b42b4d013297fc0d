/* The CAP table against the replication cores in virtual time: for all partitions of up to five replicas, a side that the table
 * says answers does answer, and one that it says does not, does not. */
#include "cluster.h"
#include "tb-cap.h"
#include "tb-replica-sim.h"

#define SECOND G_GINT64_CONSTANT (1000000000)
#define REPLICAS_MAX 5
#define KEYS 24

typedef struct
{
  const char *name;
  TbReplicaConfig config; /* but n */
  TbCapStore store;       /* but replicas */
} Row;

static const Row rows[] = {
  { "primary-sync", { .replication = TB_REPLICATION_PRIMARY_SYNC }, { .protocol = TB_CAP_PRIMARY, .waits = 1 } },
  { "primary-sync, reads any", { .replication = TB_REPLICATION_PRIMARY_SYNC, .reads = TB_READS_ANY },
    { .protocol = TB_CAP_PRIMARY, .waits = 1, .reads_any = TRUE } },
  { "primary-sync, failover", { .replication = TB_REPLICATION_PRIMARY_SYNC, .failover = true },
    { .protocol = TB_CAP_PRIMARY, .waits = 1, .failover = TRUE } },
  { "primary-async", { .replication = TB_REPLICATION_PRIMARY_ASYNC }, { .protocol = TB_CAP_PRIMARY } },
  { "primary-async, reads any", { .replication = TB_REPLICATION_PRIMARY_ASYNC, .reads = TB_READS_ANY },
    { .protocol = TB_CAP_PRIMARY, .reads_any = TRUE } },
  { "primary-async, failover", { .replication = TB_REPLICATION_PRIMARY_ASYNC, .failover = true },
    { .protocol = TB_CAP_PRIMARY, .failover = TRUE } },
  { "chain", { .replication = TB_REPLICATION_CHAIN }, { .protocol = TB_CAP_CHAIN } },
  { "chain, reads any", { .replication = TB_REPLICATION_CHAIN, .reads = TB_READS_ANY },
    { .protocol = TB_CAP_CHAIN, .reads_any = TRUE } },
  { "raft", { .replication = TB_REPLICATION_RAFT }, { .protocol = TB_CAP_RAFT } },
  { "raft, reads any", { .replication = TB_REPLICATION_RAFT, .reads = TB_READS_ANY },
    { .protocol = TB_CAP_RAFT, .reads_any = TRUE } },
  { "raft, reads quorum", { .replication = TB_REPLICATION_RAFT, .reads = TB_READS_QUORUM }, { .protocol = TB_CAP_RAFT } },
  { "gossip", { .replication = TB_REPLICATION_GOSSIP }, { .protocol = TB_CAP_GOSSIP } },
  { "crdt", { .replication = TB_REPLICATION_CRDT }, { .protocol = TB_CAP_CRDT } },
  { "all", { .replication = TB_REPLICATION_ALL }, { .protocol = TB_CAP_ALL } },
};

/* ---- A cluster in parts ------------------------------------------------------------------------ */

/* part[i]: which part the i-th is in. */
static void
cut_into (Cluster *c, const guint *part)
{
  for (guint i = 0; i < c->config.n; i++)
    for (guint j = 0; j < c->config.n; j++)
      if (part[i] != part[j])
        c->cut[i] |= G_GUINT64_CONSTANT (1) << j;
}

static guint
sides_of (const guint *part, guint n, TbCapSide *sides)
{
  guint64 reach[REPLICAS_MAX] = { 0 };
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < n; j++)
      reach[i] |= (guint64) (part[i] == part[j]) << j;
  return tb_cap_sides (reach, n, sides);
}

static guint64
ask (Cluster *c, guint at, gboolean write, const char *key)
{
  if (c->config.replication == TB_REPLICATION_CRDT)
    return write ? cluster_add (c, at, key, 1) : cluster_ask (c, at, TB_COMMAND_GET, key, NULL);
  return cluster_ask (c, at, write ? TB_COMMAND_SET : TB_COMMAND_GET, key, write ? "v" : NULL);
}

static gboolean
is_good (const Answer *a)
{
  return a->given && (a->answer == TB_ANSWER_OK || a->answer == TB_ANSWER_NIL);
}

/* As the store program does: what this one cannot do, who can is asked, if it can be reached. */
static gboolean
answers (Cluster *c, guint at, gboolean write, const char *key, gboolean passes_on)
{
  const Answer *a = cluster_answer (c, ask (c, at, write, key));
  cluster_pass (c, 3 * SECOND);
  if (!passes_on || is_good (a) || a->answer != TB_ANSWER_REFUSED || a->leader < 0
      || (c->cut[at] >> a->leader & 1) != 0)
    return is_good (a);
  a = cluster_answer (c, ask (c, (guint) a->leader, write, key));
  cluster_pass (c, 3 * SECOND);
  return is_good (a);
}

static Cluster *
cluster_with_data (const TbReplicaConfig *config, guint n_keys)
{
  Cluster *c = cluster_new (config);
  cluster_pass (c, 5 * SECOND);
  for (guint k = 0; k < n_keys; k++)
    {
      g_autofree char *key = g_strdup_printf ("key:%u", k);
      guint at = 0;
      while (at < config->n && !answers (c, at, TRUE, key, TRUE))
        at++;
      g_assert_cmpuint (at, <, config->n);
    }
  cluster_pass (c, 5 * SECOND);
  return c;
}

/* ---- What the table says, and what happens ------------------------------------------------------- */

typedef struct
{
  const char *name;
  const TbCapStore *store;
  Cluster *cluster;
  guint n_keys;
} Trial;

static void
compare (const Trial *t, const TbCapSide *side, gboolean write)
{
  guint good = 0, asked = 0, members = 0;
  TbCapSays says;
  tb_cap_says (t->store, side, write, &says);
  for (guint i = 0; i < t->store->replicas; i++)
    for (guint k = 0; k < t->n_keys && (side->members >> i & 1) != 0; k++)
      {
        g_autofree char *key = g_strdup_printf ("key:%u", k);
        members += k == 0;
        asked++;
        good += answers (t->cluster, i, write, key, t->store->passes_on);
      }
  double expected = tb_cap_share (side, &says);
  g_test_message ("%s, %u replicas, side %" G_GINT64_MODIFIER "x, %s: %u of %u, %s (%s)", t->name, t->store->replicas,
                  side->members, write ? "writes" : "reads", good, asked, tb_cap_answer_word (says.answer), says.why);
  if (says.answer == TB_CAP_SOME)
    g_assert_true (good > 0 && good < asked);
  else
    g_assert_cmpuint (good, ==, (guint) (expected * asked + 0.5));
  g_assert_cmpuint (says.takers, <=, members);
}

static void
try_partition (const Row *row, const TbReplicaConfig *config, const TbCapStore *store, const guint *part)
{
  guint n_keys = store->copies > 0 && store->copies < store->replicas ? KEYS : 1;
  Trial t = { row->name, store, cluster_with_data (config, n_keys), n_keys };
  TbCapSide sides[REPLICAS_MAX];
  guint n_sides = sides_of (part, store->replicas, sides);
  cut_into (t.cluster, part);
  cluster_pass (t.cluster, 10 * SECOND);
  /* Reads first: a write that stays undecided holds its key. */
  for (guint write = 0; write < 2; write++)
    for (guint s = 0; s < n_sides; s++)
      compare (&t, &sides[s], write != 0);
  cluster_free (t.cluster);
}

/* All ways to put n replicas into parts: each joins a part of those before it, or begins one. */
static void
each_partition (const Row *row, const TbReplicaConfig *config, const TbCapStore *store, guint *part, guint i, guint n_parts)
{
  if (i == store->replicas)
    {
      try_partition (row, config, store, part);
      return;
    }
  for (guint p = 0; p <= n_parts; p++)
    {
      part[i] = p;
      each_partition (row, config, store, part, i + 1, MAX (n_parts, p + 1));
    }
}

static void
try_store (const Row *row, const TbReplicaConfig *config, const TbCapStore *store)
{
  guint part[REPLICAS_MAX];
  each_partition (row, config, store, part, 0, 0);
}

static void
test_agrees_with_the_cores (gconstpointer data)
{
  const Row *row = data;
  for (guint n = 2; n <= REPLICAS_MAX; n++)
    {
      TbReplicaConfig config = row->config;
      TbCapStore store = row->store;
      config.n = store.replicas = n;
      store.waits = store.waits > 0 ? n - 1 : 0;
      store.passes_on = TRUE;
      try_store (row, &config, &store);
    }
}

/* A replica that passes nothing on, as Redis', is asked in vain for what the primary does. */
static void
test_counts_who_takes_it_itself (void)
{
  static const Row row = { "primary, nothing passed on", { .replication = TB_REPLICATION_PRIMARY_ASYNC, .reads = TB_READS_ANY },
                           { .protocol = TB_CAP_PRIMARY, .reads_any = TRUE } };
  for (guint n = 2; n <= 4; n++)
    {
      TbReplicaConfig config = row.config;
      TbCapStore store = row.store;
      config.n = store.replicas = n;
      try_store (&row, &config, &store);
    }
}

static void
test_quorums_of_all_sizes (void)
{
  static const guint sizes[][3] = { { 3, 1, 1 }, { 3, 2, 2 }, { 3, 1, 3 }, { 3, 3, 1 }, { 5, 3, 3 }, { 5, 2, 4 }, { 5, 1, 2 } };
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint repair = 0; repair < 2; repair++)
      for (guint n = sizes[i][0]; n <= MIN (sizes[i][0] + 1, REPLICAS_MAX); n++)
        {
          static const Row row = { .name = "quorum" };
          const TbReplicaConfig config = { .replication = TB_REPLICATION_QUORUM, .n = n, .copies = sizes[i][0],
                                           .r = sizes[i][1], .w = sizes[i][2], .read_repair = repair != 0 };
          const TbCapStore store = { .protocol = TB_CAP_QUORUM, .replicas = n, .copies = sizes[i][0], .r = sizes[i][1],
                                     .w = sizes[i][2], .repairs = repair != 0, .passes_on = TRUE };
          g_test_message ("N %u, R %u, W %u, repair %u", sizes[i][0], sizes[i][1], sizes[i][2], repair);
          try_store (&row, &config, &store);
        }
}

/* ---- Consistency ------------------------------------------------------------------------------------ */

#define CUTS (TB_SIM_HALVES | TB_SIM_RANDOM_HALVES | TB_SIM_RANDOM_NODE | TB_SIM_LEADER)
#define SCHEDULES 150

/* Whether one of the schedules, with the given faults alone, is not linearizable. */
static gboolean
is_violated (TbSim *sim, const TbReplicaConfig *config, guint faults)
{
  gboolean violated = FALSE;
  for (guint64 seed = 1; seed <= SCHEDULES && !violated; seed++)
    {
      TbSimOptions o;
      TbSimResult result;
      TbVerdict verdict;
      tb_sim_options_draw (&o, config->replication, config->reads, seed);
      o.config.n = config->n;
      o.config.failover = config->failover;
      o.config.read_repair = config->read_repair;
      o.config.copies = config->copies;
      o.config.r = config->r;
      o.config.w = config->w;
      o.any_replica = TRUE;
      o.faults = faults;
      o.durable = TRUE;
      o.loss = o.damage = 0;
      tb_sim_run (sim, &o, &result);
      TbHistory *history = tb_history_new ();
      for (gsize i = 0; i < result.n_ops; i++)
        tb_history_add (history, &result.ops[i]);
      tb_history_judge (history, &(TbJudgeOptions){ .final_reads = true }, &verdict);
      violated = verdict.kind == TB_VERDICT_VIOLATED;
      tb_history_free (history);
    }
  return violated;
}

static void
compare_verdict (TbSim *sim, const char *name, const TbReplicaConfig *config, const TbCapStore *store)
{
  const TbCapSide sides[] = { { .members = 1, .sees = 1 }, { .members = 6, .sees = 6 } };
  char why[200];
  gboolean says = tb_cap_linearizable (store, sides, 2, why);
  gboolean violated = is_violated (sim, config, CUTS);
  g_test_message ("%s, cut: %s (%s)", name, violated ? "violated" : "no violation", why);
  g_assert_cmpint (violated, ==, !says);
}

/* What is said to be linearizable during cuts is in all schedules, and what is said not to be, is not in one of them. */
static void
test_says_what_the_judge_finds_during_cuts (void)
{
  TbSim *sim = tb_sim_new ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TbReplicaConfig config = rows[i].config;
      TbCapStore store = rows[i].store;
      config.n = store.replicas = 3;
      store.waits = store.waits > 0 ? 2 : 0;
      compare_verdict (sim, rows[i].name, &config, &store);
    }
  for (guint r = 1; r <= 2; r++)
    {
      const TbReplicaConfig config = { .replication = TB_REPLICATION_QUORUM, .n = 3, .copies = 3, .r = r, .w = r, .read_repair = true };
      const TbCapStore store = { .protocol = TB_CAP_QUORUM, .replicas = 3, .copies = 3, .r = r, .w = r, .repairs = TRUE };
      compare_verdict (sim, "quorum", &config, &store);
    }
  tb_sim_free (sim);
}

/* ---- The price ------------------------------------------------------------------------------------- */

/* How many messages wait for each other, whichever replica is asked first. */
static void
hops_of (Cluster *c, guint at, gboolean write, guint *least, guint *most)
{
  const Answer *a = cluster_answer (c, ask (c, at, write, "key:0"));
  cluster_pass (c, 3 * SECOND);
  guint hops = a->hops;
  if (!is_good (a) && a->answer == TB_ANSWER_REFUSED && a->leader >= 0)
    {
      a = cluster_answer (c, ask (c, (guint) a->leader, write, "key:0"));
      cluster_pass (c, 3 * SECOND);
      hops = a->hops + 2;
    }
  g_assert_true (is_good (a));
  *least = MIN (*least, hops);
  *most = MAX (*most, hops);
}

static void
compare_hops (const Row *row, const TbReplicaConfig *config, const TbCapStore *store)
{
  for (guint write = 0; write < 2; write++)
    {
      Cluster *c = cluster_with_data (config, 1);
      guint least = G_MAXUINT, most = 0;
      for (guint i = 0; i < config->n; i++)
        hops_of (c, i, write != 0, &least, &most);
      TbCapHops says = tb_cap_hops (store, write != 0);
      g_test_message ("%s, %u replicas, %s: %u to %u hops, said %u to %u", row->name, config->n, write ? "write" : "read",
                      least, most, says.least, says.most);
      g_assert_cmpuint (least, >=, says.least);
      g_assert_cmpuint (most, <=, says.most);
      cluster_free (c);
    }
}

static void
test_counts_messages_as_the_cores_send_them (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint n = 2; n <= REPLICAS_MAX; n++)
      {
        TbReplicaConfig config = rows[i].config;
        TbCapStore store = rows[i].store;
        config.n = store.replicas = n;
        store.waits = store.waits > 0 ? n - 1 : 0;
        store.passes_on = TRUE;
        compare_hops (&rows[i], &config, &store);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strdup_printf ("/cap-sim/%s", rows[i].name);
      g_test_add_data_func (path, &rows[i], test_agrees_with_the_cores);
    }
  g_test_add_func ("/cap-sim/takers", test_counts_who_takes_it_itself);
  g_test_add_func ("/cap-sim/quorums", test_quorums_of_all_sizes);
  g_test_add_func ("/cap-sim/verdicts", test_says_what_the_judge_finds_during_cuts);
  g_test_add_func ("/cap-sim/hops", test_counts_messages_as_the_cores_send_them);
  return g_test_run ();
}
