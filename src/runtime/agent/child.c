/* What the instance's process does between fork and exec: as itself, so that a slow directory or a
 * refused file holds nobody else up. Whatever cannot be done goes to the leash as a step. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "leash.h"
#include "names.h"
#include "taps.h"

static _Noreturn void
fail (TbStep step, uint32_t index, int error)
{
  TbChildError e = { .error = error, .step = step, .index = index };
  if (write (TB_LEASH_ERRORS, &e, sizeof e) < 0)
    _exit (126);
  _exit (127);
}

/* Exec itself resets what is handled; only what is ignored would be handed on. */
static void
reset_signals (void)
{
  sigset_t none;
  struct sigaction before;
  sigemptyset (&none);
  for (int i = 1; i < SIGRTMIN; i++)
    if (sigaction (i, NULL, &before) == 0 && before.sa_handler == SIG_IGN)
      signal (i, SIG_DFL);
  sigprocmask (SIG_SETMASK, &none, NULL);
}

static void
arrange_descriptors (const TbLeashSpec *spec)
{
  int out = spec->out >= 0 ? TB_LEASH_OUT : STDIN_FILENO;
  dup2 (out, STDOUT_FILENO);
  dup2 (out, STDERR_FILENO);
  if (spec->terminal && spec->out >= 0)
    {
      dup2 (out, STDIN_FILENO);
      ioctl (STDIN_FILENO, TIOCSCTTY, 0);
    }
  if (spec->ready >= 0)
    fcntl (TB_LEASH_READY, F_SETFD, 0);
  if (spec->operations >= 0)
    fcntl (TB_LEASH_OPERATIONS, F_SETFD, 0);
}

static void
know_names (const TbLeashSpec *spec)
{
  int error = tb_names_enter (spec);
  if (error != 0)
    fail (TB_STEP_NAMES, 0, error);
}

static void
make_directory (const TbLeashSpec *spec)
{
  if (spec->dir == NULL)
    return;
  if (mkdir (spec->dir, 0700) != 0)
    {
      if (errno != EEXIST)
        fail (TB_STEP_DIRECTORY, 0, errno);
    }
  else if (spec->change_user && lchown (spec->dir, spec->uid, spec->gid) != 0)
    fail (TB_STEP_DIRECTORY, 0, errno);
}

static void
become_user (const TbLeashSpec *spec)
{
  if (!spec->change_user)
    return;
  if (setgroups (spec->n_groups, spec->groups) != 0
      || setresgid (spec->gid, spec->gid, spec->gid) != 0
      || setresuid (spec->uid, spec->uid, spec->uid) != 0)
    fail (TB_STEP_USER, 0, errno);
}

/* Should the agent not get to count them: of each user in each user namespace, since Linux 5.14. Root
 * is not bound by it. */
static void
bound_tasks (const TbLeashSpec *spec)
{
  struct rlimit limit;
  if ((!spec->change_user && spec->names != TB_NAMES_USER) || getrlimit (RLIMIT_NPROC, &limit) != 0)
    return;
  limit.rlim_cur = TB_MIN (limit.rlim_cur, (rlim_t) TB_TASKS_MAX);
  limit.rlim_max = TB_MIN (limit.rlim_max, (rlim_t) TB_TASKS_MAX);
  setrlimit (RLIMIT_NPROC, &limit);
}

/* The instance may have planted links in its directory before a restart: nothing above the directory
 * is reached, by whatever path. Where the kernel lacks the call the path alone has to do. */
static int
open_beneath (int dir, const char *path, int flags, mode_t mode)
{
  struct open_how how = { .flags = (unsigned) flags | O_CLOEXEC,
                          .mode = flags & O_CREAT ? mode : 0,
                          .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS };
  long fd = syscall (SYS_openat2, dir, path, &how, sizeof how);
  if (fd < 0 && errno == ENOSYS)
    fd = openat (dir, path, flags | O_CLOEXEC | O_NOFOLLOW, mode);
  return (int) fd;
}

