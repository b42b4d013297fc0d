/* The strip, from the inside: strip.c reads and lays out, strip-paint.c draws. */
#pragma once

#include "tb-strip.h"

#define TB_STRIP_MARGIN 8.0
#define TB_STRIP_STEP 22.0  /* height of the row of steps */
#define TB_STRIP_LANE 18.0
#define TB_STRIP_GAP 3.0

struct _TbStrip
{
  GArray *steps, *actions; /* of TbStripStep, TbStripAction */
  GPtrArray *texts;        /* that these point to */
  double width;
  guint lanes;
};
