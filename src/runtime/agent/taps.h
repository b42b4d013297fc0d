/* The tap loop of the agent: interception, taps, faults, counters, bypass detection. It is thread 1
 * of the agent and has nothing else in it; whoever calls the functions here is thread 2.
 *
 *        commands (instances, faults)                     notify descriptors, sockets
 *   thread 2 ─────────── SPSC ring ──────────▶ thread 1 ◀──────────────────────────── instances
 *      ▲                                          │  │
 *      └───── SPSC ring: facts, records ──────────┘  └──▶ counters, broadcast ring (shared memory)
 *
 * Thread 1 never waits for thread 2: when the ring is full, records are left out and a gap says how
 * many. Facts have a ring of their own, so that a flood of messages cannot push one out. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tb-wire.h"

/* ---- In the child, between fork and exec ----------------------------------------------------- */

/* Puts the calling process under the filter that hands connect() and bind() to the agent, and sets
 * PR_SET_NO_NEW_PRIVS. Async-signal-safe. Returns the notify descriptor (close-on-exec; to be given
 * to tb_taps_add_instance()), or -errno: EBUSY where a filter with a listener is above already. */
enum
{
  TB_INTERCEPT_NOT_IO_URING = 1, /* it may use io_uring */
  TB_INTERCEPT_MESSAGES = 2      /* sendmsg() and sendmmsg() too: it sends datagrams to what is drawn */
};
int tb_intercept_install (unsigned flags);

/* Whether interception can be had here, tried on a child of its own. *why_not (may be NULL) gets a
 * static sentence where it returns false. */
bool tb_intercept_works (const char **why_not);

/* ---- Thread 2 -------------------------------------------------------------------------------- */

typedef struct TbTaps TbTaps;

/* Starts nothing. plan, counters and ring are borrowed until tb_taps_stop(); counters and ring are
 * shared memory of zeros (their version fields are the caller's). With plan->no_seccomp the links'
 * virtual addresses are listened on instead of intercepting. NULL with *error = -errno (may be
 * NULL), mostly because the run's address block cannot be listened on. */
TbTaps *tb_taps_new (const TbWirePlan *plan, TbCounters *counters, TbRing *ring, int *error);
/* Starts thread 1. 0 or -errno. */
int tb_taps_start (TbTaps *taps);
/* Ends every connection, joins thread 1, frees. NULL is fine; also without tb_taps_start(). */
void tb_taps_stop (TbTaps *taps);

/* Between tb_taps_new() and tb_taps_start(), with a plan without seccomp, two instances and one link
 * between them, without an address: makes of it a tap alone, which passes what connects to listener on to target.
 * listener is bound, not listening, and taken over. 0 or -errno. */
struct sockaddr;
int tb_taps_alone (TbTaps *taps, int listener, const struct sockaddr *target, unsigned size);

/* The functions from here to the event descriptor may be called from any thread but thread 1. */

/* Takes notify_fd over (an instance may have several, of a restart). */
void tb_taps_add_instance (TbTaps *taps, uint32_t instance, int notify_fd);
/* A process whose descendants, and itself, are the instance (its leash): who made a connection past
 * the taps is found by it. Replaces the one before; 0 for none. */
void tb_taps_instance_pid (TbTaps *taps, uint32_t instance, pid_t pid);
/* It runs without a filter: its links are not tapped. */
void tb_taps_instance_unfiltered (TbTaps *taps, uint32_t instance);
/* Nothing of it is left: its notify descriptors are closed. */
void tb_taps_instance_gone (TbTaps *taps, uint32_t instance);

/* Copies the fault; one of the same id is replaced. Its fact, with the time since when it holds for
 * every connection, comes from tb_taps_drain(). */
void tb_taps_add_fault (TbTaps *taps, const TbWireFault *fault);
/* "" or NULL removes all. A fault that was not there is confirmed too. */
void tb_taps_remove_fault (TbTaps *taps, const char *id);
/* So many messages that the hold of that id keeps go on; 0: all that wait now. */
void tb_taps_step_fault (TbTaps *taps, const char *id, uint32_t n);

