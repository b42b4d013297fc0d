/* Notifications of seccomp: see notify.h, and seccomp_unotify(2). */
#include "notify.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "abi.h"
#include "tb-base.h"

#ifndef PIDFD_THREAD /* Linux 6.9 */
#define PIDFD_THREAD O_EXCL
#endif
#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP /* Linux 6.6 */
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW (4, __u64)
#endif

static bool old_calls, no_thread_pidfds;

void
tb_notify_use_old_calls (bool old)
{
  old_calls = no_thread_pidfds = old;
}

void
tb_notify_prepare (int notify_fd)
{
  if (!old_calls)
    ioctl (notify_fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
}

static TbCall
call_of (const struct seccomp_data *data, bool other_width)
{
  const struct
  {
    int number, other;
    TbCall call;
  } rows[] = {
    { __NR_connect, TB_OTHER_CONNECT, TB_CALL_CONNECT },
    { __NR_sendto, TB_OTHER_SENDTO, TB_CALL_SENDTO },
    { __NR_bind, TB_OTHER_BIND, TB_CALL_BIND },
    { TB_IO_URING_SETUP, TB_IO_URING_SETUP, TB_CALL_IO_URING },
    { __NR_seccomp, TB_OTHER_SECCOMP, TB_CALL_LISTENER },
    { __NR_sendmsg, -1, TB_CALL_SENDTO },
    { __NR_sendmmsg, -1, TB_CALL_SENDTO },
  };
  for (size_t i = 0; i < TB_ARRAY_LENGTH (rows); i++)
    if (data->nr == (other_width ? rows[i].other : rows[i].number))
      return rows[i].call;
  return TB_CALL_OTHER;
}

static void
take_arguments (TbNotify *call, const uint64_t args[6])
{
  bool sends = call->call == TB_CALL_SENDTO;
  call->fd = (int) args[0];
  call->address = args[sends ? 4 : 1];
  call->address_size = (uint32_t) args[sends ? 5 : 2];
  call->bytes = sends ? args[1] : 0;
  call->n_bytes = sends ? args[2] : 0;
  call->flags = sends ? (int) args[3] : 0;
}

/* Whether one of its ancillary data says that the kernel is to cut the bytes into datagrams. */
static bool
has_segments (const TbNotify *call, const struct msghdr *m)
{
  union
  {
    char bytes[256];
    struct cmsghdr align;
  } control;
  struct msghdr copy = { .msg_control = &control, .msg_controllen = TB_MIN (m->msg_controllen, sizeof control) };
  if (m->msg_controllen == 0
      || !tb_notify_read (call, (uint64_t) (uintptr_t) m->msg_control, &control, copy.msg_controllen))
    return false;
  for (struct cmsghdr *c = CMSG_FIRSTHDR (&copy); c != NULL; c = CMSG_NXTHDR (&copy, c))
    if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_SEGMENT)
      return true;
  return false;
}

/* A message without an address, or in more pieces than anybody makes, is let through. */
static void
take_message (TbNotify *call, const uint64_t args[6], bool several)
{
  struct msghdr m;
  struct iovec pieces[TB_PIECES_MAX];
  call->call = TB_CALL_OTHER;
  if ((several && args[2] == 0) || !tb_notify_read (call, args[1], &m, sizeof m) || m.msg_name == NULL
      || m.msg_iovlen > TB_PIECES_MAX
      || !tb_notify_read (call, (uint64_t) (uintptr_t) m.msg_iov, pieces, m.msg_iovlen * sizeof *pieces))
    return;
  call->call = TB_CALL_SENDTO;
  call->address = (uint64_t) (uintptr_t) m.msg_name;
  call->address_size = m.msg_namelen;
  call->flags = (int) args[several ? 3 : 2];
  call->pieces = (uint64_t) (uintptr_t) m.msg_iov;
  call->n_pieces = (uint32_t) m.msg_iovlen;
  call->n_bytes = 0;
  for (uint32_t i = 0; i < call->n_pieces; i++)
    call->n_bytes += TB_MIN (pieces[i].iov_len, (size_t) UINT32_MAX);
  call->sent_at = several ? args[1] + offsetof (struct mmsghdr, msg_len) : 0;
  call->segments = has_segments (call, &m);
}

