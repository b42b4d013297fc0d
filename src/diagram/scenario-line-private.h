/* What layout and picture of a scenario's time line share. */
#pragma once

#include "tb-scenario-line.h"

#define TB_LINE_STEPS_Y 18.0 /* below the ruler */
#define TB_LINE_STEP_HEIGHT 26.0
#define TB_LINE_ROW_HEIGHT 22.0
#define TB_LINE_LOAD_HEIGHT 34.0
#define TB_LINE_EXPECT_HEIGHT 19.0

struct _TbScenarioLine
{
  GArray *steps; /* of TbScenarioLineStep */
  GArray *items; /* of TbScenarioLineItem */
  GArray *lanes; /* of TbScenarioLineLane */
  double scale;  /* pixels a second */
  double end;    /* of the last step */
  double width, height;
  gint64 length_ns;
};
