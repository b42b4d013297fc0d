/* The leash's own process, and the agent's end of it. */
#include "leash.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "names.h"
#include "turns.h"

#define DEATH_SIGNAL SIGUSR2

/* As it crosses the control socket; both ends are one program. */
typedef struct
{
  uint32_t kind;
  int32_t value;
  uint32_t step, index, left;
} Message;

typedef struct
{
  int32_t command, signal;
} Order;

typedef struct
{
  pid_t parent, main;
  bool main_ended, started;
  int signals, errors;
} Leash;

/* ---- Control socket, the leash's end ----------------------------------------------------------- */

void
tb_leash_report (TbReportKind kind, int32_t value, TbStep step, uint32_t index, bool left, int fd)
{
  Message m = { .kind = kind, .value = value, .step = step, .index = index, .left = left };
  tb_socket_send_fds (TB_LEASH_CONTROL, &m, sizeof m, &fd, fd >= 0 ? 1 : 0);
}

static void
signal_one (pid_t pid, void *data)
{
  kill (pid, *(int *) data);
}

struct count
{
  int signal;
  unsigned n;
  pid_t last_group;
};

static void
signal_and_count (pid_t pid, void *data)
{
  struct count *c = data;
  tb_tree_signal (pid, c->signal, &c->last_group);
  c->n++;
}

/* Whoever forks while its parents are being frozen is found by the next round; the rounds end when
 * one finds no more than the last. */
static void
freeze (void)
{
  struct count c = { .signal = SIGSTOP };
  for (unsigned round = 0, last = UINT_MAX; round < 100 && c.n != last; round++)
    {
      last = c.n;
      c = (struct count) { .signal = SIGSTOP };
      tb_tree_descendants (getpid (), signal_and_count, &c);
    }
}

static int
code_of (int status)
{
  return WIFEXITED (status) ? WEXITSTATUS (status) : -WTERMSIG (status);
}

/* What is to be ended may be many, and want all of the processor. Root alone goes before them. */
static _Noreturn void
end (const Leash *l)
{
  tb_turns_go_first ();
  tb_tree_kill_all (l->main_ended ? 0 : l->main);
  _exit (0);
}

static void
obey (Leash *l)
{
  Order order;
  ssize_t n = recv (TB_LEASH_CONTROL, &order, sizeof order, MSG_DONTWAIT);
  int thaw = SIGCONT;
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n != sizeof order || order.command == TB_LEASH_KILL)
    {
      int status, code = -SIGKILL;
      bool told = l->main_ended;
      /* The main process's end is still told: the sentence about it depends on how it was. */
      if (!told && waitpid (l->main, &status, WNOHANG) == l->main)
        {
          l->main_ended = true;
          code = code_of (status);
        }
      if (!told && n == sizeof order)
        tb_leash_report (TB_REPORT_EXITED, code, 0, 0, false, -1);
      end (l);
    }
  if (order.command == TB_LEASH_FREEZE)
    freeze ();
  else if (order.command == TB_LEASH_THAW)
    tb_tree_descendants (getpid (), signal_one, &thaw);
  else if (!l->main_ended)
    kill (l->main, order.signal);
  else
    tb_tree_descendants (getpid (), signal_one, &order.signal);
}

/* ---- Its children ------------------------------------------------------------------------------ */

/* Exec has closed the descriptor, or the child says what it could not do. */
static void
learn_start (Leash *l)
{
  TbChildError e;
  ssize_t n = read (l->errors, &e, sizeof e);
  if (n < 0 && errno == EINTR)
    return;
  close (l->errors);
  l->errors = -1;
  l->started = n == 0;
  if (n == sizeof e)
    tb_leash_report (TB_REPORT_REFUSED, e.error, e.step, e.index, false, -1);
  else
    tb_leash_report (TB_REPORT_STARTED, 0, 0, 0, false, -1);
}

static void
reap (Leash *l)
{
  int status, main_status = 0;
  bool ended = false;
  pid_t pid;
  while ((pid = waitpid (-1, &status, WNOHANG)) > 0)
    if (pid == l->main && !l->main_ended)
      {
        l->main_ended = ended = true;
        main_status = status;
      }
  bool left = pid == 0;
  if (ended && l->errors >= 0)
    learn_start (l);
  if (ended && l->started)
    tb_leash_report (TB_REPORT_EXITED, code_of (main_status), 0, 0, left, -1);
  if (!left)
    _exit (0);
}

static void
take_signals (Leash *l)
{
  struct signalfd_siginfo info;
  while (read (l->signals, &info, sizeof info) == sizeof info)
    /* The signal alone proves nothing: anyone of the same user may send it. */
    if (info.ssi_signo == DEATH_SIGNAL && getppid () != l->parent)
      end (l);
  reap (l);
}