bool
tb_notify_read_sent (const TbNotify *call, void *to)
{
  struct iovec pieces[TB_PIECES_MAX], local = { to, call->n_bytes };
  if (call->n_bytes == 0)
    return true;
  if (call->pieces == 0)
    return tb_notify_read (call, call->bytes, to, call->n_bytes);
  return call->n_pieces <= TB_PIECES_MAX
         && tb_notify_read (call, call->pieces, pieces, call->n_pieces * sizeof *pieces)
         && process_vm_readv (call->tid, &local, 1, pieces, call->n_pieces, 0) == (ssize_t) call->n_bytes;
}

/* Of several messages it is told that the first one was sent, and sends the others again. */
bool
tb_notify_answer_sent (const TbNotify *call, int64_t result)
{
  uint32_t n = (uint32_t) result;
  struct iovec local = { &n, sizeof n }, remote = { (void *) (uintptr_t) call->sent_at, sizeof n };
  if (call->sent_at == 0 || result < 0)
    return tb_notify_answer (call, result);
  process_vm_writev (call->tid, &local, 1, &remote, 1, 0);
  return tb_notify_answer (call, 1);
}

/* The arguments are in memory. */
static void
take_socketcall (TbNotify *call, const struct seccomp_data *data)
{
  uint32_t words[6] = { 0 };
  uint64_t args[6];
  switch (data->args[0])
    {
    case TB_SOCKETCALL_BIND:
      call->call = TB_CALL_BIND;
      break;
    case TB_SOCKETCALL_CONNECT:
      call->call = TB_CALL_CONNECT;
      break;
    case TB_SOCKETCALL_SENDTO:
      call->call = TB_CALL_SENDTO;
      break;
    default:
      return;
    }
  size_t n = call->call == TB_CALL_SENDTO ? 6 : 3;
  if (!tb_notify_read (call, (uint32_t) data->args[1], words, n * sizeof *words)
      || (call->call == TB_CALL_SENDTO && words[4] == 0))
    call->call = TB_CALL_OTHER;
  for (size_t i = 0; i < 6; i++)
    args[i] = words[i];
  take_arguments (call, args);
}

bool
tb_notify_receive (int notify_fd, TbNotify *call)
{
  struct seccomp_notif n;
  memset (&n, 0, sizeof n); /* the kernel refuses anything else */
  if (ioctl (notify_fd, SECCOMP_IOCTL_NOTIF_RECV, &n) < 0)
    return false;
  bool other_width = n.data.arch == (uint32_t) TB_ARCH_OTHER;
  uint64_t args[6];
  memcpy (args, n.data.args, sizeof args);
  *call = (TbNotify) { .notify_fd = notify_fd, .id = n.id, .tid = (pid_t) n.pid };
  if (other_width && n.data.nr == TB_OTHER_SOCKETCALL)
    take_socketcall (call, &n.data);
  else
    {
      call->call = call_of (&n.data, other_width);
      take_arguments (call, args);
      if (!other_width && (n.data.nr == __NR_sendmsg || n.data.nr == __NR_sendmmsg))
        take_message (call, args, n.data.nr == __NR_sendmmsg);
    }
  return true;
}

bool
tb_notify_read (const TbNotify *call, uint64_t from, void *to, size_t n)
{
  struct iovec local = { to, n }, remote = { (void *) (uintptr_t) from, n };
  return process_vm_readv (call->tid, &local, 1, &remote, 1, 0) == (ssize_t) n;
}

