/* What sockets the kernel has, and whose they are: sock_diag and /proc. Thread 2. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* One end of an established TCP connection, or of a connected UDP socket, over IPv4, or IPv4 in IPv6 clothes. Host order. */
typedef struct
{
  uint32_t from, to;
  uint16_t from_port, to_port;
  uint32_t inode;
  bool ours; /* marked by tb_connect_mark() in connect.c */
} TbTcpEnd;

typedef struct
{
  TbTcpEnd *ends;
  uint32_t n, capacity;
} TbTcpEnds;

/* Those with an end in 127.block/16 that keep says yes to: there may be tens of thousands of others.
 * 0 or -errno. Free ends->ends. */
typedef bool (*TbTcpFunc) (const TbTcpEnd *end, void *data);
int tb_sockets_inet (uint32_t block, TbTcpFunc keep, void *data, TbTcpEnds *ends);

/* Calls func for each Unix socket with a name. Abstract names begin with '@'. */
typedef void (*TbUnixFunc) (const char *name, uint32_t inode, bool listens, void *data);
void tb_sockets_unix (TbUnixFunc func, void *data);

/* Which process has a socket open: fills pids[i] for inodes[i], 0 where it is not found. One walk
 * through /proc for all of them. preferred (may be NULL) says which of several it should be. */
typedef bool (*TbPidFunc) (pid_t pid, void *data);
void tb_sockets_owners (const uint32_t *inodes, pid_t *pids, uint32_t n, TbPidFunc preferred,
                        void *data);
/* 0 where there is none. */
pid_t tb_sockets_parent (pid_t pid);
