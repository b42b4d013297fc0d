/* Whether connections can be intercepted here: a child is really put under a filter, really calls
 * connect(), and we really answer for it. */
#include <arpa/inet.h>
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
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor-private.h"

/* What the child ends with; and the errno by which it recognises our answer. */
enum { SAW_ANSWER = 0, SAW_SOMETHING_ELSE = 10, NO_FILTER = 11, NO_SEND = 12 };
#define OUR_ANSWER EXDEV

static int
install_filter (void)
{
  struct sock_filter code[] = {
    BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, nr)),
    BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, SYS_connect, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
    BPF_STMT (BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = { G_N_ELEMENTS (code), code };
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return -1;
  return (int) syscall (SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                        &program);
}

static gboolean
send_descriptor (int to, int fd)
{
  char byte = 0;
  struct iovec iov = { &byte, 1 };
  union { char bytes[CMSG_SPACE (sizeof (int))]; struct cmsghdr align; } control = { { 0 } };
  struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes,
                            .msg_controllen = sizeof control.bytes };
  struct cmsghdr *header = CMSG_FIRSTHDR (&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN (sizeof (int));
  memcpy (CMSG_DATA (header), &fd, sizeof fd);
  return sendmsg (to, &message, MSG_NOSIGNAL) == 1;
}

/* -1 where the child sent its errno instead. */
static int
receive_descriptor (int from, int *child_errno)
{
  unsigned char byte = 0;
  struct iovec iov = { &byte, 1 };
  union { char bytes[CMSG_SPACE (sizeof (int))]; struct cmsghdr align; } control = { { 0 } };
  struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes,
                            .msg_controllen = sizeof control.bytes };
  int fd = -1;
  if (recvmsg (from, &message, MSG_CMSG_CLOEXEC) != 1)
    return -1;
  *child_errno = byte;
  struct cmsghdr *header = CMSG_FIRSTHDR (&message);
  if (header != NULL && header->cmsg_type == SCM_RIGHTS)
    memcpy (&fd, CMSG_DATA (header), sizeof fd);
  return fd;
}

static void G_GNUC_NORETURN
be_the_child (int channel)
{
  struct sockaddr_in nowhere = { .sin_family = AF_INET, .sin_port = htons (9),
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int listener = install_filter ();
  if (listener < 0)
    {
      unsigned char why = (unsigned char) errno;
      (void) !write (channel, &why, 1);
      _exit (NO_FILTER);
    }
  if (!send_descriptor (channel, listener))
    _exit (NO_SEND);
  close (listener);
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int result = connect (fd, (struct sockaddr *) &nowhere, sizeof nowhere);
  _exit (result != 0 && errno == OUR_ANSWER ? SAW_ANSWER : SAW_SOMETHING_ELSE);
}

/* Answers the one notification, after taking the caller's socket as the agent does. 0 or errno. */
static int
answer_notification (int listener)
{
  struct seccomp_notif request;
  struct seccomp_notif_resp response;
  struct pollfd ready = { listener, POLLIN, 0 };
  if (poll (&ready, 1, 2000) != 1)
    return ETIMEDOUT;
  memset (&request, 0, sizeof request);
  if (ioctl (listener, SECCOMP_IOCTL_NOTIF_RECV, &request) != 0)
    return errno;
  int pidfd = (int) syscall (SYS_pidfd_open, request.pid, 0);
  int taken = pidfd < 0 ? -1 : (int) syscall (SYS_pidfd_getfd, pidfd, (int) request.data.args[0], 0);
  int why = taken < 0 ? errno : 0;
  if (taken >= 0)
    close (taken);
  if (pidfd >= 0)
    close (pidfd);
  memset (&response, 0, sizeof response);
  response.id = request.id;
  response.error = -OUR_ANSWER;
  if (ioctl (listener, SECCOMP_IOCTL_NOTIF_SEND, &response) != 0)
    return errno;
  return why;
}

static void
judge (TbDoctorAnswer *answer, int listener, int child_errno, int our_errno)
{
  const char *advice = "runs work, but connections go through addresses in the environment: links "
                       "that programs dial by other means are not tapped";
  if (listener < 0)
    tb_doctor_answer (answer, TB_DOCTOR_PARTLY, advice, "a seccomp filter is refused: %s",
                      g_strerror (child_errno));
  else if (our_errno == EPERM)
    tb_doctor_answer (answer, TB_DOCTOR_PARTLY,
                      "allow tracing of own children: sysctl kernel.yama.ptrace_scope=1",
                      "a child's socket cannot be taken: %s", g_strerror (our_errno));
  else if (our_errno != 0)
    tb_doctor_answer (answer, TB_DOCTOR_PARTLY, advice, "a child's connect() cannot be answered: %s",
                      g_strerror (our_errno));
  else
    tb_doctor_answer (answer, TB_DOCTOR_GOOD, NULL,
                      "a child's connect() was intercepted and answered");
}

void
tb_doctor_interception (TbDoctorAnswer *answer)
{
  int channel[2], status = 0;
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) != 0)
    {
      tb_doctor_answer (answer, TB_DOCTOR_BAD, NULL, "no socket pair: %s", g_strerror (errno));
      return;
    }
  pid_t child = fork ();
  if (child == 0)
    be_the_child (channel[1]);
  close (channel[1]);
  int child_errno = child > 0 ? ENOSYS : errno;
  int listener = child > 0 ? receive_descriptor (channel[0], &child_errno) : -1;
  int our_errno = listener >= 0 ? answer_notification (listener) : 0;
  if (listener >= 0)
    close (listener);
  close (channel[0]);
  if (child > 0)
    {
      if (our_errno == ETIMEDOUT)
        kill (child, SIGKILL);
      waitpid (child, &status, 0);
      if (listener >= 0 && our_errno == 0 && !(WIFEXITED (status) && WEXITSTATUS (status) == SAW_ANSWER))
        our_errno = EPROTO;
    }
  judge (answer, listener, child_errno, our_errno);
}
