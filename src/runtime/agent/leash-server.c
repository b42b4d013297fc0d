/* A small process that forks leashes for the agent. It is forked while the agent is small itself and has
 * hardly any descriptors; a fork of the agent copies page tables and descriptors of all that runs, for
 * every instance again, and the leash then has to give all of it back.
 *
 *   agent ── request: a spec and its descriptors ──> server ── clone (CLONE_PARENT) ──┐
 *     │ <─────────────── answer: the number, or -errno ─┘                             │
 *     └── leash <─────────────────────────────────────────────────────────────────────┘
 *
 * What it forks is a child of the agent's thread and not its own: death signal, reaping and what is
 * orphaned are as if the agent had forked. It dies with the agent; where it is gone, or a spec is too
 * large for a message, the agent forks itself.
 *
 * Most of what a leash costs is making and removing its map of memory. So the server becomes a program of
 * its own, tierboard-leash, that is static and has a third of the agent's mappings. It lies beside the
 * agent; where it does not, or is another version's, the server stays the fork that it is. */
#include "leash.h"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

enum
{
  /* Fits a socket's buffer of the usual size with room for the kernel's own. */
  REQUEST_BYTES_MAX = 96 << 10,
  SERVER_SOCKET = 3,
  /* It answers in less than 1 ms where it gets a processor. */
  PATIENCE_S = 5
};

/* The agent's end; of one agent there is one, and only its main thread asks. */
static int server = -1;
static pid_t server_pid;
static _Alignas (16) char request[REQUEST_BYTES_MAX];

/* ---- A spec as one piece ----------------------------------------------------------------------- */

typedef struct
{
  size_t used;
  bool overrun;
} Packing;

/* NULL, which no spec has at the beginning of a request, stays NULL. */
static void *
add_base (const void *where)
{
  return where != NULL ? request + (uintptr_t) where : NULL;
}

/* Returns where in the request it lies, as a pointer that add_base() makes a real one of. */
static void *
put (Packing *p, const void *data, size_t n)
{
  size_t at = (p->used + 15) & ~(size_t) 15;
  if (data == NULL || p->overrun)
    return NULL;
  p->overrun = n > sizeof request - TB_MIN (at, sizeof request);
  if (p->overrun)
    return NULL;
  memcpy (request + at, data, n);
  p->used = at + n;
  return (void *) (uintptr_t) at;
}

static char *
put_text (Packing *p, const char *text)
{
  return text != NULL ? put (p, text, strlen (text) + 1) : NULL;
}

static char *const *
put_list (Packing *p, char *const *list)
{
  size_t n = 0;
  while (list[n] != NULL)
    n++;
  void *where = put (p, list, (n + 1) * sizeof *list);
  for (size_t i = 0; i < n && !p->overrun; i++)
    ((char **) add_base (where))[i] = put_text (p, list[i]);
  return where;
}

static const TbWireFile *
put_files (Packing *p, const TbWireFile *files, uint32_t n)
{
  void *where = n > 0 ? put (p, files, n * sizeof *files) : NULL;
  TbWireFile *packed = add_base (where);
  for (uint32_t i = 0; i < n && !p->overrun; i++)
    {
      packed[i].path = put_text (p, files[i].path);
      packed[i].content = put_text (p, files[i].content);
    }
  return where;
}

/* Returns its size, 0 where it is too large. */
static size_t
pack (const TbLeashSpec *spec)
{
  Packing p = { .used = sizeof *spec };
  TbLeashSpec s = *spec;
  s.argv = put_list (&p, spec->argv);
  s.envp = put_list (&p, spec->envp);
  s.dir = put_text (&p, spec->dir);
  s.work_dir = put_text (&p, spec->work_dir);
  s.files = put_files (&p, spec->files, spec->n_files);
  s.groups = put (&p, spec->groups, spec->n_groups * sizeof *spec->groups);
  s.hosts = put_text (&p, spec->hosts);
  s.hosts_path = put_text (&p, spec->hosts_path);
  memcpy (request, &s, sizeof s);
  return p.overrun ? 0 : p.used;
}

static char *const *
add_base_to_list (char *const *where)
{
  char **list = add_base (where);
  for (size_t i = 0; list[i] != NULL; i++)
    list[i] = add_base (list[i]);
  return list;
}

static TbLeashSpec *
unpack (void)
{
  TbLeashSpec *s = (void *) request;
  s->argv = add_base_to_list (s->argv);
  s->envp = add_base_to_list (s->envp);
  s->dir = add_base (s->dir);
  s->work_dir = add_base (s->work_dir);
  TbWireFile *files = add_base (s->files);
  for (uint32_t i = 0; i < s->n_files; i++)
    {
      files[i].path = add_base (files[i].path);
      files[i].content = add_base (files[i].content);
    }
  s->files = files;
  s->groups = add_base (s->groups);
  s->hosts = add_base (s->hosts);
  s->hosts_path = add_base (s->hosts_path);
  return s;
}

