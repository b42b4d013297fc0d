/* Thread 2's event loop: descriptors and timers, one thread, nothing that blocks. */
#pragma once

#include <sys/epoll.h>

#include "tb-base.h"

/* One watched descriptor. Lives in whoever owns it; zero it with TB_SOURCE_NONE. */
typedef struct
{
  int fd; /* -1: not watched */
  uint32_t events;
  void (*ready) (void *data, uint32_t events);
  void *data;
} TbSource;

#define TB_SOURCE_NONE ((TbSource) { .fd = -1 })

/* One moment to come. Zero-initialise. */
typedef struct
{
  int64_t due_ns;
  void (*fire) (void *data, int64_t now_ns);
  void *data;
  size_t slot; /* 1 + its place among the armed; 0: not armed */
} TbTimer;

typedef struct
{
  int epoll;
  TbTimer **timers;
  size_t n_timers, capacity;
} TbLoop;

/* 0 or -errno. */
int tb_loop_open (TbLoop *loop);
void tb_loop_close (TbLoop *loop);
/* Takes fd over: tb_loop_forget() closes it. */
void tb_loop_watch (TbLoop *loop, TbSource *source, int fd, uint32_t events,
                    void (*ready) (void *data, uint32_t events), void *data);
void tb_loop_change (TbLoop *loop, TbSource *source, uint32_t events);
void tb_loop_forget (TbLoop *loop, TbSource *source);
/* Moves it if it is armed already; INT64_MAX disarms. */
void tb_loop_arm (TbLoop *loop, TbTimer *timer, int64_t due_ns);
void tb_loop_disarm (TbLoop *loop, TbTimer *timer);
/* Waits for the next thing, at most until the next timer, and does all that is due. */
void tb_loop_step (TbLoop *loop);
