/* Many schedules of one protocol against the judge: for the tests of every protocol. */
#pragma once

#include <glib.h>

#include "tb-replica-sim.h"

typedef struct
{
  char words[512]; /* what went wrong, or "" */
  guint64 seed;
  guint run; /* how many were run */
  guint64 ok, leaders, crashes, snapshots, events, unknown_verdicts, unconverged;
} Schedules;

/* Changes what was drawn; may be NULL. */
typedef void (*ScheduleFunc) (TbSimOptions *options);

typedef struct
{
  TbReplication replication;
  TbReads reads;
  ScheduleFunc adjust;
  bool linearizable; /* that is asked for */
  bool converges;
} ScheduleKind;

/* Runs n schedules from seed on, until one fails. */
void schedules_run (const ScheduleKind *kind, guint64 seed, guint n, Schedules *s);
/* As a test: so many, or 100 000 in script/soak; prints the first seed, and that of one that fails. With
 * TIERBOARD_SEED set it runs that one alone, with a trace to standard error. */
void schedules_test (const ScheduleKind *kind, guint n);
