/* See sockets.h, sock_diag(7), proc(5). */
#include "sockets.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tb-base.h"

#define DUMP_BYTES (64 * 1024)

/* ---- TCP and UDP ------------------------------------------------------------------------------------- */

static bool
read_address (const struct inet_diag_msg *m, const __be32 address[4], uint32_t *host)
{
  const bool mapped = address[0] == 0 && address[1] == 0 && address[2] == htonl (0xffff);
  if (m->idiag_family == AF_INET6 && !mapped)
    return false;
  *host = ntohl (m->idiag_family == AF_INET ? address[0] : address[3]);
  return true;
}

/* The macros of netlink cast to stricter alignment; its parts are aligned to 4, as bytes is here. */
static const void *
part_at (const void *bytes, size_t at)
{
  return (const uint8_t *) bytes + at;
}

static bool
is_marked (const struct nlmsghdr *h, const struct inet_diag_msg *m)
{
  size_t size = h->nlmsg_len - NLMSG_HDRLEN;
  for (size_t at = NLMSG_ALIGN (sizeof *m); at + sizeof (struct rtattr) <= size;)
    {
      const struct rtattr *a = part_at (m, at);
      if (a->rta_type == INET_DIAG_SOCKOPT)
        {
          struct inet_diag_sockopt options;
          memcpy (&options, part_at (a, RTA_LENGTH (0)), sizeof options);
          return options.bind_address_no_port && !options.mc_all;
        }
      at += RTA_ALIGN (TB_MAX ((size_t) a->rta_len, sizeof *a));
    }
  return true; /* the kernel does not tell: nothing is accused then */
}

static int
add_end (TbTcpEnds *ends, const TbTcpEnd *end)
{
  if (ends->n == ends->capacity)
    {
      uint32_t capacity = TB_MAX (256u, 2 * ends->capacity);
      TbTcpEnd *more = realloc (ends->ends, capacity * sizeof *more);
      if (more == NULL)
        return -ENOMEM;
      ends->ends = more;
      ends->capacity = capacity;
    }
  ends->ends[ends->n++] = *end;
  return 0;
}

typedef struct
{
  uint32_t prefix;
  TbTcpFunc keep;
  void *data;
  TbTcpEnds *ends;
} TbDump;

static int
take_tcp (const struct nlmsghdr *h, const TbDump *dump)
{
  const struct inet_diag_msg *m = part_at (h, NLMSG_HDRLEN);
  TbTcpEnd end = { .from_port = ntohs (m->id.idiag_sport),
                   .to_port = ntohs (m->id.idiag_dport),
                   .inode = m->idiag_inode };
  if (!read_address (m, m->id.idiag_src, &end.from) || !read_address (m, m->id.idiag_dst, &end.to)
      || (end.from >> 16 != dump->prefix && end.to >> 16 != dump->prefix))
    return 0;
  end.ours = is_marked (h, m);
  return dump->keep (&end, dump->data) ? add_end (dump->ends, &end) : 0;
}

