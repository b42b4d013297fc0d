/* The leash: a forked, not executed, child of the agent above each instance. All that the
 * instance starts descends from it, whatever it forks, detaches or double-forks, because the leash
 * is a child subreaper; and when the agent dies, in whatever way, the leash kills all of it.
 *
 *   agent ─ leash ─ main process ─ …
 *              └─── what lost its parent
 *
 * With `contain` there is one more: agent ─ keeper ─ leash (process 1 of a PID namespace) ─ main
 * process. The keeper dies with the agent, the leash with the keeper, and the kernel then ends the
 * namespace; nothing can outlive that, not even if the leash itself is killed.
 *
 * Between fork and exec nothing is allocated: the agent has two threads. */
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include "tb-wire.h"

/* How a file is mounted for one process tree: see names.h. */
typedef enum
{
  TB_NAMES_NONE,  /* it cannot be */
  TB_NAMES_MOUNT, /* by who may mount */
  TB_NAMES_USER   /* in a user namespace that knows its own user alone */
} TbNamesWay;

/* What a leash starts. Borrowed during tb_leash_spawn() only: the fork keeps its own copy. */
typedef struct
{
  char *const *argv; /* argv[0] is looked up in the PATH of envp */
  char *const *envp;
  const char *dir; /* made 0700 if it is not there, and entered; NULL: / */
  const char *work_dir; /* the program is started there; NULL or empty: in dir */
  const TbWireFile *files;
  uint32_t n_files;
  bool change_user;
  uid_t uid;
  gid_t gid;
  const gid_t *groups;
  size_t n_groups;
  TbNamesWay names;
  const char *hosts, *hosts_path; /* what its /etc/hosts says, and the file that is mounted there */
  uid_t own_uid; /* of the agent */
  gid_t own_gid;
  bool intercept, allow_io_uring;
  bool sends_datagrams; /* to what is drawn */
  bool contain;
  pid_t tracer;  /* who may trace it, with all that descends from that; 0: who may anyway */
  bool terminal; /* out is one: it becomes standard input too, and the one that controls it */
  int out;   /* becomes standard output and error; -1: /dev/null */
  int ready; /* becomes descriptor TB_READY_FD; -1: none */
  int operations; /* becomes descriptor TB_OPERATIONS_FD; -1: none */
  struct rlimit nofile;
} TbLeashSpec;

enum
{
  TB_READY_FD = 3,
  TB_OPERATIONS_FD = 4
};

/* What could not be done when one could not be started. */
typedef enum
{
  TB_STEP_FORK,
  TB_STEP_CONTAIN,
  TB_STEP_DIRECTORY,
  TB_STEP_USER,
  TB_STEP_ENTER,
  TB_STEP_FILE, /* index says which */
  TB_STEP_WORK,
  TB_STEP_NAMES,
  TB_STEP_RUN
} TbStep;

typedef enum
{
  TB_REPORT_NONE,     /* nothing has come */
  TB_REPORT_FILTERED, /* fd: its notify descriptor, or -1 and value: why not (errno, 0: not asked) */
  TB_REPORT_STARTED,  /* the program runs */
  TB_REPORT_REFUSED,  /* value: errno, step, index */
  TB_REPORT_EXITED,   /* value: status, or -signal; left: something of it lives */
  TB_REPORT_GONE      /* the leash's end: nothing of it lives */
} TbReportKind;

typedef struct
{
  TbReportKind kind;
  int32_t value;
  TbStep step;
  uint32_t index;
  bool left;
  pid_t pid; /* of the sender, in the agent's eyes: FILTERED comes from the main process */
  int fd;    /* to be closed by the receiver */
} TbReport;

typedef enum
{
  TB_LEASH_SIGNAL, /* to the main process, or to all that is left once that has ended */
  TB_LEASH_KILL,   /* everything, until nothing is left */
  TB_LEASH_FREEZE,
  TB_LEASH_THAW
} TbLeashCommand;

/* Forks a leash. The caller must be a thread that lives as long as the agent: its end is what the
 * leash waits for. Returns the agent's end of the control socket (non-blocking), or -errno. */
int tb_leash_spawn (const TbLeashSpec *spec, pid_t *pid);
void tb_leash_command (int control, TbLeashCommand command, int signal);
/* The next report; NONE when there is none yet. */
TbReport tb_leash_receive (int control);

/* ---- In leash-server.c: who forks them ---------------------------------------------------------- */

/* Early, while there is little to copy, and by the thread that will ask: a child of it, to be reaped.
 * Returns its number, or -errno; without it each leash is forked by the agent. */
pid_t tb_leash_server_start (void);
/* It ends. Nothing happens where there is none. */
void tb_leash_server_stop (void);
/* As tb_leash_spawn() does: a child of this thread, -errno, or 0 where the caller has to fork. */
pid_t tb_leash_server_spawn (const TbLeashSpec *spec, int control);
/* The server's life, with its socket at descriptor 3; ends with _exit(). */
_Noreturn void tb_leash_server_serve (pid_t agent);
/* The program tierboard-leash, which the agent alone starts. Returns an exit status. */
int tb_leash_server_main (int argc, char **argv);
/* A leash's life, in the process that was forked for it. agent: its parent. */
_Noreturn void tb_leash_main (const TbLeashSpec *spec, int control, pid_t agent);

/* ---- In child.c: between the leash's fork and exec -------------------------------------------- */

/* Descriptors of a leash and its child. */
enum
{
  TB_LEASH_READY = TB_READY_FD,
  TB_LEASH_OPERATIONS = TB_OPERATIONS_FD,
  TB_LEASH_OUT = 5,
  TB_LEASH_CONTROL = 6,
  TB_LEASH_ERRORS = 7, /* child to leash: closes at exec, or brings a TbChildError */
  TB_LEASH_FIRST_FREE = 8
};

typedef struct
{
  int32_t error;
  uint32_t step, index;
} TbChildError;

_Noreturn void tb_child_run (const TbLeashSpec *spec, pid_t leash);
void tb_leash_report (TbReportKind kind, int32_t value, TbStep step, uint32_t index, bool left,
                      int fd);

/* ---- In tree.c: who descends from whom --------------------------------------------------------- */

/* Calls f for each child of a process (of all its threads). Allocates nothing. */
void tb_tree_children (pid_t pid, void (*f) (pid_t child, void *data), void *data);
/* The same for everything below it, parents before children. */
void tb_tree_descendants (pid_t pid, void (*f) (pid_t descendant, void *data), void *data);
/* How many descend from it; beyond `most` no more are looked for, and it is one more than that. `most`
 * bounds the depth. */
unsigned tb_tree_count (pid_t pid, unsigned most);
/* To a descendant, and first to all of its process group unless that is this process's own: what is in
 * one group gets it at one moment, so that not even one that forks for ever escapes it. *last_group is
 * the group that had it last, and is passed over; begin with 0. */
void tb_tree_signal (pid_t pid, int signal, pid_t *last_group);
/* Kills and reaps what descends from this process until nothing is left. first: a child to begin with,
 * which has not been waited for, with SIGCHLD blocked; 0 for none. */
void tb_tree_kill_all (pid_t first);
