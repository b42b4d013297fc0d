/* A world in virtual time for the supervisor's core: it carries the core's actions out, and lets
 * happen what actors are told to do. It holds what must hold at every step. */
#pragma once

#include <glib.h>

#include "supervise.h"

#define MS TB_NS_PER_MS

typedef struct
{
  bool alive, main_alive, left, frozen, probing, watching;
  unsigned life;     /* counts starts, so that an event of an earlier life is not taken for now */
  int64_t start_ms, ready_ms, end_ms; /* how long it takes; -1: never */
  int64_t own_end_ms;                 /* ends by itself so long after its start; -1: does not */
  int own_code;
  bool refuse, detaches, was_ready, anyway;
  /* What was told. */
  TbInstanceState state;
  char sentence[TB_SENTENCE], waiting[TB_SENTENCE];
  int spawned, signals, kills;
  int64_t spawned_at, signalled_at, due_ns;
  uint32_t loop;
} Actor;

typedef enum
{
  STARTED,
  REFUSED,
  READY,
  EXITED,
  GONE
} EventKind;

typedef struct
{
  int64_t time;
  uint32_t i;
  unsigned life;
  EventKind kind;
  int code;
} Event;

typedef struct
{
  TbWirePlan plan;
  TbSupervisor *s;
  Actor *actors;
  GArray *events;
  int64_t now;
  TbRunState run;
  char reason[TB_SENTENCE];
  bool done, killing; /* killing: the order was given up */
  int problems;
} World;

/* n instances, each ready 10 ms after its start and gone 5 ms after it is asked to end. */
World *world_new (uint32_t n);
void world_free (World *w);
void world_depend (World *w, uint32_t i, uint32_t on);
void world_depend_until (World *w, uint32_t i, uint32_t on, TbUntil until);
void world_grow (World *w, uint32_t n);
void world_change (World *w);
void world_allow_exit (World *w, uint32_t i, uint32_t status);
void world_start (World *w);
/* Carries out what the core wants. */
void world_act (World *w);
/* Lets so much time pass. */
void world_pass (World *w, int64_t ms);

#define ask(w, what, ...)                                                                          \
  G_STMT_START                                                                                     \
  {                                                                                                \
    tb_supervisor_##what ((w)->s, ##__VA_ARGS__, (w)->now);                                        \
    world_act (w);                                                                                       \
  }                                                                                                \
  G_STMT_END

#define state_is(w, i, name) g_assert_cmpint ((w)->actors[i].state, ==, TB_INSTANCE_##name)
