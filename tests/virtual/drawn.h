/* A small drawing whose store is as it is said, for tests of virtual time. */
#pragma once

#include "tb-virtual.h"

typedef struct
{
  TbDocument *document;
  TbModel *model;
  TbPlan *plan;
  TbVirtual *v;     /* NULL: nothing of it can be simulated */
  GError *error;
  TbProblems *problems;
} Drawn;

/* Three browsers of two threads ask three replicas of orders over save. more: what stands before them, from line 3 on. */
void drawn_open (Drawn *d, const char *builtin, const char *more);
/* Only what is given. */
void drawn_open_all (Drawn *d, const char *content);
void drawn_close (Drawn *d);
/* NULL: it is refused. (transfer full) */
TbScenario *drawn_scenario (Drawn *d, const char *id);
