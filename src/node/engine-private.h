/* Inside the engine: engine.c (queue, polling, threads) and conn.c (a worker's buffers, reading,
 * serving). */
#pragma once

#include "node-private.h"

/* Bits of a connection's state. */
enum
{
  OWNED = 1,
  AGAIN = 2,
  ENDING = 4 /* its peer has ended: an edge is told once, so it is read to the end */
};

struct Engine
{
  Options *options;
  const Service *service;
  int epoll_fd, listen_fd;
  EngineCounts counts;
  pthread_mutex_t lock; /* guards what follows */
  pthread_cond_t wake;
  Conn *first, *last; /* the queue */
  Conn *free_conns;
  Worker *free_workers;
  unsigned idle, n_workers;
  unsigned unpolled; /* taken from the queue since the set was asked */
  uint32_t last_id;
  bool polling, stopping;
};

typedef enum
{
  CONN_IDLE,   /* all bytes are read and answered */
  CONN_MORE,   /* there may be more to read or to answer at once */
  CONN_ENDED
} ConnState;

/* ---- conn.c ---- */

Worker *worker_new (Engine *e);
/* Under the lock. NULL where memory ends. */
Conn *conn_new (Engine *e);
void conn_close (Engine *e, Conn *c);
/* Reads once, and answers what is whole; with a thread per request, at most one of them. */
ConnState conn_read (Worker *w, Conn *c);
