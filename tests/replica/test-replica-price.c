/* What docs/replication.md says that each protocol costs: hops and messages of one request alone. */
#include "cluster.h"

#define N 5

static const struct
{
  TbReplication replication;
  guint write_at, read_at;
  guint write_hops, write_messages, read_hops, read_messages;
} prices[] = {
  { TB_REPLICATION_PRIMARY_SYNC, 0, 0, 2, 2 * (N - 1), 0, 0 },
  { TB_REPLICATION_PRIMARY_ASYNC, 0, 0, 0, 2 * (N - 1), 0, 0 },
  { TB_REPLICATION_CHAIN, 0, N - 1, N, 2 * (N - 1) + 1, 0, 0 },
  { TB_REPLICATION_QUORUM, 1, 2, 4, 4 * (N - 1), 2, 2 * (N - 1) },
  { TB_REPLICATION_ALL, 1, 2, 2, 4 * (N - 1), 0, 0 },
  { TB_REPLICATION_GOSSIP, 1, 1, 0, 2, 0, 0 },
};

static void
test_price (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  TbReplicaConfig config = { .replication = prices[i].replication, .n = N, .read_repair = true };
  Cluster *c = cluster_new (&config);
  c->sent = 0;
  guint64 write = cluster_ask (c, prices[i].write_at, TB_COMMAND_SET, "k", "v");
  cluster_run (c);
  g_assert_cmpint (cluster_answer (c, write)->answer, ==, TB_ANSWER_OK);
  g_assert_cmpuint (cluster_answer (c, write)->hops, ==, prices[i].write_hops);
  g_assert_cmpuint (c->sent, ==, prices[i].write_messages);
  c->sent = 0;
  guint64 read = cluster_ask (c, prices[i].read_at, TB_COMMAND_GET, "k", NULL);
  cluster_run (c);
  g_assert_cmpstr (cluster_answer (c, read)->text, ==, "v");
  g_assert_cmpuint (cluster_answer (c, read)->hops, ==, prices[i].read_hops);
  g_assert_cmpuint (c->sent, ==, prices[i].read_messages);
  cluster_free (c);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (prices); i++)
    {
      g_autofree char *path = g_strdup_printf ("/replica/price/%s", tb_replication_name (prices[i].replication));
      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_price);
    }
  return g_test_run ();
}
