/* Each mistake of bug.h, one at a time: simulator, judge or invariants find it. Else many schedules without a finding
 * would say little. */
#include <sys/wait.h>
#include <unistd.h>

#include "bug.h"
#include "schedules.h"

Bug replica_bug;

static void
strict_five (TbSimOptions *o)
{
  o->config.n = o->config.copies = 5;
  o->config.r = o->config.w = 3;
  o->any_replica = TRUE;
}

/* Messages overtake each other by far, and nothing repairs in the background. */
static void
slow_five (TbSimOptions *o)
{
  strict_five (o);
  o->keys = 1;
  o->heavy_tail = TRUE;
  o->config.gossip_ns = G_GINT64_CONSTANT (10000000000);
}

static void
three (TbSimOptions *o)
{
  o->config.n = 3;
  o->config.failover = FALSE;
}

static void
failing_over (TbSimOptions *o)
{
  o->config.n = 3;
  o->config.failover = TRUE;
}

static const struct
{
  Bug bug;
  const char *words;
  TbReplication replication;
  TbReads reads;
  ScheduleFunc adjust;
  bool linearizable;
  guint within; /* schedules, with a good margin */
} bugs[] = {
  { BUG_FOLLOWS_GAPS, "takes entries that do not fit", TB_REPLICATION_CHAIN, TB_READS_LEADER, three, true, 2000 },
  { BUG_KEEPS_UNDECIDED, "keeps what was not decided", TB_REPLICATION_PRIMARY_SYNC, TB_READS_LEADER, failing_over, false, 2000 },
  { BUG_HEAD_ANSWERS, "the head does not wait for the tail", TB_REPLICATION_CHAIN, TB_READS_LEADER, three, true, 500 },
  { BUG_MIDDLE_IS_DONE, "the middle says done", TB_REPLICATION_CHAIN, TB_READS_LEADER, three, true, 2000 },
  { BUG_WRITES_UNASKED, "writes without asking for versions", TB_REPLICATION_QUORUM, TB_READS_QUORUM, strict_five, true, 2000 },
  { BUG_COUNTS_TWICE, "counts one for two", TB_REPLICATION_QUORUM, TB_READS_QUORUM, strict_five, true, 5000 },
  { BUG_READS_TOO_EARLY, "does not wait for its write-back", TB_REPLICATION_QUORUM, TB_READS_QUORUM, slow_five, true, 3000 },
  { BUG_READS_IN_DOUBT, "reads what is in doubt", TB_REPLICATION_ALL, TB_READS_ANY, three, true, 2000 },
  { BUG_ENTRY_FIRST, "keeps the value before the decision", TB_REPLICATION_ALL, TB_READS_ANY, three, true, 5000 },
  { BUG_FORGETS_DOUBT, "forgets in a crash what it promised", TB_REPLICATION_ALL, TB_READS_ANY, three, true, 5000 },
  { BUG_FINDS_NEW_KEYS, "finds missing keys alone", TB_REPLICATION_GOSSIP, TB_READS_ANY, three, false, 200 },
  { BUG_ADDS_UP, "adds when it merges", TB_REPLICATION_CRDT, TB_READS_ANY, three, false, 200 },
};
G_STATIC_ASSERT (G_N_ELEMENTS (bugs) == N_BUGS - 1);

/* In a process of its own, since an invariant may stop it. */
static void
test_found (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  /* The same schedules in every run, that a lucky seed fails nobody's work; others in script/soak. */
  guint64 seed = g_getenv ("TIERBOARD_SOAK") ? (guint64) g_test_rand_int () << 20 : 1;
  guint within = g_getenv ("TIERBOARD_SOAK") ? 20 * bugs[i].within : bugs[i].within;
  pid_t child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      Schedules s;
      ScheduleKind kind = { bugs[i].replication, bugs[i].reads, bugs[i].adjust, bugs[i].linearizable, true };
      if (freopen ("/dev/null", "w", stderr) == NULL) /* of assertions */
        _exit (0);
      replica_bug = bugs[i].bug;
      schedules_run (&kind, seed, within, &s);
      g_test_message ("found after %u schedules: %s", s.run, s.words);
      _exit (s.words[0] != '\0');
    }
  int status;
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_test_message ("from seed %" G_GUINT64_FORMAT, seed);
  g_assert_true (WIFSIGNALED (status) || WEXITSTATUS (status) == 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bugs); i++)
    {
      g_autofree char *path = g_strdup_printf ("/replica/bugs/found: %s", bugs[i].words);
      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_found);
    }
  return g_test_run ();
}