static void
make_parents (const char *path)
{
  char part[PATH_MAX];
  int here = open (".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (const char *slash = strchr (path, '/'); slash != NULL; slash = strchr (slash + 1, '/'))
    {
      snprintf (part, sizeof part, "%.*s", (int) (slash - path), path);
      char *name = strrchr (part, '/');
      int parent = here;
      if (name != NULL)
        {
          *name++ = '\0';
          parent = open_beneath (here, part, O_RDONLY | O_DIRECTORY, 0);
        }
      mkdirat (parent, name != NULL ? name : part, 0700);
      if (parent != here)
        close (parent);
    }
  close (here);
}

static void
write_file (const TbWireFile *file, uint32_t index)
{
  make_parents (file->path);
  int here = open (".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int fd = open_beneath (here, file->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (fd < 0)
    fail (TB_STEP_FILE, index, errno);
  size_t n = strlen (file->content), at = 0;
  while (at < n)
    {
      ssize_t wrote = write (fd, file->content + at, n - at);
      if (wrote < 0)
        fail (TB_STEP_FILE, index, errno);
      at += (size_t) wrote;
    }
  fchmod (fd, file->mode != 0 ? file->mode & 0777 : 0600);
  close (fd);
  close (here);
}

static void
enter_directory (const TbLeashSpec *spec)
{
  if (chdir (spec->dir != NULL ? spec->dir : "/") != 0)
    fail (TB_STEP_ENTER, 0, errno);
  for (uint32_t i = 0; i < spec->n_files; i++)
    write_file (&spec->files[i], i);
}

static void
enter_work_directory (const TbLeashSpec *spec)
{
  if (spec->work_dir != NULL && spec->work_dir[0] != '\0' && chdir (spec->work_dir) != 0)
    fail (TB_STEP_WORK, 0, errno);
}

/* Where Yama lets only a parent trace its children, a debugger that the agent starts may. In a PID
 * namespace the agent has no number to be named by. Elsewhere the call is not known: then whoever is of
 * the same user may anyway. */
static void
let_debuggers_in (const TbLeashSpec *spec)
{
  if (spec->tracer > 0)
    prctl (PR_SET_PTRACER, spec->contain ? PR_SET_PTRACER_ANY : (unsigned long) spec->tracer, 0, 0, 0);
}

static void
give_filter (const TbLeashSpec *spec)
{
  int fd = -1, error = 0;
  prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (spec->intercept)
    fd = tb_intercept_install ((spec->allow_io_uring ? TB_INTERCEPT_NOT_IO_URING : 0)
                               | (spec->sends_datagrams ? TB_INTERCEPT_MESSAGES : 0));
  if (fd < 0)
    error = spec->intercept ? -fd : 0;
  tb_leash_report (TB_REPORT_FILTERED, error, 0, 0, false, fd < 0 ? -1 : fd);
  if (fd >= 0)
    close (fd);
}

static const char *
search_path (char *const *envp)
{
  for (; *envp != NULL; envp++)
    if (strncmp (*envp, "PATH=", 5) == 0)
      return *envp + 5;
  return "/usr/local/bin:/usr/bin:/bin";
}

/* Tries the folders of a PATH in turn. Returns why none of them did. */
static int
run_from (const TbLeashSpec *spec, const char *folders)
{
  const char *program = spec->argv[0];
  int error = ENOENT;
  char path[PATH_MAX];
  for (const char *p = folders; p != NULL;)
    {
      const char *colon = strchrnul (p, ':');
      int n = snprintf (path, sizeof path, "%.*s/%s", (int) (colon - p), p, program);
      p = *colon != '\0' ? colon + 1 : NULL;
      if (n >= (int) sizeof path)
        continue;
      execve (path, spec->argv, spec->envp);
      if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
        return errno;
      if (errno == EACCES && access (path, F_OK) == 0)
        error = EACCES;
    }
  return error;
}

/* As execvpe(), but by the PATH the instance is given, and then where Debian keeps servers, which the
 * PATH of an ordinary user leaves out. */
static int
run (const TbLeashSpec *spec)
{
  const char *program = spec->argv[0];
  if (program[0] == '\0')
    return ENOENT;
  if (strchr (program, '/') != NULL)
    {
      execve (program, spec->argv, spec->envp);
      return errno;
    }
  int error = run_from (spec, search_path (spec->envp));
  return error == ENOENT ? run_from (spec, "/usr/local/sbin:/usr/sbin:/sbin") : error;
}

void
tb_child_run (const TbLeashSpec *spec, pid_t leash)
{
  reset_signals ();
  setsid ();
  setrlimit (RLIMIT_NOFILE, &spec->nofile);
  arrange_descriptors (spec);
  know_names (spec);
  make_directory (spec);
  become_user (spec);
  bound_tasks (spec);
  enter_directory (spec);
  enter_work_directory (spec);
  /* A change of user clears the death signal, so it comes after it; the leash may be dead by then. */
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != leash)
    _exit (127);
  let_debuggers_in (spec);
  give_filter (spec);
  fail (TB_STEP_RUN, 0, run (spec));
}
