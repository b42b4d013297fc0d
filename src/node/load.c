/* How much a client asks, and that it changes while it runs: --load names a file whose first line is
 * "think exponential 20ms", "rate 100", "rate 0" (ask nothing), "own" (as the command line says) or "final 3" (read
 * all keys once, then ask nothing: final.c), read whenever it was written. It is written whole, in one piece, so no half of it is ever read.
 *
 * Threads hold a copy; its number says whether it still holds, without a lock. */
#include "node-private.h"
#include "options-private.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define LINE_MAX_BYTES 127

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
static Load current, own;
static _Atomic unsigned number;
static const char *path;

bool
load_parse (const char *text, size_t n, const Load *as_drawn, Load *load)
{
  char line[LINE_MAX_BYTES + 1];
  const char *end = memchr (text, '\n', n);
  size_t size = end != NULL ? (size_t) (end - text) : n;
  Load read = { 0 };
  uint64_t final = 0;
  if (size > LINE_MAX_BYTES)
    return false;
  memcpy (line, text, size);
  line[size] = '\0';
  if (strcmp (line, "own") == 0)
    {
      *load = *as_drawn;
      return true;
    }
  if (strncmp (line, "think ", 6) == 0)
    read.has_think = tb_dist_parse (line + 6, &read.think);
  else if (strncmp (line, "rate ", 5) == 0)
    read.open = option_number (line + 5, &read.rate) && read.rate >= 0 && read.rate <= 1e7;
  else if (strncmp (line, "final ", 6) == 0 && option_count (line + 6, UINT32_MAX, &final) && final > 0)
    read.open = true;
  read.final = (unsigned) final;
  if (!read.has_think && !read.open)
    return false;
  *load = read;
  return true;
}

static void
take (const char *text, size_t n)
{
  Load load;
  if (!load_parse (text, n, &own, &load))
    return;
  pthread_mutex_lock (&lock);
  load.number = current.number + 1;
  load.since_ns = tb_now_ns ();
  current = load;
  atomic_store (&number, load.number);
  pthread_cond_broadcast (&changed);
  pthread_mutex_unlock (&lock);
}

static void
read_file (void)
{
  char text[LINE_MAX_BYTES + 1];
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  ssize_t n = fd >= 0 ? read (fd, text, sizeof text) : -1;
  if (n > 0)
    take (text, (size_t) n);
  if (fd >= 0)
    close (fd);
}

static void *
watch (void *data)
{
  int fd = (int) (intptr_t) data;
  _Alignas (struct inotify_event) char events[4096];
  while (read (fd, events, sizeof events) > 0)
    read_file ();
  close (fd);
  return NULL;
}

void
load_init (const Options *o)
{
  pthread_t thread;
  pthread_condattr_t monotonic;
  pthread_condattr_init (&monotonic);
  pthread_condattr_setclock (&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init (&changed, &monotonic);
  pthread_condattr_destroy (&monotonic);
  own = (Load) { .open = o->rate > 0, .rate = o->rate, .has_think = o->has_think, .think = o->think,
                 .since_ns = tb_now_ns () };
  current = own;
  path = o->load;
  int fd = path != NULL ? inotify_init1 (IN_CLOEXEC) : -1;
  if (fd >= 0 && inotify_add_watch (fd, path, IN_CLOSE_WRITE) >= 0
      && pthread_create (&thread, NULL, watch, (void *) (intptr_t) fd) == 0)
    pthread_detach (thread);
  if (path != NULL)
    read_file (); /* it may have been changed before this life of the program */
}

void
load_look (Load *load)
{
  if (load->number == atomic_load_explicit (&number, memory_order_relaxed) && load->since_ns != 0)
    return;
  pthread_mutex_lock (&lock);
  *load = current;
  pthread_mutex_unlock (&lock);
}

bool
load_holds (const Load *load)
{
  return load->number == atomic_load_explicit (&number, memory_order_relaxed);
}

bool
load_sleep (const Load *load, int64_t until_ns)
{
  const struct timespec until = { until_ns / TB_NS_PER_S, until_ns % TB_NS_PER_S };
  int late = 0;
  if (path == NULL) /* nobody can change it */
    {
      sleep_until (until_ns);
      return true;
    }
  if (until_ns <= tb_now_ns ())
    return true;
  pthread_mutex_lock (&lock);
  while (late == 0 && current.number == load->number)
    late = until_ns == INT64_MAX ? pthread_cond_wait (&changed, &lock)
                                 : pthread_cond_timedwait (&changed, &lock, &until);
  bool same = current.number == load->number;
  pthread_mutex_unlock (&lock);
  return same;
}
