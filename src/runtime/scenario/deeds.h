/* What was done to a run, as what a scenario does: from commands to <do>. Private to tb-scenario-past.h. */
#pragma once

#include "tb-scenario-past.h"

typedef struct
{
  TbProp prop;
  char *text;
} TbDeedValue;

typedef struct
{
  gint64 time_ns;
  gint64 for_ns;  /* 0: nothing says when it ended, or a heal did */
  TbProp verb;    /* TB_PROP_KILL, TB_PROP_PARTITION … */
  GArray *values; /* of TbDeedValue, the verb's first */
  char **keys;    /* what takes it back goes by these: a fault's id, an instance */
  gboolean going; /* not taken back yet */
} TbDeed;

/* Everything until the run began to stop, in the order of time, nothing before from_ns. (transfer full) of TbDeed */
GPtrArray *tb_deeds_of (TbPast *past, gint64 from_ns, GPtrArray *notes);
const char *tb_deed_get (const TbDeed *deed, TbProp prop);
gboolean tb_deed_is_fault (const TbDeed *deed);
/* Whether a fault of it holds then. */
gboolean tb_deeds_fault_goes (const GPtrArray *deeds, gint64 time_ns);
/* The only one of its component that said it led by then. */
gboolean tb_past_led (TbPast *past, guint instance, gint64 time_ns);