static int
ask_inet (int fd, uint8_t family, uint8_t protocol)
{
  struct
  {
    struct nlmsghdr head;
    struct inet_diag_req_v2 ask;
  } request = { .head = { .nlmsg_len = sizeof request,
                          .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                          .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
                .ask = { .sdiag_family = family,
                         .sdiag_protocol = protocol,
                         .idiag_states = 1u << TCP_ESTABLISHED } };
  return send (fd, &request, sizeof request, 0) < 0 ? -errno : 0;
}

/* 1 at the end of the dump. */
static int
take_messages (const void *bytes, size_t n, const TbDump *dump)
{
  for (size_t at = 0; at + sizeof (struct nlmsghdr) <= n;)
    {
      const struct nlmsghdr *h = part_at (bytes, at);
      if (h->nlmsg_type == NLMSG_DONE)
        return 1;
      if (h->nlmsg_type == NLMSG_ERROR)
        return ((const struct nlmsgerr *) part_at (h, NLMSG_HDRLEN))->error;
      int error = take_tcp (h, dump);
      if (error < 0)
        return error;
      at += NLMSG_ALIGN (TB_MAX (h->nlmsg_len, (uint32_t) sizeof *h));
    }
  return 0;
}

static int
dump (int fd, uint8_t family, uint8_t protocol, char *bytes, const TbDump *dump)
{
  int result = ask_inet (fd, family, protocol);
  while (result == 0)
    {
      ssize_t n = recv (fd, bytes, DUMP_BYTES, 0);
      result = n < 0 ? -errno : take_messages (bytes, (size_t) n, dump);
    }
  return result;
}

int
tb_sockets_inet (uint32_t block, TbTcpFunc keep, void *data, TbTcpEnds *ends)
{
  const TbDump what = { 127u << 8 | block, keep, data, ends };
  int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (fd < 0)
    return -errno;
  char *bytes = malloc (DUMP_BYTES);
  int result = bytes != NULL ? 0 : -ENOMEM;
  for (int i = 0; i < 4 && result >= 0; i++)
    {
      uint8_t protocol = i < 2 ? IPPROTO_TCP : IPPROTO_UDP;
      result = dump (fd, i % 2 == 0 ? AF_INET : AF_INET6, protocol, bytes, &what);
      if (result == -ENOENT && protocol == IPPROTO_UDP)
        result = 0; /* a kernel without udp_diag */
    }
  free (bytes);
  close (fd);
  return TB_MIN (result, 0);
}

/* ---- Unix ------------------------------------------------------------------------------------ */

void
tb_sockets_unix (TbUnixFunc func, void *data)
{
  FILE *file = fopen ("/proc/net/unix", "re");
  char line[512];
  while (file != NULL && fgets (line, sizeof line, file) != NULL)
    {
      unsigned flags, state;
      unsigned long inode;
      int name_at = 0;
      if (sscanf (line, "%*[^:]: %*x %*x %x %*x %x %lu %n", &flags, &state, &inode, &name_at) < 3
          || name_at == 0 || line[name_at] == '\0')
        continue;
      line[strcspn (line, "\n")] = '\0';
      if (line[name_at] != '\0')
        func (line + name_at, (uint32_t) inode, (flags & 0x10000) != 0, data);
    }
  if (file != NULL)
    fclose (file);
}

/* ---- Whose ----------------------------------------------------------------------------------- */

pid_t
tb_sockets_parent (pid_t pid)
{
  char path[32], text[512];
  snprintf (path, sizeof path, "/proc/%d/stat", (int) pid);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return 0;
  ssize_t n = read (fd, text, sizeof text - 1);
  close (fd);
  text[TB_MAX (n, 0)] = '\0';
  const char *name_end = strrchr (text, ')'); /* the name may hold anything */
  int parent = 0;
  if (name_end == NULL || sscanf (name_end + 1, " %*c %d", &parent) != 1)
    return 0;
  return parent;
}

typedef struct
{
  const uint32_t *inodes;
  pid_t *pids;
  uint32_t n;
} TbSought;

static void
look_at_process (pid_t pid, const TbSought *sought)
{
  char path[32], link[64];
  snprintf (path, sizeof path, "/proc/%d/fd", (int) pid);
  DIR *dir = opendir (path);
  if (dir == NULL)
    return;
  for (struct dirent *entry; (entry = readdir (dir)) != NULL;)
    {
      ssize_t n = readlinkat (dirfd (dir), entry->d_name, link, sizeof link - 1);
      unsigned long inode;
      link[TB_MAX (n, 0)] = '\0';
      if (sscanf (link, "socket:[%lu]", &inode) != 1)
        continue;
      for (uint32_t i = 0; i < sought->n; i++)
        if (sought->inodes[i] == inode)
          sought->pids[i] = pid;
    }
  closedir (dir);
}

static void
walk_processes (const TbSought *sought, bool preferred_ones, TbPidFunc preferred, void *data)
{
  DIR *dir = opendir ("/proc");
  if (dir == NULL)
    return;
  for (struct dirent *entry; (entry = readdir (dir)) != NULL;)
    {
      pid_t pid = (pid_t) atoi (entry->d_name);
      bool is_preferred = pid > 0 && preferred != NULL && preferred (pid, data);
      if (pid > 0 && is_preferred == preferred_ones)
        look_at_process (pid, sought);
    }
  closedir (dir);
}

void
tb_sockets_owners (const uint32_t *inodes, pid_t *pids, uint32_t n, TbPidFunc preferred, void *data)
{
  const TbSought sought = { inodes, pids, n };
  memset (pids, 0, n * sizeof *pids);
  if (n == 0)
    return;
  walk_processes (&sought, false, preferred, data);
  if (preferred != NULL)
    walk_processes (&sought, true, preferred, data);
}
