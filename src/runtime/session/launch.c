/* What a run needs of the machine, and giving all of it back. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "session-private.h"

#define BLOCK_FIRST 64u
#define BLOCK_COUNT 63u
#define DIR_PREFIX "tierboard-run-"
#define RUN_DIR_ROOM (G_GUINT64_CONSTANT (1) << 30)
/* Where the agent finds its socket. */
#define AGENT_FD 3

static gboolean
fail (GError **error, const char *what, int why)
{
  g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_AGENT, "%s: %s", what, g_strerror (why));
  return FALSE;
}

/* ---- Block --------------------------------------------------------------------------------------- */

/* An abstract name belongs to whoever bound it, of whatever user, and is free when he dies. */
static int
claim_block (guint block)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int n = g_snprintf (address.sun_path + 1, sizeof address.sun_path - 1, "tierboard-block-%u", block);
  int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -1;
  if (bind (fd, (struct sockaddr *) &address,
            (socklen_t) (offsetof (struct sockaddr_un, sun_path) + 1 + (size_t) n)) == 0)
    return fd;
  close (fd);
  return -1;
}

static gboolean
claim_some_block (TbLaunch *launch, guint preferred, GError **error)
{
  for (guint i = 0; i < BLOCK_COUNT; i++)
    {
      launch->block = BLOCK_FIRST + (preferred - BLOCK_FIRST + i) % BLOCK_COUNT;
      launch->claim = claim_block (launch->block);
      if (launch->claim >= 0)
        return TRUE;
    }
  g_set_error (error, TB_SESSION_ERROR, TB_SESSION_ERROR_AGENT,
               "%u runs are already going on; every block of addresses is taken", BLOCK_COUNT);
  return FALSE;
}

/* ---- Directory ------------------------------------------------------------------------------------ */

/* Never follows a symbolic link: what runs as another user may have put some there. Takes fd. */
static void
remove_content (int fd)
{
  DIR *dir = fdopendir (fd);
  struct dirent *entry;
  if (dir == NULL)
    {
      close (fd);
      return;
    }
  while ((entry = readdir (dir)) != NULL)
    {
      if (g_str_equal (entry->d_name, ".") || g_str_equal (entry->d_name, ".."))
        continue;
      if (unlinkat (dirfd (dir), entry->d_name, 0) == 0)
        continue;
      int inner = openat (dirfd (dir), entry->d_name,
                          O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      if (inner >= 0)
        remove_content (inner);
      unlinkat (dirfd (dir), entry->d_name, AT_REMOVEDIR);
    }
  closedir (dir);
}

static void
remove_tree (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd >= 0)
    remove_content (fd);
  rmdir (path);
}

/* Directories of runs whose viewer was killed: ours, and nobody holds the lock. */
static void
remove_left_behind (const char *parent)
{
  g_autoptr (GDir) dir = g_dir_open (parent, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      struct stat st;
      g_autofree char *path = g_build_filename (parent, name, NULL);
      if (!g_str_has_prefix (name, DIR_PREFIX) || lstat (path, &st) != 0 || !S_ISDIR (st.st_mode)
          || st.st_uid != geteuid ())
        continue;
      int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0)
        remove_tree (path);
      if (fd >= 0)
        close (fd);
    }
}

const char *
tb_launch_default_user (void)
{
  return geteuid () == 0 ? "nobody" : NULL;
}

/* Root has no directory of its own in memory that others may go through. /dev/shm is one, but not
 * a container's of 64 MiB, nor one that no program may be run from. */
static const char *
shared_memory (void)
{
  struct statvfs fs;
  struct statfs type;
  const char *dir = "/dev/shm";
  return statfs (dir, &type) == 0 && type.f_type == TMPFS_MAGIC && statvfs (dir, &fs) == 0
                 && (fs.f_flag & (ST_NOEXEC | ST_RDONLY)) == 0
                 && (guint64) fs.f_bavail * fs.f_frsize >= RUN_DIR_ROOM
             ? dir
             : NULL;
}

/* In memory where that is to be had: a file made on a disk costs more than an instance. Somebody
 * who says TMPDIR knows better. */
