/* What goes past the taps is shown. Once a second thread 2 compares the connections that the kernel
 * has in the run's block with those that the agent made, which carry a mark (tb_connect_mark()); and looks
 * whose the Unix sockets are that instances connected to.
 *
 *   found: tell (open) ─▶ known ─ nothing of it is left: tell (closed) ─▶ forgotten
 *
 * One fact stands for all connections of a pair of instances and a port. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sockets.h"
#include "taps-private.h"

#define CONNECTIONS_MAX 4096
#define PAST_MAX 256
#define UNIX_MAX 64

/* A connection past the taps, known by its caller's end. */
typedef struct
{
  TbTcpEnd end;
  uint32_t from; /* instance, or TB_NOBODY */
  bool known;    /* from was found out */
} TbStray;

/* A fact that was told. */
typedef struct
{
  uint32_t from, to;
  uint16_t port;
  bool there; /* seen in this round */
  char why[160];
} TbPast;

typedef struct
{
  uint32_t from;
  char name[112]; /* as /proc/net/unix writes it */
  bool looked_up;
  uint32_t to; /* or TB_NOBODY: not of another instance */
} TbUnixName;

struct TbBypasses
{
  const TbWirePlan *plan;
  TbRoutes *routes;
  pthread_mutex_t lock; /* of pids */
  pid_t *pids;
  pid_t *pids_now; /* copied for a round */
  TbStray *strays;
  uint32_t n_strays;
  TbPast past[PAST_MAX];
  uint32_t n_past;
  uint8_t *blind, *said; /* of each instance: bit per TbBlind that holds, that was ever told */
  TbUnixName names[UNIX_MAX];
  uint32_t n_names;
  int64_t next_ns;
  bool failed;
};

TbBypasses *
tb_bypasses_new (const TbWirePlan *plan)
{
  TbBypasses *b = calloc (1, sizeof *b);
  if (b == NULL)
    return NULL;
  b->plan = plan;
  b->routes = tb_routes_new (plan);
  b->pids = calloc (2 * (size_t) plan->n_instances + 2, sizeof *b->pids);
  b->pids_now = b->pids != NULL ? b->pids + plan->n_instances + 1 : NULL;
  b->blind = calloc (2 * (size_t) plan->n_instances + 2, sizeof *b->blind);
  b->said = b->blind != NULL ? b->blind + plan->n_instances + 1 : NULL;
  pthread_mutex_init (&b->lock, NULL);
  if (b->routes != NULL && b->pids != NULL && b->blind != NULL)
    return b;
  tb_bypasses_free (b);
  return NULL;
}

void
tb_bypasses_free (TbBypasses *b)
{
  if (b == NULL)
    return;
  tb_routes_free (b->routes);
  free (b->pids);
  free (b->blind);
  free (b->strays);
  pthread_mutex_destroy (&b->lock);
  free (b);
}

bool
tb_bypasses_change (TbBypasses *b, const TbWirePlan *plan)
{
  const uint32_t before = b->plan->n_instances, n = plan->n_instances;
  TbRoutes *routes = tb_routes_new (plan);
  pid_t *pids = calloc (2 * (size_t) n + 2, sizeof *pids);
  uint8_t *blind = calloc (2 * (size_t) n + 2, sizeof *blind);
  if (routes == NULL || pids == NULL || blind == NULL)
    {
      tb_routes_free (routes);
      free (pids);
      free (blind);
      return false;
    }
  pthread_mutex_lock (&b->lock);
  memcpy (pids, b->pids, before * sizeof *pids);
  memcpy (blind, b->blind, before);
  memcpy (blind + n + 1, b->said, before);
  tb_routes_free (b->routes);
  free (b->pids);
  free (b->blind);
  b->plan = plan;
  b->routes = routes;
  b->pids = pids;
  b->pids_now = pids + n + 1;
  b->blind = blind;
  b->said = blind + n + 1;
  pthread_mutex_unlock (&b->lock);
  return true;
}

void
tb_bypasses_pid (TbBypasses *b, uint32_t instance, pid_t pid)
{
  pthread_mutex_lock (&b->lock);
  b->pids[instance] = pid;
  if (pid == 0)
    b->blind[instance] = 0;
  pthread_mutex_unlock (&b->lock);
}

/* ---- Whose a process is ---------------------------------------------------------------------- */

