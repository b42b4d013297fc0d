/* Whether an instance is ready, or still works once it was, asked from the agent itself: what is asked never passes a tap.
 *
 *        begin()            due, nothing there        connected / answered
 *   idle ------> resting -----------------------> asking ------------------> ready (on_ready), idle
 *                   ^                                |
 *                   +---- refused, wrong, too late --+   each rest half as long again, 10 to 250 ms
 *
 * Where the drawing says how often, the rest is that. Liveness goes on asking, also after an answer. */
#pragma once

#include <regex.h>

#include "leash.h"
#include "loop.h"
#include "probe-talk.h"
#include "tb-wire.h"

typedef struct
{
  TbLoop *loop;
  uint32_t from;           /* host order: where the agent asks from; 0: anywhere */
  const TbLeashSpec *spec; /* EXEC runs as the instance would */
  void (*on_ready) (void *data);
  /* Why it is not ready yet; liveness: each outcome. */
  void (*on_answer) (bool good, const char *answer, void *data);
  void (*on_leash) (pid_t leash, bool alive, void *data);
  void *data;

  bool alive, begun, matched, compiled;
  const char *argument;
  const TbWireTries *tries;
  TbTalkTopic topic;
  regex_t pattern;
  uint32_t hits; /* in a row */
  char path[512], late[48];
  int64_t rest_ns;
  TbTimer timer;
  TbSource source; /* connection asked over, descriptor of NOTIFY, or control of EXEC's leash */
  bool asking, sent, verdict, expired;
  char reply[256];
  size_t n_reply;
  pid_t leash;
} TbProbe;

/* Reads what the instance says of readiness, or of liveness; it is borrowed. False with *why (at least 256 bytes) for one that makes no sense. */
bool tb_probe_init (TbProbe *probe, const TbWireInstance *instance, bool alive, char *why);
/* The same is said at another place of memory: what was borrowed is borrowed from there. */
void tb_probe_plan_anew (TbProbe *probe, const TbWireInstance *instance);
void tb_probe_clear (TbProbe *probe);
/* Before it is started (again): what an earlier life printed does not count. */
void tb_probe_reset (TbProbe *probe);
/* ready_fd: for NOTIFY, taken over; else -1. */
void tb_probe_begin (TbProbe *probe, int ready_fd);
void tb_probe_end (TbProbe *probe);
/* A line of the instance's output, at any time since reset. */
void tb_probe_line (TbProbe *probe, const char *line);