static _Noreturn void
watch (Leash *l)
{
  for (;;)
    {
      struct pollfd fds[] = { { l->signals, POLLIN, 0 },
                              { TB_LEASH_CONTROL, POLLIN, 0 },
                              { l->errors, POLLIN, 0 } };
      if (poll (fds, 3, -1) < 0)
        continue;
      if (fds[2].revents != 0 && l->errors >= 0)
        learn_start (l);
      if (fds[1].revents != 0)
        obey (l);
      if (fds[0].revents != 0)
        take_signals (l);
    }
}

static _Noreturn void
refuse (TbStep step, int error)
{
  tb_leash_report (TB_REPORT_REFUSED, error, step, 0, false, -1);
  _exit (0);
}

/* ---- Its own set-up ---------------------------------------------------------------------------- */

/* null where it was not given: no other descriptor must get that number, which is closed later. */
static void
place (int fd, int null, int number)
{
  dup3 (fd >= 0 ? fd : null, number, O_CLOEXEC);
}

/* Of the agent's descriptors only these are kept: another instance's would never end otherwise. */
static void
arrange (const TbLeashSpec *spec, int control)
{
  int high = TB_LEASH_FIRST_FREE;
  int ready = spec->ready >= 0 ? fcntl (spec->ready, F_DUPFD_CLOEXEC, high) : -1;
  int operations = spec->operations >= 0 ? fcntl (spec->operations, F_DUPFD_CLOEXEC, high) : -1;
  int out = spec->out >= 0 ? fcntl (spec->out, F_DUPFD_CLOEXEC, high) : -1;
  control = fcntl (control, F_DUPFD_CLOEXEC, high);
  int null = fcntl (open ("/dev/null", O_RDWR | O_CLOEXEC), F_DUPFD_CLOEXEC, high);
  for (int i = 0; i < 3; i++)
    dup2 (null, i);
  place (ready, null, TB_LEASH_READY);
  place (operations, null, TB_LEASH_OPERATIONS);
  place (out, null, TB_LEASH_OUT);
  place (control, null, TB_LEASH_CONTROL);
  close_range (TB_LEASH_ERRORS, UINT_MAX, 0);
}

