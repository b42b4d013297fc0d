/* Children of a test under the filter, and what they do in there. */
#include "taps-fixture.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static gboolean allow_io_uring;

void
fx_allow_io_uring (gboolean allow)
{
  allow_io_uring = allow;
}

static void
send_fd (int socket, int fd)
{
  char byte = 0, control[CMSG_SPACE (sizeof fd)] = { 0 };
  struct iovec iov = { &byte, 1 };
  struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
                      .msg_controllen = sizeof control };
  struct cmsghdr *c = CMSG_FIRSTHDR (&m);
  c->cmsg_level = SOL_SOCKET;
  c->cmsg_type = SCM_RIGHTS;
  c->cmsg_len = CMSG_LEN (sizeof fd);
  memcpy (CMSG_DATA (c), &fd, sizeof fd);
  if (sendmsg (socket, &m, MSG_DONTROUTE) < 0)
    _exit (120);
}

static int
receive_fd (int socket)
{
  char byte, control[CMSG_SPACE (sizeof (int))];
  struct iovec iov = { &byte, 1 };
  struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
                      .msg_controllen = sizeof control };
  int fd = -1;
  if (recvmsg (socket, &m, MSG_CMSG_CLOEXEC) == 1 && CMSG_FIRSTHDR (&m) != NULL)
    memcpy (&fd, CMSG_DATA (CMSG_FIRSTHDR (&m)), sizeof fd);
  return fd;
}

/* 0 in the child, under the filter, with nothing of ours open but the three standard ones and
 * *ready. */
static pid_t
start_child (Fixture *fx, uint32_t instance, int *ready)
{
  int pair[2], ends[2];
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  g_assert_cmpint (pipe2 (ends, O_CLOEXEC), ==, 0);
  fflush (NULL);
  pid_t child = fork ();
  if (child == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      if (!fx->plan.no_seccomp)
        {
          int fd = tb_intercept_install ((allow_io_uring ? TB_INTERCEPT_NOT_IO_URING : 0) | TB_INTERCEPT_MESSAGES);
          if (fd < 0)
            _exit (121);
          send_fd (pair[1], fd);
        }
      dup2 (ends[1], 3);
      close_range (4, ~0u, 0);
      fcntl (3, F_SETFD, FD_CLOEXEC);
      *ready = 3;
      return 0;
    }
  close (pair[1]);
  close (ends[1]);
  int fd = fx->plan.no_seccomp ? -1 : receive_fd (pair[0]);
  close (pair[0]);
  if (fd >= 0)
    tb_taps_add_instance (fx->taps, instance, fd);
  tb_taps_instance_pid (fx->taps, instance, child);
  g_assert_cmpuint (fx->n_children, <, FX_CHILDREN);
  fx->children[fx->n_children++] = child;
  *ready = ends[0];
  return child;
}

static pid_t
run (Fixture *fx, uint32_t instance, FxFunc func, void *data, int *ready)
{
  pid_t child = start_child (fx, instance, ready);
  if (child == 0)
    _exit (func (fx, *ready, data));
  return child;
}

pid_t
fx_run (Fixture *fx, uint32_t instance, FxFunc func, void *data)
{
  int ready;
  pid_t child = run (fx, instance, func, data, &ready);
  close (ready);
  return child;
}

pid_t
fx_serve (Fixture *fx, uint32_t instance, FxFunc func, void *data)
{
  int ready;
  char byte;
  pid_t child = run (fx, instance, func, data, &ready);
  g_assert_cmpint (read (ready, &byte, 1), ==, 1);
  close (ready);
  return child;
}

pid_t
fx_exec (Fixture *fx, uint32_t instance, const char *const *argv)
{
  g_auto (GStrv) parts = g_strsplit (fx->instances[instance].id, "/", 2);
  g_autofree char *path = g_strdup_printf ("%s/%s-%s.log", fx->dir, parts[0], parts[1] ? parts[1] : "1");
  int ready;
  pid_t child = start_child (fx, instance, &ready);
  if (child == 0)
    {
      int fd = open (path, O_WRONLY | O_CREAT | O_APPEND, 0600);
      dup2 (fd, 1);
      dup2 (fd, 2);
      execvp (argv[0], (char *const *) argv);
      _exit (127);
    }
  close (ready);
  return child;
}

static gboolean
is_gone (Fixture *fx, gpointer data)
{
  siginfo_t info = { 0 };
  waitid (P_PID, (id_t) GPOINTER_TO_INT (data), &info, WEXITED | WNOHANG | WNOWAIT);
  return info.si_pid != 0;
}

int
fx_wait (Fixture *fx, pid_t child)
{
  int status;
  fx_until (fx, is_gone, GINT_TO_POINTER (child));
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  for (uint32_t i = 0; i < fx->n_children; i++)
    if (fx->children[i] == child)
      fx->children[i] = fx->children[--fx->n_children];
  return WIFEXITED (status) ? WEXITSTATUS (status) : -WTERMSIG (status);
}

void
fx_kill (Fixture *fx, pid_t child)
{
  kill (child, SIGKILL);
  fx_wait (fx, child);
}

/* ---- In a child ------------------------------------------------------------------------------ */

struct sockaddr_in
fx_address (Fixture *fx, uint32_t instance, uint16_t port)
{
  return (struct sockaddr_in) { .sin_family = AF_INET,
                                .sin_port = htons (port),
                                .sin_addr.s_addr = htonl (fx->instances[instance].address) };
}

int
fx_listen (uint32_t address, uint16_t port)
{
  struct sockaddr_in a = { .sin_family = AF_INET,
                           .sin_port = htons (port),
                           .sin_addr.s_addr = htonl (address) };
  int fd = socket (AF_INET, SOCK_STREAM, 0), one = 1;
  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind (fd, (struct sockaddr *) &a, sizeof a) < 0 || listen (fd, 128) < 0)
    _exit (110);
  return fd;
}

int
fx_dial (Fixture *fx, uint32_t instance, uint16_t port)
{
  struct sockaddr_in a = fx_address (fx, instance, port);
  int fd = socket (AF_INET, SOCK_STREAM, 0);
  if (connect (fd, (struct sockaddr *) &a, sizeof a) == 0)
    return fd;
  int error = errno;
  close (fd);
  return -error;
}

void
fx_say_ready (int ready)
{
  if (write (ready, "", 1) != 1)
    _exit (111);
}

size_t
fx_read (int fd, void *bytes, size_t n)
{
  size_t have = 0;
  while (have < n)
    {
      ssize_t some = read (fd, (char *) bytes + have, n - have);
      if (some <= 0)
        break;
      have += (size_t) some;
    }
  return have;
}

gboolean
fx_write (int fd, const void *bytes, size_t n)
{
  for (size_t done = 0; done < n;)
    {
      ssize_t some = send (fd, (const char *) bytes + done, n - done, MSG_NOSIGNAL);
      if (some <= 0)
        return FALSE;
      done += (size_t) some;
    }
  return TRUE;
}

int
fx_echo (Fixture *fx, int ready, void *data)
{
  static char bytes[65536];
  int listener = fx_listen (INADDR_ANY, (uint16_t) GPOINTER_TO_UINT (data));
  fx_say_ready (ready);
  for (;;)
    {
      int fd = accept (listener, NULL, NULL);
      ssize_t n;
      while ((n = read (fd, bytes, sizeof bytes)) > 0)
        if (!fx_write (fd, bytes, (size_t) n))
          break;
      close (fd);
    }
}