static uint32_t
instance_of (const TbBypasses *b, pid_t pid)
{
  for (int depth = 0; pid > 1 && depth < 64; depth++, pid = tb_sockets_parent (pid))
    for (uint32_t i = 0; i < b->plan->n_instances; i++)
      if (b->pids_now[i] == pid)
        return i;
  return TB_NOBODY;
}

static bool
is_of_the_run (pid_t pid, void *data)
{
  return instance_of (data, pid) != TB_NOBODY;
}

/* ---- Facts ----------------------------------------------------------------------------------- */

static void
tell (const TbPast *past, bool open, const TbTapsSink *sink, void *data)
{
  TbWireBypass bypass = { past->from, past->to, past->port, open, (char *) (uintptr_t) past->why };
  if (sink->bypass != NULL)
    sink->bypass (&bypass, tb_now_ns (), data);
}

static void
there_is (TbBypasses *b, uint32_t from, uint32_t to, uint16_t port, const char *why,
          const TbTapsSink *sink, void *data)
{
  for (uint32_t i = 0; i < b->n_past; i++)
    {
      TbPast *past = &b->past[i];
      if (past->from == from && past->to == to && past->port == port && strcmp (past->why, why) == 0)
        {
          past->there = true;
          return;
        }
    }
  if (b->n_past == PAST_MAX)
    return;
  TbPast *past = &b->past[b->n_past++];
  *past = (TbPast) { .from = from, .to = to, .port = port, .there = true };
  snprintf (past->why, sizeof past->why, "%s", why);
  tell (past, true, sink, data);
}

static void
forget_what_ended (TbBypasses *b, const TbTapsSink *sink, void *data)
{
  for (uint32_t i = b->n_past; i-- > 0;)
    if (b->past[i].there)
      b->past[i].there = false;
    else
      {
        tell (&b->past[i], false, sink, data);
        b->past[i] = b->past[--b->n_past];
      }
}

/* ---- TCP ------------------------------------------------------------------------------------- */

static int
compare_ends (const void *a, const void *b)
{
  const TbTcpEnd *x = a, *y = b;
  if (x->from != y->from)
    return x->from < y->from ? -1 : 1;
  if (x->to != y->to)
    return x->to < y->to ? -1 : 1;
  return x->from_port != y->from_port ? (x->from_port < y->from_port ? -1 : 1)
                                      : (int) x->to_port - (int) y->to_port;
}

static bool
is_service (const TbBypasses *b, uint32_t instance, uint16_t port)
{
  for (uint32_t i = 0; i < b->plan->n_links; i++)
    if (b->plan->links[i].port == port && !b->plan->links[i].replicas)
      for (uint32_t k = 0; k < b->plan->links[i].n_to; k++)
        if (b->plan->links[i].to[k] == instance)
          return true;
  return false;
}

/* Which end called: the one whose other end is a service; else the one with the higher port, since
 * those for the asking lie above those that are served. */
static bool
is_caller (const TbBypasses *b, const TbTcpEnd *end, uint32_t to)
{
  uint32_t from = tb_route_instance_at (b->routes, end->from);
  bool serves = is_service (b, to, end->to_port);
  bool other_serves = from != TB_NOBODY && is_service (b, from, end->from_port);
  return serves != other_serves ? serves : end->from_port > end->to_port;
}

static bool
may_be_stray (const TbTcpEnd *end, void *data)
{
  const TbBypasses *b = data;
  uint32_t agent = tb_route_agent_address (b->plan->block);
  if (end->ours || end->from == agent || end->to == agent || end->from == end->to)
    return false;
  uint32_t to = tb_route_instance_at (b->routes, end->to);
  return to != TB_NOBODY && is_caller (b, end, to);
}

/* Ours, and the other end of one that was taken for a caller's: so it was not one. */
static bool
clears (const TbTcpEnd *end, void *data)
{
  const TbTcpEnds *ends = data;
  const TbTcpEnd other = { .from = end->to,
                           .to = end->from,
                           .from_port = end->to_port,
                           .to_port = end->from_port };
  TbTcpEnd *found = end->ours ? bsearch (&other, ends->ends, ends->n, sizeof other, compare_ends) : NULL;
  if (found != NULL)
    found->ours = true;
  return false;
}

/* Sorted; those that are ours after all are marked so. */
static int
find_strays (TbBypasses *b, TbTcpEnds *ends)
{
  TbTcpEnds none = { 0 };
  int error = tb_sockets_inet (b->plan->block, may_be_stray, b, ends);
  if (error < 0 || ends->n == 0)
    return error;
  qsort (ends->ends, ends->n, sizeof *ends->ends, compare_ends);
  return tb_sockets_inet (b->plan->block, clears, ends, &none);
}

