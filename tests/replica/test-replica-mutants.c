/* The simulator and the judge against Raft with a mistake in it: each must be found, else a hundred thousand
 * schedules without a violation would say little. */
#include <glib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "raft-private.h"
#include "schedules.h"

RaftMutant raft_mutant;

/* Leaders that fall soon after they begin to send, one entry a message: what figure 8 of the paper needs. */
static void
stormy (TbSimOptions *o)
{
  o->config.n = 5;
  o->config.batch_bytes = 1;
  o->config.heartbeat_ns = 20 * TB_NS_PER_MS;
  o->config.election_ns = 2 * o->config.heartbeat_ns;
  o->config.compact_records = 0;
  o->faults = TB_SIM_LEADER | TB_SIM_CRASH | TB_SIM_RANDOM_NODE | TB_SIM_RANDOM_HALVES;
  o->fault_every_ns = 30 * TB_NS_PER_MS;
  o->think_ns = 3 * TB_NS_PER_MS;
  o->delay_ns = 8 * TB_NS_PER_MS;
  o->load_ns = 4 * TB_NS_PER_S;
  o->clients = 3;
  o->disk_ns = 0;
  o->loss = 0.1;
  o->heavy_tail = true;
  o->any_replica = true; /* so that leaders without a majority get writes too */
}

/* Processes that come back while the messages of the election they fell in are still on their way. */
static void
restless (TbSimOptions *o)
{
  stormy (o);
  o->config.n = 3;
  o->faults = TB_SIM_CRASH | TB_SIM_CRASH_ALL;
  o->fault_every_ns = 8 * TB_NS_PER_MS;
  o->delay_ns = 10 * TB_NS_PER_MS;
}

/* Leaders with slow timers, that do not notice how long nobody has answered. */
static void
skewed (TbSimOptions *o)
{
  o->config.n = 3;
  o->faults = TB_SIM_LEADER | TB_SIM_CLOCK | TB_SIM_RANDOM_HALVES;
  o->fault_every_ns = 50 * TB_NS_PER_MS;
  o->think_ns = 5 * TB_NS_PER_MS;
  o->any_replica = true;
}

/* Within so many schedules each is found, with a margin. */
static const struct
{
  RaftMutant mutant;
  const char *words;
  TbReads reads;
  guint within;
  ScheduleFunc adjust; /* to what brings it out */
  gboolean rare;       /* takes seconds all the same: in script/soak */
} mutants[] = {
  { MUTANT_COMMITS_OLD_TERMS, "commits entries of old terms by counting", TB_READS_LEADER, 100000, stormy, TRUE },
  { MUTANT_FORGETS_VOTES, "forgets its vote in a crash", TB_READS_LEADER, 20000, restless, TRUE },
  { MUTANT_VOTES_TWICE, "votes twice in a term", TB_READS_LEADER, 20000 },
  { MUTANT_VOTES_FOR_SHORT_LOGS, "votes for shorter logs", TB_READS_LEADER, 20000 },
  { MUTANT_FORGETS_ENTRIES, "forgets entries in a crash", TB_READS_LEADER, 20000 },
  { MUTANT_SMALL_MAJORITY, "takes half for a majority", TB_READS_LEADER, 20000 },
  { MUTANT_ANSWERS_EARLY, "answers before others have the entry", TB_READS_LEADER, 20000 },
  { MUTANT_IGNORES_PREVIOUS, "appends whatever came before", TB_READS_LEADER, 20000 },
  { MUTANT_KEEPS_CONFLICTS, "keeps what conflicts with the leader", TB_READS_LEADER, 20000 },
  { MUTANT_READS_UNASKED, "reads without asking whether it leads", TB_READS_LEADER, 20000, skewed },
  { MUTANT_READS_BEFORE_OWN, "reads before its first entry is committed", TB_READS_QUORUM, 60000 },
  { MUTANT_REFUSES_APPENDED, "says refused of what was appended", TB_READS_LEADER, 20000 },
  { MUTANT_SNAPSHOT_AHEAD, "keeps snapshots that claim too much", TB_READS_LEADER, 20000 },
};
G_STATIC_ASSERT (G_N_ELEMENTS (mutants) == N_MUTANTS - 1);

/* In a process of its own, since an invariant may stop it. Whether it ended well, that is found nothing. */
static gboolean
finds_nothing (guint i, guint64 seed)
{
  pid_t child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      ScheduleKind kind = { TB_REPLICATION_RAFT, mutants[i].reads, mutants[i].adjust, true, false };
      Schedules s;
      gint64 start = g_get_monotonic_time ();
      if (freopen ("/dev/null", "w", stderr) == NULL)
        _exit (0);
      raft_mutant = mutants[i].mutant;
      schedules_run (&kind, seed, mutants[i].within, &s);
      g_print ("# after %u schedules, %.2f s: %s\n", s.run, (double) (g_get_monotonic_time () - start) / 1e6, s.words);
      fflush (stdout);
      _exit (s.words[0] != '\0');
    }
  int status;
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  if (WIFSIGNALED (status))
    g_test_message ("an invariant of the core stopped it");
  return WIFEXITED (status) && WEXITSTATUS (status) == 0;
}

static void
test_mutant (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  if (mutants[i].rare && g_getenv ("TIERBOARD_SOAK") == NULL)
    {
      g_test_skip ("rare: in script/soak");
      return;
    }
  guint64 seed = (guint64) (guint32) g_test_rand_int () << 20;
  g_test_message ("from seed %" G_GUINT64_FORMAT, seed);
  fflush (stdout);
  if (finds_nothing (i, seed))
    {
      g_test_message ("not found within %u schedules: one that %s", mutants[i].within, mutants[i].words);
      g_test_fail ();
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (mutants); i++)
    {
      g_autofree char *path = g_strdup_printf ("/replica/mutants/one that %s is found", mutants[i].words);
      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_mutant);
    }
  return g_test_run ();
}
