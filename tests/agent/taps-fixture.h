/* Plays thread 2 of the agent: a plan made by calls, the taps started, children under the filter,
 * and everything the taps tell, collected. */
#pragma once

#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <stdio.h>

#include "taps.h"
#include "tb-proto.h"

#define FX_INSTANCES 16
#define FX_LINKS 16
#define FX_CHILDREN 64

typedef struct
{
  uint32_t row, link, from, to;
  uint16_t port;
} FxTap;

typedef struct
{
  uint32_t from, to;
  uint16_t port;
  gboolean open;
  char *why;
} FxBypass;

typedef struct
{
  char *id, *reason;
  gboolean active;
  TbFaultState state;
  gint64 time_ns;
} FxFault;

typedef struct
{
  TbEvent event;
  GBytes *payload;
} FxRecord;

typedef struct
{
  TbWirePlan plan;
  TbWireInstance instances[FX_INSTANCES];
  TbWireLink links[FX_LINKS];
  TbCounters *counters;
  TbRing *ring;
  TbTaps *taps;
  int claim;
  uint64_t cursor, missed;
  gboolean deaf; /* does not collect events */
  GArray *events;  /* of TbEvent, from the ring */
  GArray *taps_seen, *bypasses, *faults, *records;
  GPtrArray *problems;
  GArray *held;        /* of TbWireHeld, as told last */
  uint32_t held_total;
  uint32_t held_token; /* of the last answer */
  char *held_why;
  uint32_t gaps;
  pid_t children[FX_CHILDREN];
  uint32_t n_children;
  char *dir;
} Fixture;

Fixture *fx_new (void);
/* Kills what is left of the children, checks the invariant of counting, stops, frees. */
void fx_free (Fixture *fx);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fx_free)

uint32_t fx_instance (Fixture *fx, const char *id);
/* A link of port between one pair; more callers and targets with fx_widen(). */
TbWireLink *fx_link (Fixture *fx, const char *id, uint32_t from, uint32_t to, uint16_t port,
                     TbProto proto);
void fx_widen (TbWireLink *link, uint32_t from, uint32_t to);
void fx_start (Fixture *fx);

/* The child's exit status is what func returns. func may write a byte to ready. */
typedef int (*FxFunc) (Fixture *fx, int ready, void *data);
pid_t fx_run (Fixture *fx, uint32_t instance, FxFunc func, void *data);
/* Returns once the child wrote to ready. */
pid_t fx_serve (Fixture *fx, uint32_t instance, FxFunc func, void *data);
/* A program; its output goes to a file in fx->dir of the instance's name, or is thrown away. */
pid_t fx_exec (Fixture *fx, uint32_t instance, const char *const *argv);
/* Allows io_uring to children started from now on. */
void fx_allow_io_uring (gboolean allow);
/* Its status, or -signal; fails the test after 30 s. */
int fx_wait (Fixture *fx, pid_t child);
void fx_kill (Fixture *fx, pid_t child);

typedef gboolean (*FxCondition) (Fixture *fx, gpointer data);
/* Drains until it is so; fails the test after 30 s. */
void fx_until (Fixture *fx, FxCondition condition, gpointer data);
void fx_drain (Fixture *fx);
/* Waits until the loop has done everything that was sent to it before. */
void fx_settle (Fixture *fx);

/* Zeros where there is no tap. */
TbTapCounters fx_row (Fixture *fx, uint32_t from, uint32_t to, uint16_t port);
uint32_t fx_count_events (Fixture *fx, TbEventKind kind);
gboolean fx_told_bypass (Fixture *fx, uint32_t from, uint32_t to, gboolean open);

/* Adds it, and waits until it is confirmed. */
void fx_fault (Fixture *fx, const char *id, TbFaultKind kind, const char *from, const char *to);
void fx_latency (Fixture *fx, const char *id, const char *from, const char *to, gboolean up,
                 gboolean down, gint64 ns, gint64 jitter_ns);
/* As text, on the first link. */
void fx_toxic (Fixture *fx, const char *id, const char *text);
void fx_heal (Fixture *fx, const char *id);
/* Does it, waits for the answer, and returns why it could not be: "" where it was done. */
const char *fx_held (Fixture *fx, TbHeldVerb verb, uint64_t id, uint64_t other);

/* In a child. */
struct sockaddr_in fx_address (Fixture *fx, uint32_t instance, uint16_t port);
int fx_listen (uint32_t address, uint16_t port);
int fx_dial (Fixture *fx, uint32_t instance, uint16_t port);
void fx_say_ready (int ready);
/* Reads until it has n bytes or the end; returns how many. */
size_t fx_read (int fd, void *bytes, size_t n);
gboolean fx_write (int fd, const void *bytes, size_t n);
/* Serves one connection after another: what comes is sent back, until the end. data: port as
 * GUINT_TO_POINTER. */
int fx_echo (Fixture *fx, int ready, void *data);

/* Two instances, "client/1" and "server/1", with the link "call" between them; started. */
void fx_two (Fixture *fx, uint16_t port, TbProto proto);

/* In a child's function: ends it with a word about what did not hold. */
#define AT(condition)                                                                              \
  do                                                                                               \
    if (!(condition))                                                                              \
      {                                                                                            \
        fprintf (stderr, "# child: line %d: %s (errno %s)\n", __LINE__, #condition,                \
                 g_strerror (errno));                                                              \
        return 1;                                                                                  \
      }                                                                                            \
  while (0)

/* Says why where nothing can be intercepted here; then there is nothing to test. */
gboolean fx_is_skipped (void);
