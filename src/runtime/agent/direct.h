/* System calls of the hot path of thread 1, without libc's wrappers: these make a call a point at which
 * the thread can be cancelled, which costs two atomic operations each in a program with several
 * threads. Nobody cancels thread 1. Results and errno are the wrappers'. */
#pragma once

#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static inline ssize_t
tb_direct_send (int fd, const void *bytes, size_t n, int flags)
{
  return (ssize_t) syscall (SYS_sendto, fd, bytes, n, flags, NULL, 0);
}

static inline ssize_t
tb_direct_recv (int fd, void *bytes, size_t n, int flags)
{
  return (ssize_t) syscall (SYS_recvfrom, fd, bytes, n, flags, NULL, NULL);
}

/* The timeout is relative; NULL waits for ever. */
static inline int
tb_direct_wait (int epoll, struct epoll_event *events, int n, const struct timespec *timeout)
{
  return (int) syscall (SYS_epoll_pwait2, epoll, events, n, timeout, NULL, 0);
}
