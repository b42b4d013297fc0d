/* One walk over /proc a second. Only what is below a leash is added up; a leash itself counts with
 * the CPU time of those it has reaped. */
#include "load.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef struct
{
  pid_t pid, parent;
  uint64_t own_ticks, reaped_ticks;
  uint64_t pages;
  uint32_t threads;
} Process;

typedef struct
{
  Process *all;
  size_t n, capacity;
} Table;

/* The name, in brackets, may hold anything: fields are counted from its last bracket. */
static bool
read_process (int proc, const char *name, Process *p)
{
  char path[32], text[1024];
  snprintf (path, sizeof path, "%.16s/stat", name);
  int file = openat (proc, path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return false;
  ssize_t n = read (file, text, sizeof text - 1);
  close (file);
  if (n <= 0)
    return false;
  text[n] = '\0';
  const char *rest = strrchr (text, ')');
  unsigned long user, kernel;
  long reaped_user, reaped_kernel, threads, pages;
  if (rest == NULL
      || sscanf (rest + 1,
                 " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld %*d %*d %ld %*d %*u %*u %ld",
                 &p->parent, &user, &kernel, &reaped_user, &reaped_kernel, &threads, &pages) != 7)
    return false;
  p->pid = atoi (name);
  p->own_ticks = user + kernel;
  p->reaped_ticks = (uint64_t) (reaped_user + reaped_kernel);
  p->pages = (uint64_t) pages;
  p->threads = (uint32_t) threads;
  return true;
}

static int
compare (const void *a, const void *b)
{
  const Process *x = a, *y = b;
  return (x->pid > y->pid) - (x->pid < y->pid);
}

static Process *
find (const Table *t, pid_t pid)
{
  Process key = { .pid = pid };
  return t->n == 0 ? NULL : bsearch (&key, t->all, t->n, sizeof key, compare);
}

static void
read_all (Table *t)
{
  DIR *dir = opendir ("/proc");
  if (dir == NULL)
    return;
  for (struct dirent *e; (e = readdir (dir)) != NULL;)
    {
      if (!isdigit ((unsigned char) e->d_name[0]))
        continue;
      if (t->n == t->capacity)
        {
          t->capacity = t->capacity == 0 ? 256 : t->capacity * 2;
          t->all = realloc (t->all, t->capacity * sizeof *t->all);
          TB_CHECK (t->all != NULL);
        }
      t->n += read_process (dirfd (dir), e->d_name, &t->all[t->n]);
    }
  closedir (dir);
  qsort (t->all, t->n, sizeof *t->all, compare);
}

static int
compare_loads (const void *a, const void *b)
{
  const TbLoad *const *x = a, *const *y = b;
  return ((*x)->leash > (*y)->leash) - ((*x)->leash < (*y)->leash);
}

static TbLoad *
load_of (TbLoad **sorted, size_t n, pid_t leash)
{
  TbLoad key = { .leash = leash }, *p = &key;
  TbLoad **found = bsearch (&p, sorted, n, sizeof *sorted, compare_loads);
  return found != NULL ? *found : NULL;
}

/* The folder says how many it has since Linux 6.2; before that they are counted. Those of one that
 * may not be looked into count as none. */
static uint32_t
count_files (pid_t pid)
{
  char path[32];
  struct stat st;
  uint32_t n = 0;
  snprintf (path, sizeof path, "/proc/%d/fd", (int) pid);
  if (stat (path, &st) != 0)
    return 0;
  if (st.st_size > 0)
    return (uint32_t) st.st_size;
  DIR *dir = opendir (path);
  for (struct dirent *e; dir != NULL && (e = readdir (dir)) != NULL;)
    n += e->d_name[0] != '.';
  if (dir != NULL)
    closedir (dir);
  return n;
}

/* The file says it in ticks of 10 ms, which is all the work of a hundred requests; its clock says it
 * exactly. */
static uint64_t
own_ns (const Process *p, uint64_t ns_per_tick)
{
  clockid_t clock;
  struct timespec used;
  if (clock_getcpuclockid (p->pid, &clock) != 0 || clock_gettime (clock, &used) != 0)
    return p->own_ticks * ns_per_tick;
  return (uint64_t) used.tv_sec * TB_NS_PER_S + (uint64_t) used.tv_nsec;
}

static void
add (TbLoad *load, const Process *p, uint64_t ns_per_tick)
{
  if (p->pid == load->leash)
    {
      load->cpu_ns += p->reaped_ticks * ns_per_tick;
      return;
    }
  load->cpu_ns += own_ns (p, ns_per_tick) + p->reaped_ticks * ns_per_tick;
  load->rss_bytes += p->pages * (uint64_t) sysconf (_SC_PAGESIZE);
  load->threads += p->threads;
  load->files += count_files (p->pid);
  load->n++;
}

void
tb_load_measure (TbLoad *loads, size_t n)
{
  /* Kept from one second to the next: the walk then allocates nothing. */
  static Table table;
  uint64_t ns_per_tick = (uint64_t) (TB_NS_PER_S / sysconf (_SC_CLK_TCK));
  TbLoad **sorted = calloc (n + 1, sizeof *sorted);
  TB_CHECK (sorted != NULL);
  for (size_t i = 0; i < n; i++)
    {
      loads[i] = (TbLoad) { .leash = loads[i].leash, .before_ns = loads[i].before_ns };
      sorted[i] = &loads[i];
    }
  qsort (sorted, n, sizeof *sorted, compare_loads);
  table.n = 0;
  read_all (&table);
  for (size_t i = 0; i < table.n; i++)
    {
      /* Parents read earlier than their children may be gone: the walk up is bounded. */
      const Process *up = &table.all[i];
      for (int steps = 0; up != NULL && up->pid > 1 && steps < 1000; steps++)
        {
          TbLoad *load = load_of (sorted, n, up->pid);
          if (load != NULL)
            {
              add (load, &table.all[i], ns_per_tick);
              break;
            }
          up = find (&table, up->parent);
        }
    }
  for (size_t i = 0; i < n; i++)
    loads[i].cpu_ns = TB_MAX (loads[i].cpu_ns, loads[i].before_ns);
  free (sorted);
}

void
tb_load_self (uint64_t *rss_bytes, uint64_t *cpu_ns)
{
  unsigned long pages = 0;
  struct rusage usage;
  FILE *file = fopen ("/proc/self/statm", "re");
  if (file != NULL)
    {
      if (fscanf (file, "%*u %lu", &pages) != 1)
        pages = 0;
      fclose (file);
    }
  *rss_bytes = pages * (uint64_t) sysconf (_SC_PAGESIZE);
  getrusage (RUSAGE_SELF, &usage);
  *cpu_ns = (uint64_t) ((usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * TB_NS_PER_S
                        + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * TB_NS_PER_US);
}