/* A line "Name:\tnumber…" of /proc/TID/status; skip names how many numbers to pass over. */
static long
read_status (pid_t tid, const char *name, int skip)
{
  char path[40], text[4096];
  snprintf (path, sizeof path, "/proc/%d/status", (int) tid);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return -1;
  ssize_t n = read (fd, text, sizeof text - 1);
  close (fd);
  text[TB_MAX (n, 0)] = '\0';
  char *line = strstr (text, name);
  if (line == NULL)
    return -1;
  char *end = line + strlen (name);
  long value = strtol (end, &end, 10);
  while (skip-- > 0)
    value = strtol (end, &end, 10);
  return value;
}

uid_t
tb_notify_user (const TbNotify *call)
{
  return (uid_t) read_status (call->tid, "\nUid:", 1);
}

/* *is_thread: it is the thread alone, whose number cannot become another's while it lives. */
static int
open_process (pid_t tid, bool *is_thread)
{
  *is_thread = !no_thread_pidfds;
  if (!no_thread_pidfds)
    {
      int fd = (int) syscall (__NR_pidfd_open, tid, PIDFD_THREAD);
      if (fd >= 0 || errno != EINVAL)
        return fd < 0 ? -errno : fd;
      no_thread_pidfds = true;
    }
  /* Before Linux 6.9 only a whole process can be opened. */
  *is_thread = false;
  long process = read_status (tid, "\nTgid:", 0);
  int fd = process <= 0 ? -1 : (int) syscall (__NR_pidfd_open, process, 0);
  return fd < 0 ? -ESRCH : fd;
}

void
tb_notify_cache_clear (TbNotifyCache *cache)
{
  for (int i = 0; i < TB_NOTIFY_CACHE; i++)
    {
      if (cache->slots[i].tid != 0)
        close (cache->slots[i].pidfd);
      cache->slots[i].tid = 0;
    }
}

static int
get_fd_of (int process, const TbNotify *call)
{
  int fd = (int) syscall (__NR_pidfd_getfd, process, call->fd, 0);
  return fd < 0 ? -errno : fd;
}

static int
get_fd_anew (const TbNotify *call, TbNotifyCache *cache)
{
  bool is_thread;
  int process = open_process (call->tid, &is_thread);
  if (process < 0)
    return process;
  int fd = get_fd_of (process, call);
  unsigned slot = (unsigned) call->tid % TB_NOTIFY_CACHE;
  if (cache == NULL || !is_thread)
    {
      close (process);
      return fd;
    }
  if (cache->slots[slot].tid != 0)
    close (cache->slots[slot].pidfd);
  cache->slots[slot].tid = call->tid;
  cache->slots[slot].pidfd = process;
  return fd;
}

/* What is in the cache is of a thread: if that has died since, it says ESRCH, and never leads to
 * another of its number. */
int
tb_notify_get_fd (const TbNotify *call, TbNotifyCache *cache)
{
  unsigned slot = (unsigned) call->tid % TB_NOTIFY_CACHE;
  if (cache != NULL && cache->slots[slot].tid == call->tid)
    {
      int fd = get_fd_of (cache->slots[slot].pidfd, call);
      if (fd != -ESRCH)
        return fd;
    }
  return get_fd_anew (call, cache);
}

bool
tb_notify_valid (const TbNotify *call)
{
  uint64_t id = call->id;
  return ioctl (call->notify_fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

bool
tb_notify_answer (const TbNotify *call, int64_t result)
{
  struct seccomp_notif_resp r = { .id = call->id };
  if (result < 0)
    r.error = (int32_t) result;
  else
    r.val = result;
  return ioctl (call->notify_fd, SECCOMP_IOCTL_NOTIF_SEND, &r) == 0;
}

bool
tb_notify_continue (const TbNotify *call)
{
  struct seccomp_notif_resp r = { .id = call->id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };
  return ioctl (call->notify_fd, SECCOMP_IOCTL_NOTIF_SEND, &r) == 0;
}