/* ---- The server -------------------------------------------------------------------------------- */

void
tb_leash_server_serve (pid_t agent)
{
  prctl (PR_SET_NAME, "tb-leashes");
  for (;;)
    {
      int fds[4], n = 0;
      if (tb_socket_recv_fds (SERVER_SOCKET, request, sizeof request, fds, 4) <= 0)
        _exit (0);
      TbLeashSpec *spec = unpack ();
      int control = fds[n++];
      spec->out = spec->out >= 0 ? fds[n++] : -1;
      spec->ready = spec->ready >= 0 ? fds[n++] : -1;
      spec->operations = spec->operations >= 0 ? fds[n++] : -1;
      /* Not fork(): that has no room for the flag. There is one thread, and no handler to call. */
      int32_t pid = (int32_t) syscall (SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
      if (pid == 0)
        tb_leash_main (spec, control, agent);
      pid = pid < 0 ? -errno : pid;
      for (int i = 0; i < n; i++)
        close (fds[i]);
      if (send (SERVER_SOCKET, &pid, sizeof pid, MSG_NOSIGNAL) != sizeof pid)
        _exit (0);
    }
}

/* What both programs must be of one mind about. */
static void
write_version (char *text, size_t size)
{
  snprintf (text, size, "%s/%zu", TB_VERSION, sizeof (TbLeashSpec));
}

/* Where it cannot, it comes back. */
static void
become_program (pid_t agent)
{
  static const char name[] = "tierboard-leash";
  char path[PATH_MAX], version[64], number[16];
  char *argv[] = { (char *) name, version, number, NULL }, *envp[] = { NULL };
  ssize_t n = readlink ("/proc/self/exe", path, sizeof path - sizeof name);
  char *slash = n > 0 ? memrchr (path, '/', (size_t) n) : NULL;
  if (slash == NULL)
    return;
  strcpy (slash + 1, name);
  write_version (version, sizeof version);
  snprintf (number, sizeof number, "%d", (int) agent);
  fcntl (SERVER_SOCKET, F_SETFD, 0);
  execve (path, argv, envp);
  fcntl (SERVER_SOCKET, F_SETFD, FD_CLOEXEC);
}

int
tb_leash_server_main (int argc, char **argv)
{
  char version[64];
  pid_t agent = argc == 3 ? (pid_t) strtol (argv[2], NULL, 10) : 0;
  write_version (version, sizeof version);
  if (argc != 3 || strcmp (argv[1], version) != 0 || getppid () != agent
      || fcntl (SERVER_SOCKET, F_SETFD, FD_CLOEXEC) != 0)
    return 2;
  tb_leash_server_serve (agent);
}

pid_t
tb_leash_server_start (void)
{
  int pair[2];
  pid_t agent = getpid ();
  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
    return -errno;
  pid_t pid = fork ();
  if (pid == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      if (getppid () != agent)
        _exit (1);
      if (pair[1] != SERVER_SOCKET)
        dup3 (pair[1], SERVER_SOCKET, O_CLOEXEC);
      close_range (SERVER_SOCKET + 1, UINT_MAX, 0);
      become_program (agent);
      tb_leash_server_serve (agent);
    }
  int error = -errno;
  close (pair[1]);
  if (pid < 0)
    {
      close (pair[0]);
      return error;
    }
  struct timeval patience = { PATIENCE_S, 0 };
  setsockopt (pair[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt (pair[0], SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  server = pair[0];
  server_pid = pid;
  return pid;
}

void
tb_leash_server_stop (void)
{
  if (server >= 0)
    close (server);
  server = -1;
}

pid_t
tb_leash_server_spawn (const TbLeashSpec *spec, int control)
{
  int fds[4] = { control }, n = 1;
  size_t size = server >= 0 ? pack (spec) : 0;
  int32_t pid;
  if (size == 0)
    return 0;
  if (spec->out >= 0)
    fds[n++] = spec->out;
  if (spec->ready >= 0)
    fds[n++] = spec->ready;
  if (spec->operations >= 0)
    fds[n++] = spec->operations;
  errno = 0;
  bool sent = tb_socket_send_fds (server, request, size, fds, n) == 0;
  if (sent && recv (server, &pid, sizeof pid, 0) == sizeof pid)
    return pid;
  /* Where it is only silent, it is not reaped yet: the number is still its own. */
  if (errno == EAGAIN)
    kill (server_pid, SIGKILL);
  tb_leash_server_stop ();
  /* It may have forked one before it died, which is a stranger now, and ended as such. */
  return sent ? -EAGAIN : 0;
}
