/* A small drawing with a scenario, its plan, and frames of a run that never was. */
#pragma once

#include "tb-scenario.h"

typedef struct
{
  TbDocument *document;
  TbModel *model;
  TbPlan *plan;
  TbProblems *problems;
  TbScenario *scenario; /* NULL: refused */
} Drawn;

/* browser (a client, of 2) calls web (3 replicas) over ask, and web calls orders (3 replicas) over save. The
 * lines of the scenario's content stand from line 4 on. */
void drawn_open (Drawn *d, const char *content);
void drawn_close (Drawn *d);
/* The first problem, or "". */
const char *drawn_problem (const Drawn *d);

typedef struct
{
  const Drawn *drawn;
  TbLiveFrame frame;
  TbLiveInstance instances[16];
  TbLiveLink links[8];
  TbLiveTap taps[8]; /* one a link */
  TbFacts facts;
} Pretend;

/* Everything is ready, and nothing has happened; it is 1 s. */
void pretend_begin (Pretend *p, const Drawn *drawn);
TbLiveInstance *pretend_instance (Pretend *p, const char *id);
TbTapCounters *pretend_tap (Pretend *p, const char *link);
/* So many good and bad answers more over a link, each after that long. */
void pretend_answers (Pretend *p, const char *link, guint good, guint bad, gint64 latency_ns);
