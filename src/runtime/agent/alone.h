/* tierboard-agent --tap: one tap, in front of a server that somebody else runs. Thread 2 of it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

typedef struct
{
  const char *listen, *target; /* "8080", "127.0.0.1:8080", "[::1]:8080", "db.example.org:5432" */
  const char **faults;         /* as tb_fault_parse() reads them */
  uint32_t n_faults;
  const char *proto;           /* a name; NULL: found out */
  uint64_t seed;
  int64_t duration_ns; /* 0: until it is interrupted */
  bool json, quiet;
} TbAlone;

/* An exit status of the command: 0, 2 where an argument means nothing, 3 where it cannot run. */
int tb_alone_run (const TbAlone *options);

/* ---- alone-target.c ---- */

typedef struct
{
  struct sockaddr_storage any;
  socklen_t size;
  char text[80]; /* "127.0.0.1:5432" */
} TbEndpoint;

/* Looks the name up; a port alone is 127.0.0.1's. False with a sentence in why. */
bool tb_endpoint_find (TbEndpoint *endpoint, const char *text, char *why, size_t why_size);
void tb_endpoint_name (TbEndpoint *endpoint);
/* A socket bound to it, not listening; port 0 becomes one that is free. -errno. */
int tb_endpoint_bind (TbEndpoint *endpoint);

/* Whether a target accepts connections. Where the kernel knows the listener it is asked, which the
 * server does not notice; other targets have to be dialled. */
typedef struct
{
  TbEndpoint endpoint;
  int diag;     /* -1: cannot be had */
  bool known;   /* the kernel has shown it as listening once, so that it can be believed */
  int64_t dial_ns; /* when it may be dialled again */
} TbTarget;

void tb_target_init (TbTarget *target);
void tb_target_clear (TbTarget *target);
/* Waits for a dial for at most half a second. was_up: so as not to dial for nothing. */
bool tb_target_accepts (TbTarget *target, bool was_up);
