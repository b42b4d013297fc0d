/* Thread 2's event loop. Timers are few (some an instance): an array scanned for the least. */
#include "loop.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

int
tb_loop_open (TbLoop *loop)
{
  *loop = (TbLoop) { .epoll = epoll_create1 (EPOLL_CLOEXEC) };
  return loop->epoll < 0 ? -errno : 0;
}

void
tb_loop_close (TbLoop *loop)
{
  close (loop->epoll);
  free (loop->timers);
}

void
tb_loop_watch (TbLoop *loop, TbSource *source, int fd, uint32_t events,
               void (*ready) (void *data, uint32_t events), void *data)
{
  TB_CHECK (fd >= 0);
  *source = (TbSource) { .fd = fd, .events = events, .ready = ready, .data = data };
  struct epoll_event e = { .events = events, .data.ptr = source };
  TB_CHECK (epoll_ctl (loop->epoll, EPOLL_CTL_ADD, fd, &e) == 0);
}

void
tb_loop_change (TbLoop *loop, TbSource *source, uint32_t events)
{
  struct epoll_event e = { .events = events, .data.ptr = source };
  if (source->events == events)
    return;
  source->events = events;
  TB_CHECK (epoll_ctl (loop->epoll, EPOLL_CTL_MOD, source->fd, &e) == 0);
}

void
tb_loop_forget (TbLoop *loop, TbSource *source)
{
  if (source->fd < 0)
    return;
  /* Closing is not enough: a forked child may still hold what the descriptor led to. */
  epoll_ctl (loop->epoll, EPOLL_CTL_DEL, source->fd, NULL);
  close (source->fd);
  source->fd = -1;
}

void
tb_loop_disarm (TbLoop *loop, TbTimer *timer)
{
  if (timer->slot == 0)
    return;
  TbTimer *last = loop->timers[--loop->n_timers];
  loop->timers[timer->slot - 1] = last;
  last->slot = timer->slot;
  timer->slot = 0;
}

void
tb_loop_arm (TbLoop *loop, TbTimer *timer, int64_t due_ns)
{
  if (due_ns == INT64_MAX)
    {
      tb_loop_disarm (loop, timer);
      return;
    }
  timer->due_ns = due_ns;
  if (timer->slot != 0)
    return;
  if (loop->n_timers == loop->capacity)
    {
      loop->capacity = loop->capacity == 0 ? 64 : loop->capacity * 2;
      loop->timers = realloc (loop->timers, loop->capacity * sizeof *loop->timers);
      TB_CHECK (loop->timers != NULL);
    }
  loop->timers[loop->n_timers++] = timer;
  timer->slot = loop->n_timers;
}

static int
timeout_ms (const TbLoop *loop)
{
  int64_t due = INT64_MAX, now = tb_now_ns ();
  for (size_t i = 0; i < loop->n_timers; i++)
    due = TB_MIN (due, loop->timers[i]->due_ns);
  if (due == INT64_MAX)
    return -1;
  if (due <= now)
    return 0;
  return (int) TB_MIN ((due - now + TB_NS_PER_MS - 1) / TB_NS_PER_MS, 60000);
}

/* A timer may arm or disarm any other: look from the beginning until none is due. */
static void
fire_timers (TbLoop *loop)
{
  int64_t now = tb_now_ns ();
  for (size_t i = 0; i < loop->n_timers;)
    {
      TbTimer *timer = loop->timers[i];
      if (timer->due_ns > now)
        {
          i++;
          continue;
        }
      tb_loop_disarm (loop, timer);
      timer->fire (timer->data, now);
      i = 0;
    }
}

void
tb_loop_step (TbLoop *loop)
{
  struct epoll_event events[64];
  int n = epoll_wait (loop->epoll, events, TB_ARRAY_LENGTH (events), timeout_ms (loop));
  for (int i = 0; i < n; i++)
    {
      TbSource *source = events[i].data.ptr;
      /* Forgotten by one before it in this round. */
      if (source->fd >= 0)
        source->ready (source->data, events[i].events);
    }
  fire_timers (loop);
}
