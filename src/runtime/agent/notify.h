/* One system call of an instance, handed over by its filter: seen, looked into, answered. Knows
 * nothing of plans and taps. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef enum
{
  TB_CALL_OTHER, /* to be let through */
  TB_CALL_CONNECT,
  TB_CALL_BIND,
  TB_CALL_SENDTO,   /* with an address; sendmsg() and the first of sendmmsg() likewise */
  TB_CALL_IO_URING, /* io_uring_setup() */
  TB_CALL_LISTENER  /* seccomp(): a filter with a listener of its own */
} TbCall;

typedef struct
{
  int notify_fd;
  uint64_t id;
  pid_t tid; /* of the calling thread */
  TbCall call;
  int fd;           /* the caller's number for the socket */
  uint64_t address; /* where its sockaddr lies in its memory */
  uint32_t address_size;
  uint64_t bytes, n_bytes; /* SENDTO: where what it sends lies */
  int flags;               /* SENDTO: MSG_… */
  uint64_t pieces;         /* sendmsg(): where the list of so many pieces lies that it sends; 0: it is one */
  uint32_t n_pieces;
  uint64_t sent_at;        /* sendmmsg(): where it is told how much of its first message was sent; 0: not */
  bool segments;           /* its bytes are to be cut into several datagrams by the kernel */
} TbNotify;

/* From now on only calls of Linux 5.19, as if this kernel had no newer ones: for tests. */
void tb_notify_use_old_calls (bool old);
/* Tells the kernel to run the answered thread on this core at once, where it can (Linux 6.6). */
void tb_notify_prepare (int notify_fd);
/* False when there is none (any more). Does not block if the descriptor polls readable. */
bool tb_notify_receive (int notify_fd, TbNotify *call);
/* Copies from the caller's memory; false if not all of it can be read. */
bool tb_notify_read (const TbNotify *call, uint64_t from, void *to, size_t n);
#define TB_PIECES_MAX 64
/* Copies what SENDTO sends, n_bytes of it. */
bool tb_notify_read_sent (const TbNotify *call, void *to);
/* The processes that called last. Zero-initialise; tb_notify_cache_clear() closes. */
#define TB_NOTIFY_CACHE 64
typedef struct
{
  struct
  {
    pid_t tid; /* 0: free */
    int pidfd;
  } slots[TB_NOTIFY_CACHE];
} TbNotifyCache;
void tb_notify_cache_clear (TbNotifyCache *cache);

/* The caller's socket as a descriptor of ours, or -errno. cache may be NULL. */
int tb_notify_get_fd (const TbNotify *call, TbNotifyCache *cache);
/* Whether the caller still waits: else its descriptors may be another's by now. */
bool tb_notify_valid (const TbNotify *call);
/* The caller's effective user, or -1. */
uid_t tb_notify_user (const TbNotify *call);

/* result, or -errno, is what the call returns. False when the caller is gone. */
bool tb_notify_answer (const TbNotify *call, int64_t result);
/* SENDTO: so many bytes were sent, or -errno. */
bool tb_notify_answer_sent (const TbNotify *call, int64_t result);
/* The kernel goes on with the call as the program made it. */
bool tb_notify_continue (const TbNotify *call);
