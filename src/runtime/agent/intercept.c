/* The seccomp filter that hands calls to the agent, and the test whether it can be had:
 *
 *   connect(), bind()                        all of them
 *   sendto() with an address                 so that datagrams of sockets that are not connected are seen
 *   sendmsg(), sendmmsg()                    likewise, of instances from which a link for datagrams leads:
 *                                            no filter can look into memory, where the address is, so all
 *                                            of them are handed over, and the others should not pay for it
 *   io_uring_setup()                         unless allowed: it connects without a call to be seen
 *   seccomp() that wants a listener          the kernel refuses it, since there is one; to be told
 *
 * The filter is made here instead of by a library so that it is the same few instructions in a
 * child that may call nothing but system calls. */
#include "taps.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi.h"
#include "notify.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV /* Linux 5.19 */
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

/* ---- The filter ------------------------------------------------------------------------------ */

/* One reason to hand a call over: its number, and a test of one word of its arguments. */
typedef struct
{
  uint32_t number;
  uint16_t test; /* BPF_JEQ, BPF_JSET; 0: none */
  uint16_t word; /* of seccomp_data */
  uint32_t value;
} TbRule;

#define WORD(n) (uint16_t) (offsetof (struct seccomp_data, args) + 4 * (n))
#define ALWAYS(number) { number, 0, 0, 0 }
#define WITH_ADDRESS(number) /* its fifth argument is a pointer that is not NULL */                \
  { number, BPF_JSET, WORD (8), UINT32_MAX }, { number, BPF_JSET, WORD (9), UINT32_MAX }
#define WITH_LISTENER(number)                                                                      \
  { number, BPF_JSET, WORD (2), SECCOMP_FILTER_FLAG_NEW_LISTENER }

static const TbRule rules_of_this[] = {
  ALWAYS (__NR_connect),
  ALWAYS (__NR_bind),
  ALWAYS (TB_IO_URING_SETUP),
  WITH_ADDRESS (__NR_sendto),
  ALWAYS (__NR_sendmsg),
  ALWAYS (__NR_sendmmsg),
  WITH_LISTENER (__NR_seccomp),
};

static const TbRule rules_of_other[] = {
  ALWAYS (TB_OTHER_CONNECT),
  ALWAYS (TB_OTHER_BIND),
  ALWAYS (TB_IO_URING_SETUP),
  WITH_ADDRESS (TB_OTHER_SENDTO),
  WITH_LISTENER (TB_OTHER_SECCOMP),
#if defined(__x86_64__)
  { TB_OTHER_SOCKETCALL, BPF_JEQ, WORD (0), TB_SOCKETCALL_BIND },
  { TB_OTHER_SOCKETCALL, BPF_JEQ, WORD (0), TB_SOCKETCALL_CONNECT },
  { TB_OTHER_SOCKETCALL, BPF_JEQ, WORD (0), TB_SOCKETCALL_SENDTO },
#endif
};

#define CODE_MAX 96

typedef struct
{
  struct sock_filter code[CODE_MAX];
  uint16_t n;
} TbFilter;

static void
put (TbFilter *f, unsigned code, uint8_t yes, uint8_t no, uint32_t k)
{
  f->code[f->n++] = (struct sock_filter) { (uint16_t) code, yes, no, k };
}

static void
load (TbFilter *f, size_t word)
{
  put (f, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t) word);
}

static void
give_back (TbFilter *f, uint32_t verdict)
{
  put (f, BPF_RET | BPF_K, 0, 0, verdict);
}

/* The call's number is in the accumulator before and after. */
static void
put_rule (TbFilter *f, const TbRule *rule, uint32_t verdict)
{
  put (f, BPF_JMP | BPF_JEQ | BPF_K, 0, rule->test != 0 ? 4 : 1, rule->number);
  if (rule->test != 0)
    {
      load (f, rule->word);
      put (f, BPF_JMP | (unsigned) rule->test | BPF_K, 0, 1, rule->value);
    }
  give_back (f, verdict);
  if (rule->test != 0)
    load (f, offsetof (struct seccomp_data, nr));
}

/* The filter's own descriptor leaves the child by sendmsg(), which nobody could answer yet. That call is
 * known by a flag that means nothing on its socket, and that no program sends datagrams with. */
static const TbRule own_message = { __NR_sendmsg, BPF_JSET, WORD (4), MSG_DONTROUTE };

static bool
is_wanted (const TbRule *rule, unsigned flags)
{
  if (rule->number == TB_IO_URING_SETUP)
    return (flags & TB_INTERCEPT_NOT_IO_URING) == 0;
  if (rule->number == __NR_sendmsg || rule->number == __NR_sendmmsg)
    return (flags & TB_INTERCEPT_MESSAGES) != 0;
  return true;
}

/* The architecture is in the accumulator before, and after if it is another. */
static void
put_architecture (TbFilter *f, uint32_t architecture, const TbRule *rules, size_t n, unsigned flags)
{
  uint16_t jump = f->n;
  put (f, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, architecture);
  load (f, offsetof (struct seccomp_data, nr));
  if (architecture == (uint32_t) TB_ARCH_THIS)
    put_rule (f, &own_message, SECCOMP_RET_ALLOW);
  for (size_t i = 0; i < n; i++)
    if (is_wanted (&rules[i], flags))
      put_rule (f, &rules[i], SECCOMP_RET_USER_NOTIF);
#if defined(__x86_64__)
  if (architecture == (uint32_t) TB_ARCH_THIS)
    {
      /* x32 numbers are refused because nothing uses them and each would be a way past. */
      put (f, BPF_JMP | BPF_JGE | BPF_K, 0, 1, TB_X32_BIT);
      give_back (f, SECCOMP_RET_ERRNO | ENOSYS);
    }
#endif
  give_back (f, SECCOMP_RET_ALLOW);
  f->code[jump].jf = (uint8_t) (f->n - jump - 1);
}

static int
install (unsigned wanted, unsigned long flags)
{
  TbFilter f = { .n = 0 };
  load (&f, offsetof (struct seccomp_data, arch));
  put_architecture (&f, (uint32_t) TB_ARCH_THIS, rules_of_this, TB_ARRAY_LENGTH (rules_of_this), wanted);
  put_architecture (&f, TB_ARCH_OTHER, rules_of_other, TB_ARRAY_LENGTH (rules_of_other), wanted);
  give_back (&f, SECCOMP_RET_ALLOW);
  struct sock_fprog program = { f.n, f.code };
  long fd = syscall (__NR_seccomp, SECCOMP_SET_MODE_FILTER,
                     SECCOMP_FILTER_FLAG_NEW_LISTENER | flags, &program);
  return fd < 0 ? -errno : (int) fd;
}

int
tb_intercept_install (unsigned flags)
{
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
    return -errno;
  /* Killable: a signal must not interrupt a call that the agent is answering, since the call would
   * come again and be answered twice. */
  int fd = install (flags, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
  return fd == -EINVAL ? install (flags, 0) : fd;
}

/* ---- Does it work here? ---------------------------------------------------------------------- */

#define TRIAL_ERROR EXDEV /* which connect() never gives */

_Noreturn static void
trial_child (int report)
{
  int fd = tb_intercept_install (0);
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
