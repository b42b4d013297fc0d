/* What the parts of the compiler share. */
#pragma once

#include "scenario-private.h"

typedef struct
{
  const TbModel *holder;
  const TbElement *scenario;
  const TbPlan *plan;
  TbProblems *problems;
  gboolean bad;
} TbCompile;

/* Adds "scenario ID, line N: sentence", at that element. */
void tb_compile_refuse (TbCompile *c, const TbElement *at, const char *format, ...) G_GNUC_PRINTF (3, 4);

typedef enum
{
  TB_NAMES_INSTANCES = 1, /* components, instances, devices, "*" */
  TB_NAMES_ROLES = 2,     /* orders/leader too */
  TB_NAMES_LINKS = 4,     /* links, pairs of them, orders.replicas */
  TB_NAMES_FAULTS = 8     /* whatever may be the name of a fault: all, cut:save … */
} TbNamesOf;

/* Whether everything that is named, separated by blanks or commas, is in the plan; otherwise that is said. */
gboolean tb_compile_names (TbCompile *c, const TbElement *at, const char *names, guint of);
/* NULL where it is none, and that was said. */
TbCondition *tb_compile_condition (TbCompile *c, const TbElement *at, const char *text);
/* FALSE where it was refused. */
gboolean tb_compile_expect (TbCompile *c, const TbElement *element, TbScenarioExpect *expect);
const TbPlanInstance *tb_compile_component (const TbCompile *c, const char *id);