/* Returns in process 1 of a new PID namespace with its own /proc; the keeper stays behind. */
static void
contain (pid_t agent)
{
  uid_t uid = geteuid ();
  gid_t gid = getegid ();
  int alive[2];
  if (unshare (CLONE_NEWPID | CLONE_NEWNS | (uid != 0 ? CLONE_NEWUSER : 0)) != 0)
    refuse (TB_STEP_CONTAIN, errno);
  int error = uid != 0 ? tb_names_map_user (uid, gid) : 0;
  if (error != 0)
    refuse (TB_STEP_CONTAIN, error);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != agent || pipe2 (alive, O_CLOEXEC) != 0)
    _exit (1);
  pid_t pid = fork ();
  if (pid < 0)
    refuse (TB_STEP_CONTAIN, errno);
  if (pid > 0)
    {
      close (alive[0]);
      close_range (TB_LEASH_READY, TB_LEASH_CONTROL, 0);
      while (waitpid (pid, NULL, 0) < 0 && errno == EINTR)
        ;
      _exit (0);
    }
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  close (alive[1]);
  struct pollfd keeper = { alive[0], POLLIN, 0 };
  if (poll (&keeper, 1, 0) != 0)
    _exit (1);
  close (alive[0]);
  if (!tb_names_keep_mounts ()
      || mount ("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0)
    refuse (TB_STEP_CONTAIN, errno);
}

struct birth
{
  const TbLeashSpec *spec;
  pid_t leash;
  int errors; /* the pipe's end to write to */
};

static int
be_born (void *data)
{
  const struct birth *b = data;
  /* Which of its numbers the pipe got depends on what was free: settle it. */
  if (b->errors != TB_LEASH_ERRORS)
    dup3 (b->errors, TB_LEASH_ERRORS, O_CLOEXEC);
  close_range (TB_LEASH_FIRST_FREE, UINT_MAX, 0);
  tb_child_run (b->spec, b->leash);
}

/* In the leash's memory, on a stack of its own, as vfork does: nothing is copied only to be thrown
 * away at exec. The leash sleeps until then, and has nothing else to do; its death signal stays
 * pending meanwhile. Not for a change of user, which the shared memory's owner would show. */
static pid_t
bear (struct birth *b)
{
  static _Alignas (16) char stack[128 << 10];
  if (!b->spec->change_user)
    return clone (be_born, stack + sizeof stack,
                  CLONE_VM | CLONE_VFORK | SIGCHLD | tb_names_clone_flags (b->spec), b);
  pid_t pid = fork ();
  if (pid == 0)
    be_born (b);
  return pid;
}

static void
start_main (Leash *l, const TbLeashSpec *spec)
{
  int errors[2];
  if (pipe2 (errors, O_CLOEXEC) != 0)
    refuse (TB_STEP_FORK, errno);
  l->errors = fcntl (errors[0], F_DUPFD_CLOEXEC, TB_LEASH_FIRST_FREE + 8);
  struct birth b = { .spec = spec, .leash = getpid (), .errors = errors[1] };
  l->main = bear (&b);
  if (l->main < 0)
    refuse (TB_STEP_FORK, errno);
  close (errors[0]);
  close (errors[1]);
  close (TB_LEASH_READY);
  close (TB_LEASH_OPERATIONS);
  close (TB_LEASH_OUT);
}

void
tb_leash_main (const TbLeashSpec *spec, int control, pid_t agent)
{
  Leash l = { .parent = agent };
  sigset_t all, watched;
  sigfillset (&all);
  sigprocmask (SIG_SETMASK, &all, NULL);
  prctl (PR_SET_NAME, "tb-leash");
  prctl (PR_SET_CHILD_SUBREAPER, 1);
  arrange (spec, control);
  if (spec->contain)
    {
      contain (agent);
      l.parent = 0;
    }
  else
    prctl (PR_SET_PDEATHSIG, DEATH_SIGNAL);
  if (getppid () != l.parent)
    _exit (1);
  sigemptyset (&watched);
  sigaddset (&watched, SIGCHLD);
  sigaddset (&watched, DEATH_SIGNAL);
  start_main (&l, spec);
  l.signals = signalfd (-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
  watch (&l);
}

/* ---- The agent's end --------------------------------------------------------------------------- */

static int
spawn_once (const TbLeashSpec *spec, pid_t *pid)
{
  int pair[2], on = 1;
  pid_t agent = getpid ();
  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
    return -errno;
  /* Tells the main process's number as the agent sees it, whatever namespace it lives in. */
  setsockopt (pair[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
  *pid = tb_leash_server_spawn (spec, pair[1]);
  int error = *pid;
  if (*pid == 0)
    {
      *pid = fork ();
      if (*pid == 0)
        tb_leash_main (spec, pair[1], agent);
      error = -errno;
    }
  close (pair[1]);
  if (*pid < 0)
    {
      close (pair[0]);
      return error;
    }
  fcntl (pair[0], F_SETFL, O_NONBLOCK);
  return pair[0];
}

/* Who forks them may die with the request in its hands. From then on the agent forks them, this one too; what was
 * perhaps forked before finds its control closed, and ends. */
int
tb_leash_spawn (const TbLeashSpec *spec, pid_t *pid)
{
  int control = spawn_once (spec, pid);
  return control == -EAGAIN ? spawn_once (spec, pid) : control;
}

void
tb_leash_command (int control, TbLeashCommand command, int signal)
{
  Order order = { .command = (int32_t) command, .signal = signal };
  if (send (control, &order, sizeof order, MSG_NOSIGNAL | MSG_DONTWAIT) < 0
      && command == TB_LEASH_KILL)
    /* It does not read, or is gone: the end of the socket means the same to it. */
    shutdown (control, SHUT_WR);
}

static void
take_ancillary (struct msghdr *m, TbReport *report)
{
  for (struct cmsghdr *h = CMSG_FIRSTHDR (m); h != NULL; h = CMSG_NXTHDR (m, h))
    {
      struct ucred who;
      if (h->cmsg_level != SOL_SOCKET)
        continue;
      if (h->cmsg_type == SCM_RIGHTS)
        memcpy (&report->fd, CMSG_DATA (h), sizeof report->fd);
      else if (h->cmsg_type == SCM_CREDENTIALS)
        {
          memcpy (&who, CMSG_DATA (h), sizeof who);
          report->pid = who.pid;
        }
    }
}

TbReport
tb_leash_receive (int control)
{
  TbReport report = { .kind = TB_REPORT_NONE, .fd = -1 };
  Message m;
  union
  {
    char space[CMSG_SPACE (sizeof (int)) + CMSG_SPACE (sizeof (struct ucred))];
    struct cmsghdr align;
  } ancillary;
  struct iovec io = { &m, sizeof m };
  struct msghdr h = { .msg_iov = &io, .msg_iovlen = 1, .msg_control = ancillary.space,
                      .msg_controllen = sizeof ancillary.space };
  ssize_t n = recvmsg (control, &h, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return report;
  take_ancillary (&h, &report);
  if (n != sizeof m || m.kind <= TB_REPORT_NONE || m.kind >= TB_REPORT_GONE)
    report.kind = TB_REPORT_GONE;
  else
    {
      report.kind = (TbReportKind) m.kind;
      report.value = m.value;
      report.step = (TbStep) m.step;
      report.index = m.index;
      report.left = m.left != 0;
    }
  return report;
}
