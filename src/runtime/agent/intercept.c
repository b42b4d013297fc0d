/* The seccomp filter that hands connect() and bind() to the agent, and the test whether it can be.
 *
 * The filter is made here instead of by a library so that it is the same few instructions in a
 * child that may call nothing but system calls. */
#include "taps.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "notify.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV /* Linux 5.19 */
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

#define LOAD(field) BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, field))
#define IF_EQUAL(value, yes, no) BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define IF_AT_LEAST(value, yes, no) BPF_JUMP (BPF_JMP | BPF_JGE | BPF_K, value, yes, no)
#define RETURN(value) BPF_STMT (BPF_RET | BPF_K, value)
#define NO_SUCH_CALL (SECCOMP_RET_ERRNO | ENOSYS)

/* Numbers of the ABI, the same for all programs of an architecture. */
#define I386_SOCKETCALL 102
#define I386_BIND 361
#define I386_CONNECT 362
#define IO_URING_SETUP 425 /* of every architecture */
#define X32_BIT 0x40000000

/* io_uring connects without a system call that a filter could see, so a program is told that there
 * is none; x32 numbers are refused because nothing uses them and each would be a way past. */
static int
install (bool allow_io_uring, unsigned long flags)
{
  unsigned io_uring = allow_io_uring ? SECCOMP_RET_ALLOW : NO_SUCH_CALL;
#if defined(__x86_64__)
  struct sock_filter code[] = {
    LOAD (arch),
    IF_EQUAL (AUDIT_ARCH_X86_64, 0, 6),
    LOAD (nr),
    IF_AT_LEAST (X32_BIT, 13, 0),
    IF_EQUAL (__NR_connect, 11, 0),
    IF_EQUAL (__NR_bind, 10, 0),
    IF_EQUAL (IO_URING_SETUP, 11, 0),
    RETURN (SECCOMP_RET_ALLOW),
    IF_EQUAL (AUDIT_ARCH_I386, 0, 10),
    LOAD (nr),
    IF_EQUAL (I386_CONNECT, 5, 0),
    IF_EQUAL (I386_BIND, 4, 0),
    IF_EQUAL (IO_URING_SETUP, 5, 0),
    IF_EQUAL (I386_SOCKETCALL, 0, 5),
    LOAD (args[0]), /* 2 is bind, 3 is connect */
    IF_EQUAL (2, 0, 4),
    RETURN (SECCOMP_RET_USER_NOTIF),
    RETURN (NO_SUCH_CALL),
    RETURN (io_uring),
    RETURN (SECCOMP_RET_ALLOW),
    IF_EQUAL (3, 0, 1),
    RETURN (SECCOMP_RET_USER_NOTIF),
    RETURN (SECCOMP_RET_ALLOW),
  };
#elif defined(__aarch64__)
  struct sock_filter code[] = {
    LOAD (arch),
    IF_EQUAL (AUDIT_ARCH_AARCH64, 0, 4), /* 32-bit ARM programs are not followed */
    LOAD (nr),
    IF_EQUAL (__NR_connect, 3, 0),
    IF_EQUAL (__NR_bind, 2, 0),
    IF_EQUAL (IO_URING_SETUP, 2, 0),
    RETURN (SECCOMP_RET_ALLOW),
    RETURN (SECCOMP_RET_USER_NOTIF),
    RETURN (io_uring),
  };
#else
#error "interception is written for x86-64 and aarch64"
#endif
  struct sock_fprog program = { TB_ARRAY_LENGTH (code), code };
  long fd = syscall (__NR_seccomp, SECCOMP_SET_MODE_FILTER,
                     SECCOMP_FILTER_FLAG_NEW_LISTENER | flags, &program);
  return fd < 0 ? -errno : (int) fd;
}

int
tb_intercept_install (bool allow_io_uring)
{
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
    return -errno;
  /* Killable: a signal must not interrupt a call that the agent is answering, since the call would
   * come again and be answered twice. */
  int fd = install (allow_io_uring, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
  return fd == -EINVAL ? install (allow_io_uring, 0) : fd;
}

/* ---- Does it work here? ---------------------------------------------------------------------- */

#define TRIAL_ERROR EXDEV /* which connect() never gives */

_Noreturn static void
trial_child (int report)
{
  int fd = tb_intercept_install (false);
  struct sockaddr sa = { .sa_family = AF_UNSPEC };
  if (write (report, &fd, sizeof fd) != sizeof fd || fd < 0)
    _exit (1);
  _exit (connect (report, &sa, sizeof sa) < 0 && errno == TRIAL_ERROR ? 0 : 2);
}

/* The child's connect() seen and answered, its memory and its descriptors reached. */
static const char *
trial_answer (int notify)
{
  struct pollfd p = { .fd = notify, .events = POLLIN };
  TbNotify call;
  if (poll (&p, 1, 2000) != 1 || !tb_notify_receive (notify, &call))
    return "seccomp does not pass system calls on";
  struct sockaddr sa;
  if (!tb_notify_read (&call, call.address, &sa, sizeof sa))
    return "the memory of a child cannot be read (ptrace is restricted)";
  int fd = tb_notify_get_fd (&call, NULL);
  if (fd < 0)
    return "the sockets of a child cannot be reached (pidfd_getfd is restricted)";
  close (fd);
  return tb_notify_answer (&call, -TRIAL_ERROR) ? NULL : "seccomp does not take answers";
}

static const char *
trial_parent (pid_t child, int report)
{
  int number;
  if (read (report, &number, sizeof number) != sizeof number)
    return "a child could not report";
  if (number < 0)
    return number == -EBUSY ? "another program above intercepts system calls already"
                            : "seccomp cannot pass system calls on (filter refused)";
  int pidfd = (int) syscall (__NR_pidfd_open, child, 0);
  int notify = pidfd < 0 ? -1 : (int) syscall (__NR_pidfd_getfd, pidfd, number, 0);
  if (pidfd >= 0)
    close (pidfd);
  if (notify < 0)
    return "the descriptors of a child cannot be reached (pidfd_getfd is restricted)";
  const char *why = trial_answer (notify);
  close (notify);
  return why;
}

bool
tb_intercept_works (const char **why_not)
{
  const char *why = "no child could be started";
  int ends[2];
  if (pipe (ends) == 0)
    {
      pid_t child = fork ();
      if (child == 0)
        trial_child (ends[1]);
      close (ends[1]);
      if (child > 0)
        {
          why = trial_parent (child, ends[0]);
          int status = 0;
          if (why != NULL)
            kill (child, SIGKILL);
          while (waitpid (child, &status, 0) < 0 && errno == EINTR)
            ;
          if (why == NULL && status != 0)
            why = "an answer did not reach the child";
        }
      close (ends[0]);
    }
  if (why_not != NULL)
    *why_not = why;
  return why == NULL;
}