static const char *
run_dir_parent (void)
{
  const char *runtime = g_getenv ("XDG_RUNTIME_DIR");
  if (geteuid () != 0 && runtime != NULL && g_path_is_absolute (runtime)
      && access (runtime, W_OK | X_OK) == 0)
    return runtime;
  const char *shared = g_getenv ("TMPDIR") == NULL ? shared_memory () : NULL;
  return shared != NULL ? shared : g_get_tmp_dir ();
}

static void
close_one (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

/* Until it is locked another run that starts may take it for one left behind, and remove it: then
 * there is nothing of that name, or the lock is one on what has gone. */
static gboolean
lock_run_dir (TbLaunch *launch)
{
  struct stat locked, named;
  launch->dir_lock = open (launch->run_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (launch->dir_lock < 0 || TEMP_FAILURE_RETRY (flock (launch->dir_lock, LOCK_EX)) != 0
      || fstat (launch->dir_lock, &locked) != 0 || stat (launch->run_dir, &named) != 0)
    return FALSE;
  errno = ENOENT;
  return locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
}

/* As root, children run as somebody else and must be able to go through it. */
static gboolean
make_run_dir (TbLaunch *launch, GError **error)
{
  const char *parent = run_dir_parent ();
  remove_left_behind (parent);
  for (guint attempt = 0; attempt < 100; attempt++)
    {
      g_free (launch->run_dir);
      launch->run_dir = g_build_filename (parent, DIR_PREFIX "XXXXXX", NULL);
      if (g_mkdtemp_full (launch->run_dir, 0700) == NULL)
        break;
      if (lock_run_dir (launch))
        return geteuid () != 0 || fchmod (launch->dir_lock, 0711) == 0
               || fail (error, launch->run_dir, errno);
      if (errno != ENOENT)
        break;
      close_one (&launch->dir_lock);
    }
  return fail (error, launch->run_dir, errno);
}

gboolean
tb_launch_prepare (TbLaunch *launch, guint preferred, GError **error)
{
  *launch = (TbLaunch) { .claim = -1, .dir_lock = -1, .socket = -1 };
  return claim_some_block (launch, preferred, error) && make_run_dir (launch, error);
}

void
tb_launch_clear (TbLaunch *launch)
{
  g_assert (launch->agent == 0);
  close_one (&launch->socket);
  if (launch->run_dir != NULL)
    remove_tree (launch->run_dir);
  g_clear_pointer (&launch->run_dir, g_free);
  close_one (&launch->dir_lock);
  close_one (&launch->claim);
}

/* ---- Agent ----------------------------------------------------------------------------------------- */

static void
set_signals (posix_spawnattr_t *attributes)
{
  sigset_t none, every;
  sigemptyset (&none);
  sigfillset (&every);
  posix_spawnattr_setsigmask (attributes, &none);
  posix_spawnattr_setsigdefault (attributes, &every);
  posix_spawnattr_setflags (attributes,
                            POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
}

/* A session of its own, so that the terminal's Ctrl-C reaches us alone and we stop in order. */
static int
spawn_agent (const char *program, const char *log, int socket, pid_t *pid)
{
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  char fd[8], option[] = "--fd";
  char *argv[] = { (char *) program, option, fd, NULL };
  g_snprintf (fd, sizeof fd, "%d", AGENT_FD);
  posix_spawn_file_actions_init (&actions);
  posix_spawnattr_init (&attributes);
  posix_spawn_file_actions_addopen (&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen (&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2 (&actions, 1, 2);
  posix_spawn_file_actions_adddup2 (&actions, socket, AGENT_FD);
  posix_spawn_file_actions_addclosefrom_np (&actions, AGENT_FD + 1);
  set_signals (&attributes);
  int why = posix_spawn (pid, program, &actions, &attributes, argv, environ);
  posix_spawnattr_destroy (&attributes);
  posix_spawn_file_actions_destroy (&actions);
  return why;
}

/* An agent's orphans come to us when it dies, and we end them. Without an agent, those of whatever
 * else we start are not our business. */
static void
adopt_orphans (int change)
{
  static int agents;
  g_atomic_int_add (&agents, change);
  prctl (PR_SET_CHILD_SUBREAPER, g_atomic_int_get (&agents) > 0, 0, 0, 0);
}

gboolean
tb_launch_agent (TbLaunch *launch, GError **error)
{
  g_autofree char *program = tb_program_path ("tierboard-agent");
  g_autofree char *log = g_build_filename (launch->run_dir, "agent.log", NULL);
  int pair[2];
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
    return fail (error, "no socket pair for the agent", errno);
  adopt_orphans (1);
  int why = spawn_agent (program, log, pair[1], &launch->agent);
  close (pair[1]);
  launch->socket = pair[0];
  if (why == 0)
    return TRUE;
  adopt_orphans (-1);
  launch->agent = 0;
  return fail (error, program, why);
}

/* ---- The end ---------------------------------------------------------------------------------------- */

static gboolean
wait_for_end (pid_t pid, gint64 wait_ns, int *status)
{
  int pidfd = (int) syscall (SYS_pidfd_open, pid, 0);
  struct pollfd end = { pidfd, POLLIN, 0 };
  if (pidfd >= 0)
    {
      int answer;
      do
        answer = poll (&end, 1, (int) (wait_ns / 1000000));
      while (answer < 0 && errno == EINTR);
      close (pidfd);
    }
  return waitpid (pid, status, WNOHANG) == pid;
}

/* Whether a child that is not the agent came to us from it: it is of the agent's session, or was
 * started with this run's directory in its environment. */
static gboolean
is_of_the_run (const TbLaunch *launch, pid_t pid, pid_t agent)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/environ", (int) pid);
  g_autofree char *variables = NULL;
  gsize size = 0;
  if (getsid (pid) == agent)
    return TRUE;
  if (!g_file_get_contents (path, &variables, &size, NULL))
    return FALSE;
  return memmem (variables, size, launch->run_dir, strlen (launch->run_dir)) != NULL;
}

static GArray *
children (void)
{
  GArray *pids = g_array_new (FALSE, FALSE, sizeof (pid_t));
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *task;
  while (tasks != NULL && (task = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_strdup_printf ("/proc/self/task/%s/children", task);
      g_autofree char *text = NULL;
      if (!g_file_get_contents (path, &text, NULL, NULL))
        continue;
      g_auto (GStrv) words = g_strsplit (text, " ", -1);
      for (char **word = words; *word != NULL; word++)
        {
          pid_t pid = (pid_t) g_ascii_strtoll (*word, NULL, 10);
          if (pid > 0)
            g_array_append_val (pids, pid);
        }
    }
  return pids;
}

/* One round over the children we have now. Returns how many of the run there still were. What was
 * killed is remembered: a dead process that we have not waited for yet shows no environment. */
static guint
kill_round (const TbLaunch *launch, pid_t agent, gboolean sole_children, GHashTable *killed)
{
  g_autoptr (GArray) pids = children ();
  guint left = 0;
  for (guint i = 0; i < pids->len; i++)
    {
      pid_t pid = g_array_index (pids, pid_t, i);
      if (!sole_children && !g_hash_table_contains (killed, GINT_TO_POINTER (pid))
          && !is_of_the_run (launch, pid, agent))
        continue;
      left++;
      g_hash_table_add (killed, GINT_TO_POINTER (pid));
      kill (pid, SIGKILL);
      waitpid (pid, NULL, WNOHANG);
    }
  return left;
}

/* Again and again, since the children of what is killed come to us next. A process that cannot be
 * killed for the moment (it is in the kernel) must not hold us for ever: 2 s. */
static void
kill_orphans (const TbLaunch *launch, pid_t agent, gboolean sole_children)
{
  g_autoptr (GHashTable) killed = g_hash_table_new (NULL, NULL);
  for (int round = 0; round < 2000; round++)
    {
      if (kill_round (launch, agent, sole_children, killed) == 0)
        return;
      g_usleep (1000);
    }
}

void
tb_launch_end_agent (TbLaunch *launch, gint64 wait_ns, gboolean sole_children, int *status)
{
  pid_t agent = launch->agent;
  *status = -1;
  if (agent == 0)
    return;
  if (!wait_for_end (agent, wait_ns, status))
    {
      kill (agent, SIGKILL);
      while (waitpid (agent, status, 0) < 0 && errno == EINTR)
        ;
    }
  launch->agent = 0;
  kill_orphans (launch, agent, sole_children);
  adopt_orphans (-1);
}
