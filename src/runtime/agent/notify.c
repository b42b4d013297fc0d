/* Notifications of seccomp: see notify.h, and seccomp_unotify(2). */
#include "notify.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

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

enum
{
  I386_SOCKETCALL = 102,
  I386_BIND = 361,
  I386_CONNECT = 362,
  SOCKETCALL_BIND = 2,
  SOCKETCALL_CONNECT = 3
};

void
tb_notify_prepare (int notify_fd)
{
  ioctl (notify_fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
}

/* 32-bit programs of the old kind make all socket calls through one, with the arguments in memory. */
static void
read_socketcall (TbNotify *call, const struct seccomp_data *data)
{
  uint32_t args[3];
  call->is_other = !tb_notify_read (call, (uint32_t) data->args[1], args, sizeof args);
  if (call->is_other)
    return;
  call->is_bind = data->args[0] == SOCKETCALL_BIND;
  call->fd = (int) args[0];
  call->address = args[1];
  call->address_size = args[2];
}

bool
tb_notify_receive (int notify_fd, TbNotify *call)
{
  struct seccomp_notif n;
  memset (&n, 0, sizeof n); /* the kernel refuses anything else */
  if (ioctl (notify_fd, SECCOMP_IOCTL_NOTIF_RECV, &n) < 0)
    return false;
  *call = (TbNotify) { .notify_fd = notify_fd, .id = n.id, .tid = (pid_t) n.pid };
  if (n.data.arch == AUDIT_ARCH_I386 && n.data.nr == I386_SOCKETCALL)
    {
      read_socketcall (call, &n.data);
      return true;
    }
  bool i386 = n.data.arch == AUDIT_ARCH_I386;
  call->is_bind = n.data.nr == (i386 ? I386_BIND : __NR_bind);
  call->is_other = !call->is_bind && n.data.nr != (i386 ? I386_CONNECT : __NR_connect);
  call->fd = (int) n.data.args[0];
  call->address = n.data.args[1];
  call->address_size = (uint32_t) n.data.args[2];
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
  static bool no_thread_pidfds;
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
tb_notify_answer (const TbNotify *call, int result)
{
  struct seccomp_notif_resp r = { .id = call->id, .error = result };
  return ioctl (call->notify_fd, SECCOMP_IOCTL_NOTIF_SEND, &r) == 0;
}

bool
tb_notify_continue (const TbNotify *call)
{
  struct seccomp_notif_resp r = { .id = call->id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };
  return ioctl (call->notify_fd, SECCOMP_IOCTL_NOTIF_SEND, &r) == 0;
}