static const TbStray *
find_stray (const TbStray *strays, uint32_t n, const TbTcpEnd *end)
{
  for (uint32_t i = 0; i < n; i++)
    if (compare_ends (&strays[i].end, end) == 0 && strays[i].end.inode == end->inode)
      return &strays[i];
  return NULL;
}

/* Finds out whose the new ones are, in one walk. */
static void
find_callers (TbBypasses *b, TbStray *strays, uint32_t n)
{
  uint32_t inodes[PAST_MAX] = { 0 }, places[PAST_MAX], n_new = 0;
  pid_t pids[PAST_MAX];
  for (uint32_t i = 0; i < n && n_new < PAST_MAX; i++)
    if (!strays[i].known)
      {
        places[n_new] = i;
        inodes[n_new++] = strays[i].end.inode;
      }
  tb_sockets_owners (inodes, pids, n_new, is_of_the_run, b);
  for (uint32_t i = 0; i < n_new; i++)
    {
      TbStray *stray = &strays[places[i]];
      stray->known = true;
      stray->from = instance_of (b, pids[i]);
      if (stray->from == TB_NOBODY)
        stray->from = tb_route_instance_at (b->routes, stray->end.from);
    }
}

static bool
some_hidden (const TbBypasses *b)
{
  for (uint32_t i = 0; i < b->plan->n_instances; i++)
    if ((b->blind[i] & 1u << TB_BLIND_HIDDEN) != 0)
      return true;
  return false;
}

static void
scan_tcp (TbBypasses *b, const TbTapsSink *sink, void *data)
{
  TbTcpEnds ends = { 0 };
  int error = find_strays (b, &ends);
  if (error < 0 && !b->failed && sink->problem != NULL)
    sink->problem (2, TB_NOBODY, "connections past the taps cannot be seen here (no sock_diag)",
                   data);
  b->failed = b->failed || error < 0;
  TbStray *now = b->n_strays + ends.n > 0 ? malloc (CONNECTIONS_MAX * sizeof *now) : NULL;
  uint32_t n = 0;
  for (uint32_t i = 0; now != NULL && i < ends.n && n < CONNECTIONS_MAX; i++)
    if (!ends.ends[i].ours)
      {
        const TbStray *before = find_stray (b->strays, b->n_strays, &ends.ends[i]);
        now[n++] = before != NULL ? *before : (TbStray) { ends.ends[i], TB_NOBODY, false };
      }
  free (ends.ends);
  if (now == NULL)
    return;
  find_callers (b, now, n);
  free (b->strays);
  b->strays = now;
  b->n_strays = n;
  for (uint32_t i = 0; i < n; i++)
    {
      uint32_t to = tb_route_instance_at (b->routes, now[i].end.to);
      if (now[i].from == TB_NOBODY && some_hidden (b))
        continue; /* whose it is cannot be seen; its links say so */
      if (now[i].known && now[i].from != to)
        there_is (b, now[i].from, to, now[i].end.to_port,
                  now[i].from == TB_NOBODY
                      ? "a connection from outside the run"
                      : "a connection the agent did not make (io_uring or inherited)",
                  sink, data);
    }
}

/* ---- Instances that cannot be looked into ------------------------------------------------------- */

static const struct
{
  const char *sentence, *of_a_link; /* of_a_link NULL: its links are tapped all the same */
  unsigned severity;
} blinds[TB_BLIND_COUNT] = {
  [TB_BLIND_HIDDEN] = { "it hides its memory from others of its user (not dumpable), so its connections "
                        "cannot be tapped",
                        "its caller hides its memory (not dumpable)", 1 },
  [TB_BLIND_LEADER] = { "its first thread has ended, so this kernel does not let its sockets be reached: "
                        "its connections cannot be tapped",
                        "its caller's first thread has ended (before Linux 6.9)", 1 },
  [TB_BLIND_IO_URING] = { "it asked for io_uring, whose connections no tap would see, and was told that "
                          "there is none; io-uring=\"yes\" allows it",
                          NULL, 2 },
  [TB_BLIND_LISTENER] = { "it wants to answer system calls itself, which the kernel allows one filter "
                          "only, and that is the taps'",
                          NULL, 1 },
  [TB_BLIND_FILTER] = { NULL, "its caller could not be put under the filter", 1 },
};

