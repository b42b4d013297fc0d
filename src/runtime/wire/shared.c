/* Shared memory and descriptors over a Unix socket. */
#include "tb-wire.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

enum
{
  FDS_MAX = 4
};

/* The writer keeps its mapping; the seal lets nobody else map it for writing. */
int
tb_shared_create (const char *name, size_t size, void **memory)
{
  int fd = memfd_create (name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0)
    return -errno;
  void *map = MAP_FAILED;
  if (ftruncate (fd, (off_t) size) == 0)
    map = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED
      || fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) != 0)
    {
      int error = -errno;
      if (map != MAP_FAILED)
        munmap (map, size);
      close (fd);
      return error;
    }
  *memory = map;
  return fd;
}

int
tb_shared_map (int fd, size_t size, const void **memory)
{
  struct stat st;
  if (fstat (fd, &st) != 0)
    return -errno;
  if ((size_t) st.st_size != size)
    return -EPROTO;
  void *map = mmap (NULL, size, PROT_READ, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED)
    return -errno;
  *memory = map;
  return 0;
}

/* Means nothing on a Unix socket. A filter that hands sendmsg() over knows by it who reports that very
 * filter (intercept.c). */
#define OWN_MARK MSG_DONTROUTE

int
tb_socket_send_fds (int socket, const void *bytes, size_t n, const int *fds, int n_fds)
{
  TB_CHECK (n_fds <= FDS_MAX && n > 0);
  union
  {
    char space[CMSG_SPACE (FDS_MAX * sizeof (int))];
    struct cmsghdr align;
  } control = { 0 };
  struct iovec io = { (void *) bytes, n };
  struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1 };
  if (n_fds > 0)
    {
      m.msg_control = control.space;
      m.msg_controllen = CMSG_SPACE ((size_t) n_fds * sizeof (int));
      struct cmsghdr *h = CMSG_FIRSTHDR (&m);
      h->cmsg_level = SOL_SOCKET;
      h->cmsg_type = SCM_RIGHTS;
      h->cmsg_len = CMSG_LEN ((size_t) n_fds * sizeof (int));
      memcpy (CMSG_DATA (h), fds, (size_t) n_fds * sizeof (int));
    }
  ssize_t sent = sendmsg (socket, &m, MSG_NOSIGNAL | OWN_MARK);
  return sent < 0 ? -errno : sent == (ssize_t) n ? 0 : -EMSGSIZE;
}

ssize_t
tb_socket_recv_fds (int socket, void *bytes, size_t n, int *fds, int n_fds)
{
  union
  {
    char space[CMSG_SPACE (FDS_MAX * sizeof (int))];
    struct cmsghdr align;
  } control;
  struct iovec io = { bytes, n };
  struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1, .msg_control = control.space,
                      .msg_controllen = sizeof control.space };
  int got = 0;
  for (int i = 0; i < n_fds; i++)
    fds[i] = -1;
  ssize_t received = recvmsg (socket, &m, MSG_CMSG_CLOEXEC);
  if (received < 0)
    return -errno;
  for (struct cmsghdr *h = CMSG_FIRSTHDR (&m); h != NULL; h = CMSG_NXTHDR (&m, h))
    {
      if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
        continue;
      size_t count = (h->cmsg_len - CMSG_LEN (0)) / sizeof (int);
      for (size_t i = 0; i < count; i++)
        {
          int fd;
          memcpy (&fd, CMSG_DATA (h) + i * sizeof fd, sizeof fd);
          if (got < n_fds)
            fds[got++] = fd;
          else
            close (fd);
        }
    }
  return received;
}
