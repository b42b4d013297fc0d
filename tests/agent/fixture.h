/* A small viewer: starts the real agent with a hand-made plan and waits for what it says. */
#pragma once

#include <glib.h>
#include <sys/types.h>

#include "tb-wire.h"

typedef struct
{
  TbInstanceState state;
  pid_t pid;
  int exit_code;
  guint restarts;
  char *sentence, *waiting, *log_path;
  guint64 log_size, cpu_ns, rss_bytes;
  guint n_processes, n_loads;
  GArray *states; /* of TbInstanceState: all it went through */
} FixtureInstance;

typedef struct
{
  char *dir;
  TbWirePlan plan;
  GPtrArray *strings; /* what the plan points to */
  gint64 start_ns; /* that the viewer says the run began at */
  int socket;
  int claim; /* of the block of addresses */
  pid_t agent;
  GByteArray *in;
  FixtureInstance *instances;
  TbRunState run;
  char *reason;
  GPtrArray *problems; /* "orders/1: sentence" */
  GArray *starts;      /* of guint: order in which instances became STARTING */
  GArray *stops;       /* and STOPPING */
  guint64 recorded, pong;
  guint n_agent_loads, n_faults_told;
  gboolean over, welcomed;
  const TbCounters *counters;
} Fixture;

/* A run's directory, and room for n instances named "a/1", "b/1" …, each with its address, SIGTERM,
 * five seconds of grace and no probe. Skips the test with a reason when the agent cannot run. */
Fixture *fixture_new (guint n);
TbWireInstance *fixture_instance (Fixture *f, guint i);
void fixture_command (Fixture *f, guint i, const char *first, ...) G_GNUC_NULL_TERMINATED;
/* "sh -c script" */
void fixture_shell (Fixture *f, guint i, const char *script);
void fixture_env (Fixture *f, guint i, const char *name, const char *value);
void fixture_file (Fixture *f, guint i, const char *path, const char *content);
void fixture_depend (Fixture *f, guint i, guint on);
void fixture_probe (Fixture *f, guint i, TbProbeKind kind, const char *argument);

/* Starts the agent, says hello, sends the plan. */
void fixture_start (Fixture *f);
void fixture_send (Fixture *f, TbCommandType type);
void fixture_send_name (Fixture *f, TbCommandType type, const char *name);

void fixture_send_fault (Fixture *f, const TbWireFault *fault);

/* Reads facts until the condition holds; false after so many seconds, or when the agent is gone. */
typedef gboolean (*FixtureCondition) (Fixture *f, gpointer data);
gboolean fixture_wait (Fixture *f, FixtureCondition condition, gpointer data, double seconds);
gboolean fixture_wait_state (Fixture *f, guint i, TbInstanceState state, double seconds);
/* Of a state that it may leave before anybody looks: whether it ever was in it. */
gboolean fixture_went_through (Fixture *f, guint i, TbInstanceState state);
/* Until it is ready after that many restarts. */
gboolean fixture_wait_restarted (Fixture *f, guint i, guint restarts, double seconds);
gboolean fixture_wait_run (Fixture *f, TbRunState run, double seconds);
gboolean fixture_wait_all_ready (Fixture *f, double seconds);
gboolean fixture_has_problem (Fixture *f, const char *part);

/* STOP, then everything gone: agent and every process it ever had. */
void fixture_stop (Fixture *f);
/* SIGKILL of the agent; then as below. */
double fixture_kill (Fixture *f, double seconds);
/* Milliseconds until this process has no descendants any more: it is a subreaper, so that whatever
 * loses its parent comes here. -1 after `seconds`; then what is left is killed. */
double fixture_wait_nothing_left (double seconds);
void fixture_free (Fixture *f);

char *fixture_read_log (Fixture *f, guint i);
/* Path of a program beside the agent, or of the test's helper. */
const char *fixture_agent_path (void);
void fixture_set_agent_path (const char *path);

/* The helper that does its best to outlive everybody. */
const char *fixture_nasty (void);
/* Skips the test, saying so, when a program is not installed. */
gboolean fixture_is_missing (const char *program);
/* Whether a PID namespace can be had as the present user: not in a chroot, nor where the machine
 * forbids it. */
gboolean fixture_can_contain (void);
/* A condition: the log of instance 0 holds the text `data`. */
gboolean fixture_log_has (Fixture *f, gpointer data);
/* A condition: a problem was told that holds the text `data`. */
gboolean fixture_was_told (Fixture *f, gpointer data);
/* Stop and free. */
void fixture_end (Fixture *f);

typedef struct
{
  const char *name;
  void (*test) (void);
} FixtureTest;

/* What main() is for; returns its status. */
int fixture_run_tests (int argc, char **argv, const FixtureTest *tests, size_t n);

#define assert_contains(text, part)                                                                \
  G_STMT_START                                                                                     \
  {                                                                                                \
    if (strstr (text, part) == NULL)                                                               \
      g_error ("«%s» does not contain «%s»", text, part);                                          \
  }                                                                                                \
  G_STMT_END