bool
tb_bypasses_blind (TbBypasses *b, uint32_t instance, TbBlind why, const char **sentence,
                   unsigned *severity)
{
  pthread_mutex_lock (&b->lock);
  bool news = (b->said[instance] & 1u << why) == 0;
  b->blind[instance] |= (uint8_t) (1u << why);
  b->said[instance] |= (uint8_t) (1u << why);
  pthread_mutex_unlock (&b->lock);
  *sentence = blinds[why].sentence;
  *severity = blinds[why].severity;
  return news && *sentence != NULL;
}

static const char *
why_blind (const TbBypasses *b, uint32_t instance)
{
  for (unsigned i = 0; i < TB_BLIND_COUNT; i++)
    if ((b->blind[instance] & 1u << i) != 0 && blinds[i].of_a_link != NULL)
      return blinds[i].of_a_link;
  return NULL;
}

/* Of each link that leads from there: with its first target, since one says it for the link. */
static void
scan_blind (TbBypasses *b, const TbTapsSink *sink, void *data)
{
  for (uint32_t i = 0; i < b->plan->n_links; i++)
    {
      const TbWireLink *link = &b->plan->links[i];
      for (uint32_t k = 0; k < link->n_from && link->n_to > 0; k++)
        if (b->blind[link->from[k]] != 0 && why_blind (b, link->from[k]) != NULL)
          {
            there_is (b, link->from[k], link->to[0], link->port, why_blind (b, link->from[k]), sink,
                      data);
            break;
          }
    }
}

/* ---- Unix ------------------------------------------------------------------------------------ */

void
tb_bypasses_unix (TbBypasses *b, uint32_t from, const char *path, size_t n)
{
  TbUnixName name = { .from = from, .to = TB_NOBODY };
  if (n >= sizeof name.name)
    return;
  memcpy (name.name, path, n);
  for (size_t i = 0; i < n; i++)
    if (name.name[i] == '\0')
      name.name[i] = '@';
  for (uint32_t i = 0; i < b->n_names; i++)
    if (b->names[i].from == from && strcmp (b->names[i].name, name.name) == 0)
      return;
  if (b->n_names < UNIX_MAX)
    b->names[b->n_names++] = name;
}

typedef struct
{
  const TbUnixName *name;
  uint32_t listener;
  unsigned connections;
} TbUnixSearch;

static void
search_unix (const char *name, uint32_t inode, bool listens, void *data)
{
  TbUnixSearch *search = data;
  if (strcmp (name, search->name->name) != 0)
    return;
  if (listens)
    search->listener = inode;
  else
    search->connections++;
}

/* Returns whether it is to be looked at again. */
static bool
scan_name (TbBypasses *b, TbUnixName *name, const TbTapsSink *sink, void *data)
{
  TbUnixSearch search = { name, 0, 0 };
  tb_sockets_unix (search_unix, &search);
  bool first = !name->looked_up;
  if (first && search.listener != 0)
    {
      pid_t pid;
      tb_sockets_owners (&search.listener, &pid, 1, is_of_the_run, b);
      name->to = pid != 0 ? instance_of (b, pid) : TB_NOBODY;
    }
  name->looked_up = true;
  if (name->to == TB_NOBODY || name->to == name->from)
    return false;
  if (!first && search.connections == 0)
    return false;
  char why[160];
  snprintf (why, sizeof why, "Unix socket %s", name->name);
  there_is (b, name->from, name->to, 0, why, sink, data);
  return true;
}

/* ---- A round --------------------------------------------------------------------------------- */

void
tb_bypasses_scan (TbBypasses *b, const TbTapsSink *sink, void *data)
{
  int64_t begin_ns = tb_now_ns (), used_ns = tb_thread_cpu_ns ();
  if (begin_ns < b->next_ns)
    return;
  pthread_mutex_lock (&b->lock);
  memcpy (b->pids_now, b->pids, b->plan->n_instances * sizeof *b->pids);
  pthread_mutex_unlock (&b->lock);
  scan_tcp (b, sink, data);
  for (uint32_t i = b->n_names; i-- > 0;)
    if (!scan_name (b, &b->names[i], sink, data))
      b->names[i] = b->names[--b->n_names];
  scan_blind (b, sink, data);
  forget_what_ended (b, sink, data);
  /* With very many connections a round costs something: never more than a fiftieth of a core. By what it used and
   * not by how long it took, which on a busy machine is something else. */
  b->next_ns = begin_ns + 50 * (tb_thread_cpu_ns () - used_ns);
}