/* Something is done to chosen held messages; what comes of it, from tb_taps_drain(). */
void tb_taps_held (TbTaps *taps, const TbWireHeldDo *what);

/* Goes on with another plan, borrowed like the one before, which may be freed when this returns. Instances
 * and links keep their indices, new ones come behind; those that are gone lead nowhere. 0 or -errno:
 * then it goes on with the one before. Thread 2 alone. */
int tb_taps_change (TbTaps *taps, const TbWirePlan *plan);

/* The run is being stopped: requests that this leaves without an answer are no errors. */
void tb_taps_stopping (TbTaps *taps);

/* Of a tap alone: whether its target accepts connections. Until it does nothing is listened to. */
void tb_taps_target (TbTaps *taps, bool up);

/* Where the agent's own probes must dial from, so that they are not taken for connections past the
 * taps: host order. */
uint32_t tb_taps_probe_address (const TbTaps *taps);

/* Which instance got the connection that a built-in one has or had lately from that port of its own address: an index of the
 * plan, UINT32_MAX where that is not known. */
uint32_t tb_taps_called (const TbTaps *taps, uint32_t instance, uint16_t port);

/* CPU time of thread 1 so far. */
uint64_t tb_taps_cpu_ns (const TbTaps *taps);
/* How long events had to wait for others since this was last called: the worst, and that which 99 of
 * 100 rounds of the loop stayed below (0: there was none). */
void tb_taps_take_lag (TbTaps *taps, uint64_t *worst_ns, uint64_t *p99_ns);

/* Readable (poll, epoll) when tb_taps_drain() has something to do, its check for connections past
 * the taps once a second included. Not to be read from. */
int tb_taps_event_fd (const TbTaps *taps);

/* Whether a tap alone listens, and if not why. */
typedef enum
{
  TB_LISTENS,
  TB_REFUSES_AS_TARGET,
  TB_REFUSES_BY_FAULT
} TbListening;

/* Any member may be NULL. What the pointers lead to is valid during the call only. */
typedef struct
{
  /* A row of the counters was taken: link is an index of the plan or ~0. */
  void (*tap_opened) (uint32_t row, uint32_t link, uint32_t from, uint32_t to, uint16_t port,
                      int64_t time_ns, void *data);
  /* A connection past the taps was found, or has ended. */
  void (*bypass) (const TbWireBypass *bypass, int64_t time_ns, void *data);
  /* A fault is in that state everywhere since time_ns; with a reason, it could not be. */
  void (*fault) (const char *id, TbFaultState state, int64_t time_ns, const char *reason, void *data);
  /* severity as in the PROBLEM fact; instance ~0: nobody's. */
  void (*problem) (unsigned severity, uint32_t instance, const char *sentence, void *data);
  /* Nothing is left that was started with one of its notify descriptors. */
  void (*instance_empty) (uint32_t instance, int64_t time_ns, void *data);
  /* What is held, in the order in which it would be let go: the first n of total. Told when it changes,
   * a few times a second at most. */
  void (*held) (const TbWireHeld *held, uint32_t n, uint32_t total, void *data);
  /* In answer to tb_taps_held(), behind what is held then; why_not is empty where it was done. */
  void (*held_done) (uint32_t token, const char *why_not, void *data);
  /* A tap alone: told when it changes, and in answer to tb_taps_target(). */
  void (*listening) (TbListening listening, int64_t time_ns, void *data);
  /* For the recording, only if the plan names one: every event, with the first bytes of the message
   * (at most TB_TAPS_PAYLOAD_MAX) for REQUEST, REPLY and ONE_WAY. */
  void (*record) (const TbEvent *event, const void *payload, size_t n, void *data);
  /* So much could not be kept for the recording since the last record. */
  void (*gap) (uint64_t events, uint64_t payload_bytes, int64_t time_ns, void *data);
} TbTapsSink;

#define TB_TAPS_PAYLOAD_MAX 4096

/* On thread 2: hands out what thread 1 put in, facts before records. */
void tb_taps_drain (TbTaps *taps, const TbTapsSink *sink, void *data);
