/* Datagrams (UDP) between instances. TCP's taps carry streams; here each datagram is a message.
 *
 *   caller ──▶ door ──▶ path ──▶ called        a path: one caller's socket and one called instance
 *      ▲        │  ▲      │                    (door.c finds it, datagram.c carries over it)
 *      └────────┘  └──────┘ answers
 *
 * Ways in:
 *   link's virtual address   a socket of ours is bound there: seen whatever call sends it
 *   connect()                to an instance or localhost: the caller is connected to a door of its own
 *   sendto(), sendmsg()      to an instance or localhost: the agent takes the bytes and sends them on;
 *                            answers carry the address that the caller had sent to
 * The called may answer from another of its ports, as TFTP does: that becomes a path of its own, between
 * the same two sockets, and has a door at that port.
 * sendmsg() to an instance's own address is seen of those from which a link for datagrams leads. As on a network, what is cut off is lost, and
 * what is delayed may arrive in another order. That a called instance is not there is not told. */
#pragma once

#include "address.h"
#include "taps-private.h"

#define TB_PATHS_MAX 4096
#define TB_PATH_BUCKETS 1024 /* by the low bits of a port */
#define TB_PATH_IDLE_NS (60 * TB_NS_PER_S) /* nobody says that a path is over */
#define TB_DATAGRAM_MAX 65507

typedef struct
{
  int up;   /* from the caller's instance; -1: the path is free */
  int down; /* answers go out there */
  bool own_down;   /* a door for this caller alone, which it is connected to */
  bool spoofed;    /* answers carry the address `as` */
  uint16_t generation, up_port;
  uint16_t next_of_caller, next_of_up; /* in their bucket, or of the free ones: index + 1 */
  TbTap *tap;
  TbAddress caller;
  uint32_t as;     /* what the caller sends to: host order */
  uint16_t as_port;
  uint32_t to;     /* what is called: host order */
  uint16_t to_port;
  uint16_t own_door; /* index + 1: it was opened for this path, and is closed with it */
  uint32_t connection, number; /* of the path; of its last datagram */
  TbFaulted faulted;
  int64_t free_ns[2]; /* when the line carries the next, where it is slow */
  int64_t last_ns;
} TbPath;

/* A socket that callers reach without the agent's help, bound to a link's virtual address, or where
 * answers for one port come from. */
typedef struct
{
  int fd; /* -1: free */
  uint32_t address;
  uint16_t port;
  uint32_t link; /* or TB_NOBODY: for answers alone */
} TbDoor;

/* A datagram that waits. */
typedef struct
{
  int64_t due_ns;
  TbTap *tap;
  uint32_t path, connection, n, number;
  uint16_t generation, next; /* next: slot + 1 */
  uint8_t direction;
  uint8_t bytes[TB_DATAGRAM_MAX];
} TbLate;

#define TB_LATE_MAX 1024

struct TbDatagrams
{
  TbPath *paths;
  uint32_t n_paths, hand; /* hand: where to look for one that is idle */
  uint16_t free_path, of_caller[TB_PATH_BUCKETS], of_up[TB_PATH_BUCKETS]; /* index + 1 */
  TbDoor *doors;
  uint32_t n_doors;
  TbLate *late; /* mapped when the first has to wait: only what is used takes memory */
  uint16_t first_late, free_late; /* slot + 1 */
  int timer;
};

/* datagram.c */
/* Takes `up` and, if own_down, `down` over. NULL where there are too many, all of them busy. */
TbPath *tb_path_new (TbTaps *t, const TbPath *path);
/* Changes the bytes where a fault does. */
void tb_path_pass (TbTaps *t, TbPath *path, unsigned direction, uint8_t *bytes, size_t n);
/* Whether an instance sends back there: one of our own sockets. */
bool tb_path_is_up (const TbTaps *t, uint32_t address, uint16_t port);
TbPath *tb_path_find (TbTaps *t, const TbAddress *caller, uint32_t as, uint16_t as_port);
/* door.c */
/* What comes from another port of what a path calls: by the path that there is for it, or made now. NULL
 * where there is no room. */
TbPath *tb_path_beside (TbTaps *t, const TbPath *path, uint16_t port);
void tb_door_close (TbTaps *t, uint32_t index);
